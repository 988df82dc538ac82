/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Measures the core alone on a large pole: `core [--bookings=N] [--seconds=S] [--seed=N]
 * [--dump=FOLDER] [--only=MEASUREMENT]`.
 *
 * Prints one line of JSON about the pole, then, for each line on stdin, one with a round of all
 * measurements, so that whoever measures something else next to it can take turns. With --dump,
 * what it holds and some questions with their answers are written as rows for COPY:
 * allocation.rows, question.rows, grant.rows. The questions are drawn before the clock starts and
 * differ from one call to the next; each measurement goes through them again and again.
 */
#include <assert.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/profile.h"
#include "lib/trial.h"
#include "tests/bench/core_pole.h"

#define N_QUESTIONS 16384
#define N_ASKS 2048 /* bookings that are granted, and such that are refused */
#define N_DUMPED 2000
#define WEEKS_S (28 * (int64_t)DAY_S)
#define GAP_S (3 * HOUR_S)
#define N_ALTERNATIVES 3
#define N_STARTS 5

struct question {
	uint32_t resource, member;
	struct span span;
};

struct bench {
	struct core_pole core;
	struct question questions[N_QUESTIONS], granted[N_ASKS], refused[N_ASKS];
	struct question ruled[N_ASKS], ruled_out[N_ASKS];
	double seconds;
	struct arena arena; /* of one decision */
};

static struct {
	size_t bookings;
	double seconds;
	uint64_t seed;
	const char *dump, *only;
} options = {.bookings = 1000000, .seconds = 1, .seed = 1};

static struct asker asker_of(const struct bench *b)
{
	return (struct asker){.person = b->core.asker, .now = CORE_START};
}

static const struct resource *resource_of(const struct bench *b, uint32_t number)
{
	return &pole_policy(b->core.pole)->resources[number - 1];
}

static const struct timeline *line_of(const struct bench *b, uint32_t resource)
{
	return pole_timeline(b->core.pole, resource, 1);
}

/* How much of an answer is counted: what each measurement adds to the mean that is shown beside it.
 */
static uint64_t ask_free(struct bench *b, size_t i)
{
	const struct question *q = &b->questions[i % N_QUESTIONS];

	return timeline_conflict(line_of(b, q->resource), q->span, 0) == NULL;
}

static int first_gap(const struct bench *b, uint32_t resource, int64_t from, int64_t *ret)
{
	const struct timeline *line = line_of(b, resource);
	const struct profile_pool pool = {&line, 1, {from, from + WEEKS_S}, 0};

	return profile_first_gap(&pool, 1, GAP_S, ret);
}

static uint64_t ask_gap(struct bench *b, size_t i)
{
	const struct question *q = &b->questions[i % N_QUESTIONS];
	int64_t at;

	return first_gap(b, q->resource, q->span.start, &at) == PROFILE_OK;
}

static uint32_t group_of(const struct bench *b, size_t i)
{
	return b->questions[i % N_QUESTIONS].resource % CORE_FULL_GROUPS;
}

static uint64_t ask_candidates(struct bench *b, size_t i)
{
	const struct question *q = &b->questions[i % N_QUESTIONS];
	uint32_t first = group_of(b, i) * CORE_GROUP + 1;
	const struct directory *d = pole_directory(b->core.pole);
	uint64_t n = 0;

	for (uint32_t r = first; r < first + CORE_GROUP; r++) {
		const struct resource *resource = resource_of(b, r);
		struct trial t;

		trial_init(&t, b->core.pole, d, resource, NULL, NULL, CORE_START, &b->arena);
		n += trial_allows(&t, resource->opening, q->span) &&
		     trial_is_free(&t, &resource->units[0], q->span);
	}
	arena_clear(&b->arena);
	return n;
}

static uint64_t ask_find(struct bench *b, size_t i)
{
	static const char *const groups[CORE_FULL_GROUPS] = {"group=0", "group=1", "group=2",
							     "group=3", "group=4", "group=5",
							     "group=6", "group=7", "group=8"};
	const struct ask_book ask = {.having = groups[group_of(b, i)],
				     .span = b->questions[i % N_QUESTIONS].span};
	const struct asker who = asker_of(b);
	struct answer answer;
	struct found *found;
	size_t n;

	decide_find(b->core.pole, &who, &ask, CORE_GROUP, &b->arena, &answer, &found, &n);
	arena_clear(&b->arena);
	return n;
}

