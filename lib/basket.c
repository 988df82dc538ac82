/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several things wanted together.
 *
 * Things are placed one after the other, those with the least choice first: a unit asked for, then
 * wishes, then the rest. What one requires is first looked for among the others; only what is
 * not there comes along, and then only its opening hours and its bookings count: how long and how
 * far ahead the thing itself may be booked is no matter when it is needed for another.
 */
#include "lib/basket.h"

#include <string.h>

#include "lib/repack.h"
#include "lib/way.h"
#include "lib/wish.h"

void basket_init(struct basket *b, const struct pole *p, const struct member *m, int64_t now,
		 int64_t number, struct arena *a)
{
	*b = (struct basket){
	    .pole = p,
	    .member = m,
	    .arena = a,
	    .now = now,
	    .number = number,
	    .plan = {.arena = a},
	};
}

void basket_reserve(struct basket *b, size_t n)
{
	b->wants = arena_new_n(b->arena, struct want, n);
	b->cap = n;
}

struct want *basket_add(struct basket *b, struct want w)
{
	if (b->n == BOOKING_MAX_ITEMS)
		return NULL;
	if (b->n == b->cap)
		b->wants =
		    arena_grow(b->arena, b->wants, b->n, &b->cap, b->n + 1, sizeof(*b->wants));
	b->wants[b->n] = w;
	return &b->wants[b->n++];
}

static void add_thing(struct other_thing *things, size_t *n, struct other_thing thing)
{
	if (thing.resource)
		things[(*n)++] = thing;
}

/* All that counts together with `w`: what else is wanted, and what else the booking has. */
static void list_others(const struct basket *b, const struct want *w, struct trial *ret)
{
	size_t n_was = b->was ? b->was->n_items : 0;
	struct other_thing *things = arena_new_n(b->arena, struct other_thing, b->n + n_was);

	for (const struct want *o = b->wants; o < b->wants + b->n; o++) {
		struct span s = {o->span.start + b->shift_s, o->span.end + b->shift_s};

		if (o->item != w->item && o->via != ITEM_SKILL)
			add_thing(things, &ret->n_others,
				  (struct other_thing){o->resource, o->unit, o->quantity, s});
	}
	for (uint32_t k = 0; k < n_was; k++) {
		const struct item *i = &b->was->items[k];
		bool is_wanted = i->state != ITEM_PRESENT || i->via == ITEM_SKILL;

		for (size_t j = 0; j < b->n; j++)
			is_wanted |= b->wants[j].item == k;
		if (!is_wanted)
			add_thing(things, &ret->n_others,
				  (struct other_thing){pole_resource(b->pole, i->resource), NULL,
						       i->quantity, i->span});
	}
	ret->others = things;
}

/* What is out in the world stays where it is. */
static bool is_bound(const struct basket *b, const struct want *w)
{
	return w->was && w->resource->n_parts == 0 && !booking_state_queues(b->was->state) &&
	       (b->was->state == BOOKING_OUT || b->was->items[w->item].span.start <= b->now);
}

void basket_trial(const struct basket *b, const struct want *w, struct trial *ret)
{
	trial_init(ret, b->pole, pole_directory(b->pole), w->resource, w->unit, b->member, b->now,
		   b->arena);
	ret->quantity = w->quantity;
	ret->having = w->having;
	ret->at = w->at;
	ret->plan = b->plan.n > 0 || b->plan.n_held > 0 ? &b->plan : NULL;
	ret->person = b->person;
	ret->brought = w->via != ITEM_ASKED;
	if (w->via == ITEM_SKILL)
		trial_ask_nothing(ret);
	if (ret->n_costly > 0 && (b->n > 1 || (b->was && b->was->n_items > 1)))
		list_others(b, w, ret);
	if (!b->was)
		return;
	ret->except = b->was->number;
	ret->made_at = b->was->made_at;
	if (w->was) {
		ret->prefers = b->was;
		ret->prefers_item = w->item;
		ret->bound = is_bound(b, w);
		ret->has_kept = true;
		ret->has_kept_right = b->was->state != BOOKING_WAITING;
		ret->kept = b->was->items[w->item].span;
	}
}

