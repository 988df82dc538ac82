/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that show many bookings: list, agenda. */
#include <stdlib.h>
#include <string.h>

#include "client/agenda.h"
#include "client/show_booking.h"
#include "client/show_list.h"
#include "client/show_time.h"
#include "client/span_given.h"

#define N(array) (sizeof(array) / sizeof(*(array)))
#define AGENDA_MAX_DAYS 62

static enum exit_code list(struct session *s)
{
	struct cli *cli = s->cli;
	struct when_point from, to;
	enum exit_code code = given_days(s, &from, &to);
	if (code)
		return code;
	struct ask q;
	struct reply r;
	ask_begin(&q, s, "LIST", NULL);
	ask_point(&q, "from", &from);
	ask_point(&q, "to", &to);
	line_str(&q.line, "what", cli->n_words ? cli->words[0] : NULL);
	ask_option(&q, "member", "--member");
	ask_option(&q, "person", "--person");
	ask_option(&q, "state", "--state");
	ask_option(&q, "count", "--count");
	if (cli_has(cli, "--all"))
		line_str(&q.line, "all", "yes");
	code = ask_done(&q, &r);
	if (code)
		return code;
	things_join(s, &r);
	if (r.n_data == 0 && cli->format == SHEET_TABLE)
		fprintf(cli->out.out, "%s\n", text(TEXT_NO_BOOKINGS));
	else
		show_bookings(s, &r);
	if (reply_get(&r, "more"))
		text_complain(TEXT_MORE);
	return EXIT_DONE;
}

static const struct column taken_columns[] = {
    {"what", {"What", "Quoi"}, COLUMN_TABLE_ONLY},
    {"resource", {"Resource", "Ressource"}, COLUMN_DATA_ONLY},
    {"unit", {"Unit", "Unité"}, COLUMN_DATA_ONLY},
    {"lane", {"Lane", "Place"}, COLUMN_NUMBER | COLUMN_DATA_ONLY},
    {"when", {"When", "Quand"}, COLUMN_TABLE_ONLY},
    {"from", {"From", "De"}, COLUMN_DATA_ONLY},
    {"to", {"To", "À"}, COLUMN_DATA_ONLY},
    {"blocked-from", {"Blocked from", "Bloqué de"}, COLUMN_DATA_ONLY},
    {"blocked-to", {"Blocked to", "Bloqué à"}, COLUMN_DATA_ONLY},
    {"member", {"Member", "Membre"}, COLUMN_DATA_ONLY},
    {"member-name", {"Member", "Membre"}, COLUMN_CUT},
    {"booking", {"Code", "Code"}, 0},
    {"purpose", {"Purpose", "Objet"}, COLUMN_CUT},
    {"person-name", {"Person", "Personne"}, COLUMN_CUT | COLUMN_SPARE},
};
enum { TAKEN_WHAT = 0, TAKEN_WHEN = 4 };

static const struct column lane_columns[] = {
    {"lane", {"Lane", "Place"}, COLUMN_NUMBER},
    {"unit", {"Unit", "Unité"}, 0},
};

static const struct column open_columns[] = {
    {"from", {"From", "De"}, 0},
    {"to", {"To", "À"}, 0},
};

static const struct column agenda_columns[] = {
    {"name", {"Resource", "Ressource"}, 0},
    {"title", {"Title", "Intitulé"}, 0},
    {"zone", {"Time zone", "Fuseau"}, 0},
};

static void fix_taken(struct session *s, const struct line *l, const char **cells)
{
	cells[TAKEN_WHAT] = line_what(&s->cli->arena, l);
	cells[TAKEN_WHEN] = line_when(s, l);
}

static long agenda_days(const struct cli *cli)
{
	const char *days = cli_option(cli, "--days");
	if (days)
		return strtol(days, NULL, 10);
	return cli_has(cli, "--week") ? 7 : 1;
}

static const struct column busy_columns[] = {
    {"resource", {"Resource", "Ressource"}, 0}, {"when", {"When", "Quand"}, COLUMN_TABLE_ONLY},
    {"from", {"From", "De"}, COLUMN_DATA_ONLY}, {"to", {"To", "À"}, COLUMN_DATA_ONLY},
    {"busy", {"Taken", "Pris"}, COLUMN_NUMBER}, {"of", {"Of", "Sur"}, COLUMN_NUMBER},
};

static void fix_busy(struct session *s, const struct line *l, const char **cells)
{
	cells[1] = line_when(s, l);
}

/* The lines about one resource of several, from its `resource` line on. */
static size_t lines_of(const struct reply *r, size_t at)
{
	size_t n = 1;
	while (at + n < r->n_data && !line_is(&r->data[at + n], "resource"))
		n++;
	return n;
}

static void draw(struct session *s, const struct reply *r, struct civil_date first, long days)
{
	const char *member = line_get(&s->who, "member");
	size_t n_taken = 0, drawn = 0;
	for (size_t at = 0, n; at < r->n_data; at += n) {
		struct agenda agenda;
		n = lines_of(r, at);
		agenda_read(&s->cli->arena, &r->data[at], n, &agenda);
		n_taken += agenda.n_taken;
		if (agenda.n_lanes == 0) /* a composite: its parts follow */
			continue;
		if (drawn++)
			fputc('\n', s->cli->out.out);
		agenda_draw(&agenda, &(struct agenda_view){
					 .screen = &s->cli->out,
					 .first = first,
					 .days = (unsigned)days,
					 .member = member ? member : "",
					 .now = session_now(s),
				     });
	}
	if (days == 1 && n_taken > 0) {
		fputc('\n', s->cli->out.out);
		show_rows(s, r, "taken", taken_columns, N(taken_columns), fix_taken);
	}
}

