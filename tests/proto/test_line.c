/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of valid and invalid lines, and of what may and may not be written. */

#include "proto/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* `w1 w2|key=value|key=value` */
static void show(const struct line *l, char *out, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < l->n_words; i++)
		at += (size_t)snprintf(out + at, n - at, "%s%s", i ? " " : "", l->words[i]);
	for (size_t i = 0; i < l->n_args; i++)
		at +=
		    (size_t)snprintf(out + at, n - at, "|%s=%s", l->args[i].key, l->args[i].value);
}

static const struct {
	const char *bytes, *shown;
} valid[] = {
    {"a", "a"},
    {"1 NOOP", "1 NOOP"},
    {"1 POLICY PUT file=a", "1 POLICY PUT|file=a"},
    {"a b c d", "a b c d"},
    {"1  NOOP ", "1 NOOP"},
    {"1 A k=v", "1 A|k=v"},
    {"1 A k=", "1 A|k="},
    {"1 A k= l=", "1 A|k=|l="},
    {"1 A k=\"\"", "1 A|k="},
    {"1 A k=a=b", "1 A|k=a=b"},
    {"1 A k=v k=w", "1 A|k=v|k=w"},
    {"1 A k=\"a b\"  l=c ", "1 A|k=a b|l=c"},
    {"1 A k=\"a\\\"b\\\\c\"", "1 A|k=a\"b\\c"},
    {"1 A k=\"\\\\\"", "1 A|k=\\"},
    {"1 A k=\"a\tb\"", "1 A|k=a\tb"},
    {"1 A k=\"l=x\" m=y", "1 A|k=l=x|m=y"},
    {"1 A k=\"ab\\\"\"", "1 A|k=ab\""},
    {"1 A k=\"\\\"\\\\\\\"\" l=x", "1 A|k=\"\\\"|l=x"},
    {"1 A k=\"é\\\"à b\"", "1 A|k=é\"à b"},
    {"* MUTUAL/1 ready server=\"mutuald 0.1\"", "* MUTUAL/1 ready|server=mutuald 0.1"},
    {"A-b_c.d/e+f:g* x", "A-b_c.d/e+f:g* x"},
    {"1 A was-from2=x", "1 A|was-from2=x"},
    {"1 A k=é√𝄞\xef\xbb\xbf", "1 A|k=é√𝄞\xef\xbb\xbf"},
    {"1 A k=\"é 𝄞\"", "1 A|k=é 𝄞"},
    {"1 A k=\xc2\x80", "1 A|k=\xc2\x80"},
    {"1 A k=\xed\x9f\xbf\xee\x80\x80", "1 A|k=\xed\x9f\xbf\xee\x80\x80"},
    {"1 A k=\xf4\x8f\xbf\xbf", "1 A|k=\xf4\x8f\xbf\xbf"},
    {"1 A k=!#$%&'()*+,-./:;<=>?@[]^_`{|}~", "1 A|k=!#$%&'()*+,-./:;<=>?@[]^_`{|}~"},
};

static void valid_lines_are_decoded(void **state)
{
	for (size_t i = 0; i < sizeof(valid) / sizeof(*valid); i++) {
		struct arena a = {0};
		struct line l;
		char shown[256];
		size_t at;

		if (line_decode(valid[i].bytes, strlen(valid[i].bytes), &a, &l, &at) != LINE_OK)
			fail_msg("refused at %zu: %s", at, valid[i].bytes);
		show(&l, shown, sizeof(shown));
		assert_string_equal(shown, valid[i].shown);
		arena_clear(&a);
	}
}

#define BAD(bytes, error, at)                                                                      \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, error, at                                                \
	}
