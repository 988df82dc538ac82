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
#include "lib/state.h"

enum { BOOKING_MAX_ITEMS = 64, BOOKING_MAX_QUANTITY = 500, BOOKING_MAX_LANES = 2000 };

enum item_state { ITEM_PRESENT, ITEM_CANCELLED, N_ITEM_STATES };
extern const char *const item_state_words[N_ITEM_STATES];

enum item_via {
	ITEM_ASKED,
	ITEM_REQUIRED, /* another item of the booking takes it along */
	ITEM_SKILL,    /* the same, for what the person can do */
	N_ITEM_VIAS
};
extern const char *const item_via_words[N_ITEM_VIAS];

/* One thing of a booking, with its own time. */
struct item {
	uint32_t resource; /* as asked: a leaf or a composite */
	uint32_t lane; /* the unit asked for, which pins the item to it; 0: any */
	uint32_t quantity; /* 1..BOOKING_MAX_QUANTITY */
	uint8_t via; /* enum item_via */
	uint8_t state; /* enum item_state */
	uint16_t of; /* the item that takes it along; 0 where asked */
	struct span span; /* without buffers */
	const char *having; /* "seats>=7 hitch=true"; "" where nothing was asked */
};

struct allocation {
	uint32_t resource; /* number of a leaf resource */
	uint32_t lane;
	struct span during; /* buffers included */
	uint32_t item; /* the one that it is for */
};

enum { DETAILS_DECLARED = 96 };

/* What only some bookings have to say; all 0 where it does not apply. */
struct details {
	int64_t queued_at; /* asked at, for the order of the queue; stays when it is offered or granted */
	struct span within; /* what it may be moved about in while it waits; empty: its own time only */
	int64_t out_at, back_at;
	uint32_t used_by; /* who really used it; a person */
	bool has_meter_out, has_meter_back;
	int64_t meter_out, meter_back; /* readings, in tenths of the resource's unit */
	uint32_t decided_by; /* who approved, declined or settled; a person */
	uint8_t forfeit;     /* per cent of the price that a late cancellation or a no-show owes */
	bool waived;	     /* that it owes nothing: somebody else took the time */
	uint8_t dispute;     /* enum dispute */
	int64_t swap_with;   /* the booking that it is proposed to be exchanged for */
	int64_t displaced_by; /* a booking */
	int64_t outage;	     /* that suspended it */
	uint8_t was;	     /* enum booking_state before it was displaced or suspended: what it becomes again */
	uint32_t distance_km, people; /* as declared, for the order of the queue */
	uint8_t forfeit_least; /* what a cancellation would owe at least: it was moved away late */
	int64_t booked_until;  /* its end as booked, where it was brought back before; 0: the span says it */
	int64_t delayed_by;    /* the booking that is late on its unit */
	struct span swap_span; /* of swap_with, when it was proposed: what is agreed to */
	struct span passed;    /* the last offer that it turned down to go on waiting: nothing that touches it is offered again */
	uint32_t disputed_by;  /* a person */
	char declared[DETAILS_DECLARED]; /* of what waits: words that were declared with it, parted by spaces */
};
enum dispute { DISPUTE_NONE, DISPUTE_OPEN, DISPUTE_UPHELD, DISPUTE_DISMISSED, N_DISPUTES };
extern const char *const dispute_words[N_DISPUTES];

struct booking {
	uint32_t refs;
	enum booking_state state;
	int64_t number; /* 1.., the pole's own count */
	uint32_t resource; /* of the first item */
	uint32_t member;
	uint32_t person; /* who it is for */
	uint32_t made_by; /* who made it; differs when booked on behalf */
	struct span span; /* from the first start to the last end of its items */
	int64_t made_at;
	int64_t ended_at; /* cancelled, declined, expired, released at; 0: not */
	int64_t series; /* the series that it belongs to; 0: none */
	int64_t occurrence; /* its original start in the series; 0: none */
	int64_t due_at; /* when time does something to it (a hold expires, nobody came, it should be back); 0: never */
	struct details *details; /* owned; NULL: none */
	const char *purpose; /* "" if none; free text, never in the log */
	struct item *items; /* never none */
	size_t n_items;
	size_t n_allocations; /* a cancelled item keeps those that it had: what occupies, see below */
	struct allocation allocations[]; /* in order of item, resource, lane */
};

/* A booking of one thing: one item, of which nothing but a unit is asked. */
struct item item_of(uint32_t resource, uint32_t lane, struct span span);
/* refs 1; resource and span are set from the items, which are copied with their texts. */
struct booking *booking_new(const char *purpose, const struct item *items, size_t n_items, size_t n_allocations);
/* A copy to be altered before it is shared; room for n_allocations, the first of them copied. */
struct booking *booking_copy(const struct booking *b, size_t n_allocations);
/* Its details, to be altered before it is shared; made where there are none. */
struct details *booking_details(struct booking *b);
/* Of a booking without any: all 0. Never NULL. */
const struct details *booking_says(const struct booking *b);
/* Its end, or that which it was booked until, where it was brought back before. */
int64_t booking_until(const struct booking *b);
/* When it was cancelled, though it had begun: it was used until then. INT64_MIN: it was not. */
int64_t booking_used_until(const struct booking *b);
/* Whether time or a queue may still make something of it, however long ago it was: it stays in memory. */
bool booking_is_pending(const struct booking *b);
bool booking_is_offer(const struct booking *b); /* held, and has waited */
/* Sets resource and span from the items that are present; where none is, from all. */
void booking_sum_up(struct booking *b);
/* Puts the allocations in their order. */
void booking_sort(struct booking *b);
struct booking *booking_ref(struct booking *b);
void booking_unref(struct booking *b); /* takes NULL */

/* Whether it says no more than resource, span and perhaps a unit: what it is stored by then (a unit, by
 * the lane that it has). */
bool booking_is_plain(const struct booking *b);
/* Whether this allocation keeps others out: the booking's state and the item's do so. */
bool booking_occupies(const struct booking *b, const struct allocation *a);
bool item_is_pinned(const struct item *i);
/* How many allocations from `i` on differ in nothing but their lanes: they are written as one. */
size_t booking_run(const struct booking *b, size_t i);

/* The code people read and type: `B` and five or more of 0-9A-Z without I, L, O, U; the same number always gives
 * the same code, neighbours look unlike. buf at least 16 bytes. */
char *booking_code(int64_t number, char *buf, size_t n);
/* Case and the look-alikes I, L, O are forgiven. > 0: no such code. */
int booking_number_from_code(const char *code, int64_t *ret);
