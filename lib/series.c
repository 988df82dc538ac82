/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Books a series: the dates of a rule, one decision each. */
#include "lib/series.h"

#include <stdlib.h>
#include <string.h>

#include "lib/basket.h"
#include "lib/resolve.h"
#include "lib/rules.h"
#include "lib/series_run.h"

#define WALK_MAX 40000 /* instants looked at, left out or not */
#define WALK_BOUNDS_MAX 8
#define ENDLESS_DAYS 365
#define ALTERNATIVES_TRIED 8

const char *const series_conflicts_words[N_SERIES_CONFLICTS] = {
    [SERIES_REFUSE] = "refuse",
    [SERIES_SKIP] = "skip",
    [SERIES_ALTERNATIVE] = "alternative",
};

const char *const series_scope_words[N_SERIES_SCOPES] = {
    [SCOPE_ONE] = "one",
    [SCOPE_FOLLOWING] = "following",
    [SCOPE_ALL] = "all",
};

const char *const series_outcome_words[N_SERIES_OUTCOMES] = {
    [SERIES_BOOKED] = "booked", [SERIES_MOVED] = "moved",     [SERIES_CANCELLED] = "cancelled",
    [SERIES_KEPT] = "kept",	[SERIES_SKIPPED] = "skipped", [SERIES_REFUSED] = "refused",
    [SERIES_FREE] = "free",
};

struct making {
	const struct ask_series *ask;
	struct series_run run;
	const struct zone *zone;   /* of the first thing */
	struct span first;	   /* of the first date: its span, or its window */
	const struct rule **rules; /* for any of the things that are asked for */
	size_t n_rules, cap_rules;
	struct recur recur;
	bool is_endless;
};

static bool has_window(const struct ask_book *ask)
{
	return ask->n_items == 0 && !span_is_empty(ask->within);
}

static struct span first_span(const struct ask_book *ask)
{
	struct span s = has_window(ask) ? ask->within : ask_book_item(ask, 0).span;

	for (size_t i = 1; i < ask->n_items; i++) {
		s.start = ask->items[i].span.start < s.start ? ask->items[i].span.start : s.start;
		s.end = ask->items[i].span.end > s.end ? ask->items[i].span.end : s.end;
	}
	return s;
}

static void add_rules(struct making *m, const struct resource *r, const struct unit *u,
		      struct span s, const struct party *party)
{
	struct trial t;

	trial_init(&t, m->run.pole, pole_directory(m->run.pole), r, u, party->member,
		   m->run.who->now, m->run.arena);
	t.person = pole_person(m->run.pole, party->person);
	m->rules = arena_grow(m->run.arena, m->rules, m->n_rules, &m->cap_rules,
			      m->n_rules + t.n_rules, sizeof(*m->rules));
	for (size_t i = 0; i < t.n_rules; i++)
		if (rule_matches(&t, t.rules[i], u, s))
			m->rules[m->n_rules++] = t.rules[i];
}

/* What is unknown is refused with the first date. */
static void resolve(struct making *m)
{
	const struct ask_book *first = m->ask->first;
	const struct pole *p = m->run.pole;
	struct refusals unused = {.arena = m->run.arena};
	struct party party;

	m->first = first_span(first);
	m->zone = pole_policy(p)->zone;
	party_resolve(p, m->run.who, first, &unused, &party);
	for (size_t i = 0; i == 0 || i < first->n_items; i++) {
		const struct ask_item item = ask_book_item(first, i);
		const struct resource *r;
		const struct unit *u = NULL;

		if (decide_resolve(p, item.what, item.unit, &r, &u) != REASON_NONE)
			continue;
		if (i == 0)
			m->zone = u ? u->site->zone : r->site->zone;
		add_rules(m, r, u, span_is_empty(item.span) ? m->first : item.span, &party);
	}
}

/* UNTIL as people write it: a day is meant to its end, and both in the local
 * time of the series. */
static void localise_until(const struct zone *z, struct recur_rule *rule)
{
	struct recur_time *until = &rule->until;

	if (!(rule->given & 1u << RECUR_UNTIL) || until->kind == RECUR_UTC)
		return;
	if (until->kind == RECUR_DATE)
		until->local_s += DAY_S - 1;
	zone_local_s_to_utc(z, until->local_s, &until->local_s);
	until->kind = RECUR_UTC;
}

