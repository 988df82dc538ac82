/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The verb table: one row per verb, read by decoder, permission check, HELP, completion and manual.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/buffer.h"

enum verb_id {
	VERB_HELLO, VERB_AUTH, VERB_WHOAMI, VERB_HELP, VERB_NOOP, VERB_QUIT, VERB_STATUS,
	VERB_RESOURCES, VERB_FIND, VERB_BOOK, VERB_HOLD, VERB_CONFIRM, VERB_MOVE, VERB_EXTEND, VERB_CANCEL,
	VERB_OFFERS, VERB_ACCEPT, VERB_PASS, VERB_APPROVE, VERB_DECLINE, VERB_OUT, VERB_BACK, VERB_SWAP, VERB_DISPUTE, VERB_SETTLE,
	VERB_EXPLAIN, VERB_SHOW, VERB_LIST, VERB_AGENDA, VERB_WATCH,
	VERB_REPORT, VERB_OUTAGE, VERB_CLOSE, VERB_REOPEN, VERB_OUTAGES,
	VERB_POLICY_PUT, VERB_POLICY_RESET, VERB_POLICY_CHECK, VERB_POLICY_PLAN, VERB_POLICY_APPLY, VERB_POLICY_SHOW,
	VERB_POLICY_EFFECTIVE, VERB_POLICY_HISTORY,
	VERB_PERSON_ADD, VERB_PERSON_LIST, VERB_PERSON_TOKEN, VERB_PERSON_QUALIFY, VERB_PERSON_DISQUALIFY,
	N_VERBS
};

enum key_type {
	KEY_TEXT,     /* any text, 1000 bytes at most unless the row says otherwise */
	KEY_NAME,     /* an id of the policy: resource, unit, member, site; 1..64 bytes */
	KEY_BOOKING,  /* a booking's code */
	KEY_PERSON,   /* p17 */
	KEY_MOMENT,   /* lib/moment.h */
	KEY_DURATION, /* lib/duration.h */
	KEY_NUMBER,   /* 0..1000000 */
	KEY_YES,      /* yes or no */
	KEY_WORDS,    /* comma-separated list of words, of `choices` where given */
	KEY_CHOICE,   /* one of `choices` */
	KEY_SECRET,   /* a token: never logged, never kept with an answer; 1..256 bytes */
	KEY_FILE,     /* a file's name: 1..64 of A-Z a-z 0-9 . _ -, not beginning with a point */
	KEY_LANGUAGE, /* a word that language_from_word() knows: en, fr, fr_FR.UTF-8 */
	KEY_VERB,     /* a verb's word, with or without its subword, any case */
	KEY_LINE,     /* a line of a file: at most KEY_LINE_MAX_BYTES */
	KEY_QUANTITY, /* 1..500 */
	KEY_WINDOW,   /* two moments with a slash between */
	KEY_WISHES,   /* lib/wish.h */
	KEY_READING,  /* of a meter: 84210.5 */
	KEY_POINT,    /* of the log: a version, or 4712.3 */
	KEY_ITEM,     /* one thing of several: keys and values as of verb_item, in one value */
	N_KEY_TYPES
};
extern const char *const key_type_words[N_KEY_TYPES];

#define VERB_KEY_BYTES 16 /* the longest key, and its NUL */
#define KEY_LINE_MAX_BYTES 60000 /* so that its line has room for the rest, there and back */

struct verb_key {
	char key[VERB_KEY_BYTES]; /* in the row itself: its head is read, not computed */
	enum key_type type;
	bool required, repeated;
	bool single; /* is about the one thing of a request: not beside item= */
	const char *choices; /* "csv json table", separated by spaces; NULL: free */
	const char *help;    /* a few words */
	uint16_t min_bytes, max_bytes; /* 0: the type's own */
};

enum verb_access { /* who may call it */
	ACCESS_ANYONE, /* before AUTH too */
	ACCESS_PERSON, /* any active person */
	ACCESS_MANAGER, /* managers, coordinators and administrators */
	ACCESS_COORDINATOR, /* coordinators and administrators */
	ACCESS_ADMINISTRATOR,
	N_VERB_ACCESSES
};
extern const char *const verb_access_words[N_VERB_ACCESSES];

#define VERB_WORD_BYTES 16 /* the longest word, and its NUL */
#define VERB_MAX_KEYS 24
#define VERB_MAX_EITHERS 3

struct verb_either { /* two keys of which at most one may be given */
	char first[VERB_KEY_BYTES], second[VERB_KEY_BYTES]; /* empty: no such pair */
	bool required;		    /* one of them must be; where they are `single`, unless item= is given */
};

struct verb {
	enum verb_id id;
	char word[VERB_WORD_BYTES]; /* "POLICY" */
	const char *subword;	    /* "CHECK"; NULL for most */
	enum verb_access access;
	bool changes; /* takes key= and dry= besides its own keys */
	const char *help; /* one line */
	struct verb_either eithers[VERB_MAX_EITHERS]; /* ends at an empty one */
	struct verb_key keys[VERB_MAX_KEYS]; /* ends at an empty key */
};

extern const struct verb verb_table[N_VERBS]; /* indexed by id */
extern const struct verb verb_item; /* no verb: the keys of an item= */
extern const struct verb verb_tick; /* not in the table: what time does by itself, which nobody can ask for */
const struct verb *verb_find(const char *word, const char *subword); /* any case; NULL if none */
/* Whether `text` ("book", "POLICY", "policy check") names the verb: HELP verb=… is about all that are named. */
bool verb_is_named(const struct verb *v, const char *text);
/* "POLICY CHECK", into buf (at least 32 bytes); returns buf. */
char *verb_name(const struct verb *v, char *buf, size_t n);
const struct verb_key *verb_key(const struct verb *v, const char *key); /* its own or, where it changes, key and dry; NULL if none */
const struct verb_key *verb_key_find(const struct verb *v, uint64_t head, const char *key); /* the same, where the key's head is known */
/* All its keys one by one, key and dry last: i from 0; NULL at the end. */
const struct verb_key *verb_key_at(const struct verb *v, size_t i);
/* What HELP says in `keys`: `what [unit] from (to or for) [member] …` as in GRAMMAR 3, without key and dry. Appends. */
void verb_synopsis(const struct verb *v, struct buffer *out);
bool verb_allows(const struct verb *v, bool authenticated, uint32_t roles);
