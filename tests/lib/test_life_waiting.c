/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How one gets what somebody else has: by waiting for it, by an offer, by a swap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/lib/life_scene.h"

static void waiting_joins_in_the_answer_that_refuses(void **state)
{
	struct life_scene *s = *state;
	int64_t b = life_book(s, s->m1, "room", SAT8, SAT12);
	int64_t w = life_wait(s, s->m2, "room", SAT8, SAT12);

	assert_int_equal(s->answer.refusals[0].reason, REASON_CONFLICT);
	assert_int_equal(s->answer.conflicts[0].booking->number, b);
	assert_int_equal(s->answer.turn.place, 1);
	assert_int_equal(s->answer.turn.n, 1);
	assert_int_equal(life_state(s, w), BOOKING_WAITING);
	assert_int_equal(life_get(s, w)->n_allocations, 0);
	assert_int_equal(life_get(s, w)->due_at, fixture_at(SAT8));
	assert_int_equal(booking_says(life_get(s, w))->queued_at, s->now);
	life_tick(s, SAT8); /* in vain */
	assert_int_equal(life_state(s, w), BOOKING_EXPIRED);
}

static void nobody_waits_for_what_a_rule_forbids(void **state)
{
	struct life_scene *s = *state;
	const struct span past = fixture_span("2026-11-22T08:00", "2026-11-22T12:00");
	const struct {
		struct ask_book ask;
		enum reason want;
	} rows[] = {
	    {{.what = "laser", .span = fixture_span(SAT8, SAT12)}, REASON_QUALIFICATION},
	    {{.what = "room", .span = past}, REASON_PAST},
	    {{.what = "room", .quantity = 2, .span = fixture_span(SAT8, SAT12)}, REASON_TOO_MANY},
	    {{.what = "nothing", .span = fixture_span(SAT8, SAT12)}, REASON_UNKNOWN_RESOURCE},
	};

	life_book(s, s->m2, "room", SAT8, SAT12);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ask_book ask = rows[i].ask;

		ask.wait = true;
		assert_int_equal(life_ask(s, s->m1, ask), rows[i].want);
	}
}

static void what_can_be_had_is_not_waited_for(void **state)
{
	struct life_scene *s = *state;

	assert_int_equal(life_state(s, life_wait(s, s->m1, "room", SAT8, SAT12)),
			 BOOKING_CONFIRMED);
}

static void waiting_within_a_window(void **state)
{
	struct life_scene *s = *state;
	const struct ask_book ask = {.what = "room",
				     .within = fixture_span(SAT8, "2026-12-05T16:00"),
				     .length.seconds = 3 * HOUR,
				     .wait = true};
	int64_t w;

	life_book(s, s->m2, "room", "2026-12-05T06:00", "2026-12-05T20:00");
	assert_int_equal(life_ask(s, s->m1, ask), REASON_NONE);
	w = s->answer.booking->number;
	assert_int_equal(life_state(s, w), BOOKING_WAITING);
	assert_int_equal(life_get(s, w)->due_at, fixture_at("2026-12-05T13:00"));
	assert_true(span_equals(booking_says(life_get(s, w))->within, ask.within));
}

static void offers_are_accepted_or_passed(void **state)
{
	struct life_scene *s = *state;
	int64_t b = life_book(s, s->m1, "room", SAT8, SAT12), w[3];

	for (int i = 0; i < 3; i++)
		w[i] = life_wait(s, s->m2, "room", SAT8, SAT12);
	assert_int_equal(life_cancel(s, s->m1, b), REASON_NONE);
	life_offer(s, w[0], 1);
	assert_true(booking_is_offer(life_get(s, w[0])));
	assert_int_equal(life_get(s, w[0])->due_at, s->now + 4 * HOUR);
	assert_int_equal(life_pass(s, s->m2, w[0], true), REASON_STATE); /* no other occasion */
	assert_int_equal(life_pass(s, s->m2, w[0], false), REASON_NONE);
	assert_int_equal(life_state(s, w[0]), BOOKING_CANCELLED);
	assert_int_equal(booking_says(life_get(s, w[0]))->forfeit, 0);
	life_offer(s, w[1], 1);
	life_tick(s, "2026-11-23T10:00");
	assert_int_equal(life_state(s, w[1]), BOOKING_EXPIRED);
	life_offer(s, w[2], 1);
	assert_int_equal(life_confirm(s, s->m1, w[2]), REASON_FORBIDDEN);
	assert_int_equal(life_confirm(s, s->m2, w[2]), REASON_NONE);
	assert_int_equal(life_cause(s, w[2]), CAUSE_ACCEPTED);
	assert_int_equal(life_state(s, w[2]), BOOKING_CONFIRMED);
}

static void passing_on_and_waiting_on(void **state)
{
	struct life_scene *s = *state;
	const struct ask_book ask = {.what = "room",
				     .within = fixture_span(SAT8, "2026-12-05T20:00"),
				     .length.seconds = 4 * HOUR,
				     .wait = true};
	int64_t w;

	life_book(s, s->m2, "room", SAT8, "2026-12-05T20:00");
	assert_int_equal(life_ask(s, s->m1, ask), REASON_NONE);
	w = s->answer.booking->number;
	assert_int_equal(life_cancel(s, s->m2, w - 1), REASON_NONE);
	life_offer(s, w, 1);
	s->now += HOUR;
	assert_int_equal(life_pass(s, s->m1, w, true), REASON_NONE);
	assert_int_equal(life_state(s, w), BOOKING_WAITING);
	assert_int_equal(life_get(s, w)->n_allocations, 0);
	assert_int_equal(booking_says(life_get(s, w))->queued_at, s->now);
	assert_true(span_equals(booking_says(life_get(s, w))->passed, fixture_span(SAT8, SAT12)));
	assert_int_equal(life_get(s, w)->due_at, fixture_at("2026-12-05T16:00"));
}

