/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every limit and match of a rule as it is written: what it becomes, and what it is refused for. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/person.h"
#include "tests/config/loading.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Fourteen lines; what a case adds begins on line 15. */
#define POLE                                                                                       \
	"pole: essai\n"                                                                            \
	"zone: Europe/Paris\n"                                                                     \
	"sites: {town: {}}\n"                                                                      \
	"members:\n"                                                                               \
	"  m01: {name: La Remise, class: founder}\n"                                               \
	"  m02: {name: Les Lutins, class: small}\n"                                                \
	"  m03: {name: La Commune, class: founder}\n"                                              \
	"dates: {holidays: [2026-12-19..2027-01-03, 2026-10-17..2026-11-01]}\n"                    \
	"resources:\n"                                                                             \
	"  laser: {kind: equipment}\n"                                                             \
	"  hall: {kind: premises}\n"                                                               \
	"  van:\n"                                                                                 \
	"    kind: equipment\n"                                                                    \
	"    units: {van-1: {owner: m02}, van-2: {}}\n"
#define RULE POLE "rules:\n  - name: r\n" /* and 17 */
#define LEAD RULE "    lead: 1h\n"	  /* and 18 */

static const struct {
	const char *text, *problems;
} refused[] = {
    /* for */
    {LEAD "    for: [van-3]\n",
     "pole.yaml:18:11: unknown resource, unit or kind \"van-3\"; did you mean \"van-1\"?"},
    /* members, roles */
    {LEAD "    members: [m01, foundr]\n",
     "pole.yaml:18:20: unknown member or class \"foundr\"; did you mean \"founder\"?"},
    {LEAD "    roles: managr\n",
     "pole.yaml:18:12: unknown role \"managr\"; did you mean \"manager\"?"},
    {LEAD "    roles: []\n", "pole.yaml:18:12: an empty list; leave `roles` out to mean all"},
    {POLE "defaults: {all: {who: small}}\nrules: [{name: r, lead: 1h, members: m1}]\n",
     "pole.yaml:16:38: unknown member or class \"m1\"; did you mean \"m01\"?"},
    /* when */
    {LEAD "    when: {months: Juin..Sep}\n",
     "pole.yaml:18:20: unknown month \"Juin\"; did you mean \"Jun\"?"},
    {LEAD "    when: {months: summer}\n",
     "pole.yaml:18:20: \"summer\" is not a month; write Jun..Sep or [Jan, Mar]"},
    {LEAD "    when: {days: Sat..Snu}\n",
     "pole.yaml:18:18: unknown day \"Snu\"; did you mean \"Sun\"?"},
    {LEAD "    when: weekends\n",
     "pole.yaml:18:11: \"weekends\" is not a day; write Sat..Sun or [Mon, Wed]"},
    {LEAD "    when: {hours: \"08:00\"}\n",
     "pole.yaml:18:19: \"08:00\" is not a range of times; write 08:00-12:30"},
    {LEAD "    when: {hours: closed}\n",
     "pole.yaml:18:19: closed is never; write hours such as 08:00-18:00"},
    {LEAD "    when: {dates: holiday}\n",
     "pole.yaml:18:19: unknown dates \"holiday\"; did you mean \"holidays\"?"},
    {LEAD "    when: {dates: 24/12/2026}\n",
     "pole.yaml:18:19: \"24/12/2026\" is not a date; write 2026-12-24 or 2026-12-24..2027-01-03"},
    {LEAD "    when: {}\n", "pole.yaml:18:11: says nothing; write months, days, hours or dates, "
			    "or leave it out"},
    {LEAD "    when: {mouths: Jun}\n",
     "pole.yaml:18:12: unknown key \"mouths\"; did you mean \"months\"?"},
    /* until */
    {LEAD "    until: 1 Mai\n", "pole.yaml:18:12: unknown month \"Mai\"; did you mean \"Mar\"?"},
    {LEAD "    until: 31 Apr\n",
     "pole.yaml:18:12: \"31 Apr\" is no day of the year; write 1 May or 05-01"},
    {LEAD "    until: later\n",
     "pole.yaml:18:12: \"later\" is no day of the year; write 1 May or 05-01"},
    /* for-those-with */
    {LEAD "    for-those-with: {no-shows: 3}\n",
     "pole.yaml:18:5: \"within\" is missing; add a line `within: …` here"},
    {LEAD "    for-those-with: {within: 90d}\n",
     "pole.yaml:18:5: how many of what? Write {no-shows: 3, within: 90d}; also "
     "late-cancellations, late-returns"},
    {LEAD "    for-those-with: {no-shows: many, within: 90d}\n",
     "pole.yaml:18:32: no-shows \"many\" is not a count; write a number from 1 to 1000"},
    {LEAD "    for-those-with: {no-shows: 3, late-returns: 2, within: 90d}\n",
     "pole.yaml:18:49: they are counted together; write the number once: {no-shows: 3, "
     "late-returns, within: 90d}"},
    {LEAD "    for-those-with: {no-shows: 3, within: 0d}\n",
     "pole.yaml:18:43: within of no length at all; write 15m, 4h or 2d"},
    /* adjacent */
    {LEAD "    adjacent: count as one\n",
     "pole.yaml:18:5: `adjacent` is about the longest duration; add `duration: ..4d`"},
    {RULE "    duration: ..4d\n    adjacent: one\n",
     "pole.yaml:18:15: \"one\" is not known; write `adjacent: count as one`"},
    /* horizon */
    {RULE "    horizon: {opens: 1st}\n",
     "pole.yaml:17:5: \"months-ahead\" is missing; add a line `months-ahead: …` here\n"
     "pole.yaml:17:22: \"1st\" is no moment of a month; write the day, up to the 28th, and the "
     "time: 1st 08:00"},
    {RULE "    horizon: {opens: 31st 08:00, months-ahead: 99}\n",
     "pole.yaml:17:22: \"31st 08:00\" is no moment of a month; write the day, up to the 28th, and "
     "the time: 1st 08:00\n"
     "pole.yaml:17:48: months-ahead \"99\" is not a count; write a number from 1 to 36"},
    /* quota */
    {RULE "    quota: 6h\n", "pole.yaml:17:12: \"quota\" is a text; it must be a map of keys; "
			     "write them below it, indented, or in { }"},
    {RULE "    quota: {at-most: 6h}\n",
     "pole.yaml:17:5: write one of `among: future`, `among: at once`, `per: calendar week`, `in: "
     "7d`"},
    {RULE "    quota: {at-most: 6h, per: calendar week, in: 7d}\n",
     "pole.yaml:17:5: write one of `among: future`, `among: at once`, `per: calendar week`, `in: "
     "7d`"},
    {RULE "    quota: {per: calendar week}\n",
     "pole.yaml:17:5: \"at-most\" is missing; add a line `at-most: …` here"},
    {RULE "    quota: {at-most: few, per: calendar week}\n",
     "pole.yaml:17:22: \"few\" is no quota; write 3 bookings, 6h, 2 days, 10 unit-hours or 4 "
     "units"},
    {RULE "    quota: {at-most: 0 bookings, among: future}\n",
     "pole.yaml:17:22: \"0 bookings\" is no quota; write 3 bookings, 6h, 2 days, 10 unit-hours or "
     "4 units"},
    {RULE "    quota: {at-most: 2d, per: calendar week}\n",
     "pole.yaml:17:22: \"2d\" may be days or hours; write `2 days` or `48h`"},
    {RULE "    quota: {of: us, at-most: 6h, per: week}\n",
     "pole.yaml:17:17: unknown of \"us\"; known are: person, member, class\n"
     "pole.yaml:17:39: unknown period \"week\"; known are: calendar day, calendar week, calendar "
     "month, calendar year"},
    {RULE "    quota: {at-most: 6h, among: past}\n",
     "pole.yaml:17:33: unknown among \"past\"; known are: future, at once"},
    {RULE "    quota: {at-most: 6h, in: 7d, not-counting: [same-dya]}\n",
     "pole.yaml:17:49: unknown thing not to count \"same-dya\"; did you mean \"same-day\"?"},
    {RULE "    quota: {at-most: 6h, in: 7d, not-counting: off-peak}\n",
     "pole.yaml:17:5: off-peak does not count, but when is peak? Add `peak: \"Mon-Fri "
     "08:00-18:00\"`"},
    {RULE "    quota: {at-most: 6h, in: 7d, peak: \"08:00-18:00\"}\n",
     "pole.yaml:17:34: `peak` changes nothing; add `not-counting: off-peak`"},
    {RULE "    quota: {at-most: 6h, in: 7d, not-counting: closed-days}\n",
     "pole.yaml:17:5: closed-days is about a quota of days; write `at-most: 2 days`"},
    /* who, keep */
    {RULE "    who: {}\n", "pole.yaml:17:10: nobody is named; write {members: …} or {roles: …}"},
    {RULE "    who: {role: manager}\n",
     "pole.yaml:17:11: unknown key \"role\"; did you mean \"roles\"?"},
    {RULE "    who: ownr\n",
     "pole.yaml:17:10: unknown member or class \"ownr\"; did you mean \"owner\"?"},
    {RULE "    who: nobody\n",
     "pole.yaml:17:10: unknown member or class \"nobody\"; known are: founder, small, m01, m02, "
     "m03"},
    {RULE "    keep: {when: Tue}\n",
     "pole.yaml:17:5: \"for\" is missing; add a line `for: …` here"},
    {RULE "    keep: {for: m02, until: 7d}\n",
     "pole.yaml:17:29: \"7d\" is not a time before the start; write `7d before`"},
    {RULE "    keep: {for: m02, until: 0d before}\n",
     "pole.yaml:17:29: released when it begins is too late; write 7d before or 2h before"},
    {RULE "    when: Mon\n    keep: {for: m02, when: Tue, until: 7d before}\n",
     "pole.yaml:17:5: the rule says `when`, and its keep another; leave one of them out"},
    /* qualification */
    {RULE "    driver: Licence B\n",
     "pole.yaml:17:13: \"Licence B\" is not an id; write \"licence-b\""},
    {RULE "    driver: {held-for: 3y}\n",
     "pole.yaml:17:5: \"qualification\" is missing; add a line `qualification: …` here"},
    {RULE "    driver: licence-b\n    qualification: tow\n",
     "pole.yaml:18:5: either `driver` or `qualification`; write the other as a rule"},
    {RULE "    qualification: {qualification: tow, issued-by: state, held-for: long}\n",
     "pole.yaml:17:52: unknown issuer \"state\"; known are: own-member, anyone\n"
     "pole.yaml:17:69: \"long\" is not a length of time; write 90m, 4h, 1h30m, 2d or 1w"},
    /* approval */
    {RULE "    approval: boss\n",
     "pole.yaml:17:15: unknown one to approve \"boss\"; known are: manager, coordinator, owner"},
    {RULE "    approval: {from: always}\n",
     "pole.yaml:17:5: \"by\" is missing; add a line `by: …` here"},
    {RULE "    approval: {by: manager, from: 4h, then: maybe, meanwhile: free}\n",
     "pole.yaml:17:35: \"4h\" is not known; write `from: always`, or `longer-than: 4h`\n"
     "pole.yaml:17:45: unknown then \"maybe\"; known are: decline, grant\n"
     "pole.yaml:17:63: unknown meanwhile \"free\"; known are: taken, queueing"},
    {RULE "    approval: {by: manager, from: always, longer-than: 4h}\n",
     "pole.yaml:17:35: either always or only what is longer; leave one of them out"},
    /* hold, cancel, no-show, recurrence */
    {RULE "    hold: 0m\n", "pole.yaml:17:11: hold of no length at all; write 15m, 4h or 2d"},
    {RULE "    cancel: {30d: 20%, 10d before: 120%, 5d before: half}\n",
     "pole.yaml:17:14: \"30d\" is not a time before the start; write `7d before`\n"
     "pole.yaml:17:36: \"120%\" is no part of the price; write 20% or 100%\n"
     "pole.yaml:17:53: \"half\" is no part of the price; write 20% or 100%"},
    {RULE "    cancel: {30d before: 50%, 10d before: 20%}\n",
     "pole.yaml:17:13: who cancels later owes 20 %, no more than 50 % before; leave that band "
     "out, or raise it"},
    {RULE "    cancel: {1d before: 50%, 24h before: 20%}\n",
     "pole.yaml:17:13: two bands begin at the same time"},
    {RULE "    cancel: {7d before: 1%, 6d before: 2%, 5d before: 3%, 4d before: 4%, 3d before: 5%, "
	  "2d before: 6%, 1d before: 7%}\n",
     "pole.yaml:17:104: more than 6 bands"},
    {RULE "    cancel: {}\n", "pole.yaml:17:13: no bands; write {30d before: 20%, 10d before: "
			      "50%}, or none"},
    {RULE "    cancel: free\n", "pole.yaml:17:13: \"cancel\" is a text; it must be a map of keys; "
				"write them below it, indented, or in { }"},
    {RULE "    no-show: {owes: 100%}\n",
     "pole.yaml:17:5: \"released-after\" is missing; add a line `released-after: …` here"},
    {RULE "    no-show: {released-after: 15m, owes: all}\n",
     "pole.yaml:17:42: \"all\" is no part of the price; write 20% or 100%"},
    {RULE "    recurrence: {at-most: 0w}\n",
     "pole.yaml:17:27: a series of no length at all; write 13 weeks or 90 days"},
    {RULE "    recurrence: {at-most: 2000 years, then: repeat}\n",
     "pole.yaml:17:27: \"2000 years\" is longer than 100 years\n"
     "pole.yaml:17:45: unknown end of a series \"repeat\"; known are: reconfirm"},
    /* terms of a resource */
    {POLE "    managers: founder\n",
     "pole.yaml:15:15: managers are those of members; write their ids, not a class"},
    {POLE "    requires: [{declared: hitch, unless: {}}]\n",
     "pole.yaml:15:34: write `unless: {qualification: laser}`, or `unless: {declared: own-hitch}`"},
    /* dates */
    {POLE "    name: x\ndates: {}\n",
     "pole.yaml:16:1: key \"dates\" is given again; it was first given at pole.yaml:8:1"},
    /* conflicts */
    {POLE "conflicts: {order: [class, clas, class]}\n",
     "pole.yaml:15:28: unknown order \"clas\"; did you mean \"class\"?\n"
     "pole.yaml:15:34: \"class\" is named twice"},
    {POLE "conflicts: {order: [first-come, class]}\n",
     "pole.yaml:15:33: nothing is left to order after first-come; write it last"},
    {POLE "conflicts: {classes: [founder, smal]}\n",
     "pole.yaml:15:32: no member is of class \"smal\"; did you mean \"small\"?"},
    {POLE "conflicts: {fair-share: {half-life: 26 weeks, looks-back: 6 weeks}}\n",
     "pole.yaml:15:13: it looks back less far than its half-life; write looks-back: 26 weeks"},
    {POLE "conflicts: {fair-share: {cost: {vna: 3, van: much, hall: 1.5.5}}}\n",
     "pole.yaml:15:33: unknown resource \"vna\"; did you mean \"van\"?\n"
     "pole.yaml:15:46: \"much\" is no weight; write a number from 0 to 1000 such as 3 or 0.5\n"
     "pole.yaml:15:58: \"1.5.5\" is no weight; write a number from 0 to 1000 such as 3 or 0.5"},
    {POLE "conflicts: {waiting: never, displace: {by: owner}}\n",
     "pole.yaml:15:22: \"never\" is not known; write a map of keys in { }, or none\n"
     "pole.yaml:15:29: \"notice\" is missing; add a line `notice: …` here"},
    {POLE "conflicts: {waiting: {during: closed}, repack: maybe, alternatives: 99}\n",
     "pole.yaml:15:31: offers would never end; write hours such as Mon-Sat 08:00-20:00\n"
     "pole.yaml:15:48: \"repack\" is \"maybe\"; it must be true or false, without quotes\n"
     "pole.yaml:15:69: alternatives \"99\" is not a count; write a number from 1 to 20"},
    {POLE "conflicts: {alternatives: few}\n",
     "pole.yaml:15:27: \"alternatives\" is \"few\"; it must be a number"},
    /* tests */
    {POLE "tests: [{given: a, when: b}, x]\n",
     "pole.yaml:15:9: \"then\" is missing; add a line `then: …`\n"
     "pole.yaml:15:30: this is a text; it must be a map of keys; write them below it, indented, "
     "or in { }"},
};

