/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether others can be moved to make room: all that touches the time in question, and all that
 * touches that, tried on every lane that it may have.
 *
 * Where nothing is bound to a lane and all lanes are alike, counting is enough: intervals fit on n
 * lanes if and only if nowhere more than n of them overlap.
 */
#include <string.h>

#include "lib/wish.h"
#include "tests/lib/oracle_parts.h"

#define JOBS_MAX 48
#define LANES_MAX 64
#define STEPS_MAX 20000

struct job { /* one lane for one span */
	struct span during;
	uint64_t allowed; /* places of units */
};

struct packing {
	const struct oracle_question *q;
	const struct oracle_want *want;
	struct job jobs[JOBS_MAX];
	uint32_t lanes[JOBS_MAX];
	size_t n, steps;
	bool too_many;
	struct span window;
};

static void add_job(struct packing *k, struct span during, uint64_t allowed)
{
	size_t at = k->n;

	if (k->n == JOBS_MAX) {
		k->too_many = true;
		return;
	}
	for (; at > 0 && k->jobs[at - 1].during.start > during.start; at--)
		k->jobs[at] = k->jobs[at - 1];
	k->jobs[at] = (struct job){during, allowed};
	k->n++;
}

static uint64_t place_of(const struct resource *r, uint32_t lane)
{
	for (size_t i = 0; i < r->n_units; i++)
		if (r->units[i].lane == lane)
			return (uint64_t)1 << i;
	return 0;
}

static bool is_fixed(const struct packing *k, const struct item *i)
{
	return i->lane != 0 || i->resource != k->want->resource->number ||
	       i->span.start <= k->q->oracle->now;
}

/* What has units at two sites stays as it is. */
static bool is_at_two_sites(const struct resource *r, const struct booking *b, uint32_t item)
{
	const struct site *site = NULL;

	for (size_t i = 0; i < b->n_allocations; i++) {
		const struct unit *u = resource_lane(r, b->allocations[i].lane);

		if (b->allocations[i].item != item || b->allocations[i].resource != r->number)
			continue;
		if (site && u->site != site)
			return true;
		site = u->site;
	}
	return false;
}

/* What an item that stands may be moved to: units of the same site, with what it asked for. */
static uint64_t may_have(const struct packing *k, const struct booking *b,
			 const struct allocation *a)
{
	const struct resource *r = k->want->resource;
	const struct item *item = &b->items[a->item];
	const struct site *site = resource_lane(r, a->lane)->site;
	struct arena arena = {0};
	struct wishes having;
	uint64_t set = 0;
	const char *at;

	if (is_fixed(k, item) || is_at_two_sites(r, b, a->item))
		return place_of(r, a->lane);
	EXPECT(wishes_parse(item->having, &arena, &having, &at) == WISH_OK);
	for (size_t i = 0; i < r->n_units; i++) {
		const struct unit *u = &r->units[i];

		if (u->site == site && u->in_service && wishes_are_met(&having, r, u) &&
		    !oracle_is_out(k->q->oracle, r, u, item->span))
			set |= (uint64_t)1 << i;
	}
	arena_clear(&arena);
	return set | place_of(r, a->lane);
}

static void widen(struct packing *k, struct span s)
{
	if (s.start < k->window.start)
		k->window.start = s.start;
	if (s.end > k->window.end)
		k->window.end = s.end;
}

static void gather_booking(struct packing *k, const struct booking *b)
{
	for (size_t i = 0; i < b->n_allocations; i++) {
		const struct allocation *a = &b->allocations[i];

		if (a->resource != k->want->resource->number || !oracle_occupies(b, a) ||
		    !span_overlaps(a->during, k->window))
			continue;
		add_job(k, a->during, may_have(k, b, a));
		widen(k, a->during);
	}
}

static void gather(struct packing *k)
{
	const struct oracle_question *q = k->q;
	struct span before;

	do {
		before = k->window;
		k->n = 0;
		for (int64_t i = 1; i < q->oracle->next; i++)
			if (q->oracle->rows[i] && (!q->was || i != q->was->number))
				gather_booking(k, q->oracle->rows[i]);
		for (size_t i = 0; i < q->n_taken; i++)
			if (q->taken[i].resource == k->want->resource->number) {
				add_job(k, q->taken[i].during,
					place_of(k->want->resource, q->taken[i].lane));
				widen(k, q->taken[i].during);
			}
	} while (!span_equals(before, k->window) && !k->too_many);
}

static bool pack_from(struct packing *k, size_t i)
{
	if (i == k->n)
		return true;
	for (uint32_t lane = 0; lane < k->want->resource->n_units; lane++) {
		bool free = k->jobs[i].allowed & (uint64_t)1 << lane && k->steps++ < STEPS_MAX;

		for (size_t j = 0; free && j < i; j++)
			free = k->lanes[j] != lane ||
			       !span_overlaps(k->jobs[j].during, k->jobs[i].during);
		k->lanes[i] = lane;
		if (free && pack_from(k, i + 1))
			return true;
	}
	return false;
}

static bool are_alike(const struct packing *k)
{
	for (size_t i = 1; i < k->n; i++)
		if (k->jobs[i].allowed != k->jobs[0].allowed)
			return false;
	return true;
}

static bool fits_by_count(const struct packing *k)
{
	size_t most = 0;

	for (size_t i = 0; i < k->n; i++) {
		size_t n = 0;

		for (size_t j = 0; j < k->n; j++)
			n += k->jobs[j].during.start <= k->jobs[i].during.start &&
			     k->jobs[j].during.end > k->jobs[i].during.start;
		most = n > most ? n : most;
	}
	return most <= (size_t)__builtin_popcountll(k->jobs[0].allowed);
}

enum oracle_verdict oracle_pack(const struct oracle_question *q, const struct oracle_want *w)
{
	struct span during = oracle_with_buffers(w->resource, w->span);
	struct packing k = {.q = q, .want = w, .window = during};
	uint64_t allowed = 0;
	bool found;

	if (w->resource->n_units > LANES_MAX)
		return ORACLE_UNKNOWN;
	gather(&k);
	for (size_t i = 0; i < w->resource->n_units; i++)
		if (oracle_is_allowed(q, w, &w->resource->units[i]))
			allowed |= (uint64_t)1 << i;
	for (uint32_t i = 0; i < w->quantity; i++)
		add_job(&k, during, allowed);
	if (k.too_many)
		return ORACLE_UNKNOWN;
	if (are_alike(&k))
		return fits_by_count(&k) ? ORACLE_PACKABLE : ORACLE_REFUSED;
	found = pack_from(&k, 0);
	if (found)
		return ORACLE_PACKABLE;
	return k.steps < STEPS_MAX ? ORACLE_REFUSED : ORACLE_UNKNOWN;
}
