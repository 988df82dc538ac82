/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pole: applying and undoing, names and numbers, tokens, forgetting. */
#include "lib/pole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/fixture.h"

static struct booking *booking_at(int64_t number, uint32_t resource, uint32_t lane, int64_t start,
				  int64_t end)
{
	const struct item item = item_of(resource, 0, (struct span){start, end});
	struct booking *b = booking_new("", &item, 1, 1);

	b->number = number;
	b->allocations[0] = (struct allocation){resource, lane, {start, end}, 0};
	return b;
}

static void put(struct pole *p, struct booking *before, struct booking *after)
{
	struct changes c = {0};

	changes_add_booking(&c, CAUSE_BOOKED, before, after);
	pole_apply(p, &c);
	changes_clear(&c);
}

static void test_apply_and_undo(void **state)
{
	struct pole *p = pole_new();
	struct changes c = {0};
	struct booking *first = booking_at(1, 1, 1, 0, 10), *moved = booking_at(1, 1, 2, 5, 15);
	struct booking *cancelled = booking_at(1, 1, 2, 5, 15);

	cancelled->state = BOOKING_CANCELLED;
	assert_null(pole_timeline(p, 1, 1));
	assert_int_equal(pole_next_booking(p), 1);
	changes_add_booking(&c, CAUSE_BOOKED, NULL, first);
	changes_add_booking(&c, CAUSE_BOOKED, first, moved);
	changes_add_booking(&c, CAUSE_BOOKED, moved, cancelled);
	for (int i = 0; i < 3; i++) {
		pole_apply(p, &c);
		assert_ptr_equal(pole_booking(p, 1), cancelled);
		assert_null(pole_timeline(p, 1, 2));
		assert_int_equal(pole_next_booking(p), 2);
		pole_undo(p, &c);
		assert_null(pole_booking(p, 1));
		assert_null(pole_timeline(p, 1, 1));
		assert_int_equal(pole_next_booking(p), 1);
		assert_int_equal(pole_n_bookings(p), 0);
	}
	changes_clear(&c);
	pole_free(p);
}

static void test_bookings_by_number(void **state)
{
	static const int64_t numbers[] = {3, 1, 5000, 1025, 1024};
	static const int64_t sorted[] = {1, 3, 1024, 1025, 5000};
	struct pole *p = pole_new();
	const struct booking *b;
	size_t n = 0;

	for (size_t i = 0; i < 5; i++)
		put(p, NULL, booking_at(numbers[i], 1, 1, numbers[i], numbers[i] + 1));
	for (b = pole_booking_after(p, 0); b; b = pole_booking_after(p, b->number))
		assert_int_equal(b->number, sorted[n++]);
	assert_int_equal(n, 5);
	assert_null(pole_booking(p, 2));
	assert_null(pole_booking(p, 0));
	assert_null(pole_booking(p, -1));
	assert_null(pole_booking(p, INT64_MAX));
	assert_null(pole_booking_after(p, INT64_MAX));
	pole_reserve_numbers(p, 9000, 17);
	assert_int_equal(pole_next_booking(p), 9001);
	assert_int_equal(pole_next_person(p), 18);
	pole_free(p);
}

static void test_forget(void **state)
{
	struct pole *p = pole_new();
	const struct item item = item_of(1, 0, (struct span){0, 41});
	struct booking *two = booking_new("", &item, 1, 2);

	put(p, NULL, booking_at(1, 1, 1, 0, 10));
	put(p, NULL, booking_at(2, 1, 1, 10, 20));
	put(p, NULL, booking_at(3, 1, 1, 20, 31));
	two->number = 4;
	two->allocations[0] = (struct allocation){1, 1, {40, 41}, 0};
	two->allocations[1] = (struct allocation){1, 2, {0, 5}, 0};
	put(p, NULL, two);
	assert_true(pole_floor(p) == INT64_MIN);
	pole_forget_some(p, 20, SIZE_MAX, &(int64_t){0});
	assert_null(pole_booking(p, 1));
	assert_null(pole_booking(p, 2));
	assert_non_null(pole_booking(p, 3));
	assert_non_null(pole_booking(p, 4));
	assert_int_equal(pole_timeline(p, 1, 1)->n, 2);
	assert_int_equal(pole_timeline(p, 1, 2)->n, 1);
	assert_int_equal(pole_n_bookings(p), 2);
	assert_int_equal(pole_floor(p), 20);
	assert_int_equal(pole_next_booking(p), 5);
	pole_free(p);
}

