/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening hours as written, to ranges of the week. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/policy_build.h"
#include "tests/config/loading.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define GOOD(text, week)                                                                           \
	{                                                                                          \
		text, week, ""                                                                     \
	}
#define BAD(text, problem)                                                                         \
	{                                                                                          \
		text, NULL, "f:1:1: " problem                                                      \
	}

static const struct {
	const char *text, *week, *problems;
} cases[] = {
    GOOD("always", "always"),
    GOOD("Mon 08:00-12:00", "0 28800-43200"),
    GOOD("mon 8:00-12:00", "0 28800-43200"),
    GOOD("Monday 08:00-12:00", "0 28800-43200"),
    GOOD("daily 00:00-24:00",
	 "0 0-86400 1 0-86400 2 0-86400 3 0-86400 4 0-86400 5 0-86400 6 0-86400"),
    GOOD("Tue-Wed 09:00-12:00 14:00-19:00",
	 "1 32400-43200 1 50400-68400 2 32400-43200 2 50400-68400"),
    GOOD("Mon,Fri 09:00-12:00 16:00-18:00",
	 "0 32400-43200 0 57600-64800 4 32400-43200 4 57600-64800"),
    GOOD("Sat 09:00-18:00, Mon-Tue 08:00-22:00", "0 28800-79200 1 28800-79200 5 32400-64800"),
    GOOD("Mon 08:00-12:00, 14:00-18:00,Tue 10:00-11:00",
	 "0 28800-43200 0 50400-64800 1 36000-39600"),
    GOOD("Sat-Mon 10:00-11:00", "0 36000-39600 5 36000-39600 6 36000-39600"),
    GOOD("Fri 22:00-26:00", "4 79200-93600"),
    GOOD("Sun 22:00-26:00, Mon 02:00-03:00", "0 7200-10800 6 79200-93600"),
    GOOD("Mon 08:00-12:00 12:00-13:00", "0 28800-43200 0 43200-46800"),
    GOOD("Mon 12:00-36:00", "0 43200-129600"),
    BAD("Mno 08:00-12:00", "unknown day \"Mno\"; did you mean \"Mon\"?"),
    BAD("Mon-Fir 08:00-12:00", "unknown day \"Fir\"; did you mean \"Fri\"?"),
    BAD("Mno-Fri 08:00-12:00", "unknown day \"Mno\"; did you mean \"Mon\"?"),
    BAD("whenever", "\"whenever\" is neither days nor times; write always, or daily 08:00-24:00, "
		    "or Mon-Fri 08:00-12:00 14:00-18:00, "
		    "Sat 09:00-12:00"),
    BAD("08:00-12:00", "\"08:00-12:00\" has no days before it; write `daily 08:00-12:00` or "
		       "`Mon-Fri 08:00-12:00`"),
    BAD("Mon-Fri", "days without times; write them after the days: Mon-Fri 08:00-18:00"),
    BAD("Mon 08:00-12:00, Tue",
	"days without times; write them after the days: Mon-Fri 08:00-18:00"),
    BAD(",", "days without times; write them after the days: Mon-Fri 08:00-18:00"),
    BAD("Mon 8-12", "\"8-12\" is not a range of times; write 08:00-12:30"),
    BAD("Mon 08:00", "\"08:00\" is not a range of times; write 08:00-12:30"),
    BAD("Mon 08:60-12:00", "\"08:60-12:00\" is not a range of times; write 08:00-12:30"),
    BAD("Mon 08:00-12:000", "\"08:00-12:000\" is not a range of times; write 08:00-12:30"),
    BAD("Mon 08:00-12:00h", "\"08:00-12:00h\" is not a range of times; write 08:00-12:30"),
    BAD("Mon 22:00-02:00", "\"22:00-02:00\" ends before it begins; past midnight, go on counting: "
			   "22:00-26:00 is until 02:00"),
    BAD("Mon 24:00-26:00", "\"24:00-26:00\" begins after 23:59; write it for the next day"),
    BAD("Mon 08:00-32:01",
	"\"08:00-32:01\" is longer than a day; write `always` or shorter ranges"),
    BAD("Mon 08:00-12:00 11:00-13:00", "hours overlap: Mon 11:00 begins before Mon 12:00 ends"),
    BAD("Mon-Tue 22:00-26:00, Tue 01:00-03:00",
	"hours overlap: Tue 01:00 begins before Mon 26:00 ends"),
    BAD("Sun 22:00-26:00, Mon 01:00-03:00",
	"hours overlap: Mon 01:00 begins before Sun 26:00 ends"),
    BAD("daily 08:00-12:00, Mon 08:00-12:00",
	"hours overlap: Mon 08:00 begins before Mon 12:00 ends"),
};

