/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory reaches as far back as the rule that looks furthest. */
#include "lib/look_back.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW 1800000000
#define DAY INT64_C(86400)

static const struct {
	struct rule rule;
	struct conflict_rules conflicts;
	int64_t days; /* it has to reach back; and not a month further */
} cases[] = {
    {{.limit = {.kind = LIMIT_LEAD, .lead = {.days = 400}}}, {.n_order = 0}, 35},
    {{.limit = {.kind = LIMIT_QUOTA, .quota = {.window = QUOTA_FUTURE}}}, {.n_order = 0}, 35},
    {{.limit = {.kind = LIMIT_QUOTA, .quota = {.window = QUOTA_CALENDAR_WEEK}}},
     {.n_order = 0},
     35},
    {{.limit = {.kind = LIMIT_QUOTA, .quota = {.window = QUOTA_CALENDAR_YEAR}}},
     {.n_order = 0},
     366},
    {{.limit = {.kind = LIMIT_QUOTA, .quota = {.window = QUOTA_ROLLING, .length = {.days = 90}}}},
     {.n_order = 0},
     90},
    {{.limit = {.kind = LIMIT_QUOTA, .quota = {.window = QUOTA_FUTURE, .length = {.days = 90}}}},
     {.n_order = 0},
     35},
    {{.standing = {.no_shows = true, .at_least = 3, .within = {.days = 180}}}, {.n_order = 0}, 180},
    {{.limit = {.kind = LIMIT_DURATION, .duration = {.chains = true, .max = {.days = 60}}}},
     {.n_order = 0},
     60},
    {{.limit = {.kind = LIMIT_DURATION, .duration = {.max = {.days = 60}}}}, {.n_order = 0}, 35},
    {{.limit = {.kind = LIMIT_LEAD}}, {.fair_share = {.looks_back = {.days = 84}}}, 84},
    {{.limit = {.kind = LIMIT_LEAD}}, {.order = {ORDER_FAIR_SHARE}, .n_order = 1}, 366},
    {{.limit = {.kind = LIMIT_LEAD}},
     {.order = {ORDER_CLASS, ORDER_LEAST_RECENT}, .n_order = 2},
     366},
};

static void reaches_as_far_as_the_rules(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rule rules[] = {{.limit = {.kind = LIMIT_LEAD}}, cases[i].rule};
		struct policy p = {.rules = rules, .n_rules = 2, .conflicts = cases[i].conflicts};
		int64_t days = (NOW - policy_look_back(&p, NOW)) / DAY;

		if (days < cases[i].days || days > cases[i].days + 30)
			fail_msg("case %zu: %d days", i, (int)days);
	}
}

static void reaches_back_without_a_policy(void **state)
{
	assert_int_equal(policy_look_back(NULL, NOW), NOW - LOOK_BACK_LEAST_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reaches_as_far_as_the_rules),
	    cmocka_unit_test(reaches_back_without_a_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
