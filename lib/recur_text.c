/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Reads a series from the lines of a calendar file.
 *
 * First the text is cut into unfolded properties, each with its line; then they are read in the
 * order in which they depend on each other: DTSTART, the rule, the dates.
 */

#include "lib/recur_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct slice {
	const char *text;
	size_t n;
};

enum property_name { DTSTART, RRULE, RDATE, EXDATE, N_NAMES };

static const char *const names[] = {"DTSTART", "RRULE", "RDATE", "EXDATE"};

struct property {
	enum property_name name;
	size_t line;
	struct slice whole;
	struct slice tzid, type; /* n 0: not given */
	struct slice value;
};

struct dates {
	int64_t *at;
	size_t n, cap;
};

struct reading {
	struct arena *arena;
	recur_zones *zones;
	void *arg;
	const struct zone *floating;
	struct recur_problem *problem;
	struct property *properties;
	size_t n, cap;
};

static int refuse(struct reading *rd, const struct property *p, const char *at, const char *fmt,
		  ...) __attribute__((format(printf, 4, 5)));

static int refuse(struct reading *rd, const struct property *p, const char *at, const char *fmt,
		  ...)
{
	va_list args;

	*rd->problem = (struct recur_problem){.line = p ? p->line : 1};
	rd->problem->column = p ? (size_t)(at - p->whole.text) + 1 : 1;
	va_start(args, fmt);
	vsnprintf(rd->problem->text, sizeof(rd->problem->text), fmt, args);
	va_end(args);
	return RECUR_E_REFUSED;
}

static bool slice_is(struct slice s, const char *word)
{
	return s.n == strlen(word) && strncasecmp(s.text, word, s.n) == 0;
}

/* Up to the first of `stops` or the end; between '"' and '"' nothing stops. */
static size_t span_until(struct slice s, size_t from, const char *stops)
{
	bool quoted = false;

	for (; from < s.n; from++) {
		char c = s.text[from];

		if (c == '"')
			quoted = !quoted;
		else if (!quoted && c != '\0' && strchr(stops, c))
			break;
	}
	return from;
}

static struct slice unquoted(struct slice s)
{
	if (s.n >= 2 && s.text[0] == '"' && s.text[s.n - 1] == '"')
		return (struct slice){s.text + 1, s.n - 2};
	return s;
}

/* NAME=value of a parameter, which is whole.text[from..to). */
static int read_parameter(struct reading *rd, struct property *p, size_t from, size_t to)
{
	struct slice all = {p->whole.text + from, to - from};
	size_t equals = span_until(all, 0, "=");
	struct slice name = {all.text, equals}, value, *known;

	if (equals == all.n)
		return refuse(rd, p, all.text, "a parameter, NAME=value, is expected here");
	value = unquoted((struct slice){all.text + equals + 1, all.n - equals - 1});
	if (slice_is(name, "TZID"))
		known = &p->tzid;
	else if (slice_is(name, "VALUE"))
		known = &p->type;
	else
		return RECUR_OK;
	if (p->name == RRULE)
		return refuse(rd, p, all.text, "RRULE takes no %.*s", (int)name.n, name.text);
	if (known->n || !value.n)
		return refuse(rd, p, all.text, "%.*s is %s", (int)name.n, name.text,
			      value.n ? "given twice" : "empty");
	*known = value;
	return RECUR_OK;
}

static int read_property(struct reading *rd, struct property *p)
{
	const struct slice s = p->whole;
	size_t at = span_until(s, 0, ";:");

	while (p->name < N_NAMES && !slice_is((struct slice){s.text, at}, names[p->name]))
		p->name++;
	if (p->name == N_NAMES)
		return refuse(rd, p, s.text,
			      "DTSTART, RRULE, RDATE or EXDATE is expected here, not \"%.*s\"",
			      at < 32 ? (int)at : 32, s.text);
	while (at < s.n && s.text[at] == ';') {
		size_t end = span_until(s, at + 1, ";:");
		int answer = read_parameter(rd, p, at + 1, end);

		if (answer)
			return answer;
		at = end;
	}
	if (at == s.n)
		return refuse(rd, p, s.text + at, "':' and a value are expected here");
	p->value = (struct slice){s.text + at + 1, s.n - at - 1};
	return RECUR_OK;
}

