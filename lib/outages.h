/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What outages and closures that were declared mean for a thing. An outage of a whole is one of all its parts; that of a part lets nobody have
 * the whole.
 */

#include "lib/pole.h"

/* Whether the outage (not a closure) is about this lane of a leaf, itself or by a whole that it is part of. */
bool outage_stops(const struct pole *p, const struct outage *o, uint32_t resource, uint32_t lane);
/* The first closure in force in which `s`, for this thing, would start or end; NULL: none. Its first instant is closed, its last is not; an end
 * at its beginning is not in it, as with those of a policy. */
const struct outage *outages_close(const struct pole *p, const struct resource *r, struct span s);
/* Whether `b` cannot be as it is for this one: what is over by `now` can. */
bool outage_hits(const struct pole *p, const struct outage *o, const struct booking *b, int64_t now);
