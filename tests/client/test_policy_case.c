/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases of a policy are played as members would: every phrase, and what is said where it came out
 * otherwise. */

#include "client/policy_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/sentence.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

static const char pole[] =
    "pole: p\nname: P\nzone: Europe/Paris\n"
    "sites: {town: {name: Town}}\n"
    "members:\n"
    "  m1: {name: One, class: founder, share: 1}\n"
    "  m2: {name: Two, class: small, share: 1}\n"
    "  m3: {name: Three, class: small, share: 1}\n"
    "  m4: {name: Four, class: small, share: 1}\n"
    "resources:\n"
    "  van: {name: Van, kind: equipment, hours: always, duration: 1h..1d, horizon: 30d,\n"
    "    units: {van-1: {site: town, owner: m1}, van-2: {site: town}}}\n"
    "  bike: {name: Bike, kind: equipment, site: town, hours: always, qualification: bike}\n"
    "  room: {name: Room, kind: premises, site: town, hours: \"Mon-Fri 08:00-18:00\",\n"
    "    no-show: {released-after: 15m, owes: 100%}, cancel: {2d before: 50%}, hold: 1h}\n"
    "  hall: {name: Hall, kind: premises, site: town, hours: always,\n"
    "    approval: {by: manager, undecided-after: 2d, then: grant}}\n"
    "  store: {name: Store, kind: premises, site: town, capacity: 4, hours: always,\n"
    "    slots: half-days 08:00-12:00 12:00-18:00}\n"
    "rules:\n"
    "  - {name: two vans, for: van, quota: {of: member, at-most: 2 bookings, among: future}}\n"
    "  - {name: sanction, for: van, for-those-with: {no-shows: 2, late-cancellations, "
    "late-returns, within: 90d}, horizon: 1d}\n"
    "conflicts: {displace: {by: owner, notice: 1d, replace-first: true}}\n"
    "tests:\n";

#define NOW "it is 2026-12-01 09:00" /* a Tuesday */
#define SAT " on 2026-12-05 08:00 for 9h"
#define TUE " on 2026-12-01 10:00 for 2h"
#define WED " on 2026-12-09 10:00 for 2h"
#define BOTH_VANS "m3 holds van-1 and van-2" SAT

