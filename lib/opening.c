/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hours, hand-over times and closures as one answer.
 *
 * Where a booking may start or end is what hours and hand-over times have in common, less the
 * closures. Its stretches are not kept but cut out of those of the calendars as they are asked for:
 * the two nearest stretches are held against each other, and the one that ends first gives way,
 * until they meet and a piece is left that no closure covers.
 */
#include "lib/opening.h"

#include <stdlib.h>

#define ENDS_STEPS_MAX 2000 /* calendars that all but miss each other are not followed further */

static struct calendar_at calendar_of(struct opening_for o, const struct calendar *c)
{
	return (struct calendar_at){c, o.opening->zone, o.opening->holidays, o.works_on};
}

static int by_start(const void *a, const void *b)
{
	const struct closed_span *x = a, *y = b;

	if (x->during.start != y->during.start)
		return x->during.start < y->during.start ? -1 : 1;
	return (x->during.end > y->during.end) - (x->during.end < y->during.end);
}

void closed_spans_sort(struct closed_span *spans, size_t n)
{
	int64_t reach = INT64_MIN;

	if (n > 0)
		qsort(spans, n, sizeof(*spans), by_start);
	for (size_t i = 0; i < n; i++) {
		if (spans[i].during.end > reach)
			reach = spans[i].during.end;
		spans[i].reach = reach;
	}
}