static void what_is_refused(void **state)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct policy_file file = text_file("pole.yaml", refused[i].text);

		expect_problems(&file, 1, refused[i].problems);
	}
}

/* The policy of a rule; the rule is its last. */
static struct policy *load_rule(const char *text, const struct rule **ret)
{
	struct policy *p = load_good(text);

	assert_true(p->n_rules > 0);
	*ret = &p->rules[p->n_rules - 1];
	assert_string_equal((*ret)->name, "r");
	return p;
}

static void matches_of_things(void **state)
{
	static const struct {
		const char *text;
		size_t n_resources;
		const char *units[4]; /* empty: all */
	} cases[] = {
	    {LEAD "    for: van\n", 1, {0}},
	    {LEAD "    for: van-2\n", 1, {"van-2"}},
	    {LEAD "    for: [van-2, van-2, laser]\n", 2, {"van-2"}},
	    {LEAD "    for: [van-2, van]\n", 1, {0}},
	    {LEAD "    for: [equipment, van-1]\n", 2, {0}},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct rule *r;
		struct policy *p = load_rule(cases[i].text, &r);
		size_t n = 0;

		for (; cases[i].units[n]; n++)
			assert_string_equal(r->units[n]->id, cases[i].units[n]);
		assert_int_equal(r->n_units, n);
		assert_int_equal(r->n_resources, cases[i].n_resources);
		policy_free(p);
	}
}

