/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Human times: what is read from which words, when, and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "client/show_time.h"
#include "client/text.h"
#include "client/when.h"
#include "tests/client/zone_of.h"

#define N(array) (sizeof(array) / sizeof(*(array)))
#define FRIDAY "2026-12-04T10:20" /* 4 December 2026 is a Friday */

struct point_case {
	const char *zone, *now, *said, *wire; /* wire NULL: `fault` at word `at` */
	int fault;
	size_t at;
};

static const struct point_case points[] = {
    {"Europe/Paris", FRIDAY, "today 14:00", "2026-12-04T14:00"},
    {"Europe/Paris", FRIDAY, "TODAY at 9:05", "2026-12-04T09:05"},
    {"Europe/Paris", FRIDAY, "tomorrow 9:00", "2026-12-05T09:00"},
    {"Europe/Paris", FRIDAY, "demain 9h", "2026-12-05T09:00"},
    {"Europe/Paris", FRIDAY, "demain à 9h30", "2026-12-05T09:30"},
    {"Europe/Paris", FRIDAY, "aujourd'hui 14h", "2026-12-04T14:00"},
    {"Europe/Paris", FRIDAY, "aujourd’hui 14h", "2026-12-04T14:00"},
    {"Europe/Paris", FRIDAY, "après-demain 8h", "2026-12-06T08:00"},
    {"Europe/Paris", FRIDAY, "Apres-Demain 8h", "2026-12-06T08:00"},
    {"Europe/Paris", FRIDAY, "hier 8h", "2026-12-03T08:00"},
    {"Europe/Paris", FRIDAY, "mon 8:30", "2026-12-07T08:30"},
    {"Europe/Paris", FRIDAY, "lundi 14h30", "2026-12-07T14:30"},
    {"Europe/Paris", FRIDAY, "LUNDI 14H30", "2026-12-07T14:30"},
    {"Europe/Paris", FRIDAY, "fri 11:00", "2026-12-04T11:00"}, /* still ahead: today */
    {"Europe/Paris", FRIDAY, "fri 10:20", "2026-12-11T10:20"}, /* now: the next one */
    {"Europe/Paris", FRIDAY, "fri 9:00", "2026-12-11T09:00"},
    {"Europe/Paris", FRIDAY, "friday", "2026-12-04"},
    {"Europe/Paris", FRIDAY, "mar 9h", "2026-12-08T09:00"}, /* mardi, not March */
    {"Europe/Paris", FRIDAY, "5 mar 9h", "2027-03-05T09:00"},
    {"Europe/Paris", FRIDAY, "5 dec 14:00", "2026-12-05T14:00"},
    {"Europe/Paris", FRIDAY, "le 5 décembre à 14h", "2026-12-05T14:00"},
    {"Europe/Paris", FRIDAY, "4 déc. 14h", "2026-12-04T14:00"},
    {"Europe/Paris", FRIDAY, "3 dec 14:00", "2027-12-03T14:00"}, /* gone: the next one */
    {"Europe/Paris", FRIDAY, "dec 5 14:00", "2026-12-05T14:00"},
    {"Europe/Paris", FRIDAY, "1er mai 2027 8h", "2027-05-01T08:00"},
    {"Europe/Paris", FRIDAY, "29 feb 8:00", "2028-02-29T08:00"}, /* the next there is */
    {"Europe/Paris", FRIDAY, "sam. 5 déc. 08:00", "2026-12-05T08:00"},
    {"Europe/Paris", FRIDAY, "sat 6 dec 8:00", NULL, WHEN_E_WEEKDAY, 0},
    {"Europe/Paris", FRIDAY, "2026-12-05 08:00", "2026-12-05T08:00"},
    {"Europe/Paris", FRIDAY, "2026-12-05T08:00", "2026-12-05T08:00"},
    {"Europe/Paris", FRIDAY, "2026-12-05T07:00Z", "2026-12-05T08:00+01:00"},
    {"Europe/Paris", FRIDAY, "2026-12-05", "2026-12-05"},
    {"Europe/Paris", FRIDAY, "14:00", "2026-12-04T14:00"},
    {"Europe/Paris", FRIDAY, "24:00", "2026-12-05T00:00"},
    {"Europe/Paris", FRIDAY, "midi", "2026-12-04T12:00"},
    {"Europe/Paris", FRIDAY, "+3d 9:00", "2026-12-07T09:00"},
    {"Europe/Paris", FRIDAY, "+3j 9h", "2026-12-07T09:00"},
    {"Europe/Paris", FRIDAY, "+1w", "2026-12-11"},
    {"Europe/Paris", FRIDAY, "+2h", "2026-12-04T12:20+01:00"},
    {"Europe/Paris", FRIDAY, "+1h30", "2026-12-04T11:50+01:00"},
    {"Europe/Paris", "2026-12-04T10:20:01", "now", "2026-12-04T10:21+01:00"}, /* never before now */
    /* the clock: forward on 28 March 2027 at 02:00, back on 31 October 2027 at 03:00 */
    {"Europe/Paris", "2027-03-27T22:00", "+6h", "2027-03-28T05:00+02:00"},
    {"Europe/Paris", "2027-03-27T22:00", "tomorrow 2:30", "2027-03-28T02:30"},
    {"Europe/Paris", "2027-10-30T22:00", "+6h", "2027-10-31T03:00+01:00"},
    {"Europe/Paris", "2027-10-30T22:00", "demain 9h", "2027-10-31T09:00"},
    {"Europe/Paris", "2026-12-31T23:59", "tomorrow 0:00", "2027-01-01T00:00"},
    /* the same instant is another day elsewhere */
    {"Pacific/Auckland", "2026-12-05T00:30", "tomorrow 9:00", "2026-12-06T09:00"},
    {"America/Martinique", "2026-12-04T19:30", "demain 9h", "2026-12-05T09:00"},
    {"UTC", "2026-12-04T23:30", "+1h", "2026-12-05T00:30+00:00"},
    {"Europe/Paris", FRIDAY, "", NULL, WHEN_E_MISSING, 0},
    {"Europe/Paris", FRIDAY, "tomorow 9:00", NULL, WHEN_E_WORD, 0},
    {"Europe/Paris", FRIDAY, "tomorrow 9", NULL, WHEN_E_WORD, 1},
    {"Europe/Paris", FRIDAY, "tomorrow 9am", NULL, WHEN_E_AM_PM, 1},
    {"Europe/Paris", FRIDAY, "tomorrow 9:30pm", NULL, WHEN_E_AM_PM, 1},
    {"Europe/Paris", FRIDAY, "tomorrow 25:00", NULL, WHEN_E_RANGE, 1},
    {"Europe/Paris", FRIDAY, "tomorrow 9:60", NULL, WHEN_E_RANGE, 1},
    {"Europe/Paris", FRIDAY, "tomorrow 24:30", NULL, WHEN_E_RANGE, 1},
    {"Europe/Paris", FRIDAY, "tomorrow 9:5", NULL, WHEN_E_WORD, 1},
    {"Europe/Paris", FRIDAY, "2026-02-30 8:00", NULL, WHEN_E_RANGE, 0},
    {"Europe/Paris", FRIDAY, "31 feb 8:00", NULL, WHEN_E_RANGE, 2},
    {"Europe/Paris", FRIDAY, "2026-13-01", NULL, WHEN_E_RANGE, 0},
    {"Europe/Paris", FRIDAY, "5/12 8:00", "2026-12-05T08:00"},
    {"Europe/Paris", FRIDAY, "05/12/2027 8:00", "2027-12-05T08:00"},
    {"Europe/Paris", FRIDAY, "3/12 8:00", "2027-12-03T08:00"},
    {"Europe/Paris", FRIDAY, "12/13 8:00", NULL, WHEN_E_RANGE, 0},
    {"Europe/Paris", FRIDAY, "31/2 8:00", NULL, WHEN_E_RANGE, 1},
    {"Europe/Paris", FRIDAY, "5/12/26 8:00", NULL, WHEN_E_RANGE, 0},
    {"Europe/Paris", FRIDAY, "5/12/ 8:00", NULL, WHEN_E_RANGE, 0},
    {"Europe/Paris", FRIDAY, "lun. 5/12 8:00", NULL, WHEN_E_WEEKDAY, 0},
    {"Europe/Paris", FRIDAY, "demain 9 h", "2026-12-05T09:00"},
    {"Europe/Paris", FRIDAY, "demain à 14 h 30", "2026-12-05T14:30"},
    {"Europe/Paris", FRIDAY, "demain 9 heures", "2026-12-05T09:00"},
    {"Europe/Paris", FRIDAY, "minuit", "2026-12-05T00:00"},
    {"Europe/Paris", FRIDAY, "sat midnight", "2026-12-06T00:00"},
    {"Europe/Paris", FRIDAY, "demain midi", "2026-12-05T12:00"},
    {"Europe/Paris", FRIDAY, "lundi prochain 9h", "2026-12-07T09:00"},
    {"Europe/Paris", FRIDAY, "vendredi prochain 18h", "2026-12-11T18:00"},
    {"Europe/Paris", FRIDAY, "next fri 18:00", "2026-12-11T18:00"},
    {"Europe/Paris", FRIDAY, "next 18:00", NULL, WHEN_E_WORD, 0},
    {"Europe/Paris", FRIDAY, "sat 9:00 sun", NULL, WHEN_E_WORD, 2},
    {"Europe/Paris", FRIDAY, "at", NULL, WHEN_E_MISSING, 1},
    {"Europe/Paris", FRIDAY, "+", NULL, WHEN_E_WORD, 0},
    {"Europe/Paris", FRIDAY, "+0h", NULL, WHEN_E_WORD, 0},
};

