/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How busy a pool is over time, and when it has room.
 *
 * Every question counts how many of some spans hold at each moment: the lanes' busy spans, or, for
 * lanes that have to stay the same, the spans of starts that each lane's gaps leave to a given
 * length. Each lane yields its spans in order, a heap merges their edges, and the reader stops when
 * it has its answer.
 */
#include "lib/profile.h"

#include <assert.h>
#include <stdlib.h>

#define TIME_MAX_S ((int64_t)1 << 61)

struct source { /* one lane */
	const struct timeline *timeline;
	size_t next;	   /* entry */
	struct span span;  /* the present or coming one */
	bool inside;	   /* its start has been counted, its end not */
	int64_t free_from; /* for gaps: the end of the entry before */
	bool is_over;
};

struct counter {
	const struct profile_pool *pool;
	int64_t length_s; /* of gaps; 0: busy spans are counted */
	struct source *heap;
	size_t n; /* sources with an edge to come; the earliest is first */
	uint32_t count;
};

static const struct timeline_entry *next_entry(const struct counter *c, struct source *s)
{
	const struct timeline *t = s->timeline;

	while (s->next < t->n && t->entries[s->next].booking == c->pool->except)
		s->next++;
	if (s->next == t->n || t->entries[s->next].span.start >= c->pool->window.end)
		return NULL;
	return &t->entries[s->next++];
}

static bool next_busy(const struct counter *c, struct source *s)
{
	const struct timeline_entry *e = next_entry(c, s);

	if (!e)
		return false;
	s->span = e->span;
	if (s->span.start < c->pool->window.start)
		s->span.start = c->pool->window.start;
	return true;
}

/* The starts that the next gap which is long enough leaves. */
static bool next_starts(const struct counter *c, struct source *s)
{
	while (!s->is_over) {
		const struct timeline_entry *e = next_entry(c, s);
		int64_t end = e ? e->span.start : c->pool->window.end;
		struct span starts = {s->free_from, end - c->length_s + 1};

		s->is_over = !e;
		if (e)
			s->free_from = e->span.end;
		if (!span_is_empty(starts)) {
			s->span = starts;
			return true;
		}
	}
	return false;
}

static bool next_span(const struct counter *c, struct source *s)
{
	return c->length_s ? next_starts(c, s) : next_busy(c, s);
}

static int64_t edge_of(const struct source *s)
{
	return s->inside ? s->span.end : s->span.start;
}

static void sink(struct counter *c, size_t i)
{
	struct source s = c->heap[i];

	while (2 * i + 1 < c->n) {
		size_t child = 2 * i + 1;

		if (child + 1 < c->n && edge_of(&c->heap[child + 1]) < edge_of(&c->heap[child]))
			child++;
		if (edge_of(&s) <= edge_of(&c->heap[child]))
			break;
		c->heap[i] = c->heap[child];
		i = child;
	}
	c->heap[i] = s;
}

static void counter_init(struct counter *c, const struct profile_pool *p, int64_t length_s)
{
	*c = (struct counter){.pool = p, .length_s = length_s};
	assert(p->window.start > -TIME_MAX_S && length_s < TIME_MAX_S);
	c->heap = memory_new(p->n_lanes * sizeof(*c->heap));
	for (size_t i = 0; i < p->n_lanes; i++) {
		struct source *s = &c->heap[c->n];

		*s = (struct source){.timeline = p->lanes[i], .free_from = p->window.start};
		s->next = timeline_seek(p->lanes[i], p->window.start);
		if (next_span(c, s))
			c->n++;
	}
	for (size_t i = c->n / 2; i-- > 0;)
		sink(c, i);
}

static void counter_clear(struct counter *c)
{
	free(c->heap);
}

static void pass_edge(struct counter *c)
{
	struct source *s = &c->heap[0];

	s->inside = !s->inside;
	if (s->inside)
		c->count++;
	else
		c->count--;
	if (!s->inside && !next_span(c, s))
		*s = c->heap[--c->n];
	if (c->n > 0)
		sink(c, 0);
}

/* Counts up to and including `at`; returns when the count may change next, the window's end at the
 * latest. */
static int64_t count_at(struct counter *c, int64_t at)
{
	while (c->n > 0 && edge_of(&c->heap[0]) <= at)
		pass_edge(c);
	if (c->n > 0 && edge_of(&c->heap[0]) < c->pool->window.end)
		return edge_of(&c->heap[0]);
	return c->pool->window.end;
}

void profile_steps(const struct profile_pool *p, struct arena *a, struct profile_step **ret,
		   size_t *ret_n)
{
	struct profile_step *steps = NULL;
	size_t n = 0, cap = 0;
	struct counter c;

	counter_init(&c, p, 0);
	for (int64_t at = p->window.start, next; at < p->window.end; at = next) {
		next = count_at(&c, at);
		if (n > 0 && steps[n - 1].busy == c.count)
			continue;
		steps = arena_grow(a, steps, n, &cap, n + 1, sizeof(*steps));
		steps[n++] = (struct profile_step){at, c.count};
	}
	counter_clear(&c);
	*ret = steps;
	*ret_n = n;
}

int profile_first_gap(const struct profile_pool *p, uint32_t need, int64_t length_s,
		      int64_t *ret_start)
{
	int r = PROFILE_E_NONE;
	struct counter c;

	assert(need > 0 && length_s > 0);
	counter_init(&c, p, length_s);
	for (int64_t at = p->window.start, next; at < p->window.end; at = next) {
		next = count_at(&c, at);
		if (c.count < need)
			continue;
		*ret_start = at;
		r = PROFILE_OK;
		break;
	}
	counter_clear(&c);
	return r;
}

int profile_first_room(const struct profile_pool *p, uint32_t need, int64_t length_s,
		       int64_t *ret_start)
{
	int64_t start = p->window.start;
	int r = PROFILE_E_NONE;
	struct counter c;

	assert(need > 0 && length_s > 0);
	counter_init(&c, p, 0);
	for (int64_t at = start, next; at < p->window.end && r != PROFILE_OK; at = next) {
		next = count_at(&c, at);
		if ((uint64_t)c.count + need > p->n_lanes)
			start = next;
		else if (start <= next - length_s)
			r = PROFILE_OK;
	}
	counter_clear(&c);
	if (r == PROFILE_OK)
		*ret_start = start;
	return r;
}
