/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every text reads well with nothing known and with everything known, and languages say the same.
 */

#include "proto/code.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define EACH_PLACE(X)                                                                              \
	X(what)                                                                                    \
	X(value)                                                                                   \
	X(has) X(used) X(window) X(total) X(for) X(needs)                                          \
	X(meant)                                                                                   \
	X(example)                                                                                 \
	X(key)                                                                                     \
	X(verb) X(at) X(limit) X(seconds) X(count) X(roles) X(state) X(booking) X(until) X(min)    \
	    X(max) X(step) X(every) X(earliest) X(latest)
#define FILL(name) {#name, "<" #name ">"},

static const struct fill everything[] = {
    EACH_PLACE(FILL){"member-name", "<member-name>"},
    {"open-from", "<open-from>"},
    {"open-to", "<open-to>"},
    {"from", "<from>"},
};
#define N_EVERYTHING (sizeof(everything) / sizeof(*everything))

static void assert_reads_well(enum code c, const char *text)
{
	size_t n = strlen(text);

	if (n < 4 || n > 250 || strpbrk(text, "{}[]|") || strstr(text, "  ") ||
	    strstr(text, " ,") || isspace((unsigned char)text[n - 1]) || text[n - 1] == '.' ||
	    (!isupper((unsigned char)text[0]) && (unsigned char)text[0] < 0x80 && text[0] != '<'))
		fail_msg("%s: \"%s\"", code_word(c), text);
}

static void texts_read_well(void **state)
{
	for (enum code c = 0; c < N_CODES; c++)
		for (enum language l = 0; l < N_LANGUAGES; l++) {
			struct arena a = {0};

			assert_reads_well(c, code_text(c, l, NULL, 0, &a));
			assert_reads_well(c, code_text(c, l, everything, N_EVERYTHING, &a));
			for (size_t i = 0; i < N_EVERYTHING; i++)
				assert_reads_well(c, code_text(c, l, &everything[i], 1, &a));
			arena_clear(&a);
		}
}

static void languages_say_the_same(void **state)
{
	for (enum code c = 0; c < N_CODES; c++)
		for (size_t i = 0; i < N_EVERYTHING; i++) {
			struct arena a = {0};
			const char *en = code_text(c, LANG_EN, everything, N_EVERYTHING, &a);
			const char *fr = code_text(c, LANG_FR, everything, N_EVERYTHING, &a);

			if (!strstr(en, everything[i].value) != !strstr(fr, everything[i].value))
				fail_msg("%s: {%s} is in one language only", code_word(c),
					 everything[i].name);
			arena_clear(&a);
		}
}

static const struct {
	enum code code;
	enum language language;
	struct fill fills[5];
	const char *text;
} texts[] = {
    {CODE_CONFLICT,
     LANG_EN,
     {{"what", "Minibus"}, {"member-name", "MJC de Morval"}, {"until", "18:00"}},
     "Minibus is taken by MJC de Morval until 18:00"},
    {CODE_CONFLICT, LANG_EN, {{"what", "Minibus"}, {"member-name", NULL}}, "Minibus is taken"},
    {CODE_CONFLICT, LANG_EN, {{"until", "18:00"}}, "It is taken until 18:00"},
    {CODE_CONFLICT,
     LANG_FR,
     {{"what", "Minibus"}, {"until", "18:00"}},
     "Minibus : créneau déjà pris jusqu'à 18:00"},
    {CODE_CONFLICT, LANG_FR, {{"x", "y"}}, "Créneau déjà pris"},
    {CODE_CONFLICT, LANG_EN, {{"what", ""}}, "It is taken"},
    {CODE_CLOSED,
     LANG_EN,
     {{"what", "Atelier"}, {"open-from", "9:00"}, {"open-to", "19:00"}},
     "Atelier is closed then; the nearest opening is from 9:00 to 19:00"},
    {CODE_CLOSED,
     LANG_EN,
     {{"what", "Atelier"}, {"open-from", "9:00"}},
     "Atelier is closed then; ask for a time inside its opening hours"},
    {CODE_UNKNOWN_RESOURCE,
     LANG_EN,
     {{"value", "vna"}, {"meant", "van"}},
     "Nothing here is called vna: did you mean van?"},
    {CODE_QUOTA,
     LANG_EN,
     {{"has", "Your organisation has"}, {"used", "5h"}, {"limit", "6h"}, {"window", "this week"},
      {"total", "7h"}},
     "Your organisation has 5h of 6h this week; this would make 7h; give something back or ask "
     "for less"},
    {CODE_QUOTA,
     LANG_FR,
     {{"used", "5h"}},
     "Ce serait plus que votre part ; rendez-en ou demandez moins"},
    /* what a value holds is never taken for a place */
    {CODE_UNKNOWN_RESOURCE,
     LANG_EN,
     {{"value", "[{meant}|x]"}, {"meant", "{value}"}},
     "Nothing here is called [{meant}|x]: did you mean {value}?"},
};

