/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of things: one snapshot, then pole by pole the log, the tables, and what holds between
 * rows.
 *
 * The log is read once. Of each record its last image is kept as a hash, with the place of the row
 * that says it: 32 bytes a slot, so that a million bookings take 64 MB. Where a row of a
 * table has another hash the row of the log is read again, to say what differs.
 *
 * Both sides are written in one form of their own, lines of `label=value` (verify_image.c): rows
 * are not made into records first, for whatever stands in a damaged row must come out as it is.
 */

#include "daemon/verify.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/verify_parts.h"

#define CONNECT_WITHIN_S 10

struct db_params *verify_params(const struct verifying *v)
{
	struct db_params *p = db_params_new();

	db_param_int4(p, v->end.pole);
	return p;
}

static int verify_pole(struct db_session *session, const char *name, struct verify_report *r,
		       char *ret_why)
{
	struct verifying v = {.report = r, .session = session, .name = name, .known = pole_new()};
	int answer = log_end(session, name, &v.end, v.why);

	if (!answer)
		answer = verify_log(&v);
	if (!answer)
		answer = verify_policies(&v);
	if (!answer)
		answer = verify_tables(&v);
	if (!answer)
		answer = verify_lanes(&v);
	if (!answer)
		answer = verify_orphans(&v);
	if (!answer) {
		verify_numbers(&v);
		verify_print_end(&v);
	} else {
		snprintf(ret_why, 512, "%s: %.400s", name, v.why);
	}
	images_clear(&v.images);
	free(v.places);
	pole_free(v.known);
	return answer;
}

/* Whether the tables are those that this program knows. */
static int check_schema(struct db_session *session, char *ret_why)
{
	struct db_rows *rows = NULL;
	char ours[32], next[32];
	int r = db_session_query(session, "schema_version", NULL, &rows, ret_why);

	if (r)
		return r;
	snprintf(ours, sizeof(ours), "migration-%03lld", (long long)db_int(rows, 0, 0));
	snprintf(next, sizeof(next), "migration-%03lld", (long long)db_int(rows, 0, 0) + 1);
	r = !sql_text(ours) || sql_text(next);
	if (r)
		snprintf(ret_why, 512,
			 "the database has schema %s, this program another; verify it with the "
			 "version that wrote it, or run mutuald --migrate first",
			 db_value(rows, 0, 0));
	db_rows_free(rows);
	return r;
}

/* Rows that belong to no pole at all. */
static int check_strays(struct db_session *session, struct verify_report *r, char *ret_why)
{
	struct verifying v = {.report = r, .name = "rows of no pole"};
	struct db_rows *rows = NULL;
	int answer = db_session_query(session, "verify_strays", NULL, &rows, ret_why);

	if (answer)
		return answer;
	for (size_t i = 0; i < db_n_rows(rows); i++)
		finding(&v, FINDING_ORPHAN, "%s: %s rows of pole %s, which there is not",
			db_value(rows, i, 0), db_value(rows, i, 2), db_value(rows, i, 1));
	if (db_n_rows(rows))
		verify_print_end(&v);
	db_rows_free(rows);
	return 0;
}

static int verify_all(struct db_session *session, struct verify_report *r, char *ret_why)
{
	struct db_rows *poles = NULL;
	int answer = db_session_query(session, "poles", NULL, &poles, ret_why);

	for (size_t i = 0; !answer && i < db_n_rows(poles); i++)
		answer = verify_pole(session, db_value(poles, i, 2), r, ret_why);
	db_rows_free(poles);
	return answer ? answer : check_strays(session, r, ret_why);
}

int verify(const char *conninfo, const char *on_connect, const char *const *poles, size_t n_poles,
	   struct verify_report *r, char *ret_why)
{
	struct db_session *session = NULL;
	int answer = db_session_new(conninfo, CONNECT_WITHIN_S, &session, ret_why);

	if (!answer && *on_connect)
		answer = db_session_exec(session, on_connect, ret_why);
	if (!answer)
		answer = db_session_exec(session, "begin isolation level repeatable read read only",
					 ret_why);
	if (!answer)
		answer = check_schema(session, ret_why);
	for (size_t i = 0; !answer && i < n_poles; i++)
		answer = verify_pole(session, poles[i], r, ret_why);
	if (!answer && !n_poles)
		answer = verify_all(session, r, ret_why);
	db_session_free(session);
	if (answer)
		return VERIFY_E_COULD_NOT;
	fprintf(r->out, "%s\n",
		r->n_findings ? "the database does not say what it should"
			      : "everything is as it should be");
	return r->n_findings ? VERIFY_FINDINGS : VERIFY_FINE;
}
