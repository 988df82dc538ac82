/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Tests calendars: weekly hours by hand on the nights of change, and with seeded random hours
 * against two slow oracles that paint the minutes of three weeks around a change of the clock. One
 * paints each range of each date from end to end; the other, where the clock is not about to
 * change, looks every minute's local time up in the week.
 */

#include "lib/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/moment.h"
#include "tests/lib/zone_file.h"

#define H(h) ((h)*3600)
#define HM(h, m) ((h)*3600 + (m)*60)
#define N(array) (sizeof(array) / sizeof(array[0]))
#define HOURS(array)                                                                               \
	{                                                                                          \
		.ranges = (array), .n_ranges = N(array)                                            \
	}

static const struct hours_range daily_ranges[] = {
    {MONDAY, H(8), H(24)},   {TUESDAY, H(8), H(24)}, {WEDNESDAY, H(8), H(24)},
    {THURSDAY, H(8), H(24)}, {FRIDAY, H(8), H(24)},  {SATURDAY, H(8), H(24)},
    {SUNDAY, H(8), H(24)},
};
static const struct hours_range endless_ranges[] = {
    {MONDAY, 0, H(24)}, {TUESDAY, 0, H(24)},  {WEDNESDAY, 0, H(24)}, {THURSDAY, 0, H(24)},
    {FRIDAY, 0, H(24)}, {SATURDAY, 0, H(24)}, {SUNDAY, 0, H(24)},
};
static const struct hours_range shifted_ranges[] = {
    /* never closed, no range begins at midnight */
    {MONDAY, H(6), H(30)},   {TUESDAY, H(6), H(30)}, {WEDNESDAY, H(6), H(30)},
    {THURSDAY, H(6), H(30)}, {FRIDAY, H(6), H(30)},  {SATURDAY, H(6), H(30)},
    {SUNDAY, H(6), H(30)},
};
static const struct hours_range gap_ranges[] = {
    /* closed for a quarter of an hour a week */
    {MONDAY, HM(0, 15), H(24)}, {TUESDAY, 0, H(24)},  {WEDNESDAY, 0, H(24)}, {THURSDAY, 0, H(24)},
    {FRIDAY, 0, H(24)},		{SATURDAY, 0, H(24)}, {SUNDAY, 0, H(24)},
};
static const struct hours_range touching_ranges[] = {
    {MONDAY, H(20), H(24)}, {TUESDAY, 0, H(4)}, {TUESDAY, H(4), H(5)}, {SUNDAY, H(22), H(26)}};
static const struct hours_range night_ranges[] = {
    {SATURDAY, H(22), HM(26, 30)}, {SUNDAY, HM(2, 30), H(6)}, {SUNDAY, H(23), H(24)}};
static const struct hours_range skipped_ranges[] = {{SUNDAY, HM(2, 15), HM(2, 45)}};
static const struct hours_range straddling_ranges[] = {{SUNDAY, HM(2, 45), HM(3, 15)}};
static const struct hours_range swapped_ranges[] = {{SUNDAY, HM(2, 45), HM(2, 50)},
						    {SUNDAY, H(3), HM(3, 30)}};
static const struct hours_range lost_day_ranges[] = {{FRIDAY, H(12), H(13)},
						     {SATURDAY, H(8), H(9)}};
static const struct hours_range weekend_ranges[] = {
    {MONDAY, 0, H(8)}, {FRIDAY, H(18), H(24)}, {SATURDAY, 0, H(24)}, {SUNDAY, 0, H(24)}};
static const struct hours_range six_days_ranges[] = {
    {MONDAY, 0, H(24)},	  {TUESDAY, 0, H(24)}, {WEDNESDAY, 0, H(24)},
    {THURSDAY, 0, H(24)}, {FRIDAY, 0, H(24)},  {SATURDAY, 0, H(24)},
};

