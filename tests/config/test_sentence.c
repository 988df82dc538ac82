/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sentences of tests: each phrase is understood, and what is not is said where it went wrong.
 */

#include "config/sentence.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/config/loading.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

static const char pole[] = "pole: p\nname: P\nzone: Europe/Paris\n"
			   "sites: {town: {name: Town}}\n"
			   "members:\n"
			   "  m11: {name: Eleven, kind: association}\n"
			   "  m20: {name: Twenty, kind: company}\n"
			   "resources:\n"
			   "  van:\n"
			   "    {name: Van, kind: equipment, hours: always, duration: 1h..3d,\n"
			   "     units: {van-1: {site: town}, van-2: {site: town}}}\n"
			   "  bench: {name: Bench, kind: premises, site: town, capacity: 4, "
			   "hours: always}\n"
			   "rules:\n"
			   "  - {name: short days, for: van, duration: ..1d}\n";

static const char *const reasons[] = {"conflict", "closed", "horizon"};

enum { MANUAL_MAX_BYTES = 200000 };

static struct policy *policy;
static const char *examples;

static int setup(void **state)
{
	policy = load_good(pole);
	return 0;
}

static int teardown(void **state)
{
	policy_free(policy);
	return 0;
}

#define ON " on 2026-12-11 14:00 for 1h"

static const struct {
	enum sentence_place place;
	const char *text;
	enum sentence_kind kind;
} understood[] = {
    {IN_GIVEN, "it is 2026-12-08 09:00", SAYS_TIME},
    {IN_WHEN, "it is 2026-12-08T09:00", SAYS_TIME},
    {IN_GIVEN, "m11 has licence-b", SAYS_HAS},
    {IN_GIVEN, "odile of m11 has haccp since 2025-01-01 until 2027-01-01 from m20", SAYS_HAS},
    {IN_GIVEN, "m11 is a manager", SAYS_ROLE},
    {IN_GIVEN, "m11 is coordinator", SAYS_ROLE},
    {IN_GIVEN, "m11 holds van" ON, SAYS_HOLDS},
    {IN_GIVEN, "m11 holds 3 of bench and van-2 from 2026-12-11 14:00 to 2026-12-12 09:00",
     SAYS_HOLDS},
    {IN_GIVEN, "m11 holds 6h of van in week 2026-W50", SAYS_HOLDS_TIME},
    {IN_GIVEN, "m11 holds 6h of van", SAYS_HOLDS_TIME},
    {IN_GIVEN, "m11 holds 1 booking of van on 2026-12-10", SAYS_HOLDS_SOME},
    {IN_GIVEN, "m11 holds 3 bookings of van in 2026-12", SAYS_HOLDS_SOME},
    {IN_GIVEN, "m11 did not come to 3 bookings of van", SAYS_MISSED},
    {IN_GIVEN, "m11 cancelled 2 bookings of van late in 2026-11", SAYS_GAVE_UP_LATE},
    {IN_GIVEN, "m11 brought van back late 2 times", SAYS_CAME_BACK_LATE},
    {IN_WHEN, "m11 books van" ON, SAYS_BOOKS},
    {IN_WHEN, "the coordinator books van" ON " for m20 having seats>=3 with own-hitch", SAYS_BOOKS},
    {IN_WHEN, "m11 books van" ON " every 2 weeks 5 times", SAYS_BOOKS},
    {IN_WHEN, "m11 books van" ON " every day until 2026-12-24", SAYS_BOOKS},
    {IN_GIVEN, "m11 waits for van" ON, SAYS_WAITS},
    {IN_WHEN, "m11 puts a hold on van" ON, SAYS_PUTS_ON_HOLD},
    {IN_WHEN, "m11 confirms van", SAYS_CONFIRMS},
    {IN_WHEN, "m11 accepts van-1", SAYS_CONFIRMS},
    {IN_WHEN, "m11 moves van to 2026-12-12 09:00", SAYS_MOVES},
    {IN_WHEN, "m11 moves van to 2026-12-12 09:00 for 2h", SAYS_MOVES},
    {IN_WHEN, "m11 extends van by 1h", SAYS_EXTENDS_BY},
    {IN_WHEN, "m11 extends van to 2026-12-12 09:00", SAYS_EXTENDS_TO},
    {IN_WHEN, "m11 cancels van", SAYS_CANCELS},
    {IN_WHEN, "m11 passes on van", SAYS_PASSES},
    {IN_WHEN, "the coordinator approves van of m11", SAYS_APPROVES},
    {IN_WHEN, "m20 declines van of m11", SAYS_DECLINES},
    {IN_WHEN, "m11 takes van out", SAYS_TAKES_OUT},
    {IN_WHEN, "m11 brings van back", SAYS_BRINGS_BACK},
    {IN_WHEN, "m11 swaps van with m20", SAYS_SWAPS},
    {IN_WHEN, "van-2 breaks down" ON, SAYS_BREAKS},
    {IN_WHEN, "van is closed" ON, SAYS_CLOSES},
    {IN_WHEN, "van-2 works again", SAYS_WORKS_AGAIN},
    {IN_THEN, "granted", SAYS_GRANTED},
    {IN_THEN, "granted on van-2", SAYS_GRANTED},
    {IN_THEN, "granted for 5 dates", SAYS_GRANTED},
    {IN_THEN, "requested", SAYS_REQUESTED},
    {IN_THEN, "held", SAYS_HELD},
    {IN_THEN, "waiting", SAYS_WAITING},
    {IN_THEN, "refused", SAYS_REFUSED},
    {IN_THEN, "refused by \"short days\" and by \"van duration\"", SAYS_REFUSED},
    {IN_THEN, "refused as conflict and as closed", SAYS_REFUSED_AS},
    {IN_THEN, "first in the queue", SAYS_PLACE},
    {IN_THEN, "m20 is second in the queue for van", SAYS_IS_PLACE},
    {IN_THEN, "m20 is offered van", SAYS_IS_OFFERED},
    {IN_THEN, "m20 has van-1", SAYS_GOT},
    {IN_THEN, "m20 has no van", SAYS_GOT_NO},
    {IN_THEN, "m20 is displaced for van", SAYS_IS_STATE},
    {IN_THEN, "m20 is no-show", SAYS_IS_STATE},
    {IN_THEN, "m20 owes 50%", SAYS_OWES},
};

