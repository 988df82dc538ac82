/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A refusal is mostly local: what cannot be is decided by what surrounds who waits. Where the items
 * that touch a window of time cannot be packed by themselves, the whole cannot either, and within
 * the window far more lanes are alike than over the whole stretch, so that the search may come to
 * its end. Windows grow from who waits outwards, as long as the search is exhausted within a small
 * part of the budget.
 */
#include "lib/packing_parts.h"

#define WINDOWS 4

static struct span waiting_hull(const struct packing *p, struct packing_stretch s)
{
	struct span hull = {TIME_NEVER, INT64_MIN};

	for (uint32_t u = p->items[s.from].unit; u < packing_stretch_end(p, s); u++) {
		struct span during = p->items[p->units[u].item].during;

		if (p->units[u].lane != PACKING_NOWHERE)
			continue;
		hull.start = during.start < hull.start ? during.start : hull.start;
		hull.end = during.end > hull.end ? during.end : hull.end;
	}
	return hull;
}

/* The items of the stretch that touch the window, as a packing of their own with nobody at home.
 * ret_origin: which they were. */
static void cut(const struct packing *p, struct packing_stretch s, struct span window,
		struct packing *part, size_t **ret_origin)
{
	size_t *origin = arena_new_n(&part->scratch, size_t, s.to - s.from);
	uint32_t next = 0;

	part->items = arena_new_n(&part->scratch, struct packing_item, s.to - s.from);
	part->board = arena_new_n(&part->scratch, struct timeline, p->n_lanes);
	part->units = arena_new_n(&part->scratch, struct packing_unit,
				  packing_stretch_end(p, s) - p->items[s.from].unit);
	for (size_t i = s.from; i < s.to; i++) {
		struct packing_item *it = &part->items[part->n_items];

		if (!span_overlaps(p->items[i].during, window))
			continue;
		*it = p->items[i];
		it->homes = arena_new_n(&part->scratch, uint64_t, p->n_words);
		it->unit = next;
		while (next < it->unit + it->need)
			part->units[next++] = (struct packing_unit){
			    (uint32_t)part->n_items, PACKING_NOWHERE, PACKING_NOWHERE};
		origin[part->n_items++] = i;
	}
	part->n_units = next;
	*ret_origin = origin;
}

static int search_window(struct packing *p, struct packing_stretch s, struct span window,
			 size_t *ret_deepest)
{
	struct packing part = {
	    .n_lanes = p->n_lanes, .n_words = p->n_words, .all = p->all, .budget = p->budget / 16};
	struct packing_stretch all = {0};
	struct packing_hall h;
	size_t *origin, deepest;
	uint32_t *lanes;
	int r;

	cut(p, s, window, &part, &origin);
	all.to = part.n_items;
	lanes = arena_new_n(&part.scratch, uint32_t, part.n_units);
	packing_hall_init(&h, &part, all);
	r = packing_search(&part, all, &h, lanes, &deepest);
	p->steps += part.steps;
	if (r == PACKING_E_FULL)
		*ret_deepest = origin[deepest];
	arena_clear(&part.scratch);
	return r;
}

/* By half its length on both sides, as far as time goes. */
static struct span widen(struct span s)
{
	int64_t margin = (int64_t)(((uint64_t)s.end - (uint64_t)s.start) / 2);

	s.start = s.start > INT64_MIN + margin ? s.start - margin : INT64_MIN;
	s.end = s.end < TIME_NEVER - margin ? s.end + margin : TIME_NEVER;
	return s;
}

bool packing_window_refutes(struct packing *p, struct packing_stretch s, size_t *ret_deepest)
{
	struct span window = waiting_hull(p, s);
	int r = PACKING_OK;

	for (int i = 0; i < WINDOWS && r == PACKING_OK; i++) {
		window = widen(window);
		r = search_window(p, s, window, ret_deepest);
	}
	return r == PACKING_E_FULL;
}
