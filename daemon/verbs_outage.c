/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OUTAGE, CLOSE, REOPEN, OUTAGES: what is out of service or closed, and for how long; and what
 * becomes of the bookings that stand in it. */

#include "daemon/answer.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/verbs_parts.h"
#include "lib/decide_outage.h"

#define CONCERNED_MAX 200

static const struct zone *outage_zone(const struct served *s, const struct outage *o)
{
	const struct resource *r = pole_resource(s->pole, o->resource);
	const struct unit *u = r && o->lane ? resource_lane(r, o->lane) : NULL;

	return u ? u->site->zone : r ? r->site->zone : pole_policy(s->pole)->zone;
}

static void write_outage(struct line_writer *w, const struct served *s, const struct outage *o)
{
	const struct resource *r = pole_resource(s->pole, o->resource);
	const struct unit *u = r && o->lane ? resource_lane(r, o->lane) : NULL;
	const struct zone *z = outage_zone(s, o);

	line_int(w, "outage", o->number);
	line_str(w, "kind", o->is_closure ? "closure" : "outage");
	line_str(w, "resource", pole_name_id(s->pole, NAME_RESOURCE, 0, o->resource));
	line_str(w, "unit",
		 u	   ? unit_word(r, u)
		 : o->lane ? pole_name_id(s->pole, NAME_UNIT, o->resource, o->lane)
			   : NULL);
	write_time(w, "from", z, o->span.start);
	if (o->span.end != TIME_NEVER)
		write_time(w, "to", z, o->span.end);
}

/* The outage that this command made or lifted. */
static const struct outage *changed_outage(const struct exchange *x)
{
	for (size_t i = 0; i < x->changes.n; i++)
		if (x->changes.items[i].kind == CHANGE_OUTAGE)
			return &x->changes.items[i].outage.after;
	return NULL;
}

/* Whether `c` is the last change of its booking. */
static bool is_last_of_booking(const struct changes *all, const struct change *c)
{
	for (const struct change *l = c + 1; l < all->items + all->n; l++)
		if (l->kind == CHANGE_BOOKING &&
		    l->booking.after->number == c->booking.after->number)
			return false;
	return true;
}

/* What became of those that stood in the way, or got their own back. */
static int64_t write_concerned(struct exchange *x)
{
	int64_t n = 0;

	for (size_t i = 0; i < x->changes.n; i++) {
		const struct change *c = &x->changes.items[i];

		if (c->kind == CHANGE_BOOKING && is_last_of_booking(&x->changes, c) &&
		    ++n <= CONCERNED_MAX)
			write_booking_cause(x, c->booking.after, c->cause);
	}
	return n;
}

static void tell_outage(struct exchange *x)
{
	const struct outage *o = changed_outage(x);
	int64_t n = write_concerned(x);
	struct line_writer w;

	reply_ok(x, &w);
	write_outage(&w, x->served, o);
	if (o->lifted_at)
		write_time(&w, "lifted-at", outage_zone(x->served, o), o->lifted_at);
	line_int(&w, "bookings", n);
	line_end(&w);
}

/* Hours are those of all units. */
static void refuse_unit(struct exchange *x, const char *what, const char *example)
{
	struct line_writer w;

	reply_code(x, &w, CODE_BAD_VALUE,
		   FILLS({"key", "what"}, {"value", what}, {"example", example}));
	line_str(&w, "key", "what");
	line_str(&w, "value", what);
	line_str(&w, "example", example);
	line_end(&w);
}

static void refuse(struct exchange *x, const struct outage_answer *a)
{
	const char *what = request_get(&x->request, "what");

	if (a->reason == REASON_UNKNOWN_RESOURCE)
		reply_unknown_resource(x, what);
	else if (a->outage.lane && a->outage.is_closure)
		refuse_unit(x, what, a->resource->id);
	else
		reply_fail(x, code_of_reason(a->reason),
			   FILLS({"what", a->resource ? a->resource->name : what},
				 {"value", request_get(&x->request, "unit")},
				 {"verb", x->request.verb->word}));
}

