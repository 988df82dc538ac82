/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the decisions about a booking have in common. */
#include "lib/life.h"

#include <assert.h>
#include <string.h>

#include "lib/resolve.h"
#include "lib/rules.h"
#include "lib/way.h"
#include "lib/wish.h"

#define LEAST_USE_S 60
#define ANY_MOVER (MOVER_HOLDER | MOVER_MANAGER | MOVER_DAEMON)

static bool has_row(enum booking_state from, enum cause cause, unsigned movers)
{
	for (int to = 0; to < N_BOOKING_STATES; to++)
		if (state_may_move(from, (enum booking_state)to, cause, movers))
			return true;
	return false;
}

enum reason life_test(const struct pole *p, const struct asker *who, const struct booking *was,
		      enum cause cause)
{
	unsigned movers;

	if (!was)
		return REASON_UNKNOWN_BOOKING;
	movers = asker_movers(p, who, was);
	if (movers == 0)
		return REASON_FORBIDDEN;
	if (has_row(was->state, cause, movers))
		return REASON_NONE;
	return has_row(was->state, cause, ANY_MOVER) ? REASON_FORBIDDEN : REASON_STATE;
}

struct booking *life_image(const struct booking *was, enum booking_state state, int64_t now)
{
	struct booking *made = booking_copy(was, was->n_allocations);
	bool was_open = booking_state_is_open(was->state);

	made->state = state;
	if (was_open && !booking_state_is_open(state) && state != BOOKING_DONE)
		made->ended_at = now;
	return made;
}

static bool is_due_as_before(const struct booking *was, const struct booking *made)
{
	return was->state == made->state &&
	       (made->state == BOOKING_HELD || span_equals(was->span, made->span));
}

void life_change(const struct pole *p, const struct booking *was, struct booking *made,
		 enum cause cause, int64_t now, struct changes *ret)
{
	assert(state_may_move(was->state, made->state, cause, ANY_MOVER));
	if (!is_due_as_before(was, made))
		made->due_at = booking_due(p, made, now);
	changes_add_booking(ret, cause, (struct booking *)was, made);
}

/* The items of `was` whose places are given up. */
static uint64_t given_up(const struct booking *was, const struct booking *made)
{
	bool has_place = booking_state_occupies(made->state) && made->n_allocations > 0;
	uint64_t items = 0;

	for (size_t i = 0; i < was->n_items; i++)
		if (was->items[i].state == ITEM_PRESENT &&
		    !(has_place && made->items[i].state == ITEM_PRESENT))
			items |= (uint64_t)1 << i;
	return items;
}

/* What is given up no longer shares a buffer with its neighbours, its own other items among them. */
void life_end(const struct pole *p, const struct booking *was, struct booking *made,
	      enum cause cause, int64_t now, struct arena *a, struct changes *ret)
{
	struct plan plan = {.arena = a};
	uint64_t items = booking_state_occupies(was->state) ? given_up(was, made) : 0;

	if (items) {
		if (booking_state_occupies(made->state) && made->n_allocations > 0 &&
		    was->state != BOOKING_OUT)
			plan_hold(&plan, p, was, false);
		basket_release(&plan, p, was, items);
		plan_take(&plan, was, made);
		plan_changes(&plan, p, was->number, ret);
	}
	life_change(p, was, made, cause, now, ret);
}

void life_answer(const struct pole *p, const struct booking *was, struct booking *made,
		 enum cause cause, int64_t now, struct arena *a, struct answer *ret,
		 struct changes *ret_changes)
{
	bool has_place = booking_state_occupies(made->state) && made->n_allocations > 0;

	if (has_place && cause != CAUSE_GIVEN_BACK)
		life_change(p, was, made, cause, now, ret_changes);
	else
		life_end(p, was, made, cause, now, a, ret_changes);
	ret->was = was;
	ret->booking = made;
}

void life_basket(struct basket *b, const struct pole *p, const struct booking *was, int64_t now,
		 struct arena *a)
{
	basket_init(b, p, pole_member(p, was->member), now, was->number, a);
	b->was = was;
	b->person = pole_person(p, was->person);
}

