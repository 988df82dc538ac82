/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fair share of a member: its use over the recent past, cost-weighted and halving every half-life, over its agreed share.
 * Lower goes first. What is booked ahead counts as if it were used now: else who books far ahead would never pay for it.
 * Outages never count; what was cancelled in time does not; no-shows do.
 */

#include "lib/pole.h"

struct share {
	double used;   /* weighted unit-hours, decayed */
	double agreed; /* per cent, as the policy says */
	double ratio;  /* used per agreed share, over the mean of all members that have one: 1 is just its share */
	bool below_floor;
};
struct share share_of(const struct pole *p, const struct member *m, int64_t now);
