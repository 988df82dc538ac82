/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Breakdowns, repairs and closures: what becomes of the bookings that stand there. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/scene.h"

#define TUESDAY "2026-12-01T08:00"
#define FROM "2026-12-05T08:00"
#define TO "2026-12-05T12:00"

static int64_t book(struct scene *s, int member, const char *what, const char *from, const char *to)
{
	const struct booking *b = scene_book(s, member, what, from, to);

	assert_non_null(b);
	return b->number;
}

static void vans(struct scene *s, size_t n)
{
	struct policy *p = scene_policy();

	fixture_resource(p, "van", n);
	scene_begin(s, p, TUESDAY);
}

static bool is_at(const struct scene *s, int64_t booking, const char *from, const char *to)
{
	return span_equals(pole_booking(s->pole, booking)->span, fixture_span(from, to));
}

/* DOMAIN 5.1: a half-day repair blocked the whole day. */
static void half_day_repair_leaves_the_other_half(void **state)
{
	struct scene s;
	int64_t morning, afternoon;

	vans(&s, 1);
	morning = book(&s, 1, "van", "2026-12-05T09:00", "2026-12-05T11:00");
	afternoon = book(&s, 2, "van", "2026-12-05T14:00", "2026-12-05T16:00");
	scene_outage(&s, "van", fixture_span(FROM, TO), false);
	assert_int_equal(scene_state(&s, morning), BOOKING_SUSPENDED);
	assert_int_equal(scene_state(&s, afternoon), BOOKING_CONFIRMED);
	assert_int_equal(
	    scene_state(&s, book(&s, 3, "van", "2026-12-05T12:00", "2026-12-05T14:00")),
	    BOOKING_CONFIRMED);
	assert_int_equal(
	    scene_state(&s, book(&s, 3, "van", "2026-12-05T07:00", "2026-12-05T08:00")),
	    BOOKING_CONFIRMED);
	scene_end(&s);
}

/* DOMAIN 5.1: bookings must be told, later re-opened; blocked is not cancelled by the user. */
static void blocked_is_not_cancelled(void **state)
{
	struct scene s;
	int64_t own, outage;
	const struct booking *b;

	vans(&s, 1);
	own = book(&s, 1, "van", FROM, TO);
	outage = scene_outage(&s, "van", fixture_span(FROM, "2026-12-06T00:00"), false);
	b = pole_booking(s.pole, own);
	assert_true(b->state == BOOKING_SUSPENDED && booking_says(b)->outage == outage);
	assert_int_equal(scene_cause(&s, own), CAUSE_SUSPENDED);
	assert_int_equal(b->ended_at, 0);
	assert_int_equal(booking_says(b)->forfeit, 0);
	assert_int_equal(scene_book(&s, 2, "van", FROM, TO)->state, BOOKING_WAITING);
	scene_reopen(&s, outage);
	b = pole_booking(s.pole, own);
	assert_int_equal(b->state, BOOKING_CONFIRMED);
	assert_int_equal(scene_cause(&s, own), CAUSE_RESTORED);
	assert_int_equal(booking_says(b)->outage, 0);
	assert_int_equal(scene_state(&s, own + 1), BOOKING_WAITING);
	scene_end(&s);
}

/* DOMAIN 5.1: moving orphaned bookings created double bookings. DOMAIN 6.4, scene 2: seven of them.
 */
