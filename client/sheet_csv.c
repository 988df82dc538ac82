/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sheets as CSV (RFC 4180): a header, CR LF, quotes where needed; lists are joined by semicolons.
 */
#include "client/sheet.h"

#include <string.h>

/* Control characters have no business in a cell; one that is left could steer the terminal that
 * shows the file. */
static void put_character(FILE *out, const char *s, size_t n, unsigned c)
{
	if (c == '"')
		fputc('"', out);
	if (n == 0 || (character_is_control(c) && c != '\t'))
		fputc('?', out);
	else
		fwrite(s, 1, n, out);
}

static void put_cell(FILE *out, const char *cell, bool is_list)
{
	bool quoted = cell[strcspn(cell, is_list ? "\",\r" : "\",\n\r")] || cell[0] == ' ' ||
		      (*cell && cell[strlen(cell) - 1] == ' ');
	if (quoted)
		fputc('"', out);
	while (*cell) {
		unsigned c = 0;
		size_t n = character_decode(cell, &c);
		if (c == '\n')
			fputc(is_list ? ';' : '\n', out);
		else
			put_character(out, cell, n, c);
		cell += n ? n : 1;
	}
	if (quoted)
		fputc('"', out);
}

static void csv_row(struct sheet *s, const char *const *cells)
{
	const char *separator = "";
	for (size_t i = 0; i < s->n_columns; i++) {
		if (s->columns[i].flags & (COLUMN_TABLE_ONLY | COLUMN_NESTED))
			continue;
		fputs(separator, s->screen->out);
		put_cell(s->screen->out, cells[i] ? cells[i] : "",
			 s->columns[i].flags & COLUMN_LIST);
		separator = ",";
	}
	fputs("\r\n", s->screen->out);
}

static void csv_begin(struct sheet *s)
{
	const char *keys[SHEET_MAX_COLUMNS];
	for (size_t i = 0; i < s->n_columns; i++)
		keys[i] = s->columns[i].key;
	csv_row(s, keys);
}

static void csv_end(struct sheet *s)
{
}

const struct sheet_writer sheet_csv_writer = {csv_begin, csv_row, csv_end};
