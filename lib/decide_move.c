/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides what becomes of a booking that exists: moving, making longer or shorter, cancelling.
 *
 * A start that stays where it is was granted once: lead, horizon and grid are not asked of it
 * again. Once a booking has begun, the thing is out in the world: only its end can change, on the
 * unit that it has.
 */
#include <assert.h>
#include <string.h>

#include "lib/alternatives.h"
#include "lib/basket.h"
#include "lib/limits.h"
#include "lib/resolve.h"
#include "lib/way.h"
#include "lib/wish.h"

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
	const struct pole *pole;
	const struct booking *was;
	const struct ask_move *ask;
	int64_t now;
	struct arena *arena;
	uint32_t item;	    /* the one that is meant; of several, where none is named, the first */
	bool is_whole;	    /* of several, all are meant */
	struct item *items; /* as they will be */
	const struct unit *asked; /* NULL: any */
};

static bool is_asked(const struct item *i)
{
	return i->state == ITEM_PRESENT && i->via == ITEM_ASKED;
}

/* Which item is meant. */
static enum reason find_item(struct move *m)
{
	const struct booking *b = m->was;
	size_t n = 0;

	for (uint32_t i = (uint32_t)b->n_items; i > 0; i--) {
		if (!is_asked(&b->items[i - 1]))
			continue;
		m->item = i - 1;
		n++;
	}
	m->is_whole = n > 1 && !m->ask->has_item;
	if (!m->ask->has_item)
		return n > 0 ? REASON_NONE : REASON_STATE;
	m->item = m->ask->item;
	return m->item < b->n_items && is_asked(&b->items[m->item]) ? REASON_NONE
								    : REASON_UNKNOWN_BOOKING;
}

static const struct unit *present_unit(const struct move *m, uint32_t item)
{
	const struct resource *r = pole_resource(m->pole, m->was->items[item].resource);

	if (r->n_parts > 0)
		return &r->units[0];
	for (size_t i = 0; i < m->was->n_allocations; i++)
		if (m->was->allocations[i].item == item)
			return resource_lane(r, m->was->allocations[i].lane);
	return NULL;
}

static struct span moved_span(const struct ask_move *ask, struct span was, const struct zone *z)
{
	struct span s = was;

	if (ask->has_start)
		s.start = ask->span.start;
	if (ask->has_end)
		s.end = ask->span.end;
	else if (ask->has_start)
		s.end = duration_after(span_length(was, z), z, s.start);
	return s;
}

/* A start shifts all; an end is that of those that end last. */
static void move_all(struct move *m)
{
	const struct span was = m->was->span;
	const struct ask_move *ask = m->ask;
	int64_t shift_s = ask->has_start ? ask->span.start - was.start : 0;
	int64_t longer_s = ask->has_end ? ask->span.end - was.end - shift_s : 0;

	for (struct item *i = m->items; i < m->items + m->was->n_items; i++) {
		if (!is_asked(i))
			continue;
		if (i->span.end == was.end)
			i->span.end += longer_s;
		i->span.start += shift_s;
		i->span.end += shift_s;
	}
}

/* What came along goes along. */
static void move_along(struct move *m)
{
	for (uint32_t k = 0; k < m->was->n_items; k++) {
		struct item *i = &m->items[k];
		const struct item *whose = &m->items[i->of];
		const struct span was = m->was->items[i->of].span;
		int64_t length_s = i->span.end - i->span.start;

		if (i->via == ITEM_ASKED || i->state != ITEM_PRESENT)
			continue;
		if (span_equals(i->span, was))
			i->span = whose->span;
		else
			i->span = (struct span){whose->span.start, whose->span.start + length_s};
	}
}

static enum reason resolve_move(struct move *m, const struct asker *who)
{
	enum reason reason = test_booking(who, m->was);
	const struct resource *r;
	const struct unit *u;

	if (!reason)
		reason = find_item(m);
	if (reason)
		return reason;
	for (size_t i = 0; i < m->was->n_items; i++)
		if (!pole_resource(m->pole, m->was->items[i].resource))
			return REASON_UNKNOWN_RESOURCE;
	r = pole_resource(m->pole, m->was->items[m->item].resource);
	m->asked = m->ask->unit ? resource_unit(r, m->ask->unit) : NULL;
	if (m->ask->unit && !m->asked)
		return REASON_UNKNOWN_UNIT;
	if (r->n_parts > 0) /* its one unit stands for the whole, and is no lane to be pinned to */
		m->asked = NULL;
	m->items = arena_new_n(m->arena, struct item, m->was->n_items);
	memcpy(m->items, m->was->items, m->was->n_items * sizeof(*m->items));
	u = present_unit(m, m->item);
	if (m->is_whole)
		move_all(m);
	else
		m->items[m->item].span = moved_span(m->ask, m->items[m->item].span,
						    (u && u->site ? u->site : r->site)->zone);
	move_along(m);
	return REASON_NONE;
}

