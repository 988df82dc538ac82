/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A page of bookings on its way into a pole: those whose numbers lie side by side. The bookings come first, then, each sorted by booking, what else
 * there is of them; then they are put together.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/booking.h"

struct db_rows;
struct pole;

#define LOAD_PAGE_NUMBERS 1024

struct load_row { /* of `booking` */
	int64_t number, made_at, ended_at, series, occurrence, due_at;
	struct span span;
	uint32_t resource, member, person, made_by;
	enum booking_state state;
	bool pinned, pending;
};

struct load_allocation {
	int64_t booking;
	struct allocation is;
};

struct load_item {
	int64_t booking;
	struct item is;
};

struct load_text { /* a purpose, or details */
	int64_t booking;
	char *text;
};

struct load_page { /* arrays grow and are used again for the next page */
	struct load_row *rows;
	struct load_allocation *allocations;
	struct load_item *items;
	struct load_text *details, *purposes;
	size_t n_rows, n_allocations, n_items, n_details, n_purposes;
	size_t cap_rows, cap_allocations, cap_items, cap_details, cap_purposes;
	struct arena texts;
};

void load_page_clear(struct load_page *p);
/* Rows of load_page_bookings: the page begins anew. */
void load_page_bookings(struct load_page *p, const struct db_rows *rows);
void load_page_allocations(struct load_page *p, const struct db_rows *rows);
void load_page_items(struct load_page *p, const struct db_rows *rows);
void load_page_details(struct load_page *p, const struct db_rows *rows);
void load_page_purposes(struct load_page *p, const struct db_rows *rows);
/* Puts them into the pole, but for those that ended at `floor` or before and are not pending. */
void load_page_finish(struct load_page *p, int64_t floor, struct pole *pole);
