/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A pole for tests of what becomes of bookings. Each act is decided on it and, if granted, applied; every change of a state is checked
 * against the table of moves, and undoing it and doing it again must leave nothing different.
 *
 * van: 2 units, 30 minutes after, cancelled 30 days before for 20 per cent and 2 days before for 50; minibus: 1 unit, approved by a
 * manager from 4 h on, undecided after 2 days and then granted; hall: 1, approved by a coordinator, others may ask meanwhile, undecided
 * until it begins and then declined; room: 1, released 15 minutes after the start for 100 per cent, holds last an hour; laser: 1, for who has the
 * qualification "laser"; store: 1, whose managers are those of m2.
 */

#include "lib/decide_life.h"
#include "tests/lib/fixture.h"

#define HOUR 3600
#define MINUTE 60
#define LIFE_NOW "2026-11-23T06:00" /* a Monday */
#define SAT8 "2026-12-05T08:00"
#define SAT12 "2026-12-05T12:00"

struct life_scene {
	struct pole *pole;
	struct arena arena;
	int64_t now;
	const struct person *m1, *m2, *manager1, *manager2, *coordinator; /* manager1 is of m1 */
	struct answer answer;
	struct changes changes; /* of the last act: the answer borrows from them */
};

struct policy *life_policy(void);
int life_setup(void **state);
int life_teardown(void **state);

struct asker life_asker(const struct life_scene *s, const struct person *person);
enum reason life_first_reason(const struct answer *a);
/* Applies what was decided, and returns why not (REASON_NONE: granted). */
enum reason life_done(struct life_scene *s);

enum reason life_ask(struct life_scene *s, const struct person *who, struct ask_book ask);
/* The number of what was granted; fails where it was not. */
int64_t life_book(struct life_scene *s, const struct person *who, const char *what, const char *from, const char *to);
int64_t life_hold(struct life_scene *s, const struct person *who, const char *what, const char *from, const char *to);
int64_t life_wait(struct life_scene *s, const struct person *who, const char *what, const char *from, const char *to);

enum reason life_confirm(struct life_scene *s, const struct person *who, int64_t booking);
enum reason life_pass(struct life_scene *s, const struct person *who, int64_t booking, bool keep);
enum reason life_approve(struct life_scene *s, const struct person *who, int64_t booking);
enum reason life_decline(struct life_scene *s, const struct person *who, int64_t booking);
enum reason life_cancel(struct life_scene *s, const struct person *who, int64_t booking);
enum reason life_move(struct life_scene *s, const struct person *who, int64_t booking, const char *from);
enum reason life_extend(struct life_scene *s, const struct person *who, int64_t booking, const char *to);
enum reason life_out(struct life_scene *s, const struct person *who, int64_t booking);
enum reason life_back(struct life_scene *s, const struct person *who, int64_t booking);
enum reason life_swap(struct life_scene *s, const struct person *who, int64_t booking, int64_t with);
enum reason life_dispute(struct life_scene *s, const struct person *who, int64_t booking);
enum reason life_decide_dispute(struct life_scene *s, const struct person *who, int64_t booking, bool upheld);
/* Time goes by, and what is due happens. */
void life_tick(struct life_scene *s, const char *moment);
/* What settle() does to who waits, without the queue: it is held for them on that lane. */
void life_offer(struct life_scene *s, int64_t booking, uint32_t lane);

const struct booking *life_get(const struct life_scene *s, int64_t booking);
enum booking_state life_state(const struct life_scene *s, int64_t booking);
/* The cause of the last change of that booking in the last act; CAUSE_NONE: none. */
enum cause life_cause(const struct life_scene *s, int64_t booking);
void life_qualify(struct life_scene *s, const struct person **who, const char *word, const char *until);
