/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What results for a resource, from itself, the defaults and the rules, each with the line that
 * says it. */

#include "lib/policy.h"

struct effective {
	const char *key;    /* as in a policy file: "hours", "duration", "quota" */
	const char *value;  /* in words of the policy's language */
	const char *rule;   /* what a refusal calls it; NULL: no rule */
	struct place place; /* of the line that won; line 0: nobody said, it is so by itself */
};

/* In the arena: where and whose it is, its times, then every rule that is about it, in the policy's
 * order. */
struct effective *policy_effective(const struct policy *p, const struct resource *r,
				   struct arena *a, size_t *ret_n);
