/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a request to a booking: holds and their confirmation, approvals, and who decides on them.
 * Random lives are in test_life_random.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/life.h"
#include "lib/series.h"
#include "tests/lib/life_scene.h"

static void pending_holds_never_expire(void **state)
{
	struct life_scene *s = *state;
	int64_t hold = life_hold(s, s->m1, "van", SAT8, SAT12);

	assert_int_equal(life_state(s, hold), BOOKING_HELD);
	assert_int_equal(life_get(s, hold)->due_at, s->now + HOLD_DEFAULT_S);
	life_tick(s, "2026-11-23T06:14");
	assert_int_equal(s->changes.n, 0);
	life_tick(s, "2026-11-23T06:15");
	assert_int_equal(life_state(s, hold), BOOKING_EXPIRED);
	assert_int_equal(life_get(s, hold)->ended_at, s->now);
	assert_int_equal(life_get(s, hold)->due_at, 0);
	assert_int_equal(life_confirm(s, s->m1, hold), REASON_STATE);
	life_book(s, s->m2, "van-1", SAT8, SAT12);
	life_book(s, s->m2, "van-2", SAT8, SAT12);
}

static void a_hold_lasts_no_longer_than_the_rule(void **state)
{
	struct life_scene *s = *state;
	static const struct {
		int64_t asked_s, lasts_s;
	} rows[] = {{0, HOUR}, {10 * MINUTE, 10 * MINUTE}, {3 * HOUR, HOUR}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(life_ask(s, s->m1,
					  (struct ask_book){.what = "room",
							    .span = fixture_span(SAT8, SAT12),
							    .hold = true,
							    .hold_for.seconds = rows[i].asked_s}),
				 REASON_NONE);
		assert_int_equal(s->answer.booking->due_at, s->now + rows[i].lasts_s);
		assert_int_equal(life_cancel(s, s->m1, s->answer.booking->number), REASON_NONE);
	}
}

/* All rules that match hold, not only the first of them. */
static void of_several_rules_the_strictest_holds(void **state)
{
	struct life_scene *s = *state;
	struct limit hold = {.kind = LIMIT_HOLD}, cancel = {.kind = LIMIT_CANCEL},
		     no_show = {.kind = LIMIT_NO_SHOW};
	struct policy *p = life_policy();
	struct resource *van = &p->resources[0], *room = &p->resources[3];
	int64_t b;

	assert_string_equal(room->id, "room");
	hold.hold.seconds = 5 * MINUTE;
	cancel.cancel.bands[0] = (struct band){{.days = 2}, 80};
	cancel.cancel.n = 1;
	no_show.no_show.after.seconds = 5 * MINUTE;
	fixture_rule(p, room, NULL, hold);
	fixture_rule(p, room, NULL, no_show);
	fixture_rule(p, van, NULL, cancel);
	fixture_apply(s->pole, p);
	b = life_hold(s, s->m1, "room", SAT8, SAT12);
	assert_int_equal(life_get(s, b)->due_at, s->now + 5 * MINUTE);
	assert_int_equal(life_cancel(s, s->m1, b), REASON_NONE);
	b = life_book(s, s->m1, "van", "2026-11-24T08:00", "2026-11-24T10:00");
	assert_int_equal(life_cancel(s, s->m1, b), REASON_NONE);
	assert_int_equal(booking_says(life_get(s, b))->forfeit, 80);
	b = life_book(s, s->m1, "room", SAT8, SAT12);
	life_tick(s, "2026-12-05T08:05");
	assert_int_equal(life_state(s, b), BOOKING_NO_SHOW);
	assert_int_equal(booking_says(life_get(s, b))->forfeit, 100);
}

static void a_hold_is_too_late_though_no_clock_has_struck(void **state)
{
	struct life_scene *s = *state;
	int64_t hold = life_hold(s, s->m1, "van", SAT8, SAT12);

	s->now += HOLD_DEFAULT_S;
	assert_int_equal(life_confirm(s, s->m1, hold), REASON_STATE);
}

