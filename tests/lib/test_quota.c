/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quotas: how much of what, whose, and within which time (DOMAIN 1.2 and 5.1). */
#include "lib/rules.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/lib/rules_scene.h"

static void test_units_at_once(void **state)
{
	struct ask_book three = {.what = "van", .quantity = 3};
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.van, "two vans at once",
		  limit_quota(QUOTA_OF_MEMBER, QUOTA_UNITS, 2, QUOTA_AT_ONCE));
	rules_scene_begin(&s);
	three.span = fixture_span("2026-11-10T08:00", "2026-11-10T12:00");
	assert_false(rules_ask(&s, CLO, &three));
	assert_int_equal(rules_refusal(&s, "two vans at once")->wanted, 3);
	three.quantity = 2;
	assert_true(rules_ask(&s, CLO, &three));
	assert_false(rules_book(&s, DAN, "van", "2026-11-10T11:00", "2026-11-10T14:00"));
	assert_int_equal(rules_refusal(&s, "two vans at once")->used, 2);
	assert_true(rules_book(&s, DAN, "van", "2026-11-10T12:00", "2026-11-10T14:00"));
	assert_true(rules_book(&s, ADA, "van", "2026-11-10T08:00", "2026-11-10T12:00"));
	rules_scene_clear(&s);
}

/* One machine of several at a time. */
static void test_one_machine_at_a_time(void **state)
{
	struct ask_item items[2] = {{.what = "laser"}, {.what = "cnc"}};
	const struct ask_book basket = {.items = items, .n_items = 2};
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	rules_also_for(&s,
		       rules_add(&s, s.laser, "one at a time",
				 limit_quota(QUOTA_OF_PERSON, QUOTA_UNITS, 1, QUOTA_AT_ONCE)),
		       s.cnc);
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-10T08:00", "2026-11-10T10:00"));
	assert_false(rules_book(&s, CLO, "cnc", "2026-11-10T09:00", "2026-11-10T11:00"));
	assert_true(rules_book(&s, DAN, "cnc", "2026-11-10T09:00", "2026-11-10T11:00"));
	items[0].span = items[1].span = fixture_span("2026-11-11T08:00", "2026-11-11T09:00");
	assert_false(rules_ask(&s, CLO, &basket));
	items[1].span = fixture_span("2026-11-11T09:00", "2026-11-11T10:00");
	assert_true(rules_ask(&s, CLO, &basket));
	rules_scene_clear(&s);
}

/* Three hours a day and six a week of laser and cnc together; what is asked for on the day itself
 * does not count. */
static void test_hours_of_a_day_and_a_week(void **state)
{
	struct limit week = limit_quota(QUOTA_OF_MEMBER, QUOTA_TIME, 6 * 3600, QUOTA_CALENDAR_WEEK);
	const struct refusal *r;
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	rules_also_for(
	    &s,
	    rules_add(&s, s.laser, "three a day",
		      limit_quota(QUOTA_OF_MEMBER, QUOTA_TIME, 3 * 3600, QUOTA_CALENDAR_DAY)),
	    s.cnc);
	week.quota.uncounted = UNCOUNTED_SAME_DAY;
	rules_also_for(&s, rules_add(&s, s.laser, "laser shared out", week), s.cnc);
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
	assert_false(rules_book(&s, DAN, "cnc", "2026-11-09T08:00", "2026-11-09T09:30"));
	r = rules_refusal(&s, "three a day");
	assert_int_equal(r->used, 2 * 3600);
	assert_int_equal(r->wanted, 5400);
	assert_true(span_equals(r->window, fixture_span("2026-11-09", "2026-11-10")));
	assert_true(rules_book(&s, DAN, "cnc", "2026-11-15T21:00", "2026-11-16T00:00"));
	/* over the end of the week: one hour of it counts there */
	assert_true(rules_book(&s, CLO, "laser", "2026-11-15T23:00", "2026-11-16T01:00") == false);
	assert_true(rules_refused_by(&s, "three a day", REASON_QUOTA));
	assert_null(rules_refusal(&s, "laser shared out"));
	assert_true(rules_book(&s, CLO, "laser", "2026-11-11T08:00", "2026-11-11T09:00"));
	assert_false(rules_book(&s, CLO, "laser", "2026-11-12T08:00", "2026-11-12T09:00"));
	r = rules_refusal(&s, "laser shared out");
	assert_true(r && r->used == 6 * 3600 && r->wanted == 3600);
	assert_true(span_equals(r->window, fixture_span("2026-11-09", "2026-11-16")));
	s.now = fixture_at("2026-11-12T07:00");
	assert_true(rules_book(&s, CLO, "laser", "2026-11-12T08:00", "2026-11-12T09:00"));
	assert_false(rules_book(&s, CLO, "laser", "2026-11-13T08:00", "2026-11-13T09:00"));
	assert_int_equal(rules_refusal(&s, "laser shared out")->used, 6 * 3600);
	rules_scene_clear(&s);
}

