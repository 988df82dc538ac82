/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A pole in memory on which one case of a policy is played, without a server: persons and bookings
 * as the case gives them, and a clock that is set. Acts are decided as the daemon decides them:
 * first what is due by then, then the act, then what it frees is given to those who wait.
 */

#include "config/policy_load.h"
#include "config/sentence.h"
#include "lib/decide_life.h"
#include "lib/decide_outage.h"

struct stage {
	const struct policy *policy; /* as the sentences were read by; the pole has its own */
	struct pole *pole;
	struct arena *arena;
	int64_t now;
	struct actor *actors; /* person k + 1 is actors[k] */
	size_t n_actors, cap_actors;
	const char *trouble; /* what of the case cannot be played, in words; NULL: nothing */
	struct place trouble_place;
};

/* A policy that the pole takes over, once or again. */
void stage_apply_policy(struct stage *s, struct policy *policy);
void stage_release(struct stage *s);

/* The case cannot be played: says so once. */
void stage_trouble(struct stage *s, const struct told *said, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
const struct person *stage_person(struct stage *s, const struct actor *who); /* made where new */
void stage_qualify(struct stage *s, const struct told *said);
void stage_give_role(struct stage *s, const struct told *said);

int64_t stage_instant(const struct zone *z, struct civil_time local);
/* Of the first thing that is said; else of the pole. */
const struct zone *stage_zone(const struct stage *s, const struct told *said);
/* What is said, on a clock; of one that says no end nor length, of no length. */
struct span stage_span(const struct stage *s, const struct told *said);
/* Applies, gives what was freed to those who wait, and leaves the changes empty. */
void stage_take(struct stage *s, struct changes *c);
/* Time goes by, and what is due happens. */
void stage_wait(struct stage *s, int64_t until);

/* The last booking of that member of that thing, one that is still open before others; NULL: none.
 * member NULL: of anybody. */
const struct booking *stage_booking(const struct stage *s, const struct member *member,
				    const struct thing *thing);
bool stage_is_of(const struct stage *s, const struct booking *b, const struct member *member);
bool stage_has(const struct stage *s, const struct booking *b, const struct thing *thing);
