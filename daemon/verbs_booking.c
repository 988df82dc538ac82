/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BOOK, MOVE, EXTEND, CANCEL: from request to decision to reply. */

#include "daemon/answer.h"
#include "daemon/served.h"
#include "daemon/verbs_parts.h"

#define ALTERNATIVES_DEFAULT 3

const struct zone *asked_zone(const struct exchange *x, const char *what, const char *unit)
{
	const struct resource *r;
	const struct unit *u = NULL;

	if (!what || decide_resolve(x->served->pole, what, unit, &r, &u) != REASON_NONE)
		return exchange_policy(x)->zone;
	return u ? u->site->zone : r->site->zone;
}

struct span asked_span(const struct exchange *x, const struct zone *z)
{
	struct span s = {0, 0};
	struct duration length;

	request_moment(&x->request, "from", z, &s.start);
	if (!request_moment(&x->request, "to", z, &s.end) &&
	    request_duration(&x->request, "for", &length))
		s.end = duration_after(length, z, s.start);
	return s;
}

static unsigned asked_alternatives(const struct exchange *x)
{
	int64_t n = request_number(&x->request, "alternatives", ALTERNATIVES_DEFAULT);

	return n > ALTERNATIVES_MAX ? ALTERNATIVES_MAX : (unsigned)n;
}

struct ask_book asked_book(const struct exchange *x)
{
	struct ask_book ask = {.what = request_get(&x->request, "what"),
			       .unit = request_get(&x->request, "unit"),
			       .member = request_get(&x->request, "member"),
			       .person = request_get(&x->request, "person"),
			       .purpose = request_get(&x->request, "purpose"),
			       .alternatives = asked_alternatives(x)};

	ask.span = asked_span(x, asked_zone(x, ask.what, ask.unit));
	return ask;
}

static void reply_answer(struct exchange *x, const struct answer *answer, const char *what)
{
	if (answer->n_refusals)
		write_refused(x, answer, what);
	else
		write_granted(x, answer);
}

static struct asker asker_at(const struct exchange *x, int64_t now)
{
	struct asker who = exchange_asker(x);

	who.now = now;
	return who;
}

void do_book(struct exchange *x, int64_t now)
{
	struct asker who = asker_at(x, now);
	struct ask_book ask = asked_book(x);
	struct answer answer;

	if (asks_series(x)) {
		do_series_book(x, now, &ask);
		return;
	}
	decide_book(x->served->pole, &who, &ask, &x->arena, &answer, &x->changes);
	reply_answer(x, &answer, ask.what);
}

/* The booking that the request names, for its zone and its present times; NULL if it is not in
 * memory. */
static const struct booking *asked_booking(const struct exchange *x)
{
	return pole_booking(x->served->pole, request_booking(&x->request, "booking"));
}

static void reply_move(struct exchange *x, int64_t now, struct ask_move *ask)
{
	struct asker who = asker_at(x, now);
	const struct booking *b = pole_booking(x->served->pole, ask->booking);
	struct answer answer;

	if (asks_series(x)) {
		do_series_move(x, now, ask);
		return;
	}
	ask->alternatives = asked_alternatives(x);
	decide_move(x->served->pole, &who, ask, &x->arena, &answer, &x->changes);
	reply_answer(x, &answer, b ? booking_resource_id(x->served, b) : NULL);
}

void do_move(struct exchange *x, int64_t now)
{
	const struct booking *b = asked_booking(x);
	const struct zone *z = b ? booking_zone(x->served, b) : exchange_policy(x)->zone;
	struct ask_move ask = {.booking = request_booking(&x->request, "booking"),
			       .unit = request_get(&x->request, "unit")};
	struct duration length;

	ask.has_start = request_moment(&x->request, "from", z, &ask.span.start);
	ask.has_end = request_moment(&x->request, "to", z, &ask.span.end);
	if (request_duration(&x->request, "for", &length)) {
		if (!ask.has_start && b)
			ask.span.start = b->span.start;
		ask.has_end = true;
		ask.span.end = duration_after(length, z, ask.span.start);
	}
	if (!ask.has_start && !ask.has_end && !ask.unit) {
		reply_fail(x, CODE_BAD_COMBINATION, FILLS({"key", "from, to, for, unit"}));
		return;
	}
	reply_move(x, now, &ask);
}

void do_extend(struct exchange *x, int64_t now)
{
	struct asker who = asker_at(x, now);
	const struct booking *b = asked_booking(x);
	const struct zone *z = b ? booking_zone(x->served, b) : exchange_policy(x)->zone;
	struct ask_move ask = {.booking = request_booking(&x->request, "booking"), .has_end = true};
	struct duration by;

	if (!request_moment(&x->request, "to", z, &ask.span.end) &&
	    request_duration(&x->request, "by", &by) && b)
		ask.span.end = duration_after(by, z, b->span.end);
	if (b && asker_may_alter(&who, b) && ask.span.end <= b->span.end) {
		reply_fail(x, CODE_NOT_LATER, NULL, 0);
		return;
	}
	reply_move(x, now, &ask);
}

void do_cancel(struct exchange *x, int64_t now)
{
	const struct booking *b = asked_booking(x);
	struct asker who = asker_at(x, now);
	struct answer answer;

	if (asks_series(x)) {
		do_series_cancel(x, now);
		return;
	}
	decide_cancel(x->served->pole, &who, request_booking(&x->request, "booking"), &x->arena,
		      &answer, &x->changes);
	reply_answer(x, &answer, b ? booking_resource_id(x->served, b) : NULL);
}
