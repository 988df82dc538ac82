/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files that write a group share: its changes in one row. */

#include "daemon/db.h"
#include "daemon/exchange.h"
#include "lib/change.h"

struct change_ref {
	const struct exchange *x;
	const struct change *c;
	const struct change *first; /* of the same record in the group: its `before` is what the database has */
	bool last;		    /* of the same record: its `after` is what the database will have */
	bool leads;		    /* the first of its command */
	bool in_place;		    /* last, of a booking: the database has its allocations as they are to be */
};

struct change_list {
	struct change_ref *items;
	size_t n;
};

/* Of each record of that kind the change that has its last image, in order; NULL at the end. */
static inline const struct change_ref *record_after(const struct change_list *l, const struct change_ref *ref, enum change_kind kind)
{
	for (ref = ref ? ref + 1 : l->items; ref < l->items + l->n; ref++)
		if (ref->last && ref->c->kind == kind)
			return ref;
	return NULL;
}

static inline const struct change_ref *record_first(const struct change_list *l, enum change_kind kind)
{
	return record_after(l, NULL, kind);
}

/* The rare records, each kind one jsonb parameter, null where there is none: items, details, outages, persons, names, policies. */
void store_encode_rare(const struct change_list *l, int32_t pole, struct db_params *p);
