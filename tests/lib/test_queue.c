/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The waiting list: its order with numbers, and who is offered what becomes free. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/scene.h"

#define TUESDAY "2026-12-01T08:00"
#define FROM "2026-12-05T08:00"
#define TO "2026-12-05T12:00"

static struct policy *one_van(void)
{
	struct policy *p = scene_policy();

	fixture_resource(p, "van", 1);
	fixture_resource(p, "room", 4);
	return p;
}

static int64_t book(struct scene *s, int member, const char *what, const char *from, const char *to)
{
	const struct booking *b = scene_book(s, member, what, from, to);

	assert_non_null(b);
	return b->number;
}

/* The members that wait for what `booking` waits for, in order, with the reasons: "m1 first-come
 * m5". */
static const char *order_of(struct scene *s, int64_t booking)
{
	const struct booking *b = pole_booking(s->pole, booking);
	struct queue_entry *entries;
	const char *text = "";
	size_t n;

	queue_around(s->pole, b, s->now, &s->arena, &entries, &n);
	for (size_t i = 0; i < n; i++)
		text = arena_printf(
		    &s->arena, "%s%s%s%s", text,
		    pole_name_id(s->pole, NAME_MEMBER, 0, entries[i].booking->member),
		    i + 1 < n ? " " : "",
		    i + 1 < n ? arena_printf(&s->arena, "%s ", turn_why_words[entries[i].why])
			      : "");
	return text;
}

static void orders_by_class_share_and_time(void **state)
{
	struct scene s;
	int64_t a, b, c, d;
	struct queue_entry *entries;
	struct turn turn;
	size_t n;

	scene_begin(&s, one_van(), TUESDAY);
	book(&s, 3, "room", "2026-12-02T08:00", "2026-12-03T14:00"); /* 30 h */
	book(&s, 6, "van", FROM, TO);				     /* 4 h */
	a = book(&s, 2, "van", FROM, TO);
	s.now += 60;
	b = book(&s, 3, "van", "2026-12-05T06:00", "2026-12-05T09:00");
	s.now += 60;
	c = book(&s, 5, "van", FROM, TO);
	s.now += 60;
	d = book(&s, 1, "van", FROM, TO);
	assert_string_equal(order_of(&s, a), "m5 first-come m1 fair-share m3 class m2");
	turn = queue_turn(s.pole, pole_booking(s.pole, b), s.now, &s.arena);
	assert_true(turn.place == 3 && turn.n == 4);
	turn = queue_turn(s.pole, pole_booking(s.pole, d), s.now, &s.arena);
	assert_true(turn.place == 2 && turn.n == 4);
	queue_around(s.pole, pole_booking(s.pole, c), s.now, &s.arena, &entries, &n);
	assert_true(entries[0].ratio == 0 && entries[2].ratio > 5.29 && entries[2].ratio < 5.3);
	assert_true(booking_says(entries[0].booking)->queued_at == s.now - 60);
	scene_end(&s);
}

/* Who could be at any time of the day is in the way of all who want some of it. */
static void a_window_meets_what_is_in_it(void **state)
{
	struct ask_book ask = {
	    .what = "van",
	    .within = fixture_span("2026-12-05T08:00", "2026-12-05T20:00"),
	    .length = {.seconds = 4 * 3600},
	    .wait = true,
	};
	struct scene s;
	int64_t flexible;

	scene_begin(&s, one_van(), TUESDAY);
	book(&s, 6, "van", FROM, "2026-12-05T20:00");
	flexible = scene_ask(&s, s.of[1], &ask)->number;
	book(&s, 2, "van", "2026-12-05T16:00", "2026-12-05T20:00");
	assert_string_equal(order_of(&s, flexible), "m1 class m2");
	scene_end(&s);
}

