/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Daemons, and the pole that they serve: few things that many want, and a rule of each kind that
 * time or others act on. */
#include "tests/simulation/instance.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/policy_load.h"
#include "daemon/connection.h"
#include "daemon/db.h"
#include "daemon/exchange.h"
#include "daemon/follow.h"
#include "daemon/group.h"
#include "daemon/known.h"
#include "daemon/links.h"
#include "daemon/log.h"
#include "daemon/secret.h"
#include "daemon/served.h"
#include "daemon/shed.h"
#include "daemon/store.h"
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "tests/simulation/faulty_db.h"
#include "tests/simulation/faulty_stream.h"
#include "tests/simulation/tables.h"

#define CHECK_EVERY_US 400000 /* as in daemon/main.c */
#define CHECK_SELDOM_US 5000000
#define START_AGAIN_US 300000

static const char policy_text[] =
    "pole: sim\n"
    "name: Simulated\n"
    "zone: Europe/Paris\n"
    "language: en\n"
    "sites: {town: {name: Town}}\n"
    "members:\n"
    "  m01: {name: One, kind: association, class: founder, share: 10}\n"
    "  m02: {name: Two, kind: association, class: partner, share: 10}\n"
    "  m03: {name: Three, kind: association, class: small, share: 5}\n"
    "resources:\n"
    "  one: {name: One, kind: equipment, site: town, hours: always}\n"
    "  pair: {name: Pair, kind: equipment, site: town, hours: always, units: {pair-1: {}, pair-2: "
    "{}}}\n"
    "  rack: {name: Rack, kind: equipment, site: town, hours: always, units: {rack-1: {size: 1}, "
    "rack-2: {size: 2}, rack-3: {size: 3}}}\n"
    "  bike: {name: Bike, kind: equipment, site: town, hours: always, units: {bike-1: {}, bike-2: "
    "{}, bike-3: {}, bike-4: {}}}\n"
    "  laser: {name: Laser, kind: equipment, site: town, hours: always}\n"
    "  hall: {name: Hall, kind: premises, site: town, hours: always}\n"
    "  quick: {name: Quick, kind: premises, site: town, hours: always}\n"
    "  desk: {name: Desk, kind: premises, site: town, hours: always, units: {desk-1: {}, desk-2: "
    "{}}}\n"
    "  tent: {name: Tent, kind: equipment, site: town, hours: always, units: {tent-1: {}, tent-2: "
    "{}}}\n"
    "%s"
    "rules:\n"
    "  - {name: three bikes ahead, for: bike, quota: {of: member, at-most: 3 bookings, among: "
    "future}}\n"
    "  - {name: laser shared out, for: laser, quota: {of: member, at-most: 6h, per: calendar "
    "week}}\n"
    "  - {name: the hall is asked for, for: hall, approval: {by: manager, from: always, "
    "undecided-after: 5d, then: decline}}\n"
    "  - {name: granted unless somebody minds, for: quick, approval: {by: manager, from: always, "
    "undecided-after: 2s, then: grant}}\n"
    "  - {name: a short hold, for: tent, hold: 2s}\n";
static const char *const policy_more[] = {
    "", "  more: {name: More, kind: equipment, site: town, hours: always}\n"};

static struct policy *policy_made(size_t which)
{
	char *text = arena_printf(virtual_arena(), policy_text, policy_more[which]);
	struct policy_file file = {"pole.yaml", text, strlen(text)};
	struct problems problems = {0};
	struct policy *policy = NULL;

	if (policy_load(&file, 1, zone_from_system, NULL, &policy, &problems)) {
		fprintf(stderr, "%s\n", problem_text(&problems, &problems.items[0]));
		abort();
	}
	problems_clear(&problems);
	policy_hash(policy);
	return policy;
}

const char *person_token(unsigned person)
{
	return arena_printf(virtual_arena(), "aaaaaaaaaaaaaaaaaaaaaaaaa%c", 'a' + (int)person);
}

/* Making the pole */

static void commit_now(struct db_session *session, struct served *s, struct exchange *x)
{
	struct command_group g = {.list = x,
				  .at = served_now(s),
				  .batch = (int64_t)chance_below(INT64_MAX),
				  .params = db_params_new()};
	struct db_rows *rows = NULL;
	char why[512];

	store_encode(s, NULL, &g);
	if (db_session_query(session, "pole_commit", g.params, &rows, why))
		abort();
	pole_apply(s->pole, &x->changes);
	s->version = db_int(rows, 0, 1);
	memcpy(s->head, g.head, sizeof(g.head));
	db_rows_free(rows);
	db_params_free(g.params);
	exchange_free(x);
}

