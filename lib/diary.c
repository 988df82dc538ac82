/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bookings in order of a time: pages of sorted entries, each page with its first time and the
 * latest end in it.
 *
 * Adding and removing move half a page of two kilobytes at the most, however many there are. A
 * question about a window passes over pages that ended before it without touching them, and stops
 * at the first that begins after it. The latest end of a page is not lowered when its entry goes:
 * it may be looked through in vain, and is right again when the page is split or empty.
 *
 * An entry says when and for how long in eight bytes, so that what lies outside the window is
 * passed over without a look at the booking itself, which is seldom in the cache. A length beyond
 * half a year does not fit: then the booking's own end is asked.
 */
#include "lib/diary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

#define PAGE_FIRST_CAP 4
#define PAGE_MAX 128
#define LONG_S ((1 << 24) - 2) /* or more: see the booking */
#define ENDLESS_S ((1 << 24) - 1)

struct entry {
	int64_t at : 40;
	uint64_t length_s : 24;
	const struct booking *booking;
};
_Static_assert(sizeof(struct entry) == 16, "an entry is two words");

struct diary_page {
	struct entry *entries;
	uint32_t n, cap;
	int64_t latest;
};

void diary_clear(struct diary *d)
{
	for (size_t i = 0; i < d->n_pages; i++)
		free(d->pages[i].entries);
	free(d->pages);
	*d = (struct diary){0};
}

static bool is_before(const struct entry *e, int64_t at, int64_t number)
{
	return e->at != at ? e->at < at : e->booking->number < number;
}

static int64_t end_of(const struct entry *e)
{
	if (e->length_s == ENDLESS_S)
		return TIME_NEVER;
	return e->length_s == LONG_S ? booking_until(e->booking) : e->at + (int64_t)e->length_s;
}

/* The page in which such an entry stands, or would: the last that begins no later. */
static size_t page_at(const struct diary *d, int64_t at, int64_t number)
{
	size_t from = 0, to = d->n_pages;

	while (to - from > 1) {
		size_t middle = from + (to - from) / 2;
		const struct entry *first = &d->pages[middle].entries[0];

		if (is_before(first, at, number) ||
		    (first->at == at && first->booking->number == number))
			from = middle;
		else
			to = middle;
	}
	return from;
}

static uint32_t entry_at(const struct diary_page *p, int64_t at, int64_t number)
{
	uint32_t from = 0, to = p->n;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (is_before(&p->entries[middle], at, number))
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static void sum_up(struct diary_page *p)
{
	p->latest = INT64_MIN;
	for (uint32_t i = 0; i < p->n; i++)
		if (end_of(&p->entries[i]) > p->latest)
			p->latest = end_of(&p->entries[i]);
}

static void open_page(struct diary *d, size_t i)
{
	if (d->n_pages == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 1;
		d->pages = memory_grow(d->pages, d->cap * sizeof(*d->pages));
	}
	memmove(&d->pages[i + 1], &d->pages[i], (d->n_pages - i) * sizeof(*d->pages));
	d->pages[i] = (struct diary_page){.latest = INT64_MIN};
	d->n_pages++;
}

static void drop_page(struct diary *d, size_t i)
{
	free(d->pages[i].entries);
	d->n_pages--;
	memmove(&d->pages[i], &d->pages[i + 1], (d->n_pages - i) * sizeof(*d->pages));
}

static void page_reserve(struct diary_page *p, uint32_t n)
{
	if (n <= p->cap)
		return;
	p->cap = p->cap ? p->cap : PAGE_FIRST_CAP;
	while (p->cap < n)
		p->cap *= 2;
	p->entries = memory_grow(p->entries, p->cap * sizeof(*p->entries));
}

/* In the middle; where the new entry goes to the end of all, as in a pole that is filled in order
 * of time, only there. */
static void split(struct diary *d, size_t i, bool at_end)
{
	uint32_t keep = at_end ? PAGE_MAX - 1 : PAGE_MAX / 2;
	struct diary_page *p, *more;

	open_page(d, i + 1);
	p = &d->pages[i];
	more = &d->pages[i + 1];
	more->n = p->n - keep;
	page_reserve(more, more->n);
	memcpy(more->entries, &p->entries[keep], more->n * sizeof(*p->entries));
	p->n = keep;
	sum_up(p);
	sum_up(more);
}

static struct entry make_entry(int64_t at, int64_t length_s, const struct booking *b)
{
	struct entry e = {.at = at, .booking = b};

	if (length_s < 0)
		e.length_s = ENDLESS_S;
	else
		e.length_s = length_s < LONG_S ? (uint64_t)length_s : LONG_S;
	assert(e.at == at);
	return e;
}

void diary_add(struct diary *d, int64_t at, int64_t length_s, const struct booking *b)
{
	const struct entry e = make_entry(at, length_s, b);
	struct diary_page *p;
	size_t page;
	uint32_t i;

	if (d->n_pages == 0)
		open_page(d, 0);
	page = page_at(d, at, b->number);
	i = entry_at(&d->pages[page], at, b->number);
	if (d->pages[page].n == PAGE_MAX) {
		split(d, page, page + 1 == d->n_pages && i == PAGE_MAX);
		page = page_at(d, at, b->number);
		i = entry_at(&d->pages[page], at, b->number);
	}
	p = &d->pages[page];
	page_reserve(p, p->n + 1);
	memmove(&p->entries[i + 1], &p->entries[i], (p->n - i) * sizeof(*p->entries));
	p->entries[i] = e;
	p->n++;
	if (end_of(&e) > p->latest)
		p->latest = end_of(&e);
}

void diary_remove(struct diary *d, int64_t at, const struct booking *b)
{
	size_t page = page_at(d, at, b->number);
	struct diary_page *p;
	uint32_t i;

	assert(d->n_pages > 0);
	p = &d->pages[page];
	i = entry_at(p, at, b->number);
	assert(i < p->n && p->entries[i].booking == b);
	p->n--;
	memmove(&p->entries[i], &p->entries[i + 1], (p->n - i) * sizeof(*p->entries));
	if (p->n == 0)
		drop_page(d, page);
}

const struct booking *diary_first(const struct diary *d)
{
	return d->n_pages > 0 ? d->pages[0].entries[0].booking : NULL;
}

static bool page_each(const struct diary_page *p, struct span window,
		      bool (*fn)(void *arg, const struct booking *b), void *arg)
{
	for (uint32_t i = 0; i < p->n && p->entries[i].at < window.end; i++)
		if (end_of(&p->entries[i]) > window.start && !fn(arg, p->entries[i].booking))
			return false;
	return true;
}

bool diary_each(const struct diary *d, struct span window,
		bool (*fn)(void *arg, const struct booking *b), void *arg)
{
	for (size_t i = 0; i < d->n_pages && (i == 0 || d->pages[i].entries[0].at < window.end);
	     i++)
		if (d->pages[i].latest > window.start && !page_each(&d->pages[i], window, fn, arg))
			return false;
	return true;
}
