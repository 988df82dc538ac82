/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The local times of a rule, one after the other.
 *
 * The axis of time is cut into intervals of FREQ, numbered; INTERVAL picks every n-th from that of
 * DTSTART. The cursor finds the next picked interval that has anything in it, opens it, and goes
 * through what is in it: days (as recur_days.c allows them) times times of day. For HOURLY and
 * shorter an interval is less than a day and holds only times.
 *
 * Nothing is stepped through that can be jumped over. Days jump by the masks of months; times by
 * the next set bit of BYHOUR, BYMINUTE, BYSECOND; from either, a division tells the next picked
 * interval. The times of day are never written out either (all of BYHOUR, BYMINUTE and BYSECOND
 * make 86400): the n-th is computed, and BYSETPOS computes with their number.
 *
 * Three things end a rule that gives nothing: the year 9999, or UNTIL; intervals and calendar
 * having met in every way they can since the last hit (`cycle`: 400 years, and as many times that
 * as INTERVAL asks); and, known at the start, times of day that INTERVAL never reaches and
 * positions that a day has not (`is_barren`).
 */

#include "lib/recur_cursor.h"

#include <string.h>

#include "lib/recur_days.h"

enum { REPEAT_YEARS = 400, REPEAT_DAYS = 146097, PERIOD_MONTHS_MAX = 14 };

