/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readers. A read shows every commit that is older than a second when the daemon takes it up; the
 * tables know what there was to be seen from then on.
 */
#include "tests/simulation/readers.h"

#include <stdio.h>
#include <string.h>

#include "daemon/fresh.h"
#include "proto/buffer.h"
#include "tests/simulation/clients.h"
#include "tests/simulation/faulty_stream.h"
#include "tests/simulation/instance.h"
#include "tests/simulation/tables.h"

#define MS INT64_C(1000)
#define PATIENCE_US (5000 * MS)
#define READERS_MOST 4

struct reader {
	struct wire *wire;
	struct buffer in;
	int turn;		  /* the number of what was asked last */
	const char *code, *state; /* asked about; shown, NULL: not yet */
	int64_t asked_us;	  /* 0: it has its answer */
};

static struct {
	struct instance *instances;
	size_t n_instances;
	struct reader readers[READERS_MOST];
} all;

static void reader_turn(void *arg);

static void turn_in(struct reader *r, int64_t most_ms)
{
	task_at(virtual_now_us() + chance_between(20, most_ms) * MS, NULL, reader_turn, r);
}

/* One of those that were changed last. */
static const char *some_code(void)
{
	for (size_t tries = 0; tries < 20 && tries < tables.events.n; tries++) {
		const char *change =
		    tables.events.rows[tables.events.n - 1 - chance_below(tries + 1)].change;
		char code[32];

		if (sscanf(change, "booking code=%31[^ ]", code) == 1)
			return arena_strdup(virtual_arena(), code);
	}
	return NULL;
}

static void check(const struct reader *r, const char *final)
{
	int64_t since_us = wire_taken_us(r->wire) - FRESH_WITHIN_US;

	if (strncmp(final, "OK", 2) == 0 && !strstr(final, " as-of=") && r->state &&
	    !tables_was_in_state(r->code, r->state, since_us))
		violation("SHOW booking=%s: %s, which it has not been for a second", r->code,
			  r->state);
	if (strncmp(final, "NO unknown-booking", 18) == 0 && tables_was_known(r->code, since_us))
		violation("SHOW booking=%s: unknown, and a second old", r->code);
}

static void reader_line(struct reader *r, const char *line)
{
	const char *state = strstr(line, " state=");
	int turn;

	if (sscanf(line, "r%d ", &turn) != 1 || turn != r->turn)
		return;
	line = strchr(line, ' ') + 1;
	if (strncmp(line, "- booking ", 10) == 0 && state) {
		state += strlen(" state=");
		r->state = arena_strndup(virtual_arena(), state, strcspn(state, " "));
	}
	if (strncmp(line, "- ", 2) == 0)
		return;
	check(r, line);
	r->asked_us = 0;
}

static void received(void *arg, const char *bytes, size_t n)
{
	struct reader *r = arg;
	char *lf;

	buffer_add(&r->in, bytes, n);
	while ((lf = memchr(r->in.bytes, '\n', r->in.n))) {
		size_t length = (size_t)(lf - r->in.bytes);

		reader_line(r, arena_strndup(virtual_arena(), r->in.bytes, length));
		memmove(r->in.bytes, lf + 1, r->in.n - length - 1);
		buffer_truncate(&r->in, r->in.n - length - 1);
	}
}

static void lost(void *arg)
{
	((struct reader *)arg)->wire = NULL;
}

static const struct wire_ops ops = {received, lost};

static void reader_connect(struct reader *r)
{
	struct instance *i = &all.instances[chance_below(all.n_instances)];

	if (!i->alive)
		return;
	buffer_reset(&r->in);
	r->asked_us = 0;
	r->wire = wire_new(&i->base, i->server.connections, &ops, r);
	wire_send(r->wire,
		  arena_printf(virtual_arena(), "a AUTH token=%s\n", person_token(N_PEOPLE)));
}

static void reader_ask(struct reader *r)
{
	r->code = some_code();
	r->state = NULL;
	if (!r->code)
		return;
	r->asked_us = virtual_now_us();
	wire_send(r->wire,
		  arena_printf(virtual_arena(), "r%d SHOW booking=%s\n", ++r->turn, r->code));
}

static void reader_turn(void *arg)
{
	struct reader *r = arg;

	if (!r->wire) {
		reader_connect(r);
	} else if (!r->asked_us) {
		reader_ask(r);
	} else if (virtual_now_us() - r->asked_us > PATIENCE_US) {
		wire_close(r->wire);
		r->wire = NULL;
	}
	if (!simulation_is_calm())
		turn_in(r, 500);
}

void readers_begin(struct instance *instances, size_t n_instances, size_t n)
{
	for (size_t i = 0; i < READERS_MOST; i++)
		buffer_release(&all.readers[i].in);
	memset(&all, 0, sizeof(all));
	all.instances = instances;
	all.n_instances = n_instances;
	for (size_t i = 0; i < n; i++)
		turn_in(&all.readers[i], 1000);
}
