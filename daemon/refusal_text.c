/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why not, in words: the text of a refusal, with what is known about it. */

/*
 * Each reason has a row that says which places of its text (proto/code.c) it can fill; what all
 * have, title and rule, is filled for all.
 */

#include "daemon/refusal_text.h"

#include <assert.h>
#include <string.h>

#include "daemon/rule_words.h"
#include "daemon/served.h"
#include "lib/limits.h"
#include "lib/nearest.h"

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

#define FILL_MAX 20
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
	case LIMIT_HOLD:
		fill_add(l, "max", text_duration(x, limit->hold));
		break;
	default:
		break;
	}
}

/* What a refusal is about, while its text is made. */
struct about {
	struct exchange *x;
	const struct refusal *r;
	const struct answer *answer;
	const struct asked *asked;
	const struct request *request; /* the item's, or all of it */
	const struct resource *resource;
	const struct zone *zone;
	const char *what;
	struct fill_list fills;
};

static void fill_time(struct about *m, const char *name, int64_t utc)
{
	if (utc != 0 && utc != TIME_NEVER)
		fill_add(&m->fills, name, text_time(&m->x->arena, m->x->lang, m->zone, utc));
}

static void fill_number(struct about *m, const char *name, int64_t n)
{
	if (n != 0)
		fill_add(&m->fills, name, arena_printf(&m->x->arena, "%lld", (long long)n));
}

static_assert((int)HOLIDAY_EN == (int)LANG_EN && (int)HOLIDAY_FR == (int)LANG_FR,
	      "names of holidays by language");

const char *closed_name(const struct exchange *x, const struct refusal *r)
{
	return r->closed_why.names[x->lang];
}

/* What was asked for as the item of a refusal. */
const char *asked_what(const struct exchange *x, const struct asked *asked, uint32_t item)
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
const struct resource *refused_resource(const struct exchange *x, const struct refusal *r,
					const struct answer *answer, const char *what)
{
	if (r->reason == REASON_CONFLICT && answer->n_conflicts) {
		const struct resource *taken =
		    pole_resource(x->served->pole, answer->conflicts[0].resource);

		if (taken)
			return taken;
	}
	return r->brought ? r->brought : asked_resource(x, what);
}

static void fill_unknown_resource(struct about *m)
{
	if (!m->what)
		return;
	fill_add(&m->fills, "value", m->what);
	fill_add(&m->fills, "meant", meant_resource(m->x, m->what));
}

static void fill_unknown_unit(struct about *m)
{
	fill_add(&m->fills, "value", request_get(m->request, "unit"));
}

static void fill_unknown_member(struct about *m)
{
	const char *member = request_get(&m->x->request, "member");

	if (!member)
		return;
	fill_add(&m->fills, "value", member);
	fill_add(&m->fills, "meant", meant_member(m->x, member));
}

static void fill_unknown_person(struct about *m)
{
	fill_add(&m->fills, "value", request_get(&m->x->request, "person"));
}

static void fill_having(struct about *m)
{
	fill_add(&m->fills, "having", request_get(m->request, "having"));
}

static void fill_max(struct about *m)
{
	fill_number(m, "max", m->r->bound);
}

/* Of several bookings that count as one. */
static void fill_chain(struct about *m)
{
	const struct span s = m->r->window;
	const struct duration length = {.seconds = s.end - s.start};

	if (!span_is_empty(s))
		fill_add(&m->fills, "chain", text_duration(m->x, length));
}

static void fill_until(struct about *m)
{
	fill_time(m, "until", m->r->bound);
}

static void fill_earliest(struct about *m)
{
	fill_time(m, "earliest", m->r->bound);
}

static void fill_latest(struct about *m)
{
	fill_time(m, "latest", m->r->bound);
}

static void fill_needs(struct about *m)
{
	fill_add(&m->fills, "needs", m->r->needs ? m->r->needs->name : m->r->skill);
}

static void fill_closed(struct about *m)
{
	struct exchange *x = m->x;

	if (closed_name(x, m->r)) {
		fill_add(&m->fills, "closed-on",
			 text_date(&x->arena, x->lang, m->zone, m->r->closed_why.date));
		fill_add(&m->fills, "why", closed_name(x, m->r));
	}
	if (span_is_empty(m->r->open))
		return;
	fill_time(m, "open-from", m->r->open.start);
	fill_time(m, "open-to", m->r->open.end);
}

