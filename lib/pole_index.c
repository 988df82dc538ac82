/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bookings by member, by what is due next, and those that wait or owe something.
 *
 * Every booking stands in the diary of its member, for fair shares and rules about everything, and
 * in that of each of its things, for rules about one or few. What is out has not ended before it is
 * back, however late.
 */
#include "lib/pole_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

static size_t number_at(const struct numbers *list, int64_t number)
{
	size_t from = 0, to = list->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (list->items[middle] < number)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static void numbers_add(struct numbers *list, int64_t number)
{
	size_t i = number_at(list, number);

	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 8;
		list->items = memory_grow(list->items, list->cap * sizeof(*list->items));
	}
	memmove(&list->items[i + 1], &list->items[i], (list->n - i) * sizeof(*list->items));
	list->items[i] = number;
	list->n++;
}

static void numbers_remove(struct numbers *list, int64_t number)
{
	size_t i = number_at(list, number);

	assert(i < list->n && list->items[i] == number);
	list->n--;
	memmove(&list->items[i], &list->items[i + 1], (list->n - i) * sizeof(*list->items));
}

static struct diary *diary_of(struct diaries *list, uint32_t number)
{
	if (number >= list->n) {
		size_t n = number + (size_t)1;

		list->items = memory_grow(list->items, n * sizeof(*list->items));
		memset(&list->items[list->n], 0, (n - list->n) * sizeof(*list->items));
		list->n = n;
	}
	return &list->items[number];
}

const struct diary *diaries_get(const struct diaries *list, uint32_t number)
{
	return number < list->n ? &list->items[number] : NULL;
}

static void diaries_clear(struct diaries *list)
{
	for (size_t i = 0; i < list->n; i++)
		diary_clear(&list->items[i]);
	free(list->items);
}

void pole_index_clear(struct pole_index *x)
{
	diaries_clear(&x->members);
	diaries_clear(&x->lapses);
	diaries_clear(&x->resources);
	diary_clear(&x->due);
	diary_clear(&x->owing);
	free(x->queue.items);
	*x = (struct pole_index){0};
}

static bool is_first_of_resource(const struct booking *b, size_t item)
{
	for (size_t i = 0; i < item; i++)
		if (b->items[i].resource == b->items[item].resource)
			return false;
	return true;
}

/* Whether span and state say all that most rules ask of it. */
static bool is_plain(const struct booking *b)
{
	const struct item *i = b->items;

	return b->n_items == 1 && i->quantity == 1 && i->state == ITEM_PRESENT &&
	       i->via != ITEM_SKILL && booking_until(b) == b->span.end &&
	       b->state != BOOKING_CANCELLED;
}

static struct diary_entry entry_of(const struct booking *b, uint32_t tag)
{
	const struct diary_entry e = {
	    .number = (uint64_t)b->number,
	    .tag = tag,
	    .state = (uint64_t)b->state,
	    .is_plain = is_plain(b),
	};

	assert((int64_t)e.number == b->number && e.tag == tag);
	return e;
}

static void write_down(struct diary *d, const struct booking *b, uint32_t tag, bool add)
{
	int64_t length_s = b->state == BOOKING_OUT ? -1 : booking_until(b) - b->span.start;

	if (add)
		diary_add(d, b->span.start, length_s, entry_of(b, tag));
	else
		diary_remove(d, b->span.start, b->number);
}

static void write_down_all(struct pole_index *x, const struct booking *b, bool add)
{
	uint32_t thing = b->items[0].resource;

	for (size_t i = 0; i < b->n_items; i++) {
		if (!is_first_of_resource(b, i))
			continue;
		write_down(diary_of(&x->resources, b->items[i].resource), b, b->member, add);
		thing = i == 0 ? thing : SEVERAL_THINGS;
	}
	write_down(diary_of(&x->members, b->member), b, thing, add);
}

int64_t booking_lapsed_at(const struct booking *b)
{
	const struct details *d = booking_says(b);

	if (b->state == BOOKING_DONE && d->back_at > b->span.end + LAPSE_LATE_S)
		return d->back_at;
	if (d->waived ||
	    (b->state != BOOKING_NO_SHOW && !(b->state == BOOKING_CANCELLED && d->forfeit > 0)))
		return 0;
	return b->ended_at;
}

static bool is_due(const struct booking *b)
{
	return b->due_at != 0 && b->due_at != TIME_NEVER;
}

static bool owes(const struct booking *b)
{
	const struct details *d = booking_says(b);

	return d->forfeit > 0 && !d->waived && !booking_state_occupies(b->state);
}

void pole_index_add(struct pole_index *x, const struct booking *b)
{
	write_down_all(x, b, true);
	if (booking_lapsed_at(b))
		diary_add(diary_of(&x->lapses, b->member), booking_lapsed_at(b), 1,
			  entry_of(b, b->member));
	if (is_due(b))
		diary_add(&x->due, b->due_at, 0, entry_of(b, b->member));
	if (booking_state_queues(b->state))
		numbers_add(&x->queue, b->number);
	if (owes(b))
		write_down(&x->owing, b, b->member, true);
}

void pole_index_remove(struct pole_index *x, const struct booking *b)
{
	write_down_all(x, b, false);
	if (booking_lapsed_at(b))
		diary_remove(diary_of(&x->lapses, b->member), booking_lapsed_at(b), b->number);
	if (is_due(b))
		diary_remove(&x->due, b->due_at, b->number);
	if (booking_state_queues(b->state))
		numbers_remove(&x->queue, b->number);
	if (owes(b))
		write_down(&x->owing, b, b->member, false);
}
