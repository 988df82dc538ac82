/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Decisions: from a pole, a moment, who asks and what, to an answer and the changes that it takes. Nothing is changed
 * here; the same inputs always give the same answer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/change.h"
#include "lib/pole.h"
#include "lib/reason.h"

#define ALTERNATIVES_MAX 16

struct refusal { /* one reason; a refused request may have several */
	enum reason reason;
	const struct rule *rule; /* NULL: not by a written rule */
	struct place place; /* of the rule or of the resource's hours; line 0: none */
	struct limit limit; /* the number that was not kept, where a rule refused */
	int64_t used, wanted; /* QUOTA: what counts already, and what this would add, in the quota's measure */
	struct span window; /* QUOTA: over which it was counted; KEPT: until when it is kept (end); TOO_LONG, for a chain: all of it */
	uint32_t member; /* KEPT: for whom; 0: several */
	struct span open; /* REASON_CLOSED: the stretch nearest to what was asked in which it may start or end; empty: none */
	struct closed_why closed_why; /* REASON_CLOSED: the date and, for a holiday, an exception or a closure, its name */
	int64_t bound; /* LEAD: earliest start; HORIZON: latest start; OPENS: when it does; TOO_MANY: how many there are; OUTAGE: its end; else 0 */
	uint32_t item; /* of what was asked, from 0 */
	const struct resource *brought; /* it is about this, which should have come along for the item; NULL: about the item itself */
	const struct resource *needs; /* REASON_REQUIREMENT: what must come along; NULL: see skill */
	const char *skill; /* REASON_REQUIREMENT; NULL: none */
	int64_t other; /* a swap's: it is about the booking on the other side, of that number; 0: about the first */
};

struct conflict { /* who is in the way */
	const struct booking *booking;
	uint32_t resource, lane;
	struct span during; /* buffers included */
};

enum alternative_kind {
	ALTERNATIVE_OTHER_UNIT, /* same time, another unit of the same resource */
	ALTERNATIVE_STAND_IN,	/* same time, an equivalent resource */
	ALTERNATIVE_NEAREST,	/* same thing, nearest free time of the same (or nearest allowed) length */
	ALTERNATIVE_SHIFTED, /* all of it at another time; `span` from its first start to its last end */
	ALTERNATIVE_FEWER, /* same time, as many as there are */
	N_ALTERNATIVE_KINDS
};

struct alternative {
	enum alternative_kind kind;
	const struct resource *resource;
	const struct unit *unit; /* NULL: any, as was asked */
	struct span span;
	uint32_t quantity; /* FEWER; else 0: as asked */
	int64_t shift_s, shift_days; /* SHIFTED: every thing that much later; of days, at the same local time */
};

struct turn { /* in a queue: `place` of `n`, from 1, among those that want the same */
	size_t place, n;
};

struct answer {
	const struct booking *booking; /* granted: its new image (borrowed from the changes); else NULL */
	const struct booking *was; /* MOVE, EXTEND, CANCEL: its image before; of a move that changes nothing both are the pole's */
	struct refusal *refusals; /* in the order of testing; none: granted */
	size_t n_refusals;
	struct conflict *conflicts;
	size_t n_conflicts;
	/* Best first. Every one of them would be granted now to the same asker: as a new booking; or, for a move, as that
	 * move with its unit and span (nothing stands in for a move). See lib/alternatives.h. */
	struct alternative *alternatives;
	size_t n_alternatives;
	const struct rule *approval; /* granted as requested: the rule that wants it approved */
	struct turn turn; /* granted as waiting: its place in the queue; n 0: not in one */
};

struct asker {
	/* Who acts; NULL: the daemon itself, allowed everything. Of someone who is not there any more: person_nobody. */
	const struct person *person;
	int64_t now;
};

struct ask_item { /* one thing of several */
	const char *what, *unit; /* as in ask_book */
	uint32_t quantity; /* 0: one */
	const char *having; /* lib/wish.h; NULL: nothing */
	const char *at; /* the site where a thing that moves is to be; NULL: its own */
	struct span span;
	const struct resource *resource; /* what `what` and `unit` mean, for who has looked already; NULL: it is to be looked up */
	const struct unit *pinned;	 /* likewise; NULL: any */
};

