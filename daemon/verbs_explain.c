/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EXPLAIN: the reasoning of lib/explain.h as lines. */

/*
 * What others may not see is left out as everywhere: of who is in the way the member and the times,
 * of the queue who stands before the asker, but not who stands behind.
 */

#include <string.h>

#include "daemon/refusal_text.h"
#include "daemon/rule_text.h"
#include "daemon/rule_words.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/store.h"
#include "daemon/verbs_parts.h"
#include "lib/explain.h"
#include "lib/resolve.h"

struct telling {
	struct exchange *x;
	const struct explanation *e;
	struct asked asked; /* of the whole */
	bool numbered;	    /* there are several things */
};

static const char *lang_word(const struct exchange *x)
{
	return x->lang == LANG_FR ? "fr" : "en";
}

static void begin(const struct telling *t, struct line_writer *w, const char *kind,
		  const struct finding *f)
{
	reply_data(t->x, w, kind);
	if (t->numbered)
		line_int(w, "item", f->item + 1);
	line_str(w, "resource", f->resource ? f->resource->id : NULL);
}

/* As a refusal would say it. */
static const char *why_not(const struct telling *t, const struct finding *f)
{
	struct refusal refusal = f->refusal;
	struct conflict conflict = f->conflict;
	const struct answer answer = {.refusals = &refusal,
				      .n_refusals = 1,
				      .conflicts = &conflict,
				      .n_conflicts = conflict.booking != NULL};
	struct asked asked = t->asked;

	if (!asked.booking)
		asked = (struct asked){.what = f->resource->id};
	return refusal_text(t->x, &refusal, &answer, &asked);
}

/* Rules */

static const struct unmatched {
	const char *word, *texts[N_LANGUAGES];
} unmatched_texts[] = {
    {"party", {"it is not about you", "elle ne vous concerne pas"}},
    {"when", {"it is not about that time", "elle ne concerne pas ce moment"}},
    {"unit", {"it is about other units", "elle concerne d'autres unités"}},
    {"release", {"it no longer holds", "elle ne vaut plus"}},
    {"standing", {"it is about those who failed before", "elle vise qui a déjà manqué"}},
    {"kind", {"it is not about a single booking", "elle ne concerne pas une réservation seule"}},
};

static const char *unmatched_text(const struct exchange *x, const char *word)
{
	for (size_t i = 0; i < sizeof(unmatched_texts) / sizeof(*unmatched_texts); i++)
		if (strcmp(unmatched_texts[i].word, word) == 0)
			return unmatched_texts[i].texts[x->lang];
	return word;
}

static const char *rule_said(const struct telling *t, const struct finding *f)
{
	struct exchange *x = t->x;
	const char *rule = rule_text(&x->arena, lang_word(x), f->rule);

	if (f->unmatched)
		return arena_printf(&x->arena, x->lang == LANG_FR ? "%s : %s" : "%s: %s", rule,
				    unmatched_text(x, f->unmatched));
	return f->kept ? rule : why_not(t, f);
}

static void tell_rule(const struct telling *t, const struct finding *f)
{
	const struct zone *z = span_zone(t->x, f->resource);
	struct line_writer w;

	begin(t, &w, "rule", f);
	line_str(&w, "rule", f->rule->name);
	write_rule_place(&w, f->rule->place);
	line_str(&w, "kept", f->unmatched ? "unmatched" : f->kept ? "yes" : "no");
	line_str(&w, "why", f->unmatched);
	line_str(&w, "unit", f->unit ? unit_word(f->resource, f->unit) : NULL);
	if (!f->kept)
		line_str(&w, "code", code_word(code_of_reason(f->refusal.reason)));
	if (!f->unmatched && f->kept && f->rule->limit.kind == LIMIT_QUOTA)
		write_quota(t->x, &w, z, &f->refusal);
	if (!f->kept)
		write_numbers(t->x, &w, z, &f->refusal);
	line_str(&w, "text", rule_said(t, f));
	line_end(&w);
}

