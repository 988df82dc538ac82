/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nobody waits long for what is being freed: neither for many bookings nor for many kept answers.
 */
#include "daemon/shed.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
/* cmocka wants those before it */
#include <cmocka.h>

#include "daemon/kept.h"
#include "lib/pole.h"

#define N_ANSWERS 50000

static struct kept many(void)
{
	struct kept k = {0};
	char key[16];

	for (int i = 0; i < N_ANSWERS; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		kept_add(&k, 1, key, "", "OK", 1);
	}
	return k;
}

static int turns(struct shed *s, struct event_base *base)
{
	int n = 0;

	for (; !shed_is_empty(s); n++)
		event_base_loop(base, EVLOOP_ONCE);
	return n;
}

static void test_answers_go_in_turns(void **state)
{
	struct event_base *base = event_base_new();
	struct shed *s = shed_new(base);
	struct kept k = many();

	shed_pole(s, pole_new(), &k);
	assert_int_equal(k.n, 0);
	assert_null(k.tables);
	assert_true(turns(s, base) >= 10);
	shed_pole(s, NULL, &k); /* of a pole that could not be loaded: nothing */
	turns(s, base);
	shed_free(s);
	event_base_free(base);
}

static void test_the_rest_goes_at_once(void **state)
{
	struct event_base *base = event_base_new();
	struct shed *s = shed_new(base);
	struct kept k = many();

	shed_pole(s, pole_new(), &k);
	event_base_loop(base, EVLOOP_ONCE);
	assert_false(shed_is_empty(s));
	shed_free(s);
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_answers_go_in_turns),
	    cmocka_unit_test(test_the_rest_goes_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
