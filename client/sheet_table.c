/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sheets as tables for people.
 *
 * What a table needs is known once all rows are there. A column without a single value is left out.
 * Where the rest is wider than the terminal, in this order: columns that may be cut or wrapped give
 * way, the widest first; spare columns go, the last first; and if that is not enough, every row
 * becomes a small list of its own, a line per column. libsmartcols aligns and wraps; which column
 * gives how much is decided here, since its own choice takes from all.
 */
#include "client/sheet.h"

#include <libsmartcols/libsmartcols.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/show_state.h"
#include "client/show_word.h"

#define GAP 2
#define COMFORTABLE_WIDTH 14
#define LEAST_WIDTH 8

struct layout {
	bool shown[SHEET_MAX_COLUMNS];
	size_t width[SHEET_MAX_COLUMNS], natural[SHEET_MAX_COLUMNS];
};

static void table_begin(struct sheet *s)
{
}

static const char *table_cell(struct arena *a, const char *cell, bool is_list)
{
	if (!cell)
		return "";
	if (!is_list || !strchr(cell, '\n'))
		return text_clean(a, cell);
	char *joined = arena_alloc(a, strlen(cell) * 2 + 1), *end = joined;
	for (; *cell; cell++)
		if (*cell == '\n')
			end = stpcpy(end, ", ");
		else
			*end++ = *cell;
	return text_clean(a, joined);
}

/* `waiting 2/3`: the word in words, the rest as it stands. */
static const char *state_cell(struct sheet *s, const char *cell, const char **ret_colour)
{
	size_t n = strcspn(cell, " ,");
	const char *word = arena_strndup(&s->arena, cell, n);
	enum colour colour = state_colour(word);
	*ret_colour = colour == COLOUR_NONE ? NULL : screen_colour(s->screen, colour);
	return arena_printf(&s->arena, "%s%s", show_state(word), cell + n);
}

static void table_row(struct sheet *s, const char *const *cells)
{
	const char **row = arena_new_n(&s->arena, const char *, s->n_columns * 2);
	for (size_t i = 0; i < s->n_columns; i++) {
		const char *cell = cells[i] ? arena_strdup(&s->arena, cells[i]) : NULL;
		if (cell && (s->columns[i].flags & COLUMN_WORDS))
			cell = show_words(&s->arena, cell);
		if (cell && (s->columns[i].flags & COLUMN_STATE))
			cell = state_cell(s, cell, &row[s->n_columns + i]);
		row[i] = table_cell(&s->arena, cell, s->columns[i].flags & COLUMN_LIST);
	}
	s->rows = arena_grow(&s->arena, s->rows, s->n_rows, &s->cap_rows, s->n_rows + 1,
			     sizeof(*s->rows));
	s->rows[s->n_rows] = row;
}

static bool gives_way(const struct column *c)
{
	return c->flags & (COLUMN_CUT | COLUMN_WRAP);
}

static size_t total_width(const struct sheet *s, const struct layout *l)
{
	size_t total = 0;
	for (size_t i = 0; i < s->n_columns; i++)
		if (l->shown[i])
			total += l->width[i] + GAP;
	return total ? total - GAP : 0;
}

static void layout_natural(const struct sheet *s, struct layout *l)
{
	for (size_t i = 0; i < s->n_columns; i++) {
		size_t widest = 0;
		for (size_t r = 0; r < s->n_rows; r++) {
			size_t w = text_width(s->rows[r][i]);
			widest = w > widest ? w : widest;
		}
		size_t title = text_width(phrase_text(s->columns[i].title));
		l->shown[i] =
		    widest > 0 && !(s->columns[i].flags & (COLUMN_DATA_ONLY | COLUMN_NESTED));
		l->natural[i] = widest > title ? widest : title;
		l->width[i] = l->natural[i];
	}
}

static size_t least_width(const struct sheet *s, size_t column, size_t least)
{
	size_t title = text_width(phrase_text(s->columns[column].title));
	return title > least ? title : least;
}

/* Takes from the columns that give way, down to `least` each; answers whether the table then fits.
 */
static bool layout_shrink(const struct sheet *s, struct layout *l, size_t least)
{
	for (size_t i = 0; i < s->n_columns; i++)
		l->width[i] = l->natural[i];
	while (total_width(s, l) > s->screen->width) {
		size_t widest = SIZE_MAX;
		for (size_t i = 0; i < s->n_columns; i++)
			if (l->shown[i] && gives_way(&s->columns[i]) &&
			    l->width[i] > least_width(s, i, least) &&
			    (widest == SIZE_MAX || l->width[i] > l->width[widest]))
				widest = i;
		if (widest == SIZE_MAX)
			return false;
		l->width[widest]--;
	}
	return true;
}

static bool layout_drop_spare(const struct sheet *s, struct layout *l)
{
	for (size_t i = s->n_columns; i-- > 0;)
		if (l->shown[i] && (s->columns[i].flags & COLUMN_SPARE)) {
			l->shown[i] = false;
			return true;
		}
	return false;
}

