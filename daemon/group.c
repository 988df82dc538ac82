/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The turn of a group: when what waits is decided, and which way it then goes. Its parts:
 * group_queue.c (lists), group_decide.c, group_send.c (outcomes), group_tick.c (time).
 */

#include "daemon/group.h"

#include <event2/event.h>

#include "daemon/db.h"
#include "daemon/exchange.h"
#include "daemon/group_parts.h"
#include "daemon/log.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/turns.h"

#define LOAD_AGAIN_S 1 /* where it was not to be had a moment ago */

/* False: it is this daemon's turn. */
static bool yields(struct served *s)
{
	int64_t wait_us = turns_wait_us(s);

	if (wait_us && !event_pending(s->groups.yield, EV_TIMEOUT, NULL))
		event_add(s->groups.yield, &(struct timeval){.tv_usec = wait_us});
	return wait_us;
}

static void group_turn(evutil_socket_t fd, short what, void *arg)
{
	struct served *s = arg;
	struct groups *g = &s->groups;

	if (!db_link_is_up(s->server->commits)) {
		waiting_fail(g, CODE_UNAVAILABLE);
		return;
	}
	if (s->doubtful && !s->following)
		waiting_fail(g, CODE_UNAVAILABLE);
	if (g->state != GROUPS_IDLE || s->following || s->loading || s->doubtful)
		return;
	if (s->stale) {
		if (served_load_anew(s)) {
			waiting_fail(g, CODE_UNAVAILABLE);
			event_add(g->again, &(struct timeval){.tv_sec = LOAD_AGAIN_S});
			return;
		}
		groups_go_on(s);
		return;
	}
	event_del(g->patience);
	if (g->waiting && yields(s))
		return;
	g->at = served_now(s);
	if (g->tick_owed && tick_rests(g))
		waiting_fail(g, CODE_UNAVAILABLE);
	else
		g->tick_owed = false;
	if (!g->waiting && !tick_is_wanted(s, g->at)) {
		group_set_alarm(s);
		return;
	}
	if (group_decide_waiting(s, g->at) > 0) {
		group_commit(s);
	} else if (group_rests_on_memory(g->sent)) {
		group_ask(s);
	} else {
		list_finish(sent_take(g));
		groups_go_on(s);
	}
}

void groups_give_up(struct served *s)
{
	struct server *server = s->server;

	if (s->groups.sent && !server->database_down_since)
		server->database_down_since = s->groups.at; /* it may be up, but it says nothing */
	struct exchange *list = NULL, **end = &list;
	enum code code = s->groups.state == GROUPS_ASKED ? CODE_UNAVAILABLE : CODE_UNKNOWN_OUTCOME;

	for (struct exchange *x = s->groups.sent; x; x = x->next) {
		struct exchange *ghost;
		struct line_writer w;

		if (x->told)
			continue;
		ghost = exchange_ghost(x);
		reply_code(ghost, &w, code, NULL, 0);
		line_int(&w, "retry", 5);
		line_end(&w);
		*end = ghost;
		end = &ghost->next;
	}
	list_finish(list);
	waiting_fail(&s->groups, CODE_UNAVAILABLE);
}

static void group_patience(evutil_socket_t fd, short what, void *arg)
{
	groups_give_up(arg);
}

void groups_submit(struct served *s, struct exchange *x)
{
	waiting_push(&s->groups, x);
	groups_go_on(s);
}

/* After one more look at the sockets: who was answered just now asks for the next thing meanwhile,
 * and goes along. Without, clients fall into two halves of which one waits for the other's group.
 * Asked for again, it does not begin anew: else those who keep asking would put it off for ever. */
static void ask_for_turn(struct groups *g)
{
	static const struct timeval at_once;

	if (!event_pending(g->turn, EV_TIMEOUT, NULL))
		event_add(g->turn, &at_once);
}

void groups_go_on(struct served *s)
{
	struct groups *g = &s->groups;
	bool up = db_link_is_up(s->server->commits);

	if (g->state == GROUPS_UNKNOWN && up) {
		if (s->doubtful || event_pending(g->again, EV_TIMEOUT, NULL))
			return;
		log_info("pole=%s asking again what became of a group", s->name);
		group_send(s);
	} else if (!up) {
		if (g->waiting || s->stale)
			ask_for_turn(g);
	} else if (g->state == GROUPS_IDLE && !s->following && !s->loading) {
		if (g->waiting || s->stale || tick_is_wanted(s, served_now(s)))
			ask_for_turn(g);
		else
			group_set_alarm(s);
	} else if (s->loading && g->waiting) {
		group_wait_with_patience(g);
	}
}

static void group_again(evutil_socket_t fd, short what, void *arg)
{
	groups_go_on(arg);
}

static void group_alarm(evutil_socket_t fd, short what, void *arg)
{
	groups_go_on(arg);
}

void groups_database_down(struct served *s)
{
	waiting_fail(&s->groups, CODE_UNAVAILABLE);
}

void groups_init(struct groups *g, struct served *s)
{
	*g = (struct groups){.params = db_params_new()};
	g->turn = event_new(s->server->base, -1, 0, group_turn, s);
	g->patience = evtimer_new(s->server->base, group_patience, s);
	g->yield = evtimer_new(s->server->base, group_again, s);
	g->again = evtimer_new(s->server->base, group_again, s);
	g->alarm = evtimer_new(s->server->base, group_alarm, s);
}

void groups_release(struct groups *g)
{
	struct exchange *x, *list = sent_take(g);

	while ((x = list)) {
		list = x->next;
		exchange_free(x);
	}
	while ((x = waiting_pop(g)))
		exchange_free(x);
	event_free(g->turn);
	event_free(g->patience);
	event_free(g->again);
	event_free(g->yield);
	event_free(g->alarm);
	db_params_free(g->params);
}

bool groups_are_idle(const struct groups *g)
{
	return g->state == GROUPS_IDLE && !g->waiting;
}
