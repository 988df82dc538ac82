/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Rows within a row: what an answer says in lines of their own about one thing, as JSON for a
 * COLUMN_NESTED; and a part of an answer as one of its own. */

#include "client/ask.h"
#include "client/sheet.h"

/* The lines of that kind from `from` on, up to `to`. */
const char *nested_rows(struct session *s, const struct reply *r, size_t from, size_t to,
			const char *kind, const struct column *columns, size_t n);
/* The same answer with only those lines. */
struct reply reply_part(const struct reply *r, size_t from, size_t to);
/* The end of the lines that belong to the one at `at`: the next of one of the two kinds (other may
 * be NULL). */
size_t lines_until(const struct reply *r, size_t at, const char *kind, const char *other);
bool reply_has(const struct reply *r, const char *kind);
