/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pole to try rules on. */
#include "tests/lib/rules_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void rules_scene_init(struct rules_scene *s, const char *now)
{
	*s = (struct rules_scene){.now = fixture_at(now), .policy = fixture_policy()};
	s->van = fixture_resource(s->policy, "van", 3);
	s->laser = fixture_resource(s->policy, "laser", 1);
	s->cnc = fixture_resource(s->policy, "cnc", 1);
	s->kit = fixture_resource(s->policy, "kit", 2);
	s->van->units[0].owner = &s->policy->members[0];
}

void rules_scene_begin(struct rules_scene *s)
{
	s->pole = pole_new();
	fixture_apply(s->pole, s->policy);
	fixture_person(s->pole, "m1", ROLE_MEMBER);
	fixture_person(s->pole, "m1", ROLE_MEMBER | ROLE_MANAGER);
	fixture_person(s->pole, "m2", ROLE_MEMBER);
	fixture_person(s->pole, "m2", ROLE_MEMBER);
	fixture_person(s->pole, NULL, ROLE_COORDINATOR);
}

void rules_scene_clear(struct rules_scene *s)
{
	pole_free(s->pole);
	arena_clear(&s->arena);
}

void rules_scene_qualify(struct rules_scene *s, int person, const char *word, const char *since,
			 const char *until, uint32_t issuer)
{
	struct person *before = (struct person *)pole_person(s->pole, (uint32_t)person);
	struct person *after =
	    person_copy(before, before->n_credentials, before->n_qualifications + 1);
	struct qualification *q = &after->qualifications[before->n_qualifications];
	struct changes c = {0};

	snprintf(q->word, sizeof(q->word), "%s", word);
	q->issuer = issuer;
	q->since = fixture_at(since);
	q->until = until ? fixture_at(until) : TIME_NEVER;
	changes_add_person(&c, before, after);
	pole_apply(s->pole, &c);
	changes_clear(&c);
}

struct rule *rules_add(struct rules_scene *s, struct resource *r, const char *name,
		       struct limit limit)
{
	struct rule *rule = fixture_rule(s->policy, r, NULL, limit);

	rule->name = name;
	return rule;
}

struct rule *rules_also_for(struct rules_scene *s, struct rule *rule, struct resource *r)
{
	const struct resource **all =
	    arena_new_n(&s->policy->arena, const struct resource *, rule->n_resources + 1);

	memcpy(all, rule->resources, rule->n_resources * sizeof(*all));
	all[rule->n_resources++] = r;
	rule->resources = all;
	return rule;
}

struct limit limit_quota(enum quota_of of, enum quota_measure measure, int64_t at_most,
			 enum quota_window window)
{
	struct limit l = {.kind = LIMIT_QUOTA};

	l.quota.of = of;
	l.quota.measure = measure;
	l.quota.at_most = at_most;
	l.quota.window = window;
	l.quota.peak.always = true;
	return l;
}

struct limit limit_rolling(enum quota_measure measure, int64_t at_most, int64_t days,
			   int64_t seconds)
{
	struct limit l = limit_quota(QUOTA_OF_MEMBER, measure, at_most, QUOTA_ROLLING);

	l.quota.length = (struct duration){days, seconds};
	return l;
}

struct limit limit_qualification(const char *word, int64_t held_days, bool own_issuer)
{
	struct limit l = {.kind = LIMIT_QUALIFICATION};

	l.qualification.word = word;
	l.qualification.held_for.days = held_days;
	l.qualification.own_issuer = own_issuer;
	return l;
}

struct when when_days(struct rules_scene *s, unsigned days, int from_hour, int to_hour)
{
	struct hours_range *ranges = arena_new_n(&s->policy->arena, struct hours_range, 7);
	struct when w = {.days = (uint8_t)days, .hours = {.always = to_hour == 0}};

	for (int day = MONDAY; day <= SUNDAY; day++)
		ranges[day] =
		    (struct hours_range){(enum weekday)day, from_hour * 3600, to_hour * 3600};
	if (to_hour)
		w.hours = (struct hours){.ranges = ranges, .n_ranges = 7};
	return w;
}

void rules_keep_van_1(struct rules_scene *s)
{
	struct limit keep = {.kind = LIMIT_KEEP};
	struct rule *rule;

	keep.keep.party.owner = true;
	keep.keep.until.days = 7;
	rule = rules_add(s, s->van, "van-1 first for its owner", keep);
	rule->units = arena_new(&s->policy->arena, const struct unit *);
	rule->units[rule->n_units++] = &s->van->units[0];
	rule->has_when = true;
	rule->when = when_days(s, WEEKDAYS, 8, 13);
}

static void take(struct rules_scene *s, struct changes *c)
{
	pole_apply(s->pole, c);
	changes_clear(c);
}

bool rules_ask(struct rules_scene *s, int person, const struct ask_book *ask)
{
	const struct asker who = {pole_person(s->pole, (uint32_t)person), s->now};
	struct changes c = {0};

	decide_book(s->pole, &who, ask, &s->arena, &s->answer, &c);
	if (!s->answer.booking) {
		assert_int_equal(c.n, 0);
		assert_true(s->answer.n_refusals > 0);
		return false;
	}
	s->last = s->answer.booking->number;
	take(s, &c);
	return true;
}

bool rules_book(struct rules_scene *s, int person, const char *what, const char *from,
		const char *to)
{
	const struct ask_book ask = {.what = what, .span = fixture_span(from, to)};

	return rules_ask(s, person, &ask);
}

bool rules_move(struct rules_scene *s, int person, int64_t booking, const char *from,
		const char *to)
{
	const struct asker who = {pole_person(s->pole, (uint32_t)person), s->now};
	const struct ask_move ask = {
	    .booking = booking,
	    .has_start = true,
	    .has_end = true,
	    .span = fixture_span(from, to),
	};
	struct changes c = {0};

	decide_move(s->pole, &who, &ask, &s->arena, &s->answer, &c);
	if (!s->answer.booking)
		return false;
	take(s, &c);
	return true;
}

struct booking *rules_alter(struct rules_scene *s, int64_t booking)
{
	const struct booking *b = pole_booking(s->pole, booking);

	assert_non_null(b);
	return booking_copy(b, b->n_allocations);
}

void rules_put(struct rules_scene *s, struct booking *altered)
{
	struct changes c = {0};

	changes_add_booking(&c, CAUSE_NONE,
			    (struct booking *)pole_booking(s->pole, altered->number), altered);
	take(s, &c);
}

const struct refusal *rules_refusal(const struct rules_scene *s, const char *rule)
{
	for (size_t i = 0; i < s->answer.n_refusals; i++) {
		const struct refusal *r = &s->answer.refusals[i];

		if (r->rule && strcmp(r->rule->name, rule) == 0)
			return r;
	}
	return NULL;
}

bool rules_refused_by(const struct rules_scene *s, const char *rule, enum reason reason)
{
	const struct refusal *r = rules_refusal(s, rule);

	return r && r->reason == reason && r->place.line == r->rule->place.line &&
	       r->place.line > 0;
}
