/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a resource consists of: named units, the nameless places of a capacity, or just itself; and
 * free attributes. */

#include "config/policy_build.h"

#include <stdlib.h>
#include <string.h>

#include "lib/nearest.h"

struct unit_draft {
	struct unit *unit;
	const struct site *site;
	const struct member *owner;
	bool in_service;
	struct attributes attributes;
};

void attributes_add(struct walk *w, struct attributes *a, const struct node *value)
{
	if (!walk_is_id(w, value->key, value->key_place) || !walk_is(w, value, KEY_NAME))
		return;
	if (a->n == POLICY_MAX_ATTRIBUTES) {
		problems_add(w->problems, value->key_place, "more than %d attributes",
			     POLICY_MAX_ATTRIBUTES);
		return;
	}
	a->items = arena_grow(w->arena, a->items, a->n, &a->cap, a->n + 1, sizeof(*a->items));
	a->items[a->n++] = (struct attribute){arena_strdup(w->arena, value->key),
					      arena_strdup(w->arena, value->text)};
}

/* Any key is free for an attribute; these two are hardly meant as one. */
static bool is_attribute(struct build *b, const struct node *value)
{
	static const char *const words[] = {"site", "owner"};
	const char *near = nearest_word(value->key, words, 2);
	bool names_known = value->kind == NODE_TEXT && (glossary_find(&b->sites, value->text) ||
							glossary_find(&b->members, value->text));

	if (is_resource_key(value->key)) {
		problems_add(
		    b->walk.problems, value->key_place,
		    "\"%s\" is said of a resource, not of one unit; move it up to the resource",
		    value->key);
		return false;
	}
	if (near && names_known) {
		problems_add(b->walk.problems, value->key_place,
			     "unknown key \"%s\"; did you mean \"%s\"?", value->key, near);
		return false;
	}
	return true;
}

static void take_attribute(struct walk *w, void *into, const struct node *value)
{
	struct unit_draft *d = into;

	if (is_attribute(w->owner, value))
		attributes_add(w, &d->attributes, value);
}

static const struct key_row unit_rows[] = {
    {"site", KEY_TEXT, false, build_set_site, offsetof(struct unit_draft, site),
     "where it is; if not said: where the resource is"},
    {"owner", KEY_TEXT, false, build_set_owner, offsetof(struct unit_draft, owner), "the member"},
    {"in-service", KEY_BOOL, false, walk_set_bool, offsetof(struct unit_draft, in_service),
     "false: nobody can book it for now"},
};
const struct key_table unit_table = {unit_rows, sizeof(unit_rows) / sizeof(*unit_rows),
				     take_attribute, "unit"};

/* A resource without units is its own unit, so the ids of both share one set of names. */
static bool is_free_id(struct build *b, const struct draft *d, const char *id, struct place place)
{
	const struct draft *resource = glossary_find(&b->resources, id);
	const struct named *unit;

	if (resource) {
		problems_add(b->walk.problems, place,
			     "unit \"%s\" is called like the resource at %s:%d:%d; write \"%s-1\"",
			     id, resource->resource->place.file, resource->resource->place.line,
			     resource->resource->place.column, id);
		return false;
	}
	unit = glossary_add(&b->units, &b->scratch, id, (void *)d, place);
	if (!unit)
		return true;
	problems_add(b->walk.problems, place,
		     "unit \"%s\" is there already, at %s:%d:%d; give it another id", id,
		     unit->place.file, unit->place.line, unit->place.column);
	return false;
}

/* Reports once that there are too many in all. */
static bool make_room(struct build *b, struct draft *d, size_t n, struct place place)
{
	bool had_room = b->n_units <= POLICY_MAX_ALL_UNITS;

	b->n_units += n;
	if (b->n_units <= POLICY_MAX_ALL_UNITS) {
		d->resource->units = arena_new_n(b->walk.arena, struct unit, n);
		return true;
	}
	if (had_room)
		problems_add(b->walk.problems, place,
			     "more than %d units and places in all; a pole has at most that many",
			     POLICY_MAX_ALL_UNITS);
	return false;
}

