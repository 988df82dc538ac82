/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calendars and dates as people write them.
 *
 * A calendar is its weekly hours, as a text; or a map: `usual`, and what differs from it by season,
 * by date, on public holidays. Hours that never close go on over holidays, all others are closed on
 * them, unless it says otherwise.
 */

#include "config/policy_build.h"

#include <stdlib.h>
#include <string.h>

#include "lib/moment.h"

enum { LEAP_YEAR = 2000, YEAR_DAYS = 366 };

struct calendar_draft {
	const struct node *usual, *seasons, *exceptions, *on_holidays;
};

static bool read_moment(struct walk *w, const struct node *value, const char *text,
			enum dates_form form, struct moment *ret)
{
	int answer = moment_parse(text, ret);

	if (answer == MOMENT_E_RANGE)
		problems_add(w->problems, value->place, "\"%s\" is no date of 1970 to 2199", text);
	else if (answer != MOMENT_OK || (ret->has_time && form == DATES_WHOLE))
		problems_add(w->problems, value->place,
			     form == DATES_WHOLE
				 ? "\"%s\" is not a date; write 2026-12-24 or "
				   "2026-12-24..2027-01-03"
				 : "\"%s\" is not a date; write 2026-12-24, or "
				   "2026-12-24..2027-01-03, or 2026-12-24T12:00..2027-01-03T08:00",
			     text);
	else if (ret->has_offset)
		problems_add(w->problems, value->place,
			     "\"%s\" has an offset; local time is meant, leave it out", text);
	else
		return true;
	return false;
}

bool dates_read(struct walk *w, const struct node *value, enum dates_form form, int64_t *ret_from_s,
		int64_t *ret_to_s)
{
	const char *dots = strstr(value->text, "..");
	struct moment from, to;
	int64_t from_s, to_s;

	if (!read_moment(
		w, value,
		dots ? arena_strndup(&w->problems->arena, value->text, (size_t)(dots - value->text))
		     : value->text,
		form, &from))
		return false;
	to = from;
	if (dots && !read_moment(w, value, dots + 2, form, &to))
		return false;
	from_s = civil_seconds(from.local);
	to_s = civil_seconds(to.local) + (to.has_time ? 0 : DAY_S);
	if (from_s >= to_s) {
		problems_add(w->problems, value->place,
			     dots ? "\"%s\" ends before it begins"
				  : "\"%s\" is an instant; write from..to",
			     value->text);
		return false;
	}
	*ret_from_s = from_s;
	*ret_to_s = to_s;
	return true;
}

static void set_year_day(struct walk *w, void *into, const struct key_row *row,
			 const struct node *value)
{
	struct year_day *ret = (struct year_day *)((char *)into + row->offset);
	const char *s = value->text;
	struct civil_date d = {.year = LEAP_YEAR};

	if (strlen(s) == 5 && strspn(s, "0123456789") == 2 && s[2] == '-' &&
	    strspn(s + 3, "0123456789") == 2) {
		d.month = (uint8_t)atoi(s);
		d.day = (uint8_t)atoi(s + 3);
	}
	if (!civil_date_is_valid(d)) {
		problems_add(w->problems, value->place,
			     "\"%s\" is no day of the year; write month and day: 06-01", s);
		d.month = d.day = 1;
	}
	*ret = (struct year_day){d.month, d.day};
}

static void set_hours(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	hours_read(w, value, HOURS_OF_DATES, (struct hours *)((char *)into + row->offset));
}

static const struct key_row season_rows[] = {
    {"from", KEY_TEXT, true, set_year_day, offsetof(struct season, first)},
    {"to", KEY_TEXT, true, set_year_day, offsetof(struct season, last)},
    {"hours", KEY_TEXT, true, set_hours, offsetof(struct season, hours)},
};
static const struct key_table season_table = KEY_TABLE_NAMED(season_rows, "season");

static size_t day_of_year(struct year_day d)
{
	const struct civil_date first = {LEAP_YEAR, 1, 1}, day = {LEAP_YEAR, d.month, d.day};

	return (size_t)(civil_days(day) - civil_days(first));
}

/* Marks the days of a season; reports the first that another has. */
static void mark_season(struct walk *w, const struct node *value, const struct season *s,
			bool *taken)
{
	const size_t last = day_of_year(s->last);

	for (size_t day = day_of_year(s->first);; day = (day + 1) % YEAR_DAYS) {
		if (taken[day]) {
			const struct civil_date new_year = {LEAP_YEAR, 1, 1};
			struct civil_date d = civil_add_days(new_year, (int64_t)day);

			problems_add(w->problems, value->place,
				     "%02d-%02d is in two seasons; end one before the other begins",
				     d.month, d.day);
			return;
		}
		taken[day] = true;
		if (day == last)
			return;
	}
}

