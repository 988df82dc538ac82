/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Tests zones against the C library, which reads the same files with code of its own, and against
 * brute force for the way from local time to UTC; malformed files are made byte by byte.
 */

#include "lib/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "tests/lib/zone_file.h"

#define YEAR_S INT64_C(31556952)
#define YEAR(n) (((n)-1970) * YEAR_S)

static const char *const zones[] = {
    "Europe/Paris",	   "America/St_Johns",
    "Australia/Lord_Howe", "Africa/Casablanca",
    "Pacific/Apia",	   "Asia/Kathmandu",
    "America/Sao_Paulo",   "Europe/Dublin",
    "America/Nuuk",	   "UTC",
};
enum { N_ZONES = sizeof(zones) / sizeof(zones[0]) };

static void libc_use(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

static int64_t libc_offset_s(int64_t utc)
{
	time_t t = utc;
	struct tm tm;

	assert_non_null(localtime_r(&t, &tm));
	return tm.tm_gmtoff;
}

static void check_offset(const struct zone *z, int64_t utc)
{
	if (zone_offset_s(z, utc) != libc_offset_s(utc))
		fail_msg("%s at %lld: %d, libc has %lld", zone_name(z), (long long)utc,
			 zone_offset_s(z, utc), (long long)libc_offset_s(utc));
}

/* The first instant in (before, after] that has the offset of `after`. */
static int64_t libc_change(int64_t before, int64_t after)
{
	int64_t offset_s = libc_offset_s(after);

	while (after - before > 1) {
		int64_t middle = before + (after - before) / 2;

		if (libc_offset_s(middle) == offset_s)
			after = middle;
		else
			before = middle;
	}
	return after;
}

/* Where the clock changes between two years; at least as far as a look every five days shows. */
static size_t libc_changes(int64_t from, int64_t to, int64_t *changes, size_t room)
{
	const int64_t step = 5 * DAY_S;
	size_t n = 0;

	for (int64_t at = from; at < to && n < room; at += step)
		if (libc_offset_s(at) != libc_offset_s(at + step))
			changes[n++] = libc_change(at, at + step);
	return n;
}

static void offsets_are_those_of_libc(void **state)
{
	struct draw draw = {42};

	for (size_t k = 0; k < N_ZONES; k++) {
		struct zone *z = zone_file_load(zones[k]);

		libc_use(zones[k]);
		for (int i = 0; i < 10000; i++)
			check_offset(z, draw_between(&draw, YEAR(1950), YEAR(2150)));
		for (int i = 0; i < 3000; i++)
			check_offset(z, draw_between(&draw, YEAR(1800), YEAR(9000)));
		zone_free(z);
	}
}

static void every_change_is_on_its_second(void **state)
{
	enum { ROOM = 1024 };
	int64_t changes[ROOM];

	for (size_t k = 0; k < N_ZONES; k++) {
		struct zone *z = zone_file_load(zones[k]);
		size_t n;

		libc_use(zones[k]);
		n = libc_changes(YEAR(1950), YEAR(2150), changes, ROOM);
		for (size_t i = 0; i < n; i++) {
			check_offset(z, changes[i] - 1);
			check_offset(z, changes[i]);
		}
		n = libc_changes(YEAR(2430), YEAR(2450), changes,
				 ROOM); /* where the table repeats */
		for (size_t i = 0; i < n; i++) {
			check_offset(z, changes[i] - 1);
			check_offset(z, changes[i]);
		}
		zone_free(z);
	}
}

struct expected {
	enum zone_fit fit;
	int64_t utc;
};

/* Tries every offset there ever was since 1950: they are quarters of an hour. */
static struct expected libc_to_utc(int64_t local_s)
{
	const int64_t reach = 26 * 3600;
	struct expected e = {.fit = ZONE_GAP};
	int n = 0;

	for (int64_t utc = local_s - reach; utc <= local_s + reach; utc += 900)
		if (utc + libc_offset_s(utc) == local_s && n++ == 0)
			e = (struct expected){ZONE_UNIQUE, utc};
	if (n > 1)
		e.fit = ZONE_OVERLAP;
	if (n == 0) { /* local time jumps over it just once */
		int64_t before = local_s - reach, after = local_s + reach;

		while (after - before > 1) {
			int64_t middle = before + (after - before) / 2;

			if (middle + libc_offset_s(middle) > local_s)
				after = middle;
			else
				before = middle;
		}
		e.utc = after + (local_s - (after + libc_offset_s(before)));
	}
	return e;
}

static void check_to_utc(const struct zone *z, int64_t local_s, int *n_fits)
{
	struct expected e = libc_to_utc(local_s);
	int64_t utc;
	enum zone_fit fit = zone_to_utc(z, civil_from_seconds(local_s), &utc);

	if (fit != e.fit || utc != e.utc)
		fail_msg("%s local %lld: fit %d at %lld, brute force has %d at %lld", zone_name(z),
			 (long long)local_s, fit, (long long)utc, e.fit, (long long)e.utc);
	n_fits[fit]++;
}

static void local_times_are_found_as_by_brute_force(void **state)
{
	enum { ROOM = 1024 };
	struct draw draw = {4711};
	int64_t changes[ROOM];
	int n_fits[3] = {0};

	for (size_t k = 0; k < N_ZONES; k++) {
		struct zone *z = zone_file_load(zones[k]);
		size_t n;

		libc_use(zones[k]);
		n = libc_changes(YEAR(1950), YEAR(2150), changes, ROOM);
		for (int i = 0; i < 100; i++)
			check_to_utc(z, draw_between(&draw, YEAR(1950), YEAR(2150)), n_fits);
		for (int i = 0; i < 250 && n; i++) {
			int64_t change = changes[draw_below(&draw, n)];
			int64_t edge =
			    change + libc_offset_s(change - (int64_t)draw_below(&draw, 2));

			check_to_utc(z, edge + draw_between(&draw, -7500, 7500), n_fits);
			check_to_utc(z, edge + draw_between(&draw, -1, 1), n_fits);
		}
		zone_free(z);
	}
	for (int fit = 0; fit < 3; fit++)
		assert_true(n_fits[fit] > 100);
}

static int64_t utc_of(int32_t year, int month, int day, int hour, int minute)
{
	return civil_seconds(
	    (struct civil_time){{year, (uint8_t)month, (uint8_t)day}, hour * 3600 + minute * 60});
}

static void the_clock_changes_of_france(void **state)
{
	static const struct {
		int32_t year;
		uint8_t month, day;
		bool forward;
	} cases[] = {
	    {2026, 3, 29, true}, {2026, 10, 25, false}, {2027, 3, 28, true}, {2027, 10, 31, false},
	    {2028, 3, 26, true}, {2028, 10, 29, false}, {2029, 3, 25, true}, {2029, 10, 28, false},
	    {2030, 3, 31, true}, {2030, 10, 27, false},
	};
	struct zone *z = zone_file_load("Europe/Paris");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t change = utc_of(cases[i].year, cases[i].month, cases[i].day, 1, 0);

		assert_int_equal(zone_offset_s(z, change - 1), cases[i].forward ? 3600 : 7200);
		assert_int_equal(zone_offset_s(z, change), cases[i].forward ? 7200 : 3600);
	}
	zone_free(z);
}

