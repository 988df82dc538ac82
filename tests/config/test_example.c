/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The example pole is what its members agreed on: no problem in it, and the numbers that its
 * charter counts. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/decide.h"
#include "lib/moment.h"
#include "tests/config/loading.h"

static const char *examples;

static struct policy *load_example(void)
{
	struct arena a = {0};
	struct problems problems = {0};
	struct policy_file *files = NULL;
	struct policy *p = NULL;
	size_t n = 0;

	policy_read_dir(arena_printf(&a, "%s/deux-sanes", examples), &a, &files, &n, &problems);
	policy_load(files, n, zone_from_system, NULL, &p, &problems);
	assert_string_equal(all_problems(&problems), "");
	assert_non_null(p);
	problems_clear(&problems);
	arena_clear(&a);
	return p;
}

static int64_t at(const struct zone *z, const char *text)
{
	struct moment m;

	assert_int_equal(moment_parse(text, &m), MOMENT_OK);
	return moment_utc(&m, z);
}

/* The charter's twelve types, each with the resources that stand for it and its units; a room or
 * machine that is shared by the place counts once. */
static const struct {
	const char *resources[6];
	size_t units;
} types[] = {
    {{"van"}, 3},
    {{"minibus"}, 1},
    {{"cargo-bike"}, 3},
    {{"trailer"}, 2},
    {{"meeting-room"}, 4},
    {{"great-hall"}, 1},
    {{"workshop"}, 1},
    {{"laser", "cnc"}, 2},
    {{"lab"}, 1},
    {{"cold-room"}, 1},
    {{"tent", "sound", "table-set"}, 12},
    {{"accountant", "communication", "facilitator", "technician", "apprentice"}, 5},
};

static void twelve_types_36_units(void **state)
{
	struct policy *p = load_example();
	size_t n_resources = 0, n_units = 0;

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		size_t units = 0;

		for (const char *const *id = types[i].resources; *id; id++) {
			const struct resource *r = policy_resource(p, *id);

			assert_non_null(r);
			units += r->has_capacity ? 1 : r->n_units;
			n_resources++;
		}
		assert_int_equal(units, types[i].units);
		n_units += units;
	}
	assert_int_equal(n_units, 36);
	for (size_t i = 0; i < p->n_resources; i++)
		n_resources += p->resources[i].n_parts;
	assert_int_equal(n_resources, p->n_resources);
	policy_free(p);
}

static void places(void **state)
{
	struct policy *p = load_example();

	assert_int_equal(policy_resource(p, "workshop")->n_units, 4);
	assert_int_equal(policy_resource(p, "lab")->n_units, 2);
	assert_int_equal(policy_resource(p, "cold-room")->n_units, 8);
	policy_free(p);
}

static void twenty_five_members_of_100_shares(void **state)
{
	struct policy *p = load_example();
	double sum = 0;

	assert_int_equal(p->n_members, 25);
	for (size_t i = 0; i < p->n_members; i++)
		sum += p->members[i].share;
	assert_true(sum == 100);
	assert_string_equal(policy_member(p, "m03")->name, "Commune de Morval");
	policy_free(p);
}

struct scene {
	struct policy *policy;
	struct pole *pole;
	struct asker who; /* a coordinator who may drive, ride and cook */
	struct asker newcomer,
	    laserist; /* who may nothing of that; who may use the machines, too */
	struct arena arena;
};

static const char *const words[] = {
    "licence-b", "cargo-bike-introduction", "wood-1", "haccp", "laser", "cnc"};
enum { N_USUAL = 4, N_WORDS = sizeof(words) / sizeof(*words) };

/* With the first so many of the words, for ten years. */
static struct asker add_person(struct scene *s, size_t n_words, const char *now)
{
	struct person *p = person_new("Ada", "ada@example.org", 0, n_words);
	const int64_t since = at(s->policy->zone, "2020-01-01");
	struct changes c = {0};

