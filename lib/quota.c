/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What counts towards a quota: gathered as spans with a weight, those of the pole that could share
 * a window with the booking, from the index by member, and the booking's own. What they come to is
 * in lib/tally.c and lib/tally_days.c.
 */
#include "lib/quota.h"

#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/rules.h"
#include "lib/tally.h"

#define FEW_RESOURCES 16

static bool looks_back(enum quota_window w)
{
	return w != QUOTA_FUTURE && w != QUOTA_AT_ONCE;
}

static void push(struct tally *y, struct use use)
{
	if (y->n == y->cap) {
		struct use *more =
		    memory_grow(y->uses == y->few ? NULL : y->uses, y->cap * 2 * sizeof(*more));

		if (y->uses == y->few)
			memcpy(more, y->few, sizeof(y->few));
		y->uses = more;
		y->cap *= 2;
	}
	y->uses[y->n++] = use;
}

struct pieces {
	struct tally *tally;
	struct use use;
};

static bool add_piece(void *arg, struct span stretch)
{
	struct pieces *p = arg;
	struct use piece = p->use;

	if (stretch.start > piece.span.start)
		piece.span.start = stretch.start;
	if (stretch.end < piece.span.end)
		piece.span.end = stretch.end;
	push(p->tally, piece);
	return true;
}

/* Off peak does not count: of times and days, the pieces in peak hours do; of bookings and units,
 * those that have one. */
static void add_use(struct tally *y, struct use use)
{
	const struct when peak = {.hours = y->quota->peak};
	struct pieces pieces = {y, use};

	if (y->quota->measure == QUOTA_BOOKINGS || y->quota->measure == QUOTA_TIME)
		pieces.use.units = use.units = 1;
	if (!(y->quota->uncounted & UNCOUNTED_OFF_PEAK))
		push(y, use);
	else if (tally_is_of_time(y) || y->quota->measure == QUOTA_DAYS)
		when_each(&peak, y->zone, use.span, add_piece, &pieces);
	else if (when_touches(&peak, y->zone, use.span))
		push(y, use);
}

/* Whether time leaves it in. */
static bool is_counted_then(const struct tally *y, struct span s, int64_t made_at)
{
	if (y->rule->has_when && !when_touches(&y->rule->when, y->zone, s))
		return false;
	return !(y->quota->uncounted & UNCOUNTED_SAME_DAY) ||
	       tally_day(y, made_at) != tally_day(y, s.start);
}

static bool is_cancelled_late(const struct tally *y, const struct booking *b)
{
	const struct details *d = booking_says(b);

	return y->quota->uncounted & UNCOUNTED_CANCELLED_IN_TIME && d->forfeit > 0 && !d->waived;
}

static bool is_counted_state(const struct tally *y, const struct booking *b)
{
	if (b->state == BOOKING_CANCELLED)
		return looks_back(y->quota->window) &&
		       (is_cancelled_late(y, b) || booking_used_until(b) > b->span.start);
	if (b->state == BOOKING_NO_SHOW)
		return looks_back(y->quota->window);
	return booking_state_counts(b->state);
}

static bool is_of_class(const struct tally *y, const struct member *m)
{
	return m && strcmp(m->class, y->trial->holder->class) == 0;
}

static bool is_counted_party(const struct tally *y, const struct booking *b)
{
	const struct trial *t = y->trial;
	uint32_t roles = y->rule->party.roles;
	uint32_t used_by = booking_says(b)->used_by;
	const struct person *person;

	if (y->quota->of == QUOTA_OF_PERSON && (used_by ? used_by : b->person) != t->person->number)
		return false;
	if (y->quota->of == QUOTA_OF_CLASS &&
	    !is_of_class(y, directory_member(t->directory, b->member)))
		return false;
	if (!roles)
		return true;
	person = pole_person(t->pole, b->person);
	return person && person->roles & roles;
}

static bool names_resource(const struct tally *y, uint32_t number)
{
	const struct resource *r = directory_resource(y->trial->directory, number);
	const struct rule *const *rules;
	size_t from = 0, to;

	if (y->rule->n_resources == 0 || !r)
		return y->rule->n_resources == 0;
	rules = directory_rules(y->trial->directory, r, &to);
	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (rules[middle] < y->rule)
			from = middle + 1;
		else
			to = middle;
	}
	directory_rules(y->trial->directory, r, &to);
	return from < to && rules[from] == y->rule;
}

static bool has_unit(const struct tally *y, const struct booking *b, uint32_t item)
{
	const struct resource *r = directory_resource(y->trial->directory, b->items[item].resource);

	for (size_t i = 0; r && y->rule->n_units > 0 && i < b->n_allocations; i++)
		if (b->allocations[i].item == item &&
		    rule_names_lane(y->rule, r, b->allocations[i].lane))
			return true;
	return y->rule->n_units == 0;
}

