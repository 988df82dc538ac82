/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decisions as reply lines. What an asker may not see is left out here and nowhere else. */

#include "daemon/answer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "daemon/served.h"
#include "daemon/server.h"
#include "lib/limits.h"
#include "lib/moment.h"
#include "lib/nearest.h"

static const char *const day_words[N_LANGUAGES][7] = {
    [LANG_EN] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
    [LANG_FR] = {"lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."},
};
static const char *const month_words[N_LANGUAGES][12] = {
    [LANG_EN] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
		 "Dec"},
    [LANG_FR] = {"janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.",
		 "nov.", "déc."},
};
static const char *const alternative_words[N_ALTERNATIVE_KINDS] = {
    [ALTERNATIVE_OTHER_UNIT] = "other-unit", [ALTERNATIVE_STAND_IN] = "stand-in",
    [ALTERNATIVE_NEAREST] = "nearest",	     [ALTERNATIVE_SHIFTED] = "shifted",
    [ALTERNATIVE_FEWER] = "fewer",
};
static const char *const alternative_texts[N_LANGUAGES][N_ALTERNATIVE_KINDS] = {
    [LANG_EN] = {"same time, another unit", "same time, in its stead", "nearest free time",
		 "all of it at another time", "same time, fewer"},
    [LANG_FR] = {"même heure, une autre unité", "même heure, en remplacement",
		 "créneau libre le plus proche", "le tout à un autre moment",
		 "même heure, en moins grand nombre"},
};

/* The year is said where it is not the present one. */
static const char *text_date(struct arena *a, enum language lang, const struct zone *z,
			     struct civil_date d)
{
	const char *year = "";

	if (d.year != zone_to_local(z, server_clock()).date.year)
		year = arena_printf(a, " %d", (int)d.year);
	return arena_printf(a, "%s %d %s%s", day_words[lang][civil_weekday(d)], d.day,
			    month_words[lang][d.month - 1], year);
}

const char *text_time(struct arena *a, enum language lang, const struct zone *z, int64_t utc)
{
	struct civil_time t = zone_to_local(z, utc);

	return arena_printf(a, "%s %02d:%02d", text_date(a, lang, z, t.date), t.second / 3600,
			    t.second / 60 % 60);
}

const char *roles_text(struct arena *a, uint32_t roles)
{
	const char *text = "";

	for (int i = 0; i < N_ROLES; i++)
		if (roles & (1u << i))
			text = arena_printf(a, "%s%s%s", text, *text ? "," : "", role_words[i]);
	return text;
}

void write_time(struct line_writer *w, const char *key, const struct zone *z, int64_t utc)
{
	char text[40];

	line_str(w, key, moment_format(utc, z, text, sizeof(text)));
}

void write_member(struct line_writer *w, const struct served *s, uint32_t number)
{
	const struct member *m = pole_member(s->pole, number);
	const char *id = pole_name_id(s->pole, NAME_MEMBER, 0, number);

	if (!number)
		return;
	line_str(w, "member", m ? m->id : id);
	line_str(w, "member-name", m ? m->name : id);
}

/* The first of what a booking is of, or was. */
static uint32_t first_item(const struct booking *b)
{
	for (uint32_t i = 0; i < b->n_items; i++)
		if (b->items[i].state == ITEM_PRESENT)
			return i;
	return 0;
}

static bool is_of_item(const struct booking *b, const struct allocation *a, uint32_t item)
{
	return a->item == item && a->resource == b->items[item].resource;
}

const struct zone *item_zone(const struct served *s, const struct booking *b, uint32_t item)
{
	const struct resource *r = pole_resource(s->pole, b->items[item].resource);
	const struct unit *u = NULL;

	for (size_t i = 0; r && !u && i < b->n_allocations; i++)
		if (is_of_item(b, &b->allocations[i], item))
			u = resource_lane(r, b->allocations[i].lane);
	if (u)
		return u->site->zone;
	return r ? r->site->zone : pole_policy(s->pole)->zone;
}

