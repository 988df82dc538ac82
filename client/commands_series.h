/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Series in the commands book, move, extend and cancel: their options, and the dates of the answer.
 */

#include "client/refusal.h"

struct series_given {
	const char *rule; /* an RRULE's value; NULL: only `also` */
	const char **except, **also;
	size_t n_except, n_also;
};

/* --every, --times, --until or --rule, --also, and --except. Complains where they do not fit
 * together. */
enum exit_code given_series(struct session *s, struct series_given *ret);
void ask_series(struct ask *q, const struct series_given *given); /* of BOOK */
void ask_scope(struct ask *q); /* of the others: --following, --all */
/* Whether the answer is about several dates. */
bool series_is_asked(const struct cli *cli);
/* The dates as a table, and a sentence; or the refusal. */
enum exit_code series_tell(struct session *s, const struct reply *r, const struct wanted *wanted);
