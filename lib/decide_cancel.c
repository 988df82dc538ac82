/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides what is given up: a booking in whatever state, or one thing of several.
 *
 * What it owes for that is recorded with it, in per cent: by the bands of the rule that matches a
 * confirmed booking. Who only held, asked or waited owes nothing, and neither does who was
 * displaced or stands in an outage.
 */
#include "lib/life.h"

void decide_cancel(const struct pole *p, const struct asker *who, int64_t booking, struct arena *a,
		   struct answer *ret, struct changes *ret_changes)
{
	const struct booking *was = pole_booking(p, booking);
	enum reason reason = life_test(p, who, was, CAUSE_CANCELLED);
	struct booking *made;
	uint8_t forfeit;

	*ret = (struct answer){0};
	if (!reason && booking_state_occupies(was->state) && was->span.end <= who->now)
		reason = REASON_PAST;
	if (reason) {
		refuse_anew(ret, a, reason);
		return;
	}
	made = life_image(was, BOOKING_CANCELLED, who->now);
	forfeit = booking_forfeit(p, was, who->now);
	if (forfeit > 0)
		booking_details(made)->forfeit = forfeit;
	life_answer(p, was, made, CAUSE_CANCELLED, who->now, a, ret, ret_changes);
}

/* Whether something that was asked for is left, that has not ended. */
static bool has_left(const struct booking *b, int64_t now)
{
	for (size_t i = 0; i < b->n_items; i++)
		if (b->items[i].state == ITEM_PRESENT && b->items[i].via == ITEM_ASKED &&
		    b->items[i].span.end > now)
			return true;
	return false;
}

/* What has begun was used until now. */
static void give_back(const struct pole *p, struct booking *b, uint32_t item, int64_t now)
{
	struct item *i = &b->items[item];

	if (i->span.start < now)
		life_cut(p, b, item, now);
	else
		i->state = ITEM_CANCELLED;
	for (uint32_t k = 0; k < b->n_items; k++)
		if (b->items[k].via != ITEM_ASKED && b->items[k].of == item &&
		    b->items[k].state == ITEM_PRESENT && k != item)
			give_back(p, b, k, now);
}

static enum reason test_item(const struct booking *was, uint32_t item, int64_t now)
{
	if (item >= was->n_items || was->items[item].state != ITEM_PRESENT ||
	    was->items[item].via != ITEM_ASKED)
		return REASON_UNKNOWN_BOOKING;
	return was->items[item].span.end <= now ? REASON_PAST : REASON_NONE;
}

void decide_give_back(const struct pole *p, const struct asker *who, int64_t booking, uint32_t item,
		      struct arena *a, struct answer *ret, struct changes *ret_changes)
{
	const struct booking *was = pole_booking(p, booking);
	enum reason reason = life_test(p, who, was, CAUSE_GIVEN_BACK);
	struct booking *made;

	*ret = (struct answer){0};
	if (!reason)
		reason = test_item(was, item, who->now);
	if (reason) {
		refuse_anew(ret, a, reason);
		return;
	}
	made = life_image(was, was->state, who->now);
	give_back(p, made, item, who->now);
	if (!has_left(made, who->now)) {
		booking_unref(made);
		if (was->state == BOOKING_OUT)
			decide_back(p, who, &(struct ask_out){.booking = booking}, a, ret,
				    ret_changes);
		else
			decide_cancel(p, who, booking, a, ret, ret_changes);
		return;
	}
	booking_sum_up(made);
	life_answer(p, was, made, CAUSE_GIVEN_BACK, who->now, a, ret, ret_changes);
}
