/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The single words of human times, English and French. */
#include "client/when_word.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct word_value {
	const char *word;
	int value;
};

static const struct word_value weekdays[] = {
    {"mon", MONDAY},	 {"monday", MONDAY},	  {"lun", MONDAY},	{"lundi", MONDAY},
    {"tue", TUESDAY},	 {"tues", TUESDAY},	  {"tuesday", TUESDAY}, {"mar", TUESDAY},
    {"mardi", TUESDAY},	 {"wed", WEDNESDAY},	  {"weds", WEDNESDAY},	{"wednesday", WEDNESDAY},
    {"mer", WEDNESDAY},	 {"mercredi", WEDNESDAY}, {"thu", THURSDAY},	{"thur", THURSDAY},
    {"thurs", THURSDAY}, {"thursday", THURSDAY},  {"jeu", THURSDAY},	{"jeudi", THURSDAY},
    {"fri", FRIDAY},	 {"friday", FRIDAY},	  {"ven", FRIDAY},	{"vendredi", FRIDAY},
    {"sat", SATURDAY},	 {"saturday", SATURDAY},  {"sam", SATURDAY},	{"samedi", SATURDAY},
    {"sun", SUNDAY},	 {"sunday", SUNDAY},	  {"dim", SUNDAY},	{"dimanche", SUNDAY},
    {NULL, 0},
};

static const struct word_value days[] = {
    {"today", 0},      {"tod", 0},	    {"aujourd'hui", 0}, {"aujourdhui", 0},
    {"auj", 0},	       {"tomorrow", 1},	    {"tmrw", 1},	{"tom", 1},
    {"demain", 1},     {"apres-demain", 2}, {"apresdemain", 2}, {"overmorrow", 2},
    {"yesterday", -1}, {"hier", -1},	    {"avant-hier", -2}, {NULL, 0},
};

static const struct word_value months[] = {
    {"jan", 1},	      {"january", 1},	{"janv", 1},	  {"janvier", 1},   {"feb", 2},
    {"february", 2},  {"fev", 2},	{"fevr", 2},	  {"fevrier", 2},   {"mar", 3},
    {"march", 3},     {"mars", 3},	{"apr", 4},	  {"april", 4},	    {"avr", 4},
    {"avril", 4},     {"may", 5},	{"mai", 5},	  {"jun", 6},	    {"june", 6},
    {"juin", 6},      {"jul", 7},	{"july", 7},	  {"juil", 7},	    {"juillet", 7},
    {"aug", 8},	      {"august", 8},	{"aou", 8},	  {"aout", 8},	    {"sep", 9},
    {"sept", 9},      {"september", 9}, {"septembre", 9}, {"oct", 10},	    {"october", 10},
    {"octobre", 10},  {"nov", 11},	{"november", 11}, {"novembre", 11}, {"dec", 12},
    {"december", 12}, {"decembre", 12}, {NULL, 0},
};

enum { UNIT_MINUTE = 60, UNIT_HOUR = 3600, UNIT_DAY = -1, UNIT_WEEK = -7 };
static const struct word_value units[] = {
    {"m", UNIT_MINUTE},	      {"min", UNIT_MINUTE},
    {"mins", UNIT_MINUTE},    {"minute", UNIT_MINUTE},
    {"minutes", UNIT_MINUTE}, {"h", UNIT_HOUR},
    {"hour", UNIT_HOUR},      {"hours", UNIT_HOUR},
    {"heure", UNIT_HOUR},     {"heures", UNIT_HOUR},
    {"d", UNIT_DAY},	      {"day", UNIT_DAY},
    {"days", UNIT_DAY},	      {"j", UNIT_DAY},
    {"jour", UNIT_DAY},	      {"jours", UNIT_DAY},
    {"w", UNIT_WEEK},	      {"week", UNIT_WEEK},
    {"weeks", UNIT_WEEK},     {"semaine", UNIT_WEEK},
    {"semaines", UNIT_WEEK},  {NULL, 0},
};

static const char *const fillers[] = {"at", "a",   "on", "le",	 "la", "the",
				      "de", "des", "du", "from", NULL};
static const char *const tos[] = {"-",	"to",	   "until",    "till", "a",
				  "au", "jusqu'a", "jusqu'au", "->",   NULL};
static const char *const fors[] = {"for", "pendant", "pour", "durant", NULL};

