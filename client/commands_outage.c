/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that take things out of service or close them, and back: outage, close, reopen, outages.
 */
#include "client/nested.h"
#include "client/refusal.h"
#include "client/show_booking.h"
#include "client/show_state.h"
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
    {"kind-shown", {"Kind", "Genre"}, COLUMN_TABLE_ONLY},
    {"kind", {"Kind", "Genre"}, COLUMN_DATA_ONLY},
    {"reason", {"Reason", "Raison"}, COLUMN_WRAP},
};
enum { OUTAGE_WHAT = 1, OUTAGE_FROM = 4, OUTAGE_TO = 5, OUTAGE_KIND = 10 };

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
	cells[OUTAGE_KIND] = show_cause(line_get(l, "kind"));
}

static const struct column hit_columns[] = {
    {"booking", {"Code", "Code"}, 0},
    {"when", {"When", "Quand"}, COLUMN_TABLE_ONLY},
    {"what", {"What", "Quoi"}, COLUMN_TABLE_ONLY},
    {"happened", {"Now", "Maintenant"}, COLUMN_TABLE_ONLY | COLUMN_WRAP},
    {"member-name", {"Member", "Membre"}, COLUMN_CUT},
    {"person-name", {"Person", "Personne"}, COLUMN_CUT | COLUMN_SPARE},
    {"cause", {"Cause", "Cause"}, COLUMN_DATA_ONLY},
    {"state", {"State", "État"}, COLUMN_DATA_ONLY},
    {"resource", {"Resource", "Ressource"}, COLUMN_DATA_ONLY},
    {"units", {"Units", "Unités"}, COLUMN_DATA_ONLY | COLUMN_LIST},
    {"from", {"From", "De"}, COLUMN_DATA_ONLY},
    {"to", {"To", "À"}, COLUMN_DATA_ONLY},
    {"member", {"Member", "Membre"}, COLUMN_DATA_ONLY},
};

static void fix_hit(struct session *s, const struct line *l, const char **cells)
{
	cells[1] = line_when(s, l);
	cells[2] = line_what(&s->cli->arena, l);
	cells[3] = show_cause(line_get(l, "cause"));
}

enum { DONE_BOOKINGS };
static const struct column done_columns[] = {
    [DONE_BOOKINGS] = {"concerned", {"Bookings", "Réservations"}, COLUMN_NESTED},
    {"outage", {"Outage", "Numéro"}, 0},
    {"kind", {"Kind", "Genre"}, 0},
    {"resource", {"Resource", "Ressource"}, 0},
    {"unit", {"Unit", "Unité"}, 0},
    {"from", {"From", "De"}, 0},
    {"to", {"To", "À"}, 0},
    {"lifted-at", {"Reopened at", "Rouverte le"}, 0},
    {"bookings", {"Bookings", "Réservations"}, COLUMN_NUMBER},
    {"dry", {"Dry run", "À blanc"}, COLUMN_YES},
};

static void put_record(struct session *s, const struct reply *r)
{
	struct sheet sheet;
	const char *cells[SHEET_MAX_COLUMNS];
	sheet_begin_single(&sheet, s->cli->format, &s->cli->out, done_columns, N(done_columns));
	cells_from_line(&s->cli->arena, &r->final, done_columns, N(done_columns), cells);
	cells[DONE_BOOKINGS] =
	    nested_rows(s, r, 0, r->n_data, "booking", hit_columns, N(hit_columns));
	sheet_row(&sheet, cells);
	sheet_end(&sheet);
}

/* From when until when; without an end only from when. */
static const char *span_shown(struct session *s, const struct reply *r)
{
	struct arena *a = &s->cli->arena;
	const char *from = reply_get(r, "from"), *to = reply_get(r, "to");
	const struct civil_date today = session_now(s).date;
	return to ? show_wire_span(&s->cli->out, a, from, to, today)
		  : arena_printf(a, text(TEXT_FROM_ON), show_wire_moment(a, from, today));
}

static enum exit_code tell(struct session *s, struct ask *q, enum text sentence, enum text hits)
{
	struct cli *cli = s->cli;
	struct reply r;
	enum exit_code code = ask_send(q, &r);
	if (code)
		return code;
	if (r.class != CLASS_OK)
		return refusal_tell(s, &r, &(struct wanted){0});
	if (cli->format != SHEET_TABLE) {
		put_record(s, &r);
		return EXIT_DONE;
	}
	const char *number = reply_get(&r, "outage");
	const char *said =
	    arena_printf(&cli->arena, text(sentence), text_clean(&cli->arena, number ? number : ""),
			 text_clean(&cli->arena, line_what(&cli->arena, &r.final)),
			 text_clean(&cli->arena, span_shown(s, &r)));
	screen_say(
	    &cli->out, 0,
	    arena_printf(&cli->arena, "%s%s", reply_get(&r, "dry") ? text(TEXT_DRY) : "", said));
	if (reply_has(&r, "booking")) {
		fprintf(cli->out.out, "\n%s\n", text(hits));
		things_join(s, &r);
		show_rows(s, &r, "booking", hit_columns, N(hit_columns), fix_hit);
	}
	return EXIT_DONE;
}

static enum exit_code outage(struct session *s)
{
	struct cli *cli = s->cli;
	struct when_span span;
	enum exit_code code = given_span(s, cli->words + 1, cli->n_words - 1, NULL, &span);
	struct ask q;
	if (code)
		return code;
	ask_begin_change(&q, s, "OUTAGE", NULL);
	line_str(&q.line, "what", cli->words[0]);
	ask_option(&q, "unit", "--unit");
	ask_span(&q, &span);
	ask_option(&q, "reason", "--reason");
	return tell(s, &q, TEXT_OUTAGE, TEXT_OUTAGE_BOOKINGS);
}

static enum exit_code close_it(struct session *s)
{
	struct cli *cli = s->cli;
	struct when_span span;
	enum exit_code code = given_whole_span(s, cli->words + 1, cli->n_words - 1, &span);
	struct ask q;
	if (code)
		return code;
	ask_begin_change(&q, s, "CLOSE", NULL);
	line_str(&q.line, "what", cli->words[0]);
	ask_span(&q, &span);
	ask_option(&q, "reason", "--reason");
	return tell(s, &q, TEXT_CLOSED, TEXT_OUTAGE_BOOKINGS);
}

static enum exit_code reopen(struct session *s)
{
	struct ask q;
	ask_begin_change(&q, s, "REOPEN", NULL);
	line_str(&q.line, "outage", s->cli->words[0]);
	return tell(s, &q, TEXT_REOPENED, TEXT_REOPENED_BOOKINGS);
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

enum exit_code command_close(struct cli *cli)
{
	return session_run(cli, 1, SIZE_MAX, close_it);
}

enum exit_code command_reopen(struct cli *cli)
{
	return session_run(cli, 1, 1, reopen);
}

enum exit_code command_outages(struct cli *cli)
{
	return session_run(cli, 0, 1, outages);
}
