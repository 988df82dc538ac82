/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The poles that this daemon serves, and its clock. */

#include "daemon/served.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/db.h"
#include "daemon/follow.h"
#include "daemon/loader.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/server.h"
#include "daemon/shed.h"
#include "daemon/watch.h"
#include "lib/look_back.h"

#define RELOAD_EVERY_US INT64_C(2000000)
#define RELOAD_LATEST_US INT64_C(60000000)

int64_t server_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

/* Where that pole stands, or would. */
static size_t pole_at(const struct server *s, int32_t id)
{
	size_t from = 0, to = s->n_poles;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (s->poles[middle]->id < id)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

struct served *server_pole(const struct server *s, int32_t id)
{
	size_t i = pole_at(s, id);

	return i < s->n_poles && s->poles[i]->id == id ? s->poles[i] : NULL;
}

void server_add_pole(struct server *s, struct served *pole)
{
	size_t i = pole_at(s, pole->id);

	s->poles = memory_grow(s->poles, (s->n_poles + 1) * sizeof(struct served *));
	memmove(&s->poles[i + 1], &s->poles[i], (s->n_poles - i) * sizeof(struct served *));
	s->poles[i] = pole;
	s->n_poles++;
}

void server_remove_pole(struct server *s, const struct served *pole)
{
	size_t i = pole_at(s, pole->id);

	assert(i < s->n_poles && s->poles[i] == pole);
	s->n_poles--;
	memmove(&s->poles[i], &s->poles[i + 1], (s->n_poles - i) * sizeof(struct served *));
}

struct db_link *server_commits_up(const struct server *s)
{
	struct db_link *found = NULL;

	for (size_t i = 0; i < COMMIT_LINKS; i++)
		if (db_link_is_up(s->commits[i]) &&
		    (!found || db_link_outstanding(s->commits[i]) < db_link_outstanding(found)))
			found = s->commits[i];
	return found;
}

uint64_t server_commits_connects(const struct server *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < COMMIT_LINKS; i++)
		n += db_link_connects(s->commits[i]);
	return n;
}

void server_each_pole(const struct server *s, void (*fn)(struct served *))
{
	for (size_t i = 0; i < s->n_poles; i++)
		fn(s->poles[i]);
}

struct db_link *served_commits(const struct served *s)
{
	return s->server->commits[s->link];
}

static size_t own_link(const struct served *s)
{
	return (size_t)(s->id - 1) % COMMIT_LINKS;
}

size_t served_link_wanted(const struct served *s)
{
	const struct server *server = s->server;

	if (!db_link_is_up(server->feed))
		return s->link;
	for (size_t i = 0; i < COMMIT_LINKS; i++) {
		size_t n = (own_link(s) + i) % COMMIT_LINKS;

		if (db_link_is_up(server->commits[n]))
			return n;
	}
	return s->link;
}

bool served_database_is_up(const struct served *s)
{
	return db_link_is_up(s->server->commits[served_link_wanted(s)]) &&
	       !groups_silent_since(&s->groups);
}

struct served *served_new(struct server *server, int32_t id, const char *name)
{
	struct served *s = memory_new(sizeof(*s));

	s->server = server;
	s->id = id;
	s->link = own_link(s);
	s->name = memory_strdup(name);
	s->pole = pole_new();
	s->unused_us = metrics_now_us();
	groups_init(&s->groups, s);
	return s;
}

void served_hold(struct served *s)
{
	s->n_users++;
}

void served_release(struct served *s)
{
	assert(s->n_users > 0);
	if (--s->n_users == 0)
		s->unused_us = metrics_now_us();
}

int64_t served_now(const struct served *s)
{
	int64_t now = server_clock();

	return now > s->last_at ? now : s->last_at;
}

int64_t served_as_of(const struct served *s, int64_t now_us)
{
	const int64_t down_since = s->server->database_down_since,
		      silent_since = groups_silent_since(&s->groups);

	if (down_since || silent_since)
		return down_since ? down_since : silent_since;
	return fresh_is(s, now_us) ? 0 : fresh_moment(s);
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

static void forgotten(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		      const char *error)
{
	if (outcome == DB_REFUSED)
		log_warning("forgetting old answers: %s", error);
}

void served_forget_answers(const struct served *s)
{
	struct db_params *p = db_params_new();

	db_param_int4(p, s->id);
	db_param_int8(p, server_clock() - KEPT_S);
	db_query(s->server->reads, "request_forget", p, forgotten, NULL);
	db_params_free(p);
}

/* Loading anew: the old state answers reads until the new one is there. It comes over another
 * connection than the commits go, so where it stands is looked at there before anything is
 * decided. */

static void reload_later(struct served *s)
{
	s->reload_wait_us = s->reload_wait_us ? s->reload_wait_us * 2 : RELOAD_EVERY_US;
	if (s->reload_wait_us > RELOAD_LATEST_US)
		s->reload_wait_us = RELOAD_LATEST_US;
	s->reload_after_us = metrics_now_us() + s->reload_wait_us;
	s->reload_failed_version = s->known_version;
	s->reload_failed_connects = server_commits_connects(s->server);
}

/* A newer version may have what could not be read, and another server, too. */
static int64_t reload_after(const struct served *s)
{
	bool news = s->known_version > s->reload_failed_version ||
		    server_commits_connects(s->server) != s->reload_failed_connects;

	if (!s->reload_wait_us || !news)
		return s->reload_after_us;
	return s->reload_after_us - s->reload_wait_us + RELOAD_EVERY_US;
}

static void loaded_anew(void *arg, struct loaded *loaded, const char *why)
{
	struct served *s = arg;

	s->loading = false;
	if (!loaded) {
		log_error("pole=%s loading anew: %s", s->name, why);
		reload_later(s);
		groups_database_down(s);
		groups_go_on(s);
		return;
	}
	if (s->following) { /* what it is about to read goes with what is there now */
		shed_pole(s->server->shed, loaded->pole, &loaded->kept);
		return;
	}
	shed_pole(s->server->shed, s->pole, &s->kept);
	s->pole = NULL;
	served_take(s, *loaded);
	s->stale = false;
	s->reload_wait_us = 0;
	s->reload_after_us = metrics_now_us() + RELOAD_EVERY_US / 2;
	watches_reset(s);
	log_info("pole=%s loaded anew at version %lld", s->name, (long long)s->version);
	follow_doubt(s);
}

int served_load_anew(struct served *s)
{
	if (metrics_now_us() < reload_after(s))
		return 1;
	if (!s->loading)
		loader_begin(s->server->loader, s->id, true, loaded_anew, s);
	s->loading = true;
	return 0;
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