static const char *week_text(struct arena *a, const struct hours *h)
{
	const char *text = h->always ? "always" : "";

	for (size_t i = 0; i < h->n_ranges; i++)
		text =
		    arena_printf(a, "%s%s%d %d-%d", text, i > 0 ? " " : "", (int)h->ranges[i].day,
				 (int)h->ranges[i].from_s, (int)h->ranges[i].to_s);
	return text;
}

static void read_one(size_t i)
{
	struct problems problems = {0};
	struct arena a = {0};
	struct walk w = {.problems = &problems, .arena = &a};
	struct node n = {.kind = NODE_TEXT, .text = cases[i].text, .place = {"f", 1, 1}};
	struct hours h = {0};
	bool good = hours_read(&w, &n, HOURS_WEEKLY, &h);

	assert_string_equal(all_problems(&problems), cases[i].problems);
	assert_int_equal(good, cases[i].week != NULL);
	if (cases[i].week)
		assert_string_equal(week_text(&a, &h), cases[i].week);
	problems_clear(&problems);
	arena_clear(&a);
}

static void hours_as_written(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++)
		read_one(i);
}

/* Where dates are named, days need not be, and closed is a word. */
static void hours_of_dates(void **state)
{
	struct problems problems = {0};
	struct arena a = {0};
	struct walk w = {.problems = &problems, .arena = &a};
	struct node n = {.kind = NODE_TEXT, .text = "9:00-12:00 14:00-26:00"};
	struct hours h = {0};

	assert_true(hours_read(&w, &n, HOURS_OF_DATES, &h));
	assert_int_equal(h.n_ranges, 14);
	assert_int_equal(h.ranges[13].day, SUNDAY);
	assert_int_equal(h.ranges[13].to_s, 26 * 3600);
	n.text = "closed";
	assert_true(hours_read(&w, &n, HOURS_OF_DATES, &h));
	assert_false(h.always);
	assert_int_equal(h.n_ranges, 0);
	assert_int_equal(problems.n, 0);
	assert_false(hours_read(&w, &n, HOURS_WEEKLY, &h));
	problems_clear(&problems);
	arena_clear(&a);
}

/* The longest text there may be, all ranges. */
static void ranges_are_limited(void **state)
{
	char text[POLICY_TEXT_MAX_BYTES + 1] = "daily";
	struct problems problems = {0};
	struct arena a = {0};
	struct walk w = {.problems = &problems, .arena = &a};
	struct node n = {.kind = NODE_TEXT, .text = text, .place = {"f", 1, 1}};
	struct hours h = {0};

	for (unsigned minute = 0; strlen(text) + 12 < sizeof(text); minute += 2) {
		char range[64];

		snprintf(range, sizeof(range), " %u:%02u-%u:%02u", minute / 60, minute % 60,
			 minute / 60, minute % 60 + 1);
		strcat(text, range);
	}
	assert_false(hours_read(&w, &n, HOURS_WEEKLY, &h));
	assert_string_equal(all_problems(&problems),
			    "f:1:1: more than 224 ranges of hours at \"1:04-1:05\"");
	problems_clear(&problems);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hours_as_written),
	    cmocka_unit_test(hours_of_dates),
	    cmocka_unit_test(ranges_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
