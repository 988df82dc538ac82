/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SHOW and LIST. What is in memory is answered from there; the past before memory's floor and
 * bookings of which nothing is left (cancelled) come from the database.
 *
 * Without states, LIST is about what is open or was used. Of others only what occupies something:
 * that they wait is theirs to know.
 */

#include <stdlib.h>
#include <string.h>

#include "daemon/answer.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/store.h"
#include "daemon/verbs_parts.h"

#define LIST_DEFAULT 100
#define LIST_MAX 1000
#define NOBODY INT32_MAX
#define ROLES_SEE_ALL (ROLE_MANAGER | ROLE_COORDINATOR | ROLE_ADMINISTRATOR)

void reply_unavailable(struct exchange *x)
{
	struct line_writer w;

	buffer_reset(&x->reply);
	reply_code(x, &w, CODE_UNAVAILABLE, NULL, 0);
	line_int(&w, "retry", 2);
	line_end(&w);
}

static void show_end(struct exchange *x)
{
	struct line_writer w;

	reply_ok(x, &w);
	line_end(&w);
	exchange_finish(x);
}

static void write_note(struct exchange *x, const char *kind, const char *text, int64_t by,
		       int64_t at)
{
	const struct person *p = pole_person(x->served->pole, (uint32_t)by);
	struct line_writer w;

	reply_data(x, &w, "note");
	line_str(&w, "kind", kind);
	line_str(&w, "text", text);
	if (by)
		line_printf(&w, "by", "p%u", (uint32_t)by);
	if (p && *p->name)
		line_str(&w, "by-name", p->name);
	write_time(&w, "at", exchange_policy(x)->zone, at);
	line_end(&w);
}

/* Where the database is away, the booking is shown without its notes. */
static void noted(void *arg, enum db_outcome outcome, const struct db_rows *rows, const char *error)
{
	struct exchange *x = arg;

	for (size_t i = 0; outcome == DB_OK && i < db_n_rows(rows); i++)
		write_note(x, db_value(rows, i, 0), db_value(rows, i, 1), db_int(rows, i, 2),
			   db_int(rows, i, 3));
	show_end(x);
}

/* Notes come with a decision, a check-out, a return or a dispute. */
static bool may_have_notes(const struct booking *b)
{
	const struct details *d = booking_says(b);

	return d->decided_by || d->out_at || d->back_at || d->dispute;
}

static void show_one(struct exchange *x, const struct booking *b)
{
	const struct asker who = exchange_asker(x);
	struct db_params *p;

	write_booking(x, b);
	if (!may_have_notes(b) || !asker_sees_all(x->served->pole, &who, b)) {
		show_end(x);
		return;
	}
	p = db_params_new();
	db_param_int4(p, x->served->id);
	db_param_text(p, note_about_words[NOTE_BOOKING]);
	db_param_int8(p, b->number);
	db_query(x->server->reads, "notes_of", p, noted, x);
	db_params_free(p);
}

