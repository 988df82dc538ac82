/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bookings by member and resource, by what is due, those that wait and those that owe: random
 * changes, applied and undone, against a look at every booking.
 */
#include "lib/pole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/diary.h"

#define MEMBERS 3
#define RESOURCES 4
#define NUMBERS 1500
#define SPREAD_S 40000
#define FAR_S (400 * (int64_t)86400)

static uint64_t seed = 0x5eed;

static uint32_t below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static struct booking *random_booking(int64_t number)
{
	struct item items[3];
	size_t n = 1 + below(3);
	struct booking *b;

	for (size_t i = 0; i < n; i++) {
		int64_t start = below(SPREAD_S), length_s = 1 + below(below(9) ? 300 : 4 * FAR_S);

		items[i] = item_of(1 + below(RESOURCES), 0, (struct span){start, start + length_s});
	}
	b = booking_new("", items, n, 0);
	b->number = number;
	b->member = 1 + below(MEMBERS);
	b->state = (enum booking_state)below(N_BOOKING_STATES);
	b->due_at = below(3) ? 0 : 1 + below(SPREAD_S);
	if (below(9) == 0)
		booking_details(b)->booked_until = b->span.end + below(2 * FAR_S);
	if (below(3) == 0) {
		booking_details(b)->forfeit = (uint8_t)(below(2) * 50);
		booking_details(b)->waived = below(4) == 0;
	}
	return b;
}

struct seen {
	const struct booking *items[NUMBERS];
	size_t n, most;
};

static bool see(void *arg, const struct booking *b)
{
	struct seen *seen = arg;

	seen->items[seen->n++] = b;
	return seen->n < seen->most;
}

static bool has_resource(const struct booking *b, uint32_t resource)
{
	for (size_t i = 0; i < b->n_items; i++)
		if (b->items[i].resource == resource)
			return true;
	return resource == 0;
}

static int by_start(const void *a, const void *b)
{
	const struct booking *x = *(const struct booking *const *)a;
	const struct booking *y = *(const struct booking *const *)b;

	if (x->span.start != y->span.start)
		return x->span.start < y->span.start ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

/* Sees the plain at a glance, and has a look at the others. */
struct glancing {
	const struct pole *pole;
	uint32_t resource;
	struct seen seen;
	size_t n_glanced;
};

static bool wants(void *arg, const struct glance *g)
{
	struct glancing *x = arg;
	const struct booking *b = pole_booking(x->pole, g->number);

	assert_int_equal(g->state, b->state);
	assert_int_equal(g->member, b->member);
	assert_true(g->resource == 0 || has_resource(b, g->resource));
	if (g->resource && x->resource && g->resource != x->resource)
		return false;
	if (!g->is_plain)
		return true;
	assert_int_equal(b->n_items, 1);
	assert_true(span_equals(g->span, b->items[0].span));
	x->n_glanced++;
	return false;
}

static bool see_others(void *arg, const struct booking *b)
{
	struct glancing *x = arg;

	return has_resource(b, x->resource) ? see(&x->seen, b) : true;
}

static void check_glances(const struct pole *p, uint32_t member, uint32_t resource, struct span w,
			  size_t n)
{
	struct glancing of_thing = {p, resource, {.most = NUMBERS}, 0}, of_all = of_thing;

	pole_glance_at_member(p, member, resource, w, wants, see_others, &of_thing);
	assert_int_equal(of_thing.n_glanced + of_thing.seen.n, n);
	if (member == 0)
		return;
	pole_glance_at_member(p, member, 0, w, wants, see_others, &of_all);
	assert_int_equal(of_all.n_glanced + of_all.seen.n, n);
}

static void check_member(const struct pole *p, uint32_t member, uint32_t resource, struct span w)
{
	struct seen want = {.most = NUMBERS}, got = {.most = NUMBERS};

	for (const struct booking *b = pole_booking_after(p, 0); b;
	     b = pole_booking_after(p, b->number))
		if ((b->member == member || (member == 0 && resource)) &&
		    has_resource(b, resource) && b->span.start < w.end &&
		    (booking_until(b) > w.start || b->state == BOOKING_OUT))
			want.items[want.n++] = b;
	qsort(want.items, want.n, sizeof(*want.items), by_start);
	pole_each_of_member(p, member, resource, w, see, &got);
	assert_int_equal(got.n, want.n);
	assert_memory_equal(got.items, want.items, want.n * sizeof(*want.items));
	check_glances(p, member, resource, w, want.n);
	if (want.n > 1) {
		got = (struct seen){.most = 1};
		pole_each_of_member(p, member, resource, w, see, &got);
		assert_int_equal(got.n, 1);
	}
}

static void check_owing(const struct pole *p, struct span w)
{
	struct seen want = {.most = NUMBERS}, got = {.most = NUMBERS};

	for (const struct booking *b = pole_booking_after(p, 0); b;
	     b = pole_booking_after(p, b->number)) {
		const struct details *d = booking_says(b);

		if (d->forfeit && !d->waived && !booking_state_occupies(b->state) &&
		    b->span.start < w.end && booking_until(b) > w.start)
			want.items[want.n++] = b;
	}
	qsort(want.items, want.n, sizeof(*want.items), by_start);
	pole_each_owing(p, w, see, &got);
	assert_int_equal(got.n, want.n);
	assert_memory_equal(got.items, want.items, want.n * sizeof(*want.items));
}

static bool is_one_of(const int64_t *list, size_t n, int64_t number)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == number)
			return true;
	return false;
}

