/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one way to write, and what is read of it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/booking.h"
#include "tests/daemon/database.h"

#define T0 1800000000
#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct database database;
static struct db_session *session;
static struct db_params *params;

static int32_t new_pole(void)
{
	static int n;
	struct db_rows *rows;
	char name[32];
	int32_t pole;

	snprintf(name, sizeof(name), "pole-%d", ++n);
	db_params_reset(params);
	db_param_text(params, name);
	rows = must_query(session, "pole_ensure", params);
	pole = (int32_t)db_int(rows, 0, 0);
	assert_int_equal(db_int(rows, 0, 1), 0);
	assert_string_equal(db_value(rows, 0, 2), "");
	db_rows_free(rows);
	rows = must_query(session, "pole_ensure", params);
	assert_int_equal(db_int(rows, 0, 0), pole);
	db_rows_free(rows);
	return pole;
}

static void expect(const struct group *g, const char *outcome, int64_t version)
{
	struct db_rows *rows;

	group_params(params, g);
	rows = must_query(session, "pole_commit", params);
	assert_int_equal(db_n_rows(rows), 1);
	assert_string_equal(db_value(rows, 0, 0), outcome);
	assert_int_equal(db_int(rows, 0, 1), version);
	db_rows_free(rows);
}

static void expect_error(const struct group *g, const char *sqlstate)
{
	struct db_rows *rows;
	char why[512];

	group_params(params, g);
	assert_int_equal(db_session_query(session, "pole_commit", params, &rows, why), 1);
	if (strncmp(why, sqlstate, 5) != 0)
		fail_msg("%s", why);
}

static void expect_rows(const char *statement, size_t columns, size_t n, const char *const *texts)
{
	must_give(session, statement, params, columns, n, texts);
}

static void pole_param(int32_t pole)
{
	db_params_reset(params);
	db_param_int4(params, pole);
}

/* The first page of what is loaded. */
static void page_param(int32_t pole, int64_t floor)
{
	pole_param(pole);
	db_param_int8(params, 1);
	db_param_int8(params, 1024);
	db_param_int8(params, floor);
}

static void counts_versions_and_knows_its_batches(void **state)
{
	struct sample a = {1, 1, "{[1,2)}", T0, T0 + 3600, NULL},
		      b = {2, 1, "{[2,3)}", T0, T0 + 3600, NULL};
	int32_t pole = new_pole();

	expect(&(struct group){pole, 0, 71, T0, &a, 1}, "committed", 1);
	expect(&(struct group){pole, 0, 71, T0, &a, 1}, "committed", 1);
	expect(&(struct group){pole, 0, 72, T0, &b, 1}, "behind", 1);
	expect(&(struct group){pole, 1, 72, T0, &b, 1}, "committed", 2);
	expect(&(struct group){pole, 0, 71, T0, &a, 1}, "committed", 1);
	expect(&(struct group){pole, 1, 71, T0, &a, 1}, "behind", 2);
	expect(&(struct group){pole, 7, 73, T0, &a, 1}, "behind", 2);
	pole_param(pole);
	expect_rows("pole_state", 4, 1, (const char *[]){"2|cafe|2|0"});
}

/* A group that was sent while the one before it was on its way. */
static void stands_on_the_batch_that_it_was_decided_on(void **state)
{
	struct sample bookings[] = {{1, 1, "{[1,2)}", T0, T0 + 3600, NULL},
				    {2, 1, "{[2,3)}", T0, T0 + 3600, NULL},
				    {3, 1, "{[3,4)}", T0, T0 + 3600, NULL}};
	struct group first = {new_pole(), 0, 71, T0, &bookings[0], 1}, second = first,
		     another = first, refusals = first;

	second.expected = 1;
	second.batch = 72;
	second.bookings = &bookings[1];
	second.after = 71;
	another.batch = 81;
	another.bookings = &bookings[2];
	refusals.expected = 1;
	refusals.batch = 82;
	refusals.key = "k";
	refusals.answers_only = true;

	expect(&second, "behind", 0); /* the first was refused */
	expect(&another, "committed", 1);
	expect(&first, "behind", 1);
	expect(&second, "behind", 1); /* the version is right, what is there is not */
	second.after = 81;
	expect(&refusals, "committed", 1); /* is no version */
	expect(&second, "committed", 2);
	expect(&second, "committed", 2);
}

