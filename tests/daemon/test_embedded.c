/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The private PostgreSQL: made, stopped, adopted, started again, refused to strangers. */
#include "daemon/embedded.h"

#include <event2/event.h>
#include <fcntl.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/daemon/database.h"

static pid_t read_pid(const struct database *d, const char *file)
{
	char path[128], text[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "%s/pg/%s", d->dir, file);
	f = fopen(path, "r");
	if (f) {
		if (!fgets(text, sizeof(text), f))
			text[0] = '\0';
		fclose(f);
	}
	return atoi(text);
}

static pid_t postmaster(const struct database *d)
{
	return read_pid(d, "data/postmaster.pid");
}

/* 'Z' where it is dead and only not yet waited for; 0 where there is none. */
static char state_of(pid_t pid, pid_t *ret_parent)
{
	char path[64], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	assert_int_equal(fscanf(f, "%*d %*s %c %d", &state, ret_parent), 2);
	fclose(f);
	return state;
}

static bool lives(pid_t pid)
{
	pid_t parent;
	char state = state_of(pid, &parent);

	return state && state != 'Z';
}

static pid_t parent_of(pid_t pid)
{
	pid_t parent = 0;

	assert_true(state_of(pid, &parent));
	return parent;
}

static void wait_until_gone(pid_t pid, int limit_ms)
{
	for (int ms = 0; lives(pid); ms += 20) {
		assert_true(ms < limit_ms);
		usleep(20000);
	}
}

