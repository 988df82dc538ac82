/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A pole whose things are shared in every way there is; what is granted is applied at once.
 *
 * van: 4, of which 3 and 4 have a hitch; chair: 40; hall of a (stage, floor) and b; trailer, which
 * needs a van with a hitch; laser, which needs a bench and, for its first quarter, a referent;
 * bench: 4, buffer of 15 minutes, shared; tess: a technician who moves and is a laser referent. The
 * farm is 35 minutes away from the site where they are.
 */

#include "lib/decide.h"
#include "tests/lib/fixture.h"

struct shared_scene {
	struct pole *pole;
	struct policy *policy;
	struct arena arena;
	struct asker m1, m2;
	struct answer answer;
	struct changes changes; /* of the last decision */
};

int shared_setup(void **state);
int shared_teardown(void **state);
struct policy *shared_policy(void);
struct resource *shared_resource(struct policy *p, const char *id);

/* Applies what was decided, and returns why not (REASON_NONE: granted). */
enum reason shared_settle(struct shared_scene *s);
enum reason shared_book(struct shared_scene *s, const struct asker *who, struct ask_book ask);
/* In a test of the scene `s`: that m1 or m2 asks for a thing in these hours; more of a struct
 * ask_book may follow. */
#define BOOK(who, thing, from, to, ...)                                                            \
	shared_book(s, &s->who,                                                                    \
		    (struct ask_book){.what = thing, .span = shared_hours(from, to), __VA_ARGS__})
struct span shared_hours(int from, int to); /* of 5 December */

/* Of the last answer. */
int64_t shared_number(const struct shared_scene *s);
const struct item *shared_item(const struct shared_scene *s, size_t i);
