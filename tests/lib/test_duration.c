/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests durations: how they are read and written, and what they do where the clock changes. */

#include "lib/duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "tests/lib/zone_file.h"

static void texts_are_read(void **state)
{
	static const struct {
		const char *text;
		struct duration d;
	} cases[] = {
	    {"90m", {0, 5400}},
	    {"4h", {0, 14400}},
	    {"1h30m", {0, 5400}},
	    {"2d", {2, 0}},
	    {"1w", {7, 0}},
	    {"3j", {3, 0}},
	    {"45min", {0, 2700}},
	    {"30s", {0, 30}},
	    {"1w2d3h4m5s", {9, 11045}},
	    {"1j12h", {1, 43200}},
	    {"0m", {0, 0}},
	    {"0d", {0, 0}},
	    {"2h90m", {0, 12600}},
	    {"48h", {0, 172800}},
	    {"007d", {7, 0}},
	    {"36525d", {36525, 0}},
	    {"1h30min", {0, 5400}},
	    {"36524d24h", {36524, 86400}},
	    {"5217w", {36519, 0}},
	    {"3155760000s", {0, 3155760000}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct duration d;

		if (duration_parse(cases[i].text, &d) || d.days != cases[i].d.days ||
		    d.seconds != cases[i].d.seconds)
			fail_msg("%s", cases[i].text);
	}
}

static void other_texts_are_refused(void **state)
{
	static const struct {
		const char *text;
		int answer;
	} cases[] = {
	    {"", DURATION_E_SYNTAX},
	    {"4", DURATION_E_SYNTAX},
	    {"h", DURATION_E_SYNTAX},
	    {"4H", DURATION_E_SYNTAX},
	    {"4 h", DURATION_E_SYNTAX},
	    {" 4h", DURATION_E_SYNTAX},
	    {"4h ", DURATION_E_SYNTAX},
	    {"-4h", DURATION_E_SYNTAX},
	    {"+4h", DURATION_E_SYNTAX},
	    {"1.5h", DURATION_E_SYNTAX},
	    {"1h2h", DURATION_E_SYNTAX},
	    {"1d2j", DURATION_E_SYNTAX},
	    {"1m2min", DURATION_E_SYNTAX},
	    {"30m1h", DURATION_E_SYNTAX},
	    {"1d1w", DURATION_E_SYNTAX},
	    {"1y", DURATION_E_SYNTAX},
	    {"1mi", DURATION_E_SYNTAX},
	    {"1hm", DURATION_E_SYNTAX},
	    {"1h30", DURATION_E_SYNTAX},
	    {"4h\n", DURATION_E_SYNTAX},
	    {"36526d", DURATION_E_RANGE},
	    {"36525d1s", DURATION_E_RANGE},
	    {"5218w", DURATION_E_RANGE},
	    {"876601h", DURATION_E_RANGE},
	    {"99999999999999999999d", DURATION_E_RANGE},
	    {"99999999999999999999999999999999999999999999w99999999999999999999h",
	     DURATION_E_RANGE},
	    {"18446744073709551617s", DURATION_E_RANGE},
	    {"99999999999999999999x", DURATION_E_SYNTAX},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct duration d = {1, 2};

		if (duration_parse(cases[i].text, &d) != cases[i].answer || d.days != 1 ||
		    d.seconds != 2)
			fail_msg("%s", cases[i].text);
	}
}

static void texts_are_written(void **state)
{
	static const struct {
		struct duration d;
		const char *text;
	} cases[] = {
	    {{0, 0}, "0m"},	     {{0, 5400}, "1h30m"},  {{0, 14400}, "4h"},
	    {{2, 0}, "2d"},	     {{14, 0}, "2w"},	    {{10, 0}, "10d"},
	    {{60, 0}, "60d"},	     {{1, 43200}, "1d12h"}, {{0, 172800}, "48h"},
	    {{7, 3661}, "1w1h1m1s"}, {{0, 30}, "30s"},	    {{0, 900}, "15m"},
	};
	char buf[32];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(duration_format(cases[i].d, buf, sizeof(buf)), cases[i].text);
}

static void what_is_written_reads_the_same(void **state)
{
	struct draw draw = {5};

	for (int i = 0; i < 20000; i++) {
		struct duration d = {draw_between(&draw, 0, 18000),
				     draw_between(&draw, 0, INT64_C(1500000000))};
		struct duration back;
		char buf[32];

		assert_int_equal(duration_parse(duration_format(d, buf, sizeof(buf)), &back), 0);
		assert_int_equal(back.days, d.days);
		assert_int_equal(back.seconds, d.seconds);
		assert_int_equal(duration_is_zero(d), strcmp(buf, "0m") == 0);
	}
}

static int64_t local(const struct zone *z, int day, int hour, int minute)
{
	/* Days are counted from 1 March 2027: 28 is the night of the change, 245 that of 31
	 * October. */
	struct civil_time t = {civil_add_days((struct civil_date){2027, 2, 28}, day),
			       hour * 3600 + minute * 60};
	int64_t utc;

	zone_to_utc(z, t, &utc);
	return utc;
}

static void hours_elapse_and_days_are_civil(void **state)
{
	static const struct {
		const char *length;
		struct {
			int day, hour, minute;
		} start, end;
	} cases[] = {
	    {"2d", {27, 9, 0}, {29, 9, 0}},	{"48h", {27, 9, 0}, {29, 10, 0}},
	    {"24h", {27, 22, 0}, {28, 23, 0}},	{"11h", {27, 22, 0}, {28, 10, 0}},
	    {"1w", {24, 18, 0}, {31, 18, 0}},	{"1d", {244, 9, 0}, {245, 9, 0}},
	    {"24h", {244, 9, 0}, {245, 8, 0}},	{"1d2h", {27, 1, 0}, {28, 4, 0}},
	    {"1d1h", {27, 2, 30}, {28, 4, 30}}, {"0m", {27, 9, 0}, {27, 9, 0}},
	};
	struct zone *z = zone_file_load("Europe/Paris");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t start =
		    local(z, cases[i].start.day, cases[i].start.hour, cases[i].start.minute);
		int64_t end = local(z, cases[i].end.day, cases[i].end.hour, cases[i].end.minute);
		struct duration d;

		assert_int_equal(duration_parse(cases[i].length, &d), 0);
		if (duration_after(d, z, start) != end)
			fail_msg("%s after case %zu: %lld too late", cases[i].length, i,
				 (long long)(duration_after(d, z, start) - end));
	}
	zone_free(z);
}

static void before_is_the_way_back(void **state)
{
	struct zone *z = zone_file_load("Europe/Paris");
	struct draw draw = {99};

	for (int i = 0; i < 20000; i++) {
		struct duration d = {draw_between(&draw, 0, 400), draw_between(&draw, 0, 200000)};
		/* from 09:00 no day ends in the hours that are skipped or repeated */
		int64_t start = local(z, (int)draw_between(&draw, 1, 3000), 9, 0);

		assert_int_equal(duration_before(d, z, duration_after(d, z, start)), start);
	}
	zone_free(z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_read),
	    cmocka_unit_test(other_texts_are_refused),
	    cmocka_unit_test(texts_are_written),
	    cmocka_unit_test(what_is_written_reads_the_same),
	    cmocka_unit_test(hours_elapse_and_days_are_civil),
	    cmocka_unit_test(before_is_the_way_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
