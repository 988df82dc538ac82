/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one numbered policy names: arrays by number, hash tables by id. Made anew whenever a policy
 * is applied. */
#include "lib/directory.h"

#include <stdlib.h>
#include <string.h>

#include "lib/rules.h"

static bool is_resource(const void *item, const void *key)
{
	return strcmp(((const struct resource *)item)->id, key) == 0;
}

static bool is_member(const void *item, const void *key)
{
	return strcmp(((const struct member *)item)->id, key) == 0;
}

static bool is_unit(const void *item, const void *key)
{
	return strcmp(((const struct directory_unit *)item)->unit->id, key) == 0;
}

static void add_units(struct directory *d, const struct resource *r, struct directory_unit **next)
{
	for (size_t i = 0; i < r->n_units; i++) {
		const char *id = r->units[i].id;

		if (!id[0] || directory_unit_by_id(d, id))
			continue;
		**next = (struct directory_unit){.resource = r, .unit = &r->units[i]};
		table_add(&d->unit_ids, hash_string(0, id), (*next)++);
	}
}

static void add_resources(struct directory *d)
{
	const struct policy *p = d->policy;
	struct directory_unit *next;
	size_t n_units = 0;

	for (size_t i = 0; i < p->n_resources; i++) {
		n_units += p->resources[i].n_units;
		if (p->resources[i].number >= d->n_resources)
			d->n_resources = p->resources[i].number + (size_t)1;
	}
	d->resources = memory_new(d->n_resources * sizeof(struct resource *));
	next = d->units = memory_new(n_units * sizeof(*d->units));
	for (size_t i = 0; i < p->n_resources; i++) {
		const struct resource *r = &p->resources[i];

		if (r->number)
			d->resources[r->number] = r;
		table_add(&d->resource_ids, hash_string(0, r->id), (void *)r);
		add_units(d, r, &next);
	}
}

static void add_members(struct directory *d)
{
	const struct policy *p = d->policy;

	for (size_t i = 0; i < p->n_members; i++)
		if (p->members[i].number >= d->n_members)
			d->n_members = p->members[i].number + (size_t)1;
	d->members = memory_new(d->n_members * sizeof(struct member *));
	for (size_t i = 0; i < p->n_members; i++) {
		const struct member *m = &p->members[i];

		if (m->number)
			d->members[m->number] = m;
		table_add(&d->member_ids, hash_string(0, m->id), (void *)m);
	}
}

/* Counts the rules of each resource into `counts`, or where `next` is given, puts each where it
 * says. */
static void each_rule(const struct policy *p, size_t *counts, const struct rule **rules,
		      size_t *next)
{
	for (const struct rule *rule = p->rules; rule < p->rules + p->n_rules; rule++) {
		size_t n = rule->n_resources ? rule->n_resources : p->n_resources;

		for (size_t i = 0; i < n; i++) {
			const struct resource *r =
			    rule->n_resources ? rule->resources[i] : &p->resources[i];

			if (next)
				rules[next[r - p->resources]++] = rule;
			else
				counts[r - p->resources]++;
		}
	}
}

static uint8_t traits_of(const struct rule *rule)
{
	const bool of_anyone = party_may_match(&rule->party, NULL);
	unsigned traits = 0;

	traits |= of_anyone ? RULE_OF_ANYONE : 0;
	traits |= rule_is_of_units(rule) ? RULE_OF_UNITS : 0;
	traits |= rule_is_costly(rule) ? RULE_COSTLY : 0;
	traits |= of_anyone && rule_is_plain(rule) ? RULE_MATCHES : 0;
	return (uint8_t)traits;
}

static void add_rules(struct directory *d)
{
	const struct policy *p = d->policy;
	size_t *counts = memory_new((p->n_resources + 1) * sizeof(*counts)), n = 0;

	d->rules_begin = memory_new((p->n_resources + 1) * sizeof(*d->rules_begin));
	each_rule(p, counts, NULL, NULL);
	for (size_t i = 0; i < p->n_resources; i++) {
		d->rules_begin[i] = n;
		n += counts[i];
		counts[i] = d->rules_begin[i];
	}
	d->rules_begin[p->n_resources] = n;
	d->rules = memory_new((n + 1) * sizeof(*d->rules));
	each_rule(p, NULL, d->rules, counts);
	free(counts);
}

static void add_tested(struct tested_rules *t, const struct rule **rule, uint8_t *traits)
{
	*traits = traits_of(*rule);
	t->n++;
	t->n_of_units += (*traits & RULE_OF_UNITS) != 0;
	t->n_costly += (*traits & RULE_COSTLY) != 0;
	t->of_anyone &= (*traits & RULE_OF_ANYONE) != 0;
}

static void add_tested_rules(struct directory *d)
{
	const size_t n_resources = d->policy->n_resources, n_rules = d->rules_begin[n_resources];
	size_t n = 0;

	d->tested = memory_new((n_resources + 1) * sizeof(*d->tested));
	d->tested_rules = memory_new((n_rules + 1) * sizeof(*d->tested_rules));
	d->tested_traits = memory_new(n_rules + 1);
	for (size_t r = 0; r < n_resources; r++) {
		d->tested[r] = (struct tested_rules){.rules = d->tested_rules + n,
						     .traits = d->tested_traits + n,
						     .of_anyone = true};
		for (size_t i = d->rules_begin[r]; i < d->rules_begin[r + 1]; i++) {
			if (d->rules[i]->limit.kind > LIMIT_QUALIFICATION)
				continue;
			d->tested_rules[n] = d->rules[i];
			add_tested(&d->tested[r], &d->tested_rules[n], &d->tested_traits[n]);
			n++;
		}
	}
}

void directory_init(struct directory *d, const struct policy *policy)
{
	*d = (struct directory){.policy = policy};
	if (!policy)
		return;
	add_resources(d);
	add_members(d);
	add_rules(d);
	add_tested_rules(d);
}

void directory_clear(struct directory *d)
{
	free(d->resources);
	free(d->members);
	free(d->units);
	free(d->rules);
	free(d->rules_begin);
	free(d->tested);
	free(d->tested_rules);
	free(d->tested_traits);
	table_clear(&d->resource_ids);
	table_clear(&d->member_ids);
	table_clear(&d->unit_ids);
	*d = (struct directory){0};
}

const struct resource *directory_resource(const struct directory *d, uint32_t number)
{
	return number < d->n_resources ? d->resources[number] : NULL;
}

const struct member *directory_member(const struct directory *d, uint32_t number)
{
	return number < d->n_members ? d->members[number] : NULL;
}

const struct resource *directory_resource_by_id(const struct directory *d, const char *id)
{
	return table_find(&d->resource_ids, hash_string(0, id), is_resource, id);
}

const struct member *directory_member_by_id(const struct directory *d, const char *id)
{
	return table_find(&d->member_ids, hash_string(0, id), is_member, id);
}

const struct directory_unit *directory_unit_by_id(const struct directory *d, const char *id)
{
	return table_find(&d->unit_ids, hash_string(0, id), is_unit, id);
}

const struct rule *const *directory_rules(const struct directory *d, const struct resource *r,
					  size_t *ret_n)
{
	size_t i = (size_t)(r - d->policy->resources);

	*ret_n = d->rules_begin[i + 1] - d->rules_begin[i];
	return d->rules + d->rules_begin[i];
}

const struct tested_rules *directory_tested_rules(const struct directory *d,
						  const struct resource *r)
{
	return &d->tested[r - d->policy->resources];
}
