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

/* What a resource is told by itself or by the defaults, besides its limits, whose places are those of its rules. */
enum said {
	SAID_SITE, SAID_OWNER, SAID_MANAGERS, SAID_METER, SAID_HOURS, SAID_HAND_OVER, SAID_SPANS_CLOSED, SAID_BUFFER,
	N_SAID
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
	const char *unless; /* a declared word, or a qualification of the person, that makes it needless; NULL: none */
	bool unless_qualified; /* `unless` is a qualification: declaring it is not enough */
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
	const struct member **managers; /* whose managers it has; none: all managers of the pole */
	size_t n_managers;
	const char *meter; /* what check-out and return read: "km", "h", "kWh"; NULL: nothing */
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
	struct place said[N_SAID]; /* the lines that won; line 0: not said by any */
};

/*
 * A rule limits the bookings that it matches. A resource's own limits become rules named after it ("van duration"), so
 * that every refusal can name one.
 *
 * lib/rules.h tests those up to LIMIT_QUALIFICATION for every time that is tried; the others say what becomes of a
 * booking that is granted.
 */
enum limit_kind {
	LIMIT_DURATION,
	LIMIT_START,
	LIMIT_LEAD,
	LIMIT_HORIZON,
	LIMIT_SLOTS,
	LIMIT_RECURRENCE,
	LIMIT_OPENS,
	LIMIT_QUOTA,
	LIMIT_WHO,
	LIMIT_KEEP,
	LIMIT_QUALIFICATION,
	LIMIT_APPROVAL,
	LIMIT_HOLD,
	LIMIT_CANCEL,
	LIMIT_NO_SHOW,
	N_LIMIT_KINDS
};

/* Days, months and hours, in local time of the resource's site. */
struct when {
	uint16_t months; /* a bit each, January is 1; 0: all */
	uint8_t days;	 /* a bit each, Monday is 1; 0: all */
	struct hours hours; /* always where not said */
	bool school; /* unused where the policy names no such days */
	const struct exception *dates; /* only these; NULL: all */
	size_t n_dates;
};

/* Which members, by id or class; and which persons, by role. Empty lists: all. */
struct party_match {
	const struct member **members;
	size_t n_members;
	const char **classes;
	size_t n_classes;
	bool owner; /* or the owner of the resource or unit */
	uint32_t roles; /* one of these bits; 0: any */
};

enum quota_of { QUOTA_OF_PERSON, QUOTA_OF_MEMBER, QUOTA_OF_CLASS };
enum quota_measure { QUOTA_BOOKINGS, QUOTA_TIME, QUOTA_DAYS, QUOTA_UNIT_TIME, QUOTA_UNITS };
enum quota_window {
	QUOTA_FUTURE,	/* all that has not ended: what is out counts, too */
	QUOTA_AT_ONCE,	/* the most at any instant of the booking */
	QUOTA_ROLLING,	/* any stretch of `length` that touches the booking */
	QUOTA_CALENDAR_DAY, QUOTA_CALENDAR_WEEK, QUOTA_CALENDAR_MONTH, QUOTA_CALENDAR_YEAR,
	N_QUOTA_WINDOWS
};
/* What does not count. */
enum {
	UNCOUNTED_SAME_DAY = 1,	 /* asked for on the day of use */
	UNCOUNTED_OFF_PEAK = 2,	 /* all outside `peak` */
	UNCOUNTED_CANCELLED_IN_TIME = 4, /* then what was cancelled late counts; else nothing cancelled does */
	UNCOUNTED_GIVEN_BACK = 8, /* time after an early return */
	UNCOUNTED_CLOSED_DAYS = 16, /* of QUOTA_DAYS: several closed days in a row are one */
};
struct quota {
	enum quota_of of;
	enum quota_measure measure;
	int64_t at_most; /* bookings, units, seconds or days */
	enum quota_window window;
	struct duration length; /* ROLLING */
	unsigned uncounted;
	struct hours peak;
};

enum decider { BY_MANAGER, BY_COORDINATOR, BY_OWNER }; /* a manager of the resource; anyone of the owner's with that role */
struct approval {
	enum decider by;
	struct duration longer_than; /* only what is; zero: always */
	struct duration undecided_after; /* zero: until it begins */
	bool then_grant; /* undecided: granted, else declined */
	bool queueing;	 /* others may ask for the same time meanwhile; else it is taken */
};

