/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests moments: how they are read and written, and which instant they are in a zone. */

#include "lib/moment.h"

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
		struct moment m;
	} cases[] = {
	    {"2026-12-05T08:00", {{{2026, 12, 5}, 28800}, false, true, 0}},
	    {"2026-12-05 08:00", {{{2026, 12, 5}, 28800}, false, true, 0}},
	    {"2026-12-05t08:00z", {{{2026, 12, 5}, 28800}, true, true, 0}},
	    {"2026-12-05T08:00:30+01:00", {{{2026, 12, 5}, 28830}, true, true, 3600}},
	    {"2026-12-05 08:00-0330", {{{2026, 12, 5}, 28800}, true, true, -12600}},
	    {"2026-12-05T07:00Z", {{{2026, 12, 5}, 25200}, true, true, 0}},
	    {"2026-12-05T07:00:00-00:00", {{{2026, 12, 5}, 25200}, true, true, 0}},
	    {"2026-12-05", {{{2026, 12, 5}, 0}, false, false, 0}},
	    {"2026-12-05T00:00", {{{2026, 12, 5}, 0}, false, true, 0}},
	    {"2026-12-05T23:59:59", {{{2026, 12, 5}, 86399}, false, true, 0}},
	    {"2026-12-05T24:00", {{{2026, 12, 6}, 0}, false, true, 0}},
	    {"2026-12-31T24:00:00Z", {{{2027, 1, 1}, 0}, true, true, 0}},
	    {"2028-02-29T12:00", {{{2028, 2, 29}, 43200}, false, true, 0}},
	    {"1970-01-01", {{{1970, 1, 1}, 0}, false, false, 0}},
	    {"2199-12-31T24:00", {{{2200, 1, 1}, 0}, false, true, 0}},
	    {"2026-12-05T08:00+23:59", {{{2026, 12, 5}, 28800}, true, true, 86340}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct moment *expected = &cases[i].m;
		struct moment m;

		if (moment_parse(cases[i].text, &m) ||
		    civil_time_compare(m.local, expected->local) != 0 ||
		    m.has_offset != expected->has_offset || m.has_time != expected->has_time ||
		    m.offset_s != expected->offset_s)
			fail_msg("%s", cases[i].text);
	}
}

static void other_texts_are_refused(void **state)
{
	static const struct {
		const char *text;
		int answer;
	} cases[] = {
	    {"", MOMENT_E_SYNTAX},
	    {"2026", MOMENT_E_SYNTAX},
	    {"2026-12", MOMENT_E_SYNTAX},
	    {"2026-12-5", MOMENT_E_SYNTAX},
	    {"26-12-05", MOMENT_E_SYNTAX},
	    {"2026/12/05", MOMENT_E_SYNTAX},
	    {"20261205", MOMENT_E_SYNTAX},
	    {"05-12-2026", MOMENT_E_SYNTAX},
	    {" 2026-12-05", MOMENT_E_SYNTAX},
	    {"2026-12-05 ", MOMENT_E_SYNTAX},
	    {"2026-12-05T", MOMENT_E_SYNTAX},
	    {"2026-12-05Z", MOMENT_E_SYNTAX},
	    {"2026-12-05+01:00", MOMENT_E_SYNTAX},
	    {"2026-12-05_08:00", MOMENT_E_SYNTAX},
	    {"2026-12-05T8:00", MOMENT_E_SYNTAX},
	    {"2026-12-05T08", MOMENT_E_SYNTAX},
	    {"2026-12-05T08:0", MOMENT_E_SYNTAX},
	    {"2026-12-05T0800", MOMENT_E_SYNTAX},
	    {"2026-12-05T08:00:", MOMENT_E_SYNTAX},
	    {"2026-12-05T08:00:5", MOMENT_E_SYNTAX},
	    {"2026-12-05T08:00:00.5", MOMENT_E_SYNTAX},
	    {"2026-12-05T08:00+01", MOMENT_E_SYNTAX},
	    {"2026-12-05T08:00+1:00", MOMENT_E_SYNTAX},
	    {"2026-12-05T08:00+01:00x", MOMENT_E_SYNTAX},
	    {"2026-12-05T08:00Zz", MOMENT_E_SYNTAX},
	    {"2026-12-05T08:00 +01:00", MOMENT_E_SYNTAX},
	    {"2026-12-05T08:00 UTC", MOMENT_E_SYNTAX},
	    {"-2026-12-05", MOMENT_E_SYNTAX},
	    {"2026-12-05T25:00", MOMENT_E_RANGE},
	    {"2026-12-05T24:00:01", MOMENT_E_RANGE},
	    {"2026-12-05T24:01", MOMENT_E_RANGE},
	    {"2026-12-05T08:60", MOMENT_E_RANGE},
	    {"2026-12-05T23:59:60", MOMENT_E_RANGE},
	    {"2026-13-05", MOMENT_E_RANGE},
	    {"2026-00-05", MOMENT_E_RANGE},
	    {"2026-12-00", MOMENT_E_RANGE},
	    {"2026-12-32", MOMENT_E_RANGE},
	    {"2027-02-29", MOMENT_E_RANGE},
	    {"1969-12-31", MOMENT_E_RANGE},
	    {"2200-01-01", MOMENT_E_RANGE},
	    {"0000-01-01", MOMENT_E_RANGE},
	    {"2026-12-05T08:00+24:00", MOMENT_E_RANGE},
	    {"2026-12-05T08:00-01:60", MOMENT_E_RANGE},
	    {"2026-13-05T99:99+99:99", MOMENT_E_RANGE},
	    {"2026-13-05T99:99+99:9", MOMENT_E_SYNTAX},
	    {"2026-13-05x", MOMENT_E_SYNTAX},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct moment m = {.offset_s = 4711};

		if (moment_parse(cases[i].text, &m) != cases[i].answer || m.offset_s != 4711)
			fail_msg("%s", cases[i].text);
	}
}

