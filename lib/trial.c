/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request, resolved: may it have this time, and on which unit.
 *
 * Fit: of the units that are free, the one is taken on which the booking leaves the least time idle
 * to its neighbours, each side counted up to a day. So bookings gather on few units and long
 * stretches stay whole on the others; a booking that leaves an empty van empty costs the next one,
 * who wants it for three days, nothing.
 */
#include "lib/trial.h"

#include "lib/outages.h"
#include "lib/rules.h"
#include "lib/way.h"
#include "lib/wish.h"
#include "lib/moment.h"

#define SLACK_CAP_S DAY_S
#define OPEN_LOOK_DAYS 366

void refusals_add(struct refusals *r, struct refusal refusal)
{
	if (r->n == r->cap)
		r->items =
		    arena_grow(r->arena, r->items, r->n, &r->cap, r->n + 1, sizeof(*r->items));
	r->items[r->n++] = refusal;
}

static int64_t buffer_s(struct duration d)
{
	return d.days * DAY_S + d.seconds;
}

/* Leaves out the rules that are not about that member. */
static void keep_rules_of(struct trial *t, const struct tested_rules *all,
			  const struct member *member, struct arena *a)
{
	const struct rule **rules = arena_new_n(a, const struct rule *, all->n);
	uint8_t *traits = arena_new_n(a, uint8_t, all->n);

	t->rules = rules;
	t->traits = traits;
	t->n_rules = t->n_of_units = t->n_costly = 0;
	for (size_t i = 0; i < all->n; i++) {
		if (!(all->traits[i] & RULE_OF_ANYONE) &&
		    !party_may_match(&all->rules[i]->party, member))
			continue;
		rules[t->n_rules] = all->rules[i];
		traits[t->n_rules++] = all->traits[i];
		t->n_of_units += (all->traits[i] & RULE_OF_UNITS) != 0;
		t->n_costly += (all->traits[i] & RULE_COSTLY) != 0;
	}
}

void trial_init(struct trial *t, const struct pole *p, const struct directory *d,
		const struct resource *resource, const struct unit *unit,
		const struct member *member, int64_t now, struct arena *a)
{
	const struct tested_rules *tested = directory_tested_rules(d, resource);

	*t = (struct trial){
	    .pole = p,
	    .directory = d,
	    .resource = resource,
	    .unit = unit,
	    .rules = tested->rules,
	    .traits = tested->traits,
	    .n_rules = tested->n,
	    .n_of_units = tested->n_of_units,
	    .n_costly = tested->n_costly,
	    .now = now,
	    .before_s = buffer_s(resource->buffer_before),
	    .quantity = 1,
	    .member = member ? member->number : 0,
	    .holder = member,
	    .works_on = member ? member->works_on : 0,
	};
	if (!tested->of_anyone)
		keep_rules_of(t, tested, member, a);
}

void trial_ask_nothing(struct trial *t)
{
	t->n_rules = t->n_of_units = t->n_costly = 0;
}

void trial_instead(struct trial *ret, const struct trial *t, const struct resource *r,
		   struct arena *a)
{
	trial_init(ret, t->pole, t->directory, r, NULL, t->holder, t->now, a);
	ret->person = t->person;
	ret->quantity = t->quantity;
	ret->having = t->having;
	ret->others = t->others;
	ret->n_others = t->n_others;
}

const struct zone *trial_zone(const struct trial *t, const struct unit *u)
{
	return trial_opening(t, u)->zone;
}

const struct opening *trial_opening(const struct trial *t, const struct unit *u)
{
	return u && u->opening ? u->opening : t->resource->opening;
}

struct opening_for trial_hours(const struct trial *t, const struct opening *o)
{
	return (struct opening_for){o, t->works_on};
}

int64_t trial_after_s(const struct trial *t, struct span s)
{
	const struct resource *r = t->resource;
	bool is_long = !duration_is_zero(r->long_from) && s.end - s.start > buffer_s(r->long_from);

	return buffer_s(is_long ? r->long_after : r->buffer_after);
}

struct span trial_during(const struct trial *t, struct span s)
{
	return (struct span){.start = s.start - t->before_s, .end = s.end + trial_after_s(t, s)};
}

