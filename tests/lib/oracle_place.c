/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What can be had as things stand, placed one thing after the other: what is asked for on a unit
 * first, then what has to have something, then the rest, then what each requires.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/wish.h"
#include "tests/lib/oracle.h"
#include "tests/lib/oracle_parts.h"

static int64_t length_s(struct duration d)
{
	return d.days * DAY_S + d.seconds;
}

struct span oracle_with_buffers(const struct resource *r, struct span s)
{
	bool is_long = length_s(r->long_from) > 0 && s.end - s.start > length_s(r->long_from);

	return (struct span){s.start - length_s(r->buffer_before),
			     s.end + length_s(is_long ? r->long_after : r->buffer_after)};
}

bool oracle_is_open(const struct resource *r, const struct unit *u, struct span s)
{
	return opening_admits((struct opening_for){u->opening ? u->opening : r->opening, 0}, s);
}

bool oracle_is_on_unit(const struct booking *b, uint32_t item, uint32_t resource, uint32_t lane)
{
	for (size_t i = 0; i < b->n_allocations; i++)
		if (b->allocations[i].item == item && b->allocations[i].resource == resource &&
		    b->allocations[i].lane == lane)
			return true;
	return false;
}

static const struct policy *policy_of(const struct oracle_question *q)
{
	return pole_policy(q->oracle->pole);
}

/* Rules. */

static bool rule_is_about(const struct oracle_question *q, const struct rule *rule,
			  const struct resource *r)
{
	const struct member *m = NULL;
	bool resource = rule->n_resources == 0, class = rule->party.n_classes == 0;

	for (size_t i = 0; i < policy_of(q)->n_members; i++)
		if (policy_of(q)->members[i].number == q->member)
			m = &policy_of(q)->members[i];
	for (size_t i = 0; i < rule->n_resources; i++)
		resource |= rule->resources[i] == r;
	for (size_t i = 0; m && i < rule->party.n_classes; i++)
		class |= strcmp(rule->party.classes[i], m->class) == 0;
	return resource && class;
}

/* A start that a booking has was granted once. */
static bool is_new_start(const struct oracle_question *q, const struct oracle_want *w)
{
	return !w->is_moved || q->was->items[w->item].span.start != w->span.start;
}

static enum reason limit(const struct oracle_question *q, const struct oracle_want *w,
			 const struct rule *rule)
{
	const struct limit *l = &rule->limit;
	const struct zone *z = w->resource->site->zone;
	int64_t s = w->span.end - w->span.start;

	if (l->kind == LIMIT_DURATION) {
		if (s < l->duration.min.seconds)
			return REASON_TOO_SHORT;
		if (l->duration.max.seconds && s > l->duration.max.seconds)
			return REASON_TOO_LONG;
		return l->duration.step.seconds && s % l->duration.step.seconds ? REASON_STEP
										: REASON_NONE;
	}
	if (!is_new_start(q, w))
		return REASON_NONE;
	if (l->kind == LIMIT_START && zone_to_local(z, w->span.start).second % l->start_every_s)
		return REASON_START_GRID;
	if (l->kind == LIMIT_LEAD && w->span.start - q->oracle->now < l->lead.seconds)
		return REASON_LEAD;
	if (l->kind == LIMIT_HORIZON &&
	    w->span.start > zone_add_days(z, q->oracle->now, l->horizon.days))
		return REASON_HORIZON;
	return REASON_NONE;
}

bool oracle_refuses_by_rule(const struct oracle_question *q, const struct oracle_want *w,
			    enum reason reason)
{
	const struct policy *p = policy_of(q);

	for (size_t i = 0; w->via == ITEM_ASKED && i < p->n_rules; i++) {
		enum reason r = rule_is_about(q, &p->rules[i], w->resource)
				    ? limit(q, w, &p->rules[i])
				    : REASON_NONE;

		if (r && (!reason || r == reason))
			return true;
	}
	return false;
}

