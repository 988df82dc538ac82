/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Groups of random changes are committed to a real database; whoever loads the pole from its
 * tables, and whoever follows its log, ends with the very state that the changes led to, and the
 * log's chain holds.
 */
#include "daemon/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/policy_load.h"
#include "daemon/db_wire.h"
#include "daemon/embedded.h"
#include "daemon/exchange.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "lib/look_back.h"
#include "proto/change_text.h"
#include "proto/detail.h"
#include "tests/daemon/database.h"

#define DAY INT64_C(86400)
enum { N_BOOKINGS = 40, N_GROUPS = 60 };

static struct database database;
static struct db_session *session;
static uint64_t random_state;

static uint64_t random_below(uint64_t n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (random_state >> 33) % n;
}

static void served_init(struct served *s, const char *name)
{
	struct db_params *p = db_params_new();
	struct db_rows *rows;

	*s = (struct served){.pole = pole_new()};
	db_param_text(p, name);
	rows = must_query(session, "pole_ensure", p);
	s->id = (int32_t)db_int(rows, 0, 0);
	db_rows_free(rows);
	db_params_free(p);
}

static void served_clear(struct served *s)
{
	kept_clear(&s->kept);
	pole_free(s->pole);
}

static void ask(struct exchange *x, uint32_t person, const char *text)
{
	struct request_error error;

	*x = (struct exchange){.person = person, .granted = true};
	if (request_decode(text, strlen(text), &x->arena, &x->request, &error) != REQUEST_OK)
		fail_msg("%s", text);
	x->fingerprint = "feed";
	x->kept_reply = "OK";
}

/* Commits a group and applies it. */
static void commit(struct served *s, struct exchange *group)
{
	struct command_group g = {.list = group,
				  .at = server_clock(),
				  .batch = (int64_t)random_below(UINT32_MAX),
				  .params = db_params_new()};
	struct db_rows *rows;

	store_encode(s, NULL, &g);
	rows = must_query(session, "pole_commit", g.params);
	assert_string_equal(db_value(rows, 0, 0), "committed");
	s->version = db_int(rows, 0, 1);
	memcpy(s->head, g.head, sizeof(g.head));
	db_rows_free(rows);
	db_params_free(g.params);
	for (struct exchange *x = group; x; x = x->next) {
		pole_apply(s->pole, &x->changes);
		changes_clear(&x->changes);
		arena_clear(&x->arena);
	}
}

static struct detail_value random_value(const struct detail_field *f)
{
	struct detail_value v = {.number = 1 + (int64_t)random_below(INT32_MAX),
				 .text = "own-hitch a=b c"};

	if (f->words)
		v.text = f->words[random_below(f->n_words)];
	if (f->kind == DETAIL_PERCENT)
		v.number = 1 + v.number % 100;
	if (f->kind == DETAIL_YES)
		v.number = 1;
	if (f->kind == DETAIL_READING)
		v.number -= INT32_MAX / 2;
	v.span = (struct span){v.number, v.number + 1 + (int64_t)random_below(100000)};
	return v;
}

/* Lanes are the booking's own, so that none is in another's way. */
static struct booking *random_booking(int64_t number, const struct booking *before)
{
	int64_t start = server_clock() / 60 * 60 + DAY + (int64_t)random_below(60) * 60;
	struct span span = {start, start + 3600};
	struct item items[] = {item_of(1, 0, span), item_of(2, 0, span)};
	size_t n_items = 1 + random_below(2), n = n_items * random_below(3);
	struct booking *b;

	items[0].having = random_below(5) ? "" : "seats>=3 x/y";
	items[1].via = ITEM_REQUIRED;
	b = booking_new(before		  ? before->purpose
			: random_below(2) ? "Noël\n\"x\""
					  : "",
			items, n_items, n);
	for (size_t i = 0; i < n; i++)
		b->allocations[i] = (struct allocation){1 + (uint32_t)(i * n_items / n),
							(uint32_t)(number * 4 + (int64_t)i),
							{start - 600, start + 3600},
							(uint32_t)(i * n_items / n)};
	if (booking_is_plain(b) && n > 0 && random_below(2))
		b->items[0].lane = b->allocations[0].lane;
	b->number = number;
	b->member = (uint32_t)random_below(2);
	b->person = b->made_by = 1;
	b->made_at = start - DAY;
	b->state = (enum booking_state)random_below(N_BOOKING_STATES);
	b->ended_at = random_below(2) ? start : 0;
	b->series = random_below(2) ? 12 : 0;
	b->occurrence = b->series ? start : 0;
	b->due_at = random_below(2) ? start + 5 : 0;
	for (size_t i = 0; i < n_detail_fields && random_below(2); i++) {
		struct detail_value v = random_value(&detail_fields[i]);

		assert_int_equal(detail_set(booking_details(b), &detail_fields[i], &v), 0);
	}
	return b;
}