/* A whole lacks what one of its leaves lacks. */
static bool is_whole(const struct resource *r)
{
	for (size_t i = 0; i < r->n_leaves; i++)
		for (size_t j = 0; j < r->leaves[i]->n_units; j++)
			if (!r->leaves[i]->units[j].in_service && !r->leaves[i]->units[j].is_gone)
				return false;
	return true;
}

static bool is_preferred(const struct trial *t, const struct unit *u)
{
	for (size_t i = 0; i < t->prefers->n_allocations; i++)
		if (t->prefers->allocations[i].item == t->prefers_item &&
		    t->prefers->allocations[i].lane == u->lane)
			return true;
	return false;
}

static bool is_asked_for(const struct trial *t, const struct unit *u)
{
	return u->in_service && (!t->unit || t->unit == u) && is_whole(t->resource);
}

bool trial_is_candidate(const struct trial *t, const struct unit *u)
{
	return is_asked_for(t, u) && (!t->bound || is_preferred(t, u)) &&
	       wishes_are_met(&t->having, t->resource, u);
}

static const struct timeline *timeline_of(const struct trial *t, const struct unit *u)
{
	return pole_timeline(t->pole, t->resource->number, u->lane);
}

static bool stop(void *arg, const struct blocker *b)
{
	return false;
}

bool trial_is_free(const struct trial *t, const struct unit *u, struct span s)
{
	const struct timeline *line = timeline_of(t, u);

	if (!way_is_simple(t))
		return way_each(t, u, s, stop, NULL);
	return !line || !timeline_conflict(line, trial_during(t, s), t->except);
}

static bool is_past(const struct trial *t, struct span s)
{
	return s.start < t->now && !t->standing && !(t->has_kept && t->kept.start == s.start);
}

/* A unit of that opening, for rules that ask no more of it; NULL: the resource's own. */
static const struct unit *unit_at(const struct trial *t, const struct opening *o)
{
	for (size_t i = 0; o != t->resource->opening && i < t->resource->n_units; i++)
		if (t->resource->units[i].opening == o)
			return &t->resource->units[i];
	return NULL;
}

/* The i-th of the trial's. */
static bool is_broken(const struct trial *t, size_t i, const struct unit *u, struct span s)
{
	const struct rule *rule = t->rules[i];

	return (t->traits[i] & RULE_MATCHES || rule_matches(t, rule, u, s)) &&
	       rule_test(t, rule, u, s, NULL) != REASON_NONE;
}

/* Those of which `trait` is all that is so of RULE_COSTLY and RULE_OF_UNITS. */
static bool keeps_rules(const struct trial *t, const struct unit *u, struct span s, unsigned trait)
{
	for (size_t i = 0; i < t->n_rules; i++)
		if ((t->traits[i] & (RULE_COSTLY | RULE_OF_UNITS)) == trait &&
		    is_broken(t, i, u, s))
			return false;
	return true;
}

bool trial_allows(const struct trial *t, const struct opening *o, struct span s)
{
	if (s.end > MOMENT_LATEST || is_past(t, s))
		return false;
	if (t->n_rules > t->n_costly && !keeps_rules(t, unit_at(t, o), s, 0))
		return false;
	return opening_admits(trial_hours(t, o), s) && !outages_close(t->pole, t->resource, s) &&
	       (t->n_costly == 0 || keeps_rules(t, unit_at(t, o), s, RULE_COSTLY));
}

bool trial_allows_unit(const struct trial *t, const struct unit *u, struct span s)
{
	for (size_t i = 0; t->n_of_units > 0 && i < t->n_rules; i++)
		if (t->traits[i] & RULE_OF_UNITS && is_broken(t, i, u, s))
			return false;
	return true;
}

int64_t trial_past(const struct trial *t, const struct opening *o, struct span s, bool backwards)
{
	const struct unit *u = unit_at(t, o);
	int64_t at = backwards ? s.start - 1 : s.start + 1;

	for (size_t i = 0; i < t->n_rules; i++) {
		const struct rule *rule = t->rules[i];
		int64_t past;

		if (t->traits[i] & RULE_OF_UNITS || !is_broken(t, i, u, s))
			continue;
		past = rule_past(t, rule, u, s, backwards);
		if (backwards ? past < at : past > at)
			at = past;
	}
	return at;
}

static int64_t distance(struct span a, struct span b)
{
	if (a.end <= b.start)
		return b.start - a.end;
	return b.end <= a.start ? a.start - b.end : 0;
}

