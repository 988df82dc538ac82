/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules in real use (DOMAIN 1.2), and what goes wrong without them (DOMAIN 5.1): one test each, by
 * the decisions that members ask for.
 */
#include "lib/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lib/limits.h"
#include "lib/series.h"
#include "tests/lib/rules_scene.h"

#define WEEKDAYS 0x1f
#define SATURDAY_SUNDAY 0x60

/* Saturday 5 December 2026 is some weeks ahead. */
#define NOW "2026-11-02T09:00"

static struct limit duration_to(int64_t days, bool chains)
{
	struct limit l = {.kind = LIMIT_DURATION};

	l.duration.max.days = days;
	l.duration.chains = chains;
	return l;
}

/* Farm machinery: two days in a row for committed members, one for the others. */
static void test_days_in_a_row_by_class(void **state)
{
	struct rules_scene s;
	struct rule *small;

	rules_scene_init(&s, NOW);
	rules_add(&s, s.van, "two days", duration_to(2, true));
	small = rules_add(&s, s.van, "one day for the others", duration_to(1, true));
	small->party.classes = arena_new(&s.policy->arena, const char *);
	small->party.classes[small->party.n_classes++] = "small";
	rules_scene_begin(&s);
	assert_true(rules_book(&s, ADA, "van", "2026-11-10T08:00", "2026-11-12T08:00"));
	assert_false(rules_book(&s, CLO, "van", "2026-11-10T08:00", "2026-11-12T08:00"));
	assert_true(rules_refused_by(&s, "one day for the others", REASON_TOO_LONG));
	assert_null(rules_refusal(&s, "two days"));
	assert_true(rules_book(&s, CLO, "van", "2026-11-10T08:00", "2026-11-11T08:00"));
	rules_scene_clear(&s);
}

static void test_limit_defeated_by_chaining(void **state)
{
	struct rules_scene s;

	rules_scene_init(&s, NOW);
	s.van->buffer_after.seconds = 45 * 60;
	rules_add(&s, s.van, "no chains", duration_to(3, true));
	rules_add(&s, s.van, "half hours", fixture_start(1800));
	rules_scene_begin(&s);
	assert_true(rules_book(&s, ADA, "van", "2026-11-10T08:00", "2026-11-12T08:00"));
	assert_false(rules_book(&s, BEN, "van-2", "2026-11-12T08:00", "2026-11-13T12:00"));
	assert_true(rules_refused_by(&s, "no chains", REASON_TOO_LONG));
	assert_int_equal(rules_refusal(&s, "no chains")->window.start,
			 fixture_at("2026-11-10T08:00"));
	/* nor by leaving no more than the buffer, or the grid, between them */
	assert_false(rules_book(&s, BEN, "van-2", "2026-11-12T09:00", "2026-11-13T12:00"));
	assert_false(rules_book(&s, BEN, "van-2", "2026-11-08T12:00", "2026-11-10T08:00"));
	assert_true(rules_book(&s, BEN, "van-2", "2026-11-12T09:30", "2026-11-13T12:00"));
	assert_true(rules_book(&s, CLO, "van-3", "2026-11-12T08:00", "2026-11-13T12:00"));
	rules_scene_clear(&s);
}

static void test_chain_of_three_by_move_and_basket(void **state)
{
	struct ask_item items[2] = {{.what = "van"}, {.what = "van"}};
	const struct ask_book basket = {.items = items, .n_items = 2};
	struct rules_scene s;
	int64_t first;

	rules_scene_init(&s, NOW);
	rules_add(&s, s.van, "no chains", duration_to(2, true));
	rules_scene_begin(&s);
	assert_true(rules_book(&s, ADA, "van", "2026-11-10T08:00", "2026-11-11T08:00"));
	first = s.last;
	assert_true(rules_book(&s, ADA, "van", "2026-11-11T08:00", "2026-11-12T08:00"));
	assert_false(rules_move(&s, ADA, first, "2026-11-09T08:00", "2026-11-11T08:00"));
	assert_true(rules_refused_by(&s, "no chains", REASON_TOO_LONG));
	assert_true(rules_move(&s, ADA, first, "2026-11-10T09:00", "2026-11-11T08:00"));
	items[0].span = fixture_span("2026-11-20T08:00", "2026-11-22T08:00");
	items[1].span = fixture_span("2026-11-22T08:00", "2026-11-22T10:00");
	assert_false(rules_ask(&s, ADA, &basket));
	assert_true(rules_refused_by(&s, "no chains", REASON_TOO_LONG));
	rules_scene_clear(&s);
}

