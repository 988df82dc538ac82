/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules in words. */

#include "daemon/rule_words.h"

#include "daemon/served.h"
#include "daemon/server.h"

static const char *const of_words[] = {
    [QUOTA_OF_PERSON] = "person", [QUOTA_OF_MEMBER] = "member", [QUOTA_OF_CLASS] = "class"};
static const char *const measure_words[] = {[QUOTA_BOOKINGS] = "bookings",
					    [QUOTA_TIME] = "time",
					    [QUOTA_DAYS] = "days",
					    [QUOTA_UNIT_TIME] = "unit-time",
					    [QUOTA_UNITS] = "units"};

static bool is_time(enum quota_measure measure)
{
	return measure == QUOTA_TIME || measure == QUOTA_UNIT_TIME;
}

/* A number in a quota's measure: "5h", "3". */
static const char *amount(struct exchange *x, enum quota_measure measure, int64_t n)
{
	char text[32];

	if (!is_time(measure))
		return arena_printf(&x->arena, "%lld", (long long)n);
	return arena_strdup(&x->arena, duration_format((struct duration){.seconds = n > 0 ? n : 0},
						       text, sizeof(text)));
}

/* The same with what is counted: "6h", "3 bookings". */
static const char *amount_of(struct exchange *x, enum quota_measure measure, int64_t n)
{
	static const char *const units[N_LANGUAGES][QUOTA_UNITS + 1][2] = {
	    [LANG_EN] = {[QUOTA_BOOKINGS] = {" booking", " bookings"},
			 [QUOTA_TIME] = {"", ""},
			 [QUOTA_DAYS] = {" day", " days"},
			 [QUOTA_UNIT_TIME] = {" (units × time)", " (units × time)"},
			 [QUOTA_UNITS] = {" unit", " units"}},
	    [LANG_FR] = {[QUOTA_BOOKINGS] = {" réservation", " réservations"},
			 [QUOTA_TIME] = {"", ""},
			 [QUOTA_DAYS] = {" jour", " jours"},
			 [QUOTA_UNIT_TIME] = {" (unités × temps)", " (unités × temps)"},
			 [QUOTA_UNITS] = {" unité", " unités"}},
	};

	return arena_printf(&x->arena, "%s%s", amount(x, measure, n),
			    units[x->lang][measure][n != 1]);
}

/* Whose quota it is: of the booking that is altered, of whom the request names, or the asker's. */
static const char *whose(struct exchange *x, const struct refusal *r, const struct asked *asked)
{
	static const char *const own[N_LANGUAGES][QUOTA_OF_CLASS] = {
	    [LANG_EN] =
		{[QUOTA_OF_PERSON] = "You have", [QUOTA_OF_MEMBER] = "Your organisation has"},
	    [LANG_FR] =
		{[QUOTA_OF_PERSON] = "Vous avez", [QUOTA_OF_MEMBER] = "Votre organisation a"},
	};
	static const char *const others[N_LANGUAGES] = {[LANG_EN] = "%s has", [LANG_FR] = "%s a"};
	static const char *const classes[N_LANGUAGES] = {
	    [LANG_EN] = "Members of class %s have", [LANG_FR] = "Les membres de la classe %s ont"};
	const struct pole *pole = x->served->pole;
	const struct person *self = pole_person(pole, x->person);
	const struct booking *b = asked->booking;
	const char *named = request_get(&x->request, "member");
	uint32_t number = request_person(&x->request, "person");
	const struct person *person = b	       ? pole_person(pole, b->person)
				      : number ? pole_person(pole, number)
					       : self;
	const struct member *member = b	       ? pole_member(pole, b->member)
				      : named  ? policy_member(exchange_policy(x), named)
				      : person ? pole_member(pole, person->member)
					       : NULL;
	enum quota_of of = r->limit.quota.of;

	if (of == QUOTA_OF_CLASS && member)
		return arena_printf(&x->arena, classes[x->lang], member->class);
	if (of == QUOTA_OF_PERSON && person && person != self)
		return arena_printf(&x->arena, others[x->lang], person->name);
	if (of == QUOTA_OF_MEMBER && member && (!self || member->number != self->member))
		return arena_printf(&x->arena, others[x->lang], member->name);
	return own[x->lang][of == QUOTA_OF_PERSON ? QUOTA_OF_PERSON : QUOTA_OF_MEMBER];
}

static const char *day_of(struct exchange *x, const struct zone *z, int64_t utc)
{
	return text_date(&x->arena, x->lang, z, zone_to_local(z, utc).date);
}

