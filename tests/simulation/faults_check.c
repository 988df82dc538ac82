/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Invariants. The tables are judged by themselves and against what clients asked and were answered;
 * then each daemon's memory against a pole loaded from them, and the log by deciding it again with
 * the daemon's own --replay: so every answer has its place in one serial order, in which quotas and
 * queues were kept.
 */
#include "tests/simulation/faults_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/replay.h"
#include "daemon/served.h"
#include "daemon/store.h"
#include "proto/change_text.h"
#include "tests/simulation/clients.h"
#include "tests/simulation/faults_queue.h"
#include "tests/simulation/instance.h"
#include "tests/simulation/poison.h"
#include "tests/simulation/tables.h"

#define BIKES_MOST 3
#define DUE_WITHIN_S 8
#define WAS_DUE "[was] [due,] [and] [nothing] "
#define TIME_RESTS_US                                                                              \
	INT64_C(90000000) /* 10 s, and as long as a daemon is stalled, and its group late */

static const struct asked_op *op_of(int64_t actor, const char *key)
{
	const struct asked_op *op = clients_ops();

	while (op && (op->person != actor || !op->key || strcmp(op->key, key) != 0))
		op = op->next;
	return op;
}

/* The one without a key that asked for this hour. */
static const struct asked_op *op_at(int64_t start)
{
	const struct asked_op *op = clients_ops();

	while (op && (op->key || op->start != start))
		op = op->next;
	return op;
}

static size_t n_commands(const struct asked_op *op)
{
	size_t n = 0;

	for (size_t i = 0; i < tables.events.n; i++) {
		const struct table_event *e = &tables.events.rows[i];

		n += e->actor == op->person && e->key && e->request && strcmp(e->key, op->key) == 0;
	}
	return n;
}

/* Done once where it was granted; not at all where it was refused, or could not be; else, once or
 * not at all. */
static void check_once(const struct asked_op *op)
{
	size_t n = 0;

	for (size_t i = 0; i < tables.bookings.n; i++)
		n += tables.bookings.rows[i].start == op->start;
	if (n > 1)
		violation("%s: done %zu times", op->line, n);
	if (op->final && strncmp(op->final, "OK", 2) == 0 && n != 1)
		violation("%s: granted, and not done", op->line);
	if (op->final && n > 0 && strncmp(op->final, "OK", 2) != 0 &&
	    strncmp(op->final, "ERR unknown-outcome", 19) != 0)
		violation("%s: answered \"%s\", and done", op->line, op->final);
}

/* What was answered as not done is not done by itself later, either. */
static void check_undone(const struct asked_op *op)
{
	for (size_t i = 0; op->undone_us && i < tables.events.n; i++) {
		const struct table_event *e = &tables.events.rows[i];

		if (e->actor == op->person && e->key && strcmp(e->key, op->key) == 0 &&
		    e->us > op->undone_us && (!op->again_us || e->us < op->again_us))
			violation("%s was answered as not done, and done later", op->key);
	}
}

static void check_answers(void)
{
	for (const struct asked_op *op = clients_ops(); op; op = op->next) {
		const struct table_request *kept;

		if (!op->key) {
			check_once(op);
			continue;
		}
		check_undone(op);
		kept = tables_request(op->person, op->key);
		if (!op->settled)
			violation("%s has no answer: %s", op->key, op->line);
		if (op->granted && !kept)
			violation("%s was granted, and the tables do not know it", op->key);
		if (op->granted && kept && strcmp(op->granted, kept->reply) != 0)
			violation("%s was answered \"%s\", and kept is \"%s\"", op->key,
				  op->granted, kept->reply);
		if (n_commands(op) != (kept != NULL))
			violation("%s was done %zu times, and kept %d", op->key, n_commands(op),
				  kept != NULL);
	}
	for (size_t i = 0; i < tables.requests.n; i++)
		if (!op_of(tables.requests.rows[i].actor, tables.requests.rows[i].key))
			violation("%s was never asked", tables.requests.rows[i].key);
}

