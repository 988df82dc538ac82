/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a policy is refused for, with the place; and that a good one becomes what it says. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/config/loading.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* The rest of the policy under test; nine lines, so that the case's own text begins on line 10. */
#define POLE                                                                                       \
	"pole: essai\n"                                                                            \
	"zone: Europe/Paris\n"                                                                     \
	"sites:\n"                                                                                 \
	"  town: {}\n"                                                                             \
	"  farm: {}\n"                                                                             \
	"members:\n"                                                                               \
	"  m01: {name: La Remise, class: founder}\n"                                               \
	"  m02: {name: Les Lutins, class: small}\n"                                                \
	"#\n"
#define VAN                                                                                        \
	POLE "resources:\n"                                                                        \
	     "  van:\n"                                                                            \
	     "    kind: equipment\n"                                                               \
	     "    site: town\n" /* and 14 */
#define RULES                                                                                      \
	VAN "    units: {van-1: {}, van-2: {}}\n"                                                  \
	    "rules:\n"		   /* and 16 */
#define RULE RULES "  - name: r\n" /* and 17 */
#define LIMIT RULES "  - {name: r, lead: 1h}\n"

struct refused {
	const char *text, *problems;
};

static const struct refused pole_cases[] = {
    {"zone: UTC\n", "\"pole\" is missing; add a line `pole: …`\n"
		    "\"sites\" is missing; add a line `sites: …`\n"
		    "\"members\" is missing; add a line `members: …`\n"
		    "\"resources\" is missing; add a line `resources: …`"},
    {"pole: essai\nsites: {a: {}}\nmembers:\nresources:\n",
     "\"zone\" is missing; add a line `zone: …`"},
    {VAN "memebrs: {}\n", "pole.yaml:14:1: unknown key \"memebrs\"; did you mean \"members\"?"},
    {VAN "vehicles: {}\n", "pole.yaml:14:1: unknown key \"vehicles\"; known are: pole, name, zone, "
			"language, sites, members, dates, defaults, "
			"resources, rules, travel, closures, conflicts, tests"},
    {VAN "pole: again\n",
     "pole.yaml:14:1: key \"pole\" is given again; it was first given at pole.yaml:1:1"},
    {VAN "language: fra\n", "pole.yaml:14:11: unknown language \"fra\"; did you mean \"fr\"?"},
    {VAN "language: german\n", "pole.yaml:14:11: unknown language \"german\"; known are: en, fr"},
    {VAN "name:\n", "pole.yaml:14:6: \"name\" is nothing; it must be a text"},
    {VAN "name: [a]\n", "pole.yaml:14:7: \"name\" is a list; it must be a text"},
    {VAN "name: \"\"\n", "pole.yaml:14:7: \"name\" is a text; it must be a text"},
    {"pole: Essai_1\nzone: UTC\nsites: {a: {}}\nmembers:\nresources:\n",
     "pole.yaml:1:7: \"Essai_1\" is not an id; write \"essai-1\""},
    {"pole: 1er\nzone: UTC\nsites: {a: {}}\nmembers:\nresources:\n",
     "pole.yaml:1:7: \"1er\" is not an id; write a small letter, then up to 31 of a-z, 0-9 and -"},
    {"pole: a12345678901234567890123456789012\nzone: UTC\nsites: {a: {}}\nmembers:\nresources:\n",
     "pole.yaml:1:7: \"a12345678901234567890123456789012\" is not an id; write a small letter, "
     "then up to 31 of "
     "a-z, 0-9 and -"},
    {"pole: p\nzone: Europe/Pari\nsites: {a: {zone: ../../etc/passwd}}\nmembers:\nresources:\n",
     "pole.yaml:2:7: unknown zone \"Europe/Pari\"; write an IANA name such as Europe/Paris\n"
     "pole.yaml:3:19: unknown zone \"../../etc/passwd\"; write an IANA name such as Europe/Paris"},
    {"pole: p\nzone: UTC\nsites: {}\nmembers:\nresources:\n",
     "pole.yaml:3:8: no sites; a pole has at least one"},
    {"pole: p\nzone: UTC\nsites: [a]\nmembers:\nresources:\n",
     "pole.yaml:3:8: \"sites\" is a list; it must be a map of keys; write them below it, indented, "
     "or in { }"},
    {"pole: p\nzone: UTC\nsites: {a: town, B: {}}\nmembers:\nresources:\n",
     "pole.yaml:3:12: \"a\" is a text; it must be a map of keys; write them below it, indented, or "
     "in { }\n"
     "pole.yaml:3:18: \"B\" is not an id; write \"b\""},
    {"pole: p\nzone: UTC\nsites: {a: {nmae: A}}\nmembers:\nresources:\n",
     "pole.yaml:3:13: unknown key \"nmae\"; did you mean \"name\"?"},
};

#define MEMBERS "pole: p\nzone: UTC\nsites: {a: {}}\nresources:\nmembers:\n"

