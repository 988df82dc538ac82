/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Displacing by a higher right: who may, whom, with what notice, and what becomes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/scene.h"

#define TUESDAY "2026-12-01T08:00"
#define FROM "2026-12-05T08:00" /* 96 h later */
#define TO "2026-12-05T12:00"

static int64_t book(struct scene *s, int member, const char *what, const char *from, const char *to)
{
	const struct booking *b = scene_book(s, member, what, from, to);

	assert_non_null(b);
	return b->number;
}

/* m1 owns all vans, and may displace with 72 h of notice. */
static struct policy *owned_vans(size_t n)
{
	struct policy *p = scene_policy();

	fixture_resource(p, "van", n)->owner = &p->members[0];
	p->conflicts.displace.enabled = true;
	p->conflicts.displace.by.owner = true;
	p->conflicts.displace.notice.seconds = 72 * 3600;
	p->conflicts.displace.replace_first = true;
	return p;
}

static void an_owner_goes_first(void **state)
{
	struct scene s;
	int64_t guest, waits, owner;
	struct turn turn;

	scene_begin(&s, owned_vans(1), TUESDAY);
	guest = book(&s, 2, "van", FROM, TO);
	waits = book(&s, 3, "van", FROM, TO);
	owner = book(&s, 1, "van", FROM, TO);
	assert_int_equal(scene_state(&s, owner), BOOKING_CONFIRMED);
	assert_int_equal(scene_state(&s, guest), BOOKING_DISPLACED);
	assert_int_equal(booking_says(pole_booking(s.pole, guest))->displaced_by, owner);
	turn = queue_turn(s.pole, pole_booking(s.pole, guest), s.now, &s.arena);
	assert_true(turn.place == 1 && turn.n == 2); /* before a member of a higher class */
	scene_cancel(&s, owner);
	assert_int_equal(scene_state(&s, guest), BOOKING_CONFIRMED);
	assert_int_equal(scene_cause(&s, guest), CAUSE_REPLACED);
	assert_int_equal(scene_state(&s, waits), BOOKING_WAITING);
	scene_end(&s);
}

static void who_is_displaced_finds_another_place(void **state)
{
	struct policy *p = owned_vans(2);
	struct scene s;
	int64_t guest, owner;

	p->resources[0].owner = NULL;
	p->resources[0].units[0].owner = &p->members[0];
	scene_begin(&s, p, TUESDAY);
	guest = book(&s, 2, "van-1", FROM, TO); /* asked for that one: better another than none */
	owner = book(&s, 1, "van-1", FROM, TO);
	assert_int_equal(scene_state(&s, owner), BOOKING_CONFIRMED);
	assert_int_equal(scene_state(&s, guest), BOOKING_CONFIRMED);
	assert_string_equal(scene_unit(&s, guest), "van-2");
	assert_int_equal(scene_cause(&s, guest), CAUSE_REPLACED);
	scene_end(&s);
}

static const struct {
	const char *about;
	int holder, asker;
	const char *now;
	enum booking_state becomes;
} rights[] = {
    {"with notice", 2, 1, "2026-12-02T08:00", BOOKING_DISPLACED},
    {"a minute too late", 2, 1, "2026-12-02T08:01", BOOKING_CONFIRMED},
    {"without a right", 2, 3, TUESDAY, BOOKING_CONFIRMED},
    {"the asker's own", 1, 1, TUESDAY, BOOKING_CONFIRMED},
};

static void a_right_has_its_limits(void **state)
{
	for (size_t i = 0; i < sizeof(rights) / sizeof(*rights); i++) {
		struct scene s;
		int64_t held;

		scene_begin(&s, owned_vans(1), TUESDAY);
		held = book(&s, rights[i].holder, "van", FROM, TO);
		s.now = fixture_at(rights[i].now);
		book(&s, rights[i].asker, "van", FROM, TO);
		if (scene_state(&s, held) != rights[i].becomes)
			fail_msg("%s", rights[i].about);
		scene_end(&s);
	}
}

