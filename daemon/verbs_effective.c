/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POLICY EFFECTIVE: all that holds for a resource, each with the line of the policy that says it.
 */

#include <string.h>

#include "daemon/served.h"
#include "daemon/verbs_parts.h"

static const char *const limit_words[N_LIMIT_KINDS] = {
    [LIMIT_DURATION] = "duration",
    [LIMIT_START] = "start",
    [LIMIT_LEAD] = "lead",
    [LIMIT_HORIZON] = "horizon",
    [LIMIT_SLOTS] = "slots",
    [LIMIT_RECURRENCE] = "recurrence",
    [LIMIT_OPENS] = "opens",
    [LIMIT_QUOTA] = "quota",
    [LIMIT_WHO] = "who",
    [LIMIT_KEEP] = "keep",
    [LIMIT_QUALIFICATION] = "qualification",
    [LIMIT_APPROVAL] = "approval",
    [LIMIT_HOLD] = "hold",
    [LIMIT_CANCEL] = "cancel",
    [LIMIT_NO_SHOW] = "no-show",
};
static const char *const said_words[N_SAID] = {
    [SAID_SITE] = "site",
    [SAID_OWNER] = "owner",
    [SAID_MANAGERS] = "managers",
    [SAID_METER] = "meter",
    [SAID_HOURS] = "hours",
    [SAID_HAND_OVER] = "hand-over",
    [SAID_SPANS_CLOSED] = "spans-closed",
    [SAID_BUFFER] = "buffer",
};

/* The n-th line (from 1) of a text, without the blanks around it. */
static const char *text_line(struct arena *a, const struct policy_file *f, uint32_t n)
{
	const char *p = f->text, *end = f->text + f->n, *last;

	for (; n > 1 && p; n--) {
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	if (!p || p >= end)
		return "";
	last = memchr(p, '\n', (size_t)(end - p));
	last = last ? last : end;
	while (p < last && (*p == ' ' || *p == '\t'))
		p++;
	while (last > p && (last[-1] == ' ' || last[-1] == '\t' || last[-1] == '\r'))
		last--;
	return arena_strndup(a, p, (size_t)(last - p));
}

static const char *line_at(struct exchange *x, struct place place)
{
	const struct policy *p = exchange_policy(x);

	for (size_t i = 0; i < p->n_files; i++)
		if (strcmp(p->files[i].name, place.file) == 0)
			return text_line(&x->arena, &p->files[i], (uint32_t)place.line);
	return "";
}

/* How many lines were written: none for what nobody said. */
static int64_t write_value(struct exchange *x, const char *key, const char *rule,
			   struct place place)
{
	struct line_writer w;

	if (!place.line)
		return 0;
	reply_data(x, &w, "value");
	line_str(&w, "key", key);
	line_str(&w, "value", line_at(x, place));
	write_rule_place(&w, place);
	line_str(&w, "rule", rule);
	line_end(&w);
	return 1;
}

static bool rule_names(const struct rule *rule, const struct resource *r)
{
	for (size_t i = 0; i < rule->n_resources; i++)
		if (rule->resources[i] == r)
			return true;
	return rule->n_resources == 0;
}

void do_policy_effective(struct exchange *x)
{
	const struct policy *p = exchange_policy(x);
	const char *what = request_get(&x->request, "what");
	const struct resource *r = policy_resource(p, what);
	struct line_writer w;
	int64_t count = 0;

	if (!r) {
		reply_unknown_resource(x, what);
		return;
	}
	for (int i = 0; i < N_SAID; i++)
		count += write_value(x, said_words[i], NULL, r->said[i]);
	for (const struct rule *rule = p->rules; rule < p->rules + p->n_rules; rule++)
		if (rule_names(rule, r))
			count +=
			    write_value(x, limit_words[rule->limit.kind], rule->name, rule->place);
	reply_ok(x, &w);
	line_int(&w, "count", count);
	line_end(&w);
}
