/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The connections to PostgreSQL, and which pole commits over which.
 *
 * Five are needed: commits-1, reads, reports, feed, loads-1. Four more let poles not wait for each other: commits-2 to -4, and loads-2. Where
 * PostgreSQL has no room for all, the needed come first: a spare one is asked for only while they are up, and where one of them is refused a spare
 * one is given up.
 *
 * A pole's commits go over the connection that its number says, and while that is away over the next that is up: served_link_wanted(). What
 * is outstanding of a pole is on one connection, for the second of two groups rests on the first: so it changes only while it owes nothing, and as
 * two connections may lead to two servers, where memory was found in the log again: follow_doubt().
 *
 * A connection stays up while a server that was stopped says nothing. The feed, which is asked all the time, shows that first: while it is away no
 * pole changes over to one that may be as dead.
 */

#include <stdbool.h>
#include <stddef.h>

struct db_link;
struct server;

void links_start(struct server *s);
/* The daemon's own PostgreSQL was started again: they need not wait for their next attempt. */
void links_kick(const struct server *s);
/* Once every few seconds: says in the journal if connections are missing, and what to do. */
void links_check(struct server *s);
/* Who is told of what is outstanding may ask another link something: all are told before any is gone. */
void links_end(struct server *s);
/* All five of them: every pole is served, and a spare one may come. */
bool links_needed_are_up(const struct server *s);
/* One is up, or a needed one was refused; by the loader, of its own. */
void links_came(struct server *s);
void links_refused(const struct server *s);
