/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A year of the example pole, twice: the same people want the same things, once under its policy,
 * which orders those who wait by fair share, and once under the same policy with
 * first-come-first-served in its place.
 *
 *   year [--policy DIR] [--weeks N] [--seed N] [--volume X] [--scarce X] [--flexible X]
 *        [--patience X] [--crushes N] [--check N] [--members]
 *
 * --volume, --scarce: times the usual demand, of all and besides of vans and the minibus;
 * --flexible: the part of requests for which some hours or days earlier or later will do;
 * --patience: the part that waits where nothing can be had; --crushes: days that many want at once.
 * --check: the slowest oracle looks at every N-th command (0: never); all others look at every one.
 * Exit 1 where anything that must hold did not.
 *
 * Spread and fairness are of use over agreed share: the hours that each member had, weighted as the
 * policy does, over its share, as a multiple of that of all together; of those members that have a
 * share and asked. The spread is the standard deviation of it over its mean; Jain's index is 1
 * where all have the same, and 1/n where one has all.
 */
#include <assert.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/policy_load.h"
#include "proto/code.h"
#include "tests/simulation/oracle.h"

#define HOUR_S 3600.0
#define MEMBERS_MAX 64
#define BEGIN INT64_C(1793574000) /* Monday, 2 November 2026, midnight in Paris */

enum { FAIR, FIRST_COME, N_RUNS };
static const char *const run_words[N_RUNS] = {"fair share", "first come"};

/* Of which things; or what was had of those requests alone that had to wait. */
static const struct {
	const char *label, *resources;
	bool waited;
} scopes[] = {{"whole pole", NULL, false},
	      {"vans and minibus", " van minibus ", false},
	      {"minibus", " minibus ", false},
	      {"what had to wait, whole pole", NULL, true},
	      {"what had to wait, vans and minibus", " van minibus ", true}};
enum { N_SCOPES = sizeof(scopes) / sizeof(*scopes) };

struct options {
	const char *policy;
	struct demand_plan plan;
	size_t check;
	bool members;
};

struct fairness {
	size_t n;
	double spread, jain, least, most, served; /* served: of the weighted hours asked for */
	double ratio[MEMBERS_MAX], asked[MEMBERS_MAX], used[MEMBERS_MAX];
};

struct run {
	struct figures figures;
	struct ledger ledger;
	struct fairness fairness[N_SCOPES];
};

static void __attribute__((noreturn)) die(const char *why, const char *what)
{
	fprintf(stderr, "year: %s: %s\n", why, what);
	exit(2);
}

static struct policy *load(const char *dir)
{
	struct arena a = {0};
	struct problems problems = {0};
	struct policy_file *files;
	struct policy *policy;
	size_t n;

	if (policy_read_dir(dir, &a, &files, &n, &problems) != 0 ||
	    policy_load(files, n, zone_from_system, NULL, &policy, &problems) != 0)
		die("no policy there that can be read", dir);
	problems_clear(&problems);
	arena_clear(&a);
	return policy;
}

static bool is_in(const char *list, const char *word)
{
	char padded[70];

	snprintf(padded, sizeof(padded), " %s ", word);
	return !list || strstr(list, padded);
}

static double cost_of(const struct pole *p, const char *id)
{
	const struct conflict_rules *c = &pole_policy(p)->conflicts;

	for (size_t i = 0; i < c->fair_share.n_costs; i++)
		if (strcmp(c->fair_share.costs[i].resource->id, id) == 0)
			return c->fair_share.costs[i].weight;
	return 1;
}

static double hours(struct span s)
{
	return (double)(s.end - s.start) / HOUR_S;
}

static bool is_used(const struct booking *b)
{
	return b->state == BOOKING_DONE || b->state == BOOKING_OUT ||
	       b->state == BOOKING_CONFIRMED || b->state == BOOKING_NO_SHOW;
}

