/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A pole that this daemon serves: its state in memory, where that stands in the log, and the groups of commands on their way.
 */

#include <stdbool.h>
#include <stdint.h>

#include "daemon/announce.h"
#include "daemon/fresh.h"
#include "daemon/kept.h"
#include "daemon/group.h"
#include "daemon/load.h"
#include "lib/pole.h"

struct server;
struct watches;

struct served {
	struct server *server;
	char *name;
	int32_t id;
	struct pole *pole;
	int64_t version;       /* of the log that `pole` stands at */
	int64_t known_version; /* the highest heard of */
	int64_t heard_us; /* when, by metrics_now_us(); 0: not yet */
	int64_t others_us; /* when another daemon's commit was last read from the log, or it said that it wants a turn; 0: never */
	int64_t last_at;       /* time of the last commit: `now` never runs behind it */
	char head[65];	       /* hash of the last event */
	struct kept kept;
	struct policy_record policy;
	struct groups groups;
	struct announcement announcement;
	size_t link;	   /* of server->commits, that its commits go over */
	size_t n_users;	   /* sessions and exchanges: while there are any, it stays in memory */
	int64_t unused_us; /* since when there are none, by metrics_now_us() */
	bool following; /* reading the log */
	/* The connection of the commits is a new one: the database may be another than before, and lack what memory has, or have something
	 * else in its place. Nothing is decided until memory's last version was found there as it was. */
	bool doubtful, followed_in_doubt; /* the log is being read for that */
	int64_t followed_us; /* since when, by metrics_now_us() */
	struct fresh fresh;
	bool stale; /* memory and log disagree: nothing is decided until the pole is loaded anew */
	bool loading; /* it is being loaded anew */
	int64_t reload_after_us; /* metrics_now_us() */
	int64_t reload_wait_us; /* until then, since it failed; 0: it did not */
	int64_t reload_failed_version; /* the highest heard of then */
	uint64_t reload_failed_connects; /* of the commits */
	struct watches *watches; /* NULL: nobody has watched yet */
	struct policy *fetched; /* of version fetched_version, for the log's next policy row */
	int64_t fetched_version;
};

struct served *served_new(struct server *server, int32_t id, const char *name);
/* The connection of its commits. */
struct db_link *served_commits(const struct served *s);
/* The number of the one that they should go over: see links.h. */
size_t served_link_wanted(const struct served *s);
/* Whether its commits can be made, as far as is known. */
bool served_database_is_up(const struct served *s);
int64_t served_now(const struct served *s);
/* Since when what memory shows may have been overtaken: the database is away, or says nothing; 0: it is as things are. */
int64_t served_as_of(const struct served *s, int64_t now_us);
/* A policy has become known: where memory does not reach back as far as its rules do, it is to be loaded anew. */
void served_look_back(struct served *s);
/* What was loaded takes the place of what was in memory. */
void served_take(struct served *s, struct loaded from);
/* Loads a stale pole anew; groups_go_on() when it is done. > 0: not now, it has failed a moment ago; again and again: a while ago, and
 * nothing was heard of since that could make it better. */
int served_load_anew(struct served *s);
/* Deletes the answers that were kept long enough from the database. */
void served_forget_answers(const struct served *s);
void served_hold(struct served *s);
void served_release(struct served *s);
void served_free(struct served *s); /* takes NULL */
