/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of the oracle tell each other; see oracle.h. */

#include "tests/lib/oracle.h"

bool oracle_is_simple(const struct resource *r);
bool oracle_is_candidate(const struct oracle_want *w, const struct unit *u);
/* What has begun stays where it is. */
bool oracle_may_stay(const struct oracle_question *q, const struct oracle_want *w,
		     const struct unit *u);
bool oracle_is_past(const struct oracle_question *q, const struct oracle_want *w);
/* REASON_NONE: by any. */
bool oracle_refuses_by_rule(const struct oracle_question *q, const struct oracle_want *w,
			    enum reason reason);
bool oracle_is_out(const struct oracle *o, const struct resource *r, const struct unit *u,
		   struct span s);
/* A candidate, at a time that the calendar, the rules and the outages allow. */
bool oracle_is_allowed(const struct oracle_question *q, const struct oracle_want *w,
		       const struct unit *u);
bool oracle_is_free(const struct oracle_question *q, const struct oracle_want *w,
		    const struct unit *u);
bool oracle_occupies(const struct booking *b, const struct allocation *a);
bool oracle_is_declared(const struct oracle_question *q, const char *word);
bool oracle_is_needless(const struct oracle_question *q, const struct requirement *r);
struct span oracle_needed_span(struct span s, const struct requirement *r);
/* Whether others can be moved so that it fits, tried in every way. */
enum oracle_verdict oracle_pack(const struct oracle_question *q, const struct oracle_want *w);