static void expect_void(const struct group *g, const char *outcome, int64_t version)
{
	char answer[64];

	pole_param(g->pole);
	db_param_int8(params, g->expected);
	db_param_int8(params, g->batch);
	snprintf(answer, sizeof(answer), "%s|%lld", outcome, (long long)version);
	expect_rows("pole_void", 2, 1, (const char *[]){answer});
}

/* As others do that are not, until something is committed, and no more. */
static void what_is_void_is_never_committed(void **state)
{
	struct sample bookings[] = {{1, 1, "{[1,2)}", T0, T0 + 3600, NULL},
				    {2, 1, "{[2,3)}", T0, T0 + 3600, NULL}};
	struct group first = {new_pole(), 0, 71, T0, &bookings[0], 1}, another = first,
		     refusals = first;

	another.batch = 81;
	another.bookings = &bookings[1];
	refusals.batch = 82;
	refusals.key = "k";
	refusals.answers_only = true;

	expect_void(&first, "void", 0);
	expect_void(&(struct group){first.pole, 0, 72, T0, NULL, 0}, "void", 0);
	expect_void(&first, "void", 0);
	expect(&first, "behind", 0);
	expect(&refusals, "committed", 0); /* is no version: they stay void */
	expect(&first, "behind", 0);
	expect(&another, "committed", 1);
	expect(&first, "behind", 1);
	expect_void(&first, "behind", 1);
	expect_void(&another, "committed", 1);
	first.expected = 1; /* at another version it is another group */
	expect(&first, "committed", 2);
}

static void refuses_overlap(void **state)
{
	static const struct {
		struct sample booking;
		bool overlaps;
	} cases[] = {
	    {{10, 1, "{[1,2)}", T0, T0 + 3600, NULL}, true},
	    {{10, 1, "{[1,2)}", T0 + 3599, T0 + 9000, NULL}, true},
	    {{10, 1, "{[1,4)}", T0 - 100, T0 + 1, NULL}, true},
	    {{10, 1, "{[1,2)}", T0 + 3600, T0 + 7200, NULL}, false},
	    {{10, 1, "{[1,2)}", T0 - 3600, T0, NULL}, false},
	    {{10, 1, "{[2,3)}", T0, T0 + 3600, NULL}, false},
	    {{10, 2, "{[1,2)}", T0, T0 + 3600, NULL}, false},
	};
	struct sample first = {1, 1, "{[1,2)}", T0, T0 + 3600, NULL};

	for (size_t i = 0; i < N(cases); i++) {
		int32_t pole = new_pole();
		struct group g = {pole, 1, 2, T0, &cases[i].booking, 1};

		expect(&(struct group){pole, 0, 1, T0, &first, 1}, "committed", 1);
		if (!cases[i].overlaps) {
			expect(&g, "committed", 2);
			continue;
		}
		expect_error(&g, "23P01");
		pole_param(pole);
		expect_rows("pole_state", 4, 1, (const char *[]){"1|cafe|1|0"});
	}
}

/* The constraint reckons with floating numbers: whole ones, however large, are told apart. */
static void tells_neighbours_apart(void **state)
{
	const int64_t far = 32503680000; /* the year 3000 */
	const int32_t last = INT32_MAX;
	struct sample all[] = {
	    {1, last, "{[65535,65536)}", far, far + 1, NULL},
	    {2, last, "{[65534,65535)}", far, far + 1, NULL},
	    {3, last - 1, "{[65535,65536)}", far, far + 1, NULL},
	    {4, last, "{[65535,65536)}", far - 1, far, NULL},
	    {5, last, "{[65535,65536)}", far + 1, far + 2, NULL},
	    {6, 1, "{[65535,65536)}", far, far + 1, NULL},
	    {7, 2, "{[1,2)}", far, far + 1, NULL},
	};
	struct sample again = {8, last, "{[65535,65536)}", far - 5, far + 1, NULL};
	int32_t pole = new_pole();

	expect(&(struct group){pole, 0, 1, T0, all, N(all), .n_new = N(all)}, "committed", 1);
	expect_error(&(struct group){pole, 1, 2, T0, &again, 1, .n_new = 1}, "23P01");
}

static bool overlap(const struct sample *a, const struct sample *b)
{
	return a->resource == b->resource && strcmp(a->lanes, b->lanes) == 0 && a->start < b->end &&
	       b->start < a->end;
}

