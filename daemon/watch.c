/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Watchers of a pole, the ring of its last events, and how the two meet.
 *
 * A watcher's point only moves forward, and nothing is told that lies beyond the version that
 * memory stands at; what comes from the database ends there, too. So whether an event comes from
 * the ring or from the log makes no difference: each is told once, in order, and what one reads
 * after being told of it is there.
 *
 * A page from the log is told as far as the reader is ready for it; what is left is asked for
 * again. That costs a page now and then, and saves keeping one for each slow reader.
 */

#include "daemon/watch.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/connection.h"
#include "daemon/db.h"
#include "daemon/log.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/session.h"
#include "lib/decide.h"
#include "proto/buffer.h"
#include "proto/change_text.h"

#define RING 1024
#define PAGE 200 /* events of the log at once */

struct watch {
	struct watch *next, **link;
	struct served *served;
	struct connection
	    *connection; /* NULL: it is gone, and so is the watcher when its page comes */
	const struct session *session;
	struct watch_filter filter;
	struct log_point at;	   /* told up to here */
	struct log_point page_end; /* of the page that is being read */
	bool reading;
	bool giving; /* within give() */
};

struct watches {
	struct watch *first;
	int64_t upto;		/* the last version that is told */
	struct log_point floor; /* what lies behind it is in the ring */
	uint64_t begin, end;	/* of the events in the ring, counted from its start */
	struct buffer line;
	struct log_event ring[RING];
};

bool log_point_before(struct log_point a, struct log_point b)
{
	return a.version != b.version ? a.version < b.version : a.seq < b.seq;
}

/* The ring */

static struct log_event *event_at(struct watches *w, uint64_t i)
{
	return &w->ring[i % RING];
}

static void forget_first(struct watches *w)
{
	struct log_event *e = event_at(w, w->begin++);

	w->floor = e->at;
	booking_unref(e->was);
	booking_unref(e->now);
	*e = (struct log_event){.at = e->at};
}

static void forget_all(struct watches *w)
{
	while (w->begin < w->end)
		forget_first(w);
}

static bool event_from(const struct change *c, struct log_event *e)
{
	switch (c->kind) {
	case CHANGE_BOOKING:
		e->kind = EVENT_BOOKING;
		e->cause = c->cause;
		e->was = c->booking.before;
		e->now = c->booking.after;
		return e->cause != CAUSE_NONE;
	case CHANGE_OUTAGE:
		e->kind = EVENT_OUTAGE;
		e->outage = c->outage.after;
		return true;
	case CHANGE_POLICY:
		e->kind = EVENT_POLICY;
		return true;
	default:
		return false;
	}
}

void watches_note(struct served *s, struct log_point at, int64_t when, uint32_t actor,
		  const struct change *c)
{
	struct watches *w = s->watches;
	struct log_event e = {.at = at, .when = when, .actor = actor};

	if (!w || !w->first || !event_from(c, &e))
		return;
	if (w->end - w->begin == RING)
		forget_first(w);
	if (e.was)
		booking_ref(e.was);
	if (e.now)
		booking_ref(e.now);
	*event_at(w, w->end++) = e;
}

/* The first event behind a point; w->end: none. */
static uint64_t find_after(struct watches *w, struct log_point at)
{
	uint64_t low = w->begin, high = w->end;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (log_point_before(at, event_at(w, middle)->at))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Giving */

static void give(struct watch *w);

static struct asker asker_of(const struct watch *w)
{
	const struct pole *pole = w->served->pole;
	const struct person *p = pole_person_by_token(pole, w->session->token_hash);

	return (struct asker){.person = p && p->number == w->session->person ? p : NULL,
			      .now = served_now(w->served)};
}

static void send(struct watch *w)
{
	struct buffer *line = &w->served->watches->line;

	if (line->n)
		connection_event(w->connection, line->bytes, line->n);
}

static void tell(struct watch *w, const struct asker *who, const struct log_event *e)
{
	struct buffer *line = &w->served->watches->line;

	w->at = e->at;
	if (!event_concerns(w->served, who, &w->filter, e))
		return;
	buffer_truncate(line, 0);
	event_write(w->served, who, w->session->lang, e, line);
	send(w);
}

static void tell_notice(struct watch *w, enum watch_notice notice)
{
	struct buffer *line = &w->served->watches->line;

	buffer_truncate(line, 0);
	event_write_notice(w->served, w->session->lang, notice, line);
	send(w);
}

static bool is_ready(const struct watch *w)
{
	return w->connection && !w->reading && connection_takes_events(w->connection);
}

static void unlink_watch(struct watch *w)
{
	if (!w->link)
		return;
	*w->link = w->next;
	if (w->next)
		w->next->link = w->link;
	w->link = NULL;
	if (!w->served->watches->first)
		forget_all(w->served->watches);
}

/* Who may not be told any more is no watcher: its token was withdrawn. */
static void end(struct watch *w)
{
	tell_notice(w, WATCH_ENDED);
	unlink_watch(w);
}

static struct log_point row_point(const struct db_rows *rows, size_t row)
{
	return (struct log_point){db_int(rows, row, 0), (int32_t)db_int(rows, row, 1)};
}

static void tell_row(struct watch *w, const struct asker *who, const struct db_rows *rows,
		     size_t row)
{
	enum { VERSION, SEQ, AT, ACTOR, KIND, CHANGE };
	struct log_event e = {
	    .at = row_point(rows, row),
	    .when = db_int(rows, row, AT),
	    .actor = (uint32_t)db_int(rows, row, ACTOR),
	};
	const char *text = db_value(rows, row, CHANGE);
	struct changes changes = {0};
	char hash[65] = "";
	bool known = false;

	if (change_decode(text, w->served->pole, NULL, NULL, &changes, hash) == CHANGE_TEXT_OK) {
		e.kind = EVENT_POLICY;
		known = changes.n == 0 ? *hash != '\0' : event_from(&changes.items[0], &e);
		e.was = NULL; /* that of today, not that of then */
	} else {
		log_error("pole=%s an event that cannot be told: %s", w->served->name, text);
	}
	if (known)
		tell(w, who, &e);
	w->at = e.at;
	changes_clear(&changes);
}

static void page_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		      const char *error)
{
	struct watch *w = arg;
	struct asker who;
	size_t row = 0;

	if (!w->connection) {
		free(w);
		return;
	}
	w->reading = false;
	if (outcome == DB_REFUSED)
		log_error("pole=%s reading the log for a watcher: %s", w->served->name, error);
	if (outcome != DB_OK)
		return;
	log_debug("pole=%s %zu events of the log for a watcher", w->served->name, db_n_rows(rows));
	who = asker_of(w);
	for (; who.person && is_ready(w) && row < db_n_rows(rows); row++)
		tell_row(w, &who, rows, row);
	if (row == db_n_rows(rows) && row < PAGE && log_point_before(w->at, w->page_end))
		w->at = w->page_end;
	give(w);
}

