/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands for a member, a thing, a time in the sentences of tests. */

#include "config/sentence_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/walk.h"
#include "lib/moment.h"
#include "lib/person.h"
#include "lib/state.h"
#include "lib/wish.h"

enum { COUNT_MAX_DIGITS = 4, WEEK_DAYS = 7 };

#define N(array) (sizeof(array) / sizeof(*(array)))

static bool hope(struct reading *r, const char *slot)
{
	reading_hope(r, slot);
	return false;
}

/* A problem that says more than what would have done instead. */
static bool object(struct reading *r, const char *slot, const char *why)
{
	struct hopes *h = reading_hope(r, slot);

	if (h)
		h->why = why;
	return false;
}

/* Who */

static const struct member *member_next(const struct reading *r, size_t ahead)
{
	return r->at + ahead < r->n ? policy_member(r->policy, r->words[r->at + ahead].text) : NULL;
}

static bool take_member(struct reading *r, struct told *s)
{
	const struct member *m = member_next(r, 0);
	struct hopes *h;

	if (m) {
		s->member = m;
		r->at++;
		return true;
	}
	h = reading_hope(r, "a member");
	if (h)
		h->members = true;
	return false;
}

/* `m13`, `odile of m13`, `the coordinator`. */
static bool take_who(struct reading *r, struct told *s)
{
	const struct spoken *w = reading_next(r);
	const struct member *m = member_next(r, 0);
	struct hopes *h;

	if (m) {
		s->who = (struct actor){m, ""};
		r->at++;
		return true;
	}
	if (w && is_id(w->text) && r->at + 2 < r->n &&
	    strcmp(r->words[r->at + 1].text, "of") == 0 && (m = member_next(r, 2))) {
		s->who = (struct actor){m, w->text};
		r->at += 3;
		return true;
	}
	if (w && strcmp(w->text, "the") == 0 && r->at + 1 < r->n &&
	    strcmp(r->words[r->at + 1].text, "coordinator") == 0) {
		s->who = (struct actor){NULL, "coordinator"};
		r->at += 2;
		return true;
	}
	h = reading_hope(r, "a member");
	if (h)
		h->members = true;
	return false;
}

static bool take_one_of(struct reading *r, const char *const *words, size_t n, const char **ret)
{
	const struct spoken *w = reading_next(r);

	for (size_t i = 0; i < n; i++) {
		if (!w || strcmp(w->text, words[i]) != 0)
			continue;
		*ret = words[i];
		r->at++;
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		struct hopes *h = reading_hope(r, NULL);

		if (h && h->n_words < HOPES_MAX)
			h->words[h->n_words++] = words[i];
	}
	return false;
}

static bool take_role(struct reading *r, struct told *s)
{
	return take_one_of(r, role_words, N_ROLES, &s->word);
}

static bool take_state(struct reading *r, struct told *s)
{
	return take_one_of(r, booking_state_words, N_BOOKING_STATES, &s->word);
}

static bool take_word(struct reading *r, struct told *s)
{
	const struct spoken *w = reading_next(r);

	if (!w || !is_id(w->text))
		return hope(r, "a qualification such as licence-b");
	s->word = w->text;
	r->at++;
	return true;
}

static bool take_declared(struct reading *r, struct told *s)
{
	const struct spoken *w = reading_next(r);

	if (!w || !is_id(w->text))
		return hope(r, "what is at hand, such as own-hitch");
	s->declared = w->text;
	r->at++;
	return true;
}

static bool take_having(struct reading *r, struct told *s)
{
	const struct spoken *w = reading_next(r);
	struct wishes wishes;
	const char *at;

	if (!w || wishes_parse(w->text, r->arena, &wishes, &at) != WISH_OK)
		return hope(r, "what it must have, such as seats>=7");
	s->having = w->text;
	r->at++;
	return true;
}

/* What */

