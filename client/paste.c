/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that the user can paste into a shell as they are. */
#include "client/paste.h"

#include <string.h>

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
