/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bookings in order of a time: pages of sorted entries, each page with its first time and the
 * latest end in it.
 *
 * Adding and removing move half a page of two kilobytes at the most, however many there are. A
 * question about a window begins where the longest booking could reach into it, passes over pages
 * that ended before it without touching them, and stops at the first that begins after it. The
 * latest end of a page is not lowered when its entry goes: it may be looked through in vain, and is
 * right again when the page is split or empty.
 *
 * An entry says in two words when, for how long, which, and whose or of what, so that what is not
 * meant is passed over without a look at the booking itself, which is seldom in the cache.
 */
#include "lib/diary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

#define PAGE_FIRST_CAP 4
#define PAGE_STEP 16
#define PAGE_MAX 96

_Static_assert(sizeof(struct diary_entry) == 16, "an entry is two words");

struct diary_page {
	struct diary_entry *entries;
	uint32_t n, cap;
	int64_t first, latest;
};

void diary_clear(struct diary *d)
{
	for (size_t i = 0; i < d->n_pages; i++)
		free(d->pages[i].entries);
	free(d->pages);
	*d = (struct diary){0};
}

static bool is_before(const struct diary_entry *e, int64_t at, int64_t number)
{
	return e->at != at ? e->at < at : (int64_t)e->number < number;
}

static int64_t end_of(const struct diary_entry *e)
{
	return e->length_s == DIARY_LONG_S ? TIME_NEVER : e->at + (int64_t)e->length_s;
}

/* Whether such an entry stands, or would, before this page. */
static bool precedes(const struct diary_page *p, int64_t at, int64_t number)
{
	return at != p->first ? at < p->first : number < (int64_t)p->entries[0].number;
}

/* The last page of [from, to) that such an entry does not precede; `from` where it precedes all. */
static size_t page_between(const struct diary *d, size_t from, size_t to, int64_t at,
			   int64_t number)
{
	while (to - from > 1) {
		size_t middle = from + (to - from) / 2;

		if (precedes(&d->pages[middle], at, number))
			to = middle;
		else
			from = middle;
	}
	return from;
}

/* The page in which such an entry stands, or would. */
static size_t page_at(const struct diary *d, int64_t at, int64_t number)
{
	return page_between(d, 0, d->n_pages, at, number);
}

/* The same, in steps that double from the end back, for most that is added is near it. */
static size_t page_near_end(const struct diary *d, int64_t at, int64_t number)
{
	size_t to = d->n_pages, step = 1;

	while (step < to && precedes(&d->pages[to - step], at, number)) {
		to -= step;
		step *= 2;
	}
	return page_between(d, step < to ? to - step : 0, to, at, number);
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
	p->first = p->entries[0].at;
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

static void page_resize(struct diary_page *p, uint32_t cap)
{
	p->cap = cap;
	p->entries = memory_grow(p->entries, cap * sizeof(*p->entries));
}

static void page_reserve(struct diary_page *p)
{
	if (p->n < p->cap)
		return;
	if (p->cap < PAGE_STEP)
		page_resize(p, p->cap ? p->cap * 2 : PAGE_FIRST_CAP);
	else
		page_resize(p, p->cap + PAGE_STEP);
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
	page_resize(more, more->n);
	memcpy(more->entries, &p->entries[keep], more->n * sizeof(*p->entries));
	p->n = keep;
	page_resize(p, keep);
	sum_up(p);
	sum_up(more);
}

static struct diary_entry make_entry(int64_t at, int64_t length_s, struct diary_entry e)
{
	bool is_long = length_s < 0 || length_s > DIARY_LONG_S;

	e.at = at;
	e.length_s = is_long ? DIARY_LONG_S : (uint64_t)length_s;
	assert(e.at == at);
	return e;
}

static void insert(struct diary_page *p, uint32_t i, struct diary_entry e)
{
	page_reserve(p);
	memmove(&p->entries[i + 1], &p->entries[i], (p->n - i) * sizeof(*p->entries));
	p->entries[i] = e;
	p->n++;
	p->first = p->entries[0].at;
	if (end_of(&e) > p->latest)
		p->latest = end_of(&e);
}

void diary_add(struct diary *d, int64_t at, int64_t length_s, struct diary_entry what)
{
	const struct diary_entry e = make_entry(at, length_s, what);
	const int64_t number = (int64_t)what.number;
	size_t page;
	uint32_t i;

	if (d->n_pages == 0)
		open_page(d, 0);
	page = page_near_end(d, at, number);
	i = entry_at(&d->pages[page], at, number);
	if (d->pages[page].n == PAGE_MAX) {
		split(d, page, page + 1 == d->n_pages && i == PAGE_MAX);
		page = page_near_end(d, at, number);
		i = entry_at(&d->pages[page], at, number);
	}
	insert(&d->pages[page], i, e);
	if (e.length_s == DIARY_LONG_S)
		d->longest_s = INT64_MAX;
	else if (length_s > d->longest_s)
		d->longest_s = length_s;
}

void diary_remove(struct diary *d, int64_t at, int64_t number)
{
	size_t page = page_at(d, at, number);
	struct diary_page *p;
	uint32_t i;

	assert(d->n_pages > 0);
	p = &d->pages[page];
	i = entry_at(p, at, number);
	assert(i < p->n && p->entries[i].at == at && (int64_t)p->entries[i].number == number);
	p->n--;
	memmove(&p->entries[i], &p->entries[i + 1], (p->n - i) * sizeof(*p->entries));
	if (p->n == 0)
		drop_page(d, page);
	else
		p->first = p->entries[0].at;
}

int64_t diary_first(const struct diary *d)
{
	return d->n_pages > 0 ? (int64_t)d->pages[0].entries[0].number : 0;
}

static bool page_each(const struct diary_page *p, int64_t earliest, struct span window,
		      uint32_t tag, bool (*fn)(void *arg, const struct diary_entry *e), void *arg)
{
	uint32_t from = p->first < earliest ? entry_at(p, earliest, 0) : 0;

	for (const struct diary_entry *e = p->entries + from; e < p->entries + p->n; e++) {
		if (e->at >= window.end)
			break;
		if ((!tag || e->tag == tag) && end_of(e) > window.start && !fn(arg, e))
			return false;
	}
	return true;
}

/* Nothing that begins before reaches as far as `start`. */
static int64_t earliest(const struct diary *d, int64_t start)
{
	if (d->longest_s == INT64_MAX || start < INT64_MIN + d->longest_s)
		return INT64_MIN;
	return start - d->longest_s;
}

bool diary_each(const struct diary *d, struct span window, uint32_t tag,
		bool (*fn)(void *arg, const struct diary_entry *e), void *arg)
{
	const int64_t from = earliest(d, window.start);

	for (size_t i = page_at(d, from, 0); i < d->n_pages; i++) {
		const struct diary_page *p = &d->pages[i];

		if (p->first >= window.end)
			break;
		if (p->latest > window.start && !page_each(p, from, window, tag, fn, arg))
			return false;
	}
	return true;
}
