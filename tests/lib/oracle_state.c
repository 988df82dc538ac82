/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a pole should be: copies of its bookings and outages, and the comparison with the pole. */
#include "tests/lib/oracle.h"

#include <stdlib.h>
#include <string.h>

struct oracle_where oracle_where;

void oracle_fail(const char *file, int line, const char *what)
{
	const struct oracle_where *w = &oracle_where;

	fflush(stdout);
	fprintf(stderr,
		"%s:%d: not so: %s\n  seed %llu, history %zu, operation %zu: %s\n"
		"  again: random_histories --seed %llu --history %zu --verbose\n",
		file, line, what, (unsigned long long)w->seed, w->history, w->operation,
		w->doing ? w->doing : "", (unsigned long long)w->seed, w->history);
	exit(1);
}

void oracle_init(struct oracle *o, const struct pole *p)
{
	*o = (struct oracle){.pole = p, .next = 1, .next_outage = 1};
}

void oracle_clear(struct oracle *o)
{
	for (size_t i = 0; i < ORACLE_BOOKINGS_MAX; i++)
		booking_unref(o->rows[i]);
	*o = (struct oracle){0};
}

static void keep_booking(struct oracle *o, const struct booking *before,
			 const struct booking *after)
{
	int64_t number = after ? after->number : before->number;

	EXPECT(number > 0 && number < ORACLE_BOOKINGS_MAX);
	EXPECT(!before == !o->rows[number]);
	if (before)
		oracle_same_booking(before, o->rows[number], true);
	else
		EXPECT(number == o->next);
	booking_unref(o->rows[number]);
	o->rows[number] = after ? booking_copy(after, after->n_allocations) : NULL;
	o->next = after ? (number >= o->next ? number + 1 : o->next) : number;
}

static void drop_outage(struct oracle *o, int64_t number)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n_outages; i++)
		if (o->outages[i].number != number)
			o->outages[n++] = o->outages[i];
	EXPECT(n + 1 == o->n_outages);
	o->n_outages = n;
}

static void add_outage(struct oracle *o, const struct outage *added)
{
	size_t at = o->n_outages++;

	EXPECT(o->n_outages <= ORACLE_OUTAGES_MAX);
	for (; at > 0 && o->outages[at - 1].number > added->number; at--)
		o->outages[at] = o->outages[at - 1];
	o->outages[at] = *added;
}

static void keep_outage(struct oracle *o, const struct outage *before, const struct outage *after)
{
	if (before->number && !before->lifted_at)
		drop_outage(o, before->number);
	if (after->number && !after->lifted_at)
		add_outage(o, after);
	if (!after->number)
		o->next_outage = before->number;
	else if (after->number >= o->next_outage)
		o->next_outage = after->number + 1;
}

void oracle_keep(struct oracle *o, const struct changes *c, bool undo)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct change *x = &c->items[undo ? c->n - 1 - i : i];

		if (x->kind == CHANGE_BOOKING)
			keep_booking(o, undo ? x->booking.after : x->booking.before,
				     undo ? x->booking.before : x->booking.after);
		else if (x->kind == CHANGE_OUTAGE)
			keep_outage(o, undo ? &x->outage.after : &x->outage.before,
				    undo ? &x->outage.before : &x->outage.after);
		else
			EXPECT(!"a change of bookings and outages only");
	}
}

static void same_item(const struct item *a, const struct item *b)
{
	EXPECT(a->resource == b->resource);
	EXPECT(a->lane == b->lane);
	EXPECT(a->quantity == b->quantity);
	EXPECT(a->via == b->via && a->of == b->of);
	EXPECT(a->state == b->state);
	EXPECT(span_equals(a->span, b->span));
	EXPECT(strcmp(a->having, b->having) == 0);
}

static void same_allocation(const struct allocation *a, const struct allocation *b)
{
	EXPECT(a->resource == b->resource && a->lane == b->lane && a->item == b->item);
	EXPECT(span_equals(a->during, b->during));
}