static void matches_of_parties(void **state)
{
	const struct rule *r;
	struct policy *p = load_rule(
	    LEAD "    members: [m01, small, owner]\n    roles: [member, coordinator]\n", &r);

	assert_int_equal(r->party.n_members, 1);
	assert_string_equal(r->party.members[0]->id, "m01");
	assert_int_equal(r->party.n_classes, 1);
	assert_string_equal(r->party.classes[0], "small");
	assert_true(r->party.owner);
	assert_int_equal(r->party.roles, ROLE_MEMBER | ROLE_COORDINATOR);
	policy_free(p);
}

enum { MON = 1, TUE = 2, THU = 8, FRI = 16, SAT = 32, SUN = 64 };

static void matches_of_times(void **state)
{
	static const struct {
		const char *when;
		uint16_t months;
		uint8_t days;
		size_t n_ranges, n_dates; /* 0 ranges: always */
	} cases[] = {
	    {"Sat..Sun", 0, SAT | SUN, 0, 0},
	    {"Fri-Mon", 0, FRI | SAT | SUN | MON, 0, 0},
	    {"{days: [Mon, Thursday]}", 0, MON | THU, 0, 0},
	    {"{months: Jun..Sep, days: \"Sat, Sun\"}", 0x1e0, SAT | SUN, 0, 0},
	    {"{months: [Nov..Feb, May]}", 0xc13, 0, 0, 0},
	    {"08:00-18:00", 0, 0, 7, 0},
	    {"Tue,Thu 08:00-13:00", 0, 0, 2, 0},
	    {"{hours: always, dates: 2026-12-24}", 0, 0, 0, 1},
	    {"{dates: [2027-02-06..2027-02-21, holidays]}", 0, 0, 0, 3},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = {0};
		const struct rule *r;
		struct policy *p =
		    load_rule(arena_printf(&a, LEAD "    when: %s\n", cases[i].when), &r);

		assert_true(r->has_when);
		assert_int_equal(r->when.months, cases[i].months);
		assert_int_equal(r->when.days, cases[i].days);
		assert_int_equal(r->when.hours.n_ranges, cases[i].n_ranges);
		assert_int_equal(r->when.hours.always, cases[i].n_ranges == 0);
		assert_int_equal(r->when.n_dates, cases[i].n_dates);
		for (size_t k = 1; k < r->when.n_dates; k++)
			assert_true(r->when.dates[k - 1].first_day < r->when.dates[k].first_day);
		policy_free(p);
		arena_clear(&a);
	}
}

