/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Tests openings: by hand around Easter 2027, whose Sunday is the day of the clock change, and with
 * seeded random calendars and closures against a slow oracle that paints every minute of weeks
 * around clock changes and holidays.
 */

#include "lib/opening.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/moment.h"
#include "tests/lib/zone_file.h"

#define H(h) ((h)*3600)
#define N(array) (sizeof(array) / sizeof(array[0]))

static int64_t at(const struct zone *z, const char *text)
{
	struct moment m;

	if (moment_parse(text, &m))
		fail_msg("%s", text);
	return moment_utc(&m, z);
}

static const struct hours_range weekdays[] = {
    {MONDAY, H(8), H(18)},   {TUESDAY, H(8), H(18)}, {WEDNESDAY, H(8), H(18)},
    {THURSDAY, H(8), H(18)}, {FRIDAY, H(8), H(18)},
};
static const struct hours_range store[] = {{MONDAY, H(9), H(12)}, {FRIDAY, H(16), H(18)}};
static const struct closure drill = {.why = "Exercice"}, stock = {.why = "Inventaire"};
static const struct exception exceptions[] = {
    {.first_day = 20911, .last_day = 20912, .why = "Pont"}, /* 2027-04-03 and 04 */
};

static const struct calendar office = {
    .usual = {.ranges = weekdays, .n_ranges = N(weekdays)},
    .heeds_holidays = true,
};
static const struct calendar open_always = {.usual = {.always = true}};
static const struct calendar store_windows = {
    .usual = {.ranges = store, .n_ranges = N(store)},
    .heeds_holidays = true,
};

/* Easter Monday is 29 March 2027; Good Friday the 26th. */
static const struct {
	const struct calendar *hours, *hand_over;
	bool spans_closed;
	enum holiday_region works_on; /* of the one who asks */
	const char *from, *to;
	bool is_admitted;
	const char *next_from, *next_to; /* after `from` */
	const char *why;
} around_easter[] = {
    {&office, NULL, false, HOLIDAYS_NONE, "2027-03-25T08:00", "2027-03-25T18:00", true,
     "2027-03-25T08:00", "2027-03-25T18:00", NULL},
    {&office, NULL, false, HOLIDAYS_NONE, "2027-03-26T08:00", "2027-03-26T18:00", false,
     "2027-03-30T08:00", "2027-03-30T18:00", "Vendredi saint"},
    {&office, NULL, false, HOLIDAYS_ALSACE_MOSELLE_TEMPLE, "2027-03-26T08:00", "2027-03-26T18:00",
     true, "2027-03-26T08:00", "2027-03-26T18:00", NULL},
    {&office, NULL, false, HOLIDAYS_ALSACE_MOSELLE_TEMPLE, "2027-03-29T08:00", "2027-03-29T18:00",
     false, "2027-03-30T08:00", "2027-03-30T18:00", "Lundi de Pâques"},
    {&office, NULL, false, HOLIDAYS_ALSACE_MOSELLE, "2027-03-26T08:00", "2027-03-26T18:00", false,
     "2027-03-30T08:00", "2027-03-30T18:00", "Vendredi saint"},
    /* over the holidays */
    {&office, NULL, true, HOLIDAYS_NONE, "2027-03-25T17:00", "2027-03-30T09:00", true,
     "2027-03-25T08:00", "2027-03-25T18:00", NULL},
    {&office, NULL, false, HOLIDAYS_NONE, "2027-03-25T17:00", "2027-03-30T09:00", false,
     "2027-03-25T08:00", "2027-03-25T18:00", NULL},
    {&office, NULL, true, HOLIDAYS_NONE, "2027-03-25T17:00", "2027-03-29T09:00", false,
     "2027-03-25T08:00", "2027-03-25T18:00", "Lundi de Pâques"},
    /* the drill, on 31 March from 10:00 to 11:00: spanned, not started or ended in */
    {&office, NULL, false, HOLIDAYS_NONE, "2027-03-31T09:00", "2027-03-31T12:00", true,
     "2027-03-31T08:00", "2027-03-31T10:00", NULL},
    {&office, NULL, false, HOLIDAYS_NONE, "2027-03-31T09:00", "2027-03-31T10:00", true,
     "2027-03-31T08:00", "2027-03-31T10:00", NULL},
    {&office, NULL, false, HOLIDAYS_NONE, "2027-03-31T09:00", "2027-03-31T10:30", false,
     "2027-03-31T08:00", "2027-03-31T10:00", "Exercice"},
    {&office, NULL, false, HOLIDAYS_NONE, "2027-03-31T10:00", "2027-03-31T12:00", false,
     "2027-03-31T11:00", "2027-03-31T18:00", "Exercice"},
    {&office, NULL, false, HOLIDAYS_NONE, "2027-03-31T11:00", "2027-03-31T12:00", true,
     "2027-03-31T11:00", "2027-03-31T18:00", NULL},
    {&open_always, NULL, false, HOLIDAYS_NONE, "2027-03-31T10:30", "2027-04-01T12:00", false,
     "2027-03-31T11:00", NULL, "Exercice"},
    {&open_always, NULL, false, HOLIDAYS_NONE, "2027-03-26T10:30", "2027-04-30T12:00", true, NULL,
     "2027-03-31T10:00", NULL},
    /* the store: Good Friday and Easter Monday are no days to come */
    {&open_always, &store_windows, false, HOLIDAYS_NONE, "2027-03-22T09:00", "2027-04-02T18:00",
     true, "2027-03-22T09:00", "2027-03-22T12:00", NULL},
    {&open_always, &store_windows, false, HOLIDAYS_NONE, "2027-03-22T09:00", "2027-03-26T17:00",
     false, "2027-03-22T09:00", "2027-03-22T12:00", "Vendredi saint"},
    {&open_always, &store_windows, false, HOLIDAYS_NONE, "2027-03-22T12:00", "2027-04-02T17:00",
     false, "2027-04-02T16:00", "2027-04-02T18:00", NULL},
    {&open_always, &store_windows, false, HOLIDAYS_ALSACE_MOSELLE_TEMPLE, "2027-03-22T11:00",
     "2027-03-26T17:00", true, "2027-03-22T09:00", "2027-03-22T12:00", NULL},
};