bool oracle_is_past(const struct oracle_question *q, const struct oracle_want *w)
{
	return is_new_start(q, w) && w->span.start < q->oracle->now;
}

/* Units. */

static bool is_whole(const struct resource *r)
{
	for (size_t i = 0; i < r->n_leaves; i++)
		for (size_t k = 0; k < r->leaves[i]->n_units; k++)
			if (!r->leaves[i]->units[k].in_service)
				return false;
	return true;
}

bool oracle_is_candidate(const struct oracle_want *w, const struct unit *u)
{
	return u->in_service && (!w->unit || w->unit == u) && is_whole(w->resource) &&
	       wishes_are_met(&w->having, w->resource, u) &&
	       wishes_are_met(&w->also, w->resource, u);
}

static bool has_leaf(const struct resource *r, const struct resource *leaf)
{
	for (size_t i = 0; i < r->n_leaves; i++)
		if (r->leaves[i] == leaf)
			return true;
	return r == leaf;
}

/* What is out takes its parts along. */
static bool is_out_leaf(const struct oracle *o, const struct resource *leaf, uint32_t lane,
			struct span s)
{
	for (size_t i = 0; i < o->n_outages; i++) {
		const struct outage *x = &o->outages[i];
		const struct resource *r = NULL;

		for (size_t k = 0; k < pole_policy(o->pole)->n_resources; k++)
			if (pole_policy(o->pole)->resources[k].number == x->resource)
				r = &pole_policy(o->pole)->resources[k];
		if (span_overlaps(x->span, s) && has_leaf(r, leaf) &&
		    (x->lane == 0 || r->n_parts > 0 || x->lane == lane))
			return true;
	}
	return false;
}

bool oracle_is_out(const struct oracle *o, const struct resource *r, const struct unit *u,
		   struct span s)
{
	if (r->n_parts == 0)
		return is_out_leaf(o, r, u->lane, s);
	for (size_t i = 0; i < r->n_leaves; i++)
		for (size_t k = 0; k < r->leaves[i]->n_units; k++)
			if (is_out_leaf(o, r->leaves[i], r->leaves[i]->units[k].lane, s))
				return true;
	return false;
}

bool oracle_occupies(const struct booking *b, const struct allocation *a)
{
	return b->state != BOOKING_CANCELLED && b->items[a->item].state == ITEM_PRESENT;
}

/* Bookings. */

static bool is_free_lane(const struct oracle_question *q, uint32_t resource, uint32_t lane,
			 struct span during)
{
	for (int64_t i = 1; i < q->oracle->next; i++) {
		const struct booking *b = q->oracle->rows[i];

		if (!b || (q->was && b->number == q->was->number))
			continue;
		for (size_t k = 0; k < b->n_allocations; k++) {
			const struct allocation *a = &b->allocations[k];

			if (a->resource == resource && a->lane == lane && oracle_occupies(b, a) &&
			    span_overlaps(a->during, during))
				return false;
		}
	}
	for (size_t k = 0; k < q->n_taken; k++)
		if (q->taken[k].resource == resource && q->taken[k].lane == lane &&
		    span_overlaps(q->taken[k].during, during))
			return false;
	return true;
}

bool oracle_is_free(const struct oracle_question *q, const struct oracle_want *w,
		    const struct unit *u)
{
	const struct resource *r = w->resource;
	struct span during = oracle_with_buffers(r, w->span);

	if (r->n_parts == 0)
		return is_free_lane(q, r->number, u->lane, during);
	for (size_t i = 0; i < r->n_leaves; i++)
		for (size_t k = 0; k < r->leaves[i]->n_units; k++)
			if (!is_free_lane(q, r->leaves[i]->number, r->leaves[i]->units[k].lane,
					  during))
				return false;
	return true;
}

