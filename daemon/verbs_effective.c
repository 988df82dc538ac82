/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POLICY EFFECTIVE: all that holds for a resource, each with the place of the line that says it. */

#include "daemon/policy_effective.h"
#include "daemon/served.h"
#include "daemon/verbs_parts.h"

static void write_value(struct exchange *x, const struct effective *e)
{
	struct line_writer w;

	reply_data(x, &w, "value");
	line_str(&w, "key", e->key);
	line_str(&w, "value", e->value);
	write_rule_place(&w, e->place);
	line_str(&w, "rule", e->rule);
	line_end(&w);
}

void do_policy_effective(struct exchange *x)
{
	const struct policy *p = exchange_policy(x);
	const char *what = request_get(&x->request, "what");
	const struct resource *r = policy_resource(p, what);
	struct effective *values;
	struct line_writer w;
	size_t n;

	if (!r) {
		reply_unknown_resource(x, what);
		return;
	}
	values = policy_effective(p, r, &x->arena, &n);
	for (size_t i = 0; i < n; i++)
		write_value(x, &values[i]);
	reply_ok(x, &w);
	line_int(&w, "count", (int64_t)n);
	line_end(&w);
}
