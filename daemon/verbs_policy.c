/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * POLICY: files are staged on the connection, then checked, planned, applied. Checking and planning
 * change nothing; applying is a command like any other, a version of the pole's log.
 */

#include <stdio.h>
#include <string.h>

#include "config/policy_load.h"
#include "daemon/db.h"
#include "daemon/policy_diff.h"
#include "daemon/refusal_text.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/store.h"
#include "daemon/verbs_parts.h"
#include "lib/queue.h"

#define LINES_MAX 1000 /* of problems, or of misfits */

void do_policy_put(struct exchange *x)
{
	const char *file = request_get(&x->request, "file");
	struct line_writer w;
	char limit[32];
	int64_t n = 0;

	for (size_t i = 0; i < x->request.line.n_args; i++) {
		const struct arg *arg = &x->request.line.args[i];

		if (strcmp(arg->key, "line") != 0)
			continue;
		if (staged_put(&x->session->staged, file, arg->value)) {
			staged_clear(&x->session->staged);
			snprintf(limit, sizeof(limit), "%d", POLICY_FILE_MAX_BYTES);
			reply_fail(x, CODE_TOO_LARGE, FILLS({"limit", limit}));
			return;
		}
		n++;
	}
	reply_ok(x, &w);
	line_str(&w, "file", file);
	line_int(&w, "lines", n);
	line_end(&w);
}

void do_policy_reset(struct exchange *x)
{
	struct line_writer w;

	staged_clear(&x->session->staged);
	reply_ok(x, &w);
	line_end(&w);
}

static void write_problem(struct exchange *x, const char *kind, const struct problem *p)
{
	struct line_writer w;

	reply_data(x, &w, kind);
	if (p->place.file)
		line_str(&w, "file", p->place.file);
	line_int(&w, "line", p->place.line);
	line_int(&w, "column", p->place.column);
	line_str(&w, "text", p->text);
	line_end(&w);
}

static void write_problems(struct exchange *x, const struct problems *problems)
{
	struct line_writer w;

	for (size_t i = 0; i < problems->n && i < LINES_MAX; i++)
		write_problem(x, "problem", &problems->items[i]);
	reply_code(x, &w, CODE_POLICY_INVALID, NULL, 0);
	line_int(&w, "count", (int64_t)problems->n);
	line_end(&w);
}

/* Loads what is staged. False: the reply is written. ret_n_warnings: they are written, too; NULL:
 * not asked. */
static bool load_staged(struct exchange *x, struct policy **ret, size_t *ret_n_warnings)
{
	const struct policy_file *files = x->session->staged.files;
	size_t n = x->session->staged.n;
	struct problems problems = {0};
	struct policy *policy = NULL;

	if (!n) {
		reply_fail(x, CODE_POLICY_EMPTY, NULL, 0);
		return false;
	}
	if (policy_load(files, n, zone_from_system, NULL, &policy, &problems) == 0 &&
	    strcmp(policy->pole, x->served->name) != 0)
		problems_add(&problems, policy_pole_place(policy),
			     "this policy is for the pole \"%s\"; here is \"%s\"", policy->pole,
			     x->served->name);
	if (problems.n) {
		write_problems(x, &problems);
		policy_free(policy);
		policy = NULL;
	} else {
		policy_hash(policy);
		*ret = policy;
		for (size_t i = 0; ret_n_warnings && i < problems.n_warnings; i++)
			write_problem(x, "warning", &problems.warnings[i]);
		if (ret_n_warnings)
			*ret_n_warnings = problems.n_warnings;
	}
	problems_clear(&problems);
	return policy != NULL;
}

void do_policy_check(struct exchange *x)
{
	struct policy *policy;
	struct line_writer w;
	size_t n_warnings = 0;

	if (!load_staged(x, &policy, &n_warnings))
		return;
	policy_free(policy);
	reply_ok(x, &w);
	line_int(&w, "count", 0);
	line_int(&w, "warnings", (int64_t)n_warnings);
	line_end(&w);
}

static void write_difference(struct exchange *x, const struct difference *d)
{
	static const char *const how[] = {[DIFFERENCE_ADDED] = "added",
					  [DIFFERENCE_REMOVED] = "removed",
					  [DIFFERENCE_CHANGED] = "changed"};
	struct line_writer w;

	reply_data(x, &w, "differs");
	line_str(&w, "what", d->what);
	line_str(&w, "name", d->name);
	line_str(&w, "how", how[d->how]);
	line_str(&w, "from", d->from);
	line_str(&w, "to", d->to);
	line_end(&w);
}

