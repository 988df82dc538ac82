/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that only grow in number, in the order they were added. */

#include "config/glossary.h"

#include <string.h>

static bool is_named(const void *item, const void *key)
{
	return strcmp(((const struct named *)item)->id, key) == 0;
}

static struct named *find(const struct glossary *g, const char *id)
{
	return table_find(&g->by_id, hash_string(0, id), is_named, id);
}

void glossary_clear(struct glossary *g)
{
	table_clear(&g->by_id);
	*g = (struct glossary){0};
}

const struct named *glossary_add(struct glossary *g, struct arena *a, const char *id, void *thing,
				 struct place place)
{
	struct named *named = find(g, id);

	if (named)
		return named;
	named = arena_new(a, struct named);
	*named = (struct named){id, thing, place};
	table_add(&g->by_id, hash_string(0, id), named);
	g->words = arena_grow(a, g->words, g->n, &g->cap, g->n + 1, sizeof(*g->words));
	g->words[g->n++] = id;
	return NULL;
}

void *glossary_find(const struct glossary *g, const char *id)
{
	const struct named *named = find(g, id);

	return named ? named->thing : NULL;
}
