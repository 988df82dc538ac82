/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Series: clock changes, limits, exceptions; and seeded random series, moves and cancellations
 * against a copy of the pole on which each date is decided and applied by itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/series.h"
#include "tests/lib/fixture.h"
#include "tests/lib/zone_file.h"

struct world {
	struct pole *pole;
	struct arena arena;
	const struct person *ada;
	int64_t now;
	struct series_answer answer;
	struct changes changes;
};

static struct policy *policy(void)
{
	struct policy *p = fixture_policy();
	struct resource *room = fixture_resource(p, "room", 1);
	struct resource *hall = fixture_resource(p, "hall", 1);
	struct rule *rule;
	struct limit limit = {.kind = LIMIT_RECURRENCE, .recurrence = {{.days = 91}, false}};

	fixture_resource(p, "van", 2);
	fixture_rule(p, room, NULL, fixture_horizon(3650));
	rule = fixture_rule(p, hall, NULL, limit);
	rule->name = "hall recurrence";
	limit.recurrence.reconfirm = true;
	fixture_rule(p, fixture_resource(p, "club", 1), NULL, limit);
	return p;
}

static int set_up(void **state)
{
	struct world *w = memory_new(sizeof(*w));

	w->pole = pole_new();
	fixture_apply(w->pole, policy());
	w->ada = fixture_person(w->pole, "m1", ROLE_MEMBER);
	w->now = fixture_at("2027-01-01T00:00");
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	changes_clear(&w->changes);
	pole_free(w->pole);
	arena_clear(&w->arena);
	free(w);
	return 0;
}

static struct asker asker(const struct world *w)
{
	return (struct asker){w->ada, w->now};
}

static struct ask_book first(const char *what, const char *from, const char *to)
{
	return (struct ask_book){.what = what, .span = fixture_span(from, to)};
}

static int decide(struct world *w, const struct ask_book *book, const char *rule,
		  enum series_conflicts conflicts)
{
	const struct ask_series ask = {.first = book, .rule = rule, .conflicts = conflicts};
	struct asker who = asker(w);

	changes_clear(&w->changes);
	return decide_series(w->pole, &who, &ask, &w->arena, &w->answer, &w->changes);
}

/* Decides and applies; the number of the first. */
static int64_t book(struct world *w, const char *what, const char *from, const char *to,
		    const char *rule)
{
	const struct ask_book ask = first(what, from, to);

	assert_int_equal(decide(w, &ask, rule, SERIES_REFUSE), SERIES_OK);
	assert_int_equal(w->answer.n_refusals, 0);
	pole_apply(w->pole, &w->changes);
	return w->answer.series;
}

static void take(struct world *w, int64_t number, const char *from, const char *to)
{
	const struct ask_move ask = {
	    .booking = number, .has_start = true, .has_end = true, .span = fixture_span(from, to)};
	struct asker who = asker(w);
	struct changes c = {0};
	struct answer answer;

	decide_move(w->pole, &who, &ask, &w->arena, &answer, &c);
	assert_int_equal(answer.n_refusals, 0);
	pole_apply(w->pole, &c);
	changes_clear(&c);
}

static void give_up(struct world *w, int64_t number)
{
	struct asker who = asker(w);
	struct changes c = {0};
	struct answer answer;

	decide_cancel(w->pole, &who, number, &w->arena, &answer, &c);
	assert_int_equal(answer.n_refusals, 0);
	pole_apply(w->pole, &c);
	changes_clear(&c);
}

static void move(struct world *w, int64_t number, enum series_scope scope, const char *from)
{
	const struct ask_move ask = {
	    .booking = number, .has_start = true, .span = {.start = fixture_at(from)}};
	struct asker who = asker(w);

	changes_clear(&w->changes);
	decide_series_move(w->pole, &who, &ask, scope, &w->arena, &w->answer, &w->changes);
	if (w->answer.n_refusals == 0)
		pole_apply(w->pole, &w->changes);
}

static void cancel(struct world *w, int64_t number, enum series_scope scope)
{
	struct asker who = asker(w);

	changes_clear(&w->changes);
	decide_series_cancel(w->pole, &who, number, scope, &w->arena, &w->answer, &w->changes);
	if (w->answer.n_refusals == 0)
		pole_apply(w->pole, &w->changes);
}