static void orphans_are_moved_where_there_is_room(void **state)
{
	static const char *const times[][2] = {
	    {"2026-12-05T08:00", "2026-12-05T10:00"}, {"2026-12-05T10:00", "2026-12-05T13:00"},
	    {"2026-12-05T13:00", "2026-12-05T15:00"}, {"2026-12-05T15:00", "2026-12-05T18:00"},
	    {"2026-12-06T08:00", "2026-12-06T10:00"}, {"2026-12-06T10:00", "2026-12-06T18:00"},
	    {"2026-12-07T08:00", "2026-12-07T18:00"},
	};
	struct scene s;
	int64_t orphans[7];
	size_t n_moved = 0, n_left = 0;

	vans(&s, 3);
	for (size_t i = 0; i < 7; i++)
		orphans[i] = book(&s, 1 + (int)i % 5, "van-2", times[i][0], times[i][1]);
	book(&s, 6, "van-1", FROM, "2026-12-06T09:00");
	book(&s, 6, "van-3", "2026-12-05T09:00", "2026-12-05T14:00");
	book(&s, 6, "van-3", "2026-12-06T09:00", "2026-12-06T11:00");
	scene_outage(&s, "van-2", fixture_span(TUESDAY, "2026-12-31T00:00"), false);
	for (size_t i = 0; i < 7; i++) {
		const struct booking *b = pole_booking(s.pole, orphans[i]);

		n_moved += b->state == BOOKING_CONFIRMED;
		n_left += b->state == BOOKING_SUSPENDED;
		if (b->state == BOOKING_CONFIRMED) {
			assert_int_equal(scene_cause(&s, b->number), CAUSE_REPLACED);
			assert_string_not_equal(scene_unit(&s, b->number), "van-2");
		}
	}
	assert_true(n_moved == 3 && n_left == 4); /* that none overlap, timelines assert */
	scene_end(&s);
}

static void take_out(struct scene *s, int64_t booking)
{
	const struct asker who = {pole_person(s->pole, pole_booking(s->pole, booking)->person),
				  s->now};
	const struct ask_out ask = {.booking = booking};
	struct changes c = {0};

	decide_out(s->pole, &who, &ask, &s->arena, &s->answer, &c);
	assert_non_null(s->answer.booking);
	pole_apply(s->pole, &c);
	s->acts[s->n_acts++] = c;
}

static void what_is_out_stays_out(void **state)
{
	struct scene s;
	int64_t out, next;

	vans(&s, 1);
	out = book(&s, 1, "van", "2026-12-01T08:00", "2026-12-01T12:00");
	next = book(&s, 2, "van", "2026-12-01T13:00", "2026-12-01T14:00");
	take_out(&s, out);
	s.now += 3600;
	scene_outage(&s, "van", (struct span){s.now, TIME_NEVER}, false);
	assert_int_equal(scene_state(&s, out), BOOKING_OUT);
	assert_int_equal(scene_state(&s, next), BOOKING_SUSPENDED);
	scene_end(&s);
}

static void what_stands_in_replaces_it(void **state)
{
	struct policy *p = scene_policy();
	struct limit who = {.kind = LIMIT_WHO};
	struct scene s;
	int64_t first, second, short_one;
	struct resource *van = fixture_resource(p, "van", 1),
			*truck = fixture_resource(p, "truck", 1);

	van->stands_in = arena_new_n(&p->arena, const struct resource *, 1);
	van->stands_in[van->n_stands_in++] = truck;
	fixture_rule(p, truck, "small", fixture_duration(0, 3600, 0)); /* not for them, that long */
	fixture_rule(p, truck, NULL, fixture_lead(30, 0));	       /* nobody could have known */
	who.who.classes = arena_new_n(&p->arena, const char *, 1);
	who.who.classes[who.who.n_classes++] = "founder";
	fixture_rule(p, truck, NULL, who);
	scene_begin(&s, p, TUESDAY);
	first = book(&s, 2, "van", FROM, TO);
	second = book(&s, 1, "van", TO, "2026-12-05T18:00");
	short_one = book(&s, 2, "van", "2026-12-06T08:00", "2026-12-06T09:00");
	scene_outage(&s, "van", fixture_span(TUESDAY, "2026-12-31T00:00"), false);
	assert_int_equal(scene_state(&s, short_one),
			 BOOKING_SUSPENDED); /* it is for founders only */
	assert_int_equal(scene_state(&s, first), BOOKING_SUSPENDED);
	assert_int_equal(scene_state(&s, second), BOOKING_CONFIRMED);
	assert_string_equal(scene_unit(&s, second), "truck-1");
	assert_int_equal(pole_booking(s.pole, second)->resource, p->resources[1].number);
	scene_end(&s);
}

