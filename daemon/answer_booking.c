/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bookings as reply lines, in full or as others may see them; and what a decision on one granted.
 */

/*
 * What is granted is told when all that follows from it is decided (x->tell): what is freed is
 * given to others in the same commit, and that may move anyone to another unit, the booking itself
 * included.
 */

#include "daemon/answer.h"
#include "daemon/served.h"
#include "lib/queue.h"

void write_span(struct line_writer *w, const struct served *s, const struct booking *b, bool all)
{
	const struct zone *z = booking_zone(s, b);
	uint32_t first = first_item(b);
	const struct item *item = &b->items[first];

	line_str(w, "resource", booking_resource_id(s, b));
	write_units(w, s, "unit", b, first);
	if (item->quantity > 1)
		line_int(w, "qty", item->quantity);
	if (all && *item->having)
		line_str(w, "having", item->having);
	write_time(w, "from", z, b->span.start);
	write_time(w, "to", z, b->span.end);
	if (b->n_items > 1)
		line_int(w, "items", (int64_t)b->n_items);
}

static void write_item(struct exchange *x, const struct booking *b, uint32_t number, bool all)
{
	const struct served *s = x->served;
	const struct item *item = &b->items[number];
	const struct zone *z = item_zone(s, b, number);
	struct line_writer w;
	char code[16];

	reply_data(x, &w, "item");
	if (all && !x->request.dry)
		line_str(&w, "booking", booking_code(b->number, code, sizeof(code)));
	line_int(&w, "item", number + 1);
	line_str(&w, "state", item_state_words[item->state]);
	line_str(&w, "resource", pole_name_id(s->pole, NAME_RESOURCE, 0, item->resource));
	write_units(&w, s, "unit", b, number);
	line_int(&w, "qty", item->quantity);
	if (all && *item->having)
		line_str(&w, "having", item->having);
	write_time(&w, "from", z, item->span.start);
	write_time(&w, "to", z, item->span.end);
	line_str(&w, "via", item_via_words[item->via]);
	if (item->via != ITEM_ASKED)
		line_int(&w, "of", item->of + 1);
	line_end(&w);
}

void write_items(struct exchange *x, const struct booking *b, bool all)
{
	for (uint32_t i = 0; b->n_items > 1 && i < b->n_items; i++)
		write_item(x, b, i, all);
}

void write_head(struct exchange *x, struct line_writer *w, const struct booking *b, bool all)
{
	char code[16];

	if (all && (!x->request.dry || x->answer->was))
		line_str(w, "booking", booking_code(b->number, code, sizeof(code)));
	line_str(w, "state", booking_state_words[b->state]);
	write_span(w, x->served, b, all);
	line_str(w, "member", pole_name_id(x->served->pole, NAME_MEMBER, 0, b->member));
}

static void write_code(struct line_writer *w, const char *key, int64_t number)
{
	char code[16];

	if (number)
		line_str(w, key, booking_code(number, code, sizeof(code)));
}

static void write_number(struct line_writer *w, const char *key, int64_t n)
{
	if (n)
		line_int(w, key, n);
}

static void write_when(struct line_writer *w, const char *key, const struct zone *z, int64_t utc)
{
	if (utc)
		write_time(w, key, z, utc);
}

static void write_person_key(struct line_writer *w, const char *key, uint32_t number)
{
	if (number)
		line_printf(w, key, "p%u", number);
}

static void write_window(struct line_writer *w, const struct zone *z, struct span s)
{
	char from[40], to[40];

	if (!span_is_empty(s))
		line_printf(w, "within", "%s/%s", moment_format(s.start, z, from, sizeof(from)),
			    moment_format(s.end, z, to, sizeof(to)));
}

/* Of what is in the queue; the rest is kept for its history. */
void write_queue(struct exchange *x, struct line_writer *w, const struct booking *b,
		 struct turn turn)
{
	const struct details *d = booking_says(b);
	const struct zone *z = booking_zone(x->served, b);

	write_when(w, "queued-at", z, d->queued_at);
	write_window(w, z, d->within);
	write_number(w, "distance", d->distance_km);
	write_number(w, "people", d->people);
	if (turn.n) {
		line_int(w, "turn", (int64_t)turn.place);
		line_int(w, "of", (int64_t)turn.n);
	}
}

