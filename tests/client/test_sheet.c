/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The three writers of sheets, and text made fit for terminals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "client/json.h"
#include "client/sheet.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

static const struct column columns[] = {
    {"name", {"Name", "Nom"}, COLUMN_CUT},
    {"n", {"Count", "Nombre"}, COLUMN_NUMBER},
    {"tags", {"Tags", "Étiquettes"}, COLUMN_LIST},
    {"on", {"On", "Actif"}, COLUMN_YES | COLUMN_DATA_ONLY},
    {"seen", {"Seen", "Vu"}, COLUMN_TABLE_ONLY | COLUMN_SPARE},
};

static const char *const plain_row[] = {"van", "3", "a\nb", "yes", "today"};
static const char *const hard_row[] = {"a \"b\", c", "-", NULL, "no", NULL};

static char *written(enum sheet_format format, unsigned width, bool single,
		     const char *const *const *rows, size_t n)
{
	char *bytes = NULL;
	size_t size = 0;
	struct screen screen = {
	    .out = open_memstream(&bytes, &size), .width = width, .unicode = true};
	struct sheet s;
	(single ? sheet_begin_single : sheet_begin)(&s, format, &screen, columns, N(columns));
	for (size_t i = 0; i < n; i++)
		sheet_row(&s, rows[i]);
	sheet_end(&s);
	fclose(screen.out);
	return bytes;
}

static void expect(enum sheet_format format, unsigned width, bool single,
		   const char *const *const *rows, size_t n, const char *expected)
{
	char *got = written(format, width, single, rows, n);
	assert_string_equal(got, expected);
	free(got);
}

static void csv(void **state)
{
	const char *const *rows[] = {plain_row, hard_row};
	expect(SHEET_CSV, 0, false, rows, 2,
	       "name,n,tags,on\r\nvan,3,a;b,yes\r\n\"a \"\"b\"\", c\",-,,no\r\n");
	expect(SHEET_CSV, 0, false, rows, 0, "name,n,tags,on\r\n");
}

static void csv_quotes(void **state)
{
	static const struct {
		const char *cell, *expected;
	} cases[] = {
	    {"", ""},
	    {"plain", "plain"},
	    {"é", "é"},
	    {"a,b", "\"a,b\""},
	    {"a;b", "a;b"},
	    {"\"", "\"\"\"\""},
	    {"a\rb", "\"a?b\""},
	    {" a", "\" a\""},
	    {"a ", "\"a \""},
	    {"\033[31m", "?[31m"},
	    {"\xc2\x9b"
	     "31m",
	     "?31m"},
	    {"\xff", "?"},
	    {"a\tb", "a\tb"},
	};
	for (size_t i = 0; i < N(cases); i++) {
		const char *const row[] = {cases[i].cell, NULL, NULL, NULL, NULL};
		const char *const *rows[] = {row};
		char *got = written(SHEET_CSV, 0, false, rows, 1), expected[128];
		snprintf(expected, sizeof(expected), "name,n,tags,on\r\n%s,,,\r\n",
			 cases[i].expected);
		assert_string_equal(got, expected);
		free(got);
	}
}

static void json(void **state)
{
	const char *const *rows[] = {plain_row, hard_row};
	expect(SHEET_JSON, 0, false, rows, 2,
	       "[\n {\"name\": \"van\", \"n\": 3, \"tags\": [\"a\", \"b\"], \"on\": true},\n"
	       " {\"name\": \"a \\\"b\\\", c\", \"n\": \"-\", \"tags\": [], \"on\": false}\n]\n");
	expect(SHEET_JSON, 0, false, rows, 0, "[]\n");
	expect(SHEET_JSON, 0, true, rows, 1,
	       "{\"name\": \"van\", \"n\": 3, \"tags\": [\"a\", \"b\"], \"on\": true}\n");
}

static void json_strings(void **state)
{
	static const struct {
		const char *s, *expected;
	} cases[] = {
	    {"", "\"\""},
	    {"é €", "\"é €\""},
	    {"\"\\/", "\"\\\"\\\\/\""},
	    {"\n\r\t", "\"\\n\\r\\t\""},
	    {"\001\033", "\"\\u0001\\u001b\""},
	    {"\177", "\"\\u007f\""},
	    {"\xc2\x9b", "\"\\u009b\""},
	    {"\xe2\x80\xae", "\"\\u202e\""},
	    {"\xff\xc3", "\"\\ufffd\\ufffd\""},
	    {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},
	    {"😀", "\"😀\""},
	};
	for (size_t i = 0; i < N(cases); i++) {
		char *bytes = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&bytes, &size);
		json_put_string(out, cases[i].s);
		fclose(out);
		assert_string_equal(bytes, cases[i].expected);
		free(bytes);
	}
}

