/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decisions on what a pole shares: counts, parts, wishes, baskets, requirements, buffers, ways,
 * outages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/wish.h"
#include "tests/lib/fixture.h"
#include "tests/lib/zone_file.h"

#define NOW "2026-11-23T06:00"
#define N(a) (sizeof(a) / sizeof((a)[0]))

struct scene {
	struct pole *pole;
	struct policy *policy;
	struct arena arena;
	struct asker m1, m2;
	struct answer answer;
	struct changes changes; /* of the last decision */
};

static struct resource *named(struct policy *p, const char *id)
{
	return (struct resource *)policy_resource(p, id);
}

static void add_site(struct policy *p)
{
	struct site *sites = arena_new_n(&p->arena, struct site, 2);
	struct travel *travel = arena_new(&p->arena, struct travel);

	sites[0] = p->sites[0];
	sites[1] = (struct site){.id = "farm", .name = "Farm", .zone = p->zone};
	p->sites = sites;
	p->n_sites = 2;
	*travel = (struct travel){{&sites[0], &sites[1]}, {.seconds = 35 * 60}};
	p->travels = travel;
	p->n_travels = 1;
}

static void set_attribute(struct policy *p, struct unit *u, const char *key, const char *value)
{
	struct attribute *a = arena_new(&p->arena, struct attribute);

	*a = (struct attribute){key, value};
	u->attributes = a;
	u->n_attributes = 1;
}

static void add_parts(struct policy *p, struct resource *r, const char *a, const char *b)
{
	r->parts = arena_new_n(&p->arena, const struct resource *, 2);
	r->parts[0] = named(p, a);
	r->parts[1] = named(p, b);
	r->n_parts = 2;
}

static struct need *need_of(struct policy *p, size_t n)
{
	struct need *needs = arena_new_n(&p->arena, struct need, n);

	for (size_t i = 0; i < n; i++)
		needs[i] = (struct need){.quantity = 1, .word = "", .having_text = ""};
	return needs;
}

static void add_requirements(struct policy *p)
{
	struct requirement *trailer = arena_new(&p->arena, struct requirement);
	struct requirement *laser = arena_new_n(&p->arena, struct requirement, 2);
	struct need *hitch = need_of(p, 2), *seat = need_of(p, 1), *skill = need_of(p, 1);
	const char *at;

	hitch[0].resource = named(p, "van");
	hitch[0].having_text = "hitch=true";
	wishes_parse("hitch=true", &p->arena, &hitch[0].having, &at);
	hitch[1].kind = NEED_DECLARED;
	hitch[1].word = "own-hitch";
	*trailer = (struct requirement){.choices = hitch, .n_choices = 2};
	named(p, "trailer")->requirements = trailer;
	named(p, "trailer")->n_requirements = 1;
	seat[0].resource = named(p, "bench");
	skill[0].kind = NEED_SKILL;
	skill[0].word = "referent";
	laser[0] = (struct requirement){.choices = seat, .n_choices = 1};
	laser[1] = (struct requirement){
	    .choices = skill, .n_choices = 1, .during_first.seconds = 900, .unless = "laser"};
	named(p, "laser")->requirements = laser;
	named(p, "laser")->n_requirements = 2;
}

/* van: 4, of which 3 and 4 have a hitch; chair: 40; hall of a (stage, floor) and b; trailer; laser;
 * bench: 4, buffer of 15 minutes, shared; tess: a technician who moves and is a laser referent. */
static struct policy *example(void)
{
	static const char *skills[] = {"referent"};
	struct policy *p = fixture_policy();
	struct resource *van, *bench, *tess;

	add_site(p);
	van = fixture_resource(p, "van", 4);
	set_attribute(p, &van->units[2], "hitch", "true");
	set_attribute(p, &van->units[3], "hitch", "true");
	fixture_capacity(p, "chair", 40);
	fixture_resource(p, "stage", 1);
	fixture_resource(p, "floor", 1);
	fixture_resource(p, "b", 1);
	fixture_resource(p, "a", 1);
	fixture_resource(p, "hall", 1);
	add_parts(p, named(p, "a"), "stage", "floor");
	add_parts(p, named(p, "hall"), "a", "b");
	fixture_resource(p, "trailer", 1);
	fixture_resource(p, "laser", 1);
	bench = fixture_capacity(p, "bench", 4);
	bench->buffer_after.seconds = 900;
	bench->shares_buffer = true;
	tess = fixture_resource(p, "tess", 1);
	tess->moves = true;
	tess->skills = skills;
	tess->n_skills = 1;
	add_requirements(p);
	for (size_t i = 0; i < p->n_resources; i++)
		assert_true(resource_find_leaves(&p->resources[i], &p->arena));
	return p;
}

