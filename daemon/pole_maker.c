/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pole costs three waits for the disk if it is made by itself: its name, its token and its first
 * commit. Many in one transaction share them. Another daemon that does the same at the same time
 * waits for the names of a transaction, in the same order, and finds its poles made.
 *
 * A new pole has nothing to load: all that there is of a pole came by a commit, and it has none.
 *
 * Tokens are written before they are committed: a token that opens nothing does no harm, an
 * administrator without one would be lost. Of several for a pole the last one holds.
 */
#include "daemon/pole_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "config/settings.h"
#include "daemon/db.h"
#include "daemon/durable.h"
#include "daemon/exchange.h"
#include "daemon/known.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/notify.h"
#include "daemon/secret.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/store.h"

#define POLES_A_TRANSACTION 100
#define TELL_EVERY_US (3 * INT64_C(1000000))
#define WHY_BYTES 512

struct pole_maker {
	struct server *server;
	struct db_session *session;
	bool alone, in_transaction;
	struct buffer tokens;		    /* of the transaction, as lines of the file */
	size_t n, n_made, n_tokens, n_open; /* n_open: made in the transaction */
	int64_t told_us;
};

struct pole_maker *pole_maker_new(struct server *server, struct db_session *session, size_t n,
				  bool alone)
{
	struct pole_maker *m = memory_new(sizeof(*m));

	m->server = server;
	m->session = session;
	m->n = n;
	m->alone = alone;
	m->told_us = metrics_now_us();
	return m;
}

static void token_path(const struct pole_maker *m, char *ret, size_t n)
{
	snprintf(ret, n, "%s/admin.token", m->server->settings->state_dir);
}

/* A single pole: the token alone on its line. Several: `pole token`. */
static int write_tokens(struct pole_maker *m, char *ret_why)
{
	char path[4096];
	int r;

	if (!m->tokens.n)
		return 0;
	token_path(m, path, sizeof(path));
	r = durable_write(path, 0600, m->alone, m->tokens.bytes, m->tokens.n);
	if (r)
		snprintf(ret_why, WHY_BYTES, "admin.token: %s", strerror(-r));
	return r;
}

static void tell(struct pole_maker *m)
{
	int64_t now_us = metrics_now_us();
	char text[64];

	if (now_us - m->told_us < TELL_EVERY_US)
		return;
	m->told_us = now_us;
	snprintf(text, sizeof(text), "%zu of %zu poles are made", m->n_made, m->n);
	log_info("%s", text);
	notify_starting(text);
}

static int begin(struct pole_maker *m, char *ret_why)
{
	if (m->in_transaction)
		return 0;
	m->in_transaction = true;
	m->n_open = 0;
	buffer_truncate(&m->tokens, 0);
	return db_session_exec(m->session, "begin", ret_why);
}

static int commit(struct pole_maker *m, char *ret_why)
{
	int r;

	if (!m->in_transaction)
		return 0;
	r = write_tokens(m, ret_why);
	r = r ? r : db_session_exec(m->session, "commit", ret_why);
	if (r)
		return r;
	m->in_transaction = false;
	m->n_made += m->n_open;
	tell(m);
	return 0;
}

/* The session may be gone, and the transaction with it. */
static void give_up(struct pole_maker *m)
{
	char why[WHY_BYTES];

	if (m->in_transaction)
		db_session_exec(m->session, "rollback", why);
	m->in_transaction = false;
}

static int ensure(struct pole_maker *m, struct served *s, int64_t *ret_version, char *ret_why)
{
	struct db_params *p = db_params_new();
	struct db_rows *rows = NULL;
	int r;

	db_param_text(p, s->name);
	r = db_session_query(m->session, "pole_ensure", p, &rows, ret_why);
	if (!r) {
		s->id = (int32_t)db_int(rows, 0, 0);
		*ret_version = db_int(rows, 0, 1);
	}
	db_rows_free(rows);
	db_params_free(p);
	return r;
}

