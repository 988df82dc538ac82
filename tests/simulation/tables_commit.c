/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pole_commit and pole_void, after sql/functions.sql: whole, or `behind`, or an error and nothing
 * done.
 *
 * What can fail is the exclusion constraint, so allocations are made first, in a table of their own
 * that takes the old one's place once all is well.
 */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/simulation/tables.h"
#include "tests/simulation/virtual.h"

enum { /* the order of the function's arguments */
       G_POLE,
       G_EXPECTED,
       G_BATCH,
       G_AT,
       E_N,
       E_T,
       G_HEAD,
       B_N,
       B_T,
       B_NEW,
       A_DROP,
       A_N,
       R_N,
       R_T,
       N_N,
       N_T,
       ITEMS,
       DETAILS,
       OUTAGES,
       PERSONS,
       NAMES,
       POLICIES,
       G_AFTER,
       N_ARGUMENTS
};
#define EXCLUDED "23P01 conflicting key value violates exclusion constraint"
#define UNIQUE "23505 duplicate key value violates unique constraint"

const char *(*tables_refuse)(const struct table_commit *c);

/* Makes room for one more row, zeroed. */
#define ADD(table)                                                                                 \
	((table).rows = arena_grow(virtual_arena(), (table).rows, (table).n, &(table).cap,         \
				   (table).n + 1, sizeof(*(table).rows)),                          \
	 &(table).rows[(table).n++])

struct numbers {
	const int64_t *v;
	size_t n;
};
struct texts {
	const char **v;
	size_t n;
};

static int32_t int4_at(const char *at)
{
	uint32_t wire;

	memcpy(&wire, at, sizeof(wire));
	return (int32_t)be32toh(wire);
}

static int64_t int8_at(const char *at)
{
	uint64_t wire;

	memcpy(&wire, at, sizeof(wire));
	return (int64_t)be64toh(wire);
}

int64_t argument_int(const struct arguments *args, int i)
{
	return args->lengths[i] == 4 ? int4_at(args->values[i]) : int8_at(args->values[i]);
}

const char *argument_text(const struct arguments *args, int i)
{
	return arena_strndup(virtual_arena(), args->values[i], (size_t)args->lengths[i]);
}

/* Elements of an array on the wire; `at` is left at the first of them. */
static size_t array_begin(const struct arguments *args, int i, const char **ret_at)
{
	const char *at = args->values[i];

	*ret_at = at + 20;
	return int4_at(at) ? (size_t)int4_at(at + 12) : 0;
}

static struct numbers numbers_of(const struct arguments *args, int i)
{
	const char *at;
	size_t n = array_begin(args, i, &at);
	int64_t *v = arena_new_n(virtual_arena(), int64_t, n + 1);

	for (size_t k = 0; k < n; k++, at += 12)
		v[k] = int8_at(at + 4);
	return (struct numbers){v, n};
}

static struct texts texts_of(const struct arguments *args, int i)
{
	const char *at;
	size_t n = array_begin(args, i, &at);
	const char **v = arena_new_n(virtual_arena(), const char *, n + 1);

	for (size_t k = 0; k < n; k++) {
		int32_t length = int4_at(at);

		at += 4;
		if (length < 0)
			continue;
		v[k] = arena_strndup(virtual_arena(), at, (size_t)length);
		at += length;
	}
	return (struct texts){v, n};
}

static const struct json *rows_of(const struct arguments *args, int i)
{
	if (!args->values[i])
		return NULL;
	return json_read(args->values[i] + 1, (size_t)args->lengths[i] - 1)->first;
}

static bool has(struct numbers list, int64_t number)
{
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i] == number)
			return true;
	return false;
}

static bool excludes(const struct table_allocation *a, const struct table_allocation *b)
{
	return a->occupies && b->occupies && a->resource == b->resource && a->lane == b->lane &&
	       a->start < b->end && b->start < a->end;
}

/* The table as it would be. */
static const char *place(const struct arguments *args, struct tables *t)
{
	struct numbers drop = numbers_of(args, A_DROP), n = numbers_of(args, A_N);
	struct tables old = *t;

	memset(&t->allocations, 0, sizeof(t->allocations));
	for (size_t i = 0; i < old.allocations.n; i++)
		if (!has(drop, old.allocations.rows[i].booking)) {
			*ADD(t->allocations) = old.allocations.rows[i];
		} else {
			*ADD(t->gone) = old.allocations.rows[i];
			t->gone.rows[t->gone.n - 1].gone_us = virtual_now_us();
		}
	for (const int64_t *v = n.v; v < n.v + n.n; v += 7)
		*ADD(t->allocations) =
		    (struct table_allocation){v[0], v[1], v[2], v[3], v[4], v[5], v[6], 0};
	for (size_t i = 0; i < t->allocations.n; i++)
		for (size_t j = 0; j < i; j++)
			if (excludes(&t->allocations.rows[i], &t->allocations.rows[j]))
				return EXCLUDED;
	return NULL;
}

