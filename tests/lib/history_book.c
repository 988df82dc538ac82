/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bookings of one thing or of several, at a time or within a window. */
#include <string.h>

#include "lib/wish.h"
#include "tests/lib/fixture.h"
#include "tests/lib/history.h"

#define QUARTER 900

static const struct resource *random_resource(struct history *h)
{
	static const uint8_t weights[] = {SOLO,	 POOL,	POOL,	 POOL,	  VAN,	VAN,  VAN,
					  CHAIR, CHAIR, STAGE,	 FLOOR,	  SIDE, HALF, HALL,
					  BENCH, TESS,	TRAILER, TRAILER, LASER};

	return &h->policy->resources[weights[draw_below(&h->draw, sizeof(weights))]];
}

static struct ask_item random_item(struct history *h)
{
	static const char *const havings[] = {"hitch", "hitch=true site=morval", "hitch!=true",
					      "site=farm"};
	const struct resource *r = random_resource(h);
	struct ask_item item = {.what = r->id, .span = history_span(h)};

	if (r->has_capacity)
		item.quantity = 1 + (uint32_t)draw_below(&h->draw, r->n_units / 2 + 1);
	else if (r->n_units > 1 && history_chance(h, 15))
		item.quantity = 1 + (uint32_t)draw_below(&h->draw, r->n_units);
	if (r == &h->policy->resources[VAN] && history_chance(h, 25))
		item.having = havings[draw_below(&h->draw, 4)];
	if (r->moves && history_chance(h, 40))
		item.at = "farm";
	if (!r->has_capacity && item.quantity < 2 && history_chance(h, 20))
		item.unit = r->units[draw_below(&h->draw, r->n_units)].id;
	return item;
}

/* Several things together are wanted at about the same time. */
static void draw_together(struct history *h, struct ask_item *items, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		int64_t shift_s = (int64_t)draw_below(&h->draw, 9) * QUARTER - 4 * QUARTER;

		if (history_chance(h, 80))
			items[i].span = (struct span){items[0].span.start + shift_s,
						      items[0].span.end + shift_s};
	}
}

void history_ask(struct history *h, const struct asker *who, struct history_ask *ret)
{
	size_t n = history_chance(h, 30) ? 2 + draw_below(&h->draw, 2) : 1;

	*ret = (struct history_ask){0};
	for (size_t i = 0; i < n; i++)
		ret->items[i] = random_item(h);
	draw_together(h, ret->items, n);
	ret->book.declared = ret->declared;
	if (history_chance(h, 30))
		ret->declared[ret->book.n_declared++] = "own-hitch";
	if (history_chance(h, 30))
		ret->declared[ret->book.n_declared++] = "laser";
	if (who->person == h->persons[2] || history_chance(h, 3))
		ret->book.member = history_chance(h, 50) ? "m1" : "m2";
	if (n > 1 || history_chance(h, 20)) {
		ret->book.items = ret->items;
		ret->book.n_items = n;
		return;
	}
	ret->book.what = ret->items[0].what;
	ret->book.unit = ret->items[0].unit;
	ret->book.quantity = ret->items[0].quantity;
	ret->book.having = ret->items[0].having;
	ret->book.at = ret->items[0].at;
	ret->book.span = ret->items[0].span;
}

static struct ask_item item_of_ask(const struct ask_book *ask, size_t i)
{
	if (ask->n_items > 0)
		return ask->items[i];
	return (struct ask_item){.what = ask->what,
				 .unit = ask->unit,
				 .quantity = ask->quantity,
				 .having = ask->having,
				 .at = ask->at,
				 .span = ask->span};
}

static struct oracle_want want_of(struct history *h, const struct ask_item *item, uint32_t number)
{
	struct oracle_want w = {.quantity = item->quantity ? item->quantity : 1,
				.span = item->span,
				.item = number,
				.resource = policy_resource(h->policy, item->what)};
	const char *at;

	for (size_t i = 0; !w.resource && i < h->policy->n_resources; i++) {
		w.unit = resource_unit(&h->policy->resources[i], item->what);
		w.resource = w.unit ? &h->policy->resources[i] : NULL;
	}
	EXPECT(w.resource);
	if (item->unit)
		w.unit = resource_unit(w.resource, item->unit);
	EXPECT(wishes_parse(item->having ? item->having : "", &h->arena, &w.having, &at) ==
	       WISH_OK);
	w.at = item->at ? policy_site(h->policy, item->at) : NULL;
	return w;
}

static uint32_t member_of(const struct history *h, const struct asker *who,
			  const struct ask_book *ask)
{
	for (size_t i = 0; ask->member && i < h->policy->n_members; i++)
		if (strcmp(h->policy->members[i].id, ask->member) == 0)
			return h->policy->members[i].number;
	return who->person->member;
}

static bool is_forbidden(const struct history *h, const struct asker *who,
			 const struct ask_book *ask)
{
	return who->person != h->persons[2] && member_of(h, who, ask) != who->person->member;
}

static void make_question(struct history *h, const struct asker *who, const struct ask_book *ask,
			  struct oracle_question *q)
{
	*q = (struct oracle_question){.oracle = &h->oracle,
				      .member = member_of(h, who, ask),
				      .declared = ask->declared,
				      .n_declared = ask->n_declared};
	do {
		struct ask_item item = item_of_ask(ask, q->n);

		q->wants[q->n] = want_of(h, &item, (uint32_t)q->n);
		q->n++;
	} while (q->n < ask->n_items);
}