static void releases_and_standings(void **state)
{
	const struct rule *r;
	struct policy *p = load_rule(LEAD "    until: 1 May\n", &r);

	assert_true(r->has_release);
	assert_int_equal(r->release.month, 5);
	assert_int_equal(r->release.day, 1);
	assert_false(r->has_when);
	assert_int_equal(r->standing.at_least, 0);
	policy_free(p);
	p = load_rule(LEAD
		      "    until: 02-29\n    for-those-with: {no-shows: 3, late-cancellations, "
		      "within: 90d}\n",
		      &r);
	assert_int_equal(r->release.day, 29);
	assert_true(r->standing.no_shows && r->standing.late_cancels);
	assert_false(r->standing.late_returns);
	assert_int_equal(r->standing.at_least, 3);
	assert_int_equal(r->standing.within.days, 90);
	policy_free(p);
	p = load_rule(LEAD "    for-those-with: {late-returns: 2, within: 8 weeks}\n", &r);
	assert_true(r->standing.late_returns && !r->standing.no_shows);
	assert_int_equal(r->standing.within.days, 56);
	policy_free(p);
}

static void chains_and_horizons(void **state)
{
	const struct rule *r;
	struct policy *p = load_rule(RULE "    duration: ..4d\n    adjacent: count as one\n", &r);

	assert_int_equal(r->limit.kind, LIMIT_DURATION);
	assert_true(r->limit.duration.chains);
	assert_int_equal(r->limit.duration.max.days, 4);
	policy_free(p);
	p = load_rule(RULE "    horizon: {opens: 2nd 08:30, months-ahead: 3}\n", &r);
	assert_int_equal(r->limit.kind, LIMIT_OPENS);
	assert_int_equal(r->limit.opens.day, 2);
	assert_int_equal(r->limit.opens.at_s, 8 * 3600 + 1800);
	assert_int_equal(r->limit.opens.ahead, 3);
	policy_free(p);
	p = load_rule(RULE "    horizon: 2 years\n", &r);
	assert_int_equal(r->limit.kind, LIMIT_HORIZON);
	assert_int_equal(r->limit.horizon.days, 730);
	policy_free(p);
}