/* The earlier of two of one member on a lane ends at the latest where the later begins. */
static void cut(struct plan_entry *a, struct plan_entry *b)
{
	struct plan_entry *first = a->span.start < b->span.start ? a : b;
	struct plan_entry *last = first == a ? b : a;

	if (first->allocation.during.end > last->span.start)
		first->allocation.during.end = last->span.start;
	if (last->allocation.during.start < first->allocation.during.end)
		last->allocation.during.start = first->allocation.during.end;
}

static bool is_same_lane(const struct plan_entry *a, const struct plan_entry *b)
{
	return a->allocation.resource == b->allocation.resource &&
	       a->allocation.lane == b->allocation.lane;
}

/* What is still in the way of the plan's last entry is of the same member: they share a buffer. */
static void share_buffers(struct basket *b)
{
	struct plan_entry *last = &b->plan.entries[b->plan.n - 1];
	const struct allocation a = last->allocation;
	const struct timeline *line = pole_timeline(b->pole, a.resource, a.lane);
	size_t n = b->plan.n;

	for (size_t i = line ? timeline_seek(line, a.during.start) : 0;
	     line && i < line->n && line->entries[i].span.start < a.during.end; i++)
		if (!b->was || line->entries[i].booking != b->was->number)
			plan_hold(&b->plan, b->pole,
				  pole_booking(b->pole, line->entries[i].booking), false);
	last = &b->plan.entries[n - 1];
	for (size_t i = 0; i < b->plan.n; i++) {
		struct plan_entry *e = &b->plan.entries[i];

		if (e != last && is_same_lane(e, last) &&
		    span_overlaps(e->allocation.during, last->allocation.during))
			cut(e, last);
	}
}

static void add_entry(struct basket *b, const struct want *w, const struct trial *t,
		      uint32_t resource, uint32_t lane, struct span s)
{
	plan_add(&b->plan, (struct plan_entry){
			       .booking = b->number,
			       .member = t->member,
			       .span = s,
			       .at = w->at,
			       .allocation = {resource, lane, trial_during(t, s), w->item},
			   });
	if (w->resource->shares_buffer)
		share_buffers(b);
}

static void take(struct basket *b, const struct want *w, const struct trial *t,
		 const struct unit *const *units, struct span s)
{
	const struct resource *r = w->resource;

	for (uint32_t i = 0; r->n_parts == 0 && i < w->quantity; i++)
		add_entry(b, w, t, r->number, units[i]->lane, s);
	for (size_t i = 0; i < r->n_leaves; i++)
		for (size_t j = 0; j < r->leaves[i]->n_units; j++)
			if (!r->leaves[i]->units[j].is_gone)
				add_entry(b, w, t, r->leaves[i]->number,
					  r->leaves[i]->units[j].lane, s);
}

static void explain(const struct basket *b, const struct want *w, const struct trial *t,
		    struct span s, int packed, struct answer *ret)
{
	trial_explain(t, s, b->arena, ret);
	for (size_t i = 0; i < ret->n_refusals; i++) {
		struct refusal *refusal = &ret->refusals[i];

		refusal->item = w->via == ITEM_ASKED ? w->item : w->of;
		refusal->brought = w->via == ITEM_ASKED ? NULL : w->resource;
		if (packed == REPACK_E_BOUND && refusal->reason == REASON_CONFLICT)
			refusal->reason = REASON_UNDECIDED;
	}
}

static bool place(struct basket *b, const struct want *w, int64_t shift_s, struct answer *ret)
{
	const struct unit **units = arena_new_n(b->arena, const struct unit *, w->quantity);
	const struct span s = {w->span.start + shift_s, w->span.end + shift_s};
	int packed = REPACK_E_FULL;
	bool found;
	struct trial t;

	basket_trial(b, w, &t);
	found = trial_pick(&t, s, b->arena, units);
	if (!found && !t.bound && !b->stays)
		packed = repack(&t, s, b->number, &b->plan, b->arena, units);
	if (found || packed == REPACK_OK)
		take(b, w, &t, units, s);
	else if (ret)
		explain(b, w, &t, s, packed, ret);
	return found || packed == REPACK_OK;
}

