/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection that has said who the user is. */
#include "client/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/ask.h"
#include "client/file.h"
#include "client/patience.h"
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
    [CONNECTION_E_CLOCK_AHEAD] = TEXT_NET_CLOCK_AHEAD,
    [CONNECTION_E_CLOCK_BEHIND] = TEXT_NET_CLOCK_BEHIND,
    [CONNECTION_E_WITHDRAWN] = TEXT_NET_WITHDRAWN,
    [CONNECTION_E_LOST] = TEXT_NET_LOST,
    [CONNECTION_E_SILENT] = TEXT_NET_SILENT,
    [CONNECTION_E_LINE] = TEXT_NET_LINE,
    [CONNECTION_E_PROTOCOL] = TEXT_NET_PROTOCOL,
};

const char *session_server(const struct session *s)
{
	return address_format(&s->cli->arena, &s->servers.list[s->at]);
}

const char *session_servers(const struct session *s)
{
	return servers_format(&s->cli->arena, &s->credentials.servers);
}

bool session_has_others(const struct session *s)
{
	return s->servers.n > 1;
}

static void tell_failure(struct session *s, size_t at)
{
	struct failure *f = &s->failures[at];
	if (!f->fault || f->told == f->fault || s->quiet)
		return;
	f->told = f->fault;
	if (f->said)
		text_complain(TEXT_SERVER_SAID, text_clean(&s->cli->arena, f->said));
	if (!f->said || f->fault != CONNECTION_E_LOST)
		text_complain(fault_texts[f->fault],
			      address_format(&s->cli->arena, &s->servers.list[at]),
			      text_clean(&s->cli->arena, f->why ? f->why : ""));
}

void session_tell_failures(struct session *s)
{
	for (size_t i = 0; i < s->servers.n; i++)
		tell_failure(s, i);
}

bool session_may_recover(const struct session *s)
{
	static const bool passes[] = {
	    [CONNECTION_E_CONNECT] = true,   [CONNECTION_E_TLS] = true,
	    [CONNECTION_E_LOST] = true,	     [CONNECTION_E_SILENT] = true,
	    [CONNECTION_E_PROTOCOL] = false,
	};
	bool some = false;
	for (size_t i = 0; i < s->servers.n; i++)
		some = some || passes[s->failures[i].fault];
	return some;
}

enum exit_code session_complain(struct session *s, int fault, const char *why)
{
	s->failures[s->at] = (struct failure){
	    .fault = fault, .told = s->failures[s->at].told, .why = why, .said = s->parting};
	if (!s->trying)
		tell_failure(s, s->at);
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
		s->parting = arena_strdup(&s->cli->arena, said);
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
	bool goodbye = l.n_words > 1 && strcmp(l.words[1], "BYE") == 0;
	return session_complain(s, goodbye ? CONNECTION_E_LOST : CONNECTION_E_PROTOCOL, PROTOCOL);
}

static enum exit_code complain_token(struct session *s, const struct reply *r)
{
	if (s->cli->format == SHEET_JSON)
		refusal_json(s->cli, r);
	text_complain(s->logging_in ? TEXT_TOKEN_WRONG : TEXT_LOG_IN_AGAIN, session_servers(s));
	return EXIT_NOT_ALLOWED;
}

/* A server that cannot, now, is one that is not there. */
static enum exit_code greeted(struct session *s, const struct reply *r)
{
	const char *said = reply_get(r, "text");
	if (r->class != CLASS_ERR)
		return reply_complain(s->cli, r);
	s->parting = said ? said : r->code;
	return session_complain(s, CONNECTION_E_LOST, NULL);
}

static enum exit_code say_who(struct session *s)
{
	struct ask hello, auth;
	struct reply reply;
	ask_begin(&hello, s, "HELLO", NULL);
	line_str(&hello.line, "lang", text_language_word());
	line_str(&hello.line, "client", "mutual " MUTUALD_VERSION);
	enum exit_code code = ask_send(&hello, &reply);
	code = code ? code : greeted(s, &reply);
	if (code)
		return code;
	ask_begin(&auth, s, "AUTH", NULL);
	line_str(&auth.line, "token", s->credentials.token);
	line_str(&auth.line, "lang", text_language_word());
	code = ask_send(&auth, &reply);
	if (!code && reply.class == CLASS_NO && strcmp(reply.code, "auth") == 0)
		return complain_token(s, &reply);
	code = code ? code : greeted(s, &reply);
	if (!code)
		s->who = reply.final;
	return code;
}

