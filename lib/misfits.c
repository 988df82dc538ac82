/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which bookings a new policy would not allow, were they asked for under it. */
#include "lib/trial.h"

static void refuse(struct refusals *out, enum reason reason)
{
	refusals_add(out, (struct refusal){.reason = reason});
}

static void test_units(const struct booking *b, const struct trial *t, struct refusals *out)
{
	for (size_t i = 0; i < b->n_allocations; i++) {
		const struct unit *u = resource_lane(t->resource, b->allocations[i].lane);

		if (!u || !u->in_service)
			refuse(out, REASON_OUT_OF_SERVICE);
		trial_refuse(t, trial_opening(t, u), b->span, out);
	}
}

static void test_booking(const struct pole *p, const struct directory *d, const struct booking *b,
			 int64_t now, struct refusals *out)
{
	const struct resource *r = directory_resource(d, b->resource);
	const struct member *m = directory_member(d, b->member);
	struct trial t;

	if (!r)
		refuse(out, REASON_UNKNOWN_RESOURCE);
	if (!m)
		refuse(out, REASON_UNKNOWN_MEMBER);
	if (!r || !m)
		return;
	trial_init(&t, p, d, r, NULL, m, now, out->arena);
	t.standing = true;
	test_units(b, &t, out);
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
