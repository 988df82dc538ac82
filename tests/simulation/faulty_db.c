/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Links to the tables.
 *
 * A query lives twice: until its daemon was told its outcome, and until the server has carried it
 * out or never will. A lost link cuts the queries that have not arrived in two: those before the
 * cut are in the server's hands and are carried out, whenever; those behind it are gone. So a
 * group may be committed after its daemon was told that the connection is lost, even after it has
 * sent the same group again.
 */
#include "tests/simulation/faulty_db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/db_wire.h"
#include "lib/arena.h"
#include "tests/simulation/tables.h"
#include "tests/simulation/virtual.h"

#define MS INT64_C(1000)
#define S (1000 * MS)

struct query {
	struct query *next; /* outstanding on its link, in order */
	struct db_link *link;
	const char *statement;
	struct arguments arguments;
	db_done_fn *done;
	void *arg;
	struct task *arrival, *reply;
	struct answer_rows rows;
	const char *error;
};

/* A query that was asked of a link that is down. */
struct telling {
	struct telling *next; /* of its link, in order */
	struct db_link *link;
	db_done_fn *done;
	void *arg;
	struct task *task;
};

struct db_link {
	struct db_link *next;
	struct event_base *base;
	const struct db_link_ops *ops;
	void *arg;
	const char *name;
	bool up, listens;
	struct query *first, **end;
	struct telling *untold;
	struct tables *moment; /* of its transaction; NULL: it is in none */
	int64_t last_arrival_us, last_reply_us;
	uint64_t n_connects;
	struct task *connecting;
};

struct db_session {
	int64_t nothing;
};

struct db_faults db_faults;
int64_t db_away_until_us;
void (*db_on_error)(const char *statement, const char *error);
void (*db_on_left_behind)(int64_t batch);
static struct db_link *links;
static int64_t left_behind_us; /* when the last of them is carried out */
static int n_left_behind;      /* statements of lost links that are still to be carried out */
static bool runs_late;	       /* one of them */

void db_begin(void)
{
	links = NULL;
	db_away_until_us = left_behind_us = n_left_behind = 0;
}

bool db_carries_out_late(void)
{
	return runs_late;
}

bool db_has_left_behind(void)
{
	return n_left_behind > 0;
}

static int64_t later(int64_t after_us, int64_t delay_us)
{
	int64_t at = virtual_now_us() + delay_us;

	return at > after_us ? at : after_us + 1;
}

/* Rows */

static struct db_rows rows_of(const struct answer_rows *a)
{
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc columns[32];

	for (size_t i = 0; i < a->n_columns; i++)
		columns[i] = (PGresAttDesc){.name = (char *)"column"};
	if (a->n_columns)
		PQsetResultAttrs(result, (int)a->n_columns, columns);
	for (size_t i = 0; i < a->n * a->n_columns; i++)
		PQsetvalue(result, (int)(i / a->n_columns), (int)(i % a->n_columns),
			   (char *)a->cells[i], a->cells[i] ? (int)strlen(a->cells[i]) : -1);
	return (struct db_rows){.result = result, .n = (int)a->n};
}

static struct arguments copy_arguments(const struct db_params *params)
{
	struct db_arguments wire;
	struct arguments a = {0};

	db_params_arguments(params, &wire);
	a.n = wire.n;
	for (int i = 0; i < wire.n; i++) {
		a.lengths[i] = wire.lengths[i];
		if (wire.values[i])
			a.values[i] = arena_strndup(virtual_arena(), "", 0);
		if (wire.values[i] && wire.lengths[i]) {
			char *bytes = arena_alloc(virtual_arena(), (size_t)wire.lengths[i]);

			memcpy(bytes, wire.values[i], (size_t)wire.lengths[i]);
			a.values[i] = bytes;
		}
	}
	return a;
}

/* Statements */

static void query_unlink(struct query *q)
{
	struct db_link *l = q->link;
	struct query **at = &l->first;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	if (!q->next)
		l->end = at;
}

