/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When a rule is about a booking: days, months, hours, dates.
 *
 *   when: "Tue,Thu 08:00-13:00"        when: Sat..Sun
 *   when: {months: Jun..Sep, days: Sat..Sun, hours: "08:00-18:00", dates: school-holidays}
 *
 * All of a map must hold. Ranges of days and months go round the end of the week and of the year.
 */

#include "config/policy_build.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/nearest.h"

enum { N_DAYS = 7, N_MONTHS = 12, LEAP_YEAR = 2000 };

static const char *const month_words[] = {
    "Jan", "Feb",  "Mar",  "Apr",    "May",	  "Jun",      "Jul",	  "Aug",
    "Sep", "Oct",  "Nov",  "Dec",    "January",	  "February", "March",	  "April",
    "May", "June", "July", "August", "September", "October",  "November", "December",
};

struct cycle { /* of days, of months */
	const char *called;
	const char *const *words; /* short, then long */
	size_t n;		  /* of each */
	const char *example;
};
static const struct cycle days_cycle = {"day", weekday_names, N_DAYS, "Sat..Sun"};
static const struct cycle months_cycle = {"month", month_words, N_MONTHS, "Jun..Sep"};

/* n: reported. */
static size_t cycle_find(struct walk *w, const struct node *value, const struct cycle *c,
			 const char *word)
{
	const char *near;

	for (size_t i = 0; i < 2 * c->n; i++)
		if (strcasecmp(word, c->words[i]) == 0)
			return i % c->n;
	near = nearest_word(word, c->words, 2 * c->n);
	if (near)
		problems_add(w->problems, value->place, "unknown %s \"%s\"; did you mean \"%s\"?",
			     c->called, word, near);
	else
		problems_add(w->problems, value->place, "\"%s\" is not a %s; write %s or [%s, %s]",
			     word, c->called, c->example, c->words[0], c->words[2]);
	return c->n;
}

/* `Jun`, `Jun..Sep`, `Sat-Sun`. */
static unsigned cycle_range(struct walk *w, const struct node *value, const struct cycle *c,
			    char *text)
{
	char *dots = strstr(text, ".."), *dash = strchr(text, '-'), *last = text;
	size_t from, to;
	unsigned bits = 0;

	if (dots) {
		*dots = '\0';
		last = dots + 2;
	} else if (dash) {
		*dash = '\0';
		last = dash + 1;
	}
	from = cycle_find(w, value, c, text);
	to = last == text ? from : cycle_find(w, value, c, last);
	for (size_t i = from; from < c->n && to < c->n; i = (i + 1) % c->n) {
		bits |= 1u << i;
		if (i == to)
			break;
	}
	return bits;
}

static unsigned cycle_read(struct walk *w, const struct node *value, const struct cycle *c)
{
	char text[POLICY_TEXT_MAX_BYTES + 1];
	unsigned bits = 0;

	for (const struct node *node = words_first(value); node; node = words_next(value, node)) {
		char *rest = text, *word;

		snprintf(text, sizeof(text), "%s", node->text);
		while ((word = strsep(&rest, " ,")))
			if (*word != '\0')
				bits |= cycle_range(w, node, c, word);
	}
	return bits;
}

static void set_months(struct walk *w, void *into, const struct key_row *row,
		       const struct node *value)
{
	((struct when *)into)->months = (uint16_t)cycle_read(w, value, &months_cycle);
}

static void set_days(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	((struct when *)into)->days = (uint8_t)cycle_read(w, value, &days_cycle);
}

static void set_hours(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	struct when *when = into;

	if (hours_read(w, value, HOURS_OF_DATES, &when->hours) && !when->hours.always &&
	    when->hours.n_ranges == 0)
		problems_add(w->problems, value->place,
			     "closed is never; write hours such as 08:00-18:00");
}

static int by_first_day(const void *a, const void *b)
{
	const struct exception *x = a, *y = b;

	return (x->first_day > y->first_day) - (x->first_day < y->first_day);
}

