/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides a new booking: of one thing or of several, at a time or at the best one within a window.
 *
 * What is granted is confirmed; held, where only that was asked; or requested, where a rule wants
 * it approved. What finds no place may displace others by a higher right, or, where that was asked,
 * waits for its turn.
 */
#include "lib/alternatives.h"
#include "lib/life.h"
#include "lib/queue.h"
#include "lib/resolve.h"
#include "lib/rules.h"
#include "lib/start_grid.h"
#include "lib/waiting.h"
#include "lib/walker.h"
#include "lib/wish.h"

#define WITHIN_MOVES_MAX 60

static void refuse_item(struct refusals *out, uint32_t item, enum reason reason)
{
	refusals_add(out, (struct refusal){.reason = reason, .item = item});
}

struct ask_item ask_book_item(const struct ask_book *ask, size_t i)
{
	if (ask->n_items > 0)
		return ask->items[i];
	return (struct ask_item){
	    .what = ask->what,
	    .unit = ask->unit,
	    .quantity = ask->quantity,
	    .having = ask->having,
	    .at = ask->at,
	    .span = ask->span,
	    .resource = ask->resource,
	    .pinned = ask->pinned,
	};
}

static enum reason resolve_wishes(const struct pole *p, const struct ask_item *ask, struct arena *a,
				  struct want *ret)
{
	const char *having = ask->having ? ask->having : "", *at = NULL;

	ret->having_text = having;
	if (*having && wishes_parse(having, a, &ret->having, &at) != WISH_OK)
		return REASON_NONE_HAVING;
	if (ask->at) {
		ret->having_text =
		    arena_printf(a, "at=%s%s%s", ask->at, *having ? " " : "", having);
		at = ask->at;
	}
	ret->at = at ? policy_site(pole_policy(p), at) : NULL;
	return at && !ret->at ? REASON_NONE_HAVING : REASON_NONE;
}

enum reason ask_item_resolve(const struct pole *p, const struct ask_item *ask, struct arena *a,
			     struct want *ret)
{
	enum reason reason = REASON_NONE;

	*ret = (struct want){.resource = ask->resource,
			     .unit = ask->pinned,
			     .quantity = ask->quantity ? ask->quantity : 1,
			     .span = ask->span};
	if (ask->what && !ask->resource)
		reason = decide_resolve(p, ask->what, ask->unit, &ret->resource, &ret->unit);
	if (!reason)
		reason = resolve_wishes(p, ask, a, ret);
	if (!reason && (ret->quantity > BOOKING_MAX_QUANTITY || (ret->unit && ret->quantity > 1)))
		reason = REASON_TOO_MANY;
	return reason;
}

static void resolve_items(const struct pole *p, const struct ask_book *ask, struct basket *b,
			  struct refusals *out)
{
	size_t n = ask->n_items ? ask->n_items : 1, n_lanes = 0;

	for (size_t i = 0; i < n; i++) {
		const struct ask_item item = ask_book_item(ask, i);
		struct want w;
		enum reason reason =
		    item.what ? ask_item_resolve(p, &item, b->arena, &w) : REASON_UNKNOWN_RESOURCE;

		if (!item.what)
			w = (struct want){.quantity = 1};
		w.item = (uint32_t)i;
		n_lanes += w.quantity;
		if (!reason && (n_lanes > BOOKING_MAX_LANES || !basket_add(b, w)))
			reason = REASON_TOO_MANY;
		if (reason)
			refuse_item(out, (uint32_t)i, reason);
		if (!ask_has_window(ask) && span_is_empty(item.span))
			refuse_item(out, (uint32_t)i, REASON_EMPTY_SPAN);
	}
}

static void resolve_window(const struct ask_book *ask, struct want *w, struct refusals *out)
{
	const struct zone *z = w->resource->site->zone;

	w->span.start = ask->within.start;
	w->span.end = duration_after(ask->length, z, ask->within.start);
	if (span_is_empty(w->span))
		refuse_item(out, 0, REASON_EMPTY_SPAN);
}

/* Whether an alternative for the one thing that was asked can be had with all that it requires. */
static bool has_what_it_requires(const struct basket *b, const struct alternative *found)
{
	struct want w = b->wants[0];
	struct basket other;

	w.span = found->span;
	w.resource = found->resource;
	if (found->unit)
		w.unit = found->unit;
	basket_init(&other, b->pole, b->member, b->now, b->number, b->arena);
	other.person = b->person;
	basket_add(&other, w);
	other.brings_along = other.stays = true;
	other.declared = b->declared;
	other.n_declared = b->n_declared;
	return basket_place(&other, 0, NULL);
}

