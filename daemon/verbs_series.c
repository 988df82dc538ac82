/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BOOK of a series, and MOVE, EXTEND and CANCEL of several of its bookings. */

#include <string.h>

#include "daemon/refusal_text.h"
#include "daemon/served.h"
#include "daemon/verbs_parts.h"

static int word_index(const struct exchange *x, const char *key, const char *const *words, int n)
{
	const char *word = request_get(&x->request, key);

	for (int i = 0; word && i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return 0;
}

enum series_scope asked_scope(const struct exchange *x)
{
	return (enum series_scope)word_index(x, "scope", series_scope_words, N_SERIES_SCOPES);
}

bool asks_series(const struct exchange *x)
{
	static const char *const keys[] = {"rule", "also", "except", "conflicts"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (request_get(&x->request, keys[i]))
			return true;
	return asked_scope(x) != SCOPE_ONE;
}

/* The values of a list of times, in order. */
static struct moment *asked_moments(struct exchange *x, const char *key, size_t *ret_n)
{
	const struct line *l = &x->request.line;
	struct moment *m = arena_new_n(&x->arena, struct moment, l->n_args);

	*ret_n = 0;
	for (size_t i = 0; i < l->n_args; i++)
		if (strcmp(l->args[i].key, key) == 0 &&
		    moment_parse(l->args[i].value, &m[*ret_n]) == MOMENT_OK)
			++*ret_n;
	return m;
}

/* A date means all that starts on it. */
static void ask_except(struct exchange *x, const struct zone *z, struct ask_series *ask)
{
	const struct moment *m = asked_moments(x, "except", &ask->n_except);
	struct span *spans = arena_new_n(&x->arena, struct span, ask->n_except + 1);

	for (size_t i = 0; i < ask->n_except; i++) {
		spans[i].start = moment_utc(&m[i], z);
		spans[i].end =
		    m[i].has_time ? spans[i].start + 1 : zone_add_days(z, spans[i].start, 1);
	}
	ask->except = spans;
}

static int64_t first_start(const struct ask_book *first)
{
	if (first->n_items > 0)
		return first->items[0].span.start;
	return span_is_empty(first->within) ? first->span.start : first->within.start;
}

/* A date means the time of day of the first. */
static void ask_also(struct exchange *x, const struct zone *z, struct ask_series *ask)
{
	struct moment *m = asked_moments(x, "also", &ask->n_also);
	int64_t *starts = arena_new_n(&x->arena, int64_t, ask->n_also + 1);

	for (size_t i = 0; i < ask->n_also; i++) {
		if (!m[i].has_time)
			m[i].local.second = zone_to_local(z, first_start(ask->first)).second;
		starts[i] = moment_utc(&m[i], z);
	}
	ask->also = starts;
}

static void write_why(struct exchange *x, struct line_writer *w, const struct series_date *d,
		      const struct asked *asked)
{
	const struct refusal *r = &d->answer.refusals[0];

	if (d->answer.n_refusals == 0)
		return;
	line_str(w, "reason", code_word(code_of_reason(r->reason)));
	write_rule(x, w, r);
	line_str(w, "text", refusal_text(x, r, &d->answer, asked));
}

static void write_date(struct exchange *x, const struct zone *z, const struct series_date *d,
		       const struct asked *asked)
{
	const struct booking *b = d->answer.booking;
	struct line_writer w;
	char code[16];

	reply_data(x, &w, "occurrence");
	write_time(&w, "from", z, d->span.start);
	write_time(&w, "to", z, d->span.end);
	line_str(&w, "outcome", series_outcome_words[d->outcome]);
	if (d->booking && (d->answer.was || !x->request.dry || d->outcome == SERIES_KEPT))
		line_str(&w, "booking", booking_code(d->booking, code, sizeof(code)));
	if (b) {
		if (b->state != BOOKING_CONFIRMED && b->state != BOOKING_CANCELLED)
			line_str(&w, "state", booking_state_words[b->state]);
		line_str(&w, "resource", booking_resource_id(x->served, b));
		write_units(&w, x->served, "unit", b, 0);
	}
	write_why(x, &w, d, asked);
	line_end(&w);
}

static void write_done(struct exchange *x, const struct zone *z, const struct series_answer *a,
		       bool is_new)
{
	struct line_writer w;
	char code[16];

	reply_ok(x, &w);
	if (a->series && !(is_new && x->request.dry))
		line_str(&w, "series", booking_code(a->series, code, sizeof(code)));
	line_int(&w, "count", (int64_t)a->n_done);
	line_int(&w, "skipped", (int64_t)a->n_skipped);
	line_int(&w, "kept", (int64_t)a->n_kept);
	if (a->until)
		write_time(&w, "until", z, a->until);
	if (a->reconfirm)
		line_str(&w, "reconfirm", "yes");
	line_end(&w);
}

static void write_not_done(struct exchange *x, const struct series_answer *a,
			   const struct asked *asked)
{
	const struct answer whole = {.refusals = a->refusals, .n_refusals = a->n_refusals};
	const struct answer *answer = a->refused ? &a->refused->answer : &whole;
	struct line_writer w;

	if (!a->refused)
		write_reasons(x, answer, asked);
	reply_no(x, &w, &a->refusals[0], answer, asked);
	if (a->n > 0) {
		line_int(&w, "count", (int64_t)a->n);
		line_int(&w, "refused", (int64_t)(a->n_refused + a->n_skipped));
	}
	line_end(&w);
}

static void reply_series(struct exchange *x, const struct zone *z, const struct series_answer *a,
			 const struct asked *asked, bool is_new)
{
	for (size_t i = 0; i < a->n; i++)
		write_date(x, z, &a->dates[i], asked);
	if (a->n_refusals > 0)
		write_not_done(x, a, asked);
	else
		write_done(x, z, a, is_new);
}

static void reply_bad_rule(struct exchange *x, const struct recur_problem *problem)
{
	static const char example[] = "FREQ=WEEKLY;COUNT=10";
	const char *rule = request_get(&x->request, "rule");
	struct line_writer w;

	reply_code(x, &w, CODE_BAD_VALUE,
		   FILLS({"key", "rule"}, {"value", rule}, {"example", example}));
	line_str(&w, "key", "rule");
	line_str(&w, "value", rule);
	line_str(&w, "example", example);
	line_str(&w, "why", problem->text);
	line_end(&w);
}

void do_series_book(struct exchange *x, int64_t now, const struct ask_book *first)
{
	const struct zone *z = first->n_items
				   ? asked_zone(x, first->items[0].what, first->items[0].unit)
				   : asked_zone(x, first->what, first->unit);
	struct asked asked = asked_of_book(x, first);
	struct asker who = asker_at(x, now);
	struct series_answer answer;
	struct ask_series ask = {
	    .first = first,
	    .rule = request_get(&x->request, "rule"),
	    .conflicts = (enum series_conflicts)word_index(x, "conflicts", series_conflicts_words,
							   N_SERIES_CONFLICTS),
	};

	ask_except(x, z, &ask);
	ask_also(x, z, &ask);
	if (!ask.rule && ask.n_also == 0) {
		reply_fail(x, CODE_MISSING_KEY, FILLS({"verb", "BOOK"}, {"key", "rule"}));
		return;
	}
	if (decide_series(x->served->pole, &who, &ask, &x->arena, &answer, &x->changes) ==
	    SERIES_OK)
		reply_series(x, z, &answer, &asked, true);
	else
		reply_bad_rule(x, &answer.problem);
}

static const struct zone *zone_of(const struct exchange *x, const struct booking *b)
{
	return b ? booking_zone(x->served, b) : exchange_policy(x)->zone;
}

void do_series_move(struct exchange *x, int64_t now, const struct ask_move *ask)
{
	const struct booking *b = pole_booking(x->served->pole, ask->booking);
	struct asked asked = asked_of_booking(b);
	struct asker who = asker_at(x, now);
	struct series_answer answer;

	decide_series_move(x->served->pole, &who, ask, asked_scope(x), &x->arena, &answer,
			   &x->changes);
	reply_series(x, zone_of(x, b), &answer, &asked, false);
}

void do_series_cancel(struct exchange *x, int64_t now)
{
	int64_t booking = request_booking(&x->request, "booking");
	const struct booking *b = pole_booking(x->served->pole, booking);
	struct asked asked = asked_of_booking(b);
	struct asker who = asker_at(x, now);
	struct series_answer answer;

	decide_series_cancel(x->served->pole, &who, booking, asked_scope(x), &x->arena, &answer,
			     &x->changes);
	reply_series(x, zone_of(x, b), &answer, &asked, false);
}
