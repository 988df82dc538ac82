/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Times as people say them, in English and French: `tomorrow 9:00 3h`, `sat 9:00 - 12:00`, `demain
 * de 9h à 12h`, `2026-12-05 08:00 4h`, `5 déc. 14h30 pour 2h`, `+2h`. From words, the present
 * moment and a zone to a local time; nothing else is looked at. What the client prints (`Sat 5 Dec
 * 08:00–12:00`) reads back as itself.
 *
 * `9h` is nine o'clock, `3h` is three hours. Where a date waits for its time it is a time, after a
 * time it is a length. `9h 12h` could be either and is refused as ambiguous; `9h-12h` and `9h pour
 * 12h` are not. `-2h` glued together could be an end or a length taken away, and is refused too.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/duration.h"
#include "lib/zone.h"

struct when_clock {
	int64_t now;
	const struct zone *zone;
	const struct civil_date *base; /* a time without a date is of this day; NULL: of today */
};

struct when_word {
	const char *written; /* as the person wrote it */
	const char *folded;  /* lower case, without accents or a final dot */
};

struct when_words {
	struct when_word *items;
	size_t n;
};

struct when_point {
	struct civil_time local;
	bool has_date, has_time; /* said, or counted from now; without a time: the day's midnight */
	bool weekday;		 /* the date was said as a weekday that may be today */
	bool perhaps_length;	 /* `fri 5h`: at five, or for five hours? */
	bool exact; /* counted in elapsed time or written with an offset: `utc` holds */
	int64_t utc;
};

enum when_end { WHEN_OPEN, WHEN_TO, WHEN_FOR };

struct when_span {
	struct when_point from;
	enum when_end end;
	struct when_point to;	/* WHEN_TO */
	struct duration length; /* WHEN_FOR */
};

enum when_fault {
	WHEN_OK = 0,
	WHEN_E_WORD,	  /* not understood, at `at` */
	WHEN_E_MISSING,	  /* the words end too early */
	WHEN_E_AMBIGUOUS, /* `9h 12h`: until twelve or for twelve hours? */
	WHEN_E_AM_PM,	  /* 9am: not a way of writing it here */
	WHEN_E_WEEKDAY,	  /* `Sat 6 Dec` when that is no Saturday */
	WHEN_E_RANGE,	  /* no such date or time */
	WHEN_E_MINUS,	  /* `-2h`: until two, or two hours less? */
	N_WHEN_FAULTS
};

/* Splits at spaces, and ranges of times at their dash. */
struct when_words when_split(struct arena *a, const char *const *texts, size_t n);

/* A weekday that is today, of which that time has passed, becomes the next such day. */
void when_skip_past(struct when_point *p, const struct when_clock *c, int32_t second);

/* Each takes all the words, answers an `enum when_fault`, and says the word at fault in ret_at (n:
 * after the last). */
int when_point_parse(const struct when_words *w, const struct when_clock *c, struct when_point *ret,
		     size_t *ret_at);
int when_span_parse(const struct when_words *w, const struct when_clock *c, struct when_span *ret,
		    size_t *ret_at);
int when_duration_parse(const struct when_words *w, struct duration *ret, size_t *ret_at);
/* An end that was said without its start: `12:00` is the first such time after `from`. */
int when_end_parse(const struct when_words *w, const struct when_clock *c,
		   const struct when_point *from, struct when_point *ret, size_t *ret_at);
/* A day, month or year as a stretch of days: `2026`, `2026-01`, `2026-12-31`, or any point in time.
 * The end of a stretch is after its last day. */
int when_first_parse(const struct when_words *w, const struct when_clock *c, struct when_point *ret,
		     size_t *ret_at);
int when_last_parse(const struct when_words *w, const struct when_clock *c, struct when_point *ret,
		    size_t *ret_at);

/* As the protocol writes it: local (`2026-12-05T08:00`, `2026-12-05`) or, where exact, with its
 * offset. */
const char *when_wire(struct arena *a, const struct when_point *p, const struct zone *z);
