/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The section rules, and the rules that a resource's own terms amount to.
 *
 * A rule has one limit in the core; one that was written with several becomes several of the same
 * name and place. The resources' own come first, in the order of the file, then the written ones.
 */

#include "config/policy_build.h"

#include <stdlib.h>
#include <string.h>

struct rule_draft {
	const char *name;
	const struct node *for_what, *members;
	struct terms terms;
};

static const struct key_row rule_rows[] = {
    {"name", KEY_NAME, true, walk_set_text, offsetof(struct rule_draft, name)},
    {"for", KEY_WORDS, false, walk_set_node, offsetof(struct rule_draft, for_what)},
    {"members", KEY_WORDS, false, walk_set_node, offsetof(struct rule_draft, members)},
    LIMIT_ROWS(offsetof(struct rule_draft, terms)),
};
static const struct key_table rule_table = {rule_rows, sizeof(rule_rows) / sizeof(*rule_rows),
					    NULL};

static struct rule *add_rule(struct policy *p, size_t *cap)
{
	p->rules =
	    arena_grow(&p->arena, p->rules, p->n_rules, cap, p->n_rules + 1, sizeof(*p->rules));
	return &p->rules[p->n_rules++];
}

/* `slots: free` undoes what the defaults say. */
static bool is_free(const struct limit *l)
{
	return l->kind == LIMIT_SLOTS && l->slots.n == 0;
}

static void add_own_rules(struct policy *p, const struct draft *d, size_t *cap)
{
	const struct resource **self = arena_new(&p->arena, const struct resource *);

	*self = d->resource;
	for (size_t i = 0; i < N_LIMIT_KINDS; i++) {
		if (d->terms.place[i].line == 0 || is_free(&d->terms.limits[i]))
			continue;
		*add_rule(p, cap) = (struct rule){
		    .name = arena_printf(&p->arena, "%s %s", d->resource->id, limit_words[i]),
		    .place = d->terms.place[i],
		    .resources = self,
		    .n_resources = 1,
		    .limit = d->terms.limits[i],
		};
	}
}

static void match_resources(struct build *b, const struct node *words, struct rule *rule)
{
	struct matching m = matching_new(b);

	report_empty_list(b, words);
	for (const struct node *word = words_first(words); word; word = words_next(words, word))
		if (!matching_add(&m, word) && !matching_is_unit(&m, word))
			problems_add(
			    b->walk.problems, word->place, "unknown resource or kind \"%s\"%s",
			    word->text,
			    walk_hint(&b->walk, word->text, b->resources.words, b->resources.n));
	rule->resources = matching_items(&m);
	rule->n_resources = m.n;
}

static const char **match_classes(struct build *b, const struct node *words, size_t *ret_n)
{
	const char **classes = arena_new_n(b->walk.arena, const char *, words->n_children + 1);
	size_t n = 0;

	report_empty_list(b, words);
	for (const struct node *word = words_first(words); word; word = words_next(words, word)) {
		if (!glossary_find(&b->classes, word->text))
			problems_add(
			    b->walk.problems, word->place, "no member is of class \"%s\"%s",
			    word->text,
			    walk_hint(&b->walk, word->text, b->classes.words, b->classes.n));
		classes[n++] = arena_strdup(b->walk.arena, word->text);
	}
	*ret_n = n;
	return classes;
}

static void add_written(struct build *b, const struct rule_draft *d, struct place place,
			size_t *cap)
{
	struct rule rule = {.name = d->name ? d->name : "", .place = place};
	bool limits_something = false;

	if (d->for_what)
		match_resources(b, d->for_what, &rule);
	if (d->members)
		rule.party.classes = match_classes(b, d->members, &rule.party.n_classes);
	for (size_t i = 0; i < N_LIMIT_KINDS; i++) {
		if (d->terms.place[i].line == 0)
			continue;
		rule.limit = d->terms.limits[i];
		*add_rule(b->policy, cap) = rule;
		limits_something = true;
	}
	if (!limits_something)
		problems_add(
		    b->walk.problems, place,
		    "the rule limits nothing; add one or more of duration, start, lead, horizon, "
		    "slots, recurrence");
}

static void build_rule(struct build *b, const struct node *value, size_t *cap)
{
	struct rule_draft d = {0};
	const struct named *other;

	if (!walk_is(&b->walk, value, KEY_MAP))
		return;
	walk_map(&b->walk, value, value->place, &rule_table, &d);
	add_written(b, &d, value->place, cap);
	other = d.name ? glossary_add(&b->rules, &b->scratch, d.name, b, value->place) : NULL;
	if (other)
		problems_add(
		    b->walk.problems, value->place,
		    "another rule is called \"%s\", at %s:%d:%d; give each a name of its own",
		    d.name, other->place.file, other->place.line, other->place.column);
}

void build_rules(struct build *b)
{
	const struct node *rules = b->sections.rules;
	size_t cap = 0;

	for (size_t i = 0; i < b->policy->n_resources; i++)
		add_own_rules(b->policy, &b->drafts[i], &cap);
	if (!rules)
		return;
	if (rules->n_children > POLICY_MAX_RULES) {
		problems_add(b->walk.problems, rules->key_place, "%zu rules; a pole has at most %d",
			     rules->n_children, POLICY_MAX_RULES);
		return;
	}
	for (const struct node *c = rules->children; c; c = c->next)
		build_rule(b, c, &cap);
}
