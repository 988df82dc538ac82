/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Goes through the poles in memory in order of their numbers, for they may be let go, and others
 * come, on the way. Between two turns whatever else there is to do is done: what is asked in the
 * middle finds some of the past forgotten and some not, which makes no difference to any answer.
 */
#include "daemon/forget.h"

#include <event2/event.h>
#include <stdlib.h>

#include "daemon/served.h"
#include "daemon/server.h"
#include "lib/arena.h"
#include "lib/look_back.h"

#define AGAIN_US 1000
#define BOOKINGS_A_TURN 2000
#define ANSWERS_A_TURN 2000

struct forgetting {
	struct server *server;
	struct event *turn;
	int64_t now;	 /* 0: there is nothing to do */
	int32_t pole;	 /* the present one, or the last; 0: none yet */
	int64_t booking; /* how far it has come in it */
	struct kept_place answer;
	bool has_bookings; /* left to look at */
};

static struct served *present_pole(struct forgetting *f)
{
	const struct server *server = f->server;

	for (size_t i = 0; i < server->n_poles; i++)
		if (server->poles[i]->id >= f->pole)
			return server->poles[i];
	return NULL;
}

static void begin_pole(struct forgetting *f, int32_t pole)
{
	f->pole = pole;
	f->booking = 0;
	f->answer = (struct kept_place){0};
	f->has_bookings = true;
}

static void forget_some(struct forgetting *f, struct served *s)
{
	int64_t before = policy_look_back(pole_policy(s->pole), f->now);

	if (s->id != f->pole)
		begin_pole(f, s->id);
	if (f->has_bookings) {
		f->has_bookings = !pole_forget_some(s->pole, before, BOOKINGS_A_TURN, &f->booking);
	} else if (kept_forget_some(&s->kept, f->now - KEPT_S, ANSWERS_A_TURN, &f->answer)) {
		served_forget_answers(s);
		begin_pole(f, s->id + 1);
	}
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct forgetting *f = arg;
	struct served *s = present_pole(f);

	if (s) {
		forget_some(f, s);
		event_add(f->turn, &(struct timeval){.tv_usec = AGAIN_US});
	} else {
		f->now = 0;
	}
}

void forgetting_begin(struct forgetting *f)
{
	if (f->now)
		return;
	f->now = server_clock();
	f->pole = 0;
	event_add(f->turn, &(struct timeval){0});
}

struct forgetting *forgetting_new(struct server *server)
{
	struct forgetting *f = memory_new(sizeof(*f));

	f->server = server;
	f->turn = evtimer_new(server->base, on_turn, f);
	return f;
}

void forgetting_free(struct forgetting *f)
{
	if (!f)
		return;
	event_free(f->turn);
	free(f);
}
