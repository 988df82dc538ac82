/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is meant: members by their ids and classes, the owner of the thing, persons by their roles.
 */

#include "config/policy_build.h"

#include <string.h>

#include "lib/nearest.h"
#include "lib/person.h"

static const char owner_word[] = "owner";

static const char *hint(struct build *b, const char *word)
{
	const char *const words[] = {owner_word};

	return nearest_word(word, words, 1) ? walk_hint(&b->walk, word, words, 1)
					    : build_hint(b, word, &b->classes, &b->members);
}

static void add_word(struct build *b, const struct node *word, struct party_match *party)
{
	const struct member *m = glossary_find(&b->members, word->text);
	const bool is_class = glossary_find(&b->classes, word->text) != NULL;

	if (m && is_class)
		problems_add(b->walk.problems, word->place,
			     "\"%s\" is a member and a class; give one of them another word",
			     word->text);
	else if (m)
		party->members[party->n_members++] = m;
	else if (is_class)
		party->classes[party->n_classes++] = arena_strdup(b->walk.arena, word->text);
	else if (strcmp(word->text, owner_word) == 0)
		party->owner = true;
	else if (b->sections.members)
		problems_add(b->walk.problems, word->place, "unknown member or class \"%s\"%s",
			     word->text, hint(b, word->text));
}

bool party_read_members(struct walk *w, const struct node *words, struct party_match *ret)
{
	struct build *b = w->owner;
	const size_t before = w->problems->n;

	report_empty_list(b, words);
	ret->members = arena_new_n(w->arena, const struct member *, words->n_children + 1);
	ret->classes = arena_new_n(w->arena, const char *, words->n_children + 1);
	for (const struct node *word = words_first(words); word; word = words_next(words, word))
		add_word(b, word, ret);
	return w->problems->n == before;
}

void party_set_roles(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	struct party_match *party = (struct party_match *)((char *)into + row->offset);

	report_empty_list(w->owner, value);
	for (const struct node *word = words_first(value); word; word = words_next(value, word)) {
		size_t i = walk_choice(w, word, "role", role_words, N_ROLES);

		if (i < N_ROLES)
			party->roles |= UINT32_C(1) << i;
	}
}

static void set_members(struct walk *w, void *into, const struct key_row *row,
			const struct node *value)
{
	party_read_members(w, value, into);
}

static const struct key_row party_rows[] = {
    {"members", KEY_WORDS, false, set_members, 0, "ids and classes of members, or owner"},
    {"roles", KEY_WORDS, false, party_set_roles, 0, "persons of one of these roles", NULL, false,
     role_words, N_ROLES},
};
const struct key_table party_table = KEY_TABLE_NAMED(party_rows, "party");

bool party_read(struct walk *w, const struct node *value, struct party_match *ret)
{
	const size_t before = w->problems->n;

	if (value->kind != NODE_MAP)
		return party_read_members(w, value, ret);
	walk_map(w, value, value->key_place, &party_table, ret);
	if (value->n_children == 0)
		problems_add(w->problems, value->place,
			     "nobody is named; write {members: …} or {roles: …}");
	return w->problems->n == before;
}
