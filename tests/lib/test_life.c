/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of bookings, case by case; random lives are in test_life_random.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lib/life.h"
#include "lib/series.h"
#include "tests/lib/life_scene.h"

#define SAT8 "2026-12-05T08:00"
#define SAT12 "2026-12-05T12:00"

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
	assert_int_equal(life_move(s, s->m2, b, "2026-12-06T08:00"), REASON_NONE);
	assert_int_equal(life_state(s, b), BOOKING_REQUESTED);
	assert_int_equal(life_get(s, b)->n_allocations, 0);
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

/* Whoever is qualified when asking may not be any more when it is confirmed or taken out. */
static void qualifications_are_checked_on_every_path(void **state)
{
	struct life_scene *s = *state;
	const struct ask_book ask = {.what = "laser", .span = fixture_span(SAT8, SAT12)};
	int64_t hold, kept;

	assert_int_equal(life_ask(s, s->m1, ask), REASON_QUALIFICATION);
	life_qualify(s, &s->m1, "laser", "2027-01-01");
	hold = life_hold(s, s->m1, "laser", SAT8, SAT12);
	kept = life_book(s, s->m1, "laser", "2026-12-05T14:00", "2026-12-05T16:00");
	life_qualify(s, &s->m1, "laser", "2026-12-05T11:00");
	assert_int_equal(life_confirm(s, s->m1, hold), REASON_QUALIFICATION);
	assert_int_equal(life_move(s, s->m1, kept, "2026-12-05T15:00"), REASON_QUALIFICATION);
	s->now = fixture_at("2026-12-05T14:00");
	assert_int_equal(life_out(s, s->m1, kept), REASON_QUALIFICATION);
	life_qualify(s, &s->m1, "laser", "2026-12-05T16:00");
	assert_int_equal(life_out(s, s->m1, kept), REASON_NONE);
}

/* Who really uses it has to be qualified, not only who booked it. */
static void the_named_driver_is_the_one_who_counts(void **state)
{
	struct life_scene *s = *state;
	struct ask_out ask = {.person = "p3"};
	struct asker who;

	life_qualify(s, &s->m1, "laser", "2027-01-01");
	ask.booking = life_book(s, s->m1, "laser", SAT8, SAT12);
	s->now = fixture_at(SAT8);
	who = life_asker(s, s->m1);
	changes_clear(&s->changes);
	decide_out(s->pole, &who, &ask, &s->arena, &s->answer, &s->changes);
	assert_int_equal(life_done(s), REASON_QUALIFICATION);
	ask.person = "p2"; /* of another member */
	decide_out(s->pole, &who, &ask, &s->arena, &s->answer, &s->changes);
	assert_int_equal(life_done(s), REASON_UNKNOWN_PERSON);
	life_qualify(s, &s->manager1, "laser", "2027-01-01");
	ask.person = "p3";
	decide_out(s->pole, &who, &ask, &s->arena, &s->answer, &s->changes);
	assert_int_equal(life_done(s), REASON_NONE);
	assert_int_equal(booking_says(s->answer.booking)->used_by, s->manager1->number);
}

static void nobody_borrows_the_pole_s_own_people(void **state)
{
	struct life_scene *s = *state;
	struct ask_book ask = {.what = "laser", .span = fixture_span(SAT8, SAT12)};
	struct ask_out out = {.person = "p5"};
	struct asker who;

	life_qualify(s, &s->coordinator, "laser", "2027-01-01");
	ask.person = "p5";
	assert_int_equal(s->coordinator->number, 5);
	assert_int_equal(life_ask(s, s->m1, ask), REASON_UNKNOWN_PERSON);
	assert_int_equal(life_ask(s, s->manager1, ask), REASON_NONE);
	life_qualify(s, &s->m1, "laser", "2027-01-01");
	out.booking = life_book(s, s->m1, "laser", "2026-12-06T08:00", "2026-12-06T10:00");
	s->now = fixture_at("2026-12-06T08:00");
	who = life_asker(s, s->m1);
	changes_clear(&s->changes);
	decide_out(s->pole, &who, &out, &s->arena, &s->answer, &s->changes);
	assert_int_equal(life_done(s), REASON_UNKNOWN_PERSON);
}

