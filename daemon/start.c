/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes or loads the poles. Once a pole exists, the policy in its log is the one that holds: its
 * directory is read again only when asked (SIGHUP, `mutual policy apply`), so that nobody applies a
 * policy by restarting a daemon.
 */

#include "daemon/start.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/settings.h"
#include "daemon/db.h"
#include "daemon/exchange.h"
#include "daemon/log.h"
#include "daemon/secret.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/store.h"

#define MAX_POLES 1000

struct pole_dirs {
	char **names;
	size_t n;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_dir(const char *dir, const char *name)
{
	char path[4096];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return *name != '.' && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void pole_dirs_clear(struct pole_dirs *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->names[i]);
	free(d->names);
}

static struct pole_dirs pole_dirs_read(const char *dir, struct problems *problems)
{
	struct pole_dirs found = {.names = memory_new(MAX_POLES * sizeof(char *))};
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d) {
		problems_add(problems, (struct place){.file = dir},
			     "cannot be read (%s); --policy-dir holds one directory per pole",
			     strerror(errno));
		return found;
	}
	while (found.n < MAX_POLES && (e = readdir(d)))
		if (is_dir(dir, e->d_name))
			found.names[found.n++] = memory_strdup(e->d_name);
	closedir(d);
	qsort(found.names, found.n, sizeof(*found.names), by_name);
	if (!found.n)
		problems_add(problems, (struct place){.file = dir},
			     "has no pole; make a directory in it for each, with its *.yaml");
	return found;
}

static struct place place_in(struct problems *problems, const char *path, struct place place)
{
	place.file = *place.file && strcmp(place.file, path) != 0
			 ? arena_printf(&problems->arena, "%s/%s", path, place.file)
			 : path;
	return place;
}

/* The policy of one pole's directory; NULL where there are problems. */
static struct policy *policy_from_dir(const char *dir, const char *name, struct problems *problems)
{
	struct arena arena = {0};
	struct policy_file *files;
	struct policy *policy = NULL;
	struct problems own = {0};
	char path[4096];
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (policy_read_dir(path, &arena, &files, &n, &own) == 0 &&
	    policy_load(files, n, zone_from_system, NULL, &policy, &own) == 0 &&
	    strcmp(policy->pole, name) != 0)
		problems_add(&own, policy_pole_place(policy),
			     "its pole is named \"%s\"; the directory should be too", policy->pole);
	for (size_t i = 0; i < own.n; i++)
		problems_add(problems, place_in(problems, path, own.items[i].place), "%s",
			     own.items[i].text);
	for (size_t i = 0; i < own.n_warnings; i++)
		problems_warn(problems, place_in(problems, path, own.warnings[i].place), "%s",
			      own.warnings[i].text);
	if (own.n) {
		policy_free(policy);
		policy = NULL;
	} else {
		policy_hash(policy);
	}
	problems_clear(&own);
	arena_clear(&arena);
	return policy;
}

int check_poles(const char *policy_dir, struct problems *ret_problems)
{
	struct pole_dirs dirs = pole_dirs_read(policy_dir, ret_problems);

	for (size_t i = 0; i < dirs.n; i++)
		policy_free(policy_from_dir(policy_dir, dirs.names[i], ret_problems));
	pole_dirs_clear(&dirs);
	return ret_problems->n > 0;
}

/* The first administrator, whose token is written to `ret_token`. */
static void add_administrator(struct served *s, struct changes *changes, char *ret_token)
{
	struct person *p = person_new("Administrator", "", 1, 0);

	p->number = pole_next_person(s->pole);
	p->roles = ROLE_MEMBER | ROLE_ADMINISTRATOR;
	p->active = true;
	token_new(ret_token);
	sha256_hex(ret_token, strlen(ret_token), p->credentials[0].hash);
	changes_add_person(changes, NULL, p);
}

/* A single pole: the token alone on its line. Several: `pole token`; the last of a pole holds. It
 * is written before it is committed: a token that opens nothing does no harm, an administrator
 * without one would be lost. */