static void test_off_peak_is_free(void **state)
{
	struct limit day = limit_quota(QUOTA_OF_MEMBER, QUOTA_TIME, 2 * 3600, QUOTA_CALENDAR_DAY);
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	day.quota.uncounted = UNCOUNTED_OFF_PEAK;
	day.quota.peak = when_days(&s, 0, 9, 17).hours;
	rules_add(&s, s.laser, "peak", day);
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T15:00", "2026-11-09T23:00"));
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T02:00", "2026-11-09T09:00"));
	assert_false(rules_book(&s, CLO, "laser", "2026-11-09T09:00", "2026-11-09T09:30"));
	assert_int_equal(rules_refusal(&s, "peak")->used, 2 * 3600);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-10T09:00", "2026-11-10T09:30"));
	rules_scene_clear(&s);
}

/* Core facilities: one future booking a person, and none on behalf of others to dodge it. */
static void test_one_future_booking(void **state)
{
	struct ask_book behalf = {.what = "laser", .member = "m2", .person = "p3"};
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.laser, "one ahead",
		  limit_quota(QUOTA_OF_PERSON, QUOTA_BOOKINGS, 1, QUOTA_FUTURE));
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
	assert_false(rules_book(&s, CLO, "laser", "2026-12-09T08:00", "2026-12-09T10:00"));
	behalf.span = fixture_span("2026-12-09T08:00", "2026-12-09T10:00");
	assert_false(rules_ask(&s, COORDINATOR, &behalf));
	assert_true(rules_book(&s, DAN, "laser", "2026-12-09T08:00", "2026-12-09T10:00"));
	rules_scene_clear(&s);
}

/* Forty employees do not get forty quotas. */
static void test_quota_is_the_organisations(void **state)
{
	struct ask_book behalf = {.what = "laser", .member = "m2"};
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.laser, "two a month",
		  limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 2, QUOTA_CALENDAR_MONTH));
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
	assert_true(rules_book(&s, DAN, "laser", "2026-11-30T08:00", "2026-12-01T10:00"));
	assert_false(rules_book(&s, DAN, "laser", "2026-11-20T08:00", "2026-11-20T10:00"));
	behalf.span = fixture_span("2026-11-21T08:00", "2026-11-21T10:00");
	assert_false(rules_ask(&s, COORDINATOR, &behalf));
	/* what began in November is November's */
	assert_true(rules_book(&s, DAN, "laser", "2026-12-02T08:00", "2026-12-02T10:00"));
	assert_true(rules_book(&s, CLO, "laser", "2026-12-03T08:00", "2026-12-03T10:00"));
	assert_true(rules_book(&s, ADA, "laser", "2026-11-20T08:00", "2026-11-20T10:00"));
	rules_scene_clear(&s);
}

