/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about a policy's files that need no server: policy test, policy check --offline. */
#include "client/commands_offline.h"

#include <stdlib.h>
#include <string.h>

#include "client/policy_case.h"

enum { CASE_INDENT = 7 };

#define N(array) (sizeof(array) / sizeof(*(array)))

struct offline {
	struct cli *cli;
	struct case_policy files;
	struct policy *policy; /* NULL: it has problems */
	struct problems problems;
};

static const struct column problem_columns[] = {
    {"file", {"File", "Fichier"}, 0},
    {"line", {"Line", "Ligne"}, COLUMN_NUMBER},
    {"column", {"Column", "Colonne"}, COLUMN_NUMBER},
    {"text", {"Problem", "Problème"}, 0},
};

static void load(struct offline *o, struct cli *cli)
{
	struct policy_file *files = NULL;
	size_t n = 0;
	*o = (struct offline){.cli = cli};
	if (policy_read_dir(cli->words[0], &cli->arena, &files, &n, &o->problems) == 0)
		policy_load(files, n, zone_from_system, NULL, &o->policy, &o->problems);
	o->files = (struct case_policy){o->policy, files, n};
}

static void release(struct offline *o)
{
	policy_free(o->policy);
	problems_clear(&o->problems);
}

/* `DIR/file:line:column: text`, as editors know it. A problem of the folder names that alone. */
static void tell_line(const struct offline *o, const struct problem *p, const char *before)
{
	struct cli *cli = o->cli;
	const char *dir = cli->words[0], *file = p->place.file;
	size_t n = strlen(dir);
	while (n > 1 && dir[n - 1] == '/')
		n--;
	if (*file && strcmp(file, dir) != 0)
		fprintf(cli->out.out, "%.*s/%s:", (int)n, dir, text_clean(&cli->arena, file));
	else
		fprintf(cli->out.out, "%.*s:", (int)n, dir);
	if (p->place.line)
		fprintf(cli->out.out, "%d:%d:", p->place.line, p->place.column);
	fprintf(cli->out.out, " %s%s\n", before, text_clean(&cli->arena, p->text));
}

static void tell_problems(struct offline *o)
{
	struct cli *cli = o->cli;
	struct sheet sheet;
	if (cli->format == SHEET_TABLE) {
		for (size_t i = 0; i < o->problems.n; i++)
			tell_line(o, &o->problems.items[i], "");
		return;
	}
	sheet_begin(&sheet, cli->format, &cli->out, problem_columns, N(problem_columns));
	for (size_t i = 0; i < o->problems.n; i++) {
		const struct problem *p = &o->problems.items[i];
		const char *cells[] = {p->place.file,
				       arena_printf(&cli->arena, "%d", p->place.line),
				       arena_printf(&cli->arena, "%d", p->place.column), p->text};
		sheet_row(&sheet, cells);
	}
	sheet_end(&sheet);
}

enum exit_code policy_check_offline(struct cli *cli)
{
	struct offline o;
	enum exit_code code;
	load(&o, cli);
	code = o.problems.n ? EXIT_REFUSED : EXIT_DONE;
	if (code || cli->format != SHEET_TABLE)
		tell_problems(&o);
	for (size_t i = 0; cli->format == SHEET_TABLE && i < o.problems.n_warnings; i++)
		tell_line(&o, &o.problems.warnings[i], text(TEXT_WARNING));
	if (!code && cli->format == SHEET_TABLE)
		fprintf(cli->out.out, "%s\n", text(TEXT_POLICY_GOOD));
	release(&o);
	return code;
}

/* Cases */

static const struct column case_columns[] = {
    {"case", {"Case", "Cas"}, COLUMN_NUMBER},
    {"file", {"File", "Fichier"}, 0},
    {"line", {"Line", "Ligne"}, COLUMN_NUMBER},
    {"given", {"Given", "Donné"}, COLUMN_LIST},
    {"when", {"When", "Quand"}, 0},
    {"then", {"Then", "Alors"}, COLUMN_LIST},
    {"passed", {"As meant", "Comme voulu"}, COLUMN_YES},
    {"came", {"What came", "Obtenu"}, 0},
};

static const char *join(struct arena *a, const struct sentence *list, size_t n, const char *between)
{
	const char *text = "";
	for (size_t i = 0; i < n; i++)
		text = arena_printf(a, "%s%s%s", text, i ? between : "", list[i].text);
	return text;
}

