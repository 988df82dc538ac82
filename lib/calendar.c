/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Opening hours by date.
 *
 * A range of hours on a date is a span of instants: both its ends are local times, made instants by
 * the rule of zone.h, so that a range that ends where the next begins touches it on every night of
 * the year. What is open is the union of these spans. They are computed as they are looked at, for
 * the few dates around an instant; nothing is kept. The zone is asked once for the stretch of even
 * time around the instant; within it a conversion is a subtraction.
 *
 * The spans of successive dates do not come in order of time where the clock jumps (02:45 moves
 * to 03:45, past 03:00), and those of a season may overlap the night of the day before; so nothing
 * here relies on their order: an instant's surroundings are searched whole, and stretches grow from
 * span to span until nothing adds to them. In order they grow in one pass over the dates, and a
 * second finds nothing more.
 */

#include "lib/calendar.h"

#include <assert.h>

/*
 * A range lies within its date and the next, so what is open at an instant began on its date or the
 * one before. Not so near a change of the clocks: a jump across the date line moves it one date
 * further, and a clock set back at midnight can put an instant on the date before.
 */
enum { NEAR_DAYS = 2, WEEK_DAYS = 7, WEEK_S = WEEK_DAYS * DAY_S };
enum { KNOWN_DAYS = 8 }; /* a power of two */

struct walk { /* over the spans of all ranges on the dates from `day` to `last_day` */
	const struct calendar_at *at;
	struct zone_even even;
	int step;		   /* 1 or -1 */
	int64_t day, last_day;	   /* as civil_days() counts */
	const struct hours *hours; /* of `day`; NULL: not looked at yet */
	enum weekday weekday;	   /* of `day` */
	size_t next_range;
	struct { /* the hours of days looked at before, by their last bits */
		int64_t day;
		const struct hours *hours; /* NULL: none */
	} known[KNOWN_DAYS];
};

static bool year_day_is_by(struct year_day a, struct year_day b)
{
	return a.month != b.month ? a.month < b.month : a.day <= b.day;
}

static bool season_holds(const struct season *s, struct year_day d)
{
	bool begun = year_day_is_by(s->first, d), not_over = year_day_is_by(d, s->last);

	return year_day_is_by(s->first, s->last) ? begun && not_over : begun || not_over;
}

