/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lists that a group's exchanges go through: `waiting` owns each until it is decided, `sent`
 * while its group is on its way. */
#include "daemon/group_parts.h"

#include "daemon/exchange.h"

struct exchange *waiting_pop(struct groups *g)
{
	struct exchange *x = g->waiting;

	if (!x)
		return NULL;
	g->waiting = x->next;
	if (!g->waiting)
		g->waiting_tail = NULL;
	g->n_waiting--;
	x->next = NULL;
	return x;
}

void waiting_push(struct groups *g, struct exchange *x)
{
	x->next = NULL;
	if (g->waiting_tail)
		g->waiting_tail->next = x;
	else
		g->waiting = x;
	g->waiting_tail = x;
	g->n_waiting++;
}

void waiting_put_back(struct groups *g, struct exchange *list)
{
	struct exchange *last = list;
	size_t n = 1;

	if (!list)
		return;
	for (; last->next; last = last->next)
		n++;
	last->next = g->waiting;
	if (!g->waiting)
		g->waiting_tail = last;
	g->waiting = list;
	g->n_waiting += n;
}

struct exchange *group_take(struct command_group *g)
{
	struct exchange *list = g->list;

	free(g->refused_by);
	g->refused_by = NULL;
	g->list = NULL;
	g->is_owed = g->was_lost = g->is_given_up = false;
	return list;
}

void groups_put_next_back(struct groups *g)
{
	g->n_void += g->next.is_owed;
	waiting_put_back(g, list_without_told(g, group_take(&g->next)));
}

void groups_put_back(struct groups *g)
{
	groups_put_next_back(g);
	waiting_put_back(g, list_without_told(g, group_take(&g->sent)));
}

void list_finish(struct exchange *list)
{
	struct exchange *next;

	for (struct exchange *x = list; x; x = next) {
		next = x->next;
		x->next = NULL;
		exchange_finish(x);
	}
}

void list_fail(struct groups *g, struct exchange *list, enum code code)
{
	struct line_writer w;

	for (struct exchange *x = list; x; x = x->next) {
		tick_drop(g, x);
		changes_clear(&x->changes);
		buffer_reset(&x->reply);
		reply_code(x, &w, code, NULL, 0);
		line_int(&w, "retry", 2);
		line_end(&w);
	}
	list_finish(list);
}

void waiting_fail(struct groups *g, enum code code)
{
	struct exchange *list = g->waiting;

	g->waiting = g->waiting_tail = NULL;
	g->n_waiting = 0;
	g->solo = 0;
	list_fail(g, list, code);
}

struct exchange *list_without_told(struct groups *g, struct exchange *list)
{
	struct exchange *kept = NULL, **end = &kept, *next;

	for (struct exchange *x = list; x; x = next) {
		next = x->next;
		x->next = NULL;
		if (x->told) {
			tick_drop(g, x);
			exchange_free(x);
			continue;
		}
		*end = x;
		end = &x->next;
	}
	return kept;
}
