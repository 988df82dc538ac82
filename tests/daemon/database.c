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
#include "daemon/json.h"
#include "daemon/migrate.h"
#include "lib/state.h"

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

static const char *row_text(const struct db_rows *rows, size_t row, size_t columns)
{
	static char text[1024];
	size_t n = 0;

	for (size_t c = 0; c < columns; c++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", c ? "|" : "",
				      db_is_null(rows, row, c) ? "-" : db_value(rows, row, c));
	return text;
}

void must_give(struct db_session *s, const char *statement, const struct db_params *p,
	       size_t columns, size_t n, const char *const *texts)
{
	struct db_rows *rows = must_query(s, statement, p);

	assert_int_equal(db_n_rows(rows), n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(row_text(rows, i, columns), texts[i]);
	db_rows_free(rows);
}

static const char *keyed(const struct group *g, const struct sample *b)
{
	static char key[64];

	if (!g->key)
		return NULL;
	snprintf(key, sizeof(key), "%s-%d", g->key, (int)b->number);
	return key;
}

static void int8s(struct db_params *p, const int64_t *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		db_array_int8(p, values[i]);
}
#define INT8S(p, ...)                                                                              \
	int8s(p, (const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / 8)

static void texts(struct db_params *p, const char *const *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		db_array_text(p, values[i]);
}
#define TEXTS(p, ...)                                                                              \
	texts(p, (const char *const[]){__VA_ARGS__},                                               \
	      sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void events_params(struct db_params *p, const struct group *g)
{
	db_array_begin(p, DB_INT8_ARRAY);
	for (const struct sample *b = g->bookings; b < g->bookings + g->n_bookings; b++)
		INT8S(p, 1, b->number);
	db_array_end(p);
	db_array_begin(p, DB_TEXT_ARRAY);
	for (const struct sample *b = g->bookings; b < g->bookings + g->n_bookings; b++)
		TEXTS(p, keyed(g, b), "booking",
		      "booking=B7K3QF state=confirmed resource=van unit=van-2 from=1 to=2 "
		      "member=m1 person=p1",
		      "3b5d5c3712955042212316173ccf37be800cbd4f7e3d2e5f5e3d2e5f5e3d2e5f", "booked",
		      g->request);
	db_array_end(p);
}

static int64_t ended_at(const struct sample *b, const struct group *g)
{
	return b->ended_at ? b->ended_at : b->state ? g->at : 0;
}

/* By the group's own notion: what is there to keep others out. */
static bool occupies(const struct sample *b)
{
	enum booking_state state = BOOKING_CONFIRMED;

	if (b->state)
		booking_state_from_word(b->state, &state);
	return booking_state_occupies(state);
}

static void bookings_params(struct db_params *p, const struct group *g)
{
	db_array_begin(p, DB_INT8_ARRAY);
	for (const struct sample *b = g->bookings; b < g->bookings + g->n_bookings; b++)
		INT8S(p, b->number, b->resource, 1, 1, 1, 0, b->start, b->end, g->at,
		      ended_at(b, g), 0, 0, b->due_at);
	db_array_end(p);
	db_array_begin(p, DB_TEXT_ARRAY);
	for (const struct sample *b = g->bookings; b < g->bookings + g->n_bookings; b++)
		db_array_text(p, b->state ? b->state : "confirmed");
	db_array_end(p);
	db_param_int4(p, g->n_bookings ? (int32_t)g->n_new : 0);
}

/* A row for each lane of a text like "{[1,3),[4,5)}". */
static void lanes_params(struct db_params *p, const struct sample *b)
{
	int first, end;

	for (const char *run = strchr(b->lanes, '['); run; run = strchr(run + 1, '[')) {
		assert_int_equal(sscanf(run, "[%d,%d)", &first, &end), 2);
		for (int lane = first; lane < end; lane++)
			INT8S(p, b->number, 0, b->resource, lane, b->start, b->end, occupies(b));
	}
}

static void allocations_params(struct db_params *p, const struct group *g)
{
	db_array_begin(p, DB_INT8_ARRAY);
	int8s(p, g->drop, g->n_drop);
	db_array_end(p);
	db_array_begin(p, DB_INT8_ARRAY);
	for (const struct sample *b = g->bookings; b < g->bookings + g->n_bookings; b++)
		if (b->lanes)
			lanes_params(p, b);
	db_array_end(p);
}

static void requests_params(struct db_params *p, const struct group *g)
{
	db_array_begin(p, DB_INT8_ARRAY);
	for (const struct sample *b = g->bookings; b < g->bookings + g->n_bookings; b++)
		if (g->key)
			db_array_int8(p, 1);
	db_array_end(p);
	db_array_begin(p, DB_TEXT_ARRAY);
	for (const struct sample *b = g->bookings; b < g->bookings + g->n_bookings; b++)
		if (g->key)
			TEXTS(p, keyed(g, b), "feed", "OK booking=B7K3QF");
	db_array_end(p);
}

static void notes_params(struct db_params *p, const struct group *g)
{
	db_array_begin(p, DB_INT8_ARRAY);
	for (const struct sample *b = g->bookings; b < g->bookings + g->n_bookings; b++)
		if (g->note)
			INT8S(p, b->number, 1);
	db_array_end(p);
	db_array_begin(p, DB_TEXT_ARRAY);
	for (const struct sample *b = g->bookings; b < g->bookings + g->n_bookings; b++)
		if (g->note)
			TEXTS(p, "booking", g->note_kind ? g->note_kind : "purpose", g->note);
	db_array_end(p);
}

static int32_t rows_pole(const struct group *g)
{
	return g->rows_pole ? g->rows_pole : g->pole;
}

/* Of each booking with `items`, that many: the first is there, the others were given back. */
static void items_param(struct db_params *p, const struct group *g)
{
	struct buffer json = {0};

	json_open(&json, NULL, '[');
	for (size_t b = 0; b < g->n_bookings; b++)
		for (int i = 0; i < g->bookings[b].items; i++) {
			const struct sample *s = &g->bookings[b];

			json_open(&json, NULL, '{');
			json_int(&json, "pole_id", rows_pole(g));
			json_int(&json, "booking", s->number);
			json_int(&json, "item", i);
			json_int(&json, "resource_id", s->resource + i);
			json_int(&json, "lane", 0);
			json_int(&json, "quantity", 2);
			json_text(&json, "via", "asked");
			json_int(&json, "of_item", 0);
			json_text(&json, "state", i ? "cancelled" : "present");
			json_time(&json, "starts", s->start);
			json_time(&json, "ends", s->end);
			json_text(&json, "asks", "seats>=3 a/b");
			json_close(&json, '}');
		}
	json_close(&json, ']');
	db_param_jsonb(p, json.n > 2 ? json.bytes : NULL);
	buffer_release(&json);
}

static void details_param(struct db_params *p, const struct group *g)
{
	char json[4096] = "";
	size_t n = 0;

	for (size_t i = 0; i < g->n_bookings; i++) {
		const struct sample *b = &g->bookings[i];

		if (b->details && *b->details)
			n += (size_t)snprintf(json + n, sizeof(json) - n,
					      "%s{\"pole_id\":%d,\"booking\":%d,%s}", n ? "," : "[",
					      rows_pole(g), (int)b->number, b->details);
		else if (b->details)
			n += (size_t)snprintf(json + n, sizeof(json) - n, "%s{\"booking\":%d}",
					      n ? "," : "[", (int)b->number);
	}
	strcat(json, "]");
	db_param_jsonb(p, n ? json : NULL);
}

static void rest_params(struct db_params *p, const struct group *g)
{
	static const char *const rest[] = {
	    "[{\"pole_id\":%d,\"number\":4,\"resource_id\":1,\"lane\":2,\"starts\":\"2027-01-15T08:"
	    "00Z\","
	    "\"made_by\":1,\"made_at\":\"2027-01-15T08:00Z\",\"is_closure\":false},"
	    "{\"pole_id\":%d,\"number\":5,\"resource_id\":1,\"lane\":0,\"starts\":\"2027-01-15T08:"
	    "00Z\","
	    "\"ends\":\"2030-03-17T17:46:40Z\",\"made_by\":1,\"made_at\":\"2027-01-15T08:00Z\","
	    "\"is_closure\":true}]",
	    "[{\"pole_id\":%d,\"number\":1,\"roles\":8,\"active\":true,\"name\":\"Ana Ruiz\","
	    "\"mail\":\"ana@example.org\",\"credentials\":[{\"hash\":\"c0ffee\",\"withdrawn\":"
	    "false}],"
	    "\"qualifications\":[{\"pole_id\":%d,\"person\":1,\"ordinal\":0,\"word\":\"licence-b\","
	    "\"since\":\"2023-11-14T22:13:20Z\"},{\"pole_id\":%d,\"person\":1,\"ordinal\":1,"
	    "\"word\":\"laser\","
	    "\"issuer\":7,\"since\":\"2023-11-14T22:13:20Z\",\"until\":\"2030-03-17T17:46:40Z\"}]}"
	    "]",
	    "[{\"pole_id\":%d,\"kind\":\"resource\",\"resource\":0,\"number\":1,\"id\":\"van\"}]",
	    ("[{\"files\":[{\"name\": \"pole.yaml\", \"text\": \"pole: é\\n\"}],\"hash\":\"abba\","
	     "\"by\":1,\"reason\":\"first\"}]"),
	};
	char json[1024];

	for (size_t i = 0; i < sizeof(rest) / sizeof(*rest); i++) {
		snprintf(json, sizeof(json), rest[i], rows_pole(g), rows_pole(g), rows_pole(g));
		db_param_jsonb(p, g->with_the_rest ? json : NULL);
	}
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
	events_params(p, &logged);
	db_param_text(p, "cafe");
	bookings_params(p, &logged);
	allocations_params(p, &logged);
	requests_params(p, g);
	notes_params(p, &logged);
	items_param(p, &logged);
	details_param(p, &logged);
	rest_params(p, g);
	db_param_int8(p, g->after);
}

void list_params(struct db_params *p, int32_t pole, const char *states)
{
	db_params_reset(p);
	db_param_int4(p, pole);
	db_param_int8(p, 0);
	db_param_int8(p, INT64_C(1) << 32);
	for (int i = 0; i < 3; i++)
		db_param_int4(p, 0); /* of any resource, member and person */
	db_param_text(p, states);
	db_param_int8(p, INT32_MAX);
}
