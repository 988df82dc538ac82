/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which lanes for which job: the order of the work.
 *
 * Pinned jobs are taken off what the others may use and are then out of the way. What remains falls
 * apart into stretches of time; of these, only those with someone waiting for a lane are worked on:
 * first Hall's condition (refuses quickly, and says why), then few moves, then lanes in order of
 * time for all of the stretch (always enough where all may use the same lanes), then, only where
 * domains differ, the exact search.
 */
#include "lib/packing_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct question {
	const struct packing_job *jobs;
	size_t n_jobs;
	struct packing *p;
	struct arena *arena; /* of the answer */
	struct packing_answer *ret;
};

void packing_put(struct packing *p, uint32_t unit, uint32_t lane)
{
	struct span s = p->items[p->units[unit].item].during;
	int r = timeline_insert(&p->board[lane], s, (int64_t)unit + 1);

	assert(r == TIMELINE_OK);
	p->units[unit].lane = lane;
}

void packing_take(struct packing *p, uint32_t unit)
{
	struct packing_unit *u = &p->units[unit];
	int r = timeline_remove(&p->board[u->lane], p->items[u->item].during, (int64_t)unit + 1);

	assert(r == TIMELINE_OK);
	u->lane = PACKING_NOWHERE;
}

uint32_t packing_stretch_end(const struct packing *p, struct packing_stretch s)
{
	return p->items[s.to - 1].unit + p->items[s.to - 1].need;
}

size_t packing_count(const struct packing *p, const uint64_t *set)
{
	size_t n = 0;

	for (size_t w = 0; w < p->n_words; w++)
		for (uint64_t left = set[w]; left; left &= left - 1)
			n++;
	return n;
}

int64_t packing_next_home(const struct packing *p, uint32_t lane, size_t item)
{
	const struct timeline *t = &p->board[lane];

	for (size_t i = timeline_seek(t, p->items[item].during.start); i < t->n; i++)
		if (p->units[t->entries[i].booking - 1].item > item)
			return t->entries[i].span.start;
	return TIME_NEVER;
}

/* A witness of the jobs behind `items`, followed by the pinned jobs that are in their way. */
static void witness(struct question *q, struct packing_witness w, const uint32_t *items, size_t n)
{
	size_t *jobs = arena_new_n(q->arena, size_t, q->n_jobs);

	for (size_t i = 0; i < n; i++)
		jobs[w.n_jobs++] = q->p->items[items[i]].job;
	for (size_t f = 0; f < q->n_jobs; f++) {
		const struct packing_job *pinned = &q->jobs[f];
		bool is_in_way = false;

		for (size_t i = 0; pinned->fixed && i < n && !is_in_way; i++) {
			const struct packing_job *j = &q->jobs[jobs[i]];

			if (!span_overlaps(j->during, pinned->during))
				continue;
			for (uint32_t k = 0; k < pinned->need && !is_in_way; k++)
				is_in_way =
				    !j->allowed || packing_has(j->allowed, pinned->fixed[k]);
		}
		if (is_in_way)
			jobs[w.n_jobs++] = f;
	}
	w.jobs = jobs;
	q->ret->witness = w;
}

static int refuse_count(struct question *q, const struct packing_hall *h)
{
	struct packing_witness w = {.proof = PACKING_PROOF_COUNT};
	uint64_t *usable = arena_new_n(&q->p->scratch, uint64_t, q->p->n_words);

	w.at = q->p->items[h->failed_at].during.start;
	for (size_t i = 0; i < h->n_queue; i++) {
		w.need += q->p->items[h->queue[i]].need;
		for (size_t k = 0; k < q->p->n_words; k++)
			usable[k] |= q->p->items[h->queue[i]].domain[k];
	}
	w.lanes = packing_count(q->p, usable);
	witness(q, w, h->queue, h->n_queue);
	return PACKING_E_FULL;
}

