/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Recurrence: RFC 5545, 3.3.10 (RRULE), 3.8.2.4 (DTSTART), 3.8.5.1 (EXDATE), 3.8.5.2 (RDATE).
 *
 * The set of a series is DTSTART, what the rule gives after it, and the RDATEs, each instant once,
 * less the EXDATEs; it comes in ascending order of instants, one at a time, nothing written out.
 * Years 1..9999. recur_text.h reads a series from the lines of a calendar file.
 *
 * What the RFC leaves open, or implementations do differently, is done thus here:
 *
 * - DTSTART is the first instance and the first that COUNT counts, whether the rule would give it
 *   or not (3.8.5.3), even with UNTIL before it. EXDATE may remove it; what EXDATE removes was
 *   counted. RDATE is not counted, and may lie before DTSTART.
 * - A day is in the set when it is in that of every BY part of days that is given (BYMONTH,
 *   BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY): so BYDAY=1MO with BYMONTHDAY is the first Monday of
 *   the month and only if it has that number. Numbers of BYDAY count within the month where FREQ
 *   is MONTHLY or BYMONTH is given, else within the year.
 * - Only what the rule leaves undetermined comes from DTSTART: YEARLY with BYMONTHDAY and no
 *   BYMONTH means each month; YEARLY with BYMONTH alone, DTSTART's day in those months; BYWEEKNO
 *   without a part that names days, DTSTART's weekday in those weeks (not the seven days of each).
 * - Week 1 is the first with four days in the year, weeks beginning on WKST (Monday if not given).
 *   With BYWEEKNO the years that INTERVAL steps and BYSETPOS looks into are made of whole weeks: a
 *   week belongs to the year that numbers it, even where it begins in the December before.
 * - BYSETPOS counts in the whole interval (year, month, week from WKST, …), the first one too:
 *   occurrences before DTSTART have their positions, and are then left out.
 * - Second 60 is taken as 59 (3.3.12, for who does not keep leap seconds).
 * - INTERVAL and COUNT have no upper limit in the RFC: from 10^12 up they mean the same.
 *
 * Clock changes. The rule is worked out in the local time of DTSTART, whatever FREQ is, so a series
 * keeps its local time. Then each local time is made an instant as zone.h says and as 3.3.10 does
 * by its reference to 3.3.5: one that does not exist moves forward by the gap, one that occurs
 * twice is the first. (3.3.10 also says, elsewhere, that nonexistent local times are ignored: then
 * a weekly meeting would vanish once a year. Not followed.) Local times that become one instant are
 * one occurrence, counted once. For HOURLY, MINUTELY and SECONDLY this means: the interval is one
 * of the clock on the wall. An hourly series in Paris has no second 02:00 in October (two hours
 * pass between 02:00 and 03:00) and in March 02:00, moved, is the same as 03:00; every 2 h from
 * midnight gives 00:00, 03:00, 04:00 that day. Who wants elapsed time gives DTSTART in UTC.
 *
 * Refused, where the RFC says MUST NOT: parts that FREQ forbids (BYWEEKNO outside YEARLY, BYYEARDAY
 * in DAILY, WEEKLY, MONTHLY, BYMONTHDAY in WEEKLY, numbers in BYDAY outside MONTHLY and YEARLY or
 * with BYWEEKNO), BYSETPOS alone, UNTIL with COUNT, UNTIL of another type than DTSTART asks for
 * (UTC where DTSTART has a zone or is UTC), a part given twice, values out of range, times of day
 * in a series of dates.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/civil.h"
#include "lib/zone.h"

enum recur_freq {
	RECUR_SECONDLY,
	RECUR_MINUTELY,
	RECUR_HOURLY,
	RECUR_DAILY,
	RECUR_WEEKLY,
	RECUR_MONTHLY,
	RECUR_YEARLY,
};

enum recur_time_kind {
	RECUR_DATE,	/* VALUE=DATE */
	RECUR_UTC,	/* with Z */
	RECUR_ZONED,	/* with TZID */
	RECUR_FLOATING, /* neither: taken in a zone that the context gives */
};

struct recur_time {
	enum recur_time_kind kind;
	int64_t local_s; /* as civil_seconds() */
};

/* The parts of a rule, as bits 1 << part of `given`. */
enum recur_part {
	RECUR_FREQ,
	RECUR_UNTIL,
	RECUR_COUNT,
	RECUR_INTERVAL,
	RECUR_WKST,
	RECUR_BYDAY,
	RECUR_BYSECOND,
	RECUR_BYMINUTE,
	RECUR_BYHOUR,
	RECUR_BYMONTHDAY,
	RECUR_BYYEARDAY,
	RECUR_BYWEEKNO,
	RECUR_BYMONTH,
	RECUR_BYSETPOS,
};

