/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A log, decided again.
 *
 * One pole in memory stands where the log stands. Of each command the request is read back and
 * decided on it; what comes out is applied, encoded, and compared with the log's rows. Where they
 * differ the pole goes on as the log says, so that one difference does not make all that follow
 * different; but where the row was altered since (its hash says so), or could not be (two bookings
 * in one place), it goes on with what was decided here.
 *
 * Memory grows with the pole: nothing is forgotten on the way. A daemon forgets what its rules do
 * not look back on; that this makes no difference is part of what is verified.
 */
#include "daemon/replay.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/exchange.h"
#include "daemon/group.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/store.h"
#include "proto/change_text.h"
#include "proto/request_text.h"

#define CONNECT_WITHIN_S 10
#define WHY_BYTES 512
#define SHOWN_OF_COMMAND 3
#define SHA256_KEY "sha256="
/* What is granted and changes nothing is logged for its key, so what is in the log was: not the key
 * that the log has, for there was a time when that was logged without one, too. */
#define KEY_OF_LOGGED "logged"

struct replaying {
	struct replay_report *report;
	struct server server;
	struct served served;
	struct db_session *policies; /* their files, while the log is being read */
	char why[WHY_BYTES];	     /* it cannot go on; "": it can */
};

/* Requests */

/* What can be decided again: it is known what was asked, and no random number was in it. */
static bool is_decidable(const struct verb *v)
{
	return v->changes && v->id != VERB_PERSON_ADD && v->id != VERB_PERSON_TOKEN;
}

static bool has_note(const struct logged *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->events[i].kind, change_kind_words[CHANGE_NOTE]) == 0)
			return true;
	return false;
}

/* Any text in the place of those that were left out of the log, where one left a note. */
static const char *with_texts(const struct logged *l, const struct verb *v, struct arena *a)
{
	const char *text = arena_printf(a, "r %s", l->request);

	for (const struct verb_key *k = v->keys; has_note(l) && *k->key; k++)
		if (!request_key_is_told(k) && !k->required)
			text = arena_printf(a, "%s %s=-", text, k->key);
	return text;
}

static bool decode(struct exchange *x, const char *text)
{
	struct request_error error;

	return request_decode(text, strlen(text), &x->arena, &x->request, &error) == REQUEST_OK;
}

static bool is_time(const char *request)
{
	size_t n = strlen(verb_tick.word);

	return strncmp(request, verb_tick.word, n) == 0 && (!request[n] || request[n] == ' ');
}

/* Reads the request back. False: it cannot be decided again. */
static bool read_request(struct exchange *x, const struct logged *l)
{
	size_t at;

	if (!l->request)
		return false;
	if (is_time(l->request)) {
		x->request = (struct request){.verb = &verb_tick, .tag = "r"};
		return line_decode(l->request, strlen(l->request), &x->arena, &x->request.line,
				   &at) == LINE_OK;
	}
	return decode(x, arena_printf(&x->arena, "r %s", l->request)) &&
	       is_decidable(x->request.verb) &&
	       decode(x, with_texts(l, x->request.verb, &x->arena));
}

/* The policy that was applied at a version. NULL: r->why says why not. */
static struct policy *policy_of(struct replaying *r, int64_t version)
{
	struct db_params *p = db_params_new();
	struct db_rows *rows = NULL;
	struct policy *policy = NULL;

	db_param_int4(p, r->served.id);
	db_param_int8(p, version);
	if (db_session_query(r->policies, "policy_files", p, &rows, r->why) == 0)
		store_policy(rows, &policy, r->why);
	db_rows_free(rows);
	db_params_free(p);
	return policy;
}

/* Going on as the log says */

static void apply_and_clear(struct replaying *r, struct changes *c)
{
	pole_apply(r->served.pole, c);
	changes_clear(c);
}

static void take_policy(struct replaying *r, const struct logged *l, struct changes *c)
{
	struct policy *policy = policy_of(r, l->version);

	apply_and_clear(r, c);
	if (!policy)
		return;
	pole_number(r->served.pole, policy, c);
	changes_add_policy(c, (struct policy *)pole_policy(r->served.pole), policy);
	apply_and_clear(r, c);
}

static bool is_last_image(const struct changes *all, const struct change *c)
{
	for (const struct change *l = c + 1; l < all->items + all->n; l++)
		if (l->kind == CHANGE_BOOKING &&
		    l->booking.after->number == c->booking.after->number)
			return false;
	return true;
}

