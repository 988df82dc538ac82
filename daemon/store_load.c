/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loads a pole while nothing else is to be done. */

#include "daemon/store.h"

#include "daemon/db.h"
#include "daemon/load.h"
#include "daemon/served.h"
#include "daemon/server.h"

#define CONNECT_WITHIN_S 30

int store_session(const struct server *server, struct db_session **ret, char *ret_why)
{
	int r = db_session_new(server->conninfo, CONNECT_WITHIN_S, ret, ret_why);

	if (!r && *server->on_connect)
		r = db_session_exec(*ret, server->on_connect, ret_why);
	return r;
}

static int ask(struct db_session *session, const struct load_question *q,
	       const struct db_params *params, struct db_rows **ret, char *ret_why)
{
	return q->binary ? db_session_query_binary(session, q->statement, params, ret, ret_why)
			 : db_session_query(session, q->statement, params, ret, ret_why);
}

static int load_all(struct db_session *session, struct load *l, char *ret_why)
{
	struct db_params *params = db_params_new();
	struct load_question q;
	int r = 0;

	while (!r && load_next(l, &q, params)) {
		struct db_rows *rows = NULL;

		r = ask(session, &q, params, &rows, ret_why);
		if (!r)
			r = load_take(l, rows, ret_why);
		db_rows_free(rows);
	}
	db_params_free(params);
	return r;
}

int store_load(struct db_session *session, struct served *s, char *ret_why)
{
	struct load *l = load_new(s->id, server_clock());
	struct db_rows *rows = NULL;
	char ignored[512];
	int r = load_all(session, l, ret_why);

	if (!r) {
		served_take(s, load_end(l));
		return 0;
	}
	if (db_session_query(session, load_over.statement, NULL, &rows, ignored) == 0)
		db_rows_free(rows);
	load_free(l);
	return r;
}
