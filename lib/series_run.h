/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Several decisions in a row, each on the state that those before it leave; then all undone, and
 * one list of their changes made. */

#include "lib/series.h"

struct series_run {
	struct pole *pole;
	const struct asker *who;
	struct arena *arena;
	struct changes *steps; /* applied */
	size_t n_steps;
	struct series_answer *ret;
};

/* Room for `n` decisions. */
void series_run_init(struct series_run *r, struct pole *p, const struct asker *who, struct arena *a,
		     size_t n, struct series_answer *ret);
/* Where a decision leaves its changes. */
struct changes *series_run_step(struct series_run *r);
/* Applies the step, if it was granted; else drops it. */
bool series_run_take(struct series_run *r, const struct answer *answer);
/* Undoes everything. granted: the changes go to ret_changes, else the answer becomes a refusal.
 * Every booking that an answer mentions is then the pole's or of the changes. */
void series_run_end(struct series_run *r, bool granted, struct changes *ret_changes);
/* `s` so much local time later; both ends. */
struct span series_shift(const struct zone *z, struct span s, int64_t start_by_s, int64_t end_by_s);
int64_t local_s(const struct zone *z, int64_t utc);
