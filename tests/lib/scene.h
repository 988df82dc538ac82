/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A pole in which things happen, as the daemon makes them: each act is decided, applied and settled, and checked for what must hold of every
 * act: each change is a move that the table of states has, settling again does nothing, nobody is left waiting who could have been served,
 * and all of it can be undone.
 */

#include "lib/decide_life.h"
#include "lib/decide_outage.h"
#include "lib/queue.h"
#include "tests/lib/fixture.h"

#define SCENE_MEMBERS 6
#define SCENE_ACTS 4096

struct scene {
	struct pole *pole;
	struct arena arena;
	int64_t now;
	const struct person *of[SCENE_MEMBERS + 1]; /* of[1] acts for m1 */
	const struct person *coordinator;
	struct answer answer; /* to the last act */
	struct changes acts[SCENE_ACTS];
	size_t n_acts;
};

/* m1.. instead of the fixture's own, all "founder" but for even ones, "small", with a share of 1 each; a queue that orders by class, fair share and
 * first come, and offers for four hours. */
struct policy *scene_policy(void);
/* Takes the policy. */
void scene_begin(struct scene *s, struct policy *policy, const char *now);
void scene_end(struct scene *s); /* undoes all that happened, and finds nothing left */

/* What was booked, held or put into the queue; NULL: refused. The member waits where it must. */
const struct booking *scene_book(struct scene *s, int member, const char *what, const char *from, const char *to);
const struct booking *scene_ask(struct scene *s, const struct person *who, const struct ask_book *ask);
void scene_cancel(struct scene *s, int64_t booking);
void scene_confirm(struct scene *s, int64_t booking);
void scene_pass(struct scene *s, int64_t booking, bool keep);
int64_t scene_outage(struct scene *s, const char *what, struct span during, bool is_closure); /* its number */
void scene_reopen(struct scene *s, int64_t outage);
void scene_apply(struct scene *s, struct policy *policy);
/* Time goes by; what is due happens. */
void scene_until(struct scene *s, int64_t now);

/* Applies and settles what was decided, and checks it. Takes the changes. */
void scene_happen(struct scene *s, struct changes *c);
/* Whether a new decision on what this one wants would give it a place without pushing anybody out, and not where it turned an offer down. */
bool scene_could_serve(struct scene *s, const struct booking *b);
/* Whether its own lanes are there for it, which is all that the suspended and displaced need. */
bool scene_has_its_place(const struct scene *s, const struct booking *b);

enum booking_state scene_state(const struct scene *s, int64_t booking);
/* The cause of the last change of that booking in the last act; CAUSE_NONE: it was not changed. */
enum cause scene_cause(const struct scene *s, int64_t booking);
const char *scene_unit(const struct scene *s, int64_t booking); /* of its first allocation */
