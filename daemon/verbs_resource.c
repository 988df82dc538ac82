/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RESOURCES, FIND, AGENDA: what there is and when it is free. */

#include <stdio.h>
#include <string.h>

#include "daemon/answer.h"
#include "daemon/calendar_text.h"
#include "daemon/policy_diff.h"
#include "daemon/served.h"
#include "daemon/store.h"
#include "daemon/verbs_parts.h"

#define FIND_DEFAULT 20
#define AGENDA_MAX_DAYS 100
#define BUFFER_MAX_S (31 * DAY_S) /* none is longer: see load_bookings.sql */

static void write_duration(struct line_writer *w, const char *key, struct duration d)
{
	char text[32];

	if (!duration_is_zero(d))
		line_str(w, key, duration_format(d, text, sizeof(text)));
}

static bool rule_is_plain_for(const struct rule *rule, const struct resource *r)
{
	if (rule->n_classes)
		return false;
	for (size_t i = 0; i < rule->n_resources; i++)
		if (rule->resources[i] == r)
			return true;
	return false;
}

/* The limits that hold for everyone who books `r`. */
static void write_limits(struct line_writer *w, const struct policy *policy,
			 const struct resource *r)
{
	for (const struct rule *rule = policy->rules; rule < policy->rules + policy->n_rules;
	     rule++) {
		const struct limit *l = &rule->limit;

		if (!rule_is_plain_for(rule, r))
			continue;
		switch (l->kind) {
		case LIMIT_DURATION:
			write_duration(w, "min", l->duration.min);
			write_duration(w, "max", l->duration.max);
			write_duration(w, "step", l->duration.step);
			break;
		case LIMIT_START:
			write_duration(w, "start", (struct duration){.seconds = l->start_every_s});
			break;
		case LIMIT_LEAD:
			write_duration(w, "lead", l->lead);
			break;
		case LIMIT_HORIZON:
			write_duration(w, "horizon", l->horizon);
			break;
		case LIMIT_SLOTS: /* said by the refusal that they cause */
		case LIMIT_RECURRENCE:
		case N_LIMIT_KINDS:
			break;
		}
	}
}

static void write_having(struct line_writer *w, const struct attribute *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		line_printf(w, "having", "%s:%s", a[i].key, a[i].value);
}

static size_t lanes_in_service(const struct resource *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_units; i++)
		n += r->units[i].in_service;
	return n;
}

static void write_resource(struct exchange *x, const struct resource *r)
{
	struct line_writer w;

	reply_data(x, &w, "resource");
	line_str(&w, "name", r->id);
	line_str(&w, "title", r->name);
	line_str(&w, "kind", resource_kind_words[r->kind]);
	line_str(&w, "site", r->site->id);
	line_int(&w, "lanes", (int64_t)lanes_in_service(r));
	line_str(&w, "owner", r->owner ? r->owner->id : NULL);
	line_str(&w, "hours", hours_text(&x->arena, &r->hours.usual));
	line_str(&w, "hand-over",
		 r->hand_over ? hours_text(&x->arena, &r->hand_over->usual) : NULL);
	write_limits(&w, exchange_policy(x), r);
	write_duration(&w, "buffer-before", r->buffer_before);
	write_duration(&w, "buffer-after", r->buffer_after);
	write_having(&w, r->attributes, r->n_attributes);
	line_end(&w);
	for (size_t i = 0; i < r->n_units; i++) {
		const struct unit *u = &r->units[i];

		if (!u->in_service || !unit_word(r, u))
			continue;
		reply_data(x, &w, "unit");
		line_str(&w, "resource", r->id);
		line_str(&w, "unit", u->id);
		line_str(&w, "site", u->site->id);
		line_str(&w, "owner", u->owner ? u->owner->id : NULL);
		write_having(&w, u->attributes, u->n_attributes);
		line_end(&w);
	}
}

