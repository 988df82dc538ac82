/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The database in memory: the tables of one pole and the named queries of sql/ that a serving daemon asks, as PostgreSQL would answer them. Each is a
 * transaction that is whole or not at all. The exclusion constraint is checked here by comparing every two allocations; nothing of lib/ helps.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_event {
	int64_t version, at, batch, actor, subject;
	int64_t us; /* when it was committed */
	int seq;
	const char *key, *kind, *change, *hash, *cause, *request;
};

struct table_booking {
	int64_t number, resource, member, person, made_by, pinned, start, end, made_at, ended_at, series, occurrence, due_at;
	const char *state;
};

struct table_allocation {
	int64_t booking, item, resource, lane, start, end;
	bool occupies;
	int64_t gone_us; /* of one that is no more */
};

struct table_request {
	int64_t actor, at;
	const char *key, *request, *reply;
};

struct table_text { /* items and details, as the views tell them; notes */
	int64_t number;
	const char *about, *kind, *text;
};

struct json; /* outages, persons, names, policies: a row as it came */
struct table_row {
	int64_t number, version, at;
	const struct json *json;
};

#define TABLE(type)                                                                                                                                  \
	struct {                                                                                                                                     \
		type *rows;                                                                                                                          \
		size_t n, cap;                                                                                                                       \
	}

struct tables {
	int64_t version, batch;
	const char *head;
	TABLE(int64_t) voids; /* batches, at this version */
	TABLE(struct table_event) events;
	TABLE(struct table_booking) bookings;
	TABLE(struct table_allocation) allocations, gone;
	TABLE(struct table_request) requests;
	TABLE(struct table_text) items, details, notes;
	TABLE(struct table_row) outages, persons, names, policies;
};

struct arguments { /* as on the wire; NULL: null */
	int n;
	const char *values[96];
	int lengths[96];
};

struct answer_rows { /* NULL: null */
	size_t n, cap, n_columns;
	const char **cells;
};

extern struct tables tables;
#define TABLES_POLE 1

void tables_begin(void); /* empty */
/* NULL: done, and the rows are there. Else the error: nothing was done. */
const char *tables_run(const char *statement, const struct arguments *args, struct answer_rows *ret);
/* Whether the booking was in that state at some moment from then until now. */
bool tables_was_in_state(const char *code, const char *state, int64_t since_us);
bool tables_was_known(const char *code, int64_t at_us);
const struct table_request *tables_request(int64_t actor, const char *key); /* NULL: none */
const struct table_booking *tables_booking(const char *code, int64_t *ret_changed_us); /* NULL: none */
bool tables_was_taken(const char *thing, int64_t start, int64_t end, int64_t since_us); /* some of it, at some moment from then until now */

/* A row of booking_by_number. ret_last: when the last of its allocations ends, if that is later. */
void answer_booking(struct answer_rows *r, const struct table_booking *b, int64_t *ret_last);

/* tables_read.c: what a client's question reads. False: it is none of these. */
bool tables_read(const char *statement, const struct arguments *args, struct answer_rows *ret);

/* tables_commit.c */
struct table_commit { /* a group, as it is looked at before anything is written */
	int64_t batch;
	const struct table_event *rows;
	size_t n;
	bool is_behind;		/* the pole is not where it expects it, or it was committed before */
	bool stands_on_another; /* that was on its way when it was sent */
};
/* Refuses a group for reasons that the tables do not know: the error, or NULL. NULL itself: nothing is refused so. */
extern const char *(*tables_refuse)(const struct table_commit *c);
const char *tables_commit(const struct arguments *args, struct answer_rows *ret);
void tables_void(const struct arguments *args, struct answer_rows *ret);
void answer_row(struct answer_rows *r, size_t n, const char *const *cells);
#define ANSWER(r, ...)                                                                                                                               \
	answer_row(r, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), (const char *const[]){__VA_ARGS__})
int64_t argument_int(const struct arguments *args, int i);
const char *argument_text(const struct arguments *args, int i);
const char *number_text(int64_t n);

/* tables_json.c */
struct json {
	const char *key, *text; /* text: of what is not a list; true and false as "1" and "0" */
	const struct json *first, *next;
};
const struct json *json_read(const char *text, size_t n);
const char *json_get(const struct json *object, const char *key); /* NULL: not there */
const struct json *json_list(const struct json *object, const char *key); /* its first; NULL: none */
int64_t json_number(const struct json *object, const char *key); /* 0: not there */
int64_t json_seconds(const struct json *object, const char *key); /* of a time; 0: not there */
const char *json_item_text(const struct json *row);
const char *json_detail_text(const struct json *row);