static int write_token(const struct server *server, const char *pole, const char *token, char *why)
{
	bool alone = server->n_poles == 1;
	char path[4096];
	int fd, r;

	snprintf(path, sizeof(path), "%s/admin.token", server->settings->state_dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (alone ? O_TRUNC : O_APPEND), 0600);
	if (fd < 0) {
		snprintf(why, 512, "admin.token: %s", strerror(errno));
		return 1;
	}
	r = dprintf(fd, "%s%s%s\n", alone ? "" : pole, alone ? "" : " ", token) < 0 ||
	    fsync(fd) < 0;
	if (r)
		snprintf(why, 512, "admin.token: %s", strerror(errno));
	close(fd);
	log_info("pole=%s the first administrator's token is in %s", pole, path);
	return r;
}

/* Commits the changes of one exchange of the daemon's own, blocking. > 0: why. */
static int commit_now(struct db_session *session, struct served *s, struct exchange *x, char *why)
{
	struct db_params *params = db_params_new();
	struct db_rows *rows = NULL;
	int64_t batch, at = served_now(s);
	char head[65];
	int r;

	if (getrandom(&batch, sizeof(batch), 0) != sizeof(batch))
		abort();
	store_encode(s, x, at, batch, params, head);
	r = db_session_query(session, "pole_commit", params, &rows, why);
	if (!r && strcmp(db_value(rows, 0, 0), "committed") != 0) {
		snprintf(why, 512,
			 "another daemon was making this pole at the same time; start again");
		r = 1;
	}
	if (!r) {
		pole_apply(s->pole, &x->changes);
		s->version = s->known_version = db_int(rows, 0, 1);
		s->last_at = at;
		memcpy(s->head, head, sizeof(head));
	}
	db_rows_free(rows);
	db_params_free(params);
	return r;
}

/* What a pole lacks on its first start: a policy, an administrator. */
static int complete(struct db_session *session, struct served *s, struct policy *policy, char *why)
{
	struct exchange *x = exchange_new(s->server, NULL, NULL);
	bool no_policy = !pole_policy(s->pole), no_person = !pole_n_persons(s->pole);
	char token[32] = "";
	int r = 0;

	x->served = s;
	if (no_policy) {
		pole_number(s->pole, policy, &x->changes);
		changes_add_policy(&x->changes, NULL, policy);
	}
	if (no_person)
		add_administrator(s, &x->changes, token);
	if (no_person)
		r = write_token(s->server, s->name, token, why);
	if (!r && x->changes.n)
		r = commit_now(session, s, x, why);
	if (!r && no_policy)
		s->policy = (struct policy_record){s->version, s->last_at, 0};
	for (size_t i = 0; r && i < x->changes.n; i++)
		if (x->changes.items[i].kind == CHANGE_POLICY)
			x->changes.items[i].policy.after = NULL; /* still the caller's */
	exchange_free(x);
	return r;
}

static int ensure(struct db_session *session, struct served *s, char *why)
{
	struct db_params *p = db_params_new();
	struct db_rows *rows = NULL;
	int r;

	db_param_text(p, s->name);
	r = db_session_query(session, "pole_ensure", p, &rows, why);
	if (!r)
		s->id = (int32_t)db_int(rows, 0, 0);
	db_rows_free(rows);
	db_params_free(p);
	return r;
}

static struct served *served_new(struct server *server, const char *name)
{
	struct served *s = memory_new(sizeof(*s));

	s->server = server;
	s->name = memory_strdup(name);
	s->pole = pole_new();
	groups_init(&s->groups, s);
	return s;
}

