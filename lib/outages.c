/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What outages and closures mean for a thing. */
#include "lib/outages.h"

#include "lib/claim.h"

static bool is_part_of(const struct resource *leaf, const struct resource *whole)
{
	for (size_t i = 0; i < whole->n_leaves; i++)
		if (whole->leaves[i] == leaf)
			return true;
	return false;
}

bool outage_stops(const struct pole *p, const struct outage *o, uint32_t resource, uint32_t lane)
{
	const struct resource *whole, *leaf;

	if (o->is_closure)
		return false;
	if (outage_covers(o, resource, lane))
		return true;
	if (o->lane || o->resource == resource)
		return false;
	whole = pole_resource(p, o->resource);
	leaf = pole_resource(p, resource);
	return whole && leaf && is_part_of(leaf, whole);
}

static bool is_closed_for(const struct pole *p, const struct outage *o, const struct resource *r)
{
	const struct resource *closed =
	    o->resource == r->number ? r : pole_resource(p, o->resource);

	return closed && things_meet(closed, r);
}

/* As lib/opening.h has it. */
static bool starts_or_ends_in(struct span s, struct span closed)
{
	return (s.start >= closed.start && s.start < closed.end) ||
	       (s.end > closed.start && s.end <= closed.end);
}

static const struct outage *closure_of(const struct pole *p, const struct resource *r,
				       struct span s, const struct outage *all, size_t n)
{
	for (const struct outage *o = all; o < all + n; o++)
		if (o->is_closure && starts_or_ends_in(s, o->span) && is_closed_for(p, o, r))
			return o;
	return NULL;
}

const struct outage *outages_close(const struct pole *p, const struct resource *r, struct span s)
{
	size_t n;
	const struct outage *all = pole_outages(p, &n);

	return n > 0 ? closure_of(p, r, s, all, n) : NULL;
}

static bool is_closed_in(const struct pole *p, const struct outage *o, const struct booking *b,
			 int64_t now)
{
	for (const struct item *i = b->items; i < b->items + b->n_items; i++) {
		const struct resource *r = pole_resource(p, i->resource);

		if (i->state == ITEM_PRESENT && r && i->span.end > now &&
		    starts_or_ends_in(i->span, o->span) && is_closed_for(p, o, r))
			return true;
	}
	return false;
}

bool outage_hits(const struct pole *p, const struct outage *o, const struct booking *b, int64_t now)
{
	if (!booking_state_occupies(b->state))
		return false;
	if (o->is_closure)
		return is_closed_in(p, o, b, now);
	for (size_t i = 0; i < b->n_allocations; i++) {
		const struct allocation *a = &b->allocations[i];
		const struct span s = b->items[a->item].span;

		if (booking_occupies(b, a) && s.end > now && span_overlaps(s, o->span) &&
		    outage_stops(p, o, a->resource, a->lane))
			return true;
	}
	return false;
}