static void assert_at(const struct world *w, int64_t number, const char *from, const char *to)
{
	const struct booking *b = pole_booking(w->pole, number);
	const struct span s = fixture_span(from, to);

	assert_int_equal(b->span.start, s.start);
	assert_int_equal(b->span.end, s.end);
}

static void local_time_stays(void **state)
{
	struct world *w = *state;
	int64_t n = book(w, "room", "2027-03-16T18:00", "2027-03-16T20:00", "FREQ=WEEKLY;COUNT=4");

	assert_int_equal(w->answer.n_done, 4);
	assert_at(w, n + 1, "2027-03-23T18:00+01:00", "2027-03-23T20:00+01:00");
	assert_at(w, n + 2, "2027-03-30T18:00+02:00", "2027-03-30T20:00+02:00");
	for (int64_t i = 0; i < 4; i++) {
		const struct booking *b = pole_booking(w->pole, n + i);

		assert_int_equal(b->series, n);
		assert_int_equal(b->occurrence, b->span.start);
	}
	move(w, n, SCOPE_ALL, "2027-03-17T19:30");
	assert_int_equal(w->answer.n_done, 4);
	assert_at(w, n + 3, "2027-04-07T19:30+02:00", "2027-04-07T21:30+02:00");
}

static void a_night_ends_in_the_morning(void **state)
{
	struct world *w = *state;
	int64_t n = book(w, "room", "2027-03-26T22:00", "2027-03-27T06:00", "FREQ=DAILY;COUNT=3");

	assert_at(w, n + 1, "2027-03-27T22:00+01:00", "2027-03-28T06:00+02:00");
	n = book(w, "van", "2027-03-27T02:30", "2027-03-27T02:45", "FREQ=DAILY;COUNT=2");
	assert_at(w, n + 1, "2027-03-28T03:30+02:00", "2027-03-28T03:45+02:00");
}

static void until_is_a_local_day(void **state)
{
	struct world *w = *state;
	const struct ask_book ask = first("room", "2027-02-01T23:30", "2027-02-01T23:45");

	decide(w, &ask, "FREQ=DAILY;UNTIL=20270203", SERIES_REFUSE);
	assert_int_equal(w->answer.n, 3);
	assert_int_equal(w->answer.until, 0);
	decide(w, &ask, "FREQ=DAILY;UNTIL=20270203T233000", SERIES_REFUSE);
	assert_int_equal(w->answer.n, 3);
	decide(w, &ask, "FREQ=DAILY;UNTIL=20270203T222959Z", SERIES_REFUSE);
	assert_int_equal(w->answer.n, 2);
	assert_int_equal(decide(w, &ask, "FREQ=DALY", SERIES_REFUSE), SERIES_E_RULE);
	assert_true(strlen(w->answer.problem.text) > 0);
}

static void dates_out_and_in(void **state)
{
	struct world *w = *state;
	const struct ask_book ask_first = first("room", "2027-02-01T09:00", "2027-02-01T10:00");
	const struct span out = fixture_span("2027-02-03T00:00", "2027-02-04T00:00");
	const int64_t in[] = {fixture_at("2027-03-01T09:00"), fixture_at("2027-02-02T09:00"),
			      fixture_at("2027-02-20T14:00")};
	const struct ask_series ask = {.first = &ask_first,
				       .rule = "FREQ=DAILY;COUNT=4",
				       .except = &out,
				       .n_except = 1,
				       .also = in,
				       .n_also = 3};
	struct asker who = asker(w);

	decide_series(w->pole, &who, &ask, &w->arena, &w->answer, &w->changes);
	assert_int_equal(w->answer.n_done, 5); /* 1, 2, 4, 20, 1 March */
	assert_int_equal(w->answer.dates[2].span.start, fixture_at("2027-02-04T09:00"));
	assert_int_equal(w->answer.dates[3].span.end, fixture_at("2027-02-20T15:00"));
}

/* The second of three weeks is taken from 10 to 11. */
static void block(struct world *w)
{
	book(w, "room", "2027-02-08T10:00", "2027-02-08T11:00", "FREQ=DAILY;COUNT=1");
}