static void keep_complete(const struct basket *b, unsigned want, struct answer *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < ret->n_alternatives && n < want; i++)
		if (has_what_it_requires(b, &ret->alternatives[i]))
			ret->alternatives[n++] = ret->alternatives[i];
	ret->n_alternatives = n;
}

/* Walkers and the list of units find alternatives for one thing, baskets are shifted as a whole. */
static void find_alternatives(struct basket *b, const struct ask_book *ask, struct answer *ret)
{
	bool requires = b->wants[0].resource->n_requirements > 0;
	const struct alternatives_ask wish = {
	    .asked = b->wants[0].span,
	    .member = b->member,
	    .want = requires && ask->alternatives ? ALTERNATIVES_MAX : ask->alternatives,
	};
	struct trial t;

	if (b->n_asked > 1) {
		alternatives_shift(b, ask->alternatives, ret);
		return;
	}
	b->plan = (struct plan){.arena = b->arena};
	basket_trial(b, &b->wants[0], &t);
	alternatives_find(&t, &wish, b->arena, ret);
	if (requires)
		keep_complete(b, ask->alternatives, ret);
}

struct making {
	const struct pole *pole;
	const struct asker *who;
	const struct ask_book *ask;
	struct party party;
	struct basket basket;
	int64_t shift_s;
	bool displaces;
};

/* All that is in the basket, with the allocations that the plan has for it. */
static struct booking *new_booking(const struct making *m, enum booking_state state)
{
	const struct basket *b = &m->basket;
	struct item *items = arena_new_n(b->arena, struct item, b->n);
	struct booking *made;

	for (size_t i = 0; i < b->n; i++) {
		const struct want *w = &b->wants[i];

		items[i] = item_of(
		    w->resource->number, w->unit && w->resource->n_parts == 0 ? w->unit->lane : 0,
		    (struct span){w->span.start + m->shift_s, w->span.end + m->shift_s});
		items[i].quantity = w->quantity;
		items[i].having = w->having_text;
		items[i].via = (uint8_t)w->via;
		items[i].of = w->of;
	}
	made = booking_new(m->ask->purpose ? m->ask->purpose : "", items, b->n,
			   basket_n_allocations(b));
	made->number = b->number;
	made->member = m->party.member->number;
	made->person = m->party.person;
	made->made_by = m->who->person ? m->who->person->number : 0;
	made->state = state;
	made->made_at = m->who->now;
	basket_allocations(b, made->allocations);
	booking_sort(made);
	return made;
}

/* Around the first lane that the thing itself has in the plan, where those who make room for it may
 * come before it. */
static int64_t idle_around(const struct basket *b)
{
	const struct plan_entry *e = b->plan.entries;
	struct trial t;

	while (e->booking != b->number || e->allocation.item != b->wants[0].item)
		e++;
	basket_trial(b, &b->wants[0], &t);
	t.plan = NULL;
	return trial_slack(&t, resource_lane(b->wants[0].resource, e->allocation.lane), e->span);
}

/* The start within the window that leaves the least time idle around it; the earliest of equals. */
static bool place_within(struct basket *b, const struct ask_book *ask, int64_t *ret_shift_s)
{
	const struct want *w = &b->wants[0];
	const struct zone *z = w->resource->site->zone;
	int64_t length_s = w->span.end - w->span.start, best_slack = 0, best = TIME_NEVER;
	int tries = 0;

	for (int64_t at = grid_up(WALKER_GRID_S, z, ask->within.start);
	     at + length_s <= ask->within.end && tries++ < WITHIN_TRIES_MAX;
	     at = grid_up(WALKER_GRID_S, z, at + 1)) {
		int64_t shift_s = at - w->span.start, slack = 0;

		b->stays = best != TIME_NEVER || tries > WITHIN_MOVES_MAX;
		if (!basket_place(b, shift_s, NULL))
			continue;
		slack = w->resource->n_parts == 0 ? idle_around(b) : 0;
		if (best == TIME_NEVER || slack < best_slack) {
			best = shift_s;
			best_slack = slack;
		}
	}
	b->stays = false;
	*ret_shift_s = best == TIME_NEVER ? 0 : best;
	return best != TIME_NEVER && basket_place(b, best, NULL);
}

/* At its time or within its window; else by displacing others, who are then in the changes. */
static bool find_place(struct making *m, struct answer *ret, struct changes *ret_changes)
{
	struct basket *b = &m->basket;
	bool has_window = ask_has_window(m->ask);

	if (has_window ? place_within(b, m->ask, &m->shift_s) : basket_place(b, 0, ret))
		return true;
	if (has_window) {
		waiting_is_allowed(b, m->ask, &m->shift_s);
		basket_place(b, m->shift_s, ret);
	}
	if (ret->n_refusals == 0)
		refuse_anew(ret, b->arena, REASON_CONFLICT);
	if (m->ask->hold || !displace(b, m->shift_s, ret_changes))
		return false;
	m->displaces = true;
	*ret = (struct answer){0};
	return true;
}

