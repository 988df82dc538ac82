/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits of crowds: what counts, what is counted down again, and who goes on when. */
#include "daemon/crowd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#define REQUESTS_MAX 3
#define N_PLACES 8
#define MANY 5000

struct connection {
	struct crowd_place place; /* first: one is the other */
	char name;
	struct crowd *crowd;
	int64_t works_us; /* each time it goes on */
	bool submits;
};

static struct event_base *base;
static char went_on[64]; /* the names of those who did, in order */

static void go_on(struct crowd_place *place)
{
	struct connection *c = (struct connection *)place;
	size_t n = strlen(went_on);

	went_on[n] = c->name;
	went_on[n + 1] = '\0';
	crowd_worked(c->crowd, c->works_us);
	if (c->submits)
		crowd_submitted(c->crowd);
}

static void turn(void)
{
	event_base_loop(base, EVLOOP_ONCE);
}

static int setup(void **state)
{
	base = event_base_new();
	went_on[0] = '\0';
	*state = crowds_new(base, REQUESTS_MAX, go_on);
	return 0;
}

static int teardown(void **state)
{
	crowds_free(*state);
	event_base_free(base);
	return 0;
}

static void test_connections_of_each_are_counted(void **state)
{
	struct crowds *cs = *state;
	struct crowd *one = crowd_join(cs, "192.0.2.1"), *two = crowd_join(cs, "192.0.2.2");

	assert_ptr_not_equal(one, two);
	assert_ptr_equal(crowd_join(cs, "192.0.2.1"), one);
	assert_string_equal(crowd_key(one), "192.0.2.1");
	assert_int_equal(crowd_size(one), 2);
	assert_int_equal(crowds_size_of(cs, "192.0.2.2"), 1);
	assert_int_equal(crowds_size_of(cs, "192.0.2.3"), 0);
	crowd_leave(one, NULL);
	assert_int_equal(crowds_size_of(cs, "192.0.2.1"), 1);
	crowd_leave(one, NULL);
	assert_int_equal(crowds_size_of(cs, "192.0.2.1"), 0);
	crowd_leave(two, NULL);
}

static void test_many_addresses(void **state)
{
	struct crowds *cs = *state;
	static struct crowd *all[MANY];
	char key[32];

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < MANY; i++) {
			snprintf(key, sizeof(key), "2001:db8::%zx", i);
			all[i] = crowd_join(cs, key);
			for (size_t n = 0; n < i % 3; n++)
				crowd_join(cs, key);
		}
		for (size_t i = 0; i < MANY; i++) {
			snprintf(key, sizeof(key), "2001:db8::%zx", i);
			assert_int_equal(crowds_size_of(cs, key), 1 + i % 3);
			for (size_t n = 0; n < 1 + i % 3; n++)
				crowd_leave(all[i], NULL);
			assert_int_equal(crowds_size_of(cs, key), 0);
		}
	}
}

static void join(struct crowds *cs, struct connection *list, const char *key, const char *names)
{
	for (size_t i = 0; names[i]; i++)
		list[i] = (struct connection){.name = names[i], .crowd = crowd_join(cs, key)};
}

static void leave(struct connection *list)
{
	for (; list->name; list++)
		crowd_leave(list->crowd, &list->place);
}

static void test_changes_on_their_way_are_limited(void **state)
{
	struct connection m[N_PLACES] = {0}, other[N_PLACES] = {0};

	join(*state, m, "m01", "abcd");
	join(*state, other, "m02", "x");
	for (int i = 0; i < REQUESTS_MAX; i++) {
		assert_true(crowd_may_submit(m->crowd));
		crowd_submitted(m->crowd);
	}
	assert_false(crowd_may_submit(m->crowd));
	assert_true(crowd_may_submit(other->crowd));
	for (int i = 0; i < 4; i++) {
		m[i].submits = true;
		crowd_wait_to_submit(m->crowd, &m[i].place);
	}
	turn();
	assert_string_equal(went_on, ""); /* none was answered */
	crowd_answered(m->crowd);
	assert_string_equal(went_on, ""); /* never but from the loop */
	turn();
	assert_string_equal(went_on, "a");
	assert_false(crowd_may_submit(m->crowd));
	crowd_leave(m[2].crowd, &m[2].place); /* of the midst of the line */
	crowd_answered(m->crowd);
	crowd_answered(m->crowd);
	turn();
	assert_string_equal(went_on, "abd");
	for (int i = 0; i < REQUESTS_MAX; i++)
		crowd_answered(m->crowd);
	turn();
	assert_string_equal(went_on, "abd");
	assert_true(crowd_may_submit(m->crowd));
	m[2] = m[3];
	m[3] = (struct connection){0};
	leave(m);
	leave(other);
}