static void write_misfit(struct exchange *x, const struct misfit *m)
{
	const struct served *s = x->served;
	const struct zone *z = booking_zone(s, m->booking);
	struct answer none = {.was = m->booking};
	struct asked asked = {.booking = m->booking,
			      .n = m->booking->n_items > 1 ? m->booking->n_items : 0};
	struct line_writer w;
	char code[16];

	reply_data(x, &w, "misfit");
	line_str(&w, "booking", booking_code(m->booking->number, code, sizeof(code)));
	if (asked.n)
		line_int(&w, "item", m->refusal.item + 1);
	line_str(
	    &w, "resource",
	    pole_name_id(s->pole, NAME_RESOURCE, 0, m->booking->items[m->refusal.item].resource));
	write_time(&w, "from", z, m->booking->span.start);
	write_time(&w, "to", z, m->booking->span.end);
	line_str(&w, "member", pole_name_id(s->pole, NAME_MEMBER, 0, m->booking->member));
	line_str(&w, "reason", code_word(code_of_reason(m->refusal.reason)));
	write_rule(x, &w, &m->refusal);
	line_str(&w, "text", refusal_text(x, &m->refusal, &none, &asked));
	line_end(&w);
}

static void write_turns(struct exchange *x, const struct booking *b, struct turn was,
			struct turn is)
{
	const struct served *s = x->served;
	const struct zone *z = booking_zone(s, b);
	const struct item *first = &b->items[0];
	struct line_writer w;
	char code[16];

	reply_data(x, &w, "queue");
	line_str(&w, "booking", booking_code(b->number, code, sizeof(code)));
	line_str(&w, "resource", pole_name_id(s->pole, NAME_RESOURCE, 0, first->resource));
	if (first->lane)
		line_str(&w, "unit",
			 pole_name_id(s->pole, NAME_UNIT, first->resource, first->lane));
	write_time(&w, "from", z, b->span.start);
	write_time(&w, "to", z, b->span.end);
	line_str(&w, "member", pole_name_id(s->pole, NAME_MEMBER, 0, b->member));
	line_int(&w, "turn", (int64_t)is.place);
	line_int(&w, "of", (int64_t)is.n);
	line_int(&w, "was-turn", (int64_t)was.place);
	line_int(&w, "was-of", (int64_t)was.n);
	line_end(&w);
}

/* Whose turn differs under the policy that the changes apply. */
static int64_t write_queues(struct exchange *x, struct changes *changes, int64_t now)
{
	struct pole *p = x->served->pole;
	struct turn *was, *is;
	const int64_t *queue;
	size_t n;
	int64_t n_differ = 0;

	pole_queue(p, &n);
	if (n == 0)
		return 0;
	was = queue_turns(p, now, &x->arena, &n);
	pole_apply(p, changes);
	is = queue_turns(p, now, &x->arena, &n);
	pole_undo(p, changes);
	queue = pole_queue(p, &n);
	for (size_t i = 0; i < n; i++) {
		if (was[i].place == is[i].place && was[i].n == is[i].n)
			continue;
		if (n_differ++ < LINES_MAX)
			write_turns(x, pole_booking(p, queue[i]), was[i], is[i]);
	}
	return n_differ;
}

/* The plan's lines for a numbered policy. */
static int64_t write_plan(struct exchange *x, const struct policy *policy, int64_t now)
{
	struct difference *differences;
	struct misfit *misfits;
	size_t n_differences, n_misfits;

	differences = policy_differences(exchange_policy(x), policy, &x->arena, &n_differences);
	for (size_t i = 0; i < n_differences; i++)
		write_difference(x, &differences[i]);
	decide_misfits(x->served->pole, policy, now, &x->arena, &misfits, &n_misfits);
	for (size_t i = 0; i < n_misfits && i < LINES_MAX; i++)
		write_misfit(x, &misfits[i]);
	return (int64_t)(n_differences + n_misfits);
}

