/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decisions on what a pole shares: counts, parts, wishes, buffers, and places within a window. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lib/wish.h"
#include "tests/lib/shared_scene.h"
#include "tests/lib/zone_file.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void counts_are_windowed_peaks(void **state)
{
	struct shared_scene *s = *state;

	assert_int_equal(BOOK(m1, "chair", 8, 12, .quantity = 25), REASON_NONE);
	assert_int_equal(s->answer.booking->n_allocations, 25);
	assert_int_equal(BOOK(m2, "chair", 10, 14, .quantity = 16, .alternatives = 4),
			 REASON_CONFLICT);
	assert_int_equal(s->answer.alternatives[0].kind, ALTERNATIVE_FEWER);
	assert_int_equal(s->answer.alternatives[0].quantity, 15);
	assert_int_equal(s->answer.alternatives[1].kind, ALTERNATIVE_NEAREST);
	assert_int_equal(s->answer.alternatives[1].span.start, shared_hours(12, 16).start);
	assert_int_equal(BOOK(m2, "chair", 10, 14, .quantity = 15), REASON_NONE);
	assert_int_equal(BOOK(m2, "chair", 12, 14, .quantity = 26), REASON_CONFLICT);
	assert_int_equal(BOOK(m2, "chair", 12, 14, .quantity = 25), REASON_NONE);
	assert_int_equal(BOOK(m2, "chair", 20, 21, .quantity = 41), REASON_TOO_MANY);
	assert_int_equal(s->answer.refusals[0].bound, 40);
	assert_int_equal(BOOK(m2, "chair", 20, 21, .quantity = 501), REASON_TOO_MANY);
}

static void who_is_in_the_way_is_told_once(void **state)
{
	struct shared_scene *s = *state;

	assert_int_equal(BOOK(m1, "chair", 8, 12, .quantity = 30), REASON_NONE);
	assert_int_equal(BOOK(m2, "chair", 10, 12, .quantity = 10), REASON_NONE);
	assert_int_equal(BOOK(m2, "chair", 11, 14), REASON_CONFLICT);
	assert_int_equal(s->answer.n_conflicts, 2);
	assert_ptr_not_equal(s->answer.conflicts[0].booking, s->answer.conflicts[1].booking);
}

static void wholes_and_parts_exclude_each_other(void **state)
{
	static const char *const taken[][6] = {
	    {"hall", "hall", "a", "b", "stage", "floor"},
	    {"a", "hall", "a", "stage", "floor"},
	    {"stage", "hall", "a", "stage"},
	};
	static const char *const all[] = {"hall", "a", "b", "stage", "floor"};
	struct shared_scene *s = *state;

	for (size_t i = 0; i < N(taken); i++) {
		int64_t first;

		assert_int_equal(BOOK(m1, taken[i][0], 8, 12), REASON_NONE);
		first = shared_number(s);
		for (size_t j = 0; j < N(all); j++) {
			bool expected = false;

			for (size_t k = 1; k < 6 && taken[i][k]; k++)
				expected |= strcmp(taken[i][k], all[j]) == 0;
			assert_int_equal(BOOK(m2, all[j], 11, 13),
					 expected ? REASON_CONFLICT : REASON_NONE);
			if (!expected) {
				pole_undo(s->pole, &s->changes);
				continue;
			}
			assert_ptr_equal(s->answer.conflicts[0].booking,
					 pole_booking(s->pole, first));
		}
		changes_clear(&s->changes);
		decide_cancel(s->pole, &s->m1, first, &s->arena, &s->answer, &s->changes);
		assert_int_equal(shared_settle(s), REASON_NONE);
	}
}

static void wishes_choose(void **state)
{
	static const struct {
		const char *having;
		enum reason want;
	} rows[] = {
	    {"hitch", REASON_NONE},
	    {"hitch=true", REASON_NONE},
	    {"hitch!=true", REASON_NONE},
	    {"seats>=2", REASON_NONE_HAVING},
	    {"unit=van-2", REASON_NONE},
	    {"site=farm", REASON_NONE_HAVING},
	    {"hitch unit=van-1", REASON_NONE_HAVING},
	    {"=", REASON_NONE_HAVING},
	    {"at=nowhere", REASON_NONE_HAVING},
	};
	struct shared_scene *s = *state;

	for (size_t i = 0; i < N(rows); i++) {
		assert_int_equal(BOOK(m1, "van", 8, 9, .having = rows[i].having), rows[i].want);
		if (rows[i].want == REASON_NONE) {
			assert_string_equal(s->answer.booking->items[0].having, rows[i].having);
			pole_undo(s->pole, &s->changes);
		}
	}
	assert_int_equal(BOOK(m1, "van", 8, 9, .having = "hitch", .quantity = 2), REASON_NONE);
	assert_int_equal(BOOK(m1, "van", 8, 9, .having = "hitch"), REASON_CONFLICT);
	assert_int_equal(BOOK(m1, "van", 8, 9), REASON_NONE);
}

static void wishes_compare(void **state)
{
	static const struct {
		const char *have, *wish;
		bool met;
	} rows[] = {
	    {"7", "x>=7", true},      {"7", "x>7", false},    {"7.5", "x>7", true},
	    {"10", "x>9", true},      {"7", "x<=7", true},    {"-1", "x<0", true},
	    {"7,50", "x=7.5", true},  {"7", "x!=8", true},    {"red", "x=red", true},
	    {"red", "x!=red", false}, {"red", "x>=a", false}, {"red", "y!=1", true},
	};
	struct arena a = {0};

	for (size_t i = 0; i < N(rows); i++) {
		const struct attribute attribute = {"x", rows[i].have};
		const struct site site = {.id = "here"};
		const struct unit u = {
		    .attributes = &attribute, .n_attributes = 1, .id = "u", .site = &site};
		const struct resource r = {.site = &site};
		struct wishes w;
		const char *at;

		assert_int_equal(wishes_parse(rows[i].wish, &a, &w, &at), WISH_OK);
		assert_int_equal(wishes_are_met(&w, &r, &u), rows[i].met);
	}
	arena_clear(&a);
}

