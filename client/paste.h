/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Commands that the user can paste into a shell as they are. */

#include "client/cli.h"
#include "lib/zone.h"
#include "proto/line.h"

struct paste {
	struct arena *arena;
	const char *text;
};

struct paste paste_begin(struct cli *cli, const char *command); /* `mutual [--profile P] command` */
void paste_word(struct paste *p, const char *word);
void paste_option(struct paste *p, const char *name, const char *value); /* value NULL: left out */
/* A time of a reply as the server reads it back: without its offset where that says nothing more.
 */
const char *wire_local(struct arena *a, const struct zone *z, const char *moment);
/* Each item= of a line as the words and options of one thing, with + between; z NULL: times as they
 * stand. */
void paste_items(struct paste *p, const struct zone *z, const struct line *l);
/* The command that sends this very request again, its key included. */
const char *paste_request(struct cli *cli, const struct line *request);
/* As a POSIX shell needs it: bare where it can be, else in single quotes. */
const char *shell_quote(struct arena *a, const char *s);