void oracle_same_booking(const struct booking *a, const struct booking *b, bool series)
{
	EXPECT(a->number == b->number && a->state == b->state);
	EXPECT(a->resource == b->resource && a->member == b->member);
	EXPECT(a->person == b->person && a->made_by == b->made_by);
	EXPECT(span_equals(a->span, b->span));
	EXPECT(a->made_at == b->made_at && a->ended_at == b->ended_at);
	EXPECT(!series || (a->series == b->series && a->occurrence == b->occurrence));
	EXPECT(strcmp(a->purpose, b->purpose) == 0);
	EXPECT(a->n_items == b->n_items && a->n_allocations == b->n_allocations);
	for (size_t i = 0; i < a->n_items; i++)
		same_item(&a->items[i], &b->items[i]);
	for (size_t i = 0; i < a->n_allocations; i++)
		same_allocation(&a->allocations[i], &b->allocations[i]);
}

struct entry { /* as a timeline should have it */
	uint32_t resource, lane;
	struct timeline_entry entry;
};

static int by_lane_and_time(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->resource != y->resource)
		return x->resource < y->resource ? -1 : 1;
	if (x->lane != y->lane)
		return x->lane < y->lane ? -1 : 1;
	return (x->entry.span.start > y->entry.span.start) -
	       (x->entry.span.start < y->entry.span.start);
}

static size_t list_entries(const struct oracle *o, struct entry *ret)
{
	size_t n = 0;

	for (int64_t i = 1; i < o->next; i++)
		for (size_t k = 0; o->rows[i] && k < o->rows[i]->n_allocations; k++) {
			const struct allocation *a = &o->rows[i]->allocations[k];

			if (o->rows[i]->state == BOOKING_CANCELLED ||
			    o->rows[i]->items[a->item].state == ITEM_CANCELLED)
				continue;
			if (ret)
				ret[n] = (struct entry){a->resource, a->lane, {a->during, i}};
			n++;
		}
	return n;
}

/* Every lane has what it should have, and no lane has anything else. */
static void compare_lanes(const struct oracle *o, const struct pole *p)
{
	size_t n = list_entries(o, NULL), at = 0;
	struct entry *entries = memory_new((n + 1) * sizeof(*entries));

	list_entries(o, entries);
	qsort(entries, n, sizeof(*entries), by_lane_and_time);
	for (uint32_t r = 1; pole_name_id(p, NAME_RESOURCE, 0, r); r++)
		for (uint32_t lane = 1; lane <= pole_n_lanes(p, r); lane++) {
			const struct timeline *line = pole_timeline(p, r, lane);

			for (size_t i = 0; i < line->n; i++, at++) {
				EXPECT(at < n && entries[at].resource == r &&
				       entries[at].lane == lane);
				EXPECT(span_equals(line->entries[i].span, entries[at].entry.span));
				EXPECT(line->entries[i].booking == entries[at].entry.booking);
				EXPECT(i == 0 || line->entries[i - 1].span.end <=
						     line->entries[i].span.start);
			}
		}
	EXPECT(at == n);
	free(entries);
}

static void compare_outages(const struct oracle *o, const struct pole *p)
{
	size_t n;
	const struct outage *outages = pole_outages(p, &n);

	EXPECT(n == o->n_outages);
	EXPECT(pole_next_outage(p) == o->next_outage);
	for (size_t i = 0; i < n; i++) {
		const struct outage *a = &outages[i], *b = &o->outages[i];

		EXPECT(a->number == b->number && a->resource == b->resource && a->lane == b->lane);
		EXPECT(span_equals(a->span, b->span) && a->made_by == b->made_by);
		EXPECT(a->made_at == b->made_at && a->lifted_at == 0);
	}
}

void oracle_compare(const struct oracle *o, const struct pole *p)
{
	const struct booking *b = pole_booking_after(p, 0);
	size_t n = 0;

	EXPECT(pole_next_booking(p) == o->next);
	for (int64_t i = 1; i < o->next; i++) {
		if (!o->rows[i])
			continue;
		EXPECT(b && b->number == i && b == pole_booking(p, i));
		oracle_same_booking(b, o->rows[i], true);
		b = pole_booking_after(p, i);
		n++;
	}
	EXPECT(!b && pole_n_bookings(p) == n);
	compare_lanes(o, p);
	compare_outages(o, p);
}