static void all_or_nothing(void **state)
{
	struct world *w = *state;
	const struct ask_book ask = first("room", "2027-02-01T09:00", "2027-02-01T11:00");
	int64_t next;

	block(w);
	next = pole_next_booking(w->pole);
	decide(w, &ask, "FREQ=WEEKLY;COUNT=3", SERIES_REFUSE);
	assert_int_equal(w->changes.n, 0);
	assert_int_equal(w->answer.n_refused, 1);
	assert_int_equal(w->answer.refusals[0].reason, REASON_CONFLICT);
	assert_ptr_equal(w->answer.refused, &w->answer.dates[1]);
	assert_int_equal(w->answer.dates[1].outcome, SERIES_REFUSED);
	assert_int_equal(w->answer.dates[1].answer.n_conflicts, 1);
	assert_int_equal(w->answer.dates[2].outcome, SERIES_FREE);
	assert_int_equal(pole_next_booking(w->pole), next);
}

static void the_others(void **state)
{
	struct world *w = *state;
	const struct ask_book ask = first("room", "2027-02-01T09:00", "2027-02-01T11:00");

	block(w);
	decide(w, &ask, "FREQ=WEEKLY;COUNT=3", SERIES_SKIP);
	assert_int_equal(w->answer.n_done, 2);
	assert_int_equal(w->answer.n_skipped, 1);
	assert_int_equal(w->answer.dates[1].outcome, SERIES_SKIPPED);
	assert_int_equal(w->changes.n, 2);
	decide(w, &(struct ask_book){.what = "rom", .span = ask.span}, "FREQ=WEEKLY;COUNT=3",
	       SERIES_SKIP);
	assert_int_equal(w->answer.refusals[0].reason, REASON_UNKNOWN_RESOURCE);
}

static void what_is_nearest(void **state)
{
	struct world *w = *state;
	const struct ask_book ask = first("room", "2027-02-01T09:00", "2027-02-01T11:00");

	block(w);
	book(w, "room", "2027-02-15T00:00", "2027-02-16T00:00", "FREQ=DAILY;COUNT=1");
	decide(w, &ask, "FREQ=WEEKLY;COUNT=3", SERIES_ALTERNATIVE);
	assert_int_equal(w->answer.n_done, 2);
	assert_int_equal(w->answer.dates[1].outcome, SERIES_MOVED);
	assert_int_equal(w->answer.dates[1].span.start, fixture_at("2027-02-08T08:00"));
	assert_int_equal(w->answer.dates[1].occurrence, fixture_at("2027-02-08T09:00"));
	assert_int_equal(w->answer.dates[1].answer.booking->occurrence,
			 fixture_at("2027-02-08T09:00"));
	assert_int_equal(w->answer.dates[2].outcome, SERIES_SKIPPED);
}

/* A date in the way of the next of its own series. */
static void in_its_own_way(void **state)
{
	struct world *w = *state;
	const struct ask_book ask = first("room", "2027-02-01T09:00", "2027-02-01T11:00");

	decide(w, &ask, "FREQ=HOURLY;COUNT=4", SERIES_REFUSE);
	assert_int_equal(w->answer.n_refused, 2);
	assert_int_equal(w->answer.dates[1].answer.n_conflicts, 0);
	decide(w, &ask, "FREQ=HOURLY;COUNT=4", SERIES_SKIP);
	assert_int_equal(w->answer.n_done, 2);
	assert_int_equal(w->answer.dates[1].answer.n_conflicts, 0);
}

