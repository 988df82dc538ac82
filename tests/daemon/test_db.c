/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links: order, outcomes, the connection lost at every point, streams that are held back. */
#include "daemon/db.h"

#include <event2/event.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/embedded.h"
#include "tests/daemon/database.h"

#define T0 1800000000
#define MAX_CALLS 64

static struct database database;
static struct db_session *owner;

struct call {
	struct fixture *f;
	bool told;
	int order; /* it was the n-th to be told */
	enum db_outcome outcome;
	char text[64], error[512];
};

struct fixture {
	struct event_base *base;
	struct db_link *link;
	struct db_params *params;
	int32_t pole;
	int ups, downs, n_told, notified;
	int told_at_down; /* n_told when `down` came */
	char payload[64];
	struct call calls[MAX_CALLS];
	size_t rows, pause_every;
	void (*in_callback)(struct fixture *f);
};

static void on_up(void *arg)
{
	((struct fixture *)arg)->ups++;
}

static void on_down(void *arg, const char *why)
{
	struct fixture *f = arg;

	assert_true(*why);
	f->downs++;
	f->told_at_down = f->n_told;
}

static void on_notified(void *arg, const char *channel, const char *payload)
{
	struct fixture *f = arg;

	assert_string_equal(channel, "mutuald");
	snprintf(f->payload, sizeof(f->payload), "%s", payload);
	f->notified++;
}

static const struct db_link_ops ops = {on_up, on_down, on_notified};

static void on_done(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		    const char *error)
{
	struct call *c = arg;

	assert_false(c->told);
	c->told = true;
	c->order = ++c->f->n_told;
	c->outcome = outcome;
	snprintf(c->error, sizeof(c->error), "%s", error);
	assert_true((outcome == DB_OK) == !*error);
	if (rows)
		snprintf(c->text, sizeof(c->text), "%s", db_value(rows, 0, 0));
	if (c->f->in_callback)
		c->f->in_callback(c->f);
}

static void turn(struct fixture *f)
{
	assert_int_equal(event_base_loop(f->base, EVLOOP_ONCE), 0);
}

static void until_told(struct fixture *f, int n)
{
	while (f->n_told < n)
		turn(f);
}

static void begin(struct fixture *f, const char *on_connect)
{
	static int n;
	struct db_rows *rows;
	char name[32];

	*f = (struct fixture){.base = event_base_new(), .params = db_params_new()};
	for (int i = 0; i < MAX_CALLS; i++)
		f->calls[i].f = f;
	snprintf(name, sizeof(name), "link-%d", ++n);
	db_param_text(f->params, name);
	rows = must_query(owner, "pole_ensure", f->params);
	f->pole = (int32_t)db_int(rows, 0, 0);
	db_rows_free(rows);
	f->link =
	    db_link_new(f->base, embedded_conninfo(database.embedded), "test", on_connect, &ops, f);
	assert_int_equal(f->ups, 0);
}

static void begin_up(struct fixture *f)
{
	begin(f, NULL);
	while (!f->ups)
		turn(f);
	assert_true(db_link_is_up(f->link));
}

static void end(struct fixture *f)
{
	db_link_free(f->link);
	db_params_free(f->params);
	event_base_free(f->base);
}

/* Commits booking `i` + 1 as version i + 1: lane 1, hour i. */
static void commit(struct fixture *f, int i)
{
	struct sample a = {i + 1, 1, "{[1,2)}", T0 + i * 3600, T0 + i * 3600 + 3600, NULL};

	group_params(f->params, &(struct group){f->pole, i, 1000 + i, T0, &a, 1});
	db_query(f->link, "pole_commit", f->params, on_done, &f->calls[i]);
}

