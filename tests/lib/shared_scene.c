/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pole whose things are shared in every way there is. */
#include "tests/lib/shared_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SHARED_NOW "2026-11-23T06:00"

struct resource *shared_resource(struct policy *p, const char *id)
{
	return (struct resource *)policy_resource(p, id);
}

static void add_site(struct policy *p)
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

struct policy *shared_policy(void)
{
	static const char *skills[] = {"referent"};
	struct policy *p = fixture_policy();
	struct resource *van, *bench, *tess;

	add_site(p);
	van = fixture_resource(p, "van", 4);
	fixture_attribute(p, &van->units[2], "hitch", "true");
	fixture_attribute(p, &van->units[3], "hitch", "true");
	fixture_capacity(p, "chair", 40);
	fixture_resource(p, "stage", 1);
	fixture_resource(p, "floor", 1);
	fixture_resource(p, "b", 1);
	fixture_resource(p, "a", 1);
	fixture_resource(p, "hall", 1);
	fixture_parts(p, shared_resource(p, "a"), shared_resource(p, "stage"),
		      shared_resource(p, "floor"));
	fixture_parts(p, shared_resource(p, "hall"), shared_resource(p, "a"),
		      shared_resource(p, "b"));
	fixture_resource(p, "trailer", 1);
	fixture_resource(p, "laser", 1);
	bench = fixture_capacity(p, "bench", 4);
	bench->buffer_after.seconds = 900;
	bench->shares_buffer = true;
	tess = fixture_resource(p, "tess", 1);
	tess->moves = true;
	tess->skills = skills;
	tess->n_skills = 1;
	fixture_requirements(p, shared_resource(p, "van"), shared_resource(p, "trailer"),
			     shared_resource(p, "bench"), shared_resource(p, "laser"));
	for (size_t i = 0; i < p->n_resources; i++)
		assert_true(resource_find_leaves(&p->resources[i], &p->arena));
	return p;
}

int shared_setup(void **state)
{
	struct shared_scene *s = memory_new(sizeof(*s));

	s->pole = pole_new();
	s->policy = shared_policy();
	fixture_apply(s->pole, s->policy);
	s->m1 = (struct asker){fixture_person(s->pole, "m1", ROLE_MEMBER), fixture_at(SHARED_NOW)};
	s->m2 = (struct asker){fixture_person(s->pole, "m2", ROLE_MEMBER), fixture_at(SHARED_NOW)};
	*state = s;
	return 0;
}

int shared_teardown(void **state)
{
	struct shared_scene *s = *state;

	changes_clear(&s->changes);
	pole_free(s->pole);
	arena_clear(&s->arena);
	free(s);
	return 0;
}

enum reason shared_settle(struct shared_scene *s)
{
	pole_apply(s->pole, &s->changes);
	return s->answer.n_refusals ? s->answer.refusals[0].reason : REASON_NONE;
}

enum reason shared_book(struct shared_scene *s, const struct asker *who, struct ask_book ask)
{
	changes_clear(&s->changes);
	decide_book(s->pole, who, &ask, &s->arena, &s->answer, &s->changes);
	return shared_settle(s);
}

struct span shared_hours(int from, int to)
{
	int64_t day = fixture_at("2026-12-05T00:00");

	return (struct span){day + from * 3600, day + to * 3600};
}

int64_t shared_number(const struct shared_scene *s)
{
	return s->answer.booking->number;
}

const struct item *shared_item(const struct shared_scene *s, size_t i)
{
	assert_true(i < s->answer.booking->n_items);
	return &s->answer.booking->items[i];
}
