/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests and their answers: making, finishing, and the final lines. */

/*
 * An exchange that has ended is kept with its memory for the next one: a request of the usual size
 * allocates nothing. How many are kept, and how much with each, is bounded.
 */

#include "daemon/exchange.h"

#include <stdlib.h>

#include "config/policy_load.h"
#include "daemon/answer.h"
#include "daemon/connection.h"
#include "daemon/crowd.h"
#include "daemon/metrics.h"
#include "daemon/served.h"
#include "daemon/server.h"

#define SPARES_MAX 256
#define SPARE_REPLY_BYTES 4096

static struct exchange *spares; /* by `next` */
static size_t n_spares;

static struct exchange *take_spare(void)
{
	struct exchange *x = spares;

	if (!x)
		return memory_new(sizeof(*x));
	spares = x->next;
	n_spares--;
	*x = (struct exchange){.arena = x->arena, .reply = x->reply};
	return x;
}

static void put_spare(struct exchange *x)
{
	arena_reset(&x->arena);
	buffer_reset(&x->reply);
	if (x->reply.cap > SPARE_REPLY_BYTES)
		buffer_release(&x->reply);
	x->next = spares;
	spares = x;
	n_spares++;
}

struct exchange *exchange_new(struct server *server, struct connection *connection,
			      struct session *session)
{
	return exchange_new_at(server, connection, session, metrics_now_us());
}

struct exchange *exchange_new_at(struct server *server, struct connection *connection,
				 struct session *session, int64_t now_us)
{
	struct exchange *x = take_spare();

	x->server = server;
	x->began_us = now_us;
	x->connection = connection;
	x->session = session;
	if (session) {
		exchange_serve(x, session->served);
		x->person = session->person;
		x->lang = session->lang;
	}
	return x;
}

void exchange_serve(struct exchange *x, struct served *s)
{
	if (s == x->holds && s == x->served)
		return;
	if (s)
		served_hold(s);
	if (x->holds)
		served_release(x->holds);
	x->served = x->holds = s;
}

int64_t exchange_now_us(const struct exchange *x)
{
	return x->looked_us ? x->looked_us : metrics_now_us();
}

void exchange_free(struct exchange *x)
{
	if (!x)
		return;
	exchange_serve(x, NULL);
	changes_clear(&x->changes);
	policy_free(x->policy);
	if (x->crowd)
		crowd_answered(x->crowd);
	if (n_spares < SPARES_MAX) {
		put_spare(x);
		return;
	}
	buffer_release(&x->reply);
	arena_clear(&x->arena);
	free(x);
}

void exchange_finish(struct exchange *x)
{
	if (x->told) {
		exchange_free(x);
		return;
	}
	metrics_answered(x);
	if (x->on_finish)
		x->on_finish(x);
	if (x->connection)
		connection_reply(x->connection, x);
	else
		exchange_free(x);
}

struct exchange *exchange_ghost(struct exchange *x)
{
	struct exchange *ghost = exchange_new(x->server, x->connection, x->session);

	ghost->request = x->request;
	ghost->request.tag = arena_strdup(&ghost->arena, x->request.tag);
	ghost->lang = x->lang;
	ghost->person = x->person;
	ghost->began_us = x->began_us;
	exchange_serve(ghost, x->served);
	ghost->on_finish = x->on_finish;
	if (x->connection)
		connection_replace(x->connection, x, ghost);
	ghost->crowd = x->crowd; /* who was answered may ask for more */
	x->told = true;
	x->crowd = NULL;
	x->on_finish = NULL;
	x->connection = NULL;
	x->session = NULL;
	return ghost;
}

bool exchange_flush(struct exchange *x)
{
	if (x->connection)
		return connection_flush(x->connection, x);
	buffer_reset(&x->reply);
	return true;
}

struct asker exchange_asker(const struct exchange *x)
{
	const struct person *p = x->person ? pole_person(x->served->pole, x->person) : NULL;

	if (x->person && !p)
		p = &person_nobody;
	return (struct asker){.person = p, .now = served_now(x->served)};
}

const struct policy *exchange_policy(const struct exchange *x)
{
	return pole_policy(x->served->pole);
}

void reply_data(struct exchange *x, struct line_writer *w, const char *kind)
{
	line_begin(w, &x->reply, "-");
	line_word(w, kind);
}

/* What was committed is so now. */
static int64_t shown_as_of(const struct exchange *x)
{
	return x->request.verb->changes && !x->request.dry
		   ? 0
		   : served_as_of(x->served, exchange_now_us(x));
}

void reply_ok(struct exchange *x, struct line_writer *w)
{
	int64_t as_of;

	x->is_ok = true;
	line_begin(w, &x->reply, "OK");
	if (x->request.dry)
		line_str(w, "dry", "yes");
	if (x->served && (as_of = shown_as_of(x)))
		write_time(w, "as-of", exchange_policy(x)->zone, as_of);
}

void reply_code(struct exchange *x, struct line_writer *w, enum code code, const struct fill *fills,
		size_t n_fills)
{
	line_begin(w, &x->reply, code_class_words[code_class(code)]);
	line_word(w, code_word(code));
	line_str(w, "text", code_text(code, x->lang, fills, n_fills, &x->arena));
}

void reply_fail(struct exchange *x, enum code code, const struct fill *fills, size_t n_fills)
{
	struct line_writer w;

	reply_code(x, &w, code, fills, n_fills);
	line_end(&w);
}

bool exchange_is_allowed(struct exchange *x, const char *token_hash)
{
	const struct verb *v = x->request.verb;
	const struct person *p = x->person ? pole_person(x->served->pole, x->person) : NULL;
	bool authenticated = p && person_opens(p, token_hash);

	if (verb_allows(v, authenticated, authenticated ? p->roles : 0))
		return true;
	if (!authenticated) {
		reply_fail(x, CODE_AUTH_NEEDED, FILLS({"verb", v->word}));
		return false;
	}
	reply_fail(x, CODE_FORBIDDEN,
		   FILLS({"verb", v->word}, {"roles", verb_access_words[v->access]}));
	return false;
}

void exchange_keep_policy(struct exchange *x, struct policy *policy)
{
	struct policy_file *files = arena_new_n(&x->arena, struct policy_file, policy->n_files);

	for (size_t i = 0; i < policy->n_files; i++)
		files[i] = (struct policy_file){
		    .name = arena_strdup(&x->arena, policy->files[i].name),
		    .text = arena_strndup(&x->arena, policy->files[i].text, policy->files[i].n),
		    .n = policy->files[i].n};
	x->policy_files = files;
	x->n_policy_files = policy->n_files;
	x->policy = policy;
	x->policy_hash = arena_strdup(&x->arena, policy->hash);
}