	for (size_t i = 0; i < n_words; i++) {
		p->qualifications[i] = (struct qualification){
		    .since = since, .until = at(s->policy->zone, "2030-01-01")};
		strcpy(p->qualifications[i].word, words[i]);
	}
	p->number = pole_next_person(s->pole);
	p->roles = ROLE_COORDINATOR;
	p->active = true;
	changes_add_person(&c, NULL, p);
	pole_apply(s->pole, &c);
	changes_clear(&c);
	return (struct asker){pole_person(s->pole, p->number), at(s->policy->zone, now)};
}

static struct scene scene_set(const char *now)
{
	struct scene s = {.policy = load_example(), .pole = pole_new()};
	struct changes c = {0};

	pole_number(s.pole, s.policy, &c);
	changes_add_policy(&c, NULL, s.policy);
	pole_apply(s.pole, &c);
	changes_clear(&c);
	s.who = add_person(&s, N_USUAL, now);
	s.newcomer = add_person(&s, 0, now);
	s.laserist = add_person(&s, N_WORDS, now);
	return s;
}

static void scene_clear(struct scene *s)
{
	arena_clear(&s->arena);
	pole_free(s->pole);
}

/* Good Friday and Easter Monday of 2027, the winter closure, and 26 December: who may have what. */
static void holidays_by_site_and_member(void **state)
{
	static const struct {
		const char *what, *unit, *member, *from, *to;
		const char *closed; /* NULL: granted */
	} cases[] = {
	    /* Good Friday: Liesange is closed, Morval open, the school of Liesange not off */
	    {"meeting-room", "room-4", "m05", "2027-03-26T10:00", "2027-03-26T12:00",
	     "Vendredi saint"},
	    {"meeting-room", "room-1", "m05", "2027-03-26T10:00", "2027-03-26T12:00", NULL},
	    {"meeting-room", NULL, "m05", "2027-03-26T10:00", "2027-03-26T12:00", NULL},
	    {"meeting-room", "room-4", "m18", "2027-03-26T10:00", "2027-03-26T12:00", NULL},
	    {"lab", NULL, "m10", "2027-03-26T06:00", "2027-03-26T10:00", "Vendredi saint"},
	    {"lab", NULL, "m18", "2027-03-26T06:00", "2027-03-26T10:00", NULL},
	    {"apprentice", NULL, "m10", "2027-03-26T09:00", "2027-03-26T12:00", "Vendredi saint"},
	    /* keys are in a box, pallets stay cold */
	    {"van", "van-3", "m05", "2027-03-26T10:00", "2027-03-26T12:00", NULL},
	    {"cold-room", NULL, "m06", "2027-03-26T00:00", "2027-03-28T00:00", NULL},
	    /* Easter Monday is everyone's */
	    {"meeting-room", "room-4", "m18", "2027-03-29T10:00", "2027-03-29T12:00",
	     "Lundi de Pâques"},
	    {"meeting-room", "room-1", "m05", "2027-03-29T10:00", "2027-03-29T12:00",
	     "Lundi de Pâques"},
	    /* the store: out on Monday, not back on Easter Monday, but on the Friday after; nor out
	     * at ten on a Tuesday */
	    {"tent", NULL, "m11", "2027-03-26T09:00", "2027-03-29T10:00", "Lundi de Pâques"},
	    {"tent", NULL, "m11", "2027-04-02T09:00", "2027-04-05T10:00", NULL},
	    {"tent", NULL, "m11", "2027-03-30T10:00", "2027-04-02T10:00", ""},
	};
	struct scene s = scene_set("2027-03-15T08:00");

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct ask_book ask = {
		    .what = cases[i].what,
		    .unit = cases[i].unit,
		    .member = cases[i].member,
		    .span = {at(s.policy->zone, cases[i].from), at(s.policy->zone, cases[i].to)},
		};
		struct changes c = {0};
		struct answer answer;
		const char *why = NULL;

		decide_book(s.pole, &s.who, &ask, &s.arena, &answer, &c);
		for (size_t k = 0; k < answer.n_refusals; k++)
			if (answer.refusals[k].reason == REASON_CLOSED)
				why = answer.refusals[k].closed_why.names[HOLIDAY_FR]
					  ? answer.refusals[k].closed_why.names[HOLIDAY_FR]
					  : "";
		if (!why != !cases[i].closed || (why && strcmp(why, cases[i].closed) != 0))
			fail_msg("case %zu, %s from %s: closed is %s", i, cases[i].what,
				 cases[i].from, why);
		if (!cases[i].closed && !answer.booking)
			fail_msg("case %zu, %s from %s: reason %d", i, cases[i].what, cases[i].from,
				 (int)answer.refusals[0].reason);
		changes_clear(&c);
	}
	scene_clear(&s);
}