/* Who waits for another time, or for another unit, is in nobody's way. */
static void parts_those_who_do_not_meet(void **state)
{
	struct policy *p = scene_policy();
	struct ask_book ask = {.what = "van", .span = fixture_span(FROM, TO), .wait = true};
	struct scene s;
	int64_t first, second, any;

	fixture_resource(p, "van", 2);
	scene_begin(&s, p, TUESDAY);
	book(&s, 6, "van", FROM, "2026-12-05T18:00");
	book(&s, 6, "van", FROM, "2026-12-05T18:00");
	ask.unit = "van-1";
	first = scene_ask(&s, s.of[1], &ask)->number;
	ask.unit = "van-2";
	second = scene_ask(&s, s.of[3], &ask)->number;
	assert_string_equal(order_of(&s, first), "m1");
	any = book(&s, 5, "van", "2026-12-05T10:00", "2026-12-05T14:00");
	book(&s, 2, "van", "2026-12-05T14:00", "2026-12-05T16:00");
	assert_string_equal(order_of(&s, second), "m3 first-come m5");
	assert_string_equal(order_of(&s, any), "m1 first-come m3 first-come m5");
	scene_end(&s);
}

static void a_whole_meets_its_parts(void **state)
{
	struct policy *p = scene_policy();
	struct resource *a = fixture_resource(p, "a", 1), *b = fixture_resource(p, "b", 1),
			*hall = fixture_resource(p, "hall", 1);
	struct scene s;
	int64_t whole, part;

	hall->parts = arena_new_n(&p->arena, const struct resource *, 2);
	hall->parts[hall->n_parts++] = a;
	hall->parts[hall->n_parts++] = b;
	assert_true(resource_find_leaves(hall, &p->arena));
	scene_begin(&s, p, TUESDAY);
	part = book(&s, 6, "a", FROM, TO);
	whole = book(&s, 2, "hall", FROM, TO);
	assert_string_equal(order_of(&s, book(&s, 1, "a", FROM, TO)), "m1 class m2");
	scene_cancel(&s, part);
	assert_int_equal(scene_state(&s, whole),
			 BOOKING_WAITING); /* the founder's part goes first */
	scene_end(&s);
}

static const struct {
	const char *about;
	enum order_key keys[3];
	size_t n_keys;
	uint32_t distances[2], people[2];
	const char *had; /* when the first to ask has had the van */
	const char *order;
} keys[] = {
    {"first come", {ORDER_FIRST_COME}, 1, {0, 0}, {0, 0}, NULL, "m1 first-come m3"},
    {"the longest way", {ORDER_DISTANCE}, 1, {80, 300}, {0, 0}, NULL, "m3 distance m1"},
    {"the most people", {ORDER_PEOPLE}, 1, {0, 0}, {4, 9}, NULL, "m3 people m1"},
    {"who has not had it yet",
     {ORDER_LEAST_RECENT},
     1,
     {0, 0},
     {0, 0},
     "2026-12-02T08:00",
     "m3 least-recent m1"},
    {"who had it within the year",
     {ORDER_LEAST_RECENT},
     1,
     {0, 0},
     {0, 0},
     "2025-12-02T08:00",
     "m3 least-recent m1"},
    {"a use from before all memory is none",
     {ORDER_LEAST_RECENT},
     1,
     {0, 0},
     {0, 0},
     "2025-11-28T08:00",
     "m1 first-come m3"},
    {"a chain", {ORDER_DISTANCE, ORDER_PEOPLE}, 2, {50, 50}, {4, 9}, NULL, "m3 people m1"},
    {"the chain's first link",
     {ORDER_DISTANCE, ORDER_PEOPLE},
     2,
     {51, 50},
     {4, 9},
     NULL,
     "m1 distance m3"},
};

/* For an hour, or is going to have. */
static void has_had(struct scene *s, uint32_t member, const char *what, const char *from)
{
	const int64_t start = fixture_at(from), now = s->now;
	const struct ask_book ask = {.what = what, .span = {start, start + 3600}};

	s->now = start - 3600 < now ? start - 3600 : now;
	scene_ask(s, s->of[member], &ask);
	s->now = now;
}

static void orders_by_what_was_declared(void **state)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct policy *p = one_van();
		struct ask_book ask = {.what = "van", .span = fixture_span(FROM, TO), .wait = true};
		struct scene s;
		int64_t first;

		memcpy(p->conflicts.order, keys[i].keys, sizeof(keys[i].keys));
		p->conflicts.n_order = keys[i].n_keys;
		scene_begin(&s, p, TUESDAY);
		if (keys[i].had)
			has_had(&s, 1, "van", keys[i].had);
		book(&s, 6, "van", FROM, TO);
		ask.distance_km = keys[i].distances[0];
		ask.people = keys[i].people[0];
		first = scene_ask(&s, s.of[1], &ask)->number;
		ask.distance_km = keys[i].distances[1];
		ask.people = keys[i].people[1];
		scene_ask(&s, s.of[3], &ask);
		if (strcmp(order_of(&s, first), keys[i].order) != 0)
			fail_msg("%s: %s", keys[i].about, order_of(&s, first));
		scene_end(&s);
	}
}