/* How much it leaves idle between itself and what is next to it, each side up to a day. */
static int64_t idle_around(const struct oracle_question *q, const struct oracle_want *w,
			   const struct unit *u)
{
	struct span during = oracle_with_buffers(w->resource, w->span);
	int64_t before = DAY_S, after = DAY_S;

	for (int64_t i = 1; i < q->oracle->next; i++) {
		const struct booking *b = q->oracle->rows[i];

		if (!b || (q->was && b->number == q->was->number))
			continue;
		for (size_t k = 0; k < b->n_allocations; k++) {
			const struct allocation *a = &b->allocations[k];

			if (a->resource != w->resource->number || a->lane != u->lane ||
			    !oracle_occupies(b, a))
				continue;
			if (a->during.end <= during.start && during.start - a->during.end < before)
				before = during.start - a->during.end;
			if (a->during.start >= during.end && a->during.start - during.end < after)
				after = a->during.start - during.end;
		}
	}
	return before + after;
}

struct choice {
	const struct unit *unit;
	bool had;
	int64_t idle;
};

static int best_first(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;

	if (x->had != y->had)
		return x->had ? -1 : 1;
	if (x->idle != y->idle)
		return x->idle < y->idle ? -1 : 1;
	return (x->unit->lane > y->unit->lane) - (x->unit->lane < y->unit->lane);
}

bool oracle_may_stay(const struct oracle_question *q, const struct oracle_want *w,
		     const struct unit *u)
{
	return !w->is_moved || q->was->items[w->item].span.start > q->oracle->now ||
	       w->resource->n_parts > 0 ||
	       oracle_is_on_unit(q->was, w->item, w->resource->number, u->lane);
}

bool oracle_is_allowed(const struct oracle_question *q, const struct oracle_want *w,
		       const struct unit *u)
{
	return oracle_is_candidate(w, u) && oracle_may_stay(q, w, u) && !oracle_is_past(q, w) &&
	       !oracle_refuses_by_rule(q, w, REASON_NONE) &&
	       oracle_is_open(w->resource, u, w->span) &&
	       !oracle_is_out(q->oracle, w->resource, u, w->span);
}

static size_t list_choices(const struct oracle_question *q, const struct oracle_want *w,
			   struct choice *ret, size_t *ret_allowed)
{
	size_t n = 0;

	*ret_allowed = 0;
	for (size_t i = 0; i < w->resource->n_units; i++) {
		const struct unit *u = &w->resource->units[i];

		if (!oracle_is_allowed(q, w, u))
			continue;
		++*ret_allowed;
		if (oracle_is_free(q, w, u))
			ret[n++] = (struct choice){
			    u,
			    w->is_moved &&
				oracle_is_on_unit(q->was, w->item, w->resource->number, u->lane),
			    idle_around(q, w, u)};
	}
	qsort(ret, n, sizeof(*ret), best_first);
	return n;
}

static void take_lane(struct oracle_question *q, const struct oracle_want *w, uint32_t resource,
		      uint32_t lane)
{
	EXPECT(q->n_taken < ORACLE_ALLOCATIONS_MAX);
	q->taken[q->n_taken++] =
	    (struct allocation){resource, lane, oracle_with_buffers(w->resource, w->span), w->item};
}

static void take(struct oracle_question *q, const struct oracle_want *w,
		 const struct choice *choices)
{
	const struct resource *r = w->resource;

	for (uint32_t i = 0; r->n_parts == 0 && i < w->quantity; i++)
		take_lane(q, w, r->number, choices[i].unit->lane);
	for (size_t i = 0; i < r->n_leaves; i++)
		for (size_t k = 0; k < r->leaves[i]->n_units; k++)
			take_lane(q, w, r->leaves[i]->number, r->leaves[i]->units[k].lane);
}

/* Of things that share buffers or have a way to go this oracle knows only what must not be. */
bool oracle_is_simple(const struct resource *r)
{
	return !r->shares_buffer && !r->moves;
}

static enum oracle_verdict place(struct oracle_question *q, const struct oracle_want *w)
{
	struct choice choices[BOOKING_MAX_QUANTITY];
	size_t n_allowed, n = list_choices(q, w, choices, &n_allowed);