static void tell_hours(const struct telling *t, const struct finding *f)
{
	static const char *const open[N_LANGUAGES] = {
	    [LANG_EN] = "open then", [LANG_FR] = "ouvert à ce moment"};
	struct line_writer w;

	begin(t, &w, "hours", f);
	line_str(&w, "kept", f->kept ? "yes" : "no");
	write_closed(t->x, &w, span_zone(t->x, f->resource), &f->refusal);
	line_str(&w, "text", f->kept ? open[t->x->lang] : why_not(t, f));
	line_end(&w);
}

/* Units */

static const char *slack_text(struct exchange *x, int64_t slack_s)
{
	static const char *const idle[N_LANGUAGES] = {
	    [LANG_EN] = "free; %s left idle around it", [LANG_FR] = "libre ; %s de creux autour"};
	char text[32];

	duration_format((struct duration){.seconds = slack_s}, text, sizeof(text));
	return arena_printf(&x->arena, idle[x->lang], text);
}

static const char *unit_said(const struct telling *t, const struct finding *f)
{
	static const char *const chosen[N_LANGUAGES] = {
	    [LANG_EN] = "chosen", [LANG_FR] = "retenue"};
	static const char *const own[N_LANGUAGES] = {
	    [LANG_EN] = "taken by another thing of the same request",
	    [LANG_FR] = "prise par un autre élément de la même demande"};
	static const char *const places[N_LANGUAGES] = {
	    [LANG_EN] = "%zu of %zu free", [LANG_FR] = "%zu libres sur %zu"};
	struct exchange *x = t->x;

	if (f->n_places)
		return arena_printf(&x->arena, places[x->lang], f->n_free, f->n_places);
	if (f->kept && f->chosen && f->resource->n_parts > 0)
		return chosen[x->lang];
	if (f->kept)
		return slack_text(x, f->slack_s);
	if (f->refusal.reason == REASON_CONFLICT && !f->conflict.booking)
		return own[x->lang];
	return why_not(t, f);
}

static void write_taken(struct exchange *x, struct line_writer *w, const struct conflict *c)
{
	const struct served *s = x->served;
	const struct asker who = exchange_asker(x);
	const struct member *m = pole_member(s->pole, c->booking->member);
	const char *id = pole_name_id(s->pole, NAME_MEMBER, 0, c->booking->member);
	uint32_t item = item_in_the_way(c);
	const struct zone *z = item_zone(s, c->booking, item);
	char code[16];

	if (c->booking->member) {
		line_str(w, "taken-by", id);
		line_str(w, "taken-by-name", m ? m->name : id);
	}
	write_time(w, "from", z, c->booking->items[item].span.start);
	write_time(w, "to", z, c->booking->items[item].span.end);
	if (asker_sees_all(s->pole, &who, c->booking))
		line_str(w, "booking", booking_code(c->booking->number, code, sizeof(code)));
}

static void tell_unit(const struct telling *t, const struct finding *f)
{
	char text[32];
	struct line_writer w;

	begin(t, &w, "unit", f);
	line_str(&w, "unit", f->unit ? unit_word(f->resource, f->unit) : NULL);
	line_str(&w, "fit", f->kept ? "yes" : "no");
	line_str(&w, "chosen", f->chosen ? "yes" : NULL);
	if (f->n_places) {
		line_int(&w, "free", (int64_t)f->n_free);
		line_int(&w, "of", (int64_t)f->n_places);
	} else if (f->kept && f->resource->n_parts == 0) {
		line_str(
		    &w, "slack",
		    duration_format((struct duration){.seconds = f->slack_s}, text, sizeof(text)));
	}
	if (f->refusal.reason != REASON_NONE)
		line_str(&w, "code", code_word(code_of_reason(f->refusal.reason)));
	write_rule(t->x, &w, &f->refusal);
	if (f->conflict.booking)
		write_taken(t->x, &w, &f->conflict);
	line_str(&w, "text", unit_said(t, f));
	line_end(&w);
}

