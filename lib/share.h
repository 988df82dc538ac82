/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fair share of a member: its use over the recent past, cost-weighted and halving every half-life,
 * over its agreed share. Lower goes first.
 *
 * What counts is what its bookings have (hours, times units, times the cost of an hour of the
 * thing), by the age of their end:
 *
 * - used 40 h of a van that costs 3, ended today: 120; the same, ended one half-life ago: 60, two
 * ago: 30.
 * - What is booked ahead counts as if it were used now: else who books far ahead would never pay
 * for it. Holds and offers count, too.
 * - Of a booking that began before the time that is looked back on, the part within counts.
 * - What was brought back early counts for as long as it was out. What was given back of several
 * things does not count.
 * - Suspended and displaced: not at all, an outage never counts against anyone. Waiting, declined,
 * expired: not.
 * - Cancelled in time: not. Cancelled late: as many per cent of it as are owed. Never used
 * (no-show): in full. Neither, once somebody else took the time.
 *
 * The ratio: with shares of 12 % and 4 %, and 30 and 30 used, the pole used 60 for 16 %. The first
 * has used 30 / 12 = 2.5 per cent of share, all together 60 / 16 = 3.75: "0.67 of its share used";
 * the second 30 / 4 = 7.5: "2.00".
 *
 * A member with no share (0, where others have one: the pole's own staff) has no claim to go first:
 * it has SHARE_RATIO_MAX, comes after all that have a share, and is outside the common measure.
 * Where no member has a share, all have the same.
 */

#include "lib/pole.h"

#define SHARE_RATIO_MAX 999.0
#define SHARE_KEY_NONE 1e18

struct share {
	double used;   /* weighted unit-hours, decayed */
	double agreed; /* per cent, as the policy says */
	double ratio;  /* used per agreed share, over that of all members that have one together: 1
			  is just its share */
	double hours;  /* plain unit-hours in the time looked back on and ahead: what the floor is
			  about */
	bool below_floor; /* used less than what everyone may before shares count: goes before all
			     that did not */
};

/* Of all members at one moment, each counted when it is first asked for. */
struct shares {
	const struct pole *pole;
	int64_t now;
	struct share *items; /* by the member's place in the policy */
	bool *known;
	bool has_mean;
	double mean; /* used per agreed, of all together */
};
void shares_init(struct shares *s, const struct pole *p, int64_t now, struct arena *a);
/* Its share but for the ratio, which is left 0: a look at the bookings of one member. */
const struct share *shares_use(struct shares *s, const struct member *m);
/* What orders members among each other as their ratios do, without a look at all the others.
 * Rounded, so that equal use is equal; SHARE_KEY_NONE: has no share. */
double shares_key(struct shares *s, const struct member *m);
struct share shares_of(struct shares *s, const struct member *m);
void shares_forget(struct shares *s, const struct member *m); /* its bookings changed */

struct share share_of(const struct pole *p, const struct member *m, int64_t now);
/* How much of a use that ended `age_s` ago is left. */
double share_decay(int64_t age_s, int64_t half_life_s);