static void winter_closure_of_the_workshop(void **state)
{
	struct scene s = scene_set("2026-12-10T08:00");
	const struct ask_book ask = {
	    .what = "workshop",
	    .member = "m12",
	    .span = {at(s.policy->zone, "2026-12-26T10:00"),
		     at(s.policy->zone, "2026-12-26T12:00")},
	    .alternatives = 2,
	};
	struct changes c = {0};
	struct answer answer;

	decide_book(s.pole, &s.who, &ask, &s.arena, &answer, &c);
	assert_int_equal(answer.n_refusals, 1);
	assert_int_equal(answer.refusals[0].reason, REASON_CLOSED);
	assert_string_equal(answer.refusals[0].closed_why.names[HOLIDAY_EN], "Fermeture d'hiver");
	assert_string_equal(answer.refusals[0].place.file, "pole.yaml");
	/* 3 January is a Sunday, the workshop opens on Tuesdays; the last day before is nearer */
	assert_int_equal(answer.refusals[0].open.end, at(s.policy->zone, "2026-12-23T19:00"));
	assert_int_equal(answer.n_alternatives, 2);
	for (size_t i = 0; i < answer.n_alternatives; i++)
		assert_true(answer.alternatives[i].span.end <= answer.refusals[0].open.end ||
			    answer.alternatives[i].span.start >=
				at(s.policy->zone, "2027-01-05T09:00"));
	scene_clear(&s);
}

static const char *const own[] = {"own-hitch"};

/* Each type booked as the charter says, and refused where it says no; now is Tuesday, 1 December
 * 2026, 06:00. */