static void a_floor_goes_before_shares(void **state)
{
	struct policy *p = one_van();
	struct scene s;
	int64_t small;

	p->conflicts.order[0] = ORDER_FAIR_SHARE;
	p->conflicts.n_order = 1;
	p->conflicts.fair_share.floor.seconds = 8 * 3600;
	for (size_t i = 0; i < p->n_members; i++)
		p->members[i].share = i == 0 ? 50 : 1;
	scene_begin(&s, p, TUESDAY);
	book(&s, 6, "van", FROM, TO);
	book(&s, 1, "room", "2026-12-02T08:00", "2026-12-02T17:00"); /* 9 h of 50 % */
	book(&s, 2, "room", "2026-12-02T08:00", "2026-12-02T15:00"); /* 7 h of 1 % */
	book(&s, 1, "van", FROM, TO);
	small = book(&s, 2, "van", FROM, TO);
	assert_string_equal(order_of(&s, small), "m2 floor m1");
	scene_end(&s);
}

static void offers_what_is_cancelled(void **state)
{
	struct scene s;
	int64_t held, first, second, third;
	const struct booking *b;

	scene_begin(&s, one_van(), TUESDAY);
	held = book(&s, 6, "van", FROM, TO);
	second = book(&s, 2, "van", FROM, TO);
	third = book(&s, 4, "van", FROM, TO);
	first = book(&s, 1, "van", FROM, TO);
	scene_cancel(&s, held);
	b = pole_booking(s.pole, first);
	assert_true(b->state == BOOKING_HELD && b->due_at == s.now + 4 * 3600);
	assert_true(booking_is_offer(b));
	assert_int_equal(scene_cause(&s, first), CAUSE_OFFERED);
	assert_int_equal(scene_state(&s, second), BOOKING_WAITING);

	/* Nobody gets it by asking in that moment, or later. */
	assert_int_equal(scene_book(&s, 5, "van", FROM, TO)->state, BOOKING_WAITING);

	scene_pass(&s, first, false);
	assert_int_equal(scene_state(&s, first), BOOKING_CANCELLED);
	assert_int_equal(scene_cause(&s, second + 3),
			 CAUSE_OFFERED); /* the founder who came last */
	scene_until(&s, s.now + 4 * 3600);
	assert_int_equal(scene_state(&s, second + 3), BOOKING_EXPIRED);
	assert_int_equal(scene_state(&s, second), BOOKING_HELD);
	scene_confirm(&s, second);
	assert_int_equal(scene_state(&s, second), BOOKING_CONFIRMED);
	assert_int_equal(scene_state(&s, third), BOOKING_WAITING);
	scene_end(&s);
}

/* What a move, a shorter time or an end in vain leaves is as good as a cancellation. */
static void offers_what_is_moved_away(void **state)
{
	struct ask_move move = {.has_start = true};
	struct changes c = {0};
	struct answer answer;
	struct scene s;
	int64_t held, waits;

	scene_begin(&s, one_van(), TUESDAY);
	held = book(&s, 6, "van", FROM, TO);
	waits = book(&s, 2, "van", FROM, TO);
	move.booking = held;
	move.span.start = fixture_at("2026-12-06T08:00");
	decide_move(s.pole, &(struct asker){s.of[6], s.now}, &move, &s.arena, &answer, &c);
	assert_non_null(answer.booking);
	pole_apply(s.pole, &c);
	settle(s.pole, s.now, &s.arena, &c);
	assert_int_equal(scene_state(&s, waits), BOOKING_HELD);
	pole_undo(s.pole, &c);
	changes_clear(&c);
	scene_end(&s);
}