/* Changes nothing but the state, so that its allocations stay in place where both states occupy. */
static struct booking *random_state_of(const struct booking *before)
{
	struct booking *b = booking_copy(before, before->n_allocations);

	b->state = (enum booking_state)random_below(N_BOOKING_STATES);
	b->due_at = 0;
	return b;
}

static void change_booking(const struct pole *p, struct changes *c)
{
	int64_t number = 1 + (int64_t)random_below(N_BOOKINGS);
	struct booking *before = (struct booking *)pole_booking(p, number);

	if (!before)
		number = pole_next_booking(p);
	changes_add_booking(c, (enum cause)random_below(N_CAUSES), before,
			    before && random_below(2) ? random_state_of(before)
						      : random_booking(number, before));
	if (random_below(4) == 0)
		changes_add_note(c, NOTE_BOOKING, number,
				 (enum note_kind)random_below(N_NOTE_KINDS), "il pleut");
}

static void change_person(const struct pole *p, struct changes *c)
{
	struct person *before = (struct person *)pole_person(p, 1);
	struct person *after = person_copy(before, before->n_credentials, random_below(4));

	for (size_t i = 0; i < after->n_qualifications; i++) {
		struct qualification *q = &after->qualifications[i];

		snprintf(q->word, sizeof(q->word), "skill %d", (int)random_below(100));
		q->issuer = (uint32_t)random_below(2);
		q->since = 1700000000 + (int64_t)random_below(1000);
		q->until = random_below(2) ? TIME_NEVER : 1900000000;
	}
	changes_add_person(c, before, after);
}

static void change_outage(const struct pole *p, struct changes *c)
{
	int64_t start = server_clock();
	const struct outage *before = pole_outage(p, 1);
	struct outage after = {.number = pole_next_outage(p),
			       .resource = 1,
			       .lane = (uint32_t)random_below(2),
			       .span = {start, random_below(2) ? TIME_NEVER : start + DAY},
			       .made_by = 1,
			       .made_at = start,
			       .is_closure = random_below(2)};

	if (before) {
		after = *before;
		after.lifted_at = random_below(2) ? start : 0;
	}
	changes_add_outage(c, before, &after);
	changes_add_note(c, NOTE_OUTAGE, after.number, NOTE_REASON, "le toit");
}

static void change_something(const struct pole *p, struct changes *c)
{
	switch (random_below(8)) {
	case 0:
		change_person(p, c);
		break;
	case 1:
		change_outage(p, c);
		break;
	default:
		change_booking(p, c);
		break;
	}
}

/* A group of up to three commands, each decided on what those before it leave. */
static void commit_something(struct served *s)
{
	struct exchange group[3];
	size_t n = 1 + random_below(3);

	for (size_t i = 0; i < n; i++) {
		char text[64];

		snprintf(text, sizeof(text), "1 CANCEL booking=BJHAX0 key=k%d",
			 (int)random_below(1000000000));
		ask(&group[i], random_below(2) ? 1 : 0, text);
		group[i].next = i + 1 < n ? &group[i + 1] : NULL;
		for (size_t k = 1 + random_below(3); k > 0; k--) {
			struct changes one = {0};

			change_something(s->pole, &one);
			pole_apply(s->pole, &one);
			changes_append(&group[i].changes, &one);
		}
	}
	for (size_t i = n; i > 0; i--)
		pole_undo(s->pole, &group[i - 1].changes);
	commit(s, &group[0]);
}

