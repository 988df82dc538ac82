/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is owed for what was not used, and what spares it: relet time, a block, a dispute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/lib/life_scene.h"

static void late_cancellation_owes_by_bands(void **state)
{
	struct life_scene *s = *state;
	static const struct {
		const char *from, *to;
		uint8_t owes;
	} rows[] = {
	    {"2026-12-23T06:00", "2026-12-23T10:00", 0}, /* thirty days to the second */
	    {"2026-12-23T05:59", "2026-12-23T10:00", 20},
	    {"2026-11-25T06:00", "2026-11-25T10:00", 20},
	    {"2026-11-25T05:45", "2026-11-25T10:00", 50},
	    {"2026-11-23T07:00", "2026-11-23T10:00", 50},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t b = life_book(s, s->m1, "van", rows[i].from, rows[i].to);
		int64_t hold = life_hold(s, s->m1, "van", rows[i].from, rows[i].to);

		assert_int_equal(life_cancel(s, s->m1, b), REASON_NONE);
		assert_int_equal(booking_says(s->answer.booking)->forfeit, rows[i].owes);
		assert_int_equal(life_cancel(s, s->m1, hold), REASON_NONE);
		assert_int_equal(booking_says(s->answer.booking)->forfeit, 0);
	}
}

/* A late cancellation dressed as a move and an early cancellation. */
static void moving_away_late_owes_as_much(void **state)
{
	struct life_scene *s = *state;
	int64_t b = life_book(s, s->m1, "van", "2026-11-24T08:00", "2026-11-24T12:00");

	assert_int_equal(life_move(s, s->m1, b, "2027-03-01T08:00"), REASON_NONE);
	assert_int_equal(life_cancel(s, s->m1, b), REASON_NONE);
	assert_int_equal(booking_says(s->answer.booking)->forfeit, 50);
}

static void relet_time_is_waived(void **state)
{
	struct life_scene *s = *state;
	int64_t b = life_book(s, s->m1, "van-1", "2026-11-24T08:00", "2026-11-24T16:00");

	assert_int_equal(life_cancel(s, s->m1, b), REASON_NONE);
	life_book(s, s->m1, "van-1", "2026-11-24T08:00", "2026-11-24T12:00"); /* its own */
	assert_false(booking_says(life_get(s, b))->waived);
	life_book(s, s->m2, "van-1", "2026-11-24T12:30", "2026-11-24T14:00");
	assert_false(booking_says(life_get(s, b))->waived);
	life_book(s, s->m2, "van-2", "2026-11-24T08:00", "2026-11-24T16:00");
	assert_false(booking_says(life_get(s, b))->waived);
	life_book(s, s->m2, "van-1", "2026-11-24T14:30", "2026-11-24T17:00");
	assert_false(booking_says(life_get(s, b))->waived); /* 3 h 30 of 8 h, buffers included */
	assert_int_equal(life_cancel(s, s->m1, b + 1), REASON_NONE);
	life_book(s, s->m2, "van-1", "2026-11-24T11:00", "2026-11-24T12:00");
	assert_true(booking_says(life_get(s, b))->waived);
	assert_int_equal(booking_says(life_get(s, b))->forfeit, 50);
	assert_int_equal(life_cause(s, b), CAUSE_WAIVED);
}

/* A hold is not yet somebody else who takes it. */
static void a_hold_waives_only_when_confirmed(void **state)
{
	struct life_scene *s = *state;
	int64_t b = life_book(s, s->m1, "van-1", "2026-11-24T08:00", "2026-11-24T16:00"), hold;

	assert_int_equal(life_cancel(s, s->m1, b), REASON_NONE);
	hold = life_hold(s, s->m2, "van-1", "2026-11-24T08:00", "2026-11-24T16:00");
	assert_false(booking_says(life_get(s, b))->waived);
	assert_int_equal(life_confirm(s, s->m2, hold), REASON_NONE);
	assert_true(booking_says(life_get(s, b))->waived);
}

