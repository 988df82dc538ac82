/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests civil dates against a table and against the C library's gmtime. */

#include "lib/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>
#include <cmocka.h>

#include "tests/lib/zone_file.h"

static void known_dates(void **state)
{
	static const struct {
		struct civil_date date;
		int64_t days;
		enum weekday weekday;
	} cases[] = {
	    {{1970, 1, 1}, 0, THURSDAY},      {{1969, 12, 31}, -1, WEDNESDAY},
	    {{2000, 2, 29}, 11016, TUESDAY},  {{2000, 3, 1}, 11017, WEDNESDAY},
	    {{2027, 3, 28}, 20905, SUNDAY},   {{2026, 12, 5}, 20792, SATURDAY},
	    {{1900, 3, 1}, -25508, THURSDAY}, {{2199, 12, 31}, 84005, TUESDAY},
	    {{1, 1, 1}, -719162, MONDAY},     {{0, 3, 1}, -719468, WEDNESDAY},
	    {{-1, 12, 31}, -719529, FRIDAY},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct civil_date back = civil_from_days(cases[i].days);

		assert_int_equal(civil_days(cases[i].date), cases[i].days);
		assert_int_equal(civil_weekday(cases[i].date), cases[i].weekday);
		assert_int_equal(civil_date_compare(back, cases[i].date), 0);
	}
}

static void every_day_of_a_thousand_years_is_gmtimes(void **state)
{
	for (int64_t days = -270000; days < 100000; days++) {
		struct civil_date d = civil_from_days(days);
		time_t t = days * DAY_S;
		struct tm tm;

		gmtime_r(&t, &tm);
		if (d.year != tm.tm_year + 1900 || d.month != tm.tm_mon + 1 ||
		    d.day != tm.tm_mday || (int)civil_weekday(d) != (tm.tm_wday + 6) % 7 ||
		    civil_days(d) != days || !civil_date_is_valid(d))
			fail_msg("day %lld: %d-%d-%d", (long long)days, d.year, d.month, d.day);
	}
}

static void far_seconds_are_gmtimes(void **state)
{
	struct draw draw = {20271031};

	for (int i = 0; i < 20000; i++) {
		int64_t s =
		    draw_between(&draw, -INT64_C(60000000000000000), INT64_C(60000000000000000));
		struct civil_time c = civil_from_seconds(s);
		time_t t = s;
		struct tm tm;

		gmtime_r(&t, &tm);
		assert_int_equal(c.date.year, (int64_t)tm.tm_year + 1900);
		assert_int_equal(c.date.month, tm.tm_mon + 1);
		assert_int_equal(c.date.day, tm.tm_mday);
		assert_int_equal(c.second, tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec);
		assert_int_equal(civil_seconds(c), s);
	}
}

static void which_dates_exist(void **state)
{
	static const struct {
		struct civil_date date;
		bool valid;
	} cases[] = {
	    {{2024, 2, 29}, true},  {{2023, 2, 29}, false},  {{2000, 2, 29}, true},
	    {{2100, 2, 29}, false}, {{2026, 0, 1}, false},   {{2026, 13, 1}, false},
	    {{2026, 1, 0}, false},  {{2026, 1, 31}, true},   {{2026, 1, 32}, false},
	    {{2026, 4, 31}, false}, {{2026, 12, 31}, true},  {{2026, 6, 30}, true},
	    {{-4, 2, 29}, true},    {{2026, 255, 1}, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(civil_date_is_valid(cases[i].date), cases[i].valid);
}

static void days_are_added_over_months_and_years(void **state)
{
	struct civil_date d = civil_add_days((struct civil_date){2027, 12, 31}, 60);

	assert_int_equal(civil_date_compare(d, (struct civil_date){2028, 2, 29}), 0);
	d = civil_add_days(d, -60);
	assert_int_equal(civil_date_compare(d, (struct civil_date){2027, 12, 31}), 0);
}

static void order_is_that_of_seconds(void **state)
{
	struct draw draw = {7};

	for (int i = 0; i < 20000; i++) {
		int64_t a = draw_between(&draw, 0, 100 * DAY_S);
		int64_t b = a + draw_between(&draw, -40, 40) * (draw_below(&draw, 2) ? 1 : DAY_S);
		struct civil_time ta = civil_from_seconds(a), tb = civil_from_seconds(b);
		int64_t da = civil_days(ta.date), db = civil_days(tb.date);

		assert_int_equal(civil_time_compare(ta, tb), (a > b) - (a < b));
		assert_int_equal(civil_date_compare(ta.date, tb.date), (da > db) - (da < db));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_dates),
	    cmocka_unit_test(every_day_of_a_thousand_years_is_gmtimes),
	    cmocka_unit_test(far_seconds_are_gmtimes),
	    cmocka_unit_test(which_dates_exist),
	    cmocka_unit_test(days_are_added_over_months_and_years),
	    cmocka_unit_test(order_is_that_of_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
