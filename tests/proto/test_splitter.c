/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines out of bytes: a table, and random streams cut at random places against a splitter that sees
 * it all at once. */

#include "proto/splitter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX 8

/* What is said: each line in angle brackets, `!` for one that was too long. */
static void drain(struct splitter *s, char *said)
{
	char *line;
	size_t n;

	for (int got; (got = splitter_next(s, &line, &n)) != SPLITTER_MORE;) {
		size_t at = strlen(said);

		if (got == SPLITTER_TOO_LONG) {
			strcat(said, "!");
			continue;
		}
		assert_int_equal(line[n], '\0');
		said[at++] = '<';
		for (size_t i = 0; i < n; i++)
			said[at++] = line[i] ? line[i] : '0';
		said[at++] = '>';
		said[at] = '\0';
	}
}

static void feed_in_pieces(const char *bytes, size_t n, size_t piece, char *said)
{
	struct splitter s;

	splitter_init(&s, MAX);
	said[0] = '\0';
	for (size_t at = 0; at < n; at += piece) {
		size_t take = n - at < piece ? n - at : piece;

		splitter_feed(&s, bytes + at, take);
		assert_true(splitter_buffered(&s) <= MAX + 1 + take);
		drain(&s, said);
		assert_true(splitter_buffered(&s) <= MAX + 1);
	}
	splitter_release(&s);
}

#define CASE(bytes, said)                                                                          \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, said                                                     \
	}
static const struct {
	const char *bytes;
	size_t n;
	const char *said;
} cases[] = {
    CASE("", ""),
    CASE("a", ""),
    CASE("a\n", "<a>"),
    CASE("a\r\n", "<a>"),
    CASE("\n\r\n", "<><>"),
    CASE("a\r\r\n", "<a\r>"),
    CASE("a\rb\n", "<a\rb>"),
    CASE("a\nbc\nd", "<a><bc>"),
    CASE("a\0b\n", "<a0b>"),
    CASE("12345678\n", "<12345678>"),
    CASE("12345678\r\n", "<12345678>"),
    CASE("12345678\r", ""),
    CASE("123456789", "!"),
    CASE("123456789\nab\n", "!<ab>"),
    CASE("123456789\r\nab\n", "!<ab>"),
    CASE("12345678\r9\nab\n", "!<ab>"),
    CASE("12345678\r\r\nab\n", "!<ab>"),
    CASE("a\n123456789012345678901234567890\nb\n", "<a>!<b>"),
    CASE("1234567890\n1234567890\nb\n", "!!<b>"),
};

static void lines_are_split(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t piece = 1; piece <= cases[i].n + 1; piece++) {
			char said[256];

			feed_in_pieces(cases[i].bytes, cases[i].n, piece, said);
			assert_string_equal(said, cases[i].said);
		}
}

/* The obvious way: all bytes at once. */
static void split_slowly(const char *bytes, size_t n, char *said)
{
	size_t begin = 0;

	said[0] = '\0';
	for (size_t i = 0; i <= n; i++) {
		size_t length = i - begin;

		if (i < n && bytes[i] != '\n')
			continue;
		if (length > 0 && bytes[i - 1] == '\r' && (i < n || length == MAX + 1))
			length--;
		if (length > MAX)
			strcat(said, "!");
		else if (i < n)
			sprintf(said + strlen(said), "<%.*s>", (int)length, bytes + begin);
		begin = i + 1;
	}
}

/* One stream of n bytes in pieces of up to `most`. */
static void cut_at_random(size_t n, size_t most)
{
	static const char alphabet[] = "abc\n\n\r";
	static char bytes[8192], said[3 * sizeof(bytes)], expected[3 * sizeof(bytes)];
	struct splitter s;

	assert_true(n <= sizeof(bytes));
	for (size_t i = 0; i < n; i++)
		bytes[i] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
	splitter_init(&s, MAX);
	said[0] = '\0';
	for (size_t at = 0, take; at < n; at += take) {
		take = 1 + (size_t)rand() % most;
		take = take < n - at ? take : n - at;
		splitter_feed(&s, bytes + at, take);
		drain(&s, said);
	}
	splitter_release(&s);
	split_slowly(bytes, n, expected);
	assert_string_equal(said, expected);
}

static void cuts_do_not_matter(void **state)
{
	srand(20261123);
	for (int round = 0; round < 4000; round++)
		cut_at_random((size_t)rand() % 64, 12);
}

/* A part of a line is always left, so that the buffer fills up and its contents have to move. */
static void what_is_left_moves(void **state)
{
	struct splitter s;

	splitter_init(&s, MAX);
	for (int i = 0; i < 2000; i++) {
		char said[16] = "";

		splitter_feed(&s, "a\nb", 3);
		drain(&s, said);
		assert_string_equal(said, i == 0 ? "<a>" : "<ba>");
		assert_true(s.cap <= 1024);
	}
	splitter_release(&s);
}

static void memory_stays_flat(void **state)
{
	char *block = malloc(16384);
	struct splitter s;
	char said[16] = "";

	assert_non_null(block);
	memset(block, 'x', 16384);
	splitter_init(&s, 65536);
	for (int i = 0; i < 4096; i++) {
		splitter_feed(&s, block, 16384);
		drain(&s, said);
		assert_true(s.cap <= 2 * (65536 + 16384));
	}
	assert_string_equal(said, "!");
	splitter_feed(&s, "\nok\n", 4);
	drain(&s, said);
	assert_string_equal(said, "!<ok>");
	assert_true(s.cap <= 4096);
	splitter_release(&s);
	free(block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_are_split),
	    cmocka_unit_test(cuts_do_not_matter),
	    cmocka_unit_test(what_is_left_moves),
	    cmocka_unit_test(memory_stays_flat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
