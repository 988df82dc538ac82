/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What YAML is refused, in which words and at which place; and that a tree is what the file says.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/yaml.h"
#include "tests/config/loading.h"

struct refused {
	const char *name, *text, *problems;
	int answer;
};

#define FILE_OF(name, text, answer, problems)                                                      \
	{                                                                                          \
		name, text, problems, answer                                                       \
	}

static const struct refused cases[] = {
    FILE_OF("key twice", "a: 1\nb: 2\na: 3\n", YAML_OK,
	    "f.yaml:3:1: key \"a\" is given again; it was first given at f.yaml:1:1"),
    FILE_OF("key thrice, nested and in a flow", "m:\n  x: {k: 1, k: 2, k: 3}\n", YAML_OK,
	    "f.yaml:2:13: key \"k\" is given again; it was first given at f.yaml:2:7\n"
	    "f.yaml:2:19: key \"k\" is given again; it was first given at f.yaml:2:7"),
    FILE_OF("quoted or not, a key is a key", "a: 1\n\"a\": 2\n", YAML_OK,
	    "f.yaml:2:1: key \"a\" is given again; it was first given at f.yaml:1:1"),
    FILE_OF("alias and anchor", "a: &x 1\nb: *x\n", YAML_OK,
	    "f.yaml:1:4: anchor \"&x\" is not taken; write out what it stands for\n"
	    "f.yaml:2:4: alias \"*x\" is not taken; write out what it stands for, or put a text "
	    "that begins with * in quotes"),
    FILE_OF("anchors on lists and maps", "a: &x [1]\nb: &y {c: d}\n", YAML_OK,
	    "f.yaml:1:4: anchor \"&x\" is not taken; write out what it stands for\n"
	    "f.yaml:2:4: anchor \"&y\" is not taken; write out what it stands for"),
    FILE_OF("merge key", "a: {<<: *x}\n", YAML_OK,
	    "f.yaml:1:9: alias \"*x\" is not taken; write out what it stands for, or put a text "
	    "that begins with * in quotes"),
    FILE_OF("tags", "a: !!str 1\nb: !mine [1]\nc: ! {}\n", YAML_OK,
	    "f.yaml:1:4: tag \"tag:yaml.org,2002:str\" is not taken; leave it out, and put texts "
	    "in quotes\n"
	    "f.yaml:2:4: tag \"!mine\" is not taken; leave it out, and put texts in quotes\n"
	    "f.yaml:3:4: tag \"!\" is not taken; leave it out, and put texts in quotes"),
    FILE_OF("unknown tag handle", "a: !x!y 1\n", YAML_E_MALFORMED,
	    "f.yaml:1:4: a text that begins with ! needs quotes"),
    FILE_OF("directive", "%YAML 1.1\n---\na: 1\n", YAML_E_MALFORMED,
	    "f.yaml:1:1: a directive (%) is not taken; take the line out"),
    FILE_OF("directive after another line break", "# \xc3\xa8%\xe2\x80\xa8%TAG ! x\n--- {}\n",
	    YAML_E_MALFORMED, "f.yaml:1:6: a directive (%) is not taken; take the line out"),
    FILE_OF("per cent", "a: 5 %\nb: \"%\"\nc: {d: \xc3\xa8%}\n# %\n", YAML_OK, ""),
    FILE_OF("two documents", "a: 1\n---\nb: 2\n", YAML_E_MALFORMED,
	    "f.yaml:2:1: a second document begins; take the line `---` out, or put what follows in "
	    "a file of its own"),
    FILE_OF("tab", "a:\n\tb: 1\n", YAML_E_MALFORMED,
	    "f.yaml:2:1: tab used for indentation; indent with spaces"),
    FILE_OF("tab after spaces", "a:\n  b: 1\n  \tc: 2\n", YAML_E_MALFORMED,
	    "f.yaml:3:3: tab used for indentation; indent with spaces"),
    FILE_OF("a lone tab", "\t", YAML_E_MALFORMED,
	    "f.yaml:1:1: tab used for indentation; indent with spaces"),
    FILE_OF("colon in a text", "name: Atelier: bois\n", YAML_E_MALFORMED,
	    "f.yaml:1:14: a colon where none can be; the indentation is wrong, or a text with \": "
	    "\" in it needs quotes"),
    FILE_OF("key without colon", "a: 1\nb\nc: 2\n", YAML_E_MALFORMED,
	    "f.yaml:2:1: a key without its colon; write `key: value`"),
    FILE_OF("indentation", "a:\n    b: 1\n  c: 2\n", YAML_E_MALFORMED,
	    "f.yaml:3:3: this does not continue what is above; the indentation is wrong, or quotes "
	    "or a colon are missing "
	    "(begun on line 1)"),
    FILE_OF("open quote", "a: \"x\nb: 1\n", YAML_E_MALFORMED,
	    "f.yaml:1:4: the file ends inside this text; a closing quote is missing"),
    FILE_OF("open bracket", "a: [1, 2\nb: 1\n", YAML_E_MALFORMED,
	    "f.yaml:2:2: a comma or a closing ] is missing (begun on line 1)"),
    FILE_OF("open brace", "a: {b: 1\nc: 1\n", YAML_E_MALFORMED,
	    "f.yaml:2:2: a comma or a closing } is missing (begun on line 1)"),
    FILE_OF("open brace at the end", "a:\n  b: {c: 1\n", YAML_E_MALFORMED,
	    "f.yaml:2:6: a comma or a closing } is missing"),
    FILE_OF("open bracket at the very end", "# \xc3\xa9\na: [", YAML_E_MALFORMED,
	    "f.yaml:2:5: no value begins like this; put it in quotes, or close a bracket"),
    FILE_OF("a sign of YAML's own", "a: @home\n", YAML_E_MALFORMED,
	    "f.yaml:1:4: a text that begins with this character needs quotes"),
    FILE_OF("not UTF-8", "a: 1\nb: caf\xe9\n", YAML_E_MALFORMED,
	    "f.yaml:2:7: not UTF-8; save the file in UTF-8"),
    FILE_OF("columns are characters", "# \xc3\xa9\xc3\xa9\n\xc3\xa9: {k: 1, k: 2}\n", YAML_OK,
	    "f.yaml:2:11: key \"k\" is given again; it was first given at f.yaml:2:5"),
    FILE_OF("control character", "a: x\x01y\n", YAML_E_MALFORMED,
	    "f.yaml:1:5: a control character; take it out"),
    FILE_OF("escaped line break", "a: \"x\\ny\"\n", YAML_OK,
	    "f.yaml:1:4: a text with a line break or another control character in it; write it on "
	    "one line"),
    FILE_OF("escaped NUL", "a: \"x\\0y\"\n", YAML_OK,
	    "f.yaml:1:4: a text with a line break or another control character in it; write it on "
	    "one line"),
    FILE_OF("escaped C1 control", "a: \"\\N\"\n", YAML_OK,
	    "f.yaml:1:4: a text with a line break or another control character in it; write it on "
	    "one line"),
    FILE_OF("block text", "a: |\n  x\n", YAML_OK,
	    "f.yaml:1:4: a text with a line break or another control character in it; write it on "
	    "one line"),
    FILE_OF("a list as key", "? [a]\n: 1\n", YAML_OK,
	    "f.yaml:1:3: a key must be a text, not a list; write `key: value`, and put a text that "
	    "begins with { or [ in quotes"),
    FILE_OF("a template", "a: {{ name }}\n", YAML_OK,
	    "f.yaml:1:5: a key must be a text, not a map; write `key: value`, and put a text that "
	    "begins with { or [ in quotes"),
    FILE_OF("a list at the top", "- a\n", YAML_E_MALFORMED,
	    "f.yaml:1:1: the file is not a map of keys; begin with one, such as `members:`"),
    FILE_OF("a text at the top", "hello\n", YAML_E_MALFORMED,
	    "f.yaml:1:1: the file is not a map of keys; begin with one, such as `members:`"),
    FILE_OF("nothing", "", YAML_OK, ""),
    FILE_OF("only comments", "# nothing\n", YAML_OK, ""),
    FILE_OF("an empty document", "---\n", YAML_OK, ""),
    FILE_OF("one document, marked", "---\na: 1\n...\n", YAML_OK, ""),
    FILE_OF("byte order mark",
	    "\xef\xbb\xbf"
	    "a: 1\n",
	    YAML_OK, ""),
    FILE_OF("byte order mark, then not UTF-8",
	    "\xef\xbb\xbf"
	    "a: \xff\n",
	    YAML_E_MALFORMED, "f.yaml:1:4: not UTF-8; save the file in UTF-8"),
};

