/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A group on its way: sent, and what becomes of it; see group.h for each outcome. */
#include "daemon/group_parts.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "daemon/db.h"
#include "daemon/announce.h"
#include "daemon/exchange.h"
#include "daemon/follow.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/store.h"
#include "daemon/watch.h"

#define PATIENCE_US (GROUP_PATIENCE_S * INT64_C(1000000))
#define SEND_AGAIN_S 1 /* where the database refuses to say what became of a group */

void group_wait_with_patience(struct groups *g)
{
	if (!event_pending(g->patience, EV_TIMEOUT, NULL))
		event_add(g->patience, &(struct timeval){.tv_sec = GROUP_PATIENCE_S});
}

static void keep_answer(struct served *s, const struct exchange *x)
{
	if (x->granted && x->request.key)
		kept_add(&s->kept, x->person, x->request.key, x->fingerprint, x->kept_reply,
			 s->groups.sent.at);
}

/* As store_encode() counts them. */
static void note_for_watchers(struct served *s, const struct exchange *x, int64_t version, int *seq)
{
	for (size_t i = 0; i < x->changes.n; i++)
		watches_note(s, (struct log_point){version, ++*seq}, s->groups.sent.at, x->person,
			     &x->changes.items[i]);
}

static void apply_for_good(struct served *s, struct exchange *x, int64_t version, int *seq)
{
	note_for_watchers(s, x, version, seq);
	pole_apply(s->pole, &x->changes);
	keep_answer(s, x);
	if (!x->policy_applied)
		return;
	s->policy = (struct policy_record){version, s->groups.sent.at, x->person};
	log_info("pole=%s the policy of version %lld is applied, by p%u", s->name,
		 (long long)version, x->person);
	served_look_back(s);
}

static void append(struct exchange **list, struct exchange *more)
{
	while (*list)
		list = &(*list)->next;
	*list = more;
}

/* The second on its way becomes the first. */
static void go_on_with_next(struct served *s)
{
	struct groups *g = &s->groups;
	struct command_group done = g->sent;
	int64_t waited_us, left_us;

	g->sent = g->next;
	g->next = done;
	if (!g->sent.list)
		return;
	if (!g->sent.n_changes) {
		if (group_rests_on_memory(g->sent.list))
			group_ask(s);
		else
			append(&g->committed, group_take(&g->sent));
		return;
	}
	g->state = g->sent.was_lost ? GROUPS_UNKNOWN : GROUPS_SENT;
	waited_us = metrics_now_us() - g->sent.sent_us;
	left_us = waited_us < PATIENCE_US ? PATIENCE_US - waited_us : 0;
	event_add(g->patience, &(struct timeval){left_us / 1000000, left_us % 1000000});
}

static void group_committed(struct served *s, int64_t version)
{
	struct groups *g = &s->groups;
	int seq = 0;

	for (struct exchange *x = g->sent.list; x; x = x->next) {
		g->n_commands++;
		g->n_changes += x->changes.n;
		if (x->changes.n)
			apply_for_good(s, x, version, &seq);
		if (tick_is(x))
			tick_committed(s, x);
	}
	g->n_groups++;
	g->own_us = metrics_now_us();
	g->took_us = g->own_us - g->sent.sent_us;
	if (version > s->version)
		s->last_at = g->sent.at;
	s->version = version;
	memcpy(s->head, g->sent.head, sizeof(s->head));
	append(&g->committed, group_take(&g->sent));
	go_on_with_next(s);
}

void group_answer(struct served *s)
{
	struct exchange *list = s->groups.committed;

	if (!list)
		return;
	s->groups.committed = NULL;
	announce(s); /* first: whoever waits for its turn reads the log meanwhile */
	list_finish(list);
	watches_tell(s);
}

/* By what is wrong by itself, and would be again: data, constraints, statements and functions,
 * errors of PostgreSQL's own. */
static bool is_lasting(const char *error)
{
	static const char *const classes[] = {"22", "23", "42", "P0", "XX"};

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (strncmp(error, classes[i], 2) == 0)
			return true;
	return false;
}

