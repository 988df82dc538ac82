/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each reason of lib/reason.h is what somebody gets: one request for each, on one pole. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/decide_life.h"
#include "lib/decide_outage.h"
#include "lib/series.h"
#include "lib/wish.h"
#include "tests/lib/fixture.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define NOW "2026-12-01T08:00" /* a Tuesday */

enum { CHAIN = 1002, HOUR = 3600 };

static struct world {
	struct pole *pole;
	struct arena arena;
	const struct person *alice, *bruno, *coordinator;
	int64_t room, van; /* bookings of alice's */
} w;

static struct policy *policy;

static struct rule *rule(const char *name, const char *resource, struct limit limit)
{
	struct rule *r =
	    fixture_rule(policy, (struct resource *)policy_resource(policy, resource), NULL, limit);

	r->name = name;
	return r;
}

static void add_limits(void)
{
	struct limit slots = {.kind = LIMIT_SLOTS}, opens = {.kind = LIMIT_OPENS},
		     quota = {.kind = LIMIT_QUOTA}, who = {.kind = LIMIT_WHO},
		     keep = {.kind = LIMIT_KEEP}, skill = {.kind = LIMIT_QUALIFICATION},
		     approval = {.kind = LIMIT_APPROVAL}, series = {.kind = LIMIT_RECURRENCE};

	rule("lengths", "bench", fixture_duration(HOUR, 2L * HOUR, HOUR));
	rule("grid", "grid", fixture_start(HOUR));
	rule("lead", "lead", fixture_lead(2, 0));
	rule("horizon", "horizon", fixture_horizon(10));
	slots.slots.items[0] = (struct slot){8 * HOUR, 12 * HOUR};
	slots.slots.n = 1;
	rule("slots", "slots", slots);
	opens.opens.day = 1;
	opens.opens.ahead = 1;
	rule("opens", "opens", opens);
	quota.quota.at_most = 1;
	quota.quota.peak.always = true;
	rule("quota", "quota", quota)->limit.quota.of = QUOTA_OF_MEMBER;
	who.who.classes = arena_new(&policy->arena, const char *);
	who.who.classes[who.who.n_classes++] = "founder";
	rule("who", "who", who);
	keep.keep.party = who.who;
	rule("keep", "keep", keep);
	skill.qualification.word = "laser";
	rule("skill", "skill", skill);
	approval.approval.by = BY_COORDINATOR;
	approval.approval.longer_than.seconds = 2L * HOUR;
	approval.approval.queueing = true;
	rule("approval", "approved", approval);
	series.recurrence.at_most.days = 7;
	rule("series", "bench", series);
}

static void add_things(void)
{
	static const struct attribute seats = {"seats", "3"};
	static const char *const limited[] = {"bench", "grid",	"lead", "horizon", "slots",
					      "opens", "quota", "who",	"keep",	   "skill",
					      "approved"};
	struct resource *van = fixture_resource(policy, "van", 2), *moves, *needs;

	van->attributes = &seats;
	van->n_attributes = 1;
	van->meter = "km";
	fixture_open(policy, fixture_resource(policy, "room", 1), 8, 18);
	fixture_resource(policy, "broken", 1)->units[0].in_service = false;
	moves = fixture_resource(policy, "moves", 1);
	moves->moves = true;
	needs = fixture_resource(policy, "needs", 1);
	needs->requirements = arena_new(&policy->arena, struct requirement);
	needs->n_requirements = 1;
	((struct requirement *)needs->requirements)->choices =
	    arena_new(&policy->arena, struct need);
	((struct requirement *)needs->requirements)->n_choices = 1;
	*(struct need *)needs->requirements->choices =
	    (struct need){.kind = NEED_SKILL, .having_text = "", .word = "referent", .quantity = 1};
	for (size_t i = 0; i < N(limited); i++)
		fixture_resource(policy, limited[i], 1);
}

static void add_sites(void)
{
	struct site *sites = arena_new_n(&policy->arena, struct site, 2);
	struct travel *travel = arena_new(&policy->arena, struct travel);

	sites[0] = policy->sites[0];
	sites[1] = (struct site){.id = "farm", .name = "Farm", .zone = sites[0].zone};
	policy->sites = sites;
	policy->n_sites = 2;
	*travel = (struct travel){{&sites[0], &sites[1]}, {.seconds = HOUR}};
	policy->travels = travel;
	policy->n_travels = 1;
}

