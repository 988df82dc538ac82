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

#include "daemon/db_wire.h"
#include "daemon/embedded.h"
#include "tests/daemon/database.h"

static struct database database;
static const char *landed_path;	  /* schema 1 as it landed */
static const char *landed_2_path; /* schema 2's functions */

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

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 65536);

	assert_non_null(f);
	assert_true(fread(text, 1, 65535, f) > 0);
	fclose(f);
	return text;
}

/* As the daemon did that had only schema 1. */
static void make_landed(struct db_session *s)
{
	char *text = read_file(landed_path);

	must_exec(
	    s, "set search_path = public; create table schema_version (version int4 primary key, "
	       "at timestamptz not null default now())");
	must_exec(s, text);
	must_exec(s, "insert into schema_version (version) values (1)");
	free(text);
}

/* Two bookings, one of them with items, cancelled, with its purpose; an outage, a person, a name, a
 * policy, a kept answer. */
static const char written_then[] =
    "select pole_ensure('old'); "
    "select pole_commit(1, 0, 7, 1800000000, 'cafe', "
    "'{3,3}', '{k,NULL}', '{booking,booking}', '{1,2}', '{booking code=B1,booking code=B2}', "
    "'{h1,h2}', "
    "'{1,2}', '{5,6}', '{7,7}', '{3,3}', '{4,4}', '{confirmed,cancelled}', '{t,f}', "
    "'{1800003600,1800003600}', '{1800007200,1800007200}', '{1800000000,1800000000}', "
    "'{0,1800000001}', "
    "'{0,12}', '{0,1800003600}', "
    "'{}', '{1,2}', '{0,0}', '{5,6}', '{\"{[2,3)}\",\"{[1,3)}\"}', '{1800003600,1800003600}', "
    "'{1800009000,1800007200}', '{t,f}', "
    "'{2}', '{0}', '{6}', '{0}', '{2}', '{asked}', '{0}', '{present}', '{1800003600}', "
    "'{1800007200}', '{a/b}', "
    "'{1}', '{5}', '{0}', '{1800000000}', '{0}', '{3}', '{1800000000}', '{0}', "
    "'{1}', '{Noël}', "
    "'{3}', '{7}', '{1}', '{t}', '{Ana}', '{\"\"}', "
    "'{3}', '{c0ffee}', '{f}', "
    "'{resource}', '{0}', '{5}', '{van}', "
    "'{3}', '{k}', '{feed}', '{OK}', "
    "'[{\"name\": \"pole.yaml\", \"text\": \"pole\"}]', 'abba', 3, 'first')";

static void upgrades_what_landed(void **state)
{
	struct db_session *s = owner_session(&database);
	struct db_params *p = db_params_new();
	char why[512];

	must_exec(s, "create database landed");
	db_session_free(s);
	s = owner_session_of(&database, "landed");
	make_landed(s);
	must_exec(s, written_then);
	if (migrate(s, why))
		fail_msg("%s", why);
	db_param_int4(p, 1);
	must_give(s, "pole_state", p, 6, 1, (const char *[]){"1|cafe|2|3|1800000000|1"});
	must_give(s, "load_names", p, 4, 1, (const char *[]){"resource|0|5|van"});
	must_give(s, "load_persons", p, 6, 1, (const char *[]){"3|7|1|t|Ana|"});
	must_give(s, "load_credentials", p, 3, 1, (const char *[]){"3|c0ffee|f"});
	must_give(s, "load_qualifications", p, 5, 0, NULL);
	must_give(s, "policy_history", p, 5, 1, (const char *[]){"1|abba|1800000000|3|first"});
	list_params(p, 1, "confirmed,cancelled");
	must_give(
	    s, "list_bookings", p, 18, 2,
	    (const char *[]){"1|5|7|3|4|confirmed|t|1800003600|1800007200|1800000000|0|Noël|"
			     "0/5/2/1800003600/1800009000||0|0|0|-",
			     "2|6|7|3|4|cancelled|f|1800003600|1800007200|1800000000|1800000001||"
			     "0/6/1/1800003600/1800007200 0/6/2/1800003600/1800007200|"
			     "6/0/2/asked/0/present/1800003600/1800007200/a/b|12|1800003600|0|-"});
	db_params_reset(p);
	db_param_int4(p, 1);
	db_param_int8(p, 0);
	must_give(s, "load_outages", p, 8, 1,
		  (const char *[]){"1|5|0|1800000000|0|3|1800000000|f"});
	must_give(s, "load_requests", p, 4, 1, (const char *[]){"3|k|feed|OK"});
	must_give(s, "log_after", p, 13, 2,
		  (const char *[]){"1|1|1800000000|7|3|k|booking|booking code=B1|h1|Noël|-|feed|OK",
				   "1|2|1800000000|7|3|-|booking|booking code=B2|h2|-|-|-|-"});
	must_exec(s, "do $$ begin assert (select row(about, number, kind, text, by_person, at) = "
		     "row('booking', 1::int8, 'purpose', 'Noël', 4, to_timestamp(1800000000)) from "
		     "note); end $$");
	must_exec(s, "do $$ begin assert not (select bool_or(pending) from booking); end $$");
	assert_int_equal(db_session_exec(s,
					 "insert into allocation select 1, 9, 0, 5, 2, "
					 "tstzrange(to_timestamp(1800008999), "
					 "to_timestamp(1800010000)), true",
					 why),
			 1);
	assert_memory_equal(why, "23P01", 5);
	db_params_free(p);
	db_session_free(s);
}

