/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeps answers by (actor, key) in open-addressing tables.
 *
 * A table doubles in one go, in which everybody else waits: one of a million answers for half a
 * second. So there are many, each with its share of the keys, and each small: of a million answers
 * a table has eight thousand, and takes a millisecond.
 */

#include "daemon/kept.h"

#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

#define CAP_FIRST 4

static uint64_t hash_of(uint32_t actor, const char *key)
{
	uint64_t h = 0xcbf29ce484222325u ^ actor;

	for (const char *c = key; *c; c++)
		h = (h ^ (unsigned char)*c) * 0x100000001b3u;
	return h ^ (h >> 32);
}

static struct kept_table *table_of(const struct kept *k, uint32_t actor, const char *key)
{
	return &k->tables[hash_of(actor, key) % KEPT_TABLES];
}

static size_t table_home(const struct kept_table *t, uint32_t actor, const char *key)
{
	return hash_of(actor, key) / KEPT_TABLES & (t->cap - 1);
}

static size_t table_slot(const struct kept_table *t, uint32_t actor, const char *key)
{
	size_t i;

	for (i = table_home(t, actor, key); t->slots[i].key; i = (i + 1) & (t->cap - 1))
		if (t->slots[i].actor == actor && strcmp(t->slots[i].key, key) == 0)
			break;
	return i;
}

static void kept_answer_clear(struct kept_answer *a)
{
	free(a->key);
	free(a->request);
	free(a->reply);
}

static void table_clear(struct kept_table *t)
{
	for (size_t i = 0; t->n && i < t->cap; i++)
		kept_answer_clear(&t->slots[i]);
	free(t->slots);
}

void kept_clear(struct kept *k)
{
	for (size_t i = 0; k->tables && i < KEPT_TABLES; i++)
		table_clear(&k->tables[i]);
	free(k->tables);
	*k = (struct kept){0};
}

const struct kept_answer *kept_find(const struct kept *k, uint32_t actor, const char *key)
{
	const struct kept_table *t;
	const struct kept_answer *a;

	if (!k->n)
		return NULL;
	t = table_of(k, actor, key);
	if (!t->n)
		return NULL;
	a = &t->slots[table_slot(t, actor, key)];
	return a->key ? a : NULL;
}

static void table_grow(struct kept_table *t)
{
	size_t cap = t->cap ? t->cap * 2 : CAP_FIRST;
	struct kept_table grown = {
	    .slots = memory_new(cap * sizeof(*t->slots)), .n = t->n, .cap = cap};

	for (struct kept_answer *a = t->slots; a < t->slots + t->cap; a++)
		if (a->key)
			grown.slots[table_slot(&grown, a->actor, a->key)] = *a;
	free(t->slots);
	*t = grown;
}

void kept_add(struct kept *k, uint32_t actor, const char *key, const char *request,
	      const char *reply, int64_t at)
{
	struct kept_table *t;
	struct kept_answer *a;

	if (!k->tables)
		k->tables = memory_new(KEPT_TABLES * sizeof(*k->tables));
	t = table_of(k, actor, key);
	if (t->n * 2 >= t->cap)
		table_grow(t);
	a = &t->slots[table_slot(t, actor, key)];
	if (a->key)
		return;
	*a = (struct kept_answer){.actor = actor,
				  .at = at,
				  .key = memory_strdup(key),
				  .request = memory_strdup(request),
				  .reply = memory_strdup(reply)};
	t->n++;
	k->n++;
}

/* Those behind it move up, unless they would come to stand before where they are looked for from.
 */
static void table_remove(struct kept_table *t, size_t hole)
{
	const size_t last = t->cap - 1;

	kept_answer_clear(&t->slots[hole]);
	for (size_t i = (hole + 1) & last; t->slots[i].key; i = (i + 1) & last) {
		size_t home = table_home(t, t->slots[i].actor, t->slots[i].key);

		if (((i - home) & last) < ((i - hole) & last))
			continue;
		t->slots[hole] = t->slots[i];
		hole = i;
	}
	t->slots[hole] = (struct kept_answer){0};
	t->n--;
}

bool kept_forget_some(struct kept *k, int64_t before, size_t n, struct kept_place *at)
{
	if (!k->tables)
		return true;
	for (; at->table < KEPT_TABLES && n > 0; n--) {
		struct kept_table *t = &k->tables[at->table];
		const struct kept_answer *a = at->slot < t->cap ? &t->slots[at->slot] : NULL;

		if (!a) {
			*at = (struct kept_place){.table = at->table + 1};
		} else if (a->key && a->at < before) {
			table_remove(t, at->slot); /* what moves up is looked at next */
			k->n--;
		} else {
			at->slot++;
		}
	}
	return at->table >= KEPT_TABLES;
}
