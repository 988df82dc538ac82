/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * When a resource can be had at a site: its hours, its hand-over times, and what is closed.
 *
 * - hours: when it may be used. A booking lies within one open stretch of them, or, where the
 *   resource spans closed time, has its start and end in open time.
 * - hand-over: where there are such times, when it leaves and comes back: start and end lie in
 *   them, besides.
 * - closures: may be spanned, always, but not started or ended in.
 *
 * An end at the end of open time counts as in it, and so does one at the beginning of a closure.
 */

#include "lib/calendar.h"
#include "lib/place.h"

struct closure { /* as the members wrote it; whose it is, see struct closing of lib/policy.h */
	const char *why;
	struct place place;
	int64_t from_s, to_s; /* local times, as civil_seconds() counts */
};

struct closed_span {
	struct span during;
	int64_t reach; /* the latest end of this and those before it */
	const struct closure *closure;
};

struct opening {
	const struct zone *zone;
	enum holiday_region holidays;
	const struct calendar *hours;
	const struct calendar *hand_over; /* NULL: whenever it is open */
	bool spans_closed;
	const struct closed_span *closed; /* sorted by start */
	size_t n_closed;
	bool is_always; /* as most are: see opening_settle() */
};

/* For whom: see struct calendar_at. */
struct opening_for {
	const struct opening *opening;
	uint32_t works_on;
};

/* When all else is known: notes whether anything can ever be refused. */
void opening_settle(struct opening *o);
bool opening_admits(struct opening_for o, struct span s);

/* How far the hours are open from `at` on without a break, `limit` at the most. */
int64_t opening_used_until(struct opening_for o, int64_t at, int64_t limit);
/* Stretches in which a booking may start or end (hours, hand-over, no closure), as calendar_next()
 * and calendar_previous() give them. */
bool opening_next(struct opening_for o, int64_t at, int limit_days, struct span *ret);
bool opening_previous(struct opening_for o, int64_t at, int limit_days, struct span *ret);

struct closed_why {
	struct civil_date date;
	const char *names[N_HOLIDAY_LANGUAGES]; /* NULL: no more than the usual hours */
	const struct closure *closure;		/* NULL: not by one */
};
/* Why `s` is not admitted: the first thing in its way. Names live as long as the opening, or in the
 * arena. */
struct closed_why opening_why(struct opening_for o, struct span s, struct arena *a);

/* Sorts the spans and fills in `reach`. */
void closed_spans_sort(struct closed_span *spans, size_t n);
