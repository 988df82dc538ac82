/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * WATCH: what happens in a pole, told on the connections of those whom it concerns.
 *
 * Every commit passes here, from groups of this daemon and from the log of others, once it is
 * durable and applied. A pole that is watched keeps the last few events in a ring; each watcher has
 * a point in the log that it has been told up to, and is given what lies behind that when its
 * reader is ready: from the ring, or, where that no longer reaches back so far, from the log in the
 * database. So nothing is kept for a watcher but its point: who reads slowly, or comes back after a
 * while, costs a question to the database, not memory.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/change.h"
#include "proto/code.h"

struct connection;
struct served;
struct session;
struct watch;
struct watches;

struct log_point { /* all of the log up to this event, it included */
	int64_t version;
	int32_t seq; /* LOG_WHOLE: all of the version */
};
#define LOG_WHOLE INT32_MAX
bool log_point_before(struct log_point a, struct log_point b);

enum event_kind { EVENT_BOOKING, EVENT_OUTAGE, EVENT_POLICY };
struct log_event {
	struct log_point at;
	int64_t when;
	uint32_t actor; /* a person; 0: the daemon */
	enum event_kind kind;
	enum cause cause; /* BOOKING */
	struct booking *was,
	    *now;	      /* BOOKING: a reference each; was NULL: new, or not known any more */
	struct outage outage; /* OUTAGE */
};

struct watch_filter {
	bool all;	   /* all that the person may see in full, not only of the own member */
	uint32_t resource; /* only what is of it; 0: any */
};

/* Before it is applied. Nothing is done where nobody watches. */
void watches_note(struct served *s, struct log_point at, int64_t when, uint32_t actor,
		  const struct change *c);
/* What was noted is durable and applied, and those who asked for it have their replies: gives it to
 * those who are ready, and tries again what the database could not say. */
void watches_tell(struct served *s);
/* The pole was loaded anew: memory may have jumped forward or, with a database that was restored,
 * back. */
void watches_reset(struct served *s);
void watches_free(struct watches *w); /* takes NULL; nobody watches any more */

/* Borrows connection and session, which must outlive it. Nothing is told before watch_go_on(). */
struct watch *watch_new(struct served *s, struct connection *c, const struct session *session,
			struct watch_filter filter, struct log_point since);
void watch_free(struct watch *w);  /* takes NULL */
void watch_go_on(struct watch *w); /* takes NULL; the connection may be ready for more */

/* watch_text.c */
struct asker;
struct buffer;
/* Whether it is the asker's to be told. */
bool event_concerns(const struct served *s, const struct asker *who,
		    const struct watch_filter *filter, const struct log_event *e);
/* Its line. */
void event_write(const struct served *s, const struct asker *who, enum language lang,
		 const struct log_event *e, struct buffer *out);
/* A line that is about watching itself. */
enum watch_notice {
	WATCH_MISSED, /* what was told may no longer hold: ask anew */
	WATCH_ENDED,  /* the person may not watch any more */
};
void event_write_notice(const struct served *s, enum language lang, enum watch_notice notice,
			struct buffer *out);
