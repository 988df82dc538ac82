/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which rules a request has to keep, and whether it does: one function per kind of limit.
 *
 * Limits are of two sorts. Those of form (length, start, lead, horizon, slots) were settled when a
 * start was granted, and say nothing of what another thing brings along. Those of right (quota,
 * who, owner's windows, qualification) are asked of everything, whenever more is asked than was
 * granted.
 */
#include "lib/rules.h"

#include <string.h>

#include "lib/limits.h"
#include "lib/start_grid.h"

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

static const struct member *owner_of(const struct resource *r, const struct unit *u)
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
	return member && (names_member(m, member) || (m->owner && owner_of(r, u) == member));
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

static int64_t day_start(const struct zone *z, struct civil_date date)
{
	int64_t at;

	zone_local_s_to_utc(z, civil_days(date) * DAY_S, &at);
	return at;
}

/* From its day in the year of use on, the rule no longer holds. */
static bool is_released(const struct rule *rule, const struct zone *z, struct span s, int64_t now)
{
	const struct civil_date date = {zone_to_local(z, s.start).date.year, rule->release.month,
					rule->release.day};

	return rule->has_release && now >= day_start(z, date);
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

static bool is_kept_unit(const struct trial *t, const struct unit *u)
{
	if (!t->prefers || !u || t->resource->n_parts > 0)
		return true;
	for (size_t i = 0; i < t->prefers->n_allocations; i++)
		if (t->prefers->allocations[i].item == t->prefers_item &&
		    t->prefers->allocations[i].lane == u->lane)
			return true;
	return false;
}

static bool is_within_kept(const struct trial *t, struct span s)
{
	return t->has_kept && t->has_kept_right && span_contains(t->kept, s);
}

static bool is_asked(const struct trial *t, const struct rule *rule, const struct unit *u,
		     struct span s)
{
	bool same_start = t->has_kept && t->kept.start == s.start;

	switch (rule->limit.kind) {
	case LIMIT_DURATION:
		return !t->brought;
	case LIMIT_START:
		return !t->brought && !same_start;
	case LIMIT_LEAD:
	case LIMIT_HORIZON:
	case LIMIT_SLOTS:
	case LIMIT_OPENS:
		return !t->brought && !t->standing && !same_start;
	default:
		return !(is_within_kept(t, s) && (is_kept_unit(t, u) || !rule_is_of_units(rule)));
	}
}

static enum reason test_span(const struct trial *t, const struct rule *rule, const struct unit *u,
			     struct span s, struct refusal *ret)
{
	return limit_test(&rule->limit, trial_zone(t, u), s, t->now, &ret->bound);
}

struct chain {
	const struct trial *trial;
	const struct zone *zone;
	int64_t grid_s;
	struct span span;
	bool grew;
};

/* When the next could begin at the earliest: after the buffer, on the grid of starts. */
static int64_t next_start(const struct chain *c, struct span s)
{
	int64_t at = s.end + trial_after_s(c->trial, s) + c->trial->before_s;

	return c->grid_s ? grid_up((int32_t)c->grid_s, c->zone, at) : at;
}

static void join(struct chain *c, struct span s)
{
	if (s.start > next_start(c, c->span) || c->span.start > next_start(c, s))
		return;
	c->grew |= s.start < c->span.start || s.end > c->span.end;
	if (s.start < c->span.start)
		c->span.start = s.start;
	if (s.end > c->span.end)
		c->span.end = s.end;
}

static bool join_booking(void *arg, const struct booking *b)
{
	struct chain *c = arg;

	if (b->number == c->trial->except || !booking_state_occupies(b->state))
		return true;
	for (const struct item *i = b->items; i < b->items + b->n_items; i++)
		if (i->resource == c->trial->resource->number && i->state == ITEM_PRESENT)
			join(c, i->span);
	return true;
}

static void join_others(struct chain *c)
{
	const struct trial *t = c->trial;

	for (size_t i = 0; i < t->n_others; i++)
		if (t->others[i].resource == t->resource)
			join(c, t->others[i].span);
}

#define CHAIN_GAP_S (2 * (int64_t)DAY_S) /* buffers and grids that are longer part a chain */

/* The member's bookings of the same thing that follow each other with no more between them than
 * buffer and grid make them leave. */
static struct span chain_of(const struct trial *t, const struct zone *z, struct span s)
{
	struct chain c = {.trial = t, .zone = z, .span = s};

	for (size_t i = 0; i < t->n_rules; i++)
		if (t->rules[i]->limit.kind == LIMIT_START &&
		    t->rules[i]->limit.start_every_s > c.grid_s)
			c.grid_s = t->rules[i]->limit.start_every_s;
	do {
		const struct span around = {c.span.start - CHAIN_GAP_S, c.span.end + CHAIN_GAP_S};

		c.grew = false;
		join_others(&c);
		pole_each_of_member(t->pole, t->member, t->resource->number, around, join_booking,
				    &c);
	} while (c.grew);
	return c.span;
}

static enum reason test_duration(const struct trial *t, const struct rule *rule,
				 const struct unit *u, struct span s, struct refusal *ret)
{
	const struct limit *l = &rule->limit;
	const struct zone *z = trial_zone(t, u);
	enum reason reason = limit_test(l, z, s, t->now, &ret->bound);
	struct span chain;

	if (reason || !l->duration.chains || duration_is_zero(l->duration.max) || !t->member)
		return reason;
	if (is_within_kept(t, s))
		return REASON_NONE;
	chain = chain_of(t, z, s);
	if (chain.end <= duration_after(l->duration.max, z, chain.start))
		return REASON_NONE;
	ret->window = chain;
	return REASON_TOO_LONG;
}

static enum reason test_opens(const struct trial *t, const struct rule *rule, const struct unit *u,
			      struct span s, struct refusal *ret)
{
	ret->bound = opens_at(&rule->limit, trial_zone(t, u), s.start);
	return t->now < ret->bound ? REASON_OPENS : REASON_NONE;
}

static enum reason test_quota(const struct trial *t, const struct rule *rule, const struct unit *u,
			      struct span s, struct refusal *ret)
{
	struct count c = quota_count(t, rule, u, s);

	ret->used = c.used;
	ret->wanted = c.wanted;
	ret->window = c.window;
	return c.wanted > 0 && c.used + c.wanted > rule->limit.quota.at_most ? REASON_QUOTA
									     : REASON_NONE;
}

/* Who is of no member is not known yet: nobody books so. */
static enum reason test_who(const struct trial *t, const struct rule *rule, const struct unit *u,
			    struct span s, struct refusal *ret)
{
	return !t->holder || party_matches(&rule->limit.who, t->holder, t->person, t->resource, u)
		   ? REASON_NONE
		   : REASON_WHO;
}

struct keeping {
	const struct trial *trial;
	const struct rule *rule;
	const struct zone *zone;
	struct span kept; /* the stretches that are, from the first to the last; empty: none */
	int64_t until;	  /* they are all released */
};

static bool see_kept(void *arg, struct span stretch)
{
	struct keeping *k = arg;
	const struct duration until = k->rule->limit.keep.until;
	int64_t at =
	    duration_is_zero(until) ? TIME_NEVER : duration_before(until, k->zone, stretch.start);

	if (k->trial->now >= at)
		return true;
	if (span_is_empty(k->kept))
		k->kept = stretch;
	k->kept.end = stretch.end;
	if (k->until < at)
		k->until = at;
	return true;
}

static struct keeping kept_times(const struct trial *t, const struct rule *rule,
				 const struct unit *u, struct span s)
{
	struct keeping k = {.trial = t, .rule = rule, .zone = trial_zone(t, u), .until = INT64_MIN};

	if (rule->has_when)
		when_each(&rule->when, k.zone, s, see_kept, &k);
	else
		see_kept(&k, s);
	return k;
}

static uint32_t kept_for(const struct trial *t, const struct party_match *m, const struct unit *u)
{
	const struct member *owner = owner_of(t->resource, u);

	if (m->n_classes > 0 || m->n_members + m->owner != 1)
		return 0;
	if (m->n_members == 1)
		return m->members[0]->number;
	return owner ? owner->number : 0;
}

static enum reason test_keep(const struct trial *t, const struct rule *rule, const struct unit *u,
			     struct span s, struct refusal *ret)
{
	const struct party_match *m = &rule->limit.keep.party;
	struct keeping k;

	if (!t->holder || party_matches(m, t->holder, t->person, t->resource, u))
		return REASON_NONE;
	k = kept_times(t, rule, u, s);
	if (span_is_empty(k.kept))
		return REASON_NONE;
	ret->member = kept_for(t, m, u);
	ret->window = (struct span){k.kept.start, k.until};
	return REASON_KEPT;
}

static enum reason test_qualification(const struct trial *t, const struct rule *rule,
				      const struct unit *u, struct span s, struct refusal *ret)
{
	const struct limit *l = &rule->limit;
	uint32_t issuer = l->qualification.own_issuer ? t->member : 0;

	if (t->person && person_is_qualified(
			     t->person, l->qualification.word, issuer, s,
			     duration_before(l->qualification.held_for, trial_zone(t, u), s.start)))
		return REASON_NONE;
	return REASON_QUALIFICATION;
}

typedef enum reason test_fn(const struct trial *, const struct rule *, const struct unit *,
			    struct span, struct refusal *);
static test_fn *const tests[N_LIMIT_KINDS] = {
    [LIMIT_DURATION] = test_duration, [LIMIT_START] = test_span,
    [LIMIT_LEAD] = test_span,	      [LIMIT_HORIZON] = test_span,
    [LIMIT_SLOTS] = test_span,	      [LIMIT_OPENS] = test_opens,
    [LIMIT_QUOTA] = test_quota,	      [LIMIT_WHO] = test_who,
    [LIMIT_KEEP] = test_keep,	      [LIMIT_QUALIFICATION] = test_qualification,
};

enum reason rule_test(const struct trial *t, const struct rule *rule, const struct unit *u,
		      struct span s, struct refusal *ret)
{
	struct refusal refusal = {.rule = rule, .place = rule->place, .limit = rule->limit};

	if (tests[rule->limit.kind] && is_asked(t, rule, u, s))
		refusal.reason = tests[rule->limit.kind](t, rule, u, s, &refusal);
	if (ret)
		*ret = refusal;
	return refusal.reason;
}

static int64_t step(int64_t start, bool backwards)
{
	return backwards ? start - 1 : start + 1;
}

struct touched {
	struct span all; /* from the first stretch's start to the last one's end */
	bool some;
};

static bool touch(void *arg, struct span stretch)
{
	struct touched *t = arg;

	if (!t->some)
		t->all = stretch;
	t->all.end = stretch.end;
	t->some = true;
	return true;
}

/* A span that goes on overlapping what it overlaps now is no better: its start has to get past all
 * of that, or its end before it. Civil days make a length uneven by hours at the most. */
#define UNEVEN_S 7200

static int64_t past_span(struct span s, struct span obstacle, bool backwards)
{
	int64_t before = obstacle.start - (s.end - s.start) + UNEVEN_S;

	if (!backwards)
		return obstacle.end > s.start ? obstacle.end : s.start + 1;
	return before < s.start ? before : s.start - 1;
}

static int64_t past_when(const struct rule *rule, const struct zone *z, struct span s,
			 bool backwards)
{
	struct touched t = {.some = false};

	when_each(&rule->when, z, s, touch, &t);
	return t.some ? past_span(s, t.all, backwards) : step(s.start, backwards);
}

/* Bookings and units belong to the window that they start in. */
static int64_t past_quota(const struct trial *t, const struct rule *rule, const struct unit *u,
			  struct span s, bool backwards)
{
	const struct quota *q = &rule->limit.quota;
	const struct zone *z = trial_zone(t, u);
	int64_t first, next, at;

	if (q->uncounted & (UNCOUNTED_SAME_DAY | UNCOUNTED_OFF_PEAK))
		return step(s.start, backwards);
	if (q->window == QUOTA_FUTURE && q->measure != QUOTA_DAYS && t->n_others == 0)
		return backwards ? INT64_MIN : TIME_NEVER;
	if (q->window < QUOTA_CALENDAR_DAY || t->n_others > 0 ||
	    (q->measure != QUOTA_BOOKINGS && q->measure != QUOTA_UNITS))
		return step(s.start, backwards);
	quota_calendar(q->window, civil_days(zone_to_local(z, s.start).date), &first, &next);
	at = day_start(z, civil_from_days(backwards ? first : next));
	return backwards ? at - 1 : at;
}

static bool has_held(const struct trial *t, const char *word)
{
	for (size_t i = 0; t->person && i < t->person->n_qualifications; i++)
		if (strcmp(t->person->qualifications[i].word, word) == 0)
			return true;
	return false;
}

static int64_t past_limit(const struct trial *t, const struct rule *rule, const struct unit *u,
			  struct span s, bool backwards)
{
	switch (rule->limit.kind) {
	case LIMIT_WHO:
		return backwards ? INT64_MIN : TIME_NEVER;
	case LIMIT_QUALIFICATION:
		if (has_held(t, rule->limit.qualification.word))
			return step(s.start, backwards);
		return backwards ? INT64_MIN : TIME_NEVER;
	case LIMIT_QUOTA:
		return past_quota(t, rule, u, s, backwards);
	case LIMIT_KEEP:
		if (rule->has_when)
			return past_span(s, kept_times(t, rule, u, s).kept, backwards);
		return step(s.start, backwards);
	default:
		return step(s.start, backwards);
	}
}

/* Past the limit, or to where the rule does not match: whichever is nearer. */
int64_t rule_past(const struct trial *t, const struct rule *rule, const struct unit *u,
		  struct span s, bool backwards)
{
	int64_t at = past_limit(t, rule, u, s, backwards), other = at;

	if (t->has_kept || rule->has_release)
		return step(s.start, backwards);
	if (rule->has_when && rule->limit.kind != LIMIT_KEEP)
		other = past_when(rule, trial_zone(t, u), s, backwards);
	return backwards ? (at > other ? at : other) : (at < other ? at : other);
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
	const struct trial t = trial_of(p, b, item, now);
	const struct rule *const *rules;
	size_t n;

	rules = directory_rules(t.directory, t.resource, &n);
	for (size_t i = 0; i < n; i++)
		if (rule_is_of_units(rules[i]) &&
		    rule_matches(&t, rules[i], u, b->items[item].span) &&
		    rule_test(&t, rules[i], u, b->items[item].span, NULL) != REASON_NONE)
			return false;
	return true;
}

static const struct rule *rule_of_item(const struct trial *t, enum limit_kind kind,
				       const struct booking *b, uint32_t k)
{
	size_t n;
	const struct rule *const *rules = directory_rules(t->directory, t->resource, &n);

	for (size_t i = 0; i < n; i++)
		if (rules[i]->limit.kind == kind && matches_item(t, rules[i], b, k))
			return rules[i];
	return NULL;
}

const struct rule *rule_of_kind(const struct pole *p, enum limit_kind kind, const struct booking *b,
				int64_t now)
{
	const struct rule *first = NULL;

	for (uint32_t k = 0; k < b->n_items; k++) {
		const struct trial t = trial_of(p, b, k, now);
		const struct rule *rule;

		if (!t.resource || b->items[k].via != ITEM_ASKED)
			continue;
		rule = rule_of_item(&t, kind, b, k);
		if (rule && (!first || rule < first))
			first = rule;
	}
	return first;
}
