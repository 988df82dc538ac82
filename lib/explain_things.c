/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Findings: rules, hours and units of one thing.
 *
 * Each is asked of the same trial that a decision asks. Units are shown as they stand before anyone
 * is moved to make room, so what is chosen may be taken by somebody who is.
 */
#include "lib/explain_parts.h"

#include "lib/outages.h"
#include "lib/rules.h"
#include "lib/way.h"
#include "lib/wish.h"

struct thing {
	struct explaining *e;
	const struct want *want;
	struct trial trial;
	struct span span;
	struct plan others; /* the other things of the same request */
	const struct opening *opening;
};

static void add(struct explaining *e, struct finding f)
{
	struct explanation *x = e->ret;

	if (x->n == FINDINGS_MAX) {
		x->is_cut = true;
		return;
	}
	if (x->n == e->cap)
		x->findings = arena_grow(e->arena, x->findings, x->n, &e->cap, x->n + 1,
					 sizeof(*x->findings));
	x->findings[x->n++] = f;
}

static struct finding finding_of(const struct thing *t, enum finding_kind kind)
{
	return (struct finding){.kind = kind, .item = t->want->item, .resource = t->want->resource};
}

/* A unit of that opening, for rules that ask no more of it; NULL: the resource's own. */
static const struct unit *unit_at(const struct trial *t, const struct opening *o)
{
	for (size_t i = 0; o != t->resource->opening && i < t->resource->n_units; i++)
		if (t->resource->units[i].opening == o)
			return &t->resource->units[i];
	return NULL;
}

/* That of the first unit where the time is allowed; where it is nowhere, of the first candidate. */
static const struct opening *opening_for_all(const struct thing *t)
{
	const struct resource *r = t->trial.resource;
	const struct opening *first = NULL;

	for (size_t i = 0; i < r->n_units; i++) {
		const struct opening *o = trial_opening(&t->trial, &r->units[i]);

		if (!trial_is_candidate(&t->trial, &r->units[i]) || o == first)
			continue;
		if (trial_allows(&t->trial, o, t->span))
			return o;
		if (!first)
			first = o;
	}
	return first ? first : trial_opening(&t->trial, t->trial.unit);
}

/* Quotas look at all that there is; what is told of a booking's other rules is as of its making. */
static struct trial trial_for(const struct thing *t, const struct rule *rule)
{
	struct trial trial = t->trial;

	if (t->e->of && rule->limit.kind == LIMIT_QUOTA)
		trial.now = t->e->basket->now;
	return trial;
}

static bool is_of_single_bookings(const struct rule *rule)
{
	return rule->limit.kind != LIMIT_RECURRENCE && rule->limit.kind != LIMIT_HOLD;
}

static void test_rule(const struct thing *t, const struct rule *rule, const struct unit *u,
		      struct finding *ret)
{
	const struct trial trial = trial_for(t, rule);

	ret->rule = rule;
	ret->refusal = (struct refusal){.rule = rule, .place = rule->place, .limit = rule->limit};
	ret->unmatched =
	    is_of_single_bookings(rule) ? rule_unmatched(&trial, rule, u, t->span) : "kind";
	ret->kept = ret->unmatched || !rule_test(&trial, rule, u, t->span, &ret->refusal);
	ret->refusal.item = t->want->item;
}

/* Of a rule that says something else of each unit: broken where it is broken for some. */
static void explain_rule_of_units(struct thing *t, const struct rule *rule)
{
	const struct resource *r = t->trial.resource;
	struct finding told = finding_of(t, FINDING_RULE);
	size_t n = 0, n_broken = 0;

	test_rule(t, rule, NULL, &told);
	for (size_t i = 0; i < r->n_units && !(r->has_capacity && n > 0); i++) {
		struct finding f = finding_of(t, FINDING_RULE);

		if (!trial_is_candidate(&t->trial, &r->units[i]))
			continue;
		test_rule(t, rule, &r->units[i], &f);
		if (n++ == 0 || (!f.kept && n_broken == 0) || (told.unmatched && !f.unmatched)) {
			told = f;
			told.unit = &r->units[i];
		}
		n_broken += !f.kept;
	}
	if (told.kept || n_broken == n)
		told.unit = NULL;
	add(t->e, told);
}