void do_resources(struct exchange *x)
{
	const char *what = request_get(&x->request, "what");
	const struct policy *policy = exchange_policy(x);
	const struct resource *only = NULL;
	const struct unit *unit;
	struct line_writer w;
	int64_t n = 0;

	if (what && decide_resolve(x->served->pole, what, NULL, &only, &unit) != REASON_NONE) {
		reply_unknown_resource(x, what);
		return;
	}
	for (const struct resource *r = policy->resources;
	     r < policy->resources + policy->n_resources; r++) {
		if (only && r != only)
			continue;
		write_resource(x, r);
		n++;
	}
	reply_ok(x, &w);
	line_int(&w, "count", n);
	line_end(&w);
}

static void write_found(struct exchange *x, const struct found *f)
{
	const struct zone *z = f->unit ? f->unit->site->zone : f->resource->site->zone;
	struct line_writer w;

	reply_data(x, &w, "free");
	line_str(&w, "resource", f->resource->id);
	line_str(&w, "unit", unit_word(f->resource, f->unit));
	write_time(&w, "from", z, f->span.start);
	write_time(&w, "to", z, f->span.end);
	line_end(&w);
}

void do_find(struct exchange *x)
{
	struct asker who = exchange_asker(x);
	size_t most = (size_t)request_number(&x->request, "count", FIND_DEFAULT), n;
	struct ask_book ask = asked_book(x);
	struct answer answer;
	struct found *found;
	struct line_writer w;

	decide_find(x->served->pole, &who, &ask, most, &x->arena, &answer, &found, &n);
	if (answer.n_refusals && answer.refusals[0].reason == REASON_UNKNOWN_RESOURCE) {
		write_refused(x, &answer, ask.what);
		return;
	}
	for (size_t i = 0; i < n; i++)
		write_found(x, &found[i]);
	if (!n)
		write_reasons(x, &answer, ask.what);
	reply_ok(x, &w);
	line_int(&w, "count", (int64_t)n);
	line_end(&w);
}

/* AGENDA */

struct agenda {
	struct exchange *x;
	const struct resource *resource;
	struct asker who;
	int64_t n;
};

static void write_lanes(struct exchange *x, const struct resource *r)
{
	struct line_writer w;

	reply_data(x, &w, "resource");
	line_str(&w, "name", r->id);
	line_str(&w, "title", r->name);
	line_str(&w, "zone", zone_name(r->site->zone));
	line_end(&w);
	for (size_t i = 0; i < r->n_units; i++) {
		if (!r->units[i].in_service)
			continue;
		reply_data(x, &w, "lane");
		line_str(&w, "resource", r->id);
		line_int(&w, "lane", r->units[i].lane);
		line_str(&w, "unit", unit_word(r, &r->units[i]));
		line_end(&w);
	}
}

/* Of the asker's own member. */
static uint32_t asker_works_on(struct exchange *x)
{
	const struct person *p = exchange_asker(x).person;
	const struct member *m = p ? pole_member(x->served->pole, p->member) : NULL;

	return m ? m->works_on : 0;
}

static void write_open(struct exchange *x, const struct resource *r, struct span window)
{
	const struct opening_for o = {r->opening, asker_works_on(x)};
	int64_t at = window.start;
	struct span open, more;
	struct line_writer w;

	while (at < window.end && opening_next(o, at, AGENDA_MAX_DAYS, &open) &&
	       open.start < window.end) {
		while (open.end < window.end && opening_next(o, open.end, 0, &more) &&
		       more.start <= open.end)
			open.end = more.end;
		at = open.end;
		reply_data(x, &w, "open");
		line_str(&w, "resource", r->id);
		write_time(&w, "from", r->site->zone,
			   open.start > window.start ? open.start : window.start);
		write_time(&w, "to", r->site->zone, open.end < window.end ? open.end : window.end);
		line_end(&w);
	}
}

