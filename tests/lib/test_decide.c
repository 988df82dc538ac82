/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decisions, case by case. What random cases cover better is in test_decide_random.c. */
#include "lib/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/fixture.h"

#define HOUR 3600
#define NOW "2026-11-23T06:00"

struct scene {
	struct pole *pole;
	struct arena arena;
	struct asker m1, m2, coordinator, reader, daemon;
	struct answer answer;
	struct changes changes; /* of the last decision: the answer borrows from them */
	struct found *found;
	size_t n_found;
};

/* van: 3 units, 30 minutes after; minibus: 1, stands in for nothing, lead 2 d; room: 08-20 Mon-Sat,
 * 30 min grid; bench: 2 places; bike: may span closed days. */
static struct policy *example(void)
{
	struct policy *p = fixture_policy();
	struct resource *van = fixture_resource(p, "van", 3);
	struct resource *minibus = fixture_resource(p, "minibus", 1);
	struct resource *room = fixture_resource(p, "room", 1);
	struct resource *bike = fixture_resource(p, "bike", 1);

	fixture_capacity(p, "bench", 2);
	van->buffer_after.seconds = 30 * 60;
	fixture_rule(p, van, NULL, fixture_duration(HOUR, 72 * HOUR, 0));
	fixture_rule(p, van, NULL, fixture_start(900));
	fixture_rule(p, van, NULL, fixture_horizon(60));
	fixture_rule(p, van, "small", fixture_duration(0, 8 * HOUR, 0));
	minibus->stands_in = arena_new(&p->arena, const struct resource *);
	minibus->stands_in[minibus->n_stands_in++] = van;
	fixture_rule(p, minibus, NULL, fixture_lead(2, 0));
	fixture_open(p, room, 8, 20);
	fixture_rule(p, room, NULL, fixture_duration(1800, 0, 1800));
	fixture_rule(p, room, NULL, fixture_start(1800));
	fixture_open(p, bike, 7, 21);
	bike->spans_closed = true;
	return p;
}

static struct asker asker(const struct person *person)
{
	return (struct asker){.person = person, .now = fixture_at(NOW)};
}

