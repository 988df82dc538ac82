/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PostgreSQL of the test's own; and groups to write into it. */
#include "tests/daemon/database.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/embedded.h"
#include "daemon/migrate.h"

void database_dir(struct database *d)
{
	*d = (struct database){.dir = "/tmp/mutuald-test-XXXXXX"};
	assert_non_null(mkdtemp(d->dir));
	assert_int_equal(chmod(d->dir, 0711), 0);
}

void database_start(struct database *d)
{
	char why[512];

	if (embedded_start(d->dir, NULL, &d->embedded, why))
		fail_msg("%s", why);
}

void database_start_migrated(struct database *d)
{
	struct db_session *s;
	char why[512];

	database_dir(d);
	database_start(d);
	s = owner_session(d);
	if (migrate(s, why))
		fail_msg("%s", why);
	db_session_free(s);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void database_stop(struct database *d)
{
	embedded_stop(d->embedded);
	d->embedded = NULL;
}

void database_remove(struct database *d)
{
	nftw(d->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static struct db_session *session(const char *conninfo)
{
	struct db_session *s;
	char why[512];

	if (db_session_new(conninfo, 10, &s, why))
		fail_msg("%s", why);
	return s;
}

struct db_session *owner_session(const struct database *d)
{
	return session(embedded_owner_conninfo(d->embedded));
}

struct db_session *owner_session_of(const struct database *d, const char *name)
{
	char conninfo[256];

	snprintf(conninfo, sizeof(conninfo), "%s dbname=%s", embedded_owner_conninfo(d->embedded),
		 name);
	return session(conninfo);
}

struct db_session *daemon_session(const struct database *d)
{
	return session(embedded_conninfo(d->embedded));
}

void must_exec(struct db_session *s, const char *sql)
{
	char why[512];

	if (db_session_exec(s, sql, why))
		fail_msg("%s: %s", sql, why);
}

struct db_rows *must_query(struct db_session *s, const char *statement, const struct db_params *p)
{
	struct db_rows *rows;
	char why[512];

	if (db_session_query(s, statement, p, &rows, why))
		fail_msg("%s: %s", statement, why);
	return rows;
}

static void int4s(struct db_params *p, size_t n, int32_t v)
{
	db_array_begin(p, DB_INT4_ARRAY);
	while (n--)
		db_array_int4(p, v);
	db_array_end(p);
}

static void int8s(struct db_params *p, size_t n, int64_t v)
{
	db_array_begin(p, DB_INT8_ARRAY);
	while (n--)
		db_array_int8(p, v);
	db_array_end(p);
}

static void texts(struct db_params *p, size_t n, const char *v)
{
	db_array_begin(p, DB_TEXT_ARRAY);
	while (n--)
		db_array_text(p, v);
	db_array_end(p);
}

static void bools(struct db_params *p, size_t n, bool v)
{
	db_array_begin(p, DB_BOOL_ARRAY);
	while (n--)
		db_array_bool(p, v);
	db_array_end(p);
}

#define EACH_INT8(p, g, value, condition)                                                          \
	do {                                                                                       \
		db_array_begin(p, DB_INT8_ARRAY);                                                  \
		for (const struct sample *b = (g)->bookings; b < (g)->bookings + (g)->n_bookings;  \
		     b++)                                                                          \
			if (condition)                                                             \
				db_array_int8(p, value);                                           \
		db_array_end(p);                                                                   \
	} while (0)

#define EACH_INT4(p, g, value, condition)                                                          \
	do {                                                                                       \
		db_array_begin(p, DB_INT4_ARRAY);                                                  \
		for (const struct sample *b = (g)->bookings; b < (g)->bookings + (g)->n_bookings;  \
		     b++)                                                                          \
			if (condition)                                                             \
				db_array_int4(p, value);                                           \
		db_array_end(p);                                                                   \
	} while (0)

#define EACH_BOOL(p, g, value, condition)                                                          \
	do {                                                                                       \
		db_array_begin(p, DB_BOOL_ARRAY);                                                  \
		for (const struct sample *b = (g)->bookings; b < (g)->bookings + (g)->n_bookings;  \
		     b++)                                                                          \
			if (condition)                                                             \
				db_array_bool(p, value);                                           \
		db_array_end(p);                                                                   \
	} while (0)

#define EACH_TEXT(p, g, value, condition)                                                          \
	do {                                                                                       \
		db_array_begin(p, DB_TEXT_ARRAY);                                                  \
		for (const struct sample *b = (g)->bookings; b < (g)->bookings + (g)->n_bookings;  \
		     b++)                                                                          \
			if (condition)                                                             \
				db_array_text(p, value);                                           \
		db_array_end(p);                                                                   \
	} while (0)

static const char *keyed(const struct group *g, const struct sample *b)
{
	static char key[64];

	if (!g->key)
		return NULL;
	snprintf(key, sizeof(key), "%s-%d", g->key, (int)b->number);
	return key;
}

static void events_params(struct db_params *p, const struct group *g)
{
	size_t n = g->n_bookings;

	int4s(p, n, 1);
	EACH_TEXT(p, g, keyed(g, b), true);
	texts(p, n, "booking");
	EACH_INT8(p, g, b->number, true);
	texts(p, n,
	      "booking=B7K3QF state=confirmed resource=van unit=van-2 from=1 to=2 member=m1 "
	      "person=p1");
	texts(p, n, "3b5d5c3712955042212316173ccf37be800cbd4f7e3d2e5f5e3d2e5f5e3d2e5f");
}

/* Of each booking with `items`, that many: the first is there, the others were given back. */
static void items_params(struct db_params *p, const struct group *g)
{
	for (int column = 0; column < 11; column++) {
		static const enum db_array kinds[] = {DB_INT8_ARRAY, DB_INT4_ARRAY, DB_INT4_ARRAY,
						      DB_INT4_ARRAY, DB_INT4_ARRAY, DB_TEXT_ARRAY,
						      DB_INT4_ARRAY, DB_TEXT_ARRAY, DB_INT8_ARRAY,
						      DB_INT8_ARRAY, DB_TEXT_ARRAY};

		db_array_begin(p, kinds[column]);
		for (size_t b = 0; b < g->n_bookings; b++)
			for (int i = 0; i < g->bookings[b].items; i++) {
				const struct sample *s = &g->bookings[b];
				const int64_t numbers[] = {
				    s->number, i, s->resource + i, 0, 2, 0, 0, 0, s->start, s->end};

				if (kinds[column] == DB_INT8_ARRAY)
					db_array_int8(p, numbers[column]);
				else if (kinds[column] == DB_INT4_ARRAY)
					db_array_int4(p, (int32_t)numbers[column]);
				else
					db_array_text(p, column == 5 ? "asked"
							 : column == 7
							     ? (i ? "cancelled" : "present")
							     : "seats>=3 a/b");
			}
		db_array_end(p);
	}
}

static void outages_params(struct db_params *p, size_t n)
{
	int8s(p, n, 4);
	int4s(p, n, 1);
	int4s(p, n, 2);
	int8s(p, n, 1800000000);
	int8s(p, n, 0);
	int4s(p, n, 1);
	int8s(p, n, 1800000000);
	int8s(p, n, 0);
}

static void bookings_params(struct db_params *p, const struct group *g)
{
	size_t n = g->n_bookings;

	EACH_INT8(p, g, b->number, true);
	EACH_INT4(p, g, b->resource, true);
	int4s(p, n, 1);
	int4s(p, n, 1);
	int4s(p, n, 1);
	EACH_TEXT(p, g, b->state ? b->state : "confirmed", true);
	bools(p, n, false);
	EACH_INT8(p, g, b->start, true);
	EACH_INT8(p, g, b->end, true);
	int8s(p, n, g->at);
	EACH_INT8(p, g, b->state ? g->at : 0, true);
	int8s(p, n, 0);
	int8s(p, n, 0);
	db_array_begin(p, DB_INT8_ARRAY);
	for (size_t i = 0; i < g->n_drop; i++)
		db_array_int8(p, g->drop[i]);
	db_array_end(p);
	EACH_INT8(p, g, b->number, b->lanes);
	EACH_INT4(p, g, 0, b->lanes);
	EACH_INT4(p, g, b->resource, b->lanes);
	EACH_TEXT(p, g, b->lanes, b->lanes);
	EACH_INT8(p, g, b->start, b->lanes);
	EACH_INT8(p, g, b->end, b->lanes);
	EACH_BOOL(p, g, !b->state, b->lanes);
	items_params(p, g);
	outages_params(p, g->with_the_rest);
	EACH_INT8(p, g, b->number, g->note);
	EACH_TEXT(p, g, g->note, g->note);
}

static void rest_params(struct db_params *p, const struct group *g)
{
	size_t n = g->with_the_rest;

	int4s(p, n, 1);
	int4s(p, n, 0);
	int4s(p, n, 8);
	bools(p, n, true);
	texts(p, n, "Ana Ruiz");
	texts(p, n, "ana@example.org");
	int4s(p, n, 1);
	texts(p, n, "c0ffee");
	bools(p, n, false);
	texts(p, n, "resource");
	int4s(p, n, 0);
	int4s(p, n, 1);
	texts(p, n, "van");
	EACH_INT4(p, g, 1, g->key);
	EACH_TEXT(p, g, keyed(g, b), g->key);
	EACH_TEXT(p, g, "feed", g->key);
	EACH_TEXT(p, g, "OK booking=B7K3QF", g->key);
	db_param_text(p, n ? "[{\"name\": \"pole.yaml\", \"text\": \"pole: é\\n\"}]" : NULL);
	db_param_text(p, n ? "abba" : NULL);
	db_param_int4(p, 1);
	db_param_text(p, n ? "first" : NULL);
}

void group_params(struct db_params *p, const struct group *g)
{
	struct group logged = *g;

	if (g->answers_only)
		logged.n_bookings = 0;
	db_params_reset(p);
	db_param_int4(p, g->pole);
	db_param_int8(p, g->expected);
	db_param_int8(p, g->batch);
	db_param_int8(p, g->at);
	db_param_text(p, "cafe");
	events_params(p, &logged);
	bookings_params(p, &logged);
	rest_params(p, g);
}
