/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Follows the log of a pole that other daemons write too. A NOTIFY wakes it; what it trusts is the log itself: everything after the
 * version that memory stands at. Where every pole stands is also asked several times a second, for a NOTIFY may be lost, and memory that
 * has not kept up with what was found for seconds is no longer taken for the present (served_as_of).
 */

#include <stdint.h>

struct server;
struct served;

/* Reads the log if it is known to go further than memory does and no group is on its way. */
void follow_if_behind(struct served *s);
/* Reads the log now; groups_go_on() when done. */
void follow(struct served *s);
/* The commits have a new connection: whether memory stands on this database's log is looked at before anything is decided. Where it does
 * not (a failover lost the last commits, or a backup was restored), the pole is loaded anew. */
void follow_doubt(struct served *s);
/* Its log is known to go that far. */
void follow_heard(struct served *s, int64_t version);
void follow_notified(struct server *server, const char *payload); /* "pole version", "pole version wants" */
void follow_check_all(struct server *server); /* asks the database where every pole in memory stands */
