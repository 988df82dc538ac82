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

#include "lib/person.h"

struct rule_draft {
	const char *name;
	const struct node *for_what, *when, *until, *those;
	struct party_match party;
	struct terms terms;
};

static void set_members(struct walk *w, void *into, const struct key_row *row,
			const struct node *value)
{
	party_read_members(w, value, (struct party_match *)((char *)into + row->offset));
}

struct standing_draft {
	const struct node *counted[3]; /* no-shows, late-cancellations, late-returns */
	const struct node *within;
};

#define COUNTED_ROW(word, at)                                                                      \
	{                                                                                          \
		word, KEY_ANY, false, walk_set_node, offsetof(struct standing_draft, counted[at]), \
		    "so many, or nothing where another says how many of both together"             \
	}
static const struct key_row standing_rows[] = {
    COUNTED_ROW("no-shows", 0),
    COUNTED_ROW("late-cancellations", 1),
    COUNTED_ROW("late-returns", 2),
    {"within", KEY_TEXT, true, walk_set_node, offsetof(struct standing_draft, within), "90d"},
};
static const struct key_table standing_table = KEY_TABLE(standing_rows);

static const struct key_row rule_rows[] = {
    {"name", KEY_NAME, true, walk_set_text, offsetof(struct rule_draft, name),
     "what a refusal says: laser shared out"},
    {"for", KEY_WORDS, false, walk_set_node, offsetof(struct rule_draft, for_what),
     "resources, units, kinds; if not said: all"},
    {"members", KEY_WORDS, false, set_members, offsetof(struct rule_draft, party),
     "ids and classes of members, or owner; if not said: all"},
    {"roles", KEY_WORDS, false, party_set_roles, offsetof(struct rule_draft, party),
     "of the person; if not said: all", NULL, false, role_words, N_ROLES},
    {"when", KEY_TEXT_OR_MAP, false, walk_set_node, offsetof(struct rule_draft, when),
     "{months: Jun..Sep, days: Sat..Sun, hours: \"08:00-18:00\"}", &when_table},
    {"until", KEY_TEXT, false, walk_set_node, offsetof(struct rule_draft, until),
     "the day of the year of use from which on it no longer holds: 1 May"},
    {"for-those-with", KEY_MAP, false, walk_set_node, offsetof(struct rule_draft, those),
     "{no-shows: 3, within: 90d}", &standing_table},
    LIMIT_ROWS(offsetof(struct rule_draft, terms)),
};
const struct key_table rule_table = KEY_TABLE(rule_rows);

static struct rule *add_rule(struct policy *p, size_t *cap)
{
	p->rules =
	    arena_grow(&p->arena, p->rules, p->n_rules, cap, p->n_rules + 1, sizeof(*p->rules));
	return &p->rules[p->n_rules++];
}

/* Adds the limits that the terms say, as rules like this one. Returns how many. */
static size_t add_limits(struct policy *p, const struct rule *like, const struct terms *t,
			 const char *owner, size_t *cap)
{
	size_t n = 0;

	for (size_t i = 0; i < N_LIMIT_KINDS; i++) {
		struct rule rule = *like;

		if (t->place[i].line == 0)
			continue;
		n++;
		rule.limit = t->limits[i].limit;
		if (rule.limit.kind == N_LIMIT_KINDS) /* undoes what the defaults say */
			continue;
		if (t->limits[i].when) {
			rule.when = *t->limits[i].when;
			rule.has_when = true;
		}
		if (i == TERM_DURATION)
			rule.limit.duration.chains = t->place[TERM_ADJACENT].line != 0;
		if (owner) {
			rule.name = arena_printf(&p->arena, "%s %s", owner, limit_words[i]);
			rule.place = t->place[i];
		}
		*add_rule(p, cap) = rule;
	}
	return n;
}

static void check_adjacent(struct build *b, const struct terms *t)
{
	if (t->place[TERM_ADJACENT].line != 0 &&
	    length_s(t->limits[TERM_DURATION].limit.duration.max) == 0)
		problems_add(b->walk.problems, t->place[TERM_ADJACENT],
			     "`adjacent` is about the longest duration; add `duration: ..4d`");
}

