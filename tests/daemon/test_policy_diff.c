/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every difference between two policies is told. One policy says everything that can be said; each
 * row alters one thing of it, and exactly the item that it is about must differ. The fields of the
 * structures, laid end to end, must be accounted for by such a row each: who adds one hears of it.
 */
#include "daemon/policy_diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/policy_load.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const char base[] =
    "pole: here\n"
    "name: Here\n"
    "zone: Europe/Paris\n"
    "language: en\n"
    "sites:\n"
    "  town: {name: Town, zone: Europe/Paris, holidays: FR}\n"
    "  farm: {name: Farm, zone: Europe/Paris}\n"
    "  mill: {name: Mill, zone: Europe/Paris}\n"
    "travel:\n"
    "  - {between: [town, farm], takes: 35m}\n"
    "closures:\n"
    "  - {for: van, on: 2026-12-24..2027-01-03, why: Winter}\n"
    "members:\n"
    "  m1: {name: One, kind: association, class: founder, share: 5,"
    " works-on: FR-alsace-moselle}\n"
    "  m2: {name: Two, kind: company, class: small, share: 1}\n"
    "resources:\n"
    "  van:\n"
    "    name: Van\n"
    "    kind: equipment\n"
    "    hours: Mon-Fri 08:00-18:00\n"
    "    hand-over: Mon,Fri 09:00-10:00\n"
    "    spans-closed: true\n"
    "    buffer: {before: 5m, after: 10m, after-if: {longer-than: 3h, then: 60m},"
    " shared-by: same-member}\n"
    "    duration: 1h..3d step 30m\n"
    "    start: every 15m\n"
    "    lead: 1d\n"
    "    horizon: 60d\n"
    "    recurrence: {at-most: 13 weeks, then: reconfirm}\n"
    "    attributes: {doors: 5}\n"
    "    stands-in-for: trailer\n"
    "    units:\n"
    "      van-1: {site: town, owner: m1, seats: 3}\n"
    "      van-2: {site: town, in-service: false}\n"
    "  trailer:\n"
    "    name: Trailer\n"
    "    kind: equipment\n"
    "    site: town\n"
    "    owner: m1\n"
    "    hours: always\n"
    "    slots: half-days 08:00-13:00 13:00-18:00\n"
    "    in-service: false\n"
    "    requires:\n"
    "      - any: [{resource: van, having: {seats: 3}}, {declared: own-hitch}]\n"
    "      - {skill: driver, during: first 15m, unless: {qualification: licence}}\n"
    "  bench: {name: Bench, kind: premises, site: town, hours: always,"
    " capacity: 4}\n"
    "  a: {name: A, kind: premises, site: town, hours: always}\n"
    "  b: {name: B, kind: premises, site: town, hours: always}\n"
    "  hall: {name: Hall, kind: premises, site: town, hours: always,"
    " parts: [a, b]}\n"
    "  tess: {name: Tess, kind: staff, site: town, hours: always,"
    " skills: [driver, pilot], moves: true}\n"
    "rules:\n"
    "  - {name: short, for: van, members: small, duration: ..1d}\n";

struct alteration {
	const char *label, *from, *to; /* what stands there, and what instead */
	const char *what, *name;       /* of the item that differs */
	const char *words;	       /* of the new description; NULL: removed */
};