static bool is_open_at(struct opening_for o, int64_t at)
{
	struct span stretch;

	return opening_next(o, at, 1, &stretch) && stretch.start <= at;
}

/* The stretch nearest to `s`, or to its end where only that is outside, in which a booking may
 * start or end; empty if there is none for a year before and after. */
static struct span nearest_open(struct opening_for o, struct span s)
{
	struct span before, after;
	bool has_before;

	if (is_open_at(o, s.start) && !is_open_at(o, s.end - 1))
		s.start = s.end - 1;
	has_before = opening_previous(o, s.start, OPEN_LOOK_DAYS, &before);

	if (!opening_next(o, s.start, OPEN_LOOK_DAYS, &after))
		return has_before ? before : (struct span){0};
	return has_before && distance(before, s) <= distance(after, s) ? before : after;
}

static void refuse_closed(const struct trial *t, const struct opening *o, struct span s,
			  struct refusals *out)
{
	const struct opening_for hours = trial_hours(t, o);
	struct refusal refusal = {
	    .reason = REASON_CLOSED,
	    .place = t->resource->place,
	    .open = nearest_open(hours, s),
	    .closed_why = opening_why(hours, s, out->arena),
	};

	if (refusal.closed_why.closure)
		refusal.place = refusal.closed_why.closure->place;
	refusals_add(out, refusal);
}

/* By one that a manager declared, which no file says. */
static void refuse_closure(const struct opening *o, struct span s, const struct outage *closure,
			   struct refusals *out)
{
	int64_t at = s.start >= closure->span.start ? s.start : s.end - 1;
	struct refusal refusal = {.reason = REASON_CLOSED, .bound = closure->span.end};

	refusal.closed_why.date = zone_to_local(o->zone, at).date;
	refusals_add(out, refusal);
}

static void refuse_rules(const struct trial *t, const struct unit *u, struct span s, bool of_units,
			 struct refusals *out)
{
	for (size_t i = 0; i < t->n_rules; i++) {
		struct refusal refusal;

		if (rule_is_of_units(t->rules[i]) == of_units &&
		    rule_matches(t, t->rules[i], u, s) &&
		    rule_test(t, t->rules[i], u, s, &refusal) != REASON_NONE)
			refusals_add(out, refusal);
	}
}

void trial_refuse(const struct trial *t, const struct opening *o, struct span s,
		  struct refusals *out)
{
	const struct outage *closure;

	if (is_past(t, s))
		refusals_add(out, (struct refusal){.reason = REASON_PAST});
	if (s.end > MOMENT_LATEST) {
		refusals_add(out,
			     (struct refusal){.reason = REASON_HORIZON, .bound = MOMENT_LATEST});
		return;
	}
	if (!opening_admits(trial_hours(t, o), s))
		refuse_closed(t, o, s, out);
	else if ((closure = outages_close(t->pole, t->resource, s)))
		refuse_closure(o, s, closure, out);
	refuse_rules(t, unit_at(t, o), s, false, out);
}

void trial_refuse_unit(const struct trial *t, const struct unit *u, struct span s,
		       struct refusals *out)
{
	if (t->n_of_units > 0 && s.end <= MOMENT_LATEST)
		refuse_rules(t, u, s, true, out);
}

static int64_t capped_gap(int64_t from, int64_t to)
{
	if (from == INT64_MIN || to == TIME_NEVER || to - from > SLACK_CAP_S)
		return SLACK_CAP_S;
	return to - from;
}

int64_t trial_slack(const struct trial *t, const struct unit *u, struct span s)
{
	const struct timeline *line = timeline_of(t, u);
	struct span during = trial_during(t, s);
	int64_t before, after;

	if (!line)
		return 2 * SLACK_CAP_S;
	timeline_neighbours(line, during, t->except, &before, &after);
	return capped_gap(before, during.start) + capped_gap(during.end, after);
}

static bool is_better(const struct trial *t, const struct unit *u, int64_t u_slack,
		      const struct unit *best, int64_t best_slack)
{
	if (!best)
		return true;
	if (t->prefers && is_preferred(t, u) != is_preferred(t, best))
		return is_preferred(t, u);
	return u_slack != best_slack ? u_slack < best_slack : u->lane < best->lane;
}

