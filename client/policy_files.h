/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A directory of policy files, read and taken apart into the lines that POLICY PUT sends. */

#include "client/cli.h"

struct policy_file {
	const char *name; /* within the directory */
	const char **lines;
	size_t n_lines;
};

struct policy_files {
	struct policy_file *items;
	size_t n, n_lines;
};

/* Every *.yaml of `dir`, by name. What is wrong with them (unreadable, a control character, broken
 * UTF-8, a line too long to send) is said on stderr with its place, once for each file. */
enum exit_code policy_files_read(struct cli *cli, const char *dir, struct policy_files *ret);
