/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one decision has done so far. */
#include "lib/plan.h"

#include <assert.h>

#include "lib/way.h"

void plan_init(struct plan *p, const struct plan *start, struct arena *a)
{
	*p = (struct plan){.arena = a};
	if (!start)
		return;
	p->entries =
	    arena_grow(a, start->entries, start->n, &p->cap, start->n + 1, sizeof(*p->entries));
	p->held = arena_grow(a, start->held, start->n_held, &p->held_cap, start->n_held + 1,
			     sizeof(*p->held));
	p->n = start->n;
	p->n_held = start->n_held;
}

void plan_add(struct plan *p, struct plan_entry e)
{
	if (p->n == p->cap)
		p->entries =
		    arena_grow(p->arena, p->entries, p->n, &p->cap, p->n + 1, sizeof(*p->entries));
	p->entries[p->n++] = e;
}

bool plan_holds(const struct plan *p, int64_t booking)
{
	for (size_t i = 0; i < p->n_held; i++)
		if (p->held[i] == booking)
			return true;
	return false;
}

static void add_held(struct plan *p, const struct pole *pole, const struct booking *b,
		     const struct allocation *a)
{
	const struct item *item = &b->items[a->item];

	plan_add(p, (struct plan_entry){
			.booking = b->number,
			.member = b->member,
			.span = item->span,
			.at = way_site(pole_policy(pole), item),
			.allocation = *a,
		    });
}

void plan_hold(struct plan *p, const struct pole *pole, const struct booking *b, bool empty)
{
	if (plan_holds(p, b->number))
		return;
	if (p->n_held == p->held_cap)
		p->held = arena_grow(p->arena, p->held, p->n_held, &p->held_cap, p->n_held + 1,
				     sizeof(*p->held));
	p->held[p->n_held++] = b->number;
	for (size_t i = 0; !empty && i < b->n_allocations; i++)
		if (booking_occupies(b, &b->allocations[i]))
			add_held(p, pole, b, &b->allocations[i]);
}

/* The entries of a booking stand in the order of its allocations. */
void plan_take(const struct plan *p, const struct booking *was, struct booking *b)
{
	size_t at = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (p->entries[i].booking != was->number)
			continue;
		while (!booking_occupies(was, &was->allocations[at]))
			at++;
		assert(at < b->n_allocations);
		b->allocations[at++] = p->entries[i].allocation;
	}
}

static bool is_same(const struct booking *a, const struct booking *b)
{
	for (size_t i = 0; i < a->n_allocations; i++)
		if (a->allocations[i].lane != b->allocations[i].lane ||
		    !span_equals(a->allocations[i].during, b->allocations[i].during))
			return false;
	return true;
}

void plan_changes(const struct plan *p, const struct pole *pole, int64_t except,
		  struct changes *ret)
{
	for (size_t i = 0; i < p->n_held; i++) {
		const struct booking *was = pole_booking(pole, p->held[i]);
		struct booking *b;

		if (was->number == except)
			continue;
		b = booking_copy(was, was->n_allocations);
		plan_take(p, was, b);
		booking_sort(b);
		if (is_same(was, b))
			booking_unref(b);
		else
			changes_add_booking(ret, CAUSE_REPACKED, (struct booking *)was, b);
	}
}
