/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The moments at which the local time of day is a multiple of so many seconds.
 *
 * Between two changes of the clocks local time runs as elapsed time does, so rounding is adding.
 * Where a change lies on the way, going on from the change itself keeps that true; converting a
 * rounded local time back would miss the hour that occurs twice, and invent one in the hour that
 * does not occur.
 */
#include "lib/start_grid.h"

/* The first instant in (low, high] at which the offset is already that of `high`; those of the two
 * differ. */
static int64_t clock_change(const struct zone *z, int64_t low, int64_t high)
{
	int32_t offset_s = zone_offset_s(z, high);

	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (zone_offset_s(z, middle) == offset_s)
			high = middle;
		else
			low = middle;
	}
	return high;
}

int64_t grid_up(int32_t every_s, const struct zone *z, int64_t at)
{
	for (;;) {
		int32_t second = zone_to_local(z, at).second;
		int32_t rounded = (second + every_s - 1) / every_s * every_s;
		int64_t next = at + (rounded < DAY_S ? rounded : DAY_S) - second;

		if (zone_offset_s(z, next) == zone_offset_s(z, at))
			return next;
		at = clock_change(z, at, next);
	}
}

int64_t grid_down(int32_t every_s, const struct zone *z, int64_t at)
{
	for (;;) {
		int64_t previous = at - zone_to_local(z, at).second % every_s;

		if (zone_offset_s(z, previous) == zone_offset_s(z, at))
			return previous;
		at = clock_change(z, previous, at) - 1;
	}
}
