/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far at least one has to go to be past what a rule forbids: so that who looks for the nearest
 * time leaps over a week whose quota is used up, and does not look at all where no time helps.
 */
#include "lib/rules.h"

#include <string.h>

#include "lib/rule_parts.h"

static int64_t step(int64_t start, bool backwards)
{
	return backwards ? start - 1 : start + 1;
}

struct touched {
	struct span all; /* from the first stretch's start to the last one's end */
	bool some;
};

static bool touch(void *arg, struct span stretch)
{
	struct touched *t = arg;

	if (!t->some)
		t->all = stretch;
	t->all.end = stretch.end;
	t->some = true;
	return true;
}

/* A span that goes on overlapping what it overlaps now is no better: its start has to get past all
 * of that, or its end before it. Civil days make a length uneven by hours at the most. */
#define UNEVEN_S 7200

static int64_t past_span(struct span s, struct span obstacle, bool backwards)
{
	int64_t before = obstacle.start - (s.end - s.start) + UNEVEN_S;

	if (!backwards)
		return obstacle.end > s.start ? obstacle.end : s.start + 1;
	return before < s.start ? before : s.start - 1;
}

static int64_t past_when(const struct rule *rule, const struct zone *z, struct span s,
			 bool backwards)
{
	struct touched t = {.some = false};

	when_each(&rule->when, z, s, touch, &t);
	return t.some ? past_span(s, t.all, backwards) : step(s.start, backwards);
}

/* Bookings and units belong to the window that they start in. */
static int64_t past_quota(const struct trial *t, const struct rule *rule, const struct unit *u,
			  struct span s, bool backwards)
{
	const struct quota *q = &rule->limit.quota;
	const struct zone *z = trial_zone(t, u);
	int64_t first, next, at;

	if (q->uncounted & (UNCOUNTED_SAME_DAY | UNCOUNTED_OFF_PEAK))
		return step(s.start, backwards);
	if (q->window == QUOTA_FUTURE && q->measure != QUOTA_DAYS && t->n_others == 0)
		return backwards ? INT64_MIN : TIME_NEVER;
	if (q->window < QUOTA_CALENDAR_DAY || t->n_others > 0 ||
	    (q->measure != QUOTA_BOOKINGS && q->measure != QUOTA_UNITS))
		return step(s.start, backwards);
	quota_calendar(q->window, civil_days(zone_to_local(z, s.start).date), &first, &next);
	at = local_day_start(z, civil_from_days(backwards ? first : next));
	return backwards ? at - 1 : at;
}

static bool has_held(const struct trial *t, const char *word)
{
	for (size_t i = 0; t->person && i < t->person->n_qualifications; i++)
		if (strcmp(t->person->qualifications[i].word, word) == 0)
			return true;
	return false;
}

static int64_t past_limit(const struct trial *t, const struct rule *rule, const struct unit *u,
			  struct span s, bool backwards)
{
	switch (rule->limit.kind) {
	case LIMIT_WHO:
		return backwards ? INT64_MIN : TIME_NEVER;
	case LIMIT_QUALIFICATION:
		if (has_held(t, rule->limit.qualification.word))
			return step(s.start, backwards);
		return backwards ? INT64_MIN : TIME_NEVER;
	case LIMIT_QUOTA:
		return past_quota(t, rule, u, s, backwards);
	case LIMIT_KEEP:
		if (rule->has_when)
			return past_span(s, rule_kept_times(t, rule, u, s).all, backwards);
		return step(s.start, backwards);
	default:
		return step(s.start, backwards);
	}
}

/* Past the limit, or to where the rule does not match: whichever is nearer. */
int64_t rule_past(const struct trial *t, const struct rule *rule, const struct unit *u,
		  struct span s, bool backwards)
{
	int64_t at = past_limit(t, rule, u, s, backwards), other = at;

	if (t->has_kept || rule->has_release)
		return step(s.start, backwards);
	if (rule->has_when && rule->limit.kind != LIMIT_KEEP)
		other = past_when(rule, trial_zone(t, u), s, backwards);
	return backwards ? (at > other ? at : other) : (at < other ? at : other);
}