static void write_use(struct exchange *x, struct line_writer *w, const struct booking *b)
{
	const struct details *d = booking_says(b);
	const struct zone *z = booking_zone(x->served, b);

	write_when(w, "out-at", z, d->out_at);
	write_when(w, "back-at", z, d->back_at);
	write_person_key(w, "used-by", d->used_by);
	if (d->has_meter_out)
		line_str(w, "meter-out", text_reading(&x->arena, d->meter_out));
	if (d->has_meter_back)
		line_str(w, "meter-back", text_reading(&x->arena, d->meter_back));
}

/* Who displaced it: as a member to all who see this booking, its code to who may see that. */
static void write_displaced(struct exchange *x, struct line_writer *w, int64_t number)
{
	const struct pole *pole = x->served->pole;
	const struct asker who = exchange_asker(x);
	const struct booking *by = number ? pole_booking(pole, number) : NULL;

	if (!by)
		return;
	line_str(w, "displaced-by-member", pole_name_id(pole, NAME_MEMBER, 0, by->member));
	if (asker_sees_all(pole, &who, by))
		write_code(w, "displaced-by", number);
}

static void write_details(struct exchange *x, struct line_writer *w, const struct booking *b,
			  struct turn turn)
{
	const struct details *d = booking_says(b);

	if (booking_state_is_open(b->state))
		write_when(w, "due-at", booking_zone(x->served, b), b->due_at);
	write_queue(x, w, b, turn);
	write_use(x, w, b);
	write_person_key(w, "decided-by", d->decided_by);
	write_number(w, "owes", d->forfeit);
	if (d->waived)
		line_str(w, "waived", "yes");
	if (d->dispute)
		line_str(w, "dispute", dispute_words[d->dispute]);
	write_code(w, "swap-with", d->swap_with);
	write_displaced(x, w, d->displaced_by);
	write_number(w, "outage", d->outage);
}

/* Of what is in memory, as the pole has it now. */
struct turn booking_turn(struct exchange *x, const struct booking *b)
{
	const struct pole *pole = x->served->pole;

	if (!booking_state_queues(b->state) || pole_booking(pole, b->number) != b)
		return (struct turn){0, 0};
	return queue_turn(pole, b, served_now(x->served), &x->arena);
}

const struct booking *booking_now(const struct exchange *x, const struct booking *b)
{
	const struct booking *now = b;

	for (size_t i = 0; i < x->changes.n; i++) {
		const struct change *c = &x->changes.items[i];

		if (c->kind == CHANGE_BOOKING && c->booking.after->number == b->number)
			now = c->booking.after;
	}
	return now;
}

/* The booking that the first change of this command found, and the last left, of what `c` is about;
 * false: `c` is not the first. */
static bool whole_change(const struct changes *all, const struct change *c,
			 const struct booking **ret_was, const struct booking **ret_now)
{
	int64_t number = c->booking.after->number;

	for (const struct change *e = all->items; e < c; e++)
		if (e->kind == CHANGE_BOOKING && e->booking.after->number == number)
			return false;
	*ret_was = c->booking.before;
	*ret_now = c->booking.after;
	for (const struct change *l = c; l < all->items + all->n; l++)
		if (l->kind == CHANGE_BOOKING && l->booking.after->number == number)
			*ret_now = l->booking.after;
	return true;
}

static void write_place(struct exchange *x, struct line_writer *w, const struct booking *was)
{
	const struct zone *z = booking_zone(x->served, was);

	write_time(w, "was-from", z, was->span.start);
	write_time(w, "was-to", z, was->span.end);
	write_units(w, x->served, "was-unit", was, first_item(was));
}

static void write_one_moved(struct exchange *x, enum cause cause, const struct booking *was,
			    const struct booking *b)
{
	const struct asker who = exchange_asker(x);
	struct line_writer w;

	reply_data(x, &w, "moved");
	line_str(&w, "cause", cause_words[cause]);
	if (asker_sees_all(x->served->pole, &who, b))
		write_code(&w, "booking", b->number);
	line_str(&w, "state", booking_state_words[b->state]);
	write_span(&w, x->served, b, false);
	if (was->resource != b->resource)
		line_str(&w, "was-resource", booking_resource_id(x->served, was));
	write_place(x, &w, was);
	write_member(&w, x->served, b->member);
	line_end(&w);
}

