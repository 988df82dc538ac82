/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Weekly hours in local time: ranges of a weekday, past midnight allowed (22:00-26:00 is until
 * 02:00 of the next day). An empty set never opens; `always` never closes. What dates make of them
 * is in lib/calendar.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/civil.h"

struct hours_range {
	enum weekday day;
	int32_t from_s, to_s; /* seconds of local day, 0 <= from < to <= from + 86400 */
};

struct hours {
	bool always;
	const struct hours_range *ranges; /* sorted by (day, from_s), disjoint */
	size_t n_ranges;
};
