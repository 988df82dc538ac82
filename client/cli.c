/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: options anywhere, by their full names, and words.
 *
 * getopt_long is not used because words of human times begin with `-` and `+` (`-12:00`, `+2h`),
 * its shortened names would turn a typo into another option, and it cannot say what was probably
 * meant.
 */
#include "client/cli.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/credentials.h"
#include "client/help.h"
#include "lib/nearest.h"

static bool is_option(const char *arg)
{
	return strcmp(arg, "-h") == 0 || (arg[0] == '-' && arg[1] == '-' && arg[2]);
}

static const struct option *option_named(const struct command *c, const char *name)
{
	return command_option(c, strcmp(name, "-h") == 0 ? "--help" : name);
}

static void complain_option(struct cli *cli, const char *name)
{
	const char *names[64];
	size_t n = 0;
	const struct option *lists[] = {cli->command ? cli->command->options : NULL, common_options,
					!cli->command || cli->command->data ? data_options : NULL};
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		for (const struct option *o = lists[i]; o && o->name && n < 64; o++)
			names[n++] = o->name;
	const char *meant = nearest_word(name, names, n);
	text_complain(meant ? TEXT_UNKNOWN_OPTION_MEANT : TEXT_UNKNOWN_OPTION,
		      text_clean(&cli->arena, name), meant);
}

struct arguments {
	int argc, at;
	char **argv;
};

static enum exit_code take_option(struct cli *cli, struct arguments *args, const char *arg)
{
	const char *equals = strchr(arg, '=');
	char *name = equals ? arena_strndup(&cli->arena, arg, (size_t)(equals - arg))
			    : arena_strdup(&cli->arena, arg);
	const struct option *option = option_named(cli->command, name);
	if (!option) {
		complain_option(cli, name);
		return EXIT_USAGE;
	}
	const char *value = equals ? equals + 1 : NULL;
	if (option->arg.en && !value && args->at < args->argc)
		value = args->argv[args->at++];
	if (option->arg.en ? !value : value != NULL) {
		text_complain(value ? TEXT_OPTION_TAKES_NONE : TEXT_OPTION_NEEDS_VALUE,
			      option->name, option->arg.en ? phrase_text(option->arg) : "");
		return EXIT_USAGE;
	}
	if (cli->n_options == GIVEN_MAX_OPTIONS) {
		text_complain(TEXT_TOO_MANY_OPTIONS);
		return EXIT_USAGE;
	}
	cli->options[cli->n_options++] =
	    (struct given_option){.option = option, .value = value, .after = cli->n_words};
	return EXIT_DONE;
}

/* The command's own words come first, options aside. */
static void find_command(struct cli *cli, int argc, char **argv)
{
	const char *first[2] = {NULL, NULL};
	size_t n = 0;
	for (int i = 1; i < argc && n < 2; i++) {
		const struct option *o = is_option(argv[i]) ? option_named(NULL, argv[i]) : NULL;
		if (o && o->arg.en)
			i++;
		else if (!is_option(argv[i]))
			first[n++] = argv[i];
	}
	bool partial = false;
	if (n > 0)
		cli->command = command_find(first[0], first[1], &partial);
}

static void drop_command_words(struct cli *cli)
{
	size_t own = !cli->command ? 0 : cli->command->subword ? 2 : 1;
	cli->words += own;
	cli->n_words -= own;
	for (size_t i = 0; i < cli->n_options; i++)
		cli->options[i].after -= cli->options[i].after < own ? cli->options[i].after : own;
}

static enum exit_code settle_output(struct cli *cli)
{
	bool json = cli_has(cli, "--json"), csv = cli_has(cli, "--csv");
	if (json && csv) {
		text_complain(TEXT_JSON_OR_CSV);
		return EXIT_USAGE;
	}
	cli->format = json ? SHEET_JSON : csv ? SHEET_CSV : SHEET_TABLE;
	return EXIT_DONE;
}

static enum exit_code settle_profile(struct cli *cli)
{
	const char *environment = getenv("MUTUAL_PROFILE");
	cli->profile = cli_option(cli, "--profile");
	cli->profile_said = cli->profile;
	if (!cli->profile && environment && *environment)
		cli->profile = environment;
	if (!cli->profile || profile_is_valid(cli->profile))
		return EXIT_DONE;
	text_complain(TEXT_BAD_PROFILE, text_clean(&cli->arena, cli->profile));
	return EXIT_USAGE;
}

/* --lang counts from the first message on, so it is looked for before anything else. */
static enum exit_code settle_language(int argc, char **argv)
{
	const char *word = NULL;
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strncmp(argv[i], "--lang=", 7) == 0)
			word = argv[i] + 7;
		else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
			word = argv[i + 1];
	text_choose(NULL);
	if (!word || text_choose(word) == 0)
		return EXIT_DONE;
	text_complain(TEXT_BAD_LANGUAGE);
	return EXIT_USAGE;
}

enum exit_code cli_parse(struct cli *cli, int argc, char **argv)
{
	struct arguments args = {.argc = argc, .at = 1, .argv = argv};
	cli->words = arena_new_n(&cli->arena, const char *, (size_t)argc + 1);
	enum exit_code code = settle_language(argc, argv);
	find_command(cli, argc, argv);
	bool ended = false;
	while (!code && args.at < argc) {
		const char *arg = argv[args.at++];
		if (!ended && strcmp(arg, "--") == 0)
			ended = true;
		else if (!ended && is_option(arg))
			code = take_option(cli, &args, arg);
		else
			cli->words[cli->n_words++] = arg;
	}
	drop_command_words(cli);
	code = code ? code : settle_output(cli);
	return code ? code : settle_profile(cli);
}

const char *cli_option(const struct cli *cli, const char *name)
{
	for (size_t i = cli->n_options; i-- > 0;)
		if (strcmp(cli->options[i].option->name, name) == 0)
			return cli->options[i].value ? cli->options[i].value : "";
	return NULL;
}

bool cli_has(const struct cli *cli, const char *name)
{
	return cli_option(cli, name);
}

enum exit_code cli_usage(const struct cli *cli)
{
	help_usage(cli->command, stderr);
	return EXIT_USAGE;
}

enum exit_code cli_expect_words(const struct cli *cli, size_t least, size_t most)
{
	if (cli->n_words < least) {
		text_complain(TEXT_WORDS_MISSING);
		return cli_usage(cli);
	}
	if (cli->n_words > most) {
		text_complain(TEXT_WORDS_TOO_MANY, cli->words[most]);
		return cli_usage(cli);
	}
	return EXIT_DONE;
}
