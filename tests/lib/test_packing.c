/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packing: hand-made cases, small random pools against an oracle that tries every assignment,
 * histories of one pool, the theorem that interchangeable lanes refuse only when the peak exceeds
 * them, and the bound.
 */
#include "lib/packing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/lib/zone_file.h"

#if defined(__SANITIZE_ADDRESS__)
enum { SLOWER = 5 };
#else
enum { SLOWER = 1 };
#endif

enum {
	SMALL_INSTANCES = 300000 / SLOWER,
	HISTORY_STEPS = 60000 / SLOWER,
	POOLS = 200 / SLOWER,
	LONG_INSTANCES = 600 / SLOWER,
	HARD_INSTANCES = 200 / SLOWER
};

#define JOBS_MAX 700
#define WORDS_MAX 8

/* A pool with room for what its jobs point to. */
struct pool {
	size_t n_lanes, n_jobs;
	struct packing_job jobs[JOBS_MAX];
	uint64_t allowed[JOBS_MAX][WORDS_MAX];
	uint32_t *lanes[JOBS_MAX]; /* of `fixed` or `present` */
	struct arena arena;
};

static struct pool *pool_new(size_t n_lanes)
{
	struct pool *p = memory_new(sizeof(*p));

	p->n_lanes = n_lanes;
	return p;
}

static void pool_free(struct pool *p)
{
	arena_clear(&p->arena);
	free(p);
}

static struct packing_job *pool_add(struct pool *p, int64_t start, int64_t end, uint32_t need)
{
	struct packing_job *j = &p->jobs[p->n_jobs];

	assert_true(p->n_jobs < JOBS_MAX);
	p->lanes[p->n_jobs++] = NULL;
	*j = (struct packing_job){.during = {start, end}, .need = need};
	return j;
}

static void pool_stand(struct pool *p, struct packing_job *j, uint32_t lane)
{
	uint32_t *at = arena_new(&p->arena, uint32_t);

	*at = lane;
	j->present = at;
	j->n_present = 1;
}

static void pool_pin(struct pool *p, struct packing_job *j, uint32_t lane)
{
	uint32_t *at = arena_new(&p->arena, uint32_t);

	*at = lane;
	j->fixed = at;
}

static void pool_allow(struct pool *p, struct packing_job *j, uint64_t set)
{
	uint64_t *allowed = p->allowed[j - p->jobs];

	allowed[0] = set;
	j->allowed = allowed;
}

static bool has_lane(const uint32_t *lanes, size_t n, uint32_t lane)
{
	for (size_t i = 0; i < n; i++)
		if (lanes[i] == lane)
			return true;
	return false;
}

static size_t moved(const struct packing_job *j, const uint32_t *lanes)
{
	size_t keeps = j->n_present < j->need ? j->n_present : j->need, kept = 0;

	for (uint32_t i = 0; j->present && i < j->need; i++)
		kept += has_lane(j->present, j->n_present, lanes[i]);
	return j->present && !j->fixed && keeps > kept ? keeps - kept : 0;
}

static void check_valid(const struct pool *p, const struct packing_answer *got)
{
	size_t n_moved = 0;

	for (size_t i = 0; i < p->n_jobs; i++) {
		const struct packing_job *j = &p->jobs[i];

		for (uint32_t k = 0; k < j->need; k++) {
			uint32_t lane = got->lanes[i][k];

			assert_true(lane < p->n_lanes);
			assert_true(k == 0 || j->fixed || got->lanes[i][k - 1] < lane);
			if (j->fixed)
				assert_true(has_lane(j->fixed, j->need, lane));
			else if (j->allowed)
				assert_true(packing_has(j->allowed, lane));
			for (size_t other = 0; other < i; other++)
				if (span_overlaps(j->during, p->jobs[other].during))
					assert_false(
					    has_lane(got->lanes[other], p->jobs[other].need, lane));
		}
		n_moved += moved(j, got->lanes[i]);
	}
	assert_int_equal(got->n_moved, n_moved);
}

