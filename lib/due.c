/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When time does something to a booking, and what ending it now would cost.
 *
 * Every image carries the moment at which it is due, so that the clock asks one index and not all
 * bookings. It is set when a booking comes into a state, by the rules of that day: a policy that
 * changes afterwards does not shorten a hold that was promised.
 *
 * An offer's time runs only in the hours that the policy gives to offers; it ends with the start of
 * what is offered, for what has begun cannot be begun in time by the next in the queue either.
 */
#include "lib/decide_life.h"
#include "lib/life.h"
#include "lib/limits.h"
#include "lib/rules.h"

#define OFFER_DEFAULT_S (4 * 3600)
#define OFFER_STRETCHES_MAX 1000
#define OFFER_LOOK_DAYS 32

const struct zone *life_zone(const struct pole *p, const struct booking *b)
{
	const struct resource *r = pole_resource(p, b->resource);

	return r ? r->site->zone : pole_policy(p)->zone;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Until it begins; of what has begun, until it ends. */
static int64_t while_it_can(const struct booking *b, int64_t now)
{
	return b->span.start > now ? b->span.start : b->span.end;
}

struct soonest { /* of what several rules say, the strictest */
	const struct zone *zone;
	int64_t from, at; /* at 0: no rule so far */
};

static void see_due(struct soonest *s, struct duration after)
{
	int64_t at = duration_after(after, s->zone, s->from);

	s->at = s->at ? earlier(s->at, at) : at;
}

static void see_hold(void *arg, const struct rule *rule)
{
	see_due(arg, rule->limit.hold);
}

static int64_t hold_due(const struct pole *p, const struct booking *b, int64_t now)
{
	const struct duration usual = {.seconds = HOLD_DEFAULT_S};
	struct soonest s = {.zone = life_zone(p, b), .from = now};

	rules_of_kind(p, LIMIT_HOLD, b, now, see_hold, &s);
	if (!s.at)
		see_due(&s, usual);
	return earlier(b->span.end, s.at);
}

/* `left_s` of open time later. */
static int64_t after_open(const struct calendar_at *c, int64_t now, int64_t left_s)
{
	int64_t at = now;
	struct span open;

	for (int i = 0; i < OFFER_STRETCHES_MAX; i++) {
		if (!calendar_next(c, at, OFFER_LOOK_DAYS, &open))
			break;
		if (open.start > at)
			at = open.start;
		if (left_s <= open.end - at)
			return at + left_s;
		left_s -= open.end - at;
		at = open.end;
	}
	return now + left_s;
}

static int64_t offer_due(const struct pole *p, const struct booking *b, int64_t now)
{
	const struct policy *policy = pole_policy(p);
	const struct duration holds = policy->conflicts.waiting.offer_holds;
	const struct hours during = policy->conflicts.waiting.during;
	const struct calendar calendar = {.usual = during};
	const struct calendar_at at = {.calendar = &calendar, .zone = policy->zone};
	int64_t left_s =
	    duration_is_zero(holds) ? OFFER_DEFAULT_S : holds.days * DAY_S + holds.seconds;
	bool runs_always = during.always || during.n_ranges == 0;

	return earlier(while_it_can(b, now),
		       runs_always ? now + left_s : after_open(&at, now, left_s));
}

static int64_t held_due(const struct pole *p, const struct booking *b, int64_t now)
{
	return booking_is_offer(b) ? offer_due(p, b, now) : hold_due(p, b, now);
}

static int64_t requested_due(const struct pole *p, const struct booking *b, int64_t now)
{
	const struct rule *rule = rule_of_kind(p, LIMIT_APPROVAL, b, now);
	int64_t due = while_it_can(b, now);

	if (!rule || duration_is_zero(rule->limit.approval.undecided_after))
		return due;
	return earlier(due,
		       duration_after(rule->limit.approval.undecided_after, life_zone(p, b), now));
}

static void see_no_show(void *arg, const struct rule *rule)
{
	see_due(arg, rule->limit.no_show.after);
}

/* Who alters what has begun is there: time for coming runs anew. */
static int64_t confirmed_due(const struct pole *p, const struct booking *b, int64_t now)
{
	struct soonest s = {.zone = life_zone(p, b), .from = later(b->span.start, now)};

	if (b->span.end > now)
		rules_of_kind(p, LIMIT_NO_SHOW, b, now, see_no_show, &s);
	return s.at;
}

static int64_t out_due(const struct pole *p, const struct booking *b, int64_t now)
{
	return b->span.end > now ? b->span.end : now;
}

/* When its latest possible start has passed. */
static int64_t waiting_due(const struct pole *p, const struct booking *b, int64_t now)
{
	const struct span within = booking_says(b)->within;
	const struct zone *z = life_zone(p, b);
	int64_t last = b->span.start;

	if (!span_is_empty(within))
		last = duration_before(span_length(b->span, z), z, within.end);
	return last > now ? last : now;
}

/* It gets its own back, even if only the rest of it. */
static int64_t suspended_due(const struct pole *p, const struct booking *b, int64_t now)
{
	int64_t last = waiting_due(p, b, now);

	return b->span.end > last ? b->span.end : last;
}

static int64_t (*const dues[N_BOOKING_STATES])(const struct pole *p, const struct booking *b,
					       int64_t now) = {
    [BOOKING_HELD] = held_due,		 [BOOKING_REQUESTED] = requested_due,
    [BOOKING_CONFIRMED] = confirmed_due, [BOOKING_OUT] = out_due,
    [BOOKING_WAITING] = waiting_due,	 [BOOKING_DISPLACED] = waiting_due,
    [BOOKING_SUSPENDED] = suspended_due,
};

int64_t booking_due(const struct pole *p, const struct booking *b, int64_t now)
{
	return dues[b->state] ? dues[b->state](p, b, now) : 0;
}

struct owing {
	const struct zone *zone;
	int64_t start, now;
	uint8_t per_cent;
};

static void see_bands(void *arg, const struct rule *rule)
{
	struct owing *o = arg;

	for (size_t i = 0; i < rule->limit.cancel.n; i++) {
		const struct band *band = &rule->limit.cancel.bands[i];

		if (o->now > duration_before(band->before, o->zone, o->start) &&
		    band->per_cent > o->per_cent)
			o->per_cent = band->per_cent;
	}
}

uint8_t booking_forfeit(const struct pole *p, const struct booking *b, int64_t now)
{
	struct owing o = {.zone = life_zone(p, b), .start = b->span.start, .now = now};

	if (b->state != BOOKING_CONFIRMED)
		return 0;
	o.per_cent = booking_says(b)->forfeit_least;
	rules_of_kind(p, LIMIT_CANCEL, b, now, see_bands, &o);
	return o.per_cent;
}
