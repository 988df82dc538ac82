/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random lives: whatever people and time do, in whatever order, must leave the pole in order.
 *
 * The oracle is slow and looks at every booking after every act: nothing that occupies a lane
 * overlaps another, by a plain comparison of all with all; what an image says agrees with its state
 * (who waits has no place, who ended has an end and is never due, who is out has left); states
 * moved only by the table, and from what the pole had; the first that is due is found by looking at
 * all; a tick leaves nothing due. At the end everything is undone, act by act, and each step must
 * bring back exactly what was there before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/decide_outage.h"
#include "lib/life.h"
#include "lib/queue.h"
#include "tests/lib/life_scene.h"

#define SEEDS 10
#define ACTS 1000
#define BOOKINGS_MAX 300
#define QUARTER 900
#define ANY_MOVER (MOVER_HOLDER | MOVER_MANAGER | MOVER_DAEMON)

struct past {
	struct changes changes;
	uint64_t before; /* of all that the pole had */
};

struct world {
	struct life_scene *s;
	uint64_t seed;
	struct past past[ACTS];
	size_t n_past;
	unsigned causes; /* seen, a bit each */
	bool has_outage; /* the last act was one */
};

static uint32_t below(struct world *w, uint32_t n)
{
	w->seed = w->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(w->seed >> 33) % n;
}

static bool chance(struct world *w, uint32_t per_cent)
{
	return below(w, 100) < per_cent;
}

static uint64_t mix(uint64_t h, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
	return h;
}

static uint64_t mix_number(uint64_t h, int64_t number)
{
	return mix(h, &number, sizeof(number));
}

static uint64_t mix_details(uint64_t h, const struct details *d)
{
	const int64_t numbers[] = {
	    d->queued_at,    d->within.start,  d->within.end,	d->out_at,     d->back_at,
	    d->used_by,	     d->has_meter_out, d->meter_out,	d->meter_back, d->decided_by,
	    d->forfeit,	     d->waived,	       d->dispute,	d->swap_with,  d->displaced_by,
	    d->outage,	     d->was,	       d->distance_km,	d->people,     d->forfeit_least,
	    d->booked_until, d->delayed_by,    d->passed.start, d->passed.end, d->disputed_by,
	};

	return mix(h, numbers, sizeof(numbers));
}

static uint64_t hash_pole(const struct pole *p)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (const struct booking *b = pole_booking_after(p, 0); b;
	     b = pole_booking_after(p, b->number)) {
		h = mix_number(h, b->number);
		h = mix_number(h, b->state);
		h = mix_number(h, b->due_at);
		h = mix_number(h, b->ended_at);
		h = mix_number(h, b->span.start);
		h = mix_number(h, b->span.end);
		h = mix_details(h, booking_says(b));
		for (size_t i = 0; i < b->n_items; i++)
			h = mix_number(mix_number(h, b->items[i].state), b->items[i].span.end);
		for (size_t i = 0; i < b->n_allocations; i++) {
			h = mix_number(h, b->allocations[i].lane);
			h = mix_number(h, b->allocations[i].during.start);
			h = mix_number(h, b->allocations[i].during.end);
		}
	}
	return h;
}

static void check_image(const struct world *w, const struct booking *b)
{
	const struct details *d = booking_says(b);
	bool open = booking_state_is_open(b->state);

	assert_false(span_is_empty(b->span));
	assert_true(open || b->due_at == 0);
	assert_int_equal(b->ended_at != 0, !open && b->state != BOOKING_DONE);
	assert_true(b->state != BOOKING_WAITING || (b->n_allocations == 0 && d->queued_at));
	assert_true(b->state != BOOKING_OUT || (d->out_at && b->n_allocations > 0 && b->due_at));
	assert_true(b->state != BOOKING_DONE || d->back_at);
	assert_true(b->state != BOOKING_CONFIRMED || b->n_allocations > 0);
	assert_true(b->state != BOOKING_HELD || (b->n_allocations > 0 && b->due_at));
	assert_true(b->state != BOOKING_REQUESTED || b->due_at);
	assert_true(d->forfeit == 0 || b->state == BOOKING_CANCELLED ||
		    b->state == BOOKING_NO_SHOW);
	assert_true(!d->waived || d->forfeit > 0);
	assert_true(!d->booked_until || (b->state == BOOKING_DONE && d->booked_until > d->back_at));
	for (size_t i = 0; i < b->n_allocations; i++)
		assert_false(span_is_empty(b->allocations[i].during));
}