static const struct hours daily = HOURS(daily_ranges), endless = HOURS(endless_ranges),
			  shifted = HOURS(shifted_ranges), touching = HOURS(touching_ranges),
			  night = HOURS(night_ranges), skipped = HOURS(skipped_ranges),
			  swapped = HOURS(swapped_ranges), lost_day = HOURS(lost_day_ranges),
			  gap = HOURS(gap_ranges), straddling = HOURS(straddling_ranges),
			  weekend = HOURS(weekend_ranges), six_days = HOURS(six_days_ranges),
			  always = {.always = true}, never = {0};

static bool hours_next_open(const struct hours *h, const struct zone *z, int64_t at, int limit_days,
			    struct span *ret)
{
	const struct calendar c = {.usual = *h};
	const struct calendar_at here = {.calendar = &c, .zone = z};

	return calendar_next(&here, at, limit_days, ret);
}

static bool hours_admit(const struct hours *h, const struct zone *z, struct span s, bool may_span)
{
	const struct calendar c = {.usual = *h};
	const struct calendar_at here = {.calendar = &c, .zone = z};

	if (may_span)
		return calendar_is_open(&here, s.start) && calendar_is_open(&here, s.end - 1);
	return calendar_open_until(&here, s.start, s.end) == s.end;
}

static int64_t at(const struct zone *z, const char *text)
{
	struct moment m;

	if (moment_parse(text, &m))
		fail_msg("%s", text);
	return moment_utc(&m, z);
}

static void the_next_stretch(void **state)
{
	static const struct {
		const struct hours *hours;
		const char *at;
		int limit_days;
		const char *start, *end; /* NULL: none */
	} cases[] = {
	    {&daily, "2026-12-05T07:00", 0, "2026-12-05T08:00", "2026-12-06T00:00"},
	    {&daily, "2026-12-05T09:00", 0, "2026-12-05T08:00", "2026-12-06T00:00"},
	    {&daily, "2026-12-06T00:00", 0, "2026-12-06T08:00", "2026-12-07T00:00"},
	    {&daily, "2027-03-28T00:00", 1, "2027-03-28T08:00", "2027-03-29T00:00"},
	    {&touching, "2026-12-04T12:00", 30, "2026-12-06T22:00", "2026-12-07T02:00"},
	    {&touching, "2026-12-07T02:00", 30, "2026-12-07T20:00", "2026-12-08T05:00"},
	    {&touching, "2026-12-08T04:30", 30, "2026-12-07T20:00", "2026-12-08T05:00"},
	    {&touching, "2026-12-08T05:00", 4, NULL, NULL},
	    {&touching, "2026-12-08T05:00", 5, "2026-12-13T22:00", "2026-12-14T02:00"},
	    {&weekend, "2026-12-05T12:00", 0, "2026-12-04T18:00", "2026-12-07T08:00"},
	    {&weekend, "2027-03-27T12:00", 0, "2027-03-26T18:00", "2027-03-29T08:00"},
	    {&six_days, "2026-12-02T12:00", 0, "2026-11-30T00:00", "2026-12-06T00:00"},
	    /* 02:30 does not exist: the night goes on at 03:30, where the morning begins */
	    {&night, "2027-03-28T01:00", 0, "2027-03-27T22:00", "2027-03-28T06:00"},
	    {&night, "2027-10-31T01:00", 0, "2027-10-30T22:00", "2027-10-31T06:00"},
	    {&skipped, "2027-03-27T12:00", 7, "2027-03-28T03:15", "2027-03-28T03:45"},
	    {&straddling, "2027-03-27T12:00", 7, NULL, NULL}, /* 03:45 to 03:15 */
	    {&straddling, "2027-10-30T12:00", 7, "2027-10-31T02:45+02:00", "2027-10-31T03:15"},
	    {&skipped, "2027-10-30T12:00", 7, "2027-10-31T02:15+02:00", "2027-10-31T02:45+02:00"},
	    /* 02:45 moves past 03:00 */
	    {&swapped, "2027-03-27T12:00", 7, "2027-03-28T03:00", "2027-03-28T03:30"},
	    {&swapped, "2027-03-28T03:30", 7, "2027-03-28T03:45", "2027-03-28T03:50"},
	    {&gap, "2026-12-05T07:00", 0, "2026-11-30T00:15", "2026-12-07T00:00"},
	    {&never, "2026-12-05T07:00", 1000, NULL, NULL},
	};
	struct zone *z = zone_file_load("Europe/Paris");

	for (size_t i = 0; i < N(cases); i++) {
		struct span s;
		bool found =
		    hours_next_open(cases[i].hours, z, at(z, cases[i].at), cases[i].limit_days, &s);

		if (found != (cases[i].start != NULL) ||
		    (found && (s.start != at(z, cases[i].start) || s.end != at(z, cases[i].end))))
			fail_msg("case %zu, at %s: %lld to %lld", i, cases[i].at,
				 (long long)s.start, (long long)s.end);
	}
	zone_free(z);
}

