/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fair share: worked examples, and random histories against a sum over all bookings there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lib/share.h"
#include "tests/lib/fixture.h"
#include "tests/lib/zone_file.h"

#define NOW "2026-12-05T08:00"
#define HALF_LIFE_DAYS 42
#define BOOKINGS 300

static double absolute(double x)
{
	return x < 0 ? -x : x;
}

#define assert_near(a, b) assert_true(absolute((a) - (b)) < 0.0005)

static struct policy *policy_with(double share_1, double share_2)
{
	struct policy *p = fixture_policy();
	struct cost *cost = arena_new(&p->arena, struct cost);

	p->members[0].share = share_1;
	p->members[1].share = share_2;
	fixture_resource(p, "van", 3);
	fixture_resource(p, "room", 1);
	*cost = (struct cost){&p->resources[0], 3};
	p->conflicts.fair_share.costs = cost;
	p->conflicts.fair_share.n_costs = 1;
	p->conflicts.fair_share.half_life.days = HALF_LIFE_DAYS;
	p->conflicts.fair_share.looks_back.days = 182;
	return p;
}

struct use {
	uint32_t member, resource; /* by their place in the policy, from 1 */
	int64_t ends_h, hours;	   /* from now */
	enum booking_state state;
	uint32_t quantity;
	uint8_t forfeit;
	bool waived;
	int64_t used_h; /* before it was cancelled */
};

static struct booking *booking_of(const struct pole *p, const struct use *u, int64_t now)
{
	int64_t end = now + u->ends_h * 3600;
	struct item item = item_of(u->resource, 0, (struct span){end - u->hours * 3600, end});
	struct booking *b;

	item.quantity = u->quantity ? u->quantity : 1;
	b = booking_new("", &item, 1, 0);
	b->number = pole_next_booking(p);
	b->member = u->member;
	b->state = u->state;
	b->made_at = now;
	if (u->used_h)
		b->ended_at = item.span.start + u->used_h * 3600;
	if (u->forfeit || u->waived) {
		booking_details(b)->forfeit = u->forfeit;
		booking_details(b)->waived = u->waived;
	}
	return b;
}

static void add_use(struct pole *p, const struct use *u, int64_t now)
{
	struct changes c = {0};

	changes_add_booking(&c, CAUSE_BOOKED, NULL, booking_of(p, u, now));
	pole_apply(p, &c);
	changes_clear(&c);
}

static const struct {
	const char *about;
	struct use use;
	double used;
} cases[] = {
    {"a van for 40 h, just back", {1, 1, 0, 40, BOOKING_DONE}, 120},
    {"one half-life ago", {1, 1, -HALF_LIFE_DAYS * 24, 40, BOOKING_DONE}, 60},
    {"two half-lives ago", {1, 1, -2 * HALF_LIFE_DAYS * 24, 40, BOOKING_DONE}, 30},
    {"half of one ago", {1, 1, -HALF_LIFE_DAYS * 12, 40, BOOKING_DONE}, 84.8528},
    {"ahead counts as now", {1, 1, 24 * 60, 40, BOOKING_CONFIRMED}, 120},
    {"so does what is only held", {1, 1, 48, 4, BOOKING_HELD}, 12},
    {"what costs nothing said costs one", {1, 2, 0, 8, BOOKING_DONE}, 8},
    {"three at once", {1, 1, 0, 2, BOOKING_DONE, 3}, 18},
    {"longer ago than is looked back on", {1, 1, -183 * 24, 8, BOOKING_DONE}, 0},
    {"an outage counts against nobody", {1, 1, 48, 8, BOOKING_SUSPENDED}, 0},
    {"nor does being displaced", {1, 1, 48, 8, BOOKING_DISPLACED}, 0},
    {"waiting is no use", {1, 1, 48, 8, BOOKING_WAITING}, 0},
    {"cancelled in time", {1, 2, 0, 8, BOOKING_CANCELLED}, 0},
    {"cancelled late: half is owed", {1, 2, 0, 8, BOOKING_CANCELLED, 1, 50}, 4},
    {"cancelled late, and let again", {1, 2, 0, 8, BOOKING_CANCELLED, 1, 50, true}, 0},
    {"cancelled an hour before its end", {1, 2, 0, 8, BOOKING_CANCELLED, .used_h = 7}, 6.9952},
    {"half of the rest is owed", {1, 2, 0, 8, BOOKING_CANCELLED, 1, 50, .used_h = 6}, 6.9918},
    {"but for what is let again", {1, 2, 0, 8, BOOKING_CANCELLED, 1, 50, true, 6}, 5.9918},
    {"nobody came", {1, 2, 0, 8, BOOKING_NO_SHOW, 1, 100}, 8},
    {"nobody came, and it was let again", {1, 2, 0, 8, BOOKING_NO_SHOW, 1, 100, true}, 0},
};

