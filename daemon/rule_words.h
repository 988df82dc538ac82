/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Rules in words: quotas with their numbers, and whom a rule is about. */

#include "daemon/answer.h"

struct quota_words { /* "Your organisation has" "5h" of "6h" "this week"; this would make "7h" */
	const char *has, *used, *limit, *window, *total;
};
struct quota_words quota_words(struct exchange *x, const struct zone *z, const struct refusal *r, const struct asked *asked);
const char *party_words(struct exchange *x, const struct party_match *party); /* "L'Établi, its owner"; "" for all */

/* used= wanted= at-most= of= measure= and the window, of a refusal by a quota. */
void write_quota(struct exchange *x, struct line_writer *w, const struct zone *z, const struct refusal *r);
void write_party(struct line_writer *w, const struct party_match *party); /* `for=` for each */