static void add_events(const struct arguments *args, struct tables *t, int64_t version)
{
	struct numbers n = numbers_of(args, E_N);
	struct texts x = texts_of(args, E_T);

	for (size_t k = 0; k < n.n / 2; k++)
		*ADD(t->events) = (struct table_event){.version = version,
						       .seq = (int)k + 1,
						       .at = argument_int(args, G_AT),
						       .batch = argument_int(args, G_BATCH),
						       .actor = n.v[2 * k],
						       .subject = n.v[2 * k + 1],
						       .us = virtual_now_us(),
						       .key = x.v[6 * k],
						       .kind = x.v[6 * k + 1],
						       .change = x.v[6 * k + 2],
						       .hash = x.v[6 * k + 3],
						       .cause = x.v[6 * k + 4],
						       .request = x.v[6 * k + 5]};
}

/* False: one that is said to be new is there. */
static bool put_bookings(const struct arguments *args, struct tables *t)
{
	const size_t n_new = (size_t)argument_int(args, B_NEW);
	struct numbers n = numbers_of(args, B_N);
	struct texts states = texts_of(args, B_T);

	for (size_t k = 0; k < states.n; k++) {
		const int64_t *v = n.v + 13 * k;
		struct table_booking *b = t->bookings.rows, *end = b + t->bookings.n;

		while (b < end && b->number != v[0])
			b++;
		if (b < end && k < n_new)
			return false;
		if (b == end)
			b = ADD(t->bookings);
		*b = (struct table_booking){v[0], v[1], v[2], v[3],  v[4],  v[5],  v[6],
					    v[7], v[8], v[9], v[10], v[11], v[12], states.v[k]};
	}
	return true;
}

static void put_requests(const struct arguments *args, struct tables *t)
{
	struct numbers actors = numbers_of(args, R_N);
	struct texts x = texts_of(args, R_T);

	for (size_t k = 0; k < actors.n; k++)
		if (!tables_request(actors.v[k], x.v[3 * k]))
			*ADD(t->requests) = (struct table_request){
			    .actor = actors.v[k],
			    .at = argument_int(args, G_AT),
			    .key = x.v[3 * k],
			    .request = x.v[3 * k + 1],
			    .reply = x.v[3 * k + 2],
			};
}

static void put_notes(const struct arguments *args, struct tables *t)
{
	struct numbers n = numbers_of(args, N_N);
	struct texts x = texts_of(args, N_T);

	for (size_t k = 0; k < n.n / 2; k++) {
		struct table_text *row = t->notes.rows, *end = row + t->notes.n;
		const struct table_text now = {n.v[2 * k], x.v[3 * k], x.v[3 * k + 1],
					       x.v[3 * k + 2]};

		while (row < end &&
		       (row->number != now.number || strcmp(row->about, now.about) != 0 ||
			strcmp(row->kind, now.kind) != 0))
			row++;
		if (row == end)
			row = ADD(t->notes);
		*row = now;
	}
}

/* Items, or details: those of each booking named go, then come those that say something. */
#define PUT_TEXTS(table, list, says, text_of)                                                      \
	do {                                                                                       \
		for (const struct json *row = (list); row; row = row->next)                        \
			for (size_t i = 0; i < (table).n;)                                         \
				if ((table).rows[i].number == json_number(row, "booking"))         \
					memmove(&(table).rows[i], &(table).rows[i + 1],            \
						(--(table).n - i) * sizeof(*(table).rows));        \
				else                                                               \
					i++;                                                       \
		for (const struct json *row = (list); row; row = row->next)                        \
			if (json_get(row, says))                                                   \
				*ADD(table) = (struct table_text){                                 \
				    .number = json_number(row, "booking"), .text = text_of(row)};  \
	} while (0)

/* Rows by number, the newer in the place of the older. */
#define PUT_NUMBERED(table, list)                                                                  \
	do {                                                                                       \
		for (const struct json *json = (list); json; json = json->next) {                  \
			const int64_t number = json_number(json, "number");                        \
			size_t i = 0;                                                              \
			while (i < (table).n && (table).rows[i].number != number)                  \
				i++;                                                               \
			if (i == (table).n)                                                        \
				ADD(table);                                                        \
			(table).rows[i] = (struct table_row){.number = number, .json = json};      \
		}                                                                                  \
	} while (0)

