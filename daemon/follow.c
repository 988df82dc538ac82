/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Follows the log. Rows are applied version by version. A policy's text is not in the log: the rows
 * before it are applied, its files are asked for, and the log is read again from there with the
 * policy in hand.
 *
 * A failover may lose commits, and other daemons may have put theirs in their place before this one
 * is connected again: the same number, something else. So with a new connection the log is read
 * from the version before memory's own, whose last hash has to be the one that memory has; over the
 * connection of the commits, which must not lead elsewhere. So that is the moment to change over to
 * another of them.
 */

#include "daemon/follow.h"

#include <stdio.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/fresh.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/store.h"
#include "daemon/watch.h"
#include "proto/change_text.h"

#define LOG_PAGE 2000 /* versions that log_after reads at the most */

/* Columns of log_after. */
enum {
	LOG_VERSION,
	LOG_SEQ,
	LOG_AT,
	LOG_BATCH,
	LOG_ACTOR,
	LOG_KEY,
	LOG_KIND,
	LOG_CHANGE,
	LOG_HASH,
	LOG_PRIVATE1,
	LOG_PRIVATE2,
	LOG_REQUEST,
	LOG_REPLY
};

static void policy_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
			const char *error);

static void follow_over(struct served *s)
{
	s->following = false;
	watches_tell(s);
	if (s->doubtful && db_link_is_up(served_commits(s)))
		follow(s);
	else
		groups_go_on(s);
}

static void follow_failed(struct served *s)
{
	s->following = false;
	s->fetched_version = 0;
	groups_database_down(s);
}

static void apply_and_clear(struct served *s, struct changes *c)
{
	pole_apply(s->pole, c);
	changes_clear(c);
}

/* The policy in hand, which what the version said before it may name. */
static void follow_policy(struct served *s, const struct db_rows *rows, size_t i, struct changes *c)
{
	apply_and_clear(s, c);
	pole_number(s->pole, s->fetched, c);
	changes_add_policy(c, (struct policy *)pole_policy(s->pole), s->fetched);
	s->fetched = NULL;
	s->fetched_version = 0;
	s->policy = (struct policy_record){db_int(rows, i, LOG_VERSION), db_int(rows, i, LOG_AT),
					   (uint32_t)db_int(rows, i, LOG_ACTOR)};
	apply_and_clear(s, c);
	served_look_back(s);
}

static void note(struct served *s, const struct db_rows *rows, size_t i, const struct change *c)
{
	const struct log_point at = {db_int(rows, i, LOG_VERSION),
				     (int32_t)db_int(rows, i, LOG_SEQ)};

	watches_note(s, at, db_int(rows, i, LOG_AT), (uint32_t)db_int(rows, i, LOG_ACTOR), c);
}

/* Decodes one row; the changes of a version are applied together. > 0: it cannot be followed. */
static int follow_row(struct served *s, const struct db_rows *rows, size_t i, struct changes *c)
{
	char hash[65] = "";
	const char *text = db_value(rows, i, LOG_CHANGE);
	size_t n = c->n;
	int r = change_decode(text, s->pole, db_value(rows, i, LOG_PRIVATE1),
			      db_value(rows, i, LOG_PRIVATE2), c, hash);

	if (r) {
		log_error("pole=%s version %s of the log cannot be followed: %s", s->name,
			  db_value(rows, i, LOG_VERSION), text);
		return 1;
	}
	if (*hash)
		note(s, rows, i, &(struct change){.kind = CHANGE_POLICY});
	else if (c->n > n)
		note(s, rows, i, &c->items[n]);
	if (*hash)
		follow_policy(s, rows, i, c);
	if (!db_is_null(rows, i, LOG_REPLY) && !db_is_null(rows, i, LOG_KEY))
		kept_add(&s->kept, (uint32_t)db_int(rows, i, LOG_ACTOR), db_value(rows, i, LOG_KEY),
			 db_value(rows, i, LOG_REQUEST), db_value(rows, i, LOG_REPLY),
			 db_int(rows, i, LOG_AT));
	return 0;
}

/* Whether a version's rows, from `i` on, need a policy that is not in hand. */
static bool needs_policy(const struct served *s, const struct db_rows *rows, size_t i)
{
	int64_t version = db_int(rows, i, LOG_VERSION);

	for (; i < db_n_rows(rows) && db_int(rows, i, LOG_VERSION) == version; i++)
		if (strcmp(db_value(rows, i, LOG_KIND), "policy") == 0)
			return s->fetched_version != version;
	return false;
}

static void read_policy(struct served *s, int64_t version)
{
	struct db_params *p = db_params_new();

	s->fetched_version = version;
	db_param_int4(p, s->id);
	db_param_int8(p, version);
	db_query(s->server->feed, "policy_files", p, policy_read, s);
	db_params_free(p);
}

/* Takes the rows of memory's own version, which were asked for in doubt. > 0: there are none, or
 * they are not memory's. */
static int take_own(const struct served *s, const struct db_rows *rows, size_t *ret_n)
{
	size_t n = 0;

	while (n < db_n_rows(rows) && db_int(rows, n, LOG_VERSION) == s->version)
		n++;
	if (!n || strcmp(db_value(rows, n - 1, LOG_HASH), s->head) != 0)
		return 1;
	*ret_n = n;
	return 0;
}