static enum exit_code connect_and_greet(struct session *s)
{
	const char *why;
	int limit_s = session_has_others(s) ? CONNECT_TIMEOUT_SHORT_S : CONNECT_TIMEOUT_S;
	int fault = connection_open(&s->servers.list[s->at], s->credentials.ca_pem, limit_s,
				    &s->cli->arena, &s->connection, &why);
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

void session_drop(struct session *s)
{
	connection_close(s->connection);
	s->connection = NULL;
}

static enum exit_code try_server(struct session *s)
{
	session_drop(s);
	s->failures[s->at].fault = CONNECTION_OK;
	s->parting = NULL;
	s->trying = true;
	enum exit_code code = connect_and_greet(s);
	code = code ? code : say_who(s);
	s->trying = false;
	if (code)
		session_drop(s);
	return code;
}

/* Whoever is there may not be who it should be: that is never passed over in silence. */
static bool is_suspicious(int fault)
{
	static const bool suspicious[] = {
	    [CONNECTION_E_UNTRUSTED] = true,	[CONNECTION_E_NAME] = true,
	    [CONNECTION_E_EXPIRED] = true,	[CONNECTION_E_CLOCK_AHEAD] = true,
	    [CONNECTION_E_CLOCK_BEHIND] = true, [CONNECTION_E_WITHDRAWN] = true,
	    [CONNECTION_E_PROTOCOL] = false,
	};
	return suspicious[fault];
}

/* From the present server to the one after it. */
static void go_on(struct session *s)
{
	const char *left = session_server(s);
	if (is_suspicious(s->failures[s->at].fault))
		tell_failure(s, s->at);
	s->at = (s->at + 1) % s->servers.n;
	if (session_has_others(s) && isatty(STDERR_FILENO) && !s->quiet)
		text_complain(TEXT_TRYING_NEXT, left, session_server(s));
}

static enum exit_code try_each(struct session *s)
{
	enum exit_code code = try_server(s);
	for (size_t i = 1; code == EXIT_NETWORK && i < s->servers.n; i++) {
		go_on(s);
		code = try_server(s);
	}
	return code;
}

enum exit_code session_reconnect(struct session *s)
{
	go_on(s);
	return try_each(s);
}

/* Nothing is asked for yet, but what will be is worth waiting for: whoever wanted to change
 * something would only type it again. */
static bool is_patient(const struct cli *cli)
{
	return cli->command && command_option(cli->command, "--key") && !cli_has(cli, "--dry-run");
}

static enum exit_code arrive(struct session *s)
{
	struct patience p = patience_of(is_patient(s->cli) ? SETTLE_MS : 0);
	enum exit_code code = try_each(s);
	while (code == EXIT_NETWORK && session_may_recover(s) && patience_wait(&p, 0)) {
		if (!p.told && isatty(STDERR_FILENO))
			text_complain(TEXT_TRYING_AGAIN, session_servers(s));
		p.told = true;
		code = session_reconnect(s);
	}
	if (code == EXIT_NETWORK)
		session_tell_failures(s);
	return code;
}

static enum exit_code open_with(struct session *s, struct cli *cli, const struct credentials *c,
				bool logging_in)
{
	*s = (struct session){
	    .cli = cli, .credentials = *c, .servers = c->servers, .logging_in = logging_in};
	servers_arrange(&s->servers, c->token);
	enum exit_code code = arrive(s);
	code = code ? code : load_zone(s);
	if (code)
		session_close(s);
	return code;
}

enum exit_code session_open_as(struct session *s, struct cli *cli, const struct credentials *c)
{
	return open_with(s, cli, c, true);
}

/* --server, or MUTUAL_SERVER, in place of the profile's. */
static enum exit_code other_servers(struct cli *cli, struct servers *ret)
{
	const char *given = cli_option(cli, "--server"), *environment = getenv("MUTUAL_SERVER"),
		   *bad;
	if (!given && environment && *environment)
		given = environment;
	if (!given || servers_parse(given, &cli->arena, ret, &bad) == 0)
		return EXIT_DONE;
	text_complain(TEXT_BAD_SERVER, text_clean(&cli->arena, bad));
	return EXIT_USAGE;
}

enum exit_code session_open(struct session *s, struct cli *cli)
{
	struct credentials c;
	const char *path;
	enum exit_code code;
	switch (credentials_load(cli->profile, &cli->arena, &c, &path)) {
	case CREDENTIALS_OK:
		code = other_servers(cli, &c.servers);
		return code ? code : open_with(s, cli, &c, false);
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
