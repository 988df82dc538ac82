/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What time does by itself: a command of the daemon's own, first in a group, and the alarm that
 * begins a group although nobody asks.
 */
#include "daemon/group_parts.h"

#include <event2/event.h>
#include <time.h>

#include "daemon/exchange.h"
#include "daemon/metrics.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "lib/queue.h"

#define TICK_RESTS_S 10	 /* after one that failed or came to nothing */
#define TICK_AGAIN_S 1	 /* after one that the database could not do for the moment */
#define ALARM_MOST_S 300 /* the clock may be set meanwhile */
#define ALARM_SLACK_US 5000

bool tick_is(const struct exchange *x)
{
	return x->request.verb == &verb_tick;
}

/* One that goes undone: what it was to do for this minute is still to be done. */
void tick_drop(struct groups *g, const struct exchange *x)
{
	if (tick_is(x))
		g->minute = 0;
}

int64_t tick_rests(const struct groups *g)
{
	int64_t left_us = g->tick_rests_until_us - metrics_now_us();

	return left_us > 0 ? 1 + left_us / 1000000 : 0;
}

bool tick_is_due(const struct served *s, int64_t now)
{
	const struct booking *b = pole_first_due(s->pole);

	return b && b->due_at <= now && !tick_rests(&s->groups);
}

static bool tick_is_time(const struct served *s, int64_t now)
{
	size_t n;

	pole_queue(s->pole, &n);
	return n > 0 && now / 60 > s->groups.minute && !tick_rests(&s->groups);
}

/* Whether a tick is, even if nobody asks for anything. */
bool tick_is_wanted(const struct served *s, int64_t now)
{
	return tick_is_due(s, now) || tick_is_time(s, now);
}

void tick_push(struct served *s)
{
	struct exchange *x;

	if (s->groups.waiting && tick_is(s->groups.waiting))
		return;
	x = exchange_new(s->server, NULL, NULL);
	x->served = s;
	x->request.verb = &verb_tick;
	x->request.tag = "*";
	waiting_put_back(&s->groups, x);
}

void tick_failed(struct groups *g, bool may_pass)
{
	g->tick_owed = may_pass;
	g->tick_rests_until_us =
	    metrics_now_us() + (may_pass ? TICK_AGAIN_S : TICK_RESTS_S) * INT64_C(1000000);
}

/* When something is to be done next although nobody asks; 0: never. */
static int64_t next_due(const struct served *s)
{
	const struct booking *b = pole_first_due(s->pole);
	int64_t due = 0, minute = (s->groups.minute + 1) * 60;
	int64_t rests = tick_rests(&s->groups), rests_until = server_clock() + rests;
	size_t n_waiting;

	pole_queue(s->pole, &n_waiting);
	if (b)
		due = b->due_at;
	if (n_waiting > 0 && (!due || minute < due))
		due = minute;
	return due && rests && due < rests_until ? rests_until : due;
}

void group_set_alarm(struct served *s)
{
	struct groups *g = &s->groups;
	int64_t due = next_due(s), wait_us;
	struct timespec now;

	if (due == g->alarm_at && (due == 0 || event_pending(g->alarm, EV_TIMEOUT, NULL)))
		return;
	g->alarm_at = due;
	if (due == 0) {
		event_del(g->alarm);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	wait_us = due - now.tv_sec > ALARM_MOST_S
		      ? ALARM_MOST_S * INT64_C(1000000)
		      : (due - now.tv_sec) * 1000000 - now.tv_nsec / 1000;
	wait_us = wait_us > 0 ? wait_us + ALARM_SLACK_US : ALARM_SLACK_US;
	event_add(g->alarm, &(struct timeval){wait_us / 1000000, wait_us % 1000000});
}
