/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bookings moved, made longer, given up, given back in part. */
#include <string.h>

#include "lib/wish.h"
#include "tests/lib/fixture.h"
#include "tests/lib/history.h"

#define QUARTER 900

static bool is_asked(const struct item *i)
{
	return i->state == ITEM_PRESENT && i->via == ITEM_ASKED;
}

/* A move as it is meant: every item with its new time. */
struct meaning {
	const struct booking *was;
	struct item items[BOOKING_MAX_ITEMS];
	uint32_t item; /* that a unit is asked for; UINT32_MAX: there is none */
	bool is_whole;
};

static bool find_item(const struct booking *b, const struct ask_move *ask, struct meaning *m)
{
	size_t n = 0;

	m->item = UINT32_MAX;
	for (uint32_t i = 0; i < b->n_items; i++) {
		if (is_asked(&b->items[i]) && n++ == 0)
			m->item = i;
	}
	m->is_whole = n > 1 && !ask->has_item;
	if (ask->has_item)
		m->item = ask->item < b->n_items && is_asked(&b->items[ask->item]) ? ask->item
										   : UINT32_MAX;
	return m->item != UINT32_MAX;
}

/* A length that is a whole number of days stays so across clock changes. */
static int64_t end_of(const struct item *i, int64_t start)
{
	for (int64_t days = 1; days < 12; days++)
		if (zone_add_days(fixture_paris(), i->span.start, days) == i->span.end)
			return zone_add_days(fixture_paris(), start, days);
	return start + i->span.end - i->span.start;
}

static void move_item(const struct ask_move *ask, struct item *i)
{
	int64_t end = ask->has_end     ? ask->span.end
		      : ask->has_start ? end_of(i, ask->span.start)
				       : i->span.end;

	if (ask->has_start)
		i->span.start = ask->span.start;
	i->span.end = end;
}

static void move_whole(const struct booking *b, const struct ask_move *ask, struct meaning *m)
{
	int64_t by_s = ask->has_start ? ask->span.start - b->span.start : 0;
	int64_t end = ask->has_end ? ask->span.end : b->span.end + by_s;

	for (size_t i = 0; i < b->n_items; i++) {
		bool last = b->items[i].span.end == b->span.end;

		if (!is_asked(&b->items[i]))
			continue;
		m->items[i].span.start += by_s;
		m->items[i].span.end = last ? end : b->items[i].span.end + by_s;
	}
}

static void move_along(const struct booking *b, struct meaning *m)
{
	for (size_t i = 0; i < b->n_items; i++) {
		const struct item *was = &b->items[i];
		const struct span of = m->items[was->of].span;

		if (was->via == ITEM_ASKED || was->state != ITEM_PRESENT)
			continue;
		m->items[i].span = of;
		if (!span_equals(was->span, b->items[was->of].span))
			m->items[i].span.end = of.start + was->span.end - was->span.start;
	}
}

static bool is_changed(const struct meaning *m, const struct ask_move *ask, uint32_t i)
{
	return m->items[i].state == ITEM_PRESENT &&
	       (!span_equals(m->items[i].span, m->was->items[i].span) ||
		(ask->unit && i == m->item));
}

static const struct resource *resource_of(const struct history *h, const struct item *i)
{
	return pole_resource(h->pole, i->resource);
}

static const struct unit *present_unit(const struct history *h, const struct booking *b, uint32_t i)
{
	const struct resource *r = resource_of(h, &b->items[i]);

	for (size_t k = 0; r->n_parts == 0 && k < b->n_allocations; k++)
		if (b->allocations[k].item == i)
			return resource_lane(r, b->allocations[k].lane);
	return r->units;
}

static enum reason test_item(const struct history *h, const struct meaning *m,
			     const struct ask_move *ask, uint32_t i)
{
	const struct span was = m->was->items[i].span, s = m->items[i].span;
	int64_t now = h->oracle.now;

	if (s.start >= s.end)
		return REASON_EMPTY_SPAN;
	if (was.start > now)
		return REASON_NONE;
	if (s.start != was.start || was.end <= now || s.end <= now)
		return REASON_PAST;
	if (ask->unit && i == m->item && strcmp(ask->unit, present_unit(h, m->was, i)->id) != 0)
		return REASON_PAST;
	return REASON_NONE;
}

static const struct unit *wanted_unit(const struct history *h, const struct meaning *m,
				      const struct ask_move *ask, uint32_t i)
{
	const struct item *was = &m->was->items[i];

	if (ask->unit && i == m->item)
		return resource_unit(resource_of(h, was), ask->unit);
	if (was->lane || (was->span.start <= h->oracle.now && was->quantity == 1))
		return present_unit(h, m->was, i);
	return NULL;
}

