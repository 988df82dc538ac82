/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The section resources.
 *
 * A resource may name another that stands further down (`hours: as …`, `stands-in-for`), so each is
 * first read into a draft of its own; what names others is resolved once all are there.
 */

#include "config/policy_build.h"

#include <stdlib.h>
#include <string.h>

static void set_kind(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	struct draft *d = into;
	size_t kind = walk_choice(w, value, "kind", resource_kind_words, N_RESOURCE_KINDS);

	if (kind == N_RESOURCE_KINDS)
		return;
	d->kind = (enum resource_kind)kind;
	d->has_kind = true;
}

static void set_attributes(struct walk *w, void *into, const struct key_row *row,
			   const struct node *value)
{
	struct draft *d = into;

	for (const struct node *c = value->children; c; c = c->next)
		attributes_add(w, &d->attributes, c);
}

static void set_in_service(struct walk *w, void *into, const struct key_row *row,
			   const struct node *value)
{
	struct draft *d = into;

	d->says_in_service = true;
	d->in_service = strcmp(value->text, "true") == 0;
}

static void set_site(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	((struct draft *)into)->site_place = value->key_place;
	build_set_site(w, into, row, value);
}

static void set_owner(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	((struct draft *)into)->owner_place = value->key_place;
	build_set_owner(w, into, row, value);
}

static void take_any(struct walk *w, void *into, const struct node *value)
{
}

static const struct key_table free_table = {NULL, 0, take_any, NULL};
static const struct key_row resource_rows[] = {
    {"name", KEY_NAME, false, walk_set_text, offsetof(struct draft, name), "as people say it"},
    {"kind", KEY_TEXT, true, set_kind, 0, "equipment, premises or staff", NULL, false,
     resource_kind_words, N_RESOURCE_KINDS},
    {"site", KEY_TEXT, false, set_site, offsetof(struct draft, site), "where it is"},
    {"owner", KEY_TEXT, false, set_owner, offsetof(struct draft, owner),
     "the member; if not said: the pole"},
    {"units", KEY_MAP, false, walk_set_node, offsetof(struct draft, units),
     "things that are alike: {van-1: {seats: 3}, van-2: {}}", &unit_table, true},
    {"capacity", KEY_TEXT, false, walk_set_node, offsetof(struct draft, capacity),
     "so many places without names"},
    {"attributes", KEY_MAP, false, set_attributes, 0, "what else it is: {seats: 9}", &free_table},
    {"parts", KEY_WORDS, false, walk_set_node, offsetof(struct draft, parts),
     "resources that the whole takes"},
    {"requires", KEY_LIST, false, walk_set_node, offsetof(struct draft, requires),
     "what comes along", &need_table},
    {"skills", KEY_WORDS, false, walk_set_node, offsetof(struct draft, skills),
     "what a person can be needed for"},
    {"moves", KEY_BOOL, false, walk_set_bool, offsetof(struct draft, moves),
     "it goes to where it is needed"},
    {"in-service", KEY_BOOL, false, set_in_service, 0, "false: nobody can book it for now"},
    {"stands-in-for", KEY_WORDS, false, walk_set_node, offsetof(struct draft, stands_in_for),
     "offered where those are taken"},
    LIMIT_ROWS(offsetof(struct draft, terms)),
    OTHER_TERM_ROWS(offsetof(struct draft, terms)),
};
const struct key_table resource_table = KEY_TABLE(resource_rows);

bool is_resource_key(const char *word)
{
	for (size_t i = 0; i < resource_table.n; i++)
		if (strcmp(resource_rows[i].word, word) == 0)
			return true;
	return false;
}

/* `for: premises` in a rule means the kind. */
static bool is_free_word(struct build *b, const struct node *value)
{
	for (size_t i = 0; i < N_RESOURCE_KINDS; i++) {
		if (strcmp(value->key, resource_kind_words[i]) != 0)
			continue;
		problems_add(b->walk.problems, value->key_place,
			     "\"%s\" is the word for a kind; give the resource another id",
			     value->key);
		return false;
	}
	return true;
}

