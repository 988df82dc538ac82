/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * From a tree of nodes to structures, by tables: one row per key says what the key is called, what
 * type its value has, whether it must be there, and who takes it. Every problem is reported and the
 * walk goes on.
 */

#include <stdbool.h>
#include <stddef.h>

#include "config/yaml.h"

struct walk {
	struct problems *problems;
	struct arena *arena; /* for what stays */
	void *owner;	     /* for setters that need more */
};

enum key_type {
	KEY_TEXT,  /* not empty */
	KEY_NAME,  /* a text of at most POLICY_NAME_MAX_BYTES */
	KEY_ID,	   /* a text that is an id; see walk_is_id() */
	KEY_BOOL,  /* true or false, without quotes */
	KEY_WORDS, /* a text or a list of texts */
	KEY_LIST,  /* nothing at all is an empty list */
	KEY_MAP,   /* nothing at all is an empty map */
	KEY_HOURS, /* a text, or a map of keys */
	KEY_COUNT, /* a number without sign or point */
	KEY_TEXT_OR_MAP,
	KEY_PARTY, /* words, or a map */
	KEY_ANY,
	N_KEY_TYPES
};

struct key_row;
/* The value is of the row's type. */
typedef void key_setter(struct walk *w, void *into, const struct key_row *row,
			const struct node *value);

/* What stands after `offset` is for who reads the table from outside (the JSON Schema), and for
 * walk_set_choice. */
struct key_row {
	const char *word;
	enum key_type type;
	bool required;
	key_setter *set;
	size_t offset; /* of the member of `into` that the setter sets */
	const char *help;
	const struct key_table *table; /* of a map, or of the maps of a list */
	bool each; /* the map's keys are free; what each of them has is the table's */
	const char *const *words; /* nothing else is taken; NULL: anything */
	size_t n_words;
};

#define ROW_WORDS(words) (words), sizeof(words) / sizeof(*(words))

#define WALK_MAX_ROWS 64
#define HINT_MAX_WORDS 2000 /* among more, nobody looks for what was meant */

struct key_table {
	const struct key_row *rows;
	size_t n;
	/* Takes a key that has no row; NULL: such a key is a problem. */
	void (*other)(struct walk *w, void *into, const struct node *value);
	const char *name; /* under which the JSON Schema says it once; NULL: in its place */
};
#define KEY_TABLE(rows)                                                                            \
	{                                                                                          \
		(rows), sizeof(rows) / sizeof(*(rows)), NULL, NULL                                 \
	}
#define KEY_TABLE_NAMED(rows, name)                                                                \
	{                                                                                          \
		(rows), sizeof(rows) / sizeof(*(rows)), NULL, (name)                               \
	}

/* Reads a map by a table. `map` is a NODE_MAP; what is required and absent is reported at `place`.
 */
void walk_map(struct walk *w, const struct node *map, struct place place,
	      const struct key_table *table, void *into);
/* Whether the value is of this type; reports if not. */
bool walk_is(struct walk *w, const struct node *value, enum key_type type);
/* An id is [a-z][a-z0-9-]{0,31}. The second reports a text that is not one. */
bool is_id(const char *s);
bool walk_is_id(struct walk *w, const char *s, struct place place);

/* Setters: copy the text, take true or false, keep the node (borrowed) at row->offset. */
key_setter walk_set_text, walk_set_bool, walk_set_node;

/* Sets an int to the place of the text in the row's words. */
key_setter walk_set_choice;
/* A count from 1 to `max`. false: reported. */
bool walk_count(struct walk *w, const struct node *value, int max, int *ret);
/* Whether the value is nothing at all: `late-returns` in {no-shows: 3, late-returns}. */
bool node_is_nothing(const struct node *n);

/* The texts of a KEY_WORDS: the node itself, or the children of the list. */
const struct node *words_first(const struct node *value);
const struct node *words_next(const struct node *value, const struct node *word);

/* What to say after a word that is not known: `; did you mean "van"?`, or, where nothing is near
 * and there are few,
 * `; known are: a, b`; or "". */
const char *walk_hint(struct walk *w, const char *word, const char *const *words, size_t n);

/* The one that is `word`, compared exactly; n if none, and reports it: `unknown class "foundr"; did
 * you mean "founder"?` */
size_t walk_choice(struct walk *w, const struct node *value, const char *what,
		   const char *const *words, size_t n);
