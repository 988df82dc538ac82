/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why not, and what instead. */
#include "client/refusal.h"

#include <string.h>

#include "client/json.h"
#include "client/paste.h"
#include "client/show_time.h"

static void paste_kept(struct paste *p, const struct cli *cli)
{
	static const char *const kept[] = {"--declared", "--purpose", "--member", "--person"};
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		paste_option(p, kept[i], cli_option(cli, kept[i]));
}

static void paste_times(struct paste *p, struct session *s, const struct line *l)
{
	paste_option(p, "--unit", line_get(l, "unit"));
	paste_option(p, "--from", wire_local(p->arena, s->zone, line_get(l, "from")));
	paste_option(p, "--to", wire_local(p->arena, s->zone, line_get(l, "to")));
}

/* Several things at another time. */
static const char *command_of_things(struct session *s, const struct line *alternative)
{
	struct paste p = paste_begin(s->cli, "book");
	paste_items(&p, s->zone, alternative);
	paste_kept(&p, s->cli);
	return p.text;
}

const char *refusal_command(struct session *s, const struct wanted *wanted,
			    const struct line *alternative)
{
	if (line_get(alternative, "item") && line_get(alternative, "why"))
		return command_of_things(s, alternative);
	const char *qty = line_get(alternative, "qty");
	const char *what = line_get(alternative, "what");
	what = what ? what : line_get(alternative, "resource");
	bool move =
	    wanted->booking && (!what || (wanted->resource && strcmp(what, wanted->resource) == 0));
	struct paste p = paste_begin(s->cli, move ? "move" : "book");
	if (move || what)
		paste_word(&p, move ? wanted->booking : what);
	paste_times(&p, s, alternative);
	if (move) {
		paste_option(&p, "--item", cli_option(s->cli, "--item"));
	} else {
		paste_option(&p, "--qty", qty ? qty : cli_option(s->cli, "--qty"));
		paste_option(&p, "--having", cli_option(s->cli, "--having"));
		paste_option(&p, "--at", cli_option(s->cli, "--at"));
		paste_kept(&p, s->cli);
	}
	return p.text;
}

/* ` (rule van duration, rules.yaml:3:5)`, and without a rule only the place. */
static const char *blame(struct arena *a, const struct line *l)
{
	const char *rule = line_get(l, "rule"), *place = line_get(l, "place");
	if (rule && strchr(rule, ','))
		rule = arena_printf(a, text(TEXT_QUOTED), rule);
	if (rule && place)
		return text_clean(a, arena_printf(a, text(TEXT_BY_RULE_AT), rule, place));
	if (rule)
		return text_clean(a, arena_printf(a, text(TEXT_BY_RULE), rule));
	return place ? text_clean(a, arena_printf(a, " (%s)", place)) : "";
}

static const struct line *first_reason(const struct reply *r)
{
	for (size_t i = 0; i < r->n_data; i++)
		if (line_is(&r->data[i], "reason"))
			return &r->data[i];
	return NULL;
}

static const char *why_of(const struct reply *r)
{
	const struct line *reason = first_reason(r);
	const char *said = reply_get(r, "text");
	if (!said && reason)
		said = line_get(reason, "text");
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
	const char *name = unit ? unit : what ? what : "";
	fprintf(err->out, "  %u. %s%s%s, %s%s%s\n", number, screen_colour(err, COLOUR_BOLD), when,
		screen_plain(err), text_clean(a, name), *name && said ? text(TEXT_COLON) : "",
		text_clean(a, said ? said : ""));
	fprintf(err->out, "     %s\n", refusal_command(s, wanted, l));
}

static void tell_other_reasons(struct session *s, const struct reply *r, const struct line *first)
{
	struct arena *a = &s->cli->arena;
	for (size_t i = 0; i < r->n_data; i++) {
		const struct line *l = &r->data[i];
		const char *said = line_get(l, "text");
		if (l != first && said && line_is(l, "reason") && strcmp(said, why_of(r)) != 0)
			screen_say(&s->cli->err, 2,
				   arena_printf(a, "  %s%s", text_clean(a, said), blame(a, l)));
	}
}

