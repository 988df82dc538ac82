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
	struct changes *changes;
	size_t n;
};

static bool is_suspended(const struct suspending *s, const struct booking *b)
{
	for (size_t i = 0; i < s->changes->n; i++)
		if (s->changes->items[i].kind == CHANGE_BOOKING &&
		    s->changes->items[i].booking.before == b)
			return true;
	return false;
}

static bool suspend(void *arg, const struct booking *b, const struct allocation *a)
{
	struct suspending *s = arg;
	struct booking *made;
	struct details *d;

	if (!state_may_move(b->state, BOOKING_SUSPENDED, CAUSE_SUSPENDED, MOVER_DAEMON) ||
	    !outage_hits(s->pole, s->outage, b, s->now) || is_suspended(s, b))
		return true;
	made = life_image(b, BOOKING_SUSPENDED, s->now);
	d = booking_details(made);
	d->was = (uint8_t)b->state;
	d->outage = s->outage->number;
	life_change(s->pole, b, made, CAUSE_SUSPENDED, s->now, s->changes);
	s->n++;
	return true;
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
	if (u && r->n_parts == 0 && r->n_units > 1 && !ask->is_closure)
		ret->outage.lane = u->lane;
	if (!asker_manages(p, who, r))
		return REASON_FORBIDDEN;
	if (span_is_empty(ask->span))
		return REASON_EMPTY_SPAN;
	return ask->span.end <= who->now ? REASON_PAST : REASON_NONE;
}

void decide_outage(const struct pole *p, const struct asker *who, const struct ask_outage *ask,
		   struct arena *a, struct outage_answer *ret, struct changes *ret_changes)
{
	struct suspending s = {p, &ret->outage, who->now, a, ret_changes, 0};

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
	pole_each_allocation(p, ret->outage.resource, ask->span, suspend, &s);
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
