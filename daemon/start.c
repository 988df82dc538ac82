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
#include "daemon/known.h"
#include "daemon/log.h"
#include "daemon/secret.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/shed.h"
#include "daemon/store.h"

#define MAX_POLES 100000

struct pole_dirs {
	char **names;
	size_t n;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_dir(const char *dir, const struct dirent *e)
{
	char path[4096];
	struct stat st;

	if (*e->d_name == '.')
		return false;
	if (e->d_type == DT_DIR)
		return true;
	snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void add_name(struct pole_dirs *d, const char *name)
{
	if ((d->n & (d->n - 1)) == 0) /* full: it has room for a power of two */
		d->names = memory_grow(d->names, (d->n ? d->n * 2 : 1) * sizeof(char *));
	d->names[d->n++] = memory_strdup(name);
}

static void pole_dirs_clear(struct pole_dirs *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->names[i]);
	free(d->names);
}

static struct pole_dirs pole_dirs_read(const char *dir, struct problems *problems)
{
	struct pole_dirs found = {0};
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d) {
		problems_add(problems, (struct place){.file = dir},
			     "cannot be read (%s); --policy-dir holds one directory per pole",
			     strerror(errno));
		return found;
	}
	while (found.n < MAX_POLES && (e = readdir(d)))
		if (is_dir(dir, e))
			add_name(&found, e->d_name);
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
static int write_token(const struct server *server, const char *pole, bool alone, const char *token,
		       char *why)
{
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
	struct command_group g = {.list = x, .at = served_now(s), .params = db_params_new()};
	struct db_rows *rows = NULL;
	int r;

	if (getrandom(&g.batch, sizeof(g.batch), 0) != sizeof(g.batch))
		abort();
	store_encode(s, NULL, &g);
	r = db_session_query(session, "pole_commit", g.params, &rows, why);
	if (!r && strcmp(db_value(rows, 0, 0), "committed") != 0) {
		snprintf(why, 512,
			 "another daemon was making this pole at the same time; start again");
		r = 1;
	}
	if (!r) {
		pole_apply(s->pole, &x->changes);
		s->version = s->known_version = db_int(rows, 0, 1);
		s->last_at = g.at;
		memcpy(s->head, g.head, sizeof(g.head));
	}
	db_rows_free(rows);
	db_params_free(g.params);
	return r;
}

/* What a pole lacks on its first start: a policy, an administrator. */
static int complete(struct db_session *session, struct served *s, struct policy *policy, bool alone,
		    char *why)
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
		r = write_token(s->server, s->name, alone, token, why);
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

static void add_problems(struct problems *to, const struct problems *from)
{
	for (size_t i = 0; i < from->n; i++) {
		struct place place = from->items[i].place;

		place.file = arena_strdup(&to->arena, place.file);
		problems_add(to, place, "%s", from->items[i].text);
	}
}

/* Makes a pole. A directory with problems stops only one that has no policy yet. */
static void make_pole(struct db_session *session, struct served *s, bool alone,
		      struct problems *problems)
{
	const char *dir = s->server->settings->policy_dir;
	struct problems own = {0};
	struct policy *policy = policy_from_dir(dir, s->name, &own);
	char why[512] = "";
	int r = ensure(session, s, why);

	if (!r)
		r = store_load(session, s, why);
	if (!r && !pole_policy(s->pole) && !policy) {
		add_problems(problems, &own);
	} else {
		if (!r)
			r = complete(session, s, pole_policy(s->pole) ? NULL : policy, alone, why);
		if (r)
			problems_add(problems, (struct place){.file = s->name}, "%s", why);
		else
			log_info("pole=%s is made", s->name);
	}
	if (policy && pole_policy(s->pole) != policy)
		policy_free(policy);
	problems_clear(&own);
}

struct present {	  /* in the database */
	const char *name; /* of the rows */
	int32_t id;
	bool is_made;
};

static int by_present_name(const void *a, const void *b)
{
	return strcmp(((const struct present *)a)->name, ((const struct present *)b)->name);
}

static struct present *list_present(const struct db_rows *rows)
{
	struct present *list = memory_new(db_n_rows(rows) * sizeof(*list));

	for (size_t i = 0; i < db_n_rows(rows); i++)
		list[i] = (struct present){db_value(rows, i, 2), (int32_t)db_int(rows, i, 0),
					   db_int(rows, i, 1) > 0};
	qsort(list, db_n_rows(rows), sizeof(*list), by_present_name);
	return list;
}

/* One question for all poles that there are; those that are new are made one after the other. */
static void know_poles(struct server *server, struct db_session *session,
		       const struct pole_dirs *dirs, const struct db_rows *rows,
		       struct problems *problems)
{
	struct present *list = list_present(rows);

	for (size_t i = 0; i < dirs->n; i++) {
		const struct present key = {.name = dirs->names[i]},
				     *p = bsearch(&key, list, db_n_rows(rows), sizeof(*list),
						  by_present_name);
		struct served *s;

		if (p && p->is_made) {
			known_add(server->known, p->id, dirs->names[i]);
			continue;
		}
		s = served_new(server, 0, dirs->names[i]);
		make_pole(session, s, dirs->n == 1, problems);
		known_add(server->known, s->id, s->name);
		served_free(s);
	}
	free(list);
}

int start_poles(struct server *server, struct problems *ret_problems)
{
	struct pole_dirs dirs = pole_dirs_read(server->settings->policy_dir, ret_problems);
	struct db_session *session = NULL;
	struct db_rows *rows = NULL;
	char why[512];

	server->shed = shed_new(server->base);
	server->known = known_new(server);
	if (ret_problems->n)
		goto out;
	if (store_session(server, &session, why) ||
	    db_session_query(session, "poles", NULL, &rows, why)) {
		problems_add(ret_problems, (struct place){.file = "database"}, "%s", why);
		goto out;
	}
	know_poles(server, session, &dirs, rows, ret_problems);
	log_info("%zu poles", known_count(server->known));
out:
	db_rows_free(rows);
	db_session_free(session);
	pole_dirs_clear(&dirs);
	return ret_problems->n > 0;
}

void policy_dir_hash(const char *dir, const char *name, char *ret)
{
	struct arena arena = {0};
	struct problems problems = {0};
	struct policy_file *files;
	char path[4096];
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (policy_read_dir(path, &arena, &files, &n, &problems) == 0)
		policy_files_hash(files, n, ret);
	else
		memcpy(ret, "0", 2);
	problems_clear(&problems);
	arena_clear(&arena);
}

void compare_policy(const struct served *s)
{
	const char *dir = s->server->settings->policy_dir;
	struct problems problems = {0};
	struct policy *policy;
	char hash[65];

	policy_dir_hash(dir, s->name, hash);
	if (strcmp(hash, pole_policy(s->pole)->hash) == 0)
		return;
	policy = policy_from_dir(dir, s->name, &problems);
	log_warning("pole=%s %s/%s %s; the policy of version %lld goes on", s->name, dir, s->name,
		    policy ? "differs from the running policy" : "has problems",
		    (long long)s->policy.version);
	policy_free(policy);
	problems_clear(&problems);
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
		if (!known_has_name(server->known, dirs.names[i]))
			log_warning("%s/%s is a new pole: it is served from the next start on",
				    server->settings->policy_dir, dirs.names[i]);
	pole_dirs_clear(&dirs);
	problems_clear(&problems);
}

void reload_pole(struct served *s)
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
	known_read_policies(server->known);
}
