/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The section conflicts, and what holds where it says nothing: who used less of its share goes
 * first, then who asked first; use of the last 26 weeks counts, halving every 6; who waits is
 * offered what becomes free for 4 hours of the day; nobody is displaced; unpinned bookings are
 * moved to make room; three alternatives.
 */

#include "config/policy_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALTERNATIVES = 3, ALTERNATIVES_MAX = 20, HALF_LIFE_DAYS = 6 * 7, LOOKS_BACK_DAYS = 26 * 7 };
enum { OFFER_HOLDS_S = 4 * 3600, DAY_FROM_S = 8 * 3600, DAY_TO_S = 20 * 3600, N_DAYS = 7 };
#define WEIGHT_MAX 1000.0

static void set_order(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	struct conflict_rules *c = into;

	report_empty_list(w->owner, value);
	c->n_order = 0;
	for (const struct node *word = words_first(value); word; word = words_next(value, word)) {
		size_t key = walk_choice(w, word, "order", order_key_words, N_ORDER_KEYS);
		bool again = false;

		for (size_t i = 0; i < c->n_order; i++)
			again |= c->order[i] == (enum order_key)key;
		if (again)
			problems_add(w->problems, word->place, "\"%s\" is named twice", word->text);
		else if (c->n_order > 0 && c->order[c->n_order - 1] == ORDER_FIRST_COME)
			problems_add(w->problems, word->place,
				     "nothing is left to order after first-come; write it last");
		else if (key < N_ORDER_KEYS)
			c->order[c->n_order++] = (enum order_key)key;
	}
	if (c->n_order > 0 && c->n_order < N_ORDER_KEYS &&
	    c->order[c->n_order - 1] != ORDER_FIRST_COME)
		c->order[c->n_order++] = ORDER_FIRST_COME;
}

static void set_classes(struct walk *w, void *into, const struct key_row *row,
			const struct node *value)
{
	struct conflict_rules *c = into;
	struct build *b = w->owner;

	report_empty_list(b, value);
	c->classes = arena_new_n(w->arena, const char *, value->n_children + 1);
	for (const struct node *word = words_first(value); word; word = words_next(value, word)) {
		if (!glossary_find(&b->classes, word->text))
			problems_add(w->problems, word->place, "no member is of class \"%s\"%s",
				     word->text,
				     walk_hint(w, word->text, b->classes.words, b->classes.n));
		c->classes[c->n_classes++] = arena_strdup(w->arena, word->text);
	}
}

static void set_length(struct walk *w, void *into, const struct key_row *row,
		       const struct node *value)
{
	length_read_some(w, value, value->text, (struct duration *)((char *)into + row->offset));
}

/* `van: 3` */
static void take_cost(struct walk *w, void *into, const struct node *value)
{
	struct conflict_rules *c = into;
	struct build *b = w->owner;
	const struct draft *d = build_find_draft(b, value->key, value->key_place);
	struct cost *costs = (struct cost *)c->fair_share.costs;
	double weight = 0;
	int used = 0;

	if (!walk_is(w, value, KEY_TEXT))
		return;
	if (strspn(value->text, "0123456789.") != strlen(value->text) || strlen(value->text) > 9 ||
	    sscanf(value->text, "%lf%n", &weight, &used) != 1 || value->text[used] != '\0' ||
	    weight > WEIGHT_MAX) {
		problems_add(w->problems, value->place,
			     "\"%s\" is no weight; write a number from 0 to %.0f such as 3 or 0.5",
			     value->text, WEIGHT_MAX);
		return;
	}
	if (d)
		costs[c->fair_share.n_costs++] = (struct cost){d->resource, weight};
}

static const struct key_table cost_table = {NULL, 0, take_cost, NULL};

static void set_costs(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	struct conflict_rules *c = into;

	c->fair_share.costs = arena_new_n(w->arena, struct cost, value->n_children + 1);
	walk_map(w, value, value->key_place, &cost_table, c);
}

static const struct key_row fair_share_rows[] = {
    {"half-life", KEY_TEXT, false, set_length,
     offsetof(struct conflict_rules, fair_share.half_life),
     "use counts half after that time: 6 weeks"},
    {"looks-back", KEY_TEXT, false, set_length,
     offsetof(struct conflict_rules, fair_share.looks_back),
     "use before that is forgotten: 26 weeks"},
    {"floor", KEY_TEXT, false, set_length, offsetof(struct conflict_rules, fair_share.floor),
     "who used less than that goes before all others: 4h"},
    {"cost", KEY_MAP, false, set_costs, 0, "what an hour of a resource weighs: {van: 3, laser: 12}",
     &cost_table},
};
static const struct key_table fair_share_table = KEY_TABLE(fair_share_rows);

static void set_fair_share(struct walk *w, void *into, const struct key_row *row,
			   const struct node *value)
{
	struct conflict_rules *c = into;

	c->fair_share.place = value->key_place;
	walk_map(w, value, value->key_place, &fair_share_table, c);
	if (length_s(c->fair_share.looks_back) < length_s(c->fair_share.half_life))
		problems_add(
		    w->problems, value->key_place,
		    "it looks back less far than its half-life; write looks-back: 26 weeks");
}

