/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Series: bookings made by a rule of recurrence (lib/recur.h), and changes to several of them at
 * once.
 *
 * A booking of a series carries the number of the first that was made with it, and its occurrence:
 * the start that the rule gave it. Where start and occurrence differ, the booking was moved on its
 * own (or got an alternative): an exception. A move of many leaves exceptions where they are, but
 * for the one that it names; what was cancelled on its own stays cancelled. A cancellation takes
 * exceptions along: who gives a series up wants none of it to stay. What is past is left alone.
 *
 * Starts and ends keep their local time across clock changes, so a night lasts an hour more or less
 * once a year. Local times that the clock skips move on with their length kept.
 */

#include "lib/decide.h"
#include "lib/recur.h"

#define SERIES_MAX 400 /* dates */

enum series_conflicts {
	SERIES_REFUSE,	    /* all or nothing */
	SERIES_SKIP,	    /* book the others */
	SERIES_ALTERNATIVE, /* take the nearest alternative of the same day; where there is none,
			       skip */
	N_SERIES_CONFLICTS
};
extern const char *const series_conflicts_words[N_SERIES_CONFLICTS];

enum series_scope { SCOPE_ONE, SCOPE_FOLLOWING, SCOPE_ALL, N_SERIES_SCOPES };
extern const char *const series_scope_words[N_SERIES_SCOPES];

struct ask_series {
	const struct ask_book
	    *first;	  /* the first date; its start (or that of its window) is DTSTART */
	const char *rule; /* an RRULE's value; UNTIL may be a date or a local time, too. NULL: only
			     `also` */
	const struct span *except; /* what starts in one of them is left out */
	size_t n_except;
	const int64_t *also;
	size_t n_also;
	enum series_conflicts conflicts;
};

enum series_outcome {
	SERIES_BOOKED,
	SERIES_MOVED, /* BOOK: it got an alternative */
	SERIES_CANCELLED,
	SERIES_KEPT, /* an exception, or nothing would change */
	SERIES_SKIPPED,
	SERIES_REFUSED,
	SERIES_FREE, /* of a series that was refused for other dates */
	N_SERIES_OUTCOMES
};
extern const char *const series_outcome_words[N_SERIES_OUTCOMES];

struct series_date {
	int64_t occurrence;
	int64_t booking;  /* its number; 0: none */
	struct span span; /* as it is now booked; where it is not, as it was wanted */
	enum series_outcome outcome;
	struct answer answer; /* why not, too, where an alternative was taken */
};

struct series_answer {
	struct series_date *dates; /* in order of time */
	size_t n;
	size_t n_done, n_skipped, n_refused, n_kept;
	int64_t series; /* the number of its first booking; 0: none */
	/* Why all of it was refused; n_refusals 0: it was granted. `refused` is the date that they
	 * are of; NULL: of all. */
	struct refusal *refusals;
	size_t n_refusals;
	const struct series_date *refused;
	/* The series goes no further than this, though the rule does; 0: it ends by itself. */
	int64_t until;
	bool reconfirm;		      /* and may be booked on from there, when the time comes */
	struct recur_problem problem; /* SERIES_E_RULE */
};

enum { SERIES_OK = 0, SERIES_E_RULE = 1 };
/* Each date is decided on the state that those before it leave; what is applied to the pole for
 * that is undone on return. Borrowed bookings are the pole's or of ret_changes. > 0: the rule
 * cannot be read. */
int decide_series(struct pole *p, const struct asker *who, const struct ask_series *ask,
		  struct arena *a, struct series_answer *ret, struct changes *ret_changes);
/* The start and the end of each date shift by as much local time as the named booking's do. All or
 * nothing. Of a booking that is of no series, every scope means that one. */
void decide_series_move(struct pole *p, const struct asker *who, const struct ask_move *ask,
			enum series_scope scope, struct arena *a, struct series_answer *ret,
			struct changes *ret_changes);
void decide_series_cancel(struct pole *p, const struct asker *who, int64_t booking,
			  enum series_scope scope, struct arena *a, struct series_answer *ret,
			  struct changes *ret_changes);
