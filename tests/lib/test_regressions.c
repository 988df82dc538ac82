/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What random histories have found, made small. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/series.h"
#include "lib/wish.h"
#include "tests/lib/fixture.h"
#include "tests/lib/random_pole.h"

struct scene {
	struct pole *pole;
	struct policy *policy;
	struct arena arena;
	struct asker m1, m2;
	struct answer answer;
	struct changes changes;
};

/* The pole of the random histories, all open, without rules and buffers; four vans of which the
 * last two have a hitch. */
static struct policy *plain_pole(void)
{
	static const struct attribute hitch = {"hitch", "true"};
	struct draw d = {.state = 4};
	struct policy *p = random_pole(&d, true);

	p->n_rules = 0;
	for (size_t i = 0; i < p->n_resources; i++) {
		struct resource *r = &p->resources[i];

		r->hours.usual = (struct hours){.always = true};
		r->long_from.seconds = r->buffer_before.seconds = 0;
		if (i != BENCH)
			r->buffer_after.seconds = 0;
		for (size_t k = 0; k < r->n_units; k++)
			r->units[k].in_service = true;
	}
	for (size_t k = 0; k < p->resources[VAN].n_units; k++) {
		struct unit *u = &p->resources[VAN].units[k];

		u->site = p->sites;
		u->attributes = k >= 2 ? &hitch : NULL;
		u->n_attributes = k >= 2;
	}
	return p;
}

static int setup(void **state)
{
	struct scene *s = memory_new(sizeof(*s));

	s->pole = pole_new();
	s->policy = plain_pole();
	fixture_apply(s->pole, s->policy);
	s->m1 = (struct asker){fixture_person(s->pole, "m1", ROLE_MEMBER),
			       fixture_at("2027-10-01T00:00")};
	s->m2 = s->m1;
	s->m2.person = fixture_person(s->pole, "m2", ROLE_MEMBER);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	changes_clear(&s->changes);
	pole_free(s->pole);
	arena_clear(&s->arena);
	free(s);
	return 0;
}

static enum reason settle(struct scene *s)
{
	pole_apply(s->pole, &s->changes);
	return s->answer.n_refusals ? s->answer.refusals[0].reason : REASON_NONE;
}

static enum reason book(struct scene *s, const struct asker *who, struct ask_book ask)
{
	changes_clear(&s->changes);
	decide_book(s->pole, who, &ask, &s->arena, &s->answer, &s->changes);
	return settle(s);
}

static enum reason move(struct scene *s, struct ask_move ask)
{
	changes_clear(&s->changes);
	decide_move(s->pole, &s->m1, &ask, &s->arena, &s->answer, &s->changes);
	return settle(s);
}

static enum reason give_back(struct scene *s, int64_t booking, uint32_t item)
{
	changes_clear(&s->changes);
	decide_give_back(s->pole, &s->m1, booking, item, &s->arena, &s->answer, &s->changes);
	return settle(s);
}

static struct span hours(int from, int to)
{
	int64_t day = fixture_at("2027-10-05T00:00");

	return (struct span){day + from * 3600, day + to * 3600};
}

#define BOOK(who, thing, from, to, ...)                                                            \
	book(s, &s->who, (struct ask_book){.what = thing, .span = hours(from, to), __VA_ARGS__})

static void outage(struct scene *s, enum random_resource what, uint32_t lane, struct span span)
{
	const struct outage o = {.number = pole_next_outage(s->pole),
				 .resource = s->policy->resources[what].number,
				 .lane = lane,
				 .span = span,
				 .made_by = 1,
				 .made_at = s->m1.now};

	changes_clear(&s->changes);
	changes_add_outage(&s->changes, NULL, &o);
	pole_apply(s->pole, &s->changes);
}

/* Tess cannot come, Remi can: granted, with no word of why Tess could not. */
static void a_second_choice_is_no_refusal(void **state)
{
	struct scene *s = *state;

	assert_int_equal(BOOK(m2, "tess", 9, 12), REASON_NONE);
	assert_int_equal(BOOK(m1, "laser", 10, 12), REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 3);
	assert_int_equal(s->answer.n_conflicts, 0);
}

