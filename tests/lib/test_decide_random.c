/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decisions against a slow, obvious oracle: seeded random policies, and on each some thousands of
 * bookings, moves, cancellations and undone groups around a change of the clocks. The oracle keeps
 * all bookings in one array, scans all of it for every question, tries every quarter of an hour for
 * an alternative, and shares no code with the trial.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/alternatives.h"
#include "tests/lib/fixture.h"
#include "tests/lib/oracle_pool.h"
#include "tests/lib/zone_file.h"

#define POLES 4
#define OPERATIONS 2500
#define STARTS_MAX 4096
#define WANT 5
#define QUARTER 900

struct world {
	struct draw draw;
	struct pool pool;
	struct arena arena;
	struct changes done[OPERATIONS];
	size_t n_done;
	const struct person *persons[2];
	size_t n_searched, n_packed;
};

static bool chance(struct world *w, uint64_t percent)
{
	return draw_below(&w->draw, 100) < percent;
}

static void random_rules(struct world *w, struct policy *p, struct resource *r)
{
	static const int32_t grids[] = {QUARTER, 1800, 3600, 7200, 12 * 3600};
	static const int64_t steps[] = {QUARTER, 1800, 3600};

	fixture_rule(p, r, NULL, fixture_horizon(draw_between(&w->draw, 2, 12)));
	if (chance(w, 70))
		fixture_rule(p, r, NULL, fixture_start(grids[draw_below(&w->draw, 5)]));
	if (chance(w, 40))
		fixture_rule(p, r, NULL, fixture_lead(0, draw_between(&w->draw, 1, 40) * 3600));
	if (chance(w, 50))
		fixture_rule(p, r, chance(w, 50) ? "small" : NULL,
			     fixture_duration(draw_between(&w->draw, 1, 6) * 1800,
					      draw_between(&w->draw, 4, 60) * 3600,
					      steps[draw_below(&w->draw, 3)]));
}

static struct policy *random_policy(struct world *w)
{
	static const char *const ids[] = {"a", "b", "c", "d"};
	struct policy *p = fixture_policy();

	for (int i = 0; i < 4; i++) {
		struct resource *r = fixture_resource(p, ids[i], 1 + draw_below(&w->draw, 4));
		int from = (int)draw_between(&w->draw, 0, 14);

		if (chance(w, 60))
			fixture_open(p, r, from, from + (int)draw_between(&w->draw, 3, 16));
		r->spans_closed = chance(w, 40);
		r->buffer_before.seconds = (int64_t)draw_below(&w->draw, 3) * QUARTER;
		r->buffer_after.seconds = (int64_t)draw_below(&w->draw, 5) * QUARTER;
		random_rules(w, p, r);
	}
	p->resources[0].stands_in = arena_new(&p->arena, const struct resource *);
	p->resources[0].stands_in[p->resources[0].n_stands_in++] = &p->resources[1];
	return p;
}

