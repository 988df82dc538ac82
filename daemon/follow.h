/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Follows the log of a pole that other daemons write too. A NOTIFY wakes it; what it trusts is the log itself: everything after the
 * version that memory stands at.
 */

struct server;
struct served;

/* Reads the log if it is known to go further than memory does and no group is on its way. */
void follow_if_behind(struct served *s);
/* Reads the log now; groups_go_on() when done. */
void follow(struct served *s);
void follow_notified(struct server *server, const char *payload); /* "pole version" */
void follow_check_all(struct server *server); /* asks the database where every pole stands */