static void explain_rules(struct thing *t)
{
	size_t n;
	const struct rule *const *rules =
	    directory_rules(t->trial.directory, t->trial.resource, &n);

	for (size_t i = 0; i < n && t->want->via != ITEM_SKILL; i++) {
		struct finding f = finding_of(t, FINDING_RULE);

		if (rule_is_of_units(rules[i])) {
			explain_rule_of_units(t, rules[i]);
			continue;
		}
		test_rule(t, rules[i], unit_at(&t->trial, t->opening), &f);
		add(t->e, f);
	}
}

/* The first of what an opening, or rules about every unit there, have against it. */
static struct refusal refused_by(const struct thing *t, const struct opening *o, bool hours_only)
{
	struct refusals refusals = {.arena = t->e->arena};

	trial_refuse(&t->trial, o, t->span, &refusals);
	for (size_t i = 0; i < refusals.n; i++)
		if (!hours_only || refusals.items[i].reason == REASON_CLOSED)
			return refusals.items[i];
	return (struct refusal){.reason = REASON_NONE};
}

static void explain_hours(struct thing *t)
{
	struct finding f = finding_of(t, FINDING_HOURS);

	f.refusal = refused_by(t, t->opening, true);
	f.refusal.item = f.item;
	f.kept = f.refusal.reason == REASON_NONE;
	add(t->e, f);
}

struct obstacles {
	const struct thing *thing;
	bool booking, travel, outage;
	int64_t until;
	struct conflict first;
};

static bool see(void *arg, const struct blocker *b)
{
	struct obstacles *o = arg;
	bool is_first = !o->booking && !o->travel;

	if (b->kind == WAY_OUTAGE && b->keeps.end > o->until)
		o->until = b->keeps.end;
	if (b->kind != WAY_OUTAGE && (is_first || (!o->booking && b->kind == WAY_BOOKING)))
		o->first = (struct conflict){
		    .booking = pole_booking(o->thing->e->pole, b->booking),
		    .resource = b->resource,
		    .lane = b->lane,
		    .during = b->during,
		};
	o->booking |= b->kind == WAY_BOOKING;
	o->travel |= b->kind == WAY_TRAVEL;
	o->outage |= b->kind == WAY_OUTAGE;
	return true;
}

static enum reason reason_of(const struct obstacles *o)
{
	if (o->outage)
		return REASON_OUTAGE;
	if (o->booking)
		return REASON_CONFLICT;
	return o->travel ? REASON_TRAVEL : REASON_NONE;
}

/* What it is not, who has it, or what forbids it: in that order. */
static void test_unit(const struct thing *t, const struct unit *u, struct finding *ret)
{
	const struct trial *trial = &t->trial;
	struct refusals of_unit = {.arena = t->e->arena};
	struct obstacles o = {.thing = t, .until = INT64_MIN};

	if (!trial_is_candidate(trial, u)) {
		ret->refusal.reason = wishes_are_met(&trial->having, trial->resource, u)
					  ? REASON_OUT_OF_SERVICE
					  : REASON_NONE_HAVING;
		return;
	}
	way_each(trial, u, t->span, see, &o);
	ret->conflict = o.first;
	ret->refusal.reason = reason_of(&o);
	if (o.outage)
		ret->refusal.bound = o.until;
	if (ret->refusal.reason == REASON_NONE)
		ret->refusal = refused_by(t, trial_opening(trial, u), false);
	if (ret->refusal.reason == REASON_NONE)
		trial_refuse_unit(trial, u, t->span, &of_unit);
	if (of_unit.n > 0)
		ret->refusal = of_unit.items[0];
	ret->kept = ret->refusal.reason == REASON_NONE;
	if (ret->kept && trial->resource->n_parts == 0)
		ret->slack_s = trial_slack(trial, u, t->span);
}