void do_policy_plan(struct exchange *x)
{
	struct changes changes = {0};
	struct policy *policy;
	struct line_writer w;
	size_t n_warnings;
	int64_t now = served_now(x->served), n;

	if (!load_staged(x, &policy, &n_warnings))
		return;
	pole_number(x->served->pole, policy, &changes);
	n = write_plan(x, policy, now);
	changes_add_policy(&changes, (struct policy *)exchange_policy(x), policy);
	n += write_queues(x, &changes, now);
	changes_clear(&changes);
	reply_ok(x, &w);
	line_int(&w, "count", n);
	line_end(&w);
}

bool do_policy_prepare(struct exchange *x)
{
	if (!load_staged(x, &x->policy, NULL))
		return false;
	exchange_keep_policy(x, x->policy);
	return true;
}

static struct policy *take_policy(struct exchange *x)
{
	struct policy *policy = x->policy;
	struct problems problems = {0};

	x->policy = NULL;
	if (!policy && policy_load(x->policy_files, x->n_policy_files, zone_from_system, NULL,
				   &policy, &problems) == 0)
		policy_hash(policy);
	problems_clear(&problems);
	return policy;
}

void do_policy_apply(struct exchange *x, int64_t now)
{
	struct served *s = x->served;
	const struct policy *present = pole_policy(s->pole);
	struct policy *policy = take_policy(x);
	struct line_writer w;

	if (!policy) {
		reply_fail(x, CODE_POLICY_INVALID, NULL, 0);
		return;
	}
	if (present && strcmp(present->hash, policy->hash) == 0) {
		policy_free(policy);
		reply_fail(x, CODE_POLICY_SAME, NULL, 0);
		return;
	}
	pole_number(s->pole, policy, &x->changes);
	if (present)
		write_plan(x, policy, now);
	changes_add_policy(&x->changes, (struct policy *)present, policy);
	if (present)
		write_queues(x, &x->changes, now);
	reply_ok(x, &w);
	line_int(&w, "version", s->version + 1);
	line_str(&w, "hash", policy->hash);
	line_end(&w);
	x->policy_applied = true;
}

void do_policy_show(struct exchange *x)
{
	const char *only = request_get(&x->request, "file");
	const struct policy *policy = exchange_policy(x);
	const struct served *s = x->served;
	struct line_writer w;

	for (const struct policy_file *f = policy->files; f < policy->files + policy->n_files;
	     f++) {
		const char *p = f->text, *end = p + f->n, *lf;

		if (only && strcmp(only, f->name) != 0)
			continue;
		for (int n = 1; p < end; p = lf + 1, n++) {
			lf = memchr(p, '\n', (size_t)(end - p));
			if (!lf)
				lf = end;
			reply_data(x, &w, "line");
			line_str(&w, "file", f->name);
			line_int(&w, "n", n);
			line_str(&w, "text", arena_strndup(&x->arena, p, (size_t)(lf - p)));
			line_end(&w);
		}
	}
	reply_ok(x, &w);
	line_int(&w, "version", s->policy.version);
	line_str(&w, "hash", policy->hash);
	write_time(&w, "at", policy->zone, s->policy.at);
	line_printf(&w, "by", "p%u", s->policy.by);
	line_end(&w);
}

static void history_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
			 const char *error)
{
	enum { VERSION, HASH, AT, BY, REASON };
	struct exchange *x = arg;
	struct line_writer w;

	for (size_t i = 0; outcome == DB_OK && i < db_n_rows(rows); i++) {
		reply_data(x, &w, "policy");
		line_int(&w, "version", db_int(rows, i, VERSION));
		line_str(&w, "hash", db_value(rows, i, HASH));
		write_time(&w, "at", exchange_policy(x)->zone, db_int(rows, i, AT));
		line_printf(&w, "by", "p%lld", (long long)db_int(rows, i, BY));
		if (!db_is_null(rows, i, REASON))
			line_str(&w, "reason", db_value(rows, i, REASON));
		line_end(&w);
	}
	if (outcome == DB_OK) {
		reply_ok(x, &w);
		line_int(&w, "count", (int64_t)db_n_rows(rows));
	} else {
		reply_code(x, &w, CODE_UNAVAILABLE, NULL, 0);
		line_int(&w, "retry", 2);
	}
	line_end(&w);
	exchange_finish(x);
}

void do_policy_history(struct exchange *x)
{
	struct db_params *p = db_params_new();

	db_param_int4(p, x->served->id);
	db_query(x->server->reads, "policy_history", p, history_read, x);
	db_params_free(p);
}
