/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads maps by tables of keys. */

#include "config/walk.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/policy_load.h"
#include "lib/nearest.h"

enum { HINT_MAX_LISTED = 24, ID_MAX_BYTES = 32 };

bool node_is_nothing(const struct node *n)
{
	return n->kind == NODE_TEXT && !n->quoted && *n->text == '\0';
}

static const char *kind_words(const struct node *n)
{
	if (n->kind == NODE_LIST)
		return "a list";
	if (n->kind == NODE_MAP)
		return "a map of keys";
	return node_is_nothing(n) ? "nothing" : "a text";
}

static const char *node_called(struct walk *w, const struct node *n)
{
	return n->key ? arena_printf(&w->problems->arena, "\"%s\"", n->key) : "this";
}

static bool fits_text(struct walk *w, const struct node *n)
{
	return n->kind == NODE_TEXT && *n->text != '\0';
}

static bool fits_words(struct walk *w, const struct node *n)
{
	bool fits = true;

	if (n->kind != NODE_LIST)
		return fits_text(w, n);
	for (const struct node *c = n->children; c; c = c->next)
		fits &= walk_is(w, c, KEY_TEXT);
	return fits;
}

static bool fits_list(struct walk *w, const struct node *n)
{
	return n->kind == NODE_LIST || node_is_nothing(n);
}

static bool fits_map(struct walk *w, const struct node *n)
{
	return n->kind == NODE_MAP || node_is_nothing(n);
}

static bool fits_hours(struct walk *w, const struct node *n)
{
	return n->kind == NODE_MAP || fits_text(w, n);
}

static bool fits_count(struct walk *w, const struct node *n)
{
	size_t digits = n->kind == NODE_TEXT ? strspn(n->text, "0123456789") : 0;

	return digits >= 1 && digits <= 9 && n->text[digits] == '\0';
}

static bool fits_party(struct walk *w, const struct node *n)
{
	return n->kind == NODE_MAP || fits_words(w, n);
}

static bool fits_any(struct walk *w, const struct node *n)
{
	return true;
}

static bool fits_bool(struct walk *w, const struct node *n)
{
	return n->kind == NODE_TEXT && !n->quoted &&
	       (strcmp(n->text, "true") == 0 || strcmp(n->text, "false") == 0);
}

static const struct {
	bool (*fits)(struct walk *w, const struct node *n);
	const char *wanted;
} types[N_KEY_TYPES] = {
    [KEY_TEXT] = {fits_text, "a text"},
    [KEY_NAME] = {fits_text, "a text"},
    [KEY_ID] = {fits_text, "an id"},
    [KEY_BOOL] = {fits_bool, "true or false, without quotes"},
    [KEY_WORDS] = {fits_words, "a word, or a list such as [a, b]"},
    [KEY_LIST] = {fits_list, "a list; begin each item with \"- \""},
    [KEY_MAP] = {fits_map, "a map of keys; write them below it, indented, or in { }"},
    [KEY_HOURS] = {fits_hours, "hours such as Mon-Fri 08:00-18:00, or a map of keys"},
    [KEY_COUNT] = {fits_count, "a number"},
    [KEY_TEXT_OR_MAP] = {fits_hours, "a text, or a map of keys in { }"},
    [KEY_PARTY] = {fits_party, "a word, a list such as [a, b], or {members: …, roles: …}"},
    [KEY_ANY] = {fits_any, "anything"},
};

static void report_type(struct walk *w, const struct node *n, enum key_type type)
{
	const char *got = kind_words(n);

	if (n->kind == NODE_LIST && (type == KEY_WORDS || type == KEY_PARTY))
		return; /* its items were reported one by one */
	if ((type == KEY_BOOL || type == KEY_COUNT) && n->kind == NODE_TEXT)
		got = arena_printf(&w->problems->arena, "\"%s\"", n->text);
	problems_add(w->problems, n->place, "%s is %s; it must be %s", node_called(w, n), got,
		     types[type].wanted);
}

static bool is_short(struct walk *w, const struct node *n)
{
	size_t length = strlen(n->text);

	if (length <= POLICY_NAME_MAX_BYTES)
		return true;
	problems_add(w->problems, n->place, "%s has %zu bytes; at most %d are taken",
		     node_called(w, n), length, POLICY_NAME_MAX_BYTES);
	return false;
}

bool walk_is(struct walk *w, const struct node *n, enum key_type type)
{
	if (n->kind == NODE_REFUSED)
		return false;
	if (!types[type].fits(w, n)) {
		report_type(w, n, type);
		return false;
	}
	if (type == KEY_NAME)
		return is_short(w, n);
	return type != KEY_ID || walk_is_id(w, n->text, n->place);
}

bool is_id(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return s[n] == '\0' && n >= 1 && n <= ID_MAX_BYTES && s[0] >= 'a' && s[0] <= 'z';
}