/* Municipal minibus: the owner first on weekdays, until seven days before. */
static struct rule *keep_van_1(struct rules_scene *s)
{
	struct limit keep = {.kind = LIMIT_KEEP};
	struct rule *rule;

	keep.keep.party.owner = true;
	keep.keep.until.days = 7;
	rule = rules_add(s, s->van, "van-1 first for its owner", keep);
	rule->units = arena_new(&s->policy->arena, const struct unit *);
	rule->units[rule->n_units++] = &s->van->units[0];
	rule->has_when = true;
	rule->when = when_days(s, WEEKDAYS, 8, 13);
	return rule;
}

static void test_owner_first_until_released(void **state)
{
	const struct refusal *r;
	struct rules_scene s;

	rules_scene_init(&s, NOW);
	keep_van_1(&s);
	rules_scene_begin(&s);
	assert_false(rules_book(&s, CLO, "van-1", "2026-11-10T12:00", "2026-11-10T15:00"));
	r = rules_refusal(&s, "van-1 first for its owner");
	assert_true(rules_refused_by(&s, "van-1 first for its owner", REASON_KEPT));
	assert_int_equal(r->member, pole_member(s.pole, 1)->number);
	assert_int_equal(r->window.end, fixture_at("2026-11-03T08:00"));
	assert_true(rules_book(&s, CLO, "van-1", "2026-11-10T13:00", "2026-11-10T15:00"));
	assert_true(rules_book(&s, CLO, "van-1", "2026-11-14T08:00", "2026-11-14T15:00"));
	assert_true(rules_book(&s, ADA, "van-1", "2026-11-10T08:00", "2026-11-10T13:00"));
	/* each window is released by itself: that of the 9th is, that of the 10th is not yet */
	s.now = fixture_at("2026-11-02T08:00");
	assert_true(rules_book(&s, CLO, "van-1", "2026-11-09T08:00", "2026-11-09T13:00"));
	assert_false(rules_book(&s, CLO, "van-1", "2026-11-11T12:00", "2026-11-12T09:00"));
	assert_int_equal(rules_refusal(&s, "van-1 first for its owner")->window.end,
			 fixture_at("2026-11-05T08:00"));
	rules_scene_clear(&s);
}

/* Who asks for any van gets another, is told of the rule where only the kept one is free, and is
 * not moved to it to make room. */
static void test_kept_unit_among_others(void **state)
{
	struct ask_book any = {.what = "van", .alternatives = 3};
	struct rules_scene s;

	rules_scene_init(&s, NOW);
	s.policy->conflicts.repack = true;
	keep_van_1(&s);
	rules_scene_begin(&s);
	any.span = fixture_span("2026-11-10T09:00", "2026-11-10T12:00");
	assert_true(rules_ask(&s, CLO, &any));
	assert_int_not_equal(pole_booking(s.pole, s.last)->allocations[0].lane, 1);
	assert_true(rules_ask(&s, DAN, &any));
	assert_int_not_equal(pole_booking(s.pole, s.last)->allocations[0].lane, 1);
	assert_false(rules_ask(&s, CLO, &any));
	assert_true(rules_refused_by(&s, "van-1 first for its owner", REASON_KEPT));
	assert_true(s.answer.n_conflicts > 0);
	assert_int_equal(s.answer.n_alternatives, 3);
	assert_int_equal(s.answer.alternatives[0].span.start, fixture_at("2026-11-10T06:00"));
	/* Ada may have van-1, but who wants van-2 cannot push Clo's onto it */
	any.unit = "van-2";
	assert_false(rules_ask(&s, ADA, &any));
	any.unit = NULL;
	assert_true(rules_ask(&s, ADA, &any));
	assert_int_equal(pole_booking(s.pole, s.last)->allocations[0].lane, 1);
	rules_scene_clear(&s);
}