static const struct refused member_cases[] = {
    {MEMBERS "  m01: {}\n", "pole.yaml:6:3: \"name\" is missing; add a line `name: …` here"},
    {MEMBERS "  m01: {name: A, shares: 1}\n",
     "pole.yaml:6:18: unknown key \"shares\"; did you mean \"share\"?"},
    {MEMBERS "  m01: {name: A, share: -1}\n",
     "pole.yaml:6:25: \"-1\" is not a share; write a number from 0 to 1000000 such as 12 or 2.5"},
    {MEMBERS "  m01: {name: A, share: 1e3}\n  m02: {name: B, share: 1000001}\n  m03: {name: C, "
	     "share: 1.}\n",
     "pole.yaml:6:25: \"1e3\" is not a share; write a number from 0 to 1000000 such as 12 or 2.5\n"
     "pole.yaml:7:25: \"1000001\" is not a share; write a number from 0 to 1000000 such as 12 or "
     "2.5\n"
     "pole.yaml:8:25: \"1.\" is not a share; write a number from 0 to 1000000 such as 12 or 2.5"},
    {MEMBERS "  m01: {name: A, class: Founder}\n",
     "pole.yaml:6:25: \"Founder\" is not an id; write \"founder\""},
    {MEMBERS "  m01: {name: A}\n  m01: {name: B}\n",
     "pole.yaml:7:3: key \"m01\" is given again; it was first given at pole.yaml:6:3"},
    {MEMBERS "  - m01\n", "pole.yaml:6:3: \"members\" is a list; it must be a map of keys; write "
			  "them below it, indented, or in { }"},
};