static bool find_thing(const struct policy *p, const char *id, struct thing *ret)
{
	for (size_t i = 0; i < p->n_resources; i++) {
		const struct resource *r = &p->resources[i];
		const struct unit *u = strcmp(r->id, id) == 0 ? NULL : resource_unit(r, id);

		if (!u && strcmp(r->id, id) != 0)
			continue;
		*ret = (struct thing){r, u, 1};
		return true;
	}
	return false;
}

static bool is_count(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits >= 1 && digits <= COUNT_MAX_DIGITS && text[digits] == '\0' && atoi(text) > 0;
}

static bool add_thing(struct reading *r, struct told *s, uint32_t quantity)
{
	const struct spoken *w = reading_next(r);
	struct thing *t = &s->things[s->n_things];
	struct hopes *h;

	if (s->n_things < SENTENCE_MAX_THINGS && w && find_thing(r->policy, w->text, t)) {
		t->quantity = quantity;
		s->n_things++;
		r->at++;
		return true;
	}
	h = reading_hope(r, s->n_things < SENTENCE_MAX_THINGS ? "a thing"
							      : "no more than four things");
	if (h)
		h->things = true;
	return false;
}

static bool take_thing(struct reading *r, struct told *s)
{
	return add_thing(r, s, 1);
}

/* `3 of workshop`, `van`. */
static bool take_some(struct reading *r, struct told *s)
{
	const struct spoken *w = reading_next(r);
	uint32_t quantity = 1;
	size_t before = r->at;

	if (w && is_count(w->text)) {
		quantity = (uint32_t)atoi(w->text);
		r->at++;
		if (!reading_take(r, "of")) {
			r->at = before;
			return false;
		}
	}
	if (add_thing(r, s, quantity))
		return true;
	r->at = before;
	return false;
}

/* `van-2 and trailer`. */
static bool take_things(struct reading *r, struct told *s)
{
	size_t before;

	if (!take_some(r, s))
		return false;
	for (;;) {
		before = r->at;
		if (!reading_take(r, "and"))
			return true;
		if (!take_some(r, s)) {
			r->at = before;
			return true;
		}
	}
}

/* How many */

static bool take_count(struct reading *r, struct told *s)
{
	const struct spoken *w = reading_next(r);

	if (!w || !is_count(w->text))
		return hope(r, "a number");
	s->count = atoi(w->text);
	r->at++;
	return true;
}

static bool take_per_cent(struct reading *r, struct told *s)
{
	const struct spoken *w = reading_next(r);
	size_t n = w ? strspn(w->text, "0123456789") : 0;

	if (n < 1 || n > 3 || strcmp(w->text + n, "%") != 0 || atoi(w->text) > 100)
		return hope(r, "a share such as 50%");
	s->count = atoi(w->text);
	r->at++;
	return true;
}

static bool take_place(struct reading *r, struct told *s)
{
	static const char *const places[] = {"first", "second",	 "third",  "fourth", "fifth",
					     "sixth", "seventh", "eighth", "ninth",  "tenth"};
	const char *word;

	if (!take_one_of(r, places, N(places), &word))
		return false;
	s->count = 1;
	while (strcmp(places[s->count - 1], word) != 0)
		s->count++;
	return true;
}

/* When */

static bool read_length(struct reading *r, struct duration *ret)
{
	const struct spoken *w = reading_next(r);

	if (!w || duration_parse(w->text, ret) != DURATION_OK || duration_is_zero(*ret))
		return hope(r, "a length of time such as 90m, 4h or 2d");
	r->at++;
	return true;
}

static bool take_length(struct reading *r, struct told *s)
{
	return read_length(r, &s->length);
}

static bool is_local(const char *text, struct moment *ret)
{
	return moment_parse(text, ret) == MOMENT_OK && !ret->has_offset;
}

static bool is_time_of_day(const char *text)
{
	return strspn(text, "0123456789") == 2 && text[2] == ':';
}

