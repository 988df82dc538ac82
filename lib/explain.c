/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reasoning behind an answer.
 *
 * The decision is made as BOOK makes it, and thrown away; then the same basket is looked at thing
 * by thing. Where it was refused, it is decided once more as if it might wait: that says whether
 * waiting would help, and where it would stand.
 *
 * Work is bounded: a decision or two, a test of each rule and each unit of what was asked for, and
 * one look at the queue. What is told is bounded by FINDINGS_MAX.
 */
#include "lib/explain.h"

#include "lib/explain_parts.h"
#include "lib/resolve.h"
#include "lib/waiting.h"
#include "lib/wish.h"

static bool is_refused(const struct answer *a)
{
	return !a->booking || a->booking->state == BOOKING_WAITING;
}

/* Whether others were moved for it. */
static bool has_moved(const struct explanation *e, enum cause cause)
{
	for (size_t i = 0; i < e->changes.n; i++)
		if (e->changes.items[i].kind == CHANGE_BOOKING &&
		    e->changes.items[i].cause == cause && e->changes.items[i].booking.before)
			return true;
	return false;
}

static bool is_undecided(const struct answer *a)
{
	for (size_t i = 0; i < a->n_refusals; i++)
		if (a->refusals[i].reason == REASON_UNDECIDED)
			return true;
	return false;
}

/* The first that stands in for the thing and is free then, of a request for one. */
static const struct resource *find_stand_in(const struct explaining *e)
{
	const struct basket *b = e->basket;
	const struct want *w = b->n_asked == 1 ? &b->wants[0] : NULL;
	struct trial t, other;

	for (size_t i = 0; w && !w->unit && i < w->resource->n_stands_in; i++) {
		const struct span s = {w->span.start + e->shift_s, w->span.end + e->shift_s};

		basket_trial(b, w, &t);
		t.plan = NULL;
		trial_instead(&other, &t, w->resource->stands_in[i], e->arena);
		if (trial_place(&other, s))
			return w->resource->stands_in[i];
	}
	return NULL;
}

static bool has_stand_in(const struct explaining *e)
{
	return e->basket->n_asked == 1 && e->basket->wants[0].resource->n_stands_in > 0;
}

static enum remedy_use use_of(bool enabled, bool used, bool refused)
{
	if (!enabled)
		return REMEDY_OFF;
	if (used)
		return REMEDY_USED;
	return refused ? REMEDY_NO_HELP : REMEDY_NEEDLESS;
}

static void judge_remedies(const struct explaining *e)
{
	const struct conflict_rules *c = &pole_policy(e->pole)->conflicts;
	struct explanation *x = e->ret;
	struct remedy *r = x->remedies;
	bool refused = is_refused(&x->answer);

	r[REMEDY_REPACK].use = use_of(c->repack, has_moved(x, CAUSE_REPACKED), refused);
	if (refused && is_undecided(&x->answer))
		r[REMEDY_REPACK].use = REMEDY_UNDECIDED;
	r[REMEDY_DISPLACE].use =
	    use_of(c->displace.enabled, has_moved(x, CAUSE_DISPLACED), refused);
	r[REMEDY_STAND_IN].use = use_of(has_stand_in(e), false, refused);
	if (refused && (r[REMEDY_STAND_IN].resource = find_stand_in(e)))
		r[REMEDY_STAND_IN].use = REMEDY_HELPS;
	r[REMEDY_WAIT].use = use_of(c->waiting.enabled, false, refused);
	if (x->waiting)
		r[REMEDY_WAIT].use = x->answer.booking ? REMEDY_USED : REMEDY_HELPS;
}

static void line_up(struct explaining *e, const struct booking *waiting, int64_t now)
{
	struct explanation *x = e->ret;

	x->waiting = waiting;
	queue_around(e->pole, waiting, now, e->arena, &x->queue, &x->n_queue);
}

/* Of what was refused: its place if it waited. */
static void try_waiting(struct explaining *e, const struct asker *who, const struct ask_book *ask)
{
	struct ask_book again = *ask;
	struct changes changes = {0};
	struct answer answer;

	again.wait = true;
	again.alternatives = 0;
	if (e->ret->answer.booking)
		answer = e->ret->answer;
	else
		decide_book(e->pole, who, &again, e->arena, &answer, &changes);
	if (answer.booking && answer.booking->state == BOOKING_WAITING)
		line_up(e, answer.booking, who->now);
	changes_append(&e->ret->changes, &changes);
}

