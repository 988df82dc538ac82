/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Dates and times of day without a zone.
 *
 * Days are counted in years that begin on 1 March, so that the leap day is the last of its year and
 * the length of the months before a given one is a straight line (153 days in every five months),
 * and in eras of 400 years, after which the Gregorian calendar repeats. No table, no loop, no libc.
 * Within an era all is reckoned in 32 bits without a sign, which is twice as fast.
 */

#include "lib/civil.h"

#include <assert.h>

enum {
	ERA_YEARS = 400,
	ERA_DAYS = 146097,
	QUAD_DAYS = 1461,
	EPOCH_DAYS = 719468, /* from 0000-03-01 to 1970-01-01 */
};

#define DAYS_LIMIT INT64_C(784000000000) /* whose year still fits in int32 */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool year_is_leap(int32_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool civil_date_is_valid(struct civil_date d)
{
	static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (d.month < 1 || d.month > 12 || d.day < 1)
		return false;
	return d.day <= lengths[d.month - 1] + (d.month == 2 && year_is_leap(d.year));
}

int64_t civil_days(struct civil_date d)
{
	int64_t years = (int64_t)d.year - (d.month <= 2);
	int64_t era = floor_div(years, ERA_YEARS);
	uint32_t year = (uint32_t)(years - era * ERA_YEARS);
	uint32_t month = d.month > 2 ? d.month - 3u : d.month + 9u;
	uint32_t day = year * 365 + year / 4 - year / 100 + (153 * month + 2) / 5 + d.day;

	return era * ERA_DAYS + day - 1 - EPOCH_DAYS;
}

/* In quarters of a day, and counted from the middle of one, a century has as many as an era has
 * days and a year as many as four years have: so what is left over of a division is the day within.
 */
struct civil_date civil_from_days(int64_t days)
{
	uint32_t quarters, century, year, day, month;
	int64_t era;

	assert(days > -DAYS_LIMIT && days < DAYS_LIMIT);
	days += EPOCH_DAYS;
	era = floor_div(days, ERA_DAYS);
	quarters = 4 * (uint32_t)(days - era * ERA_DAYS) + 3;
	century = quarters / ERA_DAYS;
	quarters = quarters % ERA_DAYS | 3;
	year = quarters / QUAD_DAYS;
	day = quarters % QUAD_DAYS / 4;
	month = (5 * day + 2) / 153;
	return (struct civil_date){
	    .year = (int32_t)(era * ERA_YEARS + 100 * century + year) + (month >= 10),
	    .month = (uint8_t)(month < 10 ? month + 3 : month - 9),
	    .day = (uint8_t)(day - (153 * month + 2) / 5 + 1),
	};
}

enum weekday civil_weekday(struct civil_date d)
{
	int64_t days = civil_days(d) + THURSDAY; /* 1970-01-01 was one */

	return (enum weekday)(days - floor_div(days, 7) * 7);
}

struct civil_date civil_add_days(struct civil_date d, int64_t n)
{
	return civil_from_days(civil_days(d) + n);
}

int civil_date_compare(struct civil_date a, struct civil_date b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	if (a.month != b.month)
		return a.month < b.month ? -1 : 1;
	return (a.day > b.day) - (a.day < b.day);
}

int civil_time_compare(struct civil_time a, struct civil_time b)
{
	int by_date = civil_date_compare(a.date, b.date);

	return by_date ? by_date : (a.second > b.second) - (a.second < b.second);
}

int64_t civil_seconds(struct civil_time t)
{
	return civil_days(t.date) * DAY_S + t.second;
}

struct civil_time civil_from_seconds(int64_t s)
{
	int64_t days = floor_div(s, DAY_S);

	return (struct civil_time){
	    .date = civil_from_days(days),
	    .second = (int32_t)(s - days * DAY_S),
	};
}
