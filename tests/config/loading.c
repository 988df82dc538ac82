/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loads policies from texts. */

#include "tests/config/loading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct policy_file text_file(const char *name, const char *text)
{
	return (struct policy_file){name, text, strlen(text)};
}

const char *all_problems(struct problems *p)
{
	const char *all = "";

	for (size_t i = 0; i < p->n; i++)
		all = arena_printf(&p->arena, "%s%s%s", all, i > 0 ? "\n" : "",
				   problem_text(p, &p->items[i]));
	return all;
}

struct policy *load_good(const char *text)
{
	struct policy_file file = text_file("pole.yaml", text);
	struct problems problems = {0};
	struct policy *policy = NULL;
	int answer = policy_load(&file, 1, zone_from_system, NULL, &policy, &problems);

	assert_string_equal(all_problems(&problems), "");
	assert_int_equal(answer, POLICY_LOAD_OK);
	assert_non_null(policy);
	problems_clear(&problems);
	return policy;
}

void expect_problems(const struct policy_file *files, size_t n, const char *expected)
{
	struct problems problems = {0};
	struct policy *untouched = (struct policy *)&problems, *policy = untouched;
	int answer = policy_load(files, n, zone_from_system, NULL, &policy, &problems);

	assert_string_equal(all_problems(&problems), expected);
	assert_int_equal(answer, POLICY_LOAD_E_PROBLEMS);
	assert_ptr_equal(policy, untouched);
	problems_clear(&problems);
}

void expect_warnings(const char *text, const char *expected)
{
	struct policy_file file = text_file("pole.yaml", text);
	struct problems problems = {0};
	struct policy *policy = NULL;
	const char *all = "";

	policy_load(&file, 1, zone_from_system, NULL, &policy, &problems);
	assert_string_equal(all_problems(&problems), "");
	assert_non_null(policy);
	for (size_t i = 0; i < problems.n_warnings; i++)
		all = arena_printf(&problems.arena, "%s%s%s", all, i > 0 ? "\n" : "",
				   problem_text(&problems, &problems.warnings[i]));
	assert_string_equal(all, expected);
	policy_free(policy);
	problems_clear(&problems);
}
