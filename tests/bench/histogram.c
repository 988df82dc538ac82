/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A histogram whose steps grow with the value: each doubling has as many steps as any other, so
 * that the error is relative.
 */
#include "tests/bench/histogram.h"

#define STEP_BITS 6

static unsigned bits(uint64_t v)
{
	return v == 0 ? 0 : 64 - (unsigned)__builtin_clzll(v);
}

static unsigned slot(uint64_t v)
{
	unsigned n = bits(v), s;

	if (n <= STEP_BITS)
		return (unsigned)v;
	s = (n - STEP_BITS) * HISTOGRAM_STEPS + (unsigned)(v >> (n - STEP_BITS - 1)) -
	    HISTOGRAM_STEPS;
	return s < HISTOGRAM_DOUBLINGS * HISTOGRAM_STEPS
		   ? s
		   : HISTOGRAM_DOUBLINGS * HISTOGRAM_STEPS - 1;
}

static uint64_t value(unsigned s)
{
	unsigned doubling = s / HISTOGRAM_STEPS;

	if (doubling == 0)
		return s;
	return (uint64_t)(s % HISTOGRAM_STEPS + HISTOGRAM_STEPS) << (doubling - 1);
}

void histogram_add(struct histogram *h, uint64_t duration_us)
{
	h->counts[slot(duration_us)]++;
	h->n++;
}

double histogram_quantile_ms(const struct histogram *h, double q)
{
	uint64_t seen = 0, wanted = (uint64_t)(q * (double)h->n);
	unsigned s;

	for (s = 0; s < HISTOGRAM_DOUBLINGS * HISTOGRAM_STEPS && h->n > 0; s++) {
		seen += h->counts[s];
		if (seen > wanted)
			return (double)value(s) / 1000;
	}
	return 0;
}
