/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Walks through time, backwards or forwards, to the starts that would be granted: on the start grid
 * (where no rule sets one, on the quarter hours), of the asked length or the nearest that the
 * limits allow, no further than a year.
 */

#include "lib/trial.h"

#define WALKER_GRID_S 900
#define WALKER_REACH_S (366 * (int64_t)DAY_S)

struct walker {
	const struct trial *trial;
	const struct opening *opening;
	const struct zone *zone; /* of the opening */
	struct duration length;
	int32_t grid_s;
	const struct limit *slots; /* starts and ends with one; NULL: none */
	struct span range;   /* of starts, both ends included */
	struct span present; /* the booking to be moved stands here: no alternative; empty: none */
	bool backwards, is_done;
	int64_t at;
	unsigned steps;
};

/* Backwards it begins before the start that was asked, forwards with it. Only units of that opening
 * count. */
struct walker walker_new(const struct trial *t, const struct opening *o, struct span asked,
			 struct span present, bool backwards);
/* Goes on to the nearest start that is granted, the one where it stands included; or is done. */
void walker_walk(struct walker *w);
struct span walker_span(const struct walker *w); /* from where it stands */
/* The nearest start from `at` on, on no grid, that nothing is known to rule out for this length on units of
 * that opening; `at` itself: it is granted. TIME_NEVER: none. */
int64_t walker_past(const struct trial *t, const struct opening *o, struct duration length,
		    int64_t at);