static void tell_people(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	struct arena *a = &s->cli->arena;
	const struct screen *err = &s->cli->err;
	unsigned n = 0;
	const struct line *first = first_reason(r);
	const bool final_says = reply_get(r, "text") || !first;
	fputs(screen_colour(err, COLOUR_BAD), err->out);
	screen_say(err, 2,
		   arena_printf(a, "%s%s%s",
				arena_printf(a, text(TEXT_REFUSED), text_clean(a, why_of(r))),
				screen_plain(err), blame(a, final_says ? &r->final : first)));
	tell_other_reasons(s, r, first);
	if (wanted->shorter && strcmp(r->code, "not-later") == 0)
		fprintf(err->out, "%s\n  %s\n", text(TEXT_INSTEAD_SHORTER), wanted->shorter);
	for (size_t i = 0; i < r->n_data; i++) {
		if (!line_is(&r->data[i], "alternative"))
			continue;
		if (n++ == 0)
			fprintf(err->out, "%s\n", text(TEXT_INSTEAD));
		tell_alternative(s, wanted, &r->data[i], n);
	}
}

static void json_value(FILE *out, const char *key, const char *value)
{
	static const char *const numbers[] = {"rank", "retry",	"count", "limit", "at",
					      "line", "column", "item",	 "qty"};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (strcmp(numbers[i], key) == 0 && json_is_number(value)) {
			fputs(value, out);
			return;
		}
	json_put_string(out, value);
}

/* A key that is repeated is an array. */
static void json_values(FILE *out, const struct line *l, size_t at)
{
	const char *key = l->args[at].key;
	size_t n = 0;
	for (size_t i = at; i < l->n_args; i++)
		n += strcmp(l->args[i].key, key) == 0;
	fputs(n > 1 ? "[" : "", out);
	for (size_t i = at; i < l->n_args; i++) {
		if (strcmp(l->args[i].key, key) != 0)
			continue;
		fputs(i > at ? ", " : "", out);
		json_value(out, key, l->args[i].value);
	}
	fputs(n > 1 ? "]" : "", out);
}

static void json_members(FILE *out, const struct line *l, const char *separator)
{
	for (size_t i = 0; i < l->n_args; i++) {
		if (line_get(l, l->args[i].key) != l->args[i].value)
			continue;
		fputs(separator, out);
		json_put_string(out, l->args[i].key);
		fputs(": ", out);
		json_values(out, l, i);
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
		json_members(out, &r->data[i], "");
		if (strcmp(kind, "alternative") == 0) {
			fputs(r->data[i].n_args ? ", \"command\": " : "\"command\": ", out);
			json_put_string(out, refusal_command(s, wanted, &r->data[i]));
		}
		fputc('}', out);
	}
	fputc(']', out);
}

static void json_pair(FILE *out, const char *key, const char *value)
{
	if (!value)
		return;
	fputs(", ", out);
	json_put_string(out, key);
	fputs(": ", out);
	json_put_string(out, value);
}

void refusal_json(struct cli *cli, const struct reply *r)
{
	FILE *out = cli->out.out;
	fputs(r->class == CLASS_NO ? "{\"refused\": " : "{\"failed\": ", out);
	json_put_string(out, r->code);
	json_members(out, &r->final, ", ");
	json_pair(out, "command", r->again);
	fputs("}\n", out);
}

static void tell_json(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	FILE *out = s->cli->out.out;
	const char *shorter = strcmp(r->code, "not-later") == 0 ? wanted->shorter : NULL;
	static const char *const kinds[] = {"reason", "conflict", "alternative", "occurrence"};
	fputs("{\"refused\": ", out);
	json_put_string(out, *r->code ? r->code : "nothing-free");
	fputs(", \"text\": ", out);
	json_put_string(out, why_of(r));
	json_pair(out, "rule", reply_get(r, "rule"));
	json_pair(out, "place", reply_get(r, "place"));
	json_pair(out, "command", shorter);
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