static const struct refused resource_cases[] = {
    {VAN "    horizn: 60d\n", "pole.yaml:14:5: unknown key \"horizn\"; did you mean \"horizon\"?"},
    {POLE "resources: {van: {site: town}}\n",
     "pole.yaml:10:13: \"kind\" is missing; add a line `kind: …` here"},
    {POLE "resources: {van: {site: town, kind: equipmnt}}\n",
     "pole.yaml:10:37: unknown kind \"equipmnt\"; did you mean \"equipment\"?"},
    {POLE "resources: {staff: {site: town, kind: staff}}\n",
     "pole.yaml:10:13: \"staff\" is the word for a kind; give the resource another id"},
    {POLE "resources: {Van: {site: town, kind: staff}}\n",
     "pole.yaml:10:13: \"Van\" is not an id; write \"van\""},
    {POLE "resources: {van: {site: twon, kind: staff}}\n",
     "pole.yaml:10:25: unknown site \"twon\"; did you mean \"town\"?"},
    {POLE "resources: {van: {kind: staff}}\n",
     "pole.yaml:10:13: \"site\" is missing, and the pole has several; add a line `site: …`; known "
     "are: town, farm"},
    {POLE "resources: {van: {kind: staff, capacity: 2}}\n",
     "pole.yaml:10:13: \"site\" is missing, and the pole has several; add a line `site: …`; known "
     "are: town, farm"},
    {POLE "resources: {van: {kind: staff, units: {v-1: {}, v-2: {site: town}}}}\n",
     "pole.yaml:10:40: \"site\" is missing, and the pole has several; add a line `site: …`; known "
     "are: town, farm"},
    {VAN "    slots: half-day\n", "pole.yaml:14:12: \"half-day\" are no slots; write half-days, "
				  "days, nights or free"},
    {VAN "    slots: half-days 08:00-13:00 12:00-18:00\n",
     "pole.yaml:14:12: the hours of the slots cannot be read; write `half-days 08:00-13:00 "
     "13:00-18:00`, `days 09:00-18:00` or `nights 20:00-08:00`"},
    {VAN "    parts: [hall]\n  hall: {kind: premises, site: town, parts: van}\n",
     "pole.yaml:14:5: \"van\" is a part of itself\n"
     "pole.yaml:15:38: \"hall\" is a part of itself"},
    {VAN "    parts: [vna]\n", "pole.yaml:14:13: unknown resource \"vna\"; did you mean \"van\"?"},
    {VAN "    capacity: 2\n    parts: bus\n  bus: {kind: equipment, site: town}\n",
     "pole.yaml:15:5: parts besides units or a capacity; the parts have those"},
    {VAN "    requires: [{resource: bsu}]\n  bus: {kind: equipment, site: town}\n",
     "pole.yaml:14:27: unknown resource \"bsu\"; did you mean \"bus\"?"},
    {VAN "    requires: [{resource: van, quantity: 2}]\n",
     "pole.yaml:14:27: \"van\" has only 1; it could never be met"},
    {VAN "    requires: [{skill: magic}]\n",
     "pole.yaml:14:24: nobody has the skill \"magic\"; add it to the `skills` of someone"},
    {VAN "    requires: [{during: first 5m}]\n",
     "pole.yaml:14:16: write one of `resource: …`, `skill: …`, `declared: …`"},
    {VAN "    requires: [{declared: x, during: last 5m}]\n",
     "pole.yaml:14:38: \"last 5m\" is not known; write `first 15m`, or leave `during` out for all "
     "of it"},
    {VAN "    buffer: {after: 5m, shared-by: everyone}\n",
     "pole.yaml:14:36: unknown shared-by \"everyone\"; known are: same-member"},
    {VAN "    owner: m92\n", "pole.yaml:14:12: unknown member \"m92\"; did you mean \"m02\"?"},
    {VAN "    hours: as vna\n", "pole.yaml:14:12: unknown resource \"vna\"; did you mean \"van\"?"},
    {VAN "    hours: as van\n",
     "pole.yaml:14:12: hours as each other, in a circle; write them out for one of them"},
    {VAN "    hours: as bus\n  bus: {kind: equipment, site: town, hours: as van}\n",
     "pole.yaml:14:12: hours as each other, in a circle; write them out for one of them\n"
     "pole.yaml:15:45: hours as each other, in a circle; write them out for one of them"},
    {VAN "    spans-closed: yes\n",
     "pole.yaml:14:19: \"spans-closed\" is \"yes\"; it must be true or false, without quotes"},
    {VAN "    spans-closed: \"true\"\n",
     "pole.yaml:14:19: \"spans-closed\" is \"true\"; it must be true or false, without quotes"},
    {VAN "    duration: 2h\n", "pole.yaml:14:15: \"2h\" has no `..`; write 1h..3d, or ..3d for at "
			       "most, or 1h.. for at least"},
    {VAN "    duration: ..\n",
     "pole.yaml:14:15: `..` alone limits nothing; write 1h..3d, ..3d or 1h.."},
    {VAN "    duration: 1x..3d\n",
     "pole.yaml:14:15: \"1x\" is not a length of time; write 90m, 4h, 1h30m, 2d or 1w"},
    {VAN "    duration: 1h...3d\n",
     "pole.yaml:14:15: \".3d\" is not a length of time; write 90m, 4h, 1h30m, 2d or 1w"},
    {VAN "    duration: 1h..300w\n    horizon: 6000w\n",
     "pole.yaml:15:14: \"6000w\" is longer than 100 years"},
    {VAN "    duration: 25h..1d\n",
     "pole.yaml:14:15: at least 25h but at most 1d; write the shorter one first"},
    {VAN "    duration: ..0h\n",
     "pole.yaml:14:15: at most nothing; write the longest booking after `..`"},
    {VAN "    duration: 1h..3d setp 30m\n",
     "pole.yaml:14:15: \"setp 30m\" after the range is not known; write `1h..3d step 30m`"},
    {VAN "    duration: 1h..3d step 0m\n",
     "pole.yaml:14:15: a step of nothing; leave `step` out to allow any length"},
    {VAN "    duration: 1h.. step x\n",
     "pole.yaml:14:15: \"x\" is not a length of time; write 90m, 4h, 1h30m, 2d or 1w"},
    {VAN "    start: 15m\n", "pole.yaml:14:12: \"15m\" is not a grid of starts; write `every 15m`"},
    {VAN "    start: every 7m\n", "pole.yaml:14:12: \"every 7m\" does not divide a day; write 5m, "
				  "10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h, "
				  "12h or 1d"},
    {VAN "    start: every 2d\n", "pole.yaml:14:12: \"every 2d\" does not divide a day; write 5m, "
				  "10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h, "
				  "12h or 1d"},
    {VAN "    start: every 0m\n", "pole.yaml:14:12: \"every 0m\" does not divide a day; write 5m, "
				  "10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h, "
				  "12h or 1d"},
    {VAN "    lead: soon\n",
     "pole.yaml:14:11: \"soon\" is not a length of time; write 90m, 4h, 1h30m, 2d or 1w"},
    {VAN "    horizon: 0d\n",
     "pole.yaml:14:14: a horizon of nothing allows no booking; write 60d or 8w"},
    {VAN "    buffer: 30m\n", "pole.yaml:14:13: \"buffer\" is a text; it must be a map of keys; "
			      "write them below it, indented, or in { }"},
    {VAN "    buffer: {aftr: 30m, before: -1h}\n",
     "pole.yaml:14:14: unknown key \"aftr\"; did you mean \"after\"?\n"
     "pole.yaml:14:33: \"-1h\" is not a length of time; write 90m, 4h, 1h30m, 2d or 1w"},
    {VAN "    stands-in-for: [vna, van]\n",
     "pole.yaml:14:21: unknown resource \"vna\"; did you mean \"van\"?\n"
     "pole.yaml:14:26: \"van\" cannot stand in for itself; name another resource"},
    {VAN "    stands-in-for: [bus, bus]\n  bus: {kind: equipment, site: town}\n",
     "pole.yaml:14:26: \"bus\" is named twice"},
    {VAN "    stands-in-for: {bus: 1}\n", "pole.yaml:14:20: \"stands-in-for\" is a map of keys; it "
					  "must be a word, or a list such as [a, b]"},
    {VAN "    stands-in-for: [[bus]]\n", "pole.yaml:14:21: this is a list; it must be a text"},
    {VAN "    attributes: {Seats: 3, x: [1], y: {}}\n",
     "pole.yaml:14:18: \"Seats\" is not an id; write \"seats\"\n"
     "pole.yaml:14:31: \"x\" is a list; it must be a text\n"
     "pole.yaml:14:39: \"y\" is a map of keys; it must be a text"},
};

