/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BOOK, HOLD, MOVE, EXTEND, CANCEL: from request to decision to reply. */

#include <string.h>

#include "daemon/answer.h"
#include "daemon/served.h"
#include "daemon/verbs_parts.h"

#define ALTERNATIVES_DEFAULT 3

static const struct zone *thing_zone(const struct resource *r, const struct unit *u)
{
	return u ? u->site->zone : r->site->zone;
}

const struct zone *asked_zone(const struct exchange *x, const char *what, const char *unit)
{
	const struct resource *r;
	const struct unit *u = NULL;

	if (!what || decide_resolve(x->served->pole, what, unit, &r, &u) != REASON_NONE)
		return exchange_policy(x)->zone;
	return thing_zone(r, u);
}

struct span request_span(const struct request *r, const struct zone *z)
{
	struct span s = {0, 0};
	struct duration length;

	request_moment(r, "from", z, &s.start);
	if (!request_moment(r, "to", z, &s.end) && request_duration(r, "for", &length))
		s.end = duration_after(length, z, s.start);
	return s;
}

static unsigned asked_alternatives(const struct exchange *x)
{
	int64_t n = request_number(&x->request, "alternatives", ALTERNATIVES_DEFAULT);

	return n > ALTERNATIVES_MAX ? ALTERNATIVES_MAX : (unsigned)n;
}

static struct ask_item asked_item(const struct exchange *x, const struct request *r)
{
	struct ask_item item = {.what = request_get(r, "what"),
				.unit = request_get(r, "unit"),
				.having = request_get(r, "having"),
				.at = request_get(r, "at"),
				.quantity = (uint32_t)request_number(r, "qty", 0)};

	if (item.what)
		decide_resolve(x->served->pole, item.what, item.unit, &item.resource, &item.pinned);
	item.span = request_span(r, item.resource ? thing_zone(item.resource, item.pinned)
						  : exchange_policy(x)->zone);
	return item;
}

static const struct ask_item *asked_items(struct exchange *x)
{
	const struct request *r = &x->request;
	struct ask_item *items = arena_new_n(&x->arena, struct ask_item, r->n_items);

	for (size_t i = 0; i < r->n_items; i++)
		items[i] = asked_item(x, &r->items[i]);
	return items;
}

/* The words of a list that are parted by commas. */
static const char *const *asked_words(struct exchange *x, const char *key, size_t *ret_n)
{
	const char *value = request_get(&x->request, key);
	const char **words;
	char *rest;

	*ret_n = 0;
	if (!value)
		return NULL;
	rest = arena_strdup(&x->arena, value);
	words = arena_new_n(&x->arena, const char *, strlen(value) + 1);
	for (char *word; (word = strsep(&rest, ","));)
		words[(*ret_n)++] = word;
	return words;
}

static bool asked_window(const struct exchange *x, const struct ask_book *ask, struct span *ret)
{
	return request_get(&x->request, "within") &&
	       request_window(&x->request, "within", asked_zone(x, ask->what, ask->unit), ret);
}

bool asked_things(struct exchange *x, struct ask_book *ret)
{
	const struct request *r = &x->request;
	const struct ask_item first = asked_item(x, r);

	*ret = (struct ask_book){.n_items = r->n_items,
				 .what = first.what,
				 .unit = first.unit,
				 .resource = first.resource,
				 .pinned = first.pinned,
				 .quantity = first.quantity,
				 .having = first.having,
				 .at = first.at,
				 .span = first.span,
				 .alternatives = ALTERNATIVES_DEFAULT};
	if (r->n_items > 0)
		ret->items = asked_items(x);
	ret->declared = asked_words(x, "declared", &ret->n_declared);
	if (asked_window(x, ret, &ret->within) &&
	    (!ret->what || !request_duration(r, "for", &ret->length) ||
	     span_is_empty(ret->within))) {
		reply_fail(x, CODE_BAD_COMBINATION, FILLS({"key", "within, what, for"}));
		return false;
	}
	return true;
}

bool asked_book(struct exchange *x, struct ask_book *ret)
{
	const struct request *r = &x->request;

	if (!asked_things(x, ret))
		return false;
	ret->member = request_get(r, "member");
	ret->person = request_get(r, "person");
	ret->purpose = request_get(r, "purpose");
	ret->wait = request_yes(r, "wait");
	ret->hold = r->verb->id == VERB_HOLD;
	request_duration(r, "hold-for", &ret->hold_for);
	ret->distance_km = (uint32_t)request_number(r, "distance", 0);
	ret->people = (uint32_t)request_number(r, "people", 0);
	ret->alternatives = asked_alternatives(x);
	if (ret->wait && asks_series(x)) {
		reply_fail(x, CODE_BAD_COMBINATION, FILLS({"key", "wait, rule, also"}));
		return false;
	}
	return true;
}