/* Whether a booking would stand where, once all changes are made, another one stands. */
static bool finds_room(const struct pole *p, const struct changes *all, const struct booking *b)
{
	for (size_t i = 0; i < b->n_allocations; i++) {
		const struct allocation *a = &b->allocations[i];
		const struct timeline *line = pole_timeline(p, a->resource, a->lane);

		if (!booking_occupies(b, a) || !line)
			continue;
		for (size_t k = timeline_seek(line, a->during.start);
		     k < line->n && line->entries[k].span.start < a->during.end; k++) {
			const struct change *c = all->items;

			while (c < all->items + all->n &&
			       (c->kind != CHANGE_BOOKING ||
				c->booking.after->number != line->entries[k].booking))
				c++;
			if (c == all->items + all->n)
				return false;
		}
	}
	return true;
}

static bool meet(const struct booking *a, const struct booking *b)
{
	for (size_t i = 0; i < a->n_allocations; i++)
		for (size_t j = 0; j < b->n_allocations; j++) {
			const struct allocation *x = &a->allocations[i], *y = &b->allocations[j];

			if (booking_occupies(a, x) && booking_occupies(b, y) &&
			    x->resource == y->resource && x->lane == y->lane &&
			    span_overlaps(x->during, y->during))
				return true;
		}
	return false;
}

/* The log could say anything: what no pole can be is not applied. */
static bool can_be(const struct pole *p, const struct changes *all)
{
	for (const struct change *c = all->items; c < all->items + all->n; c++) {
		if (c->kind != CHANGE_BOOKING || !is_last_image(all, c))
			continue;
		if (!finds_room(p, all, c->booking.after))
			return false;
		for (const struct change *d = all->items; d < c; d++)
			if (d->kind == CHANGE_BOOKING && is_last_image(all, d) &&
			    meet(c->booking.after, d->booking.after))
				return false;
	}
	return true;
}

/* False: it says what cannot be, and nothing is changed. A policy comes with what it names: before
 * that nothing of the command is in doubt. */
static bool take_from_log(struct replaying *r, const struct logged *l)
{
	struct changes changes = {0};
	bool done = true;

	for (const struct logged_event *e = l->events; done && e < l->events + l->n; e++) {
		char hash[65] = "";

		done = change_decode(e->change, r->served.pole, e->private1, e->private2, &changes,
				     hash) == CHANGE_TEXT_OK;
		if (done && *hash)
			take_policy(r, l, &changes);
	}
	done = done && can_be(r->served.pole, &changes);
	if (done)
		apply_and_clear(r, &changes);
	changes_clear(&changes);
	return done;
}

static bool is_altered(const struct logged *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->events[i].is_altered)
			return true;
	return false;
}

/* Comparing */

/* The hash of a note's text, as the log has it: the text itself is not known here. */
static const char *logged_text_hash(const struct logged *l, size_t i, struct arena *a)
{
	const char *hash = i < l->n ? strstr(l->events[i].change, SHA256_KEY) : NULL;

	return hash ? arena_strndup(a, hash + strlen(SHA256_KEY), 64) : "";
}

static const char *replayed_text(const struct replaying *r, const struct logged *l,
				 struct exchange *x, size_t i)
{
	const struct change *c = &x->changes.items[i];
	bool note = c->kind == CHANGE_NOTE;
	struct buffer b = {0};
	const char *text;

	change_encode(c, r->served.pole, note ? logged_text_hash(l, i, &x->arena) : NULL, &b);
	text = arena_strndup(&x->arena, b.bytes, b.n);
	buffer_release(&b);
	return text;
}

/* The changes stand in the pole, whose names they may need. */
static bool is_same(struct replaying *r, const struct logged *l, struct exchange *x)
{
	size_t most = l->n > x->changes.n ? l->n : x->changes.n, n_different = 0;

	for (size_t i = 0; i < most; i++) {
		const char *logged = i < l->n ? l->events[i].change : NULL;
		const char *replayed = i < x->changes.n ? replayed_text(r, l, x, i) : NULL;

		if (logged && replayed && strcmp(logged, replayed) == 0)
			continue;
		if (n_different++ < SHOWN_OF_COMMAND)
			report_difference(r->report, l, l->events[0].seq + (int)i, logged,
					  replayed);
	}
	return n_different == 0;
}