/* What is refused is what overlaps, and nothing else. */
static void refuses_what_overlaps_at_random(void **state)
{
	static const char *const lanes[] = {"{[1,2)}", "{[2,3)}"};
	struct sample made[200];
	int32_t pole = new_pole();
	int64_t n = 0;

	srand(7);
	for (int i = 0; i < 200; i++) {
		int64_t start = T0 + rand() % 150, length = 1 + rand() % 9;
		struct sample b = {n + 1, 1 + rand() % 3, lanes[rand() % 2], start, start + length};
		struct group g = {pole, n, i + 1, T0, &b, 1, .n_new = 1};
		bool refused = false;

		for (int64_t k = 0; k < n; k++)
			refused = refused || overlap(&made[k], &b);
		if (refused) {
			expect_error(&g, "23P01");
			continue;
		}
		made[n++] = b;
		expect(&g, "committed", n);
	}
	assert_in_range(n, 40, 160);
}

static void refuses_what_the_constraint_would_not_see(void **state)
{
	struct sample empty = {1, 1, "{[1,2)}", T0, T0, NULL};
	struct db_session *s = owner_session(&database);
	char why[512];

	expect_error(&(struct group){new_pole(), 0, 1, T0, &empty, 1, .n_new = 1}, "23514");
	assert_int_equal(
	    db_session_exec(
		s, "insert into allocation values (1, 1, 0, 1, 1, '(,2027-01-01Z)', true)", why),
	    1);
	assert_memory_equal(why, "23514", 5);
	assert_int_equal(
	    db_session_exec(s, "insert into allocation values (1, 1, 0, 1, 1, 'empty', true)", why),
	    1);
	assert_memory_equal(why, "23514", 5);
	db_session_free(s);
}

/* New ones first, then those that are there. */
static void writes_new_bookings_and_changed_ones(void **state)
{
	struct sample a = {1, 1, "{[1,2)}", T0, T0 + 3600, NULL}, b = a, both[2];
	int32_t pole = new_pole();

	b.number = 2;
	b.start += 3600;
	b.end += 3600;
	expect(&(struct group){pole, 0, 1, T0 - 9, &a, 1, .n_new = 1}, "committed", 1);
	both[0] = b;
	both[1] = a;
	both[1].lanes = "{[2,3)}";
	both[1].state = "out";
	expect(&(struct group){pole, 1, 2, T0 - 9, both, 2, (int64_t[]){1}, 1, .n_new = 1},
	       "committed", 2);
	b.number = 1;
	expect_error(&(struct group){pole, 2, 3, T0 - 9, &b, 1, .n_new = 1}, "23505");
	list_params(params, pole, "confirmed,out");
	expect_rows("list_bookings", 18, 2,
		    (const char *[]){"1|1|1|1|1|out|f|1800000000|1800003600|1799999991|1799999991||"
				     "0/1/2/1800000000/1800003600||0|0|0|-",
				     "2|1|1|1|1|confirmed|f|1800003600|1800007200|1799999991|0||"
				     "0/1/1/1800003600/1800007200||0|0|0|-"});
}

static void moves_and_cancels_in_one_group(void **state)
{
	struct sample two[] = {{1, 1, "{[1,2)}", T0, T0 + 3600, NULL},
			       {2, 1, "{[2,3)}", T0, T0 + 3600, NULL}};
	struct sample swapped[] = {{1, 1, "{[2,3)}", T0, T0 + 3600, NULL},
				   {2, 1, "{[1,2)}", T0, T0 + 3600, NULL}};
	struct sample cancelled = {1, 1, NULL, T0, T0 + 3600, "cancelled"};
	int32_t pole = new_pole();

	expect(&(struct group){pole, 0, 1, T0 - 9, two, 2}, "committed", 1);
	expect(&(struct group){pole, 1, 2, T0 - 9, swapped, 2, (int64_t[]){1, 2}, 2}, "committed",
	       2);
	expect(&(struct group){pole, 2, 3, T0 - 5, &cancelled, 1, (int64_t[]){1}, 1}, "committed",
	       3);
	list_params(params, pole, "confirmed,cancelled");
	expect_rows(
	    "list_bookings", 18, 2,
	    (const char *[]){"1|1|1|1|1|cancelled|f|1800000000|1800003600|1799999995|1799999995|||"
			     "|0|0|0|-",
			     "2|1|1|1|1|confirmed|f|1800000000|1800003600|1799999991|0||"
			     "0/1/1/1800000000/1800003600||0|0|0|-"});
}