const struct zone *booking_zone(const struct served *s, const struct booking *b)
{
	return item_zone(s, b, first_item(b));
}

const char *booking_resource_id(const struct served *s, const struct booking *b)
{
	return pole_name_id(s->pole, NAME_RESOURCE, 0, b->resource);
}

const char *unit_word(const struct resource *r, const struct unit *u)
{
	return u && *u->id && strcmp(u->id, r->id) != 0 ? u->id : NULL;
}

const char *lane_word(const struct served *s, uint32_t resource, uint32_t lane)
{
	const char *id = pole_name_id(s->pole, NAME_UNIT, resource, lane);
	const char *whole = pole_name_id(s->pole, NAME_RESOURCE, 0, resource);

	return id && whole && strcmp(id, whole) != 0 ? id : NULL;
}

void write_units(struct line_writer *w, const struct served *s, const char *key,
		 const struct booking *b, uint32_t item)
{
	for (size_t i = 0; i < b->n_allocations; i++)
		if (is_of_item(b, &b->allocations[i], item))
			line_str(w, key,
				 lane_word(s, b->allocations[i].resource, b->allocations[i].lane));
}

static const struct zone *span_zone(const struct exchange *x, const struct resource *r)
{
	return r ? r->site->zone : exchange_policy(x)->zone;
}

static const struct resource *asked_resource(const struct exchange *x, const char *what)
{
	const struct resource *r = NULL;
	const struct unit *u;

	if (what)
		decide_resolve(x->served->pole, what, NULL, &r, &u);
	return r;
}

static const char *text_duration(struct exchange *x, struct duration d)
{
	char text[32];

	if (duration_is_zero(d))
		return NULL;
	return arena_strdup(&x->arena, duration_format(d, text, sizeof(text)));
}

static const char *text_grid(struct exchange *x, int32_t every_s)
{
	return text_duration(x, (struct duration){.seconds = every_s});
}

/* What was probably meant by a name that the policy does not have; NULL if nothing is near. */
static const char *meant_resource(struct exchange *x, const char *what)
{
	const struct policy *p = exchange_policy(x);
	const char **words;
	size_t n = 0;

	for (size_t i = 0; i < p->n_resources; i++)
		n += 1 + p->resources[i].n_units;
	words = arena_new_n(&x->arena, const char *, n);
	n = 0;
	for (const struct resource *r = p->resources; r < p->resources + p->n_resources; r++) {
		words[n++] = r->id;
		for (size_t i = 0; i < r->n_units; i++)
			words[n++] = r->units[i].id;
	}
	return nearest_word(what, words, n);
}

void reply_unknown_resource(struct exchange *x, const char *what)
{
	reply_fail(x, CODE_UNKNOWN_RESOURCE,
		   FILLS({"value", what}, {"meant", meant_resource(x, what)}));
}

static const char *meant_member(struct exchange *x, const char *id)
{
	const struct policy *p = exchange_policy(x);
	const char **words = arena_new_n(&x->arena, const char *, p->n_members);

	for (size_t i = 0; i < p->n_members; i++)
		words[i] = p->members[i].id;
	return nearest_word(id, words, p->n_members);
}

/* The title of what was asked for, for use in a sentence. */
static const char *title(const struct exchange *x, const struct resource *r, const char *what)
{
	return r ? r->name : what;
}

#define FILL_MAX 16
struct fill_list {
	struct fill items[FILL_MAX];
	size_t n;
};

static void fill_add(struct fill_list *l, const char *name, const char *value)
{
	if (value && *value && l->n < FILL_MAX)
		l->items[l->n++] = (struct fill){name, value};
}

