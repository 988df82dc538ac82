/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests and their answers. */
#include "client/ask.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/paste.h"
#include "client/refusal.h"
#include "client/show_time.h"

#define REPEAT_MS 1500 /* what changes nothing is not worth half a minute */
#define LOSSES_MOST 4  /* a request at which connections break is not sent for ever */

static const char *random_key(struct arena *a)
{
	unsigned char bytes[16];
	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		abort();
	char *key = arena_alloc(a, sizeof(bytes) * 2 + 1);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		key[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		key[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	return key;
}

void ask_begin(struct ask *q, struct session *s, const char *verb, const char *subverb)
{
	*q = (struct ask){.session = s};
	q->tag = arena_printf(&s->cli->arena, "%u", ++s->n_asked);
	line_begin(&q->line, &q->bytes, q->tag);
	line_word(&q->line, verb);
	if (subverb)
		line_word(&q->line, subverb);
}

void ask_begin_change(struct ask *q, struct session *s, const char *verb, const char *subverb)
{
	const char *key = cli_option(s->cli, "--key");
	ask_begin(q, s, verb, subverb);
	key = key ? key : random_key(&s->cli->arena);
	line_str(&q->line, "key", key);
	if (cli_has(s->cli, "--dry-run"))
		line_str(&q->line, "dry", "yes");
	else
		q->key = key;
}

void ask_option(struct ask *q, const char *key, const char *option)
{
	line_str(&q->line, key, cli_option(q->session->cli, option));
}

size_t line_final_class(const struct line *l)
{
	size_t class = 0;
	while (class < 4 && (l->n_words < 2 || strcmp(l->words[1], code_class_words[class]) != 0))
		class ++;
	return class;
}

bool line_is(const struct line *l, const char *kind)
{
	return l->n_words > 0 && strcmp(l->words[0], kind) == 0;
}

struct sink {
	struct arena *arena;
	void (*row)(void *to, const struct line *line); /* NULL: the lines are kept */
	void *to;
	size_t cap;
	bool passed; /* rows were given on: they cannot be taken back */
};

static void take_data(struct sink *sink, const struct line *l, struct reply *ret)
{
	struct line data = *l;
	data.n_words -= 2;
	memmove(data.words, l->words + 2, data.n_words * sizeof(*data.words));
	if (sink->row) {
		sink->passed = true;
		sink->row(sink->to, &data);
		arena_clear(sink->arena);
		return;
	}
	ret->data = arena_grow(sink->arena, ret->data, ret->n_data, &sink->cap, ret->n_data + 1,
			       sizeof(data));
	ret->data[ret->n_data++] = data;
}

static int read_reply(struct session *s, const char *tag, struct sink *sink, struct reply *ret)
{
	*ret = (struct reply){0};
	sink->cap = 0;
	for (;;) {
		struct line l;
		int fault = session_line(s, sink->arena, &l);
		if (fault)
			return fault;
		size_t class = line_final_class(&l);
		bool ours = strcmp(l.words[0], tag) == 0;
		if (class < 4 && (ours || (class == CLASS_BAD && strcmp(l.words[0], "*") == 0))) {
			ret->class = (enum code_class) class;
			ret->code = l.n_words > 2 ? l.words[2] : "";
			ret->final = l;
			return CONNECTION_OK;
		}
		if (ours && l.n_words > 2 && strcmp(l.words[1], "-") == 0)
			take_data(sink, &l, ret);
	}
}

/* A server that stops has not done it. */
static bool is_leaving(const struct reply *r)
{
	return r->class == CLASS_ERR && strcmp(r->code, "shutting-down") == 0;
}

static int exchange(struct ask *q, struct sink *sink, struct reply *ret)
{
	struct session *s = q->session;
	bool elsewhere = session_has_others(s) && !s->bound && !sink->row;
	connection_be_patient(s->connection, elsewhere ? REPLY_TIMEOUT_SHORT_S : REPLY_TIMEOUT_S);
	int fault = connection_send(s->connection, q->bytes.bytes, q->bytes.n);
	int answer = read_reply(s, q->tag, sink, ret);
	if (!answer && is_leaving(ret)) {
		s->parting = reply_get(ret, "text");
		return CONNECTION_E_LOST;
	}
	/* A server that says goodbye may close before it has read: its words are read, and the loss
	 * is told. */
	return answer ? (fault ? fault : answer) : CONNECTION_OK;
}

/* As the request says it, so that `+2h` is not counted anew. */
static const char *command_again(const struct ask *q)
{
	struct cli *cli = q->session->cli;
	struct line request;
	size_t at;
	if (line_decode(q->bytes.bytes, q->bytes.n - 1, &cli->arena, &request, &at) != LINE_OK)
		abort();
	return paste_request(cli, &request);
}

/* Nothing came, in the end. */
static enum exit_code lost(struct ask *q)
{
	if (q->fault == CONNECTION_E_CONNECT)
		session_tell_failures(q->session);
	else
		session_complain(q->session, q->fault, NULL);
	if (q->key) {
		text_complain(TEXT_OUTCOME_UNKNOWN);
		fprintf(q->session->cli->err.out, "  %s\n", command_again(q));
	}
	return EXIT_NETWORK;
}

/* What a session says of itself while it is made is not repeated from here, nor what is about
 * something that only this connection has. One server that is silent is not asked twice. */
static bool may_repeat(const struct ask *q, const struct sink *sink)
{
	const struct session *s = q->session;
	if (s->trying || s->bound || sink->passed || q->n_lost >= LOSSES_MOST)
		return false;
	if (q->fault == CONNECTION_E_CONNECT)
		return session_may_recover(s);
	return q->fault == CONNECTION_E_LOST ||
	       (q->fault == CONNECTION_E_SILENT && session_has_others(s));
}

static bool is_open(const struct ask *q, const struct reply *r)
{
	static const char *const codes[] = {"unknown-outcome", "unavailable"};
	bool open = false;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		open = open || strcmp(r->code, codes[i]) == 0;
	return open && q->key && r->class == CLASS_ERR && reply_get(r, "retry");
}

/* Once, over the connection there is or a new one. */
static enum exit_code attempt(struct ask *q, struct sink *sink, struct reply *ret)
{
	struct session *s = q->session;
	enum exit_code code = s->connection ? EXIT_DONE : session_reconnect(s);
	q->fault = code ? CONNECTION_E_CONNECT : exchange(q, sink, ret);
	if (!code && q->fault) {
		q->n_lost++;
		if (!s->trying)
			session_drop(s);
	}
	return code == EXIT_NETWORK ? EXIT_DONE : code;
}

static bool is_settled(const struct ask *q, const struct sink *sink, const struct reply *r)
{
	return q->fault ? !may_repeat(q, sink) : !is_open(q, r);
}

static void tell_waiting(struct ask *q)
{
	if (!q->patience.told && isatty(STDERR_FILENO) && !q->session->quiet) {
		if (q->unknown || !q->fault)
			text_complain(q->unknown ? TEXT_SETTLING : TEXT_SERVER_WAITING);
		else if (q->key)
			text_complain(TEXT_TRYING_AGAIN, session_servers(q->session));
	}
	q->patience.told = true;
}

/* False: it has been long enough. Where there are other servers, the next one is asked: this one
 * may be the only one that the database is away for. */
static bool wait_for_next(struct ask *q, const struct reply *r)
{
	struct session *s = q->session;
	int64_t least_ms = q->fault ? 0 : strtoll(reply_get(r, "retry"), NULL, 10) * 1000;
	if (!q->patience.until_ms)
		q->patience = patience_of(q->key ? SETTLE_MS : REPEAT_MS);
	tell_waiting(q);
	if (!patience_wait(&q->patience, least_ms))
		return false;
	if (!q->fault && session_has_others(s) && !s->bound)
		session_drop(s);
	return true;
}

/* The first answer may be that nobody knows, and the next ones that the database is away and
 * nothing changed, or none at all: then it still is not known, and the first answer is the one to
 * tell. */
static enum exit_code ask_until_settled(struct ask *q, struct sink *sink, struct reply *ret)
{
	struct reply nobody_knows = {0};
	enum exit_code code = attempt(q, sink, ret);
	while (!code && !is_settled(q, sink, ret)) {
		if (!q->fault && strcmp(ret->code, "unknown-outcome") == 0) {
			q->unknown = true;
			nobody_knows = *ret;
		}
		if (!wait_for_next(q, ret))
			break;
		code = attempt(q, sink, ret);
	}
	if (code || (q->fault && !q->unknown))
		return lost(q);
	if (q->fault || is_open(q, ret) || (q->unknown && ret->class == CLASS_ERR)) {
		*ret = q->unknown ? nobody_knows : *ret;
		ret->again = command_again(q);
		ret->unknown = q->unknown;
	}
	return EXIT_DONE;
}

/* STATUS says it itself. */
static void tell_as_of(struct session *s, const struct reply *r)
{
	struct arena *a = &s->cli->arena;
	const char *as_of = reply_get(r, "as-of");
	if (!as_of || !s->zone || s->told_as_of || reply_get(r, "database"))
		return;
	s->told_as_of = true;
	text_complain(TEXT_AS_OF, text_clean(a, show_wire_moment(a, as_of, session_now(s).date)));
}

static enum exit_code ask_through(struct ask *q, struct sink *sink, struct reply *ret)
{
	enum exit_code code;
	if (line_end(&q->line) != 0) {
		text_complain(TEXT_NOT_A_LINE);
		code = EXIT_USAGE;
	} else if (q->bytes.n > LINE_MAX_BYTES) {
		text_complain(TEXT_TOO_LONG);
		code = EXIT_USAGE;
	} else {
		code = ask_until_settled(q, sink, ret);
		if (!code)
			tell_as_of(q->session, ret);
	}
	buffer_release(&q->bytes);
	return code;
}

enum exit_code ask_send(struct ask *q, struct reply *ret)
{
	struct sink sink = {.arena = &q->session->cli->arena};
	return ask_through(q, &sink, ret);
}

enum exit_code ask_stream(struct ask *q, void (*row)(void *to, const struct line *line), void *to,
			  struct reply *ret)
{
	struct sink sink = {.arena = &q->session->passing, .row = row, .to = to};
	return ask_through(q, &sink, ret);
}

enum exit_code ask_done(struct ask *q, struct reply *ret)
{
	struct cli *cli = q->session->cli;
	enum exit_code code = ask_send(q, ret);
	return code ? code : reply_complain(cli, ret);
}

enum exit_code reply_exit(const struct reply *r)
{
	static const char *const not_allowed[] = {"forbidden", "auth", "auth-needed"};
	static const enum exit_code exits[] = {[CLASS_OK] = EXIT_DONE,
					       [CLASS_NO] = EXIT_REFUSED,
					       [CLASS_BAD] = EXIT_USAGE,
					       [CLASS_ERR] = EXIT_NETWORK};
	for (size_t i = 0; r->class == CLASS_NO && i < sizeof(not_allowed) / sizeof(*not_allowed);
	     i++)
		if (strcmp(r->code, not_allowed[i]) == 0)
			return EXIT_NOT_ALLOWED;
	return exits[r->class];
}

enum exit_code reply_complain(struct cli *cli, const struct reply *r)
{
	static const enum text texts[] = {[CLASS_NO] = TEXT_REFUSED,
					  [CLASS_BAD] = TEXT_SERVER_BAD,
					  [CLASS_ERR] = TEXT_SERVER_COULD_NOT};
	const char *said = reply_get(r, "text"), *retry = reply_get(r, "retry");
	if (r->class == CLASS_OK)
		return EXIT_DONE;
	if (cli->format == SHEET_JSON)
		refusal_json(cli, r);
	screen_say(&cli->err, 0,
		   arena_printf(&cli->arena, text(texts[r->class]),
				text_clean(&cli->arena, said ? said : r->code)));
	if (r->again) {
		text_complain(r->unknown ? TEXT_OUTCOME_UNKNOWN : TEXT_NOT_DONE_YET);
		fprintf(cli->err.out, "  %s\n", r->again);
	} else if (r->class == CLASS_ERR && retry)
		text_complain(TEXT_RETRY_IN, text_clean(&cli->arena, retry));
	return reply_exit(r);
}

const char *reply_get(const struct reply *r, const char *key)
{
	return line_get(&r->final, key);
}

const char *line_list(struct arena *a, const struct line *l, const char *key)
{
	char *joined = NULL;
	for (size_t i = 0; i < l->n_args; i++)
		if (strcmp(l->args[i].key, key) == 0)
			joined = joined ? arena_printf(a, "%s\n%s", joined, l->args[i].value)
					: arena_strdup(a, l->args[i].value);
	return joined;
}