static int add_property(struct reading *rd, struct slice whole, size_t line)
{
	struct property *p;

	if (whole.n == 0)
		return RECUR_OK;
	rd->properties = arena_grow(rd->arena, rd->properties, rd->n, &rd->cap, rd->n + 1,
				    sizeof(*rd->properties));
	p = &rd->properties[rd->n++];
	*p = (struct property){.line = line, .whole = whole};
	return read_property(rd, p);
}

/* Unfolds (a line that begins with a blank goes on the one before) and cuts. */
static int cut(struct reading *rd, const char *text, size_t n)
{
	char *flat = arena_alloc(rd->arena, n + 1);
	size_t used = 0, begun = 0, begun_line = 1, line = 1;

	for (size_t at = 0; at < n; line++) {
		const char *feed = memchr(text + at, '\n', n - at);
		size_t end = feed ? (size_t)(feed - text) : n;
		size_t length = end - at;

		if (length && text[at + length - 1] == '\r')
			length--;
		if (length && (text[at] == ' ' || text[at] == '\t')) {
			memcpy(flat + used, text + at + 1, length - 1);
			used += length - 1;
		} else {
			int answer = add_property(rd, (struct slice){flat + begun, used - begun},
						  begun_line);

			if (answer)
				return answer;
			begun = used;
			begun_line = line;
			memcpy(flat + used, text + at, length);
			used += length;
		}
		at = end + 1;
	}
	return add_property(rd, (struct slice){flat + begun, used - begun}, begun_line);
}

static int find_zone(struct reading *rd, const struct property *p, const struct zone **ret)
{
	char *name = arena_strndup(rd->arena, p->tzid.text, p->tzid.n);

	*ret = memchr(p->tzid.text, '\0', p->tzid.n) ? NULL : rd->zones(rd->arg, name);
	if (!*ret)
		return refuse(rd, p, p->tzid.text, "the zone \"%.40s\" is not known", name);
	return RECUR_OK;
}

/* One value of a property, in its zone, and the zone (NULL: none needed). */
static int read_time(struct reading *rd, const struct property *p, struct slice s,
		     struct recur_time *ret, const struct zone **ret_zone)
{
	bool wants_date = slice_is(p->type, "DATE");

	*ret_zone = NULL;
	if (slice_is(p->type, "PERIOD") && p->name == RDATE)
		return refuse(rd, p, p->type.text,
			      "periods are not taken: all occurrences are of one length");
	if (p->type.n && !wants_date && !slice_is(p->type, "DATE-TIME"))
		return refuse(rd, p, p->type.text, "VALUE must be DATE or DATE-TIME");
	if (!recur_time_parse(s.text, s.n, ret))
		return refuse(rd, p, s.text, "a %s that exists is expected here, as %s",
			      wants_date ? "date" : "time",
			      wants_date ? "20270301" : "20270301T090000");
	if (wants_date != (ret->kind == RECUR_DATE))
		return refuse(rd, p, s.text, "a date needs VALUE=DATE, a time must not have it");
	if (p->tzid.n && ret->kind != RECUR_FLOATING)
		return refuse(rd, p, p->tzid.text, "TZID does not go with a date or with Z");
	if (ret->kind != RECUR_FLOATING)
		return RECUR_OK;
	if (p->tzid.n) {
		ret->kind = RECUR_ZONED;
		return find_zone(rd, p, ret_zone);
	}
	*ret_zone = rd->floating;
	if (!*ret_zone)
		return refuse(rd, p, s.text, "a time needs TZID=… or Z at its end");
	return RECUR_OK;
}

