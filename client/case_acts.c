/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What members do in a case, decided as the daemon decides it. */
#include "client/case_play.h"

#include "lib/series.h"

/* The words live in the arena as long as the ask. */
struct ask_book play_ask(struct stage *s, const struct told *said)
{
	struct ask_book ask = {
	    .span = stage_span(s, said),
	    .member = said->member ? said->member->id : NULL,
	    .having = said->having,
	};
	struct ask_item *items = arena_new_n(s->arena, struct ask_item, said->n_things);
	const char **declared = arena_new(s->arena, const char *);
	for (size_t i = 0; i < said->n_things; i++) {
		const struct thing *t = &said->things[i];
		items[i] = (struct ask_item){
		    .what = t->unit ? t->unit->id : t->resource->id,
		    .quantity = t->quantity,
		    .having = i == 0 ? said->having : NULL,
		    .span = ask.span,
		};
	}
	*declared = said->declared;
	ask.declared = declared;
	ask.n_declared = said->declared != NULL;
	if (said->n_things > 1) {
		ask.items = items;
		ask.n_items = said->n_things;
		return ask;
	}
	ask.what = items[0].what;
	ask.quantity = items[0].quantity;
	return ask;
}

static struct asker asker_of(struct stage *s, const struct told *said)
{
	return (struct asker){stage_person(s, &said->who), s->now};
}

static void take_answer(struct stage *s, const struct answer *answer, struct changes *c,
			struct outcome *ret)
{
	ret->is_refused = !answer->booking;
	ret->refusals = answer->refusals;
	ret->n_refusals = answer->n_refusals;
	if (answer->booking) {
		ret->booking = answer->booking->number;
		ret->state = answer->booking->state;
	}
	stage_take(s, c);
	changes_clear(c);
}

static void book_series(struct stage *s, const struct told *said, const struct ask_book *first,
			struct outcome *ret)
{
	const struct ask_series ask = {.first = first, .rule = said->every};
	struct asker who = asker_of(s, said);
	struct series_answer answer;
	struct changes c = {0};
	if (decide_series(s->pole, &who, &ask, s->arena, &answer, &c) != SERIES_OK) {
		stage_trouble(s, said, "no such dates");
		changes_clear(&c);
		return;
	}
	ret->is_refused = answer.n_refusals > 0;
	ret->refusals = answer.refusals;
	ret->n_refusals = answer.n_refusals;
	ret->n_dates = answer.n_done;
	ret->booking = answer.series;
	stage_take(s, &c);
	changes_clear(&c);
	if (ret->booking)
		ret->state = pole_booking(s->pole, ret->booking)->state;
}

static void book(struct stage *s, const struct told *said, struct outcome *ret)
{
	struct ask_book ask = play_ask(s, said);
	struct asker who = asker_of(s, said);
	struct answer answer;
	struct changes c = {0};
	ask.wait = said->kind == SAYS_WAITS;
	ask.hold = said->kind == SAYS_PUTS_ON_HOLD;
	if (said->every) {
		book_series(s, said, &ask, ret);
		return;
	}
	decide_book(s->pole, &who, &ask, s->arena, &answer, &c);
	take_answer(s, &answer, &c, ret);
}

/* The booking that an act is about; NULL: there is none, and that is said. */
static const struct booking *booking_meant(struct stage *s, const struct told *said,
					   const struct member *whose)
{
	const struct booking *b = stage_booking(s, whose, &said->things[0]);
	if (!b)
		stage_trouble(s, said, "%s has no booking of %s", whose ? whose->id : "nobody",
			      said->things[0].unit ? said->things[0].unit->id
						   : said->things[0].resource->id);
	return b;
}

static void move(struct stage *s, const struct told *said, const struct booking *b,
		 struct outcome *ret)
{
	struct ask_move ask = {.booking = b->number};
	struct asker who = asker_of(s, said);
	const struct zone *z = stage_zone(s, said);
	struct answer answer;
	struct changes c = {0};
	if (said->kind == SAYS_MOVES) {
		ask.has_start = true;
		ask.has_end = !duration_is_zero(said->length);
		ask.span = stage_span(s, said);
	} else {
		ask.has_end = true;
		ask.span.end = said->kind == SAYS_EXTENDS_TO
				   ? stage_instant(z, said->to)
				   : duration_after(said->length, z, b->span.end);
	}
	decide_move(s->pole, &who, &ask, s->arena, &answer, &c);
	take_answer(s, &answer, &c, ret);
}