/* What is held keeps others out until it is confirmed, so there is nothing to lose. */
static void confirm_step_reopens_the_race(void **state)
{
	struct life_scene *s = *state;
	int64_t hold = life_hold(s, s->m1, "room", SAT8, SAT12);

	assert_int_equal(
	    life_ask(s, s->m2,
		     (struct ask_book){.what = "room", .span = fixture_span(SAT8, SAT12)}),
	    REASON_CONFLICT);
	assert_int_equal(life_confirm(s, s->m2, hold), REASON_FORBIDDEN);
	assert_int_equal(life_confirm(s, s->m1, hold), REASON_NONE);
	assert_int_equal(life_state(s, hold), BOOKING_CONFIRMED);
	assert_int_equal(life_cause(s, hold), CAUSE_CONFIRMED);
	assert_int_equal(life_get(s, hold)->due_at, fixture_at("2026-12-05T08:15"));
	assert_int_equal(life_confirm(s, s->m1, hold), REASON_STATE);
}

static void approve_step_reopens_the_race(void **state)
{
	struct life_scene *s = *state;
	int64_t asked = life_book(s, s->m1, "minibus", SAT8, SAT12);

	assert_int_equal(life_state(s, asked), BOOKING_REQUESTED);
	assert_non_null(s->answer.approval);
	assert_int_equal(
	    life_ask(s, s->m2,
		     (struct ask_book){.what = "minibus", .span = fixture_span(SAT8, SAT12)}),
	    REASON_CONFLICT);
	assert_int_equal(life_approve(s, s->m1, asked), REASON_FORBIDDEN);
	assert_int_equal(life_approve(s, s->manager2, asked), REASON_NONE);
	assert_int_equal(life_state(s, asked), BOOKING_CONFIRMED);
	assert_int_equal(booking_says(life_get(s, asked))->decided_by, s->manager2->number);
	assert_int_equal(s->changes.items[0].kind, CHANGE_NOTE);
	assert_int_equal(life_decline(s, s->manager2, asked), REASON_STATE);
}

static void what_is_short_needs_no_approval(void **state)
{
	struct life_scene *s = *state;
	int64_t b = life_book(s, s->m1, "minibus", SAT8, "2026-12-05T10:00");

	assert_int_equal(life_state(s, b), BOOKING_CONFIRMED);
	assert_int_equal(life_extend(s, s->m1, b, SAT12), REASON_NONE);
	assert_int_equal(life_state(s, b), BOOKING_REQUESTED);
	assert_int_equal(life_cause(s, b), CAUSE_EXTENDED);
	assert_int_equal(life_extend(s, s->m1, b, "2026-12-05T10:00"), REASON_NONE);
	assert_int_equal(life_state(s, b), BOOKING_CONFIRMED);
}

static void a_moved_booking_is_asked_for_anew(void **state)
{
	struct life_scene *s = *state;
	int64_t b = life_book(s, s->m1, "minibus", SAT8, SAT12);

	assert_int_equal(life_approve(s, s->manager2, b), REASON_NONE);
	assert_int_equal(life_extend(s, s->m1, b, "2026-12-05T11:59"), REASON_NONE);
	assert_int_equal(life_state(s, b), BOOKING_CONFIRMED); /* less than was approved */
	assert_int_equal(life_extend(s, s->m1, b, SAT12), REASON_NONE);
	assert_int_equal(life_state(s, b), BOOKING_REQUESTED);
	assert_int_equal(life_approve(s, s->manager2, b), REASON_NONE);
	assert_int_equal(life_move(s, s->m1, b, "2026-12-06T08:00"), REASON_NONE);
	assert_int_equal(life_state(s, b), BOOKING_REQUESTED);
	assert_int_equal(life_move(s, s->manager2, b, "2026-12-06T09:00"), REASON_NONE);
	assert_int_equal(life_state(s, b), BOOKING_REQUESTED);
}

static void who_decides_need_not_ask(void **state)
{
	struct life_scene *s = *state;
	int64_t by_manager = life_book(s, s->manager1, "minibus", SAT8, SAT12);
	int64_t by_member, by_coordinator;

	assert_int_equal(life_state(s, by_manager), BOOKING_CONFIRMED);
	by_member = life_book(s, s->manager1, "hall", SAT8, SAT12);
	assert_int_equal(life_state(s, by_member), BOOKING_REQUESTED);
	assert_int_equal(life_approve(s, s->manager1, by_member), REASON_FORBIDDEN);
	assert_int_equal(life_ask(s, s->coordinator,
				  (struct ask_book){.what = "hall",
						    .member = "m2",
						    .span = fixture_span(SAT8, SAT12)}),
			 REASON_NONE);
	by_coordinator = s->answer.booking->number;
	assert_int_equal(life_state(s, by_coordinator), BOOKING_CONFIRMED);
}

