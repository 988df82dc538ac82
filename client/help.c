/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the client says about itself. */
#include "client/help.h"

#include <string.h>

#include "client/cli.h"

#define HELP_WIDTH 79

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
	fprintf(out, "%*s  %s\n", 15 - command_width(c), "", phrase_text(c->summary));
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
	fprintf(out, "%s:\n", text(TEXT_COMMANDS));
	for (size_t i = 0; i < n_commands; i++)
		put_summary(&command_table[i], out);
	fputs(text(TEXT_HELP_MORE), out);
}

void help_usage(const struct command *c, FILE *out)
{
	fprintf(out, "%s: mutual ", text(TEXT_USAGE));
	put_words(c, out);
	const char *usage = phrase_text(c->usage);
	fprintf(out, "%s%s\n", *usage ? " " : "", usage);
}

void help_subwords(const char *word, FILE *out)
{
	for (size_t i = 0; i < n_commands; i++)
		if (strcmp(command_table[i].word, word) == 0)
			put_summary(&command_table[i], out);
}

/* Words up to the width of the screen; line ends in the text stay. */
static void put_wrapped(const char *s, FILE *out)
{
	size_t column = 0;
	while (*s) {
		int n = (int)strcspn(s, " \n");
		struct arena a = {0};
		size_t width = text_width(arena_strndup(&a, s, (size_t)n));
		arena_clear(&a);
		bool next = column > 0 && column + 1 + width > HELP_WIDTH;
		fprintf(out, "%s%.*s", next ? "\n" : column ? " " : "", n, s);
		column = next || !column ? width : column + 1 + width;
		s += n;
		if (*s == '\n') {
			fputc('\n', out);
			column = 0;
		}
		s += *s ? 1 : 0;
	}
	fputc('\n', out);
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
	fprintf(out, "\n%s:\n", text(TEXT_EXAMPLES));
	for (const struct example *e = c->examples; e->line; e++) {
		const char *what = phrase_text(e->what);
		fprintf(out, "  %s\n%s%s%s", e->line, *what ? "      " : "", what,
			*what ? "\n" : "");
	}
	fprintf(out, "\n%s:\n", text(TEXT_OPTIONS));
	put_options(c->options, out);
	put_options(c->data ? data_options : NULL, out);
	put_options(common_options, out);
}

static void put_names(const struct option *o, FILE *out)
{
	for (; o && o->name; o++)
		fprintf(out, "%s\n", o->name);
}

/* For completion: the words that may come next, one a line. */
static void put_next_words(const struct cli *cli, const struct command *c)
{
	if (!c) {
		for (size_t i = 0; i < n_commands; i++) {
			const char *word =
			    cli->n_words ? command_table[i].subword : command_table[i].word;
			bool mine =
			    cli->n_words == 0 || strcmp(command_table[i].word, cli->words[0]) == 0;
			bool again = cli->n_words == 0 && i > 0 &&
				     strcmp(command_table[i - 1].word, word) == 0;
			if (mine && word && !again)
				fprintf(cli->out.out, "%s\n", word);
		}
	} else {
		put_names(c->options, cli->out.out);
		put_names(c->data ? data_options : NULL, cli->out.out);
	}
	put_names(common_options, cli->out.out);
}

enum exit_code command_help(struct cli *cli)
{
	bool partial = false;
	const struct command *c =
	    cli->n_words
		? command_find(cli->words[0], cli->n_words > 1 ? cli->words[1] : NULL, &partial)
		: NULL;
	if (cli_has(cli, "--words"))
		put_next_words(cli, c);
	else if (c)
		help_command(c, cli->out.out);
	else if (partial)
		help_subwords(cli->words[0], cli->out.out);
	else
		help_all(cli->out.out);
	return EXIT_DONE;
}
