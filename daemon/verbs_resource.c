/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RESOURCES, FIND, AGENDA: what there is and when it is free. */

#include <stdio.h>
#include <string.h>

#include "daemon/answer.h"
#include "daemon/calendar_text.h"
#include "daemon/served.h"
#include "daemon/store.h"
#include "daemon/verbs_parts.h"
#include "lib/limits.h"

#define FIND_DEFAULT 20
#define AGENDA_MAX_DAYS 100

static void write_duration(struct line_writer *w, const char *key, struct duration d)
{
	char text[32];

	if (!duration_is_zero(d))
		line_str(w, key, duration_format(d, text, sizeof(text)));
}

static bool rule_is_plain_for(const struct rule *rule, const struct resource *r)
{
	if (rule->party.n_classes)
		return false;
	for (size_t i = 0; i < rule->n_resources; i++)
		if (rule->resources[i] == r)
			return true;
	return false;
}

/* The limits that hold for everyone who books `r`. */
static void write_limits(struct line_writer *w, const struct policy *policy,
			 const struct resource *r, struct arena *a)
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
		case LIMIT_SLOTS:
			line_str(w, "slots", slots_text(l, a));
			break;
		case LIMIT_RECURRENCE:
			write_duration(w, "recurrence", l->recurrence.at_most);
			line_str(w, "reconfirm", l->recurrence.reconfirm ? "yes" : NULL);
			break;
		default:
			break;
		}
	}
}

static void write_having(struct line_writer *w, const struct attribute *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		line_printf(w, "having", "%s:%s", a[i].key, a[i].value);
}

/* `van:hitch=true`, `workshop*2`, `skill:laser-referent`, `declared:own-hitch`. */
static const char *need_text(struct arena *a, const struct need *n)
{
	if (n->kind == NEED_SKILL)
		return arena_printf(a, "skill:%s", n->word);
	if (n->kind == NEED_DECLARED)
		return arena_printf(a, "declared:%s", n->word);
	return arena_printf(a, "%s%s%s%s", n->resource->id,
			    n->quantity > 1 ? arena_printf(a, "*%u", n->quantity) : "",
			    *n->having_text ? ":" : "", n->having_text);
}

/* Its choices with bars between, then for how long, and what makes it needless. */
static const char *requirement_text(struct arena *a, const struct requirement *r)
{
	const char *text = "";
	char first[32];

	for (size_t i = 0; i < r->n_choices; i++)
		text = arena_printf(a, "%s%s%s", text, i ? "|" : "", need_text(a, &r->choices[i]));
	if (!duration_is_zero(r->during_first))
		text = arena_printf(a, "%s first %s", text,
				    duration_format(r->during_first, first, sizeof(first)));
	if (!r->unless)
		return text;
	return arena_printf(a, "%s unless %s:%s", text,
			    r->unless_qualified ? "qualified" : "declared", r->unless);
}

