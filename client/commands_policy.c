/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about the policy: policy check, plan, apply, show, history. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/commands_effective.h"
#include "client/commands_offline.h"
#include "client/policy_put.h"
#include "client/show_booking.h"
#include "client/show_time.h"
#include "lib/moment.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

static const struct column problem_columns[] = {
    {"file", {"File", "Fichier"}, 0},
    {"line", {"Line", "Ligne"}, COLUMN_NUMBER},
    {"column", {"Column", "Colonne"}, COLUMN_NUMBER},
    {"text", {"Problem", "Problème"}, 0},
};

static bool has_kind(const struct reply *r, const char *kind)
{
	for (size_t i = 0; i < r->n_data; i++)
		if (line_is(&r->data[i], kind))
			return true;
	return false;
}

static const char *got(struct session *s, const struct line *l, const char *key)
{
	const char *value = line_get(l, key);
	return text_clean(&s->cli->arena, value ? value : "");
}

/* `DIR/file:line:column: text`, as editors know it. */
static void tell_problems(struct session *s, const struct reply *r)
{
	const char *dir = s->cli->words[0];
	size_t n = strlen(dir);
	int bare = (int)(n > 1 && dir[n - 1] == '/' ? n - 1 : n);
	if (s->cli->format != SHEET_TABLE) {
		show_rows(s, r, "problem", problem_columns, N(problem_columns), NULL);
		return;
	}
	for (size_t i = 0; i < r->n_data; i++) {
		const struct line *l = &r->data[i];
		bool warning = line_is(l, "warning");
		if (warning || line_is(l, "problem"))
			fprintf(s->cli->out.out, "%.*s/%s:%s:%s: %s%s\n", bare, dir,
				got(s, l, "file"), got(s, l, "line"), got(s, l, "column"),
				warning ? text(TEXT_WARNING) : "", got(s, l, "text"));
	}
}

struct how {
	const char *how;
	enum text sentence;
};

static const char *word_for(const char *what)
{
	static const struct {
		const char *what;
		enum text name;
	} words[] = {{"rule", TEXT_A_RULE},	    {"resource", TEXT_A_RESOURCE},
		     {"member", TEXT_A_MEMBER},	    {"site", TEXT_A_SITE},
		     {"unit", TEXT_A_UNIT},	    {"travel", TEXT_A_TRAVEL},
		     {"closure", TEXT_A_CLOSURE},   {"pole", TEXT_A_POLE},
		     {"conflicts", TEXT_A_SECTION}, {"test", TEXT_A_CASE}};
	for (size_t i = 0; i < N(words); i++)
		if (strcmp(words[i].what, what) == 0)
			return text(words[i].name);
	return what;
}

static bool has_piece(const char *list, const char *piece, size_t n)
{
	for (; *list; list += strspn(list, ", ")) {
		size_t length = strcspn(list, ",");
		if (length == n && strncmp(list, piece, n) == 0)
			return true;
		list += length;
	}
	return false;
}

/* What a description says that the other does not: of long ones only that is worth reading. */
static const char *own_pieces(struct arena *a, const char *list, const char *other)
{
	const char *own = "";
	for (; *list; list += strspn(list, ", ")) {
		size_t n = strcspn(list, ",");
		if (!has_piece(other, list, n))
			own = arena_printf(a, "%s%s%.*s", own, *own ? ", " : "", (int)n, list);
		list += n;
	}
	return own;
}

static void tell_difference(struct session *s, const struct line *l)
{
	static const struct how hows[] = {{"added", TEXT_PLAN_ADDED},
					  {"removed", TEXT_PLAN_REMOVED},
					  {"changed", TEXT_PLAN_CHANGED}};
	const char *how = got(s, l, "how"), *from = got(s, l, "from"), *to = got(s, l, "to");
	const struct how *row = &hows[N(hows) - 1];
	for (size_t i = 0; i < N(hows); i++)
		if (strcmp(hows[i].how, how) == 0)
			row = &hows[i];
	fprintf(s->cli->out.out, text(row->sentence), word_for(got(s, l, "what")),
		got(s, l, "name"));
	const char *gone = own_pieces(&s->cli->arena, from, to);
	const char *come = own_pieces(&s->cli->arena, to, from);
	if (*gone || *come)
		fprintf(s->cli->out.out, text(TEXT_PLAN_FROM_TO), *gone ? gone : text(TEXT_NOTHING),
			*come ? come : text(TEXT_NOTHING));
	fputc('\n', s->cli->out.out);
}