static bool is_usable(const struct pool *p, const struct packing_job *j, uint32_t lane)
{
	if (j->allowed && !packing_has(j->allowed, lane))
		return false;
	for (size_t f = 0; f < p->n_jobs; f++)
		if (p->jobs[f].fixed && span_overlaps(p->jobs[f].during, j->during) &&
		    has_lane(p->jobs[f].fixed, p->jobs[f].need, lane))
			return false;
	return true;
}

static void check_witness(const struct pool *p, const struct packing_witness *w)
{
	uint64_t need = 0, lanes = 0;

	assert_true(w->n_jobs > 0);
	for (size_t i = 0; i < w->n_jobs; i++) {
		const struct packing_job *j = &p->jobs[w->jobs[i]];

		if (j->fixed && w->proof != PACKING_PROOF_PINNED)
			continue;
		assert_true(j->during.start <= w->at && w->at < j->during.end);
		assert_true(!j->fixed == (w->proof != PACKING_PROOF_PINNED));
		need += j->need;
	}
	if (w->proof != PACKING_PROOF_COUNT)
		return;
	for (uint32_t lane = 0; lane < p->n_lanes; lane++) {
		bool usable = false;

		for (size_t i = 0; i < w->n_jobs; i++)
			usable |=
			    !p->jobs[w->jobs[i]].fixed && is_usable(p, &p->jobs[w->jobs[i]], lane);
		lanes += usable;
	}
	assert_int_equal(w->need, need);
	assert_int_equal(w->lanes, lanes);
	assert_true(need > lanes);
}

static int solve(struct pool *p, uint64_t budget, struct packing_answer *got)
{
	int r = packing_solve(p->n_lanes, p->jobs, p->n_jobs, budget, &p->arena, got);

	if (r == PACKING_OK)
		check_valid(p, got);
	if (r == PACKING_E_FULL)
		check_witness(p, &got->witness);
	return r;
}

/* The oracle: every job takes every set of lanes that it may. */
struct oracle {
	const struct pool *pool;
	uint64_t sets[JOBS_MAX];
	size_t fewest; /* SIZE_MAX: no assignment at all */
};

static size_t oracle_moved(const struct packing_job *j, uint64_t set)
{
	uint32_t lanes[8];
	uint32_t n = 0;

	for (uint32_t lane = 0; lane < 8; lane++)
		if (set >> lane & 1)
			lanes[n++] = lane;
	return moved(j, lanes);
}

static bool oracle_may(const struct oracle *o, size_t job, uint64_t set)
{
	const struct packing_job *j = &o->pool->jobs[job];
	uint64_t fixed = 0;

	if ((uint32_t)__builtin_popcountll(set) != j->need)
		return false;
	for (uint32_t k = 0; j->fixed && k < j->need; k++)
		fixed |= (uint64_t)1 << j->fixed[k];
	if (j->fixed ? set != fixed : j->allowed && (set & ~j->allowed[0]))
		return false;
	for (size_t i = 0; i < job; i++)
		if (span_overlaps(o->pool->jobs[i].during, j->during) && (o->sets[i] & set))
			return false;
	return true;
}

static void oracle_try(struct oracle *o, size_t job, size_t n_moved)
{
	if (n_moved >= o->fewest)
		return;
	if (job == o->pool->n_jobs) {
		o->fewest = n_moved;
		return;
	}
	for (uint64_t set = 0; set < (uint64_t)1 << o->pool->n_lanes; set++)
		if (oracle_may(o, job, set)) {
			o->sets[job] = set;
			oracle_try(o, job + 1, n_moved + oracle_moved(&o->pool->jobs[job], set));
		}
}

static size_t oracle_fewest(const struct pool *p)
{
	struct oracle o = {.pool = p, .fewest = SIZE_MAX};

	oracle_try(&o, 0, 0);
	return o.fewest;
}

struct tally {
	size_t ok, full, fewest, moved, must_move, by_proof[3];
};