static void tells_bookings(void **state)
{
	struct sample all[] = {
	    {1, 1, "{[1,3),[4,5)}", T0, T0 + 3600, NULL},
	    {2, 2, "{[1,2)}", T0 + 7200, T0 + 10800, NULL},
	    {3, 1, NULL, T0 + 60, T0 + 3600, "cancelled"},
	};
	static const struct {
		int64_t from, to;
		int32_t resource, member, person;
		const char *state;
		int64_t limit;
		size_t n;
	} lists[] = {
	    {T0, T0 + 20000, 0, 0, 0, "confirmed,cancelled", 100, 3},
	    {T0, T0 + 20000, 0, 0, 0, "confirmed,cancelled", 2, 2},
	    {T0 + 3600, T0 + 20000, 0, 0, 0, "confirmed,cancelled", 100, 1},
	    {T0 + 3600, T0 + 7200, 0, 0, 0, "confirmed,cancelled", 100, 0},
	    {T0, T0 + 20000, 1, 0, 0, "confirmed,cancelled", 100, 2},
	    {T0, T0 + 20000, 1, 1, 1, "confirmed", 100, 1},
	    {T0, T0 + 20000, 0, 2, 0, "confirmed,cancelled", 100, 0},
	    {T0, T0 + 20000, 0, 0, 9, "confirmed,cancelled", 100, 0},
	    {T0, T0 + 20000, 0, 0, 0, "cancelled", 100, 1},
	};
	int32_t pole = new_pole();

	expect(&(struct group){pole, 0, 1, T0, all, N(all), .note = "Marché"}, "committed", 1);
	pole_param(pole);
	db_param_int8(params, 1);
	expect_rows(
	    "booking_by_number", 18, 1,
	    (const char *[]){"1|1|1|1|1|confirmed|f|1800000000|1800003600|1800000000|0|Marché|"
			     "0/1/1/1800000000/1800003600 0/1/2/1800000000/1800003600 "
			     "0/1/4/1800000000/1800003600||0|0|0|-"});
	for (size_t i = 0; i < N(lists); i++) {
		struct db_rows *rows;

		pole_param(pole);
		db_param_int8(params, lists[i].from);
		db_param_int8(params, lists[i].to);
		db_param_int4(params, lists[i].resource);
		db_param_int4(params, lists[i].member);
		db_param_int4(params, lists[i].person);
		db_param_text(params, lists[i].state);
		db_param_int8(params, lists[i].limit);
		rows = must_query(session, "list_bookings", params);
		assert_int_equal(db_n_rows(rows), lists[i].n);
		db_rows_free(rows);
	}
	page_param(pole, T0 + 3600);
	{
		struct db_rows *rows = must_query(session, "load_page_bookings", params);

		assert_int_equal(db_n_rows(rows), 1);
		assert_int_equal(db_int(rows, 0, 0), 2);
		db_rows_free(rows);
	}
}

/* What was given back keeps its lane, and keeps nobody out. */
static void keeps_the_lane_of_the_cancelled(void **state)
{
	struct sample first = {1, 1, "{[1,2)}", T0, T0 + 3600, NULL}, cancelled = first,
		      next = {2, 1, "{[1,2)}", T0, T0 + 3600, NULL};
	int32_t pole = new_pole();

	cancelled.state = "cancelled";
	expect(&(struct group){pole, 0, 1, T0, &first, 1}, "committed", 1);
	expect(&(struct group){pole, 1, 2, T0, &cancelled, 1, (int64_t[]){1}, 1}, "committed", 2);
	expect(&(struct group){pole, 2, 3, T0, &next, 1}, "committed", 3);
	pole_param(pole);
	db_param_int8(params, 1);
	expect_rows("booking_by_number", 18, 1,
		    (const char *[]){"1|1|1|1|1|cancelled|f|1800000000|1800003600|1800000000|"
				     "1800000000||0/1/1/1800000000/1800003600||0|0|0|-"});
}