static int refuse_search(struct question *q, struct packing_stretch s, size_t deepest)
{
	struct packing_witness w = {.proof = PACKING_PROOF_SEARCH};
	uint32_t *items = arena_new_n(&q->p->scratch, uint32_t, s.to - s.from);
	size_t n = 0;

	w.at = q->p->items[deepest].during.start;
	for (size_t i = s.from; i < s.to && q->p->items[i].during.start <= w.at; i++)
		if (q->p->items[i].during.end > w.at)
			items[n++] = (uint32_t)i;
	witness(q, w, items, n);
	return PACKING_E_FULL;
}

static int refuse_pinned(struct question *q, size_t a, size_t b)
{
	struct packing_witness *w = &q->ret->witness;
	struct span x = q->jobs[a].during, y = q->jobs[b].during;
	size_t *jobs = arena_new_n(q->arena, size_t, 2);

	jobs[0] = a;
	jobs[1] = b;
	*w = (struct packing_witness){.proof = PACKING_PROOF_PINNED, .jobs = jobs, .n_jobs = 2};
	w->at = x.start > y.start ? x.start : y.start;
	return PACKING_E_FULL;
}

/* Per lane, who is pinned to it. */
static int pin(struct question *q, struct timeline *pinned)
{
	for (size_t f = 0; f < q->n_jobs; f++) {
		const struct packing_job *j = &q->jobs[f];

		for (uint32_t k = 0; j->fixed && k < j->need; k++) {
			struct timeline *t = &pinned[j->fixed[k]];

			assert(j->fixed[k] < q->p->n_lanes);
			if (timeline_insert(t, j->during, (int64_t)f + 1) == TIMELINE_OK)
				continue;
			return refuse_pinned(
			    q, (size_t)timeline_conflict(t, j->during, 0)->booking - 1, f);
		}
	}
	return PACKING_OK;
}

static uint64_t *domain_new(struct packing *p, const struct packing_job *j,
			    const struct timeline *pinned)
{
	uint64_t *domain = arena_new_n(&p->scratch, uint64_t, p->n_words);

	for (size_t w = 0; w < p->n_words; w++)
		domain[w] = j->allowed ? j->allowed[w] & p->all[w] : p->all[w];
	for (size_t lane = 0; lane < p->n_lanes; lane++)
		if (pinned[lane].n > 0 && packing_has(domain, lane) &&
		    timeline_conflict(&pinned[lane], j->during, 0))
			packing_drop(domain, lane);
	return domain;
}

static int compare_items(const void *a, const void *b)
{
	const struct packing_item *x = a, *y = b;

	if (x->during.start != y->during.start)
		return x->during.start < y->during.start ? -1 : 1;
	if (x->spare != y->spare)
		return x->spare < y->spare ? -1 : 1;
	return x->job < y->job ? -1 : x->job > y->job;
}

static void items_init(struct question *q, const struct timeline *pinned)
{
	struct packing *p = q->p;

	p->items = arena_new_n(&p->scratch, struct packing_item, q->n_jobs);
	for (size_t i = 0; i < q->n_jobs; i++) {
		const struct packing_job *j = &q->jobs[i];
		struct packing_item *it = &p->items[p->n_items];

		assert(!span_is_empty(j->during) && j->need > 0);
		if (j->fixed)
			continue;
		*it = (struct packing_item){
		    .during = j->during,
		    .need = j->need,
		    .job = i,
		    .domain = domain_new(p, j, pinned),
		    .homes = arena_new_n(&p->scratch, uint64_t, p->n_words),
		};
		it->spare = (int64_t)packing_count(p, it->domain) - (int64_t)it->need;
		p->n_units += j->need;
		p->n_items++;
	}
	assert(p->n_units < PACKING_NOWHERE);
	qsort(p->items, p->n_items, sizeof(*p->items), compare_items);
}

