/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Limits, rules and the resolving of conflicts in words, in English or French (`lang` as in struct
 * policy). All in the arena. */

#include "lib/policy.h"

const char *length_text(struct arena *a, const char *lang, struct duration d); /* "3d", "3j" */
const char *limit_text(struct arena *a, const char *lang, const struct limit *l);
/* The limit, and what it is about: "at most 6h of a member per calendar week, for laser, cnc". */
const char *rule_text(struct arena *a, const char *lang, const struct rule *r);
const char *conflicts_text(struct arena *a, const char *lang, const struct conflict_rules *c);
