/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests arenas: what is handed out is zeroed, aligned, apart from all else, and lasts. */

#include "lib/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void all_sizes_are_zeroed_aligned_and_apart(void **state)
{
	static const size_t sizes[] = {0,     1,     7,	    16,	   17,	   100,	 255,
				       256,   257,   1000,  1024,  1025,   4000, 16384,
				       20000, 65535, 65536, 65537, 1000000};
	enum { ROUNDS = 20, N = sizeof(sizes) / sizeof(sizes[0]) };
	unsigned char *blocks[ROUNDS][N];
	struct arena a = {0};

	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < N; i++) {
			size_t n = sizes[(i * 7 + round) % N];
			unsigned char *p = blocks[round][i] = arena_alloc(&a, n);

			assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
			for (size_t k = 0; k < n; k++)
				assert_int_equal(p[k], 0);
			memset(p, (int)(round * N + i) & 0xff, n);
		}
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < N; i++)
			for (size_t k = 0; k < sizes[(i * 7 + round) % N]; k++)
				assert_int_equal(blocks[round][i][k], (round * N + i) & 0xff);
	arena_clear(&a);
	assert_null(a.blocks);
	assert_non_null(arena_alloc(&a, 10));
	arena_clear(&a);
	arena_clear(&a);
}

/* Over and over, as the requests of a connection do: still zeroed and apart. */
static void what_is_reset_is_as_new(void **state)
{
	static const size_t sizes[] = {1, 300, 700, 900, 1500, 5000, 3000, 70000, 16};
	enum { N = sizeof(sizes) / sizeof(sizes[0]) };
	struct arena a = {0};

	arena_reset(&a);
	assert_null(a.blocks);
	for (size_t round = 0; round < 30; round++) {
		unsigned char *blocks[N];
		size_t n = 1 + round % N;

		for (size_t i = 0; i < n; i++) {
			blocks[i] = arena_alloc(&a, sizes[i]);
			for (size_t k = 0; k < sizes[i]; k++)
				assert_int_equal(blocks[i][k], 0);
			memset(blocks[i], (int)i + 1, sizes[i]);
		}
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < sizes[i]; k++)
				assert_int_equal(blocks[i][k], i + 1);
		arena_reset(&a);
		assert_non_null(a.blocks);
	}
	arena_clear(&a);
}

/* A request that always needs the same takes the same memory. */
static void what_was_enough_once_is_kept(void **state)
{
	struct arena a = {0};
	void *first = NULL;

	for (int round = 0; round < 10; round++) {
		void *p = arena_alloc(&a, 600), *q = arena_alloc(&a, 600);

		if (round == 1)
			first = p;
		if (round > 1)
			assert_ptr_equal(p, first);
		assert_ptr_not_equal(p, q);
		arena_reset(&a);
	}
	arena_clear(&a);
}

/* What is large, and not larger than a block, stands beside its like: in a block of 64 KiB are
 * three of 17,000 bytes. */
static void a_new_block_is_filled_on(void **state)
{
	enum { N = 60, SIZE = 17000 };
	struct arena a = {0};
	unsigned char *last = NULL;
	int n_beside = 0;

	for (int i = 0; i < N; i++) {
		unsigned char *p = arena_alloc(&a, SIZE);

		n_beside += p == last + arena_whole_units(SIZE);
		last = p;
	}
	assert_true(n_beside >= N / 2);
	arena_clear(&a);
}

/* Nor is one that has more room left given up for what fills another. */
static void an_old_block_is_filled_on(void **state)
{
	struct arena a = {0};
	unsigned char *small = arena_alloc(&a, 16), *large = arena_alloc(&a, 2000);

	assert_non_null(large);
	assert_ptr_equal(arena_alloc(&a, 16), small + 16);
	arena_clear(&a);
}

static void strings_are_copied(void **state)
{
	struct arena a = {0};
	char source[] = "Marché de Noël";
	char *whole = arena_strdup(&a, source), *part = arena_strndup(&a, source, 5);
	char unterminated[3] = {'a', 'b', 'c'};

	source[0] = 'X';
	assert_string_equal(whole, "Marché de Noël");
	assert_string_equal(part, "March");
	assert_string_equal(arena_strndup(&a, "ab", 100), "ab");
	assert_string_equal(arena_strndup(&a, unterminated, 3), "abc");
	assert_null(arena_strdup(&a, NULL));
	assert_null(arena_strndup(&a, NULL, 3));
	arena_clear(&a);
}

static void printf_makes_room_for_any_length(void **state)
{
	struct arena a = {0};
	char *text = arena_printf(&a, "%s is %d of %5000d", "van-2", 2, 36);

	assert_int_equal(strlen(text), 5014);
	assert_memory_equal(text, "van-2 is 2 of ", 14);
	assert_string_equal(text + 5012, "36");
	assert_string_equal(arena_printf(&a, "%s", ""), "");
	arena_clear(&a);
}

static void arrays_grow_and_keep_what_they_had(void **state)
{
	struct arena a = {0};
	int64_t *array = NULL;
	size_t cap = 0;

	for (size_t n = 0; n < 5000; n++) {
		array = arena_grow(&a, array, n, &cap, n + 1, sizeof(*array));
		assert_true(cap > n);
		assert_int_equal(array[n], 0);
		array[n] = (int64_t)n * 3;
		arena_alloc(&a, n % 40);
	}
	for (size_t n = 0; n < 5000; n++)
		assert_int_equal(array[n], n * 3);
	assert_ptr_equal(arena_grow(&a, array, 5000, &cap, 10, sizeof(*array)), array);
	arena_clear(&a);
}

static void memory_is_zeroed_and_grows(void **state)
{
	unsigned char *p = memory_new(100);
	char *s = memory_strdup("p17");

	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	p[99] = 7;
	p = memory_grow(p, 100000);
	assert_int_equal(p[99], 7);
	assert_string_equal(s, "p17");
	free(p);
	free(s);
	free(memory_new(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_sizes_are_zeroed_aligned_and_apart),
	    cmocka_unit_test(what_is_reset_is_as_new),
	    cmocka_unit_test(what_was_enough_once_is_kept),
	    cmocka_unit_test(a_new_block_is_filled_on),
	    cmocka_unit_test(an_old_block_is_filled_on),
	    cmocka_unit_test(strings_are_copied),
	    cmocka_unit_test(printf_makes_room_for_any_length),
	    cmocka_unit_test(arrays_grow_and_keep_what_they_had),
	    cmocka_unit_test(memory_is_zeroed_and_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
