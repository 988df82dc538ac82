/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides what time does by itself: one booking after the other, in the order in which they were
 * due, each on the state that those before it leave. A table says what becomes of which state.
 *
 * After it nothing that was looked at is due in the past, so that a clock that asks for the first
 * that is due comes to an end.
 */
#include "lib/late.h"
#include "lib/life.h"
#include "lib/rules.h"

struct ticking {
	struct pole *pole;
	int64_t now;
	struct arena *arena;
	struct changes *changes; /* all of them applied */
};

static void apply(struct ticking *t, struct changes *step)
{
	pole_apply(t->pole, step);
	changes_append(t->changes, step);
}

static void end(struct ticking *t, const struct booking *was, enum booking_state state,
		enum cause cause, uint8_t forfeit)
{
	struct booking *made = life_image(was, state, t->now);
	struct changes step = {0};

	if (forfeit > 0)
		booking_details(made)->forfeit = forfeit;
	life_end(t->pole, was, made, cause, t->now, t->arena, &step);
	apply(t, &step);
}

static void expire(struct ticking *t, const struct booking *was)
{
	end(t, was, BOOKING_EXPIRED, CAUSE_EXPIRED, 0);
}

/* Granted or declined as the rule says; what cannot be granted is declined. */
static void decide_undecided(struct ticking *t, const struct booking *was)
{
	const struct rule *rule = rule_of_kind(t->pole, LIMIT_APPROVAL, was, t->now);
	const struct asker daemon = {.now = t->now};
	struct changes step = {0};
	struct answer answer;

	if (rule && rule->limit.approval.then_grant) {
		decide_approve(t->pole, &daemon, was->number, NULL, t->arena, &answer, &step);
		if (answer.booking) {
			apply(t, &step);
			return;
		}
	}
	end(t, was, BOOKING_DECLINED, CAUSE_DECLINED, 0);
}

/* Who waits for a thing that is not back has not failed to come: until when to wait for them. 0:
 * nobody is late; TIME_NEVER: its own time has passed over it. */
static int64_t delayed_until(const struct ticking *t, const struct booking *was,
			     struct duration after)
{
	const struct booking *late = pole_booking(t->pole, booking_says(was)->delayed_by);
	const struct zone *z = life_zone(t->pole, was);
	int64_t until;

	if (!late || (late->state != BOOKING_OUT && late->state != BOOKING_DONE))
		return 0;
	if (late->state == BOOKING_DONE)
		return duration_after(after, z, booking_says(late)->back_at);
	until = duration_after(after, z, t->now);
	if (was->span.end <= t->now)
		return TIME_NEVER;
	return late->due_at > until ? late->due_at : until;
}

static void postpone(struct ticking *t, const struct booking *was, enum cause cause, int64_t due)
{
	struct booking *made = life_image(was, was->state, t->now);
	struct changes step = {0};

	life_change(t->pole, was, made, cause, t->now, &step);
	made->due_at = due;
	apply(t, &step);
}

struct absence { /* of all rules about it, the strictest */
	const struct zone *zone;
	int64_t start;
	const struct rule *soonest;
	uint8_t per_cent;
};

static void see_no_show(void *arg, const struct rule *rule)
{
	struct absence *a = arg;
	const struct duration after = rule->limit.no_show.after;

	if (!a->soonest || duration_after(after, a->zone, a->start) <
			       duration_after(a->soonest->limit.no_show.after, a->zone, a->start))
		a->soonest = rule;
	if (rule->limit.no_show.per_cent > a->per_cent)
		a->per_cent = rule->limit.no_show.per_cent;
}

/* The rule may be gone since: then it is left as it is. */
static void release_no_show(struct ticking *t, const struct booking *was)
{
	struct absence a = {.zone = life_zone(t->pole, was), .start = was->span.start};
	int64_t until;

	rules_of_kind(t->pole, LIMIT_NO_SHOW, was, t->now, see_no_show, &a);
	until = a.soonest ? delayed_until(t, was, a.soonest->limit.no_show.after) : 0;
	if (!a.soonest)
		postpone(t, was, CAUSE_REPACKED, 0);
	else if (until > t->now)
		postpone(t, was, CAUSE_DELAYED, until == TIME_NEVER ? 0 : until);
	else
		end(t, was, BOOKING_NO_SHOW, CAUSE_NO_SHOW, a.per_cent);
}

static void be_late(struct ticking *t, const struct booking *was)
{
	late_return(t->pole, was, t->now, t->arena, t->changes);
}

static void (*const becomes[N_BOOKING_STATES])(struct ticking *t, const struct booking *was) = {
    [BOOKING_HELD] = expire,
    [BOOKING_WAITING] = expire,
    [BOOKING_DISPLACED] = expire,
    [BOOKING_SUSPENDED] = expire,
    [BOOKING_REQUESTED] = decide_undecided,
    [BOOKING_CONFIRMED] = release_no_show,
    [BOOKING_OUT] = be_late,
};

void decide_tick(struct pole *p, int64_t now, size_t most, struct arena *a,
		 struct changes *ret_changes)
{
	decide_tick_but(p, now, most, NULL, 0, a, ret_changes);
}

size_t decide_tick_but(struct pole *p, int64_t now, size_t most, const int64_t *without,
		       size_t n_without, struct arena *a, struct changes *ret_changes)
{
	struct ticking t = {.pole = p, .now = now, .arena = a, .changes = ret_changes};
	const struct booking *b;
	size_t n = 0;

	for (; n < most && (b = pole_first_due_but(p, without, n_without)) && b->due_at <= now; n++)
		becomes[b->state](&t, b);
	pole_undo(p, ret_changes);
	return n;
}
