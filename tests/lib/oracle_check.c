/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether what was granted is right, and what was refused was refused for what is so. */
#include <string.h>

#include "lib/wish.h"
#include "tests/lib/oracle_parts.h"

struct check {
	const struct oracle_question *q;
	const struct changes *changes;
	const struct booking *made;
};

static const struct resource *resource_of(const struct check *c, uint32_t number)
{
	const struct policy *p = pole_policy(c->q->oracle->pole);

	for (size_t i = 0; i < p->n_resources; i++)
		if (p->resources[i].number == number)
			return &p->resources[i];
	EXPECT(!"a resource of the policy");
	return NULL;
}

/* A booking as it will be. */
static const struct booking *after(const struct check *c, int64_t number)
{
	for (size_t i = 0; i < c->changes->n; i++)
		if (c->changes->items[i].booking.after->number == number)
			return c->changes->items[i].booking.after;
	return number < c->q->oracle->next ? c->q->oracle->rows[number] : NULL;
}

static const struct site *site_of(const struct check *c, const struct booking *b,
				  const struct allocation *a)
{
	const struct resource *r = resource_of(c, a->resource);
	const char *at = strstr(b->items[a->item].having, "at=");
	const struct policy *p = pole_policy(c->q->oracle->pole);

	for (size_t i = 0; at && i < p->n_sites; i++)
		if (strncmp(at + 3, p->sites[i].id, strlen(p->sites[i].id)) == 0)
			return &p->sites[i];
	return resource_lane(r, a->lane)->site;
}

/* Two that follow one another on what moves leave time for the way. */
static void check_way(const struct check *c, const struct booking *x, const struct allocation *a,
		      const struct booking *y, const struct allocation *b)
{
	const struct policy *p = pole_policy(c->q->oracle->pole);
	int64_t takes_s = policy_travel_s(p, site_of(c, x, a), site_of(c, y, b));
	int64_t gap_s = a->during.end <= b->during.start ? b->during.start - a->during.end
							 : a->during.start - b->during.end;

	if (resource_of(c, a->resource)->moves)
		EXPECT(gap_s >= takes_s);
}

static void check_apart(const struct check *c, const struct booking *x, size_t i,
			const struct booking *y, size_t k)
{
	const struct allocation *a = &x->allocations[i], *b = &y->allocations[k];

	if ((x == y && i == k) || a->resource != b->resource || a->lane != b->lane ||
	    !oracle_occupies(x, a) || !oracle_occupies(y, b))
		return;
	EXPECT(!span_overlaps(a->during, b->during));
	check_way(c, x, a, y, b);
}

/* Nothing that has changed overlaps anything. */
static void check_disjoint(const struct check *c)
{
	for (size_t n = 0; n < c->changes->n; n++) {
		const struct booking *x = c->changes->items[n].booking.after;

		for (int64_t other = 1; other <= c->q->oracle->next; other++) {
			const struct booking *y = after(c, other);

			for (size_t i = 0; y && i < x->n_allocations; i++)
				for (size_t k = 0; k < y->n_allocations; k++)
					check_apart(c, x, i, y, k);
		}
	}
}

/* What a thing keeps: its span and the buffers; of what shares buffers, at least the span. */
static void check_during(const struct check *c, const struct booking *b, const struct allocation *a)
{
	const struct item *i = &b->items[a->item];
	const struct resource *r = resource_of(c, i->resource);
	struct span full = oracle_with_buffers(r, i->span);

	if (r->shares_buffer) {
		EXPECT(span_contains(full, a->during));
		EXPECT(span_contains(a->during, i->span));
	} else {
		EXPECT(span_equals(full, a->during));
	}
}

static struct wishes wishes_of(const struct item *i, struct arena *a)
{
	struct wishes w;
	const char *at;

	EXPECT(wishes_parse(i->having, a, &w, &at) == WISH_OK);
	return w;
}

static void check_unit(const struct check *c, const struct booking *b, const struct allocation *a)
{
	const struct item *i = &b->items[a->item];
	const struct resource *r = resource_of(c, i->resource);
	const struct unit *u = r->n_parts > 0 ? r->units : resource_lane(r, a->lane);
	struct arena arena = {0};
	const struct wishes having = wishes_of(i, &arena);

	EXPECT(u && u->in_service);
	EXPECT(wishes_are_met(&having, r, u));
	EXPECT(!oracle_is_out(c->q->oracle, r, u, i->span));
	arena_clear(&arena);
}

