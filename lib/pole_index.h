/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The bookings in memory as they are asked for otherwise than by number or lane. */

#include "lib/booking.h"
#include "lib/diary.h"
#include "lib/table.h"

struct numbers { /* ascending */
	int64_t *items;
	size_t n, cap;
};

struct pole_index {
	struct table members; /* struct member_diary, by member and resource, any resource, or lapses */
	struct diary due;
	struct numbers queue, owing;
};

void pole_index_clear(struct pole_index *x);
void pole_index_add(struct pole_index *x, const struct booking *b);
void pole_index_remove(struct pole_index *x, const struct booking *b);
#define LAPSE_LATE_S 900 /* what is back within that time of its end was not late */
/* No-shows, late cancellations and late returns, by when that happened; NULL: none. */
const struct diary *pole_index_lapses(const struct pole_index *x, uint32_t member);
const struct diary *pole_index_of(const struct pole_index *x, uint32_t member,
				  uint32_t resource); /* resource 0: any; NULL: none */
