/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A unit, or all of a resource, out of service for a time, which no booking may span. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/span.h"

struct outage {
	int64_t number; /* 1.., the pole's own count */
	uint32_t resource; /* a leaf; or a composite, and then all its parts: see lib/outages.h */
	uint32_t lane;	   /* 0: all of them */
	struct span span;  /* ends at TIME_NEVER where nobody knows yet */
	uint32_t made_by;
	int64_t made_at;
	int64_t lifted_at; /* 0: not */
	bool is_closure;   /* closed: may be spanned, but not started or ended in; lane 0 */
};

static inline bool outage_covers(const struct outage *o, uint32_t resource, uint32_t lane)
{
	return o->resource == resource && (o->lane == 0 || o->lane == lane);
}
