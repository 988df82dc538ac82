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
    "dates: {fair: [2026-10-17..2026-11-01]}\n"
    "closures:\n"
    "  - {for: van, on: 2026-12-24..2027-01-03, why: Winter}\n"
    "members:\n"
    "  m1: {name: One, kind: association, class: founder, share: 5,"
    " works-on: FR-alsace-moselle}\n"
    "  m2: {name: Two, kind: company, class: small, share: 1}\n"
    "  m3: {name: Three, kind: company, class: small, share: 1}\n"
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
    "    managers: m1\n"
    "    meter: km\n"
    "    hold: 30m\n"
    "    driver: {qualification: licence, held-for: 3y}\n"
    "    approval: {by: manager, longer-than: 2d, undecided-after: 5d, then: decline}\n"
    "    no-show: {released-after: 15m, owes: 100%}\n"
    "    cancel: {30d before: 20%, 10d before: 50%}\n"
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
    "  a: {name: A, kind: premises, site: town, hours: {usual: always, seasons: [{from: 06-01, "
    "to: 09-15, hours: closed}], exceptions: [{on: 2027-05-03, hours: closed, why: Count}], "
    "on-holidays: as usual}}\n"
    "  b: {name: B, kind: premises, site: town, hours: always}\n"
    "  hall: {name: Hall, kind: premises, site: town, hours: always,"
    " parts: [a, b]}\n"
    "  tess: {name: Tess, kind: staff, site: town, hours: always,"
    " skills: [driver, pilot], moves: true}\n"
    "rules:\n"
    "  - {name: short, for: van, members: small, duration: ..1d}\n"
    "  - {name: chains, for: van, duration: ..2d, adjacent: count as one}\n"
    "  - {name: unit, for: van-1, roles: manager, when: {months: Jun..Sep, days: Sat..Sun, "
    "hours: \"08:00-18:00\"}, until: 1 May, duration: ..5h}\n"
    "  - {name: fair, for: hall, when: {dates: fair}, duration: ..6h}\n"
    "  - {name: shared, for: [van, bench], quota: {of: member, at-most: 6h, per: calendar week, "
    "not-counting: [same-day, off-peak], peak: \"Mon-Fri 17:00-19:00\"}}\n"
    "  - {name: rolling, for: van, quota: {of: person, at-most: 4h, in: 7d}}\n"
    "  - {name: who, for: bench, who: {members: [m1], roles: [manager]}}\n"
    "  - {name: kept, for: van-1, keep: {for: owner, when: \"Tue 08:00-13:00\", until: 7d "
    "before}}\n"
    "  - {name: own, for: bench, qualification: {qualification: haccp, issued-by: own-member}}\n"
    "  - {name: asked, for: hall, approval: {by: owner, then: grant, meanwhile: queueing}}\n"
    "  - {name: late, for: van, for-those-with: {no-shows: 3, late-returns, within: 90d}, "
    "horizon: 14d}\n"
    "  - {name: opening, for: hall, horizon: {opens: 1st 08:00, months-ahead: 2}}\n"
    "conflicts:\n"
    "  order: [class, fair-share, first-come]\n"
    "  classes: [founder, small]\n"
    "  fair-share: {half-life: 6 weeks, looks-back: 26 weeks, floor: 4h, cost: {van: 3}}\n"
    "  waiting: {offer-holds: 4h, during: \"Mon-Sat 08:00-20:00\"}\n"
    "  displace: {by: owner, notice: 72h, replace-first: true}\n"
    "  repack: true\n"
    "  alternatives: 3\n"
    "tests:\n"
    "  - {given: m1 holds 6h of van, when: m1 cancels van, then: granted}\n";

struct alteration {
	const char *label, *from, *to; /* what stands there, and what instead */
	const char *what, *name;       /* of the item that differs */
	const char *words;	       /* of the new description; NULL: removed */
};

