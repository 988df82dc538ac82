/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Turns among daemons.
 *
 * Measured (tests/bench/daemons): two daemons without turns kept 0.65 of one's rate, with a slowest
 * hundredth of a second; with turns more than 0.8, and no request waits longer than with one. Since
 * one alone has a second group on its way, which two that take turns cannot have, they keep 0.57 to
 * 0.65 of what it does: 8,900 of 15,500 bookings a second with 32 clients, 19,200 of 29,800 with 16
 * requests of each in flight.
 * One that writes now and then would seldom be first beside one that is always at it: so who was
 * second says that it wants a turn.
 * Rejected: a lock held from reading to committing, which a daemon that is stopped would keep; a
 * pause at random, which is too long for a quick disk and too short for a slow one; turns of 8 ms
 * in place of one group each: no faster (9,300 and 19,300), for half of the clients wait meanwhile,
 * and these 15 ms; turns of two to four groups: a twentieth to an eighth faster, and the slowest
 * hundredth waits for 48 to 680 ms in place of 8 to 46.
 */
#include "daemon/turns.h"

#include "daemon/metrics.h"
#include "daemon/served.h"

#define LATELY_US 500000 /* who wrote within that wants to write again */
#define READING_US 2000	 /* the log, and deciding; the commit takes the other as long as us */
#define MOST_US 100000

bool turns_are_taken(const struct served *s)
{
	return s->others_us && s->others_us + LATELY_US > metrics_now_us();
}

int64_t turns_wait_us(const struct served *s)
{
	const struct groups *g = &s->groups;
	int64_t wait_us = 2 * g->took_us + READING_US, now_us = metrics_now_us();

	if (!turns_are_taken(s) || s->others_us > g->own_us)
		return 0;
	wait_us = g->own_us + (wait_us < MOST_US ? wait_us : MOST_US) - now_us;
	return wait_us > 0 ? wait_us : 0;
}