static bool is_changed(const struct move *m, uint32_t item)
{
	return m->items[item].state == ITEM_PRESENT &&
	       (!span_equals(m->items[item].span, m->was->items[item].span) ||
		(m->asked && item == m->item));
}

static bool changes_nothing(const struct move *m)
{
	for (uint32_t i = 0; i < m->was->n_items; i++)
		if (!span_equals(m->items[i].span, m->was->items[i].span))
			return false;
	return !m->asked ||
	       (m->asked == present_unit(m, m->item) && item_is_pinned(&m->was->items[m->item]));
}

/* What can be said of an item's move before trying any time. */
static enum reason test_item(const struct move *m, uint32_t k)
{
	const struct span was = m->was->items[k].span, s = m->items[k].span;
	const struct unit *present = present_unit(m, k);

	if (span_is_empty(s))
		return REASON_EMPTY_SPAN;
	if (was.start > m->now)
		return REASON_NONE;
	if (s.start != was.start || s.end <= m->now || was.end <= m->now)
		return REASON_PAST;
	if (m->asked && k == m->item && m->asked != present)
		return REASON_PAST;
	return present ? REASON_NONE : REASON_OUT_OF_SERVICE;
}

/* Who asked for a unit keeps it until they ask for another; what has begun stays. NULL: any. */
static const struct unit *wanted_unit(const struct move *m, uint32_t k)
{
	const struct item *was = &m->was->items[k];

	if (m->asked && k == m->item)
		return m->asked;
	if (item_is_pinned(was) || (was->span.start <= m->now && was->quantity == 1))
		return present_unit(m, k);
	return NULL;
}

static void add_want(struct basket *b, const struct move *m, uint32_t k)
{
	const struct item *i = &m->items[k];
	struct want w = {
	    .resource = pole_resource(m->pole, i->resource),
	    .unit = wanted_unit(m, k),
	    .quantity = i->quantity,
	    .having_text = i->having,
	    .at = way_site(pole_policy(m->pole), i),
	    .span = i->span,
	    .via = (enum item_via)i->via,
	    .of = i->of,
	    .item = k,
	    .was = m->was,
	};
	const char *at;

	if (wishes_parse(i->having, m->arena, &w.having, &at) != WISH_OK)
		w.having = (struct wishes){0};
	basket_add(b, w);
}

/* The items' own allocations as the plan has them, and those of what was given back. */
static struct booking *moved_booking(const struct basket *b, const struct move *m)
{
	size_t n = basket_n_allocations(b), n_idle = 0;
	struct booking *made;

	for (size_t i = 0; i < m->was->n_allocations; i++)
		n_idle += !booking_occupies(m->was, &m->was->allocations[i]);
	for (uint32_t k = 0; k < m->was->n_items; k++) {
		const struct unit *u = wanted_unit(m, k);
		bool pinned = (m->asked && k == m->item) || item_is_pinned(&m->was->items[k]);

		if (is_changed(m, k))
			m->items[k].lane = u && pinned ? u->lane : 0;
	}
	made = booking_new(m->was->purpose, m->items, m->was->n_items, n + n_idle);
	made->number = m->was->number;
	made->state = m->was->state;
	made->member = m->was->member;
	made->person = m->was->person;
	made->made_by = m->was->made_by;
	made->made_at = m->was->made_at;
	made->ended_at = m->was->ended_at;
	made->series = m->was->series;
	made->occurrence = m->was->occurrence;
	basket_allocations(b, made->allocations);
	for (size_t i = 0; i < m->was->n_allocations; i++)
		if (!booking_occupies(m->was, &m->was->allocations[i]))
			made->allocations[n++] = m->was->allocations[i];
	booking_sort(made);
	return made;
}

static void find_alternatives(struct basket *b, const struct move *m, struct answer *ret)
{
	const struct alternatives_ask wish = {
	    .asked = b->wants[0].span,
	    .was = m->was,
	    .member = b->member,
	    .want = m->ask->alternatives,
	};
	struct trial t;

	if (b->n > 1 || m->was->n_items > 1) {
		alternatives_shift(b, m->ask->alternatives, ret);
		return;
	}
	b->plan = (struct plan){.arena = b->arena};
	basket_trial(b, &b->wants[0], &t);
	alternatives_find(&t, &wish, b->arena, ret);
}

