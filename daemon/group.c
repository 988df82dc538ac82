/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides commands in groups and commits each group as one batch; see the header for what can
 * happen to it.
 *
 * A list owns each exchange: `waiting` until it is decided, `sent` while its group is on its way.
 * Undoing the group's changes right after deciding costs a microsecond a command and buys the
 * simplest truth about reads: memory is what is durable.
 *
 * Rejected: leaving the group's changes applied while it is on its way. Reads would have to be kept
 * back, or would show bookings that may never be.
 */

#include "daemon/group.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "daemon/secret.h"
#include "daemon/announce.h"
#include "daemon/db.h"
#include "daemon/exchange.h"
#include "daemon/follow.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/store.h"
#include "daemon/turns.h"
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "lib/decide_life.h"
#include "lib/queue.h"

#define TICK_MOST 200	 /* bookings; what is left is done by the next group */
#define TICK_RESTS_S 10	 /* after one that failed or came to nothing */
#define TICK_AGAIN_S 1	 /* after one that the database could not do for the moment */
#define SEND_AGAIN_S 1	 /* a group whose outcome is unknown, where the database refuses to say */
#define LOAD_AGAIN_S 1	 /* where it was not to be had a moment ago */
#define ALARM_MOST_S 300 /* the clock may be set meanwhile */
#define ALARM_SLACK_US 5000

/* Queue */

static struct exchange *waiting_pop(struct groups *g)
{
	struct exchange *x = g->waiting;

	if (!x)
		return NULL;
	g->waiting = x->next;
	if (!g->waiting)
		g->waiting_tail = NULL;
	g->n_waiting--;
	x->next = NULL;
	return x;
}

static void waiting_push(struct groups *g, struct exchange *x)
{
	x->next = NULL;
	if (g->waiting_tail)
		g->waiting_tail->next = x;
	else
		g->waiting = x;
	g->waiting_tail = x;
	g->n_waiting++;
}

/* Puts a group that is to be decided again before all that waits. */
static void waiting_put_back(struct groups *g, struct exchange *list)
{
	struct exchange *last = list;
	size_t n = 1;

	if (!list)
		return;
	for (; last->next; last = last->next)
		n++;
	last->next = g->waiting;
	if (!g->waiting)
		g->waiting_tail = last;
	g->waiting = list;
	g->n_waiting += n;
}

static void finish_list(struct exchange *list)
{
	struct exchange *next;

	for (struct exchange *x = list; x; x = next) {
		next = x->next;
		x->next = NULL;
		exchange_finish(x);
	}
}

static bool is_tick(const struct exchange *x)
{
	return x->request.verb == &verb_tick;
}

/* One that goes undone: what it was to do for this minute is still to be done. */
static void drop_tick(struct groups *g, const struct exchange *x)
{
	if (is_tick(x))
		g->minute = 0;
}

static void fail_list(struct groups *g, struct exchange *list, enum code code)
{
	struct line_writer w;

	for (struct exchange *x = list; x; x = x->next) {
		drop_tick(g, x);
		changes_clear(&x->changes);
		buffer_reset(&x->reply);
		reply_code(x, &w, code, NULL, 0);
		line_int(&w, "retry", 2);
		line_end(&w);
	}
	finish_list(list);
}

static void fail_waiting(struct groups *g, enum code code)
{
	struct exchange *list = g->waiting;

	g->waiting = g->waiting_tail = NULL;
	g->n_waiting = 0;
	g->solo = 0;
	fail_list(g, list, code);
}

/* Deciding */

/* By key, and within one key as written: the order of keys says nothing, that of a list does. */
static int by_key(const void *a, const void *b)
{
	const struct arg *x = *(const struct arg *const *)a, *y = *(const struct arg *const *)b;
	int order = strcmp(x->key, y->key);

	return order ? order : (x > y) - (x < y);
}

/* The hash of what was asked, without tag and key: tells a retry from another request under the
 * same key. */