/* What was asked for outlives whoever asked for it. */
static void test_a_crowd_stays_while_something_is_on_its_way(void **state)
{
	struct crowd *c = crowd_join(*state, "m01");

	crowd_submitted(c);
	crowd_leave(c, NULL);
	assert_ptr_equal(crowd_join(*state, "m01"), c);
	for (int i = 1; i < REQUESTS_MAX; i++)
		crowd_submitted(c);
	assert_false(crowd_may_submit(c));
	crowd_leave(c, NULL);
	for (int i = 0; i < REQUESTS_MAX; i++)
		crowd_answered(c);
	assert_int_equal(crowds_size_of(*state, "m01"), 0);
	c = crowd_join(*state, "m01");
	assert_true(crowd_may_submit(c));
	crowd_leave(c, NULL);
}

static void test_time_is_given_by_crowd(void **state)
{
	struct connection m[N_PLACES] = {0}, other[N_PLACES] = {0};

	join(*state, m, "m01", "abc");
	join(*state, other, "m02", "x");
	assert_true(crowd_has_time(m->crowd));
	crowd_worked(m->crowd, CROWD_TURN_US - 1);
	assert_true(crowd_has_time(m->crowd));
	crowd_worked(m->crowd, 1);
	assert_false(crowd_has_time(m->crowd));
	assert_true(crowd_has_time(other->crowd));
	for (int i = 0; i < 3; i++) {
		m[i].works_us = i == 0 ? 1 : CROWD_TURN_US;
		crowd_wait_for_turn(m->crowd, &m[i].place);
		crowd_wait_for_turn(m->crowd, &m[i].place); /* is in line already */
	}
	turn();
	assert_string_equal(went_on, "ab"); /* the time was up */
	turn();
	assert_string_equal(went_on, "abc");
	turn();
	assert_string_equal(went_on, "abc");
	leave(m);
	leave(other);
}

static void test_each_busy_crowd_has_a_turn(void **state)
{
	struct connection m[N_PLACES] = {0}, other[N_PLACES] = {0};

	join(*state, m, "m01", "abcdef");
	join(*state, other, "m02", "x");
	for (int i = 0; i < 6; i++) {
		m[i].works_us = CROWD_TURN_US;
		crowd_wait_for_turn(m->crowd, &m[i].place);
	}
	crowd_wait_for_turn(other->crowd, &other->place);
	turn();
	assert_int_equal(strlen(went_on), 2);
	assert_non_null(strchr(went_on, 'x'));
	crowd_leave(m[1].crowd, &m[1].place);
	for (int i = 0; i < 6; i++)
		turn();
	assert_int_equal(strlen(went_on), 6);
	assert_null(strchr(went_on, 'b'));
	m[1] = m[5];
	m[5] = (struct connection){0};
	leave(m);
	leave(other);
}

/* All connections have left; the answers come later. */
static void test_the_end(void **state)
{
	struct crowds *cs = crowds_new(base, REQUESTS_MAX, go_on);
	struct connection m[N_PLACES] = {0};

	join(cs, m, "m01", "ab");
	crowd_submitted(m->crowd);
	crowd_submitted(m->crowd);
	crowd_wait_for_turn(m->crowd, &m[0].place);
	leave(m);
	crowds_free(cs);
	turn();
	crowd_answered(m->crowd);
	crowd_answered(m->crowd); /* frees what is left; the sanitizer tells */
	assert_string_equal(went_on, "");
	crowds_free(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_connections_of_each_are_counted),
	    TEST(test_many_addresses),
	    TEST(test_changes_on_their_way_are_limited),
	    TEST(test_a_crowd_stays_while_something_is_on_its_way),
	    TEST(test_time_is_given_by_crowd),
	    TEST(test_each_busy_crowd_has_a_turn),
	    TEST(test_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
