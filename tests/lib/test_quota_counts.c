/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What counts against a quota: which states, what is over, cancelled or given back, and what is
 * asked for in the same go; the rest of quotas is in test_quota.c.
 */
#include "lib/rules.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "lib/series.h"
#include "tests/lib/rules_scene.h"

static void test_past_bookings_do_not_block_for_ever(void **state)
{
	struct rules_scene s;
	struct booking *b;
	int64_t first;

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.laser, "one ahead",
		  limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 1, QUOTA_FUTURE));
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
	first = s.last;
	s.now = fixture_at("2026-11-09T09:59");
	assert_false(rules_book(&s, CLO, "laser", "2026-12-09T08:00", "2026-12-09T10:00"));
	s.now = fixture_at("2026-11-09T10:00");
	/* what is still out has not ended */
	b = rules_alter(&s, first);
	b->state = BOOKING_OUT;
	rules_put(&s, b);
	assert_false(rules_book(&s, CLO, "laser", "2026-12-09T08:00", "2026-12-09T10:00"));
	b = rules_alter(&s, first);
	b->state = BOOKING_DONE;
	rules_put(&s, b);
	assert_true(rules_book(&s, CLO, "laser", "2026-12-09T08:00", "2026-12-09T10:00"));
	rules_scene_clear(&s);
}

/* Else who cancels a minute before the end has used nothing. */
static void test_what_is_cancelled_under_way_was_used(void **state)
{
	struct rules_scene s;
	struct booking *b;

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.laser, "six hours",
		  limit_quota(QUOTA_OF_MEMBER, QUOTA_TIME, 6 * 3600, QUOTA_CALENDAR_WEEK));
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T14:00"));
	b = rules_alter(&s, s.last);
	b->state = BOOKING_CANCELLED;
	b->ended_at = fixture_at("2026-11-09T13:00");
	rules_put(&s, b);
	s.now = fixture_at("2026-11-09T13:00");
	assert_false(rules_book(&s, CLO, "laser", "2026-11-10T08:00", "2026-11-10T10:00"));
	assert_int_equal(rules_refusal(&s, "six hours")->used, 5 * 3600);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-10T08:00", "2026-11-10T09:00"));
	rules_scene_clear(&s);
}

static void test_states_that_count(void **state)
{
	static const struct {
		enum booking_state state;
		bool counts;
	} rows[] = {
	    {BOOKING_CONFIRMED, true}, {BOOKING_HELD, true},	   {BOOKING_REQUESTED, true},
	    {BOOKING_OUT, true},       {BOOKING_DONE, true},	   {BOOKING_NO_SHOW, true},
	    {BOOKING_WAITING, false},  {BOOKING_CANCELLED, false}, {BOOKING_DECLINED, false},
	    {BOOKING_EXPIRED, false},  {BOOKING_DISPLACED, false}, {BOOKING_SUSPENDED, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rules_scene s;
		struct booking *b;

		rules_scene_init(&s, RULES_NOW);
		rules_add(&s, s.laser, "one a week",
			  limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 1, QUOTA_CALENDAR_WEEK));
		rules_scene_begin(&s);
		assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
		b = rules_alter(&s, s.last);
		b->state = rows[i].state;
		booking_details(b)->forfeit = 50;
		rules_put(&s, b);
		assert_int_equal(
		    rules_book(&s, CLO, "laser", "2026-11-10T08:00", "2026-11-10T10:00"),
		    !rows[i].counts);
		rules_scene_clear(&s);
	}
}