static void by_hand(void **state)
{
	struct zone *z = zone_file_load("Europe/Paris");
	struct closed_span closed[] = {
	    {.during = {at(z, "2027-05-01T00:00"), at(z, "2027-05-02T00:00")}, .closure = &stock},
	    {.during = {at(z, "2027-03-31T10:00"), at(z, "2027-03-31T11:00")}, .closure = &drill},
	};

	closed_spans_sort(closed, N(closed));
	for (size_t i = 0; i < N(around_easter); i++) {
		struct opening opening = {
		    .zone = z,
		    .holidays = HOLIDAYS_ALSACE_MOSELLE_TEMPLE,
		    .hours = around_easter[i].hours,
		    .hand_over = around_easter[i].hand_over,
		    .spans_closed = around_easter[i].spans_closed,
		    .closed = closed,
		    .n_closed = N(closed),
		};
		struct opening_for o = {&opening, UINT32_C(1) << around_easter[i].works_on};
		struct span s = {at(z, around_easter[i].from), at(z, around_easter[i].to)}, next;
		struct arena a = {0};
		const char *why = NULL;

		if (opening_admits(o, s) != around_easter[i].is_admitted)
			fail_msg("case %zu: admitted %d", i, !around_easter[i].is_admitted);
		assert_true(opening_next(o, s.start, 30, &next));
		if ((around_easter[i].next_from &&
		     next.start != at(z, around_easter[i].next_from)) ||
		    (around_easter[i].next_to && next.end != at(z, around_easter[i].next_to)))
			fail_msg("case %zu: next is %lld to %lld", i, (long long)next.start,
				 (long long)next.end);
		if (!around_easter[i].is_admitted)
			why = opening_why(o, s, &a).names[HOLIDAY_FR];
		if (!why != !around_easter[i].why ||
		    (why && strcmp(why, around_easter[i].why) != 0))
			fail_msg("case %zu: why is %s", i, why);
		arena_clear(&a);
	}
	zone_free(z);
}

static void an_exception_says_why(void **state)
{
	static const struct calendar c = {
	    .usual = {.always = true}, .exceptions = exceptions, .n_exceptions = N(exceptions)};
	struct zone *z = zone_file_load("Europe/Paris");
	const struct opening opening = {.zone = z, .hours = &c};
	const struct opening_for o = {&opening, 0};
	struct span s = {at(z, "2027-04-02T12:00"), at(z, "2027-04-04T12:00")}, open;
	struct arena a = {0};
	struct closed_why why;

	assert_false(opening_admits(o, s));
	why = opening_why(o, s, &a);
	assert_string_equal(why.names[HOLIDAY_EN], "Pont");
	assert_int_equal(why.date.day, 4);
	assert_true(opening_previous(o, s.end, 30, &open));
	assert_int_equal(open.end, at(z, "2027-04-03T00:00"));
	assert_true(opening_next(o, s.end, 30, &open));
	assert_int_equal(open.start, at(z, "2027-04-05T00:00"));
	assert_false(opening_next(o, at(z, "2027-04-03T00:00"), 1, &open));
	arena_clear(&a);
	zone_free(z);
}

