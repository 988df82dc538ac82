/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one member's connections may ask at once.
 *
 * Each crowd has two lines: of those who wait for their turn, and of those whose next change waits
 * until one of the crowd's is answered. Once the loop has looked at all sockets, each crowd with
 * somebody in line gets a turn: the time that it has used is forgotten, and those in line go on
 * until it is used up again. So a request of anybody else waits for one turn of each busy crowd at
 * most, however many connections those have.
 *
 * The time is counted over several passes over the sockets where nobody had to stop: that saves
 * looking at where a pass ends, and costs a crowd one pass without work for each CROWD_TURN_US.
 *
 * Rejected: taking commands into a group by member in turn. The order of a group is that of asking,
 * which decides who is first; here nobody's order changes, a crowd's later requests are only read
 * later.
 */
#include "daemon/crowd.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/table.h"

struct line {
	struct crowd_place *first, **end;
};

struct crowd {
	struct crowds *all;
	struct crowd *next; /* in all->busy */
	bool is_busy;
	char *key;
	uint64_t hash;
	size_t n_connections, n_requests;
	int64_t worked_us;
	struct line for_turn, to_submit;
};

struct crowds {
	struct table table;
	struct event *turn;
	struct crowd *busy; /* with somebody who may go on at the next turn */
	size_t requests_max;
	void (*go_on)(struct crowd_place *place);
	bool over;
};

/* Lines */

static void line_join(struct line *l, struct crowd_place *place)
{
	if (place->link)
		return;
	if (!l->first)
		l->end = &l->first;
	place->next = NULL;
	place->link = l->end;
	*l->end = place;
	l->end = &place->next;
}

static void place_leave(struct crowd *c, struct crowd_place *place)
{
	struct line *const lines[] = {&c->for_turn, &c->to_submit};

	if (!place->link)
		return;
	for (size_t i = 0; i < 2; i++)
		if (lines[i]->first && lines[i]->end == &place->next)
			lines[i]->end = place->link;
	*place->link = place->next;
	if (place->next)
		place->next->link = place->link;
	place->link = NULL;
}

/* Life */

static bool is_key(const void *item, const void *key)
{
	return strcmp(((const struct crowd *)item)->key, key) == 0;
}

static struct crowd *find(const struct crowds *cs, const char *key)
{
	return table_find(&cs->table, hash_string(0, key), is_key, key);
}

static void release_if_unused(struct crowd *c)
{
	struct crowds *cs = c->all;

	if (c->n_connections || c->n_requests || c->is_busy)
		return;
	table_remove(&cs->table, c->hash, c);
	free(c->key);
	free(c);
	if (cs->over && cs->table.n == 0) {
		table_clear(&cs->table);
		free(cs);
	}
}

struct crowd *crowd_join(struct crowds *cs, const char *key)
{
	struct crowd *c = find(cs, key);

	if (!c) {
		c = memory_new(sizeof(*c));
		c->all = cs;
		c->key = memory_strdup(key);
		c->hash = hash_string(0, key);
		table_add(&cs->table, c->hash, c);
	}
	c->n_connections++;
	return c;
}

void crowd_leave(struct crowd *c, struct crowd_place *place)
{
	if (place)
		place_leave(c, place);
	c->n_connections--;
	release_if_unused(c);
}

size_t crowd_size(const struct crowd *c)
{
	return c->n_connections;
}

size_t crowds_size_of(const struct crowds *cs, const char *key)
{
	const struct crowd *c = find(cs, key);

	return c ? c->n_connections : 0;
}

const char *crowd_key(const struct crowd *c)
{
	return c->key;
}

/* Turns */

static void ask_for_turn(struct crowd *c)
{
	struct crowds *cs = c->all;

	if (c->is_busy || cs->over)
		return;
	c->is_busy = true;
	c->next = cs->busy;
	cs->busy = c;
	if (!c->next)
		event_add(cs->turn, &(struct timeval){0});
}

static struct crowd_place *next_to_go(const struct crowd *c)
{
	if (!crowd_has_time(c))
		return NULL;
	if (c->for_turn.first)
		return c->for_turn.first;
	return crowd_may_submit(c) ? c->to_submit.first : NULL;
}

static void crowd_turn(struct crowd *c)
{
	struct crowd_place *place;

	c->worked_us = 0;
	while ((place = next_to_go(c))) {
		place_leave(c, place);
		c->all->go_on(place);
	}
	c->is_busy = false;
	if (c->for_turn.first || (c->to_submit.first && crowd_may_submit(c)))
		ask_for_turn(c);
	release_if_unused(c);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct crowds *cs = arg;
	struct crowd *list = cs->busy, *next;

	cs->busy = NULL;
	for (struct crowd *c = list; c; c = next) {
		next = c->next;
		crowd_turn(c);
	}
}

/* Changes on their way */

bool crowd_may_submit(const struct crowd *c)
{
	return c->n_requests < c->all->requests_max;
}

void crowd_submitted(struct crowd *c)
{
	c->n_requests++;
}

void crowd_answered(struct crowd *c)
{
	c->n_requests--;
	if (c->to_submit.first)
		ask_for_turn(c);
	release_if_unused(c);
}

void crowd_wait_to_submit(struct crowd *c, struct crowd_place *place)
{
	line_join(&c->to_submit, place);
}

/* Time */

bool crowd_has_time(const struct crowd *c)
{
	return c->worked_us < CROWD_TURN_US;
}

void crowd_worked(struct crowd *c, int64_t us)
{
	c->worked_us += us;
}

void crowd_wait_for_turn(struct crowd *c, struct crowd_place *place)
{
	line_join(&c->for_turn, place);
	ask_for_turn(c);
}

struct crowds *crowds_new(struct event_base *base, size_t requests_max,
			  void (*go_on)(struct crowd_place *place))
{
	struct crowds *cs = memory_new(sizeof(*cs));

	assert(requests_max > 0);
	cs->requests_max = requests_max;
	cs->go_on = go_on;
	cs->turn = event_new(base, -1, 0, on_turn, cs);
	return cs;
}

void crowds_free(struct crowds *cs)
{
	struct crowd *next;

	if (!cs)
		return;
	for (struct crowd *c = cs->busy; c; c = next) {
		next = c->next;
		c->is_busy = false;
		release_if_unused(c);
	}
	event_free(cs->turn);
	cs->over = true;
	if (cs->table.n == 0) {
		table_clear(&cs->table);
		free(cs);
	}
}