static void test_quota_of_a_class(void **state)
{
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	s.policy->members[0].class = "small";
	rules_add(&s, s.laser, "two of the small",
		  limit_quota(QUOTA_OF_CLASS, QUOTA_BOOKINGS, 2, QUOTA_FUTURE));
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
	assert_true(rules_book(&s, ADA, "laser", "2026-11-10T08:00", "2026-11-10T10:00"));
	assert_false(rules_book(&s, ADA, "laser", "2026-11-11T08:00", "2026-11-11T10:00"));
	assert_int_equal(rules_refusal(&s, "two of the small")->used, 2);
	rules_scene_clear(&s);
}

static void test_limits_per_user_and_per_resource_are_two(void **state)
{
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.laser, "of the laser",
		  limit_quota(QUOTA_OF_PERSON, QUOTA_BOOKINGS, 1, QUOTA_FUTURE));
	rules_add(&s, NULL, "of all things",
		  limit_quota(QUOTA_OF_PERSON, QUOTA_BOOKINGS, 2, QUOTA_FUTURE));
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
	assert_false(rules_book(&s, CLO, "laser", "2026-11-10T08:00", "2026-11-10T10:00"));
	assert_null(rules_refusal(&s, "of all things"));
	assert_true(rules_book(&s, CLO, "cnc", "2026-11-10T08:00", "2026-11-10T10:00"));
	assert_false(rules_book(&s, CLO, "laser", "2026-11-11T08:00", "2026-11-11T10:00"));
	/* every rule that refuses is named, with its line */
	assert_true(rules_refused_by(&s, "of the laser", REASON_QUOTA));
	assert_true(rules_refused_by(&s, "of all things", REASON_QUOTA));
	rules_scene_clear(&s);
}

/* Free bikes: three days in one go, once in seven days, two a month. */
static void test_once_a_week_is_every_monday(void **state)
{
	static const char *const mondays[] = {"2027-03-15T10:00", "2027-03-22T10:00",
					      "2027-03-29T10:00", "2027-04-05T10:00"};
	struct rules_scene s;

	rules_scene_init(&s, "2027-03-01T09:00");
	rules_add(&s, s.kit, "once in seven days", limit_rolling(QUOTA_BOOKINGS, 1, 7, 0));
	rules_scene_begin(&s);
	for (size_t i = 0; i < 4; i++) { /* the clock changes on 28 March */
		const struct ask_book ask = {
		    .what = "kit",
		    .span = {fixture_at(mondays[i]), fixture_at(mondays[i]) + 2 * 3600},
		};

		assert_true(rules_ask(&s, CLO, &ask));
	}
	assert_false(rules_book(&s, CLO, "kit", "2027-04-12T09:59", "2027-04-12T11:00"));
	assert_false(rules_book(&s, CLO, "kit", "2027-03-25T10:00", "2027-03-25T11:00"));
	assert_true(rules_book(&s, CLO, "kit", "2027-04-12T10:00", "2027-04-12T11:00"));
	rules_scene_clear(&s);
}

static void test_rolling_hours_before_and_after(void **state)
{
	const struct refusal *r;
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.laser, "four in ten hours", limit_rolling(QUOTA_TIME, 4 * 3600, 0, 36000));
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T20:00", "2026-11-09T22:00"));
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T10:00", "2026-11-09T12:00"));
	/* the fullest are then those from 8 to 18, and from 10 to 20 with half an hour less */
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T18:30", "2026-11-09T20:00"));
	assert_false(rules_book(&s, CLO, "laser", "2026-11-09T17:00", "2026-11-09T18:00"));
	r = rules_refusal(&s, "four in ten hours");
	assert_int_equal(r->used, 4 * 3600);
	assert_int_equal(r->wanted, 3600);
	assert_true(span_equals(r->window, fixture_span("2026-11-09T08:00", "2026-11-09T18:00")));
	rules_scene_clear(&s);
}

