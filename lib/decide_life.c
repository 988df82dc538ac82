/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides what is pending: holds and offers that are confirmed or turned down, requests that are
 * approved or declined.
 *
 * What is pending has its place all the time, so that confirming it cannot lose a race; but its
 * rules are asked anew, for a qualification may have expired, or a policy changed, since. A request
 * whose time others may ask for has no place before it is approved: then it gets one, moving and
 * displacing others as a new booking would, or the answer says who is in the way.
 */
#include "lib/life.h"
#include "lib/queue.h"
#include "lib/rules.h"

/* Time is up, though nothing has happened to it yet. */
static enum reason test_pending(const struct pole *p, const struct asker *who,
				const struct booking *was, enum cause cause)
{
	enum reason reason = life_test(p, who, was, cause);

	if (!reason && who->person && was->due_at != 0 && was->due_at <= who->now)
		reason = REASON_STATE;
	return reason;
}

void decide_confirm(const struct pole *p, const struct asker *who, int64_t booking, struct arena *a,
		    struct answer *ret, struct changes *ret_changes)
{
	const struct booking *was = pole_booking(p, booking);
	enum cause cause = was && booking_is_offer(was) ? CAUSE_ACCEPTED : CAUSE_CONFIRMED;
	enum reason reason = test_pending(p, who, was, cause);
	struct booking *made;

	*ret = (struct answer){0};
	if (reason)
		refuse_anew(ret, a, reason);
	if (reason || !life_is_allowed(p, was, who->now, a, ret))
		return;
	made = life_image(was, BOOKING_CONFIRMED, who->now);
	ret->approval = approval_needed(p, who, made, who->now);
	if (ret->approval) {
		made->state = BOOKING_REQUESTED;
		cause = CAUSE_REQUESTED;
		if (ret->approval->limit.approval.queueing)
			made = approval_strip(made);
	}
	life_answer(p, was, made, cause, who->now, a, ret, ret_changes);
	if (made->state == BOOKING_CONFIRMED)
		waive_relet(p, made, ret_changes);
}

/* Whether a time is left in its window that does not touch what it turns down. */
static bool has_other_occasion(const struct booking *b)
{
	const struct span within = booking_says(b)->within;
	int64_t length_s = b->span.end - b->span.start;

	return !span_is_empty(within) &&
	       (b->span.start - within.start >= length_s || within.end - b->span.end >= length_s);
}

/* It goes on waiting, behind those that have asked until now. */
static struct booking *back_to_queue(const struct booking *was, int64_t now)
{
	struct booking *made = life_like(was, was->items, was->n_items, 0);
	struct details *d = booking_details(made);

	made->state = BOOKING_WAITING;
	d->passed = was->span;
	d->queued_at = now;
	return made;
}

void decide_pass(const struct pole *p, const struct asker *who, int64_t booking, bool keep,
		 struct arena *a, struct answer *ret, struct changes *ret_changes)
{
	const struct booking *was = pole_booking(p, booking);
	enum cause cause = keep ? CAUSE_QUEUED : CAUSE_PASSED;
	enum reason reason = test_pending(p, who, was, cause);
	struct booking *made;

	*ret = (struct answer){0};
	if (!reason && keep && (!booking_is_offer(was) || !has_other_occasion(was)))
		reason = REASON_STATE;
	if (reason) {
		refuse_anew(ret, a, reason);
		return;
	}
	made = keep ? back_to_queue(was, who->now) : life_image(was, BOOKING_CANCELLED, who->now);
	life_answer(p, was, made, cause, who->now, a, ret, ret_changes);
}

/* Whose decision it is. */
static enum reason test_decision(const struct pole *p, const struct asker *who,
				 const struct booking *was, enum cause cause)
{
	enum booking_state to;
	const struct rule *rule;

	if (!was)
		return REASON_UNKNOWN_BOOKING;
	rule = rule_of_kind(p, LIMIT_APPROVAL, was, who->now);
	if (!asker_decides(p, who, rule, was))
		return REASON_FORBIDDEN;
	return state_move(was->state, cause, MOVER_MANAGER, &to) == 0 ? REASON_NONE : REASON_STATE;
}

static void note_decision(struct booking *made, const struct asker *who, const char *reason,
			  struct changes *ret_changes)
{
	if (who->person)
		booking_details(made)->decided_by = who->person->number;
	if (reason && *reason)
		changes_add_note(ret_changes, NOTE_BOOKING, made->number, NOTE_REASON, reason);
}

/* Where it stood, or where it finds a place now: others who have taken the time meanwhile may have
 * to go, where the requester has the right. NULL: nowhere. */
static struct booking *approved(const struct pole *p, const struct booking *was, int64_t now,
				struct arena *a, struct answer *ret, struct changes *ret_changes)
{
	struct booking *made;
	struct basket b;

	if (was->n_allocations > 0)
		return life_image(was, BOOKING_CONFIRMED, now);
	if (!life_place(p, was, now, a, &b, ret)) {
		if (!displace(&b, 0, ret_changes))
			return NULL;
		*ret = (struct answer){0};
	}
	plan_changes(&b.plan, p, was->number, ret_changes);
	made = life_placed(&b, was, was->items);
	made->state = BOOKING_CONFIRMED;
	return made;
}

void decide_approve(const struct pole *p, const struct asker *who, int64_t booking,
		    const char *reason, struct arena *a, struct answer *ret,
		    struct changes *ret_changes)
{
	const struct booking *was = pole_booking(p, booking);
	enum reason refused = test_decision(p, who, was, CAUSE_APPROVED);
	struct booking *made;

	*ret = (struct answer){0};
	if (refused)
		refuse_anew(ret, a, refused);
	if (refused || !life_is_allowed(p, was, who->now, a, ret))
		return;
	made = approved(p, was, who->now, a, ret, ret_changes);
	if (!made)
		return;
	note_decision(made, who, reason, ret_changes);
	life_answer(p, was, made, CAUSE_APPROVED, who->now, a, ret, ret_changes);
	waive_relet(p, made, ret_changes);
}

void decide_decline(const struct pole *p, const struct asker *who, int64_t booking,
		    const char *reason, struct arena *a, struct answer *ret,
		    struct changes *ret_changes)
{
	const struct booking *was = pole_booking(p, booking);
	enum reason refused = test_decision(p, who, was, CAUSE_DECLINED);
	struct booking *made;

	*ret = (struct answer){0};
	if (refused) {
		refuse_anew(ret, a, refused);
		return;
	}
	made = life_image(was, BOOKING_DECLINED, who->now);
	note_decision(made, who, reason, ret_changes);
	life_answer(p, was, made, CAUSE_DECLINED, who->now, a, ret, ret_changes);
}
