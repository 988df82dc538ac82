/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the client says itself, in each language. What the server says comes as text= in the same
 * language. The language is the process's: it is chosen once, before anything is said.
 */

#include "proto/code.h"

struct phrase {
	const char *en, *fr;
};

enum text {
#define TEXT(id, en, fr) TEXT_##id,
#include "client/text.def"
#undef TEXT
	N_TEXTS
};
extern const struct phrase text_table[N_TEXTS];

/* --lang where given (> 0: unknown, nothing chosen), else LC_ALL, LC_MESSAGES, LANG; English
 * otherwise. */
int text_choose(const char *word);
enum language text_language(void);
const char *text_language_word(void); /* "en", "fr": what HELLO and AUTH say */
const char *text(enum text t);
const char *phrase_text(struct phrase p);
/* How wide what text_complain() says may be; 0: as wide as it takes. */
void text_set_width(unsigned columns);
/* A line on stderr in the chosen language; a LF is added. */
void text_complain(enum text t, ...);
