/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts and ends the connections to PostgreSQL, and tells the poles when one comes or goes. */
#include "daemon/links.h"

#include <stdio.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/follow.h"
#include "daemon/group.h"
#include "daemon/loader.h"
#include "daemon/log.h"
#include "daemon/served.h"
#include "daemon/server.h"

#define COMMIT_WITHIN_S 10 /* then the server gives it up; where it says nothing at all, we do */
#define READ_WITHIN_S 600
#define FEED_WITHIN_S 5	 /* where all else goes on without it, and shows what is old */
#define MISSING_CHECKS 2 /* one that was lost is back by then, if there is room for it */
#define N_LINKS (COMMIT_LINKS + 3 + LOADER_LINKS)

static void for_each_pole_on(const struct server *s, const struct db_link *link,
			     void (*fn)(struct served *))
{
	for (size_t i = 0; i < s->n_poles; i++)
		if (served_commits(s->poles[i]) == link)
			fn(s->poles[i]);
}

bool links_needed_are_up(const struct server *s)
{
	return db_link_is_up(s->commits[0]) && db_link_is_up(s->reads) &&
	       db_link_is_up(s->reports) && db_link_is_up(s->feed) && s->loader &&
	       db_link_is_up(loader_link(s->loader, 0));
}

static size_t n_up(const struct server *s)
{
	size_t n = db_link_is_up(s->reads) + db_link_is_up(s->reports) + db_link_is_up(s->feed);

	for (size_t i = 0; i < COMMIT_LINKS; i++)
		n += db_link_is_up(s->commits[i]);
	for (size_t i = 0; i < LOADER_LINKS; i++)
		n += db_link_is_up(loader_link(s->loader, i));
	return n;
}

static void changed(struct server *s)
{
	if (s->on_links)
		s->on_links(s);
}

void links_came(struct server *s)
{
	if (links_needed_are_up(s)) {
		for (size_t i = 1; i < COMMIT_LINKS; i++)
			db_link_kick(s->commits[i]);
		loader_kick(s->loader);
	}
	changed(s);
}

/* The one with the least to do; a pole that is being loaded by the other loader is not interrupted
 * if it can be helped. */
void links_refused(const struct server *s)
{
	struct db_link *found = NULL;

	for (size_t i = 1; i < COMMIT_LINKS; i++)
		if (db_link_is_up(s->commits[i]) &&
		    (!found || db_link_outstanding(s->commits[i]) < db_link_outstanding(found)))
			found = s->commits[i];
	if (found)
		db_link_give_up(found);
	else
		loader_give_up_spare(s->loader);
}

static void commits_up(void *arg)
{
	const struct commit_link *c = arg;
	struct server *s = c->server;

	if (s->database_down_since)
		log_info("the database is back");
	s->database_down_since = 0;
	links_came(s);
	if (db_link_connects(s->commits[c->n]) > 1)
		for_each_pole_on(s, s->commits[c->n], follow_doubt);
	server_each_pole(s, groups_go_on); /* whose own one is away, too */
}

static void commits_down(void *arg, const char *why)
{
	const struct commit_link *c = arg;
	struct server *s = c->server;

	for_each_pole_on(s, s->commits[c->n], groups_go_on); /* over another, if one is up */
	for_each_pole_on(s, s->commits[c->n], groups_database_down);
	if (!server_commits_up(s) && !s->database_down_since) {
		log_warning("the database is away: %s", why);
		s->database_down_since = server_clock();
	}
	changed(s);
}

static bool spare_commits_may_come(void *arg)
{
	return links_needed_are_up(((const struct commit_link *)arg)->server);
}

static void commits_refused(void *arg)
{
	links_refused(((const struct commit_link *)arg)->server);
}

static void reads_refused(void *arg)
{
	links_refused(arg);
}

static void reads_up(void *arg)
{
	links_came(arg);
}

