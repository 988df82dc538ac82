/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * No refusal without a reason, and none by a rule without the rule and its place.
 *
 * The linker puts these functions in the place of the decisions (--wrap), in every test that links
 * this file: so whatever a test asks, however it goes on, each answer is looked at, and no test has
 * to remember it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/decide_life.h"
#include "lib/decide_outage.h"
#include "lib/series.h"

static bool is_by_rule(enum reason r)
{
	return (r >= REASON_TOO_SHORT && r <= REASON_APPROVAL) || r == REASON_RECURRENCE;
}

static void check_refusal(const char *by, const struct refusal *r)
{
	if (r->reason <= REASON_NONE || r->reason >= N_REASONS)
		fail_msg("%s: refused without a reason", by);
	if (!is_by_rule(r->reason)) {
		if (r->rule)
			fail_msg("%s: reason %d has a rule", by, (int)r->reason);
		return;
	}
	if (!r->rule || !r->rule->name || !*r->rule->name)
		fail_msg("%s: reason %d without its rule", by, (int)r->reason);
	if (!r->place.file || !*r->place.file || r->place.line < 1)
		fail_msg("%s: reason %d by \"%s\", which has no place", by, (int)r->reason,
			 r->rule->name);
}

static void check_all(const char *by, const struct refusal *refusals, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_refusal(by, &refusals[i]);
}

/* Refused is what has refusals, then nothing changes; granted is what has a booking. What waits has
 * both. */
static void check_answer(const char *by, const struct answer *a, const struct changes *c)
{
	check_all(by, a->refusals, a->n_refusals);
	if (a->booking)
		return;
	if (a->n_refusals == 0)
		fail_msg("%s: neither granted nor refused", by);
	if (c->n > 0)
		fail_msg("%s: refused, and something changes", by);
}

