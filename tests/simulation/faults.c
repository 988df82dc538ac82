/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several daemons, their database and their clients in one process under virtual time, and all that
 * can go wrong between them, from one seed: `faults --seeds N [--seed S] [--twice] [--verbose]`.
 *
 * The daemons are the real ones from the stream up to the database's interface; below that are the
 * tables in memory. A seed chooses how much goes wrong of what, then something goes wrong every
 * second or so; at last nothing does, and all must come right again. A seed that failed fails the
 * same way every time: --twice runs each one twice, and compares all that was asked of the database
 * and sent to clients, and when.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/served.h"
#include "tests/simulation/clients.h"
#include "tests/simulation/faults_check.h"
#include "tests/simulation/faults_queue.h"
#include "tests/simulation/faulty_db.h"
#include "tests/simulation/faulty_stream.h"
#include "tests/simulation/instance.h"
#include "tests/simulation/log.h"
#include "tests/simulation/poison.h"
#include "tests/simulation/readers.h"
#include "tests/simulation/tables.h"

#define MS INT64_C(1000)
#define S (1000 * MS)
#define EPOCH INT64_C(1803859200) /* 2027-03-01T00:00Z */
#define INSTANCES_MOST 3
#define CALM_AFTER_MOST 400
#define QUIET_S 20
#define STEPS_AT_ONCE_MOST 10000
#define SETTLING_S 15 /* after which no daemon has anything left of what went wrong */
#define STRICT_S 12

static struct {
	struct instance instances[INSTANCES_MOST];
	size_t n_instances;
	unsigned weights[9]; /* of each kind of fault */
	bool poisoned, calm, strict, twice;
	size_t n_violations;
	uint64_t seed;
	uint64_t n_versions, n_ops, n_granted, trace;
	struct queue_looks queue;
} sim;

void violation(const char *fmt, ...)
{
	va_list args;

	if (sim.n_violations++ && !log_is_shown)
		return;
	fprintf(stderr, "seed %llu, %.3f s: ", (unsigned long long)sim.seed,
		(double)virtual_now_us() / 1e6);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\n");
}

bool simulation_is_calm(void)
{
	return sim.calm;
}

bool simulation_is_strict(void)
{
	return sim.strict;
}

/* Faults */

static void start_again(void *arg)
{
	instance_start(arg);
}

static void crash(struct instance *i)
{
	tell("daemon %d crashes", i->base.index);
	instance_crash(i);
	task_at(virtual_now_us() + chance_between(1, 3000) * MS, &i->base, start_again, i);
}

static void stall(struct instance *i)
{
	i->base.stalled_until_us =
	    virtual_now_us() +
	    (chance(80) ? chance_between(1, 3000) : chance_between(1, 60000)) * MS;
	tell("daemon %d is stalled until %.3f s", i->base.index,
	     (double)i->base.stalled_until_us / 1e6);
}

static void set_clock(struct instance *i)
{
	i->base.clock_ahead_us = chance_between(chance(50) ? -3 : -600, chance(50) ? 3 : 600) * S;
	tell("daemon %d has its clock %lld s ahead", i->base.index,
	     (long long)(i->base.clock_ahead_us / S));
}

static void lose_commits(struct instance *i)
{
	tell("daemon %d loses its link for commits", i->base.index);
	db_link_lose(served_commits(i->served));
}

static void lose_feed(struct instance *i)
{
	tell("daemon %d loses its feed", i->base.index);
	db_link_lose(i->server.feed);
}

static void end_server(struct instance *i)
{
	db_away_until_us = virtual_now_us() + (chance(70) ? chance_between(0, 2000) : 20000) * MS;
	tell("the database is away until %.3f s", (double)db_away_until_us / 1e6);
	db_lose_all();
}

static void lose_client(struct instance *i)
{
	clients_lose_one();
}

static void refuse_time(struct instance *i)
{
	if (sim.poisoned)
		poison_time();
}

static void apply_policy(struct instance *i)
{
	tell("daemon %d is to apply a policy", i->base.index);
	instance_apply_policy(i);
}

static void (*const faults[])(struct instance *i) = {crash,	  lose_commits, lose_feed,
						     stall,	  set_clock,	end_server,
						     lose_client, apply_policy, refuse_time};
#define N_FAULTS (sizeof(faults) / sizeof(*faults))

