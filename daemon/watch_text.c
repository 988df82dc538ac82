/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom an event concerns, and its line. What an asker may not see is judged as of now, by
 * lib/resolve.h. */

#include "daemon/watch.h"

#include "daemon/answer.h"
#include "daemon/served.h"
#include "lib/resolve.h"

/* Concerning */

static bool is_of_resource(const struct booking *b, uint32_t resource)
{
	for (size_t i = 0; i < b->n_items; i++)
		if (b->items[i].resource == resource)
			return true;
	for (size_t i = 0; i < b->n_allocations; i++)
		if (b->allocations[i].resource == resource)
			return true;
	return false;
}

static bool sees(const struct served *s, const struct asker *who, const struct watch_filter *f,
		 const struct booking *b)
{
	if (f->resource && !is_of_resource(b, f->resource))
		return false;
	return f->all ? asker_sees_all(s->pole, who, b) : asker_is_of(who, b->member);
}

/* Outages are no secret, but only news to who looks after the thing or asks about it. */
static bool is_outage_told(const struct served *s, const struct asker *who,
			   const struct watch_filter *f, const struct outage *o)
{
	if (f->resource)
		return f->resource == o->resource;
	return f->all && asker_manages(s->pole, who, pole_resource(s->pole, o->resource));
}

bool event_concerns(const struct served *s, const struct asker *who,
		    const struct watch_filter *filter, const struct log_event *e)
{
	switch (e->kind) {
	case EVENT_BOOKING:
		return sees(s, who, filter, e->now) || (e->was && sees(s, who, filter, e->was));
	case EVENT_OUTAGE:
		return is_outage_told(s, who, filter, &e->outage);
	default:
		return true;
	}
}

/* Texts */

static const char *const cause_texts[N_LANGUAGES][N_CAUSES] = {
    [LANG_EN] = {[CAUSE_BOOKED] = "booked",
		 [CAUSE_HELD] = "held, until it is confirmed",
		 [CAUSE_REQUESTED] = "to be approved",
		 [CAUSE_QUEUED] = "in the queue",
		 [CAUSE_CONFIRMED] = "confirmed",
		 [CAUSE_OFFERED] = "free now, and offered: accept it, or pass",
		 [CAUSE_ACCEPTED] = "the offer is accepted",
		 [CAUSE_PASSED] = "turned down",
		 [CAUSE_EXPIRED] = "over: its time ran out",
		 [CAUSE_APPROVED] = "approved",
		 [CAUSE_DECLINED] = "declined",
		 [CAUSE_MOVED] = "moved",
		 [CAUSE_EXTENDED] = "has another end",
		 [CAUSE_REPACKED] = "on another unit, to make room for others",
		 [CAUSE_CANCELLED] = "cancelled",
		 [CAUSE_GIVEN_BACK] = "one thing of it given back",
		 [CAUSE_OUT] = "checked out",
		 [CAUSE_BACK] = "brought back",
		 [CAUSE_LATE] = "late: it should be back by now",
		 [CAUSE_DELAYED] = "may be delayed: what is on its unit is late",
		 [CAUSE_NO_SHOW] = "released: nobody came",
		 [CAUSE_DISPLACED] = "displaced by a higher right; first in the queue",
		 [CAUSE_SUSPENDED] = "suspended: out of service; first in the queue",
		 [CAUSE_REPLACED] = "has another place",
		 [CAUSE_RESTORED] = "has its own place back",
		 [CAUSE_SWAP_PROPOSED] = "proposed for an exchange",
		 [CAUSE_SWAP_WITHDRAWN] = "the exchange is withdrawn",
		 [CAUSE_SWAPPED] = "exchanged",
		 [CAUSE_DISPUTED] = "disputed",
		 [CAUSE_SETTLED] = "the dispute is settled",
		 [CAUSE_WAIVED] = "owes nothing any more: somebody else took the time"},
    [LANG_FR] = {[CAUSE_BOOKED] = "réservé",
		 [CAUSE_HELD] = "retenu, à confirmer",
		 [CAUSE_REQUESTED] = "à approuver",
		 [CAUSE_QUEUED] = "en file d'attente",
		 [CAUSE_CONFIRMED] = "confirmé",
		 [CAUSE_OFFERED] = "libre et proposé : acceptez, ou passez",
		 [CAUSE_ACCEPTED] = "l'offre est acceptée",
		 [CAUSE_PASSED] = "décliné par son titulaire",
		 [CAUSE_EXPIRED] = "terminé : le délai est passé",
		 [CAUSE_APPROVED] = "approuvé",
		 [CAUSE_DECLINED] = "refusé",
		 [CAUSE_MOVED] = "déplacé",
		 [CAUSE_EXTENDED] = "a une autre fin",
		 [CAUSE_REPACKED] = "sur une autre unité, pour faire de la place",
		 [CAUSE_CANCELLED] = "annulé",
		 [CAUSE_GIVEN_BACK] = "un de ses éléments est rendu",
		 [CAUSE_OUT] = "sorti",
		 [CAUSE_BACK] = "rentré",
		 [CAUSE_LATE] = "en retard : devrait être rentré",
		 [CAUSE_DELAYED] = "risque d'attendre : l'occupant précédent est en retard",
		 [CAUSE_NO_SHOW] = "libéré : personne n'est venu",
		 [CAUSE_DISPLACED] = "déplacé par un droit supérieur ; premier dans la file",
		 [CAUSE_SUSPENDED] = "suspendu : hors service ; premier dans la file",
		 [CAUSE_REPLACED] = "a une autre place",
		 [CAUSE_RESTORED] = "retrouve sa place",
		 [CAUSE_SWAP_PROPOSED] = "proposé pour un échange",
		 [CAUSE_SWAP_WITHDRAWN] = "l'échange est retiré",
		 [CAUSE_SWAPPED] = "échangé",
		 [CAUSE_DISPUTED] = "contesté",
		 [CAUSE_SETTLED] = "la contestation est tranchée",
		 [CAUSE_WAIVED] = "ne doit plus rien : la place est reprise"},
};