/* Over which time it is counted. */
static const char *window_words(struct exchange *x, const struct zone *z, const struct refusal *r)
{
	enum { EN_FR = N_LANGUAGES };
	static const char *const forms[N_QUOTA_WINDOWS][EN_FR] = {
	    [QUOTA_FUTURE] = {"ahead", "à venir"},
	    [QUOTA_AT_ONCE] = {"at once", "à la fois"},
	    [QUOTA_ROLLING] = {"within %s", "en %s"},
	    [QUOTA_CALENDAR_DAY] = {"on %s", "le %s"},
	    [QUOTA_CALENDAR_WEEK] = {"in the week from %s", "dans la semaine du %s"},
	    [QUOTA_CALENDAR_MONTH] = {"in %s", "en %s"},
	    [QUOTA_CALENDAR_YEAR] = {"in %s", "en %s"},
	};
	const struct quota *q = &r->limit.quota;
	const char *form = forms[q->window][x->lang];
	int64_t from = r->window.start, now = server_clock();
	char text[32];

	switch (q->window) {
	case QUOTA_ROLLING:
		return arena_printf(&x->arena, form,
				    duration_format(q->length, text, sizeof(text)));
	case QUOTA_CALENDAR_WEEK:
		if (r->window.start <= now && now < r->window.end)
			return x->lang == LANG_FR ? "cette semaine" : "this week";
		return arena_printf(&x->arena, form, day_of(x, z, from));
	case QUOTA_CALENDAR_DAY:
		return arena_printf(&x->arena, form, day_of(x, z, from));
	case QUOTA_CALENDAR_MONTH:
		return arena_printf(&x->arena, form, text_month(&x->arena, x->lang, z, from));
	case QUOTA_CALENDAR_YEAR:
		return arena_printf(
		    &x->arena, form,
		    arena_printf(&x->arena, "%d", (int)zone_to_local(z, from).date.year));
	default:
		return form;
	}
}

struct quota_words quota_words(struct exchange *x, const struct zone *z, const struct refusal *r,
			       const struct asked *asked)
{
	const struct quota *q = &r->limit.quota;

	return (struct quota_words){.has = whose(x, r, asked),
				    .used = amount(x, q->measure, r->used),
				    .limit = amount_of(x, q->measure, q->at_most),
				    .window = window_words(x, z, r),
				    .total = amount(x, q->measure, r->used + r->wanted)};
}

void write_quota(struct exchange *x, struct line_writer *w, const struct zone *z,
		 const struct refusal *r)
{
	const struct quota *q = &r->limit.quota;

	line_str(w, "used", amount(x, q->measure, r->used));
	line_str(w, "wanted", amount(x, q->measure, r->wanted));
	line_str(w, "at-most", amount(x, q->measure, q->at_most));
	line_str(w, "of", of_words[q->of]);
	line_str(w, "measure", measure_words[q->measure]);
	if (!span_is_empty(r->window) && q->window >= QUOTA_ROLLING) {
		write_time(w, "window-from", z, r->window.start);
		write_time(w, "window-to", z, r->window.end);
	}
}

static const char *join(struct exchange *x, const char *list, const char *form, const char *word)
{
	const char *next = arena_printf(&x->arena, form, word);

	return *list ? arena_printf(&x->arena, "%s, %s", list, next) : next;
}

const char *party_words(struct exchange *x, const struct party_match *party)
{
	static const char *const classes[N_LANGUAGES] = {
	    [LANG_EN] = "class %s", [LANG_FR] = "la classe %s"};
	static const char *const owner[N_LANGUAGES] = {
	    [LANG_EN] = "its owner", [LANG_FR] = "son propriétaire"};
	static const char *const roles[N_LANGUAGES][N_ROLES] = {
	    [LANG_EN] = {"members", "managers", "coordinators", "administrators"},
	    [LANG_FR] = {"les membres", "les responsables", "la coordination", "l'administration"}};
	const char *list = "";

	for (size_t i = 0; i < party->n_members; i++)
		list = join(x, list, "%s", party->members[i]->name);
	for (size_t i = 0; i < party->n_classes; i++)
		list = join(x, list, classes[x->lang], party->classes[i]);
	if (party->owner)
		list = join(x, list, "%s", owner[x->lang]);
	for (int i = 0; i < N_ROLES; i++)
		if (party->roles & (1u << i))
			list = join(x, list, "%s", roles[x->lang][i]);
	return list;
}

void write_party(struct line_writer *w, const struct party_match *party)
{
	for (size_t i = 0; i < party->n_members; i++)
		line_str(w, "for", party->members[i]->id);
	for (size_t i = 0; i < party->n_classes; i++)
		line_printf(w, "for", "class:%s", party->classes[i]);
	if (party->owner)
		line_str(w, "for", "owner");
	for (int i = 0; i < N_ROLES; i++)
		if (party->roles & (1u << i))
			line_printf(w, "for", "role:%s", role_words[i]);
}
