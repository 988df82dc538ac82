/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes to policy files, and those to a policy.
 *
 * Lines of %%% part one file from the next. Whatever the files say, there is either a policy that
 * is whole, or at least one problem, each at a place that exists; and the same files give the same
 * answer again, in whatever order they come.
 */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "config/policy_load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_FILES = 8 };

static const char *const names[MAX_FILES] = {"a.yaml", "b.yaml", "c.yaml", "d.yaml",
					     "e.yaml", "f.yaml", "g.yaml", "h.yaml"};

static int two_zones(void *arg, const char *name, struct zone **ret)
{
	if (strcmp(name, "Europe/Paris") != 0 && strcmp(name, "UTC") != 0)
		return 1;
	return zone_from_system(NULL, name, ret);
}

static size_t split(const char *bytes, size_t n, struct policy_file *files)
{
	static const char parting[] = "\n%%%\n";
	size_t count = 0;

	while (count < MAX_FILES) {
		const char *end = n > 0 ? memmem(bytes, n, parting, strlen(parting)) : NULL;
		size_t length = end && count + 1 < MAX_FILES ? (size_t)(end - bytes) + 1 : n;

		files[count] = (struct policy_file){names[count], bytes, length};
		count++;
		if (length == n)
			break;
		bytes += length + strlen(parting) - 1;
		n -= length + strlen(parting) - 1;
	}
	return count;
}

/* Also NEL and the separators of lines and paragraphs, as YAML counts lines. */
static int count_lines(const struct policy_file *f)
{
	int lines = 1;

	for (size_t i = 0; i < f->n; i++)
		lines += strchr("\n\r\x85\xa8\xa9", f->text[i]) != NULL;
	return lines;
}

static void check_problems(struct problems *problems, const struct policy_file *files, size_t n)
{
	for (size_t i = 0; i < problems->n; i++) {
		const struct problem *p = &problems->items[i];

		assert(*p->text && !strpbrk(p->text, "\r\n"));
		assert(strlen(problem_text(problems, p)) >= strlen(p->text));
		for (size_t j = 0; j < n; j++)
			if (strcmp(files[j].name, p->place.file) == 0)
				assert(p->place.line <= count_lines(&files[j]) &&
				       p->place.column <= (int)files[j].n + 1);
	}
}

static void check_resource(const struct policy *policy, const struct resource *r)
{
	assert(*r->id && *r->name && r->site && r->site->zone);
	assert(r->n_units > 0 && r->n_units <= POLICY_MAX_UNITS);
	assert(r->opening && r->opening->hours == &r->hours);
	assert((r->n_parts > 0) == (r->n_leaves > 0));
	for (size_t i = 0; i < r->n_leaves; i++)
		assert(r->leaves[i] != r && r->leaves[i]->n_parts == 0);
	for (size_t i = 0; i < r->n_units; i++)
		assert(r->units[i].lane == i + 1 && r->units[i].site && r->units[i].opening &&
		       !r->units[i].is_gone);
	for (size_t i = 0; i < r->n_stands_in; i++)
		assert(r->stands_in[i] != r &&
		       policy_resource(policy, r->stands_in[i]->id) == r->stands_in[i]);
	for (size_t i = 1; i < r->hours.usual.n_ranges; i++)
		assert(r->hours.usual.ranges[i - 1].day <= r->hours.usual.ranges[i].day);
}

/* Some day of next year, and the stretches around it. */
static void check_opening(const struct opening *o)
{
	const int64_t at = 1811000000;
	const struct opening_for all = {o, 0};
	struct span s;

	if (opening_next(all, at, 40, &s))
		assert(!span_is_empty(s) && s.end > at);
	if (opening_previous(all, at, 40, &s))
		assert(!span_is_empty(s) && s.start <= at &&
		       opening_admits(all, (struct span){s.start, s.start}));
}

static void check_units(const struct rule *r)
{
	for (size_t i = 0; i < r->n_units; i++) {
		size_t k = 0;

		while (k < r->n_resources &&
		       (r->units[i] < r->resources[k]->units ||
			r->units[i] >= r->resources[k]->units + r->resources[k]->n_units))
			k++;
		assert(k < r->n_resources);
	}
}

