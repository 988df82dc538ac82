/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The time that a command line says. */
#include "client/span_given.h"

#include <string.h>

#include "lib/duration.h"

static const enum text fault_texts[N_WHEN_FAULTS] = {
    [WHEN_E_WORD] = TEXT_WHEN_WORD,	      [WHEN_E_MISSING] = TEXT_WHEN_MISSING,
    [WHEN_E_AMBIGUOUS] = TEXT_WHEN_AMBIGUOUS, [WHEN_E_AM_PM] = TEXT_WHEN_AM_PM,
    [WHEN_E_WEEKDAY] = TEXT_WHEN_WEEKDAY,     [WHEN_E_RANGE] = TEXT_WHEN_RANGE,
    [WHEN_E_MINUS] = TEXT_WHEN_MINUS,
};

static const char *joined(struct arena *a, const struct when_words *w, size_t n)
{
	const char *text = "";
	for (size_t i = 0; i < n; i++)
		text = arena_printf(a, "%s%s%s", text, i ? " " : "", w->items[i].written);
	return text_clean(a, text);
}

enum exit_code when_complain(struct cli *cli, const struct when_words *w, int fault, size_t at)
{
	struct arena *a = &cli->arena;
	const char *word = at < w->n ? text_clean(a, w->items[at].written) : joined(a, w, w->n);
	text_complain(fault_texts[fault], word);
	if (at > 0 && at < w->n)
		fprintf(cli->err.out, text(TEXT_WHEN_UNDERSTOOD), joined(a, w, at));
	fputs(text(TEXT_WHEN_EXAMPLES), cli->err.out);
	return EXIT_USAGE;
}

struct when_clock session_clock(const struct session *s, const struct civil_date *base)
{
	return (struct when_clock){.now = s->cli->now, .zone = s->zone, .base = base};
}

struct when_words given_words(struct cli *cli, const char *const *texts, size_t n)
{
	return when_split(&cli->arena, texts, n);
}

static enum exit_code take_start(struct session *s, const struct when_clock *clock,
				 struct when_span *span)
{
	const char *from = cli_option(s->cli, "--from");
	size_t at;
	if (!from)
		return EXIT_DONE;
	struct when_words w = given_words(s->cli, &from, 1);
	int fault = when_span_parse(&w, clock, span, &at);
	return fault ? when_complain(s->cli, &w, fault, at) : EXIT_DONE;
}

static enum exit_code take_end(struct session *s, const struct when_clock *clock,
			       const struct when_point *base, struct when_span *span)
{
	const char *to = cli_option(s->cli, "--to"), *length = cli_option(s->cli, "--for");
	size_t at;
	if ((to || length) && (span->end != WHEN_OPEN || (to && length))) {
		text_complain(TEXT_END_TWICE);
		return EXIT_USAGE;
	}
	const char *said = to ? to : length;
	if (!said)
		return EXIT_DONE;
	struct when_words w = given_words(s->cli, &said, 1);
	span->end = to ? WHEN_TO : WHEN_FOR;
	const struct when_point *start = span->from.has_date ? &span->from : base;
	int fault = !to	    ? when_duration_parse(&w, &span->length, &at)
		    : start ? when_end_parse(&w, clock, start, &span->to, &at)
			    : when_point_parse(&w, clock, &span->to, &at);
	return fault ? when_complain(s->cli, &w, fault, at) : EXIT_DONE;
}

enum exit_code given_span(struct session *s, const char *const *words, size_t n_words,
			  const struct when_point *base, struct when_span *ret)
{
	struct when_clock clock = session_clock(s, base ? &base->local.date : NULL);
	struct when_span span = {0};
	enum exit_code code = EXIT_DONE;
	size_t at;
	if (n_words > 0 && cli_has(s->cli, "--from")) {
		text_complain(TEXT_START_TWICE);
		return EXIT_USAGE;
	}
	if (n_words > 0) {
		struct when_words w = given_words(s->cli, words, n_words);
		int fault = when_span_parse(&w, &clock, &span, &at);
		code = fault ? when_complain(s->cli, &w, fault, at) : EXIT_DONE;
	} else {
		code = take_start(s, &clock, &span);
	}
	if (!code)
		code = take_end(s, &clock, base, &span);
	if (!code)
		*ret = span;
	return code;
}

enum exit_code given_whole_span(struct session *s, const char *const *words, size_t n_words,
				struct when_span *ret)
{
	enum exit_code code = given_span(s, words, n_words, NULL, ret);
	if (code)
		return code;
	bool days = ret->end == WHEN_FOR && ret->length.seconds == 0;
	enum text lacks = N_TEXTS;
	if (!ret->from.has_date)
		lacks = TEXT_WHEN_NO_START;
	else if (ret->end == WHEN_OPEN)
		lacks = TEXT_WHEN_NO_END;
	else if ((!ret->from.has_time && !days) || (ret->end == WHEN_TO && !ret->to.has_time))
		lacks = TEXT_WHEN_NO_TIME;
	struct when_clock clock = session_clock(s, NULL);
	if (!ret->from.has_time && days)
		when_skip_past(&ret->from, &clock, 0);
	if (lacks == N_TEXTS)
		return EXIT_DONE;
	text_complain(lacks);
	fputs(text(TEXT_WHEN_EXAMPLES), s->cli->err.out);
	return EXIT_USAGE;
}

static enum exit_code given_point(struct session *s, const char *option,
				  int (*read)(const struct when_words *, const struct when_clock *,
					      struct when_point *, size_t *),
				  struct when_point *ret)
{
	struct when_clock clock = session_clock(s, NULL);
	const char *said = cli_option(s->cli, option);
	size_t at;
	*ret = (struct when_point){0};
	if (!said)
		return EXIT_DONE;
	struct when_words w = given_words(s->cli, &said, 1);
	int fault = read(&w, &clock, ret, &at);
	return fault ? when_complain(s->cli, &w, fault, at) : EXIT_DONE;
}

enum exit_code given_first_day(struct session *s, const char *option, struct when_point *ret)
{
	return given_point(s, option, when_first_parse, ret);
}

enum exit_code given_last_day(struct session *s, const char *option, struct when_point *ret)
{
	return given_point(s, option, when_last_parse, ret);
}

enum exit_code given_days(struct session *s, struct when_point *ret_from, struct when_point *ret_to)
{
	enum exit_code code = given_first_day(s, "--from", ret_from);
	code = code ? code : given_last_day(s, "--to", ret_to);
	if (code || !ret_from->has_date || !ret_to->has_date ||
	    civil_time_compare(ret_from->local, ret_to->local) < 0)
		return code;
	text_complain(TEXT_DAYS_BACKWARDS);
	return EXIT_USAGE;
}

void ask_point(struct ask *q, const char *key, const struct when_point *p)
{
	if (p->has_date)
		line_str(&q->line, key, when_wire(&q->session->cli->arena, p, q->session->zone));
}

void ask_span(struct ask *q, const struct when_span *span)
{
	char buf[40];
	ask_point(q, "from", &span->from);
	if (span->end == WHEN_TO)
		ask_point(q, "to", &span->to);
	if (span->end == WHEN_FOR)
		line_str(&q->line, "for", duration_format(span->length, buf, sizeof(buf)));
}