static void as_long_as_allowed(void **state)
{
	struct world *w = *state;
	struct ask_book ask = first("hall", "2027-02-01T09:00", "2027-02-01T11:00");

	decide(w, &ask, "FREQ=WEEKLY;COUNT=13", SERIES_REFUSE);
	assert_int_equal(w->answer.n_done, 13);
	decide(w, &ask, "FREQ=WEEKLY;COUNT=14", SERIES_REFUSE);
	assert_int_equal(w->answer.refusals[0].reason, REASON_RECURRENCE);
	assert_string_equal(w->answer.refusals[0].rule->name, "hall recurrence");
	decide(w, &ask, "FREQ=WEEKLY", SERIES_REFUSE);
	assert_int_equal(w->answer.n_done, 13);
	assert_false(w->answer.reconfirm);
	ask.what = "club";
	decide(w, &ask, "FREQ=WEEKLY;COUNT=40", SERIES_REFUSE);
	assert_int_equal(w->answer.n_done, 13);
	assert_true(w->answer.reconfirm);
	assert_int_equal(w->answer.until, fixture_at("2027-04-26T11:00"));
	ask.what = "van";
	decide(w, &ask, "FREQ=WEEKLY", SERIES_REFUSE);
	assert_int_equal(w->answer.n_done, 53); /* a year */
	decide(w, &ask, "FREQ=DAILY;COUNT=400", SERIES_REFUSE);
	assert_int_equal(w->answer.n_done, SERIES_MAX);
	decide(w, &ask, "FREQ=DAILY;COUNT=401", SERIES_REFUSE);
	assert_int_equal(w->answer.refusals[0].reason, REASON_MANY_DATES);
	decide(w, &ask, "FREQ=SECONDLY", SERIES_SKIP);
	assert_int_equal(w->answer.refusals[0].reason, REASON_MANY_DATES);
}

/* All of the things each week, at their local times; one that cannot be had leaves its date out. */
static void of_several_things(void **state)
{
	struct world *w = *state;
	struct ask_item items[] = {
	    {.what = "van",
	     .quantity = 2,
	     .span = fixture_span("2027-03-21T08:00", "2027-03-21T12:00")},
	    {.what = "room", .span = fixture_span("2027-03-21T14:00", "2027-03-22T03:30")},
	};
	struct ask_book ask = {.items = items, .n_items = 2};
	const struct booking *b;

	book(w, "room", "2027-04-04T20:00", "2027-04-04T21:00", "FREQ=DAILY;COUNT=1");
	assert_int_equal(decide(w, &ask, "FREQ=WEEKLY;COUNT=4", SERIES_SKIP), SERIES_OK);
	assert_int_equal(w->answer.n_done, 3);
	assert_int_equal(w->answer.dates[2].outcome, SERIES_SKIPPED);
	pole_apply(w->pole, &w->changes);
	b = pole_booking(w->pole, w->answer.dates[1].booking);
	assert_int_equal(b->n_items, 2);
	assert_int_equal(b->items[0].quantity, 2);
	assert_int_equal(b->items[0].span.start, fixture_at("2027-03-28T08:00"));
	assert_int_equal(b->items[0].span.end, fixture_at("2027-03-28T12:00"));
	assert_int_equal(b->items[1].span.start, fixture_at("2027-03-28T14:00"));
	assert_int_equal(b->items[1].span.end, fixture_at("2027-03-29T03:30"));
	assert_int_equal(b->occurrence, b->span.start);
	items[1].what = "hall"; /* no longer than 13 weeks */
	assert_int_equal(decide(w, &ask, "FREQ=WEEKLY;COUNT=20", SERIES_SKIP), SERIES_OK);
	assert_int_equal(w->answer.refusals[0].reason, REASON_RECURRENCE);
	assert_string_equal(w->answer.refusals[0].rule->name, "hall recurrence");
	items[1].what = "nothing";
	assert_int_equal(decide(w, &ask, "FREQ=WEEKLY;COUNT=2", SERIES_REFUSE), SERIES_OK);
	assert_int_equal(w->answer.refusals[0].reason, REASON_UNKNOWN_RESOURCE);
}

/* Each date takes the best start in its own window, and is moved from there. */
static void within_windows(void **state)
{
	struct world *w = *state;
	const struct ask_book ask = {
	    .what = "room",
	    .within = fixture_span("2027-03-20T08:00", "2027-03-20T12:00"),
	    .length = {.seconds = 2 * 3600},
	};
	const struct booking *b;

	book(w, "room", "2027-03-20T07:30", "2027-03-20T09:00", "FREQ=DAILY;COUNT=1");
	book(w, "room", "2027-04-03T09:00", "2027-04-03T11:00", "FREQ=DAILY;COUNT=1");
	assert_int_equal(decide(w, &ask, "FREQ=WEEKLY;COUNT=3", SERIES_SKIP), SERIES_OK);
	pole_apply(w->pole, &w->changes);
	assert_int_equal(w->answer.n_done, 2);
	assert_at(w, w->answer.dates[0].booking, "2027-03-20T09:00", "2027-03-20T11:00");
	assert_at(w, w->answer.dates[1].booking, "2027-03-27T08:00", "2027-03-27T10:00");
	assert_int_equal(w->answer.dates[2].outcome, SERIES_SKIPPED);
	assert_int_equal(w->answer.dates[2].span.start, fixture_at("2027-04-03T08:00"));
	b = pole_booking(w->pole, w->answer.dates[0].booking);
	assert_int_equal(b->occurrence, b->span.start);
	move(w, b->number, SCOPE_ALL, "2027-03-20T10:00");
	assert_int_equal(w->answer.n_done, 2);
	assert_at(w, w->answer.dates[1].booking, "2027-03-27T09:00", "2027-03-27T11:00");
}

