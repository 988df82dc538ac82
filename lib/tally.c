/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window in which uses are most, among those that hold something of the booking's own: what was
 * too much before without it is not its matter.
 *
 * Rolling windows are swept exactly. Of uses that count where they start, the fullest window can be
 * slid right until it begins with one. Of times, what a window holds grows and shrinks evenly as it
 * slides, so it is fullest where it begins with the beginning of a use, ends with the end of one,
 * or is the first or last that touches the booking. How much of the others lies before an instant
 * is read off two sorted lists of sums, so a sweep takes n log n.
 */
#include "lib/tally.h"

#include <stdlib.h>

#include "lib/arena.h"

bool tally_is_of_time(const struct tally *y)
{
	return y->quota->measure == QUOTA_TIME || y->quota->measure == QUOTA_UNIT_TIME;
}

int64_t tally_day(const struct tally *y, int64_t at)
{
	return civil_days(zone_to_local(y->zone, at).date);
}

int64_t tally_day_start(const struct tally *y, int64_t day)
{
	int64_t at;

	zone_local_s_to_utc(y->zone, day * DAY_S, &at);
	return at;
}

int64_t tally_length_s(const struct tally *y)
{
	return y->quota->length.days * DAY_S + y->quota->length.seconds;
}

int64_t tally_length_days(const struct tally *y)
{
	return y->quota->length.days + (y->quota->length.seconds > 0);
}

void tally_consider(struct tally *y, int64_t used, int64_t wanted, struct span window)
{
	if (wanted > 0 && (y->most.wanted == 0 || used + wanted > y->most.used + y->most.wanted))
		y->most = (struct count){used, wanted, window};
}

static int by_booking(const void *a, const void *b)
{
	const struct use *x = a, *z = b;

	if (x->booking != z->booking)
		return x->booking < z->booking ? -1 : 1;
	return (x->span.start > z->span.start) - (x->span.start < z->span.start);
}

static int by_start(const void *a, const void *b)
{
	const struct use *x = a, *z = b;

	return (x->span.start > z->span.start) - (x->span.start < z->span.start);
}

/* Things of one booking whose times touch become one use. */
static void join(struct tally *y)
{
	size_t n = 1;

	qsort(y->uses, y->n, sizeof(*y->uses), by_booking);
	for (size_t i = 1; i < y->n; i++) {
		struct use *last = &y->uses[n - 1];

		if (y->uses[i].booking != last->booking || y->uses[i].span.start > last->span.end)
			y->uses[n++] = y->uses[i];
		else if (y->uses[i].span.end > last->span.end)
			last->span.end = y->uses[i].span.end;
	}
	y->n = n;
}

static int64_t overlap_s(struct span a, struct span b)
{
	int64_t from = a.start > b.start ? a.start : b.start;
	int64_t to = a.end < b.end ? a.end : b.end;

	return to > from ? to - from : 0;
}

static int64_t value_in(const struct tally *y, const struct use *use, struct span window)
{
	if (tally_is_of_time(y))
		return overlap_s(use->span, window) * use->units;
	return use->span.start >= window.start && use->span.start < window.end ? use->units : 0;
}

static void count_window(struct tally *y, struct span window)
{
	int64_t sums[2] = {0, 0};

	for (size_t i = 0; i < y->n; i++)
		sums[y->uses[i].own] += value_in(y, &y->uses[i], window);
	tally_consider(y, sums[0], sums[1], window);
}

static void count_future(struct tally *y)
{
	const struct span always = {INT64_MIN / 2, TIME_NEVER};

	count_window(y, always);
	y->most.window = (struct span){y->trial->now, TIME_NEVER};
}

static void count_instant(struct tally *y, int64_t at)
{
	int64_t sums[2] = {0, 0};

	for (size_t i = 0; i < y->n; i++)
		if (y->uses[i].span.start <= at && at < y->uses[i].span.end)
			sums[y->uses[i].own] += y->uses[i].units;
	tally_consider(y, sums[0], sums[1], (struct span){at, at + 1});
}

static void count_at_once(struct tally *y)
{
	count_instant(y, y->own.start);
	for (size_t i = 0; i < y->n; i++)
		if (y->uses[i].span.start > y->own.start)
			count_instant(y, y->uses[i].span.start);
}

static void count_calendar(struct tally *y)
{
	int64_t day = tally_day(y, y->own.start), last = tally_day(y, y->own.end - 1), first, next;

	for (; day <= last; day = next) {
		quota_calendar(y->quota->window, day, &first, &next);
		count_window(y, (struct span){tally_day_start(y, first), tally_day_start(y, next)});
	}
}

/* Rolling windows of days stand on the local clock: each use at its local start, with its length.
 */