static void make_question(struct history *h, const struct meaning *m, const struct ask_move *ask,
			  struct oracle_question *q)
{
	const struct booking *b = m->was;
	const char *at;

	*q = (struct oracle_question){.oracle = &h->oracle, .member = b->member, .was = b};
	for (uint32_t i = 0; i < b->n_items; i++) {
		struct oracle_want *w = &q->wants[q->n];

		if (!is_changed(m, ask, i))
			continue;
		q->n++;
		*w = (struct oracle_want){.resource = resource_of(h, &b->items[i]),
					  .unit = wanted_unit(h, m, ask, i),
					  .quantity = b->items[i].quantity,
					  .span = m->items[i].span,
					  .via = (enum item_via)b->items[i].via,
					  .of = b->items[i].of,
					  .item = i,
					  .is_moved = true};
		EXPECT(wishes_parse(b->items[i].having, &h->arena, &w->having, &at) == WISH_OK);
	}
	for (size_t k = 0; k < b->n_allocations; k++)
		if (b->items[b->allocations[k].item].state == ITEM_PRESENT &&
		    !is_changed(m, ask, b->allocations[k].item))
			q->taken[q->n_taken++] = b->allocations[k];
}

/* All but times, lanes and pins stays as it was. */
static void check_rest(const struct meaning *m, const struct booking *made)
{
	const struct booking *was = m->was;

	EXPECT(made->number == was->number && made->state == was->state);
	EXPECT(made->member == was->member && made->person == was->person);
	EXPECT(made->made_by == was->made_by && made->made_at == was->made_at);
	EXPECT(made->n_items == was->n_items && made->n_allocations == was->n_allocations);
	EXPECT(made->series == was->series && made->occurrence == was->occurrence);
	for (size_t i = 0; i < was->n_items; i++) {
		EXPECT(span_equals(made->items[i].span, m->items[i].span));
		EXPECT(made->items[i].state == was->items[i].state);
		EXPECT(made->items[i].quantity == was->items[i].quantity);
		EXPECT(made->items[i].via == was->items[i].via);
		EXPECT(strcmp(made->items[i].having, was->items[i].having) == 0);
	}
}

static void judge(struct history *h, const struct meaning *m, struct oracle_question *q,
		  const struct answer *a, const struct changes *c)
{
	enum oracle_verdict v = oracle_decide(q);

	history_say_answer(h, v, a);
	h->counts[COUNT_UNKNOWN] += v == ORACLE_UNKNOWN;
	if (v == ORACLE_GRANTED)
		EXPECT(a->booking);
	if (v == ORACLE_PACKABLE)
		EXPECT(a->booking || a->refusals[0].reason == REASON_UNDECIDED);
	if (v == ORACLE_REFUSED)
		EXPECT(!a->booking);
	for (size_t i = 0; v == ORACLE_GRANTED && m->was->n_items == 1 && i < q->n_taken; i++)
		EXPECT(oracle_is_on_unit(a->booking, 0, q->taken[i].resource, q->taken[i].lane));
	h->counts[a->booking ? COUNT_MOVED : COUNT_MOVE_REFUSED]++;
	if (a->booking) {
		oracle_check_granted(q, a, c);
		check_rest(m, a->booking);
		h->counts[COUNT_MADE_ROOM] += c->n > 1;
	} else {
		oracle_check_refused(q, a);
		EXPECT(c->n == 0);
	}
}

static bool is_whole_resource(const struct history *h, const struct item *i)
{
	return resource_of(h, i)->n_parts > 0;
}

static enum reason test_whole(const struct history *h, const struct meaning *m,
			      const struct ask_move *ask)
{
	enum reason reason = REASON_NONE;

	for (uint32_t i = 0; !reason && i < m->was->n_items; i++)
		if (is_changed(m, ask, i))
			reason = test_item(h, m, ask, i);
	return reason;
}

static bool changes_anything(const struct history *h, const struct meaning *m,
			     const struct ask_move *ask)
{
	for (size_t i = 0; i < m->was->n_items; i++)
		if (!span_equals(m->items[i].span, m->was->items[i].span))
			return true;
	return ask->unit && (m->was->items[m->item].lane == 0 ||
			     strcmp(ask->unit, present_unit(h, m->was, m->item)->id) != 0);
}