/* Two bookings of schema 2, the second of two lanes and cancelled. */
static const char written_in_2[] =
    "select pole_ensure('old'); "
    "do $$ begin assert (select outcome from pole_commit(1, 0, 7, 1800000000, "
    "'{3,1,3,2}', '{k,booking,booking code=B1,h1,booked,BOOK,NULL,booking,booking code=B2,h2,"
    "cancelled,CANCEL}', 'cafe', "
    "'{1,5,7,3,4,1,1800003600,1800007200,1800000000,0,0,0,1800003600,"
    "2,6,7,3,4,0,1800003600,1800007200,1800000000,1800000001,12,1800003600,0}', "
    "'{confirmed,cancelled}', '{}', "
    "'{1,0,5,1800003600,1800009000,1,2,0,6,1800003600,1800007200,0}', "
    "'{\"{[2,3)}\",\"{[1,3)}\"}', "
    "'{3}', '{k,feed,OK}', '{1,4}', '{booking,purpose,Noël}', "
    "null, null, null, null, null, null)) = 'committed'; end $$";

static void make_landed_2(struct db_session *s)
{
	char *text = read_file(landed_2_path);

	must_exec(
	    s, "set search_path = public; create table schema_version (version int4 primary key, "
	       "at timestamptz not null default now())");
	must_exec(s, sql_text("migration-001"));
	must_exec(s, sql_text("migration-002"));
	must_exec(s, text);
	must_exec(s, "insert into schema_version (version) values (1), (2)");
	free(text);
}

static void upgrades_schema_2(void **state)
{
	struct db_session *s = owner_session(&database);
	struct db_params *p = db_params_new();
	char why[512];

	must_exec(s, "create database landed_2");
	db_session_free(s);
	s = owner_session_of(&database, "landed_2");
	make_landed_2(s);
	must_exec(s, written_in_2);
	if (migrate(s, why))
		fail_msg("%s", why);
	list_params(p, 1, "confirmed,cancelled");
	must_give(
	    s, "list_bookings", p, 18, 2,
	    (const char *[]){
		"1|5|7|3|4|confirmed|t|1800003600|1800007200|1800000000|0|Noël|"
		"0/5/2/1800003600/1800009000||0|0|1800003600|-",
		"2|6|7|3|4|cancelled|f|1800003600|1800007200|1800000000|1800000001||"
		"0/6/1/1800003600/1800007200 0/6/2/1800003600/1800007200||12|1800003600|0|-"});
	db_params_reset(p);
	db_param_int4(p, 1);
	db_param_int8(p, 0);
	must_give(s, "log_after", p, 13, 2,
		  (const char *[]){"1|1|1800000000|7|3|k|booking|booking code=B1|h1|Noël|-|feed|OK",
				   "1|2|1800000000|7|3|-|booking|booking code=B2|h2|-|-|-|-"});
	must_exec(s, "do $$ begin assert (select array_agg(pending order by number) from booking) "
		     "= '{t,f}'; end $$");
	db_params_free(p);
	db_session_free(s);
}

/* The others' commits stand behind the migration for no longer than it waits for a table. */
static void lets_others_by_while_somebody_reads(void **state)
{
	struct db_session *reader = owner_session(&database), *writer;
	char why[512];
	int status;
	pid_t pid;

	must_exec(reader, "create database read");
	db_session_free(reader);
	reader = owner_session_of(&database, "read");
	make_landed_2(reader);
	must_exec(reader, written_in_2);
	must_exec(reader, "begin; do $$ begin perform from pole; end $$");
	pid = fork();
	if (pid == 0)
		_exit(migrate(owner_session_of(&database, "read"), why));
	writer = owner_session_of(&database, "read");
	must_exec(
	    writer,
	    "do $$ begin while not exists (select from pg_locks where not granted and database = "
	    "(select oid from pg_database where datname = 'read')) loop perform pg_sleep(0.01); "
	    "end loop; end $$");
	must_exec(writer, "set statement_timeout = '20s'; update pole set version = version");
	must_exec(reader, "commit");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(schema(writer) > 2);
	db_session_free(writer);
	db_session_free(reader);
}