/* Samoa left Friday 30 December 2011 out: what it held moved to Saturday. */
static void a_day_left_out(void **state)
{
	struct zone *z = zone_file_load("Pacific/Apia");
	struct span s;

	assert_true(hours_next_open(&lost_day, z, at(z, "2011-12-29T18:00"), 7, &s));
	assert_int_equal(s.start, at(z, "2011-12-31T08:00"));
	assert_int_equal(s.end, at(z, "2011-12-31T09:00"));
	assert_true(hours_next_open(&lost_day, z, s.end, 7, &s));
	assert_int_equal(s.start, at(z, "2011-12-31T12:00"));
	zone_free(z);
}

static void what_is_admitted(void **state)
{
	static const struct {
		const struct hours *hours;
		const char *start, *end;
		bool inside, spanning;
	} cases[] = {
	    {&daily, "2026-12-05T08:00", "2026-12-06T00:00", true, true},
	    {&daily, "2026-12-05T07:59", "2026-12-05T12:00", false, false},
	    {&daily, "2026-12-05T22:00", "2026-12-06T00:01", false, false},
	    {&daily, "2026-12-05T22:00", "2026-12-06T09:00", false, true},
	    {&daily, "2026-12-06T00:00", "2026-12-06T09:00", false, false},
	    {&daily, "2026-12-05T22:00", "2026-12-06T08:00", false, false},
	    {&daily, "2027-03-27T22:00", "2027-03-28T08:30", false, true},
	    {&touching, "2026-12-07T20:00", "2026-12-08T05:00", true, true},
	    {&touching, "2026-12-07T23:00", "2026-12-08T04:30", true, true},
	    {&touching, "2026-12-07T01:00", "2026-12-07T20:30", false, true},
	    {&night, "2027-03-27T22:00", "2027-03-28T06:00", true, true},
	    {&night, "2027-10-30T22:00", "2027-10-31T06:00", true, true},
	    {&weekend, "2027-03-26T18:00", "2027-03-29T08:00", true, true},
	    {&weekend, "2027-03-26T17:59", "2027-03-29T08:00", false, false},
	    {&weekend, "2027-03-26T18:00", "2027-03-29T08:01", false, false},
	    {&endless, "2026-12-05T07:59", "2029-12-05T12:00", true, true},
	    {&shifted, "2026-12-05T07:59", "2029-12-05T12:00", true, true},
	    {&always, "2026-12-05T07:59", "2199-12-05T12:00", true, true},
	    {&never, "2026-12-05T07:59", "2026-12-05T12:00", false, false},
	    {&six_days, "2026-11-30T00:00", "2026-12-06T00:00", true, true},
	    {&six_days, "2026-11-30T00:00", "2026-12-07T01:00", false, true},
	};
	struct zone *z = zone_file_load("Europe/Paris");

	for (size_t i = 0; i < N(cases); i++) {
		struct span s = {at(z, cases[i].start), at(z, cases[i].end)};

		if (hours_admit(cases[i].hours, z, s, false) != cases[i].inside ||
		    hours_admit(cases[i].hours, z, s, true) != cases[i].spanning)
			fail_msg("case %zu, %s to %s", i, cases[i].start, cases[i].end);
	}
	zone_free(z);
}

