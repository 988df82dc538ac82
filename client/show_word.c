/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The protocol's words as people read them. */
#include "client/show_word.h"

#include <ctype.h>
#include <string.h>

#include "client/text.h"

static const struct phrase words[] = {
    {"equipment", "équipement"},
    {"premises", "locaux"},
    {"staff", "personnel"},
    {"member", "membre"},
    {"manager", "gestion"},
    {"coordinator", "coordination"},
    {"administrator", "administration"},
    {"up", "présente"},
    {"down", "absente"},
    {"yes", "oui"},
    {"no", "non"},
    {"true", "oui"},
    {"false", "non"},
    {"always", "toujours"},
    {"closed", "fermé"},
    {"Mon", "lun."},
    {"Tue", "mar."},
    {"Wed", "mer."},
    {"Thu", "jeu."},
    {"Fri", "ven."},
    {"Sat", "sam."},
    {"Sun", "dim."},
};

static const struct phrase unit_words[] = {{"w", " sem."}, {"d", "j"}};

static const char *word_shown(const char *word)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i].en, word) == 0)
			return words[i].fr;
	return word;
}

/* `1d12h`: every count with its unit. */
static const char *length_shown(struct arena *a, const char *word)
{
	const char *shown = "";
	while (*word) {
		size_t digits = strspn(word, "0123456789");
		size_t n = digits + (word[digits] != '\0');
		const char *piece = arena_strndup(a, word, n);
		for (size_t i = 0; i < sizeof(unit_words) / sizeof(*unit_words); i++)
			if (n > 1 && word[digits] == *unit_words[i].en)
				piece =
				    arena_printf(a, "%.*s%s", (int)digits, word, unit_words[i].fr);
		shown = arena_printf(a, "%s%s", shown, piece);
		word += n;
	}
	return shown;
}

const char *show_words(struct arena *a, const char *s)
{
	const char *shown = "";
	if (text_language() != LANG_FR)
		return s;
	while (*s) {
		size_t n = 0;
		while (isalnum((unsigned char)s[n]))
			n++;
		const char *word = arena_strndup(a, s, n ? n : 1);
		if (n && isdigit((unsigned char)*s))
			word = length_shown(a, word);
		else if (n)
			word = word_shown(word);
		shown = arena_printf(a, "%s%s", shown, word);
		s += n ? n : 1;
	}
	return shown;
}

const char *show_uptime(struct arena *a, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *unit;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
	size_t first = 0;
	while (first + 1 < sizeof(units) / sizeof(*units) && seconds < units[first].seconds)
		first++;
	const char *shown = "";
	for (size_t i = first; i < first + 2 && i < sizeof(units) / sizeof(*units); i++) {
		int64_t n = seconds / units[i].seconds;
		seconds %= units[i].seconds;
		if (n > 0 || i == first)
			shown = arena_printf(a, "%s%s%lld%s", shown, i > first ? " " : "",
					     (long long)n, units[i].unit);
	}
	return show_words(a, shown);
}
