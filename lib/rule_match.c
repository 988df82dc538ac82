/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which rules a request or a booking has to keep. */
#include "lib/rules.h"

#include <string.h>

#include "lib/rule_parts.h"

static bool names_member(const struct party_match *m, const struct member *member)
{
	for (size_t i = 0; i < m->n_members; i++)
		if (m->members[i] == member)
			return true;
	for (size_t i = 0; i < m->n_classes; i++)
		if (strcmp(m->classes[i], member->class) == 0)
			return true;
	return false;
}

static bool is_anyone(const struct party_match *m)
{
	return m->n_members == 0 && m->n_classes == 0 && !m->owner;
}

const struct member *unit_owner(const struct resource *r, const struct unit *u)
{
	return u && u->owner ? u->owner : r->owner;
}

bool party_matches(const struct party_match *m, const struct member *member,
		   const struct person *person, const struct resource *r, const struct unit *u)
{
	if (m->roles && !(person && (person->roles & m->roles)))
		return false;
	if (is_anyone(m))
		return true;
	return member && (names_member(m, member) || (m->owner && unit_owner(r, u) == member));
}

bool party_may_match(const struct party_match *m, const struct member *member)
{
	return is_anyone(m) || (member && (m->owner || names_member(m, member)));
}

bool rule_names_lane(const struct rule *rule, const struct resource *r, uint32_t lane)
{
	bool names_some = false;

	for (size_t i = 0; i < rule->n_units; i++) {
		const struct unit *u = rule->units[i];

		if (u < r->units || u >= r->units + r->n_units)
			continue;
		if (u->lane == lane)
			return true;
		names_some = true;
	}
	return !names_some;
}

bool rule_is_of_units(const struct rule *rule)
{
	return rule->n_units > 0 || rule->party.owner ||
	       (rule->limit.kind == LIMIT_KEEP && rule->limit.keep.party.owner) ||
	       (rule->limit.kind == LIMIT_WHO && rule->limit.who.owner);
}

bool rule_is_plain(const struct rule *rule)
{
	return rule->n_units == 0 && !rule->party.owner && !rule->party.roles && !rule->has_when &&
	       !rule->has_release && rule->standing.at_least == 0;
}

bool rule_is_costly(const struct rule *rule)
{
	return rule->limit.kind == LIMIT_QUOTA || rule->standing.at_least > 0 ||
	       (rule->limit.kind == LIMIT_DURATION && rule->limit.duration.chains);
}

int64_t local_day_start(const struct zone *z, struct civil_date date)
{
	int64_t at;

	zone_local_s_to_utc(z, civil_days(date) * DAY_S, &at);
	return at;
}

/* From its day in the year of use on, the rule no longer holds. */
static bool is_released(const struct rule *rule, const struct zone *z, struct span s, int64_t now)
{
	struct civil_date date;

	if (!rule->has_release)
		return false;
	date = (struct civil_date){zone_to_local(z, s.start).date.year, rule->release.month,
				   rule->release.day};
	return now >= local_day_start(z, date);
}

struct lapses {
	const struct standing *standing;
	uint32_t n;
};

static bool count_lapse(void *arg, const struct booking *b)
{
	struct lapses *l = arg;
	const struct standing *s = l->standing;

	l->n += b->state == BOOKING_NO_SHOW	? s->no_shows
		: b->state == BOOKING_CANCELLED ? s->late_cancels
						: s->late_returns;
	return l->n < s->at_least;
}

static bool has_standing(const struct trial *t, const struct standing *s, const struct zone *z)
{
	struct lapses l = {.standing = s};

	if (s->at_least == 0)
		return true;
	pole_each_lapse(t->pole, t->member,
			(struct span){duration_before(s->within, z, t->now), t->now + 1},
			count_lapse, &l);
	return l.n >= s->at_least;
}

const char *rule_unmatched(const struct trial *t, const struct rule *rule, const struct unit *u,
			   struct span s)
{
	const struct zone *z = trial_zone(t, u);

