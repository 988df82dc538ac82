/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The waiting list. There is one a pole; who wants the same thing at overlapping times is ahead of or behind the other.
 *
 * Nobody jumps it: what becomes free, for whatever reason, is given or offered to those who wait in the same commit that
 * frees it (settle()), before anyone else's request is looked at. So at rest nobody waits for what could be had.
 */

#include "lib/decide.h"

/* Why one is before another. */
enum turn_why { TURN_DISPLACED, TURN_CLASS, TURN_FLOOR, TURN_FAIR_SHARE, TURN_LEAST_RECENT, TURN_DISTANCE, TURN_PEOPLE, TURN_FIRST_COME };
extern const char *const turn_why_words[];

/* Those that wait for what `b` wants, in order, `b` among them. */
struct queue_entry {
	const struct booking *booking;
	double ratio;	      /* of fair share */
	enum turn_why why; /* it is before the next; of the last, nothing */
};
void queue_around(const struct pole *p, const struct booking *b, int64_t now, struct arena *a, struct queue_entry **ret, size_t *ret_n);
struct turn queue_turn(const struct pole *p, const struct booking *b, int64_t now, struct arena *a);
/* The turns of all of pole_queue(), in its order. */
struct turn *queue_turns(const struct pole *p, int64_t now, struct arena *a, size_t *ret_n);

/*
 * After changes that `io` says, all applied to the pole: gives and offers what they freed to those who wait, first those
 * that were displaced or suspended, then in the queue's order (lib/claim.h). Applies what it changes, and appends it to `io`.
 * A second call does nothing. Costs nothing where nobody waits or nothing was freed; else see lib/settle.c.
 *
 * Freed are lanes that bookings gave up or outages kept, quotas of members whose bookings changed, persons who learnt
 * something, and anything by another policy. Where the policy has no waiting list, nobody is offered
 * anything, but places are given back.
 */
void settle(struct pole *p, int64_t now, struct arena *a, struct changes *io);
/* The same for what time alone makes possible: a quota whose window has passed, a horizon that opened, what was kept and is released.
 * Such things happen as a minute begins; who calls this before all else in each minute lets nobody jump the queue by them. Asks
 * everybody who waits. */
void settle_by_time(struct pole *p, int64_t now, struct arena *a, struct changes *io);

/* Makes room for a basket that found none by displacing others, where the policy gives the asker that right: they are in the changes, which
 * settle() follows to find them other places; and the basket is placed in the plan, which alone says what others are moved. false: no right,
 * or no use. */
struct basket;
bool displace(struct basket *b, int64_t shift_s, struct changes *ret_changes);
