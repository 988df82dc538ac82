/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pole in which things happen. */
#include "tests/lib/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ANY_MOVER (MOVER_HOLDER | MOVER_MANAGER | MOVER_DAEMON)
#define TICK_MOST 100

struct policy *scene_policy(void)
{
	struct policy *p = fixture_policy();
	struct conflict_rules *c = &p->conflicts;

	p->members = arena_new_n(&p->arena, struct member, SCENE_MEMBERS);
	p->n_members = SCENE_MEMBERS;
	for (int i = 0; i < SCENE_MEMBERS; i++)
		p->members[i] = (struct member){
		    .id = arena_printf(&p->arena, "m%d", i + 1),
		    .name = arena_printf(&p->arena, "M%d", i + 1),
		    .kind = "",
		    .class = i % 2 ? "small" : "founder",
		    .share = 1,
		};
	c->classes = arena_new_n(&p->arena, const char *, 2);
	c->classes[c->n_classes++] = "founder";
	c->classes[c->n_classes++] = "small";
	c->order[c->n_order++] = ORDER_CLASS;
	c->order[c->n_order++] = ORDER_FAIR_SHARE;
	c->order[c->n_order++] = ORDER_FIRST_COME;
	c->fair_share.half_life.days = 42;
	c->fair_share.looks_back.days = 182;
	c->waiting.enabled = true;
	c->waiting.offer_holds.seconds = 4 * 3600;
	c->waiting.during.always = true;
	return p;
}

void scene_begin(struct scene *s, struct policy *policy, const char *now)
{
	char member[8];

	*s = (struct scene){.pole = pole_new(), .now = fixture_at(now)};
	fixture_apply(s->pole, policy);
	for (int i = 1; i <= SCENE_MEMBERS; i++) {
		snprintf(member, sizeof(member), "m%d", i);
		s->of[i] = fixture_person(s->pole, member, ROLE_MEMBER);
	}
	s->coordinator = fixture_person(s->pole, NULL, ROLE_COORDINATOR);
}

void scene_end(struct scene *s)
{
	while (s->n_acts > 0) {
		pole_undo(s->pole, &s->acts[--s->n_acts]);
		changes_clear(&s->acts[s->n_acts]);
	}
	assert_int_equal(pole_n_bookings(s->pole), 0);
	pole_free(s->pole);
	arena_clear(&s->arena);
}

static void check_moves(const struct changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct change *change = &c->items[i];

		if (change->kind == CHANGE_BOOKING && change->booking.before)
			assert_true(state_may_move(change->booking.before->state,
						   change->booking.after->state, change->cause,
						   ANY_MOVER));
	}
}

/* Whether a new decision on what this one wants would give it a place without pushing anybody out.
 */
bool scene_could_serve(struct scene *s, const struct booking *b)
{
	const struct asker who = {pole_person(s->pole, b->person), s->now};
	const struct resource *r = pole_resource(s->pole, b->resource);
	const struct unit *u = b->items[0].lane ? resource_lane(r, b->items[0].lane) : NULL;
	const struct details *says = booking_says(b);
	struct ask_book ask = {
	    .what = r ? r->id : "",
	    .unit = u ? u->id : NULL,
	    .quantity = b->items[0].quantity,
	    .having = b->items[0].having,
	    .span = b->span,
	    .within = says->within,
	    .length = {.seconds = b->span.end - b->span.start},
	};
	struct changes changes = {0};
	struct answer answer;
	bool granted;

	if (!r || ask.span.start < s->now || span_overlaps(says->passed, b->span))
		return false;
	if (ask.within.start < s->now)
		ask.within.start = s->now;
	if (span_is_empty(ask.within))
		ask.within = (struct span){0};
	decide_book(s->pole, &who, &ask, &s->arena, &answer, &changes);
	granted = answer.booking != NULL && !span_overlaps(says->passed, answer.booking->span);
	for (size_t i = 0; i < changes.n; i++)
		granted &= changes.items[i].cause != CAUSE_DISPLACED;
	changes_clear(&changes);
	return granted;
}

static bool is_out(const struct scene *s, const struct outage *o, const struct booking *b,
		   const struct allocation *a)
{
	const struct resource *r = pole_resource(s->pole, o->resource);
	bool covers = o->resource == a->resource;

	for (size_t i = 0; r && i < r->n_leaves; i++)
		covers |= r->leaves[i]->number == a->resource;
	if (!covers || (o->lane && o->lane != a->lane))
		return false;
	if (!o->is_closure)
		return span_overlaps(o->span, b->span);
	return (b->span.start >= o->span.start && b->span.start < o->span.end) ||
	       (b->span.end > o->span.start && b->span.end <= o->span.end);
}

bool scene_has_its_place(const struct scene *s, const struct booking *b)
{
	size_t n;
	const struct outage *outages = pole_outages(s->pole, &n);

	for (size_t i = 0; i < b->n_allocations; i++) {
		const struct allocation *a = &b->allocations[i];
		const struct timeline *line = pole_timeline(s->pole, a->resource, a->lane);
		const struct resource *r = pole_resource(s->pole, a->resource);
		const struct unit *u = r ? resource_lane(r, a->lane) : NULL;

		if (!u || !u->in_service)
			return false;
		if (line && timeline_conflict(line, a->during, 0))
			return false;
		for (size_t j = 0; j < n; j++)
			if (is_out(s, &outages[j], b, a))
				return false;
	}
	return b->span.end > s->now;
}