#define W64 "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
static const struct {
	const char *bytes;
	size_t n;
	enum line_error error;
	size_t at;
} invalid[] = {
    BAD("", LINE_E_EMPTY, 0),
    BAD("   ", LINE_E_EMPTY, 0),
    BAD(" 1 NOOP", LINE_E_WORD, 0),
    BAD("k=v", LINE_E_WORD, 0),
    BAD("=v", LINE_E_WORD, 0),
    BAD("1 A =v", LINE_E_WORD, 4),
    BAD("1 A K=v", LINE_E_WORD, 4),
    BAD("1 A 1k=v", LINE_E_WORD, 4),
    BAD("1 A k.l=v", LINE_E_WORD, 4),
    BAD("1 A k=v b", LINE_E_WORD, 8),
    BAD("1 A, k=v", LINE_E_WORD, 3),
    BAD("1 \xc3\xa9 k=v", LINE_E_WORD, 2),
    BAD("1 " W64 "w", LINE_E_WORD, 2),
    BAD("1 A " W64 "w=x", LINE_E_WORD, 4),
    BAD("a b c d e", LINE_E_MANY_WORDS, 8),
    BAD("1 A\0", LINE_E_BYTE, 3),
    BAD("1 A k=a\0b", LINE_E_BYTE, 7),
    BAD("1 A k=\"a\0b\"", LINE_E_BYTE, 8),
    BAD("1 A k=\"a\0", LINE_E_BYTE, 8),
    BAD("1 A\r", LINE_E_BYTE, 3),
    BAD("1 A k=a\r", LINE_E_BYTE, 7),
    BAD("1 A k=\"a\nb\"", LINE_E_BYTE, 8),
    BAD("1 A k=\"a\x7f\"", LINE_E_BYTE, 8),
    BAD("1\tA", LINE_E_BYTE, 1),
    BAD("1 A k=a\tb", LINE_E_BYTE, 7),
    BAD("1 A k=\"a", LINE_E_QUOTE, 6),
    BAD("1 A k=\"", LINE_E_QUOTE, 6),
    BAD("1 A k=\"a\\", LINE_E_QUOTE, 8),
    BAD("1 A k=\"a\\n\"", LINE_E_QUOTE, 8),
    BAD("1 A k=\"a\"b", LINE_E_QUOTE, 9),
    BAD("1 A k=a\"b", LINE_E_QUOTE, 7),
    BAD("1 A k=a\\b", LINE_E_QUOTE, 7),
    BAD("1 \"A\"", LINE_E_QUOTE, 2),
    BAD("1 A k=\x80", LINE_E_UTF8, 6),
    BAD("1 A k=\xc3", LINE_E_UTF8, 6),
    BAD("1 A k=\xc3x", LINE_E_UTF8, 6),
    BAD("1 A k=\xc0\xaf", LINE_E_UTF8, 6), /* overlong, RFC 3629 section 10 */
    BAD("1 A k=\xc1\xbf", LINE_E_UTF8, 6),
    BAD("1 A k=\xe0\x80\xaf", LINE_E_UTF8, 6),
    BAD("1 A k=\xf0\x80\x80\xaf", LINE_E_UTF8, 6),
    BAD("1 A k=\xed\xa0\x80", LINE_E_UTF8, 6),	   /* a surrogate */
    BAD("1 A k=\xf4\x90\x80\x80", LINE_E_UTF8, 6), /* over 10FFFF */
    BAD("1 A k=\xf5\x80\x80\x80", LINE_E_UTF8, 6),
    BAD("1 A k=\"\xe2\x82\"", LINE_E_UTF8, 7),
    BAD("1 A k=\xe2\x82", LINE_E_UTF8, 6),
    BAD("1 \xff", LINE_E_UTF8, 2),
};

static void invalid_lines_are_refused(void **state)
{
	for (size_t i = 0; i < sizeof(invalid) / sizeof(*invalid); i++) {
		struct arena a = {0};
		struct line l = {.n_words = 77};
		size_t at = 999;
		int e = line_decode(invalid[i].bytes, invalid[i].n, &a, &l, &at);

		if (e != (int)invalid[i].error || at != invalid[i].at)
			fail_msg("%s: answer %d at %zu", invalid[i].bytes, e, at);
		assert_int_equal(l.n_words, 77);
		arena_clear(&a);
	}
}