static void fill_limit(struct exchange *x, struct fill_list *l, const struct limit *limit)
{
	switch (limit->kind) {
	case LIMIT_DURATION:
		fill_add(l, "min", text_duration(x, limit->duration.min));
		fill_add(l, "max", text_duration(x, limit->duration.max));
		fill_add(l, "step", text_duration(x, limit->duration.step));
		break;
	case LIMIT_START:
		fill_add(l, "every", text_grid(x, limit->start_every_s));
		break;
	case LIMIT_LEAD:
		fill_add(l, "limit", text_duration(x, limit->lead));
		break;
	case LIMIT_HORIZON:
		fill_add(l, "limit", text_duration(x, limit->horizon));
		break;
	case LIMIT_SLOTS:
		fill_add(l, "slots", slots_text(limit, &x->arena));
		break;
	case LIMIT_RECURRENCE:
		fill_add(l, "max", text_duration(x, limit->recurrence.at_most));
		break;
	case N_LIMIT_KINDS:
		break;
	}
}

static void fill_conflict(struct exchange *x, struct fill_list *l, const struct answer *answer)
{
	const struct booking *b = answer->conflicts[0].booking;
	const struct member *m = pole_member(x->served->pole, b->member);
	const struct zone *z = booking_zone(x->served, b);

	fill_add(l, "member-name",
		 m ? m->name : pole_name_id(x->served->pole, NAME_MEMBER, 0, b->member));
	fill_add(l, "from", text_time(&x->arena, x->lang, z, b->span.start));
	fill_add(l, "until", text_time(&x->arena, x->lang, z, answer->conflicts[0].during.end));
}

static_assert((int)HOLIDAY_EN == (int)LANG_EN && (int)HOLIDAY_FR == (int)LANG_FR,
	      "names of holidays by language");

static const char *closed_name(const struct exchange *x, const struct refusal *r)
{
	return r->closed_why.names[x->lang];
}

static void fill_closed(struct exchange *x, struct fill_list *l, const struct zone *z,
			const struct refusal *r)
{
	if (closed_name(x, r)) {
		fill_add(l, "closed-on", text_date(&x->arena, x->lang, z, r->closed_why.date));
		fill_add(l, "why", closed_name(x, r));
	}
	if (span_is_empty(r->open))
		return;
	fill_add(l, "open-from", text_time(&x->arena, x->lang, z, r->open.start));
	fill_add(l, "open-to", text_time(&x->arena, x->lang, z, r->open.end));
}

/* What was asked for as the item of a refusal. */
static const char *asked_what(const struct exchange *x, const struct asked *asked, uint32_t item)
{
	if (asked->booking)
		return pole_name_id(x->served->pole, NAME_RESOURCE, 0,
				    asked->booking->items[item].resource);
	return asked->n > item ? asked->ask->items[item].what : asked->what;
}

static const struct request *asked_request(const struct exchange *x, uint32_t item)
{
	return x->request.n_items > item ? &x->request.items[item] : &x->request;
}

/* The resource that a refusal is about: what cannot come along, where that is why; who is in the
 * way says of what. */
static const struct resource *refused_resource(const struct exchange *x, const struct refusal *r,
					       const struct answer *answer, const char *what)
{
	if (r->reason == REASON_CONFLICT && answer->n_conflicts) {
		const struct resource *taken =
		    pole_resource(x->served->pole, answer->conflicts[0].resource);

		if (taken)
			return taken;
	}
	if (r != answer->refusals && answer->n_refusals &&
	    answer->refusals[0].reason == REASON_REQUIREMENT && answer->refusals[0].needs)
		return answer->refusals[0].needs;
	return asked_resource(x, what);
}

