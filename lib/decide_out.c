/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides check-out and return.
 *
 * A thing may be taken out a little before its time where it is there: its allocations then begin
 * at that moment. Who takes a thing out has it in hand; so whoever had it before and is late has
 * brought it back, though nobody said so.
 *
 * A return before its time cuts the booking: what it used stays, the rest is free, and the details
 * keep until when it was booked. Things that had not begun are given back.
 */
#include <string.h>

#include "lib/life.h"
#include "lib/resolve.h"
#include "lib/rules.h"

static enum reason find_user(const struct pole *p, const struct asker *who,
			     const struct booking *was, const char *code, const struct person **ret)
{
	uint32_t number = was->person;

	if (code && person_number_from_code(code, &number) != 0)
		return REASON_UNKNOWN_PERSON;
	*ret = pole_person(p, number);
	if (!code)
		return REASON_NONE;
	if (!*ret || !(*ret)->active || ((*ret)->member != 0 && (*ret)->member != was->member))
		return REASON_UNKNOWN_PERSON;
	if ((*ret)->member == 0 && *ret != who->person && number != was->person &&
	    !asker_manages_all(p, who, was))
		return REASON_UNKNOWN_PERSON;
	return REASON_NONE;
}

static enum reason test_time(const struct booking *was, int64_t now)
{
	if (now < was->span.start - OUT_EARLY_S)
		return REASON_TOO_EARLY;
	return was->span.end <= now ? REASON_PAST : REASON_NONE;
}

/* Else a colleague's name on the booking would be a way round what a person may have. */
static bool is_of_user(const struct refusal *r, bool is_another)
{
	if (r->reason == REASON_QUALIFICATION)
		return true;
	return is_another &&
	       (r->reason == REASON_WHO ||
		(r->reason == REASON_QUOTA && r->rule->limit.quota.of == QUOTA_OF_PERSON));
}

/* Who really uses it must be qualified for all the time, whoever booked it. */
static void test_user(const struct pole *p, const struct booking *was, const struct person *user,
		      int64_t now, struct refusals *ret)
{
	struct booking *used = booking_copy(was, was->n_allocations);
	struct refusals all = {.arena = ret->arena};

	used->person = user ? user->number : 0;
	booking_refuse(p, pole_directory(p), used, now, &all);
	for (size_t i = 0; i < all.n; i++)
		if (is_of_user(&all.items[i], used->person != was->person))
			refusals_add(ret, all.items[i]);
	booking_unref(used);
}

struct taking_out {
	const struct pole *pole;
	const struct asker *who;
	const struct booking *was;
	struct arena *arena;
	struct changes *changes;
};

static struct booking *returned(const struct pole *p, const struct booking *was, int64_t now);

static bool is_late(const struct booking *b, int64_t now)
{
	return b->state == BOOKING_OUT && b->span.end <= now;
}

static bool is_changed(const struct changes *c, int64_t number)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].kind == CHANGE_BOOKING &&
		    c->items[i].booking.after->number == number)
			return true;
	return false;
}

/* It has changed hands: nothing is kept free between. */
static void bring_back(const struct taking_out *t, const struct booking *late)
{
	const int64_t now = t->who->now;
	struct booking *made;

	if (is_changed(t->changes, late->number))
		return;
	made = returned(t->pole, late, now);
	for (size_t i = 0; i < made->n_allocations; i++)
		if (made->allocations[i].during.end > now &&
		    made->allocations[i].during.start < now)
			made->allocations[i].during.end = now;
	life_change(t->pole, late, made, CAUSE_BACK, now, t->changes);
}

static void refuse_taken(const struct taking_out *t, const struct allocation *a,
			 const struct timeline_entry *e, struct answer *ret)
{
	ret->conflicts = arena_new(t->arena, struct conflict);
	ret->conflicts[ret->n_conflicts++] =
	    (struct conflict){pole_booking(t->pole, e->booking), a->resource, a->lane, e->span};
}

/* Whether nobody has it now or until its time; who is late up to then has brought it back. */
static bool is_there(const struct taking_out *t, const struct allocation *a, struct answer *ret)
{
	const struct timeline *line = pole_timeline(t->pole, a->resource, a->lane);
	const int64_t now = t->who->now;
	size_t i = timeline_seek(line, a->during.start);

	for (; i > 0; i--) {
		const struct timeline_entry *e = &line->entries[i - 1];
		const struct booking *b = pole_booking(t->pole, e->booking);

		if (is_late(b, now))
			bring_back(t, b);
		else if (e->span.end <= now)
			return true;
		else if (e->span.start < a->during.start && b != t->was) {
			refuse_taken(t, a, e, ret);
			return false;
		}
	}
	return true;
}

static struct booking *taken_out(const struct taking_out *t, struct answer *ret)
{
	const struct booking *was = t->was;
	struct booking *made = life_image(was, BOOKING_OUT, t->who->now);