/* A daemon in a process of its own, there once it has started. */
static pid_t another_daemon(const struct database *d)
{
	struct embedded *e;
	char why[512], ready;
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		int r = embedded_start(d->dir, NULL, &e, why);

		if (r || write(fds[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &ready, 1), 1);
	close(fds[0]);
	return pid;
}

static void kill_daemon(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void starts_and_stops_and_keeps(void **state)
{
	struct database d;
	struct db_session *s;
	pid_t first;

	database_dir(&d);
	database_start(&d);
	first = postmaster(&d);
	assert_true(lives(first));
	s = owner_session(&d);
	must_exec(s, "create table kept (x int); insert into kept values (1)");
	db_session_free(s);
	database_stop(&d);
	assert_false(lives(first));
	database_start(&d);
	s = owner_session(&d);
	must_exec(s, "do $$ begin assert (select x from kept) = 1; "
		     "assert current_setting('data_checksums') = 'on'; assert "
		     "current_setting('fsync') = 'on'; "
		     "assert current_setting('listen_addresses') = ''; end $$");
	db_session_free(s);
	database_stop(&d);
	database_remove(&d);
}

static void refuses_what_cannot_be(void **state)
{
	static const struct {
		const char *dir, *bin, *why;
	} cases[] = {
	    {"/tmp/mutuald-no-such", NULL, "No such file"},
	    {NULL, "/nowhere", "no postgres there"},
	};
	struct database d;
	struct embedded *e = NULL;
	char why[512], path[200];

	database_dir(&d);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(
		    embedded_start(cases[i].dir ? cases[i].dir : d.dir, cases[i].bin, &e, why) > 0);
		assert_non_null(strstr(why, cases[i].why));
	}
	snprintf(path, sizeof(path), "%s/%090d", d.dir, 0);
	assert_int_equal(mkdir(path, 0711), 0);
	assert_true(embedded_start(path, NULL, &e, why) > 0);
	assert_non_null(strstr(why, "a socket's path may have 107"));
	assert_null(e);
	database_remove(&d);
}

static void refuses_a_second_daemon(void **state)
{
	struct database *d = *state;
	struct embedded *e = NULL;
	char why[512];
	pid_t other = another_daemon(d);

	assert_true(embedded_start(d->dir, NULL, &e, why) > 0);
	assert_non_null(strstr(why, "in use by another mutuald"));
	kill_daemon(other);
}

static void adopts_after_the_daemon_was_killed(void **state)
{
	struct database *d = *state;
	pid_t other = another_daemon(d), pid = postmaster(d);

	kill_daemon(other);
	database_start(d);
	assert_int_equal(postmaster(d), pid);
	database_stop(d);
	assert_false(lives(pid));
}

static void adopts_after_daemon_and_keeper_were_killed(void **state)
{
	struct database *d = *state;
	pid_t other = another_daemon(d), pid = postmaster(d);

	kill(parent_of(pid), SIGKILL);
	kill_daemon(other);
	database_start(d);
	assert_int_equal(postmaster(d), pid);
	database_stop(d);
	assert_false(lives(pid));
}

static void starts_after_all_were_killed(void **state)
{
	struct database *d = *state;
	pid_t other = another_daemon(d), pid = postmaster(d), keeper = parent_of(pid);
	struct db_session *s;

	kill(keeper, SIGKILL);
	kill(pid, SIGKILL);
	kill_daemon(other);
	database_start(d);
	assert_int_not_equal(postmaster(d), pid);
	s = owner_session(d);
	must_exec(s, "select 1");
	db_session_free(s);
	database_stop(d);
}

static void stops_when_no_daemon_comes(void **state)
{
	struct database *d = *state;
	pid_t other = another_daemon(d), pid = postmaster(d);

	kill_daemon(other);
	wait_until_gone(pid, 15000);
	database_start(d);
	database_stop(d);
}

static void count(void *arg)
{
	++*(int *)arg;
}

static void starts_again_when_killed(void **state)
{
	struct database *d = *state;
	struct event_base *base = event_base_new();
	struct db_session *s;
	int restarts = 0;
	pid_t pid;

	database_start(d);
	embedded_watch(d->embedded, base, count, &restarts);
	s = owner_session(d); /* a child that outlives its postmaster for a moment */
	pid = postmaster(d);
	kill(pid, SIGKILL);
	while (!restarts)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_not_equal(postmaster(d), pid);
	db_session_free(s);
	s = owner_session(d);
	must_exec(s, "select 1");
	db_session_free(s);
	database_stop(d);
	event_base_free(base);
}

static void replaces_a_killed_keeper(void **state)
{
	struct database *d = *state;
	struct event_base *base = event_base_new();
	int restarts = 0;
	pid_t pid;

	database_start(d);
	embedded_watch(d->embedded, base, count, &restarts);
	pid = postmaster(d);
	kill(parent_of(pid), SIGKILL);
	while (!restarts)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(postmaster(d), pid);
	database_stop(d);
	assert_false(lives(pid));
	event_base_free(base);
}

/* 0: could connect as that role. */
static int connect_as_nobody(const struct database *d, const char *role)
{
	struct passwd *nobody = getpwnam("nobody");
	char conninfo[200], why[512];
	struct db_session *s;
	int status;
	pid_t pid;

	snprintf(conninfo, sizeof(conninfo), "host='%s/pg' dbname=mutuald user=%s", d->dir, role);
	pid = fork();
	if (pid == 0) {
		if (setgid(nobody->pw_gid) || setuid(nobody->pw_uid))
			_exit(2);
		_exit(db_session_new(conninfo, 10, &s, why) ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void admits_whom_it_was_told_of(void **state)
{
	struct database *d = *state;
	struct db_session *s;
	char why[512];

	if (geteuid() != 0)
		skip();
	database_start(d);
	s = owner_session(d);
	must_exec(s, "create role mutuald login");
	assert_int_equal(connect_as_nobody(d, "mutuald"), 1);
	assert_int_equal(embedded_allow(d->embedded, "nobody", why), 0);
	for (int tries = 0; connect_as_nobody(d, "mutuald") != 0; tries++) {
		assert_true(tries < 200);
		usleep(20000);
	}
	assert_int_equal(connect_as_nobody(d, "postgres"), 1);
	db_session_free(s);
	database_stop(d);
}

static int make(void **state)
{
	static struct database d;

	database_dir(&d);
	*state = &d;
	return 0;
}

static int clean(void **state)
{
	database_remove(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(starts_and_stops_and_keeps),
	    cmocka_unit_test(refuses_what_cannot_be),
	    cmocka_unit_test(refuses_a_second_daemon),
	    cmocka_unit_test(adopts_after_the_daemon_was_killed),
	    cmocka_unit_test(adopts_after_daemon_and_keeper_were_killed),
	    cmocka_unit_test(starts_after_all_were_killed),
	    cmocka_unit_test(stops_when_no_daemon_comes),
	    cmocka_unit_test(starts_again_when_killed),
	    cmocka_unit_test(replaces_a_killed_keeper),
	    cmocka_unit_test(admits_whom_it_was_told_of),
	};

	return cmocka_run_group_tests(tests, make, clean);
}
