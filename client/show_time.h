/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Times for people: short, in the site's local time, in the chosen language: `Sat 5 Dec
 * 08:00–12:00`, `sam. 5 déc. 08:00–12:00`. The year is told when it is not plain: half a year or
 * more away from now.
 */

#include "client/screen.h"
#include "lib/moment.h"

const char *show_day(struct arena *a, struct civil_date day, struct civil_date now);
/* Local times. An end at midnight is the 24:00 of the day before. */
const char *show_span(const struct screen *s, struct arena *a, struct civil_time from,
		      struct civil_time to, struct civil_date now);
/* The same from the wire's own writing of times; what cannot be read is given back as it came
 * (NULL: ""). */
const char *show_wire_span(const struct screen *s, struct arena *a, const char *from,
			   const char *to, struct civil_date now);
const char *show_wire_moment(struct arena *a, const char *moment, struct civil_date now);
/* As an end: midnight is the day before, whole. */
const char *show_wire_end(struct arena *a, const char *moment, struct civil_date now);
const char *show_month(struct arena *a, const char *month); /* `2026-12`: `Dec 2026` */
