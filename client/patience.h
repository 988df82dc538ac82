/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * How long something is tried again, and how often: pauses that double, each made longer at random,
 * so that all who lost the same server do not come back in step, and an end.
 */

#include <stdbool.h>
#include <stdint.h>

#define SETTLE_MS 30000 /* for a change: what is known of it by then is told */

struct patience {
	int64_t until_ms, pause_ms; /* of the monotonic clock; of the next pause at least */
	bool told;		    /* that it takes time */
};

struct patience patience_of(int64_t ms);
/* Waits for the next attempt, `least_ms` or the pause, whichever is longer. False, at once: the
 * time is over before that. */
bool patience_wait(struct patience *p, int64_t least_ms);