static int64_t starts_at(const struct line *l)
{
	const char *from = line_get(l, "from");
	struct moment m;
	if (!from || moment_parse(from, &m) != MOMENT_OK)
		return INT64_MAX;
	return m.has_offset ? moment_utc(&m, NULL) : civil_seconds(m.local);
}

static int by_start(const void *a, const void *b)
{
	int64_t x = starts_at(a), y = starts_at(b);
	return x < y ? -1 : x > y;
}

/* Misfits come last, in no order that says anything to people. */
static void sort_misfits(struct reply *r)
{
	size_t first = 0;
	while (first < r->n_data && !line_is(&r->data[first], "misfit"))
		first++;
	size_t n = 0;
	while (first + n < r->n_data && line_is(&r->data[first + n], "misfit"))
		n++;
	if (n > 1)
		qsort(&r->data[first], n, sizeof(*r->data), by_start);
}

static void tell_misfit(struct session *s, const struct line *l)
{
	fprintf(s->cli->out.out, "    %s  %s, %s, %s%s%s\n", got(s, l, "booking"),
		got(s, l, "resource"), line_when(s, l), got(s, l, "member"), text(TEXT_COLON),
		got(s, l, "text"));
}

static void tell_queue(struct session *s, const struct line *l)
{
	const char *turn =
	    arena_printf(&s->cli->arena, text(TEXT_PLAN_TURN), got(s, l, "turn"), got(s, l, "of"),
			 got(s, l, "was-turn"), got(s, l, "was-of"));
	fprintf(s->cli->out.out, "    %s  %s, %s, %s%s%s\n", got(s, l, "booking"),
		line_what(&s->cli->arena, l), line_when(s, l), got(s, l, "member"),
		text(TEXT_COLON), turn);
}

static const struct column difference_columns[] = {
    {"what", {"What", "Quoi"}, 0}, {"name", {"Name", "Nom"}, 0}, {"how", {"How", "Comment"}, 0},
    {"from", {"From", "De"}, 0},   {"to", {"To", "À"}, 0},
};

static const struct column misfit_columns[] = {
    {"booking", {"Code", "Code"}, 0},	 {"resource", {"Resource", "Ressource"}, 0},
    {"from", {"From", "De"}, 0},	 {"to", {"To", "À"}, 0},
    {"member", {"Member", "Membre"}, 0}, {"reason", {"Reason", "Motif"}, 0},
    {"rule", {"Rule", "Règle"}, 0},	 {"text", {"Text", "Texte"}, 0},
};

static const struct column queue_columns[] = {
    {"booking", {"Code", "Code"}, 0},
    {"resource", {"Resource", "Ressource"}, 0},
    {"unit", {"Unit", "Unité"}, 0},
    {"from", {"From", "De"}, 0},
    {"to", {"To", "À"}, 0},
    {"member", {"Member", "Membre"}, 0},
    {"turn", {"Turn", "Rang"}, COLUMN_NUMBER},
    {"of", {"Of", "Sur"}, COLUMN_NUMBER},
    {"was-turn", {"Turn now", "Rang actuel"}, COLUMN_NUMBER},
    {"was-of", {"Of now", "Sur (actuel)"}, COLUMN_NUMBER},
};

