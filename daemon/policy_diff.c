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
#include "daemon/rule_text.h"

struct item {
	const char *what, *name, *text;
};

struct items {
	struct item *items;
	size_t n, cap;
	const char *lang;
	bool fr;
};

#define SAY(l, en, fr_) ((l)->fr ? (fr_) : (en))

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

static const char *owner_text(const struct items *l, const struct member *owner)
{
	return owner ? owner->id : SAY(l, "the pole", "le pôle");
}

static const char *need_text(const struct items *l, struct arena *a, const struct need *n)
{
	if (n->kind != NEED_RESOURCE)
		return arena_printf(a,
				    n->kind == NEED_SKILL
					? SAY(l, "someone with %s", "quelqu'un avec %s")
					: SAY(l, "%s declared", "%s déclaré"),
				    n->word);
	return arena_printf(a, "%u %s%s%s", n->quantity, n->resource->id,
			    *n->having_text ? " " : "", n->having_text);
}

static const char *requirement_text(const struct items *l, struct arena *a,
				    const struct requirement *r)
{
	const char *text = SAY(l, ", needs ", ", il faut ");

	for (size_t i = 0; i < r->n_choices; i++)
		text = arena_printf(a, "%s%s%s", text, i ? SAY(l, " or ", " ou ") : "",
				    need_text(l, a, &r->choices[i]));
	if (!duration_is_zero(r->during_first))
		text = arena_printf(a, SAY(l, "%s for the first %s", "%s pendant les premiers %s"),
				    text, length_text(a, l->lang, r->during_first));
	if (r->unless)
		text = arena_printf(
		    a,
		    r->unless_qualified
			? SAY(l, "%s unless qualified for %s", "%s sauf habilitation %s")
			: SAY(l, "%s unless %s is declared", "%s sauf %s déclaré"),
		    text, r->unless);
	return text;
}

static const char *buffers_text(const struct items *l, struct arena *a, const struct resource *r)
{
	const char *text = arena_printf(
	    a, SAY(l, ", buffer %s before, %s after", ", marge %s avant, %s après"),
	    length_text(a, l->lang, r->buffer_before), length_text(a, l->lang, r->buffer_after));

	if (!duration_is_zero(r->long_from))
		text = arena_printf(
		    a, SAY(l, "%s, %s where longer than %s", "%s, %s au-delà de %s"), text,
		    length_text(a, l->lang, r->long_after), length_text(a, l->lang, r->long_from));
	return r->shares_buffer
		   ? arena_printf(a, "%s%s", text,
				  SAY(l, ", none for one member", ", aucune pour un même membre"))
		   : text;
}

static const char *times_text(const struct items *l, struct arena *a, const struct resource *r)
{
	return arena_printf(
	    a, "%s %s%s%s%s%s", SAY(l, ", hours", ", horaires"), calendar_text(a, &r->hours),
	    r->hand_over ? SAY(l, ", hand-over ", ", remise ") : "",
	    r->hand_over ? calendar_text(a, r->hand_over) : "",
	    r->spans_closed ? SAY(l, ", may span closed time", ", peut enjamber les fermetures")
			    : "",
	    buffers_text(l, a, r));
}

/* What else there is, each with its word before it. */
static const char *lists_text(const struct items *l, struct arena *a, const struct resource *r)
{
	const char *text = "";

	for (size_t i = 0; i < r->n_managers; i++)
		text = arena_printf(a, SAY(l, "%s, managed by %s", "%s, géré par %s"), text,
				    r->managers[i]->id);
	for (size_t i = 0; i < r->n_parts; i++)
		text =
		    arena_printf(a, SAY(l, "%s, part %s", "%s, partie %s"), text, r->parts[i]->id);
	for (size_t i = 0; i < r->n_skills; i++)
		text = arena_printf(a, SAY(l, "%s, skill %s", "%s, compétence %s"), text,
				    r->skills[i]);
	for (size_t i = 0; i < r->n_requirements; i++)
		text = arena_printf(a, "%s%s", text, requirement_text(l, a, &r->requirements[i]));
	for (size_t i = 0; i < r->n_stands_in; i++)
		text = arena_printf(a, SAY(l, "%s, %s may stand in", "%s, %s peut remplacer"), text,
				    r->stands_in[i]->id);
	return text;
}

/* Nameless places have no item that could say it. */
static bool is_out_of_service(const struct resource *r)
{
	for (const struct unit *u = r->units; u < r->units + r->n_units; u++)
		if (u->in_service)
			return false;
	return r->n_units > 0;
}

static const char *resource_text(const struct items *l, struct arena *a, const struct resource *r)
{
	const char *text = arena_printf(
	    a, SAY(l, "%s, %s, at %s, owner %s%s%s%s", "%s, %s, à %s, propriétaire %s%s%s%s"),
	    r->name, resource_kind_words[r->kind], r->site->id, owner_text(l, r->owner),
	    times_text(l, a, r), attributes_text(a, r->attributes, r->n_attributes),
	    lists_text(l, a, r));

	if (r->meter)
		text = arena_printf(a, SAY(l, "%s, meter %s", "%s, compteur %s"), text, r->meter);
	if (r->moves)
		text = arena_printf(a, "%s%s", text, SAY(l, ", moves", ", se déplace"));
	if (is_out_of_service(r))
		text = arena_printf(a, "%s%s", text, SAY(l, ", out of service", ", hors service"));
	if (r->has_capacity)
		text = arena_printf(a, SAY(l, "%s, capacity %zu", "%s, capacité %zu"), text,
				    r->n_units);
	return text;
}