static int by_start(const void *a, const void *b)
{
	const struct booking *x = *(const struct booking *const *)a;
	const struct booking *y = *(const struct booking *const *)b;

	if (x->span.start != y->span.start)
		return x->span.start < y->span.start ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Those of its series that are meant; that they belong together is for those to know who may see
 * the one that is named in full. */
static void show_series(struct exchange *x, const struct booking *named,
			const struct booking *const *all, size_t n)
{
	struct asker who = exchange_asker(x);
	bool together = named->series && asker_sees_all(x->served->pole, &who, named);
	struct line_writer w;
	char code[16];
	int64_t shown = 0;

	for (size_t i = 0; i < n; i++) {
		bool meant = asked_scope(x) == SCOPE_ALL || all[i]->occurrence >= named->occurrence;

		if (all[i]->number != named->number && (!together || !meant))
			continue;
		write_booking(x, all[i]);
		shown++;
	}
	reply_ok(x, &w);
	if (together)
		line_str(&w, "series", booking_code(named->series, code, sizeof(code)));
	line_int(&w, "count", shown);
	line_end(&w);
}

/* Answers from memory, if the whole series is there. */
static bool show_remembered_series(struct exchange *x, const struct booking *named)
{
	const struct pole *pole = x->served->pole;
	const struct booking **all = arena_new_n(&x->arena, const struct booking *, SERIES_MAX);
	int64_t number = named->series ? named->series : named->number;
	int64_t end = named->series ? number + SERIES_MAX : number + 1;
	size_t n = 0;

	for (; number < end && number < pole_next_booking(pole); number++) {
		const struct booking *b = pole_booking(pole, number);

		if (!b)
			return false;
		if (b->number != named->number && b->series != named->series)
			break;
		all[n++] = b;
	}
	qsort(all, n, sizeof(*all), by_start);
	show_series(x, named, all, n);
	return true;
}

static void show_stored_series(struct exchange *x, const struct db_rows *rows)
{
	size_t n = db_n_rows(rows);
	struct booking **all = arena_new_n(&x->arena, struct booking *, n);
	const struct booking *named = NULL;

	for (size_t i = 0; i < n; i++) {
		all[i] = store_booking(rows, i);
		if (all[i]->number == request_booking(&x->request, "booking"))
			named = all[i];
	}
	show_series(x, named, (const struct booking *const *)all, n);
	for (size_t i = 0; i < n; i++)
		booking_unref(all[i]);
}

static void shown(void *arg, enum db_outcome outcome, const struct db_rows *rows, const char *error)
{
	struct exchange *x = arg;
	struct booking *b;

	if (outcome != DB_OK) {
		reply_unavailable(x);
	} else if (!db_n_rows(rows)) {
		reply_fail(x, CODE_UNKNOWN_BOOKING,
			   FILLS({"booking", request_get(&x->request, "booking")}));
	} else if (asked_scope(x) != SCOPE_ONE) {
		show_stored_series(x, rows);
	} else {
		b = store_booking(rows, 0);
		show_one(x, b);
		booking_unref(b);
		return;
	}
	exchange_finish(x);
}

void do_show(struct exchange *x)
{
	int64_t number = request_booking(&x->request, "booking");
	const struct booking *b = pole_booking(x->served->pole, number);
	bool several = asked_scope(x) != SCOPE_ONE;
	struct db_params *p;

	if (b && !several) {
		show_one(x, b);
		return;
	}
	if (b && show_remembered_series(x, b)) {
		exchange_finish(x);
		return;
	}
	p = db_params_new();
	db_param_int4(p, x->served->id);
	db_param_int8(p, number);
	if (several)
		db_param_int8(p, SERIES_MAX);
	db_query(x->server->reads, several ? "series_of_booking" : "booking_by_number", p, shown,
		 x);
	db_params_free(p);
}

/* Whether states are asked for in which a booking occupies nothing: those of others are not
 * "taken". */
static bool asks_for_ended(const char *states)
{
	bool ended = false;

	for (int i = 0; states && i < N_BOOKING_STATES; i++)
		ended |= !booking_state_occupies((enum booking_state)i) &&
			 strstr(states, booking_state_words[i]) != NULL;
	return ended;
}

/* What LIST asks for. Who made a booking, and what has been cancelled, is for those to know who may
 * see it in full: nobody learns it by filters. False: the reply is written. */
static bool listing_from(struct exchange *x, struct listing *ret)
{
	const struct pole *pole = x->served->pole;
	const struct person *self = pole_person(pole, x->person);
	const char *what = request_get(&x->request, "what");
	const char *member = request_get(&x->request, "member");
	const struct zone *z = asked_zone(x, what, NULL);
	int64_t most = request_number(&x->request, "count", LIST_DEFAULT);

	*ret = (struct listing){.window = {served_now(x->served), TIME_NEVER / 2}};
	request_moment(&x->request, "from", z, &ret->window.start);
	request_moment(&x->request, "to", z, &ret->window.end);
	ret->most = most > LIST_MAX ? LIST_MAX : (size_t)most;
	ret->person = request_person(&x->request, "person");
	ret->states = request_get(&x->request, "state");
	if (what) {
		ret->resource = pole_name_number(pole, NAME_RESOURCE, 0, what);
		if (!ret->resource) {
			reply_unknown_resource(x, what);
			return false;
		}
	}
	if (member) {
		ret->member = pole_name_number(pole, NAME_MEMBER, 0, member);
		if (!ret->member) {
			reply_fail(x, CODE_UNKNOWN_MEMBER, FILLS({"value", member}));
			return false;
		}
	} else if (!what && !ret->person && !request_yes(&x->request, "all")) {
		ret->member = self->member;
	}
	if ((ret->person || asks_for_ended(ret->states)) && !(self->roles & ROLES_SEE_ALL)) {
		if (ret->member && ret->member != self->member)
			ret->member = NOBODY;
		else
			ret->member = self->member ? self->member : NOBODY;
	}
	return true;
}

/* What is told without being asked for. */
static bool is_listed(enum booking_state s)
{
	return booking_state_occupies(s) || booking_state_is_open(s);
}

struct gathering {
	const struct listing *listing;
	const struct booking **found;
	size_t n, cap, of_this_resource;
	struct arena *arena;
};

/* Whether what this is for is asked about: a thing of the resource that is named, within the time.
 * A booking of several things is not listed for a time that lies between them. */
static bool is_meant(const struct listing *l, const struct booking *b, const struct allocation *a)
{
	const struct item *item = &b->items[a->item];

	return (!l->resource || item->resource == l->resource) &&
	       span_overlaps(item->span, l->window);
}

/* A booking with several lanes of a resource is listed once: for the first of them. */
static bool is_first_lane(const struct listing *l, const struct booking *b,
			  const struct allocation *a)
{
	for (const struct allocation *other = b->allocations; other < a; other++)
		if (other->resource == a->resource && booking_occupies(b, other) &&
		    span_overlaps(other->during, l->window) && is_meant(l, b, other))
			return false;
	return true;
}

static bool gather_one(void *arg, const struct booking *b, const struct allocation *a)
{
	struct gathering *g = arg;
	const struct listing *l = g->listing;

	if ((l->member && b->member != l->member) || (l->person && b->person != l->person) ||
	    !is_meant(l, b, a) || !is_first_lane(l, b, a))
		return true;
	if (g->n == g->cap)
		g->found =
		    arena_grow(g->arena, g->found, g->n, &g->cap, g->n + 1, sizeof(*g->found));
	g->found[g->n++] = b;
	return ++g->of_this_resource <= l->most;
}

static void gather_queue(const struct exchange *x, struct gathering *g)
{
	const struct listing *l = g->listing;
	const struct asker who = exchange_asker(x);
	const struct pole *pole = x->served->pole;
	const int64_t *queue;
	size_t n;

	queue = pole_queue(pole, &n);
	for (size_t i = 0; i < n; i++) {
		const struct booking *b = pole_booking(pole, queue[i]);

		if ((l->resource && b->resource != l->resource) ||
		    (l->member && b->member != l->member) ||
		    (l->person && b->person != l->person) || !span_overlaps(b->span, l->window) ||
		    !asker_sees_all(pole, &who, b))
			continue;
		if (g->n == g->cap)
			g->found = arena_grow(g->arena, g->found, g->n, &g->cap, g->n + 1,
					      sizeof(*g->found));
		g->found[g->n++] = b;
	}
}

static void list_end(struct exchange *x, size_t n, bool more)
{
	struct line_writer w;

	reply_ok(x, &w);
	line_int(&w, "count", (int64_t)n);
	if (more)
		line_str(&w, "more", "yes");
	line_end(&w);
}

static void list_memory(struct exchange *x, const struct listing *l)
{
	const struct pole *pole = x->served->pole;
	struct gathering g = {.listing = l, .arena = &x->arena};
	const struct resource *only = pole_resource(pole, l->resource);
	bool is_leaf = only && only->n_parts == 0;
	size_t n = 0, i;

	for (uint32_t r = 1; pole_name_id(pole, NAME_RESOURCE, 0, r); r++) {
		if (is_leaf && r != l->resource) /* the whole may have had other parts once */
			continue;
		g.of_this_resource = 0;
		pole_each_allocation(pole, r, l->window, gather_one, &g);
	}
	gather_queue(x, &g);
	if (g.n)
		qsort(g.found, g.n, sizeof(*g.found), by_start);
	for (i = 0; i < g.n && n < l->most; i++) {
		if (i && g.found[i] == g.found[i - 1])
			continue;
		write_booking(x, g.found[i]);
		n++;
	}
	list_end(x, n, i < g.n);
}

static void listed(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		   const char *error)
{
	struct exchange *x = arg;
	const struct pole *pole = x->served->pole;
	const struct asker who = exchange_asker(x);
	int64_t asked = request_number(&x->request, "count", LIST_DEFAULT);
	size_t most = asked > LIST_MAX ? LIST_MAX : (size_t)asked, n = 0;

	if (outcome != DB_OK) {
		reply_unavailable(x);
		exchange_finish(x);
		return;
	}
	for (size_t row = 0; row < db_n_rows(rows) && row < most; row++) {
		struct booking *b = store_booking(rows, row);

		if (booking_state_occupies(b->state) || asker_sees_all(pole, &who, b)) {
			write_booking(x, b);
			n++;
		}
		booking_unref(b);
	}
	list_end(x, n, db_n_rows(rows) > most);
	exchange_finish(x);
}

const char *states_text(struct arena *a, bool (*is_one)(enum booking_state s))
{
	const char *text = "";

	for (int i = 0; i < N_BOOKING_STATES; i++)
		if (is_one((enum booking_state)i))
			text = arena_printf(a, "%s%s%s", text, *text ? "," : "",
					    booking_state_words[i]);
	return text;
}

void listing_query(struct exchange *x, const struct listing *l, db_done_fn *done)
{
	struct db_params *p = db_params_new();
	const int64_t far =
	    INT64_C(253402300799); /* 9999-12-31: the last second PostgreSQL prints plainly */

	db_param_int4(p, x->served->id);
	db_param_int8(p, l->window.start);
	db_param_int8(p, l->window.end < far ? l->window.end : far);
	db_param_int4(p, (int32_t)l->resource);
	db_param_int4(p, (int32_t)l->member);
	db_param_int4(p, (int32_t)l->person);
	db_param_text(p, l->states ? l->states : states_text(&x->arena, is_listed));
	db_param_int8(p, (int64_t)l->most + 1);
	db_query(x->server->reads, "list_bookings", p, done, x);
	db_params_free(p);
}

void do_list(struct exchange *x)
{
	struct listing l;

	if (!listing_from(x, &l)) {
		exchange_finish(x);
	} else if (l.states || l.window.start < pole_floor(x->served->pole)) {
		listing_query(x, &l, listed);
	} else {
		list_memory(x, &l);
		exchange_finish(x);
	}
}
