/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mutual: from a command line to its command, and from its answer to an exit code. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "client/cli.h"
#include "client/help.h"
#include "lib/nearest.h"

static void unknown_subword(struct cli *cli, const char *word)
{
	const char *subwords[64], *meant = NULL;
	size_t n = 0;
	const struct command *c;
	for (size_t i = 0; (c = command_at(i)) && n < 64; i++)
		if (c->subword && strcmp(c->word, cli->words[0]) == 0)
			subwords[n++] = c->subword;
	if (cli->n_words > 1)
		meant = nearest_word(cli->words[1], subwords, n);
	if (meant)
		text_complain(TEXT_UNKNOWN_COMMAND_MEANT,
			      arena_printf(&cli->arena, "%s %s", word,
					   text_clean(&cli->arena, cli->words[1])),
			      arena_printf(&cli->arena, "%s %s", word, meant));
	else
		text_complain(TEXT_PARTIAL_COMMAND, word);
	help_subwords(cli->words[0], stderr);
}

static enum exit_code unknown_command(struct cli *cli)
{
	const char *words[64], *word = text_clean(&cli->arena, cli->words[0]);
	bool partial = false;
	command_find(cli->words[0], NULL, &partial);
	if (partial) {
		unknown_subword(cli, word);
		return EXIT_USAGE;
	}
	size_t n = 0;
	const struct command *c;
	for (size_t i = 0; (c = command_at(i)) && n < 64; i++)
		words[n++] = c->word;
	const char *meant = nearest_word(cli->words[0], words, n);
	text_complain(meant ? TEXT_UNKNOWN_COMMAND_MEANT : TEXT_UNKNOWN_COMMAND, word, meant);
	return EXIT_USAGE;
}

static enum exit_code run(struct cli *cli)
{
	if (cli_has(cli, "--version")) {
		puts("mutual " MUTUALD_VERSION);
		return EXIT_DONE;
	}
	if (cli->command && cli_has(cli, "--help")) {
		help_command(cli->command, stdout);
		return EXIT_DONE;
	}
	if (cli->command)
		return cli->command->run(cli);
	if (cli->n_words > 0)
		return unknown_command(cli);
	if (cli_has(cli, "--help")) {
		help_all(stdout);
		return EXIT_DONE;
	}
	help_first(stdout);
	return EXIT_USAGE;
}

/* What was promised on stdout and could not be written is a failure, but for a reader that had
 * enough. */
static enum exit_code flush(enum exit_code code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (errno == EPIPE)
		return code;
	text_complain(TEXT_CANNOT_WRITE, "stdout", strerror(errno));
	return code ? code : EXIT_NETWORK;
}

int main(int argc, char **argv)
{
	struct cli cli = {.now = time(NULL)};
	bool unicode = screen_locale();
	signal(SIGPIPE, SIG_IGN);
	screen_init(&cli.out, stdout, unicode);
	screen_init(&cli.err, stderr, unicode);
	text_set_width(cli.err.width);
	enum exit_code code = cli_parse(&cli, argc, argv);
	code = flush(code ? code : run(&cli));
	arena_clear(&cli.arena);
	return (int)code;
}