	if (rule->n_units > 0 && !rule_names_lane(rule, t->resource, u ? u->lane : 0))
		return "unit";
	if (!party_matches(&rule->party, t->holder, t->person, t->resource, u))
		return "party";
	if (rule->has_when && !when_touches(&rule->when, z, s))
		return "when";
	if (is_released(rule, z, s, t->now))
		return "release";
	return has_standing(t, &rule->standing, z) ? NULL : "standing";
}

bool rule_matches(const struct trial *t, const struct rule *rule, const struct unit *u,
		  struct span s)
{
	return !rule_unmatched(t, rule, u, s);
}

static bool wants_approval(const struct rule *rule, const struct zone *z, struct span s)
{
	const struct duration longer = rule->limit.approval.longer_than;

	return rule->limit.kind != LIMIT_APPROVAL || duration_is_zero(longer) ||
	       s.end > duration_after(longer, z, s.start);
}

static bool matches_item(const struct trial *t, const struct rule *rule, const struct booking *b,
			 uint32_t k)
{
	const struct span s = b->items[k].span;
	const struct unit *u = t->resource->n_parts ? &t->resource->units[0] : NULL;
	bool has_lane = false;

	for (size_t i = 0; !u && i < b->n_allocations; i++) {
		const struct unit *lane = resource_lane(t->resource, b->allocations[i].lane);

		if (b->allocations[i].item != k || !lane)
			continue;
		has_lane = true;
		if (rule_matches(t, rule, lane, s) && wants_approval(rule, trial_zone(t, lane), s))
			return true;
	}
	return !has_lane && rule_matches(t, rule, u, s) &&
	       wants_approval(rule, trial_zone(t, u), s);
}

static struct trial trial_of(const struct pole *p, const struct booking *b, uint32_t item,
			     int64_t now)
{
	return (struct trial){
	    .pole = p,
	    .directory = pole_directory(p),
	    .resource = pole_resource(p, b->items[item].resource),
	    .member = b->member,
	    .holder = pole_member(p, b->member),
	    .person = pole_person(p, b->person),
	    .now = now,
	    .quantity = b->items[item].quantity,
	    .except = b->number,
	    .made_at = b->made_at,
	    .standing = true,
	    .brought = b->items[item].via != ITEM_ASKED,
	};
}

bool booking_suits_unit(const struct pole *p, const struct booking *b, uint32_t item,
			const struct unit *u, int64_t now)
{
	const struct directory *d = pole_directory(p);
	const struct item *i = &b->items[item];
	const struct rule *const *rules;
	size_t n;

	rules = directory_rules(d, directory_resource(d, i->resource), &n);
	for (size_t k = 0; k < n; k++) {
		struct trial t;

		if (!rule_is_of_units(rules[k]))
			continue;
		t = trial_of(p, b, item, now);
		if (rule_matches(&t, rules[k], u, i->span) &&
		    rule_test(&t, rules[k], u, i->span, NULL) != REASON_NONE)
			return false;
	}
	return true;
}

static void rules_of_item(const struct trial *t, enum limit_kind kind, const struct booking *b,
			  uint32_t k, void (*each)(void *arg, const struct rule *rule), void *arg)
{
	size_t n;
	const struct rule *const *rules = directory_rules(t->directory, t->resource, &n);

	for (size_t i = 0; i < n; i++)
		if (rules[i]->limit.kind == kind && matches_item(t, rules[i], b, k))
			each(arg, rules[i]);
}

void rules_of_kind(const struct pole *p, enum limit_kind kind, const struct booking *b, int64_t now,
		   void (*each)(void *arg, const struct rule *rule), void *arg)
{
	for (uint32_t k = 0; k < b->n_items; k++) {
		const struct trial t = trial_of(p, b, k, now);

		if (t.resource && b->items[k].via == ITEM_ASKED)
			rules_of_item(&t, kind, b, k, each, arg);
	}
}

static void keep_first(void *arg, const struct rule *rule)
{
	const struct rule **first = arg;

	if (!*first || rule < *first)
		*first = rule;
}

const struct rule *rule_of_kind(const struct pole *p, enum limit_kind kind, const struct booking *b,
				int64_t now)
{
	const struct rule *first = NULL;

	rules_of_kind(p, kind, b, now, keep_first, &first);
	return first;
}
