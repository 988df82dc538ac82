/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides what is free: the questions of decide_book.c, without the booking. */
#include "lib/alternatives.h"
#include "lib/resolve.h"

struct finds {
	struct arena *arena;
	struct found *items;
	size_t n, cap, want;
};

static void add_find(struct finds *f, const struct trial *t, const struct unit *u, struct span s)
{
	if (f->n == f->cap)
		f->items =
		    arena_grow(f->arena, f->items, f->n, &f->cap, f->n + 1, sizeof(*f->items));
	f->items[f->n++] = (struct found){.resource = t->resource, .unit = u, .span = s};
}

/* The free units of one resource; of the nameless places of a capacity, one stands for all. */
static void find_units(const struct trial *t, struct span s, struct finds *f)
{
	const struct opening *tested = NULL;
	bool allowed = false;

	for (size_t i = 0; i < t->resource->n_units && f->n < f->want; i++) {
		const struct unit *u = &t->resource->units[i];

		if (!trial_is_candidate(t, u))
			continue;
		if (tested != trial_opening(t, u)) {
			tested = trial_opening(t, u);
			allowed = trial_allows(t, tested, s);
		}
		if (!allowed || !trial_is_free(t, u, s))
			continue;
		add_find(f, t, u, s);
		if (t->resource->has_capacity)
			return;
	}
}

static void find_everywhere(const struct pole *p, const struct asker *who,
			    const struct ask_book *ask, const struct member *member, struct finds *f)
{
	const struct policy *policy = pole_policy(p);

	for (size_t i = 0; policy && i < policy->n_resources && f->n < f->want; i++) {
		struct trial t;

		trial_init(&t, p, pole_directory(p), &policy->resources[i], NULL, member, who->now,
			   f->arena);
		find_units(&t, ask->span, f);
	}
}

static void find_named(const struct pole *p, const struct asker *who, const struct ask_book *ask,
		       const struct alternatives_ask *wish, const struct resource *resource,
		       const struct unit *unit, struct finds *f, struct answer *ret)
{
	struct trial t;

	trial_init(&t, p, pole_directory(p), resource, unit, wish->member, who->now, f->arena);
	find_units(&t, ask->span, f);
	if (f->n == 0 && f->want > 0 && !trial_grant(&t, ask->span, f->arena, ret))
		alternatives_find(&t, wish, f->arena, ret);
}

/* Anyone may look for the own member; a person of the pole itself without saying for whom: no rule
 * about a class of members then applies. */
static void resolve_finder(const struct pole *p, const struct asker *who,
			   const struct ask_book *ask, struct refusals *out, struct party *ret)
{
	*ret = (struct party){0};
	if (ask->member || ask->person)
		party_resolve(p, who, ask, out, ret);
	else if (who->person)
		ret->member = pole_member(p, who->person->member);
}

void decide_find(const struct pole *p, const struct asker *who, const struct ask_book *ask,
		 size_t count, struct arena *a, struct answer *ret, struct found **ret_found,
		 size_t *ret_n)
{
	struct refusals refusals = {.arena = a};
	struct finds finds = {.arena = a, .want = count};
	struct alternatives_ask wish = {.asked = ask->span, .want = ask->alternatives};
	const struct resource *resource = NULL;
	const struct unit *unit = NULL;
	struct party party;
	enum reason reason = REASON_NONE;

	*ret = (struct answer){0};
	if (ask->what)
		reason = decide_resolve(p, ask->what, ask->unit, &resource, &unit);
	if (reason)
		refusals_add(&refusals, (struct refusal){.reason = reason});
	resolve_finder(p, who, ask, &refusals, &party);
	if (span_is_empty(ask->span))
		refusals_add(&refusals, (struct refusal){.reason = REASON_EMPTY_SPAN});
	ret->refusals = refusals.items;
	ret->n_refusals = refusals.n;
	wish.member = party.member;
	if (refusals.n == 0 && resource)
		find_named(p, who, ask, &wish, resource, unit, &finds, ret);
	else if (refusals.n == 0)
		find_everywhere(p, who, ask, wish.member, &finds);
	*ret_found = finds.items;
	*ret_n = finds.n;
}
