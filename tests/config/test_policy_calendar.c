/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hours with seasons, exceptions and holidays, hand-over times, closures, works-on: what they are
 * refused for, and what they become. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/moment.h"
#include "tests/config/loading.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

#define POLE                                                                                       \
	"pole: essai\n"                                                                            \
	"zone: Europe/Paris\n"                                                                     \
	"sites: {town: {holidays: FR}, farm: {holidays: FR-alsace-moselle-temple}}\n"              \
	"members:\n"                                                                               \
	"  m01: {name: La Remise}\n"                                                               \
	"  m18: {name: Lycée, works-on: FR-alsace-moselle-temple}\n"
#define ROOM                                                                                       \
	POLE "resources:\n"                                                                        \
	     "  room: {kind: premises, site: farm}\n"                                              \
	     "  van:\n"                                                                            \
	     "    kind: equipment\n"                                                               \
	     "    units: {van-1: {site: town}, van-2: {site: farm}}\n" /* and 12 */
#define HOURS                                                                                      \
	ROOM "    hours:\n"                                                                        \
	     "      usual: Mon-Fri 08:00-18:00\n" /* and 14 */

static const struct {
	const char *text, *problems;
} refused[] = {
    {ROOM "    hours: [a]\n", "pole.yaml:12:12: \"hours\" is a list; it must be hours such as "
			      "Mon-Fri 08:00-18:00, or a map of keys"},
    {ROOM "    hours: {seasons: []}\n",
     "pole.yaml:12:5: \"usual\" is missing; add a line `usual: …` here"},
    {HOURS "      seasons: [{from: 06-31, to: 09-15, hours: closed}]\n",
     "pole.yaml:14:24: \"06-31\" is no day of the year; write month and day: 06-01"},
    {HOURS "      seasons: [{from: 6-1, to: 09-15, hours: closed}]\n",
     "pole.yaml:14:24: \"6-1\" is no day of the year; write month and day: 06-01"},
    {HOURS "      seasons:\n"
	   "        - {from: 11-01, to: 02-29, hours: closed}\n"
	   "        - {from: 02-29, to: 03-15, hours: 09:00-10:00}\n",
     "pole.yaml:16:11: 02-29 is in two seasons; end one before the other begins"},
    {HOURS "      exceptions: [{on: 2026-12-24T10:00, hours: closed}]\n",
     "pole.yaml:14:25: \"2026-12-24T10:00\" is not a date; write 2026-12-24 or "
     "2026-12-24..2027-01-03"},
    {HOURS "      exceptions: [{on: 2026-12-24..2026-12-23, hours: closed}]\n",
     "pole.yaml:14:25: \"2026-12-24..2026-12-23\" ends before it begins"},
    {HOURS "      exceptions: [{on: 1926-12-24, hours: closed}]\n",
     "pole.yaml:14:25: \"1926-12-24\" is no date of 1970 to 2199"},
    {HOURS "      exceptions:\n"
	   "        - {on: 2026-12-24..2026-12-31, hours: closed}\n"
	   "        - {on: 2026-12-20..2026-12-24, hours: 9:00-10:00}\n",
     "pole.yaml:15:11: 2026-12-24 is in two exceptions, the other at line 16"},
    {HOURS "      on-holidays: open\n",
     "pole.yaml:14:20: \"open\" is neither days nor times; write always, or daily 08:00-24:00, or "
     "Mon-Fri 08:00-12:00 14:00-18:00, Sat 09:00-12:00"},
    {ROOM "    hand-over: as room\n",
     "pole.yaml:12:16: \"room\" has no hand-over times; write them out"},
    {ROOM "    hand-over: as van\n", "pole.yaml:12:16: hand-over times as each other, in a circle; "
				     "write them out for one of them"},
    {ROOM "closures: [{on: 2026-12-24}]\n",
     "pole.yaml:12:12: \"why\" is missing; add a line `why: …`"},
    {ROOM "closures: [{for: vann, on: 2026-12-24, why: x}]\n",
     "pole.yaml:12:18: unknown resource, kind or site \"vann\"; did you mean \"van\"?"},
    {ROOM "closures: [{for: van-1, on: 2026-12-24, why: x}]\n",
     "pole.yaml:12:18: \"van-1\" is a unit; write a whole resource, here \"van\""},
    {ROOM "closures: [{for: staff, on: 2026-12-24, why: x}]\n",
     "pole.yaml:12:18: no resource is of kind staff; it would never apply"},
    {ROOM "closures: [{for: [], on: 2026-12-24, why: x}]\n",
     "pole.yaml:12:18: an empty list; leave `for` out to mean all"},
    {ROOM "closures: [{on: 2026-12-24T10:00, why: x}]\n",
     "pole.yaml:12:17: \"2026-12-24T10:00\" is an instant; write from..to"},
    {ROOM "closures: [{on: 2026-12-24T10:00Z..2026-12-25, why: x}]\n",
     "pole.yaml:12:17: \"2026-12-24T10:00Z\" has an offset; local time is meant, leave it out"},
    {ROOM "closures: [{on: next week, why: x}]\n",
     "pole.yaml:12:17: \"next week\" is not a date; write 2026-12-24, or 2026-12-24..2027-01-03, "
     "or 2026-12-24T12:00..2027-01-03T08:00"},
    {"pole: essai\nzone: UTC\nsites: {town: {holidays: FR-alsace}}\nmembers: {}\nresources: {}\n",
     "pole.yaml:3:26: unknown region \"FR-alsace\"; known are: FR, FR-alsace-moselle, "
     "FR-alsace-moselle-temple, FR-guadeloupe, FR-martinique, FR-guyane, FR-reunion, FR-mayotte, "
     "FR-saint-barthelemy, FR-saint-martin"},
    {"pole: essai\nzone: UTC\nsites: {town: {}}\nmembers:\n  m1: {name: a, works-on: [FR]}\n"
     "resources: {}\n",
     "pole.yaml:5:28: the holidays of all of France are nobody's own; name a region of it, such "
     "as FR-alsace-moselle-temple"},
    {"pole: essai\nzone: UTC\nsites: {pit: {}}\nmembers: {}\nresources: {pit: {kind: premises}}\n"
     "closures: [{for: pit, on: 2026-12-24, why: x}]\n",
     "pole.yaml:6:18: \"pit\" is a site and a resource; give one of them another id"},
};

