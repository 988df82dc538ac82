/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The moments at which the local time of day is a multiple of so many seconds, counted from each
 * midnight anew. */

#include <stdint.h>

#include "lib/zone.h"

int64_t grid_up(int32_t every_s, const struct zone *z, int64_t at);   /* the first at or after */
int64_t grid_down(int32_t every_s, const struct zone *z, int64_t at); /* the last at or before */
