/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the sentences of a case do on its stage, and what came of it. */

#include "client/case_stage.h"

/* A fact is given on a pole whose policy has no rules; later they are due as its rules say. */
bool play_is_fact(enum sentence_kind kind);
void play_fact(struct stage *s, const struct told *said);
void play_settle_facts(struct stage *s);

struct outcome { /* of an act */
	bool is_refused;
	const struct refusal *refusals;
	size_t n_refusals;
	int64_t booking; /* 0: it was about none */
	enum booking_state state;
	size_t n_dates; /* of a series that was booked */
	const struct told *said;
};
void play_act(struct stage *s, const struct told *said, struct outcome *ret);
/* What is asked for, with its time. */
struct ask_book play_ask(struct stage *s, const struct told *said);

/* Whether it came out as this sentence of `then` says. */
bool outcome_is(struct stage *s, const struct outcome *o, const struct told *then);
/* What came out, in the words that `then` would have: for what that sentence is about; NULL:
 * the act. */
const char *outcome_text(struct stage *s, const struct outcome *o, const struct told *then);
