/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What people do.
 *
 * Who is refused waits, takes the first alternative or goes without; who is offered something takes
 * it after a while, or passes; who has something cancels it (18 in 100, a third of these within the
 * last day), does not come (5, of rooms 10), or takes it out, and brings it back in time, early or
 * late (8). Two or three times a month something breaks. All that is left to chance is asked of
 * chance(), so that two runs under different policies meet the same people.
 */
#include "tests/simulation/world.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/decide_life.h"
#include "lib/decide_outage.h"
#include "lib/queue.h"
#include "lib/series.h"

#define HOUR_S INT64_C(3600)
#define TICK_MOST 200
#define QUARTER_S 900
#define EPILOGUE_S (30 * DAY_S)

enum event_kind {
	EVENT_WISH,
	EVENT_CANCEL,
	EVENT_OUT,
	EVENT_BACK,
	EVENT_ANSWER,
	EVENT_APPROVE,
	EVENT_BREAK,
	EVENT_MEND
};

struct event {
	int64_t at;
	uint64_t order; /* first planned, first done */
	enum event_kind kind;
	int64_t about; /* wish, booking, breakdown or outage */
};

struct agenda { /* a heap */
	struct event *items;
	size_t n, cap;
	uint64_t order;
};

struct life {			   /* what its holder has in mind with a booking */
	const struct desire *wish; /* NULL: none known */
	int64_t planned;	   /* the start that its days are planned for; 0: not */
	bool has_waited;
};

/* Agenda */

static bool comes_before(const struct event *a, const struct event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void plan(struct world *w, int64_t at, enum event_kind kind, int64_t about)
{
	struct agenda *a = w->agenda;
	size_t i = a->n;

	if (a->n == a->cap) {
		a->cap = a->cap ? a->cap * 2 : 1024;
		a->items = memory_grow(a->items, a->cap * sizeof(*a->items));
	}
	a->items[a->n++] = (struct event){at > w->now ? at : w->now, a->order++, kind, about};
	for (; i > 0 && comes_before(&a->items[i], &a->items[(i - 1) / 2]); i = (i - 1) / 2) {
		struct event e = a->items[i];

		a->items[i] = a->items[(i - 1) / 2];
		a->items[(i - 1) / 2] = e;
	}
}

static struct event next_event(struct agenda *a)
{
	struct event first = a->items[0];
	size_t i = 0, child;

	a->items[0] = a->items[--a->n];
	while ((child = 2 * i + 1) < a->n) {
		struct event e = a->items[i];

		if (child + 1 < a->n && comes_before(&a->items[child + 1], &a->items[child]))
			child++;
		if (!comes_before(&a->items[child], &e))
			break;
		a->items[i] = a->items[child];
		a->items[child] = e;
		i = child;
	}
	return first;
}

/* Lives */

static struct life *life_of(struct world *w, int64_t booking)
{
	if ((size_t)booking >= w->cap_lives) {
		size_t cap = w->cap_lives ? w->cap_lives * 2 : 4096;

		while ((size_t)booking >= cap)
			cap *= 2;
		w->lives = memory_grow(w->lives, cap * sizeof(*w->lives));
		memset(w->lives + w->cap_lives, 0, (cap - w->cap_lives) * sizeof(*w->lives));
		w->cap_lives = cap;
	}
	return &w->lives[booking];
}

const struct desire *world_desire(const struct world *w, int64_t booking)
{
	return (size_t)booking < w->cap_lives ? w->lives[booking].wish : NULL;
}

/* Of a booking: the same in every run for the same time of the same wish. */
static double luck_at(const struct world *w, const struct booking *b, int64_t at,
		      const char *question)
{
	const struct desire *desire = world_desire(w, b->number);

	return chance(w->plan.seed, desire ? desire->number : 0, at, question);
}

static double luck(const struct world *w, const struct booking *b, const char *question)
{
	return luck_at(w, b, b->occurrence, question);
}

static void plan_days(struct world *w, const struct booking *b)
{
	struct life *l = life_of(w, b->number);
	const int64_t start = b->span.start;
	double fate = luck(w, b, "fate"), absence = l->wish && l->wish->is_room ? 0.10 : 0.05;

	if (l->planned == start)
		return;
	if (!l->planned && fate < 0.18) {
		bool late = luck(w, b, "late") < 1.0 / 3;
		int64_t before =
		    late ? (int64_t)(luck(w, b, "when") * DAY_S)
			 : DAY_S + (int64_t)(luck(w, b, "when") * (double)(start - w->now));

		plan(w, start - before, EVENT_CANCEL, b->number);
	}
	l->planned = start;
	if (luck(w, b, "comes") >= absence)
		plan(w, start + (int64_t)(luck(w, b, "punctual") * 600), EVENT_OUT, b->number);
}

static void see_booking(struct world *w, const struct change *c)
{
	const struct booking *b = c->booking.after;
	struct life *l = life_of(w, b->number);

	w->figures.causes[c->cause]++;
	w->figures.late +=
	    c->cause == CAUSE_LATE && w->now == b->span.end; /* told of again later */
	if (!c->booking.before)
		l->wish = w->asking;
	if (b->state == BOOKING_CONFIRMED)
		plan_days(w, b);
	if (b->state == BOOKING_REQUESTED && c->cause != CAUSE_MOVED)
		plan(w, w->now + (int64_t)(luck(w, b, "decided") * 4 * DAY_S), EVENT_APPROVE,
		     b->number);
	if (c->cause == CAUSE_OFFERED) {
		w->figures.offers++;
		l->has_waited = true;
		plan(w, w->now + (int64_t)(luck(w, b, "answers") * 5 * HOUR_S), EVENT_ANSWER,
		     b->number);
	}
	if (l->has_waited && b->state == BOOKING_CONFIRMED) {
		l->has_waited = false;
		w->figures.served++;
		w->figures.waited_s += (double)(w->now - booking_says(b)->queued_at);
		w->figures.crush_served += l->wish && l->wish->is_crush;
	}
}

/* Commands */

/* What follows from changes that are applied, for those who wait: by them, or by time. Takes the
 * changes. */
static void follow(struct world *w, struct changes *c, bool by_time)
{
	size_t n_own = c->n;

	(by_time ? settle_by_time : settle)(w->pole, w->now, &w->arena, c);
	w->figures.commands += c->n > 0 || !by_time;
	if (c->n)
		w->watch.happened(w->watch.arg, w, c, n_own);
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].kind == CHANGE_BOOKING)
			see_booking(w, &c->items[i]);
	changes_clear(c);
	arena_clear(&w->arena);
}

