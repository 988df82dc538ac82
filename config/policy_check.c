/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What lines of a policy cannot mean together: rules that never match, or that forbid everything.
 *
 * They are warnings: a pole may want to close a thing to everyone for a while, and the policy in
 * its log has to load whatever later versions find odd in it. Only what is certain is said, so that
 * nobody learns to skip warnings: a rule is compared with those that hold for every booking of a
 * resource, and with hours that are the same every week.
 */

#include "config/policy_build.h"

#include <stdlib.h>
#include <string.h>

enum { WEEK_S = 7 * DAY_S, MAX_SPANS = 3 * 7 * 32, MAX_HOURS_RESOURCES = 100, MONTH_MAX_DAYS = 31 };

struct week { /* stretches of a week, in order, joined where they touch */
	struct span spans[MAX_SPANS];
	size_t n;
};

/* The rules that hold for every booking of a resource: the hardest of each sort; NULL: none. */
struct bounds {
	const struct rule *min, *max, *lead, *horizon, *grid;
};

struct check {
	const struct policy *policy;
	struct problems *problems;
	struct bounds *bounds; /* by the place of the resource */
};

#define AT "%s:%d:%d"
#define AT_ARGS(place) (place).file, (place).line, (place).column

static bool is_everyone(const struct party_match *m)
{
	return m->n_members == 0 && m->n_classes == 0 && !m->owner && m->roles == 0;
}

static bool is_unconditional(const struct rule *r)
{
	return r->n_units == 0 && is_everyone(&r->party) && !r->has_when && !r->has_release &&
	       r->standing.at_least == 0;
}

static const struct resource *resource_of(const struct check *c, const struct rule *r, size_t i)
{
	return r->n_resources ? r->resources[i] : &c->policy->resources[i];
}

static size_t count_resources(const struct check *c, const struct rule *r)
{
	return r->n_resources ? r->n_resources : c->policy->n_resources;
}

static const char *text(struct check *c, struct duration d)
{
	char buf[32];

	return arena_strdup(&c->problems->arena, duration_format(d, buf, sizeof(buf)));
}

/* Gathering what always holds */

static void harder(const struct rule **kept, const struct rule *r, int64_t is, int64_t was)
{
	if (!*kept || is > was)
		*kept = r;
}

static void take_bounds(struct bounds *b, const struct rule *r)
{
	const struct limit *l = &r->limit;

	if (l->kind == LIMIT_DURATION && length_s(l->duration.min) > 0)
		harder(&b->min, r, length_s(l->duration.min),
		       b->min ? length_s(b->min->limit.duration.min) : 0);
	if (l->kind == LIMIT_DURATION && length_s(l->duration.max) > 0)
		harder(&b->max, r, -length_s(l->duration.max),
		       b->max ? -length_s(b->max->limit.duration.max) : 0);
	if (l->kind == LIMIT_LEAD)
		harder(&b->lead, r, length_s(l->lead), b->lead ? length_s(b->lead->limit.lead) : 0);
	if (l->kind == LIMIT_HORIZON)
		harder(&b->horizon, r, -length_s(l->horizon),
		       b->horizon ? -length_s(b->horizon->limit.horizon) : 0);
	if (l->kind == LIMIT_START)
		harder(&b->grid, r, l->start_every_s, b->grid ? b->grid->limit.start_every_s : 0);
}

static void gather(struct check *c)
{
	for (size_t i = 0; i < c->policy->n_rules; i++) {
		const struct rule *r = &c->policy->rules[i];

		for (size_t k = 0; is_unconditional(r) && k < count_resources(c, r); k++)
			take_bounds(&c->bounds[resource_of(c, r, k) - c->policy->resources], r);
	}
}

/* Rules that leave nothing. Of two that always hold the later is told. */

static bool is_other(const struct rule *r, const struct rule *bound)
{
	return bound && bound != r && (bound < r || !is_unconditional(r));
}

static bool check_durations(struct check *c, const struct rule *r, const struct bounds *b,
			    const struct resource *of)
{
	const struct limit *l = &r->limit;

	if (is_other(r, b->max) &&
	    length_s(l->duration.min) > length_s(b->max->limit.duration.max)) {
		problems_warn(c->problems, r->place,
			      "\"%s\" wants at least %s, but \"%s\" (" AT
			      ") allows at most %s: no booking of %s can keep both",
			      r->name, text(c, l->duration.min), b->max->name,
			      AT_ARGS(b->max->place), text(c, b->max->limit.duration.max), of->id);
		return true;
	}
	if (is_other(r, b->min) && length_s(l->duration.max) > 0 &&
	    length_s(l->duration.max) < length_s(b->min->limit.duration.min)) {
		problems_warn(c->problems, r->place,
			      "\"%s\" allows at most %s, but \"%s\" (" AT
			      ") wants at least %s: no booking of %s can keep both",
			      r->name, text(c, l->duration.max), b->min->name,
			      AT_ARGS(b->min->place), text(c, b->min->limit.duration.min), of->id);
		return true;
	}
	return false;
}