/* What is neither rule, hours nor unit is among the reasons, which are told as by BOOK. */
static void (*const tellers[])(const struct telling *t, const struct finding *f) = {
    [FINDING_RULE] = tell_rule,
    [FINDING_HOURS] = tell_hours,
    [FINDING_UNIT] = tell_unit,
    [FINDING_OTHER] = NULL,
};

/* The queue */

static size_t own_turn(const struct explanation *e)
{
	for (size_t i = 0; i < e->n_queue; i++)
		if (e->queue[i].booking->number == e->waiting->number)
			return i + 1;
	return 0;
}

static void tell_entry(const struct telling *t, size_t i)
{
	struct exchange *x = t->x;
	const struct explanation *e = t->e;
	const struct queue_entry *entry = &e->queue[i];
	const struct asker who = exchange_asker(x);
	bool exists = pole_booking(x->served->pole, entry->booking->number) == entry->booking;
	struct line_writer w;
	char code[16];

	reply_data(x, &w, "queue");
	line_int(&w, "turn", (int64_t)i + 1);
	line_int(&w, "of", (int64_t)e->n_queue);
	write_member(&w, x->served, entry->booking->member);
	if (exists && asker_sees_all(x->served->pole, &who, entry->booking))
		line_str(&w, "booking", booking_code(entry->booking->number, code, sizeof(code)));
	line_str(&w, "own", entry->booking == e->waiting ? "yes" : NULL);
	line_printf(&w, "share", "%.2f", entry->ratio);
	if (i + 1 < e->n_queue) {
		line_str(&w, "why", turn_why_words[entry->why]);
		line_str(&w, "text", ahead_text(x, entry));
	}
	line_end(&w);
}

/* All before the asker's; of those behind, those that the asker may see. */
static void tell_queue(const struct telling *t)
{
	const struct asker who = exchange_asker(t->x);
	size_t own = t->e->waiting ? own_turn(t->e) : 0;

	for (size_t i = 0; i < t->e->n_queue; i++) {
		const struct booking *b = t->e->queue[i].booking;

		if (i + 1 < own || asker_sees_all(t->x->served->pole, &who, b))
			tell_entry(t, i);
	}
}

/* What else could make room */

static const char *const remedy_words[N_REMEDY_KINDS] = {[REMEDY_REPACK] = "repack",
							 [REMEDY_DISPLACE] = "displace",
							 [REMEDY_STAND_IN] = "stand-in",
							 [REMEDY_WAIT] = "wait"};