static size_t read_one(enum sentence_place place, const char *text, struct arena *a,
		       struct problems *problems, struct told *ret)
{
	const struct sentence s = {text, {"tests.yaml", 7, 11}};

	return sentence_read(policy, &s, place, reasons, N(reasons), a, problems, ret);
}

static void each_phrase_is_understood(void **state)
{
	bool seen[N_SENTENCE_KINDS] = {0};
	struct arena a = {0};

	for (size_t i = 0; i < N(understood); i++) {
		struct problems problems = {0};
		struct told told[SENTENCE_MAX_PARTS];
		size_t n = read_one(understood[i].place, understood[i].text, &a, &problems, told);

		if (n != 1 || told[0].kind != understood[i].kind)
			fail_msg("%s: %zu, %s", understood[i].text, n, all_problems(&problems));
		seen[told[0].kind] = true;
		problems_clear(&problems);
	}
	for (size_t i = 0; sentence_phrase(i); i++)
		if (!seen[sentence_phrase(i)->kind])
			fail_msg("no case for: %s", sentence_phrase(i)->pattern);
	arena_clear(&a);
}

/* What the words are taken for. */
static void what_is_said(void **state)
{
	struct arena a = {0};
	struct problems problems = {0};
	struct told t[SENTENCE_MAX_PARTS];

	read_one(IN_GIVEN, "m11 holds 6h of bench in week 2026-W01", &a, &problems, t);
	assert_int_equal(t[0].length.seconds, 6 * 3600);
	assert_int_equal(civil_days(t[0].from.date), civil_days((struct civil_date){2025, 12, 29}));
	assert_int_equal(civil_days(t[0].to.date), civil_days((struct civil_date){2026, 1, 5}));
	read_one(IN_GIVEN, "m11 holds 6h of bench in 2026-12", &a, &problems, t);
	assert_int_equal(civil_days(t[0].to.date), civil_days((struct civil_date){2027, 1, 1}));
	read_one(IN_GIVEN, "m11 holds 6h of bench on 2026-12-31", &a, &problems, t);
	assert_int_equal(civil_days(t[0].to.date), civil_days((struct civil_date){2027, 1, 1}));
	read_one(IN_GIVEN, "odile of m11 holds 3 of bench and van-2" ON, &a, &problems, t);
	assert_string_equal(t[0].who.name, "odile");
	assert_string_equal(t[0].who.member->id, "m11");
	assert_int_equal(t[0].n_things, 2);
	assert_int_equal(t[0].things[0].quantity, 3);
	assert_null(t[0].things[0].unit);
	assert_string_equal(t[0].things[1].unit->id, "van-2");
	assert_int_equal(t[0].from.second, 14 * 3600);
	read_one(IN_WHEN, "m11 books van" ON " every 2 weeks 5 times", &a, &problems, t);
	assert_string_equal(t[0].every, "FREQ=WEEKLY;INTERVAL=2;COUNT=5");
	read_one(IN_WHEN, "m11 books van" ON " every day until 2026-12-24", &a, &problems, t);
	assert_string_equal(t[0].every, "FREQ=DAILY;INTERVAL=1;UNTIL=20261224");
	assert_int_equal(
	    read_one(IN_THEN, "waiting, second in the queue, m20 owes 50%", &a, &problems, t), 3);
	assert_int_equal(t[1].count, 2);
	assert_int_equal(t[2].count, 50);
	read_one(IN_THEN, "refused by \"short days\" and by \"van duration\"", &a, &problems, t);
	assert_int_equal(t[0].n_names, 2);
	assert_string_equal(t[0].names[1], "van duration");
	assert_int_equal(problems.n, 0);
	arena_clear(&a);
}

