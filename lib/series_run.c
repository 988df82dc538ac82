/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several decisions in a row, undone at the end.
 *
 * A booking may change more than once on the way: made by one decision and moved to another unit
 * by a later one. What comes out has one change for each booking, from what the pole has to what
 * stands at the end; the images between are dropped, so nothing that is handed out may point to
 * them.
 */
#include "lib/series_run.h"

void series_run_init(struct series_run *r, struct pole *p, const struct asker *who, struct arena *a,
		     size_t n, struct series_answer *ret)
{
	*r = (struct series_run){
	    .pole = p,
	    .who = who,
	    .arena = a,
	    .steps = arena_new_n(a, struct changes, n + 1),
	    .ret = ret,
	};
}

struct changes *series_run_step(struct series_run *r)
{
	return &r->steps[r->n_steps];
}

bool series_run_take(struct series_run *r, const struct answer *answer)
{
	if (!answer->booking) {
		changes_clear(&r->steps[r->n_steps]);
		return false;
	}
	pole_apply(r->pole, &r->steps[r->n_steps++]);
	return true;
}

static struct change *find(struct changes *c, int64_t number)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].booking.after->number == number)
			return &c->items[i];
	return NULL;
}

static void merge(struct changes *into, const struct changes *step)
{
	for (size_t i = 0; i < step->n; i++) {
		struct booking *after = step->items[i].booking.after;
		struct change *known = find(into, after->number);

		if (!known) {
			changes_add_booking(into, step->items[i].cause,
					    step->items[i].booking.before, booking_ref(after));
			continue;
		}
		booking_unref(known->booking.after);
		known->booking.after = booking_ref(after);
	}
}

/* Who is in the way by this series itself is not told: it never came to be. */
static void settle_conflicts(const struct series_run *r, struct answer *answer)
{
	size_t n = 0;

	for (size_t i = 0; i < answer->n_conflicts; i++) {
		struct conflict c = answer->conflicts[i];

		c.booking = pole_booking(r->pole, c.booking->number);
		if (c.booking)
			answer->conflicts[n++] = c;
	}
	answer->n_conflicts = n;
}

static bool is_done(const struct series_date *d)
{
	return d->outcome == SERIES_BOOKED || d->outcome == SERIES_MOVED ||
	       d->outcome == SERIES_CANCELLED;
}

static void settle(const struct series_run *r, struct series_date *d, bool granted,
		   struct changes *c)
{
	const struct change *change;

	if (d->answer.was)
		d->answer.was = pole_booking(r->pole, d->answer.was->number);
	settle_conflicts(r, &d->answer);
	if (!is_done(d)) {
		d->answer.booking = NULL;
		return;
	}
	change = granted ? find(c, d->booking) : NULL;
	d->answer.booking = change ? change->booking.after : NULL;
	if (granted)
		return;
	d->outcome = SERIES_FREE;
	if (!d->answer.was)
		d->booking = 0;
}

static void refuse(struct series_answer *ret)
{
	ret->n_done = 0;
	ret->series = 0;
	for (size_t i = 0; i < ret->n && !ret->refused; i++)
		if (ret->dates[i].answer.n_refusals > 0)
			ret->refused = &ret->dates[i];
	if (!ret->refused || ret->n_refusals > 0)
		return;
	ret->refusals = ret->refused->answer.refusals;
	ret->n_refusals = ret->refused->answer.n_refusals;
}

void series_run_end(struct series_run *r, bool granted, struct changes *ret_changes)
{
	struct series_answer *ret = r->ret;

	for (size_t i = r->n_steps; i > 0; i--)
		pole_undo(r->pole, &r->steps[i - 1]);
	for (size_t i = 0; granted && i < r->n_steps; i++)
		merge(ret_changes, &r->steps[i]);
	for (size_t i = 0; i < ret->n; i++)
		settle(r, &ret->dates[i], granted, ret_changes);
	for (size_t i = 0; i < r->n_steps; i++)
		changes_clear(&r->steps[i]);
	if (!granted)
		refuse(ret);
}

int64_t local_s(const struct zone *z, int64_t utc)
{
	return civil_seconds(zone_to_local(z, utc));
}

static int64_t later(const struct zone *z, int64_t utc, int64_t by_s)
{
	int64_t at = utc;

	if (by_s != 0)
		zone_local_s_to_utc(z, local_s(z, utc) + by_s, &at);
	return at;
}

struct span series_shift(const struct zone *z, struct span s, int64_t start_by_s, int64_t end_by_s)
{
	struct span to = {later(z, s.start, start_by_s), later(z, s.end, end_by_s)};
	bool is_squeezed = !span_is_empty(s) && span_is_empty(to) && start_by_s == end_by_s;

	if (is_squeezed)
		to.end = to.start + (s.end - s.start);
	return to;
}
