/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A place for a booking that has none: it waits, or was displaced or suspended.
 *
 * Who waits is offered what was asked for, at the time asked for or else at the nearest that its flexibility allows; everything is asked of it
 * as of a new booking. Nothing that touches the time of an offer that it turned down is offered again.
 *
 * Who had a place gets, at its own time, where lead and horizon are not asked again: the very same; another unit at the same site (though
 * it had asked for that one: better another than none); one at another site; what stands in for the thing. Else the thing at another
 * time, as far as it said that it is flexible. It becomes again what it was: confirmed, requested or held.
 */

#include "lib/plan.h"

struct regaining {
	const struct pole *pole;
	const struct booking *booking; /* of the pole, but its state: WAITING, DISPLACED or SUSPENDED */
	const struct plan *start;      /* what is settled besides; NULL: nothing */
	struct span near;	       /* other times than its own are looked for only there */
	int64_t now;
	struct arena *arena;
};

#define REGAIN_TRIES_MAX 3000 /* times, for one booking */
/* Adds the changes: of others that are moved to make room, then its own. false: there is none now. */
bool regain(const struct regaining *g, struct changes *ret);
