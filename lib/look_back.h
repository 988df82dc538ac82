/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* How much of the past memory has to hold, so that every rule finds there what it counts. */

#include <stdint.h>

#include "lib/policy.h"

#define LOOK_BACK_LEAST_S (INT64_C(35) * 86400) /* for people to see, whatever the rules say */
#define LOOK_BACK_MOST_S (INT64_C(366) * 86400) /* of what has no end of its own: whose last use lies furthest back */

/* What ended at this moment or before plays no part in any decision made at `now` or later. */
int64_t policy_look_back(const struct policy *p, int64_t now);
