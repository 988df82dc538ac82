/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pole on which a case is played, and its clock. */
#include "client/case_stage.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/queue.h"

enum { TICK_MOST = 1000, WAITS_MAX = 100000 };

static void put(struct stage *s, struct changes *c)
{
	pole_apply(s->pole, c);
	changes_clear(c);
}

void stage_apply_policy(struct stage *s, struct policy *policy)
{
	struct changes c = {0};
	if (!s->pole)
		s->pole = pole_new();
	pole_number(s->pole, policy, &c);
	changes_add_policy(&c, (struct policy *)pole_policy(s->pole), policy);
	put(s, &c);
}

void stage_release(struct stage *s)
{
	pole_free(s->pole);
	s->pole = NULL;
}

void stage_trouble(struct stage *s, const struct told *said, const char *fmt, ...)
{
	va_list args;
	if (s->trouble)
		return;
	va_start(args, fmt);
	s->trouble = arena_vprintf(s->arena, fmt, args);
	va_end(args);
	s->trouble_place = said->place;
}

int64_t stage_instant(const struct zone *z, struct civil_time local)
{
	int64_t utc;
	zone_to_utc(z, local, &utc);
	return utc;
}

static bool is_same(const struct actor *a, const struct actor *b)
{
	return a->member == b->member && strcmp(a->name, b->name) == 0;
}

static void make_person(struct stage *s, const struct actor *who)
{
	struct person *made = person_new(who->name, "", 0, 0);
	struct changes c = {0};
	made->number = pole_next_person(s->pole);
	made->member = who->member ? pole_name_number(s->pole, NAME_MEMBER, 0, who->member->id) : 0;
	made->roles = who->member ? ROLE_MEMBER : ROLE_COORDINATOR;
	made->active = true;
	changes_add_person(&c, NULL, made);
	put(s, &c);
	s->actors = arena_grow(s->arena, s->actors, s->n_actors, &s->cap_actors, s->n_actors + 1,
			       sizeof(*s->actors));
	s->actors[s->n_actors++] = *who;
}

const struct person *stage_person(struct stage *s, const struct actor *who)
{
	size_t i = 0;
	while (i < s->n_actors && !is_same(&s->actors[i], who))
		i++;
	if (i == s->n_actors)
		make_person(s, who);
	return pole_person(s->pole, (uint32_t)i + 1);
}

static void replace_person(struct stage *s, const struct person *was, struct person *made)
{
	struct changes c = {0};
	changes_add_person(&c, (struct person *)was, made);
	put(s, &c);
}

void stage_qualify(struct stage *s, const struct told *said)
{
	const struct person *was = stage_person(s, &said->who);
	struct person *made = person_copy(was, 0, was->n_qualifications + 1);
	struct qualification *q = &made->qualifications[was->n_qualifications];
	const struct zone *z = s->policy->zone;
	snprintf(q->word, sizeof(q->word), "%s", said->word);
	q->issuer = said->member ? pole_name_number(s->pole, NAME_MEMBER, 0, said->member->id) : 0;
	q->since = said->has_from ? stage_instant(z, said->from) : 0;
	q->until = said->has_to ? stage_instant(z, said->to) : TIME_NEVER;
	replace_person(s, was, made);
}

void stage_give_role(struct stage *s, const struct told *said)
{
	const struct person *was = stage_person(s, &said->who);
	struct person *made = person_copy(was, 0, was->n_qualifications);
	for (uint32_t i = 0; i < N_ROLES; i++)
		if (strcmp(role_words[i], said->word) == 0)
			made->roles |= UINT32_C(1) << i;
	replace_person(s, was, made);
}

const struct zone *stage_zone(const struct stage *s, const struct told *said)
{
	const struct thing *t = said->n_things ? &said->things[0] : NULL;
	if (!t)
		return s->policy->zone;
	return t->unit ? t->unit->site->zone : t->resource->site->zone;
}

struct span stage_span(const struct stage *s, const struct told *said)
{
	const struct zone *z = stage_zone(s, said);
	struct span span = {.start = stage_instant(z, said->from)};
	span.end =
	    said->has_to ? stage_instant(z, said->to) : duration_after(said->length, z, span.start);
	return span;
}

void stage_take(struct stage *s, struct changes *c)
{
	if (c->n == 0)
		return;
	pole_apply(s->pole, c);
	settle(s->pole, s->now, s->arena, c);
	changes_clear(c);
}

void stage_wait(struct stage *s, int64_t until)
{
	struct changes c = {0};
	const struct booking *b;
	int waits = 0;
	while ((b = pole_first_due(s->pole)) && b->due_at <= until && waits++ < WAITS_MAX) {
		s->now = b->due_at > s->now ? b->due_at : s->now;
		decide_tick(s->pole, s->now, TICK_MOST, s->arena, &c);
		assert(c.n > 0);
		stage_take(s, &c);
	}
	s->now = until;
}

bool stage_is_of(const struct stage *s, const struct booking *b, const struct member *member)
{
	return !member || b->member == pole_name_number(s->pole, NAME_MEMBER, 0, member->id);
}

static bool has_lane(const struct booking *b, uint32_t resource, uint32_t lane)
{
	for (size_t i = 0; i < b->n_allocations; i++)
		if (b->allocations[i].resource == resource && b->allocations[i].lane == lane)
			return true;
	for (size_t i = 0; i < b->n_items; i++)
		if (b->items[i].resource == resource && b->items[i].lane == lane)
			return true;
	return false;
}

bool stage_has(const struct stage *s, const struct booking *b, const struct thing *thing)
{
	uint32_t resource;
	if (!thing || !thing->resource)
		return true;
	resource = pole_name_number(s->pole, NAME_RESOURCE, 0, thing->resource->id);
	if (thing->unit && thing->resource->n_units > 1)
		return has_lane(b, resource,
				pole_name_number(s->pole, NAME_UNIT, resource, thing->unit->id));
	for (size_t i = 0; i < b->n_items; i++)
		if (b->items[i].resource == resource)
			return true;
	return false;
}

const struct booking *stage_booking(const struct stage *s, const struct member *member,
				    const struct thing *thing)
{
	const struct booking *found = NULL;
	for (int64_t n = pole_next_booking(s->pole) - 1; n > 0; n--) {
		const struct booking *b = pole_booking(s->pole, n);
		if (!b || !stage_is_of(s, b, member) || !stage_has(s, b, thing))
			continue;
		if (booking_state_is_open(b->state))
			return b;
		found = found ? found : b;
	}
	return found;
}
