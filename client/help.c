/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the client says about itself. */
#include "client/help.h"

#include <ctype.h>
#include <string.h>

#include "client/cli.h"

#define HELP_WIDTH 79
#define COMMAND_WIDTH 17

static const char *const most_used[] = {"book", "find", "agenda", "list", "cancel"};

static int command_width(const struct command *c)
{
	return (int)(strlen(c->word) + (c->subword ? strlen(c->subword) + 1 : 0));
}

static void put_words(const struct command *c, FILE *out)
{
	fprintf(out, "%s%s%s", c->word, c->subword ? " " : "", c->subword ? c->subword : "");
}

static void put_summary(const struct command *c, FILE *out)
{
	fputs("  ", out);
	put_words(c, out);
	fprintf(out, "%*s  %s\n", COMMAND_WIDTH - command_width(c), "", phrase_text(c->summary));
}

void help_first(FILE *out)
{
	bool partial;
	fputs(text(TEXT_HELP_FIRST), out);
	for (size_t i = 0; i < sizeof(most_used) / sizeof(*most_used); i++)
		put_summary(command_find(most_used[i], NULL, &partial), out);
	fputs(text(TEXT_HELP_MORE), out);
}

void help_all(FILE *out)
{
	for (size_t g = 0; g < n_command_groups; g++) {
		fprintf(out, "%s%s\n", g ? "\n" : "", phrase_text(command_groups[g].title));
		for (const struct command *c = command_groups[g].rows; c->word; c++)
			put_summary(c, out);
	}
	fputs(text(TEXT_HELP_MORE), out);
}

void help_usage(const struct command *c, FILE *out)
{
	fprintf(out, "%smutual ", text(TEXT_USAGE));
	put_words(c, out);
	const char *usage = phrase_text(c->usage);
	fprintf(out, "%s%s\n", *usage ? " " : "", usage);
}

void help_subwords(const char *word, FILE *out)
{
	const struct command *c;
	for (size_t i = 0; (c = command_at(i)); i++)
		if (strcmp(c->word, word) == 0)
			put_summary(c, out);
}

/* Words up to the width of the screen, which is never taken wider than is good to read. */
static void put_wrapped(const char *s, FILE *out)
{
	struct screen screen;
	screen_init(&screen, out, true);
	if (screen.width == 0 || screen.width > HELP_WIDTH)
		screen.width = HELP_WIDTH;
	screen_say(&screen, 0, s);
}

static void put_options(const struct option *o, FILE *out)
{
	for (; o && o->name; o++) {
		const char *arg = o->arg.en ? phrase_text(o->arg) : "";
		int used = (int)(strlen(o->name) + (*arg ? text_width(arg) + 1 : 0));
		fprintf(out, "  %s%s%s%*s  %s\n", o->name, *arg ? " " : "", arg,
			used < 18 ? 18 - used : 0, "", phrase_text(o->help));
	}
}

void help_command(const struct command *c, FILE *out)
{
	help_usage(c, out);
	fputc('\n', out);
	put_wrapped(phrase_text(c->about.en ? c->about : c->summary), out);
	fprintf(out, "\n%s\n", text(TEXT_EXAMPLES));
	for (const struct example *e = c->examples; e->line; e++) {
		const char *what = phrase_text(e->what);
		const char *line = text_language() == LANG_FR && e->french ? e->french : e->line;
		fprintf(out, "  %s\n%s%s%s", line, *what ? "      " : "", what, *what ? "\n" : "");
	}
	fprintf(out, "\n%s\n", text(TEXT_OPTIONS));
	put_options(c->options, out);
	put_options(c->data ? data_options : NULL, out);
	put_options(common_options, out);
}

static void put_names(const struct option *o, FILE *out)
{
	for (; o && o->name; o++)
		fprintf(out, "%s\n", o->name);
}

/* `upheld|dismissed`: each of them. */
static void put_choices(const char *arg, FILE *out)
{
	for (size_t n; *arg; arg += n + (arg[n] == '|')) {
		n = strcspn(arg, "|");
		if (!memchr(arg, ' ', n))
			fprintf(out, "%.*s\n", (int)n, arg);
	}
}