/* As soon as that is free, too. */
static void what_stands_in_is_waited_for(void **state)
{
	struct policy *p = scene_policy();
	struct resource *van = fixture_resource(p, "van", 1),
			*truck = fixture_resource(p, "truck", 1);
	struct scene s;
	int64_t own, other, waits;

	van->stands_in = arena_new_n(&p->arena, const struct resource *, 1);
	van->stands_in[van->n_stands_in++] = truck;
	scene_begin(&s, p, TUESDAY);
	own = book(&s, 2, "van", FROM, TO);
	other = book(&s, 6, "truck", FROM, TO);
	waits = book(&s, 1, "truck", FROM, TO); /* of a higher class, but had no place */
	scene_outage(&s, "van", fixture_span(TUESDAY, "2026-12-31T00:00"), false);
	assert_int_equal(scene_state(&s, own), BOOKING_SUSPENDED);
	scene_cancel(&s, other);
	assert_int_equal(scene_state(&s, own), BOOKING_CONFIRMED);
	assert_string_equal(scene_unit(&s, own), "truck-1");
	assert_int_equal(scene_state(&s, waits), BOOKING_WAITING);
	scene_end(&s);
}

/* The same site first, although the other one's van would leave less time idle. */
static void the_same_site_goes_first(void **state)
{
	struct policy *p = scene_policy();
	struct resource *van = fixture_resource(p, "van", 3);
	struct site *sites = arena_new_n(&p->arena, struct site, 2);
	struct scene s;
	int64_t first, second;

	sites[0] = p->sites[0];
	sites[1] = p->sites[0];
	sites[1].id = sites[1].name = "liesange";
	p->sites = sites;
	p->n_sites = 2;
	van->site = &sites[0];
	for (int i = 0; i < 3; i++)
		van->units[i].site = &sites[i == 1];
	scene_begin(&s, p, TUESDAY);
	book(&s, 6, "van-2", "2026-12-05T06:00", FROM);
	first = book(&s, 1, "van-1", FROM, TO);
	second = book(&s, 2, "van-3", TO, "2026-12-05T14:00");
	scene_outage(&s, "van-1", fixture_span(TUESDAY, "2026-12-31T00:00"), false);
	assert_string_equal(scene_unit(&s, first), "van-3");
	assert_int_equal(pole_booking(s.pole, first)->items[0].lane, 0); /* no longer its unit */
	scene_outage(&s, "van-3", fixture_span(TUESDAY, "2026-12-31T00:00"), false);
	assert_string_equal(scene_unit(&s, first), "van-2");
	assert_string_equal(scene_unit(&s, second), "van-2");
	scene_end(&s);
}

/* An outage that began before it was declared; and one that is lifted when it is too late. */
static void what_is_over_is_over(void **state)
{
	struct scene s;
	int64_t before, now, outage;

	vans(&s, 1);
	before = book(&s, 1, "van", TUESDAY, "2026-12-01T10:00");
	now = book(&s, 2, "van", "2026-12-01T10:00", "2026-12-01T14:00");
	s.now = fixture_at("2026-12-01T12:00");
	outage = scene_outage(&s, "van", fixture_span(TUESDAY, "2026-12-31T00:00"), false);
	assert_int_equal(scene_state(&s, before), BOOKING_CONFIRMED);
	assert_int_equal(scene_state(&s, now), BOOKING_SUSPENDED);
	s.now = fixture_at("2026-12-01T14:00");
	scene_reopen(&s, outage);
	assert_int_equal(scene_state(&s, now), BOOKING_SUSPENDED);
	scene_until(&s, s.now);
	assert_int_equal(scene_state(&s, now), BOOKING_EXPIRED);
	scene_end(&s);
}

/* Who said it need not be then gets another time, the nearest. */
static void flexible_ones_find_another_time(void **state)
{
	struct ask_book ask = {
	    .what = "van",
	    .within = fixture_span("2026-12-05T08:00", "2026-12-06T20:00"),
	    .length = {.seconds = 2 * 3600},
	    .wait = true,
	};
	struct scene s;
	int64_t other, flexible;

	vans(&s, 1);
	other = book(&s, 6, "van", FROM, "2026-12-06T20:00");
	flexible = scene_ask(&s, s.of[1], &ask)->number;
	scene_cancel(&s, other);
	scene_confirm(&s, flexible);
	assert_true(is_at(&s, flexible, FROM, "2026-12-05T10:00"));
	scene_outage(&s, "van", fixture_span(TUESDAY, "2026-12-05T10:15"), false);
	assert_int_equal(scene_state(&s, flexible), BOOKING_CONFIRMED);
	assert_true(is_at(&s, flexible, "2026-12-05T10:15", "2026-12-05T12:15"));
	scene_end(&s);
}