static void test_given_back_item(void **state)
{
	struct item items[] = {item_of(1, 0, (struct span){0, 10}),
			       item_of(2, 0, (struct span){0, 10})};
	struct booking *b = booking_new("", items, 2, 2), *less;
	struct pole *p = pole_new();
	struct changes c = {0};

	b->number = 1;
	b->allocations[0] = (struct allocation){1, 1, {0, 10}, 0};
	b->allocations[1] = (struct allocation){2, 1, {0, 12}, 1};
	put(p, NULL, b);
	less = booking_copy(b, 2);
	less->items[1].state = ITEM_CANCELLED;
	changes_add_booking(&c, CAUSE_BOOKED, b, less);
	for (int i = 0; i < 2; i++) {
		pole_apply(p, &c);
		assert_int_equal(pole_timeline(p, 1, 1)->n, 1);
		assert_int_equal(pole_timeline(p, 2, 1)->n, 0);
		pole_undo(p, &c);
		assert_int_equal(pole_timeline(p, 2, 1)->n, 1);
	}
	changes_clear(&c);
	pole_free(p);
}

static void test_outages(void **state)
{
	const struct outage van = {1, 1, 2, {10, 20}, 1, 5, 0};
	const struct outage hall = {2, 2, 0, {30, TIME_NEVER}, 1, 5, 0};
	struct outage lifted = van;
	struct pole *p = pole_new();
	struct changes made = {0}, ended = {0};
	size_t n;

	lifted.lifted_at = 12;
	changes_add_outage(&made, NULL, &van);
	changes_add_outage(&made, NULL, &hall);
	changes_add_outage(&ended, &van, &lifted);
	for (int i = 0; i < 2; i++) {
		pole_apply(p, &made);
		assert_int_equal(pole_next_outage(p), 3);
		assert_int_equal(pole_outages(p, &n)[1].number, 2);
		assert_int_equal(n, 2);
		pole_apply(p, &ended);
		assert_null(pole_outage(p, 1));
		assert_int_equal(pole_outages(p, &n)[0].number, 2);
		assert_int_equal(n, 1);
		pole_undo(p, &ended);
		assert_int_equal(pole_outage(p, 1)->lane, 2);
		pole_undo(p, &made);
		assert_int_equal(pole_next_outage(p), 1);
	}
	pole_apply(p, &made);
	pole_forget_some(p, 20, SIZE_MAX, &(int64_t){0});
	assert_null(pole_outage(p, 1));
	assert_non_null(pole_outage(p, 2));
	assert_true(outage_covers(&hall, 2, 7) && outage_covers(&van, 1, 2));
	assert_false(outage_covers(&van, 1, 1) || outage_covers(&van, 2, 2));
	pole_reserve_outages(p, 9);
	assert_int_equal(pole_next_outage(p), 10);
	changes_clear(&made);
	changes_clear(&ended);
	pole_free(p);
}

/* Two at a time; what a change holds on to stays until it is made; and what was forgotten can still
 * be lifted. */
static void test_forget_some(void **state)
{
	const struct outage out = {.number = 1, .resource = 1, .span = {0, 9}},
			    lifted = {.number = 1, .resource = 1, .span = {0, 9}, .lifted_at = 12};
	struct pole *p = pole_new();
	struct changes made = {0}, settled = {0}, lift = {0};
	int64_t number = 0;
	struct booking *was;

	for (int64_t i = 1; i <= 5; i++)
		put(p, NULL, booking_at(i, 1, 1, i * 10, i * 10 + 10));
	changes_add_outage(&made, NULL, &out);
	pole_apply(p, &made);
	changes_add_outage(&lift, &out, &lifted);
	was = (struct booking *)pole_booking(p, 2);
	changes_add_booking(&settled, CAUSE_SETTLED, was, booking_at(2, 1, 1, 20, 30));
	assert_false(pole_forget_some(p, 40, 2, &number));
	assert_int_equal(pole_floor(p), 40);
	assert_null(pole_booking(p, 1));
	assert_ptr_equal(pole_booking(p, 2), was);
	assert_non_null(pole_booking(p, 3));
	assert_int_equal(pole_timeline(p, 1, 1)->n, 4);
	assert_non_null(pole_outage(p, 1));
	assert_false(pole_forget_some(p, 40, 2, &number));
	assert_true(pole_forget_some(p, 40, 2, &number));
	assert_int_equal(pole_n_bookings(p), 3);
	assert_null(pole_outage(p, 1));
	pole_apply(p, &settled);
	pole_apply(p, &lift);
	changes_clear(&settled);
	pole_forget_some(p, 40, SIZE_MAX, &(int64_t){0});
	assert_null(pole_booking(p, 2));
	assert_non_null(pole_booking(p, 4));
	changes_clear(&made);
	changes_clear(&lift);
	pole_free(p);
}

struct seen {
	int64_t numbers[16];
	size_t n, stop_after;
};

