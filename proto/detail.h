/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The fields of a booking's details, a row each: what the log and the database know them by. A new field of struct details is
 * a row here, a column of the table `detail`, and a line of detail_text() in sql/functions.sql.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/booking.h"

enum detail_kind {
	DETAIL_TIME,	/* UTC seconds */
	DETAIL_SPAN,	/* two of them */
	DETAIL_PERSON,	/* a number, p17 */
	DETAIL_BOOKING, /* a number, B7K3QF */
	DETAIL_NUMBER,	/* more than 0 */
	DETAIL_PERCENT, /* 1..100 */
	DETAIL_YES,
	DETAIL_READING, /* any number; a flag of its own says whether there is one */
	DETAIL_STATE,	/* enum booking_state */
	DETAIL_DISPUTE, /* enum dispute */
	DETAIL_TEXT,
};

struct detail_field {
	const char *key; /* `queued-at`; the column is `queued_at` */
	enum detail_kind kind;
	size_t offset, size, flag; /* in struct details; flag: of DETAIL_READING */
	const char *const *words; /* of what is written as a word */
	unsigned n_words;
};

extern const struct detail_field detail_fields[];
extern const size_t n_detail_fields;

struct detail_value {
	int64_t number; /* a time, a number, a flag, an enum */
	struct span span;
	const char *text; /* of DETAIL_TEXT; and the word, where there is one for the number */
};

/* False where it says nothing. Borrows. */
bool detail_get(const struct details *d, const struct detail_field *f, struct detail_value *ret);
/* Takes what detail_get() gives; words by `text`. > 0: no such word, or out of the field's range. */
int detail_set(struct details *d, const struct detail_field *f, const struct detail_value *value);
const struct detail_field *detail_field(const char *key); /* NULL: none of that key */
bool details_say_nothing(const struct details *d);
