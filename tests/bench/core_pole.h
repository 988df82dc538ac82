/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A large pole to put questions to: CORE_SINGLES things of one unit (rooms open 06:00-23:00,
 * equipment that is never closed, both with 15 minutes of buffer after) in groups of CORE_GROUP
 * that stand in for their neighbours, a pool of CORE_POOL units, and a year of seeded bookings,
 * spread over all units. After that year, two days on which a pool has room at every instant, but
 * no unit is free throughout.
 */

#include <stdint.h>
#include <stdio.h>

#include "lib/decide.h"

#define CORE_SINGLES 1999
#define CORE_GROUP 200 /* things 1..200 have "group=0", and so on */
#define CORE_FULL_GROUPS 9
#define CORE_POOL 40
#define CORE_MEMBERS 25 /* with a person each, numbers 2.. in order of members */
#define CORE_RULES 300
#define CORE_RULED 100 /* things, the first, that most of the rules are about */
#define CORE_START INT64_C(1798761600) /* 2027-01-01T00:00Z */
#define CORE_DAYS 365
#define CORE_RULED_NOW (CORE_START + 305 * INT64_C(86400)) /* ten months of past, two ahead */
#define HOUR_S 3600

struct core_pole {
	struct pole *pole;
	const struct person *asker; /* a coordinator */
	uint64_t random;
	struct changes ruling; /* of core_pole_rule() */
	struct span one_move; /* moving one booking makes room for it in the pool */
	struct span chain;    /* only moving one in each unit but the first does */
	size_t record_bytes;  /* the bookings themselves, with items, allocations and texts */
	int64_t beyond_bytes; /* all else that malloc gave for them; negative under sanitizers */
	int64_t resident_bytes;
};

void core_pole_init(struct core_pole *c, size_t n_bookings, uint64_t seed);
void core_pole_clear(struct core_pole *c);
/* The same policy with CORE_RULES rules more, or without them again. */
void core_pole_rule(struct core_pole *c, bool ruled);
void core_add_rules(struct policy *p);
uint32_t core_random(struct core_pole *c, uint32_t n); /* 0..n-1 */
/* A span such as members ask for, somewhere in the year. */
struct span core_random_span(struct core_pole *c, bool is_room);
bool core_is_room(uint32_t single);
/* Every allocation, as a row for COPY into the table `allocation`. */
void core_dump(const struct core_pole *c, FILE *out);
void core_write_range(struct span s, FILE *out);