/* A van without a hitch, and a trailer: another van comes along. */
static void what_is_asked_need_not_be_what_is_needed(void **state)
{
	const struct ask_item items[] = {
	    {.what = "van", .having = "hitch!=true", .span = hours(8, 10)},
	    {.what = "trailer", .span = hours(8, 10)},
	};
	struct scene *s = *state;

	assert_int_equal(book(s, &s->m1, (struct ask_book){.items = items, .n_items = 2}),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 3);
}

static void what_is_out_takes_its_parts_along(void **state)
{
	struct scene *s = *state;

	outage(s, HALF, 0, hours(8, 10));
	assert_int_equal(BOOK(m1, "stage", 9, 11), REASON_OUTAGE);
	assert_int_equal(BOOK(m1, "hall", 9, 11), REASON_OUTAGE);
	assert_int_equal(BOOK(m1, "side", 9, 11), REASON_NONE);
	outage(s, HALL, 0, hours(12, 14));
	assert_int_equal(BOOK(m1, "side", 12, 13), REASON_OUTAGE);
}

static void a_whole_is_not_pinned(void **state)
{
	struct scene *s = *state;
	struct ask_move ask = {.unit = "hall-1"};

	assert_int_equal(BOOK(m1, "hall", 8, 10), REASON_NONE);
	ask.booking = s->answer.booking->number;
	assert_int_equal(move(s, ask), REASON_NONE);
	assert_int_equal(s->changes.n, 0);
	ask.has_end = true;
	ask.span.end = hours(0, 12).end;
	assert_int_equal(move(s, ask), REASON_NONE);
	assert_int_equal(s->answer.booking->items[0].lane, 0);
}

/* What has begun keeps its lanes: that one of them is out is the reason, not a way to go. */
static void what_has_begun_has_only_its_lanes(void **state)
{
	struct scene *s = *state;
	struct ask_move ask = {.has_end = true, .span.end = hours(0, 14).end};

	assert_int_equal(BOOK(m1, "chair", 8, 10, .quantity = 3), REASON_NONE);
	ask.booking = s->answer.booking->number;
	s->m1.now = hours(9, 0).start;
	assert_int_equal(move(s, ask), REASON_NONE);
	outage(s, CHAIR, s->answer.booking->allocations[1].lane, hours(15, 16));
	ask.span.end = hours(0, 18).end;
	assert_int_equal(move(s, ask), REASON_OUTAGE);
}

/* Two of one member back to back: the second's thing is asked for by its unit, its seat stays. */
static void a_buffer_is_shared_with_what_stays(void **state)
{
	struct scene *s = *state;
	const int64_t seat_end = hours(0, 10).end;
	const struct booking *first;
	int64_t number;

	assert_int_equal(BOOK(m1, "laser", 8, 10), REASON_NONE);
	number = s->answer.booking->number;
	assert_int_equal(BOOK(m1, "laser", 10, 12), REASON_NONE);
	assert_int_equal(
	    move(s, (struct ask_move){.booking = s->answer.booking->number, .unit = "laser-1"}),
	    REASON_NONE);
	first = pole_booking(s->pole, number);
	for (size_t i = 0; i < first->n_allocations; i++)
		if (first->allocations[i].resource == s->policy->resources[BENCH].number)
			assert_int_equal(first->allocations[i].during.end, seat_end);
}

/* Two seats of one booking, one after the other: without the second, the first has its buffer. */
static void a_buffer_comes_back_with_what_is_given_back(void **state)
{
	const struct ask_item items[] = {{.what = "bench", .quantity = 3, .span = hours(8, 10)},
					 {.what = "bench", .quantity = 3, .span = hours(10, 12)}};
	struct scene *s = *state;

	assert_int_equal(book(s, &s->m1, (struct ask_book){.items = items, .n_items = 2}),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->allocations[0].during.end, hours(0, 10).end);
	assert_int_equal(give_back(s, s->answer.booking->number, 1), REASON_NONE);
	assert_int_equal(s->answer.booking->allocations[0].during.end, hours(0, 10).end + 900);
}

/* The seat's neighbour is looked at anew for its buffer; its technician is at the farm all the
 * same. */
