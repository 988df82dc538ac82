/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What time does by itself: a command of the daemon's own, first in a group, and the alarm that
 * begins a group although nobody asks. What of it the database refuses for good is set aside.
 */
#include "daemon/group_parts.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/exchange.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "lib/decide_life.h"

#define TICK_RESTS_S 10 /* after one that came to nothing, or where too many are set aside */
#define TICK_ASIDE_S 10
#define CODE_BYTES 16
#define THE_QUEUE 0	 /* in the place of a booking's number */
#define TICK_AGAIN_S 1	 /* after one that the database could not do for the moment */
#define ALARM_MOST_S 300 /* the clock may be set meanwhile */
#define ALARM_SLACK_US 5000
#define ALARM_OFF_US 500000 /* it is set anew where another moment is right */

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

static bool is_aside(const struct tick_aside *a)
{
	return a->until_us > metrics_now_us();
}

/* Which are left out now. Returns how many. */
static size_t left_out(const struct groups *g, int64_t ret[TICK_ASIDE_MOST])
{
	size_t n = 0;

	for (const struct tick_aside *a = g->aside; a < g->aside + g->n_aside; a++)
		if (is_aside(a))
			ret[n++] = a->booking;
	return n;
}

static const struct booking *first_due(const struct served *s)
{
	int64_t without[TICK_ASIDE_MOST];
	size_t n = left_out(&s->groups, without);

	return pole_first_due_but(s->pole, without, n);
}

static bool queue_is_aside(const struct groups *g)
{
	for (const struct tick_aside *a = g->aside; a < g->aside + g->n_aside; a++)
		if (a->booking == THE_QUEUE)
			return is_aside(a);
	return false;
}

bool tick_is_due(const struct served *s, int64_t now)
{
	const struct booking *b = first_due(s);

	return b && b->due_at <= now && !tick_rests(&s->groups);
}

