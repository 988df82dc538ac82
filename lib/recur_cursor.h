/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The local times that a rule gives, ascending, as if every day had 24 hours. Knows nothing of
 * zones, DTSTART as an instance, COUNT and UNTIL. */

#include "lib/recur.h"

/* Works out what a cursor needs in `r` (the last part of struct recur), once start and rule are
 * there. */
void recur_cursor_prepare(struct recur *r);
/* Before the first local time at `from_s` or later. */
void recur_cursor_seek(const struct recur *r, struct recur_cursor *c, int64_t from_s);
/* RECUR_OK, RECUR_END, RECUR_BOUND; takes from *steps what it looks at. */
int recur_cursor_next(const struct recur *r, struct recur_cursor *c, uint32_t *steps,
		      int64_t *ret_local_s);
