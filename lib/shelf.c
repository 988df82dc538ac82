/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bookings in memory, by number: pages of slots.
 *
 * Numbers are a pole's own count, dense and ascending, so the number is the address: no hashing, no
 * comparing, order for nothing. Pages let the past be forgotten: a page without bookings is given
 * back, and what remains of it is one pointer per thousand numbers.
 */
#include "lib/shelf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

#define PAGE_SLOTS 1024

struct shelf_page {
	size_t n;
	struct booking *slots[PAGE_SLOTS];
};

static void page_free(struct shelf_page *page)
{
	for (size_t i = 0; page && i < PAGE_SLOTS; i++)
		booking_unref(page->slots[i]);
	free(page);
}

bool shelf_empty_some(struct shelf *s, size_t most)
{
	while (s->n_pages > 0) {
		struct shelf_page *page = s->pages[s->n_pages - 1];
		size_t n = page ? page->n : 0;

		if (n > most)
			return false;
		page_free(page);
		s->n_pages--;
		s->n -= n;
		most -= n;
	}
	return true;
}

void shelf_clear(struct shelf *s)
{
	shelf_empty_some(s, SIZE_MAX);
	free(s->pages);
	*s = (struct shelf){0};
}

struct booking *shelf_get(const struct shelf *s, int64_t number)
{
	uint64_t page = (uint64_t)number / PAGE_SLOTS;

	if (number < 0 || page >= s->n_pages || !s->pages[page])
		return NULL;
	return s->pages[page]->slots[(uint64_t)number % PAGE_SLOTS];
}

struct booking *const *shelf_slot(const struct shelf *s, int64_t number)
{
	return &s->pages[(uint64_t)number / PAGE_SLOTS]->slots[(uint64_t)number % PAGE_SLOTS];
}

static struct shelf_page **page_of(struct shelf *s, uint64_t page)
{
	if (page >= s->n_pages) {
		size_t n = s->n_pages * 2 > page ? s->n_pages * 2 : page + 1;

		s->pages = memory_grow(s->pages, n * sizeof(struct shelf_page *));
		memset(&s->pages[s->n_pages], 0, (n - s->n_pages) * sizeof(struct shelf_page *));
		s->n_pages = n;
	}
	if (!s->pages[page])
		s->pages[page] = memory_new(sizeof(struct shelf_page));
	return &s->pages[page];
}

void shelf_put(struct shelf *s, int64_t number, struct booking *b)
{
	struct shelf_page **page = page_of(s, (uint64_t)number / PAGE_SLOTS);
	struct booking **slot = &(*page)->slots[(uint64_t)number % PAGE_SLOTS];
	struct booking *old = *slot;

	assert(number > 0);
	*slot = b ? booking_ref(b) : NULL;
	(*page)->n += (b != NULL) - (size_t)(old != NULL);
	s->n += (b != NULL) - (size_t)(old != NULL);
	booking_unref(old);
	if ((*page)->n == 0) {
		free(*page);
		*page = NULL;
	}
}

struct booking *shelf_after(const struct shelf *s, int64_t number)
{
	uint64_t from = number < 0 ? 0 : (uint64_t)number + 1;

	for (uint64_t page = from / PAGE_SLOTS; page < s->n_pages; page++) {
		size_t first = page == from / PAGE_SLOTS ? from % PAGE_SLOTS : 0;

		for (size_t i = first; s->pages[page] && i < PAGE_SLOTS; i++)
			if (s->pages[page]->slots[i])
				return s->pages[page]->slots[i];
	}
	return NULL;
}
