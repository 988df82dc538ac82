/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/oracle_pool.h"

#include <string.h>

#include "tests/lib/fixture.h"

bool pool_rule_applies(const struct question *q, const struct rule *rule)
{
	return rule->resources[0] == q->resource &&
	       (rule->party.n_classes == 0 || strcmp(rule->party.classes[0], q->member_class) == 0);
}

int64_t pool_second_of_day(int64_t at)
{
	struct civil_time t = zone_to_local(fixture_paris(), at);

	return t.second;
}

static bool is_new_start(const struct question *q, struct span s)
{
	return !q->was || q->was->span.start != s.start;
}

static enum reason oracle_limit(const struct question *q, const struct limit *l, struct span s)
{
	int64_t length = s.end - s.start;

	if (l->kind == LIMIT_DURATION && length < l->duration.min.seconds)
		return REASON_TOO_SHORT;
	if (l->kind == LIMIT_DURATION && length > l->duration.max.seconds)
		return REASON_TOO_LONG;
	if (l->kind == LIMIT_DURATION && length % l->duration.step.seconds)
		return REASON_STEP;
	if (!is_new_start(q, s))
		return REASON_NONE;
	if (l->kind == LIMIT_START && pool_second_of_day(s.start) % l->start_every_s)
		return REASON_START_GRID;
	if (l->kind == LIMIT_LEAD && s.start - q->pool->now < l->lead.seconds)
		return REASON_LEAD;
	if (l->kind == LIMIT_HORIZON &&
	    s.start > zone_add_days(fixture_paris(), q->pool->now, l->horizon.days))
		return REASON_HORIZON;
	return REASON_NONE;
}

static bool oracle_open(const struct question *q, struct span s)
{
	return opening_admits((struct opening_for){q->resource->opening, 0}, s);
}

size_t pool_refusals(const struct question *q, struct span s, enum reason *ret)
{
	const struct policy *p = pole_policy(q->pool->pole);
	size_t n = 0;

	if (is_new_start(q, s) && s.start < q->pool->now)
		ret[n++] = REASON_PAST;
	if (!oracle_open(q, s))
		ret[n++] = REASON_CLOSED;
	for (size_t i = 0; i < p->n_rules; i++) {
		enum reason reason = REASON_NONE;

		if (pool_rule_applies(q, &p->rules[i]))
			reason = oracle_limit(q, &p->rules[i].limit, s);
		if (reason)
			ret[n++] = reason;
	}
	return n;
}

struct span pool_with_buffers(const struct resource *r, struct span s)
{
	return (struct span){s.start - r->buffer_before.seconds, s.end + r->buffer_after.seconds};
}

static bool holds(const struct booking *b, const struct resource *r, uint32_t lane)
{
	return b && b->state == BOOKING_CONFIRMED && b->allocations[0].resource == r->number &&
	       b->allocations[0].lane == lane;
}

/* How many bookings are in the way on a lane. */
size_t pool_conflicts(const struct question *q, const struct unit *u, struct span s)
{
	struct span during = pool_with_buffers(q->resource, s);
	size_t n = 0;

	for (int64_t i = 1; i < pole_next_booking(q->pool->pole); i++) {
		const struct booking *b = q->pool->rows[i];

		if (b != q->was && holds(b, q->resource, u->lane) &&
		    span_overlaps(b->allocations[0].during, during))
			n++;
	}
	return n;
}

#define PACKED_MAX 64
#define PACKING_STEPS_MAX 200000

/* Whether all that touches a request in time finds a lane, tried in every way. */
struct packing {
	struct span spans[PACKED_MAX];
	uint32_t fixed[PACKED_MAX]; /* 0: may move */
	uint32_t lanes[PACKED_MAX];
	size_t n, n_units, steps;
};

static bool pack_from(struct packing *k, size_t i)
{
	if (i == k->n)
		return true;
	for (uint32_t lane = 1; lane <= k->n_units; lane++) {
		bool free = (!k->fixed[i] || k->fixed[i] == lane) && k->steps++ < PACKING_STEPS_MAX;

		for (size_t j = 0; free && j < i; j++)
			free = k->lanes[j] != lane || !span_overlaps(k->spans[j], k->spans[i]);
		k->lanes[i] = lane;
		if (free && pack_from(k, i + 1))
			return true;
	}
	return false;
}