static void check_apart(const struct booking *a, const struct booking *b)
{
	for (size_t i = 0; i < a->n_allocations; i++)
		for (size_t j = 0; j < b->n_allocations; j++) {
			const struct allocation *x = &a->allocations[i], *y = &b->allocations[j];

			if (booking_occupies(a, x) && booking_occupies(b, y) &&
			    x->resource == y->resource && x->lane == y->lane)
				assert_false(span_overlaps(x->during, y->during));
		}
}

static void check_all(const struct world *w)
{
	const struct pole *p = w->s->pole;
	const struct booking *first = NULL;

	for (const struct booking *b = pole_booking_after(p, 0); b;
	     b = pole_booking_after(p, b->number)) {
		check_image(w, b);
		if (b->due_at && (!first || b->due_at < first->due_at))
			first = b;
		for (const struct booking *c = pole_booking_after(p, b->number); c;
		     c = pole_booking_after(p, c->number))
			check_apart(b, c);
	}
	assert_ptr_equal(pole_first_due(p), first);
}

static void check_births(const struct world *w, const struct changes *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].kind == CHANGE_BOOKING && !c->items[i].booking.before)
			assert_int_equal(c->items[i].booking.after->number,
					 pole_next_booking(w->s->pole));
}

static void check_moves(struct world *w, const struct changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct booking *before = c->items[i].booking.before;
		const struct booking *after = c->items[i].booking.after;

		if (c->items[i].kind != CHANGE_BOOKING)
			continue;
		w->causes |= 1u << c->items[i].cause;
		if (before)
			assert_true(state_may_move(before->state, after->state, c->items[i].cause,
						   ANY_MOVER));
	}
}

/* As the daemon does: applied, then what it freed is given to who waits. */
static void happen(struct world *w, struct changes *c)
{
	struct life_scene *s = w->s;
	struct past *past = &w->past[w->n_past++];

	past->before = hash_pole(s->pole);
	check_births(w, c);
	pole_apply(s->pole, c);
	settle(s->pole, s->now, &s->arena, c);
	check_moves(w, c);
	past->changes = *c;
	*c = (struct changes){0};
	check_all(w);
}

static const struct person *random_person(struct world *w)
{
	const struct life_scene *s = w->s;
	const struct person *persons[] = {s->m1,       s->m1,	    s->m2,	   s->m2,
					  s->manager1, s->manager2, s->coordinator};

	return persons[below(w, 7)];
}

/* Mostly one of which something may still become. */
static int64_t random_booking(struct world *w)
{
	int64_t next = pole_next_booking(w->s->pole), number = 0;

	for (int tries = 0; next > 1 && tries < 12; tries++) {
		number = 1 + (int64_t)below(w, (uint32_t)(next - 1));
		if (booking_state_is_open(pole_booking(w->s->pole, number)->state) || chance(w, 10))
			break;
	}
	return number;
}

/* One in that state, if there is one: the next from a number drawn; mostly. */
static int64_t random_in(struct world *w, enum booking_state state)
{
	int64_t any = random_booking(w);

	if (chance(w, 20))
		return any;
	for (const struct booking *b = pole_booking_after(w->s->pole, any - 1); b;
	     b = pole_booking_after(w->s->pole, b->number))
		if (b->state == state)
			return b->number;
	return any;
}

/* One that may be taken out now, if there is one. */
static int64_t random_startable(struct world *w)
{
	for (const struct booking *b = pole_booking_after(w->s->pole, 0); b;
	     b = pole_booking_after(w->s->pole, b->number))
		if (b->state == BOOKING_CONFIRMED && b->span.end > w->s->now &&
		    b->span.start < w->s->now + OUT_EARLY_S && chance(w, 50))
			return b->number;
	return random_booking(w);
}

static struct span random_span(struct world *w)
{
	struct span s;

	s.start = w->s->now - w->s->now % QUARTER + QUARTER + below(w, 100) * QUARTER;
	s.end = s.start + (1 + below(w, 24)) * QUARTER;
	return s;
}

static void act_book(struct world *w, const struct asker *who, struct answer *ret,
		     struct changes *c)
{
	static const char *const things[] = {"van",  "van",  "van-1", "minibus",
					     "hall", "room", "laser", "store"};
	struct ask_book ask = {.what = things[below(w, 8)], .span = random_span(w)};
	const struct ask_item items[] = {{.what = ask.what, .span = ask.span},
					 {.what = "room", .span = random_span(w)}};

