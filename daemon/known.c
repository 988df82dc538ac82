/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Poles at rest, and how they come and go.
 *
 *   AT_REST ─► LOADING ─► SERVED
 *      ▲          │          │
 *      └──────────┴──────────┘ it cannot be loaded; nobody uses it any more
 *
 * Who asks for a pole that is not there waits in its list: not many, and not for long. A load that
 * fails is not tried again for a moment, however many ask.
 *
 * Time goes on for a pole at rest. What is due in it next is known from when it was let go; and
 * every now and then one question to the database finds what is due before long in any pole, for
 * another daemon may have had it meanwhile, or nobody. Then it is loaded, and does what is due as
 * any other. Where somebody waits for a place, time may make one without anything being due: such a
 * pole is not let go but for want of memory, and is then looked at again every few minutes.
 *
 * Memory is what the system says that the daemon has, not what it counts: there is more to a daemon
 * than its poles. What is let go counts by a guess until it is freed, so that not all go at once.
 */
#include "daemon/known.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/settings.h"
#include "daemon/db.h"
#include "daemon/follow.h"
#include "daemon/loader.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/shed.h"
#include "daemon/start.h"
#include "lib/state.h"
#include "lib/table.h"

#define LOADED_AT_START 8
#define WAITERS_MOST 1000 /* for one pole */
#define WAIT_S 30
#define RETRY_S 2
#define TURN_S 1
#define UNUSED_LEAST_US INT64_C(1000000) /* who has just gone may be back */
#define WAKES_AT_ONCE 8
#define REST_LEAST_S 10
#define VISIT_EVERY_S 600 /* where somebody waits */
#define ASK_DUE_EVERY_S 60
#define ASK_DUE_SHARE 100 /* at most this part of the time goes into asking */
#define BOOKING_BYTES 360
#define POLE_BYTES 100000

enum known_state { AT_REST, LOADING, SERVED };

struct waiter {
	struct waiter *next;
	known_fn *fn;
	void *arg;
	int64_t since_us;
};

struct known {
	struct known_poles *all;
	char *name;
	int32_t id;
	enum known_state state;
	struct waiter *waiting, **waiting_end;
	size_t n_waiting;
	int64_t wake_at;   /* something is due then; 0: nothing that is known of */
	int64_t rested_at; /* let go, or tried in vain; 0: it was never loaded */
	int64_t retry_at;
	int64_t wake_wait_s; /* doubles while it cannot be loaded; 0: it could */
	uint64_t policy; /* the beginning of the hash of the policy that holds; 0: not asked for */
	bool reads_policy; /* once it is there */
};

struct token { /* that is looked for */
	struct token *next;
	struct known_poles *all;
	char hash[65];
	known_token_fn *fn;
	void *arg;
	int64_t since_us;
};

struct known_poles {
	struct server *server;
	struct token *tokens, **tokens_end; /* to be asked for once there is a connection */
	struct known **poles;
	size_t n;
	struct table by_id, by_name;
	struct event *turn, *walk;
	size_t walked; /* of known_read_policies() */
	bool asking_due;
	int64_t ask_due_us, asked_due_us; /* next, last */
};

/* Finding */

static bool has_id(const void *item, const void *key)
{
	return ((const struct known *)item)->id == *(const int32_t *)key;
}

static bool has_name(const void *item, const void *key)
{
	return strcmp(((const struct known *)item)->name, key) == 0;
}

struct known *known_of_id(const struct known_poles *all, int32_t id)
{
	return table_find(&all->by_id, hash_number(0, (uint64_t)id), has_id, &id);
}

bool known_has_name(const struct known_poles *all, const char *name)
{
	return table_find(&all->by_name, hash_string(0, name), has_name, name) != NULL;
}

size_t known_count(const struct known_poles *all)
{
	return all->n;
}

