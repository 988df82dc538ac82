/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * 300 rules for the large pole: 20 about everything, 280 about groups of four things, so that each
 * of the first CORE_RULED things has to keep some thirty, of every kind. Their numbers are such
 * that most requests are granted: then every rule is tested to its end.
 */
#include <string.h>

#include "tests/bench/core_pole.h"

#define GROUP 4
#define N_GROUPS (CORE_RULED / GROUP)

static struct limit quota(enum quota_of of, enum quota_measure measure, enum quota_window window,
			  int64_t at_most)
{
	struct limit l = {.kind = LIMIT_QUOTA};

	l.quota.of = of;
	l.quota.measure = measure;
	l.quota.window = window;
	l.quota.at_most = at_most;
	l.quota.peak.always = true;
	return l;
}

static struct limit rolling(enum quota_measure measure, int64_t days, int64_t at_most)
{
	struct limit l = quota(QUOTA_OF_MEMBER, measure, QUOTA_ROLLING, at_most);

	l.quota.length.days = days;
	return l;
}

static struct when mornings(struct policy *p)
{
	struct hours_range *ranges = arena_new_n(&p->arena, struct hours_range, 2);

	ranges[0] = (struct hours_range){TUESDAY, 8 * 3600, 13 * 3600};
	ranges[1] = (struct hours_range){THURSDAY, 8 * 3600, 13 * 3600};
	return (struct when){.hours = {.ranges = ranges, .n_ranges = 2}};
}

static struct limit keep_for_first(struct policy *p)
{
	struct limit l = {.kind = LIMIT_KEEP};

	l.keep.party.members = arena_new(&p->arena, const struct member *);
	l.keep.party.members[l.keep.party.n_members++] = &p->members[0];
	l.keep.until.days = 7;
	return l;
}

static void set_for_group(struct policy *p, struct rule *rule, int kind)
{
	struct limit chains = {.kind = LIMIT_DURATION}, who = {.kind = LIMIT_WHO};
	struct limit licence = {.kind = LIMIT_QUALIFICATION};

	chains.duration.max.days = 30;
	chains.duration.chains = true;
	who.who.roles = ROLE_MEMBER | ROLE_COORDINATOR;
	licence.qualification.word = "licence";
	rule->limit = (struct limit[]){
	    quota(QUOTA_OF_MEMBER, QUOTA_TIME, QUOTA_CALENDAR_WEEK, 400 * HOUR_S),
	    rolling(QUOTA_BOOKINGS, 7, 60),
	    rolling(QUOTA_TIME, 30, 900 * HOUR_S),
	    quota(QUOTA_OF_PERSON, QUOTA_BOOKINGS, QUOTA_FUTURE, 2000),
	    quota(QUOTA_OF_MEMBER, QUOTA_UNITS, QUOTA_AT_ONCE, 4),
	    quota(QUOTA_OF_CLASS, QUOTA_TIME, QUOTA_CALENDAR_DAY, 400 * HOUR_S),
	    chains,
	    keep_for_first(p),
	    who,
	    {.kind = LIMIT_HORIZON, .horizon = {.days = 400}},
	    licence,
	    quota(QUOTA_OF_MEMBER, QUOTA_DAYS, QUOTA_CALENDAR_MONTH, 31),
	}[kind];
	rule->has_when = kind == 7 || kind == 8;
	if (rule->has_when)
		rule->when = mornings(p);
}

/* Of each five one is about who lapsed, one about a month, one about a class; the first of the last
 * are a quota of all things. */
static void set_for_all(struct policy *p, struct rule *rule, int i)
{
	struct limit opens = {.kind = LIMIT_OPENS};

	opens.opens.day = 1;
	opens.opens.at_s = 8 * 3600;
	opens.opens.ahead = 24;
	rule->limit = (struct limit[]){
	    {.kind = LIMIT_LEAD, .lead = {.seconds = 60}},
	    {.kind = LIMIT_HORIZON, .horizon = {.days = 7}},
	    {.kind = LIMIT_HORIZON, .horizon = {.days = 500}},
	    {.kind = LIMIT_LEAD, .lead = {.seconds = 60}},
	    opens,
	}[i % 5];
	if (i % 5 == 1)
		rule->standing = (struct standing){true, true, true, 3, {.days = 90}};
	if (i % 5 == 2)
		rule->when = (struct when){.months = (uint16_t)(1 << i / 5), .hours.always = true};
	rule->has_when = i % 5 == 2;
	if (i % 5 == 3) {
		rule->party.classes = arena_new(&p->arena, const char *);
		rule->party.classes[rule->party.n_classes++] = i < 10 ? "small" : "founder";
	}
	if (i == 4)
		rule->limit = quota(QUOTA_OF_MEMBER, QUOTA_UNITS, QUOTA_AT_ONCE, 500);
}

static void name_things(struct policy *p, struct rule *rule, int group)
{
	rule->resources = arena_new_n(&p->arena, const struct resource *, GROUP);
	for (int i = 0; i < GROUP; i++)
		rule->resources[rule->n_resources++] = &p->resources[group * GROUP + i];
}

void core_add_rules(struct policy *p)
{
	struct rule *rules = arena_new_n(&p->arena, struct rule, p->n_rules + CORE_RULES);

	memcpy(rules, p->rules, p->n_rules * sizeof(*rules));
	p->rules = rules;
	for (int i = 0; i < CORE_RULES; i++) {
		struct rule *rule = &rules[p->n_rules++];
		int for_all = CORE_RULES - 280;

		rule->name = arena_printf(&p->arena, "rule %d", i + 1);
		rule->place = (struct place){.file = "rules.yaml", .line = i + 1, .column = 1};
		if (i < for_all) {
			set_for_all(p, rule, i);
		} else {
			name_things(p, rule, (i - for_all) % N_GROUPS);
			set_for_group(p, rule, (i - for_all) / N_GROUPS);
		}
	}
}
