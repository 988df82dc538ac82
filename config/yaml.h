/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The YAML that our files are written in, as a tree that remembers where everything stood. YAML 1.1
 * without what makes it surprising: no aliases, anchors, tags or second documents, no key twice in
 * a map, no control characters in texts. Nothing here has a type yet: `NO` and `08:30` are texts,
 * and what they mean is for the reader of the tree.
 */

#include <stdbool.h>
#include <stddef.h>

#include "config/problem.h"
#include "lib/arena.h"
#include "lib/policy.h"

enum node_kind {
	NODE_TEXT,
	NODE_LIST,
	NODE_MAP,
	NODE_REFUSED, /* a problem was reported here; say no more about it */
};

struct node {
	enum node_kind kind;
	struct place place;
	const char *text; /* NODE_TEXT; never NULL, has no control characters */
	bool quoted;	  /* the text was written in quotes */
	const char *key;  /* under which it stands in a map; NULL in a list and at the top */
	struct place key_place;
	struct node *children, *next; /* in the order of the file */
	size_t n_children;
};

enum { YAML_OK = 0, YAML_E_MALFORMED = 1 };
/* ret_root: a map; empty where the file says nothing. Everything lives in the arena; places borrow
 * file->name. Malformed: not readable to its end, so that what it says is not known; ret_root is
 * untouched. What is refused but readable (a key twice, a tag, an anchor) is only reported. */
int yaml_read(const struct policy_file *file, struct arena *a, struct problems *problems,
	      struct node **ret_root);

/* Drops every child of a map whose key was there before, and reports both places. */
void node_drop_repeats(struct node *map, struct problems *problems);