static void row_case(struct offline *o, struct sheet *sheet, size_t i, const struct case_result *r)
{
	const struct policy_test *t = &o->policy->tests[i];
	struct arena *a = &o->cli->arena;
	const char *cells[] = {arena_printf(a, "%zu", i + 1),
			       t->place.file,
			       arena_printf(a, "%d", t->place.line),
			       join(a, t->given, t->n_given, "\n"),
			       t->when.text,
			       join(a, t->then, t->n_then, "\n"),
			       r->is_passed ? "yes" : "no",
			       r->instead};
	sheet_row(sheet, cells);
}

static void tell_case(struct offline *o, size_t i, const struct case_result *r)
{
	const struct policy_test *t = &o->policy->tests[i];
	struct cli *cli = o->cli;
	struct screen rest = cli->out; /* of the line, after the mark */
	struct arena *a = &cli->arena;
	const char *mark = cli->out.unicode ? r->is_passed ? "✓" : "✗" : r->is_passed ? "ok" : "NO";
	fprintf(cli->out.out, "%s%s%s",
		screen_colour(&cli->out, r->is_passed ? COLOUR_GOOD : COLOUR_BAD), mark,
		screen_plain(&cli->out));
	if (rest.width > 1)
		rest.width -= (unsigned)text_width(mark);
	screen_say(&rest, CASE_INDENT,
		   text_clean(a, arena_printf(a, "%4zu  %s: %s", i + 1, t->when.text,
					      join(a, t->then, t->n_then, ", "))));
	if (r->is_passed)
		return;
	for (size_t k = 0; k < t->n_given; k++)
		screen_say(&cli->out, CASE_INDENT,
			   text_clean(a, arena_printf(a, "%*s%s%s", CASE_INDENT, "",
						      text(TEXT_CASE_GIVEN), t->given[k].text)));
	screen_say(&cli->out, CASE_INDENT,
		   text_clean(a, arena_printf(a, "%*s%s", CASE_INDENT, "",
					      arena_printf(a, text(TEXT_CASE_INSTEAD), r->instead,
							   r->place.file, r->place.line))));
}

/* What --case names, from 1; 0: all; SIZE_MAX: none there is. */
static size_t wanted(const struct offline *o)
{
	const char *said = cli_option(o->cli, "--case");
	char *end;
	unsigned long n;
	if (!said)
		return 0;
	n = strtoul(said, &end, 10);
	return *end == '\0' && n >= 1 && n <= o->policy->n_tests ? n : SIZE_MAX;
}

static enum exit_code run_cases(struct offline *o, size_t only)
{
	struct cli *cli = o->cli;
	size_t n = 0, n_failed = 0;
	struct sheet sheet;
	if (cli->format != SHEET_TABLE)
		sheet_begin(&sheet, cli->format, &cli->out, case_columns, N(case_columns));
	for (size_t i = 0; i < o->policy->n_tests; i++) {
		struct case_result r;
		if (only && i + 1 != only)
			continue;
		policy_case_run(&o->files, &o->policy->tests[i], &cli->arena, &o->problems, &r);
		n++;
		n_failed += !r.is_passed;
		if (!r.instead)
			r.instead = text(TEXT_CASE_UNREAD);
		if (cli->format != SHEET_TABLE)
			row_case(o, &sheet, i, &r);
		else
			tell_case(o, i, &r);
	}
	if (cli->format != SHEET_TABLE) {
		sheet_end(&sheet);
		return n_failed ? EXIT_REFUSED : EXIT_DONE;
	}
	tell_problems(o);
	if (n_failed)
		fprintf(cli->out.out, text(TEXT_CASES_FAILED), n, n_failed);
	else
		fprintf(cli->out.out, text(TEXT_CASES_PASSED), n);
	return n_failed ? EXIT_REFUSED : EXIT_DONE;
}

enum exit_code command_policy_test(struct cli *cli)
{
	struct offline o;
	enum exit_code code = cli_expect_words(cli, 1, 1);
	size_t only;
	if (code)
		return code;
	load(&o, cli);
	if (o.problems.n) {
		tell_problems(&o);
		release(&o);
		return EXIT_REFUSED;
	}
	only = wanted(&o);
	if (only == SIZE_MAX) {
		text_complain(TEXT_NO_SUCH_CASE, o.policy->n_tests);
		code = EXIT_USAGE;
	} else {
		code = run_cases(&o, only);
	}
	release(&o);
	return code;
}
