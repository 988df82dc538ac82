/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taken out, brought back, late, and given back in part: what becomes of bookings in use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/lib/life_scene.h"

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

#define CASE(f) cmocka_unit_test_setup_teardown(f, life_setup, life_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(qualifications_are_checked_on_every_path),
	    CASE(the_named_driver_is_the_one_who_counts),
	    CASE(nobody_borrows_the_pole_s_own_people),
	    CASE(the_quota_is_that_of_whoever_uses_it),
	    CASE(early_return_frees_the_rest),
	    CASE(taken_out_early),
	    CASE(readings_do_not_run_backwards),
	    CASE(late_returns_warn_the_next),
	    CASE(taking_over_brings_back),
	    CASE(who_is_kept_waiting_is_no_no_show),
	    CASE(what_is_late_may_be_extended),
	    CASE(partial_return),
	    CASE(what_has_begun_is_given_back_from_now_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
