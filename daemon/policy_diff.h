/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What a policy would change, in words (daemon/policy_words.h): what is added, removed, changed. */

#include "lib/policy.h"

enum difference_how { DIFFERENCE_ADDED, DIFFERENCE_REMOVED, DIFFERENCE_CHANGED };

struct difference {
	const char *what; /* "rule", "resource", "unit", "member", "site", "travel", "closure", "pole" */
	const char *name;
	enum difference_how how;
	const char *from, *to; /* descriptions; NULL where there is none */
};

/* All differences from `old` (NULL: none yet) to `new`, in the arena. */
struct difference *policy_differences(const struct policy *old, const struct policy *new, struct arena *a, size_t *ret_n);