static void skipped_and_repeated_local_times(void **state)
{
	static const struct {
		const char *zone;
		struct civil_time local;
		enum zone_fit fit;
		int64_t behind_utc_s; /* utc - local */
	} cases[] = {
	    {"Europe/Paris", {{2027, 3, 28}, 7199}, ZONE_UNIQUE, -3600},
	    {"Europe/Paris", {{2027, 3, 28}, 7200}, ZONE_GAP, -3600},
	    {"Europe/Paris", {{2027, 3, 28}, 9000}, ZONE_GAP, -3600}, /* 02:30 is 03:30+02:00 */
	    {"Europe/Paris", {{2027, 3, 28}, 10800}, ZONE_UNIQUE, -7200},
	    {"Europe/Paris", {{2027, 10, 31}, 7199}, ZONE_UNIQUE, -7200},
	    {"Europe/Paris", {{2027, 10, 31}, 9000}, ZONE_OVERLAP, -7200},
	    {"Europe/Paris", {{2027, 10, 31}, 10799}, ZONE_OVERLAP, -7200},
	    {"Europe/Paris", {{2027, 10, 31}, 10800}, ZONE_UNIQUE, -3600},
	    {"Europe/Paris", {{2150, 3, 29}, 9000}, ZONE_GAP, -3600},
	    {"Europe/Paris", {{2950, 3, 29}, 9000}, ZONE_GAP, -3600},
	    {"Pacific/Apia", {{2011, 12, 30}, 43200}, ZONE_GAP, 36000}, /* a day left out */
	    {"America/Sao_Paulo", {{2018, 11, 4}, 0}, ZONE_GAP, 10800}, /* no midnight */
	    {"Australia/Lord_Howe", {{2027, 4, 4}, 6300}, ZONE_OVERLAP, -39600}, /* half an hour */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zone *z = zone_file_load(cases[i].zone);
		int64_t utc;

		assert_int_equal(zone_to_utc(z, cases[i].local, &utc), cases[i].fit);
		assert_int_equal(utc, civil_seconds(cases[i].local) + cases[i].behind_utc_s);
		zone_free(z);
	}
}

