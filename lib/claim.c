/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What orders the queue.
 *
 * Every key is of one booking alone, and keys are compared one after the other, so the order is the
 * same whoever is asked first, and A before B before C means A before C. The number of the booking
 * has the last word: two that ask in the same second go as they were written down.
 */
#include "lib/claim.h"

#include <string.h>

#include "lib/look_back.h"

const char *const turn_why_words[] = {
    [TURN_DISPLACED] = "displaced",
    [TURN_CLASS] = "class",
    [TURN_FLOOR] = "floor",
    [TURN_FAIR_SHARE] = "fair-share",
    [TURN_LEAST_RECENT] = "least-recent",
    [TURN_DISTANCE] = "distance",
    [TURN_PEOPLE] = "people",
    [TURN_FIRST_COME] = "first-come",
};

static bool has_key(const struct conflict_rules *c, enum order_key key)
{
	for (size_t i = 0; i < c->n_order; i++)
		if (c->order[i] == key)
			return true;
	return false;
}

static size_t class_rank(const struct conflict_rules *c, const struct member *m)
{
	for (size_t i = 0; m && i < c->n_classes; i++)
		if (strcmp(c->classes[i], m->class) == 0)
			return i;
	return c->n_classes;
}

struct last_use {
	int64_t except, end;
};

static bool see_use(void *arg, const struct booking *b)
{
	struct last_use *last = arg;

	if (b->number != last->except && booking_state_counts(b->state) && b->span.end > last->end)
		last->end = b->span.end;
	return true;
}

/* What is booked ahead is a use, too: else who books every Saturday would wait as if for the first.
 * How far back it goes is said, not left to what memory happens to hold. */
static int64_t last_use(const struct pole *p, const struct booking *b, int64_t now)
{
	const struct span seen = {now - LOOK_BACK_MOST_S, TIME_NEVER};
	struct last_use last = {b->number, INT64_MIN};

	pole_each_of_member(p, b->member, b->resource, seen, see_use, &last);
	return last.end;
}

static bool is_first(const struct booking *b)
{
	return b->state == BOOKING_DISPLACED || b->state == BOOKING_SUSPENDED;
}

struct claim claim_of(const struct pole *p, const struct booking *b, struct shares *s)
{
	const struct conflict_rules *c = &pole_policy(p)->conflicts;
	const struct member *m = pole_member(p, b->member);
	const struct details *says = booking_says(b);
	struct claim claim = {
	    .booking = b,
	    .is_first = is_first(b),
	    .since = is_first(b) || !says->queued_at ? b->made_at : says->queued_at,
	    .class = class_rank(c, m),
	    .share = SHARE_KEY_NONE,
	    .last_use = INT64_MIN,
	    .distance_km = says->distance_km,
	    .people = says->people,
	};

	if (m && has_key(c, ORDER_FAIR_SHARE)) {
		claim.share = shares_key(s, m);
		claim.below_floor = shares_use(s, m)->below_floor;
	}
	if (has_key(c, ORDER_LEAST_RECENT))
		claim.last_use = last_use(p, b, s->now);
	return claim;
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_key(enum order_key key, const struct claim *a, const struct claim *b,
		       enum turn_why *ret_why)
{
	switch (key) {
	case ORDER_CLASS:
		*ret_why = TURN_CLASS;
		return ORDER(a->class, b->class);
	case ORDER_FAIR_SHARE:
		*ret_why = TURN_FLOOR;
		if (a->below_floor != b->below_floor)
			return a->below_floor ? -1 : 1;
		*ret_why = TURN_FAIR_SHARE;
		return ORDER(a->share, b->share);
	case ORDER_LEAST_RECENT:
		*ret_why = TURN_LEAST_RECENT;
		return ORDER(a->last_use, b->last_use);
	case ORDER_DISTANCE:
		*ret_why = TURN_DISTANCE;
		return ORDER(b->distance_km, a->distance_km);
	case ORDER_PEOPLE:
		*ret_why = TURN_PEOPLE;
		return ORDER(b->people, a->people);
	case ORDER_FIRST_COME:
	case N_ORDER_KEYS:
		break;
	}
	return 0;
}

int claim_compare(const struct conflict_rules *c, const struct claim *a, const struct claim *b,
		  enum turn_why *ret_why)
{
	int order = 0;

	*ret_why = TURN_DISPLACED;
	if (a->is_first != b->is_first)
		return a->is_first ? -1 : 1;
	for (size_t i = 0; !a->is_first && order == 0 && i < c->n_order; i++)
		order = compare_key(c->order[i], a, b, ret_why);
	if (order)
		return order;
	*ret_why = TURN_FIRST_COME;
	order = ORDER(a->since, b->since);
	return order ? order : ORDER(a->booking->number, b->booking->number);
}

static bool has_leaf(const struct resource *r, const struct resource *leaf)
{
	for (size_t i = 0; i < r->n_leaves; i++)
		if (r->leaves[i] == leaf)
			return true;
	return r == leaf;
}

bool things_meet(const struct resource *a, const struct resource *b)
{
	if (a->n_parts == 0)
		return has_leaf(b, a);
	for (size_t i = 0; i < a->n_leaves; i++)
		if (has_leaf(b, a->leaves[i]))
			return true;
	return false;
}

static int64_t length_s(struct duration d)
{
	return d.days * DAY_S + d.seconds;
}

struct span claim_reach(const struct booking *b, const struct item *i, const struct resource *r)
{
	const struct span within = booking_says(b)->within;
	int64_t after_s = length_s(r->buffer_after), long_s = length_s(r->long_after);
	struct span s = i->span;

	if (!span_is_empty(within)) {
		s.start = within.start < s.start ? within.start : s.start;
		s.end = within.end > s.end ? within.end : s.end;
	}
	if (long_s > after_s)
		after_s = long_s;
	return (struct span){s.start - length_s(r->buffer_before), s.end + after_s};
}

static bool items_compete(const struct pole *p, const struct booking *a, const struct item *i,
			  const struct booking *b, const struct item *j)
{
	const struct resource *r = pole_resource(p, i->resource),
			      *q = pole_resource(p, j->resource);

	if (i->state != ITEM_PRESENT || j->state != ITEM_PRESENT || !r || !q)
		return false;
	if (r == q && i->lane && j->lane && i->lane != j->lane)
		return false;
	return things_meet(r, q) && span_overlaps(claim_reach(a, i, r), claim_reach(b, j, q));
}

bool claims_compete(const struct pole *p, const struct booking *a, const struct booking *b)
{
	for (size_t i = 0; i < a->n_items; i++)
		for (size_t j = 0; j < b->n_items; j++)
			if (items_compete(p, a, &a->items[i], b, &b->items[j]))
				return true;
	return false;
}
