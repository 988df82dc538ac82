/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a case gives: bookings that exist already. No rule is asked about them, since a case is
 * often about what comes after too many of them; but hours, other bookings and what has to come
 * along are real, so that what they take is really taken.
 *
 * Bookings of which only the length or the number is said are laid out as members would: one a day,
 * none longer than a rule allows.
 */
#include "client/case_play.h"

#include <string.h>

enum { FACT_AGE_DAYS = 7, PERIOD_DAYS = 60, ROUNDS = 4, LATE_S = 3600 };

struct layout { /* bookings over days */
	struct stage *stage;
	const struct told *said;
	const struct zone *zone;
	const struct limit *slots; /* NULL: any time */
	int64_t longest_s;	   /* 0: any */
	int64_t usual_s;
	int64_t first_day, n_days, step; /* backwards: step -1 */
};

static int64_t days_s(struct duration d)
{
	return d.days * DAY_S + d.seconds;
}

static bool is_about(const struct rule *rule, const struct resource *r)
{
	for (size_t i = 0; i < rule->n_resources; i++)
		if (rule->resources[i] == r)
			return true;
	return rule->n_resources == 0;
}

static void see_limits(struct layout *l, const struct policy *p, const struct resource *r)
{
	l->usual_s = 0;
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct rule *rule = &p->rules[i];
		const struct limit *limit = &rule->limit;
		int64_t max_s = days_s(limit->duration.max), min_s = days_s(limit->duration.min);
		if (!is_about(rule, r))
			continue;
		if (limit->kind == LIMIT_SLOTS)
			l->slots = limit;
		if (limit->kind != LIMIT_DURATION)
			continue;
		if (max_s > 0 && (l->longest_s == 0 || max_s < l->longest_s))
			l->longest_s = max_s;
		if (min_s > l->usual_s)
			l->usual_s = min_s;
	}
	if (l->usual_s == 0)
		l->usual_s = 3600;
}

static struct layout layout_of(struct stage *s, const struct told *said, bool past)
{
	struct layout l = {
	    .stage = s, .said = said, .zone = stage_zone(s, said), .step = past ? -1 : 1};
	int64_t today = civil_days(zone_to_local(l.zone, s->now).date);
	l.first_day = past ? today - 1 : today + 1;
	l.n_days = PERIOD_DAYS;
	if (said->has_from) {
		l.first_day = civil_days(said->from.date);
		l.n_days = civil_days(said->to.date) - l.first_day;
		if (past)
			l.first_day += l.n_days - 1;
	}
	see_limits(&l, s->policy, said->things[0].resource);
	return l;
}

/* The number of the booking; 0: refused, and the outcome says why. */
static int64_t give(struct stage *s, const struct told *said, struct ask_book *ask,
		    struct outcome *why)
{
	int64_t start = ask->within.end ? ask->within.start : ask->span.start;
	int64_t made_at = (start < s->now ? start : s->now) - FACT_AGE_DAYS * DAY_S;
	const struct person *person = stage_person(s, &said->who);
	struct asker nobody = {NULL, made_at + pole_next_booking(s->pole)};
	struct answer answer;
	struct changes c = {0};
	int64_t number = 0;
	ask->member = said->who.member ? said->who.member->id : NULL;
	ask->person = arena_printf(s->arena, "p%u", person->number);
	decide_book(s->pole, &nobody, ask, s->arena, &answer, &c);
	if (answer.booking) {
		number = answer.booking->number;
		pole_apply(s->pole, &c);
	}
	changes_clear(&c);
	*why = (struct outcome){
	    .is_refused = !number, .refusals = answer.refusals, .n_refusals = answer.n_refusals};
	return number;
}

static struct ask_book ask_thing(const struct told *said)
{
	const struct thing *t = &said->things[0];
	return (struct ask_book){.what = t->unit ? t->unit->id : t->resource->id};
}

static int64_t give_slot(struct layout *l, int64_t day, const struct slot *slot)
{
	struct ask_book ask = ask_thing(l->said);
	struct outcome why;
	zone_local_s_to_utc(l->zone, day * DAY_S + slot->from_s, &ask.span.start);
	zone_local_s_to_utc(l->zone, day * DAY_S + slot->to_s, &ask.span.end);
	return give(l->stage, l->said, &ask, &why);
}