static int setup(void **state)
{
	struct scene *s = memory_new(sizeof(*s));

	s->pole = pole_new();
	s->policy = example();
	fixture_apply(s->pole, s->policy);
	s->m1 = (struct asker){fixture_person(s->pole, "m1", ROLE_MEMBER), fixture_at(NOW)};
	s->m2 = (struct asker){fixture_person(s->pole, "m2", ROLE_MEMBER), fixture_at(NOW)};
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

/* Hours of 5 December. */
static struct span hours(int from, int to)
{
	int64_t day = fixture_at("2026-12-05T00:00");

	return (struct span){day + from * 3600, day + to * 3600};
}

#define BOOK(who, thing, from, to, ...)                                                            \
	book(s, &s->who, (struct ask_book){.what = thing, .span = hours(from, to), __VA_ARGS__})

static int64_t number(const struct scene *s)
{
	return s->answer.booking->number;
}

static void counts_are_windowed_peaks(void **state)
{
	struct scene *s = *state;

	assert_int_equal(BOOK(m1, "chair", 8, 12, .quantity = 25), REASON_NONE);
	assert_int_equal(s->answer.booking->n_allocations, 25);
	assert_int_equal(BOOK(m2, "chair", 10, 14, .quantity = 16, .alternatives = 4),
			 REASON_CONFLICT);
	assert_int_equal(s->answer.alternatives[0].kind, ALTERNATIVE_FEWER);
	assert_int_equal(s->answer.alternatives[0].quantity, 15);
	assert_int_equal(s->answer.alternatives[1].kind, ALTERNATIVE_NEAREST);
	assert_int_equal(s->answer.alternatives[1].span.start, hours(12, 16).start);
	assert_int_equal(BOOK(m2, "chair", 10, 14, .quantity = 15), REASON_NONE);
	assert_int_equal(BOOK(m2, "chair", 12, 14, .quantity = 26), REASON_CONFLICT);
	assert_int_equal(BOOK(m2, "chair", 12, 14, .quantity = 25), REASON_NONE);
	assert_int_equal(BOOK(m2, "chair", 20, 21, .quantity = 41), REASON_TOO_MANY);
	assert_int_equal(s->answer.refusals[0].bound, 40);
	assert_int_equal(BOOK(m2, "chair", 20, 21, .quantity = 501), REASON_TOO_MANY);
}

static void who_is_in_the_way_is_told_once(void **state)
{
	struct scene *s = *state;

	assert_int_equal(BOOK(m1, "chair", 8, 12, .quantity = 30), REASON_NONE);
	assert_int_equal(BOOK(m2, "chair", 10, 12, .quantity = 10), REASON_NONE);
	assert_int_equal(BOOK(m2, "chair", 11, 14), REASON_CONFLICT);
	assert_int_equal(s->answer.n_conflicts, 2);
	assert_ptr_not_equal(s->answer.conflicts[0].booking, s->answer.conflicts[1].booking);
}

static void wholes_and_parts_exclude_each_other(void **state)
{
	static const char *const taken[][6] = {
	    {"hall", "hall", "a", "b", "stage", "floor"},
	    {"a", "hall", "a", "stage", "floor"},
	    {"stage", "hall", "a", "stage"},
	};
	static const char *const all[] = {"hall", "a", "b", "stage", "floor"};
	struct scene *s = *state;

	for (size_t i = 0; i < N(taken); i++) {
		int64_t first;

		assert_int_equal(BOOK(m1, taken[i][0], 8, 12), REASON_NONE);
		first = number(s);
		for (size_t j = 0; j < N(all); j++) {
			bool expected = false;

			for (size_t k = 1; k < 6 && taken[i][k]; k++)
				expected |= strcmp(taken[i][k], all[j]) == 0;
			assert_int_equal(BOOK(m2, all[j], 11, 13),
					 expected ? REASON_CONFLICT : REASON_NONE);
			if (!expected) {
				pole_undo(s->pole, &s->changes);
				continue;
			}
			assert_ptr_equal(s->answer.conflicts[0].booking,
					 pole_booking(s->pole, first));
		}
		changes_clear(&s->changes);
		decide_cancel(s->pole, &s->m1, first, &s->arena, &s->answer, &s->changes);
		assert_int_equal(settle(s), REASON_NONE);
	}
}

static void wishes_choose(void **state)
{
	static const struct {
		const char *having;
		enum reason want;
	} rows[] = {
	    {"hitch", REASON_NONE},
	    {"hitch=true", REASON_NONE},
	    {"hitch!=true", REASON_NONE},
	    {"seats>=2", REASON_NONE_HAVING},
	    {"unit=van-2", REASON_NONE},
	    {"site=farm", REASON_NONE_HAVING},
	    {"hitch unit=van-1", REASON_NONE_HAVING},
	    {"=", REASON_NONE_HAVING},
	    {"at=nowhere", REASON_NONE_HAVING},
	};
	struct scene *s = *state;

	for (size_t i = 0; i < N(rows); i++) {
		assert_int_equal(BOOK(m1, "van", 8, 9, .having = rows[i].having), rows[i].want);
		if (rows[i].want == REASON_NONE) {
			assert_string_equal(s->answer.booking->items[0].having, rows[i].having);
			pole_undo(s->pole, &s->changes);
		}
	}
	assert_int_equal(BOOK(m1, "van", 8, 9, .having = "hitch", .quantity = 2), REASON_NONE);
	assert_int_equal(BOOK(m1, "van", 8, 9, .having = "hitch"), REASON_CONFLICT);
	assert_int_equal(BOOK(m1, "van", 8, 9), REASON_NONE);
}

static void wishes_compare(void **state)
{
	static const struct {
		const char *have, *wish;
		bool met;
	} rows[] = {
	    {"7", "x>=7", true},      {"7", "x>7", false},    {"7.5", "x>7", true},
	    {"10", "x>9", true},      {"7", "x<=7", true},    {"-1", "x<0", true},
	    {"7,50", "x=7.5", true},  {"7", "x!=8", true},    {"red", "x=red", true},
	    {"red", "x!=red", false}, {"red", "x>=a", false}, {"red", "y!=1", true},
	};
	struct arena a = {0};

	for (size_t i = 0; i < N(rows); i++) {
		const struct attribute attribute = {"x", rows[i].have};
		const struct site site = {.id = "here"};
		const struct unit u = {
		    .attributes = &attribute, .n_attributes = 1, .id = "u", .site = &site};
		const struct resource r = {.site = &site};
		struct wishes w;
		const char *at;

		assert_int_equal(wishes_parse(rows[i].wish, &a, &w, &at), WISH_OK);
		assert_int_equal(wishes_are_met(&w, &r, &u), rows[i].met);
	}
	arena_clear(&a);
}

/* Two short ones on vans of their own, then a long one for which only moving one of them makes
 * room. */
static void others_move_to_make_room(void **state)
{
	struct scene *s = *state;
	int64_t moved;

	assert_int_equal(BOOK(m1, "van", 8, 20, .unit = "van-3"), REASON_NONE);
	assert_int_equal(BOOK(m1, "van", 8, 20, .unit = "van-4"), REASON_NONE);
	assert_int_equal(BOOK(m1, "van", 8, 12, .unit = "van-1"), REASON_NONE);
	assert_int_equal(BOOK(m1, "van", 8, 10, .unit = "van-2"), REASON_NONE);
	changes_clear(&s->changes);
	decide_cancel(s->pole, &s->m1, 3, &s->arena, &s->answer, &s->changes);
	settle(s);
	assert_int_equal(BOOK(m1, "van", 12, 20), REASON_NONE);
	moved = number(s);
	assert_int_equal(BOOK(m2, "van", 10, 12), REASON_NONE);
	pole_undo(s->pole, &s->changes);
	assert_int_equal(BOOK(m2, "van", 8, 20), REASON_NONE);
	assert_int_equal(s->changes.n,
			 pole_booking(s->pole, moved)->allocations[0].lane == 1 ? 2 : 1);
	assert_int_equal(BOOK(m2, "van", 9, 10), REASON_CONFLICT);
}

static const struct item *item(const struct scene *s, size_t i)
{
	assert_true(i < s->answer.booking->n_items);
	return &s->answer.booking->items[i];
}

static void baskets_are_all_or_nothing(void **state)
{
	struct scene *s = *state;
	struct ask_item items[] = {
	    {.what = "van", .unit = "van-1", .span = hours(8, 12)},
	    {.what = "chair", .quantity = 30, .span = hours(9, 18)},
	    {.what = "b", .span = hours(10, 11)},
	};
	struct ask_book basket = {.items = items, .n_items = 3, .alternatives = 2};

	assert_int_equal(book(s, &s->m1, basket), REASON_NONE);
	assert_int_equal(s->answer.booking->n_allocations, 32);
	assert_true(span_equals(s->answer.booking->span, hours(8, 18)));
	assert_int_equal(item(s, 1)->quantity, 30);
	assert_int_equal(book(s, &s->m2, basket), REASON_CONFLICT);
	assert_int_equal(s->answer.refusals[0].item, 0);
	assert_int_equal(s->answer.alternatives[0].kind, ALTERNATIVE_SHIFTED);
	for (size_t i = 0; i < 3; i++) {
		items[i].span.start += s->answer.alternatives[0].shift_s;
		items[i].span.end += s->answer.alternatives[0].shift_s;
	}
	assert_int_equal(book(s, &s->m2, basket), REASON_NONE);
	items[1].what = "nothing";
	assert_int_equal(book(s, &s->m2, basket), REASON_UNKNOWN_RESOURCE);
	assert_int_equal(s->answer.refusals[0].item, 1);
}

/* Taken for a week around: the next is days away, and at the same local time across a change of the
 * clocks, which is in the night to 28 March. */
static void baskets_keep_their_local_time(void **state)
{
	struct scene *s = *state;
	const struct ask_item wall = {.what = "b",
				      .span = fixture_span("2027-03-18T00:00", "2027-03-30T12:00")};
	const struct ask_item items[] = {
	    {.what = "van", .span = fixture_span("2027-03-25T09:00", "2027-03-25T12:00")},
	    {.what = "b", .span = fixture_span("2027-03-25T14:00", "2027-03-26T16:00")},
	};
	const struct ask_book basket = {.items = items, .n_items = 2, .alternatives = 2};
	const struct alternative *a;

	assert_int_equal(book(s, &s->m1, (struct ask_book){.items = &wall, .n_items = 1}),
			 REASON_NONE);
	assert_int_equal(book(s, &s->m2, basket), REASON_CONFLICT);
	assert_int_equal(s->answer.n_alternatives, 2);
	a = &s->answer.alternatives[0];
	assert_int_equal(a->shift_days, 5);
	assert_int_equal(a->shift_s, 0);
	assert_int_equal(a->span.start, fixture_at("2027-03-30T09:00"));
	assert_int_equal(a->span.end, fixture_at("2027-03-31T16:00"));
	assert_int_equal(a[1].shift_days, 7);
	for (size_t i = 0; i < 2; i++)
		assert_true(a[i].span.start >= s->m2.now);
}

static void one_thing_is_given_back(void **state)
{
	struct scene *s = *state;
	const struct ask_item items[] = {{.what = "b", .span = hours(8, 12)},
					 {.what = "stage", .span = hours(9, 14)}};
	int64_t first;

	book(s, &s->m1, (struct ask_book){.items = items, .n_items = 2});
	first = number(s);
	changes_clear(&s->changes);
	decide_give_back(s->pole, &s->m1, first, 1, &s->arena, &s->answer, &s->changes);
	assert_int_equal(settle(s), REASON_NONE);
	assert_true(span_equals(s->answer.booking->span, hours(8, 12)));
	assert_int_equal(BOOK(m2, "stage", 9, 14), REASON_NONE);
	assert_int_equal(BOOK(m2, "b", 9, 14), REASON_CONFLICT);
	changes_clear(&s->changes);
	decide_give_back(s->pole, &s->m1, first, 1, &s->arena, &s->answer, &s->changes);
	assert_int_equal(settle(s), REASON_UNKNOWN_BOOKING);
	changes_clear(&s->changes);
	decide_give_back(s->pole, &s->m1, first, 0, &s->arena, &s->answer, &s->changes);
	assert_int_equal(settle(s), REASON_NONE);
	assert_int_equal(s->answer.booking->state, BOOKING_CANCELLED);
}

static void baskets_move_whole(void **state)
{
	struct scene *s = *state;
	const struct ask_item items[] = {{.what = "b", .span = hours(8, 12)},
					 {.what = "chair", .quantity = 3, .span = hours(9, 14)}};
	struct ask_move move = {.has_start = true, .span.start = hours(10, 0).start};

	book(s, &s->m1, (struct ask_book){.items = items, .n_items = 2});
	move.booking = number(s);
	changes_clear(&s->changes);
	decide_move(s->pole, &s->m1, &move, &s->arena, &s->answer, &s->changes);
	assert_int_equal(settle(s), REASON_NONE);
	assert_true(span_equals(item(s, 0)->span, hours(10, 14)));
	assert_true(span_equals(item(s, 1)->span, hours(11, 16)));
	move = (struct ask_move){.booking = move.booking,
				 .has_item = true,
				 .item = 1,
				 .has_end = true,
				 .span.end = hours(0, 20).end};
	changes_clear(&s->changes);
	decide_move(s->pole, &s->m1, &move, &s->arena, &s->answer, &s->changes);
	assert_int_equal(settle(s), REASON_NONE);
	assert_true(span_equals(s->answer.booking->span, hours(10, 20)));
	assert_int_equal(s->answer.booking->n_allocations, 4);
}

static void requirements_come_along(void **state)
{
	static const char *const own_hitch[] = {"own-hitch"}, *const laser[] = {"laser"};
	struct scene *s = *state;
	const struct ask_item both[] = {{.what = "trailer", .span = hours(14, 16)},
					{.what = "van", .span = hours(13, 17)}};

	assert_int_equal(BOOK(m1, "trailer", 8, 12), REASON_NONE);
	assert_int_equal(item(s, 1)->via, ITEM_REQUIRED);
	assert_true(s->answer.booking->allocations[1].lane >= 3);
	assert_int_equal(BOOK(m1, "trailer", 12, 13, .declared = own_hitch, .n_declared = 1),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 1);
	assert_int_equal(book(s, &s->m1, (struct ask_book){.items = both, .n_items = 2}),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 2);
	assert_true(s->answer.booking->allocations[1].lane >= 3);
	assert_int_equal(BOOK(m1, "van", 18, 20, .unit = "van-3"), REASON_NONE);
	assert_int_equal(BOOK(m1, "van", 18, 20, .unit = "van-4"), REASON_NONE);
	assert_int_equal(BOOK(m2, "trailer", 19, 20), REASON_REQUIREMENT);
	assert_string_equal(s->answer.refusals[0].needs->id, "van");
	assert_int_equal(BOOK(m1, "laser", 8, 10), REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 3);
	assert_int_equal(item(s, 2)->via, ITEM_SKILL);
	assert_int_equal(item(s, 2)->span.end - item(s, 2)->span.start, 900);
	assert_int_equal(BOOK(m1, "laser", 10, 12, .declared = laser, .n_declared = 1),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 2);
	assert_int_equal(BOOK(m1, "tess", 12, 14), REASON_NONE);
	assert_int_equal(BOOK(m1, "laser", 13, 14, .alternatives = 1), REASON_REQUIREMENT);
	assert_string_equal(s->answer.refusals[0].skill, "referent");
	assert_int_equal(s->answer.alternatives[0].span.start, hours(14, 0).start);
}

static void things_take_their_time_to_get_there(void **state)
{
	struct scene *s = *state;

	assert_int_equal(BOOK(m1, "tess", 8, 12), REASON_NONE);
	assert_int_equal(BOOK(m2, "tess", 12, 14), REASON_NONE);
	pole_undo(s->pole, &s->changes);
	assert_int_equal(BOOK(m2, "tess", 12, 14, .at = "farm"), REASON_TRAVEL);
	assert_int_equal(
	    book(s, &s->m2,
		 (struct ask_book){.what = "tess",
				   .at = "farm",
				   .span = {hours(12, 0).start + 35 * 60, hours(0, 14).end}}),
	    REASON_NONE);
	assert_string_equal(item(s, 0)->having, "at=farm");
	assert_int_equal(BOOK(m1, "tess", 14, 15, .at = "farm"), REASON_NONE);
	assert_int_equal(BOOK(m1, "tess", 15, 16), REASON_TRAVEL);
}

static void who_comes_along_goes_where_he_is_needed(void **state)
{
	struct scene *s = *state;

	((struct unit *)named(s->policy, "laser")->units)[0].site = &s->policy->sites[1];
	assert_int_equal(BOOK(m1, "tess", 8, 12), REASON_NONE);
	assert_int_equal(BOOK(m2, "laser", 12, 13), REASON_REQUIREMENT);
	assert_int_equal(s->answer.refusals[1].reason, REASON_TRAVEL);
	assert_string_equal(s->answer.refusals[1].brought->id, "tess");
	assert_int_equal(BOOK(m2, "laser", 13, 14), REASON_NONE);
	assert_string_equal(item(s, 2)->having, "at=farm");
	assert_int_equal(BOOK(m1, "tess", 14, 15), REASON_NONE);
	assert_int_equal(BOOK(m2, "laser", 15, 16), REASON_REQUIREMENT);
}

static void who_is_booked_with_it_need_not_come_along(void **state)
{
	struct scene *s = *state;
	const struct ask_item both[] = {{.what = "tess", .span = hours(8, 12)},
					{.what = "laser", .span = hours(9, 10)}};
	const struct ask_item late[] = {{.what = "laser", .span = hours(13, 14)},
					{.what = "tess", .span = hours(14, 15)}};

	assert_int_equal(book(s, &s->m1, (struct ask_book){.items = both, .n_items = 2}),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 3); /* with a bench */
	assert_int_equal(book(s, &s->m1, (struct ask_book){.items = late, .n_items = 2}),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->n_items, 4);
}

static int64_t lane_end(const struct scene *s, int64_t booking)
{
	return pole_booking(s->pole, booking)->allocations[0].during.end;
}

static void neighbours_of_one_member_share_a_buffer(void **state)
{
	struct scene *s = *state;
	int64_t first, next;

	assert_int_equal(BOOK(m1, "bench", 8, 10, .quantity = 4), REASON_NONE);
	first = number(s);
	assert_int_equal(lane_end(s, first), hours(0, 10).end + 900);
	assert_int_equal(BOOK(m2, "bench", 10, 12), REASON_CONFLICT);
	assert_int_equal(BOOK(m1, "bench", 10, 12), REASON_NONE);
	next = number(s);
	assert_int_equal(s->changes.n, 2);
	for (size_t i = 0; i < 4; i++)
		if (pole_booking(s->pole, first)->allocations[i].lane ==
		    pole_booking(s->pole, next)->allocations[0].lane)
			assert_int_equal(pole_booking(s->pole, first)->allocations[i].during.end,
					 hours(0, 10).end);
	changes_clear(&s->changes);
	decide_cancel(s->pole, &s->m1, next, &s->arena, &s->answer, &s->changes);
	assert_int_equal(settle(s), REASON_NONE);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pole_booking(s->pole, first)->allocations[i].during.end,
				 hours(0, 10).end + 900);
}