static struct person *person_made(const struct pole *pole, unsigned number,
				  const struct someone *someone)
{
	struct person *p = person_new(someone->name, "", 1, 0);

	p->number = number;
	p->member = someone->member ? pole_name_number(pole, NAME_MEMBER, 0, someone->member) : 0;
	p->roles = someone->roles;
	p->active = true;
	sha256_hex(someone->token, strlen(someone->token), p->credentials[0].hash);
	return p;
}

void pole_make_of(struct instance *i, struct policy *policy, const struct someone *people,
		  size_t n_people)
{
	struct served s = {.server = &i->server, .id = TABLES_POLE, .pole = pole_new()};
	struct db_session *session = NULL;
	struct exchange *x = exchange_new(&i->server, NULL, NULL);
	char why[512];

	if (db_session_new("", 0, &session, why))
		abort();
	pole_number(s.pole, policy, &x->changes);
	changes_add_policy(&x->changes, NULL, policy);
	commit_now(session, &s, x);
	x = exchange_new(&i->server, NULL, NULL);
	for (unsigned n = 1; n <= n_people; n++)
		changes_add_person(&x->changes, NULL, person_made(s.pole, n, &people[n - 1]));
	commit_now(session, &s, x);
	db_session_free(session);
	pole_free(s.pole);
}

void pole_make(struct instance *i)
{
	static const char *const members[] = {"m01", "m02", "m03"};
	struct someone people[N_PEOPLE];

	for (unsigned n = 1; n <= N_PEOPLE; n++)
		people[n - 1] =
		    (struct someone){.name = "Somebody",
				     .member = n == N_PEOPLE ? NULL : members[(n - 1) / 2],
				     .token = person_token(n),
				     .roles = ROLE_MEMBER | (n == N_PEOPLE ? ROLE_COORDINATOR : 0)};
	pole_make_of(i, policy_made(0), people, N_PEOPLE);
}

/* Serving it, as daemon/main.c does */

static void set_tick(struct instance *i)
{
	event_add(i->tick,
		  &(struct timeval){i->check_every_us / 1000000, i->check_every_us % 1000000});
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct instance *i = arg;

	follow_check_all(&i->server);
	set_tick(i);
}

static void start_again(void *arg)
{
	instance_start(arg);
}

static int load(struct served *s)
{
	struct db_session *session = NULL;
	char why[512];
	int r = store_session(s->server, &session, why);

	if (!r)
		r = store_load(session, s, why);
	db_session_free(session);
	return r;
}

void instance_start(struct instance *i)
{
	struct server *s = &i->server;

	virtual_act_as(&i->base);
	i->settings = (struct settings){.max_connections = 1000,
					.max_connections_per_address = 1000,
					.max_connections_per_member = 1000,
					.max_requests_per_member = 1024,
					.auth_timeout_s = 30,
					.idle_timeout_s = 600};
	*s = (struct server){.base = &i->base,
			     .settings = &i->settings,
			     .conninfo = "",
			     .on_connect = "",
			     .ahead_least = 1,
			     .started_at = server_clock()};
	i->served = served_new(s, TABLES_POLE, "sim");
	if (load(i->served)) {
		served_free(i->served);
		i->served = NULL;
		task_at(virtual_now_us() + START_AGAIN_US, &i->base, start_again, i);
		return;
	}
	server_add_pole(s, i->served);
	s->shed = shed_new(s->base);
	s->known = known_new(s);
	s->connections = connections_new(s, NULL);
	links_start(s);
	i->tick = event_new(s->base, -1, 0, on_tick, i);
	i->check_every_us = chance(50) ? CHECK_EVERY_US : CHECK_SELDOM_US;
	set_tick(i);
	i->alive = true;
}

void instance_crash(struct instance *i)
{
	if (!i->alive)
		return;
	i->alive = false;
	wires_lose_all(&i->base);
	connections_free(i->server.connections);
	links_end(&i->server); /* what it knew is gone */
	served_free(i->served);
	free(i->server.poles);
	known_free(i->server.known);
	shed_free(i->server.shed);
	i->served = NULL;
	tasks_drop(&i->base);
	i->base.stalled_until_us = 0;
}

void instance_apply_policy(struct instance *i)
{
	struct exchange *x = exchange_new(&i->server, NULL, NULL);
	struct policy *policy = policy_made(
	    pole_name_number(i->served->pole, NAME_RESOURCE, 0, "more") ? chance_below(2) : 1);

	x->served = i->served;
	x->request.verb = &verb_table[VERB_POLICY_APPLY];
	x->request.tag = "*";
	exchange_keep_policy(x, policy);
	groups_submit(i->served, x);
}
