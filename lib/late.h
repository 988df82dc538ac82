/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What is still out at its end, and who comes next. */

#include "lib/pole.h"

#define LATE_STEP_S 1800
#define LATE_STEP_MAX_S DAY_S

/* Says that `was` is late, keeps its lanes for it for a while, and finds those who come next
 * another unit, or tells them. The changes are applied as they are made. */
void late_return(struct pole *p, const struct booking *was, int64_t now, struct arena *a,
		 struct changes *ret);
