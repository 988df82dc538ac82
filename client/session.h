/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A connection that has said who the user is, to any of the servers that the profile names.
 *
 * Where one cannot be reached or goes away, the next is tried; what was wrong with each is kept and
 * told only where none is left. A certificate that is not as it should be is told in any case.
 */

#include "client/cli.h"
#include "client/connection.h"
#include "client/credentials.h"
#include "lib/zone.h"
#include "proto/line.h"

struct failure {	  /* of the last attempt at a server */
	int fault, told;  /* a `connection_fault`; the one that was told already */
	const char *why;  /* NULL: nothing more is known */
	const char *said; /* by the server, in parting; NULL: nothing */
};

struct session {
	struct cli *cli;
	struct credentials credentials;
	struct servers servers; /* in the order in which they are tried */
	size_t at;		/* which of them it is */
	struct failure failures[SERVERS_MOST];
	struct connection *connection; /* NULL while lost */
	struct line who;	       /* the answer to AUTH */
	struct zone *zone;	       /* of the pole */
	struct arena passing;	       /* lines of an answer that streams */
	unsigned n_asked;
	bool told_as_of;     /* that the database is away */
	bool logging_in;     /* the token was never known to be valid */
	bool quiet;	     /* a loss is not told: it is tried again */
	bool trying;	     /* it has not said yet who the user is */
	bool bound;	     /* this very connection holds what the next requests are about */
	const char *parting; /* what the server said when it closed; NULL: nothing */
};

/* With the profile's credentials, or those given. What went wrong was said on stderr. */
enum exit_code session_open(struct session *s, struct cli *cli);
enum exit_code session_open_as(struct session *s, struct cli *cli, const struct credentials *c);
void session_close(struct session *s);
/* Checks the number of words, opens, runs, closes. */
enum exit_code session_run(struct cli *cli, size_t least_words, size_t most_words,
			   enum exit_code (*run)(struct session *s));
/* After a loss: each server once, beginning with the one after the present. Nothing is told but
 * that another is tried, on a terminal; session_tell_failures() tells what was wrong. */
enum exit_code session_reconnect(struct session *s);
void session_drop(struct session *s); /* the connection is not to be used any more */
void session_tell_failures(struct session *s);
bool session_may_recover(const struct session *s); /* what was wrong may pass */
bool session_has_others(const struct session *s);

struct civil_time session_now(const struct session *s); /* local to the pole */
/* The next line that can be read as one; a `connection_fault`. What the server says in parting is
 * kept. */
int session_line(struct session *s, struct arena *a, struct line *ret);
/* Says a `connection_fault` on stderr with what to do next; EXIT_NETWORK. */
enum exit_code session_complain(struct session *s, int fault, const char *why);
const char *session_server(const struct session *s);  /* the present one */
const char *session_servers(const struct session *s); /* as they are typed to log in */
/* Where the zone's rules are on this machine; NULL: not a zone's name. */
const char *zone_path(struct arena *a, const char *name);