static void days_keep_the_local_time(void **state)
{
	struct zone *z = zone_file_load("Europe/Paris");
	int64_t saturday = utc_of(2027, 3, 27, 8, 0), second = utc_of(2027, 10, 31, 1, 30);

	assert_int_equal(zone_add_days(z, saturday, 1), utc_of(2027, 3, 28, 7, 0));
	assert_int_equal(zone_add_days(z, saturday, 2), saturday + 2 * DAY_S - 3600);
	assert_int_equal(zone_add_days(z, utc_of(2027, 3, 28, 7, 0), -1), saturday);
	assert_int_equal(zone_add_days(z, utc_of(2027, 3, 27, 1, 30), 1),
			 utc_of(2027, 3, 28, 1, 30));
	assert_int_equal(zone_add_days(z, second, 0), second); /* not the first 02:30 */
	assert_int_equal(zone_add_days(z, second, 1), second + DAY_S);
	/* rest from Saturday 22:00, 11 hours of it, ends at 10:00 */
	assert_int_equal(zone_to_local(z, utc_of(2027, 3, 27, 21, 0) + 11 * 3600).second,
			 10 * 3600);
	zone_free(z);
}

/* A file made by hand: a version 1 block without anything and a version 2 block with up to 4
 * transitions. */
struct made {
	uint8_t version;
	uint32_t n_ut, n_standard, n_leaps, n_transitions, n_types, n_chars;
	int64_t times[4];
	uint8_t kinds[4];
	int32_t offsets[2];
	const char *footer;
};

static const struct made sound = {
    .version = '2',
    .n_transitions = 2,
    .n_types = 2,
    .n_chars = 4,
    .times = {1000, 2000},
    .kinds = {1, 0},
    .offsets = {3600, 7200},
    .footer = "\nCET-1\n",
};

static uint8_t *put(uint8_t *at, uint64_t value, int n_bytes)
{
	for (int i = n_bytes - 1; i >= 0; i--)
		*at++ = (uint8_t)(value >> (8 * i));
	return at;
}

static uint8_t *put_header(uint8_t *at, const struct made *m)
{
	memcpy(at, "TZif", 4);
	at[4] = m->version;
	memset(at + 5, 0, 15);
	at = put(put(put(at + 20, m->n_ut, 4), m->n_standard, 4), m->n_leaps, 4);
	return put(put(put(at, m->n_transitions, 4), m->n_types, 4), m->n_chars, 4);
}

static size_t make(const struct made *m, uint8_t *bytes, size_t room)
{
	const struct made nothing = {.version = m->version};
	uint32_t n = m->n_transitions < 4 ? m->n_transitions : 4;
	uint8_t *at = put_header(put_header(bytes, &nothing), m);

	for (uint32_t i = 0; i < n; i++)
		at = put(at, (uint64_t)m->times[i], 8);
	for (uint32_t i = 0; i < n; i++)
		at = put(at, m->kinds[i], 1);
	for (uint32_t i = 0; i < 2 && i < m->n_types; i++)
		at = put(put(at, (uint32_t)m->offsets[i], 4), 0, 2);
	for (uint32_t i = 0; i < 4 && i < m->n_chars; i++)
		at = put(at, "CET"[i], 1);
	at = put(at, 0, (int)(m->n_ut <= 2 ? m->n_ut : 0));
	at = put(at, 0, (int)(m->n_standard <= 2 ? m->n_standard : 0));
	if (m->n_leaps == 1)
		at = put(put(at, 0, 8), 0, 4);
	memcpy(at, m->footer, strlen(m->footer));
	at += strlen(m->footer);
	assert_true((size_t)(at - bytes) <= room);
	return (size_t)(at - bytes);
}

/* In a block of its exact size, so that a sanitizer sees a read beyond. */
static int try_zone(const uint8_t *bytes, size_t n, struct zone **ret)
{
	uint8_t *exact = malloc(n ? n : 1);
	int r;

	memcpy(exact, bytes, n);
	r = zone_new(exact, n, "Test/Made", ret);
	free(exact);
	return r;
}

