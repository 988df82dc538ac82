/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A PostgreSQL of the test's own, in a directory of its own; and groups to write into it. */

#include <stddef.h>
#include <stdint.h>

#include "daemon/db.h"

struct embedded;

struct database {
	char dir[64];
	struct embedded *embedded;
};

void database_dir(struct database *d); /* makes only the directory */
void database_start(struct database *d);
void database_start_migrated(struct database *d);
void database_stop(struct database *d);
void database_remove(struct database *d); /* the directory */

struct db_session *owner_session(const struct database *d);
struct db_session *owner_session_of(const struct database *d,
				    const char *name); /* of another database */
struct db_session *daemon_session(const struct database *d);
void must_exec(struct db_session *s, const char *sql);
struct db_rows *must_query(struct db_session *s, const char *statement, const struct db_params *p);

/* A query that gives just these rows: their first columns, parted by '|'; '-' for null. */
void must_give(struct db_session *s, const char *statement, const struct db_params *p,
	       size_t columns, size_t n, const char *const *rows);

struct sample { /* a booking of one lane, made by person 1 of member 1 */
	int64_t number;
	int32_t resource;
	const char *lanes; /* "{[1,2)}"; NULL: it occupies nothing */
	int64_t start, end;
	const char *state; /* NULL: confirmed */
	int items;	   /* rows of items, two of each; the first is there, the others given back */
	int64_t due_at, ended_at; /* ended_at 0: where there is a state, when it is written */
	const char *details; /* JSON without its braces and the booking; "": they are gone; NULL: none */
};

struct group {
	int32_t pole;
	int64_t expected, batch, at;
	const struct sample *bookings;
	size_t n_bookings;
	const int64_t *drop;
	size_t n_drop;
	const char *note;   /* of each booking; NULL: none */
	const char *key;    /* of each booking's event and kept request; NULL: none */
	bool answers_only;  /* no events: requests that were refused */
	const char *note_kind; /* NULL: purpose */
	int32_t rows_pole; /* of rare rows; 0: the group's */
	const char *request; /* as it was asked; NULL: not said */
	bool with_the_rest; /* outages, a person, a name, a policy */
	size_t n_new; /* of the bookings: the first so many are said to be new */
	int64_t after; /* the batch that has to be before it; 0: whichever */
};

void group_params(struct db_params *p, const struct group *g);
/* Of list_bookings: all of these states (parted by commas), whenever they are. */
void list_params(struct db_params *p, int32_t pole, const char *states);