/* In CSV all lists are one, which its first column tells apart. */
static const struct column plan_columns[] = {
    {"kind", {"Kind", "Genre"}, 0},	 {"what", {"What", "Quoi"}, 0},
    {"name", {"Name", "Nom"}, 0},	 {"how", {"How", "Comment"}, 0},
    {"from", {"From", "De"}, 0},	 {"to", {"To", "À"}, 0},
    {"booking", {"Code", "Code"}, 0},	 {"resource", {"Resource", "Ressource"}, 0},
    {"member", {"Member", "Membre"}, 0}, {"reason", {"Reason", "Motif"}, 0},
    {"rule", {"Rule", "Règle"}, 0},	 {"text", {"Text", "Texte"}, 0},
    {"turn", {"Turn", "Rang"}, 0},	 {"was-turn", {"Turn now", "Rang actuel"}, 0},
};

static void plan_csv(struct session *s, const struct reply *r)
{
	struct sheet sheet;
	const char *cells[SHEET_MAX_COLUMNS];
	sheet_begin(&sheet, SHEET_CSV, &s->cli->out, plan_columns, N(plan_columns));
	for (size_t i = 0; i < r->n_data; i++) {
		cells_from_line(&s->cli->arena, &r->data[i], plan_columns, N(plan_columns), cells);
		cells[0] = r->data[i].words[0];
		sheet_row(&sheet, cells);
	}
	sheet_end(&sheet);
}

static void plan_data(struct session *s, const struct reply *r)
{
	if (s->cli->format == SHEET_CSV) {
		plan_csv(s, r);
		return;
	}
	fputs("{\"differs\": ", s->cli->out.out);
	show_rows(s, r, "differs", difference_columns, N(difference_columns), NULL);
	fputs(", \"misfits\": ", s->cli->out.out);
	show_rows(s, r, "misfit", misfit_columns, N(misfit_columns), NULL);
	fputs(", \"queues\": ", s->cli->out.out);
	show_rows(s, r, "queue", queue_columns, N(queue_columns), NULL);
	fputs("}\n", s->cli->out.out);
}

/* The lines of one kind, below their heading. */
static void tell_list(struct session *s, const struct reply *r, const char *kind, enum text heading,
		      void (*tell)(struct session *s, const struct line *l))
{
	if (!has_kind(r, kind))
		return;
	fprintf(s->cli->out.out, "%s\n", text(heading));
	for (size_t i = 0; i < r->n_data; i++)
		if (line_is(&r->data[i], kind))
			tell(s, &r->data[i]);
}

static void tell_plan(struct session *s, const struct reply *r)
{
	if (s->cli->format != SHEET_TABLE) {
		plan_data(s, r);
		return;
	}
	fprintf(s->cli->out.out, "%s\n",
		text(has_kind(r, "differs") ? TEXT_PLAN_DIFFERS : TEXT_PLAN_SAME));
	for (size_t i = 0; i < r->n_data; i++)
		if (line_is(&r->data[i], "differs"))
			tell_difference(s, &r->data[i]);
	tell_list(s, r, "misfit", TEXT_PLAN_MISFITS, tell_misfit);
	tell_list(s, r, "queue", TEXT_PLAN_QUEUES, tell_queue);
}

static enum exit_code upload(struct session *s)
{
	struct policy_files files;
	enum exit_code code = policy_files_read(s->cli, s->cli->words[0], &files);
	return code ? code : policy_put(s, &files);
}

/* As data, problems say it all; what is refused otherwise is told as any refusal is. */
static enum exit_code refused(struct session *s, const struct reply *r)
{
	const enum sheet_format format = s->cli->format;
	if (format == SHEET_TABLE || has_kind(r, "problem")) {
		tell_problems(s, r);
		s->cli->format = SHEET_TABLE;
	}
	enum exit_code code = reply_complain(s->cli, r);
	s->cli->format = format;
	return code;
}

static enum exit_code check(struct session *s)
{
	struct ask q;
	struct reply r;
	enum exit_code code = upload(s);
	if (code)
		return code;
	ask_begin(&q, s, "POLICY", "CHECK");
	code = ask_send(&q, &r);
	if (code)
		return code;
	if (r.class != CLASS_OK)
		return refused(s, &r);
	if (s->cli->format == SHEET_TABLE)
		fprintf(s->cli->out.out, "%s\n", text(TEXT_POLICY_GOOD));
	else
		tell_problems(s, &r);
	return EXIT_DONE;
}