static void test_lead_by_class(void **state)
{
	struct rules_scene s;
	struct rule *rule;

	rules_scene_init(&s, NOW);
	rule = rules_add(&s, s.van, "fifteen days before", fixture_lead(15, 0));
	rule->party.classes = arena_new(&s.policy->arena, const char *);
	rule->party.classes[rule->party.n_classes++] = "small";
	rules_scene_begin(&s);
	assert_false(rules_book(&s, CLO, "van", "2026-11-17T08:59", "2026-11-17T12:00"));
	assert_true(rules_refused_by(&s, "fifteen days before", REASON_LEAD));
	assert_true(rules_book(&s, CLO, "van", "2026-11-17T09:00", "2026-11-17T12:00"));
	assert_true(rules_book(&s, ADA, "van", "2026-11-03T09:00", "2026-11-03T12:00"));
	rules_scene_clear(&s);
}

/* A calendar that opens a month at a time, at eight on the first, two months ahead: to the second.
 */
static void test_calendar_opens_at_a_set_minute(void **state)
{
	struct limit opens = {.kind = LIMIT_OPENS};
	struct rules_scene s;

	rules_scene_init(&s, NOW);
	opens.opens.day = 1;
	opens.opens.at_s = 8 * 3600;
	opens.opens.ahead = 2;
	rules_add(&s, s.van, "opens", opens);
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "van", "2027-01-31T23:00", "2027-02-01T02:00"));
	s.now = fixture_at("2026-12-01T07:59:59");
	assert_false(rules_book(&s, CLO, "van", "2027-02-01T00:00", "2027-02-01T02:00"));
	assert_true(rules_refused_by(&s, "opens", REASON_OPENS));
	assert_int_equal(rules_refusal(&s, "opens")->bound, fixture_at("2026-12-01T08:00"));
	s.now++;
	assert_true(rules_book(&s, CLO, "van", "2027-02-01T00:00", "2027-02-01T02:00"));
	rules_scene_clear(&s);
}

static void test_opens_on_the_last_day_of_a_short_month(void **state)
{
	struct limit l = {.kind = LIMIT_OPENS};

	l.opens.day = 31;
	l.opens.ahead = 1;
	l.opens.at_s = 7 * 3600;
	assert_int_equal(opens_at(&l, fixture_paris(), fixture_at("2027-03-20T10:00")),
			 fixture_at("2027-02-28T07:00"));
	assert_int_equal(opens_at(&l, fixture_paris(), fixture_at("2027-01-01T00:00")),
			 fixture_at("2026-12-31T07:00"));
}

static struct limit qualification(const char *word, int64_t held_days, bool own_issuer)
{
	struct limit l = {.kind = LIMIT_QUALIFICATION};

	l.qualification.word = word;
	l.qualification.held_for.days = held_days;
	l.qualification.own_issuer = own_issuer;
	return l;
}

static void test_driver_with_three_years_of_licence(void **state)
{
	struct rules_scene s;

	rules_scene_init(&s, NOW);
	rules_add(&s, s.van, "young drivers", qualification("licence-b", 3 * 365, false));
	rules_scene_begin(&s);
	assert_false(rules_book(&s, CLO, "van", "2026-11-10T08:00", "2026-11-10T12:00"));
	assert_true(rules_refused_by(&s, "young drivers", REASON_QUALIFICATION));
	rules_scene_qualify(&s, CLO, "licence-b", "2024-11-01", NULL, 0);
	assert_false(rules_book(&s, CLO, "van", "2026-11-10T08:00", "2026-11-10T12:00"));
	assert_true(rules_book(&s, CLO, "van", "2027-11-10T08:00", "2027-11-10T12:00"));
	assert_false(rules_book(&s, DAN, "van", "2027-11-10T08:00", "2027-11-10T12:00"));
	rules_scene_clear(&s);
}

