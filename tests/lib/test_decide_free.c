/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is free: what is found by time and by thing, profiles, and what is out of service. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/shared_scene.h"
#include "tests/lib/zone_file.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void what_is_out_is_not_to_be_had(void **state)
{
	struct shared_scene *s = *state;
	const struct outage broken = {
	    1, shared_resource(s->policy, "stage")->number, 0, shared_hours(9, 12), 1, 1, 0};
	const struct outage van_1 = {
	    2, shared_resource(s->policy, "van")->number, 1, shared_hours(9, 12), 1, 1, 0};

	changes_clear(&s->changes);
	changes_add_outage(&s->changes, NULL, &broken);
	changes_add_outage(&s->changes, NULL, &van_1);
	pole_apply(s->pole, &s->changes);
	assert_int_equal(BOOK(m1, "hall", 8, 10, .alternatives = 1), REASON_OUTAGE);
	assert_int_equal(s->answer.refusals[0].bound, shared_hours(0, 12).end);
	assert_int_equal(s->answer.alternatives[0].span.end, shared_hours(0, 9).end);
	assert_int_equal(BOOK(m1, "hall", 12, 14), REASON_NONE);
	assert_int_equal(BOOK(m1, "b", 9, 10), REASON_NONE);
	assert_int_equal(BOOK(m1, "van", 9, 10, .unit = "van-1"), REASON_OUTAGE);
	assert_int_equal(BOOK(m1, "van", 9, 10, .quantity = 4), REASON_OUTAGE);
	assert_int_equal(BOOK(m1, "van", 9, 10, .quantity = 3), REASON_NONE);
	assert_int_equal(BOOK(m1, "van", 9, 10), REASON_CONFLICT);
}

struct level { /* from this hour on */
	int hour;
	uint32_t busy, lanes;
};

static void expect_levels(struct shared_scene *s, const char *what, int from, int to,
			  const struct level *levels, size_t n)
{
	struct busy busy;

	decide_profile(s->pole, shared_resource(s->policy, what), shared_hours(from, to), &s->arena,
		       &busy);
	assert_int_equal(busy.n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(busy.steps[i].from, shared_hours(levels[i].hour, 0).start);
		assert_int_equal(busy.steps[i].busy, levels[i].busy);
		assert_int_equal(busy.steps[i].lanes, levels[i].lanes);
	}
}

/* A booking that stands in an outage is not counted: its lane is not in service. */
static void what_is_out_is_not_counted_as_free(void **state)
{
	static const struct level van[] = {{6, 0, 4},  {8, 1, 4},  {9, 0, 3}, {10, 1, 3},
					   {11, 0, 2}, {13, 0, 3}, {14, 0, 4}};
	static const struct level later[] = {{11, 0, 2}};
	static const struct level hall[] = {{6, 0, 1},	{7, 1, 1},  {8, 0, 1}, {9, 0, 0},
					    {12, 1, 1}, {13, 0, 1}, {15, 0, 0}};
	static const struct level stage[] = {{6, 0, 1}, {9, 0, 0}, {12, 1, 1}, {13, 0, 1}};
	static const struct level floor[] = {{6, 0, 1}, {12, 1, 1}, {13, 0, 1}};
	struct shared_scene *s = *state;
	const uint32_t number = shared_resource(s->policy, "van")->number;
	const struct outage outages[] = {
	    {1, shared_resource(s->policy, "stage")->number, 0, shared_hours(9, 12), 1, 1, 0},
	    {2, number, 1, shared_hours(9, 14), 1, 1, 0},
	    {3, number, 2, shared_hours(11, 12), 1, 1, 0},
	    {4, number, 2, shared_hours(11, 13), 1, 1, 0},
	    {5,
	     shared_resource(s->policy, "hall")->number,
	     0,
	     {shared_hours(15, 0).start, TIME_NEVER},
	     1,
	     1,
	     0},
	};

	assert_int_equal(BOOK(m1, "van", 8, 11, .unit = "van-1"), REASON_NONE);
	assert_int_equal(BOOK(m1, "van", 10, 12, .unit = "van-2"), REASON_NONE);
	assert_int_equal(BOOK(m1, "b", 7, 8), REASON_NONE);
	assert_int_equal(BOOK(m1, "hall", 12, 13), REASON_NONE);
	changes_clear(&s->changes);
	for (size_t i = 0; i < N(outages); i++)
		changes_add_outage(&s->changes, NULL, &outages[i]);
	pole_apply(s->pole, &s->changes);
	expect_levels(s, "van", 6, 20, van, N(van));
	expect_levels(s, "van", 11, 12, later, N(later));
	expect_levels(s, "hall", 6, 20, hall, N(hall));
	expect_levels(s, "stage", 6, 15, stage, N(stage));
	expect_levels(s, "floor", 6, 15, floor, N(floor));
}

