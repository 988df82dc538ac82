/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Points in time as written on the wire: reads and writes them. By hand, for a reply may carry
 * thousands. */

#include "lib/moment.h"

#include <assert.h>
#include <stdlib.h>

enum { YEAR_FIRST = 1970, YEAR_LAST = 2199 };

/* Exactly n digits. */
static bool read_digits(const char **at, int n, int32_t *ret)
{
	int32_t value = 0;

	for (; n > 0; n--, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		value = value * 10 + (**at - '0');
	}
	*ret = value;
	return true;
}

static bool skip(const char **at, char expected)
{
	if (**at != expected)
		return false;
	(*at)++;
	return true;
}

static int read_date(const char **at, struct civil_date *ret)
{
	int32_t year, month, day;

	if (!read_digits(at, 4, &year) || !skip(at, '-') || !read_digits(at, 2, &month) ||
	    !skip(at, '-') || !read_digits(at, 2, &day))
		return MOMENT_E_SYNTAX;
	*ret = (struct civil_date){year, (uint8_t)month, (uint8_t)day};
	if (year < YEAR_FIRST || year > YEAR_LAST || !civil_date_is_valid(*ret))
		return MOMENT_E_RANGE;
	return MOMENT_OK;
}

static int read_time(const char **at, int32_t *ret_second)
{
	int32_t hour, minute, second = 0;

	if (!read_digits(at, 2, &hour) || !skip(at, ':') || !read_digits(at, 2, &minute))
		return MOMENT_E_SYNTAX;
	if (skip(at, ':') && !read_digits(at, 2, &second))
		return MOMENT_E_SYNTAX;
	*ret_second = hour * 3600 + minute * 60 + second;
	if (minute > 59 || second > 59 || *ret_second > DAY_S)
		return MOMENT_E_RANGE;
	return MOMENT_OK;
}

static int read_offset(const char **at, int32_t *ret_s)
{
	bool west = **at == '-';
	int32_t hours, minutes;

	if (skip(at, 'Z') || skip(at, 'z')) {
		*ret_s = 0;
		return MOMENT_OK;
	}
	if (!skip(at, '+') && !skip(at, '-'))
		return MOMENT_E_SYNTAX;
	if (!read_digits(at, 2, &hours))
		return MOMENT_E_SYNTAX;
	skip(at, ':');
	if (!read_digits(at, 2, &minutes))
		return MOMENT_E_SYNTAX;
	if (hours > 23 || minutes > 59)
		return MOMENT_E_RANGE;
	*ret_s = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
	return MOMENT_OK;
}

/*
 * A text that is no moment at all is a matter of syntax, whatever its numbers say: so the first
 * range error is kept until all has been read.
 */
int moment_parse(const char *text, struct moment *ret)
{
	struct moment m = {0};
	int date, time = MOMENT_OK, offset = MOMENT_OK;

	date = read_date(&text, &m.local.date);
	if (date == MOMENT_E_SYNTAX)
		return date;
	m.has_time = skip(&text, 'T') || skip(&text, 't') || skip(&text, ' ');
	if (m.has_time) {
		time = read_time(&text, &m.local.second);
		if (time == MOMENT_E_SYNTAX)
			return time;
		m.has_offset = *text != '\0';
	}
	if (m.has_offset)
		offset = read_offset(&text, &m.offset_s);
	if (offset == MOMENT_E_SYNTAX || *text)
		return MOMENT_E_SYNTAX;
	if (date || time || offset)
		return MOMENT_E_RANGE;
	if (m.local.second == DAY_S)
		m.local = civil_from_seconds(civil_seconds(m.local));
	*ret = m;
	return MOMENT_OK;
}

int64_t moment_utc(const struct moment *m, const struct zone *z)
{
	int64_t utc;

	if (m->has_offset)
		return civil_seconds(m->local) - m->offset_s;
	zone_to_utc(z, m->local, &utc);
	return utc;
}

static char *put_two(char *at, uint32_t value)
{
	at[0] = (char)('0' + value / 10);
	at[1] = (char)('0' + value % 10);
	return at + 2;
}

static char *put_pair(char *at, char before, int32_t value)
{
	*at = before;
	return put_two(at + 1, (uint32_t)value);
}

/* Without an offset. */
static char *put_local(char *at, struct civil_time t)
{
	assert(t.date.year >= 0 && t.date.year <= 9999);
	at = put_two(at, (uint32_t)t.date.year / 100);
	at = put_two(at, (uint32_t)t.date.year % 100);
	at = put_pair(at, '-', t.date.month);
	at = put_pair(at, '-', t.date.day);
	at = put_pair(at, 'T', t.second / 3600);
	at = put_pair(at, ':', t.second / 60 % 60);
	if (t.second % 60)
		at = put_pair(at, ':', t.second % 60);
	return at;
}

char *moment_format_utc(int64_t utc, char *buf, size_t n)
{
	char *at = buf;

	assert(n >= 32);
	at = put_local(at, civil_from_seconds(utc));
	*at++ = 'Z';
	*at = '\0';
	return buf;
}

char *moment_format(int64_t utc, const struct zone *z, char *buf, size_t n)
{
	/* An offset with seconds (Monrovia until 1972) cannot be written; in whole minutes the
	 * instant stays exact. */
	int32_t offset_min = zone_offset_s(z, utc) / 60;
	char *at = buf;

	assert(n >= 32);
	at = put_local(at, civil_from_seconds(utc + offset_min * 60));
	at = put_pair(at, offset_min < 0 ? '-' : '+', abs(offset_min) / 60);
	at = put_pair(at, ':', abs(offset_min) % 60);
	*at = '\0';
	return buf;
}
