/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What could be had instead.
 *
 * The nearest times are found by walkers, one backwards and one forwards in time for each zone that
 * units stand in. A walker stands on a start of the grid and asks what rules it out; each kind of
 * obstacle says how far at least one has to go to be past it: opening hours, the next opening;
 * bookings, the end of what blocks the unit that is free first. So a walker leaps over a booked
 * month in one step per booking instead of one per quarter of an hour, and yet passes no start that
 * could be granted: a leap never goes further than the obstacle. Whatever it stops at is granted by
 * the very function that grants bookings (trial_place).
 */
#include "lib/alternatives.h"

#include "lib/limits.h"
#include "lib/start_grid.h"

#define WALKER_STEPS_MAX 2000
#define END_STEPS_MAX 500
#define OPEN_LOOK_DAYS 15
#define CLOCK_CHANGE_MAX_S 7200

struct walker {
	const struct trial *trial;
	const struct zone *zone;
	struct duration length;
	int32_t grid_s;
	struct span range;   /* of starts, both ends included */
	struct span present; /* the booking to be moved stands here: no alternative; empty: none */
	bool backwards, is_done;
	int64_t at;
	unsigned steps;
};

static struct span span_from(const struct walker *w, int64_t start)
{
	return (struct span){start, duration_after(w->length, w->zone, start)};
}

/* By how much a later start may end earlier: a day after 02:50 summer time ends later than one
 * after 02:10 winter time. */
static int64_t unevenness_s(const struct walker *w)
{
	return w->length.days ? CLOCK_CHANGE_MAX_S : 0;
}

/* No start after this one ends by `end`. */
static int64_t latest_start(const struct walker *w, int64_t end)
{
	return duration_before(w->length, w->zone, end) + (w->length.days ? CLOCK_CHANGE_MAX_S : 0);
}

static int64_t past_closed(const struct walker *w, struct span s)
{
	const struct resource *r = w->trial->resource;
	struct span open;
	int64_t leap;

	if (!hours_next_open(&r->hours, w->zone, s.start, OPEN_LOOK_DAYS, &open))
		return TIME_NEVER;
	if (open.start > s.start)
		return open.start;
	if (!r->spans_closed)
		return s.end - open.end > unevenness_s(w) ? open.end : s.start + 1;
	if (!hours_next_open(&r->hours, w->zone, s.end, OPEN_LOOK_DAYS, &open))
		return TIME_NEVER;
	leap = open.start - s.end - unevenness_s(w);
	return s.start + (leap > 1 ? leap : 1);
}

/* The last open stretch that begins at or before `at`. */
static bool last_open(const struct walker *w, int64_t at, struct span *ret)
{
	const struct hours *h = &w->trial->resource->hours;
	bool found = false;

	for (int days = 1; !found && days <= OPEN_LOOK_DAYS; days += OPEN_LOOK_DAYS - 1) {
		int64_t from = at - (int64_t)days * DAY_S;
		struct span open;

		while (hours_next_open(h, w->zone, from, OPEN_LOOK_DAYS, &open) &&
		       open.start <= at) {
			*ret = open;
			found = true;
			from = open.end;
		}
	}
	return found;
}

static int64_t before_closed(const struct walker *w, struct span s)
{
	struct span open;
	int64_t start;

	if (!last_open(w, s.start, &open))
		return INT64_MIN;
	if (!w->trial->resource->spans_closed)
		start = latest_start(w, open.end);
	else if (s.start >= open.end)
		start = open.end - 1;
	else if (!last_open(w, s.end, &open))
		return INT64_MIN;
	else
		start = latest_start(w, open.end);
	return start < s.start ? start : s.start - 1;
}

/* Past what blocks `u`, in the walker's direction; the start itself where nothing does. */
static int64_t past_unit(const struct walker *w, const struct unit *u, struct span s)
{
	const struct trial *t = w->trial;
	const struct timeline *line = pole_timeline(t->pole, t->resource->number, u->lane);
	const struct timeline_entry *e;
	struct span during = trial_during(t, s);
	int64_t start;

	if (!line || !timeline_conflict(line, during, t->except))
		return s.start;
	if (!w->backwards) {
		during.end -= unevenness_s(w);
		e = timeline_last_conflict(line, during, t->except);
		return e ? e->span.end + t->before_s : s.start + 1;
	}
	e = timeline_conflict(line, during, t->except);
	start = latest_start(w, e->span.start - t->after_s);
	return start < s.start ? start : s.start - 1;
}

