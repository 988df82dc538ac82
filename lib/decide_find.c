/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides what is free: the questions of decide_book.c, without the booking. By time first: what is
 * free then; by thing first: when it is free within a window.
 */
#include "lib/alternatives.h"
#include "lib/basket.h"
#include "lib/resolve.h"
#include "lib/start_grid.h"
#include "lib/walker.h"

#define STARTS_TRIES_MAX 3000

struct finds {
	struct arena *arena;
	struct found *items;
	size_t n, cap, want;
};

static void add_find(struct finds *f, const struct want *w, const struct unit *u)
{
	if (f->n == f->cap)
		f->items =
		    arena_grow(f->arena, f->items, f->n, &f->cap, f->n + 1, sizeof(*f->items));
	f->items[f->n++] = (struct found){.resource = w->resource,
					  .unit = u,
					  .span = w->span,
					  .quantity = w->quantity,
					  .via = w->via,
					  .of = w->of};
}

static const struct unit *placed_unit(const struct basket *b, const struct want *w)
{
	for (size_t i = 0; w->resource->n_parts == 0 && i < b->plan.n; i++)
		if (b->plan.entries[i].booking == b->number &&
		    b->plan.entries[i].allocation.item == w->item)
			return resource_lane(w->resource, b->plan.entries[i].allocation.lane);
	return &w->resource->units[0];
}

/* Whether the basket's only thing is to be had on this unit, with all that it requires. */
static bool is_to_be_had(struct basket *b, const struct unit *u)
{
	const struct unit *wanted = b->wants[0].unit;
	bool found;

	if (b->wants[0].resource->n_requirements == 0)
		return true;
	b->wants[0].unit = u;
	found = basket_place(b, 0, NULL);
	b->wants[0].unit = wanted;
	return found;
}

/* The free units of one resource; of the nameless places of a capacity, one stands for all; of
 * several at once, the first. */
static void find_units(struct basket *b, struct finds *f)
{
	const struct resource *r = b->wants[0].resource;
	const struct span s = b->wants[0].span;
	const bool single = b->wants[0].quantity == 1;
	const struct opening *tested = NULL;
	size_t before = f->n;
	bool allowed = false;
	struct trial t;

	b->plan = (struct plan){.arena = b->arena};
	basket_trial(b, &b->wants[0], &t);
	for (size_t i = 0; single && i < r->n_units && f->n < f->want; i++) {
		const struct unit *u = &r->units[i];

		if (!trial_is_candidate(&t, u))
			continue;
		if (tested != trial_opening(&t, u)) {
			tested = trial_opening(&t, u);
			allowed = trial_allows(&t, tested, s);
		}
		if (!allowed || !trial_is_free(&t, u, s) || !trial_allows_unit(&t, u, s) ||
		    !is_to_be_had(b, u))
			continue;
		add_find(f, &b->wants[0], u);
		if (r->has_capacity)
			return;
	}
	if (f->n > before || f->n >= f->want || (single && r->n_units == 1))
		return;
	if (basket_place(b, 0, NULL))
		add_find(f, &b->wants[0], placed_unit(b, &b->wants[0]));
}

static void basket_for(const struct pole *p, const struct asker *who, const struct ask_book *ask,
		       const struct party *party, struct arena *a, struct basket *ret)
{
	basket_init(ret, p, party->member, who->now, pole_next_booking(p), a);
	ret->person = pole_person(p, party->person);
	ret->brings_along = true;
	ret->declared = ask->declared;
	ret->n_declared = ask->n_declared;
}

static void find_everywhere(const struct pole *p, const struct asker *who,
			    const struct ask_book *ask, const struct want *like,
			    const struct party *party, struct finds *f)
{
	const struct policy *policy = pole_policy(p);
	struct basket b;

	basket_for(p, who, ask, party, f->arena, &b);
	for (size_t i = 0; policy && i < policy->n_resources && f->n < f->want; i++) {
		struct want w = *like;

		w.resource = &policy->resources[i];
		b.n = b.n_asked = 0;
		basket_add(&b, w);
		find_units(&b, f);
	}
}

static void find_named(struct basket *b, const struct ask_book *ask, struct finds *f,
		       struct answer *ret)
{
	struct alternatives_ask wish;
	struct trial t;

	find_units(b, f);
	if (f->n > 0 || f->want == 0 || basket_place(b, 0, ret))
		return;
	if (b->wants[0].resource->n_requirements > 0) {
		alternatives_shift(b, ask->alternatives, ret);
		return;
	}
	b->plan = (struct plan){.arena = b->arena};
	basket_trial(b, &b->wants[0], &t);
	wish = (struct alternatives_ask){
	    .asked = b->wants[0].span, .member = b->member, .want = ask->alternatives};
	alternatives_find(&t, &wish, b->arena, ret);
}

static void find_basket(struct basket *b, const struct ask_book *ask, struct finds *f,
			struct answer *ret)
{
	if (!basket_place(b, 0, ret)) {
		alternatives_shift(b, ask->alternatives, ret);
		return;
	}
	for (size_t i = 0; i < b->n && f->n < f->want; i++)
		add_find(f, &b->wants[i], placed_unit(b, &b->wants[i]));
}

/* Anyone may look for the own member; a person of the pole itself without saying for whom: no rule
 * about a class of members then applies. */
static void resolve_finder(const struct pole *p, const struct asker *who,
			   const struct ask_book *ask, struct refusals *out, struct party *ret)
{
	*ret = (struct party){0};
	if (ask->member || ask->person) {
		party_resolve(p, who, ask, out, ret);
	} else if (who->person) {
		ret->member = pole_member(p, who->person->member);
		ret->person = who->person->number;
	}
}

