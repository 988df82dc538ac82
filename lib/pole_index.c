/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bookings by member, by what is due next, and those that wait or owe something.
 *
 * A member's bookings stand in one diary for all things and in one for each thing: rules are about
 * one or few things, fair shares and rules for everything about all. What is out has not ended
 * before it is back, however late.
 */
#include "lib/pole_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

#define LAPSES UINT32_MAX

struct member_diary {
	uint32_t member, resource; /* resource 0: any; LAPSES */
	struct diary diary;
};

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

static bool is_diary(const void *item, const void *key)
{
	const struct member_diary *d = item, *k = key;

	return d->member == k->member && d->resource == k->resource;
}

static uint64_t hash_of(uint32_t member, uint32_t resource)
{
	return hash_number(0, (uint64_t)member << 32 | resource);
}

static struct member_diary *find(const struct pole_index *x, uint32_t member, uint32_t resource)
{
	const struct member_diary key = {.member = member, .resource = resource};

	return table_find(&x->members, hash_of(member, resource), is_diary, &key);
}

static struct diary *diary_of(struct pole_index *x, uint32_t member, uint32_t resource)
{
	struct member_diary *d = find(x, member, resource);

	if (!d) {
		d = memory_new(sizeof(*d));
		d->member = member;
		d->resource = resource;
		table_add(&x->members, hash_of(member, resource), d);
	}
	return &d->diary;
}

const struct diary *pole_index_of(const struct pole_index *x, uint32_t member, uint32_t resource)
{
	const struct member_diary *d = find(x, member, resource);

	return d ? &d->diary : NULL;
}

const struct diary *pole_index_lapses(const struct pole_index *x, uint32_t member)
{
	return pole_index_of(x, member, LAPSES);
}

void pole_index_clear(struct pole_index *x)
{
	for (size_t i = 0; i < x->members.cap; i++) {
		struct member_diary *d = x->members.slots[i].item;

		if (d)
			diary_clear(&d->diary);
		free(d);
	}
	table_clear(&x->members);
	diary_clear(&x->due);
	free(x->queue.items);
	free(x->owing.items);
	*x = (struct pole_index){0};
}

static bool is_first_of_resource(const struct booking *b, size_t item)
{
	for (size_t i = 0; i < item; i++)
		if (b->items[i].resource == b->items[item].resource)
			return false;
	return true;
}

static void write_down(struct diary *d, const struct booking *b, bool add)
{
	bool is_out = b->state == BOOKING_OUT;

	if (add)
		diary_add(d, b->span.start, is_out ? -1 : booking_until(b) - b->span.start, b);
	else
		diary_remove(d, b->span.start, b);
}

static void of_member(struct pole_index *x, const struct booking *b, bool add)
{
	write_down(diary_of(x, b->member, 0), b, add);
	for (size_t i = 0; i < b->n_items; i++)
		if (is_first_of_resource(b, i))
			write_down(diary_of(x, b->member, b->items[i].resource), b, add);
}

/* When the member failed to come, to say so in time, or to be back; 0: it did not. */
static int64_t lapsed_at(const struct booking *b)
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
	of_member(x, b, true);
	if (lapsed_at(b))
		diary_add(diary_of(x, b->member, LAPSES), lapsed_at(b), 1, b);
	if (is_due(b))
		diary_add(&x->due, b->due_at, 0, b);
	if (booking_state_queues(b->state))
		numbers_add(&x->queue, b->number);
	if (owes(b))
		numbers_add(&x->owing, b->number);
}

void pole_index_remove(struct pole_index *x, const struct booking *b)
{
	of_member(x, b, false);
	if (lapsed_at(b))
		diary_remove(diary_of(x, b->member, LAPSES), lapsed_at(b), b);
	if (is_due(b))
		diary_remove(&x->due, b->due_at, b);
	if (booking_state_queues(b->state))
		numbers_remove(&x->queue, b->number);
	if (owes(b))
		numbers_remove(&x->owing, b->number);
}
