/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold between rows: policies, lanes, numbers, and that every row belongs to something.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/store.h"
#include "daemon/verify_parts.h"
#include "lib/arena.h"
#include "lib/moment.h"
#include "lib/policy.h"

#define TIME_BYTES 32

/* Policies */

/* The hash of the files alone, which needs nothing read. */
static void check_files(struct verifying *v, int64_t version, const char *hash,
			const struct db_rows *files)
{
	struct policy_file *list = memory_new((db_n_rows(files) + 1) * sizeof(*list));
	struct policy p = {.files = list, .n_files = db_n_rows(files)};

	for (size_t i = 0; i < p.n_files; i++)
		list[i] = (struct policy_file){db_value(files, i, 0), db_value(files, i, 1),
					       strlen(db_value(files, i, 1))};
	policy_hash(&p);
	if (strcmp(p.hash, hash) != 0)
		finding(v, FINDING_POLICY,
			"version %" PRId64 ": its files have the hash %.12s…, its row %.12s…",
			version, p.hash, hash);
	free(list);
}

static void note_places(struct verifying *v, uint32_t resource, size_t n)
{
	if (resource >= v->n_places) {
		v->places = memory_grow(v->places, (resource + 1) * sizeof(*v->places));
		memset(v->places + v->n_places, 0,
		       (resource + 1 - v->n_places) * sizeof(*v->places));
		v->n_places = resource + 1;
	}
	if (n > v->places[resource])
		v->places[resource] = (uint32_t)n;
}

/* How many places a policy gave its resources. One of old that this program cannot read says
 * nothing. */
static void read_places(struct verifying *v, int64_t version, const struct db_rows *files,
			bool holds)
{
	struct policy *policy = NULL;
	char why[512];

	if (store_policy(files, &policy, why)) {
		if (holds)
			finding(v, FINDING_POLICY,
				"version %" PRId64 ", which holds, cannot be read: %.300s", version,
				why);
		return;
	}
	for (size_t i = 0; i < policy->n_resources; i++) {
		const struct resource *r = &policy->resources[i];
		uint32_t number = pole_name_number(v->known, NAME_RESOURCE, 0, r->id);

		if (number)
			note_places(v, number, r->n_units);
	}
	policy_free(policy);
}

int verify_policies(struct verifying *v)
{
	struct db_params *p = verify_params(v);
	struct db_rows *policies = NULL;
	int r = db_session_query(v->session, "verify_policies", p, &policies, v->why);

	for (size_t i = 0; !r && i < db_n_rows(policies); i++) {
		int64_t version = db_int(policies, i, 1);
		struct db_rows *files = NULL;

		db_params_reset(p);
		db_param_int4(p, v->end.pole);
		db_param_int8(p, version);
		r = db_session_query(v->session, "policy_files", p, &files, v->why);
		if (!r) {
			check_files(v, version, db_value(policies, i, 2), files);
			read_places(v, version, files, i + 1 == db_n_rows(policies));
		}
		db_rows_free(files);
	}
	db_rows_free(policies);
	db_params_free(p);
	return r;
}

/* Lanes */

struct lane_reading {
	struct verifying *v;
	uint64_t n;
	uint32_t resource, lane; /* of the row before */
	int64_t until, booking;	 /* what ends last on this lane, so far */
};

static const char *place_title(const struct verifying *v, uint32_t resource, uint32_t lane,
			       char *ret, size_t n)
{
	const char *id = pole_name_id(v->known, NAME_RESOURCE, 0, resource);
	const char *unit = pole_name_id(v->known, NAME_UNIT, resource, lane);

	if (unit)
		snprintf(ret, n, "%s", unit);
	else
		snprintf(ret, n, "%s, place %" PRIu32, id ? id : "a resource without a name", lane);
	return ret;
}

static bool is_known(const struct verifying *v, uint32_t resource, uint32_t lane)
{
	return pole_name_id(v->known, NAME_UNIT, resource, lane) ||
	       (resource < v->n_places && lane >= 1 && lane <= v->places[resource]);
}

static void check_row(struct lane_reading *l, const struct db_rows *row)
{
	int64_t start = db_int(row, 0, 2), booking = db_int(row, 0, 4);
	char place[160], a[16], b[16], at[TIME_BYTES];

	if (start < l->until)
		finding(l->v, FINDING_OVERLAP, "%s and %s both have %s from %s",
			booking_code(l->booking, a, sizeof(a)), booking_code(booking, b, sizeof(b)),
			place_title(l->v, l->resource, l->lane, place, sizeof(place)),
			moment_format_utc(start, at, sizeof(at)));
	if (!is_known(l->v, l->resource, l->lane))
		finding(l->v, FINDING_LANE, "%s has %s", booking_code(booking, b, sizeof(b)),
			place_title(l->v, l->resource, l->lane, place, sizeof(place)));
}

static void on_lane(void *arg, const struct db_rows *row)
{
	struct lane_reading *l = arg;
	uint32_t resource = (uint32_t)db_int(row, 0, 0), lane = (uint32_t)db_int(row, 0, 1);
	int64_t end = db_int(row, 0, 3);

	if (resource != l->resource || lane != l->lane) {
		l->until = INT64_MIN;
		l->resource = resource;
		l->lane = lane;
	}
	check_row(l, row);
	if (end > l->until) {
		l->until = end;
		l->booking = db_int(row, 0, 4);
	}
	verify_progress(l->v, "lanes", ++l->n, l->v->images.n);
}

int verify_lanes(struct verifying *v)
{
	struct lane_reading l = {.v = v, .until = INT64_MIN};
	struct db_params *p = verify_params(v);
	int r = db_session_stream(v->session, "verify_lanes", p, on_lane, &l, v->why);

	db_params_free(p);
	return r;
}

/* Orphans and numbers */

int verify_orphans(struct verifying *v)
{
	struct db_params *p = verify_params(v);
	struct db_rows *rows = NULL;
	int r = db_session_query(v->session, "verify_orphans", p, &rows, v->why);

	for (size_t i = 0; !r && i < db_n_rows(rows); i++)
		finding(v, FINDING_ORPHAN,
			"%s rows of the table %s are of a %s that there is not, number %s for one",
			db_value(rows, i, 3), db_value(rows, i, 0), db_value(rows, i, 1),
			db_value(rows, i, 2));
	db_rows_free(rows);
	db_params_free(p);
	return r;
}

void verify_numbers(struct verifying *v)
{
	static const enum change_kind kinds[] = {CHANGE_BOOKING, CHANGE_PERSON, CHANGE_OUTAGE};
	static const char *const words[] = {"bookings", "persons", "outages"};

	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		int64_t highest = 0, n = 0;

		for (const struct image *i = v->images.slots; i < v->images.slots + v->images.cap;
		     i++) {
			if (i->kind != kinds[k] + 1)
				continue;
			n++;
			highest = i->number > highest ? i->number : highest;
		}
		if (n != highest)
			finding(v, FINDING_NUMBERS,
				"%s: the log has %" PRId64
				" of them, the highest number is %" PRId64,
				words[k], n, highest);
	}
}
