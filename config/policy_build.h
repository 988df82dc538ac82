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
	TERM_QUOTA = LIMIT_QUOTA,
	TERM_WHO = LIMIT_WHO,
	TERM_KEEP = LIMIT_KEEP,
	TERM_QUALIFICATION = LIMIT_QUALIFICATION,
	TERM_APPROVAL = LIMIT_APPROVAL,
	TERM_HOLD = LIMIT_HOLD,
	TERM_CANCEL = LIMIT_CANCEL,
	TERM_NO_SHOW = LIMIT_NO_SHOW,
	TERM_HOURS = N_LIMIT_KINDS,
	TERM_HAND_OVER,
	TERM_SPANS_CLOSED,
	TERM_BUFFER,
	TERM_ADJACENT,
	TERM_METER,
	TERM_MANAGERS,
	N_TERMS
};
extern const char *const limit_words[N_LIMIT_KINDS];

struct calendar_term {
	struct calendar calendar;
	const char *as; /* that of another resource; NULL: calendar */
	struct place as_place;
};

struct term_limit {
	struct limit limit; /* its kind is N_LIMIT_KINDS where it undoes what the defaults say */
	const struct when *when; /* of a keep; NULL: always */
};

struct terms {
	struct place place[N_TERMS];		 /* of the line that said it; line 0: not said */
	struct term_limit limits[N_LIMIT_KINDS]; /* a horizon that opens is one, too */
	struct calendar_term hours, hand_over;
	bool spans_closed;
	struct {
		struct duration before, after, long_from, long_after;
		bool shared;
	} buffer;
	const char *meter;		    /* NULL: none */
	const struct party_match *managers; /* members and no more */
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
	struct place site_place, owner_place;
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
	    *closures, *travel, *dates, *conflicts, *tests;
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
	struct glossary dates;		  /* to struct date_list */
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
struct draft *build_find_draft(struct build *b, const char *id,
			       struct place place); /* NULL: reported */

/* Named dates, for `when: {dates: …}`. */
struct date_list {
	struct exception *items; /* sorted by first day; no hours */
	size_t n;
};
void build_dates(struct build *b);
void build_conflicts(struct build *b);
void build_tests(struct build *b);
/* Warns of sentences that are not understood. Of a policy without problems. */
void check_tests(const struct policy *p, struct problems *ret_problems);
/* What cannot be meant together though each line of it can be: warnings, since a pole may have run
 * under them. Of a policy without problems. */
void policy_check(const struct policy *p, struct problems *ret_problems);

/* Readers of the limits, from the value of their key. false: reported, or not to be used. */
typedef bool limit_reader(struct walk *w, const struct node *value, struct limit *ret);
limit_reader limit_read_duration, limit_read_start, limit_read_lead, limit_read_horizon,
    limit_read_slots, limit_read_recurrence, limit_read_quota, limit_read_who,
    limit_read_qualification, limit_read_approval, limit_read_hold, limit_read_cancel,
    limit_read_no_show;
/* A keep's `when` is not part of the limit. */
bool keep_read(struct walk *w, const struct node *value, struct limit *ret,
	       const struct when **ret_when);

/* The tables of all maps, for who reads them as a whole. */
extern const struct key_table policy_table, site_table, member_table, defaults_table,
    resource_table, unit_table, need_table, rule_table, travel_table, closing_table, conflict_table,
    test_table;
extern const char *const policy_languages[2];
extern const struct key_table opens_table, recurrence_table, quota_table, party_table, keep_table,
    qualification_table, approval_table, cancel_table, no_show_table, when_table, calendar_table,
    buffer_table;

/* Rows for the terms, for tables of a structure that has a struct terms at offset `at`. */
key_setter terms_set_limit, terms_set_keep, terms_set_adjacent;
key_setter terms_set_hours, terms_set_hand_over, terms_set_spans_closed, terms_set_buffer,
    terms_set_meter, terms_set_managers;
#define TERM_ROW(word, type, set, at, table, help)                                                 \
	{                                                                                          \
		word, type, false, set, at, help, table                                            \
	}
#define LIMIT_ROW(word, type, at, table, help)                                                     \
	TERM_ROW(word, type, terms_set_limit, at, table, help)
#define LIMIT_ROWS(at)                                                                             \
	LIMIT_ROW("duration", KEY_TEXT, at, NULL,                                                  \
		  "1h..3d; ..3d at most; 1h.. at least; 1h..3d step 30m"),                         \
	    TERM_ROW("adjacent", KEY_TEXT, terms_set_adjacent, at, NULL,                           \
		     "count as one: bookings that touch are one for the longest duration"),        \
	    LIMIT_ROW("start", KEY_TEXT, at, NULL, "every 15m"),                                   \
	    LIMIT_ROW("lead", KEY_TEXT, at, NULL, "asked for at least this long before: 2d"),      \
	    LIMIT_ROW("horizon", KEY_TEXT_OR_MAP, at, &opens_table,                                \
		      "at most this far ahead: 60d; or {opens: 1st 08:00, months-ahead: 2}"),      \
	    LIMIT_ROW("slots", KEY_TEXT, at, NULL, "half-days, days, nights or free"),             \
	    LIMIT_ROW("recurrence", KEY_TEXT_OR_MAP, at, &recurrence_table,                        \
		      "{at-most: 13 weeks, then: reconfirm}"),                                     \
	    LIMIT_ROW("quota", KEY_MAP, at, &quota_table,                                          \
		      "{of: member, at-most: 6h, per: calendar week}"),                            \
	    LIMIT_ROW("who", KEY_PARTY, at, &party_table,                                          \
		      "nobody else: a member, a class, owner; or {members: …, roles: …}"),         \
	    TERM_ROW("keep", KEY_MAP, terms_set_keep, at, &keep_table,                             \
		     "{for: m02, when: \"Tue,Thu 08:00-13:00\", until: 7d before}"),               \
	    LIMIT_ROW("driver", KEY_TEXT_OR_MAP, at, &qualification_table,                         \
		      "licence-b, or {qualification: licence-b, held-for: 3y}"),                   \
	    LIMIT_ROW("qualification", KEY_TEXT_OR_MAP, at, &qualification_table,                  \
		      "haccp, or {qualification: haccp, issued-by: own-member}"),                  \
	    LIMIT_ROW("approval", KEY_TEXT_OR_MAP, at, &approval_table,                            \
		      "{by: coordinator, undecided-after: 5d, then: decline}"),                    \
	    LIMIT_ROW("hold", KEY_TEXT, at, NULL, "how long a hold lasts at most: 30m"),           \
	    LIMIT_ROW("cancel", KEY_TEXT_OR_MAP, at, &cancel_table,                                \
		      "what late cancelling owes: {30d before: 20%, 10d before: 50%}"),            \
	    LIMIT_ROW("no-show", KEY_TEXT_OR_MAP, at, &no_show_table,                              \
		      "{released-after: 15m, owes: 100%}")
#define OTHER_TERM_ROWS(at)                                                                        \
	TERM_ROW("hours", KEY_HOURS, terms_set_hours, at, &calendar_table,                         \
		 "Mon-Fri 08:00-18:00, or as another resource"),                                   \
	    TERM_ROW("hand-over", KEY_HOURS, terms_set_hand_over, at, &calendar_table,             \
		     "when it leaves and comes back: Mon,Fri 09:00-12:00"),                        \
	    TERM_ROW("spans-closed", KEY_BOOL, terms_set_spans_closed, at, NULL,                   \
		     "a booking may go on over closed hours"),                                     \
	    TERM_ROW("buffer", KEY_MAP, terms_set_buffer, at, &buffer_table,                       \
		     "{before: 1h, after: 30m}"),                                                  \
	    TERM_ROW("meter", KEY_NAME, terms_set_meter, at, NULL,                                 \
		     "what is read when it leaves and comes back: km, h, kWh; or none"),           \
	    TERM_ROW("managers", KEY_WORDS, terms_set_managers, at, NULL,                          \
		     "members whose managers decide about it")
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

/* Days and months, hours, dates; from a text or a map. false: reported. */
bool when_read(struct walk *w, const struct node *value, struct when *ret);
/* Members by id and class, and roles; from words or a map. false: reported. */
bool party_read(struct walk *w, const struct node *value, struct party_match *ret);
bool party_read_members(struct walk *w, const struct node *words, struct party_match *ret);
key_setter party_set_roles; /* of a party_match */
/* `1 May` or `05-01`. false: reported. */
bool year_day_read(struct walk *w, const struct node *value, struct year_day *ret);
extern const char *const weekday_names[14]; /* short, then long */

/* Resources gathered by their ids and kinds, each once. */
struct matching {
	struct build *build;
	const struct resource **items;
	bool *taken; /* by their place in the policy */
	size_t n;
	const struct unit **units; /* those that were named, each once */
	size_t n_units, units_cap;
};
struct matching matching_new(struct build *b);
/* false: the word is neither the id of a resource nor a kind. A kind without resources is reported.
 */
bool matching_add(struct matching *m, const struct node *word);
const struct resource **matching_items(const struct matching *m); /* in the policy's arena */
/* Reports a word that names a unit. */
bool matching_is_unit(const struct matching *m, const struct node *word);
/* Takes a word that names one, with its resource. false: it names none. */
bool matching_add_unit(struct matching *m, const struct node *word);
/* What a rule is for: the resources, and of those units that were named, only these. */
void matching_into_rule(struct matching *m, struct rule *rule);
/* walk_hint() among the ids of both. */
const char *build_hint(struct build *b, const char *word, const struct glossary *first,
		       const struct glossary *second);
/* Reports an empty list. */
void report_empty_list(struct build *b, const struct node *words);

/* A length of time, from the text of a node or a part of it: as lib/duration.h reads it, and as it
 * is said: `13 weeks`, `3 years` (of 365 days). false: reported. */
bool length_read(struct walk *w, const struct node *value, const char *text, struct duration *ret);
bool length_read_some(struct walk *w, const struct node *value, const char *text,
		      struct duration *ret); /* and not of nothing */
/* `7d before`. false: reported. */
bool length_read_before(struct walk *w, const struct node *value, const char *text,
			struct duration *ret);
int64_t length_s(struct duration d);
/* Setters for a mention of a site or a member: a pointer at row->offset. */
key_setter build_set_site, build_set_owner;
/* Adds `key: value`, one free attribute. */
void attributes_add(struct walk *w, struct attributes *a, const struct node *value);
/* Whether `word` is a key of a resource. */
bool is_resource_key(const char *word);
/* Units of a draft, once its site, owner and kind are known. */
void build_units(struct build *b, struct draft *d);
