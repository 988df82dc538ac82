/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether, at every instant by itself, all items find lanes: a necessary condition, and where it
 * fails a proof that people can read (Hall's: some items need more lanes than they may use between
 * them).
 *
 * It is enough to look at the starts of items, since what is present together is present together
 * at the last of their starts. The matching of items to lanes is carried along from start to start:
 * who has ended gives back its lanes, who starts looks for an augmenting path, which is mostly a
 * free lane. Only the matching is carried, not a plan: a lane may change hands from one instant to
 * the next, which a real assignment may not.
 */
#include "lib/packing_parts.h"

#include <string.h>

void packing_hall_init(struct packing_hall *h, struct packing *p, struct packing_stretch s)
{
	size_t n = s.to - s.from;

	*h = (struct packing_hall){
	    .p = p,
	    .from = s.from,
	    .owner = arena_new_n(&p->scratch, uint32_t, p->n_lanes),
	    .free = arena_new_n(&p->scratch, uint64_t, p->n_words),
	    .seen = arena_new_n(&p->scratch, uint64_t, p->n_words),
	    .reached_by = arena_new_n(&p->scratch, uint32_t, p->n_lanes),
	    .avail = arena_new_n(&p->scratch, uint64_t, n * p->n_words),
	    .via = arena_new_n(&p->scratch, uint32_t, n),
	    .round = arena_new_n(&p->scratch, uint64_t, n),
	    .queue = arena_new_n(&p->scratch, uint32_t, n),
	};
}

static uint64_t *avail_of(const struct packing_hall *h, size_t item)
{
	return &h->avail[(item - h->from) * h->p->n_words];
}

static void reach(struct packing_hall *h, uint32_t item, uint32_t via)
{
	if (h->round[item - h->from] == h->rounds)
		return;
	h->round[item - h->from] = h->rounds;
	h->via[item - h->from] = via;
	h->queue[h->n_queue++] = item;
}

static void give(struct packing_hall *h, uint32_t lane, uint32_t item)
{
	h->owner[lane] = item;
	packing_drop(h->free, lane);
}

/* The path ends at a free lane: each item on it hands the lane through which it was reached to the
 * one before. */
static void flip(struct packing_hall *h, uint32_t lane, uint32_t item)
{
	while (true) {
		uint32_t via = h->via[item - h->from];

		give(h, lane, item);
		if (via == PACKING_NOWHERE)
			return;
		lane = via;
		item = h->reached_by[lane];
	}
}

static bool take_free(struct packing_hall *h, uint32_t item)
{
	const uint64_t *avail = avail_of(h, item);

	for (size_t w = 0; w < h->p->n_words; w++) {
		uint64_t both = avail[w] & h->free[w];

		if (both) {
			flip(h, (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(both), item);
			return true;
		}
	}
	return false;
}

static void reach_owners(struct packing_hall *h, uint32_t item)
{
	const uint64_t *avail = avail_of(h, item);

	for (size_t w = 0; w < h->p->n_words; w++) {
		for (uint64_t left = avail[w] & ~h->seen[w]; left; left &= left - 1) {
			uint32_t lane = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(left);

			h->reached_by[lane] = item;
			reach(h, h->owner[lane], lane);
			h->steps++;
		}
		h->seen[w] |= avail[w];
	}
}

/* One lane more for the item, by an augmenting path. */
static bool augment(struct packing_hall *h, uint32_t item)
{
	memset(h->seen, 0, h->p->n_words * sizeof(*h->seen));
	h->rounds++;
	h->n_queue = 0;
	reach(h, item, PACKING_NOWHERE);
	for (size_t i = 0; i < h->n_queue; i++) {
		h->steps += h->p->n_words;
		if (take_free(h, h->queue[i]))
			return true;
		reach_owners(h, h->queue[i]);
	}
	return false;
}

static void release_ended(struct packing_hall *h, int64_t now)
{
	for (size_t w = 0; w < h->p->n_words; w++)
		for (uint64_t left = h->p->all[w] & ~h->free[w]; left; left &= left - 1) {
			uint32_t lane = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(left);

			if (h->p->items[h->owner[lane]].during.end <= now)
				packing_add(h->free, lane);
		}
	h->steps += h->p->n_words;
}

static void find_avail(struct packing_hall *h, size_t item, const int64_t *until)
{
	const struct packing_item *it = &h->p->items[item];
	uint64_t *avail = avail_of(h, item);

	memcpy(avail, it->domain, h->p->n_words * sizeof(*avail));
	if (!until)
		return;
	for (size_t lane = 0; lane < h->p->n_lanes; lane++)
		if (until[lane] > it->during.start)
			packing_drop(avail, lane);
	h->steps += h->p->n_lanes;
}

bool packing_hall_holds(struct packing_hall *h, size_t first, size_t to, int64_t horizon,
			const int64_t *until)
{
	const struct packing_item *items = h->p->items;

	memcpy(h->free, h->p->all, h->p->n_words * sizeof(*h->free));
	for (size_t item = first; item < to && items[item].during.start < horizon; item++) {
		release_ended(h, items[item].during.start);
		find_avail(h, item, until);
		for (uint32_t i = 0; i < items[item].need; i++)
			if (!augment(h, (uint32_t)item)) {
				h->failed_at = item;
				return false;
			}
	}
	return true;
}