struct asked asked_of_book(const struct exchange *x, const struct ask_book *ask)
{
	return (struct asked){.ask = ask, .what = ask->what, .n = ask->n_items};
}

struct asker asker_at(const struct exchange *x, int64_t now)
{
	struct asker who = exchange_asker(x);

	who.now = now;
	return who;
}

void do_book(struct exchange *x, int64_t now)
{
	struct asker who = asker_at(x, now);
	struct ask_book *ask =
	    arena_new(&x->arena, struct ask_book); /* the reply is written later */
	struct asked asked;
	struct answer answer;

	if (!asked_book(x, ask))
		return;
	asked = asked_of_book(x, ask);
	if (asks_series(x)) {
		do_series_book(x, now, ask);
		return;
	}
	decide_book(x->served->pole, &who, ask, &x->arena, &answer, &x->changes);
	reply_answer(x, &answer, &asked);
}

/* The booking that the request names, for its zone and its present times; NULL if it is not in
 * memory. */
static const struct booking *asked_booking(const struct exchange *x)
{
	return pole_booking(x->served->pole, request_booking(&x->request, "booking"));
}

struct asked asked_of_booking(const struct booking *b)
{
	return (struct asked){.booking = b, .n = b && b->n_items > 1 ? b->n_items : 0};
}

static void reply_move(struct exchange *x, int64_t now, struct ask_move *ask)
{
	struct asker who = asker_at(x, now);
	struct asked asked = asked_of_booking(pole_booking(x->served->pole, ask->booking));
	struct answer answer;

	if (asks_series(x)) {
		do_series_move(x, now, ask);
		return;
	}
	ask->alternatives = asked_alternatives(x);
	decide_move(x->served->pole, &who, ask, &x->arena, &answer, &x->changes);
	reply_answer(x, &answer, &asked);
}

/* Which item is meant, from 0; false: none is said. */
static bool requested_item(const struct exchange *x, uint32_t *ret)
{
	int64_t item = request_number(&x->request, "item", 0);

	if (item == 0)
		return false;
	*ret = (uint32_t)item - 1;
	return true;
}

/* What would be moved: the item that is meant, or all of the booking. */
static struct span present_span(const struct booking *b, const struct ask_move *ask)
{
	return ask->has_item && ask->item < b->n_items ? b->items[ask->item].span : b->span;
}

void do_move(struct exchange *x, int64_t now)
{
	const struct booking *b = asked_booking(x);
	const struct zone *z = b ? booking_zone(x->served, b) : exchange_policy(x)->zone;
	struct ask_move ask = {.booking = request_booking(&x->request, "booking"),
			       .unit = request_get(&x->request, "unit")};
	struct duration length;

	ask.has_item = requested_item(x, &ask.item);
	if (ask.has_item && b && ask.item < b->n_items)
		z = item_zone(x->served, b, ask.item);
	ask.has_start = request_moment(&x->request, "from", z, &ask.span.start);
	ask.has_end = request_moment(&x->request, "to", z, &ask.span.end);
	if (request_duration(&x->request, "for", &length)) {
		if (!ask.has_start && b)
			ask.span.start = present_span(b, &ask).start;
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
	if (b && asker_may_alter(x->served->pole, &who, b) && ask.span.end <= b->span.end) {
		reply_fail(x, CODE_NOT_LATER, NULL, 0);
		return;
	}
	reply_move(x, now, &ask);
}

void do_cancel(struct exchange *x, int64_t now)
{
	const struct pole *pole = x->served->pole;
	int64_t number = request_booking(&x->request, "booking");
	struct asked asked = asked_of_booking(asked_booking(x));
	struct asker who = asker_at(x, now);
	struct answer answer;
	uint32_t item;

	if (asks_series(x)) {
		do_series_cancel(x, now);
		return;
	}
	if (requested_item(x, &item))
		decide_give_back(pole, &who, number, item, &x->arena, &answer, &x->changes);
	else
		decide_cancel(pole, &who, number, &x->arena, &answer, &x->changes);
	reply_answer(x, &answer, &asked);
}
