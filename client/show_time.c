/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times for people. */
#include "client/show_time.h"

#include <stdlib.h>
#include <string.h>

#include "client/text.h"

#define PLAIN_DAYS 183

static const struct phrase weekday_words[] = {
    {"Mon", "lun."}, {"Tue", "mar."}, {"Wed", "mer."}, {"Thu", "jeu."},
    {"Fri", "ven."}, {"Sat", "sam."}, {"Sun", "dim."},
};

static const struct phrase month_words[] = {
    {"Jan", "janv."}, {"Feb", "févr."}, {"Mar", "mars"},  {"Apr", "avr."},
    {"May", "mai"},   {"Jun", "juin"},	{"Jul", "juil."}, {"Aug", "août"},
    {"Sep", "sept."}, {"Oct", "oct."},	{"Nov", "nov."},  {"Dec", "déc."},
};

static bool year_is_plain(struct civil_date day, struct civil_date now)
{
	return llabs(civil_days(day) - civil_days(now)) < PLAIN_DAYS;
}

const char *show_day(struct arena *a, struct civil_date day, struct civil_date now)
{
	const char *first = text_language() == LANG_FR && day.day == 1 ? "er" : "";
	const char *weekday = phrase_text(weekday_words[civil_weekday(day)]);
	const char *month = phrase_text(month_words[day.month - 1]);
	if (year_is_plain(day, now))
		return arena_printf(a, "%s %u%s %s", weekday, day.day, first, month);
	return arena_printf(a, "%s %u%s %s %d", weekday, day.day, first, month, day.year);
}

static const char *show_clock(struct arena *a, int32_t second)
{
	return arena_printf(a, "%02d:%02d", second / 3600, second / 60 % 60);
}

const char *show_span(const struct screen *s, struct arena *a, struct civil_time from,
		      struct civil_time to, struct civil_date now)
{
	int64_t end_day = civil_days(to.date);
	if (to.second == 0 && civil_time_compare(from, to) < 0) {
		end_day--;
		to.second = DAY_S;
	}
	const char *day = show_day(a, from.date, now);
	const char *start = show_clock(a, from.second), *end = show_clock(a, to.second);
	if (end_day == civil_days(from.date))
		return arena_printf(a, "%s %s%s%s", day, start, s->unicode ? "–" : "-", end);
	const char *last = show_day(a, civil_from_days(end_day), now);
	return arena_printf(a, "%s %s %s %s %s", day, start, s->unicode ? "–" : "-", last, end);
}

const char *show_wire_span(const struct screen *s, struct arena *a, const char *from,
			   const char *to, struct civil_date now)
{
	struct moment start, end;
	if (!from || moment_parse(from, &start) != MOMENT_OK)
		return from ? from : "";
	if (!to || moment_parse(to, &end) != MOMENT_OK)
		return show_wire_moment(a, from, now);
	return show_span(s, a, start.local, end.local, now);
}

const char *show_wire_moment(struct arena *a, const char *moment, struct civil_date now)
{
	struct moment m;
	if (!moment || moment_parse(moment, &m) != MOMENT_OK)
		return moment ? moment : "";
	return arena_printf(a, "%s %s", show_day(a, m.local.date, now),
			    show_clock(a, m.local.second));
}

const char *show_wire_end(struct arena *a, const char *moment, struct civil_date now)
{
	struct moment m;
	if (!moment || moment_parse(moment, &m) != MOMENT_OK || m.local.second != 0)
		return show_wire_moment(a, moment, now);
	return show_day(a, civil_add_days(m.local.date, -1), now);
}

const char *show_month(struct arena *a, const char *month)
{
	if (!month || strlen(month) != 7 || month[4] != '-')
		return month ? month : "";
	long number = strtol(month + 5, NULL, 10);
	if (number < 1 || number > 12)
		return month;
	return arena_printf(a, "%s %.4s", phrase_text(month_words[number - 1]), month);
}