/* A request that nobody approved comes back as one; a hold as a hold. */
static void comes_back_as_what_it_was(void **state)
{
	struct policy *p = scene_policy();
	struct resource *r = fixture_resource(p, "van", 1);
	struct limit l = {.kind = LIMIT_APPROVAL, .approval = {.by = BY_COORDINATOR}};
	struct ask_book ask = {.what = "van", .hold = true};
	struct scene s;
	int64_t request, hold, outage;

	fixture_rule(p, r, "small", l);
	scene_begin(&s, p, TUESDAY);
	request = book(&s, 2, "van", FROM, TO);
	ask.span = fixture_span(TO, "2026-12-05T18:00");
	hold = scene_ask(&s, s.of[1], &ask)->number;
	assert_int_equal(scene_state(&s, request), BOOKING_REQUESTED);
	assert_int_equal(scene_state(&s, hold), BOOKING_HELD);
	outage = scene_outage(&s, "van", fixture_span(TUESDAY, "2026-12-31T00:00"), false);
	assert_int_equal(scene_state(&s, request), BOOKING_SUSPENDED);
	assert_int_equal(scene_state(&s, hold), BOOKING_SUSPENDED);
	scene_reopen(&s, outage);
	assert_int_equal(scene_state(&s, request), BOOKING_REQUESTED);
	assert_int_equal(scene_state(&s, hold), BOOKING_HELD);
	assert_true(pole_booking(s.pole, hold)->due_at > s.now);
	scene_end(&s);
}

/* DOMAIN 5.1: a closed station (may be spanned) is not an item out of service. */
static void a_closure_may_be_spanned(void **state)
{
	struct scene s;
	int64_t spans, starts, ends, before, after, closure;

	vans(&s, 5);
	spans = book(&s, 1, "van", "2026-12-04T08:00", "2026-12-07T12:00");
	starts = book(&s, 2, "van", "2026-12-05T10:00", "2026-12-07T12:00");
	ends = book(&s, 3, "van", "2026-12-04T10:00", "2026-12-06T12:00");
	before = book(&s, 4, "van", "2026-12-04T10:00", "2026-12-05T00:00");
	after = book(&s, 5, "van", "2026-12-07T00:00", "2026-12-07T10:00");
	closure =
	    scene_outage(&s, "van", fixture_span("2026-12-05T00:00", "2026-12-07T00:00"), true);
	assert_int_equal(scene_state(&s, spans), BOOKING_CONFIRMED);
	assert_int_equal(scene_state(&s, starts), BOOKING_SUSPENDED);
	assert_int_equal(scene_state(&s, ends), BOOKING_SUSPENDED);
	assert_int_equal(scene_state(&s, before), BOOKING_CONFIRMED);
	assert_int_equal(scene_state(&s, after), BOOKING_CONFIRMED);
	assert_null(scene_book(&s, 6, "van", "2026-12-06T08:00", "2026-12-06T12:00"));
	assert_int_equal(s.answer.refusals[0].reason, REASON_CLOSED);
	assert_non_null(scene_book(&s, 6, "van", "2026-12-04T08:00", "2026-12-07T12:00"));
	scene_reopen(&s, closure);
	assert_int_equal(scene_state(&s, starts), BOOKING_CONFIRMED);
	assert_int_equal(scene_state(&s, ends), BOOKING_CONFIRMED);
	scene_end(&s);
}

