/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lengths of time: reads, writes and applies them. */

#include "lib/duration.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define DAYS_MAX INT64_C(36525) /* 100 years */

struct unit {
	const char *word;
	int rank; /* a text's ranks descend */
	int64_t days, seconds;
};

static const struct unit units[] = {
    {"w", 5, 7, 0},  {"d", 4, 1, 0},	{"j", 4, 1, 0}, {"h", 3, 0, 3600},
    {"m", 2, 0, 60}, {"min", 2, 0, 60}, {"s", 1, 0, 1},
};

static const struct unit *unit_find(const char *word, size_t n)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].word) == n && memcmp(units[i].word, word, n) == 0)
			return &units[i];
	return NULL;
}

/* Stops growing once beyond every limit, so that any number of digits can be read. */
static int64_t read_number(const char **at)
{
	const int64_t beyond = (DAYS_MAX + 1) * DAY_S;
	int64_t n = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++)
		n = n < beyond ? n * 10 + (**at - '0') : n;
	return n < beyond ? n : beyond;
}

static size_t letters_length(const char *text)
{
	size_t n = 0;

	while (text[n] >= 'a' && text[n] <= 'z')
		n++;
	return n;
}

int duration_parse(const char *text, struct duration *ret)
{
	struct duration d = {0};
	int rank = 6;

	do {
		const struct unit *u;
		const char *digits = text;
		int64_t n = read_number(&text);
		size_t word_bytes = letters_length(text);

		u = text > digits ? unit_find(text, word_bytes) : NULL;
		if (!u || u->rank >= rank)
			return DURATION_E_SYNTAX;
		rank = u->rank;
		d.days += n * u->days;
		d.seconds += n * u->seconds;
		text += word_bytes;
	} while (*text);
	if (d.days * DAY_S + d.seconds > DAYS_MAX * DAY_S)
		return DURATION_E_RANGE;
	*ret = d;
	return DURATION_OK;
}

char *duration_format(struct duration d, char *buf, size_t n)
{
	bool whole_weeks = d.days % 7 == 0;
	const struct {
		int64_t count;
		char unit;
	} parts[] = {
	    {whole_weeks ? d.days / 7 : d.days, whole_weeks ? 'w' : 'd'},
	    {d.seconds / 3600, 'h'},
	    {d.seconds / 60 % 60, 'm'},
	    {d.seconds % 60, 's'},
	};
	size_t used = 0;

	assert(n >= 32 && d.days >= 0 && d.seconds >= 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].count && used < n)
			used += (size_t)snprintf(buf + used, n - used, "%lld%c",
						 (long long)parts[i].count, parts[i].unit);
	if (used == 0)
		memcpy(buf, "0m", 3);
	return buf;
}

int64_t duration_after(struct duration d, const struct zone *z, int64_t start)
{
	return zone_add_days(z, start, d.days) + d.seconds;
}

int64_t duration_before(struct duration d, const struct zone *z, int64_t end)
{
	return zone_add_days(z, end - d.seconds, -d.days);
}

bool duration_is_zero(struct duration d)
{
	return d.days == 0 && d.seconds == 0;
}
