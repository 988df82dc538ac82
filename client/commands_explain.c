/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command explain: what led to an answer, as a list that can be read from top to bottom: the
 * verdict, the rules with a tick or a cross, the hours, the units and why each fell out, the queue
 * in its order, what else could make room, and what to do next.
 */
#include <string.h>

#include "client/nested.h"
#include "client/refusal_next.h"
#include "client/show_booking.h"
#include "client/show_state.h"
#include "client/things_given.h"
#include "lib/booking.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *verdict;
	enum text of_request, of_booking; /* the second takes code and state */
	enum colour colour;
} verdicts[] = {
    {"granted", TEXT_WOULD_BE_GRANTED, TEXT_BOOKING_IS, COLOUR_GOOD},
    {"requested", TEXT_WOULD_BE_REQUESTED, TEXT_BOOKING_IS, COLOUR_BOLD},
    {"waiting", TEXT_WOULD_WAIT, TEXT_BOOKING_IS, COLOUR_BOLD},
    {"refused", TEXT_WOULD_BE_REFUSED, TEXT_BOOKING_IS, COLOUR_BAD},
    {"ended", TEXT_BOOKING_IS, TEXT_BOOKING_IS, COLOUR_DIM},
};

static const char *clean(struct session *s, const char *value)
{
	return text_clean(&s->cli->arena, value ? value : "");
}

/* `waiting 2/3`. */
static const char *standing(struct session *s, const struct reply *r)
{
	struct arena *a = &s->cli->arena;
	const char *state = clean(s, show_state(reply_get(r, "state")));
	const char *turn = reply_get(r, "turn"), *of = reply_get(r, "of");
	return turn && of ? arena_printf(a, "%s %s/%s", state, clean(s, turn), clean(s, of))
			  : state;
}

static void say_verdict(struct session *s, const struct reply *r, const char *booking)
{
	struct arena *a = &s->cli->arena;
	const struct screen *out = &s->cli->out;
	const char *word = reply_get(r, "verdict"), *why = reply_get(r, "text");
	size_t i = 0;
	while (i + 1 < N(verdicts) && word && strcmp(verdicts[i].verdict, word) != 0)
		i++;
	const char *said = booking ? arena_printf(a, text(verdicts[i].of_booking),
						  clean(s, booking), standing(s, r))
				   : text(verdicts[i].of_request);
	fputs(screen_colour(out, verdicts[i].colour), out->out);
	screen_say(out, 2,
		   arena_printf(a, "%s%s%s%s%s", said, screen_plain(out),
				why ? text(TEXT_COLON) : "", clean(s, why),
				refusal_blame(s, &r->final)));
}

enum mark { MARK_YES, MARK_NO, MARK_NONE };

static void say_marked(struct session *s, enum mark mark, const char *sentence)
{
	static const struct {
		const char *unicode, *ascii;
		enum colour colour;
	} marks[] = {[MARK_YES] = {"✓", "+", COLOUR_GOOD},
		     [MARK_NO] = {"✗", "x", COLOUR_BAD},
		     [MARK_NONE] = {"·", "-", COLOUR_DIM}};
	const struct screen *out = &s->cli->out;
	screen_say(out, 4,
		   arena_printf(&s->cli->arena, "  %s%s%s %s",
				screen_colour(out, marks[mark].colour),
				out->unicode ? marks[mark].unicode : marks[mark].ascii,
				screen_plain(out), sentence));
}

static bool is(const struct line *l, const char *key, const char *value)
{
	const char *its = line_get(l, key);
	return its && strcmp(its, value) == 0;
}

/* `2: ` before what is about the second of several things. */
static const char *about_item(struct session *s, const struct line *l)
{
	const char *item = line_get(l, "item");
	return item ? arena_printf(&s->cli->arena, "%s%s", clean(s, item), text(TEXT_COLON)) : "";
}

/* How much of a quota is used and wanted; "" where the rule is none. */
static const char *numbers(struct session *s, const struct line *l)
{
	const char *used = line_get(l, "used"), *wanted = line_get(l, "wanted"),
		   *most = line_get(l, "at-most");
	if (!used || !wanted || !most)
		return "";
	return arena_printf(&s->cli->arena, text(TEXT_QUOTA_NUMBERS), clean(s, used),
			    clean(s, most), clean(s, wanted));
}

