/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The bookings in memory as they are asked for otherwise than by number or lane. */

#include "lib/booking.h"
#include "lib/diary.h"

struct numbers { /* ascending */
	int64_t *items;
	size_t n, cap;
};

#define SEVERAL_THINGS 0

struct diaries { /* by number of a member, tagged by the thing, or of a thing, tagged by member */
	struct diary *items;
	size_t n;
};

struct pole_index {
	struct diaries members, lapses, resources;
	struct diary due, owing;
	struct numbers queue;
};

#define LAPSE_LATE_S 900 /* what is back within that time of its end was not late */

void pole_index_clear(struct pole_index *x);
void pole_index_add(struct pole_index *x, const struct booking *b);
void pole_index_remove(struct pole_index *x, const struct booking *b);
const struct diary *diaries_get(const struct diaries *list, uint32_t number); /* NULL: none */
/* When the member failed to come, to say so in time, or to be back; 0: it did not. */
int64_t booking_lapsed_at(const struct booking *b);
