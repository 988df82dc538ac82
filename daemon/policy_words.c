/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a policy says, in words.
 *
 * Each kind of item has a table: a row for everything that may be written about it, in the order in
 * which it is said. What is not there is left unsaid, and so is what only follows from something
 * else (numbers, leaves, openings, places in the files). tests/daemon/test_policy_diff.c holds the
 * tables against the fields of the structures.
 */
#include "daemon/policy_words.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/calendar_text.h"
#include "lib/limits.h"

struct term {
	const char *word; /* before it; "": none */
	const char *(*say)(struct arena *a,
			   const void *at); /* NULL: nothing is said; "": the word alone */
	size_t offset;			    /* of what it is given */
};

static const char *describe(struct arena *a, const struct term *terms, size_t n, const void *of)
{
	const char *text = "";

	for (const struct term *t = terms; t < terms + n; t++) {
		const char *said = t->say(a, (const char *)of + t->offset);

		if (said)
			text = arena_printf(a, "%s%s%s%s%s", text, *text ? ", " : "", t->word,
					    *t->word && *said ? " " : "", said);
	}
	return text;
}
#define DESCRIBE(a, terms, of) describe(a, terms, sizeof(terms) / sizeof(*(terms)), of)

static const char *say_text(struct arena *a, const void *at)
{
	const char *text = *(const char *const *)at;

	return *text ? text : NULL;
}

static const char *say_yes(struct arena *a, const void *at)
{
	return *(const bool *)at ? "" : NULL;
}

static const char *say_no(struct arena *a, const void *at)
{
	return *(const bool *)at ? NULL : "";
}

static const char *length(struct arena *a, struct duration d)
{
	char text[32];

	return duration_is_zero(d) ? "" : arena_strdup(a, duration_format(d, text, sizeof(text)));
}

static const char *say_length(struct arena *a, const void *at)
{
	const struct duration *d = at;

	return duration_is_zero(*d) ? NULL : length(a, *d);
}

static const char *say_zone(struct arena *a, const void *at)
{
	return zone_name(*(const struct zone *const *)at);
}

static const char *say_site(struct arena *a, const void *at)
{
	return (*(const struct site *const *)at)->id;
}

static const char *say_owner(struct arena *a, const void *at)
{
	const struct member *owner = *(const struct member *const *)at;

	return owner ? owner->id : "the pole";
}

static const char *say_calendar(struct arena *a, const void *at)
{
	return calendar_text(a, at);
}

static const char *say_hand_over(struct arena *a, const void *at)
{
	const struct calendar *c = *(const struct calendar *const *)at;

	return c ? calendar_text(a, c) : NULL;
}

/* So many digits as it takes to read the same number. */
static const char *say_share(struct arena *a, const void *at)
{
	double share = *(const double *)at;
	const char *text = "";

	for (int digits = 6; digits <= 17; digits++) {
		text = arena_printf(a, "%.*g", digits, share);
		if (!(strtod(text, NULL) < share || strtod(text, NULL) > share))
			break;
	}
	return text;
}

static const char *say_holidays(struct arena *a, const void *at)
{
	const char *word = holiday_region_words[*(const enum holiday_region *)at];

	return *word ? word : NULL;
}

static const char *say_works_on(struct arena *a, const void *at)
{
	uint32_t regions = *(const uint32_t *)at;
	const char *text = NULL;

	for (enum holiday_region r = HOLIDAYS_FR; r < N_HOLIDAY_REGIONS; r++)
		if (regions & (UINT32_C(1) << r))
			text = arena_printf(a, "%s%s%s", text ? text : "", text ? " " : "",
					    holiday_region_words[r]);
	return text;
}

static const char *say_kind(struct arena *a, const void *at)
{
	return resource_kind_words[*(const enum resource_kind *)at];
}

static const char *attributes(struct arena *a, const struct attribute *attributes, size_t n)
{
	const char *text = NULL;

	for (size_t i = 0; i < n; i++)
		text = arena_printf(a, "%s%s%s %s", text ? text : "", text ? ", " : "",
				    attributes[i].key, attributes[i].value);
	return text;
}