static void a_whole_and_its_parts_are_out_together(void **state)
{
	struct policy *p = scene_policy();
	struct resource *a = fixture_resource(p, "a", 1), *b = fixture_resource(p, "b", 1),
			*hall = fixture_resource(p, "hall", 1);
	struct scene s;
	int64_t part, whole, outage;

	hall->parts = arena_new_n(&p->arena, const struct resource *, 2);
	hall->parts[hall->n_parts++] = a;
	hall->parts[hall->n_parts++] = b;
	assert_true(resource_find_leaves(hall, &p->arena));
	scene_begin(&s, p, TUESDAY);
	part = book(&s, 1, "a", FROM, TO);
	whole = book(&s, 2, "hall", TO, "2026-12-05T18:00");
	outage = scene_outage(&s, "hall", fixture_span(FROM, TO), false);
	assert_int_equal(scene_state(&s, part), BOOKING_SUSPENDED);
	assert_int_equal(scene_state(&s, whole), BOOKING_CONFIRMED);
	scene_reopen(&s, outage);
	assert_int_equal(scene_state(&s, part), BOOKING_CONFIRMED);
	scene_outage(&s, "b", fixture_span(FROM, "2026-12-05T13:00"), false);
	assert_int_equal(scene_state(&s, part), BOOKING_CONFIRMED);
	assert_int_equal(scene_state(&s, whole), BOOKING_SUSPENDED);
	scene_end(&s);
}

/* Who shared a buffer with what is suspended keeps it alone, and shares it again once that is back.
 */
static void neighbours_get_their_buffers_back(void **state)
{
	struct policy *p = scene_policy();
	struct resource *van = fixture_resource(p, "van", 1);
	struct scene s;
	int64_t first, second, outage;

	van->buffer_after.seconds = 1800;
	van->shares_buffer = true;
	scene_begin(&s, p, TUESDAY);
	first = book(&s, 1, "van", "2026-12-05T08:00", "2026-12-05T10:00");
	second = book(&s, 1, "van", "2026-12-05T10:00", "2026-12-05T12:00");
	assert_int_equal(pole_booking(s.pole, first)->allocations[0].during.end,
			 fixture_at("2026-12-05T10:00"));
	outage = scene_outage(&s, "van", fixture_span("2026-12-05T10:00", TO), false);
	assert_int_equal(scene_state(&s, second), BOOKING_SUSPENDED);
	assert_int_equal(pole_booking(s.pole, first)->allocations[0].during.end,
			 fixture_at("2026-12-05T10:30"));
	scene_reopen(&s, outage);
	assert_int_equal(scene_state(&s, second), BOOKING_CONFIRMED);
	assert_int_equal(pole_booking(s.pole, first)->allocations[0].during.end,
			 fixture_at("2026-12-05T10:00"));
	scene_end(&s);
}

static void only_managers_declare(void **state)
{
	struct outage_answer answer;
	struct changes c = {0};
	struct scene s;
	struct ask_outage ask = {.what = "van", .span = fixture_span(FROM, TO)};

	vans(&s, 1);
	decide_outage(s.pole, &(struct asker){s.of[1], s.now}, &ask, &s.arena, &answer, &c);
	assert_int_equal(answer.reason, REASON_FORBIDDEN);
	ask.what = "cart";
	decide_outage(s.pole, &(struct asker){s.coordinator, s.now}, &ask, &s.arena, &answer, &c);
	assert_int_equal(answer.reason, REASON_UNKNOWN_RESOURCE);
	ask.what = "van";
	ask.span = fixture_span("2026-11-01T08:00", TUESDAY);
	decide_outage(s.pole, &(struct asker){s.coordinator, s.now}, &ask, &s.arena, &answer, &c);
	assert_int_equal(answer.reason, REASON_PAST);
	decide_reopen(s.pole, &(struct asker){s.coordinator, s.now}, 7, &answer, &c);
	assert_int_equal(answer.reason, REASON_UNKNOWN_BOOKING);
	assert_int_equal(c.n, 0);
	scene_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(half_day_repair_leaves_the_other_half),
	    cmocka_unit_test(blocked_is_not_cancelled),
	    cmocka_unit_test(orphans_are_moved_where_there_is_room),
	    cmocka_unit_test(what_is_out_stays_out),
	    cmocka_unit_test(what_stands_in_replaces_it),
	    cmocka_unit_test(what_stands_in_is_waited_for),
	    cmocka_unit_test(the_same_site_goes_first),
	    cmocka_unit_test(what_is_over_is_over),
	    cmocka_unit_test(flexible_ones_find_another_time),
	    cmocka_unit_test(comes_back_as_what_it_was),
	    cmocka_unit_test(a_closure_may_be_spanned),
	    cmocka_unit_test(a_whole_and_its_parts_are_out_together),
	    cmocka_unit_test(neighbours_get_their_buffers_back),
	    cmocka_unit_test(only_managers_declare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
