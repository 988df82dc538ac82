/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Bytes that grow at the end: what replies and changes are written into. */

#include <stddef.h>
#include <string.h>

struct buffer {
	char *bytes; /* always NUL-terminated once something was added */
	size_t n, cap;
};

void buffer_release(struct buffer *b); /* frees; `b` is then as new */
void buffer_reset(struct buffer *b);   /* empties, keeps the memory */
void buffer_grow(struct buffer *b, size_t n); /* room for n more bytes, and the NUL */
void buffer_puts(struct buffer *b, const char *s);
void buffer_truncate(struct buffer *b, size_t n);

/* A reply is made of some thirty pieces, most of them of one byte: here, so that the compiler knows how long they are. */

/* Where n more bytes may be written; buffer_end() then says where they end. */
static inline char *buffer_room(struct buffer *b, size_t n)
{
	if (n >= b->cap - b->n)
		buffer_grow(b, n);
	return b->bytes + b->n;
}

static inline void buffer_end(struct buffer *b, char *end)
{
	*end = '\0';
	b->n = (size_t)(end - b->bytes);
}

/* Makes it n bytes longer, and returns those, for the caller to fill. */
static inline char *buffer_extend(struct buffer *b, size_t n)
{
	char *at = buffer_room(b, n);

	buffer_end(b, at + n);
	return at;
}

static inline void buffer_add(struct buffer *b, const void *bytes, size_t n)
{
	char *at = buffer_extend(b, n);

	if (n)
		memcpy(at, bytes, n);
}
