/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Booking images and codes, and the codes of persons. */
#include "lib/booking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/person.h"

#define TIER (INT64_C(1) << 25)

static void check_round_trip(int64_t number, size_t length)
{
	char code[16];
	int64_t back = 0;

	booking_code(number, code, sizeof(code));
	assert_int_equal(strlen(code), length);
	assert_int_equal(booking_number_from_code(code, &back), 0);
	assert_int_equal(back, number);
}

static void test_codes_round_trip(void **state)
{
	static const struct {
		int64_t from, to;
		size_t length;
	} rows[] = {
	    {1, 200000, 6},
	    {TIER - 1000, TIER - 1, 6},
	    {TIER, TIER + 1000, 7},
	    {TIER + (INT64_C(1) << 30) - 10, TIER + (INT64_C(1) << 30) - 1, 7},
	    {TIER + (INT64_C(1) << 30), TIER + (INT64_C(1) << 30) + 10, 8},
	    {INT64_C(1) << 54, (INT64_C(1) << 54) + 10, 12},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int64_t n = rows[i].from; n <= rows[i].to; n++)
			check_round_trip(n, rows[i].length);
}

static int differing_digits(const char *a, const char *b)
{
	int n = 0;

	for (; *a && *b; a++, b++)
		n += *a != *b;
	return n;
}

static void test_neighbours_look_unlike(void **state)
{
	int64_t alike = 0;

	for (int64_t n = 1; n < 20000; n++) {
		char a[16], b[16];

		booking_code(n, a, sizeof(a));
		booking_code(n + 1, b, sizeof(b));
		alike += differing_digits(a, b) < 3;
	}
	assert_true(alike < 20000 / 100);
}

static void test_typed_codes(void **state)
{
	static const char *const refused[] = {
	    "",	      "B",  "B1234", "X12345",	      "B1234U",	    "B12-45",
	    "B1234 ", "17", "p17",   "B123456789012", "B00\xc3\xa9"};
	int64_t want, got;

	assert_int_equal(booking_number_from_code("B10A1X", &want), 0);
	assert_int_equal(booking_number_from_code("bloaIx", &got), 0);
	assert_int_equal(got, want);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_true(booking_number_from_code(refused[i], &got) > 0);
}

/* Codes are printed on keys and calendars: they must never change. */
static void test_codes_are_for_ever(void **state)
{
	static const struct {
		int64_t number;
		const char *code;
	} rows[] = {{1, "BF849P"}, {2, "BJHAX0"}, {1000, "BPY03X"}, {TIER + 1, "B3STER3"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char code[16];

		assert_string_equal(booking_code(rows[i].number, code, sizeof(code)), rows[i].code);
	}
}

static void test_states(void **state)
{
	enum booking_state s;

	for (int i = 0; i < N_BOOKING_STATES; i++) {
		assert_int_equal(booking_state_from_word(booking_state_words[i], &s), 0);
		assert_int_equal(s, i);
	}
	assert_true(booking_state_from_word("wanted", &s) > 0);
	assert_true(booking_state_occupies(BOOKING_CONFIRMED));
	assert_false(booking_state_occupies(BOOKING_CANCELLED));
}

static void test_copy(void **state)
{
	struct item items[] = {item_of(3, 0, (struct span){10, 20}),
			       item_of(4, 2, (struct span){5, 15})};
	struct booking *b, *longer, *shorter;

	items[1].having = "seats>=7";
	b = booking_new("Marché de Noël", items, 2, 2);

	b->number = 5;
	b->allocations[1].lane = 7;
	booking_ref(b);
	longer = booking_copy(b, 3);
	shorter = booking_copy(b, 1);
	assert_int_equal(longer->refs, 1);
	assert_int_equal(longer->n_allocations, 3);
	assert_int_equal(longer->allocations[1].lane, 7);
	assert_int_equal(shorter->n_allocations, 1);
	booking_unref(b);
	booking_unref(b);
	assert_string_equal(longer->purpose, "Marché de Noël");
	assert_string_equal(shorter->purpose, "Marché de Noël");
	assert_string_equal(longer->items[1].having, "seats>=7");
	assert_string_equal(longer->items[0].having, "");
	booking_unref(longer);
	booking_unref(shorter);
	booking_unref(NULL);
}

static void test_sums_up(void **state)
{
	struct item items[] = {item_of(3, 0, (struct span){10, 20}),
			       item_of(4, 2, (struct span){5, 15}),
			       item_of(5, 0, (struct span){12, 30})};
	struct booking *b = booking_new("", items, 3, 3);

	assert_int_equal(b->resource, 3);
	assert_true(span_equals(b->span, (struct span){5, 30}));
	for (uint32_t i = 0; i < 3; i++)
		b->allocations[i] = (struct allocation){3 + i, 1, items[i].span, i};
	b->items[0].state = ITEM_CANCELLED;
	b->items[2].state = ITEM_CANCELLED;
	booking_sum_up(b);
	assert_int_equal(b->resource, 4);
	assert_true(span_equals(b->span, (struct span){5, 15}));
	assert_false(booking_occupies(b, &b->allocations[0]));
	assert_true(booking_occupies(b, &b->allocations[1]));
	b->items[1].state = ITEM_CANCELLED;
	booking_sum_up(b);
	assert_true(span_equals(b->span, (struct span){5, 30}));
	b->items[1].state = ITEM_PRESENT;
	b->state = BOOKING_CANCELLED;
	assert_false(booking_occupies(b, &b->allocations[1]));
	booking_unref(b);
}

static void test_plain(void **state)
{
	struct item item = item_of(3, 2, (struct span){10, 20}), two[2] = {item, item};
	const struct item altered[] = {
	    {3, 0, 2, ITEM_ASKED, ITEM_PRESENT, 0, {10, 20}, ""},
	    {3, 0, 1, ITEM_SKILL, ITEM_PRESENT, 0, {10, 20}, ""},
	    {3, 0, 1, ITEM_ASKED, ITEM_CANCELLED, 0, {10, 20}, ""},
	    {3, 0, 1, ITEM_ASKED, ITEM_PRESENT, 0, {10, 20}, "hitch"},
	};
	struct booking *b = booking_new("", &item, 1, 1);

	assert_true(booking_is_plain(b));
	assert_true(item_is_pinned(b->items));
	booking_unref(b);
	b = booking_new("", &item, 1, 0); /* nowhere yet, but on that unit only */
	assert_false(booking_is_plain(b));
	booking_unref(b);
	b = booking_new("", two, 2, 0);
	assert_false(booking_is_plain(b));
	booking_unref(b);
	for (size_t i = 0; i < sizeof(altered) / sizeof(*altered); i++) {
		b = booking_new("", &altered[i], 1, 0);
		assert_false(booking_is_plain(b));
		booking_unref(b);
	}
}

static void test_person_codes(void **state)
{
	static const char *const refused[] = {"",   "p",   "p0",  "17",
					      "px", "p1x", "p-1", "p4294967296"};
	uint32_t n;

	assert_int_equal(person_number_from_code("p17", &n), 0);
	assert_int_equal(n, 17);
	assert_int_equal(person_number_from_code("P4294967295", &n), 0);
	assert_int_equal(n, UINT32_MAX);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_true(person_number_from_code(refused[i], &n) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_codes_round_trip), cmocka_unit_test(test_neighbours_look_unlike),
	    cmocka_unit_test(test_typed_codes),	     cmocka_unit_test(test_codes_are_for_ever),
	    cmocka_unit_test(test_states),	     cmocka_unit_test(test_copy),
	    cmocka_unit_test(test_sums_up),	     cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_person_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
