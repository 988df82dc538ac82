/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A place for a booking that has none. */
#include "lib/regain.h"

#include <assert.h>
#include <string.h>

#include "lib/life.h"
#include "lib/start_grid.h"
#include "lib/walker.h"

#define TRIES_WITH_MOVES_MAX 60 /* others are moved only for the nearest times */
#define NO_SHIFT INT64_MIN

struct placing { /* a basket that is placed */
	struct basket basket;
	int64_t shift_s;
};

static bool is_waiting(const struct regaining *g)
{
	return g->booking->state == BOOKING_WAITING;
}

static bool is_asked(const struct item *i)
{
	return i->state == ITEM_PRESENT && i->via == ITEM_ASKED;
}

/* What was said to be at hand when it was asked for, parted by spaces. */
static void declare(const struct regaining *g, struct basket *b)
{
	const char *text = booking_says(g->booking)->declared;
	const char **words = arena_new_n(g->arena, const char *, DETAILS_DECLARED);

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t n = strcspn(text, " ");

		words[b->n_declared++] = arena_strndup(g->arena, text, n);
		text += n;
	}
	b->declared = words;
}

static void begin(const struct regaining *g, const struct booking *was, struct basket *b)
{
	life_basket(b, g->pole, was, g->now, g->arena);
	b->start = g->start;
}

static const struct unit *pinned_unit(const struct resource *r, const struct item *i)
{
	return item_is_pinned(i) ? resource_lane(r, i->lane) : NULL;
}

/* The booking as if it had only what it asked for, no place, and no right to one: nothing came
 * along with it, and all rules are asked of it but those about a start that it has had since it was
 * made. */
static struct booking *bare(const struct regaining *g)
{
	const struct booking *was = g->booking;
	struct booking *b = arena_new(g->arena, struct booking);

	*b = *was;
	b->state = BOOKING_WAITING;
	b->items = arena_new_n(g->arena, struct item, was->n_items);
	b->n_items = b->n_allocations = 0;
	for (size_t i = 0; i < was->n_items; i++)
		if (is_asked(&was->items[i]))
			b->items[b->n_items++] = was->items[i];
	return b;
}

/* What it asked for. false: it cannot be had any more. */
static bool want_anew(const struct regaining *g, struct basket *b)
{
	const struct booking *asked = bare(g);

	begin(g, asked, b);
	declare(g, b);
	b->brings_along = true;
	for (uint32_t k = 0; k < asked->n_items; k++) {
		const struct item *i = &asked->items[k];
		const struct resource *r = pole_resource(g->pole, i->resource);
		struct want w;

		if (!r || (item_is_pinned(i) && !pinned_unit(r, i)))
			return false;
		w = life_want(g->pole, asked, asked->items, k, pinned_unit(r, i), g->arena);
		w.was = NULL;
		basket_add(b, w);
	}
	return b->n > 0 && b->member;
}

/* Besides what was asked of it, it is to be where the booking was. */
static void at_same_site(const struct regaining *g, struct want *w)
{
	const struct unit *u = life_unit(g->pole, g->booking, w->item);
	struct wish *items = arena_new_n(g->arena, struct wish, w->having.n + 1);

	if (!u || !u->site)
		return;
	for (size_t i = 0; i < w->having.n; i++)
		items[i] = w->having.items[i];
	items[w->having.n] = (struct wish){"site", COMPARE_IS, u->site->id};
	w->having = (struct wishes){items, w->having.n + 1};
}

struct leniency {
	bool other_unit, other_site;
};

/* All that it had, each thing under the number that it has in the booking. */
static bool want_back(const struct regaining *g, struct leniency l, struct basket *b)
{
	const struct booking *was = g->booking;

	begin(g, was, b);
	for (uint32_t k = 0; k < was->n_items; k++) {
		const struct item *i = &was->items[k];
		const struct resource *r = pole_resource(g->pole, i->resource);
		const struct unit *pinned = r && !l.other_unit ? pinned_unit(r, i) : NULL;
		struct want w;

		if (i->state != ITEM_PRESENT)
			continue;
		if (!r || (item_is_pinned(i) && !l.other_unit && !pinned))
			return false;
		w = life_want(g->pole, was, was->items, k, pinned, g->arena);
		if (!l.other_site)
			at_same_site(g, &w);
		basket_add(b, w);
	}
	return b->n > 0;
}

