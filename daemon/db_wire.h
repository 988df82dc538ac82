/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files that speak to libpq share; nobody else includes this. */

#include <libpq-fe.h>
#include <stddef.h>

#include "daemon/db.h"

#define DB_MAX_PARAMS 96

struct db_rows { /* rows of a result, from `first` on */
	PGresult *result;
	int first, n;
};

struct db_arguments { /* as libpq takes them; borrowed from the params until those change */
	int n;
	const char *values[DB_MAX_PARAMS];
	const int *lengths, *formats;
};

void db_params_arguments(const struct db_params *p, struct db_arguments *ret); /* p NULL: none */

#define DB_ERROR_BYTES 512

/* "SQLSTATE message", on one line. Details are left out: they may hold what only the database may.
 */
void db_describe_result(const PGresult *r, char *ret_why);
void db_describe_connection(const PGconn *c, char *ret_why); /* why it failed, on one line */
void db_log_notice(void *arg, const PGresult *notice);	     /* the receiver of notices */