static int read_dates(struct reading *rd, const struct property *p, struct recur_time start,
		      struct dates *d)
{
	for (size_t at = 0; at <= p->value.n;) {
		size_t end = span_until(p->value, at, ",");
		struct slice s = {p->value.text + at, end - at};
		const struct zone *z;
		struct recur_time t;
		int answer = read_time(rd, p, s, &t, &z);

		if (answer)
			return answer;
		if ((t.kind == RECUR_DATE) != (start.kind == RECUR_DATE))
			return refuse(rd, p, s.text, "%s must be %s, as DTSTART is", names[p->name],
				      start.kind == RECUR_DATE ? "dates" : "times");
		d->at = arena_grow(rd->arena, d->at, d->n, &d->cap, d->n + 1, sizeof(*d->at));
		d->at[d->n] = t.local_s;
		if (z)
			zone_local_s_to_utc(z, t.local_s, &d->at[d->n]);
		d->n++;
		at = end + 1;
	}
	return RECUR_OK;
}

static int compare_dates(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void sort_dates(struct dates *d)
{
	size_t n = 0;

	if (d->n)
		qsort(d->at, d->n, sizeof(*d->at), compare_dates);
	for (size_t i = 0; i < d->n; i++)
		if (n == 0 || d->at[n - 1] != d->at[i])
			d->at[n++] = d->at[i];
	d->n = n;
}

/* The one property of that name; NULL: none. */
static int find_one(struct reading *rd, enum property_name name, const struct property **ret)
{
	*ret = NULL;
	for (size_t i = 0; i < rd->n; i++) {
		const struct property *p = &rd->properties[i];

		if (p->name != name)
			continue;
		if (*ret)
			return refuse(rd, p, p->whole.text, "%s is given twice", names[name]);
		*ret = p;
	}
	return RECUR_OK;
}

static int read_rule(struct reading *rd, struct recur_time start, const struct zone *z,
		     struct recur *ret)
{
	const struct property *p;
	struct recur_rule rule;
	int answer = find_one(rd, RRULE, &p);

	if (answer)
		return answer;
	if (!p)
		return recur_init(ret, start, z, NULL, rd->problem);
	answer = recur_rule_parse(p->value.text, p->value.n, &rule, rd->problem);
	if (answer) {
		rd->problem->line = p->line;
		rd->problem->column += (size_t)(p->value.text - p->whole.text);
		return answer;
	}
	answer = recur_init(ret, start, z, &rule, rd->problem);
	if (answer) {
		rd->problem->line = p->line;
		rd->problem->column = 1;
	}
	return answer;
}

static int read_all(struct reading *rd, struct recur *ret)
{
	struct dates rdates = {0}, exdates = {0};
	const struct property *p;
	const struct zone *z;
	struct recur_time start;
	int answer = find_one(rd, DTSTART, &p);

	if (answer)
		return answer;
	if (!p)
		return refuse(rd, NULL, NULL, "DTSTART is missing");
	answer = read_time(rd, p, p->value, &start, &z);
	if (answer == RECUR_OK)
		answer = read_rule(rd, start, z, ret);
	for (size_t i = 0; i < rd->n && answer == RECUR_OK; i++) {
		p = &rd->properties[i];
		if (p->name == RDATE || p->name == EXDATE)
			answer = read_dates(rd, p, start, p->name == RDATE ? &rdates : &exdates);
	}
	if (answer)
		return answer;
	sort_dates(&rdates);
	sort_dates(&exdates);
	ret->rdates = rdates.at;
	ret->n_rdates = rdates.n;
	ret->exdates = exdates.at;
	ret->n_exdates = exdates.n;
	return RECUR_OK;
}

int recur_text_parse(struct arena *a, const char *text, size_t n, recur_zones *zones, void *arg,
		     const struct zone *floating, struct recur *ret,
		     struct recur_problem *ret_problem)
{
	struct reading rd = {
	    .arena = a, .zones = zones, .arg = arg, .floating = floating, .problem = ret_problem};
	struct recur r;
	int answer = cut(&rd, text, n);

	if (answer == RECUR_OK)
		answer = read_all(&rd, &r);
	if (answer == RECUR_OK)
		*ret = r;
	return answer;
}
