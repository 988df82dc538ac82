/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The private PostgreSQL, as the daemon sees it: start it, hear of it, stop it. The work is the
 * keeper's (keeper.c).
 *
 *   DIR          whose it is does not matter; the cluster's user must be able to pass (0711)
 *   DIR/pg       0711, of the cluster's user: `postgres` where we are root, else ourselves
 *     .s.PGSQL.5432  the socket: anyone may knock, and whoever is not in pg_ident.conf is sent away
 * (peer) data/          0700 postgres.log   0600 lock           held by the daemon in command
 *
 * Who may enter: the cluster's user and who started us, as `postgres` (the owner of everything) or
 * `mutuald`; whom the daemon becomes later, as `mutuald` only. No password exists, and no TCP port.
 */
#include "daemon/embedded.h"

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/cluster.h"
#include "daemon/db.h"
#include "daemon/keeper.h"
#include "daemon/log.h"
#include "lib/arena.h"

#define START_LIMIT_MS (300 * 1000) /* recovery after a crash may take its time */
#define ANSWER_LIMIT_S 10
#define STOP_LIMIT_MS 32000
#define LINE_BYTES (CLUSTER_WHY_BYTES + 16)
#define CONNINFO_BYTES 256

struct embedded {
	struct cluster cluster;
	int lock, fd; /* fd: to the keeper */
	pid_t keeper;
	char heard[LINE_BYTES]; /* of the keeper's present line */
	size_t n_heard;
	struct event_base *base;
	struct event *told;
	void (*restarted)(void *arg);
	void *arg;
	char conninfo[CONNINFO_BYTES], owner_conninfo[CONNINFO_BYTES];
};

static int spawn_keeper(struct embedded *e, char *ret_why)
{
	e->n_heard = 0;
	e->keeper = keeper_spawn(&e->cluster, &e->fd);
	if (e->keeper > 0)
		return 0;
	snprintf(ret_why, CLUSTER_WHY_BYTES, "the keeper of PostgreSQL: %s", strerror(-e->keeper));
	e->keeper = 0;
	return 1;
}

/* The next whole line into `line`; 0: none yet; < 0: the keeper is gone. */
static int hear(struct embedded *e, char *line, size_t n)
{
	char *end = memchr(e->heard, '\n', e->n_heard);

	if (!end) {
		ssize_t got =
		    recv(e->fd, e->heard + e->n_heard, sizeof(e->heard) - e->n_heard, MSG_DONTWAIT);

		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return -1;
		e->n_heard += got > 0 ? (size_t)got : 0;
		end = memchr(e->heard, '\n', e->n_heard);
		if (!end)
			return 0;
	}
	*end = '\0';
	snprintf(line, n, "%s", e->heard);
	e->n_heard -= (size_t)(end + 1 - e->heard);
	memmove(e->heard, end + 1, e->n_heard);
	return 1;
}

static int await_ready(struct embedded *e, char *ret_why)
{
	char line[LINE_BYTES];
	int heard;

	while ((heard = hear(e, line, sizeof(line))) == 0)
		if (poll(&(struct pollfd){e->fd, POLLIN, 0}, 1, START_LIMIT_MS) == 0)
			break;
	if (heard > 0 && strcmp(line, "ready") == 0)
		return 0;
	if (heard > 0)
		snprintf(ret_why, CLUSTER_WHY_BYTES, "%s",
			 line + strcspn(line, " ") + (strchr(line, ' ') ? 1 : 0));
	else
		snprintf(ret_why, CLUSTER_WHY_BYTES, "PostgreSQL: %s",
			 heard < 0 ? "its keeper died" : "not ready within 5 minutes");
	return 1;
}

/* Of the owner, on the database that always exists. */
static int ensure_database(struct embedded *e, char *ret_why)
{
	struct db_session *s;
	char conninfo[CONNINFO_BYTES];
	int answer;

	snprintf(conninfo, sizeof(conninfo), "host='%s' port=5432 dbname=postgres user=postgres",
		 e->cluster.dir);
	answer = db_session_new(conninfo, ANSWER_LIMIT_S, &s, ret_why);
	if (answer)
		return answer;
	answer = db_session_exec(s, "create database mutuald", ret_why);
	if (answer && strncmp(ret_why, "42P04", 5) == 0) /* it exists */
		answer = 0;
	db_session_free(s);
	return answer;
}

/* One that we adopted may be ready by its file and yet not answer: then it is started anew, once.
 */
static int start(struct embedded *e, char *ret_why)
{
	int answer = keeper_lock(&e->cluster, &e->lock, ret_why);

	if (!answer)
		answer = spawn_keeper(e, ret_why);
	if (!answer)
		answer = await_ready(e, ret_why);
	if (answer || !ensure_database(e, ret_why))
		return answer;
	log_warning("PostgreSQL does not answer (%s): starting it again", ret_why);
	if (send(e->fd, "restart\n", 8, MSG_NOSIGNAL) < 0) {
		snprintf(ret_why, CLUSTER_WHY_BYTES, "PostgreSQL: its keeper died");
		return 1;
	}
	answer = await_ready(e, ret_why);
	return answer ? answer : ensure_database(e, ret_why);
}

