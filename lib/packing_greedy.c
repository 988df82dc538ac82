/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lanes in order of time, without ever going back.
 *
 * Where all items may use the same lanes, this is all it takes. Interval graphs are perfect: where
 * at no instant more is needed than there is, whoever starts next finds enough free lanes,
 * whichever the earlier ones took. So every choice is right and only taste is left: an item stays
 * at home where home is free; else it takes lanes on which it disturbs nobody's home, the tightest
 * first; else those whose next owner comes latest. Where domains differ, the same often works, and
 * costs little where it does not.
 */
#include "lib/packing_parts.h"

#include <stdlib.h>

struct choice {
	uint32_t lane;
	int64_t next; /* who stands there next starts then */
	bool disturbs;
};

struct greedy {
	struct packing *p;
	int64_t *until;		/* per lane: the end of who took it last */
	struct choice *choices; /* room for one per lane */
};

static int better_first(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;
	bool earlier = x->next < y->next;

	if (x->disturbs != y->disturbs)
		return x->disturbs ? 1 : -1;
	if (x->next == y->next)
		return x->lane < y->lane ? -1 : 1;
	return earlier == x->disturbs ? 1 : -1;
}

static void give(struct greedy *g, const struct packing_item *it, uint32_t *slot, uint32_t lane)
{
	*slot = lane;
	g->until[lane] = it->during.end;
}

static size_t stay(struct greedy *g, const struct packing_item *it, uint32_t *slots)
{
	size_t given = 0;

	for (uint32_t i = 0; i < it->need; i++) {
		uint32_t home = g->p->units[it->unit + i].home;

		if (home != PACKING_NOWHERE && g->until[home] <= it->during.start)
			give(g, it, &slots[given++], home);
	}
	return given;
}

static bool place(struct greedy *g, size_t item, uint32_t *slots)
{
	const struct packing_item *it = &g->p->items[item];
	size_t given = stay(g, it, slots), n = 0;

	if (given == it->need)
		return true;
	for (uint32_t lane = 0; lane < g->p->n_lanes; lane++)
		if (packing_has(it->domain, lane) && g->until[lane] <= it->during.start) {
			int64_t next = packing_next_home(g->p, lane, item);

			g->choices[n++] = (struct choice){lane, next, next < it->during.end};
		}
	if (n < it->need - given)
		return false;
	qsort(g->choices, n, sizeof(*g->choices), better_first);
	for (size_t i = 0; given < it->need; i++)
		give(g, it, &slots[given++], g->choices[i].lane);
	return true;
}

bool packing_greedy(struct packing *p, struct packing_stretch s, uint32_t *lanes)
{
	struct greedy g = {
	    .p = p,
	    .until = arena_new_n(&p->scratch, int64_t, p->n_lanes),
	    .choices = arena_new_n(&p->scratch, struct choice, p->n_lanes),
	};

	for (size_t lane = 0; lane < p->n_lanes; lane++)
		g.until[lane] = INT64_MIN;
	for (size_t item = s.from; item < s.to; item++)
		if (!place(&g, item, &lanes[p->items[item].unit - p->items[s.from].unit]))
			return false;
	return true;
}