/* How many begin at or before `at`. */
static size_t closed_by(const struct opening *o, int64_t at)
{
	size_t first = 0, n = o->n_closed;

	while (n > 0) {
		size_t half = n / 2;

		if (o->closed[first + half].during.start <= at) {
			first += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return first;
}

/* One that holds `at`; NULL if none. */
static const struct closed_span *closed_at(const struct opening *o, int64_t at)
{
	for (size_t i = closed_by(o, at); i > 0 && o->closed[i - 1].reach > at; i--)
		if (o->closed[i - 1].during.end > at)
			return &o->closed[i - 1];
	return NULL;
}

/* The stretch around `at`, in no closure, that no closure begins or ends in. */
static struct span between_closures(const struct opening *o, int64_t at)
{
	size_t n = closed_by(o, at);

	return (struct span){
	    n > 0 ? o->closed[n - 1].reach : INT64_MIN,
	    n < o->n_closed ? o->closed[n].during.start : TIME_NEVER,
	};
}

static struct span common(struct span a, struct span b)
{
	return (struct span){
	    a.start > b.start ? a.start : b.start,
	    a.end < b.end ? a.end : b.end,
	};
}

/* An end can be at `at`; where it is the end of a booking, `at` is the second before. */
static bool is_for_ends(struct opening_for o, int64_t at)
{
	const struct calendar_at hours = calendar_of(o, o.opening->hours);

	if (closed_at(o.opening, at) || !calendar_is_open(&hours, at))
		return false;
	if (o.opening->hand_over) {
		const struct calendar_at hand_over = calendar_of(o, o.opening->hand_over);

		return calendar_is_open(&hand_over, at);
	}
	return true;
}

static int64_t last_second(struct span s)
{
	return s.end > s.start ? s.end - 1 : s.start;
}

int64_t opening_used_until(struct opening_for o, int64_t at, int64_t limit)
{
	const struct calendar_at hours = calendar_of(o, o.opening->hours);

	return calendar_open_until(&hours, at, limit);
}

void opening_settle(struct opening *o)
{
	o->is_always = o->n_closed == 0 && calendar_never_closes(o->hours) &&
		       (!o->hand_over || calendar_never_closes(o->hand_over));
}

bool opening_admits(struct opening_for o, struct span s)
{
	if (o.opening->is_always)
		return true;
	if (!is_for_ends(o, s.start) || !is_for_ends(o, last_second(s)))
		return false;
	return o.opening->spans_closed || opening_used_until(o, s.start, s.end) >= s.end;
}

/* What hours and hand-over have in common around where one looks. */
struct pair {
	struct calendar_at hours, hand_over;
	struct span open, handed; /* the stretches that one is at */
};

static struct pair pair_new(struct opening_for o, struct span none)
{
	return (struct pair){
	    .hours = calendar_of(o, o.opening->hours),
	    .hand_over = calendar_of(o, o.opening->hand_over),
	    .open = none,
	    .handed = o.opening->hand_over ? none : (struct span){INT64_MIN, TIME_NEVER},
	};
}

bool opening_next(struct opening_for o, int64_t at, int limit_days, struct span *ret)
{
	const int64_t limit = at + (limit_days + 1) * (int64_t)DAY_S;
	struct pair p = pair_new(o, (struct span){at, at});

	for (int i = 0; i < ENDS_STEPS_MAX && at <= limit; i++) {
		const struct closed_span *closed;
		struct span both;

		if (p.open.end <= at && !calendar_next(&p.hours, at, limit_days, &p.open))
			return false;
		if (p.handed.end <= at && !calendar_next(&p.hand_over, at, limit_days, &p.handed))
			return false;
		both = common(p.open, p.handed);
		if (both.start > at)
			at = both.start;
		if (at >= both.end)
			continue;
		closed = closed_at(o.opening, at);
		if (!closed) {
			*ret = common(both, between_closures(o.opening, at));
			return true;
		}
		at = closed->during.end;
	}
	return false;
}

bool opening_previous(struct opening_for o, int64_t at, int limit_days, struct span *ret)
{
	const int64_t limit = at - (limit_days + 1) * (int64_t)DAY_S;
	struct pair p = pair_new(o, (struct span){at + 1, at + 1});

	for (int i = 0; i < ENDS_STEPS_MAX && at >= limit; i++) {
		const struct closed_span *closed;
		struct span both;

		if (p.open.start > at && !calendar_previous(&p.hours, at, limit_days, &p.open))
			return false;
		if (p.handed.start > at &&
		    !calendar_previous(&p.hand_over, at, limit_days, &p.handed))
			return false;
		both = common(p.open, p.handed);
		if (both.end <= at)
			at = both.end - 1;
		if (at < both.start)
			continue;
		closed = closed_at(o.opening, at);
		if (!closed) {
			*ret = common(both, between_closures(o.opening, at));
			return true;
		}
		at = closed->during.start - 1;
	}
	return false;
}

/* The first instant that keeps `s` from being admitted. */
static int64_t closed_instant(struct opening_for o, struct span s)
{
	if (!is_for_ends(o, s.start))
		return s.start;
	if (!is_for_ends(o, last_second(s)))
		return last_second(s);
	return opening_used_until(o, s.start, s.end);
}

static void name_day(const struct calendar_at *c, struct closed_why *why, struct arena *a)
{
	const struct exception *exception;
	struct holiday holiday;

	switch (calendar_day(c, why->date, &exception, &holiday)) {
	case CALENDAR_EXCEPTION:
		for (int l = 0; *exception->why && l < N_HOLIDAY_LANGUAGES; l++)
			why->names[l] = exception->why;
		break;
	case CALENDAR_HOLIDAY:
		for (enum holiday_language l = 0; l < N_HOLIDAY_LANGUAGES; l++)
			why->names[l] = holiday_name(&holiday, l, a);
		break;
	case CALENDAR_USUAL:
		break;
	}
}

struct closed_why opening_why(struct opening_for o, struct span s, struct arena *a)
{
	const int64_t at = closed_instant(o, s);
	const struct calendar_at hours = calendar_of(o, o.opening->hours);
	const struct calendar_at hand_over = calendar_of(o, o.opening->hand_over);
	const struct closed_span *closed = closed_at(o.opening, at);
	struct closed_why why = {.date = zone_to_local(o.opening->zone, at).date};

	if (closed) {
		why.closure = closed->closure;
		for (int l = 0; l < N_HOLIDAY_LANGUAGES; l++)
			why.names[l] = closed->closure->why;
	} else if (!calendar_is_open(&hours, at)) {
		name_day(&hours, &why, a);
	} else if (o.opening->hand_over) {
		name_day(&hand_over, &why, a);
	}
	return why;
}
