/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps answers by (actor, key) in an open-addressing table. */

#include "daemon/kept.h"

#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

static size_t kept_home(const struct kept *k, uint32_t actor, const char *key)
{
	uint64_t h = 0xcbf29ce484222325u ^ actor;

	for (const char *c = key; *c; c++)
		h = (h ^ (unsigned char)*c) * 0x100000001b3u;
	h ^= h >> 32;
	return h & (k->cap - 1);
}

static size_t kept_slot(const struct kept *k, uint32_t actor, const char *key)
{
	size_t i;

	for (i = kept_home(k, actor, key); k->slots[i].key; i = (i + 1) & (k->cap - 1))
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

static void kept_grow(struct kept *k)
{
	size_t cap = k->cap ? k->cap * 2 : 64;
	struct kept grown = {.slots = memory_new(cap * sizeof(*k->slots)), .n = k->n, .cap = cap};

	for (struct kept_answer *a = k->slots; a < k->slots + k->cap; a++)
		if (a->key)
			grown.slots[kept_slot(&grown, a->actor, a->key)] = *a;
	free(k->slots);
	*k = grown;
}

void kept_add(struct kept *k, uint32_t actor, const char *key, const char *request,
	      const char *reply, int64_t at)
{
	struct kept_answer *a;

	if (k->n * 2 >= k->cap)
		kept_grow(k);
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

/* Those behind it move up, unless they would come to stand before where they are looked for from.
 */
static void kept_remove(struct kept *k, size_t hole)
{
	const size_t last = k->cap - 1;

	kept_answer_clear(&k->slots[hole]);
	for (size_t i = (hole + 1) & last; k->slots[i].key; i = (i + 1) & last) {
		size_t home = kept_home(k, k->slots[i].actor, k->slots[i].key);

		if (((i - home) & last) < ((i - hole) & last))
			continue;
		k->slots[hole] = k->slots[i];
		hole = i;
	}
	k->slots[hole] = (struct kept_answer){0};
	k->n--;
}

bool kept_forget_some(struct kept *k, int64_t before, size_t n, size_t *at)
{
	for (; *at < k->cap && n > 0; n--) {
		const struct kept_answer *a = &k->slots[*at];

		if (a->key && a->at < before)
			kept_remove(k, *at); /* what moves up is looked at next */
		else
			++*at;
	}
	return *at >= k->cap;
}
