/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pole whose things are shared in every way there is. */
#include "tests/lib/shared_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/wish.h"

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

static void set_attribute(struct policy *p, struct unit *u, const char *key, const char *value)
{
	struct attribute *a = arena_new(&p->arena, struct attribute);

	*a = (struct attribute){key, value};
	u->attributes = a;
	u->n_attributes = 1;
}

static void add_parts(struct policy *p, struct resource *r, const char *a, const char *b)
{
	r->parts = arena_new_n(&p->arena, const struct resource *, 2);
	r->parts[0] = shared_resource(p, a);
	r->parts[1] = shared_resource(p, b);
	r->n_parts = 2;
}

static struct need *need_of(struct policy *p, size_t n)
{
	struct need *needs = arena_new_n(&p->arena, struct need, n);

	for (size_t i = 0; i < n; i++)
		needs[i] = (struct need){.quantity = 1, .word = "", .having_text = ""};
	return needs;
}

static void add_requirements(struct policy *p)
{
	struct requirement *trailer = arena_new(&p->arena, struct requirement);
	struct requirement *laser = arena_new_n(&p->arena, struct requirement, 2);
	struct need *hitch = need_of(p, 2), *seat = need_of(p, 1), *skill = need_of(p, 1);
	const char *at;

	hitch[0].resource = shared_resource(p, "van");
	hitch[0].having_text = "hitch=true";
	wishes_parse("hitch=true", &p->arena, &hitch[0].having, &at);
	hitch[1].kind = NEED_DECLARED;
	hitch[1].word = "own-hitch";
	*trailer = (struct requirement){.choices = hitch, .n_choices = 2};
	shared_resource(p, "trailer")->requirements = trailer;
	shared_resource(p, "trailer")->n_requirements = 1;
	seat[0].resource = shared_resource(p, "bench");
	skill[0].kind = NEED_SKILL;
	skill[0].word = "referent";
	laser[0] = (struct requirement){.choices = seat, .n_choices = 1};
	laser[1] = (struct requirement){
	    .choices = skill, .n_choices = 1, .during_first.seconds = 900, .unless = "laser"};
	shared_resource(p, "laser")->requirements = laser;
	shared_resource(p, "laser")->n_requirements = 2;
}

struct policy *shared_policy(void)
{
	static const char *skills[] = {"referent"};
	struct policy *p = fixture_policy();
	struct resource *van, *bench, *tess;

	add_site(p);
	van = fixture_resource(p, "van", 4);
	set_attribute(p, &van->units[2], "hitch", "true");
	set_attribute(p, &van->units[3], "hitch", "true");
	fixture_capacity(p, "chair", 40);
	fixture_resource(p, "stage", 1);
	fixture_resource(p, "floor", 1);
	fixture_resource(p, "b", 1);
	fixture_resource(p, "a", 1);
	fixture_resource(p, "hall", 1);
	add_parts(p, shared_resource(p, "a"), "stage", "floor");
	add_parts(p, shared_resource(p, "hall"), "a", "b");
	fixture_resource(p, "trailer", 1);
	fixture_resource(p, "laser", 1);
	bench = fixture_capacity(p, "bench", 4);
	bench->buffer_after.seconds = 900;
	bench->shares_buffer = true;
	tess = fixture_resource(p, "tess", 1);
	tess->moves = true;
	tess->skills = skills;
	tess->n_skills = 1;
	add_requirements(p);
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