static const char *const use_words[] = {
    [REMEDY_USED] = "used",	      [REMEDY_HELPS] = "helps", [REMEDY_NO_HELP] = "no-help",
    [REMEDY_UNDECIDED] = "undecided", [REMEDY_OFF] = "off",
};
static const char *const remedy_texts[N_LANGUAGES][N_REMEDY_KINDS][REMEDY_OFF + 1] = {
    [LANG_EN] =
	{[REMEDY_REPACK] = {[REMEDY_USED] = "others are asked to another unit to make room",
			    [REMEDY_NO_HELP] = "asking others to another unit makes no room",
			    [REMEDY_UNDECIDED] =
				"whether asking others to another unit makes room was not "
				"found out",
			    [REMEDY_OFF] = "nobody is asked to another unit here"},
	 [REMEDY_DISPLACE] = {[REMEDY_USED] = "others lose their place to a higher right",
			      [REMEDY_NO_HELP] = "there is no right to take another's place",
			      [REMEDY_OFF] = "nobody takes another's place here"},
	 [REMEDY_STAND_IN] = {[REMEDY_HELPS] = "free at that time in its stead",
			      [REMEDY_NO_HELP] = "what stands in for it cannot be had either",
			      [REMEDY_OFF] = "nothing stands in for it"},
	 [REMEDY_WAIT] = {[REMEDY_USED] = "it waits in the queue",
			  [REMEDY_HELPS] = "wait=yes takes a place in the queue",
			  [REMEDY_NO_HELP] = "waiting would not help",
			  [REMEDY_OFF] = "there is no queue here"}},
    [LANG_FR] =
	{[REMEDY_REPACK] = {[REMEDY_USED] = "d'autres changent d'unité pour faire de la place",
			    [REMEDY_NO_HELP] = "changer l'unité d'autres ne fait pas de place",
			    [REMEDY_UNDECIDED] =
				"on n'a pu établir si changer l'unité d'autres fait de la place",
			    [REMEDY_OFF] = "ici personne ne change d'unité pour un autre"},
	 [REMEDY_DISPLACE] = {[REMEDY_USED] = "d'autres cèdent leur place à un droit supérieur",
			      [REMEDY_NO_HELP] = "aucun droit de prendre la place d'un autre",
			      [REMEDY_OFF] = "ici personne ne prend la place d'un autre"},
	 [REMEDY_STAND_IN] = {[REMEDY_HELPS] = "libre à ce moment, en remplacement",
			      [REMEDY_NO_HELP] = "ce qui le remplace n'est pas libre non plus",
			      [REMEDY_OFF] = "rien ne le remplace"},
	 [REMEDY_WAIT] = {[REMEDY_USED] = "en file d'attente",
			  [REMEDY_HELPS] = "wait=yes prend une place dans la file",
			  [REMEDY_NO_HELP] = "attendre n'y changerait rien",
			  [REMEDY_OFF] = "ici il n'y a pas de file d'attente"}},
};

static void tell_remedies(const struct telling *t)
{
	for (int kind = 0; kind < N_REMEDY_KINDS; kind++) {
		const struct remedy *r = &t->e->remedies[kind];
		struct line_writer w;

		if (r->use == REMEDY_NEEDLESS)
			continue;
		reply_data(t->x, &w, "remedy");
		line_str(&w, "how", remedy_words[kind]);
		line_str(&w, "use", use_words[r->use]);
		line_str(&w, "resource", r->resource ? r->resource->id : NULL);
		line_str(&w, "text", remedy_texts[t->x->lang][kind][r->use]);
		line_end(&w);
	}
}

/* The whole */

static const char *const verdicts[N_BOOKING_STATES] = {
    [BOOKING_CONFIRMED] = "granted",   [BOOKING_CANCELLED] = "ended",
    [BOOKING_DONE] = "granted",	       [BOOKING_HELD] = "granted",
    [BOOKING_REQUESTED] = "requested", [BOOKING_WAITING] = "waiting",
    [BOOKING_OUT] = "granted",	       [BOOKING_DECLINED] = "refused",
    [BOOKING_EXPIRED] = "ended",       [BOOKING_DISPLACED] = "waiting",
    [BOOKING_SUSPENDED] = "waiting",   [BOOKING_NO_SHOW] = "ended",
};

static void tell_verdict(const struct telling *t)
{
	const struct answer *answer = &t->e->answer;
	const struct booking *b = answer->booking;
	struct line_writer w;

	reply_ok(t->x, &w);
	line_str(&w, "verdict", b ? verdicts[b->state] : "refused");
	line_str(&w, "state", b ? booking_state_words[b->state] : NULL);
	if (t->e->waiting) {
		line_int(&w, "turn", (int64_t)own_turn(t->e));
		line_int(&w, "of", (int64_t)t->e->n_queue);
	}
	if (b && answer->approval) {
		line_str(&w, "rule", answer->approval->name);
		write_rule_place(&w, answer->approval->place);
	}
	if (!b) {
		const struct refusal *r = &answer->refusals[0];

		line_str(&w, "code", code_word(code_of_reason(r->reason)));
		write_rule(t->x, &w, r);
		line_str(&w, "text", refusal_text(t->x, r, answer, &t->asked));
	}
	line_str(&w, "more", t->e->is_cut ? "yes" : NULL);
	line_end(&w);
}