static void read_points(void **state)
{
	for (size_t i = 0; i < N(points); i++) {
		const struct point_case *c = &points[i];
		struct arena a = {0};
		struct zone *z = zone_of(c->zone);
		struct when_clock clock = {.now = instant_of(z, c->now), .zone = z};
		struct when_words w = when_split(&a, &c->said, 1);
		struct when_point p;
		size_t at = 99;
		int fault = when_point_parse(&w, &clock, &p, &at);
		if (fault != c->fault || (c->wire && strcmp(when_wire(&a, &p, z), c->wire) != 0) ||
		    (!c->wire && at != c->at))
			fail_msg("\"%s\": fault %d at %zu, %s", c->said, fault, at,
				 fault ? "" : when_wire(&a, &p, z));
		zone_free(z);
		arena_clear(&a);
	}
}

struct span_case {
	const char *said, *from, *end; /* end: a wire time, or `for ` and a length; NULL: open */
	int fault;
	size_t at;
};

static const struct span_case spans[] = {
    {"tomorrow 9:00 3h", "2026-12-05T09:00", "for 3h"},
    {"demain 9h 3h", "2026-12-05T09:00", "for 3h"},
    {"demain 9h", "2026-12-05T09:00", NULL},
    {"2026-12-05 08:00 4h", "2026-12-05T08:00", "for 4h"},
    {"sat 9:00 12:00", "2026-12-05T09:00", "2026-12-05T12:00"},
    {"sat 9:00 - 12:00", "2026-12-05T09:00", "2026-12-05T12:00"},
    {"sat 9:00-12:00", "2026-12-05T09:00", "2026-12-05T12:00"},
    {"sat 9:00–12:00", "2026-12-05T09:00", "2026-12-05T12:00"},
    {"sat 9:00 -12:00", "2026-12-05T09:00", "2026-12-05T12:00"},
    {"sat 9:00 to 12:00", "2026-12-05T09:00", "2026-12-05T12:00"},
    {"sat from 9:00 until 12:00", "2026-12-05T09:00", "2026-12-05T12:00"},
    {"samedi 9h-12h", "2026-12-05T09:00", "2026-12-05T12:00"},
    {"samedi de 9h à 12h", "2026-12-05T09:00", "2026-12-05T12:00"},
    {"samedi 9h jusqu'à 12h30", "2026-12-05T09:00", "2026-12-05T12:30"},
    {"samedi 9h pour 12h", "2026-12-05T09:00", "for 12h"},
    {"samedi 9h pendant 2 heures", "2026-12-05T09:00", "for 2h"},
    {"sat 9:00 for 90m", "2026-12-05T09:00", "for 1h30m"},
    {"sat 9:00 1h30", "2026-12-05T09:00", "for 1h30m"},
    {"sat 9:00 2 days", "2026-12-05T09:00", "for 2d"},
    {"sat 9:00 2j", "2026-12-05T09:00", "for 2d"},
    {"sat 9:00 12h", "2026-12-05T09:00", "for 12h"}, /* a clock time, then a length */
    {"samedi 9h 12h", NULL, NULL, WHEN_E_AMBIGUOUS, 2},
    {"samedi 9h 9h30", NULL, NULL, WHEN_E_AMBIGUOUS, 2},
    {"samedi 22h 2h", "2026-12-05T22:00", "for 2h"},
    {"sat 22:00 2:00", "2026-12-05T22:00", "2026-12-06T02:00"}, /* past midnight */
    {"sat 22:00-24:00", "2026-12-05T22:00", "2026-12-06T00:00"},
    {"sat 9:00 sun 18:00", "2026-12-05T09:00", "2026-12-06T18:00"},
    {"sat 9:00 to sun 18:00", "2026-12-05T09:00", "2026-12-06T18:00"},
    {"2026-12-05 08:00 2026-12-07 09:00", "2026-12-05T08:00", "2026-12-07T09:00"},
    {"2026-12-05T08:00 2026-12-05T12:00", "2026-12-05T08:00", "2026-12-05T12:00"},
    {"2026-12-05 3d", "2026-12-05", "for 3d"},
    {"+2h 1h", "2026-12-04T12:20+01:00", "for 1h"},
    {"tomorrow 9:00 -2h", NULL, NULL, WHEN_E_MINUS, 2},
    {"tomorrow 9:00 -12h30", NULL, NULL, WHEN_E_MINUS, 2},
    {"tomorrow 9:00 -90m", NULL, NULL, WHEN_E_MINUS, 2},
    {"tomorrow 9:00 - 12h", "2026-12-05T09:00", "2026-12-05T12:00"},
    {"sam 20h - minuit", "2026-12-05T20:00", "2026-12-06T00:00"},
    {"sam 9 h 3 h", "2026-12-05T09:00", "for 3h"},
    {"sam 9 h 12 h", NULL, NULL, WHEN_E_AMBIGUOUS, 2},
    {"sam 9 h 30 minutes", "2026-12-05T09:00", "for 30m"},
    {"tomorrow 9:00 3x", NULL, NULL, WHEN_E_WORD, 2},
    {"tomorrow 9:00 to", NULL, NULL, WHEN_E_MISSING, 3},
    {"tomorrow 9:00 for", NULL, NULL, WHEN_E_MISSING, 3},
    {"tomorrow 9:00 3h please", NULL, NULL, WHEN_E_WORD, 3},
    {"tomorrow 9:00 0h", NULL, NULL, WHEN_E_WORD, 2},
    {"tomorrow 9:00 99999 weeks", NULL, NULL, WHEN_E_RANGE, 4},
    {"van tomorrow 9:00 3h", NULL, NULL, WHEN_E_WORD, 0},
};

