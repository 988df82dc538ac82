/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The bookings in memory, by number. Holds one reference to each. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/booking.h"

struct shelf_page;

struct shelf {
	struct shelf_page **pages; /* NULL: a page without bookings */
	size_t n_pages;
	size_t n;
};

void shelf_clear(struct shelf *s);
/* Takes whole pages of bookings off, until about `most` are gone. False: there are more. */
bool shelf_empty_some(struct shelf *s, size_t most);
struct booking *shelf_get(const struct shelf *s, int64_t number); /* NULL if none */
/* Where that of `number`, which is there, is found: for whoever fetches several at once. */
struct booking *const *shelf_slot(const struct shelf *s, int64_t number);
/* Puts `b` (NULL: nothing) in the place of `number`; takes a reference, gives back that of what was
 * there. */
void shelf_put(struct shelf *s, int64_t number, struct booking *b);
struct booking *shelf_after(const struct shelf *s,
			    int64_t number); /* the next higher; NULL at the end */
