/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The longest reach of a policy's rules into the past. */
#include "lib/look_back.h"

#define DAY INT64_C(86400)

/* A civil day may have an hour more; a change of the clock within it is all that can add up. */
static int64_t reach_of(struct duration d)
{
	return d.days * DAY + d.seconds + (d.days ? 3600 : 0);
}

static int64_t longer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t quota_reach(const struct quota *q)
{
	static const int64_t reaches[N_QUOTA_WINDOWS] = {
	    [QUOTA_CALENDAR_DAY] = 2 * DAY,
	    [QUOTA_CALENDAR_WEEK] = 8 * DAY,
	    [QUOTA_CALENDAR_MONTH] = 32 * DAY,
	    [QUOTA_CALENDAR_YEAR] = 367 * DAY,
	};

	return q->window == QUOTA_ROLLING ? reach_of(q->length) : reaches[q->window];
}

static int64_t rule_reach(const struct rule *r)
{
	int64_t reach = r->standing.at_least ? reach_of(r->standing.within) : 0;

	if (r->limit.kind == LIMIT_QUOTA)
		reach = longer(reach, quota_reach(&r->limit.quota));
	if (r->limit.kind == LIMIT_DURATION && r->limit.duration.chains)
		reach = longer(reach, reach_of(r->limit.duration.max));
	return reach;
}

static int64_t order_reach(const struct conflict_rules *c)
{
	const struct duration looks_back = c->fair_share.looks_back;
	int64_t reach = duration_is_zero(looks_back) ? 0 : reach_of(looks_back);

	for (size_t i = 0; i < c->n_order; i++) {
		if (c->order[i] == ORDER_LEAST_RECENT)
			reach = longer(reach, LOOK_BACK_MOST_S);
		if (c->order[i] == ORDER_FAIR_SHARE && duration_is_zero(looks_back))
			reach = longer(reach, LOOK_BACK_MOST_S);
	}
	return reach;
}

int64_t policy_look_back(const struct policy *p, int64_t now)
{
	int64_t reach = longer(LOOK_BACK_LEAST_S, p ? order_reach(&p->conflicts) : 0);

	for (size_t i = 0; p && i < p->n_rules; i++)
		reach = longer(reach, rule_reach(&p->rules[i]));
	return now - reach;
}
