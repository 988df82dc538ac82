/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * How busy a pool is over time, and when it has room: questions to the timelines of its lanes,
 * within a window. Nothing is copied but what is answered; the work grows with the entries inside
 * the window, and for the two searches with those up to the answer.
 */

#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/timeline.h"

struct profile_pool {
	const struct timeline *const *lanes;
	size_t n_lanes;
	struct span
	    window;	/* the start not before 1 << 61 seconds ago; the end may be TIME_NEVER */
	int64_t except; /* entries of this booking do not count; 0: all do */
};

struct profile_step { /* holds up to the next step, the last to the window's end */
	int64_t from;
	uint32_t busy; /* lanes; differs from the step before */
};

/* The first step begins with the window; none where the window is empty. */
void profile_steps(const struct profile_pool *p, struct arena *a, struct profile_step **ret,
		   size_t *ret_n);

enum { PROFILE_OK = 0, PROFILE_E_NONE = 1 };
/* The first start from which `need` (1..) lanes, the same ones throughout, are free for length_s
 * (1..), all inside the window: what can be had with nobody moved. */
int profile_first_gap(const struct profile_pool *p, uint32_t need, int64_t length_s,
		      int64_t *ret_start);
/* The same where at every instant some `need` lanes are free: what repacking can make room for,
 * certain where nobody is pinned (lib/packing.h). Never later than profile_first_gap. */
int profile_first_room(const struct profile_pool *p, uint32_t need, int64_t length_s,
		       int64_t *ret_start);
