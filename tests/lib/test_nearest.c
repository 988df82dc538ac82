/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of mistyped words and what they were meant to be. */

#include "lib/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const known[] = {"from", "for", "to", "what", "unit", "purpose", "alternatives"};

static const struct {
	const char *word, *meant;
} cases[] = {
    {"from", "from"},
    {"form", "from"},
    {"fro", "from"},
    {"frmo", "from"},
    {"waht", "what"},
    {"WHAT", "what"},
    {"purpos", "purpose"},
    {"porpuse", "purpose"},
    {"alternative", "alternatives"},
    {"altrnativs", "alternatives"},
    {"ot", "to"},
    {"too", "to"},
    {"resource", NULL},
    {"x", NULL},
    {"", NULL},
    {"untill", NULL},
    {"member", NULL},
};

static void nearest_is_found(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *got =
		    nearest_word(cases[i].word, known, sizeof(known) / sizeof(*known));

		if (!cases[i].meant)
			assert_null(got);
		else if (!got || strcmp(got, cases[i].meant) != 0)
			fail_msg("%s: got %s, meant %s", cases[i].word, got ? got : "nothing",
				 cases[i].meant);
	}
}

static void long_words_have_no_neighbour(void **state)
{
	char word[67];
	const char *const words[] = {word};

	memset(word, 'a', sizeof(word));
	word[65] = '\0';
	assert_null(nearest_word(word, words, 1));
	word[64] = '\0';
	assert_ptr_equal(nearest_word(word, words, 1), word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nearest_is_found),
	    cmocka_unit_test(long_words_have_no_neighbour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
