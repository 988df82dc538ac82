/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The verb table: one row per verb, read by decoder, permission check, HELP, completion and manual.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verb_id {
	VERB_HELLO, VERB_AUTH, VERB_WHOAMI, VERB_HELP, VERB_NOOP, VERB_QUIT, VERB_STATUS,
	VERB_RESOURCES, VERB_FIND, VERB_BOOK, VERB_MOVE, VERB_EXTEND, VERB_CANCEL, VERB_SHOW, VERB_LIST, VERB_AGENDA,
	VERB_REPORT,
	VERB_POLICY_PUT, VERB_POLICY_RESET, VERB_POLICY_CHECK, VERB_POLICY_PLAN, VERB_POLICY_APPLY, VERB_POLICY_SHOW,
	VERB_POLICY_HISTORY,
	VERB_PERSON_ADD, VERB_PERSON_LIST, VERB_PERSON_TOKEN,
	N_VERBS
};

enum key_type {
	KEY_TEXT,     /* any text */
	KEY_NAME,     /* an id of the policy: resource, unit, member, site */
	KEY_BOOKING,  /* a booking's code */
	KEY_PERSON,   /* p17 */
	KEY_MOMENT,   /* lib/moment.h */
	KEY_DURATION, /* lib/duration.h */
	KEY_NUMBER,   /* 0..1000000 */
	KEY_YES,      /* yes or no */
	KEY_WORDS,    /* comma-separated list of words, of `choices` where given */
	KEY_CHOICE,   /* one of `choices` */
	KEY_SECRET,   /* a token: never logged, never kept with an answer */
};

struct verb_key {
	const char *key;
	enum key_type type;
	bool required, repeated;
	const char *choices; /* "csv json table", separated by spaces; NULL: free */
	const char *help;    /* a few words */
};

enum verb_access { /* who may call it */
	ACCESS_ANYONE, /* before AUTH too */
	ACCESS_PERSON, /* any active person */
	ACCESS_COORDINATOR, /* coordinators and administrators */
	ACCESS_ADMINISTRATOR,
};

#define VERB_MAX_KEYS 12

struct verb {
	enum verb_id id;
	const char *word, *subword; /* "POLICY" "CHECK"; subword NULL for most */
	enum verb_access access;
	bool changes; /* takes key= and dry= besides its own keys */
	const char *help; /* one line */
	struct verb_key keys[VERB_MAX_KEYS]; /* ends at key NULL */
};

extern const struct verb verb_table[N_VERBS]; /* indexed by id */
const struct verb *verb_find(const char *word, const char *subword); /* any case; NULL if none */
const struct verb_key *verb_key(const struct verb *v, const char *key); /* its own or, where it changes, key and dry; NULL if none */
bool verb_allows(const struct verb *v, bool authenticated, uint32_t roles);