static const struct {
	const char *what, *from, *to;
	uint32_t quantity;
	size_t n_declared; /* of `own`; what is beyond: may use the machines */
	enum reason want;
	size_t n_items, n_allocations;
	int buffer_min; /* after it */
} bookings[] = {
    {"van", "2026-12-05T08:00", "2026-12-05T09:00", 1, 0, REASON_NONE, 1, 1, 30},
    {"van", "2026-12-05T08:00", "2026-12-05T08:45", 1, 0, REASON_TOO_SHORT, 0, 0, 0},
    {"van", "2026-12-05T08:10", "2026-12-05T09:10", 1, 0, REASON_START_GRID, 0, 0, 0},
    {"van", "2026-12-05T08:00", "2026-12-08T08:00", 1, 0, REASON_NONE, 1, 1, 30},
    {"minibus", "2026-12-05T08:00", "2026-12-09T08:00", 1, 0, REASON_NONE, 1, 1, 45},
    {"minibus", "2026-12-02T08:00", "2026-12-02T12:00", 1, 0, REASON_LEAD, 0, 0, 0},
    {"cargo-bike", "2026-12-02T08:00", "2026-12-02T11:00", 1, 0, REASON_NONE, 1, 1, 20},
    {"cargo-bike", "2026-12-02T08:00", "2026-12-02T11:15", 1, 0, REASON_NONE, 1, 1, 60},
    {"cargo-bike", "2026-12-02T20:00", "2026-12-03T08:00", 1, 0, REASON_NONE, 1, 1, 60},
    {"trailer", "2026-12-02T08:00", "2026-12-02T13:00", 1, 0, REASON_NONE, 2, 2, 15},
    {"trailer", "2026-12-02T08:00", "2026-12-02T13:00", 1, 1, REASON_NONE, 1, 1, 15},
    {"trailer", "2026-12-02T13:00", "2026-12-03T13:00", 1, 1, REASON_NONE, 1, 1, 15},
    {"trailer", "2026-12-02T09:00", "2026-12-02T13:00", 1, 1, REASON_SLOTS, 0, 0, 0},
    {"meeting-room", "2026-12-02T18:00", "2026-12-02T20:30", 1, 0, REASON_NONE, 1, 1, 15},
    {"great-hall", "2026-12-12T16:00", "2026-12-13T00:00", 1, 0, REASON_NONE, 1, 2, 0},
    {"great-hall", "2026-12-12T08:00", "2026-12-13T00:00", 1, 0, REASON_NONE, 1, 2, 0},
    {"great-hall", "2026-12-12T10:00", "2026-12-12T16:00", 1, 0, REASON_SLOTS, 0, 0, 0},
    {"workshop", "2026-12-02T09:00", "2026-12-02T17:00", 4, 0, REASON_NONE, 1, 4, 15},
    {"workshop", "2026-12-02T09:00", "2026-12-02T17:00", 5, 0, REASON_TOO_MANY, 0, 0, 0},
    {"laser", "2026-12-02T09:30", "2026-12-02T11:00", 1, 0, REASON_NONE, 3, 3, 10},
    {"laser", "2026-12-02T17:30", "2026-12-02T19:00", 1, 0, REASON_REQUIREMENT, 0, 0, 0},
    {"laser", "2026-12-02T17:30", "2026-12-02T19:00", 1, 2, REASON_NONE, 2, 2, 10},
    {"cnc", "2026-12-03T14:00", "2026-12-03T17:00", 1, 0, REASON_NONE, 3, 3, 10},
    {"lab", "2026-12-03T06:00", "2026-12-03T18:00", 2, 0, REASON_NONE, 1, 2, 60},
    {"lab", "2026-12-26T08:00", "2026-12-26T11:00", 1, 0, REASON_CLOSED, 0, 0, 0},
    {"cold-room", "2026-12-03", "2027-01-03", 8, 0, REASON_NONE, 1, 8, 0},
    {"cold-room", "2026-12-03T12:00", "2026-12-04T12:00", 1, 0, REASON_SLOTS, 0, 0, 0},
    {"tent", "2026-12-11T10:00", "2026-12-14T17:00", 4, 0, REASON_NONE, 1, 4, 1440},
    {"sound", "2026-12-11T10:00", "2026-12-12T10:00", 1, 0, REASON_CLOSED, 0, 0, 0},
    {"table-set", "2026-12-11T16:00", "2026-12-14T09:30", 6, 0, REASON_NONE, 1, 6, 1440},
    {"technician", "2026-12-09T08:00", "2026-12-09T12:00", 1, 0, REASON_NONE, 1, 1, 0},
    {"technician", "2026-12-09T11:00", "2026-12-09T14:00", 1, 0, REASON_CLOSED, 0, 0, 0},
    {"facilitator", "2026-12-09T09:00", "2026-12-09T12:00", 1, 0, REASON_CLOSED, 0, 0, 0},
};

static void the_charter_in_bookings(void **state)
{
	struct scene s = scene_set("2026-12-01T06:00");
	const struct zone *z = s.policy->zone;

	for (size_t i = 0; i < sizeof(bookings) / sizeof(*bookings); i++) {
		const struct ask_book ask = {
		    .what = bookings[i].what,
		    .member = "m02",
		    .quantity = bookings[i].quantity,
		    .declared = own,
		    .n_declared = bookings[i].n_declared == 1,
		    .span = {at(z, bookings[i].from), at(z, bookings[i].to)},
		};
		struct changes c = {0};
		struct answer answer;
		enum reason reason;

		decide_book(s.pole, bookings[i].n_declared > 1 ? &s.laserist : &s.who, &ask,
			    &s.arena, &answer, &c);
		reason = answer.n_refusals ? answer.refusals[0].reason : REASON_NONE;
		if (reason != bookings[i].want)
			fail_msg("row %zu, %s: %d", i, bookings[i].what, (int)reason);
		if (answer.booking) {
			const struct booking *b = answer.booking;

			assert_int_equal(b->n_items, bookings[i].n_items);
			assert_int_equal(b->n_allocations, bookings[i].n_allocations);
			assert_int_equal(b->allocations[0].during.end,
					 ask.span.end + bookings[i].buffer_min * 60);
		}
		changes_clear(&c);
	}
	scene_clear(&s);
}

