/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of a link: connecting, setting up, failing, connecting again.
 *
 *   WAITING ─► CONNECTING ─► SETTING_UP ─► UP
 *      ▲            │              │        │
 *      └────────────┴──────────────┴────────┘ whatever fails
 *
 * Nothing here blocks: libpq is polled, and the time limits are ours, for connect_timeout is not
 * heeded by PQconnectPoll. (A host name in the conninfo would be looked up by blocking; hostaddr or
 * a socket directory is not.) The socket may be another one after every poll, where the conninfo
 * names several hosts, so the events are assigned anew each time.
 *
 * Attempts follow each other after 50 ms, doubling up to 2 s, each shortened at random by up to a
 * half, so that many daemons do not come back in step. (A link that others go before is tried up to
 * every 30 s: a server without room for it logs each attempt, for ever.) PQcancel blocks in this
 * libpq: a server that does not answer in time is left by closing the connection.
 *
 * A callback may query, pause, or free the link: what comes up from libpq is therefore handled
 * between link_enter() and link_leave(), which keep the memory until the last frame is done with
 * it.
 */
#include "daemon/db_link.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/log.h"
#include "lib/arena.h"

#define CONNECT_LIMIT_MS 10000
#define DELAY_FIRST_MS 50
#define DELAY_LAST_MS 2000
#define DELAY_LAST_SPARE_MS 30000

uint64_t link_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void set_timer(struct event *timer, unsigned ms)
{
	struct timeval t = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};

	event_add(timer, &t);
}

void link_defer(struct db_link *l)
{
	set_timer(l->turn, 0);
}

void link_break(struct db_link *l, const char *why)
{
	l->broken = why;
	link_defer(l);
}

void link_works(struct db_link *l)
{
	l->rejected = false;
	l->delay_ms = DELAY_FIRST_MS;
}

static void link_enter(struct db_link *l)
{
	l->depth++;
}

static void link_destroy(struct db_link *l)
{
	event_free(l->readable);
	event_free(l->writable);
	event_free(l->timer);
	event_free(l->turn);
	free(l->prepared);
	free(l->conninfo);
	free(l->name);
	free(l->on_connect);
	free(l);
}

static void link_leave(struct db_link *l)
{
	if (--l->depth == 0 && l->freed)
		link_destroy(l);
}

/* Without a word to anyone. */
static void link_close(struct db_link *l)
{
	event_del(l->readable);
	event_del(l->writable);
	event_del(l->timer);
	PQfinish(l->conn);
	l->conn = NULL;
	l->n_prepared = 0;
	l->paused = false;
	l->broken = NULL;
	l->state = LINK_WAITING;
}

static void link_wait(struct db_link *l)
{
	const unsigned last_ms = l->ops->may_come ? DELAY_LAST_SPARE_MS : DELAY_LAST_MS;
	unsigned delay_ms = l->delay_ms - arc4random_uniform(l->delay_ms / 2 + 1);

	l->delay_ms = l->delay_ms * 2 < last_ms ? l->delay_ms * 2 : last_ms;
	set_timer(l->timer, delay_ms);
}

void link_fail(struct db_link *l, const char *why)
{
	bool was_up = l->state == LINK_UP;
	struct calls lost = l->sent;
	char text[DB_ERROR_BYTES];

	snprintf(text, sizeof(text), "%s", why);
	if (strcmp(text, l->why) != 0)
		log_warning("link=%s database: %s", l->name, text);
	memcpy(l->why, text, sizeof(text));
	if (!lost.n)
		calls_init(&lost);
	calls_init(&l->sent);
	link_close(l);
	link_wait(l);
	calls_tell(l, &lost, DB_LOST, text);
	if (was_up && !l->freed && l->ops->down)
		l->ops->down(l->arg, text);
}

static void on_io(evutil_socket_t fd, short what, void *arg);

/* (Re)binds both events to the connection's present socket. */
static void link_watch(struct db_link *l, bool read, bool write)
{
	int fd = PQsocket(l->conn);

	event_del(l->readable);
	event_del(l->writable);
	event_assign(l->readable, l->base, fd, EV_READ | EV_PERSIST, on_io, l);
	event_assign(l->writable, l->base, fd, EV_WRITE | EV_PERSIST, on_io, l);
	if (read)
		event_add(l->readable, NULL);
	if (write)
		event_add(l->writable, NULL);
}

void link_flush(struct db_link *l)
{
	switch (PQflush(l->conn)) {
	case 0:
		event_del(l->writable);
		break;
	case 1:
		event_add(l->writable, NULL);
		break;
	default:
		link_break(l, "the connection was lost while sending");
	}
}

