/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Whether a database, live or restored, says what it should: `mutuald --verify`.
 *
 * The log is verified by its chain of hashes; then every row of the tables is compared with what the log says of it last, and what only holds between
 * rows is looked at: lanes, numbers, orphans, policies. All of it is of one snapshot and nothing is written, so that a daemon may go on
 * meanwhile. Names, mails, purposes and kept answers are not in the log: that they are there is all that can be said of them, and that a text was
 * erased is in order.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { VERIFY_FINE = 0, VERIFY_FINDINGS = 1, VERIFY_E_COULD_NOT = 3 };

struct verify_report {
	FILE *out; /* the report, as it is found */
	bool progress; /* a bar on stderr */
	uint64_t n_findings;
	int64_t shown_ms; /* when the bar was last drawn; 0: it is not there */
};

/* `poles`: names; none: every pole of the database. Answers with an exit code; VERIFY_E_COULD_NOT: why (512 bytes). */
int verify(const char *conninfo, const char *on_connect, const char *const *poles, size_t n_poles, struct verify_report *r, char *ret_why);
