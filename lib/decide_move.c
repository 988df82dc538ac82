/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides where a booking that exists goes: moving, making longer or shorter.
 *
 * A start that stays where it is was granted once: lead, horizon and grid are not asked of it
 * again. Once a booking has begun, the thing is out in the world: only its end can change, on the
 * unit that it has. What was approved is approved for its time: more or another time is asked for
 * anew.
 *
 * Where others may ask for a time until it is decided, a request has no place. Nobody gives up what
 * is confirmed for that: such a move is refused, and one does it in two steps, a booking for the
 * new time and then a cancellation of the old one; or who decides moves it. Rejected: keeping both
 * places, since a booking would then stand where it is not.
 */
#include <string.h>

#include "lib/alternatives.h"
#include "lib/life.h"
#include "lib/limits.h"
#include "lib/rules.h"

struct move {
	const struct pole *pole;
	const struct asker *who;
	const struct booking *was;
	const struct ask_move *ask;
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
	return life_unit(m->pole, m->was, item);
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

static enum reason resolve_move(struct move *m)
{
	enum cause cause = m->was && m->was->state == BOOKING_OUT ? CAUSE_EXTENDED : CAUSE_MOVED;
	enum reason reason = life_test(m->pole, m->who, m->was, cause);
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

/* What is out has left, though its time may not have begun. */
static bool has_begun(const struct move *m, uint32_t k)
{
	return m->was->state == BOOKING_OUT || m->was->items[k].span.start <= m->who->now;
}

/* What can be said of an item's move before trying any time. */
static enum reason test_item(const struct move *m, uint32_t k)
{
	const struct span was = m->was->items[k].span, s = m->items[k].span;
	const struct unit *present = present_unit(m, k);

	if (span_is_empty(s))
		return REASON_EMPTY_SPAN;
	if (!has_begun(m, k))
		return REASON_NONE;
	if (s.start != was.start || s.end <= m->who->now ||
	    (was.end <= m->who->now && m->was->state != BOOKING_OUT))
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
	if (item_is_pinned(was) || (has_begun(m, k) && was->quantity == 1))
		return present_unit(m, k);
	return NULL;
}

/* A unit that was asked for by name stays asked for. */
static void pin(const struct move *m)
{
	for (uint32_t k = 0; k < m->was->n_items; k++) {
		const struct unit *u = wanted_unit(m, k);
		bool pinned = (m->asked && k == m->item) || item_is_pinned(&m->was->items[k]);

		if (is_changed(m, k))
			m->items[k].lane = u && pinned ? u->lane : 0;
	}
}

static bool is_to_be_approved(const struct move *m, const struct alternative *x)
{
	struct ask_move ask = *m->ask;
	struct changes unused = {0};
	struct answer answer;

	ask.alternatives = 0;
	ask.has_start = ask.has_end = true;
	ask.span = x->span;
	ask.unit = x->unit ? x->unit->id : NULL;
	decide_move(m->pole, m->who, &ask, m->arena, &answer, &unused);
	changes_clear(&unused);
	return answer.n_refusals > 0 && answer.refusals[0].reason == REASON_APPROVAL;
}

/* What is confirmed is not given up for any of them. */
static void drop_those_to_be_approved(const struct move *m, struct answer *ret)
{
	size_t n = 0;

	if (m->was->state != BOOKING_CONFIRMED)
		return;
	for (size_t i = 0; i < ret->n_alternatives; i++)
		if (!is_to_be_approved(m, &ret->alternatives[i]))
			ret->alternatives[n++] = ret->alternatives[i];
	ret->n_alternatives = n;
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
	} else {
		b->plan = (struct plan){.arena = b->arena};
		basket_trial(b, &b->wants[0], &t);
		alternatives_find(&t, &wish, b->arena, ret);
	}
	drop_those_to_be_approved(m, ret);
}

/* Less of the time that was approved needs no new approval. */
static bool is_within(const struct move *m)
{
	if (m->was->state != BOOKING_CONFIRMED || m->asked)
		return false;
	for (uint32_t i = 0; i < m->was->n_items; i++)
		if (!span_contains(m->was->items[i].span, m->items[i].span))
			return false;
	return true;
}

/* The rule that wants what it becomes approved, whatever it was; NULL: none. */
static const struct rule *approval_anew(const struct move *m, const struct booking *made)
{
	if (made->state == BOOKING_OUT || is_within(m))
		return NULL;
	if (m->was->state == BOOKING_REQUESTED)
		return rule_of_kind(m->pole, LIMIT_APPROVAL, made, m->who->now);
	return approval_needed(m->pole, m->who, made, m->who->now);
}

static bool gives_up_its_place(const struct move *m, const struct rule *approval)
{
	return approval && approval->limit.approval.queueing && m->was->state == BOOKING_CONFIRMED;
}

static void refuse_to_give_up(const struct move *m, struct basket *b, const struct rule *approval,
			      struct answer *ret)
{
	refuse_anew(ret, m->arena, REASON_APPROVAL);
	ret->refusals[0].rule = approval;
	ret->refusals[0].place = approval->place;
	ret->refusals[0].limit = approval->limit;
	ret->refusals[0].item = m->item;
	b->n = b->n_asked;
	find_alternatives(b, m, ret);
}

static enum cause cause_of(const struct move *m)
{
	const struct span *was = &m->was->span;
	bool is_longer = m->ask->has_end && m->items[m->item].span.end > was->end;

