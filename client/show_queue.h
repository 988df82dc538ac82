/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Who stands before one in the queue, and why: the `ahead` lines of OFFERS. */

#include "client/ask.h"

/* For what waits: asks who is before it; the lines about it. n_data 0: nobody, or it cannot be had.
 * booking NULL: a dry run, nobody is asked. */
struct reply queue_ask(struct session *s, const char *booking, const char *resource);
/* Those lines as text, a number each; nothing where nobody is ahead. */
void queue_list(struct session *s, const struct reply *r);
/* As JSON for a nested column. */
const char *queue_nested(struct session *s, const struct reply *r);