static void test_closed_days_in_a_row_are_one(void **state)
{
	struct limit days = limit_quota(QUOTA_OF_MEMBER, QUOTA_DAYS, 3, QUOTA_CALENDAR_MONTH);
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	fixture_open(s.policy, s.kit, 9, 18);
	((struct hours_range *)s.kit->hours.usual.ranges)[5].day = SATURDAY;
	s.kit->hours.usual.n_ranges = 5; /* closed on Saturday and Sunday */
	s.kit->spans_closed = true;
	days.quota.uncounted = UNCOUNTED_CLOSED_DAYS;
	rules_add(&s, s.kit, "three days", days);
	rules_scene_begin(&s);
	assert_false(rules_book(&s, CLO, "kit", "2026-11-05T10:00", "2026-11-09T10:00"));
	assert_int_equal(rules_refusal(&s, "three days")->wanted, 4);
	assert_true(rules_book(&s, CLO, "kit", "2026-11-06T10:00", "2026-11-09T10:00"));
	assert_false(rules_book(&s, CLO, "kit", "2026-11-10T10:00", "2026-11-10T12:00"));
	/* the same day again is no more days */
	assert_true(rules_book(&s, CLO, "kit", "2026-11-09T14:00", "2026-11-09T15:00"));
	rules_scene_clear(&s);
}

/* Event kit: one summer weekend a member, until 1 May of that summer; then open. */
static void test_one_summer_weekend_until_may(void **state)
{
	struct rules_scene s;
	struct rule *rule;

	rules_scene_init(&s, "2027-02-01T09:00");
	rule = rules_add(&s, s.kit, "one summer weekend each",
			 limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 1, QUOTA_CALENDAR_YEAR));
	rule->has_when = true;
	rule->when = when_days(&s, SATURDAY_SUNDAY, 0, 0);
	rule->when.months = 0x1e0; /* June to September */
	rule->has_release = true;
	rule->release = (struct year_day){5, 1};
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "kit", "2027-06-11T10:00", "2027-06-14T10:00"));
	assert_false(rules_book(&s, DAN, "kit", "2027-09-25T10:00", "2027-09-26T10:00"));
	assert_true(rules_book(&s, DAN, "kit", "2027-09-20T10:00", "2027-09-24T10:00"));
	assert_true(rules_book(&s, DAN, "kit", "2027-10-02T10:00", "2027-10-03T10:00"));
	assert_true(rules_book(&s, ADA, "kit", "2027-06-12T10:00", "2027-06-13T10:00"));
	s.now = fixture_at("2027-04-30T23:59");
	assert_false(rules_book(&s, DAN, "kit", "2027-08-28T10:00", "2027-08-29T10:00"));
	s.now = fixture_at("2027-05-01T00:00");
	assert_true(rules_book(&s, DAN, "kit", "2027-08-28T10:00", "2027-08-29T10:00"));
	/* the next year's is not released yet, and none of it is used */
	assert_true(rules_book(&s, DAN, "kit", "2028-06-10T10:00", "2028-06-11T10:00"));
	assert_false(rules_book(&s, DAN, "kit", "2028-07-08T10:00", "2028-07-09T10:00"));
	rules_scene_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_units_at_once),
	    cmocka_unit_test(test_one_machine_at_a_time),
	    cmocka_unit_test(test_hours_of_a_day_and_a_week),
	    cmocka_unit_test(test_off_peak_is_free),
	    cmocka_unit_test(test_one_future_booking),
	    cmocka_unit_test(test_quota_is_the_organisations),
	    cmocka_unit_test(test_quota_of_a_class),
	    cmocka_unit_test(test_limits_per_user_and_per_resource_are_two),
	    cmocka_unit_test(test_once_a_week_is_every_monday),
	    cmocka_unit_test(test_rolling_hours_before_and_after),
	    cmocka_unit_test(test_closed_days_in_a_row_are_one),
	    cmocka_unit_test(test_one_summer_weekend_until_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