static const struct refused unit_cases[] = {
    {VAN "    units: {}\n",
     "pole.yaml:14:5: no units; write them below, or leave `units` out if there is just one"},
    {VAN "    units: [van-1]\n", "pole.yaml:14:12: \"units\" is a list; it must be a map of keys; "
				 "write them below it, indented, or in { }"},
    {VAN "    units: {van-1: {}}\n    capacity: 2\n",
     "pole.yaml:15:5: both units and a capacity; name the units, or count the places, not both"},
    {VAN "    capacity: 0\n",
     "pole.yaml:14:15: capacity \"0\" is not a count; write a number from 1 to 500"},
    {VAN "    capacity: 501\n",
     "pole.yaml:14:15: capacity \"501\" is not a count; write a number from 1 to 500"},
    {VAN "    capacity: four\n",
     "pole.yaml:14:15: capacity \"four\" is not a count; write a number from 1 to 500"},
    {VAN "    units: {Van_1: {}}\n", "pole.yaml:14:13: \"Van_1\" is not an id; write \"van-1\""},
    {VAN "    units: {van: {}}\n", "pole.yaml:14:13: unit \"van\" is called like the resource at "
				   "pole.yaml:11:3; write \"van-1\""},
    {VAN "    units: {bus: {}}\n  bus: {kind: equipment, site: town}\n",
     "pole.yaml:14:13: unit \"bus\" is called like the resource at pole.yaml:15:3; write "
     "\"bus-1\""},
    {VAN "    units: {v-1: {}}\n  bus: {kind: equipment, site: town, units: {v-1: {}}}\n",
     "pole.yaml:15:46: unit \"v-1\" is there already, at pole.yaml:14:13; give it another id"},
    {VAN "    units: {van-1: {site: twon, owner: m3}}\n",
     "pole.yaml:14:27: unknown site \"twon\"; did you mean \"town\"?\n"
     "pole.yaml:14:40: unknown member \"m3\"; known are: m01, m02"},
    {VAN "    units: {van-1: {sitte: town, ownr: m01}}\n",
     "pole.yaml:14:21: unknown key \"sitte\"; did you mean \"site\"?\n"
     "pole.yaml:14:34: unknown key \"ownr\"; did you mean \"owner\"?"},
    {VAN "    units: {van-1: {hours: always}}\n",
     "pole.yaml:14:21: \"hours\" is said of a resource, not of one unit; move it up to the "
     "resource"},
    {VAN "    units: {van-1: red}\n", "pole.yaml:14:20: \"van-1\" is a text; it must be a map of "
				      "keys; write them below it, indented, or in { }"},
};

static const struct refused defaults_cases[] = {
    {VAN "defaults: {vehicles: {}}\n",
     "pole.yaml:14:12: unknown key \"vehicles\"; known are: all, equipment, premises, staff"},
    {VAN "defaults: {equipment: {capacity: 2}}\n",
     "pole.yaml:14:24: unknown key \"capacity\"; known are: duration, adjacent, start, lead, "
     "horizon, slots, recurrence, quota, who, keep, driver, qualification, approval, hold, cancel, "
     "no-show, hours, hand-over, spans-closed, buffer, meter, managers"},
    {VAN "  bus: {kind: equipment, site: town}\ndefaults: {equipment: {horizon: x, hours: as "
	 "nobody}}\n",
     "pole.yaml:15:33: \"x\" is not a length of time; write 90m, 4h, 1h30m, 2d or 1w\n"
     "pole.yaml:15:43: unknown resource \"nobody\"; known are: van, bus"},
};