static void shift_to_local(struct tally *y)
{
	for (size_t i = 0; y->quota->length.days > 0 && i < y->n; i++) {
		int32_t offset_s = zone_offset_s(y->zone, y->uses[i].span.start);

		y->uses[i].span.start += offset_s;
		y->uses[i].span.end += offset_s;
	}
}

static void consider_rolling(struct tally *y, int64_t used, int64_t wanted, int64_t from)
{
	struct span window = {from, from + tally_length_s(y)};

	if (y->quota->length.days > 0) {
		zone_local_s_to_utc(y->zone, window.start, &window.start);
		zone_local_s_to_utc(y->zone, window.end, &window.end);
	}
	tally_consider(y, used, wanted, window);
}

static void count_rolling_starts(struct tally *y)
{
	int64_t sums[2] = {0, 0};
	size_t end = 0;

	qsort(y->uses, y->n, sizeof(*y->uses), by_start);
	for (size_t i = 0; i < y->n; i++) {
		int64_t from = y->uses[i].span.start;

		for (; end < y->n && y->uses[end].span.start < from + tally_length_s(y); end++)
			sums[y->uses[end].own] += y->uses[end].units;
		consider_rolling(y, sums[0], sums[1], from);
		sums[y->uses[i].own] -= y->uses[i].units;
	}
}

/* Sums of what begins, or ends, up to a place in a sorted list. */
struct step {
	int64_t at, units, moment; /* then also: of all up to here; moment: units times at */
};

static int by_at(const void *a, const void *b)
{
	const struct step *x = a, *z = b;

	return (x->at > z->at) - (x->at < z->at);
}

static void sum_up(struct step *steps, size_t n)
{
	int64_t units = 0, moment = 0;

	qsort(steps, n, sizeof(*steps), by_at);
	for (size_t i = 0; i < n; i++) {
		units += steps[i].units;
		moment += steps[i].units * steps[i].at;
		steps[i].units = units;
		steps[i].moment = moment;
	}
}

/* The sum of what has passed since each of them, at `at`. */
static int64_t passed(const struct step *steps, size_t n, int64_t at)
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (steps[middle].at < at)
			from = middle + 1;
		else
			to = middle;
	}
	return from ? steps[from - 1].units * at - steps[from - 1].moment : 0;
}

struct sweep { /* times count from the first own start, lest the sums grow too large */
	struct tally *tally;
	int64_t base;
	struct step *starts, *ends; /* of the others */
	size_t n;
};

static int64_t others_before(const struct sweep *w, int64_t at)
{
	return passed(w->starts, w->n, at - w->base) - passed(w->ends, w->n, at - w->base);
}

static void try_from(const struct sweep *w, int64_t from)
{
	struct tally *y = w->tally;
	const struct span window = {from, from + tally_length_s(y)};
	int64_t wanted = 0;

	for (size_t i = 0; i < y->n; i++)
		if (y->uses[i].own)
			wanted += overlap_s(y->uses[i].span, window) * y->uses[i].units;
	if (wanted > 0)
		consider_rolling(y, others_before(w, window.end) - others_before(w, window.start),
				 wanted, from);
}

static void sweep_times(struct sweep *w)
{
	struct tally *y = w->tally;
	int64_t length = tally_length_s(y);

	for (size_t i = 0; i < y->n; i++) {
		const struct use *use = &y->uses[i];

		if (use->own)
			continue;
		w->starts[w->n].at = use->span.start - w->base;
		w->ends[w->n].at = use->span.end - w->base;
		w->starts[w->n].units = w->ends[w->n].units = use->units;
		w->n++;
	}
	sum_up(w->starts, w->n);
	sum_up(w->ends, w->n);
	for (size_t i = 0; i < y->n; i++) {
		const struct use *use = &y->uses[i];

		try_from(w, use->span.start);
		try_from(w, use->span.end - length);
		if (use->own) {
			try_from(w, use->span.start - length + 1);
			try_from(w, use->span.end - 1);
		}
	}
}

static void count_rolling_times(struct tally *y)
{
	struct step few[2 * FEW_USES];
	struct step *steps = few;
	struct sweep w = {.tally = y, .base = y->own.start};

	if (y->n > FEW_USES)
		steps = memory_new(2 * y->n * sizeof(*steps));
	w.starts = steps;
	w.ends = steps + y->n;
	sweep_times(&w);
	if (steps != few)
		free(steps);
}

void tally_windows(struct tally *y)
{
	if (y->quota->measure == QUOTA_BOOKINGS)
		join(y);
	switch (y->quota->window) {
	case QUOTA_FUTURE:
		count_future(y);
		break;
	case QUOTA_AT_ONCE:
		count_at_once(y);
		break;
	case QUOTA_ROLLING:
		shift_to_local(y);
		if (tally_is_of_time(y))
			count_rolling_times(y);
		else
			count_rolling_starts(y);
		break;
	default:
		count_calendar(y);
	}
}
