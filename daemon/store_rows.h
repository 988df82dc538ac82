/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Columns and words of the database's rows as the core has them; for store_rows.c and load*.c. */

#include "lib/booking.h"

/* What every query of bookings gives first; what follows is its own. */
enum {
	ROW_NUMBER,
	ROW_RESOURCE,
	ROW_MEMBER,
	ROW_PERSON,
	ROW_MADE_BY,
	ROW_STATE,
	ROW_PINNED,
	ROW_START,
	ROW_END,
	ROW_MADE_AT,
	ROW_ENDED_AT,
	N_ROW
};

unsigned item_via_from(const char *word);
unsigned item_state_from(const char *word);
/* What detail_text() tells. Cuts up `text`. */
void details_from_text(char *text, struct booking *b);
