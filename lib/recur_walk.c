/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The occurrences of a series as instants, ascending.
 *
 * The rule's local times come ascending and stay so as instants, but for those in a gap of the
 * clock: they move forward by its length, past those that follow. (BYHOUR=2,3;BYMINUTE=0,30 on a
 * day without 02:00 to 03:00 gives 03:00, 03:30, 03:00, 03:30.) So two cursors are merged: `main`
 * leaves out what is in a gap; when it meets such a time, a copy of it, `late`, goes over the
 * stretch again and gives only these, until the last that `main` met. Both are plain values, so
 * nothing is collected, however many times lie in a gap. Rejected: a buffer (a gap can be a
 * whole day, and a rule of every second has 86400 in it).
 *
 * What comes out of the merge is then merged with RDATE, and EXDATE taken from it.
 */

#include "lib/recur.h"

#include "lib/recur_cursor.h"

#define INSTANT_MAX (INT64_C(253402300800) + 2 * DAY_S) /* 10000-01-01 */

static enum zone_fit to_utc(const struct recur *r, int64_t local_s, int64_t *ret_utc)
{
	if (r->zone)
		return zone_local_s_to_utc(r->zone, local_s, ret_utc);
	*ret_utc = local_s;
	return ZONE_UNIQUE;
}

static int64_t min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * The local time from which on all that becomes `utc` or later is found: the clock's at `utc`, or,
 * where it was set forward within the last day, what it would show otherwise: times of that gap
 * may have moved to `utc` and after.
 */
static int64_t local_from(const struct recur *r, int64_t utc)
{
	if (!r->zone)
		return utc;
	return utc +
	       min(zone_offset_s(r->zone, utc), zone_offset_s(r->zone, utc - DAY_S - DAY_S / 24));
}

static size_t first_from(const int64_t *dates, size_t n, int64_t from)
{
	size_t first = 0;

	while (n > 0) {
		size_t half = n / 2;

		if (dates[first + half] < from) {
			first += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return first;
}

void recur_walk_init(struct recur_walk *w, const struct recur *r)
{
	*w = (struct recur_walk){.recur = r, .from = INT64_MIN, .last = r->start_utc};
	w->rule_ended = !r->has_rule;
	if (r->has_rule)
		recur_cursor_seek(r, &w->main, r->start.local_s);
}

void recur_walk_seek(struct recur_walk *w, int64_t from)
{
	const struct recur *r = w->recur;

	recur_walk_init(w, r);
	w->from = from;
	w->rdate = first_from(r->rdates, r->n_rdates, from);
	w->exdate = first_from(r->exdates, r->n_exdates, from);
	if (from <= r->start_utc || (r->has_rule && r->rule.count))
		return;
	w->is_started = true;
	w->last = from - 1;
	if (from > INSTANT_MAX)
		w->rule_ended = true;
	if (!w->rule_ended)
		recur_cursor_seek(r, &w->main, local_from(r, from));
}

static void meet_gap(struct recur_walk *w, int64_t local_s, int64_t utc)
{
	w->late_until_s = local_s;
	if (w->late_runs)
		return;
	w->late_runs = true;
	w->late = w->main;
	w->late_utc = utc;
	w->has_late = true;
}

static int fill_main(struct recur_walk *w)
{
	while (!w->has_main && !w->main_ended) {
		int64_t local_s, utc;
		int answer = recur_cursor_next(w->recur, &w->main, &w->steps, &local_s);

		if (answer == RECUR_BOUND)
			return answer;
		if (answer == RECUR_END) {
			w->main_ended = true;
		} else if (to_utc(w->recur, local_s, &utc) == ZONE_GAP) {
			meet_gap(w, local_s, utc);
		} else {
			w->main_utc = utc;
			w->has_main = true;
		}
	}
	return RECUR_OK;
}

static int fill_late(struct recur_walk *w)
{
	while (w->late_runs && !w->has_late) {
		int64_t local_s, utc;
		int answer = recur_cursor_next(w->recur, &w->late, &w->steps, &local_s);

		if (answer == RECUR_BOUND)
			return answer;
		if (answer == RECUR_END || local_s > w->late_until_s) {
			w->late_runs = false;
		} else if (to_utc(w->recur, local_s, &utc) == ZONE_GAP) {
			w->late_utc = utc;
			w->has_late = true;
		}
	}
	return RECUR_OK;
}

/* The next of both cursors after `last`. */
static int next_of_rule(struct recur_walk *w, int64_t *ret_utc)
{
	for (;;) {
		int answer = fill_main(w);

		if (answer == RECUR_OK)
			answer = fill_late(w);
		if (answer)
			return answer;
		if (!w->has_main && !w->has_late)
			return RECUR_END;
		if (w->has_late && !(w->has_main && w->main_utc <= w->late_utc)) {
			*ret_utc = w->late_utc;
			w->has_late = false;
		} else {
			*ret_utc = w->main_utc;
			w->has_main = false;
		}
		if (*ret_utc > w->last)
			return RECUR_OK;
	}
}

/* DTSTART, then the rule; COUNT and UNTIL. */
static int fill_head(struct recur_walk *w)
{
	const struct recur *r = w->recur;
	int answer;

	if (w->has_head)
		return RECUR_OK;
	if (!w->is_started) {
		w->is_started = w->has_head = true;
		w->head_utc = r->start_utc;
		w->counted = 1;
		return RECUR_OK;
	}
	if (w->rule_ended)
		return RECUR_OK;
	answer = r->rule.count && w->counted >= r->rule.count ? RECUR_END
							      : next_of_rule(w, &w->head_utc);
	if (answer == RECUR_BOUND)
		return answer;
	w->rule_ended = answer == RECUR_END || w->head_utc > r->until_utc;
	w->has_head = !w->rule_ended;
	w->last = w->head_utc;
	w->counted++;
	return RECUR_OK;
}

static int next_of_all(struct recur_walk *w, int64_t *ret_utc)
{
	const struct recur *r = w->recur;
	int answer = fill_head(w);
	bool has_rdate = w->rdate < r->n_rdates;

	if (answer)
		return answer;
	if (!w->has_head && !has_rdate)
		return RECUR_END;
	if (has_rdate && (!w->has_head || r->rdates[w->rdate] <= w->head_utc)) {
		*ret_utc = r->rdates[w->rdate++];
		if (w->has_head && w->head_utc == *ret_utc)
			w->has_head = false;
		return RECUR_OK;
	}
	*ret_utc = w->head_utc;
	w->has_head = false;
	return RECUR_OK;
}

static bool is_excluded(struct recur_walk *w, int64_t utc)
{
	const struct recur *r = w->recur;

	while (w->exdate < r->n_exdates && r->exdates[w->exdate] < utc)
		w->exdate++;
	return w->exdate < r->n_exdates && r->exdates[w->exdate] == utc;
}

int recur_walk_next(struct recur_walk *w, int64_t *ret_utc)
{
	w->steps = RECUR_STEPS;
	for (;;) {
		int64_t utc;
		int answer = next_of_all(w, &utc);

		if (answer)
			return answer;
		if (utc >= w->from && !is_excluded(w, utc)) {
			*ret_utc = utc;
			return RECUR_OK;
		}
	}
}