static void passes_and_waits_on(void **state)
{
	struct scene s;
	struct ask_book ask = {
	    .what = "van",
	    .within = fixture_span("2026-12-05T08:00", "2026-12-05T20:00"),
	    .length = {.seconds = 4 * 3600},
	    .wait = true,
	};
	int64_t held, later, flexible;

	scene_begin(&s, one_van(), TUESDAY);
	held = book(&s, 6, "van", FROM, TO);
	later = book(&s, 6, "van", TO, "2026-12-05T20:00");
	flexible = scene_ask(&s, s.of[1], &ask)->number;
	assert_int_equal(scene_state(&s, flexible), BOOKING_WAITING);
	scene_cancel(&s, held);
	assert_int_equal(scene_state(&s, flexible), BOOKING_HELD);
	scene_pass(&s, flexible, true);
	assert_int_equal(scene_state(&s, flexible), BOOKING_WAITING);
	scene_cancel(&s, later);
	assert_int_equal(scene_state(&s, flexible), BOOKING_HELD);
	assert_true(span_equals(pole_booking(s.pole, flexible)->span,
				fixture_span(TO, "2026-12-05T16:00")));
	scene_end(&s);
}

/* What comes along is found anew with every offer. */
static void brings_along_what_it_requires(void **state)
{
	struct policy *p = scene_policy();
	struct resource *bench = fixture_capacity(p, "bench", 1),
			*laser = fixture_resource(p, "laser", 1);
	struct need *need = arena_new(&p->arena, struct need);
	struct requirement *requires = arena_new(&p->arena, struct requirement);
	struct ask_book ask = {
	    .what = "laser",
	    .within = fixture_span("2026-12-05T08:00", "2026-12-05T16:00"),
	    .length = {.seconds = 4 * 3600},
	    .wait = true,
	};
	struct scene s;
	int64_t morning, afternoon, waits;

	*need = (struct need){
	    .kind = NEED_RESOURCE, .resource = bench, .quantity = 1, .having_text = "", .word = ""};
	*requires = (struct requirement){.choices = need, .n_choices = 1};
	laser->requirements = requires;
	laser->n_requirements = 1;
	scene_begin(&s, p, TUESDAY);
	morning = book(&s, 6, "bench", FROM, TO);
	afternoon = book(&s, 6, "bench", TO, "2026-12-05T16:00");
	waits = scene_ask(&s, s.of[1], &ask)->number;
	scene_cancel(&s, morning);
	assert_int_equal(scene_state(&s, waits), BOOKING_HELD);
	assert_int_equal(pole_booking(s.pole, waits)->n_items, 2);
	scene_pass(&s, waits, true);
	scene_cancel(&s, afternoon);
	assert_int_equal(scene_state(&s, waits), BOOKING_HELD);
	assert_int_equal(pole_booking(s.pole, waits)->n_items, 2);
	assert_int_equal(pole_booking(s.pole, waits)->n_allocations, 2);
	scene_end(&s);
}

/* Rules are asked anew: who has all that may be had is passed over, and goes on waiting. */
static void skips_who_may_not_have_it(void **state)
{
	struct policy *p = one_van();
	struct limit quota = {.kind = LIMIT_QUOTA};
	struct scene s;
	int64_t held, first, second, other;

	quota.quota = (struct quota){
	    .of = QUOTA_OF_MEMBER, .measure = QUOTA_BOOKINGS, .at_most = 1, .window = QUOTA_FUTURE};
	fixture_rule(p, &p->resources[0], NULL, quota);
	scene_begin(&s, p, TUESDAY);
	held = book(&s, 6, "van", FROM, TO);
	first = book(&s, 1, "van", FROM, TO);
	second = book(&s, 2, "van", FROM, TO);
	other = book(&s, 1, "van", "2026-12-08T08:00", "2026-12-08T09:00");
	scene_cancel(&s, held);
	assert_int_equal(scene_state(&s, first), BOOKING_WAITING);
	assert_int_equal(scene_state(&s, second), BOOKING_HELD);
	scene_pass(&s, second, false);
	assert_int_equal(scene_state(&s, first), BOOKING_WAITING);
	scene_cancel(&s, other); /* then there is room in the quota, and the van is still free */
	assert_int_equal(scene_state(&s, first), BOOKING_HELD);
	scene_end(&s);
}

