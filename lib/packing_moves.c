/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Few moves: units without a lane get one, first with nobody moving, then with one, two, three.
 *
 * A unit that takes a lane ejects those who are in its way there, who then need a lane themselves.
 * With m moves allowed, all ways to place the units that wait and those that they eject are tried,
 * ejecting at most m in all. This is complete: in any answer that moves m units, each unit that
 * moves stands on a final lane where all who were in its way have moved too, so that putting it
 * there ejects only units that belong to the m. So the first m that succeeds is the fewest there
 * can be. The work grows with the number of lanes to the power of m + 1; past three moves, order of
 * time (greedy, search) finds an answer and packing_improve makes it better.
 *
 * Improving swaps, between two lanes, a run of units that hang together by overlapping (a Kempe
 * chain): what was valid stays valid as long as each may use its new lane.
 */
#include "lib/packing_parts.h"

#include <stdlib.h>
#include <string.h>

#define WAITING_MAX 32 /* with more, moves are the smaller worry */

struct candidate {
	uint32_t lane;
	size_t ejected;
	int64_t gap_s; /* what is left free around, at most */
};

struct settling {
	struct packing *p;
	uint64_t limit; /* of steps */
	size_t moves_left;
	uint32_t waiting[WAITING_MAX + PACKING_FEW_MOVES]; /* a stack of units */
	size_t n_waiting;
	uint32_t fresh[WAITING_MAX]; /* units that waited from the beginning, in order */
	size_t n_fresh;
	uint64_t *tried;	      /* a set of lanes for each of these */
	uint32_t first;		      /* unit of the stretch */
	bool *is_final;		      /* by unit - first: has been given its lane here */
	struct candidate *candidates; /* n_lanes for each depth */
};

static int fewest_first(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->ejected != y->ejected)
		return x->ejected < y->ejected ? -1 : 1;
	if (x->gap_s != y->gap_s)
		return x->gap_s < y->gap_s ? -1 : 1;
	return x->lane < y->lane ? -1 : 1;
}

/* How many would have to go; false: too many, or one who may not. */
static bool count_ejected(const struct settling *s, uint32_t unit, uint32_t lane, size_t *ret)
{
	const struct packing_unit *units = s->p->units;
	const struct timeline *t = &s->p->board[lane];
	struct span span = s->p->items[units[unit].item].during;
	size_t n = 0;

	for (size_t i = timeline_seek(t, span.start); i < t->n; i++) {
		uint32_t other = (uint32_t)t->entries[i].booking - 1;

		if (t->entries[i].span.start >= span.end)
			break;
		if (units[other].item == units[unit].item || s->is_final[other - s->first] ||
		    ++n > s->moves_left)
			return false;
	}
	*ret = n;
	return true;
}

static int64_t gap_around(const struct timeline *t, struct span span)
{
	size_t i = timeline_seek(t, span.start);
	int64_t before = i > 0 ? span.start - t->entries[i - 1].span.end : INT64_MAX / 2;
	int64_t after = i < t->n ? t->entries[i].span.start - span.end : INT64_MAX / 2;

	return before < after ? before : after;
}

static size_t find_candidates(struct settling *s, uint32_t unit, const uint64_t *tried,
			      struct candidate *out)
{
	const struct packing_item *it = &s->p->items[s->p->units[unit].item];
	size_t n = 0;

	s->p->steps += s->p->n_lanes;
	for (uint32_t lane = 0; lane < s->p->n_lanes; lane++) {
		struct candidate c = {.lane = lane};

		if (!packing_has(it->domain, lane) || (tried && packing_has(tried, lane)) ||
		    !count_ejected(s, unit, lane, &c.ejected))
			continue;
		c.gap_s = c.ejected ? 0 : gap_around(&s->p->board[lane], it->during);
		out[n++] = c;
	}
	qsort(out, n, sizeof(*out), fewest_first);
	return n;
}

/* The lanes that a sibling before it tried in vain need not be tried again by a unit that is fresh
 * like it. NULL: not fresh. */
