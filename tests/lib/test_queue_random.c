/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random histories of queues: members book, wait, hold, confirm, pass, move and cancel; vans break
 * down and come back, doors close, policies change, time goes by. After every act the scene checks
 * that nobody is left waiting who could be served; here it is checked besides that who was offered
 * something was the first, by an order that is worked out anew from what is written on the
 * bookings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lib/share.h"
#include "tests/lib/scene.h"
#include "tests/lib/zone_file.h"

#define SEEDS 30
#define ACTS 300
#define NUMBERS_MAX 4096
#define HOUR 3600

struct history {
	struct scene scene;
	struct draw draw;
	int64_t first_day;
	size_t n_vans;
	size_t n_offers, n_checked, n_back, n_displaced;
	size_t n_turns;
};

static bool chance(struct history *h, uint64_t percent)
{
	return draw_below(&h->draw, 100) < percent;
}

static struct policy *policy_of(struct history *h)
{
	struct policy *p = scene_policy();
	struct limit quota = {.kind = LIMIT_QUOTA};
	struct resource *van = fixture_resource(p, "van", h->n_vans), *a, *b, *hall;
	struct resource *truck = fixture_resource(p, "truck", 1);

	van->units[0].owner = &p->members[0];
	van->buffer_after.seconds = 1800;
	van->stands_in = arena_new_n(&p->arena, const struct resource *, 1);
	van->stands_in[van->n_stands_in++] = truck;
	a = fixture_resource(p, "a", 1);
	b = fixture_resource(p, "b", 1);
	hall = fixture_resource(p, "hall", 1);
	hall->parts = arena_new_n(&p->arena, const struct resource *, 2);
	hall->parts[hall->n_parts++] = a;
	hall->parts[hall->n_parts++] = b;
	assert_true(resource_find_leaves(hall, &p->arena));
	fixture_capacity(p, "bench", 4);
	quota.quota = (struct quota){.of = QUOTA_OF_MEMBER,
				     .measure = QUOTA_BOOKINGS,
				     .at_most = 4,
				     .window = QUOTA_CALENDAR_WEEK};
	fixture_rule(p, van, NULL, quota);
	p->conflicts.displace.enabled = true;
	p->conflicts.displace.by.owner = true;
	p->conflicts.displace.notice.seconds = 12 * HOUR;
	p->conflicts.displace.replace_first = chance(h, 50);
	return p;
}

static int64_t random_start(struct history *h)
{
	return h->first_day + draw_between(&h->draw, 0, 2) * DAY_S +
	       draw_between(&h->draw, 8, 17) * HOUR;
}

static bool is_first(const struct booking *b)
{
	return b->state != BOOKING_WAITING;
}

static int64_t asked_at(const struct booking *b)
{
	return is_first(b) ? b->made_at : booking_says(b)->queued_at;
}

/* Whether `a` goes before `b`: displaced and suspended; founders; less used; first come. */
static bool goes_before(const struct scene *s, const struct booking *a, const struct booking *b)
{
	const struct member *m = pole_member(s->pole, a->member),
			    *n = pole_member(s->pole, b->member);
	double used_a = share_of(s->pole, m, s->now).used,
	       used_b = share_of(s->pole, n, s->now).used;

	if (is_first(a) != is_first(b))
		return is_first(a);
	if (!is_first(a) && strcmp(m->class, n->class) != 0)
		return strcmp(m->class, "founder") == 0;
	if (!is_first(a) && used_a != used_b)
		return used_a < used_b;
	if (asked_at(a) != asked_at(b))
		return asked_at(a) < asked_at(b);
	return a->number < b->number;
}

/* The one offer of the last act; NULL: none, several, or others were moved for it. */
static const struct change *only_offer(const struct scene *s)
{
	const struct changes *c = &s->acts[s->n_acts - 1];
	const struct change *offer = NULL;

	for (size_t i = 0; i < c->n; i++) {
		if (c->items[i].kind != CHANGE_BOOKING)
			continue;
		if (offer || c->items[i].cause == CAUSE_REPACKED)
			return NULL;
		if (c->items[i].cause == CAUSE_OFFERED &&
		    c->items[i].booking.before->state == BOOKING_WAITING)
			offer = &c->items[i];
	}
	return offer;
}

/* With the offer taken back, nobody who goes before could have had it. */
static void check_turn(struct history *h)
{
	struct scene *s = &h->scene;
	const struct change *offer = only_offer(s);
	struct changes back = {0};
	const int64_t *queue;
	size_t n;

	if (!offer)
		return;
	h->n_offers++;
	changes_add_booking(&back, CAUSE_NONE, offer->booking.after,
			    booking_ref(offer->booking.before));
	pole_apply(s->pole, &back);
	queue = pole_queue(s->pole, &n);
	for (size_t i = 0; i < n; i++) {
		const struct booking *b = pole_booking(s->pole, queue[i]);

		if (b == offer->booking.before || !goes_before(s, b, offer->booking.before))
			continue;
		h->n_checked++;
		assert_false(is_first(b) ? scene_has_its_place(s, b) : scene_could_serve(s, b));
	}
	pole_undo(s->pole, &back);
	changes_clear(&back);
}

/* All turns at once are what each is by itself. */
static void check_all_turns(struct history *h)
{
	struct scene *s = &h->scene;
	size_t n, n_all;
	const int64_t *queue = pole_queue(s->pole, &n);
	struct turn *all = queue_turns(s->pole, s->now, &s->arena, &n_all), one;

	assert_int_equal(n, n_all);
	for (size_t i = 0; i < n; i++) {
		one = queue_turn(s->pole, pole_booking(s->pole, queue[i]), s->now, &s->arena);
		assert_int_equal(all[i].place, one.place);
		assert_int_equal(all[i].n, one.n);
		h->n_turns += one.n > 1;
	}
}

