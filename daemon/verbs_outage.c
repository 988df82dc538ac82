/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OUTAGE, REOPEN, OUTAGES: what is out of service, and for how long. Bookings that stand in the way
 * of an outage are told to whoever declares it, and stay. */

#include "daemon/answer.h"
#include "daemon/served.h"
#include "daemon/verbs_parts.h"

#define HIT_MAX 100

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
	line_str(w, "resource", pole_name_id(s->pole, NAME_RESOURCE, 0, o->resource));
	line_str(w, "unit",
		 u	   ? unit_word(r, u)
		 : o->lane ? pole_name_id(s->pole, NAME_UNIT, o->resource, o->lane)
			   : NULL);
	write_time(w, "from", z, o->span.start);
	if (o->span.end != TIME_NEVER)
		write_time(w, "to", z, o->span.end);
}

struct hits { /* bookings that stand where it is out of service */
	struct exchange *x;
	const struct outage *outage;
	const struct booking *last;
	int64_t n;
};

static bool write_hit(void *arg, const struct booking *b, const struct allocation *a)
{
	struct hits *h = arg;
	const struct item *item = &b->items[a->item];

	if (b == h->last || (h->outage->lane && a->lane != h->outage->lane) ||
	    !span_overlaps(item->span, h->outage->span))
		return true;
	h->last = b;
	if (h->n++ < HIT_MAX)
		write_booking(h->x, b);
	return true;
}

static void reply_outage(struct exchange *x, const struct outage *o)
{
	struct hits hits = {.x = x, .outage = o};
	struct line_writer w;

	if (!o->lifted_at)
		pole_each_allocation(x->served->pole, o->resource, o->span, write_hit, &hits);
	reply_ok(x, &w);
	write_outage(&w, x->served, o);
	if (o->lifted_at)
		write_time(&w, "lifted-at", outage_zone(x->served, o), o->lifted_at);
	else
		line_int(&w, "bookings", hits.n);
	line_end(&w);
}

void do_outage(struct exchange *x, int64_t now)
{
	const char *what = request_get(&x->request, "what"),
		   *unit = request_get(&x->request, "unit");
	struct outage o = {.number = pole_next_outage(x->served->pole),
			   .made_by = x->person,
			   .made_at = now,
			   .span = {now, TIME_NEVER}};
	const struct resource *r;
	const struct unit *u = NULL;
	struct duration length;
	enum reason reason = decide_resolve(x->served->pole, what, unit, &r, &u);
	const struct zone *z = asked_zone(x, what, unit);

	if (reason == REASON_UNKNOWN_RESOURCE)
		reply_unknown_resource(x, what);
	else if (reason)
		reply_fail(x, code_of_reason(reason),
			   FILLS({"what", r ? r->name : what}, {"value", unit}));
	if (reason)
		return;
	o.resource = r->number;
	o.lane = u && r->n_parts == 0 && r->n_units > 1 ? u->lane : 0;
	request_moment(&x->request, "from", z, &o.span.start);
	if (!request_moment(&x->request, "to", z, &o.span.end) &&
	    request_duration(&x->request, "for", &length))
		o.span.end = duration_after(length, z, o.span.start);
	if (span_is_empty(o.span) || o.span.end <= now) {
		reply_fail(x, span_is_empty(o.span) ? CODE_EMPTY_SPAN : CODE_PAST, NULL, 0);
		return;
	}
	changes_add_outage(&x->changes, NULL, &o);
	reply_outage(x, &o);
}

void do_reopen(struct exchange *x, int64_t now)
{
	int64_t number = request_number(&x->request, "outage", 0);
	const struct outage *was = pole_outage(x->served->pole, number);
	struct outage o;

	if (!was) {
		reply_fail(x, CODE_UNKNOWN_OUTAGE,
			   FILLS({"value", request_get(&x->request, "outage")}));
		return;
	}
	o = *was;
	o.lifted_at = now;
	changes_add_outage(&x->changes, was, &o);
	reply_outage(x, &o);
}

void do_outages(struct exchange *x)
{
	const char *what = request_get(&x->request, "what");
	const struct resource *only = NULL;
	const struct unit *unit;
	const struct outage *all;
	struct line_writer w;
	int64_t count = 0;
	size_t n;

	if (what && decide_resolve(x->served->pole, what, NULL, &only, &unit) != REASON_NONE) {
		reply_unknown_resource(x, what);
		return;
	}
	all = pole_outages(x->served->pole, &n);
	for (size_t i = 0; i < n; i++) {
		if ((only && all[i].resource != only->number) ||
		    all[i].span.end <= served_now(x->served))
			continue;
		reply_data(x, &w, "outage");
		write_outage(&w, x->served, &all[i]);
		line_printf(&w, "by", "p%u", all[i].made_by);
		write_time(&w, "made-at", outage_zone(x->served, &all[i]), all[i].made_at);
		line_end(&w);
		count++;
	}
	reply_ok(x, &w);
	line_int(&w, "count", count);
	line_end(&w);
}