static void read_seasons(struct walk *w, const struct node *list, struct calendar *ret)
{
	struct season *seasons = arena_new_n(w->arena, struct season, list->n_children);
	bool taken[YEAR_DAYS] = {false};
	size_t n = 0;

	if (list->n_children > POLICY_MAX_SEASONS) {
		problems_add(w->problems, list->place, "%zu seasons; at most %d are taken",
			     list->n_children, POLICY_MAX_SEASONS);
		return;
	}
	for (const struct node *c = list->children; c; c = c->next) {
		if (!walk_is(w, c, KEY_MAP))
			continue;
		walk_map(w, c, c->place, &season_table, &seasons[n]);
		if (seasons[n].first.month > 0 && seasons[n].last.month > 0) /* both are there */
			mark_season(w, c, &seasons[n], taken);
		n++;
	}
	ret->seasons = seasons;
	ret->n_seasons = n;
}

struct exception_draft {
	struct exception exception;
	struct place place;
};

static void set_dates(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	struct exception *e = into;
	int64_t from_s, to_s;

	if (!dates_read(w, value, DATES_WHOLE, &from_s, &to_s))
		return;
	e->first_day = from_s / DAY_S;
	e->last_day = to_s / DAY_S - 1;
}

static const struct key_row exception_rows[] = {
    {"on", KEY_TEXT, true, set_dates, 0},
    {"hours", KEY_TEXT, true, set_hours, offsetof(struct exception, hours)},
    {"why", KEY_NAME, false, walk_set_text, offsetof(struct exception, why)},
};
static const struct key_table exception_table = {
    exception_rows, sizeof(exception_rows) / sizeof(*exception_rows), NULL};

static int by_first_day(const void *a, const void *b)
{
	const struct exception_draft *x = a, *y = b;

	return (x->exception.first_day > y->exception.first_day) -
	       (x->exception.first_day < y->exception.first_day);
}

static void sort_exceptions(struct walk *w, struct exception_draft *drafts, size_t n,
			    struct exception *ret)
{
	if (n > 0)
		qsort(drafts, n, sizeof(*drafts), by_first_day);
	for (size_t i = 0; i < n; i++) {
		const struct exception *e = &drafts[i].exception;
		struct civil_date d = civil_from_days(e->first_day);

		ret[i] = *e;
		if (i > 0 && ret[i - 1].last_day >= e->first_day)
			problems_add(w->problems, drafts[i].place,
				     "%04d-%02d-%02d is in two exceptions, the other at line %d",
				     (int)d.year, d.month, d.day, drafts[i - 1].place.line);
	}
}

static void read_exceptions(struct walk *w, const struct node *list, struct calendar *ret)
{
	struct exception *exceptions = arena_new_n(w->arena, struct exception, list->n_children);
	struct exception_draft *drafts =
	    memory_new((list->n_children + 1) * sizeof(struct exception_draft));
	const size_t before = w->problems->n;
	size_t n = 0;

	if (list->n_children > POLICY_MAX_EXCEPTIONS)
		problems_add(w->problems, list->place, "%zu exceptions; at most %d are taken",
			     list->n_children, POLICY_MAX_EXCEPTIONS);
	for (const struct node *c = list->children; c; c = c->next) {
		if (!walk_is(w, c, KEY_MAP))
			continue;
		drafts[n] = (struct exception_draft){{.why = ""}, c->place};
		walk_map(w, c, c->place, &exception_table, &drafts[n].exception);
		n++;
	}
	if (w->problems->n == before)
		sort_exceptions(w, drafts, n, exceptions);
	free(drafts);
	ret->exceptions = exceptions;
	ret->n_exceptions = n;
}

static void read_holidays(struct walk *w, const struct node *value, struct calendar *ret)
{
	ret->heeds_holidays = strcmp(value->text, "as usual") != 0;
	if (ret->heeds_holidays)
		hours_read(w, value, HOURS_OF_DATES, &ret->on_holidays);
}

static const struct key_row calendar_rows[] = {
    {"usual", KEY_TEXT, true, walk_set_node, offsetof(struct calendar_draft, usual),
     "Mon-Fri 08:00-18:00"},
    {"seasons", KEY_LIST, false, walk_set_node, offsetof(struct calendar_draft, seasons),
     "every year: {from: 06-01, to: 09-15, hours: \"daily 07:00-21:00\"}", &season_table},
    {"exceptions", KEY_LIST, false, walk_set_node, offsetof(struct calendar_draft, exceptions),
     "{on: 2027-06-21, hours: closed, why: Inventaire}", &exception_table},
    {"on-holidays", KEY_TEXT, false, walk_set_node, offsetof(struct calendar_draft, on_holidays),
     "closed, as usual, or hours; if not said: closed"},
};
const struct key_table calendar_table = KEY_TABLE_NAMED(calendar_rows, "calendar");

void calendar_read(struct walk *w, const struct node *value, struct calendar *ret)
{
	struct calendar_draft d = {.usual = value};

	*ret = (struct calendar){0};
	if (value->kind == NODE_MAP) {
		d.usual = NULL;
		walk_map(w, value, value->key_place, &calendar_table, &d);
	}
	if (d.usual)
		hours_read(w, d.usual, value->kind == NODE_MAP ? HOURS_OF_DATES : HOURS_WEEKLY,
			   &ret->usual);
	if (d.seasons)
		read_seasons(w, d.seasons, ret);
	if (d.exceptions)
		read_exceptions(w, d.exceptions, ret);
	ret->heeds_holidays = !ret->usual.always;
	if (d.on_holidays)
		read_holidays(w, d.on_holidays, ret);
}
