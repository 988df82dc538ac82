/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section closures. */

#include "config/policy_build.h"

#include <string.h>

struct closing_draft {
	const struct node *for_what, *on;
	const char *why;
};

static const struct key_row closing_rows[] = {
    {"for", KEY_WORDS, false, walk_set_node, offsetof(struct closing_draft, for_what),
     "resources, kinds, sites; if not said: everything"},
    {"on", KEY_TEXT, true, walk_set_node, offsetof(struct closing_draft, on),
     "2026-12-24..2027-01-03, or with times 2026-12-24T12:00..2027-01-03T08:00"},
    {"why", KEY_NAME, true, walk_set_text, offsetof(struct closing_draft, why),
     "what a refusal says"},
};
const struct key_table closing_table = KEY_TABLE(closing_rows);

struct site_list {
	const struct site **items;
	size_t n;
};

static void add_site(struct site_list *list, const struct site *site)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i] == site)
			return;
	list->items[list->n++] = site;
}

/* A word may be an id of both kinds only where it is not used. */
static void add_word(struct build *b, struct matching *resources, struct site_list *sites,
		     const struct node *word)
{
	const struct site *site = glossary_find(&b->sites, word->text);

	if (site && glossary_find(&b->resources, word->text))
		problems_add(b->walk.problems, word->place,
			     "\"%s\" is a site and a resource; give one of them another id",
			     word->text);
	else if (site)
		add_site(sites, site);
	else if (!matching_add(resources, word) && !matching_is_unit(resources, word))
		problems_add(b->walk.problems, word->place,
			     "unknown resource, kind or site \"%s\"%s", word->text,
			     walk_hint(&b->walk, word->text, b->resources.words, b->resources.n));
}

static void match(struct build *b, const struct node *words, struct closing *c)
{
	struct matching resources = matching_new(b);
	struct site_list sites = {
	    arena_new_n(b->walk.arena, const struct site *, b->policy->n_sites), 0};

	report_empty_list(b, words);
	for (const struct node *word = words_first(words); word; word = words_next(words, word))
		add_word(b, &resources, &sites, word);
	c->resources = matching_items(&resources);
	c->n_resources = resources.n;
	c->sites = sites.items;
	c->n_sites = sites.n;
}

static void build_closing(struct build *b, const struct node *value)
{
	struct closing *c = &b->policy->closings[b->policy->n_closings++];
	struct closing_draft d = {.why = ""};

	c->closure.why = "";
	c->closure.place = value->place;
	if (!walk_is(&b->walk, value, KEY_MAP))
		return;
	walk_map(&b->walk, value, value->place, &closing_table, &d);
	c->closure.why = d.why;
	if (d.for_what)
		match(b, d.for_what, c);
	if (d.on)
		dates_read(&b->walk, d.on, DATES_WITH_TIMES, &c->closure.from_s, &c->closure.to_s);
}

void build_closures(struct build *b)
{
	const struct node *closures = b->sections.closures;

	if (!closures)
		return;
	if (closures->n_children > POLICY_MAX_CLOSURES) {
		problems_add(b->walk.problems, closures->key_place,
			     "%zu closures; a pole has at most %d", closures->n_children,
			     POLICY_MAX_CLOSURES);
		return;
	}
	b->policy->closings = arena_new_n(&b->policy->arena, struct closing, closures->n_children);
	for (const struct node *c = closures->children; c; c = c->next)
		build_closing(b, c);
}
