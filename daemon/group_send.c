/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A group on its way: sent, and what becomes of it; see group.h for each outcome. */
#include "daemon/group_parts.h"

#include <assert.h>
#include <event2/event.h>
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
			 s->groups.at);
}

/* As store_encode() counts them. */
static void note_for_watchers(struct served *s, const struct exchange *x, int64_t version, int *seq)
{
	for (size_t i = 0; i < x->changes.n; i++)
		watches_note(s, (struct log_point){version, ++*seq}, s->groups.at, x->person,
			     &x->changes.items[i]);
}

static void group_committed(struct served *s, int64_t version)
{
	struct groups *g = &s->groups;
	struct exchange *list = sent_take(g);
	int seq = 0;

	for (struct exchange *x = list; x; x = x->next) {
		g->n_commands++;
		g->n_changes += x->changes.n;
		if (!x->changes.n)
			continue;
		note_for_watchers(s, x, version, &seq);
		pole_apply(s->pole, &x->changes);
		keep_answer(s, x);
		if (x->policy_applied) {
			s->policy = (struct policy_record){version, g->at, x->person};
			log_info("pole=%s the policy of version %lld is applied, by p%u", s->name,
				 (long long)version, x->person);
			served_look_back(s);
		}
	}
	g->n_groups++;
	g->own_us = metrics_now_us();
	g->took_us = g->own_us - g->sent_us;
	if (version > s->version)
		s->last_at = g->at;
	s->version = version;
	memcpy(s->head, g->head, sizeof(s->head));
	list_finish(list);
	announce(s);
	watches_tell(s);
}

static bool is_of(const char *error, const char *const *classes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(error, classes[i], 2) == 0)
			return true;
	return false;
}

/* What is wrong by itself, and would be again: data, constraints, statements and functions, errors
 * of PostgreSQL's own. */
static const char *const lasting[] = {"22", "23", "42", "P0", "XX"};
/* Those that pole_commit can meet only where it found the pole at the version that it expected. */
static const char *const beyond_version[] = {"22", "23"};
#define IS_OF(error, classes) is_of(error, classes, sizeof(classes) / sizeof(*(classes)))

/* Where one command of the group is at fault, the others go without it. A lock that is not given, a
 * full disk: each alone would fare no better, and wait as long. */
static void group_refused(struct served *s, const char *error)
{
	struct groups *g = &s->groups;
	struct exchange *list = list_without_told(g, sent_take(g));
	size_t n = 0;

	for (struct exchange *x = list; x; x = x->next)
		n++;
	log_error("pole=%s the database refused a group of %zu: %s", s->name, n, error);
	if (n > 1 && IS_OF(error, lasting)) {
		g->solo += n;
		waiting_put_back(g, list);
	} else {
		if (list && tick_is(list))
			tick_failed(g, !IS_OF(error, lasting));
		list_fail(g, list, CODE_UNAVAILABLE);
	}
}

/* Another daemon was first; or the database is behind memory: it was restored, or a failover has
 * lost commits. */
static void group_behind(struct served *s, int64_t version)
{
	waiting_put_back(&s->groups, list_without_told(&s->groups, sent_take(&s->groups)));
	if (version > s->version) {
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
	g->was_lost = false;
	event_del(g->patience);
	event_del(g->again);
	waiting_put_back(g, list_without_told(g, sent_take(g)));
}

/* Of a group that was lost, an error says nothing of the first time: only one that is met beyond
 * the version says that it was not committed, and, as it would meet the same, never will be. */
static bool is_unknown(const struct groups *g, enum db_outcome outcome, const char *error)
{
	if (outcome == DB_LOST)
		return true;
	if (!g->was_lost)
		return false;
	return outcome == DB_DOWN || (outcome == DB_REFUSED && !IS_OF(error, beyond_version));
}

static void group_done(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		       const char *error)
{
	struct served *s = arg;
	struct groups *g = &s->groups;
	bool was_lost;

	if (is_unknown(g, outcome, error)) {
		g->state = GROUPS_UNKNOWN;
		g->was_lost = true;
		group_wait_with_patience(g);
		if (outcome == DB_REFUSED)
			event_add(g->again, &(struct timeval){.tv_sec = SEND_AGAIN_S});
		return;
	}
	event_del(g->patience);
	g->state = GROUPS_IDLE;
	was_lost = g->was_lost;
	g->was_lost = false;
	if (outcome == DB_OK) {
		s->server->database_down_since = 0;
		histogram_add_us(&s->server->metrics.commit_us, metrics_now_us() - g->sent_us);
	}
	if (outcome == DB_DOWN) {
		list_fail(g, sent_take(g), CODE_UNAVAILABLE);
	} else if (outcome == DB_REFUSED) {
		group_refused(s, error);
	} else if (strcmp(db_value(rows, 0, 0), "committed") == 0) {
		group_committed(s, db_int(rows, 0, 1));
		if (!was_lost) /* then the log may have gone on since */
			fresh_as_of(s, g->sent_us);
	} else {
		group_behind(s, db_int(rows, 0, 1));
		return;
	}
	follow_if_behind(s);
	groups_go_on(s);
}

void group_send(struct served *s)
{
	group_wait_with_patience(&s->groups);
	s->groups.state = GROUPS_SENT;
	s->groups.sent_us = metrics_now_us();
	db_query(s->server->commits, "pole_commit", s->groups.params, group_done, s);
}

void group_commit(struct served *s)
{
	struct groups *g = &s->groups;
	int64_t batch;

	if (getrandom(&batch, sizeof(batch), 0) != sizeof(batch))
		assert(!"getrandom");
	db_params_reset(g->params);
	store_encode(s, g->sent, g->at, batch, g->params, g->head);
	group_send(s);
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
		list_finish(sent_take(g));
		fresh_as_of(s, g->sent_us);
	} else if (outcome == DB_REFUSED) {
		log_error("pole=%s asking where it stands: %s", s->name, error);
		list_fail(g, sent_take(g), CODE_UNAVAILABLE);
	} else {
		waiting_put_back(g, list_without_told(g, sent_take(g)));
	}
	follow_if_behind(s);
	groups_go_on(s);
}

void group_ask(struct served *s)
{
	struct groups *g = &s->groups;

	group_wait_with_patience(g);
	g->state = GROUPS_ASKED;
	g->sent_us = metrics_now_us();
	db_params_reset(g->params);
	db_param_int4(g->params, s->id);
	db_query(s->server->commits, "pole_version", g->params, group_asked, s);
}