	if (n_allowed < w->quantity)
		return ORACLE_REFUSED;
	if (!oracle_is_simple(w->resource))
		return ORACLE_UNKNOWN;
	if (n >= w->quantity) {
		take(q, w, choices);
		return ORACLE_GRANTED;
	}
	if (w->unit || w->resource->n_parts > 0 || w->resource->n_units < 2 ||
	    (w->is_moved && q->was->items[w->item].span.start <= q->oracle->now))
		return ORACLE_REFUSED;
	return oracle_pack(q, w);
}

bool oracle_fits_alone(const struct oracle_question *q, const struct oracle_want *w)
{
	struct choice choices[BOOKING_MAX_QUANTITY];
	struct oracle_question alone = *q;
	size_t n_allowed;

	alone.n_taken = 0;
	return list_choices(&alone, w, choices, &n_allowed) >= w->quantity;
}

static int rank(const struct oracle_want *w)
{
	return w->unit ? 0 : w->having.n + w->also.n > 0 ? 1 : 2;
}

static enum oracle_verdict place_asked(struct oracle_question *q)
{
	for (int r = 0; r <= 2; r++)
		for (size_t i = 0; i < q->n_asked; i++) {
			enum oracle_verdict v;

			if (rank(&q->wants[i]) != r)
				continue;
			v = place(q, &q->wants[i]);
			if (v == ORACLE_PACKABLE &&
			    (q->n > 1 || q->wants[i].resource->n_requirements > 0))
				v = ORACLE_UNKNOWN;
			if (v != ORACLE_GRANTED)
				return v;
		}
	return ORACLE_GRANTED;
}

bool oracle_is_declared(const struct oracle_question *q, const char *word)
{
	for (size_t i = 0; i < q->n_declared; i++)
		if (strcmp(q->declared[i], word) == 0)
			return true;
	return false;
}

bool oracle_is_needless(const struct oracle_question *q, const struct requirement *r)
{
	if (r->unless && oracle_is_declared(q, r->unless))
		return true;
	for (size_t i = 0; i < r->n_choices; i++)
		if (r->choices[i].kind == NEED_DECLARED &&
		    oracle_is_declared(q, r->choices[i].word))
			return true;
	return false;
}

struct span oracle_needed_span(struct span s, const struct requirement *r)
{
	int64_t first_s = length_s(r->during_first);

	if (first_s > 0 && s.start + first_s < s.end)
		s.end = s.start + first_s;
	return s;
}

static bool is_there(const struct oracle_question *q, size_t whose, const struct need *need,
		     struct span s)
{
	for (size_t i = 0; i < q->n; i++) {
		const struct oracle_want *w = &q->wants[i];
		bool fits = i != whose && w->resource == need->resource &&
			    w->quantity >= need->quantity && span_contains(w->span, s);

		for (size_t k = 0; fits && k < q->n_taken; k++)
			fits = q->taken[k].item != w->item ||
			       wishes_are_met(&need->having, w->resource,
					      resource_lane(w->resource, q->taken[k].lane));
		if (fits)
			return true;
	}
	return false;
}

static enum oracle_verdict bring(struct oracle_question *q, size_t whose, struct oracle_want w)
{
	enum oracle_verdict v;

	EXPECT(q->n < ORACLE_WANTS_MAX);
	w.of = q->wants[whose].item;
	w.item = (uint32_t)q->n;
	q->wants[q->n++] = w;
	v = place(q, &q->wants[q->n - 1]);
	if (v == ORACLE_GRANTED)
		return v;
	q->n--;
	return v == ORACLE_REFUSED ? v : ORACLE_UNKNOWN;
}

static bool has_skill(const struct resource *r, const char *skill)
{
	for (size_t i = 0; i < r->n_skills; i++)
		if (strcmp(r->skills[i], skill) == 0)
			return true;
	return false;
}