	if (m->was->state == BOOKING_OUT)
		return CAUSE_EXTENDED;
	return is_longer && m->items[m->item].span.start == was->start && !m->asked ? CAUSE_EXTENDED
										    : CAUSE_MOVED;
}

/* Who moves away late owes as much as who cancels, should the booking be cancelled later: else a
 * late cancellation would be a move and an early one. A proposal to swap was for what it was. */
static void note_move(const struct move *m, struct booking *made)
{
	uint8_t forfeit = booking_forfeit(m->pole, m->was, m->who->now);

	if (made->span.start != m->was->span.start && forfeit > 0)
		booking_details(made)->forfeit_least = forfeit;
	if (!made->details)
		return;
	made->details->swap_with = 0;
	made->details->swap_span = (struct span){0};
	made->details->delayed_by = 0;
}

static void grant(const struct move *m, const struct basket *b, struct booking *made,
		  struct answer *ret, struct changes *ret_changes)
{
	if (made->state != BOOKING_OUT)
		made->state = ret->approval ? BOOKING_REQUESTED : BOOKING_CONFIRMED;
	if (ret->approval && ret->approval->limit.approval.queueing)
		made = approval_strip(made);
	else
		plan_changes(&b->plan, m->pole, m->was->number, ret_changes);
	note_move(m, made);
	life_answer(m->pole, m->was, made, cause_of(m), m->who->now, m->arena, ret, ret_changes);
	if (made->state == BOOKING_CONFIRMED)
		waive_relet(m->pole, made, ret_changes);
}

static void try_move(const struct move *m, struct answer *ret, struct changes *ret_changes)
{
	const struct rule *approval;
	struct basket b;
	struct booking *made;

	life_basket(&b, m->pole, m->was, m->who->now, m->arena);
	for (uint32_t i = 0; i < m->was->n_items; i++)
		if (is_changed(m, i))
			basket_add(&b, life_want(m->pole, m->was, m->items, i, wanted_unit(m, i),
						 m->arena));
	if (!basket_place(&b, 0, ret)) {
		find_alternatives(&b, m, ret);
		return;
	}
	pin(m);
	made = life_placed(&b, m->was, m->items);
	approval = approval_anew(m, made);
	if (gives_up_its_place(m, approval)) {
		booking_unref(made);
		refuse_to_give_up(m, &b, approval, ret);
		return;
	}
	ret->approval = approval;
	grant(m, &b, made, ret, ret_changes);
}

static enum reason test_items(const struct move *m)
{
	enum reason reason = REASON_NONE;

	for (uint32_t i = 0; !reason && i < m->was->n_items; i++)
		if (is_changed(m, i))
			reason = test_item(m, i);
	return reason;
}

void decide_move(const struct pole *p, const struct asker *who, const struct ask_move *ask,
		 struct arena *a, struct answer *ret, struct changes *ret_changes)
{
	struct move m = {
	    .pole = p, .who = who, .was = pole_booking(p, ask->booking), .ask = ask, .arena = a};
	enum reason reason = resolve_move(&m);

	*ret = (struct answer){0};
	if (!reason && !changes_nothing(&m))
		reason = test_items(&m);
	if (reason) {
		refuse_anew(ret, a, reason);
		return;
	}
	ret->was = m.was;
	if (changes_nothing(&m))
		ret->booking = m.was;
	else
		try_move(&m, ret, ret_changes);
}