static void check(const struct refused *c, size_t n)
{
	struct policy_file file = {"f.yaml", c->text, n};
	struct problems problems = {0};
	struct arena a = {0};
	struct node *root = NULL;
	int answer = yaml_read(&file, &a, &problems, &root);

	if (strcmp(all_problems(&problems), c->problems) != 0)
		print_error("%s:\n", c->name);
	assert_string_equal(all_problems(&problems), c->problems);
	assert_int_equal(answer, c->answer);
	assert_int_equal(root != NULL, answer == YAML_OK);
	problems_clear(&problems);
	arena_clear(&a);
}

static void problems_have_their_place(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(&cases[i], strlen(cases[i].text));
}

static void a_nul_byte_is_no_end(void **state)
{
	static const char text[] = "a: 1\n\0b: 2\n";
	const struct refused c = {"NUL", text, "f.yaml:2:1: a control character; take it out",
				  YAML_E_MALFORMED};

	check(&c, sizeof(text) - 1);
}

/* Not every text may be that long, so not every string is either. */
static void a_text_may_be_so_long(void **state)
{
	char text[POLICY_TEXT_MAX_BYTES + 8];
	struct refused c = {"long", text, "", YAML_OK};

	memset(text, 'x', sizeof(text));
	memcpy(text, "a: ", 3);
	check(&c, 3 + POLICY_TEXT_MAX_BYTES);
	c.problems = "f.yaml:1:4: a text of 1025 bytes; at most 1024 are taken";
	check(&c, 3 + POLICY_TEXT_MAX_BYTES + 1);
}

