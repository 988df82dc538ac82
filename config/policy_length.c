/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lengths of time as people say them: those of lib/duration.h, and `13 weeks`, `3 years`, `7d
 * before`. */

#include "config/policy_build.h"

#include <stdio.h>
#include <string.h>

enum { YEAR_DAYS = 365, LENGTH_MAX_DAYS = 36525 };

int64_t length_s(struct duration d)
{
	return d.days * DAY_S + d.seconds;
}

static const struct {
	const char *word;
	struct duration is;
} units[] = {
    {"minute", {.seconds = 60}}, {"hour", {.seconds = 3600}}, {"day", {.days = 1}},
    {"week", {.days = 7}},	 {"month", {.days = 30}},     {"year", {.days = YEAR_DAYS}},
    {"y", {.days = YEAR_DAYS}},
};

/* `13 weeks`, `1 day`, `3y`: a count and a unit. */
static bool read_said(const char *text, struct duration *ret)
{
	size_t digits = strspn(text, "0123456789"), length;
	char unit[16];
	int n, used = 0;

	if (digits == 0 || digits > 5 || sscanf(text, "%d %15[a-z]%n", &n, unit, &used) != 2 ||
	    text[used] != '\0')
		return false;
	length = strlen(unit);
	if (length > 1 && unit[length - 1] == 's')
		unit[length - 1] = '\0';
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(unit, units[i].word) != 0)
			continue;
		*ret = (struct duration){n * units[i].is.days, n * units[i].is.seconds};
		return true;
	}
	return false;
}

bool length_read(struct walk *w, const struct node *value, const char *text, struct duration *ret)
{
	struct duration d;
	int answer = read_said(text, &d) ? DURATION_OK : duration_parse(text, &d);

	if (answer == DURATION_OK && d.days <= LENGTH_MAX_DAYS) {
		*ret = d;
		return true;
	}
	if (answer == DURATION_E_SYNTAX)
		problems_add(w->problems, value->place,
			     "\"%s\" is not a length of time; write 90m, 4h, 1h30m, 2d or 1w",
			     text);
	else
		problems_add(w->problems, value->place, "\"%s\" is longer than 100 years", text);
	return false;
}

bool length_read_some(struct walk *w, const struct node *value, const char *text,
		      struct duration *ret)
{
	if (!length_read(w, value, text, ret))
		return false;
	if (length_s(*ret) > 0)
		return true;
	problems_add(w->problems, value->place, "%s of no length at all; write 15m, 4h or 2d",
		     value->key);
	return false;
}

bool length_read_before(struct walk *w, const struct node *value, const char *text,
			struct duration *ret)
{
	static const char word[] = " before";
	size_t n = strlen(text), tail = strlen(word);

	if (n > tail && strcmp(text + n - tail, word) == 0)
		return length_read(w, value, arena_strndup(&w->problems->arena, text, n - tail),
				   ret);
	problems_add(w->problems, value->place,
		     "\"%s\" is not a time before the start; write `7d before`", text);
	return false;
}
