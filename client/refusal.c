/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why not, and what instead. */
#include "client/refusal.h"

#include <string.h>

#include "client/paste.h"
#include "client/refusal_next.h"
#include "client/show_time.h"

void refusal_keep(struct paste *p, const struct cli *cli)
{
	static const char *const kept[] = {"--declared", "--distance", "--people",
					   "--purpose",	 "--member",   "--person"};
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
	refusal_keep(&p, s->cli);
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
		refusal_keep(&p, s->cli);
	}
	return p.text;
}

/* ` (rule van duration, rules.yaml:3:5)`, and without a rule only the place. */
const char *refusal_blame(struct session *s, const struct line *l)
{
	struct arena *a = &s->cli->arena;
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

const char *refusal_why(const struct reply *r)
{
	const struct line *reason = first_reason(r);
	const char *said = reply_get(r, "text");
	if (!said && reason)
		said = line_get(reason, "text");
	return said ? said : *r->code ? r->code : text(TEXT_NOTHING_FREE);
}

static void tell_alternative(struct session *s, const struct wanted *wanted, const struct line *l,
			     unsigned number, const struct screen *screen)
{
	struct arena *a = &s->cli->arena;
	const char *unit = line_get(l, "unit"), *what = line_get(l, "what"),
		   *said = line_get(l, "text");
	const char *when =
	    show_wire_span(screen, a, line_get(l, "from"), line_get(l, "to"), session_now(s).date);
	const char *name = unit ? unit : what ? what : "";
	fprintf(screen->out, "  %u. %s%s%s, %s%s%s\n", number, screen_colour(screen, COLOUR_BOLD),
		when, screen_plain(screen), text_clean(a, name),
		*name && said ? text(TEXT_COLON) : "", text_clean(a, said ? said : ""));
	fprintf(screen->out, "     %s\n", refusal_command(s, wanted, l));
}

void refusal_alternatives(struct session *s, const struct reply *r, const struct wanted *wanted,
			  const struct screen *screen)
{
	unsigned n = 0;
	for (size_t i = 0; i < r->n_data; i++) {
		if (!line_is(&r->data[i], "alternative"))
			continue;
		if (n++ == 0)
			fprintf(screen->out, "%s\n", text(TEXT_INSTEAD));
		tell_alternative(s, wanted, &r->data[i], n, screen);
	}
}

void refusal_reasons(struct session *s, const struct reply *r, const char *but,
		     const struct screen *screen)
{
	struct arena *a = &s->cli->arena;
	for (size_t i = 0; i < r->n_data; i++) {
		const struct line *l = &r->data[i];
		const char *said = line_get(l, "text");
		if (said && line_is(l, "reason") && !(but && strcmp(said, but) == 0))
			screen_say(
			    screen, 2,
			    arena_printf(a, "  %s%s", text_clean(a, said), refusal_blame(s, l)));
	}
}

void refusal_tell_next(struct session *s, const struct reply *r, const struct wanted *wanted,
		       const struct screen *screen)
{
	struct next next = refusal_next(s, r, wanted);
	if (!next.command)
		return;
	screen_say(screen, 0, next.head);
	fprintf(screen->out, "  %s\n", next.command);
}

static void tell_people(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	struct arena *a = &s->cli->arena;
	const struct screen *err = &s->cli->err;
	const struct line *first = first_reason(r);
	const bool final_says = reply_get(r, "text") || !first;
	const char *why = refusal_why(r);
	fputs(screen_colour(err, COLOUR_BAD), err->out);
	screen_say(
	    err, 2,
	    arena_printf(a, "%s%s%s", arena_printf(a, text(TEXT_REFUSED), text_clean(a, why)),
			 screen_plain(err), refusal_blame(s, final_says ? &r->final : first)));
	refusal_reasons(s, r, why, err);
	if (wanted->shorter && strcmp(r->code, "not-later") == 0)
		fprintf(err->out, "%s\n  %s\n", text(TEXT_INSTEAD_SHORTER), wanted->shorter);
	refusal_alternatives(s, r, wanted, err);
	refusal_tell_next(s, r, wanted, err);
}

enum exit_code refusal_tell(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	if (r->class != CLASS_NO && r->class != CLASS_OK)
		return reply_complain(s->cli, r);
	if (s->cli->format == SHEET_JSON)
		refusal_tell_json(s, r, wanted);
	tell_people(s, r, wanted);
	return r->class == CLASS_OK ? EXIT_REFUSED : reply_exit(r);
}
