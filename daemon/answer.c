/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decisions as reply lines. What an asker may not see is left out here and nowhere else. */

#include "daemon/answer.h"

#include <stdio.h>
#include <string.h>

#include "daemon/refusal_text.h"
#include "daemon/rule_words.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "lib/moment.h"

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
const char *text_date(struct arena *a, enum language lang, const struct zone *z,
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

const char *text_month(struct arena *a, enum language lang, const struct zone *z, int64_t utc)
{
	struct civil_date d = zone_to_local(z, utc).date;

	if (d.year == zone_to_local(z, server_clock()).date.year)
		return month_words[lang][d.month - 1];
	return arena_printf(a, "%s %d", month_words[lang][d.month - 1], (int)d.year);
}

const char *text_reading(struct arena *a, int64_t tenths)
{
	if (tenths % 10 == 0)
		return arena_printf(a, "%lld", (long long)(tenths / 10));
	return arena_printf(a, "%lld.%d", (long long)(tenths / 10), (int)(tenths % 10));
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
	char *at = line_bare(w, key, MOMENT_MAX_BYTES);

	if (at)
		line_bare_end(w, moment_put(at, utc, z));
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

uint32_t first_item(const struct booking *b)
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

const struct zone *span_zone(const struct exchange *x, const struct resource *r)
{
	return r ? r->site->zone : exchange_policy(x)->zone;
}

const struct resource *asked_resource(const struct exchange *x, const char *what)
{
	const struct resource *r = NULL;
	const struct unit *u;

	if (what)
		decide_resolve(x->served->pole, what, NULL, &r, &u);
	return r;
}

void write_rule_place(struct line_writer *w, struct place place)
{
	if (place.line)
		line_printf(w, "place", "%s:%d:%d", place.file, place.line, place.column);
}

void write_rule(struct exchange *x, struct line_writer *w, const struct refusal *r)
{
	if (r->rule)
		line_str(w, "rule", r->rule->name);
	write_rule_place(w, r->place);
}

static void write_item_number(struct line_writer *w, const struct asked *asked, uint32_t item)
{
	if (asked->n)
		line_int(w, "item", item + 1);
}

/* From when on, or until when, it would do. */
static void write_bounds(struct line_writer *w, const struct zone *z, const struct refusal *r)
{
	static const char *const keys[N_REASONS] = {
	    [REASON_LEAD] = "earliest",	 [REASON_OPENS] = "earliest",
	    [REASON_KEPT] = "earliest",	 [REASON_TOO_EARLY] = "earliest",
	    [REASON_HORIZON] = "latest", [REASON_RECURRENCE] = "latest",
	};
	int64_t bound = r->reason == REASON_KEPT ? r->window.end : r->bound;

	if (keys[r->reason] && bound != 0 && bound != TIME_NEVER)
		write_time(w, keys[r->reason], z, bound);
}

void write_numbers(struct exchange *x, struct line_writer *w, const struct zone *z,
		   const struct refusal *r)
{
	write_bounds(w, z, r);
	if (r->reason == REASON_QUOTA)
		write_quota(x, w, z, r);
	if (r->reason == REASON_KEPT && r->rule)
		write_party(w, &r->rule->limit.keep.party);
	if (r->reason == REASON_WHO && r->rule)
		write_party(w, &r->rule->limit.who);
	if (r->reason == REASON_QUALIFICATION && r->rule)
		line_str(w, "needs", r->rule->limit.qualification.word);
}

void write_closed(struct exchange *x, struct line_writer *w, const struct zone *z,
		  const struct refusal *r)
{
	const struct civil_date d = r->closed_why.date;

	if (r->reason != REASON_CLOSED)
		return;
	if (!span_is_empty(r->open)) {
		write_time(w, "open-from", z, r->open.start);
		write_time(w, "open-to", z, r->open.end);
	}
	if (!closed_name(x, r))
		return;
	line_printf(w, "closed-on", "%04d-%02d-%02d", (int)d.year, d.month, d.day);
	line_str(w, "why", closed_name(x, r));
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
	write_numbers(x, &w, z, r);
	write_closed(x, &w, z, r);
	line_str(&w, "text", refusal_text(x, r, answer, asked));
	line_end(&w);
}

uint32_t item_in_the_way(const struct conflict *c)
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
	if (asker_sees_all(s->pole, &who, c->booking))
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