static void tells_items(void **state)
{
	struct sample a = {1, 5, "{[1,3)}", T0, T0 + 3600, NULL, .items = 2};
	int32_t pole = new_pole();

	expect(&(struct group){pole, 0, 1, T0, &a, 1}, "committed", 1);
	pole_param(pole);
	db_param_int8(params, 1);
	expect_rows("booking_by_number", 18, 1,
		    (const char *[]){"1|5|1|1|1|confirmed|f|1800000000|1800003600|1800000000|0||"
				     "0/5/1/1800000000/1800003600 0/5/2/1800000000/1800003600|"
				     "5/0/2/asked/0/present/1800000000/1800003600/seats>=3 a/b\n"
				     "6/0/2/asked/0/cancelled/1800000000/1800003600/seats>=3 a/b|"
				     "0|0|0|-"});
	pole_param(pole);
	db_param_int8(params, T0);
	db_param_int8(params, T0 + 1);
	db_param_bool(params, false);
	db_param_bool(params, true);
	db_param_bool(params, false);
	db_param_text(params, "Europe/Paris");
	expect_rows("report_usage", 7, 1, (const char *[]){"-|5|-|1|7200|0|0"});
}

#define WITHIN "[2027-01-16T00:00Z,2027-01-17T00:00Z)"
static void tells_details(void **state)
{
	struct sample a = {1,
			   5,
			   NULL,
			   T0,
			   T0 + 3600,
			   "waiting",
			   .due_at = T0 - 60,
			   .details = "\"queued_at\":\"2027-01-15T08:00Z\",\"within\":\"" WITHIN
				      "\",\"forfeit\":50,\"waived\":true,\"was\":\"held\","
				      "\"meter_out\":-3,\"declared\":\"own-hitch x=y\""};
	struct sample other = {2, 5, NULL, T0, T0 + 3600, "waiting", .details = "\"people\":3"};
	int32_t pole = new_pole();

	expect(&(struct group){pole, 0, 1, T0, &a, 1}, "committed", 1);
	expect(&(struct group){pole, 1, 2, T0, &other, 1}, "committed", 2);
	pole_param(pole);
	db_param_int8(params, 1);
	expect_rows(
	    "booking_by_number", 18, 1,
	    (const char *[]){"1|5|1|1|1|waiting|f|1800000000|1800003600|1800000000|1800000000||"
			     "||0|0|1799999940|queued_at=1800000000 "
			     "within=1800057600/1800144000 meter_out=-3 forfeit=50 waived=1 "
			     "was=held declared=own-hitch x=y"});
	a.details = "\"outage\":4";
	a.due_at = 0;
	expect(&(struct group){pole, 2, 3, T0, &a, 1}, "committed", 3);
	pole_param(pole);
	db_param_int8(params, 1);
	expect_rows(
	    "booking_by_number", 18, 1,
	    (const char *[]){"1|5|1|1|1|waiting|f|1800000000|1800003600|1800000000|1800000000||"
			     "||0|0|0|outage=4"});
	a.details = "";
	expect(&(struct group){pole, 3, 4, T0, &a, 1}, "committed", 4);
	list_params(params, pole, "waiting");
	expect_rows(
	    "list_bookings", 18, 2,
	    (const char *[]){"1|5|1|1|1|waiting|f|1800000000|1800003600|1800000000|1800000000||"
			     "||0|0|0|-",
			     "2|5|1|1|1|waiting|f|1800000000|1800003600|1800000000|1800000000||"
			     "||0|0|0|people=3"});
}

/* Whatever its time, a booking is loaded as long as something may become of it: as the core sees
 * it. */
static void loads_what_is_pending(void **state)
{
	for (int i = 0; i < 2 * N_BOOKING_STATES; i++) {
		const struct booking b = {.state = (enum booking_state)(i / 2),
					  .due_at = i % 2 ? T0 + 5 : 0};
		int32_t pole = new_pole();
		struct sample a = {.number = 1,
				   .resource = 1,
				   .lanes = "{[1,2)}",
				   .start = T0,
				   .end = T0 + 3600,
				   .state = booking_state_words[b.state],
				   .due_at = b.due_at};
		struct db_rows *rows;

		expect(&(struct group){pole, 0, 1, T0, &a, 1}, "committed", 1);
		page_param(pole, T0 + 400 * 86400);
		rows = must_query(session, "load_page_bookings", params);
		if (db_n_rows(rows) != booking_is_pending(&b))
			fail_msg("%s", a.state);
		db_rows_free(rows);
	}
}