static void add_administrator(struct pole_maker *m, struct served *s, struct changes *changes)
{
	struct person *p = person_new("Administrator", "", 1, 0);
	char token[TOKEN_BYTES];

	p->number = pole_next_person(s->pole);
	p->roles = ROLE_MEMBER | ROLE_ADMINISTRATOR;
	p->active = true;
	token_new(token);
	sha256_hex(token, strlen(token), p->credentials[0].hash);
	changes_add_person(changes, NULL, p);
	if (!m->alone) {
		buffer_puts(&m->tokens, s->name);
		buffer_puts(&m->tokens, " ");
	}
	buffer_puts(&m->tokens, token);
	buffer_puts(&m->tokens, "\n");
	m->n_tokens++;
}

static int commit_changes(struct pole_maker *m, struct served *s, struct exchange *x, char *ret_why)
{
	struct command_group g = {.list = x, .at = served_now(s), .params = db_params_new()};
	struct db_rows *rows = NULL;
	int r;

	if (getrandom(&g.batch, sizeof(g.batch), 0) != sizeof(g.batch))
		abort();
	store_encode(s, NULL, &g);
	r = db_session_query(m->session, "pole_commit", g.params, &rows, ret_why);
	if (!r && strcmp(db_value(rows, 0, 0), "committed") != 0) {
		snprintf(ret_why, WHY_BYTES,
			 "another daemon was making this pole at the same time; start again");
		r = 1;
	}
	db_rows_free(rows);
	db_params_free(g.params);
	return r;
}

/* Takes the policy; NULL: the pole has one. Of an administrator it is seen whether there is one. */
static int complete(struct pole_maker *m, struct served *s, struct policy *policy, char *ret_why)
{
	struct exchange *x = exchange_new(m->server, NULL, NULL);
	int r = 0;

	x->served = s;
	if (policy) {
		pole_number(s->pole, policy, &x->changes);
		changes_add_policy(&x->changes, NULL, policy);
	}
	if (!pole_n_persons(s->pole))
		add_administrator(m, s, &x->changes);
	if (x->changes.n)
		r = commit_changes(m, s, x, ret_why);
	exchange_free(x);
	return r;
}

/* Another daemon has made it since it was looked what there is. */
static int look(struct pole_maker *m, struct served *s, char *ret_why)
{
	int r = commit(m, ret_why);

	r = r ? r : store_load(m->session, s, ret_why);
	return r ? r : begin(m, ret_why);
}

/* Takes the policy. */
static int make(struct pole_maker *m, struct served *s, struct policy *policy, char *ret_why)
{
	int64_t version = 0;
	int r = begin(m, ret_why);

	r = r ? r : ensure(m, s, &version, ret_why);
	if (!r && version > 0)
		r = look(m, s, ret_why);
	if (r || pole_policy(s->pole)) {
		policy_free(policy);
		policy = NULL;
	}
	if (r)
		return POLE_E_FAILED;
	if (!policy && !pole_policy(s->pole))
		return POLE_E_NO_POLICY;
	return complete(m, s, policy, ret_why) ? POLE_E_FAILED : POLE_MADE;
}

int pole_maker_add(struct pole_maker *m, const char *name, struct policy *policy, char *ret_why)
{
	struct served *s = served_new(m->server, 0, name);
	int answer = make(m, s, policy, ret_why);

	if (answer == POLE_MADE) {
		known_add(m->server->known, s->id, s->name);
		m->n_open++;
	}
	served_free(s);
	if (answer == POLE_MADE && m->n_open >= POLES_A_TRANSACTION && commit(m, ret_why))
		answer = POLE_E_FAILED;
	if (answer == POLE_E_FAILED)
		give_up(m);
	return answer;
}

int pole_maker_end(struct pole_maker *m, char *ret_why)
{
	char path[4096];
	int answer = commit(m, ret_why) ? POLE_E_FAILED : POLE_MADE;

	if (answer == POLE_E_FAILED)
		give_up(m);
	token_path(m, path, sizeof(path));
	if (m->n_made)
		log_info("%zu new poles are made", m->n_made);
	if (m->n_tokens)
		log_info("the tokens of their first administrators are in %s", path);
	buffer_release(&m->tokens);
	free(m);
	return answer;
}
