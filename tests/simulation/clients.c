/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clients that do not give up.
 *
 * Where nothing is wrong but what the database refuses for ever, all who ask for something else
 * have their answer, and soon.
 *
 * What an answer must be: of a request that the tables had under its key when it was sent, that
 * answer, to the letter. A refusal says nothing about copies of the request that are still on their
 * way on a lost connection: one of them may be granted later, as with any network.
 */
#include "tests/simulation/clients.h"

#include <stdio.h>
#include <string.h>

#include "proto/buffer.h"
#include "tests/simulation/faulty_stream.h"
#include "tests/simulation/instance.h"
#include "tests/simulation/log.h"
#include "tests/simulation/poison.h"
#include "tests/simulation/tables.h"

#define MS INT64_C(1000)
#define OUTSTANDING_MOST 3
#define ANSWER_WITHIN_MS 8000 /* of which the lines may take half */
#define CLIENTS_MOST 16
#define MARCH INT64_C(1803769200)      /* 2027-02-28T00:00, Paris: the day before the first */
#define DESKS_FROM INT64_C(1806537600) /* 2027-04-01T00:00Z */

struct client {
	unsigned person;
	struct wire *wire;
	unsigned connection;
	struct buffer in;
	int n_left;
};

static struct {
	struct instance *instances;
	size_t n_instances;
	struct clients_plan plan;
	unsigned n_connections;
	struct client clients[CLIENTS_MOST];
	struct asked_op *ops, **end;
	int n_ops;
	const char *codes[256]; /* of bookings that were granted */
	unsigned holders[256];
	size_t n_codes;
} all;

static void client_turn(void *arg);

/* What is asked */

static const char *slot(void)
{
	return arena_printf(virtual_arena(), "2027-03-%02dT%02d:00", (int)chance_between(3, 5),
			    (int)chance_between(4, 7) * 2);
}

static const char *some_booking(unsigned person)
{
	for (int tries = 0; all.n_codes && tries < 8; tries++) {
		size_t i = chance_below(all.n_codes);

		if (all.holders[i] == person || person == N_PEOPLE || chance(5))
			return all.codes[i];
	}
	return NULL;
}

/* Of the pool in which bookings are moved, and of what is given out by quota: so many wait. */
static const char *crowded_line(void)
{
	static const char *const things[] = {"rack", "rack", "rack", "pair", "bike", "laser"};
	const char *what = things[chance_below(sizeof(things) / sizeof(*things))], *more = "";
	int day = *what == 'l' ? (int)chance_between(3, 5) : 3;
	struct arena *a = virtual_arena();

	if (chance(15) && *what != 'l')
		more = " qty=2";
	else if (chance(20) && *what != 'l')
		more = arena_printf(a, " unit=%s-%d", what, (int)chance_between(1, 2));
	else if (chance(30) && *what == 'r')
		more = " having=\"size>=2\"";
	return arena_printf(a, "BOOK what=%s from=2027-03-%02dT%02d:00 for=%dh alternatives=0%s%s",
			    what, day, (int)chance_between(8, 12), (int)chance_between(1, 4), more,
			    chance(80) ? " wait=yes" : "");
}

static const char *book_line(void)
{
	static const char *const things[] = {"one",  "one",   "pair", "pair",
					     "bike", "laser", "hall", "quick"};
	const char *what = things[chance_below(sizeof(things) / sizeof(*things))];
	struct arena *a = virtual_arena();

	switch (chance_below(10)) {
	case 0:
		return arena_printf(a, "BOOK what=%s from=%s for=2h rule=\"FREQ=DAILY;COUNT=3\"",
				    what, slot());
	case 1:
		return arena_printf(a, "BOOK what=bike from=%s for=2h qty=2", slot());
	case 2:
	case 3:
		return arena_printf(a, "BOOK what=%s from=%s for=3h wait=yes", what, slot());
	case 4:
	case 5:
		return arena_printf(a, "HOLD what=tent from=%s for=3h", slot());
	default:
		return arena_printf(a, "BOOK what=%s from=%s for=2h purpose=\"n %d\"", what, slot(),
				    all.n_ops);
	}
}

