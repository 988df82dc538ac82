/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one may do after a refusal. */
#include "client/refusal_next.h"

#include <string.h>

#include "client/paste.h"
#include "client/show_time.h"
#include "client/things_given.h"
#include "lib/moment.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

/* The first reason of that code; NULL where there is none. */
static const struct line *reason_of(const struct reply *r, const char *code)
{
	for (size_t i = 0; i < r->n_data; i++) {
		const char *its = line_get(&r->data[i], "code");
		if (line_is(&r->data[i], "reason") && its && strcmp(its, code) == 0)
			return &r->data[i];
	}
	return NULL;
}

static struct next nothing(void)
{
	return (struct next){NULL, NULL};
}

/* The same request once more, as `mutual book …` or `mutual wait …`. */
static const char *same(struct session *s, const char *word, const struct wanted *wanted)
{
	struct paste p = paste_begin(s->cli, word);
	paste_things(&p, s, wanted->things, wanted->n_things);
	refusal_keep(&p, s->cli);
	return p.text;
}

/* Only the server knows whether waiting is possible here, and which place it would be. */
static bool may_wait(struct session *s, const struct wanted *wanted, struct reply *ret)
{
	static const char *const kept[] = {"declared", "distance", "people", "member", "person"};
	struct ask q;
	ask_begin(&q, s, "BOOK", NULL);
	ask_things(&q, wanted->things, wanted->n_things);
	for (size_t i = 0; i < N(kept); i++)
		ask_option(&q, kept[i], arena_printf(&s->cli->arena, "--%s", kept[i]));
	line_str(&q.line, "alternatives", "0");
	line_str(&q.line, "wait", "yes");
	line_str(&q.line, "dry", "yes");
	if (ask_send(&q, ret) != EXIT_DONE || ret->class != CLASS_OK)
		return false;
	const char *state = reply_get(ret, "state");
	return state && strcmp(state, "waiting") == 0;
}

static struct next wait_for_it(struct session *s, const struct reply *r,
			       const struct wanted *wanted)
{
	struct arena *a = &s->cli->arena;
	struct reply dry;
	if (!wanted->may_wait || !wanted->n_things || !wanted->things[0].what ||
	    !may_wait(s, wanted, &dry))
		return nothing();
	const char *turn = reply_get(&dry, "turn"), *of = reply_get(&dry, "of");
	return (struct next){arena_printf(a, text(TEXT_OR_WAIT), text_clean(a, turn ? turn : "?"),
					  text_clean(a, of ? of : "?")),
			     same(s, "wait", wanted)};
}

/* Where several rules say from when on, the last of them counts. */
static struct next ask_again(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	struct arena *a = &s->cli->arena;
	const char *earliest = NULL;
	for (size_t i = 0; i < r->n_data; i++) {
		if (!line_is(&r->data[i], "reason"))
			continue;
		const char *its = line_get(&r->data[i], "earliest"),
			   *code = line_get(&r->data[i], "code");
		bool later = code && (strcmp(code, "kept") == 0 || strcmp(code, "opens") == 0);
		if (!later)
			return nothing(); /* something else stands in the way, too */
		earliest = its && (!earliest || strcmp(its, earliest) > 0) ? its : earliest;
	}
	if (!earliest || !wanted->n_things)
		return nothing();
	return (struct next){
	    arena_printf(a, text(TEXT_ASK_AGAIN_FROM),
			 text_clean(a, show_wire_moment(a, earliest, session_now(s).date))),
	    same(s, "book", wanted)};
}

/* The day of a moment, or with `before` the last day that ends by it; NULL: none. */
static const char *day_of(struct arena *a, const char *moment, bool before)
{
	struct moment m;
	if (!moment || moment_parse(moment, &m) != MOMENT_OK)
		return NULL;
	struct civil_date d = civil_add_days(m.local.date, before && m.local.second == 0 ? -1 : 0);
	return arena_printf(a, "%04d-%02u-%02u", (int)d.year, d.month, d.day);
}

/* Its bookings in the window that is counted. */
static struct next what_counts(struct session *s, const struct reply *r,
			       const struct wanted *wanted)
{
	const struct line *reason = reason_of(r, "quota");
	struct paste p = paste_begin(s->cli, "list");
	if (!reason)
		return nothing();
	paste_option(&p, "--from", day_of(p.arena, line_get(reason, "window-from"), false));
	paste_option(&p, "--to", day_of(p.arena, line_get(reason, "window-to"), true));
	paste_option(&p, "--member", cli_option(s->cli, "--member"));
	return (struct next){text(TEXT_WHAT_COUNTS), p.text};
}

static struct next out_from_then(struct session *s, const struct reply *r,
				 const struct wanted *wanted)
{
	struct arena *a = &s->cli->arena;
	const struct line *reason = reason_of(r, "too-early");
	const char *earliest = reason ? line_get(reason, "earliest") : NULL;
	struct paste p = paste_begin(s->cli, "out");
	if (!earliest || !wanted->booking)
		return nothing();
	paste_word(&p, wanted->booking);
	return (struct next){
	    arena_printf(a, text(TEXT_FROM_THEN_ON),
			 text_clean(a, show_wire_moment(a, earliest, session_now(s).date))),
	    p.text};
}

static struct next show_it(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	struct paste p = paste_begin(s->cli, "show");
	if (!wanted->booking)
		return nothing();
	paste_word(&p, wanted->booking);
	return (struct next){text(TEXT_ALL_ABOUT_IT), p.text};
}

static const struct {
	const char *code;
	struct next (*next)(struct session *s, const struct reply *r, const struct wanted *wanted);
	enum text head; /* without `next`: what `command` is good for */
	const char *command;
} rows[] = {
    {"conflict", wait_for_it},
    {"undecided", wait_for_it},
    {"travel", wait_for_it},
    {"requirement", wait_for_it},
    {"outage", wait_for_it},
    {"kept", ask_again},
    {"opens", ask_again},
    {"quota", what_counts},
    {"too-early", out_from_then},
    {"state", show_it},
    {"qualification", NULL, TEXT_ON_RECORD, "whoami"},
    {"unknown-booking", NULL, TEXT_YOUR_BOOKINGS, "list"},
    {"unknown-resource", NULL, TEXT_WHAT_THERE_IS, "resources"},
    {"unknown-outage", NULL, TEXT_WHAT_IS_OUT, "outages"},
};

/* A FIND that found nothing has it in its first reason. */
static const char *code_of(const struct reply *r)
{
	for (size_t i = 0; !*r->code && i < r->n_data; i++)
		if (line_is(&r->data[i], "reason") && line_get(&r->data[i], "code"))
			return line_get(&r->data[i], "code");
	return r->code;
}

struct next refusal_next(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	for (size_t i = 0; i < N(rows); i++) {
		if (strcmp(rows[i].code, code_of(r)) != 0)
			continue;
		if (rows[i].next)
			return rows[i].next(s, r, wanted);
		return (struct next){text(rows[i].head), paste_begin(s->cli, rows[i].command).text};
	}
	return nothing();
}
