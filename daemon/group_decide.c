/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides what waits: each command on the state that those before it would leave, then all is
 * undone.
 *
 * Undoing the group's changes right after deciding costs a microsecond a command and buys the
 * simplest truth about reads: memory is what is durable. For the second group the first is done
 * and undone once more. Rejected: leaving them applied while the
 * group is on its way. Reads would have to be kept back, or would show bookings that may never be.
 */
#include "daemon/group_parts.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/exchange.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/secret.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/verbs.h"
#include "lib/queue.h"

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

static bool answered_in(const struct exchange *list, struct exchange *x)
{
	for (const struct exchange *y = list; y && y != x; y = y->next)
		if (y->granted && y->person == x->person && y->request.key &&
		    strcmp(y->request.key, x->request.key) == 0) {
			answer_again(x, y->fingerprint, y->kept_reply);
			return true;
		}
	return false;
}

/* Whether the key was used before, by a kept answer or earlier in what is on its way; then the
 * reply is written. */
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
	return answered_in(s->groups.sent.list, x) || answered_in(s->groups.next.list, x);
}

static void decide_request(struct served *s, struct exchange *x, int64_t now)
{
	if (tick_is(x))
		tick_decide(s, x, now);
	else
		verb_actions[x->request.verb->id].decide(x, now);
}

/* A MOVE to where it stands already is granted, too, and changes nothing. Under a key it is in the
 * log as its booking as it is: so other daemons know what was answered. */
static void log_as_it_is(struct served *s, struct exchange *x)
{
	int64_t number = request_booking(&x->request, "booking");
	struct booking *b = (struct booking *)pole_booking(s->pole, number);

	if (b)
		changes_add_booking(&x->changes, CAUSE_NONE, b, booking_ref(b));
}

void group_decide(struct served *s, struct exchange *x, int64_t now)
{
	x->is_ok = false;
	decide_request(s, x, now);
	if (x->request.dry)
		return;
	if (x->changes.n)
		pole_apply(s->pole, &x->changes);
	if (tick_is(x) && tick_does_queue(x))
		settle_by_time(s->pole, now, &x->arena, &x->changes);
	else if (x->changes.n)
		settle(s->pole, now, &x->arena, &x->changes);
	else if (x->request.key && (x->tell || x->is_ok))
		log_as_it_is(s, x);
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
	if (tick_is(x))
		tick_ask(s, x);
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

void group_apply(struct served *s, const struct command_group *g)
{
	for (struct exchange *x = g->list; x; x = x->next)
		if (x->changes.n)
			pole_apply(s->pole, &x->changes);
}

void group_undo(struct served *s, const struct command_group *g)
{
	undo_all(s, g->list);
}

/* A policy: what is booked in the same group could name what only it brings. */
bool goes_alone(const struct exchange *x)
{
	return x->request.verb->id == VERB_POLICY_APPLY;
}

/* Whether there is time for others after this command: not while a long list of what is due is
 * worked off, nor along with what may be refused. */
static bool goes_on_after(struct served *s, const struct exchange *x, int64_t now)
{
	if (!tick_is(x))
		return true;
	if (!tick_does_queue(x))
		s->groups.minute = 0;
	if (x->changes.n == 0 && tick_is_due(s, now)) {
		log_error("pole=%s something is due, and nothing comes of it", s->name);
		tick_came_to_nothing(&s->groups);
	}
	return !tick_is_wanted(s, now) && !(x->changes.n && tick_is_suspect(&s->groups));
}

static void note_how_many(struct groups *g)
{
	size_t n = g->n_waiting + groups_n_sent(g);

	g->n_lately -= g->n_lately / 8;
	if (n > g->n_lately)
		g->n_lately = n;
}

void group_decide_waiting(struct served *s, struct command_group *group, int64_t now)
{
	struct groups *g = &s->groups;
	struct exchange **end = &group->list, *x;
	size_t most = g->solo ? 1 : GROUP_MAX_COMMANDS;
	int64_t began_us = metrics_now_us();

	note_how_many(g);
	if (tick_is_wanted(s, now))
		tick_push(s);
	g->minute = now / 60;
	group->at = now;
	group->n_commands = group->n_changes = 0;
	for (size_t i = 0; i < most && g->waiting; i++) {
		if (goes_alone(g->waiting) && i)
			break;
		x = waiting_pop(g);
		if (goes_alone(x))
			most = 1;
		*end = x;
		end = &x->next;
		decide_one(s, x, now);
		group->n_changes += x->changes.n;
		group->n_commands++;
		if (!goes_on_after(s, x, now))
			break;
	}
	if (g->solo)
		g->solo--;
	group_undo(s, group);
	histogram_add_us(&s->server->metrics.decide_us, metrics_now_us() - began_us);
	histogram_add_commands(&s->server->metrics.group_commands, group->n_commands);
}
