/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The limits of rules, tested on one span; and the arithmetic of lengths that they rest on. */

#include <stdbool.h>
#include <stdint.h>

#include "lib/policy.h"
#include "lib/reason.h"

/* REASON_NONE where the limit is kept, or is not about one span alone (see lib/rules.h). ret_bound: the earliest start (LEAD) or the latest
 * (HORIZON), else 0. */
enum reason limit_test(const struct limit *limit, const struct zone *z, struct span s, int64_t now,
		       int64_t *ret_bound);
/* Of a LIMIT_SLOTS: the first start (or end) of a slot at or after `at`, the last start at or before it. */
int64_t slots_next(const struct limit *limit, const struct zone *z, int64_t at, bool end);
int64_t slots_previous(const struct limit *limit, const struct zone *z, int64_t at);
const char *slots_text(const struct limit *limit, struct arena *a); /* "08:00-13:00 13:00-18:00" */
/* Of a LIMIT_OPENS: when the month of `start` opens. A day that its month does not have is the last. */
int64_t opens_at(const struct limit *limit, const struct zone *z, int64_t start);
/* The length of `s` as people mean it: civil days where it is a whole number of them, else elapsed
 * time. */
struct duration span_length(struct span s, const struct zone *z);
/* The length nearest to `length` that the limit allows for a booking from `start`; other limits
 * allow any. */
struct duration limit_nearest_length(const struct limit *limit, const struct zone *z, int64_t start,
				     struct duration length);
