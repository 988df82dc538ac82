/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What was refused and may be had by waiting for it. */

#include "lib/basket.h"

/* How many starts of a window are tried. */
#define WITHIN_TRIES_MAX 3000

/* Any time within; baskets have times of their own. */
bool ask_has_window(const struct ask_book *ask);
/* Whether rules and hours allow what the basket wants, whoever may be in the way: at its own time,
 * or, of a window, at the first start for which they do. */
bool waiting_is_allowed(const struct basket *b, const struct ask_book *ask, int64_t *ret_shift_s);
/* Whether it was refused for nothing but who or what is in the way. */
bool waiting_helps(const struct answer *refused);
/* What the queue has to know of it, into the details. */
void waiting_note(struct booking *b, const struct ask_book *ask, int64_t now);
