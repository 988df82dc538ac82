/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The protocol's own words as people read them: kinds, states, roles, weekdays and lengths in the
 * chosen language. `Mon-Fri 08:00-20:00` is `lun.-ven. 08:00-20:00` in French, `1w` is `1 sem.`.
 */

#include <stdint.h>

#include "lib/arena.h"

/* Every word and length in `s` that is known; all else stays. */
const char *show_words(struct arena *a, const char *s);
const char *show_uptime(struct arena *a, int64_t seconds); /* the two largest units: `3d 4h` */
