/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a policy would change, in words. Every item of a policy is described in a line; items of the
 * same name with other descriptions have changed.
 */

#include "daemon/policy_diff.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/calendar_text.h"
#include "lib/limits.h"

struct item {
	const char *what, *name, *text;
};

struct items {
	struct item *items;
	size_t n, cap;
};

static const char *duration_text(struct arena *a, struct duration d)
{
	char text[32];

	return duration_is_zero(d) ? "" : arena_strdup(a, duration_format(d, text, sizeof(text)));
}

const char *limit_text(struct arena *a, const struct limit *l)
{
	switch (l->kind) {
	case LIMIT_DURATION:
		return arena_printf(a, "duration %s..%s%s%s", duration_text(a, l->duration.min),
				    duration_text(a, l->duration.max),
				    duration_is_zero(l->duration.step) ? "" : " step ",
				    duration_text(a, l->duration.step));
	case LIMIT_START:
		return arena_printf(
		    a, "start every %s",
		    duration_text(a, (struct duration){.seconds = l->start_every_s}));
	case LIMIT_LEAD:
		return arena_printf(a, "lead %s", duration_text(a, l->lead));
	case LIMIT_HORIZON:
		return arena_printf(a, "horizon %s", duration_text(a, l->horizon));
	case LIMIT_SLOTS:
		return arena_printf(a, "slots %s", slots_text(l, a));
	case LIMIT_RECURRENCE:
		return arena_printf(a, "recurrence at most %s%s",
				    duration_text(a, l->recurrence.at_most),
				    l->recurrence.reconfirm ? " then reconfirm" : "");
	default:
		break;
	}
	return "";
}

static void item_add(struct items *l, struct arena *a, const char *what, const char *name,
		     const char *text)
{
	if (l->n == l->cap)
		l->items = arena_grow(a, l->items, l->n, &l->cap, l->n + 1, sizeof(*l->items));
	l->items[l->n++] = (struct item){what, name, text};
}

static const char *attributes_text(struct arena *a, const struct attribute *attributes, size_t n)
{
	const char *text = "";

	for (size_t i = 0; i < n; i++)
		text = arena_printf(a, "%s, %s %s", text, attributes[i].key, attributes[i].value);
	return text;
}

static const char *resource_text(struct arena *a, const struct resource *r)
{
	const char *text = arena_printf(
	    a, "%s, %s, at %s, owner %s, hours %s%s%s%s, buffer %s/%s%s", r->name,
	    resource_kind_words[r->kind], r->site->id, r->owner ? r->owner->id : "the pole",
	    calendar_text(a, &r->hours), r->hand_over ? ", hand-over " : "",
	    r->hand_over ? calendar_text(a, r->hand_over) : "",
	    r->spans_closed ? ", may span closed time" : "", duration_text(a, r->buffer_before),
	    duration_text(a, r->buffer_after), attributes_text(a, r->attributes, r->n_attributes));

	for (size_t i = 0; i < r->n_stands_in; i++)
		text = arena_printf(a, "%s, %s may stand in", text, r->stands_in[i]->id);
	if (r->has_capacity)
		text = arena_printf(a, "%s, capacity %zu", text, r->n_units);
	return text;
}

static const char *unit_text(struct arena *a, const struct unit *u)
{
	return arena_printf(a, "at %s, owner %s%s", u->site->id,
			    u->owner ? u->owner->id : "the pole",
			    attributes_text(a, u->attributes, u->n_attributes));
}

static const char *rule_text(struct arena *a, const struct rule *r)
{
	const char *text = limit_text(a, &r->limit);

	for (size_t i = 0; i < r->n_resources; i++)
		text = arena_printf(a, "%s%s%s", text, i ? ", " : " for ", r->resources[i]->id);
	for (size_t i = 0; i < r->party.n_classes; i++)
		text = arena_printf(a, "%s%s%s", text, i ? ", " : " of ", r->party.classes[i]);
	return text;
}

static void describe_resources(struct items *l, struct arena *a, const struct policy *p)
{
	for (const struct resource *r = p->resources; r < p->resources + p->n_resources; r++) {
		item_add(l, a, "resource", r->id, resource_text(a, r));
		for (const struct unit *u = r->units; u < r->units + r->n_units; u++)
			if (u->in_service && *u->id)
				item_add(l, a, "unit", u->id, unit_text(a, u));
	}
}

/* A rule with several limits is one item. */
static void describe_rules(struct items *l, struct arena *a, const struct policy *p)
{
	for (const struct rule *r = p->rules; r < p->rules + p->n_rules; r++) {
		struct item *before = l->n ? &l->items[l->n - 1] : NULL;

		if (before && strcmp(before->what, "rule") == 0 &&
		    strcmp(before->name, r->name) == 0)
			before->text = arena_printf(a, "%s; %s", before->text, rule_text(a, r));
		else
			item_add(l, a, "rule", r->name, rule_text(a, r));
	}
}

static struct item *item_find(const struct items *l, const char *what, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i].what, what) == 0 && strcmp(l->items[i].name, name) == 0)
			return &l->items[i];
	return NULL;
}

static const char *site_text(struct arena *a, const struct site *s)
{
	return arena_printf(a, "%s, %s%s%s", s->name, zone_name(s->zone),
			    s->holidays == HOLIDAYS_NONE ? "" : ", holidays ",
			    holiday_region_words[s->holidays]);
}

static const char *member_text(struct arena *a, const struct member *m)
{
	const char *text =
	    arena_printf(a, "%s, %s, %s, share %g", m->name, m->kind, m->class, m->share);

	for (enum holiday_region r = HOLIDAYS_FR; r < N_HOLIDAY_REGIONS; r++)
		if (m->works_on & (UINT32_C(1) << r))
			text = arena_printf(a, "%s, works on %s", text, holiday_region_words[r]);
	return text;
}

/* There may be thousands. */
static const char *closing_text(struct arena *a, const struct closing *c)
{
	const char *word = " for ";
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	assert(out);
	fputs(closure_text(a, &c->closure), out);
	for (size_t i = 0; i < c->n_resources; i++, word = ", ")
		fprintf(out, "%s%s", word, c->resources[i]->id);
	for (size_t i = 0; i < c->n_sites; i++, word = ", ")
		fprintf(out, "%s%s", word, c->sites[i]->id);
	fclose(out);
	word = arena_strdup(a, text);
	free(text);
	return word;
}

/* Closures of one name are one item. */
static void describe_closings(struct items *l, struct arena *a, const struct policy *p)
{
	for (const struct closing *c = p->closings; c < p->closings + p->n_closings; c++) {
		struct item *same = item_find(l, "closure", c->closure.why);

		if (same)
			same->text = arena_printf(a, "%s; %s", same->text, closing_text(a, c));
		else
			item_add(l, a, "closure", c->closure.why, closing_text(a, c));
	}
}

static struct items describe(struct arena *a, const struct policy *p)
{
	struct items l = {0};

	if (!p)
		return l;
	item_add(&l, a, "pole", p->pole,
		 arena_printf(a, "%s, zone %s, language %s", p->name, zone_name(p->zone), p->lang));
	for (const struct site *s = p->sites; s < p->sites + p->n_sites; s++)
		item_add(&l, a, "site", s->id, site_text(a, s));
	for (const struct member *m = p->members; m < p->members + p->n_members; m++)
		item_add(&l, a, "member", m->id, member_text(a, m));
	describe_resources(&l, a, p);
	describe_rules(&l, a, p);
	describe_closings(&l, a, p);
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
