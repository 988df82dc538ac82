/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The start grid around changes of the clocks, against looking at every minute. */
#include "lib/start_grid.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/lib/fixture.h"

static int64_t minute_on_grid(int32_t every_s, int64_t at, int step_s)
{
	while (zone_to_local(fixture_paris(), at).second % every_s != 0)
		at += step_s;
	return at;
}

static void test_against_minutes(void **state)
{
	static const int32_t grids[] = {60,   900,	2400,	   3600, 5400,
					7200, 5 * 3600, 12 * 3600, DAY_S};
	static const char *const around[] = {"2027-03-28T00:00", "2027-10-31T00:00"};

	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < sizeof(grids) / sizeof(grids[0]); j++)
			for (int minute = -200; minute < 600; minute++) {
				int64_t at = fixture_at(around[i]) + minute * 60;

				assert_int_equal(grid_up(grids[j], fixture_paris(), at),
						 minute_on_grid(grids[j], at, 60));
				assert_int_equal(grid_down(grids[j], fixture_paris(), at),
						 minute_on_grid(grids[j], at, -60));
			}
}

static void test_seconds_are_rounded(void **state)
{
	int64_t at = fixture_at("2026-12-05T08:15");

	assert_int_equal(grid_up(900, fixture_paris(), at - 1), at);
	assert_int_equal(grid_up(900, fixture_paris(), at), at);
	assert_int_equal(grid_up(900, fixture_paris(), at + 1), at + 900);
	assert_int_equal(grid_down(900, fixture_paris(), at - 1), at - 900);
	assert_int_equal(grid_down(900, fixture_paris(), at + 1), at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_against_minutes),
	    cmocka_unit_test(test_seconds_are_rounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
