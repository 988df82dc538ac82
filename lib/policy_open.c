/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The openings of a policy: one for each resource at each site that it has units at, with the
 * closures that hold there as instants.
 *
 * Closures are many where they are for everything, so they are counted first, then written into
 * arrays of just that size. A closure that names a resource twice, by itself and by its site,
 * closes it once: each opening remembers the last that it took.
 */
#include "lib/policy.h"

#include <string.h>

struct site_opening {
	struct opening *opening;
	struct closed_span *closed;
	const struct site *site;
	const struct closing *last; /* taken */
};

struct openings {
	struct policy *policy;
	struct arena scratch;
	struct site_opening *items;
	size_t n, cap;
	size_t *first;	    /* of each resource in the policy's order, and one more: the end */
	bool *closed_sites; /* by the closure at hand */
	size_t n_closed;
	bool counts; /* else writes */
};

static const struct opening *opening_at(struct openings *o, size_t first, const struct resource *r,
					const struct site *site)
{
	struct opening *opening;

	for (size_t i = first; i < o->n; i++)
		if (o->items[i].site == site)
			return o->items[i].opening;
	opening = arena_new(&o->policy->arena, struct opening);
	*opening = (struct opening){
	    .zone = site->zone,
	    .holidays = site->holidays,
	    .hours = &r->hours,
	    .hand_over = r->hand_over,
	    .spans_closed = r->spans_closed,
	};
	o->items = arena_grow(&o->scratch, o->items, o->n, &o->cap, o->n + 1, sizeof(*o->items));
	o->items[o->n++] = (struct site_opening){.opening = opening, .site = site};
	return opening;
}

static void open_resource(struct openings *o, struct resource *r)
{
	size_t first = o->n;

	o->first[r - o->policy->resources] = first;
	r->opening = opening_at(o, first, r, r->site);
	for (size_t i = 0; i < r->n_units; i++)
		r->units[i].opening =
		    opening_at(o, first, r, r->units[i].site ? r->units[i].site : r->site);
}

static void close_opening(struct openings *o, struct site_opening *s, const struct closing *c)
{
	struct opening *opening = s->opening;
	struct span during;

	if (s->last == c)
		return;
	s->last = c;
	if (o->counts) {
		opening->n_closed++;
		o->n_closed++;
		return;
	}
	zone_local_s_to_utc(opening->zone, c->closure.from_s, &during.start);
	zone_local_s_to_utc(opening->zone, c->closure.to_s, &during.end);
	s->closed[opening->n_closed++] =
	    (struct closed_span){.during = during, .closure = &c->closure};
}

static void take_closing(struct openings *o, const struct closing *c)
{
	for (size_t i = 0; i < c->n_resources; i++) {
		size_t at = (size_t)(c->resources[i] - o->policy->resources);

		for (size_t k = o->first[at]; k < o->first[at + 1]; k++)
			close_opening(o, &o->items[k], c);
	}
	if (c->n_resources > 0 && c->n_sites == 0)
		return;
	memset(o->closed_sites, c->n_sites == 0, o->policy->n_sites);
	for (size_t i = 0; i < c->n_sites; i++)
		o->closed_sites[c->sites[i] - o->policy->sites] = true;
	for (size_t i = 0; i < o->n; i++)
		if (o->closed_sites[o->items[i].site - o->policy->sites])
			close_opening(o, &o->items[i], c);
}

static bool take_closings(struct openings *o, bool counts)
{
	o->counts = counts;
	for (size_t i = 0; i < o->n; i++)
		o->items[i].last = NULL;
	for (size_t i = 0; i < o->policy->n_closings; i++) {
		take_closing(o, &o->policy->closings[i]);
		if (o->n_closed > POLICY_CLOSED_MAX)
			return false;
	}
	return true;
}

static void make_room(struct openings *o)
{
	for (size_t i = 0; i < o->n; i++) {
		struct site_opening *s = &o->items[i];

		if (s->opening->n_closed == 0)
			continue;
		s->closed =
		    arena_new_n(&o->policy->arena, struct closed_span, s->opening->n_closed);
		s->opening->closed = s->closed;
		s->opening->n_closed = 0;
	}
}

int policy_open(struct policy *p)
{
	struct openings o = {.policy = p};
	bool fits;

	o.first = arena_new_n(&o.scratch, size_t, p->n_resources + 1);
	o.closed_sites = arena_new_n(&o.scratch, bool, p->n_sites);
	for (size_t i = 0; i < p->n_resources; i++)
		open_resource(&o, &p->resources[i]);
	o.first[p->n_resources] = o.n;
	fits = take_closings(&o, true);
	if (fits) {
		make_room(&o);
		take_closings(&o, false);
		for (size_t i = 0; i < o.n; i++)
			closed_spans_sort(o.items[i].closed, o.items[i].opening->n_closed);
	}
	for (size_t i = 0; i < o.n; i++)
		opening_settle(o.items[i].opening);
	arena_clear(&o.scratch);
	return fits ? 0 : 1;
}
