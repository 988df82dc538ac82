/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What could be had instead. The nearest times are found by walkers, one backwards and one forwards
 * in time for each site that units stand at; of all of them the one that stands nearest to what was
 * asked is taken, and goes on.
 */
#include "lib/alternatives.h"

#include "lib/start_grid.h"
#include "lib/walker.h"
#include "lib/way.h"

#define END_STEPS_MAX 500
#define SHORTEST_S 1800
#define NIGHT_ENDS_S (6 * 3600)

static int64_t gap(int64_t a, int64_t b)
{
	return a < b ? b - a : a - b;
}

static bool is_nearer(int64_t a, int64_t b, int64_t asked)
{
	return gap(a, asked) != gap(b, asked) ? gap(a, asked) < gap(b, asked) : a < b;
}

static size_t walkers_new(const struct trial *t, const struct alternatives_ask *ask,
			  struct walker *walkers)
{
	const struct span present = ask->was ? ask->was->span : (struct span){0};
	size_t n = 0;

	for (size_t i = 0; i < t->resource->n_units; i++) {
		const struct unit *u = &t->resource->units[i];
		bool known = false;

		for (size_t j = 0; j < n; j++)
			known |= walkers[j].opening == trial_opening(t, u);
		if (known || !trial_is_candidate(t, u))
			continue;
		walkers[n++] = walker_new(t, trial_opening(t, u), ask->asked, present, true);
		walkers[n++] = walker_new(t, trial_opening(t, u), ask->asked, present, false);
	}
	return n;
}

static void add(struct answer *ret, enum alternative_kind kind, const struct resource *r,
		const struct unit *u, struct span s)
{
	ret->alternatives[ret->n_alternatives++] =
	    (struct alternative){.kind = kind, .resource = r, .unit = u, .span = s};
}

static bool has_span(const struct answer *ret, const struct resource *r, struct span s)
{
	for (size_t i = 0; i < ret->n_alternatives; i++)
		if (ret->alternatives[i].resource == r && span_equals(ret->alternatives[i].span, s))
			return true;
	return false;
}

int64_t alternative_night_s(struct span s, const struct zone *z)
{
	int64_t start = civil_seconds(zone_to_local(z, s.start)), end = start + (s.end - s.start);
	int64_t night_s = 0;

	if (s.end - s.start >= DAY_S)
		return 0;
	for (int64_t day = start - start % DAY_S; day < end; day += DAY_S) {
		int64_t from = start > day ? start : day;
		int64_t to = end < day + NIGHT_ENDS_S ? end : day + NIGHT_ENDS_S;

		if (to > from)
			night_s += to - from;
	}
	return night_s;
}

static void step(struct walker *w, int64_t by_s)
{
	w->at += w->backwards ? -by_s : by_s;
}

/* To the nearest start; by day, to one that lies no further in the night than what was asked. */
static void walk(struct walker *w, const struct alternatives_ask *ask, bool by_day)
{
	int64_t night_s = by_day ? alternative_night_s(ask->asked, w->zone) : 0;

	walker_walk(w);
	while (by_day && !w->is_done && alternative_night_s(walker_span(w), w->zone) > night_s) {
		step(w, 1);
		walker_walk(w);
	}
}

/* On another day, the hour that was asked, if that is granted too. */
static struct span at_same_hour(const struct walker *w, const struct alternatives_ask *ask)
{
	struct span s = walker_span(w), same;
	int64_t days = civil_days(zone_to_local(w->zone, s.start).date) -
		       civil_days(zone_to_local(w->zone, ask->asked.start).date);