	if (pole_n_bookings(w->s->pole) >= BOOKINGS_MAX)
		return;
	ask.member = chance(w, 50) ? "m1" : "m2";
	ask.hold = chance(w, 25);
	ask.wait = chance(w, 60);
	if (chance(w, 15)) {
		ask.length.seconds = ask.span.end - ask.span.start;
		ask.within = (struct span){ask.span.start, ask.span.end + 8 * HOUR};
	} else if (chance(w, 15)) {
		ask.items = items;
		ask.n_items = 2;
	}
	decide_book(w->s->pole, who, &ask, &w->s->arena, ret, c);
}

static void act_move(struct world *w, const struct asker *who, struct answer *ret,
		     struct changes *c)
{
	const struct booking *b = pole_booking(w->s->pole, random_booking(w));
	struct ask_move ask = {.has_start = chance(w, 50)};

	if (!b)
		return;
	ask.booking = b->number;
	ask.has_end = !ask.has_start;
	ask.span.start = b->span.start + ((int64_t)below(w, 40) - 20) * QUARTER;
	ask.span.end = b->span.end + ((int64_t)below(w, 12) - 4) * QUARTER;
	decide_move(w->s->pole, who, &ask, &w->s->arena, ret, c);
}

static void act_out_or_back(struct world *w, const struct asker *who, struct answer *ret,
			    struct changes *c)
{
	struct ask_out ask = {.booking = random_startable(w)};

	if (chance(w, 60)) {
		decide_out(w->s->pole, who, &ask, &w->s->arena, ret, c);
		return;
	}
	ask.booking = random_in(w, BOOKING_OUT);
	decide_back(w->s->pole, who, &ask, &w->s->arena, ret, c);
}

static void act_give_up(struct world *w, const struct asker *who, struct answer *ret,
			struct changes *c)
{
	int64_t booking = random_booking(w);

	if (chance(w, 40))
		decide_give_back(w->s->pole, who, booking, below(w, 2), &w->s->arena, ret, c);
	else
		decide_cancel(w->s->pole, who, booking, &w->s->arena, ret, c);
}

static void act_decide(struct world *w, const struct asker *who, struct answer *ret,
		       struct changes *c)
{
	int64_t booking = random_in(w, BOOKING_REQUESTED);

	if (chance(w, 70))
		decide_approve(w->s->pole, who, booking, NULL, &w->s->arena, ret, c);
	else
		decide_decline(w->s->pole, who, booking, NULL, &w->s->arena, ret, c);
}

static void act_pending(struct world *w, const struct asker *who, struct answer *ret,
			struct changes *c)
{
	int64_t booking = random_in(w, BOOKING_HELD);
	bool seek = chance(w, 50);

	/* Offers are few. */
	for (const struct booking *b = pole_booking_after(w->s->pole, 0); seek && b;
	     b = pole_booking_after(w->s->pole, b->number))
		if (booking_is_offer(b))
			booking = b->number;
	if (chance(w, 60))
		decide_confirm(w->s->pole, who, booking, &w->s->arena, ret, c);
	else
		decide_pass(w->s->pole, who, booking, chance(w, 50), &w->s->arena, ret, c);
}

static void act_swap(struct world *w, const struct asker *who, struct answer *ret,
		     struct changes *c)
{
	int64_t with = random_booking(w), booking = random_booking(w);
	bool seek = chance(w, 70);

	/* An open proposal is taken up more often than chance would have it. */
	for (const struct booking *b = pole_booking_after(w->s->pole, 0); seek && b;
	     b = pole_booking_after(w->s->pole, b->number))
		if (booking_says(b)->swap_with) {
			booking = booking_says(b)->swap_with;
			with = b->number;
		}
	decide_swap(w->s->pole, who, chance(w, 80) ? booking : with, chance(w, 80) ? with : 0,
		    &w->s->arena, ret, c);
}

static void act_dispute(struct world *w, const struct asker *who, struct answer *ret,
			struct changes *c)
{
	int64_t booking = random_booking(w);

	if (chance(w, 50))
		decide_dispute(w->s->pole, who, booking, "x", &w->s->arena, ret, c);
	else
		decide_settlement(w->s->pole, who, booking, chance(w, 50), "y", &w->s->arena, ret,
				  c);
}