static void check_limit(const struct limit *l)
{
	if (l->kind == LIMIT_START)
		assert(l->start_every_s > 0 && DAY_S % l->start_every_s == 0);
	if (l->kind == LIMIT_OPENS)
		assert(l->opens.day >= 1 && l->opens.day <= 28 && l->opens.at_s >= 0 &&
		       l->opens.at_s < DAY_S && l->opens.ahead > 0);
	if (l->kind == LIMIT_QUOTA)
		assert(l->quota.at_most > 0 && l->quota.window < N_QUOTA_WINDOWS &&
		       (l->quota.window == QUOTA_ROLLING) == !duration_is_zero(l->quota.length));
	if (l->kind == LIMIT_QUALIFICATION)
		assert(*l->qualification.word);
	if (l->kind == LIMIT_CANCEL)
		assert(l->cancel.n > 0 && l->cancel.n <= BANDS_MAX);
	for (size_t i = 0; l->kind == LIMIT_CANCEL && i < l->cancel.n; i++)
		assert(l->cancel.bands[i].per_cent <= 100);
}

static void check_rule(const struct rule *r)
{
	assert(*r->name && r->place.line > 0 && r->limit.kind < N_LIMIT_KINDS);
	for (size_t i = 0; i < r->n_resources; i++)
		assert(r->resources[i]);
	for (size_t i = 0; i < r->party.n_members; i++)
		assert(r->party.members[i]);
	if (r->has_when)
		assert(r->when.hours.always || r->when.hours.n_ranges > 0);
	check_units(r);
	check_limit(&r->limit);
}

static void check_conflicts(const struct conflict_rules *c)
{
	assert(c->n_order > 0 && c->n_order <= N_ORDER_KEYS &&
	       c->order[c->n_order - 1] == ORDER_FIRST_COME);
	assert(!duration_is_zero(c->fair_share.half_life));
	for (size_t i = 0; i < c->fair_share.n_costs; i++)
		assert(c->fair_share.costs[i].resource && c->fair_share.costs[i].weight >= 0);
}

static void check_policy(const struct policy *policy)
{
	assert(*policy->pole && *policy->name && policy->zone && policy->n_sites > 0);
	for (size_t i = 0; i < policy->n_members; i++)
		assert(*policy->members[i].id && *policy->members[i].name &&
		       policy->members[i].share >= 0);
	for (size_t i = 0; i < policy->n_resources; i++)
		check_resource(policy, &policy->resources[i]);
	for (size_t i = 0; i < policy->n_resources && i < 20; i++)
		check_opening(policy->resources[i].opening);
	for (size_t i = 0; i < policy->n_rules; i++)
		check_rule(&policy->rules[i]);
	check_conflicts(&policy->conflicts);
	for (size_t i = 0; i < policy->n_tests; i++)
		assert(*policy->tests[i].when.text && policy->tests[i].n_then > 0);
}

static int load(const struct policy_file *files, size_t n, size_t *ret_n_problems)
{
	struct problems problems = {0};
	struct policy *policy = NULL;
	int answer = policy_load(files, n, two_zones, NULL, &policy, &problems);

	assert(answer == POLICY_LOAD_OK || answer == POLICY_LOAD_E_PROBLEMS);
	assert((answer == POLICY_LOAD_OK) == (problems.n == 0));
	assert((answer == POLICY_LOAD_OK) == (policy != NULL));
	check_problems(&problems, files, n);
	if (policy)
		check_policy(policy);
	*ret_n_problems = problems.n + problems.n_more;
	policy_free(policy);
	problems_clear(&problems);
	return answer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy_file files[MAX_FILES], reversed[MAX_FILES];
	size_t n = split((const char *)data, size, files), n_problems, n_again;
	int answer = load(files, n, &n_problems);

	for (size_t i = 0; i < n; i++)
		reversed[i] = files[n - 1 - i];
	assert(load(reversed, n, &n_again) == answer);
	assert(n_problems == n_again);
	return 0;
}
