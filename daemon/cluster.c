/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The private cluster's files and processes.
 *
 * initdb works in data.new, which becomes data in one step when it is done: a machine that stops in
 * between leaves nothing half made. Settings that are ours stand in mutuald.conf, written anew at
 * each start; an administrator's own go to the end of postgresql.conf, where they win.
 */
#include "daemon/cluster.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/durable.h"
#include "lib/arena.h"

#define DEBIAN_POSTGRESQL "/usr/lib/postgresql"
#define OLDEST_MAJOR 15
#define LOG_MAX_BYTES (4 * 1024 * 1024)

__attribute__((format(printf, 2, 3))) static int fail(char *ret_why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(ret_why, CLUSTER_WHY_BYTES, fmt, args);
	va_end(args);
	return 1;
}

__attribute__((format(printf, 1, 2))) static char *format(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		abort();
	va_end(args);
	return text;
}

static char *read_small(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = memory_new(4096);

	if (f) {
		text[fread(text, 1, 4095, f)] = '\0';
		fclose(f);
	}
	return text;
}

/* Whole or not at all. */
static int write_file(const char *path, const char *text, char *ret_why)
{
	char *temporary = format("%s.new", path);
	FILE *f = fopen(temporary, "we");
	int answer = 0;

	if (f) {
		fputs(text, f);
		if (fflush(f) || fsync(fileno(f)))
			answer = 1;
		if (fclose(f))
			answer = 1;
	}
	if (!f || answer || rename(temporary, path))
		answer = fail(ret_why, "%s: %s", path, strerror(errno));
	free(temporary);
	return answer;
}

/* Where it is: told, else of the version that made the data, else the newest that Debian has, else
 * on the PATH. */

static bool has_postgres(const char *bin)
{
	char *path = format("%s/postgres", bin);
	bool found = access(path, X_OK) == 0;

	free(path);
	return found;
}

static int newest_debian_major(void)
{
	DIR *dir = opendir(DEBIAN_POSTGRESQL);
	struct dirent *entry;
	int newest = 0;

	while (dir && (entry = readdir(dir))) {
		char *bin = format(DEBIAN_POSTGRESQL "/%s/bin", entry->d_name);
		int major = atoi(entry->d_name);

		if (major > newest && has_postgres(bin))
			newest = major;
		free(bin);
	}
	if (dir)
		closedir(dir);
	return newest;
}

static char *bin_on_path(void)
{
	char *path = memory_strdup(getenv("PATH") ? getenv("PATH") : ""), *rest = path, *bin;

	while ((bin = strsep(&rest, ":")))
		if (*bin && has_postgres(bin))
			break;
	bin = bin ? memory_strdup(bin) : NULL;
	free(path);
	return bin;
}

static int locate_bin(struct cluster *c, const char *bin_dir, char *ret_why)
{
	char *version_file = format("%s/PG_VERSION", c->data), *version = read_small(version_file);
	int made_by = atoi(version), major = made_by ? made_by : newest_debian_major();

	free(version_file);
	free(version);
	c->bin = bin_dir ? memory_strdup(bin_dir) : format(DEBIAN_POSTGRESQL "/%d/bin", major);
	if (has_postgres(c->bin))
		return major && major < OLDEST_MAJOR && !bin_dir
			   ? fail(ret_why, "PostgreSQL %d is too old: %d is needed", major,
				  OLDEST_MAJOR)
			   : 0;
	if (bin_dir)
		return fail(ret_why, "%s: no postgres there", bin_dir);
	if (made_by)
		return fail(ret_why, "%s was made by PostgreSQL %d, which is not installed",
			    c->data, made_by);
	free(c->bin);
	c->bin = bin_on_path();
	return c->bin
		   ? 0
		   : fail(ret_why, "PostgreSQL is not installed (Debian: apt install postgresql)");
}

static int locate_users(struct cluster *c, char *ret_why)
{
	struct passwd *me = getpwuid(geteuid()), *p;

	if (!me)
		return fail(ret_why, "user id %u has no name", geteuid());
	c->starter = memory_strdup(me->pw_name);
	p = geteuid() ? me : getpwnam("postgres");
	if (!p)
		return fail(ret_why,
			    "PostgreSQL does not run as root, and there is no user postgres");
	c->user = memory_strdup(p->pw_name);
	c->uid = p->pw_uid;
	c->gid = p->pw_gid;
	return 0;
}

static int make_dir(struct cluster *c, char *ret_why)
{
	struct stat st;
	int r = durable_mkdir(c->dir, 0711);

	if (r)
		return fail(ret_why, "%s: %s", c->dir, strerror(-r));
	if (stat(c->dir, &st) || !S_ISDIR(st.st_mode))
		return fail(ret_why, "%s: not a directory", c->dir);
	if (st.st_uid != c->uid && (geteuid() || chown(c->dir, c->uid, c->gid)))
		return fail(ret_why, "%s belongs to another user than %s", c->dir, c->user);
	if (chmod(c->dir, 0711))
		return fail(ret_why, "%s: %s", c->dir, strerror(errno));
	return 0;
}

