/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Explanations in random histories: each request is explained before it is decided. The verdict
 * must be that of the decision, every refusal must have a finding that says the same of its thing,
 * and what is found must bear the verdict out: units that are free and rules that are kept where it
 * is granted, too few of them where it is not. Remedies are tried.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lib/explain.h"
#include "tests/lib/scene.h"
#include "tests/lib/zone_file.h"

#define SEEDS 12
#define ACTS 250
#define HOUR 3600

struct history {
	struct scene scene;
	struct draw draw;
	int64_t first_day;
	size_t n_granted, n_refused, n_used[N_REMEDY_KINDS], n_helped[N_REMEDY_KINDS];
	size_t n_by[N_REASONS];
};

static bool chance(struct history *h, uint64_t percent)
{
	return draw_below(&h->draw, 100) < percent;
}

static struct limit quota(enum quota_measure measure, int64_t at_most, enum quota_window window)
{
	return (struct limit){.kind = LIMIT_QUOTA,
			      .quota = {.of = QUOTA_OF_MEMBER,
					.measure = measure,
					.at_most = at_most,
					.window = window,
					.peak = {.always = true}}};
}

static void add_rules(struct history *h, struct policy *p, struct resource *van, struct resource *a)
{
	struct limit keep = {.kind =
				 LIMIT_KEEP}; /* never released: else time alone would free it */
	struct limit who = {.kind = LIMIT_WHO};
	struct rule *rule;

	fixture_rule(p, van, NULL, quota(QUOTA_BOOKINGS, 4, QUOTA_CALENDAR_WEEK));
	fixture_rule(p, van, "small", fixture_duration(0, 4 * HOUR, 0));
	fixture_rule(p, van, NULL, fixture_lead(0, 10 * HOUR));
	fixture_rule(p, a, NULL, fixture_horizon(2));
	keep.keep.party.owner = true;
	rule = chance(h, 50) ? fixture_rule(p, van, NULL, keep) : NULL;
	if (rule) {
		rule->units = arena_new_n(&p->arena, const struct unit *, 1);
		rule->units[rule->n_units++] = &van->units[0];
	}
	who.who.classes = arena_new_n(&p->arena, const char *, 1);
	who.who.classes[who.who.n_classes++] = "founder";
	rule = fixture_rule(p, a, NULL, who);
	rule->has_when = true;
	rule->when = (struct when){.days = 1 << WEDNESDAY, .hours = {.always = true}};
	if (chance(h, 50))
		fixture_rule(p, a, NULL, fixture_start(2 * HOUR));
}

static struct policy *policy_of(struct history *h)
{
	struct policy *p = scene_policy();
	struct resource *van = fixture_resource(p, "van", 3), *a, *b, *hall;
	struct resource *truck = fixture_resource(p, "truck", 1);

	van->units[0].owner = &p->members[0];
	van->buffer_after.seconds = 1800;
	van->stands_in = arena_new_n(&p->arena, const struct resource *, 1);
	van->stands_in[van->n_stands_in++] = truck;
	fixture_open(p, van, 8, 20);
	van->spans_closed = true;
	a = fixture_resource(p, "a", 1);
	b = fixture_resource(p, "b", 1);
	hall = fixture_resource(p, "hall", 1);
	hall->parts = arena_new_n(&p->arena, const struct resource *, 2);
	hall->parts[hall->n_parts++] = a;
	hall->parts[hall->n_parts++] = b;
	assert_true(resource_find_leaves(hall, &p->arena));
	fixture_capacity(p, "bench", 4);
	fixture_resource(p, "kit", 3);
	add_rules(h, p, van, a);
	p->conflicts.repack = chance(h, 70);
	p->conflicts.displace.enabled = chance(h, 70);
	p->conflicts.displace.by.owner = true;
	p->conflicts.displace.notice.seconds = 12 * HOUR;
	p->conflicts.waiting.enabled = chance(h, 80);
	return p;
}

