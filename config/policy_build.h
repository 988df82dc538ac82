/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A policy while it is being built: what the sections of the files need to know of each other. The
 * sections are read in the order of this header, whatever their order in the files, so that each
 * finds by name what it mentions.
 */

#include <stdbool.h>
#include <stddef.h>

#include "config/glossary.h"
#include "config/policy_load.h"
#include "config/walk.h"

/* What bookings of a resource must keep to. Each term is said by the resource, else by the defaults
 * of its kind, else by those of all; the first N_LIMIT_KINDS terms are limits. */
enum term {
	TERM_DURATION = LIMIT_DURATION,
	TERM_START = LIMIT_START,
	TERM_LEAD = LIMIT_LEAD,
	TERM_HORIZON = LIMIT_HORIZON,
	TERM_SLOTS = LIMIT_SLOTS,
	TERM_RECURRENCE = LIMIT_RECURRENCE,
	TERM_HOURS = N_LIMIT_KINDS,
	TERM_HAND_OVER,
	TERM_SPANS_CLOSED,
	TERM_BUFFER,
	N_TERMS
};
extern const char *const limit_words[N_LIMIT_KINDS];

struct calendar_term {
	struct calendar calendar;
	const char *as; /* that of another resource; NULL: calendar */
	struct place as_place;
};

struct terms {
	struct place place[N_TERMS]; /* of the line that said it; line 0: not said */
	struct limit limits[N_LIMIT_KINDS];
	struct calendar_term hours, hand_over;
	bool spans_closed;
	struct {
		struct duration before, after, long_from, long_after;
		bool shared;
	} buffer;
};

struct attributes {
	struct attribute *items;
	size_t n, cap;
};

struct draft { /* of a resource: what the files say of it */
	struct resource *resource;
	const char *name;
	const struct site *site;
	const struct member *owner;
	enum resource_kind kind;
	bool has_kind;
	struct terms terms;
	struct attributes attributes;
	const struct node *units, *capacity, *stands_in_for, *parts, *requires, *skills;
	bool moves;
	bool in_service, says_in_service;
	size_t stands_in_cap; /* of resource->stands_in */
};

struct sections {
	const char *pole, *name;
	const struct node *zone, *language, *sites, *members, *defaults, *resources, *rules,
	    *closures, *travel;
};

struct build {
	struct walk walk; /* owner: the build itself; arena: the policy's */
	struct arena scratch;
	struct policy *policy;
	zone_loader *zones;
	void *zones_arg;
	int failure; /* < 0: of the zone loader */
	struct sections sections;
	struct glossary sites, members, classes, rules;
	struct glossary resources, units; /* to drafts; a unit to its resource's */
	struct terms all_terms, kind_terms[N_RESOURCE_KINDS];
	struct draft *drafts; /* one per resource of the policy, in its order */
	size_t n_units;	      /* of all resources */
	size_t zones_cap;
};

/* The sections, each from build.sections. */
void build_pole(struct build *b);
void build_members(struct build *b);
void build_defaults(struct build *b);
void build_resources(struct build *b);
void build_rules(struct build *b);
void build_closures(struct build *b);
void build_travel(struct build *b);
/* The parts, skills and requirements of a resource, once all resources are there. */
void build_parts(struct build *b, struct draft *d);
void build_requirements(struct build *b, struct draft *d);
struct draft *build_find_draft(struct build *b, const char *id, struct place place); /* NULL: reported */

/* Rows for the terms, for tables of a structure that has a struct terms at offset `at`. */
key_setter terms_set_duration, terms_set_start, terms_set_lead, terms_set_horizon, terms_set_slots,
    terms_set_recurrence;
key_setter terms_set_hours, terms_set_hand_over, terms_set_spans_closed, terms_set_buffer;
#define TERM_ROW(word, type, set, at)                                                              \
	{                                                                                          \
		word, type, false, set, at                                                         \
	}
#define LIMIT_ROWS(at)                                                                             \
	TERM_ROW("duration", KEY_TEXT, terms_set_duration, at),                                    \
	    TERM_ROW("start", KEY_TEXT, terms_set_start, at),                                      \
	    TERM_ROW("lead", KEY_TEXT, terms_set_lead, at),                                        \
	    TERM_ROW("horizon", KEY_TEXT, terms_set_horizon, at),                              \
	    TERM_ROW("slots", KEY_TEXT, terms_set_slots, at),                                  \
	    TERM_ROW("recurrence", KEY_MAP, terms_set_recurrence, at)
#define OTHER_TERM_ROWS(at)                                                                        \
	TERM_ROW("hours", KEY_HOURS, terms_set_hours, at),                                         \
	    TERM_ROW("hand-over", KEY_HOURS, terms_set_hand_over, at),                             \
	    TERM_ROW("spans-closed", KEY_BOOL, terms_set_spans_closed, at),                        \
	    TERM_ROW("buffer", KEY_MAP, terms_set_buffer, at)
/* Fills in what `t` does not say from what `from` says. */
void terms_inherit(struct terms *t, const struct terms *from);

/* Weekly hours as written: "always", "daily 08:00-24:00", "Tue-Sat 09:00-12:00 14:00-19:00, Sun
 * 10:00-12:00". Of dates that are named: "closed", too, and times without days. false: reported. */
enum hours_form { HOURS_WEEKLY, HOURS_OF_DATES };
bool hours_read(struct walk *w, const struct node *value, enum hours_form form, struct hours *ret);
/* A calendar as written: weekly hours, or a map of them with seasons, exceptions, holidays. */
void calendar_read(struct walk *w, const struct node *value, struct calendar *ret);
/* Dates, or local times where those are allowed, as written: "2026-12-24",
 * "2026-12-24..2027-01-03", "2026-12-24T12:00..2027-01-03T08:00"; from the first to the end of the
 * last, as civil_seconds() counts. false: reported. */
enum dates_form { DATES_WHOLE, DATES_WITH_TIMES };
bool dates_read(struct walk *w, const struct node *value, enum dates_form form, int64_t *ret_from_s,
		int64_t *ret_to_s);

/* Resources gathered by their ids and kinds, each once. */
struct matching {
	struct build *build;
	const struct resource **items;
	bool *taken; /* by their place in the policy */
	size_t n;
};
struct matching matching_new(struct build *b);
/* false: the word is neither the id of a resource nor a kind. A kind without resources is reported.
 */
bool matching_add(struct matching *m, const struct node *word);
const struct resource **matching_items(const struct matching *m); /* in the policy's arena */
/* Reports a word that names a unit. */
bool matching_is_unit(const struct matching *m, const struct node *word);
/* Reports an empty list. */
void report_empty_list(struct build *b, const struct node *words);

/* A length of time, from the text of a node or a part of it. false: reported. */
bool length_read(struct walk *w, const struct node *value, const char *text, struct duration *ret);
/* Setters for a mention of a site or a member: a pointer at row->offset. */
key_setter build_set_site, build_set_owner;
/* Adds `key: value`, one free attribute. */
void attributes_add(struct walk *w, struct attributes *a, const struct node *value);
/* Whether `word` is a key of a resource. */
bool is_resource_key(const char *word);
/* Units of a draft, once its site, owner and kind are known. */
void build_units(struct build *b, struct draft *d);