const char *refusal_text(struct exchange *x, const struct refusal *r, const struct answer *answer,
			 const struct asked *asked)
{
	const char *what = asked_what(x, asked, r->item);
	const struct request *request = asked_request(x, r->item);
	const struct resource *resource = refused_resource(x, r, answer, what);
	const struct zone *z = span_zone(x, resource);
	enum code code = code_of_reason(r->reason);
	struct fill_list l = {.n = 0};

	fill_add(&l, "what", title(x, resource, what));
	if (r->rule) {
		fill_add(&l, "rule", r->rule->name);
		fill_limit(x, &l, &r->limit);
	}
	if (r->reason == REASON_NONE_HAVING)
		fill_add(&l, "having", request_get(request, "having"));
	if (r->reason == REASON_TOO_MANY && r->bound)
		fill_add(&l, "max", arena_printf(&x->arena, "%d", (int)r->bound));
	if (r->reason == REASON_OUTAGE && r->bound && r->bound != TIME_NEVER)
		fill_add(&l, "until", text_time(&x->arena, x->lang, z, r->bound));
	if (r->reason == REASON_REQUIREMENT)
		fill_add(&l, "needs", r->needs ? r->needs->name : r->skill);
	if (r->reason == REASON_LEAD)
		fill_add(&l, "earliest", text_time(&x->arena, x->lang, z, r->bound));
	if (r->reason == REASON_MANY_DATES)
		fill_add(&l, "max", arena_printf(&x->arena, "%d", (int)r->bound));
	if (r->reason == REASON_HORIZON || r->reason == REASON_RECURRENCE)
		fill_add(&l, "latest", text_time(&x->arena, x->lang, z, r->bound));
	if (r->reason == REASON_CLOSED)
		fill_closed(x, &l, z, r);
	if (r->reason == REASON_CONFLICT && answer->n_conflicts)
		fill_conflict(x, &l, answer);
	if (r->reason == REASON_UNKNOWN_UNIT)
		fill_add(&l, "value", request_get(request, "unit"));
	if (r->reason == REASON_UNKNOWN_MEMBER && request_get(&x->request, "member")) {
		fill_add(&l, "value", request_get(&x->request, "member"));
		fill_add(&l, "meant", meant_member(x, request_get(&x->request, "member")));
	}
	if (r->reason == REASON_UNKNOWN_PERSON)
		fill_add(&l, "value", request_get(&x->request, "person"));
	if (r->reason == REASON_UNKNOWN_RESOURCE && what) {
		fill_add(&l, "value", what);
		fill_add(&l, "meant", meant_resource(x, what));
	}
	fill_add(&l, "booking", request_get(&x->request, "booking"));
	if (answer->was)
		fill_add(&l, "state", booking_state_words[answer->was->state]);
	fill_add(&l, "verb", x->request.verb->word);
	return code_text(code, x->lang, l.items, l.n, &x->arena);
}

void write_rule(struct exchange *x, struct line_writer *w, const struct refusal *r)
{
	if (r->rule)
		line_str(w, "rule", r->rule->name);
	if (r->place.line)
		line_printf(w, "place", "%s:%d:%d", r->place.file, r->place.line, r->place.column);
}

static void write_item_number(struct line_writer *w, const struct asked *asked, uint32_t item)
{
	if (asked->n)
		line_int(w, "item", item + 1);
}

static void write_reason(struct exchange *x, const struct refusal *r, const struct answer *answer,
			 const struct asked *asked)
{
	const struct resource *resource =
	    refused_resource(x, r, answer, asked_what(x, asked, r->item));
	const struct zone *z = span_zone(x, resource);
	struct line_writer w;

	reply_data(x, &w, "reason");
	line_str(&w, "code", code_word(code_of_reason(r->reason)));
	write_item_number(&w, asked, r->item);
	line_str(&w, "resource", resource ? resource->id : NULL);
	line_str(&w, "needs", r->needs ? r->needs->id : NULL);
	line_str(&w, "skill", r->skill);
	write_rule(x, &w, r);
	if (r->reason == REASON_LEAD)
		write_time(&w, "earliest", z, r->bound);
	if (r->reason == REASON_HORIZON || r->reason == REASON_RECURRENCE)
		write_time(&w, "latest", z, r->bound);
	if (r->reason == REASON_CLOSED && !span_is_empty(r->open)) {
		write_time(&w, "open-from", z, r->open.start);
		write_time(&w, "open-to", z, r->open.end);
	}
	if (r->reason == REASON_CLOSED && closed_name(x, r)) {
		const struct civil_date d = r->closed_why.date;

		line_printf(&w, "closed-on", "%04d-%02d-%02d", (int)d.year, d.month, d.day);
		line_str(&w, "why", closed_name(x, r));
	}
	line_str(&w, "text", refusal_text(x, r, answer, asked));
	line_end(&w);
}

