/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section tests: cases in words. Only their shape is looked at here. */

#include "config/policy_build.h"

#include <string.h>

struct test_draft {
	const struct node *given;
	const char *when, *then;
};

static const struct key_row test_rows[] = {
    {"given", KEY_WORDS, false, walk_set_node, offsetof(struct test_draft, given),
     "what holds before: m13 holds 6h of laser in week 2026-W50; a text or a list"},
    {"when", KEY_TEXT, true, walk_set_text, offsetof(struct test_draft, when),
     "m13 books laser on 2026-12-10 14:00 for 1h"},
    {"then", KEY_TEXT, true, walk_set_text, offsetof(struct test_draft, then),
     "granted, or refused by \"laser shared out\""},
};
const struct key_table test_table = KEY_TABLE(test_rows);

static void build_test(struct build *b, const struct node *value)
{
	struct policy_test *test = &b->policy->tests[b->policy->n_tests++];
	struct test_draft d = {.when = "", .then = ""};
	const char **given;

	test->place = value->place;
	if (!walk_is(&b->walk, value, KEY_MAP))
		return;
	walk_map(&b->walk, value, value->place, &test_table, &d);
	test->when = d.when;
	test->then = d.then;
	if (!d.given)
		return;
	given = arena_new_n(b->walk.arena, const char *, d.given->n_children + 1);
	for (const struct node *word = words_first(d.given); word; word = words_next(d.given, word))
		given[test->n_given++] = arena_strdup(b->walk.arena, word->text);
	test->given = given;
}

void build_tests(struct build *b)
{
	const struct node *tests = b->sections.tests;

	if (!tests)
		return;
	if (tests->n_children > POLICY_MAX_TESTS) {
		problems_add(b->walk.problems, tests->key_place, "%zu tests; a pole has at most %d",
			     tests->n_children, POLICY_MAX_TESTS);
		return;
	}
	b->policy->tests = arena_new_n(b->walk.arena, struct policy_test, tests->n_children);
	for (const struct node *c = tests->children; c; c = c->next)
		build_test(b, c);
}
