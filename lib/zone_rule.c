/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Reads the rule in the footer of a TZif file, and computes the changes of a year from it. */

#include "lib/zone_rule.h"

#include "lib/civil.h"

struct cursor {
	const char *at, *end;
};

static bool skip(struct cursor *c, char expected)
{
	if (c->at == c->end || *c->at != expected)
		return false;
	c->at++;
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* At least three letters, or at least three letters, digits and signs between angle brackets. */
static bool skip_name(struct cursor *c)
{
	bool quoted = skip(c, '<');
	const char *start = c->at;

	while (c->at < c->end && (is_letter(*c->at) ||
				  (quoted && (is_digit(*c->at) || *c->at == '+' || *c->at == '-'))))
		c->at++;
	return c->at - start >= 3 && (!quoted || skip(c, '>'));
}

static bool read_number(struct cursor *c, int32_t min, int32_t max, int32_t *ret)
{
	const char *start = c->at;
	int32_t n = 0;

	while (c->at < c->end && is_digit(*c->at) && c->at - start < 3)
		n = n * 10 + (*c->at++ - '0');
	if (c->at == start || n < min || n > max)
		return false;
	*ret = n;
	return true;
}

/* [+-]hh[:mm[:ss]] */
static bool read_time(struct cursor *c, int32_t max_hours, int32_t *ret_s)
{
	bool negative = skip(c, '-');
	int32_t hours, minutes = 0, seconds = 0, total;

	if (!negative)
		skip(c, '+');
	if (!read_number(c, 0, max_hours, &hours))
		return false;
	if (skip(c, ':')) {
		if (!read_number(c, 0, 59, &minutes))
			return false;
		if (skip(c, ':') && !read_number(c, 0, 59, &seconds))
			return false;
	}
	total = hours * 3600 + minutes * 60 + seconds;
	*ret_s = negative ? -total : total;
	return true;
}

/* POSIX counts offsets west of Greenwich. */
static bool read_offset(struct cursor *c, int32_t *ret_s)
{
	int32_t west_s;

	if (!read_time(c, 24, &west_s))
		return false;
	*ret_s = -west_s;
	return true;
}

static bool read_edge_day(struct cursor *c, struct zone_edge *e)
{
	if (skip(c, 'M')) {
		e->kind = ZONE_EDGE_WEEKDAY;
		return read_number(c, 1, 12, &e->month) && skip(c, '.') &&
		       read_number(c, 1, 5, &e->week) && skip(c, '.') &&
		       read_number(c, 0, 6, &e->weekday);
	}
	if (skip(c, 'J')) {
		e->kind = ZONE_EDGE_JULIAN;
		return read_number(c, 1, 365, &e->day);
	}
	e->kind = ZONE_EDGE_ORDINAL;
	return read_number(c, 0, 365, &e->day);
}

static bool read_edge(struct cursor *c, struct zone_edge *e)
{
	if (!skip(c, ',') || !read_edge_day(c, e))
		return false;
	e->time_s = 2 * 3600;
	return !skip(c, '/') || read_time(c, 167, &e->time_s);
}

static bool read_rule(struct cursor *c, struct zone_rule *r)
{
	if (!skip_name(c) || !read_offset(c, &r->standard_s))
		return false;
	if (c->at == c->end)
		return true;
	r->has_summer = true;
	if (!skip_name(c))
		return false;
	r->summer_s = r->standard_s + 3600;
	if (c->at < c->end && *c->at != ',' && !read_offset(c, &r->summer_s))
		return false;
	return read_edge(c, &r->summer_begins) && read_edge(c, &r->summer_ends) && c->at == c->end;
}

int zone_rule_parse(const char *text, size_t n, struct zone_rule *ret)
{
	struct cursor c = {text, text + n};
	struct zone_rule r = {0};

	if (!read_rule(&c, &r))
		return ZONE_RULE_E_SYNTAX;
	*ret = r;
	return ZONE_RULE_OK;
}

static int64_t weekday_of_month(const struct zone_edge *e, int32_t year)
{
	struct civil_date first = {year, (uint8_t)e->month, 1};
	struct civil_date next = {e->month == 12 ? year + 1 : year,
				  (uint8_t)(e->month == 12 ? 1 : e->month + 1), 1};
	int32_t wanted = (e->weekday + 6) % 7; /* Monday is our first, Sunday theirs */
	int32_t ahead = (wanted - (int32_t)civil_weekday(first) + 7) % 7;
	int64_t day = civil_days(first) + ahead + (e->week - 1) * 7;

	return day < civil_days(next) ? day : day - 7;
}

static int64_t edge_days(const struct zone_edge *e, int32_t year)
{
	int64_t new_year = civil_days((struct civil_date){year, 1, 1});

	switch (e->kind) {
	case ZONE_EDGE_JULIAN:
		return new_year + e->day - 1 +
		       (e->day > 59 && civil_date_is_valid((struct civil_date){year, 2, 29}));
	case ZONE_EDGE_ORDINAL:
		return new_year + e->day;
	case ZONE_EDGE_WEEKDAY:
		break;
	}
	return weekday_of_month(e, year);
}

int64_t zone_rule_summer_begins(const struct zone_rule *r, int32_t year)
{
	return edge_days(&r->summer_begins, year) * DAY_S + r->summer_begins.time_s - r->standard_s;
}

int64_t zone_rule_summer_ends(const struct zone_rule *r, int32_t year)
{
	return edge_days(&r->summer_ends, year) * DAY_S + r->summer_ends.time_s - r->summer_s;
}
