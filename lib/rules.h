/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Rules, tested on one request at one time: which of them match it, and which of those it breaks. One function per kind
 * of limit, in a table.
 */

#include "lib/decide.h"
#include "lib/trial.h"

/* Whether the rule is about this party (person NULL: of no role; member NULL: of no member, and then no rule about
 * members matches). */
bool party_matches(const struct party_match *m, const struct member *member, const struct person *person,
		   const struct resource *r, const struct unit *u);
bool when_touches(const struct when *w, const struct zone *z, struct span s);
/* Whether it is about this span on this unit (NULL: any unit), as far as time and standing decide that. */
bool rule_matches(const struct trial *t, const struct rule *rule, const struct unit *u, struct span s);
/* REASON_NONE where it is kept, or is not of a kind that is tested. Fills in reason, rule, place, limit and numbers of `ret` (NULL: not
 * asked). */
enum reason rule_test(const struct trial *t, const struct rule *rule, const struct unit *u, struct span s, struct refusal *ret);

/* The first rule of that kind that matches a booking which exists, in the policy's order; NULL: none. For approvals, holds, cancellation bands,
 * no-shows. */
const struct rule *rule_of_kind(const struct pole *p, enum limit_kind kind, const struct booking *b, int64_t now);

/* What counts towards a quota: used before, and added by `s` on `quantity` units. */
struct count {
	int64_t used, wanted;
	struct span window;
};
struct count quota_count(const struct trial *t, const struct rule *rule, const struct unit *u, struct span s);
