/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timelines: the edges of half-open spans, and random operations against a plain list. */
#include "lib/timeline.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/lib/zone_file.h"

#define SLOTS 200

static void test_edges(void **state)
{
	static const struct {
		struct span first, second;
		int want;
	} rows[] = {
	    {{10, 20}, {20, 30}, TIMELINE_OK},	      {{10, 20}, {0, 10}, TIMELINE_OK},
	    {{10, 20}, {19, 30}, TIMELINE_E_OVERLAP}, {{10, 20}, {0, 11}, TIMELINE_E_OVERLAP},
	    {{10, 20}, {12, 13}, TIMELINE_E_OVERLAP}, {{10, 20}, {0, 99}, TIMELINE_E_OVERLAP},
	    {{10, 20}, {10, 20}, TIMELINE_E_OVERLAP},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct timeline t = {0};

		assert_int_equal(timeline_insert(&t, rows[i].first, 1), TIMELINE_OK);
		assert_int_equal(timeline_insert(&t, rows[i].second, 2), rows[i].want);
		assert_int_equal(t.n, rows[i].want == TIMELINE_OK ? 2 : 1);
		timeline_clear(&t);
	}
}

static void test_remove_wants_the_very_entry(void **state)
{
	struct timeline t = {0};

	timeline_insert(&t, (struct span){10, 20}, 1);
	assert_int_equal(timeline_remove(&t, (struct span){10, 20}, 2), TIMELINE_E_ABSENT);
	assert_int_equal(timeline_remove(&t, (struct span){10, 19}, 1), TIMELINE_E_ABSENT);
	assert_int_equal(timeline_remove(&t, (struct span){20, 30}, 1), TIMELINE_E_ABSENT);
	assert_int_equal(timeline_remove(&t, (struct span){10, 20}, 1), TIMELINE_OK);
	assert_int_equal(t.n, 0);
	timeline_clear(&t);
}

static void test_neighbours(void **state)
{
	struct timeline t = {0};
	int64_t before, after;

	timeline_neighbours(&t, (struct span){10, 20}, 0, &before, &after);
	assert_true(before == INT64_MIN && after == TIME_NEVER);
	timeline_insert(&t, (struct span){0, 5}, 1);
	timeline_insert(&t, (struct span){12, 15}, 2);
	timeline_insert(&t, (struct span){30, 40}, 3);
	timeline_neighbours(&t, (struct span){10, 20}, 2, &before, &after);
	assert_true(before == 5 && after == 30);
	timeline_neighbours(&t, (struct span){5, 12}, 0, &before, &after);
	assert_true(before == 5 && after == 12);
	timeline_neighbours(&t, (struct span){16, 20}, 2, &before, &after);
	assert_true(before == 5 && after == 30);
	timeline_clear(&t);
}

struct plain { /* the oracle: which booking holds each second */
	int64_t holder[SLOTS];
};

static int64_t plain_conflict(const struct plain *p, struct span s, int64_t except, bool last)
{
	int64_t found = 0;

	for (int64_t i = s.start; i < s.end; i++) {
		if (p->holder[i] == 0 || p->holder[i] == except)
			continue;
		found = p->holder[i];
		if (!last)
			break;
	}
	return found;
}

static void compare(const struct timeline *t, const struct plain *p, struct draw *d)
{
	struct span s = {.start = draw_between(d, 0, SLOTS - 10)};
	int64_t except = draw_between(d, 0, 40);
	const struct timeline_entry *e, *last;

	s.end = s.start + draw_between(d, 1, 9);
	e = timeline_conflict(t, s, except);
	last = timeline_last_conflict(t, s, except);
	assert_int_equal(e ? e->booking : 0, plain_conflict(p, s, except, false));
	assert_int_equal(last ? last->booking : 0, plain_conflict(p, s, except, true));
	for (size_t i = 1; i < t->n; i++)
		assert_true(t->entries[i - 1].span.end <= t->entries[i].span.start);
}

