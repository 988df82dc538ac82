/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The reasoning behind an answer, for a booking that exists or a request that might be made. */

#include "lib/decide.h"
#include "lib/queue.h"

enum finding_kind {
	FINDING_RULE,	   /* matches, and is kept or broken */
	FINDING_OTHER_RULE, /* about the resource, but does not match: and why not */
	FINDING_UNIT,	   /* a candidate, taken or fallen out */
};
struct finding {
	enum finding_kind kind;
	uint32_t item;
	const struct rule *rule;
	bool kept; /* RULE */
	const char *unmatched; /* OTHER_RULE: "party", "when", "unit", "release", "standing", "kind" */
	struct refusal refusal; /* RULE: its numbers, broken or not; UNIT: why it fell out, REASON_NONE: it could be had */
	const struct resource *resource;
	const struct unit *unit; /* UNIT */
	int64_t slack_s;	 /* UNIT, that could be had: time left idle around it */
	bool chosen;
	struct conflict conflict; /* UNIT: who is in the way; booking NULL: nobody */
};
struct explanation {
	struct finding *items;
	size_t n;
	struct answer answer; /* what would be decided now */
	struct queue_entry *queue; /* those that wait for it, in order */
	size_t n_queue;
};
void explain_book(const struct pole *p, const struct asker *who, const struct ask_book *ask, struct arena *a, struct explanation *ret);
void explain_booking(const struct pole *p, const struct asker *who, int64_t booking, struct arena *a, struct explanation *ret);