static int read_rule(struct making *m, struct recur_problem *ret_problem)
{
	const struct recur_time start = {RECUR_ZONED, local_s(m->zone, m->first.start)};
	const char *text = m->ask->rule;
	struct recur_rule rule;

	if (text) {
		if (recur_rule_parse(text, strlen(text), &rule, ret_problem) != RECUR_OK)
			return SERIES_E_RULE;
		m->is_endless = !(rule.given & (1u << RECUR_UNTIL | 1u << RECUR_COUNT));
		localise_until(m->zone, &rule);
	}
	if (recur_init(&m->recur, start, m->zone, text ? &rule : NULL, ret_problem) != RECUR_OK)
		return SERIES_E_RULE;
	return SERIES_OK;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void add_also(struct making *m)
{
	const struct ask_series *ask = m->ask;
	int64_t *also = arena_new_n(m->run.arena, int64_t, ask->n_also + 1);
	size_t n = 0;

	if (ask->n_also == 0)
		return;
	memcpy(also, ask->also, ask->n_also * sizeof(*also));
	qsort(also, ask->n_also, sizeof(*also), by_time);
	for (size_t i = 0; i < ask->n_also; i++)
		if (n == 0 || also[n - 1] != also[i])
			also[n++] = also[i];
	m->recur.rdates = also;
	m->recur.n_rdates = n;
}

static bool is_left_out(const struct ask_series *ask, int64_t at)
{
	for (size_t i = 0; i < ask->n_except; i++)
		if (at >= ask->except[i].start && at < ask->except[i].end)
			return true;
	return false;
}

/* When a clock is put back, an hour is there twice: local time alone would make of its second the
 * first. */
static struct span second_time(const struct zone *z, struct span s, int64_t at)
{
	int64_t later_s = at - s.start;

	if (later_s <= 0 || local_s(z, s.start) != local_s(z, at))
		return s;
	return (struct span){at, s.end > at ? s.end : s.end + later_s};
}

static struct span span_at(const struct making *m, struct span first, int64_t at)
{
	int64_t by_s = local_s(m->zone, at) - local_s(m->zone, m->first.start);

	return second_time(m->zone, series_shift(m->zone, first, by_s, by_s), at);
}

/* A rule knows local times only: the first start stays the instant that it is. */
static int64_t as_asked(const struct making *m, int64_t at)
{
	return local_s(m->zone, at) == local_s(m->zone, m->first.start) ? m->first.start : at;
}

/* The last start of a rule without end. */
static int64_t last_start(const struct making *m)
{
	int64_t last = INT64_MAX;

	if (!m->is_endless)
		return last;
	for (size_t i = 0; i < m->n_rules; i++) {
		const struct limit *l = &m->rules[i]->limit;
		int64_t at = l->kind == LIMIT_HORIZON
				 ? duration_after(l->horizon, m->zone, m->run.who->now)
				 : INT64_MAX;

		last = at < last ? at : last;
	}
	return last < INT64_MAX ? last : zone_add_days(m->zone, m->first.start, ENDLESS_DAYS);
}

static void refuse_whole(struct making *m, struct refusal refusal)
{
	struct series_answer *ret = m->run.ret;

	ret->refusals = arena_new(m->run.arena, struct refusal);
	*ret->refusals = refusal;
	ret->n_refusals = 1;
}

/* The dates of the rule; false: too many, or none. */
static bool list_dates(struct making *m)
{
	struct series_answer *ret = m->run.ret;
	int64_t last = last_start(m), at;
	struct recur_walk w;
	int bounds = 0;

	ret->dates = arena_new_n(m->run.arena, struct series_date, SERIES_MAX + 1);
	recur_walk_init(&w, &m->recur);
	for (int i = 0; i < WALK_MAX && ret->n <= SERIES_MAX; i++) {
		int r = recur_walk_next(&w, &at);

		if (r == RECUR_BOUND && bounds++ < WALK_BOUNDS_MAX)
			continue;
		if (r != RECUR_OK || at > last)
			break;
		at = as_asked(m, at);
		if (!is_left_out(m->ask, at))
			ret->dates[ret->n++] = (struct series_date){
			    .occurrence = at, .span = span_at(m, m->first, at)};
	}
	if (ret->n > SERIES_MAX)
		refuse_whole(m, (struct refusal){.reason = REASON_MANY_DATES, .bound = SERIES_MAX});
	else if (ret->n == 0)
		refuse_whole(m, (struct refusal){.reason = REASON_NO_DATES});
	if (ret->n_refusals > 0)
		ret->n = 0;
	else if (m->is_endless)
		ret->until = ret->dates[ret->n - 1].span.end;
	return ret->n_refusals == 0;
}

/* Cuts the series at the limit where it may be booked on, or has no end of its
 * own; else refuses.
 */
static void keep_limit(struct making *m, const struct rule *rule)
{
	struct series_answer *ret = m->run.ret;
	const struct limit *l = &rule->limit;
	int64_t last = duration_after(l->recurrence.at_most, m->zone, ret->dates[0].span.start);
	size_t n = ret->n;

	while (n > 1 && ret->dates[n - 1].span.end > last)
		n--;
	if (n == ret->n && !(m->is_endless && l->recurrence.reconfirm))
		return;
	if (!m->is_endless && !l->recurrence.reconfirm) {
		refuse_whole(m, (struct refusal){.reason = REASON_RECURRENCE,
						 .rule = rule,
						 .place = rule->place,
						 .limit = *l,
						 .bound = last});
		return;
	}
	ret->n = n;
	ret->until = ret->dates[n - 1].span.end;
	ret->reconfirm |= l->recurrence.reconfirm;
}

static struct ask_book ask_at(const struct making *m, int64_t at)
{
	const struct ask_book *first = m->ask->first;
	int64_t by_s = local_s(m->zone, at) - local_s(m->zone, m->first.start);
	struct ask_item *items = arena_new_n(m->run.arena, struct ask_item, first->n_items + 1);
	struct ask_book ask = *first;

	for (size_t i = 0; i < first->n_items; i++) {
		items[i] = first->items[i];
		items[i].span = series_shift(m->zone, items[i].span, by_s, by_s);
	}
	ask.items = items;
	ask.span = span_at(m, first->span, at);
	if (has_window(first))
		ask.within = series_shift(m->zone, first->within, by_s, by_s);
	ask.alternatives = m->ask->conflicts == SERIES_ALTERNATIVE ? ALTERNATIVES_TRIED : 0;
	return ask;
}

static bool book(struct making *m, struct series_date *d, const struct ask_book *ask,
		 struct answer *ret)
{
	struct series_answer *series = m->run.ret;
	struct booking *made;

	decide_book(m->run.pole, m->run.who, ask, m->run.arena, ret, series_run_step(&m->run));
	made = (struct booking *)ret->booking;
	if (made) {
		series->series = series->series ? series->series : made->number;
		made->series = series->series;
		made->occurrence = has_window(ask) ? made->span.start : d->occurrence;
		d->booking = made->number;
		d->span = made->span;
	}
	return series_run_take(&m->run, ret);
}

static bool is_same_day(const struct zone *z, int64_t a, int64_t b)
{
	return civil_date_compare(zone_to_local(z, a).date, zone_to_local(z, b).date) == 0;
}

static void take_instead(const struct making *m, struct ask_book *ask, const struct alternative *x)
{
	struct ask_item *items = arena_new_n(m->run.arena, struct ask_item, ask->n_items + 1);
	const struct ask_item first = ask_book_item(ask, 0);

	if (x->kind == ALTERNATIVE_SHIFTED) {
		for (size_t i = 0; i < ask->n_items; i++) {
			items[i] = ask->items[i];
			items[i].span.start += x->shift_s;
			items[i].span.end += x->shift_s;
		}
		ask->items = items;
		ask->span.start += x->shift_s;
		ask->span.end += x->shift_s;
	} else {
		ask->n_items = 0;
		ask->what = x->resource->id;
		ask->unit = x->unit && *x->unit->id ? x->unit->id : NULL;
		ask->resource = NULL;
		ask->pinned = NULL;
		ask->quantity = first.quantity;
		ask->having = first.having;
		ask->at = first.at;
		ask->span = x->span;
	}
	ask->within = (struct span){0};
	ask->alternatives = 0;
}

/* Another thing or time of that day, the best first. */
static bool book_instead(struct making *m, struct series_date *d, struct ask_book ask)
{
	for (size_t i = 0; i < d->answer.n_alternatives; i++) {
		const struct alternative *x = &d->answer.alternatives[i];
		struct ask_book instead = ask;
		struct answer answer;

		if (x->kind == ALTERNATIVE_FEWER ||
		    !is_same_day(m->zone, x->span.start, d->span.start))
			continue;
		take_instead(m, &instead, x);
		if (book(m, d, &instead, &answer)) {
			d->answer.booking = answer.booking;
			return true;
		}
	}
	return false;
}

static void make(struct making *m, struct series_date *d)
{
	struct series_answer *ret = m->run.ret;
	struct ask_book ask = ask_at(m, d->occurrence);

	if (book(m, d, &ask, &d->answer)) {
		d->outcome = SERIES_BOOKED;
	} else if (m->ask->conflicts == SERIES_ALTERNATIVE && book_instead(m, d, ask)) {
		d->outcome = SERIES_MOVED;
	} else {
		d->outcome = m->ask->conflicts == SERIES_REFUSE ? SERIES_REFUSED : SERIES_SKIPPED;
		ret->n_refused += d->outcome == SERIES_REFUSED;
		ret->n_skipped += d->outcome == SERIES_SKIPPED;
		return;
	}
	ret->n_done++;
}

int decide_series(struct pole *p, const struct asker *who, const struct ask_series *ask,
		  struct arena *a, struct series_answer *ret, struct changes *ret_changes)
{
	struct making m = {.ask = ask};

	*ret = (struct series_answer){0};
	series_run_init(&m.run, p, who, a, SERIES_MAX, ret);
	resolve(&m);
	if (read_rule(&m, &ret->problem) != SERIES_OK)
		return SERIES_E_RULE;
	add_also(&m);
	if (!list_dates(&m))
		return SERIES_OK;
	for (size_t i = 0; i < m.n_rules && ret->n_refusals == 0; i++)
		if (m.rules[i]->limit.kind == LIMIT_RECURRENCE)
			keep_limit(&m, m.rules[i]);
	if (ret->n_refusals > 0) {
		ret->n = 0;
		return SERIES_OK;
	}
	for (size_t i = 0; i < ret->n; i++)
		make(&m, &ret->dates[i]);
	series_run_end(&m.run, ret->n_refused == 0 && ret->n_done > 0, ret_changes);
	return SERIES_OK;
}