static void check_move(struct history *h, const struct asker *who, const struct ask_move *ask,
		       const struct answer *a, const struct changes *c)
{
	struct meaning m = {.was = h->oracle.rows[ask->booking]};
	struct ask_move anywhere; /* of a hall of parts there is only the one */
	struct oracle_question q;
	enum reason reason;

	if (!history_may_alter(who, m.was)) {
		EXPECT(a->refusals[0].reason == REASON_FORBIDDEN && c->n == 0);
		return;
	}
	if (m.was->state != BOOKING_CONFIRMED) {
		EXPECT(a->refusals[0].reason == REASON_STATE && c->n == 0);
		return;
	}
	if (!find_item(m.was, ask, &m)) {
		EXPECT(a->refusals[0].reason == REASON_UNKNOWN_BOOKING && c->n == 0);
		return;
	}
	if (ask->unit && !resource_unit(resource_of(h, &m.was->items[m.item]), ask->unit)) {
		EXPECT(a->refusals[0].reason == REASON_UNKNOWN_UNIT && c->n == 0);
		return;
	}
	memcpy(m.items, m.was->items, m.was->n_items * sizeof(*m.items));
	anywhere = *ask;
	if (is_whole_resource(h, &m.was->items[m.item]))
		anywhere.unit = NULL;
	ask = &anywhere;
	if (m.is_whole)
		move_whole(m.was, ask, &m);
	else
		move_item(ask, &m.items[m.item]);
	move_along(m.was, &m);
	if (!changes_anything(h, &m, ask)) {
		EXPECT(a->n_refusals == 0 && c->n == 0);
		return;
	}
	reason = test_whole(h, &m, ask);
	if (reason) {
		EXPECT(a->refusals[0].reason == reason && c->n == 0);
		return;
	}
	make_question(h, &m, ask, &q);
	judge(h, &m, &q, a, c);
}

void history_move_one(struct history *h, const struct asker *who, const struct ask_move *ask,
		      struct answer *ret)
{
	struct changes c = {0};

	history_say(h, "  booking %lld item %d start %lld end %lld unit %s",
		    (long long)ask->booking, ask->has_item ? (int)ask->item : -1,
		    ask->has_start ? (long long)ask->span.start : 0,
		    ask->has_end ? (long long)ask->span.end : 0, ask->unit ? ask->unit : "-");
	decide_move(h->pole, who, ask, &h->arena, ret, &c);
	check_move(h, who, ask, ret, &c);
	if (c.n > 0)
		history_apply(h, &c);
}

void history_move(struct history *h)
{
	const struct booking *b = history_booking(h);
	struct asker who = history_asker(h);
	struct ask_move ask = {0};
	struct answer a;
	const struct resource *r;

	oracle_where.doing = "MOVE";
	if (!b)
		return;
	ask.booking = b->number;
	ask.has_item = b->n_items > 1 && history_chance(h, 50);
	ask.item = ask.has_item ? (uint32_t)draw_below(&h->draw, b->n_items) : 0;
	r = pole_resource(h->pole, b->items[ask.item].resource);
	ask.has_start = history_chance(h, 60);
	ask.has_end = !ask.has_start || history_chance(h, 30);
	ask.span = ask.has_item ? b->items[ask.item].span : b->span;
	ask.span.start += draw_between(&h->draw, -20, 20) * QUARTER;
	ask.span.end += draw_between(&h->draw, -8, 16) * QUARTER;
	if (!r->has_capacity && history_chance(h, 25))
		ask.unit = r->units[draw_below(&h->draw, r->n_units)].id;
	if (ask.unit && b->items[ask.item].quantity > 1)
		ask.unit = NULL;
	history_move_one(h, &who, &ask, &a);
}

/* Who is not named in it may only get back the buffer that was shared. */
static void check_given_up(struct history *h, struct booking *expected, const struct answer *a,
			   const struct changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct booking *after = c->items[i].booking.after;
		const struct booking *was = h->oracle.rows[after->number];

		if (after == a->booking)
			continue;
		EXPECT(was && after->member == expected->member);
		EXPECT(was->n_allocations == after->n_allocations);
		for (size_t k = 0; k < was->n_allocations; k++) {
			const struct allocation *x = &was->allocations[k],
						*y = &after->allocations[k];

			EXPECT(x->resource == y->resource && x->lane == y->lane &&
			       x->item == y->item);
			EXPECT(span_contains(y->during, x->during));
			EXPECT(span_equals(x->during, y->during) ||
			       pole_resource(h->pole, x->resource)->shares_buffer);
		}
	}
	EXPECT(c->n >= 1 && expected->n_allocations == a->booking->n_allocations);
	for (size_t k = 0; k < expected->n_allocations; k++) { /* what is kept of it, too */
		struct allocation *x = &expected->allocations[k];

		if (expected->state == BOOKING_CONFIRMED &&
		    pole_resource(h->pole, x->resource)->shares_buffer &&
		    span_contains(a->booking->allocations[k].during, x->during))
			x->during = a->booking->allocations[k].during;
	}
	oracle_same_booking(expected, a->booking, true);
}

