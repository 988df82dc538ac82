/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Within lib/explain*.c: what was found about the things of a basket. */

#include "lib/basket.h"
#include "lib/explain.h"

struct explaining {
	const struct pole *pole;
	struct arena *arena;
	struct explanation *ret;
	size_t cap;
	const struct basket *basket;
	int64_t shift_s;	       /* every thing that much later than wanted */
	const struct booking *granted; /* NULL: refused */
	const struct booking *of;      /* the booking that exists; NULL: a request */
	int64_t made_at;	       /* of what exists: when it was asked for */
};
void explain_want(struct explaining *e, const struct want *w);
/* A finding for each refusal of the answer that has none. */
void explain_rest(struct explaining *e);