static void pack_add(struct packing *k, struct span s, uint32_t fixed)
{
	size_t i = k->n++;

	for (; i > 0 && s.start < k->spans[i - 1].start; i--) {
		k->spans[i] = k->spans[i - 1];
		k->fixed[i] = k->fixed[i - 1];
	}
	k->spans[i] = s;
	k->fixed[i] = fixed;
}

bool pool_is_fixed(const struct pool *w, const struct booking *b)
{
	return b->items[0].lane || b->span.start <= w->now;
}

/* 1: it can be packed, 0: it cannot, -1: too much to try. */
int pool_packs(const struct question *q, struct span s)
{
	struct packing k = {.n_units = q->resource->n_units};
	struct span window = pool_with_buffers(q->resource, s), before;

	do {
		before = window;
		k.n = 0;
		for (int64_t i = 1; i < pole_next_booking(q->pool->pole); i++) {
			const struct booking *b = q->pool->rows[i];
			const struct span *during;

			if (!b || b == q->was || b->state != BOOKING_CONFIRMED ||
			    b->allocations[0].resource != q->resource->number)
				continue;
			during = &b->allocations[0].during;
			if (!span_overlaps(*during, window))
				continue;
			if (k.n + 1 == PACKED_MAX)
				return -1;
			pack_add(&k, *during,
				 pool_is_fixed(q->pool, b) ? b->allocations[0].lane : 0);
			if (during->start < window.start)
				window.start = during->start;
			if (during->end > window.end)
				window.end = during->end;
		}
	} while (!span_equals(before, window));
	pack_add(&k, pool_with_buffers(q->resource, s), 0);
	if (pack_from(&k, 0))
		return 1;
	return k.steps < PACKING_STEPS_MAX ? 0 : -1;
}

bool pool_grants(const struct question *q, const struct unit *u, struct span s)
{
	enum reason reasons[FIXTURE_RULES];

	return pool_conflicts(q, u, s) == 0 && pool_refusals(q, s, reasons) == 0;
}

bool pool_grants_any(const struct question *q, struct span s)
{
	for (size_t i = 0; i < q->resource->n_units; i++) {
		const struct unit *u = &q->resource->units[i];

		if ((!q->unit || q->unit == u) && pool_grants(q, u, s))
			return true;
	}
	return false;
}

static int64_t at_most_a_day(int64_t gap_s)
{
	return gap_s < DAY_S ? gap_s : DAY_S;
}

static int64_t oracle_slack(const struct question *q, const struct unit *u, struct span s)
{
	struct span during = pool_with_buffers(q->resource, s);
	int64_t before = DAY_S, after = DAY_S;

	for (int64_t i = 1; i < pole_next_booking(q->pool->pole); i++) {
		const struct booking *b = q->pool->rows[i];
		struct span other;

		if (b == q->was || !holds(b, q->resource, u->lane))
			continue;
		other = b->allocations[0].during;
		if (other.end <= during.start && during.start - other.end < before)
			before = at_most_a_day(during.start - other.end);
		if (other.start >= during.end && other.start - during.end < after)
			after = at_most_a_day(other.start - during.end);
	}
	return before + after;
}

uint32_t pool_best_lane(const struct question *q, struct span s)
{
	uint32_t best = 0;
	int64_t best_slack = INT64_MAX;

	for (size_t i = 0; i < q->resource->n_units; i++) {
		const struct unit *u = &q->resource->units[i];
		int64_t slack;

		if ((q->unit && q->unit != u) || !pool_grants(q, u, s))
			continue;
		if (q->was && q->was->allocations[0].lane == u->lane)
			return u->lane;
		slack = oracle_slack(q, u, s);
		if (slack < best_slack || (slack == best_slack && u->lane < best)) {
			best = u->lane;
			best_slack = slack;
		}
	}
	return best;
}