#define AT(column) "tests.yaml:7:" column ": "

static const struct {
	enum sentence_place place;
	const char *text, *problem;
} mistakes[] = {
    {IN_WHEN, "m11 boks van" ON,
     AT("15") "\"boks\" is not understood here; did you mean \"books\"?"},
    {IN_WHEN, "m12 books van" ON, AT("11") "\"m12\" is not understood here; did you mean \"m11\"?"},
    {IN_WHEN, "m11 books vam" ON, AT("21") "\"vam\" is not understood here; did you mean \"van\"?"},
    {IN_WHEN, "m11 books van-3" ON,
     AT("21") "\"van-3\" is not understood here; did you mean \"van-1\"?"},
    {IN_WHEN, "m11 books van on 2026-13-11 14:00 for 1h",
     AT("28") "\"2026-13-11\" is not understood here; write a time such as 2026-12-11 14:00"},
    {IN_WHEN, "m11 books van on 2026-12-11 for 1h",
     AT("28") "\"2026-12-11\" has no time of day; write a time such as 2026-12-11 14:00"},
    {IN_WHEN, "m11 books van on 2026-12-11 14:00",
     AT("44") "something is missing here; write \"for\" or \"to\""},
    {IN_WHEN, "m11 books van on 2026-12-11 14:00 for long",
     AT("49") "\"long\" is not understood here; write a length of time such as 90m, 4h or 2d"},
    {IN_WHEN, "m11 books van" ON " evry week 5 times",
     AT("52") "\"evry\" is not understood here; did you mean \"every\"?"},
    {IN_WHEN, "m11 books van" ON " every fortnight 5 times",
     AT("58") "\"fortnight\" is not understood here; write \"day\", \"days\", \"week\", "
	      "\"weeks\", \"month\" or \"months\""},
    {IN_WHEN, "m11 cancels van now", AT("27") "\"now\" is too much here"},
    {IN_WHEN, "m11 holds van" ON,
     AT("15") "\"holds\" is not understood here; write \"books\", "
	      "\"waits\", \"puts\", \"confirms\", \"accepts\", "
	      "\"moves\", \"extends\", \"cancels\", \"passes\", "
	      "\"approves\", …"},
    {IN_WHEN, "m11 books van" ON ", m20 books van" ON,
     AT("11") "this says too much; write a list of several sentences"},
    {IN_GIVEN, "m11 holds 6h of van in week 2026-W54",
     AT("39") "\"2026-W54\" is not understood here; write a week such as 2026-W50"},
    {IN_GIVEN, "m11 is a boss",
     AT("20") "\"boss\" is not understood here; write \"member\", \"manager\", \"coordinator\" or "
	      "\"administrator\""},
    {IN_THEN, "refused by \"short day\"",
     AT("22") "no rule is called \"short day\"; did you mean \"short days\"?"},
    {IN_THEN, "refused by short days",
     AT("22") "\"short\" is not understood here; write the name of a rule in quotes, such as "
	      "\"van duration\""},
    {IN_THEN, "refused as conflit",
     AT("22") "\"conflit\" is not understood here; did you mean "
	      "\"conflict\"?"},
    {IN_THEN, "grant", AT("11") "\"grant\" is not understood here; did you mean \"granted\"?"},
    {IN_THEN, "granted, m20 owes 500%",
     AT("29") "\"500%\" is not understood here; write a share such as 50%"},
    {IN_THEN, "granted,",
     AT("19") "something is missing here; write a member, \"granted\", "
	      "\"requested\", \"held\", \"waiting\", \"refused\", \"first\", "
	      "\"second\", \"third\", \"fourth\", …"},
    {IN_THEN, "first in queue", AT("20") "\"queue\" is not understood here; write \"the\""},
    {IN_THEN, "m20 is away",
     AT("18") "\"away\" is not understood here; write \"first\", \"second\", "
	      "\"third\", \"fourth\", \"fifth\", \"sixth\", \"seventh\", "
	      "\"eighth\", \"ninth\", \"tenth\", …"},
    {IN_THEN, "m20 is expird",
     AT("18") "\"expird\" is not understood here; did you mean "
	      "\"expired\"?"},
};