static double cost_of_booking(const struct pole *p, const char *resources, const struct booking *b)
{
	double sum = 0;

	for (const struct item *i = b->items; i < b->items + b->n_items; i++) {
		const char *id = pole_name_id(p, NAME_RESOURCE, 0, i->resource);

		if (i->state == ITEM_PRESENT && is_in(resources, id))
			sum += hours(i->span) * i->quantity * cost_of(p, id);
	}
	return sum;
}

static double *of_member(const struct pole *p, uint32_t member, double *values)
{
	return &values[pole_member(p, member) - pole_policy(p)->members];
}

/* What each member used, to the end of the time that was looked at. Of what had to wait what was
 * asked for is told by the bookings, too. */
static void add_use(const struct pole *p, int scope, struct fairness *f)
{
	for (const struct booking *b = pole_booking_after(p, 0); b;
	     b = pole_booking_after(p, b->number)) {
		double cost = cost_of_booking(p, scopes[scope].resources, b);

		if (scopes[scope].waited && !booking_says(b)->queued_at)
			continue;
		if (scopes[scope].waited)
			*of_member(p, b->member, f->asked) += cost;
		if (is_used(b))
			*of_member(p, b->member, f->used) += cost;
	}
}

static void add_asked(const struct pole *p, const struct demand *d, int scope, struct fairness *f)
{
	for (const struct desire *w = d->items; w < d->items + d->n; w++) {
		double times = (w->quantity ? w->quantity : 1) * (w->weeks ? w->weeks : 1);

		if (w->person && !scopes[scope].waited && is_in(scopes[scope].resources, w->what))
			*of_member(p, w->member, f->asked) +=
			    hours(w->span) * times * cost_of(p, w->what);
	}
}

/* Of those that have a share and asked. */
static bool is_measured(const struct policy *p, const struct fairness *f, size_t member)
{
	return f->asked[member] > 0 && p->members[member].share > 0;
}

static void measure(const struct pole *p, const struct demand *d, int scope, struct fairness *f)
{
	const struct policy *policy = pole_policy(p);
	double use = 0, asked = 0, share = 0, sum = 0, squares = 0;

	*f = (struct fairness){.least = 1e9};
	add_use(p, scope, f);
	add_asked(p, d, scope, f);
	for (size_t i = 0; i < policy->n_members; i++) {
		if (!is_measured(policy, f, i))
			continue;
		use += f->used[i];
		asked += f->asked[i];
		share += policy->members[i].share;
	}
	for (size_t i = 0; i < policy->n_members; i++) {
		if (!is_measured(policy, f, i))
			continue;
		f->ratio[i] = f->used[i] / policy->members[i].share / (use / share);
		f->least = fmin(f->least, f->ratio[i]);
		f->most = fmax(f->most, f->ratio[i]);
		sum += f->ratio[i];
		squares += f->ratio[i] * f->ratio[i];
		f->n++;
	}
	f->served = use / asked;
	f->jain = sum * sum / ((double)f->n * squares);
	f->spread = sqrt(fmax(0, squares / (double)f->n - sum * sum / (double)(f->n * f->n))) /
		    (sum / (double)f->n);
}

static void print_members(const struct pole *p, const struct fairness *f, const char *label)
{
	const struct policy *policy = pole_policy(p);

	printf("\n%s: member, share, asked for, used, use over share\n", label);
	for (size_t i = 0; i < policy->n_members; i++)
		printf("  %-5s %5.0f %10.0f %10.0f %6.2f\n", policy->members[i].id,
		       policy->members[i].share, f->asked[i], f->used[i], f->ratio[i]);
}

static void live(const struct options *o, int which, struct run *ret)
{
	struct policy *policy = load(o->policy);
	struct demand demand;
	struct world *w;

	if (which == FIRST_COME) {
		policy->conflicts.order[0] = ORDER_FIRST_COME;
		policy->conflicts.n_order = 1;
	}
	*ret = (struct run){.ledger = {.every = o->check, .label = run_words[which]}};
	w = world_new(policy, &o->plan);
	w->watch = ledger_watch(&ret->ledger);
	demand_draw(&demand, w->pole, &o->plan);
	world_live(w, &demand);
	ret->figures = w->figures;
	for (int i = 0; i < N_SCOPES; i++) {
		measure(w->pole, &demand, i, &ret->fairness[i]);
		if (o->members) {
			char label[80];

			snprintf(label, sizeof(label), "%s, %s", run_words[which], scopes[i].label);
			print_members(w->pole, &ret->fairness[i], label);
		}
	}
	ledger_clear(&ret->ledger);
	demand_clear(&demand);
	world_free(w);
}

