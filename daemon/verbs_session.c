/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HELLO, AUTH, WHOAMI, HELP, NOOP, QUIT, STATUS. */

#include <string.h>

#include "config/settings.h"
#include "daemon/answer.h"
#include "daemon/connection.h"
#include "daemon/db.h"
#include "daemon/known.h"
#include "daemon/metrics.h"
#include "daemon/secret.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/stream.h"
#include "daemon/verbs_parts.h"
#include "daemon/watch.h"

#define AUTH_FAILURES_MAX 3
#define RETRY_S 10

static const char *const language_words[N_LANGUAGES] = {"en", "fr"};

static void set_language(struct exchange *x)
{
	const char *word = request_get(&x->request, "lang");

	if (!word || language_from_word(word, &x->session->lang))
		return;
	x->session->lang_said = true;
	x->lang = x->session->lang;
}

void do_hello(struct exchange *x)
{
	struct line_writer w;

	set_language(x);
	reply_ok(x, &w);
	line_str(&w, "server", "mutuald " MUTUALD_VERSION);
	line_str(&w, "protocol", "MUTUAL/1");
	line_str(&w, "lang", language_words[x->lang]);
	line_end(&w);
}

static void write_self(struct exchange *x, struct line_writer *w, const struct person *p)
{
	const struct served *s = x->served;
	const struct policy *policy = pole_policy(s->pole);

	line_printf(w, "person", "p%u", p->number);
	line_str(w, "name", p->name);
	if (p->member)
		line_str(w, "member", pole_name_id(s->pole, NAME_MEMBER, 0, p->member));
	line_str(w, "pole", s->name);
	line_str(w, "zone", zone_name(policy->zone));
	line_str(w, "roles", roles_text(&x->arena, p->roles));
	line_str(w, "lang", language_words[x->lang]);
}

/* AUTH: of a pole in memory at once; else the database says whose token it is, and its pole is
 * waited for. */

struct auth {
	struct exchange *x;
	char hash[65];
};

static void let_in(struct auth *a, struct served *s, const struct person *p)
{
	struct exchange *x = a->x;
	struct session *session = x->session;
	struct line_writer w;

	if (!connection_join(x->connection, s, p)) {
		reply_code(x, &w, CODE_TOO_MANY_CONNECTIONS,
			   FILLS({"limit",
				  arena_printf(&x->arena, "%ld",
					       x->server->settings->max_connections_per_member)}));
		line_int(&w, "retry", RETRY_S);
		line_end(&w);
		exchange_finish(x);
		return;
	}
	if (session->served != s) {
		watch_free(session->watch);
		session->watch = NULL;
	}
	session_open(session, s, p->number, a->hash);
	exchange_serve(x, s);
	x->person = p->number;
	if (!session->lang_said) {
		language_from_word(pole_policy(s->pole)->lang, &session->lang);
		x->lang = session->lang;
	}
	reply_ok(x, &w);
	write_self(x, &w, p);
	line_end(&w);
	exchange_finish(x);
}

static void refuse(struct auth *a)
{
	struct session *session = a->x->session;

	reply_fail(a->x, CODE_AUTH, NULL, 0);
	session->quitting = ++session->auth_failures >= AUTH_FAILURES_MAX;
	exchange_finish(a->x);
}

static void give_up(struct auth *a)
{
	reply_unavailable(a->x);
	exchange_finish(a->x);
}

static void answer_auth(void *arg, enum known_token answer, struct served *s)
{
	struct auth *a = arg;
	const struct person *p = s ? pole_person_by_token(s->pole, a->hash) : NULL;

	if (!a->x->session)
		exchange_finish(a->x);
	else if (p)
		let_in(a, s, p);
	else if (answer == KNOWN_TOKEN_OPENS_NOTHING)
		refuse(a);
	else /* nobody can tell; or the database knows it, and memory will in a moment */
		give_up(a);
}

static const struct person *person_of_token(const struct server *server, const char *hash,
					    struct served **ret_served)
{
	for (size_t i = 0; i < server->n_poles; i++) {
		const struct person *p = pole_person_by_token(server->poles[i]->pole, hash);

		if (p) {
			*ret_served = server->poles[i];
			return p;
		}
	}
	return NULL;
}

void do_auth(struct exchange *x)
{
	const char *token = request_get(&x->request, "token");
	struct auth *a = arena_new(&x->arena, struct auth);
	const struct person *p;
	struct served *s;

	set_language(x);
	a->x = x;
	sha256_hex(token, strlen(token), a->hash);
	p = person_of_token(x->server, a->hash, &s);
	if (p)
		let_in(a, s, p);
	else
		known_ask_token(x->server->known, a->hash, answer_auth, a);
}

void do_whoami(struct exchange *x)
{
	const struct person *p = pole_person(x->served->pole, x->person);
	const struct member *m = pole_member(x->served->pole, p->member);
	struct line_writer w;

	write_qualifications(x, p);
	reply_ok(x, &w);
	write_self(x, &w, p);
	if (*p->mail)
		line_str(&w, "mail", p->mail);
	if (m)
		line_str(&w, "member-name", m->name);
	line_str(&w, "pole-name", pole_policy(x->served->pole)->name);
	line_end(&w);
}

