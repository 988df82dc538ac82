/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the known word that a mistyped one was probably meant to be. */

#include "lib/nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define WORD_MAX 64

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment, three rows kept. */
static size_t distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
	uint8_t rows[3][WORD_MAX + 1];

	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = (uint8_t)j;
	for (size_t i = 1; i <= n_a; i++) {
		uint8_t *row = rows[i % 3];
		const uint8_t *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];

		row[0] = (uint8_t)i;
		for (size_t j = 1; j <= n_b; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);
			size_t d = least(up[j - 1] + !same, least(up[j], row[j - 1]) + 1u);

			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				d = least(d, up2[j - 2] + 1u);
			row[j] = (uint8_t)d;
		}
	}
	return rows[n_a % 3][n_b];
}

const char *nearest_word(const char *word, const char *const *words, size_t n)
{
	size_t length = strnlen(word, WORD_MAX + 1);
	size_t best = (length + 2) / 3 + 1;
	const char *found = NULL;

	if (length > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t n_b = strnlen(words[i], WORD_MAX + 1);
		size_t d;

		if (n_b > WORD_MAX)
			continue;
		d = distance(word, length, words[i], n_b);
		if (d < best && d < length && d < n_b) {
			best = d;
			found = words[i];
		}
	}
	return found;
}