void write_moved(struct exchange *x, int64_t except)
{
	for (size_t i = 0; i < x->changes.n; i++) {
		const struct change *c = &x->changes.items[i];
		const struct booking *was, *now;

		if (c->kind != CHANGE_BOOKING || c->booking.after->number == except ||
		    !whole_change(&x->changes, c, &was, &now) || !was ||
		    !booking_state_occupies(was->state))
			continue;
		if (c->cause == CAUSE_DISPLACED || c->cause == CAUSE_REPLACED ||
		    c->cause == CAUSE_DELAYED)
			write_one_moved(x, now->state == was->state ? CAUSE_REPLACED : c->cause,
					was, now);
	}
}

/* MOVE, EXTEND and what is left of a CANCEL say where it was; others only if it is elsewhere now.
 */
static bool tells_where_it_was(const struct exchange *x, const struct booking *was,
			       const struct booking *b)
{
	enum verb_id verb = x->request.verb->id;

	if (verb == VERB_MOVE || verb == VERB_EXTEND)
		return true;
	if (verb == VERB_CANCEL)
		return b->state == was->state;
	return !span_equals(was->span, b->span);
}

static void tell_granted(struct exchange *x)
{
	const struct answer *answer = x->answer;
	const struct booking *b = booking_now(x, answer->booking), *was = answer->was;
	const struct asker who = exchange_asker(x);
	bool all = asker_sees_all(x->served->pole, &who, b);
	struct turn turn = answer->turn.n ? answer->turn : booking_turn(x, b);
	struct line_writer w;

	write_reasons(x, answer, x->asked);
	write_items(x, b, all);
	write_moved(x, b->number);
	reply_ok(x, &w);
	write_head(x, &w, b, all);
	if (answer->approval) {
		line_str(&w, "rule", answer->approval->name);
		write_rule_place(&w, answer->approval->place);
	}
	if (all)
		write_details(x, &w, b, turn);
	if (was && tells_where_it_was(x, was, b))
		write_place(x, &w, was);
	if (b == was)
		line_str(&w, "unchanged", "yes");
	line_end(&w);
}

void reply_answer(struct exchange *x, const struct answer *answer, const struct asked *asked)
{
	struct answer *kept = arena_new_n(&x->arena, struct answer, 1);
	struct asked *kept_asked = arena_new_n(&x->arena, struct asked, 1);

	if (!answer->booking) {
		write_refused(x, answer, asked);
		return;
	}
	*kept = *answer;
	*kept_asked = *asked;
	x->answer = kept;
	x->asked = kept_asked;
	x->tell = tell_granted;
}

static void write_persons(struct line_writer *w, const struct served *s, const struct booking *b)
{
	const struct person *p = pole_person(s->pole, b->person);

	line_printf(w, "person", "p%u", b->person);
	if (p && *p->name)
		line_str(w, "person-name", p->name);
	if (*b->purpose)
		line_str(w, "purpose", b->purpose);
	if (b->made_by && b->made_by != b->person)
		line_printf(w, "by", "p%u", b->made_by);
}

/* CAUSE_NONE: none is told. */
void write_booking_cause(struct exchange *x, const struct booking *b, enum cause cause)
{
	const struct served *s = x->served;
	struct asker who = exchange_asker(x);
	bool all = asker_sees_all(s->pole, &who, b);
	struct line_writer w;

	reply_data(x, &w, "booking");
	if (cause != CAUSE_NONE)
		line_str(&w, "cause", cause_words[cause]);
	if (all)
		write_code(&w, "booking", b->number);
	line_str(&w, "state", booking_state_words[b->state]);
	write_span(&w, s, b, all);
	write_member(&w, s, b->member);
	if (all) {
		write_persons(&w, s, b);
		write_time(&w, "made-at", booking_zone(s, b), b->made_at);
		write_when(&w, "ended-at", booking_zone(s, b), b->ended_at);
		write_details(x, &w, b, booking_turn(x, b));
	}
	if (all && b->series) {
		write_code(&w, "series", b->series);
		write_time(&w, "occurrence", booking_zone(s, b), b->occurrence);
	}
	line_end(&w);
	write_items(x, b, all);
}

void write_booking(struct exchange *x, const struct booking *b)
{
	write_booking_cause(x, b, CAUSE_NONE);
}
