/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Words of the database's rows as the core has them; for store_rows.c and load*.c. */

#include "lib/booking.h"

unsigned item_via_from(const char *word);
unsigned item_state_from(const char *word);
/* What detail_text() tells. Cuts up `text`. */
void details_from_text(char *text, struct booking *b);
