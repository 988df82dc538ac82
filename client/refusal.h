/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A refused BOOK, MOVE, EXTEND or FIND: why, in one line on stderr, and then what can be had
 * instead, each as a command to paste. With --json the same as one object on stdout.
 */

#include "client/ask.h"

struct thing;

struct wanted {			    /* what was asked, so that the commands keep it */
	const char *booking;	    /* the code, where one is to be moved; NULL: a new one */
	const char *resource;	    /* of that booking */
	const char *shorter;	    /* EXTEND: the command that would end it earlier */
	const struct thing *things; /* BOOK, FIND: what was asked for; NULL: nothing */
	size_t n_things;
	bool may_wait; /* where waiting mends it, the command that waits is told */
};

/* The reply is a NO, or a FIND that found nothing. Answers how the client ends. */
enum exit_code refusal_tell(struct session *s, const struct reply *r, const struct wanted *wanted);
/* A reply that is not OK as one object on stdout. */
void refusal_json(struct cli *cli, const struct reply *r);
/* The command for one alternative (or free unit): a line with what= or resource=, unit=, from= and
 * to=. */
const char *refusal_command(struct session *s, const struct wanted *wanted,
			    const struct line *alternative);
const char *refusal_why(const struct reply *r); /* the sentence that says it */
/* ` (rule van duration, rules.yaml:3:5)`, and without a rule only the place; "" where neither. */
const char *refusal_blame(struct session *s, const struct line *l);
/* Every reason with its rule, a line each; `but` (may be NULL) is the text that was said already.
 */
void refusal_reasons(struct session *s, const struct reply *r, const char *but,
		     const struct screen *screen);
/* What could be had instead, numbered, each with its command. */
void refusal_alternatives(struct session *s, const struct reply *r, const struct wanted *wanted,
			  const struct screen *screen);
