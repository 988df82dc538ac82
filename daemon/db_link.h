/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The inside of a link, for db_link.c (its life) and db_call.c (its queries). */

#include <event2/event.h>

#include "daemon/db_wire.h"

enum link_state {
	LINK_WAITING, /* for the next attempt */
	LINK_CONNECTING,
	LINK_SETTING_UP, /* on_connect runs */
	LINK_UP,	 /* in pipeline mode */
};

enum call_phase {
	CALL_PREPARING,
	CALL_RUNNING,
	CALL_SYNCING,
	CALL_STRAY, /* an error of the commit itself has an end of results of its own before the
		       Sync */
};

struct db_call {
	struct db_call *next;
	enum call_phase phase;
	db_done_fn *done;
	db_row_fn *row; /* NULL: all at once */
	void *arg;
	const char *preparing; /* text of the statement prepared along; NULL: none */
	bool by_row;	       /* libpq was told to give a row at a time */
	PGresult *result;      /* NULL: none yet */
	char error[DB_ERROR_BYTES];
};

struct calls {
	struct db_call *first, **end;
	size_t n;
};

struct db_link {
	uint64_t n_connects;
	struct event_base *base;
	char *conninfo, *name, *on_connect;
	const struct db_link_ops *ops;
	void *arg;

	enum link_state state;
	PGconn *conn;
	struct event *readable, *writable, *timer, *turn;
	unsigned delay_ms, patience_ms;
	uint64_t progress_ms; /* when the server was last heard, or first owed us something */
	char set_up_error[DB_ERROR_BYTES]; /* of on_connect, until it has ended */
	char why[DB_ERROR_BYTES];	   /* it failed last */

	struct calls sent, unsent; /* unsent: to be told DB_DOWN at the next turn */
	const char **prepared;	   /* texts of the statements that this connection knows */
	size_t n_prepared;
	bool paused;
	const char *broken; /* why it is to be closed at the next turn; NULL: it is not */
	bool rejected; /* the last session only read: attempts stay rare until a call succeeds */
	int depth;   /* callbacks under way; the memory stays until they are back */
	bool freed;
};

uint64_t link_now_ms(void);
void link_fail(struct db_link *l,
	       const char *why); /* closes, tells, and waits for the next attempt */
void link_flush(struct db_link *l);
void link_defer(struct db_link *l); /* asks for a turn */
void link_break(struct db_link *l, const char *why); /* static text; it fails at the next turn */
void link_works(struct db_link *l); /* a call succeeded */

void calls_init(struct calls *c);
void calls_tell(struct db_link *l, struct calls *c, enum db_outcome outcome,
		const char *why); /* all; empties it */
void calls_discard(struct calls *c);
void calls_receive(struct db_link *l); /* takes what results have come */