static bool find_value(const struct word_value *table, const char *word, int *ret)
{
	for (; table->word; table++)
		if (strcmp(table->word, word) == 0) {
			*ret = table->value;
			return true;
		}
	return false;
}

static bool find_word(const char *const *table, const char *word)
{
	for (; *table; table++)
		if (strcmp(*table, word) == 0)
			return true;
	return false;
}

bool when_word_weekday(const char *folded, enum weekday *ret)
{
	int value;
	if (!find_value(weekdays, folded, &value))
		return false;
	*ret = (enum weekday)value;
	return true;
}

bool when_word_day(const char *folded, int *ret_days_from_today)
{
	return find_value(days, folded, ret_days_from_today);
}

bool when_word_month(const char *folded, unsigned *ret_month)
{
	int value;
	if (!find_value(months, folded, &value))
		return false;
	*ret_month = (unsigned)value;
	return true;
}

bool when_word_now(const char *folded)
{
	return strcmp(folded, "now") == 0 || strcmp(folded, "maintenant") == 0;
}

bool when_word_is_next(const char *folded)
{
	return strcmp(folded, "next") == 0 || strcmp(folded, "prochain") == 0;
}

/* One or two digits at *s, which moves on; -1 where there are none or more. */
static int two_digits(const char **s)
{
	const char *p = *s;
	int value = 0;
	size_t n = 0;
	for (; isdigit((unsigned char)p[n]); n++) {
		if (n == 2)
			return -1;
		value = value * 10 + (p[n] - '0');
	}
	*s += n;
	return n ? value : -1;
}

static enum when_time_form time_of_parts(int hour, int minute, enum when_time_form form,
					 int32_t *ret)
{
	if (minute > 59 || hour > 24 || (hour == 24 && minute))
		return TIME_BAD;
	*ret = hour * 3600 + minute * 60;
	return form;
}

enum when_time_form when_word_time(const char *folded, int32_t *ret_second)
{
	if (strcmp(folded, "noon") == 0 || strcmp(folded, "midi") == 0)
		return time_of_parts(12, 0, TIME_COLON, ret_second);
	if (strcmp(folded, "midnight") == 0 || strcmp(folded, "minuit") == 0)
		return time_of_parts(24, 0, TIME_COLON, ret_second);
	const char *s = folded;
	int hour = two_digits(&s), minute = 0;
	if (hour < 0)
		return TIME_NOT;
	const char mark = *s;
	if (strcmp(s, "am") == 0 || strcmp(s, "pm") == 0)
		return TIME_AM_PM;
	if (mark != ':' && mark != 'h')
		return TIME_NOT;
	s++;
	if (mark == 'h' && !*s)
		return time_of_parts(hour, 0, TIME_H, ret_second);
	const char *digits = s;
	minute = two_digits(&s);
	if (minute < 0 || s - digits != 2)
		return TIME_NOT;
	if (strcmp(s, "am") == 0 || strcmp(s, "pm") == 0)
		return TIME_AM_PM;
	if (*s)
		return TIME_NOT;
	return time_of_parts(hour, minute, mark == ':' ? TIME_COLON : TIME_H, ret_second);
}

bool when_word_length(const char *folded, struct duration *ret)
{
	char buf[40];
	size_t n = strlen(folded);
	if (n == 0 || n + 2 > sizeof(buf))
		return false;
	bool french = strchr(folded, 'h') && isdigit((unsigned char)folded[n - 1]);
	snprintf(buf, sizeof(buf), "%s%s", folded, french ? "m" : "");
	struct duration d;
	if (duration_parse(buf, &d) != DURATION_OK || duration_is_zero(d))
		return false;
	*ret = d;
	return true;
}

bool when_word_number(const char *folded, int64_t *ret)
{
	size_t n = strspn(folded, "0123456789");
	if (n == 0 || n > 5 || folded[n])
		return false;
	int64_t value = 0;
	for (const char *s = folded; *s; s++)
		value = value * 10 + (*s - '0');
	*ret = value;
	return true;
}

bool when_word_unit(const char *folded, struct duration *ret)
{
	int value;
	if (!find_value(units, folded, &value))
		return false;
	*ret = value < 0 ? (struct duration){.days = -value} : (struct duration){.seconds = value};
	return true;
}

bool when_word_is_filler(const char *folded)
{
	return find_word(fillers, folded);
}

bool when_word_is_to(const char *folded)
{
	return find_word(tos, folded);
}

bool when_word_is_for(const char *folded)
{
	return find_word(fors, folded);
}