/* `van,minibus`: several resources. */
static void ask_whats(struct ask *q, const char *list)
{
	char *rest = arena_strdup(&q->session->cli->arena, list);
	for (char *what; (what = strsep(&rest, ","));)
		line_str(&q->line, "what", what);
}

/* The resource, its lanes, when it is open, and what is taken. */
static void agenda_object(struct session *s, const struct reply *r)
{
	FILE *out = s->cli->out.out;
	fputs("{\"resource\": ", out);
	for (size_t i = 0; i < r->n_data; i++)
		if (line_is(&r->data[i], "resource"))
			show_record(s, &r->data[i], agenda_columns, N(agenda_columns), NULL);
	fputs(", \"lanes\": ", out);
	show_rows(s, r, "lane", lane_columns, N(lane_columns), NULL);
	fputs(", \"open\": ", out);
	show_rows(s, r, "open", open_columns, N(open_columns), NULL);
	fputs(", \"taken\": ", out);
	show_rows(s, r, "taken", taken_columns, N(taken_columns), fix_taken);
	fputs("}\n", out);
}

/* One object; of several resources a list of them. */
static void agenda_json(struct session *s, const struct reply *r)
{
	FILE *out = s->cli->out.out;
	bool several = r->n_data > 0 && lines_of(r, 0) < r->n_data;
	for (size_t at = 0, n; at < r->n_data; at += n) {
		n = lines_of(r, at);
		struct reply one = *r;
		one.data = &r->data[at];
		one.n_data = n;
		fputs(!several ? "" : at ? "," : "[", out);
		agenda_object(s, &one);
	}
	fputs(several ? "]\n" : "", out);
}

static bool is_lane_of(const struct line *l, const char *unit)
{
	const char *its = line_get(l, "unit");
	return its && strcmp(its, unit) == 0;
}

/* Who names a unit sees only its lane. */
static void keep_unit(struct reply *r, const char *what)
{
	bool unit = false;
	size_t kept = 0;
	for (size_t i = 0; i < r->n_data; i++)
		unit = unit || (line_is(&r->data[i], "lane") && is_lane_of(&r->data[i], what));
	for (size_t i = 0; unit && i < r->n_data; i++) {
		const struct line *l = &r->data[i];
		bool of_lane = line_is(l, "lane") || line_is(l, "taken");
		if (!of_lane || is_lane_of(l, what))
			r->data[kept++] = *l;
	}
	r->n_data = unit ? kept : r->n_data;
}

static enum exit_code agenda_start(struct session *s, struct civil_date *ret)
{
	struct cli *cli = s->cli;
	struct when_clock clock = session_clock(s, NULL);
	struct when_words w = given_words(cli, cli->words + 1, cli->n_words - 1);
	struct when_point p;
	size_t at;
	*ret = session_now(s).date;
	if (w.n == 0)
		return EXIT_DONE;
	int fault = when_first_parse(&w, &clock, &p, &at);
	if (fault)
		return when_complain(cli, &w, fault, at);
	*ret = p.local.date;
	return EXIT_DONE;
}

static enum exit_code show_agenda(struct session *s)
{
	struct cli *cli = s->cli;
	long days = agenda_days(cli);
	struct civil_date first;
	enum exit_code code = agenda_start(s, &first);
	if (!code && (days < 1 || days > AGENDA_MAX_DAYS)) {
		text_complain(TEXT_AGENDA_DAYS, AGENDA_MAX_DAYS);
		code = EXIT_USAGE;
	}
	if (code)
		return code;
	struct when_point from = {.local.date = first, .has_date = true};
	struct when_point to = {.local.date = civil_add_days(first, days), .has_date = true};
	struct ask q;
	struct reply r;
	ask_begin(&q, s, "AGENDA", NULL);
	ask_whats(&q, cli->words[0]);
	ask_point(&q, "from", &from);
	ask_point(&q, "to", &to);
	if (cli_has(cli, "--busy"))
		line_str(&q.line, "profile", "yes");
	code = ask_done(&q, &r);
	if (code)
		return code;
	keep_unit(&r, cli->words[0]);
	if (cli_has(cli, "--busy"))
		show_rows(s, &r, "busy", busy_columns, N(busy_columns), fix_busy);
	else if (cli->format == SHEET_TABLE)
		draw(s, &r, first, days);
	else if (cli->format == SHEET_JSON)
		agenda_json(s, &r);
	else
		show_rows(s, &r, "taken", taken_columns, N(taken_columns), fix_taken);
	return EXIT_DONE;
}

enum exit_code command_list(struct cli *cli)
{
	return session_run(cli, 0, 1, list);
}

enum exit_code command_agenda(struct cli *cli)
{
	return session_run(cli, 1, SIZE_MAX, show_agenda);
}
