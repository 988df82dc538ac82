/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What counts towards a quota.
 *
 * First the uses are gathered, as spans with a weight: those of the pole that could share a window
 * with the booking, from the index by member, and the booking's own. Then each kind of window looks
 * for the one in which they are most, among those that hold something of the booking's own: what
 * was too much before without it is not its matter.
 *
 * Rolling windows are swept exactly. Of uses that count where they start, the fullest window can be
 * slid right until it begins with one. Of times, what a window holds grows and shrinks evenly as it
 * slides, so it is fullest where it begins with the beginning of a use, ends with the end of one,
 * or is the first or last that touches the booking. How much of the others lies before an instant
 * is read off two sorted lists of sums, so a sweep takes n log n.
 */
#include "lib/quota.h"

#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/rules.h"

#define FEW_USES 32
#define FEW_RESOURCES 16

struct use {
	struct span span;
	int64_t booking, units;
	bool own;
};

struct tally {
	const struct trial *trial;
	const struct rule *rule;
	const struct quota *quota;
	const struct zone *zone;
	const struct unit *unit;
	struct span own;   /* from the first start to the last end of the booking's own */
	uint32_t resource; /* the one that is gathered; 0: all */
	struct use *uses;
	size_t n, cap;
	struct count most;
	struct use few[FEW_USES];
};

static bool is_time(enum quota_measure m)
{
	return m == QUOTA_TIME || m == QUOTA_UNIT_TIME;
}

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
	else if (is_time(y->quota->measure) || y->quota->measure == QUOTA_DAYS)
		when_each(&peak, y->zone, use.span, add_piece, &pieces);
	else if (when_touches(&peak, y->zone, use.span))
		push(y, use);
}

static int64_t day_of(const struct tally *y, int64_t at)
{
	return civil_days(zone_to_local(y->zone, at).date);
}

static int64_t day_start(const struct tally *y, int64_t day)
{
	int64_t at;

	zone_local_s_to_utc(y->zone, day * DAY_S, &at);
	return at;
}

/* Whether time leaves it in. */
static bool is_counted_then(const struct tally *y, struct span s, int64_t made_at)
{
	if (y->rule->has_when && !when_touches(&y->rule->when, y->zone, s))
		return false;
	return !(y->quota->uncounted & UNCOUNTED_SAME_DAY) ||
	       day_of(y, made_at) != day_of(y, s.start);
}

static bool is_counted_state(const struct tally *y, const struct booking *b)
{
	const struct details *d = booking_says(b);

	if (b->state == BOOKING_CANCELLED)
		return y->quota->uncounted & UNCOUNTED_CANCELLED_IN_TIME &&
		       looks_back(y->quota->window) && d->forfeit > 0 && !d->waived;
	if (b->state == BOOKING_NO_SHOW)
		return looks_back(y->quota->window);
	return booking_state_counts(b->state);
}

static bool is_counted_party(const struct tally *y, const struct booking *b)
{
	const struct trial *t = y->trial;
	uint32_t roles = y->rule->party.roles;
	const struct person *person;

	if (y->quota->of == QUOTA_OF_PERSON && b->person != t->person->number)
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

/* A return cuts what it was booked for. */
static struct span used_span(const struct tally *y, const struct booking *b, const struct item *i)
{
	const struct details *d = booking_says(b);
	struct span s = i->span;

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
	for (uint32_t k = 0; k < b->n_items; k++)
		if (is_counted_item(y, b, k))
			add_use(y, (struct use){.span = used_span(y, b, &b->items[k]),
						.booking = b->number,
						.units = b->items[k].quantity});
	return true;
}

static void gather_member(struct tally *y, uint32_t member, struct span window)
{
	const struct rule *rule = y->rule;

	if (rule->n_resources == 0 || rule->n_resources > FEW_RESOURCES) {
		y->resource = 0;
		pole_each_of_member(y->trial->pole, member, 0, window, gather, y);
		return;
	}
	for (size_t i = 0; i < rule->n_resources; i++) {
		y->resource = rule->resources[i]->number;
		pole_each_of_member(y->trial->pole, member, y->resource, window, gather, y);
	}
}

static void gather_all(struct tally *y, struct span window)
{
	const struct policy *p = y->trial->directory->policy;
	const char *class = y->trial->holder->class;

	if (y->quota->of != QUOTA_OF_CLASS) {
		gather_member(y, y->trial->holder->number, window);
		return;
	}
	for (const struct member *m = p->members; m < p->members + p->n_members; m++)
		if (strcmp(m->class, class) == 0)
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

static int64_t length_s(const struct quota *q)
{
	return q->length.days * DAY_S + q->length.seconds;
}

static int64_t length_days(const struct quota *q)
{
	return q->length.days + (q->length.seconds > 0);
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
		reach_s = length_s(y->quota) + DAY_S;
		return (struct span){s.start - reach_s, s.end + reach_s};
	default:
		quota_calendar(y->quota->window, day_of(y, s.start), &first, &next);
		s.start = day_start(y, first);
		quota_calendar(y->quota->window, day_of(y, s.end - 1), &first, &next);
		s.end = day_start(y, next);
		return s;
	}
}

/* The window counts where it holds something of the booking's own. */
static void consider(struct tally *y, int64_t used, int64_t wanted, struct span window)
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
	if (is_time(y->quota->measure))
		return overlap_s(use->span, window) * use->units;
	return use->span.start >= window.start && use->span.start < window.end ? use->units : 0;
}

