/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The time that a command line says: its words, and --from, --to and --for. */

#include "client/ask.h"
#include "client/when.h"

/* Says on stderr what was not understood, what was, and how it can be written; EXIT_USAGE. */
enum exit_code when_complain(struct cli *cli, const struct when_words *w, int fault, size_t at);

struct when_clock session_clock(const struct session *s, const struct civil_date *base);
struct when_words given_words(struct cli *cli, const char *const *texts, size_t n);

/* base: a time said without a day is of the day of this one, and an end alone comes after it; NULL:
 * today. Complains where what is said does not fit together. */
enum exit_code given_span(struct session *s, const char *const *words, size_t n_words,
			  const struct when_point *base, struct when_span *ret);
/* A booking's span: with a start, a time of day unless it is a matter of whole days, and an end or
 * length. */
enum exit_code given_whole_span(struct session *s, const char *const *words, size_t n_words,
				struct when_span *ret);
/* Days for LIST and REPORT: --from and --to, the last day included. has_date false: not given. */
enum exit_code given_days(struct session *s, struct when_point *ret_from,
			  struct when_point *ret_to);
/* One such day of an option: its beginning, or its end. */
enum exit_code given_first_day(struct session *s, const char *option, struct when_point *ret);
enum exit_code given_last_day(struct session *s, const char *option, struct when_point *ret);
void ask_span(struct ask *q, const struct when_span *span); /* from=, and to= or for= */
void ask_point(struct ask *q, const char *key, const struct when_point *p);