/* Everything in a database that is ours, as text. */
static char *shape_of(const char *name)
{
	char conninfo[256];
	PGconn *c;
	PGresult *r;
	char *text;

	snprintf(conninfo, sizeof(conninfo), "%s dbname=%s",
		 embedded_owner_conninfo(database.embedded), name);
	c = PQconnectdb(conninfo);
	r = PQexec(
	    c, "with own as (select oid from pg_class where relnamespace = 'public'::regnamespace) "
	       "select string_agg(line, e'\n' order by line) from ("
	       "select format('%s.%s %s %s %s %s', attrelid::regclass, attname, attnum, "
	       "format_type(atttypid, atttypmod), attnotnull, atthasdef) "
	       "from pg_attribute where attrelid in (select oid from own) and attnum > 0 and not "
	       "attisdropped "
	       "union all select format('%s %s', conname, pg_get_constraintdef(oid)) from "
	       "pg_constraint "
	       "where conrelid in (select oid from own) "
	       "union all select indexdef from pg_indexes where schemaname = 'public' "
	       "union all select format('%s %s', relname, relacl) from pg_class "
	       "where oid in (select oid from own) and relkind in ('r', 'v') "
	       "union all select pg_get_triggerdef(oid) from pg_trigger "
	       "union all select format('%s %s %s', pg_get_functiondef(p.oid), proacl, proowner) "
	       "from pg_proc p "
	       "left join pg_depend d on d.objid = p.oid and d.deptype = 'e' "
	       "where pronamespace = 'public'::regnamespace and d.objid is null) x (line)");
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s", PQresultErrorMessage(r));
	text = strdup(PQgetvalue(r, 0, 0));
	PQclear(r);
	PQfinish(c);
	return text;
}

/* However a database came to the newest schema, it is the same. */
static void upgraded_is_as_new(void **state)
{
	struct db_session *s = owner_session(&database);
	static const char *const olds[] = {"landed", "landed_2"};
	char *upgraded, *fresh, why[512];

	must_exec(s, "create database fresh");
	db_session_free(s);
	s = owner_session_of(&database, "fresh");
	assert_int_equal(migrate(s, why), 0);
	db_session_free(s);
	fresh = shape_of("fresh");
	assert_true(strlen(fresh) > 10000);
	for (size_t i = 0; i < sizeof(olds) / sizeof(*olds); i++) {
		upgraded = shape_of(olds[i]);
		assert_string_equal(upgraded, fresh);
		free(upgraded);
	}
	free(fresh);
}

/* What goes wrong at the end leaves the database at the schema that it had, with its functions. */
static void an_upgrade_is_whole_or_not_at_all(void **state)
{
	struct db_session *s = owner_session(&database);
	char why[512];

	must_exec(s, "create database stuck");
	db_session_free(s);
	s = owner_session_of(&database, "stuck");
	make_landed(s);
	must_exec(s, written_then);
	must_exec(s, "create view in_the_way as select allocation_text(a) from allocation a");
	assert_true(migrate(s, why) > 0);
	assert_non_null(strstr(why, "functions: 2BP01"));
	assert_int_equal(schema(s), 1);
	must_exec(s, "do $$ begin assert (select count(*) = 2 from booking_row); "
		     "assert to_regclass('detail') is null; end $$; drop view in_the_way");
	assert_int_equal(migrate(s, why), 0);
	assert_int_equal(schema(s), 6);
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
			     "e.pole_id, 0, 1, 0, "
			     "'{}', '{}', '', '{}', '{}', 0, '{}', '{}', '{}', '{}', '{}', '{}', "
			     "null, null, null, null, null, null)) "
			     "= 'committed'; end $$");
		db_session_free(s);
	}
}

/* SELECT, and nothing else, of every table and view that there is; functions by name. */
static void the_daemon_may_not_write(void **state)
{
	static const char *const refused[] = {
	    "insert into %s default values returning (select count(*) from %s)",
	    "delete from %s where false and exists (select from %s)", "truncate %s, %s"};
	static const char *const tables[] = {
	    "schema_version", "pole",	"policy", "event",	"booking",
	    "allocation",     "note",	"person", "credential", "name",
	    "request",	      "detail", "item",	  "outage",	"qualification"};
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
	    "update detail set forfeit = 0",
	    "update qualification set word = ''",
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_done_once_by_many),
	    cmocka_unit_test(refuses_a_newer_schema),
	    cmocka_unit_test(leaves_nothing_half_done),
	    cmocka_unit_test(lets_others_by_while_somebody_reads),
	    cmocka_unit_test(upgrades_what_landed),
	    cmocka_unit_test(upgrades_schema_2),
	    cmocka_unit_test(upgraded_is_as_new),
	    cmocka_unit_test(an_upgrade_is_whole_or_not_at_all),
	    cmocka_unit_test(serves_an_owner_who_is_no_superuser),
	    cmocka_unit_test(the_daemon_may_not_write),
	    cmocka_unit_test(the_daemon_may_not_update),
	    cmocka_unit_test(not_even_the_owner_alters_the_log),
	    cmocka_unit_test(functions_are_closed),
	};

	assert_int_equal(argc, 3);
	landed_path = argv[1];
	landed_2_path = argv[2];
	return cmocka_run_group_tests(tests, start, stop);
}
