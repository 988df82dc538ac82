/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A booking: what was asked and granted, and what it occupies. An image is never changed once it is made: a
 * change replaces one image by another. Images are shared by the pole and the changes that mention them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/span.h"

enum booking_state { /* the words are the protocol's; DESIGN draws the moves */
	BOOKING_CONFIRMED,
	BOOKING_CANCELLED,
	BOOKING_DONE,
	N_BOOKING_STATES
};
extern const char *const booking_state_words[N_BOOKING_STATES];
int booking_state_from_word(const char *word, enum booking_state *ret); /* > 0: no such state */
bool booking_state_occupies(enum booking_state s);

struct allocation {
	uint32_t resource; /* number of a leaf resource */
	uint32_t lane;
	struct span during; /* buffers included */
};

struct booking {
	uint32_t refs;
	int64_t number; /* 1.., the pole's own count */
	uint32_t resource, member;
	uint32_t person; /* who it is for */
	uint32_t made_by; /* who made it; differs when booked on behalf */
	enum booking_state state;
	bool pinned; /* its holder asked for that unit */
	struct span span; /* as asked: without buffers */
	int64_t made_at;
	int64_t ended_at; /* cancelled at; 0: not */
	const char *purpose; /* "" if none; free text, never in the log */
	size_t n_allocations;
	struct allocation allocations[];
};

struct booking *booking_new(const char *purpose, size_t n_allocations); /* refs 1 */
/* A copy to be altered before it is shared; room for n_allocations, the first of them copied. */
struct booking *booking_copy(const struct booking *b, size_t n_allocations);
struct booking *booking_ref(struct booking *b);
void booking_unref(struct booking *b); /* takes NULL */

/* The code people read and type: `B` and five or more of 0-9A-Z without I, L, O, U; the same number always gives
 * the same code, neighbours look unlike. buf at least 16 bytes. */
char *booking_code(int64_t number, char *buf, size_t n);
/* Case and the look-alikes I, L, O are forgiven. > 0: no such code. */
int booking_number_from_code(const char *code, int64_t *ret);
