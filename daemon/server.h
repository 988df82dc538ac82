/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What all parts of the shell share: the loop, the links to the database, the poles that are served, the counters. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/metrics.h"

struct event_base;
struct db_link;
struct known_poles;
struct loader;
struct shed;
struct served;
struct settings;
struct connections;

/* At the most so many poles commit at once. Beside one that is always busy (32 × 16) another books in 2 ms in place of 9, where their links are not the same. */
#define COMMIT_LINKS 4

struct commit_link { /* what the callbacks of one are given */
	struct server *server;
	size_t n;
};

struct server {
	struct event_base *base;
	const struct settings *settings;
	struct db_link *commits[COMMIT_LINKS]; /* pole_commit, each pole's in order on one of them: served_commits() */
	struct commit_link commit_links[COMMIT_LINKS];
	struct db_link *reads;	 /* the past */
	struct db_link *reports; /* may be held back by a slow reader */
	struct db_link *feed;	 /* LISTEN, and the log of other daemons */
	const char *conninfo;
	const char *on_connect; /* SQL that makes a session the daemon's own; "": none needed */
	struct loader *loader;
	struct shed *shed; /* poles that are being freed */
	struct known_poles *known; /* all poles, those at rest, too */
	struct served **poles; /* in memory, in order of id */
	size_t n_poles;
	struct connections *connections;
	void (*on_links)(struct server *s); /* a connection has come, or one for commits was lost; NULL: nobody is told */
	unsigned missing_checks; /* links_check(): at which connections were missing */
	int64_t started_at;
	int64_t database_down_since; /* when the last connection for commits was lost; 0: one is up, or none has been yet */
	int64_t asked_us; /* where the poles stand was asked then, and is not answered yet; 0: it is */
	bool alone; /* no other daemon writes to this database */
	size_t ahead_least; /* commands: fewer are not decided on top of a group that is on its way */
	bool stopping;
	struct metrics metrics;
};

void server_each_pole(const struct server *s, void (*fn)(struct served *));
/* Of `commits`, the one that is up and has the least to do; NULL: none is up. */
struct db_link *server_commits_up(const struct server *s);
uint64_t server_commits_connects(const struct server *s); /* how often one of them came up */
int64_t server_clock(void); /* UTC seconds */
struct served *server_pole(const struct server *s, int32_t id); /* NULL if not in memory */
void server_add_pole(struct server *s, struct served *pole);
void server_remove_pole(struct server *s, const struct served *pole);