static void exceptions_stay(void **state)
{
	struct world *w = *state;
	int64_t n = book(w, "room", "2027-02-01T09:00", "2027-02-01T11:00", "FREQ=WEEKLY;COUNT=6");

	take(w, n + 2, "2027-02-16T14:00", "2027-02-16T15:00");
	give_up(w, n + 4);
	move(w, n + 1, SCOPE_FOLLOWING, "2027-02-09T10:00");
	assert_int_equal(w->answer.n_done, 3);
	assert_int_equal(w->answer.n_kept, 1);
	assert_at(w, n, "2027-02-01T09:00", "2027-02-01T11:00");
	assert_at(w, n + 1, "2027-02-09T10:00", "2027-02-09T12:00");
	assert_at(w, n + 2, "2027-02-16T14:00", "2027-02-16T15:00");
	assert_at(w, n + 4, "2027-03-01T09:00", "2027-03-01T11:00");
	assert_at(w, n + 5, "2027-03-09T10:00", "2027-03-09T12:00");
	move(w, n, SCOPE_ALL, "2027-02-01T08:00"); /* what was moved together is no exception */
	assert_int_equal(w->answer.n_done, 4);
	assert_at(w, n + 5, "2027-03-09T09:00", "2027-03-09T11:00");
	assert_at(w, n + 2, "2027-02-16T14:00", "2027-02-16T15:00");
	cancel(w, n + 3, SCOPE_FOLLOWING);
	assert_int_equal(w->answer.n_done, 2);
	assert_int_equal(pole_booking(w->pole, n + 2)->state, BOOKING_CONFIRMED);
	w->now = fixture_at("2027-02-05T00:00");
	cancel(w, n, SCOPE_ALL); /* what is past is left alone, though it is named */
	assert_int_equal(w->answer.n_done, 2);
	assert_int_equal(pole_booking(w->pole, n)->state, BOOKING_CONFIRMED);
	assert_int_equal(pole_booking(w->pole, n + 2)->state, BOOKING_CANCELLED);
}

static void into_each_others_place(void **state)
{
	struct world *w = *state;
	int64_t n = book(w, "room", "2027-02-01T09:00", "2027-02-01T11:00", "FREQ=WEEKLY;COUNT=6");

	move(w, n, SCOPE_ALL, "2027-02-08T09:00");
	assert_int_equal(w->answer.n_done, 6);
	assert_at(w, n, "2027-02-08T09:00", "2027-02-08T11:00");
	move(w, n + 3, SCOPE_ALL, "2027-02-22T09:00");
	assert_int_equal(w->answer.n_done, 6);
	assert_at(w, n + 5, "2027-03-08T09:00", "2027-03-08T11:00");
	move(w, n + 3, SCOPE_FOLLOWING, "2027-02-15T09:00"); /* into those that stay */
	assert_int_equal(w->answer.refusals[0].reason, REASON_CONFLICT);
	assert_int_equal(w->answer.n_refused, 3); /* and so each in the way of the next */
	assert_int_equal(w->changes.n, 0);
	assert_at(w, n + 3, "2027-02-22T09:00", "2027-02-22T11:00");
}

/* Random series on a pole and, date by date, on its copy. */

#define HISTORIES 200
#define STEPS 25

struct twin {
	struct draw draw;
	struct world *w, *copy;
	size_t outcomes[N_SERIES_OUTCOMES];
};

static void count(struct twin *t)
{
	for (size_t i = 0; i < t->w->answer.n; i++)
		t->outcomes[t->w->answer.dates[i].outcome]++;
}