static void a_neighbour_is_where_it_was(void **state)
{
	const struct ask_item items[] = {{.what = "bench", .quantity = 3, .span = hours(8, 12)},
					 {.what = "tess", .at = "farm", .span = hours(8, 12)}};
	struct scene *s = *state;

	assert_int_equal(book(s, &s->m1, (struct ask_book){.items = items, .n_items = 2}),
			 REASON_NONE);
	assert_int_equal(BOOK(m1, "laser", 12, 14), REASON_NONE);
	for (size_t i = 0; i < s->answer.booking->n_allocations; i++)
		assert_int_not_equal(s->answer.booking->allocations[i].resource,
				     s->policy->resources[TESS].number);
}

/* Who is moved to make room for a time within a window has other things, too, on lanes of their
 * own. */
static void within_a_window_others_move(void **state)
{
	const struct ask_item items[] = {{.what = "chair", .span = hours(8, 10)},
					 {.what = "pool", .span = hours(8, 10)}};
	struct scene *s = *state;
	const struct resource *pool = &s->policy->resources[POOL];
	const uint32_t n_chairs = (uint32_t)s->policy->resources[CHAIR].n_units;

	assert_true(n_chairs > pool->n_units);
	assert_int_equal(BOOK(m2, "chair", 8, 10, .quantity = n_chairs - 1), REASON_NONE);
	assert_int_equal(book(s, &s->m1, (struct ask_book){.items = items, .n_items = 2}),
			 REASON_NONE);
	assert_int_equal(BOOK(m2, "pool", 10, 12, .unit = pool->units[1].id), REASON_NONE);
	for (size_t i = 2; i < pool->n_units; i++)
		assert_int_equal(BOOK(m2, "pool", 8, 12, .unit = pool->units[i].id), REASON_NONE);
	assert_int_equal(BOOK(m2, "pool", 0, 0, .within = hours(8, 12), .length.seconds = 4 * 3600),
			 REASON_NONE);
	assert_int_equal(s->changes.n, 2);
}

static struct series_answer series(struct scene *s, const struct ask_book *first, const char *rule)
{
	const struct ask_series ask = {
	    .first = first, .rule = rule, .conflicts = SERIES_ALTERNATIVE};
	struct series_answer a;

	changes_clear(&s->changes);
	assert_int_equal(decide_series(s->pole, &s->m1, &ask, &s->arena, &a, &s->changes),
			 SERIES_OK);
	return a;
}

/* A basket of one thing is one thing. */
static void an_alternative_for_one_item(void **state)
{
	const struct ask_item item = {.what = "solo", .span = hours(8, 10)};
	const struct ask_book first = {.items = &item, .n_items = 1};
	struct scene *s = *state;
	struct series_answer a;

	assert_int_equal(BOOK(m2, "solo", 9, 11), REASON_NONE);
	a = series(s, &first, "FREQ=DAILY;COUNT=2");
	assert_int_equal(a.dates[0].outcome, SERIES_MOVED);
	assert_int_equal(a.dates[1].outcome, SERIES_BOOKED);
}

/* The hour that is there twice: the second was asked for, and is no exception. */
static void the_second_of_two_hours(void **state)
{
	const struct ask_book first = {
	    .what = "solo",
	    .span = fixture_span("2027-10-31T02:00+01:00", "2027-10-31T02:30+01:00")};
	struct scene *s = *state;
	struct series_answer a = series(s, &first, "FREQ=DAILY;COUNT=2");

	assert_int_equal(a.dates[0].outcome, SERIES_BOOKED);
	assert_int_equal(a.dates[0].occurrence, first.span.start);
	assert_int_equal(a.dates[0].answer.booking->span.start, first.span.start);
	assert_int_equal(a.dates[0].answer.booking->occurrence, first.span.start);
	assert_int_equal(a.dates[1].occurrence, fixture_at("2027-11-01T02:00+01:00"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_second_choice_is_no_refusal),
	    TEST(what_is_asked_need_not_be_what_is_needed),
	    TEST(what_is_out_takes_its_parts_along),
	    TEST(a_whole_is_not_pinned),
	    TEST(what_has_begun_has_only_its_lanes),
	    TEST(a_buffer_is_shared_with_what_stays),
	    TEST(a_buffer_comes_back_with_what_is_given_back),
	    TEST(a_neighbour_is_where_it_was),
	    TEST(within_a_window_others_move),
	    TEST(an_alternative_for_one_item),
	    TEST(the_second_of_two_hours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