static void test_random(void **state)
{
	struct draw d = {.state = 7};
	struct timeline t = {0};
	struct plain p = {0};
	struct span spans[41] = {0};

	for (int i = 0; i < 40000; i++) {
		int64_t booking = draw_between(&d, 1, 40);
		struct span *s = &spans[booking];
		bool remove = !span_is_empty(*s);

		if (!remove) {
			s->start = draw_between(&d, 0, SLOTS - 12);
			s->end = s->start + draw_between(&d, 1, 12);
			if (plain_conflict(&p, *s, 0, false)) {
				assert_int_equal(timeline_insert(&t, *s, booking),
						 TIMELINE_E_OVERLAP);
				*s = (struct span){0};
				continue;
			}
			assert_int_equal(timeline_insert(&t, *s, booking), TIMELINE_OK);
		} else {
			assert_int_equal(timeline_remove(&t, *s, booking), TIMELINE_OK);
		}
		for (int64_t at = s->start; at < s->end; at++)
			p.holder[at] = remove ? 0 : booking;
		if (remove)
			*s = (struct span){0};
		compare(&t, &p, &d);
	}
	timeline_clear(&t);
}

/* Bookings far ahead and without an end among those of the next weeks, while time goes on and what
 * is over is forgotten: hundreds in a lane. */
static struct span any_span(struct draw *d, int64_t now)
{
	const int64_t unit = draw_between(d, 0, 1) ? 3600 : 1;
	int64_t start = now + unit * draw_between(d, -50, 2000);

	if (draw_between(d, 0, 40) == 0)
		start = now + 86400 * draw_between(d, 1, 60000);
	if (draw_between(d, 0, 500) == 0)
		return (struct span){start, TIME_NEVER};
	return (struct span){start, start + unit * draw_between(d, 1, 9)};
}

static size_t slow_seek(const struct timeline *t, int64_t at)
{
	size_t i = 0;

	while (i < t->n && t->entries[i].span.end <= at)
		i++;
	return i;
}

static const struct timeline_entry *slow_conflict(const struct timeline *t, struct span s)
{
	for (size_t i = 0; i < t->n; i++)
		if (span_overlaps(t->entries[i].span, s))
			return &t->entries[i];
	return NULL;
}

/* Also of nothing, and of what has no end. */
static void check_conflict(const struct timeline *t, struct draw *d, int64_t at)
{
	const int64_t lasts[] = {0, 1, 2, draw_between(d, 1, 50), 3600 * draw_between(d, 1, 200)};

	for (size_t i = 0; i < sizeof(lasts) / sizeof(lasts[0]); i++) {
		const struct span s = {at, at < TIME_NEVER - lasts[i] ? at + lasts[i] : TIME_NEVER};

		assert_ptr_equal(timeline_conflict(t, s, 0), slow_conflict(t, s));
	}
}

static void check_seek(const struct timeline *t, struct draw *d, int64_t now)
{
	const struct timeline_entry *e =
	    t->n ? &t->entries[draw_between(d, 0, (int64_t)t->n - 1)] : NULL;
	const int64_t around = e ? (draw_between(d, 0, 1) ? e->span.start : e->span.end) : now;
	const int64_t at[] = {around,
			      around - 1,
			      around < TIME_NEVER ? around + 1 : around,
			      any_span(d, now).start,
			      INT64_MIN,
			      TIME_NEVER};

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		assert_int_equal(timeline_seek(t, at[i]), slow_seek(t, at[i]));
	check_conflict(t, d, around - draw_between(d, 0, 3));
	check_conflict(t, d, any_span(d, now).start);
}

static void test_seek_while_time_goes_on(void **state)
{
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct draw d = {.state = seed};
		struct timeline t = {0};
		const int64_t most = seed % 3 ? 400 : 60, pace = 1 << (seed % 4 * 4);
		int64_t now = 1800000000;

		for (int i = 0; i < 6000; i++, now += pace) {
			if (t.n && (t.n > (size_t)most || draw_between(&d, 0, 3) == 0)) {
				const struct timeline_entry e =
				    t.entries[draw_between(&d, 0, 1)
						  ? 0
						  : draw_between(&d, 0, (int64_t)t.n - 1)];

				assert_int_equal(timeline_remove(&t, e.span, e.booking),
						 TIMELINE_OK);
			} else {
				timeline_insert(&t, any_span(&d, now), i + 1);
			}
			check_seek(&t, &d, now);
		}
		timeline_clear(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_edges),
	    cmocka_unit_test(test_remove_wants_the_very_entry),
	    cmocka_unit_test(test_neighbours),
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_seek_while_time_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
