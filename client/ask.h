/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Requests and their answers.
 *
 * A request that changes something carries a key, a random one where the user named none: to the
 * same key any server of the pole gives the first answer, so that asking again never does it twice.
 * Where the connection is lost before the answer, or the server cannot say now whether it is done
 * (ERR unknown-outcome, ERR unavailable), the same bytes are sent again, to the next server where
 * there are several, for half a minute. What is still open then is told with the command that asks
 * the same with the same key: a person who typed the first one anew would book twice. What changes
 * nothing is asked again for a moment only.
 */

#include "client/patience.h"
#include "client/session.h"
#include "proto/code.h"

struct reply {
	enum code_class class;
	const char *code; /* "" where OK */
	struct line final;
	struct line *data; /* words[0] is the kind */
	size_t n_data;
	const char *again; /* the command that asks the same once more; NULL: nothing is open */
	bool unknown;	   /* perhaps it was done */
};

struct ask {
	struct session *session;
	struct buffer bytes;
	struct line_writer line;
	const char *tag;
	const char *key;	  /* NULL: changes nothing */
	bool unknown;		  /* perhaps it was done already */
	int fault;		  /* of the last attempt */
	unsigned n_lost;	  /* connections, at this request */
	struct patience patience; /* from the first attempt that failed on */
};

void ask_begin(struct ask *q, struct session *s, const char *verb, const char *subverb);
/* For a verb that changes something: key= from --key or a random one, dry=yes where --dry-run is
 * given. */
void ask_begin_change(struct ask *q, struct session *s, const char *verb, const char *subverb);
void ask_option(struct ask *q, const char *key,
		const char *option); /* where the option was given */
/* Sends, collects the whole answer, and releases q. EXIT_DONE: there is an answer, of whatever
 * class. */
enum exit_code ask_send(struct ask *q, struct reply *ret);
/* As ask_send, but every data line goes to `row` as it comes and is then forgotten. Never sent
 * twice. */
enum exit_code ask_stream(struct ask *q, void (*row)(void *to, const struct line *line), void *to,
			  struct reply *ret);
/* ask_send, and where the answer is not OK its reason on stderr and the exit code for it. */
enum exit_code ask_done(struct ask *q, struct reply *ret);

enum exit_code reply_exit(const struct reply *r); /* how the client ends with this answer */
enum exit_code reply_complain(struct cli *cli,
			      const struct reply *r);	       /* says why on stderr; the same */
const char *reply_get(const struct reply *r, const char *key); /* of the last line; NULL if none */
bool line_is(const struct line *l, const char *kind);
/* All values of a key, separated by LF; NULL if none. */
const char *line_list(struct arena *a, const struct line *l, const char *key);
/* 0..3 where the line ends a reply (an `enum code_class`), 4 where it does not. */
size_t line_final_class(const struct line *l);
