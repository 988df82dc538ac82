/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The windowed peak: how many lanes are needed at once at the worst instant. */
#include "lib/packing.h"

#include <stdlib.h>

struct edge {
	int64_t at;
	int64_t need; /* added from `at` on; negative: given back */
};

/* At one instant, what ends comes before what starts. */
static int compare_edges(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->need < y->need ? -1 : x->need > y->need;
}

int64_t packing_peak(const struct packing_job *jobs, size_t n_jobs, struct span window,
		     int64_t *ret_when)
{
	struct edge *edges = memory_new(2 * n_jobs * sizeof(*edges));
	int64_t now = 0, peak = 0, when = window.start;
	size_t n = 0;

	for (size_t i = 0; i < n_jobs; i++) {
		struct span s = jobs[i].during;

		if (span_is_empty(window) || !span_overlaps(s, window))
			continue;
		edges[n++] = (struct edge){s.start > window.start ? s.start : window.start,
					   (int64_t)jobs[i].need};
		edges[n++] = (struct edge){s.end, -(int64_t)jobs[i].need};
	}
	qsort(edges, n, sizeof(*edges), compare_edges);
	for (size_t i = 0; i < n; i++) {
		now += edges[i].need;
		if (now > peak) {
			peak = now;
			when = edges[i].at;
		}
	}
	free(edges);
	if (ret_when)
		*ret_when = when;
	return peak;
}
