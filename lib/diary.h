/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Numbers of bookings in order of a time, and at one time in order of number. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/span.h"

#define DIARY_LONG_S ((1 << 24) - 1) /* half a year; how much longer is not known */

struct diary_entry { /* times lie within some ten thousand years of 1970 */
	int64_t at : 40;
	uint64_t length_s : 24; /* DIARY_LONG_S: that or longer */
	uint64_t number : 34;
	uint64_t tag : 24; /* whose it is, or of what: a diary's own matter */
	uint64_t state : 4;
	uint64_t is_plain : 1; /* the same */
};

struct diary_page;

struct diary {
	struct diary_page *pages;
	size_t n_pages, cap;
	int64_t longest_s; /* that there ever was */
};

void diary_clear(struct diary *d);
/* All but the times is taken from `what`. length_s < 0: for good. */
void diary_add(struct diary *d, int64_t at, int64_t length_s, struct diary_entry what);
void diary_remove(struct diary *d, int64_t at, int64_t number); /* which is there */
int64_t diary_first(const struct diary *d);			/* 0: none */
/* Those of that tag (0: any) that may hold at some time of the window, in order: of long ones, too,
 * that ended before. Returns whether fn never answered false, with which it stops. */
bool diary_each(const struct diary *d, struct span window, uint32_t tag,
		bool (*fn)(void *arg, const struct diary_entry *e), void *arg);
