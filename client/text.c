/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client's own words, in English and French. */
#include "client/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/screen.h"

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

static unsigned complain_width;

void text_set_width(unsigned columns)
{
	complain_width = columns;
}

void text_complain(enum text t, ...)
{
	const struct screen err = {.out = stderr, .width = complain_width};
	struct arena a = {0};
	char *said;
	va_list args;
	va_start(args, t);
	if (vasprintf(&said, text(t), args) < 0)
		abort();
	va_end(args);
	screen_say(&err, 2, arena_printf(&a, "mutual: %s", said));
	free(said);
	arena_clear(&a);
}
