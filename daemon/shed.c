/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Poles on their way out. When the last is gone, what the allocator holds on to is given back: a
 * budget of memory counts what the daemon has, not what it uses.
 */
#include "daemon/shed.h"

#include <event2/event.h>
#include <stdlib.h>

#include "daemon/allocator.h"
#include "daemon/kept.h"
#include "lib/arena.h"
#include "lib/pole.h"

#define BOOKINGS_A_TURN 4096
#define ANSWERS_A_TURN 4096

struct leaving {
	struct leaving *next;
	struct pole *pole;
	struct kept kept;
	struct kept_place at; /* up to which the answers are gone */
};

struct shed {
	struct leaving *first;
	struct event *turn;
};

static void drop_first(struct shed *s)
{
	struct leaving *l = s->first;

	s->first = l->next;
	pole_free(l->pole);
	kept_clear(&l->kept);
	free(l);
}

static void next_turn(struct shed *s)
{
	event_add(s->turn, &(struct timeval){0});
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct shed *s = arg;
	struct leaving *l = s->first;

	if (kept_forget_some(&l->kept, INT64_MAX, ANSWERS_A_TURN, &l->at) &&
	    (!l->pole || pole_free_some(l->pole, BOOKINGS_A_TURN)))
		drop_first(s);
	if (s->first)
		next_turn(s);
	else
		allocator_give_back();
}

struct shed *shed_new(struct event_base *base)
{
	struct shed *s = memory_new(sizeof(*s));

	s->turn = event_new(base, -1, 0, on_turn, s);
	return s;
}

void shed_free(struct shed *s)
{
	if (!s)
		return;
	while (s->first)
		drop_first(s);
	event_free(s->turn);
	free(s);
}

void shed_pole(struct shed *s, struct pole *p, struct kept *k)
{
	struct leaving *l = memory_new(sizeof(*l));

	*l = (struct leaving){.next = s->first, .pole = p, .kept = *k};
	*k = (struct kept){0};
	s->first = l;
	next_turn(s);
}

bool shed_is_empty(const struct shed *s)
{
	return !s->first;
}