static void check_refusals(const struct question *q, struct span s, const struct answer *a)
{
	enum reason reasons[FIXTURE_RULES];
	size_t n = pool_refusals(q, s, reasons);
	size_t n_conflicts = 0, n_busy = 0, n_units = 0;

	for (size_t i = 0; i < q->resource->n_units; i++) {
		const struct unit *u = &q->resource->units[i];
		size_t here = q->unit && q->unit != u ? 0 : pool_conflicts(q, u, s);

		n_units += !q->unit || q->unit == u;
		n_busy += here > 0;
		n_conflicts += here;
	}
	if (n_units > 1)
		n_conflicts = n_busy;
	if (n_busy == n_units)
		reasons[n++] = REASON_CONFLICT;
	else
		n_conflicts = 0;
	assert_int_equal(a->n_refusals, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(a->refusals[i].reason, reasons[i]);
	assert_int_equal(a->n_conflicts, n_conflicts < CONFLICTS_MAX ? n_conflicts : CONFLICTS_MAX);
	for (size_t i = 0; i < a->n_conflicts; i++)
		assert_true(
		    span_overlaps(a->conflicts[i].during, pool_with_buffers(q->resource, s)));
}

struct starts { /* grantable, going away from what was asked */
	int64_t items[STARTS_MAX];
	size_t n;
};

static bool is_whole_days(struct span s, int64_t *ret_days)
{
	for (*ret_days = 1; *ret_days < 10; ++*ret_days)
		if (zone_add_days(fixture_paris(), s.start, *ret_days) == s.end)
			return true;
	return false;
}

static struct span same_length(struct span asked, int64_t start)
{
	int64_t days;

	if (is_whole_days(asked, &days))
		return (struct span){start, zone_add_days(fixture_paris(), start, days)};
	return (struct span){start, start + asked.end - asked.start};
}

static bool is_on_grid(const struct question *q, int64_t start)
{
	const struct policy *p = pole_policy(q->pool->pole);

	for (size_t i = 0; i < p->n_rules; i++)
		if (pool_rule_applies(q, &p->rules[i]) && p->rules[i].limit.kind == LIMIT_START &&
		    pool_second_of_day(start) % p->rules[i].limit.start_every_s)
			return false;
	return true;
}

static void list_starts(const struct question *q, struct span asked, int direction,
			struct starts *ret)
{
	int64_t start = asked.start - asked.start % QUARTER;
	int64_t last = q->pool->now + 14 * (int64_t)DAY_S;

	ret->n = 0;
	if (direction > 0 ? start < asked.start : start == asked.start)
		start += direction * QUARTER;
	for (; start >= q->pool->now - QUARTER && start <= last; start += direction * QUARTER) {
		struct span s = same_length(asked, start);

		if (!is_on_grid(q, start) || !pool_grants_any(q, s))
			continue;
		assert_true(ret->n < STARTS_MAX);
		ret->items[ret->n++] = start;
	}
}

static bool has_start(const struct span *spans, size_t n, struct span s)
{
	for (size_t i = 0; i < n; i++)
		if (span_equals(spans[i], s))
			return true;
	return false;
}

static int64_t gap(int64_t a, int64_t b)
{
	return a < b ? b - a : a - b;
}

/* What is offered for a start: on another day, the hour that was asked, where that is granted. */
static struct span offered(const struct question *q, struct span asked, int64_t start, bool by_day)
{
	const struct zone *z = q->resource->site->zone;
	int64_t days = civil_days(zone_to_local(z, start).date) -
		       civil_days(zone_to_local(z, asked.start).date);
	struct span same = same_length(asked, zone_add_days(z, asked.start, days));

	return by_day && days && pool_grants_any(q, same) ? same : same_length(asked, start);
}

static void drop_nights(const struct question *q, struct starts *starts, struct span asked)
{
	const struct zone *z = q->resource->site->zone;
	size_t n = 0;

	for (size_t i = 0; i < starts->n; i++)
		if (alternative_night_s(same_length(asked, starts->items[i]), z) <=
		    alternative_night_s(asked, z))
			starts->items[n++] = starts->items[i];
	starts->n = n;
}

static void sort_by_distance(struct span *spans, size_t n, int64_t asked);

static void pick(const struct question *q, const struct starts *back, const struct starts *forth,
		 struct span asked, int64_t spacing, bool by_day, struct span *spans, size_t *n)
{
	size_t b = 0, f = 0, first = *n;

	while (*n < WANT && (b < back->n || f < forth->n)) {
		bool backwards =
		    f == forth->n || (b < back->n && gap(back->items[b], asked.start) <=
							 gap(forth->items[f], asked.start));
		int64_t start = backwards ? back->items[b] : forth->items[f];

		struct span s = offered(q, asked, start, by_day);

		if (!has_start(spans, *n, s))
			spans[(*n)++] = s;
		while (backwards && b < back->n && back->items[b] > start - spacing)
			b++;
		while (!backwards && f < forth->n && forth->items[f] < start + spacing)
			f++;
	}
	sort_by_distance(&spans[first], *n - first, asked.start);
}

static void sort_by_distance(struct span *spans, size_t n, int64_t asked)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++) {
			int64_t a = gap(spans[i].start, asked), b = gap(spans[j].start, asked);

			if (b < a || (b == a && spans[j].start < spans[i].start)) {
				struct span s = spans[i];

				spans[i] = spans[j];
				spans[j] = s;
			}
		}
}

