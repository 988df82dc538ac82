/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A half-open stretch of time [start, end), in UTC seconds since 1970. */

#include <stdbool.h>
#include <stdint.h>

#define TIME_NEVER INT64_MAX

struct span {
	int64_t start, end;
};

static inline bool span_is_empty(struct span s)
{
	return s.start >= s.end;
}

static inline bool span_overlaps(struct span a, struct span b)
{
	return a.start < b.end && b.start < a.end;
}

static inline bool span_contains(struct span outer, struct span inner)
{
	return outer.start <= inner.start && inner.end <= outer.end;
}

static inline bool span_equals(struct span a, struct span b)
{
	return a.start == b.start && a.end == b.end;
}
