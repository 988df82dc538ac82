/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules in words, as one would read them aloud. */

#include "daemon/rule_text.h"

#include <string.h>

#include "daemon/calendar_text.h"
#include "lib/limits.h"
#include "lib/person.h"

struct text { /* that grows */
	struct arena *arena;
	bool fr;
	const char *so_far;
};

#define SAY(t, en, fr_) ((t)->fr ? (fr_) : (en))

static struct text text_new(struct arena *a, const char *lang)
{
	return (struct text){a, strcmp(lang, "fr") == 0, ""};
}

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	t->so_far = arena_printf(t->arena, "%s%s", t->so_far, arena_vprintf(t->arena, fmt, args));
	va_end(args);
}

/* A comma where something stands before. */
__attribute__((format(printf, 2, 3))) static void add_part(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	t->so_far = arena_printf(t->arena, "%s%s%s", t->so_far, *t->so_far ? ", " : "",
				 arena_vprintf(t->arena, fmt, args));
	va_end(args);
}

const char *length_text(struct arena *a, const char *lang, struct duration d)
{
	char text[32], *at;

	duration_format(d, text, sizeof(text));
	at = strcmp(lang, "fr") == 0 ? strchr(text, 'd') : NULL;
	if (at)
		*at = 'j';
	at = strcmp(lang, "fr") == 0 ? strchr(text, 'w') : NULL;
	if (!at)
		return arena_strdup(a, text);
	return arena_printf(a, "%.*s sem.", (int)(at - text), text);
}

static const char *length(struct text *t, struct duration d)
{
	return length_text(t->arena, t->fr ? "fr" : "en", d);
}

/* Words */

static void add_words(struct text *t, const char *const *words, size_t n, unsigned bits)
{
	const char *before = "";

	for (size_t i = 0; i < n; i++)
		if (bits & (1u << i)) {
			add(t, "%s%s", before, words[i]);
			before = ", ";
		}
}

static void add_party(struct text *t, const struct party_match *m)
{
	const char *before = "";

	if (m->owner) {
		add(t, "%s", SAY(t, "the owner", "le propriétaire"));
		before = ", ";
	}
	for (size_t i = 0; i < m->n_classes; i++, before = ", ")
		add(t, "%s%s", before, m->classes[i]);
	for (size_t i = 0; i < m->n_members; i++, before = ", ")
		add(t, "%s%s", before, m->members[i]->id);
	if (!m->roles)
		return;
	add(t, "%s%s", before, SAY(t, "with the role ", "avec le rôle "));
	add_words(t, role_words, N_ROLES, m->roles);
}

static bool is_everyone(const struct party_match *m)
{
	return m->n_members == 0 && m->n_classes == 0 && !m->owner && m->roles == 0;
}

