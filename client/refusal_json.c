/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Refusals and failures as one object on stdout. */
#include <string.h>

#include "client/json.h"
#include "client/refusal_next.h"

static void json_value(FILE *out, const char *key, const char *value)
{
	static const char *const numbers[] = {"rank", "retry",	"count", "limit",   "at",
					      "line", "column", "item",	 "qty",	    "turn",
					      "of",   "share",	"free",	 "version", "seq"};
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

/* Kinds of lines, and what a list of them is called. */
static const char *plural(struct arena *a, const char *kind)
{
	static const char *const others[][2] = {
	    {"queue", "queue"}, {"hours", "hours"}, {"remedy", "remedies"}};
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (strcmp(others[i][0], kind) == 0)
			return others[i][1];
	return arena_printf(a, "%ss", kind);
}

static void json_kind(struct session *s, const struct reply *r, const char *kind,
		      const struct wanted *wanted)
{
	FILE *out = s->cli->out.out;
	size_t n = 0;
	fprintf(out, ",\n \"%s\": [", plural(&s->cli->arena, kind));
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

void refusal_tell_json(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	FILE *out = s->cli->out.out;
	const char *shorter = strcmp(r->code, "not-later") == 0 ? wanted->shorter : NULL;
	static const char *const kinds[] = {"reason", "conflict", "alternative", "occurrence"};
	struct next next = refusal_next(s, r, wanted);
	fputs("{\"refused\": ", out);
	json_put_string(out, *r->code ? r->code : "nothing-free");
	fputs(", \"text\": ", out);
	json_put_string(out, refusal_why(r));
	json_pair(out, "rule", reply_get(r, "rule"));
	json_pair(out, "place", reply_get(r, "place"));
	json_pair(out, "command", shorter);
	json_pair(out, "next", next.command);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		json_kind(s, r, kinds[i], wanted);
	fputs("}\n", out);
}

void reasoning_json(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	static const char *const kinds[] = {"rule",   "hours",	"unit",	    "queue",
					    "remedy", "reason", "conflict", "alternative"};
	FILE *out = s->cli->out.out;
	const char *verdict = reply_get(r, "verdict");
	bool refused = verdict && strcmp(verdict, "refused") == 0;
	fputs("{", out);
	json_members(out, &r->final, "");
	json_pair(out, "next", refused ? refusal_next(s, r, wanted).command : NULL);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		json_kind(s, r, kinds[i], wanted);
	fputs("}\n", out);
}

void line_json(FILE *out, const struct line *l)
{
	fputc('{', out);
	json_members(out, l, "");
	fputs("}\n", out);
}