/* Of the event that a command begins with, counted from the first; < 0: there is none. */
static long place_in_log(const struct asked_op *op)
{
	for (size_t i = 0; i < tables.events.n; i++) {
		const struct table_event *e = &tables.events.rows[i];

		if (e->actor == op->person && e->key && e->request && strcmp(e->key, op->key) == 0)
			return (long)i;
	}
	return -1;
}

static bool is_asked_once(const struct asked_op *op)
{
	return op->key && op->n_attempts == 1 && op->granted;
}

/* What one connection asks for, and only once, is done in the order in which it is asked. */
static void check_order(void)
{
	for (const struct asked_op *op = clients_ops(); op; op = op->next) {
		long place = is_asked_once(op) ? place_in_log(op) : -1;

		for (const struct asked_op *next = op->next; place >= 0 && next; next = next->next)
			if (next->connection == op->connection && is_asked_once(next) &&
			    place_in_log(next) >= 0 && place_in_log(next) < place)
				violation("%s was asked before %s, and done after it", op->key,
					  next->key);
	}
}

/* Whoever made it asked for it. */
static void check_bookings(void)
{
	for (size_t i = 0; i < tables.bookings.n; i++) {
		const struct table_event *e = tables.events.rows, *end = e + tables.events.n;
		const struct asked_op *op;

		while (e < end && (strcmp(e->kind, "booking") != 0 ||
				   e->subject != tables.bookings.rows[i].number))
			e++;
		op = e == end ? NULL
		     : e->key ? op_of(e->actor, e->key)
			      : op_at(tables.bookings.rows[i].start);
		if (!op ||
		    !(strncmp(op->line, "BOOK", 4) == 0 || strncmp(op->line, "HOLD", 4) == 0))
			violation("booking %lld was never asked for",
				  (long long)tables.bookings.rows[i].number);
	}
}

static void check_chain(void)
{
	char hash[65] = "", previous[65];
	int64_t version = 0;

	for (size_t i = 0; i < tables.events.n; i++) {
		const struct table_event *e = &tables.events.rows[i];

		memcpy(previous, hash, sizeof(hash));
		store_chain(previous, e->version, e->seq, e->at, (uint32_t)e->actor, e->key,
			    e->change, e->request, hash);
		if (strcmp(hash, e->hash) != 0)
			violation("the chain of hashes breaks at %lld/%d", (long long)e->version,
				  e->seq);
		if (e->version != version && (e->version != version + 1 || e->seq != 1))
			violation("version %lld follows %lld", (long long)e->version,
				  (long long)version);
		version = e->version;
	}
	if (strcmp(hash, tables.head) != 0 || version != tables.version)
		violation("the log does not end where the pole's row stands");
}

/* By the pole's policy no member has more than three bikes ahead, and all are ahead here. */
static void check_quota(const struct pole *pole)
{
	uint32_t bike = pole_name_number(pole, NAME_RESOURCE, 0, "bike");
	int n[64] = {0};

	for (size_t i = 0; i < tables.bookings.n; i++) {
		const struct table_booking *b = &tables.bookings.rows[i];

		if (b->resource == bike && strcmp(b->state, "confirmed") == 0 &&
		    ++n[b->member] > BIKES_MOST)
			violation("member %lld has more than %d bikes ahead", (long long)b->member,
				  BIKES_MOST);
	}
}

/* Memory */

static const char *image(const struct pole *p, const struct booking *b)
{
	struct change c = {.kind = CHANGE_BOOKING, .booking = {NULL, (struct booking *)b}};
	struct buffer text = {0};
	const char *ret;

	if (!b)
		return "none";
	change_encode(&c, p, NULL, &text);
	ret = arena_printf(virtual_arena(), "%s %s", text.bytes, b->purpose);
	buffer_release(&text);
	return ret;
}

