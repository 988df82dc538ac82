/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose turn it is depends on who they are and what they had, not on the order in which requests of
 * one second happened to arrive.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/scene.h"
#include "tests/lib/zone_file.h"

#define SEEDS 60
#define SHUFFLES 8
#define REQUESTS 12
#define VANS 2
#define MONDAY "2026-12-01T08:00"
#define DAY_BEGINS "2026-12-12T06:00"
#define DAY_ENDS "2026-12-12T22:00"

/* Order */

struct wanted {
	int member;
	struct span span;
	uint32_t distance_km, people;
	bool accepts;
};

static struct policy *two_vans(struct draw *d)
{
	static const enum order_key keys[] = {ORDER_CLASS, ORDER_FAIR_SHARE, ORDER_LEAST_RECENT,
					      ORDER_PEOPLE};
	struct policy *p = scene_policy();
	struct conflict_rules *c = &p->conflicts;

	fixture_resource(p, "van", VANS);
	fixture_resource(p, "room", 20);
	c->n_order = 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (draw_below(d, 2))
			c->order[c->n_order++] = keys[i];
	c->order[c->n_order++] =
	    ORDER_DISTANCE; /* they all differ in it: first come never decides */
	c->order[c->n_order++] = ORDER_FIRST_COME;
	for (int i = 0; i < SCENE_MEMBERS; i++)
		p->members[i].share = (double)draw_between(d, 1, 4);
	return p;
}

static void draw_wanted(struct draw *d, struct wanted *w)
{
	const int64_t day = fixture_at(DAY_BEGINS);

	for (int i = 0; i < REQUESTS; i++) {
		int64_t start = day + draw_between(d, 0, 12) * 3600;

		w[i] = (struct wanted){.member = (int)draw_between(d, 1, SCENE_MEMBERS - 1),
				       .span = {start, start + draw_between(d, 1, 4) * 3600},
				       .distance_km = (uint32_t)i + 1,
				       .people = (uint32_t)draw_between(d, 1, 3),
				       .accepts = draw_below(d, 3) > 0};
	}
	for (int i = REQUESTS - 1; i > 0; i--) { /* distances at random, each once */
		int j = (int)draw_below(d, (uint64_t)i + 1);
		uint32_t km = w[i].distance_km;

		w[i].distance_km = w[j].distance_km;
		w[j].distance_km = km;
	}
}

/* What everybody had before, for the share. */
static void use_rooms(struct scene *s, struct draw *d)
{
	for (int m = 1; m < SCENE_MEMBERS; m++)
		for (int64_t i = draw_between(d, 0, 2); i > 0; i--) {
			int64_t start =
			    fixture_at("2026-12-02T08:00") + draw_between(d, 0, 40) * 3600;
			struct ask_book ask = {.what = "room", .span = {start, start + 3600}};

			assert_non_null(scene_ask(s, s->of[m], &ask));
		}
}

static void shuffle(struct draw *d, int *order)
{
	for (int i = 0; i < REQUESTS; i++)
		order[i] = i;
	for (int i = REQUESTS - 1; i > 0; i--) {
		int j = (int)draw_below(d, (uint64_t)i + 1), o = order[i];

		order[i] = order[j];
		order[j] = o;
	}
}

/* All vans are taken; all ask in one second; then the vans are given back. */
static void ask_in_order(struct scene *s, const struct wanted *w, const int *order,
			 int64_t *ret_numbers)
{
	const struct span day = fixture_span(DAY_BEGINS, DAY_ENDS);
	struct ask_book all = {.what = "van", .quantity = VANS, .span = day};
	const struct booking *taken = scene_ask(s, s->of[SCENE_MEMBERS], &all);
	int64_t number;

	assert_non_null(taken);
	number = taken->number;
	for (int i = 0; i < REQUESTS; i++) {
		const struct wanted *x = &w[order[i]];
		const struct ask_book ask = {.what = "van",
					     .span = x->span,
					     .wait = true,
					     .distance_km = x->distance_km,
					     .people = x->people};
		const struct booking *b = scene_ask(s, s->of[x->member], &ask);

		assert_non_null(b);
		assert_int_equal(b->state, BOOKING_WAITING);
		ret_numbers[order[i]] = b->number;
	}
	scene_cancel(s, number);
}

/* Takes the offers up, one after the other, or turns them down. */
static void answer_offers(struct scene *s, const struct wanted *w, const int64_t *numbers)
{
	bool any = true;

	while (any) {
		any = false;
		for (int i = 0; i < REQUESTS; i++) {
			if (scene_state(s, numbers[i]) != BOOKING_HELD)
				continue;
			any = true;
			if (w[i].accepts)
				scene_confirm(s, numbers[i]);
			else
				scene_pass(s, numbers[i], false);
		}
	}
}

static const char *outcome(struct scene *s, const int64_t *numbers)
{
	char text[REQUESTS * 16] = "";

	for (int i = 0; i < REQUESTS; i++) {
		strcat(text, booking_state_words[scene_state(s, numbers[i])]);
		strcat(text, " ");
	}
	return arena_strdup(&s->arena, text);
}

