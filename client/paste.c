/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that the user can paste into a shell as they are. */
#include "client/paste.h"

#include <string.h>

#include "lib/moment.h"

/*
 * What is quoted comes from the server or the user, and is shown as well as run: text that would
 * steer the terminal is cleaned first, so that what is pasted is what was seen.
 */
const char *shell_quote(struct arena *a, const char *s)
{
	static const char bare[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
	s = text_clean(a, s);
	if (*s && strspn(s, bare) == strlen(s))
		return s;
	char *out = arena_alloc(a, strlen(s) * 4 + 3), *end = out;
	*end++ = '\'';
	for (; *s; s++)
		if (*s == '\'')
			end = stpcpy(end, "'\\''");
		else
			*end++ = *s;
	*end = '\'';
	return out;
}

struct paste paste_begin(struct cli *cli, const char *command)
{
	struct paste p = {.arena = &cli->arena, .text = "mutual"};
	if (cli->profile_said)
		paste_option(&p, "--profile", cli->profile);
	paste_option(&p, "--server", cli_option(cli, "--server"));
	p.text = arena_printf(p.arena, "%s %s", p.text, command);
	return p;
}

void paste_word(struct paste *p, const char *word)
{
	p->text = arena_printf(p->arena, "%s %s", p->text, shell_quote(p->arena, word));
}

void paste_option(struct paste *p, const char *name, const char *value)
{
	if (value)
		p->text =
		    arena_printf(p->arena, "%s %s %s", p->text, name, shell_quote(p->arena, value));
}

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

/* One item= value taken apart; false: it cannot be. */
static bool item_decode(struct arena *a, const char *value, struct line *ret)
{
	const char *text = arena_printf(a, "item %s", value);
	size_t at;
	return line_decode(text, strlen(text), a, ret, &at) == LINE_OK && line_get(ret, "what");
}

void paste_items(struct paste *p, const struct zone *z, const struct line *l)
{
	static const char *const keys[] = {"from", "to", "for", "unit", "qty", "having", "at"};
	size_t n = 0;
	for (size_t i = 0; i < l->n_args; i++) {
		struct line item;
		if (strcmp(l->args[i].key, "item") != 0 ||
		    !item_decode(p->arena, l->args[i].value, &item))
			continue;
		if (n++)
			paste_word(p, "+");
		paste_word(p, line_get(&item, "what"));
		for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++) {
			const char *value = line_get(&item, keys[k]);
			if (k < 2 && z)
				value = wire_local(p->arena, z, value);
			paste_option(p, arena_printf(p->arena, "--%s", keys[k]), value);
		}
	}
}

/* What of a request is a word of its command, and what an option; in the order of the command. */
static const struct {
	const char *key, *option; /* option NULL: a word */
} parts[] = {
    {"what", NULL},
    {"outage", NULL},
    {"within", "--within"},
    {"qty", "--qty"},
    {"having", "--having"},
    {"at", "--at"},
    {"declared", "--declared"},
    {"booking", NULL},
    {"with", NULL},
    {"decision", NULL},
    {"text", NULL},
    {"name", NULL},
    {"qualification", NULL},
    {"from", "--from"},
    {"to", "--to"},
    {"for", "--for"},
    {"by", "--by"},
    {"hold-for", "--hold-for"},
    {"unit", "--unit"},
    {"member", "--member"},
    {"mail", "--mail"},
    {"roles", "--roles"},
    {"purpose", "--purpose"},
    {"distance", "--distance"},
    {"people", "--people"},
    {"rule", "--rule"},
    {"except", "--except"},
    {"also", "--also"},
    {"meter", "--meter"},
    {"condition", "--condition"},
    {"issuer", "--issuer"},
    {"since", "--since"},
    {"until", "--until"},
    {"reason", "--reason"},
    {"key", "--key"},
};

/* What of a request is an option by itself. */
static const struct {
	const char *key, *value, *option;
} flags[] = {
    {"keep", "yes", "--keep"},
    {"conflicts", "skip", "--skip-conflicts"},
    {"conflicts", "alternative", "--take-alternatives"},
    {"scope", "following", "--following"},
    {"scope", "all", "--all"},
};

static bool is_word(const struct command *c, const char *word)
{
	return strcmp(c->word, word) == 0;
}

static void paste_part(struct paste *p, const struct line *request, size_t part)
{
	for (size_t i = 0; i < request->n_args; i++) {
		if (strcmp(request->args[i].key, parts[part].key) != 0)
			continue;
		if (parts[part].option)
			paste_option(p, parts[part].option, request->args[i].value);
		else
			paste_word(p, request->args[i].value);
	}
}

static void paste_flag(struct paste *p, const char *option)
{
	p->text = arena_printf(p->arena, "%s %s", p->text, option);
}

static void paste_flags(struct paste *p, const struct cli *cli, const struct line *request)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		const char *value = line_get(request, flags[i].key);
		if (value && strcmp(value, flags[i].value) == 0)
			paste_flag(p, flags[i].option);
	}
	if (is_word(cli->command, "book") && line_get(request, "wait"))
		paste_flag(p, "--wait");
	if (is_word(cli->command, "swap") && !line_get(request, "with"))
		paste_flag(p, "--withdraw");
	if (cli_has(cli, "--yes"))
		paste_flag(p, "--yes");
}

/* One of several things, or which of them. */
static bool takes_things(const struct command *c)
{
	return is_word(c, "book") || is_word(c, "hold") || is_word(c, "wait");
}

const char *paste_request(struct cli *cli, const struct line *request)
{
	const struct command *c = cli->command;
	struct paste p = paste_begin(cli, c->word);
	if (c->subword)
		paste_word(&p, c->subword);
	if (is_word(c, "policy"))
		paste_word(&p, cli->words[0]);
	if (is_word(c, "person") && line_get(request, "person"))
		paste_word(&p, line_get(request, "person"));
	else
		paste_option(&p, "--person", line_get(request, "person"));
	if (takes_things(c))
		paste_items(&p, NULL, request);
	else
		paste_option(&p, "--item", line_get(request, "item"));
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		paste_part(&p, request, i);
	paste_flags(&p, cli, request);
	return p.text;
}
