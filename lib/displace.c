/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Room made by displacing those whose right is lower.
 *
 * The policy says whose right is the higher one (an owner's on its own units, a member's, a
 * class's) and how long before its start a booking is safe. What is checked out, what only holds or
 * is held, the asker's own, and who has the same right are never displaced. So an owner whose van
 * is out with another owner's member gets no further than anybody else.
 *
 * For each thing the units are taken that do the least harm: where the policy says replace-first,
 * those whose holders all find another place at once; then those with the fewest bookings, then the
 * least time taken, then the latest made. Where nobody finds another place somebody is displaced
 * all the same: a right that holds only where it costs nothing is none.
 *
 * Who is displaced goes into the changes; settle() finds them their other place, or they head the
 * queue.
 */
#include "lib/queue.h"

#include "lib/life.h"
#include "lib/regain.h"
#include "lib/rules.h"
#include "lib/way.h"

#define VICTIMS_MAX 64 /* of one unit; a whole with more is not cleared for anybody */

struct victims { /* who would have to leave one unit */
	const struct unit *unit;
	const struct booking *items[VICTIMS_MAX];
	size_t n;
	bool is_barred; /* something there does not give way */
	size_t n_homeless;
	int64_t taken_s, latest_made;
};

struct displacing {
	struct basket *basket;
	const struct want *want;
	struct trial trial;
	struct span span;
	struct plan gone; /* without those that are displaced */
	const struct booking **displaced;
	size_t n_displaced, displaced_cap;
	struct victims *victims; /* being collected */
};

static bool has_right(const struct displacing *d, const struct member *m,
		      const struct person *person, const struct unit *u)
{
	return party_matches(&pole_policy(d->basket->pole)->conflicts.displace.by, m, person,
			     d->want->resource, u);
}

/* Whether it gives way on that unit to who has the right. */
static bool gives_way(const struct displacing *d, const struct booking *b, const struct unit *u)
{
	const struct pole *p = d->basket->pole;
	const struct duration notice = pole_policy(p)->conflicts.displace.notice;
	const struct zone *z = d->want->resource->site->zone;

	return state_may_move(b->state, BOOKING_DISPLACED, CAUSE_DISPLACED, MOVER_DAEMON) &&
	       b->member != d->basket->member->number && b->span.start > d->basket->now &&
	       duration_after(notice, z, d->basket->now) <= b->span.start &&
	       !has_right(d, pole_member(p, b->member), pole_person(p, b->person), u);
}

static void add_victim(struct victims *v, const struct booking *b)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->items[i] == b)
			return;
	if (v->n == VICTIMS_MAX) {
		v->is_barred = true;
		return;
	}
	v->items[v->n++] = b;
	v->taken_s += b->span.end - b->span.start;
	if (b->made_at > v->latest_made)
		v->latest_made = b->made_at;
}

static bool see(void *arg, const struct blocker *blocker)
{
	struct displacing *d = arg;
	const struct booking *b =
	    blocker->booking ? pole_booking(d->basket->pole, blocker->booking) : NULL;

	if (!b || plan_holds(&d->gone, b->number) || !gives_way(d, b, d->victims->unit))
		d->victims->is_barred = true;
	else
		add_victim(d->victims, b);
	return !d->victims->is_barred;
}

/* The asker as it would be on the unit, for whoever looks for another place. Under a number that the
 * pole does not know: what waited for its approval is in the pole, and would else be moved about, as
 * what stands in the pole may be. */
static void occupy(const struct displacing *d, const struct unit *u, struct plan *plan)
{
	const struct resource *r = d->want->resource;
	struct plan_entry e = {
	    .booking = pole_next_booking(d->basket->pole),
	    .member = d->trial.member,
	    .span = d->span,
	    .at = d->want->at,
	    .allocation = {r->number, u->lane, trial_during(&d->trial, d->span), d->want->item},
	};

	if (r->n_parts == 0)
		plan_add(plan, e);
	for (size_t i = 0; i < r->n_leaves; i++)
		for (size_t j = 0; j < r->leaves[i]->n_units; j++) {
			e.allocation.resource = r->leaves[i]->number;
			e.allocation.lane = r->leaves[i]->units[j].lane;
			plan_add(plan, e);
		}
}

static void take_out(const struct displacing *d, const struct booking *b, struct plan *plan)
{
	plan_hold(plan, d->basket->pole, b, true);
	basket_release(plan, d->basket->pole, b, UINT64_MAX);
}

static void displace_one(struct displacing *d, const struct booking *b)
{
	if (plan_holds(&d->gone, b->number))
		return;
	take_out(d, b, &d->gone);
	d->displaced = arena_grow(d->basket->arena, d->displaced, d->n_displaced, &d->displaced_cap,
				  d->n_displaced + 1, sizeof(*d->displaced));
	d->displaced[d->n_displaced++] = b;
}