/* Makes or loads one pole. A directory with problems stops only a pole that has no policy yet. */
static int start_pole(struct db_session *session, struct served *s, struct problems *problems)
{
	const char *dir = s->server->settings->policy_dir;
	struct problems own = {0};
	struct policy *policy = policy_from_dir(dir, s->name, &own);
	char why[512] = "";
	int r = ensure(session, s, why);

	if (!r)
		r = store_load(session, s, why);
	if (r) {
		problems_add(problems, (struct place){.file = s->name}, "%s", why);
	} else if (!pole_policy(s->pole) && !policy) {
		for (size_t i = 0; i < own.n; i++)
			problems_add(
			    problems,
			    (struct place){arena_strdup(&problems->arena, own.items[i].place.file),
					   own.items[i].place.line, own.items[i].place.column},
			    "%s", own.items[i].text);
		r = 1;
	} else {
		if (pole_policy(s->pole) &&
		    (!policy || strcmp(policy->hash, pole_policy(s->pole)->hash)))
			log_warning("pole=%s %s/%s %s; the policy of version %lld goes on", s->name,
				    dir, s->name,
				    policy ? "differs from the running policy" : "has problems",
				    (long long)s->policy.version);
		r = complete(session, s, pole_policy(s->pole) ? NULL : policy, why);
		if (r)
			problems_add(problems, (struct place){.file = s->name}, "%s", why);
	}
	if (policy && pole_policy(s->pole) != policy)
		policy_free(policy);
	problems_clear(&own);
	log_info("pole=%s version %lld, %zu bookings in memory, %zu persons", s->name,
		 (long long)s->version, pole_n_bookings(s->pole), pole_n_persons(s->pole));
	return r;
}

int start_poles(struct server *server, struct problems *ret_problems)
{
	struct pole_dirs dirs = pole_dirs_read(server->settings->policy_dir, ret_problems);
	struct db_session *session = NULL;
	char why[512];

	if (ret_problems->n)
		goto out;
	if (store_session(server, &session, why)) {
		problems_add(ret_problems, (struct place){.file = "database"}, "%s", why);
		goto out;
	}
	server->poles = memory_new(dirs.n * sizeof(*server->poles));
	for (size_t i = 0; i < dirs.n; i++)
		server->poles[server->n_poles++] = served_new(server, dirs.names[i]);
	for (size_t i = 0; i < server->n_poles; i++)
		start_pole(session, server->poles[i], ret_problems);
out:
	db_session_free(session);
	pole_dirs_clear(&dirs);
	return ret_problems->n > 0;
}

/* One line of the log for each of the answer. */
static void reloaded(struct exchange *x)
{
	const char *p = x->reply.bytes, *end = p + x->reply.n, *lf;

	for (; p < end && (lf = memchr(p, '\n', (size_t)(end - p))); p = lf + 1)
		log_info("pole=%s policy: %.*s", x->served->name, (int)(lf - p), p);
}

static void tell_new_poles(const struct server *server)
{
	struct problems problems = {0};
	struct pole_dirs dirs = pole_dirs_read(server->settings->policy_dir, &problems);

	for (size_t i = 0; i < dirs.n; i++)
		if (!server_pole(server, dirs.names[i]))
			log_warning("%s/%s is a new pole: it is served from the next start on",
				    server->settings->policy_dir, dirs.names[i]);
	pole_dirs_clear(&dirs);
	problems_clear(&problems);
}

static void reload_pole(struct served *s)
{
	struct problems problems = {0};
	struct policy *policy =
	    policy_from_dir(s->server->settings->policy_dir, s->name, &problems);
	struct exchange *x;

	for (size_t i = 0; i < problems.n; i++)
		log_error("%s", problem_text(&problems, &problems.items[i]));
	problems_clear(&problems);
	if (!policy) {
		log_error("pole=%s the policy of version %lld goes on", s->name,
			  (long long)s->policy.version);
		return;
	}
	if (strcmp(policy->hash, pole_policy(s->pole)->hash) == 0) {
		log_info("pole=%s its policy has not changed", s->name);
		policy_free(policy);
		return;
	}
	x = exchange_new(s->server, NULL, NULL);
	x->served = s;
	x->on_finish = reloaded;
	x->request.verb = &verb_table[VERB_POLICY_APPLY];
	x->request.tag = "*";
	exchange_keep_policy(x, policy);
	groups_submit(s, x);
}

void reload_poles(struct server *server)
{
	tell_new_poles(server);
	for (size_t i = 0; i < server->n_poles; i++)
		reload_pole(server->poles[i]);
}