static const char *say_resource_attributes(struct arena *a, const void *at)
{
	const struct resource *r = at;

	return attributes(a, r->attributes, r->n_attributes);
}

static const char *say_unit_attributes(struct arena *a, const void *at)
{
	const struct unit *u = at;

	return attributes(a, u->attributes, u->n_attributes);
}

static const char *ids(struct arena *a, const struct resource *const *resources, size_t n)
{
	const char *text = NULL;

	for (size_t i = 0; i < n; i++)
		text =
		    arena_printf(a, "%s%s%s", text ? text : "", text ? " " : "", resources[i]->id);
	return text;
}

static const char *say_parts(struct arena *a, const void *at)
{
	const struct resource *r = at;

	return ids(a, r->parts, r->n_parts);
}

static const char *say_stands_in(struct arena *a, const void *at)
{
	const struct resource *r = at;

	return ids(a, r->stands_in, r->n_stands_in);
}

static const char *say_skills(struct arena *a, const void *at)
{
	const struct resource *r = at;
	const char *text = NULL;

	for (size_t i = 0; i < r->n_skills; i++)
		text = arena_printf(a, "%s%s%s", text ? text : "", text ? " " : "", r->skills[i]);
	return text;
}

static const char *need_text(struct arena *a, const struct need *n)
{
	if (n->kind == NEED_SKILL)
		return arena_printf(a, "skill:%s", n->word);
	if (n->kind == NEED_DECLARED)
		return arena_printf(a, "declared:%s", n->word);
	return arena_printf(a, "%s%s%s%s", n->resource->id,
			    n->quantity > 1 ? arena_printf(a, "*%u", n->quantity) : "",
			    *n->having_text ? ":" : "", n->having_text);
}

const char *requirement_text(struct arena *a, const struct requirement *r)
{
	const char *text = "";

	for (size_t i = 0; i < r->n_choices; i++)
		text = arena_printf(a, "%s%s%s", text, i ? "|" : "", need_text(a, &r->choices[i]));
	if (!duration_is_zero(r->during_first))
		text = arena_printf(a, "%s first %s", text, length(a, r->during_first));
	return r->unless ? arena_printf(a, "%s unless declared:%s", text, r->unless) : text;
}

static const char *say_requirements(struct arena *a, const void *at)
{
	const struct resource *r = at;
	const char *text = NULL;

	for (size_t i = 0; i < r->n_requirements; i++)
		text = arena_printf(a, "%s%s%s", text ? text : "", text ? " and " : "",
				    requirement_text(a, &r->requirements[i]));
	return text;
}

static const char *say_capacity(struct arena *a, const void *at)
{
	const struct resource *r = at;

	return r->has_capacity ? arena_printf(a, "%zu", r->n_units) : NULL;
}

/* A unit of another name is an item of its own. */
static const char *say_out_of_service(struct arena *a, const void *at)
{
	const struct resource *r = at;
	const struct unit *u = r->n_units ? &r->units[0] : NULL;

	return u && !u->in_service && (!*u->id || strcmp(u->id, r->id) == 0) ? "" : NULL;
}

#define POLICY(field) offsetof(struct policy, field)
#define SITE(field) offsetof(struct site, field)
#define TRAVEL(field) offsetof(struct travel, field)
#define MEMBER(field) offsetof(struct member, field)
#define RESOURCE(field) offsetof(struct resource, field)
#define UNIT(field) offsetof(struct unit, field)

static const struct term pole_terms[] = {
    {"", say_text, POLICY(name)},
    {"zone", say_zone, POLICY(zone)},
    {"language", say_text, POLICY(lang)},
};

static const struct term site_terms[] = {
    {"", say_text, SITE(name)},
    {"", say_zone, SITE(zone)},
    {"holidays", say_holidays, SITE(holidays)},
};

static const struct term travel_terms[] = {
    {"takes", say_length, TRAVEL(takes)},
};

static const struct term member_terms[] = {
    {"", say_text, MEMBER(name)},
    {"kind", say_text, MEMBER(kind)},
    {"class", say_text, MEMBER(class)},
    {"share", say_share, MEMBER(share)},
    {"works on", say_works_on, MEMBER(works_on)},
};