/* A return cuts what it was booked for; a cancellation in time cuts what was used until then. */
static struct span used_span(const struct tally *y, const struct booking *b, const struct item *i)
{
	const struct details *d = booking_says(b);
	struct span s = i->span;

	if (b->state == BOOKING_CANCELLED && !is_cancelled_late(y, b) &&
	    booking_used_until(b) < s.end)
		s.end = booking_used_until(b);
	if (d->booked_until && s.end == b->span.end &&
	    !(y->quota->uncounted & UNCOUNTED_GIVEN_BACK))
		s.end = d->booked_until;
	return s;
}

static bool is_counted_item(const struct tally *y, const struct booking *b, uint32_t k)
{
	const struct item *i = &b->items[k];

	if (i->state != ITEM_PRESENT || i->via == ITEM_SKILL)
		return false;
	if (y->resource ? i->resource != y->resource : !names_resource(y, i->resource))
		return false;
	if (y->quota->window == QUOTA_FUTURE && b->state != BOOKING_OUT &&
	    i->span.end <= y->trial->now)
		return false;
	return has_unit(y, b, k) && is_counted_then(y, i->span, b->made_at);
}

static bool gather(void *arg, const struct booking *b)
{
	struct tally *y = arg;

	if (b->number == y->trial->except || !is_counted_state(y, b) || !is_counted_party(y, b))
		return true;
	for (uint32_t k = 0; k < b->n_items; k++) {
		const struct span s = used_span(y, b, &b->items[k]);

		if (!span_is_empty(s) && is_counted_item(y, b, k))
			add_use(y, (struct use){.span = s,
						.booking = b->number,
						.units = b->items[k].quantity});
	}
	return true;
}

static bool names_few(const struct rule *rule)
{
	return rule->n_resources > 0 && rule->n_resources <= FEW_RESOURCES;
}

/* Whether a glance at what is plain is enough. */
static bool is_glanced_at(const struct tally *y, const struct glance *g)
{
	return g->is_plain && y->quota->of != QUOTA_OF_PERSON && y->rule->n_units == 0 &&
	       !y->rule->party.roles && !(y->quota->uncounted & UNCOUNTED_SAME_DAY);
}

static void gather_glance(struct tally *y, const struct glance *g)
{
	const struct member *m;

	if (g->number == y->trial->except || !booking_state_counts(g->state) ||
	    (g->state == BOOKING_NO_SHOW && !looks_back(y->quota->window)))
		return;
	if (y->quota->window == QUOTA_FUTURE && g->span.end <= y->trial->now)
		return;
	if (y->rule->has_when && !when_touches(&y->rule->when, y->zone, g->span))
		return;
	m = y->quota->of == QUOTA_OF_CLASS ? directory_member(y->trial->directory, g->member)
					   : NULL;
	if (!m || is_of_class(y, m))
		add_use(y, (struct use){.span = g->span, .booking = g->number, .units = 1});
}

static bool wants(void *arg, const struct glance *g)
{
	struct tally *y = arg;

	if (g->resource && !y->resource && !names_resource(y, g->resource))
		return false;
	if (!is_glanced_at(y, g))
		return true;
	gather_glance(y, g);
	return false;
}

/* Of a member, or of all. */
static void gather_things(struct tally *y, uint32_t member, struct span window)
{
	for (size_t i = 0; i < y->rule->n_resources; i++) {
		y->resource = y->rule->resources[i]->number;
		pole_glance_at_member(y->trial->pole, member, y->resource, window, wants, gather,
				      y);
	}
}

static void gather_member(struct tally *y, uint32_t member, struct span window)
{
	y->resource = 0;
	if (names_few(y->rule))
		gather_things(y, member, window);
	else
		pole_glance_at_member(y->trial->pole, member, 0, window, wants, gather, y);
}

static void gather_all(struct tally *y, struct span window)
{
	const struct policy *p = y->trial->directory->policy;

	if (y->quota->of != QUOTA_OF_CLASS)
		gather_member(y, y->trial->holder->number, window);
	else if (names_few(y->rule))
		gather_things(y, 0, window);
	else
		for (const struct member *m = p->members; m < p->members + p->n_members; m++)
			if (is_of_class(y, m))
				gather_member(y, m->number, window);
}

static void add_own(struct tally *y, const struct resource *r, const struct unit *u,
		    uint32_t quantity, struct span s)
{
	const struct trial *t = y->trial;

	if (names_resource(y, r->number) && rule_names_lane(y->rule, r, u ? u->lane : 0) &&
	    is_counted_then(y, s, t->made_at ? t->made_at : t->now))
		add_use(y, (struct use){.span = s, .units = quantity, .own = true});
}