/* Reasons that are about neither a rule, nor hours, nor a unit. */
static bool is_about_the_request(enum reason r)
{
	return r == REASON_PAST || r == REASON_TOO_MANY || r == REASON_EMPTY_SPAN ||
	       r <= REASON_FORBIDDEN;
}

static bool says(const struct finding *f, const struct refusal *r)
{
	if (f->item != r->item || f->kept)
		return false;
	if (r->rule)
		return f->kind == FINDING_RULE && f->rule == r->rule &&
		       f->refusal.reason == r->reason;
	if (r->reason == REASON_CLOSED)
		return f->kind == FINDING_HOURS;
	if (is_about_the_request(r->reason))
		return f->refusal.reason == r->reason;
	return f->kind == FINDING_UNIT &&
	       f->refusal.reason == (r->reason == REASON_UNDECIDED ? REASON_CONFLICT : r->reason);
}

static void check_refused(struct history *h, const struct explanation *e)
{
	h->n_refused++;
	for (size_t i = 0; i < e->answer.n_refusals; i++) {
		bool found = false;

		h->n_by[e->answer.refusals[i].reason]++;
		for (size_t j = 0; j < e->n; j++)
			found |= says(&e->findings[j], &e->answer.refusals[i]);
		assert_true(found);
	}
}

static size_t count_kept(const struct explanation *e, uint32_t item)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n; i++)
		if (e->findings[i].kind == FINDING_UNIT && e->findings[i].item == item)
			n += e->findings[i].n_places ? e->findings[i].n_free : e->findings[i].kept;
	return n;
}

static bool is_moved_for(const struct explanation *e)
{
	return e->remedies[REMEDY_REPACK].use == REMEDY_USED ||
	       e->remedies[REMEDY_DISPLACE].use == REMEDY_USED;
}

static void check_granted(struct history *h, const struct explanation *e)
{
	const struct booking *b = e->answer.booking;

	h->n_granted++;
	for (uint32_t k = 0; k < b->n_items; k++)
		assert_true(count_kept(e, k) >= b->items[k].quantity || is_moved_for(e));
	for (size_t i = 0; i < e->n; i++) {
		const struct finding *f = &e->findings[i];

		assert_int_not_equal(f->kind, FINDING_OTHER);
		assert_true(f->kept || f->kind == FINDING_UNIT || f->unit);
		assert_true(!f->chosen || f->kept || is_moved_for(e));
	}
}

/* Of units that could be had, those are taken that leave the least idle. */
static void check_choice(const struct explanation *e)
{
	int64_t worst = INT64_MIN, best_left = INT64_MAX;
	size_t n_chosen = 0;

	for (size_t i = 0; i < e->n; i++) {
		const struct finding *f = &e->findings[i];

		if (f->kind != FINDING_UNIT || f->n_places)
			continue;
		n_chosen += f->chosen;
		if (f->chosen && f->slack_s > worst)
			worst = f->slack_s;
		if (!f->chosen && f->kept && f->slack_s < best_left)
			best_left = f->slack_s;
	}
	if (n_chosen > 0 && !is_moved_for(e))
		assert_true(worst <= best_left);
}

static void check_remedies(struct history *h, const struct asker *who, const struct ask_book *ask,
			   const struct explanation *e)
{
	struct scene *s = &h->scene;
	struct ask_book other = *ask;
	struct changes c = {0};
	struct answer answer;

	for (int i = 0; i < N_REMEDY_KINDS; i++) {
		h->n_used[i] += e->remedies[i].use == REMEDY_USED;
		h->n_helped[i] += e->remedies[i].use == REMEDY_HELPS;
	}
	if (e->answer.booking)
		return;
	other.wait = true;
	decide_book(s->pole, who, &other, &s->arena, &answer, &c);
	assert_int_equal(answer.booking != NULL, e->remedies[REMEDY_WAIT].use == REMEDY_HELPS);
	assert_int_equal(answer.booking != NULL, e->waiting != NULL);
	if (answer.booking) {
		assert_int_equal(e->n_queue, answer.turn.n);
		assert_int_equal(e->queue[answer.turn.place - 1].booking->number,
				 answer.booking->number);
	}
	changes_clear(&c);
	if (e->remedies[REMEDY_STAND_IN].use != REMEDY_HELPS || !span_is_empty(ask->within))
		return;
	other = *ask;
	other.what = e->remedies[REMEDY_STAND_IN].resource->id;
	decide_book(s->pole, who, &other, &s->arena, &answer, &c);
	assert_non_null(answer.booking);
	changes_clear(&c);
}