static void what_is_refused(void **state)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct policy_file file = text_file("pole.yaml", refused[i].text);

		expect_problems(&file, 1, refused[i].problems);
	}
}

static const char whole[] =
    ROOM "    hours:\n"
	 "      usual: Mon-Fri 08:00-18:00\n"
	 "      seasons:\n"
	 "        - {from: 12-15, to: 01-15, hours: closed}\n"
	 "        - {from: 06-01, to: 09-15, hours: \"daily 07:00-21:00\"}\n"
	 "      exceptions:\n"
	 "        - {on: 2027-06-21, hours: \"10:00-26:00\", why: Fête de la musique}\n"
	 "        - {on: 2027-05-03..2027-05-04, hours: closed, why: Inventaire}\n"
	 "      on-holidays: 10:00-12:00\n"
	 "    hand-over: {usual: always, on-holidays: as usual}\n"
	 "    spans-closed: true\n"
	 "  bike: {kind: equipment, site: town, hand-over: as van}\n"
	 "  lab: {kind: premises, site: farm, hours: daily 06:00-22:00}\n"
	 "closures:\n"
	 "  - {for: [lab, town], on: 2027-04-12..2027-04-14, why: Travaux}\n"
	 "  - {for: [room, farm], on: 2027-04-20T12:00..2027-04-20T14:00, why: Exercice}\n"
	 "  - {on: 2027-04-30, why: Assemblée}\n";

