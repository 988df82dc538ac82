/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OFFERS: what is offered to the asker's member, and its places in the queue with those before it.
 */

#include <stdio.h>

#include "daemon/served.h"
#include "daemon/verbs_parts.h"
#include "lib/queue.h"

#define AHEAD_MAX 16

/* Which bookings are meant; 0: all. */
struct offers {
	struct exchange *x;
	struct asker who;
	uint32_t resource, member;
	int64_t n_offers, n_waiting;
};

static const char *member_name(const struct pole *pole, uint32_t number)
{
	const struct member *m = pole_member(pole, number);

	return m ? m->name : pole_name_id(pole, NAME_MEMBER, 0, number);
}

const char *ahead_text(struct exchange *x, const struct queue_entry *e)
{
	static const char *const forms[N_LANGUAGES][TURN_FIRST_COME + 1] = {
	    [LANG_EN] = {[TURN_DISPLACED] =
			     "%s had a place and lost it through no fault of its own",
			 [TURN_CLASS] = "%s before %s: its class comes first",
			 [TURN_FLOOR] = "%s before %s: it has used very little so far",
			 [TURN_LEAST_RECENT] = "%s before %s: its last use lies further back",
			 [TURN_DISTANCE] = "%s before %s: it goes further",
			 [TURN_PEOPLE] = "%s before %s: it is for more people",
			 [TURN_FIRST_COME] = "%s before %s: it asked first"},
	    [LANG_FR] = {[TURN_DISPLACED] = "%s avait sa place et l'a perdue sans y être pour rien",
			 [TURN_CLASS] = "%s avant %s : sa classe passe d'abord",
			 [TURN_FLOOR] = "%s avant %s : très peu d'usage jusqu'ici",
			 [TURN_LEAST_RECENT] = "%s avant %s : son dernier usage est plus ancien",
			 [TURN_DISTANCE] = "%s avant %s : son trajet est plus long",
			 [TURN_PEOPLE] = "%s avant %s : pour plus de personnes",
			 [TURN_FIRST_COME] = "%s avant %s : a demandé d'abord"},
	};
	static const char *const fair[N_LANGUAGES] = {
	    [LANG_EN] = "%s before %s: %.2f of its share used, against %.2f",
	    [LANG_FR] = "%s avant %s : %.2f de sa part utilisée, contre %.2f"};
	const struct pole *pole = x->served->pole;
	const char *first = member_name(pole, e[0].booking->member);
	const char *next = member_name(pole, e[1].booking->member);

	if (e->why == TURN_FAIR_SHARE)
		return arena_printf(&x->arena, fair[x->lang], first, next, e[0].ratio, e[1].ratio);
	return arena_printf(&x->arena, forms[x->lang][e->why], first, next);
}

static void write_ahead(struct exchange *x, const struct asker *who, const struct booking *of,
			const struct queue_entry *e, size_t turn)
{
	struct line_writer w;
	char code[16];

	reply_data(x, &w, "ahead");
	line_str(&w, "booking-of", booking_code(of->number, code, sizeof(code)));
	line_int(&w, "turn", (int64_t)turn);
	write_member(&w, x->served, e->booking->member);
	if (asker_sees_all(x->served->pole, who, e->booking))
		line_str(&w, "booking", booking_code(e->booking->number, code, sizeof(code)));
	line_str(&w, "why", turn_why_words[e->why]);
	line_printf(&w, "share", "%.2f", e->ratio);
	line_str(&w, "text", ahead_text(x, e));
	line_end(&w);
}

static void write_all_ahead(struct offers *o, const struct booking *b)
{
	struct queue_entry *queue;
	size_t n;

	queue_around(o->x->served->pole, b, o->who.now, &o->x->arena, &queue, &n);
	for (size_t i = 0; i + 1 < n && i < AHEAD_MAX && queue[i].booking != b; i++)
		write_ahead(o->x, &o->who, b, &queue[i], i + 1);
}

static void write_one(struct offers *o, const struct booking *b)
{
	struct exchange *x = o->x;
	bool waits = booking_state_queues(b->state);
	const struct zone *z = booking_zone(x->served, b);
	struct line_writer w;

	reply_data(x, &w, waits ? "waiting" : "offer");
	write_head(x, &w, b, true);
	write_queue(x, &w, b, booking_turn(x, b));
	if (b->due_at)
		write_time(&w, "due-at", z, b->due_at);
	line_end(&w);
	write_items(x, b, true);
	if (waits)
		write_all_ahead(o, b);
	if (waits)
		o->n_waiting++;
	else
		o->n_offers++;
}

static bool is_meant(const struct offers *o, const struct booking *b)
{
	const struct pole *pole = o->x->served->pole;

	return (!o->resource || b->resource == o->resource) &&
	       (!o->member || b->member == o->member) &&
	       (booking_state_queues(b->state) || booking_is_offer(b)) &&
	       asker_sees_all(pole, &o->who, b);
}

/* Whose: the asker's own member's, unless another or all are asked for. False: the reply is
 * written. */
static bool asked_member(struct exchange *x, uint32_t *ret)
{
	const struct pole *pole = x->served->pole;
	const char *member = request_get(&x->request, "member");

	*ret = request_yes(&x->request, "all") ? 0 : pole_person(pole, x->person)->member;
	if (!member)
		return true;
	*ret = pole_name_number(pole, NAME_MEMBER, 0, member);
	if (!*ret)
		reply_fail(x, CODE_UNKNOWN_MEMBER, FILLS({"value", member}));
	return *ret != 0;
}

static bool write_if_offer(void *arg, const struct booking *b)
{
	struct offers *o = arg;

	if (b->state == BOOKING_HELD && is_meant(o, b))
		write_one(o, b);
	return true;
}

/* Offers are among what is ahead of each member. */
static void write_offers(struct offers *o)
{
	const struct pole *pole = o->x->served->pole;
	const struct span ahead = {o->who.now, TIME_NEVER};

	for (uint32_t m = 1; pole_name_id(pole, NAME_MEMBER, 0, m); m++)
		if (!o->member || m == o->member)
			pole_each_of_member(pole, m, o->resource, ahead, write_if_offer, o);
	if (!o->member)
		pole_each_of_member(pole, 0, o->resource, ahead, write_if_offer, o);
}

void do_offers(struct exchange *x)
{
	const struct pole *pole = x->served->pole;
	const char *what = request_get(&x->request, "what");
	struct offers o = {.x = x, .who = exchange_asker(x)};
	const int64_t *queue;
	struct line_writer w;
	size_t n;

	if (what && !(o.resource = pole_name_number(pole, NAME_RESOURCE, 0, what))) {
		reply_unknown_resource(x, what);
		return;
	}
	if (!asked_member(x, &o.member))
		return;
	write_offers(&o);
	queue = pole_queue(pole, &n);
	for (size_t i = 0; i < n; i++)
		if (is_meant(&o, pole_booking(pole, queue[i])))
			write_one(&o, pole_booking(pole, queue[i]));
	reply_ok(x, &w);
	line_int(&w, "offers", o.n_offers);
	line_int(&w, "waiting", o.n_waiting);
	line_end(&w);
}
