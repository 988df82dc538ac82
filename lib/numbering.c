/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The numbers of the names in a policy.
 *
 * A name keeps its number for the life of the pole, so that bookings and the log can hold numbers
 * while members rename, drop and bring back what they like. New names are numbered in the order of
 * the policy, after the highest known. Units that were dropped come back as "not in service": their
 * lane is never given to another unit, because their past is on it.
 */
#include <string.h>

#include "lib/pole.h"

struct numbering {
	const struct pole *pole;
	struct changes *changes;
};

/* The highest number known: numbers of a kind have no holes. */
static uint32_t highest_known(const struct pole *p, enum name_kind kind, uint32_t resource)
{
	uint32_t n = 0;

	while (pole_name_id(p, kind, resource, n + 1))
		n++;
	return n;
}

static uint32_t number_of(const struct numbering *n, enum name_kind kind, uint32_t resource,
			  const char *id, uint32_t *highest)
{
	uint32_t number = pole_name_number(n->pole, kind, resource, id);

	if (number)
		return number;
	number = ++*highest;
	changes_add_name(n->changes, (struct name){kind, resource, number, id});
	return number;
}

static void number_members(const struct numbering *n, struct policy *policy)
{
	uint32_t highest = highest_known(n->pole, NAME_MEMBER, 0);

	for (size_t i = 0; i < policy->n_members; i++) {
		struct member *m = &policy->members[i];

		m->number = number_of(n, NAME_MEMBER, 0, m->id, &highest);
	}
}

static void add_dropped(const struct numbering *n, struct policy *policy, struct resource *r,
			uint32_t known)
{
	size_t n_units = r->n_units, cap = r->n_units;

	for (uint32_t lane = 1; lane <= known; lane++) {
		if (resource_lane(r, lane))
			continue;
		r->units = arena_grow(&policy->arena, r->units, n_units, &cap, n_units + 1,
				      sizeof(*r->units));
		r->units[n_units] = (struct unit){
		    .lane = lane,
		    .id = arena_strdup(&policy->arena,
				       pole_name_id(n->pole, NAME_UNIT, r->number, lane)),
		    .site = r->site,
		    .is_gone = true,
		};
		r->n_units = ++n_units;
	}
}

static void number_units(const struct numbering *n, struct policy *policy, struct resource *r)
{
	uint32_t known = highest_known(n->pole, NAME_UNIT, r->number), highest = known;

	for (size_t i = 0; i < r->n_units; i++) {
		struct unit *u = &r->units[i];

		if (u->id[0])
			u->lane = number_of(n, NAME_UNIT, r->number, u->id, &highest);
		else
			u->lane = (uint32_t)i + 1;
	}
	add_dropped(n, policy, r, known);
}

void pole_number(const struct pole *p, struct policy *policy, struct changes *ret)
{
	const struct numbering n = {.pole = p, .changes = ret};
	uint32_t highest = highest_known(p, NAME_RESOURCE, 0);

	number_members(&n, policy);
	for (size_t i = 0; i < policy->n_resources; i++) {
		struct resource *r = &policy->resources[i];

		r->number = number_of(&n, NAME_RESOURCE, 0, r->id, &highest);
		number_units(&n, policy, r);
	}
}
