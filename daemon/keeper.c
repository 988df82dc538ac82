/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keeper of the private PostgreSQL.
 *
 * Why a process: the daemon gives up root after its start, and then can neither start PostgreSQL as
 * another user nor wait for it; and whoever must stop the cluster after the daemon was killed has
 * to outlive the daemon. The keeper runs as the cluster's user, holds no secret, opens nothing but
 * the cluster's files, and does nothing but this:
 *
 *   start (or adopt what runs) ─► ready ─► died ─► start again …
 *                                   │
 *                    "stop", or the daemon is gone ─► fast shutdown, at last by force
 *
 * A postmaster is watched by a pidfd, which works for a child and for an adopted one alike.
 *
 * When the daemon dies, the next one is usually on its way: the keeper waits a while for it. If one
 * comes (it holds the lock), the cluster is left to it, and it adopts it: no shutdown, no recovery.
 * Else the keeper takes the lock itself and stops the cluster; a daemon that starts meanwhile waits
 * for the lock. So at no time do two processes start and stop it at once.
 *
 * After a kill of the postmaster its children may hold the shared memory for a moment; PostgreSQL
 * then refuses to start. Starting is therefore tried again with patience.
 */
#include "daemon/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/cluster.h"

#define START_PATIENCE_MS 30000 /* of refusals at the first start */
#define ORPHAN_PATIENCE_MS 3000
#define FAST_STOP_MS 20000
#define IMMEDIATE_STOP_MS 5000
#define LOCK_PATIENCE_MS 40000
#define POLL_MS 20

enum order { ORDER_NONE, ORDER_STOP, ORDER_RESTART, ORDER_ORPHANED };

struct keeper {
	const struct cluster *cluster;
	int fd;
	pid_t daemon, postmaster;
	int pidfd; /* of the postmaster; -1: none */
	bool was_ready;
	enum order order; /* not yet obeyed */
};

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static void report(struct keeper *k, const char *word, const char *why)
{
	char line[CLUSTER_WHY_BYTES + 16];
	int n = snprintf(line, sizeof(line), "%s%s%s\n", word, *why ? " " : "", why);

	send(k->fd, line, (size_t)n, MSG_NOSIGNAL);
}

static enum order read_order(struct keeper *k)
{
	char words[64];
	ssize_t n = recv(k->fd, words, sizeof(words) - 1, MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? ORDER_NONE : ORDER_ORPHANED;
	if (n == 0)
		return ORDER_ORPHANED;
	words[n] = '\0';
	return strstr(words, "stop\n") ? ORDER_STOP : ORDER_RESTART;
}

/* Waits for an order, or for the end of the postmaster. True: it has ended. */
static bool wait_for(struct keeper *k, int ms)
{
	struct pollfd fds[] = {{k->fd, POLLIN, 0}, {k->pidfd, POLLIN, 0}};

	if (k->order) { /* no more is listened to */
		fds[0].fd = -1;
		if (k->pidfd < 0)
			return true;
	}
	poll(fds, 2, ms);
	if (!k->order && fds[0].revents)
		k->order = read_order(k);
	return k->pidfd < 0 || fds[1].revents;
}

static void forget_postmaster(struct keeper *k)
{
	if (k->postmaster)
		waitpid(k->postmaster, NULL, 0); /* fails at once for an adopted one */
	if (k->pidfd >= 0)
		close(k->pidfd);
	k->postmaster = 0;
	k->pidfd = -1;
}

static bool watch_postmaster(struct keeper *k, pid_t pid)
{
	k->postmaster = pid;
	k->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return k->pidfd >= 0;
}

/* Fast, then immediate, then by force. */
static void stop_postmaster(struct keeper *k)
{
	static const struct {
		int signal, ms;
	} steps[] = {
	    {SIGINT, FAST_STOP_MS}, {SIGQUIT, IMMEDIATE_STOP_MS}, {SIGKILL, IMMEDIATE_STOP_MS}};
	struct pollfd gone = {k->pidfd, POLLIN, 0};

	if (k->pidfd < 0)
		return;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		kill(k->postmaster, steps[i].signal);
		while (poll(&gone, 1, steps[i].ms) < 0 && errno == EINTR)
			;
		if (gone.revents)
			break;
	}
	forget_postmaster(k);
}

/* Waits until what is alive is ready, has ended, or we have an order. True: it is ready. */
static bool await_ready(struct keeper *k)
{
	pid_t pid;

	while (!k->order) {
		bool ended = wait_for(k, POLL_MS);

		if (ended) {
			forget_postmaster(k);
			return false;
		}
		if (cluster_state(k->cluster, &pid) == CLUSTER_READY && pid == k->postmaster)
			return true;
	}
	return false;
}

/* One that a dead daemon left: ready or about to be. One that is stopping is waited for. */
static bool adopt(struct keeper *k)
{
	pid_t pid;
	enum cluster_state state = cluster_state(k->cluster, &pid);

	if (state == CLUSTER_NONE || !watch_postmaster(k, pid))
		return false;
	if (state != CLUSTER_STOPPING) {
		kill(pid, SIGHUP); /* settings were written anew */
		return true;
	}
	while (!k->order && !wait_for(k, POLL_MS))
		;
	if (!k->order)
		forget_postmaster(k);
	return false;
}