static const char *span_end(struct arena *a, const struct when_span *s, const struct zone *z)
{
	char buf[40];
	if (s->end == WHEN_FOR)
		return arena_printf(a, "for %s", duration_format(s->length, buf, sizeof(buf)));
	return s->end == WHEN_TO ? when_wire(a, &s->to, z) : NULL;
}

static void read_spans(void **state)
{
	struct zone *z = zone_of("Europe/Paris");
	struct when_clock clock = {.now = instant_of(z, FRIDAY), .zone = z};
	for (size_t i = 0; i < N(spans); i++) {
		const struct span_case *c = &spans[i];
		struct arena a = {0};
		struct when_words w = when_split(&a, &c->said, 1);
		struct when_span s;
		size_t at = 99;
		int fault = when_span_parse(&w, &clock, &s, &at);
		if (fault != c->fault || (fault && at != c->at))
			fail_msg("\"%s\": fault %d at %zu", c->said, fault, at);
		const char *end = fault ? NULL : span_end(&a, &s, z);
		if (!fault && (strcmp(when_wire(&a, &s.from, z), c->from) != 0 || !end != !c->end ||
			       (end && strcmp(end, c->end) != 0)))
			fail_msg("\"%s\": %s, %s", c->said, when_wire(&a, &s.from, z), end);
		arena_clear(&a);
	}
	zone_free(z);
}