const struct unit *trial_place(const struct trial *t, struct span s)
{
	const struct unit *best = NULL;
	const struct opening *tested = NULL;
	int64_t best_slack = 0;
	bool allowed = false;
	size_t n = 0;

	for (size_t i = 0; i < t->resource->n_units; i++) {
		const struct unit *u = &t->resource->units[i];
		int64_t u_slack;

		if (!trial_is_candidate(t, u) || !trial_is_free(t, u, s))
			continue;
		if (tested != trial_opening(t, u)) {
			tested = trial_opening(t, u);
			allowed = trial_allows(t, tested, s);
		}
		if (!allowed || !trial_allows_unit(t, u, s))
			continue;
		n++;
		u_slack = trial_slack(t, u, s);
		if (is_better(t, u, u_slack, best, best_slack)) {
			best = u;
			best_slack = u_slack;
		}
	}
	return n >= t->quantity ? best : NULL;
}

bool trial_pick(const struct trial *t, struct span s, struct arena *a, const struct unit **ret)
{
	int64_t *slacks = arena_new_n(a, int64_t, t->quantity + (size_t)1);
	const struct opening *tested = NULL;
	bool allowed = false;
	size_t n = 0;

	for (size_t i = 0; i < t->resource->n_units; i++) {
		const struct unit *u = &t->resource->units[i];
		int64_t u_slack;
		size_t at;

		if (!trial_is_candidate(t, u) || !trial_is_free(t, u, s))
			continue;
		if (tested != trial_opening(t, u)) {
			tested = trial_opening(t, u);
			allowed = trial_allows(t, tested, s);
		}
		if (!allowed || !trial_allows_unit(t, u, s))
			continue;
		u_slack = trial_slack(t, u, s);
		for (at = n; at > 0 && is_better(t, u, u_slack, ret[at - 1], slacks[at - 1]);
		     at--) {
			if (at == t->quantity)
				continue;
			ret[at] = ret[at - 1];
			slacks[at] = slacks[at - 1];
		}
		if (at == t->quantity)
			continue;
		ret[at] = u;
		slacks[at] = u_slack;
		n += n < t->quantity;
	}
	return n == t->quantity;
}

struct conflicts {
	const struct trial *trial;
	struct answer *ret;
	bool one_each;
};

/* Places of a capacity are all the same: who has several is in the way once. */
static bool is_told(const struct conflicts *c, const struct blocker *b)
{
	for (size_t i = 0; c->trial->resource->has_capacity && i < c->ret->n_conflicts; i++)
		if (c->ret->conflicts[i].booking->number == b->booking &&
		    c->ret->conflicts[i].resource == b->resource &&
		    span_equals(c->ret->conflicts[i].during, b->during))
			return true;
	return false;
}

static bool add_conflict(void *arg, const struct blocker *b)
{
	struct conflicts *c = arg;
	const struct booking *booking = pole_booking(c->trial->pole, b->booking);

	if (!booking)
		return true;
	if (is_told(c, b))
		return !c->one_each;
	if (c->ret->n_conflicts == CONFLICTS_MAX)
		return false;
	c->ret->conflicts[c->ret->n_conflicts++] = (struct conflict){
	    .booking = booking,
	    .resource = b->resource,
	    .lane = b->lane,
	    .during = b->during,
	};
	return !c->one_each;
}

/* All that is in the way on one unit; the first on each of several. */
static void list_conflicts(const struct trial *t, struct span s, size_t n_candidates,
			   struct arena *a, struct answer *ret)
{
	struct conflicts c = {t, ret, n_candidates > 1};

	if (!ret->conflicts)
		ret->conflicts = arena_new_n(a, struct conflict, CONFLICTS_MAX);
	for (size_t i = 0; i < t->resource->n_units; i++)
		if (trial_is_candidate(t, &t->resource->units[i]))
			way_each(t, &t->resource->units[i], s, add_conflict, &c);
}

struct survey { /* of the candidates */
	size_t n_in_service, n, n_free;
	size_t n_out, n_far; /* not free for an outage, or for nothing but the way to go */
	int64_t back_at;     /* when the first outage ends */
	const struct opening *refusing, *allowing; /* NULL: none does */
	size_t n_kept_back; /* free and open, but for a rule about the unit */
};

struct obstacles {
	bool booking, travel, outage;
	int64_t until;
};

