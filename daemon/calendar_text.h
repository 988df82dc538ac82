/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Hours, calendars and closures in words, much as a policy writes them. All in the arena. */

#include "lib/arena.h"
#include "lib/opening.h"

const char *hours_text(struct arena *a, const struct hours *h); /* "Tue-Sat 09:00-19:00" */
/* "Tue-Sat 09:00-19:00; 06-01..09-15 always; 2026-12-24 closed; holidays as usual" */
const char *calendar_text(struct arena *a, const struct calendar *c);
const char *closure_text(struct arena *a, const struct closure *c); /* "2026-12-24..2027-01-03" */
