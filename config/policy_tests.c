/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section tests: cases in words. What they say is looked at once the policy is whole. */

#include "config/policy_build.h"
#include "config/sentence.h"

struct test_draft {
	const struct node *given, *when, *then;
};

static const struct key_row test_rows[] = {
    {"given", KEY_WORDS, false, walk_set_node, offsetof(struct test_draft, given),
     "what holds before: m13 holds 6h of laser in week 2026-W50; a text or a list"},
    {"when", KEY_TEXT, true, walk_set_node, offsetof(struct test_draft, when),
     "m13 books laser on 2026-12-10 14:00 for 1h"},
    {"then", KEY_WORDS, true, walk_set_node, offsetof(struct test_draft, then),
     "granted, or refused by \"laser shared out\"; a text or a list"},
};
const struct key_table test_table = KEY_TABLE(test_rows);

static struct sentence sentence_of(struct build *b, const struct node *text)
{
	struct sentence s = {arena_strdup(b->walk.arena, text->text), text->place};

	s.place.column += text->quoted;
	return s;
}

/* NULL: none. */
static const struct sentence *sentences_of(struct build *b, const struct node *texts, size_t *ret_n)
{
	struct sentence *s;

	if (!texts)
		return NULL;
	s = arena_new_n(b->walk.arena, struct sentence, texts->n_children + 1);
	for (const struct node *text = words_first(texts); text; text = words_next(texts, text))
		s[(*ret_n)++] = sentence_of(b, text);
	return s;
}

static void build_test(struct build *b, const struct node *value)
{
	struct policy_test *test = &b->policy->tests[b->policy->n_tests++];
	struct test_draft d = {0};

	test->place = value->place;
	test->when.text = "";
	if (!walk_is(&b->walk, value, KEY_MAP))
		return;
	walk_map(&b->walk, value, value->place, &test_table, &d);
	if (d.when)
		test->when = sentence_of(b, d.when);
	test->given = sentences_of(b, d.given, &test->n_given);
	test->then = sentences_of(b, d.then, &test->n_then);
	if (d.then && test->n_then == 0)
		problems_add(b->walk.problems, d.then->place,
			     "\"then\" is empty; write granted, or what is meant");
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

static void check_sentence(const struct policy *p, const struct sentence *s,
			   enum sentence_place place, struct problems *ret)
{
	struct told told[SENTENCE_MAX_PARTS];
	struct problems mistakes = {0};
	struct arena a = {0};

	sentence_read(p, s, place, NULL, 0, &a, &mistakes, told);
	for (size_t i = 0; i < mistakes.n; i++)
		problems_warn(ret, mistakes.items[i].place, "%s", mistakes.items[i].text);
	problems_clear(&mistakes);
	arena_clear(&a);
}

void check_tests(const struct policy *p, struct problems *ret)
{
	for (size_t k = 0; k < p->n_tests; k++) {
		const struct policy_test *t = &p->tests[k];

		for (size_t i = 0; i < t->n_given; i++)
			check_sentence(p, &t->given[i], IN_GIVEN, ret);
		check_sentence(p, &t->when, IN_WHEN, ret);
		for (size_t i = 0; i < t->n_then; i++)
			check_sentence(p, &t->then[i], IN_THEN, ret);
	}
}