/* Half of them overlap the one before: nothing is too many for lanes, but for a look at all. */
static void add_chain(void)
{
	const struct resource *van = policy_resource(pole_policy(w.pole), "van");
	int64_t start = fixture_at("2027-01-01T00:00");
	struct changes c = {0};

	for (int64_t k = 0; k < CHAIN; k++) {
		struct span span = {start + k * HOUR, start + (k + 2) * HOUR};
		struct item item = item_of(van->number, 0, span);
		struct booking *b = booking_new("", &item, 1, 1);

		b->number = pole_next_booking(w.pole) + k;
		b->member = w.alice->member;
		b->person = b->made_by = w.alice->number;
		b->state = BOOKING_CONFIRMED;
		b->made_at = fixture_at(NOW);
		b->allocations[0] =
		    (struct allocation){van->number, (uint32_t)(k % 2) + 1, span, 0};
		changes_add_booking(&c, CAUSE_BOOKED, NULL, b);
	}
	pole_apply(w.pole, &c);
	changes_clear(&c);
}

static struct asker as(const struct person *who)
{
	return (struct asker){who, fixture_at(NOW)};
}

static enum reason first(const struct answer *a)
{
	return a->n_refusals ? a->refusals[0].reason : REASON_NONE;
}

static enum reason ask(const struct person *who, struct ask_book q, int64_t *ret)
{
	const struct asker asker = as(who);
	struct answer answer;
	struct changes c = {0};

	decide_book(w.pole, &asker, &q, &w.arena, &answer, &c);
	if (ret) {
		assert_non_null(answer.booking);
		*ret = answer.booking->number;
		pole_apply(w.pole, &c);
	}
	changes_clear(&c);
	return first(&answer);
}

static int setup(void **state)
{
	policy = fixture_policy();
	add_sites();
	add_things();
	add_limits();
	w.pole = pole_new();
	fixture_apply(w.pole, policy);
	w.alice = fixture_person(w.pole, "m1", ROLE_MEMBER);
	w.bruno = fixture_person(w.pole, "m2", ROLE_MEMBER);
	w.coordinator = fixture_person(w.pole, NULL, ROLE_COORDINATOR);
	ask(w.alice,
	    (struct ask_book){.what = "room",
			      .span = fixture_span("2026-12-02T09:00", "2026-12-02T11:00")},
	    &w.room);
	ask(w.alice,
	    (struct ask_book){.what = "van", .span = fixture_span(NOW, "2026-12-01T11:00")},
	    &w.van);
	add_chain();
	return 0;
}

static int teardown(void **state)
{
	pole_free(w.pole);
	arena_clear(&w.arena);
	return 0;
}

#define DAY(from, to) fixture_span("2026-12-03T" from, "2026-12-03T" to)
#define ASK(who_, ...) ask(w.who_, (struct ask_book){__VA_ARGS__}, NULL)

static enum reason unknown_resource(void)
{
	return ASK(alice, .what = "boat", .span = DAY("09:00", "10:00"));
}

static enum reason unknown_unit(void)
{
	return ASK(alice, .what = "van", .unit = "van-9", .span = DAY("09:00", "10:00"));
}

static enum reason unknown_member(void)
{
	return ASK(coordinator, .what = "van", .member = "m9", .span = DAY("09:00", "10:00"));
}

static enum reason unknown_person(void)
{
	return ASK(alice, .what = "van", .person = "p99", .span = DAY("09:00", "10:00"));
}

static enum reason unknown_booking(void)
{
	const struct asker who = as(w.alice);
	struct answer answer;
	struct changes c = {0};

	decide_cancel(w.pole, &who, 99999, &w.arena, &answer, &c);
	return first(&answer);
}

static enum reason forbidden(void)
{
	const struct asker who = as(w.bruno);
	struct answer answer;
	struct changes c = {0};

	decide_cancel(w.pole, &who, w.room, &w.arena, &answer, &c);
	return first(&answer);
}

static enum reason state_(void)
{
	const struct asker who = as(w.alice);
	struct answer answer;
	struct changes c = {0};

	decide_pass(w.pole, &who, w.room, false, &w.arena, &answer, &c);
	return first(&answer);
}