/* Now is Tuesday, 1 December 2026, 06:00. */
static const struct {
	const char *what, *unit, *member, *from, *to;
	bool newcomer;
	enum reason want;
	const char *rule;
} refusals[] = {
    {"van", NULL, "m11", "2026-12-05T08:00", "2026-12-05T09:00", true, REASON_QUALIFICATION,
     "van qualification"},
    {"cargo-bike", NULL, "m11", "2026-12-05T08:00", "2026-12-05T09:00", true, REASON_QUALIFICATION,
     "cargo-bike qualification"},
    {"van", "van-1", "m11", "2026-12-10T08:00", "2026-12-10T12:00", false, REASON_KEPT,
     "van-1 first for its owner"},
    {"van", "van-2", "m11", "2026-12-10T08:00", "2026-12-10T12:00", false, REASON_NONE, ""},
    {"van", "van-1", "m02", "2026-12-10T08:00", "2026-12-10T12:00", false, REASON_NONE, ""},
    {"van", "van-1", "m11", "2026-12-03T08:00", "2026-12-03T12:00", false, REASON_NONE, ""},
    {"minibus", NULL, "m15", "2026-12-16T08:00", "2026-12-16T12:00", false, REASON_KEPT,
     "minibus first for the town on weekdays"},
    {"minibus", NULL, "m15", "2026-12-26T08:00", "2026-12-26T12:00", false, REASON_KEPT,
     "minibus first for the town in school holidays"},
    {"minibus", NULL, "m03", "2026-12-16T08:00", "2026-12-16T12:00", false, REASON_NONE, ""},
    {"minibus", NULL, "m15", "2026-12-12T08:00", "2026-12-12T12:00", false, REASON_NONE, ""},
    {"accountant", NULL, "m10", "2026-12-09T08:30", "2026-12-09T12:30", false, REASON_WHO,
     "accountant who"},
    {"accountant", NULL, "m11", "2026-12-09T08:30", "2026-12-09T12:30", false, REASON_NONE, ""},
    {"van", NULL, "m25", "2026-12-05T08:00", "2026-12-07T08:00", false, REASON_TOO_LONG,
     "vans for a day at most, for small members"},
};

static void the_charter_in_refusals(void **state)
{
	struct scene s = scene_set("2026-12-01T06:00");
	const struct zone *z = s.policy->zone;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct ask_book ask = {
		    .what = refusals[i].what,
		    .unit = refusals[i].unit,
		    .member = refusals[i].member,
		    .span = {at(z, refusals[i].from), at(z, refusals[i].to)},
		};
		struct changes c = {0};
		struct answer answer;
		const char *rule = "";
		enum reason reason = REASON_NONE;

		decide_book(s.pole, refusals[i].newcomer ? &s.newcomer : &s.who, &ask, &s.arena,
			    &answer, &c);
		if (answer.n_refusals) {
			reason = answer.refusals[0].reason;
			rule = answer.refusals[0].rule ? answer.refusals[0].rule->name : "";
		}
		if (reason != refusals[i].want || strcmp(rule, refusals[i].rule) != 0)
			fail_msg("row %zu, %s: %d by \"%s\"", i, refusals[i].what, (int)reason,
				 rule);
		changes_clear(&c);
	}
	scene_clear(&s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(twelve_types_36_units),
	    cmocka_unit_test(places),
	    cmocka_unit_test(twenty_five_members_of_100_shares),
	    cmocka_unit_test(the_charter_in_bookings),
	    cmocka_unit_test(the_charter_in_refusals),
	    cmocka_unit_test(holidays_by_site_and_member),
	    cmocka_unit_test(winter_closure_of_the_workshop),
	};

	examples = argc > 1 ? argv[1] : "config/example";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
