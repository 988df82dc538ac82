/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sheets as JSON (RFC 8259): an array of objects, or one object; what is not known is null. */
#include "client/sheet.h"

#include <string.h>

#include "client/json.h"

static void put_list(FILE *out, const char *values)
{
	struct arena a = {0};
	char *rest = arena_strdup(&a, values), *value;
	const char *separator = "";
	fputc('[', out);
	while (*values && (value = strsep(&rest, "\n"))) {
		fputs(separator, out);
		json_put_string(out, value);
		separator = ", ";
	}
	fputc(']', out);
	arena_clear(&a);
}

static void put_cell(FILE *out, const char *cell, unsigned flags)
{
	if (flags & COLUMN_NESTED)
		fputs(cell ? cell : "[]", out);
	else if (flags & COLUMN_LIST)
		put_list(out, cell ? cell : "");
	else if (!cell)
		fputs("null", out);
	else if ((flags & COLUMN_NUMBER) && json_is_number(cell))
		fputs(cell, out);
	else if (flags & COLUMN_YES)
		fputs(strcmp(cell, "yes") == 0 ? "true" : "false", out);
	else
		json_put_string(out, cell);
}

static void json_begin(struct sheet *s)
{
	if (!s->single)
		fputc('[', s->screen->out);
}

static void json_row(struct sheet *s, const char *const *cells)
{
	FILE *out = s->screen->out;
	const char *separator = "";
	fputs(s->single ? "{" : s->n_rows ? ",\n {" : "\n {", out);
	for (size_t i = 0; i < s->n_columns; i++) {
		if (s->columns[i].flags & COLUMN_TABLE_ONLY)
			continue;
		fputs(separator, out);
		json_put_string(out, s->columns[i].key);
		fputs(": ", out);
		put_cell(out, cells[i], s->columns[i].flags);
		separator = ", ";
	}
	fputc('}', out);
}

static void json_end(struct sheet *s)
{
	fputs(s->single ? "\n" : s->n_rows ? "\n]\n" : "]\n", s->screen->out);
}

const struct sheet_writer sheet_json_writer = {json_begin, json_row, json_end};