static void expect_nearest(const struct question *q, struct span asked, struct span *spans,
			   size_t *n)
{
	static struct starts back, forth, by_day_back, by_day_forth;

	list_starts(q, asked, -1, &back);
	list_starts(q, asked, 1, &forth);
	by_day_back = back;
	by_day_forth = forth;
	drop_nights(q, &by_day_back, asked);
	drop_nights(q, &by_day_forth, asked);
	pick(q, &by_day_back, &by_day_forth, asked, alternative_spacing_s(asked), true, spans, n);
	pick(q, &back, &forth, asked, alternative_spacing_s(asked), false, spans, n);
	pick(q, &back, &forth, asked, 1, false, spans, n);
}

static bool length_is_refused(const struct answer *a)
{
	for (size_t i = 0; i < a->n_refusals; i++)
		if (a->refusals[i].reason == REASON_TOO_SHORT ||
		    a->refusals[i].reason == REASON_TOO_LONG ||
		    a->refusals[i].reason == REASON_STEP)
			return true;
	return false;
}

/* Other units, what stands in, then the nearest: exactly these and in this order. */
static void check_alternatives(struct world *w, const struct question *q, struct span asked,
			       const struct answer *a)
{
	struct question other = *q;
	struct span spans[WANT];
	size_t n = 0, i;

	if (length_is_refused(a) || asked.start < w->pool.now || w->n_searched++ % 8)
		return;
	for (i = 0; q->unit && i < q->resource->n_units && n < WANT; i++) {
		const struct unit *u = &q->resource->units[i];

		if (u != q->unit && pool_grants(q, u, asked)) {
			assert_int_equal(a->alternatives[n].kind, ALTERNATIVE_OTHER_UNIT);
			assert_ptr_equal(a->alternatives[n].unit, u);
			spans[n++] = asked;
		}
	}
	other.unit = NULL;
	if (q->resource->n_stands_in && n < WANT) {
		other.resource = q->resource->stands_in[0];
		if (pool_grants_any(&other, asked)) {
			assert_ptr_equal(a->alternatives[n].resource, other.resource);
			assert_int_equal(a->alternatives[n].kind, ALTERNATIVE_STAND_IN);
			spans[n++] = (struct span){0};
		}
		other.resource = q->resource;
	}
	i = n;
	expect_nearest(q, asked, spans, &n);
	if (q->unit)
		expect_nearest(&other, asked, spans, &n);
	if (n == 0) { /* then shorter ones, where there are any */
		for (i = 0; i < a->n_alternatives; i++)
			assert_true(a->alternatives[i].span.end - a->alternatives[i].span.start <
				    asked.end - asked.start);
		return;
	}
	assert_int_equal(a->n_alternatives, n);
	for (; i < n; i++) {
		assert_int_equal(a->alternatives[i].kind, ALTERNATIVE_NEAREST);
		assert_int_equal(a->alternatives[i].span.start, spans[i].start);
		assert_int_equal(a->alternatives[i].span.end, spans[i].end);
	}
}

static void keep(struct world *w, struct booking *before, struct booking *after)
{
	int64_t number = after ? after->number : before->number;

	assert_ptr_equal(w->pool.rows[number], before);
	booking_unref(w->pool.rows[number]);
	w->pool.rows[number] = after ? booking_ref(after) : NULL;
}

static void settle(struct world *w, struct changes *c)
{
	pole_apply(w->pool.pole, c);
	for (size_t i = 0; i < c->n; i++)
		keep(w, c->items[i].booking.before, c->items[i].booking.after);
	if (c->n > 0)
		w->done[w->n_done++] = *c;
	else
		changes_clear(c);
}