static const struct refused rule_cases[] = {
    {VAN "rules: {a: b}\n",
     "pole.yaml:14:8: \"rules\" is a map of keys; it must be a list; begin each item with \"- \""},
    {RULES "  - van\n", "pole.yaml:16:5: this is a text; it must be a map of keys; write them "
			"below it, indented, or in { }"},
    {RULES "  - lead: 1h\n", "pole.yaml:16:5: \"name\" is missing; add a line `name: …`"},
    {RULE,
     "pole.yaml:16:5: the rule limits nothing; add one or more of duration, start, lead, horizon, "
     "slots, recurrence, quota, who, keep, driver, qualification, approval, hold, cancel, "
     "no-show"},
    {RULE "    leed: 1h\n    lead: 1h\n",
     "pole.yaml:17:5: unknown key \"leed\"; did you mean \"lead\"?"},
    {RULE "    lead: 1h\n    hours: always\n",
     "pole.yaml:18:5: unknown key \"hours\"; known are: name, for, members, roles, when, until, "
     "for-those-with, duration, adjacent, start, lead, horizon, slots, recurrence, quota, who, "
     "keep, driver, qualification, approval, hold, cancel, no-show"},
    {RULE "    lead: 1h\n    for: vna\n",
     "pole.yaml:18:10: unknown resource, unit or kind \"vna\"; did you mean \"van\"?"},
    {RULE "    lead: 1h\n    for: premises\n",
     "pole.yaml:18:10: no resource is of kind premises; it would never apply"},
    {RULE "    lead: 1h\n    for: []\n",
     "pole.yaml:18:10: an empty list; leave `for` out to mean all"},
    {RULE "    lead: 1h\n    members: foundr\n",
     "pole.yaml:18:14: unknown member or class \"foundr\"; did you mean \"founder\"?"},
    {RULE "    lead: 1h\n    members: []\n",
     "pole.yaml:18:14: an empty list; leave `members` out to mean all"},
    {RULE "    lead: 1h\n  - {name: r, lead: 2h}\n",
     "pole.yaml:18:5: another rule is called \"r\", at pole.yaml:16:5; give each a name of its "
     "own"},
};

static void check_all(const struct refused *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct policy_file file = text_file("pole.yaml", cases[i].text);

		expect_problems(&file, 1, cases[i].problems);
	}
}

static void problems_of_the_pole(void **state)
{
	check_all(pole_cases, COUNT(pole_cases));
}

static void problems_of_members(void **state)
{
	check_all(member_cases, COUNT(member_cases));
}

static void problems_of_resources(void **state)
{
	check_all(resource_cases, COUNT(resource_cases));
}

static void problems_of_units(void **state)
{
	check_all(unit_cases, COUNT(unit_cases));
}

static void problems_of_defaults(void **state)
{
	check_all(defaults_cases, COUNT(defaults_cases));
}

static void problems_of_rules(void **state)
{
	check_all(rule_cases, COUNT(rule_cases));
}

/* The counterpart of all the above: what they are made of is good. */
static void their_parts_are_good(void **state)
{
	policy_free(load_good(VAN));
	policy_free(load_good(LIMIT));
	policy_free(load_good(MEMBERS));
}

static void problems_of_all_files_at_once(void **state)
{
	const struct policy_file files[] = {
	    text_file("b.yaml",
		      "resources:\n  van: {kind: equipment, site: twon, owner: m9}\nzone: UTC\n"),
	    text_file("a.yaml", "pole: p\nsites: {town: {}}\nzone: UTC\n"),
	    text_file(
		"c.yaml",
		"members:\n  m1: {name: A, clas: x}\nrules:\n  - {name: r, for: vna, lead: 1h}\n"),
	};

	expect_problems(
	    files, COUNT(files),
	    "b.yaml:2:32: unknown site \"twon\"; did you mean \"town\"?\n"
	    "b.yaml:2:45: unknown member \"m9\"; did you mean \"m1\"?\n"
	    "b.yaml:3:1: key \"zone\" is given again; it was first given at a.yaml:3:1\n"
	    "c.yaml:2:17: unknown key \"clas\"; did you mean \"class\"?\n"
	    "c.yaml:4:20: unknown resource, unit or kind \"vna\"; did you mean \"van\"?");
}

/* What the other files mention may well be in the one that cannot be read. */
static void a_file_that_is_not_yaml_comes_first(void **state)
{
	const struct policy_file files[] = {
	    text_file("a.yaml", "members: {m01: {name: A}\n"),
	    text_file("b.yaml", "resources: {van: {owner: m01, owner: m02}}\n"),
	    text_file("c.yaml", "\tx"),
	};

	expect_problems(
	    files, COUNT(files),
	    "a.yaml:1:10: a comma or a closing } is missing\n"
	    "b.yaml:1:31: key \"owner\" is given again; it was first given at b.yaml:1:19\n"
	    "c.yaml:1:1: tab used for indentation; indent with spaces");
}

static void problems_of_file_names(void **state)
{
	const struct policy_file files[] = {
	    text_file("pole.txt", ""),	  text_file("../a.yaml", ""), text_file(".yaml", ""),
	    text_file("pole.yaml", POLE), text_file("pole.yaml", ""), text_file("a b.yaml", ""),
	};
	static const char text[] =
	    "not a name for a policy file; write letters, digits, - and _, then \".yaml\"";
	struct policy_file many[POLICY_MAX_FILES + 1];
	char expected[1024];

	snprintf(expected, sizeof(expected),
		 "../a.yaml: %s\n.yaml: %s\na b.yaml: %s\npole.txt: %s\npole.yaml: two files of "
		 "this name",
		 text, text, text, text);
	expect_problems(files, COUNT(files), expected);
	expect_problems(NULL, 0, "no files; a policy needs at least one");
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = text_file("pole.yaml", "");
	expect_problems(many, COUNT(many), "65 files; a policy has at most 64");
}

