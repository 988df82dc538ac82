/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decisions on several things at once: booked, moved and given back, and random baskets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/lib/shared_scene.h"
#include "tests/lib/zone_file.h"

static void baskets_are_all_or_nothing(void **state)
{
	struct shared_scene *s = *state;
	struct ask_item items[] = {
	    {.what = "van", .unit = "van-1", .span = shared_hours(8, 12)},
	    {.what = "chair", .quantity = 30, .span = shared_hours(9, 18)},
	    {.what = "b", .span = shared_hours(10, 11)},
	};
	struct ask_book basket = {.items = items, .n_items = 3, .alternatives = 2};

	assert_int_equal(shared_book(s, &s->m1, basket), REASON_NONE);
	assert_int_equal(s->answer.booking->n_allocations, 32);
	assert_true(span_equals(s->answer.booking->span, shared_hours(8, 18)));
	assert_int_equal(shared_item(s, 1)->quantity, 30);
	assert_int_equal(shared_book(s, &s->m2, basket), REASON_CONFLICT);
	assert_int_equal(s->answer.refusals[0].item, 0);
	assert_int_equal(s->answer.alternatives[0].kind, ALTERNATIVE_SHIFTED);
	for (size_t i = 0; i < 3; i++) {
		items[i].span.start += s->answer.alternatives[0].shift_s;
		items[i].span.end += s->answer.alternatives[0].shift_s;
	}
	assert_int_equal(shared_book(s, &s->m2, basket), REASON_NONE);
	items[1].what = "nothing";
	assert_int_equal(shared_book(s, &s->m2, basket), REASON_UNKNOWN_RESOURCE);
	assert_int_equal(s->answer.refusals[0].item, 1);
}

/* Taken for a week around: the next is days away, and at the same local time across a change of the
 * clocks, which is in the night to 28 March. */
static void baskets_keep_their_local_time(void **state)
{
	struct shared_scene *s = *state;
	const struct ask_item wall = {.what = "b",
				      .span = fixture_span("2027-03-18T00:00", "2027-03-30T12:00")};
	const struct ask_item items[] = {
	    {.what = "van", .span = fixture_span("2027-03-25T09:00", "2027-03-25T12:00")},
	    {.what = "b", .span = fixture_span("2027-03-25T14:00", "2027-03-26T16:00")},
	};
	const struct ask_book basket = {.items = items, .n_items = 2, .alternatives = 2};
	const struct alternative *a;

	assert_int_equal(shared_book(s, &s->m1, (struct ask_book){.items = &wall, .n_items = 1}),
			 REASON_NONE);
	assert_int_equal(shared_book(s, &s->m2, basket), REASON_CONFLICT);
	assert_int_equal(s->answer.n_alternatives, 2);
	a = &s->answer.alternatives[0];
	assert_int_equal(a->shift_days, 5);
	assert_int_equal(a->shift_s, 0);
	assert_int_equal(a->span.start, fixture_at("2027-03-30T09:00"));
	assert_int_equal(a->span.end, fixture_at("2027-03-31T16:00"));
	assert_int_equal(a[1].shift_days, 7);
	for (size_t i = 0; i < 2; i++)
		assert_true(a[i].span.start >= s->m2.now);
}

static void one_thing_is_given_back(void **state)
{
	struct shared_scene *s = *state;
	const struct ask_item items[] = {{.what = "b", .span = shared_hours(8, 12)},
					 {.what = "stage", .span = shared_hours(9, 14)}};
	int64_t first;

	shared_book(s, &s->m1, (struct ask_book){.items = items, .n_items = 2});
	first = shared_number(s);
	changes_clear(&s->changes);
	decide_give_back(s->pole, &s->m1, first, 1, &s->arena, &s->answer, &s->changes);
	assert_int_equal(shared_settle(s), REASON_NONE);
	assert_true(span_equals(s->answer.booking->span, shared_hours(8, 12)));
	assert_int_equal(BOOK(m2, "stage", 9, 14), REASON_NONE);
	assert_int_equal(BOOK(m2, "b", 9, 14), REASON_CONFLICT);
	changes_clear(&s->changes);
	decide_give_back(s->pole, &s->m1, first, 1, &s->arena, &s->answer, &s->changes);
	assert_int_equal(shared_settle(s), REASON_UNKNOWN_BOOKING);
	changes_clear(&s->changes);
	decide_give_back(s->pole, &s->m1, first, 0, &s->arena, &s->answer, &s->changes);
	assert_int_equal(shared_settle(s), REASON_NONE);
	assert_int_equal(s->answer.booking->state, BOOKING_CANCELLED);
}

