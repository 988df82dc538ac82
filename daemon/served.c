/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The poles that this daemon serves, and its clock. */

#include "daemon/served.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/server.h"
#include "daemon/watch.h"
#include "lib/look_back.h"

int64_t server_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

struct served *server_pole(const struct server *s, const char *name)
{
	for (size_t i = 0; i < s->n_poles; i++)
		if (strcmp(s->poles[i]->name, name) == 0)
			return s->poles[i];
	return NULL;
}

int64_t served_now(const struct served *s)
{
	int64_t now = server_clock();

	return now > s->last_at ? now : s->last_at;
}

int64_t served_as_of(const struct served *s)
{
	const struct server *server = s->server;

	if (server->database_down_since)
		return server->database_down_since;
	return fresh_is(s) ? 0 : fresh_moment(s);
}

void served_look_back(struct served *s)
{
	if (policy_look_back(pole_policy(s->pole), served_now(s)) < pole_floor(s->pole))
		s->stale = true;
}

void served_take(struct served *s, struct loaded from)
{
	pole_free(s->pole);
	kept_clear(&s->kept);
	s->pole = from.pole;
	s->kept = from.kept;
	s->policy = from.policy;
	s->version = s->known_version = from.version;
	s->last_at = from.last_at;
	memcpy(s->head, from.head, sizeof(s->head));
}

void served_free(struct served *s)
{
	if (!s)
		return;
	groups_release(&s->groups);
	announcement_release(&s->announcement);
	fresh_release(&s->fresh);
	watches_free(s->watches);
	kept_clear(&s->kept);
	policy_free(s->fetched);
	pole_free(s->pole);
	free(s->name);
	free(s);
}