static const struct alteration alterations[] = {
    {"pole name", "name: Here", "name: There", "pole", "here", "There"},
    {"pole zone", "zone: Europe/Paris\nl", "zone: Europe/London\nl", "pole", "here", "London"},
    {"language", "language: en", "language: fr", "pole", "here", "fr"},
    {"site name", "{name: Town,", "{name: City,", "site", "town", "City"},
    {"site zone", "zone: Europe/Paris, hol", "zone: Europe/Rome, hol", "site", "town", "Rome"},
    {"site holidays", "holidays: FR}", "holidays: FR-guyane}", "site", "town", "FR-guyane"},
    {"a site goes", "  mill: {name: Mill, zone: Europe/Paris}\n", "", "site", "mill", NULL},
    {"travel takes", "takes: 35m", "takes: 40m", "travel", "farm, town", "40m"},
    {"travel between", "[town, farm]", "[town, mill]", "travel", "mill, town", "35m"},
    {"closed on", "27-01-03", "27-01-04", "closure", "Winter", "2026-12-24..2027-01-04"},
    {"closure for things", "{for: van, on", "{for: a, on", "closure", "Winter", "for a"},
    {"closure for sites", "{for: van, on", "{for: town, on", "closure", "Winter", "for town"},
    {"closure why", "why: Winter", "why: Frost", "closure", "Frost", "2026"},
    {"member name", "{name: One,", "{name: Uno,", "member", "m1", "Uno"},
    {"member kind", "Two, kind: company", "Two, kind: school", "member", "m2", "school"},
    {"member class", "Two, kind: company, class: small", "Two, kind: company, class: founder",
     "member", "m2", "founder"},
    {"share", "share: 5", "share: 5.0000001", "member", "m1", "share 5.0000001"},
    {"works on", "FR-alsace-moselle}", "FR-reunion}", "member", "m1", "works on FR-reunion"},
    {"resource name", "name: Van", "name: Car", "resource", "van", "Car"},
    {"kind", "Bench, kind: premises", "Bench, kind: equipment", "resource", "bench", "equipment"},
    {"site", "B, kind: premises, site: town", "B, kind: premises, site: farm", "resource", "b",
     "at farm"},
    {"owner", "    owner: m1\n", "    owner: m2\n", "resource", "trailer", "owner m2"},
    {"no owner", "    owner: m1\n", "", "resource", "trailer", "owner the pole"},
    {"managers", "managers: m1", "managers: [m1, m2]", "resource", "van", "managed by m2"},
    {"meter", "meter: km", "meter: h", "resource", "van", "meter h"},
    {"no meter", "    meter: km\n", "", "resource", "van", "managed by m1"},
    {"hours", "08:00-18:00\n    hand", "08:00-19:00\n    hand", "resource", "van", "08:00-19:00"},
    {"season", "06-01", "06-02", "resource", "a", "06-02..09-15 closed"},
    {"season hours", "09-15, hours: closed", "09-15, hours: \"Mon 10:00-11:00\"", "resource", "a",
     "Mon 10:00-11:00"},
    {"exception", "on: 2027-05-03", "on: 2027-05-04", "resource", "a", "2027-05-04 closed, Count"},
    {"exception why", "why: Count", "why: Sums", "resource", "a", "Sums"},
    {"on holidays", "on-holidays: as usual", "on-holidays: closed", "resource", "a",
     "holidays closed"},
    {"hand-over", "09:00-10:00", "09:00-11:00", "resource", "van", "hand-over Mon 09:00-11:00"},
    {"no hand-over", "    hand-over: Mon,Fri 09:00-10:00\n", "", "resource", "van", "08:00-18:00"},
    {"spans closed", "spans-closed: true", "spans-closed: false", "resource", "van",
     "Fri 09:00-10:00, buffer"},
    {"buffer before", "before: 5m", "before: 6m", "resource", "van", "buffer 6m before"},
    {"buffer after", "after: 10m", "after: 11m", "resource", "van", "11m after"},
    {"long from", "longer-than: 3h", "longer-than: 4h", "resource", "van", "longer than 4h"},
    {"long after", "then: 60m", "then: 70m", "resource", "van", "1h10m where"},
    {"shared buffers", ", shared-by: same-member", "", "resource", "van", "longer than 3h"},
    {"attributes", "doors: 5", "doors: 3", "resource", "van", "doors 3"},
    {"stands in", "stands-in-for: trailer", "stands-in-for: bench", "resource", "trailer", "needs"},
    {"unit site", "van-1: {site: town", "van-1: {site: farm", "unit", "van-1", "at farm"},
    {"unit owner", "owner: m1, seats", "owner: m2, seats", "unit", "van-1", "owner m2"},
    {"unit attributes", "seats: 3}\n", "seats: 4}\n", "unit", "van-1", "seats 4"},
    {"unit in service", "town, in-service: false", "town", "unit", "van-2", "at town"},
    {"unit id", "van-2:", "van-9:", "unit", "van-9", "out of service"},
    {"in service", "    in-service: false\n", "", "resource", "trailer", "Trailer"},
    {"need resource", "resource: van, having: {seats: 3}", "resource: tess", "resource", "trailer",
     "needs 1 tess or own-hitch declared"},
    {"need having", "having: {seats: 3}", "having: {seats: 2}", "resource", "trailer", "seats=2"},
    {"need quantity", "resource: van, hav", "resource: van, quantity: 2, hav", "resource",
     "trailer", "2 van"},
    {"need declared", "own-hitch", "my-hitch", "resource", "trailer", "my-hitch declared"},
    {"need skill", "skill: driver", "skill: pilot", "resource", "trailer", "someone with pilot"},
    {"need first", "first 15m", "first 20m", "resource", "trailer", "first 20m"},
    {"need unless", "unless: {qualification: licence}", "unless: {qualification: paper}",
     "resource", "trailer", "unless qualified for paper"},
    {"need unless declared", "unless: {qualification: licence}", "unless: {declared: licence}",
     "resource", "trailer", "unless licence is declared"},
    {"capacity", "capacity: 4", "capacity: 5", "resource", "bench", "capacity 5"},
    {"parts", "parts: [a, b]", "parts: [a, tess]", "resource", "hall", "part tess"},
    {"skills", "skills: [driver, pilot]", "skills: [driver, pilot, cook]", "resource", "tess",
     "skill cook"},
    {"moves", ", moves: true", "", "resource", "tess", "skill"},
    {"duration min", "1h..3d", "2h..3d", "rule", "van duration", "at least 2h, at most 3d"},
    {"duration max", "1h..3d", "1h..4d", "rule", "van duration", "at most 4d"},
    {"duration step", "step 30m", "step 1h", "rule", "van duration", "steps of 1h"},
    {"chains", ", adjacent: count as one", "", "rule", "chains", "at most 2d, for van"},
    {"start", "every 15m", "every 30m", "rule", "van start", "every 30m"},
    {"lead", "lead: 1d", "lead: 2d", "rule", "van lead", "2d ahead"},
    {"horizon", "horizon: 60d", "horizon: 61d", "rule", "van horizon", "61d ahead"},
    {"slots", "08:00-13:00 13:00", "08:00-12:00 13:00", "rule", "trailer slots", "08:00-12:00"},
    {"recurrence", "13 weeks", "14 weeks", "rule", "van recurrence", "at most 14w"},
    {"reconfirm", "weeks, then: reconfirm", "weeks", "rule", "van recurrence", "at most 13w, for"},
    {"opens day", "opens: 1st", "opens: 2nd", "rule", "opening", "day 2"},
    {"opens at", "1st 08:00", "1st 08:01", "rule", "opening", "08:01"},
    {"opens ahead", "months-ahead: 2", "months-ahead: 3", "rule", "opening", "3 months ahead"},
    {"quota of", "{of: member", "{of: class", "rule", "shared", "of a class"},
    {"quota measure", "at-most: 6h", "at-most: 6 days", "rule", "shared", "6 days"},
    {"quota at most", "at-most: 6h", "at-most: 7h", "rule", "shared", "at most 7h"},
    {"quota window", "per: calendar week", "per: calendar month", "rule", "shared",
     "per calendar month"},
    {"quota length", "in: 7d", "in: 8d", "rule", "rolling", "in any 8d"},
    {"quota uncounted", "[same-day, off-peak]", "[off-peak]", "rule", "shared",
     "not counting what is off-peak"},
    {"quota peak", "17:00-19:00", "17:00-20:00", "rule", "shared", "17:00-20:00"},
    {"who members", "members: [m1]", "members: [m1, m2]", "rule", "who", "m1, m2"},
    {"who roles", "roles: [manager]", "roles: [coordinator]", "rule", "who", "coordinator"},
    {"keep for", "{for: owner, w", "{for: m2, w", "rule", "kept", "kept for m2"},
    {"keep when", "\"Tue 08:00-13:00\"", "\"Wed 08:00-13:00\"", "rule", "kept", "Wed"},
    {"keep until", "until: 7d before", "until: 8d before", "rule", "kept", "until 8d before"},
    {"qualification", "driver: {qualification: licence", "driver: {qualification: paper", "rule",
     "van qualification", "needs paper"},
    {"held for", "held-for: 3y", "held-for: 4y", "rule", "van qualification", "held for 1460d"},
    {"own issuer", ", issued-by: own-member", "", "rule", "own", "needs haccp, for"},
    {"approval by", "{by: manager", "{by: coordinator", "rule", "van approval", "a coordinator"},
    {"approval longer", "longer-than: 2d", "longer-than: 1d", "rule", "van approval",
     "longer than 1d"},
    {"approval undecided", "undecided-after: 5d", "undecided-after: 6d", "rule", "van approval",
     "undecided after 6d"},
    {"approval then", "then: decline", "then: grant", "rule", "van approval", "granted"},
    {"approval meanwhile", ", meanwhile: queueing", "", "rule", "asked", "granted, for hall"},
    {"hold", "hold: 30m", "hold: 40m", "rule", "van hold", "40m"},
    {"cancel before", "30d before", "31d before", "rule", "van cancel", "less than 31d"},
    {"cancel owes", "20%", "25%", "rule", "van cancel", "owes 25 %"},
    {"cancel bands", ", 10d before: 50%", "", "rule", "van cancel", "20 %, for"},
    {"no-show after", "released-after: 15m", "released-after: 16m", "rule", "van no-show", "16m"},
    {"no-show owes", "owes: 100%", "owes: 90%", "rule", "van no-show", "owes 90 %"},
    {"rule name", "name: short", "name: brief", "rule", "brief", "at most"},
    {"rule for", "{name: short, for: van", "{name: short, for: a", "rule", "short", "for a"},
    {"rule for unit", "{name: unit, for: van-1", "{name: unit, for: van", "rule", "unit",
     "for van,"},
    {"rule members", "members: small", "members: founder", "rule", "short", "of founder"},
    {"rule member", "members: small", "members: m2", "rule", "short", "of m2"},
    {"rule owner", "members: small", "members: owner", "rule", "short", "of the owner"},
    {"rule roles", "roles: manager", "roles: coordinator", "rule", "unit", "coordinator"},
    {"rule months", "Jun..Sep", "Jun..Oct", "rule", "unit", "Oct"},
    {"rule days", "Sat..Sun", "Fri..Sun", "rule", "unit", "Fri"},
    {"rule hours", "\"08:00-18:00\"", "\"08:00-19:00\"", "rule", "unit", "08:00-19:00"},
    {"rule dates", "fair: [2026-10-17", "fair: [2026-10-18", "rule", "fair", "2026-10-18"},
    {"no when", "when: {dates: fair}, ", "", "rule", "fair", "for hall"},
    {"rule until", "until: 1 May", "until: 2 May", "rule", "unit", "05-02"},
    {"no until", "until: 1 May, ", "", "rule", "unit", "08:00-18:00"},
    {"standing what", "late-returns, w", "w", "rule", "late", "3 no-shows within"},
    {"standing late", "late-returns, w", "late-cancellations, w", "rule", "late", "late cancel"},
    {"standing at least", "no-shows: 3", "no-shows: 4", "rule", "late", "with 4"},
    {"standing within", "within: 90d", "within: 91d", "rule", "late", "within 13w"},
    {"rule limit", "duration: ..1d", "lead: 1d", "rule", "short", "1d ahead"},
    {"order", "order: [class, fair-share,", "order: [fair-share, class,", "conflicts", "conflicts",
     "fair-share, class"},
    {"classes", "classes: [founder, small]", "classes: [small, founder]", "conflicts", "conflicts",
     "small > founder"},
    {"half-life", "half-life: 6 weeks", "half-life: 7 weeks", "conflicts", "conflicts", "7w"},
    {"looks back", "looks-back: 26 weeks", "looks-back: 27 weeks", "conflicts", "conflicts", "27w"},
    {"floor", "floor: 4h", "floor: 5h", "conflicts", "conflicts", "less than 5h"},
    {"cost", "cost: {van: 3}", "cost: {van: 3.0000001}", "conflicts", "conflicts", "3.0000001"},
    {"cost of", "cost: {van: 3}", "cost: {bench: 3}", "conflicts", "conflicts", "bench"},
    {"offers hold", "offer-holds: 4h", "offer-holds: 5h", "conflicts", "conflicts", "hold 5h"},
    {"offers during", "Mon-Sat 08:00-20:00", "Mon-Sat 08:00-21:00", "conflicts", "conflicts",
     "08:00-21:00"},
    {"waiting", "waiting: {offer-holds: 4h, during: \"Mon-Sat 08:00-20:00\"}", "waiting: none",
     "conflicts", "conflicts", "nobody waits"},
    {"displace by", "{by: owner, notice", "{by: m2, notice", "conflicts", "conflicts", "m2"},
    {"displace notice", "notice: 72h", "notice: 71h", "conflicts", "conflicts", "71h ahead"},
    {"replace first", "replace-first: true", "replace-first: false", "conflicts", "conflicts",
     "the owner,"},
    {"displace", "displace: {by: owner, notice: 72h, replace-first: true}", "displace: none",
     "conflicts", "conflicts", "nobody is displaced"},
    {"repack", "repack: true", "repack: false", "conflicts", "conflicts", "stay on their unit"},
    {"alternatives", "alternatives: 3", "alternatives: 4", "conflicts", "conflicts",
     "4 alternatives"},
    {"test given", "m1 holds 6h", "m1 holds 7h", "test", "m1 holds 7h of van; m1 cancels van",
     "granted"},
    {"test when", "m1 cancels", "m1 confirms", "test", "m1 holds 6h of van; m1 confirms van",
     "granted"},
    {"test then", "then: granted}", "then: refused}", "test", "m1 holds 6h of van; m1 cancels van",
     "refused"},
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

/* What is wrong with what is told; NULL: nothing. */
static const char *find_wrong(const struct policy *old, const struct policy *new,
			      const struct alteration *c, struct arena *a)
{
	size_t n, n_others = 0;
	const struct difference *found = policy_differences(old, new, a, &n), *d = NULL;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(found[i].what, c->what) == 0 && strcmp(found[i].name, c->name) == 0)
			d = &found[i];
		else
			n_others++;
	}
	if (!d)
		return arena_printf(a, "%s %s does not differ; %zu others do", c->what, c->name,
				    n_others);
	if (!c->words != !d->to || (c->words && !strstr(d->to, c->words)))
		return d->to ? d->to : "removed";
	/* Another name is one that goes and one that comes; what stands in is said of both. A
	 * language changes all words. */
	if (n_others > 1 && strcmp(c->label, "language") != 0)
		return arena_printf(a, "%zu other items differ", n_others);
	return NULL;
}