static void fill_conflict(struct about *m)
{
	const struct pole *pole = m->x->served->pole;
	const struct conflict *c = m->answer->conflicts;
	const struct member *member;

	if (m->answer->n_conflicts == 0)
		return;
	member = pole_member(pole, c->booking->member);
	m->zone = booking_zone(m->x->served, c->booking);
	fill_add(&m->fills, "member-name",
		 member ? member->name : pole_name_id(pole, NAME_MEMBER, 0, c->booking->member));
	fill_time(m, "from", c->booking->span.start);
	fill_time(m, "until", c->during.end);
}

static void fill_quota(struct about *m)
{
	const struct quota_words words = quota_words(m->x, m->zone, m->r, m->asked);

	fill_add(&m->fills, "has", words.has);
	fill_add(&m->fills, "used", words.used);
	fill_add(&m->fills, "limit", words.limit);
	fill_add(&m->fills, "window", words.window);
	fill_add(&m->fills, "total", words.total);
}

static void fill_who(struct about *m)
{
	if (m->r->rule)
		fill_add(&m->fills, "for", party_words(m->x, &m->r->rule->limit.who));
}

static void fill_kept(struct about *m)
{
	if (m->r->rule)
		fill_add(&m->fills, "for", party_words(m->x, &m->r->rule->limit.keep.party));
	fill_time(m, "earliest", m->r->window.end);
}

static void fill_qualification(struct about *m)
{
	fill_add(&m->fills, "needs",
		 m->r->rule ? m->r->rule->limit.qualification.word : m->r->skill);
}

static void fill_reading(struct about *m)
{
	if (m->asked->booking)
		fill_add(&m->fills, "min",
			 text_reading(&m->x->arena, booking_says(m->asked->booking)->meter_out));
}

static void (*const fillers[N_REASONS])(struct about *m) = {
    [REASON_UNKNOWN_RESOURCE] = fill_unknown_resource,
    [REASON_UNKNOWN_UNIT] = fill_unknown_unit,
    [REASON_UNKNOWN_MEMBER] = fill_unknown_member,
    [REASON_UNKNOWN_PERSON] = fill_unknown_person,
    [REASON_NONE_HAVING] = fill_having,
    [REASON_TOO_MANY] = fill_max,
    [REASON_TOO_LONG] = fill_chain,
    [REASON_CLOSED] = fill_closed,
    [REASON_OUTAGE] = fill_until,
    [REASON_CONFLICT] = fill_conflict,
    [REASON_REQUIREMENT] = fill_needs,
    [REASON_LEAD] = fill_earliest,
    [REASON_HORIZON] = fill_latest,
    [REASON_OPENS] = fill_earliest,
    [REASON_QUOTA] = fill_quota,
    [REASON_WHO] = fill_who,
    [REASON_KEPT] = fill_kept,
    [REASON_QUALIFICATION] = fill_qualification,
    [REASON_TOO_EARLY] = fill_earliest,
    [REASON_READING] = fill_reading,
    [REASON_RECURRENCE] = fill_latest,
    [REASON_MANY_DATES] = fill_max,
};

static void fill_booking(struct about *m)
{
	const struct booking *b =
	    m->r->other ? pole_booking(m->x->served->pole, m->r->other) : m->asked->booking;

	fill_add(&m->fills, "booking",
		 request_get(&m->x->request, m->r->other ? "with" : "booking"));
	if (b)
		fill_add(&m->fills, "state", booking_state_words[b->state]);
}

const char *refusal_text(struct exchange *x, const struct refusal *r, const struct answer *answer,
			 const struct asked *asked)
{
	struct about m = {.x = x, .r = r, .answer = answer, .asked = asked};

	m.what = asked_what(x, asked, r->item);
	m.request = asked_request(x, r->item);
	m.resource = refused_resource(x, r, answer, m.what);
	m.zone = span_zone(x, m.resource);
	fill_add(&m.fills, "what", title(x, m.resource, m.what));
	if (r->rule)
		fill_limit(x, &m.fills, &r->limit);
	if (fillers[r->reason])
		fillers[r->reason](&m);
	fill_booking(&m);
	fill_add(&m.fills, "verb", x->request.verb->word);
	return code_text(code_of_reason(r->reason), x->lang, m.fills.items, m.fills.n, &x->arena);
}
