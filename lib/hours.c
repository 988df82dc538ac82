/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Weekly opening hours.
 *
 * A range of hours on a date is a span of instants: both its ends are local times, made instants by
 * the rule of zone.h, so that a range that ends where the next begins touches it on every night of
 * the year. What is open is the union of these spans. They are computed as they are looked at, for
 * the few dates around an instant; nothing is kept.
 *
 * The spans of successive dates do not come in order of time where the clock jumps (02:45 moves
 * to 03:45, past 03:00), so nothing here relies on their order: an instant's surroundings are
 * searched whole, and stretches grow from span to span until nothing adds to them. Hours that cover
 * all of the week are known by their ranges beforehand; all others leave a hole every week, but for
 * a hole that a jump swallows, which bounds the growing.
 */

#include "lib/hours.h"

#include <assert.h>

/* A range lies within its date and the next; a jump across the date line moves it one date further,
 * and a clock set back at midnight can put an instant on the date before. */
enum { NEAR_DAYS = 2, WEEK_DAYS = 7, WEEK_S = WEEK_DAYS * DAY_S };

struct walk { /* over the spans of all ranges on the dates first..last */
	const struct hours *hours;
	const struct zone *zone;
	int64_t day, last_day; /* as civil_days() counts */
	enum weekday weekday;  /* of `day` */
	size_t next_range;
};

static struct walk walk_begin(const struct hours *h, const struct zone *z, int64_t first_day,
			      int64_t last_day)
{
	return (struct walk){
	    .hours = h,
	    .zone = z,
	    .day = first_day,
	    .last_day = last_day,
	    .weekday = civil_weekday(civil_from_days(first_day)),
	};
}

static struct span range_span(const struct walk *w, const struct hours_range *r)
{
	struct span s;

	zone_local_s_to_utc(w->zone, w->day * DAY_S + r->from_s, &s.start);
	zone_local_s_to_utc(w->zone, w->day * DAY_S + r->to_s, &s.end);
	return s;
}

static bool walk_next(struct walk *w, struct span *ret)
{
	for (; w->day <= w->last_day; w->day++) {
		while (w->next_range < w->hours->n_ranges) {
			const struct hours_range *r = &w->hours->ranges[w->next_range++];

			if (r->day != w->weekday)
				continue;
			*ret = range_span(w, r);
			if (!span_is_empty(*ret))
				return true;
		}
		w->next_range = 0;
		w->weekday = (w->weekday + 1) % WEEK_DAYS;
	}
	return false;
}

static int64_t local_day(const struct zone *z, int64_t at)
{
	return civil_days(zone_to_local(z, at).date);
}

static struct walk walk_near(const struct hours *h, const struct zone *z, int64_t at)
{
	int64_t day = local_day(z, at);

	return walk_begin(h, z, day - NEAR_DAYS, day + NEAR_DAYS);
}

/* How far one span takes us that is open at `at` and after it; `at` if closed. */
static int64_t open_until(const struct hours *h, const struct zone *z, int64_t at)
{
	struct walk w = walk_near(h, z, at);
	int64_t until = at;
	struct span s;

	while (walk_next(&w, &s))
		if (s.start <= at && s.end > until)
			until = s.end;
	return until;
}

/* How far back one span takes us that is open just before `at`; `at` if it was closed. */
static int64_t open_since(const struct hours *h, const struct zone *z, int64_t at)
{
	struct walk w = walk_near(h, z, at);
	int64_t since = at;
	struct span s;

	while (walk_next(&w, &s))
		if (s.end >= at && s.start < since)
			since = s.start;
	return since;
}

/* Ranges are sorted and disjoint: they cover the week if each begins where the one before ended. */
static bool hours_cover_week(const struct hours *h)
{
	int64_t begin, reach;

	if (h->always || h->n_ranges == 0)
		return h->always;
	begin = reach = h->ranges[0].day * DAY_S + h->ranges[0].from_s;
	for (size_t i = 0; i < h->n_ranges; i++) {
		const struct hours_range *r = &h->ranges[i];

		if (r->day * DAY_S + r->from_s > reach)
			return false;
		reach = r->day * DAY_S + r->to_s;
	}
	return reach >= begin + WEEK_S;
}

static bool first_span_after(const struct hours *h, const struct zone *z, int64_t at,
			     int limit_days, struct span *ret)
{
	int64_t today = local_day(z, at);
	struct walk w = walk_begin(h, z, today - NEAR_DAYS, today + limit_days);
	bool found = false;
	struct span s;

	while (walk_next(&w, &s)) {
		if (s.end <= at || (found && s.start >= ret->start))
			continue;
		*ret = s;
		if (!found && w.last_day > w.day + NEAR_DAYS)
			w.last_day = w.day + NEAR_DAYS;
		found = true;
	}
	return found;
}

bool hours_next_open(const struct hours *h, const struct zone *z, int64_t at, int limit_days,
		     struct span *ret)
{
	struct span s;
	int64_t t;

	assert(limit_days >= 0);
	if (hours_cover_week(h)) {
		int64_t cut_s = (int64_t)(limit_days ? limit_days : 1) * DAY_S;

		*ret = (struct span){at - cut_s, at + cut_s};
		return true;
	}
	if (!first_span_after(h, z, at, limit_days, &s))
		return false;
	while ((t = open_until(h, z, s.end)) > s.end)
		s.end = t;
	while ((t = open_since(h, z, s.start)) < s.start)
		s.start = t;
	*ret = s;
	return true;
}

bool hours_admit(const struct hours *h, const struct zone *z, struct span s, bool may_span)
{
	int64_t until;

	if (hours_cover_week(h))
		return true;
	until = open_until(h, z, s.start);
	if (until == s.start)
		return false;
	if (may_span)
		return s.end == s.start || open_since(h, z, s.end) < s.end;
	while (until < s.end) {
		int64_t further = open_until(h, z, until);

		if (further == until)
			return false;
		until = further;
	}
	return true;
}
