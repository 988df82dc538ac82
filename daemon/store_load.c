/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the database as records; reads a pole into memory, at start. */

#include "daemon/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/policy_load.h"
#include "daemon/db.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "lib/look_back.h"
#include "proto/detail.h"

#define WHY_BYTES 512
#define CONNECT_WITHIN_S 30

/* Allocations as `item/resource/lane/start/end`, parted by spaces. Counts, or fills `ret`. */
static size_t parse_allocations(const char *text, struct allocation *ret, size_t most)
{
	size_t n = 0;
	int used;
	uint32_t item, resource, lane;
	int64_t start, end;

	while (sscanf(text, " %" SCNu32 "/%" SCNu32 "/%" SCNu32 "/%" SCNd64 "/%" SCNd64 "%n", &item,
		      &resource, &lane, &start, &end, &used) == 5) {
		if (ret && n < most)
			ret[n] = (struct allocation){resource, lane, {start, end}, item};
		n++;
		text += used;
	}
	return n;
}

static unsigned word_of(const char *word, const char *const *words, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return 0;
}

/* `resource/lane/quantity/via/of/state/start/end/having`, the text cut off at its end. */
static bool parse_item(char *line, struct item *ret)
{
	char via[16], state[16];
	uint32_t of;
	int used = 0;

	if (sscanf(line,
		   "%" SCNu32 "/%" SCNu32 "/%" SCNu32 "/%15[^/]/%" SCNu32 "/%15[^/]/%" SCNd64
		   "/%" SCNd64 "/%n",
		   &ret->resource, &ret->lane, &ret->quantity, via, &of, state, &ret->span.start,
		   &ret->span.end, &used) != 8 ||
	    used == 0)
		return false;
	ret->of = (uint16_t)of;
	ret->via = (uint8_t)word_of(via, item_via_words, N_ITEM_VIAS);
	ret->state = (uint8_t)word_of(state, item_state_words, N_ITEM_STATES);
	ret->having = line + used;
	return true;
}

/* Items as lines. Returns their number; the texts stay in `text`. */
static size_t parse_items(char *text, struct item *ret)
{
	size_t n = 0;

	for (char *rest = NULL, *line = strtok_r(text, "\n", &rest); line && n < BOOKING_MAX_ITEMS;
	     line = strtok_r(NULL, "\n", &rest))
		n += parse_item(line, &ret[n]);
	return n;
}

static struct booking *booking_from(const char *purpose, const char *allocations, char *lines,
				    struct item plain, bool pinned)
{
	struct item items[BOOKING_MAX_ITEMS];
	size_t n = parse_allocations(allocations, NULL, 0), n_items = parse_items(lines, items);
	struct booking *b;

	items[0] = n_items ? items[0] : plain;
	b = booking_new(purpose, items, n_items ? n_items : 1, n);
	parse_allocations(allocations, b->allocations, n);
	if (pinned && n > 0)
		b->items[0].lane = b->allocations[0].lane;
	return b;
}

static struct detail_value detail_from(const struct detail_field *f, const char *text)
{
	struct detail_value v = {.text = text};
	char *slash;

	if (f->words || f->kind == DETAIL_TEXT)
		return v;
	v.number = strtoll(text, &slash, 10);
	if (f->kind == DETAIL_SPAN && *slash == '/')
		v.span = (struct span){v.number, strtoll(slash + 1, NULL, 10)};
	return v;
}

/* `name=value`, parted by spaces; what is text comes last, to the end. Cuts up `text`. */
static void parse_details(char *text, struct booking *b)
{
	while (text && *text) {
		char *name = strsep(&text, "=");
		const struct detail_field *f;
		struct detail_value v;

		for (char *c = name; *c; c++)
			if (*c == '_')
				*c = '-';
		f = detail_field(name);
		if (!f || !text)
			return;
		v = detail_from(f, f->kind == DETAIL_TEXT ? text : strsep(&text, " "));
		detail_set(booking_details(b), f, &v);
		if (f->kind == DETAIL_TEXT)
			return;
	}
}

