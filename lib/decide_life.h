/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What becomes of a booking once it is made: confirmed, approved, taken out, brought back, exchanged, disputed; and
 * what time does by itself. Every move of a state goes through the table of lib/state.h.
 *
 * Answers are as those of lib/decide.h: the booking's new image, or the refusals; changes stay empty when refused.
 */

#include "lib/decide.h"

/* HELD → confirmed, by its holder: a hold, or an offer (ACCEPT). Its rules are asked anew, quotas and qualifications too. */
void decide_confirm(const struct pole *p, const struct asker *who, int64_t booking, struct arena *a, struct answer *ret,
		    struct changes *ret_changes);
/* An offer is turned down, or a place in the queue given up; `keep`: it goes on waiting, for another occasion within its window. */
void decide_pass(const struct pole *p, const struct asker *who, int64_t booking, bool keep, struct arena *a, struct answer *ret,
		 struct changes *ret_changes);
/* REQUESTED → confirmed or declined, by whom the rule names. reason: a note; NULL: none. */
void decide_approve(const struct pole *p, const struct asker *who, int64_t booking, const char *reason, struct arena *a,
		    struct answer *ret, struct changes *ret_changes);
void decide_decline(const struct pole *p, const struct asker *who, int64_t booking, const char *reason, struct arena *a,
		    struct answer *ret, struct changes *ret_changes);

struct ask_out { /* check-out or return */
	int64_t booking;
	const char *person; /* who really uses it, "p17"; NULL: the booking's */
	bool has_meter;
	int64_t meter; /* tenths of the resource's unit */
	const char *condition; /* a note; NULL: none */
};
#define OUT_EARLY_S 3600 /* a thing may be taken out that long before its start, where it is free by then */
void decide_out(const struct pole *p, const struct asker *who, const struct ask_out *ask, struct arena *a, struct answer *ret,
		struct changes *ret_changes);
/* What is left of its time becomes free. */
void decide_back(const struct pole *p, const struct asker *who, const struct ask_out *ask, struct arena *a, struct answer *ret,
		 struct changes *ret_changes);

/* Proposes that two bookings change places: things and times, not holders. Where the other has proposed the same, it is done in one go.
 * with 0: withdraws the proposal. */
void decide_swap(const struct pole *p, const struct asker *who, int64_t booking, int64_t with, struct arena *a, struct answer *ret,
		 struct changes *ret_changes);
/* A note of dispute on a booking, by anyone who may see that it exists; decided by a manager of its resource. */
void decide_dispute(const struct pole *p, const struct asker *who, int64_t booking, const char *text, struct arena *a,
		    struct answer *ret, struct changes *ret_changes);
void decide_settlement(const struct pole *p, const struct asker *who, int64_t booking, bool upheld, const char *text, struct arena *a,
		       struct answer *ret, struct changes *ret_changes);

/* All that is due by now: holds and offers that expire, requests that nobody decided, no-shows, late returns, waits in vain. At most
 * `most` bookings; pole_first_due() tells whether more is. Each is decided on the state that those before it leave; what is applied to
 * the pole for that is undone on return. A booking may be in the changes more than once. */
void decide_tick(struct pole *p, int64_t now, size_t most, struct arena *a, struct changes *ret_changes);
/* The same without some, which stay as they are; for whoever goes on although something of those cannot be done. Returns how many it was. */
size_t decide_tick_but(struct pole *p, int64_t now, size_t most, const int64_t *without, size_t n_without, struct arena *a,
		       struct changes *ret_changes);

/* When a booking that comes into its state at `now` next needs a tick, by the rules that match it; 0: never. Of a hold, as long as the rule
 * allows. What was put off already (a hold that stays one) keeps its time. */
int64_t booking_due(const struct pole *p, const struct booking *b, int64_t now);
/* What it owes if it were cancelled now: per cent, by the bands that match it; only what is confirmed owes anything. */
uint8_t booking_forfeit(const struct pole *p, const struct booking *b, int64_t now);
