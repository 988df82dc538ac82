/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walks through time to the nearest starts that would be granted.
 *
 * A walker stands on a start of the grid and asks what rules it out; each kind of obstacle says how
 * far at least one has to go to be past it: opening hours, the next opening; bookings, the end of
 * what blocks the unit that is free first. So a walker leaps over a booked month in one step per
 * booking instead of one per quarter of an hour, and yet passes no start that could be granted: a
 * leap never goes further than the obstacle. What it stops at is tested by the functions that grant
 * bookings.
 */
#include "lib/walker.h"

#include "lib/limits.h"
#include "lib/rules.h"
#include "lib/start_grid.h"
#include "lib/way.h"

#define WALKER_STEPS_MAX 2000
#define OPEN_LOOK_DAYS 366
#define CLOCK_CHANGE_MAX_S 7200

static struct span span_from(const struct walker *w, int64_t start)
{
	int64_t end = duration_after(w->length, w->zone, start);

	return (struct span){start, w->slots ? slots_next(w->slots, w->zone, end, true) : end};
}

struct span walker_span(const struct walker *w)
{
	return span_from(w, w->at);
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
	return duration_before(w->length, w->zone, end) + unevenness_s(w);
}

static bool next_open(const struct walker *w, int64_t at, struct span *ret)
{
	return opening_next(trial_hours(w->trial, w->opening), at, OPEN_LOOK_DAYS, ret);
}

static bool last_open(const struct walker *w, int64_t at, struct span *ret)
{
	return opening_previous(trial_hours(w->trial, w->opening), at, OPEN_LOOK_DAYS, ret);
}

/* Where the stretch of hours that a booking must lie within ends; the booking's end where it lies
 * within one, or may span several. */
static int64_t stretch_end(const struct walker *w, struct span s)
{
	if (w->opening->spans_closed)
		return s.end;
	return opening_used_until(trial_hours(w->trial, w->opening), s.start, s.end);
}

static int64_t past_closed(const struct walker *w, struct span s)
{
	struct span open;
	int64_t end, leap;

	if (!next_open(w, s.start, &open))
		return TIME_NEVER;
	if (open.start > s.start)
		return open.start;
	end = stretch_end(w, s);
	if (end < s.end)
		return s.end - end > unevenness_s(w) ? end : s.start + 1;
	if (!next_open(w, s.end, &open))
		return TIME_NEVER;
	leap = open.start - s.end - unevenness_s(w);
	return s.start + (leap > 1 ? leap : 1);
}

static int64_t before_closed(const struct walker *w, struct span s)
{
	struct span open;
	int64_t start, end;

	if (!last_open(w, s.start, &open))
		return INT64_MIN;
	if (s.start >= open.end)
		return open.end - 1;
	end = stretch_end(w, s);
	if (end == s.end) {
		if (!last_open(w, s.end - 1, &open))
			return INT64_MIN;
		end = open.end;
	}
	start = latest_start(w, end);
	return start < s.start ? start : s.start - 1;
}

struct leap { /* past all that blocks a unit */
	const struct walker *walker;
	int64_t start;
};

static bool leap_past(void *arg, const struct blocker *b)
{
	struct leap *l = arg;
	int64_t start =
	    l->walker->backwards
		? latest_start(l->walker, b->keeps.start - b->after_s)
		: (b->keeps.end == TIME_NEVER ? TIME_NEVER : b->keeps.end + b->before_s);

	if (l->walker->backwards ? start < l->start : start > l->start)
		l->start = start;
	return true;
}

/* Past what blocks `u`, in the walker's direction; the start itself where nothing does. */
static int64_t past_unit(const struct walker *w, const struct unit *u, struct span s)
{
	struct leap l = {w, s.start};

	if (trial_is_free(w->trial, u, s)) {
		if (trial_allows_unit(w->trial, u, s))
			return s.start;
		return w->backwards ? s.start - 1 : s.start + 1;
	}
	if (!w->backwards) {
		s.end -= unevenness_s(w);
		if (!span_is_empty(s))
			way_each(w->trial, u, s, leap_past, &l);
		return l.start > s.start ? l.start : s.start + 1;
	}
	way_each(w->trial, u, s, leap_past, &l);
	return l.start < s.start ? l.start : s.start - 1;
}

