/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection that has said who the user is. */
#include "client/session.h"

#include <errno.h>
#include <string.h>

#include "client/ask.h"
#include "client/file.h"
#include "client/refusal.h"

#define ZONE_MAX_BYTES (256 * 1024)
#define PROTOCOL "MUTUAL/1"

static const enum text fault_texts[] = {
    [CONNECTION_E_RESOLVE] = TEXT_NET_RESOLVE,
    [CONNECTION_E_CONNECT] = TEXT_NET_CONNECT,
    [CONNECTION_E_TLS] = TEXT_NET_TLS,
    [CONNECTION_E_CA_FILE] = TEXT_NET_CA_FILE,
    [CONNECTION_E_UNTRUSTED] = TEXT_NET_UNTRUSTED,
    [CONNECTION_E_NAME] = TEXT_NET_NAME,
    [CONNECTION_E_EXPIRED] = TEXT_NET_EXPIRED,
    [CONNECTION_E_LOST] = TEXT_NET_LOST,
    [CONNECTION_E_SILENT] = TEXT_NET_SILENT,
    [CONNECTION_E_LINE] = TEXT_NET_LINE,
};

const char *session_server(const struct session *s)
{
	return address_format(&s->cli->arena, &s->credentials.server);
}

enum exit_code session_complain(struct session *s, int fault, const char *why)
{
	if (!s->quiet)
		text_complain(fault_texts[fault], session_server(s),
			      text_clean(&s->cli->arena, why ? why : ""));
	return EXIT_NETWORK;
}

int session_line(struct session *s, struct arena *a, struct line *ret)
{
	char *bytes;
	size_t n, at;
	do {
		int fault = connection_line(s->connection, &bytes, &n);
		if (fault)
			return fault;
	} while (line_decode(bytes, n, a, ret, &at) != LINE_OK || ret->n_words == 0);
	const char *said = line_get(ret, "text");
	if (said && ret->n_words > 1 && strcmp(ret->words[0], "*") == 0 &&
	    strcmp(ret->words[1], "BYE") == 0)
		text_complain(TEXT_SERVER_SAID, text_clean(&s->cli->arena, said));
	return CONNECTION_OK;
}

static enum exit_code greet(struct session *s)
{
	struct line l;
	int fault = session_line(s, &s->cli->arena, &l);
	if (fault)
		return session_complain(s, fault, NULL);
	if (l.n_words > 1 && strcmp(l.words[0], "*") == 0 && strcmp(l.words[1], PROTOCOL) == 0)
		return EXIT_DONE;
	if (l.n_words < 2 || strcmp(l.words[1], "BYE") != 0)
		text_complain(TEXT_NET_PROTOCOL, session_server(s), PROTOCOL);
	return EXIT_NETWORK;
}

static enum exit_code complain_token(struct session *s, const struct reply *r)
{
	if (s->cli->format == SHEET_JSON)
		refusal_json(s->cli, r);
	text_complain(s->logging_in ? TEXT_TOKEN_WRONG : TEXT_LOG_IN_AGAIN, session_server(s));
	return EXIT_NOT_ALLOWED;
}

static enum exit_code say_who(struct session *s)
{
	struct ask hello, auth;
	struct reply reply;
	ask_begin(&hello, s, "HELLO", NULL);
	line_str(&hello.line, "lang", text_language_word());
	line_str(&hello.line, "client", "mutual " MUTUALD_VERSION);
	enum exit_code code = ask_done(&hello, &reply);
	if (code)
		return code;
	ask_begin(&auth, s, "AUTH", NULL);
	line_str(&auth.line, "token", s->credentials.token);
	line_str(&auth.line, "lang", text_language_word());
	code = ask_send(&auth, &reply);
	if (!code && reply.class == CLASS_NO && strcmp(reply.code, "auth") == 0)
		return complain_token(s, &reply);
	code = code ? code : reply_complain(s->cli, &reply);
	if (!code)
		s->who = reply.final;
	return code;
}

static enum exit_code connect_and_greet(struct session *s)
{
	const char *why;
	int fault = connection_open(&s->credentials.server, s->credentials.ca_pem, &s->cli->arena,
				    &s->connection, &why);
	if (fault)
		return session_complain(s, fault, why);
	return greet(s);
}

/* The zone's name comes from the server: it must not lead out of the directory of zones. */
const char *zone_path(struct arena *a, const char *name)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_+-";
	if (!*name || *name == '/' || strspn(name, allowed) != strlen(name))
		return NULL;
	return arena_printf(a, "/usr/share/zoneinfo/%s", name);
}

static enum exit_code load_zone(struct session *s)
{
	const char *name = line_get(&s->who, "zone");
	name = name ? name : "UTC";
	const char *path = zone_path(&s->cli->arena, name);
	char *bytes;
	size_t n;
	if (path && file_read(path, ZONE_MAX_BYTES, &s->cli->arena, &bytes, &n) == 0 &&
	    zone_new(bytes, n, name, &s->zone) == ZONE_OK)
		return EXIT_DONE;
	text_complain(TEXT_NO_ZONE, text_clean(&s->cli->arena, name));
	return EXIT_NETWORK;
}

enum exit_code session_reconnect(struct session *s)
{
	connection_close(s->connection);
	s->connection = NULL;
	s->who = (struct line){0}; /* what is lost from here on is not tried once more */
	enum exit_code code = connect_and_greet(s);
	return code ? code : say_who(s);
}

static enum exit_code open_with(struct session *s, struct cli *cli, const struct credentials *c,
				bool logging_in)
{
	*s = (struct session){.cli = cli, .credentials = *c, .logging_in = logging_in};
	enum exit_code code = session_reconnect(s);
	code = code ? code : load_zone(s);
	if (code)
		session_close(s);
	return code;
}

enum exit_code session_open_as(struct session *s, struct cli *cli, const struct credentials *c)
{
	return open_with(s, cli, c, true);
}

enum exit_code session_open(struct session *s, struct cli *cli)
{
	struct credentials c;
	const char *path;
	switch (credentials_load(cli->profile, &cli->arena, &c, &path)) {
	case CREDENTIALS_OK:
		return open_with(s, cli, &c, false);
	case CREDENTIALS_E_NONE:
		text_complain(TEXT_NOT_LOGGED_IN, cli->profile ? " --profile " : "",
			      cli->profile ? cli->profile : "");
		return EXIT_NOT_ALLOWED;
	case CREDENTIALS_E_OPEN_TO_OTHERS:
		text_complain(TEXT_CREDENTIALS_OPEN, path, path);
		return EXIT_NOT_ALLOWED;
	case CREDENTIALS_E_MALFORMED:
		text_complain(TEXT_CREDENTIALS_MALFORMED, path);
		return EXIT_NOT_ALLOWED;
	default:
		text_complain(TEXT_CANNOT_READ, path, strerror(errno));
		return EXIT_NOT_ALLOWED;
	}
}

void session_close(struct session *s)
{
	connection_close(s->connection);
	zone_free(s->zone);
	arena_clear(&s->passing);
	*s = (struct session){0};
}

enum exit_code session_run(struct cli *cli, size_t least_words, size_t most_words,
			   enum exit_code (*run)(struct session *s))
{
	struct session s;
	enum exit_code code = cli_expect_words(cli, least_words, most_words);
	code = code ? code : session_open(&s, cli);
	if (code)
		return code;
	code = run(&s);
	session_close(&s);
	return code;
}

struct civil_time session_now(const struct session *s)
{
	return zone_to_local(s->zone, s->cli->now);
}
