/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes that grow at the end. */

#include "proto/buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

enum { BUFFER_MIN_BYTES = 256 };

void buffer_grow(struct buffer *b, size_t n)
{
	size_t cap = b->cap ? b->cap : BUFFER_MIN_BYTES;

	if (n < b->cap - b->n)
		return;
	if (n > SIZE_MAX / 4 - b->n)
		abort();
	while (cap - b->n <= n)
		cap *= 2;
	b->bytes = memory_grow(b->bytes, cap);
	b->cap = cap;
}

void buffer_release(struct buffer *b)
{
	free(b->bytes);
	*b = (struct buffer){0};
}

void buffer_reset(struct buffer *b)
{
	buffer_truncate(b, 0);
}

void buffer_puts(struct buffer *b, const char *s)
{
	buffer_add(b, s, strlen(s));
}

void buffer_truncate(struct buffer *b, size_t n)
{
	if (n >= b->n)
		return;
	b->n = n;
	b->bytes[n] = '\0';
}