/* A row that names another pole is nobody's. */
static void writes_no_other_pole(void **state)
{
	struct sample a = {1, 5, NULL, T0, T0 + 3600, NULL, .items = 1, .details = "\"people\":3"};
	int32_t pole = new_pole();
	struct group g = {pole, 0, 1, T0, &a, 1, .rows_pole = pole + 1000, .with_the_rest = true};

	expect(&g, "committed", 1);
	pole_param(pole + 1000);
	expect_rows("load_names", 4, 0, NULL);
	expect_rows("load_persons", 6, 0, NULL);
	expect_rows("load_qualifications", 5, 0, NULL);
	db_param_int8(params, 0);
	expect_rows("load_outages", 8, 0, NULL);
	pole_param(pole);
	db_param_int8(params, 1);
	expect_rows("booking_by_number", 18, 1,
		    (const char *[]){
			"1|5|1|1|1|confirmed|f|1800000000|1800003600|1800000000|0||||0|0|0|-"});
}

static void notes_param(int32_t pole, int64_t number)
{
	pole_param(pole);
	db_param_text(params, "booking");
	db_param_int8(params, number);
}

/* One of a kind: a later one takes its place. The purpose is not among them, and not changed by
 * them. */
static void tells_notes(void **state)
{
	struct sample a = {1, 1, "{[1,2)}", T0, T0 + 3600, NULL};
	int32_t pole = new_pole();

	expect(&(struct group){pole, 0, 1, T0, &a, 1, .note = "Marché"}, "committed", 1);
	a.lanes = NULL;
	expect(&(struct group){pole, 1, 2, T0 + 1, &a, 1, .note = "bent",
			       .note_kind = "condition-out"},
	       "committed", 2);
	expect(&(struct group){pole, 2, 3, T0 + 2, &a, 1, .note = "late", .note_kind = "dispute"},
	       "committed", 3);
	expect(&(struct group){pole, 3, 4, T0 + 3, &a, 1, .note = "straight",
			       .note_kind = "condition-out"},
	       "committed", 4);
	notes_param(pole, 1);
	expect_rows(
	    "notes_of", 4, 2,
	    (const char *[]){"dispute|late|1|1800000002", "condition-out|straight|1|1800000003"});
	notes_param(pole, 2);
	expect_rows("notes_of", 4, 0, NULL);
	pole_param(pole);
	db_param_int8(params, 3);
	expect_rows(
	    "log_after", 10, 1,
	    (const char *[]){"4|1|1800000003|4|1|-|booking|booking=B7K3QF state=confirmed "
			     "resource=van unit=van-2 from=1 to=2 member=m1 person=p1|"
			     "3b5d5c3712955042212316173ccf37be800cbd4f7e3d2e5f5e3d2e5f5e3d2e5f|"
			     "Marché"});
}

static void tells_the_rest(void **state)
{
	struct sample a = {1, 1, "{[1,2)}", T0, T0 + 3600, NULL};
	int32_t pole = new_pole();
	struct group g = {pole, 0, 77, T0, &a, 1, .note = "why", .key = "k", .with_the_rest = true};

	expect(&g, "committed", 1);
	pole_param(pole);
	expect_rows("load_names", 4, 1, (const char *[]){"resource|0|1|van"});
	expect_rows("load_persons", 6, 1, (const char *[]){"1|-|8|t|Ana Ruiz|ana@example.org"});
	expect_rows("load_credentials", 3, 1, (const char *[]){"1|c0ffee|f"});
	expect_rows(
	    "load_qualifications", 5, 2,
	    (const char *[]){"1|licence-b|-|1700000000|-", "1|laser|7|1700000000|1900000000"});
	expect_rows(
	    "load_policy", 5, 1,
	    (const char *[]){
		"1|[{\"name\": \"pole.yaml\", \"text\": \"pole: é\\n\"}]|abba|1800000000|1"});
	expect_rows("policy_history", 5, 1, (const char *[]){"1|abba|1800000000|1|first"});
	expect_rows("pole_state", 6, 1, (const char *[]){"1|cafe|1|1|1800000000|5"});
	db_param_int8(params, 5);
	expect_rows("policy_files", 2, 1, (const char *[]){"pole.yaml|pole: é\n"});
	expect_rows(
	    "policy_at", 3, 1,
	    (const char *[]){"1|[{\"name\": \"pole.yaml\", \"text\": \"pole: é\\n\"}]|abba"});
	pole_param(pole);
	db_param_int8(params, 0);
	expect_rows("load_requests", 4, 1, (const char *[]){"1|k-1|feed|OK booking=B7K3QF"});
	expect_rows(
	    "log_after", 13, 1,
	    (const char *[]){
		"1|1|1800000000|77|1|k-1|booking|booking=B7K3QF state=confirmed resource=van "
		"unit=van-2 from=1 to=2 member=m1 person=p1|"
		"3b5d5c3712955042212316173ccf37be800cbd4f7e3d2e5f5e3d2e5f5e3d2e5f|why|-|feed|"
		"OK booking=B7K3QF"});
	pole_param(pole);
	db_param_int8(params, T0 + 999999);
	expect_rows("load_outages", 8, 2,
		    (const char *[]){"4|1|2|1800000000|0|1|1800000000|f",
				     "5|1|0|1800000000|1900000000|1|1800000000|t"});
	pole_param(pole);
	db_param_int8(params, T0 + 1);
	expect_rows("request_forget", 1, 1, (const char *[]){"1"});
}