static void offers_run_by_day(void **state)
{
	struct life_scene *s = *state;
	struct policy *p = life_policy();
	struct hours_range *ranges = arena_new_n(&p->arena, struct hours_range, 7);
	int64_t w;

	for (int day = MONDAY; day <= SUNDAY; day++)
		ranges[day] = (struct hours_range){(enum weekday)day, 8 * HOUR, 10 * HOUR};
	p->conflicts.waiting.during = (struct hours){.ranges = ranges, .n_ranges = 7};
	fixture_apply(s->pole, p);
	life_book(s, s->m1, "room", SAT8, SAT12);
	w = life_wait(s, s->m2, "room", SAT8, SAT12);
	assert_int_equal(life_cancel(s, s->m1, w - 1), REASON_NONE);
	s->now = fixture_at("2026-11-23T09:00");
	life_offer(s, w, 1);
	assert_int_equal(life_get(s, w)->due_at, fixture_at("2026-11-25T09:00"));
}

static void swapping_takes_two(void **state)
{
	struct life_scene *s = *state;
	int64_t a = life_book(s, s->m1, "van-1", SAT8, SAT12);
	int64_t b = life_book(s, s->m2, "van-2", "2026-12-06T08:00", "2026-12-06T12:00");

	assert_int_equal(life_swap(s, s->m2, a, b), REASON_FORBIDDEN);
	assert_int_equal(life_swap(s, s->m1, a, a), REASON_UNKNOWN_BOOKING);
	assert_int_equal(life_swap(s, s->m1, a, 0), REASON_STATE);
	assert_int_equal(life_swap(s, s->m1, a, b), REASON_NONE);
	assert_int_equal(life_cause(s, a), CAUSE_SWAP_PROPOSED);
	assert_int_equal(s->changes.n, 1);
	assert_int_equal(life_swap(s, s->m1, a, 0), REASON_NONE);
	assert_int_equal(life_swap(s, s->m2, b, a), REASON_NONE);
	assert_int_equal(life_cause(s, b), CAUSE_SWAP_PROPOSED);
	assert_int_equal(life_swap(s, s->m1, a, b), REASON_NONE);
	assert_int_equal(life_cause(s, a), CAUSE_SWAPPED);
	assert_int_equal(life_cause(s, b), CAUSE_SWAPPED);
	assert_int_equal(life_get(s, a)->member, 1);
	assert_int_equal(life_get(s, a)->allocations[0].lane, 2);
	assert_int_equal(life_get(s, a)->span.start, fixture_at("2026-12-06T08:00"));
	assert_int_equal(life_get(s, b)->allocations[0].lane, 1);
	assert_int_equal(life_get(s, b)->span.start, fixture_at(SAT8));
	assert_int_equal(booking_says(life_get(s, b))->swap_with, 0);
}

/* Nobody agrees to what the other has become since. */
static void a_swap_is_for_what_it_was(void **state)
{
	struct life_scene *s = *state;
	int64_t a = life_book(s, s->m1, "van-1", SAT8, SAT12);
	int64_t b = life_book(s, s->m2, "van-2", "2026-12-06T08:00", "2026-12-06T12:00");

	assert_int_equal(life_swap(s, s->m1, a, b), REASON_NONE);
	assert_int_equal(life_move(s, s->m2, b, "2026-12-24T22:00"), REASON_NONE);
	assert_int_equal(life_swap(s, s->m2, b, a), REASON_NONE);
	assert_int_equal(life_cause(s, b), CAUSE_SWAP_PROPOSED);
	assert_int_equal(life_get(s, a)->span.start, fixture_at(SAT8));
}

static void a_swap_is_no_way_round_a_rule(void **state)
{
	struct life_scene *s = *state;
	int64_t a, b;

	life_qualify(s, &s->m1, "laser", "2027-01-01");
	a = life_book(s, s->m1, "laser", SAT8, SAT12);
	b = life_book(s, s->m2, "van-2", SAT8, SAT12);
	assert_int_equal(life_swap(s, s->m1, a, b), REASON_NONE);
	assert_int_equal(life_swap(s, s->m2, b, a), REASON_QUALIFICATION);
	assert_int_equal(life_get(s, a)->resource,
			 pole_name_number(s->pole, NAME_RESOURCE, 0, "laser"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, life_setup, life_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(waiting_joins_in_the_answer_that_refuses),
	    CASE(nobody_waits_for_what_a_rule_forbids),
	    CASE(what_can_be_had_is_not_waited_for),
	    CASE(waiting_within_a_window),
	    CASE(offers_are_accepted_or_passed),
	    CASE(passing_on_and_waiting_on),
	    CASE(offers_run_by_day),
	    CASE(swapping_takes_two),
	    CASE(a_swap_is_for_what_it_was),
	    CASE(a_swap_is_no_way_round_a_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