void known_add(struct known_poles *all, int32_t id, const char *name)
{
	struct known *k = memory_new(sizeof(*k));

	k->all = all;
	k->id = id;
	k->name = memory_strdup(name);
	k->waiting_end = &k->waiting;
	all->poles = memory_grow(all->poles, (all->n + 1) * sizeof(struct known *));
	all->poles[all->n++] = k;
	table_add(&all->by_id, hash_number(0, (uint64_t)id), k);
	table_add(&all->by_name, hash_string(0, name), k);
}

/* Coming */

static void tell_all(struct known *k, struct served *s)
{
	struct waiter *w, *list = k->waiting;

	k->waiting = NULL;
	k->waiting_end = &k->waiting;
	k->n_waiting = 0;
	while ((w = list)) {
		list = w->next;
		w->fn(w->arg, s);
		free(w);
	}
}

static void turn_in(struct known_poles *all, int64_t s)
{
	if (s == 0 || !event_pending(all->turn, EV_TIMEOUT, NULL))
		event_add(all->turn, &(struct timeval){.tv_sec = s});
}

static void could_not(struct known *k, const char *why)
{
	log_error("pole=%s could not be loaded: %s", k->name, why);
	k->state = AT_REST;
	k->rested_at = server_clock();
	k->retry_at = k->rested_at + RETRY_S;
	k->wake_wait_s = k->wake_wait_s ? k->wake_wait_s * 2 : RETRY_S;
	if (k->wake_wait_s > ASK_DUE_EVERY_S)
		k->wake_wait_s = ASK_DUE_EVERY_S;
	if (k->wake_at && k->wake_at < k->rested_at + k->wake_wait_s)
		k->wake_at = k->rested_at + k->wake_wait_s; /* who asks for it comes sooner */
	tell_all(k, NULL);
}

/* Of many poles one comes every moment: that is no news. */
static void log_loaded(const struct known_poles *all, const struct served *s)
{
	void (*say)(const char *fmt, ...) = all->n > LOADED_AT_START ? log_debug : log_info;

	say("pole=%s version %lld, %zu bookings in memory, %zu persons", s->name,
	    (long long)s->version, pole_n_bookings(s->pole), pole_n_persons(s->pole));
}

static void is_loaded(void *arg, struct loaded *loaded, const char *why)
{
	struct known *k = arg;
	struct server *server = k->all->server;
	struct served *s;

	if (loaded && !pole_policy(loaded->pole)) {
		shed_pole(server->shed, loaded->pole, &loaded->kept);
		loaded = NULL;
		why = "it has no policy";
	}
	if (!loaded) {
		could_not(k, why);
		return;
	}
	s = served_new(server, k->id, k->name);
	served_take(s, *loaded);
	k->state = SERVED;
	k->wake_at = k->wake_wait_s = 0;
	server_add_pole(server, s);
	log_loaded(k->all, s);
	if (k->reads_policy)
		reload_pole(s);
	else
		compare_policy(s);
	k->reads_policy = false;
	follow_doubt(s);
	tell_all(k, s);
}

static void load(struct known *k, bool soon)
{
	k->state = LOADING;
	loader_begin(k->all->server->loader, k->id, soon, is_loaded, k);
}

void known_ask(struct known *k, known_fn *fn, void *arg)
{
	struct waiter *w = memory_new(sizeof(*w));

	*w = (struct waiter){.fn = fn, .arg = arg, .since_us = metrics_now_us()};
	*k->waiting_end = w;
	k->waiting_end = &w->next;
	k->n_waiting++;
	if (k->state == AT_REST && server_clock() >= k->retry_at)
		load(k, true);
	else if (k->state != LOADING || k->n_waiting > WAITERS_MOST)
		w->since_us = INT64_MIN; /* told at the next turn */
	turn_in(k->all, w->since_us == INT64_MIN ? 0 : TURN_S);
}

/* Those who have waited too long, or for nothing. */
static void tell_late(struct known *k)
{
	struct served *s = k->state == SERVED ? server_pole(k->all->server, k->id) : NULL;
	int64_t since_us = metrics_now_us() - WAIT_S * INT64_C(1000000);

	for (struct waiter **at = &k->waiting, *w; (w = *at);) {
		if (w->since_us >= since_us) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		k->n_waiting--;
		w->fn(w->arg, s);
		free(w);
	}
	k->waiting_end = &k->waiting;
	while (*k->waiting_end)
		k->waiting_end = &(*k->waiting_end)->next;
}