/* Refusals alone: answers are kept, the log does not grow. */
static void keeps_answers_without_events(void **state)
{
	struct sample refused = {1, 1, NULL, T0, T0 + 1, NULL};
	int32_t pole = new_pole();
	struct group g = {pole, 0, 5, T0, &refused, 1, .key = "k", .answers_only = true};

	expect(&g, "committed", 0);
	expect(&g, "committed", 0);
	g.expected = 3;
	expect(&g, "behind", 0);
	pole_param(pole);
	expect_rows("pole_state", 4, 1, (const char *[]){"0||0|0"});
	db_param_int8(params, 0);
	expect_rows("log_after", 13, 0, NULL);
	expect_rows("load_requests", 4, 1, (const char *[]){"1|k-1|feed|OK booking=B7K3QF"});
}

#define DEC 1830290400 /* 2027-12-31T22:00Z: December in Paris */
#define JAN 1830297600 /* 2028-01-01T00:00Z */
static void reports_usage(void **state)
{
	struct sample all[] = {
	    {1, 1, "{[1,2)}", DEC, DEC + 7200, NULL},
	    {2, 1, "{[2,3)}", JAN, JAN + 3600, NULL},
	    {3, 2, NULL, DEC + 3600, JAN + 3600, "cancelled"}, /* 23:00Z is January in Paris */
	    {4, 3, "{[1,2)}", JAN, JAN + 3600, "out",
	     .details = "\"out_at\":\"2027-12-31T23:50Z\""},
	    {5, 3, "{[2,3)}", JAN, JAN + 3600, "done",
	     .details = "\"out_at\":\"2028-01-01T00:20Z\",\"back_at\":\"2028-01-01T00:30Z\""},
	    {6, 3, "{[3,4)}", JAN, JAN + 3600, "done",
	     .details = "\"back_at\":\"2028-01-01T03:00Z\""},
	    {7, 4, "{[1,2)}", JAN, JAN + 3600, "no-show", .ended_at = JAN + 900},
	    {8, 5, NULL, JAN, JAN + 3600, "waiting"},
	    {9, 5, NULL, JAN, JAN + 3600, "displaced"},
	    {10, 5, "{[1,2)}", JAN, JAN + 3600, "held"},
	    {11, 5, NULL, JAN, JAN + 3600, "cancelled",
	     .details = "\"queued_at\":\"2027-12-01T00:00Z\""},
	    {12, 6, "{[1,2)}", JAN, JAN + 3600, "cancelled",
	     .details = "\"queued_at\":\"2027-12-01T00:00Z\""},
	};
	static const struct {
		bool member, resource, month;
		size_t n;
		const char *rows[7];
	} cases[] = {
	    {false, false, false, 1, {"-|-|-|6|28500|2|1"}},
	    {true, false, false, 1, {"1|-|-|6|28500|2|1"}},
	    {false,
	     true,
	     false,
	     5,
	     {"-|1|-|2|10800|0|0", "-|2|-|0|0|1|0", "-|3|-|3|16800|0|0", "-|4|-|1|900|0|1",
	      "-|6|-|0|0|1|0"}},
	    {false, false, true, 2, {"-|-|2027-12|1|7200|0|0", "-|-|2028-01|5|21300|2|1"}},
	    {true,
	     true,
	     true,
	     6,
	     {"1|1|2027-12|1|7200|0|0", "1|1|2028-01|1|3600|0|0", "1|2|2028-01|0|0|1|0",
	      "1|3|2028-01|3|16800|0|0", "1|4|2028-01|1|900|0|1", "1|6|2028-01|0|0|1|0"}},
	};
	int32_t pole = new_pole();

	expect(&(struct group){pole, 0, 1, T0, all, N(all)}, "committed", 1);
	for (size_t i = 0; i < N(cases); i++) {
		pole_param(pole);
		db_param_int8(params, DEC);
		db_param_int8(params, DEC + 9600);
		db_param_bool(params, cases[i].member);
		db_param_bool(params, cases[i].resource);
		db_param_bool(params, cases[i].month);
		db_param_text(params, "Europe/Paris");
		expect_rows("report_usage", 7, cases[i].n, cases[i].rows);
	}
}