static bool want_stand_in(const struct regaining *g, const struct resource *stand_in,
			  struct basket *b)
{
	struct booking *asked = bare(g);
	struct want w = life_want(g->pole, asked, asked->items, 0, NULL, g->arena);

	begin(g, asked, b);
	declare(g, b);
	b->brings_along = true;
	w.resource = stand_in;
	asked->items[0].resource = stand_in->number;
	basket_add(b, w);
	return b->member != NULL;
}

static size_t n_asked(const struct booking *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_items; i++)
		n += is_asked(&b->items[i]);
	return n;
}

static bool place(struct placing *f, int64_t shift_s)
{
	f->shift_s = shift_s;
	return basket_place(&f->basket, shift_s, NULL);
}

/* Nothing that touches an offer that it turned down is offered again. */
static bool is_turned_down(const struct regaining *g, int64_t shift_s)
{
	const struct span was = g->booking->span, passed = booking_says(g->booking)->passed;

	return is_waiting(g) &&
	       span_overlaps(passed, (struct span){was.start + shift_s, was.end + shift_s});
}

/* The next start on the grid on one side of `at`; NO_SHIFT: beyond the window. */
static int64_t step(const struct regaining *g, const struct zone *z, int64_t at, bool later)
{
	const struct span within = booking_says(g->booking)->within;
	int64_t length_s = g->booking->span.end - g->booking->span.start;
	int64_t next =
	    later ? grid_up(WALKER_GRID_S, z, at + 1) : grid_down(WALKER_GRID_S, z, at - 1);

	if (next < within.start || next < g->now || next + length_s > within.end)
		return NO_SHIFT;
	return next;
}

static bool is_near(const struct regaining *g, int64_t start)
{
	const struct span was = g->booking->span;

	return span_overlaps((struct span){start, start + was.end - was.start}, g->near);
}

/* Outwards from the time that it has, the nearest first. What lies outside the window on one side
 * may yet come into it: a window that begins later is entered at its beginning. */
static bool place_elsewhen(const struct regaining *g, struct placing *f)
{
	const struct span within = booking_says(g->booking)->within;
	const struct zone *z = f->basket.wants[0].resource->site->zone;
	const int64_t own = g->booking->span.start;
	int64_t first = within.start > g->now ? within.start : g->now;
	int64_t later = step(g, z, own + 1 > first ? own : first - 1, true);
	int64_t earlier = step(g, z, own < within.end ? own : within.end, false);
	int tries = 0;

	if (span_is_empty(within) || n_asked(g->booking) != 1)
		return false;
	while ((later != NO_SHIFT || earlier != NO_SHIFT) && tries < REGAIN_TRIES_MAX) {
		bool forwards =
		    earlier == NO_SHIFT || (later != NO_SHIFT && later - own <= own - earlier);
		int64_t start = forwards ? later : earlier;

		if (is_near(g, start) && !is_turned_down(g, start - own)) {
			f->basket.stays = tries++ > TRIES_WITH_MOVES_MAX;
			if (place(f, start - own))
				return true;
		}
		if (forwards)
			later = step(g, z, start, true);
		else
			earlier = step(g, z, start, false);
	}
	return false;
}

static void finish(const struct regaining *g, const struct placing *f, struct booking *made,
		   enum cause cause, struct changes *ret)
{
	plan_changes(&f->basket.plan, g->pole, g->booking->number, ret);
	life_change(g->pole, g->booking, made, cause, g->now, ret);
}

/* The wants of a basket as items of a booking. */
static struct booking *image_of_wants(const struct regaining *g, const struct placing *f)
{
	const struct basket *b = &f->basket;
	struct item *items = arena_new_n(g->arena, struct item, b->n);
	struct booking *made;

	for (size_t i = 0; i < b->n; i++) {
		const struct want *w = &b->wants[i];

		items[i] = item_of(
		    w->resource->number, w->unit && w->resource->n_parts == 0 ? w->unit->lane : 0,
		    (struct span){w->span.start + f->shift_s, w->span.end + f->shift_s});
		items[i].quantity = w->quantity;
		items[i].having = w->having_text;
		items[i].via = (uint8_t)w->via;
		items[i].of = w->of;
	}
	made = life_like(g->booking, items, b->n, basket_n_allocations(b));
	basket_allocations(b, made->allocations);
	booking_sort(made);
	return made;
}

