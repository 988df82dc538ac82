/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files to a policy: reads them all, then takes the sections one after the other.
 *
 * The files of a pole are one document to their reader: the maps at their tops are joined into one,
 * so that a section may stand in any file and a section that stands in two is found just as a key
 * that stands twice in a map. Where a file is not YAML nothing is said about what the others
 * mention and it would have held.
 */

#include "config/policy_load.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config/policy_build.h"

static void take_dates(struct walk *w, void *into, const struct node *value)
{
}

static const struct key_table dates_table = {NULL, 0, take_dates, NULL};
static const struct key_row section_rows[] = {
    {"pole", KEY_ID, true, walk_set_text, offsetof(struct sections, pole),
     "the id, as its folder is called"},
    {"name", KEY_NAME, false, walk_set_text, offsetof(struct sections, name), "as people say it"},
    {"zone", KEY_TEXT, true, walk_set_node, offsetof(struct sections, zone),
     "IANA name of the local time: Europe/Paris"},
    {"language", KEY_TEXT, false, walk_set_node, offsetof(struct sections, language),
     "of plans and reports", NULL, false, policy_languages, 2},
    {"sites", KEY_MAP, true, walk_set_node, offsetof(struct sections, sites), "where things are",
     &site_table, true},
    {"members", KEY_MAP, true, walk_set_node, offsetof(struct sections, members), "who shares",
     &member_table, true},
    {"dates", KEY_MAP, false, walk_set_node, offsetof(struct sections, dates),
     "named dates, for rules: {school-holidays: [2026-12-19..2027-01-03]}", &dates_table},
    {"defaults", KEY_MAP, false, walk_set_node, offsetof(struct sections, defaults),
     "what most resources share", &defaults_table, false},
    {"resources", KEY_MAP, true, walk_set_node, offsetof(struct sections, resources),
     "what is shared", &resource_table, true},
    {"rules", KEY_LIST, false, walk_set_node, offsetof(struct sections, rules),
     "what holds beyond what each resource says", &rule_table, false},
    {"travel", KEY_LIST, false, walk_set_node, offsetof(struct sections, travel),
     "how long the way is between sites", &travel_table, false},
    {"closures", KEY_LIST, false, walk_set_node, offsetof(struct sections, closures),
     "when things are closed", &closing_table, false},
    {"conflicts", KEY_MAP, false, walk_set_node, offsetof(struct sections, conflicts),
     "who goes first", &conflict_table, false},
    {"tests", KEY_LIST, false, walk_set_node, offsetof(struct sections, tests),
     "cases that this policy is to be tested with", &test_table, false},
};
const struct key_table policy_table = KEY_TABLE(section_rows);

static bool is_file_name(const char *name)
{
	size_t n =
	    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

	return name[n] == '\0' && n > 5 && n <= 64 && name[0] != '.' &&
	       strcmp(name + n - 5, ".yaml") == 0;
}

static int file_compare(const void *a, const void *b)
{
	return strcmp(((const struct policy_file *)a)->name, ((const struct policy_file *)b)->name);
}

/* NUL bytes and all: one in the middle is a problem, not an end. */
static char *copy_bytes(struct arena *a, const char *bytes, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	if (n > 0)
		memcpy(copy, bytes, n);
	return copy;
}

static void copy_files(struct policy *p, const struct policy_file *files, size_t n)
{
	struct policy_file *copies = arena_new_n(&p->arena, struct policy_file, n);

	for (size_t i = 0; i < n; i++) {
		copies[i].name = arena_strdup(&p->arena, files[i].name);
		copies[i].text = copy_bytes(&p->arena, files[i].text, files[i].n);
		copies[i].n = files[i].n;
	}
	qsort(copies, n, sizeof(*copies), file_compare);
	p->files = copies;
	p->n_files = n;
}

