/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The turn of a group: when what waits is decided, and which way it then goes. Its parts:
 * group_queue.c (lists), group_decide.c, group_send.c (outcomes), group_tick.c (time).
 */

#include "daemon/group.h"

#include <event2/event.h>
#include <stdlib.h>

#include "daemon/db.h"
#include "daemon/exchange.h"
#include "daemon/follow.h"
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

bool group_is_worth_it(const struct served *s)
{
	const struct groups *g = &s->groups;

	return g->n_waiting >= s->server->ahead_least &&
	       (g->n_waiting >= g->n_lately * 3 / 8 || g->n_waiting >= GROUP_MAX_COMMANDS);
}

/* A group may be decided on top of one that is on its way, if that is all that there is to it: not
 * on a policy that may never be, nor where time comes first, nor where it is another daemon's turn,
 * nor where the first has taken so long that its askers were told, nor where the pole is to change
 * over to another connection. */
static bool may_go_ahead(const struct served *s, int64_t now)
{
	const struct groups *g = &s->groups;

	return g->state == GROUPS_SENT && !g->next.list && !g->sent.was_lost && !g->solo &&
	       !g->tick_owed && !s->following && !s->loading && !s->doubtful && !s->stale &&
	       event_pending(g->patience, EV_TIMEOUT, NULL) && !goes_alone(g->sent.list) &&
	       g->waiting && !goes_alone(g->waiting) && group_is_worth_it(s) &&
	       served_link_wanted(s) == s->link && !turns_are_taken(s) && !tick_is_wanted(s, now);
}

static void go_ahead(struct served *s, int64_t now)
{
	struct groups *g = &s->groups;

	group_apply(s, &g->sent);
	group_decide_waiting(s, &g->next, now > g->sent.at ? now : g->sent.at);
	if (g->next.n_changes)
		group_commit(s, &g->sent, &g->next);
	group_undo(s, &g->sent);
}

void groups_turn(struct served *s)
{
	struct groups *g = &s->groups;
	int64_t now = served_now(s);

	if (!db_link_is_up(served_commits(s))) {
		waiting_fail(g, CODE_UNAVAILABLE);
		return;
	}
	if (s->doubtful && !s->following)
		waiting_fail(g, CODE_UNAVAILABLE);
	if (may_go_ahead(s, now))
		go_ahead(s, now);
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
	if (g->tick_owed && tick_rests(g))
		waiting_fail(g, CODE_UNAVAILABLE);
	else
		g->tick_owed = false;
	if (!g->waiting && !tick_is_wanted(s, now)) {
		group_set_alarm(s);
		return;
	}
	group_decide_waiting(s, &g->sent, now);
	if (g->sent.n_changes) {
		group_commit(s, NULL, &g->sent);
	} else if (group_rests_on_memory(g->sent.list)) {
		group_ask(s);
	} else {
		group_answer(s);
		list_finish(group_take(&g->sent));
		groups_go_on(s);
	}
}

static void group_turn(evutil_socket_t fd, short what, void *arg)
{
	groups_turn(arg);
}

/* Answers that stand in for those of a list. Returns where the next one goes. */
static struct exchange **give_up(struct exchange *list, enum code code, struct exchange **end)
{
	for (struct exchange *x = list; x; x = x->next) {
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
	return end;
}

void groups_give_up(struct served *s)
{
	struct groups *g = &s->groups;
	enum code code = g->state == GROUPS_ASKED ? CODE_UNAVAILABLE : CODE_UNKNOWN_OUTCOME;
	struct exchange *list = NULL, **end = &list;

	g->sent.is_given_up = g->sent.list;
	end = give_up(g->sent.list, code, end);
	give_up(g->next.list, g->next.n_changes ? code : CODE_UNAVAILABLE, end);
	list_finish(list);
	waiting_fail(g, CODE_UNAVAILABLE);
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

/* Those who ask for nothing stay where they are: a connection that comes and goes costs them
 * nothing. */
static void change_link(struct served *s)
{
	const struct groups *g = &s->groups;

	if (served_link_wanted(s) == s->link || groups_are_owed(g) || s->following)
		return;
	if (g->waiting || s->stale || g->state == GROUPS_UNKNOWN ||
	    tick_is_wanted(s, served_now(s)))
		follow_doubt(s);
}

void groups_go_on(struct served *s)
{
	struct groups *g = &s->groups;
	bool up;

	change_link(s);
	up = db_link_is_up(served_commits(s));
	if (g->state == GROUPS_UNKNOWN && up) {
		if (s->doubtful || event_pending(g->again, EV_TIMEOUT, NULL))
			return;
		log_info("pole=%s asking again what became of a group", s->name);
		group_send_again(s);
	} else if (!up) {
		if (g->waiting || s->stale)
			ask_for_turn(g);
	} else if (g->state == GROUPS_IDLE && !s->following && !s->loading) {
		if (g->waiting || s->stale || tick_is_wanted(s, served_now(s)))
			ask_for_turn(g);
		else
			group_set_alarm(s);
	} else if (may_go_ahead(s, served_now(s))) {
		ask_for_turn(g);
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
	*g = (struct groups){.sent.params = db_params_new(), .next.params = db_params_new()};
	g->tick_most = TICK_MOST;
	g->turn = event_new(s->server->base, -1, 0, group_turn, s);
	g->patience = evtimer_new(s->server->base, group_patience, s);
	g->yield = evtimer_new(s->server->base, group_again, s);
	g->again = evtimer_new(s->server->base, group_again, s);
	g->alarm = evtimer_new(s->server->base, group_alarm, s);
}

void groups_release(struct groups *g)
{
	struct exchange *x;

	groups_put_back(g);
	while ((x = waiting_pop(g)))
		exchange_free(x);
	event_free(g->turn);
	event_free(g->patience);
	event_free(g->again);
	event_free(g->yield);
	event_free(g->alarm);
	db_params_free(g->sent.params);
	db_params_free(g->next.params);
}

size_t groups_n_sent(const struct groups *g)
{
	return (g->sent.list ? g->sent.n_commands : 0) + (g->next.list ? g->next.n_commands : 0);
}

bool groups_are_owed(const struct groups *g)
{
	return g->sent.is_owed || g->next.is_owed || g->n_void || g->state == GROUPS_ASKED;
}

int64_t groups_silent_since(const struct groups *g)
{
	return g->sent.list && g->sent.is_given_up ? g->sent.at : 0;
}

bool groups_are_idle(const struct groups *g)
{
	return g->state == GROUPS_IDLE && !g->waiting && !g->n_void;
}
