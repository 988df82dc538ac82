/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes to lines. */

/*
 * One buffer: [start, n) is held, [start, scanned) is known to hold no LF, so that no byte is
 * looked at twice however small the pieces it comes in. Lines are handed out where they lie. What
 * is held moves to the front only when there is no room behind it, and the buffer is given back
 * when it is empty and large: a connection at rest costs little.
 *
 * What is said about a stream of bytes depends only on the bytes, never on how they were cut into
 * pieces: an unfinished line is called too long only when no continuation could make it fit.
 */

#include "proto/splitter.h"

#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

enum { SPLITTER_MIN_BYTES = 512, SPLITTER_REST_BYTES = 4096 };

void splitter_init(struct splitter *s, size_t max_line_bytes)
{
	*s = (struct splitter){.max_line_bytes = max_line_bytes};
}

void splitter_release(struct splitter *s)
{
	free(s->bytes);
	splitter_init(s, s->max_line_bytes);
}

size_t splitter_buffered(const struct splitter *s)
{
	return s->n - s->start;
}

static void compact(struct splitter *s)
{
	if (s->start == 0)
		return;
	memmove(s->bytes, s->bytes + s->start, s->n - s->start);
	s->n -= s->start;
	s->scanned -= s->start;
	s->start = 0;
}

/* Room for n more bytes; a line's NUL takes the place of its LF. */
static void reserve(struct splitter *s, size_t n)
{
	size_t cap = s->cap ? s->cap : SPLITTER_MIN_BYTES;

	if (s->cap - s->n >= n)
		return;
	compact(s);
	while (cap - s->n < n)
		cap *= 2;
	if (cap == s->cap)
		return;
	s->bytes = memory_grow(s->bytes, cap);
	s->cap = cap;
}

void splitter_feed(struct splitter *s, const void *bytes, size_t n)
{
	const char *from = bytes;

	if (s->skipping) {
		const char *lf = memchr(from, '\n', n);

		if (!lf)
			return;
		n -= (size_t)(lf + 1 - from);
		from = lf + 1;
		s->skipping = 0;
	}
	if (n == 0)
		return;
	reserve(s, n);
	memcpy(s->bytes + s->n, from, n);
	s->n += n;
}

static void empty(struct splitter *s)
{
	s->start = s->scanned = s->n = 0;
	if (s->cap > SPLITTER_REST_BYTES) {
		free(s->bytes);
		s->bytes = NULL;
		s->cap = 0;
	}
}

/* No LF in sight: more is needed, unless the line is beyond saving. A CR just past the limit may
 * still be its end. */
static int unfinished(struct splitter *s)
{
	size_t n = s->n - s->start;

	if (n == 0) {
		empty(s);
		return SPLITTER_MORE;
	}
	if (n <= s->max_line_bytes || (n == s->max_line_bytes + 1 && s->bytes[s->n - 1] == '\r'))
		return SPLITTER_MORE;
	s->skipping = 1;
	empty(s);
	return SPLITTER_TOO_LONG;
}

int splitter_next(struct splitter *s, char **ret_line, size_t *ret_n)
{
	char *line = NULL, *lf = NULL;
	size_t n;

	if (s->n > s->scanned)
		lf = memchr(s->bytes + s->scanned, '\n', s->n - s->scanned);
	if (!lf) {
		s->scanned = s->n;
		return unfinished(s);
	}
	line = s->bytes + s->start;
	n = (size_t)(lf - line);
	s->start = s->scanned = (size_t)(lf + 1 - s->bytes);
	if (n > 0 && line[n - 1] == '\r')
		n--;
	if (n > s->max_line_bytes)
		return SPLITTER_TOO_LONG;
	line[n] = '\0';
	*ret_line = line;
	*ret_n = n;
	return SPLITTER_LINE;
}