static void end_backends(void)
{
	must_exec(
	    owner,
	    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'mutuald'");
}

static void tells_in_order(void **state)
{
	struct fixture f;

	begin_up(&f);
	for (int i = 0; i < 20; i++)
		commit(&f, i);
	assert_int_equal(f.n_told, 0);
	assert_int_equal(db_link_outstanding(f.link), 20);
	until_told(&f, 20);
	assert_int_equal(db_link_outstanding(f.link), 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(f.calls[i].outcome, DB_OK);
		assert_int_equal(f.calls[i].order, i + 1);
		assert_string_equal(f.calls[i].text, "committed");
	}
	end(&f);
}

static void an_error_leaves_its_neighbours_alone(void **state)
{
	struct fixture f;
	struct sample overlap = {9, 1, "{[1,2)}", T0, T0 + 60, NULL};

	begin_up(&f);
	commit(&f, 0);
	group_params(f.params, &(struct group){f.pole, 1, 7, T0, &overlap, 1});
	db_query(f.link, "pole_commit", f.params, on_done, &f.calls[10]);
	commit(&f, 1);
	until_told(&f, 3);
	assert_int_equal(f.calls[0].outcome, DB_OK);
	assert_int_equal(f.calls[10].outcome, DB_REFUSED);
	assert_memory_equal(f.calls[10].error, "23P01", 5);
	assert_int_equal(f.calls[1].outcome, DB_OK);
	assert_string_equal(f.calls[1].text, "committed");
	assert_int_equal(f.downs, 0);
	end(&f);
}

/* Parameters that do not fit: the statement cannot be prepared or bound, and the next use is right
 * again. */
static void a_statement_that_fails_can_be_used_again(void **state)
{
	struct fixture f;

	begin_up(&f);
	db_params_reset(f.params);
	db_param_int8(f.params, f.pole);
	db_query(f.link, "load_names", f.params, on_done, &f.calls[0]);
	db_params_reset(f.params);
	db_param_int4(f.params, f.pole);
	db_query(f.link, "load_names", f.params, on_done, &f.calls[1]);
	must_exec(owner, "alter table credential rename to elsewhere");
	db_query(f.link, "load_credentials", f.params, on_done, &f.calls[2]);
	db_query(f.link, "load_credentials", f.params, on_done, &f.calls[3]);
	until_told(&f, 4);
	must_exec(owner, "alter table elsewhere rename to credential");
	db_query(f.link, "load_credentials", f.params, on_done, &f.calls[4]);
	until_told(&f, 5);
	assert_int_equal(f.calls[0].outcome, DB_REFUSED);
	assert_int_equal(f.calls[1].outcome, DB_OK);
	assert_int_equal(f.calls[2].outcome, DB_REFUSED);
	assert_memory_equal(f.calls[2].error, "42P01", 5);
	assert_int_equal(f.calls[3].outcome, DB_REFUSED);
	assert_int_equal(f.calls[4].outcome, DB_OK);
	end(&f);
}

/* Its results come before the commit does: they must not be taken for the outcome. */
static void a_commit_that_fails_is_refused(void **state)
{
	struct fixture f;

	begin_up(&f);
	must_exec(owner, "create function no_commit() returns trigger language plpgsql as "
			 "$$ begin raise exception 'not today'; end $$; "
			 "create constraint trigger no_commit after insert on event deferrable "
			 "initially deferred "
			 "for each row execute function no_commit()");
	commit(&f, 0);
	until_told(&f, 1);
	must_exec(owner, "drop trigger no_commit on event; drop function no_commit");
	assert_int_equal(f.calls[0].outcome, DB_REFUSED);
	assert_non_null(strstr(f.calls[0].error, "not today"));
	f.calls[0].told = false;
	commit(&f, 0);
	until_told(&f, 2);
	assert_int_equal(f.calls[0].outcome, DB_OK);
	assert_string_equal(f.calls[0].text, "committed");
	end(&f);
}

static void a_lost_connection_is_made_again(void **state)
{
	struct fixture f;

	begin_up(&f);
	must_exec(owner, "begin; lock table pole in access exclusive mode");
	for (int i = 0; i < 3; i++)
		commit(&f, i);
	end_backends();
	until_told(&f, 3);
	must_exec(owner, "commit");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(f.calls[i].outcome, DB_LOST);
		assert_int_equal(f.calls[i].order, i + 1);
	}
	while (!f.downs)
		turn(&f);
	assert_int_equal(f.told_at_down, 3);
	assert_false(db_link_is_up(f.link));
	commit(&f, 3);
	assert_false(f.calls[3].told); /* not before the call returns */
	until_told(&f, 4);
	assert_int_equal(f.calls[3].outcome, DB_DOWN);
	while (f.ups < 2)
		turn(&f);
	f.calls[0].told = false;
	commit(&f, 0);
	until_told(&f, 5);
	assert_int_equal(f.calls[0].outcome, DB_OK);
	assert_string_equal(f.calls[0].text, "committed");
	end(&f);
}

static void a_server_that_does_not_answer_is_left(void **state)
{
	struct fixture f;

	begin_up(&f);
	db_link_set_patience(f.link, 200);
	must_exec(owner, "begin; lock table pole in access exclusive mode");
	commit(&f, 0);
	until_told(&f, 1);
	must_exec(owner, "commit");
	assert_int_equal(f.calls[0].outcome, DB_LOST);
	assert_non_null(strstr(f.calls[0].error, "does not answer"));
	end(&f);
}

static void does_without_a_server(void **state)
{
	struct fixture f;

	begin(&f, NULL);
	db_link_free(f.link);
	f.link = db_link_new(f.base, "host=/nowhere", "test", NULL, &ops, &f);
	commit(&f, 0);
	until_told(&f, 1);
	assert_int_equal(f.calls[0].outcome, DB_DOWN);
	assert_int_equal(f.ups, 0);
	assert_int_equal(f.downs, 0);
	db_link_kick(f.link);
	turn(&f);
	end(&f);
}

static void sets_up_and_is_notified(void **state)
{
	struct fixture f;
	char expected[64];

	begin(&f, "set statement_timeout = '9s'; listen mutuald");
	while (!f.ups)
		turn(&f);
	db_params_reset(f.params);
	db_param_int4(f.params, f.pole);
	db_param_int8(f.params, 1);
	db_param_bool(f.params, false);
	db_query(f.link, "pole_announce", f.params, on_done, &f.calls[0]);
	snprintf(expected, sizeof(expected), "%d 1", f.pole);
	while (!f.notified ||
	       strcmp(f.payload, expected) != 0) /* a lost one of before may be told late */
		turn(&f);
	until_told(&f, 1);
	end(&f);
}