/* A member's id that stands in a line of the log as it is, for leaving out at once what is of
 * others; "": any. */
static const char *only_member(const struct watch *w, const struct asker *who, struct buffer *b)
{
	const char *id = pole_name_id(w->served->pole, NAME_MEMBER, 0, who->person->member);
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	if (w->filter.all || !id || id[strspn(id, plain)] != '\0')
		return "";
	buffer_puts(b, " member=");
	buffer_puts(b, id);
	buffer_puts(b, " ");
	return b->bytes;
}

static void read_page(struct watch *w, const struct asker *who)
{
	struct db_params *p = db_params_new();
	struct buffer member = {0};

	w->reading = true;
	w->page_end = (struct log_point){w->served->watches->upto, LOG_WHOLE};
	db_param_int4(p, w->served->id);
	db_param_int8(p, w->at.version);
	db_param_int4(p, w->at.seq);
	db_param_int8(p, w->page_end.version);
	db_param_int8(p, PAGE);
	db_param_text(p, only_member(w, who, &member));
	db_query(w->served->server->reads, "events_after", p, page_read, w);
	db_params_free(p);
	buffer_release(&member);
}

static void give_from_ring(struct watch *w, const struct asker *who)
{
	struct watches *all = w->served->watches;

	for (uint64_t i = find_after(all, w->at); i < all->end && is_ready(w); i++) {
		const struct log_event *e = event_at(all, i);

		if (e->at.version > all->upto)
			return;
		tell(w, who, e);
	}
}

static void give(struct watch *w)
{
	struct watches *all = w->served->watches;
	struct log_point present = {all->upto, LOG_WHOLE};
	struct asker who;

	if (w->giving || !w->link || !is_ready(w) || !log_point_before(w->at, present))
		return;
	w->giving = true;
	who = asker_of(w);
	if (!who.person)
		end(w);
	else if (log_point_before(w->at, all->floor))
		read_page(w, &who);
	else
		give_from_ring(w, &who);
	w->giving = false;
}

void watch_go_on(struct watch *w)
{
	if (w)
		give(w);
}

void watches_tell(struct served *s)
{
	struct watch *next;

	if (s->watches)
		s->watches->upto = s->version;
	for (struct watch *w = s->watches ? s->watches->first : NULL; w; w = next) {
		next = w->next;
		give(w);
	}
}

void watches_reset(struct served *s)
{
	const struct log_point present = {s->version, LOG_WHOLE};
	struct watches *all = s->watches;

	if (!all)
		return;
	forget_all(all);
	all->floor = present;
	all->upto = s->version;
	for (struct watch *w = all->first; w; w = w->next) {
		if (!log_point_before(present, w->at))
			continue;
		w->at = present;
		tell_notice(w, WATCH_MISSED);
	}
}

/* Coming and going */

static struct watches *watches_of(struct served *s)
{
	struct watches *w = s->watches;

	if (!w)
		w = s->watches = memory_new(sizeof(*w));
	if (!w->first) {
		w->floor = (struct log_point){s->version, LOG_WHOLE};
		w->upto = s->version;
	}
	return w;
}

struct watch *watch_new(struct served *s, struct connection *c, const struct session *session,
			struct watch_filter filter, struct log_point since)
{
	struct watches *all = watches_of(s);
	struct watch *w = memory_new(sizeof(*w));

	*w = (struct watch){.served = s,
			    .connection = c,
			    .session = session,
			    .filter = filter,
			    .at = since,
			    .next = all->first,
			    .link = &all->first};
	if (w->next)
		w->next->link = &w->next;
	all->first = w;
	return w;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	unlink_watch(w);
	w->connection = NULL;
	if (!w->reading)
		free(w);
}

void watches_free(struct watches *w)
{
	if (!w)
		return;
	forget_all(w);
	buffer_release(&w->line);
	free(w);
}