/* Three days freed at once, and two who want all of them: neither gets all. */
static void counts_anew_what_was_given(void **state)
{
	static const char *const days[][2] = {{"2026-12-07T08:00", "2026-12-07T18:00"},
					      {"2026-12-08T08:00", "2026-12-08T18:00"},
					      {"2026-12-09T08:00", "2026-12-09T18:00"},
					      {"2026-12-10T08:00", "2026-12-10T18:00"}};
	struct policy *p = one_van();
	int64_t outage, a[4], b[4];
	int n_a = 0, n_b = 0;
	struct scene s;

	p->conflicts.order[0] = ORDER_FAIR_SHARE;
	p->conflicts.n_order = 1;
	scene_begin(&s, p, TUESDAY);
	outage =
	    scene_outage(&s, "van", fixture_span("2026-12-07T00:00", "2026-12-11T00:00"), false);
	for (int i = 0; i < 4; i++)
		a[i] = book(&s, 1, "van", days[i][0], days[i][1]);
	for (int i = 0; i < 4; i++)
		b[i] = book(&s, 2, "van", days[i][0], days[i][1]);
	scene_reopen(&s, outage);
	for (int i = 0; i < 4; i++) {
		n_a += scene_state(&s, a[i]) == BOOKING_HELD;
		n_b += scene_state(&s, b[i]) == BOOKING_HELD;
	}
	assert_true(n_a == 2 && n_b == 2);
	scene_end(&s);
}

static void a_new_policy_is_a_cause(void **state)
{
	struct scene s;
	struct policy *p;
	int64_t first, second;

	scene_begin(&s, one_van(), TUESDAY);
	book(&s, 6, "van", FROM, TO);
	first = book(&s, 1, "van", FROM, TO);
	second = book(&s, 2, "van", FROM, TO);
	p = scene_policy();
	fixture_resource(p, "van", 2);
	fixture_resource(p, "room", 4);
	scene_apply(&s, p);
	assert_int_equal(scene_state(&s, first), BOOKING_HELD);
	assert_int_equal(scene_state(&s, second), BOOKING_WAITING);

	/* Its order is another; the unit is gone: who has it stays, and nobody gets it. */
	p = one_van();
	p->resources[0].units[0].in_service = false;
	scene_apply(&s, p);
	assert_int_equal(scene_state(&s, first), BOOKING_HELD);
	assert_int_equal(scene_state(&s, second), BOOKING_WAITING);
	scene_end(&s);
}

static void learns(struct scene *s, uint32_t person, const char *word)
{
	const struct person *was = pole_person(s->pole, person);
	struct person *after = person_copy(was, was->n_credentials, 1);
	struct changes c = {0};

	snprintf(after->qualifications[0].word, sizeof(after->qualifications[0].word), "%s", word);
	after->qualifications[0].until = TIME_NEVER;
	changes_add_person(&c, (struct person *)was, after);
	pole_apply(s->pole, &c);
	settle(s->pole, s->now, &s->arena, &c);
	s->acts[s->n_acts++] = c;
}

/* Who waited while qualified, and is not when it becomes free, is passed over until it is again. */
static void qualifications_are_asked_anew(void **state)
{
	struct policy *p = one_van();
	struct limit l = {.kind = LIMIT_QUALIFICATION, .qualification = {.word = "licence-b"}};
	struct scene s;
	int64_t held, first, second;

	fixture_rule(p, &p->resources[0], NULL, l);
	scene_begin(&s, p, TUESDAY);
	learns(&s, s.of[1]->number, "licence-b");
	learns(&s, s.of[2]->number, "licence-b");
	learns(&s, s.of[6]->number, "licence-b");
	for (int i = 1; i <= SCENE_MEMBERS; i++)
		s.of[i] = pole_person(s.pole, s.of[i]->number);
	held = book(&s, 6, "van", FROM, TO);
	first = book(&s, 1, "van", FROM, TO);
	second = book(&s, 2, "van", FROM, TO);
	learns(&s, s.of[1]->number, "none");
	scene_cancel(&s, held);
	assert_int_equal(scene_state(&s, first), BOOKING_WAITING);
	scene_pass(&s, second, false);
	assert_int_equal(scene_state(&s, first), BOOKING_WAITING);
	learns(&s, s.of[1]->number, "licence-b");
	assert_int_equal(scene_state(&s, first), BOOKING_HELD);
	scene_end(&s);
}