static int64_t past_bookings(const struct walker *w, struct span s)
{
	const struct trial *t = w->trial;
	int64_t nearest = w->backwards ? INT64_MIN : TIME_NEVER;

	for (size_t i = 0; i < t->resource->n_units; i++) {
		const struct unit *u = &t->resource->units[i];
		int64_t start;

		if (!trial_is_candidate(t, u) || trial_zone(t, u) != w->zone)
			continue;
		start = past_unit(w, u, s);
		if (w->backwards ? start > nearest : start < nearest)
			nearest = start;
	}
	return nearest;
}

/* The nearest start, from this one on, that is not known to be ruled out; this one itself: it is
 * granted. */
static int64_t past_obstacle(const struct walker *w, int64_t start)
{
	const struct resource *r = w->trial->resource;
	struct span s = span_from(w, start);

	if (!hours_admit(&r->hours, w->zone, s, r->spans_closed))
		return w->backwards ? before_closed(w, s) : past_closed(w, s);
	if (!trial_allows(w->trial, w->zone, s) || span_equals(s, w->present))
		return w->backwards ? start - 1 : start + 1;
	return past_bookings(w, s);
}

static bool is_in_range(const struct walker *w, int64_t at)
{
	return at >= w->range.start && at <= w->range.end;
}

/* Moves on to the nearest start that is granted, from where it stands. */
static void walk(struct walker *w)
{
	while (!w->is_done && w->steps++ < WALKER_STEPS_MAX && is_in_range(w, w->at)) {
		int64_t next;

		w->at = w->backwards ? grid_down(w->grid_s, w->zone, w->at)
				     : grid_up(w->grid_s, w->zone, w->at);
		if (!is_in_range(w, w->at))
			break;
		next = past_obstacle(w, w->at);
		if (next == w->at)
			return;
		w->at = next;
	}
	w->is_done = true;
}

static int64_t gap(int64_t a, int64_t b)
{
	return a < b ? b - a : a - b;
}

static bool is_nearer(int64_t a, int64_t b, int64_t asked)
{
	return gap(a, asked) != gap(b, asked) ? gap(a, asked) < gap(b, asked) : a < b;
}

static int32_t common_multiple(int32_t a, int32_t b)
{
	int64_t x = a, y = b, multiple;

	while (y) {
		int64_t rest = x % y;

		x = y;
		y = rest;
	}
	multiple = (int64_t)a / x * b;
	return multiple < DAY_S ? (int32_t)multiple : DAY_S;
}

static int32_t start_grid(const struct trial *t)
{
	int32_t grid_s = 0;

	for (size_t i = 0; i < t->n_rules; i++) {
		const struct limit *l = &t->rules[i]->limit;

		if (l->kind == LIMIT_START && l->start_every_s > 0)
			grid_s =
			    grid_s ? common_multiple(grid_s, l->start_every_s) : l->start_every_s;
	}
	return grid_s ? grid_s : ALTERNATIVE_GRID_S;
}

static struct span start_range(const struct trial *t, const struct zone *z, int64_t asked)
{
	struct span range = {asked - ALTERNATIVE_REACH_S, asked + ALTERNATIVE_REACH_S};

	if (asked < t->now)
		range.end = t->now + ALTERNATIVE_REACH_S;
	if (range.start < t->now)
		range.start = t->now;
	for (size_t i = 0; i < t->n_rules; i++) {
		const struct limit *l = &t->rules[i]->limit;
		int64_t bound;

		if (l->kind != LIMIT_LEAD && l->kind != LIMIT_HORIZON)
			continue;
		limit_test(l, z, range, t->now, &bound);
		if (l->kind == LIMIT_LEAD && bound > range.start)
			range.start = bound;
		if (l->kind == LIMIT_HORIZON && bound < range.end)
			range.end = bound;
	}
	return range;
}

static struct duration allowed_length(const struct trial *t, const struct zone *z, struct span s)
{
	struct duration length = span_length(s, z);

