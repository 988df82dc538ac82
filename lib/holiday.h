/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The public holidays of France, as dates: those of the whole country (Code du travail, L3133-1),
 * those added in Bas-Rhin, Haut-Rhin and Moselle (L3134-13) and overseas (L3422-2).
 *
 * A date that two holidays fall on is one holiday with two names (Ascension on 1 May 2008).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/civil.h"

enum holiday_region {
	HOLIDAYS_NONE,
	HOLIDAYS_FR,
	HOLIDAYS_ALSACE_MOSELLE,	/* a commune without a Protestant temple or mixed church */
	HOLIDAYS_ALSACE_MOSELLE_TEMPLE, /* one with: Good Friday as well */
	HOLIDAYS_GUADELOUPE,
	HOLIDAYS_MARTINIQUE,
	HOLIDAYS_GUYANE,
	HOLIDAYS_REUNION,
	HOLIDAYS_MAYOTTE,
	HOLIDAYS_SAINT_BARTHELEMY,
	HOLIDAYS_SAINT_MARTIN,
	N_HOLIDAY_REGIONS
};
/* "FR", "FR-alsace-moselle", …; that of HOLIDAYS_NONE is "". */
extern const char *const holiday_region_words[N_HOLIDAY_REGIONS];
int holiday_region_from_word(const char *word, enum holiday_region *ret); /* > 0: unknown */

enum holiday_language { HOLIDAY_EN, HOLIDAY_FR, N_HOLIDAY_LANGUAGES };

struct holiday {
	struct civil_date date;
	size_t n_names;		     /* 1 or 2 */
	const char *const *names[2]; /* each by language */
	uint32_t regions;	     /* where the date is a holiday: a bit per region */
};

/* From the first year that all of the present rules but those of Saint-Barthélemy held for. */
#define HOLIDAY_YEAR_MIN 1984
#define HOLIDAY_YEAR_MAX 9999
#define HOLIDAYS_MAX 14 /* of a region in a year */

/* Those of a year in order of date; returns how many. */
size_t holidays_of(enum holiday_region region, int32_t year, struct holiday ret[HOLIDAYS_MAX]);
/* Whether the date is one there; ret may be NULL. */
bool holiday_on(enum holiday_region region, struct civil_date d, struct holiday *ret);
/* "Fête du Travail, Ascension"; in the arena where there are two. */
const char *holiday_name(const struct holiday *h, enum holiday_language l, struct arena *a);

/* Easter Sunday in the Gregorian calendar. */
struct civil_date easter(int32_t year);