static void what_is_not_understood(void **state)
{
	struct arena a = {0};

	for (size_t i = 0; i < N(mistakes); i++) {
		struct problems problems = {0};
		struct told told[SENTENCE_MAX_PARTS];

		assert_int_equal(read_one(mistakes[i].place, mistakes[i].text, &a, &problems, told),
				 0);
		assert_string_equal(all_problems(&problems), mistakes[i].problem);
		problems_clear(&problems);
	}
	arena_clear(&a);
}

/* However long or odd, it ends, and is understood or has a problem. */
static void odd_texts_end(void **state)
{
	static const char *const odd[] = {"",
					  ",",
					  ",,,,,,,,,,,,",
					  "\"",
					  "\"\"",
					  "m11 m11 m11",
					  ("granted, granted, granted, granted, granted, granted, "
					  "granted, granted, granted, granted"),
					  "refused by \"",
					  "of of of of",
					  "[",
					  "THINGS"};
	struct arena a = {0};
	char *many = arena_alloc(&a, 4001);

	memset(many, ' ', 4000);
	for (size_t i = 0; i < 4000; i += 2)
		many[i] = 'x';
	many[4000] = '\0';
	for (size_t i = 0; i <= N(odd); i++) {
		for (unsigned place = IN_GIVEN; place <= IN_THEN; place *= 2) {
			struct problems problems = {0};
			struct told told[SENTENCE_MAX_PARTS];
			size_t n = read_one(place, i < N(odd) ? odd[i] : many, &a, &problems, told);

			assert_true((n == 0) == (problems.n > 0));
			problems_clear(&problems);
		}
	}
	arena_clear(&a);
}

/* As troff has it. */
static const char *escaped(const char *pattern, struct arena *a)
{
	const char *text = "";

	for (const char *dash; (dash = strchr(pattern, '-')); pattern = dash + 1)
		text = arena_printf(a, "%s%.*s\\-", text, (int)(dash - pattern), pattern);
	return arena_printf(a, "    %s%s\n", text, pattern);
}

static void the_manual_has_each_phrase(void **state)
{
	struct arena a = {0};
	char *manual = arena_alloc(&a, MANUAL_MAX_BYTES + 1);
	FILE *f = fopen(arena_printf(&a, "%s/../../man/mutuald-policy.5", examples), "re");
	size_t n;

	assert_non_null(f);
	n = fread(manual, 1, MANUAL_MAX_BYTES, f);
	fclose(f);
	assert_in_range(n, 1000, MANUAL_MAX_BYTES - 1);
	for (size_t i = 0; sentence_phrase(i); i++)
		if (!strstr(manual, escaped(sentence_phrase(i)->pattern, &a)))
			fail_msg("not in the manual: %s", sentence_phrase(i)->pattern);
	arena_clear(&a);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_phrase_is_understood),  cmocka_unit_test(what_is_said),
	    cmocka_unit_test(what_is_not_understood),	  cmocka_unit_test(odd_texts_end),
	    cmocka_unit_test(the_manual_has_each_phrase),
	};

	assert(argc == 2);
	examples = argv[1];

	return cmocka_run_group_tests(tests, setup, teardown);
}