static const char *resource_title(const struct served *s, uint32_t number)
{
	const struct resource *r = pole_resource(s->pole, number);

	return r ? r->name : pole_name_id(s->pole, NAME_RESOURCE, 0, number);
}

static const char *about(const struct served *s, enum language lang, uint32_t resource,
			 const struct zone *z, int64_t at, const char *text, struct arena *a)
{
	return arena_printf(a, lang == LANG_FR ? "%s, %s : %s" : "%s, %s: %s",
			    resource_title(s, resource), text_time(a, lang, z, at), text);
}

/* Bookings */

static void write_was(const struct served *s, const struct log_event *e, const struct zone *z,
		      struct line_writer *w)
{
	const struct booking *was = e->was;

	if (!was || !booking_state_occupies(was->state))
		return;
	if (was->resource != e->now->resource)
		line_str(w, "was-resource", booking_resource_id(s, was));
	if (!span_equals(was->span, e->now->span)) {
		write_time(w, "was-from", z, was->span.start);
		write_time(w, "was-to", z, was->span.end);
	}
	if (e->cause != CAUSE_BOOKED)
		write_units(w, s, "was-unit", was, first_item(was));
}

/* Whether a person makes it: what time, an outage or room for others does is nobody's act. */
static bool is_act(const struct log_event *e)
{
	enum booking_state from = e->was ? e->was->state : e->now->state;

	return !e->was ||
	       state_may_move(from, e->now->state, e->cause, MOVER_HOLDER | MOVER_MANAGER);
}

/* Only colleagues, and to who manages the thing anybody. */
static void write_actor(const struct served *s, const struct asker *who, const struct log_event *e,
			struct line_writer *w)
{
	const struct person *actor = pole_person(s->pole, e->actor);

	if (!actor || !is_act(e))
		return;
	if (asker_is_of(who, actor->member) || asker_manages_all(s->pole, who, e->now))
		line_printf(w, "by", "p%u", e->actor);
}

static void write_outcome(const struct served *s, const struct log_event *e, const struct zone *z,
			  struct line_writer *w)
{
	const struct details *d = booking_says(e->now);
	const struct booking *by = d->displaced_by ? pole_booking(s->pole, d->displaced_by) : NULL;

	if (booking_state_is_open(e->now->state) && e->now->due_at)
		write_time(w, "due-at", z, e->now->due_at);
	if (e->cause == CAUSE_DISPLACED && by)
		line_str(w, "displaced-by-member",
			 pole_name_id(s->pole, NAME_MEMBER, 0, by->member));
	if (e->cause == CAUSE_SUSPENDED && d->outage)
		line_int(w, "outage", d->outage);
}

