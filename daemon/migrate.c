/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbered migrations.
 *
 * Each is sent together with the row that records it as one simple query, which PostgreSQL runs as
 * one transaction: it is done whole or not at all. A session lock keeps daemons that start at the
 * same time from doing it twice; it goes with the session should we die. Where nothing is to be
 * done nothing is asked for but reading: a daemon that runs as its own role may start.
 */
#include "daemon/migrate.h"

#include <stdio.h>

#include "daemon/db.h"
#include "daemon/log.h"
#include "proto/buffer.h"

#define WHY_BYTES 512
#define LOCK "7823001" /* any number that is ours */

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

static int migrate_to(struct db_session *s, int version, char *ret_why)
{
	struct buffer sql = {0};
	char record[64], why[WHY_BYTES];
	int answer;

	snprintf(record, sizeof(record), ";\ninsert into schema_version (version) values (%d)",
		 version);
	buffer_puts(&sql, migration_text(version));
	buffer_puts(&sql, record);
	answer = db_session_exec(s, sql.bytes, why);
	buffer_release(&sql);
	if (answer)
		snprintf(ret_why, WHY_BYTES, "migration %d: %.480s", version, why);
	else
		log_info("database: schema %d", version);
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
	while (!answer && present < newest)
		answer = migrate_to(s, ++present, ret_why);
	return answer;
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
