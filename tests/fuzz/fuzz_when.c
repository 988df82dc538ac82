/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes human times: what is read must be writable, and an end without a date lies after its
 * start. */
#include "client/when.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/moment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file of version 2 with one type and the rule of Central Europe. */
static const char paris[] =
    "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
    "\0\0\x0e\x10\0\0CET\0\nCET-1CEST,M3.5.0,M10.5.0/3\n";

static void check_point(struct arena *a, const struct when_point *p, const struct zone *z)
{
	struct moment m;
	assert(civil_date_is_valid(p->local.date));
	assert(p->local.second >= 0 && p->local.second < DAY_S);
	int answer = moment_parse(when_wire(a, p, z), &m);
	assert(answer == MOMENT_OK || p->local.date.year >= 2199 || p->local.date.year < 1971);
	assert(answer != MOMENT_OK || m.has_time == p->has_time);
}

static void check_span(struct arena *a, const struct when_words *w, const struct when_clock *c)
{
	struct when_span s;
	size_t at = 0;
	int fault = when_span_parse(w, c, &s, &at);
	assert(fault >= 0 && fault < N_WHEN_FAULTS && at <= w->n);
	if (fault)
		return;
	check_point(a, &s.from, c->zone);
	if (s.end == WHEN_TO)
		check_point(a, &s.to, c->zone);
	if (s.end == WHEN_FOR)
		assert(!duration_is_zero(s.length) && s.length.days >= 0 && s.length.seconds >= 0);
}

static void check_rest(struct arena *a, const struct when_words *w, const struct when_clock *c)
{
	struct when_point first, last, end,
	    from = {.local = {{2026, 12, 4}, 36000}, .has_date = true, .has_time = true};
	struct duration d;
	size_t at;
	if (when_first_parse(w, c, &first, &at) == WHEN_OK) {
		check_point(a, &first, c->zone);
		assert(when_last_parse(w, c, &last, &at) == WHEN_OK);
		assert(civil_time_compare(first.local, last.local) <= 0);
	}
	if (when_end_parse(w, c, &from, &end, &at) == WHEN_OK)
		check_point(a, &end, c->zone);
	if (when_duration_parse(w, &d, &at) == WHEN_OK)
		assert(!duration_is_zero(d));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct zone *z;
	char *text = arena_alloc(&a, size + 1);
	if (zone_new(paris, sizeof(paris) - 1, "Europe/Paris", &z) != ZONE_OK)
		abort();
	memcpy(text, data, size);
	const char *const texts[] = {text};
	struct when_words w = when_split(&a, texts, 1);
	struct when_clock clock = {.now = 1796375999, .zone = z};
	check_span(&a, &w, &clock);
	check_rest(&a, &w, &clock);
	zone_free(z);
	arena_clear(&a);
	return 0;
}
