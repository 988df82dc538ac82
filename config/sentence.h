/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The sentences of a policy's tests, read: `m13 books laser on 2026-12-11 14:00 for 1h`.
 *
 * A sentence is one of a table of phrases (config/sentence.c), whose capital words stand for a
 * member, a thing, a time. What is not understood is reported at the word where every phrase gave
 * up, with what was probably meant.
 */

#include "config/problem.h"
#include "lib/civil.h"
#include "lib/policy.h"

/* Where a sentence stands. A given one is a fact, which no rule is asked about, or an act. */
enum sentence_place { IN_GIVEN = 1, IN_WHEN = 2, IN_THEN = 4 };

enum sentence_kind {
	/* facts */
	SAYS_HAS,	 /* WHO, word, from and to (days), member: who issued it */
	SAYS_ROLE,	 /* WHO, word */
	SAYS_HOLDS,	 /* WHO, things, span */
	SAYS_HOLDS_TIME, /* WHO, length, thing, period */
	SAYS_HOLDS_SOME, /* WHO, count, thing, period */
	SAYS_MISSED,	 /* WHO, count, thing, period */
	SAYS_GAVE_UP_LATE,
	SAYS_CAME_BACK_LATE,
	/* acts */
	SAYS_TIME, /* from */
	SAYS_BOOKS,
	SAYS_WAITS,
	SAYS_PUTS_ON_HOLD,
	SAYS_CONFIRMS, /* WHO, thing: as all that follow, the last such booking of theirs */
	SAYS_MOVES,    /* from; length, if said */
	SAYS_EXTENDS_BY,
	SAYS_EXTENDS_TO,
	SAYS_CANCELS,
	SAYS_PASSES,
	SAYS_APPROVES, /* thing, member: whose */
	SAYS_DECLINES,
	SAYS_TAKES_OUT,
	SAYS_BRINGS_BACK,
	SAYS_SWAPS,  /* thing, member: with whose */
	SAYS_BREAKS, /* thing, span */
	SAYS_CLOSES,
	SAYS_WORKS_AGAIN,
	/* outcomes, of the act */
	SAYS_GRANTED, /* thing: on that unit; count: so many dates; if said */
	SAYS_REQUESTED,
	SAYS_HELD,
	SAYS_WAITING,
	SAYS_REFUSED, /* words: the names of rules that refuse, if said */
	SAYS_REFUSED_AS,
	SAYS_PLACE, /* count: in the queue */
	/* outcomes, for others */
	SAYS_IS_PLACE,	 /* WHO, count; thing, if said */
	SAYS_IS_OFFERED, /* WHO, thing */
	SAYS_GOT,	 /* WHO, thing */
	SAYS_GOT_NO,
	SAYS_IS_STATE, /* WHO, word; thing, if said */
	SAYS_OWES,     /* WHO, count: per cent; thing, if said */
	N_SENTENCE_KINDS
};

enum { SENTENCE_MAX_WORDS = 64, SENTENCE_MAX_THINGS = 4, SENTENCE_MAX_NAMES = 3 };

struct actor {			     /* a person of a case */
	const struct member *member; /* NULL: of the pole, the coordinator */
	const char *name;	     /* "odile of m25"; "" where only the member is said */
};

struct thing {
	const struct resource *resource; /* NULL: not said */
	const struct unit *unit;	 /* NULL: any */
	uint32_t quantity;
};

struct told {
	enum sentence_kind kind;
	struct place place;
	const char *text;
	struct actor who;
	const struct member *member; /* NULL: not said */
	struct thing things[SENTENCE_MAX_THINGS];
	size_t n_things;
	bool has_from, has_to; /* said */
	struct civil_time from,
	    to;			/* local; of a period, from its first day to the end of its last */
	struct duration length; /* zero: not said */
	int64_t count;		/* 0: not said */
	const char *word;	/* NULL: not said */
	const char *names[SENTENCE_MAX_NAMES];
	size_t n_names;
	const char *having;   /* as lib/wish.h reads it; NULL: not said */
	const char *declared; /* NULL: not said */
	const char *every;    /* an RRULE's value; NULL: not said */
};

/* Reads what was written as a test's sentence; of IN_THEN, what stands between commas one by one.
 * `reasons` (NULL: any word is one) are the words that `refused as` may name. At most
 * SENTENCE_MAX_PARTS; returns how many, 0: reported as problems. Texts live in the arena. */
enum { SENTENCE_MAX_PARTS = 8 };
size_t sentence_read(const struct policy *p, const struct sentence *s, enum sentence_place place,
		     const char *const *reasons, size_t n_reasons, struct arena *a,
		     struct problems *problems, struct told ret[SENTENCE_MAX_PARTS]);

/* Every phrase, for the manual's test: "WHO books THINGS SPAN [for MEMBER]"; NULL at the end. */
struct phrase_row {
	enum sentence_kind kind;
	unsigned places; /* bits of enum sentence_place */
	const char *pattern;
};
const struct phrase_row *sentence_phrase(size_t i);