static int decode_n_args(size_t n, size_t *ret_n)
{
	struct arena a = {0};
	struct buffer b = {0};
	struct line l = {0};
	size_t at;
	int e;

	buffer_puts(&b, "1 A");
	for (size_t i = 0; i < n; i++)
		buffer_puts(&b, " k=v");
	e = line_decode(b.bytes, b.n, &a, &l, &at);
	*ret_n = l.n_args;
	buffer_release(&b);
	arena_clear(&a);
	return e;
}

static void arguments_are_limited(void **state)
{
	size_t n;

	assert_int_equal(decode_n_args(LINE_MAX_ARGS, &n), LINE_OK);
	assert_int_equal(n, LINE_MAX_ARGS);
	assert_int_equal(decode_n_args(LINE_MAX_ARGS + 1, &n), LINE_E_MANY_ARGS);
	assert_int_equal(decode_n_args(10000, &n), LINE_E_MANY_ARGS);
}

#define T32 "tttttttttttttttttttttttttttttttt"
static const struct {
	const char *bytes, *tag;
} tags[] = {
    {"1 NOOP", "1"},	 {"a-b_c.D9 \x80", "a-b_c.D9"},
    {"x", "x"},		 {T32 " NOOP", T32},
    {T32 "t NOOP", "*"}, {"", "*"},
    {" 1 NOOP", "*"},	 {"* NOOP", "*"},
    {"a:b NOOP", "*"},	 {"a=b", "*"},
    {"\x80 NOOP", "*"},	 {"a\tNOOP", "*"},
};

static void tags_are_found(void **state)
{
	struct arena a = {0};

	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
		const char *bytes = tags[i].bytes;
		struct line l;
		size_t at;

		assert_string_equal(line_tag(bytes, strlen(bytes), &a), tags[i].tag);
		if (line_decode(bytes, strlen(bytes), &a, &l, &at) == LINE_OK)
			assert_string_equal(line_own_tag(&l), tags[i].tag);
	}
	assert_string_equal(line_tag("ab\0 NOOP", 8, &a), "*");
	arena_clear(&a);
}

static void first_of_a_list(void **state)
{
	struct arena a = {0};
	struct line l;
	size_t at;

	assert_int_equal(line_decode("1 A k=v k=w l=x", 15, &a, &l, &at), LINE_OK);
	assert_string_equal(line_get(&l, "k"), "v");
	assert_string_equal(line_get(&l, "l"), "x");
	assert_null(line_get(&l, "m"));
	arena_clear(&a);
}

/* Of seven bytes to nine, alike as far as they go, and at the very end of a line. */
static void keys_are_told_apart(void **state)
{
	static const char *const keys[] = {"decided",	 "declared",	 "declared-",
					   "declared-a", "declared-b",	 "declare",
					   "d",		 "declared-a-b", W64};
	const size_t n = sizeof(keys) / sizeof(*keys);
	struct arena a = {0};
	struct buffer b = {0};
	struct line l;
	size_t at;

	buffer_puts(&b, "1 A");
	for (size_t i = 0; i < n; i++) {
		buffer_puts(&b, " ");
		buffer_puts(&b, keys[i]);
		buffer_puts(&b, "=");
		assert_int_equal(line_decode(b.bytes, b.n, &a, &l, &at), LINE_OK);
		assert_int_equal(l.n_args, i + 1);
		for (size_t k = 0; k < n; k++)
			assert_ptr_equal(line_find(&l, key_head(keys[k]), keys[k]),
					 k <= i ? &l.args[k] : NULL);
		assert_null(line_get(&l, "declared-c"));
	}
	buffer_release(&b);
	arena_clear(&a);
}

