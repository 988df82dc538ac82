/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A sentence while it is read: its words, and what phrases hoped for where they gave up. */

#include "config/sentence.h"

enum { HOPES_MAX = 40 };

struct spoken { /* a word of the sentence */
	const char *text;
	size_t at; /* bytes before it */
	bool quoted;
};

struct hopes {
	size_t at; /* the word that no phrase got beyond */
	const char
	    *words[HOPES_MAX]; /* what would have done there: a word of the language itself */
	size_t n_words;
	const char *slots[HOPES_MAX]; /* or something of this sort: "a member" */
	size_t n_slots;
	const char *why; /* what is wrong with it, where that is known better */
	bool members, things, rules, reasons; /* ids that would have done */
};

struct reading {
	const struct policy *policy;
	struct arena *arena;
	const char *const *reasons;
	size_t n_reasons;
	struct spoken words[SENTENCE_MAX_WORDS];
	size_t n, at; /* the next word */
	struct hopes hopes;
};

/* The next word; NULL at the end. */
const struct spoken *reading_next(const struct reading *r);
/* Takes the word if it is this one, else hopes for it. */
bool reading_take(struct reading *r, const char *word);
/* Notes that at the present word something of that sort would have done. Returns its answer for
 * `members`, `things`, …; NULL: the reading is further on than that already. */
struct hopes *reading_hope(struct reading *r, const char *slot);

/* What a capital word of a phrase stands for: takes words into `s`, or hopes and takes none. */
struct blank {
	const char *word;
	bool (*take)(struct reading *r, struct told *s);
};
const struct blank *blank_find(const char *word, size_t n);