static void what_is_out_is_not_to_be_had(void **state)
{
	struct scene *s = *state;
	const struct outage broken = {1, named(s->policy, "stage")->number, 0, hours(9, 12), 1, 1,
				      0};
	const struct outage van_1 = {2, named(s->policy, "van")->number, 1, hours(9, 12), 1, 1, 0};

	changes_clear(&s->changes);
	changes_add_outage(&s->changes, NULL, &broken);
	changes_add_outage(&s->changes, NULL, &van_1);
	pole_apply(s->pole, &s->changes);
	assert_int_equal(BOOK(m1, "hall", 8, 10, .alternatives = 1), REASON_OUTAGE);
	assert_int_equal(s->answer.refusals[0].bound, hours(0, 12).end);
	assert_int_equal(s->answer.alternatives[0].span.end, hours(0, 9).end);
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

static void expect_levels(struct scene *s, const char *what, int from, int to,
			  const struct level *levels, size_t n)
{
	struct busy busy;

	decide_profile(s->pole, named(s->policy, what), hours(from, to), &s->arena, &busy);
	assert_int_equal(busy.n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(busy.steps[i].from, hours(levels[i].hour, 0).start);
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
	struct scene *s = *state;
	const uint32_t number = named(s->policy, "van")->number;
	const struct outage outages[] = {
	    {1, named(s->policy, "stage")->number, 0, hours(9, 12), 1, 1, 0},
	    {2, number, 1, hours(9, 14), 1, 1, 0},
	    {3, number, 2, hours(11, 12), 1, 1, 0},
	    {4, number, 2, hours(11, 13), 1, 1, 0},
	    {5, named(s->policy, "hall")->number, 0, {hours(15, 0).start, TIME_NEVER}, 1, 1, 0},
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

static void within_a_window_the_best_place_is_taken(void **state)
{
	struct scene *s = *state;
	struct ask_book ask = {
	    .what = "b", .within = hours(8, 20), .length = {.seconds = 2 * 3600}};

	assert_int_equal(BOOK(m1, "b", 9, 10), REASON_NONE);
	assert_int_equal(BOOK(m1, "b", 14, 16), REASON_NONE);
	assert_int_equal(book(s, &s->m2, ask), REASON_NONE);
	assert_true(span_equals(s->answer.booking->span, hours(10, 12)));
	assert_int_equal(book(s, &s->m2, ask), REASON_NONE);
	assert_true(span_equals(s->answer.booking->span, hours(12, 14)));
	assert_int_equal(book(s, &s->m2, ask), REASON_NONE);
	assert_int_equal(book(s, &s->m2, ask), REASON_NONE);
	assert_int_equal(book(s, &s->m2, ask), REASON_CONFLICT);
}

/* A pool of like units, nobody pinned: refused only where at some instant all are taken. */
static void a_pool_is_full_only_at_its_peak(void **state)
{
	struct scene *s = *state;
	struct draw draw = {.state = 7};
	unsigned busy[14 * 24] = {0};
	size_t n_moved = 0, n_full = 0;

	for (int i = 0; i < 700; i++) {
		int from = (int)draw_below(&draw, 13 * 24), length = 1 + (int)draw_below(&draw, 30);
		uint32_t quantity = 1 + (uint32_t)draw_below(&draw, 9);
		bool full = false;

		if (length > 14 * 24 - from)
			length = 14 * 24 - from;
		for (int h = from; h < from + length; h++)
			full |= busy[h] + quantity > 40;
		assert_int_equal(BOOK(m1, "chair", from, from + length, .quantity = quantity),
				 full ? REASON_CONFLICT : REASON_NONE);
		n_full += full;
		if (full)
			continue;
		n_moved += s->changes.n > 1;
		for (int h = from; h < from + length; h++)
			busy[h] += quantity;
	}
	assert_true(n_full > 50 && n_moved > 10);
}

static void found_by_time_and_by_thing(void **state)
{
	struct scene *s = *state;
	struct ask_book ask = {.what = "trailer", .span = hours(8, 10)};
	struct found *found;
	struct busy busy;
	size_t n;

	decide_find(s->pole, &s->m1, &ask, 9, &s->arena, &s->answer, &found, &n);
	assert_int_equal(n, 1);
	BOOK(m1, "van", 9, 12, .having = "hitch", .quantity = 2);
	decide_find(s->pole, &s->m1, &ask, 9, &s->arena, &s->answer, &found, &n);
	assert_int_equal(n, 0);
	assert_int_equal(s->answer.refusals[0].reason, REASON_REQUIREMENT);
	ask = (struct ask_book){.what = "van", .having = "hitch", .span = hours(8, 10)};
	decide_find(s->pole, &s->m1, &ask, 9, &s->arena, &s->answer, &found, &n);
	assert_int_equal(n, 0);
	ask.having = NULL;
	decide_find(s->pole, &s->m1, &ask, 9, &s->arena, &s->answer, &found, &n);
	assert_int_equal(n, 2);
	ask = (struct ask_book){.having = "hitch", .span = hours(12, 13)};
	decide_find(s->pole, &s->m1, &ask, 9, &s->arena, &s->answer, &found, &n);
	assert_int_equal(n, 2);
	ask = (struct ask_book){
	    .what = "trailer", .within = hours(6, 18), .length = {.seconds = 3 * 3600}};
	decide_find_starts(s->pole, &s->m1, &ask, 9, &s->arena, &s->answer, &found, &n);
	assert_int_equal(n, 3);
	assert_int_equal(found[0].span.start, hours(6, 0).start);
	assert_int_equal(found[1].span.start, hours(12, 0).start);
	decide_profile(s->pole, named(s->policy, "van"), hours(8, 20), &s->arena, &busy);
	assert_int_equal(busy.n, 3);
	assert_int_equal(busy.steps[1].lanes, 4);
	assert_int_equal(busy.steps[1].busy, 2);
	assert_int_equal(busy.steps[1].from, hours(9, 0).start);
}

/* The starts within a window, asked for one by one. */
static size_t starts_by_trying(struct scene *s, struct ask_book ask, int64_t *ret)
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
	struct scene *s = *state;
	struct policy *p = example();
	struct outage out = {1, 0, 0, hours(60, 67), 1, 1, 0};
	struct draw draw = {.state = 11};
	int64_t starts[8 * 96];
	size_t n_starts = 0;

	fixture_open(p, named(p, "b"), 7, 19);
	fixture_rule(p, named(p, "tess"), NULL, fixture_start(3600));
	fixture_rule(p, named(p, "floor"), NULL, fixture_lead(13, 0));
	fixture_apply(s->pole, p);
	s->policy = p;
	out.resource = named(p, "b")->number;
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
					     .within = hours((int)i * 3, 8 * 24 - (int)i),
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

/* Random baskets of chairs, halls and trailers, cancelled, given back and undone, against counts by
 * the hour. */
#define DAYS 10
#define HOURS_MAX (DAYS * 24 + 24)
#define STEPS 1500

struct count { /* lanes taken in each hour */
	unsigned chair[HOURS_MAX], leaf[3][HOURS_MAX], trailer[HOURS_MAX], van[HOURS_MAX];
};

static const char *const leaf_ids[] = {"stage", "floor", "b"};
static const unsigned leaves_of[][3] = {{1, 1, 1}, {1, 1, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
static const char *const hall_ids[] = {"hall", "a", "stage", "floor", "b"};

static unsigned *counter(const struct scene *s, struct count *c, uint32_t resource)
{
	for (size_t i = 0; i < 3; i++)
		if (named(s->policy, leaf_ids[i])->number == resource)
			return c->leaf[i];
	if (named(s->policy, "chair")->number == resource)
		return c->chair;
	return named(s->policy, "van")->number == resource ? c->van : c->trailer;
}

static void count_all(const struct scene *s, struct count *c)
{
	const int64_t day = hours(0, 0).start;

	*c = (struct count){0};
	for (const struct booking *b = pole_booking_after(s->pole, 0); b;
	     b = pole_booking_after(s->pole, b->number))
		for (size_t i = 0; i < b->n_allocations; i++) {
			const struct allocation *a = &b->allocations[i];
			unsigned *count = counter(s, c, a->resource);

			if (!booking_occupies(b, a))
				continue;
			for (int64_t t = a->during.start; t < a->during.end; t += 3600)
				count[(t - day) / 3600]++;
		}
}

static bool fits(const unsigned *count, struct span s, unsigned n, unsigned most)
{
	const int64_t day = hours(0, 0).start;

	for (int64_t t = s.start; t < s.end; t += 3600)
		if (count[(t - day) / 3600] + n > most)
			return false;
	return true;
}

static bool hall_fits(const struct count *c, size_t hall, struct span s)
{
	for (size_t i = 0; i < 3; i++)
		if (leaves_of[hall][i] && !fits(c->leaf[i], s, 1, 1))
			return false;
	return true;
}

/* Whether a van with a hitch is free throughout, as they stand. */
static bool hitch_fits(const struct scene *s, struct span span)
{
	const uint32_t van = named(s->policy, "van")->number;

	for (uint32_t lane = 3; lane <= 4; lane++) {
		const struct timeline *line = pole_timeline(s->pole, van, lane);

		if (!line || !timeline_conflict(line, span, 0))
			return true;
	}
	return false;
}

static struct span random_hours(struct draw *d)
{
	int from = (int)draw_below(d, DAYS * 24 - 12);

	return hours(from, from + 1 + (int)draw_below(d, 12));
}

static bool book_random(struct scene *s, struct draw *d, const struct count *c)
{
	size_t hall = draw_below(d, 5), kind = draw_below(d, 4);
	struct ask_item items[] = {
	    {.what = "chair", .quantity = 1 + (uint32_t)draw_below(d, 25), .span = random_hours(d)},
	    {.what = hall_ids[hall], .span = random_hours(d)},
	    {.what = "trailer", .span = random_hours(d)},
	};
	bool chairs = fits(c->chair, items[0].span, items[0].quantity, 40);
	bool halls = hall_fits(c, hall, items[1].span);
	bool trailer = fits(c->trailer, items[2].span, 1, 1) && hitch_fits(s, items[2].span);
	struct ask_book ask = {.items = &items[kind < 3 ? kind : 0], .n_items = kind < 3 ? 1 : 3};
	bool granted = book(s, &s->m1, ask) == REASON_NONE;

	if (kind < 2 || (kind == 3 && (!chairs || !halls)))
		assert_int_equal(granted, kind == 0 ? chairs : kind == 1 ? halls : false);
	else if (trailer)
		assert_true(granted);
	return granted;
}

static void give_back_random(struct scene *s, struct draw *d)
{
	int64_t n = 1 + (int64_t)draw_below(d, (uint64_t)pole_next_booking(s->pole));
	const struct booking *b = pole_booking(s->pole, n);

	changes_clear(&s->changes);
	if (b && b->n_items > 1)
		decide_give_back(s->pole, &s->m1, n, (uint32_t)draw_below(d, 3), &s->arena,
				 &s->answer, &s->changes);
	else
		decide_cancel(s->pole, &s->m1, n, &s->arena, &s->answer, &s->changes);
	pole_apply(s->pole, &s->changes);
}

static void random_baskets(void **state)
{
	struct scene *s = *state;
	struct draw draw = {.state = 11};
	size_t n_granted = 0;
	struct count c, after;

	for (int i = 0; i < STEPS; i++) {
		count_all(s, &c);
		if (draw_below(&draw, 3))
			n_granted += book_random(s, &draw, &c);
		else
			give_back_random(s, &draw);
		if (draw_below(&draw, 4))
			continue;
		pole_undo(s->pole, &s->changes);
		count_all(s, &after);
		assert_memory_equal(&c, &after, sizeof(c));
	}
	assert_true(n_granted > STEPS / 10 && n_granted < STEPS / 2);
	count_all(s, &c);
	for (size_t h = 0; h < HOURS_MAX; h++)
		assert_true(c.chair[h] <= 40 && c.van[h] <= 2 && c.trailer[h] <= c.van[h] &&
			    c.leaf[0][h] <= 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(counts_are_windowed_peaks),
TEST(who_is_in_the_way_is_told_once),
	    TEST(wholes_and_parts_exclude_each_other),
	    TEST(wishes_choose),
	    TEST(wishes_compare),
	    TEST(others_move_to_make_room),
	    TEST(baskets_are_all_or_nothing),
	    TEST(baskets_keep_their_local_time),
	    TEST(one_thing_is_given_back),
	    TEST(baskets_move_whole),
	    TEST(requirements_come_along),
	    TEST(things_take_their_time_to_get_there),
TEST(who_comes_along_goes_where_he_is_needed),
TEST(who_is_booked_with_it_need_not_come_along),
	    TEST(neighbours_of_one_member_share_a_buffer),
	    TEST(what_is_out_is_not_to_be_had),
	    TEST(what_is_out_is_not_counted_as_free),
	    TEST(within_a_window_the_best_place_is_taken),
	    TEST(a_pool_is_full_only_at_its_peak),
	    TEST(found_by_time_and_by_thing),
	    TEST(starts_are_those_found_by_trying),
	    TEST(random_baskets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
