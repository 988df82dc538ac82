/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What occupies one lane, as a sorted array.
 *
 * The entries of a lane are disjoint, so their order by start is also their order by end and one
 * binary search answers every question. An array beats a tree here: a lane holds some hundreds to
 * some ten thousands of entries, insertions come near the end, and a memmove of a few kilobytes
 * costs less than following the pointers of a balanced tree.
 *
 * With thousands of lanes what a search costs is to wait for memory, at each step for another part
 * of it. So a lane that has more than a few entries has an index beside them: time is cut into
 * equal slices, and for each there is where its entries begin. Then a search is one look into the
 * index and one among the four entries, or so, of a slice. The first slice also has what is before
 * it, the last what is after: bounds are always right, and at worst wide. The index is made anew
 * when the array grows, and when time has left it behind.
 *
 * Most questions are about time that is free, and need not look at entries at all: a slice has a
 * bit for each 32nd of itself, set where an entry reaches into it.
 */
#include "lib/timeline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

#define TIMELINE_FIRST_CAP 8
#define INDEXED_CAP 64
#define ENTRIES_A_SLICE 4
#define PARTS_SHIFT 5 /* 32 parts a slice */

void timeline_clear(struct timeline *t)
{
	free(t->entries);
	*t = (struct timeline){0};
}

