/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Policies in words: each limit and match in both languages, what differs, what results for a
 * resource and from where. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/policy_load.h"
#include "daemon/policy_diff.h"
#include "daemon/policy_effective.h"
#include "daemon/rule_text.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Fourteen lines. */
#define POLE                                                                                       \
	"pole: essai\n"                                                                            \
	"zone: Europe/Paris\n"                                                                     \
	"sites: {town: {}, farm: {}}\n"                                                            \
	"members: {m01: {name: A, class: founder}, m02: {name: B, class: small}}\n"                \
	"defaults:\n"                                                                              \
	"  all: {horizon: 60d}\n"                                                                  \
	"  equipment: {meter: h, hours: daily 08:00-20:00}\n"                                      \
	"resources:\n"                                                                             \
	"  hall: {kind: premises, site: town}\n"                                                   \
	"  van:\n"                                                                                 \
	"    kind: equipment\n"                                                                    \
	"    site: town\n"                                                                         \
	"    managers: m01\n"                                                                      \
	"    units: {van-1: {owner: m02}, van-2: {}}\n"

static struct policy *load(struct arena *a, const char *text)
{
	struct policy_file file = {"pole.yaml", text, strlen(text)};
	struct problems problems = {0};
	struct policy *p = NULL;

	policy_load(&file, 1, zone_from_system, NULL, &p, &problems);
	for (size_t i = 0; i < problems.n; i++)
		print_error("%s\n", problem_text(&problems, &problems.items[i]));
	assert_non_null(p);
	problems_clear(&problems);
	return p;
}

static const struct {
	const char *rule, *en, *fr;
} rules[] = {
    {"duration: 1h..3d step 30m", "at least 1h, at most 3d, in steps of 30m",
     "au moins 1h, au plus 3j, par pas de 30m"},
    {"{duration: ..4d, adjacent: count as one}", "at most 4d, bookings that touch counted as one",
     "au plus 4j, réservations qui se suivent comptées comme une seule"},
    {"start: every 15m", "starts every 15m", "débuts toutes les 15m"},
    {"lead: 2d", "asked for 2d ahead or more", "demandé 2j à l'avance ou plus"},
    {"horizon: 8w", "at most 8w ahead", "au plus 8 sem. à l'avance"},
    {"horizon: {opens: 1st 08:00, months-ahead: 2}",
     "opens on day 1 of a month at 08:00, 2 months ahead",
     "ouvre le 1 d'un mois à 08:00, 2 mois à l'avance"},
    {"slots: half-days", "slots 08:00-13:00 13:00-18:00", "créneaux 08:00-13:00 13:00-18:00"},
    {"recurrence: {at-most: 13 weeks, then: reconfirm}",
     "series of at most 13w, then to be confirmed again",
     "séries d'au plus 13 sem., puis à reconfirmer"},
    {"quota: {at-most: 3 bookings, among: future}", "at most 3 bookings of a member to come",
     "au plus 3 réservations pour un membre à venir"},
    {"quota: {of: person, at-most: 1 day, per: calendar year}",
     "at most 1 day of a person per calendar year",
     "au plus 1 jour pour une personne par année civile"},
    {"quota: {of: class, at-most: 10 unit-hours, in: 7d, not-counting: [same-day, off-peak], peak: "
     "\"Mon 08:00-12:00\"}",
     "at most 10h times units of a class in any 1w, not counting what is asked for on the same "
     "day, what is off-peak, peak is Mon 08:00-12:00",
     "au plus 10h fois unités pour une classe sur 1 sem., sans compter ce qui est demandé le jour "
     "même, les heures creuses, heures pleines Mon 08:00-12:00"},
    {"quota: {at-most: 4 units, among: at once}", "at most 4 units of a member at once",
     "au plus 4 unités pour un membre à la fois"},
    {"who: {members: [founder, m02], roles: [member, manager]}",
     "only for founder, m02, with the role member, manager",
     "réservé à founder, m02, avec le rôle member, manager"},
    {"{for: van-1, keep: {for: owner, when: \"Tue 08:00-13:00\", until: 7d before}}",
     "kept for the owner until 1w before, for van-1, at Tue 08:00-13:00",
     "gardé pour le propriétaire jusqu'à 1 sem. avant, pour van-1, à Tue 08:00-13:00"},
    {"driver: {qualification: licence-b, held-for: 30d, issued-by: own-member}",
     "needs licence-b, held for 30d, from the own member",
     "il faut licence-b, depuis 30j, du membre lui-même"},
    {"approval: {by: coordinator, longer-than: 4h, undecided-after: 5d, then: grant, meanwhile: "
     "queueing}",
     "approval by a coordinator where longer than 4h, undecided after 5d: granted, others may ask "
     "meanwhile",
     "accord par la coordination au-delà de 4h, sans réponse sous 5j: accordé, d'autres peuvent "
     "demander entre-temps"},
    {"approval: manager", "approval by a manager, undecided when it begins: declined",
     "accord par un gestionnaire, sans réponse au début: refusé"},
    {"hold: 30m", "held for at most 30m", "retenu au plus 30m"},
    {"cancel: {30d before: 20%, 10d before: 50%}",
     "cancelled less than 30d before owes 20 %, cancelled less than 10d before owes 50 %",
     "annulé moins de 30j avant doit 20 %, annulé moins de 10j avant doit 50 %"},
    {"no-show: {released-after: 15m, owes: 100%}", "released 15m after the start, owes 100 %",
     "libéré 15m après le début, doit 100 %"},
    {"{lead: 1h, for: [van-2, hall], members: [small, m01], when: {months: Jun..Jul, days: Sat, "
     "dates: 2027-01-01..2027-01-03}}",
     "asked for 1h ahead or more, for hall, van-2, of small, m01, on Sat, in Jun, Jul, on "
     "2027-01-01..2027-01-03",
     "demandé 1h à l'avance ou plus, pour hall, van-2, de small, m01, les sam., en juin, juil., du "
     "2027-01-01..2027-01-03"},
    {"{lead: 1h, until: 1 May, for-those-with: {no-shows: 3, late-returns, within: 90d}}",
     "asked for 1h ahead or more, until 05-01 of the year of use, for those with 3 no-shows, late "
     "returns within 90d",
     "demandé 1h à l'avance ou plus, jusqu'au 05-01 de l'année d'usage, pour qui a 3 absences, "
     "retours en retard en 90j"},
};

