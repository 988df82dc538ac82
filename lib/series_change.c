/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Moves and cancels several bookings of a series.
 *
 * Dates that are moved to later times go last first, and the other way round, so that each finds
 * the place that the one next to it has left.
 */
#include <stdlib.h>

#include "lib/series_run.h"

struct altering {
	struct series_run run;
	enum series_scope scope;
	const struct booking *named;
	const struct ask_move *move; /* NULL: cancels */
	int64_t start_by_s, end_by_s;
};

static const struct zone *zone_of(const struct pole *p, const struct booking *b)
{
	const struct resource *r = pole_resource(p, b->resource);

	return r ? r->site->zone : pole_policy(p)->zone;
}

static bool is_exception(const struct booking *b)
{
	return b->series && b->span.start != b->occurrence;
}

static bool is_over(const struct altering *m, const struct booking *b)
{
	const int64_t now = m->run.who->now;

	return m->move && m->start_by_s != 0 ? b->span.start <= now : b->span.end <= now;
}

/* Requests, holds and waits are given up with the rest; what is out is not. */
static bool may_change(const struct altering *m, const struct booking *b)
{
	enum booking_state to;

	return state_move(b->state, m->move ? CAUSE_MOVED : CAUSE_CANCELLED, MOVER_HOLDER, &to) ==
	       0;
}

static bool is_meant(const struct altering *m, const struct booking *b)
{
	if (b->series != m->named->series || !may_change(m, b) || is_over(m, b))
		return false;
	return m->scope == SCOPE_ALL ||
	       (m->scope == SCOPE_FOLLOWING && b->occurrence >= m->named->occurrence);
}

static void add_date(struct altering *m, const struct booking *b)
{
	struct series_answer *ret = m->run.ret;

	ret->dates[ret->n++] = (struct series_date){.occurrence = b->occurrence,
						    .booking = b->number,
						    .span = b->span,
						    .outcome = SERIES_KEPT};
}

static int by_start(const void *a, const void *b)
{
	const struct series_date *x = a, *y = b;

	if (x->span.start != y->span.start)
		return x->span.start < y->span.start ? -1 : 1;
	return (x->booking > y->booking) - (x->booking < y->booking);
}

/* The bookings of a series were made in one go: their numbers follow each other. */
static void list_dates(struct altering *m)
{
	struct series_answer *ret = m->run.ret;
	const int64_t series = m->named->series;
	const struct booking *b;

	if (series && m->scope != SCOPE_ONE && asker_may_alter(m->run.pole, m->run.who, m->named))
		for (b = pole_booking_after(m->run.pole, series - 1);
		     b && b->number < series + SERIES_MAX;
		     b = pole_booking_after(m->run.pole, b->number))
			if (is_meant(m, b))
				add_date(m, b);
	if (ret->n == 0)
		add_date(m, m->named);
	qsort(ret->dates, ret->n, sizeof(*ret->dates), by_start);
}

static void move_one(struct altering *m, struct series_date *d, const struct booking *was)
{
	const struct zone *z = zone_of(m->run.pole, was);
	struct ask_move ask = *m->move;
	struct booking *made;

	ask.booking = was->number;
	ask.span = series_shift(z, was->span, m->start_by_s, m->end_by_s);
	ask.alternatives = 0;
	if (was->n_items == 1 && ask.has_start)
		ask.has_end = true;
	d->span = ask.span;
	decide_move(m->run.pole, m->run.who, &ask, m->run.arena, &d->answer,
		    series_run_step(&m->run));
	made = (struct booking *)d->answer.booking;
	if (!made || made == was)
		return;
	d->span = made->span;
	if (was->series)
		made->occurrence =
		    is_exception(was)
			? series_shift(z, (struct span){was->occurrence, was->occurrence},
				       m->start_by_s, m->start_by_s)
			      .start
			: made->span.start;
}

static void alter(struct altering *m, struct series_date *d)
{
	const struct booking *was = pole_booking(m->run.pole, d->booking);
	struct series_answer *ret = m->run.ret;

	if (m->move && d->booking != m->named->number && is_exception(was)) {
		ret->n_kept++;
		return;
	}
	if (m->move)
		move_one(m, d, was);
	else
		decide_cancel(m->run.pole, m->run.who, d->booking, m->run.arena, &d->answer,
			      series_run_step(&m->run));
	if (!series_run_take(&m->run, &d->answer)) {
		d->outcome = SERIES_REFUSED;
		ret->n_refused++;
	} else if (d->answer.booking == was) {
		ret->n_kept++;
	} else {
		d->outcome = m->move ? SERIES_MOVED : SERIES_CANCELLED;
		ret->n_done++;
	}
}

static void alter_all(struct altering *m, struct changes *ret_changes)
{
	struct series_answer *ret = m->run.ret;
	bool last_first = m->start_by_s > 0 || (m->start_by_s == 0 && m->end_by_s > 0);

	for (size_t i = 0; i < ret->n; i++)
		alter(m, &ret->dates[last_first ? ret->n - 1 - i : i]);
	ret->series = m->named->series;
	series_run_end(&m->run, ret->n_refused == 0, ret_changes);
}

static void refuse_unknown(struct arena *a, struct series_answer *ret)
{
	ret->refusals = arena_new(a, struct refusal);
	ret->refusals[0] = (struct refusal){.reason = REASON_UNKNOWN_BOOKING};
	ret->n_refusals = 1;
}

static void begin(struct altering *m, struct pole *p, const struct asker *who, struct arena *a,
		  struct series_answer *ret)
{
	*ret = (struct series_answer){0};
	series_run_init(&m->run, p, who, a, SERIES_MAX, ret);
	ret->dates = arena_new_n(a, struct series_date, SERIES_MAX + 1);
}

void decide_series_move(struct pole *p, const struct asker *who, const struct ask_move *ask,
			enum series_scope scope, struct arena *a, struct series_answer *ret,
			struct changes *ret_changes)
{
	struct altering m = {.scope = scope, .move = ask, .named = pole_booking(p, ask->booking)};
	const struct zone *z;

	begin(&m, p, who, a, ret);
	if (!m.named) {
		refuse_unknown(a, ret);
		return;
	}
	z = zone_of(p, m.named);
	if (ask->has_start)
		m.start_by_s = local_s(z, ask->span.start) - local_s(z, m.named->span.start);
	m.end_by_s =
	    ask->has_end ? local_s(z, ask->span.end) - local_s(z, m.named->span.end) : m.start_by_s;
	list_dates(&m);
	alter_all(&m, ret_changes);
}

void decide_series_cancel(struct pole *p, const struct asker *who, int64_t booking,
			  enum series_scope scope, struct arena *a, struct series_answer *ret,
			  struct changes *ret_changes)
{
	struct altering m = {.scope = scope, .named = pole_booking(p, booking)};

	begin(&m, p, who, a, ret);
	if (!m.named) {
		refuse_unknown(a, ret);
		return;
	}
	list_dates(&m);
	alter_all(&m, ret_changes);
}