/* Holds do not get round a quota, neither when they are made nor when they are confirmed. */
static void test_pending_holds_count(void **state)
{
	struct rules_scene s;
	struct booking *b;
	struct refusals refusals = {.arena = &s.arena};

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.laser, "one ahead",
		  limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 1, QUOTA_FUTURE));
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
	b = rules_alter(&s, s.last);
	b->state = BOOKING_HELD;
	rules_put(&s, b);
	assert_false(rules_book(&s, CLO, "laser", "2026-11-10T08:00", "2026-11-10T10:00"));
	/* one hold is within the quota; of two, which a wider quota let through, none is */
	booking_refuse(s.pole, pole_directory(s.pole), pole_booking(s.pole, b->number), s.now,
		       &refusals);
	assert_int_equal(refusals.n, 0);
	b = rules_alter(&s, s.last);
	b->number = pole_next_booking(s.pole);
	b->items[0].resource = b->allocations[0].resource = s.laser->number;
	b->items[0].span = fixture_span("2026-11-11T08:00", "2026-11-11T10:00");
	b->allocations[0].during = b->items[0].span;
	booking_sum_up(b);
	rules_put(&s, b);
	booking_refuse(s.pole, pole_directory(s.pole), b, s.now, &refusals);
	assert_int_equal(refusals.n, 1);
	assert_int_equal(refusals.items[0].reason, REASON_QUOTA);
	rules_scene_clear(&s);
}

static void test_late_cancellations_count_where_said(void **state)
{
	struct limit week = limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 1, QUOTA_CALENDAR_WEEK);
	struct limit ahead = limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 1, QUOTA_FUTURE);
	struct rules_scene s;
	struct booking *b;

	rules_scene_init(&s, RULES_NOW);
	week.quota.uncounted = ahead.quota.uncounted = UNCOUNTED_CANCELLED_IN_TIME;
	rules_add(&s, s.laser, "one a week", week);
	rules_add(&s, s.laser, "one ahead", ahead);
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
	b = rules_alter(&s, s.last);
	b->state = BOOKING_CANCELLED;
	booking_details(b)->forfeit = 20;
	rules_put(&s, b);
	assert_false(rules_book(&s, CLO, "laser", "2026-11-10T08:00", "2026-11-10T10:00"));
	assert_true(rules_refused_by(&s, "one a week", REASON_QUOTA));
	assert_null(rules_refusal(&s, "one ahead"));
	b = rules_alter(&s, b->number);
	booking_details(b)->waived = true; /* somebody else took it */
	rules_put(&s, b);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-10T08:00", "2026-11-10T10:00"));
	rules_scene_clear(&s);
}

static void test_time_after_an_early_return(void **state)
{
	struct limit plain = limit_quota(QUOTA_OF_MEMBER, QUOTA_TIME, 4 * 3600, QUOTA_CALENDAR_DAY);
	struct limit lenient = plain;
	struct rules_scene s;
	struct booking *b;

	rules_scene_init(&s, RULES_NOW);
	lenient.quota.uncounted = UNCOUNTED_GIVEN_BACK;
	rules_add(&s, s.laser, "as booked", plain);
	rules_add(&s, s.laser, "as used", lenient);
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T12:00"));
	b = rules_alter(&s, s.last);
	b->state = BOOKING_DONE;
	booking_details(b)->back_at = fixture_at("2026-11-09T09:00");
	booking_details(b)->booked_until = b->span.end;
	b->allocations[0].during.end = b->items[0].span.end = booking_says(b)->back_at;
	booking_sum_up(b);
	rules_put(&s, b);
	assert_false(rules_book(&s, CLO, "laser", "2026-11-09T13:00", "2026-11-09T16:00"));
	assert_true(rules_refused_by(&s, "as booked", REASON_QUOTA));
	assert_null(rules_refusal(&s, "as used"));
	rules_scene_clear(&s);
}

static void test_a_move_does_not_count_itself(void **state)
{
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.laser, "four a week",
		  limit_quota(QUOTA_OF_MEMBER, QUOTA_TIME, 4 * 3600, QUOTA_CALENDAR_WEEK));
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
	assert_true(rules_book(&s, CLO, "laser", "2026-11-16T08:00", "2026-11-16T11:00"));
	assert_true(rules_move(&s, CLO, s.last, "2026-11-17T08:00", "2026-11-17T12:00"));
	assert_false(rules_move(&s, CLO, s.last, "2026-11-17T08:00", "2026-11-17T13:00"));
	assert_false(rules_move(&s, CLO, s.last, "2026-11-11T08:00", "2026-11-11T12:00"));
	assert_int_equal(rules_refusal(&s, "four a week")->used, 2 * 3600);
	rules_scene_clear(&s);
}

