/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Counts of durations, to within 1.6 %, from a microsecond to an hour. */

#include <stdint.h>

#define HISTOGRAM_STEPS 64 /* of each doubling */
#define HISTOGRAM_DOUBLINGS 32

struct histogram {
	uint64_t counts[HISTOGRAM_DOUBLINGS * HISTOGRAM_STEPS];
	uint64_t n;
};

void histogram_add(struct histogram *h, uint64_t duration_us);
double histogram_quantile_ms(const struct histogram *h, double q); /* 0 where empty */
