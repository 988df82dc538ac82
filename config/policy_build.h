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
	TERM_HOURS,
	TERM_SPANS_CLOSED,
	TERM_BUFFER,
	N_TERMS
};
extern const char *const limit_words[N_LIMIT_KINDS];

struct terms {
	struct place place[N_TERMS]; /* of the line that said it; line 0: not said */
	struct limit limits[N_LIMIT_KINDS];
	struct {
		struct hours open;
		const char *as; /* those of another resource; NULL: open */
		struct place as_place;
	} hours;
	bool spans_closed;
	struct {
		struct duration before, after;
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
	const struct node *units, *capacity, *stands_in_for;
	size_t stands_in_cap; /* of resource->stands_in */
};

struct sections {
	const char *pole, *name;
	const struct node *zone, *language, *sites, *members, *defaults, *resources, *rules;
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

/* Rows for the terms, for tables of a structure that has a struct terms at offset `at`. */
key_setter terms_set_duration, terms_set_start, terms_set_lead, terms_set_horizon, terms_set_slots;
key_setter terms_set_hours, terms_set_spans_closed, terms_set_buffer;
#define TERM_ROW(word, type, set, at)                                                              \
	{                                                                                          \
		word, type, false, set, at                                                         \
	}
#define LIMIT_ROWS(at)                                                                             \
	TERM_ROW("duration", KEY_TEXT, terms_set_duration, at),                                    \
	    TERM_ROW("start", KEY_TEXT, terms_set_start, at),                                      \
	    TERM_ROW("lead", KEY_TEXT, terms_set_lead, at),                                        \
	    TERM_ROW("horizon", KEY_TEXT, terms_set_horizon, at),                              \
	    TERM_ROW("slots", KEY_TEXT, terms_set_slots, at)
#define OTHER_TERM_ROWS(at)                                                                        \
	TERM_ROW("hours", KEY_TEXT, terms_set_hours, at),                                          \
	    TERM_ROW("spans-closed", KEY_BOOL, terms_set_spans_closed, at),                        \
	    TERM_ROW("buffer", KEY_MAP, terms_set_buffer, at)
/* Fills in what `t` does not say from what `from` says. */
void terms_inherit(struct terms *t, const struct terms *from);

/* Weekly hours as written: "always", "daily 08:00-24:00", "Tue-Sat 09:00-12:00 14:00-19:00, Sun
 * 10:00-12:00". false: reported. */
bool hours_read(struct walk *w, const struct node *value, struct hours *ret);

/* Setters for a mention of a site or a member: a pointer at row->offset. */
key_setter build_set_site, build_set_owner;
/* Adds `key: value`, one free attribute. */
void attributes_add(struct walk *w, struct attributes *a, const struct node *value);
/* Whether `word` is a key of a resource. */
bool is_resource_key(const char *word);
/* Units of a draft, once its site, owner and kind are known. */
void build_units(struct build *b, struct draft *d);
