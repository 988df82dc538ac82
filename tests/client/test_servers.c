/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of servers, each person's order of them, and how long one that fails is tried again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "client/patience.h"
#include "client/servers.h"

static void taken_apart(void **state)
{
	static const struct {
		const char *text, *expected; /* "!x": x is what is wrong */
	} cases[] = {
	    {"pole.example.org", "pole.example.org"},
	    {"a:7823,b:7824", "a,b:7824"},
	    {" a , [::1]:9 ,127.0.0.1", "a,[::1]:9,127.0.0.1"},
	    {"a,b,c,d,e,f,g,h", "a,b,c,d,e,f,g,h"},
	    {"a,b,c,d,e,f,g,h,i", "!i"},
	    {"a,a", "!a"},
	    {"a,b:7823,b", "!b"},
	    {"", "!"},
	    {"a,", "!"},
	    {"a,,b", "!"},
	    {"a b", "!a b"},
	    {"a,b:0", "!b:0"},
	    {"a:b:c]", "!a:b:c]"},
	    {"a,b\nc", "!b\nc"},
	    {"a\033[2J", "!a\033[2J"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena a = {0};
		struct servers s;
		const char *bad = NULL, *expected = cases[i].expected;
		int answer = servers_parse(cases[i].text, &a, &s, &bad);
		assert_int_equal(answer, *expected == '!');
		if (answer)
			assert_string_equal(bad, expected + 1);
		else
			assert_string_equal(servers_format(&a, &s), expected);
		arena_clear(&a);
	}
}

static const char *first_of(struct arena *a, const char *text, unsigned token)
{
	struct servers s;
	const char *bad;
	assert_int_equal(servers_parse(text, a, &s, &bad), 0);
	servers_arrange(&s, arena_printf(a, "token-%u", token));
	return s.list[0].host;
}

static void people_are_spread_and_stay(void **state)
{
	enum { PEOPLE = 3000 };
	unsigned counts[3] = {0}, moved = 0;
	for (unsigned i = 0; i < PEOPLE; i++) {
		struct arena a = {0};
		const char *first = first_of(&a, "a,b,c", i);
		assert_string_equal(first, first_of(&a, "c,a,b", i));
		counts[*first - 'a']++;
		if (*first != 'c')
			assert_string_equal(first, first_of(&a, "a,b", i));
		else
			moved++;
		arena_clear(&a);
	}
	for (size_t i = 0; i < 3; i++)
		assert_in_range(counts[i], PEOPLE / 4, PEOPLE / 2);
	assert_int_equal(moved, counts[2]);
}

static void nobody_is_lost_in_the_order(void **state)
{
	for (unsigned token = 0; token < 50; token++) {
		struct arena a = {0};
		struct servers s;
		const char *bad;
		unsigned seen = 0;
		assert_int_equal(servers_parse("a,b,c,d,e", &a, &s, &bad), 0);
		servers_arrange(&s, arena_printf(&a, "%u", token));
		for (size_t i = 0; i < s.n; i++)
			seen |= 1u << (*s.list[i].host - 'a');
		assert_int_equal(seen, 31);
		arena_clear(&a);
	}
}

static void patience_ends(void **state)
{
	struct timespec begun, ended;
	struct patience p = patience_of(900);
	unsigned n = 0;
	clock_gettime(CLOCK_MONOTONIC, &begun);
	while (patience_wait(&p, 0))
		assert_in_range(++n, 1, 3);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	assert_in_range(n, 1, 3);
	assert_true((ended.tv_sec - begun.tv_sec) * 1000 +
			(ended.tv_nsec - begun.tv_nsec) / 1000000 >=
		    200);
	p = patience_of(1000);
	assert_false(patience_wait(&p, 2000));
	p = patience_of(0);
	assert_false(patience_wait(&p, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(taken_apart),
	    cmocka_unit_test(people_are_spread_and_stay),
	    cmocka_unit_test(nobody_is_lost_in_the_order),
	    cmocka_unit_test(patience_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
