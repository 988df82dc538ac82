/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States of bookings in words, the time that is left, and the columns that show them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "client/nested.h"
#include "client/show_state.h"
#include "lib/state.h"
#include "tests/client/zone_of.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

static struct line decoded(struct arena *a, const char *text)
{
	struct line l;
	size_t at;
	assert_int_equal(line_decode(text, strlen(text), a, &l, &at), LINE_OK);
	return l;
}

/* A session at noon of 2026-12-04 in Paris. */
struct noon {
	struct cli cli;
	struct session s;
	struct zone *zone;
};

static void noon_begin(struct noon *n)
{
	*n = (struct noon){.zone = zone_of("Europe/Paris")};
	n->cli.now = instant_of(n->zone, "2026-12-04T12:00");
	n->cli.out.unicode = true;
	n->s = (struct session){.cli = &n->cli, .zone = n->zone};
	assert_int_equal(text_choose("en"), 0);
}

static void noon_end(struct noon *n)
{
	zone_free(n->zone);
	arena_clear(&n->cli.arena);
}

/* Whatever the core may say has French words, and a colour where it is not over. */
static void every_state_and_cause_has_words(void **state)
{
	assert_int_equal(text_choose("fr"), 0);
	for (int i = 0; i < N_BOOKING_STATES; i++) {
		const char *word = booking_state_words[i];
		assert_string_not_equal(show_state(word), word);
		assert_int_not_equal(state_colour(word), COLOUR_NONE);
	}
	for (int i = CAUSE_NONE + 1; i < N_CAUSES; i++)
		assert_string_not_equal(show_cause(cause_words[i]), cause_words[i]);
	assert_string_equal(show_state("unheard-of"), "unheard-of");
	assert_string_equal(show_cause("unheard-of"), "unheard-of");
	assert_int_equal(state_colour("unheard-of"), COLOUR_NONE);
}

static void standing(void **state)
{
	static const struct {
		const char *line, *expected, *french;
	} cases[] = {
	    {"booking state=confirmed", "confirmed", "confirmed"},
	    {"booking state=confirmed due-at=2026-12-04T14:00+01:00", "confirmed", "confirmed"},
	    {"booking state=waiting turn=2 of=3 due-at=2026-12-04T14:00+01:00", "waiting 2/3",
	     "waiting 2/3"},
	    {"booking state=displaced turn=1 of=1", "displaced 1/1", "displaced 1/1"},
	    {"booking state=held due-at=2026-12-04T15:20+01:00", "held (3h 20m left)",
	     "held (reste 3h 20m)"},
	    {"booking state=held due-at=2026-12-04T11:59+01:00", "held", "held"},
	    {"booking state=requested due-at=2026-12-06T12:00+01:00", "requested (2d left)",
	     "requested (reste 2j)"},
	    {"booking state=out due-at=2026-12-04T14:00+01:00", "out", "out"},
	    {"booking state=out due-at=2026-12-04T11:00+01:00", "out, late", "out, en retard"},
	    {"booking", NULL, NULL},
	};
	for (size_t i = 0; i < N(cases); i++) {
		struct noon n;
		noon_begin(&n);
		struct line l = decoded(&n.cli.arena, cases[i].line);
		const char *got = line_standing(&n.s, &l);
		assert_int_equal(text_choose("fr"), 0);
		const char *french = line_standing(&n.s, &l);
		if (cases[i].expected) {
			assert_string_equal(got, cases[i].expected);
			assert_string_equal(french, cases[i].french);
		} else {
			assert_null(got);
		}
		noon_end(&n);
	}
}

static void wishes(void **state)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
	    {"waiting from=2026-12-05T08:00+01:00 to=2026-12-05T11:00+01:00",
	     "Sat 5 Dec 08:00–11:00"},
	    {"waiting from=2026-12-05T08:00+01:00 to=2026-12-05T11:00+01:00 "
	     "within=2026-12-05T08:00+01:00/2026-12-05T20:00+01:00",
	     "3h within Sat 5 Dec 08:00–20:00"},
	    {"waiting from=2026-12-05T08:00+01:00 to=2026-12-05T09:30+01:00 within=broken",
	     "Sat 5 Dec 08:00–09:30"},
	};
	for (size_t i = 0; i < N(cases); i++) {
		struct noon n;
		noon_begin(&n);
		struct line l = decoded(&n.cli.arena, cases[i].line);
		assert_string_equal(line_wish(&n.s, &l), cases[i].expected);
		noon_end(&n);
	}
}