static int setup(void **state)
{
	struct scene *s = memory_new(sizeof(*s));

	s->pole = pole_new();
	fixture_apply(s->pole, example());
	s->m1 = asker(fixture_person(s->pole, "m1", ROLE_MEMBER));
	s->m2 = asker(fixture_person(s->pole, "m2", ROLE_MEMBER));
	s->coordinator = asker(fixture_person(s->pole, NULL, ROLE_COORDINATOR));
	s->reader = asker(fixture_person(s->pole, "m1", 0));
	s->daemon = asker(NULL);
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

static enum reason first_reason(const struct answer *a)
{
	return a->n_refusals ? a->refusals[0].reason : REASON_NONE;
}

static enum reason settle(struct scene *s)
{
	assert_true(s->changes.n == 0 || s->answer.n_refusals == 0);
	pole_apply(s->pole, &s->changes);
	return first_reason(&s->answer);
}

/* Asks, and keeps what is granted. */
static enum reason book(struct scene *s, const struct asker *who, struct ask_book ask)
{
	if (ask.alternatives == 0)
		ask.alternatives = 3;
	changes_clear(&s->changes);
	decide_book(s->pole, who, &ask, &s->arena, &s->answer, &s->changes);
	return settle(s);
}

static enum reason book_span(struct scene *s, const struct asker *who, const char *what,
			     const char *start, const char *end)
{
	return book(s, who, (struct ask_book){.what = what, .span = fixture_span(start, end)});
}

static enum reason move(struct scene *s, const struct asker *who, struct ask_move ask)
{
	ask.alternatives = 3;
	changes_clear(&s->changes);
	decide_move(s->pole, who, &ask, &s->arena, &s->answer, &s->changes);
	return settle(s);
}

static enum reason extend(struct scene *s, const struct asker *who, int64_t booking,
			  const char *end)
{
	return move(s, who,
		    (struct ask_move){
			.booking = booking, .has_end = true, .span = {.end = fixture_at(end)}});
}

static enum reason cancel(struct scene *s, const struct asker *who, int64_t booking)
{
	changes_clear(&s->changes);
	decide_cancel(s->pole, who, booking, &s->arena, &s->answer, &s->changes);
	return settle(s);
}

static bool has_reason(const struct scene *s, enum reason reason)
{
	for (size_t i = 0; i < s->answer.n_refusals; i++)
		if (s->answer.refusals[i].reason == reason)
			return true;
	return false;
}

static void test_granted(void **state)
{
	struct scene *s = *state;
	const struct booking *b;

	assert_int_equal(book_span(s, &s->m1, "van", "2026-12-05T08:00", "2026-12-05T12:00"),
			 REASON_NONE);
	b = s->answer.booking;
	assert_int_equal(b->number, 1);
	assert_int_equal(b->member, 1);
	assert_int_equal(b->person, 1);
	assert_int_equal(b->made_by, 1);
	assert_int_equal(b->made_at, fixture_at(NOW));
	assert_false(item_is_pinned(b->items));
	assert_string_equal(b->purpose, "");
	assert_int_equal(b->n_allocations, 1);
	assert_int_equal(b->allocations[0].during.end, fixture_at("2026-12-05T12:30"));
	assert_int_equal(b->allocations[0].during.start, fixture_at("2026-12-05T08:00"));
}

static void test_who_may_book_for_whom(void **state)
{
	struct scene *s = *state;
	const struct {
		const struct asker *who;
		const char *member, *person;
		enum reason want;
	} rows[] = {
	    {&s->m1, NULL, NULL, REASON_NONE},
	    {&s->m1, "m1", "p1", REASON_NONE},
	    {&s->m1, "m1", "p4", REASON_NONE},
	    {&s->m1, "m2", NULL, REASON_FORBIDDEN},
	    {&s->m1, "m9", NULL, REASON_UNKNOWN_MEMBER},
	    {&s->m1, NULL, "p2", REASON_UNKNOWN_PERSON},
	    {&s->m1, NULL, "p9", REASON_UNKNOWN_PERSON},
	    {&s->m1, NULL, "ada", REASON_UNKNOWN_PERSON},
	    {&s->coordinator, "m2", "p2", REASON_NONE},
	    {&s->coordinator, "m2", NULL, REASON_NONE},
	    {&s->coordinator, "m2", "p1", REASON_UNKNOWN_PERSON},
	    {&s->coordinator, NULL, NULL, REASON_UNKNOWN_MEMBER},
	    {&s->reader, NULL, NULL, REASON_FORBIDDEN},
	    {&s->daemon, "m1", NULL, REASON_NONE},
	    {&s->daemon, NULL, NULL, REASON_UNKNOWN_MEMBER},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t start = fixture_at("2026-12-01T08:00") + (int64_t)i * 4 * HOUR;

		assert_int_equal(book(s, rows[i].who,
				      (struct ask_book){.what = "van",
							.span = {start, start + HOUR},
							.member = rows[i].member,
							.person = rows[i].person}),
				 rows[i].want);
	}
}

static void test_refusals(void **state)
{
	struct scene *s = *state;
	static const struct {
		const char *what, *unit, *start, *end;
		enum reason want;
	} rows[] = {
	    {"vam", NULL, "2026-12-05T08:00", "2026-12-05T12:00", REASON_UNKNOWN_RESOURCE},
	    {"van", "van-9", "2026-12-05T08:00", "2026-12-05T12:00", REASON_UNKNOWN_UNIT},
	    {"van-1", "van-2", "2026-12-05T08:00", "2026-12-05T12:00", REASON_UNKNOWN_UNIT},
	    {"van", NULL, "2026-12-05T08:00", "2026-12-05T08:00", REASON_EMPTY_SPAN},
	    {"van", NULL, "2026-11-23T05:45", "2026-11-23T08:45", REASON_PAST},
	    {"van", NULL, "2026-11-23T06:00", "2026-11-23T08:45", REASON_NONE},
	    {"van", NULL, "2026-12-05T08:05", "2026-12-05T12:00", REASON_START_GRID},
	    {"van", NULL, "2026-12-05T08:00", "2026-12-05T08:45", REASON_TOO_SHORT},
	    {"van", NULL, "2026-12-05T08:00", "2026-12-08T08:15", REASON_TOO_LONG},
	    {"van", NULL, "2027-01-22T06:15", "2027-01-22T08:15", REASON_HORIZON},
	    {"van", NULL, "2027-01-22T06:00", "2027-01-22T08:15", REASON_NONE},
	    {"minibus", NULL, "2026-11-25T05:59", "2026-11-25T08:00", REASON_LEAD},
	    {"minibus", NULL, "2026-11-25T06:00", "2026-11-25T08:00", REASON_NONE},
	    {"room", NULL, "2026-11-24T19:00", "2026-11-24T20:30", REASON_CLOSED},
	    {"room", NULL, "2026-11-24T19:00", "2026-11-24T19:45", REASON_STEP},
	    {"room", NULL, "2026-11-24T19:00", "2026-11-24T20:00", REASON_NONE},
	    {"bike", NULL, "2026-11-28T10:00", "2026-11-30T10:00", REASON_NONE},
	    {"bike", NULL, "2026-12-05T10:00", "2026-12-06T10:00", REASON_CLOSED},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    book(s, &s->m1,
			 (struct ask_book){.what = rows[i].what,
					   .unit = rows[i].unit,
					   .span = fixture_span(rows[i].start, rows[i].end)}),
		    rows[i].want);
}

static void test_every_refusal_is_told(void **state)
{
	struct scene *s = *state;

	book(s, &s->m2,
	     (struct ask_book){.what = "no", .member = "no", .person = "no", .span = {5, 5}});
	assert_int_equal(s->answer.n_refusals, 4);
	assert_true(has_reason(s, REASON_UNKNOWN_RESOURCE) && has_reason(s, REASON_UNKNOWN_MEMBER));
	assert_true(has_reason(s, REASON_UNKNOWN_PERSON) && has_reason(s, REASON_EMPTY_SPAN));
	for (int i = 0; i < 3; i++)
		book_span(s, &s->m1, "van", "2027-01-20T08:00", "2027-01-23T08:00");
	book_span(s, &s->m2, "van", "2027-01-22T08:05", "2027-01-25T09:00");
	assert_int_equal(s->answer.n_refusals, 5);
	assert_int_equal(s->answer.refusals[0].reason, REASON_TOO_LONG);
	assert_int_equal(s->answer.refusals[0].place.line, 1);
	assert_int_equal(s->answer.refusals[0].limit.duration.max.seconds, 72 * HOUR);
	assert_int_equal(s->answer.refusals[1].reason, REASON_START_GRID);
	assert_int_equal(s->answer.refusals[2].reason, REASON_HORIZON);
	assert_int_equal(s->answer.refusals[2].bound, fixture_at("2027-01-22T06:00"));
	assert_int_equal(s->answer.refusals[3].reason, REASON_TOO_LONG);
	assert_int_equal(s->answer.refusals[3].place.line, 4);
	assert_int_equal(s->answer.refusals[4].reason, REASON_CONFLICT);
	assert_int_equal(s->answer.n_conflicts, 3);
}

static void test_nearest_open_stretch(void **state)
{
	struct scene *s = *state;
	static const struct {
		const char *start, *end, *open, *close;
	} rows[] = {
	    {"2026-11-24T06:00", "2026-11-24T07:00", "2026-11-24T08:00", "2026-11-24T20:00"},
	    {"2026-11-24T19:00", "2026-11-24T21:00", "2026-11-24T08:00", "2026-11-24T20:00"},
	    {"2026-11-28T21:00", "2026-11-28T22:00", "2026-11-28T08:00", "2026-11-28T20:00"},
	    {"2026-11-29T20:00", "2026-11-29T22:00", "2026-11-30T08:00", "2026-11-30T20:00"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span want = fixture_span(rows[i].open, rows[i].close);

		assert_int_equal(book_span(s, &s->m1, "room", rows[i].start, rows[i].end),
				 REASON_CLOSED);
		assert_true(span_equals(s->answer.refusals[0].open, want));
		assert_int_equal(s->answer.refusals[0].place.line, 3);
	}
}

/* DOMAIN, worked case 6. */
static void test_buffer_keeps_the_next_away(void **state)
{
	struct scene *s = *state;

	book_span(s, &s->m1, "van-1", "2026-12-05T10:00", "2026-12-05T12:00");
	assert_true(item_is_pinned(s->answer.booking->items));
	assert_int_equal(book_span(s, &s->m2, "van-1", "2026-12-05T12:00", "2026-12-05T13:00"),
			 REASON_CONFLICT);
	assert_int_equal(s->answer.n_conflicts, 1);
	assert_int_equal(s->answer.conflicts[0].booking->number, 1);
	assert_int_equal(s->answer.conflicts[0].during.end, fixture_at("2026-12-05T12:30"));
	assert_int_equal(book_span(s, &s->m2, "van-1", "2026-12-05T12:30", "2026-12-05T13:30"),
			 REASON_NONE);
	assert_int_equal(book_span(s, &s->m2, "van-1", "2026-12-05T08:45", "2026-12-05T09:45"),
			 REASON_CONFLICT);
	assert_int_equal(book_span(s, &s->m2, "van-1", "2026-12-05T08:30", "2026-12-05T09:30"),
			 REASON_NONE);
}

static void test_fit_leaves_long_stretches_whole(void **state)
{
	struct scene *s = *state;

	book_span(s, &s->m1, "van-2", "2026-12-05T08:00", "2026-12-05T09:30");
	book_span(s, &s->m1, "van-3", "2026-12-05T08:00", "2026-12-05T10:00");
	book_span(s, &s->m1, "van", "2026-12-05T10:30", "2026-12-05T12:00");
	assert_int_equal(s->answer.booking->allocations[0].lane, 3);
	book_span(s, &s->m1, "van", "2026-12-05T10:30", "2026-12-05T12:00");
	assert_int_equal(s->answer.booking->allocations[0].lane, 2);
	book_span(s, &s->m1, "van", "2026-12-05T10:30", "2026-12-05T12:00");
	assert_int_equal(s->answer.booking->allocations[0].lane, 1);
	assert_int_equal(book_span(s, &s->m1, "van", "2026-12-05T10:30", "2026-12-05T12:00"),
			 REASON_CONFLICT);
	assert_int_equal(s->answer.n_conflicts, 3);
}

static void test_capacity(void **state)
{
	struct scene *s = *state;

	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    book_span(s, &s->m1, "bench", "2026-12-05T08:00", "2026-12-05T12:00"),
		    REASON_NONE);
	assert_int_equal(book_span(s, &s->m1, "bench", "2026-12-05T08:00", "2026-12-05T12:00"),
			 REASON_CONFLICT);
	assert_int_equal(book_span(s, &s->m1, "bench", "2026-12-05T12:00", "2026-12-05T13:00"),
			 REASON_NONE);
}

static void check_alternative(const struct scene *s, size_t i, enum alternative_kind kind,
			      const char *resource, const char *unit, const char *start,
			      const char *end)
{
	const struct alternative *a = &s->answer.alternatives[i];
	struct span want = fixture_span(start, end);

	assert_true(i < s->answer.n_alternatives);
	assert_int_equal(a->kind, kind);
	assert_string_equal(a->resource->id, resource);
	assert_string_equal(a->unit ? a->unit->id : "any", unit);
	assert_int_equal(a->span.start, want.start);
	assert_int_equal(a->span.end, want.end);
}

static void test_other_units_first(void **state)
{
	struct scene *s = *state;

	book_span(s, &s->m1, "van-2", "2026-12-05T08:00", "2026-12-05T12:00");
	book_span(s, &s->m1, "van-1", "2026-12-05T10:00", "2026-12-05T12:00");
	assert_int_equal(book_span(s, &s->m2, "van-1", "2026-12-05T09:00", "2026-12-05T11:00"),
			 REASON_CONFLICT);
	assert_int_equal(s->answer.n_alternatives, 3);
	check_alternative(s, 0, ALTERNATIVE_OTHER_UNIT, "van", "van-3", "2026-12-05T09:00",
			  "2026-12-05T11:00");
	check_alternative(s, 1, ALTERNATIVE_NEAREST, "van", "van-1", "2026-12-05T07:30",
			  "2026-12-05T09:30");
	check_alternative(s, 2, ALTERNATIVE_NEAREST, "van", "van-1", "2026-12-05T12:30",
			  "2026-12-05T14:30");
}

static void test_stand_in_then_nearest(void **state)
{
	struct scene *s = *state;

	book_span(s, &s->m1, "minibus", "2026-12-05T08:00", "2026-12-05T12:00");
	assert_int_equal(book_span(s, &s->m2, "minibus", "2026-12-05T09:00", "2026-12-05T10:00"),
			 REASON_CONFLICT);
	check_alternative(s, 0, ALTERNATIVE_STAND_IN, "van", "any", "2026-12-05T09:00",
			  "2026-12-05T10:00");
	check_alternative(s, 1, ALTERNATIVE_NEAREST, "minibus", "any", "2026-12-05T07:00",
			  "2026-12-05T08:00");
	check_alternative(s, 2, ALTERNATIVE_NEAREST, "minibus", "any", "2026-12-05T06:00",
			  "2026-12-05T07:00");
	assert_int_equal(book_span(s, &s->m2, "minibus", "2026-12-05T08:00", "2026-12-05T17:00"),
			 REASON_CONFLICT);
	assert_int_equal(s->answer.alternatives[0].kind, ALTERNATIVE_NEAREST);
}

static void test_alternatives_to_limits(void **state)
{
	struct scene *s = *state;
	static const struct {
		const char *what, *start, *end, *first_start, *first_end;
	} rows[] = {
	    {"room", "2026-11-24T06:30", "2026-11-24T08:30", "2026-11-24T08:00",
	     "2026-11-24T10:00"},
	    {"room", "2026-11-24T19:30", "2026-11-24T20:30", "2026-11-24T19:00",
	     "2026-11-24T20:00"},
	    {"room", "2026-11-29T10:00", "2026-11-29T12:00", "2026-11-28T10:00",
	     "2026-11-28T12:00"},
	    {"room", "2026-11-24T10:10", "2026-11-24T11:10", "2026-11-24T10:00",
	     "2026-11-24T11:00"},
	    {"room", "2026-11-24T10:00", "2026-11-24T10:10", "2026-11-24T10:00",
	     "2026-11-24T10:30"},
	    {"room", "2026-11-24T10:00", "2026-11-24T10:40", "2026-11-24T10:00",
	     "2026-11-24T11:00"},
	    {"room", "2026-11-24T08:00", "2026-11-25T02:00", "2026-11-24T08:00",
	     "2026-11-24T17:00"},
	    {"van", "2026-12-05T08:00", "2026-12-09T08:00", "2026-12-05T08:00", "2026-12-08T08:00"},
	    {"van", "2027-05-01T08:00", "2027-05-01T10:00", "2027-01-22T06:00", "2027-01-22T08:00"},
	    {"van", "2026-11-20T08:00", "2026-11-20T10:00", "2026-11-23T08:00", "2026-11-23T10:00"},
	    {"bike", "2026-12-05T10:00", "2026-12-06T10:00", "2026-12-04T10:00",
	     "2026-12-05T10:00"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_not_equal(book_span(s, &s->m1, rows[i].what, rows[i].start, rows[i].end),
				     REASON_NONE);
		assert_int_equal(s->answer.n_alternatives, 3);
		check_alternative(s, 0, ALTERNATIVE_NEAREST, rows[i].what, "any",
				  rows[i].first_start, rows[i].first_end);
	}
}

static void test_no_alternatives_to_nonsense(void **state)
{
	struct scene *s = *state;

	book_span(s, &s->m1, "vam", "2026-12-05T08:00", "2026-12-05T12:00");
	assert_int_equal(s->answer.n_alternatives, 0);
	book_span(s, &s->m1, "van", "2026-12-05T12:00", "2026-12-05T12:00");
	assert_int_equal(s->answer.n_alternatives, 0);
}

/* 28 March and 31 October 2027: days are civil, hours elapsed. */
static void test_clock_changes(void **state)
{
	struct scene *s = *state;

	s->m1.now = s->m2.now = fixture_at("2027-03-20T08:00");
	book_span(s, &s->m1, "van-1", "2027-03-26T09:00", "2027-03-27T08:00");
	assert_int_equal(book_span(s, &s->m2, "van-1", "2027-03-26T09:00", "2027-03-26T10:00"),
			 REASON_CONFLICT);
	assert_int_equal(book_span(s, &s->m1, "van-1", "2027-03-26T08:00", "2027-03-27T08:00"),
			 REASON_CONFLICT);
	for (size_t i = 0; i < s->answer.n_alternatives; i++) {
		const struct alternative *a = &s->answer.alternatives[i];

		if (a->kind == ALTERNATIVE_NEAREST &&
		    a->span.start > fixture_at("2027-03-27T09:00"))
			assert_int_equal(a->span.end - a->span.start, 23 * HOUR);
	}
	assert_int_equal(move(s, &s->m1,
			      (struct ask_move){.booking = 1,
						.has_start = true,
						.span = {fixture_at("2027-03-27T10:00"), 0}}),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->span.end, fixture_at("2027-03-28T10:00"));
}

static void test_civil_days_step(void **state)
{
	struct scene *s = *state;
	struct policy *p = fixture_policy();
	struct resource *kit = fixture_resource(p, "kit", 1);
	struct limit days = fixture_duration(0, 0, 0);

	days.duration.min.days = days.duration.step.days = 1;
	days.duration.max.days = 5;
	fixture_rule(p, kit, NULL, days);
	fixture_apply(s->pole, p);
	assert_int_equal(book_span(s, &s->m1, "kit", "2027-03-27T10:00", "2027-03-29T10:00"),
			 REASON_NONE);
	assert_int_equal(book_span(s, &s->m1, "kit", "2027-10-30T10:00", "2027-10-31T09:00"),
			 REASON_TOO_SHORT);
	assert_int_equal(book_span(s, &s->m1, "kit", "2027-10-30T10:00", "2027-10-31T11:00"),
			 REASON_STEP);
	check_alternative(s, 0, ALTERNATIVE_NEAREST, "kit", "any", "2027-10-30T10:00",
			  "2027-11-01T10:00");
	assert_int_equal(book_span(s, &s->m1, "kit", "2027-10-30T10:00", "2027-11-04T11:00"),
			 REASON_TOO_LONG);
	assert_int_equal(book_span(s, &s->m1, "kit", "2027-10-30T10:00", "2027-11-04T10:00"),
			 REASON_NONE);
}

static void test_move(void **state)
{
	struct scene *s = *state;
	const struct ask_move later = {
	    .booking = 1, .has_start = true, .span = {fixture_at("2026-12-05T09:00"), 0}};

	book_span(s, &s->m1, "van", "2026-12-05T08:00", "2026-12-05T12:00");
	assert_int_equal(move(s, &s->m2, later), REASON_FORBIDDEN);
	assert_int_equal(move(s, &s->reader, later), REASON_FORBIDDEN);
	assert_int_equal(move(s, &s->m1, (struct ask_move){.booking = 9}), REASON_UNKNOWN_BOOKING);
	assert_int_equal(move(s, &s->m1, later), REASON_NONE);
	assert_int_equal(s->answer.booking->allocations[0].lane, 1);
	assert_int_equal(s->answer.booking->span.end, fixture_at("2026-12-05T13:00"));
	assert_int_equal(s->answer.was->span.start, fixture_at("2026-12-05T08:00"));
	assert_int_equal(move(s, &s->coordinator, (struct ask_move){.booking = 1, .unit = "van-3"}),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->allocations[0].lane, 3);
	assert_true(item_is_pinned(s->answer.booking->items));
	assert_int_equal(move(s, &s->m1, (struct ask_move){.booking = 1, .unit = "van-9"}),
			 REASON_UNKNOWN_UNIT);
	assert_int_equal(extend(s, &s->m1, 1, "2026-12-05T09:00"), REASON_EMPTY_SPAN);
}

static void test_move_that_changes_nothing(void **state)
{
	struct scene *s = *state;
	const struct booking *b;
	struct changes c = {0};
	struct ask_move ask = {.booking = 1,
			       .has_start = true,
			       .span = fixture_span("2026-12-05T08:00", "2026-12-05T12:00")};

	book_span(s, &s->m1, "van", "2026-12-05T08:00", "2026-12-05T12:00");
	b = pole_booking(s->pole, 1);
	decide_move(s->pole, &s->m1, &ask, &s->arena, &s->answer, &c);
	assert_int_equal(c.n, 0);
	assert_int_equal(s->answer.n_refusals, 0);
	assert_ptr_equal(s->answer.booking, b);
	assert_ptr_equal(s->answer.was, b);
}

static void test_extend(void **state)
{
	struct scene *s = *state;

	book_span(s, &s->m1, "van-1", "2026-12-05T08:00", "2026-12-05T10:00");
	book_span(s, &s->m1, "van-1", "2026-12-05T13:00", "2026-12-05T15:00");
	assert_int_equal(extend(s, &s->m1, 1, "2026-12-05T12:30"), REASON_NONE);
	assert_int_equal(s->answer.booking->allocations[0].lane, 1);
	assert_int_equal(extend(s, &s->m1, 1, "2026-12-05T11:00"), REASON_NONE);
	assert_int_equal(extend(s, &s->m1, 1, "2026-12-05T13:30"), REASON_CONFLICT);
	s->m1.now = fixture_at("2026-12-05T09:00");
	assert_int_equal(extend(s, &s->m1, 1, "2026-12-05T16:00"), REASON_CONFLICT);
	assert_int_equal(s->answer.n_alternatives, 1);
	check_alternative(s, 0, ALTERNATIVE_NEAREST, "van", "van-1", "2026-12-05T08:00",
			  "2026-12-05T12:30");
}

static void test_begun(void **state)
{
	struct scene *s = *state;
	struct ask_move sooner = {
	    .booking = 1, .has_start = true, .span = {fixture_at("2026-11-23T09:00"), 0}};

	book_span(s, &s->m1, "van-1", "2026-11-23T08:00", "2026-11-23T12:00");
	s->m1.now = fixture_at("2026-11-23T09:30");
	assert_int_equal(move(s, &s->m1, sooner), REASON_PAST);
	assert_int_equal(extend(s, &s->m1, 1, "2026-11-23T09:30"), REASON_PAST);
	assert_int_equal(extend(s, &s->m1, 1, "2026-11-23T09:45"), REASON_NONE);
	assert_int_equal(extend(s, &s->m1, 1, "2026-11-23T13:00"), REASON_NONE);
	assert_int_equal(move(s, &s->m1, (struct ask_move){.booking = 1, .unit = "van-2"}),
			 REASON_PAST);
	s->m1.now = fixture_at("2026-11-23T13:00");
	assert_int_equal(extend(s, &s->m1, 1, "2026-11-23T14:00"), REASON_PAST);
}

static void test_lead_is_not_asked_twice(void **state)
{
	struct scene *s = *state;

	book_span(s, &s->m1, "minibus", "2026-11-25T08:00", "2026-11-25T12:00");
	s->m1.now = fixture_at("2026-11-24T08:00");
	assert_int_equal(extend(s, &s->m1, 1, "2026-11-25T11:00"), REASON_NONE);
	assert_int_equal(move(s, &s->m1,
			      (struct ask_move){.booking = 1,
						.has_start = true,
						.span = {fixture_at("2026-11-25T09:00"), 0}}),
			 REASON_LEAD);
}

static void test_cancel(void **state)
{
	struct scene *s = *state;

	book_span(s, &s->m1, "van-1", "2026-11-23T08:00", "2026-11-23T12:00");
	book_span(s, &s->m1, "van-1", "2026-11-24T08:00", "2026-11-24T12:00");
	assert_int_equal(cancel(s, &s->m2, 1), REASON_FORBIDDEN);
	assert_int_equal(cancel(s, &s->m1, 3), REASON_UNKNOWN_BOOKING);
	s->m1.now = fixture_at("2026-11-23T12:00");
	assert_int_equal(cancel(s, &s->m1, 1), REASON_PAST);
	assert_int_equal(cancel(s, &s->m1, 2), REASON_NONE);
	assert_int_equal(s->answer.booking->state, BOOKING_CANCELLED);
	assert_int_equal(s->answer.booking->ended_at, s->m1.now);
	assert_int_equal(s->answer.booking->n_allocations, 1);
	assert_int_equal(cancel(s, &s->m1, 2), REASON_STATE);
	assert_int_equal(extend(s, &s->m1, 2, "2026-11-24T13:00"), REASON_STATE);
	assert_int_equal(book_span(s, &s->m2, "van-1", "2026-11-24T08:00", "2026-11-24T12:00"),
			 REASON_NONE);
}

static size_t find(struct scene *s, const struct asker *who, const char *what, const char *unit,
		   size_t count)
{
	const struct ask_book ask = {.what = what,
				     .unit = unit,
				     .alternatives = 3,
				     .span = fixture_span("2026-12-05T08:00", "2026-12-05T12:00")};

	decide_find(s->pole, who, &ask, count, &s->arena, &s->answer, &s->found, &s->n_found);
	return s->n_found;
}

static void test_find(void **state)
{
	struct scene *s = *state;

	assert_int_equal(find(s, &s->m1, "van", NULL, 10), 3);
	assert_int_equal(find(s, &s->m1, "van", NULL, 2), 2);
	assert_int_equal(find(s, &s->m1, "bench", NULL, 10), 1);
	assert_int_equal(find(s, &s->coordinator, NULL, NULL, 99), 7);
	assert_int_equal(find(s, &s->m1, NULL, NULL, 99), 7);
	assert_int_equal(find(s, &s->reader, "van", NULL, 10), 3);
	for (int i = 0; i < 3; i++)
		book_span(s, &s->m1, "van", "2026-12-05T08:00", "2026-12-05T12:00");
	assert_int_equal(find(s, &s->m1, NULL, NULL, 99), 4);
	assert_int_equal(find(s, &s->m1, "van", NULL, 10), 0);
	assert_true(has_reason(s, REASON_CONFLICT));
	assert_int_equal(s->answer.n_conflicts, 3);
	assert_int_equal(s->answer.n_alternatives, 3);
	assert_int_equal(find(s, &s->m1, "van-2", NULL, 10), 0);
	assert_int_equal(s->answer.n_conflicts, 1);
	assert_int_equal(find(s, &s->m1, "vam", NULL, 10), 0);
	assert_int_equal(first_reason(&s->answer), REASON_UNKNOWN_RESOURCE);
}

static void test_before_the_first_policy(void **state)
{
	struct scene *s = *state;
	struct pole *with_policy = s->pole;

	s->pole = pole_new();
	assert_int_equal(find(s, &s->daemon, NULL, NULL, 10), 0);
	assert_int_equal(find(s, &s->daemon, "van", NULL, 10), 0);
	assert_int_equal(book_span(s, &s->m1, "van", "2026-12-05T08:00", "2026-12-05T12:00"),
			 REASON_UNKNOWN_RESOURCE);
	pole_free(s->pole);
	s->pole = with_policy;
}

static void test_out_of_service(void **state)
{
	struct scene *s = *state;
	struct policy *p = example();

	p->resources[0].n_units = 2;
	p->resources[1].units[0].id = "minibus-9";
	fixture_apply(s->pole, p);
	assert_int_equal(book_span(s, &s->m1, "van-3", "2026-12-05T08:00", "2026-12-05T12:00"),
			 REASON_OUT_OF_SERVICE);
	assert_int_equal(s->answer.n_alternatives, 3);
	check_alternative(s, 0, ALTERNATIVE_OTHER_UNIT, "van", "van-1", "2026-12-05T08:00",
			  "2026-12-05T12:00");
	assert_int_equal(book_span(s, &s->m1, "minibus", "2026-12-05T08:00", "2026-12-05T12:00"),
			 REASON_NONE);
	assert_int_equal(s->answer.booking->allocations[0].lane, 2);
}

static void test_misfits(void **state)
{
	struct scene *s = *state;
	struct policy *p = example();
	struct changes c = {0};
	struct misfit *misfits;
	size_t n;

	book_span(s, &s->m1, "van-3", "2026-12-05T08:00", "2026-12-05T12:00");
	book_span(s, &s->m1, "van-1", "2026-12-05T08:00", "2026-12-05T12:00");
	book_span(s, &s->m1, "van-1", "2026-12-06T08:00", "2026-12-06T17:00");
	book_span(s, &s->m1, "room", "2026-12-05T18:00", "2026-12-05T19:30");
	book_span(s, &s->m1, "bench", "2026-12-05T18:00", "2026-12-05T19:30");
	book_span(s, &s->m1, "bike", "2026-12-05T18:00", "2026-12-05T19:30");
	book_span(s, &s->m1, "bike", "2026-12-07T18:00", "2026-12-07T19:30");
	cancel(s, &s->m1, 7);
	p->resources[0].n_units = 2;
	p->rules[3].party.n_classes = 0;
	fixture_open(p, &p->resources[2], 9, 19);
	p->resources[3].id = "cargo-bike";
	assert_int_equal(policy_open(p), 0);
	pole_number(s->pole, p, &c);
	decide_misfits(s->pole, p, s->m1.now, &s->arena, &misfits, &n);
	assert_int_equal(n, 4);
	assert_int_equal(misfits[0].booking->number, 1);
	assert_int_equal(misfits[0].refusal.reason, REASON_OUT_OF_SERVICE);
	assert_int_equal(misfits[1].booking->number, 3);
	assert_int_equal(misfits[1].refusal.reason, REASON_TOO_LONG);
	assert_int_equal(misfits[2].booking->number, 4);
	assert_int_equal(misfits[2].refusal.reason, REASON_CLOSED);
	assert_int_equal(misfits[3].booking->number, 6);
	assert_int_equal(misfits[3].refusal.reason, REASON_UNKNOWN_RESOURCE);
	decide_misfits(s->pole, p, fixture_at("2026-12-06T00:00"), &s->arena, &misfits, &n);
	assert_int_equal(n, 1);
	changes_clear(&c);
	policy_free(p);
}

static void test_who_sees_what(void **state)
{
	struct scene *s = *state;
	const struct booking *b;

	book_span(s, &s->m1, "van", "2026-12-05T08:00", "2026-12-05T12:00");
	b = pole_booking(s->pole, 1);
	assert_true(asker_sees_all(s->pole, &s->m1, b) && asker_may_alter(s->pole, &s->m1, b));
	assert_true(asker_sees_all(s->pole, &s->reader, b) &&
		    !asker_may_alter(s->pole, &s->reader, b));
	assert_true(!asker_sees_all(s->pole, &s->m2, b) && !asker_may_alter(s->pole, &s->m2, b));
	assert_true(asker_sees_all(s->pole, &s->coordinator, b) &&
		    asker_may_alter(s->pole, &s->coordinator, b));
	assert_true(asker_sees_all(s->pole, &s->daemon, b) &&
		    asker_may_alter(s->pole, &s->daemon, b));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(test_granted),
	    CASE(test_who_may_book_for_whom),
	    CASE(test_refusals),
	    CASE(test_every_refusal_is_told),
	    CASE(test_nearest_open_stretch),
	    CASE(test_buffer_keeps_the_next_away),
	    CASE(test_fit_leaves_long_stretches_whole),
	    CASE(test_capacity),
	    CASE(test_other_units_first),
	    CASE(test_stand_in_then_nearest),
	    CASE(test_alternatives_to_limits),
	    CASE(test_no_alternatives_to_nonsense),
	    CASE(test_clock_changes),
	    CASE(test_civil_days_step),
	    CASE(test_move),
	    CASE(test_move_that_changes_nothing),
	    CASE(test_extend),
	    CASE(test_begun),
	    CASE(test_lead_is_not_asked_twice),
	    CASE(test_cancel),
	    CASE(test_find),
	    CASE(test_before_the_first_policy),
	    CASE(test_out_of_service),
	    CASE(test_misfits),
	    CASE(test_who_sees_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
