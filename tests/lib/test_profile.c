/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles of a pool: edges by hand, and random pools against plain arrays of seconds. */
#include "lib/profile.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/lib/zone_file.h"

enum { LANES_MAX = 9, SECONDS = 60, POOLS = 4000, QUESTIONS = 20 };

struct world {
	struct timeline timelines[LANES_MAX];
	const struct timeline *lanes[LANES_MAX];
	int64_t holder[LANES_MAX][SECONDS]; /* the oracle; 0: nobody */
	size_t n_lanes;
};

static void world_init(struct world *w, size_t n_lanes)
{
	*w = (struct world){.n_lanes = n_lanes};
	for (size_t i = 0; i < LANES_MAX; i++)
		w->lanes[i] = &w->timelines[i];
}

static void world_clear(struct world *w)
{
	for (size_t i = 0; i < LANES_MAX; i++)
		timeline_clear(&w->timelines[i]);
}

static struct profile_pool pool_of(const struct world *w, int64_t start, int64_t end,
				   int64_t except)
{
	return (struct profile_pool){w->lanes, w->n_lanes, {start, end}, except};
}

static void take(struct world *w, size_t lane, int64_t start, int64_t end, int64_t booking)
{
	if (timeline_insert(&w->timelines[lane], (struct span){start, end}, booking) != TIMELINE_OK)
		return;
	for (int64_t at = start; at < end; at++)
		w->holder[lane][at] = booking;
}

static bool is_busy(const struct world *w, size_t lane, int64_t at, int64_t except)
{
	return w->holder[lane][at] != 0 && w->holder[lane][at] != except;
}

static uint32_t busy_at(const struct world *w, int64_t at, int64_t except)
{
	uint32_t n = 0;

	for (size_t lane = 0; lane < w->n_lanes; lane++)
		n += is_busy(w, lane, at, except);
	return n;
}

static bool has_room(const struct profile_pool *p, const struct world *w, int64_t start,
		     int64_t length_s, uint32_t need)
{
	for (int64_t at = start; at < start + length_s; at++)
		if (busy_at(w, at, p->except) + need > w->n_lanes)
			return false;
	return true;
}

static bool has_gap(const struct profile_pool *p, const struct world *w, int64_t start,
		    int64_t length_s, uint32_t need)
{
	uint32_t n = 0;

	for (size_t lane = 0; lane < w->n_lanes; lane++) {
		bool free = true;

		for (int64_t at = start; at < start + length_s; at++)
			free &= !is_busy(w, lane, at, p->except);
		n += free;
	}
	return n >= need;
}

typedef bool has_fn(const struct profile_pool *p, const struct world *w, int64_t start,
		    int64_t length_s, uint32_t need);
typedef int first_fn(const struct profile_pool *p, uint32_t need, int64_t length_s,
		     int64_t *ret_start);

static void compare_first(const struct world *w, const struct profile_pool *p, struct draw *d,
			  first_fn *first, has_fn *has, size_t *ret_found)
{
	uint32_t need = 1 + (uint32_t)draw_below(d, w->n_lanes + 1);
	int64_t length_s = draw_between(d, 1, 12), start = -99, want = p->window.start;
	int r = first(p, need, length_s, &start);

	while (want + length_s <= p->window.end && !has(p, w, want, length_s, need))
		want++;
	if (want + length_s > p->window.end) {
		assert_int_equal(r, PROFILE_E_NONE);
		assert_int_equal(start, -99);
		return;
	}
	assert_int_equal(r, PROFILE_OK);
	assert_int_equal(start, want);
	++*ret_found;
}