static void between(void **state)
{
	static const struct {
		const char *from, *to, *expected;
	} cases[] = {
	    {"2026-12-05T08:00+01:00", "2026-12-05T08:45+01:00", "45m"},
	    {"2026-10-25T01:00+02:00", "2026-10-25T04:00+01:00", "4h"},
	    {"2026-12-05T08:00+01:00", "2026-12-05T08:00+01:00", NULL},
	    {"2026-12-05T08:00+01:00", "2026-12-05T07:00+01:00", NULL},
	    {"2026-12-05T08:00+01:00", NULL, NULL},
	    {NULL, "2026-12-05T08:00+01:00", NULL},
	    {"soon", "later", NULL},
	};
	for (size_t i = 0; i < N(cases); i++) {
		struct noon n;
		noon_begin(&n);
		const char *got = show_between(&n.s, cases[i].from, cases[i].to);
		if (cases[i].expected)
			assert_string_equal(got, cases[i].expected);
		else
			assert_null(got);
		noon_end(&n);
	}
}

/* In a table the word is worded and coloured; what stands behind it stays. */
static void a_column_of_states(void **state)
{
	static const struct column columns[] = {
	    {"standing", {"State", "État"}, COLUMN_TABLE_ONLY | COLUMN_STATE},
	    {"state", {"State", "État"}, COLUMN_DATA_ONLY},
	};
	static const char *const row[] = {"waiting 2/3", "waiting"};
	static const struct {
		bool colour;
		const char *expected;
	} cases[] = {{false, "État\nen attente 2/3\n"}, {true, "\033["}};
	assert_int_equal(text_choose("fr"), 0);
	for (size_t i = 0; i < N(cases); i++) {
		char *bytes = NULL;
		size_t size = 0;
		struct screen screen = {.out = open_memstream(&bytes, &size),
					.unicode = true,
					.colour = cases[i].colour};
		struct sheet s;
		sheet_begin(&s, SHEET_TABLE, &screen, columns, N(columns));
		sheet_row(&s, row);
		sheet_end(&s);
		fclose(screen.out);
		if (cases[i].colour) {
			const char *cell = strstr(bytes, "en attente");
			assert_non_null(cell);
			assert_memory_equal(cell - strlen(screen_colour(&screen, COLOUR_BOLD)),
					    screen_colour(&screen, COLOUR_BOLD),
					    strlen(screen_colour(&screen, COLOUR_BOLD)));
		} else {
			assert_string_equal(bytes, cases[i].expected);
		}
		free(bytes);
	}
}

static void rows_within_a_row(void **state)
{
	static const struct column columns[] = {{"turn", {"Turn", "Rang"}, COLUMN_NUMBER},
						{"text", {"Text", "Texte"}, 0}};
	struct noon n;
	noon_begin(&n);
	struct line lines[] = {decoded(&n.cli.arena, "waiting booking=B7K3QF"),
			       decoded(&n.cli.arena, "ahead turn=1 text=\"a \\\"b\\\"\""),
			       decoded(&n.cli.arena, "ahead turn=2"),
			       decoded(&n.cli.arena, "waiting booking=B7K3QG")};
	struct reply r = {.data = lines, .n_data = N(lines)};
	assert_int_equal(lines_until(&r, 0, "waiting", NULL), 3);
	assert_int_equal(lines_until(&r, 3, "waiting", "offer"), 4);
	assert_string_equal(nested_rows(&n.s, &r, 0, 3, "ahead", columns, N(columns)),
			    "[\n {\"turn\": 1, \"text\": \"a \\\"b\\\"\"},\n {\"turn\": 2, "
			    "\"text\": null}\n]");
	assert_string_equal(nested_rows(&n.s, &r, 3, 4, "ahead", columns, N(columns)), "[]");
	assert_true(reply_has(&r, "ahead"));
	struct reply part = reply_part(&r, 3, 4);
	assert_false(reply_has(&part, "ahead"));
	noon_end(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_state_and_cause_has_words),
	    cmocka_unit_test(standing),
	    cmocka_unit_test(wishes),
	    cmocka_unit_test(between),
	    cmocka_unit_test(a_column_of_states),
	    cmocka_unit_test(rows_within_a_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
