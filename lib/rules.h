/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Rules, tested on one request at one time: which of them match it, and which of those it breaks. One function per kind
 * of limit, in a table.
 */

#include "lib/decide.h"
#include "lib/quota.h"
#include "lib/trial.h"
#include "lib/when.h"

/* Whether the rule is about this party (person NULL: of no role; member NULL: of no member, and then no rule about
 * members matches). */
bool party_matches(const struct party_match *m, const struct member *member, const struct person *person,
		   const struct resource *r, const struct unit *u);
/* Whether it may match some person and some unit. */
bool party_may_match(const struct party_match *m, const struct member *member);
/* Whether it is about this span on this unit (NULL: any unit, and then no rule about units matches), as far as time and
 * standing decide that. */
bool rule_matches(const struct trial *t, const struct rule *rule, const struct unit *u, struct span s);
/* Why it is not: "unit", "party", "when", "release" or "standing"; NULL where it is. */
const char *rule_unmatched(const struct trial *t, const struct rule *rule, const struct unit *u, struct span s);
/* Where the rule names units of that resource, whether this lane is one of them; else true. */
bool rule_names_lane(const struct rule *rule, const struct resource *r, uint32_t lane);
/* Whether the answer may differ from unit to unit. */
bool rule_is_of_units(const struct rule *rule);
/* Whether it is about every time, unit and person of its resources. */
bool rule_is_plain(const struct rule *rule);
/* Whether testing it takes a look at bookings. */
bool rule_is_costly(const struct rule *rule);
/* REASON_NONE where it is kept, is not of a kind that is tested, or is not asked anew (see trial.h). Of a rule that matches. Fills in
 * reason, rule, place, limit and numbers of `ret` (NULL: not asked). */
enum reason rule_test(const struct trial *t, const struct rule *rule, const struct unit *u, struct span s, struct refusal *ret);
/* Of a rule that matches and is broken: no start between that of `s` and this one (itself not included) keeps it with the same length.
 * TIME_NEVER or INT64_MIN: none does. */
int64_t rule_past(const struct trial *t, const struct rule *rule, const struct unit *u, struct span s, bool backwards);

/* The first rule of that kind that matches a booking which exists, in the policy's order; NULL: none. For approvals (that want one of
 * that length); where all count, see rules_of_kind(). */
const struct rule *rule_of_kind(const struct pole *p, enum limit_kind kind, const struct booking *b, int64_t now);

/* Calls `each` for every rule of that kind that matches, some perhaps more than once. */
void rules_of_kind(const struct pole *p, enum limit_kind kind, const struct booking *b, int64_t now,
		   void (*each)(void *arg, const struct rule *rule), void *arg);

/* Whether the rules about units let that item of a booking be on this unit: where others may move it to. */
bool booking_suits_unit(const struct pole *p, const struct booking *b, uint32_t item, const struct unit *u, int64_t now);

/* Every rule of that directory's policy that refuses a booking as it stands, and hours that do not admit it: for what is confirmed,
 * accepted or approved later than it was asked, and for the plan of a policy. Lead, horizon and the like are not asked of what exists. */
void booking_refuse(const struct pole *p, const struct directory *d, const struct booking *b, int64_t now, struct refusals *out);
