/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of a booking once it is made: CONFIRM, ACCEPT, PASS, APPROVE, DECLINE, OUT, BACK,
 * SWAP, DISPUTE, SETTLE. */

#include <string.h>

#include "daemon/served.h"
#include "daemon/verbs_parts.h"
#include "lib/decide_life.h"

/* What all of these verbs are about and ask with. */
struct life {
	const struct pole *pole;
	struct asker who;
	int64_t booking;
	struct asked asked;
	struct answer answer;
};

static struct life life_of(struct exchange *x, int64_t now)
{
	struct life l = {.pole = x->served->pole,
			 .who = asker_at(x, now),
			 .booking = request_booking(&x->request, "booking")};

	l.asked = asked_of_booking(pole_booking(l.pole, l.booking));
	return l;
}

void do_confirm(struct exchange *x, int64_t now)
{
	struct life l = life_of(x, now);

	decide_confirm(l.pole, &l.who, l.booking, &x->arena, &l.answer, &x->changes);
	reply_answer(x, &l.answer, &l.asked);
}

void do_pass(struct exchange *x, int64_t now)
{
	struct life l = life_of(x, now);

	decide_pass(l.pole, &l.who, l.booking, request_yes(&x->request, "keep"), &x->arena,
		    &l.answer, &x->changes);
	reply_answer(x, &l.answer, &l.asked);
}

void do_approve(struct exchange *x, int64_t now)
{
	struct life l = life_of(x, now);

	decide_approve(l.pole, &l.who, l.booking, request_get(&x->request, "reason"), &x->arena,
		       &l.answer, &x->changes);
	reply_answer(x, &l.answer, &l.asked);
}

void do_decline(struct exchange *x, int64_t now)
{
	struct life l = life_of(x, now);

	decide_decline(l.pole, &l.who, l.booking, request_get(&x->request, "reason"), &x->arena,
		       &l.answer, &x->changes);
	reply_answer(x, &l.answer, &l.asked);
}

static struct ask_out asked_out(const struct exchange *x)
{
	struct ask_out ask = {.booking = request_booking(&x->request, "booking"),
			      .person = request_get(&x->request, "person"),
			      .condition = request_get(&x->request, "condition")};

	ask.has_meter = request_reading(&x->request, "meter", &ask.meter);
	return ask;
}

void do_out(struct exchange *x, int64_t now)
{
	const struct ask_out ask = asked_out(x);
	struct life l = life_of(x, now);

	decide_out(l.pole, &l.who, &ask, &x->arena, &l.answer, &x->changes);
	reply_answer(x, &l.answer, &l.asked);
}

void do_back(struct exchange *x, int64_t now)
{
	const struct ask_out ask = asked_out(x);
	struct life l = life_of(x, now);

	decide_back(l.pole, &l.who, &ask, &x->arena, &l.answer, &x->changes);
	reply_answer(x, &l.answer, &l.asked);
}

void do_swap(struct exchange *x, int64_t now)
{
	struct life l = life_of(x, now);

	decide_swap(l.pole, &l.who, l.booking, request_booking(&x->request, "with"), &x->arena,
		    &l.answer, &x->changes);
	reply_answer(x, &l.answer, &l.asked);
}

void do_dispute(struct exchange *x, int64_t now)
{
	struct life l = life_of(x, now);

	decide_dispute(l.pole, &l.who, l.booking, request_get(&x->request, "text"), &x->arena,
		       &l.answer, &x->changes);
	reply_answer(x, &l.answer, &l.asked);
}

void do_settle(struct exchange *x, int64_t now)
{
	bool upheld =
	    strcmp(request_get(&x->request, "decision"), dispute_words[DISPUTE_UPHELD]) == 0;
	struct life l = life_of(x, now);

	decide_settlement(l.pole, &l.who, l.booking, upheld, request_get(&x->request, "text"),
			  &x->arena, &l.answer, &x->changes);
	reply_answer(x, &l.answer, &l.asked);
}
