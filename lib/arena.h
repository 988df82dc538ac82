/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Memory that is freed whole: the request lifetime, and all of a policy.
 *
 * Everything handed out is zeroed and aligned for any type. There is no freeing of a part. Out of
 * memory ends the process: limits on input keep clients from causing it.
 */

#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>

struct arena_block;

#define ARENA_UNIT_BYTES alignof(max_align_t)

struct arena {
	struct arena_block *blocks;
	unsigned char *free; /* in the newest block */
	size_t free_bytes;   /* a whole number of units */
};

void arena_clear(struct arena *a); /* frees all; `a` is then as new */
/* Ends the life of all that was handed out, but keeps one block for what comes next. */
void arena_reset(struct arena *a);
void *arena_alloc_more(struct arena *a, size_t size_bytes); /* where there may be no room */

static inline size_t arena_whole_units(size_t size_bytes)
{
	return (size_bytes + ARENA_UNIT_BYTES - 1) & ~(ARENA_UNIT_BYTES - 1);
}

static inline void *arena_alloc(struct arena *a, size_t size_bytes)
{
	void *p = a->free;

	if (size_bytes - 1 >= a->free_bytes) /* of no bytes, too */
		return arena_alloc_more(a, size_bytes);
	size_bytes = arena_whole_units(size_bytes);
	a->free += size_bytes;
	a->free_bytes -= size_bytes;
	return p;
}

char *arena_strdup(struct arena *a, const char *s); /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0), nonnull(2)));
/* Grows an arena array: returns an array of at least `want` elements that begins with the old
 * `have`. */
void *arena_grow(struct arena *a, void *old, size_t have, size_t *cap, size_t want,
		 size_t element_bytes);

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_new_n(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))

/* malloc and friends that end the process rather than return NULL. For long-lived objects. */
void *memory_new(size_t size_bytes);		 /* zeroed */
void *memory_grow(void *old, size_t size_bytes); /* what is added is not zeroed */
char *memory_strdup(const char *s);