static bool write_taken(void *arg, const struct booking *b, const struct allocation *a)
{
	struct agenda *g = arg;
	struct exchange *x = g->x;
	const struct zone *z = booking_zone(x->served, b);
	const struct person *p = pole_person(x->served->pole, b->person);
	const struct unit *u = resource_lane(g->resource, a->lane);
	struct line_writer w;
	char code[16];

	reply_data(x, &w, "taken");
	line_str(&w, "resource", g->resource->id);
	line_int(&w, "lane", a->lane);
	line_str(&w, "unit", unit_word(g->resource, u));
	write_time(&w, "from", z, b->span.start);
	write_time(&w, "to", z, b->span.end);
	write_time(&w, "blocked-from", z, a->during.start);
	write_time(&w, "blocked-to", z, a->during.end);
	write_member(&w, x->served, b->member);
	if (asker_sees_all(&g->who, b)) {
		line_str(&w, "booking", booking_code(b->number, code, sizeof(code)));
		if (*b->purpose)
			line_str(&w, "purpose", b->purpose);
		if (p && *p->name)
			line_str(&w, "person-name", p->name);
	}
	line_end(&w);
	g->n++;
	return true;
}

/* The allocations of a booking that memory does not hold. */
static void write_past(struct agenda *g, const struct booking *b, struct span window)
{
	for (size_t i = 0; i < b->n_allocations; i++)
		if (b->allocations[i].resource == g->resource->number &&
		    span_overlaps(b->allocations[i].during, window))
			write_taken(g, b, &b->allocations[i]);
}

/* What is asked for: anew each time, for a policy lives no longer than until the next. False: the
 * reply is written. */
static bool agenda_from(struct exchange *x, struct agenda *ret, struct span *ret_window)
{
	const char *what = request_get(&x->request, "what");
	const struct unit *unit;

	*ret = (struct agenda){.x = x, .who = exchange_asker(x)};
	if (decide_resolve(x->served->pole, what, NULL, &ret->resource, &unit) != REASON_NONE) {
		reply_unknown_resource(x, what);
		return false;
	}
	*ret_window = asked_span(x, ret->resource->site->zone);
	if (span_is_empty(*ret_window) ||
	    ret_window->end - ret_window->start > AGENDA_MAX_DAYS * DAY_S) {
		reply_fail(x, CODE_BAD_COMBINATION, FILLS({"key", "from, to"}));
		return false;
	}
	return true;
}

/* past: the rows of the database where memory does not reach back so far; else NULL. */
static void write_agenda(struct agenda *g, struct span window, const struct db_rows *past)
{
	struct line_writer w;

	write_lanes(g->x, g->resource);
	write_open(g->x, g->resource, window);
	for (size_t i = 0; past && i < db_n_rows(past); i++) {
		struct booking *b = store_booking(past, i);

		write_past(g, b, window);
		booking_unref(b);
	}
	if (!past)
		pole_each_allocation(g->x->served->pole, g->resource->number, window, write_taken,
				     g);
	reply_ok(g->x, &w);
	line_int(&w, "count", g->n);
	line_end(&w);
}

static void past_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		      const char *error)
{
	struct exchange *x = arg;
	struct agenda g;
	struct span window;

	if (outcome != DB_OK)
		reply_unavailable(x);
	else if (agenda_from(x, &g, &window))
		write_agenda(&g, window, rows);
	exchange_finish(x);
}

void do_agenda(struct exchange *x)
{
	struct agenda g;
	struct span window;
	struct listing l = {.most = INT32_MAX};

	if (agenda_from(x, &g, &window)) {
		if (window.start < pole_floor(x->served->pole)) {
			l.window =
			    (struct span){window.start - BUFFER_MAX_S, window.end + BUFFER_MAX_S};
			l.resource = g.resource->number;
			listing_query(x, &l, past_read);
			return;
		}
		write_agenda(&g, window, NULL);
	}
	exchange_finish(x);
}
