/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places in the waiting list. */
#include "lib/queue.h"

#include "lib/claim.h"

struct line { /* claims on what one booking wants, in order */
	struct claim *items;
	size_t n;
};

static void line_add(struct line *l, const struct conflict_rules *c, struct claim claim)
{
	enum turn_why why;
	size_t at = l->n++;

	for (; at > 0 && claim_compare(c, &claim, &l->items[at - 1], &why) < 0; at--)
		l->items[at] = l->items[at - 1];
	l->items[at] = claim;
}

static struct line line_around(const struct pole *p, const struct booking *b, struct shares *s,
			       struct arena *a)
{
	const struct conflict_rules *c = &pole_policy(p)->conflicts;
	size_t n;
	const int64_t *queue = pole_queue(p, &n);
	struct line l = {.items = arena_new_n(a, struct claim, n + 1)};

	line_add(&l, c, claim_of(p, b, s));
	for (size_t i = 0; i < n; i++) {
		const struct booking *other = pole_booking(p, queue[i]);

		if (other->number != b->number && claims_compete(p, b, other))
			line_add(&l, c, claim_of(p, other, s));
	}
	return l;
}

void queue_around(const struct pole *p, const struct booking *b, int64_t now, struct arena *a,
		  struct queue_entry **ret, size_t *ret_n)
{
	const struct conflict_rules *c = &pole_policy(p)->conflicts;
	struct shares s;
	struct line l;

	shares_init(&s, p, now, a);
	l = line_around(p, b, &s, a);
	*ret = arena_new_n(a, struct queue_entry, l.n);
	*ret_n = l.n;
	for (size_t i = 0; i < l.n; i++) {
		struct queue_entry *e = &(*ret)[i];
		const struct member *m = pole_member(p, l.items[i].booking->member);

		e->booking = l.items[i].booking;
		e->ratio = m ? shares_of(&s, m).ratio : SHARE_RATIO_MAX;
		e->why = TURN_FIRST_COME;
		if (i + 1 < l.n)
			claim_compare(c, &l.items[i], &l.items[i + 1], &e->why);
	}
}

struct turn queue_turn(const struct pole *p, const struct booking *b, int64_t now, struct arena *a)
{
	struct shares s;
	struct line l;

	shares_init(&s, p, now, a);
	l = line_around(p, b, &s, a);
	for (size_t i = 0; i < l.n; i++)
		if (l.items[i].booking->number == b->number)
			return (struct turn){i + 1, l.n};
	return (struct turn){0};
}

struct turn *queue_turns(const struct pole *p, int64_t now, struct arena *a, size_t *ret_n)
{
	const struct conflict_rules *c = &pole_policy(p)->conflicts;
	const int64_t *queue = pole_queue(p, ret_n);
	struct turn *turns = arena_new_n(a, struct turn, *ret_n + 1);
	struct claim *claims = arena_new_n(a, struct claim, *ret_n + 1);
	struct shares s;
	enum turn_why why;

	shares_init(&s, p, now, a);
	for (size_t i = 0; i < *ret_n; i++)
		claims[i] = claim_of(p, pole_booking(p, queue[i]), &s);
	for (size_t i = 0; i < *ret_n; i++) {
		turns[i] = (struct turn){1, 1};
		for (size_t k = 0; k < *ret_n; k++) {
			if (k == i || !claims_compete(p, claims[i].booking, claims[k].booking))
				continue;
			turns[i].n++;
			turns[i].place += claim_compare(c, &claims[k], &claims[i], &why) < 0;
		}
	}
	return turns;
}