/* Lists are sets of bits: bit n of word n / 64 is the value n; in `_back`, the value -n. */
#define RECUR_WORDS 6 /* for 1..366 */

struct recur_rule {
	enum recur_freq freq;
	uint32_t given;
	int64_t interval;
	int64_t count; /* 0: without end */
	struct recur_time until;
	enum weekday week_start;
	uint64_t seconds, minutes, hours, months;
	uint64_t month_days, month_days_back;
	uint64_t weeks, weeks_back;
	uint64_t weekdays;	      /* BYDAY without numbers: bit MONDAY… */
	uint64_t nth[7], nth_back[7]; /* BYDAY with numbers: of that weekday */
	uint64_t year_days[RECUR_WORDS], year_days_back[RECUR_WORDS];
	uint64_t positions[RECUR_WORDS], positions_back[RECUR_WORDS];
};

struct recur_problem {
	size_t line;   /* from 1, where recur_text.h read it; else 0 */
	size_t column; /* byte, from 1 */
	char text[160];
};

enum { RECUR_OK = 0, RECUR_E_REFUSED = 1 };
/* The value of an RRULE property, "FREQ=WEEKLY;BYDAY=TU". Outputs as the answer says. */
int recur_rule_parse(const char *text, size_t n, struct recur_rule *ret,
		     struct recur_problem *ret_problem);
/* "20270301" or "20270301T090000" or "20270301T090000Z"; without Z it is FLOATING. */
bool recur_time_parse(const char *text, size_t n, struct recur_time *ret);

/* A series, ready to walk. Plain: copy it at will; it borrows zone and dates. */
struct recur {
	struct recur_time start;
	const struct zone *zone; /* NULL where start is DATE or UTC */
	int64_t start_utc;	 /* of a DATE: its midnight in UTC; so for all that is told of it */
	bool has_rule;
	struct recur_rule rule; /* with what DTSTART adds */
	int64_t until_utc;	/* INT64_MAX: none */
	/* Ascending, each once. Set them after recur_init(). */
	const int64_t *rdates, *exdates;
	size_t n_rdates, n_exdates;

	/* What follows is recur_init()'s and the walk's. */
	bool is_barren;				     /* gives nothing, whatever the day */
	int64_t last_day;			     /* no day after it can be wanted */
	uint8_t hours[24], minutes[60], seconds[60]; /* of a day, or of an hour … of the rule */
	size_t n_hours, n_minutes, n_seconds, n_times;
	int64_t unit_s;	      /* HOURLY and shorter: length of the interval, else 0 */
	int64_t first_period; /* the interval that DTSTART is in */
	int64_t cycle;	      /* after so many the calendar and INTERVAL begin again */
};

/* Joins a start and a rule (NULL: none). `z` is borrowed and needed for ZONED and FLOATING. Answers
 * as recur_rule_parse(); the column is 0 then. */
int recur_init(struct recur *ret, struct recur_time start, const struct zone *z,
	       const struct recur_rule *rule, struct recur_problem *ret_problem);

/* The days of one month that the rule allows; recur_days.h. */
struct recur_month {
	int64_t first_day;
	int32_t n_days; /* 0: not loaded */
	int32_t year, month;
	uint32_t days; /* bit 0: the first */
};

/* A place in the rule's local times; recur_cursor.h. */
struct recur_cursor {
	struct recur_month month;
	int64_t from_s, period, hit_period, day, last_day, base_s;
	size_t time;
	int64_t position, day_position, n_positions;
	bool is_open;
};

/* A place in a series. Plain: a copy goes on by itself. Borrows the series. */
struct recur_walk {
	const struct recur *recur;
	struct recur_cursor main, late;
	int64_t from, last, counted;
	int64_t main_utc, late_utc, head_utc, late_until_s;
	size_t rdate, exdate;
	uint32_t steps;
	bool has_main, has_late, has_head;
	bool main_ended, late_runs, rule_ended, is_started;
};

/* Before the first occurrence. */
void recur_walk_init(struct recur_walk *w, const struct recur *r);
/* Before the first occurrence at `from` or later: at once, unless the rule has a COUNT: then next()
 * walks there. */
void recur_walk_seek(struct recur_walk *w, int64_t from);

/*
 * One call looks at no more than RECUR_STEPS months, intervals and candidates (below some 20 ms),
 * and then answers RECUR_BOUND: nothing found within the bound; another call goes on from there. A
 * rule that gives nothing for as long as the calendar takes to repeat has ended.
 */
enum { RECUR_STEPS = 100000 };
enum { RECUR_END = 1, RECUR_BOUND = 2 }; /* or RECUR_OK */
int recur_walk_next(struct recur_walk *w, int64_t *ret_utc);