static void compare(struct pool *p, struct tally *t)
{
	struct packing_answer got;
	size_t fewest = oracle_fewest(p);
	int r = solve(p, PACKING_BUDGET, &got);

	assert_int_equal(r, fewest == SIZE_MAX ? PACKING_E_FULL : PACKING_OK);
	t->ok += r == PACKING_OK;
	t->full += r == PACKING_E_FULL;
	if (r == PACKING_E_FULL) {
		t->by_proof[got.witness.proof]++;
		return;
	}
	assert_true(got.n_moved >= fewest);
	if (got.fewest)
		assert_int_equal(got.n_moved, fewest);
	t->fewest += got.fewest;
	t->moved += got.n_moved;
	t->must_move += fewest;
}

static uint32_t *random_lanes(struct pool *p, struct draw *d, uint32_t n, uint32_t below)
{
	uint32_t *lanes = arena_new_n(&p->arena, uint32_t, n);

	for (uint32_t i = 0; i < n; i++)
		do
			lanes[i] = (uint32_t)draw_below(d, below);
		while (has_lane(lanes, i, lanes[i]));
	return lanes;
}

static void random_job(struct pool *p, struct draw *d)
{
	int64_t start = draw_between(d, 0, 8);
	uint32_t n = (uint32_t)p->n_lanes;
	uint32_t need = draw_below(d, 3) ? 1 : 1 + (uint32_t)draw_below(d, n < 3 ? n : 3);
	struct packing_job *j = pool_add(p, start, start + draw_between(d, 1, 5), need);

	if (draw_below(d, 2))
		pool_allow(p, j, draw_below(d, 1 << n) | draw_below(d, 1 << n));
	if (draw_below(d, 6) == 0) {
		j->fixed = random_lanes(p, d, need, n);
	} else if (draw_below(d, 3)) {
		j->n_present = draw_below(d, 4) ? need : 1 + (uint32_t)draw_below(d, n);
		j->present = random_lanes(p, d, j->n_present, n + 2);
	}
}

static void test_small_against_all_assignments(void **state)
{
	struct draw d = {.state = 11};
	struct tally t = {0};
	struct pool *p = pool_new(0);

	for (int i = 0; i < SMALL_INSTANCES; i++) {
		size_t n_jobs = 1 + draw_below(&d, 6);

		p->n_lanes = 1 + draw_below(&d, 4);
		p->n_jobs = 0;
		while (p->n_jobs < n_jobs)
			random_job(p, &d);
		compare(p, &t);
		arena_clear(&p->arena);
	}
	pool_free(p);
	print_message("%zu packed (%zu moved, %zu had to), %zu refused (%zu pinned, %zu counted, "
		      "%zu searched)\n",
		      t.ok, t.moved, t.must_move, t.full, t.by_proof[0], t.by_proof[1],
		      t.by_proof[2]);
	assert_true(t.ok > SMALL_INSTANCES / 10 && t.by_proof[PACKING_PROOF_SEARCH] > 0);
	assert_true(t.moved * 100 <= t.must_move * 105);
}

/* One pool through its life: jobs come, go, are pinned, grow; what is answered is what stands. */
static void adopt(struct pool *p, const struct packing_answer *got)
{
	for (size_t i = 0; i < p->n_jobs; i++) {
		if (p->jobs[i].fixed)
			continue;
		p->jobs[i].present = got->lanes[i];
		p->jobs[i].n_present = p->jobs[i].need;
	}
}

static void leave(struct pool *p, size_t i)
{
	p->n_jobs--;
	p->jobs[i] = p->jobs[p->n_jobs];
	if (p->jobs[i].allowed) {
		memcpy(p->allowed[i], p->allowed[p->n_jobs], sizeof(p->allowed[i]));
		p->jobs[i].allowed = p->allowed[i];
	}
}

