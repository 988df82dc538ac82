/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbered migrations.
 *
 * All that are due are run in one transaction, and after them the functions and views of the newest
 * schema, which are written whole each time (sql/functions.sql): it is done whole or not at all. A
 * session lock keeps daemons that start at the same time from doing it twice; it goes with the
 * session should we die. Where nothing is to be done nothing is asked for but reading: a daemon
 * that runs as its own role may start.
 */
#include "daemon/migrate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/db.h"
#include "daemon/log.h"

#define WHY_BYTES 512
#define LOCK "7823001" /* any number that is ours */
#define LOCK_NOT_AVAILABLE "55P03"
#define RETRIES 100

static const char *migration_text(int version)
{
	char name[32];

	snprintf(name, sizeof(name), "migration-%03d", version);
	return sql_text(name);
}

static int newest_version(void)
{
	int version = 0;

	while (migration_text(version + 1))
		version++;
	return version;
}

static int present_version(struct db_session *s, int *ret, char *ret_why)
{
	struct db_rows *rows;
	int answer = db_session_query(s, "schema_version", NULL, &rows, ret_why);

	if (answer)
		return answer;
	*ret = (int)db_int(rows, 0, 0);
	db_rows_free(rows);
	return 0;
}

/* Runs a text; `what` names it where it fails. */
static int run(struct db_session *s, const char *sql, const char *what, char *ret_why)
{
	char why[WHY_BYTES];
	int answer = db_session_exec(s, sql, why);

	if (answer)
		snprintf(ret_why, WHY_BYTES, "%.31s: %.470s", what, why);
	return answer;
}

static int migrate_to(struct db_session *s, int version, char *ret_why)
{
	char record[64], what[32];
	int answer;

	snprintf(what, sizeof(what), "migration %d", version);
	snprintf(record, sizeof(record), "insert into schema_version (version) values (%d)",
		 version);
	answer = run(s, migration_text(version), what, ret_why);
	return answer ? answer : run(s, record, what, ret_why);
}

static int migrate_from(struct db_session *s, int present, int newest, char *ret_why)
{
	char ignored[WHY_BYTES];
	int answer = run(s, "begin; set local lock_timeout = '2s'", "begin", ret_why);

	for (int version = present + 1; !answer && version <= newest; version++)
		answer = migrate_to(s, version, ret_why);
	if (!answer)
		answer = run(s, sql_text("functions"), "functions", ret_why);
	if (!answer)
		answer = run(s, "commit", "commit", ret_why);
	if (answer)
		db_session_exec(s, "rollback", ignored);
	else
		log_info("database: schema %d", newest);
	return answer;
}

/* A table that somebody reads, a long report perhaps, cannot be altered, and as long as we wait for
 * it all who come to it wait behind us, the commits of other daemons, too: so we step back and come
 * again. */
static int migrate_when_free(struct db_session *s, int present, int newest, char *ret_why)
{
	int answer = migrate_from(s, present, newest, ret_why);

	for (int i = 0; answer && strstr(ret_why, LOCK_NOT_AVAILABLE) && i < RETRIES; i++) {
		log_info("database: waiting for whoever reads it, to migrate it: %s", ret_why);
		sleep(1);
		answer = migrate_from(s, present, newest, ret_why);
	}
	return answer;
}

static int migrate_locked(struct db_session *s, char *ret_why)
{
	int present, newest = newest_version(), answer;

	answer = db_session_exec(s,
				 "do $$ begin if to_regclass('public.schema_version') is null then "
				 "create table schema_version (version int4 primary key, "
				 "at timestamptz not null default now()); end if; end $$",
				 ret_why);
	if (!answer)
		answer = present_version(s, &present, ret_why);
	if (answer)
		return answer;
	if (present > newest) {
		snprintf(ret_why, WHY_BYTES,
			 "the database has schema %d; this mutuald knows up to %d", present,
			 newest);
		return 1;
	}
	return present < newest ? migrate_when_free(s, present, newest, ret_why) : 0;
}

int migrate(struct db_session *s, char *ret_why)
{
	char ignored[WHY_BYTES];
	int answer = db_session_exec(
	    s, "set search_path = public; select pg_advisory_lock(" LOCK ")", ret_why);

	if (answer)
		return answer;
	answer = migrate_locked(s, ret_why);
	db_session_exec(s, "select pg_advisory_unlock(" LOCK "); reset search_path", ignored);
	return answer;
}