static uint64_t ask_gaps(struct bench *b, size_t i)
{
	const struct question *q = &b->questions[i % N_QUESTIONS];
	uint32_t first = group_of(b, i) * CORE_GROUP + 1;
	uint64_t n = 0;
	int64_t at;

	for (uint32_t r = first; r < first + CORE_GROUP; r++)
		n += first_gap(b, r, q->span.start, &at) == PROFILE_OK;
	return n;
}

static size_t find_starts(struct bench *b, uint32_t resource, int64_t from, size_t count)
{
	const struct ask_book ask = {
	    .what = resource_of(b, resource)->id,
	    .within = {from, from + WEEKS_S},
	    .length = {.seconds = GAP_S},
	};
	const struct asker who = asker_of(b);
	struct answer answer;
	struct found *found;
	size_t n;

	decide_find_starts(b->core.pole, &who, &ask, count, &b->arena, &answer, &found, &n);
	arena_clear(&b->arena);
	return n;
}

static uint64_t ask_starts(struct bench *b, size_t i)
{
	const struct question *q = &b->questions[i % N_QUESTIONS];

	return find_starts(b, q->resource, q->span.start, N_STARTS);
}

static uint64_t ask_all_starts(struct bench *b, size_t i)
{
	uint32_t first = group_of(b, i) * CORE_GROUP + 1;
	uint64_t n = 0;

	for (uint32_t r = first; r < first + CORE_GROUP; r++)
		n += find_starts(b, r, b->questions[i % N_QUESTIONS].span.start, 1);
	return n;
}

static void book(struct bench *b, const char *what, struct span s, struct answer *ret,
		 struct changes *ret_changes)
{
	const struct ask_book ask = {
	    .what = what, .member = "m1", .span = s, .alternatives = N_ALTERNATIVES};
	const struct asker who = asker_of(b);

	decide_book(b->core.pole, &who, &ask, &b->arena, ret, ret_changes);
}

static void forget(struct bench *b, struct changes *changes)
{
	changes_clear(changes);
	arena_clear(&b->arena);
}

static uint64_t repacked(struct bench *b, struct span s)
{
	struct changes changes = {0};
	struct answer answer;
	uint64_t n_moved;

	book(b, "pool", s, &answer, &changes);
	assert(answer.booking && changes.n > 1);
	n_moved = changes.n - 1;
	forget(b, &changes);
	return n_moved;
}

static uint64_t ask_one_move(struct bench *b, size_t i)
{
	return repacked(b, b->core.one_move);
}

static uint64_t ask_chain(struct bench *b, size_t i)
{
	return repacked(b, b->core.chain);
}

static uint64_t ask_book(struct bench *b, size_t i)
{
	const struct question *q = &b->granted[i % N_ASKS];
	struct changes changes = {0};
	struct answer answer;

	book(b, resource_of(b, q->resource)->id, q->span, &answer, &changes);
	assert(answer.booking);
	pole_apply(b->core.pole, &changes);
	pole_undo(b->core.pole, &changes);
	forget(b, &changes);
	return 1;
}

static uint64_t ask_refused(struct bench *b, size_t i)
{
	const struct question *q = &b->refused[i % N_ASKS];
	struct changes changes = {0};
	struct answer answer;
	uint64_t n;

	book(b, resource_of(b, q->resource)->id, q->span, &answer, &changes);
	assert(!answer.booking);
	n = answer.n_alternatives;
	forget(b, &changes);
	return n;
}

/* By a member's own person, under all rules; what is granted is not applied. */
static void ask_under_rules(struct bench *b, const struct question *q, unsigned alternatives,
			    struct answer *ret, struct changes *ret_changes)
{
	const struct asker who = {pole_person(b->core.pole, 1 + q->member), CORE_RULED_NOW};
	const struct ask_book ask = {
	    .what = resource_of(b, q->resource)->id, .span = q->span, .alternatives = alternatives};

	decide_book(b->core.pole, &who, &ask, &b->arena, ret, ret_changes);
}

static uint64_t ask_ruled(struct bench *b, size_t i)
{
	struct changes changes = {0};
	struct answer answer;
	bool granted;

	ask_under_rules(b, &b->ruled[i % N_ASKS], 0, &answer, &changes);
	granted = answer.booking != NULL;
	forget(b, &changes);
	return granted;
}

static uint64_t ask_ruled_out(struct bench *b, size_t i)
{
	struct changes changes = {0};
	struct answer answer;
	uint64_t n;

	ask_under_rules(b, &b->ruled_out[i % N_ASKS], N_ALTERNATIVES, &answer, &changes);
	n = answer.n_refusals;
	forget(b, &changes);
	return n;
}