static const struct alteration alterations[] = {
    {"pole name", "name: Here", "name: There", "pole", "here", "There"},
    {"pole zone", "zone: Europe/Paris\nl", "zone: Europe/London\nl", "pole", "here", "London"},
    {"language", "language: en", "language: fr", "pole", "here", "language fr"},
    {"site name", "{name: Town,", "{name: City,", "site", "town", "City"},
    {"site zone", "zone: Europe/Paris, hol", "zone: Europe/Rome, hol", "site", "town", "Rome"},
    {"site holidays", "holidays: FR}", "holidays: FR-guyane}", "site", "town", "FR-guyane"},
    {"a site goes", "  mill: {name: Mill, zone: Europe/Paris}\n", "", "site", "mill", NULL},
    {"travel takes", "takes: 35m", "takes: 40m", "travel", "farm - town", "takes 40m"},
    {"travel between", "[town, farm]", "[town, mill]", "travel", "mill - town", "takes 35m"},
    {"closed on", "27-01-03", "27-01-04", "closure", "Winter", "2026-12-24..2027-01-04"},
    {"closure for things", "{for: van, on", "{for: a, on", "closure", "Winter", "for a"},
    {"closure for sites", "{for: van, on", "{for: town, on", "closure", "Winter", "for town"},
    {"closure why", "why: Winter", "why: Frost", "closure", "Frost", "2026"},
    {"member name", "{name: One,", "{name: Uno,", "member", "m1", "Uno"},
    {"member kind", "kind: company", "kind: school", "member", "m2", "kind school"},
    {"member class", "One, kind: association, class: founder",
     "One, kind: association, class: small", "member", "m1", "class small"},
    {"share", "share: 5", "share: 5.0000001", "member", "m1", "share 5.0000001"},
    {"works on", "FR-alsace-moselle}", "FR-reunion}", "member", "m1", "works on FR-reunion"},
    {"resource name", "name: Van", "name: Car", "resource", "van", "Car"},
    {"kind", "Bench, kind: premises", "Bench, kind: equipment", "resource", "bench", "equipment"},
    {"site", "B, kind: premises, site: town", "B, kind: premises, site: farm", "resource", "b",
     "at farm"},
    {"owner", "    owner: m1\n", "    owner: m2\n", "resource", "trailer", "owner m2"},
    {"no owner", "    owner: m1\n", "", "resource", "trailer", "owner the pole"},
    {"hours", "08:00-18:00", "08:00-19:00", "resource", "van", "08:00-19:00"},
    {"hand-over", "09:00-10:00", "09:00-11:00", "resource", "van", "hand-over Mon 09:00-11:00"},
    {"spans closed", "spans-closed: true", "spans-closed: false", "resource", "van",
     "08:00-18:00, hand"},
    {"buffer before", "before: 5m", "before: 6m", "resource", "van", "buffer before 6m"},
    {"buffer after", "after: 10m", "after: 11m", "resource", "van", "buffer after 11m"},
    {"long from", "longer-than: 3h", "longer-than: 4h", "resource", "van", "when longer than 4h"},
    {"long after", "then: 60m", "then: 70m", "resource", "van", "then after 1h10m"},
    {"shared buffers", ", shared-by: same-member", "", "resource", "van", "then after 1h"},
    {"attributes", "doors: 5", "doors: 3", "resource", "van", "doors 3"},
    {"stands in", "stands-in-for: trailer", "stands-in-for: bench", "resource", "trailer",
     "requires"},
    {"unit site", "van-1: {site: town", "van-1: {site: farm", "unit", "van-1", "at farm"},
    {"unit owner", "owner: m1, seats", "owner: m2, seats", "unit", "van-1", "owner m2"},
    {"unit attributes", "seats: 3}\n", "seats: 4}\n", "unit", "van-1", "seats 4"},
    {"unit in service", "town, in-service: false", "town", "unit", "van-2", "at town"},
    {"unit id", "van-2:", "van-9:", "unit", "van-9", "out of service"},
    {"in service", "    in-service: false\n", "", "resource", "trailer", "Trailer, equipment, at"},
    {"need resource", "resource: van, having: {seats: 3}", "resource: tess", "resource", "trailer",
     "requires tess|declared:own-hitch"},
    {"need having", "having: {seats: 3}", "having: {seats: 2}", "resource", "trailer", "seats=2"},
    {"need quantity", "resource: van, hav", "resource: van, quantity: 2, hav", "resource",
     "trailer", "van*2:"},
    {"need declared", "own-hitch", "my-hitch", "resource", "trailer", "declared:my-hitch"},
    {"need skill", "skill: driver", "skill: pilot", "resource", "trailer", "skill:pilot"},
    {"need first", "first 15m", "first 20m", "resource", "trailer", "first 20m"},
    {"need unless", "qualification: licence", "qualification: paper", "resource", "trailer",
     "unless declared:paper"},
    {"capacity", "capacity: 4", "capacity: 5", "resource", "bench", "capacity 5"},
    {"parts", "parts: [a, b]", "parts: [a, tess]", "resource", "hall", "parts a tess"},
    {"skills", "skills: [driver, pilot]", "skills: [driver, pilot, cook]", "resource", "tess",
     "driver pilot cook"},
    {"moves", ", moves: true", "", "resource", "tess", "skills"},
    {"duration min", "1h..3d", "2h..3d", "rule", "van duration", "2h..3d step 30m"},
    {"duration max", "1h..3d", "1h..4d", "rule", "van duration", "1h..4d step 30m"},
    {"duration step", "step 30m", "step 1h", "rule", "van duration", "step 1h"},
    {"start", "every 15m", "every 30m", "rule", "van start", "start every 30m"},
    {"lead", "lead: 1d", "lead: 2d", "rule", "van lead", "lead 2d"},
    {"horizon", "horizon: 60d", "horizon: 61d", "rule", "van horizon", "horizon 61d"},
    {"slots", "08:00-13:00 13:00", "08:00-12:00 13:00", "rule", "trailer slots", "08:00-12:00"},
    {"recurrence", "13 weeks", "14 weeks", "rule", "van recurrence", "at most 14w"},
    {"reconfirm", ", then: reconfirm", "", "rule", "van recurrence", "at most 13w"},
    {"rule name", "name: short", "name: brief", "rule", "brief", "duration"},
    {"rule for", "{name: short, for: van", "{name: short, for: a", "rule", "short", "for a"},
    {"rule members", "members: small", "members: founder", "rule", "short", "of founder"},
    {"rule limit", "duration: ..1d", "lead: 1d", "rule", "short", "lead 1d"},
};

