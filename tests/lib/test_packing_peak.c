/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The windowed peak against counting at every second. */
#include "lib/packing.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/lib/zone_file.h"

enum { QUESTIONS = 20000, JOBS_MAX = 9 };

static int64_t slow_peak(const struct packing_job *jobs, size_t n, struct span window,
			 int64_t *ret_when)
{
	int64_t peak = 0;

	*ret_when = window.start;
	for (int64_t at = window.start; at < window.end; at++) {
		int64_t now = 0;

		for (size_t i = 0; i < n; i++)
			if (jobs[i].during.start <= at && at < jobs[i].during.end)
				now += jobs[i].need;
		if (now > peak) {
			peak = now;
			*ret_when = at;
		}
	}
	return peak;
}

static void test_random(void **state)
{
	struct draw d = {.state = 3};

	for (int i = 0; i < QUESTIONS; i++) {
		struct span window = {draw_between(&d, -2, 12), draw_between(&d, -2, 14)};
		struct packing_job jobs[JOBS_MAX];
		size_t n = draw_below(&d, JOBS_MAX + 1);
		int64_t when, want_when, want;

		for (size_t k = 0; k < n; k++) {
			int64_t start = draw_between(&d, 0, 8);

			jobs[k] = (struct packing_job){
			    .during = {start, start + draw_between(&d, 1, 5)},
			    .need = 1 + (uint32_t)draw_below(&d, 4),
			};
		}
		want = slow_peak(jobs, n, window, &want_when);
		assert_int_equal(packing_peak(jobs, n, window, &when), want);
		assert_int_equal(when, want_when);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
