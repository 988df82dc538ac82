/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the client says about itself, all of it from the table of commands. */

#include <stdio.h>

#include "client/command.h"

void help_first(FILE *out); /* without a command: the five most used */
void help_all(FILE *out);
void help_usage(const struct command *c, FILE *out); /* one line */
void help_command(const struct command *c, FILE *out);
void help_subwords(const char *word, FILE *out); /* usage of each row with that word */