static void quotas(void **state)
{
	static const struct {
		const char *text;
		struct quota want;
	} cases[] = {
	    {"at-most: 3 bookings, among: future",
	     {QUOTA_OF_MEMBER, QUOTA_BOOKINGS, 3, QUOTA_FUTURE}},
	    {"of: person, at-most: 1 booking, among: at once",
	     {QUOTA_OF_PERSON, QUOTA_BOOKINGS, 1, QUOTA_AT_ONCE}},
	    {"of: class, at-most: 6h, per: calendar week",
	     {QUOTA_OF_CLASS, QUOTA_TIME, 6 * 3600, QUOTA_CALENDAR_WEEK}},
	    {"at-most: 90 minutes, per: calendar day",
	     {QUOTA_OF_MEMBER, QUOTA_TIME, 90 * 60, QUOTA_CALENDAR_DAY}},
	    {"at-most: 1h30m, per: calendar month",
	     {QUOTA_OF_MEMBER, QUOTA_TIME, 90 * 60, QUOTA_CALENDAR_MONTH}},
	    {"at-most: 2 days, in: 7d, not-counting: closed-days",
	     {QUOTA_OF_MEMBER, QUOTA_DAYS, 2, QUOTA_ROLLING, {.days = 7}, UNCOUNTED_CLOSED_DAYS}},
	    {"at-most: 10 unit-hours, in: 4 weeks",
	     {QUOTA_OF_MEMBER, QUOTA_UNIT_TIME, 36000, QUOTA_ROLLING, {.days = 28}}},
	    {"at-most: 4 units, per: calendar year",
	     {QUOTA_OF_MEMBER, QUOTA_UNITS, 4, QUOTA_CALENDAR_YEAR}},
	    {"at-most: 6 hours, in: 7d, not-counting: [same-day, cancelled-in-time, given-back]",
	     {QUOTA_OF_MEMBER,
	      QUOTA_TIME,
	      6 * 3600,
	      QUOTA_ROLLING,
	      {.days = 7},
	      UNCOUNTED_SAME_DAY | UNCOUNTED_CANCELLED_IN_TIME | UNCOUNTED_GIVEN_BACK}},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = {0};
		const struct rule *r;
		struct policy *p =
		    load_rule(arena_printf(&a, RULE "    quota: {%s}\n", cases[i].text), &r);
		const struct quota *q = &r->limit.quota, *want = &cases[i].want;

		assert_int_equal(r->limit.kind, LIMIT_QUOTA);
		assert_int_equal(q->of, want->of);
		assert_int_equal(q->measure, want->measure);
		assert_int_equal(q->at_most, want->at_most);
		assert_int_equal(q->window, want->window);
		assert_int_equal(q->length.days, want->length.days);
		assert_int_equal(q->uncounted, want->uncounted);
		assert_true(q->peak.always);
		policy_free(p);
		arena_clear(&a);
	}
}

