/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A connection that has said who the user is. */

#include "client/cli.h"
#include "client/connection.h"
#include "client/credentials.h"
#include "lib/zone.h"
#include "proto/line.h"

struct session {
	struct cli *cli;
	struct credentials credentials;
	struct connection *connection; /* NULL while lost */
	struct line who;	       /* the answer to AUTH */
	struct zone *zone;	       /* of the pole */
	struct arena passing;	       /* lines of an answer that streams */
	unsigned n_asked;
	bool told_as_of; /* that the database is away */
	bool logging_in; /* the token was never known to be valid */
	bool quiet;	 /* a loss is not told: it is tried again */
};

/* With the profile's credentials, or those given. What went wrong was said on stderr. */
enum exit_code session_open(struct session *s, struct cli *cli);
enum exit_code session_open_as(struct session *s, struct cli *cli, const struct credentials *c);
void session_close(struct session *s);
/* Checks the number of words, opens, runs, closes. */
enum exit_code session_run(struct cli *cli, size_t least_words, size_t most_words,
			   enum exit_code (*run)(struct session *s));
enum exit_code session_reconnect(struct session *s); /* after a loss */

struct civil_time session_now(const struct session *s); /* local to the pole */
/* The next line that can be read as one; a `connection_fault`. What the server says in parting goes
 * to stderr. */
int session_line(struct session *s, struct arena *a, struct line *ret);
/* Says a `connection_fault` on stderr with what to do next; EXIT_NETWORK. */
enum exit_code session_complain(struct session *s, int fault, const char *why);
const char *session_server(const struct session *s); /* as it is typed to log in */
/* Where the zone's rules are on this machine; NULL: not a zone's name. */
const char *zone_path(struct arena *a, const char *name);