static int choice(const struct want *w)
{
	return w->unit ? 0 : w->having.n > 0 ? 1 : 2;
}

/* Those may have found their place already. */
static bool is_for_want_of_room(enum reason reason)
{
	return reason == REASON_CONFLICT || reason == REASON_OUTAGE || reason == REASON_TRAVEL;
}

/* What rules and hours have against the other things: who asked for several hears of all at once.
 */
static void refuse_others(const struct basket *b, size_t told, int64_t shift_s, struct answer *ret)
{
	struct refusals refusals = {.arena = b->arena,
				    .items = ret->refusals,
				    .n = ret->n_refusals,
				    .cap = ret->n_refusals};

	for (size_t i = 0; i < b->n_asked; i++) {
		const struct want *w = &b->wants[i];
		const struct span s = {w->span.start + shift_s, w->span.end + shift_s};
		struct answer more = {0};
		struct trial t;

		if (i == told)
			continue;
		basket_trial(b, w, &t);
		trial_explain(&t, s, b->arena, &more);
		for (size_t k = 0; k < more.n_refusals; k++) {
			more.refusals[k].item = w->item;
			if (!is_for_want_of_room(more.refusals[k].reason))
				refusals_add(&refusals, more.refusals[k]);
		}
	}
	ret->refusals = refusals.items;
	ret->n_refusals = refusals.n;
}

static bool place_asked(struct basket *b, int64_t shift_s, struct answer *ret)
{
	for (int c = 0; c <= 2; c++) {
		for (size_t i = 0; i < b->n_asked; i++) {
			if (choice(&b->wants[i]) != c || place(b, &b->wants[i], shift_s, ret))
				continue;
			if (ret && !b->was)
				refuse_others(b, i, shift_s, ret);
			return false;
		}
	}
	return true;
}

static bool is_qualified(const struct basket *b, const char *word, struct span s, int64_t shift_s)
{
	s.start += shift_s;
	s.end += shift_s;
	return b->person && person_is_qualified(b->person, word, 0, s, s.start);
}

static bool is_declared(const struct basket *b, const char *word)
{
	for (size_t i = 0; i < b->n_declared; i++)
		if (strcmp(b->declared[i], word) == 0)
			return true;
	return false;
}

static struct span needed_span(const struct want *w, const struct requirement *r)
{
	struct span s = w->span;
	int64_t first_s = r->during_first.days * DAY_S + r->during_first.seconds;

	if (first_s > 0 && s.start + first_s < s.end)
		s.end = s.start + first_s;
	return s;
}

/* Whether all lanes that the plan has for a want are of units with what is needed. */
static bool all_have(const struct basket *b, const struct want *w, const struct wishes *having)
{
	for (size_t i = 0; i < b->plan.n; i++) {
		const struct plan_entry *e = &b->plan.entries[i];

		if (e->booking == b->number && e->allocation.item == w->item &&
		    !wishes_are_met(having, w->resource,
				    resource_lane(w->resource, e->allocation.lane)))
			return false;
	}
	return true;
}

static bool is_there(const struct basket *b, const struct want *whose, const struct need *need,
		     struct span s)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct want *w = &b->wants[i];

		if (w != whose && w->resource == need->resource && w->quantity >= need->quantity &&
		    span_contains(w->span, s) && all_have(b, w, &need->having))
			return true;
	}
	return false;
}

static bool is_with_skill(const struct basket *b, const char *skill, struct span s)
{
	for (size_t i = 0; i < b->n_asked; i++)
		if (resource_has_skill(b->wants[i].resource, skill) &&
		    span_contains(b->wants[i].span, s))
			return true;
	return false;
}

