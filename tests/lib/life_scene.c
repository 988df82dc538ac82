/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pole for tests of what becomes of bookings. */
#include "tests/lib/life_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ANY_MOVER (MOVER_HOLDER | MOVER_MANAGER | MOVER_DAEMON)

static struct limit approval(enum decider by, int64_t longer_s, int64_t undecided_days, bool grant,
			     bool queueing)
{
	struct limit l = {.kind = LIMIT_APPROVAL};

	l.approval.by = by;
	l.approval.longer_than.seconds = longer_s;
	l.approval.undecided_after.days = undecided_days;
	l.approval.then_grant = grant;
	l.approval.queueing = queueing;
	return l;
}

static void add_van(struct policy *p)
{
	struct resource *van = fixture_resource(p, "van", 2);
	struct limit cancel = {.kind = LIMIT_CANCEL};

	van->buffer_after.seconds = 30 * MINUTE;
	cancel.cancel.bands[0] = (struct band){{.days = 30}, 20};
	cancel.cancel.bands[1] = (struct band){{.days = 2}, 50};
	cancel.cancel.n = 2;
	fixture_rule(p, van, NULL, cancel);
}

static void add_room(struct policy *p)
{
	struct resource *room = fixture_resource(p, "room", 1);
	struct limit no_show = {.kind = LIMIT_NO_SHOW}, hold = {.kind = LIMIT_HOLD};

	no_show.no_show.after.seconds = 15 * MINUTE;
	no_show.no_show.per_cent = 100;
	hold.hold.seconds = HOUR;
	fixture_rule(p, room, NULL, no_show);
	fixture_rule(p, room, NULL, hold);
}

struct policy *life_policy(void)
{
	struct policy *p = fixture_policy();
	struct limit laser = {.kind = LIMIT_QUALIFICATION};
	struct resource *store;

	add_van(p);
	fixture_rule(p, fixture_resource(p, "minibus", 1), NULL,
		     approval(BY_MANAGER, 4 * HOUR - 1, 2, true, false));
	fixture_rule(p, fixture_resource(p, "hall", 1), NULL,
		     approval(BY_COORDINATOR, 0, 0, false, true));
	add_room(p);
	laser.qualification.word = "laser";
	fixture_rule(p, fixture_resource(p, "laser", 1), NULL, laser);
	store = fixture_resource(p, "store", 1);
	store->managers = arena_new(&p->arena, const struct member *);
	store->managers[store->n_managers++] = &p->members[1];
	p->conflicts.waiting.enabled = true;
	p->conflicts.waiting.offer_holds.seconds = 4 * HOUR;
	p->conflicts.waiting.during.always = true;
	p->conflicts.repack = true;
	return p;
}

int life_setup(void **state)
{
	struct life_scene *s = memory_new(sizeof(*s));

	s->pole = pole_new();
	s->now = fixture_at(LIFE_NOW);
	fixture_apply(s->pole, life_policy());
	s->m1 = fixture_person(s->pole, "m1", ROLE_MEMBER);
	s->m2 = fixture_person(s->pole, "m2", ROLE_MEMBER);
	s->manager1 = fixture_person(s->pole, "m1", ROLE_MEMBER | ROLE_MANAGER);
	s->manager2 = fixture_person(s->pole, "m2", ROLE_MEMBER | ROLE_MANAGER);
	s->coordinator = fixture_person(s->pole, NULL, ROLE_COORDINATOR);
	*state = s;
	return 0;
}

int life_teardown(void **state)
{
	struct life_scene *s = *state;

	changes_clear(&s->changes);
	pole_free(s->pole);
	arena_clear(&s->arena);
	free(s);
	return 0;
}

struct asker life_asker(const struct life_scene *s, const struct person *person)
{
	return (struct asker){person, s->now};
}

enum reason life_first_reason(const struct answer *a)
{
	return a->n_refusals ? a->refusals[0].reason : REASON_NONE;
}

static void check_changes(const struct changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct booking *before = c->items[i].booking.before;
		const struct booking *after = c->items[i].booking.after;

		if (c->items[i].kind != CHANGE_BOOKING)
			continue;
		assert_int_not_equal(c->items[i].cause, CAUSE_NONE);
		if (before)
			assert_true(state_may_move(before->state, after->state, c->items[i].cause,
						   ANY_MOVER));
		assert_true(after->ended_at == 0 || !booking_state_is_open(after->state));
		assert_true(after->due_at == 0 || booking_state_is_open(after->state));
	}
}

enum reason life_done(struct life_scene *s)
{
	if (!s->answer.booking) {
		assert_int_equal(s->changes.n, 0);
		assert_true(s->answer.n_refusals > 0);
		return life_first_reason(&s->answer);
	}
	check_changes(&s->changes);
	pole_apply(s->pole, &s->changes);
	pole_undo(s->pole, &s->changes);
	pole_apply(s->pole, &s->changes);
	return REASON_NONE;
}

#define DECIDE(s, who, call)                                                                       \
	do {                                                                                       \
		const struct asker asker = life_asker(s, who);                                     \
		struct arena *a = &(s)->arena;                                                     \
		struct answer *ret = &(s)->answer;                                                 \
		struct changes *c = &(s)->changes;                                                 \
                                                                                                   \
		changes_clear(c);                                                                  \
		call;                                                                              \
		return life_done(s);                                                               \
	} while (0)

enum reason life_ask(struct life_scene *s, const struct person *who, struct ask_book ask)
{
	DECIDE(s, who, decide_book(s->pole, &asker, &ask, a, ret, c));
}

