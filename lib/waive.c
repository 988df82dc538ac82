/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a late cancellation or a no-show owes is waived where others take the time after all.
 *
 * It counts what is used by others on the lanes that were given up, from the moment they were: by
 * this booking, and by those before it. Half is enough: who finds someone for the afternoon of a
 * day has done what could be done. The own member's bookings are no others, else a day would be
 * cancelled late and half of it booked again.
 */
#include "lib/life.h"

struct relet {
	int64_t left_s, used_s;
	bool is_touched; /* by the booking that is new */
};

static int64_t overlap_s(struct span a, struct span b)
{
	int64_t start = a.start > b.start ? a.start : b.start;
	int64_t end = a.end < b.end ? a.end : b.end;

	return end > start ? end - start : 0;
}

static void count_lane(const struct pole *p, const struct booking *made,
		       const struct booking *owing, const struct allocation *a, struct span left,
		       struct relet *ret)
{
	const struct timeline *line = pole_timeline(p, a->resource, a->lane);

	ret->left_s += left.end - left.start;
	for (size_t i = 0; i < made->n_allocations; i++) {
		const struct allocation *b = &made->allocations[i];
		int64_t used_s = 0;

		if (b->resource == a->resource && b->lane == a->lane && booking_occupies(made, b))
			used_s = overlap_s(b->during, left);
		ret->used_s += used_s;
		ret->is_touched |= used_s > 0;
	}
	for (size_t i = line ? timeline_seek(line, left.start) : 0;
	     line && i < line->n && line->entries[i].span.start < left.end; i++) {
		int64_t number = line->entries[i].booking;

		if (number != made->number && pole_booking(p, number)->member != owing->member)
			ret->used_s += overlap_s(line->entries[i].span, left);
	}
}

static bool is_relet(const struct pole *p, const struct booking *made, const struct booking *owing)
{
	struct relet relet = {0};

	for (size_t i = 0; i < owing->n_allocations; i++) {
		const struct allocation *a = &owing->allocations[i];
		struct span left = owing->items[a->item].span;

		if (owing->items[a->item].state != ITEM_PRESENT)
			continue;
		if (left.start < owing->ended_at)
			left.start = owing->ended_at;
		if (!span_is_empty(left))
			count_lane(p, made, owing, a, left, &relet);
	}
	return relet.is_touched && 2 * relet.used_s >= relet.left_s;
}

struct waiving {
	const struct pole *pole;
	const struct booking *made;
	struct changes *ret;
};

static bool waive(void *arg, const struct booking *was)
{
	const struct waiving *w = arg;
	struct booking *waived;

	if (was->member == w->made->member || !is_relet(w->pole, w->made, was))
		return true;
	waived = booking_copy(was, was->n_allocations);
	booking_details(waived)->waived = true;
	changes_add_booking(w->ret, CAUSE_WAIVED, (struct booking *)was, waived);
	return true;
}

void waive_relet(const struct pole *p, const struct booking *made, struct changes *ret)
{
	struct waiving w = {p, made, ret};

	pole_each_owing(p, made->span, waive, &w);
}