static const char *request_fingerprint(struct exchange *x)
{
	size_t n = x->request.line.n_args;
	const struct arg **args = arena_new_n(&x->arena, const struct arg *, n);
	struct buffer b = {0};
	char *hash = arena_alloc(&x->arena, 65);

	for (size_t i = 0; i < n; i++)
		args[i] = &x->request.line.args[i];
	qsort(args, n, sizeof(*args), by_key);

	buffer_puts(&b, x->request.verb->word);
	if (x->request.verb->subword)
		buffer_puts(&b, x->request.verb->subword);
	for (size_t i = 0; i < n; i++) {
		const struct arg *arg = args[i];

		if (strcmp(arg->key, "key") == 0)
			continue;
		buffer_add(&b, "\n", 1);
		buffer_puts(&b, arg->key);
		buffer_add(&b, "=", 1);
		buffer_puts(&b, arg->value);
	}
	if (x->policy_hash)
		buffer_puts(&b, x->policy_hash);
	sha256_hex(b.bytes, b.n, hash);
	buffer_release(&b);
	return hash;
}

static void answer_again(struct exchange *x, const char *request, const char *reply)
{
	if (strcmp(request, x->fingerprint) == 0)
		buffer_puts(&x->reply, reply);
	else
		reply_fail(x, CODE_KEY_REUSED, FILLS({"key", x->request.key}));
}

/* Whether the key was used before, by a kept answer or earlier in this group; then the reply is
 * written. */
static bool answered_before(struct served *s, struct exchange *x)
{
	const struct kept_answer *kept;

	if (!x->request.key || x->request.dry)
		return false;
	kept = kept_find(&s->kept, x->person, x->request.key);
	if (kept) {
		answer_again(x, kept->request, kept->reply);
		return true;
	}
	for (struct exchange *y = s->groups.sent; y && y != x; y = y->next)
		if (y->granted && y->person == x->person && y->request.key &&
		    strcmp(y->request.key, x->request.key) == 0) {
			answer_again(x, y->fingerprint, y->kept_reply);
			return true;
		}
	return false;
}

static void decide_request(struct served *s, struct exchange *x, int64_t now)
{
	if (is_tick(x))
		decide_tick(s->pole, now, TICK_MOST, &x->arena, &x->changes);
	else
		verb_actions[x->request.verb->id].decide(x, now);
}

void group_decide(struct served *s, struct exchange *x, int64_t now)
{
	decide_request(s, x, now);
	if (x->request.dry)
		return;
	if (x->changes.n)
		pole_apply(s->pole, &x->changes);
	if (is_tick(x))
		settle_by_time(s->pole, now, &x->arena, &x->changes);
	else if (x->changes.n)
		settle(s->pole, now, &x->arena, &x->changes);
	x->granted = x->changes.n > 0;
}

static void decide_one(struct served *s, struct exchange *x, int64_t now)
{
	buffer_reset(&x->reply);
	changes_clear(&x->changes);
	x->granted = x->repeated = false;
	x->tell = NULL;
	if (x->token_hash && !exchange_is_allowed(x, x->token_hash))
		return;
	if (x->request.key && !x->fingerprint)
		x->fingerprint = request_fingerprint(x);
	x->repeated = answered_before(s, x);
	if (x->repeated)
		return;
	x->kept_reply = NULL;
	group_decide(s, x, now);
	if (x->tell)
		x->tell(x);
	if (x->request.dry)
		changes_clear(&x->changes);
	else if (x->granted && x->request.key && !x->kept_reply)
		x->kept_reply = arena_strndup(&x->arena, x->reply.bytes, x->reply.n);
}

static void undo_all(struct served *s, struct exchange *from)
{
	if (!from)
		return;
	undo_all(s, from->next);
	if (from->changes.n)
		pole_undo(s->pole, &from->changes);
}

/* A policy goes alone: what is booked in the same group could name what only it brings. */
static bool goes_alone(const struct exchange *x)
{
	return x->request.verb->id == VERB_POLICY_APPLY;
}

/* For how many seconds yet; 0: it does not rest. */
static int64_t tick_rests(const struct groups *g)
{
	int64_t left_us = g->tick_rests_until_us - metrics_now_us();

	return left_us > 0 ? 1 + left_us / 1000000 : 0;
}

/* Whether something should have happened by now. */
static bool is_due(const struct served *s, int64_t now)
{
	const struct booking *b = pole_first_due(s->pole);

	return b && b->due_at <= now && !tick_rests(&s->groups);
}

/* Whether somebody waits, and a minute has begun since they were asked. */
static bool is_time(const struct served *s, int64_t now)
{
	size_t n;

	pole_queue(s->pole, &n);
	return n > 0 && now / 60 > s->groups.minute && !tick_rests(&s->groups);
}

/* Whether a tick is, even if nobody asks for anything. */
static bool is_wanted(const struct served *s, int64_t now)
{
	return is_due(s, now) || is_time(s, now);
}

