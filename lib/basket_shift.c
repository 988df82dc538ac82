/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alternatives for several things together: all of them at another time, nearest first.
 *
 * Up to two days away by the quarter of an hour, elapsed time; from there on day by day, up to two
 * weeks, and then each thing keeps its local time on its own site, also where the clocks change on
 * the way. Alternatives keep a distance as long as the whole takes, so that they are not all of one
 * morning.
 */
#include "lib/basket.h"

#define SHIFT_STEP_S 900
#define SHIFT_NEAR_STEPS 192 /* two days */
#define SHIFT_NEAR_DAYS 2
#define SHIFT_DAYS 14
#define SHIFT_LEAST_S 3600

struct shifting {
	struct basket *basket;
	struct span *asked; /* of each want */
	unsigned want;
	struct answer *ret;
};

static struct span hull(const struct basket *b)
{
	struct span s = b->wants[0].span;

	for (size_t i = 1; i < b->n_asked; i++) {
		s.start = b->wants[i].span.start < s.start ? b->wants[i].span.start : s.start;
		s.end = b->wants[i].span.end > s.end ? b->wants[i].span.end : s.end;
	}
	return s;
}

static struct span shifted(const struct want *w, struct span s, int64_t days, int64_t seconds)
{
	const struct zone *z = w->unit ? w->unit->site->zone : w->resource->site->zone;
	struct span to = {s.start + seconds, s.end + seconds};

	if (days == 0)
		return to;
	to = (struct span){zone_add_days(z, s.start, days), zone_add_days(z, s.end, days)};
	if (span_is_empty(to))
		to.end = to.start + (s.end - s.start);
	return to;
}

static bool is_apart(const struct answer *ret, struct span s)
{
	int64_t least_s = s.end - s.start > SHIFT_LEAST_S ? s.end - s.start : SHIFT_LEAST_S;

	for (size_t i = 0; i < ret->n_alternatives; i++) {
		int64_t between_s = ret->alternatives[i].span.start - s.start;

		if (between_s < least_s && -between_s < least_s)
			return false;
	}
	return true;
}

/* A booking is moved by its start: all things go as far as the first. */
static bool can_be_said(const struct shifting *m)
{
	const struct basket *b = m->basket;

	for (size_t i = 0; b->was && i < b->n_asked; i++)
		if (b->wants[i].span.start - m->asked[i].start !=
			b->wants[0].span.start - m->asked[0].start ||
		    b->wants[i].span.end - m->asked[i].end !=
			b->wants[0].span.start - m->asked[0].start)
			return false;
	return true;
}

static void try_shift(struct shifting *m, int64_t days, int64_t seconds)
{
	struct basket *b = m->basket;
	struct answer *ret = m->ret;
	struct span s;

	if (ret->n_alternatives == m->want)
		return;
	for (size_t i = 0; i < b->n_asked; i++)
		b->wants[i].span = shifted(&b->wants[i], m->asked[i], days, seconds);
	s = hull(b);
	if (s.start >= b->now && is_apart(ret, s) && can_be_said(m) && basket_place(b, 0, NULL))
		ret->alternatives[ret->n_alternatives++] =
		    (struct alternative){.kind = ALTERNATIVE_SHIFTED,
					 .resource = b->wants[0].resource,
					 .span = s,
					 .shift_s = seconds,
					 .shift_days = days};
}

void alternatives_shift(struct basket *b, unsigned want, struct answer *ret)
{
	struct shifting m = {
	    .basket = b,
	    .asked = arena_new_n(b->arena, struct span, b->n_asked),
	    .want = want < ALTERNATIVES_MAX ? want : ALTERNATIVES_MAX,
	    .ret = ret,
	};

	ret->alternatives = arena_new_n(b->arena, struct alternative, m.want + (size_t)1);
	b->stays = true;
	for (size_t i = 0; i < b->n_asked; i++)
		m.asked[i] = b->wants[i].span;
	for (int step = 1; step <= SHIFT_NEAR_STEPS; step++) {
		try_shift(&m, 0, -step * (int64_t)SHIFT_STEP_S);
		try_shift(&m, 0, step * (int64_t)SHIFT_STEP_S);
	}
	for (int days = SHIFT_NEAR_DAYS + 1; days <= SHIFT_DAYS; days++) {
		try_shift(&m, -days, 0);
		try_shift(&m, days, 0);
	}
	for (size_t i = 0; i < b->n_asked; i++)
		b->wants[i].span = m.asked[i];
}
