/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The JSON Schema of policy files takes the example pole and refuses what the loader refuses for
 * its shape.
 *
 * JSON is YAML, so our own reader reads the schema; a checker of the few words that it uses is
 * below.
 */

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/walk.h"
#include "config/yaml.h"
#include "tests/config/loading.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const char *examples;

struct schema {
	struct arena arena;
	const struct node *root;
};

static const struct node *read_yaml(struct arena *a, const char *name, const char *text)
{
	struct policy_file *file = arena_new(a, struct policy_file);
	struct problems problems = {0};
	struct node *root = NULL;

	*file = text_file(name, text);
	yaml_read(file, a, &problems, &root);
	assert_string_equal(all_problems(&problems), "");
	assert_non_null(root);
	problems_clear(&problems);
	return root;
}

static struct schema schema_load(void)
{
	struct schema s = {.root = NULL};

	s.root = read_yaml(&s.arena, "schema.yaml", policy_schema(&s.arena));
	return s;
}

static const struct node *child(const struct node *n, const char *key)
{
	for (const struct node *c = n ? n->children : NULL; c; c = c->next)
		if (c->key && strcmp(c->key, key) == 0)
			return c;
	return NULL;
}

static bool is_plain(const struct node *v, const char *letters)
{
	return v->kind == NODE_TEXT && !v->quoted && *v->text &&
	       v->text[strspn(v->text, letters)] == '\0';
}

static bool is_boolean(const struct node *v)
{
	return v->kind == NODE_TEXT && !v->quoted &&
	       (strcmp(v->text, "true") == 0 || strcmp(v->text, "false") == 0);
}

static bool is_null(const struct node *v)
{
	return v->kind == NODE_TEXT && !v->quoted && *v->text == '\0';
}

static bool is_type(const struct node *v, const char *type)
{
	const bool number = is_plain(v, "0123456789.");

	if (strcmp(type, "object") == 0)
		return v->kind == NODE_MAP;
	if (strcmp(type, "array") == 0)
		return v->kind == NODE_LIST;
	if (strcmp(type, "null") == 0)
		return is_null(v);
	if (strcmp(type, "boolean") == 0)
		return is_boolean(v);
	if (strcmp(type, "integer") == 0)
		return is_plain(v, "0123456789");
	if (strcmp(type, "number") == 0)
		return number;
	assert_string_equal(type, "string");
	return v->kind == NODE_TEXT && !number && !is_boolean(v) && !is_null(v);
}

static bool matches(const char *pattern, const char *text)
{
	regex_t r;
	bool found;

	assert_int_equal(regcomp(&r, pattern, REG_EXTENDED | REG_NOSUB), 0);
	found = regexec(&r, text, 0, NULL, 0) == 0;
	regfree(&r);
	return found;
}

static bool accepts(const struct schema *s, const struct node *rule, const struct node *v);

static bool accepts_type(const struct node *type, const struct node *v)
{
	for (const struct node *t = words_first(type); t; t = words_next(type, t))
		if (is_type(v, t->text))
			return true;
	return false;
}

static size_t count_accepting(const struct schema *s, const struct node *rules,
			      const struct node *v)
{
	size_t n = 0;

	for (const struct node *r = rules->children; r; r = r->next)
		n += accepts(s, r, v);
	return n;
}

static bool accepts_keys(const struct schema *s, const struct node *rule, const struct node *v)
{
	const struct node *properties = child(rule, "properties"),
			  *others = child(rule, "additionalProperties"),
			  *names = child(rule, "propertyNames"),
			  *required = child(rule, "required");

	if (v->kind != NODE_MAP)
		return true;
	for (const struct node *r = required ? required->children : NULL; r; r = r->next)
		if (!child(v, r->text))
			return false;
	for (const struct node *c = v->children; c; c = c->next) {
		const struct node *p = child(properties, c->key);

		if (names && !matches(child(names, "pattern")->text, c->key))
			return false;
		if (p ? !accepts(s, p, c)
		      : others && (others->kind == NODE_MAP ? !accepts(s, others, c)
							    : strcmp(others->text, "false") == 0))
			return false;
	}
	return true;
}

