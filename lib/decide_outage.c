/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outages and closures, declared and lifted. */
#include "lib/decide_outage.h"

#include "lib/life.h"
#include "lib/outages.h"

struct suspending {
	const struct pole *pole;
	const struct outage *outage;
	int64_t now;
	struct arena *arena;
	const struct booking **items;
	size_t n, cap;
};

static bool is_listed(const struct suspending *s, const struct booking *b)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->items[i] == b)
			return true;
	return false;
}

static bool list_hit(void *arg, const struct booking *b, const struct allocation *a)
{
	struct suspending *s = arg;

	if (!state_may_move(b->state, BOOKING_SUSPENDED, CAUSE_SUSPENDED, MOVER_DAEMON) ||
	    !outage_hits(s->pole, s->outage, b, s->now) || is_listed(s, b))
		return true;
	s->items = arena_grow(s->arena, s->items, s->n, &s->cap, s->n + 1, sizeof(*s->items));
	s->items[s->n++] = b;
	return true;
}

/* Neighbours of the same member who stay get back what they had given up of their buffers. */
static void release_neighbours(const struct suspending *s, struct changes *ret)
{
	struct plan plan = {.arena = s->arena};

	for (size_t i = 0; i < s->n; i++)
		plan_hold(&plan, s->pole, s->items[i], true);
	for (size_t i = 0; i < s->n; i++)
		basket_release(&plan, s->pole, s->items[i], UINT64_MAX);
	plan_changes(&plan, s->pole, 0, ret);
}

static void suspend(const struct suspending *s, const struct booking *b, struct changes *ret)
{
	struct booking *made = life_image(b, BOOKING_SUSPENDED, s->now);
	struct details *d = booking_details(made);

	d->was = (uint8_t)b->state;
	d->outage = s->outage->number;
	life_change(s->pole, b, made, CAUSE_SUSPENDED, s->now, ret);
}

static enum reason resolve(const struct pole *p, const struct asker *who,
			   const struct ask_outage *ask, struct outage_answer *ret)
{
	const struct unit *u;
	enum reason reason = decide_resolve(p, ask->what, ask->unit, &ret->resource, &u);
	const struct resource *r = ret->resource;

	if (reason)
		return reason;
	ret->outage.resource = r->number;
	if (u && r->n_parts == 0 && r->n_units > 1)
		ret->outage.lane = u->lane;
	if (ret->outage.lane && ask->is_closure)
		return REASON_UNKNOWN_UNIT;
	if (!asker_manages(p, who, r))
		return REASON_FORBIDDEN;
	if (span_is_empty(ask->span))
		return REASON_EMPTY_SPAN;
	return ask->span.end <= who->now ? REASON_PAST : REASON_NONE;
}

void decide_outage(const struct pole *p, const struct asker *who, const struct ask_outage *ask,
		   struct arena *a, struct outage_answer *ret, struct changes *ret_changes)
{
	struct suspending s = {.pole = p, .outage = &ret->outage, .now = who->now, .arena = a};

	*ret = (struct outage_answer){0};
	ret->outage = (struct outage){
	    .number = pole_next_outage(p),
	    .span = ask->span,
	    .made_by = who->person ? who->person->number : 0,
	    .made_at = who->now,
	    .is_closure = ask->is_closure,
	};
	ret->reason = resolve(p, who, ask, ret);
	if (ret->reason)
		return;
	changes_add_outage(ret_changes, NULL, &ret->outage);
	if (ask->reason && *ask->reason)
		changes_add_note(ret_changes, NOTE_OUTAGE, ret->outage.number, NOTE_REASON,
				 ask->reason);
	pole_each_allocation(p, ret->outage.resource, ask->span, list_hit, &s);
	release_neighbours(&s, ret_changes);
	for (size_t i = 0; i < s.n; i++)
		suspend(&s, s.items[i], ret_changes);
	ret->n_suspended = s.n;
}

void decide_reopen(const struct pole *p, const struct asker *who, int64_t outage,
		   struct outage_answer *ret, struct changes *ret_changes)
{
	const struct outage *was = pole_outage(p, outage);

	*ret = (struct outage_answer){.reason = REASON_UNKNOWN_BOOKING};
	if (!was)
		return;
	ret->resource = pole_resource(p, was->resource);
	ret->outage = *was;
	ret->reason = REASON_FORBIDDEN;
	if (!asker_manages(p, who, ret->resource))
		return;
	ret->reason = REASON_NONE;
	ret->outage.lifted_at = who->now;
	changes_add_outage(ret_changes, was, &ret->outage);
}