/* The thing of a booking that is in the way. */
static uint32_t item_in_the_way(const struct conflict *c)
{
	const struct booking *b = c->booking;

	for (size_t i = 0; i < b->n_allocations; i++)
		if (b->allocations[i].resource == c->resource &&
		    b->allocations[i].lane == c->lane &&
		    span_overlaps(b->allocations[i].during, c->during))
			return b->allocations[i].item;
	return first_item(b);
}

static void write_conflict(struct exchange *x, const struct answer *answer,
			   const struct conflict *c, const struct asked *asked)
{
	const struct served *s = x->served;
	struct asker who = exchange_asker(x);
	uint32_t item = item_in_the_way(c);
	const struct zone *z = item_zone(s, c->booking, item);
	struct line_writer w;
	char code[16];

	reply_data(x, &w, "conflict");
	write_item_number(&w, asked, answer->refusals[0].item);
	line_str(&w, "resource", pole_name_id(s->pole, NAME_RESOURCE, 0, c->resource));
	line_str(&w, "unit", lane_word(s, c->resource, c->lane));
	write_time(&w, "from", z, c->booking->items[item].span.start);
	write_time(&w, "to", z, c->booking->items[item].span.end);
	write_time(&w, "blocked-from", z, c->during.start);
	write_time(&w, "blocked-to", z, c->during.end);
	write_member(&w, s, c->booking->member);
	if (asker_sees_all(&who, c->booking))
		line_str(&w, "booking", booking_code(c->booking->number, code, sizeof(code)));
	line_end(&w);
}

/* Everything that much later or earlier. */
static void write_shift(struct line_writer *w, const struct alternative *a)
{
	bool earlier = a->shift_s < 0 || a->shift_days < 0;
	int sign = earlier ? -1 : 1;
	struct duration d = {.days = sign * a->shift_days, .seconds = sign * a->shift_s};
	char text[32];

	line_str(w, earlier ? "earlier" : "later", duration_format(d, text, sizeof(text)));
}

static int64_t shifted(const struct zone *z, const struct alternative *a, int64_t at)
{
	return a->shift_days ? zone_add_days(z, at, a->shift_days) : at + a->shift_s;
}

/* The items of a request as they would be asked for then: what BOOK takes. */
static void write_shifted_items(struct exchange *x, struct line_writer *out,
				const struct ask_book *ask, const struct alternative *a)
{
	static const char word[] = "item";

	for (size_t i = 0; i < ask->n_items; i++) {
		const struct ask_item *item = &ask->items[i];
		const struct zone *z = span_zone(x, asked_resource(x, item->what));
		struct buffer text = {0};
		struct line_writer w;

		line_begin(&w, &text, word);
		line_str(&w, "what", item->what);
		line_str(&w, "unit", item->unit);
		write_time(&w, "from", z, shifted(z, a, item->span.start));
		write_time(&w, "to", z, shifted(z, a, item->span.end));
		if (item->quantity > 1)
			line_int(&w, "qty", item->quantity);
		line_str(&w, "having", item->having);
		line_str(&w, "at", item->at);
		if (line_end(&w) == 0) {
			buffer_truncate(&text, text.n - 1);
			line_str(out, word, text.bytes + sizeof(word));
		}
		buffer_release(&text);
	}
}

