/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever the pieces that bytes come in, the splitter says the same about them. */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "proto/buffer.h"
#include "proto/splitter.h"

#define MAX_LINE_BYTES 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each line with its length, and a mark for one that was too long. */
static void drain(struct splitter *s, struct buffer *said)
{
	char *line;
	size_t n;

	for (int got; (got = splitter_next(s, &line, &n)) != SPLITTER_MORE;) {
		buffer_add(said, &got, sizeof(got));
		if (got != SPLITTER_LINE)
			continue;
		assert(n <= MAX_LINE_BYTES && line[n] == '\0');
		buffer_add(said, &n, sizeof(n));
		buffer_add(said, line, n);
	}
}

/* Pieces of 1 to `most` bytes, drawn from the seed. */
static struct buffer split(const uint8_t *data, size_t size, size_t most, uint32_t seed)
{
	struct buffer said = {0};
	struct splitter s;

	splitter_init(&s, MAX_LINE_BYTES);
	for (size_t at = 0, take; at < size; at += take) {
		seed = seed * 1664525u + 1013904223u;
		take = 1 + (seed >> 8) % most;
		take = take < size - at ? take : size - at;
		splitter_feed(&s, data + at, take);
		assert(splitter_buffered(&s) <= MAX_LINE_BYTES + 1 + take);
		drain(&s, &said);
		assert(splitter_buffered(&s) <= MAX_LINE_BYTES + 1);
	}
	splitter_release(&s);
	return said;
}

/* One piece. */
static struct buffer split_whole(const uint8_t *data, size_t size)
{
	struct buffer said = {0};
	struct splitter s;

	splitter_init(&s, MAX_LINE_BYTES);
	splitter_feed(&s, data, size);
	drain(&s, &said);
	splitter_release(&s);
	return said;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer whole = split_whole(data, size);

	for (size_t most = 1; most <= 300; most = most * 3 + 1) {
		struct buffer pieces = split(data, size, most, (uint32_t)(size + most));

		assert(pieces.n == whole.n);
		assert(whole.n == 0 || memcmp(pieces.bytes, whole.bytes, whole.n) == 0);
		buffer_release(&pieces);
	}
	buffer_release(&whole);
	return 0;
}
