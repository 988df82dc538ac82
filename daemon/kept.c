/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps answers by (actor, key) in an open-addressing table. */

#include "daemon/kept.h"

#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

static size_t kept_slot(const struct kept *k, uint32_t actor, const char *key)
{
	uint64_t h = 0xcbf29ce484222325u ^ actor;
	size_t i;

	for (const char *c = key; *c; c++)
		h = (h ^ (unsigned char)*c) * 0x100000001b3u;
	h ^= h >> 32;
	for (i = h & (k->cap - 1); k->slots[i].key; i = (i + 1) & (k->cap - 1))
		if (k->slots[i].actor == actor && strcmp(k->slots[i].key, key) == 0)
			break;
	return i;
}

static void kept_answer_clear(struct kept_answer *a)
{
	free(a->key);
	free(a->request);
	free(a->reply);
}

void kept_clear(struct kept *k)
{
	for (size_t i = 0; i < k->cap; i++)
		kept_answer_clear(&k->slots[i]);
	free(k->slots);
	*k = (struct kept){0};
}

const struct kept_answer *kept_find(const struct kept *k, uint32_t actor, const char *key)
{
	const struct kept_answer *a;

	if (!k->n)
		return NULL;
	a = &k->slots[kept_slot(k, actor, key)];
	return a->key ? a : NULL;
}

/* Moves what `keep_from` and later to a table of `cap` slots. */
static void kept_rebuild(struct kept *k, size_t cap, int64_t keep_from)
{
	struct kept fresh = {.slots = memory_new(cap * sizeof(*k->slots)), .cap = cap};

	for (size_t i = 0; i < k->cap; i++) {
		struct kept_answer *a = &k->slots[i];

		if (!a->key)
			continue;
		if (a->at < keep_from) {
			kept_answer_clear(a);
			continue;
		}
		fresh.slots[kept_slot(&fresh, a->actor, a->key)] = *a;
		fresh.n++;
	}
	free(k->slots);
	*k = fresh;
}

void kept_add(struct kept *k, uint32_t actor, const char *key, const char *request,
	      const char *reply, int64_t at)
{
	struct kept_answer *a;

	if (k->n * 2 >= k->cap)
		kept_rebuild(k, k->cap ? k->cap * 2 : 64, INT64_MIN);
	a = &k->slots[kept_slot(k, actor, key)];
	if (a->key)
		return;
	*a = (struct kept_answer){.actor = actor,
				  .at = at,
				  .key = memory_strdup(key),
				  .request = memory_strdup(request),
				  .reply = memory_strdup(reply)};
	k->n++;
}

void kept_forget(struct kept *k, int64_t before)
{
	if (k->cap)
		kept_rebuild(k, k->cap, before);
}
