/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hash table of borrowed items: open addressing, linear probing, at most half full.
 *
 * Removal moves the followers of a run back instead of leaving tombstones, so that a table that
 * lives for years under additions and removals does not fill up with the dead.
 */
#include "lib/table.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/arena.h"

#define TABLE_FIRST_CAP 16 /* a power of two */

void table_clear(struct table *t)
{
	free(t->slots);
	*t = (struct table){0};
}

static void place(struct table *t, uint64_t hash, void *item)
{
	size_t i = hash & (t->cap - 1);

	while (t->slots[i].item)
		i = (i + 1) & (t->cap - 1);
	t->slots[i] = (struct table_slot){.hash = hash, .item = item};
}

static void grow(struct table *t)
{
	struct table old = *t;

	t->cap = old.cap ? old.cap * 2 : TABLE_FIRST_CAP;
	t->slots = memory_new(t->cap * sizeof(*t->slots));
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].item)
			place(t, old.slots[i].hash, old.slots[i].item);
	free(old.slots);
}

void table_add(struct table *t, uint64_t hash, void *item)
{
	assert(item);
	if ((t->n + 1) * 2 > t->cap)
		grow(t);
	place(t, hash, item);
	t->n++;
}

static void close_gap(struct table *t, size_t gap)
{
	size_t mask = t->cap - 1;

	for (size_t i = (gap + 1) & mask; t->slots[i].item; i = (i + 1) & mask) {
		size_t home = t->slots[i].hash & mask;

		if (((i - home) & mask) >= ((i - gap) & mask)) {
			t->slots[gap] = t->slots[i];
			gap = i;
		}
	}
	t->slots[gap].item = NULL;
}

void table_remove(struct table *t, uint64_t hash, const void *item)
{
	size_t i = hash & (t->cap - 1);

	assert(t->cap);
	while (t->slots[i].item != item) {
		assert(t->slots[i].item);
		i = (i + 1) & (t->cap - 1);
	}
	close_gap(t, i);
	t->n--;
}

void *table_find(const struct table *t, uint64_t hash, table_is_fn *is, const void *key)
{
	if (!t->cap)
		return NULL;
	for (size_t i = hash & (t->cap - 1); t->slots[i].item; i = (i + 1) & (t->cap - 1))
		if (t->slots[i].hash == hash && is(t->slots[i].item, key))
			return t->slots[i].item;
	return NULL;
}

uint64_t hash_number(uint64_t seed, uint64_t n)
{
	uint64_t h = (seed ^ n) * 0x9e3779b97f4a7c15u;

	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

uint64_t hash_string(uint64_t seed, const char *s)
{
	uint64_t h = seed ^ 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return hash_number(h, 0);
}