/* Others may ask for the time of a request: the first that is approved has it. */
static void requests_queue_for_one_time(void **state)
{
	struct life_scene *s = *state;
	int64_t a = life_book(s, s->m1, "hall", SAT8, SAT12);
	int64_t b = life_book(s, s->m2, "hall", SAT8, SAT12);

	assert_int_equal(life_get(s, a)->n_allocations + life_get(s, b)->n_allocations, 0);
	assert_int_equal(life_get(s, a)->due_at, fixture_at(SAT8));
	assert_int_equal(life_approve(s, s->coordinator, b), REASON_NONE);
	assert_int_equal(life_get(s, b)->n_allocations, 1);
	assert_int_equal(life_approve(s, s->coordinator, a), REASON_CONFLICT);
	assert_int_equal(s->answer.conflicts[0].booking->number, b);
	assert_int_equal(life_decline(s, s->coordinator, a), REASON_NONE);
	assert_int_equal(life_state(s, a), BOOKING_DECLINED);
	assert_int_equal(life_get(s, a)->ended_at, s->now);
}

/* Who has a time does not lose it for one that others may have. */
static void what_is_confirmed_is_not_given_up_for_a_request(void **state)
{
	struct life_scene *s = *state;
	int64_t b = life_book(s, s->m2, "hall", SAT8, SAT12);

	assert_int_equal(life_move(s, s->m2, b, "2026-12-06T08:00"), REASON_NONE);
	assert_int_equal(life_get(s, b)->n_allocations, 0); /* it has none to lose */
	assert_int_equal(life_approve(s, s->coordinator, b), REASON_NONE);
	assert_int_equal(life_move(s, s->m2, b, SAT8), REASON_APPROVAL);
	assert_int_equal(s->answer.refusals[0].rule->limit.kind, LIMIT_APPROVAL);
	assert_int_equal(life_extend(s, s->m2, b, "2026-12-06T13:00"), REASON_APPROVAL);
	assert_int_equal(life_get(s, b)->n_allocations, 1);
	assert_int_equal(life_state(s, b), BOOKING_CONFIRMED);
	assert_int_equal(life_extend(s, s->m2, b, "2026-12-06T11:00"), REASON_NONE);
	assert_int_equal(life_state(s, b), BOOKING_CONFIRMED);
	assert_int_equal(life_move(s, s->coordinator, b, SAT8), REASON_NONE);
	assert_int_equal(life_state(s, b), BOOKING_CONFIRMED);
}

/* On Saturdays the room is approved, and others may ask for it until then. */
static void approve_on_saturdays(struct life_scene *s)
{
	struct policy *p = life_policy();
	struct limit l = {.kind = LIMIT_APPROVAL};
	struct rule *rule;

	l.approval.by = BY_COORDINATOR;
	l.approval.queueing = true;
	rule = fixture_rule(p, (struct resource *)policy_resource(p, "room"), NULL, l);
	rule->has_when = true;
	rule->when = (struct when){.days = 1U << SATURDAY, .hours.always = true};
	fixture_apply(s->pole, p);
}

static void no_alternative_is_to_be_approved(void **state)
{
	static const struct {
		const char *from;
		enum reason reason;
		bool
		    has_alternatives; /* the nearest times to eight on a Saturday are of that day */
	} rows[] = {{"2026-12-04T22:00", REASON_CONFLICT, true}, {SAT8, REASON_APPROVAL, false}};
	const struct span saturday = fixture_span("2026-12-05T00:00", "2026-12-06T00:00");
	struct life_scene *s = *state;
	const struct asker who = life_asker(s, s->m1);
	struct ask_move ask = {.has_start = true, .alternatives = 3};

	approve_on_saturdays(s);
	ask.booking = life_book(s, s->m1, "room", "2026-12-03T08:00", "2026-12-03T09:00");
	life_book(s, s->m2, "room", "2026-12-04T08:00", "2026-12-04T23:00");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ask.span.start = fixture_at(rows[i].from);
		changes_clear(&s->changes);
		decide_move(s->pole, &who, &ask, &s->arena, &s->answer, &s->changes);
		assert_int_equal(life_first_reason(&s->answer), rows[i].reason);
		assert_int_equal(s->answer.n_alternatives > 0, rows[i].has_alternatives);
		for (size_t k = 0; k < s->answer.n_alternatives; k++)
			assert_false(span_overlaps(s->answer.alternatives[k].span, saturday));
	}
}

