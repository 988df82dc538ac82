/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The example pole is what its members agreed on: no problem in it, and the numbers that its
 * charter counts. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/config/loading.h"

static const char *examples;

static struct policy *load_example(void)
{
	struct arena a = {0};
	struct problems problems = {0};
	struct policy_file *files = NULL;
	struct policy *p = NULL;
	size_t n = 0;

	policy_read_dir(arena_printf(&a, "%s/deux-sanes", examples), &a, &files, &n, &problems);
	policy_load(files, n, zone_from_system, NULL, &p, &problems);
	assert_string_equal(all_problems(&problems), "");
	assert_non_null(p);
	problems_clear(&problems);
	arena_clear(&a);
	return p;
}

/* The charter's twelve types, each with the resources that stand for it and its units; a room or
 * machine that is shared by the place counts once. */
static const struct {
	const char *resources[6];
	size_t units;
} types[] = {
    {{"van"}, 3},
    {{"minibus"}, 1},
    {{"cargo-bike"}, 3},
    {{"trailer"}, 2},
    {{"meeting-room"}, 4},
    {{"great-hall"}, 1},
    {{"workshop"}, 1},
    {{"laser", "cnc"}, 2},
    {{"lab"}, 1},
    {{"cold-room"}, 1},
    {{"tent", "sound", "table-set"}, 12},
    {{"accountant", "communication", "facilitator", "technician", "apprentice"}, 5},
};

static void twelve_types_36_units(void **state)
{
	struct policy *p = load_example();
	size_t n_resources = 0, n_units = 0;

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		size_t units = 0;

		for (const char *const *id = types[i].resources; *id; id++) {
			const struct resource *r = policy_resource(p, *id);

			assert_non_null(r);
			units += r->has_capacity ? 1 : r->n_units;
			n_resources++;
		}
		assert_int_equal(units, types[i].units);
		n_units += units;
	}
	assert_int_equal(n_units, 36);
	assert_int_equal(n_resources, p->n_resources);
	policy_free(p);
}

static void places(void **state)
{
	struct policy *p = load_example();

	assert_int_equal(policy_resource(p, "workshop")->n_units, 4);
	assert_int_equal(policy_resource(p, "lab")->n_units, 2);
	assert_int_equal(policy_resource(p, "cold-room")->n_units, 8);
	policy_free(p);
}

static void twenty_five_members_of_100_shares(void **state)
{
	struct policy *p = load_example();
	double sum = 0;

	assert_int_equal(p->n_members, 25);
	for (size_t i = 0; i < p->n_members; i++)
		sum += p->members[i].share;
	assert_true(sum == 100);
	assert_string_equal(policy_member(p, "m03")->name, "Commune de Morval");
	policy_free(p);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(twelve_types_36_units),
	    cmocka_unit_test(places),
	    cmocka_unit_test(twenty_five_members_of_100_shares),
	};

	examples = argc > 1 ? argv[1] : "config/example";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