static bool tick_is_time(const struct served *s, int64_t now)
{
	size_t n;

	pole_queue(s->pole, &n);
	return n > 0 && now / 60 > s->groups.minute && !tick_rests(&s->groups) &&
	       !queue_is_aside(&s->groups);
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

/* Part of what is due */

void tick_ask(const struct served *s, struct exchange *x)
{
	const struct groups *g = &s->groups;
	int64_t without[TICK_ASIDE_MOST];
	size_t n_without = left_out(g, without), n = 0;
	struct arg *args = arena_new_n(&x->arena, struct arg, n_without + 1);

	if (g->tick_most < TICK_MOST)
		args[n++] = arg_of("most", arena_printf(&x->arena, "%zu", g->tick_most));
	for (size_t i = 0; i < n_without; i++) {
		char *code = arena_alloc(&x->arena, CODE_BYTES);

		args[n++] = without[i] == THE_QUEUE
				? arg_of("queue", "no")
				: arg_of("without", booking_code(without[i], code, CODE_BYTES));
	}
	x->request.line.args = args;
	x->request.line.n_args = n;
	x->request.marks = 0;
	for (size_t i = 0; i < n; i++)
		x->request.marks |= key_mark(args[i].head);
}

static bool is_part(const struct exchange *x)
{
	return line_get(&x->request.line, "most") != NULL;
}

void tick_decide(struct served *s, struct exchange *x, int64_t now)
{
	const struct line *l = &x->request.line;
	const char *most = line_get(l, "most");
	int64_t *without = arena_new_n(&x->arena, int64_t, l->n_args + 1);
	const struct booking *first;
	size_t n = 0;

	for (const struct arg *arg = l->args; arg < l->args + l->n_args; arg++)
		if (strcmp(arg->key, "without") == 0 &&
		    booking_number_from_code(arg->value, &without[n]) == 0)
			n++;
	first = pole_first_due_but(s->pole, without, n);
	x->first_due = first ? first->number : THE_QUEUE;
	x->n_due = decide_tick_but(s->pole, now, most ? strtoul(most, NULL, 10) : TICK_MOST,
				   without, n, &x->arena, &x->changes);
	if (!x->n_due)
		x->first_due = THE_QUEUE;
}

/* One part of several is about what is due, or, once nothing is, about those who wait. */
bool tick_does_queue(const struct exchange *x)
{
	return !line_get(&x->request.line, "queue") && !(is_part(x) && x->n_due);
}

bool tick_is_suspect(const struct groups *g)
{
	int64_t without[TICK_ASIDE_MOST];

	return g->tick_most < TICK_MOST || left_out(g, without) < g->n_aside;
}

/* What was set aside and is done, or past doing. */
static void forget_done(struct served *s, bool queue_is_done)
{
	struct groups *g = &s->groups;
	size_t n = 0;

	for (const struct tick_aside *a = g->aside; a < g->aside + g->n_aside; a++) {
		const struct booking *b = pole_booking(s->pole, a->booking);

		if (a->booking == THE_QUEUE ? !queue_is_done
					    : b && b->due_at && b->due_at <= served_now(s))
			g->aside[n++] = *a;
	}
	g->n_aside = n;
}

void tick_committed(struct served *s, const struct exchange *x)
{
	struct groups *g = &s->groups;

	g->tick_most = g->tick_most * 2 < TICK_MOST ? g->tick_most * 2 : TICK_MOST;
	forget_done(s, tick_does_queue(x));
}

static void rest(struct groups *g, int64_t how_long_s)
{
	g->tick_rests_until_us = metrics_now_us() + how_long_s * INT64_C(1000000);
}

void tick_came_to_nothing(struct groups *g)
{
	g->tick_owed = false;
	rest(g, TICK_RESTS_S);
}

/* Told once, however often it is tried again. */
static void set_aside(struct served *s, int64_t booking, const char *error)
{
	struct groups *g = &s->groups;
	struct tick_aside *a = g->aside;
	char code[CODE_BYTES];

	forget_done(s, false);
	while (a < g->aside + g->n_aside && a->booking != booking)
		a++;
	if (a == g->aside + TICK_ASIDE_MOST) {
		log_error("pole=%s the database refuses what time does: %s", s->name, error);
		tick_came_to_nothing(g);
		return;
	}
	if (a == g->aside + g->n_aside) {
		g->n_aside++;
		log_error("pole=%s the database refuses what becomes of %s by time: %s; the rest "
			  "goes on without, and it is tried again every %d s",
			  s->name,
			  booking == THE_QUEUE ? "those who wait"
					       : booking_code(booking, code, sizeof(code)),
			  error, TICK_ASIDE_S);
	}
	*a = (struct tick_aside){booking, metrics_now_us() + TICK_ASIDE_S * INT64_C(1000000)};
}

void tick_refused(struct served *s, const struct exchange *x, const char *error, bool may_pass)
{
	struct groups *g = &s->groups;

	g->tick_owed = may_pass;
	if (may_pass) {
		log_error("pole=%s the database refused what time does: %s", s->name, error);
		rest(g, TICK_AGAIN_S);
	} else if (x->n_due > 1 || (x->n_due && !is_part(x))) {
		g->tick_most = (x->n_due + 1) / 2;
	} else {
		set_aside(s, x->first_due, error);
	}
}

/* When it comes back, at the latest. */
static int64_t aside_until(const struct tick_aside *a)
{
	return server_clock() + 1 + (a->until_us - metrics_now_us()) / 1000000;
}

/* When something is to be done next although nobody asks; 0: never. */
static int64_t next_due(const struct served *s)
{
	const struct booking *b = first_due(s);
	int64_t due = 0, minute = (s->groups.minute + 1) * 60;
	int64_t rests = tick_rests(&s->groups), rests_until = server_clock() + rests;
	size_t n_waiting;

	pole_queue(s->pole, &n_waiting);
	if (b)
		due = b->due_at;
	if (n_waiting > 0 && !queue_is_aside(&s->groups) && (!due || minute < due))
		due = minute;
	for (const struct tick_aside *a = s->groups.aside; a < s->groups.aside + s->groups.n_aside;
	     a++)
		if (is_aside(a) && (!due || aside_until(a) < due))
			due = aside_until(a);
	return due && rests && due < rests_until ? rests_until : due;
}

void group_set_alarm(struct served *s)
{
	struct groups *g = &s->groups;
	int64_t due = next_due(s), wait_us, at_us;
	struct timespec now;

	if (due == 0) {
		event_del(g->alarm);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	wait_us = due - now.tv_sec > ALARM_MOST_S
		      ? ALARM_MOST_S * INT64_C(1000000)
		      : (due - now.tv_sec) * 1000000 - now.tv_nsec / 1000;
	wait_us = wait_us > 0 ? wait_us + ALARM_SLACK_US : ALARM_SLACK_US;
	at_us = metrics_now_us() + wait_us;
	if (event_pending(g->alarm, EV_TIMEOUT, NULL) &&
	    llabs(at_us - g->alarm_us) < ALARM_OFF_US)
		return;
	g->alarm_us = at_us;
	event_add(g->alarm, &(struct timeval){wait_us / 1000000, wait_us % 1000000});
}
