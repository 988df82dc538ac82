/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fair share of members; see the header for what counts.
 *
 * Orders must come out the same wherever the log is replayed, so there is no math library here: the
 * decay is composed of exact halvings and of seventeen roots of two, and what is compared is
 * rounded to a millionth, so that the same use summed in another order is still the same use.
 */
#include "lib/share.h"

#define HOUR_S 3600.0
#define ROUNDING 1000000.0
#define HALVINGS_MAX 60 /* what is left then is no longer worth a second */

static int64_t length_s(struct duration d)
{
	return d.days * DAY_S + d.seconds;
}

static double halves(int64_t whole)
{
	return whole < HALVINGS_MAX ? 1.0 / (double)(INT64_C(1) << whole) : 0.0;
}

double share_decay(int64_t age_s, int64_t half_life_s)
{
	/* 2^-(1/2), 2^-(1/4), ... */
	static const double roots[] = {
	    0.70710678118654752, 0.84089641525371454, 0.91700404320467123, 0.95760328069857365,
	    0.97857206208770013, 0.98922801319397549, 0.99459942348363318, 0.99729605608547012,
	    0.99864711289097017, 0.99932332750265076, 0.99966160649624368, 0.99983078893192939,
	    0.99991539088661349, 0.99995769454843113, 0.99997884705049192, 0.99998942346931517,
	    0.99999471172067429};
	int64_t rest = half_life_s > 0 ? age_s % half_life_s : 0;
	double left;

	if (age_s <= 0 || half_life_s <= 0)
		return 1.0;
	left = halves(age_s / half_life_s);
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots) && rest > 0; i++) {
		rest *= 2;
		if (rest >= half_life_s) {
			left *= roots[i];
			rest -= half_life_s;
		}
	}
	return left;
}

struct tally {
	const struct conflict_rules *rules;
	struct span window;
	int64_t now;
	double used, seconds;
};

static double weight_of(const struct conflict_rules *c, uint32_t resource)
{
	for (size_t i = 0; i < c->fair_share.n_costs; i++)
		if (c->fair_share.costs[i].resource->number == resource)
			return c->fair_share.costs[i].weight;
	return 1.0;
}

/* How much of it counts, from 0 to 1: of what was cancelled, of the time after that. */
static double part_of(const struct booking *b)
{
	const struct details *d = booking_says(b);

	if (d->waived)
		return 0.0;
	if (b->state == BOOKING_CANCELLED)
		return d->forfeit / 100.0;
	return booking_state_counts(b->state) ? 1.0 : 0.0;
}

static void add_part(struct tally *t, const struct item *i, struct span s, double part)
{
	double seconds;

	if (s.start < t->window.start)
		s.start = t->window.start;
	if (span_is_empty(s))
		return;
	seconds = (double)(s.end - s.start) * i->quantity * part;
	t->seconds += seconds;
	t->used += seconds * weight_of(t->rules, i->resource) *
		   share_decay(t->now - s.end, length_s(t->rules->fair_share.half_life));
}

static bool add_booking(void *arg, const struct booking *b)
{
	struct tally *t = arg;
	int64_t back_at = booking_says(b)->back_at, used_until = booking_used_until(b);
	double part = part_of(b);

	for (const struct item *i = b->items; i < b->items + b->n_items; i++) {
		struct span s = i->span;

		if (i->state != ITEM_PRESENT)
			continue;
		if (back_at && back_at < s.end)
			s.end = back_at;
		if (used_until > s.start) {
			struct span used = {s.start, used_until < s.end ? used_until : s.end};

			add_part(t, i, used, 1.0);
			s.start = used.end;
		}
		if (part > 0)
			add_part(t, i, s, part);
	}
	return true;
}

static double rounded(double x)
{
	return (double)(int64_t)(x * ROUNDING + 0.5) / ROUNDING;
}

/* Members have no share each where none has one. */
static bool any_has_share(const struct policy *p)
{
	for (size_t i = 0; i < p->n_members; i++)
		if (p->members[i].share > 0)
			return true;
	return false;
}

static double agreed_of(const struct policy *p, const struct member *m)
{
	return any_has_share(p) ? m->share : 1.0;
}

void shares_init(struct shares *s, const struct pole *p, int64_t now, struct arena *a)
{
	size_t n = pole_policy(p)->n_members;

	*s = (struct shares){
	    .pole = p,
	    .now = now,
	    .items = arena_new_n(a, struct share, n + 1),
	    .known = arena_new_n(a, bool, n + 1),
	};
}

const struct share *shares_use(struct shares *s, const struct member *m)
{
	const struct policy *p = pole_policy(s->pole);
	const struct conflict_rules *c = &p->conflicts;
	size_t at = (size_t)(m - p->members);
	struct share *share = &s->items[at];
	int64_t floor_s = length_s(c->fair_share.floor);
	struct tally t = {c, {INT64_MIN, TIME_NEVER}, s->now, 0, 0};

	if (s->known[at])
		return share;
	s->known[at] = true;
	if (!duration_is_zero(c->fair_share.looks_back))
		t.window.start = duration_before(c->fair_share.looks_back, p->zone, s->now);
	pole_each_of_member(s->pole, m->number, 0, t.window, add_booking, &t);
	*share = (struct share){
	    .used = rounded(t.used / HOUR_S),
	    .agreed = m->share,
	    .hours = rounded(t.seconds / HOUR_S),
	    .below_floor = floor_s > 0 && t.seconds < (double)floor_s,
	};
	return share;
}

double shares_key(struct shares *s, const struct member *m)
{
	double agreed = agreed_of(pole_policy(s->pole), m);

	return agreed > 0 ? rounded(shares_use(s, m)->used / agreed) : SHARE_KEY_NONE;
}

static double mean_of(struct shares *s)
{
	const struct policy *p = pole_policy(s->pole);
	double used = 0, agreed = 0;

	if (s->has_mean)
		return s->mean;
	for (const struct member *m = p->members; m < p->members + p->n_members; m++) {
		double share = agreed_of(p, m);

		used += share > 0 ? shares_use(s, m)->used : 0;
		agreed += share > 0 ? share : 0;
	}
	s->has_mean = true;
	s->mean = agreed > 0 ? used / agreed : 0;
	return s->mean;
}

struct share shares_of(struct shares *s, const struct member *m)
{
	struct share share = *shares_use(s, m);
	double agreed = agreed_of(pole_policy(s->pole), m), mean = mean_of(s);

	if (agreed <= 0)
		share.ratio = SHARE_RATIO_MAX;
	else
		share.ratio = mean > 0 ? rounded(share.used / agreed / mean) : 0;
	if (share.ratio > SHARE_RATIO_MAX)
		share.ratio = SHARE_RATIO_MAX;
	return share;
}

void shares_forget(struct shares *s, const struct member *m)
{
	s->known[m - pole_policy(s->pole)->members] = false;
	s->has_mean = false;
}

struct share share_of(const struct pole *p, const struct member *m, int64_t now)
{
	struct arena a = {0};
	struct shares s;
	struct share share;

	shares_init(&s, p, now, &a);
	share = shares_of(&s, m);
	arena_clear(&a);
	return share;
}
