/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What pole_commit costs: `commit [GROUPSIZE…]` books into a PostgreSQL of its own and tells, for
 * each size of group, the CPU that the one backend spends on a booking, and how many there are a
 * second. Each booking has its event, one allocation among 36 lanes, a purpose and a kept answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "daemon/db_wire.h"
#include "daemon/embedded.h"
#include "tests/daemon/database.h"

enum { N_RESOURCES = 12, N_LANES = 3, N_SLOTS = 200003, MAX_GROUP = 256, BOOKINGS = 6400 };

static double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_seconds(int pid)
{
	char path[64];
	double ns = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%lf", &ns) != 1)
		fail_msg("%s", path);
	fclose(f);
	return ns / 1e9;
}

static PGresult *sent(PGconn *c, const char *name, const struct db_params *p)
{
	struct db_arguments a;
	PGresult *r;

	db_params_arguments(p, &a);
	r = PQexecPrepared(c, name, a.n, a.values, a.lengths, a.formats, 0);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s", PQresultErrorMessage(r));
	return r;
}

/* Slots in an order that jumps about, each once. */
static struct sample slot(int64_t number)
{
	static const char *const lanes[N_LANES] = {"{[1,2)}", "{[2,3)}", "{[3,4)}"};
	int64_t i = number * 7919 % N_SLOTS,
		start = 1800000000 + i / (N_RESOURCES * N_LANES) * 7200;

	return (struct sample){.number = number,
			       .resource = 1 + (int32_t)(i % N_RESOURCES),
			       .lanes = lanes[i / N_RESOURCES % N_LANES],
			       .start = start,
			       .end = start + 7200};
}

static void book(PGconn *c, struct db_params *p, int32_t pole, int64_t version, int64_t first,
		 size_t n)
{
	struct sample samples[MAX_GROUP];
	PGresult *r;

	for (size_t i = 0; i < n; i++)
		samples[i] = slot(first + (int64_t)i);
	group_params(p, &(struct group){.pole = pole,
					.expected = version,
					.batch = version + 1,
					.at = 1700000000,
					.bookings = samples,
					.n_bookings = n,
					.n_new = n,
					.note = "March\xc3\xa9 de No\xc3\xabl",
					.key = "6f1c0a52"});
	r = sent(c, "pole_commit", p);
	if (strcmp(PQgetvalue(r, 0, 0), "committed") != 0)
		fail_msg("behind");
	PQclear(r);
}

int main(int argc, char **argv)
{
	static const char *const names[] = {"pole_commit", "pole_ensure"};
	static const char *const sizes[] = {NULL, "1", "8", "32", "64"};
	const char *const *given = argc > 1 ? (const char *const *)argv : sizes;
	int n_given = argc > 1 ? argc : 5;
	struct db_params *p = db_params_new();
	struct database d;
	int64_t version = 0, next = 1;
	int32_t pole;
	PGresult *r;
	PGconn *c;

	database_start_migrated(&d);
	c = PQconnectdb(embedded_conninfo(d.embedded));
	for (size_t i = 0; i < 2; i++)
		PQclear(PQprepare(c, names[i], sql_text(names[i]), 0, NULL));
	db_param_text(p, "bench");
	r = sent(c, "pole_ensure", p);
	pole = atoi(PQgetvalue(r, 0, 0));
	PQclear(r);
	printf("group   CPU/booking   bookings/s\n");
	for (int i = 1; i < n_given; i++) {
		size_t size = (size_t)atoi(given[i]);
		double cpu, wall;
		int64_t first;

		for (int warm = 0; warm < 20; warm++, next += (int64_t)size)
			book(c, p, pole, version++, next, size);
		cpu = cpu_seconds(PQbackendPID(c));
		wall = seconds_now();
		first = next;
		for (; next < first + BOOKINGS; next += (int64_t)size)
			book(c, p, pole, version++, next, size);
		wall = seconds_now() - wall;
		cpu = cpu_seconds(PQbackendPID(c)) - cpu;
		printf("%5zu %10.1f µs %12.0f\n", size, cpu * 1e6 / (double)(next - first),
		       (double)(next - first) / wall);
	}
	PQfinish(c);
	db_params_free(p);
	database_stop(&d);
	database_remove(&d);
	return 0;
}