static void put_rare(const struct arguments *args, struct tables *t, int64_t version)
{
	PUT_TEXTS(t->items, rows_of(args, ITEMS), "item", json_item_text);
	PUT_TEXTS(t->details, rows_of(args, DETAILS), "pole_id", json_detail_text);
	PUT_NUMBERED(t->outages, rows_of(args, OUTAGES));
	PUT_NUMBERED(t->persons, rows_of(args, PERSONS));
	for (const struct json *row = rows_of(args, NAMES); row; row = row->next)
		*ADD(t->names) =
		    (struct table_row){.number = json_number(row, "number"), .json = row};
	for (const struct json *row = rows_of(args, POLICIES); row; row = row->next)
		*ADD(t->policies) = (struct table_row){
		    .version = version, .at = argument_int(args, G_AT), .json = row};
}

static bool name_is_taken(const struct arguments *args)
{
	for (const struct json *row = rows_of(args, NAMES); row; row = row->next)
		for (size_t i = 0; i < tables.names.n; i++) {
			const struct json *old = tables.names.rows[i].json;

			if (strcmp(json_get(row, "kind"), json_get(old, "kind")) == 0 &&
			    strcmp(json_get(row, "id"), json_get(old, "id")) == 0 &&
			    json_number(row, "resource") == json_number(old, "resource"))
				return true;
		}
	return false;
}

static const struct table_event *first_event(int64_t version)
{
	for (size_t i = 0; i < tables.events.n; i++)
		if (tables.events.rows[i].version == version && tables.events.rows[i].seq == 1)
			return &tables.events.rows[i];
	return NULL;
}

static bool is_void(int64_t batch)
{
	for (size_t i = 0; i < tables.voids.n; i++)
		if (tables.voids.rows[i] == batch)
			return true;
	return false;
}

/* Where a group stands that is not to be committed, or not again. */
static void answer_where(int64_t expected, int64_t batch, struct answer_rows *ret)
{
	const struct table_event *there = first_event(expected + 1);

	if (there && there->batch == batch)
		ANSWER(ret, "committed", number_text(expected + 1));
	else
		ANSWER(ret, "behind", number_text(tables.version));
}

void tables_void(const struct arguments *args, struct answer_rows *ret)
{
	const int64_t expected = argument_int(args, 1), batch = argument_int(args, 2);

	if (tables.version != expected) {
		answer_where(expected, batch, ret);
		return;
	}
	*ADD(tables.voids) = batch;
	ANSWER(ret, "void", number_text(expected));
}

static const char *refusal(const struct arguments *args, const struct tables *after, bool is_behind)
{
	const struct table_commit c = {
	    .batch = argument_int(args, G_BATCH),
	    .rows = after->events.rows + tables.events.n,
	    .n = after->events.n - tables.events.n,
	    .is_behind = is_behind,
	    .stands_on_another = argument_int(args, G_AFTER) != 0,
	};

	return tables_refuse ? tables_refuse(&c) : NULL;
}

const char *tables_commit(const struct arguments *args, struct answer_rows *ret)
{
	const int64_t expected = argument_int(args, G_EXPECTED);
	int64_t next = expected + (numbers_of(args, E_N).n > 0);
	struct tables after = tables;
	bool is_behind;
	const char *error;

	if (args->n != N_ARGUMENTS || argument_int(args, G_POLE) != TABLES_POLE)
		abort();
	is_behind = tables.version != expected ||
		    (argument_int(args, G_AFTER) && argument_int(args, G_AFTER) != tables.batch) ||
		    is_void(argument_int(args, G_BATCH));
	add_events(args, &after, next);
	error = refusal(args, &after, is_behind);
	if (error)
		return error;
	if (is_behind) {
		answer_where(expected, argument_int(args, G_BATCH), ret);
		return NULL;
	}
	error = place(args, &after);
	if (!error && (name_is_taken(args) || !put_bookings(args, &after)))
		error = UNIQUE;
	if (error)
		return error;
	put_requests(args, &after);
	put_notes(args, &after);
	put_rare(args, &after, next);
	after.version = next;
	if (next > expected) {
		after.head = argument_text(args, G_HEAD);
		after.batch = argument_int(args, G_BATCH);
		after.voids.n = 0;
	}
	tables = after;
	ANSWER(ret, "committed", number_text(next));
	return NULL;
}