static void each_is_told(void **state)
{
	struct policy *old = load(base);
	size_t n_wrong = 0;

	for (size_t i = 0; i < N(alterations); i++) {
		struct arena a = {0};
		struct policy *new = altered(&alterations[i], &a);
		const char *wrong = find_wrong(old, new, &alterations[i], &a);

		if (wrong)
			print_error("%s: %s\n", alterations[i].label, wrong);
		n_wrong += wrong != NULL;
		policy_free(new);
		arena_clear(&a);
	}
	assert_int_equal(n_wrong, 0);
	policy_free(old);
}

static void nothing_is_told_of_the_same(void **state)
{
	static const struct alteration same = {"way back", "[town, farm]", "[farm, town]"};
	struct arena a = {0};
	struct policy *old = load(base), *new = altered(&same, &a);
	size_t n;

	policy_differences(old, new, &a, &n);
	assert_int_equal(n, 0);
	policy_differences(NULL, new, &a, &n);
	assert_in_range(n, 40, 80);
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
    FIELD(requirement, unless_qualified, "need unless declared"),
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
    FIELD(resource, managers, "managers"),
    FIELD(resource, n_managers, "managers"),
    FIELD(resource, meter, "meter"),
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
    FIELD(resource, said, FOLLOWS),
};
static const struct field calendar_fields[] = {
    FIELD(calendar, usual, "hours"),
    FIELD(calendar, seasons, "season"),
    FIELD(calendar, n_seasons, "season"),
    FIELD(calendar, exceptions, "exception"),
    FIELD(calendar, n_exceptions, "exception"),
    FIELD(calendar, heeds_holidays, "on holidays"),
    FIELD(calendar, on_holidays, "on holidays"),
};
static const struct field season_fields[] = {
    FIELD(season, first, "season"),
    FIELD(season, last, "season"),
    FIELD(season, hours, "season hours"),
};
static const struct field exception_fields[] = {
    FIELD(exception, first_day, "exception"),
    FIELD(exception, last_day, "exception"),
    FIELD(exception, hours, "exception"),
    FIELD(exception, why, "exception why"),
};
static const struct field when_fields[] = {
    FIELD(when, months, "rule months"), FIELD(when, days, "rule days"),
    FIELD(when, hours, "rule hours"),	FIELD(when, school, FOLLOWS),
    FIELD(when, dates, "rule dates"),	FIELD(when, n_dates, "rule dates"),
};
static const struct field party_match_fields[] = {
    FIELD(party_match, members, "rule member"),	 FIELD(party_match, n_members, "rule member"),
    FIELD(party_match, classes, "rule members"), FIELD(party_match, n_classes, "rule members"),
    FIELD(party_match, owner, "rule owner"),	 FIELD(party_match, roles, "rule roles"),
};
static const struct field quota_fields[] = {
    FIELD(quota, of, "quota of"),	    FIELD(quota, measure, "quota measure"),
    FIELD(quota, at_most, "quota at most"), FIELD(quota, window, "quota window"),
    FIELD(quota, length, "quota length"),   FIELD(quota, uncounted, "quota uncounted"),
    FIELD(quota, peak, "quota peak"),
};
static const struct field approval_fields[] = {
    FIELD(approval, by, "approval by"),
    FIELD(approval, longer_than, "approval longer"),
    FIELD(approval, undecided_after, "approval undecided"),
    FIELD(approval, then_grant, "approval then"),
    FIELD(approval, queueing, "approval meanwhile"),
};
static const struct field band_fields[] = {
    FIELD(band, before, "cancel before"),
    FIELD(band, per_cent, "cancel owes"),
};
static const struct field limit_fields[] = {
    FIELD(limit, kind, "rule limit"),
    FIELD(limit, cancel, "cancel bands"),
};
static const struct field standing_fields[] = {
    FIELD(standing, no_shows, "standing what"),	    FIELD(standing, late_cancels, "standing late"),
    FIELD(standing, late_returns, "standing late"), FIELD(standing, at_least, "standing at least"),
    FIELD(standing, within, "standing within"),
};
static const struct field rule_fields[] = {
    FIELD(rule, name, "rule name"),	 FIELD(rule, place, FOLLOWS),
    FIELD(rule, resources, "rule for"),	 FIELD(rule, n_resources, "rule for"),
    FIELD(rule, units, "rule for unit"), FIELD(rule, n_units, "rule for unit"),
    FIELD(rule, party, "rule members"),	 FIELD(rule, when, "rule months"),
    FIELD(rule, has_when, "no when"),	 FIELD(rule, has_release, "no until"),
    FIELD(rule, release, "rule until"),	 FIELD(rule, standing, "standing what"),
    FIELD(rule, limit, "rule limit"),
};
static const struct field cost_fields[] = {
    FIELD(cost, resource, "cost of"),
    FIELD(cost, weight, "cost"),
};
static const struct field conflict_rules_fields[] = {
    FIELD(conflict_rules, place, FOLLOWS),
    FIELD(conflict_rules, order, "order"),
    FIELD(conflict_rules, n_order, "order"),
    FIELD(conflict_rules, classes, "classes"),
    FIELD(conflict_rules, n_classes, "classes"),
    FIELD(conflict_rules, fair_share, "half-life"),
    FIELD(conflict_rules, waiting, "waiting"),
    FIELD(conflict_rules, displace, "displace"),
    FIELD(conflict_rules, repack, "repack"),
    FIELD(conflict_rules, alternatives, "alternatives"),
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
static const struct field policy_test_fields[] = {
    FIELD(policy_test, given, "test given"), FIELD(policy_test, n_given, "test given"),
    FIELD(policy_test, when, "test when"),   FIELD(policy_test, then, "test then"),
    FIELD(policy_test, n_then, "test then"), FIELD(policy_test, place, FOLLOWS),
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
    FIELD(policy, conflicts, "order"),
    FIELD(policy, tests, "test given"),
    FIELD(policy, n_tests, "test given"),
    FIELD(policy, files, FOLLOWS),
    FIELD(policy, n_files, FOLLOWS),
    FIELD(policy, hash, FOLLOWS),
};

static const char *const limit_labels[] = {
    "duration min",  "start",	    "lead",	"horizon",     "slots",
    "recurrence",    "opens day",   "quota of", "who members", "keep for",
    "qualification", "approval by", "hold",	"cancel owes", "no-show owes",
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
	LAY_OUT(calendar);
	LAY_OUT(season);
	LAY_OUT(exception);
	LAY_OUT(when);
	LAY_OUT(party_match);
	LAY_OUT(quota);
	LAY_OUT(approval);
	LAY_OUT(band);
	LAY_OUT(limit);
	LAY_OUT(standing);
	LAY_OUT(rule);
	LAY_OUT(cost);
	LAY_OUT(conflict_rules);
	LAY_OUT(closing);
	LAY_OUT(closure);
	LAY_OUT(policy_test);
	LAY_OUT(policy);
	/* one alteration of each, in the order of enum limit_kind */
	assert_int_equal(N_LIMIT_KINDS, N(limit_labels));
	for (size_t i = 0; i < N(limit_labels); i++)
		if (!is_label(limit_labels[i]))
			fail_msg("no alteration is called %s", limit_labels[i]);
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
