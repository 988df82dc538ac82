/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What counts towards a quota: bookings of the holder (a person, a member, a class of members) that
 * the rule is about: its resources, units, roles, days and hours.
 *
 * - What is held, requested, confirmed, out or done counts; what waits, was displaced or suspended
 *   does not. No-shows, and late cancellations where the rule says so, count towards what was used
 *   over some time, but are neither ahead nor at hand.
 * - What another thing brings along counts, people with a skill excepted.
 * - Bookings: things of one booking whose times touch are one, those apart in time are several.
 *   Time: that of each thing; unit-time: by its quantity. Units: quantities. Days: civil days, each
 *   once, however much falls on it.
 * - Bookings and units belong to where they start, times and days to wherever they lie.
 * - At once: the most at any instant of the booking. Ahead (QUOTA_FUTURE): all that has not ended,
 *   whole. Calendar: each day, week (from Monday), month or year, in local time, that the booking
 *   falls into. Rolling: every stretch of that length that the booking falls into, found exactly;
 *   one of days is measured on the local clock, so that one use every Monday is one in seven days
 *   when the clock changes, too.
 * - Off peak: only what lies in peak hours counts.
 */

#include "lib/trial.h"

struct count {
	int64_t used, wanted; /* in the quota's measure; wanted 0: it does not count */
	struct span window;   /* the one in which they are most */
};
/* Used before, and added by `s` on `u` and the other things of the same booking. */
struct count quota_count(const struct trial *t, const struct rule *rule, const struct unit *u,
			 struct span s);
/* Whether they are within it; cheaper than counting where they are far from it. */
bool quota_is_kept(const struct trial *t, const struct rule *rule, const struct unit *u,
		   struct span s);
/* The calendar window of a local day, as days: from the first to before the next. */
void quota_calendar(enum quota_window w, int64_t day, int64_t *ret_first, int64_t *ret_next);