/* The table: a row for each figure, a column for each run. */

static void row(const char *label, const struct run *runs, double (*of)(const struct figures *f))
{
	printf("  %-34s", label);
	for (int i = 0; i < N_RUNS; i++)
		printf(" %12.0f", of(&runs[i].figures));
	printf("\n");
}

#define FIGURE(name, value)                                                                        \
	static double name(const struct figures *f)                                                \
	{                                                                                          \
		return (double)(value);                                                            \
	}
FIGURE(asked, f->asked)
FIGURE(granted, f->granted)
FIGURE(queued, f->queued)
FIGURE(refused, f->refused)
FIGURE(by_rule, f->by_rule)
FIGURE(took_alternative, f->took_alternative)
FIGURE(series_dates, f->series_dates)
FIGURE(series_granted, f->series_granted)
FIGURE(offers, f->offers)
FIGURE(passed, f->causes[CAUSE_PASSED])
FIGURE(served, f->served)
FIGURE(mean_wait, f->served ? f->waited_s / (double)f->served / HOUR_S : 0)
FIGURE(cancelled, f->causes[CAUSE_CANCELLED])
FIGURE(no_shows, f->causes[CAUSE_NO_SHOW])
FIGURE(late, f->late)
FIGURE(displaced, f->causes[CAUSE_DISPLACED])
FIGURE(breakdowns, f->breakdowns)
FIGURE(suspended, f->causes[CAUSE_SUSPENDED])
FIGURE(replaced, f->causes[CAUSE_REPLACED] + f->causes[CAUSE_RESTORED])
FIGURE(repacked, f->causes[CAUSE_REPACKED])
FIGURE(crush_asked, f->crush_asked)
FIGURE(crush_granted, f->crush_granted)
FIGURE(crush_served, f->crush_served)
FIGURE(commands, f->commands)
FIGURE(ticks, f->ticks)

static const struct {
	const char *label;
	double (*of)(const struct figures *f);
} rows[] = {
    {"requests", asked},
    {"  granted at once", granted},
    {"  put into the queue", queued},
    {"  refused", refused},
    {"    of these by a written rule", by_rule},
    {"    then took an alternative", took_alternative},
    {"dates of series asked for", series_dates},
    {"  booked", series_granted},
    {"offers", offers},
    {"  passed", passed},
    {"  waits served", served},
    {"  their mean wait, in hours", mean_wait},
    {"cancelled", cancelled},
    {"released, nobody came", no_shows},
    {"late returns", late},
    {"displaced", displaced},
    {"breakdowns", breakdowns},
    {"  suspended", suspended},
    {"  re-placed or restored", replaced},
    {"moved to make room", repacked},
    {"asked for in an opening minute", crush_asked},
    {"  granted at once", crush_granted},
    {"  after a wait", crush_served},
    {"commands", commands},
    {"  of these what time did", ticks},
};

static void print_reasons(const struct run *runs)
{
	printf("\nreasons of refused requests\n");
	for (int r = 0; r < N_REASONS; r++) {
		if (!runs[FAIR].figures.reasons[r] && !runs[FIRST_COME].figures.reasons[r])
			continue;
		printf("  %-34s", code_word(code_of_reason((enum reason)r)));
		for (int i = 0; i < N_RUNS; i++)
			printf(" %12" PRIu64, runs[i].figures.reasons[r]);
		printf("\n");
	}
}