static void say_rule(struct session *s, const struct line *l)
{
	bool kept = is(l, "kept", "yes"), matches = !is(l, "kept", "unmatched");
	const char *sentence = arena_printf(&s->cli->arena, "%s%s%s%s", about_item(s, l),
					    clean(s, line_get(l, "text")),
					    kept ? numbers(s, l) : "", refusal_blame(s, l));
	say_marked(s, !matches ? MARK_NONE : kept ? MARK_YES : MARK_NO, sentence);
}

static void say_hours(struct session *s, const struct line *l)
{
	say_marked(
	    s, is(l, "kept", "yes") ? MARK_YES : MARK_NO,
	    arena_printf(&s->cli->arena, "%s%s", about_item(s, l), clean(s, line_get(l, "text"))));
}

static void say_unit(struct session *s, const struct line *l)
{
	const char *unit = line_get(l, "unit"), *resource = line_get(l, "resource");
	const char *chosen = is(l, "chosen", "yes") ? text(TEXT_CHOSEN) : "";
	const char *sentence = arena_printf(
	    &s->cli->arena, "%s%s%s%s%s%s", about_item(s, l), clean(s, unit ? unit : resource),
	    text(TEXT_COLON), clean(s, line_get(l, "text")), chosen, refusal_blame(s, l));
	say_marked(s, is(l, "fit", "yes") ? MARK_YES : MARK_NO, sentence);
}

/* The text says who is before whom, and why; the last is before nobody. */
static void say_queue(struct session *s, const struct line *l)
{
	struct arena *a = &s->cli->arena;
	const char *said = line_get(l, "text"), *name = line_get(l, "member-name"),
		   *share = line_get(l, "share");
	const char *sentence =
	    arena_printf(a, "  %s. %s%s%s", clean(s, line_get(l, "turn")),
			 clean(s, said ? said : name), is(l, "own", "yes") ? text(TEXT_OWN) : "",
			 share ? arena_printf(a, text(TEXT_SHARE_USED), clean(s, share)) : "");
	screen_say(&s->cli->out, 5, sentence);
}

static void say_remedy(struct session *s, const struct line *l)
{
	bool helps = is(l, "use", "used") || is(l, "use", "helps");
	const char *resource = line_get(l, "resource");
	say_marked(s,
		   helps		 ? MARK_YES
		   : is(l, "use", "off") ? MARK_NONE
					 : MARK_NO,
		   arena_printf(&s->cli->arena, "%s%s%s", clean(s, resource),
				resource ? text(TEXT_COLON) : "", clean(s, line_get(l, "text"))));
}

static const struct {
	const char *kind;
	enum text head;
	void (*say)(struct session *s, const struct line *l);
} parts[] = {
    {"rule", TEXT_EXPLAIN_RULES, say_rule},    {"hours", TEXT_EXPLAIN_HOURS, say_hours},
    {"unit", TEXT_EXPLAIN_UNITS, say_unit},    {"queue", TEXT_EXPLAIN_QUEUE, say_queue},
    {"remedy", TEXT_EXPLAIN_ROOM, say_remedy},
};

static void tell(struct session *s, const struct reply *r, const struct wanted *wanted)
{
	const struct screen *out = &s->cli->out;
	const char *verdict = reply_get(r, "verdict"), *word = verdict ? verdict : "";
	say_verdict(s, r, wanted->booking);
	for (size_t p = 0; p < N(parts); p++) {
		if (!reply_has(r, parts[p].kind))
			continue;
		fprintf(out->out, "\n%s\n", text(parts[p].head));
		for (size_t i = 0; i < r->n_data; i++)
			if (line_is(&r->data[i], parts[p].kind))
				parts[p].say(s, &r->data[i]);
	}
	if (reply_get(r, "more"))
		fprintf(out->out, "%s\n", text(TEXT_EXPLAIN_MORE));
	if (reply_has(r, "alternative"))
		fputc('\n', out->out);
	refusal_alternatives(s, r, wanted, out);
	if (strcmp(word, "refused") == 0)
		refusal_tell_next(s, r, wanted, out);
}