static int try_made(struct made m, struct zone **ret)
{
	uint8_t bytes[512];

	return try_zone(bytes, make(&m, bytes, sizeof(bytes)), ret);
}

static void a_sound_file_made_by_hand_is_taken(void **state)
{
	struct made no_footer = sound, with_flags = sound;
	struct zone *z;

	assert_int_equal(try_made(sound, &z), ZONE_OK);
	assert_string_equal(zone_name(z), "Test/Made");
	assert_int_equal(zone_offset_s(z, INT64_MIN), 3600);
	assert_int_equal(zone_offset_s(z, 999), 3600);
	assert_int_equal(zone_offset_s(z, 1000), 7200);
	assert_int_equal(zone_offset_s(z, 1999), 7200);
	assert_int_equal(zone_offset_s(z, 2000), 3600);
	assert_int_equal(zone_offset_s(z, INT64_MAX), 3600);
	zone_free(z);

	no_footer.footer = "\n\n";
	assert_int_equal(try_made(no_footer, &z), ZONE_OK);
	assert_int_equal(zone_offset_s(z, INT64_MAX), 3600);
	zone_free(z);

	with_flags.n_ut = with_flags.n_standard = 2;
	assert_int_equal(try_made(with_flags, &z), ZONE_OK);
	zone_free(z);
}

static struct made sound_but(void (*spoil)(struct made *))
{
	struct made m = sound;

	spoil(&m);
	return m;
}

#define SPOIL(name, what)                                                                          \
	static void name(struct made *m)                                                           \
	{                                                                                          \
		what;                                                                              \
	}
SPOIL(version_1, m->version = 0)
SPOIL(unsorted, m->times[1] = 999)
SPOIL(twice_the_same, m->times[1] = 1000)
SPOIL(kind_unknown, m->kinds[1] = 2)
SPOIL(no_types, m->n_types = 0)
SPOIL(no_chars, m->n_chars = 0)
SPOIL(too_many_types, m->n_types = 257)
SPOIL(absurd_transitions, m->n_transitions = UINT32_MAX)
SPOIL(absurd_types, m->n_types = UINT32_MAX)
SPOIL(absurd_chars, m->n_chars = UINT32_MAX)
SPOIL(absurd_leaps, m->n_leaps = UINT32_MAX)
SPOIL(counts_leaps, m->n_leaps = 1)
SPOIL(flags_of_some_types, m->n_ut = 1)
SPOIL(standards_of_some_types, m->n_standard = 1)
SPOIL(offset_too_far_east, m->offsets[1] = 93600)
SPOIL(offset_too_far_west, m->offsets[0] = -90000)
SPOIL(offset_least, m->offsets[0] = INT32_MIN)
SPOIL(after_year_9999, m->times[1] = 253402300800)
SPOIL(at_the_end_of_time, m->times[1] = INT64_MAX)
SPOIL(before_the_big_bang, m->times[0] = INT64_MIN)
SPOIL(footer_missing, m->footer = "")
SPOIL(footer_without_end, m->footer = "\nCET-1")
SPOIL(footer_without_begin, m->footer = "CET-1\n")
SPOIL(footer_unreadable, m->footer = "\nCET\n")

static void unsound_files_are_refused(void **state)
{
	static void (*const spoilers[])(struct made *) = {
	    version_1,
	    unsorted,
	    twice_the_same,
	    kind_unknown,
	    no_types,
	    no_chars,
	    too_many_types,
	    absurd_transitions,
	    absurd_types,
	    absurd_chars,
	    absurd_leaps,
	    counts_leaps,
	    flags_of_some_types,
	    standards_of_some_types,
	    offset_too_far_east,
	    offset_too_far_west,
	    offset_least,
	    after_year_9999,
	    at_the_end_of_time,
	    before_the_big_bang,
	    footer_missing,
	    footer_without_end,
	    footer_without_begin,
	    footer_unreadable,
	};

	for (size_t i = 0; i < sizeof(spoilers) / sizeof(spoilers[0]); i++) {
		struct zone *z = NULL;

		if (try_made(sound_but(spoilers[i]), &z) != ZONE_E_MALFORMED)
			fail_msg("case %zu was taken", i);
		assert_null(z);
	}
	zone_free(NULL);
}

static void no_prefix_of_a_file_is_taken(void **state)
{
	struct zone *z = NULL;
	size_t n;
	uint8_t *bytes = zone_file_read("America/St_Johns", &n);

	for (size_t i = 0; i < n; i++)
		assert_int_equal(try_zone(bytes, i, &z), ZONE_E_MALFORMED);
	assert_int_equal(try_zone(bytes, n, &z), ZONE_OK);
	zone_free(z);
	free(bytes);
}

