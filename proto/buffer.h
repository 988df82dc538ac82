/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Bytes that grow at the end: what replies and changes are written into. */

#include <stddef.h>

struct buffer {
	char *bytes; /* always NUL-terminated once something was added */
	size_t n, cap;
};

void buffer_release(struct buffer *b); /* frees; `b` is then as new */
void buffer_reset(struct buffer *b);   /* empties, keeps the memory */
void buffer_add(struct buffer *b, const void *bytes, size_t n);
void buffer_puts(struct buffer *b, const char *s);
void buffer_truncate(struct buffer *b, size_t n);