static void help_verb(struct exchange *x, const struct verb *v)
{
	struct buffer keys = {0};
	struct line_writer w;

	verb_synopsis(v, &keys);
	reply_data(x, &w, "verb");
	line_str(&w, "word", v->word);
	line_str(&w, "subword", v->subword);
	line_str(&w, "who", verb_access_words[v->access]);
	line_str(&w, "changes", v->changes ? "yes" : "no");
	line_str(&w, "keys", keys.n ? keys.bytes : "");
	line_str(&w, "help", v->help);
	line_end(&w);
	buffer_release(&keys);
}

static void help_keys(struct exchange *x, const struct verb *v)
{
	const struct verb_key *k;
	char name[32];

	for (size_t i = 0; (k = verb_key_at(v, i)); i++) {
		struct line_writer w;

		reply_data(x, &w, "key");
		line_str(&w, "verb", verb_name(v, name, sizeof(name)));
		line_str(&w, "key", k->key);
		line_str(&w, "type", key_type_words[k->type]);
		line_str(&w, "required", k->required ? "yes" : "no");
		line_str(&w, "repeated", k->repeated ? "yes" : "no");
		line_str(&w, "choices", k->choices);
		line_str(&w, "help", k->help);
		line_end(&w);
	}
}

void do_help(struct exchange *x)
{
	const char *word = request_get(&x->request, "verb");
	struct line_writer w;
	int n = 0;

	for (const struct verb *v = verb_table; v < verb_table + N_VERBS; v++) {
		if (word && !verb_is_named(v, word))
			continue;
		help_verb(x, v);
		if (word)
			help_keys(x, v);
		n++;
	}
	reply_ok(x, &w);
	line_int(&w, "count", n);
	line_end(&w);
}

void do_noop(struct exchange *x)
{
	struct line_writer w;

	reply_ok(x, &w);
	line_end(&w);
}

void do_quit(struct exchange *x)
{
	x->session->quitting = true;
	do_noop(x);
}

/* For those who run the server. */
static void write_inside(const struct exchange *x, struct line_writer *w)
{
	const struct served *s = x->served;
	const struct stream_counts *streams = stream_counts();
	size_t n_queued;

	pole_queue(s->pole, &n_queued);
	line_int(w, "lag-versions",
		 s->known_version > s->version ? s->known_version - s->version : 0);
	if (s->heard_us)
		line_int(w, "heard-s", (metrics_now_us() - s->heard_us) / 1000000);
	line_int(w, "changes", (int64_t)s->groups.n_changes);
	line_int(w, "waiting-commands", (int64_t)s->groups.n_waiting);
	line_int(w, "sent-commands", (int64_t)groups_n_sent(&s->groups));
	line_int(w, "waiting-bookings", (int64_t)n_queued);
	line_int(w, "poles", (int64_t)known_count(x->server->known));
	line_int(w, "poles-loaded", (int64_t)x->server->n_poles);
	line_int(w, "decide-us", (int64_t)histogram_mean(&x->server->metrics.decide_us));
	line_int(w, "commit-us", (int64_t)histogram_mean(&x->server->metrics.commit_us));
	line_int(w, "request-us", (int64_t)histogram_mean(&x->server->metrics.whole_us));
	line_int(w, "received-bytes", (int64_t)streams->received_bytes);
	line_int(w, "sent-bytes", (int64_t)streams->sent_bytes);
	line_int(w, "tls-failures", (int64_t)metrics_tls_failures(x->server));
	line_int(w, "status-questions", (int64_t)x->server->metrics.status_questions);
	line_int(w, "database-connects", (int64_t)server_commits_connects(x->server));
	line_int(w, "memory-bytes", metrics_resident_bytes());
}

void do_status(struct exchange *x)
{
	const struct server *server = x->server;
	struct served *s = x->served;
	int64_t now = server_clock();
	struct line_writer w;

	reply_ok(x, &w);
	line_str(&w, "pole", s->name);
	line_int(&w, "version", s->version);
	line_int(&w, "bookings", (int64_t)pole_n_bookings(s->pole));
	line_int(&w, "persons", (int64_t)pole_n_persons(s->pole));
	line_str(&w, "database", served_database_is_up(s) ? "up" : "down");
	line_int(&w, "uptime-s", now - server->started_at);
	line_int(&w, "connections", (int64_t)connections_count(server->connections));
	line_int(&w, "groups", (int64_t)s->groups.n_groups);
	line_int(&w, "commands", (int64_t)s->groups.n_commands);
	line_str(&w, "server", "mutuald " MUTUALD_VERSION);
	if (verb_allows(&verb_table[VERB_POLICY_APPLY], true, exchange_asker(x).person->roles))
		write_inside(x, &w);
	if (!served_as_of(s, exchange_now_us(x)))
		write_time(&w, "as-of", pole_policy(s->pole)->zone, now);
	line_end(&w);
}