/* The path ends up in conninfo, in a list of directories, and in a socket's address. */
static int check_path(const struct cluster *c, char *ret_why)
{
	size_t length = strlen(c->dir) + strlen("/.s.PGSQL.5432"),
	       most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (c->dir[strcspn(c->dir, "'\"\\,\n")])
		return fail(ret_why, "%s: quotes, commas and backslashes cannot be in the path",
			    c->dir);
	if (length > most)
		return fail(ret_why,
			    "%.200s: the path is too long: the socket in it would be of %zu bytes, "
			    "and a socket's path may "
			    "have %zu; choose a shorter state directory",
			    c->dir, length, most);
	return 0;
}

int cluster_locate(const char *state_dir, const char *bin_dir, struct cluster *ret, char *ret_why)
{
	struct cluster c = {0};
	char *real = realpath(state_dir, NULL);
	int answer;

	if (!real)
		return fail(ret_why, "%s: %s", state_dir, strerror(errno));
	c.dir = format("%s/pg", real);
	c.data = format("%s/pg/data", real);
	free(real);
	answer = check_path(&c, ret_why);
	if (!answer)
		answer = locate_users(&c, ret_why);
	if (!answer)
		answer = make_dir(&c, ret_why);
	if (!answer)
		answer = locate_bin(&c, bin_dir, ret_why);
	if (answer)
		cluster_release(&c);
	else
		*ret = c;
	return answer;
}

void cluster_release(struct cluster *c)
{
	free(c->dir);
	free(c->data);
	free(c->bin);
	free(c->user);
	free(c->starter);
	*c = (struct cluster){0};
}

/* arguments[0] is set: the programs find each other by it. The child's standard output and error go
 * to the log. */
