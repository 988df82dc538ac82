/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many civil days a quota of days has used: a mark for each day of all windows that are asked
 * for. */
#include "lib/tally.h"

#include <stdlib.h>

#include "lib/arena.h"

enum { DAY_OTHER = 1, DAY_OWN = 2, DAY_CLOSED = 4, DAY_LOOKED = 8 };

struct days { /* marks from the day `first` on */
	struct tally *tally;
	int64_t first, n;
	uint8_t *marks;
};

static bool is_closed(const struct days *d, int64_t i)
{
	const struct tally *y = d->tally;
	const struct opening *o = trial_opening(y->trial, y->unit);
	const struct opening_for hours = trial_hours(y->trial, o);
	int64_t start = tally_day_start(y, d->first + i),
		end = tally_day_start(y, d->first + i + 1);
	struct span open;

	if (!(y->quota->uncounted & UNCOUNTED_CLOSED_DAYS))
		return false;
	if (!(d->marks[i] & DAY_LOOKED)) {
		bool is_open = opening_next(hours, start, 1, &open) && open.start < end;

		d->marks[i] |= DAY_LOOKED | (is_open ? 0 : DAY_CLOSED);
	}
	return d->marks[i] & DAY_CLOSED;
}

/* Days with one of these marks, of closed ones in a row the first. */
static int64_t count_days(const struct days *d, int marks, int64_t from, int64_t to)
{
	bool in_closed = false;
	int64_t n = 0;

	for (int64_t i = from; i < to; i++) {
		if (!(d->marks[i] & marks)) {
			in_closed = false;
			continue;
		}
		n += !(in_closed && is_closed(d, i));
		in_closed = is_closed(d, i);
	}
	return n;
}

static void consider_days(const struct days *d, int64_t from, int64_t next)
{
	struct tally *y = d->tally;
	int64_t begin = from > d->first ? from - d->first : 0;
	int64_t end = next < d->first + d->n ? next - d->first : d->n;
	int64_t used = count_days(d, DAY_OTHER, begin, end);
	int64_t all = count_days(d, DAY_OTHER | DAY_OWN, begin, end);

	tally_consider(y, used, all - used,
		       (struct span){tally_day_start(y, from), tally_day_start(y, next)});
}

static void mark_days(struct days *d)
{
	const struct tally *y = d->tally;

	for (size_t i = 0; i < y->n; i++) {
		int64_t day = tally_day(y, y->uses[i].span.start) - d->first;
		int64_t last = tally_day(y, y->uses[i].span.end - 1) - d->first;

		for (day = day < 0 ? 0 : day; day <= last && day < d->n; day++)
			d->marks[day] |= y->uses[i].own ? DAY_OWN : DAY_OTHER;
	}
}

static void each_day_window(struct days *d, int64_t own_first, int64_t own_last)
{
	const struct quota *q = d->tally->quota;
	int64_t day, next;

	if (q->window == QUOTA_FUTURE || q->window == QUOTA_AT_ONCE) {
		consider_days(d, d->first, d->first + d->n);
	} else if (q->window == QUOTA_ROLLING) {
		for (day = own_first - tally_length_days(d->tally) + 1; day <= own_last; day++)
			consider_days(d, day, day + tally_length_days(d->tally));
	} else {
		for (next = own_first; next <= own_last;) {
			quota_calendar(q->window, next, &day, &next);
			consider_days(d, day, next);
		}
	}
}

/* Where the days of all windows lie. */
static struct span day_range(const struct tally *y, int64_t own_first, int64_t own_last)
{
	struct span range = {own_first, own_last + 1};
	int64_t unused;

	if (y->quota->window == QUOTA_ROLLING) {
		range.start -= tally_length_days(y) - 1;
		range.end += tally_length_days(y) - 1;
	} else if (y->quota->window == QUOTA_FUTURE) {
		for (size_t i = 0; i < y->n; i++) {
			int64_t first = tally_day(y, y->uses[i].span.start);
			int64_t last = tally_day(y, y->uses[i].span.end - 1);

			range.start = first < range.start ? first : range.start;
			range.end = last >= range.end ? last + 1 : range.end;
		}
	} else if (y->quota->window != QUOTA_AT_ONCE) {
		quota_calendar(y->quota->window, own_first, &range.start, &unused);
		quota_calendar(y->quota->window, own_last, &unused, &range.end);
	}
	return range;
}

void tally_days(struct tally *y)
{
	int64_t own_first = tally_day(y, y->own.start), own_last = tally_day(y, y->own.end - 1);
	struct span range = day_range(y, own_first, own_last);
	struct days d = {.tally = y, .first = range.start, .n = range.end - range.start};

	d.marks = memory_new((size_t)d.n);
	mark_days(&d);
	each_day_window(&d, own_first, own_last);
	free(d.marks);
}
