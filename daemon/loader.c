/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Links that load poles, and the queue before them.
 *
 * A link has one job at a time, a transaction. What was taken in during one turn of the loop is
 * counted, and once it is enough the link is left alone until the next turn: what comes meanwhile
 * waits in the socket, and holds the database back in the end. The database is always some
 * questions ahead (see load.c), so that it works while others are served here.
 *
 * A job that fails has questions outstanding; their answers are waited for, then the transaction is
 * ended, so that the link can be used for the next.
 */
#include "daemon/loader.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/db.h"
#include "daemon/links.h"
#include "daemon/metrics.h"
#include "daemon/server.h"
#include "daemon/shed.h"
#include "lib/arena.h"

#define SLICE_US 2000
#define STATEMENT_WITHIN_S 60
#define PATIENCE_MS 90000

struct job {
	struct job *next;
	int32_t pole_id;
	int64_t began_us;
	loader_fn *done;
	void *arg;
};

struct lane { /* a link, and what it is at */
	struct loader *loader;
	struct db_link *link;
	struct event *go_on;
	struct job *job; /* NULL: none */
	struct load *load;
	size_t n_outstanding;
	bool failed, ended;
	int64_t slice_us; /* spent in this turn */
	char why[512];
};

struct queue {
	struct job *first, **end;
};

enum { SOON, WHENEVER, N_QUEUES };

struct loader {
	struct server *server;
	struct queue queues[N_QUEUES];
	size_t n_waiting;
	struct db_params *params;
	struct lane lanes[LOADER_LINKS];
};

static void answered(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		     const char *error);
static void next_job(struct lane *lane);

static void ask(struct lane *lane, const struct load_question *q, const struct db_params *params)
{
	lane->n_outstanding++;
	if (q->binary)
		db_query_binary(lane->link, q->statement, params, answered, lane);
	else
		db_query(lane->link, q->statement, params, answered, lane);
}

static void ask_all(struct lane *lane)
{
	struct load_question q;

	while (load_next(lane->load, &q, lane->loader->params))
		ask(lane, &q, lane->loader->params);
}

static void finish(struct lane *lane)
{
	struct job *job = lane->job;
	struct metrics *metrics = &lane->loader->server->metrics;
	struct loaded loaded = load_end(lane->load);

	lane->job = NULL;
	if (lane->failed) {
		metrics->load_failures++;
		shed_pole(lane->loader->server->shed, loaded.pole, &loaded.kept);
		job->done(job->arg, NULL, lane->why);
	} else {
		histogram_add_us(&metrics->load_us, metrics_now_us() - job->began_us);
		job->done(job->arg, &loaded, "");
	}
	free(job);
	next_job(lane);
}

static void fail(struct lane *lane, const char *why)
{
	lane->failed = true;
	snprintf(lane->why, sizeof(lane->why), "%s", why);
}

static void take(struct lane *lane, const struct db_rows *rows)
{
	const int64_t began_us = metrics_now_us();
	char why[512];

	if (load_take(lane->load, rows, why))
		fail(lane, why);
	lane->slice_us += metrics_now_us() - began_us;
	if (lane->slice_us < SLICE_US)
		return;
	db_link_pause(lane->link);
	event_add(lane->go_on, &(struct timeval){0});
}

static void on_go_on(evutil_socket_t fd, short what, void *arg)
{
	struct lane *lane = arg;

	lane->slice_us = 0;
	db_link_resume(lane->link);
}

static void answered(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		     const char *error)
{
	struct lane *lane = arg;

	lane->n_outstanding--;
	if (!lane->failed && outcome != DB_OK)
		fail(lane, error);
	if (!lane->failed)
		take(lane, rows);
	if (!lane->failed && !load_is_done(lane->load)) {
		ask_all(lane);
	} else if (lane->failed && lane->n_outstanding == 0 && !lane->ended &&
		   db_link_is_up(lane->link)) {
		lane->ended = true;
		ask(lane, &load_over, NULL);
	} else if (lane->n_outstanding == 0) {
		finish(lane);
	}
}

static struct job *pop(struct loader *l)
{
	struct queue *q = l->queues[SOON].first ? &l->queues[SOON] : &l->queues[WHENEVER];
	struct job *job = q->first;