static void hours_without_end_are_cut(void **state)
{
	static const struct hours *const all[] = {&always, &endless, &shifted};
	struct zone *z = zone_file_load("Europe/Paris");
	int64_t now = at(z, "2026-12-05T08:00");

	for (size_t i = 0; i < N(all); i++) {
		struct span s;

		assert_true(hours_next_open(all[i], z, now, 365, &s));
		assert_int_equal(s.start, now - 365 * DAY_S);
		assert_int_equal(s.end, now + 365 * DAY_S);
		assert_true(hours_next_open(all[i], z, now, 0, &s));
		assert_true(s.start < now && s.end > now);
	}
	zone_free(z);
}

/* Three weeks of minutes, painted. */
enum { DAYS = 21, MINUTES = DAYS * 1440, MARGIN = 4 * 1440 };

struct picture {
	int64_t start; /* of minute 0 */
	bool open[MINUTES];
};

static void paint(struct picture *p, const struct hours *h, const struct zone *z)
{
	int64_t first = p->start / DAY_S - 5;

	memset(p->open, 0, sizeof(p->open));
	for (int64_t day = first; day < first + DAYS + 10; day++)
		for (size_t i = 0; i < h->n_ranges; i++) {
			const struct hours_range *r = &h->ranges[i];
			int64_t from, to;

			if (r->day != civil_weekday(civil_from_days(day)))
				continue;
			zone_to_utc(z, civil_from_seconds(day * DAY_S + r->from_s), &from);
			zone_to_utc(z, civil_from_seconds(day * DAY_S + r->to_s), &to);
			for (int64_t minute = (from - p->start) / 60; minute < (to - p->start) / 60;
			     minute++)
				if (minute >= 0 && minute < MINUTES)
					p->open[minute] = true;
		}
}

static bool week_is_open_at(const struct hours *h, struct civil_time t)
{
	int32_t at_s = (int32_t)civil_weekday(t.date) * DAY_S + t.second;

	for (size_t i = 0; i < h->n_ranges; i++) {
		int32_t from_s = (int32_t)h->ranges[i].day * DAY_S + h->ranges[i].from_s;
		int32_t to_s = (int32_t)h->ranges[i].day * DAY_S + h->ranges[i].to_s;

		if ((from_s <= at_s && at_s < to_s) || at_s + 7 * DAY_S < to_s)
			return true;
	}
	return false;
}

/* The painted picture is right wherever local time runs evenly for a day and a bit. */
static void check_picture(const struct picture *p, const struct hours *h, const struct zone *z)
{
	for (int minute = 0; minute < MINUTES; minute += 7) {
		int64_t t = p->start + minute * 60;
		int32_t offset_s = zone_offset_s(z, t);

		if (zone_offset_s(z, t - H(30)) == offset_s &&
		    zone_offset_s(z, t + H(30)) == offset_s &&
		    week_is_open_at(h, zone_to_local(z, t)) != p->open[minute])
			fail_msg("%s: minute of %lld painted %d", zone_name(z), (long long)t,
				 p->open[minute]);
	}
}

static void check_next_open(const struct picture *p, const struct hours *h, const struct zone *z,
			    struct draw *draw)
{
	int minute = (int)draw_between(draw, MARGIN, MINUTES - 1), first = minute, last;
	int64_t now = p->start + minute * 60;
	struct span s;
	bool found = hours_next_open(h, z, now, 40, &s);

	while (first < MINUTES && !p->open[first])
		first++;
	if (first == MINUTES) { /* next open outside the picture, if ever */
		assert_true(!found || s.start >= p->start + MINUTES * 60);
		return;
	}
	for (last = first; last < MINUTES && p->open[last]; last++)
		;
	while (first > 0 && p->open[first - 1])
		first--;
	if (!found || (first > 0 && s.start != p->start + first * 60) ||
	    (last < MINUTES && s.end != p->start + last * 60))
		fail_msg("%s at %lld: %lld to %lld, painted %lld to %lld", zone_name(z),
			 (long long)now, (long long)s.start, (long long)s.end,
			 (long long)(p->start + first * 60), (long long)(p->start + last * 60));
}

