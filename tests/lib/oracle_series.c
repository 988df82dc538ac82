/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dates of a series, and whom a change to several of its bookings is about: by local time, day
 * after day. */
#include <stdlib.h>

#include "lib/series.h"
#include "tests/lib/oracle.h"

int64_t oracle_local_gap(const struct zone *z, int64_t from, int64_t to)
{
	return civil_seconds(zone_to_local(z, to)) - civil_seconds(zone_to_local(z, from));
}

int64_t oracle_local_shift(const struct zone *z, int64_t at, int64_t by_s)
{
	int64_t ret = at;

	if (by_s != 0)
		zone_local_s_to_utc(z, civil_seconds(zone_to_local(z, at)) + by_s, &ret);
	return ret;
}

/* A span that the clock would leave nothing of keeps its length. */
struct span oracle_span_shift(const struct zone *z, struct span s, int64_t start_by_s,
			      int64_t end_by_s)
{
	struct span to = {oracle_local_shift(z, s.start, start_by_s),
			  oracle_local_shift(z, s.end, end_by_s)};

	if (start_by_s == end_by_s && s.start < s.end && to.start >= to.end)
		to.end = to.start + (s.end - s.start);
	return to;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool is_left_out(const struct oracle_rule *r, int64_t at)
{
	for (size_t i = 0; i < r->n_except; i++)
		if (at >= r->except[i].start && at < r->except[i].end)
			return true;
	return false;
}

static void add(const struct oracle_rule *r, int64_t at, struct oracle_dates *ret)
{
	for (size_t i = 0; i < ret->n; i++)
		if (ret->starts[i] == at)
			return;
	EXPECT(ret->n < ORACLE_DATES_MAX);
	if (!is_left_out(r, at))
		ret->starts[ret->n++] = at;
}

void oracle_dates(const struct zone *z, int64_t first, const struct oracle_rule *r,
		  struct oracle_dates *ret)
{
	ret->n = 0;
	for (int i = 0; i < r->count; i++)
		add(r, oracle_local_shift(z, first, i * (int64_t)r->every_days * DAY_S), ret);
	for (size_t i = 0; i < r->n_also; i++)
		add(r, r->also[i], ret);
	qsort(ret->starts, ret->n, sizeof(*ret->starts), by_time);
}

static bool is_past(const struct oracle *o, const struct booking *b, bool start_moves)
{
	return start_moves ? b->span.start <= o->now : b->span.end <= o->now;
}

struct meant {
	int64_t start, number;
};

static int by_start(const void *a, const void *b)
{
	const struct meant *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* What goes to a later time goes last first, so that each finds the place that the next has left.
 */
size_t oracle_series_members(const struct oracle *o, const struct booking *named, int scope,
			     bool moves, int64_t start_by_s, int64_t end_by_s, int64_t *ret)
{
	bool last_first = moves && (start_by_s > 0 || (start_by_s == 0 && end_by_s > 0));
	struct meant found[ORACLE_DATES_MAX];
	size_t n = 0;

	for (int64_t i = 1; named->series && scope != SCOPE_ONE && i < o->next; i++) {
		const struct booking *b = o->rows[i];

		if (!b || b->series != named->series || b->state != BOOKING_CONFIRMED ||
		    is_past(o, b, moves && start_by_s != 0) ||
		    (scope == SCOPE_FOLLOWING && b->occurrence < named->occurrence))
			continue;
		EXPECT(n < ORACLE_DATES_MAX);
		found[n++] = (struct meant){b->span.start, i};
	}
	if (n == 0)
		found[n++] = (struct meant){named->span.start, named->number};
	qsort(found, n, sizeof(*found), by_start);
	for (size_t i = 0; i < n; i++)
		ret[i] = found[last_first ? n - 1 - i : i].number;
	return n;
}