/* Where a want has its place in the plan. */
static const struct site *site_of(const struct basket *b, const struct want *w)
{
	if (w->at)
		return w->at;
	for (size_t i = 0; i < b->plan.n; i++) {
		const struct plan_entry *e = &b->plan.entries[i];
		const struct resource *r;
		const struct unit *u;

		if (e->booking != b->number || e->allocation.item != w->item)
			continue;
		r = pole_resource(b->pole, e->allocation.resource);
		u = resource_lane(r, e->allocation.lane);
		return u->site ? u->site : r->site;
	}
	return w->resource->site;
}

/* What moves comes to where it is needed. */
static void send(const struct basket *b, const struct want *whose, struct want *what)
{
	const struct site *where = site_of(b, whose);

	if (!what->resource->moves || where == what->resource->site)
		return;
	what->at = where;
	what->having_text = arena_printf(b->arena, "at=%s%s%s", where->id,
					 *what->having_text ? " " : "", what->having_text);
}

/* Adding a want may move the array: what points into it goes on pointing at what it was, which does
 * not change while things are placed. */
static bool bring(struct basket *b, const struct want *whose, struct want what, int64_t shift_s,
		  struct answer *ret)
{
	struct want *w;

	what.of = (uint16_t)whose->item;
	what.item = (uint32_t)b->n;
	send(b, whose, &what);
	w = basket_add(b, what);
	if (w && place(b, w, shift_s, ret))
		return true;
	b->n -= w != NULL;
	return false;
}

static bool bring_skill(struct basket *b, const struct want *whose, const char *skill,
			struct span s, int64_t shift_s, struct answer *ret)
{
	const struct policy *p = pole_policy(b->pole);

	for (const struct resource *r = p->resources; r < p->resources + p->n_resources; r++) {
		const struct want what = {
		    .resource = r, .quantity = 1, .having_text = "", .span = s, .via = ITEM_SKILL};

		if (resource_has_skill(r, skill) && bring(b, whose, what, shift_s, ret))
			return true;
	}
	return false;
}

static bool meet_need(struct basket *b, const struct want *whose, const struct need *need,
		      struct span s, int64_t shift_s, struct answer *ret)
{
	const struct want what = {.resource = need->resource,
				  .quantity = need->quantity,
				  .having_text = need->having_text,
				  .having = need->having,
				  .span = s,
				  .via = ITEM_REQUIRED};

	if (need->kind == NEED_RESOURCE)
		return is_there(b, whose, need, s) || bring(b, whose, what, shift_s, ret);
	return need->kind == NEED_SKILL && (is_with_skill(b, need->word, s) ||
					    bring_skill(b, whose, need->word, s, shift_s, ret));
}

static void refuse_requirement(const struct basket *b, const struct want *whose,
			       const struct requirement *r, struct answer *ret)
{
	struct refusals refusals = {.arena = b->arena};
	struct refusal refusal = {
	    .reason = REASON_REQUIREMENT,
	    .place = r->place,
	    .item = whose->via == ITEM_ASKED ? whose->item : whose->of,
	};

	for (size_t i = 0; i < r->n_choices && !refusal.needs && !refusal.skill; i++) {
		refusal.needs = r->choices[i].kind == NEED_RESOURCE ? r->choices[i].resource : NULL;
		refusal.skill = r->choices[i].kind == NEED_SKILL ? r->choices[i].word : NULL;
	}
	refusals_add(&refusals, refusal);
	for (size_t i = 0; i < ret->n_refusals; i++) {
		ret->refusals[i].item = refusal.item;
		refusals_add(&refusals, ret->refusals[i]);
	}
	ret->refusals = refusals.items;
	ret->n_refusals = refusals.n;
}

static bool meet(struct basket *b, const struct want *whose, const struct requirement *r,
		 int64_t shift_s, struct answer *ret)
{
	struct span s = needed_span(whose, r);

	if (r->unless && (is_qualified(b, r->unless, s, shift_s) ||
			  (!r->unless_qualified && is_declared(b, r->unless))))
		return true;
	for (size_t i = 0; i < r->n_choices; i++)
		if (r->choices[i].kind == NEED_DECLARED && is_declared(b, r->choices[i].word))
			return true;
	for (size_t i = 0; i < r->n_choices; i++)
		if (meet_need(b, whose, &r->choices[i], s, shift_s, ret))
			return true;
	if (ret)
		refuse_requirement(b, whose, r, ret);
	return false;
}