/* What is within what was granted is not asked anew: a quota that is exceeded since does not keep
 * anyone from using less. */
static void test_shortening_is_always_allowed(void **state)
{
	struct rules_scene s;
	struct limit *limit;

	rules_scene_init(&s, RULES_NOW);
	limit = &rules_add(&s, s.laser, "four a week",
			   limit_quota(QUOTA_OF_MEMBER, QUOTA_TIME, 4 * 3600, QUOTA_CALENDAR_WEEK))
		     ->limit;
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T12:00"));
	limit->quota.at_most = 3600;
	assert_true(rules_move(&s, CLO, s.last, "2026-11-09T08:00", "2026-11-09T11:00"));
	assert_true(rules_move(&s, CLO, s.last, "2026-11-09T09:00", "2026-11-09T11:00"));
	assert_false(rules_move(&s, CLO, s.last, "2026-11-09T09:00", "2026-11-09T11:15"));
	rules_scene_clear(&s);
}

static void test_items_of_a_basket_count_together(void **state)
{
	struct ask_item items[2] = {{.what = "laser"}, {.what = "laser"}};
	const struct ask_book basket = {.items = items, .n_items = 2};
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.laser, "one a week",
		  limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 1, QUOTA_CALENDAR_WEEK));
	rules_scene_begin(&s);
	items[0].span = fixture_span("2026-11-09T08:00", "2026-11-09T10:00");
	items[1].span = fixture_span("2026-11-10T08:00", "2026-11-10T10:00");
	assert_false(rules_ask(&s, CLO, &basket));
	assert_int_equal(rules_refusal(&s, "one a week")->wanted, 2);
	items[1].span = fixture_span("2026-11-16T08:00", "2026-11-16T10:00");
	assert_true(rules_ask(&s, CLO, &basket));
	assert_false(rules_book(&s, DAN, "laser", "2026-11-15T08:00", "2026-11-15T10:00"));
	rules_scene_clear(&s);
}

static void test_dates_of_a_series_count_in_turn(void **state)
{
	const struct ask_book first = {
	    .what = "laser", .span = fixture_span("2026-11-10T08:00", "2026-11-10T10:00")};
	const struct ask_series ask = {
	    .first = &first, .rule = "FREQ=WEEKLY;COUNT=6", .conflicts = SERIES_SKIP};
	struct series_answer answer;
	struct changes c = {0};
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.laser, "three a month",
		  limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 3, QUOTA_CALENDAR_MONTH));
	rules_add(&s, s.laser, "four ahead",
		  limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 4, QUOTA_FUTURE));
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-30T08:00", "2026-11-30T10:00"));
	{
		const struct asker who = {pole_person(s.pole, CLO), s.now};

		assert_int_equal(decide_series(s.pole, &who, &ask, &s.arena, &answer, &c),
				 SERIES_OK);
	}
	assert_int_equal(answer.n_done, 3); /* two in November, one in December */
	assert_int_equal(answer.dates[2].outcome, SERIES_SKIPPED);
	assert_string_equal(answer.dates[2].answer.refusals[0].rule->name, "three a month");
	assert_int_equal(answer.dates[3].outcome, SERIES_BOOKED);
	assert_int_equal(answer.dates[4].outcome, SERIES_SKIPPED);
	assert_string_equal(answer.dates[4].answer.refusals[0].rule->name, "four ahead");
	changes_clear(&c);
	rules_scene_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_past_bookings_do_not_block_for_ever),
	    cmocka_unit_test(test_what_is_cancelled_under_way_was_used),
	    cmocka_unit_test(test_states_that_count),
	    cmocka_unit_test(test_pending_holds_count),
	    cmocka_unit_test(test_late_cancellations_count_where_said),
	    cmocka_unit_test(test_time_after_an_early_return),
	    cmocka_unit_test(test_a_move_does_not_count_itself),
	    cmocka_unit_test(test_shortening_is_always_allowed),
	    cmocka_unit_test(test_items_of_a_basket_count_together),
	    cmocka_unit_test(test_dates_of_a_series_count_in_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