bool walk_is_id(struct walk *w, const char *s, struct place place)
{
	char meant[ID_MAX_BYTES + 1];
	size_t n = 0;

	if (is_id(s))
		return true;
	for (; s[n] != '\0' && n < ID_MAX_BYTES; n++)
		meant[n] = strchr("_ .", s[n]) ? '-' : (char)tolower((unsigned char)s[n]);
	meant[n] = '\0';
	if (s[n] == '\0' && is_id(meant))
		problems_add(w->problems, place, "\"%s\" is not an id; write \"%s\"", s, meant);
	else
		problems_add(
		    w->problems, place,
		    "\"%s\" is not an id; write a small letter, then up to 31 of a-z, 0-9 and -",
		    s);
	return false;
}

static const struct key_row *find_row(const struct key_table *table, const char *word)
{
	for (size_t i = 0; i < table->n; i++)
		if (strcmp(table->rows[i].word, word) == 0)
			return &table->rows[i];
	return NULL;
}

static void report_unknown(struct walk *w, const struct node *value, const struct key_table *table)
{
	const char *words[WALK_MAX_ROWS];

	for (size_t i = 0; i < table->n; i++)
		words[i] = table->rows[i].word;
	problems_add(w->problems, value->key_place, "unknown key \"%s\"%s", value->key,
		     walk_hint(w, value->key, words, table->n));
}

void walk_map(struct walk *w, const struct node *map, struct place place,
	      const struct key_table *table, void *into)
{
	uint64_t seen = 0;

	assert(table->n <= WALK_MAX_ROWS);
	for (const struct node *c = map->children; c; c = c->next) {
		const struct key_row *row = find_row(table, c->key);

		if (!row && table->other) {
			table->other(w, into, c);
		} else if (!row) {
			report_unknown(w, c, table);
		} else {
			seen |= UINT64_C(1) << (row - table->rows);
			if (walk_is(w, c, row->type))
				row->set(w, into, row, c);
		}
	}
	for (size_t i = 0; i < table->n; i++)
		if (table->rows[i].required && !(seen & (UINT64_C(1) << i)))
			problems_add(w->problems, place, "\"%s\" is missing; add a line `%s: …`%s",
				     table->rows[i].word, table->rows[i].word,
				     map->key ? " here" : "");
}

void walk_set_text(struct walk *w, void *into, const struct key_row *row, const struct node *value)
{
	*(const char **)((char *)into + row->offset) = arena_strdup(w->arena, value->text);
}

void walk_set_bool(struct walk *w, void *into, const struct key_row *row, const struct node *value)
{
	*(bool *)((char *)into + row->offset) = strcmp(value->text, "true") == 0;
}

void walk_set_node(struct walk *w, void *into, const struct key_row *row, const struct node *value)
{
	*(const struct node **)((char *)into + row->offset) = value;
}

void walk_set_choice(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	size_t at = walk_choice(w, value, row->word, row->words, row->n_words);

	if (at < row->n_words)
		*(int *)((char *)into + row->offset) = (int)at;
}

bool walk_count(struct walk *w, const struct node *value, int max, int *ret)
{
	int n = fits_count(w, value) ? atoi(value->text) : 0;

	if (n < 1 || n > max) {
		problems_add(w->problems, value->place,
			     "%s \"%s\" is not a count; write a number from 1 to %d", value->key,
			     value->text, max);
		return false;
	}
	*ret = n;
	return true;
}

const struct node *words_first(const struct node *value)
{
	return value->kind == NODE_LIST ? value->children : value;
}

const struct node *words_next(const struct node *value, const struct node *word)
{
	return value->kind == NODE_LIST ? word->next : NULL;
}

static const char *list_words(struct arena *a, const char *const *words, size_t n)
{
	const char *list = n > 0 ? words[0] : "";

	for (size_t i = 1; i < n; i++)
		list = arena_printf(a, "%s, %s", list, words[i]);
	return list;
}

/* Looking for what was meant is not free: not for a problem that will not be kept, nor among very
 * many. */
const char *walk_hint(struct walk *w, const char *word, const char *const *words, size_t n)
{
	struct arena *a = &w->problems->arena;
	const char *near;

	if (w->problems->n >= PROBLEMS_MAX || n == 0 || n > HINT_MAX_WORDS)
		return "";
	near = nearest_word(word, words, n);
	if (near)
		return arena_printf(a, "; did you mean \"%s\"?", near);
	return n <= HINT_MAX_LISTED ? arena_printf(a, "; known are: %s", list_words(a, words, n))
				    : "";
}

size_t walk_choice(struct walk *w, const struct node *value, const char *what,
		   const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(value->text, words[i]) == 0)
			return i;
	problems_add(w->problems, value->place, "unknown %s \"%s\"%s", what, value->text,
		     walk_hint(w, value->text, words, n));
	return n;
}
