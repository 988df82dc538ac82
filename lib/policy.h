/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the members wrote, as plain structures: sites, members, resources, rules. Built by config/, never changed
 * afterwards; everything in it is owned by its arena. A pole runs under one policy at a time.
 *
 * Strings are never NULL unless said. Numbers (`number`) are a pole's own small integers for names; 0 means not
 * numbered yet. They are stable for the life of the pole, given by pole_number().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/duration.h"
#include "lib/opening.h"
#include "lib/place.h"
#include "lib/zone.h"

struct policy_file {
	const char *name; /* "pole.yaml" */
	const char *text;
	size_t n;
};

struct site {
	const char *id, *name;
	const struct zone *zone;
	enum holiday_region holidays;
	struct place place;
};

struct member {
	uint32_t number;
	const char *id, *name; /* "m02", "Ressourcerie La Remise" */
	const char *kind, *class; /* "association", "founder"; "" where not said */
	double share;
	uint32_t works_on; /* a bit per holiday region whose own holidays are no holidays for it */
	struct place place;
};

struct attribute {
	const char *key, *value;
};

enum compare { COMPARE_IS, COMPARE_NOT, COMPARE_AT_LEAST, COMPARE_AT_MOST, COMPARE_MORE, COMPARE_LESS };

struct wish { /* what an attribute must be; see lib/wish.h */
	const char *key;
	enum compare compare;
	const char *value;
};

struct wishes {
	const struct wish *items;
	size_t n;
};

struct unit { /* one lane of a resource */
	uint32_t lane; /* 1.. */
	const char *id; /* "van-2"; "" for the places of a capacity */
	const struct site *site;
	const struct opening *opening; /* the resource's at that site; NULL: that of the resource */
	const struct member *owner; /* NULL: the pole */
	const struct attribute *attributes;
	size_t n_attributes;
	bool in_service; /* false: said so, or no longer in the policy; its past stays */
	bool is_gone; /* no longer in the policy */
	struct place place;
};

enum resource_kind { RESOURCE_EQUIPMENT, RESOURCE_PREMISES, RESOURCE_STAFF, N_RESOURCE_KINDS };
extern const char *const resource_kind_words[N_RESOURCE_KINDS];

/* What a booking of a resource takes along: the first of the choices that can be had. */
enum need_kind {
	NEED_RESOURCE,
	NEED_SKILL,    /* a person who has it */
	NEED_DECLARED, /* nothing, where the asker says that this is at hand */
};

struct need {
	enum need_kind kind;
	const struct resource *resource; /* RESOURCE */
	uint32_t quantity;		 /* RESOURCE */
	const char *having_text;	 /* RESOURCE; "" none */
	struct wishes having;
	const char *word; /* SKILL, DECLARED; else "" */
};

struct requirement {
	const struct need *choices;
	size_t n_choices;
	struct duration during_first; /* from the start on; zero: all the time */
	const char *unless;	      /* a declared word that makes it needless; NULL: none */
	struct place place;
};

struct travel {
	const struct site *between[2];
	struct duration takes;
};

struct resource {
	uint32_t number;
	const char *id, *name; /* "van", "Fourgon 12 m³" */
	enum resource_kind kind;
	const struct site *site; /* of all units, or that of the first where they differ */
	const struct member *owner; /* NULL: the pole */
	struct unit *units;
	size_t n_units;
	bool has_capacity; /* units are the nameless places of a capacity */
	struct calendar hours;
	const struct calendar *hand_over; /* NULL: whenever it is open */
	bool spans_closed; /* a booking may span closed time: only its start and end must be open */
	const struct opening *opening; /* all that at its site; see policy_open() */
	struct duration buffer_before, buffer_after; /* elapsed time; days count 86400 s */
	struct duration long_from, long_after; /* used for longer than that: buffer_after is this; zero: no such rule */
	bool shares_buffer; /* no buffer between bookings of one member */
	bool moves; /* has to get from the site of one booking to that of the next */
	/* A composite has parts, and one unit that stands for the whole; it occupies all lanes of its leaves. */
	const struct resource **parts, **leaves;
	size_t n_parts, n_leaves;
	const struct requirement *requirements;
	size_t n_requirements;
	const char **skills; /* of staff, all units alike */
	size_t n_skills;
	const struct resource **stands_in; /* what may replace it, in order of preference */
	size_t n_stands_in;
	const struct attribute *attributes;
	size_t n_attributes;
	struct place place;
};

