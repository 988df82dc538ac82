/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds the poles, and has those made that are new. Once a pole exists, the policy in its log is
 * the one that holds: its directory is read again only when asked (SIGHUP, `mutual policy apply`),
 * so that nobody applies a policy by restarting a daemon.
 */

#include "daemon/start.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/settings.h"
#include "daemon/db.h"
#include "daemon/exchange.h"
#include "daemon/known.h"
#include "daemon/log.h"
#include "daemon/pole_maker.h"
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

static void add_problems(struct problems *to, const struct problems *from)
{
	for (size_t i = 0; i < from->n; i++) {
		struct place place = from->items[i].place;

		place.file = arena_strdup(&to->arena, place.file);
		problems_add(to, place, "%s", from->items[i].text);
	}
}

/* A directory with problems stops only a pole that has no policy yet. */
static void make_pole(struct pole_maker *m, const char *policy_dir, const char *name,
		      struct problems *problems)
{
	struct problems own = {0};
	struct policy *policy = policy_from_dir(policy_dir, name, &own);
	char why[512];
	int answer = pole_maker_add(m, name, policy, why);

	if (answer == POLE_E_NO_POLICY)
		add_problems(problems, &own);
	else if (answer != POLE_MADE)
		problems_add(problems, (struct place){.file = name}, "%s", why);
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

static const struct present *find_present(const struct present *list, size_t n, const char *name)
{
	const struct present key = {.name = name};
	const struct present *p = bsearch(&key, list, n, sizeof(*list), by_present_name);

	return p && p->is_made ? p : NULL;
}

/* One question for all poles that there are; then those that are new are made. */
static void know_poles(struct server *server, struct db_session *session,
		       const struct pole_dirs *dirs, const struct db_rows *rows,
		       struct problems *problems)
{
	const char *policy_dir = server->settings->policy_dir;
	struct present *list = list_present(rows);
	const char **fresh = memory_new((dirs->n + 1) * sizeof(*fresh));
	struct pole_maker *m;
	char why[512];
	size_t n = 0;

	for (size_t i = 0; i < dirs->n; i++) {
		const struct present *p = find_present(list, db_n_rows(rows), dirs->names[i]);

		if (p)
			known_add(server->known, p->id, dirs->names[i]);
		else
			fresh[n++] = dirs->names[i];
	}
	m = pole_maker_new(server, session, n, dirs->n == 1);
	for (size_t i = 0; i < n; i++)
		make_pole(m, policy_dir, fresh[i], problems);
	if (pole_maker_end(m, why) != POLE_MADE)
		problems_add(problems, (struct place){.file = policy_dir}, "%s", why);
	free(fresh);
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