/* A policy with n things of a sort; `line` has one %d. */
static struct policy_file file_of_many(const char *head, const char *line, int n)
{
	struct policy_file file = {.name = "pole.yaml"};
	char *text = NULL;
	FILE *f = open_memstream(&text, &file.n);

	fputs(head, f);
	for (int i = 1; i <= n; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		fprintf(f, line, i);
#pragma GCC diagnostic pop
	}
	fclose(f);
	file.text = text;
	return file;
}

#define HEAD "pole: p\nzone: UTC\n"

static void counts_are_limited(void **state)
{
	static const struct {
		const char *head, *line;
		int n;
		const char *problem;
	} limits[] = {
	    {HEAD "members:\nresources:\nsites:\n", "  s%d: {}\n", POLICY_MAX_SITES,
	     "pole.yaml:5:1: 1001 sites; a pole has at most 1000"},
	    {HEAD "sites: {a: {}}\nresources:\nmembers:\n", "  m%d: {name: A}\n",
	     POLICY_MAX_MEMBERS, "pole.yaml:5:1: 10001 members; a pole has at most 10000"},
	    {HEAD "sites: {a: {}}\nmembers:\nresources:\n", "  r%d: {kind: staff}\n",
	     POLICY_MAX_RESOURCES, "pole.yaml:5:1: 5001 resources; a pole has at most 5000"},
	    {HEAD "sites: {a: {}}\nmembers:\nresources:\n  van:\n    kind: staff\n    units:\n",
	     "      u%d: {}\n", POLICY_MAX_UNITS,
	     "pole.yaml:8:5: 501 units; a resource has at most 500"},
	    {HEAD "sites: {a: {}}\nmembers:\nresources:\nrules:\n", "  - {name: r%d, lead: 1h}\n",
	     POLICY_MAX_RULES, "pole.yaml:6:1: 1001 rules; a pole has at most 1000"},
	    {HEAD
	     "sites: {a: {}}\nmembers:\nresources:\n  van:\n    kind: staff\n    attributes:\n",
	     "      a%d: x\n", POLICY_MAX_ATTRIBUTES, "pole.yaml:41:7: more than 32 attributes"},
	};

	for (size_t i = 0; i < COUNT(limits); i++) {
		struct policy_file fits = file_of_many(limits[i].head, limits[i].line, limits[i].n);
		struct policy_file one_more =
		    file_of_many(limits[i].head, limits[i].line, limits[i].n + 1);

		policy_free(load_good(fits.text));
		expect_problems(&one_more, 1, limits[i].problem);
		free((char *)fits.text);
		free((char *)one_more.text);
	}
}

static void units_in_all_are_limited(void **state)
{
	struct policy_file fits = file_of_many(HEAD "sites: {a: {}}\nmembers:\nresources:\n",
					       "  r%d: {kind: staff, capacity: 500}\n", 200);
	struct policy_file too_many = file_of_many(HEAD "sites: {a: {}}\nmembers:\nresources:\n",
						   "  r%d: {kind: staff, capacity: 500}\n", 210);

	policy_free(load_good(fits.text));
	expect_problems(&too_many, 1,
			"pole.yaml:206:23: more than 100000 units and places in all; a pole has at "
			"most that many");
	free((char *)fits.text);
	free((char *)too_many.text);
}

static void names_are_limited(void **state)
{
	char name[POLICY_NAME_MAX_BYTES + 2], text[1024];
	struct policy_file file;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(text, sizeof(text), MEMBERS "  m01: {name: %s}\n", name + 1);
	policy_free(load_good(text));
	snprintf(text, sizeof(text), MEMBERS "  m01: {name: %s}\n", name);
	file = text_file("pole.yaml", text);
	expect_problems(&file, 1, "pole.yaml:6:15: \"name\" has 257 bytes; at most 256 are taken");
}

static int failing_zones(void *arg, const char *name, struct zone **ret)
{
	return -5;
}

static void a_machine_that_fails_is_no_problem_of_the_policy(void **state)
{
	struct policy_file file = text_file("pole.yaml", VAN);
	struct problems problems = {0};
	struct policy *policy = NULL;

	assert_int_equal(policy_load(&file, 1, failing_zones, NULL, &policy, &problems), -5);
	assert_null(policy);
	assert_int_equal(problems.n, 0);
	problems_clear(&problems);
}