static void check_verdict(const struct answer *answer, const struct explanation *e)
{
	assert_int_equal(answer->booking != NULL, e->answer.booking != NULL);
	assert_int_equal(answer->n_refusals, e->answer.n_refusals);
	for (size_t i = 0; i < answer->n_refusals; i++) {
		assert_int_equal(answer->refusals[i].reason, e->answer.refusals[i].reason);
		assert_ptr_equal(answer->refusals[i].rule, e->answer.refusals[i].rule);
	}
	if (!answer->booking)
		return;
	assert_int_equal(answer->booking->state, e->answer.booking->state);
	assert_true(span_equals(answer->booking->span, e->answer.booking->span));
	assert_int_equal(answer->booking->n_allocations, e->answer.booking->n_allocations);
	for (size_t i = 0; i < answer->booking->n_allocations; i++) {
		const struct allocation *x = &answer->booking->allocations[i];
		const struct allocation *y = &e->answer.booking->allocations[i];

		assert_true(x->resource == y->resource && x->lane == y->lane &&
			    x->item == y->item && span_equals(x->during, y->during));
	}
}

static void explain_and_ask(struct history *h, const struct asker *who, const struct ask_book *ask)
{
	struct scene *s = &h->scene;
	struct changes c = {0};
	struct explanation e;

	explain_book(s->pole, who, ask, &s->arena, &e);
	decide_book(s->pole, who, ask, &s->arena, &s->answer, &c);
	check_verdict(&s->answer, &e);
	if (s->answer.n_refusals > 0)
		check_refused(h, &e);
	else
		check_granted(h, &e);
	if (s->answer.n_refusals == 0 && ask->n_items == 0 && span_is_empty(ask->within))
		check_choice(&e);
	check_remedies(h, who, ask, &e);
	explanation_release(&e);
	if (c.n > 0 && who->now == s->now)
		scene_happen(s, &c);
	else
		changes_clear(&c);
}

static struct span random_span(struct history *h)
{
	int64_t start = h->first_day + draw_between(&h->draw, 0, 2) * DAY_S +
			draw_between(&h->draw, 6, 17) * HOUR;

	return (struct span){start, start + draw_between(&h->draw, 1, 6) * HOUR};
}

static const char *random_thing(struct history *h)
{
	static const char *const things[] = {"van", "van", "van", "van", "van-1", "hall",  "a",
					     "b",   "kit", "kit", "kit", "kit",	  "bench", "vna"};

	return things[draw_below(&h->draw, 14)];
}

static void ask(struct history *h)
{
	struct scene *s = &h->scene;
	struct asker who = {s->of[1 + draw_below(&h->draw, SCENE_MEMBERS)], s->now};
	struct ask_item items[2] = {{.what = random_thing(h), .span = random_span(h)},
				    {.what = random_thing(h), .span = random_span(h)}};
	struct ask_book q = {.what = items[0].what, .span = items[0].span, .wait = chance(h, 40)};

	if (strcmp(q.what, "bench") == 0)
		q.quantity = 1 + (uint32_t)draw_below(&h->draw, 6);
	else if (chance(h, 15))
		q.quantity = 2;
	if (chance(h, 20)) {
		q.within = (struct span){q.span.start, q.span.start + 12 * HOUR};
		q.length.seconds = q.span.end - q.span.start;
		if (strcmp(q.what, "a") == 0)
			q.wait =
			    false; /* time alone brings more of the window within the horizon */
	} else if (chance(h, 15)) {
		q.items = items;
		q.n_items = 2;
		q.wait = false; /* the scene asks again only for one thing */
	}
	q.hold = !q.wait && chance(h, 20);
	if (chance(h, 10))
		who.person = s->coordinator;
	if (chance(h, 3))
		who.now = q.span.start + 1;
	explain_and_ask(h, &who, &q);
}