static void write_shared(struct line_writer *w, const struct resource *r, struct arena *a)
{
	if (r->has_capacity)
		line_int(w, "capacity", (int64_t)r->n_units);
	for (size_t i = 0; i < r->n_parts; i++)
		line_str(w, "part", r->parts[i]->id);
	for (size_t i = 0; i < r->n_requirements; i++)
		line_str(w, "requires", requirement_text(a, &r->requirements[i]));
	for (size_t i = 0; i < r->n_skills; i++)
		line_str(w, "skill", r->skills[i]);
	line_str(w, "moves", r->moves ? "yes" : NULL);
	line_str(w, "meter", r->meter);
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
	write_limits(&w, exchange_policy(x), r, &x->arena);
	write_duration(&w, "buffer-before", r->buffer_before);
	write_duration(&w, "buffer-after", r->buffer_after);
	write_shared(&w, r, &x->arena);
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

/* item: which of several things, from 1; 0: it is the one. */
static void write_found(struct exchange *x, const struct found *f, size_t item)
{
	const struct zone *z = f->unit ? f->unit->site->zone : f->resource->site->zone;
	struct line_writer w;

	reply_data(x, &w, "free");
	if (item)
		line_int(&w, "item", (int64_t)item);
	line_str(&w, "resource", f->resource->id);
	line_str(&w, "unit", f->quantity > 1 ? NULL : unit_word(f->resource, f->unit));
	if (f->quantity > 1)
		line_int(&w, "qty", f->quantity);
	write_time(&w, "from", z, f->span.start);
	write_time(&w, "to", z, f->span.end);
	line_str(&w, "via", item ? item_via_words[f->via] : NULL);
	if (f->via != ITEM_ASKED)
		line_int(&w, "of", f->of + 1);
	line_end(&w);
}

void do_find(struct exchange *x)
{
	struct asker who = exchange_asker(x);
	size_t most = (size_t)request_number(&x->request, "count", FIND_DEFAULT), n;
	const struct pole *pole = x->served->pole;
	struct ask_book ask;
	struct asked asked;
	struct answer answer;
	struct found *found;
	struct line_writer w;

	if (!asked_things(x, &ask))
		return;
	asked = asked_of_book(x, &ask);
	if (span_is_empty(ask.within))
		decide_find(pole, &who, &ask, most, &x->arena, &answer, &found, &n);
	else
		decide_find_starts(pole, &who, &ask, most, &x->arena, &answer, &found, &n);
	if (answer.n_refusals && answer.refusals[0].reason == REASON_UNKNOWN_RESOURCE) {
		write_refused(x, &answer, &asked);
		return;
	}
	for (size_t i = 0; i < n; i++)
		write_found(x, &found[i], ask.n_items > 1 ? i + 1 : 0);
	if (!n)
		write_reasons(x, &answer, &asked);
	reply_ok(x, &w);
	line_int(&w, "count", (int64_t)n);
	line_end(&w);
}

/* AGENDA */

#define AGENDA_MAX_RESOURCES 64

struct subject {
	uint32_t number;
	const char *id;
	const struct resource *resource; /* NULL: the policy no longer has it; its bookings stand */
	const struct zone *zone;
};

struct agenda {
	struct exchange *x;
	struct subject subjects[AGENDA_MAX_RESOURCES]; /* as asked, a composite's leaves after it;
							  each once */
	size_t n;
	struct span window;
	struct asker who;
	int64_t n_taken;
};

/* As many lanes as have a name, or are known to have been taken. */
static void write_gone(struct exchange *x, const struct subject *s)
{
	const struct pole *pole = x->served->pole;
	size_t n = pole_n_lanes(pole, s->number);
	struct line_writer w;

	while (pole_name_id(pole, NAME_UNIT, s->number, (uint32_t)n + 1))
		n++;
	reply_data(x, &w, "resource");
	line_str(&w, "name", s->id);
	line_str(&w, "title", s->id);
	line_str(&w, "zone", zone_name(s->zone));
	line_str(&w, "gone", "yes");
	line_end(&w);
	for (uint32_t lane = 1; lane <= n; lane++) {
		reply_data(x, &w, "lane");
		line_str(&w, "resource", s->id);
		line_int(&w, "lane", lane);
		line_str(&w, "unit", lane_word(x->served, s->number, lane));
		line_end(&w);
	}
}

static void write_lanes(struct exchange *x, const struct resource *r)
{
	struct line_writer w;

	reply_data(x, &w, "resource");
	line_str(&w, "name", r->id);
	line_str(&w, "title", r->name);
	line_str(&w, "zone", zone_name(r->site->zone));
	line_end(&w);
	for (size_t i = 0; r->n_parts == 0 && i < r->n_units; i++) {
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
	const struct item *item = &b->items[a->item];
	const struct zone *z = item_zone(x->served, b, a->item);
	const struct person *p = pole_person(x->served->pole, b->person);
	struct line_writer w;
	char code[16];

	reply_data(x, &w, "taken");
	line_str(&w, "resource", pole_name_id(x->served->pole, NAME_RESOURCE, 0, a->resource));
	line_int(&w, "lane", a->lane);
	line_str(&w, "unit", lane_word(x->served, a->resource, a->lane));
	write_time(&w, "from", z, item->span.start);
	write_time(&w, "to", z, item->span.end);
	write_time(&w, "blocked-from", z, a->during.start);
	write_time(&w, "blocked-to", z, a->during.end);
	write_member(&w, x->served, b->member);
	if (asker_sees_all(x->served->pole, &g->who, b)) {
		line_str(&w, "booking", booking_code(b->number, code, sizeof(code)));
		if (*b->purpose)
			line_str(&w, "purpose", b->purpose);
		if (p && *p->name)
			line_str(&w, "person-name", p->name);
	}
	line_end(&w);
	g->n_taken++;
	return true;
}

/* The allocations of a booking that memory does not hold. */
static void write_past(struct agenda *g, const struct booking *b, uint32_t resource)
{
	for (size_t i = 0; i < b->n_allocations; i++)
		if (b->allocations[i].resource == resource &&
		    booking_occupies(b, &b->allocations[i]) &&
		    span_overlaps(b->allocations[i].during, g->window))
			write_taken(g, b, &b->allocations[i]);
}

/* How many of its lanes are taken, from step to step, of those in service; as far as memory reaches
 * back. */
static void write_profile(struct agenda *g, const struct resource *r)
{
	struct exchange *x = g->x;
	const struct zone *z = r->site->zone;
	int64_t floor = pole_floor(x->served->pole);
	struct span window = g->window;
	struct line_writer w;
	struct busy busy;

	window.start = window.start < floor ? floor : window.start;
	decide_profile(x->served->pole, r, window, &x->arena, &busy);
	for (size_t i = 0; i < busy.n; i++) {
		reply_data(x, &w, "busy");
		line_str(&w, "resource", r->id);
		write_time(&w, "from", z, busy.steps[i].from);
		write_time(&w, "to", z, i + 1 < busy.n ? busy.steps[i + 1].from : window.end);
		line_int(&w, "busy", busy.steps[i].busy);
		line_int(&w, "of", busy.steps[i].lanes);
		line_end(&w);
	}
}

static void agenda_add(struct agenda *g, struct subject s)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->subjects[i].number == s.number)
			return;
	if (g->n < AGENDA_MAX_RESOURCES)
		g->subjects[g->n++] = s;
}