static void counts_use(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pole *p = pole_new();
		struct share s;

		fixture_apply(p, policy_with(1, 1));
		add_use(p, &cases[i].use, fixture_at(NOW));
		s = share_of(p, &pole_policy(p)->members[0], fixture_at(NOW));
		if (absolute(s.used - cases[i].used) > 0.001)
			fail_msg("%s: %f, not %f", cases[i].about, s.used, cases[i].used);
		pole_free(p);
	}
}

/* The examples of the header. */
static void compares_shares(void **state)
{
	struct pole *p = pole_new();
	struct share a, b;

	fixture_apply(p, policy_with(12, 4));
	add_use(p, &(struct use){1, 2, 0, 30, BOOKING_DONE}, fixture_at(NOW));
	add_use(p, &(struct use){2, 2, 0, 30, BOOKING_DONE}, fixture_at(NOW));
	a = share_of(p, &pole_policy(p)->members[0], fixture_at(NOW));
	b = share_of(p, &pole_policy(p)->members[1], fixture_at(NOW));
	assert_near(a.ratio, 2.5 / 3.75);
	assert_near(b.ratio, 2.0);
	pole_free(p);
}

/* "Asso X first: 0.4 of its share used; Y 1.3": both of 10 %, one used 12 h and the other 39 of 60
 * that were used for 20 %. */
static void says_it_in_one_line(void **state)
{
	struct pole *p = pole_new();
	struct policy *policy = policy_with(10, 10);
	struct member *members = arena_new_n(&policy->arena, struct member, 3);
	static const double ratios[] = {0.4, 1.3, 1.3};

	memcpy(members, policy->members, 2 * sizeof(*members));
	members[2] =
	    (struct member){.id = "m3", .name = "M3", .kind = "", .class = "", .share = 10};
	policy->members = members;
	policy->n_members = 3;
	fixture_apply(p, policy);
	add_use(p, &(struct use){1, 2, 0, 12, BOOKING_DONE}, fixture_at(NOW));
	add_use(p, &(struct use){2, 2, 0, 39, BOOKING_DONE}, fixture_at(NOW));
	add_use(p, &(struct use){3, 2, 0, 39, BOOKING_DONE}, fixture_at(NOW));
	for (int i = 0; i < 3; i++)
		assert_near(share_of(p, &pole_policy(p)->members[i], fixture_at(NOW)).ratio,
			    ratios[i]);
	pole_free(p);
}

static void has_no_share(void **state)
{
	struct pole *p = pole_new();
	const struct member *m;

	fixture_apply(p, policy_with(0, 5));
	m = pole_policy(p)->members;
	assert_near(share_of(p, &m[0], fixture_at(NOW)).ratio, SHARE_RATIO_MAX);
	assert_near(share_of(p, &m[1], fixture_at(NOW)).ratio, 0);
	add_use(p, &(struct use){1, 2, 0, 30, BOOKING_DONE}, fixture_at(NOW));
	add_use(p, &(struct use){2, 2, 0, 30, BOOKING_DONE}, fixture_at(NOW));
	assert_near(share_of(p, &m[1], fixture_at(NOW)).ratio,
		    1); /* the other is outside the measure */
	pole_free(p);

	p = pole_new();
	fixture_apply(p, policy_with(0, 0));
	m = pole_policy(p)->members;
	add_use(p, &(struct use){1, 2, 0, 30, BOOKING_DONE}, fixture_at(NOW));
	add_use(p, &(struct use){2, 2, 0, 10, BOOKING_DONE}, fixture_at(NOW));
	assert_near(share_of(p, &m[0], fixture_at(NOW)).ratio, 1.5);
	assert_near(share_of(p, &m[1], fixture_at(NOW)).ratio, 0.5);
	pole_free(p);
}

static void has_a_floor(void **state)
{
	struct pole *p = pole_new();
	struct policy *policy = policy_with(1, 1);
	const struct member *m;

	policy->conflicts.fair_share.floor.seconds = 8 * 3600;
	fixture_apply(p, policy);
	m = pole_policy(p)->members;
	assert_true(share_of(p, m, fixture_at(NOW)).below_floor);
	add_use(p, &(struct use){1, 1, -24 * 100, 7, BOOKING_DONE}, fixture_at(NOW));
	assert_true(share_of(p, m, fixture_at(NOW)).below_floor); /* 7 h, whatever they cost */
	add_use(p, &(struct use){1, 2, 24 * 100, 1, BOOKING_CONFIRMED}, fixture_at(NOW));
	assert_false(share_of(p, m, fixture_at(NOW)).below_floor);
	pole_free(p);
}

