/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Days, months and hours as rules name them: day by day, each stretch made instants. */
#include "lib/when.h"

#define WEEKLY_LOOK_S (16 * (int64_t)DAY_S) /* more than a week, and one that a clock change took  \
					     */

static bool has_date(const struct when *w, int64_t day)
{
	for (size_t i = 0; i < w->n_dates; i++)
		if (w->dates[i].first_day <= day && day <= w->dates[i].last_day)
			return true;
	return !w->dates;
}

static bool has_day(const struct when *w, int64_t day)
{
	const struct civil_date date = civil_from_days(day);

	return (!w->months || w->months >> (date.month - 1) & 1) &&
	       (!w->days || w->days >> civil_weekday(date) & 1) && has_date(w, day);
}

struct walk {
	const struct zone *zone;
	struct span span;
	bool (*fn)(void *arg, struct span stretch);
	void *arg;
};

static bool try_stretch(const struct walk *k, int64_t from_s, int64_t to_s)
{
	struct span stretch;

	zone_local_s_to_utc(k->zone, from_s, &stretch.start);
	zone_local_s_to_utc(k->zone, to_s, &stretch.end);
	return !span_overlaps(stretch, k->span) || k->fn(k->arg, stretch);
}

static bool try_day(const struct when *w, const struct walk *k, int64_t day)
{
	enum weekday weekday = civil_weekday(civil_from_days(day));

	if (w->hours.always)
		return try_stretch(k, day * DAY_S, (day + 1) * DAY_S);
	for (size_t i = 0; i < w->hours.n_ranges; i++) {
		const struct hours_range *r = &w->hours.ranges[i];

		if (r->day == weekday &&
		    !try_stretch(k, day * DAY_S + r->from_s, day * DAY_S + r->to_s))
			return false;
	}
	return true;
}

bool when_each(const struct when *w, const struct zone *z, struct span s,
	       bool (*fn)(void *arg, struct span stretch), void *arg)
{
	const struct walk k = {z, s, fn, arg};
	int64_t day = civil_days(zone_to_local(z, s.start).date) - 1;
	int64_t last = civil_days(zone_to_local(z, s.end - 1).date);

	for (; day <= last; day++)
		if (has_day(w, day) && !try_day(w, &k, day))
			return false;
	return true;
}

static bool stop(void *arg, struct span stretch)
{
	return false;
}

bool when_touches(const struct when *w, const struct zone *z, struct span s)
{
	if (!w->months && !w->dates && s.end - s.start > WEEKLY_LOOK_S)
		s.end = s.start + WEEKLY_LOOK_S;
	return !when_each(w, z, s, stop, NULL);
}
