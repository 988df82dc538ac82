/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Dates and times of day as people write them, without a zone. Proleptic Gregorian calendar. The
 * year must fit in int32_t: TIME_NEVER has no date. */

#include <stdbool.h>
#include <stdint.h>

#define DAY_S 86400

enum weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

struct civil_date {
	int32_t year;
	uint8_t month, day; /* 1..12, 1..31 */
};

struct civil_time {
	struct civil_date date;
	int32_t second; /* of the day, 0..86399 */
};

bool civil_date_is_valid(struct civil_date d);
int64_t civil_days(struct civil_date d); /* days since 1970-01-01 */
struct civil_date civil_from_days(int64_t days);
enum weekday civil_weekday(struct civil_date d);
struct civil_date civil_add_days(struct civil_date d, int64_t n);
int civil_date_compare(struct civil_date a, struct civil_date b);
int civil_time_compare(struct civil_time a, struct civil_time b);
/* Seconds from 1970-01-01T00:00 local to `t`, as if every day had 86400 s. And back. */
int64_t civil_seconds(struct civil_time t);
struct civil_time civil_from_seconds(int64_t s);
