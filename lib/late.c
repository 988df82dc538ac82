/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is still out at its end, and who comes next.
 *
 * While it is late its lanes are kept for as long again as it is late already, half an hour at the
 * least and a day at the most: nobody is given a van that is not there, and a return that was
 * forgotten is spoken of once a day. Whoever begins within that time gets another unit at the same
 * site, if one is free and they did not ask for theirs by name; else they are told that the one
 * before them is late, once, and keep their lane: what keeps it for the late one ends where theirs
 * begins, and stays there: much later, memory may not know any more what came after that.
 */
#include "lib/late.h"

#include "lib/life.h"

#define REACH_S (30 * INT64_C(86400)) /* memory holds more of the past than that */

/* The first who begins on that lane in the time that is now needed; NULL: nobody. */
static const struct timeline_entry *next_on(const struct pole *p, const struct booking *late,
					    const struct allocation *a, int64_t until)
{
	const struct span needed = {a->during.end, until};
	const struct timeline *line = pole_timeline(p, a->resource, a->lane);

	return span_is_empty(needed) ? NULL : timeline_conflict(line, needed, late->number);
}

static bool is_there(const struct booking *b, uint32_t resource, uint32_t lane)
{
	for (size_t i = 0; i < b->n_allocations; i++)
		if (b->allocations[i].resource == resource && b->allocations[i].lane == lane)
			return true;
	return false;
}

/* Its wants, that of the late lane on `unit`. */
static void add_wants(struct basket *b, const struct booking *next, const struct allocation *a,
		      const struct unit *unit)
{
	for (uint32_t k = 0; k < next->n_items; k++) {
		const struct unit *present = life_unit(b->pole, next, k);
		bool is_meant = next->items[k].resource == a->resource;

		if (next->items[k].state == ITEM_PRESENT)
			basket_add(b, life_want(b->pole, next, next->items, k,
						is_meant ? unit : present, b->arena));
	}
}

/* Only one of each thing, and none that its holder named. */
static bool may_change_unit(const struct pole *p, const struct booking *next,
			    const struct allocation *a)
{
	if (next->state == BOOKING_OUT)
		return false;
	for (size_t i = 0; i < next->n_items; i++) {
		const struct item *item = &next->items[i];

		if (item->quantity > 1 || !pole_resource(p, item->resource))
			return false;
		if (item->resource == a->resource && item_is_pinned(item))
			return false;
	}
	return true;
}

/* It has not begun in truth while the thing is not there: so it may still be moved, and its start
 * is not asked again. */
static struct booking *on_unit(const struct pole *p, const struct booking *next,
			       const struct allocation *a, const struct unit *unit, int64_t now,
			       struct arena *arena)
{
	struct booking *away = booking_copy(next, next->n_allocations), *made = NULL;
	struct basket b;

	away->state = BOOKING_SUSPENDED;
	life_basket(&b, p, away, now, arena);
	b.stays = true;
	add_wants(&b, away, a, unit);
	if (basket_place(&b, 0, NULL) && b.plan.n_held == 0)
		made = life_placed(&b, next, next->items);
	booking_unref(away);
	return made;
}

/* Not where the late one is as well: there it is to stay, too. */
static struct booking *elsewhere(const struct pole *p, const struct booking *late,
				 const struct booking *next, const struct allocation *a,
				 int64_t now, struct arena *arena)
{
	const struct resource *r = pole_resource(p, a->resource);
	const struct unit *present = r ? resource_lane(r, a->lane) : NULL;

	if (!present || !may_change_unit(p, next, a))
		return NULL;
	for (size_t i = 0; i < r->n_units; i++) {
		const struct unit *u = &r->units[i];
		struct booking *made;

		if (u == present || u->site != present->site ||
		    is_there(next, r->number, u->lane) || is_there(late, r->number, u->lane))
			continue;
		made = on_unit(p, next, a, u, now, arena);
		if (made)
			return made;
	}
	return NULL;
}

static void apply(struct pole *p, struct changes *step, struct changes *ret)
{
	pole_apply(p, step);
	changes_append(ret, step);
}

/* Whether the lane is free of it now. */
static bool make_way(struct pole *p, const struct booking *late, const struct booking *next,
		     const struct allocation *a, int64_t now, struct arena *arena,
		     struct changes *ret)
{
	struct booking *made = elsewhere(p, late, next, a, now, arena);
	bool is_moved = made != NULL;
	struct changes step = {0};

	if (!is_moved && booking_says(next)->delayed_by == late->number)
		return false;
	if (!is_moved)
		made = life_image(next, next->state, now);
	booking_details(made)->delayed_by = is_moved ? 0 : late->number;
	if (state_may_move(next->state, next->state, CAUSE_DELAYED, MOVER_DAEMON)) {
		life_change(p, next, made, is_moved ? CAUSE_REPLACED : CAUSE_DELAYED, now, &step);
		apply(p, &step, ret);
		return is_moved;
	}
	booking_unref(made);
	return false;
}

/* How long the lane can be kept for it. */
static int64_t kept_until(struct pole *p, const struct booking *late, const struct allocation *a,
			  int64_t until, int64_t now, struct arena *arena, struct changes *ret)
{
	const struct timeline_entry *e;

	while ((e = next_on(p, late, a, until))) {
		int64_t start = e->span.start;
		const struct booking *next = pole_booking(p, e->booking);

		if (!make_way(p, late, next, a, now, arena, ret))
			return start;
	}
	return until;
}

static int64_t step_s(int64_t late_s)
{
	if (late_s < LATE_STEP_S)
		return LATE_STEP_S;
	return late_s < LATE_STEP_MAX_S ? late_s : LATE_STEP_MAX_S;
}

void late_return(struct pole *p, const struct booking *was, int64_t now, struct arena *a,
		 struct changes *ret)
{
	struct booking *made = life_image(was, BOOKING_OUT, now);
	int64_t until = now + step_s(now - was->span.end);
	struct changes step = {0};

	for (size_t i = 0; i < was->n_allocations; i++) {
		const struct allocation *old = &was->allocations[i];
		int64_t kept;

		if (!booking_occupies(was, old) || was->items[old->item].span.end < was->span.end ||
		    old->during.end < now - REACH_S)
			continue;
		kept = kept_until(p, was, old, until, now, a, ret);
		if (kept > old->during.end)
			made->allocations[i].during.end = kept;
	}
	life_change(p, was, made, CAUSE_LATE, now, &step);
	made->due_at = until;
	apply(p, &step, ret);
}
