/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Reads the value of RRULE, and the dates and times of RFC 5545.
 *
 * One row a part says how it is read, and for a list what its values may be and where they go. What
 * the parts demand of each other is a second table, looked at when all have been read; the place of
 * a part is kept for that.
 */

#include "lib/recur.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { N_PARTS = RECUR_BYSETPOS + 1 };

#define NUMBER_MAX INT64_C(1000000000000) /* what is above has the same effect */
#define BIT(n) (1U << (n))

struct reader {
	const char *text;
	size_t n, at;
	size_t places[N_PARTS];
	struct recur_problem *problem;
};

struct part {
	const char *name;
	int (*read)(struct reader *r, const struct part *p, struct recur_rule *rule);
	/* lists */
	int64_t min, max;
	int digits;
	size_t ahead, back; /* offsets in struct recur_rule; back 0: no negative values */
};

static const char *const freqs[] = {
    [RECUR_SECONDLY] = "SECONDLY", [RECUR_MINUTELY] = "MINUTELY", [RECUR_HOURLY] = "HOURLY",
    [RECUR_DAILY] = "DAILY",	   [RECUR_WEEKLY] = "WEEKLY",	  [RECUR_MONTHLY] = "MONTHLY",
    [RECUR_YEARLY] = "YEARLY",
};
static const char *const weekdays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

