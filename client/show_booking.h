/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Rows of replies as rows of sheets, and bookings as people read them. */

#include "client/ask.h"
#include "client/sheet.h"

/* A cell per column, from the value of its key; cells of table-only columns stay NULL. */
void cells_from_line(struct arena *a, const struct line *l, const struct column *columns, size_t n,
		     const char **cells);
/* Every data line of that kind as a row; `fix` (may be NULL) fills in what is computed. */
void show_rows(struct session *s, const struct reply *r, const char *kind,
	       const struct column *columns, size_t n,
	       void (*fix)(struct session *s, const struct line *l, const char **cells));
/* One line as one record; `fix` as above. */
void show_record(struct session *s, const struct line *l, const struct column *columns, size_t n,
		 void (*fix)(struct session *s, const struct line *l, const char **cells));
const char *show_by(const char *person); /* p0 is the server itself */

/* Its units, else its resource and how many of it; of several things all that were asked for, where
 * things_join() put them there. */
const char *line_what(struct arena *a, const struct line *l);
/* Gives each booking (offer, place in the queue) of several things that an answer lists what they
 * are, from the `item` lines that follow it: `things` in words, `item` as JSON for a nested column.
 */
void things_join(struct session *s, struct reply *r);
/* The `item` lines from `from` on, up to `to`, as JSON for a nested column. */
const char *things_nested(struct session *s, const struct reply *r, size_t from, size_t to);
/* What an answer to BOOK and its like is about: all that was asked for, in words. */
const char *things_asked(struct session *s, const struct reply *r);
/* The `item` lines of an answer, a row each; nothing where there are none. */
void show_things(struct session *s, const struct reply *r);
/* Why a thing is there, for people: asked for, goes with 1, given back. */
const char *thing_why(struct arena *a, const struct line *l);
const char *line_when(struct session *s, const struct line *l); /* its span, for people */
