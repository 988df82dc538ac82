/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRAMMAR.md and the tables of verbs and codes say the same: argv[1] is its path. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/state.h"
#include "proto/code.h"
#include "proto/verb.h"

#define MAX_CELLS 5

static const char *path;

/* Cuts `| a | b |` into its cells; how many. A bar behind a backslash is part of a cell. */
static size_t cut_row(char *row, char **cells)
{
	size_t n = 0;

	if (row[0] != '|')
		return 0;
	for (char *p = row + 1; n < MAX_CELLS;) {
		char *end = p;

		while (*end && (*end != '|' || end[-1] == '\\'))
			end++;
		if (!*end)
			break;
		p += strspn(p, " ");
		cells[n++] = p;
		*end = '\0';
		for (char *last = end; last > p && last[-1] == ' '; last--)
			last[-1] = '\0';
		p = end + 1;
	}
	return n;
}

/* Calls `check` with each row of the table whose head begins with `head`; how many there were. */
static size_t each_row(const char *head, void (*check)(size_t row, char **cells))
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0, n = 0;
	bool inside = false;

	assert_non_null(f);
	while (getline(&line, &cap, f) > 0) {
		char none[1] = "", *cells[MAX_CELLS] = {none, none, none, none, none};

		if (inside && line[0] != '|')
			break;
		if (inside && line[2] != '-') {
			cut_row(line, cells);
			check(n++, cells);
		}
		inside = inside || strncmp(line, head, strlen(head)) == 0;
	}
	free(line);
	fclose(f);
	return n;
}

static void check_verb(size_t row, char **cells)
{
	const struct verb *v = &verb_table[row];
	struct buffer keys = {0};
	char name[32];

	assert_true(row < N_VERBS);
	buffer_puts(&keys, "");
	verb_synopsis(v, &keys);
	assert_string_equal(cells[0], verb_name(v, name, sizeof(name)));
	assert_string_equal(cells[1], verb_access_words[v->access]);
	assert_string_equal(cells[2], keys.bytes);
	buffer_release(&keys);
}

static void verbs_agree(void **state)
{
	assert_int_equal(each_row("| verb | who | keys |", check_verb), N_VERBS);
}

static void check_code(size_t row, char **cells)
{
	assert_true(row < N_CODES);
	assert_string_equal(cells[0], code_word((enum code)row));
	assert_string_equal(cells[1], code_class_words[code_class((enum code)row)]);
	assert_true(strlen(cells[2]) > 8);
}

static void codes_agree(void **state)
{
	assert_int_equal(each_row("| code | class | meaning |", check_code), N_CODES);
}

static bool types_met[N_KEY_TYPES];

static void check_type(size_t row, char **cells)
{
	for (size_t i = 0; i < N_KEY_TYPES; i++) {
		const char *at = strstr(cells[0], key_type_words[i]);

		if (at && strchr(", ", at[-1] ? at[-1] : ' ') &&
		    strchr(",", at[strlen(key_type_words[i])]))
			types_met[i] = true;
	}
}

static void types_are_described(void **state)
{
	each_row("| type | form |", check_type);
	for (size_t i = 0; i < N_KEY_TYPES; i++)
		if (!types_met[i])
			fail_msg("GRAMMAR.md does not describe the type %s", key_type_words[i]);
}

static bool is_yes(const char *cell)
{
	return strcmp(cell, "yes") == 0;
}

static void check_state(size_t row, char **cells)
{
	enum booking_state s = (enum booking_state)row;

	assert_true(row < N_BOOKING_STATES);
	assert_string_equal(cells[0], booking_state_words[s]);
	assert_int_equal(is_yes(cells[1]), booking_state_occupies(s));
	assert_int_equal(is_yes(cells[2]), booking_state_counts(s));
	assert_int_equal(is_yes(cells[3]), booking_state_queues(s));
	assert_int_equal(is_yes(cells[4]), booking_state_is_open(s));
}

static void states_agree(void **state)
{
	assert_int_equal(each_row("| state | occupies | counts |", check_state), N_BOOKING_STATES);
}

static const struct {
	enum mover mover;
	const char *word;
} movers[] = {{MOVER_HOLDER, "holder"}, {MOVER_MANAGER, "manager"}, {MOVER_DAEMON, "itself"}};

/* Whether `word` is among those of a list parted by commas. */
static bool lists(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at++)
		if ((at == list || at[-1] == ' ') && (at[n] == '\0' || at[n] == ','))
			return true;
	return false;
}

static bool by_same(const char *list, unsigned who)
{
	for (size_t i = 0; i < sizeof(movers) / sizeof(*movers); i++)
		if (lists(list, movers[i].word) != !!(who & movers[i].mover))
			return false;
	return true;
}

static size_t n_words(const char *list)
{
	size_t n = 1;

	for (; (list = strchr(list, ',')); list++)
		n++;
	return n;
}

static bool moves_met[256];
static size_t n_moves; /* as the page counts them */

static void check_move(size_t row, char **cells)
{
	struct state_row r;

	n_moves += n_words(cells[1]);
	for (unsigned i = 0; state_row(i, &r); i++)
		if (strcmp(cells[0], booking_state_words[r.from]) == 0 &&
		    lists(cells[1], cause_words[r.cause]) &&
		    strcmp(cells[2], booking_state_words[r.to]) == 0 && by_same(cells[3], r.movers))
			moves_met[i] = true;
}

static void moves_agree(void **state)
{
	struct state_row r;
	unsigned n = 0;

	each_row("| from | why | to | by |", check_move);
	for (; state_row(n, &r); n++)
		if (!moves_met[n])
			fail_msg("GRAMMAR.md does not have %s, %s, %s, or not by the same",
				 booking_state_words[r.from], cause_words[r.cause],
				 booking_state_words[r.to]);
	assert_int_equal(n_moves, n);
}

static void states_are_drawn(void **state)
{
	FILE *f = fopen(path, "re");
	char text[131072];
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	char *from, *to;

	text[n] = '\0';
	fclose(f);
	from = strstr(text, "## 5. States");
	to = from ? strstr(from, "| state |") : NULL;
	assert_non_null(to);
	*to = '\0';
	for (int i = 0; i < N_BOOKING_STATES; i++)
		if (!strstr(from, booking_state_words[i]))
			fail_msg("the drawing lacks %s", booking_state_words[i]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verbs_agree),	   cmocka_unit_test(codes_agree),
	    cmocka_unit_test(types_are_described), cmocka_unit_test(states_agree),
	    cmocka_unit_test(moves_agree),	   cmocka_unit_test(states_are_drawn),
	};

	if (argc != 2)
		return EXIT_FAILURE;
	path = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
