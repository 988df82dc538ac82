/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Memory that is freed whole.
 *
 * A chain of blocks, the newest first; only the newest is filled. Blocks double in size from 1 KiB
 * to 64 KiB, so that an arena of one reply costs one small block and one of a policy a few dozen.
 * What is larger than a quarter of the next block gets a block of its own behind the newest, so
 * that the room left in the newest is not wasted.
 *
 * An arena that is used again and again keeps the largest block it had, up to a bound, and so soon
 * allocates nothing any more. What is free in a block is always zeroed.
 */

#include "lib/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_MIN_BYTES = 1024, BLOCK_MAX_BYTES = 65536, BLOCK_KEPT_BYTES = 4096 };

struct arena_block {
	struct arena_block *next;
	size_t used, cap;
	alignas(max_align_t) unsigned char bytes[];
};

void *memory_new(size_t size_bytes)
{
	void *p = calloc(1, size_bytes ? size_bytes : 1);

	if (!p)
		abort();
	return p;
}

void *memory_grow(void *old, size_t size_bytes)
{
	void *p = realloc(old, size_bytes ? size_bytes : 1);

	if (!p)
		abort();
	return p;
}

char *memory_strdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(memory_new(n), s, n);
}

static struct arena_block *block_new(size_t cap)
{
	struct arena_block *b;

	if (cap > SIZE_MAX - sizeof(*b))
		abort();
	b = memory_new(sizeof(*b) + cap);
	b->cap = cap;
	return b;
}

static size_t next_block_bytes(const struct arena *a)
{
	size_t cap = a->blocks ? a->blocks->cap * 2 : BLOCK_MIN_BYTES;

	return cap < BLOCK_MAX_BYTES ? cap : BLOCK_MAX_BYTES;
}

static void *block_take(struct arena_block *b, size_t size_bytes)
{
	void *p = b->bytes + b->used;

	b->used += size_bytes;
	return p;
}

void *arena_alloc(struct arena *a, size_t size_bytes)
{
	const size_t mask = alignof(max_align_t) - 1;
	struct arena_block *b = a->blocks;
	size_t next_bytes;

	if (size_bytes > SIZE_MAX - mask)
		abort();
	size_bytes = size_bytes ? (size_bytes + mask) & ~mask : mask + 1;
	if (b && size_bytes <= b->cap - b->used)
		return block_take(b, size_bytes);

	next_bytes = next_block_bytes(a);
	if (b && size_bytes > next_bytes / 4) {
		struct arena_block *own = block_new(size_bytes);

		own->next = b->next;
		b->next = own;
		return block_take(own, size_bytes);
	}
	b = block_new(size_bytes > next_bytes ? size_bytes : next_bytes);
	b->next = a->blocks;
	a->blocks = b;
	return block_take(b, size_bytes);
}

void arena_clear(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *b = a->blocks;

		a->blocks = b->next;
		free(b);
	}
}

void arena_reset(struct arena *a)
{
	struct arena_block *kept = NULL, *next;

	for (struct arena_block *b = a->blocks; b; b = next) {
		next = b->next;
		if (b->cap > BLOCK_KEPT_BYTES || (kept && kept->cap >= b->cap)) {
			free(b);
			continue;
		}
		free(kept);
		kept = b;
	}
	a->blocks = kept;
	if (!kept)
		return;
	kept->next = NULL;
	memset(kept->bytes, 0, kept->used);
	kept->used = 0;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy;

	if (!s)
		return NULL;
	n = strnlen(s, n);
	copy = arena_alloc(a, n + 1);
	memcpy(copy, s, n);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list args)
{
	va_list measure;
	char *text;
	int n;

	va_copy(measure, args);
	n = vsnprintf(NULL, 0, fmt, measure);
	va_end(measure);
	if (n < 0)
		abort();
	text = arena_alloc(a, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, args);
	return text;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = arena_vprintf(a, fmt, args);
	va_end(args);
	return text;
}

void *arena_grow(struct arena *a, void *old, size_t have, size_t *cap, size_t want,
		 size_t element_bytes)
{
	size_t new_cap = *cap ? *cap : 4;
	void *array;

	if (want <= *cap)
		return old;
	while (new_cap < want && new_cap <= SIZE_MAX / 2)
		new_cap *= 2;
	if (new_cap < want || new_cap > SIZE_MAX / element_bytes)
		abort();
	array = arena_alloc(a, new_cap * element_bytes);
	if (have)
		memcpy(array, old, have * element_bytes);
	*cap = new_cap;
	return array;
}
