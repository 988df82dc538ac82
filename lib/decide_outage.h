/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Outages and closures, declared and lifted.
 *
 * Every booking that cannot be as it is any more is suspended: of an outage, those that stand in it; of a closure, those that would start or end
 * in it. Only for the time of the outage, only on its unit: the rest of the day stays bookable, and nobody's booking is cancelled. What is
 * checked out stays out. settle() finds the suspended other places at once, and gives them their own back once it is lifted; nothing of that
 * counts against anyone.
 */

#include "lib/decide.h"

struct ask_outage {
	const char *what, *unit; /* as in ask_book; a closure of one unit of several is UNKNOWN_UNIT */
	struct span span;	 /* ends at TIME_NEVER where nobody knows */
	bool is_closure;
	const char *reason; /* a note; NULL: none */
};

struct outage_answer {
	enum reason reason; /* NONE: done */
	const struct resource *resource; /* NULL: not known */
	struct outage outage;		 /* as it is now */
	size_t n_suspended;
};

/* Those who manage the resource; FORBIDDEN for others. PAST: it is all over. */
void decide_outage(const struct pole *p, const struct asker *who, const struct ask_outage *ask, struct arena *a, struct outage_answer *ret,
		   struct changes *ret_changes);
/* UNKNOWN_BOOKING: no such outage is in force. */
void decide_reopen(const struct pole *p, const struct asker *who, int64_t outage, struct outage_answer *ret, struct changes *ret_changes);