/* Tokens. Before the first connection to the database is there, who comes waits for it: a socket
 * that systemd holds lets in whoever came while nobody was there. */

static void token_told(struct token *t, enum known_token answer, struct served *s)
{
	t->fn(t->arg, answer, s);
	free(t);
}

static void token_pole(void *arg, struct served *s)
{
	token_told(arg, s ? KNOWN_TOKEN_OPENS : KNOWN_TOKEN_CANNOT_TELL, s);
}

static void token_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		       const char *error)
{
	struct token *t = arg;
	struct known *k = NULL;

	if (outcome == DB_OK && db_n_rows(rows))
		k = known_of_id(t->all, (int32_t)db_int(rows, 0, 0));
	if (k)
		known_ask(k, token_pole, t);
	else
		token_told(t,
			   outcome == DB_OK ? KNOWN_TOKEN_OPENS_NOTHING : KNOWN_TOKEN_CANNOT_TELL,
			   NULL);
}

/* Any stranger can ask that: not between the commits, unless there is nothing else. */
static void ask_token(struct token *t)
{
	const struct server *server = t->all->server;
	struct db_link *link = server_commits_up(server);
	struct db_params *p = db_params_new();

	if (!link || (db_link_outstanding(link) && db_link_is_up(server->feed)))
		link = server->feed;
	db_param_text(p, t->hash);
	db_query(link, "credential_pole", p, token_read, t);
	db_params_free(p);
}

void known_ask_token(struct known_poles *all, const char *hash, known_token_fn *fn, void *arg)
{
	const struct server *server = all->server;
	struct token *t = memory_new(sizeof(*t));

	*t = (struct token){.all = all, .fn = fn, .arg = arg, .since_us = metrics_now_us()};
	snprintf(t->hash, sizeof(t->hash), "%s", hash);
	if (server->database_down_since || server_commits_up(server)) {
		ask_token(t);
		return;
	}
	*all->tokens_end = t;
	all->tokens_end = &t->next;
	turn_in(all, TURN_S);
}

/* Asks for those who wait, who are told at once where there is still no connection. */
static void ask_tokens(struct known_poles *all, int64_t since_us)
{
	struct token *t;

	while ((t = all->tokens) && t->since_us <= since_us) {
		all->tokens = t->next;
		if (!all->tokens)
			all->tokens_end = &all->tokens;
		ask_token(t);
	}
}

/* Going */

static bool has_queue(const struct served *s)
{
	size_t n;

	pole_queue(s->pole, &n);
	return n > 0;
}

static bool is_unused(const struct served *s)
{
	return s->n_users == 0 && groups_are_idle(&s->groups) && !s->following && !s->stale &&
	       !s->doubtful && !s->loading && !s->fresh.asking;
}

static void let_go(struct known *k, struct served *s)
{
	struct server *server = k->all->server;
	const struct booking *due = pole_first_due(s->pole);

	k->state = AT_REST;
	k->rested_at = server_clock();
	k->wake_at = due ? due->due_at : 0;
	if (k->wake_at && k->wake_at < k->rested_at + REST_LEAST_S)
		k->wake_at = k->rested_at + REST_LEAST_S; /* it was here, and nothing came of it */
	if (has_queue(s) && (!k->wake_at || k->wake_at > k->rested_at + VISIT_EVERY_S))
		k->wake_at = k->rested_at + VISIT_EVERY_S;
	log_debug("pole=%s is let go", k->name);
	served_forget_answers(s);
	server_remove_pole(server, s);
	shed_pole(server->shed, s->pole, &s->kept);
	s->pole = NULL;
	served_free(s);
	server->metrics.let_go++;
}