static void peaks(void **state)
{
	const struct rule *r;
	struct policy *p =
	    load_rule(RULE "    quota: {at-most: 6h, in: 7d, not-counting: off-peak, "
			   "peak: \"Mon-Fri 08:00-18:00\"}\n",
		      &r);

	assert_int_equal(r->limit.quota.uncounted, UNCOUNTED_OFF_PEAK);
	assert_int_equal(r->limit.quota.peak.n_ranges, 5);
	policy_free(p);
}

static void who_and_keeps(void **state)
{
	const struct rule *r;
	struct policy *p = load_rule(RULE "    who: {members: founder, roles: manager}\n", &r);

	assert_int_equal(r->limit.kind, LIMIT_WHO);
	assert_string_equal(r->limit.who.classes[0], "founder");
	assert_int_equal(r->limit.who.roles, ROLE_MANAGER);
	assert_int_equal(r->party.n_classes, 0);
	policy_free(p);
	p = load_rule(RULE "    for: van-1\n    keep: {for: [m02, owner], when: \"Tue,Thu "
			   "08:00-13:00\", until: 7d before}\n",
		      &r);
	assert_int_equal(r->limit.kind, LIMIT_KEEP);
	assert_string_equal(r->limit.keep.party.members[0]->id, "m02");
	assert_true(r->limit.keep.party.owner);
	assert_int_equal(r->limit.keep.until.days, 7);
	assert_true(r->has_when);
	assert_int_equal(r->when.hours.n_ranges, 2);
	policy_free(p);
	/* a keep's own times are not those of the rule's other limits */
	p = load_rule(RULE "    hold: 1h\n    keep: {for: m02, when: Tue}\n", &r);
	assert_int_equal(r->limit.kind, LIMIT_HOLD);
	assert_false(r->has_when);
	assert_int_equal(r[-1].limit.kind, LIMIT_KEEP);
	assert_int_equal(r[-1].when.days, TUE);
	assert_true(duration_is_zero(r[-1].limit.keep.until));
	policy_free(p);
}

static void qualifications(void **state)
{
	static const struct {
		const char *text, *word;
		bool own_issuer;
		int64_t days;
	} cases[] = {
	    {"driver: licence-b", "licence-b", false, 0},
	    {"driver: {qualification: licence-b, held-for: 3y}", "licence-b", false, 1095},
	    {"qualification: {qualification: haccp, issued-by: own-member}", "haccp", true, 0},
	    {"qualification: {qualification: haccp, issued-by: anyone, held-for: 2 months}",
	     "haccp", false, 60},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = {0};
		const struct rule *r;
		struct policy *p = load_rule(arena_printf(&a, RULE "    %s\n", cases[i].text), &r);

		assert_int_equal(r->limit.kind, LIMIT_QUALIFICATION);
		assert_string_equal(r->limit.qualification.word, cases[i].word);
		assert_int_equal(r->limit.qualification.own_issuer, cases[i].own_issuer);
		assert_int_equal(r->limit.qualification.held_for.days, cases[i].days);
		policy_free(p);
		arena_clear(&a);
	}
}