static void take_skills(struct build *b, const struct draft *d)
{
	struct resource *r = d->resource;

	if (!d->skills)
		return;
	r->skills = arena_new_n(b->walk.arena, const char *, d->skills->n_children + 1);
	for (const struct node *word = words_first(d->skills); word;
	     word = words_next(d->skills, word))
		if (walk_is_id(&b->walk, word->text, word->place))
			r->skills[r->n_skills++] = arena_strdup(b->walk.arena, word->text);
}

static void take_places(const struct draft *d)
{
	static const struct {
		enum said said;
		enum term term;
	} places[] = {
	    {SAID_MANAGERS, TERM_MANAGERS},
	    {SAID_METER, TERM_METER},
	    {SAID_HOURS, TERM_HOURS},
	    {SAID_HAND_OVER, TERM_HAND_OVER},
	    {SAID_SPANS_CLOSED, TERM_SPANS_CLOSED},
	    {SAID_BUFFER, TERM_BUFFER},
	};
	struct resource *r = d->resource;

	r->said[SAID_SITE] = d->site_place;
	r->said[SAID_OWNER] = d->owner_place;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		r->said[places[i].said] = d->terms.place[places[i].term];
}

static void take_draft(struct build *b, struct draft *d)
{
	struct resource *r = d->resource;

	terms_inherit(&d->terms, &b->kind_terms[d->kind]);
	if (d->terms.place[TERM_HOURS].line == 0)
		d->terms.hours.calendar.usual.always = true;
	if (d->terms.place[TERM_SPANS_CLOSED].line == 0)
		d->terms.spans_closed = d->kind == RESOURCE_EQUIPMENT;
	if (d->name)
		r->name = d->name;
	r->kind = d->kind;
	r->owner = d->owner;
	r->spans_closed = d->terms.spans_closed;
	r->buffer_before = d->terms.buffer.before;
	r->buffer_after = d->terms.buffer.after;
	r->long_from = d->terms.buffer.long_from;
	r->long_after = d->terms.buffer.long_after;
	r->shares_buffer = d->terms.buffer.shared;
	r->moves = d->moves;
	r->meter = d->terms.meter;
	if (d->terms.managers) {
		r->managers = d->terms.managers->members;
		r->n_managers = d->terms.managers->n_members;
	}
	take_places(d);
	take_skills(b, d);
	r->attributes = d->attributes.items;
	r->n_attributes = d->attributes.n;
}

static void build_resource(struct build *b, const struct node *value)
{
	struct policy *p = b->policy;
	struct resource *r = &p->resources[p->n_resources];
	struct draft *d = &b->drafts[p->n_resources];

	if (!walk_is_id(&b->walk, value->key, value->key_place) || !is_free_word(b, value) ||
	    !walk_is(&b->walk, value, KEY_MAP))
		return;
	r->id = arena_strdup(&p->arena, value->key);
	r->name = r->id;
	r->place = value->key_place;
	d->resource = r;
	walk_map(&b->walk, value, value->key_place, &resource_table, d);
	take_draft(b, d);
	glossary_add(&b->resources, &b->scratch, r->id, d, r->place);
	p->n_resources++;
}

struct draft *build_find_draft(struct build *b, const char *id, struct place place)
{
	struct draft *d = glossary_find(&b->resources, id);

	if (!d)
		problems_add(b->walk.problems, place, "unknown resource \"%s\"%s", id,
			     walk_hint(&b->walk, id, b->resources.words, b->resources.n));
	return d;
}

static const struct calendar_term *term_of(const struct draft *d, enum term term)
{
	return term == TERM_HOURS ? &d->terms.hours : &d->terms.hand_over;
}

