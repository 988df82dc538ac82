/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which bookings a new policy would not allow, were they asked for under it. */
#include "lib/trial.h"

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

static void test_item(const struct pole *p, const struct directory *d, const struct booking *b,
		      uint32_t k, const struct member *m, int64_t now, struct refusals *out)
{
	const struct item *i = &b->items[k];
	const struct resource *r = directory_resource(d, i->resource);
	struct trial t;

	if (!r) {
		refuse(out, REASON_UNKNOWN_RESOURCE);
		return;
	}
	trial_init(&t, p, d, r, NULL, m, now, out->arena);
	t.standing = true;
	if (i->via != ITEM_ASKED)
		t.n_rules = 0;
	for (size_t j = 0; j < b->n_allocations; j++) {
		const struct unit *u;

		if (b->allocations[j].item != k)
			continue;
		u = unit_of(d, r, &b->allocations[j]);
		if (!u || !u->in_service)
			refuse(out, REASON_OUT_OF_SERVICE);
		trial_refuse(&t, trial_opening(&t, r->n_parts ? &r->units[0] : u), i->span, out);
		if (out->n > 0)
			return;
	}
}

static void test_booking(const struct pole *p, const struct directory *d, const struct booking *b,
			 int64_t now, struct refusals *out)
{
	const struct member *m = directory_member(d, b->member);

	for (uint32_t i = 0; i < b->n_items; i++)
		if (b->items[i].state == ITEM_PRESENT)
			test_item(p, d, b, i, m, now, out);
	if (!m)
		refuse(out, REASON_UNKNOWN_MEMBER);
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

		if (b->state != BOOKING_CONFIRMED || b->span.start < now)
			continue;
		test_booking(p, &directory, b, now, &refusals);
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