static const struct {
	const char *bytes;
	size_t n;
} lengths[] = {
    {"1 A k=", 0},
    {"1 A k=v", 1},
    {"1 A k=v ", 1},
    {"1 A k=\"\"", 0},
    {"1 A k=\"\\\"\\\\\"", 2},
    {"1 A k=\"é b\"", 4},
    {"1 A k=é l=", 2},
};

static void values_have_a_length(void **state)
{
	struct arena a = {0};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		const char *bytes = lengths[i].bytes;
		struct line l;
		size_t at;

		assert_int_equal(line_decode(bytes, strlen(bytes), &a, &l, &at), LINE_OK);
		assert_int_equal(l.args[0].n, lengths[i].n);
		assert_int_equal(strlen(l.args[0].value), lengths[i].n);
	}
	arena_clear(&a);
}

static const struct {
	const char *value, *written;
} values[] = {
    {"", "1 k=\"\"\n"},
    {"v", "1 k=v\n"},
    {"a b", "1 k=\"a b\"\n"},
    {"a\tb", "1 k=\"a\tb\"\n"},
    {"a\"b", "1 k=\"a\\\"b\"\n"},
    {"\\", "1 k=\"\\\\\"\n"},
    {"\"", "1 k=\"\\\"\"\n"},
    {"é", "1 k=é\n"},
    {"é 𝄞", "1 k=\"é 𝄞\"\n"},
    {"a=b,c", "1 k=a=b,c\n"},
    {"ab\\", "1 k=\"ab\\\\\"\n"},
    {"a b\"", "1 k=\"a b\\\"\"\n"},
    {"\"\\\"\\", "1 k=\"\\\"\\\\\\\"\\\\\"\n"},
    {"é\"à", "1 k=\"é\\\"à\"\n"},
    {"aé", "1 k=aé\n"},
    {" ", "1 k=\" \"\n"},
    {NULL, "1\n"},
};

static void values_are_written(void **state)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct buffer b = {0};
		struct line_writer w;

		line_begin(&w, &b, "1");
		line_str(&w, "k", values[i].value);
		assert_int_equal(line_end(&w), 0);
		assert_string_equal(b.bytes, values[i].written);
		buffer_release(&b);
	}
}

static const char *const unwritable[] = {
    "a\nb", "a\rb", "\n",	    "\x01",   "\x1b[2J",	  "\x7f",
    "\x80", "\xc3", "\xed\xa0\x80", "a \xff", "\xf4\x90\x80\x80",
};

static void broken_lines_leave_nothing(void **state)
{
	for (size_t i = 0; i < sizeof(unwritable) / sizeof(*unwritable); i++) {
		struct buffer b = {0};
		struct line_writer w;

		buffer_puts(&b, "before\n");
		line_begin(&w, &b, "1");
		line_str(&w, "k", unwritable[i]);
		line_int(&w, "n", 1);
		assert_true(line_end(&w) > 0);
		assert_string_equal(b.bytes, "before\n");
		buffer_release(&b);
	}
}

static void bare_values_are_written_in_place(void **state)
{
	struct buffer b = {0};
	struct line_writer w;
	char *at;

	line_begin(&w, &b, "1");
	at = line_bare(&w, W64, 300);
	assert_non_null(at);
	memset(at, 'v', 300);
	line_bare_end(&w, at + 300);
	assert_non_null(line_bare(&w, "given-up", 5));
	line_int(&w, "n", 7);
	assert_int_equal(line_end(&w), 0);
	assert_int_equal(b.n, 1 + 1 + 64 + 1 + 300 + 4 + 1);
	assert_memory_equal(b.bytes, "1 " W64 "=vvv", 70);
	assert_string_equal(b.bytes + b.n - 7, "vv n=7\n");
	buffer_reset(&b);
	line_begin(&w, &b, "1");
	assert_null(line_bare(&w, "No", 5));
	assert_null(line_bare(&w, "k", 5));
	assert_true(line_end(&w) > 0);
	assert_string_equal(b.bytes, "");
	buffer_release(&b);
}