static struct booking *image_of(const struct displacing *d, const struct booking *was)
{
	struct booking *made = life_image(was, BOOKING_DISPLACED, d->basket->now);
	struct details *details = booking_details(made);

	details->was = (uint8_t)was->state;
	details->displaced_by = d->basket->number;
	return made;
}

/* Whether there is another place for it once the asker is there; those of one unit each for itself.
 */
static bool finds_another(const struct displacing *d, const struct booking *b,
			  const struct plan *start)
{
	struct booking *image = image_of(d, b);
	struct changes changes = {0};
	const struct regaining g = {
	    .pole = d->basket->pole,
	    .booking = image,
	    .start = start,
	    .near = {INT64_MIN, TIME_NEVER},
	    .now = d->basket->now,
	    .arena = d->basket->arena,
	};
	bool found = regain(&g, &changes);

	changes_clear(&changes);
	booking_unref(image);
	return found;
}

static void count_homeless(const struct displacing *d, struct victims *v)
{
	struct plan start;

	plan_init(&start, &d->gone, d->basket->arena);
	for (size_t i = 0; i < v->n; i++)
		take_out(d, v->items[i], &start);
	occupy(d, v->unit, &start);
	for (size_t i = 0; i < v->n; i++)
		v->n_homeless += !finds_another(d, v->items[i], &start);
}

/* Of no use where something stands there that does not give way. */
static bool collect(struct displacing *d, const struct unit *u, struct victims *ret)
{
	const struct trial *t = &d->trial;

	*ret = (struct victims){.unit = u};
	if (!trial_is_candidate(t, u) || !trial_allows(t, trial_opening(t, u), d->span) ||
	    !trial_allows_unit(t, u, d->span))
		return false;
	d->victims = ret;
	way_each(t, u, d->span, see, d);
	if (ret->is_barred ||
	    (ret->n > 0 && !has_right(d, d->basket->member, d->basket->person, u)))
		return false;
	if (pole_policy(d->basket->pole)->conflicts.displace.replace_first)
		count_homeless(d, ret);
	return true;
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int compare(const void *left, const void *right)
{
	const struct victims *a = left, *b = right;
	const int keys[] = {
	    ORDER(a->n_homeless, b->n_homeless), ORDER(a->n, b->n),
	    ORDER(a->taken_s, b->taken_s),	 ORDER(b->latest_made, a->latest_made),
	    ORDER(a->unit->lane, b->unit->lane),
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i])
			return keys[i];
	return 0;
}

static void sort(struct victims *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j > 0 && compare(&v[j], &v[j - 1]) < 0; j--) {
			struct victims between = v[j];

			v[j] = v[j - 1];
			v[j - 1] = between;
		}
}

/* Clears as many units as one thing of the basket needs. */
static bool clear_units(struct displacing *d)
{
	const struct resource *r = d->want->resource;
	struct victims *all = arena_new_n(d->basket->arena, struct victims, r->n_units);
	size_t n = 0;

	for (size_t i = 0; i < r->n_units; i++)
		n += collect(d, &r->units[i], &all[n]);
	if (n < d->want->quantity)
		return false;
	sort(all, n);
	for (size_t i = 0; i < d->want->quantity; i++)
		for (size_t j = 0; j < all[i].n; j++)
			displace_one(d, all[i].items[j]);
	return true;
}

static bool clear_all(struct displacing *d, int64_t shift_s)
{
	struct basket *b = d->basket;

	for (size_t i = 0; i < b->n_asked; i++) {
		const struct unit **units =
		    arena_new_n(b->arena, const struct unit *, b->wants[i].quantity);

		d->want = &b->wants[i];
		d->span = (struct span){d->want->span.start + shift_s, d->want->span.end + shift_s};
		plan_init(&b->plan, &d->gone, b->arena);
		basket_trial(b, d->want, &d->trial);
		if (!trial_pick(&d->trial, d->span, b->arena, units) && !clear_units(d))
			return false;
	}
	return true;
}

bool displace(struct basket *b, int64_t shift_s, struct changes *ret_changes)
{
	struct displacing d = {.basket = b, .gone = {.arena = b->arena}};
	struct plan *start = arena_new(b->arena, struct plan);

	if (!pole_policy(b->pole)->conflicts.displace.enabled || !b->member)
		return false;
	b->n = b->n_asked;
	if (!clear_all(&d, shift_s) || d.n_displaced == 0)
		return false;
	b->start = start;
	plan_init(start, &d.gone, b->arena);
	if (!basket_place(b, shift_s, NULL)) {
		b->start = NULL;
		return false;
	}
	for (size_t i = 0; i < d.n_displaced; i++)
		life_change(b->pole, d.displaced[i], image_of(&d, d.displaced[i]), CAUSE_DISPLACED,
			    b->now, ret_changes);
	return true;
}