/* Leaving out one after the other from the first on, and one that is not there. */
static void check_first_due_but(const struct pole *p)
{
	int64_t without[4] = {-1};

	for (size_t n = 1; n < 4; n++) {
		const struct booking *first = NULL;
		const struct booking *b = pole_booking_after(p, 0);

		for (; b; b = pole_booking_after(p, b->number))
			if (b->due_at && (!first || b->due_at < first->due_at) &&
			    !is_one_of(without, n, b->number))
				first = b;
		assert_ptr_equal(pole_first_due_but(p, without, n), first);
		without[n] = first ? first->number : 0;
	}
}

static void check_lists(const struct pole *p)
{
	const struct booking *first = NULL;
	size_t n_queue, i = 0;
	const int64_t *queue = pole_queue(p, &n_queue);

	for (const struct booking *b = pole_booking_after(p, 0); b;
	     b = pole_booking_after(p, b->number)) {
		if (b->due_at && (!first || b->due_at < first->due_at))
			first = b;
		if (booking_state_queues(b->state))
			assert_true(i < n_queue && queue[i++] == b->number);
	}
	assert_int_equal(i, n_queue);
	assert_ptr_equal(pole_first_due(p), first);
	check_first_due_but(p);
}

static void check(const struct pole *p)
{
	int64_t start = (int64_t)below(SPREAD_S + 1000) - 500;
	struct span w = {start, start + 1 + below(2000)};

	if (below(8) == 0)
		w.end = TIME_NEVER;
	if (below(8) == 0)
		w = (struct span){start + FAR_S, start + FAR_S + 5};
	check_member(p, below(MEMBERS + 2), below(RESOURCES + 2), w);
	check_owing(p, w);
	check_lists(p);
}

static void random_change(const struct pole *p, struct changes *c)
{
	int64_t number = 1 + below(NUMBERS - 1);
	const struct booking *before = pole_booking(p, number);

	if (before && below(4) == 0)
		changes_add_booking(c, CAUSE_NONE, (struct booking *)before, NULL);
	else
		changes_add_booking(c, CAUSE_NONE, (struct booking *)before,
				    random_booking(number));
}

static void test_random_apply_and_undo(void **state)
{
	struct pole *p = pole_new();

	for (int round = 0; round < 6000; round++) {
		struct changes c = {0};

		random_change(p, &c);
		pole_apply(p, &c);
		if (round % 8 == 0)
			check(p);
		if (below(3) == 0) {
			pole_undo(p, &c);
			if (round % 8 == 0)
				check(p);
		}
		changes_clear(&c);
	}
	assert_true(pole_n_bookings(p) > NUMBERS / 2);
	pole_forget_some(p, SPREAD_S / 2, SIZE_MAX, &(int64_t){0});
	for (int i = 0; i < 100; i++)
		check(p);
	pole_free(p);
}

static bool see_entry(void *arg, const struct diary_entry *e)
{
	int64_t *next = arg;

	assert_int_equal(e->number, (*next)++);
	assert_int_equal(e->tag, 7);
	return true;
}

static void test_filled_in_order_of_time(void **state)
{
	struct diary d = {0};
	int64_t next = 1001;

	for (int64_t i = 0; i < 2000; i++) {
		const struct diary_entry e = {.number = (uint64_t)i + 1, .tag = 7};

		diary_add(&d, i / 2, 1, e);
	}
	assert_true(diary_each(&d, (struct span){500, 502}, 7, see_entry, &next));
	assert_int_equal(next, 1005);
	for (int64_t i = 0; i < 2000; i++) {
		assert_int_equal(diary_first(&d), i + 1);
		diary_remove(&d, i / 2, i + 1);
	}
	assert_int_equal(diary_first(&d), 0);
	diary_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random_apply_and_undo),
	    cmocka_unit_test(test_filled_in_order_of_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