	for (size_t i = 0; i < was->n_allocations; i++) {
		const struct allocation *a = &was->allocations[i];

		if (!booking_occupies(was, a) || was->items[a->item].span.start > was->span.start)
			continue;
		if (!is_there(t, a, ret)) {
			booking_unref(made);
			return NULL;
		}
		if (made->allocations[i].during.start > t->who->now)
			made->allocations[i].during.start = t->who->now;
	}
	return made;
}

static void note_condition(const struct ask_out *ask, enum note_kind kind, struct changes *ret)
{
	if (ask->condition && *ask->condition)
		changes_add_note(ret, NOTE_BOOKING, ask->booking, kind, ask->condition);
}

void decide_out(const struct pole *p, const struct asker *who, const struct ask_out *ask,
		struct arena *a, struct answer *ret, struct changes *ret_changes)
{
	struct refusals refusals = {.arena = a};
	struct taking_out t = {p, who, pole_booking(p, ask->booking), a, ret_changes};
	enum reason reason = life_test(p, who, t.was, CAUSE_OUT);
	const struct person *user = NULL;
	struct booking *made;
	struct details *d;

	*ret = (struct answer){0};
	if (!reason)
		reason = test_time(t.was, who->now);
	if (!reason)
		reason = find_user(p, who, t.was, ask->person, &user);
	if (reason) {
		refuse_anew(ret, a, reason);
		if (reason == REASON_TOO_EARLY)
			ret->refusals[0].bound = t.was->span.start - OUT_EARLY_S;
		return;
	}
	test_user(p, t.was, user, who->now, &refusals);
	ret->refusals = refusals.items;
	ret->n_refusals = refusals.n;
	if (refusals.n > 0)
		return;
	made = taken_out(&t, ret);
	if (!made) {
		changes_clear(ret_changes);
		refuse_anew(ret, a, REASON_CONFLICT);
		return;
	}
	d = booking_details(made);
	d->out_at = who->now;
	d->used_by = user ? user->number : 0;
	d->has_meter_out = ask->has_meter;
	d->meter_out = ask->meter;
	note_condition(ask, NOTE_CONDITION_OUT, ret_changes);
	life_answer(p, t.was, made, CAUSE_OUT, who->now, a, ret, ret_changes);
}

/* What was taken out early and comes back before its time was used then. */
static void begin_early(struct booking *b, int64_t out_at)
{
	for (size_t i = 0; i < b->n_items; i++)
		if (b->items[i].span.start == b->span.start && out_at < b->span.start)
			b->items[i].span.start = out_at;
	booking_sum_up(b);
}

static struct booking *returned(const struct pole *p, const struct booking *was, int64_t now)
{
	struct booking *made = life_image(was, BOOKING_DONE, now);
	struct details *d = booking_details(made);

	if (was->span.start >= now && d->out_at)
		begin_early(made, d->out_at);
	if (was->span.end > now)
		d->booked_until = was->span.end;
	d->back_at = now;
	for (uint32_t k = 0; k < made->n_items; k++) {
		if (made->items[k].state != ITEM_PRESENT)
			continue;
		if (made->items[k].span.start > now && made->items[k].span.start > made->span.start)
			made->items[k].state = ITEM_CANCELLED;
		else
			life_cut(p, made, k, now);
	}
	booking_sum_up(made);
	return made;
}

static enum reason test_return(const struct pole *p, const struct asker *who,
			       const struct booking *was, const struct ask_out *ask)
{
	const struct details *d = booking_says(was);
	const struct person *user;

	if (was->state == BOOKING_CONFIRMED && was->span.start > who->now)
		return REASON_STATE;
	if (ask->has_meter && d->has_meter_out && ask->meter < d->meter_out)
		return REASON_READING;
	return ask->person ? find_user(p, who, was, ask->person, &user) : REASON_NONE;
}

void decide_back(const struct pole *p, const struct asker *who, const struct ask_out *ask,
		 struct arena *a, struct answer *ret, struct changes *ret_changes)
{
	const struct booking *was = pole_booking(p, ask->booking);
	enum reason reason = life_test(p, who, was, CAUSE_BACK);
	struct booking *made;

	*ret = (struct answer){0};
	if (!reason)
		reason = test_return(p, who, was, ask);
	if (reason) {
		refuse_anew(ret, a, reason);
		return;
	}
	made = returned(p, was, who->now);
	if (ask->person)
		person_number_from_code(ask->person, &booking_details(made)->used_by);
	if (ask->has_meter) {
		booking_details(made)->has_meter_back = true;
		booking_details(made)->meter_back = ask->meter;
	}
	note_condition(ask, NOTE_CONDITION_BACK, ret_changes);
	life_answer(p, was, made, CAUSE_BACK, who->now, a, ret, ret_changes);
}
