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

const char *const order_key_words[N_ORDER_KEYS] = {
    [ORDER_CLASS] = "class",
    [ORDER_FAIR_SHARE] = "fair-share",
    [ORDER_FIRST_COME] = "first-come",
    [ORDER_LEAST_RECENT] = "least-recent",
    [ORDER_DISTANCE] = "distance",
    [ORDER_PEOPLE] = "people",
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

const struct site *policy_site(const struct policy *p, const char *id)
{
	for (size_t i = 0; i < p->n_sites; i++)
		if (strcmp(p->sites[i].id, id) == 0)
			return &p->sites[i];
	return NULL;
}

int64_t policy_travel_s(const struct policy *p, const struct site *a, const struct site *b)
{
	for (const struct travel *t = p->travels; t < p->travels + p->n_travels; t++)
		if ((t->between[0] == a && t->between[1] == b) ||
		    (t->between[0] == b && t->between[1] == a))
			return t->takes.days * DAY_S + t->takes.seconds;
	return 0;
}

static int64_t longer(int64_t s, struct duration d)
{
	int64_t other_s = d.days * DAY_S + d.seconds;

	return s > other_s ? s : other_s;
}

int64_t policy_longest_buffer_s(const struct policy *p)
{
	int64_t s = 0;

	for (const struct resource *r = p->resources; r < p->resources + p->n_resources; r++)
		s = longer(longer(longer(s, r->buffer_before), r->buffer_after), r->long_after);
	return s;
}

bool resource_has_skill(const struct resource *r, const char *word)
{
	for (size_t i = 0; i < r->n_skills; i++)
		if (strcmp(r->skills[i], word) == 0)
			return true;
	return false;
}

struct seen { /* the parts met so far, whole or not: each is looked at once */
	const struct resource **items;
	size_t n, cap;
};

static bool is_seen(const struct seen *seen, const struct resource *r)
{
	for (size_t i = 0; i < seen->n; i++)
		if (seen->items[i] == r)
			return true;
	return false;
}

bool resource_find_leaves(struct resource *r, struct arena *a)
{
	struct seen seen = {0};
	size_t cap = 0;

	for (size_t next = 0; next <= seen.n; next++) {
		const struct resource *whole = next ? seen.items[next - 1] : r;

		for (size_t i = 0; i < whole->n_parts; i++) {
			if (whole->parts[i] == r)
				return false;
			if (is_seen(&seen, whole->parts[i]))
				continue;
			seen.items = arena_grow(a, seen.items, seen.n, &seen.cap, seen.n + 1,
						sizeof(*seen.items));
			seen.items[seen.n++] = whole->parts[i];
		}
	}
	for (size_t i = 0; i < seen.n; i++) {
		if (seen.items[i]->n_parts > 0)
			continue;
		r->leaves = arena_grow(a, r->leaves, r->n_leaves, &cap, r->n_leaves + 1,
				       sizeof(*r->leaves));
		r->leaves[r->n_leaves++] = seen.items[i];
	}
	return true;
}

const char *attribute_value(const struct attribute *a, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(a[i].key, key) == 0)
			return a[i].value;
	return NULL;
}
