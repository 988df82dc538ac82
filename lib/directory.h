/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What one numbered policy names, found at once by id or by number. */

#include <stddef.h>
#include <stdint.h>

#include "lib/policy.h"
#include "lib/table.h"

/* Of one resource, those that every time is held against, in the policy's order. */
struct tested_rules {
	const struct rule *const *rules;
	const uint8_t *traits; /* of each: a set of enum rule_trait */
	size_t n, n_of_units, n_costly;
	bool of_anyone; /* all of them */
};

struct directory {
	const struct policy *policy; /* borrowed */
	const struct resource **resources;
	const struct member *
	    *members; /* both by number; NULL: a number that the policy does not use */
	size_t n_resources, n_members;
	struct directory_unit *units;
	const struct rule **rules; /* of each resource in turn, in the policy's order */
	size_t *rules_begin; /* by the resource's place in the policy, and one more: the end */
	struct tested_rules *tested; /* by the resource's place, too */
	const struct rule **tested_rules;
	uint8_t *tested_traits;
	struct table resource_ids, member_ids, unit_ids;
};

/* What each question asks of each rule first, and the policy alone answers: prepared, so that most
 * rules need not be looked at. */
enum rule_trait {
	RULE_OF_ANYONE = 1, /* party_may_match() any member, and none */
	RULE_OF_UNITS = 2,  /* rule_is_of_units() */
	RULE_COSTLY = 4,    /* rule_is_costly() */
	RULE_MATCHES =
	    8, /* rule_matches() whoever asks for whatever time and unit of its resources */
};

struct directory_unit {
	const struct resource *resource;
	const struct unit *unit;
};

void directory_init(struct directory *d, const struct policy *policy);
void directory_clear(struct directory *d);
/* NULL if none. */
const struct resource *directory_resource(const struct directory *d, uint32_t number);
const struct member *directory_member(const struct directory *d, uint32_t number);
const struct resource *directory_resource_by_id(const struct directory *d, const char *id);
const struct member *directory_member_by_id(const struct directory *d, const char *id);
/* The unit of that id; where several resources have one, the first in the policy. */
const struct directory_unit *directory_unit_by_id(const struct directory *d, const char *id);
/* The rules that are about that resource of the directory's policy, in the policy's order. */
const struct rule *const *directory_rules(const struct directory *d, const struct resource *r,
					  size_t *ret_n);
const struct tested_rules *directory_tested_rules(const struct directory *d,
						  const struct resource *r);