static void push_tick(struct served *s)
{
	struct exchange *x;

	if (s->groups.waiting && is_tick(s->groups.waiting))
		return;
	x = exchange_new(s->server, NULL, NULL);
	x->served = s;
	x->request.verb = &verb_tick;
	x->request.tag = "*";
	waiting_put_back(&s->groups, x);
}

/* Whether there is time for others after this command: not while a long list of what is due is
 * worked off. */
static bool goes_on_after(struct served *s, const struct exchange *x, int64_t now)
{
	if (!is_tick(x))
		return true;
	if (x->changes.n == 0 && is_due(s, now)) {
		log_error("pole=%s something is due, and nothing comes of it", s->name);
		s->groups.tick_rests_until_us = metrics_now_us() + TICK_RESTS_S * INT64_C(1000000);
	}
	return !is_due(s, now);
}

/* Moves up to a group's worth from `waiting` to `sent`, deciding each. Returns the number of
 * changes. */
static size_t decide_group(struct served *s, int64_t now)
{
	struct groups *g = &s->groups;
	struct exchange **end = &g->sent, *x;
	size_t most = g->solo ? 1 : GROUP_MAX_COMMANDS, n = 0, n_commands = 0;
	int64_t began_us = metrics_now_us();

	if (is_wanted(s, now))
		push_tick(s);
	g->minute = now / 60;
	for (size_t i = 0; i < most && g->waiting; i++) {
		if (goes_alone(g->waiting) && i)
			break;
		x = waiting_pop(g);
		if (goes_alone(x))
			most = 1;
		*end = x;
		end = &x->next;
		decide_one(s, x, now);
		n += x->changes.n;
		n_commands++;
		if (!goes_on_after(s, x, now))
			break;
	}
	if (g->solo)
		g->solo--;
	undo_all(s, g->sent);
	histogram_add_us(&s->server->metrics.decide_us, metrics_now_us() - began_us);
	histogram_add_commands(&s->server->metrics.group_commands, n_commands);
	return n;
}

static struct exchange *take_sent(struct groups *g)
{
	struct exchange *list = g->sent;

	g->sent = NULL;
	return list;
}

/* Outcomes */

static void group_done(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		       const char *error);

static void wait_with_patience(struct groups *g)
{
	if (!event_pending(g->patience, EV_TIMEOUT, NULL))
		event_add(g->patience, &(struct timeval){.tv_sec = GROUP_PATIENCE_S});
}

static void group_send(struct served *s)
{
	wait_with_patience(&s->groups);
	s->groups.state = GROUPS_SENT;
	s->groups.sent_us = metrics_now_us();
	db_query(s->server->commits, "pole_commit", s->groups.params, group_done, s);
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
	struct exchange *list = take_sent(g);
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
	finish_list(list);
	announce(s);
	watches_tell(s);
}

/* Drops those who were told that the outcome is unknown: nobody waits for them. */
static struct exchange *without_told(struct groups *g, struct exchange *list)
{
	struct exchange *kept = NULL, **end = &kept, *next;

