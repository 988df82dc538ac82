/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Queries on a link, in pipeline mode.
 *
 * Each query is a group of its own: [Parse,] Bind, Execute, Sync. The Sync is the transaction:
 * results come before the commit, and the commit itself may fail (a deferred constraint, a full
 * disk), so nothing is told until the Sync is answered. An error skips to the Sync and leaves the
 * groups after it alone. When the connection dies before the answer to the Sync, the outcome is
 * unknown: DB_LOST.
 *
 * Statements are prepared on first use in the same group as that use, at no round trip. If
 * preparing fails, the statement fails, and so do uses already sent behind it; the next use
 * prepares again.
 *
 * libpq 15 writes to the socket at every Sync: there is nothing to be gained by gathering queries
 * for a turn of the loop.
 */
#include "daemon/db_link.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

void calls_init(struct calls *c)
{
	*c = (struct calls){.end = &c->first};
}

static void calls_append(struct calls *c, struct db_call *call)
{
	*c->end = call;
	c->end = &call->next;
	c->n++;
}

static struct db_call *calls_pop(struct calls *c)
{
	struct db_call *call = c->first;

	c->first = call->next;
	if (!c->first)
		c->end = &c->first;
	c->n--;
	return call;
}

static void call_free(struct db_call *call)
{
	PQclear(call->result);
	free(call);
}

void calls_discard(struct calls *c)
{
	while (c->n)
		call_free(calls_pop(c));
}

static void call_tell(struct db_call *call, enum db_outcome outcome, const char *error)
{
	struct db_rows rows = {call->result, 0, call->result ? PQntuples(call->result) : 0};

	call->done(call->arg, outcome, outcome == DB_OK && call->result ? &rows : NULL, error);
	call_free(call);
}

void calls_tell(struct db_link *l, struct calls *c, enum db_outcome outcome, const char *why)
{
	while (c->n && !l->freed)
		call_tell(calls_pop(c), outcome, why);
	calls_discard(c);
}

static bool is_prepared(const struct db_link *l, const char *text)
{
	for (size_t i = 0; i < l->n_prepared; i++)
		if (l->prepared[i] == text)
			return true;
	return false;
}

static void remember_prepared(struct db_link *l, const char *text)
{
	l->prepared = memory_grow(l->prepared, (l->n_prepared + 1) * sizeof(*l->prepared));
	l->prepared[l->n_prepared++] = text;
}

static void call_send(struct db_link *l, struct db_call *call, const char *statement,
		      const struct db_params *params, bool binary)
{
	const char *text = sql_text(statement);
	struct db_arguments a;
	bool sent = true;

	assert(text);
	db_params_arguments(params, &a);
	call->phase = CALL_RUNNING;
	if (!is_prepared(l, text)) {
		call->phase = CALL_PREPARING;
		call->preparing = text;
		sent = PQsendPrepare(l->conn, statement, text, 0, NULL);
		remember_prepared(l, text);
	}
	sent =
	    sent &&
	    PQsendQueryPrepared(l->conn, statement, a.n, a.values, a.lengths, a.formats, binary) &&
	    PQpipelineSync(l->conn);
	if (!l->sent.n)
		l->progress_ms = link_now_ms();
	calls_append(&l->sent, call);
	if (sent) {
		link_flush(l);
	} else {
		link_break(l, "the connection was lost while sending");
	}
}

static void call_begin(struct db_link *l, const char *statement, const struct db_params *params,
		       bool binary, db_row_fn *row, db_done_fn *done, void *arg)
{
	struct db_call *call = memory_new(sizeof(*call));

	call->row = row;
	call->done = done;
	call->arg = arg;
	if (db_link_is_up(l)) {
		call_send(l, call, statement, params, binary);
		return;
	}
	calls_append(&l->unsent, call);
	link_defer(l);
}

void db_query(struct db_link *l, const char *statement, const struct db_params *params,
	      db_done_fn *done, void *arg)
{
	call_begin(l, statement, params, false, NULL, done, arg);
}

void db_query_binary(struct db_link *l, const char *statement, const struct db_params *params,
		     db_done_fn *done, void *arg)
{
	call_begin(l, statement, params, true, NULL, done, arg);
}

void db_stream(struct db_link *l, const char *statement, const struct db_params *params,
	       db_row_fn *row, db_done_fn *done, void *arg)
{
	call_begin(l, statement, params, false, row, done, arg);
}

static void call_forget_statement(struct db_link *l, const char *text)
{
	for (size_t i = 0; i < l->n_prepared; i++)
		if (l->prepared[i] == text)
			l->prepared[i] = l->prepared[--l->n_prepared];
}

static void call_error(struct db_link *l, struct db_call *call, const PGresult *result)
{
	if (!*call->error)
		db_describe_result(result, call->error);
	if (call->phase == CALL_PREPARING)
		call_forget_statement(l, call->preparing);
}

/* A row at a time, or all that came where libpq could not be told in time. A pause takes effect
 * before the next result. */
static void call_rows(struct db_link *l, struct db_call *call, PGresult *result)
{
	int n = PQntuples(result);

	for (int i = 0; i < n && !l->freed; i++)
		call->row(call->arg, &(struct db_rows){result, i, 1});
}

static void call_result(struct db_link *l, struct db_call *call, PGresult *result)
{
	switch (PQresultStatus(result)) {
	case PGRES_SINGLE_TUPLE:
	case PGRES_TUPLES_OK:
		if (call->row) {
			call_rows(l, call, result);
			break;
		}
		PQclear(call->result);
		call->result = result;
		return;
	case PGRES_COMMAND_OK:
		break;
	default:
		call_error(l, call, result);
	}
	PQclear(result);
}

/* read_only_sql_transaction: the server is a standby, or was told to only read. That is the
 * session's, and may be over for a new one. */
static bool is_read_only(const char *error)
{
	return strncmp(error, "25006", 5) == 0;
}

static void call_synced(struct db_link *l)
{
	struct db_call *call = calls_pop(&l->sent);

	if (!*call->error) {
		link_works(l);
		call_tell(call, DB_OK, "");
		return;
	}
	if (is_read_only(call->error)) {
		l->rejected = true;
		link_break(l, "the session only reads");
	}
	call_tell(call, DB_REFUSED, call->error);
}

/* More ends of results than there are results: we and libpq do not agree on where we are. */
static void call_confused(struct db_link *l)
{
	link_break(l, "the server's answers are out of order");
}

/* Takes one result; false: there is none to come before more input. */
static bool receive_one(struct db_link *l)
{
	struct db_call *call = l->sent.first;
	PGresult *result;

	if (call->row && call->phase == CALL_RUNNING && !call->by_row)
		call->by_row = PQsetSingleRowMode(l->conn);
	if (PQisBusy(l->conn))
		return false;
	result = PQgetResult(l->conn);
	if (!result) {
		if (call->phase < CALL_STRAY)
			call->phase++;
		else
			call_confused(l);
	} else if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
		PQclear(result);
		call_synced(l);
	} else {
		call_result(l, call, result);
	}
	return true;
}

void calls_receive(struct db_link *l)
{
	PGconn *conn = l->conn;

	while (!l->freed && l->conn == conn && db_link_is_up(l) && !l->paused && l->sent.n)
		if (!receive_one(l))
			return;
}
