/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Lengths of time as people write them: `90m`, `4h`, `1h30m`, `2d`, `1w`. Hours and minutes are
 * elapsed time, days and weeks are civil days (a 2d booking from Saturday 09:00 ends Monday 09:00
 * though the clock changed on Sunday).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/zone.h"

struct duration {
	int64_t days, seconds;
};

enum { DURATION_OK = 0, DURATION_E_SYNTAX = 1, DURATION_E_RANGE = 2 };
/* Answers DURATION_E_RANGE beyond 100 years. Units: w d h m s (also `min`, `j` for jours), each
 * once, descending. */
int duration_parse(const char *text, struct duration *ret);
/* Exact and without empty parts: `1h30m`, `2w`, `10d`, `1d12h`, `0m`; weeks only where they are
 * whole. Not negative. Into buf (at least 32 bytes); returns buf. */
char *duration_format(struct duration d, char *buf, size_t n);
int64_t duration_after(struct duration d, const struct zone *z, int64_t start); /* start + d */
int64_t duration_before(struct duration d, const struct zone *z, int64_t end);	/* end - d */
bool duration_is_zero(struct duration d);