/* Applies what was decided, and what follows from it. Takes the changes. */
static void happen(struct world *w, struct changes *c)
{
	pole_apply(w->pole, c);
	follow(w, c, false);
}

static bool was_refused(struct world *w, const struct answer *a)
{
	if (a->booking)
		return false;
	w->watch.refused(w->watch.arg, w, a);
	return true;
}

static void count_refusal(struct world *w, const struct answer *a)
{
	bool by_rule = false;

	w->figures.refused++;
	for (size_t i = 0; i < a->n_refusals; i++) {
		bool again = false;

		for (size_t j = 0; j < i; j++)
			again |= a->refusals[j].reason == a->refusals[i].reason;
		w->figures.reasons[a->refusals[i].reason] += !again;
		by_rule |= a->refusals[i].rule != NULL;
	}
	w->figures.by_rule += by_rule;
}

static struct asker asker_of(const struct world *w, uint32_t person)
{
	return (struct asker){pole_person(w->pole, person), w->now};
}

static void book_alternative(struct world *w, const struct desire *wish,
			     const struct alternative *alt)
{
	const struct asker who = asker_of(w, wish->person);
	struct ask_book ask = {.what = alt->resource->id,
			       .unit = alt->unit && *alt->unit->id ? alt->unit->id : NULL,
			       .quantity = alt->quantity ? alt->quantity : wish->quantity,
			       .span = alt->span};
	struct changes c = {0};
	struct answer answer;
	struct arena a = {0};

	decide_book(w->pole, &who, &ask, &a, &answer, &c);
	assert(answer.booking || answer.n_refusals);
	if (answer.booking)
		w->figures.took_alternative++;
	happen(w, &c);
	arena_clear(&a);
}