static const char *change_line(const char *code, unsigned person)
{
	struct arena *a = virtual_arena();

	if (person == N_PEOPLE && chance(60))
		return arena_printf(a, "%s booking=%s reason=because",
				    chance(70) ? "APPROVE" : "DECLINE", code);
	if (all.plan.crowded && chance(50))
		return arena_printf(a, "CANCEL booking=%s", code);
	switch (chance_below(8)) {
	case 0:
		return arena_printf(a, "CONFIRM booking=%s", code);
	case 1:
		return arena_printf(a, "ACCEPT booking=%s", code);
	case 2:
		return arena_printf(a, "PASS booking=%s", code);
	case 3:
	case 4:
		return arena_printf(a, "MOVE booking=%s from=%s for=2h", code, slot());
	default:
		return arena_printf(a, "CANCEL booking=%s", code);
	}
}

static const char *outage_line(void)
{
	static const char *const things[] = {"pair", "one", "rack unit=rack-2"};
	const char *thing = things[chance_below(3)], *from = slot();
	struct arena *a = virtual_arena();

	if (chance(40))
		return arena_printf(a, "REOPEN outage=%d", (int)chance_between(1, 3));
	if (all.plan.crowded && chance(70)) {
		thing = things[2];
		from = "2027-03-03T10:00";
	}
	return arena_printf(a, "OUTAGE what=%s from=%s for=4h reason=broken", thing, from);
}

static const char *next_line(unsigned person)
{
	const char *code = chance(45) ? some_booking(person) : NULL;

	if (person == N_PEOPLE && chance(all.plan.crowded ? 60 : 20))
		return outage_line();
	if (code)
		return change_line(code, person);
	return all.plan.crowded && chance(90) ? crowded_line() : book_line();
}

/* Nobody else asks for that hour, and there are two desks: who gets them both was served twice. */
static void ask_for_desk(struct asked_op *op)
{
	op->start = DESKS_FROM + op->id * INT64_C(3600);
	op->line = arena_printf(virtual_arena(), "BOOK what=desk from=2027-04-%02dT%02d:00Z for=1h",
				1 + op->id / 24, op->id % 24);
}

static void op_new(struct client *c)
{
	struct asked_op *op = arena_new(virtual_arena(), struct asked_op);

	*op = (struct asked_op){.id = all.n_ops++, .person = c->person, .again = chance(25)};
	if (chance(10)) {
		ask_for_desk(op);
	} else {
		op->line = next_line(c->person);
		op->key = arena_printf(virtual_arena(), "key-%d", op->id);
		if (chance(all.plan.poisoned))
			poison_key(op->key);
	}
	*all.end = op;
	all.end = &op->next;
	c->n_left--;
}

/* Asking */

static void op_send(struct client *c, struct asked_op *op)
{
	const char *line = arena_printf(virtual_arena(), "o%d %s%s%s\n", op->id, op->line,
					op->key ? " key=" : "", op->key ? op->key : "");

	op->answer = "";
	op->sent_us = virtual_now_us();
	op->n_attempts++;
	if (op->n_attempts == 2)
		op->again_us = op->sent_us;
	op->connection = c->connection;
	op->was_kept = op->key && tables_request(op->person, op->key) != NULL;
	op->strictly = simulation_is_strict();
	op->patience_until_us =
	    virtual_now_us() + chance_between(op->strictly ? ANSWER_WITHIN_MS : 500, 25000) * MS;
	tell("p%u asks: %s", c->person, line);
	wire_send(c->wire, line);
}

static void turn_in(struct client *c, int64_t most_ms)
{
	task_at(virtual_now_us() + chance_between(1, most_ms) * MS, NULL, client_turn, c);
}

/* Without a connection; what was asked without a key is not asked again. */
static void client_gone(struct client *c)
{
	c->wire = NULL;
	for (struct asked_op *op = all.ops; op; op = op->next)
		if (op->person == c->person && !op->key)
			op->settled = true;
}

static void client_lost(void *arg)
{
	struct client *c = arg;

	tell("p%u lost its connection", c->person);
	client_gone(c);
}

/* What was granted is known by its code. */
static void note_code(const struct asked_op *op)
{
	const char *at = strstr(op->granted, " booking=");

	if (at && all.n_codes < sizeof(all.codes) / sizeof(*all.codes)) {
		at += strlen(" booking=");
		all.holders[all.n_codes] = op->person;
		all.codes[all.n_codes++] = arena_strndup(virtual_arena(), at, strcspn(at, " \n"));
	}
}