static enum reason out_of_service(void)
{
	return ASK(alice, .what = "broken", .span = DAY("09:00", "10:00"));
}

static enum reason none_having(void)
{
	return ASK(alice, .what = "van", .having = "seats>=9", .span = DAY("09:00", "10:00"));
}

static enum reason too_many(void)
{
	return ASK(alice, .what = "van", .quantity = 3, .span = DAY("09:00", "10:00"));
}

static enum reason empty_span(void)
{
	return ASK(alice, .what = "van", .span = DAY("10:00", "10:00"));
}

static enum reason past(void)
{
	return ASK(alice, .what = "van",
		   .span = fixture_span("2026-11-03T09:00", "2026-11-03T10:00"));
}

static enum reason closed(void)
{
	return ASK(alice, .what = "room", .span = DAY("19:00", "20:00"));
}

static enum reason outage(void)
{
	const struct asker who = as(w.coordinator);
	const struct ask_outage out = {.what = "moves", .span = DAY("09:00", "10:00")};
	struct outage_answer answer;
	struct changes c = {0};
	enum reason reason;

	decide_outage(w.pole, &who, &out, &w.arena, &answer, &c);
	assert_int_equal(answer.reason, REASON_NONE);
	pole_apply(w.pole, &c);
	reason = ASK(alice, .what = "moves", .span = DAY("09:00", "10:00"));
	pole_undo(w.pole, &c);
	changes_clear(&c);
	return reason;
}

static enum reason conflict(void)
{
	return ASK(bruno, .what = "room",
		   .span = fixture_span("2026-12-02T10:00", "2026-12-02T12:00"));
}

static enum reason undecided(void)
{
	return ASK(bruno, .what = "van",
		   .span = fixture_span("2027-01-10T10:00", "2027-01-10T12:00"));
}

static enum reason travel(void)
{
	int64_t number;

	ask(w.alice,
	    (struct ask_book){.what = "moves", .at = "morval", .span = DAY("09:00", "10:00")},
	    &number);
	return ASK(bruno, .what = "moves", .at = "farm", .span = DAY("10:30", "11:00"));
}

static enum reason requirement(void)
{
	return ASK(alice, .what = "needs", .span = DAY("09:00", "10:00"));
}

static enum reason too_short(void)
{
	return ASK(alice, .what = "bench", .span = DAY("09:00", "09:30"));
}

static enum reason too_long(void)
{
	return ASK(alice, .what = "bench", .span = DAY("09:00", "12:00"));
}

static enum reason step(void)
{
	return ASK(alice, .what = "bench", .span = DAY("09:00", "10:30"));
}

static enum reason start_grid(void)
{
	return ASK(alice, .what = "grid", .span = DAY("09:30", "10:30"));
}

static enum reason lead(void)
{
	return ASK(alice, .what = "lead",
		   .span = fixture_span("2026-12-01T09:00", "2026-12-01T10:00"));
}

static enum reason horizon(void)
{
	return ASK(alice, .what = "horizon",
		   .span = fixture_span("2026-12-20T09:00", "2026-12-20T10:00"));
}

static enum reason slots(void)
{
	return ASK(alice, .what = "slots", .span = DAY("09:00", "12:00"));
}

static enum reason opens(void)
{
	return ASK(alice, .what = "opens",
		   .span = fixture_span("2027-03-20T09:00", "2027-03-20T10:00"));
}

static enum reason quota(void)
{
	int64_t number;

	ask(w.alice, (struct ask_book){.what = "quota", .span = DAY("09:00", "10:00")}, &number);
	return ASK(alice, .what = "quota", .span = DAY("10:00", "11:00"));
}

static enum reason who_(void)
{
	return ASK(bruno, .what = "who", .span = DAY("09:00", "10:00"));
}

static enum reason kept(void)
{
	return ASK(bruno, .what = "keep", .span = DAY("09:00", "10:00"));
}

static enum reason qualification(void)
{
	return ASK(alice, .what = "skill", .span = DAY("09:00", "10:00"));
}

static enum reason approval(void)
{
	const struct asker who = as(w.alice);
	struct ask_move move = {.has_end = true};
	struct answer answer;
	struct changes c = {0};