static bool check_lead(struct check *c, const struct rule *r, const struct bounds *b,
		       const struct resource *of)
{
	if (!is_other(r, b->horizon) ||
	    length_s(r->limit.lead) <= length_s(b->horizon->limit.horizon))
		return false;
	problems_warn(c->problems, r->place,
		      "\"%s\" wants %s of notice, but \"%s\" (" AT
		      ") allows only the next %s: no booking of %s can keep both",
		      r->name, text(c, r->limit.lead), b->horizon->name, AT_ARGS(b->horizon->place),
		      text(c, b->horizon->limit.horizon), of->id);
	return true;
}

static bool check_horizon(struct check *c, const struct rule *r, const struct bounds *b,
			  const struct resource *of)
{
	if (!is_other(r, b->lead) || length_s(b->lead->limit.lead) <= length_s(r->limit.horizon))
		return false;
	problems_warn(c->problems, r->place,
		      "\"%s\" allows only the next %s, but \"%s\" (" AT
		      ") wants %s of notice: no booking of %s can keep both",
		      r->name, text(c, r->limit.horizon), b->lead->name, AT_ARGS(b->lead->place),
		      text(c, b->lead->limit.lead), of->id);
	return true;
}

/* A month opens at most that many whole months before its last day. */
static bool check_opens(struct check *c, const struct rule *r, const struct bounds *b,
			const struct resource *of)
{
	if (!b->lead || length_s(b->lead->limit.lead) <=
			    (int64_t)(r->limit.opens.ahead + 1) * MONTH_MAX_DAYS * DAY_S)
		return false;
	problems_warn(c->problems, r->place,
		      "\"%s\" opens after the %s of notice that \"%s\" (" AT
		      ") wants: no booking of %s can keep both",
		      r->name, text(c, b->lead->limit.lead), b->lead->name, AT_ARGS(b->lead->place),
		      of->id);
	return true;
}

static bool check_slots(struct check *c, const struct rule *r, const struct bounds *b,
			const struct resource *of)
{
	int64_t shortest = INT64_MAX;
	bool on_grid = !b->grid;

	for (size_t i = 0; i < r->limit.slots.n; i++) {
		const struct slot *s = &r->limit.slots.items[i];

		if (s->to_s - s->from_s < shortest)
			shortest = s->to_s - s->from_s;
		on_grid |= b->grid && s->from_s % b->grid->limit.start_every_s == 0;
	}
	if (b->max && length_s(b->max->limit.duration.max) < shortest)
		problems_warn(c->problems, r->place,
			      "\"%s\" has no slot as short as the %s of \"%s\" (" AT
			      "): no booking of %s can keep both",
			      r->name, text(c, b->max->limit.duration.max), b->max->name,
			      AT_ARGS(b->max->place), of->id);
	else if (!on_grid)
		problems_warn(c->problems, r->place,
			      "\"%s\" has no slot that begins as \"%s\" (" AT
			      ") wants: no booking of %s can keep both",
			      r->name, b->grid->name, AT_ARGS(b->grid->place), of->id);
	else
		return false;
	return true;
}

static bool check_quota(struct check *c, const struct rule *r, const struct bounds *b,
			const struct resource *of)
{
	const struct quota *q = &r->limit.quota;
	int64_t most = INT64_MAX;

	if (q->measure == QUOTA_TIME || q->measure == QUOTA_UNIT_TIME)
		most = q->at_most;
	if (q->measure == QUOTA_DAYS)
		most = q->at_most * DAY_S;
	if (!b->min || length_s(b->min->limit.duration.min) <= most)
		return false;
	problems_warn(c->problems, r->place,
		      "\"%s\" is less than the shortest booking of %s, %s by \"%s\" (" AT
		      "): whoever it counts for can book none",
		      r->name, of->id, text(c, b->min->limit.duration.min), b->min->name,
		      AT_ARGS(b->min->place));
	return true;
}

/* Hours of the week */

