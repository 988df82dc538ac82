/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Data as columns and rows, written as a table for people, as JSON (RFC 8259) or as CSV (RFC 4180).
 * JSON and CSV leave row by row, so that a long report never passes through memory; a table is
 * collected, since its widths need every row.
 */

#include <stdbool.h>
#include <stddef.h>

#include "client/screen.h"
#include "client/text.h"
#include "lib/arena.h"

enum sheet_format { SHEET_TABLE, SHEET_JSON, SHEET_CSV };

enum column_flag {
	COLUMN_NUMBER = 1,	/* right aligned; a JSON number */
	COLUMN_LIST = 2,	/* values separated by LF; a JSON array */
	COLUMN_YES = 4,		/* yes or no; a JSON boolean */
	COLUMN_CUT = 8,		/* shortened where the table is too wide */
	COLUMN_WRAP = 16,	/* broken over lines where the table is too wide */
	COLUMN_SPARE = 32,	/* left out where the table is still too wide */
	COLUMN_TABLE_ONLY = 64, /* for people: made of other columns */
	COLUMN_DATA_ONLY = 128, /* for machines: exact */
	COLUMN_WORDS = 256,	/* the protocol's words and lengths, for people in their language */
	COLUMN_STATE = 1024, /* a booking's state, and what stands behind it: in words and colour */
	COLUMN_NESTED = 512, /* a JSON array, made of rows of their own; in JSON only */
};

struct column {
	const char *key; /* in JSON and CSV: the protocol's own */
	struct phrase title;
	unsigned flags;
};

#define SHEET_MAX_COLUMNS 56

struct sheet {
	enum sheet_format format;
	const struct screen *screen;
	const struct column *columns;
	size_t n_columns;
	bool single; /* one record: a JSON object; for people, a line per column */
	size_t n_rows;
	struct arena arena; /* a table's rows */
	const char ***rows; /* the cells of a row, and then the colour of each (NULL: none) */
	size_t cap_rows;
};

void sheet_begin(struct sheet *s, enum sheet_format format, const struct screen *screen,
		 const struct column *columns, size_t n_columns);
void sheet_begin_single(struct sheet *s, enum sheet_format format, const struct screen *screen,
			const struct column *columns, size_t n_columns);
void sheet_row(struct sheet *s,
	       const char *const *cells); /* n_columns of them; NULL: nothing known */
void sheet_end(struct sheet *s);	  /* writes what is left and releases */

struct sheet_writer { /* one per format */
	void (*begin)(struct sheet *s);
	void (*row)(struct sheet *s, const char *const *cells);
	void (*end)(struct sheet *s);
};
extern const struct sheet_writer sheet_table_writer, sheet_json_writer, sheet_csv_writer;