static void begin(struct served *s)
{
	struct person *ana = person_new("Ana \"A\" \\ Å\t.", "ana@example.org", 1, 0);
	struct exchange x;

	ana->number = 1;
	ana->member = 1;
	ana->roles = ROLE_MEMBER;
	ana->active = true;
	memset(ana->credentials[0].hash, 'a', 64);
	ask(&x, 0, "1 POLICY APPLY");
	changes_add_name(&x.changes, (struct name){NAME_RESOURCE, 0, 1, "van"});
	changes_add_name(&x.changes, (struct name){NAME_RESOURCE, 0, 2, "hall"});
	changes_add_name(&x.changes, (struct name){NAME_MEMBER, 0, 1, "m02"});
	commit(s, &x);
	ask(&x, 0, "1 PERSON ADD name=Ana member=m02");
	changes_add_person(&x.changes, NULL, ana);
	commit(s, &x);
}

/* An image as the log would tell it: two are the same where their lines are. */
static void image(const struct change *c, const struct pole *p, struct buffer *out)
{
	buffer_truncate(out, 0);
	change_encode(c, p, NULL, out);
}

static void assert_same_change(const struct change *a, const struct change *b, const struct pole *p)
{
	struct buffer x = {0}, y = {0};

	image(a, p, &x);
	image(b, p, &y);
	assert_string_equal(x.bytes, y.bytes);
	buffer_release(&x);
	buffer_release(&y);
}

static void assert_same_pole(const struct pole *a, const struct pole *b)
{
	const struct booking *x = NULL, *y;
	struct change cx, cy;

	assert_int_equal(pole_n_bookings(a), pole_n_bookings(b));
	while ((x = pole_booking_after(a, x ? x->number : 0))) {
		y = pole_booking(b, x->number);
		assert_non_null(y);
		assert_string_equal(x->purpose, y->purpose);
		cx =
		    (struct change){.kind = CHANGE_BOOKING, .booking = {NULL, (struct booking *)x}};
		cy =
		    (struct change){.kind = CHANGE_BOOKING, .booking = {NULL, (struct booking *)y}};
		assert_same_change(&cx, &cy, a);
	}
	assert_string_equal(pole_person(a, 1)->name, pole_person(b, 1)->name);
	cx = (struct change){.kind = CHANGE_PERSON,
			     .person = {NULL, (struct person *)pole_person(a, 1)}};
	cy = (struct change){.kind = CHANGE_PERSON,
			     .person = {NULL, (struct person *)pole_person(b, 1)}};
	assert_same_change(&cx, &cy, a);
	assert_int_equal(pole_outage(a, 1) != NULL, pole_outage(b, 1) != NULL);
	if (pole_outage(a, 1)) {
		cx =
		    (struct change){.kind = CHANGE_OUTAGE, .outage = {.after = *pole_outage(a, 1)}};
		cy =
		    (struct change){.kind = CHANGE_OUTAGE, .outage = {.after = *pole_outage(b, 1)}};
		assert_same_change(&cx, &cy, a);
	}
}

/* What another daemon makes of the log. */
static struct pole *follow_all(int32_t pole)
{
	struct pole *p = pole_new();
	struct db_params *params = db_params_new();
	struct db_rows *rows;
	char hash[65];

	db_param_int4(params, pole);
	db_param_int8(params, 0);
	rows = must_query(session, "log_after", params);
	for (size_t i = 0; i < db_n_rows(rows); i++) {
		struct changes c = {0};

		if (change_decode(db_value(rows, i, 7), p, db_value(rows, i, 9),
				  db_value(rows, i, 10), &c, hash))
			fail_msg("%s", db_value(rows, i, 7));
		pole_apply(p, &c);
		changes_clear(&c);
	}
	db_rows_free(rows);
	db_params_free(params);
	return p;
}

static PGresult *owner_query(const char *sql)
{
	PGconn *c = PQconnectdb(embedded_owner_conninfo(database.embedded));
	PGresult *r = PQexec(c, sql);

	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s", PQresultErrorMessage(r));
	PQfinish(c);
	return r;
}

static const char *value(const PGresult *r, int row, int column)
{
	return PQgetisnull(r, row, column) ? NULL : PQgetvalue(r, row, column);
}