static struct policy *load(const char *text)
{
	struct policy_file file = {"pole.yaml", text, strlen(text)};
	struct problems problems = {0};
	struct policy *p = NULL;

	policy_load(&file, 1, zone_from_system, NULL, &p, &problems);
	for (size_t i = 0; i < problems.n; i++)
		print_message("%s\n", problem_text(&problems, &problems.items[i]));
	assert_int_equal(problems.n, 0);
	problems_clear(&problems);
	assert_non_null(p);
	return p;
}

static struct policy *altered(const struct alteration *c, struct arena *a)
{
	const char *at = strstr(base, c->from);

	if (!at)
		print_message("%s alters what is not there\n", c->label);
	assert_non_null(at);
	return load(
	    arena_printf(a, "%.*s%s%s", (int)(at - base), base, c->to, at + strlen(c->from)));
}

static void check(const struct policy *old, const struct alteration *c)
{
	struct arena a = {0};
	struct policy *new = altered(c, &a);
	size_t n, n_others = 0;
	const struct difference *found = policy_differences(old, new, &a, &n), *d = NULL;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(found[i].what, c->what) == 0 && strcmp(found[i].name, c->name) == 0)
			d = &found[i];
		else
			n_others++;
	}
	if (!d)
		fail_msg("%s: %s %s does not differ", c->label, c->what, c->name);
	if (!c->words != !d->to || (c->words && !strstr(d->to, c->words)))
		fail_msg("%s: %s", c->label, d->to ? d->to : "removed");
	/* Another name is one that goes and one that comes; what stands in is said of both. */
	if (n_others > 1)
		fail_msg("%s: %zu other items differ", c->label, n_others);
	policy_free(new);
	arena_clear(&a);
}

static void each_is_told(void **state)
{
	struct policy *old = load(base);

	for (size_t i = 0; i < N(alterations); i++)
		check(old, &alterations[i]);
	policy_free(old);
}

static void nothing_is_told_of_the_same(void **state)
{
	struct policy *old = load(base), *new = load(base);
	struct arena a = {0};
	size_t n;

	policy_differences(old, new, &a, &n);
	assert_int_equal(n, 0);
	policy_differences(NULL, new, &a, &n);
	assert_in_range(n, 20, 40);
	arena_clear(&a);
	policy_free(old);
	policy_free(new);
}

