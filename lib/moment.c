/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Points in time as written on the wire: reads and writes them. By hand, for a reply may carry
 * thousands. */

#include "lib/moment.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { YEAR_FIRST = 1970, YEAR_LAST = 2199 };

static bool read_two(const char **at, int32_t *ret)
{
	const uint32_t tens = (uint32_t)(*at)[0] - '0';
	uint32_t ones;

	if (tens > 9 || (ones = (uint32_t)(*at)[1] - '0') > 9)
		return false;
	*ret = (int32_t)(tens * 10 + ones);
	*at += 2;
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
	int32_t century, year, month, day;

	if (!read_two(at, &century) || !read_two(at, &year) || !skip(at, '-') ||
	    !read_two(at, &month) || !skip(at, '-') || !read_two(at, &day))
		return MOMENT_E_SYNTAX;
	year += century * 100;
	*ret = (struct civil_date){year, (uint8_t)month, (uint8_t)day};
	if (year < YEAR_FIRST || year > YEAR_LAST || !civil_date_is_valid(*ret))
		return MOMENT_E_RANGE;
	return MOMENT_OK;
}

static int read_time(const char **at, int32_t *ret_second)
{
	int32_t hour, minute, second = 0;

	if (!read_two(at, &hour) || !skip(at, ':') || !read_two(at, &minute))
		return MOMENT_E_SYNTAX;
	if (skip(at, ':') && !read_two(at, &second))
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
	if (!read_two(at, &hours))
		return MOMENT_E_SYNTAX;
	skip(at, ':');
	if (!read_two(at, &minutes))
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

/* clang-format off */
static const char pairs[] =
	"00010203040506070809" "10111213141516171819" "20212223242526272829" "30313233343536373839"
	"40414243444546474849" "50515253545556575859" "60616263646566676869" "70717273747576777879"
	"80818283848586878889" "90919293949596979899";
/* clang-format on */

/* `value` is below 100. */
static char *put_two(char *at, uint32_t value)
{
	return mempcpy(at, pairs + 2 * value, 2);
}

static char *put_pair(char *at, char before, uint32_t value)
{
	*at = before;
	return put_two(at + 1, value);
}

/* Without an offset. */
static char *put_local(char *at, struct civil_time t)
{
	const uint32_t year = (uint32_t)t.date.year, second = (uint32_t)t.second;

	assert(year <= 9999);
	at = put_two(at, year / 100);
	at = put_two(at, year % 100);
	at = put_pair(at, '-', t.date.month);
	at = put_pair(at, '-', t.date.day);
	at = put_pair(at, 'T', second / 3600);
	at = put_pair(at, ':', second / 60 % 60);
	if (second % 60)
		at = put_pair(at, ':', second % 60);
	return at;
}

char *moment_format_utc(int64_t utc, char *buf, size_t n)
{
	char *at = buf;

	assert(n >= MOMENT_MAX_BYTES);
	at = put_local(at, civil_from_seconds(utc));
	*at++ = 'Z';
	*at = '\0';
	return buf;
}

char *moment_put(char *at, int64_t utc, const struct zone *z)
{
	/* An offset with seconds (Monrovia until 1972) cannot be written; in whole minutes the
	 * instant stays exact. */
	const int32_t offset_min = zone_offset_s(z, utc) / 60;
	const uint32_t distance_min = (uint32_t)abs(offset_min);

	at = put_local(at, civil_from_seconds(utc + offset_min * 60));
	at = put_pair(at, offset_min < 0 ? '-' : '+', distance_min / 60);
	return put_pair(at, ':', distance_min % 60);
}

char *moment_format(int64_t utc, const struct zone *z, char *buf, size_t n)
{
	assert(n >= MOMENT_MAX_BYTES);
	*moment_put(buf, utc, z) = '\0';
	return buf;
}
