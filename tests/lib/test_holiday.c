/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Tests public holidays: Easter against another algorithm (Knuth's, after Clavius) for every year
 * of the calendar, the dates of 2026 to 2030 by hand, each region's own days, dates with two names,
 * and the two questions against each other for every date of 1990 to 2100.
 */

#include "lib/holiday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define N(array) (sizeof(array) / sizeof(array[0]))

static bool same_date(struct civil_date d, int32_t year, int month, int day)
{
	return d.year == year && d.month == month && d.day == day;
}

/* The Art of Computer Programming, 1.3.2, exercise 14: golden number, century, corrections of sun
 * and moon, Sunday, epact, the full moon on or after 21 March, the Sunday after it. */
static struct civil_date easter_of_clavius(int32_t year)
{
	int32_t golden = year % 19 + 1, century = year / 100 + 1;
	int32_t sun = 3 * century / 4 - 12, moon = (8 * century + 5) / 25 - 5;
	int32_t sunday = 5 * year / 4 - sun - 10;
	int32_t epact = ((11 * golden + 20 + moon - sun) % 30 + 30) % 30;
	int32_t day;

	if ((epact == 25 && golden > 11) || epact == 24)
		epact++;
	day = 44 - epact;
	if (day < 21)
		day += 30;
	day += 7 - (sunday + day) % 7;
	return day > 31 ? (struct civil_date){year, 4, (uint8_t)(day - 31)}
			: (struct civil_date){year, 3, (uint8_t)day};
}

static void easter_of_every_year(void **state)
{
	for (int32_t year = 1583; year <= HOLIDAY_YEAR_MAX; year++) {
		struct civil_date a = easter(year), b = easter_of_clavius(year);

		assert_int_equal(civil_date_compare(a, b), 0);
		assert_int_equal(civil_weekday(a), SUNDAY);
	}
}

static void the_dates_of_the_next_years(void **state)
{
	static const struct {
		int32_t year;
		uint8_t good_friday[2], easter_monday[2], ascension[2], whit_monday[2];
	} cases[] = {
	    {2026, {4, 3}, {4, 6}, {5, 14}, {5, 25}},	{2027, {3, 26}, {3, 29}, {5, 6}, {5, 17}},
	    {2028, {4, 14}, {4, 17}, {5, 25}, {6, 5}},	{2029, {3, 30}, {4, 2}, {5, 10}, {5, 21}},
	    {2030, {4, 19}, {4, 22}, {5, 30}, {6, 10}},
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct holiday h[HOLIDAYS_MAX];
		size_t n = holidays_of(HOLIDAYS_ALSACE_MOSELLE_TEMPLE, cases[i].year, h);
		int32_t y = cases[i].year;

		assert_int_equal(n, 13);
		assert_true(same_date(h[0].date, y, 1, 1));
		assert_true(
		    same_date(h[1].date, y, cases[i].good_friday[0], cases[i].good_friday[1]));
		assert_true(
		    same_date(h[2].date, y, cases[i].easter_monday[0], cases[i].easter_monday[1]));
		assert_true(same_date(h[3].date, y, 5, 1));
		for (size_t k = 4; k < 7; k++)
			assert_true(
			    same_date(h[k].date, y, 5, 8) ||
			    same_date(h[k].date, y, cases[i].ascension[0], cases[i].ascension[1]) ||
			    same_date(h[k].date, y, cases[i].whit_monday[0],
				      cases[i].whit_monday[1]));
		assert_true(same_date(h[7].date, y, 7, 14));
		assert_true(same_date(h[8].date, y, 8, 15));
		assert_true(same_date(h[9].date, y, 11, 1));
		assert_true(same_date(h[10].date, y, 11, 11));
		assert_true(same_date(h[11].date, y, 12, 25));
		assert_true(same_date(h[12].date, y, 12, 26));
	}
}

/* What each region has beyond the country's, of a year and before. */
static void what_regions_add(void **state)
{
	static const struct {
		enum holiday_region region;
		int32_t year;
		uint8_t month, day;
		bool is_one;
	} cases[] = {
	    {HOLIDAYS_FR, 2027, 3, 26, false},
	    {HOLIDAYS_FR, 2027, 12, 26, false},
	    {HOLIDAYS_ALSACE_MOSELLE, 2027, 3, 26, false},
	    {HOLIDAYS_ALSACE_MOSELLE, 2027, 12, 26, true},
	    {HOLIDAYS_ALSACE_MOSELLE_TEMPLE, 2027, 3, 26, true},
	    {HOLIDAYS_ALSACE_MOSELLE_TEMPLE, 2027, 12, 26, true},
	    {HOLIDAYS_MAYOTTE, 2027, 4, 27, true},
	    {HOLIDAYS_MAYOTTE, 1990, 4, 27, true},
	    {HOLIDAYS_MARTINIQUE, 2027, 5, 22, true},
	    {HOLIDAYS_GUADELOUPE, 2027, 5, 27, true},
	    {HOLIDAYS_SAINT_MARTIN, 2027, 5, 27, true},
	    {HOLIDAYS_SAINT_MARTIN, 2027, 5, 28, false},
	    {HOLIDAYS_SAINT_MARTIN, 1990, 5, 27, true},
	    {HOLIDAYS_GUYANE, 2027, 6, 10, true},
	    {HOLIDAYS_SAINT_BARTHELEMY, 2027, 10, 9, true},
	    {HOLIDAYS_SAINT_BARTHELEMY, 1990, 10, 9, true},
	    {HOLIDAYS_SAINT_BARTHELEMY, 1990, 5, 27, false},
	    {HOLIDAYS_REUNION, 2027, 12, 20, true},
	    {HOLIDAYS_FR, 2027, 12, 20, false},
	    {HOLIDAYS_NONE, 2027, 1, 1, false},
	};
	struct holiday h;

	for (size_t i = 0; i < N(cases); i++) {
		struct civil_date d = {cases[i].year, cases[i].month, cases[i].day};

		if (holiday_on(cases[i].region, d, &h) != cases[i].is_one)
			fail_msg("case %zu: %s on %d-%02d-%02d", i,
				 holiday_region_words[cases[i].region], (int)d.year, d.month,
				 d.day);
		if (cases[i].is_one)
			assert_false(h.regions & (1u << HOLIDAYS_FR));
	}
}

static void a_date_with_two_names(void **state)
{
	static const struct {
		enum holiday_region region;
		struct civil_date date;
		const char *en, *fr;
	} cases[] = {
	    {HOLIDAYS_FR, {2008, 5, 1}, "Labour Day, Ascension", "Fête du Travail, Ascension"},
	    {HOLIDAYS_FR, {2059, 5, 8}, "Victory 1945, Ascension", "Victoire 1945, Ascension"},
	    {HOLIDAYS_FR, {2027, 3, 29}, "Easter Monday", "Lundi de Pâques"},
	    {HOLIDAYS_GUYANE,
	     {2030, 6, 10},
	     "Whit Monday, Abolition of slavery",
	     "Lundi de Pentecôte, Abolition de l'esclavage"},
	};
	struct arena a = {0};

	for (size_t i = 0; i < N(cases); i++) {
		struct holiday h;

		assert_true(holiday_on(cases[i].region, cases[i].date, &h));
		assert_string_equal(holiday_name(&h, HOLIDAY_EN, &a), cases[i].en);
		assert_string_equal(holiday_name(&h, HOLIDAY_FR, &a), cases[i].fr);
		assert_true(h.regions & (1u << HOLIDAYS_FR));
	}
	arena_clear(&a);
}

static void a_year_is_its_dates(void **state)
{
	for (enum holiday_region r = HOLIDAYS_NONE; r < N_HOLIDAY_REGIONS; r++)
		for (int32_t year = 1990; year <= 2100; year++) {
			struct holiday all[HOLIDAYS_MAX], one;
			size_t n = holidays_of(r, year, all), k = 0, names = 0;

			for (struct civil_date d = {year, 1, 1}; d.year == year;
			     d = civil_add_days(d, 1)) {
				if (!holiday_on(r, d, &one))
					continue;
				assert_true(k < n);
				assert_int_equal(civil_date_compare(all[k].date, d), 0);
				assert_int_equal(all[k].n_names, one.n_names);
				assert_int_equal(all[k++].regions, one.regions);
				names += one.n_names;
			}
			assert_int_equal(k, n);
			assert_int_equal(names, r == HOLIDAYS_NONE		      ? 0
						: r == HOLIDAYS_FR		      ? 11
						: r == HOLIDAYS_ALSACE_MOSELLE_TEMPLE ? 13
										      : 12);
		}
}

static void regions_by_word(void **state)
{
	enum holiday_region r;

	for (enum holiday_region i = HOLIDAYS_FR; i < N_HOLIDAY_REGIONS; i++) {
		assert_int_equal(holiday_region_from_word(holiday_region_words[i], &r), 0);
		assert_int_equal(r, i);
	}
	assert_true(holiday_region_from_word("", &r) > 0);
	assert_true(holiday_region_from_word("fr", &r) > 0);
	assert_true(holiday_region_from_word("FR-alsace", &r) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(easter_of_every_year), cmocka_unit_test(the_dates_of_the_next_years),
	    cmocka_unit_test(what_regions_add),	    cmocka_unit_test(a_date_with_two_names),
	    cmocka_unit_test(a_year_is_its_dates),  cmocka_unit_test(regions_by_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