static void op_granted(struct client *c, struct asked_op *op)
{
	if (op->granted && strcmp(op->granted, op->answer) != 0)
		violation("%s was answered \"%s\", then \"%s\"", op->key, op->granted, op->answer);
	if (!op->granted) {
		op->granted = op->answer;
		note_code(op);
	}
	if (!tables_request(op->person, op->key))
		violation("%s is answered \"%s\", and not kept", op->key, op->answer);
	op->settled = op->again == 0;
	if (op->again && chance(50))
		wire_lose(c->wire); /* to ask another daemon */
	op->again -= op->again > 0;
}

/* What was granted stays known; and what is confirmed can be cancelled. */
static void check_state(const struct asked_op *op, const char *line)
{
	const char *at = strstr(op->line, "booking=");
	const struct table_booking *b;
	int64_t changed_us;

	if (!at)
		return;
	at += strlen("booking=");
	b = tables_booking(arena_strndup(virtual_arena(), at, strcspn(at, " ")), &changed_us);
	if (strncmp(line, "NO unknown-booking", 18) == 0)
		violation("%s: what was granted is unknown", op->line);
	if (strncmp(line, "NO state", 8) == 0 && strncmp(op->line, "CANCEL", 6) == 0 &&
	    strcmp(b->state, "confirmed") == 0 && changed_us < op->sent_us)
		violation("%s: \"%s\", and it is confirmed all the while", op->line, line);
}

/* Of the one thing there is one: who is refused it was refused at a moment when it was taken. */
static void check_conflict(const struct asked_op *op)
{
	int day, hour;
	int64_t start;

	if (sscanf(op->line, "BOOK what=one from=2027-03-%dT%d:00 for=2h", &day, &hour) != 2 ||
	    strstr(op->line, "rule="))
		return;
	start = MARCH + day * INT64_C(86400) + hour * INT64_C(3600);
	if (!tables_was_taken("one", start, start + 7200, op->sent_us))
		violation("%s was refused, and free all the while since it was asked", op->line);
}

static bool is_unharmed(const struct asked_op *op)
{
	return op->strictly && simulation_is_strict() && !poison_has(op->key);
}

static void check_unharmed(const struct asked_op *op, const char *line)
{
	if (!is_unharmed(op))
		return;
	if (strncmp(line, "ERR", 3) == 0)
		violation("%s is answered \"%s\" for what others asked", op->line, line);
	if (virtual_now_us() - op->sent_us > ANSWER_WITHIN_MS * MS)
		violation("%s had to wait for %.3f s", op->line,
			  (double)(virtual_now_us() - op->sent_us) / 1e6);
}

static void op_answered(struct client *c, struct asked_op *op, const char *line)
{
	bool granted = strncmp(line, "OK", 2) == 0;

	op->answer = arena_printf(virtual_arena(), "%s%s\n", op->answer, line);
	if (strncmp(line, "- ", 2) == 0)
		return;
	tell("%s is answered: %s", op->key ? op->key : op->line, line);
	op->patience_until_us = 0;
	check_unharmed(op, line);
	if (strncmp(line, "NO conflict", 11) == 0)
		check_conflict(op);
	check_state(op, line);
	if (!op->key) {
		op->final = line;
		op->settled = true;
		return;
	}
	if (strncmp(line, "ERR unavailable", 15) == 0 && op->n_attempts == 1) {
		op->undone_us = virtual_now_us();
		if (tables_request(op->person, op->key))
			violation("%s is done, and answered \"%s\"", op->key, line);
	}
	if (strncmp(line, "ERR", 3) == 0) {
		op->rests_until_us = virtual_now_us() + chance_between(0, 2000) * MS;
		return;
	}
	if (!granted && op->was_kept)
		violation("%s was in the tables when it was asked, and is answered \"%s\"", op->key,
			  line);
	if (strncmp(line, "BAD", 3) == 0)
		violation("%s: \"%s\" is not understood: %s", op->key, op->line, line);
	if (granted)
		op_granted(c, op);
	else
		op->settled = true;
}