static uint64_t ask_ruled_find(struct bench *b, size_t i)
{
	const struct asker who = {pole_person(b->core.pole, 3), CORE_RULED_NOW};
	const struct ask_book ask = {.having = "group=0", .span = b->ruled[i % N_ASKS].span};
	struct answer answer;
	struct found *found;
	size_t n;

	decide_find(b->core.pole, &who, &ask, CORE_GROUP, &b->arena, &answer, &found, &n);
	arena_clear(&b->arena);
	return n;
}

static const struct measurement {
	const char *what;
	uint64_t (*ask)(struct bench *b, size_t i);
	size_t
	    batch; /* calls between two looks at the clock; 0: under all rules, each call timed */
} measurements[] = {
    {"free", ask_free, 1024},
    {"gap", ask_gap, 1024},
    {"candidates", ask_candidates, 16},
    {"find", ask_find, 1},
    {"gaps", ask_gaps, 16},
    {"all_starts", ask_all_starts, 1},
    {"starts", ask_starts, 1},
    {"repack_one", ask_one_move, 1},
    {"repack_chain", ask_chain, 1},
    {"book", ask_book, 64},
    {"refusal", ask_refused, 1},
    {"ruled", ask_ruled, 0},
    {"ruled_out", ask_ruled_out, 0},
    {"ruled_find", ask_ruled_find, 0},
};
#define N_MEASUREMENTS (sizeof(measurements) / sizeof(measurements[0]))

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void measure(struct bench *b, const struct measurement *m)
{
	double begun, took;
	uint64_t counted = 0;
	size_t n = 0;

	for (size_t i = 0; i < m->batch; i++)
		m->ask(b, i);
	begun = now_s();
	do {
		for (size_t end = n + m->batch; n < end; n++)
			counted += m->ask(b, n);
		took = now_s() - begun;
	} while (took < b->seconds);
	printf("\"%s\": {\"per_second\": %.1f, \"mean\": %.3f}", m->what, (double)n / took,
	       (double)counted / (double)n);
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double thread_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Time of this thread, so that who shares the machine does not count: only the median call and the
 * slowest of a hundred are asked for. */
static void measure_each(struct bench *b, const struct measurement *m)
{
	static double took[1 << 20];
	double begun = now_s(), from;
	uint64_t counted = 0;
	size_t n = 0;

	core_pole_rule(&b->core, true);
	do {
		from = thread_s();
		counted += m->ask(b, n);
		took[n++] = thread_s() - from;
	} while (n < sizeof(took) / sizeof(took[0]) && now_s() - begun < b->seconds);
	core_pole_rule(&b->core, false);
	qsort(took, n, sizeof(took[0]), by_size);
	printf(
	    "\"%s\": {\"per_second\": %.1f, \"mean\": %.3f, \"median_us\": %.2f, \"p99_us\": %.2f}",
	    m->what, 1 / took[n / 2], (double)counted / (double)n, took[n / 2] * 1e6,
	    took[n - n / 100 - 1] * 1e6);
}

static void draw_questions(struct bench *b)
{
	for (size_t i = 0; i < N_QUESTIONS; i++) {
		uint32_t r = 1 + core_random(&b->core, CORE_SINGLES);

		b->questions[i] =
		    (struct question){r, 1, core_random_span(&b->core, core_is_room(r))};
	}
}

/* Asks for things until there are enough that are granted, and enough that are refused with as many
 * alternatives as were asked for. */
static void draw_asks(struct bench *b)
{
	size_t n_granted = 0, n_refused = 0;

	while (n_granted < N_ASKS || n_refused < N_ASKS) {
		uint32_t r = 1 + core_random(&b->core, CORE_SINGLES);
		struct question q = {r, 1, core_random_span(&b->core, core_is_room(r))};
		struct changes changes = {0};
		struct answer answer;

		book(b, resource_of(b, r)->id, q.span, &answer, &changes);
		if (answer.booking && n_granted < N_ASKS)
			b->granted[n_granted++] = q;
		if (answer.n_alternatives == N_ALTERNATIVES && n_refused < N_ASKS)
			b->refused[n_refused++] = q;
		forget(b, &changes);
	}
}

/* Of the things that most rules are about: what is granted, and what a rule refuses. */
static void draw_ruled(struct bench *b)
{
	size_t n_granted = 0, n_refused = 0;

	core_pole_rule(&b->core, true);
	while (n_granted < N_ASKS || n_refused < N_ASKS) {
		uint32_t r = 1 + core_random(&b->core, CORE_RULED);
		uint32_t member = 1 + core_random(&b->core, CORE_MEMBERS);
		struct question q = {r, member, core_random_span(&b->core, core_is_room(r))};
		struct changes changes = {0};
		struct answer answer;

		if (q.span.start < CORE_RULED_NOW)
			continue;
		ask_under_rules(b, &q, 0, &answer, &changes);
		if (answer.booking && n_granted < N_ASKS)
			b->ruled[n_granted++] = q;
		if (answer.n_refusals > 0 && answer.refusals[0].rule && n_refused < N_ASKS)
			b->ruled_out[n_refused++] = q;
		forget(b, &changes);
	}
	core_pole_rule(&b->core, false);
}

static FILE *opened(const char *name)
{
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", options.dump, name);
	out = fopen(path, "w");
	if (!out) {
		perror(path);
		exit(1);
	}
	return out;
}

static void dump(struct bench *b)
{
	FILE *out = opened("allocation.rows");

	core_dump(&b->core, out);
	fclose(out);
	out = opened("question.rows");
	for (size_t i = 0; i < N_DUMPED; i++) {
		const struct question *q = &b->questions[i];
		int64_t at;

		fprintf(out, "%u\t", q->resource);
		core_write_range(q->span, out);
		fprintf(out, "\t%c\t", ask_free(b, i) ? 't' : 'f');
		if (first_gap(b, q->resource, q->span.start, &at) == PROFILE_OK)
			fprintf(out, "%lld\n", (long long)at);
		else
			fputs("\\N\n", out);
	}
	fclose(out);
	out = opened("grant.rows");
	for (size_t i = 0; i < N_ASKS; i++) {
		fprintf(out, "%zu\t%u\t", i, b->granted[i].resource);
		core_write_range(b->granted[i].span, out);
		fputc('\n', out);
	}
	fclose(out);
}

static int usage(void)
{
	fputs("usage: core [--bookings=N] [--seconds=S] [--seed=N] [--dump=FOLDER] "
	      "[--only=MEASUREMENT]\n",
	      stderr);
	return 2;
}

static bool read_options(int argc, char **argv)
{
	static const struct option names[] = {
	    {"bookings", required_argument, NULL, 'b'}, {"seconds", required_argument, NULL, 's'},
	    {"seed", required_argument, NULL, 'r'},	{"dump", required_argument, NULL, 'd'},
	    {"only", required_argument, NULL, 'o'},	{0}};
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (c == 'b')
			options.bookings = strtoul(optarg, NULL, 10);
		else if (c == 's')
			options.seconds = strtod(optarg, NULL);
		else if (c == 'r')
			options.seed = strtoul(optarg, NULL, 10);
		else if (c == 'd')
			options.dump = optarg;
		else if (c == 'o')
			options.only = optarg;
		else
			return false;
	}
	return optind == argc && options.bookings <= 1500000;
}

