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
    {"name", NULL},
    {"from", "--from"},
    {"to", "--to"},
    {"for", "--for"},
    {"by", "--by"},
    {"unit", "--unit"},
    {"member", "--member"},
    {"mail", "--mail"},
    {"roles", "--roles"},
    {"purpose", "--purpose"},
    {"reason", "--reason"},
    {"key", "--key"},
};

const char *paste_request(struct cli *cli, const struct line *request)
{
	const struct command *c = cli->command;
	struct paste p = paste_begin(cli, c->word);
	if (c->subword)
		paste_word(&p, c->subword);
	if (strcmp(c->word, "policy") == 0)
		paste_word(&p, cli->words[0]);
	if (c->subword && strcmp(c->subword, "token") == 0)
		paste_word(&p, line_get(request, "person"));
	else
		paste_option(&p, "--person", line_get(request, "person"));
	if (strcmp(c->word, "book") == 0)
		paste_items(&p, NULL, request);
	else
		paste_option(&p, "--item", line_get(request, "item"));
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		const char *value = line_get(request, parts[i].key);
		if (parts[i].option)
			paste_option(&p, parts[i].option, value);
		else if (value)
			paste_word(&p, value);
	}
	if (line_get(request, "keep"))
		p.text = arena_printf(p.arena, "%s --keep", p.text);
	if (cli_has(cli, "--yes"))
		p.text = arena_printf(p.arena, "%s --yes", p.text);
	return p.text;
}