static void add_own_rules(struct build *b, const struct draft *d, size_t *cap)
{
	const struct resource **self = arena_new(&b->policy->arena, const struct resource *);
	const struct rule own = {.resources = self, .n_resources = 1};

	*self = d->resource;
	check_adjacent(b, &d->terms);
	add_limits(b->policy, &own, &d->terms, d->resource->id, cap);
}

static void match_resources(struct build *b, const struct node *words, struct rule *rule)
{
	struct matching m = matching_new(b);

	report_empty_list(b, words);
	for (const struct node *word = words_first(words); word; word = words_next(words, word))
		if (!matching_add(&m, word) && !matching_add_unit(&m, word))
			problems_add(b->walk.problems, word->place,
				     "unknown resource, unit or kind \"%s\"%s", word->text,
				     build_hint(b, word->text, &b->resources, &b->units));
	matching_into_rule(&m, rule);
}

/* How many of one; 0: that it counts along. */
static bool read_counted(struct build *b, const struct node *value, uint32_t *at_least)
{
	int n;

	if (node_is_nothing(value))
		return true;
	if (!walk_count(&b->walk, value, 1000, &n))
		return false;
	if (*at_least != 0) {
		problems_add(b->walk.problems, value->place,
			     "they are counted together; write the number once: {no-shows: 3, "
			     "late-returns, within: 90d}");
		return false;
	}
	*at_least = (uint32_t)n;
	return true;
}

static void read_standing(struct build *b, const struct node *value, struct standing *ret)
{
	bool *const counts[] = {&ret->no_shows, &ret->late_cancels, &ret->late_returns};
	struct standing_draft d = {0};
	bool any = false, good = true;

	walk_map(&b->walk, value, value->key_place, &standing_table, &d);
	for (size_t i = 0; i < 3; i++) {
		*counts[i] = d.counted[i] != NULL;
		any |= *counts[i];
		if (d.counted[i])
			good &= read_counted(b, d.counted[i], &ret->at_least);
	}
	if (good && (!any || ret->at_least == 0))
		problems_add(b->walk.problems, value->key_place,
			     "how many of what? Write {no-shows: 3, within: 90d}; also "
			     "late-cancellations, late-returns");
	if (d.within)
		length_read_some(&b->walk, d.within, d.within->text, &ret->within);
}

static void read_match(struct build *b, const struct rule_draft *d, struct rule *rule)
{
	if (d->for_what)
		match_resources(b, d->for_what, rule);
	rule->party = d->party;
	if (d->when) {
		rule->has_when = true;
		when_read(&b->walk, d->when, &rule->when);
	}
	if (d->until)
		rule->has_release = year_day_read(&b->walk, d->until, &rule->release);
	if (d->those)
		read_standing(b, d->those, &rule->standing);
	if (d->when && d->terms.limits[TERM_KEEP].when)
		problems_add(b->walk.problems, d->when->key_place,
			     "the rule says `when`, and its keep another; leave one of them out");
}

/* What was refused may have been its limit. */
static void add_written(struct build *b, const struct rule_draft *d, struct place place,
			size_t n_problems, size_t *cap)
{
	struct rule rule = {.name = d->name ? d->name : "", .place = place};

	read_match(b, d, &rule);
	check_adjacent(b, &d->terms);
	if (add_limits(b->policy, &rule, &d->terms, NULL, cap) == 0 &&
	    b->walk.problems->n == n_problems)
		problems_add(
		    b->walk.problems, place,
		    "the rule limits nothing; add one or more of duration, start, lead, horizon, "
		    "slots, recurrence, quota, who, keep, driver, qualification, approval, hold, "
		    "cancel, no-show");
}

static void build_rule(struct build *b, const struct node *value, size_t *cap)
{
	struct rule_draft d = {0};
	const struct named *other;
	const size_t n_problems = b->walk.problems->n;

	if (!walk_is(&b->walk, value, KEY_MAP))
		return;
	walk_map(&b->walk, value, value->place, &rule_table, &d);
	add_written(b, &d, value->place, n_problems, cap);
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
		add_own_rules(b, &b->drafts[i], &cap);
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
