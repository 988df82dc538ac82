/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What is in the way of a span on one unit: bookings on its lane (of a composite, on all lanes of
 * its leaves), outages, and the travel that a thing needs between two sites. */

#include "lib/plan.h"
#include "lib/trial.h"

enum way_kind { WAY_BOOKING, WAY_TRAVEL, WAY_OUTAGE };

struct blocker {
	enum way_kind kind;
	int64_t booking; /* 0: an outage */
	uint32_t resource, lane;
	struct span during; /* as it is told */
	struct span
	    keeps; /* what the span that is tried, these buffers included, must keep clear of */
	int64_t before_s, after_s;
};

/* Calls fn for each until it returns false. Returns whether there was none. */
bool way_each(const struct trial *t, const struct unit *u, struct span s,
	      bool (*fn)(void *arg, const struct blocker *b), void *arg);
/* Whether that is no more than a look at one timeline. */
bool way_is_simple(const struct trial *t);
/* What occupies this lane and is of this item. */
const struct allocation *way_allocation(const struct booking *b, uint32_t resource, uint32_t lane,
					struct span during);
/* The site that an item of this booking names with `at=`; NULL: none. */
const struct site *way_site(const struct policy *p, const struct item *i);
