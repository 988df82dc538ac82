/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Which lanes for which job: repacking a pool, or finding that it cannot be done, and why.
 *
 * A job with a need of k stands for k jobs with the same span; no lane serves two at one moment.
 * Lanes are numbered from 0 here, as places in the caller's own list of them; bit i of a set is
 * lane i. Nothing is known of poles or bookings.
 *
 * What is guaranteed:
 * - Unpinned jobs that overlap, directly or through others, form a stretch, and each stretch is
 *   settled by itself: where nothing is new and nobody has lost a lane, nothing moves.
 * - Where all unpinned jobs of a stretch may use the same lanes, and no pinned one is in their way,
 *   the answer is OK or E_FULL, never E_BOUND, whatever the budget; and E_FULL only where at some
 *   instant they need more lanes than there are.
 * - Elsewhere the question is hard (list colouring of an interval graph). E_FULL is then a proof
 *   too: a set of jobs that need more lanes at one instant than they may use between them, found
 *   without regard to the budget, or an exact search that was exhausted within it.
 *   (That search recognises situations by 128 bits of hash and takes equal ones for the same.)
 * - Moves: `fewest` says that no answer has fewer. Up to PACKING_FEW_MOVES in a stretch they are
 *   tried in order of number, within a quarter of the budget, for up to 32 lanes wanted. Past
 *   that, jobs stay as long as the work in order of time allows, and what was moved is brought
 *   back by swapping two lanes for a while, as long as this helps: few, not fewest.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/span.h"

#define PACKING_FEW_MOVES 3
#define PACKING_BUDGET 2000000 /* some 10 ms; what an interactive request may cost */

struct packing_job {
	struct span during;	 /* not empty */
	uint32_t need;		 /* lanes at once, 1.. */
	const uint64_t *allowed; /* NULL: every lane; of no meaning where fixed */
	const uint32_t *fixed;	 /* pinned to these `need` lanes, all different; NULL: may move */
	/* Where it stands now; NULL: nowhere. Lanes that it may not use any more, that others stand
	 * on, or that are no longer there (>= n_lanes) are left. */
	const uint32_t *present;
	uint32_t n_present; /* differs from `need` when a job is growing or shrinking */
};

enum { PACKING_OK = 0, PACKING_E_FULL = 1, PACKING_E_BOUND = 2 };

enum packing_proof {
	PACKING_PROOF_PINNED, /* two pinned jobs want the same lane */
	PACKING_PROOF_COUNT,  /* at `at`, the jobs need more lanes than they may use between them */
	PACKING_PROOF_SEARCH, /* all ways were tried; the jobs are those around the furthest point
				 reached */
};

struct packing_witness {
	enum packing_proof proof;
	int64_t at;
	const size_t *jobs; /* indices: first those that may move, then pinned ones in their way */
	size_t n_jobs;
	uint64_t need;	/* COUNT: lanes needed at `at` by the jobs that may move */
	uint64_t lanes; /* COUNT: lanes that these may use, the pinned ones' taken off */
};

struct packing_answer {
	uint32_t **lanes; /* OK: per job its `need` lanes, ascending */
	size_t n_moved;	  /* OK: lanes that jobs gave up though they need as many as before */
	bool fewest;	  /* OK: no answer has fewer */
	struct packing_witness witness; /* E_FULL */
	uint64_t steps;			/* work done that counts against the budget */
};

/* `budget` is in looks at one lane for one job, some nanoseconds each. The answer lives in `a`. */
int packing_solve(size_t n_lanes, const struct packing_job *jobs, size_t n_jobs, uint64_t budget,
		  struct arena *a, struct packing_answer *ret);

/*
 * The most lanes that the jobs need at one instant of the window, and in ret_when (NULL: not asked)
 * the first such instant; 0 and the window's start where none falls into it. Whoever else asks for
 * k lanes fits as far as counting goes if peak + k <= lanes, and for jobs that may use every lane
 * that is all there is to it.
 */
int64_t packing_peak(const struct packing_job *jobs, size_t n_jobs, struct span window,
		     int64_t *ret_when);

/* Sets of lanes. */
static inline size_t packing_words(size_t n_lanes)
{
	return (n_lanes + 63) / 64;
}

static inline bool packing_has(const uint64_t *set, size_t lane)
{
	return set[lane / 64] >> (lane % 64) & 1;
}

static inline void packing_add(uint64_t *set, size_t lane)
{
	set[lane / 64] |= (uint64_t)1 << (lane % 64);
}

static inline void packing_drop(uint64_t *set, size_t lane)
{
	set[lane / 64] &= ~((uint64_t)1 << (lane % 64));
}
