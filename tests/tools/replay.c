/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plays requests on the core alone, without daemon and database, and prints what they lead to:
 *   replay POLICY-DIR < requests
 * Its input are lines
 *   person 3 m01 1                      who asks: number, member (- for none), roles as bits
 *   request 1806021000 3 t17 BOOK what=van from=2027-03-25T08:00 for=2h key=a17
 *                                       decided at that moment, asked by that person
 * persons in order of number. Of each request it prints `request KEY granted` or
 * `request KEY refused`, then the state, in the columns of booking_row (sql/README.md) parted by
 * tabs: `booking …` in order of number, `outage …` for those in force.
 *
 * It reads requests by itself, from GRAMMAR.md: nothing of the daemon is in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/policy_load.h"
#include "lib/decide_life.h"
#include "lib/decide_outage.h"
#include "lib/queue.h"
#include "lib/series.h"
#include "proto/request.h"

struct replay {
	struct pole *pole;
	struct arena arena; /* of one request */
	struct request request;
	struct asker who;
	struct changes changes;
	bool granted; /* although it may change nothing */
};

static void __attribute__((noreturn)) die(const char *why, const char *what)
{
	fprintf(stderr, "replay: %s: %s\n", why, what);
	exit(1);
}

/* What a request asks. */

static const struct zone *zone_of(const struct replay *x, const char *what, const char *unit)
{
	const struct resource *r;
	const struct unit *u;

	if (!what || decide_resolve(x->pole, what, unit, &r, &u) != REASON_NONE)
		return pole_policy(x->pole)->zone;
	return u ? u->site->zone : r->site->zone;
}

static struct ask_item read_item(const struct replay *x, const struct request *r)
{
	struct ask_item item = {.what = request_get(r, "what"),
				.unit = request_get(r, "unit"),
				.having = request_get(r, "having"),
				.at = request_get(r, "at"),
				.quantity = (uint32_t)request_number(r, "qty", 0)};
	const struct zone *z = zone_of(x, item.what, item.unit);
	struct duration length;

	request_moment(r, "from", z, &item.span.start);
	if (!request_moment(r, "to", z, &item.span.end) && request_duration(r, "for", &length))
		item.span.end = duration_after(length, z, item.span.start);
	return item;
}

static struct ask_book read_book(struct replay *x)
{
	const struct request *r = &x->request;
	const struct ask_item one = read_item(x, r);
	struct ask_item *items = arena_new_n(&x->arena, struct ask_item, r->n_items + 1);
	const char **declared = arena_new(&x->arena, const char *);
	struct ask_book ask = {.items = items,
			       .n_items = r->n_items,
			       .what = one.what,
			       .unit = one.unit,
			       .quantity = one.quantity,
			       .having = one.having,
			       .at = one.at,
			       .span = one.span,
			       .declared = declared,
			       .member = request_get(r, "member"),
			       .purpose = request_get(r, "purpose")};

	declared[0] = request_get(r, "declared"); /* one word */
	ask.n_declared = declared[0] != NULL;
	for (size_t i = 0; i < r->n_items; i++)
		items[i] = read_item(x, &r->items[i]);
	if (request_window(r, "within", zone_of(x, ask.what, ask.unit), &ask.within))
		request_duration(r, "for", &ask.length);
	return ask;
}

