/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why not, and what instead. */
#include "client/refusal.h"

#include <string.h>

#include "client/json.h"
#include "client/paste.h"
#include "client/show_time.h"
#include "lib/moment.h"

const char *wire_local(struct arena *a, const struct zone *z, const char *moment)
{
	struct moment m;
	int64_t utc;
	if (!moment || moment_parse(moment, &m) != MOMENT_OK || !m.has_offset)
		return moment;
	zone_to_utc(z, m.local, &utc);
	if (utc != moment_utc(&m, z))
		return moment;
	size_t n = strcspn(moment, "T");
	n += strcspn(moment + n, "+-Z");
	return arena_strndup(a, moment, n);
}

static void paste_kept(struct paste *p, const struct cli *cli)
{
	static const char *const kept[] = {"--purpose", "--member", "--person"};
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		paste_option(p, kept[i], cli_option(cli, kept[i]));
}

const char *refusal_command(struct session *s, const struct wanted *wanted,
			    const struct line *alternative)
{
	struct arena *a = &s->cli->arena;
	const char *what = line_get(alternative, "what");
	what = what ? what : line_get(alternative, "resource");
	bool move =
	    wanted->booking && (!what || (wanted->resource && strcmp(what, wanted->resource) == 0));
	struct paste p = paste_begin(s->cli, move ? "move" : "book");
	if (move || what)
		paste_word(&p, move ? wanted->booking : what);
	paste_option(&p, "--unit", line_get(alternative, "unit"));
	paste_option(&p, "--from", wire_local(a, s->zone, line_get(alternative, "from")));
	paste_option(&p, "--to", wire_local(a, s->zone, line_get(alternative, "to")));
	if (!move)
		paste_kept(&p, s->cli);
	return p.text;
}

static const char *blame(struct arena *a, const struct reply *r)
{
	const char *rule = reply_get(r, "rule"), *place = reply_get(r, "place");
	if (rule && place)
		return text_clean(a, arena_printf(a, text(TEXT_BY_RULE_AT), rule, place));
	if (rule || place)
		return text_clean(a, arena_printf(a, text(TEXT_BY_RULE), rule ? rule : place));
	return "";
}

static const char *why_of(const struct reply *r)
{
	const char *said = reply_get(r, "text");
	for (size_t i = 0; !said && i < r->n_data; i++)
		if (line_is(&r->data[i], "reason"))
			said = line_get(&r->data[i], "text");
	return said ? said : *r->code ? r->code : text(TEXT_NOTHING_FREE);
}

static void tell_alternative(struct session *s, const struct wanted *wanted, const struct line *l,
			     unsigned number)
{
	struct arena *a = &s->cli->arena;
	const struct screen *err = &s->cli->err;
	const char *unit = line_get(l, "unit"), *what = line_get(l, "what"),
		   *said = line_get(l, "text");
	const char *when =
	    show_wire_span(err, a, line_get(l, "from"), line_get(l, "to"), session_now(s).date);
	fprintf(err->out, "  %u. %s%s%s, %s%s%s\n", number, screen_colour(err, COLOUR_BOLD), when,
		screen_plain(err),
		text_clean(a, unit   ? unit
			      : what ? what
				     : ""),
		said ? ": " : "", text_clean(a, said ? said : ""));
	fprintf(err->out, "     %s\n", refusal_command(s, wanted, l));
}

static void tell_people(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	struct arena *a = &s->cli->arena;
	const struct screen *err = &s->cli->err;
	unsigned n = 0;
	fprintf(err->out, "%s", screen_colour(err, COLOUR_BAD));
	fprintf(err->out, text(TEXT_REFUSED), text_clean(a, why_of(r)));
	fprintf(err->out, "%s%s\n", screen_plain(err), blame(a, r));
	for (size_t i = 0; i < r->n_data; i++) {
		if (!line_is(&r->data[i], "alternative"))
			continue;
		if (n++ == 0)
			fprintf(err->out, "%s\n", text(TEXT_INSTEAD));
		tell_alternative(s, wanted, &r->data[i], n);
	}
}

static void json_members(FILE *out, const struct line *l)
{
	const char *separator = "";
	for (size_t i = 0; i < l->n_args; i++) {
		bool repeated = false;
		for (size_t k = 0; k < i; k++)
			repeated = repeated || strcmp(l->args[k].key, l->args[i].key) == 0;
		if (repeated)
			continue;
		fputs(separator, out);
		json_put_string(out, l->args[i].key);
		fputs(": ", out);
		json_put_string(out, l->args[i].value);
		separator = ", ";
	}
}

static void json_kind(struct session *s, const struct reply *r, const char *kind,
		      const struct wanted *wanted)
{
	FILE *out = s->cli->out.out;
	size_t n = 0;
	fprintf(out, ",\n \"%ss\": [", kind);
	for (size_t i = 0; i < r->n_data; i++) {
		if (!line_is(&r->data[i], kind))
			continue;
		fputs(n++ ? ",\n  {" : "\n  {", out);
		json_members(out, &r->data[i]);
		if (strcmp(kind, "alternative") == 0) {
			fputs(r->data[i].n_args ? ", \"command\": " : "\"command\": ", out);
			json_put_string(out, refusal_command(s, wanted, &r->data[i]));
		}
		fputc('}', out);
	}
	fputc(']', out);
}

static void tell_json(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	FILE *out = s->cli->out.out;
	static const char *const kinds[] = {"reason", "conflict", "alternative", "occurrence"};
	fputs("{\"refused\": ", out);
	json_put_string(out, *r->code ? r->code : "nothing-free");
	fputs(", \"text\": ", out);
	json_put_string(out, why_of(r));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		json_kind(s, r, kinds[i], wanted);
	fputs("}\n", out);
}

enum exit_code refusal_tell(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	if (r->class != CLASS_NO && r->class != CLASS_OK)
		return reply_complain(s->cli, r);
	if (s->cli->format == SHEET_JSON)
		tell_json(s, r, wanted);
	tell_people(s, r, wanted);
	return r->class == CLASS_OK ? EXIT_REFUSED : reply_exit(r);
}