/* The rule of a footer, alone in a file: the C library reads the same text from TZ. */
static struct zone *zone_of_rule(const char *rule)
{
	struct made m = sound;
	char footer[128] = "\n";
	struct zone *z = NULL;

	m.n_transitions = 0;
	m.offsets[0] = 0;
	m.footer = strcat(strcat(footer, rule), "\n");
	return try_made(m, &z) == ZONE_OK ? z : NULL;
}

static void rules_are_computed_as_libc_does(void **state)
{
	static const char *const rules[] = {
	    "CET-1CEST,M3.5.0,M10.5.0/3",
	    "EST5EDT,M3.2.0,M11.1.0",
	    "NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01",
	    "NZST-12NZDT,M9.5.0,M4.1.0/3",
	    "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
	    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
	    "IST-2IDT,M3.4.4/26,M10.5.0",
	    "EET-2EEST,M3.4.4/50,M10.4.4/50",
	    "IST-1GMT0,M10.5.0,M3.5.0/1",
	    "AAA3BBB,J60,J300/3:30:30",
	    "AAA3BBB,J59,J301/1",
	    "AAA3BBB2:30,59,299/25",
	    "AAA-14BBB-15,M12.5.6/2,M2.5.3/-24",
	    "<+0545>-5:45",
	    "UTC0",
	};
	struct draw draw = {31};

	for (size_t k = 0; k < sizeof(rules) / sizeof(rules[0]); k++) {
		struct zone *z = zone_of_rule(rules[k]);

		if (!z)
			fail_msg("%s refused", rules[k]);
		libc_use(rules[k]);
		for (int i = 0; i < 2000; i++) {
			int64_t at = draw_between(&draw, YEAR(1970), YEAR(2900));

			if (zone_offset_s(z, at) != libc_offset_s(at))
				fail_msg("%s at %lld: %d, libc has %lld", rules[k], (long long)at,
					 zone_offset_s(z, at), (long long)libc_offset_s(at));
		}
		zone_free(z);
	}
}

static void summer_may_last_all_year(void **state)
{
	struct zone *z = zone_of_rule("EST5EDT,0/0,J365/25");

	for (int64_t at = YEAR(2020); at < YEAR(2060); at += 1800)
		assert_int_equal(zone_offset_s(z, at), -4 * 3600);
	zone_free(z);
}

static void unreadable_rules_are_refused(void **state)
{
	static const char *const rules[] = {
	    "CE-1",
	    "CET",
	    "CET-1CEST",
	    "CET-25",
	    "CET-1:60",
	    "CET-1CEST,M3.5.0",
	    "CET-1CEST,M13.5.0,M10.5.0",
	    "CET-1CEST,M0.5.0,M10.5.0",
	    "CET-1CEST,M3.6.0,M10.5.0",
	    "CET-1CEST,M3.0.0,M10.5.0",
	    "CET-1CEST,M3.5.7,M10.5.0",
	    "CET-1CEST,M3.5.0/168,M10.5.0",
	    "CET-1CEST,J0,J300",
	    "CET-1CEST,J366,J300",
	    "CET-1CEST,366,300",
	    "CET-1CEST,M3.5.0,M10.5.0,",
	    "CET-1CEST,M3.5.0,M10.5.0/3x",
	    "<+01-1",
	    "<>-1",
	    "CET-1C,M3.5.0,M10.5.0",
	    "CET--1",
	    "CET-1 CEST,M3.5.0,M10.5.0",
	    "CET-9999999999",
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (zone_of_rule(rules[i]))
			fail_msg("%s was taken", rules[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(offsets_are_those_of_libc),
	    cmocka_unit_test(every_change_is_on_its_second),
	    cmocka_unit_test(local_times_are_found_as_by_brute_force),
	    cmocka_unit_test(the_clock_changes_of_france),
	    cmocka_unit_test(skipped_and_repeated_local_times),
	    cmocka_unit_test(days_keep_the_local_time),
	    cmocka_unit_test(a_sound_file_made_by_hand_is_taken),
	    cmocka_unit_test(unsound_files_are_refused),
	    cmocka_unit_test(no_prefix_of_a_file_is_taken),
	    cmocka_unit_test(rules_are_computed_as_libc_does),
	    cmocka_unit_test(summer_may_last_all_year),
	    cmocka_unit_test(unreadable_rules_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
