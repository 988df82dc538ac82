/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about the user and the server: login, whoami, status. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "client/commands_qualify.h"
#include "client/file.h"
#include "client/show_booking.h"
#include "client/show_time.h"
#include "client/show_word.h"

#define N(array) (sizeof(array) / sizeof(*(array)))
#define CA_MAX_BYTES (128 * 1024)
#define TOKEN_MAX_BYTES 4096

static const char *trimmed(char *s)
{
	s += strspn(s, " \t\r\n");
	size_t n = strlen(s);
	while (n > 0 && strchr(" \t\r\n", s[n - 1]))
		s[--n] = '\0';
	return s;
}

/* From the terminal without echo, or the first line of stdin. */
static const char *prompt_token(struct cli *cli)
{
	struct termios before, quiet;
	char *line = NULL;
	size_t cap = 0;
	bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
	if (terminal) {
		fputs(text(TEXT_TOKEN_PROMPT), stderr);
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	ssize_t n = getline(&line, &cap, stdin);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
	}
	const char *token = n > 0 ? trimmed(arena_strdup(&cli->arena, line)) : "";
	free(line);
	return token;
}

static enum exit_code given_token(struct cli *cli, const char **ret)
{
	const char *token = cli_option(cli, "--token"), *path = cli_option(cli, "--token-file");
	char *bytes;
	size_t n;
	if (token && path) {
		text_complain(TEXT_TOKEN_TWICE);
		return EXIT_USAGE;
	}
	if (path) {
		if (file_read(path, TOKEN_MAX_BYTES, &cli->arena, &bytes, &n) != 0) {
			text_complain(TEXT_CANNOT_READ, path, strerror(errno));
			return EXIT_USAGE;
		}
		token = trimmed(bytes);
	}
	*ret = token ? token : prompt_token(cli);
	if (**ret)
		return EXIT_DONE;
	text_complain(TEXT_TOKEN_NONE);
	return EXIT_USAGE;
}

static enum exit_code given_credentials(struct cli *cli, struct credentials *ret)
{
	const char *ca = cli_option(cli, "--ca"), *bad;
	char *pem = NULL;
	size_t n;
	if (servers_parse(cli->words[0], &cli->arena, &ret->servers, &bad)) {
		text_complain(TEXT_BAD_SERVER, text_clean(&cli->arena, bad));
		return EXIT_USAGE;
	}
	if (ca && file_read(ca, CA_MAX_BYTES, &cli->arena, &pem, &n) != 0) {
		text_complain(TEXT_CANNOT_READ, ca, strerror(errno));
		return EXIT_USAGE;
	}
	const char *begin = pem ? strstr(pem, "-----BEGIN CERTIFICATE-----") : NULL;
	if (ca && !begin) {
		text_complain(TEXT_NOT_PEM, ca);
		return EXIT_USAGE;
	}
	ret->ca_pem = begin;
	return given_token(cli, &ret->token);
}

static void welcome(struct session *s)
{
	struct cli *cli = s->cli;
	const char *name = line_get(&s->who, "name"), *pole = line_get(&s->who, "pole");
	const char *roles = line_get(&s->who, "roles"), *member = line_get(&s->who, "member");
	fprintf(cli->out.out, text(TEXT_WELCOME),
		text_clean(&cli->arena, name && *name ? name : "?"),
		text_clean(&cli->arena, member ? member : text(TEXT_OF_THE_POLE)),
		text_clean(&cli->arena, pole ? pole : ""),
		text_clean(&cli->arena, show_words(&cli->arena, roles ? roles : "")));
}

/* Each server by itself, so that one that is mistyped is seen now. One at least has to know the
 * token; `ret` is its session. */
static enum exit_code log_in_everywhere(struct cli *cli, const struct credentials *all,
					struct session *ret)
{
	enum exit_code code[SERVERS_MOST], best = EXIT_NETWORK;
	for (size_t i = 0; i < all->servers.n; i++) {
		struct credentials one = *all;
		struct session s;
		one.servers = (struct servers){.list = {all->servers.list[i]}, .n = 1};
		code[i] = session_open_as(&s, cli, &one);
		if (code[i] == EXIT_NOT_ALLOWED)
			return code[i];
		if (!code[i] && best)
			*ret = s;
		else if (!code[i])
			session_close(&s);
		best = code[i] ? best : EXIT_DONE;
	}
	for (size_t i = 0; !best && i < all->servers.n; i++)
		if (code[i])
			text_complain(TEXT_LOGIN_KEPT,
				      address_format(&cli->arena, &all->servers.list[i]));
	return best;
}

