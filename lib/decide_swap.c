/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides exchanges: two bookings change places, each with the consent of its holder.
 *
 * Whoever proposes first consents to what the other booking is at that moment; if it is moved
 * before the other side consents, nothing is agreed. The things go over as they stand, lanes and
 * buffers included, so that nobody else is touched; but each holder must be one who could have
 * moved there: all rules are asked of both, requirements too, as if the other booking were not in
 * the way.
 */
#include "lib/life.h"
#include "lib/resolve.h"

struct swap {
	const struct pole *pole;
	const struct asker *who;
	const struct booking *own, *other;
	struct arena *arena;
};

static enum reason test_other(const struct swap *s, int64_t with)
{
	if (!s->other || with == s->own->number)
		return REASON_UNKNOWN_BOOKING;
	return s->other->state == BOOKING_CONFIRMED ? REASON_NONE : REASON_STATE;
}

static enum reason test_pair(const struct swap *s)
{
	if (s->own->span.start <= s->who->now || s->other->span.start <= s->who->now)
		return REASON_PAST;
	for (size_t i = 0; i < s->own->n_items; i++)
		if (!pole_resource(s->pole, s->own->items[i].resource))
			return REASON_UNKNOWN_RESOURCE;
	for (size_t i = 0; i < s->other->n_items; i++)
		if (!pole_resource(s->pole, s->other->items[i].resource))
			return REASON_UNKNOWN_RESOURCE;
	return REASON_NONE;
}

/* Both of one member, which need not ask itself; or the other side has proposed it, and nothing
 * has changed since. */
static bool is_agreed(const struct swap *s)
{
	const struct details *d = booking_says(s->other);

	if (s->own->member == s->other->member &&
	    asker_movers(s->pole, s->who, s->own) & MOVER_HOLDER)
		return true;
	return d->swap_with == s->own->number && span_equals(d->swap_span, s->own->span);
}

static size_t n_present(const struct booking *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_items; i++)
		n += b->items[i].state == ITEM_PRESENT;
	return n;
}

static void add_wants(struct basket *b, const struct booking *from)
{
	for (uint32_t k = 0; k < from->n_items; k++) {
		const struct item *i = &from->items[k];
		struct want w;

		if (i->state != ITEM_PRESENT || i->via != ITEM_ASKED)
			continue;
		w = life_want(b->pole, from, from->items, k,
			      i->quantity == 1 ? life_unit(b->pole, from, k) : NULL, b->arena);
		w.was = NULL;
		w.item = (uint32_t)b->n;
		basket_add(b, w);
	}
}

/* Whether the holder of `holder` might have what `from` has. */
static bool may_have(const struct swap *s, const struct booking *holder, const struct booking *from,
		     struct answer *ret)
{
	struct booking *away = booking_copy(holder, holder->n_allocations);
	struct plan start = {.arena = s->arena};
	struct basket b;
	bool found;

	away->state = BOOKING_SUSPENDED;
	for (size_t i = 0; i < away->n_items; i++)
		away->items[i].state = ITEM_CANCELLED;
	plan_hold(&start, s->pole, from, true);
	life_basket(&b, s->pole, holder, s->who->now, s->arena);
	b.was = away;
	b.start = &start;
	b.stays = b.brings_along = true;
	add_wants(&b, from);
	found = basket_place(&b, 0, ret);
	booking_unref(away);
	if (found && b.n > n_present(from)) {
		refuse_anew(ret, s->arena, REASON_REQUIREMENT);
		ret->refusals[0].needs = b.wants[b.n - 1].resource;
	}
	return ret->n_refusals == 0;
}

/* The holder's booking with the other's things. */
static struct booking *with_things(const struct booking *holder, const struct booking *from)
{
	struct booking *made = life_like(holder, from->items, from->n_items, from->n_allocations);
	struct details *d = booking_details(made);

	for (size_t i = 0; i < from->n_allocations; i++)
		made->allocations[i] = from->allocations[i];
	d->swap_with = 0;
	d->swap_span = (struct span){0};
	d->delayed_by = booking_says(from)->delayed_by;
	return made;
}

/* What needs approval needs it of the new holder, too; it keeps its place meanwhile. */
static struct booking *exchanged(const struct swap *s, const struct booking *holder,
				 const struct booking *from, struct changes *ret_changes)
{
	struct booking *made = with_things(holder, from);

	if (approval_needed(s->pole, s->who, made, s->who->now))
		made->state = BOOKING_REQUESTED;
	life_change(s->pole, holder, made, CAUSE_SWAPPED, s->who->now, ret_changes);
	return made;
}

static void exchange(const struct swap *s, struct answer *ret, struct changes *ret_changes)
{
	if (!may_have(s, s->own, s->other, ret) || !may_have(s, s->other, s->own, ret))
		return;
	ret->was = s->own;
	ret->booking = exchanged(s, s->own, s->other, ret_changes);
	exchanged(s, s->other, s->own, ret_changes);
}

static void propose(const struct swap *s, const struct booking *with, struct answer *ret,
		    struct changes *ret_changes)
{
	struct booking *made = life_image(s->own, s->own->state, s->who->now);
	struct details *d = booking_details(made);

	d->swap_with = with ? with->number : 0;
	d->swap_span = with ? with->span : (struct span){0};
	life_answer(s->pole, s->own, made, with ? CAUSE_SWAP_PROPOSED : CAUSE_SWAP_WITHDRAWN,
		    s->who->now, s->arena, ret, ret_changes);
}

void decide_swap(const struct pole *p, const struct asker *who, int64_t booking, int64_t with,
		 struct arena *a, struct answer *ret, struct changes *ret_changes)
{
	const struct swap s = {p, who, pole_booking(p, booking),
			       with ? pole_booking(p, with) : NULL, a};
	enum reason reason =
	    life_test(p, who, s.own, with ? CAUSE_SWAP_PROPOSED : CAUSE_SWAP_WITHDRAWN);

	bool is_other = false;

	*ret = (struct answer){0};
	if (!reason && with) {
		reason = test_other(&s, with);
		is_other = reason != REASON_NONE;
	}
	if (!reason && with)
		reason = test_pair(&s);
	if (!reason && !with && !booking_says(s.own)->swap_with)
		reason = REASON_STATE;
	if (reason) {
		refuse_anew(ret, a, reason);
		ret->refusals[0].other = is_other ? with : 0;
	} else if (with && is_agreed(&s))
		exchange(&s, ret, ret_changes);
	else
		propose(&s, s.other, ret, ret_changes);
}