struct want life_want(const struct pole *p, const struct booking *was, const struct item *items,
		      uint32_t k, const struct unit *unit, struct arena *a)
{
	const struct item *i = &items[k];
	struct want w = {
	    .resource = pole_resource(p, i->resource),
	    .unit = unit,
	    .quantity = i->quantity,
	    .having_text = i->having,
	    .at = way_site(pole_policy(p), i),
	    .span = i->span,
	    .via = (enum item_via)i->via,
	    .of = i->of,
	    .item = k,
	    .was = was,
	};
	const char *at;

	if (wishes_parse(i->having, a, &w.having, &at) != WISH_OK)
		w.having = (struct wishes){0};
	return w;
}

const struct unit *life_unit(const struct pole *p, const struct booking *b, uint32_t item)
{
	const struct resource *r = pole_resource(p, b->items[item].resource);

	if (!r || r->n_parts > 0)
		return r ? &r->units[0] : NULL;
	for (size_t i = 0; i < b->n_allocations; i++)
		if (b->allocations[i].item == item)
			return resource_lane(r, b->allocations[i].lane);
	return NULL;
}

struct booking *life_like(const struct booking *was, const struct item *items, size_t n_items,
			  size_t n_allocations)
{
	struct booking *made = booking_new(was->purpose, items, n_items, n_allocations);
	const struct booking own = *made;

	*made = *was;
	made->refs = 1;
	made->resource = own.resource;
	made->span = own.span;
	made->purpose = own.purpose;
	made->items = own.items;
	made->n_items = n_items;
	made->n_allocations = n_allocations;
	made->details = NULL;
	if (was->details)
		*booking_details(made) = *was->details;
	return made;
}

static bool is_given_back(const struct booking *b, const struct allocation *a)
{
	return b->items[a->item].state != ITEM_PRESENT;
}

struct booking *life_placed(const struct basket *b, const struct booking *was,
			    const struct item *items)
{
	size_t n = basket_n_allocations(b), n_idle = 0;
	struct booking *made;

	for (size_t i = 0; i < was->n_allocations; i++)
		n_idle += is_given_back(was, &was->allocations[i]);
	made = life_like(was, items, was->n_items, n + n_idle);
	basket_allocations(b, made->allocations);
	for (size_t i = 0; i < was->n_allocations; i++)
		if (is_given_back(was, &was->allocations[i]))
			made->allocations[n++] = was->allocations[i];
	booking_sort(made);
	return made;
}

bool life_is_allowed(const struct pole *p, const struct booking *was, int64_t now, struct arena *a,
		     struct answer *ret)
{
	struct refusals refusals = {.arena = a};

	booking_refuse(p, pole_directory(p), was, now, &refusals);
	ret->refusals = refusals.items;
	ret->n_refusals = refusals.n;
	return refusals.n == 0;
}

static const struct unit *pinned_unit(const struct pole *p, const struct item *i)
{
	return item_is_pinned(i) ? resource_lane(pole_resource(p, i->resource), i->lane) : NULL;
}

bool life_place(const struct pole *p, const struct booking *was, int64_t now, struct arena *a,
		struct basket *ret_basket, struct answer *ret)
{
	struct basket *b = ret_basket;

	life_basket(b, p, was, now, a);
	for (uint32_t k = 0; k < was->n_items; k++) {
		const struct item *i = &was->items[k];

		if (i->state != ITEM_PRESENT)
			continue;
		if (!pole_resource(p, i->resource)) {
			refuse_anew(ret, a, REASON_UNKNOWN_RESOURCE);
			return false;
		}
		basket_add(b, life_want(p, was, was->items, k, pinned_unit(p, i), a));
	}
	return basket_place(b, 0, ret);
}

/* What is kept free after it: as much as before, or, of what is late, as much as its length asks.
 */
static int64_t after_s(const struct pole *p, const struct item *i, struct span s)
{
	const struct resource *r = pole_resource(p, i->resource);
	const struct trial t = {.resource = r};

	return r ? trial_after_s(&t, s) : 0;
}

void life_cut(const struct pole *p, struct booking *b, uint32_t item, int64_t now)
{
	struct item *i = &b->items[item];
	int64_t least = i->span.start + LEAST_USE_S, until = now > least ? now : least;

	if (until < i->span.end)
		i->span.end = until;
	until = (now > i->span.end ? now : i->span.end) + after_s(p, i, i->span);
	for (size_t k = 0; k < b->n_allocations; k++)
		if (b->allocations[k].item == item && b->allocations[k].during.end > until)
			b->allocations[k].during.end = until;
}