static void decays_by_halves(void **state)
{
	double before = 1;

	assert_near(share_decay(-5, 100), 1);
	assert_near(share_decay(5, 0), 1);
	assert_true(share_decay(100, 100) == 0.5 && share_decay(300, 100) == 0.125);
	assert_true(share_decay(INT64_C(1) << 40, 100) == 0);
	for (int64_t age = 1; age < 5000; age += 7) {
		double left = share_decay(age, 1000);

		assert_true(left <= before);
		assert_near(left * 0.5, share_decay(age + 1000, 1000));
		assert_true(absolute(left * left - share_decay(2 * age, 1000)) < 1e-4);
		before = left;
	}
}

static double slow_decay(double age_s, double half_life_s)
{
	double left = 1, x = -0.69314718055994531 * age_s / half_life_s, term = 1, sum = 1;

	for (; x < -0.69314718055994531; x += 0.69314718055994531)
		left /= 2;
	for (int i = 1; i < 30; i++) {
		term *= x / i;
		sum += term;
	}
	return left * sum;
}

static double slow_use(const struct use *uses, size_t n, uint32_t member)
{
	double used = 0;

	for (size_t i = 0; i < n; i++) {
		const struct use *u = &uses[i];
		double from = (double)(u->ends_h - u->hours), part = 1;

		if (u->member != member || u->waived || u->ends_h <= -182 * 24)
			continue;
		if (from < -182 * 24)
			from = -182 * 24;
		if (u->state == BOOKING_CANCELLED)
			part = u->forfeit / 100.0;
		else if (u->state != BOOKING_DONE && u->state != BOOKING_CONFIRMED &&
			 u->state != BOOKING_NO_SHOW)
			part = 0;
		used += ((double)u->ends_h - from) * u->quantity * part *
			(u->resource == 1 ? 3 : 1) *
			(u->ends_h < 0 ? slow_decay((double)-u->ends_h, HALF_LIFE_DAYS * 24) : 1);
	}
	return used;
}

/* The days looked back on are all of summer time, so that they are hours as well. */
static void agrees_with_a_plain_sum(void **state)
{
	static const enum booking_state states[] = {BOOKING_DONE,      BOOKING_CONFIRMED,
						    BOOKING_NO_SHOW,   BOOKING_CANCELLED,
						    BOOKING_SUSPENDED, BOOKING_WAITING};
	struct draw draw = {.state = 7};
	struct pole *p = pole_new();
	struct use uses[BOOKINGS];
	int64_t now = fixture_at("2026-10-05T08:00");
	double used[2], all;

	fixture_apply(p, policy_with(3, 5));
	for (size_t i = 0; i < BOOKINGS; i++) {
		uses[i] = (struct use){
		    .member = 1 + (uint32_t)draw_below(&draw, 2),
		    .resource = 1 + (uint32_t)draw_below(&draw, 2),
		    .ends_h = draw_between(&draw, -200 * 24, 60 * 24),
		    .hours = draw_between(&draw, 1, 72),
		    .state = states[draw_below(&draw, 6)],
		    .quantity = 1 + (uint32_t)draw_below(&draw, 4),
		    .forfeit = (uint8_t)(draw_below(&draw, 3) * 30),
		    .waived = draw_below(&draw, 5) == 0,
		};
		add_use(p, &uses[i], now);
		if (i % 20)
			continue;
		for (uint32_t m = 0; m < 2; m++)
			used[m] = slow_use(uses, i + 1, m + 1);
		all = (used[0] + used[1]) / 8;
		for (uint32_t m = 0; m < 2; m++) {
			struct share s = share_of(p, &pole_policy(p)->members[m], now);

			assert_true(absolute(s.used - used[m]) <= used[m] * 1e-4 + 1e-5);
			if (all > 0)
				assert_true(absolute(s.ratio - used[m] / (m ? 5 : 3) / all) < 1e-3);
		}
	}
	pole_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_use),
	    cmocka_unit_test(compares_shares),
	    cmocka_unit_test(says_it_in_one_line),
	    cmocka_unit_test(has_no_share),
	    cmocka_unit_test(has_a_floor),
	    cmocka_unit_test(decays_by_halves),
	    cmocka_unit_test(agrees_with_a_plain_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
