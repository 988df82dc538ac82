/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of replies as rows of sheets, and bookings as people read them. */
#include "client/show_booking.h"

#include <string.h>

#include "client/nested.h"
#include "client/show_time.h"

void cells_from_line(struct arena *a, const struct line *l, const struct column *columns, size_t n,
		     const char **cells)
{
	for (size_t i = 0; i < n; i++) {
		if (columns[i].flags & COLUMN_TABLE_ONLY)
			cells[i] = NULL;
		else if (strcmp(columns[i].key, "units") == 0) /* all, where `unit` is the first */
			cells[i] = line_list(a, l, "unit");
		else if (columns[i].flags & COLUMN_LIST)
			cells[i] = line_list(a, l, columns[i].key);
		else
			cells[i] = line_get(l, columns[i].key);
	}
}

void show_rows(struct session *s, const struct reply *r, const char *kind,
	       const struct column *columns, size_t n,
	       void (*fix)(struct session *s, const struct line *l, const char **cells))
{
	struct cli *cli = s->cli;
	struct sheet sheet;
	const char *cells[SHEET_MAX_COLUMNS];
	sheet_begin(&sheet, cli->format, &cli->out, columns, n);
	for (size_t i = 0; i < r->n_data; i++) {
		if (!line_is(&r->data[i], kind))
			continue;
		cells_from_line(&cli->arena, &r->data[i], columns, n, cells);
		if (fix)
			fix(s, &r->data[i], cells);
		sheet_row(&sheet, cells);
	}
	sheet_end(&sheet);
}

void show_record(struct session *s, const struct line *l, const struct column *columns, size_t n,
		 void (*fix)(struct session *s, const struct line *l, const char **cells))
{
	struct sheet sheet;
	const char *cells[SHEET_MAX_COLUMNS];
	sheet_begin_single(&sheet, s->cli->format, &s->cli->out, columns, n);
	cells_from_line(&s->cli->arena, l, columns, n, cells);
	if (fix)
		fix(s, l, cells);
	sheet_row(&sheet, cells);
	sheet_end(&sheet);
}

const char *show_by(const char *person)
{
	return person && strcmp(person, "p0") == 0 ? text(TEXT_THE_SERVER) : person;
}

static const char *joined(struct arena *a, const char *text, const char *gap, const char *more)
{
	return *text ? arena_printf(a, "%s%s%s", text, gap, more) : more;
}

const char *line_what(struct arena *a, const struct line *l)
{
	const char *resource = line_get(l, "resource"), *qty = line_get(l, "qty"), *units = "";
	if (line_get(l, "things"))
		return line_get(l, "things");
	for (size_t i = 0; i < l->n_args; i++)
		if (strcmp(l->args[i].key, "unit") == 0)
			units = joined(a, units, ", ", l->args[i].value);
	if (*units || !resource)
		return units;
	return qty && strcmp(qty, "1") != 0 ? arena_printf(a, "%s (%s)", resource, qty) : resource;
}

static bool is_asked_thing(const struct line *l)
{
	const char *via = line_get(l, "via"), *state = line_get(l, "state");
	return via && strcmp(via, "asked") == 0 && !(state && strcmp(state, "cancelled") == 0);
}

/* What was asked for and is still there, of the `item` lines that stand together from there on. */
static const char *things_of(struct arena *a, const struct reply *r, size_t at)
{
	const char *things = "";
	for (; at < r->n_data && line_is(&r->data[at], "item"); at++)
		if (is_asked_thing(&r->data[at]))
			things = joined(a, things, " + ", line_what(a, &r->data[at]));
	return things;
}

static const struct column thing_columns[] = {
    {"item", {"No.", "N°"}, COLUMN_NUMBER},
    {"what", {"What", "Quoi"}, COLUMN_TABLE_ONLY},
    {"when", {"When", "Quand"}, COLUMN_TABLE_ONLY},
    {"having", {"Having", "Avec"}, COLUMN_SPARE},
    {"why", {"Why", "Pourquoi"}, COLUMN_TABLE_ONLY},
    {"state", {"State", "État"}, COLUMN_DATA_ONLY},
    {"resource", {"Resource", "Ressource"}, COLUMN_DATA_ONLY},
    {"units", {"Units", "Unités"}, COLUMN_DATA_ONLY | COLUMN_LIST},
    {"qty", {"Quantity", "Nombre"}, COLUMN_DATA_ONLY},
    {"from", {"From", "De"}, COLUMN_DATA_ONLY},
    {"to", {"To", "À"}, COLUMN_DATA_ONLY},
    {"via", {"Via", "Par"}, COLUMN_DATA_ONLY},
    {"of", {"Of", "De"}, COLUMN_DATA_ONLY | COLUMN_NUMBER},
};
#define N_THING_COLUMNS (sizeof(thing_columns) / sizeof(*thing_columns))

const char *things_nested(struct session *s, const struct reply *r, size_t from, size_t to)
{
	return nested_rows(s, r, from, to, "item", thing_columns, N_THING_COLUMNS);
}

/* The end of the `item` lines that stand together from there on. */
static size_t things_end(const struct reply *r, size_t at)
{
	while (at < r->n_data && line_is(&r->data[at], "item"))
		at++;
	return at;
}

void things_join(struct session *s, struct reply *r)
{
	struct arena *a = &s->cli->arena;
	for (size_t i = 0; i < r->n_data; i++) {
		struct line *l = &r->data[i];
		if (line_is(l, "item") || !line_get(l, "items"))
			continue;
		const char *things = things_of(a, r, i + 1);
		struct arg *args = arena_new_n(a, struct arg, l->n_args + 2);
		memcpy(args, l->args, l->n_args * sizeof(*args));
		l->args = args;
		args[l->n_args++] =
		    arg_of("item", things_nested(s, r, i + 1, things_end(r, i + 1)));
		if (*things)
			args[l->n_args++] = arg_of("things", things);
	}
}

const char *thing_why(struct arena *a, const struct line *l)
{
	const char *of = line_get(l, "of"), *state = line_get(l, "state");
	if (state && strcmp(state, "cancelled") == 0)
		return text(TEXT_THING_CANCELLED);
	return of ? arena_printf(a, text(TEXT_THING_FOR), of) : text(TEXT_THING_ASKED);
}

static void fix_thing(struct session *s, const struct line *l, const char **cells)
{
	cells[1] = line_what(&s->cli->arena, l);
	cells[2] = line_when(s, l);
	cells[4] = thing_why(&s->cli->arena, l);
}

const char *things_asked(struct session *s, const struct reply *r)
{
	size_t at = 0;
	while (at < r->n_data && !line_is(&r->data[at], "item"))
		at++;
	const char *things = things_of(&s->cli->arena, r, at);
	return *things ? things : line_what(&s->cli->arena, &r->final);
}

void show_things(struct session *s, const struct reply *r)
{
	bool any = false;
	for (size_t i = 0; i < r->n_data; i++)
		any = any || line_is(&r->data[i], "item");
	if (!any || s->cli->format != SHEET_TABLE)
		return;
	fputc('\n', s->cli->out.out);
	show_rows(s, r, "item", thing_columns, N_THING_COLUMNS, fix_thing);
}

const char *line_when(struct session *s, const struct line *l)
{
	return show_wire_span(&s->cli->out, &s->cli->arena, line_get(l, "from"), line_get(l, "to"),
			      session_now(s).date);
}
