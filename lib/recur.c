/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joins a rule and DTSTART: what each demands of the other, and what the rule takes from DTSTART.
 */

#include "lib/recur.h"

#include <assert.h>
#include <stdio.h>

#include "lib/recur_cursor.h"

#define BIT(part) (1U << (part))

enum {
	TIMES = BIT(RECUR_BYHOUR) | BIT(RECUR_BYMINUTE) | BIT(RECUR_BYSECOND),
	DAYS = BIT(RECUR_BYDAY) | BIT(RECUR_BYMONTHDAY) | BIT(RECUR_BYYEARDAY),
	MONTH_DAYS = BIT(RECUR_BYDAY) | BIT(RECUR_BYMONTHDAY),
};

static const char *misfit(struct recur_time start, const struct recur_rule *rule)
{
	static const char *const until[] = {
	    [RECUR_DATE] = "UNTIL must be a date, as DTSTART is",
	    [RECUR_UTC] = "UNTIL must be a time in UTC (with Z), as DTSTART is",
	    [RECUR_ZONED] = "UNTIL must be a time in UTC (with Z), because DTSTART has a zone",
	    [RECUR_FLOATING] = "UNTIL must be a time without Z, as DTSTART is",
	};
	enum recur_time_kind kind = start.kind == RECUR_ZONED ? RECUR_UTC : start.kind;

	if (rule->given & BIT(RECUR_UNTIL) && rule->until.kind != kind)
		return until[start.kind];
	if (start.kind != RECUR_DATE)
		return NULL;
	if (rule->given & TIMES)
		return "BYHOUR, BYMINUTE and BYSECOND need a DTSTART with a time";
	if (rule->freq < RECUR_DAILY)
		return "FREQ=HOURLY, MINUTELY and SECONDLY need a DTSTART with a time";
	return NULL;
}

/* What the parts of days leave open; see recur.h. */
static void take_day(struct recur_rule *rule, int64_t start_s)
{
	const struct civil_date d = civil_from_seconds(start_s).date;
	uint32_t wanted = 0;

	if (rule->freq == RECUR_WEEKLY && !(rule->given & BIT(RECUR_BYDAY)))
		wanted = BIT(RECUR_BYDAY);
	else if (rule->freq == RECUR_MONTHLY && !(rule->given & MONTH_DAYS))
		wanted = BIT(RECUR_BYMONTHDAY);
	else if (rule->freq == RECUR_YEARLY && !(rule->given & DAYS))
		wanted = rule->given & BIT(RECUR_BYWEEKNO)
			     ? BIT(RECUR_BYDAY)
			     : BIT(RECUR_BYMONTHDAY) | (BIT(RECUR_BYMONTH) & ~rule->given);
	if (wanted & BIT(RECUR_BYDAY))
		rule->weekdays = UINT64_C(1) << civil_weekday(d);
	if (wanted & BIT(RECUR_BYMONTHDAY))
		rule->month_days = UINT64_C(1) << d.day;
	if (wanted & BIT(RECUR_BYMONTH))
		rule->months = UINT64_C(1) << d.month;
	rule->given |= wanted;
}

/* A part that expands and is not given has DTSTART's value; one that limits stays not given. */
static void take_time(struct recur_rule *rule, int64_t start_s)
{
	const int32_t second = civil_from_seconds(start_s).second;

	if (!(rule->given & BIT(RECUR_BYHOUR)))
		rule->hours = UINT64_C(1) << second / 3600;
	if (!(rule->given & BIT(RECUR_BYMINUTE)))
		rule->minutes = UINT64_C(1) << second / 60 % 60;
	if (!(rule->given & BIT(RECUR_BYSECOND)))
		rule->seconds = UINT64_C(1) << second % 60;
}

static int64_t to_utc(const struct recur *r, struct recur_time t)
{
	int64_t utc = t.local_s;

	if (t.kind == RECUR_ZONED || t.kind == RECUR_FLOATING)
		zone_local_s_to_utc(r->zone, t.local_s, &utc);
	return utc;
}

int recur_init(struct recur *ret, struct recur_time start, const struct zone *z,
	       const struct recur_rule *rule, struct recur_problem *ret_problem)
{
	const char *why = rule ? misfit(start, rule) : NULL;
	struct recur r = {.start = start, .until_utc = INT64_MAX};

	if (why) {
		*ret_problem = (struct recur_problem){0};
		snprintf(ret_problem->text, sizeof(ret_problem->text), "%s", why);
		return RECUR_E_REFUSED;
	}
	if (start.kind == RECUR_ZONED || start.kind == RECUR_FLOATING) {
		assert(z);
		r.zone = z;
	}
	r.start_utc = to_utc(&r, start);
	if (rule) {
		r.has_rule = true;
		r.rule = *rule;
		take_day(&r.rule, start.local_s);
		take_time(&r.rule, start.local_s);
		if (rule->given & BIT(RECUR_UNTIL))
			r.until_utc = to_utc(&r, rule->until);
		recur_cursor_prepare(&r);
	}
	*ret = r;
	return RECUR_OK;
}
