/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about persons: person add, list, token. */
#include <string.h>

#include "client/commands_qualify.h"
#include "client/nested.h"
#include "client/show_booking.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

enum { PERSON_MAY = 6, PERSON_NESTED };
static const struct column person_columns[] = {
    {"person", {"Person", "Personne"}, 0},
    {"name", {"Name", "Nom"}, COLUMN_CUT},
    {"member", {"Member", "Membre"}, 0},
    {"roles", {"Roles", "Rôles"}, COLUMN_CUT | COLUMN_WORDS},
    {"mail", {"Mail", "Courriel"}, COLUMN_CUT | COLUMN_SPARE},
    {"active", {"Active", "Active"}, COLUMN_YES | COLUMN_SPARE | COLUMN_WORDS},
    [PERSON_MAY] = {"may", {"Qualified for", "Qualifiée pour"}, COLUMN_TABLE_ONLY | COLUMN_WRAP},
    [PERSON_NESTED] = {"qualifications", {"Qualified for", "Qualifiée pour"}, COLUMN_NESTED},
};

static const struct column token_columns[] = {
    {"person", {"Person", "Personne"}, 0},
    {"token", {"Token", "Jeton"}, 0},
    {"dry", {"Dry run", "À blanc"}, COLUMN_YES},
};

/* The token is shown once: whoever lost it gets another. */
static enum exit_code hand_over(struct session *s, struct ask *q)
{
	struct cli *cli = s->cli;
	struct reply r;
	enum exit_code code = ask_done(q, &r);
	const char *person = code ? NULL : reply_get(&r, "person"),
		   *token = code ? NULL : reply_get(&r, "token");
	if (code)
		return code;
	if (cli->format != SHEET_TABLE) {
		show_record(s, &r.final, token_columns, N(token_columns), NULL);
		return EXIT_DONE;
	}
	if (reply_get(&r, "dry"))
		fputs(text(TEXT_DRY), cli->out.out);
	if (!token) {
		fprintf(cli->out.out, text(TEXT_PERSON_NO_TOKEN),
			text_clean(&cli->arena, person ? person : ""));
		return EXIT_DONE;
	}
	fprintf(cli->out.out, text(TEXT_PERSON_TOKEN),
		text_clean(&cli->arena, person ? person : ""), text_clean(&cli->arena, token),
		session_servers(s), s->credentials.ca_pem ? " --ca ca.crt" : "");
	if (s->credentials.ca_pem)
		fputs(text(TEXT_HAND_CA), cli->out.out);
	return EXIT_DONE;
}

static enum exit_code add(struct session *s)
{
	struct ask q;
	ask_begin_change(&q, s, "PERSON", "ADD");
	line_str(&q.line, "name", s->cli->words[0]);
	ask_option(&q, "member", "--member");
	ask_option(&q, "mail", "--mail");
	ask_option(&q, "roles", "--roles");
	return hand_over(s, &q);
}

static enum exit_code token(struct session *s)
{
	struct ask q;
	ask_begin_change(&q, s, "PERSON", "TOKEN");
	line_str(&q.line, "person", s->cli->words[0]);
	if (cli_has(s->cli, "--keep"))
		line_str(&q.line, "keep", "yes");
	return hand_over(s, &q);
}

/* A person, with the qualifications that follow it. */
static void put_person(struct session *s, struct sheet *sheet, const struct reply *r, size_t at)
{
	const char *cells[SHEET_MAX_COLUMNS];
	struct reply part = reply_part(r, at, lines_until(r, at, "person", NULL));
	cells_from_line(&s->cli->arena, &r->data[at], person_columns, N(person_columns), cells);
	cells[PERSON_MAY] = qualifications_shown(s, &part);
	cells[PERSON_NESTED] = qualifications_nested(s, &part);
	sheet_row(sheet, cells);
}

static enum exit_code list(struct session *s)
{
	struct ask q;
	struct reply r;
	struct sheet sheet;
	ask_begin(&q, s, "PERSON", "LIST");
	ask_option(&q, "member", "--member");
	enum exit_code code = ask_done(&q, &r);
	if (code)
		return code;
	sheet_begin(&sheet, s->cli->format, &s->cli->out, person_columns, N(person_columns));
	for (size_t i = 0; i < r.n_data; i++)
		if (line_is(&r.data[i], "person"))
			put_person(s, &sheet, &r, i);
	sheet_end(&sheet);
	return EXIT_DONE;
}

enum exit_code command_person_add(struct cli *cli)
{
	return session_run(cli, 1, 1, add);
}

enum exit_code command_person_list(struct cli *cli)
{
	return session_run(cli, 0, 0, list);
}

enum exit_code command_person_token(struct cli *cli)
{
	return session_run(cli, 1, 1, token);
}