static void undo(struct world *w, size_t n)
{
	for (; n > 0 && w->n_done > 0; n--) {
		struct changes *c = &w->done[--w->n_done];

		pole_undo(w->pool.pole, c);
		for (size_t i = c->n; i > 0; i--)
			keep(w, c->items[i - 1].booking.after, c->items[i - 1].booking.before);
		changes_clear(c);
	}
}

static struct span random_span(struct world *w)
{
	int64_t start = w->pool.now + draw_between(&w->draw, -20, 13 * 96) * QUARTER;

	if (chance(w, 50))
		start -= start % 3600;
	if (chance(w, 5))
		start += draw_between(&w->draw, 1, 899);
	if (chance(w, 15))
		return (struct span){
		    start, zone_add_days(fixture_paris(), start, draw_between(&w->draw, 1, 3))};
	return (struct span){start, start + draw_between(&w->draw, 1, 40) * QUARTER};
}

/* Every alternative is granted as it stands. */
static void check_bookable(struct world *w, const struct asker *who, const struct answer *a)
{
	for (size_t i = 0; i < a->n_alternatives; i++) {
		const struct alternative *x = &a->alternatives[i];
		struct ask_book ask = {.what = x->resource->id, .span = x->span};
		struct changes c = {0};
		struct answer answer;

		ask.unit = x->unit ? x->unit->id : NULL;
		decide_book(w->pool.pole, who, &ask, &w->arena, &answer, &c);
		assert_int_equal(answer.n_refusals, 0);
		assert_int_equal(c.n, 1);
		changes_clear(&c);
	}
}

static struct asker random_asker(struct world *w)
{
	return (struct asker){.person = w->persons[draw_below(&w->draw, 2)], .now = w->pool.now};
}

static const char *class_of(const struct world *w, uint32_t member)
{
	return pole_member(w->pool.pole, member)->class;
}

/* Granted though no lane was free: others have moved, none that was not to, and all fits. */
static void check_packed(const struct question *q, struct span s, const struct changes *c)
{
	enum reason reasons[FIXTURE_RULES];

	assert_null(q->unit);
	assert_int_equal(pool_refusals(q, s, reasons), 0);
	assert_int_not_equal(pool_packs(q, s), 0);
	assert_true(c->n > 1);
	for (size_t i = 0; i + 1 < c->n; i++) {
		const struct booking *before = c->items[i].booking.before;
		const struct booking *after = c->items[i].booking.after;

		assert_false(pool_is_fixed(q->pool, before));
		assert_true(span_equals(before->span, after->span));
		assert_int_not_equal(before->allocations[0].lane, after->allocations[0].lane);
	}
}

static void check_unpackable(const struct question *q, struct span s, const struct answer *a)
{
	enum reason reasons[FIXTURE_RULES];

	if (!q->unit && pool_refusals(q, s, reasons) == 0 &&
	    a->refusals[0].reason == REASON_CONFLICT)
		assert_int_not_equal(pool_packs(q, s), 1);
}

static void book(struct world *w)
{
	struct asker who = random_asker(w);
	const struct policy *p = pole_policy(w->pool.pole);
	struct question q = {.pool = &w->pool, .resource = &p->resources[draw_below(&w->draw, 4)]};
	struct ask_book ask = {.what = q.resource->id, .alternatives = WANT};
	struct changes c = {0};
	struct answer a;
	uint32_t lane;

	q.member_class = class_of(w, who.person->member);
	if (chance(w, 30)) {
		q.unit = &q.resource->units[draw_below(&w->draw, q.resource->n_units)];
		ask.unit = q.unit->id;
	}
	ask.span = random_span(w);
	lane = pool_best_lane(&q, ask.span);
	decide_book(w->pool.pole, &who, &ask, &w->arena, &a, &c);
	if (lane) {
		assert_int_equal(a.n_refusals, 0);
		assert_int_equal(a.booking->allocations[0].lane, lane);
	} else if (a.booking) {
		check_packed(&q, ask.span, &c);
		w->n_packed++;
	} else {
		check_unpackable(&q, ask.span, &a);
		check_refusals(&q, ask.span, &a);
		check_bookable(w, &who, &a);
		check_alternatives(w, &q, ask.span, &a);
	}
	settle(w, &c);
}

