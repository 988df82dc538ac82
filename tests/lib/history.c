/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/history.h"

#include <stdarg.h>
#include <stdlib.h>

#include "tests/lib/fixture.h"

#define QUARTER 900
#define BOOKINGS_ENOUGH 1200

const char *const history_count_words[N_HISTORY_COUNTS] = {
    [COUNT_BOOKED] = "booked",
    [COUNT_BASKETS] = "of several things",
    [COUNT_BROUGHT] = "with what it requires",
    [COUNT_MADE_ROOM] = "with others moved to make room",
    [COUNT_REFUSED] = "refused",
    [COUNT_UNDECIDED] = "refused as undecided",
    [COUNT_UNKNOWN] = "checked only for being right",
    [COUNT_WITHIN] = "booked within a window",
    [COUNT_MOVED] = "moved",
    [COUNT_MOVE_REFUSED] = "moves refused",
    [COUNT_CANCELLED] = "cancelled",
    [COUNT_GIVEN_BACK] = "given back in part",
    [COUNT_OUTAGES] = "outages",
    [COUNT_REOPENED] = "outages lifted",
    [COUNT_SERIES_BOOKED] = "series booked",
    [COUNT_SERIES_SKIPPED] = "series with dates skipped",
    [COUNT_SERIES_ALTERNATIVE] = "dates of series with an alternative",
    [COUNT_SERIES_REFUSED] = "series refused",
    [COUNT_SERIES_MOVED] = "series moved",
    [COUNT_SERIES_KEPT] = "exceptions that moves left alone",
    [COUNT_SERIES_MOVE_REFUSED] = "moves of series refused",
    [COUNT_SERIES_CANCELLED] = "series cancelled",
    [COUNT_UNDONE] = "operations undone",
    [COUNT_REDONE] = "operations applied again",
};

bool history_chance(struct history *h, uint64_t percent)
{
	return draw_below(&h->draw, 100) < percent;
}

