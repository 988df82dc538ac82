/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules hold however one comes to a booking: by an alternative, a search, a requirement of another
 * thing, or before the rule was there.
 */
#include "lib/rules.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/lib/rules_scene.h"

static void test_alternatives_keep_the_rules(void **state)
{
	struct ask_book ask = {.what = "laser", .alternatives = 4};
	struct rules_scene s;

	rules_scene_init(&s, RULES_NOW);
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

	rules_scene_init(&s, RULES_NOW);
	rules_keep_van_1(&s);
	rules_add(&s, s.laser, "trained", limit_qualification("laser", 0, false));
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

	rules_scene_init(&s, RULES_NOW);
	rules_scene_begin(&s);
	assert_true(rules_book(&s, CLO, "laser", "2026-11-09T08:00", "2026-11-09T10:00"));
	assert_true(rules_book(&s, CLO, "laser", "2026-11-10T08:00", "2026-11-10T10:00"));
	assert_true(rules_book(&s, ADA, "laser", "2026-11-11T08:00", "2026-11-11T10:00"));
	assert_true(rules_book(&s, CLO, "van-1", "2026-11-12T08:00", "2026-11-12T10:00"));
	{
		struct rules_scene other;

		rules_scene_init(&other, RULES_NOW);
		limit = &rules_add(&other, other.laser, "one ahead",
				   limit_quota(QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 1, QUOTA_FUTURE))
			     ->limit;
		rules_keep_van_1(&other);
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

	rules_scene_init(&s, RULES_NOW);
	van = arena_new(&s.policy->arena, struct need);
	needs = arena_new(&s.policy->arena, struct requirement);
	*van = (struct need){NEED_RESOURCE, s.van, 1, "", {0}, ""};
	*needs = (struct requirement){.choices = van, .n_choices = 1};
	s.kit->requirements = needs;
	s.kit->n_requirements = 1;
	rules_add(&s, s.van, "vans for an hour", fixture_duration(0, 3600, 0));
	rules_add(&s, s.van, "licensed", limit_qualification("licence-b", 0, false));
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

	rules_scene_init(&s, RULES_NOW);
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

	rules_scene_init(&s, RULES_NOW);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_alternatives_keep_the_rules),
	    cmocka_unit_test(test_find_keeps_the_rules),
	    cmocka_unit_test(test_existing_bookings_that_new_rules_forbid),
	    cmocka_unit_test(test_what_is_brought_along_keeps_rights),
	    cmocka_unit_test(test_requirement_unless_qualified),
	    cmocka_unit_test(test_approval_hold_cancel_no_show_of_a_booking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
