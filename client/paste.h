/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Commands that the user can paste into a shell as they are. */

#include "client/cli.h"
#include "proto/line.h"

struct paste {
	struct arena *arena;
	const char *text;
};

struct paste paste_begin(struct cli *cli, const char *command); /* `mutual [--profile P] command` */
void paste_word(struct paste *p, const char *word);
void paste_option(struct paste *p, const char *name, const char *value); /* value NULL: left out */
/* The command that sends this very request again, its key included. */
const char *paste_request(struct cli *cli, const struct line *request);
/* As a POSIX shell needs it: bare where it can be, else in single quotes. */
const char *shell_quote(struct arena *a, const char *s);