static void add_date(struct walk *w, const struct node *word, struct date_list *list, size_t *cap)
{
	struct build *b = w->owner;
	const struct date_list *named = glossary_find(&b->dates, word->text);
	struct exception e = {.why = ""};
	int64_t from_s, to_s;

	if (named) {
		list->items = arena_grow(w->arena, list->items, list->n, cap,
					 list->n + named->n + 1, sizeof(*list->items));
		for (size_t i = 0; i < named->n; i++)
			list->items[list->n++] = named->items[i];
		return;
	}
	if (islower((unsigned char)*word->text)) {
		problems_add(w->problems, word->place, "unknown dates \"%s\"%s", word->text,
			     b->dates.n ? walk_hint(w, word->text, b->dates.words, b->dates.n)
					: "; name them in the section `dates`");
		return;
	}
	if (!dates_read(w, word, DATES_WHOLE, &from_s, &to_s))
		return;
	e.first_day = from_s / DAY_S;
	e.last_day = to_s / DAY_S - 1;
	list->items =
	    arena_grow(w->arena, list->items, list->n, cap, list->n + 1, sizeof(*list->items));
	list->items[list->n++] = e;
}

static struct date_list read_dates(struct walk *w, const struct node *value)
{
	struct date_list list = {0};
	size_t cap = 0;

	report_empty_list(w->owner, value);
	for (const struct node *word = words_first(value); word; word = words_next(value, word)) {
		if (list.n >= POLICY_MAX_EXCEPTIONS) {
			problems_add(w->problems, value->place, "more than %d dates",
				     POLICY_MAX_EXCEPTIONS);
			break;
		}
		add_date(w, word, &list, &cap);
	}
	if (list.n > 1)
		qsort(list.items, list.n, sizeof(*list.items), by_first_day);
	return list;
}

static void set_dates(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	struct when *when = into;
	struct date_list list = read_dates(w, value);

	when->dates = list.items;
	when->n_dates = list.n;
}

static const struct key_row when_rows[] = {
    {"months", KEY_WORDS, false, set_months, 0, "Jun..Sep, or [Jan, Dec]"},
    {"days", KEY_WORDS, false, set_days, 0, "Sat..Sun, or [Mon, Fri]"},
    {"hours", KEY_TEXT, false, set_hours, 0, "08:00-18:00, or Mon-Fri 08:00-18:00"},
    {"dates", KEY_WORDS, false, set_dates, 0,
     "2026-12-24..2027-01-03, a list, or a name of the section dates"},
};
const struct key_table when_table = KEY_TABLE_NAMED(when_rows, "when");

bool when_read(struct walk *w, const struct node *value, struct when *ret)
{
	const size_t before = w->problems->n;

	*ret = (struct when){.hours = {.always = true}};
	if (value->kind == NODE_MAP && value->n_children > 0)
		walk_map(w, value, value->key_place, &when_table, ret);
	else if (value->kind == NODE_MAP)
		problems_add(w->problems, value->place,
			     "says nothing; write months, days, hours or dates, or leave it out");
	else if (strpbrk(value->text, "0123456789"))
		set_hours(w, ret, NULL, value);
	else
		set_days(w, ret, NULL, value);
	return w->problems->n == before;
}

bool year_day_read(struct walk *w, const struct node *value, struct year_day *ret)
{
	struct civil_date d = {.year = LEAP_YEAR};
	char month[16];
	int day, number, used = 0;

	if (sscanf(value->text, "%2d %15[A-Za-z]%n", &day, month, &used) == 2 &&
	    value->text[used] == '\0') {
		size_t at = cycle_find(w, value, &months_cycle, month);

		if (at == N_MONTHS)
			return false;
		d.day = (uint8_t)(day > 0 ? day : 0);
		d.month = (uint8_t)(at + 1);
	} else if (sscanf(value->text, "%2d-%2d%n", &number, &day, &used) == 2 &&
		   value->text[used] == '\0' && number > 0 && day > 0) {
		d.month = (uint8_t)number;
		d.day = (uint8_t)day;
	}
	if (!civil_date_is_valid(d)) {
		problems_add(w->problems, value->place,
			     "\"%s\" is no day of the year; write 1 May or 05-01", value->text);
		return false;
	}
	*ret = (struct year_day){d.month, d.day};
	return true;
}

void build_dates(struct build *b)
{
	const struct node *dates = b->sections.dates;

	for (const struct node *c = dates ? dates->children : NULL; c; c = c->next) {
		struct date_list *list = arena_new(&b->scratch, struct date_list);

		if (!walk_is_id(&b->walk, c->key, c->key_place) || !walk_is(&b->walk, c, KEY_WORDS))
			continue;
		*list = read_dates(&b->walk, c);
		glossary_add(&b->dates, &b->scratch, arena_strdup(b->walk.arena, c->key), list,
			     c->key_place);
	}
}