#define FOLLOWS "" /* from other fields, or is no part of what is said */

struct field {
	const char *name;
	size_t offset, size;
	const char *label; /* of an alteration */
};

#define FIELD(type, field, label)                                                                  \
	{                                                                                          \
#type " " #field, offsetof(struct type, field), sizeof(((struct type *)0)->field), \
		    label                                                                          \
	}

static const struct field site_fields[] = {
    FIELD(site, id, "a site goes"), FIELD(site, name, "site name"),
    FIELD(site, zone, "site zone"), FIELD(site, holidays, "site holidays"),
    FIELD(site, place, FOLLOWS),
};
static const struct field member_fields[] = {
    FIELD(member, number, FOLLOWS),	  FIELD(member, id, FOLLOWS),
    FIELD(member, name, "member name"),	  FIELD(member, kind, "member kind"),
    FIELD(member, class, "member class"), FIELD(member, share, "share"),
    FIELD(member, works_on, "works on"),  FIELD(member, place, FOLLOWS),
};
static const struct field unit_fields[] = {
    FIELD(unit, lane, FOLLOWS),
    FIELD(unit, id, "unit id"),
    FIELD(unit, site, "unit site"),
    FIELD(unit, opening, FOLLOWS),
    FIELD(unit, owner, "unit owner"),
    FIELD(unit, attributes, "unit attributes"),
    FIELD(unit, n_attributes, "unit attributes"),
    FIELD(unit, in_service, "unit in service"),
    FIELD(unit, is_gone, FOLLOWS),
    FIELD(unit, place, FOLLOWS),
};
static const struct field need_fields[] = {
    FIELD(need, kind, "need declared"),	    FIELD(need, resource, "need resource"),
    FIELD(need, quantity, "need quantity"), FIELD(need, having_text, "need having"),
    FIELD(need, having, "need having"),	    FIELD(need, word, "need skill"),
};
static const struct field requirement_fields[] = {
    FIELD(requirement, choices, "need resource"),
    FIELD(requirement, n_choices, "need resource"),
    FIELD(requirement, during_first, "need first"),
    FIELD(requirement, unless, "need unless"),
    FIELD(requirement, place, FOLLOWS),
};
static const struct field travel_fields[] = {
    FIELD(travel, between, "travel between"),
    FIELD(travel, takes, "travel takes"),
};
static const struct field resource_fields[] = {
    FIELD(resource, number, FOLLOWS),
    FIELD(resource, id, FOLLOWS),
    FIELD(resource, name, "resource name"),
    FIELD(resource, kind, "kind"),
    FIELD(resource, site, "site"),
    FIELD(resource, owner, "owner"),
    FIELD(resource, units, "unit id"),
    FIELD(resource, n_units, "capacity"),
    FIELD(resource, has_capacity, "capacity"),
    FIELD(resource, hours, "hours"),
    FIELD(resource, hand_over, "hand-over"),
    FIELD(resource, spans_closed, "spans closed"),
    FIELD(resource, opening, FOLLOWS),
    FIELD(resource, buffer_before, "buffer before"),
    FIELD(resource, buffer_after, "buffer after"),
    FIELD(resource, long_from, "long from"),
    FIELD(resource, long_after, "long after"),
    FIELD(resource, shares_buffer, "shared buffers"),
    FIELD(resource, moves, "moves"),
    FIELD(resource, parts, "parts"),
    FIELD(resource, leaves, FOLLOWS),
    FIELD(resource, n_parts, "parts"),
    FIELD(resource, n_leaves, FOLLOWS),
    FIELD(resource, requirements, "need resource"),
    FIELD(resource, n_requirements, "need resource"),
    FIELD(resource, skills, "skills"),
    FIELD(resource, n_skills, "skills"),
    FIELD(resource, stands_in, "stands in"),
    FIELD(resource, n_stands_in, "stands in"),
    FIELD(resource, attributes, "attributes"),
    FIELD(resource, n_attributes, "attributes"),
    FIELD(resource, place, FOLLOWS),
};
static const struct field limit_fields[] = {
    FIELD(limit, kind, "rule limit"),
    FIELD(limit, duration, "duration min"), /* the largest of the union */
};
static const struct field rule_fields[] = {
    FIELD(rule, name, "rule name"),	  FIELD(rule, place, FOLLOWS),
    FIELD(rule, resources, "rule for"),	  FIELD(rule, n_resources, "rule for"),
    FIELD(rule, classes, "rule members"), FIELD(rule, n_classes, "rule members"),
    FIELD(rule, limit, "rule limit"),
};
static const struct field closing_fields[] = {
    FIELD(closing, closure, "closed on"),
    FIELD(closing, resources, "closure for things"),
    FIELD(closing, n_resources, "closure for things"),
    FIELD(closing, sites, "closure for sites"),
    FIELD(closing, n_sites, "closure for sites"),
};
static const struct field closure_fields[] = {
    FIELD(closure, why, "closure why"),
    FIELD(closure, place, FOLLOWS),
    FIELD(closure, from_s, "closed on"),
    FIELD(closure, to_s, "closed on"),
};
static const struct field policy_fields[] = {
    FIELD(policy, arena, FOLLOWS),
    FIELD(policy, pole, FOLLOWS),
    FIELD(policy, name, "pole name"),
    FIELD(policy, lang, "language"),
    FIELD(policy, zone, "pole zone"),
    FIELD(policy, zones, FOLLOWS),
    FIELD(policy, n_zones, FOLLOWS),
    FIELD(policy, sites, "a site goes"),
    FIELD(policy, n_sites, "a site goes"),
    FIELD(policy, members, "member name"),
    FIELD(policy, n_members, "member name"),
    FIELD(policy, resources, "resource name"),
    FIELD(policy, n_resources, "resource name"),
    FIELD(policy, rules, "rule name"),
    FIELD(policy, n_rules, "rule name"),
    FIELD(policy, travels, "travel between"),
    FIELD(policy, n_travels, "travel between"),
    FIELD(policy, closings, "closure why"),
    FIELD(policy, n_closings, "closure why"),
    FIELD(policy, files, FOLLOWS),
    FIELD(policy, n_files, FOLLOWS),
    FIELD(policy, hash, FOLLOWS),
};

