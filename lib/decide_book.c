/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides a new booking. */
#include "lib/alternatives.h"
#include "lib/resolve.h"

static struct booking *new_booking(const struct trial *t, const struct asker *who,
				   const struct ask_book *ask, const struct party *party,
				   const struct unit *unit)
{
	const struct item item =
	    item_of(t->resource->number, t->unit ? unit->lane : 0, ask->span);
	struct booking *b = booking_new(ask->purpose ? ask->purpose : "", &item, 1, 1);

	b->number = pole_next_booking(t->pole);
	b->member = party->member->number;
	b->person = party->person;
	b->made_by = who->person ? who->person->number : 0;
	b->state = BOOKING_CONFIRMED;
	b->made_at = who->now;
	b->allocations[0] = (struct allocation){
	    .resource = t->resource->number,
	    .lane = unit->lane,
	    .during = trial_during(t, ask->span),
	};
	return b;
}

void decide_book(const struct pole *p, const struct asker *who, const struct ask_book *ask,
		 struct arena *a, struct answer *ret, struct changes *ret_changes)
{
	struct refusals refusals = {.arena = a};
	const struct resource *resource;
	const struct unit *unit;
	struct party party;
	struct trial t;
	struct booking *b;
	enum reason reason = decide_resolve(p, ask->what, ask->unit, &resource, &unit);

	*ret = (struct answer){0};
	if (reason)
		refusals_add(&refusals, (struct refusal){.reason = reason});
	party_resolve(p, who, ask, &refusals, &party);
	if (span_is_empty(ask->span))
		refusals_add(&refusals, (struct refusal){.reason = REASON_EMPTY_SPAN});
	ret->refusals = refusals.items;
	ret->n_refusals = refusals.n;
	if (refusals.n > 0)
		return;
	trial_init(&t, p, pole_directory(p), resource, unit, party.member, who->now, a);
	unit = trial_grant(&t, ask->span, a, ret);
	if (!unit) {
		const struct alternatives_ask wish = {
		    .asked = ask->span,
		    .member = party.member,
		    .want = ask->alternatives,
		};

		alternatives_find(&t, &wish, a, ret);
		return;
	}
	b = new_booking(&t, who, ask, &party, unit);
	changes_add_booking(ret_changes, NULL, b);
	ret->booking = b;
}