static bool link_may_come(const struct db_link *l)
{
	return !l->ops->may_come || l->ops->may_come(l->arg);
}

static void link_begin(struct db_link *l)
{
	/* What stands before the conninfo gives way to it. */
	const char *const keywords[] = {"fallback_application_name", "keepalives_idle",
					"tcp_user_timeout",	     "dbname",
					"client_encoding",	     NULL};
	const char *const values[] = {l->name, "10", "15000", l->conninfo, "UTF8", NULL};
	char why[DB_ERROR_BYTES];

	l->conn = PQconnectStartParams(keywords, values, 1);
	if (!l->conn || PQstatus(l->conn) == CONNECTION_BAD) {
		db_describe_connection(l->conn, why);
		link_fail(l, why);
		return;
	}
	PQsetNoticeReceiver(l->conn, db_log_notice, NULL);
	l->state = LINK_CONNECTING;
	set_timer(l->timer, CONNECT_LIMIT_MS);
	link_watch(l, false, true);
}

static void link_up(struct db_link *l)
{
	PQenterPipelineMode(l->conn);
	l->state = LINK_UP;
	l->n_connects++;
	if (!l->rejected)
		l->delay_ms = DELAY_FIRST_MS;
	if (*l->why)
		log_info("link=%s database: connected again", l->name);
	l->why[0] = '\0';
	event_del(l->timer);
	if (l->patience_ms)
		set_timer(l->timer, l->patience_ms / 2);
	if (l->ops->up)
		l->ops->up(l->arg);
}

static void link_set_up(struct db_link *l)
{
	PQsetnonblocking(l->conn, 1);
	link_watch(l, true, false);
	if (!l->on_connect) {
		link_up(l);
		return;
	}
	l->state = LINK_SETTING_UP;
	l->set_up_error[0] = '\0';
	if (PQsendQuery(l->conn, l->on_connect))
		link_flush(l);
	else
		link_fail(l, "the first query could not be sent");
}

static void connecting_step(struct db_link *l)
{
	char why[DB_ERROR_BYTES];

	switch (PQconnectPoll(l->conn)) {
	case PGRES_POLLING_READING:
		link_watch(l, true, false);
		break;
	case PGRES_POLLING_WRITING:
		link_watch(l, false, true);
		break;
	case PGRES_POLLING_OK:
		if (link_may_come(l)) {
			link_set_up(l);
		} else {
			link_close(l);
			link_wait(l);
		}
		break;
	default:
		db_describe_connection(l->conn, why);
		link_fail(l, why);
		if (l->ops->refused)
			l->ops->refused(l->arg);
	}
}

/* False: the input ended. */
static bool link_consume(struct db_link *l)
{
	bool alive = PQconsumeInput(l->conn) == 1;

	l->progress_ms = link_now_ms();
	return alive && PQstatus(l->conn) == CONNECTION_OK;
}

/* on_connect has ended. */
static void set_up_done(struct db_link *l)
{
	if (*l->set_up_error)
		link_fail(l, l->set_up_error);
	else
		link_up(l);
}

/* Results may come in pieces: an error now, the end of the query later. */
static void setting_up_step(struct db_link *l)
{
	char why[DB_ERROR_BYTES];
	bool alive = link_consume(l);

	link_flush(l);
	while (!PQisBusy(l->conn)) {
		PGresult *result = PQgetResult(l->conn);

		if (!result && alive) {
			set_up_done(l);
			return;
		}
		if (!result)
			break;
		if (PQresultStatus(result) == PGRES_FATAL_ERROR)
			db_describe_result(result, l->set_up_error);
		PQclear(result);
	}
	if (!alive) {
		db_describe_connection(l->conn, why);
		link_fail(l, why);
	}
}

static void tell_notifications(struct db_link *l)
{
	PGnotify *n;

	while (l->state == LINK_UP && !l->freed && (n = PQnotifies(l->conn))) {
		if (l->ops->notified)
			l->ops->notified(l->arg, n->relname, n->extra);
		PQfreemem(n);
	}
}

/* What was answered before the connection died still counts: it is taken first. */
static void up_step(struct db_link *l)
{
	PGconn *conn = l->conn;
	char why[DB_ERROR_BYTES];
	bool alive = link_consume(l);

	if (alive)
		link_flush(l);
	calls_receive(l);
	tell_notifications(l);
	if (!alive && !l->freed && l->conn == conn && !l->paused) {
		db_describe_connection(l->conn, why);
		link_fail(l, why);
	}
}