static int64_t ask_granted(struct life_scene *s, const struct person *who, struct ask_book ask)
{
	assert_int_equal(life_ask(s, who, ask), REASON_NONE);
	return s->answer.booking->number;
}

int64_t life_book(struct life_scene *s, const struct person *who, const char *what,
		  const char *from, const char *to)
{
	return ask_granted(s, who, (struct ask_book){.what = what, .span = fixture_span(from, to)});
}

int64_t life_hold(struct life_scene *s, const struct person *who, const char *what,
		  const char *from, const char *to)
{
	return ask_granted(
	    s, who, (struct ask_book){.what = what, .span = fixture_span(from, to), .hold = true});
}

int64_t life_wait(struct life_scene *s, const struct person *who, const char *what,
		  const char *from, const char *to)
{
	return ask_granted(
	    s, who, (struct ask_book){.what = what, .span = fixture_span(from, to), .wait = true});
}

enum reason life_confirm(struct life_scene *s, const struct person *who, int64_t booking)
{
	DECIDE(s, who, decide_confirm(s->pole, &asker, booking, a, ret, c));
}

enum reason life_pass(struct life_scene *s, const struct person *who, int64_t booking, bool keep)
{
	DECIDE(s, who, decide_pass(s->pole, &asker, booking, keep, a, ret, c));
}

enum reason life_approve(struct life_scene *s, const struct person *who, int64_t booking)
{
	DECIDE(s, who, decide_approve(s->pole, &asker, booking, "as agreed", a, ret, c));
}

enum reason life_decline(struct life_scene *s, const struct person *who, int64_t booking)
{
	DECIDE(s, who, decide_decline(s->pole, &asker, booking, NULL, a, ret, c));
}

enum reason life_cancel(struct life_scene *s, const struct person *who, int64_t booking)
{
	DECIDE(s, who, decide_cancel(s->pole, &asker, booking, a, ret, c));
}

enum reason life_move(struct life_scene *s, const struct person *who, int64_t booking,
		      const char *from)
{
	const struct ask_move ask = {
	    .booking = booking, .has_start = true, .span.start = fixture_at(from)};

	DECIDE(s, who, decide_move(s->pole, &asker, &ask, a, ret, c));
}

enum reason life_extend(struct life_scene *s, const struct person *who, int64_t booking,
			const char *to)
{
	const struct ask_move ask = {
	    .booking = booking, .has_end = true, .span.end = fixture_at(to)};

	DECIDE(s, who, decide_move(s->pole, &asker, &ask, a, ret, c));
}

enum reason life_out(struct life_scene *s, const struct person *who, int64_t booking)
{
	const struct ask_out ask = {.booking = booking};

	DECIDE(s, who, decide_out(s->pole, &asker, &ask, a, ret, c));
}

enum reason life_back(struct life_scene *s, const struct person *who, int64_t booking)
{
	const struct ask_out ask = {.booking = booking};

	DECIDE(s, who, decide_back(s->pole, &asker, &ask, a, ret, c));
}

enum reason life_swap(struct life_scene *s, const struct person *who, int64_t booking, int64_t with)
{
	DECIDE(s, who, decide_swap(s->pole, &asker, booking, with, a, ret, c));
}

enum reason life_dispute(struct life_scene *s, const struct person *who, int64_t booking)
{
	DECIDE(s, who, decide_dispute(s->pole, &asker, booking, "It was dirty.", a, ret, c));
}

enum reason life_decide_dispute(struct life_scene *s, const struct person *who, int64_t booking,
				bool upheld)
{
	DECIDE(s, who, decide_settlement(s->pole, &asker, booking, upheld, "Seen.", a, ret, c));
}

void life_tick(struct life_scene *s, const char *moment)
{
	const struct booking *first;

	s->now = fixture_at(moment);
	changes_clear(&s->changes);
	s->answer = (struct answer){0};
	decide_tick(s->pole, s->now, 1000, &s->arena, &s->changes);
	check_changes(&s->changes);
	pole_apply(s->pole, &s->changes);
	first = pole_first_due(s->pole);
	assert_true(!first || first->due_at > s->now);
}

void life_offer(struct life_scene *s, int64_t booking, uint32_t lane)
{
	const struct booking *was = life_get(s, booking);
	struct booking *made = booking_copy(was, 1);

	changes_clear(&s->changes);
	made->state = BOOKING_HELD;
	made->allocations[0] = (struct allocation){was->resource, lane, was->span, 0};
	made->due_at = booking_due(s->pole, made, s->now);
	changes_add_booking(&s->changes, CAUSE_OFFERED, (struct booking *)was, made);
	check_changes(&s->changes);
	pole_apply(s->pole, &s->changes);
}

const struct booking *life_get(const struct life_scene *s, int64_t booking)
{
	return pole_booking(s->pole, booking);
}

enum booking_state life_state(const struct life_scene *s, int64_t booking)
{
	return life_get(s, booking)->state;
}

enum cause life_cause(const struct life_scene *s, int64_t booking)
{
	for (size_t i = s->changes.n; i > 0; i--) {
		const struct change *c = &s->changes.items[i - 1];

		if (c->kind == CHANGE_BOOKING && c->booking.after->number == booking)
			return c->cause;
	}
	return CAUSE_NONE;
}

void life_qualify(struct life_scene *s, const struct person **who, const char *word,
		  const char *until)
{
	struct person *after = person_copy(*who, (*who)->n_credentials, 1);
	struct changes c = {0};

	strcpy(after->qualifications[0].word, word);
	after->qualifications[0].since = 0;
	after->qualifications[0].until = fixture_at(until);
	changes_add_person(&c, (struct person *)*who, after);
	pole_apply(s->pole, &c);
	changes_clear(&c);
	*who = after;
}
