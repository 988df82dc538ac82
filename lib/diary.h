/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Bookings in order of a time, and at one time in order of number. Borrows them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/booking.h"

struct diary_page;

struct diary {
	struct diary_page *pages;
	size_t n_pages, cap;
};

void diary_clear(struct diary *d);
/* `at` lies within some ten thousand years of 1970. The booking holds from then for `length_s`, or
 * where that is negative, for good; where it is long, until booking_until(). */
void diary_add(struct diary *d, int64_t at, int64_t length_s, const struct booking *b);
void diary_remove(struct diary *d, int64_t at, const struct booking *b); /* which is there */
const struct booking *diary_first(const struct diary *d);		 /* NULL if none */
/* Those that hold at some time of the window, in order. Returns whether fn never answered false,
 * with which it stops. */
bool diary_each(const struct diary *d, struct span window,
		bool (*fn)(void *arg, const struct booking *b), void *arg);
