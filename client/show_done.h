/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The answer to BOOK and its like, granted: one sentence on what came of it, and what to do next,
 * each as a command to paste; who had to make room; or with --json and --csv the record.
 */

#include "client/ask.h"

/* `sentence` takes what and when; where BOOK and CONFIRM granted less than a booking (a request, a
 * hold, a place in the queue) another is said. */
void show_done(struct session *s, const struct reply *r, enum text sentence);