static bool see(void *arg, const struct booking *b, const struct allocation *a)
{
	struct seen *seen = arg;

	assert_int_equal(a->resource, 7);
	seen->numbers[seen->n++] = b->number;
	return seen->n < seen->stop_after;
}

static void test_each_allocation(void **state)
{
	static const int64_t want[] = {2, 1, 3, 4};
	struct pole *p = pole_new();
	struct seen seen = {.stop_after = 16};

	put(p, NULL, booking_at(1, 7, 2, 0, 10));
	put(p, NULL, booking_at(2, 7, 1, 0, 6));
	put(p, NULL, booking_at(3, 7, 1, 6, 9));
	put(p, NULL, booking_at(4, 7, 2, 10, 12));
	put(p, NULL, booking_at(5, 7, 2, 12, 14));
	put(p, NULL, booking_at(6, 7, 3, 0, 5));
	put(p, NULL, booking_at(7, 8, 1, 0, 50));
	pole_each_allocation(p, 7, (struct span){5, 12}, see, &seen);
	assert_int_equal(seen.n, 4);
	assert_memory_equal(seen.numbers, want, sizeof(want));
	seen = (struct seen){.stop_after = 2};
	pole_each_allocation(p, 7, (struct span){5, 12}, see, &seen);
	assert_int_equal(seen.n, 2);
	seen = (struct seen){.stop_after = 2};
	pole_each_allocation(p, 99, (struct span){5, 12}, see, &seen);
	assert_int_equal(seen.n, 0);
	pole_free(p);
}

static struct person *person_with(uint32_t number, const char *token, bool active, bool withdrawn)
{
	struct person *person = person_new("Ada", "", 1, 0);

	person->number = number;
	person->active = active;
	memcpy(person->credentials[0].hash, token, strlen(token) + 1);
	person->credentials[0].withdrawn = withdrawn;
	return person;
}

static void test_tokens(void **state)
{
	struct pole *p = pole_new();
	struct changes c = {0}, d = {0};
	struct person *first = person_with(1, "aa", true, false);
	struct person *second = person_with(1, "bb", true, false);

	changes_add_person(&c, NULL, first);
	changes_add_person(&c, NULL, person_with(2, "cc", false, false));
	changes_add_person(&c, NULL, person_with(3, "dd", true, true));
	pole_apply(p, &c);
	assert_ptr_equal(pole_person_by_token(p, "aa"), first);
	assert_null(pole_person_by_token(p, "cc"));
	assert_null(pole_person_by_token(p, "dd"));
	assert_null(pole_person_by_token(p, ""));
	assert_int_equal(pole_n_persons(p), 3);
	assert_int_equal(pole_next_person(p), 4);
	changes_add_person(&d, first, second);
	pole_apply(p, &d);
	assert_null(pole_person_by_token(p, "aa"));
	assert_ptr_equal(pole_person_by_token(p, "bb"), second);
	pole_undo(p, &d);
	assert_ptr_equal(pole_person_by_token(p, "aa"), first);
	assert_null(pole_person_by_token(p, "bb"));
	pole_undo(p, &c);
	assert_int_equal(pole_n_persons(p), 0);
	assert_int_equal(pole_next_person(p), 1);
	assert_null(pole_person_by_token(p, "aa"));
	assert_null(pole_person(p, 1));
	assert_null(pole_person(p, UINT32_MAX));
	changes_clear(&c);
	changes_clear(&d);
	pole_free(p);
}

static void test_many_tokens(void **state)
{
	struct pole *p = pole_new();
	struct changes c = {0};
	char token[16];

	for (uint32_t i = 1; i <= 2000; i++) {
		snprintf(token, sizeof(token), "t%u", i);
		changes_add_person(&c, NULL, person_with(i, token, true, false));
	}
	pole_apply(p, &c);
	changes_clear(&c);
	for (uint32_t i = 1; i <= 2000; i += 2) {
		snprintf(token, sizeof(token), "t%u", i);
		changes_add_person(&c, (struct person *)pole_person(p, i),
				   person_with(i, token, true, true));
	}
	pole_apply(p, &c);
	changes_clear(&c);
	for (uint32_t i = 1; i <= 2000; i++) {
		snprintf(token, sizeof(token), "t%u", i);
		assert_ptr_equal(pole_person_by_token(p, token), i % 2 ? NULL : pole_person(p, i));
	}
	pole_free(p);
}