static void let_go_unused(struct known_poles *all)
{
	struct server *server = all->server;
	const int64_t before_us =
	    metrics_now_us() - server->settings->rest_after_s * INT64_C(1000000);

	for (size_t i = server->n_poles; i > 0; i--) {
		struct served *s = server->poles[i - 1];

		if (is_unused(s) && s->unused_us <= before_us && !has_queue(s))
			let_go(known_of_id(all, s->id), s);
	}
}

/* Those in which somebody waits last, else the longest unused first. */
static int by_use(const void *a, const void *b)
{
	const struct served *x = *(struct served *const *)a, *y = *(struct served *const *)b;

	if (has_queue(x) != has_queue(y))
		return has_queue(x) ? 1 : -1;
	return (x->unused_us > y->unused_us) - (x->unused_us < y->unused_us);
}

static size_t list_unused(const struct server *server, struct served **ret)
{
	const int64_t before_us = metrics_now_us() - UNUSED_LEAST_US;
	size_t n = 0;

	for (size_t i = 0; i < server->n_poles; i++)
		if (is_unused(server->poles[i]) && server->poles[i]->unused_us <= before_us)
			ret[n++] = server->poles[i];
	qsort(ret, n, sizeof(*ret), by_use);
	return n;
}

static int64_t guess_bytes(const struct served *s)
{
	return POLE_BYTES + (int64_t)pole_n_bookings(s->pole) * BOOKING_BYTES;
}

static void keep_within(struct known_poles *all)
{
	struct server *server = all->server;
	int64_t over = metrics_resident_bytes() - server->settings->memory_bytes;
	struct served **list;
	size_t n;

	if (over <= 0 || !shed_is_empty(server->shed) || !server->n_poles)
		return;
	list = memory_new(server->n_poles * sizeof(struct served *));
	n = list_unused(server, list);
	for (size_t i = 0; i < n && over > 0; i++) {
		over -= guess_bytes(list[i]);
		let_go(known_of_id(all, list[i]->id), list[i]);
	}
	free(list);
}

/* What is due in poles at rest */

static void heard_due(struct known *k, int64_t due, bool waits)
{
	int64_t visit = waits ? k->rested_at + VISIT_EVERY_S : 0;

	if (k->rested_at == 0 && waits)
		visit = 1; /* it was not looked at since the start */
	if (!due || (visit && visit < due))
		due = visit;
	if (due && (!k->wake_at || due < k->wake_at))
		k->wake_at = due;
}

static void due_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		     const char *error)
{
	struct known_poles *all = arg;
	int64_t now_us = metrics_now_us(), took_us = now_us - all->asked_due_us;

	all->asking_due = false;
	all->ask_due_us = now_us + ASK_DUE_EVERY_S * INT64_C(1000000);
	if (all->ask_due_us < now_us + took_us * ASK_DUE_SHARE)
		all->ask_due_us = now_us + took_us * ASK_DUE_SHARE;
	if (outcome == DB_REFUSED)
		log_error("asking what is due: %s", error);
	if (outcome != DB_OK)
		return;
	for (size_t i = 0; i < db_n_rows(rows); i++) {
		struct known *k = known_of_id(all, (int32_t)db_int(rows, i, 0));

		if (k && k->state == AT_REST)
			heard_due(k, db_int(rows, i, 1), db_bool(rows, i, 2));
	}
	turn_in(all, 0);
}

static void ask_due(struct known_poles *all)
{
	struct db_params *p = db_params_new();

	all->asking_due = true;
	all->asked_due_us = metrics_now_us();
	db_param_int8(p, server_clock() + 2 * ASK_DUE_EVERY_S);
	db_array_begin(p, DB_TEXT_ARRAY);
	for (int i = 0; i < N_BOOKING_STATES; i++)
		if (booking_state_queues((enum booking_state)i))
			db_array_text(p, booking_state_words[i]);
	db_array_end(p);
	db_query(all->server->reads, "poles_due", p, due_read, all);
	db_params_free(p);
}