static void add_item(const struct pole *p, const struct booking *b, uint32_t k,
		     struct basket *basket)
{
	const struct item *item = &b->items[k];
	const struct resource *r = pole_resource(p, item->resource);
	struct want w = {
	    .resource = r,
	    .unit = r && item->lane ? resource_lane(r, item->lane) : NULL,
	    .quantity = item->quantity,
	    .having_text = item->having,
	    .span = item->span,
	    .via = item->via,
	    .of = item->of,
	    .item = k,
	};
	const char *at = NULL;

	if (!r || item->state != ITEM_PRESENT)
		return;
	if (wishes_parse(item->having, basket->arena, &w.having, &at) != WISH_OK)
		w.having = (struct wishes){0};
	w.at = at ? policy_site(pole_policy(p), at) : NULL;
	basket_add(basket, w);
}

/* What a booking is of, as it would be asked for. */
static void take_items(const struct pole *p, const struct booking *b, int64_t now,
		       struct basket *ret, struct arena *a)
{
	basket_init(ret, p, pole_member(p, b->member), now, b->number, a);
	ret->person = pole_person(p, b->person);
	for (uint32_t k = 0; k < b->n_items; k++)
		add_item(p, b, k, ret);
	ret->n_asked = ret->n;
}

static void take_allocations(const struct booking *b, struct basket *basket)
{
	for (size_t i = 0; i < b->n_allocations; i++)
		plan_add(&basket->plan, (struct plan_entry){
					    .booking = b->number,
					    .member = b->member,
					    .span = b->items[b->allocations[i].item].span,
					    .allocation = b->allocations[i],
					});
}

static void explain_all(struct explaining *e)
{
	for (size_t i = 0; i < e->basket->n; i++)
		explain_want(e, &e->basket->wants[i]);
}

static void explain_granted(struct explaining *e, int64_t now)
{
	const struct booking *b = e->ret->answer.booking;
	struct basket basket;

	take_items(e->pole, b, now, &basket, e->arena);
	take_allocations(b, &basket);
	e->basket = &basket;
	e->granted = b;
	explain_all(e);
	judge_remedies(e);
	e->basket = NULL;
}

/* On the basket as it was when it found no place. */
static void explain_refused(struct explaining *e, const struct asker *who,
			    const struct ask_book *ask)
{
	struct basket basket;
	struct answer unknown;

	if (!ask_book_basket(e->pole, who, ask, e->arena, &basket, &unknown)) {
		explain_rest(e);
		return;
	}
	if (ask_has_window(ask)) {
		basket.n_asked = basket.n;
		waiting_is_allowed(&basket, ask, &e->shift_s);
		basket.n_asked = 0;
	}
	basket_place(&basket, e->shift_s, NULL);
	try_waiting(e, who, ask);
	e->basket = &basket;
	explain_all(e);
	explain_rest(e);
	judge_remedies(e);
	e->basket = NULL;
}

void explain_book(const struct pole *p, const struct asker *who, const struct ask_book *ask,
		  struct arena *a, struct explanation *ret)
{
	struct explaining e = {.pole = p, .arena = a, .ret = ret};

	*ret = (struct explanation){0};
	decide_book(p, who, ask, a, &ret->answer, &ret->changes);
	if (is_refused(&ret->answer))
		explain_refused(&e, who, ask);
	else
		explain_granted(&e, who->now);
}

void explain_booking(const struct pole *p, const struct asker *who, const struct booking *b,
		     struct arena *a, struct explanation *ret)
{
	bool waits = booking_state_queues(b->state);
	struct basket basket;
	struct explaining e = {
	    .pole = p,
	    .arena = a,
	    .ret = ret,
	    .basket = &basket,
	    .granted = b,
	    .of = b,
	    .made_at = waits ? who->now : b->made_at,
	};

	*ret = (struct explanation){0};
	if (!asker_sees_all(p, who, b)) {
		refuse_anew(&ret->answer, a, REASON_FORBIDDEN);
		return;
	}
	ret->answer.booking = b;
	take_items(p, b, who->now, &basket, a);
	if (waits && pole_booking(p, b->number) == b) {
		line_up(&e, b, who->now);
		ret->answer.turn = queue_turn(p, b, who->now, a);
	}
	explain_all(&e);
}

void explanation_release(struct explanation *e)
{
	changes_clear(&e->changes);
}
