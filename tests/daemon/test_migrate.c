/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Migrations, and what the daemon's role may do once they are done. */
#include "daemon/migrate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/daemon/database.h"

static struct database database;

static int64_t schema(struct db_session *s)
{
	struct db_rows *rows = must_query(s, "schema_version", NULL);
	int64_t version = db_int(rows, 0, 0);

	db_rows_free(rows);
	return version;
}

static void is_done_once_by_many(void **state)
{
	struct db_session *s;
	char why[512];
	pid_t pids[4];
	int status;

	for (int i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			s = owner_session(&database);
			_exit(migrate(s, why));
		}
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	s = owner_session(&database);
	assert_true(schema(s) >= 1);
	assert_int_equal(migrate(s, why), 0);
	db_session_free(s);
}

static void refuses_a_newer_schema(void **state)
{
	struct db_session *s = owner_session(&database);
	char why[512];

	must_exec(s, "insert into schema_version (version) values (999)");
	assert_true(migrate(s, why) > 0);
	assert_non_null(strstr(why, "999"));
	must_exec(s, "delete from schema_version where version = 999");
	assert_int_equal(migrate(s, why), 0);
	db_session_free(s);
}

static void leaves_nothing_half_done(void **state)
{
	struct db_session *s = owner_session(&database);
	char why[512];

	must_exec(s, "create database other");
	db_session_free(s);
	s = owner_session_of(&database, "other");
	must_exec(s, "create table request (in_the_way int)");
	assert_true(migrate(s, why) > 0);
	assert_non_null(strstr(why, "migration 1: 42P07"));
	assert_int_equal(schema(s), 0);
	must_exec(s, "do $$ begin assert to_regclass('pole') is null; end $$; drop table request");
	assert_int_equal(migrate(s, why), 0);
	db_session_free(s);
}

/* Without superuser: one who may make roles, and one who may not but finds the role there. */
static void serves_an_owner_who_is_no_superuser(void **state)
{
	static const char *const owners[] = {"maker", "guest"};
	struct db_session *s = owner_session(&database);
	char sql[128], why[512];

	must_exec(s, "create role maker createrole; create role guest");
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		snprintf(sql, sizeof(sql), "create database of_%s owner %s", owners[i], owners[i]);
		must_exec(s, sql);
	}
	db_session_free(s);
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		snprintf(sql, sizeof(sql), "of_%s", owners[i]);
		s = owner_session_of(&database, sql);
		snprintf(sql, sizeof(sql), "set session authorization %s", owners[i]);
		must_exec(s, sql);
		if (migrate(s, why))
			fail_msg("%s: %s", owners[i], why);
		must_exec(s, "reset session authorization; set role mutuald; "
			     "do $$ begin assert (select outcome from pole_ensure('x') e, lateral "
			     "pole_commit("
			     "e.pole_id, 0, 1, 0, '', "
			     "'{}','{}','{}','{}','{}','{}', "
			     "'{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}', "
			     "'{}','{}','{}','{}','{}','{}','{}','{}', "
			     "'{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}', "
			     "'{}','{}','{}','{}','{}','{}','{}','{}', "
			     "'{}','{}', "
			     "'{}','{}','{}','{}','{}','{}', "
			     "'{}','{}','{}', "
			     "'{}','{}','{}','{}', "
			     "'{}','{}','{}','{}', "
			     "null,null,null,null)) "
			     "= 'committed'; end $$");
		db_session_free(s);
	}
}

/* SELECT, and nothing else, of every table and view that there is; functions by name. */
static void the_daemon_may_not_write(void **state)
{
	static const char *const refused[] = {
	    "insert into %s overriding system value select * from %s",
	    "delete from %s where false and exists (select from %s)", "truncate %s, %s"};
	static const char *const tables[] = {"schema_version", "pole",	     "policy", "event",
					     "booking",	       "allocation", "note",   "person",
					     "credential",     "name",	     "request"};
	struct db_session *s = daemon_session(&database);
	char sql[256], why[512];

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		snprintf(sql, sizeof(sql), "select * from %s", tables[t]);
		must_exec(s, sql);
		for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
			snprintf(sql, sizeof(sql), refused[i], tables[t], tables[t]);
			assert_int_equal(db_session_exec(s, sql, why), 1);
			if (strncmp(why, "42501", 5) != 0)
				fail_msg("%s: %s", sql, why);
		}
	}
	db_session_free(s);
}

static void the_daemon_may_not_update(void **state)
{
	static const char *const refused[] = {
	    "update pole set version = 0",
	    "update policy set hash = ''",
	    "update event set change = ''",
	    "update booking set pinned = true",
	    "update item set lane = 1",
	    "update allocation set lane = 1",
	    "update outage set lane = 1",
	    "update note set text = ''",
	    "update person set name = ''",
	    "update credential set withdrawn = false",
	    "update name set id = ''",
	    "update request set reply = ''",
	    "update schema_version set version = 0",
	    "update booking_row set pinned = true",
	    "create table mine (x int)",
	    "create function mine() returns int language sql as 'select 1'",
	    "set role postgres",
	    "alter table event disable trigger all",
	    "select refuse_alteration()",
	};
	struct db_session *s = daemon_session(&database);
	char why[512];

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_int_equal(db_session_exec(s, refused[i], why), 1);
		if (strncmp(why, "42501", 5) != 0 && strncmp(why, "0A000", 5) != 0)
			fail_msg("%s: %s", refused[i], why);
	}
	db_session_free(s);
}

static void not_even_the_owner_alters_the_log(void **state)
{
	static const char *const refused[] = {
	    "update event set change = ''", "delete from event",  "truncate event",
	    "update policy set hash = ''",  "delete from policy", "truncate policy"};
	struct db_session *s = owner_session(&database);
	char why[512];

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_int_equal(db_session_exec(s, refused[i], why), 1);
		assert_non_null(strstr(why, "append-only"));
	}
	db_session_free(s);
}

/* Every function with the owner's rights has a fixed search path and is not for everyone. */
static void functions_are_closed(void **state)
{
	struct db_session *s = owner_session(&database);

	must_exec(s,
		  "do $$ declare f record; begin "
		  "for f in select p.* from pg_proc p left join pg_depend d on d.objid = p.oid and "
		  "d.deptype = 'e' "
		  "         where p.pronamespace = 'public'::regnamespace and d.objid is null loop "
		  "  assert not has_function_privilege('public', f.oid, 'execute'), f.proname; "
		  "  assert not f.prosecdef or 'search_path=public, pg_temp' = any(f.proconfig), "
		  "f.proname; "
		  "end loop; end $$");
	db_session_free(s);
}

static int start(void **state)
{
	database_dir(&database);
	database_start(&database);
	return 0;
}

static int stop(void **state)
{
	database_stop(&database);
	database_remove(&database);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_done_once_by_many),
	    cmocka_unit_test(refuses_a_newer_schema),
	    cmocka_unit_test(leaves_nothing_half_done),
	    cmocka_unit_test(serves_an_owner_who_is_no_superuser),
	    cmocka_unit_test(the_daemon_may_not_write),
	    cmocka_unit_test(the_daemon_may_not_update),
	    cmocka_unit_test(not_even_the_owner_alters_the_log),
	    cmocka_unit_test(functions_are_closed),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