static void baskets_move_whole(void **state)
{
	struct shared_scene *s = *state;
	const struct ask_item items[] = {
	    {.what = "b", .span = shared_hours(8, 12)},
	    {.what = "chair", .quantity = 3, .span = shared_hours(9, 14)}};
	struct ask_move move = {.has_start = true, .span.start = shared_hours(10, 0).start};

	shared_book(s, &s->m1, (struct ask_book){.items = items, .n_items = 2});
	move.booking = shared_number(s);
	changes_clear(&s->changes);
	decide_move(s->pole, &s->m1, &move, &s->arena, &s->answer, &s->changes);
	assert_int_equal(shared_settle(s), REASON_NONE);
	assert_true(span_equals(shared_item(s, 0)->span, shared_hours(10, 14)));
	assert_true(span_equals(shared_item(s, 1)->span, shared_hours(11, 16)));
	move = (struct ask_move){.booking = move.booking,
				 .has_item = true,
				 .item = 1,
				 .has_end = true,
				 .span.end = shared_hours(0, 20).end};
	changes_clear(&s->changes);
	decide_move(s->pole, &s->m1, &move, &s->arena, &s->answer, &s->changes);
	assert_int_equal(shared_settle(s), REASON_NONE);
	assert_true(span_equals(s->answer.booking->span, shared_hours(10, 20)));
	assert_int_equal(s->answer.booking->n_allocations, 4);
}

/* Random baskets of chairs, halls and trailers, cancelled, given back and undone, against counts by
 * the hour. */
#define DAYS 10
#define HOURS_MAX (DAYS * 24 + 24)
#define STEPS 1500

struct count { /* lanes taken in each hour */
	unsigned chair[HOURS_MAX], leaf[3][HOURS_MAX], trailer[HOURS_MAX], van[HOURS_MAX];
};