static enum reason why_not(const struct history *h, const struct asker *who,
			   const struct booking *b)
{
	if (!history_may_alter(who, b))
		return REASON_FORBIDDEN;
	if (b->state != BOOKING_CONFIRMED)
		return REASON_STATE;
	return b->span.end <= h->oracle.now ? REASON_PAST : REASON_NONE;
}

static void check_cancelled(struct history *h, const struct booking *b, const struct answer *a,
			    const struct changes *c)
{
	struct booking *expected = booking_copy(b, b->n_allocations);

	expected->state = BOOKING_CANCELLED;
	expected->ended_at = h->oracle.now;
	check_given_up(h, expected, a, c);
	booking_unref(expected);
	h->counts[COUNT_CANCELLED]++;
}

void history_cancel_one(struct history *h, const struct asker *who, int64_t number,
			struct answer *ret)
{
	const struct booking *b = h->oracle.rows[number];
	enum reason reason = why_not(h, who, b);
	struct changes c = {0};

	history_say(h, "  booking %lld", (long long)number);
	decide_cancel(h->pole, who, number, &h->arena, ret, &c);
	if (reason) {
		EXPECT(ret->n_refusals == 1 && ret->refusals[0].reason == reason && c.n == 0);
		return;
	}
	EXPECT(ret->n_refusals == 0);
	check_cancelled(h, b, ret, &c);
	history_apply(h, &c);
}

void history_cancel(struct history *h)
{
	const struct booking *b = history_booking(h);
	struct asker who = history_asker(h);
	struct answer a;

	oracle_where.doing = "CANCEL";
	if (b)
		history_cancel_one(h, &who, b->number, &a);
}

/* As it is without one of its things and what came along for that. NULL: nothing would be left. */
static struct booking *without(const struct booking *b, uint32_t item)
{
	struct booking *left = booking_copy(b, b->n_allocations);
	bool first = true;

	for (size_t i = 0; i < b->n_items; i++)
		if (i == item || (b->items[i].via != ITEM_ASKED && b->items[i].of == item))
			left->items[i].state = ITEM_CANCELLED;
	for (size_t i = 0; i < b->n_items; i++) {
		const struct item *x = &left->items[i];

		if (x->state != ITEM_PRESENT)
			continue;
		if (first) {
			left->resource = x->resource;
			left->span = x->span;
		}
		first = false;
		if (x->span.start < left->span.start)
			left->span.start = x->span.start;
		if (x->span.end > left->span.end)
			left->span.end = x->span.end;
	}
	if (!first)
		return left;
	booking_unref(left);
	return NULL;
}

static void check_given_back(struct history *h, const struct booking *b, uint32_t item,
			     const struct answer *a, const struct changes *c)
{
	struct booking *left = without(b, item);

	EXPECT(a->n_refusals == 0);
	if (left)
		check_given_up(h, left, a, c);
	else
		check_cancelled(h, b, a, c);
	booking_unref(left);
	h->counts[COUNT_GIVEN_BACK]++;
}

void history_give_back(struct history *h)
{
	const struct booking *b = history_booking(h);
	struct asker who = history_asker(h);
	enum reason reason;
	struct changes c = {0};
	struct answer a;
	uint32_t item;

	oracle_where.doing = "CANCEL item";
	for (int i = 0; i < 8 && b && b->n_items == 1; i++)
		b = history_booking(h);
	/* what was used until then is test_life_use's matter */
	if (!b || b->span.start < h->oracle.now)
		return;
	item = (uint32_t)draw_below(&h->draw, b->n_items + 1);
	history_say(h, "  booking %lld item %u", (long long)b->number, item);
	decide_give_back(h->pole, &who, b->number, item, &h->arena, &a, &c);
	reason = why_not(h, &who, b);
	if (reason == REASON_NONE || reason == REASON_PAST) {
		if (item >= b->n_items || !is_asked(&b->items[item]))
			reason = REASON_UNKNOWN_BOOKING;
		else
			reason =
			    b->items[item].span.end <= h->oracle.now ? REASON_PAST : REASON_NONE;
	}
	if (reason) {
		EXPECT(a.n_refusals == 1 && a.refusals[0].reason == reason && c.n == 0);
		return;
	}
	check_given_back(h, b, item, &a, &c);
	history_apply(h, &c);
}
