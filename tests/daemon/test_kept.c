/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kept answers against a list of them, with random keys and moments, forgotten a little at a time.
 */
#include "daemon/kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants those before it */
#include <cmocka.h>

#define N_ACTORS 7
#define N_KEYS 300

static int64_t moments[N_ACTORS][N_KEYS]; /* 0: not kept */

static const char *key_of(unsigned i)
{
	static char key[16];

	snprintf(key, sizeof(key), "k%u", i);
	return key;
}

static void add(struct kept *k, unsigned actor, unsigned i, int64_t at)
{
	char reply[32];

	snprintf(reply, sizeof(reply), "OK %u %u %lld", actor, i, (long long)at);
	kept_add(k, actor, key_of(i), "hash", reply, at);
	if (!moments[actor][i])
		moments[actor][i] = at;
}

static void check(const struct kept *k)
{
	size_t n = 0;
	char reply[32];

	for (unsigned actor = 0; actor < N_ACTORS; actor++)
		for (unsigned i = 0; i < N_KEYS; i++) {
			const struct kept_answer *a = kept_find(k, actor, key_of(i));

			assert_int_equal(a != NULL, moments[actor][i] != 0);
			if (!a)
				continue;
			snprintf(reply, sizeof(reply), "OK %u %u %lld", actor, i,
				 (long long)moments[actor][i]);
			assert_string_equal(a->reply, reply);
			n++;
		}
	assert_int_equal(k->n, n);
}

static size_t n_tables(const struct kept *k)
{
	return k->tables ? KEPT_TABLES : 0;
}

/* Some at a time; nothing comes in between, so all that is older goes. */
static void forget(struct kept *k, int64_t before, size_t n)
{
	struct kept_place at = {0};
	size_t n_turns = 1, n_places = n_tables(k);

	for (size_t i = 0; i < n_tables(k); i++)
		n_places += k->tables[i].cap;

	for (; !kept_forget_some(k, before, n, &at); n_turns++)
		assert_true(n_turns * n <= n_places * 2);
	for (unsigned actor = 0; actor < N_ACTORS; actor++)
		for (unsigned i = 0; i < N_KEYS; i++)
			if (moments[actor][i] < before)
				moments[actor][i] = 0;
}

static void test_random(void **state)
{
	struct kept k = {0};
	int64_t now = 1000;

	srandom(7);
	assert_true(kept_forget_some(&k, now, 1, &(struct kept_place){0}));
	for (int round = 0; round < 400; round++) {
		for (int i = 0; i < 30; i++)
			add(&k, (unsigned)random() % N_ACTORS, (unsigned)random() % N_KEYS,
			    now + random() % 100);
		forget(&k, now - random() % 400, 1 + (size_t)random() % 50);
		check(&k);
		now += 40;
	}
	assert_true(k.n > 100);
	forget(&k, INT64_MAX, 10);
	check(&k);
	kept_clear(&k);
}

/* What is left for the next time goes then. */
static void test_grows_in_between(void **state)
{
	struct kept k = {0};
	struct kept_place at = {0};

	for (unsigned i = 0; i < 20; i++)
		kept_add(&k, 1, key_of(i), "", "", 1);
	assert_false(kept_forget_some(&k, 2, 10, &at));
	for (unsigned i = 20; i < N_KEYS; i++)
		kept_add(&k, 1, key_of(i), "", "", 3);
	while (!kept_forget_some(&k, 2, 10, &at))
		;
	at = (struct kept_place){0};
	assert_true(kept_forget_some(&k, 2, SIZE_MAX, &at));
	assert_int_equal(k.n, N_KEYS - 20);
	kept_clear(&k);
}

/* None grows much larger than the others: what is done in one go stays little, whatever the keys
 * look like. */
static void test_no_table_is_large(void **state)
{
	static const char *const forms[] = {"%u", "%08x", "%032u", "book-2026-11-%u-x"};
	char key[64];

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct kept k = {0};

		for (unsigned n = 0; n < 50000; n++) {
			snprintf(key, sizeof(key), forms[i], n);
			kept_add(&k, n % 3, key, "", "", 1);
		}
		assert_int_equal(k.n, 50000);
		for (size_t t = 0; t < n_tables(&k); t++)
			assert_in_range(k.tables[t].n, 1, 50000 / KEPT_TABLES * 2);
		kept_clear(&k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_grows_in_between),
	    cmocka_unit_test(test_no_table_is_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
