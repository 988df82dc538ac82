/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Of lib/quota.c: the uses that a quota counts, and the window in which they are most. */

#include "lib/quota.h"

#define FEW_USES 32

struct use {
	struct span span;
	int64_t booking, units; /* of times, what they weigh */
	bool own;		/* of the booking that is asked for */
};

struct tally {
	const struct trial *trial;
	const struct rule *rule;
	const struct quota *quota;
	const struct zone *zone;
	const struct unit *unit;
	struct span own;   /* from the first start to the last end of the booking's own */
	uint32_t resource; /* the one that is gathered; 0: all */
	struct use *uses;
	size_t n, cap;
	struct count most;
	struct use few[FEW_USES];
};

bool tally_is_of_time(const struct tally *y);
int64_t tally_day(const struct tally *y, int64_t at); /* the local day of an instant */
int64_t tally_day_start(const struct tally *y, int64_t day);
/* The length of a rolling window, and that in days, begun ones whole. */
int64_t tally_length_s(const struct tally *y);
int64_t tally_length_days(const struct tally *y);
/* A window counts where it holds something of the booking's own: then, if it is the fullest so far, it is `most`. */
void tally_consider(struct tally *y, int64_t used, int64_t wanted, struct span window);
/* The fullest window, of any measure but days; alters the uses. */
void tally_windows(struct tally *y);
void tally_days(struct tally *y);
