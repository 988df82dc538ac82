/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * PostgreSQL, asynchronously: the only module that knows libpq. A link is one connection that is made again by itself whenever it
 * is lost. Queries on it run in order, in pipeline mode, each its own transaction (one Sync each); an outcome is told only
 * after the Sync, so OK means durable.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/buffer.h"

struct event_base;
struct db_link;
struct db_rows; /* a result */

enum db_outcome {
	DB_OK,	     /* done and durable */
	DB_REFUSED,  /* the server answered with an error: nothing happened; db_error_text() says what */
	DB_LOST,     /* the connection died before the outcome was known */
	DB_DOWN,     /* not sent: there is no connection */
};

/* Parameters in binary, built in order. */
struct db_params; /* reusable */
struct db_params *db_params_new(void);
void db_params_free(struct db_params *p);
void db_params_reset(struct db_params *p);
void db_param_int8(struct db_params *p, int64_t v);
void db_param_int4(struct db_params *p, int32_t v);
void db_param_bool(struct db_params *p, bool v);
void db_param_text(struct db_params *p, const char *s); /* NULL: null */
void db_param_jsonb(struct db_params *p, const char *json); /* NULL: null */
/* One-dimensional arrays: begin, add elements, end. */
enum db_array { DB_INT4_ARRAY, DB_INT8_ARRAY, DB_TEXT_ARRAY, DB_BOOL_ARRAY };
void db_array_begin(struct db_params *p, enum db_array type);
void db_array_int4(struct db_params *p, int32_t v);
void db_array_int8(struct db_params *p, int64_t v);
void db_array_bool(struct db_params *p, bool v);
void db_array_text(struct db_params *p, const char *s); /* NULL: null */
void db_array_end(struct db_params *p);

/* Results: all columns come as text, unless they were asked for in binary. Valid only inside the callback. */
size_t db_n_rows(const struct db_rows *r);
const char *db_value(const struct db_rows *r, size_t row, size_t column); /* "" where null */
bool db_is_null(const struct db_rows *r, size_t row, size_t column);
int64_t db_int(const struct db_rows *r, size_t row, size_t column); /* 0 where null */
bool db_bool(const struct db_rows *r, size_t row, size_t column);
int64_t db_seconds(const struct db_rows *r, size_t row, size_t column); /* of a timestamptz that came in binary, or of seconds as text; 0 where null */

typedef void db_done_fn(void *arg, enum db_outcome outcome, const struct db_rows *rows, const char *error);
typedef void db_row_fn(void *arg, const struct db_rows *one); /* one row at a time */

struct db_link_ops {
	void (*up)(void *arg);	 /* connected, statements prepared */
	void (*down)(void *arg, const char *why); /* lost, after every query outstanding was told DB_LOST */
	void (*notified)(void *arg, const char *channel, const char *payload);
	/* NULL: always. Asked before each attempt, and when the server has let it in; false: it gives its place to others, and waits on. */
	bool (*may_come)(void *arg);
	void (*refused)(void *arg); /* an attempt failed, and not for want of time */
};

/* Statements are named queries from sql/ (see db_query()); each link prepares on first use. `on_connect` (NULL: none) is SQL run
 * after each connect, before `up` ("LISTEN mutuald"). Callbacks never run before the call that set them returns. */
struct db_link *db_link_new(struct event_base *base, const char *conninfo, const char *name, const char *on_connect,
			    const struct db_link_ops *ops, void *arg);
void db_link_free(struct db_link *l); /* takes NULL; outstanding queries are told nothing */
/* Before it is freed: tells all that is outstanding DB_LOST, what was not sent DB_DOWN. */
void db_link_abandon(struct db_link *l); /* takes NULL */
bool db_link_is_up(const struct db_link *l); /* takes NULL, which is not */
/* The connection is given up where an answer is owed and nothing has come for that long; 0, as at first: never. */
void db_link_set_patience(struct db_link *l, unsigned ms);
uint64_t db_link_connects(const struct db_link *l); /* how often it came up */
void db_link_give_up(struct db_link *l); /* closes it at the next turn, if it is up; it is made again as any that was lost */
void db_link_kick(struct db_link *l); /* try to connect now rather than at the next turn of the back-off */
/* Sends. statement is a name that sql_text() knows. The params may be reset once this returns. */
void db_query(struct db_link *l, const char *statement, const struct db_params *params, db_done_fn *done, void *arg);
/* The same, with the columns in binary: of integers, booleans, texts and timestamptz alone. Cheaper for both sides where there are many rows. */
void db_query_binary(struct db_link *l, const char *statement, const struct db_params *params, db_done_fn *done, void *arg);
/* The same as db_query(), a row at a time; `row` for each, then `done` with no rows. db_link_pause() stops reading until resumed, so that a slow
 * reader holds the server back. */
void db_stream(struct db_link *l, const char *statement, const struct db_params *params, db_row_fn *row, db_done_fn *done, void *arg);
void db_link_pause(struct db_link *l);
void db_link_resume(struct db_link *l);
size_t db_link_outstanding(const struct db_link *l);

/* Whether a conninfo can be read. > 0: why (512 bytes). */
int db_conninfo_check(const char *conninfo, char *ret_why);

/* Blocking, for start-up only: one connection in the caller's hand. */
struct db_session;
int db_session_new(const char *conninfo, int timeout_s, struct db_session **ret, char *ret_why); /* > 0: why (512 bytes) */
void db_session_free(struct db_session *s);
int db_session_exec(struct db_session *s, const char *sql, char *ret_why); /* plain SQL, several statements; > 0: why */
/* A named query; rows are the caller's until db_rows_free(). > 0: why. */
int db_session_query(struct db_session *s, const char *statement, const struct db_params *params, struct db_rows **ret, char *ret_why);
/* The same in binary, as db_query_binary(). */
int db_session_query_binary(struct db_session *s, const char *statement, const struct db_params *params, struct db_rows **ret, char *ret_why);
/* A named query, a row at a time. */
int db_session_stream(struct db_session *s, const char *statement, const struct db_params *params, db_row_fn *row, void *arg, char *ret_why);
void db_rows_free(struct db_rows *r);

/* The text of a named query or migration, compiled in from sql/ at build time; NULL if there is none. */
const char *sql_text(const char *name);