/* What memory stands on is not there, nor then is a group that was sent on top of it. */
static void disown(struct served *s)
{
	log_error("pole=%s version %lld of the database is not the one in memory", s->name,
		  (long long)s->version);
	s->stale = true;
	s->known_version = 0;
	groups_disowned(s);
	follow_over(s);
}

static void log_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		     const char *error)
{
	struct served *s = arg;
	const int64_t before = s->version;
	size_t from = 0;

	if (outcome == DB_REFUSED)
		log_error("pole=%s reading the log: %s", s->name, error);
	if (outcome != DB_OK) {
		follow_failed(s);
		return;
	}
	if (s->doubtful && !s->followed_in_doubt) { /* the doubt came later */
		follow_over(s);
		return;
	}
	if (s->doubtful) {
		s->doubtful = false;
		if (take_own(s, rows, &from)) {
			disown(s);
			return;
		}
		if (s->groups.sent.list) { /* what follows may be the very group that was lost */
			follow_over(s);
			return;
		}
	}
	for (size_t i = from; i < db_n_rows(rows);) {
		int64_t version = db_int(rows, i, LOG_VERSION);
		struct changes changes = {0};

		if (needs_policy(s, rows, i)) {
			read_policy(s, version);
			return;
		}
		for (; i < db_n_rows(rows) && db_int(rows, i, LOG_VERSION) == version; i++) {
			if (follow_row(s, rows, i, &changes)) {
				changes_clear(&changes);
				s->stale = true;
				follow_over(s);
				return;
			}
			s->last_at = db_int(rows, i, LOG_AT);
			snprintf(s->head, sizeof(s->head), "%s", db_value(rows, i, LOG_HASH));
		}
		apply_and_clear(s, &changes);
		s->version = version;
		s->others_us = metrics_now_us();
	}
	if (s->version - before < LOG_PAGE - 1)
		fresh_as_of(s, s->followed_us);
	if (s->version > before && s->known_version > s->version)
		follow(s); /* it comes bit by bit */
	else
		follow_over(s);
}

static void policy_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
			const char *error)
{
	struct served *s = arg;
	char why[512];

	if (outcome != DB_OK) {
		follow_failed(s);
		return;
	}
	policy_free(s->fetched); /* the feed was lost before it was used */
	s->fetched = NULL;
	if (store_policy(rows, &s->fetched, why)) {
		log_error("pole=%s the policy of version %lld does not load here: %s", s->name,
			  (long long)s->fetched_version, why);
		s->stale = true;
		follow_failed(s);
		groups_go_on(s); /* whoever does not ask for anything wants a repaired one, too */
		return;
	}
	follow(s);
}

void follow(struct served *s)
{
	struct db_params *p = db_params_new();

	if (s->doubtful && !groups_are_owed(&s->groups))
		s->link = served_link_wanted(s);
	s->following = true;
	s->followed_in_doubt = s->doubtful;
	s->followed_us = metrics_now_us();
	db_param_int4(p, s->id);
	db_param_int8(p, s->doubtful ? s->version - 1 : s->version);
	db_query(s->doubtful ? served_commits(s) : s->server->feed, "log_after", p, log_read, s);
	db_params_free(p);
}

void follow_doubt(struct served *s)
{
	s->doubtful = true;
	if (!s->following)
		follow(s);
}

/* What is stale is not followed from where it stands: it is loaded anew. */
void follow_if_behind(struct served *s)
{
	if (s->known_version > s->version && !s->following && !s->loading && !s->stale &&
	    !s->groups.sent.list)
		follow(s);
}

void follow_heard(struct served *s, int64_t version)
{
	s->heard_us = metrics_now_us();
	if (version > s->known_version)
		s->known_version = version;
	follow_if_behind(s);
}

static void heard_of(struct served *s, long long version)
{
	if (s)
		follow_heard(s, version);
}

void follow_notified(struct server *server, const char *payload)
{
	long id;
	long long version;
	struct served *s;

	if (sscanf(payload, "%ld %lld", &id, &version) != 2)
		return;
	s = server_pole(server, (int32_t)id);
	if (s && strstr(payload, " wants") && version != s->announcement.wanted) /* its own */
		s->others_us = metrics_now_us();
	heard_of(s, version);
}

/* That is where it stood when it was asked, at the earliest. */
static void checked(struct server *server, long id, int64_t version)
{
	struct served *s = server_pole(server, (int32_t)id);

	if (s && version <= s->version)
		fresh_as_of(s, server->asked_us);
}

static void poles_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		       const char *error)
{
	struct server *server = arg;

	for (size_t i = 0; outcome == DB_OK && i < db_n_rows(rows); i++) {
		checked(server, (long)db_int(rows, i, 0), db_int(rows, i, 1));
		heard_of(server_pole(server, (int32_t)db_int(rows, i, 0)), db_int(rows, i, 1));
	}
	server->asked_us = 0;
}

void follow_check_all(struct server *server)
{
	struct db_params *p;

	for (size_t i = 0; i < server->n_poles; i++)
		if (server->poles[i]->doubtful && !server->poles[i]->following)
			follow(server->poles[i]);
	if (server->asked_us || !server->n_poles || !db_link_is_up(server->feed))
		return;
	server->asked_us = metrics_now_us();
	p = db_params_new();
	db_array_begin(p, DB_INT4_ARRAY);
	for (size_t i = 0; i < server->n_poles; i++)
		db_array_int4(p, server->poles[i]->id);
	db_array_end(p);
	db_query(server->feed, "poles_served", p, poles_read, server);
	db_params_free(p);
}
