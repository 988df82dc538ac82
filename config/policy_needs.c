/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What resources have to do with each other and with sites: parts, requirements, skills, travel. */

#include "config/policy_build.h"

#include <stdlib.h>
#include <string.h>

#include "lib/wish.h"

struct need_draft { /* one thing to come along, or `any` of several */
	const struct node *resource, *skill, *declared, *having, *any, *during, *unless;
	int quantity;
};

static void set_quantity(struct walk *w, void *into, const struct key_row *row,
			 const struct node *value)
{
	struct need_draft *d = into;
	size_t digits = strspn(value->text, "0123456789");

	d->quantity = digits > 0 && digits <= 3 && !value->text[digits] ? atoi(value->text) : 0;
	if (d->quantity >= 1 && d->quantity <= POLICY_MAX_UNITS)
		return;
	problems_add(w->problems, value->place,
		     "quantity \"%s\" is not a count; write a number from 1 to %d", value->text,
		     POLICY_MAX_UNITS);
	d->quantity = 1;
}

struct unless_draft {
	const char *qualification, *declared;
};

static const struct key_row unless_rows[] = {
    {"qualification", KEY_ID, false, walk_set_text, offsetof(struct unless_draft, qualification),
     "whoever books has it"},
    {"declared", KEY_ID, false, walk_set_text, offsetof(struct unless_draft, declared),
     "whoever books says so"},
};
static const struct key_table unless_table = KEY_TABLE(unless_rows);

#define NODE_ROW(word, type, member, help, table)                                                  \
	{                                                                                          \
		word, type, false, walk_set_node, offsetof(struct need_draft, member), help, table \
	}
#define CHOICE_ROWS                                                                                \
	NODE_ROW("resource", KEY_TEXT, resource, "is booked along", NULL),                         \
	    NODE_ROW("skill", KEY_TEXT, skill, "someone who has it comes along", NULL),            \
	    NODE_ROW("declared", KEY_ID, declared, "at hand where whoever books says so", NULL),   \
	    NODE_ROW("having", KEY_MAP, having, "{hitch: true, seats: \">=7\"}", &free_table),     \
	{                                                                                          \
		"quantity", KEY_TEXT, false, set_quantity, 0, "how many of it"                     \
	}

static void take_any(struct walk *w, void *into, const struct node *value)
{
}

static const struct key_table free_table = {NULL, 0, take_any, NULL};
static const struct key_row choice_rows[] = {CHOICE_ROWS};
static const struct key_table choice_table = KEY_TABLE_NAMED(choice_rows, "choice");
static const struct key_row need_rows[] = {
    CHOICE_ROWS,
    NODE_ROW("any", KEY_LIST, any, "the first of these that can be had", &choice_table),
    NODE_ROW("during", KEY_TEXT, during, "first 15m; if not said: all of it", NULL),
    NODE_ROW("unless", KEY_MAP, unless, "what makes it needless", &unless_table),
};
const struct key_table need_table = KEY_TABLE_NAMED(need_rows, "need");

/* `{hitch: true, seats: ">=7"}` as wishes. */
static void read_having(struct build *b, const struct node *having, struct need *ret)
{
	const char *text = "", *at;

	for (const struct node *c = having ? having->children : NULL; c; c = c->next) {
		if (!walk_is_id(&b->walk, c->key, c->key_place) || !walk_is(&b->walk, c, KEY_NAME))
			continue;
		text = arena_printf(b->walk.arena, "%s%s%s%s%s", text, *text ? " " : "", c->key,
				    strchr("=<>!", *c->text) ? "" : "=", c->text);
	}
	ret->having_text = text;
	if (wishes_parse(text, b->walk.arena, &ret->having, &at) != WISH_OK || at)
		problems_add(b->walk.problems, having->key_place,
			     "not attributes; write {hitch: true} or {seats: \">=7\"}");
}

static bool has_skill(const struct build *b, const char *word)
{
	for (size_t i = 0; i < b->policy->n_resources; i++)
		if (resource_has_skill(&b->policy->resources[i], word))
			return true;
	return false;
}

static void read_choice(struct build *b, const struct need_draft *d, struct place place,
			struct need *ret)
{
	const struct draft *other = NULL;

	*ret = (struct need){.word = "", .having_text = "", .quantity = (uint32_t)d->quantity};
	if ((d->resource != NULL) + (d->skill != NULL) + (d->declared != NULL) != 1) {
		problems_add(b->walk.problems, place,
			     "write one of `resource: …`, `skill: …`, `declared: …`");
	} else if (d->resource) {
		other = build_find_draft(b, d->resource->text, d->resource->place);
		ret->resource = other ? other->resource : NULL;
		read_having(b, d->having, ret);
		if (other && ret->quantity > other->resource->n_units)
			problems_add(b->walk.problems, d->resource->place,
				     "\"%s\" has only %zu; it could never be met",
				     other->resource->id, other->resource->n_units);
	} else if (d->skill) {
		ret->kind = NEED_SKILL;
		ret->word = arena_strdup(b->walk.arena, d->skill->text);
		if (!has_skill(b, ret->word))
			problems_add(b->walk.problems, d->skill->place,
				     "nobody has the skill \"%s\"; add it to the `skills` of "
				     "someone",
				     ret->word);
	} else {
		ret->kind = NEED_DECLARED;
		ret->word = arena_strdup(b->walk.arena, d->declared->text);
	}
}

