/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps reads from showing an old memory; see the header. */
#include "daemon/fresh.h"

#include <event2/event.h>

#include "daemon/db.h"
#include "daemon/exchange.h"
#include "daemon/follow.h"
#include "daemon/metrics.h"
#include "daemon/served.h"
#include "daemon/server.h"

#define ASK_AFTER_US (FRESH_WITHIN_US / 2)

static void ask(struct served *s);

bool fresh_is(const struct served *s, int64_t now_us)
{
	const struct fresh *f = &s->fresh;

	return s->server->alone || (f->as_of_us && now_us - f->as_of_us <= FRESH_WITHIN_US);
}

static void push(struct fresh *f, struct exchange *x)
{
	x->next = NULL;
	if (f->waiting)
		f->waiting_tail->next = x;
	else
		f->waiting = x;
	f->waiting_tail = x;
}

static struct exchange *take_all(struct fresh *f)
{
	struct exchange *list = f->waiting;

	if (list)
		event_del(f->patience);
	f->waiting = f->waiting_tail = NULL;
	return list;
}

static void answer_all(struct fresh *f)
{
	struct exchange *next;

	for (struct exchange *x = take_all(f); x; x = next) {
		next = x->next;
		x->next = NULL;
		x->answer_fresh(x);
	}
}

int64_t fresh_moment(const struct served *s)
{
	if (!s->fresh.as_of_us)
		return s->server->started_at;
	return server_clock() - (metrics_now_us() - s->fresh.as_of_us) / 1000000;
}

static void out_of_patience(evutil_socket_t fd, short what, void *arg)
{
	answer_all(&((struct served *)arg)->fresh);
}

void fresh_as_of(struct served *s, int64_t us)
{
	struct fresh *f = &s->fresh;

	if (us > f->as_of_us && !s->doubtful && !s->stale)
		f->as_of_us = us;
	if (!f->waiting)
		return;
	if (fresh_is(s, metrics_now_us()))
		answer_all(f);
	else if (!s->doubtful && !s->stale) /* else it would be no fresher for being asked */
		ask(s);
}

static void answered(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		     const char *error)
{
	struct served *s = arg;

	s->fresh.asking = false;
	if (outcome != DB_OK || db_n_rows(rows) == 0) {
		answer_all(&s->fresh);
	} else if (db_int(rows, 0, 0) <= s->version) {
		fresh_as_of(s, s->fresh.asked_us);
	} else {
		follow_heard(s, db_int(rows, 0, 0));
	}
}

static void ask(struct served *s)
{
	struct fresh *f = &s->fresh;
	struct db_params *p;

	if (f->asking)
		return;
	p = db_params_new();
	f->asking = true;
	f->asked_us = metrics_now_us();
	db_param_int4(p, s->id);
	db_query(s->server->feed, "pole_version", p, answered, s);
	db_params_free(p);
}

static void wait_for(struct served *s, struct exchange *x)
{
	struct fresh *f = &s->fresh;

	if (!f->patience)
		f->patience = evtimer_new(s->server->base, out_of_patience, s);
	if (!f->waiting)
		event_add(f->patience, &(struct timeval){.tv_sec = FRESH_PATIENCE_S});
	push(f, x);
}

void fresh_answer(struct exchange *x, void (*answer)(struct exchange *x))
{
	struct served *s = x->served;
	struct fresh *f = &s->fresh;
	const int64_t now_us = exchange_now_us(x);
	bool up = db_link_is_up(s->server->feed), fresh = fresh_is(s, now_us);

	if (up && !s->server->alone && now_us - f->as_of_us > ASK_AFTER_US)
		ask(s);
	if (fresh || !up) {
		answer(x);
		return;
	}
	x->answer_fresh = answer;
	x->looked_us = 0;
	wait_for(s, x);
}

void fresh_release(struct fresh *f)
{
	struct exchange *next;

	if (!f->patience)
		return;
	for (struct exchange *x = take_all(f); x; x = next) {
		next = x->next;
		exchange_free(x);
	}
	event_free(f->patience);
}