/* Somebody else made room: nothing but lanes, and those of things that may be moved. */
static void check_moved_lane(const struct check *c, const struct booking *was,
			     const struct booking *b, size_t k)
{
	const struct allocation *from = &was->allocations[k], *to = &b->allocations[k];
	const struct item *i = &b->items[to->item];
	const struct resource *r = resource_of(c, to->resource);

	EXPECT(from->item == to->item && from->resource == to->resource);
	if (r->shares_buffer)
		check_during(c, b, to);
	else
		EXPECT(span_equals(from->during, to->during));
	if (oracle_is_on_unit(was, to->item, to->resource, to->lane))
		return;
	EXPECT(oracle_occupies(b, to));
	EXPECT(i->lane == 0 && i->resource == r->number && i->span.start > c->q->oracle->now);
	EXPECT(resource_lane(r, from->lane)->site == resource_lane(r, to->lane)->site);
	check_unit(c, b, to);
}

static void check_bystander(const struct check *c, const struct booking *was,
			    const struct booking *b)
{
	struct booking *as_before = booking_copy(b, b->n_allocations);

	EXPECT(was && was->n_allocations == b->n_allocations);
	EXPECT(was->state == BOOKING_CONFIRMED);
	memcpy(as_before->allocations, was->allocations,
	       b->n_allocations * sizeof(*b->allocations));
	oracle_same_booking(was, as_before, true);
	booking_unref(as_before);
	for (size_t i = 0; i < b->n_allocations; i++)
		check_moved_lane(c, was, b, i);
}

/* As many lanes as were asked for, or all of all parts. */
static void check_lanes(const struct check *c, uint32_t item)
{
	const struct item *i = &c->made->items[item];
	const struct resource *r = resource_of(c, i->resource);
	size_t n = 0, expected = r->n_parts == 0 ? i->quantity : 0;

	for (size_t k = 0; k < r->n_leaves; k++)
		expected += r->leaves[k]->n_units;
	for (size_t k = 0; k < c->made->n_allocations; k++) {
		const struct allocation *a = &c->made->allocations[k];
		bool is_leaf = r->n_parts == 0 && a->resource == r->number;

		if (a->item != item)
			continue;
		for (size_t l = 0; l < r->n_leaves; l++)
			is_leaf |= r->leaves[l]->number == a->resource;
		EXPECT(is_leaf);
		EXPECT(i->lane == 0 || i->lane == a->lane);
		check_during(c, c->made, a);
		n++;
	}
	EXPECT(n == expected);
}

static void check_time(const struct check *c, const struct oracle_want *w)
{
	const struct resource *r = w->resource;
	bool any = false;

	EXPECT(!span_is_empty(w->span));
	EXPECT(!oracle_is_past(c->q, w));
	EXPECT(!oracle_refuses_by_rule(c->q, w, REASON_NONE));
	for (size_t k = 0; k < c->made->n_allocations; k++) {
		const struct allocation *a = &c->made->allocations[k];

		if (a->item != w->item)
			continue;
		any = true;
		EXPECT(oracle_is_open(r, r->n_parts > 0 ? r->units : resource_lane(r, a->lane),
				      w->span));
		check_unit(c, c->made, a);
	}
	EXPECT(any);
}

/* What was asked is there as it was asked; what has begun has its lanes. */
static void check_asked(const struct check *c, const struct oracle_want *w)
{
	const struct item *i = &c->made->items[w->item];

	EXPECT(w->item < c->made->n_items && i->state == ITEM_PRESENT);
	EXPECT(i->resource == w->resource->number && i->quantity == w->quantity);
	EXPECT(i->via == w->via && span_equals(i->span, w->span));
	if (w->unit && w->resource->n_parts == 0)
		for (size_t k = 0; k < c->made->n_allocations; k++)
			EXPECT(c->made->allocations[k].item != w->item ||
			       c->made->allocations[k].lane == w->unit->lane);
	if (w->is_moved && c->q->was->items[w->item].span.start <= c->q->oracle->now)
		for (size_t k = 0; k < c->made->n_allocations; k++)
			EXPECT(c->made->allocations[k].item != w->item ||
			       oracle_is_on_unit(c->q->was, w->item,
						 c->made->allocations[k].resource,
						 c->made->allocations[k].lane));
	check_lanes(c, w->item);
	check_time(c, w);
}

