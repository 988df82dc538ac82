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
	    .after_s = buffer_s(resource->buffer_after),
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

struct span trial_during(const struct trial *t, struct span s)
{
	return (struct span){.start = s.start - t->before_s, .end = s.end + t->after_s};
}

bool trial_is_candidate(const struct trial *t, const struct unit *u)
{
	return u->in_service && (!t->unit || t->unit == u);
}

static const struct timeline *timeline_of(const struct trial *t, const struct unit *u)
{
	return pole_timeline(t->pole, t->resource->number, u->lane);
}

bool trial_is_free(const struct trial *t, const struct unit *u, struct span s)
{
	const struct timeline *line = timeline_of(t, u);

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
		refusals_add(out, (struct refusal){.reason = REASON_HORIZON,
						   .bound = MOMENT_LATEST});
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

static int64_t slack(const struct trial *t, const struct unit *u, struct span s)
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
	if (t->preferred_lane &&
	    (u->lane == t->preferred_lane) != (best->lane == t->preferred_lane))
		return u->lane == t->preferred_lane;
	return u_slack != best_slack ? u_slack < best_slack : u->lane < best->lane;
}

const struct unit *trial_place(const struct trial *t, struct span s)
{
	const struct unit *best = NULL;
	const struct opening *tested = NULL;
	int64_t best_slack = 0;
	bool allowed = false;

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
		u_slack = slack(t, u, s);
		if (is_better(t, u, u_slack, best, best_slack)) {
			best = u;
			best_slack = u_slack;
		}
	}
	return best;
}

static void add_conflict(const struct trial *t, const struct unit *u,
			 const struct timeline_entry *e, struct answer *ret)
{
	ret->conflicts[ret->n_conflicts++] = (struct conflict){
	    .booking = pole_booking(t->pole, e->booking),
	    .resource = t->resource->number,
	    .lane = u->lane,
	    .during = e->span,
	};
}

/* All that is in the way on one unit; the first on each of several. */
static void list_conflicts(const struct trial *t, struct span s, size_t n_candidates,
			   struct arena *a, struct answer *ret)
{
	struct span during = trial_during(t, s);

	ret->conflicts = arena_new_n(a, struct conflict, CONFLICTS_MAX);
	for (size_t i = 0; i < t->resource->n_units; i++) {
		const struct unit *u = &t->resource->units[i];
		const struct timeline *line = timeline_of(t, u);

		if (!trial_is_candidate(t, u) || !line)
			continue;
		for (size_t j = timeline_seek(line, during.start);
		     j < line->n && line->entries[j].span.start < during.end; j++) {
			if (line->entries[j].booking == t->except)
				continue;
			if (ret->n_conflicts == CONFLICTS_MAX)
				return;
			add_conflict(t, u, &line->entries[j], ret);
			if (n_candidates > 1)
				break;
		}
	}
}

struct survey { /* of the candidates */
	size_t n, n_free;
	const struct opening *refusing, *allowing; /* NULL: none does */
};

static struct survey survey(const struct trial *t, struct span s)
{
	struct survey v = {0};

	for (size_t i = 0; i < t->resource->n_units; i++) {
		const struct unit *u = &t->resource->units[i];

		if (!trial_is_candidate(t, u))
			continue;
		v.n++;
		v.n_free += trial_is_free(t, u, s);
		if (trial_allows(t, trial_opening(t, u), s))
			v.allowing = trial_opening(t, u);
		else if (!v.refusing)
			v.refusing = trial_opening(t, u);
	}
	return v;
}

const struct unit *trial_grant(const struct trial *t, struct span s, struct arena *a,
			       struct answer *ret)
{
	const struct unit *unit = trial_place(t, s);
	struct refusals refusals = {.arena = a};
	struct survey v;

	if (unit)
		return unit;
	v = survey(t, s);
	if (v.n == 0)
		refusals_add(&refusals, (struct refusal){.reason = REASON_OUT_OF_SERVICE,
							 .place = t->resource->place});
	if (!v.allowing)
		trial_refuse(t, v.refusing ? v.refusing : trial_opening(t, t->unit), s, &refusals);
	if (v.n_free < v.n && (v.n_free == 0 || refusals.n == 0)) {
		refusals_add(&refusals, (struct refusal){.reason = REASON_CONFLICT});
		list_conflicts(t, s, v.n, a, ret);
	}
	ret->refusals = refusals.items;
	ret->n_refusals = refusals.n;
	return NULL;
}