/* Of a series: weekly, what conflicts is skipped. */
static void ask_series(struct world *w, const struct desire *wish, const struct ask_book *first)
{
	const struct asker who = asker_of(w, wish->person);
	char rule[64];
	struct ask_series ask = {.first = first, .rule = rule, .conflicts = SERIES_SKIP};
	struct series_answer answer;
	struct changes c = {0};
	int e;

	snprintf(rule, sizeof(rule), "FREQ=WEEKLY;COUNT=%u", wish->weeks);
	e = decide_series(w->pole, &who, &ask, &w->arena, &answer, &c);
	assert(e == SERIES_OK);
	w->figures.series_dates += wish->weeks;
	w->figures.series_granted += answer.n_done;
	for (size_t i = 0; i < answer.n; i++)
		if (!answer.dates[i].booking)
			was_refused(w, &answer.dates[i].answer);
	happen(w, &c);
}

static struct ask_book ask_of(const struct world *w, const struct desire *wish,
			      struct ask_item *items)
{
	static const char *const hitch[] = {"own-hitch"};
	struct ask_book ask = {.what = wish->what,
			       .quantity = wish->quantity,
			       .span = wish->span,
			       .declared = hitch,
			       .n_declared = wish->own_hitch,
			       .alternatives = 3,
			       .wait = chance(w->plan.seed, wish->number, 0, "waits") <
				       w->plan.patience};

	if (wish->give_s) {
		ask.within =
		    (struct span){wish->span.start - wish->give_s, wish->span.end + wish->give_s};
		ask.length.seconds = wish->span.end - wish->span.start;
		if (ask.within.start < w->now)
			ask.within.start = w->now;
	}
	if (wish->along) {
		items[0] = (struct ask_item){
		    .what = wish->what, .quantity = wish->quantity, .span = wish->span};
		items[1] = (struct ask_item){.what = wish->along, .span = wish->span};
		ask.items = items;
		ask.n_items = 2;
	}
	return ask;
}

static void do_wish(struct world *w, const struct desire *wish)
{
	const struct asker who = asker_of(w, wish->person);
	struct ask_item items[2];
	struct ask_book ask = ask_of(w, wish, items);
	struct changes c = {0};
	struct answer answer;
	bool takes = chance(w->plan.seed, wish->number, 0, "takes") < 0.4;

	w->figures.asked++;
	w->figures.crush_asked += wish->is_crush;
	w->asking = wish;
	if (wish->weeks) {
		ask.wait = false;
		ask_series(w, wish, &ask);
	} else {
		struct alternative first = {.resource = NULL};
		struct arena kept = {0};

		decide_book(w->pole, &who, &ask, &kept, &answer, &c);
		if (was_refused(w, &answer)) {
			count_refusal(w, &answer);
			if (answer.n_alternatives && takes && !wish->along && !wish->is_crush)
				first = answer.alternatives[0];
		} else if (answer.booking->state == BOOKING_WAITING) {
			w->figures.queued++;
		} else {
			w->figures.granted++;
			w->figures.crush_granted += wish->is_crush;
		}
		happen(w, &c);
		if (first.resource)
			book_alternative(w, wish, &first);
		arena_clear(&kept);
	}
	w->asking = NULL;
}

/* What its holder does with a booking that is in that state; else nothing. */
static const struct booking *in_state(const struct world *w, int64_t number, enum booking_state a,
				      enum booking_state b)
{
	const struct booking *x = pole_booking(w->pole, number);

	return x && (x->state == a || x->state == b) ? x : NULL;
}

static void do_cancel(struct world *w, int64_t number)
{
	const struct booking *b = in_state(w, number, BOOKING_CONFIRMED, BOOKING_WAITING);
	struct changes c = {0};
	struct answer answer;
	struct asker who;

	if (!b || b->span.start <= w->now)
		return;
	who = asker_of(w, b->person);
	decide_cancel(w->pole, &who, number, &w->arena, &answer, &c);
	was_refused(w, &answer);
	happen(w, &c);
}