/* Fablab: a training that expires, valid at the time of use, on every path. */
static void test_training_valid_at_the_time_of_use(void **state)
{
	struct ask_book shared = {.what = "laser", .member = "m2", .person = "p3"};
	struct ask_item items[2] = {{.what = "van"}, {.what = "laser"}};
	const struct ask_book basket = {.items = items, .n_items = 2};
	struct rules_scene s;
	int64_t booking;

	rules_scene_init(&s, NOW);
	rules_add(&s, s.laser, "trained", qualification("laser", 0, false));
	rules_scene_begin(&s);
	rules_scene_qualify(&s, CLO, "laser", "2026-01-01", "2026-12-01", 0);
	assert_false(rules_book(&s, CLO, "laser", "2026-12-02T08:00", "2026-12-02T09:00"));
	assert_false(rules_book(&s, CLO, "laser", "2026-11-30T23:00", "2026-12-01T01:00"));
	assert_true(rules_book(&s, CLO, "laser", "2026-11-30T22:00", "2026-12-01T00:00"));
	booking = s.last;
	assert_false(rules_move(&s, CLO, booking, "2026-12-01T00:00", "2026-12-01T02:00"));
	assert_true(rules_refused_by(&s, "trained", REASON_QUALIFICATION));
	assert_false(rules_move(&s, CLO, booking, "2026-11-30T22:00", "2026-12-01T01:00"));
	assert_true(rules_move(&s, CLO, booking, "2026-11-30T22:00", "2026-11-30T23:00"));
	items[0].span = items[1].span = fixture_span("2026-11-12T08:00", "2026-11-12T09:00");
	assert_false(rules_ask(&s, DAN, &basket));
	assert_int_equal(rules_refusal(&s, "trained")->item, 1);
	assert_true(rules_ask(&s, CLO, &basket));
	/* it is the person's who will use it, not that of who books */
	shared.span = fixture_span("2026-11-13T08:00", "2026-11-13T09:00");
	assert_true(rules_ask(&s, COORDINATOR, &shared));
	shared.person = "p4";
	shared.span = fixture_span("2026-11-14T08:00", "2026-11-14T09:00");
	assert_false(rules_ask(&s, COORDINATOR, &shared));
	rules_scene_clear(&s);
}

static void test_qualification_of_the_own_member(void **state)
{
	struct rules_scene s;

	rules_scene_init(&s, NOW);
	rules_add(&s, s.van, "authorised", qualification("authorised", 0, true));
	rules_scene_begin(&s);
	rules_scene_qualify(&s, CLO, "authorised", "2026-01-01", NULL,
			    pole_name_number(s.pole, NAME_MEMBER, 0, "m1"));
	assert_false(rules_book(&s, CLO, "van", "2026-11-10T08:00", "2026-11-10T12:00"));
	rules_scene_qualify(&s, CLO, "authorised", "2026-01-01", NULL,
			    pole_name_number(s.pole, NAME_MEMBER, 0, "m2"));
	assert_true(rules_book(&s, CLO, "van", "2026-11-10T08:00", "2026-11-10T12:00"));
	rules_scene_clear(&s);
}