/* Five weeks of minutes, painted. */
enum { DAYS = 35, MINUTES = DAYS * 1440, MARGIN = 4 * 1440, MAX_CLOSED = 6 };

struct world {
	struct zone *zone;
	struct season seasons[2][2];
	struct exception exceptions[2][4];
	struct hours_range ranges[2][10][40]; /* of hours and hand-over: usual, seasons, … */
	struct calendar calendars[2];
	struct closed_span closed[MAX_CLOSED];
	struct opening opening;
	uint32_t works_on;
	int64_t start; /* of minute 0 */
	bool open[2][MINUTES], is_closed[MINUTES], ends[MINUTES];
};

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int by_day_and_start(const void *a, const void *b)
{
	const struct hours_range *x = a, *y = b;

	return x->day != y->day ? (int)x->day - (int)y->day : x->from_s - y->from_s;
}

/* Cuts the week at random quarters, and opens some of the pieces. */
static struct hours draw_hours(struct draw *draw, struct hours_range *ranges)
{
	enum { CUTS = 24, QUARTER = 900 };
	int cuts[CUTS];
	size_t n = 0;

	if (draw_below(draw, 6) == 0)
		return (struct hours){.always = draw_below(draw, 2)};
	for (int i = 0; i < CUTS; i++)
		cuts[i] = (int)draw_below(draw, 7 * 96);
	qsort(cuts, CUTS, sizeof(cuts[0]), by_number);
	for (int i = 0; i + 1 < CUTS; i++) {
		int from = cuts[i], length = cuts[i + 1] - from;

		if (length == 0 || length > 96 || draw_below(draw, 3) == 0)
			continue;
		ranges[n++] = (struct hours_range){(enum weekday)(from / 96), from % 96 * QUARTER,
						   (from % 96 + length) * QUARTER};
	}
	qsort(ranges, n, sizeof(*ranges), by_day_and_start);
	return (struct hours){.ranges = ranges, .n_ranges = n};
}

static void draw_calendar(struct draw *draw, struct world *w, int k)
{
	struct calendar *c = &w->calendars[k];
	int64_t day = w->start / DAY_S;

	*c = (struct calendar){
	    .usual = draw_hours(draw, w->ranges[k][0]),
	    .heeds_holidays = draw_below(draw, 3) > 0,
	    .seasons = w->seasons[k],
	    .n_seasons = draw_below(draw, 3),
	    .exceptions = w->exceptions[k],
	    .n_exceptions = draw_below(draw, 5),
	};
	if (draw_below(draw, 3) == 0)
		c->on_holidays = draw_hours(draw, w->ranges[k][1]);
	for (size_t i = 0; i < c->n_seasons; i++)
		w->seasons[k][i] = (struct season){
		    .first = {(uint8_t)(1 + draw_below(draw, 12)),
			      (uint8_t)(1 + draw_below(draw, 28))},
		    .last = {(uint8_t)(1 + draw_below(draw, 12)),
			     (uint8_t)(1 + draw_below(draw, 28))},
		    .hours = draw_hours(draw, w->ranges[k][2 + i]),
		};
	for (size_t i = 0; i < c->n_exceptions; i++) {
		day += 1 + (int64_t)draw_below(draw, 8);
		w->exceptions[k][i] = (struct exception){
		    .first_day = day,
		    .last_day = day + (int64_t)draw_below(draw, 3),
		    .hours = draw_hours(draw, w->ranges[k][4 + i]),
		    .why = "",
		};
		day = w->exceptions[k][i].last_day;
	}
}

