/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verb table is sound, and what is read off it is right. */

#include "proto/verb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/person.h"
#include "proto/key.h"

static void rows_are_sound(void **state)
{
	for (size_t i = 0; i < N_VERBS; i++) {
		const struct verb *v = &verb_table[i];

		assert_int_equal(v->id, i);
		assert_ptr_equal(verb_find(v->word, v->subword), v);
		assert_true(strlen(v->help) > 5 && strlen(v->help) <= 80);
		for (size_t j = 0; j < VERB_MAX_EITHERS && *v->eithers[j].first; j++) {
			assert_non_null(memchr(v->eithers[j].first, '\0', VERB_KEY_BYTES));
			assert_non_null(memchr(v->eithers[j].second, '\0', VERB_KEY_BYTES));
			assert_non_null(verb_key(v, v->eithers[j].first));
			assert_non_null(verb_key(v, v->eithers[j].second));
		}
		assert_non_null(memchr(v->word, '\0', VERB_WORD_BYTES));
		for (const struct verb_key *k = v->keys; *k->key; k++) {
			assert_non_null(memchr(k->key, '\0', VERB_KEY_BYTES));
			assert_int_equal(key_head_of(k->key, VERB_KEY_BYTES), key_head(k->key));
			assert_ptr_equal(verb_key(v, k->key), k);
			assert_true(strlen(k->help) > 3 && strlen(k->help) <= 60);
			assert_true(k->type != KEY_CHOICE || k->choices);
		}
	}
	for (size_t i = 0; i < N_KEY_TYPES; i++)
		assert_non_null(key_type_words[i]);
}

static void only_these_change_something(void **state)
{
	static const char *const names[] = {"BOOK",
					    "HOLD",
					    "CONFIRM",
					    "MOVE",
					    "EXTEND",
					    "CANCEL",
					    "ACCEPT",
					    "PASS",
					    "APPROVE",
					    "DECLINE",
					    "OUT",
					    "BACK",
					    "SWAP",
					    "DISPUTE",
					    "SETTLE",
					    "OUTAGE",
					    "CLOSE",
					    "REOPEN",
					    "POLICY APPLY",
					    "PERSON ADD",
					    "PERSON TOKEN",
					    "PERSON QUALIFY",
					    "PERSON DISQUALIFY"};
	size_t n = 0;

	for (size_t i = 0; i < N_VERBS; i++) {
		char name[32];

		assert_int_equal(verb_key(&verb_table[i], "key") != NULL, verb_table[i].changes);
		assert_int_equal(verb_key(&verb_table[i], "dry") != NULL, verb_table[i].changes);
		if (verb_table[i].changes)
			assert_string_equal(verb_name(&verb_table[i], name, sizeof(name)),
					    names[n++]);
	}
	assert_int_equal(n, sizeof(names) / sizeof(*names));
}

static const struct {
	const char *word, *subword;
	int id; /* -1: none */
} finds[] = {
    {"BOOK", NULL, VERB_BOOK}, {"book", NULL, VERB_BOOK},
    {"bOoK", NULL, VERB_BOOK}, {"policy", "Check", VERB_POLICY_CHECK},
    {"POLICY", NULL, -1},      {"POLICY", "FROB", -1},
    {"BOOK", "CHECK", -1},     {"BOO", NULL, -1},
    {"BOOKS", NULL, -1},       {"", NULL, -1},
};

static void verbs_are_found(void **state)
{
	for (size_t i = 0; i < sizeof(finds) / sizeof(*finds); i++) {
		const struct verb *v = verb_find(finds[i].word, finds[i].subword);

		assert_int_equal(v ? (int)v->id : -1, finds[i].id);
	}
}

static void verbs_are_named(void **state)
{
	const struct verb *check = &verb_table[VERB_POLICY_CHECK], *book = &verb_table[VERB_BOOK];

	assert_true(verb_is_named(check, "policy check"));
	assert_true(verb_is_named(check, "POLICY"));
	assert_false(verb_is_named(check, "POLICY PLAN"));
	assert_false(verb_is_named(check, "POLICY "));
	assert_false(verb_is_named(check, "POLICYCHECK"));
	assert_true(verb_is_named(book, "book"));
	assert_false(verb_is_named(book, "book x"));
	assert_false(verb_is_named(book, ""));
}

static const struct {
	enum verb_id id;
	bool authenticated;
	uint32_t roles;
	bool allowed;
} permissions[] = {
    {VERB_HELLO, false, 0, true},
    {VERB_AUTH, true, 0, true},
    {VERB_WHOAMI, false, 0, false},
    {VERB_WHOAMI, true, 0, true},
    {VERB_BOOK, false, ROLE_ADMINISTRATOR, false},
    {VERB_BOOK, true, ROLE_MEMBER, true},
    {VERB_REPORT, true, ROLE_MEMBER | ROLE_MANAGER, false},
    {VERB_REPORT, true, ROLE_COORDINATOR, true},
    {VERB_REPORT, true, ROLE_ADMINISTRATOR, true},
    {VERB_REPORT, false, ROLE_COORDINATOR, false},
    {VERB_PERSON_ADD, true, ROLE_MANAGER, false},
    {VERB_OUTAGE, true, ROLE_MEMBER, false},
    {VERB_OUTAGE, true, ROLE_MANAGER, true},
    {VERB_OUTAGE, true, ROLE_ADMINISTRATOR, true},
    {VERB_OUTAGES, true, ROLE_MEMBER, true},
    {VERB_CLOSE, true, ROLE_MEMBER, false},
    {VERB_APPROVE, true, ROLE_MEMBER, false},
    {VERB_APPROVE, true, ROLE_MANAGER, true},
    {VERB_SETTLE, true, ROLE_MEMBER, false},
    {VERB_DISPUTE, true, ROLE_MEMBER, true},
    {VERB_PERSON_QUALIFY, true, ROLE_MANAGER, false},
    {VERB_PERSON_QUALIFY, true, ROLE_COORDINATOR, true},
    {VERB_POLICY_APPLY, true, ROLE_COORDINATOR, false},
    {VERB_POLICY_APPLY, true, ROLE_ADMINISTRATOR, true},
    {VERB_POLICY_APPLY, false, ROLE_ADMINISTRATOR, false},
    {VERB_POLICY_SHOW, true, ROLE_MEMBER, true},
};

static void permission_is_a_column(void **state)
{
	for (size_t i = 0; i < sizeof(permissions) / sizeof(*permissions); i++)
		assert_int_equal(verb_allows(&verb_table[permissions[i].id],
					     permissions[i].authenticated, permissions[i].roles),
				 permissions[i].allowed);
}

static void all_keys_one_by_one(void **state)
{
	static const char *const keys[] = {"person", "keep", "key", "dry"};

	for (size_t i = 0; i < 4; i++)
		assert_string_equal(verb_key_at(&verb_table[VERB_PERSON_TOKEN], i)->key, keys[i]);
	assert_null(verb_key_at(&verb_table[VERB_PERSON_TOKEN], 4));
	assert_null(verb_key_at(&verb_table[VERB_NOOP], 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_are_sound),	      cmocka_unit_test(only_these_change_something),
	    cmocka_unit_test(verbs_are_found),	      cmocka_unit_test(verbs_are_named),
	    cmocka_unit_test(permission_is_a_column), cmocka_unit_test(all_keys_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
