/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* One run of the client: the command line taken apart, and where output goes. */

#include <stdint.h>

#include "client/command.h"
#include "client/screen.h"
#include "client/sheet.h"
#include "lib/arena.h"
#include "lib/civil.h"

#define GIVEN_MAX_OPTIONS 32

struct given_option {
	const struct option *option;
	const char *value; /* NULL where the option takes none */
	size_t after;	   /* how many words stand before it */
};

struct cli {
	struct arena arena; /* lives as long as the process */
	struct screen out, err;
	enum sheet_format format;
	const char *profile; /* NULL: the usual one */
	bool profile_said;   /* on the command line, so that commands to paste say it too */
	const struct command *command;
	struct given_option options[GIVEN_MAX_OPTIONS];
	size_t n_options;
	const char **words; /* without the command's own */
	size_t n_words;
	int64_t now;
};

/* Takes argv apart; what is wrong with it was said on stderr. */
enum exit_code cli_parse(struct cli *cli, int argc, char **argv);
const char *cli_option(const struct cli *cli,
		       const char *name); /* the last given; NULL if none; "" for flags */
bool cli_has(const struct cli *cli, const char *name);
/* At least and at most so many words, else usage is told. */
enum exit_code cli_expect_words(const struct cli *cli, size_t least, size_t most);
enum exit_code cli_usage(
    const struct cli *cli); /* how the command is used, on stderr; EXIT_USAGE */