static const char whole[] =
    "pole: essai\n"
    "name: Pôle d'essai\n"
    "zone: Europe/Paris\n"
    "language: fr\n"
    "sites:\n"
    "  town: {name: Town hall}\n"
    "  port: {zone: Indian/Reunion}\n"
    "members:\n"
    "  m01: {name: La Remise, kind: association, class: founder, share: 12.5}\n"
    "  m02: {name: NO, class: small}\n"
    "defaults:\n"
    "  all: {horizon: 60d, buffer: {before: 1h}}\n"
    "  equipment: {start: every 15m, horizon: 30d}\n"
    "resources:\n"
    "  van:\n" /* line 15 */
    "    name: Fourgon 12 m³\n"
    "    kind: equipment\n"
    "    hours: as room\n"
    "    duration: 1h..3d step 30m\n"
    "    owner: m02\n"
    "    buffer: {after: 30m}\n"
    "    attributes: {fuel: diesel}\n"
    "    units:\n"
    "      van-1: {site: port, owner: m01, seats: 3, hitch: true}\n"
    "      van-2: {site: town}\n"
    "  room:\n" /* line 26 */
    "    kind: premises\n"
    "    site: town\n"
    "    capacity: 3\n"
    "    hours: Mon 08:00-12:00\n"
    "    stands-in-for: [van, guide]\n"
    "    horizon: 90d\n"
    "  guide: {kind: staff, site: port, stands-in-for: van, spans-closed: true, lead: 2d}\n"
    "rules:\n"
    "  - name: small ones\n" /* line 35 */
    "    members: [small]\n"
    "    for: [equipment, guide, van]\n"
    "    duration: ..1d\n"
    "    lead: 1h\n"
    "  - {name: everyone, start: every 1d}\n";

static void a_good_policy(void **state)
{
	struct policy *p = load_good(whole);

	assert_string_equal(p->pole, "essai");
	assert_string_equal(p->name, "Pôle d'essai");
	assert_string_equal(p->lang, "fr");
	assert_string_equal(zone_name(p->zone), "Europe/Paris");
	assert_int_equal(p->n_zones, 2);
	assert_int_equal(p->n_sites, 2);
	assert_string_equal(p->sites[0].name, "Town hall");
	assert_ptr_equal(p->sites[0].zone, p->zone);
	assert_string_equal(p->sites[1].name, "port");
	assert_string_equal(zone_name(p->sites[1].zone), "Indian/Reunion");
	assert_int_equal(p->n_members, 2);
	assert_string_equal(p->members[0].id, "m01");
	assert_string_equal(p->members[0].kind, "association");
	assert_string_equal(p->members[0].class, "founder");
	assert_true(p->members[0].share == 12.5);
	assert_int_equal(p->members[0].place.line, 9);
	assert_int_equal(p->members[0].place.column, 3);
	assert_string_equal(p->members[1].name, "NO");
	assert_string_equal(p->members[1].kind, "");
	assert_true(p->members[1].share == 0);
	assert_int_equal(p->n_files, 1);
	assert_string_equal(p->files[0].name, "pole.yaml");
	assert_string_equal(p->files[0].text, whole);
	assert_int_equal(p->files[0].n, strlen(whole));
	policy_free(p);
}

static void assert_unit(const struct unit *u, uint32_t lane, const char *id, const char *site,
			const char *owner)
{
	assert_int_equal(u->lane, lane);
	assert_string_equal(u->id, id);
	assert_string_equal(u->site->id, site);
	if (owner)
		assert_string_equal(u->owner->id, owner);
	else
		assert_null(u->owner);
	assert_true(u->in_service);
}

static void good_resources(void **state)
{
	struct policy *p = load_good(whole);
	const struct resource *van = policy_resource(p, "van"), *room = policy_resource(p, "room"),
			      *guide = policy_resource(p, "guide");

	assert_int_equal(p->n_resources, 3);
	assert_string_equal(van->name, "Fourgon 12 m³");
	assert_int_equal(van->kind, RESOURCE_EQUIPMENT);
	assert_string_equal(van->site->id, "port");
	assert_string_equal(van->owner->id, "m02");
	assert_int_equal(van->place.line, 15);
	assert_int_equal(van->n_units, 2);
	assert_false(van->has_capacity);
	assert_unit(&van->units[0], 1, "van-1", "port", "m01");
	assert_unit(&van->units[1], 2, "van-2", "town", "m02");
	assert_int_equal(van->units[0].n_attributes, 2);
	assert_string_equal(attribute_value(van->units[0].attributes, 2, "seats"), "3");
	assert_string_equal(attribute_value(van->attributes, van->n_attributes, "fuel"), "diesel");
	assert_true(van->spans_closed);
	assert_int_equal(van->buffer_before.seconds, 0);
	assert_int_equal(van->buffer_after.seconds, 1800);
	assert_false(van->hours.usual.always);
	assert_int_equal(van->hours.usual.n_ranges, 1);
	assert_int_equal(van->n_stands_in, 2);
	assert_ptr_equal(van->stands_in[0], room);
	assert_ptr_equal(van->stands_in[1], guide);

	assert_true(room->has_capacity);
	assert_int_equal(room->n_units, 3);
	assert_unit(&room->units[2], 3, "", "town", NULL);
	assert_false(room->spans_closed);
	assert_int_equal(room->buffer_before.seconds, 3600);
	assert_string_equal(room->name, "room");

	assert_int_equal(guide->n_units, 1);
	assert_unit(&guide->units[0], 1, "guide", "port", NULL);
	assert_true(guide->hours.usual.always);
	assert_true(guide->spans_closed);
	assert_int_equal(guide->n_stands_in, 1);
	policy_free(p);
}

