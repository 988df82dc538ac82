/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mutuald: reads its settings, brings everything up in order, runs the loop, takes everything down
 * in order. */

#include <errno.h>
#include <event2/event.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "config/settings.h"
#include "daemon/ca.h"
#include "daemon/connection.h"
#include "daemon/db.h"
#include "daemon/durable.h"
#include "daemon/embedded.h"
#include "daemon/follow.h"
#include "daemon/forget.h"
#include "daemon/group.h"
#include "daemon/known.h"
#include "daemon/links.h"
#include "daemon/listener.h"
#include "daemon/log.h"
#include "daemon/metrics_http.h"
#include "daemon/migrate.h"
#include "daemon/replay.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/shed.h"
#include "daemon/start.h"
#include "daemon/status_http.h"
#include "daemon/verify.h"
#include "daemon/watch.h"

#define WHY_BYTES 512
#define PATH_BYTES 4096
#define TICK_S 5
#define CHECK_EVERY_US 400000 /* other daemons may have written, and a NOTIFY is no promise */
#define FORGET_EVERY_S 3600
#define STOP_WITHIN_S 10
#define GOODBYE_WITHIN_S 2 /* for those who then learn that their outcome is unknown */
#define MAX_LISTENERS 16
/* PostgreSQL compiles by default what it thinks dear: for a commit that takes a hundred times as
 * long as the commit. The embedded one is told so in its configuration. */
#define ON_A_DATABASE_OF_ONES_OWN "SET ROLE mutuald; SET jit = off;"

struct daemon {
	struct server server;
	struct settings settings;
	struct embedded *embedded;
	const char *owner_conninfo;
	struct ssl_ctx_st *tls;
	struct listener *listeners[MAX_LISTENERS];
	size_t n_listeners;
	uint16_t port; /* of the first */
	struct metrics_http *metrics;
	struct status_http *status;
	struct forgetting *forgetting;
	struct event *signals[3], *tick, *check, *watchdog, *stopping;
	bool said_ready;
	int64_t stop_before, forgot_at, renewed_at;
};

/* Said once every pole can be served. */
static void say_ready(struct daemon *d)
{
	const char *colon = strrchr(d->settings.listen, ':');

	d->said_ready = true;
	log_info("ready on %.*s:%d", (int)(colon ? colon - d->settings.listen : 0),
		 d->settings.listen, listener_port(d->listeners[0]));
	sd_notify(0, "READY=1");
}

static void status_changed(struct daemon *d)
{
	sd_notifyf(0, "STATUS=%zu poles; database %s", known_count(d->server.known),
		   d->server.database_down_since ? "away" : "up");
}

static void links_changed(struct server *s)
{
	struct daemon *d = (struct daemon *)s; /* its first member */

	status_changed(d);
	if (s->database_down_since)
		known_database_down(s->known);
	else if (server_commits_up(s))
		known_database_up(s->known);
	if (!d->said_ready && d->n_listeners && links_needed_are_up(s))
		say_ready(d);
}

static void database_restarted(void *arg)
{
	struct daemon *d = arg;

	log_info("PostgreSQL was started again");
	links_kick(&d->server);
}

/* Timers and signals */

static int tls_of_our_own(struct daemon *d, struct ssl_ctx_st **ret, char *ret_why)
{
	const struct settings *s = &d->settings;
	char dir[PATH_BYTES], certificate[PATH_BYTES + 16], key[PATH_BYTES + 16],
	    status[PATH_BYTES + 16];
	int r;

	snprintf(dir, sizeof(dir), "%s/tls", s->state_dir);
	snprintf(certificate, sizeof(certificate), "%s/server.crt", dir);
	snprintf(key, sizeof(key), "%s/server.key", dir);
	snprintf(status, sizeof(status), "%s/server.ocsp", dir);
	r = ca_ensure(dir, s->names, d->port, ret_why);
	r = r ? r : ca_server_ctx(certificate, key, s->tls12, ret, ret_why);
	r = r ? r : ca_server_status(*ret, status, ret_why);
	if (!r)
		ca_server_on_http(*ret, status_http_answer, d->status);
	return r;
}

static int tls_start(struct daemon *d)
{
	const struct settings *s = &d->settings;
	struct ssl_ctx_st *made = NULL;
	char why[WHY_BYTES];
	int r = s->tls_certificate
		    ? ca_server_ctx(s->tls_certificate, s->tls_key, s->tls12, &made, why)
		    : tls_of_our_own(d, &made, why);

	if (r) {
		log_error("%s", why);
		ca_server_ctx_free(made);
		return 1;
	}
	d->tls = made;
	connections_use_tls(d->server.connections, made);
	return 0;
}