static void tell(const struct telling *t)
{
	if (t->e->answer.n_refusals > 0)
		write_reasons(t->x, &t->e->answer, &t->asked);
	for (const struct finding *f = t->e->findings; f < t->e->findings + t->e->n; f++)
		if (tellers[f->kind])
			tellers[f->kind](t, f);
	tell_queue(t);
	tell_remedies(t);
	tell_verdict(t);
}

static bool has_several(const struct explanation *e)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->findings[i].item > 0)
			return true;
	return false;
}

static void tell_booking(struct exchange *x, const struct booking *b)
{
	const struct asker who = exchange_asker(x);
	struct explanation e;
	struct telling t = {.x = x, .e = &e, .asked = asked_of_booking(b)};

	explain_booking(x->served->pole, &who, b, &x->arena, &e);
	t.numbered = has_several(&e);
	if (e.answer.booking)
		tell(&t);
	else
		write_refused(x, &e.answer, &t.asked);
	explanation_release(&e);
}

static void booking_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
			 const char *error)
{
	struct exchange *x = arg;
	struct booking *b;

	if (outcome != DB_OK) {
		reply_unavailable(x);
	} else if (!db_n_rows(rows)) {
		reply_fail(x, CODE_UNKNOWN_BOOKING,
			   FILLS({"booking", request_get(&x->request, "booking")}));
	} else {
		b = store_booking(rows, 0);
		tell_booking(x, b);
		booking_unref(b);
	}
	exchange_finish(x);
}

static void read_booking(struct exchange *x, int64_t number)
{
	struct db_params *p = db_params_new();

	db_param_int4(p, x->served->id);
	db_param_int8(p, number);
	db_query(x->server->reads, "booking_by_number", p, booking_read, x);
	db_params_free(p);
}

static void refuse_keys(struct exchange *x, enum code code, const char *keys)
{
	struct line_writer w;

	reply_code(x, &w, code, FILLS({"key", keys}, {"verb", x->request.verb->word}));
	line_str(&w, "key", keys);
	line_end(&w);
}

/* As BOOK wants them. */
static bool has_keys(struct exchange *x)
{
	const struct request *r = &x->request;

	if (!request_get(r, "what") && r->n_items == 0)
		refuse_keys(x, CODE_MISSING_KEY, "booking|what|item");
	else if (r->n_items == 0 && !request_get(r, "from") && !request_get(r, "within"))
		refuse_keys(x, CODE_MISSING_KEY, "from|within");
	else if (r->n_items == 0 && !request_get(r, "to") && !request_get(r, "for"))
		refuse_keys(x, CODE_MISSING_KEY, "to|for");
	else
		return true;
	return false;
}

static void tell_request(struct exchange *x)
{
	const struct asker who = exchange_asker(x);
	struct telling t = {.x = x};
	struct explanation e;
	struct ask_book ask;

	if (!has_keys(x) || !asked_book(x, &ask))
		return;
	explain_book(x->served->pole, &who, &ask, &x->arena, &e);
	t.e = &e;
	t.asked = asked_of_book(x, &ask);
	t.numbered = ask.n_items > 0 || has_several(&e);
	tell(&t);
	explanation_release(&e);
}

void do_explain(struct exchange *x)
{
	int64_t number = request_booking(&x->request, "booking");
	const struct booking *b = number ? pole_booking(x->served->pole, number) : NULL;

	if (number && x->request.line.n_args > 1) {
		refuse_keys(x, CODE_BAD_COMBINATION, "booking|what");
	} else if (number && !b) {
		read_booking(x, number);
		return;
	} else if (number) {
		tell_booking(x, b);
	} else {
		tell_request(x);
	}
	exchange_finish(x);
}