static bool see(void *arg, const struct blocker *b)
{
	struct obstacles *o = arg;

	o->booking |= b->kind == WAY_BOOKING;
	o->travel |= b->kind == WAY_TRAVEL;
	o->outage |= b->kind == WAY_OUTAGE;
	if (b->kind == WAY_OUTAGE && b->keeps.end > o->until)
		o->until = b->keeps.end;
	return true;
}

static void survey_rules(const struct trial *t, const struct unit *u, struct span s, bool is_free,
			 struct survey *v)
{
	const struct opening *o = trial_opening(t, u);

	if (o != v->allowing && o != v->refusing) {
		if (trial_allows(t, o, s))
			v->allowing = o;
		else if (!v->refusing)
			v->refusing = o;
	}
	v->n_kept_back += is_free && o == v->allowing && !trial_allows_unit(t, u, s);
}

static struct survey survey(const struct trial *t, struct span s)
{
	struct survey v = {.back_at = TIME_NEVER};

	for (size_t i = 0; i < t->resource->n_units; i++) {
		const struct unit *u = &t->resource->units[i];
		struct obstacles o = {0};

		v.n_in_service += is_asked_for(t, u);
		if (!trial_is_candidate(t, u))
			continue;
		v.n++;
		way_each(t, u, s, see, &o);
		v.n_free += !o.booking && !o.travel && !o.outage;
		v.n_out += o.outage;
		v.n_far += o.travel && !o.booking && !o.outage;
		if (o.outage && o.until < v.back_at)
			v.back_at = o.until;
		survey_rules(t, u, s, !o.booking && !o.travel && !o.outage, &v);
	}
	return v;
}

static bool is_known(const struct refusals *r, const struct rule *rule)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->items[i].rule == rule)
			return true;
	return false;
}

/* The rules about units that keep back what is free: each once. */
static void refuse_units(const struct trial *t, struct span s, struct refusals *out)
{
	for (size_t i = 0; i < t->resource->n_units; i++) {
		const struct unit *u = &t->resource->units[i];
		struct refusals of_unit = {.arena = out->arena};

		if (!trial_is_candidate(t, u) || !trial_is_free(t, u, s))
			continue;
		trial_refuse_unit(t, u, s, &of_unit);
		for (size_t j = 0; j < of_unit.n; j++)
			if (!is_known(out, of_unit.items[j].rule))
				refusals_add(out, of_unit.items[j]);
	}
}

static enum reason why_taken(const struct trial *t, const struct survey *v)
{
	if (v->n - v->n_out - v->n_kept_back < t->quantity)
		return REASON_OUTAGE;
	return v->n_far > 0 && v->n_free - v->n_kept_back + v->n_far >= t->quantity
		   ? REASON_TRAVEL
		   : REASON_CONFLICT;
}

void trial_explain(const struct trial *t, struct span s, struct arena *a, struct answer *ret)
{
	struct refusals refusals = {.arena = a};
	struct survey v = survey(t, s);
	const struct place place = t->resource->place;

	if (v.n_in_service == 0)
		refusals_add(&refusals,
			     (struct refusal){.reason = REASON_OUT_OF_SERVICE, .place = place});
	else if (v.n == 0)
		refusals_add(&refusals,
			     (struct refusal){.reason = REASON_NONE_HAVING, .place = place});
	else if (v.n < t->quantity)
		refusals_add(&refusals, (struct refusal){.reason = REASON_TOO_MANY,
							 .bound = (int64_t)v.n,
							 .place = place});
	if (!v.allowing)
		trial_refuse(t, v.refusing ? v.refusing : trial_opening(t, t->unit), s, &refusals);
	if (v.n_kept_back > 0 || (!v.allowing && t->n_of_units > 0))
		refuse_units(t, s, &refusals);
	if (v.n >= t->quantity && v.n_free < v.n &&
	    (v.n_free - v.n_kept_back < t->quantity || refusals.n == 0)) {
		enum reason reason = why_taken(t, &v);

		refusals_add(&refusals, (struct refusal){
					    .reason = reason,
					    .bound = reason == REASON_OUTAGE ? v.back_at : 0,
					});
		list_conflicts(t, s, v.n, a, ret);
	}
	ret->refusals = refusals.items;
	ret->n_refusals = refusals.n;
}

const struct unit *trial_grant(const struct trial *t, struct span s, struct arena *a,
			       struct answer *ret)
{
	const struct unit *unit = trial_place(t, s);

	if (!unit)
		trial_explain(t, s, a, ret);
	return unit;
}
