/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The exact search: lanes in order of time, with backtracking, for items that may use different
 * lanes.
 *
 * Three things keep it from trying what cannot differ or cannot be:
 *
 * - Lanes are alike from an item on when all items from there on may use either both or none. Among
 * free lanes that are alike, one is tried. Lanes become more alike as time goes on. The units of
 * one item are alike too: what an earlier one has tried in vain, a later one does not try again.
 * - What the rest of the work can see of the past is when each lane becomes free, up to lanes that
 * are alike. Situations that led nowhere are remembered, so that work far back, which has nothing
 * to do with a dead end, is not redone in all its variants. A situation is recognised by a 128-bit
 * sum of hashes.
 * - After each item, every instant of its span is looked at by itself (Hall's condition): who
 * cannot be there together is seen before time gets there.
 *
 * Half of the budget goes to the order of trial that leaves people where they are, the rest to the
 * one that saves the lanes in demand; what the first has learnt, the second knows. All of it is
 * iterative: an item's need may be hundreds.
 */
#include "lib/packing_parts.h"

#include <stdlib.h>
#include <string.h>

#include "lib/table.h"

#define KNOWN_FIRST_CAP 1024
#define KNOWN_MAX_CAP (1 << 17) /* 2 MiB; past that nothing more is learnt */

struct situation {
	uint64_t a, b; /* both 0: an empty slot */
};

struct known {
	struct situation *slots;
	size_t n, cap;
};

struct step { /* per unit */
	uint32_t lane;
	int64_t was_until;
	uint64_t *tried; /* classes of lanes, by their first lane */
};

struct search {
	struct packing *p;
	struct packing_stretch s;
	struct packing_hall *hall;
	int64_t *until;	    /* per lane: the end of who took it last */
	uint32_t **classes; /* by item - s.from, up to s.to: per lane, the first lane like it */
	uint64_t *demand;   /* per lane */
	struct step *steps;
	size_t first, n; /* units of the stretch */
	struct known known;
	size_t deepest;
	uint64_t limit;
	bool saves_demand;
};

/* Splits the classes by membership in `domain`; the same array where this splits none. */
static uint32_t *refine(struct search *x, uint32_t *old, const uint64_t *domain)
{
	size_t n = x->p->n_lanes;
	uint32_t *heads = arena_new_n(&x->p->scratch, uint32_t, n * 2);
	uint32_t *fresh = arena_new_n(&x->p->scratch, uint32_t, n);
	bool splits = false;

	memset(heads, 0xff, n * 2 * sizeof(*heads));
	for (uint32_t lane = 0; lane < n; lane++) {
		uint32_t *head = &heads[old[lane] * 2 + packing_has(domain, lane)];

		if (*head == PACKING_NOWHERE)
			*head = lane;
		fresh[lane] = *head;
		splits |= fresh[lane] != old[lane];
	}
	return splits ? fresh : old;
}

static void find_classes(struct search *x)
{
	size_t n = x->s.to - x->s.from;

	x->classes = arena_new_n(&x->p->scratch, uint32_t *, n + 1);
	x->classes[n] = arena_new_n(&x->p->scratch, uint32_t, x->p->n_lanes);
	for (size_t i = n; i-- > 0;)
		x->classes[i] = refine(x, x->classes[i + 1], x->p->items[x->s.from + i].domain);
	x->p->steps += n * x->p->n_lanes;
}

static void find_demand(struct search *x)
{
	for (size_t i = x->s.from; i < x->s.to; i++) {
		const struct packing_item *it = &x->p->items[i];
		uint64_t share = 1000 * (uint64_t)it->need / packing_count(x->p, it->domain);

		for (size_t lane = 0; lane < x->p->n_lanes; lane++)
			if (packing_has(it->domain, lane))
				x->demand[lane] += share;
	}
}

static struct situation situation_now(const struct search *x, size_t item)
{
	const uint32_t *class = x->classes[item - x->s.from];
	int64_t now = x->p->items[item].during.start;
	struct situation s = {hash_number(1, item), hash_number(2, item)};

	for (size_t lane = 0; lane < x->p->n_lanes; lane++) {
		uint64_t busy_until = x->until[lane] > now ? (uint64_t)x->until[lane] : 0;
		uint64_t h = hash_number(hash_number(3, class[lane]), busy_until);

		s.a += h;
		s.b += hash_number(h, ~busy_until);
	}
	return s;
}

static struct situation *known_slot(struct situation *slots, size_t cap, struct situation s)
{
	size_t i = s.a & (cap - 1);

	while ((slots[i].a || slots[i].b) && (slots[i].a != s.a || slots[i].b != s.b))
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

static bool is_known(const struct known *k, struct situation s)
{
	const struct situation *slot = k->cap ? known_slot(k->slots, k->cap, s) : NULL;

	return slot && (slot->a || slot->b);
}

static bool known_grow(struct known *k)
{
	size_t cap = k->cap ? k->cap * 2 : KNOWN_FIRST_CAP;
	struct situation *slots;

	if (k->n * 2 < k->cap)
		return true;
	if (cap > KNOWN_MAX_CAP)
		return false;
	slots = memory_new(cap * sizeof(*slots));
	for (size_t i = 0; i < k->cap; i++)
		if (k->slots[i].a || k->slots[i].b)
			*known_slot(slots, cap, k->slots[i]) = k->slots[i];
	free(k->slots);
	k->slots = slots;
	k->cap = cap;
	return true;
}

static void learn(struct known *k, struct situation s)
{
	struct situation *slot;

	if (!known_grow(k))
		return;
	slot = known_slot(k->slots, k->cap, s);
	k->n += !(slot->a || slot->b);
	*slot = s;
}

static const struct packing_item *item_of(const struct search *x, size_t i, size_t *ret_item)
{
	*ret_item = x->p->units[x->first + i].item;
	return &x->p->items[*ret_item];
}

/* Lower is tried earlier. */
static uint64_t lane_rank(const struct search *x, size_t item, uint32_t lane)
{
	const struct packing_item *it = &x->p->items[item];

	if (x->saves_demand)
		return x->demand[lane];
	if (packing_has(it->homes, lane))
		return 0;
	return 1 + x->demand[lane] +
	       (packing_next_home(x->p, lane, item) < it->during.end ? UINT64_MAX / 2 : 0);
}

static bool choose(struct search *x, size_t i, uint32_t *ret_lane)
{
	size_t item;
	const struct packing_item *it = item_of(x, i, &item);
	const uint32_t *class = x->classes[item + 1 - x->s.from];
	uint64_t best = UINT64_MAX;

	x->p->steps += x->p->n_lanes;
	for (uint32_t lane = 0; lane < x->p->n_lanes; lane++) {
		uint64_t rank;

		if (!packing_has(it->domain, lane) || x->until[lane] > it->during.start ||
		    packing_has(x->steps[i].tried, class[lane]))
			continue;
		rank = lane_rank(x, item, lane);
		if (rank < best) {
			best = rank;
			*ret_lane = lane;
		}
	}
	return best != UINT64_MAX;
}

static bool is_first_unit(const struct search *x, size_t i)
{
	return i == 0 || x->p->units[x->first + i].item != x->p->units[x->first + i - 1].item;
}

static bool is_last_unit(const struct search *x, size_t i)
{
	return i + 1 == x->n || is_first_unit(x, i + 1);
}

static void step_into(struct search *x, size_t i)
{
	struct step *step = &x->steps[i];

	if (is_first_unit(x, i)) {
		memset(step->tried, 0, x->p->n_words * sizeof(*step->tried));
		return;
	}
	memcpy(step->tried, step[-1].tried, x->p->n_words * sizeof(*step->tried));
	packing_drop(step->tried,
		     x->classes[x->p->units[x->first + i].item + 1 - x->s.from][step[-1].lane]);
}

static void step_back(struct search *x, size_t i)
{
	x->until[x->steps[i].lane] = x->steps[i].was_until;
}

/* Puts the unit on the next lane that is worth trying; false: there is none left. */
static bool step_on(struct search *x, size_t i)
{
	struct step *step = &x->steps[i];
	size_t item;
	const struct packing_item *it = item_of(x, i, &item);

	while (choose(x, i, &step->lane)) {
		packing_add(step->tried, x->classes[item + 1 - x->s.from][step->lane]);
		step->was_until = x->until[step->lane];
		x->until[step->lane] = it->during.end;
		if (!is_last_unit(x, i) ||
		    packing_hall_holds(x->hall, item + 1, x->s.to, it->during.end, x->until))
			return true;
		step_back(x, i);
		if (x->p->steps + x->hall->steps > x->limit)
			return false;
	}
	return false;
}

static bool is_dead_end(struct search *x, size_t i)
{
	size_t item;

	if (!is_first_unit(x, i))
		return false;
	item_of(x, i, &item);
	x->p->steps += x->p->n_lanes;
	return is_known(&x->known, situation_now(x, item));
}

static void remember(struct search *x, size_t i)
{
	size_t item;

	if (!is_first_unit(x, i))
		return;
	item_of(x, i, &item);
	if (item > x->deepest)
		x->deepest = item;
	learn(&x->known, situation_now(x, item));
}

static int run(struct search *x)
{
	size_t i = 0;

	for (size_t lane = 0; lane < x->p->n_lanes; lane++)
		x->until[lane] = INT64_MIN;
	step_into(x, 0);
	while (true) {
		bool on = step_on(x, i);

		if (x->p->steps + x->hall->steps > x->limit)
			return PACKING_E_BOUND;
		if (on && ++i == x->n)
			return PACKING_OK;
		if (on) {
			step_into(x, i);
			if (!is_dead_end(x, i))
				continue;
		} else {
			remember(x, i);
		}
		if (i == 0)
			return PACKING_E_FULL;
		step_back(x, --i);
	}
}

static void steps_init(struct search *x)
{
	uint64_t *sets = arena_new_n(&x->p->scratch, uint64_t, x->n * x->p->n_words);

	x->steps = arena_new_n(&x->p->scratch, struct step, x->n);
	for (size_t i = 0; i < x->n; i++)
		x->steps[i].tried = &sets[i * x->p->n_words];
}

int packing_search(struct packing *p, struct packing_stretch s, struct packing_hall *h,
		   uint32_t *lanes, size_t *ret_deepest)
{
	struct search x = {
	    .p = p,
	    .s = s,
	    .hall = h,
	    .until = arena_new_n(&p->scratch, int64_t, p->n_lanes),
	    .demand = arena_new_n(&p->scratch, uint64_t, p->n_lanes),
	    .first = p->items[s.from].unit,
	    .n = packing_stretch_end(p, s) - p->items[s.from].unit,
	    .deepest = s.from,
	};
	int r = PACKING_E_BOUND;

	h->steps = 0;
	find_classes(&x);
	find_demand(&x);
	steps_init(&x);
	for (int turn = 0; turn < 2 && r == PACKING_E_BOUND && p->steps < p->budget; turn++) {
		x.saves_demand = turn == 1;
		x.limit = turn ? p->budget : p->steps + (p->budget - p->steps) / 2;
		r = run(&x);
		p->steps += h->steps;
		h->steps = 0;
	}
	for (size_t i = 0; r == PACKING_OK && i < x.n; i++)
		lanes[i] = x.steps[i].lane;
	*ret_deepest = x.deepest;
	free(x.known.slots);
	return r;
}
