/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pole made by hand, for tests. */
#include "tests/lib/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lib/moment.h"
#include "lib/wish.h"
#include "tests/lib/zone_file.h"

struct policy *fixture_policy(void)
{
	struct policy *p = policy_new();
	struct zone *paris = zone_file_load("Europe/Paris");

	p->pole = p->name = "pole";
	p->lang = "en";
	p->zone = paris;
	p->conflicts.repack = true;
	p->zones = arena_new(&p->arena, struct zone *);
	p->zones[p->n_zones++] = paris;
	p->sites = arena_new(&p->arena, struct site);
	p->sites[p->n_sites++] = (struct site){.id = "morval", .name = "Morval", .zone = paris};
	p->members = arena_new_n(&p->arena, struct member, 2);
	p->members[p->n_members++] =
	    (struct member){.id = "m1", .name = "M1", .kind = "", .class = "founder"};
	p->members[p->n_members++] =
	    (struct member){.id = "m2", .name = "M2", .kind = "", .class = "small"};
	p->resources = arena_new_n(&p->arena, struct resource, FIXTURE_RESOURCES);
	p->rules = arena_new_n(&p->arena, struct rule, FIXTURE_RULES);
	return p;
}

struct resource *fixture_resource(struct policy *p, const char *id, size_t n_units)
{
	struct resource *r = &p->resources[p->n_resources++];

	assert_true(p->n_resources <= FIXTURE_RESOURCES);
	r->id = r->name = id;
	r->site = p->sites;
	r->hours.usual.always = true;
	r->n_units = n_units;
	r->units = arena_new_n(&p->arena, struct unit, n_units);
	r->place = (struct place){.file = "resources.yaml", .line = (int)p->n_resources};
	for (size_t i = 0; i < n_units; i++) {
		r->units[i].id = arena_printf(&p->arena, "%s-%zu", id, i + 1);
		r->units[i].site = p->sites;
		r->units[i].in_service = true;
	}
	return r;
}

struct resource *fixture_capacity(struct policy *p, const char *id, size_t n_places)
{
	struct resource *r = fixture_resource(p, id, n_places);

	r->has_capacity = true;
	for (size_t i = 0; i < n_places; i++)
		r->units[i].id = "";
	return r;
}

void fixture_open(struct policy *p, struct resource *r, int from_hour, int to_hour)
{
	struct hours_range *ranges = arena_new_n(&p->arena, struct hours_range, 6);

	for (int day = MONDAY; day <= SATURDAY; day++)
		ranges[day] =
		    (struct hours_range){(enum weekday)day, from_hour * 3600, to_hour * 3600};
	r->hours.usual = (struct hours){.ranges = ranges, .n_ranges = 6};
}

struct rule *fixture_rule(struct policy *p, struct resource *r, const char *member_class,
			  struct limit limit)
{
	struct rule *rule = &p->rules[p->n_rules++];

	assert_true(p->n_rules <= FIXTURE_RULES);
	rule->name = "rule";
	rule->place = (struct place){.file = "rules.yaml", .line = (int)p->n_rules};
	rule->limit = limit;
	if (r) {
		rule->resources = arena_new(&p->arena, const struct resource *);
		rule->resources[rule->n_resources++] = r;
	}
	if (member_class) {
		rule->party.classes = arena_new(&p->arena, const char *);
		rule->party.classes[rule->party.n_classes++] = member_class;
	}
	return rule;
}

struct limit fixture_duration(int64_t min_s, int64_t max_s, int64_t step_s)
{
	struct limit l = {.kind = LIMIT_DURATION};

	l.duration.min.seconds = min_s;
	l.duration.max.seconds = max_s;
	l.duration.step.seconds = step_s;
	return l;
}

struct limit fixture_start(int32_t every_s)
{
	return (struct limit){.kind = LIMIT_START, .start_every_s = every_s};
}

struct limit fixture_lead(int64_t days, int64_t seconds)
{
	return (struct limit){.kind = LIMIT_LEAD, .lead = {days, seconds}};
}

struct limit fixture_horizon(int64_t days)
{
	return (struct limit){.kind = LIMIT_HORIZON, .horizon = {.days = days}};
}

void fixture_attribute(struct policy *p, struct unit *u, const char *key, const char *value)
{
	struct attribute *a = arena_new(&p->arena, struct attribute);

	*a = (struct attribute){key, value};
	u->attributes = a;
	u->n_attributes = 1;
}

void fixture_parts(struct policy *p, struct resource *r, const struct resource *a,
		   const struct resource *b)
{
	r->parts = arena_new_n(&p->arena, const struct resource *, 2);
	r->parts[0] = a;
	r->parts[1] = b;
	r->n_parts = 2;
}

static struct need *need_of(struct policy *p, size_t n)
{
	struct need *needs = arena_new_n(&p->arena, struct need, n);

	for (size_t i = 0; i < n; i++)
		needs[i] = (struct need){.quantity = 1, .word = "", .having_text = ""};
	return needs;
}

void fixture_requirements(struct policy *p, const struct resource *van, struct resource *trailer,
			  const struct resource *bench, struct resource *laser)
{
	struct requirement *one = arena_new(&p->arena, struct requirement);
	struct requirement *both = arena_new_n(&p->arena, struct requirement, 2);
	struct need *hitch = need_of(p, 2), *seat = need_of(p, 1), *skill = need_of(p, 1);
	const char *at;

	hitch[0].resource = van;
	hitch[0].having_text = "hitch=true";
	wishes_parse("hitch=true", &p->arena, &hitch[0].having, &at);
	hitch[1].kind = NEED_DECLARED;
	hitch[1].word = "own-hitch";
	*one = (struct requirement){.choices = hitch, .n_choices = 2};
	trailer->requirements = one;
	trailer->n_requirements = 1;
	seat[0].resource = bench;
	skill[0].kind = NEED_SKILL;
	skill[0].word = "referent";
	both[0] = (struct requirement){.choices = seat, .n_choices = 1};
	both[1] = (struct requirement){
	    .choices = skill, .n_choices = 1, .during_first.seconds = 900, .unless = "laser"};
	laser->requirements = both;
	laser->n_requirements = 2;
}

void fixture_apply(struct pole *p, struct policy *policy)
{
	struct changes c = {0};

	assert_int_equal(policy_open(policy), 0);
	pole_number(p, policy, &c);
	changes_add_policy(&c, (struct policy *)pole_policy(p), policy);
	pole_apply(p, &c);
	changes_clear(&c);
}

const struct person *fixture_person(struct pole *p, const char *member, uint32_t roles)
{
	struct person *person = person_new("Ada", "ada@example.org", 1, 0);
	struct changes c = {0};

	person->number = pole_next_person(p);
	person->member = member ? pole_name_number(p, NAME_MEMBER, 0, member) : 0;
	person->roles = roles;
	person->active = true;
	memset(person->credentials[0].hash, 'a' + (char)(person->number % 6), 64);
	person->credentials[0].hash[0] = (char)('0' + person->number % 10);
	changes_add_person(&c, NULL, person);
	pole_apply(p, &c);
	changes_clear(&c);
	return person;
}

const struct zone *fixture_paris(void)
{
	static struct zone *paris;

	if (!paris)
		paris = zone_file_load("Europe/Paris");
	return paris;
}

int64_t fixture_at(const char *text)
{
	struct moment m;

	assert_int_equal(moment_parse(text, &m), MOMENT_OK);
	return moment_utc(&m, fixture_paris());
}

struct span fixture_span(const char *start, const char *end)
{
	return (struct span){fixture_at(start), fixture_at(end)};
}
