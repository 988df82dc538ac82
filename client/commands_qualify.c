/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about what a person is qualified for: person qualify, disqualify. */
#include "client/commands_qualify.h"

#include "client/nested.h"
#include "client/refusal.h"
#include "client/show_booking.h"
#include "client/show_time.h"
#include "client/span_given.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

static const struct column qualification_columns[] = {
    {"person", {"Person", "Personne"}, 0},
    {"qualification", {"Qualification", "Qualification"}, 0},
    {"issuer", {"Issuer", "Garant"}, 0},
    {"since", {"Since", "Depuis"}, 0},
    {"until", {"Until", "Jusqu'à"}, 0},
    {"count", {"Count", "Nombre"}, COLUMN_NUMBER},
    {"dry", {"Dry run", "À blanc"}, COLUMN_YES},
};

static const char *clean(struct session *s, const char *value)
{
	return text_clean(&s->cli->arena, value ? value : "");
}

/* `licence-c (m12, until Thu 31 Dec 2026 24:00)`. */
static const char *qualification_shown(struct session *s, const struct line *l)
{
	struct arena *a = &s->cli->arena;
	const char *issuer = line_get(l, "issuer"), *until = line_get(l, "until");
	const char *said = until ? arena_printf(a, text(TEXT_UNTIL_THEN),
						show_wire_end(a, until, session_now(s).date))
				 : NULL;
	const char *word = clean(s, line_get(l, "qualification"));
	if (!issuer && !said)
		return word;
	return arena_printf(a, "%s (%s%s%s)", word, issuer ? issuer : "",
			    issuer && said ? ", " : "", said ? said : "");
}

const char *qualifications_shown(struct session *s, const struct reply *r)
{
	const char *shown = NULL;
	for (size_t i = 0; i < r->n_data; i++) {
		const struct line *l = &r->data[i];
		if (line_is(l, "qualification"))
			shown = shown ? arena_printf(&s->cli->arena, "%s, %s", shown,
						     qualification_shown(s, l))
				      : qualification_shown(s, l);
	}
	return shown;
}

const char *qualifications_nested(struct session *s, const struct reply *r)
{
	return nested_rows(s, r, 0, r->n_data, "qualification", qualification_columns + 1,
			   N(qualification_columns) - 3);
}

static enum exit_code finish(struct session *s, struct ask *q, enum text sentence)
{
	struct cli *cli = s->cli;
	struct reply r;
	enum exit_code code = ask_send(q, &r);
	if (code)
		return code;
	if (r.class != CLASS_OK)
		return refusal_tell(s, &r, &(struct wanted){0});
	if (cli->format != SHEET_TABLE) {
		show_record(s, &r.final, qualification_columns, N(qualification_columns), NULL);
		return EXIT_DONE;
	}
	if (reply_get(&r, "dry"))
		fputs(text(TEXT_DRY), cli->out.out);
	fprintf(cli->out.out, text(sentence), clean(s, reply_get(&r, "person")),
		clean(s, qualification_shown(s, &r.final)));
	return EXIT_DONE;
}

static enum exit_code qualify(struct session *s)
{
	struct when_point since, until;
	enum exit_code code = given_first_day(s, "--since", &since);
	code = code ? code : given_last_day(s, "--until", &until);
	if (code)
		return code;
	/* as a time, so that the command that asks again, with its last day counted in, says the
	 * same */
	since.has_time = since.has_date;
	until.has_time = until.has_date;
	struct ask q;
	ask_begin_change(&q, s, "PERSON", "QUALIFY");
	line_str(&q.line, "person", s->cli->words[0]);
	line_str(&q.line, "qualification", s->cli->words[1]);
	ask_option(&q, "issuer", "--issuer");
	ask_point(&q, "since", &since);
	ask_point(&q, "until", &until);
	return finish(s, &q, TEXT_QUALIFIED);
}

static enum exit_code disqualify(struct session *s)
{
	struct ask q;
	ask_begin_change(&q, s, "PERSON", "DISQUALIFY");
	line_str(&q.line, "person", s->cli->words[0]);
	line_str(&q.line, "qualification", s->cli->words[1]);
	ask_option(&q, "issuer", "--issuer");
	return finish(s, &q, TEXT_DISQUALIFIED);
}

enum exit_code command_person_qualify(struct cli *cli)
{
	return session_run(cli, 2, 2, qualify);
}

enum exit_code command_person_disqualify(struct cli *cli)
{
	return session_run(cli, 2, 2, disqualify);
}