static pid_t spawn(const struct cluster *c, const char *program, const char *arguments[])
{
	char *path = format("%s/%s", c->bin, program), *log = format("%s/postgres.log", c->dir);
	pid_t pid;

	arguments[0] = path;
	pid = fork();
	if (pid == 0) {
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		clearenv();
		setenv("PATH", "/usr/bin:/bin", 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		for (int i = 1; i < NSIG; i++)
			signal(i, SIG_DFL);
		execv(path, (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	free(path);
	free(log);
	return pid < 0 ? -errno : pid;
}

/*
 * After a restart of the machine (or of its container) the number in postmaster.pid may be another
 * process's by now, and PostgreSQL would not start beside that one. What it finds out by the shared
 * memory stays as it is.
 */
static void forget_stale_number(const struct cluster *c)
{
	char *path = format("%s/postmaster.pid", c->data), *text = read_small(path);
	pid_t pid = atoi(text), found;

	if (pid > 0 && kill(pid, 0) == 0 && cluster_state(c, &found) == CLUSTER_NONE)
		unlink(path);
	free(path);
	free(text);
}

pid_t cluster_spawn(const struct cluster *c)
{
	forget_stale_number(c);
	return spawn(c, "postgres", (const char *[]){NULL, "-D", c->data, NULL});
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void log_rotate(const struct cluster *c)
{
	char *log = format("%s/postgres.log", c->dir), *old = format("%s/postgres.log.1", c->dir);
	struct stat st;

	if (stat(log, &st) == 0 && st.st_size > LOG_MAX_BYTES)
		rename(log, old);
	free(log);
	free(old);
}

static int run_initdb(const struct cluster *c, const char *dir, char *ret_why)
{
	const char *arguments[] = {
	    NULL,
	    "-D",
	    dir,
	    "-U",
	    "postgres",
	    "--auth=peer",
	    "--encoding=UTF8",
	    "--locale=C.UTF-8",
	    "--data-checksums",
	    "--no-instructions",
	    NULL,
	};
	char words[256];
	int status = 0;
	pid_t pid = spawn(c, "initdb", arguments);

	if (pid < 0)
		return fail(ret_why, "initdb: %s", strerror(-pid));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	cluster_last_words(c, words, sizeof(words));
	return fail(ret_why, "initdb failed: %s (see %s/postgres.log)", words, c->dir);
}

static int append(const char *path, const char *text, char *ret_why)
{
	FILE *f = fopen(path, "ae");
	int failed = !f || fputs(text, f) < 0 || fflush(f) || fsync(fileno(f));

	if (f)
		fclose(f);
	return failed ? fail(ret_why, "%s: %s", path, strerror(errno)) : 0;
}

int cluster_make(const struct cluster *c, char *ret_why)
{
	char *fresh = format("%s.new", c->data), *settings = format("%s/postgresql.conf", fresh);
	int answer = 0, r;

	log_rotate(c);
	if (access(c->data, F_OK)) {
		nftw(fresh, remove_one, 16, FTW_DEPTH | FTW_PHYS);
		answer = run_initdb(c, fresh, ret_why);
		if (!answer)
			answer = append(settings,
					"\ninclude 'mutuald.conf'\n# What stands below wins.\n",
					ret_why);
		r = answer ? 0 : durable_rename(fresh, c->data);
		if (r)
			answer = fail(ret_why, "%s: %s", c->data, strerror(-r));
	}
	free(fresh);
	free(settings);
	return answer;
}

static int write_in_data(const struct cluster *c, const char *name, char *text, char *ret_why)
{
	char *path = format("%s/%s", c->data, name);
	int answer = write_file(path, text, ret_why);

	free(path);
	free(text);
	return answer;
}

int cluster_configure(const struct cluster *c, char *ret_why)
{
	int answer = write_in_data(
	    c, "mutuald.conf",
	    format("# Written by mutuald at each start; your own settings go to postgresql.conf.\n"
		   "listen_addresses = ''\nport = 5432\nunix_socket_directories = '%s'\n"
		   "unix_socket_permissions = 0777\nmax_connections = 50\n"
		   "shared_buffers = 128MB\nmax_wal_size = 2GB\njit = off\ntimezone = 'UTC'\n"
		   "fsync = on\nfull_page_writes = on\nsynchronous_commit = on\n"
		   "log_destination = 'stderr'\nlogging_collector = off\nlog_checkpoints = off\n"
		   "log_line_prefix = '%%m [%%p] '\ncluster_name = 'mutuald'\n",
		   c->dir),
	    ret_why);

	if (!answer)
		answer = write_in_data(
		    c, "pg_hba.conf",
		    format("# Written by mutuald at each start.\nlocal all all peer map=mutuald\n"
			   "local replication all peer map=mutuald\n"),
		    ret_why);
	if (!answer)
		answer = write_in_data(
		    c, "pg_ident.conf",
		    format("# Written by mutuald at each start: map, system user, role.\n"
			   "mutuald \"%s\" postgres\nmutuald \"%s\" postgres\nmutuald \"%s\" "
			   "mutuald\n",
			   c->user, c->starter, c->starter),
		    ret_why);
	return answer;
}

int cluster_allow(const struct cluster *c, const char *user, char *ret_why)
{
	char *path = format("%s/pg_ident.conf", c->data),
	     *line = format("mutuald \"%s\" mutuald\n", user);
	pid_t pid;
	int answer = append(path, line, ret_why);

	free(path);
	free(line);
	if (!answer && cluster_state(c, &pid) == CLUSTER_READY && kill(pid, SIGHUP))
		answer = fail(ret_why, "telling PostgreSQL of %s: %s", user, strerror(errno));
	return answer;
}

/* A number in a file says little after a restart of the machine: the process must also work in our
 * directory. */
static bool is_postmaster_of(const struct cluster *c, pid_t pid)
{
	char *link = format("/proc/%d/cwd", pid), *comm_path = format("/proc/%d/comm", pid),
	     *comm = read_small(comm_path);
	char cwd[PATH_MAX];
	ssize_t n = readlink(link, cwd, sizeof(cwd) - 1);
	bool is = n > 0 && strncmp(comm, "postgres", 8) == 0;

	if (is) {
		cwd[n] = '\0';
		is = strcmp(cwd, c->data) == 0;
	}
	free(link);
	free(comm_path);
	free(comm);
	return is;
}

static enum cluster_state state_from_word(const char *word)
{
	if (strncmp(word, "ready", 5) == 0)
		return CLUSTER_READY;
	return strncmp(word, "stopping", 8) == 0 ? CLUSTER_STOPPING : CLUSTER_STARTING;
}

enum cluster_state cluster_state(const struct cluster *c, pid_t *ret_pid)
{
	char *path = format("%s/postmaster.pid", c->data), *text = read_small(path), *line = text;
	enum cluster_state state = CLUSTER_NONE;

	*ret_pid = atoi(text);
	for (int i = 1; i < 8 && line; i++) /* the state is on line 8 */
		line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
	if (*ret_pid > 0 && is_postmaster_of(c, *ret_pid))
		state = line ? state_from_word(line) : CLUSTER_STARTING;
	else
		*ret_pid = 0;
	free(path);
	free(text);
	return state;
}

void cluster_last_words(const struct cluster *c, char *ret, size_t n)
{
	char *path = format("%s/postgres.log", c->dir), *line = NULL;
	FILE *f = fopen(path, "re");
	size_t cap = 0;

	snprintf(ret, n, "it left no message");
	while (f && getline(&line, &cap, f) > 0) {
		char *found = strstr(line, "FATAL:");

		found = found ? found : strstr(line, "error:");
		if (found)
			snprintf(ret, n, "%.*s", (int)strcspn(found, "\n"), found);
	}
	if (f)
		fclose(f);
	free(line);
	free(path);
}