static void query_reply(void *arg)
{
	struct query *q = arg;
	struct db_rows rows = rows_of(&q->rows);

	q->reply = NULL;
	query_unlink(q);
	q->done(q->arg, q->error ? DB_REFUSED : DB_OK, q->error ? NULL : &rows, q->error);
	PQclear(rows.result);
}

static void notify(struct db_link *l, const char *more)
{
	char payload[64];

	snprintf(payload, sizeof(payload), "%d %lld%s", TABLES_POLE, (long long)tables.version,
		 more);
	if (l->up && l->ops->notified)
		l->ops->notified(l->arg, "mutuald", payload);
}

static void notice(void *arg)
{
	notify(arg, "");
}

static void notice_that_wants(void *arg)
{
	notify(arg, " wants");
}

static void notify_all(void (*what)(void *arg))
{
	for (struct db_link *l = links; l; l = l->next)
		if (l->listens && l->up && !chance(db_faults.no_notice))
			task_at(virtual_now_us() + chance_between(1, 5) * MS, l->base, what, l);
}

/* Of what is not the tables' own doing. What was left behind may hold the pole's row. */
static const char *refusal(void)
{
	if (n_left_behind > 0 && chance(30))
		return "55P03 canceling statement due to lock timeout";
	return chance(db_faults.refused) ? "57014 canceling statement due to statement timeout"
					 : NULL;
}

/* A copy that what is written later leaves alone. */
static struct tables *this_moment(void)
{
	struct tables *copy = arena_new(virtual_arena(), struct tables);

	*copy = tables;
#define COPY(table)                                                                                \
	if (tables.table.n) {                                                                      \
		copy->table.rows =                                                                 \
		    arena_alloc(virtual_arena(), tables.table.n * sizeof(*tables.table.rows));     \
		memcpy(copy->table.rows, tables.table.rows,                                        \
		       tables.table.n * sizeof(*tables.table.rows));                               \
	}
	COPY(voids)
	COPY(events)
	COPY(bookings)
	COPY(allocations)
	COPY(requests)
	COPY(items)
	COPY(details)
	COPY(notes)
	COPY(outages)
	COPY(persons)
	COPY(names)
	COPY(policies)
#undef COPY
	return copy;
}

/* A statement; of a link within a transaction, as of the moment when that began. */
static const char *run(struct query *q)
{
	struct db_link *l = q->link;
	struct tables now = tables;
	const char *error;

	runs_late = !l;
	if (l && strcmp(q->statement, "load_begin") == 0)
		l->moment = this_moment();
	if (l && strcmp(q->statement, "load_end") == 0)
		l->moment = NULL;
	if (!l || !l->moment)
		return tables_run(q->statement, &q->arguments, &q->rows);
	tables = *l->moment;
	error = tables_run(q->statement, &q->arguments, &q->rows);
	tables = now;
	return error;
}

static void query_arrive(void *arg)
{
	struct query *q = arg;

	q->arrival = NULL;
	q->error = refusal();
	n_left_behind -= !q->link;
	trace(q->statement, strlen(q->statement));
	for (int i = 0; i < q->arguments.n; i++)
		trace(q->arguments.values[i],
		      q->arguments.values[i] ? (size_t)q->arguments.lengths[i] : 0);
	if (!q->error) {
		q->error = run(q);
		if (q->error)
			db_on_error(q->statement, q->error);
	}
	if (!q->error && strcmp(q->statement, "pole_announce") == 0)
		notify_all(*q->arguments.values[2] ? notice_that_wants : notice);
	if (!q->link)
		return;
	q->link->last_reply_us =
	    later(q->link->last_reply_us, chance(db_faults.slow) ? chance_between(1, 3000) * MS
								 : chance_between(100, 3 * MS));
	q->reply = task_at(q->link->last_reply_us, q->link->base, query_reply, q);
}