/* A few at a time: who asks for a pole comes first. */
static void wake_due(struct known_poles *all)
{
	int64_t now = server_clock();

	for (size_t i = 0; i < all->n; i++) {
		struct known *k = all->poles[i];

		if (k->state != AT_REST || !k->wake_at || k->wake_at > now || k->retry_at > now)
			continue;
		if (loader_outstanding(all->server->loader) >= WAKES_AT_ONCE)
			return;
		log_debug("pole=%s something is due", k->name);
		load(k, false);
	}
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct known_poles *all = arg;

	for (size_t i = 0; i < all->n; i++)
		if (all->poles[i]->waiting)
			tell_late(all->poles[i]);
	ask_tokens(all, metrics_now_us() - WAIT_S * INT64_C(1000000));
	if (all->server->stopping)
		return;
	let_go_unused(all);
	keep_within(all);
	if (all->server->n_poles < all->n) {
		wake_due(all);
		if (!all->asking_due && metrics_now_us() >= all->ask_due_us &&
		    db_link_is_up(all->server->reads))
			ask_due(all);
	}
	turn_in(all, TURN_S);
}

/* Policies of poles at rest: one directory a turn of the loop. */

static uint64_t hash_begins(const char *hash)
{
	char first[17];

	snprintf(first, sizeof(first), "%.16s", hash);
	return strtoull(first, NULL, 16);
}

static void on_walk(evutil_socket_t fd, short what, void *arg)
{
	struct known_poles *all = arg;
	char hash[65];

	while (all->walked < all->n) {
		struct known *k = all->poles[all->walked++];

		if (k->state != AT_REST || !k->policy)
			continue;
		policy_dir_hash(all->server->settings->policy_dir, k->name, hash);
		if (hash_begins(hash) != k->policy) {
			k->reads_policy = true;
			load(k, false);
		}
		break;
	}
	if (all->walked < all->n)
		event_add(all->walk, &(struct timeval){0});
}

static void hashes_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
			const char *error)
{
	struct known_poles *all = arg;

	if (outcome != DB_OK) {
		log_error("the policies of poles at rest cannot be compared: %s", error);
		return;
	}
	for (size_t i = 0; i < db_n_rows(rows); i++) {
		struct known *k = known_of_id(all, (int32_t)db_int(rows, i, 0));

		if (k)
			k->policy = hash_begins(db_value(rows, i, 1));
	}
	all->walked = 0;
	event_add(all->walk, &(struct timeval){0});
}

void known_read_policies(struct known_poles *all)
{
	for (size_t i = 0; i < all->n; i++) {
		all->poles[i]->policy = 0;
		all->poles[i]->reads_policy = all->poles[i]->state == LOADING;
	}
	if (all->server->n_poles < all->n)
		db_query(all->server->reads, "policy_hashes", NULL, hashes_read, all);
}

/* Beginning and end */

void known_start(struct known_poles *all)
{
	for (size_t i = 0; all->n <= LOADED_AT_START && i < all->n; i++)
		load(all->poles[i], false);
	turn_in(all, TURN_S);
}

void known_database_up(struct known_poles *all)
{
	ask_tokens(all, INT64_MAX);
	all->ask_due_us = 0;
	turn_in(all, 0);
}

void known_database_down(struct known_poles *all)
{
	ask_tokens(all, INT64_MAX);
	loader_database_down(all->server->loader);
}

struct known_poles *known_new(struct server *server)
{
	struct known_poles *all = memory_new(sizeof(*all));

	all->server = server;
	all->tokens_end = &all->tokens;
	all->turn = event_new(server->base, -1, 0, on_turn, all);
	all->walk = event_new(server->base, -1, 0, on_walk, all);
	return all;
}

void known_free(struct known_poles *all)
{
	struct token *t;

	if (!all)
		return;
	while ((t = all->tokens)) {
		all->tokens = t->next;
		token_told(t, KNOWN_TOKEN_CANNOT_TELL, NULL);
	}
	for (size_t i = 0; i < all->n; i++) {
		tell_all(all->poles[i], NULL);
		free(all->poles[i]->name);
		free(all->poles[i]);
	}
	free(all->poles);
	table_clear(&all->by_id);
	table_clear(&all->by_name);
	event_free(all->turn);
	event_free(all->walk);
	free(all);
}
