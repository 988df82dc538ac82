/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Forgets what poles in memory need no longer: bookings that their rules do not look back on, answers that were kept long enough. A little at a
 * time: of a million bookings a look at each takes a good part of a second, in which everybody else would wait. */

struct forgetting;
struct server;

struct forgetting *forgetting_new(struct server *server);
void forgetting_begin(struct forgetting *f); /* nothing where it has not ended yet */
void forgetting_free(struct forgetting *f); /* takes NULL */