static const struct column columns[] = {
    {"kind", {"Kind", "Genre"}, 0},
    {"item", {"Item", "Chose"}, COLUMN_NUMBER},
    {"resource", {"Resource", "Ressource"}, 0},
    {"unit", {"Unit", "Unité"}, 0},
    {"rule", {"Rule", "Règle"}, 0},
    {"place", {"Place", "Où"}, 0},
    {"kept", {"Kept", "Respectée"}, 0},
    {"fit", {"Fits", "Convient"}, COLUMN_YES},
    {"chosen", {"Chosen", "Retenue"}, COLUMN_YES},
    {"use", {"Use", "Usage"}, 0},
    {"how", {"How", "Comment"}, 0},
    {"why", {"Why", "Pourquoi"}, 0},
    {"code", {"Code", "Code"}, 0},
    {"used", {"Used", "Utilisé"}, 0},
    {"wanted", {"Wanted", "Voulu"}, 0},
    {"at-most", {"At most", "Au plus"}, 0},
    {"slack", {"Idle", "Creux"}, 0},
    {"taken-by", {"Taken by", "Prise par"}, 0},
    {"from", {"From", "De"}, 0},
    {"to", {"To", "À"}, 0},
    {"turn", {"Turn", "Rang"}, COLUMN_NUMBER},
    {"of", {"Of", "Sur"}, COLUMN_NUMBER},
    {"member", {"Member", "Membre"}, 0},
    {"share", {"Share", "Part"}, COLUMN_NUMBER},
    {"text", {"Text", "Texte"}, 0},
};

/* All lists are one, which its first column tells apart. */
static void put_csv(struct session *s, const struct reply *r)
{
	struct sheet sheet;
	const char *cells[SHEET_MAX_COLUMNS];
	sheet_begin(&sheet, SHEET_CSV, &s->cli->out, columns, N(columns));
	for (size_t p = 0; p < N(parts); p++)
		for (size_t i = 0; i < r->n_data; i++) {
			if (!line_is(&r->data[i], parts[p].kind))
				continue;
			cells_from_line(&s->cli->arena, &r->data[i], columns, N(columns), cells);
			cells[0] = parts[p].kind;
			sheet_row(&sheet, cells);
		}
	sheet_end(&sheet);
}

/* One word without a time, that can be one, is a booking's code. */
static bool is_code(const struct cli *cli)
{
	static const char *const times[] = {"--from", "--to", "--for", "--within"};
	bool timed = false;
	for (size_t i = 0; i < N(times); i++)
		timed = timed || cli_has(cli, times[i]);
	int64_t number;
	return cli->n_words == 1 && !timed && booking_number_from_code(cli->words[0], &number) == 0;
}

static enum exit_code ask_wanted(struct ask *q, struct session *s, struct wanted *ret)
{
	static const char *const options[] = {"declared", "distance", "people", "member", "person"};
	struct thing *things = NULL;
	size_t n = 0;
	*ret = (struct wanted){.booking = is_code(s->cli) ? s->cli->words[0] : NULL};
	if (!ret->booking) {
		enum exit_code code = given_things(s, false, &things, &n);
		if (code)
			return code;
		ret->things = things;
		ret->n_things = n;
		ret->may_wait = true;
	}
	ask_begin(q, s, "EXPLAIN", NULL);
	line_str(&q->line, "booking", ret->booking);
	ask_things(q, things, n);
	for (size_t i = 0; i < N(options); i++)
		ask_option(q, options[i], arena_printf(&s->cli->arena, "--%s", options[i]));
	return EXIT_DONE;
}

static enum exit_code explain(struct session *s)
{
	struct ask q;
	struct reply r;
	struct wanted wanted;
	enum exit_code code = ask_wanted(&q, s, &wanted);
	code = code ? code : ask_send(&q, &r);
	if (code)
		return code;
	if (r.class != CLASS_OK)
		return refusal_tell(s, &r, &wanted);
	if (s->cli->format == SHEET_TABLE)
		tell(s, &r, &wanted);
	else if (s->cli->format == SHEET_CSV)
		put_csv(s, &r);
	else
		reasoning_json(s, &r, &wanted);
	return EXIT_DONE;
}

enum exit_code command_explain(struct cli *cli)
{
	return session_run(cli, 1, SIZE_MAX, explain);
}