static void draw_world(struct draw *draw, struct world *w)
{
	size_t n_closed = draw_below(draw, MAX_CLOSED + 1);

	draw_calendar(draw, w, 0);
	draw_calendar(draw, w, 1);
	for (size_t i = 0; i < n_closed; i++) {
		int64_t from = w->start + 60 * (int64_t)draw_below(draw, MINUTES);

		w->closed[i] = (struct closed_span){
		    .during = {from, from + 60 * (int64_t)(1 + draw_below(draw, 6000))},
		    .closure = &drill,
		};
	}
	closed_spans_sort(w->closed, n_closed);
	w->works_on = (uint32_t)draw_below(draw, UINT32_C(1) << N_HOLIDAY_REGIONS);
	w->opening = (struct opening){
	    .zone = w->zone,
	    .holidays = (enum holiday_region)draw_below(draw, N_HOLIDAY_REGIONS),
	    .hours = &w->calendars[0],
	    .hand_over = draw_below(draw, 2) ? &w->calendars[1] : NULL,
	    .spans_closed = draw_below(draw, 2),
	    .closed = w->closed,
	    .n_closed = n_closed,
	};
	opening_settle(&w->opening);
}

static bool is_holiday(const struct world *w, struct civil_date d)
{
	struct holiday all[HOLIDAYS_MAX], other[HOLIDAYS_MAX];
	size_t n = holidays_of(w->opening.holidays, d.year, all), n_other;
	bool is_one = false, is_national = false, is_own = false;

	for (size_t i = 0; i < n; i++)
		is_one |= civil_date_compare(all[i].date, d) == 0;
	for (enum holiday_region r = HOLIDAYS_FR; r < N_HOLIDAY_REGIONS; r++) {
		n_other = holidays_of(r, d.year, other);
		for (size_t i = 0; i < n_other; i++) {
			if (civil_date_compare(other[i].date, d) != 0)
				continue;
			is_national |= r == HOLIDAYS_FR;
			is_own |= (w->works_on >> r) & 1;
		}
	}
	return is_one && (is_national || !is_own);
}

static const struct hours *oracle_hours(const struct world *w, const struct calendar *c,
					int64_t day)
{
	struct civil_date d = civil_from_days(day);
	int code = d.month * 100 + d.day;

	for (size_t i = 0; i < c->n_exceptions; i++)
		if (c->exceptions[i].first_day <= day && day <= c->exceptions[i].last_day)
			return &c->exceptions[i].hours;
	if (c->heeds_holidays && is_holiday(w, d))
		return &c->on_holidays;
	for (size_t i = 0; i < c->n_seasons; i++) {
		const struct season *s = &c->seasons[i];
		int first = s->first.month * 100 + s->first.day;
		int last = s->last.month * 100 + s->last.day;

		if (first <= last ? first <= code && code <= last : first <= code || code <= last)
			return &s->hours;
	}
	return &c->usual;
}

static void paint_span(bool *minutes, const struct world *w, int64_t from, int64_t to)
{
	for (int64_t minute = (from - w->start) / 60; minute < (to - w->start) / 60; minute++)
		if (minute >= 0 && minute < MINUTES)
			minutes[minute] = true;
}

static void paint_day(struct world *w, int k, int64_t day)
{
	const struct hours *h = oracle_hours(w, &w->calendars[k], day);
	const struct hours_range whole = {civil_weekday(civil_from_days(day)), 0, DAY_S};

	for (size_t i = 0; i < (h->always ? 1 : h->n_ranges); i++) {
		const struct hours_range *r = h->always ? &whole : &h->ranges[i];
		int64_t from, to;

		if (r->day != whole.day)
			continue;
		zone_to_utc(w->zone, civil_from_seconds(day * DAY_S + r->from_s), &from);
		zone_to_utc(w->zone, civil_from_seconds(day * DAY_S + r->to_s), &to);
		paint_span(w->open[k], w, from, to);
	}
}

static void paint(struct world *w)
{
	memset(w->open, 0, sizeof(w->open));
	memset(w->is_closed, 0, sizeof(w->is_closed));
	for (int64_t day = w->start / DAY_S - 5; day < w->start / DAY_S + DAYS + 5; day++) {
		paint_day(w, 0, day);
		paint_day(w, 1, day);
	}
	for (size_t i = 0; i < w->opening.n_closed; i++)
		paint_span(w->is_closed, w, w->closed[i].during.start, w->closed[i].during.end);
	for (int i = 0; i < MINUTES; i++)
		w->ends[i] =
		    w->open[0][i] && (!w->opening.hand_over || w->open[1][i]) && !w->is_closed[i];
}

