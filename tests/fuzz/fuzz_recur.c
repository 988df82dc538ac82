/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes series: whatever is taken as one walks forward, within the bound, within the years that
 * there are, and the same from any place that is sought. */

#include "lib/recur.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/recur_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS_MAX = 60, BOUNDS_MAX = 1 };

/* A file of version 2 with one type and the rule of Central Europe. */
static const char paris[] =
    "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
    "\0\0\x0e\x10\0\0CET\0\nCET-1CEST,M3.5.0,M10.5.0/3\n";

static const struct zone *find_zone(void *arg, const char *tzid)
{
	return strcmp(tzid, "Europe/Paris") == 0 ? arg : NULL;
}

static int next_within_bound(struct recur_walk *w, int64_t *ret_utc)
{
	int answer = recur_walk_next(w, ret_utc);

	for (int n = 0; answer == RECUR_BOUND && n < BOUNDS_MAX; n++)
		answer = recur_walk_next(w, ret_utc);
	return answer;
}

static void check_seek(const struct recur *r, int64_t from, int64_t expected)
{
	struct recur_walk w;
	int64_t utc;
	int answer;

	recur_walk_init(&w, r);
	recur_walk_seek(&w, from);
	answer = next_within_bound(&w, &utc);
	assert(answer != RECUR_END && (answer == RECUR_BOUND || utc == expected));
}

static void check_series(const struct recur *r)
{
	const int64_t first_day = -INT64_C(719162) * DAY_S, end = INT64_C(2932897) * DAY_S;
	struct recur_walk w;
	int64_t before = INT64_MIN, utc;

	recur_walk_init(&w, r);
	for (int n = 0; n < STEPS_MAX; n++) {
		int answer = next_within_bound(&w, &utc);

		if (answer == RECUR_END)
			assert(recur_walk_next(&w, &utc) == RECUR_END);
		if (answer != RECUR_OK)
			return;
		assert(utc > before && utc >= first_day - DAY_S && utc < end + DAY_S);
		if (n % 8 == 1) {
			check_seek(r, utc, utc);
			check_seek(r, before + 1, utc);
		}
		before = utc;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recur_problem problem = {0};
	struct arena a = {0};
	struct recur r;
	struct zone *z;

	if (zone_new(paris, sizeof(paris) - 1, "Europe/Paris", &z) != ZONE_OK)
		abort();
	if (recur_text_parse(&a, (const char *)data, size, find_zone, z, size % 2 ? z : NULL, &r,
			     &problem) == RECUR_OK)
		check_series(&r);
	else
		assert(problem.text[0] && problem.line >= 1 && problem.column >= 1);
	arena_clear(&a);
	zone_free(z);
	return 0;
}
