/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which days a rule allows.
 *
 * Every BY part that speaks of days is a set of days and they intersect; so a month is one word
 * of 31 bits, each part that is given takes some away, and the next allowed day is the next bit. A
 * rule that allows nothing ("every 30 February") costs one word a month, whatever its FREQ.
 *
 * Rejected: masks of whole years, as others have. They cost 366 operations at each turn of a year
 * and have their edges inside weeks.
 */

#include "lib/recur_days.h"

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool has_bit(const uint64_t *words, int64_t n)
{
	return words[n / 64] >> (n % 64) & 1;
}

static enum weekday weekday_of(int64_t day)
{
	int64_t days = day + THURSDAY; /* 1970-01-01 was one */

	return (enum weekday)(days - floor_div(days, 7) * 7);
}

int64_t recur_week_first(int64_t day, enum weekday start)
{
	return day - (weekday_of(day) + 7 - start) % 7;
}

int64_t recur_year_first_week(int32_t year, enum weekday start)
{
	/* Whichever day weeks begin on, the first with four days has the 4th of January. */
	return recur_week_first(civil_days((struct civil_date){year, 1, 4}), start);
}

static uint32_t by_month_day(const struct recur_rule *rule, const struct recur_month *m)
{
	uint32_t days = (uint32_t)(rule->month_days >> 1);

	for (int32_t n = 1; n <= m->n_days; n++)
		if (rule->month_days_back >> n & 1)
			days |= 1U << (m->n_days - n);
	return days;
}

static uint32_t by_year_day(const struct recur_rule *rule, const struct recur_month *m,
			    int64_t before, int64_t year_days)
{
	uint32_t days = 0;

	for (int32_t i = 0; i < m->n_days; i++)
		if (has_bit(rule->year_days, before + i + 1) ||
		    has_bit(rule->year_days_back, year_days - before - i))
			days |= 1U << i;
	return days;
}

/* `before`: days of the stretch that numbers count in (the month or the year) before this month. */
static uint32_t by_nth_weekday(const struct recur_rule *rule, const struct recur_month *m,
			       int weekday, int64_t before, int64_t stretch_days)
{
	uint32_t days = 0;
	int32_t i = (weekday + 7 - (int)weekday_of(m->first_day)) % 7;

	for (; i < m->n_days; i += 7) {
		int64_t nth = (before + i) / 7 + 1, back = (stretch_days - before - i - 1) / 7 + 1;

		if (rule->nth[weekday] >> nth & 1 || rule->nth_back[weekday] >> back & 1)
			days |= 1U << i;
	}
	return days;
}

static uint32_t by_weekday(const struct recur_rule *rule, const struct recur_month *m,
			   int64_t before, int64_t stretch_days)
{
	const int first = weekday_of(m->first_day);
	uint64_t week = (rule->weekdays | rule->weekdays << 7) >> first & 0x7f;
	uint32_t days = (uint32_t)(week | week << 7 | week << 14 | week << 21 | week << 28);

	for (int weekday = MONDAY; weekday <= SUNDAY; weekday++)
		if (rule->nth[weekday] | rule->nth_back[weekday])
			days |= by_nth_weekday(rule, m, weekday, before, stretch_days);
	return days;
}

static bool week_is_named(const struct recur_rule *rule, int64_t week_first)
{
	/* The year that numbers a week is that of its fourth day. */
	int32_t year = civil_from_days(week_first + 3).year;
	int64_t first = recur_year_first_week(year, rule->week_start);
	int64_t n_weeks = (recur_year_first_week(year + 1, rule->week_start) - first) / 7;
	int64_t before = (week_first - first) / 7;

	return rule->weeks >> (before + 1) & 1 || rule->weeks_back >> (n_weeks - before) & 1;
}

static uint32_t by_week(const struct recur_rule *rule, const struct recur_month *m)
{
	int64_t week = recur_week_first(m->first_day, rule->week_start);
	uint32_t days = 0;

	for (; week < m->first_day + m->n_days; week += 7) {
		if (!week_is_named(rule, week))
			continue;
		for (int64_t i = week - m->first_day; i < week - m->first_day + 7; i++)
			if (i >= 0 && i < m->n_days)
				days |= 1U << i;
	}
	return days;
}

static uint32_t allowed_days(const struct recur_rule *rule, const struct recur_month *m)
{
	const int64_t january = civil_days((struct civil_date){m->year, 1, 1});
	const int64_t year_days = civil_days((struct civil_date){m->year + 1, 1, 1}) - january;
	const int64_t before = m->first_day - january;
	const bool in_month = rule->freq == RECUR_MONTHLY || rule->given >> RECUR_BYMONTH & 1;
	uint32_t days = (uint32_t)((UINT64_C(1) << m->n_days) - 1);

	if (rule->given >> RECUR_BYMONTHDAY & 1)
		days &= by_month_day(rule, m);
	if (rule->given >> RECUR_BYYEARDAY & 1)
		days &= by_year_day(rule, m, before, year_days);
	if (rule->given >> RECUR_BYDAY & 1)
		days &= in_month ? by_weekday(rule, m, 0, m->n_days)
				 : by_weekday(rule, m, before, year_days);
	if (rule->given >> RECUR_BYWEEKNO & 1)
		days &= by_week(rule, m);
	return days;
}

static void load_month(const struct recur_rule *rule, int64_t day, struct recur_month *m)
{
	struct civil_date d = civil_from_days(day);
	struct civil_date next = {d.year + d.month / 12, (uint8_t)(d.month % 12 + 1), 1};

	m->first_day = day - d.day + 1;
	m->n_days = (int32_t)(civil_days(next) - m->first_day);
	m->year = d.year;
	m->month = d.month;
	m->days = 0;
	if (!(rule->given >> RECUR_BYMONTH & 1) || rule->months >> d.month & 1)
		m->days = allowed_days(rule, m);
}

static bool month_has(const struct recur_month *m, int64_t day)
{
	return day >= m->first_day && day < m->first_day + m->n_days;
}

int recur_days_next(const struct recur_rule *rule, struct recur_month *m, int64_t *day,
		    int64_t limit, uint32_t *steps)
{
	while (*day <= limit) {
		uint32_t left;

		if (!month_has(m, *day)) {
			if (*steps == 0)
				return RECUR_BOUND;
			--*steps;
			load_month(rule, *day, m);
		}
		left = m->days >> (*day - m->first_day);
		if (left) {
			*day += __builtin_ctz(left);
			if (*day <= limit)
				return RECUR_OK;
			*day = limit + 1;
			break;
		}
		*day = m->first_day + m->n_days;
		if (*day > limit)
			*day = limit + 1;
	}
	return RECUR_END;
}

int64_t recur_days_count(const struct recur_rule *rule, int64_t first, int64_t last)
{
	struct recur_month m = {0};
	int64_t n = 0;

	for (int64_t day = first; day <= last; day = m.first_day + m.n_days) {
		uint32_t left;

		load_month(rule, day, &m);
		left = m.days >> (day - m.first_day);
		if (last < m.first_day + m.n_days - 1)
			left &= (1U << (last - day + 1)) - 1;
		n += __builtin_popcount(left);
	}
	return n;
}