/* A colleague's name is no way round what one person may have. */
static void the_quota_is_that_of_whoever_uses_it(void **state)
{
	struct life_scene *s = *state;
	struct limit one = {.kind = LIMIT_QUOTA};
	struct policy *p = life_policy();
	struct ask_book ask = {.what = "van", .person = "p3"};
	struct ask_out out = {.person = "p1"};
	struct asker who;

	one.quota.of = QUOTA_OF_PERSON;
	one.quota.measure = QUOTA_BOOKINGS;
	one.quota.window = QUOTA_CALENDAR_DAY;
	one.quota.at_most = 1;
	fixture_rule(p, &p->resources[0], NULL, one);
	fixture_apply(s->pole, p);
	life_book(s, s->m1, "van", "2026-12-05T14:00", "2026-12-05T16:00");
	ask.span = fixture_span(SAT8, SAT12);
	assert_int_equal(life_ask(s, s->m1, ask), REASON_NONE);
	out.booking = s->answer.booking->number;
	s->now = fixture_at(SAT8);
	who = life_asker(s, s->m1);
	changes_clear(&s->changes);
	decide_out(s->pole, &who, &out, &s->arena, &s->answer, &s->changes);
	assert_int_equal(life_done(s), REASON_QUOTA);
	assert_int_equal(life_out(s, s->m1, out.booking), REASON_NONE);
}

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

static void early_return_frees_the_rest(void **state)
{
	struct life_scene *s = *state;
	int64_t b = life_book(s, s->m1, "van-1", SAT8, "2026-12-05T18:00");
	const struct booking *made;

	s->now = fixture_at(SAT8);
	assert_int_equal(life_out(s, s->m1, b), REASON_NONE);
	assert_int_equal(life_get(s, b)->due_at, fixture_at("2026-12-05T18:00"));
	s->now = fixture_at("2026-12-05T11:00");
	assert_int_equal(life_back(s, s->m1, b), REASON_NONE);
	made = life_get(s, b);
	assert_int_equal(made->state, BOOKING_DONE);
	assert_int_equal(made->span.end, s->now);
	assert_int_equal(made->allocations[0].during.end, fixture_at("2026-12-05T11:30"));
	assert_int_equal(booking_says(made)->booked_until, fixture_at("2026-12-05T18:00"));
	assert_int_equal(booking_says(made)->back_at, s->now);
	life_book(s, s->m2, "van-1", "2026-12-05T11:30", "2026-12-05T18:00");
	assert_int_equal(life_cancel(s, s->m1, b), REASON_STATE);
}

static void taken_out_early(void **state)
{
	struct life_scene *s = *state;
	int64_t b = life_book(s, s->m1, "van-1", SAT8, SAT12);
	int64_t before = life_book(s, s->m2, "van-1", "2026-12-05T05:00", "2026-12-05T07:00");

	s->now = fixture_at("2026-12-05T06:59");
	assert_int_equal(life_out(s, s->m1, b), REASON_TOO_EARLY);
	assert_int_equal(s->answer.refusals[0].bound, fixture_at("2026-12-05T07:00"));
	s->now = fixture_at("2026-12-05T07:15"); /* still kept for the one before */
	assert_int_equal(life_out(s, s->m1, b), REASON_CONFLICT);
	assert_int_equal(s->answer.conflicts[0].booking->number, before);
	s->now = fixture_at("2026-12-05T07:30");
	assert_int_equal(life_out(s, s->m1, b), REASON_NONE);
	assert_int_equal(life_get(s, b)->allocations[0].during.start, s->now);
	assert_int_equal(life_get(s, b)->span.start, fixture_at(SAT8));
	assert_int_equal(life_move(s, s->m1, b, "2026-12-05T09:00"), REASON_PAST);
	s->now = fixture_at("2026-12-05T07:45"); /* back before it began */
	assert_int_equal(life_back(s, s->m1, b), REASON_NONE);
	assert_true(span_equals(life_get(s, b)->span,
				fixture_span("2026-12-05T07:30", "2026-12-05T07:45")));
}

static void readings_do_not_run_backwards(void **state)
{
	struct life_scene *s = *state;
	struct ask_out ask = {.has_meter = true, .meter = 1204560, .condition = "A scratch."};
	struct asker who;

	ask.booking = life_book(s, s->m1, "van", SAT8, SAT12);
	s->now = fixture_at(SAT8);
	who = life_asker(s, s->m1);
	changes_clear(&s->changes);
	decide_out(s->pole, &who, &ask, &s->arena, &s->answer, &s->changes);
	assert_int_equal(s->changes.items[0].note.kind, NOTE_CONDITION_OUT);
	assert_string_equal(s->changes.items[0].note.text, "A scratch.");
	assert_int_equal(life_done(s), REASON_NONE);
	changes_clear(&s->changes);
	ask.meter = 1204559;
	decide_back(s->pole, &who, &ask, &s->arena, &s->answer, &s->changes);
	assert_int_equal(life_done(s), REASON_READING);
	ask.meter = 1204999;
	decide_back(s->pole, &who, &ask, &s->arena, &s->answer, &s->changes);
	assert_int_equal(life_done(s), REASON_NONE);
	assert_int_equal(booking_says(s->answer.booking)->meter_out, 1204560);
	assert_int_equal(booking_says(s->answer.booking)->meter_back, 1204999);
}