static void shorten_hold(const struct making *m, struct booking *made)
{
	int64_t due = duration_after(m->ask->hold_for, life_zone(m->pole, made), made->made_at);

	if (!duration_is_zero(m->ask->hold_for) && due < made->due_at)
		made->due_at = due;
}

/* Nobody is moved for a request that keeps nobody out, nor displaced for one that may be declined.
 */
static struct booking *request(const struct making *m, struct booking *made,
			       const struct rule *approval, struct changes *ret_changes)
{
	made->state = BOOKING_REQUESTED;
	if (!m->displaces && !approval->limit.approval.queueing)
		return made;
	changes_clear(ret_changes);
	return approval_strip(made);
}

static void grant(struct making *m, struct answer *ret, struct changes *ret_changes)
{
	const struct pole *p = m->pole;
	struct booking *made = new_booking(m, BOOKING_CONFIRMED);
	enum cause cause = CAUSE_BOOKED;

	plan_changes(&m->basket.plan, p, made->number, ret_changes);
	if (m->ask->hold) {
		made->state = BOOKING_HELD;
		cause = CAUSE_HELD;
	} else if ((ret->approval = approval_needed(p, m->who, made, m->who->now))) {
		made = request(m, made, ret->approval, ret_changes);
		cause = CAUSE_REQUESTED;
	}
	made->due_at = booking_due(p, made, m->who->now);
	if (made->state == BOOKING_HELD)
		shorten_hold(m, made);
	changes_add_booking(ret_changes, cause, NULL, made);
	if (made->state == BOOKING_CONFIRMED)
		waive_relet(p, made, ret_changes);
	ret->booking = made;
}

/* It joins the queue in the same answer that says why it cannot be had now. */
static void queue(struct making *m, struct answer *ret, struct changes *ret_changes)
{
	struct basket *b = &m->basket;
	struct booking *made;

	if (!pole_policy(m->pole)->conflicts.waiting.enabled || m->ask->hold ||
	    (!ask_has_window(m->ask) && !waiting_helps(ret)))
		return;
	b->n = b->n_asked;
	b->plan = (struct plan){.arena = b->arena};
	if (!waiting_is_allowed(b, m->ask, &m->shift_s))
		return;
	made = new_booking(m, BOOKING_WAITING);
	waiting_note(made, m->ask, m->who->now);
	made->due_at = booking_due(m->pole, made, m->who->now);
	changes_add_booking(ret_changes, CAUSE_QUEUED, NULL, made);
	ret->booking = made;
	ret->turn = queue_turn(m->pole, made, m->who->now, b->arena);
}

static void resolve(struct making *m, struct answer *ret)
{
	struct refusals refusals = {.arena = m->basket.arena};
	struct basket *b = &m->basket;

	resolve_items(m->pole, m->ask, b, &refusals);
	party_resolve(m->pole, m->who, m->ask, &refusals, &m->party);
	if (ask_has_window(m->ask) && b->n == 1)
		resolve_window(m->ask, &b->wants[0], &refusals);
	b->member = m->party.member;
	b->person = pole_person(m->pole, m->party.person);
	b->brings_along = true;
	b->declared = m->ask->declared;
	b->n_declared = m->ask->n_declared;
	ret->refusals = refusals.items;
	ret->n_refusals = refusals.n;
}

static bool begin(struct making *m, struct arena *a, struct answer *ret)
{
	*ret = (struct answer){0};
	basket_init(&m->basket, m->pole, NULL, m->who->now, pole_next_booking(m->pole), a);
	resolve(m, ret);
	return ret->n_refusals == 0;
}

bool ask_book_basket(const struct pole *p, const struct asker *who, const struct ask_book *ask,
		     struct arena *a, struct basket *ret, struct answer *ret_answer)
{
	struct making m = {.pole = p, .who = who, .ask = ask};
	bool good = begin(&m, a, ret_answer);

	*ret = m.basket;
	return good;
}

void decide_book(const struct pole *p, const struct asker *who, const struct ask_book *ask,
		 struct arena *a, struct answer *ret, struct changes *ret_changes)
{
	struct making m = {.pole = p, .who = who, .ask = ask};

	if (!begin(&m, a, ret))
		return;
	if (find_place(&m, ret, ret_changes)) {
		grant(&m, ret, ret_changes);
		return;
	}
	find_alternatives(&m.basket, ask, ret);
	if (ask->wait)
		queue(&m, ret, ret_changes);
}