enum exit_code command_login(struct cli *cli)
{
	struct credentials c = {0};
	struct session s;
	const char *path;
	enum exit_code code = cli_expect_words(cli, 1, 1);
	code = code ? code : given_credentials(cli, &c);
	code = code ? code : log_in_everywhere(cli, &c, &s);
	if (code)
		return code;
	if (credentials_save(cli->profile, &c, &cli->arena, &path) == CREDENTIALS_OK) {
		welcome(&s);
	} else {
		text_complain(TEXT_CANNOT_WRITE, path, strerror(errno));
		code = EXIT_USAGE;
	}
	session_close(&s);
	return code;
}

enum { WHO_MAY = 10, WHO_NESTED };
static const struct column who_columns[] = {
    {"person", {"Person", "Personne"}, 0},
    {"name", {"Name", "Nom"}, 0},
    {"mail", {"Mail", "Courriel"}, 0},
    {"member", {"Member", "Membre"}, 0},
    {"member-name", {"Member's name", "Nom du membre"}, 0},
    {"roles", {"Roles", "Rôles"}, COLUMN_WORDS},
    {"pole", {"Pole", "Pôle"}, 0},
    {"pole-name", {"Pole's name", "Nom du pôle"}, 0},
    {"zone", {"Time zone", "Fuseau"}, 0},
    {"lang", {"Language", "Langue"}, 0},
    [WHO_MAY] = {"may", {"Qualified for", "Qualifiée pour"}, COLUMN_TABLE_ONLY},
    [WHO_NESTED] = {"qualifications", {"Qualified for", "Qualifiée pour"}, COLUMN_NESTED},
};

static void put_who(struct session *s, const struct reply *r)
{
	struct sheet sheet;
	const char *cells[SHEET_MAX_COLUMNS];
	sheet_begin_single(&sheet, s->cli->format, &s->cli->out, who_columns, N(who_columns));
	cells_from_line(&s->cli->arena, &r->final, who_columns, N(who_columns), cells);
	cells[WHO_MAY] = qualifications_shown(s, r);
	cells[WHO_NESTED] = qualifications_nested(s, r);
	sheet_row(&sheet, cells);
	sheet_end(&sheet);
}

static enum exit_code whoami(struct session *s)
{
	struct ask q;
	struct reply r;
	if (cli_has(s->cli, "--ca")) {
		fputs(s->credentials.ca_pem ? s->credentials.ca_pem : "", s->cli->out.out);
		return EXIT_DONE;
	}
	ask_begin(&q, s, "WHOAMI", NULL);
	enum exit_code code = ask_done(&q, &r);
	if (!code)
		put_who(s, &r);
	return code;
}

enum exit_code command_whoami(struct cli *cli)
{
	return session_run(cli, 0, 0, whoami);
}

enum { STATUS_SHOWN = 5, STATUS_UP = 7 };
static const struct column status_columns[] = {
    {"server", {"Server", "Serveur"}, 0},
    {"pole", {"Pole", "Pôle"}, 0},
    {"version", {"Version", "Version"}, COLUMN_NUMBER},
    {"database", {"Database", "Base de données"}, COLUMN_WORDS},
    {"as-of", {"As of", "Au"}, COLUMN_DATA_ONLY},
    {"shown", {"As of", "Au"}, COLUMN_TABLE_ONLY},
    {"uptime-s", {"Up for (s)", "En marche depuis (s)"}, COLUMN_NUMBER | COLUMN_DATA_ONLY},
    {"up", {"Up for", "En marche depuis"}, COLUMN_TABLE_ONLY},
    {"connections", {"Connections", "Connexions"}, COLUMN_NUMBER},
    {"bookings", {"Bookings", "Réservations"}, COLUMN_NUMBER},
    {"persons", {"Persons", "Personnes"}, COLUMN_NUMBER},
    {"groups", {"Groups", "Groupes"}, COLUMN_NUMBER | COLUMN_DATA_ONLY},
    {"commands", {"Commands", "Commandes"}, COLUMN_NUMBER | COLUMN_DATA_ONLY},
};

static void fix_status(struct session *s, const struct line *l, const char **cells)
{
	struct arena *a = &s->cli->arena;
	const char *as_of = line_get(l, "as-of"), *uptime = line_get(l, "uptime-s");
	if (as_of)
		cells[STATUS_SHOWN] = show_wire_moment(a, as_of, session_now(s).date);
	if (uptime)
		cells[STATUS_UP] = show_uptime(a, strtoll(uptime, NULL, 10));
}

static enum exit_code status(struct session *s)
{
	struct ask q;
	struct reply r;
	ask_begin(&q, s, "STATUS", NULL);
	enum exit_code code = ask_done(&q, &r);
	if (!code)
		show_record(s, &r.final, status_columns, N(status_columns), fix_status);
	return code;
}

enum exit_code command_status(struct cli *cli)
{
	return session_run(cli, 0, 0, status);
}