struct booking *store_booking(const struct db_rows *r, size_t row)
{
	enum {
		NUMBER,
		RESOURCE,
		MEMBER,
		PERSON,
		MADE_BY,
		STATE,
		PINNED,
		START,
		END,
		MADE_AT,
		ENDED_AT,
		PURPOSE,
		ALLOCATIONS,
		ITEMS,
		SERIES,
		OCCURRENCE,
		DUE_AT,
		DETAILS
	};
	const struct item plain =
	    item_of((uint32_t)db_int(r, row, RESOURCE), 0,
		    (struct span){db_int(r, row, START), db_int(r, row, END)});
	char *lines = memory_strdup(db_value(r, row, ITEMS));
	struct booking *b = booking_from(db_value(r, row, PURPOSE), db_value(r, row, ALLOCATIONS),
					 lines, plain, db_bool(r, row, PINNED));

	b->number = db_int(r, row, NUMBER);
	b->member = (uint32_t)db_int(r, row, MEMBER);
	b->person = (uint32_t)db_int(r, row, PERSON);
	b->made_by = (uint32_t)db_int(r, row, MADE_BY);
	booking_state_from_word(db_value(r, row, STATE), &b->state);
	b->made_at = db_int(r, row, MADE_AT);
	b->ended_at = db_int(r, row, ENDED_AT);
	b->series = db_int(r, row, SERIES);
	b->occurrence = db_int(r, row, OCCURRENCE);
	b->due_at = db_int(r, row, DUE_AT);
	free(lines);
	if (!db_is_null(r, row, DETAILS)) {
		lines = memory_strdup(db_value(r, row, DETAILS));
		parse_details(lines, b);
		free(lines);
	}
	return b;
}

static int query(struct db_session *session, const char *statement, const struct served *s,
		 const int64_t *argument, struct db_rows **ret, char *ret_why)
{
	struct db_params *p = db_params_new();
	int r;

	db_param_int4(p, s->id);
	if (argument)
		db_param_int8(p, *argument);
	r = db_session_query(session, statement, p, ret, ret_why);
	db_params_free(p);
	return r;
}

static void apply_and_clear(struct served *s, struct changes *c)
{
	pole_apply(s->pole, c);
	changes_clear(c);
}

static void names_from(struct served *s, const struct db_rows *r)
{
	struct changes changes = {0};

	for (size_t i = 0; i < db_n_rows(r); i++) {
		struct name name = {.resource = (uint32_t)db_int(r, i, 1),
				    .number = (uint32_t)db_int(r, i, 2),
				    .id = db_value(r, i, 3)};

		for (int k = 0; k < N_NAME_KINDS; k++)
			if (strcmp(name_kind_words[k], db_value(r, i, 0)) == 0)
				name.kind = (enum name_kind)k;
		changes_add_name(&changes, name);
	}
	apply_and_clear(s, &changes);
}

static size_t count_of(const struct db_rows *r, uint32_t person)
{
	size_t n = 0;

	for (size_t i = 0; i < db_n_rows(r); i++)
		n += db_int(r, i, 0) == person;
	return n;
}

static void credentials_from(struct person *p, const struct db_rows *r)
{
	struct credential *next = p->credentials;

	for (size_t i = 0; i < db_n_rows(r); i++) {
		if (db_int(r, i, 0) != p->number)
			continue;
		snprintf(next->hash, sizeof(next->hash), "%s", db_value(r, i, 1));
		next++->withdrawn = db_bool(r, i, 2);
	}
}

static void qualifications_from(struct person *p, const struct db_rows *r)
{
	struct qualification *next = p->qualifications;

	for (size_t i = 0; i < db_n_rows(r); i++) {
		if (db_int(r, i, 0) != p->number)
			continue;
		snprintf(next->word, sizeof(next->word), "%s", db_value(r, i, 1));
		next->issuer = (uint32_t)db_int(r, i, 2);
		next->since = db_int(r, i, 3);
		next++->until = db_is_null(r, i, 4) ? TIME_NEVER : db_int(r, i, 4);
	}
}

