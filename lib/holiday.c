/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The public holidays of France, one row each, computed as dates.
 *
 * Overseas, the days on which slavery is remembered are holidays since loi 83-550, on the dates of
 * décret 83-1003 of 23 November 1983, in the Code du travail since 2016 (L3422-2). Today's dates
 * are given for every year: that Saint-Barthélemy had those of Guadeloupe until décret 2012-553 is
 * of no use to a calendar of bookings. At Saint-Martin 28 May is kept in practice since 2019;
 * L3422-2 says 27 May, and so does this table.
 *
 * Whit Monday stayed a holiday when it became the day of solidarity in 2004.
 */
#include "lib/holiday.h"

#include <string.h>

#define REGION(r) (UINT32_C(1) << HOLIDAYS_##r)
#define ALL ((UINT32_C(1) << N_HOLIDAY_REGIONS) - 2)
#define THREE_DEPARTMENTS (REGION(ALSACE_MOSELLE) | REGION(ALSACE_MOSELLE_TEMPLE))

const char *const holiday_region_words[N_HOLIDAY_REGIONS] = {
    [HOLIDAYS_NONE] = "",
    [HOLIDAYS_FR] = "FR",
    [HOLIDAYS_ALSACE_MOSELLE] = "FR-alsace-moselle",
    [HOLIDAYS_ALSACE_MOSELLE_TEMPLE] = "FR-alsace-moselle-temple",
    [HOLIDAYS_GUADELOUPE] = "FR-guadeloupe",
    [HOLIDAYS_MARTINIQUE] = "FR-martinique",
    [HOLIDAYS_GUYANE] = "FR-guyane",
    [HOLIDAYS_REUNION] = "FR-reunion",
    [HOLIDAYS_MAYOTTE] = "FR-mayotte",
    [HOLIDAYS_SAINT_BARTHELEMY] = "FR-saint-barthelemy",
    [HOLIDAYS_SAINT_MARTIN] = "FR-saint-martin",
};

struct row {
	uint8_t month, day;   /* month 0: counted from Easter Sunday */
	int16_t after_easter; /* days */
	uint32_t regions;
	const char *names[N_HOLIDAY_LANGUAGES];
};

#define ABOLITION                                                                                  \
	{                                                                                          \
		"Abolition of slavery", "Abolition de l'esclavage"                                 \
	}

static const struct row rows[] = {
    {1, 1, 0, ALL, {"New Year's Day", "Jour de l'an"}},
    {0, 0, -2, REGION(ALSACE_MOSELLE_TEMPLE), {"Good Friday", "Vendredi saint"}},
    {0, 0, 1, ALL, {"Easter Monday", "Lundi de Pâques"}},
    {4, 27, 0, REGION(MAYOTTE), ABOLITION},
    {5, 1, 0, ALL, {"Labour Day", "Fête du Travail"}},
    {5, 8, 0, ALL, {"Victory 1945", "Victoire 1945"}},
    {0, 0, 39, ALL, {"Ascension", "Ascension"}},
    {5, 22, 0, REGION(MARTINIQUE), ABOLITION},
    {5, 27, 0, REGION(GUADELOUPE) | REGION(SAINT_MARTIN), ABOLITION},
    {0, 0, 50, ALL, {"Whit Monday", "Lundi de Pentecôte"}},
    {6, 10, 0, REGION(GUYANE), ABOLITION},
    {7, 14, 0, ALL, {"National Day", "Fête nationale"}},
    {8, 15, 0, ALL, {"Assumption", "Assomption"}},
    {10, 9, 0, REGION(SAINT_BARTHELEMY), ABOLITION},
    {11, 1, 0, ALL, {"All Saints' Day", "Toussaint"}},
    {11, 11, 0, ALL, {"Armistice 1918", "Armistice 1918"}},
    {12, 20, 0, REGION(REUNION), ABOLITION},
    {12, 25, 0, ALL, {"Christmas Day", "Noël"}},
    {12, 26, 0, THREE_DEPARTMENTS, {"Second day of Christmas", "Saint-Étienne"}},
};
enum { N_ROWS = sizeof(rows) / sizeof(*rows) };

int holiday_region_from_word(const char *word, enum holiday_region *ret)
{
	for (enum holiday_region r = HOLIDAYS_FR; r < N_HOLIDAY_REGIONS; r++)
		if (strcmp(word, holiday_region_words[r]) == 0) {
			*ret = r;
			return 0;
		}
	return 1;
}

/* The "anonymous" algorithm of 1876 (Butcher; Meeus, Astronomical Algorithms, 8). */
struct civil_date easter(int32_t year)
{
	int32_t golden = year % 19, century = year / 100, of_century = year % 100;
	int32_t moon = (century + 8) / 25;
	int32_t epact = (19 * golden + century - century / 4 - (century - moon + 1) / 3 + 15) % 30;
	int32_t sunday =
	    (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
	int32_t late = (golden + 11 * epact + 22 * sunday) / 451;
	int32_t day = epact + sunday - 7 * late + 114;

	return (struct civil_date){year, (uint8_t)(day / 31), (uint8_t)(day % 31 + 1)};
}

static bool row_holds(const struct row *r, enum holiday_region region)
{
	return r->regions & (UINT32_C(1) << region);
}

static void add_name(struct holiday *h, const struct row *r)
{
	h->names[h->n_names++] = r->names;
	h->regions |= r->regions;
}

/* Easter holidays lie between Good Friday, 20 March at the earliest, and Whit Monday, 14 June at
 * the latest. */
static bool is_near_easter(struct civil_date d)
{
	return d.month >= 3 && d.month <= 6;
}

bool holiday_on(enum holiday_region region, struct civil_date d, struct holiday *ret)
{
	struct holiday h = {.date = d};
	int64_t after_easter = INT64_MIN;

	if (region == HOLIDAYS_NONE)
		return false;
	if (is_near_easter(d))
		after_easter = civil_days(d) - civil_days(easter(d.year));
	for (const struct row *r = rows; r < rows + N_ROWS; r++) {
		bool is_on = r->month ? r->month == d.month && r->day == d.day
				      : r->after_easter == after_easter;

		if (is_on && row_holds(r, region))
			add_name(&h, r);
	}
	if (h.n_names == 0)
		return false;
	if (ret)
		*ret = h;
	return true;
}

static struct civil_date row_date(const struct row *r, int32_t year)
{
	if (r->month)
		return (struct civil_date){year, r->month, r->day};
	return civil_add_days(easter(year), r->after_easter);
}

size_t holidays_of(enum holiday_region region, int32_t year, struct holiday ret[HOLIDAYS_MAX])
{
	size_t n = 0;

	for (const struct row *r = rows; r < rows + N_ROWS; r++) {
		struct civil_date date = row_date(r, year);
		size_t i = n;

		if (!row_holds(r, region))
			continue;
		while (i > 0 && civil_date_compare(ret[i - 1].date, date) > 0)
			i--;
		if (i > 0 && civil_date_compare(ret[i - 1].date, date) == 0) {
			add_name(&ret[i - 1], r);
			continue;
		}
		memmove(&ret[i + 1], &ret[i], (n++ - i) * sizeof(*ret));
		ret[i] = (struct holiday){.date = date};
		add_name(&ret[i], r);
	}
	return n;
}

const char *holiday_name(const struct holiday *h, enum holiday_language l, struct arena *a)
{
	if (h->n_names == 1)
		return h->names[0][l];
	return arena_printf(a, "%s, %s", h->names[0][l], h->names[1][l]);
}