static void the_same_right_is_not_higher(void **state)
{
	struct policy *p = owned_vans(1);
	struct scene s;
	int64_t held;

	p->conflicts.displace.by = (struct party_match){0};
	p->conflicts.displace.by.classes = arena_new_n(&p->arena, const char *, 1);
	p->conflicts.displace.by.classes[p->conflicts.displace.by.n_classes++] = "founder";
	scene_begin(&s, p, TUESDAY);
	held = book(&s, 3, "van", FROM, TO);
	book(&s, 1, "van", FROM, TO);
	assert_int_equal(scene_state(&s, held), BOOKING_CONFIRMED);
	scene_cancel(&s, held);
	scene_pass(&s, held + 1, false);
	held = book(&s, 2, "van", FROM, TO);
	book(&s, 1, "van", FROM, TO);
	assert_int_equal(scene_state(&s, held), BOOKING_DISPLACED);
	scene_end(&s);
}

/* A coordinator's right is none of one's own member against itself. */
static void nobody_displaces_their_own(void **state)
{
	struct policy *p = owned_vans(2);
	struct ask_book ask = {.what = "van", .member = "m2", .span = fixture_span(FROM, TO)};
	struct scene s;
	int64_t own, other;

	p->conflicts.displace.by = (struct party_match){.roles = ROLE_COORDINATOR};
	scene_begin(&s, p, TUESDAY);
	own = book(&s, 2, "van-1", FROM, TO);
	s.now += 60;
	other = book(&s, 3, "van-2", "2026-12-05T06:00", "2026-12-05T20:00");
	assert_non_null(scene_ask(&s, s.coordinator, &ask));
	assert_int_equal(scene_state(&s, own), BOOKING_CONFIRMED);
	assert_int_equal(scene_state(&s, other), BOOKING_DISPLACED);
	scene_end(&s);
}

static void where_it_is_not_enabled(void **state)
{
	struct policy *p = owned_vans(1);
	struct scene s;
	int64_t held;

	p->conflicts.displace.enabled = false;
	scene_begin(&s, p, TUESDAY);
	held = book(&s, 2, "van", FROM, TO);
	book(&s, 1, "van", FROM, TO);
	assert_int_equal(scene_state(&s, held), BOOKING_CONFIRMED);
	scene_end(&s);
}

/* Which of three vans is cleared. */
static void does_the_least_harm(void **state)
{
	struct policy *p = owned_vans(3);
	struct scene s;
	int64_t two[2], long_one, early, late;

	p->conflicts.displace.replace_first = false;

	scene_begin(&s, p, TUESDAY);
	two[0] = book(&s, 2, "van-1", "2026-12-05T08:00", "2026-12-05T09:00");
	two[1] = book(&s, 3, "van-1", "2026-12-05T10:00", "2026-12-05T11:00");
	early = book(&s, 4, "van-2", "2026-12-05T08:00", "2026-12-05T20:00");
	long_one = book(&s, 5, "van-3", "2026-12-05T08:00", "2026-12-05T21:00");
	book(&s, 1, "van", FROM, TO);
	assert_int_equal(scene_state(&s, two[0]), BOOKING_CONFIRMED); /* two are more than one */
	assert_int_equal(scene_state(&s, two[1]), BOOKING_CONFIRMED);
	assert_int_equal(scene_state(&s, long_one), BOOKING_CONFIRMED); /* 13 h are more than 12 */
	assert_int_equal(scene_state(&s, early), BOOKING_DISPLACED);
	scene_end(&s);

	scene_begin(&s, owned_vans(2), TUESDAY);
	early = book(&s, 2, "van-1", FROM, TO);
	s.now += 60;
	late = book(&s, 3, "van-2", FROM, TO);
	book(&s, 1, "van", FROM, TO);
	assert_int_equal(scene_state(&s, early), BOOKING_CONFIRMED);
	assert_int_equal(scene_state(&s, late), BOOKING_DISPLACED); /* made later */
	scene_end(&s);
}

