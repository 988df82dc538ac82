/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Tells the other daemons how far a pole's log goes, once a group is committed. It may be lost: they trust the log, and look at it
 * every second.
 */

#include <stdint.h>

struct event;
struct served;

struct announcement {
	int64_t version;     /* the last that was told */
	int64_t wanted;	     /* where a turn was last wanted */
	struct event *rests; /* pending: one was told just now; NULL: none yet */
};

/* Tells of the pole's version, soon: at once, or when the one before is 10 ms old. */
void announce(struct served *s);
/* Tells the others that this one was second, with what it decided on the pole's present version: who is busy with it lets it go first once. */
void announce_want(struct served *s);
void announcement_release(struct announcement *a);
