/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of replies as rows of sheets, and bookings as people read them. */
#include "client/show_booking.h"

#include <string.h>

#include "client/show_time.h"

void cells_from_line(struct arena *a, const struct line *l, const struct column *columns, size_t n,
		     const char **cells)
{
	for (size_t i = 0; i < n; i++) {
		if (columns[i].flags & COLUMN_TABLE_ONLY)
			cells[i] = NULL;
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

const char *line_what(const struct line *l)
{
	const char *unit = line_get(l, "unit"), *resource = line_get(l, "resource");
	return unit ? unit : resource ? resource : "";
}

const char *line_when(struct session *s, const struct line *l)
{
	return show_wire_span(&s->cli->out, &s->cli->arena, line_get(l, "from"), line_get(l, "to"),
			      session_now(s).date);
}

static const struct column done_columns[] = {
    {"booking", {"Code", "Code"}, 0},
    {"state", {"State", "État"}, 0},
    {"resource", {"Resource", "Ressource"}, 0},
    {"unit", {"Unit", "Unité"}, 0},
    {"from", {"From", "De"}, 0},
    {"to", {"To", "À"}, 0},
    {"member", {"Member", "Membre"}, 0},
    {"was-from", {"Was from", "Était de"}, 0},
    {"was-to", {"Was to", "Était à"}, 0},
    {"was-unit", {"Was unit", "Était sur"}, 0},
    {"dry", {"Dry run", "À blanc"}, COLUMN_YES},
};

static void tell_done(struct session *s, const struct reply *r, enum text sentence)
{
	struct cli *cli = s->cli;
	const char *code = reply_get(r, "booking");
	bool dry = reply_get(r, "dry");
	fputs(screen_colour(&cli->out, COLOUR_GOOD), cli->out.out);
	if (dry)
		fputs(text(TEXT_DRY), cli->out.out);
	fprintf(cli->out.out, text(sentence), text_clean(&cli->arena, line_what(&r->final)),
		line_when(s, &r->final));
	fputs(screen_plain(&cli->out), cli->out.out);
	if (code && !dry)
		fprintf(cli->out.out, text(TEXT_ITS_CODE), text_clean(&cli->arena, code));
	fputc('\n', cli->out.out);
}

void show_done(struct session *s, const struct reply *r, enum text sentence)
{
	if (s->cli->format == SHEET_TABLE)
		tell_done(s, r, sentence);
	else
		show_record(s, &r->final, done_columns,
			    sizeof(done_columns) / sizeof(*done_columns), NULL);
}