/* The homes of an item, and its units on the board there, as far as nobody else is in the way. */
static void stay(struct packing *p, struct packing_item *it, const struct packing_job *j)
{
	uint32_t unit = it->unit;

	for (uint32_t i = 0; i < j->n_present && unit < it->unit + it->need; i++) {
		uint32_t home = j->present[i];

		if (home >= p->n_lanes || !packing_has(it->domain, home) ||
		    packing_has(it->homes, home))
			continue;
		packing_add(it->homes, home);
		p->units[unit].home = home;
		if (timeline_insert(&p->board[home], it->during, (int64_t)unit + 1) == TIMELINE_OK)
			p->units[unit].lane = home;
		unit++;
	}
}

static void units_init(struct question *q)
{
	struct packing *p = q->p;
	uint32_t next = 0;

	p->units = arena_new_n(&p->scratch, struct packing_unit, p->n_units);
	for (size_t i = 0; i < p->n_items; i++) {
		struct packing_item *it = &p->items[i];

		it->unit = next;
		for (uint32_t k = 0; k < it->need; k++)
			p->units[next++] =
			    (struct packing_unit){(uint32_t)i, PACKING_NOWHERE, PACKING_NOWHERE};
		if (q->jobs[it->job].present)
			stay(p, it, &q->jobs[it->job]);
	}
}

static bool is_waiting(const struct packing *p, struct packing_stretch s)
{
	for (uint32_t u = p->items[s.from].unit; u < packing_stretch_end(p, s); u++)
		if (p->units[u].lane == PACKING_NOWHERE)
			return true;
	return false;
}

/* Whether homes say all about who would stand where: none is in another's way or one of too many.
 */
static bool is_plain(const struct question *q, struct packing_stretch s)
{
	for (size_t i = s.from; i < s.to; i++) {
		const struct packing_item *it = &q->p->items[i];

		if (q->jobs[it->job].present && q->jobs[it->job].n_present > it->need)
			return false;
		for (uint32_t u = it->unit; u < it->unit + it->need; u++)
			if (q->p->units[u].home != q->p->units[u].lane)
				return false;
	}
	return true;
}

/* Puts what was found on the board. */
static void adopt(struct packing *p, struct packing_stretch s, const uint32_t *lanes)
{
	uint32_t first = p->items[s.from].unit, end = packing_stretch_end(p, s);

	for (uint32_t u = first; u < end; u++)
		if (p->units[u].lane != PACKING_NOWHERE)
			packing_take(p, u);
	for (uint32_t u = first; u < end; u++)
		packing_put(p, u, lanes[u - first]);
}

static int place_anew(struct question *q, struct packing_stretch s, struct packing_hall *h)
{
	struct packing *p = q->p;
	uint32_t *lanes =
	    arena_new_n(&p->scratch, uint32_t, packing_stretch_end(p, s) - p->items[s.from].unit);
	size_t deepest;
	int r = PACKING_OK;

	if (!packing_greedy(p, s, lanes)) {
		if (packing_window_refutes(p, s, &deepest))
			return refuse_search(q, s, deepest);
		r = packing_search(p, s, h, lanes, &deepest);
	}
	if (r == PACKING_E_FULL)
		return refuse_search(q, s, deepest);
	if (r == PACKING_OK) {
		adopt(p, s, lanes);
		packing_improve(p, s, p->budget / 4);
	}
	return r;
}

static int solve_stretch(struct question *q, struct packing_stretch s)
{
	struct packing *p = q->p;
	bool plain = is_plain(q, s);
	struct packing_hall h;
	int r;

	if (!is_waiting(p, s))
		return PACKING_OK;
	packing_hall_init(&h, p, s);
	if (!packing_hall_holds(&h, s.from, s.to, TIME_NEVER, NULL))
		return refuse_count(q, &h);
	r = packing_settle(p, s, p->budget > p->steps ? (p->budget - p->steps) / 4 : 0);
	if (r == PACKING_SETTLED) {
		q->ret->fewest &= plain;
		return PACKING_OK;
	}
	q->ret->fewest = false;
	return place_anew(q, s, &h);
}

