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

#include "lib/limits.h"
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

void trial_init(struct trial *t, const struct pole *p, const struct directory *d,
		const struct resource *resource, const struct unit *unit,
		const struct member *member, int64_t now, struct arena *a)
{
	size_t n;
	const struct rule *const *rules = directory_rules(d, resource, &n);

	*t = (struct trial){
	    .pole = p,
	    .resource = resource,
	    .unit = unit,
	    .rules = arena_new_n(a, const struct rule *, n),
	    .now = now,
	    .before_s = buffer_s(resource->buffer_before),
	    .quantity = 1,
	    .member = member ? member->number : 0,
	    .works_on = member ? member->works_on : 0,
	};
	for (size_t i = 0; i < n; i++)
		if (rule_is_for_class(rules[i], member ? member->class : ""))
			t->rules[t->n_rules++] = rules[i];
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

static bool is_asked_anew(const struct trial *t, struct span s)
{
	return !t->standing && !(t->has_kept_start && t->kept_start == s.start);
}

static bool is_tested(const struct trial *t, enum limit_kind kind, struct span s)
{
	if (kind == LIMIT_DURATION)
		return true;
	if (kind == LIMIT_START)
		return t->standing || is_asked_anew(t, s);
	return is_asked_anew(t, s);
}

static enum reason test_rule(const struct trial *t, const struct rule *rule, const struct zone *z,
			     struct span s, int64_t *ret_bound)
{
	if (!is_tested(t, rule->limit.kind, s))
		return REASON_NONE;
	return limit_test(&rule->limit, z, s, t->now, ret_bound);
}

bool trial_allows(const struct trial *t, const struct opening *o, struct span s)
{
	int64_t bound;

	if (s.end > MOMENT_LATEST || (is_asked_anew(t, s) && s.start < t->now))
		return false;
	for (size_t i = 0; i < t->n_rules; i++)
		if (test_rule(t, t->rules[i], o->zone, s, &bound) != REASON_NONE)
			return false;
	return opening_admits(trial_hours(t, o), s);
}

static int64_t distance(struct span a, struct span b)
{
	if (a.end <= b.start)
		return b.start - a.end;
	return b.end <= a.start ? a.start - b.end : 0;
}

/* The stretch nearest to `s` in which a booking may start or end; empty if there is none for a year
 * before and after. */
static struct span nearest_open(struct opening_for o, struct span s)
{
	struct span before, after;
	bool has_before = opening_previous(o, s.start, OPEN_LOOK_DAYS, &before);

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

void trial_refuse(const struct trial *t, const struct opening *o, struct span s,
		  struct refusals *out)
{
	if (is_asked_anew(t, s) && s.start < t->now)
		refusals_add(out, (struct refusal){.reason = REASON_PAST});
	if (s.end > MOMENT_LATEST) {
		refusals_add(out,
			     (struct refusal){.reason = REASON_HORIZON, .bound = MOMENT_LATEST});
		return;
	}
	if (!opening_admits(trial_hours(t, o), s))
		refuse_closed(t, o, s, out);
	for (size_t i = 0; i < t->n_rules; i++) {
		const struct rule *rule = t->rules[i];
		struct refusal refusal = {.rule = rule, .place = rule->place, .limit = rule->limit};

		refusal.reason = test_rule(t, rule, o->zone, s, &refusal.bound);
		if (refusal.reason != REASON_NONE)
			refusals_add(out, refusal);
	}
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

		if (!trial_is_candidate(t, u))
			continue;
		if (tested != trial_opening(t, u)) {
			tested = trial_opening(t, u);
			allowed = trial_allows(t, tested, s);
		}
		if (!allowed || !trial_is_free(t, u, s))
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
	size_t n = 0;

	for (size_t i = 0; i < t->resource->n_units; i++) {
		const struct unit *u = &t->resource->units[i];
		int64_t u_slack;
		size_t at;

		if (!trial_is_candidate(t, u) || !trial_allows(t, trial_opening(t, u), s) ||
		    !trial_is_free(t, u, s))
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

static bool add_conflict(void *arg, const struct blocker *b)
{
	struct conflicts *c = arg;
	const struct booking *booking = pole_booking(c->trial->pole, b->booking);

	if (!booking)
		return true;
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
		if (trial_allows(t, trial_opening(t, u), s))
			v.allowing = trial_opening(t, u);
		else if (!v.refusing)
			v.refusing = trial_opening(t, u);
	}
	return v;
}

static enum reason why_taken(const struct trial *t, const struct survey *v)
{
	if (v->n - v->n_out < t->quantity)
		return REASON_OUTAGE;
	return v->n_far > 0 && v->n_free + v->n_far >= t->quantity ? REASON_TRAVEL
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
	if (v.n >= t->quantity && v.n_free < v.n && (v.n_free < t->quantity || refusals.n == 0)) {
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
