/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hours, calendars and closures in words. */

#include "daemon/calendar_text.h"

static const char *const weekday_words[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

/* Whether two weekdays have the same ranges. */
static bool same_day(const struct hours *h, enum weekday a, enum weekday b)
{
	size_t i = 0, j = 0;

	for (;; i++, j++) {
		while (i < h->n_ranges && h->ranges[i].day != a)
			i++;
		while (j < h->n_ranges && h->ranges[j].day != b)
			j++;
		if (i == h->n_ranges || j == h->n_ranges)
			return i == h->n_ranges && j == h->n_ranges;
		if (h->ranges[i].from_s != h->ranges[j].from_s ||
		    h->ranges[i].to_s != h->ranges[j].to_s)
			return false;
	}
}

static const char *day_ranges(struct arena *a, const struct hours *h, enum weekday day)
{
	const char *text = "";

	for (const struct hours_range *r = h->ranges; r < h->ranges + h->n_ranges; r++)
		if (r->day == day)
			text = arena_printf(a, "%s %02d:%02d-%02d:%02d", text, r->from_s / 3600,
					    r->from_s / 60 % 60, r->to_s / 3600, r->to_s / 60 % 60);
	return text;
}

const char *hours_text(struct arena *a, const struct hours *h)
{
	const char *text = "";
	int last;

	if (h->always || h->n_ranges == 0)
		return h->always ? "always" : "closed";
	for (int day = MONDAY; day <= SUNDAY; day = last + 1) {
		const char *ranges = day_ranges(a, h, (enum weekday)day);

		for (last = day;
		     last < SUNDAY && same_day(h, (enum weekday)day, (enum weekday)(last + 1));)
			last++;
		if (!*ranges)
			continue;
		text = arena_printf(a, "%s%s%s%s%s%s", text, *text ? ", " : "", weekday_words[day],
				    last > day ? "-" : "", last > day ? weekday_words[last] : "",
				    ranges);
	}
	return text;
}

static const char *date_text(struct arena *a, int64_t day)
{
	struct civil_date d = civil_from_days(day);

	return arena_printf(a, "%04d-%02d-%02d", (int)d.year, d.month, d.day);
}

static const char *dates_text(struct arena *a, int64_t first_day, int64_t last_day)
{
	if (first_day == last_day)
		return date_text(a, first_day);
	return arena_printf(a, "%s..%s", date_text(a, first_day), date_text(a, last_day));
}

const char *calendar_text(struct arena *a, const struct calendar *c)
{
	const char *text = hours_text(a, &c->usual);

	for (const struct season *s = c->seasons; s < c->seasons + c->n_seasons; s++)
		text = arena_printf(a, "%s; %02d-%02d..%02d-%02d %s", text, s->first.month,
				    s->first.day, s->last.month, s->last.day,
				    hours_text(a, &s->hours));
	for (const struct exception *e = c->exceptions; e < c->exceptions + c->n_exceptions; e++)
		text =
		    arena_printf(a, "%s; %s %s%s%s", text, dates_text(a, e->first_day, e->last_day),
				 hours_text(a, &e->hours), *e->why ? ", " : "", e->why);
	if (c->heeds_holidays != !c->usual.always || c->on_holidays.n_ranges > 0 ||
	    c->on_holidays.always)
		text =
		    arena_printf(a, "%s; holidays %s", text,
				 c->heeds_holidays ? hours_text(a, &c->on_holidays) : "as usual");
	return text;
}

static const char *local_text(struct arena *a, int64_t local_s)
{
	struct civil_time t = civil_from_seconds(local_s);

	return arena_printf(a, "%sT%02d:%02d", date_text(a, civil_days(t.date)), t.second / 3600,
			    t.second / 60 % 60);
}

const char *closure_text(struct arena *a, const struct closure *c)
{
	if (c->from_s % DAY_S == 0 && c->to_s % DAY_S == 0)
		return dates_text(a, c->from_s / DAY_S, c->to_s / DAY_S - 1);
	return arena_printf(a, "%s..%s", local_text(a, c->from_s), local_text(a, c->to_s));
}