static void read_any(struct build *b, const struct node *any, struct requirement *ret)
{
	struct need *choices = arena_new_n(b->walk.arena, struct need, any->n_children + 1);

	if (any->n_children == 0)
		problems_add(b->walk.problems, any->key_place, "an empty list of choices");
	for (const struct node *c = any->children; c; c = c->next) {
		struct need_draft d = {.quantity = 1};

		if (!walk_is(&b->walk, c, KEY_MAP))
			continue;
		walk_map(&b->walk, c, c->place, &choice_table, &d);
		read_choice(b, &d, c->place, &choices[ret->n_choices++]);
	}
	ret->choices = choices;
}

static void read_during(struct build *b, const struct node *during, struct duration *ret)
{
	static const char word[] = "first ";

	if (strncmp(during->text, word, strlen(word)) != 0)
		problems_add(b->walk.problems, during->place,
			     "\"%s\" is not known; write `first 15m`, or leave `during` out for "
			     "all of it",
			     during->text);
	else
		length_read(&b->walk, during, during->text + strlen(word), ret);
}

static void read_unless(struct build *b, const struct node *unless, struct requirement *ret)
{
	struct unless_draft d = {0};

	walk_map(&b->walk, unless, unless->key_place, &unless_table, &d);
	if ((d.qualification != NULL) == (d.declared != NULL))
		problems_add(b->walk.problems, unless->key_place,
			     "write `unless: {qualification: laser}`, or `unless: {declared: "
			     "own-hitch}`");
	ret->unless = d.qualification ? d.qualification : d.declared;
	ret->unless_qualified = d.qualification != NULL;
}

static void read_requirement(struct build *b, const struct node *value, struct requirement *ret)
{
	struct need_draft d = {.quantity = 1};

	*ret = (struct requirement){.place = value->place};
	if (!walk_is(&b->walk, value, KEY_MAP))
		return;
	walk_map(&b->walk, value, value->place, &need_table, &d);
	if (d.any && (d.resource || d.skill || d.declared))
		problems_add(b->walk.problems, d.any->key_place,
			     "either `any` or one thing, not both");
	else if (d.any)
		read_any(b, d.any, ret);
	else {
		struct need *choice = arena_new(b->walk.arena, struct need);

		read_choice(b, &d, value->place, choice);
		ret->choices = choice;
		ret->n_choices = 1;
	}
	if (d.during)
		read_during(b, d.during, &ret->during_first);
	if (d.unless)
		read_unless(b, d.unless, ret);
}

void build_requirements(struct build *b, struct draft *d)
{
	const struct node *list = d->requires;
	struct requirement *requirements;
	size_t n = 0;

	if (!list)
		return;
	requirements = arena_new_n(b->walk.arena, struct requirement, list->n_children + 1);
	for (const struct node *c = list->children; c; c = c->next)
		read_requirement(b, c, &requirements[n++]);
	d->resource->requirements = requirements;
	d->resource->n_requirements = n;
}

static bool is_part_already(const struct resource *r, const struct resource *part)
{
	for (size_t i = 0; i < r->n_parts; i++)
		if (r->parts[i] == part)
			return true;
	return false;
}

void build_parts(struct build *b, struct draft *d)
{
	const struct node *words = d->parts;
	struct resource *r = d->resource;

	if (!words)
		return;
	if (d->units || d->capacity)
		problems_add(b->walk.problems, words->key_place,
			     "parts besides units or a capacity; the parts have those");
	r->parts = arena_new_n(b->walk.arena, const struct resource *, words->n_children + 1);
	for (const struct node *word = words_first(words); word; word = words_next(words, word)) {
		const struct draft *part = build_find_draft(b, word->text, word->place);

		if (part && is_part_already(r, part->resource))
			problems_add(b->walk.problems, word->place, "\"%s\" is named twice",
				     word->text);
		else if (part)
			r->parts[r->n_parts++] = part->resource;
	}
}

struct travel_draft {
	const struct node *between, *takes;
};

static const struct key_row travel_rows[] = {
    {"between", KEY_LIST, true, walk_set_node, offsetof(struct travel_draft, between),
     "two sites: [a, b]"},
    {"takes", KEY_TEXT, true, walk_set_node, offsetof(struct travel_draft, takes), "35m"},
};
const struct key_table travel_table = KEY_TABLE(travel_rows);

static const struct site *find_site(struct build *b, const struct node *word)
{
	const struct site *site;

	if (!walk_is(&b->walk, word, KEY_TEXT))
		return NULL;
	site = glossary_find(&b->sites, word->text);
	if (!site)
		problems_add(b->walk.problems, word->place, "unknown site \"%s\"%s", word->text,
			     walk_hint(&b->walk, word->text, b->sites.words, b->sites.n));
	return site;
}

static void read_travel(struct build *b, const struct node *value, struct travel *ret)
{
	struct travel_draft d = {0};

	if (!walk_is(&b->walk, value, KEY_MAP))
		return;
	walk_map(&b->walk, value, value->place, &travel_table, &d);
	if (!d.between || !d.takes)
		return;
	if (d.between->n_children != 2) {
		problems_add(b->walk.problems, d.between->place, "write two sites: [a, b]");
		return;
	}
	ret->between[0] = find_site(b, d.between->children);
	ret->between[1] = find_site(b, d.between->children->next);
	if (length_read(&b->walk, d.takes, d.takes->text, &ret->takes) &&
	    ret->takes.days * DAY_S + ret->takes.seconds > DAY_S)
		problems_add(b->walk.problems, d.takes->place, "more than a day's travel");
}

void build_travel(struct build *b)
{
	const struct node *list = b->sections.travel;

	if (!list)
		return;
	b->policy->travels = arena_new_n(b->walk.arena, struct travel, list->n_children + 1);
	for (const struct node *c = list->children; c; c = c->next)
		read_travel(b, c, &b->policy->travels[b->policy->n_travels++]);
}