static void do_out(struct world *w, int64_t number)
{
	const struct booking *b = in_state(w, number, BOOKING_CONFIRMED, BOOKING_CONFIRMED);
	const struct ask_out ask = {.booking = number};
	struct changes c = {0};
	struct answer answer;
	struct asker who;
	int64_t back, length;
	double u;

	if (!b || b->span.start > w->now || b->span.end <= w->now)
		return;
	who = asker_of(w, b->person);
	length = b->span.end - w->now;
	u = luck(w, b, "brings back");
	back = b->span.end - (int64_t)(luck(w, b, "minutes") * 600);
	if (u < 0.08)
		back = b->span.end + (int64_t)(luck(w, b, "too late") * 3 * (double)HOUR_S) + 1;
	else if (u < 0.25)
		back = w->now + length / 2;
	decide_out(w->pole, &who, &ask, &w->arena, &answer, &c);
	if (!was_refused(w, &answer))
		plan(w, back, EVENT_BACK, number);
	happen(w, &c);
}

static void do_back(struct world *w, int64_t number)
{
	const struct booking *b = in_state(w, number, BOOKING_OUT, BOOKING_OUT);
	const struct ask_out ask = {.booking = number};
	struct changes c = {0};
	struct answer answer;
	struct asker who;

	if (!b)
		return;
	who = asker_of(w, b->person);
	decide_back(w->pole, &who, &ask, &w->arena, &answer, &c);
	was_refused(w, &answer);
	happen(w, &c);
}

/* Seven of ten take it, one lets it run out. */
static void do_answer(struct world *w, int64_t number)
{
	const struct booking *b = in_state(w, number, BOOKING_HELD, BOOKING_HELD);
	struct changes c = {0};
	struct answer answer;
	struct asker who;
	double u = b ? luck_at(w, b, b->span.start, "wants it still") : 0;

	if (!b || u > 0.9)
		return;
	who = asker_of(w, b->person);
	if (u < 0.7)
		decide_confirm(w->pole, &who, number, &w->arena, &answer, &c);
	else
		decide_pass(w->pole, &who, number, u < 0.8, &w->arena, &answer, &c);
	was_refused(w, &answer);
	happen(w, &c);
}

static void do_approve(struct world *w, int64_t number)
{
	const struct booking *b = in_state(w, number, BOOKING_REQUESTED, BOOKING_REQUESTED);
	const struct asker who = asker_of(w, w->coordinator);
	struct changes c = {0};
	struct answer answer;

	if (!b)
		return;
	if (luck(w, b, "approved") < 0.9)
		decide_approve(w->pole, &who, number, NULL, &w->arena, &answer, &c);
	else
		decide_decline(w->pole, &who, number, NULL, &w->arena, &answer, &c);
	was_refused(w, &answer);
	happen(w, &c);
}

/* Something breaks. Mostly one knows about when it will be mended, and it is a day before that. */
static void do_break(struct world *w, int64_t i)
{
	static const char *const units[] = {"van-1",  "van-2",	"van-3",   "minibus",
					    "bike-1", "bike-2", "bike-3",  "laser",
					    "cnc",    "room-2", "sound-1", "tent-1"};
	const uint64_t seed = w->plan.seed;
	const char *what = units[chance_between(seed, (uint64_t)i, 0, "breaks", 0, 11)];
	const struct asker who = asker_of(w, w->coordinator);
	int64_t mended =
	    w->now + chance_between(seed, (uint64_t)i, 0, "mended", DAY_S / 2, 6 * DAY_S);
	bool known = chance(seed, (uint64_t)i, 0, "until when") < 0.8;
	const struct ask_outage ask = {.what = what,
				       .span = {w->now, known ? mended + DAY_S : TIME_NEVER}};
	struct outage_answer answer;
	struct changes c = {0};

	decide_outage(w->pole, &who, &ask, &w->arena, &answer, &c);
	assert(answer.reason == REASON_NONE);
	w->figures.breakdowns++;
	plan(w, mended, EVENT_MEND, answer.outage.number);
	happen(w, &c);
}

static void do_mend(struct world *w, int64_t outage)
{
	const struct asker who = asker_of(w, w->coordinator);
	struct outage_answer answer;
	struct changes c = {0};

	decide_reopen(w->pole, &who, outage, &answer, &c);
	assert(answer.reason == REASON_NONE);
	happen(w, &c);
}

