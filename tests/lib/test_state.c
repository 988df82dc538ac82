/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of moves, walked. */
#include "lib/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ALL_MOVERS (MOVER_HOLDER | MOVER_MANAGER | MOVER_DAEMON)

static const enum booking_state births[] = {BOOKING_CONFIRMED, BOOKING_HELD, BOOKING_REQUESTED,
					    BOOKING_WAITING};

static void test_words(void **state)
{
	for (int i = 0; i < N_BOOKING_STATES; i++) {
		enum booking_state s;

		assert_int_equal(booking_state_from_word(booking_state_words[i], &s), 0);
		assert_int_equal(s, i);
	}
	for (int i = 0; i < N_CAUSES; i++) {
		enum cause c;

		assert_int_equal(cause_from_word(cause_words[i], &c), 0);
		assert_int_equal(c, i);
	}
	assert_int_not_equal(booking_state_from_word("lost", &(enum booking_state){0}), 0);
	assert_int_not_equal(cause_from_word("chance", &(enum cause){0}), 0);
}

static void test_every_state_is_reached(void **state)
{
	bool reached[N_BOOKING_STATES] = {false};
	struct state_row row;
	bool more = true;

	for (size_t i = 0; i < sizeof(births) / sizeof(*births); i++)
		reached[births[i]] = true;
	while (more) {
		more = false;
		for (unsigned i = 0; state_row(i, &row); i++) {
			if (!reached[row.from] || reached[row.to])
				continue;
			reached[row.to] = true;
			more = true;
		}
	}
	for (int i = 0; i < N_BOOKING_STATES; i++)
		assert_true(reached[i]);
}

static void test_ends_have_no_way_out(void **state)
{
	struct state_row row;

	for (unsigned i = 0; state_row(i, &row); i++) {
		if (booking_state_is_open(row.from))
			continue;
		assert_int_equal(row.from, row.to);
		assert_true(row.cause == CAUSE_DISPUTED || row.cause == CAUSE_SETTLED ||
			    row.cause == CAUSE_WAIVED || row.cause == CAUSE_REPACKED);
	}
}

static void test_every_open_state_comes_to_an_end(void **state)
{
	bool ends[N_BOOKING_STATES];
	struct state_row row;
	bool more = true;

	for (int i = 0; i < N_BOOKING_STATES; i++)
		ends[i] = !booking_state_is_open((enum booking_state)i);
	while (more) {
		more = false;
		for (unsigned i = 0; state_row(i, &row); i++) {
			if (ends[row.from] || !ends[row.to])
				continue;
			ends[row.from] = true;
			more = true;
		}
	}
	for (int i = 0; i < N_BOOKING_STATES; i++)
		assert_true(ends[i]);
}

static void test_no_row_twice_and_none_without_a_mover(void **state)
{
	struct state_row a, b;

	for (unsigned i = 0; state_row(i, &a); i++) {
		assert_int_not_equal(a.movers & ALL_MOVERS, 0);
		assert_int_equal(a.movers & ~(unsigned)ALL_MOVERS, 0);
		assert_int_not_equal(a.cause, CAUSE_NONE);
		for (unsigned j = 0; j < i && state_row(j, &b); j++)
			assert_false(a.from == b.from && a.to == b.to && a.cause == b.cause);
	}
}

/* What is answered for a move agrees with what may be moved; who is not a mover does not move. */
static void test_moves_agree_with_rows(void **state)
{
	const enum mover movers[] = {MOVER_HOLDER, MOVER_MANAGER, MOVER_DAEMON};

	for (int from = 0; from < N_BOOKING_STATES; from++)
		for (int cause = 0; cause < N_CAUSES; cause++)
			for (int m = 0; m < 3; m++) {
				enum booking_state to = N_BOOKING_STATES;
				int r = state_move((enum booking_state)from, (enum cause)cause,
						   movers[m], &to);
				bool any = false;

				for (int s = 0; s < N_BOOKING_STATES; s++)
					any |= state_may_move((enum booking_state)from,
							      (enum booking_state)s,
							      (enum cause)cause, movers[m]);
				assert_int_equal(r == 0, any);
				if (r == 0)
					assert_true(state_may_move((enum booking_state)from, to,
								   (enum cause)cause, movers[m]));
				else
					assert_int_equal(to, N_BOOKING_STATES);
			}
}

static void test_who_may(void **state)
{
	static const struct {
		enum booking_state from;
		enum cause cause;
		unsigned movers;
	} rows[] = {
	    {BOOKING_REQUESTED, CAUSE_APPROVED, MOVER_MANAGER | MOVER_DAEMON},
	    {BOOKING_REQUESTED, CAUSE_DECLINED, MOVER_MANAGER | MOVER_DAEMON},
	    {BOOKING_HELD, CAUSE_EXPIRED, MOVER_DAEMON},
	    {BOOKING_HELD, CAUSE_CONFIRMED, MOVER_HOLDER | MOVER_MANAGER},
	    {BOOKING_WAITING, CAUSE_OFFERED, MOVER_DAEMON},
	    {BOOKING_WAITING, CAUSE_CONFIRMED, 0},
	    {BOOKING_OUT, CAUSE_CANCELLED, 0},
	    {BOOKING_CONFIRMED, CAUSE_SETTLED, MOVER_MANAGER},
	    {BOOKING_CANCELLED, CAUSE_WAIVED, MOVER_DAEMON},
	    {BOOKING_DONE, CAUSE_OUT, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (unsigned m = 1; m <= MOVER_DAEMON; m *= 2) {
			enum booking_state to;

			assert_int_equal(
			    state_move(rows[i].from, rows[i].cause, (enum mover)m, &to) == 0,
			    (rows[i].movers & m) != 0);
		}
}

static void test_traits(void **state)
{
	for (int i = 0; i < N_BOOKING_STATES; i++) {
		enum booking_state s = (enum booking_state)i;

		assert_false(booking_state_occupies(s) && booking_state_queues(s));
		assert_true(!booking_state_occupies(s) || booking_state_counts(s));
		assert_true(!booking_state_queues(s) || booking_state_is_open(s));
	}
	assert_true(booking_state_counts(BOOKING_HELD)); /* else holds go round quotas */
	assert_true(booking_state_counts(BOOKING_NO_SHOW));
	assert_false(booking_state_occupies(BOOKING_NO_SHOW));
	assert_false(booking_state_counts(BOOKING_SUSPENDED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_every_state_is_reached),
	    cmocka_unit_test(test_ends_have_no_way_out),
	    cmocka_unit_test(test_every_open_state_comes_to_an_end),
	    cmocka_unit_test(test_no_row_twice_and_none_without_a_mover),
	    cmocka_unit_test(test_moves_agree_with_rows),
	    cmocka_unit_test(test_who_may),
	    cmocka_unit_test(test_traits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