static void fault_turn(void *arg)
{
	struct instance *i = &sim.instances[chance_below(sim.n_instances)];
	size_t kind = chance_below(N_FAULTS);

	if (sim.calm)
		return;
	if (i->alive && chance(sim.weights[kind])) {
		virtual_act_as(&i->base);
		faults[kind](i);
		virtual_act_as(NULL);
	}
	task_at(virtual_now_us() + chance_between(1, 400) * MS, NULL, fault_turn, NULL);
}

static unsigned some_or_none(unsigned most)
{
	return chance(40) ? 0 : (unsigned)chance_below(most + 1);
}

static void on_error(const char *statement, const char *error)
{
	if (!poison_made(error))
		violation("%s: %s", statement, error);
}

/* No fault here makes the database lose a commit. */
static void on_line(const char *line)
{
	if (strstr(line, "memory is at version"))
		violation("a daemon says: %s", line);
}

/* A run */

static void lift(void *arg)
{
	tell("nothing is refused any more");
	if (!clients_are_unharmed())
		violation("somebody waits because of what others asked");
	check_due_is_done(sim.instances, sim.n_instances);
	sim.strict = sim.poisoned = false;
	poisons_lift();
}

/* What is poisoned stays so for a while, in which others are to be served as if nothing were. */
static void grow_strict(void *arg)
{
	if (db_has_left_behind()) {
		task_at(virtual_now_us() + SETTLING_S * S, NULL, grow_strict, NULL);
		return;
	}
	tell("nothing went wrong for a while");
	sim.strict = true;
	if (chance(50))
		poison_time();
	clients_ask_more(3);
	task_at(virtual_now_us() + STRICT_S * S, NULL, lift, NULL);
}

static void calm_down(void *arg)
{
	tell("nothing goes wrong any more");
	sim.calm = true;
	poisons_spare();
	if (sim.poisoned)
		task_at(virtual_now_us() + SETTLING_S * S, NULL, grow_strict, NULL);
	db_faults = (struct db_faults){0};
	db_away_until_us = 0;
	for (size_t i = 0; i < sim.n_instances; i++)
		sim.instances[i].base.stalled_until_us = 0;
}

static void on_left_behind(int64_t batch)
{
	if (sim.poisoned && !sim.calm)
		poison_batch(batch);
}

static void begin(uint64_t seed)
{
	struct poison_chances chances = {0};
	struct clients_plan plan;
	bool lonely;

	virtual_begin(seed, EPOCH);
	tables_begin();
	db_begin();
	wires_begin();
	memset(sim.instances, 0, sizeof(sim.instances));
	db_faults = (struct db_faults){0};
	db_on_error = on_error;
	db_on_left_behind = on_left_behind;
	log_on_line = on_line;
	sim.calm = sim.strict = false;
	sim.seed = seed;
	sim.n_violations = 0;
	sim.n_instances = 1 + chance_below(INSTANCES_MOST);
	for (size_t i = 0; i < N_FAULTS; i++)
		sim.weights[i] = some_or_none(60);
	for (size_t i = 0; i < sim.n_instances; i++)
		sim.instances[i].base.index = (int)i;
	plan = (struct clients_plan){.n = 2 + chance_below(6), .n_ops_each = 6, .turn_ms = 800};
	if (chance(30))
		plan = (struct clients_plan){
		    .n = 4 + chance_below(3), .n_ops_each = 10, .turn_ms = 400, .crowded = true};
	sim.poisoned = chance(15);
	if (sim.poisoned) {
		plan.poisoned = 8;
		plan.turn_ms = 100;
		chances = (struct poison_chances){chance(25) ? 50 : some_or_none(10),
						  some_or_none(50), some_or_none(50)};
	}
	/* What nothing comes after may still be carried out when it is long given up. */
	lonely = sim.poisoned && chance(40);
	if (lonely) {
		plan = (struct clients_plan){.n = 2, .n_ops_each = 8, .turn_ms = 3000};
		chances = (struct poison_chances){0};
	}
	tables_refuse = NULL;
	pole_make(&sim.instances[0]);
	for (size_t i = 0; i < sim.n_instances; i++)
		instance_start(&sim.instances[i]);
	virtual_act_as(NULL);
	db_faults = (struct db_faults){.slow = some_or_none(10),
				       .refused = some_or_none(5),
				       .no_notice = some_or_none(100),
				       .cut = some_or_none(15),
				       .late = some_or_none(100)};
	if (lonely)
		db_faults = (struct db_faults){.cut = 30, .late = 100};
	poisons_begin(&chances);
	tables_refuse = sim.poisoned ? poison_error : NULL;
	clients_begin(sim.instances, sim.n_instances, &plan);
	readers_begin(sim.instances, sim.n_instances, chance_below(4));
	task_at(1 * S, NULL, fault_turn, NULL);
	task_at(chance_between(5, 25) * S, NULL, calm_down, NULL);
}