static void count_granted(struct history *h, const struct answer *a, size_t n_asked,
			  const struct changes *c)
{
	h->counts[COUNT_BOOKED]++;
	h->counts[COUNT_BASKETS] += n_asked > 1;
	h->counts[COUNT_BROUGHT] += a->booking->n_items > n_asked;
	h->counts[COUNT_MADE_ROOM] += c->n > 1;
}

static void judge(struct history *h, const struct oracle_question *q, enum oracle_verdict v,
		  const struct answer *a, const struct changes *c)
{
	h->counts[COUNT_UNKNOWN] += v == ORACLE_UNKNOWN;
	if (v == ORACLE_GRANTED)
		EXPECT(a->booking);
	if (v == ORACLE_PACKABLE)
		EXPECT(a->booking || a->refusals[0].reason == REASON_UNDECIDED);
	if (v == ORACLE_REFUSED)
		EXPECT(!a->booking);
	for (size_t i = 0; v == ORACLE_GRANTED && q->n == 1 && i < q->n_taken; i++)
		EXPECT(oracle_is_on_unit(a->booking, 0, q->taken[i].resource, q->taken[i].lane));
	if (a->booking) {
		oracle_check_granted(q, a, c);
		EXPECT(a->booking->number == h->oracle.next && !a->was);
		EXPECT(a->booking->member == q->member && a->booking->state == BOOKING_CONFIRMED);
		count_granted(h, a, q->n_asked, c);
	} else {
		oracle_check_refused(q, a);
		EXPECT(c->n == 0);
		h->counts[COUNT_REFUSED]++;
		h->counts[COUNT_UNDECIDED] += a->refusals[0].reason == REASON_UNDECIDED;
	}
}

static void say_ask(const struct history *h, const struct ask_book *ask)
{
	for (size_t i = 0; i == 0 || i < ask->n_items; i++) {
		struct ask_item item = item_of_ask(ask, i);

		history_say(h, "  %s unit %s quantity %u having %s at %s [%lld, %lld)", item.what,
			    item.unit ? item.unit : "-", item.quantity,
			    item.having ? item.having : "-", item.at ? item.at : "-",
			    (long long)item.span.start, (long long)item.span.end);
	}
}

void history_book_one(struct history *h, const struct asker *who, const struct ask_book *ask,
		      struct answer *ret)
{
	struct oracle_question q;
	enum oracle_verdict v;
	struct changes c = {0};

	say_ask(h, ask);
	make_question(h, who, ask, &q);
	decide_book(h->pole, who, ask, &h->arena, ret, &c);
	if (is_forbidden(h, who, ask)) {
		EXPECT(ret->refusals[ret->n_refusals - 1].reason == REASON_FORBIDDEN);
	} else {
		v = oracle_decide(&q);
		history_say_answer(h, v, ret);
		judge(h, &q, v, ret, &c);
	}
	if (ret->booking)
		history_apply(h, &c);
}

void history_book(struct history *h)
{
	struct asker who = history_asker(h);
	struct history_ask ask;
	struct answer a;

	oracle_where.doing = "BOOK";
	history_ask(h, &who, &ask);
	history_book_one(h, &who, &ask.book, &a);
}

/* What is refused at every time within could not be had at any start as things stand. */
static void check_none_within(const struct oracle_question *q, struct span within)
{
	struct oracle_want w = q->wants[0];
	int64_t length_s = w.span.end - w.span.start;

	for (int64_t at = within.start + (QUARTER - within.start % QUARTER) % QUARTER;
	     at + length_s <= within.end; at += QUARTER) {
		w.span = (struct span){at, at + length_s};
		EXPECT(!oracle_fits_alone(q, &w));
	}
}

void history_book_within(struct history *h)
{
	struct asker who = {h->persons[draw_below(&h->draw, 2)], h->oracle.now};
	struct ask_item item = random_item(h);
	int64_t length_s = draw_between(&h->draw, 1, 12) * QUARTER;
	struct ask_book ask = {.what = item.what,
			       .unit = item.unit,
			       .quantity = item.quantity,
			       .having = item.having,
			       .within = item.span,
			       .length.seconds = length_s};
	struct oracle_question q;
	struct changes c = {0};
	struct answer a;

	oracle_where.doing = "BOOK within";
	ask.within.end += draw_between(&h->draw, 0, 60) * QUARTER;
	ask.span = (struct span){ask.within.start, ask.within.start + length_s};
	say_ask(h, &ask);
	make_question(h, &who, &ask, &q);
	decide_book(h->pole, &who, &ask, &h->arena, &a, &c);
	q.n_asked = q.n;
	if (a.booking) {
		q.wants[0].span = a.booking->items[0].span;
		EXPECT(span_contains(ask.within, q.wants[0].span));
		EXPECT(q.wants[0].span.end - q.wants[0].span.start == length_s);
		oracle_check_granted(&q, &a, &c);
		h->counts[COUNT_WITHIN]++;
		history_apply(h, &c);
	} else if (q.wants[0].resource->n_requirements == 0 &&
		   !q.wants[0].resource->shares_buffer && !q.wants[0].resource->moves) {
		check_none_within(&q, ask.within);
	}
}