#define BANDS_MAX 6
struct band { /* cancelled less than `before` its start: owes that much */
	struct duration before;
	uint8_t per_cent;
};

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
			bool chains; /* adjacent bookings of one holder count as one for max */
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
		struct { /* a month's days from its opening on: on `day` of the month at `at_s`, `ahead` months ahead */
			uint8_t day;
			int32_t at_s;
			uint8_t ahead;
		} opens;
		struct quota quota;
		struct party_match who; /* nobody else */
		struct {
			struct party_match party;
			struct duration until; /* this long before the start it is released; zero: never */
		} keep;
		struct {
			const char *word;
			bool own_issuer; /* issued by the member that it is used for */
			struct duration held_for;
		} qualification;
		struct approval approval;
		struct duration hold; /* how long a HOLD lasts at the most */
		struct {
			struct band bands[BANDS_MAX]; /* longest first */
			size_t n;
		} cancel;
		struct { /* released that long after the start, unless checked out */
			struct duration after;
			uint8_t per_cent; /* what it owes */
		} no_show;
	};
};

/* Of members that this happened to that often within that time: graduated sanctions. */
struct standing {
	bool no_shows, late_cancels, late_returns; /* which count together; none: no such condition */
	uint32_t at_least;
	struct duration within;
};

struct rule {
	const char *name;
	struct place place;
	/* Match: all that is said must hold of the booking. */
	const struct resource **resources; /* empty: all */
	size_t n_resources;
	const struct unit **units; /* only these units of theirs; of a resource that none of them is of: all */
	size_t n_units;
	struct party_match party;
	struct when when; /* it touches such a time */
	bool has_when;
	bool has_release; /* until: day of the year of use from which on the rule no longer holds */
	struct year_day release;
	struct standing standing;
	struct limit limit;
};

/* How conflicts are resolved. */
enum order_key {
	ORDER_CLASS, ORDER_FAIR_SHARE, ORDER_FIRST_COME,
	ORDER_LEAST_RECENT, /* whose last use of the thing lies furthest back */
	ORDER_DISTANCE, ORDER_PEOPLE, /* as declared, the most first */
	N_ORDER_KEYS
};
extern const char *const order_key_words[N_ORDER_KEYS];

struct cost { /* of an hour of one unit, in units of fair share; 1 where not said */
	const struct resource *resource;
	double weight;
};

struct conflict_rules {
	struct place place;
	enum order_key order[N_ORDER_KEYS]; /* FIRST_COME is always last */
	size_t n_order;
	const char **classes; /* in order of right; a class not named comes last */
	size_t n_classes;
	struct {
		struct place place;
		struct duration half_life, looks_back;
		struct duration floor; /* a member that used less in that time goes before all others; zero: none */
		const struct cost *costs;
		size_t n_costs;
	} fair_share;
	struct {
		struct place place;
		bool enabled;
		struct duration offer_holds;
		struct hours during; /* offers' time runs only then */
	} waiting;
	struct {
		struct place place;
		bool enabled;
		struct party_match by; /* who may */
		struct duration notice; /* before the start, at least */
		bool replace_first; /* only those that find another place, if any do */
	} displace;
	bool repack; /* moving unpinned bookings to make room */
	unsigned alternatives;
};

struct closing { /* a closure and all that it is for; nothing named: everything */
	struct closure closure;
	const struct resource **resources;
	size_t n_resources;
	const struct site **sites; /* all that is there */
	size_t n_sites;
};

struct sentence { /* of a test, as written; config/sentence.h reads it */
	const char *text;
	struct place place; /* of its first letter */
};

struct policy_test {
	const struct sentence *given;
	size_t n_given;
	struct sentence when;
	const struct sentence *then;
	size_t n_then;
	struct place place;
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
	struct conflict_rules conflicts;
	struct policy_test *tests;
	size_t n_tests;
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
int64_t policy_longest_buffer_s(const struct policy *p); /* before or after, of all resources */
bool resource_has_skill(const struct resource *r, const char *word);
/* The leaves of a composite, once all parts are known: each once, in order. false: it is a part of itself. */
bool resource_find_leaves(struct resource *r, struct arena *a);
const char *attribute_value(const struct attribute *a, size_t n, const char *key); /* NULL if none */
