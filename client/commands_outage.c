/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that take things out of service and back: outage, reopen, outages. */
#include "client/ask.h"
#include "client/show_booking.h"
#include "client/show_time.h"
#include "client/span_given.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

static const struct column outage_columns[] = {
    {"outage", {"Outage", "Numéro"}, 0},
    {"what", {"What", "Quoi"}, COLUMN_TABLE_ONLY},
    {"resource", {"Resource", "Ressource"}, COLUMN_DATA_ONLY},
    {"unit", {"Unit", "Unité"}, COLUMN_DATA_ONLY},
    {"from-shown", {"From", "De"}, COLUMN_TABLE_ONLY},
    {"to-shown", {"To", "À"}, COLUMN_TABLE_ONLY},
    {"from", {"From", "De"}, COLUMN_DATA_ONLY},
    {"to", {"To", "À"}, COLUMN_DATA_ONLY},
    {"by", {"By", "Par"}, 0},
    {"made-at", {"Made at", "Dite le"}, COLUMN_DATA_ONLY},
};
enum { OUTAGE_WHAT = 1, OUTAGE_FROM = 4, OUTAGE_TO = 5 };

static const char *moment_shown(struct session *s, const struct line *l, const char *key)
{
	const char *value = line_get(l, key);
	return value ? show_wire_moment(&s->cli->arena, value, session_now(s).date) : NULL;
}

static void fix_outage(struct session *s, const struct line *l, const char **cells)
{
	cells[OUTAGE_WHAT] = line_what(&s->cli->arena, l);
	cells[OUTAGE_FROM] = moment_shown(s, l, "from");
	cells[OUTAGE_TO] = moment_shown(s, l, "to");
}

static const struct column done_columns[] = {
    {"outage", {"Outage", "Numéro"}, 0},
    {"resource", {"Resource", "Ressource"}, 0},
    {"unit", {"Unit", "Unité"}, 0},
    {"from", {"From", "De"}, 0},
    {"to", {"To", "À"}, 0},
    {"lifted-at", {"Reopened at", "Rouverte le"}, 0},
    {"bookings", {"Bookings", "Réservations"}, COLUMN_NUMBER},
};

static const struct column hit_columns[] = {
    {"booking", {"Code", "Code"}, 0},
    {"when", {"When", "Quand"}, COLUMN_TABLE_ONLY},
    {"what", {"What", "Quoi"}, COLUMN_TABLE_ONLY},
    {"member-name", {"Member", "Membre"}, COLUMN_CUT},
    {"person-name", {"Person", "Personne"}, COLUMN_CUT | COLUMN_SPARE},
};

static void fix_hit(struct session *s, const struct line *l, const char **cells)
{
	cells[1] = line_when(s, l);
	cells[2] = line_what(&s->cli->arena, l);
}

static enum exit_code tell(struct session *s, const struct reply *r, enum text sentence)
{
	struct cli *cli = s->cli;
	const char *bookings = reply_get(r, "bookings"), *number = reply_get(r, "outage");
	if (cli->format != SHEET_TABLE) {
		show_record(s, &r->final, done_columns, N(done_columns), NULL);
		return EXIT_DONE;
	}
	if (reply_get(r, "dry"))
		fputs(text(TEXT_DRY), cli->out.out);
	fprintf(cli->out.out, text(sentence), text_clean(&cli->arena, number ? number : ""),
		text_clean(&cli->arena, line_what(&cli->arena, &r->final)));
	if (bookings && r->n_data > 0) {
		fprintf(cli->out.out, "%s\n\n", text(TEXT_OUTAGE_BOOKINGS));
		show_rows(s, r, "booking", hit_columns, N(hit_columns), fix_hit);
	}
	return EXIT_DONE;
}

static enum exit_code outage(struct session *s)
{
	struct cli *cli = s->cli;
	struct when_span span;
	enum exit_code code = given_span(s, cli->words + 1, cli->n_words - 1, NULL, &span);
	struct ask q;
	struct reply r;
	if (code)
		return code;
	ask_begin_change(&q, s, "OUTAGE", NULL);
	line_str(&q.line, "what", cli->words[0]);
	ask_option(&q, "unit", "--unit");
	ask_span(&q, &span);
	code = ask_done(&q, &r);
	return code ? code : tell(s, &r, TEXT_OUTAGE);
}

static enum exit_code reopen(struct session *s)
{
	struct ask q;
	struct reply r;
	ask_begin_change(&q, s, "REOPEN", NULL);
	line_str(&q.line, "outage", s->cli->words[0]);
	enum exit_code code = ask_done(&q, &r);
	return code ? code : tell(s, &r, TEXT_REOPENED);
}

static enum exit_code outages(struct session *s)
{
	struct cli *cli = s->cli;
	struct ask q;
	struct reply r;
	ask_begin(&q, s, "OUTAGES", NULL);
	line_str(&q.line, "what", cli->n_words ? cli->words[0] : NULL);
	enum exit_code code = ask_done(&q, &r);
	if (code)
		return code;
	if (r.n_data == 0 && cli->format == SHEET_TABLE)
		fprintf(cli->out.out, "%s\n", text(TEXT_NO_OUTAGES));
	else
		show_rows(s, &r, "outage", outage_columns, N(outage_columns), fix_outage);
	return EXIT_DONE;
}

enum exit_code command_outage(struct cli *cli)
{
	return session_run(cli, 1, SIZE_MAX, outage);
}

enum exit_code command_reopen(struct cli *cli)
{
	return session_run(cli, 1, 1, reopen);
}

enum exit_code command_outages(struct cli *cli)
{
	return session_run(cli, 0, 1, outages);
}
