/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Room made in a pool by moving others.
 *
 * All that touches the span in time, and all that touches that, is gathered as jobs for
 * lib/packing.h; what must stay is among them as pinned to its lanes. The lanes of the packing are
 * the places of the units in the resource, so that a unit the policy dropped is no lane at all.
 */
#include "lib/repack.h"

#include <string.h>

#include "lib/outages.h"
#include "lib/packing.h"
#include "lib/rules.h"
#include "lib/way.h"
#include "lib/wish.h"

#define JOBS_MAX 1000

struct job {			       /* the lanes that one item of a booking has for one span */
	const struct booking *booking; /* NULL: of the one that is being made */
	int64_t number;
	uint32_t item;
	struct span during;
	uint32_t *lanes; /* places of units */
	uint32_t n_lanes;
};

struct gathering {
	const struct trial *trial;
	struct plan *plan;
	struct arena *arena;
	int64_t own;
	struct span window;
	struct job *jobs;
	size_t n, cap;
};

static uint32_t place_of(const struct resource *r, uint32_t lane)
{
	for (size_t i = 0; i < r->n_units; i++)
		if (r->units[i].lane == lane)
			return (uint32_t)i;
	return UINT32_MAX;
}

static void add_lane(struct gathering *g, int64_t number, uint32_t item, struct span during,
		     uint32_t place)
{
	struct job *job = NULL;

	for (size_t i = 0; !job && i < g->n; i++)
		if (g->jobs[i].number == number && g->jobs[i].item == item &&
		    span_equals(g->jobs[i].during, during))
			job = &g->jobs[i];
	if (!job) {
		g->jobs = arena_grow(g->arena, g->jobs, g->n, &g->cap, g->n + 1, sizeof(*g->jobs));
		job = &g->jobs[g->n++];
		*job = (struct job){
		    .booking = number == g->own ? NULL : pole_booking(g->trial->pole, number),
		    .number = number,
		    .item = item,
		    .during = during,
		    .lanes = arena_new_n(g->arena, uint32_t, g->trial->resource->n_units),
		};
	}
	job->lanes[job->n_lanes++] = place;
	if (during.start < g->window.start)
		g->window.start = during.start;
	if (during.end > g->window.end)
		g->window.end = during.end;
}

static void gather_lane(struct gathering *g, uint32_t place)
{
	const struct resource *r = g->trial->resource;
	uint32_t lane = r->units[place].lane;
	const struct timeline *line = pole_timeline(g->trial->pole, r->number, lane);

	for (size_t i = line ? timeline_seek(line, g->window.start) : 0;
	     line && i < line->n && line->entries[i].span.start < g->window.end; i++) {
		const struct timeline_entry *e = &line->entries[i];
		const struct booking *b = pole_booking(g->trial->pole, e->booking);

		if (e->booking != g->trial->except && !plan_holds(g->plan, e->booking))
			add_lane(g, e->booking, way_allocation(b, r->number, lane, e->span)->item,
				 e->span, place);
	}
}

static void gather_once(struct gathering *g)
{
	const struct resource *r = g->trial->resource;

	g->n = 0;
	for (uint32_t i = 0; i < r->n_units; i++)
		gather_lane(g, i);
	for (size_t i = 0; i < g->plan->n; i++) {
		const struct plan_entry *e = &g->plan->entries[i];
		const struct allocation *a = &e->allocation;
		uint32_t place = place_of(r, a->lane);

		if (a->resource == r->number && place != UINT32_MAX &&
		    span_overlaps(a->during, g->window))
			add_lane(g, e->booking, a->item, a->during, place);
	}
}

/* Until nothing reaches further. false: too many. */
static bool gather(struct gathering *g)
{
	struct span before;

	do {
		before = g->window;
		gather_once(g);
	} while (!span_equals(before, g->window) && g->n <= JOBS_MAX);
	return g->n <= JOBS_MAX;
}

/* Nobody has it in hands yet. */
static bool is_movable(enum booking_state s)
{
	return s == BOOKING_CONFIRMED || s == BOOKING_REQUESTED || s == BOOKING_HELD;
}

static bool may_move(const struct trial *t, const struct job *job)
{
	const struct item *i;
	const struct unit *units = t->resource->units;

	if (!job->booking)
		return false;
	i = &job->booking->items[job->item];
	if (item_is_pinned(i) || i->resource != t->resource->number || i->span.start <= t->now ||
	    !is_movable(job->booking->state))
		return false;
	for (uint32_t k = 1; k < job->n_lanes; k++)
		if (units[job->lanes[k]].site != units[job->lanes[0]].site)
			return false;
	return true;
}

static bool is_out(const struct trial *t, const struct unit *u, struct span s)
{
	size_t n;
	const struct outage *o = pole_outages(t->pole, &n);

	for (; n > 0; n--, o++)
		if (span_overlaps(o->span, s) &&
		    outage_stops(t->pole, o, t->resource->number, u->lane))
			return true;
	return false;
}

