/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Loads poles while everything else goes on: on links of its own, and in slices, so that nobody waits for another's pole longer than a few
 * milliseconds. Several are loaded side by side, so that a small one does not wait for a large one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/load.h"

struct loader;
struct server;
struct db_link;

enum { LOADER_LINKS = 2 };

struct loader *loader_new(struct server *server);
void loader_free(struct loader *l); /* takes NULL; nobody is told */

/* Told once, never before loader_begin() returns: the pole, which is the callee's; or NULL, and why. */
typedef void loader_fn(void *arg, struct loaded *loaded, const char *why);
/* `soon`: before all that waits otherwise. Waits for a connection where there is none: see loader_database_down(). */
void loader_begin(struct loader *l, int32_t pole_id, bool soon, loader_fn *done, void *arg);
/* The database is away: who waits for its turn is told so. */
void loader_database_down(struct loader *l);
void loader_kick(struct loader *l); /* as db_link_kick() */
void loader_give_up_spare(struct loader *l); /* the second link: as db_link_give_up() */
size_t loader_outstanding(const struct loader *l); /* poles that are being loaded, or wait to be */
const struct db_link *loader_link(const struct loader *l, size_t i);