/* Certificates end, and administrators replace them. What is new counts for connections from now
 * on. */
static void renew_tls(struct daemon *d)
{
	struct ssl_ctx_st *old = d->tls;

	if (!tls_start(d))
		ca_server_ctx_free(old);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	follow_check_all(&d->server);
	links_check(&d->server);
	server_each_pole(&d->server, watches_tell);
	if (server_clock() - d->forgot_at >= FORGET_EVERY_S) {
		d->forgot_at = server_clock();
		forgetting_begin(d->forgetting);
	}
	if (server_clock() - d->renewed_at >= DAY_S || server_clock() < d->renewed_at) {
		d->renewed_at = server_clock();
		renew_tls(d);
	}
}

static void on_check(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	follow_check_all(&d->server);
}

static void on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	sd_notify(0, "WATCHDOG=1");
}

static bool all_is_quiet(const struct server *s)
{
	for (size_t i = 0; i < s->n_poles; i++)
		if (!groups_are_idle(&s->poles[i]->groups))
			return false;
	return connections_count(s->connections) == 0;
}

static void on_stopping(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	if (all_is_quiet(&d->server) || server_clock() >= d->stop_before + GOODBYE_WITHIN_S)
		event_base_loopbreak(d->server.base);
	else if (server_clock() >= d->stop_before)
		server_each_pole(&d->server, groups_give_up);
}

static void on_stop_signal(evutil_socket_t signal, short what, void *arg)
{
	struct daemon *d = arg;

	if (d->server.stopping) {
		event_base_loopbreak(d->server.base);
		return;
	}
	log_info("stopping");
	sd_notify(0, "STOPPING=1");
	d->server.stopping = true;
	d->stop_before = server_clock() + STOP_WITHIN_S;
	for (size_t i = 0; i < d->n_listeners; i++)
		listener_free(d->listeners[i]);
	d->n_listeners = 0;
	connections_say_goodbye(d->server.connections);
	event_add(d->stopping, &(struct timeval){.tv_usec = 20000});
}

static void on_reload_signal(evutil_socket_t signal, short what, void *arg)
{
	struct daemon *d = arg;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		   (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	renew_tls(d);
	reload_poles(&d->server);
	sd_notify(0, "READY=1");
}

static void events_start(struct daemon *d)
{
	struct event_base *base = d->server.base;
	uint64_t watchdog_us;

	d->signals[0] = evsignal_new(base, SIGTERM, on_stop_signal, d);
	d->signals[1] = evsignal_new(base, SIGINT, on_stop_signal, d);
	d->signals[2] = evsignal_new(base, SIGHUP, on_reload_signal, d);
	for (size_t i = 0; i < 3; i++)
		event_add(d->signals[i], NULL);
	d->forgetting = forgetting_new(&d->server);
	d->tick = event_new(base, -1, EV_PERSIST, on_tick, d);
	event_add(d->tick, &(struct timeval){.tv_sec = TICK_S});
	d->server.alone = d->embedded;
	d->server.ahead_least = GROUP_AHEAD_LEAST;
	d->check = event_new(base, -1, EV_PERSIST, on_check, d);
	if (!d->server.alone)
		event_add(d->check, &(struct timeval){.tv_usec = CHECK_EVERY_US});
	d->stopping = event_new(base, -1, EV_PERSIST, on_stopping, d);
	if (sd_watchdog_enabled(0, &watchdog_us) <= 0)
		return;
	d->watchdog = event_new(base, -1, EV_PERSIST, on_watchdog, d);
	watchdog_us /= 2;
	event_add(d->watchdog, &(struct timeval){.tv_sec = (time_t)(watchdog_us / 1000000),
						 .tv_usec = (suseconds_t)(watchdog_us % 1000000)});
}

static void events_stop(struct daemon *d)
{
	for (size_t i = 0; i < 3; i++)
		if (d->signals[i])
			event_free(d->signals[i]);
	forgetting_free(d->forgetting);
	if (d->tick)
		event_free(d->tick);
	if (d->check)
		event_free(d->check);
	if (d->stopping)
		event_free(d->stopping);
	if (d->watchdog)
		event_free(d->watchdog);
}

/* Bringing up */

/* What lies in the state directory from a time as root. */
static int give_files(const struct settings *s, const struct passwd *user)
{
	static const char *const names[] = {"",
					    "/tls",
					    "/tls/ca.crt",
					    "/tls/ca.key",
					    "/tls/server.crt",
					    "/tls/server.key",
					    "/tls/server.ocsp",
					    "/admin.token"};
	char path[PATH_BYTES];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s%s", s->state_dir, names[i]);
		if (chown(path, user->pw_uid, user->pw_gid) && errno != ENOENT)
			return -errno;
	}
	return 0;
}

