/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides notes of dispute, and what their manager makes of them. The texts are notes: they can be
 * erased without touching the log. Where the holder was right, nothing is owed any more.
 */
#include "lib/life.h"
#include "lib/resolve.h"

void decide_dispute(const struct pole *p, const struct asker *who, int64_t booking,
		    const char *text, struct arena *a, struct answer *ret,
		    struct changes *ret_changes)
{
	const struct booking *was = pole_booking(p, booking);
	enum reason reason = was ? REASON_NONE : REASON_UNKNOWN_BOOKING;
	struct booking *made;
	enum booking_state to;

	*ret = (struct answer){0};
	if (!reason && who->person && !who->person->active)
		reason = REASON_FORBIDDEN;
	if (!reason && (state_move(was->state, CAUSE_DISPUTED, MOVER_HOLDER, &to) ||
			booking_says(was)->dispute == DISPUTE_OPEN))
		reason = REASON_STATE;
	if (reason) {
		refuse_anew(ret, a, reason);
		return;
	}
	made = life_image(was, to, who->now);
	booking_details(made)->dispute = DISPUTE_OPEN;
	booking_details(made)->disputed_by = who->person ? who->person->number : 0;
	changes_add_note(ret_changes, NOTE_BOOKING, booking, NOTE_DISPUTE, text ? text : "");
	life_answer(p, was, made, CAUSE_DISPUTED, who->now, a, ret, ret_changes);
}

static bool is_by_holder(const struct pole *p, const struct booking *b)
{
	const struct person *by = pole_person(p, booking_says(b)->disputed_by);

	return by && by->member == b->member;
}

void decide_settlement(const struct pole *p, const struct asker *who, int64_t booking, bool upheld,
		       const char *text, struct arena *a, struct answer *ret,
		       struct changes *ret_changes)
{
	const struct booking *was = pole_booking(p, booking);
	enum reason reason = was ? REASON_NONE : REASON_UNKNOWN_BOOKING;
	struct booking *made;
	struct details *d;

	*ret = (struct answer){0};
	if (!reason && !asker_manages_all(p, who, was))
		reason = REASON_FORBIDDEN;
	if (!reason && booking_says(was)->dispute != DISPUTE_OPEN)
		reason = REASON_STATE;
	if (reason) {
		refuse_anew(ret, a, reason);
		return;
	}
	made = life_image(was, was->state, who->now);
	d = booking_details(made);
	d->dispute = upheld ? DISPUTE_UPHELD : DISPUTE_DISMISSED;
	d->decided_by = who->person ? who->person->number : 0;
	if (upheld && d->forfeit > 0 && is_by_holder(p, was))
		d->waived = true;
	if (text && *text)
		changes_add_note(ret_changes, NOTE_BOOKING, booking, NOTE_SETTLEMENT, text);
	life_answer(p, was, made, CAUSE_SETTLED, who->now, a, ret, ret_changes);
}