static void rules_in_words(void **state)
{
	for (size_t i = 0; i < COUNT(rules); i++) {
		struct arena a = {0};
		const char *one = rules[i].rule;
		const bool braces = *one == '{';
		struct policy *p =
		    load(&a, arena_printf(&a, POLE "rules:\n  - {name: r, %.*s}\n",
					  (int)strlen(one) - 2 * braces, one + braces));
		const struct rule *r = &p->rules[p->n_rules - 1];

		assert_string_equal(rule_text(&a, "en", r), rules[i].en);
		assert_string_equal(rule_text(&a, "fr", r), rules[i].fr);
		policy_free(p);
		arena_clear(&a);
	}
}

static void conflicts_in_words(void **state)
{
	struct arena a = {0};
	struct policy *p =
	    load(&a, POLE "conflicts: {order: [class, fair-share], classes: small, fair-share: "
			  "{floor: 4h, cost: {van: 3}}, waiting: {during: \"Mon 08:00-12:00\"}, "
			  "displace: {by: owner, notice: 72h}}\n");

	assert_string_equal(
	    conflicts_text(&a, "en", &p->conflicts),
	    "in order of class, fair-share, first-come, classes small, use counts half after 6w "
	    "and "
	    "for 26w, who had less than 4h goes first, van × 3, offers hold 4h, Mon 08:00-12:00, "
	    "others may be displaced 72h ahead by the owner, those first that find another place, "
	    "bookings are moved to make room, 3 alternatives");
	assert_non_null(strstr(conflicts_text(&a, "fr", &p->conflicts), "une offre tient 4h"));
	policy_free(p);
	arena_clear(&a);
}

static const struct difference *find(const struct difference *d, size_t n, const char *what,
				     const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(d[i].what, what) == 0 && strcmp(d[i].name, name) == 0)
			return &d[i];
	return NULL;
}

static void what_differs(void **state)
{
	struct arena a = {0};
	struct policy *old = load(&a, POLE "rules:\n  - {name: r, quota: {at-most: 6h, in: 7d}}\n");
	struct policy *new =
	    load(&a, POLE "    meter: km\n    requires: [{resource: hall, quantity: 1}]\n"
			  "rules:\n  - {name: r, quota: {at-most: 4h, in: 7d}}\n"
			  "  - {name: s, hold: 1h}\n"
			  "travel: [{between: [town, farm], takes: 35m}]\n"
			  "conflicts: {alternatives: 5}\n"
			  "tests: [{given: x, when: y, then: granted}]\n");
	size_t n;
	const struct difference *d = policy_differences(old, new, &a, &n), *one;

	assert_int_equal(n, 6);
	one = find(d, n, "rule", "r");
	assert_string_equal(one->from, "at most 6h of a member in any 1w");
	assert_string_equal(one->to, "at most 4h of a member in any 1w");
	assert_int_equal(find(d, n, "rule", "s")->how, DIFFERENCE_ADDED);
	one = find(d, n, "resource", "van");
	assert_non_null(strstr(one->to, ", needs 1 hall"));
	assert_non_null(strstr(one->to, ", meter km"));
	assert_non_null(strstr(one->from, ", meter h"));
	assert_string_equal(find(d, n, "travel", "farm, town")->to, "35m");
	assert_non_null(strstr(find(d, n, "conflicts", "conflicts")->to, "5 alternatives"));
	assert_string_equal(find(d, n, "test", "x; y")->to, "granted");
	policy_differences(old, old, &a, &n);
	assert_int_equal(n, 0);
	policy_free(old);
	policy_free(new);
	arena_clear(&a);
}

static void what_results(void **state)
{
	static const struct {
		const char *key, *value, *rule;
		int line;
	} wanted[] = {
	    {"site", "town", NULL, 12},
	    {"owner", "the pole", NULL, 0},
	    {"managers", "m01", NULL, 13},
	    {"meter", "h", NULL, 7},
	    {"hours", "Mon-Sun 08:00-20:00", NULL, 7},
	    {"spans-closed", "true", NULL, 0},
	    {"horizon", "at most 60d ahead, for van", "van horizon", 6},
	    {"hold", "held for at most 1h, for van-1", "s", 16},
	};
	struct arena a = {0};
	struct policy *p = load(&a, POLE "rules:\n  - {name: s, hold: 1h, for: van-1}\n"
					 "  - {name: t, hold: 1h, for: hall}\n");
	size_t n;
	const struct effective *e = policy_effective(p, policy_resource(p, "van"), &a, &n);

	assert_int_equal(n, COUNT(wanted));
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(e[i].key, wanted[i].key);
		assert_string_equal(e[i].value, wanted[i].value);
		assert_int_equal(e[i].place.line, wanted[i].line);
		assert_true(!e[i].rule == !wanted[i].rule);
		if (e[i].rule)
			assert_string_equal(e[i].rule, wanted[i].rule);
	}
	policy_free(p);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rules_in_words),
	    cmocka_unit_test(conflicts_in_words),
	    cmocka_unit_test(what_differs),
	    cmocka_unit_test(what_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