/* The same requests in any order of arrival within one second, where claims differ: the same
 * outcome. */
static void order_of_arrival_does_not_matter(void **state)
{
	for (int first = 1; first <= 3; first++)
		for (int step = 1; step <= 2; step++) {
			struct policy *p = one_van();
			int64_t held, of[4] = {0};
			struct scene s;

			p->members[2].share = 2; /* m3 goes before m1, and both before m2 */
			scene_begin(&s, p, TUESDAY);
			book(&s, 1, "room", "2026-12-02T08:00", "2026-12-02T12:00");
			book(&s, 3, "room", "2026-12-02T08:00", "2026-12-02T12:00");
			held = book(&s, 6, "van", FROM, TO);
			for (int i = 0; i < 3; i++) {
				int member = 1 + (first - 1 + i * step) % 3;

				of[member] = book(&s, member, "van", FROM, TO);
			}
			assert_string_equal(order_of(&s, of[1]), "m3 fair-share m1 class m2");
			scene_cancel(&s, held);
			assert_int_equal(scene_state(&s, of[3]), BOOKING_HELD);
			scene_end(&s);
		}
}

static int64_t book_unit(struct scene *s, int member, const char *unit, const char *from,
			 const char *to)
{
	const struct ask_book ask = {.what = unit, .span = fixture_span(from, to), .wait = true};
	const struct booking *b = scene_ask(s, s->of[member], &ask);

	assert_non_null(b);
	return b->number;
}

/*
 * What one van's morning was cancelled for is no use to the first, who wants the other van; to make
 * room for the second, that one's booking moves over; and so the first gets what was wanted.
 */
static void moves_others_for_an_offer(void **state)
{
	for (int repack = 0; repack < 2; repack++) {
		struct policy *p = scene_policy();
		struct scene s;
		int64_t moves, morning, first, second;

		fixture_resource(p, "van", 2);
		p->conflicts.repack = repack;
		scene_begin(&s, p, TUESDAY);
		morning = book_unit(&s, 6, "van-2", "2026-12-05T08:00", "2026-12-05T12:00");
		book_unit(&s, 6, "van-2", "2026-12-05T12:00", "2026-12-05T16:00");
		moves = book(&s, 5, "van", "2026-12-05T08:00", "2026-12-05T12:00");
		first = book_unit(&s, 1, "van-1", "2026-12-05T08:00", "2026-12-05T10:00");
		second = book(&s, 2, "van", "2026-12-05T10:00", "2026-12-05T14:00");
		assert_string_equal(scene_unit(&s, moves), "van-1");
		scene_cancel(&s, morning);
		assert_string_equal(scene_unit(&s, moves), repack ? "van-2" : "van-1");
		assert_int_equal(scene_cause(&s, moves), repack ? CAUSE_REPACKED : CAUSE_NONE);
		assert_int_equal(scene_state(&s, second), repack ? BOOKING_HELD : BOOKING_WAITING);
		assert_int_equal(scene_state(&s, first), repack ? BOOKING_HELD : BOOKING_WAITING);
		scene_end(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(orders_by_class_share_and_time),
	    cmocka_unit_test(a_window_meets_what_is_in_it),
	    cmocka_unit_test(parts_those_who_do_not_meet),
	    cmocka_unit_test(a_whole_meets_its_parts),
	    cmocka_unit_test(orders_by_what_was_declared),
	    cmocka_unit_test(a_floor_goes_before_shares),
	    cmocka_unit_test(offers_what_is_cancelled),
	    cmocka_unit_test(offers_what_is_moved_away),
	    cmocka_unit_test(passes_and_waits_on),
	    cmocka_unit_test(brings_along_what_it_requires),
	    cmocka_unit_test(skips_who_may_not_have_it),
	    cmocka_unit_test(counts_anew_what_was_given),
	    cmocka_unit_test(a_new_policy_is_a_cause),
	    cmocka_unit_test(qualifications_are_asked_anew),
	    cmocka_unit_test(order_of_arrival_does_not_matter),
	    cmocka_unit_test(moves_others_for_an_offer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