static bool is_in_service(const struct draft *d)
{
	return !d->says_in_service || d->in_service;
}

static struct unit *add_unit(struct draft *d, const char *id, struct place place)
{
	struct resource *r = d->resource;
	struct unit *u = &r->units[r->n_units++];

	*u = (struct unit){
	    .lane = (uint32_t)r->n_units,
	    .id = id,
	    .site = d->site,
	    .owner = d->owner,
	    .in_service = is_in_service(d),
	    .place = place,
	};
	return u;
}

/* Where there are no sites at all, that is said once. */
static void check_site(struct build *b, const struct site *site, struct place place)
{
	if (!site && b->sites.n > 0)
		problems_add(
		    b->walk.problems, place,
		    "\"site\" is missing, and the pole has several; add a line `site: …`%s",
		    walk_hint(&b->walk, "", b->sites.words, b->sites.n));
}

static void build_unit(struct build *b, struct draft *d, const struct node *value)
{
	struct unit_draft unit = {
	    .site = d->site, .owner = d->owner, .in_service = is_in_service(d)};
	struct unit *u;

	if (!walk_is_id(&b->walk, value->key, value->key_place) ||
	    !is_free_id(b, d, value->key, value->key_place) || !walk_is(&b->walk, value, KEY_MAP))
		return;
	u = add_unit(d, arena_strdup(b->walk.arena, value->key), value->key_place);
	walk_map(&b->walk, value, value->key_place, &unit_table, &unit);
	u->site = unit.site;
	u->owner = unit.owner;
	u->in_service = unit.in_service;
	u->attributes = unit.attributes.items;
	u->n_attributes = unit.attributes.n;
	check_site(b, u->site, value->key_place);
}

static void build_named_units(struct build *b, struct draft *d)
{
	if (d->units->n_children > POLICY_MAX_UNITS) {
		problems_add(b->walk.problems, d->units->key_place,
			     "%zu units; a resource has at most %d", d->units->n_children,
			     POLICY_MAX_UNITS);
		return;
	}
	if (d->units->n_children == 0)
		problems_add(
		    b->walk.problems, d->units->key_place,
		    "no units; write them below, or leave `units` out if there is just one");
	if (!make_room(b, d, d->units->n_children, d->units->key_place))
		return;
	for (const struct node *c = d->units->children; c; c = c->next)
		build_unit(b, d, c);
}

/* 0: reported. */
static int read_capacity(struct build *b, const struct node *value)
{
	const char *s = value->text;
	size_t digits = strspn(s, "0123456789");
	int n = digits > 0 && digits <= 3 && s[digits] == '\0' ? atoi(s) : 0;

	if (n >= 1 && n <= POLICY_MAX_UNITS)
		return n;
	problems_add(b->walk.problems, value->place,
		     "capacity \"%s\" is not a count; write a number from 1 to %d", s,
		     POLICY_MAX_UNITS);
	return 0;
}

static void build_places(struct build *b, struct draft *d)
{
	int n = read_capacity(b, d->capacity);

	if (n == 0 || !make_room(b, d, (size_t)n, d->capacity->key_place))
		return;
	d->resource->has_capacity = true;
	for (int i = 0; i < n; i++)
		add_unit(d, "", d->capacity->key_place);
}

void build_units(struct build *b, struct draft *d)
{
	struct resource *r = d->resource;

	if (!d->site && b->sites.n == 1)
		d->site = b->policy->sites;
	if (d->units && d->capacity)
		problems_add(
		    b->walk.problems, d->capacity->key_place,
		    "both units and a capacity; name the units, or count the places, not both");
	if (d->units) {
		build_named_units(b, d);
	} else if (d->capacity) {
		build_places(b, d);
		check_site(b, d->site, r->place);
	} else if (make_room(b, d, 1, r->place)) {
		add_unit(d, r->id, r->place);
		check_site(b, d->site, r->place);
	}
	r->site = d->site ? d->site : r->n_units > 0 ? r->units[0].site : NULL;
}