static void json_numbers(void **state)
{
	static const char *const yes[] = {"0", "7", "-3", "12.50", "0.5", "1000000"};
	static const char *const no[] = {"",   "-",   "01",  "1.", ".5", "1e3",
					 "+1", "0x1", "NaN", "1 ", "1,5"};
	for (size_t i = 0; i < N(yes); i++)
		assert_true(json_is_number(yes[i]));
	for (size_t i = 0; i < N(no); i++)
		assert_false(json_is_number(no[i]));
}

static void table(void **state)
{
	const char *const accents[] = {"Éé 日本", "12", "x", NULL, "now"};
	const char *const *rows[] = {plain_row, accents};
	expect(SHEET_TABLE, 0, false, rows, 2,
	       "Name     Count  Tags  Seen\n"
	       "van          3  a, b  today\n"
	       "Éé 日本     12  x     now\n");
	expect(SHEET_TABLE, 0, false, rows, 0, "");
	expect(SHEET_TABLE, 0, true, rows, 1, "Name   van\nCount  3\nTags   a, b\nSeen   today\n");
}

/* Every line of every width fits, and the name is never lost. */
static void table_fits(void **state)
{
	const char *const wide[] = {"Compagnie de théâtre Hors-Sol", "3", "one\ntwo", NULL,
				    "yesterday evening"};
	const char *const *rows[] = {wide, plain_row};
	for (unsigned width = 30; width < 90; width++) {
		char *got = written(SHEET_TABLE, width, false, rows, 2), *rest = got, *line;
		assert_non_null(strstr(got, "Compag"));
		while ((line = strsep(&rest, "\n")))
			if (text_width(line) > width)
				fail_msg("%u columns: \"%s\"", width, line);
		free(got);
	}
	expect(SHEET_TABLE, 30, false, rows, 2,
	       "Name           Count  Tags\n"
	       "Compagnie de…      3  one, two\n"
	       "van                3  a, b\n");
}

static void words_are_wrapped_whole(void **state)
{
	static const struct column two[] = {{"a", {"A", "A"}, 0}, {"b", {"B", "B"}, COLUMN_WRAP}};
	const char *const cells[] = {"x", "one two three four été sept"};
	char *bytes = NULL;
	size_t size = 0;
	struct screen screen = {.out = open_memstream(&bytes, &size), .width = 16, .unicode = true};
	struct sheet s;
	sheet_begin(&s, SHEET_TABLE, &screen, two, 2);
	sheet_row(&s, cells);
	sheet_end(&s);
	fclose(screen.out);
	assert_string_equal(bytes, "A  B\n"
				   "x  one two three\n"
				   "   four été sept\n");
	free(bytes);
}

static void tables_that_cannot_fit_become_records(void **state)
{
	const char *const wide[] = {"Compagnie de théâtre", "1234567", "one two three four five",
				    NULL, NULL};
	const char *const *rows[] = {wide, wide};
	expect(SHEET_TABLE, 30, false, rows, 1,
	       "Name   Compagnie de théâtre\nCount  1234567\nTags   one two three four five\n");
	char *two = written(SHEET_TABLE, 30, false, rows, 2);
	assert_non_null(strstr(two, "five\n\nName"));
	free(two);
}

static void tables_are_clean(void **state)
{
	const char *const evil[] = {"\033]0;owned\007 \xc2\x9b"
				    "2J \xe2\x80\xae"
				    "abc \xff",
				    NULL, NULL, NULL, NULL};
	const char *const *rows[] = {evil};
	expect(SHEET_TABLE, 0, false, rows, 1, "Name\n?]0;owned? ?2J ?abc ?\n");
}

static void cut(void **state)
{
	static const struct {
		bool unicode;
		const char *s;
		size_t columns;
		const char *expected;
	} cases[] = {
	    {true, "abc", 3, "abc"},	   {true, "abcdef", 5, "abcd…"},
	    {false, "abcdef", 5, "abc.."}, {true, "日本語文", 6, "日本…"},
	    {true, "éééééé", 4, "ééé…"},   {true, "abcdef", 2, "ab"},
	    {true, "a bcdef", 4, "a b…"},  {true, "ab cdef", 4, "ab…"},
	    {true, "abcdef", 0, ""},
	};
	for (size_t i = 0; i < N(cases); i++) {
		struct arena a = {0};
		struct screen s = {.unicode = cases[i].unicode};
		assert_string_equal(text_cut(&s, &a, cases[i].s, cases[i].columns),
				    cases[i].expected);
		arena_clear(&a);
	}
}

static int setup(void **state)
{
	setenv("LC_ALL", "C.UTF-8", 1);
	return screen_locale() ? text_choose("en") : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(csv),
	    cmocka_unit_test(csv_quotes),
	    cmocka_unit_test(json),
	    cmocka_unit_test(json_strings),
	    cmocka_unit_test(json_numbers),
	    cmocka_unit_test(table),
	    cmocka_unit_test(table_fits),
	    cmocka_unit_test(words_are_wrapped_whole),
	    cmocka_unit_test(tables_that_cannot_fit_become_records),
	    cmocka_unit_test(tables_are_clean),
	    cmocka_unit_test(cut),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