static int refuse(struct reader *r, size_t at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(struct reader *r, size_t at, const char *fmt, ...)
{
	va_list args;

	*r->problem = (struct recur_problem){.column = at + 1};
	va_start(args, fmt);
	vsnprintf(r->problem->text, sizeof(r->problem->text), fmt, args);
	va_end(args);
	return RECUR_E_REFUSED;
}

static bool take(struct reader *r, char c)
{
	if (r->at >= r->n || r->text[r->at] != c)
		return false;
	r->at++;
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The length of the word here: letters and, as some names of extensions have them, '-' and
 * digits. */
static size_t word_length(const struct reader *r)
{
	size_t at = r->at;

	while (at < r->n && (is_letter(r->text[at]) || is_digit(r->text[at]) || r->text[at] == '-'))
		at++;
	return at - r->at;
}

/* Which of `words` is the whole word here, in any case; -1: none. */
static int take_word(struct reader *r, const char *const *words, size_t n_words)
{
	size_t n = word_length(r);

	for (size_t i = 0; i < n_words; i++) {
		if (strlen(words[i]) != n || strncasecmp(words[i], r->text + r->at, n) != 0)
			continue;
		r->at += n;
		return (int)i;
	}
	return -1;
}

/* Digits, at most `max_digits` (0: any number of them; then a large value is NUMBER_MAX). */
static bool take_number(struct reader *r, int max_digits, int64_t *ret)
{
	int64_t value = 0;
	int n = 0;

	for (; r->at < r->n && is_digit(r->text[r->at]); r->at++, n++) {
		value = value * 10 + (r->text[r->at] - '0');
		if (value > NUMBER_MAX)
			value = NUMBER_MAX;
		if (max_digits && n == max_digits)
			return false;
	}
	*ret = value;
	return n > 0;
}

static int read_freq(struct reader *r, const struct part *p, struct recur_rule *rule)
{
	int freq = take_word(r, freqs, sizeof(freqs) / sizeof(freqs[0]));

	if (freq < 0)
		return refuse(r, r->at,
			      "FREQ must be SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, "
			      "MONTHLY or YEARLY");
	rule->freq = (enum recur_freq)freq;
	return RECUR_OK;
}

static int read_until(struct reader *r, const struct part *p, struct recur_rule *rule)
{
	size_t n = word_length(r);

	if (!recur_time_parse(r->text + r->at, n, &rule->until))
		return refuse(r, r->at,
			      "UNTIL must be a date or time that exists, "
			      "as 20270331 or 20270331T220000Z");
	r->at += n;
	return RECUR_OK;
}

static int read_positive(struct reader *r, const struct part *p, int64_t *ret)
{
	size_t at = r->at;

	if (!take_number(r, 0, ret) || *ret == 0)
		return refuse(r, at, "%s must be a whole number from 1 up", p->name);
	return RECUR_OK;
}

static int read_count(struct reader *r, const struct part *p, struct recur_rule *rule)
{
	return read_positive(r, p, &rule->count);
}

static int read_interval(struct reader *r, const struct part *p, struct recur_rule *rule)
{
	return read_positive(r, p, &rule->interval);
}

static int read_wkst(struct reader *r, const struct part *p, struct recur_rule *rule)
{
	int weekday = take_word(r, weekdays, 7);

	if (weekday < 0)
		return refuse(r, r->at, "WKST must be MO, TU, WE, TH, FR, SA or SU");
	rule->week_start = (enum weekday)weekday;
	return RECUR_OK;
}

static int read_list(struct reader *r, const struct part *p, struct recur_rule *rule)
{
	do {
		size_t at = r->at;
		bool is_back = p->back && take(r, '-');
		uint64_t *bits =
		    (uint64_t *)(void *)((char *)rule + (is_back ? p->back : p->ahead));
		int64_t value;

		if (p->back && !is_back)
			take(r, '+');
		if (!take_number(r, p->digits, &value) || value < p->min || value > p->max)
			return refuse(r, at, "%s takes numbers from %s%d to %d%s", p->name,
				      p->back ? "±" : "", (int)p->min, (int)p->max,
				      p->back ? ", + or -" : "");
		if (value == 60 && p->max == 60)
			value = 59;
		bits[value / 64] |= UINT64_C(1) << value % 64;
	} while (take(r, ','));
	return RECUR_OK;
}

static int read_by_day(struct reader *r, const struct part *p, struct recur_rule *rule)
{
	do {
		size_t at = r->at;
		bool is_back = take(r, '-'), is_signed = is_back || take(r, '+');
		bool is_numbered = is_signed || (r->at < r->n && is_digit(r->text[r->at]));
		int64_t nth = 0;
		int weekday;

		if (is_numbered && (!take_number(r, 2, &nth) || nth < 1 || nth > 53))
			return refuse(r, at, "a number in BYDAY is from 1 to 53, + or -");
		weekday = take_word(r, weekdays, 7);
		if (weekday < 0)
			return refuse(r, at,
				      "BYDAY takes MO, TU, WE, TH, FR, SA, SU, "
				      "or with a number, as 2TU or -1FR");
		if (!is_numbered)
			rule->weekdays |= UINT64_C(1) << weekday;
		else
			(is_back ? rule->nth_back : rule->nth)[weekday] |= UINT64_C(1) << nth;
	} while (take(r, ','));
	return RECUR_OK;
}

#define OF(field) offsetof(struct recur_rule, field)

static const struct part parts[N_PARTS] = {
    [RECUR_FREQ] = {"FREQ", read_freq},
    [RECUR_UNTIL] = {"UNTIL", read_until},
    [RECUR_COUNT] = {"COUNT", read_count},
    [RECUR_INTERVAL] = {"INTERVAL", read_interval},
    [RECUR_WKST] = {"WKST", read_wkst},
    [RECUR_BYDAY] = {"BYDAY", read_by_day},
    [RECUR_BYSECOND] = {"BYSECOND", read_list, 0, 60, 2, OF(seconds), 0},
    [RECUR_BYMINUTE] = {"BYMINUTE", read_list, 0, 59, 2, OF(minutes), 0},
    [RECUR_BYHOUR] = {"BYHOUR", read_list, 0, 23, 2, OF(hours), 0},
    [RECUR_BYMONTHDAY] = {"BYMONTHDAY", read_list, 1, 31, 2, OF(month_days), OF(month_days_back)},
    [RECUR_BYYEARDAY] = {"BYYEARDAY", read_list, 1, 366, 3, OF(year_days), OF(year_days_back)},
    [RECUR_BYWEEKNO] = {"BYWEEKNO", read_list, 1, 53, 2, OF(weeks), OF(weeks_back)},
    [RECUR_BYMONTH] = {"BYMONTH", read_list, 1, 12, 2, OF(months), 0},
    [RECUR_BYSETPOS] = {"BYSETPOS", read_list, 1, 366, 3, OF(positions), OF(positions_back)},
};

static int read_part(struct reader *r, struct recur_rule *rule)
{
	size_t at = r->at, n = word_length(r);
	const char *word = r->text + at;
	unsigned i = 0;

	while (i < N_PARTS &&
	       (strlen(parts[i].name) != n || strncasecmp(parts[i].name, word, n) != 0))
		i++;
	if (n == 0)
		return refuse(r, at, "a part of the rule, NAME=value, is missing");
	if (i == N_PARTS)
		return refuse(r, at, "there is no part %.*s", n < 32 ? (int)n : 32, word);
	if (rule->given & BIT(i))
		return refuse(r, at, "%s is given twice", parts[i].name);
	r->at += n;
	if (!take(r, '='))
		return refuse(r, r->at, "%s needs a value: %s=…", parts[i].name, parts[i].name);
	rule->given |= BIT(i);
	r->places[i] = at;
	return parts[i].read(r, &parts[i], rule);
}

static bool has_numbers(const struct recur_rule *rule)
{
	uint64_t any = 0;

	for (int weekday = MONDAY; weekday <= SUNDAY; weekday++)
		any |= rule->nth[weekday] | rule->nth_back[weekday];
	return any != 0;
}

static int check_parts(struct reader *r, const struct recur_rule *rule)
{
	static const struct {
		enum recur_part part;
		uint32_t freqs, with; /* refused with any of these */
		bool numbered;	      /* only where BYDAY has numbers */
		const char *why;
	} rows[] = {
	    {RECUR_COUNT, 0, BIT(RECUR_UNTIL), false, "COUNT and UNTIL exclude each other"},
	    {RECUR_BYWEEKNO, BIT(RECUR_YEARLY) - 1, 0, false, "BYWEEKNO needs FREQ=YEARLY"},
	    {RECUR_BYYEARDAY, BIT(RECUR_DAILY) | BIT(RECUR_WEEKLY) | BIT(RECUR_MONTHLY), 0, false,
	     "BYYEARDAY does not go with FREQ=DAILY, WEEKLY or MONTHLY"},
	    {RECUR_BYMONTHDAY, BIT(RECUR_WEEKLY), 0, false,
	     "BYMONTHDAY does not go with FREQ=WEEKLY"},
	    {RECUR_BYDAY, BIT(RECUR_MONTHLY) - 1, 0, true,
	     "numbers in BYDAY need FREQ=MONTHLY or YEARLY"},
	    {RECUR_BYDAY, 0, BIT(RECUR_BYWEEKNO), true, "numbers in BYDAY do not go with BYWEEKNO"},
	};
	const uint32_t by = BIT(RECUR_BYSETPOS) - BIT(RECUR_BYDAY);

	if (!(rule->given & BIT(RECUR_FREQ)))
		return refuse(r, 0, "FREQ is missing");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rule->given & BIT(rows[i].part) && (!rows[i].numbered || has_numbers(rule)) &&
		    (rows[i].freqs & BIT(rule->freq) || rows[i].with & rule->given))
			return refuse(r, r->places[rows[i].part], "%s", rows[i].why);
	if (rule->given & BIT(RECUR_BYSETPOS) && !(rule->given & by))
		return refuse(r, r->places[RECUR_BYSETPOS], "BYSETPOS needs another BY part");
	return RECUR_OK;
}

int recur_rule_parse(const char *text, size_t n, struct recur_rule *ret,
		     struct recur_problem *ret_problem)
{
	struct reader r = {.text = text, .n = n, .problem = ret_problem};
	struct recur_rule rule = {.interval = 1, .week_start = MONDAY};
	int answer;

	do {
		answer = read_part(&r, &rule);
		if (answer)
			return answer;
	} while (take(&r, ';'));
	if (r.at < r.n)
		return refuse(&r, r.at, "';' or the end of the rule is expected here");
	answer = check_parts(&r, &rule);
	if (answer == RECUR_OK)
		*ret = rule;
	return answer;
}

/* Exactly n digits. */
static bool take_digits(struct reader *r, int n, int32_t *ret)
{
	int32_t value = 0;

	for (; n > 0; n--, r->at++) {
		if (r->at >= r->n || !is_digit(r->text[r->at]))
			return false;
		value = value * 10 + (r->text[r->at] - '0');
	}
	*ret = value;
	return true;
}

static bool take_time(struct reader *r, int32_t *ret_second)
{
	int32_t hour, minute, second;

	if (!take_digits(r, 2, &hour) || !take_digits(r, 2, &minute) ||
	    !take_digits(r, 2, &second) || hour > 23 || minute > 59 || second > 60)
		return false;
	*ret_second = hour * 3600 + minute * 60 + (second < 60 ? second : 59);
	return true;
}

bool recur_time_parse(const char *text, size_t n, struct recur_time *ret)
{
	struct reader r = {.text = text, .n = n};
	enum recur_time_kind kind = RECUR_DATE;
	int32_t year, month, day, second = 0;
	struct civil_date date;

	if (!take_digits(&r, 4, &year) || !take_digits(&r, 2, &month) || !take_digits(&r, 2, &day))
		return false;
	date = (struct civil_date){year, (uint8_t)month, (uint8_t)day};
	if (year < 1 || !civil_date_is_valid(date))
		return false;
	if (take(&r, 'T') || take(&r, 't')) {
		if (!take_time(&r, &second))
			return false;
		kind = take(&r, 'Z') || take(&r, 'z') ? RECUR_UTC : RECUR_FLOATING;
	}
	if (r.at != n)
		return false;
	*ret = (struct recur_time){kind, civil_seconds((struct civil_time){date, second})};
	return true;
}