/* What was decided happens, if it was granted. */
static void go_on(struct history *h, struct changes *c)
{
	struct scene *s = &h->scene;

	if (!s->answer.booking || c->n == 0) {
		changes_clear(c);
		return;
	}
	scene_happen(s, c);
	for (size_t i = 0; i < s->acts[s->n_acts - 1].n; i++) {
		enum cause cause = s->acts[s->n_acts - 1].items[i].cause;

		h->n_back += cause == CAUSE_REPLACED || cause == CAUSE_RESTORED;
		h->n_displaced += cause == CAUSE_DISPLACED;
	}
	check_turn(h);
}

static void ask(struct history *h)
{
	static const char *const things[] = {"van",  "van", "van", "van-1",
					     "hall", "a",   "b",   "bench"};
	struct scene *s = &h->scene;
	struct ask_book q = {.what = things[draw_below(&h->draw, 8)], .wait = chance(h, 80)};
	struct changes c = {0};
	int64_t length_s = draw_between(&h->draw, 1, 6) * HOUR;

	q.span.start = random_start(h);
	q.span.end = q.span.start + length_s;
	if (strcmp(q.what, "bench") == 0)
		q.quantity = 1 + (uint32_t)draw_below(&h->draw, 4);
	else if (strcmp(q.what, "van") == 0 && chance(h, 15))
		q.quantity = 2;
	if (chance(h, 25)) {
		q.within = (struct span){q.span.start, q.span.start + 12 * HOUR};
		q.length.seconds = length_s;
	}
	q.hold = !q.wait && chance(h, 50);
	decide_book(s->pole,
		    &(struct asker){s->of[1 + draw_below(&h->draw, SCENE_MEMBERS)], s->now}, &q,
		    &s->arena, &s->answer, &c);
	go_on(h, &c);
}

static const struct booking *any_open(struct history *h)
{
	const struct booking *b = NULL;
	int64_t next = pole_next_booking(h->scene.pole);

	for (int i = 0; i < 40 && next > 1; i++) {
		b = pole_booking(h->scene.pole, draw_between(&h->draw, 1, next - 1));
		if (b && booking_state_is_open(b->state))
			return b;
	}
	return NULL;
}

static void alter(struct history *h)
{
	struct scene *s = &h->scene;
	const struct booking *b = any_open(h);
	struct ask_move move = {.has_start = true};
	struct changes c = {0};
	struct asker who;

	if (!b)
		return;
	who = (struct asker){pole_person(s->pole, b->person), s->now};
	switch (draw_below(&h->draw, 7)) {
	case 0:
		decide_confirm(s->pole, &who, b->number, &s->arena, &s->answer, &c);
		break;
	case 1:
		decide_pass(s->pole, &who, b->number, chance(h, 50), &s->arena, &s->answer, &c);
		break;
	case 2:
		move.booking = b->number;
		move.span.start = random_start(h);
		decide_move(s->pole, &who, &move, &s->arena, &s->answer, &c);
		break;
	case 3:
		decide_out(s->pole, &who, &(struct ask_out){.booking = b->number}, &s->arena,
			   &s->answer, &c);
		break;
	case 4:
		decide_back(s->pole, &who, &(struct ask_out){.booking = b->number}, &s->arena,
			    &s->answer, &c);
		break;
	default:
		decide_cancel(s->pole, &who, b->number, &s->arena, &s->answer, &c);
	}
	go_on(h, &c);
}

static void break_or_mend(struct history *h)
{
	static const char *const things[] = {"van-1", "van-2", "van", "a", "hall", "bench"};
	struct scene *s = &h->scene;
	int64_t start = random_start(h);
	const size_t which = draw_below(&h->draw, 6);
	size_t n;
	const struct outage *outages = pole_outages(s->pole, &n);

	if (n > 0 && chance(h, 60))
		scene_reopen(s, outages[draw_below(&h->draw, n)].number);
	else if (start >= s->now)
		scene_outage(s, things[which],
			     (struct span){start, start + draw_between(&h->draw, 2, 30) * HOUR},
			     which > 1 && chance(h, 30)); /* no closure of one unit */
	else
		return;
	check_turn(h);
}

static void run(uint64_t seed, struct history *h)
{
	uint64_t what;

	*h = (struct history){.draw = {.state = seed}, .n_vans = 3};
	scene_begin(&h->scene, policy_of(h), "2026-12-01T06:00");
	h->first_day = fixture_at("2026-12-02T00:00");
	for (int i = 0; i < ACTS; i++) {
		what = draw_below(&h->draw, 100);
		h->scene.now += (int64_t)draw_below(&h->draw, 600);
		scene_until(&h->scene, h->scene.now);
		if (what < 55)
			ask(h);
		else if (what < 92)
			alter(h);
		else if (what < 98)
			break_or_mend(h);
		else {
			h->n_vans = 2 + draw_below(&h->draw, 3);
			scene_apply(&h->scene, policy_of(h));
		}
		if (i % 16 == 0)
			check_all_turns(h);
		arena_clear(&h->scene.arena);
	}
}

static void nobody_jumps_the_queue(void **state)
{
	struct history h;
	size_t n_offers = 0, n_checked = 0, n_back = 0, n_displaced = 0, n_turns = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		run(seed, &h);
		n_offers += h.n_offers;
		n_checked += h.n_checked;
		n_back += h.n_back;
		n_displaced += h.n_displaced;
		n_turns += h.n_turns;
		scene_end(&h.scene);
	}
	/* The histories are about what they should be about. */
	assert_true(n_offers > 100 && n_checked > 1000 && n_back > 30 && n_displaced > 30);
	assert_true(n_turns > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nobody_jumps_the_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
