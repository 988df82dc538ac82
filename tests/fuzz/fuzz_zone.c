/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes TZif files: whatever is taken as a zone must give offsets and instants that fit together.
 */

#include "lib/zone.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REACH_S (26 * 3600)

static void check_instant(const struct zone *z, int64_t utc)
{
	int32_t offset_s = zone_offset_s(z, utc);
	struct civil_time local = zone_to_local(z, utc);
	int64_t back;
	enum zone_fit fit = zone_to_utc(z, local, &back);

	assert(offset_s > -REACH_S && offset_s < REACH_S);
	assert(civil_seconds(local) == utc + offset_s);
	assert(fit != ZONE_GAP && back <= utc); /* the first of those with this local time */
	assert(fit == ZONE_OVERLAP || back == utc);
	assert(back + zone_offset_s(z, back) == utc + offset_s);
}

static void check_local(const struct zone *z, int64_t local_s)
{
	int64_t utc;
	enum zone_fit fit = zone_local_s_to_utc(z, local_s, &utc);

	assert(utc > local_s - REACH_S && utc < local_s + REACH_S);
	assert((fit == ZONE_GAP) == (utc + zone_offset_s(z, utc) != local_s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int64_t step_s = 86400 * 123 + 4567;
	const int64_t end = INT64_C(1000) * 366 * 86400;
	struct zone *z;

	if (zone_new(data, size, "Fuzz/Zone", &z) != ZONE_OK)
		return 0;
	for (int64_t at = -end; at < end; at += step_s) {
		check_instant(z, at);
		check_local(z, at);
		zone_add_days(z, at, 31);
	}
	zone_offset_s(z, INT64_MIN);
	zone_offset_s(z, INT64_MAX);
	zone_free(z);
	return 0;
}