static void act_outage(struct world *w, const struct asker *who, struct answer *ret,
		       struct changes *c)
{
	static const char *const things[] = {"van-1", "van-2", "room", "minibus"};
	const struct ask_outage ask = {.what = things[below(w, 4)], .span = random_span(w)};
	struct outage_answer answer;
	size_t n;
	const struct outage *outages = pole_outages(w->s->pole, &n);

	if (n > 0 && chance(w, 60))
		decide_reopen(w->s->pole, who, outages[below(w, (uint32_t)n)].number, &answer, c);
	else
		decide_outage(w->s->pole, who, &ask, &w->s->arena, &answer, c);
	w->has_outage = answer.reason == REASON_NONE;
}

static void (*const acts[])(struct world *w, const struct asker *who, struct answer *ret,
			    struct changes *c) = {
    act_book,	 act_book,   act_book,	  act_book,    act_move, act_out_or_back, act_out_or_back,
    act_give_up, act_decide, act_pending, act_pending, act_swap, act_dispute,	  act_outage,
};

static void pass_time(struct world *w)
{
	const struct booking *first = pole_first_due(w->s->pole);
	struct changes c = {0};

	w->s->now += below(w, 4) * QUARTER / 2 + below(w, 60);
	if (first && chance(w, 30) && first->due_at > w->s->now &&
	    first->due_at < w->s->now + DAY_S)
		w->s->now = first->due_at;
	decide_tick(w->s->pole, w->s->now, 1000, &w->s->arena, &c);
	happen(w, &c);
	first = pole_first_due(w->s->pole);
	assert_true(!first || first->due_at > w->s->now);
}

static void act(struct world *w)
{
	const struct asker who = life_asker(w->s, random_person(w));
	struct answer answer = {0};
	struct changes c = {0};

	w->has_outage = false;
	acts[below(w, sizeof(acts) / sizeof(*acts))](w, &who, &answer, &c);
	if (answer.booking || w->has_outage) {
		happen(w, &c);
		return;
	}
	assert_int_equal(c.n, 0);
}

static void undo_all(struct world *w)
{
	while (w->n_past > 0) {
		struct past *past = &w->past[--w->n_past];

		pole_undo(w->s->pole, &past->changes);
		assert_true(hash_pole(w->s->pole) == past->before);
		changes_clear(&past->changes);
	}
	assert_int_equal(pole_n_bookings(w->s->pole), 0);
}

/* m2 may displace others, an hour before they begin at the latest; one member's vans share a
 * buffer, or not. */
static struct policy *policy_with_rights(bool shares)
{
	struct policy *p = life_policy();
	struct conflict_rules *c = &p->conflicts;

	p->resources[0].shares_buffer = shares; /* the van */
	c->displace.enabled = true;
	c->displace.notice.seconds = HOUR;
	c->displace.by.members = arena_new(&p->arena, const struct member *);
	c->displace.by.members[c->displace.by.n_members++] = &p->members[1];
	return p;
}

static unsigned live(uint64_t seed)
{
	void *scene;
	struct world *w = memory_new(sizeof(*w));
	unsigned causes;

	life_setup(&scene);
	w->s = scene;
	w->seed = seed;
	fixture_apply(w->s->pole, policy_with_rights(seed % 2));
	life_qualify(w->s, &w->s->m1, "laser", "2026-12-01");
	for (int i = 0; i < ACTS && w->n_past < ACTS - 1; i++) {
		act(w);
		if (chance(w, 20) && w->n_past < ACTS - 1)
			pass_time(w);
	}
	undo_all(w);
	causes = w->causes;
	life_teardown(&scene);
	free(w);
	return causes;
}

static void random_lives(void **state)
{
	const char *given = getenv("LIFE_SEED");
	uint64_t first = given ? strtoull(given, NULL, 10) : 1;
	unsigned causes = 0;

	for (uint64_t seed = first; seed < first + SEEDS; seed++) {
		print_message("seed %llu\n", (unsigned long long)seed);
		causes |= live(seed);
	}
	for (int c = CAUSE_BOOKED; c < N_CAUSES && !given; c++) {
		if (!(causes & 1u << c))
			print_message("never: %s\n", cause_words[c]);
		assert_true(causes & 1u << c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_lives)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