static void feed_up(void *arg)
{
	struct server *s = arg;

	links_came(s);
	follow_check_all(s);
	server_each_pole(s, groups_go_on);
}

static void feed_notified(void *arg, const char *channel, const char *payload)
{
	follow_notified(arg, payload);
}

static const struct db_link_ops commits_ops = {
    .up = commits_up, .down = commits_down, .refused = commits_refused};
static const struct db_link_ops spare_ops = {
    .up = commits_up, .down = commits_down, .may_come = spare_commits_may_come};
static const struct db_link_ops feed_ops = {
    .up = feed_up, .notified = feed_notified, .refused = reads_refused};
static const struct db_link_ops reads_ops = {.up = reads_up, .refused = reads_refused};

static void commits_start(struct server *s, size_t n)
{
	char name[16], on_connect[256];

	snprintf(name, sizeof(name), "commits-%zu", n + 1);
	snprintf(on_connect, sizeof(on_connect),
		 "%s SET lock_timeout = '%ds'; SET statement_timeout = '%ds'", s->on_connect,
		 COMMIT_WITHIN_S / 2, COMMIT_WITHIN_S);
	s->commit_links[n] = (struct commit_link){s, n};
	s->commits[n] = db_link_new(s->base, s->conninfo, name, on_connect,
				    n ? &spare_ops : &commits_ops, &s->commit_links[n]);
	db_link_set_patience(s->commits[n], COMMIT_WITHIN_S * 2 * 1000);
}

void links_start(struct server *s)
{
	char reads[256], feed[256];

	snprintf(reads, sizeof(reads), "%s SET statement_timeout = '%ds'", s->on_connect,
		 READ_WITHIN_S);
	snprintf(feed, sizeof(feed), "%s SET synchronous_commit = off; LISTEN mutuald",
		 s->on_connect);
	for (size_t i = 0; i < COMMIT_LINKS; i++)
		commits_start(s, i);
	s->reads = db_link_new(s->base, s->conninfo, "reads", reads, &reads_ops, s);
	s->reports = db_link_new(s->base, s->conninfo, "reports", reads, &reads_ops, s);
	s->feed = db_link_new(s->base, s->conninfo, "feed", feed, &feed_ops, s);
	s->loader = loader_new(s);
	db_link_set_patience(s->feed, FEED_WITHIN_S * 1000);
	db_link_set_patience(s->reads, COMMIT_WITHIN_S * 1000);
	db_link_set_patience(s->reports, COMMIT_WITHIN_S * 2 * 1000);
}

void links_kick(const struct server *s)
{
	for (size_t i = 0; i < COMMIT_LINKS; i++)
		db_link_kick(s->commits[i]);
	db_link_kick(s->reads);
	db_link_kick(s->reports);
	db_link_kick(s->feed);
	loader_kick(s->loader);
}

void links_check(struct server *s)
{
	const size_t n = n_up(s);

	if (n == N_LINKS) {
		if (s->missing_checks >= MISSING_CHECKS)
			log_info("all %d connections to the database are there", N_LINKS);
		s->missing_checks = 0;
	} else if (s->missing_checks < MISSING_CHECKS && links_needed_are_up(s) &&
		   ++s->missing_checks == MISSING_CHECKS) {
		log_warning("%zu of %d connections to the database are there: every pole is "
			    "served, but poles wait for each other; raise PostgreSQL's "
			    "max_connections, or the role's connection limit",
			    n, N_LINKS);
	}
}

void links_end(struct server *s)
{
	struct db_link *links[COMMIT_LINKS + 3] = {s->reads, s->reports, s->feed};

	memcpy(links + 3, s->commits, sizeof(s->commits));
	for (size_t i = 0; i < COMMIT_LINKS + 3; i++)
		db_link_abandon(links[i]);
	for (size_t i = 0; i < COMMIT_LINKS + 3; i++)
		db_link_free(links[i]);
	loader_free(s->loader);
}