static bool meets_need(const struct check *c, uint32_t whose, const struct need *need,
		       struct span s)
{
	for (uint32_t i = 0; i < c->made->n_items; i++) {
		const struct item *item = &c->made->items[i];
		const struct resource *r = resource_of(c, item->resource);
		bool fits =
		    i != whose && item->state == ITEM_PRESENT && span_contains(item->span, s);

		if (need->kind == NEED_RESOURCE)
			fits &= r == need->resource && item->quantity >= need->quantity;
		else
			fits &= resource_has_skill(r, need->word);
		for (size_t k = 0; fits && k < c->made->n_allocations; k++)
			fits = c->made->allocations[k].item != i || need->kind != NEED_RESOURCE ||
			       wishes_are_met(&need->having, r,
					      resource_lane(r, c->made->allocations[k].lane));
		if (fits)
			return true;
	}
	return false;
}

static void check_requirements(const struct check *c, uint32_t item)
{
	const struct item *i = &c->made->items[item];
	const struct resource *r = resource_of(c, i->resource);

	for (size_t k = 0; k < r->n_requirements; k++) {
		const struct requirement *need = &r->requirements[k];
		bool met = oracle_is_needless(c->q, need);

		for (size_t n = 0; n < need->n_choices && !met; n++)
			met = need->choices[n].kind != NEED_DECLARED &&
			      meets_need(c, item, &need->choices[n],
					 oracle_needed_span(i->span, need));
		EXPECT(met);
	}
}

/* What nobody asked for came along for something, and then is no more than that needs. */
static void check_brought(const struct check *c, uint32_t item)
{
	const struct item *i = &c->made->items[item];
	struct oracle_want w = {.resource = resource_of(c, i->resource),
				.quantity = i->quantity,
				.span = i->span,
				.via = (enum item_via)i->via,
				.item = item,
				.of = i->of};

	EXPECT(i->via != ITEM_ASKED && i->of < c->made->n_items);
	EXPECT(span_contains(c->made->items[i->of].span, i->span));
	EXPECT(i->span.start == c->made->items[i->of].span.start);
	check_asked(c, &w);
}

static bool is_in_order(const struct allocation *a, const struct allocation *b)
{
	if (a->item != b->item)
		return a->item < b->item;
	return a->resource != b->resource ? a->resource < b->resource : a->lane < b->lane;
}

void oracle_check_granted(const struct oracle_question *q, const struct answer *a,
			  const struct changes *changes)
{
	struct check c = {.q = q, .changes = changes, .made = a->booking};

	EXPECT(a->n_refusals == 0 && changes->n > 0);
	for (size_t i = 1; i < a->booking->n_allocations; i++)
		EXPECT(is_in_order(&a->booking->allocations[i - 1], &a->booking->allocations[i]));
	EXPECT(after(&c, a->booking->number) == a->booking);
	for (size_t i = 0; i < changes->n; i++) {
		const struct change *x = &changes->items[i];

		EXPECT(x->kind == CHANGE_BOOKING);
		for (size_t k = 0; k < i; k++)
			EXPECT(changes->items[k].booking.after->number != x->booking.after->number);
		if (x->booking.after != a->booking)
			check_bystander(&c, q->oracle->rows[x->booking.after->number],
					x->booking.after);
	}
	for (size_t i = 0; i < q->n_asked; i++)
		check_asked(&c, &q->wants[i]);
	for (uint32_t i = 0; !q->was && i < a->booking->n_items; i++) {
		if (i >= q->n_asked)
			check_brought(&c, i);
		check_requirements(&c, i);
	}
	check_disjoint(&c);
}

/* Shared buffers. */