struct stretch_case {
	const char *said, *first, *last;
};

static const struct stretch_case stretches[] = {
    {"2026", "2026-01-01", "2027-01-01"},
    {"2026-01", "2026-01-01", "2026-02-01"},
    {"2026-12", "2026-12-01", "2027-01-01"},
    {"2026-12-31", "2026-12-31", "2027-01-01"},
    {"2026-12-31 12:00", "2026-12-31T12:00", "2026-12-31T12:00"},
    {"today", "2026-12-04", "2026-12-05"},
};

static void read_stretches_of_days(void **state)
{
	struct zone *z = zone_of("Europe/Paris");
	struct when_clock clock = {.now = instant_of(z, FRIDAY), .zone = z};
	for (size_t i = 0; i < N(stretches); i++) {
		struct arena a = {0};
		struct when_words w = when_split(&a, &stretches[i].said, 1);
		struct when_point first, last;
		size_t at;
		assert_int_equal(when_first_parse(&w, &clock, &first, &at), WHEN_OK);
		assert_int_equal(when_last_parse(&w, &clock, &last, &at), WHEN_OK);
		assert_string_equal(when_wire(&a, &first, z), stretches[i].first);
		assert_string_equal(when_wire(&a, &last, z), stretches[i].last);
		arena_clear(&a);
	}
	zone_free(z);
}

