/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What one decision has done so far without any of it being applied: the allocations of what is to
 * be booked, and those of bookings that are moved to make room. A booking that the plan holds is
 * here as it will be; what the pole says of its lanes no longer counts.
 */

#include "lib/pole.h"

struct plan_entry {
	int64_t booking;
	uint32_t member;
	struct span span;      /* of its item */
	const struct site *at; /* where the thing is to be; NULL: at its own site */
	struct allocation allocation;
};

struct plan {
	struct arena *arena;
	struct plan_entry *entries;
	size_t n, cap;
	int64_t *held; /* bookings of the pole */
	size_t n_held, held_cap;
};

/* A plan that begins with what another has. NULL: with nothing. */
void plan_init(struct plan *p, const struct plan *start, struct arena *a);
void plan_add(struct plan *p, struct plan_entry e);
/* Takes a booking of the pole over: with its allocations, or (empty) without any. */
void plan_hold(struct plan *p, const struct pole *pole, const struct booking *b, bool empty);
/* Puts into `b`, a copy of `was`, what the plan has of its allocations; nothing if it is not held.
 */
void plan_take(const struct plan *p, const struct booking *was, struct booking *b);
bool plan_holds(const struct plan *p, int64_t booking);
/* A change for each booking of the pole that the plan has moved. `except`: this one's are the
 * caller's matter. */
void plan_changes(const struct plan *p, const struct pole *pole, int64_t except,
		  struct changes *ret);