static void assert_chain_holds(const struct served *s)
{
	char sql[256], hash[65] = "";
	PGresult *r;

	snprintf(sql, sizeof(sql),
		 "select version, seq, seconds(at), actor, request_key, change, request, hash from "
		 "event "
		 "where pole_id = %d order by version, seq",
		 s->id);
	r = owner_query(sql);
	for (int i = 0; i < PQntuples(r); i++) {
		char previous[65];

		memcpy(previous, hash, sizeof(hash));
		store_chain(previous, atoll(value(r, i, 0)), atoi(value(r, i, 1)),
			    atoll(value(r, i, 2)), (uint32_t)atol(value(r, i, 3)), value(r, i, 4),
			    value(r, i, 5), value(r, i, 6), hash);
		assert_string_equal(hash, value(r, i, 7));
	}
	assert_string_equal(hash, s->head);
	PQclear(r);
}

/* Every column of a derived table is what the log says. */
static void assert_log_is_annotated(const struct served *s)
{
	char sql[1024];
	PGresult *r;

	snprintf(sql, sizeof(sql),
		 "select count(*) filter (where cause is not null and position(' cause=' || cause "
		 "|| ' ' in change) = 0), "
		 "count(*) filter (where kind = 'booking' and cause is null and position(' cause=' "
		 "in change) > 0), "
		 "count(*) filter (where request is null and seq = 1), count(request), "
		 "count(*) filter (where request like 'CANCEL booking=BJHAX0') from event where "
		 "pole_id = %d",
		 s->id);
	r = owner_query(sql);
	assert_string_equal(value(r, 0, 0), "0");
	assert_string_equal(value(r, 0, 1), "0");
	assert_string_equal(value(r, 0, 2), "0");
	assert_int_equal(atoi(value(r, 0, 3)), atoi(value(r, 0, 4)) + 2);
	PQclear(r);
}

/* The constraint is over just those allocations that occupy. */
static void assert_constraint_covers(const struct served *s)
{
	const struct booking *b = NULL;
	char sql[128];
	PGresult *r;
	int n = 0, all = 0;

	while ((b = pole_booking_after(s->pole, b ? b->number : 0)))
		for (size_t i = 0; i < b->n_allocations; i++, all++)
			n += booking_occupies(b, &b->allocations[i]);
	snprintf(
	    sql, sizeof(sql),
	    "select count(*) filter (where occupies), count(*) from allocation where pole_id = %d",
	    s->id);
	r = owner_query(sql);
	assert_true(n > 0 && n < all);
	assert_int_equal(atoi(value(r, 0, 0)), n);
	assert_int_equal(atoi(value(r, 0, 1)), all);
	PQclear(r);
}

static void memory_tables_and_log_agree(void **state)
{
	struct served s, again;
	struct pole *followed;
	char why[512];

	served_init(&s, "random");
	random_state = 4;
	begin(&s);
	for (int i = 0; i < N_GROUPS; i++)
		commit_something(&s);
	served_init(&again, "random");
	if (store_load(session, &again, why))
		fail_msg("%s", why);
	assert_int_equal(again.version, s.version);
	assert_string_equal(again.head, s.head);
	assert_same_pole(s.pole, again.pole);
	followed = follow_all(s.id);
	assert_same_pole(s.pole, followed);
	assert_chain_holds(&s);
	assert_constraint_covers(&s);
	assert_log_is_annotated(&s);
	pole_free(followed);
	served_clear(&again);
	served_clear(&s);
}

#define POLICY                                                                                     \
	"pole: back\nzone: Europe/Paris\nsites: {town: {}}\nmembers: {m02: {name: M}}\n"           \
	"resources: {van: {kind: equipment, site: town, units: {van-1: {}}}}\n"

static void add_policy(struct served *s, struct changes *c, const char *rules)
{
	char text[1024];
	struct policy_file file = {"pole.yaml", text, 0};
	struct problems problems = {0};
	struct policy *policy;

	snprintf(text, sizeof(text), POLICY "%s", rules);
	file.n = strlen(text);
	if (policy_load(&file, 1, zone_from_system, NULL, &policy, &problems))
		fail_msg("%s", problem_text(&problems, &problems.items[0]));
	problems_clear(&problems);
	policy_hash(policy);
	pole_number(s->pole, policy, c);
	changes_add_policy(c, (struct policy *)pole_policy(s->pole), policy);
}