/* A rule limits the bookings that it matches. A resource's own limits become rules named after it
 * ("van duration"), so that every refusal can name one. */
enum limit_kind { LIMIT_DURATION, LIMIT_START, LIMIT_LEAD, LIMIT_HORIZON, LIMIT_SLOTS, LIMIT_RECURRENCE, N_LIMIT_KINDS };

/* A booking starts with a slot and ends with one, the same or a later. */
enum { SLOTS_MAX = 2 };
struct slot {
	int32_t from_s, to_s; /* of the local day; to_s beyond 86400: of the next */
};

struct limit {
	enum limit_kind kind;
	union {
		struct {
			struct duration min, max; /* inclusive; zero max: none */
			struct duration step; /* zero: any */
		} duration;
		int32_t start_every_s; /* local time of day of the start is a multiple */
		struct duration lead; /* at least this long before the start */
		struct duration horizon; /* start at most this long ahead */
		struct {
			struct slot items[SLOTS_MAX]; /* in order, disjoint */
			size_t n;
		} slots;
		struct { /* of a series, from its first start to its last end */
			struct duration at_most;
			bool reconfirm; /* beyond it a series is booked on, not refused */
		} recurrence;
	};
};

struct rule {
	const char *name;
	struct place place;
	/* Match: every list that is not empty must contain the booking's. */
	const struct resource **resources;
	size_t n_resources;
	const char **classes; /* member classes */
	size_t n_classes;
	struct limit limit;
};

struct closing { /* a closure and all that it is for; nothing named: everything */
	struct closure closure;
	const struct resource **resources;
	size_t n_resources;
	const struct site **sites; /* all that is there */
	size_t n_sites;
};

struct policy {
	struct arena arena;
	const char *pole, *name; /* "deux-sanes", "Pôle Coop' des Deux Sânes" */
	const char *lang; /* "en" or "fr" */
	const struct zone *zone; /* the pole's; sites may differ */
	struct zone **zones; /* all zones used; owned, freed with the policy */
	size_t n_zones;
	struct site *sites;
	size_t n_sites;
	struct member *members;
	size_t n_members;
	struct resource *resources;
	size_t n_resources;
	struct rule *rules;
	size_t n_rules;
	struct travel *travels;
	size_t n_travels;
	struct closing *closings;
	size_t n_closings;
	struct policy_file *files; /* the text it was read from, sorted by name */
	size_t n_files;
	char hash[65]; /* hex SHA-256 of the files, set by who has a hash function */
};

struct policy *policy_new(void); /* empty; its owner fills it before it is used */
void policy_free(struct policy *p); /* takes NULL; its zones, its arena, itself */
/* Gives every resource and unit its opening, from hours, hand-over times, sites and closings: the last thing
 * that is done to a policy before it is used. > 0: more than POLICY_CLOSED_MAX closures in all resources together. */
#define POLICY_CLOSED_MAX 1000000
int policy_open(struct policy *p);
const struct member *policy_member(const struct policy *p, const char *id);	    /* NULL if none */
const struct resource *policy_resource(const struct policy *p, const char *id);	    /* NULL if none */
const struct unit *resource_unit(const struct resource *r, const char *id);	    /* NULL if none */
const struct unit *resource_lane(const struct resource *r, uint32_t lane);	    /* NULL if none */
const struct site *policy_site(const struct policy *p, const char *id);	    /* NULL if none */
/* Between two sites; 0 where nothing is said. */
int64_t policy_travel_s(const struct policy *p, const struct site *a, const struct site *b);
bool resource_has_skill(const struct resource *r, const char *word);
/* The leaves of a composite, once all parts are known: each once, in order. false: it is a part of itself. */
bool resource_find_leaves(struct resource *r, struct arena *a);
const char *attribute_value(const struct attribute *a, size_t n, const char *key); /* NULL if none */