static bool has_lane(const struct booking *b, const struct allocation *a)
{
	for (size_t i = 0; i < b->n_allocations; i++)
		if (b->allocations[i].resource == a->resource &&
		    b->allocations[i].lane == a->lane && b->allocations[i].item == a->item)
			return true;
	return false;
}

/* Its items where they were placed. A unit that it had asked for and does not have is no longer its
 * unit. */
static struct booking *image_moved(const struct regaining *g, const struct placing *f)
{
	const struct booking *was = g->booking;
	struct item *items = arena_new_n(g->arena, struct item, was->n_items);

	memcpy(items, was->items, was->n_items * sizeof(*items));
	for (size_t i = 0; i < f->basket.n; i++) {
		const struct want *w = &f->basket.wants[i];
		struct item *item = &items[w->item];

		item->span.start += f->shift_s;
		item->span.end += f->shift_s;
		item->lane = w->unit && w->resource->n_parts == 0 ? item->lane : 0;
	}
	return life_placed(&f->basket, was, items);
}

static bool is_same_place(const struct booking *a, const struct booking *b)
{
	if (a->n_allocations != b->n_allocations || !span_equals(a->span, b->span))
		return false;
	for (size_t i = 0; i < a->n_allocations; i++)
		if (!has_lane(b, &a->allocations[i]))
			return false;
	return true;
}

/* What was only asked for, or held, is so again. */
static void take_back(const struct regaining *g, const struct placing *f, struct booking *made,
		      struct changes *ret)
{
	const struct booking *was = g->booking;
	bool same = was->state == BOOKING_SUSPENDED && is_same_place(was, made);
	enum cause cause = same ? CAUSE_RESTORED : CAUSE_REPLACED;
	struct details *d = booking_details(made);

	made->state = (enum booking_state)d->was;
	if (made->state == BOOKING_REQUESTED)
		cause = CAUSE_REQUESTED;
	if (made->state == BOOKING_HELD)
		cause = CAUSE_OFFERED;
	d->was = 0;
	if (same)
		d->outage = 0;
	finish(g, f, made, cause, ret);
}

static bool offer(const struct regaining *g, struct changes *ret)
{
	struct placing f;
	struct booking *made;

	if (!pole_policy(g->pole)->conflicts.waiting.enabled || !want_anew(g, &f.basket))
		return false;
	if ((is_turned_down(g, 0) || !place(&f, 0)) && !place_elsewhen(g, &f))
		return false;
	made = image_of_wants(g, &f);
	made->state = BOOKING_HELD;
	finish(g, &f, made, CAUSE_OFFERED, ret);
	return true;
}

static bool back_at_own_time(const struct regaining *g, struct changes *ret)
{
	static const struct leniency steps[] = {{false, false}, {true, false}, {true, true}};
	struct placing f;

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		if (!want_back(g, steps[i], &f.basket) || !place(&f, 0))
			continue;
		take_back(g, &f, image_moved(g, &f), ret);
		return true;
	}
	return false;
}

static bool by_stand_in(const struct regaining *g, struct changes *ret)
{
	const struct resource *r = pole_resource(g->pole, g->booking->items[0].resource);
	struct placing f;

	if (!r || n_asked(g->booking) != 1 || !is_asked(&g->booking->items[0]))
		return false;
	for (size_t i = 0; i < r->n_stands_in; i++) {
		if (!want_stand_in(g, r->stands_in[i], &f.basket) || !place(&f, 0))
			continue;
		take_back(g, &f, image_of_wants(g, &f), ret);
		return true;
	}
	return false;
}

static bool back_at_another_time(const struct regaining *g, struct changes *ret)
{
	struct placing f;

	if (!want_back(g, (struct leniency){true, true}, &f.basket) || !place_elsewhen(g, &f))
		return false;
	take_back(g, &f, image_moved(g, &f), ret);
	return true;
}

bool regain(const struct regaining *g, struct changes *ret)
{
	assert(booking_state_queues(g->booking->state));
	if (is_waiting(g))
		return offer(g, ret);
	if (g->booking->span.end <= g->now)
		return false;
	return back_at_own_time(g, ret) || by_stand_in(g, ret) || back_at_another_time(g, ret);
}
