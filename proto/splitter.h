/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Bytes to lines. A line ends with LF; a CR before it is dropped. A line longer than the limit
 * (its end not counted) is reported once, its bytes are thrown away up to the next LF, and what follows is read as usual.
 */

#include <stddef.h>

struct splitter {
	char *bytes;
	size_t n, cap, start, scanned, max_line_bytes;
	int skipping;
};

enum { SPLITTER_MORE = 0, SPLITTER_LINE = 1, SPLITTER_TOO_LONG = 2 };

void splitter_init(struct splitter *s, size_t max_line_bytes);
void splitter_release(struct splitter *s);
/* Takes bytes in. Where splitter_next() is called until MORE after each, never holds more than max_line_bytes + 1 + n. */
void splitter_feed(struct splitter *s, const void *bytes, size_t n);
/* SPLITTER_LINE: ret_line points at n bytes (NUL-terminated, may contain NULs) valid until the next call of any function. */
int splitter_next(struct splitter *s, char **ret_line, size_t *ret_n);
size_t splitter_buffered(const struct splitter *s);