static void approvals(void **state)
{
	static const struct {
		const char *text;
		struct approval want;
	} cases[] = {
	    {"owner", {.by = BY_OWNER}},
	    {"{by: coordinator, from: always, undecided-after: 5d, then: decline}",
	     {.by = BY_COORDINATOR, .undecided_after = {.days = 5}}},
	    {"{by: manager, longer-than: 4h, undecided-after: 48h, then: grant, meanwhile: "
	     "queueing}",
	     {.by = BY_MANAGER,
	      .longer_than = {.seconds = 4 * 3600},
	      .undecided_after = {.seconds = 48 * 3600},
	      .then_grant = true,
	      .queueing = true}},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = {0};
		const struct rule *r;
		struct policy *p =
		    load_rule(arena_printf(&a, RULE "    approval: %s\n", cases[i].text), &r);
		const struct approval *is = &r->limit.approval, *want = &cases[i].want;

		assert_int_equal(r->limit.kind, LIMIT_APPROVAL);
		assert_int_equal(is->by, want->by);
		assert_int_equal(is->longer_than.seconds, want->longer_than.seconds);
		assert_int_equal(is->undecided_after.days, want->undecided_after.days);
		assert_int_equal(is->undecided_after.seconds, want->undecided_after.seconds);
		assert_int_equal(is->then_grant, want->then_grant);
		assert_int_equal(is->queueing, want->queueing);
		policy_free(p);
		arena_clear(&a);
	}
}

static void what_is_owed(void **state)
{
	const struct rule *r;
	struct policy *p = load_rule(
	    RULE "    cancel: {10d before: 50%, 30d before: 20%, 24h before: 100%}\n", &r);

	assert_int_equal(r->limit.kind, LIMIT_CANCEL);
	assert_int_equal(r->limit.cancel.n, 3);
	assert_int_equal(r->limit.cancel.bands[0].before.days, 30);
	assert_int_equal(r->limit.cancel.bands[0].per_cent, 20);
	assert_int_equal(r->limit.cancel.bands[2].before.seconds, 86400);
	assert_int_equal(r->limit.cancel.bands[2].per_cent, 100);
	policy_free(p);
	p = load_rule(RULE "    no-show: {released-after: 15m, owes: 100%}\n", &r);
	assert_int_equal(r->limit.kind, LIMIT_NO_SHOW);
	assert_int_equal(r->limit.no_show.after.seconds, 900);
	assert_int_equal(r->limit.no_show.per_cent, 100);
	policy_free(p);
	p = load_rule(RULE "    hold: 30 minutes\n", &r);
	assert_int_equal(r->limit.kind, LIMIT_HOLD);
	assert_int_equal(r->limit.hold.seconds, 1800);
	policy_free(p);
}

static const struct rule *own_rule(const struct policy *p, const char *name)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (strcmp(p->rules[i].name, name) == 0)
			return &p->rules[i];
	return NULL;
}

/* What the defaults say a resource may say otherwise, or undo. */
static void terms_of_resources(void **state)
{
	static const char text[] =
	    POLE "    driver: licence-b\n" /* 15 */
		 "    meter: km\n"
		 "    managers: [m01, m03]\n"
		 "    horizon: {opens: 1st 08:00, months-ahead: 2}\n"
		 "    duration: 1h..4d\n"
		 "    adjacent: count as one\n"
		 "  room:\n" /* 21 */
		 "    kind: premises\n"
		 "    cancel: none\n"
		 "    meter: none\n"
		 "    requires: [{declared: key, unless: {qualification: warden}}]\n"
		 "defaults:\n" /* 26 */
		 "  all: {meter: h, horizon: 60d, no-show: {released-after: 15m}}\n"
		 "  premises: {cancel: {1d before: 50%}, approval: manager}\n"
		 "  equipment: {qualification: training, hours: daily 06:00-22:00}\n";
	struct policy *p = load_good(text);
	const struct resource *van = policy_resource(p, "van"), *hall = policy_resource(p, "hall"),
			      *room = policy_resource(p, "room");

	assert_string_equal(van->meter, "km");
	assert_string_equal(hall->meter, "h");
	assert_null(room->meter);
	assert_int_equal(van->n_managers, 2);
	assert_string_equal(van->managers[1]->id, "m03");
	assert_string_equal(own_rule(p, "van qualification")->limit.qualification.word,
			    "licence-b");
	assert_string_equal(own_rule(p, "laser qualification")->limit.qualification.word,
			    "training");
	assert_int_equal(own_rule(p, "van horizon")->limit.kind, LIMIT_OPENS);
	assert_int_equal(own_rule(p, "laser horizon")->limit.kind, LIMIT_HORIZON);
	assert_true(own_rule(p, "van duration")->limit.duration.chains);
	assert_int_equal(own_rule(p, "van no-show")->limit.no_show.after.seconds, 900);
	assert_int_equal(own_rule(p, "hall cancel")->limit.cancel.n, 1);
	assert_null(own_rule(p, "room cancel"));
	assert_non_null(own_rule(p, "room approval"));
	assert_true(room->requirements[0].unless_qualified);
	assert_string_equal(room->requirements[0].unless, "warden");

	assert_int_equal(van->said[SAID_METER].line, 16);
	assert_int_equal(van->said[SAID_MANAGERS].line, 17);
	assert_int_equal(van->said[SAID_HOURS].line, 29);
	assert_int_equal(van->said[SAID_BUFFER].line, 0);
	assert_int_equal(hall->said[SAID_METER].line, 27);
	assert_int_equal(own_rule(p, "hall cancel")->place.line, 28);
	policy_free(p);
}