static bool is_label(const char *label)
{
	for (size_t i = 0; i < N(alterations); i++)
		if (strcmp(alterations[i].label, label) == 0)
			return true;
	return *label == '\0';
}

/* A gap as wide as what begins after it must be somebody's field. */
static void lay_out(const struct field *fields, size_t n, size_t size)
{
	size_t end = 0;

	for (size_t i = 0; i < n; i++) {
		const struct field *f = &fields[i];
		size_t align = f->size < sizeof(void *) ? f->size : sizeof(void *);

		if (f->offset < end || f->offset - end >= align)
			fail_msg("before %s: a field of %zu bytes that no row is about", f->name,
				 f->offset - end);
		if (!is_label(f->label))
			fail_msg("%s: no alteration is called %s", f->name, f->label);
		end = f->offset + f->size;
	}
	if (size - end >= sizeof(void *))
		fail_msg("after %s: %zu bytes that no row is about", fields[n - 1].name,
			 size - end);
}
#define LAY_OUT(type) lay_out(type##_fields, N(type##_fields), sizeof(struct type))

static void no_field_is_forgotten(void **state)
{
	LAY_OUT(site);
	LAY_OUT(member);
	LAY_OUT(unit);
	LAY_OUT(need);
	LAY_OUT(requirement);
	LAY_OUT(travel);
	LAY_OUT(resource);
	LAY_OUT(limit);
	LAY_OUT(rule);
	LAY_OUT(closing);
	LAY_OUT(closure);
	LAY_OUT(policy);
	assert_int_equal(N_LIMIT_KINDS, 6); /* duration, start, lead, horizon, slots, recurrence */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_is_told),
	    cmocka_unit_test(nothing_is_told_of_the_same),
	    cmocka_unit_test(no_field_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