static const struct exception *exception_on(const struct calendar *c, int64_t day)
{
	size_t first = 0, n = c->n_exceptions;

	while (n > 0) {
		size_t half = n / 2;

		if (c->exceptions[first + half].last_day < day) {
			first += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	if (first < c->n_exceptions && c->exceptions[first].first_day <= day)
		return &c->exceptions[first];
	return NULL;
}

static bool is_heeded_holiday(const struct calendar_at *c, struct civil_date d, struct holiday *ret)
{
	const uint32_t country = UINT32_C(1) << HOLIDAYS_FR;

	return c->calendar->heeds_holidays && holiday_on(c->holidays, d, ret) &&
	       (ret->regions & country || !(ret->regions & c->works_on));
}

enum calendar_day calendar_day(const struct calendar_at *c, struct civil_date d,
			       const struct exception **ret_exception, struct holiday *ret_holiday)
{
	*ret_exception = exception_on(c->calendar, civil_days(d));
	if (*ret_exception)
		return CALENDAR_EXCEPTION;
	return is_heeded_holiday(c, d, ret_holiday) ? CALENDAR_HOLIDAY : CALENDAR_USUAL;
}

static const struct hours *hours_on(const struct calendar_at *at, int64_t day)
{
	const struct calendar *c = at->calendar;
	const struct exception *e = c->n_exceptions ? exception_on(c, day) : NULL;
	struct civil_date d;
	struct holiday holiday;

	if (e)
		return &e->hours;
	if (!c->heeds_holidays && c->n_seasons == 0)
		return &c->usual;
	d = civil_from_days(day);
	if (is_heeded_holiday(at, d, &holiday))
		return &c->on_holidays;
	for (size_t i = 0; i < c->n_seasons; i++)
		if (season_holds(&c->seasons[i], (struct year_day){d.month, d.day}))
			return &c->seasons[i].hours;
	return &c->usual;
}

static int64_t local_day(const struct walk *w, int64_t utc)
{
	int64_t local_s = utc + w->even.offset_s;

	if (local_s >= w->even.from_s && local_s < w->even.until_s)
		return local_s / DAY_S - (local_s % DAY_S < 0);
	return civil_days(zone_to_local(w->at->zone, utc).date);
}

static int64_t instant(const struct walk *w, int64_t local_s)
{
	int64_t utc;

	if (local_s >= w->even.from_s && local_s < w->even.until_s)
		return local_s - w->even.offset_s;
	zone_local_s_to_utc(w->at->zone, local_s, &utc);
	return utc;
}

static void walk_from(struct walk *w, int64_t first_day, int64_t last_day)
{
	w->day = first_day;
	w->last_day = last_day;
	w->weekday = civil_weekday(civil_from_days(first_day));
	w->hours = NULL;
}

/* No clock changes around a date: its spans come in order, after those of the date before. */
static bool is_even(const struct walk *w, int64_t day)
{
	return (day - NEAR_DAYS) * DAY_S >= w->even.from_s &&
	       (day + NEAR_DAYS + 1) * DAY_S <= w->even.until_s;
}

/* The first and the last date whose spans can hold an instant of `day`. */
static int64_t near_first(const struct walk *w, int64_t day)
{
	return is_even(w, day) ? day - 1 : day - NEAR_DAYS;
}

static int64_t near_last(const struct walk *w, int64_t day)
{
	return is_even(w, day) ? day : day + NEAR_DAYS;
}

static int64_t near_end(const struct walk *w, int64_t day)
{
	return w->step > 0 ? near_last(w, day) : near_first(w, day);
}

static void walk_near(struct walk *w, int64_t utc)
{
	int64_t day = local_day(w, utc);

	walk_from(w, w->step > 0 ? near_first(w, day) : near_last(w, day), near_end(w, day));
}

static struct walk walk_new(const struct calendar_at *c, int64_t utc, int step)
{
	return (struct walk){.at = c, .even = zone_even(c->zone, utc), .step = step};
}

static const struct hours *known_hours(struct walk *w, int64_t day)
{
	size_t i = (size_t)day & (KNOWN_DAYS - 1);

	if (!w->known[i].hours || w->known[i].day != day) {
		w->known[i].day = day;
		w->known[i].hours = hours_on(w->at, day);
	}
	return w->known[i].hours;
}

/* The next range of the day; NULL at its end. */
static const struct hours_range *day_range(struct walk *w)
{
	static const struct hours_range whole_day = {MONDAY, 0, DAY_S};
	const struct hours *h = w->hours;

	if (h->always)
		return w->next_range++ == 0 ? &whole_day : NULL;
	while (w->next_range < h->n_ranges) {
		size_t i = w->next_range++;
		const struct hours_range *r = &h->ranges[w->step > 0 ? i : h->n_ranges - 1 - i];

		if (r->day == w->weekday)
			return r;
	}
	return NULL;
}

static bool walk_next(struct walk *w, struct span *ret)
{
	while (w->step > 0 ? w->day <= w->last_day : w->day >= w->last_day) {
		const struct hours_range *r;

		if (!w->hours) {
			w->hours = known_hours(w, w->day);
			w->next_range = 0;
		}
		while ((r = day_range(w))) {
			ret->start = instant(w, w->day * DAY_S + r->from_s);
			ret->end = instant(w, w->day * DAY_S + r->to_s);
			if (!span_is_empty(*ret))
				return true;
		}
		w->hours = NULL;
		w->day += w->step;
		w->weekday = (w->weekday + (enum weekday)(WEEK_DAYS + w->step)) % WEEK_DAYS;
	}
	return false;
}

/* Grows an end of `s`, the one that the walk's direction leads to, as far as `limit`. */
static int64_t grow(struct walk *w, int64_t at, int64_t limit)
{
	const bool forward = w->step > 0;
	int64_t before;
	struct span s;

	do {
		before = at;
		walk_near(w, at);
		while (walk_next(w, &s)) {
			if (forward ? s.start > at || s.end <= at : s.end < at || s.start >= at)
				continue;
			at = forward ? s.end : s.start;
			if (forward ? at >= limit : at <= limit)
				return limit;
			w->last_day = near_end(w, local_day(w, at));
		}
	} while (at != before);
	return at;
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

bool calendar_never_closes(const struct calendar *c)
{
	return !c->heeds_holidays && c->n_seasons == 0 && c->n_exceptions == 0 &&
	       hours_cover_week(&c->usual);
}

bool calendar_is_open(const struct calendar_at *c, int64_t at)
{
	struct walk w;
	struct span s;

	if (calendar_never_closes(c->calendar))
		return true;
	w = walk_new(c, at, 1);
	walk_near(&w, at);
	while (walk_next(&w, &s))
		if (s.start <= at && s.end > at)
			return true;
	return false;
}

int64_t calendar_open_until(const struct calendar_at *c, int64_t at, int64_t limit)
{
	struct walk w = walk_new(c, at, 1);

	if (at >= limit || calendar_never_closes(c->calendar))
		return limit;
	return grow(&w, at, limit);
}

/* The span nearest to `at` in the walk's direction, not all of it behind; false if none. */
static bool nearest_span(struct walk *w, int64_t at, int limit_days, struct span *ret)
{
	const bool forward = w->step > 0;
	bool found = false;
	struct span s;

	walk_near(w, at);
	w->last_day = local_day(w, at) + w->step * limit_days;
	while (walk_next(w, &s)) {
		if (forward ? s.end <= at : s.start > at)
			continue;
		if (found && (forward ? s.start >= ret->start : s.end <= ret->end))
			continue;
		*ret = s;
		if (!found && w->step * (w->last_day - near_end(w, w->day)) > 0)
			w->last_day = near_end(w, w->day);
		found = true;
	}
	return found;
}

static bool find_stretch(const struct calendar_at *c, int64_t at, int limit_days, int step,
			 struct span *ret)
{
	const int64_t cut_s = CALENDAR_STRETCH_DAYS * (int64_t)DAY_S;
	struct walk w = walk_new(c, at, step);
	struct span s;

	assert(limit_days >= 0);
	if (calendar_never_closes(c->calendar)) {
		int64_t endless_s = (int64_t)(limit_days ? limit_days : 1) * DAY_S;

		*ret = (struct span){at - endless_s, at + endless_s};
		return true;
	}
	if (!nearest_span(&w, at, limit_days, &s))
		return false;
	w.step = 1;
	s.end = grow(&w, s.end, s.end + cut_s);
	w.step = -1;
	s.start = grow(&w, s.start, s.start - cut_s);
	*ret = s;
	return true;
}

bool calendar_next(const struct calendar_at *c, int64_t at, int limit_days, struct span *ret)
{
	return find_stretch(c, at, limit_days, 1, ret);
}

bool calendar_previous(const struct calendar_at *c, int64_t at, int limit_days, struct span *ret)
{
	return find_stretch(c, at, limit_days, -1, ret);
}
