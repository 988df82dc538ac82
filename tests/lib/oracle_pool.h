/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The oracle of test_decide_random: a pool of like units and one booking after the other. All
 * bookings in one array, all of it scanned for every question; nothing shared with the trial.
 */

#include "lib/decide.h"

#define BOOKINGS_MAX 4096

struct pool {
	struct pole *pole;
	struct booking *rows[BOOKINGS_MAX]; /* present images by number; a reference each */
	int64_t now;
};

/* What a request comes down to. */
struct question {
	const struct pool *pool;
	const struct resource *resource;
	const struct unit *unit;
	const char *member_class;
	const struct booking *was; /* NULL: a new one */
};

bool pool_rule_applies(const struct question *q, const struct rule *rule);
int64_t pool_second_of_day(int64_t at);
struct span pool_with_buffers(const struct resource *r, struct span s);
bool pool_is_fixed(const struct pool *w, const struct booking *b);
/* The reasons, in the order of testing, whoever may be in the way. */
size_t pool_refusals(const struct question *q, struct span s, enum reason *ret);
/* How many bookings are in the way on a lane. */
size_t pool_conflicts(const struct question *q, const struct unit *u, struct span s);
/* 1: it can be packed, 0: it cannot, -1: too much to try. */
int pool_packs(const struct question *q, struct span s);
/* As things stand. */
bool pool_grants(const struct question *q, const struct unit *u, struct span s);
bool pool_grants_any(const struct question *q, struct span s);
/* 0: none. */
uint32_t pool_best_lane(const struct question *q, struct span s);