static void no_shows_are_released(void **state)
{
	struct life_scene *s = *state;
	int64_t b = life_book(s, s->m1, "room", SAT8, SAT12);
	int64_t came = life_book(s, s->m2, "room", SAT12, "2026-12-05T18:00");

	life_tick(s, "2026-12-05T08:14");
	assert_int_equal(life_state(s, b), BOOKING_CONFIRMED);
	life_tick(s, "2026-12-05T08:15");
	assert_int_equal(life_state(s, b), BOOKING_NO_SHOW);
	assert_int_equal(booking_says(life_get(s, b))->forfeit, 100);
	life_book(s, s->m2, "room", "2026-12-05T08:30", SAT12); /* the rest is free */
	assert_true(booking_says(life_get(s, b))->waived);
	s->now = fixture_at(SAT12);
	assert_int_equal(life_out(s, s->m2, came), REASON_NONE);
	life_tick(s, "2026-12-05T12:30");
	assert_int_equal(life_state(s, came), BOOKING_OUT);
	assert_int_equal(life_out(s, s->m1, b), REASON_STATE);
}

/* Blocked is not cancelled by its user: neither counts against them nor owes anything. */
static void blocked_is_not_cancelled(void **state)
{
	struct life_scene *s = *state;
	static const enum booking_state states[] = {BOOKING_SUSPENDED, BOOKING_DISPLACED};

	for (size_t i = 0; i < 2; i++) {
		int64_t b = life_book(s, s->m1, "van", "2026-11-24T08:00", "2026-11-24T16:00");
		const struct booking *was = life_get(s, b);
		struct booking *made = booking_copy(was, was->n_allocations);

		changes_clear(&s->changes);
		made->state = states[i];
		made->due_at = booking_due(s->pole, made, s->now);
		changes_add_booking(&s->changes, i == 0 ? CAUSE_SUSPENDED : CAUSE_DISPLACED,
				    (struct booking *)was, made);
		pole_apply(s->pole, &s->changes);
		assert_int_equal(life_get(s, b)->due_at,
				 fixture_at(i == 0 ? "2026-11-24T16:00" : "2026-11-24T08:00"));
		assert_int_equal(life_get(s, b)->ended_at, 0);
		if (i == 0) {
			assert_int_equal(life_cancel(s, s->m1, b), REASON_NONE);
			assert_int_equal(life_state(s, b), BOOKING_CANCELLED);
		} else {
			life_tick(s, "2026-11-24T08:00");
			assert_int_equal(life_state(s, b), BOOKING_EXPIRED);
		}
		assert_int_equal(booking_says(life_get(s, b))->forfeit, 0);
	}
}

static void disputes_are_decided_by_the_manager(void **state)
{
	struct life_scene *s = *state;
	int64_t b = life_book(s, s->m1, "room", SAT8, SAT12);

	life_tick(s, "2026-12-05T08:15");
	assert_int_equal(life_decide_dispute(s, s->manager2, b, true), REASON_STATE);
	assert_int_equal(life_dispute(s, s->m1, b), REASON_NONE);
	assert_int_equal(s->changes.items[0].note.kind, NOTE_DISPUTE);
	assert_int_equal(life_dispute(s, s->m2, b), REASON_STATE);
	assert_int_equal(life_decide_dispute(s, s->m1, b, true), REASON_FORBIDDEN);
	assert_int_equal(life_decide_dispute(s, s->manager2, b, true), REASON_NONE);
	assert_int_equal(booking_says(life_get(s, b))->dispute, DISPUTE_UPHELD);
	assert_true(booking_says(life_get(s, b))->waived);
}

/* What others complain about does not spare the holder what they owe. */
static void a_dispute_of_others_waives_nothing(void **state)
{
	struct life_scene *s = *state;
	int64_t b = life_book(s, s->m1, "room", SAT8, SAT12);

	life_tick(s, "2026-12-05T08:15");
	assert_int_equal(life_dispute(s, s->m2, b), REASON_NONE);
	assert_int_equal(life_decide_dispute(s, s->manager2, b, true), REASON_NONE);
	assert_false(booking_says(life_get(s, b))->waived);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, life_setup, life_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(late_cancellation_owes_by_bands),
	    CASE(moving_away_late_owes_as_much),
	    CASE(relet_time_is_waived),
	    CASE(a_hold_waives_only_when_confirmed),
	    CASE(no_shows_are_released),
	    CASE(blocked_is_not_cancelled),
	    CASE(disputes_are_decided_by_the_manager),
	    CASE(a_dispute_of_others_waives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