static void tell(const struct bench *b, double took_s)
{
	double n = (double)pole_n_bookings(b->core.pole);

	printf("{\"bookings\": %.0f, \"resources\": %zu, \"load_s\": %.2f, \"record_bytes\": %.1f, "
	       "\"beyond_bytes\": %.1f, \"resident_bytes\": %.1f}\n",
	       n, pole_policy(b->core.pole)->n_resources, took_s, (double)b->core.record_bytes / n,
	       (double)b->core.beyond_bytes / n, (double)b->core.resident_bytes / n);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct bench *b = memory_new(sizeof(*b));
	char line[16];
	double begun = now_s();

	if (!read_options(argc, argv))
		return usage();
	b->seconds = options.seconds;
	core_pole_init(&b->core, options.bookings, options.seed);
	begun = now_s() - begun;
	draw_questions(b);
	draw_asks(b);
	draw_ruled(b);
	if (options.dump)
		dump(b);
	tell(b, begun);
	while (fgets(line, sizeof(line), stdin)) {
		const char *before = "{";

		for (size_t i = 0; i < N_MEASUREMENTS; i++) {
			if (options.only && strcmp(options.only, measurements[i].what) != 0)
				continue;
			fputs(before, stdout);
			before = ", ";
			if (measurements[i].batch)
				measure(b, &measurements[i]);
			else
				measure_each(b, &measurements[i]);
		}
		puts("}");
		fflush(stdout);
	}
	core_pole_clear(&b->core);
	free(b);
	return 0;
}
