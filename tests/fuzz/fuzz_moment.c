/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes moments and durations: what is read must be in range, and read the same once written. */

#include "lib/moment.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/duration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file of version 2 with one type and the rule of Central Europe. */
static const char paris[] =
    "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
    "\0\0\x0e\x10\0\0CET\0\nCET-1CEST,M3.5.0,M10.5.0/3\n";

static void check_moment(const char *text, const struct zone *z)
{
	struct moment m, back;
	char buf[32];
	int64_t utc;

	if (moment_parse(text, &m) != MOMENT_OK)
		return;
	assert(civil_date_is_valid(m.local.date) && m.local.date.year >= 1970);
	assert(m.local.second >= 0 && m.local.second < DAY_S);
	utc = moment_utc(&m, z);
	if (moment_parse(moment_format(utc, z, buf, sizeof(buf)), &back) != MOMENT_OK) {
		assert(utc < DAY_S || m.local.date.year >= 2199); /* over the edge by an offset */
		return;
	}
	assert(moment_utc(&back, z) == utc);
}

static void check_duration(const char *text, const struct zone *z)
{
	const int64_t start = 1806134400; /* 27 March 2027 */
	struct duration d, back;
	char buf[32];

	if (duration_parse(text, &d) != DURATION_OK)
		return;
	assert(d.days >= 0 && d.seconds >= 0 &&
	       d.days * DAY_S + d.seconds <= INT64_C(36525) * DAY_S);
	assert(duration_parse(duration_format(d, buf, sizeof(buf)), &back) == DURATION_OK);
	assert(back.days == d.days && back.seconds == d.seconds);
	assert(duration_is_zero(d) == (duration_after(d, z, start) == start));
	assert(duration_before(d, z, start) <= start);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct zone *z;

	if (!text || zone_new(paris, sizeof(paris) - 1, "Europe/Paris", &z) != ZONE_OK)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	check_moment(text, z);
	check_duration(text, z);
	zone_free(z);
	free(text);
	return 0;
}