static void late_returns_warn_the_next(void **state)
{
	struct life_scene *s = *state;
	int64_t late = life_book(s, s->m1, "van-1", SAT8, SAT12);
	int64_t any = life_book(s, s->m2, "van", "2026-12-05T13:00", "2026-12-05T15:00");
	int64_t pinned = life_book(s, s->m2, "van-1", "2026-12-05T16:00", "2026-12-05T18:00");

	assert_int_equal(life_get(s, any)->allocations[0].lane, 1);
	s->now = fixture_at(SAT8);
	assert_int_equal(life_out(s, s->m1, late), REASON_NONE);
	life_tick(s, SAT12);
	assert_int_equal(life_cause(s, late), CAUSE_LATE);
	assert_int_equal(life_cause(s, any), CAUSE_NONE); /* half an hour is kept free anyway */
	life_tick(s, "2026-12-05T12:30");
	assert_int_equal(life_cause(s, late), CAUSE_LATE);
	assert_int_equal(life_get(s, late)->allocations[0].during.end,
			 fixture_at("2026-12-05T13:00"));
	life_tick(s, "2026-12-05T13:00");
	assert_int_equal(life_cause(s, any), CAUSE_REPLACED);
	assert_int_equal(life_get(s, any)->allocations[0].lane, 2);
	assert_int_equal(life_get(s, late)->allocations[0].during.end,
			 fixture_at("2026-12-05T14:00"));
	life_tick(s, "2026-12-05T15:00");
	assert_int_equal(life_cause(s, pinned), CAUSE_DELAYED);
	assert_int_equal(booking_says(life_get(s, pinned))->delayed_by, late);
	life_tick(s, "2026-12-05T18:00"); /* told once */
	assert_int_equal(life_cause(s, late), CAUSE_LATE);
	assert_int_equal(life_cause(s, pinned), CAUSE_NONE);
	assert_int_equal(life_get(s, late)->span.end, fixture_at(SAT12));
}

/* Who has the van in hand got it from someone who brought it back. */
static void taking_over_brings_back(void **state)
{
	struct life_scene *s = *state;
	int64_t late = life_book(s, s->m1, "van-1", SAT8, SAT12);
	int64_t next = life_book(s, s->m2, "van-1", "2026-12-05T13:00", "2026-12-05T15:00");

	s->now = fixture_at(SAT8);
	assert_int_equal(life_out(s, s->m1, late), REASON_NONE);
	life_tick(s, "2026-12-05T12:45");
	assert_int_equal(life_cause(s, next), CAUSE_DELAYED);
	assert_int_equal(life_out(s, s->m2, next), REASON_NONE);
	assert_int_equal(life_state(s, late), BOOKING_DONE);
	assert_int_equal(booking_says(life_get(s, late))->back_at, s->now);
	assert_int_equal(life_get(s, next)->allocations[0].during.start, s->now);
}

static void who_is_kept_waiting_is_no_no_show(void **state)
{
	struct life_scene *s = *state;
	int64_t late = life_book(s, s->m1, "room", SAT8, SAT12);
	int64_t next = life_book(s, s->m2, "room", SAT12, "2026-12-05T18:00");

	s->now = fixture_at(SAT8);
	assert_int_equal(life_out(s, s->m1, late), REASON_NONE);
	life_tick(s, SAT12);
	assert_int_equal(life_cause(s, next), CAUSE_DELAYED);
	life_tick(s, "2026-12-05T12:15");
	assert_int_equal(life_state(s, next), BOOKING_CONFIRMED);
	s->now = fixture_at("2026-12-05T12:20");
	assert_int_equal(life_back(s, s->m1, late), REASON_NONE);
	life_tick(s, "2026-12-05T12:34");
	assert_int_equal(life_state(s, next), BOOKING_CONFIRMED);
	life_tick(s, "2026-12-05T12:45");
	assert_int_equal(life_state(s, next), BOOKING_NO_SHOW);
}

