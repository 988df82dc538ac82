/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The keeper: a process of its own, running as the cluster's user, that starts the private
 * PostgreSQL, starts it again when it dies, and stops it. See keeper.c for why.
 */

#include <sys/types.h>

struct cluster;

/* Both sides of the talk, a line each:
 *   to the keeper:   "stop", "restart"
 *   from the keeper: "ready" (each time it answers connections), "failed WHY" (the last: it could
 * not be started at first) The end of either side is told by the end of the socket. */

/* Forks it. < 0: -errno. */
pid_t keeper_spawn(const struct cluster *c, int *ret_fd);

/* The right to command the cluster: a lock that goes with its holder. */
#define KEEPER_LOCK_PATH "%s/lock"
/* > 0: another daemon has it. Waits while a keeper stops what a dead daemon has left. */
int keeper_lock(const struct cluster *c, int *ret_fd, char *ret_why);