static void link_try(void *arg);
static void link_lost(void *arg);

static void tell_down(void *arg)
{
	struct telling *t = arg;

	t->link->untold = t->next; /* tasks of one moment run in their order */
	t->done(t->arg, DB_DOWN, NULL, "there is no connection");
}

static void ask_while_down(struct db_link *l, db_done_fn *done, void *arg)
{
	struct telling *t = arena_new(virtual_arena(), struct telling), **end = &l->untold;

	while (*end)
		end = &(*end)->next;
	*t = (struct telling){.link = l, .done = done, .arg = arg};
	t->task = task_at(virtual_now_us(), l->base, tell_down, t);
	*end = t;
}

void db_query(struct db_link *l, const char *statement, const struct db_params *params,
	      db_done_fn *done, void *arg)
{
	struct query *q = arena_new(virtual_arena(), struct query);
	int64_t delay = chance_between(100, 2 * MS);

	if (!l->up) {
		ask_while_down(l, done, arg);
		return;
	}
	if (chance(db_faults.slow))
		delay = chance_between(1, 3000) * MS;
	*q = (struct query){.link = l,
			    .statement = statement,
			    .arguments = copy_arguments(params),
			    .done = done,
			    .arg = arg};
	*l->end = q;
	l->end = &q->next;
	l->last_arrival_us = later(l->last_arrival_us, delay);
	q->arrival = task_at(l->last_arrival_us, NULL, query_arrive, q);
	if (chance(db_faults.cut))
		task_at(virtual_now_us() + chance_between(0, delay + 3 * MS), l->base, link_lost,
			l);
}

void db_query_binary(struct db_link *l, const char *statement, const struct db_params *params,
		     db_done_fn *done, void *arg)
{
	db_query(l, statement, params, done, arg);
}

void db_stream(struct db_link *l, const char *statement, const struct db_params *params,
	       db_row_fn *row, db_done_fn *done, void *arg)
{
	db_query(l, statement, params, done, arg); /* nothing that is simulated reads the past */
}

/* Links */

static void link_connect_in(struct db_link *l, int64_t delay_us)
{
	task_cancel(l->connecting);
	l->connecting = task_at(virtual_now_us() + delay_us, l->base, link_try, l);
}

static void link_try(void *arg)
{
	struct db_link *l = arg;

	l->connecting = NULL;
	if (virtual_now_us() < db_away_until_us) {
		link_connect_in(l, chance_between(50, 500) * MS);
		return;
	}
	l->up = true;
	l->n_connects++;
	if (l->ops->up)
		l->ops->up(l->arg);
}

struct db_link *db_link_new(struct event_base *base, const char *conninfo, const char *name,
			    const char *on_connect, const struct db_link_ops *ops, void *arg)
{
	struct db_link *l = arena_new(virtual_arena(), struct db_link);

	*l = (struct db_link){.next = links,
			      .base = base,
			      .ops = ops,
			      .arg = arg,
			      .name = name,
			      .listens = on_connect && strstr(on_connect, "LISTEN")};
	l->end = &l->first;
	links = l;
	link_connect_in(l, chance_between(1, 20) * MS);
	return l;
}

/* Nobody is told any more; what the server has of it stays with it, and may take its time. */
static void query_part(struct query *q, bool goes_on)
{
	if (q->arrival)
		task_cancel(q->arrival);
	if (q->arrival && goes_on) {
		left_behind_us =
		    later(left_behind_us, chance(50) ? 0 : chance_between(1, 3000) * MS);
		q->arrival = task_at(left_behind_us, NULL, query_arrive, q);
		n_left_behind++;
		if (db_on_left_behind && strcmp(q->statement, "pole_commit") == 0)
			db_on_left_behind(argument_int(&q->arguments, 2));
	}
	task_cancel(q->reply);
	q->reply = NULL;
	q->link = NULL;
}