static void places_are_filled(void **state)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct arena a = {0};
		size_t n = 0;

		while (n < 5 && texts[i].fills[n].name)
			n++;
		assert_string_equal(
		    code_text(texts[i].code, texts[i].language, texts[i].fills, n, &a),
		    texts[i].text);
		arena_clear(&a);
	}
}

static void words_are_their_own(void **state)
{
	for (enum code c = 0; c < N_CODES; c++) {
		enum code found;

		assert_int_equal(code_from_word(code_word(c), &found), 0);
		assert_int_equal(found, c);
		assert_int_equal(strspn(code_word(c), "abcdefghijklmnopqrstuvwxyz-"),
				 strlen(code_word(c)));
	}
	assert_true(code_from_word("nonsense", &(enum code){0}) > 0);
}

static void reasons_have_codes(void **state)
{
	static const char *const words[N_REASONS] = {
	    [REASON_NONE] = "ok",
	    [REASON_UNKNOWN_RESOURCE] = "unknown-resource",
	    [REASON_UNKNOWN_UNIT] = "unknown-unit",
	    [REASON_UNKNOWN_MEMBER] = "unknown-member",
	    [REASON_UNKNOWN_PERSON] = "unknown-person",
	    [REASON_UNKNOWN_BOOKING] = "unknown-booking",
	    [REASON_FORBIDDEN] = "forbidden",
	    [REASON_STATE] = "state",
	    [REASON_OUT_OF_SERVICE] = "out-of-service",
	    [REASON_NONE_HAVING] = "none-having",
	    [REASON_TOO_MANY] = "too-many",
	    [REASON_EMPTY_SPAN] = "empty-span",
	    [REASON_PAST] = "past",
	    [REASON_CLOSED] = "closed",
	    [REASON_OUTAGE] = "outage",
	    [REASON_UNDECIDED] = "undecided",
	    [REASON_TRAVEL] = "travel",
	    [REASON_REQUIREMENT] = "requirement",
	    [REASON_CONFLICT] = "conflict",
	    [REASON_TOO_SHORT] = "too-short",
	    [REASON_TOO_LONG] = "too-long",
	    [REASON_STEP] = "step",
	    [REASON_START_GRID] = "start-grid",
	    [REASON_LEAD] = "lead",
	    [REASON_SLOTS] = "slots",
	    [REASON_OPENS] = "opens",
	    [REASON_QUOTA] = "quota",
	    [REASON_WHO] = "who",
	    [REASON_KEPT] = "kept",
	    [REASON_QUALIFICATION] = "qualification",
	    [REASON_APPROVAL] = "approval",
	    [REASON_TOO_EARLY] = "too-early",
	    [REASON_READING] = "reading",
	    [REASON_RECURRENCE] = "recurrence",
	    [REASON_NO_DATES] = "no-dates",
	    [REASON_MANY_DATES] = "many-dates",
	    [REASON_HORIZON] = "horizon",
	};

	for (enum reason r = 0; r < N_REASONS; r++) {
		assert_string_equal(code_word(code_of_reason(r)), words[r]);
		assert_int_equal(code_class(code_of_reason(r)),
				 r == REASON_NONE ? CLASS_OK : CLASS_NO);
	}
}

static const struct {
	const char *word;
	int language; /* -1: unknown */
} languages[] = {
    {"fr", LANG_FR},	{"en", LANG_EN},	  {"FR", LANG_FR}, {"fr_FR", LANG_FR},
    {"en-GB", LANG_EN}, {"fr_FR.UTF-8", LANG_FR}, {"de", -1},	   {"f", -1},
    {"", -1},		{"french", -1},		  {"C", -1},
};

static void languages_are_known(void **state)
{
	for (size_t i = 0; i < sizeof(languages) / sizeof(*languages); i++) {
		enum language l = 77;

		assert_int_equal(language_from_word(languages[i].word, &l) == 0,
				 languages[i].language >= 0);
		assert_int_equal(l, languages[i].language >= 0 ? languages[i].language : 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_read_well),	  cmocka_unit_test(languages_say_the_same),
	    cmocka_unit_test(places_are_filled),  cmocka_unit_test(words_are_their_own),
	    cmocka_unit_test(reasons_have_codes), cmocka_unit_test(languages_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
