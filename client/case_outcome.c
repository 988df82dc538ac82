/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came of a case, compared with what was meant, and said in the same words. */
#include "client/case_play.h"

#include <string.h>

#include "lib/queue.h"
#include "proto/code.h"

static const char *const places[] = {"",      "first",	 "second", "third", "fourth", "fifth",
				     "sixth", "seventh", "eighth", "ninth", "tenth"};
#define N_PLACES (sizeof(places) / sizeof(*places))

static const char *reason_word(enum reason r)
{
	return code_word(code_of_reason(r));
}

static bool is_named(const struct outcome *o, const char *name, bool by_rule)
{
	for (size_t i = 0; i < o->n_refusals; i++) {
		const struct refusal *r = &o->refusals[i];
		const char *known = by_rule ? r->rule ? r->rule->name : "" : reason_word(r->reason);
		if (strcmp(known, name) == 0)
			return true;
	}
	return false;
}

static bool is_refused(const struct outcome *o, const struct told *then, bool by_rule)
{
	for (size_t i = 0; i < then->n_names; i++)
		if (!is_named(o, then->names[i], by_rule))
			return false;
	return o->is_refused;
}

/* Whom and what a sentence is about; those of the act where it does not say. */
static const struct booking *booking_of(const struct stage *s, const struct outcome *o,
					const struct told *then)
{
	if (!then->who.member)
		return o->booking ? pole_booking(s->pole, o->booking) : NULL;
	return stage_booking(s, then->who.member, then->n_things ? &then->things[0] : NULL);
}

static size_t place_of(struct stage *s, const struct booking *b)
{
	if (!b || !booking_state_queues(b->state))
		return 0;
	return queue_turn(s->pole, b, s->now, s->arena).place;
}

static bool has_thing(const struct stage *s, const struct told *then)
{
	for (int64_t n = 1; n < pole_next_booking(s->pole); n++) {
		const struct booking *b = pole_booking(s->pole, n);
		if (b && booking_state_occupies(b->state) && b->span.end > s->now &&
		    stage_is_of(s, b, then->who.member) && stage_has(s, b, &then->things[0]))
			return true;
	}
	return false;
}

static bool is_granted(const struct stage *s, const struct outcome *o, const struct told *then)
{
	const struct booking *b = o->booking ? pole_booking(s->pole, o->booking) : NULL;
	if (o->is_refused || o->state == BOOKING_REQUESTED || o->state == BOOKING_HELD ||
	    o->state == BOOKING_WAITING)
		return false;
	if (then->n_things && !(b && stage_has(s, b, &then->things[0])))
		return false;
	return then->count == 0 || (size_t)then->count == o->n_dates;
}

static unsigned owes(const struct booking *b)
{
	return booking_says(b)->waived ? 0 : booking_says(b)->forfeit;
}

static bool is_in(const struct outcome *o, enum booking_state state)
{
	return !o->is_refused && o->booking && o->state == state;
}

bool outcome_is(struct stage *s, const struct outcome *o, const struct told *then)
{
	const struct booking *b = booking_of(s, o, then);
	switch (then->kind) {
	case SAYS_GRANTED:
		return is_granted(s, o, then);
	case SAYS_REQUESTED:
		return is_in(o, BOOKING_REQUESTED);
	case SAYS_HELD:
		return is_in(o, BOOKING_HELD);
	case SAYS_WAITING:
		return is_in(o, BOOKING_WAITING);
	case SAYS_REFUSED:
		return is_refused(o, then, true);
	case SAYS_REFUSED_AS:
		return is_refused(o, then, false);
	case SAYS_PLACE:
	case SAYS_IS_PLACE:
		return place_of(s, b) == (size_t)then->count;
	case SAYS_IS_OFFERED:
		return b && booking_is_offer(b);
	case SAYS_GOT:
		return has_thing(s, then);
	case SAYS_GOT_NO:
		return !has_thing(s, then);
	case SAYS_IS_STATE:
		return b && strcmp(booking_state_words[b->state], then->word) == 0;
	case SAYS_OWES:
		return b && owes(b) == (unsigned)then->count;
	default:
		return false;
	}
}

static const char *place_text(struct arena *a, struct place p)
{
	return p.line ? arena_printf(a, " (%s:%d)", p.file, p.line) : "";
}

/* All that refuse, with their places. */
static const char *refused_text(struct arena *a, const struct outcome *o)
{
	const char *text = "refused";
	for (size_t i = 0; i < o->n_refusals; i++) {
		const struct refusal *r = &o->refusals[i];
		const char *between = i ? " and" : "";
		const char *place = place_text(a, r->place);
		text = r->rule ? arena_printf(a, "%s%s by \"%s\"%s", text, between, r->rule->name,
					      place)
			       : arena_printf(a, "%s%s as %s%s", text, between,
					      reason_word(r->reason), place);
	}
	return text;
}

static const char *unit_of(const struct stage *s, const struct booking *b)
{
	const struct allocation *first = b->n_allocations ? b->allocations : NULL;
	const char *id =
	    first ? pole_name_id(s->pole, NAME_UNIT, first->resource, first->lane) : NULL;
	if (!id && first)
		id = pole_name_id(s->pole, NAME_RESOURCE, 0, first->resource);
	return id;
}

static const char *place_words(struct stage *s, const struct booking *b)
{
	size_t place = place_of(s, b);
	if (place == 0)
		return "";
	return place < N_PLACES ? arena_printf(s->arena, ", %s in the queue", places[place])
				: arena_printf(s->arena, ", %zuth in the queue", place);
}

static const char *act_text(struct stage *s, const struct outcome *o)
{
	const struct booking *b = o->booking ? pole_booking(s->pole, o->booking) : NULL;
	const char *unit = b ? unit_of(s, b) : NULL;
	if (o->is_refused)
		return refused_text(s->arena, o);
	if (!b)
		return "granted";
	if (o->state == BOOKING_REQUESTED || o->state == BOOKING_HELD ||
	    o->state == BOOKING_WAITING)
		return arena_printf(s->arena, "%s%s", booking_state_words[o->state],
				    place_words(s, b));
	if (o->n_dates)
		return arena_printf(s->arena, "granted for %zu dates", o->n_dates);
	return unit ? arena_printf(s->arena, "granted on %s", unit) : "granted";
}

static const char *other_text(struct stage *s, const struct told *then, const struct booking *b)
{
	const char *who = then->who.member->id;
	const char *unit;
	if (!b)
		return arena_printf(s->arena, "%s has no booking%s%s", who,
				    then->n_things ? " of " : "",
				    then->n_things ? then->things[0].resource->id : "");
	if (then->kind == SAYS_OWES)
		return arena_printf(s->arena, "%s owes %u%%", who, owes(b));
	unit = unit_of(s, b);
	if (booking_is_offer(b))
		return arena_printf(s->arena, "%s is offered %s", who, unit ? unit : "it");
	if ((then->kind == SAYS_GOT || then->kind == SAYS_GOT_NO) && unit &&
	    booking_state_occupies(b->state))
		return arena_printf(s->arena, "%s has %s", who, unit);
	return arena_printf(s->arena, "%s is %s%s", who, booking_state_words[b->state],
			    place_words(s, b));
}

const char *outcome_text(struct stage *s, const struct outcome *o, const struct told *then)
{
	struct told any;
	if (!then || !then->who.member)
		return act_text(s, o);
	any = *then;
	if (then->kind == SAYS_GOT) /* perhaps another unit of it */
		any.things[0].unit = NULL;
	return other_text(s, &any, booking_of(s, o, &any));
}