static void client_line(struct client *c, const char *line)
{
	int id;

	if (sscanf(line, "o%d ", &id) != 1)
		return;
	for (struct asked_op *op = all.ops; op; op = op->next)
		if (op->id == id && op->person == c->person && !op->settled)
			op_answered(c, op, strchr(line, ' ') + 1);
}

static void client_received(void *arg, const char *bytes, size_t n)
{
	struct client *c = arg;
	char *lf;

	buffer_add(&c->in, bytes, n);
	while ((lf = memchr(c->in.bytes, '\n', c->in.n))) {
		size_t length = (size_t)(lf - c->in.bytes);

		client_line(c, arena_strndup(virtual_arena(), c->in.bytes, length));
		memmove(c->in.bytes, lf + 1, c->in.n - length - 1);
		buffer_truncate(&c->in, c->in.n - length - 1);
	}
}

static const struct wire_ops client_ops = {client_received, client_lost};

/* Connects to a daemon, and asks again what has no answer. */
static void client_connect(struct client *c)
{
	struct instance *i = &all.instances[chance_below(all.n_instances)];

	if (!i->alive)
		return;
	buffer_reset(&c->in);
	c->connection = ++all.n_connections;
	c->wire = wire_new(&i->base, i->server.connections, &client_ops, c);
	tell("p%u connects to daemon %d", c->person, i->base.index);
	wire_send(c->wire,
		  arena_printf(virtual_arena(), "a AUTH token=%s\n", person_token(c->person)));
	for (struct asked_op *op = all.ops; op; op = op->next)
		if (op->person == c->person && !op->settled)
			op_send(c, op);
}

/* What was answered ERR, or was granted and is to be asked again; or the daemon says nothing. */
static void client_ask_on(struct client *c)
{
	int n = 0;

	for (struct asked_op *op = all.ops; op; op = op->next) {
		if (op->person != c->person || op->settled)
			continue;
		n++;
		if (op->patience_until_us > virtual_now_us() ||
		    op->rests_until_us > virtual_now_us())
			continue;
		if (op->patience_until_us && is_unharmed(op))
			violation("%s has no answer", op->line);
		if (op->patience_until_us || chance(40)) {
			wire_close(c->wire);
			client_gone(c);
			return;
		}
		op_send(c, op);
	}
	if (n < OUTSTANDING_MOST && c->n_left > 0) {
		op_new(c);
		for (struct asked_op *op = all.ops; op; op = op->next)
			if (!op->next)
				op_send(c, op);
	}
}

static void client_turn(void *arg)
{
	struct client *c = arg;

	if (!c->wire)
		client_connect(c);
	else
		client_ask_on(c);
	turn_in(c, all.plan.turn_ms);
}

void clients_begin(struct instance *instances, size_t n_instances, const struct clients_plan *plan)
{
	for (size_t i = 0; i < CLIENTS_MOST; i++)
		buffer_release(&all.clients[i].in);
	memset(&all, 0, sizeof(all));
	all.instances = instances;
	all.n_instances = n_instances;
	all.plan = *plan;
	all.end = &all.ops;
	for (size_t i = 0; i < plan->n; i++) {
		unsigned person = 1 + (unsigned)i % N_PEOPLE;

		if (plan->crowded && i == 0)
			person = N_PEOPLE;
		all.clients[i] = (struct client){.person = person, .n_left = plan->n_ops_each};
		turn_in(&all.clients[i], 300);
	}
}

bool clients_are_done(void)
{
	for (size_t i = 0; i < all.plan.n; i++)
		if (all.clients[i].n_left > 0)
			return false;
	for (const struct asked_op *op = all.ops; op; op = op->next)
		if (!op->settled)
			return false;
	return true;
}

bool clients_are_unharmed(void)
{
	for (const struct asked_op *op = all.ops; op; op = op->next)
		if (!op->settled && is_unharmed(op) && op->patience_until_us &&
		    virtual_now_us() - op->sent_us > ANSWER_WITHIN_MS * MS)
			return false;
	return true;
}

void clients_ask_more(int n_each)
{
	for (size_t i = 0; i < all.plan.n; i++)
		all.clients[i].n_left += n_each;
}

const struct asked_op *clients_ops(void)
{
	return all.ops;
}

void clients_lose_one(void)
{
	struct client *c = &all.clients[chance_below(all.plan.n)];

	if (c->wire)
		wire_lose(c->wire);
}