	for (size_t i = 0; i < t->n_rules; i++)
		length = limit_nearest_length(&t->rules[i]->limit, z, s.start, length);
	return length;
}

/* Rules may contradict each other; a change of the clocks lies near one of two starts at the most.
 */
static bool is_possible_length(const struct trial *t, const struct zone *z, int64_t start,
			       struct duration length)
{
	for (int fortnights = 0; fortnights < 2; fortnights++) {
		int64_t from = start + fortnights * 14 * (int64_t)DAY_S, bound;
		struct span s = {from, duration_after(length, z, from)};
		bool possible = !duration_is_zero(length);

		for (size_t i = 0; i < t->n_rules; i++)
			if (t->rules[i]->limit.kind == LIMIT_DURATION &&
			    limit_test(&t->rules[i]->limit, z, s, t->now, &bound) != REASON_NONE)
				possible = false;
		if (possible)
			return true;
	}
	return false;
}

static struct walker walker_new(const struct trial *t, const struct alternatives_ask *ask,
				const struct zone *z, bool backwards)
{
	int64_t asked = ask->asked.start;
	struct walker w = {
	    .trial = t,
	    .zone = z,
	    .length = allowed_length(t, z, ask->asked),
	    .grid_s = start_grid(t),
	    .range = start_range(t, z, asked),
	    .present = ask->was ? ask->was->span : (struct span){0},
	    .backwards = backwards,
	};

	w.at = backwards ? asked - 1 : asked;
	if (backwards && w.at > w.range.end)
		w.at = w.range.end;
	if (!backwards && w.at < w.range.start)
		w.at = w.range.start;
	w.is_done = !is_possible_length(t, z, asked, w.length);
	return w;
}

static size_t walkers_new(const struct trial *t, const struct alternatives_ask *ask,
			  struct walker *walkers)
{
	size_t n = 0;

	for (size_t i = 0; i < t->resource->n_units; i++) {
		const struct unit *u = &t->resource->units[i];
		bool known = false;

		for (size_t j = 0; j < n; j++)
			known |= walkers[j].zone == trial_zone(t, u);
		if (known || !trial_is_candidate(t, u))
			continue;
		walkers[n++] = walker_new(t, ask, trial_zone(t, u), true);
		walkers[n++] = walker_new(t, ask, trial_zone(t, u), false);
	}
	return n;
}

static void add(struct answer *ret, enum alternative_kind kind, const struct resource *r,
		const struct unit *u, struct span s)
{
	ret->alternatives[ret->n_alternatives++] = (struct alternative){kind, r, u, s};
}

static bool has_span(const struct answer *ret, const struct resource *r, struct span s)
{
	for (size_t i = 0; i < ret->n_alternatives; i++)
		if (ret->alternatives[i].resource == r && span_equals(ret->alternatives[i].span, s))
			return true;
	return false;
}

/* The nearest first, each walker going on at least `spacing_s` after each find. */
static void gather(struct walker *walkers, size_t n, const struct alternatives_ask *ask,
		   int64_t spacing_s, struct answer *ret)
{
	while (ret->n_alternatives < ask->want) {
		struct walker *nearest = NULL;

		for (size_t i = 0; i < n; i++) {
			struct walker *w = &walkers[i];

			walk(w);
			if (!w->is_done &&
			    (!nearest || is_nearer(w->at, nearest->at, ask->asked.start)))
				nearest = w;
		}
		if (!nearest)
			return;
		if (!has_span(ret, nearest->trial->resource, span_from(nearest, nearest->at)))
			add(ret, ALTERNATIVE_NEAREST, nearest->trial->resource,
			    nearest->trial->unit, span_from(nearest, nearest->at));
		nearest->at += nearest->backwards ? -spacing_s : spacing_s;
	}
}

static void sort_nearest(struct alternative *items, size_t n, int64_t asked)
{
	for (size_t i = 1; i < n; i++) {
		struct alternative item = items[i];
		size_t j = i;

		while (j > 0 && is_nearer(item.span.start, items[j - 1].span.start, asked)) {
			items[j] = items[j - 1];
			j--;
		}
		items[j] = item;
	}
}