static int write_one(const char *word, const char *second, const char *key)
{
	struct buffer b = {0};
	struct line_writer w;
	int e;

	line_begin(&w, &b, word);
	if (second)
		line_word(&w, second);
	if (key)
		line_str(&w, key, "v");
	e = line_end(&w);
	buffer_release(&b);
	return e;
}

static void words_and_keys_are_checked(void **state)
{
	assert_int_equal(write_one("*", "MUTUAL/1", "k-2"), 0);
	assert_int_equal(write_one("1", W64, W64), 0);
	assert_true(write_one("", NULL, NULL) > 0);
	assert_true(write_one("1", "", NULL) > 0);
	assert_true(write_one("1", "a b", NULL) > 0);
	assert_true(write_one("1", "é", NULL) > 0);
	assert_true(write_one("1", W64 "w", NULL) > 0);
	assert_true(write_one("1", NULL, "") > 0);
	assert_true(write_one("1", NULL, "K") > 0);
	assert_true(write_one("1", NULL, "9k") > 0);
	assert_true(write_one("1", NULL, "a_b") > 0);
	assert_true(write_one("1", NULL, W64 "w") > 0);
}

static void limits_hold_on_the_way_out(void **state)
{
	static const size_t n_bytes[] = {LINE_MAX_BYTES - 4, LINE_MAX_BYTES - 3};

	for (size_t i = 0; i < 2; i++) {
		struct buffer b = {0};
		struct line_writer w;
		char *value = malloc(n_bytes[i] + 1);

		assert_non_null(value);
		memset(value, 'v', n_bytes[i]);
		value[n_bytes[i]] = '\0';
		line_begin(&w, &b, "1");
		line_str(&w, "k", value);
		assert_int_equal(line_end(&w), (int)i);
		free(value);
		buffer_release(&b);
	}
	for (size_t n = LINE_MAX_ARGS; n <= LINE_MAX_ARGS + 1; n++) {
		struct buffer b = {0};
		struct line_writer w;

		line_begin(&w, &b, "1");
		for (size_t i = 0; i < n; i++)
			line_int(&w, "k", 1);
		assert_int_equal(line_end(&w), n > LINE_MAX_ARGS);
		buffer_release(&b);
	}
}

static void numbers_and_formats(void **state)
{
	struct buffer b = {0};
	struct line_writer w;

	line_begin(&w, &b, "1");
	line_word(&w, "-");
	line_int(&w, "a", 0);
	line_int(&w, "b", INT64_MIN);
	line_int(&w, "c", INT64_MAX);
	line_printf(&w, "d", "%d %s", 7, "x");
	line_printf(&w, "e", "%0300d", 1);
	assert_int_equal(line_end(&w), 0);
	assert_memory_equal(
	    b.bytes, "1 - a=0 b=-9223372036854775808 c=9223372036854775807 d=\"7 x\" e=000", 66);
	assert_int_equal(b.n, 63 + 300 + 1);
	line_begin(&w, &b, "2");
	line_abandon(&w);
	assert_int_equal(b.n, 63 + 300 + 1);
	buffer_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(valid_lines_are_decoded),
	    cmocka_unit_test(invalid_lines_are_refused),
	    cmocka_unit_test(arguments_are_limited),
	    cmocka_unit_test(tags_are_found),
	    cmocka_unit_test(first_of_a_list),
	    cmocka_unit_test(keys_are_told_apart),
	    cmocka_unit_test(values_have_a_length),
	    cmocka_unit_test(values_are_written),
	    cmocka_unit_test(broken_lines_leave_nothing),
	    cmocka_unit_test(bare_values_are_written_in_place),
	    cmocka_unit_test(words_and_keys_are_checked),
	    cmocka_unit_test(limits_hold_on_the_way_out),
	    cmocka_unit_test(numbers_and_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
