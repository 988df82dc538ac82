/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Weekly opening hours in local time: ranges of a weekday, past midnight allowed (22:00-26:00 is
 * until 02:00 of the next day). An empty set never opens; `always` never closes. Where the clock
 * changes, an end of a range is made an instant as zone.h says: 20:00-26:30 closes at the first
 * 02:30 of an autumn night.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/span.h"
#include "lib/zone.h"

struct hours_range {
	enum weekday day;
	int32_t from_s, to_s; /* seconds of local day, 0 <= from < to <= from + 86400 */
};

struct hours {
	bool always;
	const struct hours_range *ranges; /* sorted by (day, from_s), disjoint */
	size_t n_ranges;
};

/*
 * The first open stretch that ends after `at` (it may have begun before), ranges that touch joined;
 * false if none begins by the local date `limit_days` after that of `at`. Hours that never close
 * have no stretch with ends: the answer then is from `limit_days` (at least one) of 24 h before
 * `at` to as many after it.
 */
bool hours_next_open(const struct hours *h, const struct zone *z, int64_t at, int limit_days,
		     struct span *ret);
/* Whether `s` lies inside one open stretch, or, where `may_span`, starts and ends in open time (an
 * end at closing time counts as open). */
bool hours_admit(const struct hours *h, const struct zone *z, struct span s, bool may_span);