static bool is_present(const struct job *job, uint32_t place)
{
	for (uint32_t i = 0; i < job->n_lanes; i++)
		if (job->lanes[i] == place)
			return true;
	return false;
}

/* The units that would do as well for a booking that stands. */
static const uint64_t *units_for(const struct trial *t, const struct job *job, struct arena *a)
{
	const struct resource *r = t->resource;
	const struct item *item = &job->booking->items[job->item];
	uint64_t *set = arena_new_n(a, uint64_t, packing_words(r->n_units));
	struct wishes having;
	const char *at;

	if (wishes_parse(item->having, a, &having, &at) != WISH_OK)
		having = (struct wishes){0};
	for (uint32_t i = 0; i < r->n_units; i++) {
		const struct unit *u = &r->units[i];

		if (is_present(job, i) ||
		    (u->in_service && u->site == r->units[job->lanes[0]].site &&
		     wishes_are_met(&having, r, u) && !is_out(t, u, item->span) &&
		     booking_suits_unit(t->pole, job->booking, job->item, u, t->now)))
			packing_add(set, i);
	}
	return set;
}

static const uint64_t *units_asked(const struct trial *t, struct span s, struct arena *a)
{
	const struct resource *r = t->resource;
	uint64_t *set = arena_new_n(a, uint64_t, packing_words(r->n_units));

	for (uint32_t i = 0; i < r->n_units; i++) {
		const struct unit *u = &r->units[i];

		if (trial_is_candidate(t, u) && trial_allows(t, trial_opening(t, u), s) &&
		    trial_allows_unit(t, u, s) && !is_out(t, u, s))
			packing_add(set, i);
	}
	return set;
}

static void move_job(const struct gathering *g, const struct job *job, const uint32_t *lanes)
{
	const struct resource *r = g->trial->resource;
	uint32_t next = 0;

	if (memcmp(job->lanes, lanes, job->n_lanes * sizeof(*lanes)) == 0)
		return;
	plan_hold(g->plan, g->trial->pole, job->booking, false);
	for (size_t i = 0; i < g->plan->n; i++) {
		struct plan_entry *e = &g->plan->entries[i];

		if (e->booking == job->number && e->allocation.item == job->item &&
		    e->allocation.resource == r->number &&
		    span_equals(e->allocation.during, job->during))
			e->allocation.lane = r->units[lanes[next++]].lane;
	}
}

static void sort_lanes(struct job *job)
{
	for (uint32_t i = 1; i < job->n_lanes; i++)
		for (uint32_t j = i; j > 0 && job->lanes[j] < job->lanes[j - 1]; j--) {
			uint32_t lane = job->lanes[j];

			job->lanes[j] = job->lanes[j - 1];
			job->lanes[j - 1] = lane;
		}
}

static int solve(struct gathering *g, struct span s, const struct unit **ret)
{
	const struct trial *t = g->trial;
	struct packing_job *jobs = arena_new_n(g->arena, struct packing_job, g->n + 1);
	struct packing_answer answer;
	int r;

	for (size_t i = 0; i < g->n; i++) {
		struct job *job = &g->jobs[i];

		sort_lanes(job);
		jobs[i] = (struct packing_job){.during = job->during,
					       .need = job->n_lanes,
					       .present = job->lanes,
					       .n_present = job->n_lanes};
		if (may_move(t, job))
			jobs[i].allowed = units_for(t, job, g->arena);
		else
			jobs[i].fixed = job->lanes;
	}
	jobs[g->n] = (struct packing_job){.during = trial_during(t, s),
					  .need = t->quantity,
					  .allowed = units_asked(t, s, g->arena)};
	r = packing_solve(t->resource->n_units, jobs, g->n + 1, PACKING_BUDGET, g->arena, &answer);
	if (r != PACKING_OK)
		return r == PACKING_E_BOUND ? REPACK_E_BOUND : REPACK_E_FULL;
	for (size_t i = 0; i < g->n; i++)
		if (jobs[i].fixed == NULL)
			move_job(g, &g->jobs[i], answer.lanes[i]);
	for (uint32_t i = 0; i < t->quantity; i++)
		ret[i] = &t->resource->units[answer.lanes[g->n][i]];
	return REPACK_OK;
}

int repack(const struct trial *t, struct span s, int64_t own, struct plan *plan, struct arena *a,
	   const struct unit **ret)
{
	const struct resource *r = t->resource;
	struct gathering g = {
	    .trial = t, .plan = plan, .arena = a, .own = own, .window = trial_during(t, s)};

	if (!pole_policy(t->pole)->conflicts.repack || t->unit || r->n_parts > 0 || r->moves ||
	    r->shares_buffer || r->n_units < 2)
		return REPACK_E_FULL;
	if (!gather(&g))
		return REPACK_E_BOUND;
	return solve(&g, s, ret);
}