static void depth_is_limited(void **state)
{
	char text[4096];
	struct refused c = {"deep", text, "", YAML_OK};

	memset(text, '[', sizeof(text));
	memset(text + 100, ']', 100);
	memcpy(text + 97 - POLICY_MAX_DEPTH + 1, "a: ", 3);
	c.text = text + 97 - POLICY_MAX_DEPTH + 1;
	check(&c, 3 + 2 * (POLICY_MAX_DEPTH - 1));
	memset(text, '[', sizeof(text));
	memcpy(text, "a: ", 3);
	c = (struct refused){
	    "deeper", text,
	    "f.yaml:1:35: nested more than 32 deep; check the indentation and the brackets",
	    YAML_E_MALFORMED};
	check(&c, sizeof(text));
}

static void size_is_limited(void **state)
{
	char *text = malloc(POLICY_FILE_MAX_BYTES + 1);
	struct refused c = {"large", text, "", YAML_OK};

	assert_non_null(text);
	memset(text, '#', POLICY_FILE_MAX_BYTES + 1);
	check(&c, POLICY_FILE_MAX_BYTES);
	c.answer = YAML_E_MALFORMED;
	c.problems = "f.yaml: 1048577 bytes; a file has at most 1048576, so split it into several";
	check(&c, POLICY_FILE_MAX_BYTES + 1);
	free(text);
}

/* A hundred thousand keys, half of them repeats: must not take seconds. */
static void many_keys(void **state)
{
	struct problems problems = {0};
	struct arena a = {0};
	struct node *root = NULL;
	struct policy_file file = {.name = "f.yaml"};
	char *text = NULL;
	FILE *f = open_memstream(&text, &file.n);

	for (int i = 0; i < 100000; i++)
		fprintf(f, "k%d: 1\n", i % 50000);
	fclose(f);
	file.text = text;
	assert_int_equal(yaml_read(&file, &a, &problems, &root), YAML_OK);
	assert_int_equal(root->n_children, 50000);
	assert_int_equal(problems.n, PROBLEMS_MAX);
	assert_int_equal(problems.n_more, 50000 - PROBLEMS_MAX);
	problems_clear(&problems);
	arena_clear(&a);
	free(text);
}

static void assert_node(const struct node *n, enum node_kind kind, const char *key,
			const char *text, int line, int column)
{
	assert_non_null(n);
	assert_int_equal(n->kind, kind);
	if (key)
		assert_string_equal(n->key, key);
	else
		assert_null(n->key);
	assert_string_equal(n->text, text);
	assert_int_equal(n->place.line, line);
	assert_int_equal(n->place.column, column);
}

static void the_tree_says_what_the_file_says(void **state)
{
	struct policy_file file = text_file("f.yaml", "no: NO\n"
						      "at: 08:30\n"
						      "list:\n"
						      "  - x\n"
						      "  - {k: \"v w\"}\n"
						      "empty:\n");
	struct problems problems = {0};
	struct arena a = {0};
	struct node *root = NULL;
	const struct node *n;

	assert_int_equal(yaml_read(&file, &a, &problems, &root), YAML_OK);
	assert_int_equal(root->n_children, 4);
	n = root->children;
	assert_node(n, NODE_TEXT, "no", "NO", 1, 5);
	n = n->next;
	assert_node(n, NODE_TEXT, "at", "08:30", 2, 5);
	n = n->next;
	assert_node(n, NODE_LIST, "list", "", 4, 3);
	assert_int_equal(n->key_place.line, 3);
	assert_int_equal(n->n_children, 2);
	assert_node(n->children, NODE_TEXT, NULL, "x", 4, 5);
	assert_node(n->children->next, NODE_MAP, NULL, "", 5, 5);
	assert_node(n->children->next->children, NODE_TEXT, "k", "v w", 5, 9);
	assert_true(n->children->next->children->quoted);
	assert_null(n->children->next->next);
	assert_node(n->next, NODE_TEXT, "empty", "", 6, 7);
	assert_false(n->next->quoted);
	assert_null(n->next->next);
	problems_clear(&problems);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(problems_have_their_place),
	    cmocka_unit_test(a_nul_byte_is_no_end),
	    cmocka_unit_test(a_text_may_be_so_long),
	    cmocka_unit_test(depth_is_limited),
	    cmocka_unit_test(size_is_limited),
	    cmocka_unit_test(many_keys),
	    cmocka_unit_test(the_tree_says_what_the_file_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
