/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * One request, resolved: what stays the same while times and units are tried for it. Every question
 * about a time and a unit (a booking, a move, a search, an alternative, a plan of a new policy) is
 * answered here and nowhere else.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/decide.h"

#define CONFLICTS_MAX 16

struct plan;

struct other_thing { /* of the same booking */
	const struct resource *resource;
	const struct unit *unit; /* asked for; NULL: any */
	uint32_t quantity;
	struct span span;
};

struct trial {
	const struct pole *pole;
	const struct directory *directory; /* of the policy that holds */
	const struct resource *resource;
	const struct unit *unit;   /* asked for; NULL: any */
	uint32_t quantity;	   /* units at once */
	struct wishes having;	   /* of each unit */
	const struct site *at;	   /* where a thing that moves is to be; NULL: at its own site */
	uint32_t member;	   /* who asks, for buffers that are shared; 0: nobody */
	const struct member *holder; /* the same; NULL: nobody */
	const struct person *person; /* who it is for; NULL: nobody is known */
	const struct other_thing *others; /* that count together with it */
	size_t n_others;
	const struct plan *plan;   /* what this decision has already done; NULL: nothing */
	/* Those that are tested and may match, in the policy's order; of each its traits, see
	 * lib/directory.h. */
	const struct rule *const *rules;
	const uint8_t *traits;
	size_t n_rules, n_of_units, n_costly;
	int64_t now;
	int64_t before_s; /* the buffer; that after is trial_after_s() */
	uint32_t works_on;	   /* of the member */
	/* Another thing takes it along: when and how long it may be booked is no matter; who may
	 * have it, and how much, is. */
	bool brought;
	/* Of a booking that exists already: */
	int64_t except;		 /* its number: it is not in its own way; 0: none */
	const struct booking *prefers; /* the lanes that an item of it has; NULL: none */
	uint32_t prefers_item;
	bool bound; /* to those: it is out in the world */
	int64_t made_at;	       /* 0: it is made now */
	/* What was granted once is not asked anew: of the same start, lead, horizon, grid and slots;
	 * of a time within the same, on the same units, all but its length. */
	bool has_kept, has_kept_right; /* a place in a queue is no right yet */
	struct span kept;
	bool standing; /* only whether it may stay as it is: no lead, horizon, slots */
};

struct refusals {
	struct arena *arena;
	struct refusal *items;
	size_t n, cap;
};
void refusals_add(struct refusals *r, struct refusal refusal);

/* `d` is of the policy that holds. member NULL where none is known: no rule about a class and no
 * exemption applies. */
void trial_init(struct trial *t, const struct pole *p, const struct directory *d,
		const struct resource *resource, const struct unit *unit,
		const struct member *member, int64_t now, struct arena *a);
const struct zone *trial_zone(const struct trial *t,
			      const struct unit *u); /* NULL: the resource's */
const struct opening *trial_opening(const struct trial *t,
				    const struct unit *u); /* NULL: the resource's */
struct opening_for trial_hours(const struct trial *t, const struct opening *o); /* for the member */
struct span trial_during(const struct trial *t, struct span s); /* buffers included */
int64_t trial_after_s(const struct trial *t, struct span s);
/* In service, has what was asked for, and is the unit asked for or any will do. */
bool trial_is_candidate(const struct trial *t, const struct unit *u);
bool trial_is_free(const struct trial *t, const struct unit *u, struct span s);
/* Whether time and limits allow `s`, whoever may be in the way: those that are the same for all
 * units of that opening. */
bool trial_allows(const struct trial *t, const struct opening *o, struct span s);
void trial_refuse(const struct trial *t, const struct opening *o, struct span s,
		  struct refusals *out);
/* The same for what depends on the unit; both must hold. */
bool trial_allows_unit(const struct trial *t, const struct unit *u, struct span s);
void trial_refuse_unit(const struct trial *t, const struct unit *u, struct span s,
		       struct refusals *out);
/* Of what trial_allows() refuses: no start between that of `s` and this one is allowed. */
int64_t trial_past(const struct trial *t, const struct opening *o, struct span s, bool backwards);
/* No rule is asked of what it is for. */
void trial_ask_nothing(struct trial *t);
/* The same request for another thing, any unit of it. */
void trial_instead(struct trial *ret, const struct trial *t, const struct resource *r,
		   struct arena *a);
/* The best unit that is free and allowed; NULL if there are not `quantity` of them. */
const struct unit *trial_place(const struct trial *t, struct span s);
/* The `quantity` best such units, into `ret`, which has room for them. */
bool trial_pick(const struct trial *t, struct span s, struct arena *a, const struct unit **ret);
/* How much time a booking on this unit leaves idle to its neighbours, each side up to a day. */
int64_t trial_slack(const struct trial *t, const struct unit *u, struct span s);
/* Why it may not have them: refusals and conflicts into `ret`. */
void trial_explain(const struct trial *t, struct span s, struct arena *a, struct answer *ret);
/* The same, and where there is none, refusals and conflicts into `ret`. */
const struct unit *trial_grant(const struct trial *t, struct span s, struct arena *a,
			       struct answer *ret);
