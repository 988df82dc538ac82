/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the public holidays of a year: `holidays 2027 FR-alsace-moselle`. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/holiday.h"

static int year_from_word(const char *word, int32_t *ret)
{
	size_t digits = strspn(word, "0123456789");

	if (digits != 4 || word[digits] != '\0')
		return 1;
	*ret = atoi(word);
	return *ret < HOLIDAY_YEAR_MIN;
}

static int usage(const char *why)
{
	fprintf(stderr, "holidays: %s\nusage: holidays YEAR REGION; YEAR from %d to %d, REGION ",
		why, HOLIDAY_YEAR_MIN, HOLIDAY_YEAR_MAX);
	for (enum holiday_region r = HOLIDAYS_FR; r < N_HOLIDAY_REGIONS; r++)
		fprintf(stderr, "%s%s", r == HOLIDAYS_FR ? "" : ", ", holiday_region_words[r]);
	fputc('\n', stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct holiday holidays[HOLIDAYS_MAX];
	struct arena a = {0};
	enum holiday_region region;
	int32_t year;
	size_t n;

	if (argc != 3)
		return usage("a year and a region are needed");
	if (year_from_word(argv[1], &year) != 0)
		return usage("unknown year");
	if (holiday_region_from_word(argv[2], &region) != 0)
		return usage("unknown region");
	n = holidays_of(region, year, holidays);
	for (size_t i = 0; i < n; i++)
		printf("%04d-%02d-%02d %s\n", (int)holidays[i].date.year, holidays[i].date.month,
		       holidays[i].date.day, holiday_name(&holidays[i], HOLIDAY_FR, &a));
	arena_clear(&a);
	return 0;
}