/* What the decision said of each date, redone on the copy alone. */
static void redo_booking(struct twin *t, const struct ask_book *ask,
			 enum series_conflicts conflicts)
{
	const struct series_answer *a = &t->w->answer;
	struct asker who = asker(t->copy);
	const struct zone *z = fixture_paris();
	struct changes done[SERIES_MAX];
	int64_t series = 0;
	size_t n_done = 0, n_refused = 0;

	for (size_t i = 0; i < a->n; i++) {
		struct ask_book one = *ask;
		struct changes c = {0};
		struct answer answer;
		int64_t local = civil_seconds(zone_to_local(z, ask->span.end)) +
				civil_seconds(zone_to_local(z, a->dates[i].occurrence)) -
				civil_seconds(zone_to_local(z, ask->span.start));

		one.span.start = a->dates[i].occurrence;
		zone_local_s_to_utc(z, local, &one.span.end);
		decide_book(t->copy->pole, &who, &one, &t->copy->arena, &answer, &c);
		if (answer.n_refusals > 0) {
			n_refused++;
			assert_int_equal(a->dates[i].answer.refusals[0].reason,
					 answer.refusals[0].reason);
			continue;
		}
		series = series ? series : answer.booking->number;
		((struct booking *)answer.booking)->series = series;
		((struct booking *)answer.booking)->occurrence = a->dates[i].occurrence;
		pole_apply(t->copy->pole, &c);
		done[n_done++] = c;
	}
	assert_int_equal(a->n_refused + a->n_skipped, n_refused);
	if (n_done == 0 || (conflicts == SERIES_REFUSE && n_refused > 0)) {
		assert_true(a->n_refusals > 0);
		for (size_t i = n_done; i > 0; i--)
			pole_undo(t->copy->pole, &done[i - 1]);
	} else {
		assert_int_equal(a->n_refusals, 0);
		assert_int_equal(a->n_done, n_done);
	}
	for (size_t i = 0; i < n_done; i++)
		changes_clear(&done[i]);
}

static void assert_same_booking(const struct booking *a, const struct booking *b)
{
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->series, b->series);
	assert_int_equal(a->occurrence, b->occurrence);
	assert_true(span_equals(a->span, b->span));
	assert_int_equal(a->n_allocations, b->n_allocations);
	for (size_t i = 0; i < a->n_allocations; i++) {
		assert_int_equal(a->allocations[i].lane, b->allocations[i].lane);
		assert_true(span_equals(a->allocations[i].during, b->allocations[i].during));
	}
}

static void assert_same_pole(const struct pole *a, const struct pole *b)
{
	const struct booking *x = pole_booking_after(a, 0), *y = pole_booking_after(b, 0);

	assert_int_equal(pole_next_booking(a), pole_next_booking(b));
	for (; x && y; x = pole_booking_after(a, x->number), y = pole_booking_after(b, y->number))
		assert_same_booking(x, y);
	assert_true(!x && !y);
	for (uint32_t r = 1; r <= 4; r++)
		for (uint32_t l = 1; l <= 2; l++) {
			const struct timeline *s = pole_timeline(a, r, l),
					      *t = pole_timeline(b, r, l);
			size_t n = s ? s->n : 0;

			assert_int_equal(n, t ? t->n : 0);
			for (size_t i = 0; i < n; i++)
				assert_true(s->entries[i].booking == t->entries[i].booking &&
					    span_equals(s->entries[i].span, t->entries[i].span));
		}
}

static void random_booking(struct twin *t)
{
	static const char *const whats[] = {"room", "van", "van", "van-1"};
	static const char *const frequencies[] = {"DAILY", "WEEKLY", "DAILY;INTERVAL=2"};
	int64_t day = fixture_at("2027-03-20T00:00") + (int64_t)draw_below(&t->draw, 12) * DAY_S;
	int64_t start = day + (int64_t)draw_below(&t->draw, 24) * 3600;
	struct ask_book ask = {.what = whats[draw_below(&t->draw, 4)],
			       .span = {start, start + draw_between(&t->draw, 1, 12) * 3600}};
	enum series_conflicts conflicts = draw_below(&t->draw, 2) ? SERIES_SKIP : SERIES_REFUSE;
	struct world *w = t->w;

	decide(w, &ask,
	       arena_printf(&w->arena, "FREQ=%s;COUNT=%d", frequencies[draw_below(&t->draw, 3)],
			    (int)draw_between(&t->draw, 1, 6)),
	       conflicts);
	count(t);
	assert_same_pole(w->pole, t->copy->pole); /* nothing is left of deciding */
	redo_booking(t, &ask, conflicts);
	if (w->answer.n_refusals == 0)
		pole_apply(w->pole, &w->changes);
	assert_same_pole(w->pole, t->copy->pole);
}

