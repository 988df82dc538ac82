/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series: from `--every 2 weeks --until 2027-06-30` to a rule, and from its dates to a table. */
#include "client/commands_series.h"

#include <stdio.h>
#include <string.h>

#include "client/show_booking.h"
#include "client/show_time.h"
#include "client/span_given.h"

#define N(array) (sizeof(array) / sizeof(*(array)))
#define EVERY_MAX 1000
#define TIMES_MAX 1000000

static const struct {
	const char *words[5];
	const char *rule;
} rhythms[] = {
    {{"day", "days", "jour", "jours", "j"}, "FREQ=DAILY"},
    {{"week", "weeks", "semaine", "semaines", "w"}, "FREQ=WEEKLY"},
    {{"month", "months", "mois"}, "FREQ=MONTHLY"},
    {{"year", "years", "an", "ans"}, "FREQ=YEARLY"},
    {{"weekday", "workday", "jour-ouvré"}, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"},
};

static const char *rhythm_named(const char *word)
{
	for (size_t i = 0; i < N(rhythms); i++)
		for (size_t k = 0; k < N(rhythms[i].words) && rhythms[i].words[k]; k++)
			if (strcmp(rhythms[i].words[k], word) == 0)
				return rhythms[i].rule;
	return NULL;
}

/* `week`, `2 weeks`, `2w`; NULL: not understood. */
static const char *every(struct arena *a, const char *said)
{
	unsigned n = 1;
	int used = 0;
	if (sscanf(said, "%3u %n", &n, &used) < 1)
		n = 1;
	const char *rule = rhythm_named(said + used);
	if (!rule || n < 1 || n > EVERY_MAX)
		return NULL;
	return n == 1 ? rule : arena_printf(a, "%s;INTERVAL=%u", rule, n);
}

static enum exit_code given_when(struct session *s, const char *said, struct when_point *ret)
{
	struct when_clock clock = session_clock(s, NULL);
	struct when_words w = given_words(s->cli, &said, 1);
	size_t at;
	int fault = when_point_parse(&w, &clock, ret, &at);
	return fault ? when_complain(s->cli, &w, fault, at) : EXIT_DONE;
}

/* A day is meant to its end; the server takes both as local to the resource. */
static enum exit_code add_until(struct session *s, const char *said, const char **rule)
{
	struct when_point p;
	enum exit_code code = given_when(s, said, &p);
	if (code)
		return code;
	const struct civil_date d = p.local.date;
	*rule = arena_printf(&s->cli->arena, "%s;UNTIL=%04d%02d%02d", *rule, (int)d.year, d.month,
			     d.day);
	if (p.has_time)
		*rule =
		    arena_printf(&s->cli->arena, "%sT%02d%02d%02d", *rule, p.local.second / 3600,
				 p.local.second / 60 % 60, p.local.second % 60);
	return EXIT_DONE;
}

static enum exit_code add_times(struct session *s, const char *said, const char **rule)
{
	int n = 0, used = 0;
	if (sscanf(said, "%7d%n", &n, &used) != 1 || said[used] || n < 1 || n > TIMES_MAX) {
		text_complain(TEXT_SERIES_TIMES);
		return EXIT_USAGE;
	}
	*rule = arena_printf(&s->cli->arena, "%s;COUNT=%d", *rule, n);
	return EXIT_DONE;
}

/* The dates of an option that may be repeated. */
static enum exit_code given_dates(struct session *s, const char *name, const char ***ret,
				  size_t *ret_n)
{
	const struct cli *cli = s->cli;
	const char **dates = arena_new_n(&s->cli->arena, const char *, GIVEN_MAX_OPTIONS);
	size_t n = 0;
	for (size_t i = 0; i < cli->n_options; i++) {
		struct when_point p;
		if (strcmp(cli->options[i].option->name, name) != 0)
			continue;
		enum exit_code code = given_when(s, cli->options[i].value, &p);
		if (code)
			return code;
		dates[n++] = when_wire(&s->cli->arena, &p, s->zone);
	}
	*ret = dates;
	*ret_n = n;
	return EXIT_DONE;
}

enum exit_code given_series(struct session *s, struct series_given *ret)
{
	const struct cli *cli = s->cli;
	const char *rhythm = cli_option(cli, "--every"), *times = cli_option(cli, "--times");
	const char *until = cli_option(cli, "--until"), *rule = cli_option(cli, "--rule");
	*ret = (struct series_given){0};
	bool also = cli_has(cli, "--also");
	bool more = also || times || until || cli_has(cli, "--except") ||
		    cli_has(cli, "--skip-conflicts") || cli_has(cli, "--take-alternatives");
	if (!rhythm && !rule && !more)
		return EXIT_DONE;
	if ((rhythm && rule) || (!rhythm && !rule && !also) || (!rhythm && (times || until)) ||
	    (times && until)) {
		text_complain(TEXT_SERIES_HOW);
		return EXIT_USAGE;
	}
	ret->rule = rhythm ? every(&s->cli->arena, rhythm) : rule;
	if (rhythm && !ret->rule) {
		text_complain(TEXT_SERIES_EVERY, text_clean(&s->cli->arena, rhythm));
		return EXIT_USAGE;
	}
	enum exit_code code = EXIT_DONE;
	if (times)
		code = add_times(s, times, &ret->rule);
	if (until)
		code = add_until(s, until, &ret->rule);
	if (!code)
		code = given_dates(s, "--except", &ret->except, &ret->n_except);
	return code ? code : given_dates(s, "--also", &ret->also, &ret->n_also);
}

void ask_series(struct ask *q, const struct series_given *given)
{
	const struct cli *cli = q->session->cli;
	if (!given->rule && given->n_also == 0)
		return;
	line_str(&q->line, "rule", given->rule);
	for (size_t i = 0; i < given->n_except; i++)
		line_str(&q->line, "except", given->except[i]);
	for (size_t i = 0; i < given->n_also; i++)
		line_str(&q->line, "also", given->also[i]);
	if (cli_has(cli, "--take-alternatives"))
		line_str(&q->line, "conflicts", "alternative");
	else if (cli_has(cli, "--skip-conflicts"))
		line_str(&q->line, "conflicts", "skip");
}

void ask_scope(struct ask *q)
{
	const struct cli *cli = q->session->cli;
	if (cli_has(cli, "--all"))
		line_str(&q->line, "scope", "all");
	else if (cli_has(cli, "--following"))
		line_str(&q->line, "scope", "following");
}

bool series_is_asked(const struct cli *cli)
{
	static const char *const names[] = {"--every", "--rule", "--also", "--following", "--all"};
	for (size_t i = 0; i < N(names); i++)
		if (cli_has(cli, names[i]))
			return true;
	return false;
}

static const struct phrase outcomes[][2] = {
    {{"booked", ""}, {"booked", "réservée"}},
    {{"moved", ""}, {"moved", "déplacée"}},
    {{"cancelled", ""}, {"cancelled", "annulée"}},
    {{"kept", ""}, {"kept", "inchangée"}},
    {{"skipped", ""}, {"skipped", "sautée"}},
    {{"refused", ""}, {"refused", "refusée"}},
    {{"free", ""}, {"free", "libre"}},
};

enum { DATE_WHEN = 1, DATE_OUTCOME = 3 };
static const struct column date_columns[] = {
    {"booking", {"Code", "Code"}, 0},
    {"when", {"When", "Quand"}, COLUMN_TABLE_ONLY},
    {"unit", {"Unit", "Unité"}, COLUMN_SPARE},
    {"result", {"Result", "Résultat"}, COLUMN_TABLE_ONLY},
    {"from", {"From", "De"}, COLUMN_DATA_ONLY},
    {"to", {"To", "À"}, COLUMN_DATA_ONLY},
    {"resource", {"Resource", "Ressource"}, COLUMN_DATA_ONLY},
    {"outcome", {"Outcome", "Résultat"}, COLUMN_DATA_ONLY},
    {"reason", {"Reason", "Raison"}, COLUMN_DATA_ONLY},
    {"rule", {"Rule", "Règle"}, COLUMN_DATA_ONLY},
    {"text", {"Why", "Pourquoi"}, COLUMN_WRAP},
};

static void fix_date(struct session *s, const struct line *l, const char **cells)
{
	const char *outcome = line_get(l, "outcome");
	cells[DATE_WHEN] = line_when(s, l);
	cells[DATE_OUTCOME] = outcome;
	for (size_t i = 0; outcome && i < N(outcomes); i++)
		if (strcmp(outcome, outcomes[i][0].en) == 0)
			cells[DATE_OUTCOME] = phrase_text(outcomes[i][1]);
}

static const char *number(struct session *s, const struct reply *r, const char *key)
{
	const char *value = reply_get(r, key);
	return value ? text_clean(&s->cli->arena, value) : "0";
}

static void tell_end(struct session *s, const struct reply *r)
{
	FILE *out = s->cli->out.out;
	const char *until = reply_get(r, "until");
	bool reconfirm = reply_get(r, "reconfirm");
	if (reply_get(r, "dry"))
		fputs(text(TEXT_DRY), out);
	fprintf(out, text(TEXT_SERIES_DONE), number(s, r, "count"), number(s, r, "skipped"),
		number(s, r, "kept"));
	if (until)
		fprintf(out, text(reconfirm ? TEXT_SERIES_RECONFIRM : TEXT_SERIES_UNTIL),
			show_wire_moment(&s->cli->arena, until, session_now(s).date));
}

enum exit_code series_tell(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	bool table = s->cli->format == SHEET_TABLE, done = r->class == CLASS_OK;
	if (r->n_data > 0 && (done || table))
		show_rows(s, r, "occurrence", date_columns, N(date_columns), fix_date);
	if (!done)
		return refusal_tell(s, r, wanted);
	if (table)
		tell_end(s, r);
	return EXIT_DONE;
}
