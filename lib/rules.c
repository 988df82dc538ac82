/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a request keeps a rule: one function per kind of limit.
 *
 * Limits are of two sorts. Those of form (length, start, lead, horizon, slots) were settled when a
 * start was granted, and say nothing of what another thing brings along. Those of right (quota,
 * who, owner's windows, qualification) are asked of everything, whenever more is asked than was
 * granted.
 */
#include "lib/rules.h"

#include "lib/limits.h"
#include "lib/rule_parts.h"
#include "lib/start_grid.h"

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
	struct kept_times times;
};

static bool see_kept(void *arg, struct span stretch)
{
	struct keeping *k = arg;
	const struct duration until = k->rule->limit.keep.until;
	int64_t at =
	    duration_is_zero(until) ? TIME_NEVER : duration_before(until, k->zone, stretch.start);

	if (k->trial->now >= at)
		return true;
	if (span_is_empty(k->times.all))
		k->times.all = stretch;
	k->times.all.end = stretch.end;
	if (k->times.until < at)
		k->times.until = at;
	return true;
}

struct kept_times rule_kept_times(const struct trial *t, const struct rule *rule,
				  const struct unit *u, struct span s)
{
	struct keeping k = {.trial = t, .rule = rule, .zone = trial_zone(t, u)};

	k.times.until = INT64_MIN;
	if (rule->has_when)
		when_each(&rule->when, k.zone, s, see_kept, &k);
	else
		see_kept(&k, s);
	return k.times;
}

static uint32_t kept_for(const struct trial *t, const struct party_match *m, const struct unit *u)
{
	const struct member *owner = unit_owner(t->resource, u);

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
	struct kept_times k;

	if (!t->holder || party_matches(m, t->holder, t->person, t->resource, u))
		return REASON_NONE;
	k = rule_kept_times(t, rule, u, s);
	if (span_is_empty(k.all))
		return REASON_NONE;
	ret->member = kept_for(t, m, u);
	ret->window = (struct span){k.all.start, k.until};
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
	test_fn *test = tests[rule->limit.kind];
	bool asked = test && is_asked(t, rule, u, s);
	struct refusal unused;

	if (!ret && asked && rule->limit.kind == LIMIT_QUOTA)
		return quota_is_kept(t, rule, u, s) ? REASON_NONE : REASON_QUOTA;
	if (!ret)
		return asked ? test(t, rule, u, s, &unused) : REASON_NONE;
	*ret = (struct refusal){.rule = rule, .place = rule->place, .limit = rule->limit};
	if (asked)
		ret->reason = test(t, rule, u, s, ret);
	return ret->reason;
}