/* Where one command of the group is at fault, the others go without it. A lock that is not given, a
 * full disk: each alone would fare no better, and wait as long. */
static void group_refused(struct served *s, const char *error)
{
	struct groups *g = &s->groups;
	struct exchange *list;
	size_t n = 0;

	groups_put_next_back(g);
	list = list_without_told(g, group_take(&g->sent));
	for (struct exchange *x = list; x; x = x->next)
		n++;
	if (n != 1 || !tick_is(list))
		log_error("pole=%s the database refused a group of %zu: %s", s->name, n, error);
	if (n > 1 && is_lasting(error)) {
		g->solo += n;
		waiting_put_back(g, list);
	} else {
		if (list && tick_is(list))
			tick_refused(s, list, error, !is_lasting(error));
		list_fail(g, list, CODE_UNAVAILABLE);
	}
}

/* Another daemon was first; or the database is behind memory: it was restored, or a failover has
 * lost commits. */
static void group_behind(struct served *s, int64_t version)
{
	groups_put_back(&s->groups);
	if (version > s->version) {
		announce_want(s);
		follow(s);
		return;
	}
	log_error("pole=%s memory is at version %lld, the database at %lld", s->name,
		  (long long)s->version, (long long)version);
	s->stale = true;
	groups_go_on(s);
}

void groups_disowned(struct served *s)
{
	struct groups *g = &s->groups;

	if (g->state != GROUPS_UNKNOWN)
		return;
	g->state = GROUPS_IDLE;
	event_del(g->patience);
	event_del(g->again);
	groups_put_back(g);
}

/* Of a group that was lost, an error says nothing of the first time. */
static bool is_unknown(const struct command_group *g, enum db_outcome outcome)
{
	return outcome == DB_LOST || (g->was_lost && outcome != DB_OK);
}

static void group_lost(struct groups *g, enum db_outcome outcome)
{
	g->state = GROUPS_UNKNOWN;
	g->sent.was_lost = true;
	if (!g->next.n_changes)
		groups_put_next_back(g);
	group_wait_with_patience(g);
	if (outcome == DB_REFUSED)
		event_add(g->again, &(struct timeval){.tv_sec = SEND_AGAIN_S});
}

/* Answers come in the order of the groups. Returns the one that it is for; NULL: none any more. */
static struct command_group *answered(struct groups *g)
{
	struct command_group *group = g->sent.is_owed ? &g->sent : &g->next;

	if (g->n_void) {
		g->n_void--;
		return NULL;
	}
	group->is_owed = false;
	return group;
}

static void go_on_after(struct served *s)
{
	follow_if_behind(s);
	if (s->groups.committed && !s->stale && db_link_is_up(served_commits(s)) &&
	    served_link_wanted(s) == s->link && group_is_worth_it(s))
		groups_turn(s); /* the database works while answers are written */
	group_answer(s);
	groups_go_on(s);
}

static void group_voided(void *arg, enum db_outcome outcome, const struct db_rows *rows,
			 const char *error)
{
	struct served *s = arg;
	struct groups *g = &s->groups;
	const char *answer;
	char *refused_by;

	g->sent.is_owed = false;
	if (outcome != DB_OK) {
		if (outcome == DB_REFUSED)
			log_error("pole=%s declaring a group void: %s", s->name, error);
		group_lost(g, outcome);
		return;
	}
	event_del(g->patience);
	g->state = GROUPS_IDLE;
	answer = db_value(rows, 0, 0);
	if (strcmp(answer, "behind") == 0) {
		group_behind(s, db_int(rows, 0, 1));
		return;
	}
	refused_by = g->sent.refused_by;
	g->sent.refused_by = NULL;
	if (strcmp(answer, "void") == 0)
		group_refused(s, refused_by);
	else
		group_committed(s, db_int(rows, 0, 1));
	free(refused_by);
	go_on_after(s);
}

static void group_void(struct served *s)
{
	struct groups *g = &s->groups;
	struct db_params *p = db_params_new();

	g->state = GROUPS_SENT;
	g->sent.is_owed = true;
	group_wait_with_patience(g);
	db_param_int4(p, s->id);
	db_param_int8(p, g->sent.version - 1);
	db_param_int8(p, g->sent.batch);
	db_query(served_commits(s), "pole_void", p, group_voided, s);
	db_params_free(p);
}

