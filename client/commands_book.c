/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that make and change bookings: book, hold, wait, move, extend, cancel. */
#include <stdint.h>
#include <string.h>

#include "client/ask.h"
#include "client/commands_series.h"
#include "client/paste.h"
#include "client/refusal.h"
#include "client/show_done.h"
#include "client/span_given.h"
#include "client/things_given.h"
#include "client/when_word.h"
#include "lib/moment.h"

static enum exit_code tell(struct session *s, enum exit_code sent, const struct reply *r,
			   enum text sentence, const struct wanted *wanted)
{
	if (sent)
		return sent;
	if (series_is_asked(s->cli))
		return series_tell(s, r, wanted);
	if (r->class != CLASS_OK)
		return refusal_tell(s, r, wanted);
	show_done(s, r, sentence);
	return EXIT_DONE;
}

/* --hold-for as the protocol writes it; NULL: not given. */
static enum exit_code given_hold(struct session *s, const char **ret)
{
	const char *said = cli_option(s->cli, "--hold-for");
	struct duration length;
	char buf[40];
	size_t at = 0;
	*ret = NULL;
	if (!said)
		return EXIT_DONE;
	struct when_words w = given_words(s->cli, &said, 1);
	int fault = when_duration_parse(&w, &length, &at);
	if (fault)
		return when_complain(s->cli, &w, fault, at);
	*ret = arena_strdup(&s->cli->arena, duration_format(length, buf, sizeof(buf)));
	return EXIT_DONE;
}

/* BOOK and HOLD, which differ in little. */
static enum exit_code make(struct session *s, const char *verb, bool wait)
{
	static const char *const options[] = {"declared", "member",   "person",
					      "purpose",  "distance", "people"};
	struct thing *things;
	const char *hold_for;
	size_t n;
	enum exit_code code = given_things(s, false, &things, &n);
	struct series_given series;
	code = code ? code : given_series(s, &series);
	code = code ? code : given_hold(s, &hold_for);
	if (code)
		return code;
	struct ask q;
	struct reply r;
	ask_begin_change(&q, s, verb, NULL);
	line_str(&q.line, "hold-for", hold_for);
	ask_things(&q, things, n);
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		ask_option(&q, options[i], arena_printf(&s->cli->arena, "--%s", options[i]));
	if (wait)
		line_str(&q.line, "wait", "yes");
	ask_series(&q, &series);
	const struct wanted wanted = {
	    .things = things, .n_things = n, .may_wait = !wait && !series_is_asked(s->cli)};
	return tell(s, ask_send(&q, &r), &r, TEXT_BOOKED, &wanted);
}

static enum exit_code book(struct session *s)
{
	return make(s, "BOOK", cli_has(s->cli, "--wait"));
}

static enum exit_code hold(struct session *s)
{
	return make(s, "HOLD", false);
}

static enum exit_code wait_for(struct session *s)
{
	return make(s, "BOOK", true);
}

enum exit_code command_book(struct cli *cli)
{
	return session_run(cli, 1, SIZE_MAX, book);
}

enum exit_code command_hold(struct cli *cli)
{
	return session_run(cli, 1, SIZE_MAX, hold);
}

enum exit_code command_wait(struct cli *cli)
{
	return session_run(cli, 1, SIZE_MAX, wait_for);
}

/* The booking as it is, so that a time without a day is of its day, and alternatives know its
 * resource. */
struct present {
	struct wanted wanted;
	struct when_point from, to;
};

static void point_of(const struct line *l, const char *key, struct when_point *ret)
{
	struct moment m;
	const char *value = line_get(l, key);
	if (value && moment_parse(value, &m) == MOMENT_OK)
		*ret = (struct when_point){.local = m.local, .has_date = true, .has_time = true};
}

/* Whether it is what is asked about: the booking, or the thing of it that --item names. */
static bool is_meant(const struct session *s, const struct line *l)
{
	const char *item = cli_option(s->cli, "--item"), *number = line_get(l, "item");
	if (!item)
		return line_is(l, "booking");
	return line_is(l, "item") && number && strcmp(item, number) == 0;
}

static enum exit_code look_up(struct session *s, const char *booking, struct present *ret)
{
	struct ask q;
	struct reply r;
	*ret = (struct present){.wanted.booking = booking};
	ask_begin(&q, s, "SHOW", NULL);
	line_str(&q.line, "booking", booking);
	enum exit_code code = ask_done(&q, &r);
	for (size_t i = 0; !code && i < r.n_data; i++) {
		if (!is_meant(s, &r.data[i]))
			continue;
		point_of(&r.data[i], "from", &ret->from);
		point_of(&r.data[i], "to", &ret->to);
		ret->wanted.resource = line_get(&r.data[i], "resource");
	}
	return code;
}

static enum exit_code move(struct session *s)
{
	struct cli *cli = s->cli;
	struct present p;
	struct when_span span;
	enum exit_code code = look_up(s, cli->words[0], &p);
	if (!code)
		code = given_span(s, cli->words + 1, cli->n_words - 1,
				  p.from.has_date ? &p.from : NULL, &span);
	if (!code && span.from.perhaps_length && span.end == WHEN_OPEN && cli->n_words > 1) {
		text_complain(TEXT_WHEN_OR_LENGTH,
			      text_clean(&cli->arena, cli->words[cli->n_words - 1]));
		code = EXIT_USAGE;
	}
	if (!code && span.from.has_date && !span.from.has_time) { /* another day, the same time */
		struct when_clock clock = session_clock(s, NULL);
		when_skip_past(&span.from, &clock, p.from.local.second);
		span.from.local.second = p.from.local.second;
		span.from.has_time = true;
	}
	if (!code && !span.from.has_date && span.end == WHEN_OPEN && !cli_has(cli, "--unit")) {
		text_complain(TEXT_MOVE_WHERE);
		code = cli_usage(cli);
	}
	if (code)
		return code;
	struct ask q;
	struct reply r;
	ask_begin_change(&q, s, "MOVE", NULL);
	line_str(&q.line, "booking", cli->words[0]);
	ask_span(&q, &span);
	ask_option(&q, "unit", "--unit");
	ask_option(&q, "item", "--item");
	ask_scope(&q);
	return tell(s, ask_send(&q, &r), &r, TEXT_MOVED, &p.wanted);
}

