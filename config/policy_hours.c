/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening hours as people write them.
 *
 *   hours = "always" | group *( group )     group = 1*days 1*times
 *   days  = "daily" | day | day "-" day     times = HH:MM "-" HH:MM
 *
 * Words are separated by spaces, commas or both: a comma is for the eye. Days that follow times
 * begin a new group. So "Mon,Fri 09:00-12:00 16:00-18:00" and "Mon-Fri 08:00-22:00, Sat
 * 09:00-18:00" both mean what they seem to.
 */

#include "config/policy_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/nearest.h"

enum { N_DAYS = 7, WEEK_S = 7 * DAY_S, MAX_RANGES = N_DAYS * 32 };

const char *const weekday_names[14] = {
    "Mon",    "Tue",	 "Wed",	      "Thu",	  "Fri",    "Sat",	"Sun",
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
};
enum { N_DAY_WORDS = sizeof(weekday_names) / sizeof(*weekday_names) };

struct hours_reader {
	struct walk *walk;
	const struct node *value;
	bool days[N_DAYS];
	bool had_days, had_times; /* in this group */
	bool needs_days;
	struct hours_range ranges[MAX_RANGES];
	size_t n;
};

static int day_from_word(const char *word, size_t length)
{
	for (int i = 0; i < N_DAY_WORDS; i++)
		if (strlen(weekday_names[i]) == length &&
		    strncasecmp(weekday_names[i], word, length) == 0)
			return i % N_DAYS;
	return -1;
}

static bool report_days(struct hours_reader *r, const char *word)
{
	const char *near = nearest_word(word, weekday_names, N_DAY_WORDS);

	if (near)
		problems_add(r->walk->problems, r->value->place,
			     "unknown day \"%s\"; did you mean \"%s\"?", word, near);
	else
		problems_add(r->walk->problems, r->value->place,
			     "\"%s\" is neither days nor times; write always, or daily "
			     "08:00-24:00, or Mon-Fri 08:00-12:00 14:00-18:00, Sat 09:00-12:00",
			     word);
	return false;
}

static bool take_days(struct hours_reader *r, const char *word)
{
	const char *dash = strchr(word, '-');
	size_t length = dash ? (size_t)(dash - word) : strlen(word);
	bool daily = strcasecmp(word, "daily") == 0;
	int first = daily ? MONDAY : day_from_word(word, length);
	int last = daily ? SUNDAY : dash ? day_from_word(dash + 1, strlen(dash + 1)) : first;

	if (first < 0 || last < 0)
		return report_days(r, first < 0 && dash
					  ? arena_strndup(&r->walk->problems->arena, word, length)
				      : first < 0 ? word
						  : dash + 1);
	if (r->had_times) {
		memset(r->days, 0, sizeof(r->days));
		r->had_times = false;
	}
	r->had_days = true;
	for (int day = first;; day = (day + 1) % N_DAYS) {
		r->days[day] = true;
		if (day == last)
			return true;
	}
}

/* `8:00` or `08:00`, at the start of text; returns what follows, NULL if it is no time. */
static const char *take_clock(const char *text, int32_t *ret_s)
{
	size_t hour_digits = strspn(text, "0123456789");
	int hour, minute;

	if (hour_digits < 1 || hour_digits > 2 || text[hour_digits] != ':' ||
	    strspn(text + hour_digits + 1, "0123456789") != 2)
		return NULL;
	hour = atoi(text);
	minute = atoi(text + hour_digits + 1);
	if (minute > 59)
		return NULL;
	*ret_s = hour * 3600 + minute * 60;
	return text + hour_digits + 3;
}

static bool add_range(struct hours_reader *r, const char *word, int day, int32_t from_s,
		      int32_t to_s)
{
	if (r->n == MAX_RANGES) {
		problems_add(r->walk->problems, r->value->place,
			     "more than %d ranges of hours at \"%s\"", MAX_RANGES, word);
		return false;
	}
	r->ranges[r->n++] = (struct hours_range){(enum weekday)day, from_s, to_s};
	return true;
}