/* A writer until the pole stands at `last`; counts what was its own. */
static int write_until(int32_t pole, int64_t last, int writer)
{
	struct db_session *s = daemon_session(&database);
	struct db_params *p = db_params_new();
	int64_t version = 0;
	int own = 0;

	while (version < last) {
		struct sample a = {
		    version + 1, 1, "{[1,2)}", T0 + version * 60, T0 + version * 60 + 60, NULL};
		struct db_rows *rows;

		group_params(p,
			     &(struct group){pole, version, writer * 100000 + version, T0, &a, 1});
		rows = must_query(s, "pole_commit", p);
		own += strcmp(db_value(rows, 0, 0), "committed") == 0;
		version = db_int(rows, 0, 1);
		db_rows_free(rows);
	}
	db_params_free(p);
	db_session_free(s);
	return own;
}

static void one_of_many_writers_wins_each_version(void **state)
{
	enum { WRITERS = 4, last = 100 };
	int32_t pole = new_pole();
	int fds[2], own, sum = 0;
	struct db_rows *rows;

	assert_int_equal(pipe(fds), 0);
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0) {
			own = write_until(pole, last, i + 1);
			_exit(write(fds[1], &own, sizeof(own)) != sizeof(own));
		}
	close(fds[1]); /* a writer that fails is heard of by the end of the pipe */
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(read(fds[0], &own, sizeof(own)), sizeof(own));
		sum += own;
		wait(NULL);
	}
	assert_int_equal(sum, last);
	pole_param(pole);
	db_param_int8(params, 0);
	rows = must_query(session, "log_after", params);
	assert_int_equal(db_n_rows(rows), last);
	for (int i = 0; i < last; i++)
		assert_int_equal(db_int(rows, (size_t)i, 0), i + 1);
	db_rows_free(rows);
}

static int start(void **state)
{
	database_start_migrated(&database);
	session = daemon_session(&database);
	params = db_params_new();
	return 0;
}

static int stop(void **state)
{
	db_params_free(params);
	db_session_free(session);
	database_stop(&database);
	database_remove(&database);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_versions_and_knows_its_batches),
	    cmocka_unit_test(stands_on_the_batch_that_it_was_decided_on),
	    cmocka_unit_test(what_is_void_is_never_committed),
	    cmocka_unit_test(refuses_overlap),
	    cmocka_unit_test(tells_neighbours_apart),
	    cmocka_unit_test(refuses_what_overlaps_at_random),
	    cmocka_unit_test(refuses_what_the_constraint_would_not_see),
	    cmocka_unit_test(writes_new_bookings_and_changed_ones),
	    cmocka_unit_test(moves_and_cancels_in_one_group),
	    cmocka_unit_test(tells_bookings),
	    cmocka_unit_test(keeps_the_lane_of_the_cancelled),
	    cmocka_unit_test(tells_items),
	    cmocka_unit_test(tells_details),
	    cmocka_unit_test(loads_what_is_pending),
	    cmocka_unit_test(writes_no_other_pole),
	    cmocka_unit_test(tells_notes),
	    cmocka_unit_test(tells_the_rest),
	    cmocka_unit_test(keeps_answers_without_events),
	    cmocka_unit_test(reports_usage),
	    cmocka_unit_test(one_of_many_writers_wins_each_version),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