struct ask_book {
	const struct ask_item *items; /* a basket, all or nothing; then what, unit, quantity, having, at, span, resource and pinned are not read */
	size_t n_items;
	uint32_t quantity;
	const char *having, *at;
	const char *const *declared; /* what is at hand: "own-hitch"; or, until qualifications are kept, held: "laser" */
	size_t n_declared;
	struct span within; /* not empty: any time within, `length` long, the best; then span is not read */
	struct duration length;
	const char *what; /* a resource's id, or a unit's id (then the unit is pinned) */
	const char *unit; /* NULL: any; else pinned */
	const struct resource *resource; /* as in ask_item */
	const struct unit *pinned;
	struct span span; /* end is set from `length` by the caller; see ask_span() */
	const char *member; /* on behalf of; NULL: the asker's own */
	const char *person; /* for whom, "p17"; NULL: the asker */
	const char *purpose; /* NULL: none */
	unsigned alternatives; /* how many at the most, up to ALTERNATIVES_MAX */
	bool hold; /* only held: for hold_for, or as long as the rule allows */
	struct duration hold_for; /* zero: as long as the rule allows */
	bool wait; /* where it cannot be had now, but may be by waiting: queue */
	uint32_t distance_km, people; /* declared, for the queue's order */
};

struct ask_move { /* also EXTEND: from is kept, only the end moves */
	int64_t booking;
	bool has_start, has_end; /* not said: the length is kept */
	struct span span;
	const char *unit; /* NULL: any, the present one preferred; else pinned */
	bool has_item; /* only that item; else all: a start shifts every item, an end is only for bookings of one */
	uint32_t item;
	unsigned alternatives;
};

/* Every decision returns by `ret`; arrays live in the arena; changes stay empty when refused. */
void decide_book(const struct pole *p, const struct asker *who, const struct ask_book *ask, struct arena *a,
		 struct answer *ret, struct changes *ret_changes);
void decide_move(const struct pole *p, const struct asker *who, const struct ask_move *ask, struct arena *a,
		 struct answer *ret, struct changes *ret_changes);
/* Gives one item of a booking back, and what came along with it; the last one: cancels. */
void decide_give_back(const struct pole *p, const struct asker *who, int64_t booking, uint32_t item, struct arena *a,
		      struct answer *ret, struct changes *ret_changes);
void decide_cancel(const struct pole *p, const struct asker *who, int64_t booking, struct arena *a,
		   struct answer *ret, struct changes *ret_changes);

/* Which units of `what` (NULL: of everything) are free for exactly `span` to this asker under all rules; where `what` is
 * named and none is free, the refusals, conflicts and alternatives say why and what else. At most `count`. */
struct found {
	const struct resource *resource;
	const struct unit *unit; /* of the places of a capacity, one that stands for all; its id is "" */
	struct span span;
	uint32_t quantity;
	enum item_via via; /* of several things; else asked */
	uint32_t of; /* the thing that takes it along, from 0; 0 where asked */
};
void decide_find(const struct pole *p, const struct asker *who, const struct ask_book *ask, size_t count, struct arena *a,
		 struct answer *ret, struct found **ret_found, size_t *ret_n);

/* By thing first: when `what` is free for `length` inside `within`, earliest first, none overlapping another; without moving
 * anyone. */
void decide_find_starts(const struct pole *p, const struct asker *who, const struct ask_book *ask, size_t count,
			struct arena *a, struct answer *ret, struct found **ret_found, size_t *ret_n);

/* How busy a resource is within a window: lanes that are in service, and how many of them are taken, step by step. A
 * composite is one lane, for the whole: taken where any of its leaves is. */
struct busy_step { /* holds up to the next step, the last to the window's end; differs from the one before */
	int64_t from;
	uint32_t lanes, busy; /* in service; of them, taken */
};
struct busy {
	struct busy_step *steps;
	size_t n;
};
void decide_profile(const struct pole *p, const struct resource *r, struct span window, struct arena *a, struct busy *ret);

/* Resolves a resource's or a unit's id. Returns the reason it cannot (REASON_NONE: done). ret_unit NULL: any. */
enum reason decide_resolve(const struct pole *p, const char *what, const char *unit, const struct resource **ret_resource,
			   const struct unit **ret_unit);
/* Whether `who` may see purpose, person and contacts of `b`, and may alter it: its own member's, and who manages one of its things, or all that
 * was asked for. */
bool asker_sees_all(const struct pole *p, const struct asker *who, const struct booking *b);
bool asker_may_alter(const struct pole *p, const struct asker *who, const struct booking *b);
/* A manager of one of the members that the resource names (none: every manager), or a coordinator. r NULL: one that the policy dropped. */
bool asker_manages(const struct pole *p, const struct asker *who, const struct resource *r);
/* Every existing booking from `now` on that `policy` (numbered) would not allow, with the reason: for POLICY PLAN. */
struct misfit {
	const struct booking *booking;
	struct refusal refusal;
};
void decide_misfits(const struct pole *p, const struct policy *policy, int64_t now, struct arena *a,
		    struct misfit **ret, size_t *ret_n);