static void declare(struct exchange *x, int64_t now, bool is_closure)
{
	const struct asker who = asker_at(x, now);
	struct ask_outage ask = {.what = request_get(&x->request, "what"),
				 .unit = request_get(&x->request, "unit"),
				 .span = {now, TIME_NEVER},
				 .is_closure = is_closure,
				 .reason = request_get(&x->request, "reason")};
	const struct zone *z = asked_zone(x, ask.what, ask.unit);
	struct outage_answer answer;
	struct duration length;

	request_moment(&x->request, "from", z, &ask.span.start);
	if (!request_moment(&x->request, "to", z, &ask.span.end) &&
	    request_duration(&x->request, "for", &length))
		ask.span.end = duration_after(length, z, ask.span.start);
	decide_outage(x->served->pole, &who, &ask, &x->arena, &answer, &x->changes);
	if (answer.reason)
		refuse(x, &answer);
	else
		x->tell = tell_outage;
}

void do_outage(struct exchange *x, int64_t now)
{
	declare(x, now, false);
}

void do_close(struct exchange *x, int64_t now)
{
	declare(x, now, true);
}

void do_reopen(struct exchange *x, int64_t now)
{
	const struct asker who = asker_at(x, now);
	struct outage_answer answer;

	decide_reopen(x->served->pole, &who, request_number(&x->request, "outage", 0), &answer,
		      &x->changes);
	if (answer.reason == REASON_UNKNOWN_BOOKING)
		reply_fail(x, CODE_UNKNOWN_OUTAGE,
			   FILLS({"value", request_get(&x->request, "outage")}));
	else if (answer.reason)
		refuse(x, &answer);
	else
		x->tell = tell_outage;
}

/* What OUTAGES is about. False: no such resource, and the reply is written. */
static bool asked_resource_only(struct exchange *x, const struct resource **ret)
{
	const char *what = request_get(&x->request, "what");
	const struct unit *unit;

	*ret = NULL;
	if (!what || decide_resolve(x->served->pole, what, NULL, ret, &unit) == REASON_NONE)
		return true;
	reply_unknown_resource(x, what);
	return false;
}

/* rows: number, text of each that has a reason; NULL: the database is away. */
static const char *reason_of(const struct db_rows *rows, int64_t number)
{
	for (size_t i = 0; rows && i < db_n_rows(rows); i++)
		if (db_int(rows, i, 0) == number)
			return db_value(rows, i, 1);
	return NULL;
}

static void write_outages(struct exchange *x, const struct resource *only,
			  const struct db_rows *reasons)
{
	const struct outage *all;
	struct line_writer w;
	int64_t count = 0;
	size_t n;

	all = pole_outages(x->served->pole, &n);
	for (const struct outage *o = all; o < all + n; o++) {
		if ((only && o->resource != only->number) || o->span.end <= served_now(x->served))
			continue;
		reply_data(x, &w, "outage");
		write_outage(&w, x->served, o);
		line_printf(&w, "by", "p%u", o->made_by);
		write_time(&w, "made-at", outage_zone(x->served, o), o->made_at);
		line_str(&w, "reason", reason_of(reasons, o->number));
		line_end(&w);
		count++;
	}
	reply_ok(x, &w);
	line_int(&w, "count", count);
	line_end(&w);
}

static void reasons_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
			 const char *error)
{
	struct exchange *x = arg;
	const struct resource *only;

	if (asked_resource_only(x, &only))
		write_outages(x, only, outcome == DB_OK ? rows : NULL);
	exchange_finish(x);
}

void do_outages(struct exchange *x)
{
	const struct resource *only;
	struct db_params *p;

	if (!asked_resource_only(x, &only)) {
		exchange_finish(x);
		return;
	}
	p = db_params_new();
	db_param_int4(p, x->served->id);
	db_query(x->server->reads, "outage_reasons", p, reasons_read, x);
	db_params_free(p);
}