	if (!job)
		return NULL;
	q->first = job->next;
	if (!q->first)
		q->end = &q->first;
	l->n_waiting--;
	return job;
}

static void next_job(struct lane *lane)
{
	if (lane->job || !db_link_is_up(lane->link))
		return;
	lane->job = pop(lane->loader);
	if (!lane->job)
		return;
	lane->failed = lane->ended = false;
	lane->load = load_new(lane->job->pole_id, server_clock());
	ask_all(lane);
}

void loader_begin(struct loader *l, int32_t pole_id, bool soon, loader_fn *done, void *arg)
{
	struct queue *q = &l->queues[soon ? SOON : WHENEVER];
	struct job *job = memory_new(sizeof(*job));

	*job = (struct job){
	    .pole_id = pole_id, .began_us = metrics_now_us(), .done = done, .arg = arg};
	*q->end = job;
	q->end = &job->next;
	l->n_waiting++;
	for (size_t i = 0; i < LOADER_LINKS; i++)
		next_job(&l->lanes[i]);
}

void loader_database_down(struct loader *l)
{
	struct job *job;

	for (size_t n = l->n_waiting; n > 0 && (job = pop(l)); n--) {
		job->done(job->arg, NULL, "the database is away");
		free(job);
	}
}

void loader_kick(struct loader *l)
{
	for (size_t i = 0; i < LOADER_LINKS; i++)
		db_link_kick(l->lanes[i].link);
}

void loader_give_up_spare(struct loader *l)
{
	db_link_give_up(l->lanes[1].link);
}

size_t loader_outstanding(const struct loader *l)
{
	size_t n = l->n_waiting;

	for (size_t i = 0; i < LOADER_LINKS; i++)
		n += l->lanes[i].job != NULL;
	return n;
}

const struct db_link *loader_link(const struct loader *l, size_t i)
{
	return l->lanes[i].link;
}

static void link_up(void *arg)
{
	struct lane *lane = arg;

	links_came(lane->loader->server);
	next_job(lane);
}

static bool spare_may_come(void *arg)
{
	return links_needed_are_up(((const struct lane *)arg)->loader->server);
}

static void link_refused(void *arg)
{
	links_refused(((const struct lane *)arg)->loader->server);
}

static const struct db_link_ops link_ops = {.up = link_up, .refused = link_refused};
static const struct db_link_ops spare_ops = {.up = link_up, .may_come = spare_may_come};

/* Walks along keys whatever the planner thinks: a table that has grown since it was last looked at
 * must not be read whole for each page. */
struct loader *loader_new(struct server *server)
{
	static const char *const names[LOADER_LINKS] = {"loads-1", "loads-2"};
	struct loader *l = memory_new(sizeof(*l));
	char on_connect[256];

	l->server = server;
	for (size_t i = 0; i < N_QUEUES; i++)
		l->queues[i].end = &l->queues[i].first;
	l->params = db_params_new();
	snprintf(on_connect, sizeof(on_connect),
		 "%s SET statement_timeout = '%ds'; SET jit = off; SET enable_seqscan = off; "
		 "SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan",
		 server->on_connect, STATEMENT_WITHIN_S);
	for (size_t i = 0; i < LOADER_LINKS; i++) {
		struct lane *lane = &l->lanes[i];

		lane->loader = l;
		lane->go_on = evtimer_new(server->base, on_go_on, lane);
		lane->link = db_link_new(server->base, server->conninfo, names[i], on_connect,
					 i ? &spare_ops : &link_ops, lane);
		db_link_set_patience(lane->link, PATIENCE_MS);
	}
	return l;
}

void loader_free(struct loader *l)
{
	struct job *job;

	if (!l)
		return;
	for (size_t i = 0; i < LOADER_LINKS; i++) {
		struct lane *lane = &l->lanes[i];

		db_link_free(lane->link);
		event_free(lane->go_on);
		if (lane->job)
			load_free(lane->load);
		free(lane->job);
	}
	while ((job = pop(l)))
		free(job);
	db_params_free(l->params);
	free(l);
}