static void compare_steps(const struct world *w, const struct profile_pool *p)
{
	struct arena a = {0};
	struct profile_step *steps;
	size_t n, i = 0;

	profile_steps(p, &a, &steps, &n);
	assert_int_equal(n > 0, !span_is_empty(p->window));
	for (int64_t at = p->window.start; at < p->window.end; at++) {
		if (i < n && steps[i].from == at)
			i++;
		assert_true(i > 0 && steps[i - 1].from <= at);
		assert_int_equal(steps[i - 1].busy, busy_at(w, at, p->except));
		assert_true(i < 2 || steps[i - 1].busy != steps[i - 2].busy);
	}
	assert_true(i == n);
	arena_clear(&a);
}

static void test_random(void **state)
{
	struct draw d = {.state = 13};
	size_t n_gaps = 0, n_rooms = 0;

	for (int i = 0; i < POOLS; i++) {
		struct world w;

		world_init(&w, draw_below(&d, LANES_MAX + 1));
		for (uint64_t k = draw_below(&d, 60); w.n_lanes > 0 && k > 0; k--) {
			int64_t start = draw_between(&d, 0, SECONDS - 10);

			take(&w, draw_below(&d, w.n_lanes), start, start + draw_between(&d, 1, 10),
			     draw_between(&d, 1, 9));
		}
		for (int k = 0; k < QUESTIONS; k++) {
			struct profile_pool p =
			    pool_of(&w, draw_between(&d, 0, SECONDS), draw_between(&d, 0, SECONDS),
				    draw_between(&d, 0, 9));

			compare_steps(&w, &p);
			compare_first(&w, &p, &d, profile_first_gap, has_gap, &n_gaps);
			compare_first(&w, &p, &d, profile_first_room, has_room, &n_rooms);
		}
		world_clear(&w);
	}
	assert_true(n_gaps > 0 && n_rooms > n_gaps);
}

static void test_steps(void **state)
{
	struct arena a = {0};
	struct world w;
	struct profile_step *steps;
	struct profile_pool p;
	size_t n;

	world_init(&w, 2);
	take(&w, 0, 5, 10, 1);
	take(&w, 1, 10, 20, 2); /* one goes, one comes: no step */
	take(&w, 0, 15, 18, 3);
	p = pool_of(&w, 7, 40, 0);
	profile_steps(&p, &a, &steps, &n);
	assert_int_equal(n, 4);
	assert_true(steps[0].from == 7 && steps[0].busy == 1);
	assert_true(steps[1].from == 15 && steps[1].busy == 2);
	assert_true(steps[2].from == 18 && steps[2].busy == 1);
	assert_true(steps[3].from == 20 && steps[3].busy == 0);
	arena_clear(&a);
	world_clear(&w);
}

static void test_room_where_no_gap_is(void **state)
{
	struct world w;
	struct profile_pool p;
	int64_t at = 0;

	world_init(&w, 2);
	take(&w, 0, 0, 10, 1);
	take(&w, 1, 10, 20, 2);
	p = pool_of(&w, 0, 20, 0);
	assert_int_equal(profile_first_gap(&p, 1, 11, &at), PROFILE_E_NONE);
	assert_int_equal(profile_first_room(&p, 1, 20, &at), PROFILE_OK);
	assert_int_equal(at, 0);
	p.except = 2;
	assert_int_equal(profile_first_gap(&p, 2, 10, &at), PROFILE_OK);
	assert_int_equal(at, 10);
	world_clear(&w);
}

static void test_window_without_end(void **state)
{
	struct world w;
	struct profile_pool p;
	int64_t at = 0;

	world_init(&w, 1);
	take(&w, 0, 5, 50, 1);
	p = pool_of(&w, 6, TIME_NEVER, 0);
	assert_int_equal(profile_first_gap(&p, 1, 1000, &at), PROFILE_OK);
	assert_int_equal(at, 50);
	at = 0;
	assert_int_equal(profile_first_room(&p, 1, 1000, &at), PROFILE_OK);
	assert_int_equal(at, 50);
	world_clear(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_steps),
	    cmocka_unit_test(test_room_where_no_gap_is),
	    cmocka_unit_test(test_window_without_end),
	    cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