#define WRAP(name, params, args)                                                                   \
	void __real_##name params;                                                                 \
	void __wrap_##name params;                                                                 \
	void __wrap_##name params                                                                  \
	{                                                                                          \
		__real_##name args;                                                                \
		check_answer(#name, ret, ret_changes);                                             \
	}

#define BEGIN const struct pole *p, const struct asker *who
#define END struct arena *a, struct answer *ret, struct changes *ret_changes

WRAP(decide_book, (BEGIN, const struct ask_book *ask, END), (p, who, ask, a, ret, ret_changes))
WRAP(decide_move, (BEGIN, const struct ask_move *ask, END), (p, who, ask, a, ret, ret_changes))
WRAP(decide_give_back, (BEGIN, int64_t booking, uint32_t item, END),
     (p, who, booking, item, a, ret, ret_changes))
WRAP(decide_cancel, (BEGIN, int64_t booking, END), (p, who, booking, a, ret, ret_changes))
WRAP(decide_confirm, (BEGIN, int64_t booking, END), (p, who, booking, a, ret, ret_changes))
WRAP(decide_pass, (BEGIN, int64_t booking, bool keep, END),
     (p, who, booking, keep, a, ret, ret_changes))
WRAP(decide_approve, (BEGIN, int64_t booking, const char *reason, END),
     (p, who, booking, reason, a, ret, ret_changes))
WRAP(decide_decline, (BEGIN, int64_t booking, const char *reason, END),
     (p, who, booking, reason, a, ret, ret_changes))
WRAP(decide_out, (BEGIN, const struct ask_out *ask, END), (p, who, ask, a, ret, ret_changes))
WRAP(decide_back, (BEGIN, const struct ask_out *ask, END), (p, who, ask, a, ret, ret_changes))
WRAP(decide_swap, (BEGIN, int64_t booking, int64_t with, END),
     (p, who, booking, with, a, ret, ret_changes))
WRAP(decide_dispute, (BEGIN, int64_t booking, const char *text, END),
     (p, who, booking, text, a, ret, ret_changes))
WRAP(decide_settlement, (BEGIN, int64_t booking, bool upheld, const char *text, END),
     (p, who, booking, upheld, text, a, ret, ret_changes))

#define WRAP_FIND(name)                                                                            \
	void __real_##name(BEGIN, const struct ask_book *ask, size_t count, struct arena *a,       \
			   struct answer *ret, struct found **ret_found, size_t *ret_n);           \
	void __wrap_##name(BEGIN, const struct ask_book *ask, size_t count, struct arena *a,       \
			   struct answer *ret, struct found **ret_found, size_t *ret_n);           \
	void __wrap_##name(BEGIN, const struct ask_book *ask, size_t count, struct arena *a,       \
			   struct answer *ret, struct found **ret_found, size_t *ret_n)            \
	{                                                                                          \
		__real_##name(p, who, ask, count, a, ret, ret_found, ret_n);                       \
		check_all(#name, ret->refusals, ret->n_refusals);                                  \
	}

WRAP_FIND(decide_find)
WRAP_FIND(decide_find_starts)

static void check_series(const char *by, const struct series_answer *s, const struct changes *c)
{
	check_all(by, s->refusals, s->n_refusals);
	for (size_t i = 0; i < s->n; i++) {
		const struct series_date *d = &s->dates[i];

		check_all(by, d->answer.refusals, d->answer.n_refusals);
		if ((d->outcome == SERIES_SKIPPED || d->outcome == SERIES_REFUSED) &&
		    d->answer.n_refusals == 0)
			fail_msg("%s: a date is refused without a reason", by);
	}
	if (s->n_refusals > 0 && c->n > 0)
		fail_msg("%s: refused, and something changes", by);
}

int __real_decide_series(struct pole *p, const struct asker *who, const struct ask_series *ask,
			 struct arena *a, struct series_answer *ret, struct changes *ret_changes);
int __wrap_decide_series(struct pole *p, const struct asker *who, const struct ask_series *ask,
			 struct arena *a, struct series_answer *ret, struct changes *ret_changes);
int __wrap_decide_series(struct pole *p, const struct asker *who, const struct ask_series *ask,
			 struct arena *a, struct series_answer *ret, struct changes *ret_changes)
{
	int answer = __real_decide_series(p, who, ask, a, ret, ret_changes);

	if (answer == SERIES_OK)
		check_series("decide_series", ret, ret_changes);
	return answer;
}

#define WRAP_SERIES(name, params, args)                                                            \
	void __real_##name params;                                                                 \
	void __wrap_##name params;                                                                 \
	void __wrap_##name params                                                                  \
	{                                                                                          \
		__real_##name args;                                                                \
		check_series(#name, ret, ret_changes);                                             \
	}
#define SERIES_END struct arena *a, struct series_answer *ret, struct changes *ret_changes

WRAP_SERIES(decide_series_move,
	    (struct pole * p, const struct asker *who, const struct ask_move *ask,
	     enum series_scope scope, SERIES_END),
	    (p, who, ask, scope, a, ret, ret_changes))
WRAP_SERIES(decide_series_cancel,
	    (struct pole * p, const struct asker *who, int64_t booking, enum series_scope scope,
	     SERIES_END),
	    (p, who, booking, scope, a, ret, ret_changes))

void __real_decide_misfits(const struct pole *p, const struct policy *policy, int64_t now,
			   struct arena *a, struct misfit **ret, size_t *ret_n);
void __wrap_decide_misfits(const struct pole *p, const struct policy *policy, int64_t now,
			   struct arena *a, struct misfit **ret, size_t *ret_n);
void __wrap_decide_misfits(const struct pole *p, const struct policy *policy, int64_t now,
			   struct arena *a, struct misfit **ret, size_t *ret_n)
{
	__real_decide_misfits(p, policy, now, a, ret, ret_n);
	for (size_t i = 0; i < *ret_n; i++)
		check_refusal("decide_misfits", &(*ret)[i].refusal);
}