/* Two short ones on vans of their own, then a long one for which only moving one of them makes
 * room. */
static void others_move_to_make_room(void **state)
{
	struct shared_scene *s = *state;
	int64_t moved;

	assert_int_equal(BOOK(m1, "van", 8, 20, .unit = "van-3"), REASON_NONE);
	assert_int_equal(BOOK(m1, "van", 8, 20, .unit = "van-4"), REASON_NONE);
	assert_int_equal(BOOK(m1, "van", 8, 12, .unit = "van-1"), REASON_NONE);
	assert_int_equal(BOOK(m1, "van", 8, 10, .unit = "van-2"), REASON_NONE);
	changes_clear(&s->changes);
	decide_cancel(s->pole, &s->m1, 3, &s->arena, &s->answer, &s->changes);
	shared_settle(s);
	assert_int_equal(BOOK(m1, "van", 12, 20), REASON_NONE);
	moved = shared_number(s);
	assert_int_equal(BOOK(m2, "van", 10, 12), REASON_NONE);
	pole_undo(s->pole, &s->changes);
	assert_int_equal(BOOK(m2, "van", 8, 20), REASON_NONE);
	assert_int_equal(s->changes.n,
			 pole_booking(s->pole, moved)->allocations[0].lane == 1 ? 2 : 1);
	assert_int_equal(BOOK(m2, "van", 9, 10), REASON_CONFLICT);
}

static int64_t lane_end(const struct shared_scene *s, int64_t booking)
{
	return pole_booking(s->pole, booking)->allocations[0].during.end;
}

static void neighbours_of_one_member_share_a_buffer(void **state)
{
	struct shared_scene *s = *state;
	int64_t first, next;

	assert_int_equal(BOOK(m1, "bench", 8, 10, .quantity = 4), REASON_NONE);
	first = shared_number(s);
	assert_int_equal(lane_end(s, first), shared_hours(0, 10).end + 900);
	assert_int_equal(BOOK(m2, "bench", 10, 12), REASON_CONFLICT);
	assert_int_equal(BOOK(m1, "bench", 10, 12), REASON_NONE);
	next = shared_number(s);
	assert_int_equal(s->changes.n, 2);
	for (size_t i = 0; i < 4; i++)
		if (pole_booking(s->pole, first)->allocations[i].lane ==
		    pole_booking(s->pole, next)->allocations[0].lane)
			assert_int_equal(pole_booking(s->pole, first)->allocations[i].during.end,
					 shared_hours(0, 10).end);
	changes_clear(&s->changes);
	decide_cancel(s->pole, &s->m1, next, &s->arena, &s->answer, &s->changes);
	assert_int_equal(shared_settle(s), REASON_NONE);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pole_booking(s->pole, first)->allocations[i].during.end,
				 shared_hours(0, 10).end + 900);
}

static void within_a_window_the_best_place_is_taken(void **state)
{
	struct shared_scene *s = *state;
	struct ask_book ask = {
	    .what = "b", .within = shared_hours(8, 20), .length = {.seconds = 2 * 3600}};

	assert_int_equal(BOOK(m1, "b", 9, 10), REASON_NONE);
	assert_int_equal(BOOK(m1, "b", 14, 16), REASON_NONE);
	assert_int_equal(shared_book(s, &s->m2, ask), REASON_NONE);
	assert_true(span_equals(s->answer.booking->span, shared_hours(10, 12)));
	assert_int_equal(shared_book(s, &s->m2, ask), REASON_NONE);
	assert_true(span_equals(s->answer.booking->span, shared_hours(12, 14)));
	assert_int_equal(shared_book(s, &s->m2, ask), REASON_NONE);
	assert_int_equal(shared_book(s, &s->m2, ask), REASON_NONE);
	assert_int_equal(shared_book(s, &s->m2, ask), REASON_CONFLICT);
}

/* A pool of like units, nobody pinned: refused only where at some instant all are taken. */
static void a_pool_is_full_only_at_its_peak(void **state)
{
	struct shared_scene *s = *state;
	struct draw draw = {.state = 7};
	unsigned busy[14 * 24] = {0};
	size_t n_moved = 0, n_full = 0;

	for (int i = 0; i < 700; i++) {
		int from = (int)draw_below(&draw, 13 * 24), length = 1 + (int)draw_below(&draw, 30);
		uint32_t quantity = 1 + (uint32_t)draw_below(&draw, 9);
		bool full = false;

		if (length > 14 * 24 - from)
			length = 14 * 24 - from;
		for (int h = from; h < from + length; h++)
			full |= busy[h] + quantity > 40;
		assert_int_equal(BOOK(m1, "chair", from, from + length, .quantity = quantity),
				 full ? REASON_CONFLICT : REASON_NONE);
		n_full += full;
		if (full)
			continue;
		n_moved += s->changes.n > 1;
		for (int h = from; h < from + length; h++)
			busy[h] += quantity;
	}
	assert_true(n_full > 50 && n_moved > 10);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, shared_setup, shared_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(counts_are_windowed_peaks),
	    CASE(who_is_in_the_way_is_told_once),
	    CASE(wholes_and_parts_exclude_each_other),
	    CASE(wishes_choose),
	    CASE(wishes_compare),
	    CASE(others_move_to_make_room),
	    CASE(neighbours_of_one_member_share_a_buffer),
	    CASE(within_a_window_the_best_place_is_taken),
	    CASE(a_pool_is_full_only_at_its_peak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
