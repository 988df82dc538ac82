/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slow oracles.
 *
 * - Every change of a state is a move that the table has, and what is made is made in a state that
 * its cause allows.
 * - No two bookings that keep others out are on one lane at one time, and none is given a lane that
 * is out of service.
 * - No quota is exceeded by what is newly had: counted by looking through all bookings of the
 * member, for the quotas that the example pole has.
 * - Nobody jumps the queue. Of what was given away, whether to who waited or to who asked, it is
 * asked whether somebody who waited for the same, and had the stronger claim, could have had it at
 * that very moment. Claims are reckoned here anew, from all bookings, with a logarithm where
 * lib/share.c has a table of roots.
 * - A refusal names a rule or a reason.
 */
#include "tests/simulation/oracle.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/claim.h"
#include "lib/regain.h"
#include "proto/code.h"

#define HOUR_S 3600.0
#define SHOWN_MAX 20
#define WAITING_MAX 4096
#define ALL_TIME ((struct span){0, TIME_NEVER / 2})
#define MOVERS (MOVER_HOLDER | MOVER_MANAGER | MOVER_DAEMON)

static void broken(struct ledger *l, const struct world *w, const char *what,
		   const struct booking *b, const struct booking *other)
{
	char one[16] = "", two[16] = "";

	if (l->n_broken++ >= SHOWN_MAX)
		return;
	fprintf(stderr, "%s: at %" PRId64 ": %s: %s %s %s\n", l->label, w->now, what,
		b ? booking_code(b->number, one, sizeof(one)) : "",
		b ? booking_state_words[b->state] : "",
		other ? booking_code(other->number, two, sizeof(two)) : "");
}

static void keep(struct ledger *l, const struct booking *b)
{
	if (b->number > l->n) {
		l->images = memory_grow(l->images, ((size_t)b->number + 1) * sizeof(*l->images));
		for (int64_t i = l->n + 1; i <= b->number; i++)
			l->images[i] = NULL;
		if (!l->n)
			l->images[0] = NULL;
		l->n = b->number;
	}
	booking_unref(l->images[b->number]);
	l->images[b->number] = booking_ref((struct booking *)b);
}

void ledger_clear(struct ledger *l)
{
	for (int64_t i = 1; i <= l->n; i++)
		booking_unref(l->images[i]);
	free(l->images);
	l->images = NULL;
	l->n = 0;
}

/* Moves */

static const struct {
	enum cause cause;
	enum booking_state state;
} births[] = {
    {CAUSE_BOOKED, BOOKING_CONFIRMED},
    {CAUSE_HELD, BOOKING_HELD},
    {CAUSE_REQUESTED, BOOKING_REQUESTED},
    {CAUSE_QUEUED, BOOKING_WAITING},
};

static bool is_birth(const struct change *c)
{
	for (size_t i = 0; i < sizeof(births) / sizeof(*births); i++)
		if (births[i].cause == c->cause && births[i].state == c->booking.after->state)
			return true;
	return false;
}

static void check_move(struct ledger *l, const struct world *w, const struct change *c)
{
	const struct booking *before = c->booking.before, *after = c->booking.after;
	const struct booking *known = after->number <= l->n ? l->images[after->number] : NULL;

	l->n_moves++;
	if (before != known)
		broken(l, w, "its image before is not the last one", after, NULL);
	if (before ? !state_may_move(before->state, after->state, c->cause, MOVERS) : !is_birth(c))
		broken(l, w, cause_words[c->cause], after, NULL);
}

/* Overlaps */

static bool meet(const struct booking *a, const struct booking *b)
{
	for (const struct allocation *x = a->allocations; x < a->allocations + a->n_allocations;
	     x++)
		for (const struct allocation *y = b->allocations;
		     y < b->allocations + b->n_allocations; y++)
			if (x->resource == y->resource && x->lane == y->lane &&
			    x->during.start < y->during.end && y->during.start < x->during.end &&
			    booking_occupies(a, x) && booking_occupies(b, y))
				return true;
	return false;
}

static bool is_broken_down(const struct pole *p, const struct booking *b)
{
	size_t n;
	const struct outage *all = pole_outages(p, &n);

	for (const struct outage *o = all; o < all + n; o++)
		for (const struct allocation *a = b->allocations;
		     a < b->allocations + b->n_allocations; a++)
			if (!o->is_closure && outage_covers(o, a->resource, a->lane) &&
			    span_overlaps(o->span, b->items[a->item].span) &&
			    booking_occupies(b, a))
				return true;
	return false;
}