/* Gives up root for another user. > 0: why is logged. */
static int become(struct daemon *d)
{
	const struct settings *s = &d->settings;
	const struct passwd *user = getpwnam(s->user);
	char why[WHY_BYTES];

	if (!user) {
		log_error("--user: there is no user \"%s\"", s->user);
		return 1;
	}
	if (geteuid() == user->pw_uid)
		return 0;
	if (d->embedded && embedded_allow(d->embedded, s->user, why)) {
		log_error("%s", why);
		return 1;
	}
	if (give_files(s, user) || initgroups(user->pw_name, user->pw_gid) ||
	    setgid(user->pw_gid) || setuid(user->pw_uid)) {
		log_error("--user %s: %s", s->user, strerror(errno));
		return 1;
	}
	return 0;
}

static int make_state_dir(const struct settings *s)
{
	char path[PATH_BYTES];
	int r;

	snprintf(path, sizeof(path), "%s", s->state_dir);
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
	r = durable_mkdir(path, 0711);
	if (r)
		log_error("%s: %s", path, strerror(-r));
	return r;
}

static int database_start(struct daemon *d)
{
	const struct settings *s = &d->settings;
	struct db_session *owner;
	char why[WHY_BYTES];
	int r;

	if (s->database) {
		d->owner_conninfo = d->server.conninfo = s->database;
		d->server.on_connect = ON_A_DATABASE_OF_ONES_OWN;
	} else if (embedded_start(s->state_dir, s->postgres_bin, &d->embedded, why)) {
		log_error("%s", why);
		return 1;
	} else {
		d->server.on_connect = "";
		d->owner_conninfo = embedded_owner_conninfo(d->embedded);
		d->server.conninfo = embedded_conninfo(d->embedded);
	}
	r = db_session_new(d->owner_conninfo, 30, &owner, why);
	if (!r) {
		r = migrate(owner, why);
		db_session_free(owner);
	}
	if (r)
		log_error("database: %s", why);
	return r;
}

static int print_problems(struct problems *problems)
{
	for (size_t i = 0; i < problems->n; i++)
		log_error("%s", problem_text(problems, &problems->items[i]));
	return problems->n > 0;
}

static int listen_start(struct daemon *d)
{
	struct server *s = &d->server;
	int n = sd_listen_fds(1);
	char why[WHY_BYTES];

	for (int i = 0; i < n && i < MAX_LISTENERS; i++)
		if (listener_from_fd(s->base, SD_LISTEN_FDS_START + i, connections_accept,
				     s->connections, &d->listeners[d->n_listeners]) == 0)
			d->n_listeners++;
	if (!n) {
		if (listener_new(s->base, d->settings.listen, connections_accept, s->connections,
				 &d->listeners[0], why)) {
			log_error("%s", why);
			return 1;
		}
		d->n_listeners = 1;
	}
	if (!d->n_listeners)
		return 1;
	d->port = (uint16_t)listener_port(d->listeners[0]);
	return 0;
}

static int metrics_start(struct daemon *d)
{
	char why[WHY_BYTES];

	if (!d->settings.metrics)
		return 0;
	if (metrics_http_start(&d->server, d->settings.metrics, &d->metrics, why)) {
		log_error("metrics: %s", why);
		return 1;
	}
	log_info("metrics on port %d", metrics_http_port(d->metrics));
	return 0;
}

static int bring_up(struct daemon *d)
{
	struct problems problems = {0};
	int r;

	if (make_state_dir(&d->settings) || database_start(d))
		return 1;
	if (d->settings.user && become(d))
		return 1;
	if (d->settings.migrate)
		return 0;
	start_poles(&d->server, &problems);
	r = print_problems(&problems);
	problems_clear(&problems);
	if (r)
		return 1;
	d->server.connections = connections_new(&d->server, NULL);
	d->status = status_http_new(d->server.base, &d->server.metrics.status_questions);
	if (listen_start(d) || tls_start(d)) /* the certificate names the port */
		return 1;
	d->server.on_links = links_changed;
	links_start(&d->server);
	known_start(d->server.known);
	if (d->embedded)
		embedded_watch(d->embedded, d->server.base, database_restarted, d);
	events_start(d);
	return metrics_start(d);
}

static void take_down(struct daemon *d)
{
	for (size_t i = 0; i < d->n_listeners; i++)
		listener_free(d->listeners[i]);
	events_stop(d);
	metrics_http_stop(d->metrics);
	connections_free(d->server.connections);
	status_http_free(d->status);
	event_base_loop(d->server.base, EVLOOP_NONBLOCK); /* frees the streams: see stream.c */
	links_end(&d->server);
	server_each_pole(&d->server, served_free);
	free(d->server.poles);
	known_free(d->server.known);
	shed_free(d->server.shed);
	if (d->tls)
		ca_server_ctx_free(d->tls);
	embedded_stop(d->embedded);
	event_base_free(d->server.base);
}