static const struct play {
	const char *given, *when, *then; /* given: in brackets */
	const char *instead;		 /* NULL: it passes */
} plays[] = {
    /* booking */
    {NOW, "m1 books van" SAT, "granted", NULL},
    {NOW, "m1 books van-2" SAT, "granted on van-2", NULL},
    {NOW, "m1 books van" SAT, "refused", "granted on van-1"},
    {NOW, "m1 books van on 2027-02-01 08:00 for 30m",
     "refused by \"van duration\" and by \"van horizon\"", NULL},
    {NOW, "m1 books van on 2027-02-01 08:00 for 30m", "refused by \"two vans\"",
     "refused by \"van duration\" (pole.yaml:11) and by \"van horizon\" (pole.yaml:11)"},
    {NOW, "m1 books van on 2027-02-01 08:00 for 30m", "granted",
     "refused by \"van duration\" (pole.yaml:11) and by \"van horizon\" (pole.yaml:11)"},
    {NOW ", m2 holds 2 bookings of van", "m2 books van" SAT, "refused by \"two vans\"", NULL},
    {NOW ", m2 holds 1 booking of van", "m2 books van" SAT, "granted", NULL},
    {NOW ", m2 holds 5h of van in week 2026-W51", "m2 books van" SAT, "granted", NULL},
    {NOW ", " BOTH_VANS, "m2 books van" SAT, "refused as conflict", NULL},
    {NOW ", " BOTH_VANS, "m2 books van" SAT, "refused as closed", "refused as conflict"},
    {NOW, "m2 books room" SAT, "refused as closed", NULL},
    {NOW, "m2 books bike" SAT, "refused by \"bike qualification\"", NULL},
    {NOW ", m2 has bike", "m2 books bike" SAT, "granted", NULL},
    {NOW ", odile of m2 has bike", "m2 books bike" SAT, "refused by \"bike qualification\"", NULL},
    {NOW ", odile of m2 has bike", "odile of m2 books bike" SAT, "granted", NULL},
    {NOW ", m2 has bike until 2026-12-05", "m2 books bike" SAT, "refused", NULL},
    {NOW ", m2 has bike since 2026-12-06", "m2 books bike" SAT, "refused", NULL},
    {NOW, "the coordinator books van" SAT " for m2", "granted, m2 has van", NULL},
    {NOW, "m2 books van" SAT " for m3", "refused as forbidden", NULL},
    {NOW, "m2 books 3 of store on 2026-12-05 08:00 for 4h", "granted", NULL},
    {NOW ", m1 holds 3 bookings of store on 2026-12-05",
     "m2 books 4 of store on 2026-12-05 08:00 "
     "for 4h",
     "refused as conflict", NULL},
    {NOW, "m2 books room on 2026-12-02 10:00 for 1h every day 3 times", "granted for 3 dates",
     NULL},
    {NOW, "m2 books room on 2026-12-02 10:00 for 1h every day 3 times", "granted for 4 dates",
     "granted for 3 dates"},
    {NOW, "m2 books room on 2026-12-02 10:00 for 1h every day 5 times", "refused as closed", NULL},

    /* what becomes of it */
    {NOW ", m2 holds van" SAT, "m2 moves van to 2026-12-06 08:00", "granted", NULL},
    {NOW ", m2 holds van" SAT, "m2 moves van to 2026-12-06 08:00 for 2d",
     "refused by \"van duration\"", NULL},
    {NOW ", m2 holds van" SAT, "m2 extends van by 3h", "granted", NULL},
    {NOW ", m2 holds van" SAT, "m2 extends van to 2026-12-07 08:00", "refused by \"van duration\"",
     NULL},
    {NOW ", m2 holds van" SAT, "m2 cancels van", "granted, m2 is cancelled, m2 has no van", NULL},
    {NOW ", m2 holds van" SAT, "m3 cancels van", "granted", "m3 has no booking of van"},
    {NOW ", m2 holds room on 2026-12-02 10:00 for 2h", "m2 cancels room", "m2 owes 50%", NULL},
    {NOW ", m2 holds room on 2026-12-02 10:00 for 2h", "m2 cancels room", "m2 owes 20%",
     "m2 owes 50%"},
    {NOW, "m2 puts a hold on room" TUE, "held", NULL},
    {NOW ", m2 puts a hold on room" TUE, "m2 confirms room", "granted, m2 is confirmed", NULL},
    {NOW ", m2 puts a hold on room" TUE, "it is 2026-12-01 10:00", "m2 is expired", NULL},
    {NOW ", m2 holds room" TUE, "it is 2026-12-01 10:15", "m2 is no-show, m2 owes 100%", NULL},
    {NOW ", m2 holds room" TUE ", it is 2026-12-01 10:00, m2 takes room out",
     "it is 2026-12-01 10:15", "m2 is out", NULL},
    {NOW ", m2 holds room" TUE ", it is 2026-12-01 10:00", "m2 takes room out", "granted", NULL},
    {NOW ", m2 holds room" TUE ", it is 2026-12-01 10:00, m2 takes room out, "
	 "it is 2026-12-01 11:00",
     "m2 brings room back", "granted, m2 is done", NULL},
    {NOW, "m2 books hall" WED, "requested", NULL},
    {NOW, "m2 books hall" WED, "granted", "requested"},
    {NOW ", m2 books hall" WED ", m1 is a manager", "m1 approves hall of m2",
     "granted, m2 has hall", NULL},
    {NOW ", m2 books hall" WED, "the coordinator declines hall of m2", "m2 is declined", NULL},
    {NOW ", m2 books hall" WED, "m3 approves hall of m2", "refused as forbidden", NULL},
    {NOW ", m2 books hall" WED, "it is 2026-12-03 09:00", "m2 is confirmed", NULL},
    {NOW ", m2 holds van" SAT ", m3 holds van on 2026-12-06 08:00 for 9h, m2 swaps van with m3",
     "m3 swaps van with m2", "granted", NULL},

    /* who did not keep to it */
    {NOW ", m2 did not come to 2 bookings of van", "m2 books van" SAT, "refused by \"sanction\"",
     NULL},
    {NOW ", m2 did not come to 1 booking of van", "m2 books van" SAT, "granted", NULL},
    {NOW ", m2 cancelled 2 bookings of van late", "m2 books van" SAT, "refused by \"sanction\"",
     NULL},
    {NOW ", m2 brought van back late 2 times", "m2 books van" SAT, "refused by \"sanction\"", NULL},
    {NOW ", m2 brought van back late 2 times in 2026-06", "m2 books van" SAT, "granted", NULL},

    /* queues */
    {NOW ", " BOTH_VANS, "m2 waits for van" SAT, "waiting, first in the queue", NULL},
    {NOW ", " BOTH_VANS ", m2 holds 9h of van in 2026-11, m2 waits for van" SAT,
     "m4 waits for van" SAT, "first in the queue, m2 is second in the queue for van", NULL},
    {NOW ", " BOTH_VANS, "m2 waits for van" SAT, "second in the queue",
     "waiting, first in the queue"},
    {NOW ", " BOTH_VANS ", m2 waits for van" SAT, "m3 cancels van", "m2 is offered van", NULL},
    {NOW ", " BOTH_VANS ", m2 waits for van" SAT ", m3 cancels van", "m2 accepts van",
     "granted, m2 has van, m2 is confirmed", NULL},
    {NOW ", " BOTH_VANS ", m2 waits for van" SAT ", m3 cancels van", "m2 passes on van",
     "granted, m2 has no van", NULL},
    {NOW ", " BOTH_VANS ", m2 waits for van" SAT, "it is 2026-12-02 09:00", "m2 is offered van",
     "m2 is waiting, first in the queue"},
    {NOW ", m2 holds van-1" SAT ", m3 holds van-2" SAT, "m1 books van-1" SAT,
     "granted on van-1, m2 is displaced", NULL},

    /* out of service */
    {NOW ", m2 holds van-2" SAT ", m3 holds van-1" SAT, "van-2 breaks down" SAT, "m2 is suspended",
     NULL},
    {NOW ", m2 holds van-2" SAT, "van-2 breaks down" SAT, "m2 has van-1", NULL},
    {NOW ", m2 holds van-2" SAT, "van-2 breaks down" SAT, "m2 has van-2", "m2 has van-1"},
    {NOW ", m2 holds van-2" SAT ", m3 holds van-1" SAT ", van-2 breaks down" SAT,
     "van-2 works again", "m2 has van-2", NULL},
    {NOW ", van is closed" SAT, "m2 books van" SAT, "refused as closed", NULL},
    {NOW ", van-2 breaks down" SAT, "m2 books van-2" SAT, "refused as outage", NULL},
    {NOW ", van is closed" SAT, "bike works again", "granted", "bike is not out of service"},

    /* what cannot be played */
    {NOW, "it is 2026-11-01 09:00", "granted", "time does not run backwards"},
    {NOW ", m2 holds room" SAT, "m2 books van" SAT, "granted",
     "\"m2 holds room" SAT "\" cannot be, even without rules: refused as closed (pole.yaml:14)"},
    {NOW ", m2 holds 900h of room in week 2026-W50", "m2 books van" SAT, "granted",
     "there is no room for so much of room then"},
    {NOW ", m2 holds 900 bookings of room in week 2026-W50", "m2 books van" SAT, "granted",
     "there is no room for so many bookings of room then"},
    {NOW ", m2 books room" SAT, "m2 books van" SAT, "granted",
     "\"m2 books room" SAT "\" was refused as closed (pole.yaml:14)"},
    {NOW, "m2 cancels van", "granted", "m2 has no booking of van"},
};