static void what_they_become(void **state)
{
	struct policy *p = load_good(whole);
	const struct resource *van = policy_resource(p, "van"), *lab = policy_resource(p, "lab"),
			      *room = policy_resource(p, "room"),
			      *bike = policy_resource(p, "bike");

	assert_int_equal(p->sites[1].holidays, HOLIDAYS_ALSACE_MOSELLE_TEMPLE);
	assert_int_equal(policy_member(p, "m18")->works_on, 1u << HOLIDAYS_ALSACE_MOSELLE_TEMPLE);
	assert_int_equal(policy_member(p, "m01")->works_on, 0);
	assert_int_equal(van->hours.n_seasons, 2);
	assert_int_equal(van->hours.seasons[0].first.month, 12);
	assert_int_equal(van->hours.seasons[0].last.day, 15);
	assert_int_equal(van->hours.n_exceptions, 2);
	assert_string_equal(van->hours.exceptions[0].why, "Inventaire");
	assert_int_equal(van->hours.exceptions[0].last_day - van->hours.exceptions[0].first_day, 1);
	assert_true(van->hours.heeds_holidays);
	assert_int_equal(van->hours.on_holidays.n_ranges, 7);
	assert_false(van->hand_over->heeds_holidays);
	assert_true(bike->hand_over->usual.always);
	assert_null(lab->hand_over);
	assert_true(lab->hours.heeds_holidays);
	assert_false(room->hours.heeds_holidays); /* always open */
	/* van-1 in town, van-2 at the farm, where the drill is */
	assert_ptr_equal(van->opening, van->units[0].opening);
	assert_ptr_not_equal(van->opening, van->units[1].opening);
	assert_int_equal(van->units[0].opening->n_closed, 2);
	assert_int_equal(van->units[1].opening->n_closed, 2);
	assert_string_equal(van->units[0].opening->closed[0].closure->why, "Travaux");
	assert_string_equal(van->units[1].opening->closed[0].closure->why, "Exercice");
	assert_int_equal(lab->opening->n_closed, 3);
	assert_int_equal(room->opening->n_closed, 2); /* named twice by the second */
	assert_int_equal(bike->opening->n_closed, 2);
	assert_int_equal(lab->opening->closed[1].closure->place.line, 27);
	policy_free(p);
}

static int64_t at(const struct opening *o, const char *text)
{
	struct moment m;

	assert_int_equal(moment_parse(text, &m), MOMENT_OK);
	return moment_utc(&m, o->zone);
}

/* Which of these hold a booking of one hour, for a member without and one with works-on. */
static void when_they_are_open(void **state)
{
	static const struct {
		const char *resource, *from;
		bool is_open;
	} cases[] = {
	    {"van", "2027-03-01T08:00", true},
	    {"van", "2027-12-15T10:00", false},
	    {"van", "2028-01-14T10:00", false},
	    {"van", "2028-01-17T10:00", true},
	    {"van", "2027-06-05T07:00", true},
	    {"van", "2027-06-22T01:00", true}, /* of the night before */
	    {"van", "2027-05-03T10:00", false},
	    {"van", "2027-05-06T09:00", false}, /* Ascension */
	    {"van", "2027-05-06T11:00", true},
	    {"lab", "2027-05-06T11:00", false},
	    {"lab", "2027-04-11T11:00", true},
	    {"lab", "2027-04-12T06:00", false},
	    {"lab", "2027-04-14T21:00", false},
	    {"lab", "2027-04-20T11:00", true}, /* until the drill begins */
	    {"lab", "2027-04-20T11:30", false},
	    {"lab", "2027-04-20T14:00", true},
	};
	struct policy *p = load_good(whole);

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct opening *o = policy_resource(p, cases[i].resource)->opening;
		struct span s = {at(o, cases[i].from), at(o, cases[i].from) + 3600};

		if (opening_admits((struct opening_for){o, 0}, s) != cases[i].is_open)
			fail_msg("case %zu: %s at %s", i, cases[i].resource, cases[i].from);
	}
	policy_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_refused),
	    cmocka_unit_test(what_they_become),
	    cmocka_unit_test(when_they_are_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
