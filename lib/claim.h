/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* How strong the claim of a booking that waits is, and on what: what orders the queue is compared
 * here and nowhere else. */

#include "lib/queue.h"
#include "lib/share.h"

struct claim {
	const struct booking *booking;
	bool is_first; /* displaced or suspended: before all that only wait */
	int64_t since; /* those: when it was made; others: when it was asked for */
	size_t class;  /* its place in the classes' order; a class not named: behind all that are */
	bool below_floor;
	double share;	  /* as shares_key() */
	int64_t last_use; /* end of the member's last booking of the thing, of the last LOOK_BACK_MOST_S; INT64_MIN: none */
	uint32_t distance_km, people;
};
/* Only what the policy's order compares is looked up. */
struct claim claim_of(const struct pole *p, const struct booking *b, struct shares *s);
/* < 0: a goes first; > 0: b does; never 0 for two bookings. */
int claim_compare(const struct conflict_rules *c, const struct claim *a, const struct claim *b,
		  enum turn_why *ret_why);

/* Whether both have a leaf in common: one is the other, or a part of it, or has a part in common
 * with it. */
bool things_meet(const struct resource *a, const struct resource *b);
/* The times at which an item could be, as far as its booking is flexible, buffers included. */
struct span claim_reach(const struct booking *b, const struct item *i, const struct resource *r);
/* Whether having the one could keep the other from its own. */
bool claims_compete(const struct pole *p, const struct booking *a, const struct booking *b);