/* `credentials` and `qualifications`: everyone's, those of one person in their order. */
static void persons_from(struct served *s, const struct db_rows *r,
			 const struct db_rows *credentials, const struct db_rows *qualifications)
{
	struct changes changes = {0};

	for (size_t i = 0; i < db_n_rows(r); i++) {
		uint32_t number = (uint32_t)db_int(r, i, 0);
		struct person *p =
		    person_new(db_value(r, i, 4), db_value(r, i, 5), count_of(credentials, number),
			       count_of(qualifications, number));

		p->number = number;
		p->member = (uint32_t)db_int(r, i, 1);
		p->roles = (uint32_t)db_int(r, i, 2);
		p->active = db_bool(r, i, 3);
		credentials_from(p, credentials);
		qualifications_from(p, qualifications);
		changes_add_person(&changes, NULL, p);
	}
	apply_and_clear(s, &changes);
}

static int load_persons(struct db_session *session, struct served *s, char *ret_why)
{
	struct db_rows *persons = NULL, *credentials = NULL, *qualifications = NULL;
	int r = query(session, "load_persons", s, NULL, &persons, ret_why);

	if (!r)
		r = query(session, "load_credentials", s, NULL, &credentials, ret_why);
	if (!r)
		r = query(session, "load_qualifications", s, NULL, &qualifications, ret_why);
	if (!r)
		persons_from(s, persons, credentials, qualifications);
	db_rows_free(persons);
	db_rows_free(credentials);
	db_rows_free(qualifications);
	return r;
}

int store_policy(const struct db_rows *rows, struct policy **ret, char *ret_why)
{
	struct policy_file *files = memory_new((db_n_rows(rows) + 1) * sizeof(*files));
	struct problems problems = {0};
	int r;

	for (size_t i = 0; i < db_n_rows(rows); i++)
		files[i] = (struct policy_file){db_value(rows, i, 0), db_value(rows, i, 1),
						strlen(db_value(rows, i, 1))};
	r = policy_load(files, db_n_rows(rows), zone_from_system, NULL, ret, &problems);
	if (r)
		snprintf(ret_why, WHY_BYTES, "%s", problem_text(&problems, &problems.items[0]));
	else
		policy_hash(*ret);
	problems_clear(&problems);
	free(files);
	return r;
}

static int load_policy(struct db_session *session, struct served *s, char *ret_why)
{
	struct db_rows *about = NULL, *files = NULL;
	struct changes changes = {0};
	struct policy *policy;
	int r = query(session, "load_policy", s, NULL, &about, ret_why);

	if (!r && db_n_rows(about) == 0)
		goto out;
	if (!r) {
		s->policy = (struct policy_record){db_int(about, 0, 0), db_int(about, 0, 3),
						   (uint32_t)db_int(about, 0, 4)};
		r = query(session, "policy_files", s, &s->policy.version, &files, ret_why);
	}
	if (!r)
		r = store_policy(files, &policy, ret_why);
	if (!r) {
		pole_number(s->pole, policy, &changes);
		changes_add_policy(&changes, NULL, policy);
		apply_and_clear(s, &changes);
	}
out:
	db_rows_free(about);
	db_rows_free(files);
	return r;
}

static void one_booking(void *arg, const struct db_rows *row)
{
	struct served *s = arg;
	struct changes changes = {0};

	changes_add_booking(&changes, CAUSE_NONE, NULL, store_booking(row, 0));
	apply_and_clear(s, &changes);
}

static int load_bookings(struct db_session *session, struct served *s, int64_t floor, char *ret_why)
{
	struct db_params *p = db_params_new();
	int r;

	db_param_int4(p, s->id);
	db_param_int8(p, floor);
	r = db_session_stream(session, "load_bookings", p, one_booking, s, ret_why);
	db_params_free(p);
	pole_set_floor(s->pole,
		       pole_next_booking(s->pole) == 1 ? INT64_MIN : floor); /* none: all of them */
	return r;
}