	ask(w.alice, (struct ask_book){.what = "approved", .span = DAY("09:00", "10:00")},
	    &move.booking);
	move.span = DAY("09:00", "12:00");
	decide_move(w.pole, &who, &move, &w.arena, &answer, &c);
	return first(&answer);
}

static enum reason too_early(void)
{
	const struct asker who = as(w.alice);
	const struct ask_out out = {.booking = w.room};
	struct answer answer;
	struct changes c = {0};

	decide_out(w.pole, &who, &out, &w.arena, &answer, &c);
	return first(&answer);
}

static enum reason reading(void)
{
	const struct asker who = as(w.alice);
	struct ask_out out = {.booking = w.van, .has_meter = true, .meter = 1000};
	struct answer answer;
	struct changes c = {0};

	decide_out(w.pole, &who, &out, &w.arena, &answer, &c);
	assert_non_null(answer.booking);
	pole_apply(w.pole, &c);
	changes_clear(&c);
	out.meter = 900;
	decide_back(w.pole, &who, &out, &w.arena, &answer, &c);
	return first(&answer);
}

static enum reason series(const char *what, const char *recurrence)
{
	const struct asker who = as(w.alice);
	const struct ask_book book = {.what = what, .span = DAY("09:00", "10:00")};
	const struct ask_series q = {
	    .first = &book, .rule = recurrence, .except = &book.span, .n_except = 1};
	struct series_answer answer;
	struct changes c = {0};

	assert_int_equal(decide_series(w.pole, &who, &q, &w.arena, &answer, &c), SERIES_OK);
	changes_clear(&c);
	return answer.n_refusals ? answer.refusals[0].reason : REASON_NONE;
}

static enum reason recurrence(void)
{
	return series("bench", "FREQ=WEEKLY;COUNT=5");
}

static enum reason no_dates(void)
{
	return series("van", "FREQ=DAILY;COUNT=1");
}

static enum reason many_dates(void)
{
	return series("van", "FREQ=DAILY;COUNT=500");
}

static enum reason (*const producers[N_REASONS])(void) = {
    [REASON_UNKNOWN_RESOURCE] = unknown_resource,
    [REASON_UNKNOWN_UNIT] = unknown_unit,
    [REASON_UNKNOWN_MEMBER] = unknown_member,
    [REASON_UNKNOWN_PERSON] = unknown_person,
    [REASON_UNKNOWN_BOOKING] = unknown_booking,
    [REASON_FORBIDDEN] = forbidden,
    [REASON_STATE] = state_,
    [REASON_OUT_OF_SERVICE] = out_of_service,
    [REASON_NONE_HAVING] = none_having,
    [REASON_TOO_MANY] = too_many,
    [REASON_EMPTY_SPAN] = empty_span,
    [REASON_PAST] = past,
    [REASON_CLOSED] = closed,
    [REASON_OUTAGE] = outage,
    [REASON_CONFLICT] = conflict,
    [REASON_UNDECIDED] = undecided,
    [REASON_TRAVEL] = travel,
    [REASON_REQUIREMENT] = requirement,
    [REASON_TOO_SHORT] = too_short,
    [REASON_TOO_LONG] = too_long,
    [REASON_STEP] = step,
    [REASON_START_GRID] = start_grid,
    [REASON_LEAD] = lead,
    [REASON_HORIZON] = horizon,
    [REASON_SLOTS] = slots,
    [REASON_OPENS] = opens,
    [REASON_QUOTA] = quota,
    [REASON_WHO] = who_,
    [REASON_KEPT] = kept,
    [REASON_QUALIFICATION] = qualification,
    [REASON_APPROVAL] = approval,
    [REASON_TOO_EARLY] = too_early,
    [REASON_READING] = reading,
    [REASON_RECURRENCE] = recurrence,
    [REASON_NO_DATES] = no_dates,
    [REASON_MANY_DATES] = many_dates,
};

static void each_reason_is_given(void **state)
{
	size_t n_wrong = 0;

	for (enum reason r = REASON_NONE + 1; r < N_REASONS; r++) {
		enum reason got = producers[r] ? producers[r]() : REASON_NONE;

		if (got != r)
			print_error("reason %d: got %d\n", (int)r, (int)got);
		n_wrong += got != r;
	}
	assert_int_equal(n_wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(each_reason_is_given, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