/* `2026-12-11 14:00`, or with a T. */
static bool read_at(struct reading *r, struct civil_time *ret)
{
	static const char *const what = "a time such as 2026-12-11 14:00";
	const struct spoken *w = reading_next(r);
	const char *text = w ? w->text : "";
	struct moment m;

	if (!w || !is_local(text, &m))
		return hope(r, what);
	if (!m.has_time && r->at + 1 < r->n && is_time_of_day(r->words[r->at + 1].text)) {
		text = arena_printf(r->arena, "%s %s", text, r->words[r->at + 1].text);
		if (!is_local(text, &m))
			return object(r, what, arena_printf(r->arena, "\"%s\" is no time", text));
		r->at++;
	}
	if (!m.has_time)
		return object(r, what, arena_printf(r->arena, "\"%s\" has no time of day", text));
	*ret = m.local;
	r->at++;
	return true;
}

static bool take_at(struct reading *r, struct told *s)
{
	s->has_from = read_at(r, &s->from);
	return s->has_from;
}

static bool take_to(struct reading *r, struct told *s)
{
	s->has_to = read_at(r, &s->to);
	return s->has_to;
}

static bool read_day(struct reading *r, struct civil_time *ret)
{
	const struct spoken *w = reading_next(r);
	struct moment m;

	if (!w || !is_local(w->text, &m) || m.has_time)
		return hope(r, "a day such as 2026-12-11");
	*ret = m.local;
	r->at++;
	return true;
}

static bool take_since(struct reading *r, struct told *s)
{
	s->has_from = read_day(r, &s->from);
	return s->has_from;
}

static bool take_until(struct reading *r, struct told *s)
{
	s->has_to = read_day(r, &s->to);
	return s->has_to;
}

/* `on 2026-12-11 14:00 for 1h`, `on … to …`. */
static bool take_span(struct reading *r, struct told *s)
{
	size_t before = r->at;

	if (!reading_take(r, "on") && !reading_take(r, "from"))
		return false;
	if (read_at(r, &s->from)) {
		s->has_from = true;
		if (reading_take(r, "for") ? read_length(r, &s->length)
					   : reading_take(r, "to") && take_to(r, s))
			return true;
	}
	r->at = before;
	return false;
}

static void set_days(struct told *s, struct civil_date first, struct civil_date after)
{
	s->has_from = s->has_to = true;
	s->from = (struct civil_time){.date = first};
	s->to = (struct civil_time){.date = after};
}

/* ISO 8601: the first week of a year is that of its 4 January. */
static bool read_week(const char *text, struct told *s)
{
	int year = 0, week = 0;
	char more;
	struct civil_date fourth, monday;

	if (sscanf(text, "%4d-W%2d%c", &year, &week, &more) != 2 || week < 1 || week > 53 ||
	    year < 1970 || year > 2199)
		return false;
	fourth = (struct civil_date){year, 1, 4};
	monday = civil_add_days(fourth, (week - 1) * WEEK_DAYS - (int64_t)civil_weekday(fourth));
	if (civil_add_days(monday, 3).year != year)
		return false;
	set_days(s, monday, civil_add_days(monday, WEEK_DAYS));
	return true;
}

static bool read_month(const char *text, struct told *s)
{
	int year = 0, month = 0;
	char more;

	if (sscanf(text, "%4d-%2d%c", &year, &month, &more) != 2 || month < 1 || month > 12 ||
	    year < 1970 || year > 2199)
		return false;
	set_days(s, (struct civil_date){year, (uint8_t)month, 1},
		 (struct civil_date){year + month / 12, (uint8_t)(month % 12 + 1), 1});
	return true;
}

static bool take_week(struct reading *r, struct told *s)
{
	const struct spoken *w = reading_next(r);

	if (!w || !read_week(w->text, s))
		return hope(r, "a week such as 2026-W50");
	r->at++;
	return true;
}

static bool take_month(struct reading *r, struct told *s)
{
	const struct spoken *w = reading_next(r);

	if (!w || !read_month(w->text, s))
		return hope(r, "a month such as 2026-12");
	r->at++;
	return true;
}

