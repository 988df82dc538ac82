/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decisions on what has to come along, and on the time that it takes to get there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/lib/shared_scene.h"

static void requirements_come_along(void **state)
{
	static const char *const own_hitch[] = {"own-hitch"}, *const laser[] = {"laser"};
	struct shared_scene *s = *state;
	const struct ask_item both[] = {{.what = "trailer", .span = shared_hours(14, 16)},
					{.what = "van", .span = shared_hours(13, 17)}};

	assert_int_equal(BOOK(m1, "trailer", 8, 12), REASON_NONE);
	assert_int_equal(shared_item(s, 1)->via, ITEM_REQUIRED);
	assert_true(s->answer.booking->allocations[1].lane >= 3);
	assert_int_equal(BOOK(m1, "trailer", 12, 13, .declared = own_hitch, .n_declared = 1),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 1);
	assert_int_equal(shared_book(s, &s->m1, (struct ask_book){.items = both, .n_items = 2}),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 2);
	assert_true(s->answer.booking->allocations[1].lane >= 3);
	assert_int_equal(BOOK(m1, "van", 18, 20, .unit = "van-3"), REASON_NONE);
	assert_int_equal(BOOK(m1, "van", 18, 20, .unit = "van-4"), REASON_NONE);
	assert_int_equal(BOOK(m2, "trailer", 19, 20), REASON_REQUIREMENT);
	assert_string_equal(s->answer.refusals[0].needs->id, "van");
	assert_int_equal(BOOK(m1, "laser", 8, 10), REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 3);
	assert_int_equal(shared_item(s, 2)->via, ITEM_SKILL);
	assert_int_equal(shared_item(s, 2)->span.end - shared_item(s, 2)->span.start, 900);
	assert_int_equal(BOOK(m1, "laser", 10, 12, .declared = laser, .n_declared = 1),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 2);
	assert_int_equal(BOOK(m1, "tess", 12, 14), REASON_NONE);
	assert_int_equal(BOOK(m1, "laser", 13, 14, .alternatives = 1), REASON_REQUIREMENT);
	assert_string_equal(s->answer.refusals[0].skill, "referent");
	assert_int_equal(s->answer.alternatives[0].span.start, shared_hours(14, 0).start);
}

static void things_take_their_time_to_get_there(void **state)
{
	struct shared_scene *s = *state;

	assert_int_equal(BOOK(m1, "tess", 8, 12), REASON_NONE);
	assert_int_equal(BOOK(m2, "tess", 12, 14), REASON_NONE);
	pole_undo(s->pole, &s->changes);
	assert_int_equal(BOOK(m2, "tess", 12, 14, .at = "farm"), REASON_TRAVEL);
	assert_int_equal(shared_book(s, &s->m2,
				     (struct ask_book){.what = "tess",
						       .at = "farm",
						       .span = {shared_hours(12, 0).start + 35 * 60,
								shared_hours(0, 14).end}}),
			 REASON_NONE);
	assert_string_equal(shared_item(s, 0)->having, "at=farm");
	assert_int_equal(BOOK(m1, "tess", 14, 15, .at = "farm"), REASON_NONE);
	assert_int_equal(BOOK(m1, "tess", 15, 16), REASON_TRAVEL);
}

static void who_comes_along_goes_where_he_is_needed(void **state)
{
	struct shared_scene *s = *state;

	((struct unit *)shared_resource(s->policy, "laser")->units)[0].site = &s->policy->sites[1];
	assert_int_equal(BOOK(m1, "tess", 8, 12), REASON_NONE);
	assert_int_equal(BOOK(m2, "laser", 12, 13), REASON_REQUIREMENT);
	assert_int_equal(s->answer.refusals[1].reason, REASON_TRAVEL);
	assert_string_equal(s->answer.refusals[1].brought->id, "tess");
	assert_int_equal(BOOK(m2, "laser", 13, 14), REASON_NONE);
	assert_string_equal(shared_item(s, 2)->having, "at=farm");
	assert_int_equal(BOOK(m1, "tess", 14, 15), REASON_NONE);
	assert_int_equal(BOOK(m2, "laser", 15, 16), REASON_REQUIREMENT);
}

static void who_is_booked_with_it_need_not_come_along(void **state)
{
	struct shared_scene *s = *state;
	const struct ask_item both[] = {{.what = "tess", .span = shared_hours(8, 12)},
					{.what = "laser", .span = shared_hours(9, 10)}};
	const struct ask_item late[] = {{.what = "laser", .span = shared_hours(13, 14)},
					{.what = "tess", .span = shared_hours(14, 15)}};

	assert_int_equal(shared_book(s, &s->m1, (struct ask_book){.items = both, .n_items = 2}),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 3); /* with a bench */
	assert_int_equal(shared_book(s, &s->m1, (struct ask_book){.items = late, .n_items = 2}),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 4);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, shared_setup, shared_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(requirements_come_along),
	    CASE(things_take_their_time_to_get_there),
	    CASE(who_comes_along_goes_where_he_is_needed),
	    CASE(who_is_booked_with_it_need_not_come_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
