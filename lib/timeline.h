/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What occupies one lane: disjoint spans in order of time, each with the booking that holds it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/span.h"

struct timeline_entry {
	struct span span;
	int64_t booking;
};

struct timeline_slice { /* of time */
	uint32_t first; /* entry that ends after it begins */
	uint32_t taken; /* a bit for each 32nd of it, from its beginning: whether an entry reaches into that */
};

struct timeline {
	struct timeline_entry *entries;
	size_t n, cap;
	struct timeline_slice *slices; /* where to look; NULL: there is no such thing */
	int64_t from;		       /* the first begins */
	unsigned shift;		       /* each is that power of two of seconds */
};

enum { TIMELINE_OK = 0, TIMELINE_E_OVERLAP = 1, TIMELINE_E_ABSENT = 2 };

void timeline_clear(struct timeline *t);
int timeline_insert(struct timeline *t, struct span s, int64_t booking);  /* or E_OVERLAP, nothing changed */
int timeline_remove(struct timeline *t, struct span s, int64_t booking);  /* or E_ABSENT */
/* First entry that ends after `at`, as an index; t->n if none. */
size_t timeline_seek(const struct timeline *t, int64_t at);
/* First entry that overlaps `s`, other than those of booking `except` (0: none excepted); NULL if free. */
const struct timeline_entry *timeline_conflict(const struct timeline *t, struct span s, int64_t except);
/* The last such entry: nothing that starts later and ends no earlier is free before it ends. */
const struct timeline_entry *timeline_last_conflict(const struct timeline *t, struct span s, int64_t except);
/* Free time just before and after `s`, for choosing the unit that leaves the fewest useless gaps: the end of
 * the entry before (INT64_MIN if none) and the start of the one after (TIME_NEVER if none). */
void timeline_neighbours(const struct timeline *t, struct span s, int64_t except, int64_t *ret_before, int64_t *ret_after);