/* Until everyone has their answer, then until all is quiet. */
static void go(void)
{
	int64_t quiet_at = 0, now_us = 0;
	int n_steps = 0;

	while (virtual_now_us() < CALM_AFTER_MOST * S && !sim.n_violations) {
		if (!virtual_step(CALM_AFTER_MOST * S))
			break;
		n_steps = virtual_now_us() == now_us ? n_steps + 1 : 0;
		now_us = virtual_now_us();
		if (n_steps > STEPS_AT_ONCE_MOST)
			violation("time stands still: somebody goes round and round");
		if (!quiet_at && sim.calm && !sim.poisoned && clients_are_done())
			quiet_at = virtual_now_us() + QUIET_S * S;
		if (quiet_at && virtual_now_us() > quiet_at)
			break;
	}
}

static bool run(uint64_t seed)
{
	begin(seed);
	go();
	if (!sim.n_violations)
		check_all(sim.instances, sim.n_instances, &sim.queue);
	for (const struct asked_op *op = clients_ops(); op; op = op->next) {
		sim.n_ops++;
		sim.n_granted += op->granted != NULL;
	}
	sim.n_versions += (uint64_t)tables.version;
	sim.trace = sim.trace * 31 + trace_hash();
	for (size_t i = 0; i < sim.n_instances; i++)
		instance_crash(&sim.instances[i]);
	clients_begin(NULL, 0, &(struct clients_plan){0});
	readers_begin(NULL, 0, 0);
	virtual_end();
	return sim.n_violations == 0;
}

static bool repeats(uint64_t seed)
{
	uint64_t first = trace_hash();

	run(seed);
	if (trace_hash() == first)
		return true;
	fprintf(stderr, "seed %llu does not come to the same twice\n", (unsigned long long)seed);
	return false;
}

/* An assertion or a sanitizer ends the program: by which seed? */
static void tell_seed(void)
{
	dprintf(STDERR_FILENO, "seed %llu ended it: faults --seeds 1 --seed %llu --verbose\n",
		(unsigned long long)sim.seed, (unsigned long long)sim.seed);
}

static void on_abort(int signal)
{
	tell_seed();
}

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* As much as a run frees, and little of who asked for it: a third of the time is the sanitizer's.
 * For more of one seed there is the environment's ASAN_OPTIONS. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=8:malloc_context_size=2";
}

int main(int argc, char **argv)
{
	uint64_t n = 100, first = 1, n_failed = 0;

	signal(SIGABRT, on_abort);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(tell_seed);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--verbose") == 0)
			log_is_shown = true;
		else if (strcmp(argv[i], "--twice") == 0)
			sim.twice = true;
		else if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc)
			n = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
			first = strtoull(argv[++i], NULL, 10);
		else {
			fprintf(stderr,
				"usage: faults [--seeds N] [--seed S] [--twice] [--verbose]\n");
			return 2;
		}
	}
	for (uint64_t seed = first; seed < first + n; seed++)
		if (!run(seed) || (sim.twice && !repeats(seed))) {
			n_failed++;
			printf("seed %llu failed: faults --seeds 1 --seed %llu --verbose\n",
			       (unsigned long long)seed, (unsigned long long)seed);
		}
	printf(
	    "%llu seeds, %llu failed; %llu requests, %llu granted, %llu versions; trace %016llx\n"
	    "looks at who waits: %zu; places given to them: %zu, %zu by moving others\n"
	    "groups refused for ever: %zu; of several commands: %zu; on top of another: %zu; with "
	    "what time does: %zu; sent again, and in time at first: %zu\n",
	    (unsigned long long)n, (unsigned long long)n_failed, (unsigned long long)sim.n_ops,
	    (unsigned long long)sim.n_granted, (unsigned long long)sim.n_versions,
	    (unsigned long long)sim.trace, sim.queue.n_waiting, sim.queue.n_given,
	    sim.queue.n_moved, poison_counts.n, poison_counts.n_several, poison_counts.n_second,
	    poison_counts.n_time, poison_counts.n_again);
	return n_failed != 0;
}