static const struct term resource_terms[] = {
    {"", say_text, RESOURCE(name)},
    {"", say_kind, RESOURCE(kind)},
    {"out of service", say_out_of_service, 0},
    {"at", say_site, RESOURCE(site)},
    {"owner", say_owner, RESOURCE(owner)},
    {"capacity", say_capacity, 0},
    {"parts", say_parts, 0},
    {"hours", say_calendar, RESOURCE(hours)},
    {"hand-over", say_hand_over, RESOURCE(hand_over)},
    {"may span closed time", say_yes, RESOURCE(spans_closed)},
    {"buffer before", say_length, RESOURCE(buffer_before)},
    {"buffer after", say_length, RESOURCE(buffer_after)},
    {"when longer than", say_length, RESOURCE(long_from)},
    {"then after", say_length, RESOURCE(long_after)},
    {"buffers shared by a member", say_yes, RESOURCE(shares_buffer)},
    {"moves", say_yes, RESOURCE(moves)},
    {"requires", say_requirements, 0},
    {"skills", say_skills, 0},
    {"stood in for by", say_stands_in, 0},
    {"having", say_resource_attributes, 0},
};

static const struct term unit_terms[] = {
    {"out of service", say_no, UNIT(in_service)},
    {"at", say_site, UNIT(site)},
    {"owner", say_owner, UNIT(owner)},
    {"having", say_unit_attributes, 0},
};

const char *pole_text(struct arena *a, const struct policy *p)
{
	return DESCRIBE(a, pole_terms, p);
}

const char *site_text(struct arena *a, const struct site *s)
{
	return DESCRIBE(a, site_terms, s);
}

const char *travel_text(struct arena *a, const struct travel *t)
{
	return DESCRIBE(a, travel_terms, t);
}

const char *member_text(struct arena *a, const struct member *m)
{
	return DESCRIBE(a, member_terms, m);
}

const char *resource_text(struct arena *a, const struct resource *r)
{
	return DESCRIBE(a, resource_terms, r);
}

const char *unit_text(struct arena *a, const struct unit *u)
{
	return DESCRIBE(a, unit_terms, u);
}

static const char *say_duration(struct arena *a, const struct limit *l)
{
	return arena_printf(a, "%s..%s%s%s", length(a, l->duration.min), length(a, l->duration.max),
			    duration_is_zero(l->duration.step) ? "" : " step ",
			    length(a, l->duration.step));
}

static const char *say_start(struct arena *a, const struct limit *l)
{
	return length(a, (struct duration){.seconds = l->start_every_s});
}

static const char *say_lead(struct arena *a, const struct limit *l)
{
	return length(a, l->lead);
}

static const char *say_horizon(struct arena *a, const struct limit *l)
{
	return length(a, l->horizon);
}

static const char *say_slots(struct arena *a, const struct limit *l)
{
	return slots_text(l, a);
}

static const char *say_recurrence(struct arena *a, const struct limit *l)
{
	return arena_printf(a, "%s%s", length(a, l->recurrence.at_most),
			    l->recurrence.reconfirm ? " then reconfirm" : "");
}

static const struct {
	const char *word;
	const char *(*say)(struct arena *a, const struct limit *l);
} limits[N_LIMIT_KINDS] = {
    [LIMIT_DURATION] = {"duration", say_duration},
    [LIMIT_START] = {"start every", say_start},
    [LIMIT_LEAD] = {"lead", say_lead},
    [LIMIT_HORIZON] = {"horizon", say_horizon},
    [LIMIT_SLOTS] = {"slots", say_slots},
    [LIMIT_RECURRENCE] = {"recurrence at most", say_recurrence},
};

const char *rule_text(struct arena *a, const struct rule *r)
{
	const char *text = arena_printf(a, "%s %s", limits[r->limit.kind].word,
					limits[r->limit.kind].say(a, &r->limit));

	if (r->n_resources)
		text = arena_printf(a, "%s for %s", text, ids(a, r->resources, r->n_resources));
	for (size_t i = 0; i < r->n_classes; i++)
		text = arena_printf(a, "%s%s%s", text, i ? " " : " of ", r->classes[i]);
	return text;
}

/* There may be thousands. */
const char *closing_text(struct arena *a, const struct closing *c)
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
