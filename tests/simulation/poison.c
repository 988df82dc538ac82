/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which groups are refused, and by which error. */
#include "tests/simulation/poison.h"

#include <string.h>

#include "tests/simulation/faulty_db.h"
#include "tests/simulation/tables.h"
#include "tests/simulation/virtual.h"

#define POISONS_MOST 3
#define TIME_COMMAND "TICK"

static const char *const errors[] = {
    "23P01 conflicting key value violates exclusion constraint",
    "22000 data exception",
    "XX000 invalid memory alloc request size",
};
#define N_ERRORS (sizeof(errors) / sizeof(*errors))
static const char internal[] = "XX000 could not read block 7";
static const char in_time[] = "57014 canceling statement due to statement timeout";

struct poison {
	const char *key;
	int64_t booking; /* of a command of time's own; 0: under a key */
	const char *error;
};

static struct {
	struct poison list[POISONS_MOST];
	size_t n;
	bool waits_for_time, lifted;
	struct poison_chances chances;
	int64_t *batches;
	size_t n_batches, batches_cap;
	int64_t *refused_us;
	size_t n_refused, refused_cap;
} all;

struct poison_counts poison_counts;

void poisons_begin(const struct poison_chances *c)
{
	memset(&all, 0, sizeof(all));
	all.chances = *c;
}

static void add(struct poison p)
{
	p.error = errors[chance_below(N_ERRORS)];
	if (all.n < POISONS_MOST && !all.lifted)
		all.list[all.n++] = p;
}

void poison_key(const char *key)
{
	add((struct poison){.key = key});
}

void poison_batch(int64_t batch)
{
	if (all.lifted)
		return;
	all.batches = arena_grow(virtual_arena(), all.batches, all.n_batches, &all.batches_cap,
				 all.n_batches + 1, sizeof(*all.batches));
	all.batches[all.n_batches++] = batch;
}

void poison_time(void)
{
	all.waits_for_time = true;
}

void poisons_spare(void)
{
	all.chances = (struct poison_chances){0};
}

void poisons_lift(void)
{
	poisons_spare();
	all.n = all.n_batches = 0;
	all.waits_for_time = false;
	all.lifted = true;
}

bool poison_has(const char *key)
{
	for (size_t i = 0; i < all.n; i++)
		if (key && all.list[i].key && strcmp(all.list[i].key, key) == 0)
			return true;
	return false;
}

bool poison_has_booking(int64_t number)
{
	for (size_t i = 0; i < all.n; i++)
		if (all.list[i].booking == number)
			return true;
	return false;
}

static bool is_times(const struct table_event *e)
{
	return e->request && strncmp(e->request, TIME_COMMAND, strlen(TIME_COMMAND)) == 0;
}

static const char *error_of_key(const struct table_event *e)
{
	for (size_t i = 0; i < all.n; i++)
		if (e->key && all.list[i].key && strcmp(e->key, all.list[i].key) == 0)
			return all.list[i].error;
	return NULL;
}

static const char *error_of_booking(const struct table_event *e)
{
	if (all.waits_for_time)
		add((struct poison){.booking = e->subject});
	all.waits_for_time = false;
	for (size_t i = 0; i < all.n; i++)
		if (all.list[i].booking == e->subject)
			return all.list[i].error;
	return NULL;
}

static const char *error_of_what_is_in_it(const struct table_commit *c)
{
	const char *error = NULL;
	bool by_time = false;

	for (const struct table_event *e = c->rows; !error && e < c->rows + c->n; e++) {
		by_time = e->request ? is_times(e) : by_time;
		error = by_time ? error_of_booking(e) : error_of_key(e);
	}
	return error;
}

static const char *error_of_batch(const struct table_commit *c)
{
	for (size_t i = 0; i < all.n_batches && !db_carries_out_late(); i++)
		if (all.batches[i] == c->batch) {
			poison_counts.n_again++;
			return errors[i % N_ERRORS];
		}
	return NULL;
}

static bool has_times(const struct table_commit *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (is_times(&c->rows[i]))
			return true;
	return false;
}

static const char *at_random(const struct table_commit *c)
{
	if (has_times(c) && chance(all.chances.time))
		return chance(25) ? in_time : errors[chance_below(N_ERRORS)];
	return c->stands_on_another && chance(all.chances.second) ? errors[chance_below(N_ERRORS)]
								  : NULL;
}

static void count(const struct table_commit *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->rows[i].request != NULL;
	poison_counts.n++;
	poison_counts.n_several += n > 1;
	poison_counts.n_second += c->stands_on_another;
	poison_counts.n_time += has_times(c);
}

static void note(void)
{
	all.refused_us = arena_grow(virtual_arena(), all.refused_us, all.n_refused,
				    &all.refused_cap, all.n_refused + 1, sizeof(*all.refused_us));
	all.refused_us[all.n_refused++] = virtual_now_us();
}

const char *poison_error(const struct table_commit *c)
{
	const char *error = chance(all.chances.any) ? internal : NULL;

	if (!error && !c->is_behind)
		error = error_of_batch(c);
	if (!error && !c->is_behind)
		error = error_of_what_is_in_it(c);
	if (!error && !c->is_behind)
		error = at_random(c);
	if (error)
		count(c);
	if (error && error != in_time)
		note();
	return error;
}

bool poison_made(const char *error)
{
	for (size_t i = 0; i < N_ERRORS; i++)
		if (error == errors[i])
			return true;
	return error == internal || error == in_time;
}

bool poison_refused_between(int64_t from_us, int64_t to_us)
{
	for (size_t i = 0; i < all.n_refused; i++)
		if (all.refused_us[i] >= from_us && all.refused_us[i] <= to_us)
			return true;
	return false;
}