static const char *const days[2][7] = {{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
				       {"lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."}};
static const char *const months[2][12] = {
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
    {"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
     "déc."}};

static void add_dates(struct text *t, const struct when *w)
{
	const char *before = " ";

	for (size_t i = 0; i < w->n_dates; i++, before = ", ") {
		const struct civil_date first = civil_from_days(w->dates[i].first_day),
					last = civil_from_days(w->dates[i].last_day);

		add(t, "%s%04d-%02d-%02d", before, (int)first.year, first.month, first.day);
		if (w->dates[i].first_day != w->dates[i].last_day)
			add(t, "..%04d-%02d-%02d", (int)last.year, last.month, last.day);
	}
}

static void add_when(struct text *t, const struct when *w)
{
	if (w->days) {
		add(t, "%s", SAY(t, ", on ", ", les "));
		add_words(t, days[t->fr], 7, w->days);
	}
	if (w->months) {
		add(t, "%s", SAY(t, ", in ", ", en "));
		add_words(t, months[t->fr], 12, w->months);
	}
	if (!w->hours.always)
		add(t, "%s%s", SAY(t, ", at ", ", à "), hours_text(t->arena, &w->hours));
	if (w->n_dates) {
		add(t, "%s", SAY(t, ", on", ", du"));
		add_dates(t, w);
	}
}

/* Limits */

static void say_duration(struct text *t, const struct limit *l)
{
	if (!duration_is_zero(l->duration.min))
		add_part(t, "%s %s", SAY(t, "at least", "au moins"), length(t, l->duration.min));
	if (!duration_is_zero(l->duration.max))
		add_part(t, "%s %s", SAY(t, "at most", "au plus"), length(t, l->duration.max));
	if (!duration_is_zero(l->duration.step))
		add_part(t, "%s %s", SAY(t, "in steps of", "par pas de"),
			 length(t, l->duration.step));
	if (l->duration.chains)
		add_part(t, "%s",
			 SAY(t, "bookings that touch counted as one",
			     "réservations qui se suivent comptées comme une seule"));
}

static void say_start(struct text *t, const struct limit *l)
{
	add(t, "%s %s", SAY(t, "starts every", "débuts toutes les"),
	    length(t, (struct duration){.seconds = l->start_every_s}));
}

static void say_lead(struct text *t, const struct limit *l)
{
	add(t, SAY(t, "asked for %s ahead or more", "demandé %s à l'avance ou plus"),
	    length(t, l->lead));
}

static void say_horizon(struct text *t, const struct limit *l)
{
	add(t, SAY(t, "at most %s ahead", "au plus %s à l'avance"), length(t, l->horizon));
}

static void say_slots(struct text *t, const struct limit *l)
{
	add(t, "%s %s", SAY(t, "slots", "créneaux"), slots_text(l, t->arena));
}

static void say_recurrence(struct text *t, const struct limit *l)
{
	add(t, "%s %s%s", SAY(t, "series of at most", "séries d'au plus"),
	    length(t, l->recurrence.at_most),
	    !l->recurrence.reconfirm
		? ""
		: SAY(t, ", then to be confirmed again", ", puis à reconfirmer"));
}

static void say_opens(struct text *t, const struct limit *l)
{
	add(t,
	    SAY(t, "opens on day %d of a month at %02d:%02d, %d months ahead",
		"ouvre le %d d'un mois à %02d:%02d, %d mois à l'avance"),
	    l->opens.day, l->opens.at_s / 3600, l->opens.at_s / 60 % 60, l->opens.ahead);
}

static void add_amount(struct text *t, const struct quota *q)
{
	const bool many = q->at_most > 1;

	switch (q->measure) {
	case QUOTA_BOOKINGS:
		add(t, "%lld %s", (long long)q->at_most,
		    many ? SAY(t, "bookings", "réservations") : SAY(t, "booking", "réservation"));
		break;
	case QUOTA_DAYS:
		add(t, "%lld %s", (long long)q->at_most,
		    many ? SAY(t, "days", "jours") : SAY(t, "day", "jour"));
		break;
	case QUOTA_UNITS:
		add(t, "%lld %s", (long long)q->at_most,
		    many ? SAY(t, "units", "unités") : SAY(t, "unit", "unité"));
		break;
	case QUOTA_TIME:
	case QUOTA_UNIT_TIME:
		add(t, "%s%s", length(t, (struct duration){.seconds = q->at_most}),
		    q->measure == QUOTA_TIME ? "" : SAY(t, " times units", " fois unités"));
		break;
	}
}

static void say_quota(struct text *t, const struct limit *l)
{
	static const char *const of[2][3] = {{"a person", "a member", "a class"},
					     {"une personne", "un membre", "une classe"}};
	static const char *const windows[2][N_QUOTA_WINDOWS] = {
	    {" to come", " at once", NULL, " per calendar day", " per calendar week",
	     " per calendar month", " per calendar year"},
	    {" à venir", " à la fois", NULL, " par jour", " par semaine civile", " par mois civil",
	     " par année civile"}};
	static const char *const uncounted[2][5] = {
	    {"what is asked for on the same day", "what is off-peak", "what is cancelled in time",
	     "what is given back", "closed days"},
	    {"ce qui est demandé le jour même", "les heures creuses", "ce qui est annulé à temps",
	     "ce qui est rendu", "les jours de fermeture"}};
	const struct quota *q = &l->quota;

	add(t, "%s ", SAY(t, "at most", "au plus"));
	add_amount(t, q);
	add(t, " %s %s", SAY(t, "of", "pour"), of[t->fr][q->of]);
	if (q->window == QUOTA_ROLLING)
		add(t, "%s%s", SAY(t, " in any ", " sur "), length(t, q->length));
	else
		add(t, "%s", windows[t->fr][q->window]);
	if (q->uncounted) {
		add(t, "%s", SAY(t, ", not counting ", ", sans compter "));
		add_words(t, uncounted[t->fr], 5, q->uncounted);
	}
	if (!q->peak.always)
		add(t, "%s%s", SAY(t, ", peak is ", ", heures pleines "),
		    hours_text(t->arena, &q->peak));
}

static void say_who(struct text *t, const struct limit *l)
{
	add(t, "%s ", SAY(t, "only for", "réservé à"));
	add_party(t, &l->who);
}

static void say_keep(struct text *t, const struct limit *l)
{
	add(t, "%s ", SAY(t, "kept for", "gardé pour"));
	add_party(t, &l->keep.party);
	if (!duration_is_zero(l->keep.until))
		add(t, SAY(t, " until %s before", " jusqu'à %s avant"), length(t, l->keep.until));
}

static void say_qualification(struct text *t, const struct limit *l)
{
	add(t, "%s %s", SAY(t, "needs", "il faut"), l->qualification.word);
	if (!duration_is_zero(l->qualification.held_for))
		add(t, SAY(t, ", held for %s", ", depuis %s"),
		    length(t, l->qualification.held_for));
	if (l->qualification.own_issuer)
		add(t, "%s", SAY(t, ", from the own member", ", du membre lui-même"));
}

static void say_approval(struct text *t, const struct limit *l)
{
	static const char *const by[2][3] = {
	    {"a manager", "a coordinator", "the owner"},
	    {"un gestionnaire", "la coordination", "le propriétaire"}};
	const struct approval *p = &l->approval;

	add(t, "%s %s", SAY(t, "approval by", "accord par"), by[t->fr][p->by]);
	if (!duration_is_zero(p->longer_than))
		add(t, SAY(t, " where longer than %s", " au-delà de %s"),
		    length(t, p->longer_than));
	if (!duration_is_zero(p->undecided_after))
		add(t, SAY(t, ", undecided after %s", ", sans réponse sous %s"),
		    length(t, p->undecided_after));
	else
		add(t, "%s", SAY(t, ", undecided when it begins", ", sans réponse au début"));
	add(t, ": %s", p->then_grant ? SAY(t, "granted", "accordé") : SAY(t, "declined", "refusé"));
	if (p->queueing)
		add(t, "%s",
		    SAY(t, ", others may ask meanwhile",
			", d'autres peuvent demander entre-temps"));
}

static void say_hold(struct text *t, const struct limit *l)
{
	add(t, SAY(t, "held for at most %s", "retenu au plus %s"), length(t, l->hold));
}

static void say_cancel(struct text *t, const struct limit *l)
{
	for (size_t i = 0; i < l->cancel.n; i++)
		add_part(t,
			 SAY(t, "cancelled less than %s before owes %d %%",
			     "annulé moins de %s avant doit %d %%"),
			 length(t, l->cancel.bands[i].before), l->cancel.bands[i].per_cent);
}

static void say_no_show(struct text *t, const struct limit *l)
{
	add(t, SAY(t, "released %s after the start", "libéré %s après le début"),
	    length(t, l->no_show.after));
	if (l->no_show.per_cent)
		add(t, SAY(t, ", owes %d %%", ", doit %d %%"), l->no_show.per_cent);
}

static void (*const says[N_LIMIT_KINDS])(struct text *, const struct limit *) = {
    [LIMIT_DURATION] = say_duration,
    [LIMIT_START] = say_start,
    [LIMIT_LEAD] = say_lead,
    [LIMIT_HORIZON] = say_horizon,
    [LIMIT_SLOTS] = say_slots,
    [LIMIT_RECURRENCE] = say_recurrence,
    [LIMIT_OPENS] = say_opens,
    [LIMIT_QUOTA] = say_quota,
    [LIMIT_WHO] = say_who,
    [LIMIT_KEEP] = say_keep,
    [LIMIT_QUALIFICATION] = say_qualification,
    [LIMIT_APPROVAL] = say_approval,
    [LIMIT_HOLD] = say_hold,
    [LIMIT_CANCEL] = say_cancel,
    [LIMIT_NO_SHOW] = say_no_show,
};

const char *limit_text(struct arena *a, const char *lang, const struct limit *l)
{
	struct text t = text_new(a, lang);

	says[l->kind](&t, l);
	return t.so_far;
}

/* What rules are about */

static bool is_named_unit(const struct rule *r, const struct resource *of)
{
	for (size_t i = 0; i < r->n_units; i++)
		if (r->units[i] >= of->units && r->units[i] < of->units + of->n_units)
			return true;
	return false;
}

static void add_things(struct text *t, const struct rule *r)
{
	const char *before = SAY(t, ", for ", ", pour ");

	for (size_t i = 0; i < r->n_resources; i++) {
		if (is_named_unit(r, r->resources[i]))
			continue;
		add(t, "%s%s", before, r->resources[i]->id);
		before = ", ";
	}
	for (size_t i = 0; i < r->n_units; i++, before = ", ")
		add(t, "%s%s", before, r->units[i]->id);
}

static void add_standing(struct text *t, const struct standing *s)
{
	static const char *const words[2][3] = {
	    {"no-shows", "late cancellations", "late returns"},
	    {"absences", "annulations tardives", "retours en retard"}};
	const unsigned bits =
	    s->no_shows | (unsigned)s->late_cancels << 1 | (unsigned)s->late_returns << 2;

	add(t, SAY(t, ", for those with %u ", ", pour qui a %u "), s->at_least);
	add_words(t, words[t->fr], 3, bits);
	add(t, SAY(t, " within %s", " en %s"), length(t, s->within));
}

const char *rule_text(struct arena *a, const char *lang, const struct rule *r)
{
	struct text t = text_new(a, lang);

	says[r->limit.kind](&t, &r->limit);
	add_things(&t, r);
	if (!is_everyone(&r->party)) {
		add(&t, "%s", SAY(&t, ", of ", ", de "));
		add_party(&t, &r->party);
	}
	if (r->has_when)
		add_when(&t, &r->when);
	if (r->has_release)
		add(&t,
		    SAY(&t, ", until %02d-%02d of the year of use",
			", jusqu'au %02d-%02d de l'année d'usage"),
		    r->release.month, r->release.day);
	if (r->standing.at_least)
		add_standing(&t, &r->standing);
	return t.so_far;
}

/* Conflicts */

static void add_share(struct text *t, const struct conflict_rules *c)
{
	add_part(
	    t,
	    SAY(t, "use counts half after %s and for %s", "l'usage compte moitié après %s, et %s"),
	    length(t, c->fair_share.half_life), length(t, c->fair_share.looks_back));
	if (!duration_is_zero(c->fair_share.floor))
		add_part(
		    t,
		    SAY(t, "who had less than %s goes first", "qui a eu moins de %s passe devant"),
		    length(t, c->fair_share.floor));
	for (size_t i = 0; i < c->fair_share.n_costs; i++)
		add_part(t, "%s × %.10g", c->fair_share.costs[i].resource->id,
			 c->fair_share.costs[i].weight);
}

static void add_displacing(struct text *t, const struct conflict_rules *c)
{
	if (!c->displace.enabled) {
		add_part(t, "%s", SAY(t, "nobody is displaced", "personne n'est déplacé"));
		return;
	}
	add_part(t,
		 SAY(t, "others may be displaced %s ahead by ", "peut déplacer, %s à l'avance : "),
		 length(t, c->displace.notice));
	add_party(t, &c->displace.by);
	if (c->displace.replace_first)
		add(t, "%s",
		    SAY(t, ", those first that find another place",
			", d'abord qui trouve une autre place"));
}

const char *conflicts_text(struct arena *a, const char *lang, const struct conflict_rules *c)
{
	struct text t = text_new(a, lang);

	add(&t, "%s", SAY(&t, "in order of ", "dans l'ordre "));
	for (size_t i = 0; i < c->n_order; i++)
		add(&t, "%s%s", i ? ", " : "", order_key_words[c->order[i]]);
	for (size_t i = 0; i < c->n_classes; i++)
		add(&t, "%s%s", i ? " > " : SAY(&t, ", classes ", ", classes "), c->classes[i]);
	add_share(&t, c);
	if (c->waiting.enabled)
		add_part(&t, SAY(&t, "offers hold %s, %s", "une offre tient %s, %s"),
			 length(&t, c->waiting.offer_holds), hours_text(a, &c->waiting.during));
	else
		add_part(&t, "%s", SAY(&t, "nobody waits", "pas de liste d'attente"));
	add_displacing(&t, c);
	add_part(
	    &t, "%s",
	    c->repack
		? SAY(&t, "bookings are moved to make room", "on déplace pour faire de la place")
		: SAY(&t, "bookings stay on their unit", "chaque réservation garde son unité"));
	add_part(&t, SAY(&t, "%u alternatives", "%u propositions"), c->alternatives);
	return t.so_far;
}
