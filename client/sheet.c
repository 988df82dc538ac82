/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns and rows, handed to the writer of the format. */
#include "client/sheet.h"

#include <assert.h>

static const struct sheet_writer *const writers[] = {
    [SHEET_TABLE] = &sheet_table_writer,
    [SHEET_JSON] = &sheet_json_writer,
    [SHEET_CSV] = &sheet_csv_writer,
};

void sheet_begin(struct sheet *s, enum sheet_format format, const struct screen *screen,
		 const struct column *columns, size_t n_columns)
{
	assert(n_columns <= SHEET_MAX_COLUMNS);
	*s = (struct sheet){
	    .format = format, .screen = screen, .columns = columns, .n_columns = n_columns};
	writers[format]->begin(s);
}

void sheet_begin_single(struct sheet *s, enum sheet_format format, const struct screen *screen,
			const struct column *columns, size_t n_columns)
{
	assert(n_columns <= SHEET_MAX_COLUMNS);
	*s = (struct sheet){.format = format,
			    .screen = screen,
			    .columns = columns,
			    .n_columns = n_columns,
			    .single = true};
	writers[format]->begin(s);
}

void sheet_row(struct sheet *s, const char *const *cells)
{
	writers[s->format]->row(s, cells);
	s->n_rows++;
}

void sheet_end(struct sheet *s)
{
	writers[s->format]->end(s);
	arena_clear(&s->arena);
}
