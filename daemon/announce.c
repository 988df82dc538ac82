/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NOTIFY, beside the commits and not in them.
 *
 * In pole_commit it would cost every group some microseconds, wake every listener each time, and
 * take a lock under which the commits of all poles wait for each other's flush. Told after, on the
 * link of the feed, a busy pole's groups share one, and the commits go on. Where another daemon is
 * busy with the pole, too, it waits for its turn: then each is told at once.
 */
#include "daemon/announce.h"

#include <event2/event.h>

#include "daemon/db.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/turns.h"

#define REST_US 10000

/* Whether it was heard does not matter. */
static void told(void *arg, enum db_outcome outcome, const struct db_rows *rows, const char *error)
{
}

static void notify(struct served *s, bool wants)
{
	struct db_params *p = db_params_new();

	db_param_int4(p, s->id);
	db_param_int8(p, s->version);
	db_param_bool(p, wants);
	db_query(s->server->feed, "pole_announce", p, told, NULL);
	db_params_free(p);
}

static void tell(struct served *s)
{
	s->announcement.version = s->version;
	notify(s, false);
	event_add(s->announcement.rests, &(struct timeval){.tv_usec = REST_US});
}

static void on_rested(evutil_socket_t fd, short what, void *arg)
{
	struct served *s = arg;

	if (s->version != s->announcement.version)
		tell(s);
}

void announce(struct served *s)
{
	struct announcement *a = &s->announcement;

	if (!a->rests)
		a->rests = event_new(s->server->base, -1, 0, on_rested, s);
	if (s->version != a->version &&
	    (turns_are_taken(s) || !event_pending(a->rests, EV_TIMEOUT, NULL)))
		tell(s);
}

void announce_want(struct served *s)
{
	s->announcement.wanted = s->version;
	notify(s, true);
}

void announcement_release(struct announcement *a)
{
	if (a->rests)
		event_free(a->rests);
	a->rests = NULL;
}
