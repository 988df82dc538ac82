/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Connections that share limits: those of one address, and those of one member (of one person, where that person acts for none; those
 * that have not said yet who they are, all together).
 *
 * Whatever a member's scripts do, the others are served: how many connections it has is bounded, and so is how many of its changes are
 * on their way at once, and for how long it is served before everyone else had a turn. Who has to wait stands in line, the first first.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct crowd;
struct crowds;
struct event_base;

#define CROWD_TURN_US 5000 /* of work, then the loop looks at all sockets */

struct crowd_place { /* one of a crowd's connections, in line or not */
	struct crowd_place *next, **link; /* link NULL: it is not in line */
};

/* `go_on` is called for whoever stood in line, from the loop. */
struct crowds *crowds_new(struct event_base *base, size_t requests_max, void (*go_on)(struct crowd_place *place));
/* All connections have left; what they asked for may still be under way. Takes NULL. */
void crowds_free(struct crowds *cs);

/* Makes the crowd where there is none yet. */
struct crowd *crowd_join(struct crowds *cs, const char *key);
void crowd_leave(struct crowd *c, struct crowd_place *place); /* place NULL: one that never stands in line */
size_t crowd_size(const struct crowd *c); /* connections */
size_t crowds_size_of(const struct crowds *cs, const char *key); /* likewise; 0 where there is no such crowd */
const char *crowd_key(const struct crowd *c);

/* Changes on their way. */
bool crowd_may_submit(const struct crowd *c);
void crowd_submitted(struct crowd *c);
void crowd_answered(struct crowd *c);
void crowd_wait_to_submit(struct crowd *c, struct crowd_place *place);

/* Time. */
bool crowd_has_time(const struct crowd *c);
void crowd_worked(struct crowd *c, int64_t us);
void crowd_wait_for_turn(struct crowd *c, struct crowd_place *place);