static void a_set_up_that_fails_is_tried_again(void **state)
{
	struct fixture f;

	begin(&f, "select * from made_later; listen mutuald");
	for (int i = 0; i < 12; i++)
		turn(&f);
	assert_int_equal(f.ups, 0);
	must_exec(owner,
		  "create view made_later as select 1; grant select on made_later to mutuald");
	while (!f.ups)
		turn(&f);
	must_exec(owner, "drop view made_later");
	end(&f);
}

static void on_row(void *arg, const struct db_rows *one)
{
	struct call *c = arg;

	assert_int_equal(db_n_rows(one), 1);
	assert_int_equal(db_int(one, 0, 0), c->f->rows + 1);
	c->f->rows++;
	if (c->f->pause_every && c->f->rows % c->f->pause_every == 0)
		db_link_pause(c->f->link);
}

static void fill(struct fixture *f, int64_t n)
{
	struct sample *all = calloc((size_t)n, sizeof(*all));

	for (int64_t i = 0; i < n; i++)
		all[i] = (struct sample){i + 1, 1, NULL, T0 + i, T0 + i + 1, "cancelled"};
	group_params(f->params, &(struct group){f->pole, 0, 1, T0, all, (size_t)n,
						.note = "a note of some length"});
	db_rows_free(must_query(owner, "pole_commit", f->params));
	free(all);
}

static void begin_stream(struct fixture *f)
{
	list_params(f->params, f->pole, "cancelled");
	db_stream(f->link, "list_bookings", f->params, on_row, on_done, &f->calls[0]);
}

static void streams_and_can_be_held_back(void **state)
{
	enum { ROWS = 5000 };
	struct fixture f;

	begin_up(&f);
	fill(&f, ROWS);
	f.pause_every = 500;
	begin_stream(&f);
	db_query(f.link, "poles", NULL, on_done, &f.calls[1]);
	for (size_t reached = 500; reached <= ROWS; reached += 500) {
		while (f.rows < reached)
			turn(&f);
		for (int i = 0; i < 20; i++)
			event_base_loop(f.base, EVLOOP_NONBLOCK);
		assert_int_equal(f.rows, reached);
		assert_false(f.calls[0].told);
		db_link_resume(f.link);
	}
	until_told(&f, 2);
	assert_int_equal(f.calls[0].outcome, DB_OK);
	assert_int_equal(f.calls[1].outcome, DB_OK);
	end(&f);
}

static void a_stream_can_be_lost(void **state)
{
	struct fixture f;

	begin_up(&f);
	fill(&f, 20000);
	f.pause_every = 100;
	begin_stream(&f);
	while (f.rows < 100)
		turn(&f);
	end_backends();
	f.pause_every = 0;
	db_link_resume(f.link);
	until_told(&f, 1);
	assert_int_equal(f.calls[0].outcome, DB_LOST);
	assert_true(f.rows < 20000);
	end(&f);
}

static void free_link(struct fixture *f)
{
	db_link_free(f->link);
	f->link = NULL;
}

static void may_be_freed_in_a_callback(void **state)
{
	struct fixture f;

	begin_up(&f);
	f.in_callback = free_link;
	for (int i = 0; i < 5; i++)
		commit(&f, i);
	until_told(&f, 1);
	for (int i = 0; i < 5; i++)
		event_base_loop(f.base, EVLOOP_NONBLOCK);
	assert_int_equal(f.n_told, 1);
	end(&f);
}

static void query_again(struct fixture *f)
{
	if (f->n_told < 30)
		db_query(f->link, "poles", NULL, on_done, &f->calls[f->n_told]);
}

static void may_be_queried_in_a_callback(void **state)
{
	struct fixture f;

	begin_up(&f);
	f.in_callback = query_again;
	db_query(f.link, "poles", NULL, on_done, &f.calls[0]);
	until_told(&f, 10);
	end_backends();
	until_told(&f, 30);
	end(&f);
}

static int start(void **state)
{
	database_start_migrated(&database);
	owner = owner_session(&database);
	return 0;
}

static int stop(void **state)
{
	db_session_free(owner);
	database_stop(&database);
	database_remove(&database);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_in_order),
	    cmocka_unit_test(an_error_leaves_its_neighbours_alone),
	    cmocka_unit_test(a_statement_that_fails_can_be_used_again),
	    cmocka_unit_test(a_commit_that_fails_is_refused),
	    cmocka_unit_test(a_lost_connection_is_made_again),
	    cmocka_unit_test(a_server_that_does_not_answer_is_left),
	    cmocka_unit_test(does_without_a_server),
	    cmocka_unit_test(sets_up_and_is_notified),
	    cmocka_unit_test(a_set_up_that_fails_is_tried_again),
	    cmocka_unit_test(streams_and_can_be_held_back),
	    cmocka_unit_test(a_stream_can_be_lost),
	    cmocka_unit_test(may_be_freed_in_a_callback),
	    cmocka_unit_test(may_be_queried_in_a_callback),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