static void history_step(struct pool *p, struct draw *d, struct tally *t)
{
	size_t i = p->n_jobs ? draw_below(d, p->n_jobs) : 0;
	struct packing_job was = p->jobs[i];
	struct packing_answer got;
	size_t n_was = p->n_jobs;

	if (p->n_jobs == 7 || (p->n_jobs > 0 && draw_below(d, 5) == 0)) {
		leave(p, i);
		return;
	}
	if (p->n_jobs > 0 && draw_below(d, 4) == 0) {
		p->jobs[i].fixed = was.fixed ? NULL : was.present;
		p->jobs[i].present = was.fixed;
		p->jobs[i].n_present = was.need;
	} else if (p->n_jobs > 0 && !was.fixed && draw_below(d, 5) == 0) {
		p->jobs[i].need = 1 + (uint32_t)draw_below(d, 3);
	} else {
		random_job(p, d);
		p->jobs[n_was].present = NULL;
		p->jobs[n_was].n_present = 0;
	}
	compare(p, t);
	if (solve(p, PACKING_BUDGET, &got) == PACKING_OK) {
		adopt(p, &got);
		return;
	}
	p->n_jobs = n_was;
	if (n_was > 0)
		p->jobs[i] = was;
}

/* What the jobs point to moves into a fresh arena. */
static void renew_arena(struct pool *p)
{
	struct arena fresh = {0};

	for (size_t i = 0; i < p->n_jobs; i++) {
		struct packing_job *j = &p->jobs[i];
		const uint32_t **from = j->fixed ? &j->fixed : &j->present;
		uint32_t *copy = arena_new_n(&fresh, uint32_t, j->need);

		memcpy(copy, *from, j->need * sizeof(*copy));
		*from = copy;
	}
	arena_clear(&p->arena);
	p->arena = fresh;
}

static void test_histories(void **state)
{
	struct draw d = {.state = 5};
	struct tally t = {0};
	struct pool *p = pool_new(4);

	for (int i = 0; i < HISTORY_STEPS; i++) {
		history_step(p, &d, &t);
		renew_arena(p);
	}
	pool_free(p);
	print_message("%zu packed (%zu moved, %zu had to; %zu known fewest), %zu refused\n", t.ok,
		      t.moved, t.must_move, t.fewest, t.full);
	assert_true(t.ok > 0 && t.full > 0 && t.moved > 0);
	assert_true(t.moved * 100 <= t.must_move * 105);
}

/*
 * A second oracle, for longer pools of few lanes: all situations that can be reached, job by job in
 * order of start. A situation is when each lane becomes free, a byte a lane (0: it is).
 */
#define SITUATIONS_MAX 200000

struct reached {
	uint64_t *all;
	size_t n;
};

