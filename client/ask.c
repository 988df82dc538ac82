/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests and their answers. */
#include "client/ask.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/paste.h"
#include "client/refusal.h"
#include "client/show_time.h"

#define RETRY_LEAST_MS 200
#define RETRY_SPREAD_MS 800
#define SETTLE_MS 30000
#define BACK_OFF_MOST_MS 8000

static unsigned random_below(unsigned n)
{
	unsigned value = 0;
	if (RAND_bytes((unsigned char *)&value, sizeof(value)) != 1)
		abort();
	return value % n;
}

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
};

static void take_data(struct sink *sink, const struct line *l, struct reply *ret)
{
	struct line data = *l;
	data.n_words -= 2;
	memmove(data.words, l->words + 2, data.n_words * sizeof(*data.words));
	if (sink->row) {
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

static int exchange(struct ask *q, struct sink *sink, struct reply *ret)
{
	int fault = connection_send(q->session->connection, q->bytes.bytes, q->bytes.n);
	int answer = read_reply(q->session, q->tag, sink, ret);
	/* A server that says goodbye may close before it has read: its words are read, and the loss
	 * is told. */
	return answer ? (fault ? fault : answer) : CONNECTION_OK;
}

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void wait_ms(int64_t ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000L},
		  NULL);
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

static enum exit_code lost(struct ask *q, int fault)
{
	if (fault)
		session_complain(q->session, fault, NULL);
	if (q->key) {
		text_complain(TEXT_OUTCOME_UNKNOWN);
		fprintf(q->session->cli->err.out, "  %s\n", command_again(q));
	}
	return EXIT_NETWORK;
}

/* AUTH itself runs inside a reconnection and is not repeated from here. */
static bool may_repeat(const struct ask *q)
{
	return q->session->who.n_words > 0;
}

static enum exit_code send_once_or_twice(struct ask *q, struct sink *sink, struct reply *ret)
{
	int fault = exchange(q, sink, ret);
	if (fault != CONNECTION_E_LOST || sink->row || !may_repeat(q))
		return fault ? lost(q, fault) : EXIT_DONE;
	wait_ms(RETRY_LEAST_MS + random_below(RETRY_SPREAD_MS));
	if (session_reconnect(q->session) != EXIT_DONE)
		return lost(q, CONNECTION_OK);
	fault = exchange(q, sink, ret);
	return fault ? lost(q, fault) : EXIT_DONE;
}

static bool is_open(const struct ask *q, const struct reply *r)
{
	static const char *const codes[] = {"unknown-outcome", "unavailable"};
	bool open = false;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		open = open || strcmp(r->code, codes[i]) == 0;
	return open && q->key && r->class == CLASS_ERR && reply_get(r, "retry");
}

static int64_t wait_wanted_ms(const struct reply *r, int64_t back_off_ms)
{
	int64_t retry_ms = strtoll(reply_get(r, "retry"), NULL, 10) * 1000;
	int64_t least = retry_ms > back_off_ms ? retry_ms : back_off_ms;
	return least + random_below((unsigned)back_off_ms);
}

/* The first answer may be that nobody knows, and the next ones that the database is away and
 * nothing changed: then it still is not known, and the first answer is the one to tell. */
static enum exit_code settle(struct ask *q, struct sink *sink, struct reply *ret)
{
	const int64_t until = now_ms() + SETTLE_MS;
	int64_t back_off_ms = RETRY_SPREAD_MS;
	struct reply nobody_knows = {0};
	enum exit_code code = EXIT_DONE;
	for (bool told = false; !code && is_open(q, ret); told = true) {
		int64_t ms = wait_wanted_ms(ret, back_off_ms);
		if (strcmp(ret->code, "unknown-outcome") == 0) {
			q->unknown = true;
			nobody_knows = *ret;
		}
		if (now_ms() + ms > until)
			break;
		if (!told && isatty(STDERR_FILENO))
			text_complain(q->unknown ? TEXT_SETTLING : TEXT_SERVER_WAITING);
		wait_ms(ms);
		back_off_ms =
		    back_off_ms * 2 > BACK_OFF_MOST_MS ? BACK_OFF_MOST_MS : back_off_ms * 2;
		code = send_once_or_twice(q, sink, ret);
	}
	if (!code && (is_open(q, ret) || (q->unknown && ret->class == CLASS_ERR))) {
		*ret = q->unknown ? nobody_knows : *ret;
		ret->again = command_again(q);
		ret->unknown = q->unknown;
	}
	return code;
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
		code = send_once_or_twice(q, sink, ret);
		if (!code)
			code = settle(q, sink, ret);
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