/* Whether enough units are there that have what was asked for, and what another thing requires. */
static bool can_narrow(const struct want *w, const struct wishes *more)
{
	uint32_t n = 0;

	for (size_t i = 0; i < w->resource->n_units; i++) {
		const struct unit *u = &w->resource->units[i];

		n += u->in_service && wishes_are_met(&w->having, w->resource, u) &&
		     wishes_are_met(more, w->resource, u);
	}
	return n >= w->quantity;
}

/* What a thing requires of another that is asked for with it narrows the choice of that one. */
static void narrow(struct basket *b, struct want *w, const struct wishes *more)
{
	struct wish *items = arena_new_n(b->arena, struct wish, w->having.n + more->n);

	if (w->having.n)
		memcpy(items, w->having.items, w->having.n * sizeof(*items));
	memcpy(items + w->having.n, more->items, more->n * sizeof(*items));
	w->having = (struct wishes){items, w->having.n + more->n};
}

static void narrow_for(struct basket *b, const struct want *whose, const struct requirement *r)
{
	for (size_t i = 0; i < r->n_choices; i++)
		if (r->choices[i].kind == NEED_DECLARED && is_declared(b, r->choices[i].word))
			return;
	for (size_t i = 0; i < r->n_choices; i++) {
		const struct need *need = &r->choices[i];

		for (size_t j = 0; need->having.n > 0 && j < b->n_asked; j++) {
			struct want *w = &b->wants[j];

			if (w == whose || w->resource != need->resource || w->unit ||
			    w->quantity < need->quantity ||
			    !span_contains(w->span, needed_span(whose, r)) ||
			    !can_narrow(w, &need->having))
				continue;
			narrow(b, w, &need->having);
			return;
		}
	}
}

static void narrow_all(struct basket *b)
{
	for (size_t i = 0; i < b->n_asked; i++)
		for (size_t j = 0; j < b->wants[i].resource->n_requirements; j++)
			narrow_for(b, &b->wants[i], &b->wants[i].resource->requirements[j]);
}

/* Other items of a booking that is moved stay, in everyone's way. */
static void keep_others(struct basket *b)
{
	for (size_t i = 0; b->was && i < b->was->n_allocations; i++) {
		const struct allocation *a = &b->was->allocations[i];
		const struct item *item = &b->was->items[a->item];
		bool is_wanted = false;

		for (size_t j = 0; j < b->n; j++)
			is_wanted |= b->wants[j].item == a->item;
		if (!is_wanted && booking_occupies(b->was, a))
			plan_add(&b->plan,
				 (struct plan_entry){.booking = b->number,
						     .member = b->was->member,
						     .span = item->span,
						     .at = way_site(pole_policy(b->pole), item),
						     .allocation = *a});
	}
}

static uint64_t wanted_items(const struct basket *b)
{
	uint64_t items = 0;

	for (size_t i = 0; i < b->n; i++)
		items |= (uint64_t)1 << b->wants[i].item;
	return items;
}

bool basket_place(struct basket *b, int64_t shift_s, struct answer *ret)
{
	plan_init(&b->plan, b->start, b->arena);
	b->shift_s = shift_s;
	if (!b->n_asked) {
		b->n_asked = b->n;
		if (b->brings_along)
			narrow_all(b);
	}
	b->n = b->n_asked;
	keep_others(b);
	if (b->was)
		basket_release(&b->plan, b->pole, b->was, wanted_items(b));
	if (!place_asked(b, shift_s, ret))
		return false;
	for (size_t i = 0; b->brings_along && i < b->n; i++)
		for (size_t j = 0; j < b->wants[i].resource->n_requirements; j++)
			if (!meet(b, &b->wants[i], &b->wants[i].resource->requirements[j], shift_s,
				  ret))
				return false;
	if (ret) /* why a first choice could not be had is no matter once a second one is */
		ret->n_refusals = ret->n_conflicts = 0;
	return true;
}