static void check_overlap(struct ledger *l, const struct world *w, const struct booking *b)
{
	l->n_overlap_looks++;
	for (int64_t i = 1; i <= l->n; i++)
		if (i != b->number && l->images[i] && l->images[i]->n_allocations &&
		    meet(b, l->images[i]))
			broken(l, w, "overlap", b, l->images[i]);
	if (b->state != BOOKING_OUT && b->state != BOOKING_DONE && is_broken_down(w->pole, b))
		broken(l, w, "on something that is out of service", b, NULL);
}

/* Quotas */

static bool has_resource(const struct rule *r, uint32_t number)
{
	for (size_t i = 0; i < r->n_resources; i++)
		if (r->resources[i]->number == number)
			return true;
	return false;
}

static bool is_of_months_and_days(const struct rule *r, const struct zone *z, struct span s)
{
	int64_t first = civil_days(zone_to_local(z, s.start).date),
		last = civil_days(zone_to_local(z, s.end - 1).date);

	if (!r->has_when)
		return true;
	for (int64_t day = first; day <= last; day++) {
		struct civil_date d = civil_from_days(day);

		if ((!r->when.months || r->when.months & (1u << (d.month - 1))) &&
		    (!r->when.days || r->when.days & (1u << civil_weekday(d))))
			return true;
	}
	return false;
}

static bool is_released(const struct rule *r, const struct zone *z, struct span s, int64_t now)
{
	struct civil_date use = zone_to_local(z, s.start).date, today = zone_to_local(z, now).date;
	struct civil_date from = {use.year, r->release.month, r->release.day};

	return r->has_release && civil_date_compare(today, from) >= 0;
}

static bool is_same_day(const struct zone *z, const struct booking *b)
{
	int64_t asked = booking_says(b)->queued_at ? booking_says(b)->queued_at : b->made_at;

	return civil_date_compare(zone_to_local(z, asked).date,
				  zone_to_local(z, b->span.start).date) >= 0;
}

static bool counts(const struct quota *q, const struct zone *z, const struct booking *b,
		   int64_t now)
{
	bool used = b->state == BOOKING_CONFIRMED || b->state == BOOKING_OUT ||
		    b->state == BOOKING_DONE || b->state == BOOKING_HELD ||
		    b->state == BOOKING_REQUESTED;

	if (q->uncounted & UNCOUNTED_SAME_DAY && is_same_day(z, b))
		return false;
	if (q->window == QUOTA_FUTURE)
		return used && (b->span.end > now || b->state == BOOKING_OUT) &&
		       b->state != BOOKING_DONE;
	return used || b->state == BOOKING_NO_SHOW;
}

/* The days of the calendar window that a moment falls into. */
static void window_of(const struct quota *q, const struct zone *z, int64_t at, int64_t *ret_first,
		      int64_t *ret_next)
{
	struct civil_date d = zone_to_local(z, at).date;
	int64_t day = civil_days(d);

	*ret_first = 0;
	*ret_next = 100000;
	if (q->window == QUOTA_CALENDAR_DAY) {
		*ret_first = day;
		*ret_next = day + 1;
	} else if (q->window == QUOTA_CALENDAR_WEEK) {
		*ret_first = day - civil_weekday(d);
		*ret_next = *ret_first + 7;
	} else if (q->window == QUOTA_CALENDAR_YEAR) {
		*ret_first = civil_days((struct civil_date){d.year, 1, 1});
		*ret_next = civil_days((struct civil_date){d.year + 1, 1, 1});
	}
}

/* One thing of a booking counts where it is of the rule; a booking with several such counts once.
 */
static int64_t amount(const struct rule *r, const struct zone *z, const struct booking *b,
		      int64_t first, int64_t next)
{
	int64_t sum = 0;

	for (const struct item *i = b->items; i < b->items + b->n_items; i++) {
		int64_t day = civil_days(zone_to_local(z, i->span.start).date);

		if (i->state != ITEM_PRESENT || !has_resource(r, i->resource) || day < first ||
		    day >= next || !is_of_months_and_days(r, z, i->span))
			continue;
		if (r->limit.quota.measure == QUOTA_BOOKINGS)
			return 1;
		sum += i->span.end - i->span.start;
	}
	return sum;
}