static void add_nearest(const struct trial *t, const struct alternatives_ask *ask, struct arena *a,
			struct answer *ret)
{
	struct walker *walkers = arena_new_n(a, struct walker, 2 * t->resource->n_units);
	size_t first = ret->n_alternatives;

	gather(walkers, walkers_new(t, ask, walkers), ask, ALTERNATIVE_SPACING_S, ret);
	if (ret->n_alternatives < ask->want)
		gather(walkers, walkers_new(t, ask, walkers), ask, 1, ret);
	sort_nearest(&ret->alternatives[first], ret->n_alternatives - first, ask->asked.start);
}

static void add_other_units(const struct trial *t, const struct alternatives_ask *ask,
			    struct answer *ret)
{
	struct trial other = *t;

	if (!t->unit || t->resource->has_capacity)
		return;
	for (size_t i = 0; i < t->resource->n_units && ret->n_alternatives < ask->want; i++) {
		other.unit = &t->resource->units[i];
		if (other.unit != t->unit && trial_place(&other, ask->asked))
			add(ret, ALTERNATIVE_OTHER_UNIT, t->resource, other.unit, ask->asked);
	}
}

static void add_stand_ins(const struct trial *t, const struct alternatives_ask *ask,
			  struct arena *a, struct answer *ret)
{
	const struct resource *r = t->resource;

	for (size_t i = 0; i < r->n_stands_in && ret->n_alternatives < ask->want; i++) {
		struct trial other;

		trial_init(&other, t->pole, pole_policy(t->pole), r->stands_in[i], NULL,
			   ask->member_class, t->now, a);
		if (trial_place(&other, ask->asked))
			add(ret, ALTERNATIVE_STAND_IN, r->stands_in[i], NULL, ask->asked);
	}
}

/* The latest end by which some candidate is free from the start that was asked. */
static int64_t free_until(const struct trial *t, struct span s)
{
	int64_t latest = s.start;

	for (size_t i = 0; i < t->resource->n_units; i++) {
		const struct unit *u = &t->resource->units[i];
		const struct timeline *line = pole_timeline(t->pole, t->resource->number, u->lane);
		const struct timeline_entry *e;
		int64_t end;

		if (!trial_is_candidate(t, u))
			continue;
		e = line ? timeline_conflict(line, trial_during(t, s), t->except) : NULL;
		end = e ? e->span.start - t->after_s : s.end;
		if (end > latest)
			latest = end;
	}
	return latest;
}

/* For a booking that keeps its start: the longest that it can be made, short of what was asked. */
static void add_longest(const struct trial *t, const struct alternatives_ask *ask,
			struct answer *ret)
{
	const struct zone *z = trial_zone(t, t->unit);
	struct span s = ask->asked;
	int64_t until = free_until(t, s);

	s.end = until < s.end ? until : s.end - 1;
	for (int i = 0; i < END_STEPS_MAX && ret->n_alternatives < ask->want; i++) {
		s.end = grid_down(ALTERNATIVE_GRID_S, z, s.end);
		if (s.end <= ask->was->span.end || s.end <= t->now)
			return;
		if (trial_place(t, s)) {
			add(ret, ALTERNATIVE_NEAREST, t->resource, t->unit, s);
			return;
		}
		s.end--;
	}
}

void alternatives_find(const struct trial *t, const struct alternatives_ask *ask, struct arena *a,
		       struct answer *ret)
{
	struct alternatives_ask bounded = *ask;
	bool has_begun = ask->was && ask->was->span.start <= t->now;

	if (bounded.want > ALTERNATIVES_MAX)
		bounded.want = ALTERNATIVES_MAX;
	if (bounded.want == 0)
		return;
	ret->alternatives = arena_new_n(a, struct alternative, bounded.want);
	if (!has_begun)
		add_other_units(t, &bounded, ret);
	if (!ask->was)
		add_stand_ins(t, &bounded, a, ret);
	if (ask->was && ask->was->span.start == ask->asked.start)
		add_longest(t, &bounded, ret);
	if (!has_begun)
		add_nearest(t, &bounded, a, ret);
	if (!has_begun && t->unit && ret->n_alternatives < bounded.want) {
		struct trial any = *t;

		any.unit = NULL;
		add_nearest(&any, &bounded, a, ret);
	}
}
