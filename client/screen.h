/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Where text for people goes: how wide it is, whether it has colours and more than ASCII; and text
 * made fit for it. Widths need a UTF-8 LC_CTYPE, which screen_locale() makes sure of.
 */

#include <stdbool.h>
#include <stdio.h>

#include "lib/arena.h"

struct screen {
	FILE *out;
	unsigned width; /* columns; 0: as wide as it takes */
	bool colour, unicode;
};

enum colour {
	COLOUR_NONE,
	COLOUR_BOLD,
	COLOUR_DIM,
	COLOUR_GOOD,
	COLOUR_BAD,
	COLOUR_TAKEN,
	COLOUR_OWN,
	N_COLOURS
};

/* The locale of the environment, with UTF-8 for widths whatever it says. Answers whether the
 * environment is UTF-8. */
bool screen_locale(void);
/* Colour on a terminal only, never with NO_COLOR or TERM=dumb; the width of the terminal, or
 * COLUMNS. */
void screen_init(struct screen *s, FILE *out, bool unicode);
const char *screen_colour(const struct screen *s, enum colour c); /* "" without colours */
const char *screen_plain(const struct screen *s);		  /* ends a colour */

/* A message and a LF, broken between words where the screen is narrower (but never below 40
 * columns); what follows a break is indented. LFs in the message stay. */
void screen_say(const struct screen *s, unsigned indent, const char *message);
size_t text_width(const char *s); /* columns taken */
/* `s` without what could steer a terminal or turn the order of text: control characters (C0 and
 * C1), broken UTF-8 and bidirectional overrides become `?`, tabs and line ends a space. Returns `s`
 * itself where it is clean. */
const char *text_clean(struct arena *a, const char *s);
/* The beginning of `s` that takes at most `columns`; shortened texts end in an ellipsis. Returns
 * `s` itself where it fits. */
const char *text_cut(const struct screen *s, struct arena *a, const char *string, size_t columns);
/* Whether the character may not be written as it is, in any output. */
bool character_is_control(unsigned c);
bool character_is_bidi(unsigned c);
/* The UTF-8 character at `s`; its length, or 0 where broken or at the end. */
size_t character_decode(const char *s, unsigned *ret);
