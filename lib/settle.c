/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gives what was freed to those who wait.
 *
 * At rest nobody waits for what could be had: so only who is concerned by what changed since can be
 * served, and of them the first in order that can be served is, then the first of those that
 * remain. What is given to one may, by moving others, free something else: then those are asked
 * again whom that concerns. A member's claim is counted anew after each thing that it is given, so
 * that of two who wait for three days each neither gets all three first.
 *
 * The work: each turn serves one of the N that wait, or ends; between two turns at most N are
 * tried, each at no more than REGAIN_TRIES_MAX times. So N squared tries at the very most; in
 * practice N is those who want the van that was cancelled.
 *
 * Rejected: a list of wishes per lane and hour, to be looked up by what is freed. Quotas,
 * requirements and repacking make what is wanted much more than lanes and hours; a look along the
 * queue costs microseconds.
 */
#include "lib/claim.h"
#include "lib/freed.h"
#include "lib/regain.h"

struct entry {
	const struct booking *booking; /* NULL: served */
	bool is_concerned, has_claim;
	struct span near;
	struct claim claim;
};

struct settling {
	struct pole *pole;
	int64_t now;
	struct arena *arena;
	struct entry *entries;
	size_t n;
	struct shares shares;
};

static struct span hull(struct span a, struct span b)
{
	return (struct span){a.start < b.start ? a.start : b.start, a.end > b.end ? a.end : b.end};
}

static void see_freed(struct settling *s, const struct freed *f)
{
	struct span near;

	for (struct entry *e = s->entries; e < s->entries + s->n; e++) {
		if (!e->booking || !freed_concerns(f, s->pole, e->booking, &near))
			continue;
		e->near = e->is_concerned ? hull(e->near, near) : near;
		e->is_concerned = true;
	}
}

static struct entry *first_in_turn(struct settling *s)
{
	const struct conflict_rules *c = &pole_policy(s->pole)->conflicts;
	struct entry *first = NULL;
	enum turn_why why;

	for (struct entry *e = s->entries; e < s->entries + s->n; e++) {
		if (!e->booking || !e->is_concerned)
			continue;
		if (!e->has_claim)
			e->claim = claim_of(s->pole, e->booking, &s->shares);
		e->has_claim = true;
		if (!first || claim_compare(c, &e->claim, &first->claim, &why) < 0)
			first = e;
	}
	return first;
}

/* What it was given counts from now on. */
static void count_anew(struct settling *s, uint32_t member)
{
	const struct member *m = pole_member(s->pole, member);

	if (m)
		shares_forget(&s->shares, m);
	for (struct entry *e = s->entries; e < s->entries + s->n; e++)
		if (e->booking && e->booking->member == member)
			e->has_claim = false;
}

static void serve(struct settling *s, struct entry *e, struct changes *io)
{
	const struct regaining g = {
	    .pole = s->pole,
	    .booking = e->booking,
	    .near = e->near,
	    .now = s->now,
	    .arena = s->arena,
	};
	struct freed freed = {.arena = s->arena};
	struct changes changes = {0};
	uint32_t member = e->booking->member;

	e->is_concerned = false;
	if (!regain(&g, &changes))
		return;
	e->booking = NULL;
	pole_apply(s->pole, &changes);
	freed_add(&freed, changes.items, changes.n);
	changes_append(io, &changes);
	count_anew(s, member);
	if (!freed_is_nothing(&freed))
		see_freed(s, &freed);
}

static void give(struct pole *p, int64_t now, const struct freed *freed, struct arena *a,
		 struct changes *io)
{
	struct settling s = {.pole = p, .now = now, .arena = a};
	const int64_t *queue = pole_queue(p, &s.n);
	struct entry *e;

	s.entries = arena_new_n(a, struct entry, s.n);
	for (size_t i = 0; i < s.n; i++)
		s.entries[i].booking = pole_booking(p, queue[i]);
	see_freed(&s, freed);
	shares_init(&s.shares, p, now, a);
	while ((e = first_in_turn(&s)))
		serve(&s, e, io);
}

static bool anyone_waits(const struct pole *p)
{
	size_t n;

	pole_queue(p, &n);
	return n > 0 && pole_policy(p);
}

void settle(struct pole *p, int64_t now, struct arena *a, struct changes *io)
{
	struct freed freed = {.arena = a};

	if (!anyone_waits(p))
		return;
	freed_add(&freed, io->items, io->n);
	if (!freed_is_nothing(&freed))
		give(p, now, &freed, a, io);
}

void settle_by_time(struct pole *p, int64_t now, struct arena *a, struct changes *io)
{
	if (anyone_waits(p))
		give(p, now, &(struct freed){.arena = a, .all = true}, a, io);
}