/* `in week 2026-W50`, `in 2026-12`, `on 2026-12-11`. */
static bool take_period(struct reading *r, struct told *s)
{
	size_t before = r->at;
	bool is_taken = false;

	if (reading_take(r, "in")) {
		is_taken = reading_take(r, "week") ? take_week(r, s) : take_month(r, s);
	} else if (reading_take(r, "on") && read_day(r, &s->from)) {
		set_days(s, s->from.date, civil_add_days(s->from.date, 1));
		is_taken = true;
	}
	if (!is_taken)
		r->at = before;
	return is_taken;
}

/* `week 5 times`, `2 weeks until 2027-01-31`. */
static bool take_every(struct reading *r, struct told *s)
{
	static const char *const units[] = {"day", "days", "week", "weeks", "month", "months"};
	static const char *const freqs[] = {"DAILY", "WEEKLY", "MONTHLY"};
	const struct spoken *w = reading_next(r);
	size_t before = r->at, unit = 0;
	int interval = 1;
	struct told end = {0};
	const char *word, *rule;

	if (w && is_count(w->text)) {
		interval = atoi(w->text);
		r->at++;
	}
	if (!take_one_of(r, units, N(units), &word)) {
		r->at = before;
		return false;
	}
	while (strcmp(units[unit], word) != 0)
		unit++;
	rule = arena_printf(r->arena, "FREQ=%s;INTERVAL=%d", freqs[unit / 2], interval);
	if (reading_take(r, "until") ? read_day(r, &end.to)
				     : take_count(r, &end) && reading_take(r, "times")) {
		s->every = end.count ? arena_printf(r->arena, "%s;COUNT=%d", rule, (int)end.count)
				     : arena_printf(r->arena, "%s;UNTIL=%04d%02d%02d", rule,
						    (int)end.to.date.year, end.to.date.month,
						    end.to.date.day);
		return true;
	}
	r->at = before;
	return false;
}

/* Why not */

static bool is_rule(const struct policy *p, const char *name)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (strcmp(p->rules[i].name, name) == 0)
			return true;
	return false;
}

static bool take_rule(struct reading *r, struct told *s)
{
	const struct spoken *w = reading_next(r);
	struct hopes *h;

	if (w && w->quoted && is_rule(r->policy, w->text)) {
		s->names[s->n_names++] = w->text;
		r->at++;
		return true;
	}
	h = reading_hope(r, "the name of a rule in quotes, such as \"van duration\"");
	if (!h)
		return false;
	h->rules = true;
	if (w && w->quoted)
		h->why = arena_printf(r->arena, "no rule is called \"%s\"", w->text);
	return false;
}

static bool take_reason(struct reading *r, struct told *s)
{
	const struct spoken *w = reading_next(r);
	bool is_known = w && !r->reasons && is_id(w->text);
	struct hopes *h;

	for (size_t i = 0; w && i < r->n_reasons; i++)
		is_known |= strcmp(r->reasons[i], w->text) == 0;
	if (is_known) {
		s->names[s->n_names++] = w->text;
		r->at++;
		return true;
	}
	h = reading_hope(r, "a reason such as conflict or closed");
	if (h)
		h->reasons = true;
	return false;
}

static const struct blank blanks[] = {
    {"WHO", take_who},
    {"MEMBER", take_member},
    {"ROLE", take_role},
    {"STATE", take_state},
    {"WORD", take_word},
    {"DECLARED", take_declared},
    {"HAVING", take_having},
    {"THING", take_thing},
    {"THINGS", take_things},
    {"COUNT", take_count},
    {"PER-CENT", take_per_cent},
    {"PLACE", take_place},
    {"LENGTH", take_length},
    {"AT", take_at},
    {"TO", take_to},
    {"SINCE", take_since},
    {"UNTIL", take_until},
    {"SPAN", take_span},
    {"PERIOD", take_period},
    {"EVERY", take_every},
    {"RULE", take_rule},
    {"REASON", take_reason},
};

const struct blank *blank_find(const char *word, size_t n)
{
	for (size_t i = 0; i < N(blanks); i++)
		if (strlen(blanks[i].word) == n && strncmp(blanks[i].word, word, n) == 0)
			return &blanks[i];
	return NULL;
}