static const char *unit_text(const struct items *l, struct arena *a, const struct unit *u)
{
	return arena_printf(a, SAY(l, "at %s, owner %s%s%s", "à %s, propriétaire %s%s%s"),
			    u->site->id, owner_text(l, u->owner),
			    attributes_text(a, u->attributes, u->n_attributes),
			    u->in_service ? "" : SAY(l, ", out of service", ", hors service"));
}

static void describe_resources(struct items *l, struct arena *a, const struct policy *p)
{
	for (const struct resource *r = p->resources; r < p->resources + p->n_resources; r++) {
		item_add(l, a, "resource", r->id, resource_text(l, a, r));
		for (const struct unit *u = r->units; u < r->units + r->n_units; u++)
			if (!u->is_gone && *u->id)
				item_add(l, a, "unit", u->id, unit_text(l, a, u));
	}
}

/* A rule with several limits is one item. */
static void describe_rules(struct items *l, struct arena *a, const struct policy *p)
{
	for (const struct rule *r = p->rules; r < p->rules + p->n_rules; r++) {
		struct item *before = l->n ? &l->items[l->n - 1] : NULL;

		if (before && strcmp(before->what, "rule") == 0 &&
		    strcmp(before->name, r->name) == 0)
			before->text =
			    arena_printf(a, "%s; %s", before->text, rule_text(a, l->lang, r));
		else
			item_add(l, a, "rule", r->name, rule_text(a, l->lang, r));
	}
}

static struct item *item_find(const struct items *l, const char *what, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i].what, what) == 0 && strcmp(l->items[i].name, name) == 0)
			return &l->items[i];
	return NULL;
}

static const char *site_text(const struct items *l, struct arena *a, const struct site *s)
{
	return arena_printf(a, "%s, %s%s%s", s->name, zone_name(s->zone),
			    s->holidays == HOLIDAYS_NONE ? ""
							 : SAY(l, ", holidays ", ", jours fériés "),
			    holiday_region_words[s->holidays]);
}

static const char *member_text(const struct items *l, struct arena *a, const struct member *m)
{
	const char *text =
	    arena_printf(a, SAY(l, "%s, %s, %s, share %.10g", "%s, %s, %s, part %.10g"), m->name,
			 m->kind, m->class, m->share);

	for (enum holiday_region r = HOLIDAYS_FR; r < N_HOLIDAY_REGIONS; r++)
		if (m->works_on & (UINT32_C(1) << r))
			text =
			    arena_printf(a, SAY(l, "%s, works on %s", "%s, travaille les jours %s"),
					 text, holiday_region_words[r]);
	return text;
}

/* There may be thousands. */
static const char *closing_text(const struct items *l, struct arena *a, const struct closing *c)
{
	const char *word = SAY(l, " for ", " pour ");
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
			same->text = arena_printf(a, "%s; %s", same->text, closing_text(l, a, c));
		else
			item_add(l, a, "closure", c->closure.why, closing_text(l, a, c));
	}
}

static void describe_travels(struct items *l, struct arena *a, const struct policy *p)
{
	for (const struct travel *t = p->travels; t < p->travels + p->n_travels; t++) {
		/* as far there as back, whichever was written first */
		bool swapped = strcmp(t->between[0]->id, t->between[1]->id) > 0;

		item_add(
		    l, a, "travel",
		    arena_printf(a, "%s, %s", t->between[swapped]->id, t->between[!swapped]->id),
		    length_text(a, l->lang, t->takes));
	}
}

static void describe_tests(struct items *l, struct arena *a, const struct policy *p)
{
	for (const struct policy_test *t = p->tests; t < p->tests + p->n_tests; t++) {
		const char *given = "", *then = "";

		for (size_t i = 0; i < t->n_given; i++)
			given = arena_printf(a, "%s%s; ", given, t->given[i].text);
		for (size_t i = 0; i < t->n_then; i++)
			then = arena_printf(a, "%s%s%s", then, i ? "; " : "", t->then[i].text);
		item_add(l, a, "test", arena_printf(a, "%s%s", given, t->when.text), then);
	}
}

/* In the language of the policy that is to be. */
static struct items describe(struct arena *a, const struct policy *p, const char *lang)
{
	struct items l = {.lang = lang, .fr = strcmp(lang, "fr") == 0};

	if (!p)
		return l;
	item_add(&l, a, "pole", p->pole,
		 arena_printf(a, SAY(&l, "%s, zone %s, language %s", "%s, fuseau %s, langue %s"),
			      p->name, zone_name(p->zone), p->lang));
	for (const struct site *s = p->sites; s < p->sites + p->n_sites; s++)
		item_add(&l, a, "site", s->id, site_text(&l, a, s));
	for (const struct member *m = p->members; m < p->members + p->n_members; m++)
		item_add(&l, a, "member", m->id, member_text(&l, a, m));
	describe_resources(&l, a, p);
	describe_rules(&l, a, p);
	describe_closings(&l, a, p);
	describe_travels(&l, a, p);
	item_add(&l, a, "conflicts", "conflicts", conflicts_text(a, lang, &p->conflicts));
	describe_tests(&l, a, p);
	return l;
}

struct difference *policy_differences(const struct policy *old, const struct policy *new,
				      struct arena *a, size_t *ret_n)
{
	struct items was = describe(a, old, new->lang), is = describe(a, new, new->lang);
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