static void test_units_at_once(void **state)
{
	struct ask_book three = {.what = "van", .quantity = 3};
	struct rules_scene s;

	rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

static void test_past_bookings_do_not_block_for_ever(void **state)
{
	struct rules_scene s;
	struct booking *b;
	int64_t first;

	rules_scene_init(&s, NOW);
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

/* Forty employees do not get forty quotas. */
static void test_quota_is_the_organisations(void **state)
{
	struct ask_book behalf = {.what = "laser", .member = "m2"};
	struct rules_scene s;

	rules_scene_init(&s, NOW);
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

/* Else who cancels a minute before the end has used nothing. */
static void test_what_is_cancelled_under_way_was_used(void **state)
{
	struct rules_scene s;
	struct booking *b;

	rules_scene_init(&s, NOW);
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

static void test_quota_of_a_class(void **state)
{
	struct rules_scene s;

	rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

static void test_use_limited_by_role_and_hour(void **state)
{
	struct limit managers = {.kind = LIMIT_WHO};
	struct rules_scene s;
	struct rule *rule;

	rules_scene_init(&s, NOW);
	managers.who.roles = ROLE_MANAGER;
	rule = rules_add(&s, s.laser, "managers at night", managers);
	rule->has_when = true;
	rule->when = when_days(&s, 0, 20, 32);
	rules_scene_begin(&s);
	assert_false(rules_book(&s, ADA, "laser", "2026-11-09T19:00", "2026-11-09T21:00"));
	assert_true(rules_refused_by(&s, "managers at night", REASON_WHO));
	assert_false(rules_book(&s, ADA, "laser", "2026-11-09T07:00", "2026-11-09T09:00"));
	assert_true(rules_book(&s, ADA, "laser", "2026-11-09T08:00", "2026-11-09T20:00"));
	assert_false(rules_move(&s, ADA, s.last, "2026-11-09T08:00", "2026-11-09T20:15"));
	assert_true(rules_book(&s, BEN, "laser", "2026-11-09T20:00", "2026-11-09T21:00"));
	rules_scene_clear(&s);
}

static void test_not_for_this_class(void **state)
{
	struct limit founders = {.kind = LIMIT_WHO};
	struct ask_book any = {.alternatives = 3};
	struct rules_scene s;

	rules_scene_init(&s, NOW);
	founders.who.classes = arena_new(&s.policy->arena, const char *);
	founders.who.classes[founders.who.n_classes++] = "founder";
	rules_add(&s, s.laser, "founders only", founders);
	rules_scene_begin(&s);
	any.what = "laser";
	any.span = fixture_span("2026-11-09T08:00", "2026-11-09T10:00");
	assert_false(rules_ask(&s, CLO, &any));
	assert_true(rules_refused_by(&s, "founders only", REASON_WHO));
	assert_int_equal(s.answer.n_alternatives, 0);
	assert_true(rules_ask(&s, ADA, &any));
	rules_scene_clear(&s);
}

/* Graduated sanctions: who lapses thrice in ninety days books no further than a week ahead. */
static void test_shorter_horizon_after_lapses(void **state)
{
	struct rules_scene s;
	struct rule *rule;

	rules_scene_init(&s, NOW);
	rule = rules_add(&s, NULL, "a week after three lapses", fixture_horizon(7));
	rule->standing = (struct standing){true, true, true, 3, {.days = 90}};
	rules_scene_begin(&s);
	for (int i = 0; i < 3; i++) {
		struct booking *b;

		assert_true(rules_book(&s, CLO, "van", "2026-11-20T08:00", "2026-11-20T10:00"));
		b = rules_alter(&s, s.last);
		b->state =
		    (enum booking_state[]){BOOKING_NO_SHOW, BOOKING_CANCELLED, BOOKING_DONE}[i];
		b->ended_at = fixture_at("2026-11-20T09:00");
		booking_details(b)->forfeit = 50;
		booking_details(b)->back_at = fixture_at("2026-11-20T10:16");
		rules_put(&s, b);
	}
	s.now = fixture_at("2026-11-20T10:00");
	assert_true(rules_book(&s, CLO, "van", "2026-12-20T08:00", "2026-12-20T10:00"));
	s.now = fixture_at("2026-11-20T10:16");
	assert_false(rules_book(&s, DAN, "van", "2026-12-21T08:00", "2026-12-21T10:00"));
	assert_true(rules_refused_by(&s, "a week after three lapses", REASON_HORIZON));
	assert_true(rules_book(&s, DAN, "van", "2026-11-21T08:00", "2026-11-21T10:00"));
	assert_true(rules_book(&s, ADA, "van", "2026-12-21T08:00", "2026-12-21T10:00"));
	/* they decay with time */
	s.now = fixture_at("2027-02-18T09:01");
	assert_true(rules_book(&s, DAN, "van", "2027-03-21T08:00", "2027-03-21T10:00"));
	rules_scene_clear(&s);
}

static void test_waived_lapses_are_none(void **state)
{
	struct rules_scene s;
	struct booking *b;
	struct rule *rule;

	rules_scene_init(&s, NOW);
	rule = rules_add(&s, NULL, "after one", fixture_horizon(1));
	rule->standing = (struct standing){true, true, true, 1, {.days = 90}};
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "van", "2026-11-02T10:00", "2026-11-02T12:00"));
	b = rules_alter(&s, s.last);
	b->state = BOOKING_CANCELLED;
	b->ended_at = s.now;
	booking_details(b)->forfeit = 100;
	rules_put(&s, b);
	assert_false(rules_book(&s, CLO, "van", "2026-11-09T08:00", "2026-11-09T10:00"));
	b = rules_alter(&s, b->number);
	booking_details(b)->waived = true;
	rules_put(&s, b);
	assert_true(rules_book(&s, CLO, "van", "2026-11-09T08:00", "2026-11-09T10:00"));
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

		rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

	rules_scene_init(&s, NOW);
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

static void test_alternatives_keep_the_rules(void **state)
{
	struct ask_book ask = {.what = "laser", .alternatives = 4};
	struct rules_scene s;

	rules_scene_init(&s, NOW);
	rules_add(&s, s.laser, "two hours a week",
		  limit_quota(QUOTA_OF_MEMBER, QUOTA_TIME, 7200, QUOTA_CALENDAR_WEEK));
	rules_add(&s, s.laser, "twice in eight days", limit_rolling(QUOTA_BOOKINGS, 2, 8, 0));
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-12T08:00", "2026-11-12T10:00"));
	ask.span = fixture_span("2026-11-12T14:00", "2026-11-12T16:00");
	assert_false(rules_ask(&s, CLO, &ask));
	assert_int_equal(s.answer.n_alternatives, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct asker who = {pole_person(s.pole, CLO), s.now};
		const struct ask_book instead = {.what = "laser",
						 .span = s.answer.alternatives[i].span};
		struct changes c = {0};
		struct answer answer;

		decide_book(s.pole, &who, &instead, &s.arena, &answer, &c);
		assert_non_null(answer.booking);
		changes_clear(&c);
	}
	rules_scene_clear(&s);
}

static void test_find_keeps_the_rules(void **state)
{
	const struct ask_book ask = {.span = fixture_span("2026-11-10T09:00", "2026-11-10T10:00")};
	struct rules_scene s;
	struct found *found;
	struct answer answer;
	size_t n;

	rules_scene_init(&s, NOW);
	keep_van_1(&s);
	rules_add(&s, s.laser, "trained", qualification("laser", 0, false));
	rules_add(&s, s.cnc, "none", limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 0, QUOTA_FUTURE));
	rules_scene_begin(&s);
	for (int person = ADA; person <= CLO; person += 2) {
		const struct asker who = {pole_person(s.pole, (uint32_t)person), s.now};

		decide_find(s.pole, &who, &ask, 20, &s.arena, &answer, &found, &n);
		assert_int_equal(n, person == ADA ? 5 : 4); /* vans, kits */
		assert_string_equal(found[0].unit->id, person == ADA ? "van-1" : "van-2");
	}
	rules_scene_clear(&s);
}

static void test_existing_bookings_that_new_rules_forbid(void **state)
{
	struct rules_scene s;
	struct policy *next;
	struct misfit *misfits;
	struct changes c = {0};
	struct limit *limit;
	size_t n;

	rules_scene_init(&s, NOW);
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
	assert_true(rules_book(&s, CLO, "laser", "2026-11-10T08:00", "2026-11-10T10:00"));
	assert_true(rules_book(&s, ADA, "laser", "2026-11-11T08:00", "2026-11-11T10:00"));
	assert_true(rules_book(&s, CLO, "van-1", "2026-11-12T08:00", "2026-11-12T10:00"));
	{
		struct rules_scene other;

		rules_scene_init(&other, NOW);
		limit = &rules_add(&other, other.laser, "one ahead",
				   limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 1, QUOTA_FUTURE))
			     ->limit;
		keep_van_1(&other);
		next = other.policy;
	}
	assert_int_equal(policy_open(next), 0);
	pole_number(s.pole, next, &c);
	decide_misfits(s.pole, next, s.now, &s.arena, &misfits, &n);
	assert_int_equal(n, 3);
	assert_string_equal(misfits[0].refusal.rule->name, "one ahead");
	assert_string_equal(misfits[1].refusal.rule->name, "one ahead");
	assert_string_equal(misfits[2].refusal.rule->name, "van-1 first for its owner");
	limit->quota.at_most = 2;
	decide_misfits(s.pole, next, s.now, &s.arena, &misfits, &n);
	assert_int_equal(n, 1);
	changes_clear(&c);
	policy_free(next);
	rules_scene_clear(&s);
}

/* A trailer takes a van along: when and how long is the trailer's matter, who and how much is not.
 */
static void test_what_is_brought_along_keeps_rights(void **state)
{
	struct requirement *needs;
	struct need *van;
	struct rules_scene s;

	rules_scene_init(&s, NOW);
	van = arena_new(&s.policy->arena, struct need);
	needs = arena_new(&s.policy->arena, struct requirement);
	*van = (struct need){NEED_RESOURCE, s.van, 1, "", {0}, ""};
	*needs = (struct requirement){.choices = van, .n_choices = 1};
	s.kit->requirements = needs;
	s.kit->n_requirements = 1;
	rules_add(&s, s.van, "vans for an hour", fixture_duration(0, 3600, 0));
	rules_add(&s, s.van, "licensed", qualification("licence-b", 0, false));
	rules_add(&s, s.van, "one van ahead",
		  limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 1, QUOTA_FUTURE));
	rules_scene_begin(&s);
	assert_false(rules_book(&s, CLO, "kit", "2026-11-09T08:00", "2026-11-09T18:00"));
	assert_true(rules_refused_by(&s, "licensed", REASON_QUALIFICATION));
	rules_scene_qualify(&s, CLO, "licence-b", "2020-01-01", NULL, 0);
	assert_true(rules_book(&s, CLO, "kit", "2026-11-09T08:00", "2026-11-09T18:00"));
	assert_false(rules_book(&s, CLO, "kit", "2026-11-10T08:00", "2026-11-10T18:00"));
	assert_true(rules_refused_by(&s, "one van ahead", REASON_QUOTA));
	rules_scene_clear(&s);
}

static void test_requirement_unless_qualified(void **state)
{
	static const char *const word = "laser";
	struct ask_book ask = {.what = "laser", .declared = &word, .n_declared = 1};
	struct requirement *needs;
	struct need *referent;
	struct rules_scene s;

	rules_scene_init(&s, NOW);
	referent = arena_new(&s.policy->arena, struct need);
	needs = arena_new(&s.policy->arena, struct requirement);
	*referent = (struct need){NEED_SKILL, NULL, 0, "", {0}, "laser-referent"};
	*needs = (struct requirement){
	    .choices = referent, .n_choices = 1, .unless = "laser", .unless_qualified = true};
	s.laser->requirements = needs;
	s.laser->n_requirements = 1;
	rules_scene_begin(&s);
	ask.span = fixture_span("2026-11-09T08:00", "2026-11-09T10:00");
	assert_false(
	    rules_ask(&s, CLO, &ask)); /* nobody has the skill, and saying so is not enough */
	rules_scene_qualify(&s, CLO, "laser", "2026-01-01", "2026-11-09T09:00", 0);
	assert_false(rules_ask(&s, CLO, &ask));
	rules_scene_qualify(&s, CLO, "laser", "2026-01-01", "2026-12-01", 0);
	assert_true(rules_ask(&s, CLO, &ask));
	rules_scene_clear(&s);
}

static void test_approval_hold_cancel_no_show_of_a_booking(void **state)
{
	struct limit long_ones = {.kind = LIMIT_APPROVAL}, weekend = long_ones;
	struct limit release = {.kind = LIMIT_NO_SHOW};
	const struct booking *b;
	struct rules_scene s;
	struct rule *rule;

	rules_scene_init(&s, NOW);
	long_ones.approval.longer_than.seconds = 4 * 3600;
	rules_add(&s, s.van, "long", long_ones);
	rule = rules_add(&s, s.van, "weekend", weekend);
	rule->has_when = true;
	rule->when = when_days(&s, SATURDAY_SUNDAY, 0, 0);
	release.no_show.after.seconds = 900;
	rules_add(&s, s.laser, "given back", release);
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
	b = pole_booking(s.pole, s.last);
	assert_string_equal(rule_of_kind(s.pole, LIMIT_NO_SHOW, b, s.now)->name, "given back");
	assert_null(rule_of_kind(s.pole, LIMIT_APPROVAL, b, s.now));
	b = rules_alter(&s, s.last);
	((struct booking *)b)->items[0].resource = s.van->number;
	assert_null(rule_of_kind(s.pole, LIMIT_APPROVAL, b, s.now));
	((struct booking *)b)->items[0].span.end += 4 * 3600;
	assert_string_equal(rule_of_kind(s.pole, LIMIT_APPROVAL, b, s.now)->name, "long");
	((struct booking *)b)->items[0].span = fixture_span("2026-11-13T23:00", "2026-11-14T01:00");
	assert_string_equal(rule_of_kind(s.pole, LIMIT_APPROVAL, b, s.now)->name, "weekend");
	assert_null(rule_of_kind(s.pole, LIMIT_CANCEL, b, s.now));
	booking_unref((struct booking *)b);
	rules_scene_clear(&s);
}

static void test_when_by_day_month_hour_and_date(void **state)
{
	static const struct hours_range night[] = {{FRIDAY, 22 * 3600, 26 * 3600}};
	static const struct exception holidays[] = {{20800, 20806, {0}, ""}};
	const struct when fridays = {.hours = {.ranges = night, .n_ranges = 1}};
	const struct when june = {.months = 1 << 5, .hours = {.always = true}};
	const struct when dates = {.hours = {.always = true},
				   .dates = holidays,
				   .n_dates = 1}; /* 13 to 19 December 2026 */
	static const struct {
		int which;
		const char *from, *to;
		bool touches;
	} rows[] = {
	    {0, "2026-11-13T21:00", "2026-11-13T22:00", false},
	    {0, "2026-11-13T21:00", "2026-11-13T22:01", true},
	    {0, "2026-11-14T01:59", "2026-11-14T05:00", true},
	    {0, "2026-11-14T02:00", "2026-11-14T05:00", false},
	    {0, "2026-11-14T02:00", "2027-11-14T02:00", true},
	    {1, "2027-05-31T23:00", "2027-06-01T00:00", false},
	    {1, "2027-05-31T23:00", "2027-06-01T00:01", true},
	    {1, "2026-11-01T00:00", "2027-10-01T00:00", true},
	    {2, "2026-12-12T00:00", "2026-12-13T00:00", false},
	    {2, "2026-12-12T00:00", "2026-12-13T00:01", true},
	    {2, "2026-12-20T00:00", "2026-12-21T00:01", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct when *w = rows[i].which == 0   ? &fridays
				       : rows[i].which == 1 ? &june
							    : &dates;

		assert_int_equal(
		    when_touches(w, fixture_paris(), fixture_span(rows[i].from, rows[i].to)),
		    rows[i].touches);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_days_in_a_row_by_class),
	    cmocka_unit_test(test_limit_defeated_by_chaining),
	    cmocka_unit_test(test_chain_of_three_by_move_and_basket),
	    cmocka_unit_test(test_owner_first_until_released),
	    cmocka_unit_test(test_kept_unit_among_others),
	    cmocka_unit_test(test_lead_by_class),
	    cmocka_unit_test(test_calendar_opens_at_a_set_minute),
	    cmocka_unit_test(test_opens_on_the_last_day_of_a_short_month),
	    cmocka_unit_test(test_driver_with_three_years_of_licence),
	    cmocka_unit_test(test_training_valid_at_the_time_of_use),
	    cmocka_unit_test(test_qualification_of_the_own_member),
	    cmocka_unit_test(test_units_at_once),
	    cmocka_unit_test(test_one_machine_at_a_time),
	    cmocka_unit_test(test_hours_of_a_day_and_a_week),
	    cmocka_unit_test(test_off_peak_is_free),
	    cmocka_unit_test(test_one_future_booking),
	    cmocka_unit_test(test_past_bookings_do_not_block_for_ever),
	    cmocka_unit_test(test_quota_is_the_organisations),
	    cmocka_unit_test(test_what_is_cancelled_under_way_was_used),
	    cmocka_unit_test(test_quota_of_a_class),
	    cmocka_unit_test(test_limits_per_user_and_per_resource_are_two),
	    cmocka_unit_test(test_once_a_week_is_every_monday),
	    cmocka_unit_test(test_rolling_hours_before_and_after),
	    cmocka_unit_test(test_closed_days_in_a_row_are_one),
	    cmocka_unit_test(test_one_summer_weekend_until_may),
	    cmocka_unit_test(test_use_limited_by_role_and_hour),
	    cmocka_unit_test(test_not_for_this_class),
	    cmocka_unit_test(test_shorter_horizon_after_lapses),
	    cmocka_unit_test(test_waived_lapses_are_none),
	    cmocka_unit_test(test_states_that_count),
	    cmocka_unit_test(test_pending_holds_count),
	    cmocka_unit_test(test_late_cancellations_count_where_said),
	    cmocka_unit_test(test_time_after_an_early_return),
	    cmocka_unit_test(test_a_move_does_not_count_itself),
	    cmocka_unit_test(test_shortening_is_always_allowed),
	    cmocka_unit_test(test_items_of_a_basket_count_together),
	    cmocka_unit_test(test_dates_of_a_series_count_in_turn),
	    cmocka_unit_test(test_alternatives_keep_the_rules),
	    cmocka_unit_test(test_find_keeps_the_rules),
	    cmocka_unit_test(test_existing_bookings_that_new_rules_forbid),
	    cmocka_unit_test(test_what_is_brought_along_keeps_rights),
	    cmocka_unit_test(test_requirement_unless_qualified),
	    cmocka_unit_test(test_approval_hold_cancel_no_show_of_a_booking),
	    cmocka_unit_test(test_when_by_day_month_hour_and_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