static const char *const leaf_ids[] = {"stage", "floor", "b"};
static const unsigned leaves_of[][3] = {{1, 1, 1}, {1, 1, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
static const char *const hall_ids[] = {"hall", "a", "stage", "floor", "b"};

static unsigned *counter(const struct shared_scene *s, struct count *c, uint32_t resource)
{
	for (size_t i = 0; i < 3; i++)
		if (shared_resource(s->policy, leaf_ids[i])->number == resource)
			return c->leaf[i];
	if (shared_resource(s->policy, "chair")->number == resource)
		return c->chair;
	return shared_resource(s->policy, "van")->number == resource ? c->van : c->trailer;
}

static void count_all(const struct shared_scene *s, struct count *c)
{
	const int64_t day = shared_hours(0, 0).start;

	*c = (struct count){0};
	for (const struct booking *b = pole_booking_after(s->pole, 0); b;
	     b = pole_booking_after(s->pole, b->number))
		for (size_t i = 0; i < b->n_allocations; i++) {
			const struct allocation *a = &b->allocations[i];
			unsigned *count = counter(s, c, a->resource);

			if (!booking_occupies(b, a))
				continue;
			for (int64_t t = a->during.start; t < a->during.end; t += 3600)
				count[(t - day) / 3600]++;
		}
}

static bool fits(const unsigned *count, struct span s, unsigned n, unsigned most)
{
	const int64_t day = shared_hours(0, 0).start;

	for (int64_t t = s.start; t < s.end; t += 3600)
		if (count[(t - day) / 3600] + n > most)
			return false;
	return true;
}

static bool hall_fits(const struct count *c, size_t hall, struct span s)
{
	for (size_t i = 0; i < 3; i++)
		if (leaves_of[hall][i] && !fits(c->leaf[i], s, 1, 1))
			return false;
	return true;
}

/* Whether a van with a hitch is free throughout, as they stand. */
static bool hitch_fits(const struct shared_scene *s, struct span span)
{
	const uint32_t van = shared_resource(s->policy, "van")->number;

	for (uint32_t lane = 3; lane <= 4; lane++) {
		const struct timeline *line = pole_timeline(s->pole, van, lane);

		if (!line || !timeline_conflict(line, span, 0))
			return true;
	}
	return false;
}

static struct span random_hours(struct draw *d)
{
	int from = (int)draw_below(d, DAYS * 24 - 12);

	return shared_hours(from, from + 1 + (int)draw_below(d, 12));
}

static bool book_random(struct shared_scene *s, struct draw *d, const struct count *c)
{
	size_t hall = draw_below(d, 5), kind = draw_below(d, 4);
	struct ask_item items[] = {
	    {.what = "chair", .quantity = 1 + (uint32_t)draw_below(d, 25), .span = random_hours(d)},
	    {.what = hall_ids[hall], .span = random_hours(d)},
	    {.what = "trailer", .span = random_hours(d)},
	};
	bool chairs = fits(c->chair, items[0].span, items[0].quantity, 40);
	bool halls = hall_fits(c, hall, items[1].span);
	bool trailer = fits(c->trailer, items[2].span, 1, 1) && hitch_fits(s, items[2].span);
	struct ask_book ask = {.items = &items[kind < 3 ? kind : 0], .n_items = kind < 3 ? 1 : 3};
	bool granted = shared_book(s, &s->m1, ask) == REASON_NONE;

	if (kind < 2 || (kind == 3 && (!chairs || !halls)))
		assert_int_equal(granted, kind == 0 ? chairs : kind == 1 ? halls : false);
	else if (trailer)
		assert_true(granted);
	return granted;
}

static void give_back_random(struct shared_scene *s, struct draw *d)
{
	int64_t n = 1 + (int64_t)draw_below(d, (uint64_t)pole_next_booking(s->pole));
	const struct booking *b = pole_booking(s->pole, n);

	changes_clear(&s->changes);
	if (b && b->n_items > 1)
		decide_give_back(s->pole, &s->m1, n, (uint32_t)draw_below(d, 3), &s->arena,
				 &s->answer, &s->changes);
	else
		decide_cancel(s->pole, &s->m1, n, &s->arena, &s->answer, &s->changes);
	pole_apply(s->pole, &s->changes);
}

static void random_baskets(void **state)
{
	struct shared_scene *s = *state;
	struct draw draw = {.state = 11};
	size_t n_granted = 0;
	struct count c, after;

	for (int i = 0; i < STEPS; i++) {
		count_all(s, &c);
		if (draw_below(&draw, 3))
			n_granted += book_random(s, &draw, &c);
		else
			give_back_random(s, &draw);
		if (draw_below(&draw, 4))
			continue;
		pole_undo(s->pole, &s->changes);
		count_all(s, &after);
		assert_memory_equal(&c, &after, sizeof(c));
	}
	assert_true(n_granted > STEPS / 10 && n_granted < STEPS / 2);
	count_all(s, &c);
	for (size_t h = 0; h < HOURS_MAX; h++)
		assert_true(c.chair[h] <= 40 && c.van[h] <= 2 && c.trailer[h] <= c.van[h] &&
			    c.leaf[0][h] <= 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, shared_setup, shared_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(baskets_are_all_or_nothing),
	    CASE(baskets_keep_their_local_time),
	    CASE(one_thing_is_given_back),
	    CASE(baskets_move_whole),
	    CASE(random_baskets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