static void on_io(evutil_socket_t fd, short what, void *arg)
{
	static void (*const steps[])(struct db_link *) = {
	    [LINK_CONNECTING] = connecting_step,
	    [LINK_SETTING_UP] = setting_up_step,
	    [LINK_UP] = up_step,
	};
	struct db_link *l = arg;

	link_enter(l);
	steps[l->state](l);
	link_leave(l);
}

/* Whoever was stopped for a while finds the answer waiting along with the alarm. */
static bool has_input(const struct db_link *l)
{
	struct pollfd p = {.fd = PQsocket(l->conn), .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

static void check_patience(struct db_link *l)
{
	if (!l->patience_ms)
		return;
	if (l->sent.n && !l->paused && link_now_ms() - l->progress_ms > l->patience_ms &&
	    !has_input(l))
		link_fail(l, "the server does not answer");
	else
		set_timer(l->timer, l->patience_ms / 2);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct db_link *l = arg;

	link_enter(l);
	if (l->state == LINK_WAITING && !link_may_come(l))
		link_wait(l);
	else if (l->state == LINK_WAITING)
		link_begin(l);
	else if (l->state == LINK_UP)
		check_patience(l);
	else
		link_fail(l, "no connection within 10 s");
	link_leave(l);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct db_link *l = arg;
	struct calls unsent = l->unsent;

	link_enter(l);
	if (!unsent.n)
		calls_init(&unsent);
	calls_init(&l->unsent);
	calls_tell(l, &unsent, DB_DOWN, "there is no connection to the database");
	if (!l->freed && l->broken)
		link_fail(l, l->broken);
	if (!l->freed && l->state == LINK_UP)
		calls_receive(l);
	link_leave(l);
}

struct db_link *db_link_new(struct event_base *base, const char *conninfo, const char *name,
			    const char *on_connect, const struct db_link_ops *ops, void *arg)
{
	struct db_link *l = memory_new(sizeof(*l));

	l->base = base;
	l->conninfo = memory_strdup(conninfo);
	l->name = memory_strdup(name);
	l->on_connect = on_connect ? memory_strdup(on_connect) : NULL;
	l->ops = ops;
	l->arg = arg;
	l->delay_ms = DELAY_FIRST_MS;
	calls_init(&l->sent);
	calls_init(&l->unsent);
	l->readable = event_new(base, -1, 0, on_io, l);
	l->writable = event_new(base, -1, 0, on_io, l);
	l->timer = event_new(base, -1, 0, on_timer, l);
	l->turn = event_new(base, -1, 0, on_turn, l);
	set_timer(l->timer, 0);
	return l;
}

void db_link_abandon(struct db_link *l)
{
	if (!l)
		return;
	link_enter(l);
	calls_tell(l, &l->sent, DB_LOST, "the link is given up");
	calls_tell(l, &l->unsent, DB_DOWN, "the link is given up");
	link_leave(l);
}

void db_link_free(struct db_link *l)
{
	if (!l)
		return;
	link_enter(l);
	l->freed = true;
	link_close(l);
	event_del(l->turn);
	calls_discard(&l->sent);
	calls_discard(&l->unsent);
	link_leave(l);
}

uint64_t db_link_connects(const struct db_link *l)
{
	return l->n_connects;
}

bool db_link_is_up(const struct db_link *l)
{
	return l && l->state == LINK_UP && !l->broken;
}

void db_link_give_up(struct db_link *l)
{
	if (db_link_is_up(l))
		link_break(l, "given up for one that is needed more");
}

void db_link_kick(struct db_link *l)
{
	if (l->state != LINK_WAITING)
		return;
	l->delay_ms = DELAY_FIRST_MS;
	set_timer(l->timer, 0);
}

void db_link_set_patience(struct db_link *l, unsigned ms)
{
	l->patience_ms = ms;
	if (l->state == LINK_UP && ms)
		set_timer(l->timer, ms / 2);
}

void db_link_pause(struct db_link *l)
{
	l->paused = true;
	if (l->state == LINK_UP)
		event_del(l->readable);
}

void db_link_resume(struct db_link *l)
{
	if (!l->paused)
		return;
	l->paused = false;
	l->progress_ms = link_now_ms();
	if (l->state != LINK_UP)
		return;
	event_add(l->readable, NULL);
	link_defer(l);
}

size_t db_link_outstanding(const struct db_link *l)
{
	return l->sent.n + l->unsent.n;
}
