/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a policy would change, in words. Every item of a policy is described in a line; items of the
 * same name with other descriptions have changed.
 */

#include "daemon/policy_diff.h"

#include <string.h>

#include "daemon/policy_words.h"

struct item {
	const char *what, *name, *text;
};

struct items {
	struct item *items;
	size_t n, cap;
};

static struct item *item_find(const struct items *l, const char *what, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i].what, what) == 0 && strcmp(l->items[i].name, name) == 0)
			return &l->items[i];
	return NULL;
}

/* Rules, closures and travels of one name are one item. */
static void item_add(struct items *l, struct arena *a, const char *what, const char *name,
		     const char *text)
{
	struct item *same = item_find(l, what, name);

	if (same) {
		same->text = arena_printf(a, "%s; %s", same->text, text);
		return;
	}
	if (l->n == l->cap)
		l->items = arena_grow(a, l->items, l->n, &l->cap, l->n + 1, sizeof(*l->items));
	l->items[l->n++] = (struct item){what, name, text};
}

static void describe_resources(struct items *l, struct arena *a, const struct policy *p)
{
	for (const struct resource *r = p->resources; r < p->resources + p->n_resources; r++) {
		item_add(l, a, "resource", r->id, resource_text(a, r));
		for (const struct unit *u = r->units; u < r->units + r->n_units; u++)
			if (!u->is_gone && *u->id && strcmp(u->id, r->id) != 0)
				item_add(l, a, "unit", u->id, unit_text(a, u));
	}
}

/* The same from either side. */
static const char *travel_name(struct arena *a, const struct travel *t)
{
	const char *one = t->between[0]->id, *other = t->between[1]->id;
	bool in_order = strcmp(one, other) <= 0;

	return arena_printf(a, "%s - %s", in_order ? one : other, in_order ? other : one);
}

static struct items describe(struct arena *a, const struct policy *p)
{
	struct items l = {0};

	if (!p)
		return l;
	item_add(&l, a, "pole", p->pole, pole_text(a, p));
	for (const struct site *s = p->sites; s < p->sites + p->n_sites; s++)
		item_add(&l, a, "site", s->id, site_text(a, s));
	for (const struct travel *t = p->travels; t < p->travels + p->n_travels; t++)
		item_add(&l, a, "travel", travel_name(a, t), travel_text(a, t));
	for (const struct member *m = p->members; m < p->members + p->n_members; m++)
		item_add(&l, a, "member", m->id, member_text(a, m));
	describe_resources(&l, a, p);
	for (const struct rule *r = p->rules; r < p->rules + p->n_rules; r++)
		item_add(&l, a, "rule", r->name, rule_text(a, r));
	for (const struct closing *c = p->closings; c < p->closings + p->n_closings; c++)
		item_add(&l, a, "closure", c->closure.why, closing_text(a, c));
	return l;
}

struct difference *policy_differences(const struct policy *old, const struct policy *new,
				      struct arena *a, size_t *ret_n)
{
	struct items was = describe(a, old), is = describe(a, new);
	struct difference *found = arena_new_n(a, struct difference, was.n + is.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < is.n; i++) {
		const struct item *now = &is.items[i],
				  *before = item_find(&was, now->what, now->name);

		if (!before)
			found[n++] = (struct difference){now->what, now->name, DIFFERENCE_ADDED,
							 NULL, now->text};
		else if (strcmp(before->text, now->text) != 0)
			found[n++] = (struct difference){now->what, now->name, DIFFERENCE_CHANGED,
							 before->text, now->text};
	}
	for (size_t i = 0; i < was.n; i++)
		if (!item_find(&is, was.items[i].what, was.items[i].name))
			found[n++] =
			    (struct difference){was.items[i].what, was.items[i].name,
						DIFFERENCE_REMOVED, was.items[i].text, NULL};
	*ret_n = n;
	return found;
}