/* Applied, undone and applied again, a change to many leaves what it says of each date. */
static void random_change(struct twin *t)
{
	struct world *w = t->w;
	int64_t number = 1 + (int64_t)draw_below(&t->draw, (uint64_t)pole_next_booking(w->pole));
	const struct booking *b = pole_booking(w->pole, number);
	enum series_scope scope = (enum series_scope)draw_below(&t->draw, N_SERIES_SCOPES);
	struct ask_move ask = {.booking = number, .has_start = true};
	struct asker who = asker(w);
	struct changes c = {0};

	if (!b)
		return;
	ask.span.start = b->span.start + draw_between(&t->draw, -30, 30) * 3600;
	changes_clear(&w->changes);
	if (draw_below(&t->draw, 3) == 0)
		decide_series_cancel(w->pole, &who, number, scope, &w->arena, &w->answer,
				     &w->changes);
	else
		decide_series_move(w->pole, &who, &ask, scope, &w->arena, &w->answer, &w->changes);
	count(t);
	assert_same_pole(w->pole, t->copy->pole);
	assert_int_equal(w->answer.n_refusals > 0,
			 w->answer.n_done + w->answer.n_kept == 0 || w->answer.n_refused > 0);
	if (w->answer.n_refusals > 0) {
		assert_int_equal(w->changes.n, 0);
		return;
	}
	pole_apply(w->pole, &w->changes);
	for (size_t i = 0; i < w->answer.n; i++) {
		const struct series_date *d = &w->answer.dates[i];
		const struct booking *now = pole_booking(w->pole, d->booking);

		assert_true(span_equals(now->span, d->span));
		if (d->outcome == SERIES_CANCELLED)
			assert_int_equal(now->state, BOOKING_CANCELLED);
		if (d->answer.booking)
			assert_ptr_equal(now, d->answer.booking);
	}
	pole_undo(w->pole, &w->changes);
	assert_same_pole(w->pole, t->copy->pole);
	pole_apply(w->pole, &w->changes);
	for (size_t i = 0; i < w->changes.n; i++) { /* the copy gets the same images */
		struct booking *after = w->changes.items[i].booking.after;
		const struct booking *before = pole_booking(t->copy->pole, after->number);

		changes_add_booking(&c, CAUSE_BOOKED, (struct booking *)before, booking_ref(after));
	}
	pole_apply(t->copy->pole, &c);
	changes_clear(&c);
}

static void date_by_date(void **state)
{
	size_t outcomes[N_SERIES_OUTCOMES] = {0};

	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct twin t = {.draw = {seed}};
		void *w, *copy;

		set_up(&w);
		set_up(&copy);
		t.w = w;
		t.copy = copy;
		for (int i = 0; i < STEPS; i++) {
			random_booking(&t);
			random_change(&t);
		}
		for (int i = 0; i < N_SERIES_OUTCOMES; i++)
			outcomes[i] += t.outcomes[i];
		tear_down(&w);
		tear_down(&copy);
	}
	for (int i = 0; i < N_SERIES_OUTCOMES; i++)
		assert_true(outcomes[i] > 30);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(local_time_stays),	  TEST(a_night_ends_in_the_morning),
	    TEST(until_is_a_local_day),	  TEST(dates_out_and_in),
	    TEST(all_or_nothing),	  TEST(the_others),
	    TEST(what_is_nearest),	  TEST(in_its_own_way),
	    TEST(as_long_as_allowed),	  TEST(exceptions_stay),
	    TEST(of_several_things),	  TEST(within_windows),
	    TEST(into_each_others_place), cmocka_unit_test(date_by_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
