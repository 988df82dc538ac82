/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in the lanes of a thing, and of what it is made of, in order of time. */
#include "lib/pole.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/arena.h"

static const struct allocation *allocation_of(const struct booking *b, uint32_t resource,
					      uint32_t number, struct span during)
{
	for (size_t i = 0; i < b->n_allocations; i++) {
		const struct allocation *a = &b->allocations[i];

		if (a->resource == resource && a->lane == number &&
		    span_equals(a->during, during) && booking_occupies(b, a))
			return a;
	}
	assert(false);
	return NULL;
}

struct cursor { /* on one lane */
	const struct timeline *line;
	uint32_t resource, lane;
	size_t next;
};

/* The cursor whose next entry is the first in order of start; NULL if none has one left before
 * `until`. */
static struct cursor *first_cursor(struct cursor *cursors, size_t n, int64_t until)
{
	struct cursor *first = NULL;
	int64_t start = until;

	for (struct cursor *c = cursors; c < cursors + n; c++) {
		if (c->next < c->line->n && c->line->entries[c->next].span.start < start) {
			first = c;
			start = c->line->entries[c->next].span.start;
		}
	}
	return first;
}

static size_t add_cursors(const struct pole *p, uint32_t resource, int64_t from,
			  struct cursor *cursors)
{
	size_t n = pole_n_lanes(p, resource);

	for (size_t i = 0; cursors && i < n; i++) {
		const struct timeline *line = pole_timeline(p, resource, (uint32_t)i + 1);

		cursors[i] =
		    (struct cursor){line, resource, (uint32_t)i + 1, timeline_seek(line, from)};
	}
	return n;
}

/* Of the resource and, where it is composite, of its leaves. */
static size_t all_cursors(const struct pole *p, uint32_t resource, int64_t from,
			  struct cursor *cursors)
{
	const struct resource *r = pole_resource(p, resource);
	size_t n = add_cursors(p, resource, from, cursors);

	for (size_t i = 0; r && i < r->n_leaves; i++)
		n += add_cursors(p, r->leaves[i]->number, from, cursors ? cursors + n : NULL);
	return n;
}

void pole_each_allocation(const struct pole *p, uint32_t resource, struct span window,
			  bool (*fn)(void *arg, const struct booking *b,
				     const struct allocation *a),
			  void *arg)
{
	size_t n = all_cursors(p, resource, window.start, NULL);
	struct cursor *cursors = memory_new((n + 1) * sizeof(*cursors)), *c;
	bool more = true;

	all_cursors(p, resource, window.start, cursors);
	while (more && (c = first_cursor(cursors, n, window.end))) {
		const struct timeline_entry *e = &c->line->entries[c->next++];
		const struct booking *b = pole_booking(p, e->booking);

		more = fn(arg, b, allocation_of(b, c->resource, c->lane, e->span));
	}
	free(cursors);
}