struct loaded {
	struct policy_file file;
	struct policy *policy;
	struct arena arena;
};

/* What is given is a list, whose commas are YAML's. */
static void load(const struct play *p, struct loaded *ret)
{
	struct problems problems = {0};
	const char *text;

	*ret = (struct loaded){0};
	text = arena_printf(&ret->arena, "%s  - given: [%s]\n    when: %s\n    then: %s\n", pole,
			    p->given, p->when, p->then);
	ret->file = (struct policy_file){"pole.yaml", text, strlen(text)};
	policy_load(&ret->file, 1, zone_from_system, NULL, &ret->policy, &problems);
	if (problems.n)
		fail_msg("%s", problem_text(&problems, &problems.items[0]));
	problems_clear(&problems);
}

static void unload(struct loaded *l)
{
	policy_free(l->policy);
	arena_clear(&l->arena);
}

static void mark(const struct loaded *l, const struct sentence *s, enum sentence_place place,
		 bool *seen)
{
	struct problems problems = {0};
	struct told told[SENTENCE_MAX_PARTS];
	struct arena a = {0};
	size_t n = sentence_read(l->policy, s, place, NULL, 0, &a, &problems, told);

	for (size_t i = 0; i < n; i++)
		seen[told[i].kind] = true;
	problems_clear(&problems);
	arena_clear(&a);
}