static enum exit_code take_plan(struct session *s, struct ask *q)
{
	struct reply r;
	enum exit_code code = ask_send(q, &r);
	if (code)
		return code;
	if (r.class != CLASS_OK)
		return refused(s, &r);
	sort_misfits(&r);
	tell_plan(s, &r);
	return EXIT_DONE;
}

/* Before applying, applying is tried: that the files are the policy in force already is then known
 * before anybody is asked. */
static enum exit_code ask_plan(struct session *s, bool apply)
{
	struct ask q;
	ask_begin(&q, s, "POLICY", apply ? "APPLY" : "PLAN");
	line_str(&q.line, "dry", apply ? "yes" : NULL);
	return take_plan(s, &q);
}

static enum exit_code plan(struct session *s)
{
	enum exit_code code = upload(s);
	return code ? code : ask_plan(s, false);
}

static enum exit_code confirm(struct session *s)
{
	char answer[16];
	if (cli_has(s->cli, "--yes") || cli_has(s->cli, "--dry-run"))
		return EXIT_DONE;
	if (!isatty(STDIN_FILENO)) {
		text_complain(TEXT_APPLY_NEEDS_YES);
		return EXIT_USAGE;
	}
	fputs(text(TEXT_APPLY_PROMPT), stderr);
	bool yes = fgets(answer, sizeof(answer), stdin) && strchr("yYoO", answer[0]) && answer[0];
	if (!yes)
		text_complain(TEXT_APPLY_NOT);
	return yes ? EXIT_DONE : EXIT_REFUSED;
}

static const struct column applied_columns[] = {
    {"version", {"Version", "Version"}, COLUMN_NUMBER},
    {"hash", {"Hash", "Empreinte"}, 0},
    {"dry", {"Dry run", "À blanc"}, COLUMN_YES},
};

static void tell_applied(struct session *s, const struct reply *r)
{
	struct arena *a = &s->cli->arena;
	const char *version = reply_get(r, "version"), *hash = reply_get(r, "hash");
	if (s->cli->format != SHEET_TABLE) {
		show_record(s, &r->final, applied_columns, N(applied_columns), NULL);
		return;
	}
	if (reply_get(r, "dry"))
		fputs(text(TEXT_DRY), s->cli->out.out);
	fprintf(s->cli->out.out, text(TEXT_APPLIED), text_clean(a, version ? version : "?"),
		arena_strndup(a, text_clean(a, hash ? hash : "?"), 12));
}

static enum exit_code apply(struct session *s)
{
	struct ask q;
	struct reply r;
	enum exit_code code = upload(s);
	if (!code && s->cli->format == SHEET_TABLE)
		code = ask_plan(s, true);
	code = code ? code : confirm(s);
	if (code)
		return code;
	ask_begin_change(&q, s, "POLICY", "APPLY");
	ask_option(&q, "reason", "--reason");
	code = ask_send(&q, &r);
	if (code)
		return code;
	if (r.class != CLASS_OK)
		return refused(s, &r);
	tell_applied(s, &r);
	return EXIT_DONE;
}

static const struct column line_columns[] = {
    {"file", {"File", "Fichier"}, 0},
    {"n", {"Line", "Ligne"}, COLUMN_NUMBER},
    {"text", {"Text", "Texte"}, 0},
};

/* A terminal gets clean text, a file the policy's own bytes. */
static void print_files(struct session *s, const struct reply *r)
{
	const char *file = NULL;
	bool whole = s->cli->n_words == 0, terminal = isatty(fileno(s->cli->out.out));
	for (size_t i = 0; i < r->n_data; i++) {
		const struct line *l = &r->data[i];
		const char *name = got(s, l, "file");
		if (whole && (!file || strcmp(file, name) != 0))
			fprintf(s->cli->out.out, "%s# %s\n", file ? "\n" : "", name);
		file = name;
		const char *line = line_get(l, "text");
		fprintf(s->cli->out.out, "%s\n", terminal ? got(s, l, "text") : line ? line : "");
	}
}

