/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Random histories of one pole: operations drawn by lot, each decided by lib and by the oracle
 * (tests/lib/oracle.h), then applied to both; some undone, compared and applied again.
 */

#include "lib/series.h"
#include "tests/lib/oracle.h"
#include "tests/lib/random_pole.h"

enum history_count {
	COUNT_BOOKED,
	COUNT_BASKETS,	 /* booked, of several things */
	COUNT_BROUGHT,	 /* booked, with what it requires */
	COUNT_MADE_ROOM, /* granted, others moved to other units */
	COUNT_REFUSED,
	COUNT_UNDECIDED, /* refused, the search for room cut off */
	COUNT_UNKNOWN,	 /* the oracle could not say whether it is to be granted */
	COUNT_WITHIN,
	COUNT_MOVED,
	COUNT_MOVE_REFUSED,
	COUNT_CANCELLED,
	COUNT_GIVEN_BACK,
	COUNT_OUTAGES,
	COUNT_REOPENED,
	COUNT_SERIES_BOOKED,
	COUNT_SERIES_SKIPPED,	  /* of which dates were skipped */
	COUNT_SERIES_ALTERNATIVE, /* dates that got an alternative */
	COUNT_SERIES_REFUSED,
	COUNT_SERIES_MOVED,
	COUNT_SERIES_KEPT, /* exceptions that a move left alone */
	COUNT_SERIES_MOVE_REFUSED,
	COUNT_SERIES_CANCELLED,
	COUNT_UNDONE,
	COUNT_REDONE,
	N_HISTORY_COUNTS
};
extern const char *const history_count_words[N_HISTORY_COUNTS];

#define HISTORY_OPERATIONS 250
#define HISTORY_STEPS_MAX 4096

struct history {
	struct draw draw;
	struct pole *pole;
	const struct policy *policy;
	const struct person *persons[3]; /* of m1, of m2, a coordinator of the pole */
	struct arena arena;
	struct oracle oracle;
	struct changes done[HISTORY_STEPS_MAX];
	size_t n_done;
	int64_t begins, days; /* most of what is asked is within so many */
	size_t *counts;
	bool verbose;
};

/* Plays one history, the one of that seed and number. Ends the process where something is not as it
 * should be. */
void history_play(uint64_t seed, size_t number, size_t operations, bool verbose, size_t *counts);

/* For the files of the history. */
bool history_chance(struct history *h, uint64_t percent);
void history_say(const struct history *h, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void history_say_answer(const struct history *h, enum oracle_verdict v, const struct answer *a);
struct asker history_asker(struct history *h);
struct span history_span(struct history *h);
const struct booking *history_booking(struct history *h); /* the oracle's copy; NULL: none yet */
bool history_may_alter(const struct asker *who, const struct booking *b);
void history_apply(struct history *h, struct changes *c); /* takes the changes */
void history_undo_to(struct history *h, size_t n_done);	  /* and forgets them */

struct history_ask { /* a BOOK, and what it keeps */
	struct ask_book book;
	struct ask_item items[3];
	const char *declared[2];
};
void history_ask(struct history *h, const struct asker *who, struct history_ask *ret);
/* Decided, checked, applied where granted. */
void history_book_one(struct history *h, const struct asker *who, const struct ask_book *ask,
		      struct answer *ret);
void history_move_one(struct history *h, const struct asker *who, const struct ask_move *ask,
		      struct answer *ret);
void history_cancel_one(struct history *h, const struct asker *who, int64_t number,
			struct answer *ret);

void history_book(struct history *h);
void history_book_within(struct history *h);
void history_move(struct history *h);
void history_cancel(struct history *h);
void history_give_back(struct history *h);
void history_series_book(struct history *h);
void history_series_move(struct history *h);
void history_series_cancel(struct history *h);
