/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changes made room for, and who may care. */
#include "lib/freed.h"

#include <string.h>

#include "lib/claim.h"

#define NEAR_S DAY_S	    /* how far buffers and ways to go reach at the most */
#define REQUIREMENT_DEPTH 4 /* deeper than that, everything may be needed */

static const struct span always = {INT64_MIN, TIME_NEVER};

static void add_span(struct freed *f, uint32_t resource, struct span during)
{
	struct freed_span *last = f->n_spans ? &f->spans[f->n_spans - 1] : NULL;

	if (last && last->resource == resource && span_equals(last->during, during))
		return;
	f->spans = arena_grow(f->arena, f->spans, f->n_spans, &f->spans_cap, f->n_spans + 1,
			      sizeof(*f->spans));
	f->spans[f->n_spans++] = (struct freed_span){resource, during};
}

static void add_member(struct freed *f, uint32_t member)
{
	for (size_t i = 0; i < f->n_members; i++)
		if (f->members[i] == member)
			return;
	f->members = arena_grow(f->arena, f->members, f->n_members, &f->members_cap,
				f->n_members + 1, sizeof(*f->members));
	f->members[f->n_members++] = member;
}

static void add_person(struct freed *f, uint32_t person)
{
	f->persons = arena_grow(f->arena, f->persons, f->n_persons, &f->persons_cap,
				f->n_persons + 1, sizeof(*f->persons));
	f->persons[f->n_persons++] = person;
}

/* Whether `b` still keeps others from all of it. */
static bool still_occupies(const struct booking *b, const struct allocation *a)
{
	for (size_t i = 0; i < b->n_allocations; i++) {
		const struct allocation *now = &b->allocations[i];

		if (now->resource == a->resource && now->lane == a->lane &&
		    booking_occupies(b, now) && span_contains(now->during, a->during))
			return true;
	}
	return false;
}

/* Who comes anew to wait was refused a moment ago; who lost a place is found by its member. */
static void add_change(struct freed *f, const struct booking *before, const struct booking *after)
{
	if (!before || !after)
		return;
	for (size_t i = 0; i < before->n_allocations; i++) {
		const struct allocation *a = &before->allocations[i];

		if (booking_occupies(before, a) && !still_occupies(after, a))
			add_span(f, a->resource, a->during);
	}
	if (!booking_state_queues(before->state))
		add_member(f, before->member);
}

void freed_add(struct freed *f, const struct change *changes, size_t n)
{
	for (const struct change *c = changes; c < changes + n; c++) {
		if (c->kind == CHANGE_BOOKING)
			add_change(f, c->booking.before, c->booking.after);
		else if (c->kind == CHANGE_OUTAGE && c->outage.before.number)
			add_span(f, c->outage.before.resource, c->outage.before.span);
		else if (c->kind == CHANGE_PERSON && c->person.before && c->person.after)
			add_person(f, c->person.after->number);
		else if (c->kind == CHANGE_POLICY)
			f->all = true;
	}
}

bool freed_is_nothing(const struct freed *f)
{
	return !f->all && f->n_spans + f->n_members + f->n_persons == 0;
}

static bool has_class_quota(const struct policy *p)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].limit.kind == LIMIT_QUOTA &&
		    p->rules[i].limit.quota.of == QUOTA_OF_CLASS)
			return true;
	return false;
}

static bool concerns_member(const struct freed *f, const struct pole *p, uint32_t member)
{
	const struct member *own = pole_member(p, member), *other;

	for (size_t i = 0; i < f->n_members; i++) {
		if (f->members[i] == member)
			return true;
		other = pole_member(p, f->members[i]);
		if (own && other && strcmp(own->class, other->class) == 0 &&
		    has_class_quota(pole_policy(p)))
			return true;
	}
	return false;
}

static bool may_need(const struct pole *p, const struct resource *r, const struct resource *freed,
		     int depth);

static bool choice_may_need(const struct pole *p, const struct need *need,
			    const struct resource *freed, int depth)
{
	if (need->kind == NEED_SKILL)
		return resource_has_skill(freed, need->word);
	return need->kind == NEED_RESOURCE && may_need(p, need->resource, freed, depth);
}

/* Whether what was freed is of use for having this thing: it is that, a part of it, or is required.
 */
static bool may_need(const struct pole *p, const struct resource *r, const struct resource *freed,
		     int depth)
{
	if (things_meet(r, freed) || depth == 0)
		return true;
	for (size_t i = 0; i < r->n_requirements; i++)
		for (size_t j = 0; j < r->requirements[i].n_choices; j++)
			if (choice_may_need(p, &r->requirements[i].choices[j], freed, depth - 1))
				return true;
	return false;
}

static bool thing_concerns(const struct pole *p, const struct booking *b, const struct resource *r,
			   const struct resource *freed)
{
	bool had_place = b->state != BOOKING_WAITING;

	if (may_need(p, r, freed, REQUIREMENT_DEPTH))
		return true;
	for (size_t i = 0; had_place && i < r->n_stands_in; i++)
		if (may_need(p, r->stands_in[i], freed, REQUIREMENT_DEPTH))
			return true;
	return false;
}

static bool span_concerns(const struct freed_span *s, const struct pole *p, const struct booking *b)
{
	const struct resource *freed = pole_resource(p, s->resource);

	for (size_t i = 0; freed && i < b->n_items; i++) {
		const struct resource *r = pole_resource(p, b->items[i].resource);
		struct span reach;

		if (!r)
			continue;
		reach = claim_reach(b, &b->items[i], r);
		reach.start -= NEAR_S;
		reach.end += NEAR_S;
		if (span_overlaps(reach, s->during) && thing_concerns(p, b, r, freed))
			return true;
	}
	return false;
}

static bool concerns_person(const struct freed *f, uint32_t person)
{
	for (size_t i = 0; i < f->n_persons; i++)
		if (f->persons[i] == person)
			return true;
	return false;
}

bool freed_concerns(const struct freed *f, const struct pole *p, const struct booking *b,
		    struct span *ret_near)
{
	struct span near = {TIME_NEVER, INT64_MIN};

	*ret_near = always;
	if (f->all || concerns_person(f, b->person) || concerns_member(f, p, b->member))
		return true;
	for (size_t i = 0; i < f->n_spans; i++) {
		const struct span s = f->spans[i].during;

		if (!span_concerns(&f->spans[i], p, b))
			continue;
		near.start = s.start < near.start ? s.start : near.start;
		near.end = s.end > near.end ? s.end : near.end;
	}
	if (span_is_empty(near))
		return false;
	near.start -= NEAR_S;
	near.end = near.end < TIME_NEVER - NEAR_S ? near.end + NEAR_S : TIME_NEVER;
	*ret_near = near;
	return true;
}