/* Says that the policy has no such file, and which it has. */
static enum exit_code complain_file(struct session *s, const char *wanted)
{
	struct arena *a = &s->cli->arena;
	struct ask q;
	struct reply r;
	const char *names = "", *before = "";
	ask_begin(&q, s, "POLICY", "SHOW");
	enum exit_code code = ask_done(&q, &r);
	for (size_t i = 0; !code && i < r.n_data; i++) {
		const char *name = got(s, &r.data[i], "file");
		if (strcmp(name, before) != 0)
			names = arena_printf(a, "%s%s%s", names, *names ? ", " : "", name);
		before = name;
	}
	if (!code)
		text_complain(TEXT_NO_POLICY_FILE, text_clean(a, wanted), names);
	return code ? code : EXIT_USAGE;
}

static enum exit_code show(struct session *s)
{
	struct ask q;
	struct reply r;
	const char *resource = cli_option(s->cli, "--effective");
	if (resource && s->cli->n_words > 0) {
		text_complain(TEXT_WORDS_TOO_MANY, s->cli->words[0]);
		return cli_usage(s->cli);
	}
	if (resource)
		return effective_show(s, resource);
	ask_begin(&q, s, "POLICY", "SHOW");
	line_str(&q.line, "file", s->cli->n_words ? s->cli->words[0] : NULL);
	enum exit_code code = ask_done(&q, &r);
	if (code)
		return code;
	if (s->cli->n_words > 0 && r.n_data == 0)
		return complain_file(s, s->cli->words[0]);
	if (s->cli->format == SHEET_TABLE)
		print_files(s, &r);
	else
		show_rows(s, &r, "line", line_columns, N(line_columns), NULL);
	return EXIT_DONE;
}

enum { HISTORY_WHEN = 2, HISTORY_WHO = 4, HISTORY_SHORT = 5 };
static const struct column history_columns[] = {
    {"version", {"Version", "Version"}, COLUMN_NUMBER},
    {"at", {"At", "Le"}, COLUMN_DATA_ONLY},
    {"when", {"When", "Quand"}, COLUMN_TABLE_ONLY},
    {"by", {"By", "Par"}, COLUMN_DATA_ONLY},
    {"who", {"By", "Par"}, COLUMN_TABLE_ONLY},
    {"short", {"Hash", "Empreinte"}, COLUMN_TABLE_ONLY | COLUMN_SPARE},
    {"hash", {"Hash", "Empreinte"}, COLUMN_DATA_ONLY},
    {"reason", {"Reason", "Motif"}, COLUMN_WRAP},
};

static void fix_history(struct session *s, const struct line *l, const char **cells)
{
	cells[HISTORY_WHEN] =
	    show_wire_moment(&s->cli->arena, line_get(l, "at"), session_now(s).date);
	cells[HISTORY_WHO] = show_by(line_get(l, "by"));
	cells[HISTORY_SHORT] = arena_strndup(&s->cli->arena, line_get(l, "hash"), 12);
}

static enum exit_code history(struct session *s)
{
	struct ask q;
	struct reply r;
	ask_begin(&q, s, "POLICY", "HISTORY");
	enum exit_code code = ask_done(&q, &r);
	if (!code)
		show_rows(s, &r, "policy", history_columns, N(history_columns), fix_history);
	return code;
}

enum exit_code command_policy_check(struct cli *cli)
{
	enum exit_code code = cli_expect_words(cli, 1, 1);
	if (!code && cli_has(cli, "--offline"))
		return policy_check_offline(cli);
	return session_run(cli, 1, 1, check);
}

enum exit_code command_policy_plan(struct cli *cli)
{
	return session_run(cli, 1, 1, plan);
}

enum exit_code command_policy_apply(struct cli *cli)
{
	return session_run(cli, 1, 1, apply);
}

enum exit_code command_policy_show(struct cli *cli)
{
	return session_run(cli, 0, 1, show);
}

enum exit_code command_policy_history(struct cli *cli)
{
	return session_run(cli, 0, 0, history);
}