static void gather_own(struct tally *y, struct span s)
{
	const struct trial *t = y->trial;

	add_own(y, t->resource, y->unit, t->quantity, s);
	if (y->n == 0)
		return;
	for (size_t i = 0; i < t->n_others; i++) {
		const struct other_thing *o = &t->others[i];

		add_own(y, o->resource, o->unit, o->quantity, o->span);
	}
	y->own = y->uses[0].span;
	for (size_t i = 1; i < y->n; i++) {
		if (y->uses[i].span.start < y->own.start)
			y->own.start = y->uses[i].span.start;
		if (y->uses[i].span.end > y->own.end)
			y->own.end = y->uses[i].span.end;
	}
}

void quota_calendar(enum quota_window w, int64_t day, int64_t *ret_first, int64_t *ret_next)
{
	struct civil_date d = civil_from_days(day);

	*ret_first = day;
	*ret_next = day + 1;
	if (w == QUOTA_CALENDAR_WEEK) {
		*ret_first = day - civil_weekday(d);
		*ret_next = *ret_first + 7;
	}
	if (w != QUOTA_CALENDAR_MONTH && w != QUOTA_CALENDAR_YEAR)
		return;
	d.day = 1;
	if (w == QUOTA_CALENDAR_YEAR)
		d.month = 1;
	*ret_first = civil_days(d);
	d.year += w == QUOTA_CALENDAR_YEAR || d.month == 12;
	d.month = w == QUOTA_CALENDAR_YEAR || d.month == 12 ? 1 : (uint8_t)(d.month + 1);
	*ret_next = civil_days(d);
}

/* In which all lies that can share a window with the booking's own. */
static struct span reach(const struct tally *y)
{
	struct span s = y->own;
	int64_t first, next, reach_s;

	switch (y->quota->window) {
	case QUOTA_FUTURE:
		return (struct span){y->trial->now, TIME_NEVER};
	case QUOTA_AT_ONCE:
		return s;
	case QUOTA_ROLLING:
		reach_s = tally_length_s(y) + DAY_S;
		return (struct span){s.start - reach_s, s.end + reach_s};
	default:
		quota_calendar(y->quota->window, tally_day(y, s.start), &first, &next);
		s.start = tally_day_start(y, first);
		quota_calendar(y->quota->window, tally_day(y, s.end - 1), &first, &next);
		s.end = tally_day_start(y, next);
		return s;
	}
}

/* Gathers what counts, if the booking does. */
static void tally_gather(struct tally *y, const struct trial *t, const struct rule *rule,
			 const struct unit *u, struct span s)
{
	y->trial = t;
	y->rule = rule;
	y->quota = &rule->limit.quota;
	y->zone = trial_zone(t, u);
	y->unit = u;
	y->uses = y->few;
	y->n = 0;
	y->cap = FEW_USES;
	y->most = (struct count){0};
	if (!t->holder || (y->quota->of == QUOTA_OF_PERSON && !t->person))
		return;
	gather_own(y, s);
	if (y->n > 0)
		gather_all(y, reach(y));
}

static void tally_count(struct tally *y)
{
	if (y->n == 0)
		return;
	if (y->quota->measure == QUOTA_DAYS)
		tally_days(y);
	else
		tally_windows(y);
}

static void tally_clear(struct tally *y)
{
	if (y->uses != y->few)
		free(y->uses);
}

struct count quota_count(const struct trial *t, const struct rule *rule, const struct unit *u,
			 struct span s)
{
	struct tally y;

	tally_gather(&y, t, rule, u, s);
	tally_count(&y);
	tally_clear(&y);
	return y.most;
}

/* What no window can exceed: all of it together. */
static int64_t sum_of_all(const struct tally *y)
{
	int64_t sum = 0;

	for (size_t i = 0; i < y->n; i++) {
		int64_t length_s = y->uses[i].span.end - y->uses[i].span.start;

		if (tally_is_of_time(y))
			sum += length_s * y->uses[i].units;
		else
			sum += y->quota->measure == QUOTA_DAYS ? length_s / DAY_S + 2
							       : y->uses[i].units;
	}
	return sum;
}

bool quota_is_kept(const struct trial *t, const struct rule *rule, const struct unit *u,
		   struct span s)
{
	int64_t at_most = rule->limit.quota.at_most;
	struct tally y;
	bool kept;

	tally_gather(&y, t, rule, u, s);
	kept = sum_of_all(&y) <= at_most;
	if (!kept) {
		tally_count(&y);
		kept = y.most.wanted == 0 || y.most.used + y.most.wanted <= at_most;
	}
	tally_clear(&y);
	return kept;
}