/* Takes what is outstanding off the link. */
static struct query *link_part(struct db_link *l)
{
	struct query *list = l->first;
	bool goes_on = true;

	for (struct query *q = list; q; q = q->next) {
		goes_on = goes_on && (!q->arrival || chance(db_faults.late));
		query_part(q, goes_on);
	}
	l->first = NULL;
	l->end = &l->first;
	l->up = false;
	l->moment = NULL;
	return list;
}

void db_link_abandon(struct db_link *l)
{
	struct query *list = link_part(l);

	while (l->untold) {
		task_cancel(l->untold->task);
		tell_down(l->untold);
	}
	for (struct query *q = list; q; q = q->next)
		q->done(q->arg, DB_LOST, NULL, "the connection was lost");
}

static void link_lost(void *arg)
{
	struct db_link *l = arg;

	if (!l->up)
		return;
	db_link_abandon(l);
	if (l->ops->down)
		l->ops->down(l->arg, "the connection was lost");
	link_connect_in(l, chance_between(1, 800) * MS);
}

void db_link_lose(struct db_link *l)
{
	task_at(virtual_now_us(), l->base, link_lost, l);
}

void db_lose_all(void)
{
	for (struct db_link *l = links; l; l = l->next)
		if (l->up)
			db_link_lose(l);
}

void db_link_free(struct db_link *l)
{
	struct db_link **at = &links;

	if (!l)
		return;
	link_part(l);
	for (; l->untold; l->untold = l->untold->next)
		task_cancel(l->untold->task);
	task_cancel(l->connecting);
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
}

void db_link_set_patience(struct db_link *l, unsigned ms)
{
}

void db_link_kick(struct db_link *l)
{
}

void db_link_give_up(struct db_link *l)
{
}

uint64_t db_link_connects(const struct db_link *l)
{
	return l->n_connects;
}

size_t db_link_outstanding(const struct db_link *l)
{
	size_t n = 0;

	for (const struct query *q = l->first; q; q = q->next)
		n++;
	return n;
}

bool db_link_is_up(const struct db_link *l)
{
	return l && l->up;
}

void db_link_pause(struct db_link *l)
{
}

void db_link_resume(struct db_link *l)
{
}

/* Sessions: done at once */

int db_session_new(const char *conninfo, int timeout_s, struct db_session **ret, char *ret_why)
{
	if (virtual_now_us() < db_away_until_us || refusal()) {
		snprintf(ret_why, DB_ERROR_BYTES, "the server is away");
		return 1;
	}
	*ret = arena_new(virtual_arena(), struct db_session);
	return 0;
}

void db_session_free(struct db_session *s)
{
}

int db_session_exec(struct db_session *s, const char *sql, char *ret_why)
{
	return 0;
}

int db_session_query(struct db_session *s, const char *statement, const struct db_params *params,
		     struct db_rows **ret, char *ret_why)
{
	struct arguments args = copy_arguments(params);
	struct answer_rows rows = {0};
	const char *error = tables_run(statement, &args, &rows);

	if (error) {
		snprintf(ret_why, DB_ERROR_BYTES, "%s", error);
		return 1;
	}
	*ret = memory_new(sizeof(**ret));
	**ret = rows_of(&rows);
	return 0;
}

int db_session_query_binary(struct db_session *s, const char *statement,
			    const struct db_params *params, struct db_rows **ret, char *ret_why)
{
	return db_session_query(s, statement, params, ret, ret_why);
}

int db_session_stream(struct db_session *s, const char *statement, const struct db_params *params,
		      db_row_fn *row, void *arg, char *ret_why)
{
	struct db_rows *all = NULL;
	int r = db_session_query(s, statement, params, &all, ret_why);

	for (size_t i = 0; !r && i < db_n_rows(all); i++)
		row(arg, &(struct db_rows){.result = all->result, .first = (int)i, .n = 1});
	db_rows_free(all);
	return r;
}