static void agenda_add_resource(struct agenda *g, const struct resource *r)
{
	agenda_add(g, (struct subject){r->number, r->id, r, r->site->zone});
	for (size_t i = 0; i < r->n_leaves; i++)
		agenda_add_resource(g, r->leaves[i]);
}

/* false: there is no such resource, and never was. */
static bool agenda_add_named(struct agenda *g, const char *what)
{
	const struct pole *pole = g->x->served->pole;
	uint32_t number = pole_name_number(pole, NAME_RESOURCE, 0, what);
	const struct resource *r;
	const struct unit *unit;

	if (decide_resolve(pole, what, NULL, &r, &unit) == REASON_NONE)
		agenda_add_resource(g, r);
	else if (number)
		agenda_add(g, (struct subject){number, what, NULL, exchange_policy(g->x)->zone});
	else
		return false;
	return true;
}

/* What is asked for: anew each time, for a policy lives no longer than until the next. False: the
 * reply is written. */
static bool agenda_from(struct exchange *x, struct agenda *ret)
{
	const struct line *l = &x->request.line;

	*ret = (struct agenda){.x = x, .who = exchange_asker(x)};
	for (size_t i = 0; i < l->n_args; i++) {
		if (strcmp(l->args[i].key, "what") != 0)
			continue;
		if (!agenda_add_named(ret, l->args[i].value)) {
			reply_unknown_resource(x, l->args[i].value);
			return false;
		}
	}
	ret->window = request_span(&x->request, ret->subjects[0].zone);
	if (span_is_empty(ret->window) ||
	    ret->window.end - ret->window.start > AGENDA_MAX_DAYS * DAY_S) {
		reply_fail(x, CODE_BAD_COMBINATION, FILLS({"key", "from, to"}));
		return false;
	}
	return true;
}

static void write_past_of(struct agenda *g, uint32_t resource, const struct db_rows *past)
{
	for (size_t i = 0; i < db_n_rows(past); i++) {
		struct booking *b = store_booking(past, i);

		write_past(g, b, resource);
		booking_unref(b);
	}
}

/* past: the rows of the database where memory does not reach back so far; else NULL. */
static void write_agenda(struct agenda *g, const struct db_rows *past)
{
	bool profile = request_yes(&g->x->request, "profile");
	struct line_writer w;

	for (size_t i = 0; i < g->n; i++) {
		const struct subject *s = &g->subjects[i];
		bool is_leaf = !s->resource || s->resource->n_parts == 0;

		if (s->resource) {
			write_lanes(g->x, s->resource);
			write_open(g->x, s->resource, g->window);
		} else {
			write_gone(g->x, s);
		}
		if (is_leaf && past)
			write_past_of(g, s->number, past);
		else if (is_leaf)
			pole_each_allocation(g->x->served->pole, s->number, g->window, write_taken,
					     g);
		if (profile && s->resource)
			write_profile(g, s->resource);
	}
	reply_ok(g->x, &w);
	line_int(&w, "count", g->n_taken);
	line_end(&w);
}

static void past_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		      const char *error)
{
	struct exchange *x = arg;
	struct agenda g;

	if (outcome != DB_OK)
		reply_unavailable(x);
	else if (agenda_from(x, &g))
		write_agenda(&g, rows);
	exchange_finish(x);
}

static bool is_part_of_any(const struct policy *p, const struct resource *leaf)
{
	for (size_t i = 0; i < p->n_resources; i++)
		for (size_t j = 0; j < p->resources[i].n_leaves; j++)
			if (p->resources[i].leaves[j] == leaf)
				return true;
	return false;
}

void do_agenda(struct exchange *x)
{
	struct agenda g;
	struct listing l = {.most = INT32_MAX};
	int64_t longest_s;

	if (agenda_from(x, &g)) {
		longest_s = policy_longest_buffer_s(exchange_policy(x));
		if (g.window.start < pole_floor(x->served->pole)) {
			l.states = states_text(&x->arena, booking_state_occupies);
			l.window =
			    (struct span){g.window.start - longest_s, g.window.end + longest_s};
			if (g.n == 1 && g.subjects[0].resource &&
			    !is_part_of_any(exchange_policy(x), g.subjects[0].resource))
				l.resource = g.subjects[0].number;
			listing_query(x, &l, past_read);
			return;
		}
		write_agenda(&g, NULL);
	}
	exchange_finish(x);
}
