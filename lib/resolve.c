/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of a request, as what they mean in a pole; and what an asker may see and alter. */
#include "lib/resolve.h"

#define STAFF (ROLE_MANAGER | ROLE_COORDINATOR | ROLE_ADMINISTRATOR)

static bool has_role(const struct asker *who, uint32_t roles)
{
	return !who->person || (who->person->active && who->person->roles & roles);
}

static bool is_of_member(const struct asker *who, uint32_t member)
{
	return who->person && member != 0 && who->person->member == member;
}

bool asker_sees_all(const struct asker *who, const struct booking *b)
{
	return has_role(who, STAFF) || is_of_member(who, b->member);
}

bool asker_may_alter(const struct asker *who, const struct booking *b)
{
	return has_role(who, STAFF) || (is_of_member(who, b->member) && has_role(who, ROLE_MEMBER));
}

enum reason decide_resolve(const struct pole *p, const char *what, const char *unit,
			   const struct resource **ret_resource, const struct unit **ret_unit)
{
	const struct directory *d = pole_directory(p);
	const struct resource *r = directory_resource_by_id(d, what);
	const struct directory_unit *named = r ? NULL : directory_unit_by_id(d, what);
	const struct unit *u = named ? named->unit : NULL;

	if (!r && !named)
		return REASON_UNKNOWN_RESOURCE;
	if (named)
		r = named->resource;
	if (unit) {
		const struct unit *also = resource_unit(r, unit);

		if (!also || (u && u != also))
			return REASON_UNKNOWN_UNIT;
		u = also;
	}
	*ret_resource = r;
	*ret_unit = u;
	return REASON_NONE;
}

static enum reason resolve_member(const struct pole *p, const struct asker *who, const char *id,
				  const struct member **ret)
{
	if (!has_role(who, STAFF | ROLE_MEMBER))
		return REASON_FORBIDDEN;
	if (id)
		*ret = directory_member_by_id(pole_directory(p), id);
	else
		*ret = who->person ? pole_member(p, who->person->member) : NULL;
	if (!*ret)
		return REASON_UNKNOWN_MEMBER;
	if (!is_of_member(who, (*ret)->number) && !has_role(who, STAFF))
		return REASON_FORBIDDEN;
	return REASON_NONE;
}

static enum reason resolve_person(const struct pole *p, const struct asker *who, const char *code,
				  const struct member *member, uint32_t *ret)
{
	const struct person *person;
	uint32_t own = who->person ? who->person->number : 0;

	if (!code) {
		*ret = own;
		return REASON_NONE;
	}
	if (person_number_from_code(code, ret) != 0)
		return REASON_UNKNOWN_PERSON;
	if (*ret == own)
		return REASON_NONE;
	person = pole_person(p, *ret);
	if (!person || !person->active ||
	    (person->member != 0 && member && person->member != member->number))
		return REASON_UNKNOWN_PERSON;
	return REASON_NONE;
}

/* Who books for a person of some member, and does not say for which, books for that one. */
static const char *member_id(const struct pole *p, const struct asker *who,
			     const struct ask_book *ask)
{
	const struct person *person;
	uint32_t number;

	if (ask->member || !ask->person || !has_role(who, STAFF) ||
	    person_number_from_code(ask->person, &number) != 0)
		return ask->member;
	person = pole_person(p, number);
	return person && person->member ? pole_name_id(p, NAME_MEMBER, 0, person->member) : NULL;
}

void party_resolve(const struct pole *p, const struct asker *who, const struct ask_book *ask,
		   struct refusals *out, struct party *ret)
{
	enum reason reason;

	*ret = (struct party){0};
	reason = resolve_member(p, who, member_id(p, who, ask), &ret->member);
	if (reason)
		refusals_add(out, (struct refusal){.reason = reason});
	reason = resolve_person(p, who, ask->person, ret->member, &ret->person);
	if (reason)
		refusals_add(out, (struct refusal){.reason = reason});
}
