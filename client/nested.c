/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows within a row, and parts of answers. */
#include "client/nested.h"

#include <stdlib.h>

#include "client/show_booking.h"

const char *nested_rows(struct session *s, const struct reply *r, size_t from, size_t to,
			const char *kind, const struct column *columns, size_t n)
{
	char *bytes = NULL;
	size_t size = 0;
	struct screen screen = {.out = open_memstream(&bytes, &size)};
	struct sheet sheet;
	const char *cells[SHEET_MAX_COLUMNS];
	sheet_begin(&sheet, SHEET_JSON, &screen, columns, n);
	for (size_t i = from; i < to && i < r->n_data; i++) {
		if (!line_is(&r->data[i], kind))
			continue;
		cells_from_line(&s->cli->arena, &r->data[i], columns, n, cells);
		sheet_row(&sheet, cells);
	}
	sheet_end(&sheet);
	fclose(screen.out);
	while (size > 0 && bytes[size - 1] == '\n')
		size--;
	const char *json = arena_strndup(&s->cli->arena, bytes, size);
	free(bytes);
	return json;
}

struct reply reply_part(const struct reply *r, size_t from, size_t to)
{
	struct reply part = *r;
	part.data = r->data + from;
	part.n_data = to - from;
	return part;
}

size_t lines_until(const struct reply *r, size_t at, const char *kind, const char *other)
{
	size_t end = at + 1;
	while (end < r->n_data && !line_is(&r->data[end], kind) &&
	       !(other && line_is(&r->data[end], other)))
		end++;
	return end;
}

bool reply_has(const struct reply *r, const char *kind)
{
	for (size_t i = 0; i < r->n_data; i++)
		if (line_is(&r->data[i], kind))
			return true;
	return false;
}