static void print_fairness(const struct run *runs)
{
	printf("\nuse over agreed share, of members that ask\n");
	for (int s = 0; s < N_SCOPES; s++) {
		const struct fairness *a = &runs[FAIR].fairness[s],
				      *b = &runs[FIRST_COME].fairness[s];

		printf("  %s: %zu members\n", scopes[s].label, a->n);
		printf("    %-32s %12.4f %12.4f\n", "spread", a->spread, b->spread);
		printf("    %-32s %12.4f %12.4f\n", "Jain's index", a->jain, b->jain);
		printf("    %-32s %12.2f %12.2f\n", "least", a->least, b->least);
		printf("    %-32s %12.2f %12.2f\n", "most", a->most, b->most);
		printf("    %-32s %12.3f %12.3f\n", "part of what was asked for", a->served,
		       b->served);
	}
}

static void print_oracles(const struct run *runs)
{
	printf("\nlooked at by the slow oracles\n");
	for (int i = 0; i < N_RUNS; i++)
		printf("  %s: %" PRIu64 " moves, %" PRIu64 " images for overlaps, %" PRIu64
		       " grants for quotas, %" PRIu64 " for whose turn it was, %" PRIu64
		       " refusals: %" PRIu64 " broken\n",
		       run_words[i], runs[i].ledger.n_moves, runs[i].ledger.n_overlap_looks,
		       runs[i].ledger.n_quota_looks, runs[i].ledger.n_queue_looks,
		       runs[i].ledger.n_refusals, runs[i].ledger.n_broken);
}

static struct options options_of(int argc, char **argv)
{
	static const struct option words[] = {{"policy", required_argument, NULL, 'p'},
					      {"weeks", required_argument, NULL, 'w'},
					      {"seed", required_argument, NULL, 's'},
					      {"volume", required_argument, NULL, 'v'},
					      {"scarce", required_argument, NULL, 'x'},
					      {"crushes", required_argument, NULL, 'c'},
					      {"flexible", required_argument, NULL, 'f'},
					      {"patience", required_argument, NULL, 'i'},
					      {"check", required_argument, NULL, 'k'},
					      {"members", no_argument, NULL, 'm'},
					      {0}};
	struct options o = {.policy = "config/example/deux-sanes",
			    .plan = {.seed = 1,
				     .from = BEGIN,
				     .weeks = 52,
				     .volume = 1,
				     .scarce_volume = 1,
				     .flexible = 0.3,
				     .patience = 0.7,
				     .crushes = 8},
			    .check = 1};
	int c;

	while ((c = getopt_long(argc, argv, "", words, NULL)) != -1) {
		if (c == 'p')
			o.policy = optarg;
		else if (c == 'w')
			o.plan.weeks = atoi(optarg);
		else if (c == 's')
			o.plan.seed = strtoull(optarg, NULL, 10);
		else if (c == 'v')
			o.plan.volume = atof(optarg);
		else if (c == 'x')
			o.plan.scarce_volume = atof(optarg);
		else if (c == 'c')
			o.plan.crushes = atoi(optarg);
		else if (c == 'f')
			o.plan.flexible = atof(optarg);
		else if (c == 'i')
			o.plan.patience = atof(optarg);
		else if (c == 'k')
			o.check = strtoul(optarg, NULL, 10);
		else if (c == 'm')
			o.members = true;
		else
			exit(2);
	}
	if (o.plan.weeks < 1)
		die("--weeks", "at least 1");
	return o;
}

int main(int argc, char **argv)
{
	const struct options o = options_of(argc, argv);
	static struct run runs[N_RUNS];
	uint64_t n_broken = 0;

	for (int i = 0; i < N_RUNS; i++) {
		live(&o, i, &runs[i]);
		n_broken += runs[i].ledger.n_broken;
	}
	printf("%d weeks, seed %" PRIu64 "%*s%12s %12s\n", o.plan.weeks, o.plan.seed, 16, "",
	       run_words[FAIR], run_words[FIRST_COME]);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		row(rows[i].label, runs, rows[i].of);
	print_reasons(runs);
	print_fairness(runs);
	print_oracles(runs);
	return n_broken > 0;
}
