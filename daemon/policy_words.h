/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What a policy says, in words: a line for each of its items, in which everything that may be written about it appears,
 * so that two items with the same line are the same. All in the arena. */

#include "lib/policy.h"

const char *pole_text(struct arena *a, const struct policy *p);
const char *site_text(struct arena *a, const struct site *s);
const char *travel_text(struct arena *a, const struct travel *t);
const char *member_text(struct arena *a, const struct member *m);
const char *resource_text(struct arena *a, const struct resource *r); /* all but its named units */
const char *unit_text(struct arena *a, const struct unit *u);
const char *rule_text(struct arena *a, const struct rule *r);
const char *closing_text(struct arena *a, const struct closing *c);
/* `van:hitch=true|declared:own-hitch`, `skill:laser-referent first 15m unless declared:laser` */
const char *requirement_text(struct arena *a, const struct requirement *r);