/* The stretch around a minute, as far as the picture shows it. */
static void check_stretch(const struct world *w, int minute, struct span s, const char *what)
{
	int first = minute, last = minute;

	while (first > 0 && w->ends[first - 1])
		first--;
	while (last < MINUTES && w->ends[last])
		last++;
	if ((first > 0 && s.start != w->start + first * 60) ||
	    (last < MINUTES && s.end != w->start + last * 60))
		fail_msg("%s, %s: %lld to %lld, painted %lld to %lld", zone_name(w->zone), what,
			 (long long)s.start, (long long)s.end, (long long)(w->start + first * 60),
			 (long long)(w->start + last * 60));
}

static void check_next(const struct world *w, struct draw *draw)
{
	const struct opening_for o = {&w->opening, w->works_on};
	int minute = (int)draw_between(draw, 0, MINUTES - 1);
	struct span s;
	bool found = opening_next(o, w->start + minute * 60, 60, &s);

	while (minute < MINUTES && !w->ends[minute])
		minute++;
	if (minute == MINUTES) {
		assert_true(!found || s.start >= w->start + MINUTES * 60);
		return;
	}
	assert_true(found);
	check_stretch(w, minute, s, "next");
}

static void check_previous(const struct world *w, struct draw *draw)
{
	const struct opening_for o = {&w->opening, w->works_on};
	int minute = (int)draw_between(draw, 0, MINUTES - 1);
	struct span s;
	bool found = opening_previous(o, w->start + minute * 60, 60, &s);

	while (minute >= 0 && !w->ends[minute])
		minute--;
	if (minute < 0) {
		assert_true(!found || s.end <= w->start);
		return;
	}
	assert_true(found);
	check_stretch(w, minute, s, "previous");
}

static void check_admits(const struct world *w, struct draw *draw)
{
	const struct opening_for o = {&w->opening, w->works_on};
	int start = (int)draw_between(draw, 0, MINUTES - 4001), end, until, wrong;
	struct closed_why why;
	struct arena a = {0};
	struct span s;
	bool admitted;

	for (int tries = 0; tries < 200 && !w->ends[start] && draw_below(draw, 40); tries++)
		start = (int)draw_between(draw, 0, MINUTES - 4001);
	end = start + (int)draw_between(draw, 1, draw_below(draw, 2) ? 300 : 4000);
	s = (struct span){w->start + start * 60, w->start + end * 60};
	for (until = start; until < end && w->open[0][until];)
		until++;
	assert_int_equal(opening_used_until(o, s.start, s.end), w->start + until * 60);
	admitted = w->ends[start] && w->ends[end - 1] && (w->opening.spans_closed || until == end);
	if (opening_admits(o, s) != admitted)
		fail_msg("%s: %lld to %lld", zone_name(w->zone), (long long)s.start,
			 (long long)s.end);
	if (admitted)
		return;
	why = opening_why(o, s, &a);
	wrong = !w->ends[start] ? start : !w->ends[end - 1] ? end - 1 : until;
	assert_int_equal(why.closure != NULL, w->is_closed[wrong]);
	assert_int_equal(
	    civil_date_compare(why.date, zone_to_local(w->zone, w->start + wrong * 60).date), 0);
	arena_clear(&a);
}

static void random_openings_are_as_painted(void **state)
{
	static const struct {
		const char *zone, *around;
	} places[] = {
	    {"Europe/Paris", "2027-03-28T01:00Z"},	 {"Europe/Paris", "2027-10-31T01:00Z"},
	    {"Europe/Paris", "2026-12-25T00:00Z"},	 {"Europe/Paris", "2027-05-10T00:00Z"},
	    {"America/Martinique", "2027-05-20T00:00Z"}, {"America/St_Johns", "2006-04-02T03:31Z"},
	    {"America/Sao_Paulo", "2018-11-04T03:00Z"},	 {"Pacific/Apia", "2011-12-30T10:00Z"},
	    {"Africa/Casablanca", "2027-03-08T02:00Z"},
	};
	static struct world w;
	struct draw draw = {20270326};

	for (size_t k = 0; k < N(places); k++) {
		w.zone = zone_file_load(places[k].zone);
		w.start = (at(w.zone, places[k].around) - DAYS / 2 * DAY_S) / DAY_S * DAY_S;
		for (int round = 0; round < 25; round++) {
			draw_world(&draw, &w);
			paint(&w);
			for (int i = 0; i < 120; i++) {
				check_next(&w, &draw);
				check_previous(&w, &draw);
				check_admits(&w, &draw);
			}
		}
		zone_free(w.zone);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(by_hand),
	    cmocka_unit_test(an_exception_says_why),
	    cmocka_unit_test(random_openings_are_as_painted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
