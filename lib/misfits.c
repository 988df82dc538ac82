/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a booking that stands keeps the rules, and which do not keep those of a new policy. */
#include "lib/rules.h"

static void refuse(struct refusals *out, enum reason reason)
{
	refusals_add(out, (struct refusal){.reason = reason});
}

static bool is_leaf_of(const struct resource *r, uint32_t number)
{
	for (size_t i = 0; i < r->n_leaves; i++)
		if (r->leaves[i]->number == number)
			return true;
	return r->n_parts == 0 && r->number == number;
}

/* The unit that stands for the allocation; NULL: there is none any more. */
static const struct unit *unit_of(const struct directory *d, const struct resource *r,
				  const struct allocation *a)
{
	const struct resource *leaf = directory_resource(d, a->resource);

	return leaf && is_leaf_of(r, a->resource) ? resource_lane(leaf, a->lane) : NULL;
}

static void list_others(const struct directory *d, const struct booking *b, uint32_t k,
			struct arena *a, struct trial *ret)
{
	struct other_thing *things = arena_new_n(a, struct other_thing, b->n_items);

	for (uint32_t i = 0; i < b->n_items; i++) {
		const struct item *item = &b->items[i];
		const struct resource *r = directory_resource(d, item->resource);

		if (i != k && r && item->state == ITEM_PRESENT && item->via != ITEM_SKILL)
			things[ret->n_others++] =
			    (struct other_thing){r, NULL, item->quantity, item->span};
	}
	ret->others = things;
}

static void trial_of_item(const struct pole *p, const struct directory *d, const struct resource *r,
			  const struct booking *b, uint32_t k, int64_t now, struct arena *a,
			  struct trial *ret)
{
	const struct item *i = &b->items[k];

	trial_init(ret, p, d, r, NULL, directory_member(d, b->member), now, a);
	ret->person = pole_person(p, b->person);
	ret->quantity = i->quantity;
	ret->standing = true;
	ret->brought = i->via != ITEM_ASKED;
	ret->except = b->number;
	ret->made_at = b->made_at;
	if (i->via == ITEM_SKILL)
		trial_ask_nothing(ret);
	if (ret->n_costly > 0 && b->n_items > 1)
		list_others(d, b, k, a, ret);
}

/* On each of its units; on none, where it has none yet: then as any unit of the resource. */
static void test_units(const struct trial *t, const struct booking *b, uint32_t k,
		       struct refusals *out)
{
	const struct resource *r = t->resource;
	const struct span s = b->items[k].span;
	const struct opening *tested = NULL;
	size_t first = out->n;
	bool has_lane = false;

	for (size_t j = 0; j < b->n_allocations; j++) {
		const struct unit *u;

		if (b->allocations[j].item != k)
			continue;
		has_lane = true;
		u = unit_of(t->directory, r, &b->allocations[j]);
		if (!u || !u->in_service) {
			refuse(out, REASON_OUT_OF_SERVICE);
			return;
		}
		u = r->n_parts ? &r->units[0] : u;
		if (trial_opening(t, u) != tested)
			trial_refuse(t, trial_opening(t, u), s, out);
		tested = trial_opening(t, u);
		trial_refuse_unit(t, u, s, out);
		if (out->n > first || r->n_parts)
			return;
	}
	if (!has_lane)
		trial_refuse(t, r->opening, s, out);
}

static void test_item(const struct pole *p, const struct directory *d, const struct booking *b,
		      uint32_t k, int64_t now, struct refusals *out)
{
	const struct item *i = &b->items[k];
	const struct resource *r = directory_resource(d, i->resource);
	size_t first = out->n;
	struct trial t;

	if (!r) {
		refuse(out, REASON_UNKNOWN_RESOURCE);
		return;
	}
	trial_of_item(p, d, r, b, k, now, out->arena, &t);
	test_units(&t, b, k, out);
	for (size_t j = first; j < out->n; j++)
		out->items[j].item = k;
}

void booking_refuse(const struct pole *p, const struct directory *d, const struct booking *b,
		    int64_t now, struct refusals *out)
{
	for (uint32_t i = 0; i < b->n_items; i++)
		if (b->items[i].state == ITEM_PRESENT)
			test_item(p, d, b, i, now, out);
	if (!directory_member(d, b->member))
		refuse(out, REASON_UNKNOWN_MEMBER);
}

static bool is_ahead(const struct booking *b, int64_t now)
{
	return (b->state == BOOKING_CONFIRMED || b->state == BOOKING_HELD ||
		b->state == BOOKING_REQUESTED) &&
	       b->span.start >= now;
}

void decide_misfits(const struct pole *p, const struct policy *policy, int64_t now, struct arena *a,
		    struct misfit **ret, size_t *ret_n)
{
	struct directory directory;
	struct misfit *misfits = NULL;
	size_t n = 0, cap = 0;

	directory_init(&directory, policy);
	for (const struct booking *b = pole_booking_after(p, 0); b;
	     b = pole_booking_after(p, b->number)) {
		struct arena scratch = {0};
		struct refusals refusals = {.arena = &scratch};

		if (!is_ahead(b, now))
			continue;
		booking_refuse(p, &directory, b, now, &refusals);
		if (refusals.n > 0) {
			misfits = arena_grow(a, misfits, n, &cap, n + 1, sizeof(*misfits));
			misfits[n++] = (struct misfit){b, refusals.items[0]};
		}
		arena_clear(&scratch);
	}
	directory_clear(&directory);
	*ret = misfits;
	*ret_n = n;
}