static void check_admit(const struct picture *p, const struct hours *h, const struct zone *z,
			struct draw *draw)
{
	int start = (int)draw_between(draw, 0, MINUTES - 4001);
	int end = start + (int)draw_between(draw, 1, draw_below(draw, 2) ? 300 : 4000);
	struct span s = {p->start + start * 60, p->start + end * 60};
	bool inside = true;

	for (int minute = start; minute < end && inside; minute++)
		inside = p->open[minute];
	if (hours_admit(h, z, s, false) != inside ||
	    hours_admit(h, z, s, true) != (p->open[start] && p->open[end - 1]))
		fail_msg("%s: %lld to %lld", zone_name(z), (long long)s.start, (long long)s.end);
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Cuts the week at random quarters, and opens some of the pieces, whole or in touching halves;
 * Monday from 04:00 to 04:15 stays closed, so that no stretch is endless. */
static size_t draw_ranges(struct draw *draw, struct hours_range *ranges, size_t room)
{
	enum { CUTS = 24, QUARTER = 900, CLOSED = 17 };
	int cuts[CUTS];
	size_t n = 0;

	for (int i = 0; i < CUTS; i++)
		cuts[i] = CLOSED + (int)draw_below(draw, 7 * 96 - 1);
	if (draw_below(draw, 2)) /* around the night of the change */
		for (int i = 0; i < 8; i++)
			cuts[i] = 6 * 96 - 8 + (int)draw_below(draw, 24);
	qsort(cuts, CUTS, sizeof(cuts[0]), by_number);
	for (int i = 0; i + 1 < CUTS && n < room; i++) {
		int from = cuts[i], length = cuts[i + 1] - from;

		if (length == 0 || length > 96 || draw_below(draw, 3) == 0)
			continue;
		ranges[n++] =
		    (struct hours_range){(enum weekday)(from / 96 % 7), from % 96 * QUARTER,
					 (from % 96 + length) * QUARTER};
	}
	return n;
}

static int by_day_and_start(const void *a, const void *b)
{
	const struct hours_range *x = a, *y = b;

	return x->day != y->day ? (int)x->day - (int)y->day : x->from_s - y->from_s;
}

static void random_hours_are_as_painted(void **state)
{
	static const struct {
		const char *zone, *change;
	} places[] = {
	    {"Europe/Paris", "2027-03-28T01:00Z"},
	    {"Europe/Paris", "2027-10-31T01:00Z"},
	    {"Europe/Paris", "2026-06-10T00:00Z"},
	    {"America/St_Johns", "2006-10-29T02:31Z"},
	    {"America/St_Johns", "2006-04-02T03:31Z"},
	    {"Australia/Lord_Howe", "2027-04-03T15:00Z"},
	    {"America/Sao_Paulo", "2018-11-04T03:00Z"},
	    {"America/Sao_Paulo", "2018-02-18T02:00Z"},
	    {"Pacific/Apia", "2011-12-30T10:00Z"},
	    {"Asia/Kathmandu", "2027-01-01T00:00Z"},
	};
	static struct picture p;
	struct draw draw = {20270328};

	for (size_t k = 0; k < N(places); k++) {
		struct zone *z = zone_file_load(places[k].zone);

		p.start = (at(z, places[k].change) - 10 * DAY_S) / DAY_S * DAY_S;
		for (int round = 0; round < 12; round++) {
			struct hours_range ranges[32];
			struct hours h = {.ranges = ranges};

			h.n_ranges = draw_ranges(&draw, ranges, N(ranges));
			qsort(ranges, h.n_ranges, sizeof(ranges[0]), by_day_and_start);
			paint(&p, &h, z);
			check_picture(&p, &h, z);
			for (int i = 0; i < 150; i++) {
				check_next_open(&p, &h, z, &draw);
				check_admit(&p, &h, z, &draw);
			}
		}
		zone_free(z);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_next_stretch),
	    cmocka_unit_test(a_day_left_out),
	    cmocka_unit_test(what_is_admitted),
	    cmocka_unit_test(hours_without_end_are_cut),
	    cmocka_unit_test(random_hours_are_as_painted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
