/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of the agenda, from canned lines of AGENDA. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "client/agenda.h"
#include "client/text.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

static const char *const day[] = {
    "resource name=van title=\"Fourgon 12 m³\" zone=Europe/Paris",
    "lane resource=van lane=1 unit=van-1",
    "lane resource=van lane=2 unit=van-2",
    "open resource=van from=2026-12-05T08:00+01:00 to=2026-12-05T20:00+01:00",
    "taken resource=van lane=1 unit=van-1 from=2026-12-05T09:00+01:00 to=2026-12-05T12:00+01:00 "
    "blocked-from=2026-12-05T09:00+01:00 blocked-to=2026-12-05T12:30+01:00 member=m11 "
    "member-name=Hors-Sol",
    "taken resource=van lane=2 unit=van-2 from=2026-12-05T18:00+01:00 to=2026-12-06T10:00+01:00 "
    "blocked-from=2026-12-05T17:30+01:00 blocked-to=2026-12-06T10:30+01:00 member=m02 "
    "member-name=\"La Remise\" "
    "booking=B7K3QF purpose=Marché",
    "something new=yes",
    "taken resource=van lane=2 from=broken to=2026-12-05T12:00+01:00 member=m02",
};

struct drawing {
	const char *const *lines;
	size_t n_lines;
	unsigned width, days;
	bool colour, unicode;
	const char *member;
	struct civil_time now;
};

static char *drawn(const struct drawing *d)
{
	struct arena a = {0};
	struct line *lines = arena_new_n(&a, struct line, d->n_lines);
	char *bytes = NULL;
	size_t size = 0, at;
	for (size_t i = 0; i < d->n_lines; i++)
		assert_int_equal(line_decode(d->lines[i], strlen(d->lines[i]), &a, &lines[i], &at),
				 LINE_OK);
	struct screen screen = {.out = open_memstream(&bytes, &size),
				.width = d->width,
				.colour = d->colour,
				.unicode = d->unicode};
	struct agenda agenda;
	agenda_read(&a, lines, d->n_lines, &agenda);
	agenda_draw(&agenda, &(struct agenda_view){.screen = &screen,
						   .first = {2026, 12, 5},
						   .days = d->days,
						   .member = d->member,
						   .now = d->now});
	fclose(screen.out);
	arena_clear(&a);
	return bytes;
}

static void expect(const struct drawing *d, const char *expected)
{
	char *got = drawn(d);
	assert_string_equal(got, expected);
	free(got);
}

static const struct civil_time later = {.date = {2026, 11, 30}};

static void a_day(void **state)
{
	expect(&(struct drawing){day, N(day), 80, 1, false, true, "m02", later},
	       "Fourgon 12 m³ · Sat 5 Dec · Europe/Paris\n"
	       "\n"
	       "       08  09  10  11  12  13  14  15  16  17  18  19  20  21  22  23  24\n"
	       " van-1 ····▐ Hors-Sol ▒░░······························                \n"
	       " van-2 ······································░░▐ La Remise ████████████\n"
	       "\n"
	       " · free   ▒ taken   █ yours   ░ buffer   ␣ closed\n");
}

static void a_day_in_ascii(void **state)
{
	expect(
	    &(struct drawing){day, N(day), 60, 1, false, false, "m02", {{2026, 12, 5}, 14 * 3600}},
	    "Fourgon 12 m³ - Sat 5 Dec - Europe/Paris\n"
	    "\n"
	    "       08    10    12    14    16    18    20    22    24\n"
	    " van-1 ...[ m11 ###~~......................            \n"
	    " van-2 ............................~~[ La Remise ======\n"
	    "                         ^ now\n"
	    "\n"
	    " . free   # taken   = yours   ~ buffer   _ closed\n");
}

static void two_days(void **state)
{
	expect(&(struct drawing){day, N(day), 60, 2, false, true, "", later},
	       "Fourgon 12 m³ · Sat 5 Dec – Sun 6 Dec · Europe/Paris\n"
	       "\n"
	       "                  00  04  08  12  16  20  24\n"
	       " Sat 5 Dec  van-1         ·▐▒▒░·······    \n"
	       "            van-2         ·········░▐ m02 \n"
	       " Sun 6 Dec  van-1                         \n"
	       "            van-2 ▐ La Rem… ░             \n"
	       "\n"
	       " · free   ▒ taken   █ yours   ░ buffer   ␣ closed\n");
}

static void colours_end(void **state)
{
	expect(&(struct drawing){day, N(day), 50, 1, true, true, "m02", later},
	       "\033[1mFourgon 12 m³ · Sat 5 Dec\033[0m · Europe/Paris\n"
	       "\n"
	       "       08  10  12  14  16  18  20  22  24\n"
	       " van-1 \033[2m··\033[0m\033[97;44m▏m11  "
	       "\033[0m\033[2m░\033[0m\033[2m···············\033[0m        \n"
	       " van-2 \033[2m···················\033[0m\033[2m░\033[0m\033[30;42m▏La Remise  "
	       "\033[0m\n"
	       "\n"
	       " \033[2m·\033[0m free   \033[97;44m \033[0m taken   \033[30;42m \033[0m yours   "
	       "\033[2m░\033[0m buffer\n"
	       " ␣ closed\n");
}

/* No line is ever wider than the screen, whatever the screen. */
static void it_fits(void **state)
{
	for (unsigned width = 24; width < 200; width++)
		for (unsigned days = 1; days < 9; days += 6) {
			char *got = drawn(&(struct drawing){day, N(day), width, days, false,
							    width % 2, "m02", later});
			char *rest = got, *line;
			while ((line = strsep(&rest, "\n")))
				if (text_width(line) > (width < 40 ? 40 : width))
					fail_msg("%u columns: \"%s\"", width, line);
			free(got);
		}
}

static void nothing_to_draw(void **state)
{
	static const char *const none[] = {"resource name=x title=X zone=UTC",
					   "lane resource=x lane=1"};
	expect(&(struct drawing){none, N(none), 60, 1, false, false, "", later},
	       "X - Sat 5 Dec - UTC\n"
	       "\n"
	       "   08  09  10  11  12  13  14  15  16  17  18\n"
	       " x                                         \n"
	       "\n"
	       " . free   # taken   = yours   ~ buffer   _ closed\n");
}

static int setup(void **state)
{
	setenv("LC_ALL", "C.UTF-8", 1);
	return screen_locale() ? text_choose("en") : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_day),	cmocka_unit_test(a_day_in_ascii),
	    cmocka_unit_test(two_days), cmocka_unit_test(colours_end),
	    cmocka_unit_test(it_fits),	cmocka_unit_test(nothing_to_draw),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
