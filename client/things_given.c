/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The things that a command line names. For each of them the options are narrowed to its own, so
 * that its words and options are read as those of a command for one thing are.
 */
#include "client/things_given.h"

#include <string.h>

#include "client/span_given.h"

static bool is_of_a_thing(const struct given_option *o)
{
	static const char *const names[] = {"--what", "--unit",	  "--from", "--to",    "--for",
					    "--qty",  "--having", "--at",   "--within"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], o->option->name) == 0)
			return true;
	return false;
}

/* Words and options of a command line, and the stretch of them that is of one thing. */
struct stretch {
	struct given_option options[GIVEN_MAX_OPTIONS];
	size_t n_options, from, to;
};

static void narrow(struct cli *cli, const struct stretch *all)
{
	cli->n_options = 0;
	for (size_t i = 0; i < all->n_options; i++) {
		const struct given_option *o = &all->options[i];
		bool own = o->after <= all->to && (o->after >= all->from || all->from == 0);
		if (own || !is_of_a_thing(o))
			cli->options[cli->n_options++] = *o;
	}
}

static bool begins_with_time(struct session *s, const char *const *words, size_t n)
{
	struct when_clock clock = session_clock(s, NULL);
	struct when_words w = given_words(s->cli, words, n);
	struct when_span span;
	size_t at = 0;
	return n == 0 || when_span_parse(&w, &clock, &span, &at) == WHEN_OK || at > 0;
}

/* `sat 8:00 - 20:00`, `sat 8:00 12h`, or a whole day. */
static enum exit_code given_window(struct session *s, const char *said, const char **ret)
{
	struct arena *a = &s->cli->arena;
	struct when_clock clock = session_clock(s, NULL);
	const char *slash = strchr(said, '/'); /* as the protocol writes it */
	if (slash)
		said = arena_printf(a, "%.*s - %s", (int)(slash - said), said, slash + 1);
	struct when_words w = given_words(s->cli, &said, 1);
	struct when_span span;
	size_t at;
	int64_t utc;
	int fault = when_span_parse(&w, &clock, &span, &at);
	if (!fault && span.end == WHEN_OPEN) {
		fault = when_first_parse(&w, &clock, &span.from, &at);
		fault = fault ? fault : when_last_parse(&w, &clock, &span.to, &at);
	} else if (!fault && span.end == WHEN_FOR) {
		zone_to_utc(s->zone, span.from.local, &utc);
		utc = duration_after(span.length, s->zone, span.from.exact ? span.from.utc : utc);
		span.to = (struct when_point){.exact = true, .utc = utc};
	}
	if (fault)
		return when_complain(s->cli, &w, fault, at);
	*ret = arena_printf(a, "%s/%s", when_wire(a, &span.from, s->zone),
			    when_wire(a, &span.to, s->zone));
	return EXIT_DONE;
}

/* Within a window the words are a length. */
static enum exit_code given_length(struct session *s, const char *const *words, size_t n,
				   struct when_span *ret)
{
	const char *option = cli_option(s->cli, "--for");
	struct when_words w = given_words(s->cli, option ? &option : words, option ? 1 : n);
	size_t at = 0;
	*ret = (struct when_span){.end = WHEN_FOR};
	if (option && n > 0) {
		text_complain(TEXT_END_TWICE);
		return EXIT_USAGE;
	}
	int fault = when_duration_parse(&w, &ret->length, &at);
	return fault ? when_complain(s->cli, &w, fault, at) : EXIT_DONE;
}

static bool says_time(const struct cli *cli, size_t n_words)
{
	return n_words > 0 || cli_has(cli, "--from") || cli_has(cli, "--to") ||
	       cli_has(cli, "--for");
}

