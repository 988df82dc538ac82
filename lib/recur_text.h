/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A series from the lines of a calendar file (RFC 5545, 3.1): DTSTART, RRULE, RDATE, EXDATE, in any
 * order. Lines end in LF or CRLF and may be folded; names count in any case; empty lines are
 * skipped; parameters that the RFC does not name are ignored, as it says.
 *
 * Refused, besides what recur.h refuses: any other property, no DTSTART or two, two RRULEs
 * (3.8.5.3: SHOULD NOT), RDATE of periods, RDATE or EXDATE of dates where DTSTART has a time and
 * the reverse, TZID with a date or with Z, floating times unless the caller gives them a zone.
 */

#include "lib/arena.h"
#include "lib/recur.h"

/* The zone of that TZID, borrowed for as long as the series lives; NULL: not known. */
typedef const struct zone *recur_zones(void *arg, const char *tzid);

/* `floating` (NULL: refused) is the zone of times that name none. Dates go to the arena. Answers as
 * recur_rule_parse(), the place is a line of the text and a byte of it, unfolded. */
int recur_text_parse(struct arena *a, const char *text, size_t n, recur_zones *zones, void *arg,
		     const struct zone *floating, struct recur *ret,
		     struct recur_problem *ret_problem);