static void conflicts_if_nothing_is_said(void **state)
{
	struct policy *p = load_good(POLE);
	const struct conflict_rules *c = &p->conflicts;

	assert_int_equal(c->n_order, 2);
	assert_int_equal(c->order[0], ORDER_FAIR_SHARE);
	assert_int_equal(c->order[1], ORDER_FIRST_COME);
	assert_int_equal(c->n_classes, 2);
	assert_string_equal(c->classes[0], "founder");
	assert_int_equal(c->fair_share.half_life.days, 42);
	assert_int_equal(c->fair_share.looks_back.days, 182);
	assert_true(duration_is_zero(c->fair_share.floor));
	assert_true(c->waiting.enabled);
	assert_int_equal(c->waiting.offer_holds.seconds, 4 * 3600);
	assert_int_equal(c->waiting.during.n_ranges, 7);
	assert_false(c->displace.enabled);
	assert_true(c->repack);
	assert_int_equal(c->alternatives, 3);
	policy_free(p);
}

static void conflicts_as_written(void **state)
{
	struct policy *p = load_good(
	    POLE "conflicts:\n"
		 "  order: [class, least-recent, distance]\n"
		 "  classes: [small, founder]\n"
		 "  fair-share: {half-life: 4 weeks, looks-back: 12 weeks, floor: 4h, cost: "
		 "{van: 3, laser: 12.5}}\n"
		 "  waiting: {offer-holds: 2h, during: \"Mon-Sat 08:00-20:00\"}\n"
		 "  displace: {by: [owner, m01], notice: 72h, replace-first: false}\n"
		 "  repack: false\n"
		 "  alternatives: 0\n");
	const struct conflict_rules *c = &p->conflicts;

	assert_int_equal(c->place.line, 15);
	assert_int_equal(c->n_order, 4);
	assert_int_equal(c->order[2], ORDER_DISTANCE);
	assert_int_equal(c->order[3], ORDER_FIRST_COME);
	assert_string_equal(c->classes[0], "small");
	assert_int_equal(c->fair_share.half_life.days, 28);
	assert_int_equal(c->fair_share.floor.seconds, 4 * 3600);
	assert_int_equal(c->fair_share.n_costs, 2);
	assert_ptr_equal(c->fair_share.costs[1].resource, policy_resource(p, "laser"));
	assert_true(c->fair_share.costs[1].weight == 12.5);
	assert_int_equal(c->waiting.offer_holds.seconds, 7200);
	assert_int_equal(c->waiting.during.n_ranges, 6);
	assert_int_equal(c->waiting.place.line, 19);
	assert_true(c->displace.enabled && c->displace.by.owner && !c->displace.replace_first);
	assert_string_equal(c->displace.by.members[0]->id, "m01");
	assert_int_equal(c->displace.notice.seconds, 72 * 3600);
	assert_false(c->repack);
	assert_int_equal(c->alternatives, 0);
	policy_free(p);
	p = load_good(POLE "conflicts: {waiting: none, displace: none}\n");
	assert_false(p->conflicts.waiting.enabled || p->conflicts.displace.enabled);
	policy_free(p);
}

static void tests_are_kept(void **state)
{
	struct policy *p = load_good(POLE "tests:\n"
					  "  - given: [m01 holds laser, m02 waits]\n"
					  "    when: m03 books laser\n"
					  "    then: refused by \"r\"\n"
					  "  - {when: m01 books van, then: granted}\n");

	assert_int_equal(p->n_tests, 2);
	assert_int_equal(p->tests[0].n_given, 2);
	assert_string_equal(p->tests[0].given[1].text, "m02 waits");
	assert_string_equal(p->tests[0].when.text, "m03 books laser");
	assert_string_equal(p->tests[0].then[0].text, "refused by \"r\"");
	assert_int_equal(p->tests[0].place.line, 16);
	assert_int_equal(p->tests[0].given[1].place.line, 16);
	assert_int_equal(p->tests[0].given[1].place.column, 30);
	assert_int_equal(p->tests[1].n_given, 0);
	policy_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_refused),
	    cmocka_unit_test(matches_of_things),
	    cmocka_unit_test(matches_of_parties),
	    cmocka_unit_test(matches_of_times),
	    cmocka_unit_test(releases_and_standings),
	    cmocka_unit_test(chains_and_horizons),
	    cmocka_unit_test(quotas),
	    cmocka_unit_test(peaks),
	    cmocka_unit_test(who_and_keeps),
	    cmocka_unit_test(qualifications),
	    cmocka_unit_test(approvals),
	    cmocka_unit_test(what_is_owed),
	    cmocka_unit_test(terms_of_resources),
	    cmocka_unit_test(conflicts_if_nothing_is_said),
	    cmocka_unit_test(conflicts_as_written),
	    cmocka_unit_test(tests_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