static enum exit_code given_thing(struct session *s, const char *const *words, size_t n,
				  bool may_be_time, const struct thing *first, struct thing *ret)
{
	struct cli *cli = s->cli;
	const char *window = cli_option(cli, "--within");
	size_t own =
	    may_be_time && (cli_has(cli, "--what") || begins_with_time(s, words, n)) ? 0 : 1;
	if (own > n) {
		text_complain(TEXT_WORDS_MISSING);
		return cli_usage(cli);
	}
	*ret = (struct thing){
	    .what = own ? words[0] : cli_option(cli, "--what"),
	    .unit = cli_option(cli, "--unit"),
	    .qty = cli_option(cli, "--qty"),
	    .having = cli_option(cli, "--having"),
	    .at = cli_option(cli, "--at"),
	};
	if (window) {
		enum exit_code code = given_window(s, window, &ret->within);
		return code ? code : given_length(s, words + own, n - own, &ret->span);
	}
	if (first && !says_time(cli, n - own)) {
		ret->span = first->span;
		return EXIT_DONE;
	}
	return given_whole_span(s, words + own, n - own, &ret->span);
}

enum exit_code given_things(struct session *s, bool may_be_time, struct thing **ret, size_t *ret_n)
{
	struct cli *cli = s->cli;
	struct thing *things = arena_new_n(&cli->arena, struct thing, cli->n_words + 1);
	struct stretch all = {.n_options = cli->n_options};
	enum exit_code code = EXIT_DONE;
	size_t n = 0;
	memcpy(all.options, cli->options, sizeof(all.options));
	for (; !code && all.from <= cli->n_words; all.from = all.to + 1) {
		all.to = all.from;
		while (all.to < cli->n_words && strcmp(cli->words[all.to], "+") != 0)
			all.to++;
		narrow(cli, &all);
		code = given_thing(s, cli->words + all.from, all.to - all.from,
				   may_be_time && n == 0, n ? things : NULL, &things[n]);
		n++;
	}
	memcpy(cli->options, all.options, sizeof(all.options));
	cli->n_options = all.n_options;
	for (size_t i = 0; !code && n > 1 && i < n; i++)
		if (things[i].within || !things[i].what) {
			text_complain(TEXT_THINGS_TIMES);
			code = EXIT_USAGE;
		}
	*ret = things;
	*ret_n = n;
	return code;
}

static void put_point(struct line_writer *w, const struct session *s, const char *key,
		      const struct when_point *p)
{
	if (p->has_date || p->exact)
		line_str(w, key, when_wire(&s->cli->arena, p, s->zone));
}

static void put_thing(struct line_writer *w, const struct session *s, const struct thing *t)
{
	char buf[40];
	line_str(w, "what", t->what);
	line_str(w, "unit", t->unit);
	line_str(w, "within", t->within);
	put_point(w, s, "from", &t->span.from);
	if (t->span.end == WHEN_TO)
		put_point(w, s, "to", &t->span.to);
	if (t->span.end == WHEN_FOR)
		line_str(w, "for", duration_format(t->span.length, buf, sizeof(buf)));
	line_str(w, "qty", t->qty);
	line_str(w, "having", t->having);
	line_str(w, "at", t->at);
}

void ask_things(struct ask *q, const struct thing *things, size_t n)
{
	static const char word[] = "item";
	if (n == 1)
		put_thing(&q->line, q->session, things);
	for (size_t i = 0; n > 1 && i < n; i++) {
		struct buffer text = {0};
		struct line_writer w;
		line_begin(&w, &text, word);
		put_thing(&w, q->session, &things[i]);
		if (line_end(&w) == 0) {
			buffer_truncate(&text, text.n - 1);
			line_str(&q->line, word, text.bytes + sizeof(word));
		}
		buffer_release(&text);
	}
}

static void paste_point(struct paste *p, struct session *s, const char *name,
			const struct when_point *point)
{
	if (point->has_date || point->exact)
		paste_option(p, name, when_wire(&s->cli->arena, point, s->zone));
}

void paste_things(struct paste *p, struct session *s, const struct thing *things, size_t n)
{
	char buf[40];
	for (const struct thing *t = things; t < things + n; t++) {
		if (t > things)
			paste_word(p, "+");
		if (t->what)
			paste_word(p, t->what);
		paste_option(p, "--within", t->within);
		paste_point(p, s, "--from", &t->span.from);
		if (t->span.end == WHEN_TO)
			paste_point(p, s, "--to", &t->span.to);
		if (t->span.end == WHEN_FOR)
			paste_option(p, "--for", duration_format(t->span.length, buf, sizeof(buf)));
		paste_option(p, "--unit", t->unit);
		paste_option(p, "--qty", t->qty);
		paste_option(p, "--having", t->having);
		paste_option(p, "--at", t->at);
	}
}