static void what_is_late_may_be_extended(void **state)
{
	struct life_scene *s = *state;
	int64_t late = life_book(s, s->m1, "van-1", SAT8, SAT12);

	s->now = fixture_at(SAT8);
	assert_int_equal(life_out(s, s->m1, late), REASON_NONE);
	life_tick(s, "2026-12-05T13:00");
	assert_int_equal(life_extend(s, s->m1, late, "2026-12-05T14:00"), REASON_NONE);
	assert_int_equal(life_cause(s, late), CAUSE_EXTENDED);
	assert_int_equal(life_get(s, late)->due_at, fixture_at("2026-12-05T14:00"));
	assert_int_equal(life_get(s, late)->allocations[0].during.end,
			 fixture_at("2026-12-05T14:30"));
}

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

static void partial_return(void **state)
{
	struct life_scene *s = *state;
	const struct ask_item items[] = {
	    {.what = "van-1", .span = fixture_span(SAT8, "2026-12-05T18:00")},
	    {.what = "room", .span = fixture_span(SAT8, "2026-12-05T16:00")},
	};
	const struct asker who = {s->m1, fixture_at("2026-12-05T10:00")};
	int64_t b;

	assert_int_equal(life_ask(s, s->m1, (struct ask_book){.items = items, .n_items = 2}),
			 REASON_NONE);
	b = s->answer.booking->number;
	s->now = fixture_at(SAT8);
	assert_int_equal(life_out(s, s->m1, b), REASON_NONE);
	s->now = who.now;
	changes_clear(&s->changes);
	decide_give_back(s->pole, &who, b, 1, &s->arena, &s->answer, &s->changes);
	assert_int_equal(life_done(s), REASON_NONE);
	assert_int_equal(life_state(s, b), BOOKING_OUT);
	life_book(s, s->m2, "room", "2026-12-05T10:00", "2026-12-05T16:00");
	changes_clear(&s->changes);
	decide_give_back(s->pole, &who, b, 0, &s->arena, &s->answer, &s->changes);
	assert_int_equal(life_done(s), REASON_NONE);
	assert_int_equal(life_state(s, b), BOOKING_DONE);
}

/* Also where nobody said that it was taken out. */
static void what_has_begun_is_given_back_from_now_on(void **state)
{
	struct life_scene *s = *state;
	const struct ask_item items[] = {
	    {.what = "van-1", .span = fixture_span(SAT8, SAT12)},
	    {.what = "van-2", .span = fixture_span("2026-12-05T14:00", "2026-12-05T16:00")},
	};
	const struct asker who = {s->m1, fixture_at("2026-12-05T11:00")};
	int64_t b;

	assert_int_equal(life_ask(s, s->m1, (struct ask_book){.items = items, .n_items = 2}),
			 REASON_NONE);
	b = s->answer.booking->number;
	s->now = who.now;
	for (uint32_t item = 0; item < 2; item++) {
		changes_clear(&s->changes);
		decide_give_back(s->pole, &who, b, item, &s->arena, &s->answer, &s->changes);
		assert_int_equal(life_done(s), REASON_NONE);
		assert_int_equal(life_get(s, b)->items[0].state, ITEM_PRESENT);
		assert_int_equal(life_get(s, b)->items[0].span.end, who.now);
		assert_int_equal(life_state(s, b), item ? BOOKING_CANCELLED : BOOKING_CONFIRMED);
	}
	assert_int_equal(booking_used_until(life_get(s, b)), who.now);
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
	    CASE(undecided_requests_come_to_a_decision),
	    CASE(qualifications_are_checked_on_every_path),
	    CASE(the_named_driver_is_the_one_who_counts),
	    CASE(nobody_borrows_the_pole_s_own_people),
	    CASE(the_quota_is_that_of_whoever_uses_it),
	    CASE(late_cancellation_owes_by_bands),
	    CASE(moving_away_late_owes_as_much),
	    CASE(relet_time_is_waived),
	    CASE(a_hold_waives_only_when_confirmed),
	    CASE(no_shows_are_released),
	    CASE(blocked_is_not_cancelled),
	    CASE(early_return_frees_the_rest),
	    CASE(taken_out_early),
	    CASE(readings_do_not_run_backwards),
	    CASE(late_returns_warn_the_next),
	    CASE(taking_over_brings_back),
	    CASE(who_is_kept_waiting_is_no_no_show),
	    CASE(what_is_late_may_be_extended),
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
	    CASE(disputes_are_decided_by_the_manager),
	    CASE(a_dispute_of_others_waives_nothing),
	    CASE(managers_are_those_of_the_resource),
	    CASE(partial_return),
	    CASE(what_has_begun_is_given_back_from_now_on),
	    CASE(a_series_gives_up_its_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