static int compare_u64(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int compare_starts(const void *a, const void *b)
{
	const struct packing_job *x = a, *y = b;

	return x->during.start < y->during.start ? -1 : x->during.start > y->during.start;
}

static void reached_sort(struct reached *r)
{
	size_t kept = 0;

	qsort(r->all, r->n, sizeof(*r->all), compare_u64);
	for (size_t i = 0; i < r->n; i++)
		if (i == 0 || r->all[i] != r->all[kept - 1])
			r->all[kept++] = r->all[i];
	r->n = kept;
}

static uint64_t without_ended(uint64_t situation, int64_t now)
{
	for (int lane = 0; lane < 8; lane++)
		if ((int64_t)(situation >> lane * 8 & 255) <= now)
			situation &= ~((uint64_t)255 << lane * 8);
	return situation;
}

static void advance(const struct pool *p, const struct packing_job *j, const struct reached *from,
		    struct reached *to)
{
	to->n = 0;
	for (size_t i = 0; i < from->n; i++) {
		uint64_t was = without_ended(from->all[i], j->during.start);

		for (uint32_t lane = 0; lane < p->n_lanes; lane++) {
			bool may = j->fixed ? *j->fixed == lane
					    : !j->allowed || packing_has(j->allowed, lane);

			if (may && !(was >> lane * 8 & 255))
				to->all[to->n++] = was | (uint64_t)j->during.end << lane * 8;
		}
	}
	reached_sort(to);
}

/* 1: can be packed; 0: cannot; -1: too many situations. Every need is 1; ends are under 256. */
static int frontier(const struct pool *p)
{
	struct reached at[2] = {{memory_new(SITUATIONS_MAX * 64), 1},
				{memory_new(SITUATIONS_MAX * 64), 0}};
	struct packing_job jobs[JOBS_MAX];
	size_t n = 1;

	memcpy(jobs, p->jobs, p->n_jobs * sizeof(*jobs));
	qsort(jobs, p->n_jobs, sizeof(*jobs), compare_starts);
	for (size_t i = 0; i < p->n_jobs && n > 0 && n < SITUATIONS_MAX; i++) {
		advance(p, &jobs[i], &at[i % 2], &at[1 - i % 2]);
		n = at[1 - i % 2].n;
	}
	free(at[0].all);
	free(at[1].all);
	return n >= SITUATIONS_MAX ? -1 : n > 0;
}

/* Lanes packed without much room, then told to be found again: each job may use the lane that it
 * was cut from (unless spoilt) and some others; some stand there, some are pinned to it. */
static void plant(struct pool *p, struct draw *d, size_t per_lane, uint64_t spoil_percent)
{
	for (uint32_t lane = 0; lane < p->n_lanes; lane++) {
		int64_t at = draw_between(d, 0, 4);

		for (size_t i = 0; i < per_lane; i++) {
			int64_t end = at + draw_between(d, 3, 12);
			struct packing_job *j = pool_add(p, at, end, 1);
			uint64_t own = (uint64_t)1 << lane;
			uint64_t others = draw_below(d, (uint64_t)1 << p->n_lanes) &
					  draw_below(d, (uint64_t)1 << p->n_lanes);

			at = end + (draw_below(d, 3) == 0);
			pool_allow(p, j,
				   draw_below(d, 100) < spoil_percent ? others & ~own
								      : others | own);
			if (draw_below(d, 10) == 0)
				pool_pin(p, j, lane);
			else if (draw_below(d, 3) == 0)
				pool_stand(p, j, lane);
		}
	}
}

static void test_long_against_all_situations(void **state)
{
	struct draw d = {.state = 29};
	size_t n[3] = {0}, searched = 0;

	for (int i = 0; i < LONG_INSTANCES; i++) {
		struct pool *p = pool_new((size_t)draw_between(&d, 3, 6));
		struct packing_answer got;
		int r, want;

		plant(p, &d, 16, draw_below(&d, 3));
		want = frontier(p);
		r = solve(p, PACKING_BUDGET, &got);
		n[r]++;
		if (want >= 0 && r != PACKING_E_BOUND)
			assert_int_equal(r, want ? PACKING_OK : PACKING_E_FULL);
		searched += r == PACKING_E_FULL && got.witness.proof == PACKING_PROOF_SEARCH;
		pool_free(p);
	}
	print_message("%zu packed, %zu refused (%zu searched), %zu undecided\n", n[0], n[1],
		      searched, n[2]);
	assert_true(n[PACKING_OK] > 0 && searched > 0);
	assert_true(n[PACKING_E_BOUND] * 100 <= LONG_INSTANCES);
}

/*
 * Interchangeable lanes, nobody pinned: a pool that is filled one job after the other, each granted
 * as long as the peak allows, whatever the lanes look like by then.
 */
static void fill(struct draw *d, size_t n_lanes, size_t n_jobs, uint32_t need_max, uint64_t budget)
{
	struct pool *p = pool_new(n_lanes);
	size_t n_moved = 0, n_refused = 0;

	while (p->n_jobs < n_jobs) {
		int64_t start = draw_between(d, 0, 2000);
		struct packing_job *j = pool_add(p, start, start + draw_between(d, 1, 300),
						 1 + (uint32_t)draw_below(d, need_max));
		int64_t peak = packing_peak(p->jobs, p->n_jobs, j->during, NULL);
		struct packing_answer got;
		int r = solve(p, budget, &got);

		if (peak > (int64_t)n_lanes) {
			assert_int_equal(r, PACKING_E_FULL);
			assert_int_equal(got.witness.proof, PACKING_PROOF_COUNT);
			assert_int_equal(got.witness.lanes, n_lanes);
			if (++n_refused == 100)
				break;
			p->n_jobs--;
			continue;
		}
		assert_int_equal(r, PACKING_OK);
		n_moved += got.n_moved;
		adopt(p, &got);
		if (p->n_jobs % 32 == 0)
			renew_arena(p);
	}
	print_message("%zu lanes: %zu jobs packed, %zu lanes given up on the way, %zu refused\n",
		      n_lanes, p->n_jobs, n_moved, n_refused);
	assert_true(n_moved > 0 && n_refused > 0);
	pool_free(p);
}

static void test_interchangeable_refuse_only_at_the_peak(void **state)
{
	struct draw d = {.state = 17};
	size_t n[3] = {0};

	for (int i = 0; i < 2; i++)
		fill(&d, 40, 500, 1, PACKING_BUDGET);
	fill(&d, 40, 500, 5, 0);
	fill(&d, 3, 40, 2, 0);
	fill(&d, 130, 120, 60, PACKING_BUDGET);
	for (int i = 0; i < POOLS; i++) { /* all at once, none standing anywhere */
		struct pool *p = pool_new(40);
		struct packing_answer got;
		int64_t peak;
		int r;

		while (p->n_jobs < 500) {
			int64_t start = draw_between(&d, 0, 5000);

			pool_add(p, start, start + draw_between(&d, 1, 560), 1);
		}
		peak = packing_peak(p->jobs, p->n_jobs, (struct span){0, 9000}, NULL);
		r = solve(p, 0, &got);
		assert_int_equal(r, peak > 40 ? PACKING_E_FULL : PACKING_OK);
		n[r]++;
		pool_free(p);
	}
	assert_true(n[PACKING_OK] > 0 && n[PACKING_E_FULL] > 0);
}

static void test_repack_moves_one(void **state)
{
	struct pool *p = pool_new(2);
	struct packing_answer got;

	/* Lane 0 is free from 4 on, lane 1 up to 6: 2 to 8 fits nowhere, but 6 to 9 can move. */
	pool_stand(p, pool_add(p, 0, 2, 1), 0);
	pool_stand(p, pool_add(p, 8, 9, 1), 1);
	pool_stand(p, pool_add(p, 6, 8, 1), 0);
	pool_add(p, 2, 8, 1);
	assert_int_equal(solve(p, PACKING_BUDGET, &got), PACKING_OK);
	assert_true(got.fewest && got.n_moved == 0);
	pool_add(p, 8, 12, 1);
	pool_add(p, 0, 2, 1);
	assert_int_equal(solve(p, PACKING_BUDGET, &got), PACKING_OK);
	pool_free(p);

	p = pool_new(2);
	pool_stand(p, pool_add(p, 0, 4, 1), 0);
	pool_stand(p, pool_add(p, 6, 9, 1), 1);
	pool_add(p, 2, 8, 1);
	assert_int_equal(solve(p, PACKING_BUDGET, &got), PACKING_OK);
	assert_true(got.fewest && got.n_moved == 1);
	pool_pin(p, &p->jobs[0], 0);
	p->jobs[0].present = NULL;
	assert_int_equal(solve(p, PACKING_BUDGET, &got), PACKING_OK);
	assert_true(got.lanes[0][0] == 0 && got.lanes[1][0] == 0 && got.lanes[2][0] == 1);
	pool_pin(p, &p->jobs[1], 1);
	assert_int_equal(solve(p, PACKING_BUDGET, &got), PACKING_E_FULL);
	assert_true(got.witness.proof == PACKING_PROOF_COUNT && got.witness.n_jobs == 3);
	assert_true(got.witness.need == 1 && got.witness.lanes == 0);
	pool_free(p);
}

static void test_untouched_where_nothing_is_new(void **state)
{
	struct pool *p = pool_new(3);
	struct packing_answer got;

	pool_stand(p, pool_add(p, 0, 5, 1), 2);
	pool_stand(p, pool_add(p, 5, 9, 1), 1); /* touches, does not overlap */
	pool_stand(p, pool_add(p, 20, 30, 1), 0);
	pool_add(p, 25, 40, 3);
	pool_add(p, 28, 29, 1);
	assert_int_equal(solve(p, PACKING_BUDGET, &got), PACKING_E_FULL);
	assert_true(got.witness.at == 25 || got.witness.at == 28);
	p->n_jobs -= 2;
	pool_add(p, 25, 40, 2);
	assert_int_equal(solve(p, PACKING_BUDGET, &got), PACKING_OK);
	assert_true(got.lanes[0][0] == 2 && got.lanes[1][0] == 1 && got.lanes[2][0] == 0);
	assert_true(got.lanes[3][0] == 1 && got.lanes[3][1] == 2 && got.n_moved == 0);
	pool_free(p);
}

static void test_pinned_to_the_same_lane(void **state)
{
	struct pool *p = pool_new(3);
	struct packing_answer got;

	pool_pin(p, pool_add(p, 0, 5, 1), 2);
	pool_pin(p, pool_add(p, 5, 7, 1), 2);
	assert_int_equal(solve(p, PACKING_BUDGET, &got), PACKING_OK);
	pool_pin(p, pool_add(p, 6, 9, 1), 2);
	assert_int_equal(solve(p, PACKING_BUDGET, &got), PACKING_E_FULL);
	assert_int_equal(got.witness.proof, PACKING_PROOF_PINNED);
	assert_true(got.witness.at == 6 && got.witness.jobs[0] == 1 && got.witness.jobs[1] == 2);
	pool_free(p);
}

static void test_without_end(void **state)
{
	struct pool *p = pool_new(2);
	struct packing_answer got;

	pool_pin(p, pool_add(p, 5, TIME_NEVER, 1), 0);
	pool_allow(p, pool_add(p, 3, TIME_NEVER, 1), 2);
	pool_stand(p, pool_add(p, 0, 3, 1), 1);
	pool_add(p, 1, 5, 1);
	assert_int_equal(solve(p, PACKING_BUDGET, &got), PACKING_OK);
	pool_add(p, 7, TIME_NEVER, 1);
	assert_int_equal(solve(p, PACKING_BUDGET, &got), PACKING_E_FULL);
	p->n_jobs--;
	pool_allow(p, pool_add(p, INT64_MIN / 4, 4, 1), 2);
	assert_int_equal(solve(p, PACKING_BUDGET, &got), PACKING_E_FULL);
	pool_free(p);
}

static void test_no_job_and_no_lane(void **state)
{
	struct pool *p = pool_new(0);
	struct packing_answer got;

	assert_int_equal(solve(p, 0, &got), PACKING_OK);
	pool_add(p, 0, 1, 1);
	assert_int_equal(solve(p, 0, &got), PACKING_E_FULL);
	assert_int_equal(packing_peak(NULL, 0, (struct span){3, 9}, NULL), 0);
	pool_free(p);
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* What is undecided is said to be, and soon. */
static void test_bound(void **state)
{
	const uint64_t budget = 100000;
	struct draw d = {.state = 23};
	size_t n[3] = {0};
	int64_t worst_us = 0;

	for (int i = 0; i < HARD_INSTANCES; i++) {
		struct pool *p = pool_new(30);
		struct packing_answer got;
		int64_t took_us;
		int r;

		plant(p, &d, 10, 1);
		took_us = now_us();
		r = packing_solve(p->n_lanes, p->jobs, p->n_jobs, budget, &p->arena, &got);
		took_us = now_us() - took_us;
		if (r == PACKING_OK)
			check_valid(p, &got);
		n[r]++;
		assert_true(got.steps < budget + budget / 4);
		worst_us = took_us > worst_us ? took_us : worst_us;
		pool_free(p);
	}
	print_message("%zu packed, %zu refused, %zu undecided, at most %lld us\n", n[0], n[1], n[2],
		      (long long)worst_us);
	assert_true(n[PACKING_E_BOUND] > 0);
	assert_true(worst_us < 500000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_job_and_no_lane),
	    cmocka_unit_test(test_repack_moves_one),
	    cmocka_unit_test(test_untouched_where_nothing_is_new),
	    cmocka_unit_test(test_pinned_to_the_same_lane),
	    cmocka_unit_test(test_without_end),
	    cmocka_unit_test(test_small_against_all_assignments),
	    cmocka_unit_test(test_histories),
	    cmocka_unit_test(test_long_against_all_situations),
	    cmocka_unit_test(test_interchangeable_refuse_only_at_the_peak),
	    cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