static const struct booking *random_booking(struct world *w)
{
	int64_t next = pole_next_booking(w->pool.pole);

	return next > 1 ? w->pool.rows[draw_between(&w->draw, 1, next - 1)] : NULL;
}

/* Every alternative is granted as this move. */
static void check_movable(struct world *w, const struct asker *who, const struct booking *b,
			  const struct answer *a)
{
	for (size_t i = 0; i < a->n_alternatives; i++) {
		const struct alternative *x = &a->alternatives[i];
		struct ask_move ask = {.booking = b->number, true, true, .span = x->span};
		struct changes c = {0};
		struct answer answer;

		ask.unit = x->unit ? x->unit->id : NULL;
		decide_move(w->pool.pole, who, &ask, &w->arena, &answer, &c);
		assert_int_equal(answer.n_refusals, 0);
		assert_int_equal(c.n, 1);
		changes_clear(&c);
	}
}

static void check_move(struct world *w, struct question *q, const struct asker *who, struct span s,
		       const struct answer *a, const struct changes *c)
{
	bool has_begun = q->was->span.start <= w->pool.now;
	uint32_t lane;

	if (has_begun && !q->unit)
		q->unit = resource_lane(q->resource, q->was->allocations[0].lane);
	lane = pool_best_lane(q, s);
	if (has_begun &&
	    (s.start != q->was->span.start || s.end <= w->pool.now ||
	     q->was->span.end <= w->pool.now || q->unit->lane != q->was->allocations[0].lane)) {
		assert_int_equal(a->refusals[0].reason, REASON_PAST);
	} else if (lane) {
		assert_int_equal(a->n_refusals, 0);
		assert_int_equal(a->booking->allocations[0].lane, lane);
		assert_true(span_equals(a->booking->span, s));
	} else if (a->booking) {
		assert_true(span_equals(a->booking->span, s));
		check_packed(q, s, c);
	} else {
		check_unpackable(q, s, a);
		check_refusals(q, s, a);
		check_movable(w, who, q->was, a);
	}
}

static void move(struct world *w)
{
	const struct booking *b = random_booking(w);
	struct asker who = random_asker(w);
	struct ask_move ask = {.alternatives = WANT};
	struct question q = {.pool = &w->pool, .was = b};
	struct changes c = {0};
	struct answer a;
	struct span s;

	if (!b)
		return;
	q.resource = pole_resource(w->pool.pole, b->resource);
	q.member_class = class_of(w, b->member);
	ask.booking = b->number;
	ask.has_start = chance(w, 50);
	ask.has_end = !ask.has_start || chance(w, 30);
	ask.span.start = b->span.start + draw_between(&w->draw, -20, 20) * QUARTER;
	ask.span.end = b->span.end + draw_between(&w->draw, -8, 20) * QUARTER;
	if (chance(w, 30)) {
		q.unit = &q.resource->units[draw_below(&w->draw, q.resource->n_units)];
		ask.unit = q.unit->id;
	}
	s = ask.has_start ? same_length(b->span, ask.span.start) : b->span;
	if (ask.has_end)
		s.end = ask.span.end;
	decide_move(w->pool.pole, &who, &ask, &w->arena, &a, &c);
	if (who.person->member != b->member)
		assert_int_equal(a.refusals[0].reason, REASON_FORBIDDEN);
	else if (b->state != BOOKING_CONFIRMED)
		assert_int_equal(a.refusals[0].reason, REASON_STATE);
	else if (span_equals(s, b->span) && !q.unit)
		assert_int_equal(a.n_refusals + c.n, 0);
	else if (span_is_empty(s))
		assert_int_equal(a.refusals[0].reason, REASON_EMPTY_SPAN);
	else if (!span_equals(s, b->span))
		check_move(w, &q, &who, s, &a, &c);
	settle(w, &c);
}

