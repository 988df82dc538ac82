/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules on who may have a thing, when and for how long, in real use (DOMAIN 1.2), and what goes
 * wrong without them (DOMAIN 5.1): one test each, by the decisions that members ask for.
 */
#include "lib/rules.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "lib/limits.h"
#include "tests/lib/rules_scene.h"

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

	rules_scene_init(&s, RULES_NOW);
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

	rules_scene_init(&s, RULES_NOW);
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

	rules_scene_init(&s, RULES_NOW);
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

static void test_owner_first_until_released(void **state)
{
	const struct refusal *r;
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	rules_keep_van_1(&s);
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

	rules_scene_init(&s, RULES_NOW);
	s.policy->conflicts.repack = true;
	rules_keep_van_1(&s);
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

	rules_scene_init(&s, RULES_NOW);
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

	rules_scene_init(&s, RULES_NOW);
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

static void test_driver_with_three_years_of_licence(void **state)
{
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.van, "young drivers", limit_qualification("licence-b", 3 * 365, false));
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

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.laser, "trained", limit_qualification("laser", 0, false));
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

	rules_scene_init(&s, RULES_NOW);
	rules_add(&s, s.van, "authorised", limit_qualification("authorised", 0, true));
	rules_scene_begin(&s);
	rules_scene_qualify(&s, CLO, "authorised", "2026-01-01", NULL,
			    pole_name_number(s.pole, NAME_MEMBER, 0, "m1"));
	assert_false(rules_book(&s, CLO, "van", "2026-11-10T08:00", "2026-11-10T12:00"));
	rules_scene_qualify(&s, CLO, "authorised", "2026-01-01", NULL,
			    pole_name_number(s.pole, NAME_MEMBER, 0, "m2"));
	assert_true(rules_book(&s, CLO, "van", "2026-11-10T08:00", "2026-11-10T12:00"));
	rules_scene_clear(&s);
}

static void test_use_limited_by_role_and_hour(void **state)
{
	struct limit managers = {.kind = LIMIT_WHO};
	struct rules_scene s;
	struct rule *rule;

	rules_scene_init(&s, RULES_NOW);
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

	rules_scene_init(&s, RULES_NOW);
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

	rules_scene_init(&s, RULES_NOW);
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

	rules_scene_init(&s, RULES_NOW);
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
	    cmocka_unit_test(test_use_limited_by_role_and_hour),
	    cmocka_unit_test(test_not_for_this_class),
	    cmocka_unit_test(test_shorter_horizon_after_lapses),
	    cmocka_unit_test(test_waived_lapses_are_none),
	    cmocka_unit_test(test_when_by_day_month_hour_and_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