static void write_event_of_booking(const struct served *s, const struct asker *who,
				   enum language lang, const struct log_event *e,
				   struct line_writer *w)
{
	const struct booking *b = e->now;
	const struct zone *z = booking_zone(s, b);
	struct arena a = {0};
	char code[16];

	line_str(w, "event", cause_words[e->cause]);
	line_str(w, "booking", booking_code(b->number, code, sizeof(code)));
	line_str(w, "state", booking_state_words[b->state]);
	write_span(w, s, b, true);
	write_member(w, s, b->member);
	write_outcome(s, e, z, w);
	write_was(s, e, z, w);
	write_actor(s, who, e, w);
	line_str(w, "text",
		 about(s, lang, b->resource, z, b->span.start, cause_texts[lang][e->cause], &a));
	arena_clear(&a);
}

/* Outages and policies */

enum other { OTHER_OUTAGE, OTHER_CLOSURE, OTHER_REOPENED, OTHER_POLICY, OTHER_MISSED, OTHER_ENDED };
static const struct {
	const char *word, *texts[N_LANGUAGES];
} others[] = {
    [OTHER_OUTAGE] = {"outage", {"out of service", "hors service"}},
    [OTHER_CLOSURE] = {"closure", {"closed", "fermé"}},
    [OTHER_REOPENED] = {"reopened", {"open again", "de nouveau ouvert"}},
    [OTHER_POLICY] = {"policy", {"another policy holds", "une autre politique est en vigueur"}},
    [OTHER_MISSED] = {"missed",
		      {"what was told before may no longer hold: please ask anew",
		       "ce qui a été dit ne vaut peut-être plus : redemandez tout"}},
    [OTHER_ENDED] = {"ended",
		     {"you are told no more: your token is no longer valid",
		      "vous ne recevez plus rien : votre jeton n'est plus valable"}},
};

static void write_event_of_outage(const struct served *s, enum language lang,
				  const struct outage *o, struct line_writer *w)
{
	const struct resource *r = pole_resource(s->pole, o->resource);
	const struct zone *z = r ? r->site->zone : pole_policy(s->pole)->zone;
	enum other kind = o->lifted_at	  ? OTHER_REOPENED
			  : o->is_closure ? OTHER_CLOSURE
					  : OTHER_OUTAGE;
	struct arena a = {0};

	line_str(w, "event", others[kind].word);
	line_int(w, "outage", o->number);
	line_str(w, "resource", pole_name_id(s->pole, NAME_RESOURCE, 0, o->resource));
	if (o->lane)
		line_str(w, "unit", lane_word(s, o->resource, o->lane));
	write_time(w, "from", z, o->span.start);
	if (o->span.end != TIME_NEVER)
		write_time(w, "to", z, o->span.end);
	line_str(w, "text",
		 about(s, lang, o->resource, z, o->span.start, others[kind].texts[lang], &a));
	arena_clear(&a);
}

static void begin(struct line_writer *w, struct buffer *out)
{
	line_begin(w, out, "*");
	line_word(w, "EVENT");
}

void event_write(const struct served *s, const struct asker *who, enum language lang,
		 const struct log_event *e, struct buffer *out)
{
	struct line_writer w;

	begin(&w, out);
	line_int(&w, "version", e->at.version);
	line_int(&w, "seq", e->at.seq);
	write_time(&w, "at", pole_policy(s->pole)->zone, e->when);
	if (e->kind == EVENT_BOOKING) {
		write_event_of_booking(s, who, lang, e, &w);
	} else if (e->kind == EVENT_OUTAGE) {
		write_event_of_outage(s, lang, &e->outage, &w);
	} else {
		line_str(&w, "event", others[OTHER_POLICY].word);
		line_str(&w, "text", others[OTHER_POLICY].texts[lang]);
	}
	line_end(&w);
}

void event_write_notice(const struct served *s, enum language lang, enum watch_notice notice,
			struct buffer *out)
{
	enum other kind = notice == WATCH_MISSED ? OTHER_MISSED : OTHER_ENDED;
	struct line_writer w;

	begin(&w, out);
	line_int(&w, "version", s->version);
	line_str(&w, "event", others[kind].word);
	line_str(&w, "text", others[kind].texts[lang]);
	line_end(&w);
}
