/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explanations: what is found of rules, units, remedies and the queue, case by case. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lib/explain.h"
#include "tests/lib/rules_scene.h"

#define NOW "2026-12-01T08:00" /* a Tuesday */
#define HOUR 3600

/* van: van-1 of m1 and kept for it, van-2 with a hitch; where none is free, cnc stands in. laser: 6
 * h a week of a member, founders' on Saturdays, a rule on holds. */
static void begin(struct rules_scene *s)
{
	struct limit keep = {.kind = LIMIT_KEEP}, who = {.kind = LIMIT_WHO};
	struct rule *rule;

	rules_scene_init(s, NOW);
	keep.keep.party.owner = true;
	rule = rules_add(s, s->van, "kept", keep);
	rule->units = arena_new_n(&s->policy->arena, const struct unit *, 1);
	rule->units[rule->n_units++] = &s->van->units[0];
	s->van->units[1].attributes = arena_new_n(&s->policy->arena, struct attribute, 1);
	*(struct attribute *)s->van->units[1].attributes = (struct attribute){"hitch", "true"};
	s->van->units[1].n_attributes = 1;
	rules_add(s, s->laser, "six hours",
		  limit_quota(QUOTA_OF_MEMBER, QUOTA_TIME, 6 * HOUR, QUOTA_CALENDAR_WEEK));
	who.who.classes = arena_new_n(&s->policy->arena, const char *, 1);
	who.who.classes[who.who.n_classes++] = "founder";
	rule = rules_add(s, s->laser, "Saturday", who);
	rule->has_when = true;
	rule->when = when_days(s, 1u << SATURDAY, 0, 0);
	rules_add(s, s->laser, "hold", (struct limit){.kind = LIMIT_HOLD, .hold = {0, HOUR}});
	rules_add(s, s->laser, "half a day", fixture_duration(HOUR, 12 * HOUR, 0));
	s->policy->conflicts.waiting.enabled = true;
	s->policy->conflicts.waiting.during.always = true;
	s->van->stands_in = arena_new_n(&s->policy->arena, const struct resource *, 1);
	s->van->stands_in[s->van->n_stands_in++] = s->cnc;
	fixture_open(s->policy, s->cnc, 8, 18);
	fixture_capacity(s->policy, "chair", 10);
	fixture_resource(s->policy, "fleet", 20);
	rules_scene_begin(s);
}

static struct explanation explain(struct rules_scene *s, int person, const struct ask_book *ask)
{
	const struct asker who = {pole_person(s->pole, (uint32_t)person), s->now};
	struct explanation e;

	explain_book(s->pole, &who, ask, &s->arena, &e);
	return e;
}

static struct ask_book ask_for(const char *what, const char *from, const char *to)
{
	return (struct ask_book){.what = what, .span = fixture_span(from, to)};
}

static const struct finding *rule_found(const struct explanation *e, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->findings[i].kind == FINDING_RULE &&
		    strcmp(e->findings[i].rule->name, name) == 0)
			return &e->findings[i];
	return NULL;
}

static const struct finding *unit_found(const struct explanation *e, const char *id)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->findings[i].kind == FINDING_UNIT && strcmp(e->findings[i].unit->id, id) == 0)
			return &e->findings[i];
	return NULL;
}

static const struct finding *found_of(const struct explanation *e, enum finding_kind kind)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->findings[i].kind == kind)
			return &e->findings[i];
	return NULL;
}