static bool check_times(struct hours_reader *r, const char *word, int32_t from_s, int32_t to_s)
{
	struct problems *problems = r->walk->problems;

	if (!r->had_days)
		problems_add(problems, r->value->place,
			     "\"%s\" has no days before it; write `daily %s` or `Mon-Fri %s`", word,
			     word, word);
	else if (from_s >= DAY_S)
		problems_add(problems, r->value->place,
			     "\"%s\" begins after 23:59; write it for the next day", word);
	else if (to_s <= from_s)
		problems_add(problems, r->value->place,
			     "\"%s\" ends before it begins; past midnight, go on counting: "
			     "22:00-26:00 is until 02:00",
			     word);
	else if (to_s > from_s + DAY_S)
		problems_add(problems, r->value->place,
			     "\"%s\" is longer than a day; write `always` or shorter ranges", word);
	else
		return true;
	return false;
}

static bool take_times(struct hours_reader *r, const char *word)
{
	int32_t from_s = 0, to_s = 0;
	const char *rest = take_clock(word, &from_s);

	if (rest && *rest == '-')
		rest = take_clock(rest + 1, &to_s);
	else
		rest = NULL;
	if (!rest || *rest != '\0') {
		problems_add(r->walk->problems, r->value->place,
			     "\"%s\" is not a range of times; write 08:00-12:30", word);
		return false;
	}
	if (!r->had_days && !r->needs_days)
		take_days(r, "daily");
	if (!check_times(r, word, from_s, to_s))
		return false;
	r->had_times = true;
	for (int day = 0; day < N_DAYS; day++)
		if (r->days[day] && !add_range(r, word, day, from_s, to_s))
			return false;
	return true;
}

static int32_t week_second(const struct hours_range *range)
{
	return (int32_t)range->day * DAY_S + range->from_s;
}

static int range_compare(const void *a, const void *b)
{
	return week_second(a) - week_second(b);
}

/* The last of the week is followed by the first. */
static bool check_disjoint(struct hours_reader *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct hours_range *range = &r->ranges[i], *next = &r->ranges[(i + 1) % r->n];
		int32_t end = week_second(range) + range->to_s - range->from_s;
		int32_t next_start = week_second(next) + (i + 1 == r->n ? WEEK_S : 0);

		if (end <= next_start)
			continue;
		problems_add(r->walk->problems, r->value->place,
			     "hours overlap: %s %02d:%02d begins before %s %02d:%02d ends",
			     weekday_names[next->day], next->from_s / 3600, next->from_s / 60 % 60,
			     weekday_names[range->day], range->to_s / 3600, range->to_s / 60 % 60);
		return false;
	}
	return true;
}

static bool finish(struct hours_reader *r, struct hours *ret)
{
	struct hours_range *kept;

	if (!r->had_times) {
		problems_add(r->walk->problems, r->value->place,
			     "days without times; write them after the days: Mon-Fri 08:00-18:00");
		return false;
	}
	qsort(r->ranges, r->n, sizeof(*r->ranges), range_compare);
	if (!check_disjoint(r))
		return false;
	kept = arena_new_n(r->walk->arena, struct hours_range, r->n);
	memcpy(kept, r->ranges, r->n * sizeof(*kept));
	*ret = (struct hours){.ranges = kept, .n_ranges = r->n};
	return true;
}

bool hours_read(struct walk *w, const struct node *value, enum hours_form form, struct hours *ret)
{
	struct hours_reader r = {.walk = w, .value = value, .needs_days = form == HOURS_WEEKLY};
	char text[POLICY_TEXT_MAX_BYTES + 1];
	char *rest = text, *word;

	if (strcmp(value->text, "always") == 0) {
		*ret = (struct hours){.always = true};
		return true;
	}
	if (form == HOURS_OF_DATES && strcmp(value->text, "closed") == 0) {
		*ret = (struct hours){0};
		return true;
	}
	snprintf(text, sizeof(text), "%s", value->text);
	while ((word = strsep(&rest, " ,"))) {
		if (*word == '\0')
			continue;
		if (*word >= '0' && *word <= '9' ? !take_times(&r, word) : !take_days(&r, word))
			return false;
	}
	return finish(&r, ret);
}