/* The nearest start at which as many units as are asked for can be free. */
static int64_t past_bookings(const struct walker *w, struct span s)
{
	const struct trial *t = w->trial;
	int64_t nearest[BOOKING_MAX_QUANTITY];
	size_t n = 0;

	for (size_t i = 0; i < t->resource->n_units; i++) {
		const struct unit *u = &t->resource->units[i];
		int64_t start;
		size_t at;

		if (!trial_is_candidate(t, u) || trial_opening(t, u) != w->opening)
			continue;
		start = past_unit(w, u, s);
		at = n < t->quantity ? n++ : n;
		for (; at > 0 && (w->backwards ? start > nearest[at - 1] : start < nearest[at - 1]);
		     at--)
			if (at < t->quantity)
				nearest[at] = nearest[at - 1];
		if (at < t->quantity)
			nearest[at] = start;
	}
	if (n < t->quantity)
		return w->backwards ? INT64_MIN : TIME_NEVER;
	return nearest[n - 1];
}

/* The nearest start, from this one on, that is not known to be ruled out; this one itself: it is
 * granted. */
static int64_t past_obstacle(const struct walker *w, int64_t start)
{
	struct span s = span_from(w, start);

	if (!opening_admits(trial_hours(w->trial, w->opening), s))
		return w->backwards ? before_closed(w, s) : past_closed(w, s);
	if (w->trial->n_costly > 0) { /* what is taken need not be counted */
		int64_t next = past_bookings(w, s);

		if (next != start)
			return next;
	}
	if (!trial_allows(w->trial, w->opening, s))
		return trial_past(w->trial, w->opening, s, w->backwards);
	if (span_equals(s, w->present))
		return w->backwards ? start - 1 : start + 1;
	return past_bookings(w, s);
}

int64_t walker_past(const struct trial *t, const struct opening *o, struct duration length,
		    int64_t at)
{
	const struct walker w = {.trial = t, .opening = o, .zone = o->zone, .length = length};

	return past_obstacle(&w, at);
}

static bool is_in_range(const struct walker *w, int64_t at)
{
	return at >= w->range.start && at <= w->range.end;
}

static int64_t next_on_grid(const struct walker *w)
{
	if (w->slots)
		return w->backwards ? slots_previous(w->slots, w->zone, w->at)
				    : slots_next(w->slots, w->zone, w->at, false);
	return w->backwards ? grid_down(w->grid_s, w->zone, w->at)
			    : grid_up(w->grid_s, w->zone, w->at);
}

void walker_walk(struct walker *w)
{
	while (!w->is_done && w->steps++ < WALKER_STEPS_MAX && is_in_range(w, w->at)) {
		int64_t next;

		w->at = next_on_grid(w);
		if (!is_in_range(w, w->at))
			break;
		next = past_obstacle(w, w->at);
		if (next == w->at)
			return;
		w->at = next;
	}
	w->is_done = true;
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

		if (l->kind == LIMIT_START && l->start_every_s > 0 && rule_is_plain(t->rules[i]))
			grid_s =
			    grid_s ? common_multiple(grid_s, l->start_every_s) : l->start_every_s;
	}
	return grid_s ? grid_s : WALKER_GRID_S;
}

static struct span start_range(const struct trial *t, const struct zone *z, int64_t asked)
{
	struct span range = {asked - WALKER_REACH_S, asked + WALKER_REACH_S};

	if (asked < t->now)
		range.end = t->now + WALKER_REACH_S;
	if (range.start < t->now)
		range.start = t->now;
	for (size_t i = 0; i < t->n_rules; i++) {
		const struct limit *l = &t->rules[i]->limit;
		int64_t bound;

		if ((l->kind != LIMIT_LEAD && l->kind != LIMIT_HORIZON) ||
		    !rule_is_plain(t->rules[i]))
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
		if (rule_is_plain(t->rules[i]) || rule_matches(t, t->rules[i], t->unit, s))
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
			    rule_is_plain(t->rules[i]) &&
			    limit_test(&t->rules[i]->limit, z, s, t->now, &bound) != REASON_NONE)
				possible = false;
		if (possible)
			return true;
	}
	return false;
}

struct walker walker_new(const struct trial *t, const struct opening *o, struct span asked,
			 struct span present, bool backwards)
{
	const struct zone *z = o->zone;
	struct walker w = {
	    .trial = t,
	    .opening = o,
	    .zone = z,
	    .length = allowed_length(t, z, asked),
	    .grid_s = start_grid(t),
	    .range = start_range(t, z, asked.start),
	    .present = present,
	    .backwards = backwards,
	};

	w.at = backwards ? asked.start - 1 : asked.start;
	if (backwards && w.at > w.range.end)
		w.at = w.range.end;
	if (!backwards && w.at < w.range.start)
		w.at = w.range.start;
	for (size_t i = 0; i < t->n_rules; i++)
		if (t->rules[i]->limit.kind == LIMIT_SLOTS && rule_is_plain(t->rules[i]))
			w.slots = &t->rules[i]->limit;
	w.is_done = !w.slots && !is_possible_length(t, z, asked.start, w.length);
	return w;
}
