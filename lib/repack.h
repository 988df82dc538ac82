/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Room made in a pool by moving others, where the policy lets it. Only bookings move that nobody
 * pinned, that are not checked out and whose start is still ahead (confirmed, requested, held: of
 * none of them was a unit promised), each to a unit at the same site that has all it asked for;
 * nobody is told another time or place. Pools whose things move between sites or share buffers are
 * left as they are, and so are wholes made of parts: the search of lib/packing.h is about lanes and
 * spans, and there how long a booking keeps a lane depends on who stands next to it (a buffer that
 * one member's bookings share, the way from one site to the next), so that its answer would not be
 * exact.
 */

#include "lib/plan.h"
#include "lib/trial.h"

enum { REPACK_OK = 0, REPACK_E_FULL = 1, REPACK_E_BOUND = 2 };

/* Finds units for the trial at `s` and moves others in the plan. `own`: the booking that is being
 * made, whose entries in the plan stay. */
int repack(const struct trial *t, struct span s, int64_t own, struct plan *plan, struct arena *a,
	   const struct unit **ret);
