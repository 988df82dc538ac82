/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * When something is open, date by date. A date has the hours of the exception that names it; else,
 * on a public holiday of the place, those for holidays; else those of its season; else the usual
 * ones. Hours past midnight belong to the date on which they begin: a Saturday 22:00-26:00 stays
 * open until two on a Sunday that is a holiday.
 *
 * Where the clock changes, an end of a range is made an instant as zone.h says: 20:00-26:30 closes
 * at the first 02:30 of an autumn night.
 */

#include "lib/holiday.h"
#include "lib/hours.h"
#include "lib/span.h"
#include "lib/zone.h"

struct year_day {
	uint8_t month, day;
};

struct season { /* every year; where it begins after it ends, over the end of the year */
	struct year_day first, last; /* both included */
	struct hours hours;
};

struct exception {
	int64_t first_day, last_day; /* both included, as civil_days() counts */
	struct hours hours;
	const char *why; /* "" where not said */
};

struct calendar {
	struct hours usual;
	const struct season *seasons; /* of two that hold a date the first counts */
	size_t n_seasons;
	const struct exception *exceptions; /* sorted by date, disjoint */
	size_t n_exceptions;
	bool heeds_holidays;
	struct hours on_holidays; /* where heeded; empty: closed */
};

/* A calendar where it applies, and to whom. */
struct calendar_at {
	const struct calendar *calendar;
	const struct zone *zone;
	enum holiday_region holidays;
	/* A bit per region: holidays of this place that are holidays in one of those, too, but not
	 * in the whole country, are days like others for the one who asks. */
	uint32_t works_on;
};

/* Stretches of weekly hours end within a week. One that goes on much longer, of a calendar that is
 * hardly ever closed, is cut this many days before and after the range of hours that was found. */
#define CALENDAR_STRETCH_DAYS 32

bool calendar_never_closes(const struct calendar *c);
/* Whether `at` lies in open time; an end that is closing time is asked for as the second before. */
bool calendar_is_open(const struct calendar_at *c, int64_t at);
/*
 * The first open stretch that ends after `at` (it may have begun before), ranges that touch joined;
 * false if none begins by the local date `limit_days` after that of `at`. Hours that never close
 * have no stretch with ends: the answer then is from `limit_days` (at least one) of 24 h before
 * `at` to as many after it.
 */
bool calendar_next(const struct calendar_at *c, int64_t at, int limit_days, struct span *ret);
/* The same backwards: the last stretch that begins at or before `at` (it may end after). */
bool calendar_previous(const struct calendar_at *c, int64_t at, int limit_days, struct span *ret);
/* How far it is open from `at` on without a break, `limit` at the most; `at` if closed. */
int64_t calendar_open_until(const struct calendar_at *c, int64_t at, int64_t limit);

/* What makes a local date differ from the usual: an exception, or a holiday that is heeded, or
 * neither. ret_holiday is set where it is that. */
enum calendar_day { CALENDAR_USUAL, CALENDAR_EXCEPTION, CALENDAR_HOLIDAY };
enum calendar_day calendar_day(const struct calendar_at *c, struct civil_date d,
			       const struct exception **ret_exception, struct holiday *ret_holiday);
