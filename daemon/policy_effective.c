/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What results for a resource, and from which lines. */

#include "daemon/policy_effective.h"

#include <string.h>

#include "daemon/calendar_text.h"
#include "daemon/rule_text.h"

static const char *const limit_words[N_LIMIT_KINDS] = {
    [LIMIT_DURATION] = "duration",
    [LIMIT_START] = "start",
    [LIMIT_LEAD] = "lead",
    [LIMIT_HORIZON] = "horizon",
    [LIMIT_SLOTS] = "slots",
    [LIMIT_RECURRENCE] = "recurrence",
    [LIMIT_OPENS] = "horizon",
    [LIMIT_QUOTA] = "quota",
    [LIMIT_WHO] = "who",
    [LIMIT_KEEP] = "keep",
    [LIMIT_QUALIFICATION] = "qualification",
    [LIMIT_APPROVAL] = "approval",
    [LIMIT_HOLD] = "hold",
    [LIMIT_CANCEL] = "cancel",
    [LIMIT_NO_SHOW] = "no-show",
};

static bool is_french(const struct policy *p)
{
	return strcmp(p->lang, "fr") == 0;
}

static const char *site_value(const struct policy *p, const struct resource *r, struct arena *a)
{
	for (size_t i = 0; i < r->n_units; i++)
		if (r->units[i].site != r->site)
			return is_french(p) ? "selon l'unité" : "as each unit says";
	return r->site->id;
}

static const char *owner_value(const struct policy *p, const struct resource *r, struct arena *a)
{
	if (r->owner)
		return r->owner->id;
	return is_french(p) ? "le pôle" : "the pole";
}

static const char *managers_value(const struct policy *p, const struct resource *r, struct arena *a)
{
	const char *text = r->n_managers ? r->managers[0]->id : "";

	for (size_t i = 1; i < r->n_managers; i++)
		text = arena_printf(a, "%s, %s", text, r->managers[i]->id);
	if (*text)
		return text;
	return is_french(p) ? "ceux du pôle" : "those of the pole";
}

static const char *meter_value(const struct policy *p, const struct resource *r, struct arena *a)
{
	return r->meter;
}

static const char *hours_value(const struct policy *p, const struct resource *r, struct arena *a)
{
	return calendar_text(a, &r->hours);
}

static const char *hand_over_value(const struct policy *p, const struct resource *r,
				   struct arena *a)
{
	return r->hand_over ? calendar_text(a, r->hand_over) : NULL;
}

static const char *spans_closed_value(const struct policy *p, const struct resource *r,
				      struct arena *a)
{
	return r->spans_closed ? "true" : "false";
}

static const char *buffer_value(const struct policy *p, const struct resource *r, struct arena *a)
{
	if (duration_is_zero(r->buffer_before) && duration_is_zero(r->buffer_after) &&
	    duration_is_zero(r->long_after))
		return NULL;
	return arena_printf(
	    a, "%s / %s%s%s", length_text(a, p->lang, r->buffer_before),
	    length_text(a, p->lang, r->buffer_after), duration_is_zero(r->long_from) ? "" : " / ",
	    duration_is_zero(r->long_from) ? "" : length_text(a, p->lang, r->long_after));
}

/* The value is NULL where there is none. */
static const struct {
	const char *key;
	const char *(*value)(const struct policy *, const struct resource *, struct arena *);
} values[N_SAID] = {
    [SAID_SITE] = {"site", site_value},
    [SAID_OWNER] = {"owner", owner_value},
    [SAID_MANAGERS] = {"managers", managers_value},
    [SAID_METER] = {"meter", meter_value},
    [SAID_HOURS] = {"hours", hours_value},
    [SAID_HAND_OVER] = {"hand-over", hand_over_value},
    [SAID_SPANS_CLOSED] = {"spans-closed", spans_closed_value},
    [SAID_BUFFER] = {"buffer", buffer_value},
};

static bool is_about(const struct rule *rule, const struct resource *r)
{
	for (size_t i = 0; i < rule->n_resources; i++)
		if (rule->resources[i] == r)
			return true;
	return rule->n_resources == 0;
}

struct effective *policy_effective(const struct policy *p, const struct resource *r,
				   struct arena *a, size_t *ret_n)
{
	struct effective *found = arena_new_n(a, struct effective, N_SAID + p->n_rules);
	size_t n = 0;

	for (size_t i = 0; i < N_SAID; i++) {
		const char *value = values[i].value(p, r, a);

		if (value)
			found[n++] = (struct effective){values[i].key, value, NULL, r->said[i]};
	}
	for (const struct rule *rule = p->rules; rule < p->rules + p->n_rules; rule++)
		if (is_about(rule, r))
			found[n++] = (struct effective){limit_words[rule->limit.kind],
							rule_text(a, p->lang, rule), rule->name,
							rule->place};
	*ret_n = n;
	return found;
}
