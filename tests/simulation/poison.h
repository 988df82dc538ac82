/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What a database refuses for reasons of its own that do not pass: a command, or what time does to a booking, whatever group it comes in, until it is
 * mended; what is sent again of a group that was in time; and groups at random. Errors of data are met beyond the version, as pole_commit() in sql/functions.sql meets them, those of
 * PostgreSQL's own anywhere.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_commit;

struct poison_chances { /* percent of groups that are refused */
	unsigned any;
	unsigned time;	 /* of those in which time does something */
	unsigned second; /* of those that stand on another that is on its way */
};

struct poison_counts { /* groups that were refused */
	size_t n, n_several, n_second, n_time, n_again; /* several: of more than one command; again: that may be carried out yet */
};

void poisons_begin(const struct poison_chances *c);
void poison_key(const char *key); /* what is asked under it; the string stays the caller's. Up to a few at once: more are left as they are */
void poison_batch(int64_t batch); /* a group that was left behind: it was in time, and whatever comes under its batch later is refused */
void poison_time(void); /* the next booking that time does something to: it cannot */
void poisons_spare(void); /* from now on nothing is refused at random */
void poisons_lift(void); /* nor anything else */
bool poison_has(const char *key); /* NULL: false */
bool poison_has_booking(int64_t number); /* for what time does */
const char *poison_error(const struct table_commit *c); /* NULL: not refused */
bool poison_made(const char *error); /* it came from here */
bool poison_refused_between(int64_t from_us, int64_t to_us); /* anything that goes on for ever, at any moment from then to then */
extern struct poison_counts poison_counts; /* of all runs */