static void daemon_conninfo(const struct cluster *c, char *ret, size_t n)
{
	snprintf(ret, n, "host='%s' port=5432 dbname=mutuald user=mutuald", c->dir);
}

int embedded_start(const char *state_dir, const char *bin_dir, struct embedded **ret, char *ret_why)
{
	struct embedded *e = memory_new(sizeof(*e));
	int answer;

	e->lock = e->fd = -1;
	answer = cluster_locate(state_dir, bin_dir, &e->cluster, ret_why);
	if (!answer) {
		daemon_conninfo(&e->cluster, e->conninfo, CONNINFO_BYTES);
		snprintf(e->owner_conninfo, CONNINFO_BYTES,
			 "host='%s' port=5432 dbname=mutuald user=postgres", e->cluster.dir);
		answer = start(e, ret_why);
	}
	if (answer)
		embedded_stop(e);
	else
		*ret = e;
	return answer;
}

int embedded_open(const char *state_dir, const char *bin_dir, struct embedded **ret,
		  char *ret_conninfo, size_t conninfo_bytes, char *ret_why)
{
	struct cluster c;
	char made[PATH_MAX];
	pid_t pid;
	int answer = 0;

	*ret = NULL;
	snprintf(made, sizeof(made), "%s/pg/data/PG_VERSION", state_dir);
	if (access(made, F_OK)) {
		snprintf(ret_why, CLUSTER_WHY_BYTES, "%.400s: %s", made, strerror(errno));
		return 1;
	}
	if (cluster_locate(state_dir, bin_dir, &c, ret_why))
		return 1;
	daemon_conninfo(&c, ret_conninfo, conninfo_bytes);
	if (cluster_state(&c, &pid) != CLUSTER_READY)
		answer = embedded_start(state_dir, bin_dir, ret, ret_why);
	cluster_release(&c);
	return answer;
}

int embedded_allow(struct embedded *e, const char *user, char *ret_why)
{
	return cluster_allow(&e->cluster, user, ret_why);
}

static void reap_keeper(struct embedded *e)
{
	close(e->fd);
	e->fd = -1;
	if (e->keeper > 0)
		while (waitpid(e->keeper, NULL, 0) < 0 && errno == EINTR)
			;
	e->keeper = 0;
}

static void watch(struct embedded *e);

/* Only who may become the cluster's user can make a keeper; PostgreSQL itself runs on without. */
static void replace_keeper(struct embedded *e)
{
	char why[CLUSTER_WHY_BYTES];

	event_free(e->told);
	e->told = NULL;
	reap_keeper(e);
	if (geteuid() && geteuid() != e->cluster.uid)
		log_error("the keeper of PostgreSQL died: it will not be started again when it "
			  "stops; restart mutuald");
	else if (spawn_keeper(e, why))
		log_error("%s", why);
	else
		log_warning("the keeper of PostgreSQL died: another was made");
	if (e->keeper)
		watch(e);
}

static void on_told(evutil_socket_t fd, short what, void *arg)
{
	struct embedded *e = arg;
	char line[LINE_BYTES];
	int heard;

	while ((heard = hear(e, line, sizeof(line))) > 0) {
		if (strcmp(line, "ready") == 0)
			e->restarted(e->arg);
		else
			log_error("PostgreSQL: %s", line);
	}
	if (heard < 0)
		replace_keeper(e);
}

static void watch(struct embedded *e)
{
	e->told = event_new(e->base, e->fd, EV_READ | EV_PERSIST, on_told, e);
	event_add(e->told, NULL);
}

void embedded_watch(struct embedded *e, struct event_base *base, void (*restarted)(void *arg),
		    void *arg)
{
	e->base = base;
	e->restarted = restarted;
	e->arg = arg;
	watch(e);
}

void embedded_stop(struct embedded *e)
{
	if (!e)
		return;
	if (e->told)
		event_free(e->told);
	if (e->keeper) {
		char last[64];

		send(e->fd, "stop\n", 5, MSG_NOSIGNAL);
		while (poll(&(struct pollfd){e->fd, POLLIN, 0}, 1, STOP_LIMIT_MS) > 0 &&
		       recv(e->fd, last, sizeof(last), 0) > 0)
			;
		reap_keeper(e);
	}
	if (e->lock >= 0)
		close(e->lock);
	cluster_release(&e->cluster);
	free(e);
}

const char *embedded_owner_conninfo(const struct embedded *e)
{
	return e->owner_conninfo;
}

const char *embedded_conninfo(const struct embedded *e)
{
	return e->conninfo;
}