static int solve_stretches(struct question *q)
{
	const struct packing *p = q->p;
	struct packing_stretch s = {0};
	int r = PACKING_OK;

	while (s.from < p->n_items && r == PACKING_OK) {
		int64_t end = p->items[s.from].during.end;

		for (s.to = s.from + 1; s.to < p->n_items; s.to++) {
			if (p->items[s.to].during.start >= end)
				break;
			if (p->items[s.to].during.end > end)
				end = p->items[s.to].during.end;
		}
		r = solve_stretch(q, s);
		s.from = s.to;
	}
	return r;
}

static int ascending(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Lanes given up though as many are still needed. */
static size_t count_moved(const struct question *q, const struct packing_item *it,
			  const uint64_t *got)
{
	const struct packing_job *j = &q->jobs[it->job];
	size_t keeps = j->n_present < it->need ? j->n_present : it->need;
	size_t kept = 0;

	for (uint32_t i = 0; j->present && i < j->n_present; i++)
		kept += j->present[i] < q->p->n_lanes && packing_has(got, j->present[i]);
	return j->present && keeps > kept ? keeps - kept : 0;
}

static void answer(struct question *q)
{
	struct packing *p = q->p;
	uint64_t *got = arena_new_n(&p->scratch, uint64_t, p->n_words);

	q->ret->lanes = arena_new_n(q->arena, uint32_t *, q->n_jobs);
	for (size_t i = 0; i < q->n_jobs; i++) {
		const struct packing_job *j = &q->jobs[i];

		q->ret->lanes[i] = arena_new_n(q->arena, uint32_t, j->need);
		if (j->fixed)
			memcpy(q->ret->lanes[i], j->fixed, j->need * sizeof(*j->fixed));
	}
	for (size_t i = 0; i < p->n_items; i++) {
		const struct packing_item *it = &p->items[i];

		memset(got, 0, p->n_words * sizeof(*got));
		for (uint32_t k = 0; k < it->need; k++) {
			q->ret->lanes[it->job][k] = p->units[it->unit + k].lane;
			packing_add(got, p->units[it->unit + k].lane);
		}
		q->ret->n_moved += count_moved(q, it, got);
	}
	for (size_t i = 0; i < q->n_jobs; i++)
		if (q->jobs[i].need > 1)
			qsort(q->ret->lanes[i], q->jobs[i].need, sizeof(uint32_t), ascending);
}

static int solve(struct question *q)
{
	struct packing *p = q->p;
	struct timeline *pinned = arena_new_n(&p->scratch, struct timeline, p->n_lanes);
	int r = pin(q, pinned);

	if (r == PACKING_OK)
		items_init(q, pinned);
	for (size_t lane = 0; lane < p->n_lanes; lane++)
		timeline_clear(&pinned[lane]);
	if (r != PACKING_OK)
		return r;
	units_init(q);
	return solve_stretches(q);
}

int packing_solve(size_t n_lanes, const struct packing_job *jobs, size_t n_jobs, uint64_t budget,
		  struct arena *a, struct packing_answer *ret)
{
	struct packing p = {
	    .n_lanes = n_lanes, .n_words = packing_words(n_lanes), .budget = budget};
	struct packing_answer found = {.fewest = true};
	struct question q = {jobs, n_jobs, &p, a, &found};
	int r;

	assert(n_lanes < PACKING_NOWHERE);
	p.board = arena_new_n(&p.scratch, struct timeline, n_lanes);
	p.all = arena_new_n(&p.scratch, uint64_t, p.n_words);
	for (size_t lane = 0; lane < n_lanes; lane++)
		packing_add(p.all, lane);
	r = solve(&q);
	if (r == PACKING_OK)
		answer(&q);
	found.steps = p.steps;
	*ret = found;
	for (size_t lane = 0; lane < n_lanes; lane++)
		timeline_clear(&p.board[lane]);
	arena_clear(&p.scratch);
	return r;
}