static bool accepts(const struct schema *s, const struct node *rule, const struct node *v)
{
	static const char ref[] = "#/definitions/";
	const struct node *n;

	if ((n = child(rule, "$ref"))) {
		assert_memory_equal(n->text, ref, strlen(ref));
		n = child(child(s->root, "definitions"), n->text + strlen(ref));
		assert_non_null(n);
		return accepts(s, n, v);
	}
	if ((n = child(rule, "allOf")) && count_accepting(s, n, v) < n->n_children)
		return false;
	if ((n = child(rule, "anyOf")) && count_accepting(s, n, v) == 0)
		return false;
	if ((n = child(rule, "type")) && !accepts_type(n, v))
		return false;
	if ((n = child(rule, "enum"))) {
		const struct node *word = n->children;

		while (word && (v->kind != NODE_TEXT || strcmp(word->text, v->text) != 0))
			word = word->next;
		if (!word)
			return false;
	}
	if ((n = child(rule, "pattern")) && v->kind == NODE_TEXT && !matches(n->text, v->text))
		return false;
	n = child(rule, "items");
	for (const struct node *c = n && v->kind == NODE_LIST ? v->children : NULL; c; c = c->next)
		if (!accepts(s, n, c))
			return false;
	return accepts_keys(s, rule, v);
}

static void the_example_is_accepted(void **state)
{
	struct schema s = schema_load();
	struct problems problems = {0};
	struct policy_file *files = NULL;
	struct arena a = {0};
	size_t n = 0;

	policy_read_dir(arena_printf(&a, "%s/deux-sanes", examples), &a, &files, &n, &problems);
	assert_true(n >= 4);
	for (size_t i = 0; i < n; i++) {
		const struct node *root = read_yaml(&a, files[i].name, files[i].text);

		for (const struct node *c = root->children; c; c = c->next) {
			const struct node *p = child(child(s.root, "properties"), c->key);

			if (!p || !accepts(&s, p, c))
				fail_msg("%s: section %s", files[i].name, c->key);
		}
		assert_true(accepts(&s, s.root, root));
	}
	problems_clear(&problems);
	arena_clear(&a);
	arena_clear(&s.arena);
}

static const struct {
	const char *text;
	bool good;
} cases[] = {
    {"pole: essai\n", true},
    {"pole: Essai\n", false},
    {"language: de\n", false},
    {"memebrs: {}\n", false},
    {"members: {m01: {name: A, share: 12.5}}\n", true},
    {"members: {m01: {share: 12.5}}\n", false},
    {"members: {M01: {name: A}}\n", false},
    {"resources: {van: {kind: equipment, units: {van-1: {seats: 3, colour: red}}}}\n", true},
    {"resources: {van: {kind: vehicle}}\n", false},
    {"resources: {van: {kind: equipment, spans-closed: 1}}\n", false},
    {"resources: {van: {kind: equipment, hours: always}}\n", true},
    {"resources: {van: {kind: equipment, hours: {usual: always}}}\n", true},
    {"resources: {van: {kind: equipment, hours: [always]}}\n", false},
    {"resources: {van: {kind: equipment, requires: [{resource: x, quantiti: 1}]}}\n", false},
    {"rules: [{name: r, quota: {of: member, at-most: 6h, per: calendar week}}]\n", true},
    {"rules: [{name: r, quota: {of: member, at-most: 6h, per: week}}]\n", false},
    {"rules: [{name: r, quota: {of: member, per: calendar week}}]\n", false},
    {"rules: [{name: r, who: [m01, founder]}, {name: s, who: {roles: manager}}]\n", true},
    {"rules: [{name: r, who: {roles: boss}}]\n", false},
    {"rules: [{name: r, for-those-with: {no-shows: 3, late-returns, within: 90d}}]\n", true},
    {"rules: [{name: r, cancel: none}, {name: s, cancel: {30d before: 20%}}]\n", true},
    {"rules: [{name: r, horizon: {opens: 1st 08:00, months-ahead: two}}]\n", false},
    {"defaults: {premises: {approval: {by: manager, then: maybe}}}\n", false},
    {"conflicts: {order: [class, first-come], alternatives: 3, waiting: none}\n", true},
    {"conflicts: {order: [clas]}\n", false},
    {"tests: [{when: a, then: b}]\n", true},
    {"tests: [{when: a}]\n", false},
};

static void shapes(void **state)
{
	struct schema s = schema_load();

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = {0};

		if (accepts(&s, s.root, read_yaml(&a, "a.yaml", cases[i].text)) != cases[i].good)
			fail_msg("%s", cases[i].text);
		arena_clear(&a);
	}
	arena_clear(&s.arena);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_example_is_accepted),
	    cmocka_unit_test(shapes),
	};

	examples = argc > 1 ? argv[1] : "config/example";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
