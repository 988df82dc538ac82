/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtual time, chance, and what there is of libevent.
 *
 * libevent's timers run on a clock that nobody sets, so a set clock moves no task. A stalled
 * daemon's tasks stay where they are in order and run once it goes on, all at the same moment, as
 * what lay in its sockets would.
 */
#include "tests/simulation/virtual.h"

#include <event2/event.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

struct task {
	struct task *next;
	int64_t at_us;
	struct event_base *owner;
	task_fn *fn;
	void *arg;
};

struct event {
	struct event_base *base;
	event_callback_fn fn;
	void *arg;
	struct task *pending;
};

static struct {
	struct arena arena;
	struct task *first;
	struct event_base *acting;
	int64_t now_us, epoch_us;
	uint64_t random, trace;
	bool runs;
} world;

int __wrap_clock_gettime(clockid_t id, struct timespec *ret);
int __real_clock_gettime(clockid_t id, struct timespec *ret);
ssize_t __wrap_getrandom(void *bytes, size_t n, unsigned flags);
ssize_t __real_getrandom(void *bytes, size_t n, unsigned flags);

void virtual_begin(uint64_t seed, int64_t epoch_s)
{
	world.first = NULL;
	world.acting = NULL;
	world.now_us = 0;
	world.epoch_us = epoch_s * 1000000;
	world.random = seed;
	world.trace = UINT64_C(0xcbf29ce484222325);
	world.runs = true;
}

void virtual_end(void)
{
	arena_clear(&world.arena);
	world.first = NULL;
	world.runs = false;
}

struct arena *virtual_arena(void)
{
	return &world.arena;
}

int64_t virtual_now_us(void)
{
	return world.now_us;
}

/* FNV-1a */
void trace(const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		world.trace ^= ((const unsigned char *)bytes)[i];
		world.trace *= UINT64_C(0x100000001b3);
	}
}

uint64_t trace_hash(void)
{
	return world.trace;
}

/* splitmix64 (Steele, Lea, Flood 2014): any seed will do, neighbours differ. */
static uint64_t chance_next(void)
{
	uint64_t z = world.random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t chance_below(uint64_t n)
{
	return chance_next() % n;
}

bool chance(unsigned percent)
{
	return chance_below(100) < percent;
}

int64_t chance_between(int64_t least, int64_t most)
{
	return least + (int64_t)chance_below((uint64_t)(most - least + 1));
}

struct task *task_at(int64_t at_us, struct event_base *owner, task_fn *fn, void *arg)
{
	struct task *t = arena_new(&world.arena, struct task), **at = &world.first;

	*t = (struct task){.at_us = at_us > world.now_us ? at_us : world.now_us,
			   .owner = owner,
			   .fn = fn,
			   .arg = arg};
	while (*at && (*at)->at_us <= t->at_us)
		at = &(*at)->next;
	t->next = *at;
	*at = t;
	return t;
}

void task_cancel(struct task *t)
{
	for (struct task **at = &world.first; t && *at; at = &(*at)->next)
		if (*at == t) {
			*at = t->next;
			return;
		}
}

void tasks_drop(struct event_base *owner)
{
	for (struct task **at = &world.first; *at;)
		if ((*at)->owner == owner)
			*at = (*at)->next;
		else
			at = &(*at)->next;
}

static int64_t runs_at(const struct task *t)
{
	int64_t stalled = t->owner ? t->owner->stalled_until_us : 0;

	return t->at_us > stalled ? t->at_us : stalled;
}

/* The first in time; of one moment, the first in the list. */
static struct task **next_task(void)
{
	struct task **best = NULL;

	for (struct task **at = &world.first; *at; at = &(*at)->next) {
		if (best && (*at)->at_us >= runs_at(*best))
			break;
		if (!best || runs_at(*at) < runs_at(*best))
			best = at;
	}
	return best;
}

bool virtual_step(int64_t until_us)
{
	struct task **at = next_task(), *t;

	if (!at || runs_at(*at) > until_us) {
		world.now_us = until_us;
		return false;
	}
	t = *at;
	*at = t->next;
	if (runs_at(t) > world.now_us) /* a daemon that is stalled no longer has what came meanwhile */
		world.now_us = runs_at(t);
	world.acting = t->owner;
	trace(&world.now_us, sizeof(world.now_us));
	t->fn(t->arg);
	world.acting = NULL;
	return true;
}

void virtual_act_as(struct event_base *base)
{
	world.acting = base;
}

/* What the linker puts in the place of the machine's: also for a fuzzer that is linked along, to
 * which the machine's is given between runs. */

int __wrap_clock_gettime(clockid_t id, struct timespec *ret)
{
	int64_t us = world.epoch_us + world.now_us;

	if (!world.runs)
		return __real_clock_gettime(id, ret);
	if (id == CLOCK_REALTIME && world.acting)
		us += world.acting->clock_ahead_us;
	*ret = (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
	return 0;
}

ssize_t __wrap_getrandom(void *bytes, size_t n, unsigned flags)
{
	if (!world.runs)
		return __real_getrandom(bytes, n, flags);
	for (size_t i = 0; i < n; i++)
		((unsigned char *)bytes)[i] = (unsigned char)chance_next();
	return (ssize_t)n;
}

/* libevent */

struct event *event_new(struct event_base *base, evutil_socket_t fd, short what,
			event_callback_fn fn, void *arg)
{
	struct event *e = arena_new(&world.arena, struct event);

	*e = (struct event){.base = base, .fn = fn, .arg = arg};
	return e;
}

static void event_run(void *arg)
{
	struct event *e = arg;

	e->pending = NULL;
	e->fn(-1, EV_TIMEOUT, e->arg);
}

int event_add(struct event *e, const struct timeval *after)
{
	task_cancel(e->pending);
	e->pending = task_at(world.now_us + after->tv_sec * INT64_C(1000000) + after->tv_usec,
			     e->base, event_run, e);
	return 0;
}

int event_del(struct event *e)
{
	task_cancel(e->pending);
	e->pending = NULL;
	return 0;
}

void event_active(struct event *e, int what, short n_calls)
{
	if (e->pending && e->pending->at_us <= world.now_us)
		return;
	task_cancel(e->pending);
	e->pending = task_at(world.now_us, e->base, event_run, e);
}

int event_pending(const struct event *e, short what, struct timeval *ret)
{
	return e->pending != NULL;
}

void event_free(struct event *e)
{
	event_del(e);
}