static void write_alternative(struct exchange *x, const struct alternative *a, int rank,
			      const struct asked *asked)
{
	const struct zone *z = a->unit ? a->unit->site->zone : a->resource->site->zone;
	struct line_writer w;

	reply_data(x, &w, "alternative");
	line_int(&w, "rank", rank);
	if (!asked->n)
		line_str(&w, "what", a->resource->id);
	line_str(&w, "unit", unit_word(a->resource, a->unit));
	write_time(&w, "from", z, a->span.start);
	write_time(&w, "to", z, a->span.end);
	if (a->quantity)
		line_int(&w, "qty", a->quantity);
	if (a->kind == ALTERNATIVE_SHIFTED)
		write_shift(&w, a);
	if (a->kind == ALTERNATIVE_SHIFTED && asked->ask)
		write_shifted_items(x, &w, asked->ask, a);
	line_str(&w, "why", alternative_words[a->kind]);
	line_str(&w, "text", alternative_texts[x->lang][a->kind]);
	line_end(&w);
}

void write_reasons(struct exchange *x, const struct answer *answer, const struct asked *asked)
{
	for (size_t i = 0; i < answer->n_refusals; i++)
		write_reason(x, &answer->refusals[i], answer, asked);
	for (size_t i = 0; i < answer->n_conflicts; i++)
		write_conflict(x, answer, &answer->conflicts[i], asked);
	for (size_t i = 0; i < answer->n_alternatives; i++)
		write_alternative(x, &answer->alternatives[i], (int)i + 1, asked);
}

void reply_no(struct exchange *x, struct line_writer *w, const struct refusal *r,
	      const struct answer *answer, const struct asked *asked)
{
	line_begin(w, &x->reply, "NO");
	line_word(w, code_word(code_of_reason(r->reason)));
	write_item_number(w, asked, r->item);
	write_rule(x, w, r);
	line_str(w, "text", refusal_text(x, r, answer, asked));
}

void write_refused(struct exchange *x, const struct answer *answer, const struct asked *asked)
{
	struct line_writer w;

	write_reasons(x, answer, asked);
	reply_no(x, &w, &answer->refusals[0], answer, asked);
	line_end(&w);
}

/* What it is of; of several things the first, and the time of all. */
static void write_span(struct line_writer *w, const struct served *s, const struct booking *b,
		       bool all)
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

static void write_items(struct exchange *x, const struct booking *b, bool all)
{
	for (uint32_t i = 0; b->n_items > 1 && i < b->n_items; i++)
		write_item(x, b, i, all);
}

void write_granted(struct exchange *x, const struct answer *answer)
{
	const struct served *s = x->served;
	const struct booking *b = answer->booking, *was = answer->was;
	struct line_writer w;
	char code[16];

	write_items(x, b, true);
	reply_ok(x, &w);
	if (was || !x->request.dry)
		line_str(&w, "booking", booking_code(b->number, code, sizeof(code)));
	line_str(&w, "state", booking_state_words[b->state]);
	write_span(&w, s, b, true);
	line_str(&w, "member", pole_name_id(s->pole, NAME_MEMBER, 0, b->member));
	if (was && b->state == was->state) {
		write_time(&w, "was-from", booking_zone(s, was), was->span.start);
		write_time(&w, "was-to", booking_zone(s, was), was->span.end);
		write_units(&w, s, "was-unit", was, first_item(was));
	}
	line_end(&w);
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

void write_booking(struct exchange *x, const struct booking *b)
{
	const struct served *s = x->served;
	struct asker who = exchange_asker(x);
	bool all = asker_sees_all(&who, b);
	struct line_writer w;
	char code[16];

	reply_data(x, &w, "booking");
	if (all)
		line_str(&w, "booking", booking_code(b->number, code, sizeof(code)));
	line_str(&w, "state", booking_state_words[b->state]);
	write_span(&w, s, b, all);
	write_member(&w, s, b->member);
	if (all) {
		write_persons(&w, s, b);
		write_time(&w, "made-at", booking_zone(s, b), b->made_at);
		if (b->ended_at)
			write_time(&w, "ended-at", booking_zone(s, b), b->ended_at);
	}
	if (all && b->series) {
		line_str(&w, "series", booking_code(b->series, code, sizeof(code)));
		write_time(&w, "occurrence", booking_zone(s, b), b->occurrence);
	}
	line_end(&w);
	write_items(x, b, all);
}