static bool is_chosen(const struct thing *t, const struct unit *u)
{
	const struct booking *b = t->e->granted;

	for (size_t i = 0; b && i < b->n_allocations; i++)
		if (b->allocations[i].item == t->want->item &&
		    (t->want->resource->n_parts > 0 ||
		     (b->allocations[i].resource == t->want->resource->number &&
		      b->allocations[i].lane == u->lane)))
			return true;
	return false;
}

static void explain_unit(struct thing *t, const struct unit *u, struct finding *ret)
{
	*ret = finding_of(t, FINDING_UNIT);
	ret->unit = u;
	test_unit(t, u, ret);
	ret->refusal.item = ret->item;
	ret->chosen = is_chosen(t, u);
}

/* Places have no names: how many there are, how many are free, and what stands against the first
 * that is not. */
static void explain_places(struct thing *t)
{
	const struct resource *r = t->trial.resource;
	struct finding told = finding_of(t, FINDING_UNIT), f;

	for (size_t i = 0; i < r->n_units; i++) {
		if (r->units[i].is_gone)
			continue;
		explain_unit(t, &r->units[i], &f);
		told.chosen |= f.chosen;
		told.n_places++;
		told.n_free += f.kept;
		if (!f.kept && told.refusal.reason == REASON_NONE) {
			told.refusal = f.refusal;
			told.conflict = f.conflict;
		}
	}
	told.kept = told.n_free >= t->want->quantity;
	add(t->e, told);
}

static void explain_units(struct thing *t)
{
	const struct resource *r = t->trial.resource;

	if (r->has_capacity) {
		explain_places(t);
		return;
	}
	for (size_t i = 0; i < r->n_units; i++) {
		const struct unit *u = &r->units[i];
		struct finding f;

		if (u->is_gone || (t->want->unit && t->want->unit != u))
			continue;
		explain_unit(t, u, &f);
		add(t->e, f);
	}
}

static void take_others(struct thing *t)
{
	const struct basket *b = t->e->basket;

	t->others = (struct plan){.arena = t->e->arena};
	for (size_t i = 0; i < b->plan.n; i++)
		if (b->plan.entries[i].booking == b->number &&
		    b->plan.entries[i].allocation.item != t->want->item)
			plan_add(&t->others, b->plan.entries[i]);
	t->trial.plan = t->others.n > 0 ? &t->others : NULL;
}

void explain_want(struct explaining *e, const struct want *w)
{
	struct thing t = {
	    .e = e,
	    .want = w,
	    .span = {w->span.start + e->shift_s, w->span.end + e->shift_s},
	};

	basket_trial(e->basket, w, &t.trial);
	if (e->of) {
		t.trial.except = e->of->number;
		t.trial.made_at = e->of->made_at;
		t.trial.now = e->made_at;
	}
	take_others(&t);
	t.opening = opening_for_all(&t);
	explain_rules(&t);
	explain_hours(&t);
	explain_units(&t);
}

static bool says(const struct finding *f, const struct refusal *r)
{
	if (f->kind == FINDING_RULE)
		return !f->kept && r->rule == f->rule && r->reason == f->refusal.reason;
	if (r->rule || f->item != r->item)
		return false;
	return f->refusal.reason == (r->reason == REASON_UNDECIDED ? REASON_CONFLICT : r->reason);
}

void explain_rest(struct explaining *e)
{
	const struct answer *answer = &e->ret->answer;
	size_t n = e->ret->n;

	for (size_t i = 0; i < answer->n_refusals; i++) {
		const struct refusal *r = &answer->refusals[i];
		struct finding f = {
		    .kind = FINDING_OTHER, .item = r->item, .rule = r->rule, .refusal = *r};
		bool is_said = false;

		for (size_t j = 0; j < n && !is_said; j++)
			is_said = says(&e->ret->findings[j], r);
		if (!is_said)
			add(e, f);
	}
}
