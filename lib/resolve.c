/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of a request, as what they mean in a pole; and what an asker may see and alter. */
#include "lib/resolve.h"

#define STAFF (ROLE_MANAGER | ROLE_COORDINATOR | ROLE_ADMINISTRATOR)

bool asker_has_role(const struct asker *who, uint32_t roles)
{
	return !who->person || (who->person->active && who->person->roles & roles);
}

bool asker_is_of(const struct asker *who, uint32_t member)
{
	return who->person && member != 0 && who->person->member == member;
}

bool asker_manages(const struct pole *p, const struct asker *who, const struct resource *r)
{
	if (asker_has_role(who, ROLE_COORDINATOR | ROLE_ADMINISTRATOR))
		return true;
	if (!asker_has_role(who, ROLE_MANAGER) || !r || r->n_managers == 0)
		return asker_has_role(who, ROLE_MANAGER);
	for (size_t i = 0; i < r->n_managers; i++)
		if (asker_is_of(who, r->managers[i]->number))
			return true;
	return false;
}

bool asker_sees_all(const struct pole *p, const struct asker *who, const struct booking *b)
{
	if (asker_is_of(who, b->member))
		return true;
	for (size_t i = 0; i < b->n_items; i++)
		if (asker_manages(p, who, pole_resource(p, b->items[i].resource)))
			return true;
	return false;
}

bool asker_manages_all(const struct pole *p, const struct asker *who, const struct booking *b)
{
	for (size_t i = 0; i < b->n_items; i++)
		if (b->items[i].via == ITEM_ASKED &&
		    !asker_manages(p, who, pole_resource(p, b->items[i].resource)))
			return false;
	return true;
}

bool asker_may_alter(const struct pole *p, const struct asker *who, const struct booking *b)
{
	return asker_movers(p, who, b) != 0;
}

unsigned asker_movers(const struct pole *p, const struct asker *who, const struct booking *b)
{
	if (!who->person)
		return MOVER_HOLDER | MOVER_MANAGER | MOVER_DAEMON;
	return (asker_is_of(who, b->member) && asker_has_role(who, ROLE_MEMBER) ? MOVER_HOLDER
										: 0) |
	       (asker_manages_all(p, who, b) ? MOVER_MANAGER : 0);
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
	if (!asker_has_role(who, STAFF | ROLE_MEMBER))
		return REASON_FORBIDDEN;
	if (id)
		*ret = directory_member_by_id(pole_directory(p), id);
	else
		*ret = who->person ? pole_member(p, who->person->member) : NULL;
	if (!*ret)
		return REASON_UNKNOWN_MEMBER;
	if (!asker_is_of(who, (*ret)->number) && !asker_has_role(who, STAFF))
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
	/* nobody borrows the roles and licences of the pole's own people */
	return person->member != 0 || asker_has_role(who, STAFF) ? REASON_NONE
								 : REASON_UNKNOWN_PERSON;
}

/* Who books for a person of some member, and does not say for which, books for that one. */
static const char *member_id(const struct pole *p, const struct asker *who,
			     const struct ask_book *ask)
{
	const struct person *person;
	uint32_t number;

	if (ask->member || !ask->person || !asker_has_role(who, STAFF) ||
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