	for (struct exchange *x = list; x; x = next) {
		next = x->next;
		x->next = NULL;
		if (x->told) {
			drop_tick(g, x);
			exchange_free(x);
			continue;
		}
		*end = x;
		end = &x->next;
	}
	return kept;
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
/* Those that pole_commit can meet only once it has found the pole at the version that it expected.
 */
static const char *const beyond_version[] = {"22", "23"};
#define IS_OF(error, classes) is_of(error, classes, sizeof(classes) / sizeof(*(classes)))

static void tick_refused(struct served *s, const char *error)
{
	struct groups *g = &s->groups;

	g->tick_owed = !IS_OF(error, lasting);
	g->tick_rests_until_us =
	    metrics_now_us() + (g->tick_owed ? TICK_AGAIN_S : TICK_RESTS_S) * INT64_C(1000000);
}

/* Where one command of the group is at fault, the others go without it. A lock that is not given, a
 * full disk: each alone would fare no better, and wait as long. */
static void group_refused(struct served *s, const char *error)
{
	struct groups *g = &s->groups;
	struct exchange *list = without_told(g, take_sent(g));
	size_t n = 0;

	for (struct exchange *x = list; x; x = x->next)
		n++;
	log_error("pole=%s the database refused a group of %zu: %s", s->name, n, error);
	if (n > 1 && IS_OF(error, lasting)) {
		g->solo += n;
		waiting_put_back(g, list);
	} else {
		if (list && is_tick(list))
			tick_refused(s, error);
		fail_list(g, list, CODE_UNAVAILABLE);
	}
}

/* Another daemon was first; or the database is behind memory: it was restored, or a failover has
 * lost commits. */
static void group_behind(struct served *s, int64_t version)
{
	waiting_put_back(&s->groups, without_told(&s->groups, take_sent(&s->groups)));
	if (version > s->version) {
		follow(s);
		return;
	}
	log_error("pole=%s memory is at version %lld, the database at %lld", s->name,
		  (long long)s->version, (long long)version);
	s->stale = true;
	groups_go_on(s);
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
		wait_with_patience(g);
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
		fail_list(g, take_sent(g), CODE_UNAVAILABLE);
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

/* When something is to be done next although nobody asks; 0: never. */
static int64_t next_due(const struct served *s)
{
	const struct booking *b = pole_first_due(s->pole);
	int64_t due = 0, minute = (s->groups.minute + 1) * 60;
	int64_t rests = tick_rests(&s->groups), rests_until = server_clock() + rests;
	size_t n_waiting;

	pole_queue(s->pole, &n_waiting);
	if (b)
		due = b->due_at;
	if (n_waiting > 0 && (!due || minute < due))
		due = minute;
	return due && rests && due < rests_until ? rests_until : due;
}

static void set_alarm(struct served *s)
{
	struct groups *g = &s->groups;
	int64_t due = next_due(s), wait_us;
	struct timespec now;

	if (due == g->alarm_at && (due == 0 || event_pending(g->alarm, EV_TIMEOUT, NULL)))
		return;
	g->alarm_at = due;
	if (due == 0) {
		event_del(g->alarm);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	wait_us = due - now.tv_sec > ALARM_MOST_S
		      ? ALARM_MOST_S * INT64_C(1000000)
		      : (due - now.tv_sec) * 1000000 - now.tv_nsec / 1000;
	wait_us = wait_us > 0 ? wait_us + ALARM_SLACK_US : ALARM_SLACK_US;
	event_add(g->alarm, &(struct timeval){wait_us / 1000000, wait_us % 1000000});
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
	waiting_put_back(g, without_told(g, take_sent(g)));
}

/* Groups that change nothing */

/* Whether an answer rests on what memory says of the pole. What is known under a key stays so. */
static bool rests_on_memory(const struct exchange *list)
{
	for (; list; list = list->next)
		if (!is_tick(list) && !list->request.dry && !list->repeated)
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
		finish_list(take_sent(g));
		fresh_as_of(s, g->sent_us);
	} else if (outcome == DB_REFUSED) {
		log_error("pole=%s asking where it stands: %s", s->name, error);
		fail_list(g, take_sent(g), CODE_UNAVAILABLE);
	} else {
		waiting_put_back(g, without_told(g, take_sent(g)));
	}
	follow_if_behind(s);
	groups_go_on(s);
}

static void group_ask(struct served *s)
{
	struct groups *g = &s->groups;

	wait_with_patience(g);
	g->state = GROUPS_ASKED;
	g->sent_us = metrics_now_us();
	db_params_reset(g->params);
	db_param_int4(g->params, s->id);
	db_query(s->server->commits, "pole_version", g->params, group_asked, s);
}

/* False: it is this daemon's turn. */
static bool yields(struct served *s)
{
	int64_t wait_us = turns_wait_us(s);

	if (wait_us && !event_pending(s->groups.yield, EV_TIMEOUT, NULL))
		event_add(s->groups.yield, &(struct timeval){.tv_usec = wait_us});
	return wait_us;
}

/* The turn: what came in one turn of the loop is decided together. */

static void group_turn(evutil_socket_t fd, short what, void *arg)
{
	struct served *s = arg;
	struct groups *g = &s->groups;
	int64_t batch;

	if (!db_link_is_up(s->server->commits)) {
		fail_waiting(g, CODE_UNAVAILABLE);
		return;
	}
	if (s->doubtful && !s->following)
		fail_waiting(g, CODE_UNAVAILABLE);
	if (g->state != GROUPS_IDLE || s->following || s->loading || s->doubtful)
		return;
	if (s->stale) {
		if (served_load_anew(s)) {
			fail_waiting(g, CODE_UNAVAILABLE);
			event_add(g->again, &(struct timeval){.tv_sec = LOAD_AGAIN_S});
			return;
		}
		groups_go_on(s);
		return;
	}
	event_del(g->patience);
	if (g->waiting && yields(s))
		return;
	g->at = served_now(s);
	if (g->tick_owed && tick_rests(g))
		fail_waiting(g, CODE_UNAVAILABLE);
	else
		g->tick_owed = false;
	if (!g->waiting && !is_wanted(s, g->at)) {
		set_alarm(s);
		return;
	}
	if (decide_group(s, g->at) == 0) {
		if (rests_on_memory(g->sent)) {
			group_ask(s);
			return;
		}
		finish_list(take_sent(g));
		groups_go_on(s);
		return;
	}
	if (getrandom(&batch, sizeof(batch), 0) != sizeof(batch))
		assert(!"getrandom");
	db_params_reset(g->params);
	store_encode(s, g->sent, g->at, batch, g->params, g->head);
	group_send(s);
}

void groups_give_up(struct served *s)
{
	struct server *server = s->server;

	if (s->groups.sent && !server->database_down_since)
		server->database_down_since = s->groups.at; /* it may be up, but it says nothing */
	struct exchange *list = NULL, **end = &list;
	enum code code = s->groups.state == GROUPS_ASKED ? CODE_UNAVAILABLE : CODE_UNKNOWN_OUTCOME;

	for (struct exchange *x = s->groups.sent; x; x = x->next) {
		struct exchange *ghost;
		struct line_writer w;

		if (x->told)
			continue;
		ghost = exchange_ghost(x);
		reply_code(ghost, &w, code, NULL, 0);
		line_int(&w, "retry", 5);
		line_end(&w);
		*end = ghost;
		end = &ghost->next;
	}
	finish_list(list);
	fail_waiting(&s->groups, CODE_UNAVAILABLE);
}

static void group_patience(evutil_socket_t fd, short what, void *arg)
{
	groups_give_up(arg);
}

void groups_submit(struct served *s, struct exchange *x)
{
	waiting_push(&s->groups, x);
	groups_go_on(s);
}

/* After one more look at the sockets: who was answered just now asks for the next thing meanwhile,
 * and goes along. Without, clients fall into two halves of which one waits for the other's group.
 * Asked for again, it does not begin anew: else those who keep asking would put it off for ever. */
static void ask_for_turn(struct groups *g)
{
	static const struct timeval at_once;

	if (!event_pending(g->turn, EV_TIMEOUT, NULL))
		event_add(g->turn, &at_once);
}

void groups_go_on(struct served *s)
{
	struct groups *g = &s->groups;
	bool up = db_link_is_up(s->server->commits);

	if (g->state == GROUPS_UNKNOWN && up) {
		if (s->doubtful || event_pending(g->again, EV_TIMEOUT, NULL))
			return;
		log_info("pole=%s asking again what became of a group", s->name);
		group_send(s);
	} else if (!up) {
		if (g->waiting || s->stale)
			ask_for_turn(g);
	} else if (g->state == GROUPS_IDLE && !s->following && !s->loading) {
		if (g->waiting || s->stale || is_wanted(s, served_now(s)))
			ask_for_turn(g);
		else
			set_alarm(s);
	} else if (s->loading && g->waiting) {
		wait_with_patience(g);
	}
}

static void group_again(evutil_socket_t fd, short what, void *arg)
{
	groups_go_on(arg);
}

static void group_alarm(evutil_socket_t fd, short what, void *arg)
{
	groups_go_on(arg);
}

void groups_database_down(struct served *s)
{
	fail_waiting(&s->groups, CODE_UNAVAILABLE);
}

void groups_init(struct groups *g, struct served *s)
{
	*g = (struct groups){.params = db_params_new()};
	g->turn = event_new(s->server->base, -1, 0, group_turn, s);
	g->patience = evtimer_new(s->server->base, group_patience, s);
	g->yield = evtimer_new(s->server->base, group_again, s);
	g->again = evtimer_new(s->server->base, group_again, s);
	g->alarm = evtimer_new(s->server->base, group_alarm, s);
}

void groups_release(struct groups *g)
{
	struct exchange *x, *list = take_sent(g);

	while ((x = list)) {
		list = x->next;
		exchange_free(x);
	}
	while ((x = waiting_pop(g)))
		exchange_free(x);
	event_free(g->turn);
	event_free(g->patience);
	event_free(g->again);
	event_free(g->yield);
	event_free(g->alarm);
	db_params_free(g->params);
}

bool groups_are_idle(const struct groups *g)
{
	return g->state == GROUPS_IDLE && !g->waiting;
}