static void decide(struct stage *s, const struct told *said, const struct booking *b,
		   struct outcome *ret)
{
	const struct ask_out out = {.booking = b->number};
	const struct booking *with;
	struct asker who = asker_of(s, said);
	struct answer answer = {0};
	struct changes c = {0};
	if (said->kind == SAYS_CONFIRMS)
		decide_confirm(s->pole, &who, b->number, s->arena, &answer, &c);
	else if (said->kind == SAYS_CANCELS)
		decide_cancel(s->pole, &who, b->number, s->arena, &answer, &c);
	else if (said->kind == SAYS_PASSES)
		decide_pass(s->pole, &who, b->number, false, s->arena, &answer, &c);
	else if (said->kind == SAYS_APPROVES)
		decide_approve(s->pole, &who, b->number, NULL, s->arena, &answer, &c);
	else if (said->kind == SAYS_DECLINES)
		decide_decline(s->pole, &who, b->number, NULL, s->arena, &answer, &c);
	else if (said->kind == SAYS_TAKES_OUT)
		decide_out(s->pole, &who, &out, s->arena, &answer, &c);
	else if (said->kind == SAYS_BRINGS_BACK)
		decide_back(s->pole, &who, &out, s->arena, &answer, &c);
	else if ((with = booking_meant(s, said, said->member)))
		decide_swap(s->pole, &who, b->number, with->number, s->arena, &answer, &c);
	take_answer(s, &answer, &c, ret);
}

static void on_own(struct stage *s, const struct told *said, struct outcome *ret)
{
	const struct booking *b = booking_meant(s, said, said->who.member);
	if (b)
		decide(s, said, b, ret);
}

static void on_others(struct stage *s, const struct told *said, struct outcome *ret)
{
	const struct booking *b = booking_meant(s, said, said->member);
	if (b)
		decide(s, said, b, ret);
}

static void on_time(struct stage *s, const struct told *said, struct outcome *ret)
{
	const struct booking *b = booking_meant(s, said, said->who.member);
	if (b)
		move(s, said, b, ret);
}

static struct refusal *refusal_of(struct stage *s, enum reason reason)
{
	struct refusal *r = arena_new(s->arena, struct refusal);
	r->reason = reason;
	return r;
}

static void take_outage(struct stage *s, const struct outage_answer *answer, struct changes *c,
			struct outcome *ret)
{
	ret->is_refused = answer->reason != REASON_NONE;
	ret->n_refusals = ret->is_refused;
	ret->refusals = refusal_of(s, answer->reason);
	stage_take(s, c);
	changes_clear(c);
}

static const struct actor coordinator = {NULL, "coordinator"};

static void put_out(struct stage *s, const struct told *said, struct outcome *ret)
{
	const struct thing *t = &said->things[0];
	const struct ask_outage ask = {
	    .what = t->unit ? t->unit->id : t->resource->id,
	    .span = stage_span(s, said),
	    .is_closure = said->kind == SAYS_CLOSES,
	};
	struct asker who = {stage_person(s, &coordinator), s->now};
	struct outage_answer answer;
	struct changes c = {0};
	decide_outage(s->pole, &who, &ask, s->arena, &answer, &c);
	take_outage(s, &answer, &c, ret);
}

static void put_back(struct stage *s, const struct told *said, struct outcome *ret)
{
	struct asker who = {stage_person(s, &coordinator), s->now};
	uint32_t resource =
	    pole_name_number(s->pole, NAME_RESOURCE, 0, said->things[0].resource->id);
	struct outage_answer answer;
	struct changes c = {0};
	size_t n;
	const struct outage *list = pole_outages(s->pole, &n);
	while (n > 0 && list[n - 1].resource != resource)
		n--;
	if (n == 0) {
		stage_trouble(s, said, "%s is not out of service", said->things[0].resource->id);
		return;
	}
	decide_reopen(s->pole, &who, list[n - 1].number, &answer, &c);
	take_outage(s, &answer, &c, ret);
}

static void wait_until(struct stage *s, const struct told *said, struct outcome *ret)
{
	int64_t until = stage_instant(s->policy->zone, said->from);
	if (until < s->now)
		stage_trouble(s, said, "time does not run backwards");
	else
		stage_wait(s, until);
}

static void (*const players[N_SENTENCE_KINDS])(struct stage *s, const struct told *said,
					       struct outcome *ret) = {
    [SAYS_TIME] = wait_until,	 [SAYS_BOOKS] = book,	      [SAYS_WAITS] = book,
    [SAYS_PUTS_ON_HOLD] = book,	 [SAYS_CONFIRMS] = on_own,    [SAYS_MOVES] = on_time,
    [SAYS_EXTENDS_BY] = on_time, [SAYS_EXTENDS_TO] = on_time, [SAYS_CANCELS] = on_own,
    [SAYS_PASSES] = on_own,	 [SAYS_APPROVES] = on_others, [SAYS_DECLINES] = on_others,
    [SAYS_TAKES_OUT] = on_own,	 [SAYS_BRINGS_BACK] = on_own, [SAYS_SWAPS] = on_own,
    [SAYS_BREAKS] = put_out,	 [SAYS_CLOSES] = put_out,     [SAYS_WORKS_AGAIN] = put_back,
};

void play_act(struct stage *s, const struct told *said, struct outcome *ret)
{
	*ret = (struct outcome){.said = said, .state = BOOKING_CONFIRMED};
	stage_wait(s, s->now);
	players[said->kind](s, said, ret);
}
