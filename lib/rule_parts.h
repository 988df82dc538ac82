/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Of lib/rules.c: what its parts share. */

#include "lib/rules.h"

const struct member *unit_owner(const struct resource *r, const struct unit *u);
int64_t local_day_start(const struct zone *z, struct civil_date date);

/* The times of a keep that `s` touches and that are not released yet. */
struct kept_times {
	struct span all; /* from the first to the last; empty: none */
	int64_t until;	 /* they are all released */
};
struct kept_times rule_kept_times(const struct trial *t, const struct rule *rule, const struct unit *u, struct span s);