static bool has_neighbour(const struct oracle *o, const struct booking *b,
			  const struct allocation *a, int64_t at, bool after_it)
{
	for (int64_t i = 1; i < o->next; i++) {
		const struct booking *x = o->rows[i];

		for (size_t k = 0; x && x->member == b->member && k < x->n_allocations; k++) {
			const struct allocation *y = &x->allocations[k];

			if (y->resource == a->resource && y->lane == a->lane &&
			    oracle_occupies(x, y) &&
			    (after_it ? y->during.start : y->during.end) == at)
				return true;
		}
	}
	return false;
}

/* A buffer is shorter than it should be only where the next of the same member begins. */
void oracle_check_buffers(const struct oracle *o)
{
	for (int64_t i = 1; i < o->next; i++) {
		const struct booking *b = o->rows[i];

		for (size_t k = 0; b && k < b->n_allocations; k++) {
			const struct allocation *a = &b->allocations[k];
			const struct item *item = &b->items[a->item];
			const struct resource *r = pole_resource(o->pole, item->resource);
			struct span full = oracle_with_buffers(r, item->span);

			if (!r->shares_buffer || !oracle_occupies(b, a))
				continue;
			EXPECT(a->during.end == full.end ||
			       has_neighbour(o, b, a, a->during.end, true));
			EXPECT(a->during.start == full.start ||
			       has_neighbour(o, b, a, a->during.start, false));
		}
	}
}

/* Refusals. */

static size_t count_units(const struct oracle_question *q, const struct oracle_want *w,
			  bool without_out, bool free)
{
	size_t n = 0;

	for (size_t i = 0; i < w->resource->n_units; i++) {
		const struct unit *u = &w->resource->units[i];

		n += oracle_is_candidate(w, u) && oracle_may_stay(q, w, u) &&
		     (!without_out || !oracle_is_out(q->oracle, w->resource, u, w->span)) &&
		     (!free || oracle_is_free(q, w, u));
	}
	return n;
}

static bool is_closed(const struct oracle_question *q, const struct oracle_want *w)
{
	for (size_t i = 0; i < w->resource->n_units; i++)
		if (oracle_is_candidate(w, &w->resource->units[i]) &&
		    oracle_may_stay(q, w, &w->resource->units[i]) &&
		    oracle_is_open(w->resource, &w->resource->units[i], w->span))
			return false;
	return true;
}

static bool is_true(const struct oracle_question *q, const struct oracle_want *w,
		    enum reason reason)
{
	size_t n = count_units(q, w, false, false);

	switch (reason) {
	case REASON_PAST:
		return oracle_is_past(q, w);
	case REASON_CLOSED:
		return is_closed(q, w);
	case REASON_OUT_OF_SERVICE:
	case REASON_NONE_HAVING:
		return n == 0;
	case REASON_TOO_MANY:
		return n < w->quantity;
	case REASON_OUTAGE:
		return count_units(q, w, true, false) < w->quantity;
	case REASON_TRAVEL:
		return w->resource->moves;
	case REASON_CONFLICT:
	case REASON_UNDECIDED: /* taken, or at a time when only some have open */
		return count_units(q, w, true, true) < w->quantity || q->n > 1 ||
		       !oracle_fits_alone(q, w);
	case REASON_REQUIREMENT:
		return w->resource->n_requirements > 0;
	default:
		return oracle_refuses_by_rule(q, w, reason);
	}
}

/* Whether it is true of the item that it names, or of what came along for that. */
static bool is_true_of(const struct oracle_question *q, const struct refusal *r)
{
	for (size_t k = 0; k < q->n_asked; k++) {
		const struct oracle_want *w = &q->wants[k];

		if ((w->via == ITEM_ASKED ? w->item : w->of) == r->item && is_true(q, w, r->reason))
			return true;
	}
	return false;
}

/* After a requirement come the reasons that what it needs cannot be had: those are not about the
 * thing itself. */
void oracle_check_refused(const struct oracle_question *q, const struct answer *a)
{
	EXPECT(a->n_refusals > 0 && !a->booking);
	for (size_t i = 0; i < a->n_refusals; i++) {
		EXPECT(is_true_of(q, &a->refusals[i]));
		if (a->refusals[i].reason == REASON_REQUIREMENT)
			return;
	}
}
