/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report usage: what was used, by whom, when. Rows leave as they come, except for a table. */
#include <string.h>

#include "client/show_booking.h"
#include "client/show_time.h"
#include "client/span_given.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

enum { USAGE_MONTH_SHOWN = 4 };
static const struct column usage_columns[] = {
    {"member", {"Id", "Id"}, COLUMN_SPARE},
    {"member-name", {"Member", "Membre"}, COLUMN_CUT},
    {"resource", {"Resource", "Ressource"}, 0},
    {"month", {"Month", "Mois"}, COLUMN_DATA_ONLY},
    {"month-shown", {"Month", "Mois"}, COLUMN_TABLE_ONLY},
    {"bookings", {"Bookings", "Réserv."}, COLUMN_NUMBER},
    {"hours", {"Hours", "Heures"}, COLUMN_NUMBER},
    {"cancelled", {"Cancelled", "Annulées"}, COLUMN_NUMBER},
    {"no-shows", {"No-shows", "Absences"}, COLUMN_NUMBER},
};

struct usage {
	struct session *session;
	struct sheet sheet;
	bool begun; /* not before there is something to write: a refusal is no table */
};

static void begin(struct usage *u)
{
	struct cli *cli = u->session->cli;
	if (!u->begun)
		sheet_begin(&u->sheet, cli->format, &cli->out, usage_columns, N(usage_columns));
	u->begun = true;
}

static void usage_row(void *to, const struct line *l)
{
	struct usage *u = to;
	struct arena a = {0};
	const char *cells[SHEET_MAX_COLUMNS];
	if (!line_is(l, "row"))
		return;
	cells_from_line(&a, l, usage_columns, N(usage_columns), cells);
	cells[USAGE_MONTH_SHOWN] = show_month(&a, line_get(l, "month"));
	begin(u);
	sheet_row(&u->sheet, cells);
	arena_clear(&a);
}

static enum exit_code report(struct session *s)
{
	struct cli *cli = s->cli;
	struct when_point from, to;
	enum exit_code code = given_days(s, &from, &to);
	if (!code && (!from.has_date || !to.has_date)) {
		text_complain(TEXT_REPORT_SPAN);
		code = cli_usage(cli);
	}
	if (code)
		return code;
	struct usage usage = {.session = s};
	struct ask q;
	struct reply r;
	ask_begin(&q, s, "REPORT", NULL);
	line_str(&q.line, "report", "usage");
	ask_point(&q, "from", &from);
	ask_point(&q, "to", &to);
	ask_option(&q, "by", "--by");
	code = ask_stream(&q, usage_row, &usage, &r);
	if (!code && r.class == CLASS_OK)
		begin(&usage);
	if (usage.begun)
		sheet_end(&usage.sheet);
	return code ? code : reply_complain(cli, &r);
}

enum exit_code command_report_usage(struct cli *cli)
{
	return session_run(cli, 0, 0, report);
}
