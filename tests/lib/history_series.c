/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Series, against one decision after the other: what the series decision says is compared with
 * the single decisions for the dates and spans that the oracle works out, each of them checked and
 * applied; these are undone again, and the series is applied in their place.
 */
#include <string.h>

#include "tests/lib/fixture.h"
#include "tests/lib/history.h"

#define QUARTER 900
#define DATES_MAX 6
#define TRIED 8

struct rehearsal { /* the single decisions in a row */
	struct history *h;
	size_t n_before;
	int64_t next;
	struct booking *rows[ORACLE_BOOKINGS_MAX]; /* as all stands at its end; a reference each */
};

static void rehearse(struct rehearsal *r, struct history *h)
{
	r->h = h;
	r->n_before = h->n_done;
	oracle_compare(&h->oracle, h->pole); /* nothing is left of deciding */
}

static void end_rehearsal(struct rehearsal *r)
{
	struct history *h = r->h;

	r->next = h->oracle.next;
	for (int64_t i = 1; i < r->next; i++)
		r->rows[i] = h->oracle.rows[i] ? booking_ref(h->oracle.rows[i]) : NULL;
	history_undo_to(h, r->n_before);
	oracle_compare(&h->oracle, h->pole);
}

/* Applied, undone, applied: all is as at the end of the rehearsal but for what it has of the
 * series. */
static void compare_rehearsal(struct rehearsal *r, struct changes *c)
{
	struct history *h = r->h;

	pole_apply(h->pole, c);
	pole_undo(h->pole, c);
	oracle_compare(&h->oracle, h->pole);
	history_apply(h, c);
	EXPECT(h->oracle.next == r->next);
	for (int64_t i = 1; i < r->next; i++) {
		EXPECT(!r->rows[i] == !h->oracle.rows[i]);
		if (r->rows[i])
			oracle_same_booking(r->rows[i], h->oracle.rows[i], false);
	}
}

static void clear_rehearsal(struct rehearsal *r)
{
	for (int64_t i = 1; i < r->next; i++)
		booking_unref(r->rows[i]);
}

/* Booking. */

/* An hour that is there twice is meant as it was asked. */
static struct ask_book shifted_to(const struct ask_book *first, int64_t from, int64_t to,
				  struct ask_item *items)
{
	int64_t by_s = oracle_local_gap(fixture_paris(), from, to);
	struct ask_book ask = *first;

	for (size_t i = 0; i < first->n_items; i++) {
		items[i] = first->items[i];
		items[i].span = oracle_span_shift(fixture_paris(), items[i].span, by_s, by_s);
	}
	ask.items = first->n_items ? items : NULL;
	if (first->n_items == 0)
		ask.span = oracle_span_shift(fixture_paris(), first->span, by_s, by_s);
	if (first->n_items == 0 && ask.span.start == to - 3600) {
		ask.span.start = to;
		ask.span.end += ask.span.end <= to ? 3600 : 0;
	}
	return ask;
}

static struct span whole_span(const struct ask_book *ask)
{
	struct span s = ask->n_items ? ask->items[0].span : ask->span;

	for (size_t i = 1; i < ask->n_items; i++) {
		s.start = ask->items[i].span.start < s.start ? ask->items[i].span.start : s.start;
		s.end = ask->items[i].span.end > s.end ? ask->items[i].span.end : s.end;
	}
	return s;
}

static bool is_same_day(int64_t a, int64_t b)
{
	const struct civil_time x = zone_to_local(fixture_paris(), a),
				y = zone_to_local(fixture_paris(), b);

	return civil_days(x.date) == civil_days(y.date);
}

/* The first alternative of the same day that is granted. */
static bool book_instead(struct history *h, const struct asker *who, const struct ask_book *ask,
			 const struct answer *refused, struct answer *ret)
{
	for (size_t i = 0; i < refused->n_alternatives; i++) {
		const struct alternative *x = &refused->alternatives[i];
		struct ask_item items[3];
		struct ask_book instead = *ask;

		if (x->kind == ALTERNATIVE_FEWER ||
		    !is_same_day(x->span.start, whole_span(ask).start))
			continue;
		instead.alternatives = 0;
		for (size_t k = 0; k < ask->n_items; k++) {
			items[k] = ask->items[k];
			items[k].span.start += x->shift_s;
			items[k].span.end += x->shift_s;
		}
		instead.items = ask->n_items ? items : NULL;
		if (x->kind != ALTERNATIVE_SHIFTED) {
			instead.items = NULL;
			instead.n_items = 0;
			instead.what = x->resource->id;
			instead.unit = x->unit && *x->unit->id ? x->unit->id : NULL;
			instead.span = x->span;
			if (ask->n_items) {
				instead.quantity = ask->items[0].quantity;
				instead.having = ask->items[0].having;
				instead.at = ask->items[0].at;
			}
		}
		history_book_one(h, who, &instead, ret);
		if (ret->booking)
			return true;
	}
	return false;
}

