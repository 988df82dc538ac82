/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Days, months and hours as rules name them, in local time. */

#include "lib/policy.h"

/*
 * Calls fn for each stretch of it that overlaps `s`, in order of start, until fn returns false. A
 * stretch is a range of hours, or a whole day where no hours are said; hours past midnight belong
 * to the day on which they begin. Returns whether fn never answered false.
 */
bool when_each(const struct when *w, const struct zone *z, struct span s,
	       bool (*fn)(void *arg, struct span stretch), void *arg);
bool when_touches(const struct when *w, const struct zone *z, struct span s);
