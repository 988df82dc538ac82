/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What must hold after every command, found out the slow way: by looking through all bookings,
 * which are kept here apart from the pole, and by asking anew.
 */

#include "tests/simulation/world.h"

struct ledger {
	struct booking **images; /* by number, a reference each; NULL: none */
	int64_t n;		 /* the highest number */
	size_t every;		 /* the slowest look only at every so many-th command; 0: never */
	uint64_t n_broken;
	uint64_t n_moves, n_overlap_looks, n_quota_looks, n_queue_looks,
	    n_refusals;	   /* that were made */
	const char *label; /* of the run, where it tells what is broken */
};

struct world_watch ledger_watch(struct ledger *l);
void ledger_clear(struct ledger *l);
