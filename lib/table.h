/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A hash table of borrowed items. The caller hashes, and tells whether an item is the one that is
 * looked for.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_slot {
	uint64_t hash;
	void *item; /* NULL: empty */
};

struct table {
	struct table_slot *slots;
	size_t n, cap;
};

typedef bool table_is_fn(const void *item, const void *key);

void table_clear(struct table *t);
void table_add(struct table *t, uint64_t hash, void *item);
/* Takes out this very item, which must be there. */
void table_remove(struct table *t, uint64_t hash, const void *item);
void *table_find(const struct table *t, uint64_t hash, table_is_fn *is,
		 const void *key); /* NULL if none */

uint64_t hash_string(uint64_t seed, const char *s);
uint64_t hash_number(uint64_t seed, uint64_t n);