static void found_by_time_and_by_thing(void **state)
{
	struct shared_scene *s = *state;
	struct ask_book ask = {.what = "trailer", .span = shared_hours(8, 10)};
	struct found *found;
	struct busy busy;
	size_t n;

	decide_find(s->pole, &s->m1, &ask, 9, &s->arena, &s->answer, &found, &n);
	assert_int_equal(n, 1);
	BOOK(m1, "van", 9, 12, .having = "hitch", .quantity = 2);
	decide_find(s->pole, &s->m1, &ask, 9, &s->arena, &s->answer, &found, &n);
	assert_int_equal(n, 0);
	assert_int_equal(s->answer.refusals[0].reason, REASON_REQUIREMENT);
	ask = (struct ask_book){.what = "van", .having = "hitch", .span = shared_hours(8, 10)};
	decide_find(s->pole, &s->m1, &ask, 9, &s->arena, &s->answer, &found, &n);
	assert_int_equal(n, 0);
	ask.having = NULL;
	decide_find(s->pole, &s->m1, &ask, 9, &s->arena, &s->answer, &found, &n);
	assert_int_equal(n, 2);
	ask = (struct ask_book){.having = "hitch", .span = shared_hours(12, 13)};
	decide_find(s->pole, &s->m1, &ask, 9, &s->arena, &s->answer, &found, &n);
	assert_int_equal(n, 2);
	ask = (struct ask_book){
	    .what = "trailer", .within = shared_hours(6, 18), .length = {.seconds = 3 * 3600}};
	decide_find_starts(s->pole, &s->m1, &ask, 9, &s->arena, &s->answer, &found, &n);
	assert_int_equal(n, 3);
	assert_int_equal(found[0].span.start, shared_hours(6, 0).start);
	assert_int_equal(found[1].span.start, shared_hours(12, 0).start);
	decide_profile(s->pole, shared_resource(s->policy, "van"), shared_hours(8, 20), &s->arena,
		       &busy);
	assert_int_equal(busy.n, 3);
	assert_int_equal(busy.steps[1].lanes, 4);
	assert_int_equal(busy.steps[1].busy, 2);
	assert_int_equal(busy.steps[1].from, shared_hours(9, 0).start);
}

/* The starts within a window, asked for one by one. */
static size_t starts_by_trying(struct shared_scene *s, struct ask_book ask, int64_t *ret)
{
	const int64_t length_s = ask.length.seconds;
	struct found *found;
	size_t n = 0, n_free;

	for (int64_t at = ask.within.start; at + length_s <= ask.within.end;) {
		struct ask_book one = {.what = ask.what, .span = {at, at + length_s}};

		decide_find(s->pole, &s->m1, &one, 1, &s->arena, &s->answer, &found, &n_free);
		if (n_free)
			ret[n++] = at;
		at += n_free ? length_s : 900;
	}
	return n;
}

/* What leaps over obstacles finds no other starts than what tries each. */
static void starts_are_those_found_by_trying(void **state)
{
	static const char *const things[] = {"hall", "stage", "b", "tess", "floor"};
	struct shared_scene *s = *state;
	struct policy *p = shared_policy();
	struct outage out = {1, 0, 0, shared_hours(60, 67), 1, 1, 0};
	struct draw draw = {.state = 11};
	int64_t starts[8 * 96];
	size_t n_starts = 0;

	fixture_open(p, shared_resource(p, "b"), 7, 19);
	fixture_rule(p, shared_resource(p, "tess"), NULL, fixture_start(3600));
	fixture_rule(p, shared_resource(p, "floor"), NULL, fixture_lead(13, 0));
	fixture_apply(s->pole, p);
	s->policy = p;
	out.resource = shared_resource(p, "b")->number;
	changes_clear(&s->changes);
	changes_add_outage(&s->changes, NULL, &out);
	pole_apply(s->pole, &s->changes);
	for (int i = 0; i < 120; i++) {
		int from = (int)draw_below(&draw, 7 * 24), length = 1 + (int)draw_below(&draw, 5);
		const char *what = things[draw_below(&draw, N(things))];

		BOOK(m1, what, from, from + length,
		     .at = strcmp(what, "tess") == 0 ? "farm" : NULL);
	}
	for (size_t i = 0; i < 2 * N(things); i++) {
		const struct ask_book ask = {.what = things[i / 2],
					     .within = shared_hours((int)i * 3, 8 * 24 - (int)i),
					     .length = {.seconds = 2700 + 4500 * (int64_t)(i % 2)}};
		struct found *found;
		size_t n, expected = starts_by_trying(s, ask, starts);

		decide_find_starts(s->pole, &s->m1, &ask, N(starts), &s->arena, &s->answer, &found,
				   &n);
		assert_int_equal(n, expected);
		for (size_t j = 0; j < n; j++)
			assert_int_equal(found[j].span.start, starts[j]);
		n_starts += n;
	}
	assert_in_range(n_starts, 300, 2000);
}

/* However much it brings along. */
static void starts_of_what_requires_much(void **state)
{
	static const char *const needed[] = {"van", "chair", "stage", "floor", "trailer", "bench"};
	struct shared_scene *s = *state;
	struct policy *p = shared_policy();
	struct resource *b = (struct resource *)shared_resource(p, "b");
	struct requirement *all = arena_new_n(&p->arena, struct requirement, N(needed));
	const struct ask_book ask = {
	    .what = "b", .within = shared_hours(6, 14), .length = {.seconds = 3600}};
	int64_t starts[8];
	struct found *found;
	size_t n;

	for (size_t i = 0; i < N(needed); i++) {
		struct need *need = arena_new(&p->arena, struct need);

		*need = (struct need){.resource = shared_resource(p, needed[i]),
				      .quantity = 1,
				      .word = "",
				      .having_text = ""};
		all[i] = (struct requirement){.choices = need, .n_choices = 1};
	}
	b->requirements = all;
	b->n_requirements = N(needed);
	fixture_apply(s->pole, p);
	s->policy = p;
	BOOK(m1, "stage", 8, 9);
	BOOK(m1, "b", 11, 12);
	assert_int_equal(starts_by_trying(s, ask, starts), 6);
	decide_find_starts(s->pole, &s->m1, &ask, N(starts), &s->arena, &s->answer, &found, &n);
	assert_int_equal(n, 6);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(found[i].span.start, starts[i]);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, shared_setup, shared_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(what_is_out_is_not_to_be_had), CASE(what_is_out_is_not_counted_as_free),
	    CASE(found_by_time_and_by_thing),	CASE(starts_are_those_found_by_trying),
	    CASE(starts_of_what_requires_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