static void check_queue(struct scene *s)
{
	size_t n;
	const int64_t *queue = pole_queue(s->pole, &n);

	for (size_t i = 0; i < n; i++) {
		const struct booking *b = pole_booking(s->pole, queue[i]);

		if (b->state == BOOKING_WAITING)
			assert_false(scene_could_serve(s, b));
		else
			assert_false(scene_has_its_place(s, b));
	}
}

void scene_happen(struct scene *s, struct changes *c)
{
	struct changes again;
	size_t n;

	assert_true(s->n_acts < SCENE_ACTS);
	pole_apply(s->pole, c);
	settle(s->pole, s->now, &s->arena, c);
	check_moves(c);
	n = c->n;
	again = *c;
	settle(s->pole, s->now, &s->arena, &again);
	assert_int_equal(again.n, n);
	*c = again;
	s->acts[s->n_acts++] = *c;
	check_queue(s);
}

const struct booking *scene_ask(struct scene *s, const struct person *who,
				const struct ask_book *ask)
{
	const struct asker asker = {who, s->now};
	struct changes c = {0};

	decide_book(s->pole, &asker, ask, &s->arena, &s->answer, &c);
	if (!s->answer.booking) {
		assert_int_equal(c.n, 0);
		assert_true(s->answer.n_refusals > 0);
		return NULL;
	}
	scene_happen(s, &c);
	return pole_booking(s->pole, s->answer.booking->number);
}

const struct booking *scene_book(struct scene *s, int member, const char *what, const char *from,
				 const char *to)
{
	const struct ask_book ask = {.what = what, .span = fixture_span(from, to), .wait = true};

	return scene_ask(s, s->of[member], &ask);
}

static void done(struct scene *s, struct changes *c)
{
	assert_non_null(s->answer.booking);
	scene_happen(s, c);
}

static struct asker holder_of(const struct scene *s, int64_t booking)
{
	return (struct asker){pole_person(s->pole, pole_booking(s->pole, booking)->person), s->now};
}

void scene_cancel(struct scene *s, int64_t booking)
{
	const struct asker who = holder_of(s, booking);
	struct changes c = {0};

	decide_cancel(s->pole, &who, booking, &s->arena, &s->answer, &c);
	done(s, &c);
}

void scene_confirm(struct scene *s, int64_t booking)
{
	const struct asker who = holder_of(s, booking);
	struct changes c = {0};

	decide_confirm(s->pole, &who, booking, &s->arena, &s->answer, &c);
	done(s, &c);
}

void scene_pass(struct scene *s, int64_t booking, bool keep)
{
	const struct asker who = holder_of(s, booking);
	struct changes c = {0};

	decide_pass(s->pole, &who, booking, keep, &s->arena, &s->answer, &c);
	done(s, &c);
}

int64_t scene_outage(struct scene *s, const char *what, struct span during, bool is_closure)
{
	const struct asker who = {s->coordinator, s->now};
	const struct ask_outage ask = {.what = what, .span = during, .is_closure = is_closure};
	struct outage_answer answer;
	struct changes c = {0};

	decide_outage(s->pole, &who, &ask, &s->arena, &answer, &c);
	assert_int_equal(answer.reason, REASON_NONE);
	scene_happen(s, &c);
	return answer.outage.number;
}

void scene_reopen(struct scene *s, int64_t outage)
{
	const struct asker who = {s->coordinator, s->now};
	struct outage_answer answer;
	struct changes c = {0};

	decide_reopen(s->pole, &who, outage, &answer, &c);
	assert_int_equal(answer.reason, REASON_NONE);
	scene_happen(s, &c);
}

void scene_apply(struct scene *s, struct policy *policy)
{
	struct changes c = {0};

	assert_int_equal(policy_open(policy), 0);
	pole_number(s->pole, policy, &c);
	changes_add_policy(&c, (struct policy *)pole_policy(s->pole), policy);
	scene_happen(s, &c);
}

void scene_until(struct scene *s, int64_t now)
{
	const struct booking *first;

	s->now = now;
	while ((first = pole_first_due(s->pole)) && first->due_at <= now) {
		struct changes c = {0};

		decide_tick(s->pole, now, TICK_MOST, &s->arena, &c);
		assert_true(c.n > 0);
		scene_happen(s, &c);
	}
}

enum booking_state scene_state(const struct scene *s, int64_t booking)
{
	return pole_booking(s->pole, booking)->state;
}

enum cause scene_cause(const struct scene *s, int64_t booking)
{
	const struct changes *c = &s->acts[s->n_acts - 1];

	for (size_t i = c->n; i > 0; i--)
		if (c->items[i - 1].kind == CHANGE_BOOKING &&
		    c->items[i - 1].booking.after->number == booking)
			return c->items[i - 1].cause;
	return CAUSE_NONE;
}

const char *scene_unit(const struct scene *s, int64_t booking)
{
	const struct booking *b = pole_booking(s->pole, booking);

	return pole_name_id(s->pole, NAME_UNIT, b->allocations[0].resource, b->allocations[0].lane);
}