struct series_case {
	struct history_ask ask;
	struct oracle_rule rule;
	struct span except;
	int64_t also;
	struct ask_series series;
	struct oracle_dates dates;
	enum series_outcome outcomes[ORACLE_DATES_MAX];
	enum reason reasons[ORACLE_DATES_MAX];
	int64_t numbers[ORACLE_DATES_MAX];
	size_t n_done, n_not;
};

static void draw_series(struct history *h, const struct asker *who, struct series_case *s)
{
	static const struct {
		const char *text;
		int days;
	} every[] = {{"FREQ=DAILY", 1}, {"FREQ=WEEKLY", 7}, {"FREQ=DAILY;INTERVAL=2", 2}};
	size_t which = draw_below(&h->draw, 3);
	int count = (int)draw_between(&h->draw, 1, DATES_MAX);
	int64_t first;

	history_ask(h, who, &s->ask);
	first = whole_span(&s->ask.book).start;
	s->except = (struct span){first, first + DAY_S};
	s->also = first + draw_between(&h->draw, 1, 100) * 2 * QUARTER;
	s->rule = (struct oracle_rule){.every_days = every[which].days,
				       .count = count,
				       .except = &s->except,
				       .n_except = history_chance(h, 15),
				       .also = &s->also,
				       .n_also = history_chance(h, 15)};
	s->series = (struct ask_series){
	    .first = &s->ask.book,
	    .rule = arena_printf(&h->arena, "%s;COUNT=%d", every[which].text, count),
	    .except = &s->except,
	    .n_except = s->rule.n_except,
	    .also = &s->also,
	    .n_also = s->rule.n_also,
	    .conflicts = (enum series_conflicts)draw_below(&h->draw, N_SERIES_CONFLICTS),
	};
	oracle_dates(fixture_paris(), first, &s->rule, &s->dates);
	history_say(h, "  %s from %lld, conflicts %s", s->series.rule, (long long)first,
		    series_conflicts_words[s->series.conflicts]);
}

static void book_date(struct history *h, const struct asker *who, struct series_case *s, size_t i)
{
	int64_t first = whole_span(&s->ask.book).start;
	struct ask_item items[3];
	struct ask_book ask = shifted_to(&s->ask.book, first, s->dates.starts[i], items);
	struct answer a, instead = {0};
	bool alternative = s->series.conflicts == SERIES_ALTERNATIVE;

	ask.alternatives = alternative ? TRIED : 0;
	history_book_one(h, who, &ask, &a);
	s->reasons[i] = a.booking ? REASON_NONE : a.refusals[0].reason;
	s->outcomes[i] = a.booking ? SERIES_BOOKED : SERIES_SKIPPED;
	if (!a.booking && s->series.conflicts == SERIES_REFUSE)
		s->outcomes[i] = SERIES_REFUSED;
	if (!a.booking && alternative && book_instead(h, who, &ask, &a, &instead)) {
		s->outcomes[i] = SERIES_MOVED;
		a.booking = instead.booking;
	}
	s->numbers[i] = a.booking ? a.booking->number : 0;
	s->n_done += a.booking != NULL;
	s->n_not += a.booking == NULL;
}

static void check_dates(const struct history *h, const struct series_case *s,
			const struct series_answer *a, bool granted)
{
	EXPECT(a->n == s->dates.n);
	for (size_t i = 0; i < a->n; i++) {
		const struct series_date *d = &a->dates[i];
		bool done = s->outcomes[i] == SERIES_BOOKED || s->outcomes[i] == SERIES_MOVED;

		history_say(h, "  %lld: %s, alone %s, reason %d alone %d", (long long)d->occurrence,
			    series_outcome_words[d->outcome], series_outcome_words[s->outcomes[i]],
			    d->answer.n_refusals ? (int)d->answer.refusals[0].reason : 0,
			    (int)s->reasons[i]);
		EXPECT(d->occurrence == s->dates.starts[i]);
		EXPECT(d->outcome == (done && !granted ? SERIES_FREE : s->outcomes[i]));
		if (s->reasons[i])
			EXPECT(d->answer.refusals[0].reason == s->reasons[i]);
		EXPECT(!done || !granted || d->booking == s->numbers[i]);
	}
}

static void check_series(const struct history *h, const struct series_case *s,
			 const struct series_answer *a)
{
	int64_t series = 0;

	for (size_t i = 0; i < s->dates.n; i++) {
		const struct booking *b = s->numbers[i] ? h->oracle.rows[s->numbers[i]] : NULL;

		if (!b)
			continue;
		series = series ? series : b->number;
		EXPECT(b->series == series && b->occurrence == s->dates.starts[i]);
		EXPECT(span_equals(a->dates[i].span, b->span));
	}
	EXPECT(a->series == series && a->n_done == s->n_done && a->n_skipped == s->n_not);
}

