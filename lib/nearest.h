/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* "Did you mean": the known word that a mistyped one was probably meant to be. */

#include <stddef.h>

/*
 * The closest of `words` to `word` by edit distance (one letter added, dropped, changed, or two neighbours swapped
 * count one each; the case of ASCII letters counts nothing), near enough to suggest: at most one edit for every three
 * letters. The first of equals. NULL if none, and for words over 64 bytes.
 */
const char *nearest_word(const char *word, const char *const *words, size_t n);