static void assert_rule(const struct policy *p, size_t at, const char *name, enum limit_kind kind,
			int line, size_t n_resources)
{
	const struct rule *r = &p->rules[at];

	assert_string_equal(r->name, name);
	assert_int_equal(r->limit.kind, kind);
	assert_int_equal(r->place.line, line);
	assert_string_equal(r->place.file, "pole.yaml");
	assert_int_equal(r->n_resources, n_resources);
}

static void good_recurrence(void **state)
{
	static const struct {
		const char *text;
		int64_t days;
		bool reconfirm;
	} cases[] = {
	    {VAN "    recurrence: {at-most: 13 weeks, then: reconfirm}\n", 91, true},
	    {VAN "    recurrence: {at-most: 90 days}\n", 90, false},
	    {VAN "    recurrence: {at-most: 2w}\n", 14, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct policy *p = load_good(cases[i].text);

		assert_int_equal(p->n_rules, 1);
		assert_rule(p, 0, "van recurrence", LIMIT_RECURRENCE, 14, 1);
		assert_int_equal(p->rules[0].limit.recurrence.at_most.days, cases[i].days);
		assert_int_equal(p->rules[0].limit.recurrence.reconfirm, cases[i].reconfirm);
		policy_free(p);
	}
}

static void good_rules(void **state)
{
	struct policy *p = load_good(whole);

	assert_int_equal(p->n_rules, 9);
	assert_rule(p, 0, "van duration", LIMIT_DURATION, 19, 1);
	assert_int_equal(p->rules[0].place.column, 5);
	assert_int_equal(p->rules[0].limit.duration.min.seconds, 3600);
	assert_int_equal(p->rules[0].limit.duration.max.days, 3);
	assert_int_equal(p->rules[0].limit.duration.step.seconds, 1800);
	assert_ptr_equal(p->rules[0].resources[0], policy_resource(p, "van"));
	assert_rule(p, 1, "van start", LIMIT_START, 13, 1);
	assert_int_equal(p->rules[1].limit.start_every_s, 900);
	assert_rule(p, 2, "van horizon", LIMIT_HORIZON, 13, 1);
	assert_int_equal(p->rules[2].limit.horizon.days, 30);
	assert_rule(p, 3, "room horizon", LIMIT_HORIZON, 32, 1);
	assert_rule(p, 4, "guide lead", LIMIT_LEAD, 33, 1);
	assert_int_equal(p->rules[4].limit.lead.days, 2);
	assert_rule(p, 5, "guide horizon", LIMIT_HORIZON, 12, 1);
	assert_int_equal(p->rules[5].limit.horizon.days, 60);

	assert_rule(p, 6, "small ones", LIMIT_DURATION, 35, 2);
	assert_int_equal(p->rules[6].place.column, 5);
	assert_true(duration_is_zero(p->rules[6].limit.duration.min));
	assert_ptr_equal(p->rules[6].resources[0], policy_resource(p, "van"));
	assert_ptr_equal(p->rules[6].resources[1], policy_resource(p, "guide"));
	assert_int_equal(p->rules[6].party.n_classes, 1);
	assert_string_equal(p->rules[6].party.classes[0], "small");
	assert_rule(p, 7, "small ones", LIMIT_LEAD, 35, 2);
	assert_rule(p, 8, "everyone", LIMIT_START, 40, 0);
	assert_int_equal(p->rules[8].limit.start_every_s, 86400);
	assert_int_equal(p->rules[8].party.n_classes, 0);
	policy_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(problems_of_the_pole),
	    cmocka_unit_test(problems_of_members),
	    cmocka_unit_test(problems_of_resources),
	    cmocka_unit_test(problems_of_units),
	    cmocka_unit_test(problems_of_defaults),
	    cmocka_unit_test(problems_of_rules),
	    cmocka_unit_test(their_parts_are_good),
	    cmocka_unit_test(problems_of_all_files_at_once),
	    cmocka_unit_test(a_file_that_is_not_yaml_comes_first),
	    cmocka_unit_test(problems_of_file_names),
	    cmocka_unit_test(counts_are_limited),
	    cmocka_unit_test(units_in_all_are_limited),
	    cmocka_unit_test(names_are_limited),
	    cmocka_unit_test(a_machine_that_fails_is_no_problem_of_the_policy),
	    cmocka_unit_test(a_good_policy),
	    cmocka_unit_test(good_resources),
	    cmocka_unit_test(good_recurrence),
	    cmocka_unit_test(good_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
