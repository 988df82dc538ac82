/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What could be had instead of what was refused, best first: the same time on another unit, the
 * same time with what stands in, the same thing at the nearest times. Every one would be granted at
 * this moment to the same asker: asked as a new booking, or, for a move, as that move (another unit
 * or time; nothing stands in for a move).
 *
 * Where no time is long enough, shorter ones are offered: half as long, or half of that.
 *
 * Nearest times lie on the resource's start grid (where no rule sets one, on the quarter hours), in
 * order of distance from the start that was asked; on a tie the earlier first. Nobody who asks for
 * a Saturday at eight wants to start at half past eleven the night before: times that lie further
 * in the night (midnight to six) than what was asked come after all others, and on another day the
 * hour that was asked goes before a nearer one of that day. In each direction their starts are at
 * least as far apart as the booking is long, so that three are three choices and not one choice
 * three times; only where that leaves fewer than wanted are those between added.
 */

#include "lib/trial.h"

#define ALTERNATIVE_SPACING_MIN_S 3600

static inline int64_t alternative_spacing_s(struct span asked)
{
	int64_t length_s = asked.end - asked.start;

	return length_s > ALTERNATIVE_SPACING_MIN_S ? length_s : ALTERNATIVE_SPACING_MIN_S;
}

struct alternatives_ask {
	struct span asked;
	const struct booking *was;   /* NULL: a new booking */
	const struct member *member; /* NULL: none known */
	unsigned want;
};

/* How much of a span lies between midnight and six; 0 for a day and more. */
int64_t alternative_night_s(struct span s, const struct zone *z);
void alternatives_find(const struct trial *t, const struct alternatives_ask *ask, struct arena *a,
		       struct answer *ret);