static void check_quota(struct ledger *l, const struct world *w, const struct rule *r,
			const struct booking *b)
{
	const struct quota *q = &r->limit.quota;
	const struct zone *z = pole_policy(w->pole)->zone;
	int64_t first, next, sum = 0;

	assert(q->of == QUOTA_OF_MEMBER &&
	       (q->measure == QUOTA_BOOKINGS || q->measure == QUOTA_TIME));
	window_of(q, z, b->span.start, &first, &next);
	if (!counts(q, z, b, w->now) || !amount(r, z, b, first, next) ||
	    is_released(r, z, b->span, w->now))
		return;
	l->n_quota_looks++;
	for (int64_t i = 1; i <= l->n; i++)
		if (l->images[i] && l->images[i]->member == b->member &&
		    counts(q, z, l->images[i], w->now))
			sum += amount(r, z, l->images[i], first, next);
	if (sum > q->at_most)
		broken(l, w, r->name, b, NULL);
}

/* Had anew: it did not keep others out before, or it was elsewhere. Those who lost their place
 * through no fault of theirs are not asked again. */
static bool is_had_anew(const struct change *c)
{
	switch (c->cause) {
	case CAUSE_BOOKED:
	case CAUSE_HELD:
	case CAUSE_REQUESTED:
	case CAUSE_OFFERED:
	case CAUSE_ACCEPTED:
	case CAUSE_MOVED:
	case CAUSE_EXTENDED:
		return true;
	default:
		return false;
	}
}

static void check_quotas(struct ledger *l, const struct world *w, const struct change *c)
{
	const struct policy *policy = pole_policy(w->pole);

	if (!is_had_anew(c))
		return;
	for (size_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].limit.kind == LIMIT_QUOTA)
			check_quota(l, w, &policy->rules[i], c->booking.after);
}

/* The queue */

struct need_row { /* of a member, reckoned anew */
	double key, hours;
};

static double weight_of(const struct conflict_rules *c, uint32_t resource)
{
	for (size_t i = 0; i < c->fair_share.n_costs; i++)
		if (c->fair_share.costs[i].resource->number == resource)
			return c->fair_share.costs[i].weight;
	return 1;
}

static struct need_row need_of(const struct world *w, uint32_t member)
{
	const struct conflict_rules *c = &pole_policy(w->pole)->conflicts;
	const struct member *m = pole_member(w->pole, member);
	double half_life =
	    (double)c->fair_share.half_life.days * DAY_S + (double)c->fair_share.half_life.seconds;
	double back = (double)c->fair_share.looks_back.days * DAY_S +
		      (double)c->fair_share.looks_back.seconds;
	int64_t since = w->now - (int64_t)back;
	struct need_row need = {0, 0};

	for (const struct booking *b = pole_booking_after(w->pole, 0); b;
	     b = pole_booking_after(w->pole, b->number)) {
		const struct details *d = booking_says(b);
		double part = booking_state_counts(b->state)  ? 1
			      : b->state == BOOKING_CANCELLED ? d->forfeit / 100.0
							      : 0;

		if (b->member != member || d->waived || part == 0)
			continue;
		for (const struct item *i = b->items; i < b->items + b->n_items; i++) {
			int64_t start = i->span.start > since ? i->span.start : since;
			int64_t end =
			    d->back_at && d->back_at < i->span.end ? d->back_at : i->span.end;
			double hours = (double)(end - start) / HOUR_S * i->quantity * part;

			if (i->state != ITEM_PRESENT || end <= start)
				continue;
			need.hours += hours;
			need.key += hours * weight_of(c, i->resource) *
				    (end < w->now ? exp2(-(double)(w->now - end) / half_life) : 1);
		}
	}
	need.key = m && m->share > 0 ? need.key / m->share : 1e18;
	return need;
}

/* Whether `a` has the stronger claim for sure; what is equal but for the last digits is in doubt.
 */
static bool goes_before(const struct world *w, const struct booking *a, const struct booking *b)
{
	const struct conflict_rules *c = &pole_policy(w->pole)->conflicts;
	double floor =
	    (double)c->fair_share.floor.days * 24 + (double)c->fair_share.floor.seconds / HOUR_S;
	struct need_row x, y;

	if ((a->state != BOOKING_WAITING) != (b->state != BOOKING_WAITING))
		return a->state != BOOKING_WAITING;
	if (a->state == BOOKING_WAITING && c->order[0] == ORDER_FAIR_SHARE &&
	    a->member != b->member) {
		x = need_of(w, a->member);
		y = need_of(w, b->member);
		if (fabs(x.hours - floor) < 1e-3 || fabs(y.hours - floor) < 1e-3)
			return false;
		if ((x.hours < floor) != (y.hours < floor))
			return x.hours < floor;
		if (fabs(x.key - y.key) > 1e-4 * (1 + x.key))
			return x.key < y.key;
		if (x.key != y.key)
			return false;
	}
	int64_t s = a->state == BOOKING_WAITING ? booking_says(a)->queued_at : a->made_at;
	int64_t t = b->state == BOOKING_WAITING ? booking_says(b)->queued_at : b->made_at;

	return s != t ? s < t : a->number < b->number;
}