static int choice(const struct replay *x, const char *key, const char *const *words, int n)
{
	const char *word = request_get(&x->request, key);

	for (int i = 0; word && i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return 0;
}

static void book(struct replay *x)
{
	struct ask_book ask = read_book(x);
	struct ask_series series = {.first = &ask, .rule = request_get(&x->request, "rule")};
	struct series_answer answers;
	struct answer answer;

	if (!series.rule) {
		decide_book(x->pole, &x->who, &ask, &x->arena, &answer, &x->changes);
		return;
	}
	series.conflicts = (enum series_conflicts)choice(x, "conflicts", series_conflicts_words,
							 N_SERIES_CONFLICTS);
	if (decide_series(x->pole, &x->who, &series, &x->arena, &answers, &x->changes) != SERIES_OK)
		die("a rule that cannot be read", series.rule);
}

static void decide(struct replay *x, struct ask_move *ask)
{
	enum series_scope scope =
	    (enum series_scope)choice(x, "scope", series_scope_words, N_SERIES_SCOPES);
	struct series_answer answers;
	struct answer answer;

	if (scope == SCOPE_ONE) {
		decide_move(x->pole, &x->who, ask, &x->arena, &answer, &x->changes);
		x->granted = answer.booking;
	} else {
		decide_series_move(x->pole, &x->who, ask, scope, &x->arena, &answers, &x->changes);
		x->granted = answers.n_refusals == 0;
	}
}

static const struct booking *named(const struct replay *x)
{
	return pole_booking(x->pole, request_booking(&x->request, "booking"));
}

/* The zone that an item's times are told in: that of the unit it has. */
static const struct zone *item_zone(const struct replay *x, const struct booking *b, uint32_t item)
{
	const struct resource *r = pole_resource(x->pole, b->items[item].resource);

	for (size_t i = 0; r && r->n_parts == 0 && i < b->n_allocations; i++) {
		const struct allocation *a = &b->allocations[i];
		const struct unit *u = a->item == item ? resource_lane(r, a->lane) : NULL;

		if (u)
			return u->site->zone;
	}
	return r ? r->site->zone : pole_policy(x->pole)->zone;
}

static void move(struct replay *x)
{
	const struct booking *b = named(x);
	int64_t item = request_number(&x->request, "item", 0);
	struct ask_move ask = {.booking = request_booking(&x->request, "booking"),
			       .unit = request_get(&x->request, "unit"),
			       .has_item = item > 0,
			       .item = item > 0 ? (uint32_t)item - 1 : 0};
	struct duration length;
	const struct zone *z;

	if (!b || (ask.has_item && ask.item >= b->n_items))
		return;
	z = item_zone(x, b, ask.item);
	ask.has_start = request_moment(&x->request, "from", z, &ask.span.start);
	ask.has_end = request_moment(&x->request, "to", z, &ask.span.end);
	if (request_duration(&x->request, "for", &length)) {
		if (!ask.has_start)
			ask.span.start =
			    ask.has_item ? b->items[ask.item].span.start : b->span.start;
		ask.has_end = true;
		ask.span.end = duration_after(length, z, ask.span.start);
	}
	decide(x, &ask);
}

static void extend(struct replay *x)
{
	const struct booking *b = named(x);
	struct ask_move ask = {.has_end = true};
	struct duration by;

	if (!b)
		return;
	ask.booking = b->number;
	if (!request_moment(&x->request, "to", item_zone(x, b, 0), &ask.span.end) &&
	    request_duration(&x->request, "by", &by))
		ask.span.end = duration_after(by, item_zone(x, b, 0), b->span.end);
	if (ask.span.end > b->span.end)
		decide(x, &ask);
}

static void cancel(struct replay *x)
{
	int64_t number = request_booking(&x->request, "booking");
	int64_t item = request_number(&x->request, "item", 0);
	enum series_scope scope =
	    (enum series_scope)choice(x, "scope", series_scope_words, N_SERIES_SCOPES);
	struct series_answer answers;
	struct answer answer;

	if (scope != SCOPE_ONE) {
		decide_series_cancel(x->pole, &x->who, number, scope, &x->arena, &answers,
				     &x->changes);
		x->granted = answers.n_refusals == 0;
	} else if (item > 0)
		decide_give_back(x->pole, &x->who, number, (uint32_t)item - 1, &x->arena, &answer,
				 &x->changes);
	else
		decide_cancel(x->pole, &x->who, number, &x->arena, &answer, &x->changes);
}

static void outage(struct replay *x)
{
	const char *what = request_get(&x->request, "what"),
		   *unit = request_get(&x->request, "unit");
	const struct zone *z = zone_of(x, what, unit);
	struct ask_outage ask = {.what = what,
				 .unit = unit,
				 .span = {x->who.now, TIME_NEVER},
				 .reason = request_get(&x->request, "reason")};
	struct outage_answer answer;
	struct duration length;

	request_moment(&x->request, "from", z, &ask.span.start);
	if (!request_moment(&x->request, "to", z, &ask.span.end) &&
	    request_duration(&x->request, "for", &length))
		ask.span.end = duration_after(length, z, ask.span.start);
	decide_outage(x->pole, &x->who, &ask, &x->arena, &answer, &x->changes);
}

static void reopen(struct replay *x)
{
	struct outage_answer answer;

	decide_reopen(x->pole, &x->who, request_number(&x->request, "outage", 0), &answer,
		      &x->changes);
}

static void (*const actions[N_VERBS])(struct replay *x) = {
    [VERB_BOOK] = book,	    [VERB_MOVE] = move,	    [VERB_EXTEND] = extend,
    [VERB_CANCEL] = cancel, [VERB_OUTAGE] = outage, [VERB_REOPEN] = reopen,
};

/* What time does by itself is done before anything is asked. */
static void let_time_pass(struct replay *x, int64_t now)
{
	const struct booking *b;

	while ((b = pole_first_due(x->pole)) && b->due_at <= now) {
		decide_tick(x->pole, now, SIZE_MAX, &x->arena, &x->changes);
		pole_apply(x->pole, &x->changes);
		settle_by_time(x->pole, now, &x->arena, &x->changes);
		changes_clear(&x->changes);
	}
}

static void play_request(struct replay *x, char *text)
{
	struct request_error error;
	unsigned person;
	long long now;
	int at = 0;

	if (sscanf(text, "%lld %u %n", &now, &person, &at) != 2 || at == 0)
		die("a moment and a person are needed", text);
	if (request_decode(text + at, strlen(text + at), &x->arena, &x->request, &error) !=
	    REQUEST_OK)
		die("a request that cannot be read", text);
	x->who = (struct asker){pole_person(x->pole, person), now};
	if (!x->who.person || !actions[x->request.verb->id] || !x->request.key)
		die("no such person, no such verb or no key", text);
	let_time_pass(x, now);
	x->granted = false;
	actions[x->request.verb->id](x);
	printf("request %s %s\n", x->request.key,
	       x->granted || x->changes.n ? "granted" : "refused");
	pole_apply(x->pole, &x->changes);
	settle(x->pole, now, &x->arena, &x->changes);
	changes_clear(&x->changes);
	arena_clear(&x->arena);
}

static void add_person(struct replay *x, const char *text)
{
	struct person *p = person_new("", "", 0, 0);
	char member[65];

	if (sscanf(text, "%u %64s %u", &p->number, member, &p->roles) != 3 ||
	    p->number != pole_next_person(x->pole))
		die("persons come as number, member, roles, in order", text);
	p->active = true;
	if (strcmp(member, "-") != 0)
		p->member = pole_name_number(x->pole, NAME_MEMBER, 0, member);
	changes_add_person(&x->changes, NULL, p);
	pole_apply(x->pole, &x->changes);
	changes_clear(&x->changes);
}

/* Printing. */

static void print_allocations(const struct booking *b)
{
	for (size_t i = 0; i < b->n_allocations; i++) {
		const struct allocation *a = &b->allocations[i];

		printf("%s%u/%u/%u/%lld/%lld", i ? " " : "", a->item, a->resource, a->lane,
		       (long long)a->during.start, (long long)a->during.end);
	}
}

static void print_items(const struct booking *b)
{
	for (size_t i = 0; !booking_is_plain(b) && i < b->n_items; i++) {
		const struct item *x = &b->items[i];

		printf("%s%u/%u/%u/%s/%u/%s/%lld/%lld/%s", i ? "; " : "", x->resource, x->lane,
		       x->quantity, item_via_words[x->via], x->of, item_state_words[x->state],
		       (long long)x->span.start, (long long)x->span.end, x->having);
	}
}

static void print_booking(const struct booking *b)
{
	printf("booking\t%lld\t%u\t%u\t%u\t%u\t%s\t%c\t%lld\t%lld\t%lld\t%lld\t%s\t",
	       (long long)b->number, b->resource, b->member, b->person, b->made_by,
	       booking_state_words[b->state],
	       booking_is_plain(b) && item_is_pinned(b->items) ? 't' : 'f',
	       (long long)b->span.start, (long long)b->span.end, (long long)b->made_at,
	       (long long)b->ended_at, b->purpose);
	print_allocations(b);
	putchar('\t');
	print_items(b);
	printf("\t%lld\t%lld\n", (long long)b->series, (long long)b->occurrence);
}

static void print_state(const struct pole *p)
{
	size_t n;
	const struct outage *o = pole_outages(p, &n);

	for (const struct booking *b = pole_booking_after(p, 0); b;
	     b = pole_booking_after(p, b->number))
		print_booking(b);
	for (; n > 0; n--, o++)
		printf("outage\t%lld\t%u\t%u\t%lld\t%lld\t%u\t%lld\n", (long long)o->number,
		       o->resource, o->lane, (long long)o->span.start,
		       o->span.end == TIME_NEVER ? 0 : (long long)o->span.end, o->made_by,
		       (long long)o->made_at);
}

static void load(struct replay *x, const char *dir)
{
	struct arena a = {0};
	struct problems problems = {0};
	struct policy_file *files;
	struct policy *policy;
	size_t n;

	if (policy_read_dir(dir, &a, &files, &n, &problems) != 0 ||
	    policy_load(files, n, zone_from_system, NULL, &policy, &problems) != 0)
		die("no policy there that can be read", dir);
	pole_number(x->pole, policy, &x->changes);
	changes_add_policy(&x->changes, NULL, policy);
	pole_apply(x->pole, &x->changes);
	changes_clear(&x->changes);
	problems_clear(&problems);
	arena_clear(&a);
}

int main(int argc, char **argv)
{
	struct replay x = {.pole = pole_new()};
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (argc != 2)
		die("usage", "replay POLICY-DIR < requests");
	load(&x, argv[1]);
	while ((n = getline(&line, &cap, stdin)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (strncmp(line, "person ", 7) == 0)
			add_person(&x, line + 7);
		else if (strncmp(line, "request ", 8) == 0)
			play_request(&x, line + 8);
		else
			die("neither a person nor a request", line);
	}
	free(line);
	print_state(x.pole);
	pole_free(x.pole);
	return 0;
}