/* Answers false where no table fits. */
static bool layout_fit(const struct sheet *s, struct layout *l)
{
	layout_natural(s, l);
	if (s->screen->width == 0)
		return true;
	do {
		if (layout_shrink(s, l, COMFORTABLE_WIDTH))
			return true;
	} while (layout_drop_spare(s, l));
	return layout_shrink(s, l, LEAST_WIDTH);
}

static void add_column(struct libscols_table *table, const struct sheet *s, const struct layout *l,
		       size_t i)
{
	const struct column *column = &s->columns[i];
	int flags =
	    (column->flags & COLUMN_NUMBER ? SCOLS_FL_RIGHT : 0) |
	    (l->width[i] < l->natural[i] && (column->flags & COLUMN_WRAP) ? SCOLS_FL_WRAP : 0);
	struct libscols_column *made =
	    scols_table_new_column(table, phrase_text(column->title), (double)l->width[i], flags);
	if (!made)
		abort();
	if (flags & SCOLS_FL_WRAP)
		scols_column_set_wrapfunc(made, scols_wrapnl_chunksize, scols_wrapnl_nextchunk,
					  NULL);
	if (s->screen->colour)
		scols_cell_set_color(scols_column_get_header(made),
				     screen_colour(s->screen, COLOUR_BOLD));
}

/* Line ends in place of the spaces at which words no longer fit; libsmartcols alone would break
 * within words. */
static const char *wrapped(struct sheet *s, const char *text, size_t columns)
{
	char *out = arena_strdup(&s->arena, text);
	size_t used = 0, at = 0;
	while (out[at]) {
		size_t n = strcspn(out + at, " ");
		size_t width = text_width(arena_strndup(&s->arena, out + at, n));
		if (at > 0 && used + 1 + width > columns) {
			out[at - 1] = '\n';
			used = width;
		} else {
			used += width + (at > 0);
		}
		at += n + (out[at + n] == ' ');
	}
	return out;
}

static void add_line(struct libscols_table *table, struct sheet *s, const struct layout *l,
		     const char *const *row)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	size_t at = 0;
	for (size_t i = 0; i < s->n_columns; i++) {
		if (!l->shown[i])
			continue;
		bool wrap = l->width[i] < l->natural[i] && (s->columns[i].flags & COLUMN_WRAP);
		const char *cell = wrap ? wrapped(s, row[i], l->width[i])
					: text_cut(s->screen, &s->arena, row[i], l->width[i]);
		if (!line || scols_line_set_data(line, at, cell) != 0)
			abort();
		if (s->screen->colour && row[s->n_columns + i])
			scols_cell_set_color(scols_line_get_cell(line, at), row[s->n_columns + i]);
		at++;
	}
}

static void print_table(struct sheet *s, const struct layout *l)
{
	struct libscols_table *table = scols_new_table();
	if (!table)
		abort();
	scols_table_set_stream(table, s->screen->out);
	scols_table_enable_colors(table, s->screen->colour);
	scols_table_enable_noencoding(table, 1);
	scols_table_set_column_separator(table, "  ");
	scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
	scols_table_set_termwidth(table,
				  s->screen->width ? s->screen->width : total_width(s, l) + GAP);
	for (size_t i = 0; i < s->n_columns; i++)
		if (l->shown[i])
			add_column(table, s, l, i);
	for (size_t r = 0; r < s->n_rows; r++)
		add_line(table, s, l, s->rows[r]);
	scols_print_table(table);
	scols_unref_table(table);
}

/* A line per column: for a single record, and for tables that no layout makes fit. */
static void print_record(struct sheet *s, const struct layout *l, const char *const *row)
{
	size_t label = 0;
	for (size_t i = 0; i < s->n_columns; i++) {
		size_t w = text_width(phrase_text(s->columns[i].title));
		if (l->shown[i] && w > label)
			label = w;
	}
	for (size_t i = 0; i < s->n_columns; i++) {
		const char *title = phrase_text(s->columns[i].title);
		if (!l->shown[i] || !*row[i])
			continue;
		const char *colour = row[s->n_columns + i];
		fprintf(s->screen->out, "%s%s%s%*s%s%s%s\n", screen_colour(s->screen, COLOUR_BOLD),
			title, screen_plain(s->screen), (int)(label - text_width(title) + GAP), "",
			colour ? colour : "", row[i], colour ? screen_plain(s->screen) : "");
	}
}

static void table_end(struct sheet *s)
{
	struct layout l;
	bool fits = layout_fit(s, &l);
	if (s->n_rows == 0)
		return;
	if (fits && !s->single) {
		print_table(s, &l);
		return;
	}
	layout_natural(s, &l);
	for (size_t r = 0; r < s->n_rows; r++) {
		if (r > 0)
			fputc('\n', s->screen->out);
		print_record(s, &l, s->rows[r]);
	}
}

const struct sheet_writer sheet_table_writer = {table_begin, table_row, table_end};