/* The first entry of [low, high) that ends after `at`; `high` if none does. */
static size_t seek_between(const struct timeline *t, size_t low, size_t high, int64_t at)
{
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->entries[middle].span.end > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static size_t n_slices(const struct timeline *t)
{
	return t->cap / ENTRIES_A_SLICE;
}

/* The slice that has `at`; for what is after the last, the last. */
static size_t slice_of(const struct timeline *t, int64_t at)
{
	uint64_t slice;

	if (at <= t->from)
		return 0;
	slice = ((uint64_t)at - (uint64_t)t->from) >> t->shift;
	return slice < n_slices(t) ? slice : n_slices(t) - 1;
}

size_t timeline_seek(const struct timeline *t, int64_t at)
{
	size_t slice;

	if (!t->slices)
		return seek_between(t, 0, t->n, at);
	slice = slice_of(t, at);
	return seek_between(t, t->slices[slice].first,
			    slice + 1 < n_slices(t) ? t->slices[slice + 1].first : t->n, at);
}

/* The parts of that slice that `s` reaches into. */
static uint32_t parts_of(const struct timeline *t, size_t slice, struct span s)
{
	int64_t start = (int64_t)((uint64_t)t->from + (slice << t->shift)),
		end = (int64_t)((uint64_t)start + (UINT64_C(1) << t->shift));
	unsigned part = t->shift - PARTS_SHIFT;
	uint32_t parts = UINT32_MAX;

	if (s.start > start)
		parts &= UINT32_MAX << (((uint64_t)s.start - (uint64_t)start) >> part);
	if (s.end < end)
		parts &= UINT32_MAX >> (31 - (((uint64_t)s.end - 1 - (uint64_t)start) >> part));
	return parts;
}

/* The last slice has no end, and so no parts. */
static void take_parts(struct timeline *t, struct span s)
{
	size_t last = slice_of(t, s.end - 1);

	if (s.end <= t->from)
		return;
	for (size_t i = slice_of(t, s.start); i <= last && i + 1 < n_slices(t); i++)
		t->slices[i].taken |= parts_of(t, i, s);
}

/* After its entry has gone, from before the one that is now at `next`: but for what its neighbours
 * reach into. */
static void free_parts(struct timeline *t, struct span s, size_t next)
{
	size_t last = slice_of(t, s.end - 1);

	if (s.end <= t->from)
		return;
	for (size_t i = slice_of(t, s.start); i <= last && i + 1 < n_slices(t); i++)
		t->slices[i].taken &= ~parts_of(t, i, s);
	if (next > 0)
		take_parts(t, t->entries[next - 1].span);
	if (next < t->n)
		take_parts(t, t->entries[next].span);
}

/* Whether no entry reaches into a part that `s` does. */
static bool has_parts_free(const struct timeline *t, struct span s)
{
	size_t last;

	if (!t->slices || s.start < t->from || span_is_empty(s))
		return false;
	last = slice_of(t, s.end - 1);
	if (last + 1 == n_slices(t))
		return false;
	for (size_t i = slice_of(t, s.start); i <= last; i++)
		if (t->slices[i].taken & parts_of(t, i, s))
			return false;
	return true;
}

/* From the first entry to where seven eighths begin, for the last may be years away, and a quarter
 * on for what is to come. */
static void make_slices(struct timeline *t)
{
	const struct timeline_entry *late = &t->entries[t->n - 1 - t->n / 8];
	uint64_t reach;
	size_t slice = 0;

	t->from = t->entries[0].span.start;
	reach = ((uint64_t)late->span.start - (uint64_t)t->from) / 4 * 5;
	for (t->shift = PARTS_SHIFT; reach >> t->shift >= n_slices(t);)
		t->shift++;
	t->slices[slice++] = (struct timeline_slice){0};
	for (size_t i = 0; i < t->n; i++)
		while (slice < n_slices(t) &&
		       (uint64_t)slice << t->shift <
			   (uint64_t)t->entries[i].span.end - (uint64_t)t->from)
			t->slices[slice++] = (struct timeline_slice){.first = (uint32_t)i};
	while (slice < n_slices(t))
		t->slices[slice++] = (struct timeline_slice){.first = (uint32_t)t->n};
	for (size_t i = 0; i < t->n; i++)
		take_parts(t, t->entries[i].span);
}

/* An entry that ends there has come (+1) or gone (-1): for slices that begin no earlier, all is one
 * further. */
static void move_slices(struct timeline *t, int64_t end, int by)
{
	for (size_t i = slice_of(t, end - 1) + 1; i < n_slices(t); i++)
		t->slices[i].first += (uint32_t)by;
}

static bool is_left_behind(const struct timeline *t)
{
	return t->n - t->slices[n_slices(t) - 1].first > t->n / 4;
}

/* The index lies behind the entries, in the same piece of memory. */
static void make_room(struct timeline *t)
{
	if (t->n < t->cap)
		return;
	t->cap = t->cap ? t->cap * 2 : TIMELINE_FIRST_CAP;
	t->entries = memory_grow(t->entries,
				 t->cap * sizeof(*t->entries) + n_slices(t) * sizeof(*t->slices));
	if (t->cap < INDEXED_CAP)
		return;
	t->slices = (struct timeline_slice *)(t->entries + t->cap);
	make_slices(t);
}

int timeline_insert(struct timeline *t, struct span s, int64_t booking)
{
	size_t i = timeline_seek(t, s.start);

	assert(!span_is_empty(s));
	if (i < t->n && t->entries[i].span.start < s.end)
		return TIMELINE_E_OVERLAP;
	make_room(t);
	memmove(&t->entries[i + 1], &t->entries[i], (t->n - i) * sizeof(*t->entries));
	t->entries[i] = (struct timeline_entry){.span = s, .booking = booking};
	t->n++;
	if (!t->slices)
		return TIMELINE_OK;
	move_slices(t, s.end, 1);
	take_parts(t, s);
	if (is_left_behind(t))
		make_slices(t);
	return TIMELINE_OK;
}

int timeline_remove(struct timeline *t, struct span s, int64_t booking)
{
	size_t i = timeline_seek(t, s.start);

	if (i == t->n || t->entries[i].booking != booking || !span_equals(t->entries[i].span, s))
		return TIMELINE_E_ABSENT;
	t->n--;
	memmove(&t->entries[i], &t->entries[i + 1], (t->n - i) * sizeof(*t->entries));
	if (t->slices) {
		move_slices(t, s.end, -1);
		free_parts(t, s, i);
	}
	return TIMELINE_OK;
}

const struct timeline_entry *timeline_conflict(const struct timeline *t, struct span s,
					       int64_t except)
{
	if (has_parts_free(t, s))
		return NULL;
	for (size_t i = timeline_seek(t, s.start); i < t->n; i++) {
		if (t->entries[i].span.start >= s.end)
			return NULL;
		if (t->entries[i].booking != except)
			return &t->entries[i];
	}
	return NULL;
}

const struct timeline_entry *timeline_last_conflict(const struct timeline *t, struct span s,
						    int64_t except)
{
	const struct timeline_entry *last = NULL;

	for (size_t i = timeline_seek(t, s.start); i < t->n; i++) {
		if (t->entries[i].span.start >= s.end)
			break;
		if (t->entries[i].booking != except)
			last = &t->entries[i];
	}
	return last;
}

void timeline_neighbours(const struct timeline *t, struct span s, int64_t except,
			 int64_t *ret_before, int64_t *ret_after)
{
	size_t i = timeline_seek(t, s.start);
	size_t before = i, after = i;

	while (before > 0 && t->entries[before - 1].booking == except)
		before--;
	while (after < t->n &&
	       (t->entries[after].booking == except || t->entries[after].span.start < s.end))
		after++;
	*ret_before = before > 0 ? t->entries[before - 1].span.end : INT64_MIN;
	*ret_after = after < t->n ? t->entries[after].span.start : TIME_NEVER;
}