static struct booking *old_booking(int64_t number, int64_t days_ago, enum booking_state state)
{
	int64_t start = server_clock() - days_ago * DAY;
	const struct item item = item_of(1, 0, (struct span){start, start + 3600});
	struct booking *b = booking_new("", &item, 1, booking_state_occupies(state));

	b->number = number;
	b->member = b->person = b->made_by = 1;
	b->made_at = start;
	b->state = state;
	if (b->n_allocations)
		b->allocations[0] = (struct allocation){1, 1, item.span, 0};
	return b;
}

/* What the rules count, and what is still to be settled, is in memory; the rest of the past is not.
 */
static void loads_as_far_back_as_the_rules_look(void **state)
{
	static const struct {
		const char *rules;
		bool counted; /* what was 300 days ago */
	} cases[] = {
	    {"", false},
	    {"rules: [{name: q, quota: {of: member, at-most: 3 bookings, per: calendar year}}]\n",
	     true},
	    {"rules: [{name: q, quota: {of: member, at-most: 3 bookings, per: calendar month}}]\n",
	     false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct served s, again;
		struct exchange x;
		char name[16], why[512];

		snprintf(name, sizeof(name), "back-%zu", i);
		served_init(&s, name);
		ask(&x, 0, "1 POLICY APPLY");
		add_policy(&s, &x.changes, cases[i].rules);
		commit(&s, &x);
		ask(&x, 0, "1 CANCEL booking=BJHAX0");
		changes_add_booking(&x.changes, CAUSE_BOOKED, NULL,
				    old_booking(1, 300, BOOKING_CONFIRMED));
		changes_add_booking(&x.changes, CAUSE_QUEUED, NULL,
				    old_booking(2, 500, BOOKING_WAITING));
		changes_add_booking(&x.changes, CAUSE_OUT, NULL, old_booking(3, 501, BOOKING_OUT));
		changes_add_booking(&x.changes, CAUSE_BACK, NULL,
				    old_booking(4, 502, BOOKING_DONE));
		commit(&s, &x);
		served_init(&again, name);
		if (store_load(session, &again, why))
			fail_msg("%s", why);
		assert_int_equal(pole_booking(again.pole, 1) != NULL, cases[i].counted);
		assert_non_null(pole_booking(again.pole, 2));
		assert_non_null(pole_booking(again.pole, 3));
		assert_null(pole_booking(again.pole, 4));
		assert_true(pole_floor(again.pole) <= server_clock() - LOOK_BACK_LEAST_S);
		pole_forget_some(again.pole, server_clock(), SIZE_MAX, &(int64_t){0});
		assert_non_null(pole_booking(again.pole, 2));
		assert_non_null(pole_booking(again.pole, 3));
		assert_null(pole_booking(again.pole, 1));
		served_look_back(&s);
		assert_false(s.stale);
		served_look_back(&again);
		assert_true(again.stale);
		served_clear(&again);
		served_clear(&s);
	}
}

/* It ended long before all that the rules look at, and its lane is taken until next week. */
static void loads_what_is_still_being_cleaned(void **state)
{
	struct booking *b = old_booking(1, 300, BOOKING_CONFIRMED);
	struct served s, again;
	struct exchange x;
	char why[512];

	served_init(&s, "cleaned");
	ask(&x, 0, "1 POLICY APPLY");
	add_policy(&s, &x.changes, "defaults: {all: {buffer: {after: 307d}}}\n");
	commit(&s, &x);
	ask(&x, 0, "1 CANCEL booking=BJHAX0");
	b->allocations[0].during.end += 307 * DAY;
	changes_add_booking(&x.changes, CAUSE_BOOKED, NULL, b);
	commit(&s, &x);
	served_init(&again, "cleaned");
	if (store_load(session, &again, why))
		fail_msg("%s", why);
	assert_non_null(pole_booking(again.pole, 1));
	served_clear(&again);
	served_clear(&s);
}

static int start(void **state)
{
	database_start_migrated(&database);
	session = daemon_session(&database);
	return 0;
}

static int stop(void **state)
{
	db_session_free(session);
	database_stop(&database);
	database_remove(&database);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(memory_tables_and_log_agree),
	    cmocka_unit_test(loads_as_far_back_as_the_rules_look),
	    cmocka_unit_test(loads_what_is_still_being_cleaned),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
