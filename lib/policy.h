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

struct unit { /* one lane of a resource */
	uint32_t lane; /* 1.. */
	const char *id; /* "van-2"; "" for the places of a capacity */
	const struct site *site;
	const struct opening *opening; /* the resource's at that site; NULL: that of the resource */
	const struct member *owner; /* NULL: the pole */
	const struct attribute *attributes;
	size_t n_attributes;
	bool in_service; /* false: no longer in the policy; its past stays */
	struct place place;
};

enum resource_kind { RESOURCE_EQUIPMENT, RESOURCE_PREMISES, RESOURCE_STAFF, N_RESOURCE_KINDS };
extern const char *const resource_kind_words[N_RESOURCE_KINDS];

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
	const struct resource **stands_in; /* what may replace it, in order of preference */
	size_t n_stands_in;
	const struct attribute *attributes;
	size_t n_attributes;
	struct place place;
};

/* A rule limits the bookings that it matches. A resource's own limits become rules named after it
 * ("van duration"), so that every refusal can name one. */
enum limit_kind { LIMIT_DURATION, LIMIT_START, LIMIT_LEAD, LIMIT_HORIZON, N_LIMIT_KINDS };

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
const char *attribute_value(const struct attribute *a, size_t n, const char *key); /* NULL if none */