static void check_memory(const struct instance *i, const struct served *loaded)
{
	const struct served *s = i->served;
	const struct booking *b = NULL;

	if (s->version != tables.version || strcmp(s->head, tables.head) != 0)
		violation("daemon %d stands at version %lld of %lld", i->base.index,
			  (long long)s->version, (long long)tables.version);
	if (pole_n_bookings(s->pole) != pole_n_bookings(loaded->pole))
		violation("daemon %d has %zu bookings, the tables %zu", i->base.index,
			  pole_n_bookings(s->pole), pole_n_bookings(loaded->pole));
	while ((b = pole_booking_after(loaded->pole, b ? b->number : 0))) {
		const char *mine = image(s->pole, pole_booking(s->pole, b->number));

		if (strcmp(mine, image(loaded->pole, b)) != 0)
			violation("daemon %d has \"%s\", the tables \"%s\"", i->base.index, mine,
				  image(loaded->pole, b));
	}
	for (size_t k = 0; k < tables.requests.n; k++) {
		const struct table_request *r = &tables.requests.rows[k];
		const struct kept_answer *a = kept_find(&s->kept, (uint32_t)r->actor, r->key);

		if (!a || strcmp(a->reply, r->reply) != 0)
			violation("daemon %d does not know the answer to %s", i->base.index,
				  r->key);
	}
	if (!groups_are_idle(&s->groups))
		violation("daemon %d is not idle", i->base.index);
}

/* What was due and not done, because the database refused it, is told by lines of their own, each
 * under the version that went ahead of it: of those it is asked whether there was such a refusal.
 */
static bool is_excused(const char *text, const struct replay_report *report)
{
	uint64_t n = 0;

	for (const char *at = text; (at = strstr(at, WAS_DUE)); at++)
		n++;
	for (size_t i = 0; i < report->n_counts; i++)
		if (report->counts[i].different)
			return false;
	for (size_t i = 0; i < tables.events.n; i++) {
		const struct table_event *e = &tables.events.rows[i];
		const char *line =
		    arena_printf(virtual_arena(), "version %lld, row", (long long)e->version);

		if (e->seq == 1 && strstr(text, line) &&
		    !poison_refused_between(e->us - TIME_RESTS_US, e->us))
			return false;
	}
	return report->n_faults == 0 && n > 0;
}

static void check_replay(void)
{
	char *text = NULL, why[512];
	size_t n;
	struct replay_report report = {.out = open_memstream(&text, &n)};
	int r = replay("", "", "sim", &report, why);

	fclose(report.out);
	if (r)
		violation("replay: %s", why);
	else if (!replay_agrees(&report) && !is_excused(text, &report))
		violation("replay: %.2000s", text);
	free(text);
}

/* Its giving up frees something for one that cannot have it. */
static bool goes_with_poison(const struct table_booking *due)
{
	for (size_t i = 0; i < tables.bookings.n; i++) {
		const struct table_booking *b = &tables.bookings.rows[i];

		if (poison_has_booking(b->number) &&
		    (b->number == due->number ||
		     (b->resource == due->resource && strcmp(b->state, "held") != 0 &&
		      strcmp(b->state, "requested") != 0)))
			return true;
	}
	return false;
}

void check_due_is_done(struct instance *instances, size_t n)
{
	for (struct instance *i = instances; i < instances + n; i++) {
		int64_t now;

		if (!i->alive)
			continue;
		virtual_act_as(&i->base);
		now = server_clock();
		virtual_act_as(NULL);
		for (size_t k = 0; k < tables.bookings.n; k++) {
			const struct table_booking *b = &tables.bookings.rows[k];

			if (b->due_at && b->due_at + DUE_WITHIN_S < now && !goes_with_poison(b))
				violation("booking %lld, %s, was due %lld s ago",
					  (long long)b->number, b->state,
					  (long long)(now - b->due_at));
		}
	}
}

void check_all(struct instance *instances, size_t n, struct queue_looks *looks)
{
	struct served loaded = {
	    .server = &instances[0].server, .id = TABLES_POLE, .pole = pole_new()};
	struct db_session *session = NULL;
	char why[512];

	check_answers();
	check_order();
	check_bookings();
	check_turns(looks);
	check_chain();
	if (store_session(loaded.server, &session, why) || store_load(session, &loaded, why))
		violation("the tables cannot be loaded: %s", why);
	check_quota(loaded.pole);
	for (size_t i = 0; i < n; i++)
		if (instances[i].alive)
			check_memory(&instances[i], &loaded);
		else
			violation("daemon %zu did not come back", i);
	db_session_free(session);
	kept_clear(&loaded.kept);
	pole_free(loaded.pole);
	check_replay();
}