/* Who can go elsewhere goes, though there be more of them. */
static void replaces_first(void **state)
{
	for (int first = 0; first < 2; first++) {
		struct policy *p = owned_vans(2);
		struct resource *cart = fixture_resource(p, "cart", 1);
		struct resource *van = &p->resources[0];
		struct scene s;
		int64_t short_one, movable;

		p->conflicts.displace.replace_first = first;
		van->stands_in = arena_new_n(&p->arena, const struct resource *, 1);
		van->stands_in[van->n_stands_in++] = cart;
		fixture_rule(p, cart, "small", fixture_duration(0, 1800, 0)); /* no use to m2 */
		scene_begin(&s, p, TUESDAY);
		short_one = book(&s, 2, "van-1", "2026-12-05T08:00", "2026-12-05T09:00");
		movable = book(&s, 3, "van-2", FROM, TO);
		book(&s, 1, "van", FROM, TO);
		assert_int_equal(scene_state(&s, short_one),
				 first ? BOOKING_CONFIRMED : BOOKING_DISPLACED);
		assert_int_equal(scene_state(&s, movable), BOOKING_CONFIRMED);
		assert_string_equal(scene_unit(&s, movable), first ? "cart-1" : "van-2");
		scene_end(&s);
	}
}

static void what_is_out_is_safe(void **state)
{
	struct policy *p = owned_vans(1);
	struct scene s;
	int64_t held;
	struct changes c = {0};

	p->conflicts.displace.notice.seconds = 0;
	scene_begin(&s, p, TUESDAY);
	held = book(&s, 2, "van", TUESDAY, "2026-12-01T12:00");
	decide_out(s.pole, &(struct asker){s.of[2], s.now}, &(struct ask_out){.booking = held},
		   &s.arena, &s.answer, &c);
	pole_apply(s.pole, &c);
	s.acts[s.n_acts++] = c;
	book(&s, 1, "van", "2026-12-01T09:00", "2026-12-01T12:00");
	assert_int_equal(scene_state(&s, held), BOOKING_OUT);
	scene_end(&s);
}

/* Several units at once, and a whole of parts. */
static void clears_what_is_needed(void **state)
{
	struct policy *p = owned_vans(3);
	struct ask_book ask = {.what = "van", .quantity = 2, .span = fixture_span(FROM, TO)};
	struct resource *a, *b, *hall;
	struct scene s;
	int64_t guests[3];
	size_t n = 0;

	a = fixture_resource(p, "a", 1);
	b = fixture_resource(p, "b", 1);
	hall = fixture_resource(p, "hall", 1);
	hall->owner = &p->members[0];
	hall->parts = arena_new_n(&p->arena, const struct resource *, 2);
	hall->parts[hall->n_parts++] = a;
	hall->parts[hall->n_parts++] = b;
	assert_true(resource_find_leaves(hall, &p->arena));
	scene_begin(&s, p, TUESDAY);
	for (int i = 0; i < 3; i++)
		guests[i] = book(&s, 2 + i, "van", FROM, TO);
	assert_non_null(scene_ask(&s, s.of[1], &ask));
	for (int i = 0; i < 3; i++)
		n += scene_state(&s, guests[i]) == BOOKING_DISPLACED;
	assert_int_equal(n, 2);
	guests[0] = book(&s, 2, "a", FROM, TO);
	guests[1] = book(&s, 3, "b", FROM, "2026-12-05T09:00");
	assert_int_equal(scene_state(&s, book(&s, 1, "hall", FROM, TO)), BOOKING_CONFIRMED);
	assert_int_equal(scene_state(&s, guests[0]), BOOKING_DISPLACED);
	assert_int_equal(scene_state(&s, guests[1]), BOOKING_DISPLACED);
	scene_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_owner_goes_first),
	    cmocka_unit_test(who_is_displaced_finds_another_place),
	    cmocka_unit_test(a_right_has_its_limits),
	    cmocka_unit_test(the_same_right_is_not_higher),
	    cmocka_unit_test(nobody_displaces_their_own),
	    cmocka_unit_test(where_it_is_not_enabled),
	    cmocka_unit_test(does_the_least_harm),
	    cmocka_unit_test(replaces_first),
	    cmocka_unit_test(what_is_out_is_safe),
	    cmocka_unit_test(clears_what_is_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