/* The number of a booking that begins on that day; 0: there is no room. */
static int64_t give_on(struct layout *l, int64_t day, int64_t length_s)
{
	struct ask_book ask = ask_thing(l->said);
	int64_t days = length_s / DAY_S, number = 0;
	struct outcome why;
	for (size_t i = 0; l->slots && !number && i < l->slots->slots.n; i++)
		number = give_slot(l, day, &l->slots->slots.items[i]);
	if (l->slots)
		return number;
	ask.length.seconds = length_s;
	zone_local_s_to_utc(l->zone, day * DAY_S, &ask.within.start);
	zone_local_s_to_utc(l->zone, (day + days + 1) * DAY_S, &ask.within.end);
	return give(l->stage, l->said, &ask, &why);
}

static void give_time(struct stage *s, const struct told *said)
{
	struct layout l = layout_of(s, said, false);
	int64_t left = days_s(said->length);
	for (int64_t i = 0; left > 0 && i < ROUNDS * l.n_days; i++) {
		int64_t piece = l.longest_s && l.longest_s < left ? l.longest_s : left;
		int64_t number = give_on(&l, l.first_day + i % l.n_days, piece);
		if (number)
			left -= pole_booking(s->pole, number)->span.end -
				pole_booking(s->pole, number)->span.start;
	}
	if (left > 0)
		stage_trouble(s, said, "there is no room for so much of %s then",
			      said->things[0].resource->id);
}

/* How it ended, long ago. */
static void end_booking(struct stage *s, int64_t number, enum sentence_kind how)
{
	const struct booking *was = pole_booking(s->pole, number);
	struct booking *made = booking_copy(was, was->n_allocations);
	struct details *d = booking_details(made);
	enum cause cause = CAUSE_NO_SHOW;
	struct changes c = {0};
	made->state = BOOKING_NO_SHOW;
	made->ended_at = made->span.start;
	if (how == SAYS_GAVE_UP_LATE) {
		cause = CAUSE_CANCELLED;
		made->state = BOOKING_CANCELLED;
		made->ended_at -= LATE_S;
		d->forfeit = 100;
	} else if (how == SAYS_CAME_BACK_LATE) {
		cause = CAUSE_BACK;
		made->state = BOOKING_DONE;
		made->ended_at = 0;
		d->out_at = made->span.start;
		d->back_at = made->span.end + LATE_S;
	}
	changes_add_booking(&c, cause, (struct booking *)was, made);
	pole_apply(s->pole, &c);
	changes_clear(&c);
}

static void give_some(struct stage *s, const struct told *said)
{
	bool past = said->kind != SAYS_HOLDS_SOME;
	struct layout l = layout_of(s, said, past);
	int64_t left = said->count;
	for (int64_t i = 0; left > 0 && i < ROUNDS * l.n_days; i++) {
		int64_t number = give_on(&l, l.first_day + l.step * (i % l.n_days), l.usual_s);
		if (!number)
			continue;
		left--;
		if (past)
			end_booking(s, number, said->kind);
	}
	if (left > 0)
		stage_trouble(s, said, "there is no room for so many bookings of %s then",
			      said->things[0].resource->id);
}

static void give_booking(struct stage *s, const struct told *said)
{
	struct ask_book ask = play_ask(s, said);
	struct outcome why;
	if (!give(s, said, &ask, &why))
		stage_trouble(s, said, "\"%s\" cannot be, even without rules: %s", said->text,
			      outcome_text(s, &why, NULL));
}

static void (*const givers[N_SENTENCE_KINDS])(struct stage *s, const struct told *said) = {
    [SAYS_HAS] = stage_qualify,	     [SAYS_ROLE] = stage_give_role,	[SAYS_HOLDS] = give_booking,
    [SAYS_HOLDS_TIME] = give_time,   [SAYS_HOLDS_SOME] = give_some,	[SAYS_MISSED] = give_some,
    [SAYS_GAVE_UP_LATE] = give_some, [SAYS_CAME_BACK_LATE] = give_some,
};

bool play_is_fact(enum sentence_kind kind)
{
	return givers[kind] != NULL;
}

void play_fact(struct stage *s, const struct told *said)
{
	givers[said->kind](s, said);
}

/* Under the rules, what is given is due as what they granted. */
void play_settle_facts(struct stage *s)
{
	for (int64_t n = 1; n < pole_next_booking(s->pole); n++) {
		const struct booking *was = pole_booking(s->pole, n);
		struct changes c = {0};
		struct booking *made;
		if (!was || was->state != BOOKING_CONFIRMED || was->span.end <= s->now)
			continue;
		made = booking_copy(was, was->n_allocations);
		made->due_at = booking_due(s->pole, made, made->made_at);
		changes_add_booking(&c, CAUSE_NONE, (struct booking *)was, made);
		pole_apply(s->pole, &c);
		changes_clear(&c);
	}
}