/* Whether whoever asked may ask that at all. */
static bool is_allowed(const struct replaying *r, const struct exchange *x)
{
	const struct person *p = x->person ? pole_person(r->served.pole, x->person) : NULL;

	return !x->person || (p && p->active && verb_allows(x->request.verb, true, p->roles));
}

/* What was due had to be done first. */
static void check_due(struct replaying *r, const struct exchange *x, const struct logged *l)
{
	const struct booking *b = pole_first_due(r->served.pole);
	char code[16], text[96];

	if (!l->is_first || x->request.verb == &verb_tick || !b || b->due_at > l->at)
		return;
	snprintf(text, sizeof(text), "%s was due, and nothing had been done about it",
		 booking_code(b->number, code, sizeof(code)));
	report_difference(r->report, l, l->events[0].seq, NULL, text);
	r->report->n_differences++;
}

static void decide(struct replaying *r, struct exchange *x, const struct logged *l)
{
	if (is_allowed(r, x))
		group_decide(&r->served, x, l->at);
	if (is_same(r, l, x))
		return;
	report_count(r->report, l->request)->different++;
	r->report->n_differences++;
	if (x->changes.n)
		pole_undo(r->served.pole, &x->changes);
	if ((is_altered(l) || !take_from_log(r, l)) && x->changes.n)
		pole_apply(r->served.pole, &x->changes);
}

static bool prepare(struct replaying *r, struct exchange *x, const struct logged *l)
{
	struct policy *policy;

	x->served = &r->served;
	x->person = l->actor;
	if (!read_request(x, l))
		return false;
	x->request.key = KEY_OF_LOGGED;
	if (x->request.verb->id != VERB_POLICY_APPLY)
		return true;
	policy = policy_of(r, l->version);
	if (policy)
		exchange_keep_policy(x, policy);
	return policy != NULL;
}

static void on_command(void *arg, const struct logged *l)
{
	struct replaying *r = arg;
	struct exchange *x;

	if (*r->why)
		return;
	x = exchange_new(&r->server, NULL, NULL);
	r->report->n_events += l->n;
	if (prepare(r, x, l)) {
		check_due(r, x, l);
		report_count(r->report, l->request)->decided++;
		decide(r, x, l);
	} else if (!*r->why) {
		report_count(r->report, l->request)->taken++;
		if (!take_from_log(r, l))
			snprintf(r->why, sizeof(r->why), "version %lld says what cannot be: %.300s",
				 (long long)l->version, l->events[0].change);
	}
	exchange_free(x);
	r->served.version = l->version;
	r->served.last_at = l->at;
	report_progress(r->report, l);
}

static void on_fault(void *arg, int64_t version, int seq, const char *text)
{
	struct replaying *r = arg;

	report_fault(r->report, version, seq, text);
}

static int open_sessions(struct replaying *r, struct db_session **ret_log, char *ret_why)
{
	int answer = store_session(&r->server, ret_log, ret_why);

	if (!answer)
		answer = store_session(&r->server, &r->policies, ret_why);
	if (!answer)
		answer = db_session_exec(
		    *ret_log, "begin isolation level repeatable read read only", ret_why);
	return answer;
}

bool replay_agrees(const struct replay_report *r)
{
	return r->n_differences == 0 && r->n_faults == 0;
}

int replay(const char *conninfo, const char *on_connect, const char *pole,
	   struct replay_report *report, char *ret_why)
{
	static const struct logged_ops ops = {on_command, on_fault};
	struct replaying r = {.report = report,
			      .server = {.conninfo = conninfo, .on_connect = on_connect}};
	struct db_session *log = NULL;
	struct log_end end;
	int answer;

	r.served =
	    (struct served){.server = &r.server, .name = memory_strdup(pole), .pole = pole_new()};
	answer = open_sessions(&r, &log, ret_why);
	if (!answer)
		answer = log_end(log, pole, &end, ret_why);
	if (!answer) {
		r.served.id = end.pole;
		report->last_version = end.version;
		answer = logged_read(log, &end, &ops, &r, ret_why);
	}
	if (!answer && *r.why) {
		snprintf(ret_why, WHY_BYTES, "%s", r.why);
		answer = 1;
	}
	if (!answer)
		report_end(report, pole);
	db_session_free(log);
	db_session_free(r.policies);
	pole_free(r.served.pole);
	free(r.served.name);
	return answer;
}