	same.start = zone_add_days(w->zone, ask->asked.start, days);
	same.end = duration_after(w->length, w->zone, same.start);
	if (days == 0 || span_equals(same, w->present) || !trial_place(w->trial, same))
		return s;
	return same;
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

/* The nearest first, each walker going on at least `spacing_s` after each find. */
static void gather(struct walker *walkers, size_t n, const struct alternatives_ask *ask,
		   int64_t spacing_s, bool by_day, struct answer *ret)
{
	size_t first = ret->n_alternatives;

	while (ret->n_alternatives < ask->want) {
		struct walker *nearest = NULL;
		struct span s;

		for (size_t i = 0; i < n; i++) {
			struct walker *w = &walkers[i];

			walk(w, ask, by_day);
			if (!w->is_done &&
			    (!nearest || is_nearer(w->at, nearest->at, ask->asked.start)))
				nearest = w;
		}
		if (!nearest)
			break;
		s = by_day ? at_same_hour(nearest, ask) : walker_span(nearest);
		if (!has_span(ret, nearest->trial->resource, s))
			add(ret, ALTERNATIVE_NEAREST, nearest->trial->resource,
			    nearest->trial->unit, s);
		step(nearest, spacing_s);
	}
	sort_nearest(&ret->alternatives[first], ret->n_alternatives - first, ask->asked.start);
}

static void add_nearest(const struct trial *t, const struct alternatives_ask *ask, struct arena *a,
			struct answer *ret)
{
	struct walker *walkers = arena_new_n(a, struct walker, 2 * t->resource->n_units);
	int64_t spacing_s = alternative_spacing_s(ask->asked);

	gather(walkers, walkers_new(t, ask, walkers), ask, spacing_s, true, ret);
	if (ret->n_alternatives < ask->want)
		gather(walkers, walkers_new(t, ask, walkers), ask, spacing_s, false, ret);
	if (ret->n_alternatives < ask->want)
		gather(walkers, walkers_new(t, ask, walkers), ask, 1, false, ret);
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

		trial_instead(&other, t, r->stands_in[i], a);
		if (trial_place(&other, ask->asked))
			add(ret, ALTERNATIVE_STAND_IN, r->stands_in[i], NULL, ask->asked);
	}
}

static bool end_before(void *arg, const struct blocker *b)
{
	int64_t *end = arg;

	if (b->keeps.start - b->after_s < *end)
		*end = b->keeps.start - b->after_s;
	return true;
}

/* The latest end by which some candidate is free from the start that was asked. */
static int64_t free_until(const struct trial *t, struct span s)
{
	int64_t latest = s.start;

	for (size_t i = 0; i < t->resource->n_units; i++) {
		int64_t end = s.end;

		if (!trial_is_candidate(t, &t->resource->units[i]))
			continue;
		way_each(t, &t->resource->units[i], s, end_before, &end);
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
		s.end = grid_down(WALKER_GRID_S, z, s.end);
		if (s.end <= ask->was->span.end || s.end <= t->now)
			return;
		if (trial_place(t, s)) {
			add(ret, ALTERNATIVE_NEAREST, t->resource, t->unit, s);
			return;
		}
		s.end--;
	}
}

/* As many as there are at the time that was asked for. */
static void add_fewer(const struct trial *t, const struct alternatives_ask *ask, struct answer *ret)
{
	struct trial one = *t;
	uint32_t n = 0;

	one.quantity = 1;
	for (size_t i = 0; t->quantity > 1 && i < t->resource->n_units; i++) {
		const struct unit *u = &t->resource->units[i];

		n += trial_is_candidate(t, u) && trial_is_free(&one, u, ask->asked) &&
		     trial_allows(&one, trial_opening(t, u), ask->asked) &&
		     trial_allows_unit(&one, u, ask->asked);
	}
	if (n == 0 || n >= t->quantity || ret->n_alternatives == ask->want)
		return;
	add(ret, ALTERNATIVE_FEWER, t->resource, NULL, ask->asked);
	ret->alternatives[ret->n_alternatives - 1].quantity = n;
}

/* Where no time is long enough (a day between opening hours of four): half as long, and half of
 * that. */
static void add_shorter(const struct trial *t, struct alternatives_ask ask, struct arena *a,
			struct answer *ret)
{
	while (ret->n_alternatives == 0) {
		int64_t length_s = (ask.asked.end - ask.asked.start) / 2;

		length_s -= length_s % WALKER_GRID_S;
		if (length_s < SHORTEST_S)
			return;
		ask.asked.end = ask.asked.start + length_s;
		add_nearest(t, &ask, a, ret);
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
	if (!ask->was)
		add_fewer(t, &bounded, ret);
	if (ask->was && ask->was->span.start == ask->asked.start)
		add_longest(t, &bounded, ret);
	if (!has_begun)
		add_nearest(t, &bounded, a, ret);
	if (!has_begun && t->unit && ret->n_alternatives < bounded.want) {
		struct trial any = *t;

		any.unit = NULL;
		add_nearest(&any, &bounded, a, ret);
	}
	if (!ask->was && ret->n_alternatives == 0)
		add_shorter(t, bounded, a, ret);
}