static void try_move(const struct move *m, struct answer *ret, struct changes *ret_changes)
{
	struct basket b;
	struct booking *made;

	basket_init(&b, m->pole, pole_member(m->pole, m->was->member), m->now, m->was->number,
		    m->arena);
	b.was = m->was;
	for (uint32_t i = 0; i < m->was->n_items; i++)
		if (is_changed(m, i))
			add_want(&b, m, i);
	if (!basket_place(&b, 0, ret)) {
		find_alternatives(&b, m, ret);
		return;
	}
	made = moved_booking(&b, m);
	plan_changes(&b.plan, m->pole, m->was->number, ret_changes);
	changes_add_booking(ret_changes, (struct booking *)m->was, made);
	ret->booking = made;
}

void decide_move(const struct pole *p, const struct asker *who, const struct ask_move *ask,
		 struct arena *a, struct answer *ret, struct changes *ret_changes)
{
	struct move m = {.pole = p,
			 .was = pole_booking(p, ask->booking),
			 .ask = ask,
			 .now = who->now,
			 .arena = a};
	enum reason reason = resolve_move(&m, who);

	*ret = (struct answer){0};
	if (reason) {
		refuse_anew(ret, a, reason);
		return;
	}
	ret->was = m.was;
	if (changes_nothing(&m)) {
		ret->booking = m.was;
		return;
	}
	for (uint32_t i = 0; !reason && i < m.was->n_items; i++)
		if (is_changed(&m, i))
			reason = test_item(&m, i);
	if (reason)
		refuse_anew(ret, a, reason);
	else
		try_move(&m, ret, ret_changes);
}

/* What is given up no longer shares a buffer with its neighbours. */
static void give_up(const struct pole *p, const struct booking *was, struct booking *b,
		    struct arena *a, struct answer *ret, struct changes *ret_changes)
{
	struct plan plan = {.arena = a};
	uint64_t items = 0;

	for (size_t i = 0; i < b->n_items; i++)
		if (b->state == BOOKING_CANCELLED || b->items[i].state == ITEM_CANCELLED)
			items |= (uint64_t)1 << i;
	if (b->state != BOOKING_CANCELLED)
		plan_hold(&plan, p, was, false);
	basket_release(&plan, p, was, items);
	plan_take(&plan, was, b);
	plan_changes(&plan, p, was->number, ret_changes);
	changes_add_booking(ret_changes, (struct booking *)was, b);
	ret->was = was;
	ret->booking = b;
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
		refuse_anew(ret, a, reason);
		return;
	}
	b = booking_copy(was, was->n_allocations);
	b->state = BOOKING_CANCELLED;
	b->ended_at = who->now;
	give_up(p, was, b, a, ret, ret_changes);
}

static bool has_present(const struct booking *b)
{
	for (size_t i = 0; i < b->n_items; i++)
		if (b->items[i].state == ITEM_PRESENT)
			return true;
	return false;
}

static void give_back(struct booking *b, uint32_t item)
{
	b->items[item].state = ITEM_CANCELLED;
	for (uint32_t i = 0; i < b->n_items; i++)
		if (b->items[i].via != ITEM_ASKED && b->items[i].of == item &&
		    b->items[i].state == ITEM_PRESENT)
			give_back(b, i);
}

void decide_give_back(const struct pole *p, const struct asker *who, int64_t booking, uint32_t item,
		      struct arena *a, struct answer *ret, struct changes *ret_changes)
{
	const struct booking *was = pole_booking(p, booking);
	enum reason reason = test_booking(who, was);
	struct booking *b;

	*ret = (struct answer){0};
	if (!reason && (item >= was->n_items || !is_asked(&was->items[item])))
		reason = REASON_UNKNOWN_BOOKING;
	if (!reason && was->items[item].span.end <= who->now)
		reason = REASON_PAST;
	if (reason) {
		refuse_anew(ret, a, reason);
		return;
	}
	b = booking_copy(was, was->n_allocations);
	give_back(b, item);
	if (!has_present(b)) {
		booking_unref(b);
		decide_cancel(p, who, booking, a, ret, ret_changes);
		return;
	}
	booking_sum_up(b);
	give_up(p, was, b, a, ret, ret_changes);
}
