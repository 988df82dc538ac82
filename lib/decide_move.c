/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides what becomes of a booking that exists: moving, making longer or shorter, cancelling.
 *
 * A start that stays where it is was granted once: lead, horizon and grid are not asked of it
 * again. Once a booking has begun, the thing is out in the world: only its end can change, on the
 * unit that it has.
 */
#include <assert.h>

#include "lib/alternatives.h"
#include "lib/limits.h"
#include "lib/resolve.h"

static void refuse(struct answer *ret, struct arena *a, enum reason reason)
{
	ret->refusals = arena_new(a, struct refusal);
	ret->refusals[0] = (struct refusal){.reason = reason};
	ret->n_refusals = 1;
}

/* Whether the asker may alter this booking at all. */
static enum reason test_booking(const struct asker *who, const struct booking *b)
{
	if (!b)
		return REASON_UNKNOWN_BOOKING;
	if (!asker_may_alter(who, b))
		return REASON_FORBIDDEN;
	if (b->state != BOOKING_CONFIRMED)
		return REASON_STATE;
	assert(b->n_allocations > 0);
	return REASON_NONE;
}

struct move {
	const struct booking *was;
	const struct resource *resource;
	const struct unit *present, *asked; /* NULL: gone; any */
	struct span span;
	bool has_begun;
};

static struct span moved_span(const struct ask_move *ask, const struct booking *was,
			      const struct zone *z)
{
	struct span s = was->span;

	if (ask->has_start)
		s.start = ask->span.start;
	if (ask->has_end)
		s.end = ask->span.end;
	else if (ask->has_start)
		s.end = duration_after(span_length(was->span, z), z, s.start);
	return s;
}

static bool was_pinned(const struct move *m)
{
	return item_is_pinned(&m->was->items[0]);
}

static bool changes_nothing(const struct move *m)
{
	return span_equals(m->span, m->was->span) &&
	       (!m->asked || (m->asked == m->present && was_pinned(m)));
}

/* What can be said of a move before trying any time. */
static enum reason test_move(const struct move *m, int64_t now)
{
	if (span_is_empty(m->span))
		return REASON_EMPTY_SPAN;
	if (!m->has_begun)
		return REASON_NONE;
	if (m->span.start != m->was->span.start || m->span.end <= now || m->was->span.end <= now)
		return REASON_PAST;
	if (m->asked && m->asked != m->present)
		return REASON_PAST;
	return m->present ? REASON_NONE : REASON_OUT_OF_SERVICE;
}

static enum reason resolve_move(const struct pole *p, const struct asker *who,
				const struct ask_move *ask, struct move *m)
{
	const struct booking *was = m->was;
	enum reason reason = test_booking(who, was);
	const struct site *site;

	if (reason)
		return reason;
	m->resource = pole_resource(p, was->resource);
	if (!m->resource)
		return REASON_UNKNOWN_RESOURCE;
	m->asked = ask->unit ? resource_unit(m->resource, ask->unit) : NULL;
	if (ask->unit && !m->asked)
		return REASON_UNKNOWN_UNIT;
	m->present = resource_lane(m->resource, was->allocations[0].lane);
	site = m->present && m->present->site ? m->present->site : m->resource->site;
	m->span = moved_span(ask, was, site->zone);
	m->has_begun = was->span.start <= who->now;
	return REASON_NONE;
}

static struct booking *moved_booking(const struct trial *t, const struct move *m,
				     const struct unit *unit)
{
	struct booking *b = booking_copy(m->was, 1);

	if (!m->asked && (!was_pinned(m) || unit != m->present))
		b->items[0].lane = 0;
	else
		b->items[0].lane = unit->lane;
	b->items[0].span = m->span;
	booking_sum_up(b);
	b->allocations[0].lane = unit->lane;
	b->allocations[0].during = trial_during(t, m->span);
	return b;
}

/* Who asked for a unit keeps it until they ask for another. NULL: any. */
static const struct unit *wanted_unit(const struct move *m)
{
	if (m->has_begun)
		return m->present;
	return m->asked || !was_pinned(m) ? m->asked : m->present;
}

static void try_move(const struct pole *p, const struct asker *who, const struct move *m,
		     const struct ask_move *ask, struct arena *a, struct answer *ret,
		     struct changes *ret_changes)
{
	const struct alternatives_ask wish = {
	    .asked = m->span,
	    .was = m->was,
	    .member = pole_member(p, m->was->member),
	    .want = ask->alternatives,
	};
	const struct unit *unit = wanted_unit(m);
	struct trial t;
	struct booking *b;

	trial_init(&t, p, pole_directory(p), m->resource, unit, wish.member, who->now, a);
	t.except = m->was->number;
	t.preferred_lane = m->was->allocations[0].lane;
	t.has_kept_start = true;
	t.kept_start = m->was->span.start;
	unit = trial_grant(&t, m->span, a, ret);
	if (!unit) {
		alternatives_find(&t, &wish, a, ret);
		return;
	}
	b = moved_booking(&t, m, unit);
	changes_add_booking(ret_changes, (struct booking *)m->was, b);
	ret->booking = b;
}

void decide_move(const struct pole *p, const struct asker *who, const struct ask_move *ask,
		 struct arena *a, struct answer *ret, struct changes *ret_changes)
{
	struct move m = {.was = pole_booking(p, ask->booking)};
	enum reason reason = resolve_move(p, who, ask, &m);

	*ret = (struct answer){0};
	if (reason) {
		refuse(ret, a, reason);
		return;
	}
	ret->was = m.was;
	if (changes_nothing(&m)) {
		ret->booking = m.was;
		return;
	}
	reason = test_move(&m, who->now);
	if (reason)
		refuse(ret, a, reason);
	else
		try_move(p, who, &m, ask, a, ret, ret_changes);
}

void decide_cancel(const struct pole *p, const struct asker *who, int64_t booking, struct arena *a,
		   struct answer *ret, struct changes *ret_changes)
{
	const struct booking *was = pole_booking(p, booking);
	enum reason reason = test_booking(who, was);
	struct booking *b;

	*ret = (struct answer){0};
	if (!reason && was->span.end <= who->now)
		reason = REASON_PAST;
	if (reason) {
		refuse(ret, a, reason);
		return;
	}
	b = booking_copy(was, was->n_allocations);
	b->state = BOOKING_CANCELLED;
	b->ended_at = who->now;
	changes_add_booking(ret_changes, (struct booking *)was, b);
	ret->was = was;
	ret->booking = b;
}
