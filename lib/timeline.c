/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What occupies one lane, as a sorted array.
 *
 * The entries of a lane are disjoint, so their order by start is also their order by end and one
 * binary search answers every question. An array beats a tree here: a lane holds some hundreds to
 * some ten thousands of entries, insertions come near the end, and a memmove of a few kilobytes
 * costs less than following the pointers of a balanced tree.
 */
#include "lib/timeline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

#define TIMELINE_FIRST_CAP 8

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

size_t timeline_seek(const struct timeline *t, int64_t at)
{
	if (t->n == 0 || t->entries[t->n - 1].span.end <= at)
		return t->n;
	return seek_between(t, 0, t->n, at);
}

/* The same, in steps that double from the end back: what is near it is found among neighbours. */
static size_t seek_near_end(const struct timeline *t, int64_t at)
{
	size_t high = t->n, step = 1;

	while (step <= high && t->entries[high - step].span.end > at) {
		high -= step;
		step *= 2;
	}
	return seek_between(t, step <= high ? high - step + 1 : 0, high, at);
}

static void make_room(struct timeline *t)
{
	if (t->n < t->cap)
		return;
	t->cap = t->cap ? t->cap * 2 : TIMELINE_FIRST_CAP;
	t->entries = memory_grow(t->entries, t->cap * sizeof(*t->entries));
}

int timeline_insert(struct timeline *t, struct span s, int64_t booking)
{
	size_t i = seek_near_end(t, s.start);

	assert(!span_is_empty(s));
	if (i < t->n && t->entries[i].span.start < s.end)
		return TIMELINE_E_OVERLAP;
	make_room(t);
	memmove(&t->entries[i + 1], &t->entries[i], (t->n - i) * sizeof(*t->entries));
	t->entries[i] = (struct timeline_entry){.span = s, .booking = booking};
	t->n++;
	return TIMELINE_OK;
}

int timeline_remove(struct timeline *t, struct span s, int64_t booking)
{
	size_t i = timeline_seek(t, s.start);

	if (i == t->n || t->entries[i].booking != booking || !span_equals(t->entries[i].span, s))
		return TIMELINE_E_ABSENT;
	t->n--;
	memmove(&t->entries[i], &t->entries[i + 1], (t->n - i) * sizeof(*t->entries));
	return TIMELINE_OK;
}

const struct timeline_entry *timeline_conflict(const struct timeline *t, struct span s,
					       int64_t except)
{
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