/*
 * For completion: what may come next, one a line. The words are those of the command line so far,
 * options and all, so that only this table knows which options take a value. What the client cannot
 * know by itself is named: `@resources`, `@files`, `@dirs`.
 */
static void put_values(const char *arg, FILE *out)
{
	static const struct {
		const char *arg, *values;
	} rows[] = {{"RESOURCE", "@resources"},
		    {"CODE", "@codes"},
		    {"FILE", "@files"},
		    {"DIR", "@dirs"},
		    {"STATE",
		     "confirmed\ncancelled\ndone\nheld\nrequested\nwaiting\nout\ndeclined\n"
		     "expired\ndisplaced\nsuspended\nno-show"}};
	size_t n = strcspn(arg, "],[ .");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strlen(rows[i].arg) == n && strncmp(rows[i].arg, arg, n) == 0)
			fprintf(out, "%s\n", rows[i].values);
	if (islower((unsigned char)*arg) && strchr(arg, '|'))
		put_choices(arg, out);
}

/* Commands, or the subwords of one. */
static void put_commands(const char *word, FILE *out)
{
	const char *before = "";
	const struct command *c;
	for (size_t i = 0; (c = command_at(i)); i++) {
		const char *next = word ? c->subword : c->word;
		if ((word && strcmp(c->word, word) != 0) || !next || strcmp(next, before) == 0)
			continue;
		fprintf(out, "%s\n", next);
		before = next;
	}
}

struct typed { /* a command line so far */
	const char *words[4];
	size_t n_words;
	const struct option *open; /* waits for its value */
};

static struct typed typed_so_far(const struct cli *cli)
{
	struct typed t = {0};
	bool partial;
	for (size_t i = 0; i < cli->n_words; i++) {
		const char *word = cli->words[i];
		const struct command *c =
		    t.n_words ? command_find(t.words[0], t.words[1], &partial) : NULL;
		if (t.open)
			t.open = NULL;
		else if (word[0] != '-' && t.n_words < 4)
			t.words[t.n_words++] = word;
		else if (word[0] == '-' && !strchr(word, '='))
			t.open = command_option(c, word);
		if (t.open && !t.open->arg.en)
			t.open = NULL;
	}
	return t;
}

/* What the usage has in that place of its words; "" where nothing. */
static const char *usage_word(struct cli *cli, const struct command *c, size_t place)
{
	const char *at = c->usage.en;
	for (; *at && place > 0; place--) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	at += *at == '[';
	return arena_strndup(&cli->arena, at, strcspn(at, " ]"));
}

static void put_next_words(struct cli *cli)
{
	FILE *out = cli->out.out;
	struct typed t = typed_so_far(cli);
	bool partial = false, help = t.n_words > 0 && strcmp(t.words[0], "help") == 0;
	const struct command *c = t.n_words ? command_find(t.words[0], t.words[1], &partial) : NULL;
	if (t.open) {
		put_values(t.open->arg.en, out);
		return;
	}
	if (help)
		put_commands(t.words[1], out);
	else if (!c && t.n_words < 2)
		put_commands(t.words[0], out);
	if (c && !help)
		put_values(usage_word(cli, c, t.n_words - (c->subword ? 2 : 1)), out);
	put_names(c ? c->options : NULL, out);
	put_names(c && c->data ? data_options : NULL, out);
	put_names(common_options, out);
}

enum exit_code command_help(struct cli *cli)
{
	bool partial = false;
	const struct command *c =
	    cli->n_words
		? command_find(cli->words[0], cli->n_words > 1 ? cli->words[1] : NULL, &partial)
		: NULL;
	if (cli_has(cli, "--words"))
		put_next_words(cli);
	else if (c)
		help_command(c, cli->out.out);
	else if (partial)
		help_subwords(cli->words[0], cli->out.out);
	else
		help_all(cli->out.out);
	return EXIT_DONE;
}