static void test_numbers_of_names(void **state)
{
	struct pole *p = pole_new();
	struct policy *policy = fixture_policy();
	const struct resource *r;

	fixture_resource(policy, "van", 3);
	fixture_resource(policy, "room", 1);
	fixture_apply(p, policy);
	assert_int_equal(pole_name_number(p, NAME_RESOURCE, 0, "van"), 1);
	assert_int_equal(pole_name_number(p, NAME_RESOURCE, 0, "room"), 2);
	assert_int_equal(pole_name_number(p, NAME_MEMBER, 0, "m2"), 2);
	assert_int_equal(pole_name_number(p, NAME_UNIT, 1, "van-3"), 3);
	assert_int_equal(pole_name_number(p, NAME_UNIT, 2, "van-3"), 0);
	assert_string_equal(pole_name_id(p, NAME_UNIT, 1, 2), "van-2");

	policy = fixture_policy();
	fixture_resource(policy, "bike", 1);
	fixture_resource(policy, "van", 3);
	policy->resources[1].units[0].id = "van-9";
	fixture_apply(p, policy);
	r = pole_resource(p, 1);
	assert_string_equal(r->id, "van");
	assert_int_equal(r->n_units, 4);
	assert_int_equal(resource_unit(r, "van-9")->lane, 4);
	assert_int_equal(resource_unit(r, "van-2")->lane, 2);
	assert_false(resource_unit(r, "van-1")->in_service);
	assert_int_equal(resource_unit(r, "van-1")->lane, 1);
	assert_null(pole_resource(p, 2));
	assert_string_equal(pole_name_id(p, NAME_RESOURCE, 0, 2), "room");
	assert_string_equal(pole_resource(p, 3)->id, "bike");
	assert_ptr_equal(directory_resource_by_id(pole_directory(p), "van"), r);
	assert_ptr_equal(directory_unit_by_id(pole_directory(p), "van-9")->resource, r);
	assert_null(directory_unit_by_id(pole_directory(p), "room-1"));
	pole_free(p);
}

static void test_numbering_twice(void **state)
{
	struct pole *p = pole_new();
	struct policy *policy = fixture_policy(), *other = fixture_policy();
	struct changes stale = {0};

	fixture_resource(policy, "van", 2);
	fixture_resource(other, "bike", 1);
	pole_number(p, policy, &stale);
	assert_int_equal(policy->resources[0].number, 1);
	changes_clear(&stale);
	fixture_apply(p, other);
	fixture_apply(p, policy);
	assert_int_equal(pole_name_number(p, NAME_RESOURCE, 0, "bike"), 1);
	assert_int_equal(pole_name_number(p, NAME_RESOURCE, 0, "van"), 2);
	assert_int_equal(pole_resource(p, 2)->n_units, 2);
	pole_free(p);
}

static void test_capacity_has_no_names(void **state)
{
	struct pole *p = pole_new();
	struct policy *policy = fixture_policy();
	const struct resource *r;

	fixture_resource(policy, "bench", 3);
	fixture_apply(p, policy);
	policy = fixture_policy();
	fixture_capacity(policy, "bench", 2);
	fixture_apply(p, policy);
	r = pole_resource(p, 1);
	assert_int_equal(r->n_units, 3);
	assert_string_equal(resource_lane(r, 1)->id, "");
	assert_string_equal(resource_lane(r, 2)->id, "");
	assert_true(resource_lane(r, 2)->in_service);
	assert_string_equal(resource_lane(r, 3)->id, "bench-3");
	assert_false(resource_lane(r, 3)->in_service);
	pole_free(p);
}

static void test_policy_undone(void **state)
{
	struct pole *p = pole_new();
	struct policy *first = fixture_policy(), *second = fixture_policy();
	struct changes c = {0};

	fixture_resource(first, "van", 2);
	fixture_resource(second, "bike", 1);
	fixture_apply(p, first);
	pole_number(p, second, &c);
	changes_add_policy(&c, first, second);
	for (int i = 0; i < 2; i++) {
		pole_apply(p, &c);
		assert_ptr_equal(pole_policy(p), second);
		assert_null(directory_resource_by_id(pole_directory(p), "van"));
		pole_undo(p, &c);
		assert_ptr_equal(pole_policy(p), first);
		assert_int_equal(pole_name_number(p, NAME_RESOURCE, 0, "bike"), 0);
		assert_non_null(directory_resource_by_id(pole_directory(p), "van"));
	}
	changes_clear(&c);
	pole_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_apply_and_undo),  cmocka_unit_test(test_bookings_by_number),
	    cmocka_unit_test(test_given_back_item), cmocka_unit_test(test_outages),
	    cmocka_unit_test(test_forget),	    cmocka_unit_test(test_forget_some),
	    cmocka_unit_test(test_each_allocation), cmocka_unit_test(test_tokens),
	    cmocka_unit_test(test_many_tokens),	    cmocka_unit_test(test_numbers_of_names),
	    cmocka_unit_test(test_numbering_twice), cmocka_unit_test(test_capacity_has_no_names),
	    cmocka_unit_test(test_policy_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