void history_say(const struct history *h, const char *fmt, ...)
{
	va_list args;

	if (!h->verbose)
		return;
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void history_say_answer(const struct history *h, enum oracle_verdict v, const struct answer *a)
{
	static const char *const words[] = {"granted", "packable", "refused", "unknown"};

	history_say(h, "  oracle: %s, lib: %s", words[v], a->booking ? "granted" : "refused");
	for (size_t i = 0; i < a->n_refusals; i++)
		history_say(h, "    item %u, reason %d", a->refusals[i].item,
			    (int)a->refusals[i].reason);
}

struct asker history_asker(struct history *h)
{
	return (struct asker){h->persons[draw_below(&h->draw, 3)], h->oracle.now};
}

/* Quarters of an hour around the change of the clocks, most of them not yet past; now and then
 * whole days. */
struct span history_span(struct history *h)
{
	int64_t start = h->begins + draw_between(&h->draw, 0, h->days * 96) * QUARTER;
	int64_t length_s = draw_between(&h->draw, 1, history_chance(h, 15) ? 120 : 24) * QUARTER;

	if (start < h->oracle.now && history_chance(h, 90))
		start += h->oracle.now - h->begins;
	if (history_chance(h, 8))
		return (struct span){
		    start, zone_add_days(fixture_paris(), start, draw_between(&h->draw, 1, 2))};
	return (struct span){start, start + length_s};
}

const struct booking *history_booking(struct history *h)
{
	const struct booking *b = NULL;

	for (int i = 0; h->oracle.next > 1 && i < 3; i++) {
		b = h->oracle.rows[draw_between(&h->draw, 1, h->oracle.next - 1)];
		if (b && b->state == BOOKING_CONFIRMED)
			break;
	}
	return b;
}

bool history_may_alter(const struct asker *who, const struct booking *b)
{
	return who->person->member == b->member || who->person->roles & ROLE_COORDINATOR;
}

void history_apply(struct history *h, struct changes *c)
{
	pole_apply(h->pole, c);
	oracle_keep(&h->oracle, c, false);
	EXPECT(h->n_done < HISTORY_STEPS_MAX);
	h->done[h->n_done++] = *c;
	*c = (struct changes){0};
}

static void undo_last(struct history *h)
{
	struct changes *c = &h->done[--h->n_done];

	pole_undo(h->pole, c);
	oracle_keep(&h->oracle, c, true);
}

void history_undo_to(struct history *h, size_t n_done)
{
	while (h->n_done > n_done) {
		undo_last(h);
		changes_clear(&h->done[h->n_done]);
	}
}

/* Some of the last operations are undone, and some of these applied again; at every step all is as
 * it was then. */
static void undo(struct history *h)
{
	size_t n = draw_below(&h->draw, 8), n_again;

	oracle_where.doing = "undo";
	n = n > h->n_done ? h->n_done : n;
	n_again = draw_below(&h->draw, n + 1);
	history_say(h, "  %zu, and %zu of them again", n, n_again);
	for (size_t i = 0; i < n; i++) {
		undo_last(h);
		oracle_compare(&h->oracle, h->pole);
	}
	for (size_t i = 0; i < n_again; i++) {
		struct changes *c = &h->done[h->n_done++];

		pole_apply(h->pole, c);
		oracle_keep(&h->oracle, c, false);
	}
	oracle_compare(&h->oracle, h->pole);
	for (size_t i = n_again; i < n; i++)
		changes_clear(&h->done[h->n_done + i - n_again]);
	h->counts[COUNT_UNDONE] += n;
	h->counts[COUNT_REDONE] += n_again;
}

static void declare_outage(struct history *h)
{
	const struct resource *r =
	    &h->policy->resources[draw_below(&h->draw, h->policy->n_resources)];
	struct outage o = {.number = h->oracle.next_outage,
			   .resource = r->number,
			   .span = history_span(h),
			   .made_by = h->persons[2]->number,
			   .made_at = h->oracle.now};
	struct changes c = {0};

	oracle_where.doing = "OUTAGE";
	EXPECT(pole_next_outage(h->pole) == h->oracle.next_outage);
	if (r->n_parts == 0 && r->n_units > 1 && history_chance(h, 60))
		o.lane = 1 + (uint32_t)draw_below(&h->draw, r->n_units);
	if (history_chance(h, 5))
		o.span.end = TIME_NEVER;
	history_say(h, "  %s lane %u [%lld, %lld)", r->id, o.lane, (long long)o.span.start,
		    (long long)o.span.end);
	changes_add_outage(&c, NULL, &o);
	history_apply(h, &c);
	h->counts[COUNT_OUTAGES]++;
}

static void reopen(struct history *h)
{
	struct changes c = {0};
	struct outage o;
	const struct outage *was;

	oracle_where.doing = "REOPEN";
	if (h->oracle.n_outages == 0)
		return;
	o = h->oracle.outages[draw_below(&h->draw, h->oracle.n_outages)];
	was = pole_outage(h->pole, o.number);
	EXPECT(was);
	history_say(h, "  outage %lld", (long long)o.number);
	o.lifted_at = h->oracle.now;
	changes_add_outage(&c, was, &o);
	history_apply(h, &c);
	h->counts[COUNT_REOPENED]++;
}

static const struct operation {
	const char *word;
	void (*fn)(struct history *h);
	unsigned weight;
	bool adds;
} operations[] = {
    {"BOOK", history_book, 44, true},
    {"BOOK within", history_book_within, 2, true},
    {"MOVE", history_move, 18, false},
    {"CANCEL", history_cancel, 9, false},
    {"CANCEL item", history_give_back, 4, false},
    {"OUTAGE", declare_outage, 2, false},
    {"REOPEN", reopen, 2, false},
    {"BOOK series", history_series_book, 5, true},
    {"MOVE series", history_series_move, 4, false},
    {"CANCEL series", history_series_cancel, 2, false},
    {"undo", undo, 8, false},
};

static const struct operation *draw_operation(struct history *h)
{
	uint64_t at = draw_below(&h->draw, 100);

	for (const struct operation *o = operations;; o++) {
		if (at < o->weight)
			return o;
		at -= o->weight;
	}
}

static void begin(struct history *h)
{
	static const char *const begins[] = {"2027-03-25T06:00", "2027-10-27T06:00",
					     "2026-12-01T06:07"};
	struct policy *p;

	h->begins = fixture_at(begins[draw_below(&h->draw, 3)]);
	h->days = draw_between(&h->draw, 1, 9);
	h->pole = pole_new();
	p = random_pole(&h->draw, history_chance(h, 30));
	fixture_apply(h->pole, p);
	h->policy = p;
	h->persons[0] = fixture_person(h->pole, "m1", ROLE_MEMBER);
	h->persons[1] = fixture_person(h->pole, "m2", ROLE_MEMBER);
	h->persons[2] = fixture_person(h->pole, NULL, ROLE_COORDINATOR);
	oracle_init(&h->oracle, h->pole);
	h->oracle.now = h->begins;
}

static void end(struct history *h)
{
	oracle_where.doing = "the end";
	oracle_compare(&h->oracle, h->pole);
	history_undo_to(h, 0);
	oracle_compare(&h->oracle, h->pole);
	EXPECT(pole_n_bookings(h->pole) == 0 && pole_next_booking(h->pole) == 1);
	oracle_clear(&h->oracle);
	pole_free(h->pole);
	arena_clear(&h->arena);
}

void history_play(uint64_t seed, size_t number, size_t n_operations, bool verbose, size_t *counts)
{
	struct history *h = memory_new(sizeof(*h));

	h->draw.state = seed * 1000003 + number * 7919 + 1;
	h->counts = counts;
	h->verbose = verbose;
	oracle_where = (struct oracle_where){.seed = seed, .history = number, .doing = "the pole"};
	begin(h);
	for (size_t i = 0; i < n_operations; i++) {
		const struct operation *o = draw_operation(h);

		oracle_where.operation = i;
		if (o->adds && h->oracle.next > BOOKINGS_ENOUGH)
			continue;
		oracle_check_buffers(&h->oracle);
		history_say(h, "%zu %s, at %lld", i, o->word, (long long)h->oracle.now);
		o->fn(h);
		if (history_chance(h, 20))
			h->oracle.now += draw_between(&h->draw, 1, 4) * QUARTER;
		arena_clear(&h->arena);
	}
	end(h);
	free(h);
}
