/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The states of a booking, what each means for others, and every move between them: who may make it, and what it is
 * called. Everything that changes a booking's state asks this table; GRAMMAR.md draws it.
 */

#include <stdbool.h>
#include <stdint.h>

enum booking_state { /* the words are the protocol's */
	BOOKING_CONFIRMED,
	BOOKING_CANCELLED,
	BOOKING_DONE,	   /* brought back */
	BOOKING_HELD,	   /* taken until due_at, unless confirmed; an offer, where it waited before */
	BOOKING_REQUESTED, /* somebody has to approve it, until due_at */
	BOOKING_WAITING,   /* in the queue */
	BOOKING_OUT,	   /* checked out */
	BOOKING_DECLINED,
	BOOKING_EXPIRED,   /* a hold, an offer or a request that nobody answered, a wait that was in vain */
	BOOKING_DISPLACED, /* by a higher right; heads the queue */
	BOOKING_SUSPENDED, /* by an outage; heads the queue, and gets its own back when that is lifted */
	BOOKING_NO_SHOW,   /* released: nobody came */
	N_BOOKING_STATES
};
extern const char *const booking_state_words[N_BOOKING_STATES];
int booking_state_from_word(const char *word, enum booking_state *ret); /* > 0: no such state */

bool booking_state_occupies(enum booking_state s); /* keeps others out */
bool booking_state_counts(enum booking_state s);   /* counts towards quotas and shares, unless the quota leaves it out */
bool booking_state_queues(enum booking_state s);   /* is offered what becomes free */
bool booking_state_is_open(enum booking_state s);  /* something may still become of it */

/* What happened to a booking: logged with the change, told by WATCH, and the key of the table of moves. */
enum cause {
	CAUSE_NONE, /* asked for, and it stays as it is; or not said: logs from before causes were kept */
	CAUSE_BOOKED,
	CAUSE_HELD,
	CAUSE_REQUESTED,
	CAUSE_QUEUED,
	CAUSE_CONFIRMED, /* a hold, by its holder */
	CAUSE_OFFERED,
	CAUSE_ACCEPTED,
	CAUSE_PASSED,
	CAUSE_EXPIRED,
	CAUSE_APPROVED,
	CAUSE_DECLINED,
	CAUSE_MOVED,
	CAUSE_EXTENDED,
	CAUSE_REPACKED, /* to another unit, to make room */
	CAUSE_CANCELLED,
	CAUSE_GIVEN_BACK, /* one thing of several */
	CAUSE_OUT,
	CAUSE_BACK,
	CAUSE_LATE, /* still out at its end */
	CAUSE_DELAYED, /* the one before it is late */
	CAUSE_NO_SHOW,
	CAUSE_DISPLACED,
	CAUSE_SUSPENDED,
	CAUSE_REPLACED, /* displaced, suspended or delayed, and found another place at once or later */
	CAUSE_RESTORED, /* suspended, and got its own back */
	CAUSE_SWAP_PROPOSED,
	CAUSE_SWAP_WITHDRAWN,
	CAUSE_SWAPPED,
	CAUSE_DISPUTED,
	CAUSE_SETTLED, /* a dispute */
	CAUSE_WAIVED,  /* what a late cancellation owed: somebody else took it */
	N_CAUSES
};
extern const char *const cause_words[N_CAUSES];
int cause_from_word(const char *word, enum cause *ret); /* > 0: no such cause */

enum mover { /* who makes a move */
	MOVER_HOLDER = 1,  /* its own member's, by asker_may_alter() */
	MOVER_MANAGER = 2, /* who manages its resource, or is a coordinator */
	MOVER_DAEMON = 4,  /* time, an outage, room that others need */
};

/* Where `cause` leads from `from`, in the usual case where it may lead to several; > 0: nowhere, or not by this mover. Moves that leave the
 * state as it is have their rows, too. */
int state_move(enum booking_state from, enum cause cause, enum mover mover, enum booking_state *ret_to);
/* Whether one of these movers (bits) may bring it from `from` to `to` for that cause. */
bool state_may_move(enum booking_state from, enum booking_state to, enum cause cause, unsigned movers);
/* For walking the table: rows from 0 on; false at the end. */
struct state_row {
	enum booking_state from, to;
	enum cause cause;
	unsigned movers; /* bits of enum mover */
};
bool state_row(unsigned i, struct state_row *ret);