enum exit_code command_move(struct cli *cli)
{
	return session_run(cli, 1, SIZE_MAX, move);
}

/* What `extend CODE …` says: an end (`13:00`, `to 13h`) or by how much (`1h`, `+1h`, `by 1h`). */
struct extension {
	bool by;
	struct when_point to;
	struct duration length;
};

static bool drop_by(struct when_words *w)
{
	if (w->n == 0 ||
	    (strcmp(w->items[0].folded, "by") != 0 && strcmp(w->items[0].folded, "de") != 0 &&
	     !when_word_is_for(w->items[0].folded)))
		return false;
	w->items++;
	w->n--;
	return true;
}

static int parse_extension(const struct session *s, struct when_words *w, const struct present *p,
			   struct extension *ret, size_t *ret_at)
{
	struct when_clock clock = session_clock(s, NULL);
	int32_t second = 0;
	struct duration d;
	bool by = drop_by(w);
	if (w->n > 0 && w->items[0].folded[0] == '+') {
		w->items[0].folded++;
		by = true;
	}
	if (!by && w->n == 1 && when_word_length(w->items[0].folded, &d)) {
		bool time = when_word_time(w->items[0].folded, &second) == TIME_H;
		*ret_at = 0;
		if (time && second > p->to.local.second)
			return WHEN_E_AMBIGUOUS;
		by = true;
	}
	ret->by = by;
	if (!by && w->n > 1 && strcmp(w->items[0].folded, "-") == 0 &&
	    when_word_time(w->items[1].folded, &second) == TIME_H) {
		*ret_at = 1;
		return WHEN_E_MINUS;
	}
	return by ? when_duration_parse(w, &ret->length, ret_at)
		  : when_end_parse(w, &clock, &p->from, &ret->to, ret_at);
}

static const char *end_earlier(struct session *s, const char *end)
{
	struct paste p = paste_begin(s->cli, "move");
	paste_word(&p, s->cli->words[0]);
	paste_option(&p, "--to", end);
	return p.text;
}

static enum exit_code given_extension(struct session *s, const struct present *p,
				      struct extension *ret)
{
	struct cli *cli = s->cli;
	const char *to = cli_option(cli, "--to"), *by = cli_option(cli, "--by");
	const char *one[] = {by ? "by" : "to", by ? by : to};
	bool option = to || by;
	if (option ? (to && by) || cli->n_words > 1 : cli->n_words < 2) {
		text_complain(TEXT_EXTEND_HOW);
		return cli_usage(cli);
	}
	struct when_words w =
	    option ? given_words(cli, one, 2) : given_words(cli, cli->words + 1, cli->n_words - 1);
	size_t at = 0;
	int fault = parse_extension(s, &w, p, ret, &at);
	if (!fault)
		return EXIT_DONE;
	when_complain(cli, &w, fault, at);
	if (fault == WHEN_E_MINUS)
		text_complain(TEXT_END_EARLIER, end_earlier(s, "11:00"));
	return EXIT_USAGE;
}

static enum exit_code extend(struct session *s)
{
	struct present p;
	struct extension e = {0};
	enum exit_code code = look_up(s, s->cli->words[0], &p);
	code = code ? code : given_extension(s, &p, &e);
	if (code)
		return code;
	struct ask q;
	struct reply r;
	char buf[40];
	ask_begin_change(&q, s, "EXTEND", NULL);
	line_str(&q.line, "booking", s->cli->words[0]);
	if (e.by)
		line_str(&q.line, "by", duration_format(e.length, buf, sizeof(buf)));
	else
		ask_point(&q, "to", &e.to);
	p.wanted.shorter =
	    end_earlier(s, e.by ? "11:00" : when_wire(&s->cli->arena, &e.to, s->zone));
	ask_scope(&q);
	return tell(s, ask_send(&q, &r), &r, TEXT_EXTENDED, &p.wanted);
}

enum exit_code command_extend(struct cli *cli)
{
	return session_run(cli, 1, SIZE_MAX, extend);
}

static enum exit_code cancel(struct session *s)
{
	struct ask q;
	struct reply r;
	ask_begin_change(&q, s, "CANCEL", NULL);
	line_str(&q.line, "booking", s->cli->words[0]);
	ask_scope(&q);
	ask_option(&q, "item", "--item");
	enum exit_code code = ask_send(&q, &r);
	const char *state = code ? NULL : reply_get(&r, "state");
	bool some_left = state && strcmp(state, "cancelled") != 0;
	return tell(s, code, &r, some_left ? TEXT_GIVEN_BACK : TEXT_CANCELLED,
		    &(struct wanted){.booking = s->cli->words[0]});
}

enum exit_code command_cancel(struct cli *cli)
{
	return session_run(cli, 1, 1, cancel);
}