static void rules_with_their_numbers(void **state)
{
	static const struct {
		int person;
		const char *from, *to, *rule, *unmatched;
		bool kept;
		int64_t used, wanted;
	} cases[] = {
	    {ADA, "2026-12-03T08:00", "2026-12-03T10:00", "six hours", NULL, true, 4 * HOUR,
	     2 * HOUR},
	    {ADA, "2026-12-03T08:00", "2026-12-03T11:00", "six hours", NULL, false, 4 * HOUR,
	     3 * HOUR},
	    {CLO, "2026-12-03T08:00", "2026-12-03T11:00", "six hours", NULL, true, 0, 3 * HOUR},
	    {ADA, "2026-12-03T08:00", "2026-12-03T10:00", "Saturday", "when", true, 0, 0},
	    {ADA, "2026-12-05T08:00", "2026-12-05T10:00", "Saturday", NULL, true, 0, 0},
	    {CLO, "2026-12-05T08:00", "2026-12-05T10:00", "Saturday", NULL, false, 0, 0},
	    {CLO, "2026-12-03T08:00", "2026-12-03T10:00", "hold", "kind", true, 0, 0},
	    {CLO, "2026-12-03T08:00", "2026-12-03T08:30", "half a day", NULL, false, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct ask_book ask = ask_for("laser", cases[i].from, cases[i].to);
		struct rules_scene s;
		struct explanation e;
		const struct finding *f;

		begin(&s);
		assert_true(rules_book(&s, BEN, "laser", "2026-12-02T08:00", "2026-12-02T12:00"));
		e = explain(&s, cases[i].person, &ask);
		f = rule_found(&e, cases[i].rule);
		assert_non_null(f);
		if (cases[i].unmatched)
			assert_string_equal(f->unmatched, cases[i].unmatched);
		else
			assert_null(f->unmatched);
		assert_int_equal(f->kept, cases[i].kept);
		assert_int_equal(f->refusal.used, cases[i].used);
		assert_int_equal(f->refusal.wanted, cases[i].wanted);
		assert_int_equal(f->refusal.place.line, f->rule->place.line);
		assert_int_equal(e.answer.booking == NULL, !cases[i].kept);
		assert_int_equal(e.n, 4 + 1 + 1); /* rules, hours, the one unit */
		explanation_release(&e);
		rules_scene_clear(&s);
	}
}

/* What each of three vans is to Clo, where Ada has van-3 and van-2 is out of service. */
static void units_and_why_they_fell_out(void **state)
{
	static const struct {
		int person;
		const char *having, *unit;
		enum reason reasons[3]; /* of van-1, van-2, van-3 */
		const char *chosen;
	} cases[] = {
	    {CLO, NULL, NULL, {REASON_KEPT, REASON_OUTAGE, REASON_CONFLICT}, NULL},
	    {BEN, NULL, NULL, {REASON_NONE, REASON_OUTAGE, REASON_CONFLICT}, "van-1"},
	    {BEN,
	     "hitch=true",
	     NULL,
	     {REASON_NONE_HAVING, REASON_OUTAGE, REASON_NONE_HAVING},
	     NULL},
	    {BEN, NULL, "van-3", {N_REASONS, N_REASONS, REASON_CONFLICT}, NULL},
	};
	static const char *const ids[] = {"van-1", "van-2", "van-3"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ask_book ask = ask_for("van", "2026-12-03T08:00", "2026-12-03T12:00");
		struct changes c = {0};
		struct outage o = {.number = 1, .lane = 2, .span = ask.span, .made_by = 1};
		struct rules_scene s;
		struct explanation e;

		begin(&s);
		o.resource = s.van->number;
		changes_add_outage(&c, NULL, &o);
		pole_apply(s.pole, &c);
		changes_clear(&c);
		assert_true(rules_book(&s, ADA, "van-3", "2026-12-03T10:00", "2026-12-03T14:00"));
		ask.having = cases[i].having;
		ask.unit = cases[i].unit;
		e = explain(&s, cases[i].person, &ask);
		for (int u = 0; u < 3; u++) {
			const struct finding *f = unit_found(&e, ids[u]);

			if (cases[i].reasons[u] == N_REASONS) {
				assert_null(f);
				continue;
			}
			assert_int_equal(f->refusal.reason, cases[i].reasons[u]);
			assert_int_equal(f->kept, cases[i].reasons[u] == REASON_NONE);
			assert_int_equal(f->chosen,
					 cases[i].chosen && strcmp(cases[i].chosen, ids[u]) == 0);
			if (f->refusal.reason == REASON_CONFLICT)
				assert_int_equal(f->conflict.booking->number, s.last);
			if (f->refusal.reason == REASON_OUTAGE)
				assert_int_equal(f->refusal.bound, ask.span.end);
		}
		explanation_release(&e);
		rules_scene_clear(&s);
	}
}

/* The unit is taken beside which least is left idle. */
static void slack_decides(void **state)
{
	const struct ask_book ask = ask_for("van", "2026-12-03T12:00", "2026-12-03T14:00");
	struct rules_scene s;
	struct explanation e;

	begin(&s);
	assert_true(rules_book(&s, ADA, "van-3", "2026-12-03T08:00", "2026-12-03T11:00"));
	e = explain(&s, CLO, &ask);
	assert_true(unit_found(&e, "van-3")->chosen);
	assert_int_equal(unit_found(&e, "van-3")->slack_s, HOUR + DAY_S);
	assert_int_equal(unit_found(&e, "van-2")->slack_s, 2 * DAY_S);
	/* The rule on van-1 is broken there, and is no reason against the others. */
	assert_false(rule_found(&e, "kept")->kept);
	assert_string_equal(rule_found(&e, "kept")->unit->id, "van-1");
	for (int i = 0; i < N_REMEDY_KINDS; i++)
		assert_true(e.remedies[i].use == REMEDY_NEEDLESS ||
			    (i == REMEDY_DISPLACE && e.remedies[i].use == REMEDY_OFF) ||
			    (i == REMEDY_REPACK && e.remedies[i].use != REMEDY_USED));
	explanation_release(&e);
	rules_scene_clear(&s);
}

static void places_of_a_capacity_are_counted(void **state)
{
	struct ask_book ask = ask_for("chair", "2026-12-03T12:00", "2026-12-03T14:00");
	struct rules_scene s;
	struct explanation e;
	const struct finding *f;

	begin(&s);
	ask.quantity = 7;
	assert_true(rules_ask(&s, ADA, &ask));
	ask.quantity = 4;
	e = explain(&s, CLO, &ask);
	f = found_of(&e, FINDING_UNIT);
	assert_null(f->unit);
	assert_int_equal(f->n_places, 10);
	assert_int_equal(f->n_free, 3);
	assert_false(f->kept);
	assert_int_equal(f->refusal.reason, REASON_CONFLICT);
	assert_int_equal(f->conflict.booking->number, s.last);
	explanation_release(&e);
	ask.quantity = 3;
	e = explain(&s, CLO, &ask);
	assert_true(found_of(&e, FINDING_UNIT)->kept && found_of(&e, FINDING_UNIT)->chosen);
	explanation_release(&e);
	rules_scene_clear(&s);
}

static void hours_are_found_kept_or_not(void **state)
{
	static const struct {
		const char *from, *to;
		bool kept;
	} cases[] = {
	    {"2026-12-03T08:00", "2026-12-03T10:00", true},
	    {"2026-12-03T17:00", "2026-12-03T19:00", false},
	    {"2026-12-03T06:00", "2026-12-03T07:00", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct ask_book ask = ask_for("cnc", cases[i].from, cases[i].to);
		struct rules_scene s;
		struct explanation e;

		begin(&s);
		e = explain(&s, CLO, &ask);
		assert_int_equal(found_of(&e, FINDING_HOURS)->kept, cases[i].kept);
		assert_int_equal(e.answer.booking != NULL, cases[i].kept);
		if (!cases[i].kept)
			assert_false(span_is_empty(found_of(&e, FINDING_HOURS)->refusal.open));
		explanation_release(&e);
		rules_scene_clear(&s);
	}
}

/* kit: 8 to 10 on one unit and 10 to 12 on the other leave room for 8 to 12 once one is moved. */
static void repacking_is_said(void **state)
{
	const struct ask_book ask = ask_for("kit", "2026-12-03T08:00", "2026-12-03T12:00");
	struct booking *other;
	struct rules_scene s;
	struct explanation e;

	begin(&s);
	assert_true(rules_book(&s, ADA, "kit", "2026-12-03T08:00", "2026-12-03T10:00"));
	assert_true(rules_book(&s, BEN, "kit", "2026-12-03T10:00", "2026-12-03T12:00"));
	other = rules_alter(&s, s.last);
	other->allocations[0].lane = 2;
	rules_put(&s, other);
	e = explain(&s, CLO, &ask);
	assert_non_null(e.answer.booking);
	assert_int_equal(e.remedies[REMEDY_REPACK].use, REMEDY_USED);
	assert_false(unit_found(&e, "kit-1")->kept);
	assert_false(unit_found(&e, "kit-2")->kept);
	assert_true(unit_found(&e, "kit-1")->chosen || unit_found(&e, "kit-2")->chosen);
	explanation_release(&e);
	rules_scene_clear(&s);
}

/* All vans taken: cnc would do, waiting would do, and waiting is behind who waits already. */
static void remedies_and_the_queue(void **state)
{
	struct ask_book ask = ask_for("van", "2026-12-03T08:00", "2026-12-03T12:00");
	struct rules_scene s;
	struct explanation e;

	begin(&s);
	for (int i = 0; i < 3; i++)
		assert_true(rules_ask(&s, ADA, &ask));
	ask.wait = true;
	assert_true(rules_ask(&s, DAN, &ask));
	assert_int_equal(s.answer.booking->state, BOOKING_WAITING);
	ask.wait = false;
	e = explain(&s, CLO, &ask);
	assert_null(e.answer.booking);
	assert_int_equal(e.remedies[REMEDY_REPACK].use, REMEDY_NO_HELP);
	assert_int_equal(e.remedies[REMEDY_DISPLACE].use, REMEDY_OFF);
	assert_int_equal(e.remedies[REMEDY_STAND_IN].use, REMEDY_HELPS);
	assert_ptr_equal(e.remedies[REMEDY_STAND_IN].resource, s.cnc);
	assert_int_equal(e.remedies[REMEDY_WAIT].use, REMEDY_HELPS);
	assert_int_equal(e.n_queue, 2);
	assert_int_equal(e.queue[0].booking->number, s.last);
	assert_int_equal(e.queue[0].why, TURN_FIRST_COME);
	assert_ptr_equal(e.queue[1].booking, e.waiting);
	explanation_release(&e);
	ask.span = fixture_span("2026-12-03T07:00", "2026-12-03T12:00"); /* cnc is closed */
	e = explain(&s, CLO, &ask);
	assert_int_equal(e.remedies[REMEDY_STAND_IN].use, REMEDY_NO_HELP);
	explanation_release(&e);
	rules_scene_clear(&s);
}

static void unknown_things_are_findings(void **state)
{
	static const struct {
		const char *what;
		const char *from, *to;
		const char *member;
		enum reason reason;
	} cases[] = {
	    {"vna", "2026-12-03T08:00", "2026-12-03T09:00", NULL, REASON_UNKNOWN_RESOURCE},
	    {"van", "2026-12-03T09:00", "2026-12-03T09:00", NULL, REASON_EMPTY_SPAN},
	    {"van", "2026-11-03T08:00", "2026-11-03T09:00", NULL, REASON_PAST},
	    {"van", "2026-12-03T08:00", "2026-12-03T09:00", "m1", REASON_FORBIDDEN},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ask_book ask = ask_for(cases[i].what, cases[i].from, cases[i].to);
		struct rules_scene s;
		struct explanation e;
		bool found = false;

		begin(&s);
		ask.member = cases[i].member;
		e = explain(&s, CLO, &ask);
		assert_null(e.answer.booking);
		for (size_t j = 0; j < e.n; j++)
			found |= e.findings[j].refusal.reason == cases[i].reason;
		assert_true(found);
		explanation_release(&e);
		rules_scene_clear(&s);
	}
}

/* A booking that stands: quotas with what else there is now, lead and the like as of its making. */
static void bookings_that_exist(void **state)
{
	struct rules_scene s;
	struct explanation e;
	struct asker who;
	int64_t first;

	begin(&s);
	assert_true(rules_book(&s, ADA, "laser", "2026-12-02T08:00", "2026-12-02T11:00"));
	first = s.last;
	assert_true(rules_book(&s, BEN, "laser", "2026-12-03T08:00", "2026-12-03T10:00"));
	s.now = fixture_at("2026-12-02T09:00");
	who = (struct asker){pole_person(s.pole, BEN), s.now};
	explain_booking(s.pole, &who, pole_booking(s.pole, first), &s.arena, &e);
	assert_int_equal(e.answer.booking->number, first);
	assert_true(rule_found(&e, "six hours")->kept);
	assert_int_equal(rule_found(&e, "six hours")->refusal.used, 2 * HOUR);
	assert_int_equal(rule_found(&e, "six hours")->refusal.wanted, 3 * HOUR);
	assert_true(unit_found(&e, "laser-1")->chosen && unit_found(&e, "laser-1")->kept);
	explanation_release(&e);
	who.person = pole_person(s.pole, CLO); /* of another member */
	explain_booking(s.pole, &who, pole_booking(s.pole, first), &s.arena, &e);
	assert_null(e.answer.booking);
	assert_int_equal(e.answer.refusals[0].reason, REASON_FORBIDDEN);
	assert_int_equal(e.n, 0);
	explanation_release(&e);
	rules_scene_clear(&s);
}

static void what_waits_is_explained_as_things_stand(void **state)
{
	struct ask_book ask = ask_for("laser", "2026-12-03T08:00", "2026-12-03T12:00");
	struct rules_scene s;
	struct explanation e;
	struct asker who;

	begin(&s);
	assert_true(rules_ask(&s, ADA, &ask));
	ask.wait = true;
	assert_true(rules_ask(&s, CLO, &ask));
	who = (struct asker){pole_person(s.pole, CLO), s.now + 60};
	explain_booking(s.pole, &who, pole_booking(s.pole, s.last), &s.arena, &e);
	assert_int_equal(e.answer.turn.place, 1);
	assert_int_equal(e.answer.turn.n, 1);
	assert_int_equal(e.n_queue, 1);
	assert_ptr_equal(e.waiting, pole_booking(s.pole, s.last));
	assert_int_equal(unit_found(&e, "laser-1")->refusal.reason, REASON_CONFLICT);
	assert_false(unit_found(&e, "laser-1")->chosen);
	explanation_release(&e);
	rules_scene_clear(&s);
}

/* More than is told is cut off. */
static void findings_are_bounded(void **state)
{
	struct ask_item items[BOOKING_MAX_ITEMS];
	const struct ask_book ask = {.items = items, .n_items = BOOKING_MAX_ITEMS};
	struct rules_scene s;
	struct explanation e;

	begin(&s);
	for (int i = 0; i < BOOKING_MAX_ITEMS; i++)
		items[i] = (struct ask_item){
		    .what = "fleet",
		    .span = {s.now + (i + 1) * 2 * DAY_S, s.now + (i + 1) * 2 * DAY_S + HOUR}};
	e = explain(&s, ADA, &ask);
	assert_non_null(e.answer.booking);
	assert_int_equal(e.n, FINDINGS_MAX);
	assert_true(e.is_cut);
	explanation_release(&e);
	rules_scene_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rules_with_their_numbers),
	    cmocka_unit_test(units_and_why_they_fell_out),
	    cmocka_unit_test(slack_decides),
	    cmocka_unit_test(places_of_a_capacity_are_counted),
	    cmocka_unit_test(hours_are_found_kept_or_not),
	    cmocka_unit_test(repacking_is_said),
	    cmocka_unit_test(remedies_and_the_queue),
	    cmocka_unit_test(unknown_things_are_findings),
	    cmocka_unit_test(bookings_that_exist),
	    cmocka_unit_test(what_waits_is_explained_as_things_stand),
	    cmocka_unit_test(findings_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