static bool is_with_skill(const struct oracle_question *q, const char *skill, struct span s)
{
	for (size_t i = 0; i < q->n_asked; i++)
		if (has_skill(q->wants[i].resource, skill) && span_contains(q->wants[i].span, s))
			return true;
	return false;
}

static enum oracle_verdict meet_need(struct oracle_question *q, size_t whose,
				     const struct need *need, struct span s)
{
	struct oracle_want w = {.span = s, .quantity = 1, .via = ITEM_SKILL};
	enum oracle_verdict v = ORACLE_REFUSED;

	if (need->kind == NEED_RESOURCE) {
		if (is_there(q, whose, need, s))
			return ORACLE_GRANTED;
		w.resource = need->resource;
		w.quantity = need->quantity;
		w.having = need->having;
		w.via = ITEM_REQUIRED;
		return bring(q, whose, w);
	}
	if (need->kind == NEED_SKILL && is_with_skill(q, need->word, s))
		return ORACLE_GRANTED;
	for (size_t i = 0; need->kind == NEED_SKILL && i < policy_of(q)->n_resources; i++) {
		w.resource = &policy_of(q)->resources[i];
		if (v == ORACLE_REFUSED && has_skill(w.resource, need->word))
			v = bring(q, whose, w);
	}
	return v;
}

static enum oracle_verdict meet(struct oracle_question *q, size_t whose,
				const struct requirement *r)
{
	struct span s = oracle_needed_span(q->wants[whose].span, r);
	enum oracle_verdict v = ORACLE_REFUSED;

	if (oracle_is_needless(q, r))
		return ORACLE_GRANTED;
	for (size_t i = 0; v == ORACLE_REFUSED && i < r->n_choices; i++)
		v = meet_need(q, whose, &r->choices[i], s);
	return v;
}

static bool can_narrow(struct oracle_want w, const struct wishes *also)
{
	uint32_t n = 0;

	for (size_t i = 0; i < w.resource->n_units; i++)
		n += oracle_is_candidate(&w, &w.resource->units[i]) &&
		     wishes_are_met(also, w.resource, &w.resource->units[i]);
	return n >= w.quantity;
}

/* A van that is asked for together with a trailer should be one that can pull it. */
static void narrow(struct oracle_question *q, size_t whose, const struct requirement *r)
{
	for (size_t i = 0; i < r->n_choices; i++)
		for (size_t k = 0; r->choices[i].having.n > 0 && k < q->n_asked; k++) {
			struct oracle_want *w = &q->wants[k];

			if (k == whose || w->resource != r->choices[i].resource || w->unit ||
			    w->quantity < r->choices[i].quantity ||
			    !span_contains(w->span, oracle_needed_span(q->wants[whose].span, r)) ||
			    !can_narrow(*w, &r->choices[i].having))
				continue;
			w->also = r->choices[i].having;
			return;
		}
}

static void narrow_all(struct oracle_question *q)
{
	for (size_t i = 0; i < q->n_asked; i++)
		for (size_t k = 0; k < q->wants[i].resource->n_requirements; k++)
			if (!oracle_is_needless(q, &q->wants[i].resource->requirements[k]))
				narrow(q, i, &q->wants[i].resource->requirements[k]);
}

/* Of several things, what was refused may have been so only for the order in which they were
 * placed: that says no more than that it is not to be had in this order. */
enum oracle_verdict oracle_decide(struct oracle_question *q)
{
	enum oracle_verdict v;
	size_t n_asked = q->n_asked = q->n;

	if (!q->was)
		narrow_all(q);
	v = place_asked(q);
	for (size_t i = 0; !q->was && v == ORACLE_GRANTED && i < q->n; i++)
		for (size_t k = 0; v == ORACLE_GRANTED && k < q->wants[i].resource->n_requirements;
		     k++)
			v = meet(q, i, &q->wants[i].resource->requirements[k]);
	if (v == ORACLE_REFUSED && n_asked > 1)
		return ORACLE_UNKNOWN;
	return v;
}
