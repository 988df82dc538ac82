/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who has to approve a booking.
 *
 * Who may decide it need not be asked: a coordinator who books the hall for a member has approved
 * it by that. Where others may ask for the same time until it is decided, a request has no
 * allocations: nothing keeps others out, and its approval finds it a place or says who is there.
 */
#include "lib/life.h"
#include "lib/resolve.h"
#include "lib/rules.h"

#define STAFF (ROLE_COORDINATOR | ROLE_ADMINISTRATOR)

/* Of the unit that it has or asks for, else of the resource; NULL: the pole's. */
static const struct member *owner_of(const struct pole *p, const struct booking *b)
{
	const struct resource *r = pole_resource(p, b->resource);
	const struct unit *u = life_unit(p, b, 0);

	if (r && !u && item_is_pinned(b->items))
		u = resource_lane(r, b->items[0].lane);
	return u && u->owner ? u->owner : r ? r->owner : NULL;
}

static bool is_of_owner(const struct pole *p, const struct asker *who, const struct booking *b)
{
	const struct member *owner = owner_of(p, b);

	if (!owner)
		return asker_manages_all(p, who, b);
	return asker_is_of(who, owner->number) && asker_has_role(who, ROLE_MEMBER | ROLE_MANAGER);
}

bool asker_decides(const struct pole *p, const struct asker *who, const struct rule *rule,
		   const struct booking *b)
{
	if (asker_has_role(who, STAFF))
		return true;
	if (!rule || rule->limit.approval.by == BY_MANAGER)
		return asker_manages_all(p, who, b);
	return rule->limit.approval.by == BY_OWNER && is_of_owner(p, who, b);
}

const struct rule *approval_needed(const struct pole *p, const struct asker *who,
				   const struct booking *b, int64_t now)
{
	const struct rule *rule = rule_of_kind(p, LIMIT_APPROVAL, b, now);

	return rule && !asker_decides(p, who, rule, b) ? rule : NULL;
}

struct booking *approval_strip(struct booking *b)
{
	struct booking *bare = booking_copy(b, 0);

	booking_unref(b);
	return bare;
}
