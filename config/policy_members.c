/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section members. */

#include "config/policy_build.h"

#include <string.h>

#define SHARE_MAX 1000000

/* Digits with at most one point: not what strtod() takes besides (signs, exponents, `inf`, the
 * comma of a locale). */
static bool share_parse(const char *s, double *ret)
{
	double value = 0, scale = 1;
	size_t digits = strspn(s, "0123456789"), decimals = 0;

	if (s[digits] == '.')
		decimals = strspn(s + digits + 1, "0123456789");
	if (digits == 0 || digits > 9 || decimals > 9 || (s[digits] == '.' && decimals == 0) ||
	    s[digits + (s[digits] == '.') + decimals] != '\0')
		return false;
	for (; *s; s++) {
		if (*s == '.')
			continue;
		value = value * 10 + (*s - '0');
	}
	for (; decimals > 0; decimals--)
		scale *= 10;
	*ret = value / scale;
	return *ret <= SHARE_MAX;
}

static void set_share(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	if (!share_parse(value->text, (double *)((char *)into + row->offset)))
		problems_add(w->problems, value->place,
			     "\"%s\" is not a share; write a number from 0 to %d such as 12 or 2.5",
			     value->text, SHARE_MAX);
}

static void set_class(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	struct build *b = w->owner;

	walk_set_text(w, into, row, value);
	glossary_add(&b->classes, &b->scratch, value->text, b, value->place);
}

static void set_works_on(struct walk *w, void *into, const struct key_row *row,
			 const struct node *value)
{
	const size_t n = N_HOLIDAY_REGIONS - HOLIDAYS_FR;
	struct member *m = into;

	for (const struct node *word = words_first(value); word; word = words_next(value, word)) {
		size_t i = walk_choice(w, word, "region", holiday_region_words + HOLIDAYS_FR, n);

		if (i + HOLIDAYS_FR == HOLIDAYS_FR)
			problems_add(w->problems, word->place,
				     "the holidays of all of France are nobody's own; name a "
				     "region of it, such as %s",
				     holiday_region_words[HOLIDAYS_ALSACE_MOSELLE_TEMPLE]);
		else if (i < n)
			m->works_on |= UINT32_C(1) << (HOLIDAYS_FR + i);
	}
}

static const struct key_row member_rows[] = {
    {"name", KEY_NAME, true, walk_set_text, offsetof(struct member, name), "as people say it"},
    {"kind", KEY_ID, false, walk_set_text, offsetof(struct member, kind), "a word of your own"},
    {"class", KEY_ID, false, set_class, offsetof(struct member, class),
     "a word of your own, which rules may name"},
    {"works-on", KEY_WORDS, false, set_works_on, 0,
     "a region whose own holidays are days like others", NULL, false,
     holiday_region_words + HOLIDAYS_FR, N_HOLIDAY_REGIONS - HOLIDAYS_FR},
    {"share", KEY_TEXT, false, set_share, offsetof(struct member, share),
     "the part of the common use that it stands for: 12"},
};
const struct key_table member_table = KEY_TABLE(member_rows);

static void build_member(struct build *b, const struct node *value)
{
	struct policy *p = b->policy;
	struct member *m = &p->members[p->n_members];

	if (!walk_is_id(&b->walk, value->key, value->key_place) ||
	    !walk_is(&b->walk, value, KEY_MAP))
		return;
	*m = (struct member){.id = arena_strdup(&p->arena, value->key),
			     .name = "",
			     .kind = "",
			     .class = "",
			     .place = value->key_place};
	walk_map(&b->walk, value, value->key_place, &member_table, m);
	glossary_add(&b->members, &b->scratch, m->id, m, m->place);
	p->n_members++;
}

void build_members(struct build *b)
{
	const struct node *members = b->sections.members;

	if (!members)
		return;
	if (members->n_children > POLICY_MAX_MEMBERS) {
		problems_add(b->walk.problems, members->key_place,
			     "%zu members; a pole has at most %d", members->n_children,
			     POLICY_MAX_MEMBERS);
		return;
	}
	b->policy->members = arena_new_n(&b->policy->arena, struct member, members->n_children);
	for (const struct node *c = members->children; c; c = c->next)
		build_member(b, c);
}

void build_set_owner(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	struct build *b = w->owner;
	const struct member *m = glossary_find(&b->members, value->text);

	if (!m && b->sections.members)
		problems_add(w->problems, value->place, "unknown member \"%s\"%s", value->text,
			     walk_hint(w, value->text, b->members.words, b->members.n));
	*(const struct member **)((char *)into + row->offset) = m;
}
