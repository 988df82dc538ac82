/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Every code that can end a reply, with its class and its text in each language. Texts have {named} places that are filled
 * from key/value pairs.
 */

#include <stddef.h>

#include "lib/arena.h"
#include "lib/reason.h"

enum code_class { CLASS_OK, CLASS_NO, CLASS_BAD, CLASS_ERR };
extern const char *const code_class_words[4];

enum code {
	CODE_OK,
	/* NO: refused. One per reason of lib/reason.h, in its order, then the shell's own. */
	CODE_UNKNOWN_RESOURCE, CODE_UNKNOWN_UNIT, CODE_UNKNOWN_MEMBER, CODE_UNKNOWN_PERSON, CODE_UNKNOWN_BOOKING,
	CODE_FORBIDDEN, CODE_STATE, CODE_OUT_OF_SERVICE, CODE_NONE_HAVING, CODE_TOO_MANY,
	CODE_EMPTY_SPAN, CODE_PAST, CODE_CLOSED, CODE_OUTAGE, CODE_CONFLICT, CODE_UNDECIDED, CODE_TRAVEL, CODE_REQUIREMENT,
	CODE_TOO_SHORT, CODE_TOO_LONG, CODE_STEP, CODE_START_GRID, CODE_LEAD, CODE_HORIZON, CODE_SLOTS,
	CODE_OPENS, CODE_QUOTA, CODE_WHO, CODE_KEPT, CODE_QUALIFICATION, CODE_APPROVAL,
	CODE_TOO_EARLY, CODE_READING,
	CODE_RECURRENCE, CODE_NO_DATES, CODE_MANY_DATES,
	CODE_AUTH,	   /* the token is not valid */
	CODE_AUTH_NEEDED,  /* AUTH first */
	CODE_KEY_REUSED,   /* the same key= with another request */
	CODE_POLICY_INVALID, /* the staged policy has problems */
	CODE_POLICY_EMPTY, /* nothing staged */
	CODE_POLICY_SAME,  /* the staged policy is the running one */
	CODE_NOT_LATER,	   /* EXTEND to an end that is not later */
	CODE_TOO_LARGE,	   /* the staged policy, or a text, is over its limit */
	CODE_UNKNOWN_OUTAGE, /* no such outage, or not any more */
	CODE_UNKNOWN_QUALIFICATION, /* the person has no such qualification on record */
	/* BAD: malformed */
	CODE_SYNTAX, CODE_TOO_LONG_LINE, CODE_UNKNOWN_VERB, CODE_UNKNOWN_KEY, CODE_MISSING_KEY, CODE_REPEATED_KEY, CODE_BAD_VALUE,
	CODE_BAD_COMBINATION, /* keys that do not go together */
	/* ERR: could not */
	CODE_UNAVAILABLE, CODE_UNKNOWN_OUTCOME, CODE_INTERNAL, CODE_OVERLOADED, CODE_SHUTTING_DOWN,
	/* goodbyes, on untagged lines */
	CODE_BYE, CODE_TIMEOUT, CODE_TOO_MANY_ERRORS, CODE_TOO_MANY_CONNECTIONS, CODE_SLOW,
	N_CODES
};

enum language { LANG_EN, LANG_FR, N_LANGUAGES };
int language_from_word(const char *word, enum language *ret); /* "fr", "fr_FR", "en-GB"; > 0: unknown */

const char *code_word(enum code c); /* "start-grid" */
enum code_class code_class(enum code c);
enum code code_of_reason(enum reason r);
int code_from_word(const char *word, enum code *ret); /* > 0: unknown */

struct fill { /* a {place} in a text */
	const char *name, *value;
};
/* The code's text with its places filled; a place without a value (NULL, "", or no fill) is left out with the clause that is
 * built on it. Which places there are is said in code.c. */
char *code_text(enum code c, enum language l, const struct fill *fills, size_t n, struct arena *a);