#define DAY_MAX INT64_C(2932896) /* 9999-12-31 */
#define EVERY_BIT (~UINT64_C(0))

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t gcd(int64_t a, int64_t b)
{
	while (b) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static bool is_given(const struct recur *r, enum recur_part part)
{
	return r->rule.given >> part & 1;
}

static int64_t week_of_day(const struct recur *r, int64_t day)
{
	return floor_div(day + THURSDAY - r->rule.week_start, 7);
}

/* `m` is the month of `day`. */
static int64_t period_of_day(const struct recur *r, const struct recur_month *m, int64_t day)
{
	switch (r->rule.freq) {
	case RECUR_YEARLY:
		if (!is_given(r, RECUR_BYWEEKNO))
			return m->year;
		return civil_from_days(recur_week_first(day, r->rule.week_start) + 3).year;
	case RECUR_MONTHLY:
		return m->year * INT64_C(12) + m->month - 1;
	case RECUR_WEEKLY:
		return week_of_day(r, day);
	default:
		return day;
	}
}

static int64_t period_first_day(const struct recur *r, int64_t period)
{
	int32_t year;

	switch (r->rule.freq) {
	case RECUR_YEARLY:
		year = period > INT32_MAX - 1 ? INT32_MAX - 1 : (int32_t)period;
		if (is_given(r, RECUR_BYWEEKNO))
			return recur_year_first_week(year, r->rule.week_start);
		return civil_days((struct civil_date){year, 1, 1});
	case RECUR_MONTHLY:
		year = period / 12 > INT32_MAX - 1 ? INT32_MAX - 1 : (int32_t)(period / 12);
		return civil_days((struct civil_date){year, (uint8_t)(period % 12 + 1), 1});
	case RECUR_WEEKLY:
		return period * 7 - THURSDAY + r->rule.week_start;
	default:
		return period;
	}
}

/* The first picked interval at `period` or later. */
static int64_t picked(const struct recur *r, int64_t period)
{
	int64_t rest = (period - r->first_period) % r->rule.interval;

	if (rest < 0)
		rest += r->rule.interval;
	return rest ? period + r->rule.interval - rest : period;
}

/* The first second of the day at `from` or later that BYHOUR, BYMINUTE, BYSECOND let an interval
 * begin at, where they limit; DAY_S: none. */
static int64_t next_allowed(const struct recur *r, int64_t from)
{
	const struct recur_rule *rule = &r->rule;
	const uint64_t hours = is_given(r, RECUR_BYHOUR) ? rule->hours : EVERY_BIT;
	const uint64_t minutes =
	    is_given(r, RECUR_BYMINUTE) && r->unit_s <= 60 ? rule->minutes : EVERY_BIT;
	const uint64_t seconds =
	    is_given(r, RECUR_BYSECOND) && r->unit_s == 1 ? rule->seconds : EVERY_BIT;
	int64_t hour = from / 3600, minute = from / 60 % 60, second = from % 60;

	for (; hour < 24; hour++, minute = 0, second = 0) {
		if (!(hours >> hour & 1))
			continue;
		for (; minute < 60; minute++, second = 0) {
			uint64_t left = minutes >> minute & 1 ? seconds >> second : 0;

			if (!left)
				continue;
			second += __builtin_ctzll(left);
			if (second < 60)
				return hour * 3600 + minute * 60 + second;
		}
	}
	return DAY_S;
}

/* The least position after `after` that BYSETPOS names; -1: none. */
static int64_t next_position(const struct recur *r, int64_t after, int64_t n_positions)
{
	int64_t least = -1;

	for (int word = 0; word < RECUR_WORDS; word++) {
		uint64_t ahead = r->rule.positions[word], back = r->rule.positions_back[word];

		for (; ahead | back; ahead &= ahead - !!ahead, back &= back - !!back) {
			int64_t a = ahead ? word * 64 + __builtin_ctzll(ahead) - 1 : -1;
			int64_t b = back ? n_positions - word * 64 - __builtin_ctzll(back) : -1;

			if (a > after && a < n_positions && (least < 0 || a < least))
				least = a;
			if (b > after && (least < 0 || b < least))
				least = b;
		}
	}
	return least;
}

/* Whether INTERVAL, day after day, lands on no time of day that is allowed. */
static bool misses_every_time(const struct recur *r)
{
	const int64_t units = DAY_S / r->unit_s, step = gcd(r->rule.interval, units);
	int64_t unit = r->first_period % step;

	if (unit < 0)
		unit += step;
	for (; unit < units; unit += step)
		if (next_allowed(r, unit * r->unit_s) == unit * r->unit_s)
			return false;
	return true;
}

/* Whether the rule gives nothing for a reason that is the same in every interval. */
static bool is_barren(const struct recur *r)
{
	if (r->unit_s && misses_every_time(r))
		return true;
	return is_given(r, RECUR_BYSETPOS) && r->rule.freq <= RECUR_DAILY &&
	       next_position(r, -1, (int64_t)r->n_times) < 0;
}

static size_t list_bits(uint64_t bits, uint8_t *ret)
{
	size_t n = 0;

	for (; bits; bits &= bits - 1)
		ret[n++] = (uint8_t)__builtin_ctzll(bits);
	return n;
}

static int64_t least_common_multiple(int64_t n_intervals, int64_t interval)
{
	int64_t lcm;

	n_intervals /= gcd(n_intervals, interval);
	return __builtin_mul_overflow(n_intervals, interval, &lcm) ? INT64_MAX / 4 : lcm;
}

void recur_cursor_prepare(struct recur *r)
{
	static const int64_t units[] = {
	    [RECUR_SECONDLY] = 1, [RECUR_MINUTELY] = 60, [RECUR_HOURLY] = 3600, [RECUR_YEARLY] = 0};
	static const int64_t repeats[] = {
	    [RECUR_SECONDLY] = INT64_C(86400) * REPEAT_DAYS,
	    [RECUR_MINUTELY] = INT64_C(1440) * REPEAT_DAYS,
	    [RECUR_HOURLY] = INT64_C(24) * REPEAT_DAYS,
	    [RECUR_DAILY] = REPEAT_DAYS,
	    [RECUR_WEEKLY] = REPEAT_DAYS / 7,
	    [RECUR_MONTHLY] = REPEAT_YEARS * 12,
	    [RECUR_YEARLY] = REPEAT_YEARS,
	};
	const enum recur_freq freq = r->rule.freq;
	const int64_t day = floor_div(r->start.local_s, DAY_S);
	struct civil_date d = civil_from_days(day);
	struct recur_month m = {.year = d.year, .month = d.month};

	r->unit_s = units[freq];
	r->cycle = least_common_multiple(repeats[freq], r->rule.interval);
	r->n_hours = list_bits(freq >= RECUR_DAILY ? r->rule.hours : 1, r->hours);
	r->n_minutes = list_bits(freq >= RECUR_HOURLY ? r->rule.minutes : 1, r->minutes);
	r->n_seconds = list_bits(freq >= RECUR_MINUTELY ? r->rule.seconds : 1, r->seconds);
	r->n_times = r->n_hours * r->n_minutes * r->n_seconds;
	r->first_period =
	    r->unit_s ? floor_div(r->start.local_s, r->unit_s) : period_of_day(r, &m, day);
	r->is_barren = is_barren(r);
	r->last_day = DAY_MAX;
	if (r->until_utc / DAY_S + 2 < DAY_MAX)
		r->last_day = r->until_utc / DAY_S + 2;
}

/* The n-th time of a day or of an interval, in seconds from its beginning. */
static int64_t nth_time(const struct recur *r, size_t n)
{
	return r->hours[n / r->n_seconds / r->n_minutes] * INT64_C(3600) +
	       r->minutes[n / r->n_seconds % r->n_minutes] * INT64_C(60) +
	       r->seconds[n % r->n_seconds];
}

static size_t first_time_from(const struct recur *r, int64_t from_s)
{
	size_t first = 0, n = r->n_times;

	if (from_s <= 0)
		return 0;
	while (n > 0) {
		size_t half = n / 2;

		if (nth_time(r, first + half) < from_s) {
			first += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return first;
}

void recur_cursor_seek(const struct recur *r, struct recur_cursor *c, int64_t from_s)
{
	int64_t day = floor_div(from_s, DAY_S), period;
	struct civil_date d = civil_from_days(day);
	struct recur_month m = {.year = d.year, .month = d.month};

	period = r->unit_s ? floor_div(from_s, r->unit_s) : period_of_day(r, &m, day);
	memset(c, 0, sizeof(*c));
	c->from_s = from_s;
	c->period = picked(r, period < r->first_period ? r->first_period : period);
	c->hit_period = c->period;
	c->day = day;
	if (is_given(r, RECUR_BYSETPOS) && !r->unit_s)
		c->day = period_first_day(r, c->period);
}

/* The last day to look at: beyond it all is as it was since the last hit. */
static int64_t quiet_limit(const struct recur *r, const struct recur_cursor *c)
{
	int64_t period = c->hit_period + r->cycle + 1, day;

	if (r->cycle >= INT64_MAX / 4)
		return r->last_day;
	day = r->unit_s ? floor_div(period, DAY_S / r->unit_s) : period_first_day(r, period);
	return day < r->last_day ? day : r->last_day;
}

static bool spend(uint32_t *steps, uint32_t n)
{
	if (*steps < n)
		return false;
	*steps -= n;
	return true;
}

/* The first day of the next picked interval that has one, DAILY and longer. */
static int open_days(const struct recur *r, struct recur_cursor *c, uint32_t *steps)
{
	const int64_t limit = quiet_limit(r, c);

	for (;;) {
		int64_t first = period_first_day(r, c->period), period;
		int answer;

		if (c->day < first)
			c->day = first;
		answer = recur_days_next(&r->rule, &c->month, &c->day, limit, steps);
		if (answer)
			return answer;
		period = period_of_day(r, &c->month, c->day);
		c->period = picked(r, period);
		if (c->period == period)
			break;
		if (!spend(steps, 1))
			return RECUR_BOUND;
	}
	c->last_day = period_first_day(r, c->period + 1) - 1;
	return RECUR_OK;
}

/* The next picked interval that its day and its time allow, HOURLY and shorter. */
static int open_times(const struct recur *r, struct recur_cursor *c, uint32_t *steps)
{
	const int64_t limit = quiet_limit(r, c);

	for (;;) {
		int64_t begin = c->period * r->unit_s, period, second;
		int answer;

		c->day = floor_div(begin, DAY_S);
		answer = recur_days_next(&r->rule, &c->month, &c->day, limit, steps);
		if (answer)
			return answer;
		if (begin < c->day * DAY_S)
			begin = c->day * DAY_S;
		second = next_allowed(r, begin - c->day * DAY_S);
		period = picked(r, (c->day * DAY_S + second) / r->unit_s);
		if (period == c->period)
			return RECUR_OK;
		c->period = period;
		if (!spend(steps, 1))
			return RECUR_BOUND;
	}
}

static void begin_day(const struct recur *r, struct recur_cursor *c)
{
	c->base_s = r->unit_s ? c->period * r->unit_s : c->day * DAY_S;
	c->time = first_time_from(r, c->from_s - c->base_s);
}

static int open_period(const struct recur *r, struct recur_cursor *c, uint32_t *steps)
{
	int answer = r->unit_s ? open_times(r, c, steps) : open_days(r, c, steps);

	if (answer)
		return answer;
	c->is_open = true;
	c->position = -1;
	c->day_position = 0;
	if (is_given(r, RECUR_BYSETPOS)) {
		int64_t n_days = 1;

		if (!r->unit_s)
			n_days = recur_days_count(&r->rule, c->day, c->last_day);
		c->n_positions = n_days * (int64_t)r->n_times;
	}
	begin_day(r, c);
	return RECUR_OK;
}

static int next_plain(const struct recur *r, struct recur_cursor *c, uint32_t *steps,
		      int64_t *ret_local_s)
{
	while (c->time == r->n_times) {
		int answer;

		if (r->unit_s)
			return RECUR_END;
		if (c->day * DAY_S == c->base_s)
			c->day++;
		answer = recur_days_next(&r->rule, &c->month, &c->day, c->last_day, steps);
		if (answer)
			return answer;
		begin_day(r, c);
	}
	*ret_local_s = c->base_s + nth_time(r, c->time++);
	return RECUR_OK;
}

static bool next_by_position(const struct recur *r, struct recur_cursor *c, int64_t *ret_local_s)
{
	const int64_t n_times = (int64_t)r->n_times;
	uint32_t plenty = PERIOD_MONTHS_MAX;

	c->position = next_position(r, c->position, c->n_positions);
	if (c->position < 0)
		return false;
	for (; c->day_position < c->position / n_times; c->day_position++) {
		c->day++;
		recur_days_next(&r->rule, &c->month, &c->day, c->last_day, &plenty);
	}
	if (!r->unit_s)
		c->base_s = c->day * DAY_S;
	*ret_local_s = c->base_s + nth_time(r, (size_t)(c->position % n_times));
	return true;
}

static int next_within(const struct recur *r, struct recur_cursor *c, uint32_t *steps,
		       int64_t *ret_local_s)
{
	if (!is_given(r, RECUR_BYSETPOS))
		return next_plain(r, c, steps, ret_local_s);
	while (next_by_position(r, c, ret_local_s)) {
		c->hit_period = c->period;
		if (*ret_local_s >= c->from_s)
			return RECUR_OK;
	}
	return RECUR_END;
}

static void close_period(const struct recur *r, struct recur_cursor *c)
{
	c->is_open = false;
	c->period += r->rule.interval;
	if (!r->unit_s && c->day <= c->last_day)
		c->day = c->last_day + 1;
}

int recur_cursor_next(const struct recur *r, struct recur_cursor *c, uint32_t *steps,
		      int64_t *ret_local_s)
{
	const uint32_t cost = is_given(r, RECUR_BYSETPOS) ? PERIOD_MONTHS_MAX : 1;

	for (;;) {
		int answer = RECUR_OK;

		if (r->is_barren)
			return RECUR_END;
		if (!spend(steps, cost))
			return RECUR_BOUND;
		if (!c->is_open)
			answer = open_period(r, c, steps);
		if (answer)
			return answer;
		answer = next_within(r, c, steps, ret_local_s);
		if (answer == RECUR_OK && *ret_local_s / DAY_S > r->last_day)
			return RECUR_END;
		if (answer == RECUR_OK)
			c->hit_period = c->period;
		if (answer != RECUR_END)
			return answer;
		close_period(r, c);
	}
}