static void explain_existing(struct history *h)
{
	struct scene *s = &h->scene;
	int64_t next = pole_next_booking(s->pole);
	const struct booking *b =
	    next > 1 ? pole_booking(s->pole, draw_between(&h->draw, 1, next - 1)) : NULL;
	struct explanation e;
	size_t n_chosen = 0;

	if (!b)
		return;
	explain_booking(s->pole, &(struct asker){pole_person(s->pole, b->person), s->now}, b,
			&s->arena, &e);
	assert_ptr_equal(e.answer.booking, b);
	assert_int_equal(e.waiting != NULL, booking_state_queues(b->state));
	for (size_t i = 0; i < e.n; i++)
		n_chosen += e.findings[i].chosen;
	assert_int_equal(n_chosen > 0, b->n_allocations > 0);
	if (b->state == BOOKING_CONFIRMED || b->state == BOOKING_HELD)
		assert_true(count_kept(&e, 0) >= b->items[0].quantity);
	explanation_release(&e);
}

static void cancel_one(struct history *h)
{
	struct scene *s = &h->scene;
	int64_t next = pole_next_booking(s->pole);
	const struct booking *b =
	    next > 1 ? pole_booking(s->pole, draw_between(&h->draw, 1, next - 1)) : NULL;

	if (b && booking_state_is_open(b->state) && b->state != BOOKING_OUT)
		scene_cancel(s, b->number);
}

static void break_one(struct history *h)
{
	static const char *const things[] = {"a", "bench", "kit", "van-2"};
	const size_t which = draw_below(&h->draw, 4);
	struct span s = random_span(h);

	if (s.start >= h->scene.now) /* a closure is of a resource, not of one of its units */
		scene_outage(&h->scene, things[which], s, which < 3 && chance(h, 30));
}

static void run(uint64_t seed, struct history *h)
{
	h->draw = (struct draw){.state = seed};
	scene_begin(&h->scene, policy_of(h), "2026-12-01T06:00");
	h->first_day = fixture_at("2026-12-02T00:00");
	for (int i = 0; i < ACTS; i++) {
		uint64_t what = draw_below(&h->draw, 100);

		h->scene.now += (int64_t)draw_below(&h->draw, 400);
		scene_until(&h->scene, h->scene.now);
		if (what < 65)
			ask(h);
		else if (what < 80)
			explain_existing(h);
		else if (what < 98)
			cancel_one(h);
		else
			break_one(h);
		arena_clear(&h->scene.arena);
	}
	scene_end(&h->scene);
}

static void explanations_bear_the_decision_out(void **state)
{
	static const enum reason met[] = {REASON_CONFLICT,	  REASON_CLOSED,   REASON_OUTAGE,
					  REASON_QUOTA,		  REASON_KEPT,	   REASON_WHO,
					  REASON_HORIZON,	  REASON_TOO_LONG, REASON_LEAD,
					  REASON_START_GRID,	  REASON_PAST,	   REASON_TOO_MANY,
					  REASON_UNKNOWN_RESOURCE};
	static struct history h;

	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run(seed, &h);
	/* The histories are about what they should be about. */
	assert_true(h.n_granted > 300 && h.n_refused > 300);
	for (size_t i = 0; i < sizeof(met) / sizeof(*met); i++)
		if (h.n_by[met[i]] == 0)
			fail_msg("no refusal for reason %d", (int)met[i]);
	assert_true(h.n_used[REMEDY_REPACK] > 0 && h.n_used[REMEDY_DISPLACE] > 0);
	assert_true(h.n_helped[REMEDY_STAND_IN] > 0 && h.n_helped[REMEDY_WAIT] > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(explanations_bear_the_decision_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