static bool check_files(struct build *b, const struct policy_file *files, size_t n)
{
	struct problems *problems = b->walk.problems;
	size_t before = problems->n;

	if (n == 0)
		problems_add(problems, (struct place){"", 0, 0},
			     "no files; a policy needs at least one");
	if (n > POLICY_MAX_FILES)
		problems_add(problems, (struct place){"", 0, 0},
			     "%zu files; a policy has at most %d", n, POLICY_MAX_FILES);
	for (size_t i = 0; i < n && n <= POLICY_MAX_FILES; i++) {
		struct place place = {files[i].name, 0, 0};

		if (!is_file_name(files[i].name))
			problems_add(problems, place,
				     "not a name for a policy file; write letters, digits, - and "
				     "_, then \".yaml\"");
		for (size_t j = 0; j < i; j++)
			if (strcmp(files[i].name, files[j].name) == 0)
				problems_add(problems, place, "two files of this name");
		if (files[i].n > POLICY_FILE_MAX_BYTES)
			problems_add(problems, place,
				     "%zu bytes; a file has at most %d, so split it into several",
				     files[i].n, POLICY_FILE_MAX_BYTES);
	}
	return problems->n == before;
}

/* All files as one map; NULL where one is not readable. */
static struct node *read_files(struct build *b)
{
	const struct policy *p = b->policy;
	struct node *joined = arena_new(&b->scratch, struct node);
	struct node **tail = &joined->children;
	bool readable = true;

	joined->kind = NODE_MAP;
	joined->text = "";
	joined->place = (struct place){"", 0, 0};
	for (size_t i = 0; i < p->n_files; i++) {
		struct node *root;

		if (yaml_read(&p->files[i], &b->scratch, b->walk.problems, &root) != YAML_OK) {
			readable = false;
			continue;
		}
		for (*tail = root->children; *tail; tail = &(*tail)->next)
			;
		joined->n_children += root->n_children;
	}
	if (readable)
		node_drop_repeats(joined, b->walk.problems);
	return readable ? joined : NULL;
}

static void build_all(struct build *b)
{
	struct node *root = read_files(b);

	if (!root)
		return;
	walk_map(&b->walk, root, root->place, &policy_table, &b->sections);
	build_pole(b);
	build_members(b);
	build_dates(b);
	build_defaults(b);
	build_resources(b);
	build_rules(b);
	build_travel(b);
	build_closures(b);
	build_conflicts(b);
	build_tests(b);
}

static size_t count_problems(const struct problems *p)
{
	return p->n + p->n_more;
}

static void build_clear(struct build *b)
{
	struct glossary *glossaries[] = {&b->sites, &b->members, &b->classes, &b->resources,
					 &b->units, &b->rules,	 &b->dates};

	for (size_t i = 0; i < sizeof(glossaries) / sizeof(*glossaries); i++)
		glossary_clear(glossaries[i]);
	arena_clear(&b->scratch);
}

int policy_load(const struct policy_file *files, size_t n_files, zone_loader *zones, void *arg,
		struct policy **ret_policy, struct problems *ret_problems)
{
	struct policy *p = policy_new();
	struct build b = {
	    .walk = {.problems = ret_problems, .arena = &p->arena, .owner = &b},
	    .policy = p,
	    .zones = zones,
	    .zones_arg = arg,
	};
	size_t before = count_problems(ret_problems);

	if (check_files(&b, files, n_files)) {
		copy_files(p, files, n_files);
		build_all(&b);
	}
	build_clear(&b);
	if (b.failure == 0 && count_problems(ret_problems) == before && policy_open(p) != 0)
		problems_add(ret_problems, (struct place){"", 0, 0},
			     "more than %d closures, counted once for each resource",
			     POLICY_CLOSED_MAX);
	if (b.failure == 0 && count_problems(ret_problems) == before) {
		policy_check(p, ret_problems);
		*ret_policy = p;
		return POLICY_LOAD_OK;
	}
	policy_free(p);
	return b.failure < 0 ? b.failure : POLICY_LOAD_E_PROBLEMS;
}