static void group_done(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		       const char *error)
{
	struct served *s = arg;
	struct groups *g = &s->groups;
	struct command_group *group = answered(g);
	bool was_lost = g->sent.was_lost;
	int64_t sent_us = g->sent.sent_us;

	if (!group)
		return;
	if (group == &g->next) { /* what became of the first is unknown, so of this one, too */
		group->was_lost = true;
		return;
	}
	if (is_unknown(group, outcome)) {
		if (outcome == DB_REFUSED && (is_lasting(error) || group->is_given_up)) {
			log_info("pole=%s what was lost is refused, and declared void: %s", s->name,
				 error);
			g->sent.refused_by = memory_strdup(error);
			group_void(s);
		} else {
			group_lost(g, outcome);
		}
		return;
	}
	event_del(g->patience);
	g->state = GROUPS_IDLE;
	if (outcome == DB_OK)
		histogram_add_us(&s->server->metrics.commit_us, metrics_now_us() - sent_us);
	if (outcome == DB_DOWN) {
		groups_put_next_back(g);
		list_fail(g, group_take(group), CODE_UNAVAILABLE);
	} else if (outcome == DB_REFUSED) {
		group_refused(s, error);
	} else if (strcmp(db_value(rows, 0, 0), "committed") == 0) {
		group_committed(s, db_int(rows, 0, 1));
		if (!was_lost) /* then the log may have gone on since */
			fresh_as_of(s, sent_us);
	} else {
		group_behind(s, db_int(rows, 0, 1));
		return;
	}
	go_on_after(s);
}

static void group_send(struct served *s, struct command_group *g)
{
	if (g == &s->groups.sent) {
		group_wait_with_patience(&s->groups);
		s->groups.state = GROUPS_SENT;
	}
	g->is_owed = true;
	g->sent_us = metrics_now_us();
	db_query(served_commits(s), "pole_commit", g->params, group_done, s);
}

void group_send_again(struct served *s)
{
	if (s->groups.sent.refused_by)
		group_void(s); /* sent again, it might find itself void already */
	else
		group_send(s, &s->groups.sent);
}

void group_commit(struct served *s, const struct command_group *after, struct command_group *g)
{
	if (getrandom(&g->batch, sizeof(g->batch), 0) != sizeof(g->batch))
		assert(!"getrandom");
	db_params_reset(g->params);
	store_encode(s, after, g);
	group_send(s, g);
}

/* Groups that change nothing */

bool group_rests_on_memory(const struct exchange *list)
{
	for (; list; list = list->next)
		if (!tick_is(list) && !list->request.dry && !list->repeated)
			return true;
	return false;
}

static void group_asked(void *arg, enum db_outcome outcome, const struct db_rows *rows,
			const char *error)
{
	struct served *s = arg;
	struct groups *g = &s->groups;
	int64_t version = 0;

	event_del(g->patience);
	g->state = GROUPS_IDLE;
	if (outcome == DB_OK)
		version = db_n_rows(rows) ? db_int(rows, 0, 0) : 0;
	if (outcome == DB_OK && version != s->version) {
		group_behind(s, version);
		return;
	}
	if (outcome == DB_OK) {
		list_finish(group_take(&g->sent));
		fresh_as_of(s, g->sent.sent_us);
	} else if (outcome == DB_REFUSED) {
		log_error("pole=%s asking where it stands: %s", s->name, error);
		list_fail(g, group_take(&g->sent), CODE_UNAVAILABLE);
	} else {
		groups_put_back(g);
	}
	follow_if_behind(s);
	groups_go_on(s);
}

void group_ask(struct served *s)
{
	struct groups *g = &s->groups;

	group_wait_with_patience(g);
	g->state = GROUPS_ASKED;
	g->sent.sent_us = metrics_now_us();
	db_params_reset(g->sent.params);
	db_param_int4(g->sent.params, s->id);
	db_query(served_commits(s), "pole_version", g->sent.params, group_asked, s);
}