static uint64_t *tried_by(struct settling *s, uint32_t unit)
{
	size_t n_words = s->p->n_words;

	for (size_t i = 0; i < s->n_fresh; i++) {
		uint64_t *tried = &s->tried[i * n_words];

		if (s->fresh[i] != unit)
			continue;
		if (i > 0 && s->p->units[s->fresh[i - 1]].item == s->p->units[unit].item)
			memcpy(tried, tried - n_words, n_words * sizeof(*tried));
		else
			memset(tried, 0, n_words * sizeof(*tried));
		return tried;
	}
	return NULL;
}

static void eject(struct settling *s, uint32_t unit, const struct candidate *c, uint32_t *out)
{
	const struct timeline *t = &s->p->board[c->lane];
	size_t i = timeline_seek(t, s->p->items[s->p->units[unit].item].during.start);

	for (size_t n = 0; n < c->ejected; n++) {
		out[n] = (uint32_t)t->entries[i].booking - 1;
		packing_take(s->p, out[n]);
		s->waiting[s->n_waiting++] = out[n];
	}
	s->moves_left -= c->ejected;
	packing_put(s->p, unit, c->lane);
	s->is_final[unit - s->first] = true;
}

static void undo(struct settling *s, uint32_t unit, const struct candidate *c, const uint32_t *out)
{
	s->is_final[unit - s->first] = false;
	packing_take(s->p, unit);
	for (size_t n = 0; n < c->ejected; n++)
		packing_put(s->p, out[n], c->lane);
	s->moves_left += c->ejected;
	s->n_waiting -= c->ejected;
}

/* Gives lanes to all that wait; else leaves everything as it was. As deep as units wait or are
 * ejected. */
static int settle(struct settling *s, size_t depth)
{
	struct candidate *candidates = &s->candidates[depth * s->p->n_lanes];
	uint32_t out[PACKING_FEW_MOVES];
	int r = PACKING_E_UNSETTLED;
	uint64_t *tried;
	uint32_t unit;
	size_t n;

	if (s->n_waiting == 0)
		return PACKING_SETTLED;
	if (s->p->steps > s->limit)
		return PACKING_E_SPENT;
	unit = s->waiting[--s->n_waiting];
	tried = tried_by(s, unit);
	n = find_candidates(s, unit, tried, candidates);
	for (size_t i = 0; i < n && r == PACKING_E_UNSETTLED; i++) {
		eject(s, unit, &candidates[i], out);
		r = settle(s, depth + 1);
		if (r == PACKING_SETTLED)
			return r;
		undo(s, unit, &candidates[i], out);
		if (tried)
			packing_add(tried, candidates[i].lane);
	}
	s->waiting[s->n_waiting++] = unit;
	return r;
}

static bool collect_fresh(struct settling *s, uint32_t end)
{
	for (uint32_t unit = s->first; unit < end; unit++) {
		if (s->p->units[unit].lane != PACKING_NOWHERE)
			continue;
		if (s->n_fresh == WAITING_MAX)
			return false;
		s->fresh[s->n_fresh++] = unit;
	}
	for (size_t i = s->n_fresh; i-- > 0;)
		s->waiting[s->n_waiting++] = s->fresh[i];
	return true;
}

int packing_settle(struct packing *p, struct packing_stretch stretch, uint64_t budget)
{
	uint32_t end = packing_stretch_end(p, stretch);
	struct settling s = {
	    .p = p,
	    .limit = p->steps + budget,
	    .first = p->items[stretch.from].unit,
	};
	int r = PACKING_E_UNSETTLED;

	if (!collect_fresh(&s, end))
		return PACKING_E_SPENT;
	s.is_final = arena_new_n(&p->scratch, bool, end - s.first);
	s.tried = arena_new_n(&p->scratch, uint64_t, s.n_fresh * p->n_words);
	s.candidates = arena_new_n(&p->scratch, struct candidate,
				   (s.n_fresh + PACKING_FEW_MOVES + 1) * p->n_lanes);
	for (size_t moves = 0; moves <= PACKING_FEW_MOVES && r == PACKING_E_UNSETTLED; moves++) {
		s.moves_left = moves;
		r = settle(&s, 0);
	}
	return r;
}