/* True: ready. False: we have an order, or (only if it never was ready) gave up. */
static bool start(struct keeper *k)
{
	long deadline = now_ms() + START_PATIENCE_MS, delay_ms = 50;

	while (!k->order) {
		if (k->pidfd < 0 && !adopt(k)) {
			pid_t pid = k->order ? 0 : cluster_spawn(k->cluster);

			if (pid > 0)
				watch_postmaster(k, pid);
		}
		if (await_ready(k)) {
			k->was_ready = true;
			return true;
		}
		if (!k->was_ready && now_ms() > deadline)
			return false;
		for (long end = now_ms() + delay_ms; !k->order && now_ms() < end;)
			poll(NULL, 0, POLL_MS), wait_for(k, 0);
		delay_ms = delay_ms < 1000 ? delay_ms * 2 : 1000;
	}
	return false;
}

static int open_lock(const struct cluster *c)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), KEEPER_LOCK_PATH, c->dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && geteuid() == 0 && fchown(fd, c->uid, c->gid)) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool take_lock(int fd, const char *role)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%d %s\n", getpid(), role);

	return flock(fd, LOCK_EX | LOCK_NB) == 0 && ftruncate(fd, 0) == 0 &&
	       pwrite(fd, text, (size_t)n, 0) == n;
}

/* Who holds it, as they wrote. */
static pid_t lock_holder(int fd, bool *ret_is_daemon)
{
	char text[64];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	*ret_is_daemon = strstr(text, "daemon") != NULL;
	return atoi(text);
}

int keeper_lock(const struct cluster *c, int *ret_fd, char *ret_why)
{
	int fd = open_lock(c);
	long began = now_ms();
	bool is_daemon;
	pid_t holder;

	if (fd < 0) {
		snprintf(ret_why, CLUSTER_WHY_BYTES, "%s/lock: %s", c->dir, strerror(errno));
		return 1;
	}
	while (!take_lock(fd, "daemon")) {
		holder = lock_holder(fd, &is_daemon);
		if (now_ms() - began > (is_daemon ? 1000 : LOCK_PATIENCE_MS)) {
			snprintf(ret_why, CLUSTER_WHY_BYTES,
				 "%s is in use by another mutuald (process %d)", c->dir, holder);
			close(fd);
			return 1;
		}
		sleep_ms(POLL_MS);
	}
	*ret_fd = fd;
	return 0;
}

/* The daemon is gone. True: so is whoever might have come after it, and we hold the lock. */
static bool inherit(struct keeper *k)
{
	int fd = open_lock(k->cluster);
	long deadline = now_ms() + ORPHAN_PATIENCE_MS;
	bool is_daemon;

	while (fd >= 0) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
			if (now_ms() > deadline)
				return take_lock(fd, "keeper");
			flock(fd, LOCK_UN);
		} else if (lock_holder(fd, &is_daemon) != k->daemon) {
			return false;
		}
		sleep_ms(POLL_MS);
	}
	return true;
}

static void keep(struct keeper *k)
{
	char why[CLUSTER_WHY_BYTES];

	while (start(k)) {
		report(k, "ready", "");
		while (!k->order)
			if (wait_for(k, -1)) {
				forget_postmaster(k);
				break;
			}
		if (k->order == ORDER_RESTART) {
			stop_postmaster(k);
			k->order = ORDER_NONE;
		}
	}
	if (k->order == ORDER_ORPHANED && !inherit(k))
		return;
	stop_postmaster(k);
	if (k->order)
		return;
	cluster_last_words(k->cluster, why, sizeof(why));
	report(k, "failed PostgreSQL does not start:", why);
}

/* All that the daemon had open is closed, and what it was told by signals is none of ours: we go
 * when it has gone. */
static void detach(struct keeper *k)
{
	static const int ignored[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGUSR1, SIGUSR2};
	sigset_t none;
	int null = open("/dev/null", O_RDWR);

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	prctl(PR_SET_NAME, "mutuald-keeper");
	dup2(k->fd, 3);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close_range(4, ~0U, 0);
	fcntl(3, F_SETFD, FD_CLOEXEC);
	k->fd = 3;
}

static int become_user(const struct cluster *c, char *ret_why)
{
	if (geteuid() == 0 && (initgroups(c->user, c->gid) || setresgid(c->gid, c->gid, c->gid) ||
			       setresuid(c->uid, c->uid, c->uid))) {
		snprintf(ret_why, CLUSTER_WHY_BYTES, "cannot become %s: %s", c->user,
			 strerror(errno));
		return 1;
	}
	umask(0077);
	if (chdir(c->dir) == 0)
		return 0;
	snprintf(
	    ret_why, CLUSTER_WHY_BYTES,
	    "%s cannot reach %s: %s (every directory on the way must be open to it: mode 0711)",
	    c->user, c->dir, strerror(errno));
	return 1;
}

static void keeper_main(struct keeper *k)
{
	char why[CLUSTER_WHY_BYTES];
	int answer;

	detach(k);
	answer = become_user(k->cluster, why);
	if (!answer)
		answer = cluster_make(k->cluster, why);
	if (!answer)
		answer = cluster_configure(k->cluster, why);
	if (answer)
		report(k, "failed", why);
	else
		keep(k);
}

pid_t keeper_spawn(const struct cluster *c, int *ret_fd)
{
	struct keeper k = {.cluster = c, .daemon = getpid(), .pidfd = -1};
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return -errno;
	pid = fork();
	if (pid == 0) {
		k.fd = fds[1];
		keeper_main(&k);
		_exit(0);
	}
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return -errno;
	}
	*ret_fd = fds[0];
	return pid;
}
