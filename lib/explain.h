/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The reasoning behind an answer: for a request that might be made (or was refused, and is asked
 * again), and for a booking that exists. Nothing is changed by it.
 *
 * The verdict is that of decide_book() itself; the findings are what led to it, worked out on the
 * same basket, thing by thing. Every refusal of the verdict has a finding.
 */

#include "lib/decide.h"
#include "lib/queue.h"

#define FINDINGS_MAX 1000

enum finding_kind {
	FINDING_RULE,  /* about the resource: kept, broken, or not matching and why */
	FINDING_HOURS, /* opening hours, hand-over times and closures */
	FINDING_UNIT,  /* a candidate: chosen, free, or fallen out and why */
	FINDING_OTHER, /* what else refuses: an unknown name, a start in the past, what cannot come
			  along */
};
struct finding {
	enum finding_kind kind;
	uint32_t item; /* of what was asked, from 0; of what comes along, its own */
	const struct resource *resource; /* NULL: not known */
	bool kept;			 /* RULE, HOURS; UNIT: it could be had */
	const struct rule *rule;
	const char *unmatched; /* RULE: "party", "when", "unit", "release", "standing", "kind" */
	/* RULE, HOURS: their numbers, broken or not. Else why not; REASON_NONE: nothing against it.
	 */
	struct refusal refusal;
	const struct unit *unit; /* RULE: only this and units like it break it; NULL: any does */
	/* UNIT: */
	int64_t slack_s;	  /* could be had: time that would be left idle around it */
	bool chosen;		  /* what is granted, or what the booking has */
	struct conflict conflict; /* who is in the way; booking NULL: nobody else's */
	size_t n_places, n_free;  /* of a capacity, in one finding; 0: it is a unit by itself */
};

/* What else could make room. */
enum remedy_kind { REMEDY_REPACK, REMEDY_DISPLACE, REMEDY_STAND_IN, REMEDY_WAIT, N_REMEDY_KINDS };
enum remedy_use {
	REMEDY_NEEDLESS, /* granted without */
	REMEDY_USED,	 /* granted with it */
	REMEDY_HELPS,	 /* refused as asked; with it, it could be had, or waited for */
	REMEDY_NO_HELP,
	REMEDY_UNDECIDED, /* the search was cut off */
	REMEDY_OFF,	  /* the policy does not have it */
};
struct remedy {
	enum remedy_use use;
	const struct resource *resource; /* STAND_IN, HELPS: what stands in */
};

struct explanation {
	struct finding *findings; /* by thing, rules in the policy's order */
	size_t n;
	bool is_cut;	      /* there are more than FINDINGS_MAX */
	struct answer answer; /* what would be decided now; of what exists, the booking itself */
	struct remedy remedies[N_REMEDY_KINDS];
	/* Those that want the same, in order; n 0: it neither waits nor would. `waiting` is the one
	 * that is explained, of a request as it would wait. */
	struct queue_entry *queue;
	size_t n_queue;
	const struct booking *waiting;
	struct changes changes; /* that the answer's bookings are borrowed from */
};

void explain_book(const struct pole *p, const struct asker *who, const struct ask_book *ask,
		  struct arena *a, struct explanation *ret);
/* Of a booking, in memory or not, that the asker may see in full; else the answer is a refusal.
 * Start, lead, horizon and what is kept for others are looked at as of when it was made, unless it
 * still waits; quotas as things stand now. */
void explain_booking(const struct pole *p, const struct asker *who, const struct booking *b,
		     struct arena *a, struct explanation *ret);
void explanation_release(struct explanation *e);