static void mark_all(const struct loaded *l, bool *seen)
{
	const struct policy_test *t = l->policy->tests;

	for (size_t i = 0; i < t->n_given; i++)
		mark(l, &t->given[i], IN_GIVEN, seen);
	mark(l, &t->when, IN_WHEN, seen);
	for (size_t i = 0; i < t->n_then; i++)
		mark(l, &t->then[i], IN_THEN, seen);
}

static void cases_are_played(void **state)
{
	bool seen[N_SENTENCE_KINDS] = {0};
	size_t n_wrong = 0;

	for (size_t i = 0; i < N(plays); i++) {
		struct problems problems = {0};
		struct case_result r;
		struct loaded l;

		load(&plays[i], &l);
		policy_case_run(&(struct case_policy){l.policy, &l.file, 1}, l.policy->tests,
				&l.arena, &problems, &r);
		if (problems.n)
			print_message("%s\n", problem_text(&problems, &problems.items[0]));
		if (problems.n || r.is_passed != !plays[i].instead ||
		    (plays[i].instead && strcmp(plays[i].instead, r.instead) != 0)) {
			print_message("%s / %s / %s: came %s\n", plays[i].given, plays[i].when,
				      plays[i].then, r.instead ? r.instead : "nothing");
			n_wrong++;
		}
		if (r.is_passed)
			mark_all(&l, seen);
		problems_clear(&problems);
		unload(&l);
	}
	assert_int_equal(n_wrong, 0);
	for (size_t i = 0; sentence_phrase(i); i++)
		if (!seen[sentence_phrase(i)->kind])
			fail_msg("no case plays: %s", sentence_phrase(i)->pattern);
}

static void what_is_not_understood_is_not_played(void **state)
{
	static const struct play odd = {NOW, "m2 boks van" SAT, "granted", NULL};
	struct problems problems = {0};
	struct case_result r;
	struct loaded l;

	load(&odd, &l);
	policy_case_run(&(struct case_policy){l.policy, &l.file, 1}, l.policy->tests, &l.arena,
			&problems, &r);
	assert_false(r.is_passed);
	assert_null(r.instead);
	assert_int_equal(problems.n, 1);
	assert_non_null(strstr(problems.items[0].text, "did you mean \"books\"?"));
	problems_clear(&problems);
	unload(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cases_are_played),
	    cmocka_unit_test(what_is_not_understood_is_not_played),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