/* Follows `as` to times that are written out; NULL: reported. */
static const struct draft *written_out(struct build *b, const struct draft *d, enum term term)
{
	const struct draft *from = d;

	for (size_t steps = 0; from && term_of(from, term)->as; steps++) {
		const struct calendar_term *t = term_of(from, term);

		if (steps > b->policy->n_resources) {
			problems_add(
			    b->walk.problems, term_of(d, term)->as_place,
			    "%s as each other, in a circle; write them out for one of them",
			    term == TERM_HOURS ? "hours" : "hand-over times");
			return NULL;
		}
		from = build_find_draft(b, t->as, t->as_place);
		if (from && from->terms.place[term].line == 0 && term == TERM_HAND_OVER) {
			problems_add(b->walk.problems, t->as_place,
				     "\"%s\" has no hand-over times; write them out",
				     from->resource->id);
			return NULL;
		}
	}
	return from;
}

static void resolve_times(struct build *b, struct draft *d)
{
	const struct draft *hours = written_out(b, d, TERM_HOURS), *hand_over;

	if (hours)
		d->resource->hours = hours->terms.hours.calendar;
	if (d->terms.place[TERM_HAND_OVER].line == 0)
		return;
	hand_over = written_out(b, d, TERM_HAND_OVER);
	if (hand_over) {
		struct calendar *copy = arena_new(&b->policy->arena, struct calendar);

		*copy = hand_over->terms.hand_over.calendar;
		d->resource->hand_over = copy;
	}
}

static bool stands_in_already(const struct resource *r, const struct resource *other)
{
	for (size_t i = 0; i < r->n_stands_in; i++)
		if (r->stands_in[i] == other)
			return true;
	return false;
}

static void add_stand_in(struct build *b, const struct draft *d, const struct node *word)
{
	struct draft *target = build_find_draft(b, word->text, word->place);
	struct resource *r = target ? target->resource : NULL;

	if (!r)
		return;
	if (r == d->resource) {
		problems_add(b->walk.problems, word->place,
			     "\"%s\" cannot stand in for itself; name another resource", r->id);
		return;
	}
	if (stands_in_already(r, d->resource)) {
		problems_add(b->walk.problems, word->place, "\"%s\" is named twice", r->id);
		return;
	}
	r->stands_in =
	    arena_grow(&b->policy->arena, r->stands_in, r->n_stands_in, &target->stands_in_cap,
		       r->n_stands_in + 1, sizeof(*r->stands_in));
	r->stands_in[r->n_stands_in++] = d->resource;
}

static void resolve(struct build *b, struct draft *d)
{
	const struct node *words = d->stands_in_for;

	resolve_times(b, d);
	for (const struct node *word = words ? words_first(words) : NULL; word;
	     word = words_next(words, word))
		add_stand_in(b, d, word);
}

void build_resources(struct build *b)
{
	const struct node *resources = b->sections.resources;
	struct policy *p = b->policy;

	if (!resources)
		return;
	if (resources->n_children > POLICY_MAX_RESOURCES) {
		problems_add(b->walk.problems, resources->key_place,
			     "%zu resources; a pole has at most %d", resources->n_children,
			     POLICY_MAX_RESOURCES);
		return;
	}
	p->resources = arena_new_n(&p->arena, struct resource, resources->n_children);
	b->drafts = arena_new_n(&b->scratch, struct draft, resources->n_children);
	for (const struct node *c = resources->children; c; c = c->next)
		build_resource(b, c);
	for (size_t i = 0; i < p->n_resources; i++)
		build_units(b, &b->drafts[i]);
	for (size_t i = 0; i < p->n_resources; i++)
		resolve(b, &b->drafts[i]);
	for (size_t i = 0; i < p->n_resources; i++)
		build_parts(b, &b->drafts[i]);
	for (size_t i = 0; i < p->n_resources; i++)
		if (!resource_find_leaves(&p->resources[i], &p->arena))
			problems_add(b->walk.problems, b->drafts[i].parts->key_place,
				     "\"%s\" is a part of itself", p->resources[i].id);
	for (size_t i = 0; i < p->n_resources; i++)
		build_requirements(b, &b->drafts[i]);
}
