/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which rules a request has to keep, and whether it does. */
#include "lib/rules.h"

#include <string.h>

static bool names_member(const struct party_match *m, const struct member *member,
			 const struct resource *r, const struct unit *u)
{
	const struct member *owner = u && u->owner ? u->owner : r->owner;

	for (size_t i = 0; i < m->n_members; i++)
		if (m->members[i] == member)
			return true;
	for (size_t i = 0; i < m->n_classes; i++)
		if (strcmp(m->classes[i], member->class) == 0)
			return true;
	return m->owner && owner == member;
}

bool party_matches(const struct party_match *m, const struct member *member,
		   const struct person *person, const struct resource *r, const struct unit *u)
{
	if (m->roles && !(person && (person->roles & m->roles)))
		return false;
	if (m->n_members == 0 && m->n_classes == 0 && !m->owner)
		return true;
	return member && names_member(m, member, r, u);
}
