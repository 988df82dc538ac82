/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client's own words, in English and French. */
#include "client/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const struct phrase text_table[N_TEXTS] = {
#define TEXT(id, en, fr) [TEXT_##id] = {en, fr},
#include "client/text.def"
#undef TEXT
};

static enum language chosen = LANG_EN;

static const char *environment_word(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return value;
	}
	return "en";
}

int text_choose(const char *word)
{
	if (word)
		return language_from_word(word, &chosen);
	if (language_from_word(environment_word(), &chosen))
		chosen = LANG_EN;
	return 0;
}

enum language text_language(void)
{
	return chosen;
}

const char *text_language_word(void)
{
	return chosen == LANG_FR ? "fr" : "en";
}

const char *phrase_text(struct phrase p)
{
	return chosen == LANG_FR ? p.fr : p.en;
}

const char *text(enum text t)
{
	return phrase_text(text_table[t]);
}

void text_complain(enum text t, ...)
{
	va_list args;
	va_start(args, t);
	fputs("mutual: ", stderr);
	vfprintf(stderr, text(t), args);
	fputc('\n', stderr);
	va_end(args);
}