/* What settings_load() cannot know: names that the system and PostgreSQL's client library judge. */
static void check_settings(const struct settings *s, struct problems *problems)
{
	char why[WHY_BYTES];

	if (s->user && !getpwnam(s->user))
		problems_add(problems, (struct place){0}, "user: there is no user \"%s\"", s->user);
	if (s->database && db_conninfo_check(s->database, why))
		problems_add(problems, (struct place){0}, "database: %s", why);
}

static int check_only(const struct settings *s)
{
	struct problems problems = {0};
	int r = 0;

	check_settings(s, &problems);
	check_poles(s->policy_dir, &problems);
	r = problems.n > 0;

	for (size_t i = 0; i < problems.n; i++)
		fprintf(stderr, "%s\n", problem_text(&problems, &problems.items[i]));
	for (size_t i = 0; i < problems.n_warnings; i++)
		fprintf(stderr, "warning: %s\n", problem_text(&problems, &problems.warnings[i]));
	problems_clear(&problems);
	if (!r)
		printf("settings and policies are in order\n");
	return r;
}

/* Where the log is: a database that is there already, and is only read. > 0: why. */
static int replay_database(const struct settings *s, struct embedded **ret, char *ret_conninfo,
			   char *ret_why)
{
	*ret = NULL;
	if (!s->database)
		return embedded_open(s->state_dir, s->postgres_bin, ret, ret_conninfo, PATH_BYTES,
				     ret_why);
	snprintf(ret_conninfo, PATH_BYTES, "%s", s->database);
	return 0;
}

static int run_replay(const struct settings *s)
{
	struct replay_report report = {.out = stdout, .progress = isatty(STDERR_FILENO)};
	struct embedded *embedded;
	char conninfo[PATH_BYTES], why[WHY_BYTES];
	int r = replay_database(s, &embedded, conninfo, why);

	if (!r)
		r = replay(conninfo, s->database ? ON_A_DATABASE_OF_ONES_OWN : "", s->replay,
			   &report, why);
	if (r)
		log_error("--replay %s: %s", s->replay, why);
	embedded_stop(embedded);
	return r || !replay_agrees(&report);
}

/* Answers with the exit code. */
static int run_verify(const struct settings *s)
{
	struct verify_report report = {.out = stdout, .progress = isatty(STDERR_FILENO)};
	struct embedded *embedded = NULL;
	char conninfo[PATH_BYTES], why[WHY_BYTES];
	int r = replay_database(s, &embedded, conninfo, why) ? VERIFY_E_COULD_NOT : VERIFY_FINE;

	if (!r)
		r = verify(conninfo, s->database ? ON_A_DATABASE_OF_ONES_OWN : "", s->verify_poles,
			   s->n_verify_poles, &report, why);
	if (r == VERIFY_E_COULD_NOT)
		log_error("--verify: %s", why);
	embedded_stop(embedded);
	return r;
}

static void raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int run(struct daemon *d)
{
	int r;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	raise_limits();
	d->server.settings = &d->settings;
	d->server.started_at = d->forgot_at = d->renewed_at = server_clock();
	d->server.base = event_base_new();
	r = bring_up(d);
	if (!r && !d->settings.migrate) {
		event_base_dispatch(d->server.base);
		log_info("stopped");
	}
	take_down(d);
	return r;
}

int main(int argc, char **argv)
{
	struct daemon d = {0};
	struct problems problems = {0};
	const int answer = settings_load(argc, argv, &d.settings, &problems);
	int r = 0;

	log_setup(d.settings.verbose, getenv("INVOCATION_ID") != NULL);
	if (answer == SETTINGS_HELP)
		fputs(settings_help(&d.settings), stdout);
	else if (answer == SETTINGS_VERSION)
		puts("mutuald " MUTUALD_VERSION);
	else if (answer == SETTINGS_POLICY_SCHEMA)
		fputs(policy_schema(&d.settings.arena), stdout);
	else if (answer == SETTINGS_E_PROBLEMS)
		r = print_problems(&problems);
	else if (d.settings.check)
		r = check_only(&d.settings);
	else if (d.settings.replay)
		r = run_replay(&d.settings);
	else if (d.settings.verify)
		r = run_verify(&d.settings);
	else
		r = run(&d);
	problems_clear(&problems);
	settings_clear(&d.settings);
	return r == VERIFY_E_COULD_NOT ? r : r != 0;
}
