/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a policy looked up by id, and its end. */
#include "lib/policy.h"

#include <stdlib.h>
#include <string.h>

const char *const resource_kind_words[N_RESOURCE_KINDS] = {
    [RESOURCE_EQUIPMENT] = "equipment",
    [RESOURCE_PREMISES] = "premises",
    [RESOURCE_STAFF] = "staff",
};

struct policy *policy_new(void)
{
	return memory_new(sizeof(struct policy));
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_zones; i++)
		zone_free(p->zones[i]);
	arena_clear(&p->arena);
	free(p);
}

const struct member *policy_member(const struct policy *p, const char *id)
{
	for (size_t i = 0; i < p->n_members; i++)
		if (strcmp(p->members[i].id, id) == 0)
			return &p->members[i];
	return NULL;
}

const struct resource *policy_resource(const struct policy *p, const char *id)
{
	for (size_t i = 0; i < p->n_resources; i++)
		if (strcmp(p->resources[i].id, id) == 0)
			return &p->resources[i];
	return NULL;
}

const struct unit *resource_unit(const struct resource *r, const char *id)
{
	for (size_t i = 0; i < r->n_units; i++)
		if (r->units[i].id[0] && strcmp(r->units[i].id, id) == 0)
			return &r->units[i];
	return NULL;
}

const struct unit *resource_lane(const struct resource *r, uint32_t lane)
{
	for (size_t i = 0; i < r->n_units; i++)
		if (r->units[i].lane == lane)
			return &r->units[i];
	return NULL;
}

const char *attribute_value(const struct attribute *a, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(a[i].key, key) == 0)
			return a[i].value;
	return NULL;
}