struct chain {
	uint32_t lanes[2];
	struct span hull;
	uint32_t *units[2]; /* on each lane; room for all of the stretch */
	size_t n[2];
};

static bool widen(const struct timeline *t, struct span *hull)
{
	struct span before = *hull;

	for (size_t i = timeline_seek(t, hull->start); i < t->n; i++) {
		struct span s = t->entries[i].span;

		if (s.start >= hull->end)
			break;
		hull->start = s.start < hull->start ? s.start : hull->start;
		hull->end = s.end > hull->end ? s.end : hull->end;
	}
	return !span_equals(before, *hull);
}

static void chain_collect(const struct packing *p, struct chain *c)
{
	while (widen(&p->board[c->lanes[0]], &c->hull) || widen(&p->board[c->lanes[1]], &c->hull))
		;
	for (int side = 0; side < 2; side++) {
		const struct timeline *t = &p->board[c->lanes[side]];

		c->n[side] = 0;
		for (size_t i = timeline_seek(t, c->hull.start); i < t->n; i++) {
			if (t->entries[i].span.start >= c->hull.end)
				break;
			c->units[side][c->n[side]++] = (uint32_t)t->entries[i].booking - 1;
		}
	}
}

/* How many more are at home afterwards; not above 0 where one may not use its new lane. */
static int64_t chain_gain(struct packing *p, const struct chain *c)
{
	int64_t gain = 0;

	p->steps += c->n[0] + c->n[1] + 1;
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < c->n[side]; i++) {
			const struct packing_item *it = &p->items[p->units[c->units[side][i]].item];

			if (!packing_has(it->domain, c->lanes[!side]))
				return 0;
			gain += packing_has(it->homes, c->lanes[!side]);
			gain -= packing_has(it->homes, c->lanes[side]);
		}
	return gain;
}

static void chain_swap(struct packing *p, const struct chain *c)
{
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < c->n[side]; i++)
			packing_take(p, c->units[side][i]);
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < c->n[side]; i++)
			packing_put(p, c->units[side][i], c->lanes[!side]);
}

static bool holds_lane(struct packing *p, const struct packing_item *it, uint32_t lane)
{
	p->steps += it->need;
	for (uint32_t i = 0; i < it->need; i++)
		if (p->units[it->unit + i].lane == lane)
			return true;
	return false;
}

static bool bring_home(struct packing *p, uint32_t unit, struct chain *c)
{
	const struct packing_item *it = &p->items[p->units[unit].item];

	for (uint32_t i = 0; i < it->need; i++) {
		uint32_t home = p->units[it->unit + i].home;

		if (home == PACKING_NOWHERE || holds_lane(p, it, home))
			continue;
		c->lanes[0] = p->units[unit].lane;
		c->lanes[1] = home;
		c->hull = it->during;
		chain_collect(p, c);
		if (chain_gain(p, c) > 0) {
			chain_swap(p, c);
			return true;
		}
	}
	return false;
}

void packing_improve(struct packing *p, struct packing_stretch s, uint64_t budget)
{
	uint32_t first = p->items[s.from].unit, end = packing_stretch_end(p, s);
	uint64_t limit = p->steps + budget;
	struct chain c = {.units = {arena_new_n(&p->scratch, uint32_t, end - first),
				    arena_new_n(&p->scratch, uint32_t, end - first)}};
	bool helped = true;

	while (helped && p->steps < limit) {
		helped = false;
		for (uint32_t unit = first; unit < end && p->steps < limit; unit++)
			if (!packing_has(p->items[p->units[unit].item].homes, p->units[unit].lane))
				helped |= bring_home(p, unit, &c);
	}
}
