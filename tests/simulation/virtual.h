/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Virtual time: one list of tasks in order of time, one source of chance, and the few libevent functions that the daemon's parts call, on top of
 * them. A daemon is an event base here: it can be stalled, its clock can be set, and its tasks go when it crashes.
 *
 * Time stands still while a task runs. clock_gettime() and getrandom() are wrapped by the linker, so that nothing depends on the machine.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"

struct event_base { /* a daemon */
	int index;
	int64_t stalled_until_us;
	int64_t clock_ahead_us;
};

struct task;
typedef void task_fn(void *arg);

void virtual_begin(uint64_t seed, int64_t epoch_s);
void virtual_end(void); /* frees all that virtual_arena() gave */
struct arena *virtual_arena(void); /* lives as long as the run */
int64_t virtual_now_us(void);

/* What happened, as one number: two runs of a seed come to the same. */
void trace(const void *bytes, size_t n);
uint64_t trace_hash(void);

uint64_t chance_below(uint64_t n);
bool chance(unsigned percent);
int64_t chance_between(int64_t least, int64_t most);

/* owner NULL: the world's own, never stalled. Tasks of one moment run in the order they were planned. */
struct task *task_at(int64_t at_us, struct event_base *owner, task_fn *fn, void *arg);
void task_cancel(struct task *t); /* takes NULL; not of one that ran */
void tasks_drop(struct event_base *owner);
/* Runs the next task. False: there is none up to `until_us`, where time then stands. */
bool virtual_step(int64_t until_us);
/* For work outside of tasks that reads the clock: whose clock it is. */
void virtual_act_as(struct event_base *base);