static void set_during(struct walk *w, void *into, const struct key_row *row,
		       const struct node *value)
{
	struct conflict_rules *c = into;

	if (hours_read(w, value, HOURS_OF_DATES, &c->waiting.during) && !c->waiting.during.always &&
	    c->waiting.during.n_ranges == 0)
		problems_add(w->problems, value->place,
			     "offers would never end; write hours such as Mon-Sat 08:00-20:00");
}

static const struct key_row waiting_rows[] = {
    {"offer-holds", KEY_TEXT, false, set_length,
     offsetof(struct conflict_rules, waiting.offer_holds), "how long an offer stands: 4h"},
    {"during", KEY_TEXT, false, set_during, 0, "its time runs only then: Mon-Sat 08:00-20:00"},
};
static const struct key_table waiting_table = KEY_TABLE(waiting_rows);

static bool is_none(struct walk *w, const struct node *value)
{
	if (value->kind != NODE_TEXT)
		return false;
	if (strcmp(value->text, "none") != 0)
		problems_add(w->problems, value->place,
			     "\"%s\" is not known; write a map of keys in { }, or none",
			     value->text);
	return true;
}

static void set_waiting(struct walk *w, void *into, const struct key_row *row,
			const struct node *value)
{
	struct conflict_rules *c = into;

	c->waiting.place = value->key_place;
	c->waiting.enabled = !is_none(w, value);
	if (c->waiting.enabled)
		walk_map(w, value, value->key_place, &waiting_table, c);
}

static void set_by(struct walk *w, void *into, const struct key_row *row, const struct node *value)
{
	party_read(w, value, &((struct conflict_rules *)into)->displace.by);
}

static const struct key_row displace_rows[] = {
    {"by", KEY_PARTY, true, set_by, 0, "owner, a member, a class", &party_table},
    {"notice", KEY_TEXT, true, set_length, offsetof(struct conflict_rules, displace.notice),
     "no later than that before the start: 72h"},
    {"replace-first", KEY_BOOL, false, walk_set_bool,
     offsetof(struct conflict_rules, displace.replace_first),
     "those first that find another place; if not said: true"},
};
static const struct key_table displace_table = KEY_TABLE(displace_rows);

static void set_displace(struct walk *w, void *into, const struct key_row *row,
			 const struct node *value)
{
	struct conflict_rules *c = into;

	c->displace.place = value->key_place;
	c->displace.enabled = !is_none(w, value);
	if (c->displace.enabled)
		walk_map(w, value, value->key_place, &displace_table, c);
}

static void set_alternatives(struct walk *w, void *into, const struct key_row *row,
			     const struct node *value)
{
	struct conflict_rules *c = into;
	int n;

	if (strcmp(value->text, "0") == 0)
		c->alternatives = 0;
	else if (walk_count(w, value, ALTERNATIVES_MAX, &n))
		c->alternatives = (unsigned)n;
}

static const struct key_row conflict_rows[] = {
    {"order", KEY_WORDS, false, set_order, 0, "who goes first in a queue", NULL, false,
     order_key_words, N_ORDER_KEYS},
    {"classes", KEY_WORDS, false, set_classes, 0, "in order of right, the highest first"},
    {"fair-share", KEY_MAP, false, set_fair_share, 0, "how past use counts", &fair_share_table},
    {"waiting", KEY_TEXT_OR_MAP, false, set_waiting, 0, "offers to those who wait, or none",
     &waiting_table},
    {"displace", KEY_TEXT_OR_MAP, false, set_displace, 0, "who may displace others, or none",
     &displace_table},
    {"repack", KEY_BOOL, false, walk_set_bool, offsetof(struct conflict_rules, repack),
     "move bookings that asked for no unit to make room"},
    {"alternatives", KEY_COUNT, false, set_alternatives, 0, "how many a refusal offers"},
};
const struct key_table conflict_table = KEY_TABLE(conflict_rows);

static struct hours by_day(struct arena *a)
{
	struct hours_range *ranges = arena_new_n(a, struct hours_range, N_DAYS);

	for (int day = 0; day < N_DAYS; day++)
		ranges[day] = (struct hours_range){(enum weekday)day, DAY_FROM_S, DAY_TO_S};
	return (struct hours){.ranges = ranges, .n_ranges = N_DAYS};
}

/* Those that members name, in the order in which they do. */
static void take_classes(struct build *b, struct conflict_rules *c)
{
	c->classes = arena_new_n(b->walk.arena, const char *, b->classes.n + 1);
	for (size_t i = 0; i < b->classes.n; i++)
		c->classes[c->n_classes++] = arena_strdup(b->walk.arena, b->classes.words[i]);
}

void build_conflicts(struct build *b)
{
	const struct node *conflicts = b->sections.conflicts;
	struct conflict_rules *c = &b->policy->conflicts;

	*c = (struct conflict_rules){
	    .order = {ORDER_FAIR_SHARE, ORDER_FIRST_COME},
	    .n_order = 2,
	    .fair_share = {.half_life = {.days = HALF_LIFE_DAYS},
			   .looks_back = {.days = LOOKS_BACK_DAYS}},
	    .waiting = {.enabled = true,
			.offer_holds = {.seconds = OFFER_HOLDS_S},
			.during = by_day(b->walk.arena)},
	    .displace = {.replace_first = true},
	    .repack = true,
	    .alternatives = ALTERNATIVES,
	};
	if (conflicts) {
		c->place = conflicts->key_place;
		walk_map(&b->walk, conflicts, conflicts->key_place, &conflict_table, c);
	}
	if (!c->classes)
		take_classes(b, c);
}
