/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy show --effective: all that holds for a resource, each with the line that says it. */
#include "client/commands_effective.h"

#include <string.h>

#include "client/refusal.h"
#include "client/show_booking.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

enum { VALUE_WHAT, VALUE_SAYS, VALUE_WHERE };
static const struct column value_columns[] = {
    [VALUE_WHAT] = {"what", {"What", "Quoi"}, COLUMN_TABLE_ONLY},
    [VALUE_SAYS] = {"value", {"Value", "Valeur"}, COLUMN_WRAP | COLUMN_WORDS},
    [VALUE_WHERE] = {"where", {"Where", "Où"}, COLUMN_TABLE_ONLY},
    {"key", {"Key", "Clé"}, COLUMN_DATA_ONLY},
    {"place", {"Place", "Où"}, COLUMN_DATA_ONLY},
    {"rule", {"Rule", "Règle"}, COLUMN_WRAP},
};

static const struct {
	const char *key;
	struct phrase shown;
} keys[] = {
    {"site", {"site", "site"}},
    {"owner", {"owner", "propriétaire"}},
    {"managers", {"managers", "gestion"}},
    {"meter", {"meter", "compteur"}},
    {"hours", {"hours", "horaires"}},
    {"hand-over", {"hand-over", "remise"}},
    {"spans-closed", {"spans closed", "traverse fermé"}},
    {"buffer", {"buffer", "battement"}},
    {"duration", {"length", "durée"}},
    {"start", {"start", "début"}},
    {"lead", {"lead", "délai"}},
    {"horizon", {"horizon", "horizon"}},
    {"slots", {"slots", "créneaux"}},
    {"recurrence", {"series", "séries"}},
    {"quota", {"quota", "quota"}},
    {"who", {"who", "pour qui"}},
    {"keep", {"kept", "gardé"}},
    {"qualification", {"qualification", "qualification"}},
    {"approval", {"approval", "accord"}},
    {"hold", {"hold", "option"}},
    {"cancel", {"cancelling", "annulation"}},
    {"no-show", {"no-show", "absence"}},
};

static const char *key_shown(const char *key)
{
	for (size_t i = 0; key && i < N(keys); i++)
		if (strcmp(keys[i].key, key) == 0)
			return phrase_text(keys[i].shown);
	return key;
}

/* `rules.yaml:3:5`: the column says little to people. */
static void fix_value(struct session *s, const struct line *l, const char **cells)
{
	const char *place = line_get(l, "place"), *column = place ? strrchr(place, ':') : NULL;
	cells[VALUE_WHAT] = key_shown(line_get(l, "key"));
	cells[VALUE_WHERE] =
	    column ? arena_strndup(&s->cli->arena, place, (size_t)(column - place)) : place;
}

enum exit_code effective_show(struct session *s, const char *resource)
{
	struct ask q;
	struct reply r;
	ask_begin(&q, s, "POLICY", "EFFECTIVE");
	line_str(&q.line, "what", resource);
	enum exit_code code = ask_send(&q, &r);
	if (code)
		return code;
	if (r.class != CLASS_OK)
		return refusal_tell(s, &r, &(struct wanted){0});
	show_rows(s, &r, "value", value_columns, N(value_columns), fix_value);
	return EXIT_DONE;
}