static void resolve_finds(const struct pole *p, const struct ask_book *ask, struct basket *b,
			  struct want *like, struct refusals *out)
{
	size_t n = ask->n_items ? ask->n_items : 1;

	basket_reserve(b, n);
	for (size_t i = 0; i < n; i++) {
		const struct ask_item item = ask_book_item(ask, i);
		enum reason reason = ask_item_resolve(p, &item, b->arena, like);

		like->item = (uint32_t)i;
		if (!reason && item.what && !basket_add(b, *like))
			reason = REASON_TOO_MANY;
		if (reason)
			refusals_add(out, (struct refusal){.reason = reason, .item = (uint32_t)i});
		if (span_is_empty(item.span) && span_is_empty(ask->within))
			refusals_add(out, (struct refusal){.reason = REASON_EMPTY_SPAN,
							   .item = (uint32_t)i});
	}
}

/* A question resolved: what both ways of asking begin and end with. */
struct finding {
	struct party party;
	struct basket basket;
	struct want like; /* what is asked of anything, where nothing is named */
	struct refusals refusals;
	struct finds finds;
};

static void finding_begin(const struct pole *p, const struct asker *who, const struct ask_book *ask,
			  size_t count, struct arena *a, struct finding *ret)
{
	struct refusals unknown = {.arena = a};

	ret->refusals = (struct refusals){.arena = a};
	ret->finds = (struct finds){.arena = a, .want = count};
	resolve_finder(p, who, ask, &unknown, &ret->party);
	basket_for(p, who, ask, &ret->party, a, &ret->basket);
	resolve_finds(p, ask, &ret->basket, &ret->like, &ret->refusals);
	for (size_t i = 0; i < unknown.n; i++)
		refusals_add(&ret->refusals, unknown.items[i]);
}

/* Whether there is no more to be asked: what was resolved is refused. */
static bool finding_is_refused(const struct finding *f, struct answer *ret)
{
	*ret = (struct answer){.refusals = f->refusals.items, .n_refusals = f->refusals.n};
	return f->refusals.n > 0;
}

static void find_then(struct finding *f, const struct asker *who, const struct ask_book *ask,
		      struct answer *ret)
{
	struct basket *b = &f->basket;

	if (b->n > 1)
		find_basket(b, ask, &f->finds, ret);
	else if (b->n == 1)
		find_named(b, ask, &f->finds, ret);
	else
		find_everywhere(b->pole, who, ask, &f->like, &f->party, &f->finds);
}

void decide_find(const struct pole *p, const struct asker *who, const struct ask_book *ask,
		 size_t count, struct arena *a, struct answer *ret, struct found **ret_found,
		 size_t *ret_n)
{
	struct finding f;

	finding_begin(p, who, ask, count, a, &f);
	if (!finding_is_refused(&f, ret))
		find_then(&f, who, ask, ret);
	*ret_found = f.finds.items;
	*ret_n = f.finds.n;
}

/* The nearest start from `at` on that the thing itself may have, whatever it requires. Several at
 * once may be of several openings: then nothing is known. */
static int64_t next_possible(const struct trial *t, struct duration length, int64_t at)
{
	const struct resource *r = t->resource;
	const struct opening *asked = NULL;
	int64_t nearest = TIME_NEVER;

	for (size_t i = 0; i < r->n_units && nearest > at; i++) {
		const struct opening *o = trial_opening(t, &r->units[i]);
		int64_t next;

		if (o == asked)
			continue;
		if (asked && t->quantity > 1)
			return at;
		asked = o;
		next = walker_past(t, o, length, at);
		nearest = next < nearest ? next : nearest;
	}
	return nearest;
}

/* Quarters of an hour within the window, each start at least a length after the one found before.
 * What stands in the way is leaped over: a taken month costs a step for each booking. */
static void find_starts(struct basket *b, const struct ask_book *ask, struct finds *f)
{
	const struct zone *z = b->wants[0].resource->site->zone;
	int64_t at = grid_up(WALKER_GRID_S, z, ask->within.start);
	struct trial t;

	b->stays = true;
	basket_trial(b, &b->wants[0], &t);
	for (int tries = 0; tries < STARTS_TRIES_MAX && f->n < f->want; tries++) {
		const struct span s = {at, duration_after(ask->length, z, at)};
		int64_t next;

		b->wants[0].span = s; /* what is brought along may have moved the wants */
		if (s.end > ask->within.end)
			return;
		next = next_possible(&t, ask->length, at);
		if (next >= ask->within.end)
			return;
		if (next == at && basket_place(b, 0, NULL)) {
			add_find(f, &b->wants[0], placed_unit(b, &b->wants[0]));
			next = s.end;
		}
		at = grid_up(WALKER_GRID_S, z, next > at ? next : at + 1);
	}
}

void decide_find_starts(const struct pole *p, const struct asker *who, const struct ask_book *ask,
			size_t count, struct arena *a, struct answer *ret, struct found **ret_found,
			size_t *ret_n)
{
	struct finding f;

	finding_begin(p, who, ask, count, a, &f);
	if (duration_is_zero(ask->length) || span_is_empty(ask->within) || f.basket.n != 1)
		refusals_add(&f.refusals, (struct refusal){.reason = REASON_EMPTY_SPAN});
	if (!finding_is_refused(&f, ret))
		find_starts(&f.basket, ask, &f.finds);
	*ret_found = f.finds.items;
	*ret_n = f.finds.n;
}
