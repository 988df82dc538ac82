/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Memory that is freed whole.
 *
 * A chain of blocks, the newest first; only the newest is filled. Blocks double in size from 1 KiB
 * to 64 KiB, so that an arena of one reply costs one small block and one of a policy a few dozen.
 * Where something does not fit any more, it begins a new block, and of the two the one with more
 * room left is filled on.
 *
 * An arena that is used again and again keeps the largest block it had, up to a bound, and so soon
 * allocates nothing any more. What is free in a block is always zeroed.
 *
 * What is free in the newest block is known to the arena itself, and always a whole number of
 * units: so most allocations are a comparison and two additions, where they are asked for.
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
	size_t cap;
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

/* From now on the one that is filled. */
static void put_first(struct arena *a, struct arena_block *b)
{
	b->next = a->blocks;
	a->blocks = b;
	a->free = b->bytes;
	a->free_bytes = b->cap;
}

void *arena_alloc_more(struct arena *a, size_t size_bytes)
{
	const size_t next_bytes = next_block_bytes(a);
	struct arena_block *b;

	if (size_bytes > SIZE_MAX - ARENA_UNIT_BYTES)
		abort();
	size_bytes = size_bytes ? arena_whole_units(size_bytes) : ARENA_UNIT_BYTES;
	if (size_bytes <= a->free_bytes) /* of no bytes */
		return arena_alloc(a, size_bytes);
	b = block_new(size_bytes > next_bytes ? size_bytes : next_bytes);
	if (a->blocks && a->free_bytes >= b->cap - size_bytes) {
		b->next = a->blocks->next;
		a->blocks->next = b;
		return b->bytes;
	}
	put_first(a, b);
	return arena_alloc(a, size_bytes);
}

void arena_clear(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *b = a->blocks;

		a->blocks = b->next;
		free(b);
	}
	*a = (struct arena){0};
}

/* Frees all but the largest of those that are not too large, if there is one. */
static void keep_one(struct arena *a)
{
	struct arena_block *kept = NULL, *next;
	size_t free_bytes = a->free_bytes; /* of the block at hand: only the newest has room */

	for (struct arena_block *b = a->blocks; b; b = next) {
		next = b->next;
		if (b->cap > BLOCK_KEPT_BYTES || (kept && kept->cap >= b->cap)) {
			free(b);
		} else {
			free(kept);
			kept = b;
			kept->next = NULL;
			a->free_bytes = free_bytes;
		}
		free_bytes = 0;
	}
	a->blocks = kept;
	if (!kept)
		*a = (struct arena){0};
}

void arena_reset(struct arena *a)
{
	if (a->blocks && (a->blocks->next || a->blocks->cap > BLOCK_KEPT_BYTES))
		keep_one(a);
	if (!a->blocks)
		return;
	memset(a->blocks->bytes, 0, a->blocks->cap - a->free_bytes);
	a->free = a->blocks->bytes;
	a->free_bytes = a->blocks->cap;
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
