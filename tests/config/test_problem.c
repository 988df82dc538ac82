/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Problems are in order of their place, kept once, and not without end. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/config/loading.h"

static void sorted_by_place(void **state)
{
	struct problems p = {0};

	problems_add(&p, (struct place){"b.yaml", 1, 1}, "six");
	problems_add(&p, (struct place){"a.yaml", 10, 1}, "five");
	problems_add(&p, (struct place){"a.yaml", 9, 7}, "three");
	problems_add(&p, (struct place){"a.yaml", 9, 7}, "four");
	problems_add(&p, (struct place){"a.yaml", 9, 7}, "three");
	problems_add(&p, (struct place){"a.yaml", 0, 0}, "%s", "two");
	problems_add(&p, (struct place){"", 0, 0}, "one");
	assert_string_equal(all_problems(&p), "one\n"
					      "a.yaml: two\n"
					      "a.yaml:9:7: three\n"
					      "a.yaml:9:7: four\n"
					      "a.yaml:10:1: five\n"
					      "b.yaml:1:1: six");
	problems_clear(&p);
	assert_int_equal(p.n, 0);
}

static void counted_past_the_limit(void **state)
{
	struct problems p = {0};

	for (int i = 0; i < PROBLEMS_MAX + 7; i++)
		problems_add(&p, (struct place){"a.yaml", i + 1, 1}, "wrong");
	assert_int_equal(p.n, PROBLEMS_MAX);
	assert_int_equal(p.n_more, 7);
	problems_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sorted_by_place),
	    cmocka_unit_test(counted_past_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