void history_series_book(struct history *h)
{
	struct asker who = history_asker(h);
	struct series_case s = {0};
	struct rehearsal r = {0};
	struct series_answer a;
	struct changes c = {0};
	bool granted;

	oracle_where.doing = "BOOK series";
	draw_series(h, &who, &s);
	EXPECT(decide_series(h->pole, &who, &s.series, &h->arena, &a, &c) == SERIES_OK);
	rehearse(&r, h);
	if (s.dates.n == 0) {
		EXPECT(a.refusals[0].reason == REASON_NO_DATES && c.n == 0);
		return;
	}
	for (size_t i = 0; i < s.dates.n; i++)
		book_date(h, &who, &s, i);
	end_rehearsal(&r);
	granted = s.n_done > 0 && (s.n_not == 0 || s.series.conflicts != SERIES_REFUSE);
	check_dates(h, &s, &a, granted);
	EXPECT(granted == (a.n_refusals == 0) && granted == (c.n > 0));
	if (granted) {
		compare_rehearsal(&r, &c);
		check_series(h, &s, &a);
		h->counts[COUNT_SERIES_SKIPPED] += s.n_not > 0;
		for (size_t i = 0; i < s.dates.n; i++)
			h->counts[COUNT_SERIES_ALTERNATIVE] += s.outcomes[i] == SERIES_MOVED;
	}
	h->counts[granted ? COUNT_SERIES_BOOKED : COUNT_SERIES_REFUSED]++;
	clear_rehearsal(&r);
}

/* Moving and cancelling. */

static const struct booking *random_of_series(struct history *h)
{
	const struct booking *b = history_booking(h);

	for (int i = 0; i < 16 && b && !(b->series && b->state == BOOKING_CONFIRMED); i++)
		b = history_booking(h);
	return b;
}

static bool is_exception(const struct booking *b)
{
	return b->series && b->span.start != b->occurrence;
}

struct alteration {
	const struct asker *who;
	const struct ask_move *move; /* NULL: a cancellation */
	int64_t named, start_by_s, end_by_s;
	int64_t numbers[ORACLE_DATES_MAX];
	enum series_outcome outcomes[ORACLE_DATES_MAX];
	int64_t occurrences[ORACLE_DATES_MAX]; /* as they will be */
	size_t n, n_refused, n_kept;
};

static struct ask_move move_of(const struct alteration *x, const struct booking *b)
{
	struct ask_move ask = *x->move;

	ask.booking = b->number;
	ask.span = oracle_span_shift(fixture_paris(), b->span, x->start_by_s, x->end_by_s);
	if (b->n_items == 1)
		ask.has_end |= ask.has_start;
	return ask;
}

static void move_date(struct history *h, struct alteration *x, size_t i)
{
	struct booking *was = booking_ref(h->oracle.rows[x->numbers[i]]);
	struct ask_move ask = move_of(x, was);
	struct answer a;

	history_move_one(h, x->who, &ask, &a);
	x->outcomes[i] = a.n_refusals			      ? SERIES_REFUSED
			 : a.booking->number == 0	      ? SERIES_KEPT
			 : h->oracle.rows[was->number] == was ? SERIES_KEPT
							      : SERIES_MOVED;
	if (x->outcomes[i] == SERIES_MOVED && was->series)
		x->occurrences[i] =
		    is_exception(was)
			? oracle_local_shift(fixture_paris(), was->occurrence, x->start_by_s)
			: a.booking->span.start;
	booking_unref(was);
}

static void alter_date(struct history *h, struct alteration *x, size_t i)
{
	const struct booking *b = h->oracle.rows[x->numbers[i]];
	struct answer a;

	x->occurrences[i] = b->occurrence;
	if (x->move && b->number != x->named && is_exception(b)) {
		x->outcomes[i] = SERIES_KEPT;
	} else if (x->move) {
		move_date(h, x, i);
	} else {
		history_cancel_one(h, x->who, b->number, &a);
		x->outcomes[i] = a.n_refusals ? SERIES_REFUSED : SERIES_CANCELLED;
	}
	x->n_refused += x->outcomes[i] == SERIES_REFUSED;
	x->n_kept += x->outcomes[i] == SERIES_KEPT;
}

static const struct series_date *date_of(const struct series_answer *a, int64_t number)
{
	const struct series_date *found = NULL;

	for (size_t i = 0; i < a->n; i++)
		if (a->dates[i].booking == number) {
			EXPECT(!found);
			found = &a->dates[i];
		}
	EXPECT(found);
	return found;
}

