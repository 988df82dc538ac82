/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/random_pole.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/lib/fixture.h"

#define QUARTER 900

static bool chance(struct draw *d, uint64_t percent)
{
	return draw_below(d, 100) < percent;
}

static void add_farm(struct policy *p)
{
	struct site *sites = arena_new_n(&p->arena, struct site, 2);
	struct travel *travel = arena_new(&p->arena, struct travel);

	sites[0] = p->sites[0];
	sites[1] = (struct site){.id = "farm", .name = "Farm", .zone = p->zone};
	p->sites = sites;
	p->n_sites = 2;
	*travel = (struct travel){{&sites[0], &sites[1]}, {.seconds = 35 * 60}};
	p->travels = travel;
	p->n_travels = 1;
}

static void add_rules(struct draw *d, struct policy *p, struct resource *r)
{
	static const int32_t grids[] = {QUARTER, 1800, 3600, 7200};
	static const int64_t steps[] = {QUARTER, 1800, 3600};

	if (chance(d, 50))
		fixture_rule(p, r, NULL, fixture_horizon(draw_between(d, 6, 20)));
	if (chance(d, 25))
		fixture_rule(p, r, NULL, fixture_start(grids[draw_below(d, 4)]));
	if (chance(d, 15))
		fixture_rule(p, r, NULL, fixture_lead(0, draw_between(d, 1, 30) * 3600));
	if (chance(d, 30))
		fixture_rule(p, r, chance(d, 50) ? "small" : NULL,
			     fixture_duration(draw_between(d, 0, 4) * 1800,
					      draw_between(d, 6, 60) * 3600,
					      steps[draw_below(d, 3)]));
}

static void add_times(struct draw *d, struct policy *p, struct resource *r)
{
	int from = (int)draw_between(d, 0, 12);

	if (chance(d, 30))
		fixture_open(p, r, from, from + (int)draw_between(d, 6, 16));
	r->spans_closed = chance(d, 50);
	if (r->n_parts == 0 && chance(d, 40)) {
		r->buffer_before.seconds = (int64_t)draw_below(d, 3) * QUARTER;
		r->buffer_after.seconds = (int64_t)draw_below(d, 4) * QUARTER;
	}
	if (chance(d, 20)) {
		r->long_from.seconds = 4 * 3600;
		r->long_after.seconds = 3600;
	}
}

static void add_skill(struct resource *r)
{
	static const char *skills[] = {"referent"};

	r->skills = skills;
	r->n_skills = 1;
}

static void vary_vans(struct draw *d, struct policy *p, struct resource *van)
{
	bool two_sites = chance(d, 30);

	for (size_t i = 0; i < van->n_units; i++) {
		if (chance(d, 50))
			fixture_attribute(p, &van->units[i], "hitch", "true");
		if (two_sites && chance(d, 50))
			van->units[i].site = &p->sites[1];
		van->units[i].in_service = i == 0 || chance(d, 90);
	}
}

struct policy *random_pole(struct draw *d, bool hard)
{
	struct policy *p = fixture_policy();
	struct resource *r;

	add_farm(p);
	fixture_resource(p, "solo", 1);
	fixture_resource(p, "pool", 2 + draw_below(d, 4));
	fixture_resource(p, "van", 3 + draw_below(d, 2));
	fixture_capacity(p, "chair", 4 + draw_below(d, 20));
	fixture_resource(p, "stage", 1);
	fixture_resource(p, "floor", 1 + draw_below(d, 2));
	fixture_resource(p, "side", 1);
	fixture_resource(p, "half", 1);
	fixture_resource(p, "hall", 1);
	fixture_capacity(p, "bench", 3);
	fixture_resource(p, "tess", 1);
	fixture_resource(p, "remi", 1);
	fixture_resource(p, "trailer", 1 + draw_below(d, 2));
	fixture_resource(p, "laser", 1);
	assert_int_equal(p->n_resources, N_RANDOM_RESOURCES);
	r = p->resources;
	vary_vans(d, p, &r[VAN]);
	fixture_parts(p, &r[HALF], &r[STAGE], &r[FLOOR]);
	fixture_parts(p, &r[HALL], &r[HALF], &r[SIDE]);
	add_skill(&r[TESS]);
	add_skill(&r[REMI]);
	fixture_requirements(p, &r[VAN], &r[TRAILER], &r[BENCH], &r[LASER]);
	r[POOL].stands_in = arena_new(&p->arena, const struct resource *);
	r[POOL].stands_in[r[POOL].n_stands_in++] = &r[VAN];
	for (size_t i = 0; i < p->n_resources; i++) {
		assert_true(resource_find_leaves(&r[i], &p->arena));
		if (i <= HALL)
			add_times(d, p, &r[i]);
		if (i == SOLO || i == POOL || i == VAN || i == HALL)
			add_rules(d, p, &r[i]);
	}
	if (hard) {
		r[BENCH].buffer_after.seconds = QUARTER;
		r[BENCH].shares_buffer = true;
		r[TESS].moves = true;
		r[SOLO].shares_buffer = r[SOLO].buffer_after.seconds > 0;
	}
	return p;
}
