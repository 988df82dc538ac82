/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection that blocks: for start-up, where there is nothing else to do. */
#include "daemon/db.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/db_wire.h"
#include "lib/arena.h"

struct db_session {
	PGconn *conn;
};

int db_session_new(const char *conninfo, int timeout_s, struct db_session **ret, char *ret_why)
{
	char timeout[16];
	const char *const keywords[] = {"fallback_application_name", "dbname", "client_encoding",
					"connect_timeout", NULL};
	const char *const values[] = {"mutuald", conninfo, "UTF8", timeout, NULL};
	struct db_session *s;
	PGconn *conn;

	snprintf(timeout, sizeof(timeout), "%d", timeout_s);
	conn = PQconnectdbParams(keywords, values, 1);
	if (!conn || PQstatus(conn) != CONNECTION_OK) {
		db_describe_connection(conn, ret_why);
		PQfinish(conn);
		return 1;
	}
	PQsetNoticeReceiver(conn, db_log_notice, NULL);
	s = memory_new(sizeof(*s));
	s->conn = conn;
	*ret = s;
	return 0;
}

void db_session_free(struct db_session *s)
{
	if (!s)
		return;
	PQfinish(s->conn);
	free(s);
}

static bool result_is_error(const PGresult *r)
{
	ExecStatusType status = PQresultStatus(r);

	return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
	       status != PGRES_SINGLE_TUPLE;
}

int db_session_exec(struct db_session *s, const char *sql, char *ret_why)
{
	PGresult *r = PQexec(s->conn, sql);
	int answer = result_is_error(r);

	if (answer)
		db_describe_result(r, ret_why);
	PQclear(r);
	return answer;
}

static int query(struct db_session *s, const char *statement, const struct db_params *params,
		 bool binary, struct db_rows **ret, char *ret_why)
{
	struct db_arguments a;
	struct db_rows *rows;
	PGresult *r;

	assert(sql_text(statement));
	db_params_arguments(params, &a);
	r = PQexecParams(s->conn, sql_text(statement), a.n, NULL, a.values, a.lengths, a.formats,
			 binary);
	if (result_is_error(r)) {
		db_describe_result(r, ret_why);
		PQclear(r);
		return 1;
	}
	rows = memory_new(sizeof(*rows));
	*rows = (struct db_rows){r, 0, PQntuples(r)};
	*ret = rows;
	return 0;
}

int db_session_query(struct db_session *s, const char *statement, const struct db_params *params,
		     struct db_rows **ret, char *ret_why)
{
	return query(s, statement, params, false, ret, ret_why);
}

int db_session_query_binary(struct db_session *s, const char *statement,
			    const struct db_params *params, struct db_rows **ret, char *ret_why)
{
	return query(s, statement, params, true, ret, ret_why);
}

int db_session_stream(struct db_session *s, const char *statement, const struct db_params *params,
		      db_row_fn *row, void *arg, char *ret_why)
{
	struct db_arguments a;
	PGresult *r;
	int answer = 0;

	assert(sql_text(statement));
	db_params_arguments(params, &a);
	if (!PQsendQueryParams(s->conn, sql_text(statement), a.n, NULL, a.values, a.lengths,
			       a.formats, 0)) {
		db_describe_connection(s->conn, ret_why);
		return 1;
	}
	PQsetSingleRowMode(s->conn);
	while ((r = PQgetResult(s->conn))) {
		if (result_is_error(r)) {
			db_describe_result(r, ret_why);
			answer = 1;
		}
		for (int i = 0; i < PQntuples(r); i++)
			row(arg, &(struct db_rows){r, i, 1});
		PQclear(r);
	}
	return answer;
}

int db_conninfo_check(const char *conninfo, char *ret_why)
{
	char *why = NULL;
	PQconninfoOption *options = PQconninfoParse(conninfo, &why);

	snprintf(ret_why, 512, "%s", why ? why : "");
	ret_why[strcspn(ret_why, "\n")] = '\0';
	PQconninfoFree(options);
	PQfreemem(why);
	return options == NULL;
}