static void week_add(struct week *w, int64_t start, int64_t end)
{
	struct span *last = w->n ? &w->spans[w->n - 1] : NULL;

	if (last && start <= last->end)
		last->end = end > last->end ? end : last->end;
	else if (w->n < MAX_SPANS)
		w->spans[w->n++] = (struct span){start, end};
}

/* What begins in this week and, before it, in the last one. */
static struct week week_of(const struct hours *h, uint8_t days)
{
	struct week w = {.n = 0};

	for (int64_t week = -1; week <= 1; week++) {
		for (size_t i = 0; i < h->n_ranges; i++) {
			const struct hours_range *r = &h->ranges[i];
			const int64_t day = week * WEEK_S + (int64_t)r->day * DAY_S;

			if (days == 0 || days & (1u << r->day))
				week_add(&w, day + r->from_s, day + r->to_s);
		}
		for (int day = 0; h->always && day < 7; day++)
			if (days == 0 || days & (1u << day))
				week_add(&w, week * WEEK_S + (int64_t)day * DAY_S,
					 week * WEEK_S + (int64_t)(day + 1) * DAY_S);
	}
	return w;
}

static bool weeks_overlap(const struct week *a, const struct week *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (a->spans[i].start < b->spans[k].end &&
			    b->spans[k].start < a->spans[i].end)
				return true;
	return false;
}

/* Whether all of the week that is in `b` is in `a`. */
static bool week_covers(const struct week *a, const struct week *b)
{
	for (size_t k = 0; k < b->n; k++) {
		const int64_t start = b->spans[k].start > 0 ? b->spans[k].start : 0,
			      end = b->spans[k].end < WEEK_S ? b->spans[k].end : WEEK_S;
		bool covered = start >= end;

		for (size_t i = 0; i < a->n && !covered; i++)
			covered = a->spans[i].start <= start && end <= a->spans[i].end;
		if (!covered)
			return false;
	}
	return true;
}

/* Alike every week, and nothing goes on over closed hours. */
static bool has_plain_hours(const struct resource *r)
{
	return !r->spans_closed && !r->hours.usual.always && r->hours.n_seasons == 0 &&
	       r->hours.n_exceptions == 0;
}

/* A year has all months. */
static bool touches_months(const struct exception *e, uint16_t months)
{
	for (int64_t day = e->first_day; day <= e->last_day && day <= e->first_day + 366; day++)
		if (months & (1u << (civil_from_days(day).month - 1)))
			return true;
	return false;
}

static bool is_ever(const struct when *when)
{
	if (week_of(&when->hours, when->days).n == 0)
		return false;
	for (size_t i = 0; i < when->n_dates && when->months; i++)
		if (touches_months(&when->dates[i], when->months))
			return true;
	return when->n_dates == 0 || when->months == 0;
}

/* `when` hours may themselves be of other days than its days. */
static void check_when(struct check *c, const struct rule *r)
{
	const size_t n = count_resources(c, r);
	struct week when;

	if (!is_ever(&r->when)) {
		problems_warn(c->problems, r->place, "\"%s\" never holds: its `when` is never",
			      r->name);
		return;
	}
	when = week_of(&r->when.hours, r->when.days);
	for (size_t i = 0; i < n; i++) {
		const struct resource *of = resource_of(c, r, i);
		struct week open;

		if (!has_plain_hours(of) || n > MAX_HOURS_RESOURCES)
			return;
		open = week_of(&of->hours.usual, 0);
		if (weeks_overlap(&when, &open))
			return;
	}
	if (n > 0)
		problems_warn(c->problems, r->place,
			      "\"%s\" never holds: %s is closed at those times", r->name,
			      n == 1 ? resource_of(c, r, 0)->id : "what it is for");
}

static bool is_kept_always(const struct rule *r, const struct resource *of)
{
	const struct week open = week_of(&of->hours.usual, 0),
			  kept = week_of(&r->when.hours, r->when.days);

	if (!r->has_when)
		return true;
	return r->when.months == 0 && r->when.n_dates == 0 && week_covers(&kept, &open);
}

static bool check_keep(struct check *c, const struct rule *r, const struct bounds *b,
		       const struct resource *of)
{
	if (length_s(r->limit.keep.until) > 0 || r->has_release || !is_everyone(&r->party) ||
	    r->standing.at_least > 0 || !is_kept_always(r, of))
		return false;
	problems_warn(
	    c->problems, r->place,
	    "\"%s\" keeps %s from all others at all times; if that is meant, write `who`, "
	    "else add `until: 7d before`",
	    r->name, r->n_units == 1 ? r->units[0]->id : of->id);
	return true;
}

/* Owners */