static bool can_have_now(const struct world *w, const struct booking *b, struct arena *a)
{
	const struct regaining g = {
	    .pole = w->pole, .booking = b, .near = ALL_TIME, .now = w->now, .arena = a};
	struct changes c = {0};
	bool can = regain(&g, &c);

	changes_clear(&c);
	return can;
}

/* Whether somebody who waits for the same before `b` could have had it. b may be a newcomer, whom
 * all who wait precede. */
static void check_turn(struct ledger *l, const struct world *w, const struct booking *b,
		       bool is_new)
{
	const struct booking *own = pole_booking(w->pole, b->number);
	struct arena a = {0};
	size_t n;
	const int64_t *queue = pole_queue(w->pole, &n);

	l->n_queue_looks++;
	for (size_t i = 0; i < n; i++) {
		const struct booking *x = pole_booking(w->pole, queue[i]);

		if (x->number == b->number || !claims_compete(w->pole, x, b) ||
		    (!is_new && !goes_before(w, x, own)) || !can_have_now(w, x, &a))
			continue;
		broken(l, w, is_new ? "a newcomer went before" : "was passed over for", x, b);
	}
	arena_clear(&a);
}

static bool was_given(const struct change *c)
{
	return c->kind == CHANGE_BOOKING && c->booking.before &&
	       booking_state_queues(c->booking.before->state) &&
	       booking_state_occupies(c->booking.after->state);
}

/* The pole as it was before the last `n` of these changes; then as it is again. */
static struct changes last_of(const struct changes *c, size_t n)
{
	return (struct changes){c->items + c->n - n, n, n};
}

static void check_newcomer(struct ledger *l, const struct world *w, struct changes *c, size_t n_own)
{
	pole_undo(w->pole, c);
	for (size_t i = 0; i < n_own; i++) {
		const struct change *x = &c->items[i];

		if (x->kind == CHANGE_BOOKING && !x->booking.before &&
		    booking_state_occupies(x->booking.after->state))
			check_turn(l, w, x->booking.after, true);
	}
	pole_apply(w->pole, c);
}

/* What settling gave, one after the other. */
static void check_settled(struct ledger *l, const struct world *w, struct changes *c, size_t n_own)
{
	for (size_t i = n_own; i < c->n; i++) {
		struct changes rest = last_of(c, c->n - i);

		if (!was_given(&c->items[i]))
			continue;
		while (rest.n < c->n - n_own && !was_given(rest.items - 1))
			rest = last_of(c, rest.n + 1); /* who was moved to make room for it */
		pole_undo(w->pole, &rest);
		check_turn(l, w, c->items[i].booking.after, false);
		pole_apply(w->pole, &rest);
	}
}

static void happened(void *arg, struct world *w, struct changes *c, size_t n_own)
{
	struct ledger *l = arg;

	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].kind == CHANGE_BOOKING) {
			check_move(l, w, &c->items[i]);
			keep(l, c->items[i].booking.after);
		}
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].kind == CHANGE_BOOKING &&
		    l->images[c->items[i].booking.after->number] == c->items[i].booking.after) {
			check_overlap(l, w, c->items[i].booking.after);
			check_quotas(l, w, &c->items[i]);
		}
	if (!l->every || w->figures.commands % l->every)
		return;
	w->figures.checks++;
	check_newcomer(l, w, c, n_own);
	check_settled(l, w, c, n_own);
}

static void refused(void *arg, struct world *w, const struct answer *a)
{
	struct ledger *l = arg;

	l->n_refusals++;
	if (!a->n_refusals)
		broken(l, w, "a refusal without a reason", NULL, NULL);
	for (size_t i = 0; i < a->n_refusals; i++) {
		const struct refusal *r = &a->refusals[i];

		if (r->reason <= REASON_NONE || r->reason >= N_REASONS ||
		    !*code_word(code_of_reason(r->reason)) ||
		    (r->rule && (!*r->rule->name || !r->place.line)))
			broken(l, w, "a refusal whose reason cannot be told", NULL, NULL);
	}
}

struct world_watch ledger_watch(struct ledger *l)
{
	return (struct world_watch){.happened = happened, .refused = refused, .arg = l};
}