/* What a text is in a zone, written back. */
static void texts_become_instants(void **state)
{
	static const struct {
		const char *zone, *text, *written;
	} cases[] = {
	    {"Europe/Paris", "2026-12-05T08:00", "2026-12-05T08:00+01:00"},
	    {"Europe/Paris", "2026-12-05", "2026-12-05T00:00+01:00"},
	    {"Europe/Paris", "2026-12-05T08:00:30Z", "2026-12-05T09:00:30+01:00"},
	    {"Europe/Paris", "2026-12-05T08:00-05:00", "2026-12-05T14:00+01:00"},
	    {"Europe/Paris", "2027-03-28T01:59", "2027-03-28T01:59+01:00"},
	    {"Europe/Paris", "2027-03-28T02:00", "2027-03-28T03:00+02:00"},
	    {"Europe/Paris", "2027-03-28T02:30", "2027-03-28T03:30+02:00"},
	    {"Europe/Paris", "2027-03-28T03:00", "2027-03-28T03:00+02:00"},
	    {"Europe/Paris", "2027-10-31T02:30", "2027-10-31T02:30+02:00"},
	    {"Europe/Paris", "2027-10-31T01:30Z", "2027-10-31T02:30+01:00"},
	    {"Europe/Paris", "2027-10-31T03:00", "2027-10-31T03:00+01:00"},
	    {"Europe/Paris", "2027-10-30T24:00", "2027-10-31T00:00+02:00"},
	    {"America/St_Johns", "2026-12-05T08:00", "2026-12-05T08:00-03:30"},
	    {"Asia/Kathmandu", "2026-12-05T08:00", "2026-12-05T08:00+05:45"},
	    {"UTC", "2026-12-05T08:00", "2026-12-05T08:00+00:00"},
	    {"Africa/Monrovia", "1970-06-01T00:00:00Z", "1970-05-31T23:16-00:44"},
	    {"Africa/Monrovia", "1970-06-01T00:00:00", "1970-06-01T00:00:30-00:44"},
	    {"Europe/Paris", "2199-12-31T24:00", "2200-01-01T00:00+01:00"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zone *z = zone_file_load(cases[i].zone);
		struct moment m;
		char buf[32];

		assert_int_equal(moment_parse(cases[i].text, &m), 0);
		assert_string_equal(moment_format(moment_utc(&m, z), z, buf, sizeof(buf)),
				    cases[i].written);
		zone_free(z);
	}
}

static void what_is_written_reads_the_same(void **state)
{
	static const char *const zones[] = {"Europe/Paris", "America/St_Johns", "Africa/Monrovia",
					    "Pacific/Apia", "Australia/Lord_Howe"};
	struct draw draw = {8};

	for (size_t k = 0; k < sizeof(zones) / sizeof(zones[0]); k++) {
		struct zone *z = zone_file_load(zones[k]);

		for (int i = 0; i < 10000; i++) {
			int64_t utc = draw_between(&draw, DAY_S, INT64_C(7258032000));
			struct moment m;
			char buf[32];

			assert_int_equal(moment_parse(moment_format(utc, z, buf, sizeof(buf)), &m),
					 0);
			assert_int_equal(moment_utc(&m, z), utc);
		}
		zone_free(z);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_read),
	    cmocka_unit_test(other_texts_are_refused),
	    cmocka_unit_test(texts_become_instants),
	    cmocka_unit_test(what_is_written_reads_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