static void undecided_requests_come_to_a_decision(void **state)
{
	struct life_scene *s = *state;
	int64_t granted = life_book(s, s->m1, "minibus", SAT8, SAT12);
	int64_t declined = life_book(s, s->m1, "hall", SAT8, SAT12);

	assert_int_equal(life_get(s, granted)->due_at, fixture_at("2026-11-25T06:00"));
	life_tick(s, "2026-11-25T06:00");
	assert_int_equal(life_state(s, granted), BOOKING_CONFIRMED);
	assert_int_equal(life_cause(s, granted), CAUSE_APPROVED);
	assert_int_equal(booking_says(life_get(s, granted))->decided_by, 0);
	life_tick(s, SAT8);
	assert_int_equal(life_state(s, declined), BOOKING_DECLINED);
	assert_int_equal(life_cause(s, declined), CAUSE_DECLINED);
}

static void managers_are_those_of_the_resource(void **state)
{
	struct life_scene *s = *state;
	int64_t store = life_book(s, s->m1, "store", SAT8, SAT12);
	int64_t room = life_book(s, s->m1, "room", SAT8, SAT12);
	const struct {
		const struct person *who;
		int64_t booking;
		bool may;
	} rows[] = {
	    {s->m1, store, true},	   {s->m2, store, false},     {s->manager2, store, true},
	    {s->coordinator, store, true}, {s->manager2, room, true}, {s->m2, room, false},
	};
	const struct person *manager3 = fixture_person(s->pole, NULL, ROLE_MANAGER);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct asker who = life_asker(s, rows[i].who);
		const struct booking *b = life_get(s, rows[i].booking);

		assert_int_equal(asker_sees_all(s->pole, &who, b), rows[i].may);
		assert_int_equal(asker_may_alter(s->pole, &who, b), rows[i].may);
	}
	assert_int_equal(life_cancel(s, manager3, store), REASON_FORBIDDEN);
	assert_int_equal(life_cancel(s, manager3, room), REASON_NONE);
	assert_int_equal(life_cancel(s, s->manager2, store), REASON_NONE);
}

static void a_series_gives_up_its_requests(void **state)
{
	struct life_scene *s = *state;
	const struct ask_book first = {.what = "hall", .span = fixture_span(SAT8, SAT12)};
	const struct ask_series ask = {.first = &first, .rule = "FREQ=WEEKLY;COUNT=3"};
	const struct asker who = life_asker(s, s->m1);
	struct series_answer answer;

	changes_clear(&s->changes);
	assert_int_equal(decide_series(s->pole, &who, &ask, &s->arena, &answer, &s->changes),
			 SERIES_OK);
	assert_int_equal(answer.n_done, 3);
	pole_apply(s->pole, &s->changes);
	assert_int_equal(life_approve(s, s->coordinator, answer.dates[1].booking), REASON_NONE);
	changes_clear(&s->changes);
	decide_series_cancel(s->pole, &who, answer.dates[0].booking, SCOPE_ALL, &s->arena, &answer,
			     &s->changes);
	assert_int_equal(answer.n_done, 3);
	pole_apply(s->pole, &s->changes);
	for (size_t i = 0; i < answer.n; i++)
		assert_int_equal(life_state(s, answer.dates[i].booking), BOOKING_CANCELLED);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, life_setup, life_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(pending_holds_never_expire),
	    CASE(a_hold_lasts_no_longer_than_the_rule),
	    CASE(of_several_rules_the_strictest_holds),
	    CASE(a_hold_is_too_late_though_no_clock_has_struck),
	    CASE(confirm_step_reopens_the_race),
	    CASE(approve_step_reopens_the_race),
	    CASE(what_is_short_needs_no_approval),
	    CASE(a_moved_booking_is_asked_for_anew),
	    CASE(who_decides_need_not_ask),
	    CASE(requests_queue_for_one_time),
	    CASE(what_is_confirmed_is_not_given_up_for_a_request),
	    CASE(no_alternative_is_to_be_approved),
	    CASE(undecided_requests_come_to_a_decision),
	    CASE(managers_are_those_of_the_resource),
	    CASE(a_series_gives_up_its_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