static bool has_owner(const struct check *c, const struct rule *r)
{
	for (size_t i = 0; i < r->n_units; i++)
		if (r->units[i]->owner)
			return true;
	for (size_t i = 0; r->n_units == 0 && i < count_resources(c, r); i++) {
		const struct resource *of = resource_of(c, r, i);

		if (of->owner)
			return true;
		for (size_t k = 0; k < of->n_units; k++)
			if (of->units[k].owner)
				return true;
	}
	return false;
}

static bool is_owner_alone(const struct party_match *m)
{
	return m->owner && m->n_members == 0 && m->n_classes == 0;
}

static void check_owner(struct check *c, const struct rule *r)
{
	const struct limit *l = &r->limit;

	if (has_owner(c, r))
		return;
	if (is_owner_alone(&r->party))
		problems_warn(c->problems, r->place,
			      "\"%s\" never holds: what it is for belongs to no member", r->name);
	else if ((l->kind == LIMIT_WHO && is_owner_alone(&l->who)) ||
		 (l->kind == LIMIT_KEEP && is_owner_alone(&l->keep.party)))
		problems_warn(c->problems, r->place,
			      "\"%s\" leaves it to the owner, but what it is for belongs to no "
			      "member",
			      r->name);
	else if (l->kind == LIMIT_APPROVAL && l->approval.by == BY_OWNER)
		problems_warn(c->problems, r->place,
			      "\"%s\" waits for the owner, but what it is for belongs to no member",
			      r->name);
}

/* Resources */

static void check_hours(struct check *c, const struct resource *r, const struct bounds *b)
{
	const struct week open = week_of(&r->hours.usual, 0);
	int64_t longest = 0;

	if (!has_plain_hours(r) || !b->min)
		return;
	for (size_t i = 0; i < open.n; i++)
		if (open.spans[i].end - open.spans[i].start > longest)
			longest = open.spans[i].end - open.spans[i].start;
	if (longest < length_s(b->min->limit.duration.min))
		problems_warn(c->problems, b->min->place,
			      "\"%s\" wants at least %s, but %s is open for at most %s at a "
			      "stretch; shorten it, or add `spans-closed: true`",
			      b->min->name, text(c, b->min->limit.duration.min), r->id,
			      text(c, (struct duration){.seconds = longest}));
}

static bool (*const checks[N_LIMIT_KINDS])(struct check *, const struct rule *,
					   const struct bounds *, const struct resource *) = {
    [LIMIT_DURATION] = check_durations, [LIMIT_LEAD] = check_lead,
    [LIMIT_HORIZON] = check_horizon,	[LIMIT_OPENS] = check_opens,
    [LIMIT_SLOTS] = check_slots,	[LIMIT_QUOTA] = check_quota,
    [LIMIT_KEEP] = check_keep,
};

static void check_rule(struct check *c, const struct rule *r)
{
	if (r->has_when)
		check_when(c, r);
	check_owner(c, r);
	for (size_t i = 0; checks[r->limit.kind] && i < count_resources(c, r); i++) {
		const struct resource *of = resource_of(c, r, i);

		if (checks[r->limit.kind](c, r, &c->bounds[of - c->policy->resources], of))
			return; /* said once */
	}
}

static void check_conflicts(struct check *c)
{
	const struct conflict_rules *rules = &c->policy->conflicts;
	const struct rule all = {.n_resources = 0};
	bool has_class = false;

	for (size_t i = 0; i < c->policy->n_members; i++)
		has_class |= *c->policy->members[i].class != '\0';
	for (size_t i = 0; i < rules->n_order; i++)
		if (rules->order[i] == ORDER_CLASS && !has_class)
			problems_warn(c->problems, rules->place,
				      "the order begins with classes, but no member has one");
	if (rules->displace.enabled && is_owner_alone(&rules->displace.by) && !has_owner(c, &all))
		problems_warn(c->problems, rules->displace.place,
			      "owners may displace, but nothing belongs to a member");
}

void policy_check(const struct policy *p, struct problems *ret_problems)
{
	struct arena scratch = {0};
	struct check c = {
	    .policy = p,
	    .problems = ret_problems,
	    .bounds = arena_new_n(&scratch, struct bounds, p->n_resources + 1),
	};

	gather(&c);
	for (size_t i = 0; i < p->n_rules; i++)
		check_rule(&c, &p->rules[i]);
	for (size_t i = 0; i < p->n_resources; i++)
		check_hours(&c, &p->resources[i], &c.bounds[i]);
	check_conflicts(&c);
	check_tests(p, ret_problems);
	arena_clear(&scratch);
}
