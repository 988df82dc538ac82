/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The days that the day parts of a rule allow, as one mask of bits a month. Days are civil_days().
 */

#include "lib/recur.h"

/* The first day of the week (beginning on `start`) that `day` is in. */
int64_t recur_week_first(int64_t day, enum weekday start);
/* The first day of week 1 of `year`. */
int64_t recur_year_first_week(int32_t year, enum weekday start);

/* The first allowed day of *day..limit, into *day: RECUR_OK. Else RECUR_END, *day is limit + 1 or
 * as it was if later; or RECUR_BOUND, *day is where to go on. A month looked at costs a step.
 * `m` keeps the month between calls; zeroed at first. */
int recur_days_next(const struct recur_rule *rule, struct recur_month *m, int64_t *day,
		    int64_t limit, uint32_t *steps);
/* How many of first..last are allowed. */
int64_t recur_days_count(const struct recur_rule *rule, int64_t first, int64_t last);