/* A string, to be kept by the caller's arena. */
static char *play(uint64_t seed, uint64_t nth, struct arena *a)
{
	struct draw d = {seed * 2 + 1}, arrival = {nth * 7919 + seed + 1};
	struct policy *policy = two_vans(&d);
	struct wanted w[REQUESTS];
	int64_t numbers[REQUESTS];
	int order[REQUESTS];
	struct scene s;
	char *first;

	scene_begin(&s, policy, MONDAY);
	draw_wanted(&d, w);
	use_rooms(&s, &d);
	shuffle(&arrival, order);
	ask_in_order(&s, w, order, numbers);
	first = arena_printf(a, "%s/ ", outcome(&s, numbers));
	answer_offers(&s, w, numbers);
	first = arena_printf(a, "%s%s", first, outcome(&s, numbers));
	scene_end(&s);
	return first;
}

static void the_order_of_arrival_within_a_second_does_not_matter(void **state)
{
	struct arena a = {0};
	size_t n_differ = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const char *first = play(seed, 0, &a);

		n_differ += strcmp(first, play(1, 0, &a)) != 0;
		for (uint64_t i = 1; i < SHUFFLES; i++)
			assert_string_equal(play(seed, i, &a), first);
	}
	assert_true(n_differ > SEEDS / 2); /* it says something */
	arena_clear(&a);
}

/* Where nothing else decides, whoever asked first, to the second and then by number, goes first. */
static void whoever_was_first_goes_first_where_all_else_is_equal(void **state)
{
	struct policy *p = scene_policy();
	const struct booking *x, *y;
	struct scene s;
	int64_t taken, first, second;

	fixture_resource(p, "van", 1);
	p->conflicts.order[0] = ORDER_FIRST_COME;
	p->conflicts.n_order = 1;
	scene_begin(&s, p, MONDAY);
	taken = scene_book(&s, 6, "van", DAY_BEGINS, DAY_ENDS)->number;
	x = scene_book(&s, 2, "van", DAY_BEGINS, DAY_ENDS);
	first = x->number;
	y = scene_book(&s, 1, "van", DAY_BEGINS, DAY_ENDS);
	second = y->number;
	scene_cancel(&s, taken);
	assert_int_equal(scene_state(&s, first), BOOKING_HELD);
	assert_int_equal(scene_state(&s, second), BOOKING_WAITING);
	scene_end(&s);
}

/* A late return of several places: who makes way for one of them is not put on another. */
static void the_late_keeps_all_that_it_has(void **state)
{
	struct policy *p = scene_policy();
	const struct booking *b;
	struct ask_book three = {.what = "place",
				 .quantity = 3,
				 .span = fixture_span("2026-12-02T08:00", "2026-12-02T12:00")};
	struct ask_book two = {.what = "place",
			       .quantity = 1,
			       .span = fixture_span("2026-12-02T12:00", "2026-12-02T14:00")};
	struct ask_out out = {.booking = 0};
	struct changes c = {0};
	struct scene s;
	struct asker who;
	int64_t late;

	fixture_capacity(p, "place", 3);
	scene_begin(&s, p, MONDAY);
	b = scene_ask(&s, s.of[1], &three);
	assert_non_null(b);
	late = b->number;
	for (int i = 0; i < 2; i++)
		assert_non_null(scene_ask(&s, s.of[2], &two));
	scene_until(&s, fixture_at("2026-12-02T08:00"));
	who = (struct asker){s.of[1], s.now};
	out.booking = late;
	decide_out(s.pole, &who, &out, &s.arena, &s.answer, &c);
	assert_non_null(s.answer.booking);
	scene_happen(&s, &c);
	scene_until(&s, fixture_at("2026-12-02T13:00"));
	assert_int_equal(scene_state(&s, late), BOOKING_OUT);
	scene_end(&s);
}

/* A thing that is out for weeks, and that others used since: what they had may be forgotten, and
 * is in the database all the same. */
static void what_the_late_lost_it_has_lost_for_good(void **state)
{
	struct policy *p = scene_policy();
	struct ask_out out = {.booking = 0};
	struct changes c = {0};
	struct scene s;
	struct asker who;
	int64_t late;

	fixture_resource(p, "van", 1);
	scene_begin(&s, p, MONDAY);
	late = scene_book(&s, 1, "van", "2026-12-02T08:00", "2026-12-02T12:00")->number;
	assert_non_null(scene_book(&s, 2, "van", "2026-12-02T13:00", "2026-12-02T14:00"));
	scene_until(&s, fixture_at("2026-12-02T08:00"));
	who = (struct asker){s.of[1], s.now};
	out.booking = late;
	decide_out(s.pole, &who, &out, &s.arena, &s.answer, &c);
	scene_happen(&s, &c);
	for (int64_t at = fixture_at("2026-12-02T12:00"); at < fixture_at("2027-01-20T08:00");
	     at += 1800)
		scene_until(&s, at);
	while (s.n_acts > 0) /* what is forgotten cannot be undone */
		changes_clear(&s.acts[--s.n_acts]);
	pole_forget_some(s.pole, s.now - 35 * DAY_S, SIZE_MAX, &(int64_t){0});
	assert_int_equal(pole_n_bookings(s.pole), 1);
	scene_until(&s, s.now + 2 * DAY_S);
	assert_int_equal(scene_state(&s, late), BOOKING_OUT);
	assert_int_equal(pole_booking(s.pole, late)->allocations[0].during.end,
			 fixture_at("2026-12-02T13:00"));
	while (s.n_acts > 0)
		changes_clear(&s.acts[--s.n_acts]);
	pole_free(s.pole);
	arena_clear(&s.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_order_of_arrival_within_a_second_does_not_matter),
	    cmocka_unit_test(whoever_was_first_goes_first_where_all_else_is_equal),
	    cmocka_unit_test(the_late_keeps_all_that_it_has),
	    cmocka_unit_test(what_the_late_lost_it_has_lost_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