static int load_outages(struct db_session *session, struct served *s, int64_t floor, char *ret_why)
{
	struct changes changes = {0};
	struct db_rows *rows = NULL;
	int r = query(session, "load_outages", s, &floor, &rows, ret_why);

	for (size_t i = 0; !r && i < db_n_rows(rows); i++) {
		int64_t end = db_int(rows, i, 4);
		struct outage o = {
		    .number = db_int(rows, i, 0),
		    .resource = (uint32_t)db_int(rows, i, 1),
		    .lane = (uint32_t)db_int(rows, i, 2),
		    .span = {db_int(rows, i, 3), end ? end : TIME_NEVER},
		    .made_by = (uint32_t)db_int(rows, i, 5),
		    .made_at = db_int(rows, i, 6),
		    .is_closure = db_bool(rows, i, 7),
		};

		changes_add_outage(&changes, NULL, &o);
	}
	apply_and_clear(s, &changes);
	db_rows_free(rows);
	return r;
}

static int load_kept(struct db_session *session, struct served *s, char *ret_why)
{
	struct db_rows *rows = NULL;
	int64_t since = server_clock() - KEPT_S;
	int r = query(session, "load_requests", s, &since, &rows, ret_why);

	for (size_t i = 0; !r && i < db_n_rows(rows); i++)
		kept_add(&s->kept, (uint32_t)db_int(rows, i, 0), db_value(rows, i, 1),
			 db_value(rows, i, 2), db_value(rows, i, 3), db_int(rows, i, 4));
	db_rows_free(rows);
	return r;
}

static int load_state(struct db_session *session, struct served *s, char *ret_why)
{
	struct db_rows *rows = NULL;
	int r = query(session, "pole_state", s, NULL, &rows, ret_why);

	if (!r) {
		s->version = s->known_version = db_int(rows, 0, 0);
		snprintf(s->head, sizeof(s->head), "%s", db_value(rows, 0, 1));
		s->last_at = db_int(rows, 0, 4);
		pole_reserve_numbers(s->pole, db_int(rows, 0, 2), (uint32_t)db_int(rows, 0, 3));
		pole_reserve_outages(s->pole, db_int(rows, 0, 5));
	}
	db_rows_free(rows);
	return r;
}

static int load_names(struct db_session *session, struct served *s, char *ret_why)
{
	struct db_rows *rows = NULL;
	int r = query(session, "load_names", s, NULL, &rows, ret_why);

	if (!r)
		names_from(s, rows);
	db_rows_free(rows);
	return r;
}

int store_session(const struct server *server, struct db_session **ret, char *ret_why)
{
	int r = db_session_new(server->conninfo, CONNECT_WITHIN_S, ret, ret_why);

	if (!r && *server->on_connect)
		r = db_session_exec(*ret, server->on_connect, ret_why);
	return r;
}

int store_reload(struct served *s, char *ret_why)
{
	struct db_session *session = NULL;
	struct pole *old = s->pole;
	int r = store_session(s->server, &session, ret_why);

	if (!r) {
		s->pole = pole_new();
		kept_clear(&s->kept);
		r = store_load(session, s, ret_why);
		pole_free(r ? s->pole : old);
		if (r)
			s->pole = old;
	}
	db_session_free(session);
	return r;
}

int store_load(struct db_session *session, struct served *s, char *ret_why)
{
	int64_t floor = 0;
	int r = db_session_exec(
	    session, "begin isolation level repeatable read read only; set local jit = off",
	    ret_why);

	if (!r)
		r = load_state(session, s, ret_why);
	if (!r)
		r = load_names(session, s, ret_why);
	if (!r)
		r = load_persons(session, s, ret_why);
	if (!r)
		r = load_policy(session, s, ret_why);
	if (!r)
		floor = policy_look_back(pole_policy(s->pole), server_clock());
	if (!r)
		r = load_bookings(session, s, floor, ret_why);
	if (!r)
		r = load_outages(session, s, floor, ret_why);
	if (!r)
		r = load_kept(session, s, ret_why);
	if (!r)
		r = db_session_exec(session, "commit", ret_why);
	return r;
}