static void check_alteration(const struct alteration *x, const struct series_answer *a)
{
	EXPECT(a->n == x->n);
	for (size_t i = 0; i < x->n; i++) {
		const struct series_date *d = date_of(a, x->numbers[i]);
		bool done = x->outcomes[i] == SERIES_MOVED || x->outcomes[i] == SERIES_CANCELLED;

		EXPECT(d->outcome == (done && x->n_refused ? SERIES_FREE : x->outcomes[i]));
	}
	EXPECT(a->n_refused == x->n_refused && a->n_kept == x->n_kept);
}

static void alter(struct history *h, struct alteration *x, const struct series_answer *a,
		  struct changes *c)
{
	struct rehearsal r = {0};

	rehearse(&r, h);
	for (size_t i = 0; i < x->n; i++)
		alter_date(h, x, i);
	end_rehearsal(&r);
	check_alteration(x, a);
	EXPECT((x->n_refused > 0) == (a->n_refusals > 0));
	EXPECT((c->n > 0) == (x->n_refused == 0 && x->n_kept < x->n));
	if (c->n > 0) {
		compare_rehearsal(&r, c);
		for (size_t i = 0; i < x->n; i++)
			EXPECT(h->oracle.rows[x->numbers[i]]->occurrence == x->occurrences[i]);
	}
	clear_rehearsal(&r);
}

void history_series_move(struct history *h)
{
	const struct booking *b = random_of_series(h);
	struct asker who = history_asker(h);
	enum series_scope scope = (enum series_scope)draw_below(&h->draw, N_SERIES_SCOPES);
	struct ask_move ask = {0};
	struct alteration x = {.who = &who, .move = &ask};
	struct series_answer a;
	struct changes c = {0};
	const struct resource *r;

	oracle_where.doing = "MOVE series";
	if (!b)
		return;
	r = pole_resource(h->pole, b->resource);
	ask.booking = x.named = b->number;
	ask.has_start = history_chance(h, 70);
	ask.has_end = !ask.has_start || history_chance(h, 20);
	ask.span.start = b->span.start + draw_between(&h->draw, -30, 30) * QUARTER * 2;
	ask.span.end = b->span.end + draw_between(&h->draw, -4, 12) * QUARTER;
	if (ask.has_start && ask.has_end)
		ask.span.end += ask.span.start - b->span.start;
	if (b->n_items == 1 && !r->has_capacity && b->items[0].quantity == 1 &&
	    history_chance(h, 10))
		ask.unit = r->units[draw_below(&h->draw, r->n_units)].id;
	if (ask.has_start)
		x.start_by_s = oracle_local_gap(fixture_paris(), b->span.start, ask.span.start);
	x.end_by_s = ask.has_end ? oracle_local_gap(fixture_paris(), b->span.end, ask.span.end)
				 : x.start_by_s;
	history_say(h, "  booking %lld of series %lld, scope %s, by %lld and %lld s",
		    (long long)b->number, (long long)b->series, series_scope_words[scope],
		    (long long)x.start_by_s, (long long)x.end_by_s);
	decide_series_move(h->pole, &who, &ask, scope, &h->arena, &a, &c);
	x.n = 1;
	x.numbers[0] = b->number;
	if (history_may_alter(&who, b))
		x.n = oracle_series_members(&h->oracle, b, scope, true, x.start_by_s, x.end_by_s,
					    x.numbers);
	alter(h, &x, &a, &c);
	h->counts[x.n_refused ? COUNT_SERIES_MOVE_REFUSED : COUNT_SERIES_MOVED]++;
	h->counts[COUNT_SERIES_KEPT] += x.n_refused ? 0 : x.n_kept;
}

void history_series_cancel(struct history *h)
{
	const struct booking *b = random_of_series(h);
	struct asker who = history_asker(h);
	enum series_scope scope = (enum series_scope)draw_below(&h->draw, N_SERIES_SCOPES);
	struct alteration x = {.who = &who};
	struct series_answer a;
	struct changes c = {0};

	oracle_where.doing = "CANCEL series";
	if (!b)
		return;
	x.named = b->number;
	history_say(h, "  booking %lld of series %lld, scope %s", (long long)b->number,
		    (long long)b->series, series_scope_words[scope]);
	decide_series_cancel(h->pole, &who, b->number, scope, &h->arena, &a, &c);
	x.n = 1;
	x.numbers[0] = b->number;
	if (history_may_alter(&who, b))
		x.n = oracle_series_members(&h->oracle, b, scope, false, 0, 0, x.numbers);
	alter(h, &x, &a, &c);
	h->counts[COUNT_SERIES_CANCELLED] += x.n_refused == 0;
}