static void a_time_without_a_day_is_of_the_base(void **state)
{
	struct zone *z = zone_of("Europe/Paris");
	const struct civil_date base = {2027, 1, 9};
	struct when_clock clock = {.now = instant_of(z, FRIDAY), .zone = z, .base = &base};
	struct arena a = {0};
	const char *said = "14:00-16:00";
	struct when_words w = when_split(&a, &said, 1);
	struct when_span s;
	size_t at;
	assert_int_equal(when_span_parse(&w, &clock, &s, &at), WHEN_OK);
	assert_string_equal(when_wire(&a, &s.from, z), "2027-01-09T14:00");
	assert_string_equal(when_wire(&a, &s.to, z), "2027-01-09T16:00");
	arena_clear(&a);
	zone_free(z);
}

static void a_day_that_has_begun_is_a_week_ahead(void **state)
{
	static const struct {
		const char *said, *wire;
		int32_t second;
	} cases[] = {
	    {"fri", "2026-12-11", 0},	{"fri", "2026-12-04", 11 * 3600}, {"sat", "2026-12-05", 0},
	    {"today", "2026-12-04", 0}, {"2026-12-04", "2026-12-04", 0},
	};
	struct zone *z = zone_of("Europe/Paris");
	struct when_clock clock = {.now = instant_of(z, FRIDAY), .zone = z};
	for (size_t i = 0; i < N(cases); i++) {
		struct arena a = {0};
		struct when_words w = when_split(&a, &cases[i].said, 1);
		struct when_point p;
		size_t at;
		assert_int_equal(when_point_parse(&w, &clock, &p, &at), WHEN_OK);
		when_skip_past(&p, &clock, cases[i].second);
		assert_string_equal(when_wire(&a, &p, z), cases[i].wire);
		arena_clear(&a);
	}
	zone_free(z);
}

static void five_hours_or_five_o_clock(void **state)
{
	static const struct {
		const char *said;
		bool perhaps;
	} cases[] = {{"fri 5h", true},
		     {"tomorrow 5h", true},
		     {"fri at 5h", false},
		     {"fri 5:00", false},
		     {"5h", false}};
	struct zone *z = zone_of("Europe/Paris");
	struct when_clock clock = {.now = instant_of(z, FRIDAY), .zone = z};
	for (size_t i = 0; i < N(cases); i++) {
		struct arena a = {0};
		struct when_words w = when_split(&a, &cases[i].said, 1);
		struct when_span s;
		size_t at;
		assert_int_equal(when_span_parse(&w, &clock, &s, &at), WHEN_OK);
		assert_int_equal(s.from.perhaps_length, cases[i].perhaps);
		arena_clear(&a);
	}
	zone_free(z);
}

static void read_back(const char *language, struct civil_time from, struct civil_time to,
		      bool unicode)
{
	struct zone *z = zone_of("Europe/Paris");
	struct when_clock clock = {.now = instant_of(z, FRIDAY), .zone = z};
	struct screen screen = {.unicode = unicode};
	struct arena a = {0};
	struct when_span s;
	size_t at;
	assert_int_equal(text_choose(language), 0);
	const char *shown = show_span(&screen, &a, from, to, (struct civil_date){2026, 12, 4});
	struct when_words w = when_split(&a, &shown, 1);
	if (when_span_parse(&w, &clock, &s, &at) != WHEN_OK ||
	    civil_time_compare(s.from.local, from) != 0 || civil_time_compare(s.to.local, to) != 0)
		fail_msg("\"%s\" does not read back", shown);
	arena_clear(&a);
	zone_free(z);
}

static void what_is_shown_reads_back(void **state)
{
	static const int64_t lengths_min[] = {30, 240, 600, 14 * 60, 26 * 60, 3 * 1440};
	struct civil_time first = {.date = {2026, 12, 4}, .second = 10 * 3600};
	for (int64_t day = 0; day < 400; day += 3) {
		struct civil_time from = {.date = civil_add_days(first.date, day),
					  .second = first.second};
		struct civil_time to =
		    civil_from_seconds(civil_seconds(from) + lengths_min[day / 3 % 6] * 60);
		read_back("en", from, to, day % 2);
		read_back("fr", from, to, day % 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(read_points),
	    cmocka_unit_test(read_spans),
	    cmocka_unit_test(read_stretches_of_days),
	    cmocka_unit_test(a_time_without_a_day_is_of_the_base),
	    cmocka_unit_test(a_day_that_has_begun_is_a_week_ahead),
	    cmocka_unit_test(five_hours_or_five_o_clock),
	    cmocka_unit_test(what_is_shown_reads_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