static void cancel(struct world *w)
{
	const struct booking *b = random_booking(w);
	struct asker who = random_asker(w);
	struct changes c = {0};
	struct answer a;
	bool allowed;

	if (!b)
		return;
	allowed = b->member == who.person->member && b->state == BOOKING_CONFIRMED &&
		  b->span.end > w->pool.now;
	decide_cancel(w->pool.pole, &who, b->number, &w->arena, &a, &c);
	assert_int_equal(a.n_refusals, allowed ? 0 : 1);
	assert_int_equal(c.n, allowed ? 1 : 0);
	settle(w, &c);
}

static void compare_lanes(const struct pole *p, const struct pole *q, uint32_t resource)
{
	for (uint32_t lane = 1; lane <= 4; lane++) {
		const struct timeline *a = pole_timeline(p, resource, lane);
		const struct timeline *b = pole_timeline(q, resource, lane);

		assert_int_equal(a ? a->n : 0, b ? b->n : 0);
		for (size_t i = 0; a && i < a->n; i++)
			assert_memory_equal(&a->entries[i], &b->entries[i], sizeof(*a->entries));
	}
}

/* After all that was done and undone, the pole is what a new one is that is told only how it
 * stands. */
static void check_replay(struct world *w)
{
	struct pole *fresh = pole_new();
	struct changes c = {0};
	size_t n = 0;

	for (int64_t i = 1; i < pole_next_booking(w->pool.pole); i++) {
		changes_add_booking(&c, CAUSE_BOOKED, NULL, booking_ref(w->pool.rows[i]));
		n++;
	}
	pole_apply(fresh, &c);
	assert_int_equal(pole_n_bookings(w->pool.pole), n);
	assert_int_equal(pole_next_booking(w->pool.pole), pole_next_booking(fresh));
	for (uint32_t resource = 1; resource <= 4; resource++)
		compare_lanes(w->pool.pole, fresh, resource);
	changes_clear(&c);
	pole_free(fresh);
}

static void operate(struct world *w)
{
	uint64_t kind = draw_below(&w->draw, 100);

	if (kind < 60)
		book(w);
	else if (kind < 80)
		move(w);
	else if (kind < 97)
		cancel(w);
	else
		undo(w, draw_below(&w->draw, 12));
	if (chance(w, 20))
		w->pool.now += draw_between(&w->draw, 1, 4) * QUARTER;
	arena_clear(&w->arena);
}

/* How often others moved to make room. */
static size_t run(uint64_t seed)
{
	static const char *const begins[] = {"2027-03-25T06:00", "2027-10-27T06:00",
					     "2026-12-01T06:07"};
	struct world *w = memory_new(sizeof(*w));
	size_t n_packed;

	w->draw.state = seed;
	w->pool.now = fixture_at(begins[seed % 3]);
	w->pool.pole = pole_new();
	fixture_apply(w->pool.pole, random_policy(w));
	w->persons[0] = fixture_person(w->pool.pole, "m1", ROLE_MEMBER);
	w->persons[1] = fixture_person(w->pool.pole, "m2", ROLE_MEMBER);
	for (int i = 0; i < OPERATIONS; i++)
		operate(w);
	check_replay(w);
	undo(w, w->n_done);
	check_replay(w);
	assert_int_equal(pole_n_bookings(w->pool.pole), 0);
	assert_int_equal(pole_next_booking(w->pool.pole), 1);
	n_packed = w->n_packed;
	pole_free(w->pool.pole);
	free(w);
	return n_packed;
}

static void test_random(void **state)
{
	size_t n_packed = 0;

	for (uint64_t seed = 1; seed <= POLES; seed++)
		n_packed += run(seed);
	assert_true(n_packed > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