static void do_ask(struct world *w, int64_t i)
{
	if (w->demand->items[i].person)
		do_wish(w, &w->demand->items[i]);
}

static void (*const deeds[])(struct world *w, int64_t about) = {
    [EVENT_WISH] = do_ask,    [EVENT_CANCEL] = do_cancel, [EVENT_OUT] = do_out,
    [EVENT_BACK] = do_back,   [EVENT_ANSWER] = do_answer, [EVENT_APPROVE] = do_approve,
    [EVENT_BREAK] = do_break, [EVENT_MEND] = do_mend,
};

static void tick(struct world *w)
{
	const struct booking *b = pole_first_due(w->pole);
	struct changes c = {0};

	decide_tick(w->pole, w->now, TICK_MOST, &w->arena, &c);
	assert(c.n || !b || b->due_at > w->now); /* what is due happens */
	pole_apply(w->pole, &c);
	w->figures.ticks += c.n > 0;
	follow(w, &c, true);
}

/* When time next does something, by `until`: what is due, or a quarter of an hour begins while
 * somebody waits, for that is when rules let go of things. 0: nothing. */
static int64_t next_tick(const struct world *w, int64_t until)
{
	const struct booking *b = pole_first_due(w->pole);
	int64_t at = w->ticked_at - w->ticked_at % QUARTER_S + QUARTER_S;
	size_t n_waiting;

	pole_queue(w->pole, &n_waiting);
	if (!n_waiting || at > until)
		at = INT64_MAX;
	if (b && b->due_at <= until && b->due_at < at)
		at = b->due_at;
	return at == INT64_MAX ? 0 : at;
}

/* All that time does by then, each thing at its moment. */
static void tick_until(struct world *w, int64_t until)
{
	int64_t at;

	while ((at = next_tick(w, until))) {
		w->now = w->ticked_at = at > w->now ? at : w->now;
		tick(w);
	}
}

void world_live(struct world *w, const struct demand *d)
{
	int64_t end = w->plan.from + w->plan.weeks * 7 * DAY_S + EPILOGUE_S;
	int64_t n_breaks = w->plan.weeks * 30 / 52;

	w->demand = d;
	for (size_t i = 0; i < d->n; i++)
		plan(w, d->items[i].at, EVENT_WISH, (int64_t)i);
	for (int64_t i = 0; i < n_breaks; i++)
		plan(w,
		     w->plan.from + chance_between(w->plan.seed, (uint64_t)i, 0, "when", 0,
						   w->plan.weeks * 7 * DAY_S),
		     EVENT_BREAK, i);
	while (w->agenda->n && w->agenda->items[0].at < end) {
		struct event e = next_event(w->agenda);

		tick_until(w, e.at);
		w->now = e.at;
		deeds[e.kind](w, e.about);
	}
	tick_until(w, end);
	w->now = end;
}

static void add_coordinator(struct world *w)
{
	struct person *p = person_new("", "", 0, 0);
	struct changes c = {0};

	w->coordinator = p->number = pole_next_person(w->pole);
	p->roles = ROLE_MEMBER | ROLE_COORDINATOR;
	p->active = true;
	changes_add_person(&c, NULL, p);
	pole_apply(w->pole, &c);
	changes_clear(&c);
}

struct world *world_new(struct policy *policy, const struct demand_plan *demand_plan)
{
	struct world *w = memory_new(sizeof(*w));
	struct changes c = {0};

	*w = (struct world){.pole = pole_new(),
			    .now = demand_plan->from,
			    .ticked_at = demand_plan->from,
			    .plan = *demand_plan};
	w->agenda = memory_new(sizeof(*w->agenda));
	pole_number(w->pole, policy, &c);
	changes_add_policy(&c, NULL, policy);
	pole_apply(w->pole, &c);
	changes_clear(&c);
	people_add(w->pole, demand_plan->seed, demand_plan->from);
	add_coordinator(w);
	return w;
}

void world_free(struct world *w)
{
	pole_free(w->pole);
	arena_clear(&w->arena);
	free(w->agenda->items);
	free(w->agenda);
	free(w->lives);
	free(w);
}
