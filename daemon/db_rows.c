/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a result, as text or in binary, and what libpq says of errors. */
#include "daemon/db.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/db_wire.h"
#include "daemon/log.h"

#define YEAR_2000_S INT64_C(946684800) /* from which PostgreSQL counts */
#define SECOND_US INT64_C(1000000)     /* all that is stored is whole seconds */

size_t db_n_rows(const struct db_rows *r)
{
	return (size_t)r->n;
}

const char *db_value(const struct db_rows *r, size_t row, size_t column)
{
	return PQgetvalue(r->result, r->first + (int)row, (int)column);
}

bool db_is_null(const struct db_rows *r, size_t row, size_t column)
{
	return PQgetisnull(r->result, r->first + (int)row, (int)column);
}

static bool is_binary(const struct db_rows *r, size_t column)
{
	return PQfformat(r->result, (int)column) == 1;
}

/* An integer of two, four or eight bytes, the highest first. */
static int64_t binary_int(const struct db_rows *r, size_t row, size_t column)
{
	const char *bytes = db_value(r, row, column);
	uint16_t two;
	uint32_t four;
	uint64_t eight;

	switch (PQgetlength(r->result, r->first + (int)row, (int)column)) {
	case sizeof(two):
		memcpy(&two, bytes, sizeof(two));
		return (int16_t)be16toh(two);
	case sizeof(four):
		memcpy(&four, bytes, sizeof(four));
		return (int32_t)be32toh(four);
	case sizeof(eight):
		memcpy(&eight, bytes, sizeof(eight));
		return (int64_t)be64toh(eight);
	default:
		return 0;
	}
}

int64_t db_int(const struct db_rows *r, size_t row, size_t column)
{
	return is_binary(r, column) ? binary_int(r, row, column)
				    : strtoll(db_value(r, row, column), NULL, 10);
}

bool db_bool(const struct db_rows *r, size_t row, size_t column)
{
	const char c = *db_value(r, row, column);

	return is_binary(r, column) ? c != 0 : c == 't';
}

int64_t db_seconds(const struct db_rows *r, size_t row, size_t column)
{
	if (!is_binary(r, column))
		return db_int(r, row, column);
	return db_is_null(r, row, column) ? 0
					  : YEAR_2000_S + binary_int(r, row, column) / SECOND_US;
}

void db_rows_free(struct db_rows *r)
{
	if (!r)
		return;
	PQclear(r->result);
	free(r);
}

/* libpq's text without line ends, and without its guesses, which stand on lines that begin with a
 * tab. */
static void one_line(const char *prefix, const char *text, char *ret_why)
{
	size_t n = (size_t)snprintf(ret_why, DB_ERROR_BYTES, "%s", prefix);

	while (*text && n < DB_ERROR_BYTES - 1) {
		size_t length = strcspn(text, "\n");

		if (*text != '\t' && length)
			n += (size_t)snprintf(ret_why + n, DB_ERROR_BYTES - n, "%s%.*s",
					      n > strlen(prefix) ? "; " : "", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

void db_describe_result(const PGresult *r, char *ret_why)
{
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	const char *text = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	char prefix[8] = "";

	if (state)
		snprintf(prefix, sizeof(prefix), "%.5s ", state);
	one_line(prefix, text ? text : r ? PQresultErrorMessage(r) : "out of memory", ret_why);
}

void db_describe_connection(const PGconn *c, char *ret_why)
{
	const char *text = c ? PQerrorMessage(c) : "out of memory";

	one_line("", *text ? text : "the connection was lost", ret_why);
}

void db_log_notice(void *arg, const PGresult *notice)
{
	const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *text = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);

	if (text && severity && strcmp(severity, "WARNING") == 0)
		log_warning("PostgreSQL: %s", text);
	else if (text)
		log_debug("PostgreSQL: %s", text);
}
