/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client's words: both languages, all commands, and the manual that must name them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "client/command.h"
#include "client/connection.h"
#include "client/file.h"
#include "client/show_word.h"
#include "client/text.h"

/* The conversions of a format in the order of its arguments, `%1$s` counted where it stands. */
static const char *conversions(struct arena *a, const char *format)
{
	const char *found = "";
	for (const char *s = strchr(format, '%'); s; s = strchr(s, '%')) {
		size_t n = 1 + strspn(s + 1, "0123456789$.*lz");
		found = arena_printf(a, "%s%.*s ", found, (int)n + 1, s);
		s += n + 1;
	}
	return found;
}

static void both_languages_take_the_same_arguments(void **state)
{
	struct arena a = {0};
	for (size_t i = 0; i < N_TEXTS; i++) {
		assert_non_null(text_table[i].en);
		assert_non_null(text_table[i].fr);
		assert_string_equal(conversions(&a, text_table[i].en),
				    conversions(&a, text_table[i].fr));
	}
	arena_clear(&a);
}

static void language_is_chosen(void **state)
{
	static const struct {
		const char *all, *messages, *lang, *option, *expected;
	} cases[] = {
	    {"", "", "fr_FR.UTF-8", NULL, "fr"}, {"", "", "fr", NULL, "fr"},
	    {"", "", "de_DE.UTF-8", NULL, "en"}, {"", "fr_CA", "en_US", NULL, "fr"},
	    {"C", "fr", "fr", NULL, "en"},	 {"", "", "", NULL, "en"},
	    {"en_GB", "", "", "fr", "fr"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		setenv("LC_ALL", cases[i].all, 1);
		setenv("LC_MESSAGES", cases[i].messages, 1);
		setenv("LANG", cases[i].lang, 1);
		assert_int_equal(text_choose(NULL), 0);
		if (cases[i].option)
			assert_int_equal(text_choose(cases[i].option), 0);
		assert_string_equal(text_language_word(), cases[i].expected);
	}
	assert_true(text_choose("xx") > 0);
}

static void expect_in(const char *manual, const char *format, const char *what)
{
	struct arena a = {0};
	char *word = arena_strdup(&a, what), *escaped = arena_alloc(&a, strlen(what) * 2 + 1),
	     *end = escaped;
	for (; *word; word++)
		end = stpcpy(end, *word == '-' ? "\\-" : (char[]){*word, '\0'});
	const char *needle = arena_printf(&a, format, escaped);
	if (!strstr(manual, needle))
		fail_msg("man/mutual.1 lacks %s", needle);
	arena_clear(&a);
}

static void the_manual_names_every_command_and_option(void **state)
{
	struct arena a = {0};
	char *manual;
	size_t n;
	assert_int_equal(file_read(MANUAL, 1 << 20, &a, &manual, &n), 0);
	const struct command *c;
	for (size_t i = 0; (c = command_at(i)); i++) {
		expect_in(manual, "mutual %s",
			  c->subword ? arena_printf(&a, "%s %s", c->word, c->subword) : c->word);
		for (const struct option *o = c->options; o && o->name; o++)
			expect_in(manual, "%s", o->name);
	}
	for (const struct option *o = common_options; o->name; o++)
		expect_in(manual, "%s", o->name);
	for (const struct option *o = data_options; o->name; o++)
		expect_in(manual, "%s", o->name);
	arena_clear(&a);
}

static void every_command_is_explained(void **state)
{
	const struct command *c;
	for (size_t i = 0; (c = command_at(i)); i++) {
		assert_non_null(c->run);
		assert_non_null(c->examples[0].line);
		assert_true(c->summary.en && c->summary.fr && c->usage.en && c->usage.fr);
		assert_int_equal(!c->about.en, !c->about.fr);
		for (const struct example *e = c->examples; e->line; e++)
			assert_true(strncmp(e->line, "mutual ", 7) == 0 && e->what.en &&
				    e->what.fr);
	}
}

static void words_of_the_protocol(void **state)
{
	static const struct {
		const char *word, *french;
	} cases[] = {
	    {"equipment", "équipement"},
	    {"member,coordinator", "membre,coordination"},
	    {"always", "toujours"},
	    {"Mon-Fri 08:00-20:00, Sat 09:00-18:00", "lun.-ven. 08:00-20:00, sam. 09:00-18:00"},
	    {"1d", "1j"},
	    {"1w", "1 sem."},
	    {"1d12h", "1j12h"},
	    {"1h30m–3d", "1h30m–3j"},
	    {"unheard-of", "unheard-of"},
	    {"", ""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena a = {0};
		assert_int_equal(text_choose("en"), 0);
		assert_string_equal(show_words(&a, cases[i].word), cases[i].word);
		assert_int_equal(text_choose("fr"), 0);
		assert_string_equal(show_words(&a, cases[i].word), cases[i].french);
		arena_clear(&a);
	}
}

static void uptimes(void **state)
{
	static const struct {
		int64_t seconds;
		const char *expected;
	} cases[] = {{0, "0s"},	    {59, "59s"},      {60, "1m"},	  {3661, "1h 1m"},
		     {86400, "1d"}, {90061, "1d 1h"}, {86400 + 61, "1d"}, {3601, "1h"}};
	assert_int_equal(text_choose("en"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena a = {0};
		assert_string_equal(show_uptime(&a, cases[i].seconds), cases[i].expected);
		arena_clear(&a);
	}
}

static void addresses(void **state)
{
	static const struct {
		const char *text, *host, *port, *shown;
	} cases[] = {
	    {"pole.example.org", "pole.example.org", "7823", "pole.example.org"},
	    {"localhost:99", "localhost", "99", "localhost:99"},
	    {"127.0.0.1:7823", "127.0.0.1", "7823", "127.0.0.1"},
	    {"[::1]:7900", "::1", "7900", "[::1]:7900"},
	    {"[::1]", "::1", "7823", "[::1]:7823"},
	    {"::1", "::1", "7823", "[::1]:7823"},
	    {"", NULL},
	    {":7823", NULL},
	    {"host:", NULL},
	    {"host:0", NULL},
	    {"host:99999", NULL},
	    {"host:x", NULL},
	    {"a b", NULL},
	    {"https://host", NULL},
	    {"[::1", NULL},
	    {"[::1]x", NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena a = {0};
		struct address address;
		int answer = address_parse(cases[i].text, &a, &address);
		assert_int_equal(answer > 0, cases[i].host == NULL);
		if (!answer) {
			assert_string_equal(address.host, cases[i].host);
			assert_string_equal(address.port, cases[i].port);
			assert_string_equal(address_format(&a, &address), cases[i].shown);
		}
		arena_clear(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(both_languages_take_the_same_arguments),
	    cmocka_unit_test(language_is_chosen),
	    cmocka_unit_test(the_manual_names_every_command_and_option),
	    cmocka_unit_test(every_command_is_explained),
	    cmocka_unit_test(words_of_the_protocol),
	    cmocka_unit_test(uptimes),
	    cmocka_unit_test(addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
