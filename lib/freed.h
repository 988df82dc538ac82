/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What changes made room for: lanes at times, what a member may have besides, what a person may do, or all at once. Who waits and is not
 * concerned was refused before, and would be again for the same reasons.
 */

#include "lib/pole.h"

struct freed_span {
	uint32_t resource; /* of an outage, perhaps a whole */
	struct span during;
};

struct freed {
	struct arena *arena;
	bool all; /* another policy */
	struct freed_span *spans;
	size_t n_spans, spans_cap;
	uint32_t *members; /* whose bookings changed: their quotas may have room, or they lost a place */
	size_t n_members, members_cap;
	uint32_t *persons; /* who may have learnt something */
	size_t n_persons, persons_cap;
};

/* Adds what these changes freed; all of them are applied. */
void freed_add(struct freed *f, const struct change *changes, size_t n);
bool freed_is_nothing(const struct freed *f);
/* Whether a booking that waits may have got a chance. ret_near: the only times at which that can be. It may be true in vain. */
bool freed_concerns(const struct freed *f, const struct pole *p, const struct booking *b, struct span *ret_near);
