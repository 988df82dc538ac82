/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is in the way on one unit.
 *
 * Most units are a lane of which only its bookings matter; that case is one binary search and never
 * comes here. The others are looked at entry by entry: bookings of the same member where they share
 * a buffer keep out only their bare span; a thing that moves keeps out the way it has to go, too.
 */
#include "lib/way.h"

#include <assert.h>
#include <string.h>

struct way {
	const struct trial *trial;
	const struct unit *unit;
	struct span span;
	int64_t after_s;
	bool (*fn)(void *arg, const struct blocker *b);
	void *arg;
};

bool way_is_simple(const struct trial *t)
{
	size_t n_outages;

	pole_outages(t->pole, &n_outages);
	return !t->plan && n_outages == 0 && t->resource->n_parts == 0 &&
	       !t->resource->shares_buffer && !t->resource->moves;
}

const struct allocation *way_allocation(const struct booking *b, uint32_t resource, uint32_t lane,
					struct span during)
{
	for (size_t i = 0; i < b->n_allocations; i++) {
		const struct allocation *a = &b->allocations[i];

		if (a->resource == resource && a->lane == lane && span_equals(a->during, during) &&
		    booking_occupies(b, a))
			return a;
	}
	assert(false);
	return NULL;
}

const struct site *way_site(const struct policy *p, const struct item *i)
{
	const char *at = strstr(i->having, "at=");
	size_t n;

	if (!at || (at != i->having && at[-1] != ' '))
		return NULL;
	at += 3;
	n = strcspn(at, " ");
	for (const struct site *s = p->sites; s < p->sites + p->n_sites; s++)
		if (strlen(s->id) == n && memcmp(s->id, at, n) == 0)
			return s;
	return NULL;
}

static int64_t travel_s(const struct way *w, const struct site *other)
{
	const struct trial *t = w->trial;
	const struct site *own = w->unit->site ? w->unit->site : t->resource->site;

	if (!t->resource->moves)
		return 0;
	return policy_travel_s(pole_policy(t->pole), t->at ? t->at : own, other ? other : own);
}

static bool is_clear(const struct blocker *b, struct span s)
{
	return !span_overlaps(b->keeps, (struct span){s.start - b->before_s, s.end + b->after_s});
}

static bool try_entry(const struct way *w, const struct plan_entry *e)
{
	const struct trial *t = w->trial;
	struct blocker b = {
	    .booking = e->booking,
	    .resource = e->allocation.resource,
	    .lane = e->allocation.lane,
	    .during = e->allocation.during,
	    .keeps = e->allocation.during,
	    .before_s = t->before_s,
	    .after_s = w->after_s,
	};
	int64_t way_s = travel_s(w, e->at);

	if (t->resource->shares_buffer && t->member && e->member == t->member) {
		b.keeps = e->span;
		b.before_s = b.after_s = 0;
	}
	if (is_clear(&b, w->span)) {
		b.kind = WAY_TRAVEL;
		b.keeps.start -= way_s;
		b.keeps.end += way_s;
		if (way_s == 0 || is_clear(&b, w->span))
			return true;
	}
	return w->fn(w->arg, &b);
}

static bool try_stored(const struct way *w, uint32_t resource, uint32_t lane,
		       const struct timeline_entry *entry)
{
	const struct trial *t = w->trial;
	struct plan_entry e = {
	    .booking = entry->booking,
	    .allocation = {.resource = resource, .lane = lane, .during = entry->span},
	};

	if (entry->booking == t->except || (t->plan && plan_holds(t->plan, entry->booking)))
		return true;
	if (t->resource->shares_buffer || t->resource->moves) {
		const struct booking *b = pole_booking(t->pole, entry->booking);
		const struct item *i =
		    &b->items[way_allocation(b, resource, lane, entry->span)->item];

		e.member = b->member;
		e.span = i->span;
		e.at = way_site(pole_policy(t->pole), i);
	}
	return try_entry(w, &e);
}

#define TRAVEL_MAX_S DAY_S

static bool try_lane(const struct way *w, uint32_t resource, uint32_t lane)
{
	const struct trial *t = w->trial;
	const struct timeline *line = pole_timeline(t->pole, resource, lane);
	int64_t reach_s = t->resource->moves ? TRAVEL_MAX_S : 0;
	int64_t from = w->span.start - t->before_s - reach_s,
		to = w->span.end + w->after_s + reach_s;

	for (size_t i = line ? timeline_seek(line, from) : 0;
	     line && i < line->n && line->entries[i].span.start < to; i++)
		if (!try_stored(w, resource, lane, &line->entries[i]))
			return false;
	for (size_t i = 0; t->plan && i < t->plan->n; i++) {
		const struct plan_entry *e = &t->plan->entries[i];

		if (e->allocation.resource == resource && e->allocation.lane == lane &&
		    !try_entry(w, e))
			return false;
	}
	return true;
}

static bool try_outages(const struct way *w, uint32_t resource, uint32_t lane)
{
	size_t n;
	const struct outage *outages = pole_outages(w->trial->pole, &n);

	for (const struct outage *o = outages; o < outages + n; o++) {
		const struct blocker b = {.kind = WAY_OUTAGE,
					  .resource = resource,
					  .lane = lane,
					  .during = o->span,
					  .keeps = o->span};

		if (span_overlaps(o->span, w->span) &&
		    pole_outage_covers(w->trial->pole, o, resource, lane) && !w->fn(w->arg, &b))
			return false;
	}
	return true;
}

static bool try_leaf(const struct way *w, const struct resource *leaf)
{
	for (size_t i = 0; i < leaf->n_units; i++) {
		const struct unit *u = &leaf->units[i];

		if (!u->is_gone &&
		    (!try_lane(w, leaf->number, u->lane) || !try_outages(w, leaf->number, u->lane)))
			return false;
	}
	return true;
}

bool way_each(const struct trial *t, const struct unit *u, struct span s,
	      bool (*fn)(void *arg, const struct blocker *b), void *arg)
{
	const struct way w = {t, u, s, trial_after_s(t, s), fn, arg};

	if (!try_outages(&w, t->resource->number, u->lane))
		return false;
	if (t->resource->n_parts == 0)
		return try_lane(&w, t->resource->number, u->lane);
	for (size_t i = 0; i < t->resource->n_leaves; i++)
		if (!try_leaf(&w, t->resource->leaves[i]))
			return false;
	return true;
}