static void count_window(struct tally *y, struct span window)
{
	int64_t sums[2] = {0, 0};

	for (size_t i = 0; i < y->n; i++)
		sums[y->uses[i].own] += value_in(y, &y->uses[i], window);
	consider(y, sums[0], sums[1], window);
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
	consider(y, sums[0], sums[1], (struct span){at, at + 1});
}

static void count_at_once(struct tally *y)
{
	for (size_t i = 0; i < y->n; i++) {
		int64_t at = y->uses[i].span.start;

		count_instant(y, at > y->own.start ? at : y->own.start);
	}
}

static void count_calendar(struct tally *y)
{
	int64_t day = day_of(y, y->own.start), last = day_of(y, y->own.end - 1), first, next;

	for (; day <= last; day = next) {
		quota_calendar(y->quota->window, day, &first, &next);
		count_window(y, (struct span){day_start(y, first), day_start(y, next)});
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
	struct span window = {from, from + length_s(y->quota)};

	if (y->quota->length.days > 0) {
		zone_local_s_to_utc(y->zone, window.start, &window.start);
		zone_local_s_to_utc(y->zone, window.end, &window.end);
	}
	consider(y, used, wanted, window);
}

static void count_rolling_starts(struct tally *y)
{
	int64_t sums[2] = {0, 0};
	size_t end = 0;

	qsort(y->uses, y->n, sizeof(*y->uses), by_start);
	for (size_t i = 0; i < y->n; i++) {
		int64_t from = y->uses[i].span.start;

		for (; end < y->n && y->uses[end].span.start < from + length_s(y->quota); end++)
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
	const struct span window = {from, from + length_s(y->quota)};
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
	int64_t length = length_s(y->quota);

	for (size_t i = 0; i < y->n; i++) {
		const struct use *use = &y->uses[i];

		if (use->own) {
			try_from(w, use->span.start - length + 1);
			try_from(w, use->span.end - 1);
		} else {
			w->starts[w->n].at = use->span.start - w->base;
			w->ends[w->n].at = use->span.end - w->base;
			w->starts[w->n].units = w->ends[w->n].units = use->units;
			w->n++;
		}
	}
	sum_up(w->starts, w->n);
	sum_up(w->ends, w->n);
	for (size_t i = 0; i < y->n; i++) {
		try_from(w, y->uses[i].span.start);
		try_from(w, y->uses[i].span.end - length);
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
	int64_t start = day_start(y, d->first + i), end = day_start(y, d->first + i + 1);
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

	consider(y, used, all - used, (struct span){day_start(y, from), day_start(y, next)});
}

static void mark_days(struct days *d)
{
	const struct tally *y = d->tally;

	for (size_t i = 0; i < y->n; i++) {
		int64_t day = day_of(y, y->uses[i].span.start) - d->first;
		int64_t last = day_of(y, y->uses[i].span.end - 1) - d->first;

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
		for (day = own_first - length_days(q) + 1; day <= own_last; day++)
			consider_days(d, day, day + length_days(q));
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
		range.start -= length_days(y->quota) - 1;
		range.end += length_days(y->quota) - 1;
	} else if (y->quota->window == QUOTA_FUTURE) {
		for (size_t i = 0; i < y->n; i++) {
			int64_t first = day_of(y, y->uses[i].span.start);
			int64_t last = day_of(y, y->uses[i].span.end - 1);

			range.start = first < range.start ? first : range.start;
			range.end = last >= range.end ? last + 1 : range.end;
		}
	} else if (y->quota->window != QUOTA_AT_ONCE) {
		quota_calendar(y->quota->window, own_first, &range.start, &unused);
		quota_calendar(y->quota->window, own_last, &unused, &range.end);
	}
	return range;
}

static void tally_days(struct tally *y)
{
	int64_t own_first = day_of(y, y->own.start), own_last = day_of(y, y->own.end - 1);
	struct span range = day_range(y, own_first, own_last);
	struct days d = {.tally = y, .first = range.start, .n = range.end - range.start};

	d.marks = memory_new((size_t)d.n);
	mark_days(&d);
	each_day_window(&d, own_first, own_last);
	free(d.marks);
}

static void tally_uses(struct tally *y)
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
		if (is_time(y->quota->measure))
			count_rolling_times(y);
		else
			count_rolling_starts(y);
		break;
	default:
		count_calendar(y);
	}
}

struct count quota_count(const struct trial *t, const struct rule *rule, const struct unit *u,
			 struct span s)
{
	struct tally y;

	y.trial = t;
	y.rule = rule;
	y.quota = &rule->limit.quota;
	y.zone = trial_zone(t, u);
	y.unit = u;
	y.uses = y.few;
	y.n = 0;
	y.cap = FEW_USES;
	y.most = (struct count){0};
	if (!t->holder || (y.quota->of == QUOTA_OF_PERSON && !t->person))
		return y.most;
	gather_own(&y, s);
	if (y.n > 0) {
		gather_all(&y, reach(&y));
		if (y.quota->measure == QUOTA_DAYS)
			tally_days(&y);
		else
			tally_uses(&y);
	}
	if (y.uses != y.few)
		free(y.uses);
	return y.most;
}
