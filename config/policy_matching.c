/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `for:` means: resources by id and by kind. */

#include "config/policy_build.h"

#include <stdlib.h>
#include <string.h>

struct matching matching_new(struct build *b)
{
	const size_t n = b->policy->n_resources;

	return (struct matching){
	    .build = b,
	    .items = arena_new_n(&b->scratch, const struct resource *, n),
	    .taken = arena_new_n(&b->scratch, bool, n),
	};
}

static void add_resource(struct matching *m, const struct resource *r)
{
	size_t at = (size_t)(r - m->build->policy->resources);

	if (m->taken[at])
		return;
	m->taken[at] = true;
	m->items[m->n++] = r;
}

static bool add_kind(struct matching *m, const struct node *word)
{
	const struct policy *p = m->build->policy;
	size_t kind = 0;
	bool found = false;

	while (kind < N_RESOURCE_KINDS && strcmp(resource_kind_words[kind], word->text) != 0)
		kind++;
	if (kind == N_RESOURCE_KINDS)
		return false;
	for (size_t i = 0; i < p->n_resources; i++) {
		if (p->resources[i].kind != (enum resource_kind)kind)
			continue;
		add_resource(m, &p->resources[i]);
		found = true;
	}
	if (!found)
		problems_add(m->build->walk.problems, word->place,
			     "no resource is of kind %s; it would never apply", word->text);
	return true;
}

bool matching_add(struct matching *m, const struct node *word)
{
	const struct draft *d = glossary_find(&m->build->resources, word->text);

	if (!d)
		return add_kind(m, word);
	add_resource(m, d->resource);
	return true;
}

bool matching_add_unit(struct matching *m, const struct node *word)
{
	const struct draft *d = glossary_find(&m->build->units, word->text);
	const struct unit *u = d ? resource_unit(d->resource, word->text) : NULL;

	if (!u)
		return false;
	for (size_t i = 0; i < m->n_units; i++)
		if (m->units[i] == u)
			return true;
	m->units = arena_grow(m->build->walk.arena, m->units, m->n_units, &m->units_cap,
			      m->n_units + 1, sizeof(*m->units));
	m->units[m->n_units++] = u;
	return true;
}

static bool is_whole(const struct matching *m, const struct resource *r)
{
	return m->taken[r - m->build->policy->resources];
}

void matching_into_rule(struct matching *m, struct rule *rule)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_units; i++) { /* `[van, van-1]` is the van */
		const struct draft *d = glossary_find(&m->build->units, m->units[i]->id);

		if (!is_whole(m, d->resource))
			m->units[n++] = m->units[i];
	}
	for (size_t i = 0; i < n; i++) {
		const struct draft *d = glossary_find(&m->build->units, m->units[i]->id);

		add_resource(m, d->resource);
	}
	rule->resources = matching_items(m);
	rule->n_resources = m->n;
	rule->units = m->units;
	rule->n_units = n;
}

const struct resource **matching_items(const struct matching *m)
{
	const struct resource **items =
	    arena_new_n(m->build->walk.arena, const struct resource *, m->n);

	if (m->n > 0)
		memcpy(items, m->items, m->n * sizeof(*items));
	return items;
}

bool matching_is_unit(const struct matching *m, const struct node *word)
{
	const struct draft *of_unit = glossary_find(&m->build->units, word->text);

	if (!of_unit)
		return false;
	problems_add(m->build->walk.problems, word->place,
		     "\"%s\" is a unit; write a whole resource, here \"%s\"", word->text,
		     of_unit->resource->id);
	return true;
}

const char *build_hint(struct build *b, const char *word, const struct glossary *first,
		       const struct glossary *second)
{
	const size_t n = first->n + second->n;
	const char **words;
	const char *hint = "";

	if (b->walk.problems->n >= PROBLEMS_MAX || n > HINT_MAX_WORDS)
		return walk_hint(&b->walk, word, first->words, first->n);
	words = memory_new((n + 1) * sizeof(*words));
	for (size_t i = 0; i < n; i++)
		words[i] = i < first->n ? first->words[i] : second->words[i - first->n];
	hint = walk_hint(&b->walk, word, words, n);
	free(words);
	return hint;
}

void report_empty_list(struct build *b, const struct node *words)
{
	if (words->kind == NODE_LIST && words->n_children == 0)
		problems_add(b->walk.problems, words->place,
			     "an empty list; leave `%s` out to mean all", words->key);
}