size_t basket_n_allocations(const struct basket *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->plan.n; i++)
		n += b->plan.entries[i].booking == b->number;
	return n;
}

/* In the order of their items, that runs of lanes stand together. */
void basket_allocations(const struct basket *b, struct allocation *ret)
{
	for (uint32_t item = 0; item < BOOKING_MAX_ITEMS; item++)
		for (size_t i = 0; i < b->plan.n; i++)
			if (b->plan.entries[i].booking == b->number &&
			    b->plan.entries[i].allocation.item == item)
				*ret++ = b->plan.entries[i].allocation;
}

void refuse_anew(struct answer *ret, struct arena *a, enum reason reason)
{
	ret->refusals = arena_new(a, struct refusal);
	ret->refusals[0] = (struct refusal){.reason = reason};
	ret->n_refusals = 1;
}

static int64_t length_s(struct duration d)
{
	return d.days * DAY_S + d.seconds;
}

static int64_t buffer_after_s(const struct resource *r, struct span s)
{
	bool is_long = length_s(r->long_from) > 0 && s.end - s.start > length_s(r->long_from);

	return length_s(is_long ? r->long_after : r->buffer_after);
}

/* The entry of `held` on the lane of `a` gets back what it would have alone, as far as there is
 * room. */
static void restore(struct plan *plan, const struct resource *r, const struct booking *held,
		    const struct allocation *a, struct span room)
{
	for (size_t i = 0; i < plan->n; i++) {
		struct plan_entry *e = &plan->entries[i];
		int64_t start = e->span.start - length_s(r->buffer_before);
		int64_t end = e->span.end + buffer_after_s(r, e->span);

		if (e->booking != held->number || e->allocation.resource != a->resource ||
		    e->allocation.lane != a->lane)
			continue;
		if (e->allocation.during.end == a->during.start)
			e->allocation.during.end = end < room.end ? end : room.end;
		if (e->allocation.during.start == a->during.end)
			e->allocation.during.start = start > room.start ? start : room.start;
	}
}

/* Other items of the same booking are in the plan already, if they stay. */
static void release_to(struct plan *plan, const struct pole *p, const struct resource *r,
		       const struct booking *was, int64_t number, const struct allocation *a,
		       struct span room)
{
	const struct booking *neighbour = pole_booking(p, number);

	if (neighbour->member != was->member)
		return;
	if (neighbour != was)
		plan_hold(plan, p, neighbour, false);
	restore(plan, r, neighbour, a, room);
}

static void release(struct plan *plan, const struct pole *p, const struct booking *was,
		    const struct resource *r, const struct allocation *a)
{
	const struct timeline *line = pole_timeline(p, a->resource, a->lane);
	size_t at = timeline_seek(line, a->during.start);
	const struct timeline_entry *before = at > 0 ? &line->entries[at - 1] : NULL;
	const struct timeline_entry *after = at + 1 < line->n ? &line->entries[at + 1] : NULL;
	struct span room = {before ? before->span.end : INT64_MIN,
			    after ? after->span.start : TIME_NEVER};

	if (before && before->span.end == a->during.start)
		release_to(plan, p, r, was, before->booking, a, room);
	if (after && after->span.start == a->during.end)
		release_to(plan, p, r, was, after->booking, a, room);
}

void basket_release(struct plan *plan, const struct pole *p, const struct booking *was,
		    uint64_t items)
{
	for (size_t i = 0; i < was->n_allocations; i++) {
		const struct allocation *a = &was->allocations[i];
		const struct resource *r = pole_resource(p, was->items[a->item].resource);

		if (r && r->shares_buffer && items & (uint64_t)1 << a->item &&
		    booking_occupies(was, a))
			release(plan, p, was, r, a);
	}
}
