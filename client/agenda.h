/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The picture of a resource's days in a terminal: a row per unit (and day), time from left to
 * right. */

#include "client/screen.h"
#include "lib/civil.h"
#include "proto/line.h"

struct agenda_lane {
	int64_t number;
	const char *label;
	const char *unit; /* NULL: it has no name of its own */
};

struct agenda_stretch { /* local seconds since 1970, as civil_seconds() */
	int64_t from, to;
};

struct agenda_taken {
	int64_t lane;
	struct agenda_stretch booked, blocked; /* blocked: with its buffers */
	const char *member, *name;
};

struct agenda {
	const char *title, *zone;
	struct agenda_lane *lanes;
	size_t n_lanes;
	struct agenda_stretch *open;
	size_t n_open;
	struct agenda_taken *taken;
	size_t n_taken;
};

struct agenda_view {
	const struct screen *screen;
	struct civil_date first;
	unsigned days;
	const char *member;    /* whose bookings stand out; "" none */
	struct civil_time now; /* marked where it is in the picture */
};

/* From the data lines of AGENDA; texts are cleaned, lines that cannot be read are left out. All in
 * the arena. */
void agenda_read(struct arena *a, const struct line *lines, size_t n, struct agenda *ret);
void agenda_draw(const struct agenda *agenda, const struct agenda_view *view);
