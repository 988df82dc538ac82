/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the parts of packing share; nobody else includes this. */

#include "lib/packing.h"
#include "lib/timeline.h"

#define PACKING_NOWHERE UINT32_MAX

struct packing_item { /* a job that may move; items are in order of start */
	struct span during;
	uint32_t need;
	int64_t spare;	  /* lanes in its domain beyond its need */
	uint32_t unit;	  /* the first of its `need` units, which follow each other */
	size_t job;	  /* the caller's index */
	uint64_t *domain; /* lanes it may use: allowed, and free of pinned jobs during its span */
	uint64_t *homes;  /* of its units */
};

struct packing_unit { /* one lane's worth of an item */
	uint32_t item;
	uint32_t home; /* the lane where it stands and may stay; PACKING_NOWHERE */
	uint32_t lane; /* the lane that it has got on the board; PACKING_NOWHERE */
};

struct packing {
	size_t n_lanes, n_words;
	struct packing_item *items;
	size_t n_items;
	struct packing_unit *units;
	size_t n_units;
	uint64_t *all;		/* the set of all lanes */
	struct timeline *board; /* per lane: who has got it, as unit + 1 */
	uint64_t budget, steps;
	struct arena scratch;
};

struct packing_stretch { /* items [from, to): no other touches them in time */
	size_t from, to;
};

void packing_put(struct packing *p, uint32_t unit, uint32_t lane); /* onto the board */
void packing_take(struct packing *p, uint32_t unit);		   /* off the board */
uint32_t packing_stretch_end(const struct packing *p, struct packing_stretch s); /* in units */
size_t packing_count(const struct packing *p, const uint64_t *set);
/* The start of the first unit of a later item that stands on `lane` after the start of `item`. */
int64_t packing_next_home(const struct packing *p, uint32_t lane, size_t item);

/* packing_hall.c: whether, at every instant by itself, all items find lanes. */
struct packing_hall {
	const struct packing *p;
	size_t from;
	uint32_t *owner;      /* per lane: the item that has it at this instant */
	uint64_t *free;	      /* lanes without owner */
	uint64_t *seen;	      /* lanes reached */
	uint32_t *reached_by; /* per lane: the item from which it was reached */
	uint64_t *avail;      /* per item: lanes it may use */
	uint32_t *via;	      /* per item: the lane through which it was reached */
	uint64_t *round;      /* per item: the round in which it was reached last */
	uint32_t *queue;      /* items reached; after a failure, those that are too many */
	size_t n_queue;
	uint64_t rounds;
	uint64_t steps;
	size_t failed_at; /* after a failure: the item whose start is the instant */
};
void packing_hall_init(struct packing_hall *h, struct packing *p, struct packing_stretch s);
/*
 * Looks at the instants where items from `first` on start, before `horizon`. `until` (NULL: all
 * lanes are free) holds, per lane, the end of what earlier items put there.
 */
bool packing_hall_holds(struct packing_hall *h, size_t first, size_t to, int64_t horizon,
			const int64_t *until);

/* packing_moves.c: units without a lane get one while at most PACKING_FEW_MOVES others move. */
enum { PACKING_SETTLED = 0, PACKING_E_UNSETTLED = 1, PACKING_E_SPENT = 2 };
int packing_settle(struct packing *p, struct packing_stretch s, uint64_t budget);
/* Brings moved units back home by swapping two lanes for a while, as long as this helps. */
void packing_improve(struct packing *p, struct packing_stretch s, uint64_t budget);

/*
 * These two find lanes anew for all units of a stretch, into `lanes` (by unit), the board being
 * where they would rather stay. packing_greedy.c: may fail (false), but not where the items share
 * one domain and packing_hall_holds.
 */
bool packing_greedy(struct packing *p, struct packing_stretch s, uint32_t *lanes);
/* packing_search.c: exact. PACKING_OK, E_FULL (ret_deepest: the item that was never passed),
 * E_BOUND. */
int packing_search(struct packing *p, struct packing_stretch s, struct packing_hall *h,
		   uint32_t *lanes, size_t *ret_deepest);

/* packing_window.c: whether items around those that wait can be shown not to fit by themselves. */
bool packing_window_refutes(struct packing *p, struct packing_stretch s, size_t *ret_deepest);
